# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""row_functions.c against numpy: few long rows, cut over PEs, and many short ones.

usage: row_functions.py --run MTIA-RUN --elf FILE --scratch DIR
"""
import numpy as np
from harness import Failure, main

SAMPLE = [dict(grid="8x8", m=3, n=5000), dict(grid="2x3", m=2, n=4100), dict(grid="8x8", m=100, n=40), dict(grid="1x1", m=2, n=9)]


def run_case(device, c):
    x = np.random.default_rng(c["seed"]).standard_normal((c["m"], c["n"])).astype(np.float32)
    found = device.run("row_functions", dict(x=x), ["p", "s", "c", "z"], c["grid"])
    t = x.astype(np.float64)
    powers = np.exp(t - t.max(1, keepdims=True))
    d = t - t.mean(1, keepdims=True)
    expected = [powers / powers.sum(1, keepdims=True), t.sum(1), np.cumsum(t, 1), d / np.sqrt((d * d).mean(1, keepdims=True) + 1e-5)]
    for name, a, b in zip("pscz", found, expected):
        if not np.allclose(a, b, rtol=1e-4, atol=1e-3):
            raise Failure(f"{name}: off by up to {np.abs(a - b).max()}")


if __name__ == "__main__":
    main(SAMPLE, None, run_case)
