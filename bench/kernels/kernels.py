#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels of the library on the 8x8 grid: cycles, bytes per memory, share of the roofline that binds.

usage: kernels.py --bin DIR --kernels DIR [--family NAME]... [--only TEXT] [--list] [--markdown] [--mtia-run-flag F]...

The roofline is the time that the busiest of these needs at least: SRAM and DRAM for the bytes that must
move (every operand once; of gathered rows the 32-byte sectors that they touch; DRAM in whole bursts), the
DPE, SE, MLU and FI of a PE for what they have done, and limits of the case's own. Cycles are the kernel's,
without the launch where a case does not say otherwise. Results are compared with numpy's.

Cases are those of the families' modules beside this file (common.py says what a case is). Exit status 1
when a result is wrong, or a case misses its goal, or one with a reason its floor.
"""
import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import numpy as np
from common import device_parameters, roofline

HERE = os.path.dirname(os.path.abspath(__file__))


def families():
    return sorted(name[:-3] for name in os.listdir(HERE)
                  if name.endswith(".py") and name not in ("kernels.py", "common.py"))


def cases(wanted=(), only=""):
    """(family, case) of all that are wanted."""
    for family in wanted or families():
        for case in importlib.import_module(family).cases():
            if only in case.name():
                yield family, case


@dataclass
class Result:
    cycles: int
    sram_mb: float
    dram_mb: float
    local_mb: float
    bound: str
    share: float
    right: bool


class Runner:
    def __init__(self, args, folder):
        self.run = os.path.join(args.bin, "mtia-run")
        self.kernels, self.flags, self.folder = args.kernels, args.mtia_run_flag, folder
        self.parameters = device_parameters(self.run)

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, family, case, data):
        words = [self.run, os.path.join(self.kernels, (case.elf or family) + ".elf"), "--kernel", case.kernel,
                 "--grid", "8x8", "--stats-json", self.path("stats.json"), *self.flags]
        for name, value in data.inputs.items():
            np.save(self.path(name + ".npy"), value)
            words += ["--arg", f"{name}={self.path(name)}.npy"]
        words += [w for name, value in data.scalars.items() for w in ("--arg", f"{name}={value}")]
        words += [w for name, value in data.dims.items() for w in ("--dim", f"{name}={value}")]
        # Everything has its place: a table in DRAM leaves the rest in SRAM.
        for name in [*data.inputs, *data.expected]:
            words += ["--place", f"{name}={data.place(name)}"]
        for name, value in data.expected.items():
            if value is not None:
                words += ["--out", f"{name}={self.path('out-' + name)}.npy"]
        return words

    def measure(self, family, case):
        data = case.data()
        subprocess.run(self.command(family, case, data), check=True)
        with open(self.path("stats.json"), encoding="utf-8") as f:
            stats = json.load(f)
        right = all(data.right(np.load(self.path(f"out-{name}.npy")), value)
                    for name, value in data.expected.items() if value is not None)
        need = roofline(data, stats, self.parameters)
        bound = max(need, key=need.get)
        cycles = stats["total_cycles"] if case.launch else stats["cycles"]
        total = [(stats["memory"][m]["read_bytes"] + stats["memory"][m]["written_bytes"]) / 1e6 for m in ("sram", "dram")]
        local = (stats["local_read_bytes"] + stats["local_written_bytes"]) / 1e6
        return Result(cycles, *total, local, bound, 100 * need[bound] / cycles, right)


def verdict(case, result):
    """(whether it is as it should be, what to say about it)"""
    if not result.right:
        return False, "WRONG RESULT"
    if result.share >= case.goal:
        return True, "the goal is met: the case needs no reason any more" if case.reason else ""
    if not case.reason:
        return False, f"BELOW {case.goal} %"
    if result.share < case.floor:
        return False, f"BELOW {case.floor} %, the floor of: {case.reason}"
    return True, f"goal {case.goal} %: {case.reason}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--kernels", required=True, help="folder of the .elf files")
    parser.add_argument("--family", action="append", default=[], choices=families())
    parser.add_argument("--only", default="", help="cases whose kernel and shape contain this")
    parser.add_argument("--list", action="store_true", help="only names")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--mtia-run-flag", action="append", default=[])
    args = parser.parse_args()
    if args.list:
        for family, case in cases(args.family, args.only):
            print(f"{family}: {case.name()}")
        return 0
    failed = False
    if args.markdown:
        print("| kernel | shape | cycles | SRAM MB | DRAM MB | local MB | bound by | share |\n"
              "|---|---|---:|---:|---:|---:|---|---:|")
    else:
        print(f"{'kernel':<26} {'shape':<44} {'cycles':>8} {'SRAM MB':>8} {'DRAM MB':>8} {'local MB':>9} {'bound by':<7} share")
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(args, folder)
        for family, case in cases(args.family, args.only):
            r = runner.measure(family, case)
            good, note = verdict(case, r)
            failed |= not good
            if args.markdown:
                print(f"| `{case.kernel}` | {case.what} | {r.cycles} | {r.sram_mb:.1f} | {r.dram_mb:.1f} | {r.local_mb:.1f} | "
                      f"{r.bound} | {r.share:.0f} %{'  ' + note if note else ''} |", flush=True)
            else:
                print(f"{case.kernel:<26} {case.what:<44} {r.cycles:>8} {r.sram_mb:>8.1f} {r.dram_mb:>8.1f} {r.local_mb:>9.1f} "
                      f"{r.bound:<7} {r.share:5.1f} %{'  ' + note if note else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
