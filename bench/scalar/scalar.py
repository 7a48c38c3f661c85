#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Our compiler against stock clang on the programs of this folder.

usage: scalar.py --bin DIR [options] [PROGRAM...]

Every program is compiled by mtia-clang and by stock clang for the same ISA and
ABI, linked with the same start-up code and libraries, and run: all results must
be equal, and equal to the host's. Printed are, ours in relation to stock's:
instructions retired at -O2, bytes of code (all executable sections of the
program's object) at -O2, -Os, -Oz, user time of compilation; and the speed of
the emulator beside QEMU. Exit status 1 if a result differs or a limit is broken.
"""
import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PICOLIBC = "/usr/lib/picolibc/riscv64-unknown-elf"
MARCH, MABI = "rv64gc_zba_zbb_zbs_zicond", "lp64d"

# Limits of the issue: geometric mean, and the worst program.
LIMIT_MEAN, LIMIT_WORST, LIMIT_TIME = 1.00, 1.05, 1.10
# The emulator's speed: part of QEMU's, and times the plain switch loop's.
LIMIT_QEMU, LIMIT_REFERENCE = 1 / 3, 4.0


class Failure(Exception):
    pass


def run(words, **more):
    result = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False, **more)
    if result.returncode != 0:
        raise Failure(f"{' '.join(words)}\nexit status {result.returncode}\n"
                      f"{result.stdout}{result.stderr}")
    return result.stdout


def user_time(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(words)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def processor_time(words):
    """User and system: of a short run, the kernel divides the sum by guess."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def run_into(out, words):
    """What a run of a device program prints. It goes through a file: semihosting on QEMU loses
    output on a full pipe."""
    with open(out, "w", encoding="utf-8") as file:
        status = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=file,
                                stderr=subprocess.STDOUT, check=False).returncode
    with open(out, encoding="utf-8") as file:
        text = file.read()
    if status != 0:
        raise Failure(f"{' '.join(words)}\nexit status {status}\n{text}")
    return text


class Bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.clang = os.path.join(args.llvm, "clang")
        self.mtia = os.path.join(args.bin, "mtia-clang")
        target = [f"-march={args.march}", f"-mabi={args.mabi}", "-mcmodel=medany"]
        plain = ["-std=gnu17", "-Wall", "-Wextra", "-Werror"]
        # The same headers for both: ours finds picolibc's by itself.
        self.compilers = {
            "ours": [self.mtia, *target, *plain, *args.ours],
            "stock": [self.clang, "--target=riscv64-unknown-elf", *target, *plain, *args.stock,
                      "-isystem", f"{PICOLIBC}/include"],
        }
        self.count = self.path("count.o")
        run([*self.compilers["stock"], "-O2", "-c", os.path.join(HERE, "count.c"), "-o", self.count])

    def path(self, name):
        return os.path.join(self.folder, name)

    def compile_words(self, name, side, level, *more):
        out = self.path(f"{name}.{side}{level}.o")
        return [*self.compilers[side], *more, level, "-Dmain=bench_main", "-c",
                os.path.join(HERE, f"{name}.c"), "-o", out], out

    def compile(self, name, side, level, *more):
        words, out = self.compile_words(name, side, level, *more)
        run(words)
        return out

    def link(self, objects, out):
        run([self.mtia, f"-march={self.args.march}", f"-mabi={self.args.mabi}", *objects, self.count, "-lm",
             "-o", out])
        return out

    def code_size(self, obj):
        size = 0
        for line in run([os.path.join(self.args.llvm, "llvm-readelf"), "-SW", obj]).splitlines():
            words = line.replace("[ ", "[").split()
            # [nr] name type address offset size entsize flags ...
            if len(words) > 8 and words[2] == "PROGBITS" and "X" in words[7]:
                size += int(words[5], 16)
        return size

    def host(self, name):
        out = self.path(f"{name}.host")
        run([self.clang, "-O1", "-w", os.path.join(HERE, f"{name}.c"), "-lm", "-o", out])
        return run([out]).strip()

    def qemu_words(self, elf, *more):
        return ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64,zba=on,zbb=on,zbs=on",
                "-bios", "none", "-nographic", "-semihosting-config", "enable=on,target=native",
                *more, "-kernel", elf]

    def execute(self, words):
        """Result line and number of instructions that a run prints."""
        text = run_into(self.path("output"), words)
        lines = text.split("\n")
        if len(lines) != 3 or not lines[1].startswith("instructions "):
            raise Failure(f"{' '.join(words)}\nexit status 0\n{text}")
        return lines[0], int(lines[1].split()[1])

    def execute_emulator(self, elf):
        return self.execute([os.path.join(self.args.bin, "mtia-run"), "--functional", elf])

    def execute_qemu(self, elf):
        return self.execute(self.qemu_words(elf, "-icount", "shift=0"))

    def measure(self, name):
        """One row: {column: (ours, stock)}."""
        row, results = {}, {"host": self.host(name)}
        elfs = {}
        for side in ("ours", "stock"):
            obj = self.compile(name, side, "-O2")
            elfs[side] = self.link([obj], self.path(f"{name}.{side}.elf"))
            row.setdefault("-O2", []).append(self.code_size(obj))
            for level in ("-Os", "-Oz"):
                row.setdefault(level, []).append(self.code_size(self.compile(name, side, level)))
            where = self.execute_qemu if self.args.qemu else self.execute_emulator
            results[side], count = where(elfs[side])
            row.setdefault("instructions", []).append(count)
            if self.args.cross_check:
                other = self.execute_emulator if self.args.qemu else self.execute_qemu
                results[side + " on the other"], again = other(elfs[side])
                # The two read the counter at other places of the reading instruction.
                if abs(count - again) > 4:
                    raise Failure(f"{name}: {side} retires {count} instructions on one, {again} "
                                  "on the other of emulator and QEMU")
        if len(set(results.values())) != 1:
            raise Failure(f"{name}: results differ: {results}")
        if not self.args.no_time:
            # Pairs in turn; the least of each is the one least disturbed.
            times = {"ours": [], "stock": []}
            for _ in range(self.args.pairs):
                for side, values in times.items():
                    values.append(user_time(self.compile_words(name, side, "-O2")[0]))
            row["time"] = [min(times["ours"]), min(times["stock"])]
        return row

    def speed(self, name):
        """Seconds of the emulator, of QEMU, of the plain loop, and the number of instructions,
        on one program. QEMU 7.2 has no Zicond: the program is compiled without."""
        march = "_".join(e for e in self.args.march.split("_") if e not in ("zicond", "zfh"))
        elf = self.link([self.compile(name, "ours", "-O2", f"-march={march}")],
                        self.path(f"{name}.speed.elf"))
        _, count = self.execute_emulator(elf)
        run_words = [os.path.join(self.args.bin, "mtia-run")]
        commands = {"mtia-run": [*run_words, "--functional", elf], "qemu": self.qemu_words(elf),
                    "reference": [*run_words, "--core", "reference", elf]}
        runs = {"reference": 1} # slow, and the least exposed to disturbances
        seconds = {column: min(processor_time(command) for _ in range(runs.get(column, 3)))
                   for column, command in commands.items()}
        return seconds, count


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


class Table:
    """Columns of words; as text or as Markdown."""

    def __init__(self, markdown):
        self.markdown, self.rows = markdown, []

    def add(self, *cells):
        self.rows.append(cells)

    def show(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(len(self.rows[0]))]
        for number, row in enumerate(self.rows):
            cells = [cell.ljust(width) if i == 0 else cell.rjust(width)
                     for i, (cell, width) in enumerate(zip(row, widths))]
            print("| " + " | ".join(cells) + " |" if self.markdown else "  ".join(cells).rstrip())
            if self.markdown and number == 0:
                print("|---|" + "---:|" * (len(row) - 1))
        print(flush=True)


