# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernels/embedding_bag against the rule in <mtia/kernels.h>.

usage: embedding_bag.py --run MTIA-RUN --elf FILE --scratch DIR [--part I/N | --fuzz]
"""
import numpy as np
from formats import narrow, to_file, widen
from harness import GRIDS, Failure, fma, main, same

F32 = np.float32
KINDS = ["f32", "f16", "bf16", "u8f32", "u8f16", "u4f32", "u4f16", "u4h"]
SUM, MEAN, MAX = range(3)
OFFSETS, OPEN, LENGTHS = range(3)


def case(kind, index, grid, dims, batch, pooling, rows=100, out=None, tables=None, mode=SUM, form=OFFSETS,
         weighted=False, padding=-1, bad=None, strict=0, special=False, places=()):
    """dims: a number for one table, or the columns of each feature; pooling: the greatest length of a bag, or a list
    of all; tables: of each feature, if not each has its own; bad: "indices", "offsets" or a status."""
    return dict(kind=kind, index=index, grid=grid, dims=dims, batch=batch, pooling=pooling, rows=rows, out=out,
                tables=tables, mode=mode, form=form, weighted=weighted, padding=padding, bad=bad, strict=strict,
                special=special, places=places)


DRAM = {"table": "dram", "indices": "sram", "offsets": "dram", "weights": "sram", "out": "dram"}
SAMPLE = [
    # One table.
    case("f32", "i32", "1x1", 1, 1, [1], rows=1),
    case("f32", "i64", "1x1", 3, 1, [0], rows=5, weighted=True),
    case("f32", "i32", "2x3", 7, 0, [], rows=40),
    case("f16", "i32", "1x1", 31, 8, [1, 0, 33, 2, 65, 0, 0, 5], rows=13, weighted=True),
    case("f16", "i64", "2x3", 64, 50, 20, rows=1000, special=True),
    case("bf16", "i32", "2x3", 33, 50, 40, special=True, mode=MEAN),
    case("bf16", "i64", "1x1", 5, 9, 3, form=OPEN, weighted=True),
    case("f32", "i32", "8x8", 17, 700, 3, rows=300, weighted=True, places=DRAM),
    case("f32", "i32", "2x3", 4099, 3, [7, 0, 40], rows=20),  # columns in three pieces
    case("u8f32", "i32", "1x1", 4, 3, [1, 1, 1], rows=9, weighted=True),
    case("u8f32", "i64", "2x3", 128, 90, 40, rows=500, places=DRAM, form=LENGTHS),
    case("u8f32", "i32", "8x8", 64, 300, 40, rows=5000, weighted=True, special=True, form=OPEN),
    case("u8f32", "i32", "8x8", 33, 3000, 1, mode=MEAN, padding=3),
    case("u8f32", "i64", "2x3", 1, 3, [3000, 1, 2000], rows=64, weighted=True),  # longer than the ring of rows
    case("u8f32", "i32", "1x1", 9001, 3, [5, 0, 9], rows=20, mode=MAX),  # columns in five pieces
    case("u8f16", "i32", "2x3", 12, 40, 9, rows=77, mode=MAX, padding=5),
    case("u8f16", "i64", "8x8", 256, 200, 30, rows=3000, weighted=True),
    case("u8f16", "i32", "1x1", 5001, 2, [6, 40], rows=11),
    case("u4f32", "i32", "2x3", 101, 20, 50, weighted=True),
    case("u4f32", "i64", "1x1", 4097, 2, [3, 9], rows=11),
    case("u4f16", "i32", "1x1", 6001, 2, [3, 9], rows=11, mode=MAX),
    case("u4f16", "i64", "2x3", 64, 60, 9, mode=MEAN),
    case("u4h", "i32", "2x3", 1, 60, 9),
    case("u4h", "i64", "1x1", 5003, 2, [3, 9], rows=11),
    case("f32", "i64", "2x3", 4, 13500, [0] * 8000 + [9] * 500 + [0] * 3000 + [1] * 2000, rows=50),  # far from the guess
    case("f32", "i32", "2x3", 16, 40, 10, rows=50, bad="indices"),
    case("u8f32", "i64", "8x8", 16, 400, 10, rows=50, bad="indices", weighted=True),
    case("f32", "i32", "2x3", 16, 40, 10, rows=50, bad="indices", mode=MAX),
    case("f16", "i32", "2x3", 16, 40, 10, rows=50, bad="offsets", weighted=True),
    case("u8f16", "i64", "8x8", 16, 100, 10, rows=50, bad="offsets", mode=MAX),
    case("u8f16", "i32", "2x3", 16, 100, 10, rows=50, bad="indices", strict=1),
    case("u8f16", "i32", "2x3", 16, 100, 10, rows=50, bad="offsets", strict=1),
    case("u8f16", "i32", "2x3", 16, 100, 10, rows=50, strict=1),
    case("f32", "i32", "1x1", 16, 10, 10, bad="VALUE", mode=MAX, weighted=True),
    # Many.
    case("f32", "i32", "2x3", [8, 16, 8], 30, 10),
    case("f32", "i64", "2x3", [1, 2, 3, 1, 1, 7], 31, 10, weighted=True, form=OPEN),
    case("f16", "i32", "2x3", [64] * 5, 9, 20, mode=MEAN, tables=[0, 1, 1, 0, 2]),
    case("f16", "i64", "8x8", [32, 64, 96], 100, 5, mode=MAX, padding=0),
    case("bf16", "i32", "1x1", [5, 3], 4, 3),
    case("bf16", "i64", "2x3", [16] * 40, 3, 4, form=LENGTHS),
    case("u8f32", "i32", "8x8", [128] * 26, 20, 4, rows=1000),
    case("u8f32", "i64", "2x3", [16, 200, 8, 64], 40, [0] * 40 + [90] * 20 + [0] * 20 + [1] * 80, weighted=True),
    case("u8f16", "i32", "2x3", [4100, 8, 5000], 2, 3, rows=10),
    case("u8f16", "i64", "2x3", [24] * 8, 17, 6, bad="indices", tables=[0] * 8),
    case("u4f32", "i32", "2x3", [40, 24], 50, 10, bad="offsets"),
    case("u4f32", "i64", "1x1", [4] * 140, 2, 2),
    case("u4f16", "i32", "2x3", [3, 200] * 70, 2, 2),
    case("u4f16", "i64", "1x1", [8, 8], 5, 5, mode=MEAN, padding=1, weighted=True),
    case("u4h", "i32", "2x3", [64, 32], 10, 5, mode=MAX),
    case("u4h", "i64", "2x3", [], 5, 5),
    # Other results.
    case("f32", "i32", "2x3", [17, 30], 20, 50, out="f16", special=True),
    case("f32", "i64", "1x1", [16, 32], 20, 10, out="f16", weighted=True),
    case("f16", "i32", "2x3", [4200], 3, 40, out="f16"),
    case("f16", "i64", "1x1", [16], 20, 40, out="f16", mode=MEAN),
    case("bf16", "i32", "2x3", [20, 20], 20, 33, out="f16", mode=MAX),
    case("bf16", "i64", "1x1", [64], 3, 33, out="f16", form=LENGTHS),
    case("u8f32", "i32", "8x8", [64] * 3, 100, 50, out="f16"),
    case("u8f32", "i64", "1x1", [64], 3, 1, out="f16"),
    case("u8f16", "i32", "2x3", [1, 1, 1], 9, 70, out="f16"),
    case("u8f16", "i64", "1x1", [48], 3, 2, out="f16"),
    case("u4f32", "i32", "1x1", [9], 3, 2, out="f16"),
    case("u4f32", "i64", "1x1", [9], 3, 50, out="f16"),
    case("u4f16", "i32", "1x1", [64], 3, 2, out="f16"),
    case("u4f16", "i64", "1x1", [16], 3, 2, out="f16"),
    case("u4h", "i32", "1x1", [16], 3, 2, out="f16"),
    case("u4h", "i64", "1x1", [16], 3, 40, out="f16"),
    case("f32", "i32", "2x3", [17, 30, 1], 50, 5, out="u8", special=True),
    case("f32", "i64", "1x1", [4096], 3, 5, out="u8"),
    case("f16", "i32", "2x3", [64] * 6, 20, 5, out="u8", mode=MEAN),
    case("f16", "i64", "1x1", [100], 3, 40, out="u8", mode=MAX),
    case("bf16", "i32", "1x1", [1], 100, 5, out="u8"),
    case("bf16", "i64", "1x1", [100], 3, 5, out="u8"),
    case("u8f32", "i32", "8x8", [128] * 4, 100, 20, out="u8"),
    case("u8f32", "i64", "1x1", [31, 32], 7, 5, out="u8", weighted=True),
    case("u8f16", "i32", "2x3", [120] * 3, 11, 4, out="u8"),
    case("u8f16", "i64", "1x1", [16], 3, 4, out="u8", form=OPEN),
    case("u4f32", "i32", "1x1", [16], 3, 4, out="u8"),
    case("u4f32", "i64", "1x1", [2000, 5], 3, 4, out="u8"),
    case("u4f16", "i32", "1x1", [16], 3, 4, out="u8"),
    case("u4f16", "i64", "1x1", [16], 3, 0, out="u8"),
    case("u4h", "i32", "1x1", [7], 3, 4, out="u8"),
    case("u4h", "i64", "1x1", [8], 3, 4, out="u8", mode=MEAN, padding=0),
    case("u4h", "i64", "1x1", [5000], 3, 4, out="u8", bad="LIMIT"),
    # A PE's work ends before it begins.
    case("u8f16", "i32", "8x8", 4, 300, 2, rows=9, form=OPEN, bad="offsets"),
]


def random_case(r):
    widths = [1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 256, 511, 1024, 3000, 4095, 4096,
              4097, 6000]
    # Variants alike often; one with one table has f32 results.
    out, index = r.choice([None, "f32", "f16", "u8"]), r.choice(["i32", "i64"])
    size = r.choice([20000, 100000, 100000, 1500000])  # products, at most
    most = r.choice([0, 1, 1, 2, 5, 20, 31, 32, 33, 50, 64, 65, 100, 500, 1500])
    if out is None:
        dims = r.choice(widths)
        total = dims
    else:
        if out == "u8":
            widths = [w for w in widths if w <= 4096]
        count = r.choice([1, 1, 2, 3, 5, 8, 26, 40, 129])
        equal = r.choice(widths)
        small = [w for w in widths if w <= r.choice([8, 64, 1024, 6000])]
        dims = [equal] * count if r.random() < 0.4 else [r.choice(small) for _ in range(count)]
        while sum(dims) > 20000:
            dims = dims[:len(dims) // 2]
        if r.random() < 0.3:
            dims = [(d + 7) // 8 * 8 for d in dims]
        if out == "u8":
            dims = [min(d, 4096) for d in dims]
        total = sum(dims)
    batch = r.choice([0, 1, 2, 3, 7, 8, 9, 31, 64, 100, 257, 1000, 5000])
    features = len(dims) if out else 1
    while batch > 1 and batch * (most + 1) * total > size:
        batch //= 2
    while most > 1 and batch * (most + 1) * total > size:
        most //= 2
    mode = r.choice([SUM, SUM, MEAN, MAX])
    bad = r.choice([None] * 8 + ["indices", "offsets"])
    tables = [r.randrange(features) for _ in range(features)] if out and r.random() < 0.4 else None
    rows = r.choice([1, 2, 10, 100, 1000])
    return case(r.choice(KINDS), index, r.choice(GRIDS + ["1x1", "3x1", "1x8", "5x7"]), dims, batch,
                most, rows, out, tables, mode, r.choice([OFFSETS, OPEN, LENGTHS]), mode != MAX and r.random() < 0.4,
                r.choice([-1, -1, 0, 1, 5]), bad, int(r.random() < 0.2), r.random() < 0.2,
                r.choice([{}, {}, DRAM, {n: "dram" for n in DRAM}]))


class Table:
    """bytes [rows, width], and x, s, b of the rule; all with one more row, of zeros, at the end (index -1)."""

    def __init__(self, kind, rows, dim, random, special, batched):
        zero = np.zeros((1, dim), F32)
        self.s = self.b = None
        if kind in ("f32", "f16", "bf16"):
            values = narrow((random.standard_normal((rows, dim)) * 4).astype(F32), kind)
            if special and values.size:
                some = np.array([np.inf, -np.inf, np.nan, -0.0, 6e-8], F32)
                values.flat[random.integers(0, values.size, 5)] = narrow(some, kind)
            self.values, self.x = values, np.concatenate([widen(values, kind), zero])
            data = values.view(np.uint8).reshape(rows, -1)
        else:
            values = random.integers(0, 16 if kind[1] == "4" else 256, (rows, dim), dtype=np.uint8)
            half = kind in ("u8f16", "u4f16", "u4h")
            pairs = np.stack([random.uniform(0.001, 0.1, rows), random.uniform(-4, 4, rows)], 1)
            pairs = pairs.astype(np.float16 if half else F32)
            if special:
                pairs[0] = [np.inf, 1]
                pairs[-1] = [1e-7, -0.0]
            payload = values
            if kind[1] == "4":
                even = np.pad(values, ((0, 0), (0, dim % 2)), constant_values=9)
                payload = even[:, ::2] | even[:, 1::2] << 4
            parts = [payload, pairs.view(np.uint8)]
            data = np.concatenate(parts[::-1] if kind in ("u8f16", "u4f16") else parts, 1)
            pairs = np.concatenate([pairs.astype(F32), np.zeros((1, 2), F32)])
            self.x = np.concatenate([values.astype(F32), zero])
            self.s, self.b = pairs[:, 0], pairs[:, 1]
            self.values = None
        # Rows aligned to 16 bytes where scales are in front; others as they are, or with something behind.
        fill = -data.shape[1] % 16 if kind in ("u8f16", "u4f16") else 0
        if batched and kind not in ("u8f16", "u4f16"):
            fill = int(random.choice([0, 0, 1, 8]))
        self.bytes = np.concatenate([data, np.full((rows, fill), 0xEE, np.uint8)], 1)


def reduce_bags(t, indices, padded, offsets, weights, mode):
    """Bags of one table in binary32, by the rule."""
    bags, dim = len(offsets) - 1, t.x.shape[1]
    count = offsets[1:] - offsets[:-1]
    out = np.zeros((bags, dim), F32)
    some = np.zeros(bags, np.int64)  # for the mean; whether there is a maximum
    with np.errstate(all="ignore"):
        for r in range(max(count, default=0)):
            have = np.flatnonzero(count > r)
            at = offsets[have] + r
            i = indices[at].copy()
            pad = padded[at]
            if mode == MAX:
                counts = (i >= 0) & ~pad
                have, i = have[counts], i[counts]
                x = t.x[i] if t.s is None else fma(t.s[i][:, None], t.x[i], t.b[i][:, None])
                first = (some[have] == 0)[:, None]
                out[have] = np.where(first, x, np.fmax(out[have], x))
                # +0 is greater than -0
                zeros = ~first & (out[have] == 0) & (x == 0)
                out[have] = np.where(zeros & ~np.signbit(x), F32(0), out[have])
                some[have] += 1
                continue
            some[have] += ~pad
            i[pad] = -1
            w = weights[at][:, None] if len(weights) else None
            if t.s is None:
                out[have] = out[have] + t.x[i] if w is None else fma(w, t.x[i], out[have])
                continue
            scale, bias = t.s[i][:, None], t.b[i][:, None]
            if w is not None:
                scale, bias = scale * w, bias * w
            out[have] = fma(scale, t.x[i], out[have] + bias)
        if mode == MEAN:
            out = out * (F32(1) / np.maximum(some, 1).astype(F32))[:, None]
    return out


def results(sums, kind):
    """What is stored of one feature's bags."""
    if kind != "u8":
        return narrow(sums, kind)
    bags, dim = sums.shape
    with np.errstate(all="ignore"):
        low = np.fmin.reduce(sums, 1, initial=np.inf).astype(F32)
        high = np.fmax.reduce(sums, 1, initial=-np.inf).astype(F32)
        span = high - low
        q = np.rint((sums - low[:, None]) * (F32(255) / (span + F32(1e-8)))[:, None])
        q = np.where(np.isnan(q), 0, np.clip(q, 0, 255)).astype(np.uint8)
        pairs = np.stack([span / F32(255), low], 1).astype(F32)
    pairs[np.isnan(pairs)] = np.nan  # the device has one NaN
    return np.concatenate([q, pairs.view(np.uint8)], 1)


