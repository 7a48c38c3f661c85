# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/broadcast: each kernel on whole tensors, and one of each kind of broadcasting."""
import os
import sys

import numpy as np
from common import Case, Data

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "kernels", "Inputs"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
from formats import F32, FLOATS, TYPES, narrow, to_file, widen  # noqa: E402
from kernel_tables import families  # noqa: E402

OPS = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "min": np.minimum, "max": np.maximum,
       "fma": lambda a, b, c: a * b + c}


def equal(found, expected):
    """Numbers, not bits, of bf16: 0 and -0 are equal."""
    return np.array_equal(*(widen(v.view(np.uint16), "bf16") for v in (found, expected)))


def broadcast(kernel, y, a, b, goal, what):
    op, kind = kernel.split("_")[-2:]
    quantised = kernel.startswith("requantise")

    def data():
        shapes = [a, b] + ([y] if op == "fma" else [])
        # Small numbers: sums and products are exact in every type.
        inputs = [np.random.default_rng(i).integers(0 if kind == "u8" else -5, 6, s) for i, s in enumerate(shapes)]
        result = np.ascontiguousarray(np.broadcast_to(OPS[op](*inputs), y))
        scalars = dict(a_scale=1, a_zero=0, b_scale=1, b_zero=0, scale=1, zero=0, style=0, relu=0) if quantised else {}
        cast = lambda v: narrow(v.astype(F32), kind) if kind in FLOATS else v.astype(TYPES[kind])  # noqa: E731
        return Data({n: to_file(cast(v), kind) for n, v in zip("abc", inputs)}, dict(y=to_file(cast(result), kind)),
                    scalars=scalars, dims={f"Y{i}": n for i, n in enumerate(y)}, right=equal if kind == "bf16" else np.array_equal)

    return Case(kernel, what, goal, data)


def cases():
    y = (8, 8, 64, 256)
    for variant in families()["broadcast"].variants:
        yield broadcast(variant.kernel, y, y, y, 85 if variant.columns[2].endswith("8") else 90, "8 x 8 x 64 x 256")
    y = (256, 128, 1, 32)
    yield broadcast("add_f16", y, y, y, 90, "256 x 128 x 1 x 32")
    y = (1, 1, 4096, 1024)
    yield broadcast("add_f32", y, y, y, 90, "4096 x 1024")
    yield broadcast("add_f32", y, y, (1, 1, 1, 1024), 85, "4096 x 1024, b one row")
    yield broadcast("add_f32", y, y, (1, 1, 4096, 1), 85, "4096 x 1024, b one column")
    yield broadcast("mul_f16", y, y, (1, 1, 1, 1), 80, "4096 x 1024, b one number")
    yield broadcast("sub_f16", y, (1, 1, 1, 1024), y, 85, "4096 x 1024, a one row")
    yield broadcast("sub_f16", y, (1, 1, 4096, 1), (1, 1, 1, 1024), 85, "4096 x 1024, a one column, b one row")
