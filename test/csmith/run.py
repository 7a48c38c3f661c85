#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random C programs: host gcc against our code generator.

For each seed csmith writes a program (with floating point: --float); host gcc says what its
checksum is; the program is compiled for the device at each level, run, and must print the
same. A failing program is kept with its seed. Where floating point is involved the hosts differ
(the sign of a NaN that x86 makes, conversions out of range): a program on which we differ from
the host is asked of gcc for riscv64, too, and counts as agreed when that agrees. One on which
gcc and clang of the host, at -O0 and -O1, disagree has no answer and is passed over.

    test/csmith/run.py --count 50
    test/csmith/run.py --seed 1234 --count 1 --levels O2 --keep out/

Two ways to compile: `llc` (clang's front end at the level, our code generator in stock llc,
with the machine verifier; linked by the cross gcc) and `mtia-clang` (our driver). Two ways to
run: `qemu` and `mtia-run`. Default: llc and qemu, and `mtia-run` in its place when it is built.
"""
import argparse
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

LLVM = os.environ.get("MTIA_LLVM_TOOLS", "/usr/lib/llvm-22/bin")
PICOLIBC = "/usr/lib/picolibc/riscv64-unknown-elf/include"
TRIPLE = "riscv64-unknown-elf"
# The device, without what QEMU 7.2 lacks.
ARCH = ["-march=rv64gc_zba_zbb_zbs", "-mabi=lp64d"]
# x86 has no fused multiplication and addition that gcc may use by default; the device has.
# With --float csmith passes float * for char * and returns float * as int *: such programs read
# objects through other types, so no compiler may draw conclusions from types.
EXACT = ["-ffp-contract=off", "-Wno-incompatible-pointer-types", "-fno-strict-aliasing"]
# Programs that run longer than this on the host are not worth their time.
HOST_SECONDS = 2
TARGET_SECONDS = 120
# Unsafe programs have no answer to compare. One file for each seed; sizes as in csmith's own
# torture runs, but for arrays, whose printing dominates otherwise.
CSMITH = ["csmith", "--max-array-dim", "3", "--max-array-len-per-dim", "8",
          "--bitfields"]


class Failure(Exception):
    """What went wrong with one program at one level."""


def run(command, seconds=TARGET_SECONDS, cwd=None):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=seconds, cwd=cwd, check=False)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"no end after {seconds} s: {' '.join(command)}") from late
    return done.returncode, done.stdout.decode(errors="replace")


def must(command, cwd=None):
    status, output = run(command, cwd=cwd)
    if status != 0:
        raise Failure(f"exit status {status}: {' '.join(command)}\n{output[-3000:]}")
    return output


def checksum(output):
    found = re.search(r"checksum = ([0-9A-F]+)", output)
    return found.group(1) if found else None


class Runner:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.by_target = 0  # programs on which the host's floating point differs from the device's
        self.build = os.path.abspath(options.build)
        self.plugin = os.path.join(self.build, "lib", "libLLVMMTIA.so")
        self.include = next((d for d in ("/usr/include/csmith", "/usr/include/csmith-2.3.0")
                             if os.path.isdir(d)), None)
        if self.include is None:
            sys.exit("run.py: csmith's headers are missing: apt-get install libcsmith-dev")
        if options.run == "auto":
            mtia_run = os.path.join(self.build, "bin", "mtia-run")
            options.run = "mtia-run" if os.access(mtia_run, os.X_OK) else "qemu"

    def compile(self, source, level, folder):
        """The path of the program compiled at this level."""
        elf = os.path.join(folder, level + ".elf")
        # A csmith program is valid but strange; the warnings say nothing.
        if self.options.compile == "mtia-clang":
            must([os.path.join(self.build, "bin", "mtia-clang"), "-" + level, "-w", *EXACT,
                  *self.options.march, "-I", self.include, source, "-o", elf])
            return elf
        ir, obj = (os.path.join(folder, level + suffix) for suffix in (".ll", ".o"))
        must([f"{LLVM}/clang", f"--target={TRIPLE}", *ARCH, *EXACT, "-" + level, "-w", "-mcmodel=medany",
              "-isystem", PICOLIBC, "-I", self.include, "-S", "-emit-llvm", source, "-o", ir])
        must([f"{LLVM}/llc", "-load", self.plugin, "-march=mtia", f"-mtriple={TRIPLE}",
              "-O" + ("2" if level[1] in "sz" else level[1]), "-verify-machineinstrs",
              "-code-model=medium", *self.options.llc_arg, "-filetype=obj", ir, "-o", obj])
        self.cross_gcc(ARCH, obj, elf)
        return elf

    def cross_gcc(self, arch, source, elf):
        must(["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", *arch, "-mcmodel=medany",
              "--crt0=hosted", "--oslib=semihost", "-O1", "-w", *EXACT, "-I", self.include, source,
              "-o", elf,
              # DRAM of qemu's virt board and of the device.
              "-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=32M",
              "-Wl,--defsym=__ram=0x84000000,--defsym=__ram_size=32M"])

    def execute(self, elf):
        if self.options.run == "mtia-run":
            status, output = run([os.path.join(self.build, "bin", "mtia-run"), "--functional", elf])
        else:
            status, output = run(["qemu-system-riscv64", "-M", "virt", "-bios", "none",
                                  "-nographic", "-semihosting-config", "enable=on,target=native",
                                  "-kernel", elf])
        if checksum(output) is None:
            raise Failure(f"no checksum, exit status {status}\n{output[-2000:]}")
        return checksum(output)

    def reference(self, source, folder, level="-O1", compiler="gcc"):
        """Host gcc's (or another compiler's) checksum, or None if there is none in time."""
        program = os.path.join(folder, "host")
        # Seeds on which csmith itself makes an invalid program are passed over, and those that keep
        # the compiler busy.
        try:
            status, _ = run([compiler, "-w", *EXACT, level, "-I", self.include, source, "-o", program])
            if status != 0:
                return None
            _, output = run([program], seconds=HOST_SECONDS)
        except Failure:
            return None
        return checksum(output)

    def target_reference(self, source, folder):
        """The checksum of gcc for riscv64, whose floating point is the device's."""
        elf = os.path.join(folder, "gcc.elf")
        self.cross_gcc(["-march=rv64gc", "-mabi=lp64d"], source, elf)
        return self.execute(elf)

    def try_seed(self, seed):
        """(seed, None if skipped, else a list of messages)."""
        with tempfile.TemporaryDirectory(prefix="mtia-csmith-") as folder:
            source = os.path.join(folder, f"seed{seed}.c")
            try:
                must([*CSMITH, "--float" if self.options.float else "--no-float", "--seed",
                      str(seed), "-o", source], cwd=folder)
            except Failure:  # some seeds keep csmith busy for ever
                return seed, None
            expected = self.reference(source, folder)
            if expected is None:
                return seed, None
            messages = []
            of_target = None
            for level in self.options.levels:
                try:
                    got = self.execute(self.compile(source, level, folder))
                    if got != expected and self.options.float and not of_target:
                        of_target = self.target_reference(source, folder)
                        with self.lock:
                            self.by_target += got == of_target
                    if got not in (expected, of_target):
                        messages.append(f"-{level}: checksum {got}, host gcc has {expected}")
                except Failure as failure:
                    messages.append(f"-{level}: {failure}")
            # csmith guards conversions of floating point badly: such a program may have no answer.
            if messages and self.options.float:
                if any(self.reference(source, folder, level, compiler) != expected
                       for compiler in ("gcc", f"{LLVM}/clang") for level in ("-O0", "-O1")):
                    return seed, None
            if messages and self.options.keep:
                os.makedirs(self.options.keep, exist_ok=True)
                shutil.copy(source, self.options.keep)
            return seed, messages


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="programs to compare (default 20)")
    parser.add_argument("--seed", type=int, help="first seed; the next ones follow (default: random)")
    parser.add_argument("--levels", default="O0,O1,O2,O3")
    parser.add_argument("--compile", choices=("llc", "mtia-clang"), default="llc")
    parser.add_argument("--run", choices=("auto", "qemu", "mtia-run"), default="auto")
    parser.add_argument("--build", default="build")
    parser.add_argument("--float", action="store_true", help="programs with floating point")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0,
                        help="go on with further seeds until this time is over")
    parser.add_argument("--keep", help="folder for failing programs")
    parser.add_argument("--march", action="append", default=[], type=lambda isa: "-march=" + isa,
                        help="the ISA, for mtia-clang: with vectors, say")
    parser.add_argument("--llc-arg", action="append", default=[], help="a further option for llc")
    options = parser.parse_args()
    options.levels = options.levels.split(",")

    runner = Runner(options)
    seed = options.seed if options.seed is not None else random.randrange(1, 1 << 30)
    print(f"csmith: {options.count} programs from seed {seed}, {','.join(options.levels)}, "
          f"{options.compile}, {options.run}", flush=True)
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=options.jobs) as pool:
        waiting = {pool.submit(runner.try_seed, seed + i) for i in range(options.count)}
        following = seed + options.count
        deadline = time.monotonic() + options.seconds
        while waiting:
            done, waiting = concurrent.futures.wait(
                waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                number, messages = future.result()
                if messages is None:
                    # Replaced, so that the count is of programs compared.
                    skipped += 1
                    if options.seed is None or options.count > 1:
                        waiting.add(pool.submit(runner.try_seed, following))
                        following += 1
                elif messages:
                    failed += 1
                    print(f"FAIL seed {number}", *messages, sep="\n  ", flush=True)
                else:
                    passed += 1
                if time.monotonic() < deadline and len(waiting) < options.jobs:
                    waiting.add(pool.submit(runner.try_seed, following))
                    following += 1
    print(f"csmith: {passed} passed, {failed} failed, {skipped} passed over (slow or invalid)"
          + (f", {runner.by_target} agreed with gcc for riscv64 only" if options.float else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
