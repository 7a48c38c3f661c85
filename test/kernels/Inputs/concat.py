# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/concat against numpy.

usage: concat.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from harness import GRIDS, main, same
from transpose import BITS, FILES


def case(kind, grid, m, columns, places=(), blocks=None):
    """4 or 8 inputs; blocks: extent C, columns are those of rows then."""
    return dict(kind=kind, grid=grid, m=m, columns=columns, places=places, blocks=blocks)


SAMPLE = [
    case("i8", "1x1", 1, [1, 0, 0, 0]), case("i8", "8x8", 2000, [32, 32, 32, 32]), case("f16", "2x3", 33, [1, 2, 3, 5]),
    case("f32", "1x1", 7, [64, 0, 31, 33]), case("i8", "2x3", 5, [3000, 1, 4099, 77], {"x0": "dram"}),
    case("f32", "8x8", 300, [17, 100, 0, 3]), case("f16", "8x8", 1, [5000, 7000, 1, 2049], {"y": "dram"}),
    case("i8", "1x1", 0, [1, 2, 3, 4]), case("f32", "2x3", 100, [0, 0, 0, 9]), case("f16", "1x1", 3, [0, 0, 0, 0]),
    case("bf16", "2x3", 9, [16, 32, 5, 9]), case("u8", "2x3", 9, [64, 0, 32, 7]), case("i32", "1x1", 31, [1, 1, 1, 1]),
]
SAMPLE += [case(kind, "2x3", 20 + i, [8 + i, 0, 7, 32, 1, 2, 65, 100][i:] + [3] * i) for i, kind in enumerate(BITS)]
SAMPLE += [case(kind, GRIDS[i % 3], 3 + i, [8 + i, 0, 7, 32, 1, 2, 65, 10], blocks=[1, 32, 50, 64, 2100, 7][i]) for i, kind in enumerate(BITS)]


def random_case(r):
    m = r.choice([0, 1, 1, 2, 3, 7, 8, 31, 32, 33, 64, 100, 257, 1000, 5000])
    count = r.choice([4, 8])
    blocks = r.choice([None, None, 0, 1, 16, 31, 32, 33, 64, 100, 1000]) if count == 8 else None
    odd = r.random() < 0.7
    columns = [r.choice([0, 0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 500, 2048, 4099]) if odd else
               r.choice([0, 32, 64, 128, 320]) for _ in range(count)]
    while m * sum(columns) * (blocks or 1) > 300000:
        m = (m + 1) // 2 if m > 1 else m
        columns = [c // 2 for c in columns]
    return case(r.choice(sorted(BITS)), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), m, columns,
                {t: "dram" for t in ("x0", "x2", "y") if r.random() < 0.3}, blocks)


def parts(c):
    random = np.random.default_rng(c["seed"])
    bits = BITS[c["kind"]]
    end = () if c["blocks"] is None else (c["blocks"],)
    return [random.integers(0, np.iinfo(bits).max, (c["m"], n) + end, dtype=bits, endpoint=True) for n in c["columns"]]


def run_case(device, c):
    x = parts(c)
    name = "concat_blocks" if c["blocks"] is not None else "concat8" if len(x) == 8 else "concat"
    y, = device.run(f"{name}_{c['kind']}", {f"x{i}": v.view(FILES[c["kind"]]) for i, v in enumerate(x)}, ["y"],
                    c["grid"], dims={"N": sum(c["columns"])}, places=c["places"])
    same("y", y.view(BITS[c["kind"]]), np.concatenate(x, 1))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
