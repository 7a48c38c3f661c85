# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/eltwise."""
import numpy as np
from common import DTYPES, Case, Data, numbers


def eltwise(kernel, m, n, goal):
    words = kernel.split("_")
    tanh = words[0] == "tanh"
    to = DTYPES[words[-1]]

    def data():
        x = numbers((m, n), DTYPES[words[-1] if tanh else words[-2]])
        if tanh:
            return Data(dict(x=x), dict(y=np.tanh(x.astype(np.float32)).astype(to)),
                        right=lambda found, expected: np.allclose(found, expected, rtol=2e-3))
        if words[0] == "quantise":
            y = np.rint(x.astype(np.float32) * np.float32(0.5)) + 3
            y = np.clip(y, np.iinfo(to).min, np.iinfo(to).max).astype(to)
        else:
            y = ((x.astype(np.int32) - 3) * np.float32(0.5)).astype(to)
        return Data(dict(x=x), dict(y=y), scalars=dict(scale=0.5, zero=3))

    return Case(kernel, f"{m} x {n}", goal, data)


def cases():
    for kernel, goal in (("quantise_f32_i8", 87), ("quantise_f16_i8", 83), ("dequantise_i8_f32", 87),
                         ("dequantise_i8_f16", 83), ("tanh_f32", 90), ("tanh_f16", 85)):
        yield eltwise(kernel, 32768, 32, goal)
        yield eltwise(kernel, 4096, 1024, 90)
