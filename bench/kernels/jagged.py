# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/jagged."""
import numpy as np
from common import DTYPES, Case, Data


def jagged(kernel, b, m, d, mean, goal, **more):
    words = kernel.split("_")
    kind, to_padded = words[3], words[2] == "padded"

    def data():
        random = np.random.default_rng(d)
        lengths = random.integers(0, 2 * mean + 1, b)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(DTYPES[words[4]])
        rows = int(offsets[-1])
        dtype = np.uint16 if kind == "bf16" else DTYPES[kind]
        source = random.integers(1, 100, (rows, d) if to_padded else (b, m, d)).astype(dtype)
        segment = np.repeat(np.arange(b), lengths)
        place = np.arange(rows) - offsets[:-1].astype(np.int64)[segment]
        inside = place < m
        result = np.zeros((b, m, d) if to_padded else (rows, d), dtype)
        if to_padded:
            result[segment[inside], place[inside]] = source[inside]
        else:
            result[inside] = source[segment[inside], place[inside]]
        moved = 2 * int(inside.sum()) * d * result.itemsize if not to_padded else \
            int(inside.sum()) * d * result.itemsize + result.nbytes
        if kind == "bf16":
            source, result = source.view("V2"), result.view("V2")
        names = ("values", "dense") if to_padded else ("dense", "values")
        return Data({names[0]: source, "offsets": offsets}, {names[1]: result}, dict(padding=0.0),
                    {"M": m, "B": b} if to_padded else {"L": rows}, moved={"sram": moved + offsets.nbytes})

    return Case(kernel, f"{b} segments of {mean}, {m} x {d}", goal, data, **more)


SEARCH = ("SRAM takes 5200 cycles, and has nothing to do before: 390 until the first request leaves, 170 until the first and the last offset are "
          "there, 470 for the search of a PE's first row in the offsets around it, and core 0's first load; 300 at the end (--trace)")


def cases():
    for way in ("jagged_to_padded", "padded_to_jagged"):
        for index in ("i32", "i64"):
            yield jagged(f"{way}_f32_{index}", 2048, 50, 64, 25, 80)
            for kind in ("f16", "bf16", "i8"):
                yield jagged(f"{way}_{kind}_{index}", 1024, 50, 128, 25, 80)
            yield jagged(f"{way}_i32_{index}", 4096, 20, 16, 10, 80,
                         **(dict(reason=SEARCH, floor=70) if way == "padded_to_jagged" else {}))
