#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels of the library on the 8x8 grid: cycles, bytes per memory, share of the roofline that binds.

usage: kernels.py [--bin DIR --kernels DIR] [--family NAME]... [--only TEXT] [--list] [--mtia-run-flag F]...
       kernels.py ... --update-golden [--missing]    writes golden/<family>.txt and the pages made from it
       kernels.py ... --check-golden                 small cases must take the cycles of the golden file
       kernels.py ... --why     of cases that miss their goal, what binds: mtia-run's profile, and when units worked

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

import golden
import numpy as np
import why
from common import device_parameters, roofline

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def families():
    return sorted(name[:-3] for name in os.listdir(HERE)
                  if name.endswith(".py") and name not in ("kernels.py", "common.py", "golden.py", "why.py"))


def cases(family):
    return list(importlib.import_module(family).cases())


def second_only(first, both):
    """Statistics of a run without those of a first part; what is no number, and the grid, are as they were."""
    if isinstance(both, dict):
        return {name: value if name in ("rows", "columns") else second_only(first[name], value) for name, value in both.items()}
    number = isinstance(both, (int, float)) and not isinstance(both, bool)
    return both - first if number else both


class Runner:
    def __init__(self, args, folder):
        self.run = os.path.join(args.bin, "mtia-run")
        self.kernels, self.flags, self.folder = args.kernels, args.mtia_run_flag, folder
        if args.why:
            self.flags = [*self.flags, *why.flags(self.path("trace.json"))]
        self.parameters = device_parameters(self.run)

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, family, case, data):
        words = [self.run, os.path.join(self.kernels, (case.elf or family) + ".elf"), "--kernel", case.again or case.kernel,
                 "--grid", "8x8", "--stats-json", self.path("stats.json"), *self.flags]
        if data.device:
            with open(self.path("case.device"), "w", encoding="utf-8") as f:
                f.write("device case\n" + "".join(f"{name} = {value}\n" for name, value in data.device.items()))
            words += ["--device", self.path("case.device")]
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

    def statistics(self, family, case, data):
        subprocess.run(self.command(family, case, data), check=True)
        with open(self.path("stats.json"), encoding="utf-8") as f:
            return json.load(f)

    def measure(self, family, case):
        data = case.data()
        if case.again:
            data.scalars["times"] = 1
            first = self.statistics(family, case, data)
            data.scalars["times"] = 2
            stats = second_only(first, self.statistics(family, case, data))
        else:
            stats = self.statistics(family, case, data)
        right = all(data.right(np.load(self.path(f"out-{name}.npy")), value)
                    for name, value in data.expected.items() if value is not None)
        need = roofline(data, stats, self.parameters)
        bound = max(need, key=need.get)
        cycles = stats["total_cycles"] if case.launch else stats["cycles"]
        total = [(stats["memory"][m]["read_bytes"] + stats["memory"][m]["written_bytes"]) / 1e6 for m in ("sram", "dram")]
        local = (stats["local_read_bytes"] + stats["local_written_bytes"]) / 1e6
        megabytes = [round(value, 1) for value in (*total, local)]
        return golden.Row(case.kernel, case.what, cycles, *megabytes, bound, round(100 * need[bound] / cycles, 1)), right


def verdict(case, row, right):
    """(whether it is as it should be, what to say about it)"""
    if not right:
        return False, "WRONG RESULT"
    if row.share >= case.goal:
        return True, "the goal is met: the case needs no reason any more" if case.reason else ""
    if not case.reason:
        return False, f"BELOW {case.goal} %"
    if row.share < case.floor:
        return False, f"BELOW {case.floor} %, the floor of: {case.reason}"
    return True, f"goal {case.goal} %: {case.reason}"


def print_row(row, note=""):
    print(f"{row.kernel:<30} {row.what:<44} {row.cycles:>8} {row.sram_mb:>8} {row.dram_mb:>8} {row.local_mb:>9} "
          f"{row.bound:<8} {row.share:5.1f} %{'  ' + note if note else ''}", flush=True)


def check_golden(runner, wanted):
    messages = []
    for family in wanted:
        every = cases(family)
        messages += golden.stale(family, every)
        for case in golden.small(family, every):
            row, right = runner.measure(family, case)
            print_row(row)
            messages.append(golden.compare(family, row) if right else f"{row.name()}: WRONG RESULT")
    messages = [m for m in messages if m]
    print("\n".join(messages + [f"{len(messages)} differences"]))
    return 1 if messages else 0


def measure(runner, args, wanted):
    failed = False
    print(f"{'kernel':<30} {'shape':<44} {'cycles':>8} {'SRAM MB':>8} {'DRAM MB':>8} {'local MB':>9} {'bound by':<8} share",
          flush=True)
    for family in wanted:
        every, rows = cases(family), golden.read(family)
        for case in every:
            if args.only not in case.name() or (args.missing and case.name() in rows):
                continue
            if args.why and not case.reason:
                continue
            row, right = runner.measure(family, case)
            good, note = verdict(case, row, right)
            if args.why:
                print(why.timeline(runner.path("trace.json")), flush=True)
            print_row(row, note)
            failed |= not good
            if right:
                rows[row.name()] = row
            if args.update_golden:  # now: a long run may be ended
                golden.write(family, every, rows)
        if args.update_golden:
            golden.write(family, every, rows)
    if args.update_golden:
        subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "kernel_pages.py"), "--write"], check=True)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "bin"))
    parser.add_argument("--kernels", default=os.path.join(ROOT, "build", "kernels"), help="folder of the .elf files")
    parser.add_argument("--family", action="append", default=[], choices=families())
    parser.add_argument("--only", default="", help="cases whose kernel and shape contain this")
    parser.add_argument("--missing", action="store_true", help="cases that the golden file does not have")
    parser.add_argument("--list", action="store_true", help="only names")
    parser.add_argument("--update-golden", action="store_true")
    parser.add_argument("--check-golden", action="store_true")
    parser.add_argument("--why", action="store_true")
    parser.add_argument("--mtia-run-flag", action="append", default=[])
    args = parser.parse_args()
    wanted = args.family or families()
    if args.list:
        for family in wanted:
            for case in cases(family):
                if args.only in case.name():
                    print(f"{family}: {case.name()}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(args, folder)
        return check_golden(runner, wanted) if args.check_golden else measure(runner, args, wanted)


if __name__ == "__main__":
    sys.exit(main())
