#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs of many lines, each of which needs the one before.

    long_programs.py KNYFE-C PREFIX [--length N] [--times T] [--most RATIO]
    long_programs.py KNYFE-C PREFIX --print sums|lines --length N

Compiles programs of N and of T x N lines, and fails if the longer one takes more than RATIO times the processor time of the
shorter; or prints one.
"""
import argparse
import resource
import subprocess
import sys

SHAPES = {"sums": ("f32[M]", "{y}[m] = sum[n] x[m, n] * {before}", "{}[m]", "1"),
          "lines": ("f32[M, N]", "{y}[m, n] = x[m, n] - {before}", "{}[m, n]", "1")}


def program(kind, length):
    type_, line, read, before = SHAPES[kind]
    text = [f"kernel k(x: f32[M, N]) -> (y: {type_}) {{"]
    for i in range(length):
        name = f"t{i}" if i + 1 < length else "y"
        text.append("  " + line.format(y=name, before=before))
        before = read.format(name)
    return "\n".join(text + ["}", ""])


def seconds(command):
    """Processor time, the least of three runs."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def compile_time(args, kind, length):
    path = f"{args.prefix}-{kind}-{length}"
    with open(path + ".knyfe", "w") as f:
        f.write(program(kind, length))
    return seconds([args.knyfe_c, path + ".knyfe", "--shape", "M=64,N=256", "-o", path + ".elf"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("knyfe_c")
    parser.add_argument("prefix")
    parser.add_argument("--length", type=int, default=100)
    parser.add_argument("--times", type=int, default=8)
    parser.add_argument("--most", type=float, default=24)
    parser.add_argument("--print", choices=SHAPES, dest="kind")
    args = parser.parse_args()
    if args.kind:
        print(program(args.kind, args.length), end="")
        return 0
    failed = False
    for kind in SHAPES:
        short = compile_time(args, kind, args.length)
        ratio = compile_time(args, kind, args.length * args.times) / short
        print(f"{kind}: {args.times} times the lines take {ratio:.1f} times the time")
        failed |= ratio > args.most
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
