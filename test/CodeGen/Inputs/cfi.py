#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Check the unwind tables of random functions at every instruction that is executed.

    cfi.py --out PREFIX [--seed N] [--functions N] COMPILER...     (the command, with its flags)

A program of random functions (calls, tail calls, early exits, large frames, alignment, alloca,
variable arguments) runs on qemu-riscv64, which logs the registers before each instruction. At
each one the row of .eh_frame for its address must give the stack pointer's value at the
function's entry as the CFA, and must find the return address and the caller's s0 to s11.
"""
import argparse
import bisect
import random
import re
import resource
import subprocess
import sys

# A body ends in one of these; f is the next function, which is called less deep.
PIECES = [
    "if (n < 3) return n * 7 + {k};",
    "r += {f}(n - 1, r);",
    "r += {f}(n - 2, r ^ {k});  r = (r << 3) - n;",
    "for (long i = 0; i < (n & 3); i++) r += {f}(i, r + i);",
    "{{ char a[{size}]; use(a); r += a[{k}]; }}",
    "{{ __attribute__((aligned({align}))) char a[{align}]; use(a); r += (long)a & {amask}; }}",
    "{{ char *a = __builtin_alloca((n & 15) * 16 + {k}); use(a); r += a[1]; }}",
    "r += variadic(n, r, {k}L, n + 1, {k}L * 3);",
    "switch (n & 7) {{ case 0: r += 5; break; case 1: return r; case 3: r ^= {f}(1, n); break;"
    " case 4: r -= 9; break; case 5: r *= 3; break; case 7: return {f}(n - 3, r); }}",
    "r += many(n, 1, r, 3, {k}, 5, 6, 7, r, n, r + n);",
    "r = (r * {k}) ^ (r >> 7);",
    "if (n == {k}) return {f}(2, n) + r;",
]


def program(rng, count):
    out = ["typedef __builtin_va_list va_list;",
           "__attribute__((noinline)) void use(char *p) { p[0] = 3; p[1] = 4;"
           " __asm__ volatile(\"\" : : \"r\"(p) : \"memory\"); }",
           "__attribute__((noinline)) long variadic(long n, ...) { va_list ap;"
           " __builtin_va_start(ap, n); long s = 0;"
           " for (long i = 0; i < 4; i++) s = s * 3 + __builtin_va_arg(ap, long);"
           " char b[20]; use(b); __builtin_va_end(ap); return s + b[0]; }",
           "__attribute__((noinline)) long many(long a, long b, long c, long d, long e, long f,"
           " long g, long h, long i, long j, long k) { char x[9]; use(x);"
           " return a - b + c * d - e + f * g - h + i * j - k; }"]
    for i in range(count):
        out.append(f"static __attribute__((noinline)) long f{i}(long n, long r) {{")
        # Not all calls: the number of steps would grow with the depth's power.
        for piece in [PIECES[0]] + rng.sample(PIECES[1:], rng.randint(1, 5)):
            # Some clear of the 2 KB that offsets reach, some around it.
            size = rng.choice([8, 40, 1000, 1990, 2040, 2100, 4000, 4090, 4200, 70000])
            align = rng.choice([32, 64, 256, 4096])
            if i == 0 and "{f}" in piece:
                continue
            out.append("  " + piece.format(f=f"f{rng.randrange(i)}" if i else "", size=size,
                                            k=rng.randint(2, 7), align=align, amask=align - 1))
        # A last call may be a tail call.
        out.append(f"  return f{rng.randrange(i)}(n - 1, r);" if i and rng.random() < 0.4
                   else "  return r + n;")
        out.append("}")
    calls = " ".join(f"s += f{i}({rng.randint(3, 5)}, s);" for i in range(count))
    out.append("void _start(void) { long s = 1; " + calls +
               " register long a0 __asm__(\"a0\") = s & 0;"
               " register long a7 __asm__(\"a7\") = 93;"
               " __asm__ volatile(\"ecall\" : : \"r\"(a0), \"r\"(a7)); __builtin_unreachable(); }")
    return "\n".join(out) + "\n"


def run(command, **kwargs):
    p = subprocess.run(command, capture_output=True, text=True, **kwargs)
    if p.returncode:
        sys.exit(f"{' '.join(command)}: {p.stderr}")
    return p.stdout


REG = {"zero": 0, "ra": 1, "sp": 2, "gp": 3, "tp": 4, "t0": 5, "t1": 6, "t2": 7, "s0": 8, "fp": 8,
       "s1": 9, **{f"a{i}": 10 + i for i in range(8)}, **{f"s{i}": 16 + i for i in range(2, 12)},
       **{f"t{i}": 25 + i for i in range(3, 7)}}
SAVED = [8, 9] + list(range(18, 28))


def unwind_rows(elf):
    """Address of each row: (CFA register, offset, {register: offset from the CFA})."""
    rows, ends = {}, []
    for line in run(["llvm-dwarfdump", "--eh-frame", elf]).splitlines():
        m = re.search(r"FDE .*pc=([0-9a-f]+)\.\.\.([0-9a-f]+)", line)
        if m:
            ends.append((int(m[1], 16), int(m[2], 16)))
        m = re.match(r"\s+0x([0-9a-f]+): CFA=(?:X|reg)(\d+)([+-]\d+)?(.*)", line)
        if m:
            saved = {int(r): int(o) for r, o in
                     re.findall(r"(?:X|reg)(\d+)=\[CFA([+-]\d+)\]", m[4])}
            rows[int(m[1], 16)] = (int(m[2]), int(m[3] or 0), saved)
    return rows, ends


def disassemble(elf):
    """Address: (length, mnemonic, operands); and the addresses of functions."""
    code, functions = {}, set()
    for line in run(["llvm-objdump", "-d", "--mattr=+c,+m,+a", elf]).splitlines():
        m = re.match(r"^([0-9a-f]+) <([^.>][^>]*)>:", line)
        if m:
            functions.add(int(m[1], 16))
        m = re.match(r"^\s*([0-9a-f]+): ((?:[0-9a-f]+ ?)+)\s*\t(\S+)(?:\t(.*))?$", line)
        if m:
            length = len(m[2].replace(" ", "")) // 2
            code[int(m[1], 16)] = (length, m[3], m[4] or "")
    return code, functions


def steps(log):
    """The registers before each instruction: (pc, [x0 .. x31])."""
    pc, regs = None, [0] * 32
    for line in log:
        m = re.match(r"\s*pc\s+([0-9a-f]{16})", line)
        if m:
            if pc is not None:
                yield pc, regs
            pc, regs = int(m[1], 16), [0] * 32
        else:
            for number, value in re.findall(r"x(\d+)/\w+\s+([0-9a-f]{16})", line):
                regs[int(number)] = int(value, 16)
    if pc is not None:
        yield pc, regs


def check(elf, log):
    rows, ranges = unwind_rows(elf)
    code, functions = disassemble(elf)
    sorted_rows = sorted(rows)

    def row_at(pc):
        if not any(a <= pc < b for a, b in ranges):
            sys.exit(f"{pc:#x} has no unwind table")
        return rows[sorted_rows[bisect.bisect_right(sorted_rows, pc) - 1]]

    memory, frames, count, last = {}, [], 0, None
    for pc, regs in steps(log):
        if last is not None:
            lpc, lregs = last
            length, name, operands = code[lpc]
            m = re.match(r"(\w+), (-?\w+)\((\w+)\)", operands)
            if name.split(".")[-1] in ("sd", "sdsp") and m:
                address = (lregs[REG[m[3]]] + int(m[2], 0)) % 2**64
                memory[address] = lregs[REG[m[1]]]
            if pc in functions and regs[1] == lpc + length:
                frames.append((regs[2], regs[1], {r: regs[r] for r in SAVED}))
            elif frames and pc == frames[-1][1] and regs[2] == frames[-1][0]:
                frames.pop()
        last = (pc, regs)
        if not frames:
            continue
        cfa, ra, saved = frames[-1]
        reg, offset, rules = row_at(pc)
        have = (regs[reg] + offset) % 2**64
        where = f"{pc:#x}: {code[pc][1]} {code[pc][2]}"
        if have != cfa:
            sys.exit(f"{where}: the table's CFA is {have:#x}, the frame's {cfa:#x}")
        for r, value in [(1, ra)] + list(saved.items()):
            found = memory.get((cfa + rules[r]) % 2**64) if r in rules else regs[r]
            if found != value:
                sys.exit(f"{where}: the table finds {found} for x{r}, it was {value}")
        count += 1
    if count < 1000:
        sys.exit(f"only {count} instructions were checked")
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--functions", type=int, default=12)
    parser.add_argument("--out", required=True, help="prefix of the files that are made")
    parser.add_argument("compiler", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    source, elf, log = args.out + ".c", args.out + ".elf", args.out + ".log"
    with open(source, "w") as f:
        f.write(program(random.Random(args.seed), args.functions))
    run(args.compiler + ["-fasynchronous-unwind-tables", "-ffreestanding", "-nostdlib", "-static",
                         "-fno-inline", source, "-o", elf])
    p = subprocess.run(["qemu-riscv64", "-singlestep", "-d", "cpu,nochain", "-D", log, elf],
                       capture_output=True, text=True, timeout=120,
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30,) * 2))
    if p.returncode:
        sys.exit(f"{elf}: status {p.returncode} {p.stderr}")
    with open(log) as f:
        count = check(elf, f)
    print(f"seed {args.seed}: {count} instructions checked")


main()
