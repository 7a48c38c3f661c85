# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/attention against numpy; the order of sums is known, so every bit must be right.

usage: attention.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from formats import F32, from_file, narrow, quiet, to_file
from harness import GRIDS, main, same
from matmul import data, product

DRAM = {"x": "dram", "w": "dram", "y": "sram"}


def case(kind, step, grid, h, m, n, k, places=()):
    return dict(kind=kind, step=step, grid=grid, h=h, m=m, n=n, k=k, places=places)


SAMPLE = [
    case("f16", "scores", "2x3", 3, 70, 100, 64), case("f16", "values", "8x8", 4, 130, 64, 200, DRAM), case("bf16", "scores", "8x8", 2, 65, 33, 100),
    case("bf16", "values", "2x3", 2, 31, 128, 65), case("f16", "scores", "1x1", 1, 1, 1, 1), case("f16", "values", "2x3", 2, 5, 40, 0),
    case("bf16", "scores", "1x1", 0, 3, 4, 5), case("f16", "values", "2x3", 1, 1, 64, 700),
]


def random_case(r):
    size = lambda: r.choice([0, 1, 1, 2, 3, 7, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 257, 500])  # noqa: E731
    h, m, n, k = r.choice([1, 2, 3, 8, 20, 65]), size(), size(), r.choice([size(), size(), 1000])
    while h * m * n * k > 10000000 or h * (m + n) * k > 1000000:
        h, m, n, k = (h + 1) // 2, m, (n + 1) // 2, (k + 1) // 2
    return case(r.choice(["f16", "bf16"]), r.choice(["scores", "values"]), r.choice(GRIDS + ["3x1", "1x8", "2x2"]), h, m, n, k,
                r.choice([{}, {}, DRAM, {"y": "dram"}]))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    kind = c["kind"]
    x, w = (data(random, s, kind) for s in ((c["h"], c["m"], c["k"]), (c["h"], c["k"], c["n"])))
    scale = F32(random.choice([1, 0.125, 0.0883883476]))
    with np.errstate(all="ignore"):
        expected = quiet(narrow(product(x, w, None, (kind, "f32")) * scale, kind), kind)
    if c["step"] == "scores":
        w = np.ascontiguousarray(w.transpose(0, 2, 1))
    found, = device.run(f"attention_{c['step']}_{kind}", dict(x=to_file(x, kind), w=to_file(w, kind)), ["y"], c["grid"],
                        scalars=dict(scale=scale), places=c["places"])
    same("y", quiet(from_file(found, kind), kind), expected)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
