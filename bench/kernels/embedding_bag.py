# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of kernels/embedding_bag."""
import numpy as np
from common import DTYPES, Case, Data


def table_of(kind, values):
    """Rows with scale 1 and bias 0, where the kind has them."""
    rows = len(values)
    if kind == "u8f32":
        pair = np.frombuffer(np.array([1, 0], np.float32).tobytes(), np.uint8)
        return np.concatenate([values.astype(np.uint8), np.broadcast_to(pair, (rows, 8))], 1)
    if kind == "u8f16":
        pair = np.frombuffer(np.array([1, 0], np.float16).tobytes(), np.uint8)
        return np.concatenate([np.broadcast_to(pair, (rows, 4)), values.astype(np.uint8)], 1)
    return values.astype(DTYPES[kind])


def bags(kind, dim, pooling, count, goal, place="sram", rows=100000):
    def data():
        random = np.random.default_rng(dim)
        values = random.integers(0, 16, (rows, dim))
        table = table_of(kind, values)
        indices = random.integers(0, rows, pooling * count).astype(np.int32)
        offsets = (np.arange(count + 1) * pooling).astype(np.int32)
        y = values[indices].reshape(count, pooling, dim).sum(1).astype(np.float32)
        # Of a row the sectors that it touches, in DRAM whole bursts.
        width = table.shape[1] * table.itemsize
        pitch = (width + 31) // 32 * 32
        start = indices.astype(np.int64) * pitch
        unit = 64 if place == "dram" else 32
        touched = int(((start + width + unit - 1) // unit - start // unit).sum()) * unit
        moved = {"sram": indices.nbytes + offsets.nbytes + y.nbytes, "dram": 0}
        moved[place] += touched
        return Data(dict(table=table, indices=indices, offsets=offsets, weights=np.zeros(0, np.float32)),
                    dict(out=y, status=None), dims={"D": dim}, places={"table": place}, moved=moved)

    where = ", table in DRAM" if place == "dram" else ""
    return Case(f"embedding_bag_{kind}_i32", f"{count} bags of {pooling}, D {dim}{where}", goal, data)


def cases():
    for dim in (64, 128, 256):
        yield bags("u8f32", dim, 20, 8192, 85)
        yield bags("u8f32", dim, 50, 4096, 85)
    yield bags("u8f16", 128, 50, 4096, 85)
    yield bags("f16", 64, 50, 4096, 85)
    yield bags("f32", 64, 50, 4096, 85)
    yield bags("u8f32", 128, 1, 32768, 85)
    yield bags("u8f32", 128, 20, 4096, 90, "dram")
    yield bags("u8f32", 64, 50, 4096, 90, "dram")
    yield bags("u8f32", 128, 1, 32768, 78, "dram")
