# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/topk against numpy.

usage: topk.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from floats import special, store, value
from harness import GRIDS, main, same

KERNELS = [f"topk_{t}" for t in ("f32", "f16", "bf16")]


def case(kernel, grid, m, n, k, data="normal", places=()):
    return dict(kernel=kernel, grid=grid, m=m, n=n, k=k, data=data, places=places)


SAMPLE = [
    case("topk_f32", "1x1", 1, 1, 1), case("topk_f32", "8x8", 100, 257, 64), case("topk_f32", "2x3", 7, 1000, 10),
    case("topk_f32", "2x3", 2, 20000, 100, "normal", {"x": "dram"}), case("topk_f32", "1x1", 2, 3000, 128, "equal"),
    case("topk_f32", "2x3", 5, 2000, 33, "ascending"), case("topk_f16", "8x8", 300, 64, 8),
    case("topk_f16", "2x3", 3, 5000, 64, "few", {"values": "dram"}), case("topk_f16", "2x3", 0, 5, 2),
    case("topk_bf16", "2x3", 9, 1031, 128), case("topk_bf16", "1x1", 3, 17, 17), case("topk_bf16", "8x8", 70, 300, 1, "few"),
]


def random_case(r):
    n = r.choice([1, 2, 3, 7, 8, 9, 31, 32, 33, 64, 100, 127, 128, 129, 255, 256, 257, 511, 1000, 1025, 4096, 8191, 8192, 8193,
                  20000, 40000])
    m = r.choice([0, 1, 1, 2, 3, 5, 8, 31, 33, 64, 100, 257])
    while m * n > 60000:
        m = (m + 1) // 2
    k = min(n, r.choice([0, 1, 1, 2, 5, 8, 16, 31, 63, 64, 65, 100, 127, 128]))
    places = {t: "dram" for t in ("x", "values", "indices") if r.random() < 0.3}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, n, k,
                r.choice(["normal", "normal", "few", "equal", "ascending", "descending"]), places)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    kind, m, n, k = c["kernel"].split("_")[1], c["m"], c["n"], c["k"]
    x = random.standard_normal((m, n)).astype(np.float32)
    if c["data"] == "few":
        x = random.integers(-3, 4, (m, n)).astype(np.float32)
    elif c["data"] == "equal":
        x = np.full((m, n), 1.5, np.float32)
    elif c["data"] in ("ascending", "descending"):
        x = np.sort(x, 1)[:, ::1 if c["data"] == "ascending" else -1]
    x = store(special(random, x, 0.2), kind)
    numbers = value(x).astype(np.float64).reshape(m, n) + 0.0
    order = np.where(np.isnan(numbers), 1e300, np.clip(numbers, -1e200, 1e200))
    indices = np.argsort(-order, 1, kind="stable")[:, :k].astype(np.int32)
    values = store(np.take_along_axis(numbers, indices, 1).astype(np.float32), kind)
    found = device.run(c["kernel"], dict(x=x), ["values", "indices"], c["grid"], dims=dict(K=k), places=c["places"])
    same("indices", found[1], indices)
    if kind == "bf16":
        found[0], values = found[0].view(np.uint16), values.view(np.uint16)
    same("values", found[0], values)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
