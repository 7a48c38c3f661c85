# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/eltwise against docs/numerics.md.

usage: eltwise.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import os
import sys

import numpy as np
from formats import F32, FLOATS, TYPES, from_file, narrow, quantised, quiet, to_file, widen
from harness import GRIDS, main, same

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Emulator", "Inputs"))
import se_model  # noqa: E402

INTS = ["i8", "u8", "i32"]
FUNCTIONS = ["tanh", "sigmoid", "exp", "gelu", "silu", "relu", "rsqrt", "reciprocal"]
CONVERSIONS = ["f32_f16", "f32_bf16", "f16_f32", "bf16_f32", "f16_bf16", "bf16_f16", "i32_f32", "f32_i32"]
KERNELS = ([f"quantise_{c}{a}_{b}" for c in ("", "channel_") for a in FLOATS for b in ("i8", "u8")] +
           [f"dequantise_{c}{a}_{b}" for c in ("", "channel_") for a in INTS for b in FLOATS] +
           [f"requantise_{a}_{b}" for a in INTS for b in ("i8", "u8")] + ["requantise_channel_i32_i8", "requantise_channel_i32_u8"] +
           [f"{f}_{t}" for f in FUNCTIONS + ["clamp"] for t in FLOATS] + [f"convert_{c}" for c in CONVERSIONS])


def case(kernel, grid, m, n, places=()):
    return dict(kernel=kernel, grid=grid, m=m, n=n, places=places)


# Every kernel once, shapes by turns; then shapes that are worth their time.
SHAPES = [(5, 37), (1, 100), (40, 32), (3, 1030), (129, 7), (2, 33), (1, 1)]
SAMPLE = [case(k, GRIDS[i % 2], *SHAPES[i % 7], {"x": "dram"} if i % 5 == 0 else {}) for i, k in enumerate(KERNELS)]
SAMPLE += [
    case("quantise_f32_i8", "8x8", 300, 1000), case("quantise_channel_f32_i8", "8x8", 129, 513), case("dequantise_i8_f32", "8x8", 255, 257),
    case("quantise_f32_i8", "1x1", 0, 5), case("tanh_f16", "2x3", 5, 0), case("dequantise_u8_f32", "1x1", 3, 40000, {"y": "dram"}),
    case("dequantise_channel_u8_f32", "8x8", 999, 1), case("clamp_f16", "8x8", 129, 513), case("requantise_i32_u8", "8x8", 200, 32),
]


def random_case(r):
    n = r.choice([0, 1, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 257, 1023, 1024, 1025, 4099, 50000])
    m = r.choice([0, 1, 1, 2, 3, 5, 8, 31, 32, 33, 64, 100, 257, 1000, 5000])
    while m * n > 200000:
        m = (m + 1) // 2
    places = {t: "dram" for t in ("x", "y") if r.random() < 0.3}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n, places)


def numbers(random, shape, kind):
    if kind not in FLOATS:
        info = np.iinfo(TYPES[kind])
        wide = random.integers(info.min, int(info.max) + 1, shape)
        return (wide >> random.choice([0, 20])).astype(TYPES[kind]) if kind == "i32" else wide.astype(TYPES[kind])
    x = (random.standard_normal(shape) * random.choice([1, 3, 30])).astype(F32)
    if x.size:
        flat = x.reshape(-1)
        where = random.integers(0, x.size, 12)
        flat[where] = [np.inf, -np.inf, np.nan, -0.0, 0.0, 1e-40, 3e38, -3e38, 0.5, 1.5, 2.5, -127.5]
    return narrow(x, kind)


def bounded(x, low, high, kind):
    """min(max(x, low), high) with the bounds rounded to the type; a NaN stays."""
    low, high = (widen(narrow(F32(v).reshape(1), kind), kind)[0] for v in (low, high))
    return narrow(np.minimum(np.maximum(x, low), high).astype(F32), kind)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    words = c["kernel"].split("_")
    what, channel = words[0], words[1] == "channel"
    from_type, to_type = words[-2] if words[-2] in TYPES else words[-1], words[-1]
    x = numbers(random, (c["m"], c["n"]), from_type)
    scale = random.choice([0.5, 1.0, 7.3, 0.04], c["n"] if channel else 1).astype(F32)
    zero, x_zero, style = int(random.integers(-20, 150)), int(random.integers(-20, 150)), int(random.integers(3))
    inputs, scalars = dict(x=to_file(x, from_type)), {}
    if what in ("quantise", "dequantise", "requantise"):
        scalars["zero"] = zero
        if channel:
            inputs["scales"] = scale
        else:
            scalars["scale"] = float(scale[0])
        if what != "dequantise":
            scalars["style"] = style
    with np.errstate(all="ignore"):
        if what == "quantise":
            y = quantised(widen(x, from_type) * scale, style, zero, to_type)
        elif what == "requantise":
            if channel:
                x_zero = 0
            else:
                scalars["x_zero"] = x_zero
            y = quantised((x.astype(np.int64) - x_zero).astype(F32) * scale, style, zero, to_type)
        elif what == "dequantise":
            y = narrow((x.astype(np.int64) - zero).astype(F32) * scale, to_type)
        elif what == "clamp":
            scalars = dict(low=-1.25, high=float(F32(random.choice([0.1, 2, 1e30]))))
            y = bounded(widen(x, from_type), F32(scalars["low"]), F32(scalars["high"]), to_type)
        elif what == "convert":
            y = quantised(x, 0, 0, to_type) if to_type == "i32" else \
                narrow(widen(x, from_type) if from_type in FLOATS else x.astype(F32), to_type)
        else:
            wide = widen(x, from_type)
            y = getattr(se_model, what)(wide.reshape(-1)).reshape(x.shape)
            y = narrow(np.where(np.isnan(wide), F32(np.nan), y).astype(F32), to_type)
    found, = device.run(c["kernel"], inputs, ["y"], c["grid"], scalars=scalars, places=c["places"])
    same("y", quiet(from_file(found, to_type), to_type), quiet(y, to_type))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
