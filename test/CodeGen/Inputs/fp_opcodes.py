#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every floating-point operation of LLVM IR: our code's results against stock llc -O0's.

    fp_opcodes.py FOLDER --plugin libLLVMMTIA.so --group arith [--isa zfh] [--level O2]
    fp_opcodes.py FOLDER --plugin libLLVMMTIA.so --fuzz     for $FUZZ_SECONDS, every group, ISA and level
    fp_opcodes.py list      the groups

Each function loads its operands, does one operation and stores the result. It is in the
program twice, compiled by us and by stock llc; a stock C program calls both with
special and random operands, and compares bits (a NaN is as good as another where an
operation makes one). In the group `strict` it does so in each rounding mode, and compares
the exception flags. The program runs on QEMU, and on mtia-run with --mtia-run.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import time
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
TRIPLE = "riscv64-unknown-elf"
# Features of llc, the ABI, and the library's -march with it.
ISAS = {
    "zfh": ("+m,+a,+f,+d,+c,+zfh,+zba,+zbb,+zbs", "lp64d", "rv64imafdc"),
    "zfhmin": ("+m,+a,+f,+d,+zfhmin", "lp64d", "rv64imafdc"),
    "zfbfmin": ("+m,+a,+f,+d,+c,+zfh,+zfbfmin", "lp64d", "rv64imafdc"),
    "fd": ("+m,+a,+f,+d,+c", "lp64d", "rv64imafdc"),
    "f": ("+m,+a,+f", "lp64f", "rv64imafc"),
    "soft": ("+m,+a,+c", "lp64", "rv64imac"),
    "soft-abi": ("+m,+a,+f,+d,+zfh", "lp64", "rv64imac"),
}
# QEMU 7.2 and GCC 12 have no Zfbfmin: linked by our driver, run on mtia-run only; stock's half
# does without.
ONLY_OURS = "zfbfmin"
QEMU = ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64,Zfh=true", "-bios", "none", "-nographic",
        "-semihosting-config", "enable=on,target=native", "-kernel"]

# Letter of a type in main.c, width, digits of the significand.
FORMATS = {"half": ("h", 16, 11), "bfloat": ("b", 16, 8), "float": ("s", 32, 24),
           "double": ("d", 64, 53), "fp128": ("q", 128, 113)}
SUFFIX = {"half": "f16", "bfloat": "bf16", "float": "f32", "double": "f64", "fp128": "f128"}
REAL = ["half", "float", "double"]
ALL = ["half", "bfloat", "float", "double", "fp128"]
INTEGERS = {"i1": "1", "i8": "c", "i16": "w", "i32": "i", "i64": "l", "i128": "x", "i7": "7",
            "i33": "3"}
PREDICATES = ["oeq", "ogt", "oge", "olt", "ole", "one", "ord", "ueq", "ugt", "uge", "ult", "ule",
              "une", "uno", "true", "false"]


def vector(t):
    """(lanes, type of one) of a vector, or None."""
    found = re.fullmatch(r"<(\d+) x (\w+)>", t)
    return found and (int(found.group(1)), found.group(2))


def letter(t):
    """Vectors of floats have the capital letter, those of integers are compared as a whole."""
    if vector(t):
        lane = vector(t)[1]
        return FORMATS[lane][0].upper() if lane in FORMATS else "x"
    return FORMATS[t][0] if t in FORMATS else INTEGERS[t]


def encode(t, value):
    """The bits of a Fraction, or None where the format has no such value."""
    _, width, digits = FORMATS[t]
    bias = (1 << (width - digits - 1)) - 1
    sign = value < 0
    value = abs(value)
    if value == 0:
        return 0
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    exponent += (Fraction(2) ** exponent <= value) - 1
    exponent += Fraction(2) ** (exponent + 1) <= value
    if not -bias < exponent <= bias:
        return None
    significand = round(value / Fraction(2) ** (exponent - digits + 1))
    bits = ((exponent + bias) << (digits - 1)) + (significand - (1 << (digits - 1)))
    return bits | sign << (width - 1)


def specials(t):
    _, width, digits = FORMATS[t]
    p = digits - 1
    infinity = ((1 << (width - digits)) - 1) << p
    one = encode(t, Fraction(1))
    bits = [0, 1, 2, (1 << p) - 1, 1 << p, (1 << p) + 1, one - 1, one, one + 1, infinity - 1, infinity,
            infinity + (1 << (p - 1)), infinity + 1, infinity + (3 << (p - 2))]
    values = [Fraction(1, 2), Fraction(3, 2), 2, Fraction(5, 2), Fraction(7, 2), Fraction(1, 3), 3, 10,
              Fraction(255, 2), 128, Fraction(511, 2), 32767, 65504, 2**31 - 1, 2**31, 2**32 - 1, 2**32,
              2**63 - 1, 2**63, 2**64, 2**100, 2**127, 2**p, 2**p + 1, 2**(p - 1) + Fraction(1, 2),
              2**(p + 1) - 1, Fraction(1, 2**10), Fraction(355, 113)]
    bits += [b for b in (encode(t, Fraction(v)) for v in values) if b is not None]
    bits = sorted(set(bits))
    return bits + [b | 1 << (width - 1) for b in bits]


def integers():
    values = []
    for shift in (0, 1, 3, 7, 8, 10, 11, 12, 15, 16, 23, 24, 25, 31, 32, 33, 52, 53, 54, 63, 64, 65,
                  100, 113, 126, 127):
        values += [1 << shift, (1 << shift) - 1, (1 << shift) + 1, -(1 << shift), -(1 << shift) - 1]
    values += [0x123456789abcdef0fedcba9876543210, 0x7ffffffffffffbff, 0x7ffffffffffffc00,
               0xfffffffffffff400, 0xfffffffffffffc01, 65504, 65519, 65520, 65535]
    return sorted({v & (1 << 128) - 1 for v in values})


