# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/concat against numpy.

usage: concat.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from harness import GRIDS, main, same
from transpose import BITS as TYPES
from transpose import FILES as DTYPES


def case(kind, grid, m, columns, places=()):
    return dict(kind=kind, grid=grid, m=m, columns=columns, places=places)


SAMPLE = [
    case("i8", "1x1", 1, [1, 0, 0, 0]), case("i8", "8x8", 2000, [32, 32, 32, 32]), case("f16", "2x3", 33, [1, 2, 3, 5]),
    case("f32", "1x1", 7, [64, 0, 31, 33]), case("i8", "2x3", 5, [3000, 1, 4099, 77], {"x0": "dram"}),
    case("f32", "8x8", 300, [17, 100, 0, 3]), case("f16", "8x8", 1, [5000, 7000, 1, 2049], {"y": "dram"}),
    case("i8", "1x1", 0, [1, 2, 3, 4]), case("f32", "2x3", 100, [0, 0, 0, 9]), case("f16", "1x1", 3, [0, 0, 0, 0]),
]


def random_case(r):
    m = r.choice([0, 1, 1, 2, 3, 7, 8, 31, 32, 33, 64, 100, 257, 1000, 5000])
    columns = [r.choice([0, 0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 500, 2048, 4099]) for _ in range(4)]
    while m * sum(columns) > 300000:
        m = (m + 1) // 2 if m > 1 else m
        columns = [c // 2 for c in columns]
    return case(r.choice(sorted(TYPES)), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, columns,
                {t: "dram" for t in ("x0", "x2", "y") if r.random() < 0.3})


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    bits = TYPES[c["kind"]]
    x = [random.integers(0, np.iinfo(bits).max, (c["m"], n), dtype=bits, endpoint=True) for n in c["columns"]]
    y, = device.run(f"concat_{c['kind']}", {f"x{i}": v.view(DTYPES[c["kind"]]) for i, v in enumerate(x)}, ["y"],
                    c["grid"], dims={"N": sum(c["columns"])}, places=c["places"])
    same("y", y.view(bits), np.concatenate(x, 1))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