def show_code(rows, markdown):
    columns = ["instructions", "-O2", "-Os", "-Oz"] + (["time"] if "time" in next(iter(rows.values())) else [])
    heads = {"instructions": "instructions", "-O2": "size -O2", "-Os": "size -Os", "-Oz": "size -Oz",
             "time": "compile time"}
    table = Table(markdown)
    table.add("ours / stock", "millions", *(heads[c] for c in columns))
    for name, row in rows.items():
        table.add(name, f"{row['instructions'][0] / 1e6:.1f}",
                  *(f"{row[c][0] / row[c][1]:.3f}" for c in columns))
    broken = []
    means = {c: geometric_mean([row[c][0] / row[c][1] for row in rows.values()]) for c in columns}
    table.add("geometric mean", "", *(f"{means[c]:.3f}" for c in columns))
    table.show()
    for column in columns:
        if column == "time":
            total = sum(r[column][0] for r in rows.values()) / sum(r[column][1] for r in rows.values())
            if total > LIMIT_TIME:
                broken.append(f"compile time: {total:.3f} in sum, above {LIMIT_TIME}")
            else:
                print(f"compile time in sum: {total:.3f}\n")
            continue
        # As printed: three digits.
        if round(means[column], 3) > LIMIT_MEAN:
            broken.append(f"{heads[column]}: the mean {means[column]:.3f} is above {LIMIT_MEAN}")
        for name, row in rows.items():
            if row[column][0] > LIMIT_WORST * row[column][1]:
                broken.append(f"{heads[column]} of {name}: {row[column][0]} against {row[column][1]}")
    return broken


def show_speed(speeds, markdown):
    names = list(next(iter(speeds.values()))[0])
    limits = {"qemu": LIMIT_QEMU, "reference": LIMIT_REFERENCE}
    table = Table(markdown)
    table.add("million instructions per second", *names, *(f"mtia-run / {n}" for n in limits))
    broken = []
    for program, (seconds, count) in speeds.items():
        ratios = {n: seconds[n] / seconds["mtia-run"] for n in limits}
        table.add(program, *(f"{count / seconds[n] / 1e6:.0f}" for n in names),
                  *(f"{ratio:.2f}" for ratio in ratios.values()))
        for name, limit in limits.items():
            if ratios[name] < limit:
                broken.append(f"speed of mtia-run on {program}: {ratios[name]:.2f} of {name}, "
                              f"below {limit:.2f}")
    means = [geometric_mean([c / s[n] / 1e6 for s, c in speeds.values()]) for n in names]
    table.add("geometric mean", *(f"{mean:.0f}" for mean in means),
              *(f"{geometric_mean([s[n] / s['mtia-run'] for s, _ in speeds.values()]):.2f}"
                for n in limits))
    table.show()
    return broken


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder of mtia-clang and mtia-run")
    parser.add_argument("--llvm", default="/usr/lib/llvm-22/bin", help="folder of stock clang")
    parser.add_argument("--march", default=MARCH)
    parser.add_argument("--mabi", default=MABI)
    parser.add_argument("--ours", action="append", default=[], help="a further option of mtia-clang")
    parser.add_argument("--stock", action="append", default=[], help="a further option of stock clang")
    parser.add_argument("--qemu", action="store_true", help="count on QEMU, which lacks Zicond")
    parser.add_argument("--cross-check", action="store_true", help="count on both")
    parser.add_argument("--no-time", action="store_true", help="neither compile time nor speed")
    parser.add_argument("--pairs", type=int, default=3, help="compilations per program and side")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", help="write the numbers to this file")
    parser.add_argument("programs", nargs="*")
    args = parser.parse_args()
    known = sorted(f[:-2] for f in os.listdir(HERE) if f.endswith(".c") and f != "count.c")
    for name in args.programs:
        if name not in known:
            parser.error(f"no program '{name}'; there are: {' '.join(known)}")
    broken, rows, speeds = [], {}, {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(args, folder)
        for name in args.programs or known:
            try:
                rows[name] = bench.measure(name)
                if not args.no_time:
                    speeds[name] = bench.speed(name)
            except Failure as error:
                broken.append(f"{name}: {error}")
    if rows:
        broken += show_code(rows, args.markdown)
    if speeds:
        broken += show_speed(speeds, args.markdown)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"code": rows, "speed": speeds}, file, indent=1)
    for line in broken:
        print(f"scalar: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