# As constants in IR: cheap by integer moves or not, the zeros, what is folded.
def constants(t):
    width, digits = FORMATS[t][1:]
    infinity = ((1 << (width - digits)) - 1) << (digits - 1)
    values = [0, 1, 2, Fraction(1, 2), -1, Fraction(355, 113), Fraction(1, 3), -4, 100]
    bits = [encode(t, Fraction(v)) for v in values]
    return bits + [1 << (width - 1), infinity, infinity - 1, 1, infinity + (1 << (digits - 2))]


def literal(t, bits):
    """A constant of IR with these bits."""
    if t == "half":
        return f"0xH{bits:04X}"
    if t == "bfloat":
        return f"0xR{bits:04X}"
    if t == "fp128":
        return f"0xL{bits & (1 << 64) - 1:016X}{bits >> 64:016X}"
    return f"bitcast (i{FORMATS[t][1]} {bits} to {t})"


class Case:
    """body defines %r from %a, %b, %c. nan: any NaN will do; domain: (signed, width) of the integer
    that %a must fit; strict: the exception flags and the rounding modes count; quiet: not for
    signalling NaNs and two zeros, of which IR leaves the result of minnum and maxnum open."""

    def __init__(self, types, result, body, nan=True, domain=None, strict=False, quiet=False,
                 declares=()):
        self.types, self.result, self.body = types, result, body
        self.nan, self.domain, self.strict, self.quiet = nan, domain, strict, quiet
        self.declares = set(declares)
        # What is called is declared.
        for line in body:
            found = re.search(r"call (?:fast )?(\{.*?\}|<.*?>|\S+) (@[\w.]+)\((.*)\)", line)
            if found:
                kinds = []
                for argument in re.sub(r"bitcast \((.*?)\)", "x", found.group(3)).split(","):
                    kinds += re.findall(r"^\s*(<.*?>|\S+)", argument)
                immediate = ("i1 immarg", "i32 immarg")
                if "is.fpclass" in line:
                    kinds[-1] = immediate[1]
                self.declares.add(f"declare {found.group(1)} {found.group(2)}({', '.join(kinds)})")

    def compiles(self, features):
        """Whether stock LLVM compiles it, and the library has what it calls."""
        for line in self.body:
            if re.search("@llvm.[sg]et.(round|fp)|@llvm.reset", line) and "+f" not in features:
                return False
            if "f16" in line and ("+zfh" not in features and "lround.i32" in line or
                                  "constrained" in line and not {"+zfh", "+zfhmin"} & {*features}):
                return False
            for kind, feature in (("b?f16", "+f"), ("f32", "+f"), ("f64", "+d")):
                if feature not in features and re.search(rf"@llvm.*\.f?(min|max)imum(num)?.(v\d+)?{kind}", line):
                    return False
        return True

    def emit(self, name):
        lines = [f"define void @{name}(ptr %in, ptr %out)" + (" strictfp {" if self.strict else " {")]
        for k, t in enumerate(self.types):
            lines += [f"  %p{k} = getelementptr i8, ptr %in, i64 {16 * k}",
                      f"  %{'abc'[k]} = load {t}, ptr %p{k}, align 16"]
        for line in self.body:
            if self.strict and "call" in line:
                line += " strictfp"
            lines.append(line if line.endswith(":") else "  " + line)
        return "\n".join(lines + [f"  store {self.result} %r, ptr %out, align 16", "  ret void", "}"])


def arith():
    for t in ALL:
        for op in ("fadd", "fsub", "fmul", "fdiv", "frem"):
            if op == "frem" and t == "fp128":
                continue  # the library has no fmodl
            yield Case([t, t], t, [f"%r = {op} {t} %a, %b"])
            if t == "fp128":
                continue
            yield Case([t], t, [f"%r = {op} {t} %a, %a"])
            for c in constants(t):
                yield Case([t], t, [f"%r = {op} {t} %a, {literal(t, c)}"])
                yield Case([t], t, [f"%r = {op} {t} {literal(t, c)}, %a"])
        yield Case([t], t, [f"%r = fneg {t} %a"], nan=False)
        # In a chain: no conversion in between may lose what the type holds.
        yield Case([t, t, t], t, [f"%x = fadd {t} %a, %b", f"%y = fmul {t} %x, %c",
                                  f"%r = fsub {t} %y, %a"])


def fma():
    for t in REAL + ["bfloat"]:
        s = SUFFIX[t]
        for name in ("fma", "fmuladd"):
            # bfloat: a sum in single, rounded twice by one and once by another.
            if t in ("bfloat",) and name == "fma":
                continue
            for negated in range(16):
                body, use = [], {}
                for k, v in enumerate("abc"):
                    use[v] = f"%{v}"
                    if negated >> k & 1:
                        body.append(f"%n{v} = fneg {t} %{v}")
                        use[v] = f"%n{v}"
                out = "%q" if negated >> 3 else "%r"
                if name == "fmuladd":
                    # Apart on purpose: fusing is a choice that the two make alike, or not.
                    body += [f"%m = fmul {t} {use['a']}, {use['b']}", f"{out} = fadd {t} %m, {use['c']}"]
                else:
                    body.append(f"{out} = call {t} @llvm.{name}.{s}({t} {use['a']}, {t} {use['b']}, "
                                f"{t} {use['c']})")
                if negated >> 3:
                    body.append(f"%r = fneg {t} %q")
                yield Case([t, t, t], t, body)


