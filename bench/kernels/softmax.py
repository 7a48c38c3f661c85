# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/softmax."""
import numpy as np
from common import Case, Data, of_type, values


def softmax(kernel, m, n, goal, **more):
    kind = kernel.split("_")[-1]

    def data():
        x = of_type(np.random.default_rng(n).standard_normal((m, n)).astype(np.float32), kind)
        t = values(x)
        y = np.exp(t - t.max(1, keepdims=True))
        y /= y.sum(1, keepdims=True)
        if kernel.startswith("log"):
            y = np.log(y)
        inputs, scalars = dict(x=x), dict(scale=1.0)
        if "mask" in kernel:
            mask = np.where(np.tril(np.ones((n, n), bool)), np.float32(0), np.float32(-np.inf))
            inputs["mask"], scalars["every"] = of_type(mask, kind), 1
            y = y * np.tile(mask == 0, (m // n, 1))
            y /= y.sum(1, keepdims=True)
        error = {"f32": 1e-5, "f16": 1e-3, "bf16": 8e-3}[kind]
        return Data(inputs, dict(y=of_type(y.astype(np.float32), kind)), scalars,
                    right=lambda found, expected: np.allclose(values(found), values(expected), rtol=error, atol=6e-8))

    return Case(kernel, f"{m} x {n}", goal, data, **more)


def cases():
    for f in ("softmax", "log_softmax"):
        for kind in ("f32", "f16", "bf16"):
            yield softmax(f"{f}_{kind}", 4096, 1024, 80)
    for kind in ("f32", "f16", "bf16"):
        yield softmax(f"softmax_mask_{kind}", 16384, 256, 60)
    yield softmax("softmax_f32", 32768, 32, 80)
    yield softmax("softmax_f16", 32768, 32, 80)
