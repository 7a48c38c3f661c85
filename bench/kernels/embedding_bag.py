# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/embedding_bag."""
import numpy as np
from common import Case, Data

KINDS = ["f32", "f16", "bf16", "u8f32", "u8f16", "u4f32", "u4f16", "u4h"]
CACHE = {"sram_cache_bytes": 64 << 20}


def table_of(kind, values):
    """Rows as bytes, with scale 1 and bias 0 where the kind has them. Values are 0..15."""
    if kind in ("f32", "f16"):
        return values.astype({"f32": np.float32, "f16": np.float16}[kind]).view(np.uint8)
    if kind == "bf16":
        return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
    data = values.astype(np.uint8)
    if kind[1] == "4":
        data = np.pad(data, ((0, 0), (0, data.shape[1] % 2)))
        data = data[:, ::2] | data[:, 1::2] << 4
    pair = np.array([1, 0], np.float32 if kind in ("u8f32", "u4f32") else np.float16).view(np.uint8)
    pair = np.broadcast_to(pair, (len(data), len(pair)))
    return np.concatenate([data, pair] if kind in ("u8f32", "u4f32", "u4h") else [pair, data], 1)


def quantised(sums):
    """A row's 8-bit form, as <mtia/kernels.h> has it."""
    low, high = sums.min(1, keepdims=True), sums.max(1, keepdims=True)
    inverse = np.float32(255) / (high - low + np.float32(1e-8))
    pairs = np.concatenate([(high - low) / np.float32(255), low], 1).astype(np.float32)
    return np.concatenate([np.rint((sums - low) * inverse).astype(np.uint8), pairs.view(np.uint8)], 1)


