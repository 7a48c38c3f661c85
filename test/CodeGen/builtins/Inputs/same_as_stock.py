# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A C program, compiled by us, prints what it prints compiled by stock clang.

usage: same_as_stock.py --build DIR --scratch DIR [--levels O0,O2] [--flag F].. FILE.c
       same_as_stock.py ... GENERATOR.py   # a program that writes the C program

Compared: the program of mtia-clang at each level with that of clang's own RISC-V
target at -O0 (so that no optimiser computes what the code generator should), both on
the emulator. Needed where the host's gcc, the other reference, doesn't know the
builtin or gives another answer by right.
"""
import argparse
import os
import subprocess
import sys

STOCK = ["clang-22", "--target=riscv64-unknown-elf", "-march=rv64gc_zba_zbb_zbs_zicond_zfh",
         "-mabi=lp64d", "-mcmodel=medany", "-isystem",
         "/usr/lib/picolibc/riscv64-unknown-elf/include"]


def run(words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)
    return done.returncode, done.stdout.decode(errors="replace")


def must(words):
    status, output = run(words)
    if status:
        sys.exit(f"{' '.join(words)}\nexit status {status}\n{output}")
    return output


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--levels", default="O0,O2,Os")
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("file")
    args = parser.parse_args()
    os.makedirs(args.scratch, exist_ok=True)
    tool = lambda name: os.path.join(args.build, "bin", name)  # noqa: E731
    path = lambda name: os.path.join(args.scratch, name)  # noqa: E731
    source = args.file
    if source.endswith(".py"):
        source = path("generated.c")
        with open(source, "w") as file:
            file.write(must([sys.executable, args.file]))

    must([*STOCK, "-w", "-O0", *args.flag, "-c", source, "-o", path("stock.o")])
    must([tool("mtia-clang"), path("stock.o"), "-o", path("stock.elf")])
    expected = run([tool("mtia-run"), path("stock.elf")])
    print(f"stock: exit status {expected[0]}, {len(expected[1].splitlines())} lines")
    failed = expected[0] != 0
    for level in args.levels.split(","):
        elf = path(level + ".elf")
        must([tool("mtia-clang"), "-" + level, "-w", *args.flag, source, "-o", elf])
        found = run([tool("mtia-run"), elf])
        if found == expected:
            continue
        failed = True
        print(f"-{level}: exit status {found[0]}, stock {expected[0]}")
        for number, (a, b) in enumerate(zip(found[1].splitlines(), expected[1].splitlines())):
            if a != b:
                print(f"  line {number + 1}: {a}\n  stock: {b}")
                break
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
