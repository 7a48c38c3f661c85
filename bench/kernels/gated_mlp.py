# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/gated_mlp."""
import numpy as np
from common import Case, Data, numbers
from matmul import words


def gated(kind, layout, m, k, f, goal, **more):
    def data():
        # Small sums: silu's slope matters, and every sum is exact.
        x, gate, up = numbers((m, k), np.float32), numbers((k, f), np.float32, 2) / 64, numbers((k, f), np.float32, 3) / 64
        x[:, np.arange(k) % 32 != 0] = 0
        g = (x @ gate).astype(np.float64)
        h = g / (1 + np.exp(-g)) * (x @ up)
        gate, up = (w.T if layout == "nt" else w for w in (gate, up))
        x, gate, up = (words(np.ascontiguousarray(a), kind) for a in (x, gate, up))
        return Data(dict(x=x, gate=gate, up=up), dict(h=h.astype(np.float16)), macs=2 * m * k * f, mac_bytes=2, right=close)

    def close(found, expected):
        if kind == "bf16":
            found = (found.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        found, expected = found.astype(np.float32), expected.astype(np.float32)
        return bool(np.all(np.abs(found - expected) <= 2.0 ** (-9 if kind == "f16" else -6) * np.abs(expected) + 1e-5))

    return Case(f"gated_mlp_{kind}_{layout}", f"{m} x {k} x 2 of {f}", goal, data, **more)


def cases():
    for kind in ("f16", "bf16"):
        for layout in ("nn", "nt"):
            yield gated(kind, layout, 512, 1024, 1024, 85)
    yield gated("f16", "nt", 1024, 2048, 2048, 90)
