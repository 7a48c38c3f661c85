# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The steps of kernels/lab/fc against numpy.

usage: lab_fc.py --run MTIA-RUN --elf FILE --kernel fc_NN --scratch DIR
"""
import numpy as np
from harness import GRIDS, main, same

SAMPLE = [dict(grid=grid, m=m, k=k, n=n) for grid, m, k, n in (
    ("1x1", 64, 128, 64), ("2x3", 64, 128, 192), ("8x8", 64, 256, 128))]


def random_case(r):
    return dict(grid=r.choice(GRIDS), m=64 * r.randint(1, 4), k=128 * r.randint(1, 4), n=64 * r.randint(1, 8))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    x, w = (random.integers(-128, 128, (rows, c["k"])).astype(np.int8) for rows in (c["m"], c["n"]))
    bias = random.integers(-9999, 9999, c["n"]).astype(np.int32)
    scale = np.float32(0.3 / c["k"])
    acc = x.astype(np.int32) @ w.astype(np.int32).T + bias
    expected = np.clip(np.rint(np.maximum(acc, 0).astype(np.float32) * scale), -128, 127).astype(np.int8)
    y, = device.run(device.args.kernel, dict(x=x, w=w, bias=bias), ["y"], c["grid"], scalars=dict(scale=scale))
    same("y", y, expected)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
