# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/transpose against numpy.

usage: transpose.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from harness import GRIDS, main, same

TYPES = {"i8": np.uint8, "f16": np.uint16, "f32": np.uint32}
DTYPES = {"i8": np.int8, "f16": np.float16, "f32": np.float32}


def case(kind, grid, b, m, n, places=()):
    return dict(kind=kind, grid=grid, shape=(b, m, n), places=places)


SAMPLE = [
    case("i8", "1x1", 1, 1, 1), case("i8", "8x8", 64, 128, 32), case("f16", "2x3", 3, 65, 129),
    case("f32", "1x1", 2, 33, 31), case("i8", "2x3", 1, 1000, 7, {"x": "dram"}), case("f32", "8x8", 5, 100, 300),
    case("f16", "1x1", 7, 1, 100), case("f16", "8x8", 1, 513, 511, {"y": "dram"}), case("i8", "1x1", 0, 3, 3),
    case("f32", "2x3", 1, 2000, 40),
]


def random_case(r):
    size = lambda: r.choice([0, 1, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 257, 1000])  # noqa: E731
    b, m, n = r.choice([0, 1, 1, 2, 3, 7, 64, 65]), size(), size()
    while b * m * n > 300000:
        b, m, n = (b + 1) // 2, m, (n + 1) // 2
    return case(r.choice(sorted(TYPES)), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), b, m, n,
                {t: "dram" for t in ("x", "y") if r.random() < 0.3})


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    bits = TYPES[c["kind"]]
    x = random.integers(0, np.iinfo(bits).max, c["shape"], dtype=bits, endpoint=True)
    y, = device.run(f"transpose_{c['kind']}", dict(x=x.view(DTYPES[c["kind"]])), ["y"], c["grid"], places=c["places"])
    same("y", y.view(bits), x.transpose(0, 2, 1))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
