# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/jagged against numpy.

usage: jagged.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from floats import store
from harness import GRIDS, main, same

TYPES = {"f32": np.float32, "f16": np.float16, "i32": np.int32, "i8": np.int8}
INDEX = {"i32": np.int32, "i64": np.int64}
KERNELS = [f"{f}_{t}_{i}" for f in ("jagged_to_padded", "padded_to_jagged") for t in [*TYPES, "bf16"] for i in INDEX]


def case(kernel, grid, b, m, d, mean, places=(), skew="even"):
    return dict(kernel=kernel, grid=grid, b=b, m=m, d=d, mean=mean, places=places, skew=skew)


SHAPES = [("1x1", 1, 1, 1, 1), ("8x8", 200, 20, 16, 10), ("2x3", 7, 33, 31, 40), ("2x3", 3, 100, 64, 50),
          ("8x8", 1000, 5, 8, 3), ("1x1", 5, 9, 5000, 7), ("8x8", 3, 300, 32, 300), ("2x3", 0, 4, 4, 1),
          ("2x3", 40, 0, 4, 3), ("1x1", 1500, 1, 3, 1)]
SAMPLE = [case(kernel, *SHAPES[k % len(SHAPES)], [(), {"values": "dram"}, {"dense": "dram"}][k % 3])
          for k, kernel in enumerate(KERNELS)]
# A PE's first segment is not where it would be if all were equal.
SAMPLE += [case(kernel, grid, 3000, 9, 5, 2, skew=skew) for kernel in ("padded_to_jagged_i32_i32", "padded_to_jagged_i8_i64")
           for grid, skew in (("8x8", "first"), ("8x8", "last"), ("2x3", "one"))]


def random_case(r):
    while True:
        b = r.choice([0, 1, 2, 3, 5, 6, 7, 63, 64, 65, 100, 511, 512, 513, 1500, 5000])
        m = r.choice([0, 1, 2, 5, 8, 20, 33, 100, 500])
        d = r.choice([0, 1, 2, 3, 7, 8, 9, 16, 31, 32, 64, 100, 257, 1024, 5000, 20000])
        mean = r.choice([0.1, 1, 3, 10, 50, 300])
        if b * max(m, mean) * max(d, 8) < 150000:
            break
    places = {t: "dram" for t in ("values", "offsets", "dense") if r.random() < 0.3}
    return case(r.choice(KERNELS), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), b, m, d, mean, places,
                r.choice(["even", "first", "last", "one"]))


def make_lengths(random, b, mean, skew):
    """Of segments; "first" and "last": most rows are in a tenth of them, "one": in one."""
    lengths = random.integers(0, int(2 * mean) + 2, b)
    lengths[random.random(b) < 0.2] = 0
    total = int(lengths.sum())
    if skew == "one" and b:
        lengths[:] = random.random(b) < 0.1
        lengths[random.integers(0, b)] += total
    elif skew != "even":
        few = b // 10 + 1
        chosen = random.integers(0, few, total) if skew == "first" else b - 1 - random.integers(0, few, total)
        lengths = np.bincount(chosen, minlength=b)[:b]
    return lengths


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    words = c["kernel"].split("_")
    kind, b, m, d = words[3], c["b"], c["m"], c["d"]
    lengths = make_lengths(random, b, c["mean"], c["skew"])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(INDEX[words[4]])
    rows = int(offsets[-1])

    def numbers(shape):
        if kind == "bf16":
            return random.integers(0, 0x7F00, shape, dtype=np.uint16)
        return random.integers(-100, 100, shape).astype(TYPES[kind])

    padding = float(random.choice([0, -1, 7]))
    pad = store(np.float32([padding]), kind).view(np.uint16)[0] if kind == "bf16" else TYPES[kind](padding)
    to_padded = words[2] == "padded"
    if to_padded:
        source = numbers((rows, d))
        result = np.full((b, m, d), pad, source.dtype)
        for k in range(b):
            n = min(m, lengths[k])
            result[k, :n] = source[offsets[k]:offsets[k] + n]
    else:
        source = numbers((b, m, d))
        result = np.full((rows, d), pad, source.dtype)
        for k in range(b):
            n = min(m, lengths[k])
            result[offsets[k]:offsets[k] + n] = source[k, :n]
    if kind == "bf16":
        source = source.view("V2")
    dims = {"M": m, "B": b} if to_padded else {"L": rows}
    found, = device.run(c["kernel"], {"values" if to_padded else "dense": source, "offsets": offsets},
                        ["dense" if to_padded else "values"], c["grid"], scalars=dict(padding=padding), dims=dims,
                        places=c["places"])
    same("result", found.view(np.uint16) if kind == "bf16" else found, result)


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
