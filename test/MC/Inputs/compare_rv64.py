# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares our assembler and disassembler with stock LLVM's for riscv64.

    compare_rv64.py WHAT MTIA.json LLVM_BIN PLUGIN SCRATCH_DIR

WHAT: instructions    every instruction but Xmtia's, operand extremes
      pseudos         pseudo-instructions and aliases, their operand extremes
      constants       li of many constants: equal values, never longer than stock's
      words           random words: same verdict, same text
      halfwords       all 16-bit words: same verdict, text, and bytes when read again
      csrs            all 4096 CSR numbers
Prints how much was compared; exit status 1 with the differences otherwise.
"""
import json
import os
import random
import re
import subprocess
import sys

# The device's extensions without C, so that every instruction has four bytes.
ATTRS = "+m,+a,+f,+d,+zfh,+zba,+zbb,+zbs,+zicond,+zicsr,+zifencei,+zicbom,+zicboz,+zihintpause"
NO_ZB = ["--mattr=-zba,-zbb,-zbs"]
REGS = ["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"]
SIMM12 = [-2048, -2047, -1025, -1, 0, 1, 1024, 2046, 2047]
UIMM20 = [0, 1, 0x7FFFF, 0x80000, 0xFFFFF]
CSRS = [0, 1, 0x300, 0x305, 0x341, 0xB00, 0xC00, 0xC01, 0xC02, 0xF14, 0x7FF, 0x800, 0xFFF]


class Tools:
    def __init__(self, llvm, plugin, scratch):
        self.llvm, self.plugin, self.scratch = llvm, plugin, scratch
        self.compressed = False

    # The device's extensions, with or without C.
    def attrs(self, ours):
        if ours:
            return "-xmtia" if self.compressed else "-xmtia,-c"
        return ATTRS + (",+c" if self.compressed else "")

    def run(self, ours, tool, args, stdin=None, check=True):
        env = dict(os.environ)
        if ours:
            env["LD_PRELOAD"] = self.plugin
        done = subprocess.run([f"{self.llvm}/{tool}", *args], input=stdin, env=env,
                              capture_output=True, text=True, check=False)
        if check and done.returncode:
            sys.exit(f"{tool} {' '.join(args)} ({'ours' if ours else 'stock'}):\n{done.stderr[:2000]}")
        return done

    def mc_args(self, ours):
        if ours:
            return ["--arch=mtia", "--triple=riscv64-unknown-elf", f"--mattr={self.attrs(ours)}"]
        return ["--triple=riscv64-unknown-elf", f"--mattr={self.attrs(ours)}"]

    def assemble(self, ours, text, name, *extra):
        obj = os.path.join(self.scratch, f"{name}.{'ours' if ours else 'stock'}.o")
        self.run(ours, "llvm-mc", [*self.mc_args(ours), *extra, "--filetype=obj", "-o", obj, "-"], text)
        return obj

    def section_text(self, obj):
        out = os.path.join(self.scratch, "text.bin")
        self.run(False, "llvm-objcopy", ["-O", "binary", "--only-section=.text", obj, out])
        with open(out, "rb") as file:
            return file.read()

    def disassemble(self, ours, obj, *extra):
        args = ["-d", "--no-show-raw-insn", *extra]
        args += [f"--mattr={self.attrs(ours)}"] + (["--arch-name=mtia"] if ours else [])
        out = self.run(ours, "llvm-objdump", [*args, obj]).stdout
        return [line for line in out.splitlines() if "file format" not in line]


def same_lines(what, ours, stock):
    """Prints the first differences and exits, or returns the number of lines."""
    if ours == stock:
        return len(ours)
    print(f"{what}: ours and stock differ")
    for a, b in [p for p in zip(ours, stock) if p[0] != p[1]][:20]:
        print(f"  ours:  {a}\n  stock: {b}")
    if len(ours) != len(stock):
        print(f"  {len(ours)} lines and {len(stock)}")
    sys.exit(1)


# Values of the operand kinds of the .td files: both ends, next to them, around zero, and what
# exercises every bit.
FPRS = [f"ft{n}" for n in range(8)] + ["fs0", "fs1"] + [f"fa{n}" for n in range(8)] + \
       [f"fs{n}" for n in range(2, 12)] + ["ft8", "ft9", "ft10", "ft11"]
MODES = ["", ", rne", ", rtz", ", rdn", ", rup", ", rmm", ", dyn"]
FENCE_SETS = ["0"] + ["".join(c for n, c in enumerate("iorw") if s >> n & 1) for s in range(1, 16)]
KINDS = {
    "GPR": REGS, "GPRNoX0": REGS[1:], "GPRNoX2": REGS[:2] + REGS[3:], "GPRC": REGS[8:16], "SP": ["sp"],
    "GPRMemZeroOffset": [f"({r})" for r in REGS] + ["0(a0)"],
    "FPR16": FPRS, "FPR32": FPRS, "FPR64": FPRS, "FPR64C": FPRS[8:16], "FPR32C": FPRS[8:16],
    "frmarg": MODES, "frmarglegacy": MODES, "fencearg": FENCE_SETS, "csr_sysreg": CSRS, "simm12": SIMM12,
    "uimm20_lui": UIMM20, "uimm20_auipc": UIMM20, "uimm5": [0, 1, 15, 16, 30, 31], "uimm6": [0, 1, 31, 32, 62, 63],
    "simm13_lsb0": [-4096, -4094, -2050, -2048, -2, 0, 2, 4, 2046, 2048, 4094],
    "simm21_lsb0_jal": [-1048576, -1048574, -4098, -4096, -2050, -2048, -2, 0, 2, 2046, 2048, 4096, 1048574],
    "bare_simm9_lsb0": [-256, -254, -2, 0, 2, 128, 254], "bare_simm12_lsb0": [-2048, -2046, -2, 0, 2, 1024, 2046],
    "c_lui_imm": [1, 2, 16, 31, 0xFFFE0, 0xFFFF0, 0xFFFFF],
}


def kind_values(db, kind):
    """Texts of an operand of this kind; every bit of a scaled immediate is used."""
    if kind in KINDS:
        return KINDS[kind]
    record = db[kind]
    if "Scale" not in record:
        sys.exit(f"no operands are known here for the kind {kind}")
    lo, hi, scale = record["Lo"], record["Hi"], record["Scale"]
    values = {lo, lo + scale, hi - scale, hi, 0} | {scale << n for n in range(10)} | {-scale << n for n in range(10)}
    return sorted(v for v in values if lo <= v <= hi and (v or not record["NonZero"]))


def instruction_lines(db, record):
    """Lines that show each operand of an instruction at each of its values."""
    kinds = {name: kind["def"] for group in ("OutOperandList", "InOperandList")
             for kind, name in record[group]["args"]}
    names = [n for n in re.findall(r"\$\{?(\w+)\}?", record["Args"])]
    values = [kind_values(db, kinds[n]) for n in names]
    parts = re.split(r"\$\{?\w+\}?", record["Args"])

    def line(chosen):
        text = "".join(p + str(c) for p, c in zip(parts, chosen)) + parts[-1]
        return f"{record['Mnemonic']} {text}".strip()
    seen = dict.fromkeys([line([v[0] for v in values])])
    for place, choices in enumerate(values):
        for i, choice in enumerate(choices):
            # The others take values of their own, not all the same.
            chosen = [v[(i * 7 + 3 * n + 1) % len(v)] for n, v in enumerate(values)]
            chosen[place] = choice
            seen[line(chosen)] = None
    # The constants in all combinations.
    constants = [n for n, name in enumerate(names) if not kinds[name].startswith(("GPR", "FPR", "SP"))]
    if len(constants) == 2:
        for a in values[constants[0]]:
            for b in values[constants[1]]:
                chosen = [v[0] for v in values]
                chosen[constants[0]], chosen[constants[1]] = a, b
                seen[line(chosen)] = None
    return list(seen)


def instructions(tools, json_path):
    with open(json_path, encoding="utf-8") as file:
        db = json.load(file)
    groups = {4: [], 2: []}
    seen = 0
    for base, size in (("MTIAInst", 4), ("MTIAInst16", 2)):
        for name in db["!instanceof"][base]:
            record = db[name]
            if record["isPseudo"] or record["isCodeGenOnly"] or "HasVendorXmtia" in str(record["Predicates"]):
                continue
            if record["Form"]["def"] == "FormV" or "HasStdExtZfbfmin" in str(record["Predicates"]):
                continue  # compare_rvv.py
            seen += 1
            groups[size] += instruction_lines(db, record)
    for size, lines in groups.items():
        # The short ones are written by name; the long ones must not become short ones.
        compare_lines(tools, lines, size, compressed=size == 2)
    # And once more with everything that can be short made short.
    compare_lines(tools, groups[4], None, compressed=True)
    print(f"{seen} instructions, {sum(map(len, groups.values()))} encodings equal")


def compare_lines(tools, lines, size, compressed):
    tools.compressed = compressed
    text = "\n".join(lines) + "\n"
    ours, stock = tools.assemble(True, text, "insns"), tools.assemble(False, text, "insns")
    a, b = tools.section_text(ours), tools.section_text(stock)
    if size:
        same_lines("encodings", [f"{lines[i // size]}: {a[i:i + size][::-1].hex()}" for i in range(0, len(a), size)],
                   [f"{lines[i // size]}: {b[i:i + size][::-1].hex()}" for i in range(0, len(b), size)])
    with open(ours, "rb") as x, open(stock, "rb") as y:
        if x.read() != y.read():
            sys.exit("the object files differ")
    # Both disassemblers on the object.
    for extra in ([], ["-M", "no-aliases", "-M", "numeric"]):
        same_lines("disassembly", tools.disassemble(True, ours, *extra), tools.disassemble(False, ours, *extra))
    # Both assemblers print the same text.
    printed = [tools.run(o, "llvm-mc", tools.mc_args(o), text).stdout.splitlines() for o in (True, False)]
    same_lines("printed assembly", *printed)
    # And what is printed is read again as the same bytes, but for c.addi16sp and its like, which are
    # only one of two ways to say it.
    again = tools.section_text(tools.assemble(True, "\n".join(printed[0]) + "\n", "again"))
    if size != 2 and again != a:
        sys.exit("printed assembly is read as something else")
    tools.compressed = False


PSEUDOS = """
nop; ret; fence; pause; unimp; ecall; scall; ebreak; sbreak
li R, S; mv R, R; move R, R; not R, R; neg R, R; negw R, R; sext.w R, R; zext.b R, R
sext.b R, R; sext.h R, R; zext.h R, R; zext.w R, R
seqz R, R; snez R, R; sltz R, R; sgtz R, R
add R, R, S; addw R, R, S; and R, R, S; or R, R, S; xor R, R, S; slt R, R, S; sltu R, R, S
sll R, R, H; srl R, R, H; sra R, R, H; sllw R, R, W; srlw R, R, W; sraw R, R, W
sgt R, R, R; sgtu R, R, R
beqz R, B; bnez R, B; blez R, B; bgez R, B; bltz R, B; bgtz R, B
bgt R, R, B; ble R, R, B; bgtu R, R, B; bleu R, R, B
j J; jal J; jal R, J; jr R; jr S(R); jr R, S; jalr R; jalr S(R); jalr R, R; jalr R, R, S; jalr R, S(R)
jr (R); jalr (R); jalr R, (R)
lb R, (R); lh R, (R); lw R, (R); ld R, (R); lbu R, (R); lhu R, (R); lwu R, (R)
sb R, (R); sh R, (R); sw R, (R); sd R, (R)
rdcycle R; rdtime R; rdinstret R; csrr R, C; csrw C, R; csrs C, R; csrc C, R
csrwi C, Z; csrsi C, Z; csrci C, Z; csrw C, Z; csrs C, Z; csrc C, Z
csrrw R, C, Z; csrrs R, C, Z; csrrc R, C, Z
lla R, Y; la R, Y; lga R, Y; la.tls.ie R, Y; la.tls.gd R, Y; call T; call R, T; tail T; jump T, R
lb R, Y; lbu R, Y; lh R, Y; lhu R, Y; lw R, Y; lwu R, Y; ld R, Y
sb R, Y, R; sh R, Y, R; sw R, Y, R; sd R, Y, R
.insn r 0x33, 7, 127, R, R, R; .insn r OP, 0, 0, R, R, R; .insn r4 MADD, 0, 3, R, R, R, R
.insn i 0x13, 0, R, R, S; .insn i LOAD, 3, R, S(R); .insn s STORE, 3, R, S(R)
.insn b BRANCH, 1, R, R, B; .insn sb 0x63, 1, R, R, B; .insn u LUI, R, U; .insn u 0x17, R, U
.insn 0x00000013; .insn 4, 0xfe010113; .option rvc; .insn 1; .insn 2, 0x8514; .insn 6, 0x42aa22331f
.insn 8, 0x0123456789abcd3f; .insn 0x1f
.insn cr C2, 8, R, R; .insn cr 0, 15, R, R; .insn ci C1, 0, R, I; .insn ciw C0, 0, K, V; .insn css C2, 6, R, H
.insn cl C0, 2, K, Z(K); .insn cl C0, 2, K, (K); .insn cs C0, 6, K, Z(K); .insn ca C1, 35, 3, K, K
.insn cb C1, 6, K, 254; .insn cb C1, 7, K, -256; .insn cj C1, 5, 2046; .insn cj C1, 5, -2048; .option norvc
la R, S; lla R, S; li R, %lo(symbol); dret; sfence.vma; sfence.vma R; sfence.vma R, R
sext.b R, R; sext.h R, R; zext.h R, R
flh F, Y, R; flw F, Y, R; fld F, Y, R; fsh F, Y, R; fsw F, Y, R; fsd F, Y, R
flh F, (R); flw F, (R); fld F, (R); fsh F, (R); fsw F, (R); fsd F, (R)
fmv.h F, F; fmv.s F, F; fmv.d F, F; fabs.s F, F; fabs.d F, F; fneg.h F, F; fneg.s F, F; fneg.d F, F
fgt.s R, F, F; fge.s R, F, F; fgt.d R, F, F; fge.d R, F, F; fgt.h R, F, F; fge.h R, F, F
fmv.x.s R, F; fmv.s.x F, R; frcsr R; fscsr R; fscsr R, R; frrm R; fsrm R; fsrm R, R; fsrmi Z; fsrmi R, Z
frflags R; fsflags R; fsflags R, R; fsflagsi Z; fsflagsi R, Z; frsr R; fssr R; fssr R, R
lr.w R, (R); sc.d R, R, (R); amoadd.w R, R, (R); lr.d.aq R, 0(R); amomaxu.d.aqrl R, R, 0(R)
.option rvc; c.addi zero, I; c.addi x0, 0; c.nop I; c.li zero, I; c.slli zero, W; c.slli64 R; c.srli64 K; c.srai64 K
c.mv zero, K; c.add zero, K; c.unimp; c.ebreak; .option norvc
"""


def pseudos(tools, _):
    rng = random.Random(1)
    values = {"S": SIMM12, "H": [0, 1, 31, 32, 63], "W": [0, 1, 31], "B": [-4096, -2, 0, 2, 4094],
              "J": [-1048576, -2, 2, 1048574], "C": ["mstatus", "mhartid", "0x7c0", "mtval", 3072],
              "Z": [0, 1, 31], "Y": ["symbol", "symbol+4", "symbol-8", "a0"], "T": ["symbol", "a0", "t1"], "U": UIMM20, "R": REGS, "F": FPRS, "K": REGS[8:16], "V": [0, 1, 128, 255], "I": [-32, -1, 1, 31]}
    lines = []
    for pattern in PSEUDOS.replace("\n", ";").split(";"):
        pattern = pattern.strip()
        if not pattern:
            continue
        head, _, tail = pattern.partition(" ")
        if head == ".insn":
            word, _, tail = tail.partition(" ")
            head += " " + word
        letters = re.findall(r"\b[SHWBJCZYUTRFKVI]\b", tail)
        for n in range(max([len(values[x]) for x in letters] or [1])):
            def pick(match, n=n):
                choices = values[match.group()]
                return str(choices[(n + rng.randrange(len(choices)) * (letters[0] != match.group())) % len(choices)])
            lines.append((head + " " + re.sub(r"\b[SHWBJCZYUTRFKVI]\b", pick, tail)).strip())
    text = "\n".join(lines) + "\n"
    ours, stock = tools.assemble(True, text, "pseudos"), tools.assemble(False, text, "pseudos")
    relocated = [tools.run(False, "llvm-objdump", ["-dr", "--show-all-symbols", f"--mattr={ATTRS}", o]).stdout
                 .splitlines()[2:] for o in (ours, stock)]
    same_lines("pseudo-instructions", *relocated)
    printed = [[re.sub(r"\.Lpcrel_hi\d+", "LABEL", " ".join(line.split()))
                for line in tools.run(o, "llvm-mc", tools.mc_args(o), text).stdout.splitlines()
                if ".insn" not in line]  # i formats: rs1, imm and imm(rs1) are the same
               for o in (True, False)]
    same_lines("printed pseudo-instructions", *printed)
    print(f"{len(lines)} pseudo-instructions equal")


def constants(tools, _):
    rng = random.Random(2)
    mask = (1 << 64) - 1
    numbers = {0, 1, 2047, 2048, 0x7FFFF800, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, 1 << 63, mask,
               0x123456789ABCDEF0, 0xAAAAAAAAAAAAAAAA, 0x5555555555555555, 0xFFFF0000FFFF0000}
    for bit in range(64):
        for d in (-2049, -2048, -1, 0, 1, 2047, 2048):
            numbers |= {((1 << bit) + d) & mask, (-(1 << bit) + d) & mask}
        for width in range(1, 64 - bit, 7):
            numbers |= {((1 << width) - 1) << bit & mask, ~(((1 << width) - 1) << bit) & mask}
    for _ in range(2000):
        n = rng.getrandbits(rng.randrange(1, 65)) << rng.randrange(64)
        numbers |= {n & mask, ~n & mask}
    numbers = sorted(numbers)
    total = [0, 0]
    for options in (NO_ZB, []):
        lengths = [constant_lengths(tools, numbers, ours, options) for ours in (True, False)]
        total = [t + sum(part) for t, part in zip(total, lengths)]
        longer = [(f"{n:#x}", a, b) for n, a, b in zip(numbers, *lengths) if a > b]
        if longer:
            sys.exit(f"{len(longer)} of {len(numbers)} constants are longer than stock's with {options} "
                     f"(constant, ours, stock): {longer[:12]}")
    # Of 32 bits, they are the same bytes.
    words = [n for n in numbers if n < 1 << 31 or n >> 31 == (1 << 33) - 1]
    text = "".join(f"li a0, {n:#x}\n" for n in words)
    ours, stock = (tools.section_text(tools.assemble(mtia, text, "li32", *NO_ZB))
                   for mtia in (True, False))
    if ours != stock:
        sys.exit(f"li of {len(words)} constants of 32 bits: other bytes than stock's")
    print(f"{len(numbers)} constants: {total[0]} instructions, stock {total[1]}")


def constant_lengths(tools, numbers, ours, options):
    """How many instructions 'li' of each number takes; ours must make the number."""
    text = "".join(f"li a0, {n:#x}\necall\n" for n in numbers)
    code = tools.section_text(tools.assemble(ours, text, "li", *options))
    code = [int.from_bytes(code[i:i + 4], "little") for i in range(0, len(code), 4)]
    at, result = 0, []
    for n in numbers:
        end = code.index(0x73, at)
        if ours:
            value = evaluate(code[at:end])
            if value != n:
                sys.exit(f"li a0, {n:#x} makes {value:#x}")
        result.append(end - at)
        at = end + 1
    return result


def evaluate(words):
    """What a li sequence leaves in a0, by the manual."""
    mask, regs = (1 << 64) - 1, {0: 0, 10: None}

    def sext(value, bits):
        value &= (1 << bits) - 1
        return (value - (1 << bits) if value >> (bits - 1) else value) & mask
    for w in words:
        op, f3, rd, rs, imm = w & 127, w >> 12 & 7, w >> 7 & 31, w >> 15 & 31, sext(w >> 20, 12)
        if op == 0x37:
            regs[rd] = sext(w & 0xFFFFF000, 32)
            continue
        a, sh = regs[rs], w >> 20 & 63
        b, word = regs.get(w >> 20 & 31), a & 0xFFFFFFFF
        zb = {(0x13, 1, 0b001010): lambda: a | 1 << sh, (0x13, 1, 0b010010): lambda: a & ~(1 << sh),
              (0x13, 5, 0b011000): lambda: a >> sh | a << (64 - sh),
              (0x1B, 1, 0b000010): lambda: word << sh, (0x3B, 0, 0b000010): lambda: b + word,
              (0x33, 2, 0b001000): lambda: b + (a << 1), (0x33, 4, 0b001000): lambda: b + (a << 2),
              (0x33, 6, 0b001000): lambda: b + (a << 3)}.get((op, f3, w >> 26))
        if zb:
            regs[rd] = zb() & mask
            continue
        regs[rd] = {(0x13, 0): lambda: a + imm, (0x1B, 0): lambda: sext(a + imm, 32),
                    (0x13, 4): lambda: a ^ imm, (0x13, 6): lambda: a | imm, (0x13, 7): lambda: a & imm,
                    (0x13, 1): lambda: a << sh, (0x13, 5): lambda: a >> sh}[op, f3]() & mask
    return regs[10]


def words(tools, _):
    rng = random.Random(3)
    # Every opcode with every funct3, the rest random, zeros and ones mixed in.
    samples = []
    for opcode in range(3, 128, 4):
        if opcode in (0x0B, 0x2B, 0x5B, 0x7B) or opcode & 31 == 31:
            continue  # Xmtia's; formats longer than 32 bits
        for funct3 in range(8):
            for _ in range(24):
                rest = rng.choice([rng.getrandbits(32), rng.getrandbits(32) & rng.getrandbits(32),
                                   rng.getrandbits(32) & 0x02FFFF80, rng.getrandbits(32) & 0x40FFFF80,
                                   rng.getrandbits(32) & 0xFFF00F80, 0])
                samples.append((rest & ~0x707F | funct3 << 12 | opcode) & 0xFFFFFFFF)
    for w in (0x73, 0x100073, 0x30200073, 0x10500073, 0x8330000F, 0x0FF0000F, 0x100F):
        samples += [w] + [w ^ 1 << bit for bit in range(7, 32)]
    results = []
    for ours in (True, False):
        # One word a line; a word that is none makes a warning with its line's number.
        text = "".join(" ".join(f"{w >> s & 255:#04x}" for s in (0, 8, 16, 24)) + "\n" for w in samples)
        done = tools.run(ours, "llvm-mc", [*tools.mc_args(ours), "--disassemble"], text, check=False)
        bad = {int(n) for n in re.findall(r"<stdin>:(\d+):\d+: warning: invalid instruction encoding", done.stderr)}
        good = iter(line for line in done.stdout.splitlines() if line.strip() and ".text" not in line)
        results.append([f"{w:08x} invalid" if n in bad else f"{w:08x} {next(good)}"
                        for n, w in enumerate(samples, 1)])
    # Names of CSRs that only stock knows are numbers here; the cores have no supervisor mode.
    ours, stock = results
    for n, (a, b) in enumerate(zip(ours, stock)):
        number = str(int(a[:8], 16) >> 20)
        if a.startswith(b[:8] + " \tcsr") and re.sub(rf"\b{number}\b", "CSR", a) == \
                re.sub(r"\b[a-z]+[a-z0-9]*(?=, \w+$|$)", "CSR", b, count=1):
            ours[n] = b
        elif a.endswith("invalid") and re.search(rf"\t({SUPERVISOR})\b", b):
            ours[n] = b
    same_lines("random words", ours, stock)
    print(f"{len(samples)} words, {sum('invalid' not in r for r in results[0])} of them instructions")


def halfwords(tools, _):
    words16 = [w for w in range(1 << 16) if w & 3 != 3]
    text = "".join(f"{w & 255:#04x} {w >> 8:#04x}\n" for w in words16)
    total = 0
    for attrs in (None, "-f", "-c"):  # everything, without c.fld, nothing
        for extra in ([], ["-M", "no-aliases"]):
            results = []
            for ours in (True, False):
                args = ["--mattr=-xmtia"] if ours else [f"--mattr={ATTRS},+c"]
                args += [f"--mattr={attrs},-zca"] if attrs == "-c" else [f"--mattr={attrs}"] if attrs else []
                args += ["--arch=mtia"] if ours else []
                done = tools.run(ours, "llvm-mc", ["--triple=riscv64-unknown-elf", *args, "--disassemble",
                                                   "--show-encoding", *extra], text, check=False)
                bad = {int(n) for n in re.findall(r"<stdin>:(\d+):\d+: warning: invalid instruction", done.stderr)}
                good = iter(line for line in done.stdout.splitlines() if "encoding: [" in line)
                results.append([f"{w:04x} invalid" if n in bad else f"{w:04x} {next(good)}"
                                for n, w in enumerate(words16, 1)])
            same_lines("16-bit words", *results)
            total = total or sum("invalid" not in r for r in results[0])
            # What is printed under its own name is read as the same bytes. (Not under the
            # long one: addi sp, sp, 16 is c.addi and c.addi16sp.)
            lines = [r[5:] for r in results[0] if "invalid" not in r]
            if not lines or not extra:
                continue
            again = tools.run(True, "llvm-mc", ["--triple=riscv64-unknown-elf", "--mattr=-xmtia", "--arch=mtia",
                                                "--show-encoding"], "\n".join(lines) + "\n").stdout
            # A distance is a fixup-free constant here, so every line has its bytes.
            encodings = re.compile(r"encoding: \[(.*?)\]")
            same_lines("16-bit words read again", encodings.findall(again), [encodings.search(x)[1] for x in lines])
    print(f"{len(words16)} words, {total} of them instructions")


SUPERVISOR = r"mnret|dret|sctrclr|sinval\.vma|sfence\.\w+\.\w+|hfence\.\w+|hinval\.\w+"


def csrs(tools, _):
    text = "".join(f"csrrw a0, {n}, a1\n" for n in range(4096))
    obj = tools.assemble(True, text, "csrs")
    ours, stock = tools.disassemble(True, obj), tools.disassemble(False, obj)
    named = 0
    for n, (a, b) in enumerate(zip(ours[-4096:], stock[-4096:])):
        if a == b:
            named += not re.search(r", 0x\w+, a1", a)
        # We know fewer names; what we don't name must be the number.
        elif not a.endswith(f"a0, {n:#x}, a1"):
            sys.exit(f"ours:  {a}\nstock: {b}")
    if named < 200:
        sys.exit(f"only {named} CSRs have a name")
    print(f"4096 CSRs, {named} names equal")


def main(argv):
    what, json_path, llvm, plugin, scratch = argv[1:]
    os.makedirs(scratch, exist_ok=True)
    globals()[what](Tools(llvm, plugin, scratch), json_path)


if __name__ == "__main__":
    main(sys.argv)
