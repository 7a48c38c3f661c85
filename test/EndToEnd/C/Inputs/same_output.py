# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A C program prints the same and exits the same everywhere.

usage: same_output.py --build DIR --scratch DIR [--levels O0,O2] [--flag F].. FILE.c

Reference: host gcc. Compared: mtia-clang at -O0 to -O3 on the emulator, and the
-O2 binary on QEMU where that is installed.
"""
import argparse
import os
import shutil
import subprocess
import sys

QEMU = ["qemu-system-riscv64", "-M", "virt", "-bios", "none", "-nographic", "-semihosting-config",
        "enable=on,target=native", "-kernel"]


def run(words, **more):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300, **more)
    return done.returncode, done.stdout.decode(errors="replace").replace("\r\n", "\n")


def must(words):
    status, output = run(words)
    if status:
        sys.exit(f"{' '.join(words)}\nexit status {status}\n{output}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--levels", default="O0,O1,O2,O3")
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("file")
    args = parser.parse_args()
    os.makedirs(args.scratch, exist_ok=True)
    tool = lambda name: os.path.join(args.build, "bin", name)  # noqa: E731

    host = os.path.join(args.scratch, "host")
    # Plain char is unsigned on RISC-V.
    must(["gcc", "-w", "-O1", "-funsigned-char", *args.flag, args.file, "-o", host, "-lm"])
    expected = run([host])
    print(f"host: exit status {expected[0]}, {len(expected[1].splitlines())} lines")

    failed = False
    for level in args.levels.split(","):
        elf = os.path.join(args.scratch, level + ".elf")
        must([tool("mtia-clang"), "-" + level, "-w", "-ffp-contract=off", *args.flag, args.file, "-o", elf])
        machines = [("mtia-run", [tool("mtia-run"), elf])]
        if level == "O2" and shutil.which(QEMU[0]):
            machines.append(("qemu", [*QEMU, elf]))
        for name, words in machines:
            found = run(words)
            if found == expected:
                continue
            failed = True
            print(f"-{level} on {name}: exit status {found[0]}, expected {expected[0]}")
            ours, theirs = found[1].splitlines(), expected[1].splitlines()
            for number in range(max(len(ours), len(theirs))):
                a = ours[number] if number < len(ours) else "(nothing)"
                b = theirs[number] if number < len(theirs) else "(nothing)"
                if a != b:
                    print(f"  line {number + 1}: {a}\n  expected: {b}")
                    break
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
