# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/cumsum against numpy.

usage: cumsum.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from floats import close, special
from harness import GRIDS, main, same

TYPES = {"f32": np.float32, "i32": np.int32, "i64": np.int64}
KERNELS = [f"cumsum_{t}" for t in TYPES]
INCLUSIVE, EXCLUSIVE, OFFSETS = range(3)


def case(kernel, grid, m, n, mode, places=()):
    return dict(kernel=kernel, grid=grid, m=m, n=n, mode=mode, places=places)


SHAPES = [("1x1", 1, 1, INCLUSIVE), ("8x8", 300, 33, EXCLUSIVE), ("2x3", 7, 2500, INCLUSIVE), ("8x8", 3, 9001, OFFSETS),
          ("2x3", 100, 16, OFFSETS), ("2x3", 0, 5, INCLUSIVE), ("1x1", 20, 128, INCLUSIVE), ("2x3", 20, 129, EXCLUSIVE),
          ("2x3", 5, 0, OFFSETS), ("8x8", 1, 100000, INCLUSIVE)]
SAMPLE = [case(KERNELS[k % 3], *SHAPES[k % len(SHAPES)], [(), {"x": "dram"}, {"y": "dram"}][k // 3 % 3]) for k in range(18)]


def random_case(r):
    n = r.choice([0, 1, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 127, 128, 129, 257, 1000, 2047, 2048, 2049, 4095,
                  4096, 4097, 8200, 40000])
    m = r.choice([0, 1, 1, 2, 3, 5, 8, 31, 32, 33, 64, 100, 257, 1000, 5000])
    while m * max(n, 8) > 100000:
        m = (m + 1) // 2
    places = {t: "dram" for t in ("x", "y") if r.random() < 0.3}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n, r.randrange(3), places)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    kind, mode, m, n = c["kernel"].split("_")[1], c["mode"], c["m"], c["n"]
    dtype = TYPES[kind]
    if kind == "f32":
        x = special(random, (random.standard_normal((m, n)) * random.choice([0.1, 1, 100])).astype(np.float32), 0.2)
    else:
        size = random.choice([100, 2**31])
        x = random.integers(-size, size, (m, n)).astype(dtype)
    with np.errstate(all="ignore"):
        wide = x.astype(np.float64 if kind == "f32" else dtype)
        y = np.concatenate([np.zeros((m, 1), wide.dtype), np.cumsum(wide, 1, dtype=wide.dtype)], 1)
        sizes = np.concatenate([np.zeros((m, 1)), np.cumsum(np.abs(x.astype(np.float64)), 1)], 1)
    part = [slice(1, None), slice(0, -1), slice(None)][mode]
    y, sizes = y[:, part], sizes[:, part]
    found, = device.run(c["kernel"], dict(x=x), ["y"], c["grid"], scalars=dict(exclusive=int(mode != INCLUSIVE)),
                        dims=dict(P=y.shape[1]), places=c["places"])
    if kind != "f32":
        same("y", found, y)
        return
    # Where binary32 may overflow on the way, the order decides what becomes of it.
    with np.errstate(all="ignore"):
        over = np.maximum.accumulate(np.nan_to_num(sizes, nan=0, posinf=0) > 1e38, axis=1) if sizes.size else np.zeros(y.shape, bool)
    found, y = np.where(over, np.float32(0), found), np.where(over, 0.0, y)
    close("y", found, y, np.nan_to_num((n / 64 + 128) * 2.0**-24 * sizes, posinf=0.0), kind)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
