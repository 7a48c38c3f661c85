# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/eltwise: the goal's kernels on two shapes, every other one on one."""
import os
import sys

import numpy as np
from common import Case, Data

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "kernels", "Inputs"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
from formats import F32, FLOATS, TYPES, narrow, quantised, to_file, widen  # noqa: E402
from kernel_tables import families  # noqa: E402

EXACT = {"tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "exp": np.exp, "silu": lambda x: x / (1 + np.exp(-x)),
         "relu": lambda x: np.maximum(x, 0), "rsqrt": lambda x: 1 / np.sqrt(x), "reciprocal": lambda x: 1 / x,
         "clamp": lambda x: np.clip(x, -1.5, 2), "convert": lambda x: x}
GOALS = ["quantise_f32_i8", "quantise_f16_i8", "dequantise_i8_f32", "dequantise_i8_f16", "tanh_f32", "tanh_f16"]


def close(kind):
    """The functions are within some units of the last place of the exact ones (docs/numerics.md)."""
    def right(found, expected):
        wide = [widen(v.view(np.uint16) if kind == "bf16" else v, kind).astype(np.float64) for v in (found, expected)]
        return np.allclose(*wide, rtol=2**-6 if kind == "bf16" else 2**-9)
    return right


def eltwise(kernel, m, n, goal, places=(), **more):
    words = kernel.split("_")
    what, channel = words[0], words[1] == "channel"
    from_type, to_type = words[-2] if words[-2] in TYPES else words[-1], words[-1]

    def data():
        x = np.random.default_rng(1).integers(1 if what in ("rsqrt", "reciprocal") else -8, 8, (m, n))
        wide = x.astype(F32)
        x = narrow(wide, from_type) if from_type in FLOATS else x.astype(TYPES[from_type])
        if what in ("quantise", "dequantise", "requantise"):
            scale = np.full(n if channel else 1, 0.5, F32)
            scaled = ((x.astype(F32) if from_type not in FLOATS else wide) - (3 if what == "dequantise" else 0)) * F32(0.5)
            y = narrow(scaled, to_type) if what == "dequantise" else quantised(scaled, 0, 3, to_type)
            scalars = dict(zero=3) if what == "dequantise" else dict(zero=3, style=0)
            if what == "requantise" and not channel:
                scalars["x_zero"] = 0
            if not channel:
                scalars["scale"] = 0.5
            inputs = {"x": to_file(x, from_type), **({"scales": scale} if channel else {})}
            return Data(inputs, dict(y=to_file(y, to_type)), scalars=scalars, places=dict(places))
        if what == "gelu":
            gelu = np.array([v * 0.5 * (1 + __import__("math").erf(v / 2**0.5)) for v in range(-8, 8)])
            y = gelu[wide.astype(np.int64) + 8]
        else:
            y = EXACT[what](wide.astype(np.float64))
        y = narrow(y.astype(F32), to_type) if to_type in FLOATS else y.astype(TYPES[to_type])
        return Data(dict(x=to_file(x, from_type)), dict(y=to_file(y, to_type)), right=close(to_type) if to_type in FLOATS else np.array_equal,
                    scalars=dict(low=-1.5, high=2) if what == "clamp" else {})

    return Case(kernel, f"{m} x {n}" + (" in DRAM" if places else ""), goal, data, **more)


def cases():
    for variant in families()["eltwise"].variants:
        if variant.kernel in GOALS:
            yield eltwise(variant.kernel, 32768, 32, 90)
            yield eltwise(variant.kernel, 4096, 1024, 90)
        else:
            yield eltwise(variant.kernel, 4096, 256, 75)
    # More than the SRAM holds.
    yield eltwise("quantise_f32_i8", 16384, 2304, 90, dict(x="dram", y="dram"))
