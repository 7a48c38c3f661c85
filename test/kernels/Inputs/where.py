# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/where against numpy.

usage: where.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz | --count N]
"""
import numpy as np
from harness import GRIDS, main, same
from transpose import BITS, FILES


def case(kind, grid, y, bits=(0, 0, 0), places=()):
    """bits: for condition, a, b which dimensions are 1."""
    return dict(kind=kind, grid=grid, y=y, bits=bits, places=places)


SHAPES = [(1, 1, 10, 70), (2, 3, 5, 103), (1, 1, 64, 64), (5, 1, 40, 7)]
SAMPLE = [case(kind, GRIDS[i % 3], SHAPES[i % 4]) for i, kind in enumerate(BITS)]
SAMPLE += [
    case("f32", "2x3", (1, 1, 5, 4100), places={"a": "dram", "y": "dram"}), case("i8", "1x1", (1, 1, 0, 5)), case("f16", "1x1", (1, 1, 1, 1)),
    case("f16", "8x8", (1, 1, 400, 100)), case("f32", "8x8", (4, 8, 33, 65), (3, 0, 15)), case("f16", "2x3", (3, 2, 50, 130), (8, 15, 4)),
    case("i8", "2x3", (2, 3, 40, 33), (6, 8, 7)), case("i32", "1x1", (1, 5, 200, 1), (4, 2, 6)), case("bf16", "2x3", (1, 1, 7, 1030), (7, 8, 0)),
]


def random_case(r):
    y = [r.choice([0, 1, 1, 1, 2, 5]), r.choice([1, 1, 2, 3, 7]), r.choice([1, 2, 7, 31, 32, 33, 100, 1000]),
         r.choice([1, 2, 15, 31, 32, 33, 63, 64, 65, 128, 1000, 1024, 1025, 4099])]
    while np.prod(y) > 60000:
        y[int(np.argmax(y))] //= 2
    bits = tuple(r.choice([0, 0, r.randrange(16), 8, 7, 15, 4]) for _ in range(3))
    return case(r.choice(sorted(BITS)), r.choice(GRIDS + ["1x1", "3x1", "1x8"]), tuple(y), bits,
                {t: "dram" for t in ("condition", "a", "y") if r.random() < 0.3})


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    bits, kind = BITS[c["kind"]], FILES[c["kind"]]
    shapes = [tuple(1 if some >> i & 1 and n else n for i, n in enumerate(c["y"])) for some in c["bits"]]
    condition = random.random(shapes[0]) < 0.5
    a, b = (random.integers(0, np.iinfo(bits).max, shape, dtype=bits, endpoint=True) for shape in shapes[1:])
    y, = device.run("where_" + c["kind"], dict(condition=condition, a=a.view(kind), b=b.view(kind)), ["y"], c["grid"],
                    dims={f"Y{i}": n for i, n in enumerate(c["y"])}, places=c["places"])
    same("y", y.view(bits), np.broadcast_to(np.where(condition, a, b), c["y"]))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
