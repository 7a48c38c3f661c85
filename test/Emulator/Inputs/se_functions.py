# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The functions of the SIMD engine, written from docs/numerics.md in numpy, against the emulator
(every bit), and both against the functions themselves (the errors that the page states).

    se_functions.py SE_EVAL SOURCE_DIR
"""
import importlib.util
import math
import re
import subprocess
import sys

import numpy as np

TOOL, SOURCE = sys.argv[1:]
F = np.float32
spec = importlib.util.spec_from_file_location("se_tables", f"{SOURCE}/scripts/se-tables.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with open(f"{SOURCE}/lib/Emulator/se_tables.inc", encoding="utf-8") as file:
    if file.read() != module.text():
        sys.exit("lib/Emulator/se_tables.inc is not what scripts/se-tables.py writes")
TABLE = {name: np.array(rows, np.uint32).view(F) for name, rows in module.tables().items()}


def power(e):
    return ((e + 127).astype(np.uint32) << np.uint32(23)).view(F)


def scaled(y, e):
    half = e // 2
    return y * power(half) * power(e - half)


def cubic(c, t):
    return ((c[:, 3] * t + c[:, 2]) * t + c[:, 1]) * t + c[:, 0]


def exp(x):
    inside = np.where((x <= 89) & (x >= -104), x, F(0))
    n = np.rint(inside * F(32 / math.log(2)))
    r = inside - n * F(float.fromhex("0x1.62p-6"))
    r = r - n * F(float.fromhex("0x1.c85fep-15"))
    p = r * (F(1) + r * (F(0.5) + r * F(1 / 6)))
    n = n.astype(np.int64)
    t = TABLE["se_exp2"][n & 31, 0]
    return np.where(x > 89, F(np.inf), np.where(x < -104, F(0), scaled(t + t * p, n >> 5)))


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
    tail = exp(inside * inside * F(-0.5)) * c
    y = x * np.where(x < 0, tail, F(1) - tail)
    return np.where(a < 16, y, np.where(x > 0, x, F(-0.0)))


def silu(x):
    return np.where(np.isneginf(x), F(-0.0), x * sigmoid(x))


def relu(x):
    return np.where(x < 0, F(0), x)


# --- what they approximate, in binary64 or better ---

def true_sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


erfc = np.vectorize(math.erfc, otypes=[np.float64])

FUNCTIONS = [  # number, model, truth
    (8, exp, np.exp),
    (9, sigmoid, true_sigmoid),
    (10, tanh, np.tanh),
    (11, gelu, lambda x: x * erfc(-x / math.sqrt(2)) / 2),
    (12, silu, lambda x: x * true_sigmoid(x)),
    (13, rsqrt, lambda x: 1 / np.sqrt(x)),
    (14, reciprocal, lambda x: 1 / x),
    (15, relu, lambda x: np.where(x < 0, 0, x)),
]


def stated(name):
    """The two errors in the table of the page: of f16 and of binary32 results, in units of the last place."""
    with open(f"{SOURCE}/docs/numerics.md", encoding="utf-8") as page:
        row = re.search(rf"^\| {name} \| ([\d.]+) \| ([\d.]+) \|", page.read(), re.M)
    return float(row[1]), float(row[2])


def ulps(result, truth, fraction, least):
    """Greatest distance in units of the last place that the truth has in the format."""
    r, t = result.astype(np.float64), truth.astype(np.float64)
    good = np.isfinite(r) & np.isfinite(t)
    e = np.maximum(np.frexp(t[good])[1] - 1, least)
    return float(np.max(np.abs(r[good] - t[good]) / np.ldexp(1.0, e - fraction)))


halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
random = np.random.default_rng(5)
words = np.concatenate([
    np.arange(0, 1 << 32, 4099, dtype=np.uint64).astype(np.uint32),           # all exponents
    random.uniform(-20, 20, 300000).astype(F).view(np.uint32),                # where the functions live
    random.uniform(-1, 1, 100000).astype(F).view(np.uint32),
    np.array([np.inf, -np.inf, np.nan, 0, -0.0, 1, -1, 89, -104, 16, -16], F).view(np.uint32),
    halves.astype(F).view(np.uint32)])
x = words.view(F)
wide = x.astype(np.float64)
for number, model, truth in FUNCTIONS:
    with np.errstate(all="ignore"):
        done = subprocess.run([TOOL, str(number)], input=words.tobytes(), stdout=subprocess.PIPE, check=True)
        found = np.frombuffer(done.stdout, np.uint32)
        expected = model(x)
        expected = np.where(np.isnan(expected) | np.isnan(x), np.uint32(0x7fc00000), expected.astype(F).view(np.uint32))
        if not np.array_equal(found, expected):
            at = int(np.argmax(found != expected))
            sys.exit(f"{model.__name__}({x[at]!r} = {words[at]:08x}): {found[at]:08x}, the page's steps give "
                     f"{expected[at]:08x}; {np.count_nonzero(found != expected)} differ")
        result = found.view(F)
        right = truth(wide)
        error32 = ulps(result, right, 23, -126)
        error16 = ulps(result[-len(halves):].astype(np.float16), right[-len(halves):], 10, -14)
        nan = np.isnan(right) & ~np.isnan(x) & ~np.isinf(x)
        if np.any(np.isnan(result) != (nan | np.isnan(x) | (np.isnan(right) & (number == 13)))):
            sys.exit(f"{model.__name__}: NaN where there should be none, or none where there should be one")
        limit16, limit32 = stated(model.__name__)
        print(f"{model.__name__}: {error16:.3f} of f16 (stated {limit16}), {error32:.2f} of binary32 (stated {limit32})")
        if not (error16 <= limit16 and error32 <= limit32):
            sys.exit("more than stated")
print("the page, the model and the emulator agree")
