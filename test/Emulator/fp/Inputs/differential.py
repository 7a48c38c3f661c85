#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every instruction of F, D and Zfh on mtia-run, with and without time, on its reference core and
on QEMU.

    differential.py --bin DIR --llvm DIR --cases N [--seed N] [--keep DIR]

A program of stock tools executes each instruction with N operands of every kind (corners, random
bits near each other, wrongly boxed ones), in every rounding mode, dynamic and static, with flags
clear and set before; results and flags must be QEMU's. N = 0: programs for $FUZZ_SECONDS.
"""
import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

import exact

QEMU = ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64,Zfh=true", "-bios", "none", "-nographic",
        "-semihosting-config", "enable=on,target=native", "-kernel"]
WIDTHS = {"h": exact.FORMATS["f16"], "s": exact.FORMATS["f32"], "d": exact.FORMATS["f64"]}
MODES = ["rne", "rtz", "rdn", "rup", "rmm"]
STATIC_MODES = len(MODES)  # modes 0 to 4: static; then dynamic with frm 0 to 4


def instructions():
    """(text with operands fa0 fa1 fa2 a0 -> fa3 or a1, table, whether it has a rounding mode)"""
    for w in WIDTHS:
        for op in ("fadd", "fsub", "fmul", "fdiv"):
            yield f"{op}.{w} fa3, fa0, fa1", w, True
        yield f"fsqrt.{w} fa3, fa0", w, True
        for op in ("fmadd", "fmsub", "fnmsub", "fnmadd"):
            yield f"{op}.{w} fa3, fa0, fa1, fa2", w, True
        for op in ("fsgnj", "fsgnjn", "fsgnjx", "fmin", "fmax"):
            yield f"{op}.{w} fa3, fa0, fa1", w, False
        for op in ("feq", "flt", "fle"):
            yield f"{op}.{w} a1, fa0, fa1", w, False
        yield f"fclass.{w} a1, fa0", w, False
        for i in ("w", "wu", "l", "lu"):
            yield f"fcvt.{i}.{w} a1, fa0", w, True
            # The rounding mode of an exact conversion cannot be written for every assembler.
            yield f"fcvt.{w}.{i} fa3, a0", "i", not (w == "d" and i[0] == "w")
        x = {"h": "h", "s": "w", "d": "d"}[w]
        yield f"fmv.x.{x} a1, fa0", w, False
        yield f"fmv.{x}.x fa3, a0", "i", False
        yield f"fl{x} fa3, 0(s4)", w, False
        yield f"sd a0, 0(s6); fs{x} fa1, 0(s6); ld a1, 0(s6)", w, False
        for v in WIDTHS:
            if v != w:
                yield f"fcvt.{v}.{w} fa3, fa0", w, "hsd".index(v) < "hsd".index(w)


def table(rng, kind, cases):
    """Rows of three operands and the flags that are set before."""
    rows = []
    for _ in range(cases):
        if kind == "i":
            row = [exact.integer(rng) for _ in range(3)]
        else:
            f = WIDTHS[kind]
            a = exact.operand(rng, f)
            b = exact.operand(rng, f, a)
            c = exact.operand(rng, f, rng.choice((a, b)))
            row = [a, b, c]
            if rng.random() < 0.3:  # of the product's size
                e = sum((n >> f.fraction & 2 ** f.exponent - 1) - f.bias for n in (a, b)) + f.bias
                e += rng.randrange(-2, 3)
                e = min(max(e, 0), 2 ** f.exponent - 1)
                row[2] = c & ~(2 ** f.exponent - 1 << f.fraction) | e << f.fraction
            if f.bits < 64:
                boxed = (2 ** 64 - 1) >> f.bits << f.bits
                wrong = (0, boxed & ~(1 << f.bits), boxed & ~(1 << 63), boxed >> 1)
                row = [x | (rng.choice(wrong) if rng.random() < 0.03 else boxed) for x in row]
        rows.append(row + [rng.choice((0, 1, 1, 1, rng.randrange(32)))])
    return rows


HEAD = """
  .globl _start
_start:
  li t0, 0x6000
  csrs mstatus, t0
  lla s1, results
  lla s6, scratch
  j start
  .balign 32
write:
  lla t0, results
  sub t0, s1, t0
  lla a1, block
  sd t0, 16(a1)
  lla t0, name
  sd t0, 24(a1)
  li t0, 4
  sd t0, 32(a1)
  li t0, 3
  sd t0, 40(a1)
  li a0, 1
  addi a1, a1, 24
  jal semihost
  lla a1, block
  sd a0, 0(a1)
  lla t0, results
  sd t0, 8(a1)
  li a0, 5
  jal semihost
  lla a1, block
  li t0, 0x20026
  sd t0, 0(a1)
  sd x0, 8(a1)
  li a0, 0x20
  jal semihost
  .balign 16
