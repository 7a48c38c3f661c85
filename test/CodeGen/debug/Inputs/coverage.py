#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Debug information of our compiler against stock clang's, on the same sources.

    coverage.py --mtia-clang PATH --llvm FOLDER --march ISA --mabi ABI --scratch FOLDER SOURCE...

Prints for each -O level how much of the scopes of variables and parameters has a location, and how
many arguments of calls are described. Fails if llvm-dwarfdump --verify finds anything, or if ours is
behind stock's by more than the slack: which registers live how long is a matter of allocation, a
pass that loses variables costs more.
"""
import argparse
import json
import os
import subprocess
import sys

SLACK = 0.05
LEVELS = ["-O0", "-O1", "-O2", "-Os"]
LIBC = "/usr/lib/picolibc/riscv64-unknown-elf/include"

parser = argparse.ArgumentParser()
for name in ("mtia-clang", "llvm", "march", "mabi", "scratch"):
    parser.add_argument("--" + name, required=True)
parser.add_argument("--level", action="append")
parser.add_argument("sources", nargs="+")
options = parser.parse_args()
os.makedirs(options.scratch, exist_ok=True)
stock = [f"{options.llvm}/clang", "--target=riscv64-unknown-elf", "-mcmodel=medany", "-isystem", LIBC]
compilers = {"ours": [options.mtia_clang], "stock": stock}


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(" ".join(command) + "\n" + result.stdout + result.stderr)
    return result.stdout


def statistics(who, level):
    total = {}
    for source in options.sources:
        output = os.path.join(options.scratch, who + ".o")
        run(compilers[who] + [level, "-g", "-w", f"-march={options.march}", f"-mabi={options.mabi}", "-c", source, "-o",
                              output])
        run([f"{options.llvm}/llvm-dwarfdump", "--verify", output])
        for key, value in json.loads(run([f"{options.llvm}/llvm-dwarfdump", "--statistics", output])).items():
            if isinstance(value, int):
                total[key] = total.get(key, 0) + value
    return total


def share(total, what):
    scope = f"sum_all_{what}(#bytes in parent scope"
    return total[scope + " covered by DW_AT_location)"] / max(1, total[scope + ")"])


failed = False
for level in options.level or LEVELS:
    both = {who: statistics(who, level) for who in compilers}
    for what in "variables", "params", "local_vars":
        ours, theirs = (share(both[who], what) for who in ("ours", "stock"))
        bad = ours < theirs - SLACK
        failed |= bad
        print(f"{level} {what}: ours {ours:.3f}, stock {theirs:.3f}{' TOO LITTLE' if bad else ''}")
    ours, theirs = (both[who]["#call site parameter DIEs"] for who in ("ours", "stock"))
    bad = ours < 0.9 * theirs
    failed |= bad
    print(f"{level} arguments of calls: ours {ours}, stock {theirs}{' TOO FEW' if bad else ''}")
sys.exit(failed)
