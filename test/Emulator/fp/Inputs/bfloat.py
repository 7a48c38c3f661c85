#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""fcvt.s.bf16 and fcvt.bf16.s on mtia-run against exact arithmetic: QEMU 7.2 has no Zfbfmin.

    bfloat.py --bin DIR --llvm DIR --cases N [--seed N] [--keep DIR]

All bfloats are widened; N singles of every kind are narrowed in every rounding mode, static and
dynamic; registers hold wrongly boxed values, too, and flags are clear or set before.
"""
import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile

import differential
import exact

BF16, F32 = exact.FORMATS["bf16"], exact.FORMATS["f32"]


def boxed(rng, bits, value):
    ones = (2 ** 64 - 1) >> bits << bits
    wrong = (0, ones & ~(1 << bits), ones & ~(1 << 63), ones >> 1)
    return value | (rng.choice(wrong) if rng.random() < 0.03 else ones)


def unboxed(f, register):
    return register & 2 ** f.bits - 1 if register >> f.bits == 2 ** (64 - f.bits) - 1 else f.nan


def ties(rng):
    """A single that a bfloat nearly is, or that is half way between two."""
    low = rng.choice((0, 1, 0x7fff, 0x8000, 0x8001, 0xffff))
    return rng.getrandbits(16) << 16 | low


def tables(rng, cases):
    return {
        "wide": [(boxed(rng, 16, x), rng.choice((0, 1, 31))) for x in range(65536)],
        "narrow": [(boxed(rng, 32, ties(rng) if rng.random() < 0.5 else exact.operand(rng, F32)),
                    rng.choice((0, 1, 1, 31))) for _ in range(cases)],
    }


def blocks():
    """(instruction, table, to, from, rounding mode, frm)"""
    yield "fcvt.s.bf16 fa3, fa0", "wide", F32, BF16, 0, 0
    for rm, mode in enumerate(differential.MODES):
        yield f"fcvt.bf16.s fa3, fa0, {mode}", "narrow", BF16, F32, rm, (rm + 1) % 5
        yield "fcvt.bf16.s fa3, fa0", "narrow", BF16, F32, rm, rm


def program(data):
    text, count = [differential.HEAD], 0
    for body, table, _, _, _, frm in blocks():
        count += len(data[table])
        text.append(f"""
  lla s4, table_{table}
  li s5, {len(data[table])}
1: fld fa0, 0(s4)
  ld t0, 8(s4)
  ori t0, t0, {frm << 5}
  fscsr t0
  {body}
  frcsr t1
  fsd fa3, 0(s1)
  sd t1, 8(s1)
  addi s1, s1, 16
  addi s4, s4, 16
  addi s5, s5, -1
  bnez s5, 1b
""")
    text.append("  j write\n  .balign 16\n")
    for table, rows in data.items():
        text.append(f"table_{table}:\n")
        text += [f"  .quad {a:#x}, {b}\n" for a, b in rows]
    text.append(f"  .balign 16\n  .bss\nresults: .space {16 * count}\n")
    return "".join(text)


def expected(data):
    for _, table, to, source, rm, frm in blocks():
        for register, flags in data[table]:
            value, raised = exact.convert(source, to, source.decode(unboxed(source, register)), rm)
            yield (2 ** 64 - 1) >> to.bits << to.bits | value, frm << 5 | flags | raised


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 9))
    parser.add_argument("--keep", help="folder for the program")
    args = parser.parse_args()
    print(f"bfloat.py: seed {args.seed}", flush=True)
    data = tables(random.Random(args.seed), args.cases)
    want = list(expected(data))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        source, obj, elf, out = (os.path.join(args.keep or folder, "b." + e)
                                 for e in ("s", "o", "elf", "out"))
        with open(source, "w", encoding="ascii") as file:
            file.write(program(data))
        subprocess.run([f"{args.llvm}/llvm-mc", "--triple=riscv64", "-mattr=+m,+f,+d,+zfbfmin",
                        "-riscv-add-build-attributes", "-filetype=obj", source, "-o", obj], check=True)
        subprocess.run([f"{args.llvm}/ld.lld", "-N", "-Ttext=0x80000000", obj, "-o", elf], check=True)
        for option in ("--functional", "--stats-json=/dev/null", "--core=reference"):
            got = differential.run([f"{args.bin}/mtia-run", option, elf], out)
            got = list(struct.iter_unpack("<QQ", got))
            wrong += abs(len(got) - len(want))
            for i, (g, w) in enumerate(zip(got, want)):
                if g != w:
                    wrong += 1
                    if wrong <= 20:
                        print(f"{option} case {i}: {g[0]:x} fcsr {g[1]:x}, expected {w[0]:x} "
                              f"fcsr {w[1]:x}")
    print(f"bfloat.py: seed {args.seed}, {len(want)} cases: {wrong} wrong")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
