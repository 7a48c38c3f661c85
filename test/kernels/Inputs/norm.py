# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/norm against numpy in binary64, within the bound that <mtia/kernels.h> documents.

usage: norm.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from floats import close, special, store, value
from harness import GRIDS, main

KERNELS = [f"{f}_{t}" for f in ("layernorm", "rmsnorm", "l2norm") for t in ("f32", "f16", "bf16")]
X_DRAM, Y_DRAM = {"x": "dram", "y": "sram"}, {"x": "sram", "y": "dram", "weight": "dram"}


def case(kernel, grid, m, n, weight=True, bias=True, places=()):
    return dict(kernel=kernel, grid=grid, m=m, n=n, weight=weight, bias=bias, places=places)


SAMPLE = [
    case("layernorm_f32", "1x1", 1, 1), case("layernorm_f32", "8x8", 300, 257), case("layernorm_f32", "2x3", 7, 4099),
    case("layernorm_f32", "8x8", 3, 5001, True, False), case("layernorm_f32", "2x3", 100, 64, False, True, X_DRAM),
    case("layernorm_f16", "8x8", 1000, 17, places=Y_DRAM), case("layernorm_f16", "1x1", 5, 1031),
    case("layernorm_f16", "2x3", 33, 300, False, False), case("layernorm_f16", "2x3", 2, 9001),
    case("layernorm_bf16", "8x8", 129, 512), case("layernorm_bf16", "2x3", 0, 5),
    dict(case("layernorm_f32", "3x1", 257, 3, True, False), seed=810228),  # a mean below 2^-126
    case("rmsnorm_f32", "8x8", 200, 300), case("rmsnorm_f32", "2x3", 3, 5000, True, False),
    case("rmsnorm_f16", "2x3", 33, 1000, True, False), case("rmsnorm_bf16", "8x8", 2, 2049),
    case("l2norm_f32", "8x8", 500, 32, False, False), case("l2norm_f16", "1x1", 9, 1),
    case("l2norm_bf16", "2x3", 31, 33, False, False),
]


def random_case(r):
    n = r.choice([0, 1, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 127, 257, 1000, 1023, 2047, 2048, 2049, 4095,
                  4096, 4097, 8191, 8192, 8193, 40000])
    m = r.choice([0, 1, 1, 2, 3, 5, 8, 31, 32, 33, 64, 100, 257, 1000, 5000])
    while m * n > 100000:
        m = (m + 1) // 2
    places = {t: "dram" for t in ("x", "y", "weight", "bias") if r.random() < 0.3}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n, r.random() < 0.7,
                r.random() < 0.6, places)


def reference(kind, x, weight, bias, epsilon):
    """(result, bound of its error) in binary64."""
    n = x.shape[1]
    mean = x.mean(1, keepdims=True) if kind == "layernorm" else 0.0
    d = x - mean
    squares = (d * d).sum(1, keepdims=True)
    f = 1 / (np.maximum(np.sqrt(squares), epsilon) if kind == "l2norm" else np.sqrt(squares / n + epsilon))
    z = d * f
    y = z * weight + bias
    unit = 2.0**-24
    shift = f * ((n / 16 + 8) * np.abs(x).mean(1, keepdims=True) * unit + 2.0**-148) if kind == "layernorm" else 0.0
    # A wrong mean makes the variance too great by its square.
    error = np.abs(weight) * ((n / 16 + 32) * np.abs(z) * unit + shift + np.abs(z) * np.square(shift))
    return y, error + 2 * unit * (np.abs(y) + np.abs(bias)) + 2.0**-146 * (1 + np.abs(weight))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    name, kind = c["kernel"].split("_")
    m, n = c["m"], c["n"]
    x = (random.standard_normal((m, n)) * random.choice([0.01, 1, 30]) + random.choice([0, 0, 1, 100])).astype(np.float32)
    x = store(special(random, x), kind)
    weight = store(random.standard_normal(n if c["weight"] else 0).astype(np.float32), kind)
    bias = store(random.standard_normal(n if c["bias"] else 0).astype(np.float32), kind)
    epsilon = float(np.float32(random.choice([1e-5, 1e-6, 1e-12, 0.1])))
    found, = device.run(c["kernel"], dict(x=x, weight=weight, bias=bias), ["y"], c["grid"],
                        scalars=dict(epsilon=epsilon), places=c["places"])
    numbers = [value(v).astype(np.float64) for v in (x, weight, bias)]
    if n == 0 or m == 0:
        y = error = np.zeros((m, n))
    else:
        with np.errstate(all="ignore"):
            y, error = reference(name, numbers[0].reshape(m, n), numbers[1] if c["weight"] else 1.0,
                                 numbers[2] if c["bias"] else 0.0, epsilon)
            # What overflows in binary32 is the sum of squares.
            over = np.square(numbers[0].reshape(m, n)).sum(1) > 1e37
            y, error = np.where(over[:, None], np.nan, y), np.nan_to_num(error)
            if over.any():
                found = found.copy()
                found[over] = store(np.full(n, np.nan, np.float32), kind)
    close("y", found, y, error, kind)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
