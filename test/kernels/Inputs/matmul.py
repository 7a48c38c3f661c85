# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/matmul against numpy; the order of sums is known, so every bit must be right.

usage: matmul.py --run MTIA-RUN --elf FILE --scratch DIR [--only TEXT] [--part I/N | --fuzz | --count N]
"""
import os
import sys

import numpy as np
from formats import TYPES, from_file, narrow, quiet, to_file, widen
from harness import GRIDS, main, same

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 3, "scripts"))
import kernel_tables  # noqa: E402

KERNELS = {v.kernel: v for v in kernel_tables.families()["matmul"].variants}
DRAM = {"x": "dram", "w": "dram", "y": "sram"}
FAR = {"x": "dram", "c": "dram", "y": "dram"}


def case(kernel, grid, b, m, n, k, onto=False, places=()):
    return dict(kernel="matmul_" + kernel, grid=grid, b=b, m=m, n=n, k=k, onto=onto, places=places)


SAMPLE = [
    # Each kernel once, on a shape with something ragged.
    case("i8_i32_nt", "1x1", 1, 1, 1, 1), case("i8_i32_nn", "2x3", 3, 65, 129, 33), case("i8_i32_tn", "2x3", 2, 70, 33, 257),
    case("i8_i32_tt", "8x8", 7, 100, 200, 64, places=DRAM), case("f16_nt", "8x8", 100, 128, 32, 32),
    case("f16_nn", "2x3", 2, 70, 131, 100), case("f16_tn", "1x1", 2, 64, 100, 65), case("f16_tt", "2x3", 1, 31, 63, 300),
    case("f16_f32_nt", "8x8", 2, 257, 63, 257), case("f16_f32_nn", "8x8", 5, 7, 200, 16), case("f16_f32_tn", "2x3", 1, 129, 127, 31),
    case("f16_f32_tt", "2x3", 2, 65, 1, 500), case("bf16_nt", "2x3", 1, 31, 33, 1000), case("bf16_nn", "1x1", 1, 33, 65, 17),
    case("bf16_tn", "2x3", 3, 64, 64, 64), case("bf16_tt", "8x8", 2, 100, 130, 40), case("bf16_f32_nt", "2x3", 4, 64, 65, 63),
    case("bf16_f32_nn", "8x8", 1, 300, 300, 64), case("bf16_f32_tn", "1x1", 1, 5, 3, 2), case("bf16_f32_tt", "2x3", 2, 96, 64, 48),
    # c, no k, nothing at all, every mode of the plan.
    case("i8_i32_nt", "2x3", 2, 100, 70, 40, True), case("f16_nn", "8x8", 3, 100, 200, 129, True), case("bf16_tn", "2x3", 1, 65, 65, 33, True),
    case("f16_f32_tt", "1x1", 1, 100, 40, 700, True, FAR), case("f16_nt", "2x3", 2, 65, 30, 0), case("bf16_nn", "2x3", 2, 65, 30, 0, True),
    case("f16_nt", "2x3", 0, 5, 5, 5), case("i8_i32_tt", "2x3", 3, 0, 5, 5), case("f16_nt", "2x3", 1, 200, 200, 400),
    case("f16_nn", "2x3", 1, 500, 64, 300), case("i8_i32_nn", "8x8", 1, 600, 600, 300), case("f16_tt", "8x8", 1, 1000, 1, 40),
]


def random_case(r):
    size = lambda: r.choice([1, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 257, 500])  # noqa: E731
    b, m, n = r.choice([0, 1, 1, 2, 3, 7, 20, 64, 65]), size(), size()
    k = r.choice([size(), size(), size(), 0, 513, 1000, 3000])
    while b * m * n * k > 10000000 or b * (m + n) * k > 1000000 or b * m * n > 300000:
        b, m, n, k = (b + 1) // 2, m, (n + 1) // 2, (k + 1) // 2
    kernel = r.choice(sorted(KERNELS))
    return case(kernel[len("matmul_"):], r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7", "2x2"]), b, m, n, k, r.choice([False, False, True]),
                r.choice([{}, {}, DRAM, FAR, {"y": "dram"}]))


def data(random, shape, kind):
    if kind in ("i8", "i32"):
        info = np.iinfo(TYPES[kind])
        return random.integers(info.min, info.max + 1, shape, dtype=TYPES[kind])
    return narrow(random.standard_normal(shape).astype(np.float32), kind)


def product(x, w, c, types):
    """x: [b, m, k], w: [b, k, n], c: [b, m, n] or None."""
    kind, to = types
    if kind == "i8":
        total = x.astype(np.float64) @ w.astype(np.float64)  # exact
        return ((total if c is None else total + c).astype(np.int64) & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
    total = np.zeros((x.shape[0], x.shape[1], w.shape[2]), np.float32) if c is None else widen(c, to)
    x, w = widen(x, kind), widen(w, kind)
    with np.errstate(all="ignore"):
        for k in range(x.shape[2]):
            total = total + x[:, :, k, None] * w[:, k, None, :]
    return quiet(narrow(total, to), to)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    variant = KERNELS[c["kernel"]]
    kind, to = variant.inputs()[0], variant.outputs()[0]
    x, w = data(random, (c["b"], c["m"], c["k"]), kind), data(random, (c["b"], c["k"], c["n"]), kind)
    if kind == "f16" and x.size and c["seed"] % 3 == 0:
        x.flat[random.integers(0, x.size, 3)] = [np.inf, np.nan, 60000]
    y = data(random, (c["b"], c["m"], c["n"]), to) if c["onto"] else None
    expected = product(x, w, y, (kind, to))
    layout = c["kernel"][-2:]
    if layout[0] == "t":
        x = np.ascontiguousarray(x.transpose(0, 2, 1))
    if layout[1] == "t":
        w = np.ascontiguousarray(w.transpose(0, 2, 1))
    start = y if y is not None else np.zeros((0, 0, 0), TYPES[to])
    found, = device.run(c["kernel"], dict(x=to_file(x, kind), w=to_file(w, kind), c=to_file(start, to)), ["y"], c["grid"],
                        places=c["places"])
    same("y", quiet(from_file(found, to), to), expected)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
