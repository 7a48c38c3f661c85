# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/where against numpy.

usage: where.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from harness import GRIDS, main, same
from transpose import BITS, FILES


def case(kind, grid, m, n, places=()):
    return dict(kind=kind, grid=grid, m=m, n=n, places=places)


SAMPLE = [case(kind, GRIDS[i % 3], *[(10, 70), (3, 1030), (64, 64), (200, 7)][i % 4]) for i, kind in enumerate(BITS)]
SAMPLE += [case("f32", "2x3", 5, 4100, {"a": "dram", "y": "dram"}), case("i8", "1x1", 0, 5), case("f16", "1x1", 1, 1), case("f16", "8x8", 400, 100)]


def random_case(r):
    m, n = r.choice([0, 1, 1, 2, 7, 31, 64, 100, 1000]), r.choice([0, 1, 2, 15, 31, 32, 33, 63, 64, 65, 128, 1000, 1024, 1025, 4099, 20000])
    while m * n > 100000:
        m = (m + 1) // 2
    return case(r.choice(sorted(BITS)), r.choice(GRIDS + ["1x1", "3x1", "1x8"]), m, n, {t: "dram" for t in ("condition", "a", "y") if r.random() < 0.3})


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    bits = BITS[c["kind"]]
    shape = (c["m"], c["n"])
    a, b = (random.integers(0, np.iinfo(bits).max, shape, dtype=bits, endpoint=True) for _ in range(2))
    condition = random.random(shape) < 0.5
    y, = device.run("where_" + c["kind"], dict(condition=condition, a=a.view(FILES[c["kind"]]), b=b.view(FILES[c["kind"]])), ["y"], c["grid"],
                    places=c["places"])
    same("y", y.view(bits), np.where(condition, a, b))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
