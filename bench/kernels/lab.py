# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The steps of docs/kernel-tuning.md: kernels/lab."""
import numpy as np
from common import Case, Data, numbers

K = N = 1024  # of the fully connected layer
D, BAGS, ROWS = 128, 4096, 100000  # of the embedding bag


def elf(kernel):
    return "lab-" + kernel.replace("_", "-")


def fc(kernel, m):
    def data():
        x, w = numbers((m, K), np.int8), numbers((N, K), np.int8, 2)
        acc = np.maximum(x.astype(np.float32) @ w.astype(np.float32).T, 0) * np.float32(1 / 64)
        y = np.clip(np.rint(acc), -128, 127).astype(np.int8)
        return Data(dict(x=x, w=w, bias=np.zeros(N, np.int32)), dict(y=y), scalars=dict(scale=1 / 64), macs=m * K * N)

    return Case(kernel, f"{m} x {K} x {N}", 0, data, elf=elf(kernel))


def bag(kernel):
    """512 examples of eight features, one after the other; the first feature has 125 rows, the others 5."""
    def data():
        random = np.random.default_rng(1)
        values = random.integers(0, 16, (ROWS, D))
        pair = np.frombuffer(np.array([1, 0], np.float32).tobytes(), np.uint8)
        table = np.concatenate([values.astype(np.uint8), np.broadcast_to(pair, (ROWS, 8))], 1)
        counts = np.where(np.arange(BAGS) < BAGS // 8, 125, 5)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        indices = random.integers(0, ROWS, offsets[-1]).astype(np.int32)
        out = np.add.reduceat(values[indices], offsets[:-1]).astype(np.float32)
        start = indices.astype(np.int64) * 160  # a row is 136 bytes, rows begin at multiples of 32
        touched = int(((start + 136 + 31) // 32 - start // 32).sum()) * 32
        return Data(dict(table=table, indices=indices, offsets=offsets), dict(out=out), dims={"D": D},
                    moved={"sram": touched + indices.nbytes + offsets.nbytes + out.nbytes})

    return Case(kernel, f"{BAGS} bags of 125 or 5, D {D}", 0, data, elf=elf(kernel))



def cases():
    for m, first in ((128, 1), (512, 3)):
        for step in range(first, 7):
            yield fc(f"fc_{step:02}", m)
    for step in range(1, 8):
        yield bag(f"bag_{step:02}")