def sign():
    for t in ALL:
        s = SUFFIX[t]
        yield Case([t], t, [f"%r = call {t} @llvm.fabs.{s}({t} %a)"], nan=False)
        yield Case([t], t, [f"%x = call {t} @llvm.fabs.{s}({t} %a)", f"%r = fneg {t} %x"], nan=False)
        yield Case([t, t], t, [f"%r = call {t} @llvm.copysign.{s}({t} %a, {t} %b)"], nan=False)
        yield Case([t, t], t, [f"%n = fneg {t} %b",
                               f"%r = call {t} @llvm.copysign.{s}({t} %a, {t} %n)"], nan=False)
        for c in constants(t)[:5]:
            yield Case([t], t, [f"%r = call {t} @llvm.copysign.{s}({t} {literal(t, c)}, {t} %a)"],
                       nan=False)
            yield Case([t], t, [f"%r = call {t} @llvm.copysign.{s}({t} %a, {t} {literal(t, c)})"],
                       nan=False)
        for u in ALL:
            if u != t:
                how = "fpext" if FORMATS[u][1] < FORMATS[t][1] else "fptrunc"
                if FORMATS[u][1] == FORMATS[t][1]:
                    continue
                # The sign of a NaN need not survive the conversion.
                yield Case([t, u], t, [f"%x = {how} {u} %b to {t}", f"%y = fcmp uno {u} %b, %b",
                                       f"%z = select i1 %y, {t} %a, {t} %x",
                                       f"%r = call {t} @llvm.copysign.{SUFFIX[t]}({t} %a, {t} %z)"],
                           nan=False)
        n = f"i{FORMATS[t][1]}"
        yield Case([t], n, [f"%r = bitcast {t} %a to {n}"])
        yield Case([n], t, [f"%r = bitcast {n} %a to {t}"], nan=False)
        yield Case([n, n], t, [f"%x = add {n} %a, %b", f"%r = bitcast {n} %x to {t}"], nan=False)
        yield Case([t], n, [f"%x = bitcast {t} %a to {n}", f"%r = lshr {n} %x, 3"])
        yield Case([t], "i64", [f"%x = bitcast {t} %a to {n}",
                                f"%r = {'trunc' if n == 'i128' else 'add' if n == 'i64' else 'sext'} "
                                + (f"{n} %x, 1" if n == "i64" else f"{n} %x to i64")])
        yield Case([t], "i1", [f"%x = bitcast {t} %a to {n}", f"%r = icmp slt {n} %x, 0"])
        yield Case([t], t, ["%r = load volatile " + t + ", ptr %p0"], nan=False)
        yield Case(["i64"], t, [f"%r = select i1 true, {t} {literal(t, constants(t)[5])}, {t} "
                                f"{literal(t, 0)}"])
        for c in specials(t):
            yield Case(["i1"], t, [f"%r = select i1 %a, {t} {literal(t, c)}, {t} {literal(t, 7)}"],
                       nan=False)


def minmax():
    for t in REAL + ["bfloat"]:
        s = SUFFIX[t]
        for op in ("minnum", "maxnum", "minimum", "maximum", "minimumnum", "maximumnum"):
            yield Case([t, t], t, [f"%r = call {t} @llvm.{op}.{s}({t} %a, {t} %b)"])
            for c in constants(t):
                yield Case([t], t, [f"%r = call {t} @llvm.{op}.{s}({t} %a, {t} {literal(t, c)})"])
        yield Case([t], t, [f"%r = call {t} @llvm.sqrt.{s}({t} %a)"])
        if t != "bfloat":
            yield Case([t], t, [f"%r = call {t} @llvm.canonicalize.{s}({t} %a)"])
        for predicate in PREDICATES[:14]:
            yield Case([t, t], t, [f"%q = fcmp {predicate} {t} %a, %b",
                                   f"%r = select i1 %q, {t} %a, {t} %b"], nan=False)


def rounding():
    for t in REAL + ["bfloat"]:
        s = SUFFIX[t]
        for op in ("floor", "ceil", "trunc", "rint", "nearbyint", "round", "roundeven"):
            yield Case([t], t, [f"%r = call {t} @llvm.{op}.{s}({t} %a)"])
            for n in ("i32", "i64"):
                for to in ("fptosi", "fptoui"):
                    yield Case([t], n, [f"%x = call {t} @llvm.{op}.{s}({t} %a)",
                                        f"%r = {to} {t} %x to {n}"],
                               domain=(to == "fptosi", int(n[1:]), True))
                    name = f"@llvm.{to}.sat.{n}.{s}"
                    yield Case([t], n, [f"%x = call {t} @llvm.{op}.{s}({t} %a)",
                                        f"%r = call {n} {name}({t} %x)"])
        if t == "bfloat":
            continue  # stock LLVM cannot
        for op in ("lrint", "llrint", "lround", "llround"):
            yield Case([t], "i64", [f"%r = call i64 @llvm.{op}.i64.{s}({t} %a)"],
                       domain=(True, 64, True))
        for op in ("lrint", "lround"):
            yield Case([t], "i32", [f"%r = call i32 @llvm.{op}.i32.{s}({t} %a)"],
                       domain=(True, 32, True))


def convert():
    for t in ALL:
        for n in INTEGERS:
            width = int(n[1:])
            if t in ("fp128", "bfloat") and n in ("i7", "i33"):
                continue
            for sign_, to, back in ((True, "fptosi", "sitofp"), (False, "fptoui", "uitofp")):
                yield Case([t], n, [f"%r = {to} {t} %a to {n}"], domain=(sign_, width, False))
                yield Case([n], t, [f"%r = {back} {n} %a to {t}"])
                if width <= 64:
                    yield Case([n, n], t, [f"%x = add {n} %a, %b", f"%r = {back} {n} %x to {t}"])
                if width < 64:
                    yield Case([t], "i64", [f"%x = {to} {t} %a to {n}", f"%r = "
                                            f"{'s' if sign_ else 'z'}ext {n} %x to i64"],
                               domain=(sign_, width, False))
                if n in ("i8", "i16", "i32"):
                    yield Case(["i64"], t, [f"%x = trunc i64 %a to {n}", f"%r = {back} {n} %x to {t}"])
        for u in ALL:
            if FORMATS[u][1] > FORMATS[t][1]:
                yield Case([t], u, [f"%r = fpext {t} %a to {u}"])
                yield Case([u], t, [f"%r = fptrunc {u} %a to {t}"])
        for n in ("i1", "i8", "i13", "i16", "i32", "i33", "i64", "i100", "i128"):
            if t == "fp128" and n not in ("i32", "i64"):
                continue
            for to in ("fptosi", "fptoui"):
                store = n if n in INTEGERS else f"i{'16' if n == 'i13' else '128'}"
                body = [f"%x = call {n} @llvm.{to}.sat.{n}.{SUFFIX[t]}({t} %a)"]
                body.append(f"%r = zext {n} %x to {store}" if store != n else
                            f"%r = or {n} %x, 0")
                yield Case([t], store, body)


