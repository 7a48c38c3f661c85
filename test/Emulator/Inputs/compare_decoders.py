# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the generated decoder (the program of decode.c) with LLVM's disassembler.

    compare_decoders.py DECODE_PROGRAM mtia_csr.inc LLVM_BIN PLUGIN
"""
import os
import random
import re
import subprocess
import sys


def main(argv):
    program, csr_inc, llvm, plugin = argv[1:]
    with open(csr_inc, encoding="utf-8") as file:
        csrs = {name: int(n, 16) for name, n in re.findall(r"^MTIA_CSR\((\w+), (\w+)\)", file.read(), re.M)}
    rng = random.Random(5)
    words = []
    for opcode in range(3, 128, 4):
        for funct3 in range(8):
            for _ in range(40):
                rest = rng.choice([rng.getrandbits(32), rng.getrandbits(32) & rng.getrandbits(32),
                                   rng.getrandbits(32) & 0x0FFFFF80, rng.getrandbits(32) & 0x42FFFF80,
                                   rng.getrandbits(32) & 0xFFF00F80, rng.getrandbits(32) & 0x3F00F80, 0])
                words.append((rest & ~0x707F | funct3 << 12 | opcode) & 0xFFFFFFFF)
    for word in (0x73, 0x100073, 0x30200073, 0x10500073, 0x8330000F, 0x0FF0000F, 0x100F, 0x13):
        words += [word] + [word ^ 1 << bit for bit in range(2, 32)]  # short words: compare_short.py

    ours = subprocess.run([program], input="".join(f"{w:08x}\n" for w in words), capture_output=True, text=True,
                          check=True).stdout.splitlines()
    text = "".join(" ".join(f"{w >> s & 255:#x}" for s in (0, 8, 16, 24)) + "\n" for w in words)
    done = subprocess.run([f"{llvm}/llvm-mc", "--arch=mtia", "--triple=riscv64-unknown-elf", "--disassemble",
                           "-M", "no-aliases"], input=text, capture_output=True, text=True, check=False,
                          env=dict(os.environ, LD_PRELOAD=plugin))
    bad = {int(n) for n in re.findall(r"<stdin>:(\d+):\d+: warning: invalid", done.stderr)}
    good = iter(" ".join(line.split()) for line in done.stdout.splitlines() if line.startswith("\t") and ".text" not in line)
    valid = 0
    for n, (word, line) in enumerate(zip(words, ours), 1):
        theirs = f"{word:08x} {'invalid' if n in bad else next(good)}"
        line = " ".join(line.split())
        # An implementation ignores the reserved fields of fences; the disassembler doesn't print them.
        if word & 0x707F in (0x0F, 0x100F) and theirs.endswith("invalid") and " fence" in line:
            continue
        # The decoder prints CSRs as numbers, and branch targets as addresses from 0 on.
        theirs = re.sub(r"(?<=, )[a-z]+[a-z0-9]*(?=, )", lambda m: f"{csrs[m.group()]:#05x}" if m.group() in csrs
                        and "csr" in theirs[:14] else m.group(), theirs)
        if re.search(r" csr\w+ ", line):
            theirs = re.sub(r"(?<=, )\d+(?=, )", lambda m: f"{int(m.group()):#05x}", theirs, count=1)
        if word & 127 in (0x63, 0x6F) and not theirs.endswith("invalid"):
            theirs = re.sub(r"-?\d+$", lambda m: f"{int(m.group()) % 2**64:#x}", theirs)
        # Nor does it print a rounding mode that goes without saying.
        exact = re.search(r" fcvt\.(d\.(w|wu|s|h)|s\.h) ", theirs)
        theirs = re.sub(", rne$" if exact else ", dyn$", "", theirs)
        if line != theirs:
            sys.exit(f"decoder: {line}\nLLVM:    {theirs}")
        valid += n not in bad
    print(f"{len(words)} words, {valid} of them instructions")


main(sys.argv)
