# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs kernels of the library and compares with references.

A family's script defines SAMPLE, a list of cases for the suite, random_case(random), which makes one for
fuzzing, and run_case(device, case); then it calls main(). Every run of a case is done three times: timed
with all checks, functional, and with a random schedule and all checks. The three must agree bit by bit.
"""
import argparse
import collections
import os
import random as python_random
import signal
import subprocess
import sys
import time

import numpy as np

GRIDS = ["1x1", "2x3", "8x8"]


class Failure(Exception):
    pass


class Device:
    def __init__(self, args):
        self.args = args
        self.runs = 0
        self.seed = 1
        self.cases = collections.Counter()  # by kernel
        os.makedirs(args.scratch, exist_ok=True)

    def path(self, name):
        return os.path.join(self.args.scratch, name)

    def launch(self, kernel, inputs, outputs, grid, scalars=(), dims=(), places=(), flags=()):
        words = [self.args.run, self.args.elf, "--kernel", kernel, "--grid", grid, *flags]
        for name, value in inputs.items():
            words += ["--arg", f"{name}={self.path(name)}.npy"]
        for name, value in dict(scalars).items():
            words += ["--arg", f"{name}={float(value)!r}" if isinstance(value, (float, np.floating))
                      else f"{name}={value}"]
        for name, value in dict(dims).items():
            words += ["--dim", f"{name}={value}"]
        for name, value in dict(places).items():
            words += ["--place", f"{name}={value}"]
        for name in outputs:
            words += ["--out", f"{name}={self.path(name)}.npy"]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.runs += 1
        if done.returncode:
            raise Failure(f"{' '.join(words)}\n{status(done.returncode)}\n{done.stdout[-3000:]}")
        return [np.load(self.path(name) + ".npy") for name in outputs]

    def run(self, kernel, inputs, outputs, grid, checks="all", **more):
        """The outputs, after the three runs agree."""
        for name, value in inputs.items():
            np.save(self.path(name + ".npy"), value)
        self.seed = self.seed % 1000 + 1
        self.cases[kernel] += 1
        check = f"--check={checks}"
        if getattr(self.args, "functional", False):
            return self.launch(kernel, inputs, outputs, grid, flags=["--functional"], **more)
        ways = [[check], ["--functional"], [check, "--schedule", str(self.seed)]]
        results = [self.launch(kernel, inputs, outputs, grid, flags=way, **more) for way in ways]
        for way, result in zip(ways[1:], results[1:]):
            for name, first, second in zip(outputs, results[0], result):
                same(f"{name}, {' '.join(way)}", second, first)
        return results[0]


def status(code):
    """How a process ended that failed; a signal is not the kernel's doing (SIGKILL: not enough memory, perhaps)."""
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def same(what, found, expected):
    """Equal bits, so that -0.0 and 0.0 differ; every NaN is one NaN."""
    expected = np.asarray(expected)
    if found.dtype != expected.dtype or found.shape != expected.shape:
        raise Failure(f"{what}: {found.dtype}{found.shape}, expected {expected.dtype}{expected.shape}")
    a, b = np.ascontiguousarray(found), np.ascontiguousarray(expected)
    if a.dtype in (np.float16, np.float32):
        word = np.dtype(f"u{a.itemsize}").type
        one = word(0x7e00 if a.itemsize == 2 else 0x7fc00000)
        a, b = (np.where(np.isnan(v), one, v.view(word)) for v in (a, b))
    if not np.array_equal(a, b):
        where = tuple(int(i) for i in np.argwhere(a != b)[0])
        raise Failure(f"{what}: {np.count_nonzero(a != b)} of {a.size} differ, first at {where}: "
                      f"{found[where]!r}, expected {expected[where]!r}")


def fma(a, b, c):
    """a*b + c in binary32, rounded once. The product is exact in binary64; the sum is rounded to odd
    there, which the second rounding cannot see through."""
    with np.errstate(all="ignore"):
        a, b, c = (np.asarray(v, np.float64) for v in (a, b, c))
        p = a * b
        s = np.asarray(p + c)
        t = s - p
        error = (p - (s - t)) + (c - t)
        bits = s.view(np.int64)
        odd = np.isfinite(s) & np.isfinite(error) & (error != 0) & (bits & 1 == 0)
        bits = np.where(odd, bits + np.where((error > 0) == (s > 0), 1, -1), bits)
        return bits.view(np.float64).astype(np.float32)


def main(sample, random_case, run_case):
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", required=True)
    parser.add_argument("--elf", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--kernel", help="for a script that serves several")
    parser.add_argument("--part", default="1/1", help="I/N: this part of the suite's cases")
    parser.add_argument("--fuzz", action="store_true", help="random cases, for $FUZZ_SECONDS (60)")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--count", type=int, help="so many random cases")
    args = parser.parse_args()
    device = Device(args)
    cases = failures = 0

    def one(case):
        nonlocal cases, failures
        cases += 1
        try:
            run_case(device, case)
        except Failure as failure:
            failures += 1
            print(f"FAILED {case}\n{failure}", flush=True)

    if args.fuzz or args.count:
        end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
        seed = args.seed
        while (seed < args.seed + args.count if args.count else time.time() < end) and failures < 5:
            case = random_case(python_random.Random(seed))
            case["seed"] = seed
            one(case)
            seed += 1
        print(f"seeds {args.seed} to {seed - 1}")
        if device.cases:
            kernel, least = min(device.cases.items(), key=lambda item: item[1])
            print(f"{len(device.cases)} kernels, at least {least} cases each ({kernel})")
    else:
        part, parts = map(int, args.part.split("/"))
        for number, case in list(enumerate(sample))[part - 1::parts]:
            one({"seed": number, **case})
    print(f"{cases - failures} of {cases} cases, {device.runs} runs: {failures} failed")
    sys.exit(failures > 0 or cases == 0)
