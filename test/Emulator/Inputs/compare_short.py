# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the generated decoder (the program of decode.c) with stock LLVM: all words of 16 bits.

    compare_short.py DECODE_PROGRAM LLVM_BIN

The disassembler prints the short instruction; the table says which long one the
manual (RISC-V Unprivileged ISA, chapter C) makes of it.
"""
import re
import subprocess
import sys


def long_form(text):
    """What the decoder prints for a short instruction."""
    name, _, rest = text.partition(" ")
    ops = rest.split(", ") if rest else []
    base = name[2:]
    if base in ("unimp",):
        return "invalid"
    if base == "nop":
        return "addi zero, zero, 0"
    if base == "ebreak":
        return "ebreak"
    if base in ("lwsp", "ldsp", "fldsp", "swsp", "sdsp", "fsdsp"):
        return f"{base[:-2]} {rest}"
    if base in ("fld", "lw", "ld", "fsd", "sw", "sd", "lui"):
        return f"{base} {rest}"
    if base == "addi4spn":
        return f"addi {rest}"
    if base == "addi16sp":
        return f"addi sp, sp, {ops[1]}"
    if base in ("addi", "addiw", "srli", "srai", "andi", "slli", "sub", "xor", "or", "and", "subw", "addw", "add"):
        return f"{base} {ops[0]}, {ops[0]}, {ops[1]}"
    if base in ("srli64", "srai64", "slli64"):
        return f"{base[:-2]} {ops[0]}, {ops[0]}, 0"
    if base == "li":
        return f"addi {ops[0]}, zero, {ops[1]}"
    if base == "mv":
        return f"addi {ops[0]}, {ops[1]}, 0"
    if base == "j":
        return f"jal zero, {int(ops[0]) % 2**64:#x}"
    if base in ("beqz", "bnez"):
        return f"{base[:-1]} {ops[0]}, zero, {int(ops[1]) % 2**64:#x}"
    if base == "jr":
        return f"jalr zero, 0({ops[0]})"
    if base == "jalr":
        return f"jalr ra, 0({ops[0]})"
    sys.exit(f"LLVM prints {text!r}, which is not in the table")


def main(argv):
    program, llvm = argv[1:]
    words = [w for w in range(65536) if w & 3 != 3]
    ours = subprocess.run([program], input="".join(f"{w:04x}\n" for w in words), capture_output=True, text=True,
                          check=True).stdout.splitlines()
    done = subprocess.run([f"{llvm}/llvm-mc", "--triple=riscv64", "--disassemble", "-M", "no-aliases",
                           "--mattr=+c,+d"], input="".join(f"{w & 255:#x} {w >> 8:#x}\n" for w in words),
                          capture_output=True, text=True, check=False)
    bad = {int(n) for n in re.findall(r"<stdin>:(\d+):\d+: warning: invalid", done.stderr)}
    good = iter(" ".join(line.split()) for line in done.stdout.splitlines() if line.startswith("\t") and ".text" not in line)
    valid = 0
    for n, (word, line) in enumerate(zip(words, ours), 1):
        text = "invalid" if n in bad else next(good)
        theirs = f"{word:08x} {text if n in bad else long_form(text)}"
        if line != theirs:
            sys.exit(f"decoder: {line}\nLLVM:    {theirs}, from {text}")
        valid += not theirs.endswith("invalid")
    print(f"{len(words)} short words, {valid} of them instructions")


main(sys.argv)
