#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functions of <riscv_vector.h>: our code's instructions and results against stock clang's.

    intrinsics.py FOLDER --mtia-clang PATH [--share 1/100] [--seed N] [--level O2]
                  [--run] [--mtia-run PATH] [--match REGEX] [--fuzz]

list-intrinsics.cpp lists 67,000 functions. Of those that --match selects, --share are
taken, by chance from a printed seed; with --fuzz again and again for $FUZZ_SECONDS. Each becomes a C function that
calls it with its parameters; constants are chosen.

Both compilers make the same vector instructions of it, not counting vsetvli and moves of
whole registers. With --run, a program compiled by stock clang calls our functions, and
another one stock's; they print the defined elements of each result, and must print the
same. So the calling convention is tested too. On QEMU, and with --mtia-run there.
"""
import argparse
import collections
import os
import random
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BARE = os.path.join(HERE, "..", "..", "Inputs")
TRIPLE = "riscv64-unknown-elf"
MARCH = "rv64gcv_zvl512b_zba_zbb_zbs_zfh_zvfh_zvfbfwma_zvbb"
QEMU = ("qemu-system-riscv64 -M virt -bios none -nographic -cpu "
        "rv64,v=true,vlen=512,elen=64,vext_spec=v1.0,Zfh=true "
        "-semihosting-config enable=on,target=native -kernel").split()
# What QEMU 7.2 lacks, and conversions at which it fails an assertion of its own.
NOT_IN_QEMU = re.compile(r"^(vandn|vbrev|vrev8|vclz|vctz|vcpop_v|vrol|vror|vwsll|.*bf16|vf.?cvt_(rtz|rod))")
# Not equal between two right answers: the estimates are exact, but these read state.
NO_RUN = re.compile(r"^(vundefined|vsetvl|vlenb)")

VECTOR = re.compile(r"^v(u?int|float|bfloat)(\d+)(m[1248]|mf[248])(?:x(\d))?_t$")
BOOL = re.compile(r"^vbool(\d+)_t$")
LMULS = {"mf8": 1, "mf4": 2, "mf2": 4, "m1": 8, "m2": 16, "m4": 32, "m8": 64}  # eighths


class Type:
    """A parameter's or result's type, as C and as vectors."""

    def __init__(self, text):
        self.constant = text.endswith("!")
        self.c = text.rstrip("!").replace("const v", "v") if text.startswith("const v") else text.rstrip("!")
        m, b = VECTOR.match(self.c), BOOL.match(self.c)
        self.vector = bool(m or b)
        self.mask = bool(b)
        if m:
            self.kind, self.sew, self.lmul = m[1], int(m[2]), m[3]
            self.nf = int(m[4] or 1)
            self.vlmax = 64 * LMULS[self.lmul] // self.sew
            self.letter = {"int": "i", "uint": "u", "float": "f", "bfloat": "bf"}[self.kind]
            self.element = {"int": f"int{self.sew}_t", "uint": f"uint{self.sew}_t", "bfloat": "__bf16",
                            "float": {16: "_Float16", 32: "float", 64: "double"}.get(self.sew)}[self.kind]
            self.suffix = f"{self.letter}{self.sew}{self.lmul}"
        elif b:
            self.vlmax, self.nf = 512 // int(b[1]), 1
            self.ratio = int(b[1])

    def load(self, at):
        """An expression for all elements, from memory."""
        if self.mask:
            return f"__riscv_vlm_v_b{self.ratio}((const uint8_t *)({at}), -1)"
        p = f"(const {self.element} *)({at})"
        if self.nf == 1:
            return f"__riscv_vle{self.sew}_v_{self.suffix}({p}, -1)"
        return f"__riscv_vlseg{self.nf}e{self.sew}_v_{self.suffix}x{self.nf}({p}, -1)"


class Function:
    def __init__(self, number, line):
        fields = line.rstrip("\n").split("\t")
        self.name = fields[0]
        self.symbol = f"f{number}"
        self.result = Type(fields[1])
        self.parameters = [Type(t) for t in fields[2:]]
        policy = re.search(r"_(tu|tum|tumu|mu|m)$", self.name)
        self.policy = policy[1] if policy else ""
        self.number = number
        self.values = []
        for i, p in enumerate(self.parameters):
            if p.constant:  # a field of a tuple, or a part of a group
                count = self.parts()
                self.values.append(str(number % count))
            elif p.c == "unsigned long" and not self.name.startswith(("vmv", "vsll")) and i > 0:
                # vxrm, frm
                # Not towards zero in conversions, which is one of QEMU's failures too.
                modes = [0, 2, 3, 4] if "cvt" in self.name else range(5 if "_rm" in self.name else 4)
                self.values.append(str(modes[number % len(modes)]))
            else:
                self.values.append(None)

    def parts(self):
        whole = self.parameters[0]
        part = self.result if self.name.startswith("vget") else self.parameters[2]
        if whole.nf > 1:
            return whole.nf
        return LMULS[whole.lmul] // LMULS[part.lmul]

    def declaration(self):
        params = [f"{p.c} a{i}" for i, p in enumerate(self.parameters) if self.values[i] is None]
        return f"{self.result.c} {self.symbol}({', '.join(params) or 'void'})"

    def definition(self):
        args = ", ".join(v if v is not None else f"a{i}" for i, v in enumerate(self.values))
        ret = "" if self.result.c == "void" else "return "
        return f"{self.declaration()} {{ {ret}__riscv_{self.name}({args}); }}"

    # ---- The caller ----

    def caller(self, rng):
        """A function that calls it with arguments from memory and prints what is defined."""
        body, args = [], []
        types = [t for t in self.parameters + [self.result] if t.vector]
        vlmax = min((t.vlmax for t in types), default=8)
        # Between VLMAX and twice that, the length is the machine's choice.
        vl = rng.choice([vlmax, vlmax, max(1, vlmax - 1), rng.randint(0, vlmax), 2 * vlmax])
        self.vl = str(min(vl, vlmax)) if self.has_vl() else str(self.result_length())
        for i, p in enumerate(self.parameters):
            if self.values[i] is not None:
                continue
            args.append(f"a{i}")
            if p.vector and i == self.index_parameter():
                body.append(f"make_indices({p.sew}); {p.c} a{i} = {p.load('indices')};")
            elif p.vector:
                body.append(f"{p.c} a{i} = {p.load(f'pool + {8 * rng.randint(0, 500)}')};")
            elif p.c == "size_t *":
                args[-1] = "&new_vl"
            elif "*" in p.c:
                args[-1] = f"({p.c})(memory + {64 * rng.randint(0, 8)})"
            elif p.c == "ptrdiff_t":
                args[-1] = str(rng.choice([64, 72, 128]))
            elif p.c == "size_t" and i == len(self.parameters) - 1 and self.has_vl():
                args[-1] = str(vl)
            else:
                body.append(f"{p.c} a{i}; memcpy(&a{i}, pool + {8 * rng.randint(0, 2000)}, sizeof a{i});")
        call = f"{self.symbol}({', '.join(args)})"
        if self.result.c == "void":
            body.append(f"reset_memory(); {call}; digest(memory, sizeof memory);")
        elif self.result.vector:
            body.append(f"size_t new_vl = {self.vl}; {self.result.c} r = {call};")
            body += self.print_vector()
        else:
            body.append(f"{self.result.c} r = {call}; digest(&r, sizeof r);")
        lines = "\n".join("  " + b for b in body)
        return f"static void t{self.number}(void) {{\n{lines}\n  report(\"{self.name}\");\n}}\n"

    def index_parameter(self):
        """Where the indices of a load or store are: behind the pointer."""
        if re.match(r"^v[ls][ou]x", self.name):
            for i, p in enumerate(self.parameters):
                if "*" in p.c:
                    return i + 1
        return -1

    def has_vl(self):
        return not re.match(r"^(vget|vset|vcreate|vlmul|vreinterpret|vmv_x_s|vfmv_f_s)", self.name)

    def result_length(self):
        if self.name.startswith("vlmul_ext"):
            return self.parameters[0].vlmax
        return self.result.vlmax if self.result.vector else 0

    def print_vector(self):
        """Elements that a policy leaves to the machine are not printed."""
        t, vl = self.result, "new_vl"
        mask = "a0" if self.policy in ("m", "tum") else None
        tail_kept = self.policy in ("tu", "tum", "tumu")
        lines = ["digest(&new_vl, sizeof new_vl); clear_out();"]
        if t.mask:
            bits = f"__riscv_vmand_mm_b{t.ratio}(r, {mask}, -1)" if mask else "r"
            return lines + [f"__riscv_vsm_v_b{t.ratio}(out, {bits}, -1); digest_bits(new_vl);"]
        if re.match(r"^v(f?w?red|f?mv_s)", self.name):
            vl, mask = "new_vl ? 1 : 0", None
        if self.name.startswith("vcompress"):
            at = 2 if self.policy else 1
            vl = f"__riscv_vcpop_m_b{self.parameters[at].ratio}(a{at}, new_vl)"
        if tail_kept and mask:
            width = t.sew // 8 * t.nf
            lines.append(f"{self.store(str(t.vlmax), None)}; digest(out + {width} * new_vl, "
                         f"{width} * ({t.vlmax} - new_vl)); clear_out();")
        elif tail_kept:
            vl = str(t.vlmax)
        return lines + [f"{self.store(vl, mask)}; digest(out, sizeof out);"]

    def store(self, vl, mask):
        t = self.result
        name = f"vsseg{t.nf}" if t.nf > 1 else "vs"
        suffix = t.suffix + (f"x{t.nf}" if t.nf > 1 else "") + ("_m" if mask else "")
        first = f"{mask}, " if mask else ""
        return f"__riscv_{name}e{t.sew}_v_{suffix}({first}({t.element} *)out, r, {vl})"


CALLER = r"""#include "bare.h"
#include <riscv_vector.h>
#include <stdint.h>
#include <stddef.h>
void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);
static unsigned char pool[16384 + 8192], memory[80 * 1024], indices[1024], out[1024];
static uint64_t state = 88172645463325252u, hash;
static uint64_t next(void) {
  state ^= state << 13; state ^= state >> 7; state ^= state << 17;
  return state;
}
static void digest(const void *p, size_t n) {
  const unsigned char *c = p;
  for (; n >= 8; n -= 8, c += 8) { uint64_t w; memcpy(&w, c, 8); hash = (hash ^ w) * 0x9e3779b97f4a7c15u; hash ^= hash >> 29; }
  for (; n; --n) hash = (hash ^ *c++) * 0x100000001b3u;
}
static void digest_bits(size_t n) {
  for (size_t i = 0; i < n; ++i) { unsigned char b = out[i / 8] >> i % 8 & 1; digest(&b, 1); }
}
static void clear_out(void) { memset(out, 0, sizeof out); }
static void reset_memory(void) { for (size_t i = 0; i < sizeof memory; i += 8) memcpy(memory + i, pool + i % 16384, 8); }
static void make_indices(int width) {
  for (size_t i = 0; i < sizeof indices; i += width / 8) {
    uint64_t v = next() & (width == 8 ? 0xf8 : 0x3f8);
    memcpy(indices + i, &v, width / 8);
  }
}
static void report(const char *name) {
  print(name); print(" "); print_hex(&hash, 8); print("\n");
  hash = 0;
}
"""
MAIN = r"""
void enter(void);
__asm__(".globl enter\nenter: li t0, 0x600\n csrs mstatus, t0\n csrwi vxrm, 0\n ret\n");
static __attribute__((noinline)) void run(void) {
  for (size_t i = 0; i < sizeof pool; i += 8) {
    uint64_t v = next();
    // Integers of any size, numbers near 1, and special values.
    if (next() % 4 == 0) v &= 0xff;
    else if (next() % 3 == 0) { float f[2] = {(int)(v & 1023) / 64.0f - 8, (int)(v >> 40) / 4096.0f}; memcpy(&v, f, 8); }
    else if (next() % 5 == 0) { double d = (int)(v & 4095) / 64.0 - 32; memcpy(&v, &d, 8); }
    memcpy(pool + i, &v, 8);
  }
  reset_memory();
@CALLS@}
int bare_main(void) { enter(); run(); return 0; }
"""


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        sys.exit(f"failed ({done.returncode}): {' '.join(map(str, command))}\n{done.stdout[-4000:]}")
    return done.stdout


IGNORED = re.compile(r"^v(set.*|mv[1248]r\.v|l[1248]re?\d*\.v|s[1248]r\.v)$")


def instructions(assembly):
    """Vector mnemonics of each function."""
    result, current = {}, None
    for line in assembly.splitlines():
        label = re.match(r"^(f\d+):", line)
        word = re.match(r"^\s+(v[a-z0-9.]+)\s", line)
        if label:
            current = result.setdefault(label[1], collections.Counter())
        elif word and current is not None and not IGNORED.match(word[1]):
            current[word[1]] += 1
    return result


def same(name, stock, ours):
    """Stock moves some groups by vmv.v.v; we, by whole registers, which are ignored.
    The complement of a comparison may be taken of masked-off bits too, which are anything."""
    if name.startswith("vmsge") and ours and "vmnot.m" in ours:
        ours, stock = (collections.Counter("vmxor.mm" if i == "vmnot.m" else i for i in c.elements())
                       for c in (ours, stock))
    return stock is not None and ours is not None and (
        stock == ours or stock - collections.Counter({"vmv.v.v": 9}) == ours)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--mtia-clang", required=True)
    parser.add_argument("--mtia-run")
    parser.add_argument("--llvm-bin", default="/usr/lib/llvm-22/bin")
    parser.add_argument("--share", default="1")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--level", default="O1")
    parser.add_argument("--match", default="")
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--fuzz", action="store_true")
    args = parser.parse_args()
    for name in ("mtia_clang", "mtia_run"):
        if getattr(args, name):
            setattr(args, name, os.path.abspath(getattr(args, name)))
    os.makedirs(args.folder, exist_ok=True)
    os.chdir(args.folder)
    run([f"{args.llvm_bin}/clang++", "-std=c++17", "-fno-rtti", f"-I{args.llvm_bin}/../include",
         f"{HERE}/list-intrinsics.cpp", f"-L{args.llvm_bin}/../lib", "-lclang-cpp", "-lLLVM-22",
         f"-Wl,-rpath,{args.llvm_bin}/../lib", "-o", "list"])
    with open("list.txt", "w") as f:
        f.write(run(["./list"]))
    deadline = time.time() + float(os.environ.get("FUZZ_SECONDS", 60))
    while True:
        seed = args.seed if args.seed is not None else random.randrange(1 << 32)
        level = random.Random(seed).choice(["O0", "O1", "O2", "O3"]) if args.fuzz else args.level
        if compare(args, seed, level):
            sys.exit(1)
        if not args.fuzz or time.time() > deadline:
            return


def compare(args, seed, level):
    """Takes a share of the functions; whether anything differs."""
    rng = random.Random(seed)
    print(f"seed {seed}, -{level}", flush=True)
    numerator, _, denominator = args.share.partition("/")
    share = int(numerator) / int(denominator or 1)
    with open("list.txt") as f:
        lines = [l for l in f if re.search(args.match, l.split("\t")[0]) and rng.random() < share]
    functions = [Function(i, line) for i, line in enumerate(lines)]

    with open("functions.c", "w") as f:
        f.write("#include <riscv_vector.h>\n")
        f.writelines(fn.definition() + "\n" for fn in functions)
    stock = [f"{args.llvm_bin}/clang", f"--target={TRIPLE}"]
    common = [f"-march={MARCH}", "-mabi=lp64d", "-mcmodel=medany", "-mrvv-vector-bits=zvl", f"-{level}", "-w"]
    run(stock + common + ["-S", "functions.c", "-o", "stock.s"])
    run([args.mtia_clang] + common + ["-S", "functions.c", "-o", "ours.s"])
    theirs, ours = instructions(open("stock.s").read()), instructions(open("ours.s").read())
    # Without optimisation, the parameters' loads and stores are among them.
    bad = [fn for fn in functions
           if level != "O0" and not same(fn.name, theirs.get(fn.symbol), ours.get(fn.symbol))]
    for fn in bad[:40]:
        show = lambda c: " ".join(sorted((c or {}).elements())) if c else "nothing"
        print(f"{fn.definition()}\n  stock: {show(theirs.get(fn.symbol))}\n  ours:  {show(ours.get(fn.symbol))}")
    print(f"{len(functions)} functions, {len(bad)} with other instructions")

    differing = []
    if args.run:
        runnable = [fn for fn in functions if not NO_RUN.match(fn.name) and
                    (args.mtia_run or not NOT_IN_QEMU.match(fn.name))]
        with open("caller.c", "w") as f:
            f.write(CALLER)
            for fn in runnable:
                f.write(fn.declaration() + ";\n" + fn.caller(rng))
            f.write(MAIN.replace("@CALLS@", "".join(f"  t{fn.number}();\n" for fn in runnable)))
        run(stock + common + ["-O1", f"-I{BARE}", "-c", "caller.c", "-o", "caller.o"])
        run(stock + ["-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-O1", f"-I{BARE}", "-c", f"{BARE}/bare.c", "-o", "bare.o"])
        run(stock + common + ["-c", "stock.s", "-o", "stock.o"])
        run([args.mtia_clang] + common + ["-c", "functions.c", "-o", "ours.o"])
        outputs = []
        for name in ("stock", "ours"):
            run([f"{args.llvm_bin}/ld.lld", "-T", f"{BARE}/bare.ld", "bare.o", "caller.o", f"{name}.o", "-o", f"{name}.elf"])
            command = [args.mtia_run] if args.mtia_run else QEMU
            with open(f"{name}.out", "w") as out:
                status = subprocess.run(command + [f"{name}.elf"], stdout=out, stderr=subprocess.STDOUT, timeout=600).returncode
            with open(f"{name}.out") as out:
                outputs.append(out.read().splitlines())
            if status or len(outputs[-1]) != len(runnable):
                sys.exit(f"{name}.elf: status {status} after {len(outputs[-1])} of {len(runnable)} functions: "
                         f"{runnable[min(len(outputs[-1]), len(runnable) - 1)].name}")
        differing = [fn.name for fn, a, b in zip(runnable, *outputs) if a != b]
        for name in differing[:40]:
            print(f"{name}: another result than stock clang's")
        print(f"{len(runnable)} functions run, {len(differing)} with other results")
    return bool(bad or differing)


if __name__ == "__main__":
    main()
