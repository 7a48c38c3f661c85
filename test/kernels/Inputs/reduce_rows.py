# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/reduce/rows.c against numpy.

usage: reduce_rows.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from floats import close, special, store, value
from harness import GRIDS, main, same

FLOATS, INTS = ("f32", "f16", "bf16"), {"i32": np.int32, "i8": np.int8}
OPS = ("sum", "mean", "max", "min", "prod", "argmax", "argmin")


def kernels(middle):
    for op in OPS:
        for kind in (*FLOATS, *INTS):
            if kind in FLOATS or op not in ("mean", "prod"):
                yield f"{op}_{middle}_{kind}" + ("_i32" if (op, kind) == ("sum", "i8") else "")


KERNELS = list(kernels("rows"))


def case(kernel, grid, m, n, places=()):
    return dict(kernel=kernel, grid=grid, m=m, n=n, places=places)


SHAPES = [("1x1", 1, 1), ("8x8", 1100, 17), ("2x3", 7, 4099), ("2x3", 2, 9001), ("8x8", 65, 33), ("1x1", 300, 64),
          ("8x8", 3, 1500), ("2x3", 0, 4), ("8x8", 4100, 3), ("2x3", 500, 100)]
SAMPLE = [case(kernel, *SHAPES[k % len(SHAPES)], [(), {"x": "dram"}, {"y": "dram"}][k % 3])
          for k, kernel in enumerate(KERNELS)]
# Rows in parts, of which the first best one is searched.
SAMPLE += [case(kernel, "1x1", 40, n) for kernel in KERNELS if kernel.startswith("arg") for n in (960, 4096)]


def random_case(r):
    kernel = r.choice(KERNELS)
    n = r.choice([1, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 257, 1000, 1023, 2047, 2048, 2049,
                  4095, 4096, 4097, 8191, 8192, 8193, 16385, 40000] + [0] * (kernel.split("_")[0] in ("sum", "mean", "prod")))
    m = r.choice([0, 1, 1, 2, 3, 5, 8, 31, 32, 33, 64, 100, 257, 1000, 4200, 9000])
    while m * max(n, 4) > 100000:
        m = (m + 1) // 2
    places = {t: "dram" for t in ("x", "y") if r.random() < 0.3}
    return case(kernel, r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n, places)


def numbers(random, shape, op, kind):
    """Inputs, with special numbers and equal ones."""
    if kind in INTS:
        x = random.integers(-100, 100, shape)
        if kind == "i32" and random.random() < 0.5:
            x = random.integers(-2**31, 2**31, shape)
        return x.astype(INTS[kind])
    if op == "prod":
        x = np.exp2(random.standard_normal(shape) * (4 / np.sqrt(max(shape[1], 1))))
    else:
        x = random.standard_normal(shape) * random.choice([0.01, 1, 30])
    flat = x.astype(np.float32).reshape(shape[0], int(np.prod(shape[1:])))
    return store(special(random, flat, 0.2).reshape(shape), kind)


def expected(op, kind, x, axis):
    """(result, bound of its error or None, its type)"""
    n = x.shape[axis]
    with np.errstate(all="ignore"):
        if op.startswith("arg"):
            t = x.astype(np.float64) if kind in FLOATS else x.astype(np.int64) * 1.0
            t = np.where(np.isnan(t), -np.inf if op == "argmax" else np.inf, t)
            y = getattr(np, op)(t, axis=axis) if n else np.zeros(0)
            # A row of nothing but what loses is 0, which numpy finds, too.
            return y.astype(np.int32), None, "i32"
        if kind in INTS:
            if op == "sum":
                y = x.astype(np.int64).sum(axis)
                return (y & 0xFFFFFFFF).astype(np.uint32).view(np.int32), None, "i32"
            return getattr(np, op)(x, axis), None, kind
        t = x.astype(np.float64)
        if op in ("max", "min"):
            y = (np.fmax if op == "max" else np.fmin).reduce(t, axis)
            return np.where(np.isnan(y), -np.inf if op == "max" else np.inf, y), 0.0, kind
        unit = 2.0**-24
        if op == "prod":
            y = t.prod(axis)
            return y, np.nan_to_num(np.abs(y) * 2 * n * unit) + 2.0**-120, kind
        y = t.sum(axis)
        error = np.nan_to_num((n / 16 + 8 if axis == 1 and x.ndim == 2 else n) * unit * np.abs(t).sum(axis)) + 2.0**-148
        return (y, error, kind) if op == "sum" else (y / n, error / n + 2 * unit * np.abs(np.nan_to_num(y / n)), kind)


def compare(op, kind, x, axis, found):
    y, error, to = expected(op, kind, value(x) if kind in FLOATS else x, axis)
    if error is None:
        same("y", found, y)
        return
    if op in ("sum", "mean", "prod"):
        # Where binary32 overflows on the way, the order decides what becomes of it.
        with np.errstate(all="ignore"):
            size = np.abs(value(x).astype(np.float64))
            finite = np.isfinite(size)
            if op == "prod":
                powers = np.where(finite & (size > 0), np.log2(size), 0)
                over = (np.maximum(powers, 0).sum(axis) > 126) | (np.minimum(powers, 0).sum(axis) < -118)
            else:
                over = np.where(finite, size, 0).sum(axis) > 1e38
            over &= ~np.isnan(y)
        if over.any():
            found, y = found.copy(), np.where(over, 0.0, y)
            found[over] = store(np.zeros(over.sum(), np.float32), kind)
    close("y", found, y, np.broadcast_to(np.asarray(error), y.shape), to)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    words = c["kernel"].split("_")
    op, kind = words[0], words[2]
    x = numbers(random, (c["m"], c["n"]), op, kind)
    found, = device.run(c["kernel"], dict(x=x), ["y"], c["grid"], places=c["places"])
    compare(op, kind, x.reshape(c["m"], c["n"]), 1, found)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
