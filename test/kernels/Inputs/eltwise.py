# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/eltwise against docs/numerics.md.

usage: eltwise.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import os
import sys

import numpy as np
from harness import GRIDS, main, same

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Emulator", "Inputs"))
import se_model  # noqa: E402

TYPES = {"i8": np.int8, "u8": np.uint8, "f16": np.float16, "f32": np.float32}
QUANTISE = [f"quantise_{c}{a}_{b}" for c in ("", "channel_") for a in ("f32", "f16") for b in ("i8", "u8")]
DEQUANTISE = [f"dequantise_{c}{a}_{b}" for c in ("", "channel_") for a in ("i8", "u8") for b in ("f32", "f16")]
KERNELS = QUANTISE + DEQUANTISE + ["tanh_f32", "tanh_f16"]
DRAM = {"x": "dram", "y": "sram"}


def case(kernel, grid, m, n, places=()):
    return dict(kernel=kernel, grid=grid, m=m, n=n, places=places)


SAMPLE = [
    case("quantise_f32_i8", "1x1", 1, 1), case("quantise_f32_i8", "8x8", 1024, 256),
    case("quantise_f16_i8", "2x3", 7, 1031, DRAM), case("quantise_f32_u8", "8x8", 3000, 5),
    case("quantise_f16_u8", "1x1", 33, 64), case("quantise_channel_f32_i8", "2x3", 300, 96),
    case("quantise_channel_f32_u8", "8x8", 50, 4100), case("quantise_channel_f16_i8", "1x1", 13, 31),
    case("quantise_channel_f16_u8", "2x3", 1, 2048), case("quantise_f32_i8", "1x1", 0, 5),
    case("dequantise_i8_f32", "8x8", 255, 257), case("dequantise_u8_f32", "1x1", 3, 70000, {"y": "dram"}),
    case("dequantise_i8_f16", "2x3", 64, 64), case("dequantise_u8_f16", "1x1", 1, 1),
    case("dequantise_channel_i8_f32", "8x8", 200, 32), case("dequantise_channel_u8_f16", "2x3", 11, 1500),
    case("dequantise_channel_i8_f16", "1x1", 2, 33), case("dequantise_channel_u8_f32", "8x8", 999, 1),
    case("tanh_f32", "2x3", 100, 7), case("tanh_f16", "8x8", 129, 513), case("tanh_f32", "1x1", 1, 40000),
    case("tanh_f16", "2x3", 5, 0),
]


def random_case(r):
    n = r.choice([0, 1, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 257, 1023, 1024, 1025, 4099, 50000])
    m = r.choice([0, 1, 1, 2, 3, 5, 8, 31, 32, 33, 64, 100, 257, 1000, 5000])
    while m * n > 300000:
        m = (m + 1) // 2
    places = {t: "dram" for t in ("x", "y") if r.random() < 0.3}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n, places)


def numbers(random, shape, dtype):
    x = (random.standard_normal(shape) * random.choice([1, 3, 30])).astype(np.float32)
    if x.size:
        flat = x.reshape(-1)
        where = random.integers(0, x.size, 12)
        flat[where] = [np.inf, -np.inf, np.nan, -0.0, 0.0, 1e-40, 3e38, -3e38, 0.5, 1.5, 2.5, -127.5]
    with np.errstate(over="ignore"):
        return x.astype(dtype)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    words = c["kernel"].split("_")
    shape = (c["m"], c["n"])
    from_type, to_type = TYPES[words[-2]] if words[0] != "tanh" else TYPES[words[-1]], TYPES[words[-1]]
    if np.issubdtype(from_type, np.integer):
        info = np.iinfo(from_type)
        x = random.integers(info.min, info.max + 1, shape, dtype=from_type)
    else:
        x = numbers(random, shape, from_type)
    channel = words[1] == "channel"
    scale = random.choice([0.5, 1.0, 7.3, 30.0], c["n"] if channel else 1).astype(np.float32)
    zero = int(random.integers(-20, 150))
    with np.errstate(all="ignore"):
        if words[0] == "tanh":
            y = se_model.tanh(x.astype(np.float32).reshape(-1)).reshape(shape)
            y = np.where(np.isnan(x), np.float32(np.nan), y).astype(to_type)
        elif words[0] == "quantise":
            r = np.rint(x.astype(np.float32) * scale).astype(np.float64)
            r = np.where(np.isnan(r), 0, np.clip(r, -2.0**31, 2.0**31 - 1)).astype(np.int64) + zero
            info = np.iinfo(to_type)
            y = np.clip(r, info.min, info.max).astype(to_type)
        else:
            y = ((x.astype(np.int64) - zero).astype(np.float32) * scale).astype(to_type)
    inputs, scalars = dict(x=x), {}
    if words[0] != "tanh":
        scalars["zero"] = zero
        if channel:
            inputs["scale"] = scale
        else:
            scalars["scale"] = float(scale[0])
    found, = device.run(c["kernel"], inputs, ["y"], c["grid"], scalars=scalars, places=c["places"])
    same("y", found, y)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