def touched(start, width, unit):
    return int(((start + width + unit - 1) // unit - start // unit).sum()) * unit


def requests(start, width):
    """Of a DMA for such rows: pieces do not cross a line of 256 bytes, requests have at most 64."""
    total = 0
    for line in range(-(-width // 256) + 1):
        begin = np.maximum(start, (start // 256 + line) * 256)
        end = np.minimum(start + width, (start // 256 + line + 1) * 256)
        total += int(np.maximum(-(-(end - begin) // 64), 0).sum())
    return total


def cached(start, width):
    """The slice that has the line of the hottest rows serves it alone. What is cached comes over the link of
    its DRAM channel, a request per cycle: 16 of them, where the SRAM as such has 32."""
    first, last = start // 32, (start + width - 1) // 32
    lines = np.concatenate([(first + i)[first + i <= last] // 8 for i in range(int((last - first).max()) + 1)])
    most = int(np.bincount(lines).max()) * 32
    return lambda stats, p: {"hottest line": most / p["sram_slice_width"],
                             "channels' links": requests(start, width) / p["dram_channels"]}


def in_type(data, kind):
    return data.view({"f32": np.float32, "f16": np.float16, "bf16": "V2"}.get(kind, np.uint8))


def bags(kind, dim, pooling, count, goal, place="sram", rows=100000, index="i32", zipf=None, device=None, **more):
    """One table."""
    def data():
        random = np.random.default_rng(dim)
        values = random.integers(0, 16, (rows, dim), dtype=np.uint8 if rows > 500000 else np.int64)
        table = table_of(kind, values)
        if zipf:
            weights = 1 / np.arange(1, rows + 1) ** zipf
            indices = random.permutation(rows)[random.choice(rows, pooling * count, p=weights / weights.sum())]
        else:
            indices = random.integers(0, rows, pooling * count)
        integer = {"i32": np.int32, "i64": np.int64}[index]
        offsets = (np.arange(count + 1) * pooling).astype(integer)
        y = values[indices].reshape(count, pooling, dim).sum(1).astype(np.float32)
        # Of a row the sectors that it touches, in DRAM whole bursts, or each line of the cache once.
        width = table.shape[1]
        start = indices * ((width + 31) // 32 * 32)
        moved = {"sram": indices.astype(integer).nbytes + offsets.nbytes + y.nbytes, "dram": 0}
        limits = None
        if device and more.get("again"):
            moved["sram"] += touched(start, width, 32)
            limits = cached(start, width)
        elif device:
            lines = np.unique(np.concatenate([start // 256, (start + width - 1) // 256]))
            moved["sram"] += touched(start, width, 32)
            moved["dram"] += len(lines) * 256
            limits = cached(start, width)
        else:
            moved[place] += touched(start, width, 64 if place == "dram" else 32)
        inputs = dict(table=in_type(table, kind), indices=indices.astype(integer), offsets=offsets,
                      weights=np.zeros(0, np.float32), buffer=np.zeros(0, np.uint8))
        return Data(inputs, dict(out=y, counts=np.zeros(2, np.int64)), dict(padding=-1, pooling=0, form=0, strict=0),
                    dims={"B": count, "D": dim}, places={"table": place}, moved=moved, device=device,
                    limits=limits)

    where = ", table in DRAM" if place == "dram" else ""
    where += f", {rows} rows" if rows > 500000 else ""
    if device:
        where = f", DRAM cached in SRAM, {f'zipf {zipf}' if zipf else f'{rows} rows'}"
        where += "" if more.get("again") else ", empty cache"
    return Case(f"embedding_bag_{kind}_{index}", f"{count} bags of {pooling}, D {dim}{where}", goal, data, **more)


def tables(kind, dims, pooling, batch, goal, place="sram", rows=10000, index="i32", out="f32", **more):
    """Many."""
    def data():
        random = np.random.default_rng(batch)
        features = len(dims)
        values = [random.integers(0, 16, (rows, d)) for d in dims]
        parts = [table_of(kind, v) for v in values]
        begins = np.concatenate([[0], np.cumsum([p.size for p in parts])]).astype(np.int64)
        describe = np.array([[begins[t], rows, parts[t].shape[1], 0] for t in range(features)], np.int64)
        indices = random.integers(0, rows, (features, batch * pooling))
        integer = {"i32": np.int32, "i64": np.int64}[index]
        offsets = (np.arange(features * batch + 1) * pooling).astype(integer)
        sums = [v[i].reshape(batch, pooling, -1).sum(1).astype(np.float32) for v, i in zip(values, indices)]
        size = {"f32": 4, "f16": 2, "u8": 1}[out]
        if out == "u8":
            y = np.concatenate([quantised(s) for s in sums], 1)
        else:
            y = np.concatenate(sums, 1).astype({"f32": np.float32, "f16": np.float16}[out])
        moved = {"sram": indices.astype(integer).nbytes + offsets.nbytes + y.nbytes, "dram": 0}
        for t in range(features):
            moved[place] += touched(begins[t] + indices[t] * parts[t].shape[1], parts[t].shape[1],
                                    64 if place == "dram" else 32)
        ends = [sum(dims[:f]) * size + f * (8 if out == "u8" else 0) for f in range(features)]
        packed = any(e % 32 for e in ends)
        buffer = batch * (-(-y.shape[1] * size // 32) * 32 + 32 * features) if packed else 0
        flat = np.concatenate([p.reshape(-1) for p in parts])
        inputs = dict(table=in_type(np.concatenate([flat, np.zeros(-len(flat) % 4, np.uint8)]), kind), tables=describe,
                      features=np.arange(features, dtype=np.int32),
                      columns=np.concatenate([[0], np.cumsum(dims)]).astype(np.int32),
                      indices=indices.reshape(-1).astype(integer), offsets=offsets, weights=np.zeros(0, np.float32),
                      buffer=np.zeros(buffer, np.uint8))
        return Data(inputs, dict(out=y, counts=np.zeros(2, np.int64)),
                    dict(padding=-1, pooling=0, form=0, strict=0, most_columns=max(dims)),
                    dims={"B": batch, "D": y.shape[1]}, places={"table": place}, moved=moved)

    what = f"D {dims[0]}" if len(set(dims)) == 1 else f"D {min(dims)} to {max(dims)}"
    where = ", tables in DRAM" if place == "dram" else ""
    return Case(f"embedding_bags_{kind}_{index}{'' if out == 'f32' else '_' + out}",
                f"{len(dims)} tables, batch {batch}, {pooling} each, {what}{where}", goal, data, **more)


MIXED = [16, 32, 64, 128, 256, 64, 32, 8, 96, 128, 16, 64, 48, 200, 64, 32, 128, 64, 16, 80, 64, 32, 256, 8, 64, 128]


def cases():
    for dim in (64, 128, 256):
        yield bags("u8f32", dim, 20, 8192, 85)
        yield bags("u8f32", dim, 50, 4096, 85)
    yield bags("u8f16", 128, 50, 4096, 85)
    yield bags("f16", 64, 50, 4096, 85)
    yield bags("f32", 64, 50, 4096, 85)
    yield bags("u8f32", 128, 1, 32768, 60)
    yield bags("u8f32", 128, 20, 4096, 85, "dram")
    yield bags("u8f32", 64, 50, 4096, 85, "dram")
    yield bags("u8f32", 128, 1, 32768, 60, "dram")
    yield bags("u8f32", 128, 20, 4096, 85, "dram", rows=1000000)  # 160 MB: more than the SRAM
    # Rows that an earlier batch has left in the cache, and an empty cache.
    for some in (dict(rows=10000), dict(zipf=0.6)):
        yield bags("u8f32", 128, 50, 4096, 85, "dram", device=CACHE, elf="embedding_bag_again",
                   again="embedding_bag_again", floor=80, **some,
                   reason="all comes over 16 links, as many as there are channels, and SRAM by 32: rows of three "
                          "requests meet there, 82 % of what they could bring; --print-device, sram_cache_bytes = 0: 90 %")
    cold = ("each line comes from DRAM once, 187 B per cycle: 8600 cycles with 10000 rows, 81600 with zipf 0.6, as far as "
            "that is ahead of the bags; --stats-json, sram_cache")
    yield bags("u8f32", 128, 50, 4096, 85, "dram", rows=10000, device=CACHE, floor=60, reason=cold)
    yield bags("u8f32", 128, 50, 4096, 85, "dram", zipf=0.6, device=CACHE, floor=65, reason=cold)
    yield tables("u8f32", [128] * 26, 20, 256, 85)
    yield tables("u8f32", [64] * 26, 50, 256, 85)
    yield tables("u8f32", [128] * 26, 20, 256, 85, "dram")
    yield tables("u8f32", [128] * 26, 1, 1024, 60)
    yield tables("u8f32", MIXED, 20, 512, 85)
    yield tables("u8f32", [128] * 26, 20, 256, 85, out="f16")
    yield tables("u8f32", [128] * 26, 20, 256, 85, out="u8", floor=69,
                 reason="results of 136 bytes begin inside of sectors, so a pass of its own, by the MLU, puts rows together when all are there, "
                        "a tenth of the time; before it SRAM: core 0 waits for rows")
    yield tables("u8f32", [120] * 26, 20, 256, 85, out="u8", floor=76,
                 reason="core 0, 190 cycles per bag, of which 70 are for scale and bias of the result, two divisions")
    # Every other kind once, on something small: no goal.
    for index in ("i32", "i64"):
        for kind in KINDS:
            yield bags(kind, 64, 10, 1024, 0, rows=1000, index=index)
            for out in ("f32", "f16", "u8"):
                yield tables(kind, [64] * 8, 10, 128, 0, rows=1000, index=index, out=out)
