#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compile examples/fc_relu.knyfe, run it on the emulated grid, compare with numpy.

usage: run_example.py --bin DIR [--shape M=256,K=512,N=192] [--grid 8x8] FILE

y[m, n] = quantize(relu(sum[k] x[m, k] * w[n, k] + bias[n]), scale)
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np


def requantize(acc, scale):
    """As docs/isa states it: binary32 product, ties to even, clamped to int8."""
    scaled = acc.astype(np.float32) * np.float32(scale)
    return np.clip(np.rint(scaled), -128, 127).astype(np.int8)


def reference(x, w, bias, scale):
    # The sums are exact in binary64: |sum| <= K * 2^14 + 2^31 < 2^53.
    acc = np.rint(x.astype(np.float64) @ w.astype(np.float64).T).astype(np.int64) + bias
    assert np.all(np.abs(acc) < 2**31), "the example's accumulators must fit 32 bits"
    return requantize(np.maximum(acc, 0).astype(np.int32), scale)


def command(words, what):
    start = time.perf_counter()
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        sys.exit(f"run_example.py: {what} failed with exit status {done.returncode}: {' '.join(words)}")
    return seconds


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--shape", default="M=256,K=512,N=192")
    parser.add_argument("--grid", default="8x8")
    parser.add_argument("file")
    args = parser.parse_args()
    shape = {k: int(v) for k, v in (item.split("=") for item in args.shape.split(","))}
    m, k, n = shape["M"], shape["K"], shape["N"]

    random = np.random.default_rng(20231)
    x = random.integers(-128, 128, (m, k), dtype=np.int8)
    w = random.integers(-128, 128, (n, k), dtype=np.int8)
    bias = random.integers(-50000, 50000, n, dtype=np.int32)
    # Two standard deviations of the sum fill the range: some results clamp, most do not.
    scale = float(np.float32(127 / (2 * np.sqrt(k) * 5461)))

    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)  # noqa: E731
        for name, value in (("x", x), ("w", w), ("bias", bias)):
            np.save(path(name + ".npy"), value)
        compiled = command([os.path.join(args.bin, "knyfe-c"), args.file, "--shape", args.shape,
                            "-o", path("fc.elf")], "knyfe-c")
        ran = command([os.path.join(args.bin, "mtia-run"), path("fc.elf"), "--grid", args.grid,
                       "--arg", "x=" + path("x.npy"), "--arg", "w=" + path("w.npy"),
                       "--arg", "bias=" + path("bias.npy"), "--arg", f"scale={scale!r}",
                       "--out", "y=" + path("y.npy"), "--stats-json", path("stats.json")],
                      "mtia-run")
        y = np.load(path("y.npy"))
        with open(path("stats.json")) as f:
            stats = json.load(f)

    expected = reference(x, w, bias, scale)
    if y.dtype != np.int8 or y.shape != (m, n):
        sys.exit(f"run_example.py: y is {y.dtype}{list(y.shape)}, expected int8[{m}, {n}]")
    wrong = np.argwhere(y != expected)

    cycles = stats.get("cycles")
    rows = [("operator", os.path.basename(args.file)),
            ("shape", f"M={m} K={k} N={n}, int8"),
            ("grid", args.grid),
            ("compiled in", f"{compiled * 1000:.0f} ms"),
            ("emulated in", f"{ran * 1000:.0f} ms")]
    if cycles:
        grid_rows, grid_columns = map(int, args.grid.split("x"))
        peak = 1024 * grid_rows * grid_columns  # INT8 multiply-adds per cycle
        rows += [("device time", f"{cycles} cycles = {cycles / 800:.1f} us at 800 MHz"),
                 ("DPE use", f"{100 * m * k * n / (cycles * peak):.1f} % of the grid's peak")]
    rows += [("y[0, :8]", " ".join(str(v) for v in y[0, :8])),
             ("numpy", " ".join(str(v) for v in expected[0, :8])),
             ("result", f"all {m * n} elements equal numpy's" if not len(wrong)
              else f"WRONG: {len(wrong)} of {m * n} elements differ")]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")
    if len(wrong):
        i, j = wrong[0]
        sys.exit(f"run_example.py: first difference: y[{i}, {j}] is {y[i, j]}, expected {expected[i, j]}")


if __name__ == "__main__":
    main()
