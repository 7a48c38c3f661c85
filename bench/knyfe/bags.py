#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Embedding bags of KNYFE-C against those of the kernel library: cycles on the 8x8 grid, same data.

usage: bags.py [--build DIR] [--only TEXT]

Each case is compiled for its sizes and, behind "dynamic", once for any. Results of both are compared with
numpy's. Exit status 1 if one is wrong, a case takes more than 1.10 times the library's cycles, or all
together more than 1.05 times in the geometric mean.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(ROOT, "bench", "kernels"))
import embedding_bag  # noqa: E402
from kernels import Runner  # noqa: E402

BAG = "y[b, d] = sum[j in offsets[b]..offsets[b + 1]] table[idx[j], d]"
WEIGHTED = "y[b, d] = sum[j in offsets[b]..offsets[b + 1]] weight[j] * table[idx[j], d]"
MEAN = """total[b, d] = sum[j in offsets[b]..offsets[b + 1]] table[idx[j], d]
  y[b, d] = total[b, d] / f32(max(offsets[b + 1] - offsets[b], 1))"""
TYPES = {"u8f32": "rowq8", "u8f16": "rowq8h", "u4f32": "rowq4", "u4f16": "rowq4h", "f16": "f16", "f32": "f32"}
LIMIT, MEAN_LIMIT = 1.10, 1.05


def variant(case, what):
    """The library's case with a weight of 1 for each index, or as a mean."""
    data = case.data()
    indices = data.inputs["indices"]
    if what == "weighted":
        data.inputs["weights"] = np.ones(len(indices), np.float32)
    if what == "mean":
        data.scalars["pooling"] = 1
        count = np.diff(data.inputs["offsets"])[:, None].astype(np.float32)
        data.expected["out"] = data.expected["out"] * (np.float32(1) / count)
        data.right = lambda found, expected: np.allclose(found, expected, rtol=1e-6)
    return data


def source(kind, what):
    weight = ", weight: f32[L]" if what == "weighted" else ""
    body = {"sum": BAG, "weighted": WEIGHTED, "mean": MEAN}[what]
    return (f"kernel bag(table: {TYPES[kind]}[E, D], idx: i32[L], offsets: i32[B + 1]{weight}) -> (y: f32[B, D]) {{\n"
            f"  {body}\n}}\n")


class Bench:
    def __init__(self, build, folder):
        bin_folder = os.path.join(build, "bin")
        self.knyfe, self.folder = os.path.join(bin_folder, "knyfe-c"), folder
        args = argparse.Namespace(bin=bin_folder, kernels=os.path.join(build, "kernels"), mtia_run_flag=[])
        self.runner = Runner(args, folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_knyfe(self, data, kind, what, dynamic):
        with open(self.path("bag.knyfe"), "w", encoding="utf-8") as f:
            f.write(source(kind, what))
        table, dim = data.inputs["table"], data.dims["D"]
        sizes = dict(E=len(table), D=dim, L=len(data.inputs["indices"]), B=data.dims["B"])
        words = [self.knyfe, self.path("bag.knyfe"), "-o", self.path("bag.elf")]
        words += ["--dynamic"] if dynamic else ["--shape", ",".join(f"{n}={v}" for n, v in sizes.items())]
        subprocess.run(words, check=True)
        words = [self.runner.run, self.path("bag.elf"), "--grid", "8x8", "--stats-json", self.path("stats.json")]
        names = dict(table="table", idx="indices", offsets="offsets")
        if what == "weighted":
            names["weight"] = "weights"
        for name, of in names.items():
            np.save(self.path(name + ".npy"), data.inputs[of])
            words += ["--arg", f"{name}={self.path(name)}.npy"]
        if dynamic:
            words += ["--dim", f"D={dim}"]
        places = {name: data.place(of) for name, of in names.items()}
        words += [w for name, place in [*places.items(), ("y", "sram")] for w in ("--place", f"{name}={place}")]
        subprocess.run(words + ["--out", f"y={self.path('y')}.npy"], check=True)
        with open(self.path("stats.json"), encoding="utf-8") as f:
            cycles = json.load(f)["cycles"]
        right = data.right(np.load(self.path("y.npy")), data.expected["out"])
        return cycles, right

    def run_library(self, case, data):
        command = self.runner.command("embedding_bag", case, data)
        subprocess.run(command, check=True)
        with open(self.path("stats.json"), encoding="utf-8") as f:
            cycles = json.load(f)["cycles"]
        return cycles, data.right(np.load(self.path("out-out.npy")), data.expected["out"])


def cases():
    bags = embedding_bag.bags
    for dim in (64, 128, 256):
        yield "u8f32", "sum", bags("u8f32", dim, 20, 8192, 0)
    yield "u8f32", "sum", bags("u8f32", 128, 50, 4096, 0)
    yield "u8f16", "sum", bags("u8f16", 128, 20, 4096, 0)
    yield "u4f16", "sum", bags("u4f16", 128, 20, 4096, 0)
    yield "f16", "sum", bags("f16", 64, 20, 4096, 0)
    yield "f32", "sum", bags("f32", 64, 20, 4096, 0)
    yield "u8f32", "sum", bags("u8f32", 128, 1, 32768, 0)
    yield "u8f32", "sum", bags("u8f32", 128, 20, 4096, 0, "dram")
    yield "u8f32", "weighted", bags("u8f32", 128, 20, 4096, 0)
    yield "u8f32", "mean", bags("u8f32", 128, 20, 4096, 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--only", default="", help="cases whose name contains this")
    args = parser.parse_args()
    ratios, failed = [], False
    print(f"{'bags':<62} {'library':>8} {'KNYFE':>8} ratio {'dynamic':>8} ratio")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(args.build, folder)
        for kind, what, case in cases():
            name = f"{TYPES[kind]} {what}, {case.what}"
            if args.only not in name:
                continue
            data = variant(case, what)
            reference, right = bench.run_library(case, data)
            found = [bench.run_knyfe(data, kind, what, dynamic) for dynamic in (False, True)]
            right = right and all(r for _, r in found)
            of_case = [cycles / reference for cycles, _ in found]
            ratios += of_case
            bad = not right or max(of_case) > LIMIT
            failed |= bad
            columns = " ".join(f"{cycles:>8} {ratio:5.2f}" for (cycles, _), ratio in zip(found, of_case))
            print(f"{name:<62} {reference:>8} {columns}{'  WRONG' if not right else '  ABOVE 1.10' if bad else ''}", flush=True)
    mean = float(np.exp(np.mean(np.log(ratios)))) if ratios else 1
    print(f"geometric mean {mean:.3f}")
    return 1 if failed or mean > MEAN_LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
