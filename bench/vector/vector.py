#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Vector code: our compiler against stock clang on the loops of this folder.

usage: vector.py --bin DIR [options] [PROGRAM or LOOP...]

Every program is a table of loops in plain C (vbench.h). It is compiled at -O3 by
mtia-clang and by stock clang, each for its vector ISA, linked with the same start-up
code, and run for sizes from 8 to 2048. The results of each loop must agree with those
of the host (integers bit by bit, floating-point numbers but for the order of sums).
Printed are, ours in relation to stock's: instructions retired and emulated cycles, in
sum over the short sizes (8 to 64) and over the long ones; and how many loops each
vectorised, by its remarks. Exit status 1 if a result differs or a limit is broken.
"""
import argparse
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "scalar"))
from scalar import Failure, PICOLIBC, Table, geometric_mean, processor_time, run, run_into  # noqa: E402

STOCK_MARCH = "rv64gcv_zvl512b_zba_zbb_zbs_zvfh"
OURS_MARCH = "rv64gcv_zicond_zfh_zba_zbb_zbs_zvl512b_zvfh_zvfbfwma_zvbb"
MABI = "lp64d"
QEMU_CPU = "rv64,zba=on,zbb=on,zbs=on,Zfh=on,v=true,vlen=512,elen=64,vext_spec=v1.0"

# Limits of the issue: geometric mean, the worst loop, the emulator's part of QEMU's speed.
LIMIT_MEAN, LIMIT_WORST, LIMIT_QEMU = 1.00, 1.10, 0.5
SHORT = 64 # the longest of the short sizes
# What is above the limit and stays there, with the reason; the rest of such a loop is limited as ever.
REASONS = {
    ("row_sum_f32", "instructions, long"):
        "stock gathers element by element and adds up in order, 16 cycles and more for each instruction",
}


class Bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.clang = os.path.join(args.llvm, "clang")
        self.mtia = os.path.join(args.bin, "mtia-clang")
        stock = [self.clang, "--target=riscv64-unknown-elf", "-isystem", f"{PICOLIBC}/include"]
        common = ["-O3", f"-mabi={MABI}", "-mcmodel=medany", "-std=gnu17", "-Wall", "-Wextra", "-Werror"]
        self.compilers = {
            "ours": [self.mtia, f"-march={args.march}", *common, *args.ours],
            "stock": [*stock, f"-march={STOCK_MARCH}", "-mrvv-vector-bits=zvl", *common, *args.stock],
        }
        if args.ours_is_stock:
            self.compilers["ours"] = [*self.compilers["stock"], *args.ours]
        # The frame of all programs: the same object for both, without vectors.
        self.frame = self.path("vbench.o")
        run([*stock, "-march=rv64gc_zba_zbb_zbs", *common, "-c", os.path.join(HERE, "vbench.c"),
             "-o", self.frame])

    def path(self, name):
        return os.path.join(self.folder, name)

    def options(self, name):
        with open(os.path.join(HERE, f"{name}.c"), encoding="utf-8") as file:
            match = re.search(r"^// options: (.*)$", file.read(), re.M)
        return match.group(1).split() if match else []

    def compile(self, name, side):
        """An object, and the lines of the loops that were vectorised."""
        out = self.path(f"{name}.{side}.o")
        words = [*self.compilers[side], *self.options(name), "-Rpass=loop-vectorize", "-c",
                 os.path.join(HERE, f"{name}.c"), "-o", out]
        result = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False)
        if result.returncode != 0:
            raise Failure(f"{' '.join(words)}\nexit status {result.returncode}\n{result.stdout}")
        lines = {int(match.group(1)) for match in
                 re.finditer(r"^[^:\n]*:(\d+):\d+: remark: vectorized loop", result.stdout, re.M)}
        return out, lines

    def link(self, obj, out):
        march = self.args.march if not self.args.qemu else STOCK_MARCH
        run([self.mtia, f"-march={march}", f"-mabi={MABI}", obj, self.frame, "-lm", "-o", out])
        return out

    def host(self, name):
        out = self.path(f"{name}.host")
        run([self.clang, "-O1", "-w", "-ffp-contract=off", os.path.join(HERE, f"{name}.c"),
             os.path.join(HERE, "vbench.c"), "-lm", "-o", out])
        return self.parse(run([out]))

    def emulator_words(self, elf, *more):
        return [os.path.join(self.args.bin, "mtia-run"), *self.args.run, *more, elf]

    def qemu_words(self, elf, *more):
        return ["qemu-system-riscv64", "-M", "virt", "-cpu", QEMU_CPU, "-bios", "none", "-nographic",
                "-semihosting-config", "enable=on,target=native", *more, "-kernel", elf]

    @staticmethod
    def parse(text):
        """{(loop, n): (check, instructions, cycles)}"""
        rows = {}
        for line in text.splitlines():
            name, size, *check, instructions, cycles = line.split()
            rows[name, int(size)] = check, int(instructions), int(cycles)
        return rows

    def execute(self, words):
        return self.parse(run_into(self.path("output"), words))

    def execute_elf(self, elf):
        if self.args.qemu:
            return self.execute(self.qemu_words(elf, "-icount", "shift=0"))
        return self.execute(self.emulator_words(elf))

    def measure(self, name):
        """{loop: {column: (ours, stock)}}, {side: lines of vectorised loops}, elfs"""
        host, elfs, lines, results = self.host(name), {}, {}, {}
        for side in self.compilers:
            obj, lines[side] = self.compile(name, side)
            elfs[side] = self.link(obj, self.path(f"{name}.{side}.elf"))
            results[side] = self.execute_elf(elfs[side])
            compare(name, side, host, results[side])
        rows = {}
        for loop, size in host:
            row = rows.setdefault(loop, {})
            length = "short" if size <= SHORT else "long"
            for column, index in (("instructions", 1), ("cycles", 2)):
                pair = row.setdefault(f"{column}, {length}", [0, 0])
                for side, value in enumerate((results["ours"], results["stock"])):
                    pair[side] += value[loop, size][index]
        return rows, lines, elfs


def number(word):
    return struct.unpack(">d", bytes.fromhex(word))[0]


def compare(name, side, host, other):
    if host.keys() != other.keys():
        raise Failure(f"{name}: {side} has results of other loops than the host")
    wrong = []
    for key, ((kind, *expected), _, _) in host.items():
        (other_kind, *found), _, _ = other[key]
        if kind == "f" and other_kind == "f":
            (wanted, scale, tolerance), value = map(number, expected), number(found[0])
            if not abs(wanted - value) <= tolerance * scale:
                wrong.append(f"{key[0]} of {key[1]}: {value!r}, the host has {wanted!r}")
        elif kind != other_kind or expected != found:
            wrong.append(f"{key[0]} of {key[1]}: {' '.join(found)}, the host has {' '.join(expected)}")
    if wrong:
        raise Failure(f"results of {side} are wrong: " + "; ".join(wrong))


def show_code(rows, columns, markdown):
    table = Table(markdown)
    table.add("ours / stock", *columns)
    ratios = {c: [] for c in columns}
    broken = []
    for loop, row in rows.items():
        cells = []
        for column in columns:
            ratio = row[column][0] / row[column][1]
            ratios[column].append(ratio)
            cells.append(f"{ratio:.3f}")
            if round(ratio, 3) > LIMIT_WORST and (loop, column) in REASONS:
                print(f"{column} of {loop}: {ratio:.3f}, as {REASONS[loop, column]}")
            elif round(ratio, 3) > LIMIT_WORST:
                broken.append(f"{column} of {loop}: {row[column][0]} against {row[column][1]}, "
                              f"above {LIMIT_WORST}")
        table.add(loop, *cells)
    means = {c: geometric_mean(ratios[c]) for c in columns}
    table.add("geometric mean", *(f"{means[c]:.3f}" for c in columns))
    table.add("worst", *(f"{max(ratios[c]):.3f}" for c in columns))
    table.show()
    for column in columns:
        if round(means[column], 3) > LIMIT_MEAN:
            broken.append(f"{column}: the mean {means[column]:.3f} is above {LIMIT_MEAN}")
    return broken


def show_vectorised(lines, markdown):
    """Each side's number of vectorised loops, and what only one of them vectorised."""
    table, broken = Table(markdown), []
    table.add("loops vectorised", "ours", "stock", "lines of stock's alone")
    total = [0, 0]
    for name, sides in lines.items():
        counts = [len(sides["ours"]), len(sides["stock"])]
        total = [a + b for a, b in zip(total, counts)]
        table.add(name, *map(str, counts),
                  " ".join(map(str, sorted(sides["stock"] - sides["ours"]))))
    table.add("all", *map(str, total), "")
    table.show()
    if total[0] < total[1]:
        broken.append(f"{total[0]} loops vectorised, stock clang has {total[1]}")
    return broken


