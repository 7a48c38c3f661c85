#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels compiled without and with what the compiler knows of command registers: cycles, instructions of the cores, writes of
command registers in the code. Exit status 1 when a result differs.

    command_registers.py --bin DIR --source DIR [--only NAME]..
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

SWITCHES = ["-mtia-enable-intrinsic-effects", "-mtia-enable-command-registers", "-mtia-enable-command-offsets"]


def kernels():
    """(name, source, grid, inputs, scalars, outputs)"""
    random = np.random.default_rng(5)

    def i8(*shape):
        return random.integers(-128, 128, shape, dtype=np.int8)

    def f16(*shape):
        return random.standard_normal(shape).astype(np.float16)

    for m, k, n in ((128, 1024, 1024), (512, 1024, 1024)):
        yield (f"kernels/fc {m} x {k} x {n}", "kernels/fc/fc_i8.c", "8x8",
               {"x": i8(m, k), "w": i8(n, k), "bias": random.integers(-999, 999, n, dtype=np.int32)}, {"scale": 0.001}, ["y"])
    for m, n in ((64, 64), (8, 8)):
        yield (f"everything written, {m} x 448 x {n}", "bench/command_registers.c", "1x1", {"a": i8(m, 448), "b": i8(n, 448)}, {},
               ["c"])
    yield ("test/Device/mml", "test/Device/mml.c", "1x1", {"x": i8(64, 128), "w": i8(64, 128)}, {},
           ["s8s8", "u8s8", "s8u8", "u8u8"])
    yield ("test/Device/mml_float", "test/Device/mml_float.c", "1x1",
           {"x": f16(64, 128), "w": f16(64, 128), "bias": np.ones(64, np.float32), "scales": np.ones(64, np.float32)},
           {"scale": 0.75}, ["f32", "f16", "s8"])
    yield ("test/Device/matmul_nn", "test/Device/matmul_nn.c", "2x1", {"a": f16(100, 40), "b": f16(40, 70)}, {}, ["c", "total"])
    yield ("test/Device/drain", "test/Device/drain.c", "1x1",
           {"a": random.integers(-999, 999, (64, 64), dtype=np.int32), "bias": np.arange(64, dtype=np.int32)},
           {"scale": 0.1, "zero": 3, "low": -128, "high": 127, "ulow": 0, "uhigh": 255},
           ["i32", "s8", "u8", "f32", "relu", "biased"])
    yield ("test/Device/embedding_bag", "test/Device/embedding_bag.c", "2x2",
           {"table": random.integers(0, 64, (300, 72), dtype=np.uint8), "index": random.integers(0, 300, (21, 50), dtype=np.int32),
            "weight": np.ones((21, 50), np.float32)}, {"limit": 300}, ["out"])
    yield ("test/Device/copy", "test/Device/copy.c", "2x2", {"from": i8(41, 33)}, {}, ["to", "sums"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--only", action="append")
    args = parser.parse_args()
    failed = False
    print("| kernel | cycles before | after | | instructions before | after | cr.* in the code before | after |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)

        for name, source, grid, inputs, scalars, outputs in kernels():
            if args.only and not any(only in name for only in args.only):
                continue
            for tensor, value in inputs.items():
                np.save(path(tensor + ".npy"), value)
            cycles, instructions, writes, results = [], [], [], []
            for off in (True, False):
                compiler = [f"{args.bin}/mtia-clang", "-O2", os.path.join(args.source, source)]
                for switch in SWITCHES if off else []:
                    compiler += ["-mllvm", switch + "=0"]
                subprocess.run([*compiler, "-o", path("k.elf")], check=True)
                text = subprocess.run([*compiler, "-S", "-o", "-"], check=True, stdout=subprocess.PIPE, text=True).stdout
                writes.append(text.count("\tmtia.cr."))
                words = [f"{args.bin}/mtia-run", path("k.elf"), "--grid", grid, "--stats-json", path("stats.json")]
                words += [w for t in inputs for w in ("--arg", f"{t}={path(t)}.npy")]
                words += [w for t, v in scalars.items() for w in ("--arg", f"{t}={v!r}")]
                words += [w for t in outputs for w in ("--out", f"{t}={path('out-' + t)}.npy")]
                subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
                with open(path("stats.json"), encoding="utf-8") as file:
                    stats = json.load(file)
                cycles.append(stats["cycles"])
                instructions.append(sum(core["instructions"] for core in stats["cores"]))
                results.append([np.load(path("out-" + t) + ".npy").tobytes() for t in outputs])
            wrong = results[0] != results[1]
            failed |= wrong
            print(f"| {name} | {cycles[0]} | {cycles[1]} | {100 * (cycles[1] / cycles[0] - 1):+.1f} % | {instructions[0]} | "
                  f"{instructions[1]} | {writes[0]} | {writes[1]} |{' RESULTS DIFFER' if wrong else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
