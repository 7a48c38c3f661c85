# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""embedding_bag_call.c against numpy. Numbers are small integers: sums of them are exact.

usage: embedding_bag_call.py --run MTIA-RUN --elf FILE --scratch DIR
"""
import numpy as np
from harness import main, same

SAMPLE = [dict(grid=grid, batch=batch, columns=columns) for grid, batch, columns in
          (("1x1", 3, 8), ("2x3", 40, 16), ("8x8", 100, 64), ("8x8", 2, 128))]


def random_case(r):
    return dict(grid=r.choice(["1x1", "2x3", "8x8"]), batch=r.randrange(1, 100), columns=8 * r.randrange(1, 30))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    which = [1, 0, 1]
    tables = [random.integers(-8, 8, (rows, c["columns"])).astype(np.float32) for rows in (30, 7)]
    counts = random.integers(1, 9, len(which) * c["batch"])
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    indices = random.integers(0, 7, offsets[-1]).astype(np.int32)
    inputs = dict(t0=tables[0], t1=tables[1], features=np.array(which, np.int32),
                  columns=(np.arange(len(which) + 1) * c["columns"]).astype(np.int32), indices=indices, offsets=offsets)
    sums, most, bad = device.run("twice", inputs, ["sums", "most", "counts"], c["grid"],
                                 dims={"B": c["batch"], "D": len(which) * c["columns"]})

    def bags(reduce):
        return np.concatenate([[reduce(tables[t][indices[offsets[g]:offsets[g + 1]]], 0)
                                for g in range(f * c["batch"], (f + 1) * c["batch"])] for f, t in enumerate(which)], 1)

    same("sums", sums, bags(np.sum))
    same("most", most, bags(np.max))
    same("counts", bad, np.zeros(2, np.int64))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
