#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long our compilers take, wall clock, from source to ELF file.

usage: compile_time.py --bin DIR --source DIR [--runs N]

The median of N runs; a loaded machine shows in the spread. Exit status 1 when a
median is above its target.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HELLO = '#include <stdio.h>\nint main(void) { printf("hello\\n"); return 0; }\n'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    late = False
    with tempfile.TemporaryDirectory() as folder:
        hello, out = os.path.join(folder, "hello.c"), os.path.join(folder, "a.elf")
        with open(hello, "w") as f:
            f.write(HELLO)
        clang, knyfe = os.path.join(args.bin, "mtia-clang"), os.path.join(args.bin, "knyfe-c")
        source = lambda name: os.path.join(args.source, name)  # noqa: E731
        cases = [
            ("knyfe-c fc_relu.knyfe", 300, [knyfe, source("examples/fc_relu.knyfe"), "--shape",
                                            "M=256,K=512,N=192", "-o", out]),
            ("mtia-clang -O2 fc_i8.c", 200, [clang, "-O2", source("kernels/fc/fc_i8.c"), "-o", out]),
            ("mtia-clang -O0 fc_i8.c", 200, [clang, "-O0", source("kernels/fc/fc_i8.c"), "-o", out]),
            ("mtia-clang -O2 hello.c", 200, [clang, "-O2", hello, "-o", out]),
        ]
        print(f"{'command':<26} {'median':>8} {'least':>8} {'most':>8} {'target':>8}")
        for name, target, words in cases:
            times = []
            for _ in range(args.runs + 1):
                start = time.perf_counter()
                subprocess.run(words, check=True)
                times.append(1000 * (time.perf_counter() - start))
            times = times[1:]  # the first one fills the file cache
            median = statistics.median(times)
            late |= median > target
            print(f"{name:<26} {median:5.0f} ms {min(times):5.0f} ms {max(times):5.0f} ms {target:5d} ms"
                  + ("  TOO LONG" if median > target else ""))
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
