# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/where."""
import numpy as np
from common import Case, Data
from transpose import DTYPES, numbers


def where(kind, m, n, goal):
    def data():
        a, b = numbers((m, n), kind), numbers((m, n), kind)[::-1]
        condition = np.random.default_rng(2).random((m, n)) < 0.5
        return Data(dict(condition=condition, a=a, b=np.ascontiguousarray(b)), dict(y=np.where(condition, a, b)))

    return Case("where_" + kind, f"{m} x {n}", goal, data)


def cases():
    for kind in DTYPES:
        yield where(kind, 4096, 256, {"i": 70, "u": 70, "f": 80, "b": 80}[kind[0]] if not kind.endswith("32") else 90)
