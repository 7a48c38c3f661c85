# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/topk."""
import numpy as np
from common import Case, Data, of_type, values


def topk(kind, m, n, k, goal, **more):
    def data():
        x = of_type(np.random.default_rng(n).standard_normal((m, n)).astype(np.float32), kind)
        indices = np.argsort(-values(x), 1, kind="stable")[:, :k].astype(np.int32)
        return Data(dict(x=x), dict(values=np.take_along_axis(x, indices, 1), indices=indices), dims=dict(K=k))

    return Case(f"topk_{kind}", f"{m} x {n}, k {k}", goal, data, **more)


# What binds, by --profile.
RANKS = "core 1: half of the time are ranks: for each of about 90 candidates a comparison of 6 cycles with all of them and an addition that waits for it"
STEPS = "core 1: every 128 elements wait for the number of candidates among them, every row for 10 steps of bisection"


def cases():
    yield topk("f32", 1024, 1024, 64, 80, reason=RANKS, floor=10)
    yield topk("f16", 1024, 1024, 64, 80, reason=RANKS, floor=5)
    yield topk("bf16", 1024, 1024, 64, 80, reason=RANKS, floor=4)
    yield topk("f32", 1024, 1024, 8, 80, reason=STEPS, floor=15)
    yield topk("f32", 64, 32768, 64, 80, reason=STEPS, floor=25)
