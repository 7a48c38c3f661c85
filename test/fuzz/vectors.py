#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random vector functions of LLVM IR: ours and stock LLVM's code for them must give the same bytes.

    vectors.py DIR --plugin libLLVMMTIA.so --llvm BINDIR [--functions N] [--seed S] [--run qemu|PROGRAM]
    vectors.py DIR ... --seed S --only K      explains one failure: prints the smallest part that fails
    vectors.py DIR ... --matrix [--first K]   one operation on one type per function, all in turn

Modules of --size functions (see vector_ir.py) are compiled twice, at random levels, with and
without LLVM's optimiser before; one program calls both and compares (Inputs/vector_driver.c).
Without --functions it goes on for $FUZZ_SECONDS. --check-stock compares stock -O0 with stock -O3:
it finds faults of the generator.
"""
import argparse
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import vector_ir  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
QEMU = ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64,v=true,vlen=512,elen=64,vext_spec=v1.0,Zfh=true",
        "-bios", "none", "-nographic", "-semihosting-config", "enable=on,target=native", "-kernel"]
BASE = "+m,+a,+f,+d,+c,+zfh,+zba,+zbb,+zbs,+v,+zvl512b,+zvfh"
EXTRA = ",+zfbfmin,+zvfbfmin,+zvfbfwma,+zvbb"
LEVELS = ["-O0", "-O1", "-O2", "-O3"]
TRIPLE = "riscv64-unknown-elf"
COMPILE_SECONDS, RUN_SECONDS = 20, 60  # of a processor; of the clock
COMPILE_BYTES = 4 << 30


class Failed(Exception):
    """A compiler gave up; `function` is the number of what it compiled, or None."""

    def __init__(self, who, output):
        super().__init__(f"{who} failed")
        self.who, self.output = who, output
        found = re.findall(r"@?[so]_f(\d+)", output)
        self.function = int(found[-1]) if found else None


def limit():
    """In a compiler's process, before it starts."""
    resource.setrlimit(resource.RLIMIT_CPU, (COMPILE_SECONDS, COMPILE_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (COMPILE_BYTES, COMPILE_BYTES))


def internal(output):
    """Whether a compiler's output is that of a crash, not an error for its user."""
    return "error:" not in output or "LLVM ERROR" in output or "Stack dump" in output or "status -" in output


class Checker:
    def __init__(self, args):
        self.args, self.dir = args, args.dir
        os.makedirs(self.dir, exist_ok=True)
        self.isa = BASE + ("" if args.run == "qemu" else EXTRA) + ("," + args.mattr if args.mattr else "")
        self.options = vector_ir.Options(scalable=args.scalable, bf16=args.bf16 or args.run != "qemu",
                                         ops=args.ops.split(",") if args.ops else None,
                                         odd=args.odd, matrix=args.matrix, rtz=args.run != "qemu", count=(4, 24) if not args.short else (1, 5))
        self.prepared = self.stock_only = False
        self.without_oracle = 0

    def path(self, name):
        return os.path.join(self.dir, name)

    def tool(self, name):
        return os.path.join(self.args.llvm, name)

    def prepare(self):
        """The parts of the program that don't change."""
        if self.prepared:
            return
        for source, name in (("vector_driver.c", "driver.o"), ("vector_start.S", "start.o"),
                             ("vector_libm.c", "libm.o")):
            subprocess.run([self.tool("clang"), f"--target={TRIPLE}", "-march=rv64imafdc", "-mabi=lp64d", "-O2",
                            "-ffreestanding", "-fno-builtin", "-mcmodel=medany", "-c",
                            os.path.join(HERE, "Inputs", source), "-o", self.path(name)], check=True)
        self.prepared = True

    def compilers(self, r):
        """The two command lines: who, and words."""
        llc = self.tool("llc")
        stock = [llc, f"-mtriple={TRIPLE}", f"-mattr={self.isa}", "-target-abi=lp64d"]
        common = ["-code-model=medium", "-filetype=obj"]
        if self.args.check_stock or self.stock_only:
            return [("s", stock + common + ["-O0"]), ("o", stock + common + ["-O3"])]
        ours = [llc, "-load", self.args.plugin, "-march=mtia", f"-mtriple={TRIPLE}", f"-mattr=+64bit,+i,{self.isa}"]
        level = self.args.level or r.choice(LEVELS)
        return [("s", stock + common + [r.choice(LEVELS)]),
                ("o", ours + common + [level] + ([] if self.args.no_verify else ["-verify-machineinstrs"]) +
                 self.args.llc)]

    def optimise(self, text):
        with open(self.path("in.ll"), "w", encoding="utf-8") as file:
            file.write(text)
        # VectorCombine makes loads of <3 x i1> of those of <8 x i1>: what the other bits do is open.
        done = subprocess.run([self.tool("opt"), "-O2", "-vectorize-loops=false", "-disable-vector-combine", f"-mtriple={TRIPLE}",
                               f"-mattr={self.isa}", "-S", self.path("in.ll"), "-o", "-"],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed("opt", done.stderr)
        return done.stdout

    def compile(self, functions, r, only=("s", "o")):
        """Both objects. Raises Failed."""
        text = vector_ir.module(functions, "PFX_")
        optimise = r.random() < 0.3
        texts = {}
        for who in only:
            texts[who] = vector_ir.version(text, "s" if self.args.check_stock or self.stock_only else who)
        if optimise:
            done = {t: self.optimise(t) for t in set(texts.values())}
            texts = {who: done[t] for who, t in texts.items()}
        running = []
        for who, words in self.compilers(r):
            if who not in only:
                continue
            with open(self.path(f"{who}.ll"), "w", encoding="utf-8") as file:
                file.write(texts[who].replace("PFX_", f"{who}_"))
            command = [*words, self.path(f"{who}.ll"), "-o", self.path(f"{who}.o")]
            with open(self.path(f"{who}.command"), "w", encoding="utf-8") as file:
                file.write(" ".join(command) + "\n")
            with open(self.path(f"{who}.err"), "w", encoding="utf-8") as err:
                running.append((who, subprocess.Popen(command, stderr=err, stdout=err, preexec_fn=limit)))
        failed = None
        for who, process in running:
            status = process.wait()
            if status:
                with open(self.path(f"{who}.err"), encoding="utf-8", errors="replace") as file:
                    failed = Failed("stock" if who == "s" else "ours", f"{file.read()}\nstatus {status}")
        if failed:
            raise failed

    def run(self, functions, seed):
        """Failures as (number, text); the driver's own output when it doesn't end."""
        self.prepare()
        lines = [".data", ".balign 8", ".globl table, table_size, table_seed, table_inputs",
                 f"table_size: .quad {len(functions)}", f"table_seed: .quad {seed & (1 << 62) - 1}",
                 f"table_inputs: .quad {self.args.inputs}", "table:"]
        lines += [f"  .quad s_f{f.number}, o_f{f.number}, {f.number}, {f.out}" for f in functions]
        with open(self.path("table.s"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        subprocess.run([self.tool("llvm-mc"), f"--triple={TRIPLE}", "-mattr=+f,+d", "-target-abi=lp64d", "-filetype=obj",
                        self.path("table.s"), "-o", self.path("table.o")], check=True)
        link = subprocess.run([self.tool("ld.lld"), "-N", "-Ttext=0x80000000", "-z", "muldefs",
                               *(self.path(f"{n}.o") for n in ("start", "driver", "libm", "table", "s", "o")),
                               *self.args.library, "-o", self.path("all.elf")],
                              capture_output=True, text=True, check=False)
        if link.returncode:
            if len(functions) == 1:
                return {functions[0].number: f"doesn't link: {link.stderr[:200]}"}
            raise RuntimeError(link.stderr)
        command = (QEMU if self.args.run == "qemu" else self.args.run.split()) + [self.path("all.elf")]
        with tempfile.TemporaryFile() as out:
            try:
                subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False,
                               timeout=RUN_SECONDS)
            except subprocess.TimeoutExpired:
                pass
            out.seek(0)
            text = out.read().decode(errors="replace")
        failures = {}
        for line in text.splitlines():
            match = re.match(r"FAIL f(\d+) (.*)", line)
            if match:
                failures.setdefault(int(match[1]), match[2])
        if "DONE" not in text:
            if len(functions) == 1:
                return {functions[0].number: f"doesn't end: {text[-300:]}"}
            raise RuntimeError(text[-300:])
        return failures

    def module(self, seed, numbers):
        """Failures of these functions: number -> what."""
        functions = [vector_ir.make(seed, k, self.options) for k in numbers]
        return self.check(functions, seed)

    def check(self, functions, seed, label=""):
        failures = {}
        while functions:
            r = random.Random(f"{seed}{label}")
            try:
                self.compile(functions, r)
            except Failed as failed:
                k = failed.function
                if k is None or k not in [f.number for f in functions]:
                    if len(functions) > 1:
                        half = len(functions) // 2
                        failures.update(self.check(functions[:half], seed, label))
                        failures.update(self.check(functions[half:], seed, label))
                        return failures
                    k = functions[0].number
                if failed.who in ("stock", "opt") and not self.args.check_stock and not self.stock_only:
                    # No oracle; but ours gets it compiled, or says why not.
                    self.without_oracle += 1
                    try:
                        self.compile([f for f in functions if f.number == k], r, ("o",))
                        failed = None
                    except Failed as ours:
                        failed = ours if internal(ours.output) else None
                if failed is None:
                    functions = [f for f in functions if f.number != k]
                    continue
                reason = [x for x in failed.output.splitlines() if re.search(r"error|Cannot|\*\*\*|LLVM ERROR|status", x)]
                failures[k] = f"{failed.who} doesn't compile: {'; '.join(reason)[:300]}"
                functions = [f for f in functions if f.number != k]
                continue
            try:
                found = self.run(functions, seed)
                if found and not self.stock_only and not self.args.check_stock:
                    self.stock_only = True
                    doubtful = self.check([f for f in functions if f.number in found], seed, label)
                    self.stock_only = False
                    self.without_oracle += len(doubtful)
                    found = {k: v for k, v in found.items() if k not in doubtful}
                failures.update(found)
            except RuntimeError as error:
                if len(functions) > 8:
                    half = len(functions) // 2
                    failures.update(self.check(functions[:half], seed, label))
                    failures.update(self.check(functions[half:], seed, label))
                else:
                    for f in functions:
                        failures.update(self.check([f], seed, label))
                del error
            break
        return failures

    def explain(self, seed, number):
        """Prints the smallest part of a function that fails."""
        f = vector_ir.make(seed, number, self.options)
        pieces = vector_ir.variants(f)
        failures = self.check(pieces, seed)
        if not failures:
            print("no part of it fails alone")
            print(self.check([f], seed))
            return
        best = min(failures, key=lambda k: len(pieces[k].lines))
        piece = pieces[best]
        text = vector_ir.module([piece], "o_")
        path = self.path(f"fail-{seed}-{number}.ll")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.check([piece], seed)
        print("\n".join(piece.lines))
        print(f"{piece.what}: {failures[best]}")
        with open(self.path("o.command"), encoding="utf-8") as file:
            print(f"IR in {path}; {file.read().strip()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--plugin", default="lib/libLLVMMTIA.so")
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--run", default="qemu", help="qemu, or the words of a command")
    parser.add_argument("--library", action="append", default=[], help="linked too")
    parser.add_argument("--functions", type=int)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--inputs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", type=int)
    parser.add_argument("--explain", type=int, default=0, help="explain the first N failures")
    parser.add_argument("--scalable", type=float, default=0.2)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--short", action="store_true", help="functions of few operations")
    parser.add_argument("--ops", help="groups of operations, with commas")
    parser.add_argument("--odd", type=float, default=0.1, help="functions with integers of odd widths")
    parser.add_argument("--matrix", action="store_true", help="one operation on one type per function, all in turn")
    parser.add_argument("--first", type=int, default=0, help="number of the first function, with --matrix")
    parser.add_argument("--mattr", default="", help="added to the features, as -zvbb")
    parser.add_argument("--level")
    parser.add_argument("--llc", action="append", default=[], help="a further option of our llc")
    parser.add_argument("--check-stock", action="store_true")
    parser.add_argument("--no-verify", action="store_true")
    args = parser.parse_args()
    if not args.check_stock and not os.path.exists(args.plugin):
        parser.error(f"{args.plugin} is missing: build it first")
    gcc = shutil.which("riscv64-unknown-elf-gcc")
    if gcc:
        args.library.append(subprocess.run([gcc, "-march=rv64imafdc", "-mabi=lp64d", "-print-libgcc-file-name"],
                                           capture_output=True, text=True, check=True).stdout.strip())
    checker = Checker(args)
    if args.only is not None:
        checker.explain(args.seed, args.only)
        return 0
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    seed, done, failed = args.seed, 0, 0
    while done < args.functions if args.functions else time.time() < end:
        count = min(args.size, args.functions - done) if args.functions else args.size
        start = args.first + done if args.matrix else 0
        failures = checker.module(seed, range(start, start + count))
        for number, what in sorted(failures.items()):
            print(f"vectors.py: seed {seed} function {number}: {what}")
            if failed < args.explain:
                checker.explain(seed, number)
            failed += 1
        sys.stdout.flush()
        done += count
        seed += not args.matrix
    seed += args.matrix
    passed = checker.without_oracle
    print(f"vectors.py: seeds {args.seed} to {seed - 1}: {done} functions, {failed} failures"
          f"{f', {passed} without an oracle: stock LLVM fails or disagrees with itself' if passed else ''}")
    if failed:
        options = " ".join(a for a in sys.argv[1:] if not a.startswith(("--seed", "--functions")))
        print(f"vectors.py: to see why: vectors.py {options} --seed S --only K")
    return 1 if failed else 0


sys.exit(main())
