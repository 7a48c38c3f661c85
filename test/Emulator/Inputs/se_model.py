# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The functions of the SIMD engine, written from docs/numerics.md in numpy: binary32 in, binary32 out."""
import importlib.util
import math
import os

import numpy as np

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
F = np.float32
spec = importlib.util.spec_from_file_location("se_tables", f"{SOURCE}/scripts/se-tables.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
TABLE = {name: np.array(rows, np.uint32).view(F) for name, rows in module.tables().items()}


def power(e):
    return ((e + 127).astype(np.uint32) << np.uint32(23)).view(F)


def scaled(y, e):
    half = e // 2
    return y * power(half) * power(e - half)


def cubic(c, t):
    return ((c[:, 3] * t + c[:, 2]) * t + c[:, 1]) * t + c[:, 0]


def exp(x, rest=F(0)):
    total = x + rest
    legal = (total <= 89) & (total >= -104)
    n = np.rint(np.where(legal, total, F(0)) * F(32 / math.log(2)))
    r = np.where(legal, x, F(0)) - n * F(float.fromhex("0x1.62p-6"))
    r = r + np.where(legal, rest, F(0))
    r = r - n * F(float.fromhex("0x1.c85fep-15"))
    p = r * (F(1) + r * (F(0.5) + r * F(1 / 6)))
    n = n.astype(np.int64)
    t = TABLE["se_exp2"][n & 31, 0]
    return np.where(total > 89, F(np.inf), np.where(total < -104, F(0), scaled(t + t * p, n >> 5)))


def split(x):
    """m and e: |x| = m * 2**e, 1 <= m < 2"""
    m, e = np.frexp(np.abs(x).astype(np.float64))
    return (2 * m).astype(F), e.astype(np.int64) - 1


def ordinary(x):
    return np.where(np.isfinite(x) & (x != 0), x, F(1))


def reciprocal(x):
    m, e = split(ordinary(x))
    i = ((m - 1) * 64).astype(np.int64)
    y = scaled(cubic(TABLE["se_reciprocal"][i], (m.astype(np.float64) - 1 - (i + 0.5) / 64).astype(F)), -e)
    y = np.where(x == 0, F(np.inf), np.where(np.isinf(x), F(0), y))
    return np.where(np.isnan(x), x, np.copysign(y, x))


def rsqrt(x):
    m, e = split(ordinary(x))
    i = ((m - 1) * 64).astype(np.int64)
    odd = e % 2
    t = ((m.astype(np.float64) - 1 - (i + 0.5) / 64) * (1 + odd)).astype(F)
    y = scaled(cubic(TABLE["se_rsqrt"][i + 64 * odd], t), -((e - odd) // 2))
    y = np.where(x == 0, np.copysign(F(np.inf), x), np.where(np.isinf(x), F(0), y))
    return np.where(np.isnan(x) | (x < 0), F(np.nan), y)


def sigmoid(x):
    e = exp(-np.abs(x))
    r = reciprocal(F(1) + e)
    return np.where(x >= 0, r, e * r)


def tanh(x):
    a = np.abs(x)
    small = np.where(a < 1, a, F(0))
    i = (small * 32).astype(np.int64)
    near = x * cubic(TABLE["se_tanh"][i], (small.astype(np.float64) - (i + 0.5) / 32).astype(F))
    e = exp(-2 * a)
    far = F(1) - (2 * e) * reciprocal(F(1) + e)
    return np.where(a < 1, near, np.copysign(far, x))


def gelu(x):
    a = np.abs(x)
    inside = np.where(a < 16, a, F(0))
    i = (inside * 16).astype(np.int64)
    c = cubic(TABLE["se_mills"][i], (inside.astype(np.float64) - (i + 0.5) / 16).astype(F))
    h = (inside.view(np.uint32) & np.uint32(0xFFFFF000)).view(F)
    e = exp(h * h * F(-0.5), (inside + h) * (inside - h) * F(-0.5))
    y = np.where(x < 0, e * (x * c), x * (F(1) - e * c))
    return np.where(a < 16, y, np.where(x > 0, x, F(-0.0)))


def silu(x):
    return np.where(np.isneginf(x), F(-0.0), x * sigmoid(x))


def relu(x):
    return np.where(x < 0, F(0), x)
