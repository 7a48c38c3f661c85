# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/broadcast against docs/numerics.md.

usage: broadcast.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from formats import F32, FLOATS, TYPES, from_file, narrow, quantised, quiet, to_file, widen
from harness import GRIDS, fma, main, same

OPS = ["add", "sub", "mul", "min", "max", "fma"]
KERNELS = [f"{op}_{t}" for op in OPS for t in ("f32", "f16", "bf16", "i32", "i8")]
KERNELS += [f"requantise_{op}_{t}" for op in ("add", "mul") for t in ("i8", "u8")]


def case(kernel, grid, y, a=0, b=0, c=0, places=()):
    """a, b, c: bit i set means that dimension i is broadcast."""
    return dict(kernel=kernel, grid=grid, y=y, a=a, b=b, c=c, places=places)


SAMPLE = [
    case("add_f32", "8x8", (16, 32, 8, 32)), case("sub_f16", "2x3", (1, 1, 50, 70), b=8), case("mul_bf16", "2x3", (1, 3, 50, 70), b=6),
    case("min_f32", "1x1", (2, 3, 5, 7), a=8), case("max_f16", "1x1", (2, 3, 5, 7), a=15, b=15), case("fma_f32", "2x3", (3, 1, 40, 100), b=7, c=8),
    case("fma_bf16", "1x1", (1, 2, 30, 33), a=8, b=4, c=15), case("fma_f16", "8x8", (64, 4, 8, 32), c=7), case("sub_f32", "2x3", (2, 2, 9, 130), a=4),
    case("add_i32", "1x1", (1, 1, 1, 5000), b=15), case("sub_i8", "1x1", (5, 1, 33, 31), a=15), case("mul_i8", "2x3", (7, 5, 3, 2), b=1),
    case("max_i32", "1x1", (2, 1, 200, 1), b=2), case("min_i8", "1x1", (0, 3, 5, 7)), case("fma_i8", "2x3", (2, 2, 11, 13), a=4, c=4),
    case("fma_i32", "1x1", (1, 1, 60, 40), a=4, b=8), case("mul_f32", "1x1", (3, 1, 1, 1), b=1), case("sub_bf16", "2x3", (2, 64, 3, 1030), a=8, b=4),
    case("requantise_add_i8", "8x8", (8, 32, 16, 32)), case("requantise_add_u8", "2x3", (1, 2, 30, 50), a=4, b=8, places={"b": "dram"}),
    case("requantise_mul_u8", "1x1", (1, 1, 9, 300), b=4), case("requantise_mul_i8", "1x1", (4, 2, 9, 3), a=8),
]
SEEN = {c["kernel"] for c in SAMPLE}
SAMPLE += [case(k, "2x3", (2, 3, 10 + i, 50), b=(0, 8, 7, 15)[i % 4]) for i, k in enumerate(KERNELS) if k not in SEEN]
SAMPLE += [case("sub_f32", "2x3", (1, 2, 10, 2500), a=7, b=8), case("fma_f16", "2x3", (1, 1, 2, 40), a=4, b=15, c=7), case("mul_i8", "1x1", (2, 3, 1, 9000), b=1)]


def random_case(r):
    y = [r.choice([0, 1, 1, 1, 2, 3, 5, 8]), r.choice([1, 1, 2, 3, 7, 16]), r.choice([1, 2, 7, 31, 32, 33, 100, 129]),
         r.choice([1, 2, 15, 16, 31, 32, 33, 64, 100, 127, 1025, 5000])]
    r.random() < 0.3 and r.shuffle(y)
    while np.prod(y) > 150000:
        y[int(np.argmax(y))] //= 2
    bits = lambda: r.choice([0, 0, r.randrange(16), 8, 7, 15, 4])  # noqa: E731
    places = {t: "dram" for t in ("a", "b", "y") if r.random() < 0.2}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8"]), tuple(y), bits(), bits(), bits(), places)


def numbers(random, shape, kind):
    if kind not in FLOATS:
        info = np.iinfo(TYPES[kind])
        return random.integers(info.min, int(info.max) + 1, shape).astype(TYPES[kind])
    x = (random.standard_normal(shape) * random.choice([1, 3, 30])).astype(F32)
    flat = x.reshape(-1)
    if x.size > 2:
        flat[random.integers(0, x.size, 10)] = [np.inf, -np.inf, np.nan, -0.0, 0.0, 0.0, 1e-40, 3e38, -3e38, 0.5]
    return narrow(x, kind)


def extreme(a, b, least):
    """fmin or fmax of binary32: NaN loses, -0 < +0."""
    negative = np.signbit(a) | np.signbit(b) if least else np.signbit(a) & np.signbit(b)
    y = np.minimum(a, b) if least else np.maximum(a, b)
    y = np.where((a == 0) & (b == 0), np.where(negative, F32(-0.0), F32(0)), y)
    return np.where(np.isnan(a), b, np.where(np.isnan(b), a, y)).astype(F32)


def reference(op, kind, a, b, c):
    if kind in FLOATS:
        a, b = widen(a, kind), widen(b, kind)
        with np.errstate(all="ignore"):
            if op in ("min", "max"):
                return narrow(extreme(*np.broadcast_arrays(a, b), op == "min"), kind)
            y = {"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b, "fma": lambda: fma(a, b, widen(c, kind))}[op]()
        return narrow(y, kind)
    a, b = a.astype(np.int64), b.astype(np.int64)
    y = {"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b, "min": lambda: np.minimum(a, b),
         "max": lambda: np.maximum(a, b), "fma": lambda: a * b + c}[op]()
    info = np.iinfo(TYPES[kind])
    return np.clip(y, info.min, info.max).astype(TYPES[kind])


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    op, kind = c["kernel"].split("_")[-2:]
    shape = lambda bits: tuple(1 if bits >> i & 1 and n else n for i, n in enumerate(c["y"]))  # noqa: E731
    a, b, third = (numbers(random, shape(c[t]), kind) for t in "abc")
    scalars = {}
    if c["kernel"].startswith("requantise"):
        scale = lambda: float(F32(random.choice([0.5, 0.037, 1.25])))  # noqa: E731
        zero = lambda: int(random.integers(-20, 60))  # noqa: E731
        s = scalars = dict(a_scale=scale(), a_zero=zero(), b_scale=scale(), b_zero=zero(), scale=scale(), zero=zero(),
                           style=int(random.integers(3)), relu=int(random.integers(2)))
        wide = lambda x, zero, scale: (x.astype(np.int64) - zero).astype(F32) * F32(scale)  # noqa: E731
        a_wide, b_wide = wide(a, s["a_zero"], s["a_scale"]), wide(b, s["b_zero"], s["b_scale"])
        y = a_wide + b_wide if op == "add" else a_wide * b_wide
        y = quantised(y * F32(s["scale"]), s["style"], s["zero"], kind)
        if s["relu"]:
            y = np.maximum(y, np.clip(s["zero"], np.iinfo(y.dtype).min, np.iinfo(y.dtype).max)).astype(y.dtype)
    else:
        y = reference(op, kind, a, b, third)
    y = np.ascontiguousarray(np.broadcast_to(y, c["y"]))
    inputs = dict(a=a, b=b, c=third) if op == "fma" else dict(a=a, b=b)
    found, = device.run(c["kernel"], {n: to_file(v, kind) for n, v in inputs.items()}, ["y"], c["grid"], scalars=scalars,
                        dims={f"Y{i}": n for i, n in enumerate(c["y"])}, places=c["places"])
    same("y", quiet(from_file(found, kind), kind), quiet(y, kind))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
