# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/interaction against PyTorch's formula, sums in the order of D.

usage: interaction.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from formats import F32, from_file, narrow, quantised, to_file, widen
from harness import GRIDS, fma, main, same

KINDS = ["f32", "f16", "bf16", "i8"]


def case(kind, grid, b, s, d, places=()):
    return dict(kind=kind, grid=grid, b=b, s=s, d=d, places=places)


SAMPLE = [
    case("i8", "8x8", 128, 26, 128), case("f16", "8x8", 100, 26, 128, {"sparse": "dram", "y": "dram"}), case("bf16", "2x3", 37, 26, 128),
    case("i8", "1x1", 13, 7, 33), case("f16", "2x3", 5, 40, 64), case("f16", "1x1", 1, 0, 100), case("bf16", "1x1", 3, 1, 1),
    case("i8", "2x3", 2, 100, 128), case("f16", "1x1", 0, 26, 16), case("i8", "1x1", 4, 5, 0), case("f16", "1x1", 2, 31, 16),
    case("i8", "1x1", 2, 32, 31, {"dense": "dram"}), case("i8", "1x1", 3, 0, 0), case("f16", "2x3", 8, 99, 128),
    case("f32", "8x8", 70, 26, 128), case("f32", "1x1", 2, 32, 17, {"dense": "dram"}), case("f32", "2x3", 3, 70, 130), case("f32", "1x1", 3, 0, 2100),
    case("f32", "2x3", 3, 17, 0), case("f32", "1x1", 0, 3, 5), case("f32", "1x1", 5, 1, 1),
    # Two samples do not fit.
    case("f16", "2x3", 2, 170, 200), case("bf16", "8x8", 3, 220, 33, {"sparse": "dram", "y": "dram"}), case("i8", "2x3", 2, 300, 64),
    case("f16", "1x1", 1, 3, 9000), case("i8", "1x1", 2, 2, 20011),
]


def random_case(r):
    places = {t: "dram" for t in ("dense", "sparse", "y") if r.random() < 0.3}
    b = r.choice([0, 1, 2, 3, 7, 9, 33, 65, 130])
    s = r.choice([0, 1, 2, 5, 26, 26, 30, 31, 32, 47, 63, 64, 65])
    d = r.choice([0, 1, 15, 16, 17, 31, 32, 33, 64, 100, 128, 129, 200])
    if r.random() < 0.25:  # two samples may not fit
        s, d = r.choice([(96, 400), (127, 300), (128, 129), (200, 100), (257, 17), (5, 3000), (1, 20000), (0, 33000), (33, 1025)])
    while b > 1 and b * s * (d + s) > 400000:
        b = b // 2
    return case(r.choice(KINDS), r.choice(GRIDS + ["3x1", "1x8"]), b, s, d, places)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    b, f, d, kind = c["b"], c["s"] + 1, c["d"], c["kind"]
    low, above = np.tril_indices(f, -1)
    scalars = {}
    if kind == "i8":
        x = random.integers(-128, 128, (b, f, d), dtype=np.int8)
        scalars = dict(scale=float(F32(random.choice([0.001, 0.02, 1]))), dense_scale=float(F32(random.choice([1, 0.37]))),
                       zero=int(random.integers(-30, 31)))
        products = np.einsum("bid,bjd->bij", x.astype(np.int64), x.astype(np.int64))
        z = quantised(products.astype(F32) * F32(scalars["scale"]), 0, scalars["zero"], "i8")
        first = quantised(x[:, 0].astype(F32) * F32(scalars["dense_scale"]), 0, scalars["zero"], "i8")
    else:
        x = narrow(random.standard_normal((b, f, d)).astype(F32), kind)
        wide = widen(x, kind)
        sums = np.zeros((b, f, f), F32)
        for k in range(d if kind == "f32" else 0):
            sums = fma(wide[:, :, None, k], wide[:, None, :, k], sums)
        for k in range(d if kind != "f32" else 0):
            sums = sums + wide[:, :, None, k] * wide[:, None, :, k]
        z, first = narrow(sums, kind), x[:, 0]
    y = np.concatenate([first, z[:, low, above]], 1)
    found, = device.run("interaction_" + kind, dict(dense=to_file(np.ascontiguousarray(x[:, 0]), kind), sparse=to_file(np.ascontiguousarray(x[:, 1:]), kind)),
                        ["y"], c["grid"], scalars=scalars, dims=dict(N=y.shape[1]), places=c["places"])
    same("y", from_file(found, kind), y)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
