# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/attention: 64 heads of dimension 128, and 32 of dimension 64."""
import numpy as np
from common import Case, Data, numbers
from matmul import rounded, words


def attention(kind, step, h, m, n, k, goal, **more):
    def data():
        x, w = numbers((h, m, k), np.float32), numbers((h, k, n), np.float32, 2)
        y = (x @ w) * np.float32(0.125)
        w = np.ascontiguousarray(w.transpose(0, 2, 1)) if step == "scores" else w
        return Data(dict(x=words(x, kind), w=words(w, kind)), dict(y=rounded(y, kind)), scalars=dict(scale=0.125), macs=h * m * n * k,
                    mac_bytes=2, right=lambda a, e: np.array_equal(a.view(np.uint8), e.view(np.uint8)))

    return Case(f"attention_{step}_{kind}", f"{h} heads, {m} x {n}, k {k}", goal, data, **more)


def cases():
    for kind in ("f16", "bf16"):
        yield attention(kind, "scores", 64, 512, 512, 128, 90)
        yield attention(kind, "values", 64, 512, 128, 512, 90)
    start = dict(reason="SRAM, but 23000 cycles have 1500 before the first and behind the last product, when it waits (--trace)", floor=82)
    yield attention("f16", "scores", 32, 512, 512, 64, 90, **start)
    yield attention("f16", "values", 32, 512, 64, 512, 90)
