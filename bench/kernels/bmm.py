# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/bmm."""
import numpy as np
from common import DTYPES, Case, Data, numbers


def bmm(kernel, b, m, n, k, goal):
    from_type, to_type = ("i8", "i32") if kernel == "bmm_i8_i32" else ("f16", kernel.split("_")[-1])

    def data():
        x, w = numbers((b, m, k), DTYPES[from_type]), numbers((b, n, k), DTYPES[from_type], 2)
        y = (x.astype(np.float32) @ w.astype(np.float32).transpose(0, 2, 1)).astype(DTYPES[to_type])
        return Data(dict(x=x, w=w), dict(y=y), macs=b * m * n * k, mac_bytes=x.itemsize)

    return Case(kernel, f"{b} x {m} x {n}, k {k}", goal, data, elf=kernel)


def cases():
    for kernel in ("bmm_i8_i32", "bmm_f16", "bmm_f16_f32"):
        yield bmm(kernel, 256, 128, 32, 128, 90)
        yield bmm(kernel, 256, 32, 128, 128, 87)
        yield bmm(kernel, 256, 128, 128, 32, 90)
