# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fully connected layers of many shapes on many grids, against numpy.

usage: fc_shapes.py --bin DIR --scratch DIR --part I/N (--knyfe FILE | --elf FILE)

--knyfe compiles FILE for every shape and grid; --elf runs one kernel that takes any shape.
Each case runs with and without timing; both must give numpy's bytes.
"""
import argparse
import os
import subprocess
import sys

import numpy as np

# (M, K, N)
SHAPES = [
    # the least, and one of each
    (1, 1, 1), (1, 1, 64), (64, 1, 1), (1, 64, 1), (2, 3, 5), (1, 1000, 1), (1000, 1, 1), (1, 1, 1000),
    # around a tile of 32 x 32 B x 32
    (64, 31, 64), (64, 32, 64), (64, 33, 64), (31, 64, 64), (32, 64, 64), (33, 64, 64),
    (64, 64, 31), (64, 64, 32), (64, 64, 33), (31, 31, 31), (33, 33, 33),
    # around a block of 64 x 64
    (63, 64, 65), (65, 64, 63), (64, 65, 64), (128, 128, 128), (129, 127, 130),
    # primes
    (7, 11, 13), (97, 101, 103), (191, 193, 197), (257, 37, 263),
    # one row, one column, long sums
    (1, 512, 256), (256, 512, 1), (3, 4099, 5), (1, 20000, 3),
    # flat and tall
    (5, 7, 2048), (2048, 7, 5), (512, 64, 512), (40, 100, 1000),
    # strips or weights larger than a local memory of 128 KB
    (64, 2560, 64), (40, 4096, 72), (130, 5000, 70), (256, 1024, 256),
    # ordinary layers
    (256, 512, 192), (128, 256, 512), (300, 300, 300), (96, 768, 160),
]
GRIDS = ["8x8", "1x1", "1x4", "4x1"]


def tensors(m, k, n, number):
    """Values that reach the corners in turn: random, extremes only, small with many ties."""
    random = np.random.default_rng(number)
    kind = number % 3
    if kind == 0:
        x, w = (random.integers(-128, 128, s, dtype=np.int8) for s in ((m, k), (n, k)))
        bias = random.integers(-30000, 30000, n, dtype=np.int32)
        scale = 127 / (2.5 * np.sqrt(k) * 5461)
    elif kind == 1:
        x, w = (random.choice(np.array([-128, 127], np.int8), s) for s in ((m, k), (n, k)))
        bias = random.choice(np.array([-2**20, 2**20 - 1], np.int32), n)
        scale = 1 / (128 * np.sqrt(k))
    else:
        x, w = (random.integers(-2, 3, s, dtype=np.int8) for s in ((m, k), (n, k)))
        bias = random.integers(-40, 41, n, dtype=np.int32)
        scale = 0.5  # every odd sum is a tie
    return x, w, bias, np.float32(scale)


def reference(x, w, bias, scale):
    # Exact: |sum| <= 20000 * 2^14 + 2^20 < 2^53, and it fits 32 bits.
    acc = (x.astype(np.float64) @ w.astype(np.float64).T).astype(np.int64) + bias
    assert np.abs(acc).max() < 2**31
    relu = np.maximum(acc, 0).astype(np.int32)
    return np.clip(np.rint(relu.astype(np.float32) * scale), -128, 127).astype(np.int8)


def run(words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--knyfe")
    parser.add_argument("--elf")
    parser.add_argument("--shape", help="M,K,N: only this one")
    parser.add_argument("--grid", action="append", help="only these")
    parser.add_argument("--check", action="store_true", help="with mtia-run --check=all")
    args = parser.parse_args()
    os.makedirs(args.scratch, exist_ok=True)
    path = lambda name: os.path.join(args.scratch, name)  # noqa: E731
    part, parts = map(int, args.part.split("/"))
    shapes = list(enumerate(SHAPES))[part - 1::parts]
    if args.shape:
        shapes = [(0, tuple(map(int, args.shape.split(","))))]

    failures = cases = 0

    def report(text, output=""):
        nonlocal failures
        failures += 1
        print(f"FAILED {text}\n{output[-1500:]}", flush=True)

    for number, (m, k, n) in shapes:
        x, w, bias, scale = tensors(m, k, n, number)
        expected = reference(x, w, bias, scale)
        for name, value in (("x", x), ("w", w), ("bias", bias)):
            np.save(path(name + ".npy"), value)
        elf = args.elf
        for grid in args.grid or GRIDS:
            if args.knyfe:
                elf = path("fc.elf")
                status, output = run([os.path.join(args.bin, "knyfe-c"), args.knyfe, "--shape",
                                      f"M={m},K={k},N={n}", "--grid", grid, "-o", elf])
                if status:
                    report(f"knyfe-c M={m} K={k} N={n} grid {grid}: exit status {status}", output)
                    continue
            for mode in ([], ["--functional"]):
                case = f"M={m} K={k} N={n} grid {grid} {' '.join(mode)}"
                if os.path.exists(path("y.npy")):
                    os.remove(path("y.npy"))
                cases += 1
                status, output = run([os.path.join(args.bin, "mtia-run"), elf, "--grid", grid, *mode,
                                      *["--check=all"] * args.check]
                                     + [w for name in ("x", "w", "bias")
                                        for w in ("--arg", f"{name}={path(name)}.npy")]
                                     + ["--arg", f"scale={float(scale)!r}",
                                        "--out", f"y={path('y.npy')}"])
                if status:
                    report(f"mtia-run {case}: exit status {status}", output)
                    continue
                y = np.load(path("y.npy"))
                if y.dtype != np.int8 or y.shape != (m, n):
                    report(f"{case}: y is {y.dtype}{list(y.shape)}")
                elif not np.array_equal(y, expected):
                    wrong = np.argwhere(y != expected)
                    i, j = wrong[0]
                    report(f"{case}: {len(wrong)} of {m * n} wrong, first y[{i}, {j}] = {y[i, j]}, "
                           f"expected {expected[i, j]}")
    print(f"{cases - failures} of {cases} runs equal numpy's result")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