def compare():
    for t in ALL:
        for predicate in PREDICATES:
            test = f"%q = fcmp {predicate} {t} %a, %b"
            yield Case([t, t], "i8", [test, "%r = zext i1 %q to i8"])
            yield Case([t, t], "i64", [test, "%r = sext i1 %q to i64"])
            yield Case([t, t], "i64", [test, "%r = select i1 %q, i64 77, i64 -9"])
            yield Case([t, t], t, [test, f"%r = select i1 %q, {t} %b, {t} {literal(t, 0)}"], nan=False)
            yield Case([t, t], t, [test, "br i1 %q, label %then, label %else", "then:",
                                   f"%s = fneg {t} %a", "br label %join", "else:", "br label %join",
                                   "join:", f"%r = phi {t} [ %s, %then ], [ %b, %else ]"],
                       nan=t == "bfloat")  # there, by way of a single
            yield Case([t, t], "i1", [test, f"%u = fcmp olt {t} %b, %a", "%r = and i1 %q, %u"])
            yield Case([t, t], "i1", [test, f"%u = fcmp ord {t} %a, %b", "%r = or i1 %q, %u"])
            yield Case([t, t], "i1", [test, "%r = xor i1 %q, true"])
            if t == "fp128":
                continue
            for c in constants(t):
                yield Case([t], "i1", [f"%r = fcmp {predicate} {t} %a, {literal(t, c)}"])
            yield Case([t], "i1", [f"%r = fcmp {predicate} {t} %a, %a"])
        for n in ("i1", "i32", "i64"):
            for predicate in ("eq", "ne", "slt", "sge", "ult", "uge", "sgt", "ule"):
                yield Case([n, n, t], t, [f"%q = icmp {predicate} {n} %a, %b",
                                          f"%r = select i1 %q, {t} %c, {t} {literal(t, 0)}"], nan=False)
        yield Case(["i1", t, t], t, [f"%r = select i1 %a, {t} %b, {t} %c"], nan=False)
        for mask in [*(1 << k for k in range(10)), 3, 1023, 0, 0x264, 0x207, 0x90, 0x60, 0x1f8, 0x198,
                     0x108, 0xf0, 0x3fc, 0x1fb, 0x261, 0x39f]:
            yield Case([t], "i1", [f"%r = call i1 @llvm.is.fpclass.{SUFFIX[t]}({t} %a, i32 {mask})"])


def library():
    for t in REAL:
        s = SUFFIX[t]
        for op in ("sin", "cos", "exp", "exp2", "log", "log2", "log10", "tan", "tanh", "atan"):
            yield Case([t], t, [f"%r = call {t} @llvm.{op}.{s}({t} %a)"])
        for op in ("pow", "atan2"):
            yield Case([t, t], t, [f"%r = call {t} @llvm.{op}.{s}({t} %a, {t} %b)"])
        yield Case([t, "i32"], t, [f"%r = call {t} @llvm.ldexp.{s}.i32({t} %a, i32 %b)"])
        yield Case([t, "i8"], t, ["%x = sext i8 %b to i32",
                                  f"%r = call {t} @llvm.ldexp.{s}.i32({t} %a, i32 %x)"])
        yield Case([t, "i7"], t, ["%x = sext i7 %b to i32",
                                  f"%r = call {t} @llvm.powi.{s}.i32({t} %a, i32 %x)"])
        pair = f"{{ {t}, {t} }}"
        call = f"%x = call {pair} @llvm.modf.{s}({t} %a)"
        for part in (0, 1):
            yield Case([t], t, [call, f"%r = extractvalue {pair} %x, {part}"])
        pair = f"{{ {t}, i32 }}"
        call = f"%x = call {pair} @llvm.frexp.{s}.i32({t} %a)"
        yield Case([t], t, [call, f"%r = extractvalue {pair} %x, 0"])
        yield Case([t], "i32", [call, f"%y = extractvalue {pair} %x, 1",
                                f"%f = call i1 @llvm.is.fpclass.{s}({t} %a, i32 519)",
                                "%r = select i1 %f, i32 0, i32 %y"])


VECTORS = ["<2 x half>", "<8 x half>", "<3 x half>", "<4 x float>", "<3 x float>", "<2 x double>",
           "<1 x double>", "<1 x half>", "<4 x bfloat>"]


