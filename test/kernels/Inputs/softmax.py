# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/softmax against numpy in binary64, within the bound that the kernel documents.

usage: softmax.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from floats import close, special, store, value
from harness import GRIDS, main

KERNELS = [f"{f}_{t}" for f in ("softmax", "log_softmax", "softmax_mask") for t in ("f32", "f16", "bf16")]
X_DRAM, Y_DRAM = {"x": "dram", "y": "sram"}, {"x": "sram", "y": "dram"}


def case(kernel, grid, m, n, scale=1.0, places=(), mask=(1, 1)):
    """mask: its rows, and how many rows of x have the same one."""
    return dict(kernel=kernel, grid=grid, m=m, n=n, scale=scale, places=places, mask=mask)


SAMPLE = [
    case("softmax_f32", "1x1", 1, 1), case("softmax_f32", "8x8", 300, 257), case("softmax_f32", "2x3", 7, 4099),
    case("softmax_f32", "8x8", 3, 5001, 0.25), case("softmax_f32", "2x3", 100, 64, 0.125, X_DRAM),
    case("softmax_f16", "8x8", 1000, 17, 1.0, Y_DRAM), case("softmax_f16", "1x1", 2, 9001),
    case("softmax_f16", "2x3", 0, 5), case("softmax_bf16", "8x8", 129, 128), case("softmax_bf16", "2x3", 2, 4097, 3.0),
    case("log_softmax_f32", "8x8", 200, 300, 0.5), case("log_softmax_f32", "1x1", 3, 4100),
    case("log_softmax_f32", "8x8", 5, 2048), case("log_softmax_f16", "2x3", 33, 1000),
    case("log_softmax_f16", "1x1", 9, 1), case("log_softmax_bf16", "2x3", 31, 33), case("log_softmax_bf16", "8x8", 2, 0),
    case("softmax_mask_f32", "8x8", 500, 200, 0.125, (), (50, 1)), case("softmax_mask_f16", "2x3", 96, 33, 1.0, (), (3, 16)),
    case("softmax_mask_bf16", "2x3", 41, 130, 0.5, {"mask": "dram"}, (7, 2)), case("softmax_mask_f32", "8x8", 3, 5001, 2.0, (), (2, 1)),
    case("softmax_mask_f16", "1x1", 2, 9001, 1.0, (), (1, 1)),
]


def random_case(r):
    n = r.choice([0, 1, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 127, 257, 1000, 1023, 2047, 2048, 2049, 4095,
                  4096, 4097, 8200, 40000])
    m = r.choice([0, 1, 1, 2, 3, 5, 8, 31, 32, 33, 64, 100, 257, 1000, 5000])
    while m * n > 100000:
        m = (m + 1) // 2
        n = n if m > 1 else min(n, 100000)
    places = {t: "dram" for t in ("x", "y") if r.random() < 0.3}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n,
                r.choice([1.0, 1.0, 0.125, 0.08838834764, -2.0, 0.0]), places,
                (r.choice([1, 1, 2, 3, 7, 64, max(m, 1)]), r.choice([1, 1, 1, 2, 5, 64])))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    kind = c["kernel"].split("_")[-1]
    m, n = c["m"], c["n"]
    x = (random.standard_normal((m, n)) * random.choice([0.1, 1, 4, 30])).astype(np.float32)
    x = store(special(random, x), kind)
    inputs, scalars = dict(x=x), dict(scale=c["scale"])
    if c["kernel"].startswith("softmax_mask"):
        rows, scalars["every"] = c["mask"]
        mask = random.standard_normal((rows, n)).astype(np.float32)
        mask[random.random((rows, n)) < 0.3] = -np.inf
        inputs["mask"] = store(mask, kind)
    found, = device.run(c["kernel"], inputs, ["y"], c["grid"], scalars=scalars, places=c["places"])
    with np.errstate(all="ignore"):
        t = value(x).reshape(m, n)
        t = t if c["scale"] == 1 else t * np.float32(c["scale"])
        if "mask" in inputs:
            t = t + value(inputs["mask"]).reshape(rows, n)[np.arange(m) // scalars["every"] % rows]
        t = t.astype(np.float64).reshape(m, n)
        z = t - t.max(1, keepdims=True, initial=-np.inf)
        powers = np.exp(z)
        total = powers.sum(1, keepdims=True)
        unit = 2.0**-24
        size = np.where(np.isfinite(z), np.abs(z), 0)
        if c["kernel"].startswith("log"):
            y = z - np.log(total)
            error = (size + n / 16 + 32 + 4 * np.abs(np.nan_to_num(np.log(total)))) * unit
        else:
            y = powers / total
            error = y * (size + n / 16 + 32) * unit + 2.0**-148
    close("y", found, y, np.nan_to_num(error), kind)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
