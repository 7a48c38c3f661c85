# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Values of KNYFE-C's types and what its operations do with them, written from docs/knyfe.md."""
import math

import numpy as np

INTS = {"i4": (4, True), "i8": (8, True), "u8": (8, False), "i16": (16, True), "i32": (32, True), "i64": (64, True)}
FLOATS = ["f16", "bf16", "f32"]


# ---- Values: integers and bool as int64, floating point as float64 rounded to its type ----

def wrap(type_, v):
    bits, signed = INTS[type_]
    v = np.asarray(v, np.int64)
    if bits == 64:
        return v
    v = v & ((1 << bits) - 1)
    return np.where(v >= 1 << (bits - 1), v - (1 << bits), v) if signed else v


def bounds(type_):
    bits, signed = INTS[type_]
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


def rounded(type_, v):
    """To nearest even; too large is infinity."""
    v = np.asarray(v, np.float64)
    with np.errstate(all="ignore"):
        if type_ == "f32":
            return v.astype(np.float32).astype(np.float64)
        if type_ == "f16":
            return v.astype(np.float16).astype(np.float64)
        m, e = np.frexp(v)  # bf16: 8 bits, least 2^-133
        last = np.maximum(e - 8, -133)
        r = np.ldexp(np.rint(np.ldexp(v, -last)), last)
        r = np.where(np.abs(r) > 3.3895313892515355e38, np.copysign(np.inf, v), r)
        return np.where(np.isfinite(v), r, v)


def to_int(type_, v):
    """Cut off, saturate, NaN is 0."""
    low, high = bounds(type_)
    v = np.asarray(v, np.float64)
    out = np.zeros(v.shape, np.int64)
    inside = (v > low) & (v < high)
    out[inside] = np.trunc(v[inside]).astype(np.int64)
    out[v >= high] = high
    out[v <= low] = low
    return out


def convert(source, target, v):
    if source == target:
        return v
    if target == "bool":
        return (np.asarray(v) != 0).astype(np.int64)
    if target in FLOATS:
        if source == "i64":  # one rounding from exact integers
            flat = [int_to_float(int(x), target) for x in np.ravel(v)]
            return np.array(flat, np.float64).reshape(np.shape(v))
        return rounded(target, v)
    if source in FLOATS:
        return to_int(target, v)
    return wrap(target, v)


def int_to_float(x, type_):
    precision = {"f32": 24, "f16": 11, "bf16": 8}[type_]
    sign, x = (-1, -x) if x < 0 else (1, x)
    shift = max(x.bit_length() - precision, 0)
    q, rest = x >> shift, x & ((1 << shift) - 1)
    half = 1 << shift >> 1
    if shift and (rest > half or (rest == half and q & 1)):
        q += 1
    return float(rounded(type_, float(sign * (q << shift))))


def safe(f, at_overflow=math.inf):
    def call(x):
        if math.isnan(x):
            return math.nan
        try:
            return f(x)
        except OverflowError:
            return at_overflow
        except (ValueError, ZeroDivisionError):
            return math.nan
    return call


def log(x):
    return -math.inf if x == 0 else math.log(x)


def divide(a, b):
    with np.errstate(all="ignore"):
        return float(np.float64(a) / np.float64(b))


def sigmoid(x):
    return divide(1, 1 + safe(math.exp)(-x))


FUNCTIONS = {
    "exp": safe(math.exp), "log": safe(log), "sqrt": safe(math.sqrt), "rsqrt": lambda x: divide(1, safe(math.sqrt)(x)),
    "tanh": safe(math.tanh), "sigmoid": sigmoid, "erf": safe(math.erf),
    "gelu": lambda x: -0.0 if x == -math.inf else 0.5 * x * safe(math.erfc)(-x * math.sqrt(0.5)),
    "silu": lambda x: -0.0 if x == -math.inf else divide(x, 1 + safe(math.exp)(-x)),
    "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "round": np.rint,
    "round_away": lambda x: np.copysign(np.floor(abs(x)) + (abs(x) - np.floor(abs(x)) >= 0.5), x),
}


def map_function(f, v):
    v = np.asarray(v, np.float64)
    with np.errstate(all="ignore"):
        return np.array([f(float(x)) for x in v.ravel()], np.float64).reshape(v.shape)


