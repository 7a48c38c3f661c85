# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A kernel that calls two functions of the library against numpy.

usage: larger.py --run MTIA-RUN --elf FILE --scratch DIR
"""
import numpy as np
from harness import GRIDS, main, same

SAMPLE = [dict(grid=grid, m=m, a=a, b=b, places=places) for grid, m, a, b, places in (
    ("1x1", 3, 40, 7, {}), ("2x3", 50, 33, 65, {"y": "dram"}), ("8x8", 300, 200, 129, {}), ("8x8", 1, 1, 0, {}),
    ("2x3", 0, 5, 5, {}))]


def random_case(r):
    return dict(grid=r.choice(GRIDS), m=r.randint(0, 100), a=r.randint(0, 300), b=r.randint(0, 300), places={})


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    x0, x1 = (random.integers(0, 65535, (c["m"], n), dtype=np.uint16, endpoint=True) for n in (c["a"], c["b"]))
    y, z = device.run("larger", dict(x0=x0.view(np.float16), x1=x1.view(np.float16)), ["y", "z"], c["grid"],
                      dims={"C": 2 * (c["a"] + c["b"]), "D": 4 * c["a"] + 5 * c["b"]}, places=c["places"])
    expected = np.concatenate([x0, x1, x0, x1], 1)
    same("y", y.view(np.uint16), expected)
    same("z", z.view(np.uint16), np.concatenate([expected, x1, expected], 1))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