def speeds(bench, elfs, markdown):
    """The same programs, compiled for what QEMU 7.2 has, on the emulator and on QEMU."""
    table, broken, ratios = Table(markdown), [], []
    table.add("host seconds", "mtia-run", "qemu", "speed against QEMU")
    for name, elf in elfs.items():
        seconds = {}
        for where, words in (("mtia-run", bench.emulator_words(elf, "--functional")),
                             ("qemu", bench.qemu_words(elf))):
            seconds[where] = min(processor_time(words) for _ in range(3))
        ratios.append(seconds["qemu"] / seconds["mtia-run"])
        table.add(name, f"{seconds['mtia-run']:.2f}", f"{seconds['qemu']:.2f}", f"{ratios[-1]:.2f}")
    table.add("geometric mean", "", "", f"{geometric_mean(ratios):.2f}")
    table.show()
    if geometric_mean(ratios) < LIMIT_QEMU:
        broken.append(f"speed: {geometric_mean(ratios):.2f} of QEMU's, below {LIMIT_QEMU}")
    return broken


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder of mtia-clang and mtia-run")
    parser.add_argument("--llvm", default="/usr/lib/llvm-22/bin", help="folder of stock clang")
    parser.add_argument("--march", help="ISA for mtia-clang; default: all that core 1 has")
    parser.add_argument("--ours", action="append", default=[], help="a further option of mtia-clang")
    parser.add_argument("--stock", action="append", default=[], help="a further option of stock clang")
    parser.add_argument("--run", action="append", default=[], help="a further option of mtia-run")
    parser.add_argument("--qemu", action="store_true",
                        help="run on QEMU: no cycles, and the ISA of stock clang for both")
    parser.add_argument("--ours-is-stock", action="store_true", help="stock clang on both sides (a try-out)")
    parser.add_argument("--no-speed", action="store_true", help="don't compare the emulator with QEMU")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", help="write the numbers to this file")
    parser.add_argument("--keep", help="keep objects and programs in this folder")
    parser.add_argument("programs", nargs="*")
    args = parser.parse_args()
    args.march = args.march or (STOCK_MARCH if args.qemu else OURS_MARCH)
    known = sorted(f[:-2] for f in os.listdir(HERE) if f.endswith(".c") and f != "vbench.c")
    for name in args.programs:
        if name not in known:
            parser.error(f"no program '{name}'; there are: {' '.join(known)}")
    broken, rows, lines, elfs = [], {}, {}, {}
    with tempfile.TemporaryDirectory() as temporary:
        if args.keep:
            os.makedirs(args.keep, exist_ok=True)
        bench = Bench(args, args.keep or temporary)
        for name in args.programs or known:
            try:
                more, lines[name], programs = bench.measure(name)
                rows.update(more)
                elfs[name] = programs["stock"] # what both can execute
            except Failure as error:
                broken.append(f"{name}: {error}")
        if rows:
            columns = [c for c in next(iter(rows.values())) if not (args.qemu and "cycles" in c)]
            broken += show_code(rows, columns, args.markdown)
            broken += show_vectorised(lines, args.markdown)
        if elfs and not args.qemu and not args.no_speed:
            broken += speeds(bench, elfs, args.markdown)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"loops": rows, "vectorised": {n: {s: sorted(v) for s, v in sides.items()}
                                                     for n, sides in lines.items()}}, file, indent=1)
    for line in broken:
        print(f"vector: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
