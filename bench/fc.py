#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fully connected INT8 layers on the 8x8 grid: emulated cycles, share of the DPE peak, host time.

usage: fc.py --bin DIR --source DIR [--shape M,K,N].. [--mtia-run-flag F]..

Both ways to the operator: the hand-written kernel and the compiled description.
Every result is compared with numpy's. Exit status 1 when a result is wrong, or
2048 x 2048 x 2048 misses its target (70 % by hand, 50 % compiled, a minute of
host time).
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

SHAPES = [(128, 1024, 1024), (512, 1024, 1024), (2048, 1024, 1024), (512, 2048, 2048),
          (2048, 2048, 2048)]
PEAK = 64 * 1024  # multiply-adds per cycle
GOALS = {"hand": 70, "knyfe": 50}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--shape", action="append")
    parser.add_argument("--mtia-run-flag", action="append", default=[])
    args = parser.parse_args()
    tool = lambda name: os.path.join(args.bin, name)  # noqa: E731
    shapes = [tuple(map(int, s.split(","))) for s in args.shape] if args.shape else SHAPES
    failed = False
    print(f"{'M x K x N':<18} {'made by':<8} {'cycles':>10} {'us':>8} {'TOPS':>7} {'of peak':>8} {'host':>8}")
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)  # noqa: E731
        subprocess.run([tool("mtia-clang"), "-O2", os.path.join(args.source, "kernels/fc/fc_i8.c"),
                        "-o", path("hand.elf")], check=True)
        for m, k, n in shapes:
            random = np.random.default_rng(m + k + n)
            x = random.integers(-128, 128, (m, k), dtype=np.int8)
            w = random.integers(-128, 128, (n, k), dtype=np.int8)
            bias = random.integers(-30000, 30000, n, dtype=np.int32)
            scale = np.float32(127 / (2.5 * np.sqrt(k) * 5461))
            acc = (x.astype(np.float64) @ w.astype(np.float64).T).astype(np.int64) + bias
            expected = np.clip(np.rint(np.maximum(acc, 0).astype(np.float32) * scale), -128, 127)
            expected = expected.astype(np.int8)
            for name, value in (("x", x), ("w", w), ("bias", bias)):
                np.save(path(name + ".npy"), value)
            subprocess.run([tool("knyfe-c"), os.path.join(args.source, "examples/fc_relu.knyfe"),
                            "--shape", f"M={m},K={k},N={n}", "-o", path("knyfe.elf")], check=True)
            for way in ("hand", "knyfe"):
                start = time.perf_counter()
                subprocess.run([tool("mtia-run"), path(way + ".elf"), "--grid", "8x8",
                                *args.mtia_run_flag]
                               + [w for name in ("x", "w", "bias")
                                  for w in ("--arg", f"{name}={path(name)}.npy")]
                               + ["--arg", f"scale={float(scale)!r}", "--out", f"y={path('y.npy')}",
                                  "--stats-json", path("stats.json")], check=True)
                seconds = time.perf_counter() - start
                with open(path("stats.json")) as f:
                    cycles = json.load(f)["cycles"]
                share = 100 * m * k * n / (cycles * PEAK)
                note = "" if np.array_equal(np.load(path("y.npy")), expected) else "  WRONG RESULT"
                if (m, k, n) == (2048, 2048, 2048):
                    if share < GOALS[way]:
                        note += f"  BELOW {GOALS[way]} %"
                    if seconds > 60:
                        note += "  HOST TIME ABOVE 60 s"
                failed |= bool(note)
                print(f"{f'{m} x {k} x {n}':<18} {way:<8} {cycles:>10} {cycles / 800:>8.1f} "
                      f"{2 * m * k * n * 800e6 / cycles / 1e12:>7.1f} {share:>6.1f} % {seconds:>6.1f} s{note}",
                      flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
