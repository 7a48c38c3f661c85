# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/norm."""
import numpy as np
from common import Case, Data, of_type, values


def norm(kernel, m, n, goal, bias=True, **more):
    name, kind = kernel.split("_")

    def data():
        random = np.random.default_rng(n)
        x, weight, b = (of_type(random.standard_normal(shape).astype(np.float32), kind)
                        for shape in ((m, n), n, n if bias else 0))
        d = values(x)
        if name == "layernorm":
            d = d - d.mean(1, keepdims=True)
        squares = (d * d).sum(1, keepdims=True)
        y = d / np.sqrt(squares if name == "l2norm" else squares / n + 1e-5) * values(weight) + (values(b) if bias else 0)
        error = {"f32": 1e-5, "f16": 1e-3, "bf16": 8e-3}[kind]
        return Data(dict(x=x, weight=weight, bias=b), dict(y=of_type(y.astype(np.float32), kind)), dict(epsilon=1e-5),
                    right=lambda found, expected: np.allclose(values(found), values(expected), rtol=error, atol=error / 4))

    return Case(kernel, f"{m} x {n}", goal, data, **more)


def cases():
    for kind in ("f32", "f16", "bf16"):
        yield norm(f"layernorm_{kind}", 4096, 1024, 80)
        yield norm(f"rmsnorm_{kind}", 4096, 1024, 80, bias=False)
        yield norm(f"l2norm_{kind}", 4096, 1024, 80, bias=False)
    yield norm("layernorm_f32", 32768, 32, 80)
    yield norm("layernorm_f16", 32768, 32, 80)
    yield norm("rmsnorm_f16", 2048, 4096, 80, bias=False)
