# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/dynamic_quantise against the formula that PyTorch chooses scales and zero points by.

usage: dynamic_quantise.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from formats import F32, FLOATS, narrow, quantised, to_file, widen
from harness import GRIDS, main, same

KERNELS = [f"dynamic_quantise{rows}_{f}_{t}" for rows in ("", "_rows") for f in FLOATS for t in ("u8", "i8")]


def case(kernel, grid, m, n, places=(), content="usual"):
    return dict(kernel=kernel, grid=grid, m=m, n=n, places=places, content=content)


SAMPLE = [case(k, GRIDS[i % 2], *[(20, 70), (9, 33), (65, 32), (3, 1000), (100, 7)][i % 5]) for i, k in enumerate(KERNELS)]
SAMPLE += [
    case("dynamic_quantise_rows_f32_u8", "8x8", 700, 100), case("dynamic_quantise_rows_f32_u8", "1x1", 3, 9000),
    case("dynamic_quantise_rows_bf16_i8", "2x3", 10, 17000, {"x": "dram"}), case("dynamic_quantise_f16_u8", "8x8", 300, 500),
    case("dynamic_quantise_f32_u8", "1x1", 0, 10), case("dynamic_quantise_rows_f32_i8", "1x1", 5, 0), case("dynamic_quantise_f32_i8", "2x3", 30, 4099),
    case("dynamic_quantise_rows_f32_u8", "1x1", 200, 20, {}, "strange"), case("dynamic_quantise_rows_f32_i8", "1x1", 200, 20, {}, "strange"),
    case("dynamic_quantise_rows_f16_u8", "2x3", 200, 20, {}, "strange"), case("dynamic_quantise_f32_u8", "2x3", 20, 20, {}, "tiny"),
]


def random_case(r):
    m = r.choice([0, 1, 1, 2, 7, 8, 9, 31, 33, 64, 65, 200, 1000])
    n = r.choice([0, 1, 1, 2, 7, 8, 15, 31, 32, 33, 63, 64, 100, 257, 1024, 4096, 4097, 8193, 20000])
    while m * n > 200000:
        m = (m + 1) // 2
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n, {t: "dram" for t in ("x", "y") if r.random() < 0.3},
                r.choice(["usual", "usual", "strange", "tiny"]))


def numbers(random, c, kind):
    x = random.standard_normal((c["m"], c["n"])) + random.choice([0, 1, -5, 0.3])
    if c["content"] == "tiny":
        x *= random.choice([1e-3, 1e-7, 1e-20, 1e-42])
    if c["content"] == "strange" and x.size:
        # Rows of all sizes and signs; some of zeros, some with NaN and infinities.
        x *= 10.0 ** random.integers(-45, 38, (c["m"], 1))
        x = np.where(random.random((c["m"], 1)) < 0.2, np.abs(x), x)
        x = np.where(random.random((c["m"], 1)) < 0.2, -np.abs(x), x)
        x = np.where(random.random((c["m"], 1)) < 0.1, 0.0, x)
        x = np.where(random.random(x.shape) < 0.01, np.nan, x)
        x = np.where(random.random(x.shape) < 0.001, np.inf, x)
    with np.errstate(over="ignore"):
        return narrow(x.astype(F32), kind)


def asymmetric(low, high):
    """scale (binary32), zero point: in the steps that PyTorch's C++ takes."""
    low, high = F32(low), F32(high)
    scale = (np.float64(high) - np.float64(low)) / np.float64(255)
    if F32(scale) == 0 or np.isinf(F32(1) / F32(scale)):
        scale = np.float64(0.1)
    smallest = F32(6.1e-5)
    if scale < smallest:
        lift = smallest / F32(scale)
        scale = np.float64(smallest)
        if low == 0:
            high = smallest * F32(255)
        elif high == 0:
            low = -smallest * F32(255)
        else:
            low, high = low * lift, high * lift
    from_low, from_high = 0 - np.float64(low) / scale, 255 - np.float64(high) / scale
    zero = from_low if -abs(np.float64(low) / scale) < 255 - abs(np.float64(high) / scale) else from_high
    if np.isinf(scale):
        zero = 0
    return F32(scale), int(np.rint(min(max(zero, 0), 255)))


def symmetric(low, high):
    scale = max(-low, high) / F32(127)
    if scale == 0 or np.isinf(F32(1) / scale):
        scale = F32(1)
    return F32(scale), 0


def reference(x, kind):
    low = np.fmin(np.fmin.reduce(x, axis=1, initial=F32(0)), F32(0))
    high = np.fmax(np.fmax.reduce(x, axis=1, initial=F32(0)), F32(0))
    chosen = [(asymmetric if kind == "u8" else symmetric)(a, b) for a, b in zip(low, high)]
    scale = np.array([s for s, _ in chosen], F32)
    zero = np.array([z for _, z in chosen], np.int32)
    inverse = F32(1) / scale
    y = quantised(x * inverse[:, None], 0, zero.astype(np.int64)[:, None], kind)
    return (np.maximum(y, -127) if kind == "i8" else y).astype(y.dtype), scale, zero


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    words = c["kernel"].split("_")
    rows = words[2] == "rows"
    x = numbers(random, c, words[-2])
    wide = widen(x, words[-2])
    with np.errstate(all="ignore"):
        y, scale, zero = reference(wide if rows else wide.reshape(1, -1), words[-1])
    outputs = ["y", "scale"] + (["zero"] if words[-1] == "u8" else [])
    found = device.run(c["kernel"], dict(x=to_file(x, words[-2])), outputs, c["grid"], places=c["places"])
    same("scale", found[1], scale)
    if words[-1] == "u8":
        same("zero", found[2], zero)
    same("y", found[0], y.reshape(x.shape))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
