# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/where."""
import numpy as np
from common import Case, Data
from transpose import DTYPES, numbers


def where(kind, m, n, goal):
    def data():
        a, b = numbers((m, n), kind), numbers((m, n), kind)[::-1]
        condition = np.random.default_rng(2).random((m, n)) < 0.5
        inputs = dict(condition=condition, a=a, b=np.ascontiguousarray(b))
        whole = {name: x[None, None] for name, x in inputs.items()}
        return Data(whole, dict(y=np.where(condition, a, b)[None, None]), dims=dict(Y0=1, Y1=1, Y2=m, Y3=n))

    return Case("where_" + kind, f"{m} x {n}", goal, data)


def masked(shape, goal):
    """The mask of attention: one number where the mask is not set."""
    def data():
        scores = np.random.default_rng(1).standard_normal(shape).astype(np.float16)
        mask = np.tril(np.ones(shape[2:], bool))[None, None]
        no = np.full((1, 1, 1, 1), -np.inf, np.float16)
        return Data(dict(condition=mask, a=scores, b=no), dict(y=np.where(mask, scores, no)), dims={f"Y{i}": n for i, n in enumerate(shape)})

    return Case("where_f16", " x ".join(map(str, shape)) + ", one mask, one number", goal, data)


def cases():
    yield masked((4, 8, 256, 256), 70)
    for kind in DTYPES:
        yield where(kind, 4096, 256, {"i": 70, "u": 70, "f": 80, "b": 80}[kind[0]] if not kind.endswith("32") else 90)
