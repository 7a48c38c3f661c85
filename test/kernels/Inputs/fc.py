# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/fc against numpy.

usage: fc.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]

Integers: every bit, but behind GELU, SiLU, sigmoid and tanh, where a step of the quantised result is allowed. Floating
point: on one PE the order of the sum is known, every bit must be right; on more, k may be split: small integers must
be exact, other numbers inside the bound of K + 2 roundings.
"""
import math

import numpy as np
from harness import GRIDS, Failure, main, same

NONE, RELU, GELU, SILU, SIGMOID, TANH = range(6)
EVEN, AWAY, BEFORE, FIXED = range(4)
INTEGERS = [f"fc_{p}_{y}" for p in ("s8s8", "u8s8") for y in ("i8", "u8", "i32", "f32")]
FLOATS = ["fc_f16", "fc_f16_f32", "fc_bf16", "fc_bf16_f32"]
TYPES = {"i8": np.int8, "u8": np.uint8, "i32": np.int32, "f32": np.float32, "f16": np.float16}
ALL_DRAM = {t: "dram" for t in ("x", "w", "bias", "y")}


def case(kernel, grid, m, k, n, kind="random", function=NONE, rounding=EVEN, channels=False, zeros=(0, 0, 0), bias=True,
         places=()):
    """kind of floats: random, integers, special; zeros: of x, w and y."""
    return dict(kernel=kernel, grid=grid, m=m, k=k, n=n, kind=kind, function=function, rounding=rounding, channels=channels,
                zeros=zeros, bias=bias, places=dict(places))


SAMPLE = [
    case("fc_f16", "1x1", 1, 1, 1), case("fc_f16", "1x1", 33, 17, 65), case("fc_f16", "1x1", 64, 100, 31, places=ALL_DRAM),
    case("fc_f16_f32", "1x1", 5, 300, 7, "special"), case("fc_f16", "2x3", 97, 101, 103, bias=False),
    case("fc_f16_f32", "2x3", 65, 512, 129, "integers", RELU), case("fc_bf16", "8x8", 256, 512, 192, "integers"),
    case("fc_f16", "8x8", 40, 2048, 72, "integers", places=ALL_DRAM), case("fc_bf16_f32", "8x8", 300, 300, 300),
    case("fc_bf16", "1x1", 70, 90, 40, "special"), case("fc_bf16_f32", "2x3", 200, 5, 1, "integers"),
    case("fc_f16", "8x8", 64, 1281, 64, "special"), case("fc_f16_f32", "8x8", 3, 4099, 5, "integers"),
    case("fc_bf16", "2x3", 31, 77, 65, function=GELU), case("fc_f16", "1x1", 0, 5, 7), case("fc_f16", "2x3", 5, 0, 70, "integers"),
    case("fc_s8s8_i8", "1x1", 65, 100, 33, zeros=(3, -7, 11)), case("fc_s8s8_i8", "8x8", 129, 1000, 300, rounding=AWAY, channels=True),
    case("fc_s8s8_u8", "2x3", 100, 333, 97, rounding=FIXED, zeros=(0, 5, 100)),
    case("fc_s8s8_u8", "8x8", 1, 2048, 256, function=RELU, channels=True, zeros=(-128, 0, 9)),
    case("fc_s8s8_i32", "8x8", 300, 500, 77, zeros=(127, -128, 0)), case("fc_s8s8_i32", "1x1", 1, 0, 1),
    case("fc_s8s8_f32", "2x3", 65, 65, 65, function=GELU, channels=True), case("fc_u8s8_i8", "8x8", 70, 640, 1000, function=TANH),
    case("fc_u8s8_i8", "2x3", 31, 129, 64, rounding=FIXED, channels=True, zeros=(128, 1, -1), function=RELU),
    case("fc_u8s8_u8", "8x8", 257, 700, 511, rounding=BEFORE, zeros=(255, -1, 128), places=ALL_DRAM),
    case("fc_u8s8_i32", "2x3", 64, 3000, 64, zeros=(1, 0, 0), bias=False), case("fc_u8s8_f32", "8x8", 200, 128, 200, function=SILU),
    case("fc_s8s8_i8", "8x8", 600, 96, 2000, zeros=(5, 6, 7)), case("fc_s8s8_i8", "1x1", 300, 200, 300, channels=True),
    case("fc_u8s8_i8", "2x3", 127, 0, 16, rounding=FIXED, zeros=(255, 91, 127)), case("fc_u8s8_i32", "5x7", 2, 0, 65, zeros=(0, -37, 0)),
    case("fc_s8s8_f32", "1x1", 70, 4000, 200), case("fc_s8s8_i8", "2x3", 0, 3, 5), case("fc_u8s8_u8", "1x1", 3, 4, 0),
]


def random_case(r):
    size = lambda: r.choice([0, 1, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 257, 500,  # noqa: E731
                             1000, 2000, 5000])
    m, k, n = size(), size(), size()
    while m * k * n > 20000000:
        m, k, n = (m + 1) // 2, (k + 1) // 2, (n + 1) // 2
    kernel = r.choice(INTEGERS + FLOATS)
    zeros = tuple(r.choice([0, 0, low, high, r.randint(low, high)]) for low, high in ranges(kernel))
    narrow = kernel.endswith(("_i8", "_u8"))
    function = r.choice([NONE, NONE, RELU, GELU, SILU, SIGMOID, TANH]) if not kernel.endswith("i32") else NONE
    rounding = r.choice([EVEN, AWAY, BEFORE, FIXED]) if narrow and kernel not in FLOATS else EVEN
    if rounding == FIXED and function > RELU:
        function = NONE
    return case(kernel, r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7", "4x4", "6x4"]), m, k, n,
                r.choice(["random", "random", "integers", "special"]), function, rounding, r.random() < 0.5, zeros, r.random() < 0.8,
                {t: "dram" for t in ALL_DRAM if r.random() < 0.2})


def ranges(kernel):
    """Of the zero points of x, w, y."""
    x = (0, 255) if "u8s8" in kernel else (-128, 127)
    return x, (-128, 127), (0, 255) if kernel.endswith("_u8") else (-128, 127)


def apply(function, f):
    if function == RELU:
        return np.where(f < 0, 0, f)
    if function == GELU:
        return f * 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(f / math.sqrt(2)))
    if function == SILU:
        return f / (1 + np.exp(-f))
    if function == SIGMOID:
        return 1 / (1 + np.exp(-f))
    return np.tanh(f) if function == TANH else f


def rounded(f, rounding, zero):
    """binary32 to integers, before the clamp."""
    if rounding == BEFORE:
        return np.rint(f + np.float32(zero)).astype(np.int64)
    r = np.rint(f) if rounding == EVEN else np.trunc(f.astype(np.float64) + np.copysign(0.5, f))
    return np.clip(r, -2.0**31, 2.0**31 - 1).astype(np.int64) + zero


def fixed_point(total, multiplier, shift):
    """Style 3 of docs/isa/xmtia.md, 4, for shifts not above 0."""
    q = (total * multiplier + (1 << 30)) >> 31
    half = np.where(shift < 0, np.int64(1) << np.maximum(-shift - 1, 0), 0)
    return np.where(q < 0, -((-q + half) >> -shift), (q + half) >> -shift)


def run_integers(device, c):
    random = np.random.default_rng(c["seed"])
    kernel, m, k, n = c["kernel"], c["m"], c["k"], c["n"]
    out, function, rounding, (zx, zw, zy) = kernel.split("_")[-1], c["function"], c["rounding"], c["zeros"]
    x_type = np.uint8 if "u8s8" in kernel else np.int8
    x = random.integers(np.iinfo(x_type).min, np.iinfo(x_type).max, (m, k), x_type, endpoint=True)
    w = random.integers(-128, 128, (n, k), np.int8)
    bias = random.integers(-30000, 30000, n if c["bias"] else 0, np.int32)
    total = (x.astype(np.float64) - zx) @ (w.astype(np.float64) - zw).T
    total = (total.astype(np.int64) + (bias if c["bias"] else 0) + 2**31) % 2**32 - 2**31
    size = (3 if function > RELU else 60) / max(1.0, float(np.abs(total).mean()) if total.size else 1.0)
    scales = (random.uniform(0.5, 1.5, n if c["channels"] else 1) * size).astype(np.float32)
    multiplier, shift, fixed = 0, 0, np.zeros(0, np.int32)
    if rounding == FIXED:
        mantissa, exponent = np.frexp(scales.astype(np.float64))
        multiplier = np.minimum(np.rint(mantissa * 2.0**31), 2**31 - 1).astype(np.int64)
        shift = np.clip(exponent, -31, 0).astype(np.int64)
        if c["channels"]:
            fixed = np.stack([multiplier, shift], 1).astype(np.int32).reshape(-1)
    y, = device.run(
        kernel, dict(x=x, w=w, bias=bias, scales=scales if c["channels"] else np.zeros(0, np.float32), fixed=fixed), ["y"], c["grid"],
        scalars=dict(scale=float(scales[0]) if scales.size else 1.0, multiplier=int(np.ravel(multiplier)[0]) if np.size(multiplier) else 0,
                     shift=int(np.ravel(shift)[0]) if np.size(shift) else 0, zero_x=zx, zero_w=zw, zero_y=zy, function=function, rounding=rounding, out_scale=20.0),
        places=c["places"])
    if y.dtype != TYPES[out] or y.shape != (m, n):
        raise Failure(f"y: {y.dtype}{y.shape}")
    if out == "i32":
        return same("y", y, total.astype(np.int32))
    f = total.astype(np.float32) * scales
    if out == "f32":
        expected = apply(function, f.astype(np.float64))
        if function <= RELU:
            return same("y", y + np.float32(0), expected.astype(np.float32) + np.float32(0))
        return near("y", y, expected, 1e-5 * np.abs(expected) + 1e-6)
    if rounding == FIXED:
        q = fixed_point(total, multiplier, shift) + zy
    elif function > RELU:
        q = rounded((apply(function, f.astype(np.float64)).astype(np.float32) * np.float32(20)), rounding, zy)
    else:
        q = rounded(f, rounding, zy)
    limits = np.iinfo(TYPES[out])
    q = np.clip(q, zy if function == RELU else limits.min, limits.max)
    if function > RELU:
        return near("y", y, q, 1)
    return same("y", y, q.astype(TYPES[out]))


def near(what, found, expected, bound):
    with np.errstate(all="ignore"):
        wrong = ~((np.abs(found.astype(np.float64) - expected) <= bound) | (found == expected) | (np.isnan(found) & np.isnan(expected)))
    if wrong.any():
        where = tuple(np.argwhere(wrong)[0])
        raise Failure(f"{what}: {wrong.sum()} of {found.size} beyond the bound, first at {where}: {found[where]!r}, "
                      f"expected {expected[where]!r} +- {np.broadcast_to(bound, found.shape)[where]!r}")


def to_bf16(x):
    """binary32, rounded to bf16."""
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    up = bits + (0x7FFF + (bits >> 16 & 1))
    return np.where(np.isnan(x), 0x7FC00000, up & 0xFFFF0000).astype(np.uint32).view(np.float32)


def in_order(x, w, bias):
    """The sum in the order of k, of binary32."""
    total = np.broadcast_to(bias, (len(x), len(w))).astype(np.float32)
    with np.errstate(all="ignore"):
        for k in range(x.shape[1]):
            total = total + x[:, k:k + 1] * w[:, k]
    return total


def run_floats(device, c):
    random = np.random.default_rng(c["seed"])
    kernel, m, k, n, function = c["kernel"], c["m"], c["k"], c["n"], c["function"]
    brain = "bf16" in kernel
    narrow = to_bf16 if brain else lambda v: np.asarray(v, np.float32).astype(np.float16).astype(np.float32)
    with np.errstate(all="ignore"):
        if c["kind"] == "integers":
            x, w = (random.integers(-8, 9, s).astype(np.float32) for s in ((m, k), (n, k)))
            bias = random.integers(-100, 101, n).astype(np.float32)
        else:
            x, w = (narrow(random.standard_normal(s)) for s in ((m, k), (n, k)))
            bias = random.standard_normal(n).astype(np.float32)
        if c["kind"] == "special" and x.size and w.size:
            x.flat[random.integers(0, x.size, 3)] = narrow([np.inf, 60000, 6e-8])
            w.flat[random.integers(0, w.size, 3)] = narrow([0, 60000, -6e-8])
            bias[-1] = np.nan
    bias = bias if c["bias"] else bias[:0]
    stored = (lambda v: (v.view(np.uint32) >> 16).astype(np.uint16).view("V2")) if brain else lambda v: v.astype(np.float16)
    y, = device.run(kernel, dict(x=stored(x), w=stored(w), bias=bias), ["y"], c["grid"], scalars=dict(function=function),
                    places=c["places"])
    out32 = kernel.endswith("f32")
    if y.shape != (m, n):
        raise Failure(f"y: {y.shape}")
    if brain and not out32:
        y = (y.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    y = y.astype(np.float32)
    bias = bias if c["bias"] else np.zeros(n, np.float32)
    last = (lambda v: v) if out32 else narrow
    with np.errstate(all="ignore"):
        exact = c["kind"] == "integers"
        total = (x.astype(np.float64) @ w.astype(np.float64).T + bias).astype(np.float32) if exact else in_order(x, w, bias)
        expected = apply(function, total.astype(np.float64)).astype(np.float32)
        if function <= RELU and (exact or c["grid"] == "1x1"):
            return same("y", y + np.float32(0), last(expected) + np.float32(0))
        bound = (k + 2) * 2.0**-23 * (np.abs(x).astype(np.float64) @ np.abs(w).astype(np.float64).T + np.abs(bias)) * 1.2
        expected = last(expected).astype(np.float64)
        bound += np.abs(expected) * (2.0**-20 if out32 else 2.0**-7 if brain else 2.0**-10) + 2.0**-24
        if not np.isfinite(total).all():
            finite = np.isfinite(total) & (np.isfinite(bound))
            y, expected, bound = y[finite], expected[finite], bound[finite]
    return near("y", y, expected, bound)


def run_case(device, c):
    return run_integers(device, c) if c["kernel"] in INTEGERS else run_floats(device, c)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
