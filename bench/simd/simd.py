#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cycles of mtia_simd.h on core 1: its operations, kernels with it, and loops in several forms.

usage: simd.py --bin DIR [--docs FILE [--update | --no-worse]] [operations | kernels | pipelining]..

The tables go to standard output. With --docs they are compared with those of that file, between the
lines <!-- simd.py NAME --> and <!-- end -->: --update writes them there, --no-worse allows whatever
is at most a quarter slower. Exit status 1 if they differ, if a result of a kernel is wrong, or, without
--no-worse, if one misses its share of the bound.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MARCH = "rv64gcv_zvl512b_zvfh_zvfbfwma_zvbb_zfh_zicond_zba_zbb_zbs"
SHARE = 80  # percent of the bound, for rows of LONG elements and more
LONG = 1024

INTS = {"i8": "int8_t", "u8": "uint8_t", "i16": "int16_t", "u16": "uint16_t", "i32": "int32_t",
        "u32": "uint32_t"}
TYPES = {**INTS, "f16": "_Float16", "bf16": "__bf16", "f32": "float"}


class Operation:
    """A row of the table. {t} is type and length, {n} the length, x, z and w operands."""

    def __init__(self, name, operand, text, result=None, heavy=False, setup=""):
        self.name, self.operand, self.text = name, operand, text
        self.result = result or operand  # "scalar": of the operand's element type
        self.heavy, self.setup = heavy, setup

    def expression(self, n, x):
        k = int(x[1:])
        return self.text.format(t=f"{self.operand}x{n}", n=n, x=x, k=k, at=k * n)


def table():
    """Every operation, for the types that differ."""
    rows = []

    def add(name, types, text, **more):
        rows.extend(Operation(name, t, text, **more) for t in types.split())

    add("`+`", "i8 f16 f32", "{x} + z")
    add("`*`", "i8 i32 f16 f32", "{x} * z")
    add("`/`", "f16 f32", "{x} / z")
    add("`load`", "i8 f32", "mtia_load_{t}(p + {at})")
    add("`load_first`", "i8 f32", "mtia_load_first_{t}(p + {at}, count)")
    add("`less`, `select`", "i8 f32", "mtia_select_{t}(mtia_less_{t}({x}, z), {x}, w)")
    add("`max`", "i8 f32", "mtia_max_{t}({x}, z)")
    add("`clamp`", "f32", "mtia_clamp_{t}({x}, s, s + 1)")
    add("`abs`", "i8 f32", "mtia_abs_{t}({x})")
    add("`add_sat`", "i16", "mtia_add_sat_{t}({x}, z)")
    add("`reverse`", "i8 f32", "mtia_reverse_{t}({x})")
    add("`gather`", "f32", "mtia_gather_{t}(p + {at}, indices{n})")
    add("`hsum`", "i8 i32 f32", "mtia_hsum_{t}({x})", result="scalar")
    add("`hsum_any`", "f32", "mtia_hsum_any_{t}({x})", result="scalar")
    add("`hmax`", "i8 f32", "mtia_hmax_{t}({x})", result="scalar")
    add("`madd`", "i32 f16 f32", "mtia_madd_{t}({x}, z, z)")
    for narrow, wide in (("i8", "i32"), ("i16", "i32"), ("f16", "f32"), ("bf16", "f32")):
        rows.append(Operation(f"`madd_{wide}xN_{narrow}`", wide,
                              f"mtia_madd_{{t}}_{narrow}({{x}}, narrow_{narrow}x{{n}}, narrow_{narrow}x{{n}})"))
    for to, of in (("i32", "i8"), ("f32", "i8"), ("f32", "f16"), ("f32", "bf16"), ("f32", "i32"),
                   ("f16", "f32"), ("bf16", "f32"), ("i8", "i16"), ("i8", "i32"), ("i8", "f32"),
                   ("i16", "f32"), ("i32", "f32")):
        rows.append(Operation(f"`{to}_from_{of}`", of, f"mtia_{to}x{{n}}_from_{{t}}({{x}})", result=to))
    add("`round`", "f16 f32", "mtia_round_{t}({x})")
    for name in ("exp", "exp_bounded", "log", "log_normal", "tanh", "sigmoid", "gelu", "rsqrt", "reciprocal"):
        add(f"`{name}`", "f32" if name in ("exp_bounded", "log_normal") else "f16 f32", f"mtia_{name}_{{t}}({{x}})",
            heavy=True)
    return rows


