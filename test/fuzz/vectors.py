#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random vector functions of LLVM IR: ours and stock LLVM's code for them must give the same bytes.

    vectors.py DIR --plugin libLLVMMTIA.so --llvm BINDIR [--functions N] [--seed S] [--run qemu|PROGRAM]
    vectors.py DIR ... --seed S --only K      explains one failure: prints the smallest part that fails
    vectors.py DIR ... --matrix [--first K]   one operation on one type per function, all in turn

Modules of --size functions (see vector_ir.py) are compiled twice, at random levels, with and
without LLVM's optimiser before; one program calls both and compares (Inputs/vector_driver.c).
Where stock LLVM has no answer or another one, its code for the same with vectors of fixed length
decides, or what parts of the function it can compile.
Without --functions it goes on for $FUZZ_SECONDS; SIGTERM ends it after the present module.
--check-stock compares stock -O0 with stock -O3:
it finds faults of the generator.
"""
import argparse
import concurrent.futures
import os
import random
import re
import resource
import shutil
import signal
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
LIBM = "/usr/lib/picolibc/riscv64-unknown-elf/lib/rv64imafdc/lp64d/libc.a"
LEVELS = ["-O0", "-O1", "-O2", "-O3"]
LENGTHS = {"short": (1, 5), "normal": (4, 24), "long": (30, 80)}  # operations of a function
TRIPLE = "riscv64-unknown-elf"
COMPILE_SECONDS, RUN_SECONDS = 15, 40  # of a processor; of the clock
COMPILE_BYTES = 4 << 30
# A crash names the function; the names of all callers take longer than the compiler.
ENVIRONMENT = {**os.environ, "LLVM_DISABLE_SYMBOLIZATION": "1"}


class Failed(Exception):
    """A compiler gave up; `function` is the number of what it compiled, or None."""

    def __init__(self, output):
        super().__init__("a compiler failed")
        self.output = output
        found = re.findall(r"@?[sotp]_f(\d+)", output)
        self.function = int(found[-1]) if found else None

    def reason(self):
        lines = [x for x in self.output.splitlines() if re.search(r"error|Cannot|\*\*\*|LLVM ERROR|status", x)]
        return "; ".join(lines)[:300]


def limit():
    """In a compiler's process, before it starts. The first signal makes LLVM say where it was."""
    resource.setrlimit(resource.RLIMIT_CPU, (COMPILE_SECONDS, COMPILE_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_AS, (COMPILE_BYTES, COMPILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def internal(output):
    """Whether a compiler's output is that of a crash, not an error for its user."""
    return "error:" not in output or "LLVM ERROR" in output or "Stack dump" in output or "status -" in output


class Checker:
    """Compilers have letters: o is ours, s stock LLVM's, t the same at another level, and p the same
    for vectors of fixed length in the place of scalable ones: the second opinion where s fails or
    says something else."""

    def __init__(self, args):
        self.args, self.dir = args, args.dir
        os.makedirs(self.dir, exist_ok=True)
        self.isa = BASE + ("" if args.run == "qemu" else EXTRA) + ("," + args.mattr if args.mattr else "")
        self.options = vector_ir.Options(scalable=args.scalable, bf16=args.bf16 or args.run != "qemu",
                                         ops=args.ops.split(",") if args.ops else None,
                                         odd=args.odd, matrix=args.matrix, rtz=args.run != "qemu",
                                         count=LENGTHS[args.length])
        self.prepared, self.absent = False, set()
        self.without_oracle = self.second_opinions = self.in_parts = 0
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def path(self, name):
        return os.path.join(self.dir, name)

    def tool(self, name):
        return os.path.join(self.args.llvm, name)

    def prepare(self):
        """The parts of the program that don't change."""
        if self.prepared:
            return
        for source, name in (("Inputs/vector_driver.c", "driver.o"), ("Inputs/vector_start.S", "start.o"),
                             ("Inputs/vector_libm.c", "libm.o"),
                             ("../../runtime/device/src/rounding.c", "rounding.o")):
            subprocess.run([self.tool("clang"), f"--target={TRIPLE}", "-march=rv64imafdc", "-mabi=lp64d", "-O2",
                            "-ffreestanding", "-fno-builtin", "-mcmodel=medany", "-c",
                            os.path.join(HERE, source), "-o", self.path(name)], check=True)
        self.prepared = True

    def command(self, who, seed):
        """The words of a compiler's command, and those of the optimiser before it, if it is used."""
        r = random.Random(f"{seed}")
        optimised, level, our_level = r.random() < 0.3, r.choice(LEVELS), r.choice(LEVELS)
        # LLVM's verifier takes several times as long as all else on large functions.
        verified = not self.args.no_verify and (self.args.length == "short" or r.random() < 0.3)
        levels = {"s": level, "t": "-O3" if level != "-O3" else "-O0", "o": self.args.level or our_level}
        levels["p"] = "-O0"  # which has the fewest of stock LLVM's own faults
        if self.args.check_stock:
            levels.update(s="-O0", t="-O3")
        common = [f"-mtriple={TRIPLE}", "-code-model=medium", "-filetype=obj", levels[who]]
        if who == "o":
            words = [self.tool("llc"), "-load", self.args.plugin, "-march=mtia", f"-mattr=+64bit,+i,{self.isa}", *common,
                     *(["-verify-machineinstrs"] if verified else []), *self.args.llc]
        else:
            words = [self.tool("llc"), f"-mattr={self.isa}", "-target-abi=lp64d", *common]
        # VectorCombine makes loads of <3 x i1> of those of <8 x i1>: what the other bits do is open.
        opt = [self.tool("opt"), "-S", "-O2", "-vectorize-loops=false", "-disable-vector-combine", f"-mtriple={TRIPLE}",
               f"-mattr={self.isa}"]
        return words, opt if optimised and who != "p" else None

    def compile(self, who, functions, seed, name):
        """One object. Raises Failed."""
        text = vector_ir.version(vector_ir.module(functions, f"{who}_"), "o" if who == "o" else "s")
        if who == "p":
            text = vector_ir.plain(text)
        source, better, out, err = (self.path(f"{name}.{x}") for x in ("ll", "opt.ll", "o", "err"))
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        words, opt = self.command(who, seed)
        commands = [[*opt, source, "-o", better], [*words, better, "-o", out]] if opt else [[*words, source, "-o", out]]
        with open(self.path(f"{who}.command"), "w", encoding="utf-8") as file:
            file.write("; ".join(" ".join(command) for command in commands) + "\n")
        for command in commands:
            with open(err, "w", encoding="utf-8") as file:
                done = subprocess.run(command, stderr=file, stdout=file, preexec_fn=limit, check=False,
                                      env=ENVIRONMENT)
            if done.returncode:
                with open(err, encoding="utf-8", errors="replace") as file:
                    raise Failed(f"{file.read()}\nstatus {done.returncode}")
        return out

    def build(self, who, functions, seed, name=None):
        """The objects, and what there is none for: number -> Failed."""
        functions, name = list(functions), name or who
        if not functions:
            return [], {}
        try:
            return [self.compile(who, functions, seed, name)], {}
        except Failed as failed:
            if len(functions) == 1:
                return [], {functions[0].number: failed}
            # What is before the one it failed on is compiled again, but never a third time.
            at = [i for i, f in enumerate(functions) if f.number == failed.function]
            lost = {failed.function: failed} if at else {}
            before, behind = (at[0], at[0] + 1) if at else (len(functions) // 2,) * 2
        objects = []
        for part, side in ((functions[:before], "a"), (functions[behind:], "b")):
            more, gone = self.build(who, part, seed, name + side)
            objects += more
            lost.update(gone)
        return objects, lost

    def run(self, functions, pair, objects, seed):
        """Failures of functions compiled by a pair of compilers: number -> what."""
        if not functions:
            return {}
        self.prepare()
        lines = [".data", ".balign 8", ".globl table, table_size, table_seed, table_inputs",
                 f"table_size: .quad {len(functions)}", f"table_seed: .quad {seed & (1 << 62) - 1}",
                 f"table_inputs: .quad {self.args.inputs}", "table:"]
        lines += [f"  .quad {pair[0]}_f{f.number}, {pair[1]}_f{f.number}, {f.number}, {f.out}" for f in functions]
        for _ in range(2):
            # What nobody has is a trap of those that call it.
            absent = [".text", *(f".globl {name}\n{name}:" for name in self.absent), "unimp"]
            with open(self.path("table.s"), "w", encoding="utf-8") as file:
                file.write("\n".join(lines + absent) + "\n")
            subprocess.run([self.tool("llvm-mc"), f"--triple={TRIPLE}", "-mattr=+f,+d", "-target-abi=lp64d",
                            "-filetype=obj", self.path("table.s"), "-o", self.path("table.o")], check=True)
            link = subprocess.run([self.tool("ld.lld"), "-N", "-Ttext=0x80000000", "-z", "muldefs", "--error-limit=0",
                                   *(self.path(f"{n}.o") for n in ("start", "driver", "libm", "rounding", "table")), *objects,
                                   *self.args.library, "-o", self.path("all.elf")],
                                  capture_output=True, text=True, check=False)
            absent = set(re.findall(r"undefined symbol: (\w+)", link.stderr))
            if not absent:
                break
            self.absent |= absent
        text = link.stderr
        if not link.returncode:
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
        if "DONE" in text:
            return failures
        if len(functions) == 1:
            return {functions[0].number: f"doesn't {'link' if link.returncode else 'end'}: {text[-300:]}"}
        half = len(functions) // 2
        return {**self.run(functions[:half], pair, objects, seed), **self.run(functions[half:], pair, objects, seed)}

    def module(self, seed, numbers):
        """Failures of these functions: number -> what."""
        return self.check([vector_ir.make(seed, k, self.options) for k in numbers], seed)

    def check(self, functions, seed):
        ours, stock = "t" if self.args.check_stock else "o", "s"
        second = self.pool.submit(self.build, stock, functions, seed)
        objects, lost = self.build(ours, functions, seed)
        expected, refused = second.result()
        # What both refuse with an error for the user is invalid, or out of bounds.
        failures = {k: f"ours doesn't compile: {e.reason()}" for k, e in lost.items()
                    if internal(e.output) or k not in refused}
        functions = [f for f in functions if f.number not in lost]
        found = self.run([f for f in functions if f.number not in refused], stock + ours, objects + expected, seed)
        if self.args.check_stock:
            return {**failures, **{k: f"stock doesn't compile: {e.reason()}" for k, e in refused.items()}, **found}
        doubtful = [f for f in functions if f.number in found or f.number in refused]
        if not doubtful:
            return failures
        expected, without = self.build("p", doubtful, seed)
        judged = [f for f in doubtful if f.number not in without]
        wrong = self.run(judged, "p" + ours, objects + expected, seed)
        unfit = [k for k, what in wrong.items() if what.startswith("expected")]  # a trap
        for k in unfit:
            del wrong[k]
        self.second_opinions += len(judged) - len(unfit)
        self.without_oracle += len(unfit)
        failures.update({k: found.get(k, f"not as with fixed lengths: {wrong[k]}") for k in wrong})
        failures.update(self.alone([f for f in doubtful if f.number in without and f.number in found], found, seed))
        for f in doubtful:
            if f.number in without and f.number not in found:
                failures.update(self.parts(f, seed))
        return failures

    def parts(self, function, seed):
        """As far as stock LLVM compiles parts of a function."""
        if self.args.matrix:  # there are none
            self.without_oracle += 1
            return {}
        pieces = vector_ir.variants(function)
        objects, lost = self.build("o", pieces, seed)
        expected, without = self.build("s", [f for f in pieces if f.number not in lost], seed)
        known = [f for f in pieces if f.number not in lost and f.number not in without]
        self.in_parts += bool(known)
        self.without_oracle += not known
        found = self.run(known, "so", objects + expected, seed)
        failures = {function.number: f"its part {pieces[k].what}: {found[k]}" for k in found}
        failures.update({function.number: f"ours doesn't compile its part {pieces[k].what}: {e.reason()}"
                         for k, e in lost.items()})
        return failures

    def alone(self, functions, found, seed):
        """Of functions without a second opinion: those on which stock LLVM's levels agree."""
        objects, lost = self.build("s", functions, seed)
        more, lost_too = self.build("t", functions, seed)
        self.without_oracle += len(functions)
        both = [f for f in functions if f.number not in lost and f.number not in lost_too]
        apart = self.run(both, "st", objects + more, seed)
        failures = {f.number: found[f.number] for f in both if f.number not in apart}
        self.without_oracle -= len(failures)
        return failures

    def explain(self, seed, number):
        """Prints the smallest part of a function that fails."""
        f = vector_ir.make(seed, number, self.options)
        pieces = vector_ir.variants(f)
        whole, failures = self.check([f], seed), self.check(pieces, seed)
        if not failures:
            print("no part of it fails alone; all of it: " + (whole[number] if whole else "no failure either"))
            return
        best = min(failures, key=lambda k: len(pieces[k].lines))
        piece = pieces[best]
        text = vector_ir.version(vector_ir.module([piece], "o_"), "o")
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
    parser.add_argument("--short", dest="length", action="store_const", const="short", default="normal",
                        help="functions of few operations")
    parser.add_argument("--long", dest="length", action="store_const", const="long", help="functions of many")
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
    # What remains of vectors of one element may become calls of floor() and the like.
    if os.path.exists(LIBM):
        args.library.append(LIBM)
    checker = Checker(args)
    if args.only is not None:
        checker.explain(args.seed, args.only)
        return 0
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    seed, done, failed = args.seed, 0, 0
    stopped = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    while not stopped and (done < args.functions if args.functions else time.time() < end):
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
    more = "".join(f", {number} {what}" for number, what in (
        (checker.second_opinions, "by a second opinion"), (checker.in_parts, "in parts"),
        (checker.without_oracle, "without an oracle, as stock LLVM fails or disagrees with itself")) if number)
    print(f"vectors.py: seeds {args.seed} to {seed - 1}: {done} functions, {failed} failures{more}")
    if failed:
        options = " ".join(f'"{a}"' if " " in a else a for a in sys.argv[1:])
        options = re.sub(r" --(seed|functions|first|size|only)[ =]\d+", "", options)
        print(f"vectors.py: to see why: vectors.py {options} --seed S --only K")
    return 1 if failed else 0


sys.exit(main())