def vectors():
    for v in VECTORS:
        n, t = vector(v)
        s = f"v{n}{SUFFIX[t]}"
        for op in ("fadd", "fsub", "fmul", "fdiv"):
            yield Case([v, v], v, [f"%r = {op} {v} %a, %b"])
            yield Case([v], v, [f"%r = {op} {v} %a, splat ({t} {literal(t, encode(t, Fraction(3)))})"])
        yield Case([v], v, [f"%r = fneg {v} %a"], nan=False)
        yield Case([v], v, [f"%r = call {v} @llvm.fabs.{s}({v} %a)"], nan=False)
        yield Case([v, v], v, [f"%r = call {v} @llvm.copysign.{s}({v} %a, {v} %b)"], nan=False)
        for op in ("minnum", "maxnum", "minimum", "maximum", "minimumnum", "maximumnum"):
            yield Case([v, v], v, [f"%r = call {v} @llvm.{op}.{s}({v} %a, {v} %b)"])
        for op in ("sqrt", "floor", "ceil", "trunc", "rint", "nearbyint", "round", "roundeven"):
            yield Case([v], v, [f"%r = call {v} @llvm.{op}.{s}({v} %a)"])
        if t != "bfloat":
            yield Case([v, v, v], v, [f"%r = call {v} @llvm.fma.{s}({v} %a, {v} %b, {v} %c)"])
            yield Case([v], v, [f"%r = call {v} @llvm.sin.{s}({v} %a)"])
            yield Case([v, v], v, [f"%r = call {v} @llvm.pow.{s}({v} %a, {v} %b)"])
            yield Case([v, "i7"], v, ["%x = sext i7 %b to i32",
                                      f"%r = call {v} @llvm.powi.{s}.i32({v} %a, i32 %x)"])
        for predicate in ("oeq", "olt", "one", "uge", "uno"):
            test = f"%q = fcmp {predicate} {v} %a, %b"
            yield Case([v, v], f"<{n} x i8>", [test, f"%r = sext <{n} x i1> %q to <{n} x i8>"])
            yield Case([v, v, v], v, [test, f"%r = select <{n} x i1> %q, {v} %c, {v} %b"], nan=False)
            yield Case([v, v, "i1"], v, [f"%r = select i1 %c, {v} %a, {v} %b"], nan=False)
        for w in (8, 16, 32, 64):
            if n * w > 128:
                continue
            i = f"<{n} x i{w}>"
            for to in ("fptosi", "fptoui"):
                yield Case([v], i, [f"%r = call {i} @llvm.{to}.sat.v{n}i{w}.{s}({v} %a)"])
            for back in ("sitofp", "uitofp"):
                yield Case([i], v, [f"%r = {back} {i} %a to {v}"])
        for u in REAL + ["bfloat"]:
            if FORMATS[u][1] > FORMATS[t][1] and n * FORMATS[u][1] <= 128:
                yield Case([v], f"<{n} x {u}>", [f"%r = fpext {v} %a to <{n} x {u}>"])
                yield Case([f"<{n} x {u}>"], v, [f"%r = fptrunc <{n} x {u}> %a to {v}"])
        for lane in range(n):
            yield Case([v], t, [f"%r = extractelement {v} %a, i64 {lane}"], nan=False)
        yield Case([v, t, "i8"], v, [f"%i = urem i8 %c, {n}", f"%r = insertelement {v} %a, {t} %b, i8 %i"],
                   nan=False)
        yield Case([v, "i8"], t, [f"%i = urem i8 %b, {n}", f"%r = extractelement {v} %a, i8 %i"], nan=False)
        order = ", ".join(f"i32 {(3 * k + 1) % (2 * n)}" for k in range(n))
        yield Case([v, v], v, [f"%r = shufflevector {v} %a, {v} %b, <{n} x i32> <{order}>"], nan=False)
        bits = f"i{n * FORMATS[t][1]}"
        yield Case([v], "i128", [f"%x = bitcast {v} %a to {bits}", "%r = "
                                 + ("or i128 %x, 0" if bits == "i128" else f"zext {bits} %x to i128")])
        if t != "bfloat":
            for op in ("fadd", "fmul"):
                yield Case([v, t], t, [f"%r = call {t} @llvm.vector.reduce.{op}.{s}({t} %b, {v} %a)"])
            for op in ("fmax", "fmin", "fmaximum", "fminimum"):
                yield Case([v], t, [f"%r = call {t} @llvm.vector.reduce.{op}.{s}({v} %a)"])


def strict():
    dynamic = 'metadata !"round.dynamic"'
    flags = 'metadata !"fpexcept.strict"'

    def case(types, result, op, tail, **more):
        suffix = [result] if result != "i1" else []
        if result != types[0]:
            suffix += [types[0]]
        name = f"@llvm.experimental.constrained.{op}." + ".".join(SUFFIX.get(t, t) for t in suffix)
        operands = [f"{t} %{v}" for t, v in zip(types, "abc")]
        return Case(types, result, [f"%r = call {result} {name}({', '.join(operands + tail)})"],
                    strict=True, **more)
    for t in REAL:
        for op in ("fadd", "fsub", "fmul", "fdiv"):
            yield case([t, t], t, op, [dynamic, flags])
        yield case([t], t, "sqrt", [dynamic, flags])
        yield case([t, t, t], t, "fma", [dynamic, flags])
        for op in ("rint", "nearbyint"):
            yield case([t], t, op, [dynamic, flags])
        for op in ("floor", "ceil", "trunc", "round", "roundeven"):
            yield case([t], t, op, [flags])
        if t != "half":  # stock LLVM cannot
            for op in ("minnum", "maxnum"):
                yield case([t, t], t, op, [flags], quiet=True)
        for n in ("i32", "i64"):
            if n == "i64":
                yield case([t], n, "lrint", [dynamic, flags], domain=(True, int(n[1:]), True))
                yield case([t], n, "lround", [flags], domain=(True, int(n[1:]), True))
                yield case([t], n, "llrint", [dynamic, flags], domain=(True, int(n[1:]), True))
                yield case([t], n, "llround", [flags], domain=(True, int(n[1:]), True))
        for n in ("i8", "i16", "i32", "i64"):
            for op, sign_ in (("fptosi", True), ("fptoui", False)):
                yield case([t], n, op, [flags], domain=(sign_, int(n[1:]), False))
            for op in ("sitofp", "uitofp"):
                yield case([n], t, op, [dynamic, flags])
        for u in REAL:
            if FORMATS[u][1] > FORMATS[t][1]:
                yield case([t], u, "fpext", [flags])
                yield case([u], t, "fptrunc", [dynamic, flags])
        for op in ("fcmp", "fcmps"):
            for predicate in PREDICATES[:14]:
                test = case([t, t], "i1", op, [f'metadata !"{predicate}"', flags])
                yield test
                select = Case([t, t], t, test.body + [f"%s = select i1 %r, {t} %a, {t} %b"], nan=False,
                              strict=True)
                select.body[0] = select.body[0].replace("%r", "%q")
                select.body[1] = select.body[1].replace("%s", "%x").replace("%r", "%q")
                select.body[1] = select.body[1].replace("%x", "%r")
                yield select
        # The flag of an operation whose result nobody uses; what would be folded.
        one, three = literal(t, encode(t, Fraction(1))), literal(t, encode(t, Fraction(3)))
        name = f"@llvm.experimental.constrained.fdiv.{SUFFIX[t]}"
        yield Case([t], t, [f"%x = call {t} {name}({t} {one}, {t} %a, {dynamic}, {flags})",
                            f"%r = select i1 true, {t} %a, {t} %x"], strict=True, nan=False)
        yield Case([t], t, [f"%r = call {t} {name}({t} {one}, {t} {three}, {dynamic}, {flags})"],
                   strict=True)
        # Negated operands of a fused operation.
        name = f"@llvm.experimental.constrained.fma.{SUFFIX[t]}"
        for a, c in (("%na", "%c"), ("%a", "%nc"), ("%na", "%nc")):
            yield Case([t, t, t], t, [f"%na = fneg {t} %a", f"%nc = fneg {t} %c",
                                      f"%r = call {t} {name}({t} {a}, {t} %b, {t} {c}, {dynamic}, "
                                      f"{flags})"], strict=True)


