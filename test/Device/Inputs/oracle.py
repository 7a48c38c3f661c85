# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models of device commands, written from docs/isa/xmtia.md, against the kernels beside.

usage: oracle.py drain|mml|mml_float|embedding_bag|matmul_nn|copy --run MTIA-RUN --elf FILE --scratch DIR
"""
import argparse
import math
import os
import subprocess
import sys

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("what")
parser.add_argument("--run", required=True)
parser.add_argument("--elf", required=True)
parser.add_argument("--scratch", required=True)
args = parser.parse_args()
os.makedirs(args.scratch, exist_ok=True)
runs = 0


def device(inputs, scalars, outputs, grid="1x1"):
    """Runs the kernel twice, with and without timing; the tensors it wrote."""
    global runs
    results = []
    for mode in (["--check=all"], ["--functional"]):
        words = [args.run, args.elf, "--grid", grid, *mode]
        for name, value in inputs.items():
            path = os.path.join(args.scratch, name + ".npy")
            np.save(path, value)
            words += ["--arg", f"{name}={path}"]
        for name, value in scalars.items():
            words += ["--arg", f"{name}={value!r}"]
        for name in outputs:
            words += ["--out", f"{name}={os.path.join(args.scratch, name)}.npy"]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(words)}\nexit status {done.returncode}\n{done.stdout}")
        results.append([np.load(os.path.join(args.scratch, name + ".npy")) for name in outputs])
        runs += 1
    for name, timed, functional in zip(outputs, *results):
        same(f"{name} with and without timing", timed, functional)
    return results[0]


def same(what, found, expected):
    expected = np.asarray(expected)
    if found.dtype != expected.dtype or found.shape != expected.shape:
        sys.exit(f"{what}: {found.dtype}{found.shape}, expected {expected.dtype}{expected.shape}")
    # As bits, so that -0.0 and 0.0 differ; every NaN is one NaN.
    a, b = found, expected
    if a.dtype in (np.float16, np.float32):
        word = np.dtype(f"u{a.itemsize}").type
        one = word(0x7e00 if a.itemsize == 2 else 0x7fc00000)
        a, b = (np.where(np.isnan(v), one, v.view(word)) for v in (a, b))
    if not np.array_equal(a, b):
        where = tuple(np.argwhere(a != b)[0])
        sys.exit(f"{what}: {np.count_nonzero(a != b)} differ, first at {where}: "
                 f"{found[where]!r}, expected {expected[where]!r}")


# --- drain: section 4, "Requantise" ---

def requantize(acc, scale, zero, low, high, dtype):
    with np.errstate(all="ignore"):
        f = acc.astype(np.float32) * np.float32(scale)
        r = np.rint(f).astype(np.float64)  # a binary32 integer is exact in binary64
    r = np.where(np.isnan(r), 0, np.clip(r, -2.0**31, 2.0**31 - 1)).astype(np.int64)
    return (np.clip(r + zero, low, high).astype(np.int64) & 255).astype(np.uint8).view(dtype)


def drain():
    random = np.random.default_rng(7)
    corners = np.array([0, 1, -1, 2, 3, 5, -3, 127, 128, -128, -129, 255, 256, 2**24 + 1, -(2**24) - 3, 2**31 - 1,
                        -2**31, 2**30 + 63, 2**31 - 65], np.int32)
    settings = [  # scale, zero, low, high, ulow, uhigh
        (0.5, 0, -128, 127, 0, 255), (0.25, 3, -128, 127, 1, 200), (1.0, -128, -128, 127, 0, 255),
        (0.1, 128, -100, 99, 0, 255), (-0.5, 0, -128, 127, 0, 255), (1e-7, 7, 7, 7, 255, 255),
        (1e30, 2**31 - 1, -128, 127, 0, 255), (3e38, -2**31, -128, 127, 0, 255),
        (1e-45, 0, -128, 127, 0, 255), (0.0, -5, -128, 127, 0, 255)]
    for number, (scale, zero, low, high, ulow, uhigh) in enumerate(settings):
        m, n = [(64, 64), (1, 1), (33, 31), (32, 64), (63, 33), (64, 1), (1, 64), (17, 50), (40, 32), (31, 63)][number]
        acc = random.integers(-2**31, 2**31, (m, n)).astype(np.int32)
        if number % 2:
            acc = random.integers(-600, 600, (m, n)).astype(np.int32)
        acc.ravel()[:len(corners)] = corners[:acc.size]
        bias = random.integers(-2**31, 2**31, n).astype(np.int32)
        scale = float(np.float32(scale))
        i32, s8, u8, f32, relu, biased = device(
            {"a": acc, "bias": bias}, dict(scale=scale, zero=zero, low=low, high=high, ulow=ulow, uhigh=uhigh),
            ["i32", "s8", "u8", "f32", "relu", "biased"])
        same("i32", i32, acc)
        same("s8", s8, requantize(acc, scale, zero, low, high, np.int8))
        same("relu", relu, requantize(np.maximum(acc, 0), scale, zero, low, high, np.int8))
        same("u8", u8, requantize(acc, scale, zero, ulow, uhigh, np.uint8))
        with np.errstate(all="ignore"):
            same("f32", f32, acc.astype(np.float32) * np.float32(scale))
        same("biased", biased, np.broadcast_to(bias, (m, n)))


# --- mml ---

def mml():
    random = np.random.default_rng(8)
    for m, k, n in [(1, 1, 1), (64, 32, 64), (64, 128, 64), (33, 33, 31), (32, 31, 32), (7, 100, 50), (64, 1, 1), (1, 97, 64)]:
        x = random.choice(np.array([-128, -1, 0, 1, 127], np.int8), (m, k)) if m == 7 else \
            random.integers(-128, 128, (m, k), dtype=np.int8)
        w = random.integers(-128, 128, (n, k), dtype=np.int8)
        results = device({"x": x, "w": w}, {}, ["s8s8", "u8s8", "s8u8", "u8u8"])
        for name, result in zip(("s8s8", "u8s8", "s8u8", "u8u8"), results):
            a = (x if name.startswith("s") else x.view(np.uint8)).astype(np.int64)
            b = (w if name.endswith("s8") else w.view(np.uint8)).astype(np.int64)
            same(f"{name} {m} {k} {n}", result, (a @ b.T).astype(np.int32))


# --- mml of f16; drainf ---

def mml_float():
    random = np.random.default_rng(10)
    for m, k, n in [(1, 1, 1), (64, 16, 64), (64, 128, 64), (33, 17, 31), (7, 100, 50)]:
        x, w = (random.standard_normal((rows, k)).astype(np.float16) for rows in (m, n))
        if m == 7:  # beyond binary16, infinite, not a number
            x.ravel()[:4] = [np.inf, -np.inf, np.nan, 65504]
            x[4:] *= np.float16(60000)
            w[0] *= np.float16(1e-6)
        bias = random.standard_normal(n).astype(np.float32)
        scales = np.exp(random.uniform(-3, 5, n)).astype(np.float32)
        f32, f16, s8 = device({"x": x, "w": w, "bias": bias, "scales": scales}, dict(scale=0.75),
                              ["f32", "f16", "s8"])
        with np.errstate(all="ignore"):
            acc = np.broadcast_to(bias, (m, n))
            for l in range(k):  # one product after the other, each sum rounded
                acc = acc + np.outer(x[:, l].astype(np.float32), w[:, l].astype(np.float32))
            same(f"f32 {m} {k} {n}", f32, acc * np.float32(0.75))
            same(f"f16 {m} {k} {n}", f16, (np.where(acc < 0, np.float32(0), acc) * np.float32(0.75)).astype(np.float16))
            f = (acc * scales).astype(np.float64)
            r = np.trunc(f + np.copysign(0.5, f))
        r = np.clip(np.where(np.isnan(r), 0, r), -2.0**31, 2.0**31 - 1)
        same(f"s8 {m} {k} {n}", s8, np.clip(r + 3, -128, 127).astype(np.int8))


# --- dma.gather and se.rowacc ---

def embedding_bag():
    random = np.random.default_rng(11)
    for grid, rows, dim, bags, pooling in [("1x1", 9, 4, 3, 1), ("2x2", 300, 64, 21, 50), ("1x2", 1000, 128, 5, 33),
                                           ("1x1", 50, 1, 4, 70)]:
        values = random.integers(0, 256, (rows, dim), dtype=np.uint8)
        pairs = np.stack([random.uniform(0.001, 0.1, rows), random.uniform(-4, 4, rows)], 1).astype(np.float32)
        table = np.concatenate([values, pairs.view(np.uint8)], 1)
        index = random.integers(0, rows, (bags, pooling)).astype(np.int32)
        weight = random.uniform(0, 2, (bags, pooling)).astype(np.float32)
        index[0, 0] = -1             # pruned: adds nothing
        index[1, 0] = rows + 12345   # beyond the table: row 0
        out, = device({"table": table, "index": index, "weight": weight}, dict(limit=rows), ["out"], grid)
        sums = np.zeros((bags, dim), np.float32)
        for at in range(pooling):
            i = index[:, at]
            i = np.where(i >= rows, 0, i)
            scale, bias = (np.where(i < 0, np.float32(0), pairs[i, n]) * weight[:, at] for n in (0, 1))
            x = np.where(i[:, None] < 0, 0, values[i]).astype(np.float64)
            # The product of 24 and 8 bits is exact in binary64; its sum with 24 bits rounds once more, which
            # never decides a tie here.
            sums = (scale[:, None].astype(np.float64) * x + (sums + bias[:, None])).astype(np.float32)
        same(f"bags {grid} {rows} {dim} {bags} {pooling}", out, sums)


# --- mlu.transpose into the DPE, functions behind drains, counters ---

def matmul_nn():
    random = np.random.default_rng(12)
    for grid, m, k, n in [("1x1", 32, 16, 32), ("2x1", 100, 40, 70), ("3x2", 65, 100, 33), ("8x8", 300, 64, 64)]:
        a, b = (random.standard_normal(shape).astype(np.float16) for shape in ((m, k), (k, n)))
        c, total = device({"a": a, "b": b}, {}, ["c", "total"], grid)
        acc = np.zeros((m, n), np.float32)
        for l in range(k):
            acc = acc + np.outer(a[:, l].astype(np.float32), b[l].astype(np.float32))
        truth = np.array([x * math.erfc(-x / math.sqrt(2)) / 2 for x in acc.ravel().astype(float)]).reshape(m, n)
        # docs/numerics.md: within 0.51 units in the last place of f16.
        unit = np.ldexp(1.0, np.maximum(np.frexp(truth)[1] - 1, -14) - 10)
        worst = np.max(np.abs(c.astype(np.float64) - truth) / unit)
        if worst > 0.51:
            sys.exit(f"{grid} {m} {k} {n}: {worst} units in the last place")
        same("total", total, np.array([m]))


# --- copy ---

def copy():
    random = np.random.default_rng(9)
    for grid, rows, width in [("1x1", 1, 1), ("1x1", 20, 100), ("1x1", 7, 32), ("2x2", 41, 33), ("8x8", 300, 250),
                              ("8x8", 5, 1000), ("3x5", 64, 31), ("1x8", 100, 3000)]:
        data = random.integers(-128, 128, (rows, width), dtype=np.int8)
        to, sums = device({"from": data}, {}, ["to", "sums"], grid)
        same(f"copy {grid} {rows} {width}", to, data)
        same("sums", sums, (data.astype(np.int64) @ np.arange(1, width + 1)).astype(np.int32))


{"drain": drain, "mml": mml, "mml_float": mml_float, "embedding_bag": embedding_bag, "matmul_nn": matmul_nn, "copy": copy}[args.what]()
print(f"{runs} runs agree")
