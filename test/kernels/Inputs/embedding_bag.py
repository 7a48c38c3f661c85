# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/embedding_bag against the rule at the top of its source.

usage: embedding_bag.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from harness import GRIDS, Failure, fma, main, same

KINDS = ["f32", "f16", "u8f32", "u8f16"]


def case(kind, index, grid, rows, dim, pooling, weighted=False, places=(), bad=None, special=False):
    """pooling: number of indices of each bag, a list, or (bags, most)."""
    return dict(kind=kind, index=index, grid=grid, rows=rows, dim=dim, pooling=pooling, weighted=weighted,
                places=places, bad=bad, special=special)


DRAM = {"table": "dram", "indices": "sram", "offsets": "dram", "weights": "sram", "out": "dram"}
SAMPLE = [
    case("f32", "i32", "1x1", 1, 1, [1]),
    case("f32", "i64", "1x1", 5, 3, [0], weighted=True),
    case("f32", "i32", "2x3", 40, 7, []),
    case("f16", "i32", "1x1", 13, 31, [1, 0, 33, 2, 65, 0, 0, 5], weighted=True),
    case("f16", "i64", "2x3", 1000, 64, (50, 20), special=True),
    case("f32", "i32", "8x8", 300, 17, (700, 3), weighted=True, places=DRAM),
    case("f32", "i32", "2x3", 20, 4099, [7, 0, 40]),  # columns in three slices
    case("u8f32", "i32", "1x1", 9, 4, [1, 1, 1], weighted=True),
    case("u8f32", "i64", "2x3", 500, 128, (90, 40), places=DRAM),
    case("u8f32", "i32", "8x8", 5000, 64, (300, 40), weighted=True, special=True),
    case("u8f32", "i32", "8x8", 100, 33, (3000, 1)),
    case("u8f32", "i64", "2x3", 64, 1, [3000, 1, 2000], weighted=True),  # longer than the ring of rows
    case("u8f32", "i32", "1x1", 20, 8192, [5, 0, 9]),
    case("u8f16", "i32", "2x3", 77, 12, (40, 9)),
    case("u8f16", "i64", "8x8", 3000, 256, (200, 30), weighted=True),
    case("u8f16", "i32", "1x1", 11, 100, [600]),
    case("f32", "i64", "2x3", 50, 4, [0] * 8000 + [9] * 500 + [0] * 3000 + [1] * 2000),  # shares begin far from the guess
    case("f32", "i32", "2x3", 50, 16, (40, 10), bad="indices"),
    case("u8f32", "i64", "8x8", 50, 16, (400, 10), bad="indices", weighted=True),
    case("f16", "i32", "2x3", 50, 16, (40, 10), bad="offsets", weighted=True),
    case("u8f16", "i64", "8x8", 50, 16, (100, 10), bad="offsets"),
    case("u8f16", "i32", "2x3", 50, 9000, [3], bad="shape"),
]


def random_case(r):
    dim = r.choice([1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 256, 511, 1024, 3000])
    most = r.choice([0, 1, 1, 2, 5, 20, 31, 32, 33, 50, 64, 65, 100, 500, 1500])
    bags = r.choice([0, 1, 2, 3, 7, 8, 9, 31, 64, 100, 257, 1000, 5000])
    while bags * (most + 1) * dim > 2000000:
        bags = (bags + 1) // 2 if bags > 1 else bags
        if bags == 1:
            dim = (dim + 1) // 2
    return case(r.choice(KINDS), r.choice(["i32", "i64"]), r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]),
                r.choice([1, 2, 10, 100, 1000, 10000]), dim, (bags, most), r.random() < 0.4,
                r.choice([{}, {}, DRAM, {n: "dram" for n in DRAM}]),
                r.choice([None] * 8 + ["indices", "offsets"]), r.random() < 0.3)