def environment():
    flags = 'metadata !"fpexcept.strict"'
    third = ("%r = call double @llvm.experimental.constrained.fdiv.f64(double %a, double %b, "
             f'metadata !"round.dynamic", {flags})')
    rounded = third.replace("%r", "%x"), 'store volatile double %x, ptr %out'
    operands = ["double", "double"]

    def case(result, *body):
        return Case(operands, result, list(body), strict=True)
    yield case("i32", "%r = call i32 @llvm.get.rounding()")
    yield case("i32", *rounded, "%r = call i32 @llvm.get.rounding()")
    for mode in range(5):
        yield case("double", f"call void @llvm.set.rounding(i32 {mode})", third)
        yield case("i32", f"call void @llvm.set.rounding(i32 {mode})", "%r = call i32 @llvm.get.rounding()")
    yield Case([*operands, "i32"], "double", ["%m = urem i32 %c, 5", "call void @llvm.set.rounding(i32 %m)",
                                              third], strict=True)
    for what in ("fpenv", "fpmode"):
        get = f"%e = call i64 @llvm.get.{what}.i64()"
        put = f"call void @llvm.set.{what}.i64(i64 %e)"
        reset = f"call void @llvm.reset.{what}()"
        if what == "fpenv":  # fcsr; of the mode, each target has an encoding of its own
            yield case("i64", get.replace("%e", "%r"))
            yield case("i64", *rounded, reset, get.replace("%e", "%r"))
        yield case("double", reset, third)
        yield case("double", get, reset, *rounded, put, third)
        yield case("double", get, *rounded, put, "%r = fneg double %a")


GROUPS = {"arith": arith, "fma": fma, "sign": sign, "minmax": minmax, "rounding": rounding,
          "convert": convert, "compare": compare, "library": library,
          "vectors": vectors, "strict": strict, "environment": environment}

