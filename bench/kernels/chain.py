# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/chain: (x u) v of 8192 columns, rank 4096 and 16384 columns, scaled; docs/matmul.md extrapolates."""
import numpy as np
from common import Case, Data, numbers
from matmul import TYPES, rounded, words

CACHED = {"sram_cache_bytes": 1 << 26}
FAR = ("x", "u", "v", "y")


def chain(types, layout, m, k, r, n, goal, far=False, strip=0, **more):
    kind, to = TYPES[types]
    scale = 2.0 ** -4 if kind == "i8" else 2.0 ** -6
    strip = strip or m

    def data():
        x, u, v = numbers((m, k), np.float32), numbers((k, r), np.float32, 2), numbers((r, n), np.float32, 3)
        # Zeros but for a few numbers of each row keep every sum exact.
        x[:, np.arange(k) % 32 != 0] = 0
        t = (x @ u) * np.float32(scale)
        t = np.clip(np.rint(t), -128, 127) if kind == "i8" else t
        t16 = words(t, kind) if kind != "bf16" else rounded(t, kind)
        wide = t16.view(np.uint16).astype(np.uint32) << 16 if kind == "bf16" else t16
        wide = wide.view(np.float32) if kind == "bf16" else wide.astype(np.float64)
        y = wide.astype(np.float64) @ v
        u, v = (np.ascontiguousarray(a.T) if layout == "tt" else a for a in (u, v))
        x, u, v = (words(a, kind) for a in (x, u, v))
        buffer = np.zeros(strip * ((r * x.itemsize + 31) // 32 * 32), np.uint8)
        y = rounded(y, to) if to != "i32" else y.astype(np.int32)
        moved = {"sram": 2 * m * r * x.itemsize}
        moved["dram" if far else "sram"] = moved.get("sram", 0) * (not far) + x.nbytes + y.nbytes + -(-m // strip) * (u.nbytes + v.nbytes)
        close = lambda a, e: np.array_equal(a, e) if to == "i32" else near(a, e, to)  # noqa: E731
        return Data(dict(x=x, u=u, v=v, buffer=buffer), dict(y=y), scalars=dict(scale=scale), macs=m * r * (k + n), mac_bytes=x.itemsize,
                    places={name: "dram" for name in FAR} if far else {}, moved=moved, right=close, device=CACHED if far else {})

    return Case(f"chain_{types}_{layout}", f"{m} x {k}, rank {r}, x {n}" + (", in DRAM" if far else ""), goal, data, **more)


def near(found, expected, kind):
    """Sums in another order: a unit of the last place of the largest."""
    a, e = (np.asarray(v).view(np.uint16).astype(np.uint32) << 16 if kind == "bf16" else v for v in (found, expected))
    a, e = (v.view(np.float32) if kind == "bf16" else v.astype(np.float32) for v in (a, e))
    return bool(np.all(np.abs(a - e) <= np.abs(e).max() * 2.0 ** (-7 if kind == "bf16" else -10)))


def cases():
    for types in ("f16", "bf16"):
        for layout in ("tt", "nn"):
            yield chain(types, layout, 1024, 1024, 512, 2048, 85)
    for layout in ("tt", "nn"):
        yield chain("i8_i32", layout, 1024, 2048, 1024, 4096, 85)
    yield chain("f16", "tt", 1024, 2048, 1024, 4096, 85, far=True)
    yield chain("f16", "tt", 64, 2048, 1024, 4096, 85, far=True)
