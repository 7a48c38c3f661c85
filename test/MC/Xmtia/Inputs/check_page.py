# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Assembles every instruction of docs/isa/xmtia.md and compares the words with an encoder that
knows nothing but the tables and bit diagrams of that page.

    check_page.py xmtia.md mtia_intrinsics.h LLVM_BIN PLUGIN SCRATCH_DIR

Also: the disassembler gives the text back, constants out of range are refused with range and
column, and the page and the intrinsics agree on what works (the column Since).
"""
import os
import random
import re
import subprocess
import sys

REGS = ["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"]
PLACES = {"rd": (11, 7), "rs1": (19, 15), "rs2": (24, 20), "funct7": (31, 25), "f3": (14, 12)}


class Insn:
    def __init__(self, syntax, since, opcode):
        self.mnemonic, _, operands = syntax.partition(" ")
        self.operands = [o.strip() for o in operands.split(",")] if operands else []
        self.since = since
        self.fixed = opcode
        self.fields = {}  # operand -> [(highest bit, lowest bit, shift within the operand)]

    def place(self, high, low, text, shift=0):
        if re.fullmatch(r"\d+", text):
            self.fixed |= int(text, 2 if len(text) == high - low + 1 and high - low else 10) << low
        else:
            self.fields.setdefault(text, []).append((high, low, shift))

    def is_register(self, operand):
        return operand in ("rd", "rs1", "rs2")

    def width(self, operand):
        return sum(high - low + 1 for high, low, _ in self.fields[operand])

    def encode(self, values):
        word = self.fixed
        for operand, value in zip(self.operands, values):
            for high, low, shift in self.fields[operand]:
                word |= (value >> shift & (1 << high - low + 1) - 1) << low
        return word

    def text(self, values):
        return f"{self.mnemonic} " + ", ".join(
            REGS[v] if self.is_register(o) else str(v) for o, v in zip(self.operands, values))


def rows(section):
    """[(syntax, {column: text})] of the tables of a section that list instructions."""
    header, result = [], []
    for line in section.splitlines():
        if not line.startswith("|"):
            continue
        cells = [c.strip() for c in line.strip("|").split("|")]
        if cells[0] == "instruction":
            header = cells
        elif cells[0].startswith("`mtia."):
            result.append((cells[0].strip("`"), dict(zip(header, cells))))
    return result


def diagrams(section):
    """{name: [(high, low, text)]} of the bit diagrams: a field begins under its highest bit
    or to the right of it."""
    result, numbers = {}, {}
    for line in section.splitlines():
        words = list(re.finditer(r"\S+", line))
        if words and words[0].group() == "31":
            numbers = {w.start(): int(w.group()) for w in words}
        elif numbers and words and words[-1].group() == "1011011":
            highs = [numbers[max(c for c in numbers if c <= w.start())] for w in words[1:]]
            lows = [high + 1 for high in highs[1:]] + [0]
            result[words[0].group()] = [(h, l, w.group()) for h, l, w in zip(highs, lows, words[1:])]
    return result


def read_page(path):
    with open(path, encoding="utf-8") as file:
        sections = re.split(r"^## ", file.read(), flags=re.M)
    insns = []
    for section in sections:
        number = section[:1]
        if number not in "23456" or not section[1:2] == ".":
            continue
        opcode = {"2": 0x0B, "3": 0x2B, "4": 0x5B, "5": 0x7B, "6": 0x7B}[number]
        bits = diagrams(section) if number == "4" else {}
        for syntax, cells in rows(section):
            insn = Insn(syntax, int(cells["Since"]), opcode)
            insns.append(insn)
            if number == "4":
                for high, low, text in bits[insn.mnemonic.removeprefix("mtia.")]:
                    # One-bit fields of the diagram that are flags of the syntax.
                    flag = {"adv": 0, "zero": 1, "relu": 0, "chan": 1, "flt": 0, "merge": 1}.get(text)
                    if low == 0:
                        assert int(text, 2) == opcode
                    elif flag is not None:
                        insn.place(high, low, "flags", flag)
                    elif re.fullmatch("[01]+", text):
                        insn.fixed |= int(text, 2) << low
                    else:
                        insn.place(high, low, text)
                continue
            if number == "3":
                cells = {"rd": "cb", "rs1": "rs1", "rs2": "rs2", **cells}
                if "cb" not in insn.operands:
                    cells["rd"] = "0"
            if number == "5":
                cells = {"rd": "cbd", "rs2": "cbs", **cells}
                insn.place(26, 25, "es")
                insn.place(27, 27, "dpe")
            if number == "6":
                for place, value in re.findall(r"(rd|rs1|rs2|funct7) = (\w+)", cells["fields"]):
                    cells[place] = value if value in insn.operands else place
            for place, (high, low) in PLACES.items():
                if place in cells:
                    text = cells[place]
                    if text.isdigit():
                        insn.fixed |= int(text) << low
                    else:
                        insn.place(high, low, text)
    return insns


def samples(insn, rng):
    limits = [31 if insn.is_register(o) else (1 << insn.width(o)) - 1 for o in insn.operands]
    yield [0] * len(limits)
    yield limits
    for n, limit in enumerate(limits):
        for value in sorted({0, 1, limit // 2, limit - 1, limit}):
            values = [rng.randint(0, x) for x in limits]
            values[n] = value
            yield values


def run(tool, args, llvm, plugin, text):
    env = dict(os.environ, LD_PRELOAD=plugin)
    return subprocess.run([f"{llvm}/{tool}", *args], input=text, env=env, capture_output=True, text=True,
                          check=False)


def main(argv):
    page, header, llvm, plugin, scratch = argv[1:]
    os.makedirs(scratch, exist_ok=True)
    insns = read_page(page)
    rng = random.Random(4)
    mc = ["--arch=mtia", "--triple=riscv64-unknown-elf"]

    # Words.
    cases = [(i, v) for i in insns for v in samples(i, rng)]
    text = "".join(i.text(v) + "\n" for i, v in cases)
    done = run("llvm-mc", [*mc, "--show-encoding"], llvm, plugin, text)
    if done.returncode:
        sys.exit(done.stderr)
    lines = done.stdout.splitlines()
    assert len(lines) == len(cases), "not one line per instruction"
    for (insn, values), line in zip(cases, lines):
        word = bytes.fromhex("".join(re.findall(r"0x(..)[],]", line.partition("encoding:")[2])))
        if int.from_bytes(word, "little") != insn.encode(values):
            sys.exit(f"{insn.text(values)}: assembled to {word[::-1].hex()}, "
                     f"the page says {insn.encode(values):08x}")

    # Text.
    text = "".join(" ".join(f"{insn.encode(v) >> s & 255:#x}" for s in (0, 8, 16, 24)) + "\n" for insn, v in cases)
    done = run("llvm-mc", [*mc, "--disassemble"], llvm, plugin, text)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines() if "\tmtia." in line]
    for (insn, values), line in zip(cases, lines):
        if line != insn.text(values).strip():
            sys.exit(f"{insn.encode(values):08x}: disassembled as {line!r}, expected {insn.text(values)!r}")
    assert len(lines) == len(cases) and not done.stderr, done.stderr

    # A bit that no field covers makes the word no instruction of this kind.
    stray = 0
    for insn in insns:
        covered = 0x707F
        for pieces in insn.fields.values():
            for high, low, _ in pieces:
                covered |= ((1 << high - low + 1) - 1) << low
        for bit in range(32):
            word = insn.fixed ^ 1 << bit
            if not covered >> bit & 1 and not any(
                    (word ^ o.fixed) & ~sum(((1 << h - l + 1) - 1) << l for p in o.fields.values()
                                            for h, l, _ in p) == 0 for o in insns):
                stray += 1
                line = " ".join(f"{word >> s & 255:#x}" for s in (0, 8, 16, 24))
                cases.append((insn, line))
    text = "".join(line + "\n" for _, line in cases if isinstance(line, str))
    done = run("llvm-mc", [*mc, "--disassemble"], llvm, plugin, text)
    if "mtia." in done.stdout or done.stderr.count("invalid instruction encoding") != stray:
        sys.exit(f"of {stray} words with stray bits some were accepted:\n{done.stdout}")

    # Constants out of range: one line each, one error each, at the operand.
    bad, expected = [], []
    for insn in insns:
        for n, operand in enumerate(insn.operands):
            if insn.is_register(operand):
                continue
            high = (1 << insn.width(operand)) - 1
            for value in (high + 1, -1):
                texts = ["a0" if insn.is_register(o) else "0" for o in insn.operands]
                column = len(insn.mnemonic) + 2 + sum(len(t) + 2 for t in texts[:n])
                texts[n] = str(value)
                bad.append(f"{insn.mnemonic} " + ", ".join(texts))
                expected.append(f"<stdin>:{len(bad)}:{column}: error: immediate must be an integer in the "
                                f"range [0, {high}]")
        if insn.operands:
            bad.append(insn.mnemonic)
            expected.append(f"<stdin>:{len(bad)}:1: error: too few operands for instruction")
    done = run("llvm-mc", [*mc, "-o", os.devnull], llvm, plugin, "\n".join(bad) + "\n")
    errors = [line for line in done.stderr.splitlines() if " error: " in line]
    for a, b in zip(errors, expected):
        if a != b:
            sys.exit(f"got:      {a}\nexpected: {b}")
    assert len(errors) == len(expected) and done.returncode == 1

    # What works.
    with open(header, encoding="utf-8") as file:
        parts = re.split(r"^// `(mtia\.[^`]*)`", file.read(), flags=re.M)
    refused = {parts[n]: "UNIMPLEMENTED" in parts[n + 1] for n in range(1, len(parts), 2)}
    for insn in insns:
        if refused.pop(insn.mnemonic, None) != (insn.since > 1):
            sys.exit(f"{insn.mnemonic}: the page says Since {insn.since}, the .td file another thing or nothing")
    if refused:
        sys.exit(f"not on the page: {', '.join(refused)}")
    print(f"{len(insns)} instructions, {len(lines)} words as on the page, {len(bad)} errors, {stray} words refused")


main(sys.argv)
