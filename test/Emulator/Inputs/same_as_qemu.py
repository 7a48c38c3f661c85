#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The same ELF on QEMU and on the emulator: same output, same exit status.

    same_as_qemu.py --bin DIR [--flag F].. [--timed] [--csmith N] [--seed N] [FILE.c]..

Compiles each file, and N programs of csmith, and compares QEMU with mtia-run --functional, with
--timed also with time and on the reference core. A file that is not called .c is compiled already.
With $FUZZ_SECONDS in the environment further csmith programs follow until the time is over.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "csmith"))
import run as csmith  # noqa: E402  (its options for csmith)

QEMU = ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64,Zfh=true", "-bios", "none", "-nographic",
        "-semihosting-config", "enable=on,target=native", "-kernel"]
LEVELS = ["O0", "O1", "O2", "O3", "Os"]
SECONDS = 120
HOST_SECONDS = 2  # random programs that need longer are passed over: they may never end


def execute(words, seconds=SECONDS):
    """Exit status and output; None if it takes too long. QEMU doesn't wait for a full pipe: a file."""
    with tempfile.TemporaryFile() as out:
        try:
            status = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                    timeout=seconds, check=False).returncode
        except subprocess.TimeoutExpired:
            return None
        out.seek(0)
        return status, out.read()


class Comparison:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.differing = self.compared = 0

    def compile(self, source, flags):
        elf = os.path.join(self.folder, os.path.basename(source) + ".elf")
        subprocess.run([f"{self.args.bin}/mtia-clang", "-w", *flags, source, "-lm", "-o", elf], check=True)
        return elf

    def compare(self, name, elf):
        expected = execute([*QEMU, elf])
        if expected is None:
            print(f"{name}: QEMU needs more than {SECONDS} s")
            self.differing += 1
            return
        self.compared += 1
        modes = [["--functional"]] + ([[], ["--core=reference"]] if self.args.timed else [])
        for mode in modes:
            got = execute([f"{self.args.bin}/mtia-run", *mode, elf])
            if got is None:
                print(f"{name}: mtia-run {' '.join(mode)} needs more than {SECONDS} s, unlike QEMU")
                self.differing += 1
            elif got != expected:
                print(f"{name}: mtia-run {' '.join(mode)}: exit status {got[0]}, QEMU's {expected[0]}")
                print(f"  mtia-run: {got[1][-300:]!r}\n  QEMU:     {expected[1][-300:]!r}")
                self.differing += 1

    def csmith_program(self, seed):
        source = os.path.join(self.folder, f"seed{seed}.c")
        include = next(d for d in ("/usr/include/csmith", "/usr/include/csmith-2.3.0") if os.path.isdir(d))
        kind = "--float" if seed % 2 else "--no-float"
        subprocess.run([*csmith.CSMITH, kind, "--seed", str(seed), "-o", source], check=True, cwd=self.folder)
        host = os.path.join(self.folder, "host")
        subprocess.run(["gcc", "-w", "-O1", *csmith.EXACT, "-I", include, source, "-o", host], check=True)
        if execute([host], HOST_SECONDS) is None:
            return
        level = LEVELS[seed // 2 % len(LEVELS)]
        elf = self.compile(source, [f"-{level}", *csmith.EXACT, "-I", include])
        differing = self.differing
        self.compare(f"csmith seed {seed} -{level}", elf)
        for path in (source, elf):
            if self.differing != differing:
                shutil.copy(path, tempfile.gettempdir())
            os.remove(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--timed", action="store_true")
    parser.add_argument("--csmith", type=int, default=0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("file", nargs="*")
    args = parser.parse_args()
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "0"))
    with tempfile.TemporaryDirectory(prefix="same-") as folder:
        comparison = Comparison(args, folder)
        for file in args.file:
            elf = comparison.compile(file, args.flag) if file.endswith(".c") else file
            comparison.compare(os.path.basename(file), elf)
        seed = args.seed
        while seed < args.seed + args.csmith or time.time() < end:
            comparison.csmith_program(seed)
            seed += 1
        if seed > args.seed:
            print(f"csmith seeds {args.seed} to {seed - 1}")
        print(f"{comparison.compared} programs, {comparison.differing} differ")
        return comparison.differing != 0


if __name__ == "__main__":
    sys.exit(main())
