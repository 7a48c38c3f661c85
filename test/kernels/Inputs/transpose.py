# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/transpose against numpy.

usage: transpose.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import itertools

import numpy as np
from harness import GRIDS, main, same

BITS = {"i8": np.uint8, "u8": np.uint8, "f16": np.uint16, "bf16": np.uint16, "f32": np.uint32, "i32": np.uint32}
FILES = {"i8": np.int8, "u8": np.uint8, "f16": np.float16, "bf16": np.dtype("V2"), "f32": np.float32, "i32": np.int32}
AXES = list(itertools.permutations(range(4)))


def case(kind, grid, b, m, n, places=()):
    """Matrices."""
    return dict(kind=kind, grid=grid, shape=(b, m, n), axes=None, places=places)


def permute(kind, grid, shape, axes, places=()):
    return dict(kind=kind, grid=grid, shape=shape, axes=axes, places=places)


SAMPLE = [
    case("i8", "1x1", 1, 1, 1), case("i8", "8x8", 64, 128, 32), case("f16", "2x3", 3, 65, 129),
    case("f32", "1x1", 2, 33, 31), case("i8", "2x3", 1, 1000, 7, {"x": "dram"}), case("f32", "8x8", 5, 100, 300),
    case("f16", "1x1", 7, 1, 100), case("f16", "8x8", 1, 513, 511, {"y": "dram"}), case("i8", "1x1", 0, 3, 3),
    case("f32", "2x3", 1, 2000, 40), case("u8", "2x3", 2, 31, 100), case("bf16", "1x1", 2, 65, 30), case("i32", "2x3", 3, 10, 64),
]
# All orders of four dimensions, over types, grids and shapes by turns.
SAMPLE += [permute(list(BITS)[i % 6], GRIDS[i % 2], [(3, 5, 17, 40), (2, 33, 4, 32), (5, 1, 65, 7)][i % 3], axes)
           for i, axes in enumerate(AXES)]
SAMPLE += [permute("f16", "8x8", (8, 20, 12, 64), (0, 2, 1, 3)), permute("i8", "2x3", (1, 2, 3, 5000), (2, 1, 0, 3)),
           permute("f32", "1x1", (2, 0, 3, 4), (3, 2, 1, 0))]


def random_case(r):
    kind, grid = r.choice(sorted(BITS)), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"])
    places = {t: "dram" for t in ("x", "y") if r.random() < 0.3}
    if r.random() < 0.6:
        shape = [r.choice([0, 1, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 64, 65, 128, 129, 300, 3000]) for _ in range(4)]
        while np.prod(shape) > 100000:
            shape[int(np.argmax(shape))] //= 2
        return permute(kind, grid, tuple(shape), r.choice(AXES), places)
    size = lambda: r.choice([0, 1, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 257, 1000])  # noqa: E731
    b, m, n = r.choice([0, 1, 1, 2, 3, 7, 64, 65]), size(), size()
    while b * m * n > 300000:
        b, m, n = (b + 1) // 2, m, (n + 1) // 2
    return case(kind, grid, b, m, n, places)


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    bits = BITS[c["kind"]]
    x = random.integers(0, np.iinfo(bits).max, c["shape"], dtype=bits, endpoint=True)
    expected = x.transpose(c["axes"] or (0, 2, 1))
    more = {}
    if c["axes"]:
        more = dict(scalars={f"p{i}": p for i, p in enumerate(c["axes"])}, dims={f"Y{i}": n for i, n in enumerate(expected.shape)})
    y, = device.run(f"{'permute' if c['axes'] else 'transpose'}_{c['kind']}", dict(x=x.view(FILES[c["kind"]])), ["y"], c["grid"],
                    places=c["places"], **more)
    same("y", y.view(bits), expected)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
