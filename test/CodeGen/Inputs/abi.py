#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random C functions: our callers with stock clang's callees, and the other way round.

    abi.py FOLDER --plugin libLLVMMTIA.so [--abi lp64d] [--level O2] [--seed N] [--count M]
    abi.py FOLDER --plugin libLLVMMTIA.so --fuzz        for $FUZZ_SECONDS, every ABI and level

FOLDER gets caller.c, callee.c and common.h, the objects and the programs. Every member of every
argument and result is checked: the callee against what the caller passes, the caller
against what the callee returns. Values live across each call are checked too, and callees write
registers that they must save. The program runs on QEMU, and on mtia-run with --mtia-run.
"""
import argparse
import os
import random
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# By ABI: the extensions to compile for. The second lp64 has arguments in integer registers
# and arithmetic in floating-point registers.
TARGETS = {
    "lp64d": ("rv64gc_zba_zbb_zbs_zfh", "lp64d"),
    "lp64d-nohalf": ("rv64gc", "lp64d"),
    "lp64f": ("rv64imafc_zfh", "lp64f"),
    "lp64f-nohalf": ("rv64imaf", "lp64f"),
    "lp64": ("rv64imac", "lp64"),
    "lp64-im": ("rv64im", "lp64"),
    "lp64-hard": ("rv64gc_zfh", "lp64"),
}
QEMU = ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64,Zfh=true", "-bios", "none", "-nographic",
        "-semihosting-config", "enable=on,target=native", "-kernel"]

INTEGERS = ["char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned",
            "long", "unsigned long", "_Bool", "enum small", "enum big"]
WIDE = ["__int128", "unsigned __int128"]
FLOATS = ["_Float16", "float", "double", "float", "double"]
COMPLEX = ["_Complex float", "_Complex double", "_Complex long double", "_Complex _Float16"]
POINTERS = ["void *", "function *"]
VECTORS = ["v2f", "v4i", "v8h", "v2d", "v4d", "v1l"]
# What -fno-builtin C functions take as variable arguments: types that are not promoted.
PROMOTED = ["int", "unsigned", "long", "unsigned long", *WIDE, "double", "double", "long double",
            "void *", "_Float16", "_Complex float", "_Complex double", "v2f", "v2d"]
BITFIELD = {"char": 8, "short": 16, "int": 32, "unsigned": 32, "long": 64, "_Bool": 1}


def scalar(rng):
    pool = rng.choices([INTEGERS, WIDE, FLOATS, ["long double"], COMPLEX, POINTERS, VECTORS],
                       [30, 5, 45, 4, 6, 4, 3])[0]
    return rng.choice(pool)


class Record:
    """A structure or union: its text, and the members that hold a value."""

    def __init__(self, rng, name, records, depth=0):
        self.name = name
        union = rng.random() < 0.12
        self.text, self.leaves = [], []
        after = rng.choices(["", " __attribute__((packed))", " __attribute__((aligned(16)))",
                             " __attribute__((aligned(32)))"], [88, 5, 5, 2])[0]
        # Clang 22 reads a bit-field that is passed in a register of its own, behind a float's, with
        # the width of its declared type: beyond the structure's end, if that is wider than the float.
        self.fields = 0 if "packed" in after else 64
        count = rng.choice([0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 9])
        valued = rng.randrange(count) if union and count else None
        for i in range(count):
            self.member(rng, i, records, depth, valued is None or valued == i)
        if count and rng.random() < 0.05:
            self.text.append(rng.choice(["int : 0;", "long : 7;"] * (self.fields == 64) + ["struct {} none;"]))
        body = " ".join(self.text)
        records.append(f"{'union' if union else 'struct'}{after} {name} {{ {body} }};")
        self.type = f"{'union' if union else 'struct'} {name}"

    def member(self, rng, i, records, depth, valued):
        form = rng.random()
        array = rng.choices([[], [1], [2], [3], [0], [2, 2]], [74, 9, 9, 4, 2, 2])[0]
        dimensions = "".join(f"[{n}]" for n in array)
        elements = [""]
        for n in array:
            elements = [e + f"[{k}]" for e in elements for k in range(n)]
        if form < 0.08 and self.fields:
            kind = rng.choice([k for k in sorted(BITFIELD) if BITFIELD[k] <= self.fields])
            width = rng.randint(1, BITFIELD[kind])
            self.text.append(f"{kind} m{i} : {width};")
            leaves = [(f".m{i}", kind, width)]
        elif form < 0.28 and depth < 3:
            inner = Record(rng, f"{self.name}_{i}", records, depth + 1)
            self.text.append(f"{inner.type} m{i}{dimensions};")
            leaves = [(f".m{i}{e}{path}", kind, width) for e in elements
                      for path, kind, width in inner.leaves]
        else:
            kind = scalar(rng)
            self.text.append(f"{ctype(kind)} m{i}{dimensions};")
            leaves = [(f".m{i}{e}", kind, None) for e in elements]
        for _, kind, _ in leaves:
            self.fields = min(self.fields, {"_Float16": 16, "float": 32}.get(kind, 64))
        if valued:
            self.leaves += leaves


def ctype(kind):
    return kind[:-2] + "_pointer" if kind == "function *" else kind


class Value:
    """A type, and what a value of it is made of."""

    def __init__(self, rng, name, records, pool=None):
        self.scalar = None
        if rng.random() < 0.55:
            self.scalar = rng.choice(pool) if pool else scalar(rng)
            self.type, self.leaves = ctype(self.scalar), [("", self.scalar, None)]
        else:
            record = Record(rng, name, records)
            self.type, self.leaves = record.type, record.leaves

    def make(self, seed):
        return " ".join(assignment(f"v{path}", kind, seed, salt)
                        for salt, (path, kind, _) in enumerate(self.leaves))

    def same(self):
        return " && ".join(comparison(f"(*a){path}", f"(*b){path}", kind, width)
                           for path, kind, width in self.leaves) or "1"


def assignment(place, kind, seed, salt):
    bits = (seed * 1000003 + salt * 7919 + 12345) * 0x9e3779b97f4a7c15
    low = (bits ^ bits >> 29) % 2**64
    real = f"{low % 4001 - 2000}.375"
    if kind.startswith("_Complex"):
        return f"__real__ {place} = {real}; __imag__ {place} = {(low >> 12) % 999}.5;"
    if kind.startswith("v"):
        if kind != "void *":
            lanes = ", ".join(str((low >> 3 * k) % 1999 - 999) for k in range(int(kind[1])))
            return f"{place} = ({kind}){{{lanes}}};"
    if kind in FLOATS or kind == "long double":
        return f"{place} = ({kind}){real};"
    if kind in POINTERS:
        return f"{place} = ({ctype(kind)}){low | 1}ul;"
    if kind in WIDE:
        return f"{place} = (unsigned __int128){low}ul << 64 | {low * 0xd1342543de82ef95 % 2**64}ul;"
    if kind == "enum small":
        return f"{place} = {low % 2**32 - 2**31};"
    return f"{place} = ({kind}){low}ul;"


def comparison(a, b, kind, width):
    if width is not None:
        return f"{a} == {b}"
    if kind in ("float", "double", "_Float16"):
        return f"SAME_{kind}({a}, {b})"
    return f"SAME_BITS({a}, {b})"


class Function:
    def __init__(self, rng, number):
        self.number = number
        self.records = []
        self.rng = rng
        n = f"s{number}"
        self.result = Value(rng, n + "r", self.records) if rng.random() < 0.9 else None
        count = rng.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 11, 14, 18, 24])
        self.fixed = [Value(rng, f"{n}a{i}", self.records) for i in range(count)]
        self.variable = []
        if count and rng.random() < 0.3:
            self.variable = [Value(rng, f"{n}v{i}", self.records, PROMOTED)
                             for i in range(rng.randrange(1, 10))]
        # The last fixed parameter must have a type that promotion leaves alone.
        if self.variable:
            self.fixed[-1] = Value(rng, f"{n}a{count}", self.records, ["int", "double", "long"])
        self.pointer = rng.random() < 0.4  # called through a pointer
        self.clobber = rng.random() < 0.3  # writes registers that it must save
        self.listing = rng.randrange(3)    # who reads the variable arguments: itself, another, both

    def parameters(self):
        fixed = ", ".join(f"{v.type} a{i}" for i, v in enumerate(self.fixed)) or "void"
        return fixed + (", ..." if self.variable else "")

    def declaration(self):
        return f"{self.result.type if self.result else 'void'} f{self.number}({self.parameters()})"

    def helpers(self):
        out = list(self.records)
        values = [*enumerate(self.fixed + self.variable)]
        if self.result:
            values.append((99, self.result))
        for i, v in values:
            tag = f"{self.number}_{i}"
            out.append(f"static inline {v.type} make_{tag}(void) {{ {v.type} v; "
                       f"__builtin_memset(&v, 0, sizeof v); {v.make(self.number * 131 + i * 17)} "
                       f"return v; }}")
            out.append(f"static inline int same_{tag}({v.type} *a, {v.type} *b) "
                       f"{{ return {v.same()}; }}")
        out.append(self.declaration() + ";")
        if self.variable:
            out.append(f"void list{self.number}(va_list ap, va_list *more);")
        return "\n".join(out)

    def read(self, values, ap, first):
        return "\n".join(
            f"  {{ {v.type} v = va_arg({ap}, {v.type}); {v.type} e = make_{self.number}_{first + k}(); "
            f"check(same_{self.number}_{first + k}(&e, &v), {self.number}, {first + k}); }}"
            for k, v in enumerate(values))

    def callee(self):
        out = [self.declaration() + " {"]
        if self.clobber:
            out.append("  WRITE_SAVED;")
        for i, v in enumerate(self.fixed):
            out.append(f"  {{ {v.type} e = make_{self.number}_{i}(); "
                       f"check(same_{self.number}_{i}(&e, &a{i}), {self.number}, {i}); }}")
        if self.variable:
            half, first = len(self.variable) // 2, len(self.fixed)
            out.append(f"  va_list ap, copy; va_start(ap, a{first - 1}); va_copy(copy, ap);")
            if self.listing != 1:
                out.append(self.read(self.variable, "ap", first))
            if self.listing != 0:
                out.append(f"  {{ va_list rest; va_copy(rest, copy); list{self.number}(copy, &rest);")
                out.append(self.read(self.variable[half:], "rest", first + half))
                out.append("  va_end(rest); }")
            out.append("  va_end(copy); va_end(ap);")
        if self.result:
            out.append(f"  return make_{self.number}_99();")
        return "\n".join(out + ["}"])

    # Reads all that follows in ap, and the first half in *more.
    def lister(self):
        if not self.variable:
            return ""
        half, first = len(self.variable) // 2, len(self.fixed)
        return (f"void list{self.number}(va_list ap, va_list *more) {{\n"
                + self.read(self.variable, "ap", first) + "\n"
                + self.read(self.variable[:half], "(*more)", first) + "\n}\n")

    def caller(self):
        arguments = ", ".join(f"make_{self.number}_{i}()"
                              for i in range(len(self.fixed) + len(self.variable)))
        name, out = f"f{self.number}", ""
        if self.pointer:
            kind = self.result.type if self.result else "void"
            out = f"  {kind} (*volatile p{self.number})({self.parameters()}) = {name};\n"
            name = f"p{self.number}"
        call = f"{name}({arguments})"
        if not self.result:
            out += f"  {call};"
        else:
            out += (f"  {{ {self.result.type} r = {call}; {self.result.type} e = "
                    f"make_{self.number}_99(); "
                    f"check(same_{self.number}_99(&e, &r), {self.number}, 99); }}")
        return f"static void call{self.number}(void) {{\n  LIVE;\n{out}\n  LIVED({self.number});\n}}"


COMMON = r"""// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <stdarg.h>
#include "bare.h"
void check(int ok, int function, int argument);
enum small { small_low = -2147483647 - 1, small_high = 2147483647 };
enum big { big_low = 0, big_high = 0xffffffffffffffff };
typedef void (*function_pointer)(void);
typedef float v2f __attribute__((vector_size(8)));
typedef int v4i __attribute__((vector_size(16)));
typedef _Float16 v8h __attribute__((vector_size(16)));
typedef double v2d __attribute__((vector_size(16)));
typedef double v4d __attribute__((vector_size(32)));
typedef long v1l __attribute__((vector_size(8)));
#define SAME_BITS(a, b) (!__builtin_memcmp(&(a), &(b), sizeof(a)))
// With registers, the value must be boxed as its width wants: compare there, too.
#if defined(__riscv_flen)
#define SAME_float(a, b) ((a) == (b) && SAME_BITS(a, b))
#else
#define SAME_float(a, b) SAME_BITS(a, b)
#endif
#if __riscv_flen == 64
#define SAME_double(a, b) ((a) == (b) && SAME_BITS(a, b))
#else
#define SAME_double(a, b) SAME_BITS(a, b)
#endif
#if defined(__riscv_zfh)
#define SAME__Float16(a, b) ((a) == (b) && SAME_BITS(a, b))
#else
#define SAME__Float16(a, b) SAME_BITS(a, b)
#endif
#if defined(__riscv_flen)
typedef float live_t;
#define WRITE_FS "fmv.w.x fs0, zero; fmv.w.x fs1, zero; fmv.w.x fs5, zero; fmv.w.x fs11, zero"
#define FS , "fs0", "fs1", "fs5", "fs11"
#if __riscv_flen == 64
#undef live_t
#define live_t double
#endif
#else
typedef int live_t;
#define WRITE_FS ""
#define FS
#endif
#define WRITE_SAVED                                                                                \
  __asm__ volatile("li s2, 0; li s3, 0; li s7, 0; li s11, 0;" WRITE_FS ::                          \
                     : "s2", "s3", "s7", "s11" FS)
