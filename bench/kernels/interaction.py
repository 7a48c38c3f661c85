# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/interaction: DLRM's 27 features of 128 numbers."""
import os
import sys

import numpy as np
from common import Case, Data

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "kernels", "Inputs"))
from formats import F32, narrow, to_file  # noqa: E402


def interaction(kind, b, goal, features=27, columns=128, **more):
    def data():
        x = np.random.default_rng(1).integers(-1, 2, (b, features, columns))
        low, above = np.tril_indices(features, -1)
        y = np.concatenate([x[:, 0], np.einsum("bid,bjd->bij", x, x)[:, low, above]], 1)
        cast = lambda v: np.clip(v, -128, 127).astype(np.int8) if kind == "i8" else narrow(v.astype(F32), kind)  # noqa: E731
        scalars = dict(scale=1, dense_scale=1, zero=0) if kind == "i8" else {}
        return Data(dict(dense=to_file(cast(x[:, 0]), kind), sparse=to_file(cast(x[:, 1:]), kind)), dict(y=to_file(cast(y), kind)),
                    scalars=scalars, dims=dict(N=y.shape[1]))

    return Case("interaction_" + kind, f"{b} x {features} x {columns}", goal, data, **more)


def cases():
    for kind in ("i8", "f16", "bf16"):
        yield interaction(kind, 256, 50)
    for kind in ("i8", "f16"):
        yield interaction(kind, 2048, 85)
    yield interaction("f32", 256, 0)
    yield interaction("f16", 64, 0, 300, 128)  # two samples don't fit into local memory
