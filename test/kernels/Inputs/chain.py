# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/chain against numpy; the order of sums is known, so every bit must be right.

usage: chain.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from formats import F32, SIZES, from_file, narrow, quantised, quiet, to_file, widen
from harness import GRIDS, main, same
from matmul import data, product

TYPES = {"f16": ("f16", "f16"), "bf16": ("bf16", "bf16"), "i8_i32": ("i8", "i32")}
LAYOUTS = ("nn", "tt")
DRAM = {"x": "dram", "u": "dram", "v": "dram", "y": "dram", "buffer": "sram"}


def case(types, layout, grid, m, k, r, n, room=0, places=()):
    """room: rows of t that the buffer has place for; 0: all"""
    return dict(types=types, layout=layout, grid=grid, m=m, k=k, r=r, n=n, room=room, places=places)


SAMPLE = [
    case("f16", "nn", "2x3", 200, 70, 33, 100, 64, DRAM), case("f16", "tt", "8x8", 600, 64, 40, 200, 520), case("bf16", "nn", "8x8", 130, 33, 100, 65),
    case("bf16", "tt", "2x3", 70, 100, 20, 300, 64, DRAM), case("i8_i32", "nn", "2x3", 150, 200, 64, 70, 130), case("i8_i32", "tt", "1x1", 65, 40, 31, 33),
    case("f16", "nn", "1x1", 1, 1, 1, 1), case("f16", "tt", "2x3", 5, 0, 7, 9), case("i8_i32", "tt", "2x3", 5, 7, 0, 9), case("bf16", "nn", "8x8", 0, 3, 4, 5),
]


def random_case(r):
    size = lambda: r.choice([0, 1, 1, 2, 3, 7, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 129, 200, 257, 500])  # noqa: E731
    m, k, rank, n = r.choice([size(), 600, 1100]), size(), size(), r.choice([size(), size(), 700, 1300, 2200])
    while m * rank * (k + n) > 10000000:
        k, n, rank = (k + 1) // 2, (n + 1) // 2, (rank + 1) // 2
    return case(r.choice(sorted(TYPES)), r.choice(LAYOUTS), r.choice(GRIDS + ["3x1", "1x8", "2x2"]), m, k, rank, n,
                r.choice([0, 0, 64, 100, 192, 512, 700]), r.choice([{}, {}, DRAM, {"y": "dram", "buffer": "dram"}]))


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    kind, to = TYPES[c["types"]]
    x, u, v = (data(random, s, kind) for s in ((c["m"], c["k"]), (c["k"], c["r"]), (c["r"], c["n"])))
    scale = float(F32(random.choice([1, 0.75, 0.003]) if kind == "i8" else random.choice([1, 1, 0.125])))
    total = product(x[None], u[None], None, (kind, "i32" if kind == "i8" else "f32"))[0]
    with np.errstate(all="ignore"):
        scaled = total.astype(F32) * F32(scale)
    t = quantised(scaled, 0, 0, "i8") if kind == "i8" else narrow(scaled, kind)
    expected = product(t[None], v[None], None, (kind, to))[0]
    if c["layout"] == "tt":
        u, v = np.ascontiguousarray(u.T), np.ascontiguousarray(v.T)
    pitch = (c["r"] * SIZES[kind] + 31) // 32 * 32
    rows = c["room"] or c["m"]
    inputs = {name: to_file(value, kind) for name, value in (("x", x), ("u", u), ("v", v))}
    inputs["buffer"] = np.zeros(pitch * rows, np.uint8)
    found, = device.run(f"chain_{c['types']}_{c['layout']}", inputs, ["y"], c["grid"], scalars=dict(scale=scale), places=c["places"])
    same("y", quiet(from_file(found, to), to), expected)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