def buffer_size(c, dims, total, size, beside):
    """As get_buffer_size()."""
    features, bytes_ = len(dims), 0
    if c["form"] == LENGTHS:
        bytes_ += -(-(features * c["batch"] + 1) * int(c["index"][1:]) // 8 // 32) * 32 + 64
    if features > 1 and (len(set(dims)) > 1 or (dims[0] * size + beside) % 32):
        bytes_ += c["batch"] * (-(-total * size // 32) * 32 + 32 * features)
    return bytes_


def run_case(device, c):
    random = np.random.default_rng(c["seed"])
    batched = isinstance(c["dims"], list)
    dims = c["dims"] if batched else [c["dims"]]
    features, batch, kind, out = len(dims), c["batch"], c["kind"], c["out"] or "f32"
    counts = c["pooling"]
    if isinstance(counts, int):
        counts = random.integers(min(1, counts), counts + 1, features * batch)
        counts[random.random(len(counts)) < 0.05] = 0
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    total = int(offsets[-1])
    which = c["tables"] or list(range(features))
    # A table's columns are those of the features that use it.
    key = [(which[f], dims[f]) for f in range(features)]
    names = sorted(set(key))
    tables = [Table(kind, max(1, c["rows"] - 3 * i), d, random, c["special"], batched) for i, (_, d) in enumerate(names)]
    of = [names.index(k) for k in key]
    indices = np.zeros(total, np.int64)
    given = indices.copy()
    bad_indices = 0
    wide = c["index"] == "i64"
    for f in range(features):
        begin, end = offsets[f * batch], offsets[(f + 1) * batch]
        rows = len(tables[of[f]].x) - 1
        indices[begin:end] = random.integers(0, rows, end - begin)
        indices[begin:end][random.random(end - begin) < 0.02] = -1
        given[begin:end] = indices[begin:end]
        if c["bad"] == "indices" and end > begin:
            where = begin + random.choice(end - begin, min(end - begin, 4), replace=False)
            low, high = (-2**63, 2**63) if wide else (-2**31, 2**31)
            given[where] = random.choice([rows, rows + 1, -2, -3, low, high - 1], len(where))
            indices[where] = 0
            bad_indices += int((given[where] != c["padding"]).sum())
    padded = (given == c["padding"]) & (c["padding"] >= 0)
    weights = random.uniform(-2, 2, total if c["weighted"] else 0).astype(F32)
    dtype = np.int64 if wide else np.int32
    bad_offsets = offsets.copy()
    if c["bad"] == "offsets" and len(offsets) > 1:
        bad_offsets[random.integers(0, len(offsets), 3)] = random.choice([-1, total + 1, 2**31 - 1, -2**31, 0], 3)
    form = {OFFSETS: bad_offsets, OPEN: bad_offsets[:-1], LENGTHS: np.diff(offsets)}[c["form"]].astype(dtype)
    if c["bad"] == "offsets" and c["form"] == LENGTHS and len(form):
        form[random.integers(0, len(form))] = random.choice([-1, 100])
    size, beside = {"f32": (4, 0), "f16": (2, 0), "u8": (1, 8)}[out]
    width = sum(dims) + beside * features
    inputs = dict(indices=given.astype(dtype), offsets=form, weights=weights)
    if batched:
        place, data = [], []
        for t in tables:
            place.append([sum(map(len, data)), len(t.bytes), t.bytes.shape[1], 0])
            data.append(np.concatenate([t.bytes.reshape(-1), np.zeros(int(random.choice([0, 3, 32])), np.uint8)]))
        flat = np.concatenate(data) if data else np.zeros(0, np.uint8)
        item = {"f32": np.float32, "f16": np.float16, "bf16": "V2"}.get(kind, np.uint8)
        flat = np.concatenate([flat, np.zeros(-len(flat) % 4, np.uint8)]).view(item)
        inputs = dict(table=flat, tables=np.array(place, np.int64).reshape(-1, 4), features=np.array(of, np.int32),
                      columns=np.concatenate([[0], np.cumsum(dims)]).astype(np.int32), **inputs)
    else:
        t = tables[0]
        inputs = dict(table=to_file(t.values, kind) if t.values is not None else t.bytes, **inputs)
    scalars = dict(padding=c["padding"], pooling=c["mode"], form=c["form"], strict=c["strict"])
    if batched:
        scalars["most_columns"] = max(dims, default=0)
    inputs["buffer"] = np.zeros(buffer_size(c, dims, width, size, beside), np.uint8)
    kernel = f"embedding_bag{'s' if batched else ''}_{kind}_{c['index']}{'_' + out if out != 'f32' else ''}"
    more = dict(scalars=scalars, dims={"B": batch, "D": width},
                places=c["places"])
    wrong = (np.diff(bad_offsets) < 0).any() or (bad_offsets < 0).any() or (bad_offsets > total).any()
    if c["form"] == OPEN:
        opened = np.append(bad_offsets[:-1], total)
        wrong = (np.diff(opened) < 0).any() or (opened < 0).any() or (opened > total).any()
    if c["form"] == LENGTHS:
        wrong = (form < 0).any() or form.sum() != total
    if c["bad"] in ("VALUE", "LIMIT") or (c["strict"] and (bad_indices or (c["bad"] == "offsets" and wrong))):
        return refused(device, kernel, inputs, c["grid"], more)
    if c["bad"] == "offsets" and wrong:  # two PEs may do the same bag
        bad_counts, = device.run(kernel, inputs, ["counts"], c["grid"], "cb,bounds,uninit", **more)
        if bad_counts[1] == 0:
            raise Failure(f"counts {bad_counts} with {form}")
        return None
    if c["bad"] == "offsets" and c["strict"]:  # in order by chance, but an index may be too great for its table now
        return None
    found, bad_counts = device.run(kernel, inputs, ["out", "counts"], c["grid"], **more)
    if c["bad"] == "offsets":  # they happen to be in order
        return None
    same("counts", bad_counts, np.array([bad_indices, 0]))
    parts = []
    for f in range(features):
        sums = reduce_bags(tables[of[f]], indices, padded, offsets[f * batch:(f + 1) * batch + 1], weights, c["mode"])
        parts.append(results(sums, out))
    same("out", found, np.concatenate(parts, 1) if parts else found)


def refused(device, kernel, inputs, grid, more):
    try:
        device.run(kernel, inputs, ["out", "counts"], grid, **more)
    except Failure as failure:
        if "error: the kernel refuses its arguments" in str(failure) and "exit status 1\n" in str(failure):
            return
        raise
    raise Failure("the kernel does not refuse its arguments")


if __name__ == "__main__":
    main(SAMPLE, random_case, run_case)