semihost:
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  ret
name: .asciz ":tt"
  .balign 16
block: .space 64
scratch: .space 16
start:
"""


def program(rng, cases):
    """Text of the program, and for each result: instruction, mode, row."""
    tables = {kind: table(rng, kind, cases) for kind in "hsdi"}
    text, meaning, blocks = [HEAD], [], 0
    for insn, kind, rounds in instructions():
        for mode in range(2 * len(MODES) if rounds else 1):
            static = rounds and mode < STATIC_MODES
            frm = (rng.randrange(8) if static else mode - STATIC_MODES) if rounds else \
                rng.randrange(8) if not insn.startswith("fcvt") else rng.randrange(5)
            body = insn + f", {MODES[mode]}" if static else insn
            result = "fsd fa3, 0(s1)" if " fa3" in insn and "fa3," in insn else "sd a1, 0(s1)"
            blocks += 1
            text.append(f"""
  lla s4, table_{kind}
  li s5, {cases}
1: fld fa0, 0(s4)
  fld fa1, 8(s4)
  fld fa2, 16(s4)
  ld a0, 0(s4)
  ld t0, 24(s4)
  ori t0, t0, {frm << 5}
  fscsr t0
  {body}
  frcsr t1
  {result}
  sd t1, 8(s1)
  addi s1, s1, 16
  addi s4, s4, 32
  addi s5, s5, -1
  bnez s5, 1b
""")
            meaning.append((body, MODES[mode % STATIC_MODES] if rounds else "", tables[kind]))
    text.append("  j write\n  .balign 16\n")
    for kind, rows in tables.items():
        text.append(f"table_{kind}:\n")
        text += [f"  .quad {', '.join(hex(x) for x in row)}\n" for row in rows]
    text.append(f"  .balign 16\n  .bss\nresults: .space {blocks * cases * 16}\n")
    return "".join(text), meaning


def run(command, out):
    with open(out, "wb") as file:  # not a pipe: QEMU doesn't wait for one that is full
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, check=True, timeout=300)
    with open(out, "rb") as file:
        return file.read()


def compare(args, seed, cases, folder):
    rng = random.Random(seed)
    text, meaning = program(rng, cases)
    source, obj, elf, out = (os.path.join(folder, "p." + e) for e in ("s", "o", "elf", "out"))
    with open(source, "w", encoding="ascii") as file:
        file.write(text)
    subprocess.run([f"{args.llvm}/llvm-mc", "--triple=riscv64", "-mattr=+m,+f,+d,+zfh",
                    "-filetype=obj", source, "-o", obj], check=True)
    subprocess.run([f"{args.llvm}/ld.lld", "-N", "-Ttext=0x80000000", obj, "-o", elf], check=True)
    want = run(QEMU + [elf], out)
    if len(want) != 16 * cases * len(meaning):
        print(f"QEMU wrote {len(want)} bytes, not {16 * cases * len(meaning)}")
        return 1
    wrong = 0
    for option in ("--functional", "--stats-json=/dev/null", "--core=reference"):
        got = run([f"{args.bin}/mtia-run", option, elf], out)
        if got == want:
            continue
        if len(got) != len(want):
            print(f"mtia-run {option} wrote {len(got)} bytes, not {len(want)}")
            wrong += 1
        for i in range(0, min(len(got), len(want)), 16):
            if got[i:i + 16] != want[i:i + 16]:
                wrong += 1
                if wrong <= 20:
                    body, mode, rows = meaning[i // 16 // cases]
                    g, w = struct.unpack("<QQ", got[i:i + 16]), struct.unpack("<QQ", want[i:i + 16])
                    row = " ".join(f"{x:x}" for x in rows[i // 16 % cases])
                    print(f"{option} {body} {mode} ({row}): {g[0]:x} fcsr {g[1]:x}, "
                          f"QEMU {w[0]:x} fcsr {w[1]:x}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 9))
    parser.add_argument("--keep", help="folder for the program")
    args = parser.parse_args()
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    seed, wrong = args.seed, 0
    cases = args.cases or 3000
    with tempfile.TemporaryDirectory() as folder:
        while True:
            print(f"differential.py: seed {seed}", flush=True)
            wrong = compare(args, seed, cases, args.keep or folder)
            if wrong or args.cases or time.time() > end:
                break
            seed += 1
    print(f"differential.py: seeds {args.seed} to {seed}, {cases} cases of each instruction and "
          f"mode: {wrong} wrong")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
