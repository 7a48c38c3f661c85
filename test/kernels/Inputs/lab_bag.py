# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The steps of kernels/lab/bag against numpy.

usage: lab_bag.py --run MTIA-RUN --elf FILE --kernel bag_NN --scratch DIR
"""
import numpy as np
from harness import GRIDS, fma, main, same

SAMPLE = [dict(grid=grid, bags=bags, d=d, most=most) for grid, bags, d, most in (
    ("1x1", 3, 32, 5), ("2x3", 20, 64, 70), ("8x8", 100, 96, 20), ("2x3", 1500, 32, 2))]


def random_case(r):
    return dict(grid=r.choice(GRIDS), bags=r.randint(0, 100), d=32 * r.randint(1, 4), most=r.randint(0, 80))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    rows, d = 50, c["d"]
    values = random.integers(0, 256, (rows, d)).astype(np.uint8)
    beside = random.standard_normal((rows, 2)).astype(np.float32)
    counts = random.integers(0, c["most"] + 1, c["bags"])
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    indices = random.integers(0, rows, offsets[-1]).astype(np.int32)
    expected = np.zeros((c["bags"], d), np.float32)
    for b in range(c["bags"]):
        for r in indices[offsets[b]:offsets[b + 1]]:
            expected[b] = fma(beside[r, 0], values[r], expected[b] + beside[r, 1])
    table = np.concatenate([values, beside.view(np.uint8).reshape(rows, 8)], 1)
    out, = device.run(device.args.kernel, dict(table=table, indices=indices, offsets=offsets), ["out"], c["grid"],
                      dims=dict(D=d))
    same("out", out, expected)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