extern volatile live_t live[8];
extern volatile long live_words[4];
#define LIVE                                                                                       \
  live_t l0 = live[0], l1 = live[1], l2 = live[2], l3 = live[3], l4 = live[4], l5 = live[5],       \
         l6 = live[6], l7 = live[7];                                                               \
  long w0 = live_words[0], w1 = live_words[1], w2 = live_words[2], w3 = live_words[3]
#define LIVED(n)                                                                                   \
  check(SAME_LIVE(l0, 1) & SAME_LIVE(l1, 2) & SAME_LIVE(l2, 3) & SAME_LIVE(l3, 4) &                \
            SAME_LIVE(l4, 5) & SAME_LIVE(l5, 6) & SAME_LIVE(l6, 7) & SAME_LIVE(l7, 8),             \
        n, 97);                                                                                    \
  check(w0 == 5 && w1 == 6 && w2 == 7 && w3 == 8, n, 98)
#define SAME_LIVE(a, b) same_live(a, b)
static inline int same_live(live_t a, live_t b) { return SAME_BITS(a, b); }
"""

MAIN = r"""
volatile live_t live[8] = {1, 2, 3, 4, 5, 6, 7, 8};
volatile long live_words[4] = {5, 6, 7, 8};
static int bad, good;
void check(int ok, int function, int argument) {
  if (ok) {
    good++;
  } else if (bad++ < 20) {
    print("f"); print_number(function); print(": "); print_number(argument);
    print(" is wrong (argument; 99: result; 97, 98: a value that lives across the call)\n");
  }
}
int bare_main(void) {
"""


def generate(folder, seed, count):
    rng = random.Random(seed)
    functions = [Function(rng, n) for n in range(count)]
    common = COMMON + "\n".join(f.helpers() for f in functions) + "\n"
    callee = '#include "common.h"\n' + "\n".join(f.callee() for f in functions) + "\n"
    caller = ('#include "common.h"\n' + "".join(f.lister() for f in functions)
              + "\n".join(f.caller() for f in functions) + MAIN
              + "\n".join(f"  call{f.number}();" for f in functions)
              + '\n  print_number(good); print(" right, "); print_number(bad); print(" wrong\\n");\n'
              + "  return bad != 0;\n}\n")
    os.makedirs(folder, exist_ok=True)
    for name, text in (("common.h", common), ("callee.c", callee), ("caller.c", caller)):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, check=False,
                          **{"timeout": 300, **more})
    return done.returncode, done.stdout.decode(errors="replace")


def must(command, cwd):
    status, output = run(command, cwd=cwd)
    if status:
        sys.exit(f"abi.py: exit status {status}: {' '.join(command)} (in {cwd})\n{output[-4000:]}")


def check(options, abi, level, seed):
    folder = os.path.abspath(options.folder)
    generate(folder, seed, options.count)
    march, mabi = TARGETS[abi]
    clang = [os.path.join(options.llvm, "clang"), "--target=riscv64-unknown-elf", f"-march={march}",
             f"-mabi={mabi}", "-w", "-mcmodel=medany", "-ffreestanding", "-ffp-contract=off", "-I", HERE]
    ours = [*clang, f"-{level}", f"-fpass-plugin={options.plugin}", "-mllvm", "-verify-machineinstrs"]
    stock = [*clang, "-O1"]
    if options.stock_only:
        ours = [*clang, f"-{level}"]
    must([*clang, "-O1", "-fno-builtin", "-c", os.path.join(HERE, "bare.c"), "-o", "bare.o"], folder)
    for who, compiler in (("ours", ours), ("stock", stock)):
        for what in ("caller", "callee"):
            must([*compiler, "-c", f"{what}.c", "-o", f"{who}-{what}.o"], folder)
    # Last, stock's own: what fails there too is a question to clang's front end.
    wrong = ""
    for pair in (("ours-caller.o", "stock-callee.o"), ("stock-caller.o", "ours-callee.o"),
                 ("ours-caller.o", "ours-callee.o"), ("stock-caller.o", "stock-callee.o")):
        elf = pair[0].replace("caller.o", "") + pair[1].replace("callee.o", "program")
        must([os.path.join(options.llvm, "ld.lld"), "-T", os.path.join(HERE, "bare.ld"), "bare.o",
              *pair, "-o", elf], folder)
        machines = [QEMU]
        if options.mtia_run:
            machines.append([options.mtia_run, "--functional"])
        for machine in machines:
            status, output = run([*machine, elf], cwd=folder, timeout=120)
            if status or not output.rstrip().endswith(" right, 0 wrong"):
                wrong += (f"abi.py: --seed {seed} --abi {abi} --level {level} --count {options.count}: "
                          f"{' with '.join(pair)}, {machine[0]}, exit status {status}\n"
                          f"{output[-3000:]}\n")
    if wrong:
        sys.exit(wrong)
    return f"seed {seed}, {abi}, {level}: {output.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--plugin", default="")
    parser.add_argument("--llvm", default="/usr/lib/llvm-22/bin")
    parser.add_argument("--mtia-run", default="")
    parser.add_argument("--abi", choices=sorted(TARGETS), default="lp64d")
    parser.add_argument("--level", default="O2")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--fuzz", action="store_true")
    parser.add_argument("--stock-only", action="store_true", help="stock clang on both sides")
    options = parser.parse_args()
    for name in ("plugin", "mtia_run"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    if not options.fuzz:
        print(check(options, options.abi, options.level, options.seed))
        return
    rng = random.Random()
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    functions = 0
    while time.time() < end:
        seed = rng.randrange(1 << 32)
        abi, level = rng.choice(sorted(TARGETS)), rng.choice(["O0", "O1", "O2", "O3", "Os", "Oz"])
        check(options, abi, level, seed)
        functions += options.count
        print(f"abi: --seed {seed} --abi {abi} --level {level}: {functions} functions agree", flush=True)


if __name__ == "__main__":
    main()
