#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lib/Emulator/fp.c against exact rational arithmetic.

    exact.py FP_EVAL --cases N [--seed N]    (N = 0: for $FUZZ_SECONDS)

The expectation is computed from the definitions of IEEE 754 (and the RISC-V manual where IEEE
leaves a choice) with Python's unbounded integers: the exact result, then one rounding. Square
roots are compared by squaring.
"""
import argparse
import math
import os
import random
import subprocess
import sys
import time
from fractions import Fraction

NX, UF, OF, DZ, NV = 1, 2, 4, 8, 16
RNE, RTZ, RDN, RUP, RMM, ROD = 0, 1, 2, 3, 4, 6
MODES = (RNE, RTZ, RDN, RUP, RMM, ROD)
INF, QNAN, SNAN = "inf", "qnan", "snan"


class Format:
    def __init__(self, name, fraction, exponent):
        self.name = name
        self.fraction = fraction
        self.exponent = exponent
        self.bits = 1 + fraction + exponent
        self.bias = 2 ** (exponent - 1) - 1
        self.emin = 1 - self.bias
        self.max = (2 - Fraction(1, 2 ** fraction)) * Fraction(2) ** self.bias
        self.inf = (2 ** exponent - 1) << fraction
        self.nan = self.inf | 1 << fraction - 1

    def decode(self, bits):
        """(sign, kind or magnitude)"""
        sign = bits >> self.bits - 1 & 1
        exponent = bits >> self.fraction & 2 ** self.exponent - 1
        fraction = bits & 2 ** self.fraction - 1
        if exponent == 2 ** self.exponent - 1:
            return sign, INF if not fraction else QNAN if fraction >> self.fraction - 1 else SNAN
        if exponent:
            return sign, Fraction(2 ** self.fraction + fraction, 2 ** self.fraction) \
                * Fraction(2) ** (exponent - self.bias)
        return sign, Fraction(fraction, 2 ** self.fraction) * Fraction(2) ** self.emin

    def encode(self, sign, magnitude):
        """The bits of a magnitude that the format has."""
        units = magnitude / Fraction(2) ** (self.emin - self.fraction)
        assert units.denominator == 1
        units = int(units)
        exponent = max(units.bit_length() - 1 - self.fraction, 0)
        units >>= exponent
        return sign << self.bits - 1 | units + (exponent << self.fraction)

    def signed_inf(self, sign):
        return sign << self.bits - 1 | self.inf


FORMATS = {f.name: f for f in (Format("f16", 10, 5), Format("bf16", 7, 8), Format("f32", 23, 8),
                               Format("f64", 52, 11))}


def round_integer(value, sign, mode):
    """A magnitude to an integer; `value` may be a Root."""
    floor = value.floor() if isinstance(value, Root) else math.floor(value)
    if value == floor:
        return floor, False
    if mode == RNE or mode == RMM:
        half = Fraction(2 * floor + 1, 2)
        up = value > half or value == half and (mode == RMM or floor % 2 == 1)
    else:
        up = {RTZ: False, RDN: sign, RUP: not sign, ROD: floor % 2 == 0}[mode]
    return floor + up, True


class Root:
    """The square root of a positive rational, compared exactly."""

    def __init__(self, square):
        self.square = square

    def scale(self, factor):
        return Root(self.square * factor * factor)

    def floor(self):
        return math.isqrt(self.square.numerator // self.square.denominator)

    def __eq__(self, other):
        return self.square == other * other

    def __gt__(self, other):
        return self.square > other * other

    def __ge__(self, other):
        return self.square >= other * other


def times(value, factor):
    return value.scale(factor) if isinstance(value, Root) else value * factor


def exponent_of(value):
    """e with 2^e <= value < 2^(e + 1)"""
    square = value.square if isinstance(value, Root) else value * value
    e = (square.numerator.bit_length() - square.denominator.bit_length()) // 2 - 2
    while square >= Fraction(4) ** (e + 1):
        e += 1
    return e


def round_to(f, sign, value, mode):
    """Bits and flags of a magnitude that is not zero."""
    e = exponent_of(value)
    # With unbounded exponent: is the rounded result below the smallest normal number?
    units, inexact = round_integer(times(value, Fraction(2) ** (f.fraction - e)), sign, mode)
    tiny = units * Fraction(2) ** (e - f.fraction) < Fraction(2) ** f.emin
    if e < f.emin:
        e = f.emin
        units, inexact = round_integer(times(value, Fraction(2) ** (f.fraction - e)), sign, mode)
    result = units * Fraction(2) ** (e - f.fraction)
    if result > f.max:
        infinite = mode in (RNE, RMM) or mode == (RDN if sign else RUP)
        return f.signed_inf(sign) if infinite else f.encode(sign, f.max), OF | NX
    return f.encode(sign, result), (NX | (UF if tiny else 0) if inexact else 0)


def round_signed(f, value, mode, zero_sign):
    if value == 0:
        return zero_sign << f.bits - 1, 0
    return round_to(f, int(value < 0), abs(value), mode)


def signed(number):
    return -number[1] if number[0] else number[1]


def fma(f, x, y, z, mode):
    product_sign = x[0] ^ y[0]
    bad = {x[1], y[1]} == {INF, 0}
    kinds = (x[1], y[1], z[1])
    if SNAN in kinds or bad:
        return f.nan, NV
    if QNAN in kinds:
        return f.nan, 0
    if INF in (x[1], y[1]):
        return (f.nan, NV) if z == (1 - product_sign, INF) else (f.signed_inf(product_sign), 0)
    if z[1] == INF:
        return f.signed_inf(z[0]), 0
    product = signed(x) * signed(y)
    same = product_sign == z[0] and product == 0 and z[1] == 0
    return round_signed(f, product + signed(z), mode, z[0] if same else int(mode == RDN))


def product_or_quotient(f, x, y, mode, op):
    sign = x[0] ^ y[0]
    if SNAN in (x[1], y[1]):
        return f.nan, NV
    if QNAN in (x[1], y[1]):
        return f.nan, 0
    if op == "mul":
        if INF in (x[1], y[1]):
            return (f.nan, NV) if 0 in (x[1], y[1]) else (f.signed_inf(sign), 0)
        return round_signed(f, signed(x) * signed(y), mode, sign)
    if x[1] == y[1] and x[1] in (INF, 0):
        return f.nan, NV
    if x[1] == INF:
        return f.signed_inf(sign), 0
    if y[1] == INF:
        return sign << f.bits - 1, 0
    if y[1] == 0:
        return f.signed_inf(sign), DZ
    return round_signed(f, signed(x) / signed(y), mode, sign)


def add(f, x, y, mode):
    if SNAN in (x[1], y[1]):
        return f.nan, NV
    if QNAN in (x[1], y[1]):
        return f.nan, 0
    if x[1] == INF:
        return (f.nan, NV) if y == (1 - x[0], INF) else (f.signed_inf(x[0]), 0)
    if y[1] == INF:
        return f.signed_inf(y[0]), 0
    same = x[0] == y[0] and x[1] == 0 and y[1] == 0
    return round_signed(f, signed(x) + signed(y), mode, x[0] if same else int(mode == RDN))


def square_root(f, x, mode):
    if x[1] in (SNAN, QNAN):
        return f.nan, NV if x[1] == SNAN else 0
    if x[1] == 0:
        return x[0] << f.bits - 1, 0
    if x[0]:
        return f.nan, NV
    if x[1] == INF:
        return f.inf, 0
    return round_to(f, 0, Root(x[1]), mode)


def order(x):
    """A key that puts numbers, and -0 before +0, in order."""
    magnitude = Fraction(2) ** 5000 if x[1] == INF else x[1]
    return (-magnitude if x[0] else magnitude), -x[0]


def compare(x, y, op):
    if SNAN in (x[1], y[1]) or QNAN in (x[1], y[1]):
        return 0, NV if op != "eq" or SNAN in (x[1], y[1]) else 0
    a, b = order(x)[0], order(y)[0]
    return int({"eq": a == b, "lt": a < b, "le": a <= b}[op]), 0


def min_max(f, x, y, a, b, op):
    flags = NV if SNAN in (x[1], y[1]) else 0
    x_nan, y_nan = (n[1] in (SNAN, QNAN) for n in (x, y))
    if x_nan or y_nan:
        return f.nan if x_nan and y_nan else b if x_nan else a, flags
    return (a if (order(x) < order(y)) == (op == "min") else b), flags


def classify(f, x):
    if x[1] in (SNAN, QNAN):
        return 1 << (8 if x[1] == SNAN else 9), 0
    positive = 7 if x[1] == INF else 4 if x[1] == 0 else 5 if x[1] < Fraction(2) ** f.emin else 6
    return 1 << (7 - positive if x[0] else positive), 0


def to_int(x, bits, is_signed, mode):
    low, high = (-2 ** (bits - 1), 2 ** (bits - 1) - 1) if is_signed else (0, 2 ** bits - 1)
    if x[1] in (SNAN, QNAN):
        value, flags = high, NV
    elif x[1] == INF:
        value, flags = low if x[0] else high, NV
    else:
        value, inexact = round_integer(x[1], x[0], mode)
        value, flags = -value if x[0] else value, NX if inexact else 0
        if not low <= value <= high:
            value, flags = low if value < low else high, NV
    return value & 2 ** 64 - 1, flags


def convert(f, g, x, mode):
    if x[1] in (SNAN, QNAN):
        return g.nan, NV if x[1] == SNAN else 0
    if x[1] == INF:
        return g.signed_inf(x[0]), 0
    return round_signed(g, signed(x), mode, x[0])


def expected(f, op, mode, a, b, c):
    if op in ("from_i64", "from_u64"):
        value = a - 2 ** 64 if op == "from_i64" and a >> 63 else a
        return round_signed(f, Fraction(value), mode, 0)
    x, y, z = f.decode(a), f.decode(b), f.decode(c)
    if op == "add":
        return add(f, x, y, mode)
    if op == "sub":
        return add(f, x, (1 - y[0], y[1]), mode)
    if op in ("mul", "div"):
        return product_or_quotient(f, x, y, mode, op)
    if op == "fma":
        return fma(f, x, y, z, mode)
    if op == "sqrt":
        return square_root(f, x, mode)
    if op in ("eq", "lt", "le"):
        return compare(x, y, op)
    if op in ("min", "max"):
        return min_max(f, x, y, a, b, op)
    if op == "class":
        return classify(f, x)
    kind = op[3:]
    if kind in FORMATS:
        return convert(f, FORMATS[kind], x, mode)
    return to_int(x, int(kind[1:]), kind[0] == "i", mode)


def operand(rng, f, other=None):
    """Bits that meet the corners often; `other` is an operand to be near to."""
    sign = rng.getrandbits(1) << f.bits - 1
    top = 2 ** f.exponent - 1
    fractions = (0, 1, 2 ** f.fraction - 1, 2 ** (f.fraction - 1), rng.getrandbits(f.fraction),
                 rng.getrandbits(f.fraction) & ~rng.getrandbits(f.fraction),
                 1 << rng.randrange(f.fraction), 2 ** f.fraction - (1 << rng.randrange(f.fraction)))
    exponents = (0, 1, top, top - 1, f.bias, f.bias + rng.randrange(-3, 4),
                 f.bias + rng.randrange(-f.fraction - 2, f.fraction + 3) if f.bias > f.fraction
                 else rng.randrange(top), rng.randrange(top), rng.randrange(top))
    exponent = rng.choice(exponents)
    if other is not None and rng.random() < 0.4:
        near = (other >> f.fraction & top) + rng.randrange(-2, 3) * rng.choice((0, 1, f.fraction // 2))
        exponent = min(max(near, 0), top)
    return sign | exponent << f.fraction | rng.choice(fractions)


def integer(rng):
    value = rng.getrandbits(rng.randrange(1, 65))
    if rng.random() < 0.3:
        value = (1 << rng.randrange(64)) + rng.randrange(-2, 3)
    return (-value if rng.getrandbits(1) else value) & 2 ** 64 - 1


OPS = ["add", "sub", "mul", "div", "sqrt", "fma", "fma", "min", "max", "eq", "lt", "le", "class",
       "from_i64", "from_u64", "to_i8", "to_u8", "to_i16", "to_u16", "to_i32", "to_u32", "to_i64",
       "to_u64", "to_f16", "to_bf16", "to_f32", "to_f64"]


def generate(rng, count):
    cases = []
    while len(cases) < count:
        f = rng.choice(list(FORMATS.values()))
        op = rng.choice(OPS)
        if op == "to_" + f.name:
            continue
        if op.startswith("from"):
            cases.append((f.name, op, rng.choice(MODES), integer(rng), 0, 0))
            continue
        a = operand(rng, f)
        if op[:4] in ("to_i", "to_u"):  # near the ends of the range and around halves
            if rng.random() < 0.6 and f.bias > 70:
                a = a & ~(2 ** f.exponent - 1 << f.fraction) \
                    | f.bias + rng.randrange(-2, 66) << f.fraction
        b = operand(rng, f, a)
        c = operand(rng, f, rng.choice((a, b)))
        if op == "fma" and rng.random() < 0.4:  # of the product's size
            exponent = sum((n >> f.fraction & 2 ** f.exponent - 1) - f.bias for n in (a, b)) + f.bias
            exponent += rng.randrange(-2, 3) * rng.choice((0, 1, f.fraction // 2))
            exponent = min(max(exponent, 0), 2 ** f.exponent - 1)
            c = c & ~(2 ** f.exponent - 1 << f.fraction) | exponent << f.fraction
        cases.append((f.name, op, rng.choice(MODES), a, b, c))
    return cases


def check(tool, cases):
    """Prints the first wrong ones, returns their number."""
    text = "".join(f"{f} {op} {m:x} {a:x} {b:x} {c:x}\n" for f, op, m, a, b, c in cases)
    lines = subprocess.run([tool], input=text, stdout=subprocess.PIPE, check=True,
                           encoding="ascii").stdout.splitlines()
    assert len(lines) == len(cases)
    wrong = 0
    for case, line in zip(cases, lines):
        got = tuple(int(word, 16) for word in line.split())
        want = expected(FORMATS[case[0]], *case[1:])
        if got != want:
            wrong += 1
            if wrong <= 20:
                name, op, mode, a, b, c = case
                print(f"{name} {op} rm {mode} {a:x} {b:x} {c:x}: {got[0]:x} flags {got[1]:x}, "
                      f"exactly {want[0]:x} flags {want[1]:x}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("eval")
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 9))
    args = parser.parse_args()
    print(f"exact.py: seed {args.seed}")
    rng = random.Random(args.seed)
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    done = wrong = 0
    while not wrong and (done < args.cases if args.cases else time.time() < end):
        wrong = check(args.eval, generate(rng, args.cases or 10000))
        done += args.cases or 10000
    print(f"exact.py: {done} cases, {wrong} wrong")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
