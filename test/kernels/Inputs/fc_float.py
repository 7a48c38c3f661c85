# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/fc in floating point against the sums of docs/numerics.md.

usage: fc_float.py --run MTIA-RUN --elf FILE --kernel fc_f16|fc_f16_f32 --scratch DIR [--part I/N | --fuzz]

On one PE the order of the sum is known: every bit must be right. On more, k may be split: small integers
must be exact, other numbers inside the bound of K + 2 roundings.
"""
import numpy as np
from harness import GRIDS, Failure, main, same


def case(grid, m, k, n, kind="random", places=()):
    return dict(grid=grid, m=m, k=k, n=n, kind=kind, places=places)


DRAM = {"x": "dram", "w": "dram", "bias": "dram", "y": "dram"}
SAMPLE = [
    case("1x1", 1, 1, 1), case("1x1", 33, 17, 65), case("1x1", 64, 100, 31, places=DRAM),
    case("1x1", 5, 300, 7, "special"), case("2x3", 97, 101, 103), case("2x3", 65, 512, 129, "integers"),
    case("8x8", 256, 512, 192, "integers"), case("8x8", 40, 2048, 72, "integers", DRAM), case("8x8", 300, 300, 300),
    case("8x8", 1, 1024, 256), case("2x3", 200, 5, 1, "integers"), case("8x8", 64, 1281, 64, "special"),
    case("2x3", 130, 1500, 70, "integers"), case("8x8", 3, 4099, 5),
]


def random_case(r):
    size = lambda: r.choice([1, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 257, 500,  # noqa: E731
                             1000, 2000, 5000])
    m, k, n = size(), size(), size()
    while m * k * n > 30000000:
        m, k, n = (m + 1) // 2, (k + 1) // 2, (n + 1) // 2
    places = {t: "dram" for t in DRAM if r.random() < 0.2}
    return case(r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7", "4x4"]), m, k, n,
                r.choice(["random", "random", "integers", "special"]), places)


def in_order(x, w, bias):
    total = np.broadcast_to(bias, (len(x), len(w))).astype(np.float32)
    with np.errstate(all="ignore"):
        for k in range(x.shape[1]):
            total = total + x[:, k:k + 1].astype(np.float32) * w[:, k].astype(np.float32)
    return total


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    m, k, n = c["m"], c["k"], c["n"]
    out = np.float32 if device.args.kernel.endswith("f32") else np.float16
    if c["kind"] == "integers":
        x, w = (random.integers(-8, 9, s).astype(np.float16) for s in ((m, k), (n, k)))
        bias = random.integers(-100, 101, n).astype(np.float32)
    else:
        x, w = (random.standard_normal(s).astype(np.float16) for s in ((m, k), (n, k)))
        bias = random.standard_normal(n).astype(np.float32)
    if c["kind"] == "special":
        x.flat[random.integers(0, x.size, 3)] = [np.inf, 60000, 6e-8]
        w.flat[random.integers(0, w.size, 3)] = [0, 60000, -6e-8]
        bias[-1] = np.nan
    y, = device.run(device.args.kernel, dict(x=x, w=w, bias=bias), ["y"], c["grid"], places=c["places"])
    with np.errstate(all="ignore"):
        if c["kind"] == "integers":
            expected = (x.astype(np.float64) @ w.astype(np.float64).T + bias).astype(np.float32)
            return same("y", y + out(0), expected.astype(out) + out(0))
        if c["grid"] == "1x1":
            return same("y", y + out(0), in_order(x, w, bias).astype(out) + out(0))
        expected = in_order(x, w, bias).astype(np.float64)
        bound = (k + 2) * 2.0**-23 * (np.abs(x).astype(np.float64) @ np.abs(w).astype(np.float64).T + np.abs(bias))
        if out is np.float16:
            expected = expected.astype(out).astype(np.float64)
            bound += np.abs(expected) * 2.0**-10 + 2.0**-24
        finite = np.isfinite(expected)
        wrong = ~np.where(finite, np.abs(y.astype(np.float64) - expected) <= bound,
                          (y == expected) | (np.isnan(y) & np.isnan(expected)))
    if y.dtype != out or y.shape != (m, n) or wrong.any():
        where = tuple(np.argwhere(wrong)[0])
        raise Failure(f"{wrong.sum()} of {m * n} beyond the bound, first at {where}: {y[where]!r}, "
                      f"expected {expected[where]!r} +- {bound[where]!r}")


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