def function(row, index, n, chain):
    """A function that runs the operation 64 times: chained, or on independent vectors."""
    sizes = [{"8": 1, "16": 2, "32": 4}[t.lstrip("iufb")] for t in (row.operand, row.result) if t != "scalar"]
    registers = max(1, n * max(sizes) // 64)
    count = 1 if chain else max(1, (4 if row.heavy else 8) // registers)
    operand = f"mtia_{row.operand}x{n}"
    scalar = row.result == "scalar"
    result = {"f32": "float"}.get(row.operand, "int") if scalar else f"mtia_{row.result}x{n}"
    xs = [f"x{k}" for k in range(count)]
    lines = [f"static __attribute__((noinline)) void {'chain' if chain else 'many'}_{index}_{n}(void) {{",
             f"  {operand} z, w, {', '.join(xs)};",
             f"  const {TYPES[row.operand]} *p = ({TYPES[row.operand]} *)MTIA_LOCAL_BASE;",
             "  float s; long count;",
             '  __asm__ volatile("" : "=vr"(z), "=vr"(w), "=f"(s), "=r"(count));',
             f'  __asm__ volatile("" : {", ".join(f"{chr(34)}=vr{chr(34)}({x})" for x in xs)});']
    for narrow in re.findall(r"narrow_(\w+)x\{n\}", row.text)[:1]:
        lines += [f'  mtia_{narrow}x{n} narrow_{narrow}x{n};', f'  __asm__ volatile("" : "=vr"(narrow_{narrow}x{n}));']
    if "indices" in row.text:
        lines.append(f"  mtia_i32x{n} indices{n} = mtia_iota_i32x{n}();")
    fresh = ", ".join(f'"+vr"({x})' for x in xs)
    lines += ["  for (int round = 0; round < 8; round++) {"]
    for _ in range(8):
        if chain:
            lines += [f"    x0 = {row.expression(n, 'x0')};", '    __asm__ volatile("" : "+vr"(x0));']
        else:
            lines += [f'    {{ __asm__ volatile("" : {fresh}, "+r"(p));']
            lines += [f"    {result} y{k} = {row.expression(n, x)};" for k, x in enumerate(xs)]
            kind = ("f" if row.operand.startswith("f") else "r") if scalar else "vr"
            lines += ['    __asm__ volatile("" :: ' + ", ".join(f'"{kind}"(y{k})' for k in range(count)) + "); }"]
    lines += ["  }", "  (void)z, (void)w, (void)p, (void)s, (void)count;", "}"]
    return "\n".join(lines), 64 * count


def operations(bench):
    rows = table()
    functions, calls, counts = [], [], []
    for index, row in enumerate(rows):
        chain = row.result == row.operand and "load" not in row.name and "{x}" in row.text
        for n, chained in ((16, False), (32, False), (64, False), (16, True)):
            if chained and not chain:
                continue
            text, count = function(row, index, n, chained)
            functions.append(text)
            calls.append(f"  MEASURE(taken, {'chain' if chained else 'many'}_{index}_{n}()); printf(\"%lu\\n\", taken);")
            counts.append((index, chained, count))
    source = "\n".join(['#include "measure.h"', "#include <mtia/mtia_simd.h>", *functions, "int main(void) {",
                        "  unsigned long taken;", *calls, "  return 0;", "}", ""])
    with open(bench.path("operations.c"), "w", encoding="utf-8") as file:
        file.write(source)
    taken = [int(word) for word in bench.run([bench.path("operations.c")], ["-Wno-uninitialized"]).split()]
    cells = {index: [] for index in range(len(rows))}
    for (index, _, count), cycles in zip(counts, taken):
        cells[index].append(f"{cycles / count:.1f}")
    lines = ["| operation | of | 16 | 32 | 64 | chain of 16 |", "|---|---|---:|---:|---:|---:|"]
    for index, row in enumerate(rows):
        values = cells[index] + [""] * (4 - len(cells[index]))
        lines.append(f"| {row.name} | `{row.operand}` | {' | '.join(values)} |")
    return lines, []


def kernels(bench):
    """Rows x n, cycles and percent of the bound; wrong results end the program."""
    output = bench.run([os.path.join(HERE, name) for name in
                        ("kernels_main.c", "softmax.c", "layernorm.c", "requantise.c")])
    results, failures = {}, []
    for line in output.splitlines():
        name, rows, n, cycles, bound, _ = line.split()
        share = 100 * float(bound) / float(cycles)
        results.setdefault(name, {})[int(n)] = f"{cycles} ({share:.0f} %)"
        if int(n) >= LONG and share < SHARE:
            failures.append(f"{name} of {rows} x {n}: {share:.1f} % of the bound, less than {SHARE} %")
    sizes = sorted({n for result in results.values() for n in result})
    lines = ["| kernel | " + " | ".join(map(str, sizes)) + " |", "|---|" + "---:|" * len(sizes)]
    lines += [f"| `{name}` | " + " | ".join(result.get(n, "") for n in sizes) + " |"
              for name, result in results.items()]
    return lines, failures


def pipelining(bench):
    output = bench.run([os.path.join(HERE, "pipelining.c")])
    results, forms = {}, []
    for line in output.splitlines():
        name, form, cycles, bound = line.split()
        results.setdefault(name, {"bound": bound})[form] = cycles
        forms += [form] if form not in forms else []
    lines = ["| loop | " + " | ".join(forms) + " | bound |", "|---|" + "---:|" * (len(forms) + 1)]
    lines += [f"| {name} | " + " | ".join(result.get(form, "") for form in forms) + f" | {result['bound']} |"
              for name, result in results.items()]
    return lines, []


class Bench:
    def __init__(self, args, folder):
        self.bin, self.folder = args.bin, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, sources, options=()):
        """The output of a program. Results that are wrong end it with an exit status."""
        elf = self.path("program.elf")
        subprocess.run([os.path.join(self.bin, "mtia-clang"), f"-march={MARCH}", "-std=c11", "-O2", "-Wall", "-Wextra",
                        "-Werror", *options, "-I", HERE, *sources, os.path.join(HERE, "measure.c"), "-lm", "-o", elf],
                       check=True)
        result = subprocess.run([os.path.join(self.bin, "mtia-run"), elf], stdout=subprocess.PIPE, text=True, check=False)
        if result.returncode != 0:
            sys.exit(result.stdout + f"simd.py: {os.path.basename(sources[0])} failed: exit status {result.returncode}")
        return result.stdout


def is_worse(now, before):
    """Whether a number of cycles in the lines is more than before and a quarter, or the rows differ."""
    number = re.compile(r"(?<=\| )\d+(?:\.\d+)?")
    pairs = [(number.findall(line), number.findall(old)) for line, old in zip(now, before)]
    return (len(now) != len(before) or any(len(a) != len(b) for a, b in pairs) or
            any(float(x) > 1.25 * float(y) + 0.2 for a, b in pairs for x, y in zip(a, b)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--docs")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--no-worse", action="store_true")
    parser.add_argument("what", nargs="*")
    args = parser.parse_args()
    parts = {"operations": operations, "kernels": kernels, "pipelining": pipelining}
    for name in args.what:
        if name not in parts:
            parser.error(f"there is no {name}; known are: {', '.join(parts)}")
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(args, folder)
        for name in args.what or parts:
            lines, more = parts[name](bench)
            print("\n".join(lines) + "\n", flush=True)
            failures += [] if args.no_worse else more
            if not args.docs:
                continue
            with open(args.docs, encoding="utf-8") as file:
                text = file.read()
            match = re.search(rf"(?<=<!-- simd.py {name} -->\n\n)(.*?)(?=\n\n<!-- end -->)", text, re.S)
            if not match:
                sys.exit(f"{args.docs}: no table between <!-- simd.py {name} --> and <!-- end -->")
            before = match.group(1).split("\n")
            if args.update:
                with open(args.docs, "w", encoding="utf-8") as file:
                    file.write(text[:match.start()] + "\n".join(lines) + text[match.end():])
            elif is_worse(lines, before) if args.no_worse else lines != before:
                failures += [f"{args.docs}: the table {name} differs from what was measured; --update writes it:"]
                failures += [f"  {old}\n  {new}" for old, new in zip(before, lines) if old != new]
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
