# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/reduce/middle.c against numpy.

usage: reduce_middle.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from harness import GRIDS, main
from reduce_rows import compare, kernels, numbers

KERNELS = list(kernels("middle"))


def case(kernel, grid, a, r, b, places=()):
    return dict(kernel=kernel, grid=grid, a=a, r=r, b=b, places=places)


SHAPES = [("1x1", 1, 1, 1), ("8x8", 70, 11, 33), ("2x3", 7, 40, 130), ("2x3", 1, 300, 100), ("8x8", 3, 5, 5000),
          ("1x1", 2, 700, 20), ("2x3", 5, 3, 64), ("2x3", 0, 4, 4), ("8x8", 1, 1000, 17), ("2x3", 4, 9, 700)]
SAMPLE = [case(kernel, *SHAPES[k % len(SHAPES)], [(), {"x": "dram"}, {"y": "dram"}][k % 3])
          for k, kernel in enumerate(KERNELS)]
# Places beyond what 16 bits tell apart.
SAMPLE += [case(kernel, "2x3", 1, 140000, 16) for kernel in ("argmax_middle_f16", "argmin_middle_bf16")]
# Blocks across the end of their buffer.
SAMPLE += [case(kernel, "1x1", a, r, b) for kernel, a, r, b in (("prod_middle_f32", 3, 100, 65), ("argmax_middle_i32", 65, 33, 2))]


def random_case(r):
    kernel = r.choice(KERNELS)
    while True:
        a = r.choice([0, 1, 1, 2, 3, 7, 31, 64, 65, 100, 1000])
        n = r.choice([1, 1, 2, 3, 7, 8, 9, 31, 32, 33, 100, 257, 1000, 5000] +
                     [0] * (kernel.split("_")[0] in ("sum", "mean", "prod")))
        b = r.choice([0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 129, 511, 513, 1025, 2049, 5000])
        if a * max(n, 1) * max(b, 8) < 120000:
            break
    places = {t: "dram" for t in ("x", "y") if r.random() < 0.3}
    return case(kernel, r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), a, n, b, places)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    words = c["kernel"].split("_")
    shape = c["a"], c["r"], c["b"]
    x = numbers(random, shape, words[0], words[2])
    found, = device.run(c["kernel"], dict(x=x), ["y"], c["grid"], places=c["places"])
    compare(words[0], words[2], x.reshape(shape), 1, found)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