def choose(a, b, take_a):
    """min and max of floating point: NaN if either is."""
    nan = np.isnan(a) | np.isnan(b)
    return np.where(nan, np.nan, np.where(take_a, a, b))


def least(a, b):
    return choose(a, b, a < b) if np.asarray(a).dtype.kind == "f" else np.minimum(a, b)


def most(a, b):
    return choose(a, b, a > b) if np.asarray(a).dtype.kind == "f" else np.maximum(a, b)


def divided(type_, x, y):
    """Quotient and remainder: cut towards zero; by 0 they are -1 and x."""
    if y == 0:
        return -1, x
    q = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
    low, high = bounds(type_)
    return (low if q > high else q), x - q * y


def int_op(op, type_, a, b):
    a, b = np.broadcast_arrays(np.asarray(a, np.int64), np.asarray(b, np.int64))
    with np.errstate(all="ignore"):
        if op in "+-*":
            return wrap(type_, a + b if op == "+" else a - b if op == "-" else a * b)
        if op in "/%":
            pairs = [divided(type_, int(x), int(y)) for x, y in zip(a.ravel(), b.ravel())]
            return np.array([p[op == "%"] for p in pairs], np.int64).reshape(a.shape)
        if op in ("<<", ">>"):
            amount = b & (INTS[type_][0] - 1)
            return wrap(type_, a << amount) if op == "<<" else a >> amount
        return a & b if op == "&" else a | b if op == "|" else a ^ b


def quantized(type_, value, source, scale, zero, low, high, away):
    f = convert(source, "f32", value) if source != "f32" else value
    with np.errstate(all="ignore"):
        p = rounded("f32", f * scale)
    r = map_function(FUNCTIONS["round_away"], p) if away else np.rint(p)
    q = np.where(np.isnan(p), 0.0, r) + zero
    return np.where(q < low, low, np.where(q > high, high, np.where(np.abs(q) < 2**62, q, 0))).astype(np.int64)


def reduce(kind, type_, v, mask):
    """Along the last axis, where the mask is."""
    count = mask.sum(axis=-1)
    if kind in ("any", "all"):
        return (np.any((v != 0) & mask, axis=-1) if kind == "any" else np.all((v != 0) | ~mask, axis=-1)).astype(np.int64)
    real = type_ in FLOATS
    if kind in ("sum", "mean", "prod"):
        v = np.where(mask, v, 1 if kind == "prod" else 0)
        start = np.full(v.shape[:-1] + (1,), 1 if kind == "prod" else 0, v.dtype)
        v = np.concatenate([start, v], axis=-1)
        with np.errstate(all="ignore"):
            total = (np.cumprod if kind == "prod" else np.cumsum)(v, axis=-1)[..., -1]
            if kind == "mean":
                return rounded("f32", np.float64(total) / count)
        return rounded("f32", total) if real else wrap(type_, total)
    if kind in ("max", "min"):
        empty = (-math.inf if kind == "max" else math.inf) if real else bounds(type_)[kind == "min"]
        out = np.full(v.shape[:-1], empty, v.dtype)
        for k in range(v.shape[-1]):
            out = np.where(mask[..., k], (most if kind == "max" else least)(out, v[..., k]), out)
        return out
    best, place = np.zeros(v.shape[:-1], v.dtype), np.full(v.shape[:-1], -1, np.int64)
    for k in range(v.shape[-1]):
        x = v[..., k]
        better = x > best if kind == "argmax" else x < best
        if real:
            better = ~np.isnan(best) & (np.isnan(x) | better)
        better = mask[..., k] & ((place < 0) | better)
        best, place = np.where(better, x, best), np.where(better, k, place)
    return place


# ---- Where values stand ----

class Scope:
    """Index variables in force, each an array along an axis of its own."""

    def __init__(self, values=(), count=0, mask=None):
        self.values, self.count, self.mask = dict(values), count, mask

    def push(self, name, numbers):
        inner = {k: v[..., None] for k, v in self.values.items()}
        inner[name] = np.asarray(numbers, np.int64).reshape((1,) * self.count + (-1,))
        return Scope(inner, self.count + 1)


class Tensor:
    def __init__(self, name, type_, dims, kind="plain"):
        self.name, self.type, self.dims, self.kind = name, type_, dims, kind
        self.value = None  # of the type's values, not of its bytes