MAIN = r"""
typedef struct { unsigned long lo, hi; } u128;
typedef void function(const void *, void *);
struct test {
  function *ours, *stock;
  char types[3], result;
  unsigned char nan, strict, domain, is_signed, rounded, quiet;
  const char *text;
};
static unsigned long seed = 88172645463325252ul + SEED;
static unsigned long next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  return seed ^= seed << 17;
}
struct format { int width, digits; };
static struct format format_of(char t) {
  switch (t) {
  case 'h': return (struct format){16, 11};
  case 'b': return (struct format){16, 8};
  case 's': return (struct format){32, 24};
  case 'd': return (struct format){64, 53};
  case 'q': return (struct format){128, 113};
  }
  return (struct format){0, 0};
}
static unsigned __int128 bits_of(u128 v) { return (unsigned __int128)v.hi << 64 | v.lo; }
static int is_nan(char t, u128 v) {
  struct format f = format_of(t);
  if (!f.width)
    return 0;
  unsigned __int128 infinity = (((unsigned __int128)1 << (f.width - f.digits)) - 1) << (f.digits - 1);
  unsigned __int128 mask = ((unsigned __int128)1 << (f.width - 1)) - 1;
  return (bits_of(v) & mask) > infinity;
}
// Whether the value, rounded towards zero (or to the nearest: then with room on both
// sides), is in the range of the integer.
static int in_domain(const struct test *test, u128 v) {
  struct format f = format_of(test->types[0]);
  unsigned __int128 bits = bits_of(v);
  int negative = bits >> (f.width - 1) & 1;
  int bias = (1 << (f.width - f.digits - 1)) - 1;
  int exponent = (int)(bits >> (f.digits - 1) & (2 * bias + 1)) - bias;
  if (exponent > bias)
    return 0;
  if (negative && !test->is_signed)
    return exponent < -1; // above -0.5: zero in every mode
  int limit = test->is_signed ? test->domain - 1 : test->domain;
  if (exponent >= limit) // the least integer itself
    return negative && exponent == limit && (bits & (((unsigned __int128)1 << (f.digits - 1)) - 1)) == 0;
  if (test->rounded && exponent == limit - 1)
    return 0;
  return 1;
}
static unsigned number_of(char t);
static u128 operand(char t, unsigned k) {
  if (t >= 'A' && t <= 'Z') { // lanes as far as there is room: the k-th value, and any
    int width = format_of(t + 'a' - 'A').width, lanes = 128 / width;
    unsigned __int128 bits = 0;
    for (int lane = 0; lane < lanes; lane++) {
      unsigned which = lane == (int)(k % lanes) ? k : next() % 8 ? next() % number_of(t) : 1000000;
      bits |= bits_of(operand(t + 'a' - 'A', which)) << width * lane;
    }
    return (u128){bits, bits >> 64};
  }
  struct format f = format_of(t);
  const u128 *table = integers;
  unsigned count = sizeof integers / sizeof *integers;
  switch (t) {
  case 'h': table = half; count = sizeof half / sizeof *half; break;
  case 'b': table = bfloat; count = sizeof bfloat / sizeof *bfloat; break;
  case 's': table = single; count = sizeof single / sizeof *single; break;
  case 'd': table = twice; count = sizeof twice / sizeof *twice; break;
  case 'q': table = quad; count = sizeof quad / sizeof *quad; break;
  }
  u128 v = table[k % count];
  if (k >= 1000000) {
    v = (u128){next(), next()};
    if (f.width && f.width < 64)
      v.lo &= (1ul << f.width) - 1;
    // Exponents near each other, or nothing but extremes would come out.
    if (f.width && next() % 4) {
      unsigned __int128 bias = ((unsigned __int128)1 << (f.width - f.digits - 1)) - 1;
      unsigned __int128 bits = bits_of(v), place = f.digits - 1;
      bits &= ~((2 * bias + 1) << place);
      bits |= (bias - 6 + next() % 14) << place;
      v = (u128){bits, bits >> 64};
    }
  }
  switch (t) {
  case '1': v.lo &= 1; break;
  case '7': v.lo &= 127; break;
  case '3': v.lo &= 0x1fffffffful; break;
  }
  return v;
}
static unsigned number_of(char t) {
  switch (t >= 'A' && t <= 'Z' ? t + 'a' - 'A' : t) {
  case 0: return 1;
  case 'h': return sizeof half / sizeof *half;
  case 'b': return sizeof bfloat / sizeof *bfloat;
  case 's': return sizeof single / sizeof *single;
  case 'd': return sizeof twice / sizeof *twice;
  case 'q': return sizeof quad / sizeof *quad;
  case '1': return 2;
  }
  return sizeof integers / sizeof *integers;
}
static unsigned long bad, good;
static unsigned flags;
static void call(function *f, const u128 *in, u128 *out, unsigned mode) {
#ifdef __riscv_flen
  __asm__ volatile("fscsr %0" ::"r"(mode << 5) : "memory");
#endif
  f(in, out);
#ifdef __riscv_flen
  __asm__ volatile("frcsr %0\n fscsr zero" : "=r"(flags)::"memory");
#endif
}
// Equal, but for NaNs where any will do.
static int is_same(const struct test *test, u128 a, u128 b) {
  if (a.lo == b.lo && a.hi == b.hi)
    return 1;
  if (!test->nan)
    return 0;
  char t = test->result;
  if (t < 'A' || t > 'Z')
    return is_nan(t, a) && is_nan(t, b);
  t += 'a' - 'A';
  int width = format_of(t).width;
  unsigned __int128 mask = ((unsigned __int128)1 << width) - 1, x = bits_of(a), y = bits_of(b);
  for (int at = 0; at < 128; at += width) {
    unsigned __int128 p = x >> at & mask, q = y >> at & mask;
    if (p != q && !(is_nan(t, (u128){p, p >> 64}) && is_nan(t, (u128){q, q >> 64})))
      return 0;
  }
  return 1;
}
static int is_signalling(char t, u128 v) {
  return is_nan(t, v) && !(bits_of(v) >> (format_of(t).digits - 2) & 1);
}
static void one(const struct test *test, unsigned i, unsigned j, unsigned k) {
  _Alignas(16) u128 in[3] = {operand(test->types[0], i), operand(test->types[1], j),
                             operand(test->types[2], k)};
  if (test->domain && !in_domain(test, in[0]))
    return;
  if (test->quiet && (is_signalling(test->types[0], in[0]) || is_signalling(test->types[1], in[1]) ||
                      !((bits_of(in[0]) | bits_of(in[1])) << (129 - format_of(test->types[0]).width))))
    return;
  for (unsigned mode = 0; mode < (test->strict ? 5 : 1); mode++) {
    _Alignas(16) u128 a = {0, 0}, b = {0, 0};
    call(test->stock, in, &b, mode);
    unsigned stock_flags = flags;
    call(test->ours, in, &a, mode);
    int same = is_same(test, a, b);
    if (test->strict && flags != stock_flags)
      same = 0;
    if (same) {
      good++;
      continue;
    }
    static const struct test *last;
    static unsigned repeated;
    repeated = last == test ? repeated + 1 : 0;
    last = test;
    if (bad++ < 200 && repeated < 2)
      printf("%s: mode %u a=%016lx%016lx b=%016lx%016lx c=%016lx%016lx: %016lx%016lx fcsr %02x, stock "
             "%016lx%016lx fcsr %02x\n", test->text, mode, in[0].hi, in[0].lo, in[1].hi, in[1].lo,
             in[2].hi, in[2].lo, a.hi, a.lo, flags, b.hi, b.lo, stock_flags);
  }
}
int main(void) {
  // The library for integer registers leaves the unit off.
  __asm__ volatile(".option push\n .option arch, +zicsr\n csrs mstatus, %0\n .option pop" ::"r"(0x2000));
  for (unsigned t = 0; t < sizeof tests / sizeof *tests; t++) {
    const struct test *test = &tests[t];
    unsigned n[3];
    for (int k = 0; k < 3; k++)
      n[k] = number_of(test->types[k]);
    unsigned long all = (unsigned long)n[0] * n[1] * n[2], step = 1 + all / LIMIT;
    for (unsigned long k = next() % step; k < all; k += 1 + next() % (2 * step - 1))
      one(test, k % n[0], k / n[0] % n[1], k / n[0] / n[1]);
    for (unsigned k = 0; k < LIMIT / 8; k++)
      one(test, 1000000, 1000000, 1000000);
  }
  printf("%lu of %lu right\n", good, good + bad);
  return bad != 0;
}
"""


def table(name, values):
    rows = ", ".join(f"{{0x{v & (1 << 64) - 1:x}, 0x{v >> 64:x}}}" for v in values)
    return f"static const u128 {name}[] = {{{rows}}};\n"


