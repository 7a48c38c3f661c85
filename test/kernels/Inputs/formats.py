# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Element types of the kernels in numpy. bf16, which numpy lacks, travels as words: dtype V2 in .npy files
(as mtia-run reads and writes it), uint16 in references."""
import numpy as np

F32 = np.float32
TYPES = {"i8": np.int8, "u8": np.uint8, "i32": np.int32, "f16": np.float16, "f32": np.float32, "bf16": np.uint16}
SIZES = {name: np.dtype(t).itemsize for name, t in TYPES.items()}
FLOATS = ("f16", "bf16", "f32")


def widen(x, kind):
    """Floating-point numbers of `kind` as binary32: exact."""
    return (x.astype(np.uint32) << 16).view(F32) if kind == "bf16" else x.astype(F32)


def narrow(x, kind):
    """binary32 to `kind`, to nearest, ties to even."""
    if kind != "bf16":
        with np.errstate(over="ignore", invalid="ignore"):
            return x.astype(TYPES[kind])
    bits = np.ascontiguousarray(x, F32).view(np.uint32).astype(np.uint64)
    word = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)
    return np.where(np.isnan(x), np.uint16(0x7FC0), word)


def to_file(x, kind):
    """What np.save() takes for a tensor of this kind."""
    return x.view("V2") if kind == "bf16" else x


def from_file(x, kind):
    return x.view(np.uint16) if kind == "bf16" else x


def quiet(x, kind):
    """Every NaN of a bf16 reference or result is one NaN; other kinds are left to harness.same()."""
    if kind != "bf16":
        return x
    return np.where((x & 0x7FFF) > 0x7F80, np.uint16(0x7FC0), x)


def saturate(r, zero, kind):
    """An integer type from r, binary64 numbers that are whole: NaN counts as 0, r to 32 bits, then zero is added."""
    r = np.where(np.isnan(r), 0, np.clip(r, -2.0**31, 2.0**31 - 1)).astype(np.int64) + zero
    info = np.iinfo(TYPES[kind])
    return np.clip(r, info.min, info.max).astype(TYPES[kind])


def rounded(f, style=0, zero=0):
    """binary32 to whole numbers in binary64: styles 0 (ties to even), 1 (ties away), 2 (zero point first)."""
    with np.errstate(all="ignore"):
        if style == 2:
            f = (f + F32(zero)).astype(F32)
        f = f.astype(np.float64)
        return np.trunc(f + np.copysign(0.5, f)) if style == 1 else np.rint(f)


def quantised(f, style, zero, kind):
    """Scaled binary32 numbers to an integer type, as docs/isa/xmtia.md says under Requantise."""
    return saturate(rounded(f, style, zero), 0 if style == 2 else zero, kind)
