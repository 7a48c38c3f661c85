# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Floating-point types of the kernels, bf16 too, and comparison with references in binary64."""
import numpy as np
from harness import Failure

F32, F16, BF16 = "f32", "f16", "bf16"
BITS = {F32: 24, F16: 11, BF16: 8}  # of a significand


def bf16_round(x):
    """binary32 to the nearest bf16, ties to even, as its 16 bits."""
    bits = np.asarray(x, np.float32).view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
    return np.where(np.isnan(x), 0x7FC0, rounded).astype(np.uint16)


def store(x, kind):
    """Numbers as an array of that type: of bf16, of two bytes each, as mtia-run takes them."""
    with np.errstate(over="ignore"):
        if kind == BF16:
            return bf16_round(np.asarray(x, np.float32)).view("V2")
        return np.asarray(x).astype(np.float32 if kind == F32 else np.float16)


def value(x):
    """The numbers of an array, also of bf16, in binary32."""
    if x.dtype == np.dtype("V2"):
        return (np.ascontiguousarray(x).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return x.astype(np.float32)


def spacing(x, kind):
    """Distance of the numbers of that type about x (binary64)."""
    least = {F32: -149, F16: -24, BF16: -133}[kind]
    with np.errstate(all="ignore"):
        _, e = np.frexp(np.where(np.isfinite(x), x, 0.0))
    return np.exp2(np.maximum(e - BITS[kind], least).astype(np.float64))


def special(random, x, share=0.3):
    """Puts NaN, infinities, zeros and extreme numbers into some rows of a matrix of binary32."""
    if not x.size or random.random() > 2 * share:
        return x
    x = x.copy()
    for row in random.choice(len(x), max(1, int(len(x) * share)), replace=False):
        kind = random.integers(0, 8)
        where = random.integers(0, x.shape[1], 3)
        if kind == 7:
            x[row] = -np.inf
        else:
            x[row, where] = [[np.nan] * 3, [np.inf] * 3, [-np.inf] * 3, [np.inf, -np.inf, 1], [-0.0, 0.0, 1e-40],
                             [3e38, -3e38, 1], [60000, -60000, 1e-7]][kind]
    return x


def close(what, found, expected, error, kind):
    """|found - expected| <= error + half a unit in the last place of the type, NaN and infinities alike.
    expected and error: binary64. Where the rounded number may be infinity or the greatest, either is right."""
    found = value(found).astype(np.float64)
    if found.shape != expected.shape:
        raise Failure(f"{what}: {found.shape}, expected {expected.shape}")
    greatest = {F32: 3.4028234663852886e38, F16: 65504.0, BF16: 3.3895313892515355e38}[kind]
    with np.errstate(all="ignore"):
        allowed = error + 0.5001 * spacing(np.maximum(np.abs(found), np.abs(expected)), kind)
        good = np.abs(found - expected) <= allowed
        good |= (found == expected) | (np.isnan(found) & np.isnan(expected))
        good |= np.isinf(found) & (np.abs(expected) + allowed > greatest) & (np.sign(found) == np.sign(expected))
    if not good.all():
        where = tuple(int(i) for i in np.argwhere(~good)[0])
        raise Failure(f"{what}: {np.count_nonzero(~good)} of {good.size} beyond the bound, first at {where}: "
                      f"{found[where]!r}, expected {expected[where]!r} +- {allowed[where]!r}")
