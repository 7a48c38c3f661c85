# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/fc."""
import numpy as np
from common import DTYPES, Case, Data, numbers


def fc(kernel, m, k, n, goal):
    def data():
        x, w = numbers((m, k), np.float16), numbers((n, k), np.float16, 2)
        y = (x.astype(np.float64) @ w.astype(np.float64).T).astype(DTYPES[kernel.split("_")[-1]])
        return Data(dict(x=x, w=w, bias=np.zeros(n, np.float32)), dict(y=y), macs=m * n * k, mac_bytes=2)

    return Case(kernel, f"{m} x {k} x {n}", goal, data, elf=kernel)


def cases():
    for kernel in ("fc_f16", "fc_f16_f32"):
        yield fc(kernel, 128, 1024, 1024, 58)
        yield fc(kernel, 512, 1024, 1024, 82)
        yield fc(kernel, 2048, 2048, 2048, 97)