def make_table(kind, rows, dim, random, special):
    """The table, and x, s, b of the rule with one more row, of zeros, at the end (index -1)."""
    zero = np.zeros((1, dim), np.float32)
    if kind in ("f32", "f16"):
        table = (random.standard_normal((rows, dim)) * 4).astype(np.float32 if kind == "f32" else np.float16)
        if special and table.size:
            table.flat[random.integers(0, table.size, 5)] = [np.inf, -np.inf, np.nan, -0.0, 6e-8]
        return table, np.concatenate([table.astype(np.float32), zero]), None, None
    values = random.integers(0, 256, (rows, dim), dtype=np.uint8)
    pairs = np.stack([random.uniform(0.001, 0.1, rows), random.uniform(-4, 4, rows)], 1)
    pairs = pairs.astype(np.float32 if kind == "u8f32" else np.float16)
    if special:
        pairs[0] = [np.inf, 1]
        pairs[-1] = [1e-7, -0.0]
    if kind == "u8f32":
        table = np.concatenate([values, pairs.view(np.uint8)], 1)
    else:  # rows of a multiple of 16 bytes
        fill = np.full((rows, -(4 + dim) % 16), 0xEE, np.uint8)
        table = np.concatenate([pairs.view(np.uint8), values, fill], 1)
    pairs = np.concatenate([pairs.astype(np.float32), np.zeros((1, 2), np.float32)])
    return table, np.concatenate([values.astype(np.float32), zero]), pairs[:, 0], pairs[:, 1]


def reference(x, s, b, indices, offsets, weights):
    bags, dim = len(offsets) - 1, x.shape[1]
    out = np.zeros((bags, dim), np.float32)
    count = offsets[1:] - offsets[:-1]
    with np.errstate(all="ignore"):
        for r in range(max(count, default=0)):
            have = np.flatnonzero(count > r)
            at = offsets[have] + r
            i = indices[at]
            w = weights[at][:, None] if len(weights) else None
            if s is None:
                out[have] = out[have] + x[i] if w is None else fma(w, x[i], out[have])
                continue
            scale, bias = s[i][:, None], b[i][:, None]
            if w is not None:
                scale, bias = scale * w, bias * w
            out[have] = fma(scale, x[i], out[have] + bias)
    return out


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    counts = c["pooling"]
    if isinstance(counts, tuple):
        counts = random.integers(min(1, counts[1]), counts[1] + 1, counts[0])
        counts[random.random(len(counts)) < 0.05] = 0
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    total, rows, dim = int(offsets[-1]), c["rows"], c["dim"]
    table, x, s, b = make_table(c["kind"], rows, dim, random, c["special"])
    indices = random.integers(0, rows, total).astype(np.int64)
    indices[random.random(total) < 0.02] = -1
    weights = random.uniform(-2, 2, total if c["weighted"] else 0).astype(np.float32)
    given, bad_offsets, bad_indices = indices.copy(), offsets.copy(), 0
    if c["bad"] == "indices" and total:
        where = random.choice(total, min(total, 9), replace=False)
        wide = c["index"] == "i64"
        low, high = (-2**63, 2**63) if wide else (-2**31, 2**31)
        given[where] = random.choice([rows, rows + 1, -2, -3, low, high - 1], len(where))
        indices[where] = 0
        bad_indices = len(where)
    if c["bad"] == "offsets" and len(offsets):
        bad_offsets[random.integers(0, len(offsets), 3)] = random.choice([-1, total + 1, 2**31 - 1, -2**31, 0], 3)
    dtype = np.int32 if c["index"] == "i32" else np.int64
    inputs = dict(table=table, indices=given.astype(dtype), offsets=bad_offsets.astype(dtype), weights=weights)
    kernel = f"embedding_bag_{c['kind']}_{c['index']}"
    if c["bad"] == "shape":  # all that it writes is the status
        status, = device.run(kernel, inputs, ["status"], c["grid"], "cb,race,bounds", dims={"D": dim})
        return same("status", status, np.array([1, 0, 0]))
    out, status = device.run(kernel, inputs, ["out", "status"], c["grid"], dims={"D": dim}, places=c["places"])
    if c["bad"] == "offsets":  # a change may also have made them right
        wrong = (np.diff(bad_offsets) < 0).any() or (bad_offsets < 0).any() or (bad_offsets > total).any()
        if wrong and not (status[0] == 2 and status[2] > 0):
            raise Failure(f"status {status} with offsets {bad_offsets}")
        return None
    same("status", status, np.array([3 if bad_indices else 0, bad_indices, 0]))
    same("out", out, reference(x, s, b, indices, offsets, weights))


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