def generate(folder, cases, prefix_of):
    for who in ("ours", "stock"):
        declares = set().union(*(c.declares for c in cases))
        text = "\n".join(sorted(declares)) + "\n\n"
        text += "\n\n".join(c.emit(f"{prefix_of[who]}{n}") for n, c in enumerate(cases)) + "\n"
        with open(os.path.join(folder, f"{who}.ll"), "w", encoding="ascii") as file:
            file.write(text)
    rows, names = [], []
    for n, c in enumerate(cases):
        types = (c.types + ["", ""])[:3]
        letters = ", ".join(f"'{letter(t)}'" if t else "0" for t in types)
        domain = c.domain or (False, 0, False)
        text = "; ".join(c.body).replace("\\", "\\\\").replace('"', '\\"')
        names.append(f"function ours{n}, stock{n};")
        rows.append(f"{{ours{n}, stock{n}, {{{letters}}}, '{letter(c.result)}', {int(c.nan)}, "
                    f"{int(c.strict)}, {domain[1]}, {int(domain[0])}, {int(domain[2])}, {int(c.quiet)}, \"{text}\"}},")
    tables = (table("half", specials("half")) + table("bfloat", specials("bfloat"))
              + table("single", specials("float")) + table("twice", specials("double"))
              + table("quad", specials("fp128")) + table("integers", integers()))
    head, rest = MAIN.split("static unsigned long seed", 1)
    with open(os.path.join(folder, "main.c"), "w", encoding="ascii") as file:
        file.write("#include <stdio.h>\n" + head + "\n".join(names)
                   + "\nstatic const struct test tests[] = {\n" + "\n".join(rows) + "\n};\n" + tables
                   + "static unsigned long seed" + rest)


def must(command, cwd):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, check=False, cwd=cwd, timeout=300)
    if done.returncode:
        sys.exit(f"fp_opcodes.py: exit status {done.returncode}: {' '.join(command)} (in {cwd})\n"
                 + done.stdout.decode(errors="replace")[:3000])


def check(options):
    part, parts = map(int, options.part.split("/"))
    folder = os.path.abspath(options.folder)
    os.makedirs(folder, exist_ok=True)
    cases = [c for c in GROUPS[options.group]() if c.compiles(ISAS[options.isa][0].split(","))]
    cases = [c for n, c in enumerate(cases) if n % parts == part]
    generate(folder, cases, {"ours": "ours", "stock": "stock"})
    features, abi, march = ISAS[options.isa]
    llc = [os.path.join(options.llvm, "llc"), f"-mtriple={TRIPLE}", f"-mattr={features}",
           f"-target-abi={abi}", "-code-model=medium", "-filetype=obj", "-verify-machineinstrs",
           "-fp-contract=on"]
    if options.isa == ONLY_OURS and not options.mtia_run:
        sys.exit(f"fp_opcodes.py: --isa {options.isa} needs --mtia-run")
    plain = [arg.replace(f",+{ONLY_OURS}", "") for arg in llc]
    ours = [*llc, "-load", os.path.abspath(options.plugin), "-march=mtia"] if options.plugin else llc
    must([*ours, f"-{options.level}", "ours.ll", "-o", "ours.o"], folder)
    must([*plain, "-O0", "stock.ll", "-o", "stock.o"], folder)
    isa = march + ("_zfh" if "+zfh" in features.split(",") and march.endswith("fdc") else "")
    clang = [os.path.join(options.llvm, "clang"), f"--target={TRIPLE}", f"-march={isa}", f"-mabi={abi}",
             "-O1", "-w", "-mcmodel=medany", "-isystem", "/usr/lib/picolibc/riscv64-unknown-elf/include",
             f"-DLIMIT={options.limit}", f"-DSEED={options.seed}ul"]
    must([*clang, "-c", "main.c", "-o", "main.o"], folder)
    must([*clang, "-fno-builtin", "-c", os.path.join(HERE, "../../../runtime/device/src/half.c"), "-o", "support.o"], folder)
    objects = ["main.o", "ours.o", "stock.o", "support.o", "-lm", "-o", "program"]
    if options.isa == ONLY_OURS:
        driver = os.path.join(os.path.dirname(os.path.abspath(options.mtia_run)), "mtia-clang")
        must([driver, f"-march={isa}", f"-mabi={abi}", *objects], folder)
    else:
        must(["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", f"-march={march}", f"-mabi={abi}",
              "-mcmodel=medany", "--crt0=hosted", "--oslib=semihost",
              "-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=32M",
              "-Wl,--defsym=__ram=0x84000000,--defsym=__ram_size=32M", *objects], folder)
    machines = ([QEMU] if options.isa != ONLY_OURS else []) + ([[os.path.abspath(options.mtia_run), "--functional"]] if options.mtia_run else [])
    for machine in machines:
        with open(os.path.join(folder, "output"), "w+b") as output:
            done = subprocess.run([*machine, "program"], stdout=output, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, check=False, cwd=folder, timeout=120)
            output.seek(0)
            text = output.read().decode(errors="replace")
        if done.returncode or not re.search(r"^(\d+) of \1 right$", text, re.M):
            sys.exit(f"fp_opcodes.py: --group {options.group} --isa {options.isa} --level "
                     f"{options.level} --part {options.part} --seed {options.seed}: {machine[0]}, exit status "
                     f"{done.returncode}\n{text}")
    return f"{len(cases)} operations: {text.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--plugin", default="")
    parser.add_argument("--llvm", default="/usr/lib/llvm-22/bin")
    parser.add_argument("--mtia-run", default="")
    parser.add_argument("--group", choices=sorted(GROUPS))
    parser.add_argument("--isa", choices=sorted(ISAS), default="zfh")
    parser.add_argument("--level", default="O2")
    parser.add_argument("--part", default="0/1", help="K/N: every Nth case, from K")
    parser.add_argument("--limit", type=int, default=800, help="operands of one case, about")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fuzz", action="store_true")
    options = parser.parse_args()
    if options.folder == "list":
        for name in GROUPS:
            print(name, len(list(GROUPS[name]())))
        return
    if not options.fuzz:
        print(check(options))
        return
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    while time.time() < end:
        options.seed = random.randrange(1 << 32)
        options.group, options.isa = random.choice(sorted(GROUPS)), random.choice(
            sorted(set(ISAS) - (set() if options.mtia_run else {ONLY_OURS})))
        options.level = random.choice(["O0", "O1", "O2", "O3"])
        print(f"--seed {options.seed} --group {options.group} --isa {options.isa} --level {options.level}: "
              f"{check(options)}", flush=True)


if __name__ == "__main__":
    main()
