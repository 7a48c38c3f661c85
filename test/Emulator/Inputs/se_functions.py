# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The functions of the SIMD engine, written from docs/numerics.md in numpy, against the emulator
(every bit), and both against the functions themselves (the errors that the page states).

    se_functions.py SE_EVAL SOURCE_DIR
"""
import math
import re
import subprocess
import sys

import numpy as np
from se_model import exp, gelu, module, reciprocal, relu, rsqrt, sigmoid, silu, tanh

TOOL, SOURCE = sys.argv[1:]
F = np.float32
with open(f"{SOURCE}/lib/Emulator/se_tables.inc", encoding="utf-8") as file:
    if file.read() != module.text():
        sys.exit("lib/Emulator/se_tables.inc is not what scripts/se-tables.py writes")


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
