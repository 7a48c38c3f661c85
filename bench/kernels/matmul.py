# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/matmul."""
import numpy as np
from common import DTYPES, Case, Data, numbers

TYPES = {"i8_i32": ("i8", "i32"), "f16": ("f16", "f16"), "f16_f32": ("f16", "f32"), "bf16": ("bf16", "bf16"),
         "bf16_f32": ("bf16", "f32")}


def words(values, kind):
    """Small integers as elements of `kind`: exact in all of them."""
    if kind == "bf16":
        return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view("V2")
    return values.astype(DTYPES[kind])


def rounded(total, kind):
    if kind != "bf16":
        return total.astype(DTYPES[kind])
    bits = total.astype(np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16).view("V2")


def matmul(types, layout, b, m, n, k, goal, onto=False, places=(), **more):
    kind, to = TYPES[types]

    def data():
        x, w = numbers((b, m, k), np.float32), numbers((b, k, n), np.float32, 2)
        y = x @ w
        c = np.zeros((0, 0, 0))
        if onto:
            c = numbers((b, m, n), np.float32, 3)
            y = y + c
        x = x.transpose(0, 2, 1) if layout[0] == "t" else x
        w = w.transpose(0, 2, 1) if layout[1] == "t" else w
        x, w = words(np.ascontiguousarray(x), kind), words(np.ascontiguousarray(w), kind)
        return Data(dict(x=x, w=w, c=words(c, to)), dict(y=rounded(y, to)), macs=b * m * n * k, mac_bytes=x.itemsize,
                    places=dict(places), right=lambda a, e: np.array_equal(a.view(np.uint8), e.view(np.uint8)))

    return Case(f"matmul_{types}_{layout}", f"{b} x {m} x {n}, k {k}" + (", onto c" if onto else "") +
                (", x and w in DRAM" if places else ""), goal, data, **more)


TURNED = dict(reason="four operand buffers: the first mml of a step needs two new tiles, and the buffer of the second is given back by the "
              "third mml of the step before: its 32 + 12 cycles and 40 of the turn are 20 more than the 64 until then, so a step takes "
              "148 cycles for 128 of products, 86.5 % of the DPE (--trace); start and end beside it", floor=78)
BOTH = dict(reason="SRAM and DPE, each of which needs as many cycles as the other: neither leaves the other slack (--profile: both)",
            floor=84)
FAR = dict(reason="DRAM: a strip of 64 rows of 4 KB is twice the local memory, so nothing is kept, and 64 x 64 per PE and step are 256 bytes per "
           "cycle of the grid, of which DRAM has 187, 73 % (--profile: DRAM); with half of the SRAM as a cache it takes 82300 cycles, 80 %",
           floor=62)


def cases():
    for types in ("i8_i32", "f16", "f16_f32"):
        yield matmul(types, "nt", 256, 128, 32, 128, 90)
        yield matmul(types, "nt", 256, 32, 128, 128, 90)
        yield matmul(types, "nt", 256, 128, 128, 32, 90)
    for layout in ("nn", "nt", "tn", "tt"):
        slow = TURNED if layout == "tn" else {}
        yield matmul("f16", layout, 256, 128, 128, 128, 90)
        yield matmul("f16", layout, 64, 256, 256, 512, 90, **slow)
        yield matmul("f16", layout, 1, 1024, 1024, 1024, 90, **slow)
    for layout in ("nn", "nt", "tn", "tt"):
        slow = TURNED if layout == "tn" else {}
        yield matmul("i8_i32", layout, 64, 256, 256, 512, 90, **(slow or BOTH))
        yield matmul("bf16", layout, 64, 256, 256, 256, 90, **slow)
        yield matmul("bf16_f32", layout, 64, 256, 256, 256, 90, **(slow or BOTH))
    for layout in ("nn", "tn", "tt"):
        yield matmul("f16_f32", layout, 256, 128, 128, 128, 90)
    yield matmul("i8_i32", "nt", 16, 512, 512, 1024, 90)
    yield matmul("f16_f32", "nt", 16, 512, 512, 512, 90)
    yield matmul("f16", "nt", 64, 256, 256, 512, 90, True)
    yield matmul("f16_f32", "nt", 64, 256, 256, 512, 90, True, **BOTH)
    yield matmul("f16", "nt", 1, 1024, 1024, 2048, 90, places=(("x", "dram"), ("w", "dram")), **FAR)
