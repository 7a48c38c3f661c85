#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every integer operation of LLVM IR over types from i1 to i128: values, not texts.

    opcodes.py generate DIR --part K/N   writes ops.ll and main.c
    opcodes.py list                      the operations

Each function of ops.ll loads its operands, does one operation, and stores the result
zero-extended to 128 bits; main.c calls it with every pair of corner values and compares
with what Python's integers say. Second operands are also tried as constants, which take
other paths through instruction selection.
"""
import argparse
import os

WIDTHS = [1, 7, 8, 16, 24, 31, 32, 33, 48, 64, 65, 96, 128]
# As constants: immediates at their limits, masks, powers of two and their neighbours.
CONSTANTS = [1, -1, 3, 10, 255, 2047, 2048, -2048, -2049, 4095, 0xffff, 0x10000, -0x8000,
             0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x123456789abcdef]


def signed(value, width):
    return value - (1 << width) if value >> (width - 1) & 1 else value


def mask(width):
    return (1 << width) - 1


def corners(width):
    """Zero, the extremes and what is next to them, and patterns."""
    values = [0, 1, 2, mask(width), mask(width) - 1, 1 << (width - 1), (1 << (width - 1)) - 1,
              0x5555555555555555aaaaaaaaaaaaaaaa, 0x123456789abcdef00fedcba987654321,
              0xfffffffffffff800, 0x80000000, 0x7fffffff, 0xff00ff, 1 << (width // 2)]
    seen = []
    for value in values:
        value &= mask(width)
        if value not in seen:
            seen.append(value)
    return seen


def truncating_div(a, b):
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def valid_sdiv(a, b, w):
    return b != 0 and not (signed(a, w) == -(1 << (w - 1)) and signed(b, w) == -1)


def clamp(value, low, high):
    return max(low, min(high, value))


# name: (IR text with operands %a %b, result type or None for the same, defined?, value)
BINARY = {
    "add": ("add {t} %a, %b", lambda a, b, w: a + b),
    "sub": ("sub {t} %a, %b", lambda a, b, w: a - b),
    "mul": ("mul {t} %a, %b", lambda a, b, w: a * b),
    "and": ("and {t} %a, %b", lambda a, b, w: a & b),
    "or": ("or {t} %a, %b", lambda a, b, w: a | b),
    "xor": ("xor {t} %a, %b", lambda a, b, w: a ^ b),
    "shl": ("shl {t} %a, %b", lambda a, b, w: a << b if b < w else None),
    "lshr": ("lshr {t} %a, %b", lambda a, b, w: a >> b if b < w else None),
    "ashr": ("ashr {t} %a, %b", lambda a, b, w: signed(a, w) >> b if b < w else None),
    "udiv": ("udiv {t} %a, %b", lambda a, b, w: a // b if b else None),
    "urem": ("urem {t} %a, %b", lambda a, b, w: a % b if b else None),
    "sdiv": ("sdiv {t} %a, %b", lambda a, b, w:
             truncating_div(signed(a, w), signed(b, w)) if valid_sdiv(a, b, w) else None),
    "srem": ("srem {t} %a, %b", lambda a, b, w:
             signed(a, w) - signed(b, w) * truncating_div(signed(a, w), signed(b, w))
             if valid_sdiv(a, b, w) else None),
}
INTRINSICS = {
    "smin": lambda a, b, w: min(signed(a, w), signed(b, w)),
    "smax": lambda a, b, w: max(signed(a, w), signed(b, w)),
    "umin": lambda a, b, w: min(a, b),
    "umax": lambda a, b, w: max(a, b),
    "uadd.sat": lambda a, b, w: min(a + b, mask(w)),
    "usub.sat": lambda a, b, w: max(a - b, 0),
    "sadd.sat": lambda a, b, w:
        clamp(signed(a, w) + signed(b, w), -(1 << (w - 1)), (1 << (w - 1)) - 1),
    "ssub.sat": lambda a, b, w:
        clamp(signed(a, w) - signed(b, w), -(1 << (w - 1)), (1 << (w - 1)) - 1),
}
OVERFLOWS = {
    "uadd": (lambda a, b, w: a + b, False),
    "usub": (lambda a, b, w: a - b, False),
    "umul": (lambda a, b, w: a * b, False),
    "sadd": (lambda a, b, w: signed(a, w) + signed(b, w), True),
    "ssub": (lambda a, b, w: signed(a, w) - signed(b, w), True),
    "smul": (lambda a, b, w: signed(a, w) * signed(b, w), True),
}
PREDICATES = {
    "eq": lambda a, b, w: a == b, "ne": lambda a, b, w: a != b,
    "ult": lambda a, b, w: a < b, "ule": lambda a, b, w: a <= b,
    "ugt": lambda a, b, w: a > b, "uge": lambda a, b, w: a >= b,
    "slt": lambda a, b, w: signed(a, w) < signed(b, w),
    "sle": lambda a, b, w: signed(a, w) <= signed(b, w),
    "sgt": lambda a, b, w: signed(a, w) > signed(b, w),
    "sge": lambda a, b, w: signed(a, w) >= signed(b, w),
}
UNARY = {
    "ctpop": lambda a, w: bin(a).count("1"),
    "ctlz": lambda a, w: w - a.bit_length(),
    "cttz": lambda a, w: (a & -a).bit_length() - 1 if a else w,
    "bitreverse": lambda a, w: int(format(a, f"0{w}b")[::-1], 2),
    "bswap": lambda a, w: int.from_bytes(a.to_bytes(w // 8, "little"), "big"),
    "abs": lambda a, w: abs(signed(a, w)),
}


class Case:
    """One function: its lines, what it declares, and the value for each pair of operands."""

    def __init__(self, width, lines, result_width, value, constant=None, declares=()):
        self.width, self.lines, self.result_width = width, lines, result_width
        self.value, self.constant, self.declares = value, constant, declares

    def emit(self, number):
        t = f"i{self.width}"
        out = [f"define void @f{number}(ptr %in, ptr %out) {{",
               "  %wide.a = load i128, ptr %in, align 16",
               "  %in.b = getelementptr i8, ptr %in, i64 16",
               "  %wide.b = load i128, ptr %in.b, align 16"]
        for name in "ab":
            out.append(f"  %{name} = trunc i128 %wide.{name} to {t}" if self.width != 128 else
                       f"  %{name} = freeze i128 %wide.{name}")
        for line in self.lines:
            if self.constant is not None:
                line = line.replace("%b", str(signed(self.constant, self.width)))
            out.append("  " + line)
        # The blocks of a branch end with a phi of their own; it is the last line.
        out.append(f"  %wide = zext i{self.result_width} %r to i128" if self.result_width != 128
                   else "  %wide = freeze i128 %r")
        out += ["  store i128 %wide, ptr %out, align 16", "  ret void", "}"]
        return "\n".join(out)

    def rows(self):
        seconds = corners(self.width) if self.constant is None else [self.constant]
        for a in corners(self.width):
            for b in seconds:
                value = self.value(a, b)
                if value is not None:
                    yield a, b, int(value) & mask(self.result_width)


def with_constants(width, make):
    """The case with a variable, and with each constant that the width can tell apart."""
    yield make(None)
    seen = set()
    for constant in CONSTANTS:
        constant &= mask(width)
        if constant not in seen:
            seen.add(constant)
            yield make(constant)


def constants_for(width):
    # Odd widths are legalised to the others first: a variable will do.
    return width in (8, 16, 32, 64, 128)


def binary_cases(width):
    t = f"i{width}"

    def both(lines, result_width, value, declares=()):
        def make(constant):
            return Case(width, lines, result_width, value, constant, declares)
        if constants_for(width):
            yield from with_constants(width, make)
        else:
            yield make(None)

    for text, function in BINARY.values():
        yield from both([f"%r = {text.format(t=t)}"], width,
                        lambda a, b, f=function: f(a, b, width))
    for name, function in INTRINSICS.items():
        symbol = f"@llvm.{name}.{t}"
        yield from both([f"%r = call {t} {symbol}({t} %a, {t} %b)"], width,
                        lambda a, b, f=function: f(a, b, width),
                        [f"declare {t} {symbol}({t}, {t})"])
    for name, (function, is_signed) in OVERFLOWS.items():
        symbol = f"@llvm.{name}.with.overflow.{t}"

        def overflowed(a, b, f=function, s=is_signed):
            exact = f(a, b, width)
            wrapped = exact & mask(width)
            return wrapped ^ (0x5 * ((signed(wrapped, width) if s else wrapped) != exact))
        yield from both([f"%p = call {{ {t}, i1 }} {symbol}({t} %a, {t} %b)",
                         f"%v = extractvalue {{ {t}, i1 }} %p, 0",
                         f"%o = extractvalue {{ {t}, i1 }} %p, 1",
                         f"%x = select i1 %o, {t} {signed(5 & mask(width), width)}, {t} 0",
                         f"%r = xor {t} %v, %x"], width, overflowed,
                        [f"declare {{ {t}, i1 }} {symbol}({t}, {t})"])
    for predicate, function in PREDICATES.items():
        compare = f"%c = icmp {predicate} {t} %a, %b"
        yield from both([compare, "%r = zext i1 %c to i8"], 8,
                        lambda a, b, f=function: f(a, b, width))
        yield from both([compare, f"%r = select i1 %c, {t} %a, {t} %b"], width,
                        lambda a, b, f=function: a if f(a, b, width) else b)
        yield from both([compare, "br i1 %c, label %then, label %else", "then:",
                         "  br label %join", "else:", f"  %s = sub {t} %a, %b",
                         "  br label %join", "join:",
                         f"%r = phi {t} [ %a, %then ], [ %s, %else ]"], width,
                        lambda a, b, f=function: a if f(a, b, width) else a - b)


def unary_cases(width):
    t = f"i{width}"
    for name, function in UNARY.items():
        if name == "bswap" and width % 16:
            continue
        flag = ", i1 false" if name in ("ctlz", "cttz", "abs") else ""
        symbol = f"@llvm.{name}.{t}"
        yield Case(width, [f"%r = call {t} {symbol}({t} %a{flag})"], width,
                   lambda a, b, f=function: f(a, width), 0,
                   [f"declare {t} {symbol}({t}{', i1' if flag else ''})"])
    for to in WIDTHS:
        if to > width:
            yield Case(width, [f"%r = zext {t} %a to i{to}"], to, lambda a, b: a, 0)
            yield Case(width, [f"%r = sext {t} %a to i{to}"], to,
                       lambda a, b: signed(a, width), 0)
        elif to < width:
            yield Case(width, [f"%r = trunc {t} %a to i{to}"], to, lambda a, b: a, 0)
            # What sign_extend_inreg and zero_extend_inreg come from.
            for extend, function in (("sext", signed), ("zext", lambda v, w: v)):
                yield Case(width, [f"%n = trunc {t} %a to i{to}",
                                   f"%r = {extend} i{to} %n to {t}"], width,
                           lambda a, b, to=to, f=function: f(a & mask(to), to), 0)
    for name, left in (("fshl", True), ("fshr", False)):
        symbol = f"@llvm.{name}.{t}"
        for amount in sorted({0, 1, width // 2, width - 1}):
            def funnel(a, b, s=amount, left=left):
                pair = a << width | b
                return pair << (s % width) >> width if left else pair >> (s % width)
            yield Case(width, [f"%r = call {t} {symbol}({t} %a, {t} %b, {t} {amount})".replace(
                f"{t} {amount})", f"{t} {signed(amount & mask(width), width)})")], width, funnel,
                       None, [f"declare {t} {symbol}({t}, {t}, {t})"])
        # A rotation by a variable.
        def rotate(a, b, left=left):
            s = b % width if left else -b % width
            return a << s | a >> (width - s)
        yield Case(width, [f"%r = call {t} {symbol}({t} %a, {t} %a, {t} %b)"], width, rotate, None,
                   [f"declare {t} {symbol}({t}, {t}, {t})"])


def vector_cases():
    """Vectors have no registers: they are taken apart."""
    for lanes, width in ((2, 64), (4, 32), (8, 16), (16, 8)):
        t = f"<{lanes} x i{width}>"
        for name, function in (("add", lambda a, b: a + b), ("sub", lambda a, b: a - b),
                               ("mul", lambda a, b: a * b), ("xor", lambda a, b: a ^ b)):
            def lanewise(a, b, f=function, lanes=lanes, width=width):
                return sum((f(a >> i * width & mask(width), b >> i * width & mask(width))
                            & mask(width)) << i * width for i in range(lanes))
            yield Case(128, [f"%va = bitcast i128 %a to {t}", f"%vb = bitcast i128 %b to {t}",
                             f"%vr = {name} {t} %va, %vb", f"%r = bitcast {t} %vr to i128"], 128,
                       lanewise)


def all_cases():
    for width in WIDTHS:
        yield from binary_cases(width)
        yield from unary_cases(width)
    yield from vector_cases()


def words(value):
    return f"{{0x{value & mask(64):x}ul, 0x{value >> 64:x}ul}}"


def generate(folder, part, parts):
    declares, functions, rows, names = set(), [], [], []
    for number, case in enumerate(all_cases()):
        if number % parts != part:
            continue
        declares.update(case.declares)
        functions.append(case.emit(number))
        names.append(f"void f{number}(const void *, void *);")
        text = case.lines[-1] if len(case.lines) == 1 else "; ".join(case.lines)
        for a, b, expected in case.rows():
            rows.append(f'{{f{number}, {words(a)}, {words(b)}, {words(expected)}, '
                        f'"i{case.width}: {text}"}},')
    with open(os.path.join(folder, "ops.ll"), "w", encoding="ascii") as file:
        file.write("\n".join(sorted(declares)) + "\n\n" + "\n\n".join(functions) + "\n")
    with open(os.path.join(folder, "main.c"), "w", encoding="ascii") as file:
        file.write("#include <stdio.h>\ntypedef struct { unsigned long lo, hi; } u128;\n"
                   + "\n".join(names) +
                   "\nstatic const struct row { void (*f)(const void *, void *); u128 a, b, r; "
                   "const char *text; } rows[] = {\n" + "\n".join(rows) + """
};
int main(void) {
  unsigned long count = sizeof rows / sizeof rows[0], bad = 0;
  for (unsigned long i = 0; i < count; i++) {
    _Alignas(16) u128 in[2] = {rows[i].a, rows[i].b}, out[1] = {{0x55, 0x55}};
    rows[i].f(in, out);
    if (out[0].lo == rows[i].r.lo && out[0].hi == rows[i].r.hi)
      continue;
    if (bad++ < 20)
      printf("%s, a=%016lx%016lx b=%016lx%016lx: %016lx%016lx, not %016lx%016lx\\n", rows[i].text,
             in[0].hi, in[0].lo, in[1].hi, in[1].lo, out[0].hi, out[0].lo, rows[i].r.hi,
             rows[i].r.lo);
  }
  printf("%lu of %lu right\\n", count - bad, count);
  return bad != 0;
}
""")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--part", default="0/1", help="K/N: every Nth case, from K")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    os.makedirs(options.folder, exist_ok=True)
    generate(options.folder, part, parts)


if __name__ == "__main__":
    main()
