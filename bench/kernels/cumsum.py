# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/cumsum."""
import numpy as np
from common import DTYPES, Case, Data


def cumsum(kind, m, n, goal, **more):
    def data():
        x = np.random.default_rng(n).integers(0, 100, (m, n)).astype(DTYPES[kind])
        return Data(dict(x=x), dict(y=np.cumsum(x, 1, dtype=x.dtype)), dict(exclusive=0), dict(P=n))

    return Case(f"cumsum_{kind}", f"{m} x {n}", goal, data, **more)


# What binds where the goal is not met.
TWICE = "a part is read twice: 12 MB of 8, and the second pass has no more than 16 K elements per PE behind the barrier"


def cases():
    yield cumsum("f32", 1024, 2048, 80)
    yield cumsum("i32", 1024, 2048, 80)
    yield cumsum("i64", 1024, 2048, 80)
    yield cumsum("f32", 32768, 32, 80)
    yield cumsum("i32", 1, 1 << 20, 80, reason=TWICE, floor=50)
