# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/bmm against numpy; the order of sums is known, so every bit must be right.

usage: bmm.py --run MTIA-RUN --elf FILE --kernel bmm_i8_i32|bmm_f16|bmm_f16_f32 --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from harness import GRIDS, main, same


def case(grid, b, m, n, k, places=()):
    return dict(grid=grid, b=b, m=m, n=n, k=k, places=places)


DRAM = {"x": "dram", "w": "dram", "y": "sram"}
SAMPLE = [
    case("1x1", 1, 1, 1, 1), case("8x8", 100, 128, 32, 32), case("2x3", 3, 65, 129, 33), case("1x1", 2, 64, 300, 127),
    case("8x8", 7, 100, 500, 64, DRAM), case("2x3", 1, 31, 33, 1000), case("8x8", 2, 257, 63, 257),
    case("1x1", 5, 7, 200, 16), case("2x3", 0, 5, 5, 5), case("8x8", 1, 1000, 1, 40),
]


def random_case(r):
    size = lambda: r.choice([1, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 257, 500])  # noqa: E731
    b, m, n, k = r.choice([0, 1, 1, 2, 3, 7, 20, 64, 65]), size(), size(), r.choice([size(), size(), 1000, 3000])
    while b * m * n * k > 20000000 or b * (m + n) * k > 1000000:
        b, m, n, k = (b + 1) // 2, m, (n + 1) // 2, (k + 1) // 2
    return case(r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), b, m, n, k, r.choice([{}, {}, DRAM, {"y": "dram"}]))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    shapes = (c["b"], c["m"], c["k"]), (c["b"], c["n"], c["k"])
    integers = device.args.kernel == "bmm_i8_i32"
    if integers:
        x, w = (random.integers(-128, 128, s, dtype=np.int8) for s in shapes)
        expected = (x.astype(np.float64) @ w.astype(np.float64).transpose(0, 2, 1)).astype(np.int32)
    else:
        x, w = (random.standard_normal(s).astype(np.float16) for s in shapes)
        if x.size and c["seed"] % 3 == 0:
            x.flat[random.integers(0, x.size, 3)] = [np.inf, np.nan, 60000]
        total = np.zeros((c["b"], c["m"], c["n"]), np.float32)
        with np.errstate(all="ignore"):
            for k in range(c["k"]):
                total = total + x[:, :, k, None].astype(np.float32) * w[:, None, :, k].astype(np.float32)
            expected = total.astype(np.float32 if device.args.kernel.endswith("f32") else np.float16)
    y, = device.run(device.args.kernel, dict(x=x, w=w), ["y"], c["grid"], places=c["places"])
    same("y", y, expected)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
