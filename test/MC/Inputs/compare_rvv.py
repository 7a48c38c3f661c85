# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares our assembler and disassembler of vector instructions with stock LLVM's for riscv64.

    compare_rvv.py WHAT MTIA.json LLVM_BIN PLUGIN SCRATCH_DIR

WHAT: instructions    every instruction: operand extremes, masked and unmasked, destinations
                      that overlap; the same bytes, texts and refusals
      aliases         the same for aliases and pseudo-instructions
      operands        wrong operands: refused at the same place with the same words
      words           a sweep over the vector opcodes and random words: same verdict, same text,
                      with several sets of extensions
      tables          mtia_vinsn.inc, from which the emulator executes: its masks find the same
                      instructions, its text compiles
      extensions      which extension implies which: the same .attribute arch
Prints how much was compared; exit status 1 with the differences otherwise.
"""
import itertools
import json
import os
import random
import re
import sys

import compare_rv64 as base
from compare_rv64 import same_lines

VECTOR = "+v,+zvl512b,+zvfh,+zvfbfmin,+zvfbfwma,+zvbb"
VRS = [f"v{n}" for n in range(32)]
LMULS = ["m1", "m2", "m4", "m8", "mf2", "mf4", "mf8"]
SEWS = ["e8", "e16", "e32", "e64"]
VTYPES = [", ".join(words) for words in itertools.product(SEWS, LMULS, ["ta", "tu"], ["ma", "mu"])]
# Words may be missing.
VTYPES += ["e16", "m4", "ta", "mu", "e32, m2", "e64, tu", "e8, ma", "m8, ta", "mf2, mu", "ta, ma", "e16, mf2, ma"]

base.KINDS.update({
    "VR": VRS, "VRNoV0": VRS[1:], "VRM2": VRS[::2], "VRM4": VRS[::4], "VRM8": VRS[::8],
    "VMaskOp": ["", ", v0.t"], "VMaskCarryInOp": ["v0"], "simm5": [-16, -15, -1, 0, 1, 14, 15],
    "VTypeIOp11": VTYPES + list(range(0, 2048)), "VTypeIOp10": VTYPES + list(range(0, 1024)),
})


class Tools(base.Tools):
    features = VECTOR
    compressed = False

    def attrs(self, ours):
        return f"{super().attrs(ours)},{self.features}"


def load(json_path):
    with open(json_path, encoding="utf-8") as file:
        db = json.load(file)
    records = [db[name] for name in db["!instanceof"]["MTIAInst"]]
    return db, [r for r in records if (r["Form"]["def"] == "FormV" or "HasStdExtZfbfmin" in str(r["Predicates"]))
                and not r["isPseudo"]]


def diagnostics(tools, lines):
    """What each assembler says about the lines: [{line number: 'column: kind: text'}] * 2."""
    results = []
    for ours in (True, False):
        done = tools.run(ours, "llvm-mc", [*tools.mc_args(ours), "-o", os.devnull, "-"], "\n".join(lines) + "\n",
                         check=False)
        found = re.findall(r"<stdin>:(\d+):(\d+: (?:error|warning): .*)", done.stderr)
        results.append({int(n): text for n, text in found})
    return results


def legal_lines(tools, lines):
    """The lines that are instructions. Both assemblers must refuse the others in the same words."""
    ours, stock = diagnostics(tools, lines)
    numbers = sorted(set(ours) | set(stock))
    same_lines("diagnostics", [f"{lines[n - 1]}: {ours.get(n, 'accepted')}" for n in numbers],
               [f"{lines[n - 1]}: {stock.get(n, 'accepted')}" for n in numbers])
    return [line for n, line in enumerate(lines, 1) if "error" not in ours.get(n, "")]


def overlapping(db, record):
    """Lines whose destination is also a source, with and without a mask."""
    names = re.findall(r"\$(\w+)", record["Args"])
    kinds = {name: kind["def"] for group in ("OutOperandList", "InOperandList")
             for kind, name in record[group]["args"]}
    values = [base.kind_values(db, kinds[n]) for n in names]
    vectors = [i for i, n in enumerate(names) if kinds[n].startswith("VR")]
    parts = re.split(r"\$\w+", record["Args"])
    lines = []
    for mask in (0, -1):
        for first in ("v0", "v8"):
            for others in itertools.product(("v0", "v8", "v16"), repeat=len(vectors) - 1):
                chosen = [v[mask] for v in values]
                for i, register in zip(vectors, (first, *others)):
                    chosen[i] = register
                text = "".join(p + str(c) for p, c in zip(parts, chosen)) + parts[-1]
                lines.append(f"{record['Mnemonic']} {text}")
    return lines


def instructions(tools, json_path):
    db, records = load(json_path)
    lines = []
    for record in records:
        lines += base.instruction_lines(db, record)
        if not record["Mnemonic"].startswith(("vset", "fcvt")):
            lines += overlapping(db, record)
    lines = list(dict.fromkeys(lines))
    legal = legal_lines(tools, lines)
    base.compare_lines(tools, legal, 4, compressed=False)
    print(f"{len(records)} instructions, {len(legal)} encodings equal, {len(lines) - len(legal)} refused equally")


# V a vector register, G one of a group of 2, 4, 8, R an integer and F a floating-point register,
# S a constant of 5 bits, P one more than such a constant; M a mask or none.
ALIASES = """
vneg.v V, VM; vnot.v V, VM; vwcvt.x.x.v V, VM; vwcvtu.x.x.v V, VM; vncvt.x.x.w V, VM
vmsgtu.vv V, V, VM; vmsgt.vv V, V, VM; vmsgeu.vv V, V, VM; vmsge.vv V, V, VM
vmsltu.vi V, V, PM; vmslt.vi V, V, PM; vmsgeu.vi V, V, PM; vmsge.vi V, V, PM
vmsgeu.vx V, V, RM; vmsge.vx V, V, RM; vmsgeu.vx V, V, R, v0.t, V; vmsge.vx V, V, R, v0.t, V
vmsge.vx v0, V, R, v0.t, V; vmsgeu.vx v0, V, R, v0.t, V
vfneg.v V, VM; vfabs.v V, VM; vmfgt.vv V, V, VM; vmfge.vv V, V, VM
vmmv.m V, V; vmclr.m V; vmset.m V; vmnot.m V, V; vpopc.m R, VM; vmandnot.mm V, V, V; vmornot.mm V, V, V
vfredsum.vs V, V, VM; vfwredsum.vs V, V, VM
vl1r.v V, (R); vl2r.v 2, (R); vl4r.v 4, (R); vl8r.v 8, (R); vle1.v V, (R); vse1.v V, (R)
vle8.v V, 0(R)M; vse64.v V, 0(R)M; vlse16.v V, 0(R), RM; vluxei32.v V, 0(R), VM; vs8r.v 8, 0(R)
csrr R, C; csrw vstart, R; csrwi vxrm, 2; csrw vcsr, R; csrci vxsat, 1
"""


def aliases(tools, _):
    rng = random.Random(5)
    values = {"V": VRS, "R": base.REGS, "P": range(-15, 17), "2": VRS[::2], "4": VRS[::4], "8": VRS[::8],
              "C": ["vstart", "vxsat", "vxrm", "vcsr", "vl", "vtype", "vlenb"]}
    lines = []
    for pattern in ALIASES.replace("\n", ";").split(";"):
        head, _, tail = pattern.strip().partition(" ")
        for n in range(64 if head else 0):
            text = tail.replace("M", ", v0.t" if n % 2 else "")
            lines.append(head + " " + re.sub(r"\b[VRPC248]\b", lambda m: str(rng.choice(values[m[0]])), text))
    legal = legal_lines(tools, lines)
    text = "\n".join(legal) + "\n"
    ours, stock = tools.assemble(True, text, "aliases"), tools.assemble(False, text, "aliases")
    for extra in ([], ["-M", "no-aliases"]):
        same_lines("disassembly", tools.disassemble(True, ours, *extra), tools.disassemble(False, stock, *extra))
    same_lines("bytes", [tools.section_text(ours).hex()], [tools.section_text(stock).hex()])
    printed = [tools.run(o, "llvm-mc", tools.mc_args(o), text).stdout.splitlines() for o in (True, False)]
    same_lines("printed assembly", *printed)
    print(f"{len(legal)} aliases equal, {len(lines) - len(legal)} refused equally")


# What isn't an operand. Our messages say more where a vtype is a number and where a memory
# operand is no register in parentheses.
WRONG = {"VR": ["v32", "a0", "fa0", "5", "(a0)", "v0.t", "vl"], "VRM2": ["v1", "v31", "a0"], "VRM4": ["v2", "v30"],
         "VRM8": ["v4", "v28"], "GPR": ["v0", "fa0", "5"], "FPR32": ["v0", "a0", "1"], "FPR16": ["v1"], "frmarg": [], "frmarglegacy": [], "simm5": [-17, 16, "a0", "sym"],
         "uimm5": [-1, 32, "v1"], "uimm6": [-1, 64], "GPRMemZeroOffset": ["4(a0)", "a0", "(v1)", "1"],
         "VMaskOp": [", v0", ", v1.t", ", a0.t", ", 5", ", v0.f", ", v0.t, v1"], "VMaskCarryInOp": ["v1", "v0.t", "a0", "0"],
         "VTypeIOp11": ["e8, ta, m1", "e128", "e8, m16", "e8, mf1", "2048", "-1", "e8, m1, ta, ma, ma", "sym"],
         "VTypeIOp10": ["m1, e8", "e65, m1", "m3", "1024", "-1"]}


def operands(tools, json_path):
    db, records = load(json_path)
    lines, memory = [], set()
    for record in records:
        kinds = {name: kind["def"] for group in ("OutOperandList", "InOperandList")
                 for kind, name in record[group]["args"]}
        names = re.findall(r"\$(\w+)", record["Args"])
        parts = re.split(r"\$\w+", record["Args"])
        right = [base.kind_values(db, kinds[n])[i + 1 if kinds[n] == "VR" else 0] for i, n in enumerate(names)]
        for place, name in enumerate(names):
            for wrong in WRONG[kinds[name]]:
                chosen = list(right)
                chosen[place] = wrong
                text = "".join(p + str(c) for p, c in zip(parts, chosen)) + parts[-1]
                lines.append(f"{record['Mnemonic']} {text}")
                if kinds[name] == "GPRMemZeroOffset":
                    memory.add(len(lines))
        lines.append(f"{record['Mnemonic']} {right[0]}")  # too few
    ours, stock = diagnostics(tools, lines)
    result = []
    for said in (ours, stock):
        said = {n: re.sub(r" or an integer in the range \[0, \d+\]$", "", text) if "m[1|2" in text else
                "refused" if n in memory else text for n, text in said.items()}
        result.append([f"{line}: {said.get(n, 'accepted')}" for n, line in enumerate(lines, 1)])
    same_lines("wrong operands", *result)
    print(f"{len(lines)} lines, {len(ours)} of them refused equally")


def decoded(tools, ours, samples, *extra):
    text = "".join(" ".join(f"{w >> s & 255:#04x}" for s in (0, 8, 16, 24)) + "\n" for w in samples)
    done = tools.run(ours, "llvm-mc", [*tools.mc_args(ours), "--disassemble", *extra], text, check=False)
    bad = {int(n) for n in re.findall(r"<stdin>:(\d+):\d+: warning: invalid instruction encoding", done.stderr)}
    good = iter(line for line in done.stdout.splitlines() if line.strip() and ".text" not in line)
    return [f"{w:08x} invalid" if n in bad else f"{w:08x} {next(good)}" for n, w in enumerate(samples, 1)]


def sweep(rng):
    """Words with every value of the fields that select a vector instruction."""
    samples = []
    # OP-V: every funct6, funct3, vm and vs1.
    for f6, vm, vs1, f3 in itertools.product(range(64), range(2), range(32), range(8)):
        vs2, vd = rng.choice([0, 0, 1, 8, rng.randrange(32)]), rng.choice([0, 2, 4, rng.randrange(32)])
        samples.append(f6 << 26 | vm << 25 | vs2 << 20 | vs1 << 15 | f3 << 12 | vd << 7 | 0x57)
    # LOAD-FP and STORE-FP: every width, nf, mew, mop, vm and lumop.
    for opcode, width, high, lumop in itertools.product((0x07, 0x27), range(8), range(128), range(32)):
        samples.append(high << 25 | lumop << 20 | rng.randrange(32) << 15 | width << 12 |
                       rng.choice([0, 8, rng.randrange(32)]) << 7 | opcode)
    return samples


def words(tools, _):
    seed = 7
    rng = random.Random(seed)
    samples = sweep(rng)
    for extra in ([], ["-M", "no-aliases"]):
        results = [decoded(tools, ours, samples, *extra) for ours in (True, False)]
        same_lines(f"words (seed {seed})", *results)
    count = sum("invalid" not in r for r in results[0])
    some = rng.sample(samples, 20000)
    some += [rng.getrandbits(32) & ~0x7F | rng.choice((0x57, 0x07, 0x27)) for _ in range(20000)]
    for features in ("+zve32x", "+zve32f,+zvkb", "+zve64x,+zvbb", "+zvfbfmin", "+zvfbfwma", "+zvl512b"):
        tools.features = features
        same_lines(f"words with {features} (seed {seed})", *[decoded(tools, o, some) for o in (True, False)])
    print(f"{len(samples) + 6 * len(some)} words equal, {count} instructions of {len(samples)} with everything")


USE = """#include "mtia_vinsn.inc" // the enums
#include <stdint.h>
enum op {
#define MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, masking, reads_vd, unit) id,
#define MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit) id,
#define MTIA_VSET(id, mnemonic, match, mask, unit) id,
#include "mtia_vinsn.inc"
};
static const struct {
  uint32_t match, mask;
  enum mtia_vkind vd, vs2, vs1;
  enum mtia_vmasking masking;
  int reads_vd;
} arith[] = {
#define MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, masking, reads_vd, unit) \\
  [id] = {match, mask, vd, vs2, vs1, masking, reads_vd},
#include "mtia_vinsn.inc"
};
static const struct {
  int store;
  enum mtia_vmode mode;
  int eew, nf;
} memory[] = {
#define MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit) \\
  [id] = {store, mode, eew, nf},
#include "mtia_vinsn.inc"
};
int use(int n) { return arith[n].vd + memory[n].mode; }
"""


def tables(tools, json_path):
    include = os.path.join(os.path.dirname(json_path), "..", "..", "..", "include", "mtia")
    tools.run(False, "clang", ["-Wall", "-Wextra", "-Werror", f"-I{include}", "-fsyntax-only", "-xc", "-"], USE)
    with open(os.path.join(include, "mtia_vinsn.inc"), encoding="utf-8") as file:
        rows = re.findall(r'^MTIA_V\w+\((\w+), "([^"]+)",.*?(0x\w+), (0x\w+)', file.read(), re.M)
    by_mask = {}
    for _, mnemonic, match, mask in rows:
        by_mask.setdefault(int(mask, 16), {})[int(match, 16)] = mnemonic
    samples = sweep(random.Random(11))
    stock = decoded(tools, False, samples, "-M", "no-aliases")
    result = []
    for w, text in zip(samples, stock):
        found = [names[w & mask] for mask, names in by_mask.items() if w & mask in names]
        result.append(f"{w:08x} {' '.join(found) or 'invalid'}")
    # Groups that begin at a wrong register are the executor's to refuse; scalar loads aren't here.
    group = re.compile(r"\b(v[ls][248]r|vmv[248]r)")
    stock = [f"{s[:8]} {s[9:].split()[0]}" for s in stock]
    stock = [f"{s[:8]} invalid" if re.search(r" c?f[ls][hwdq]$", s) else s for s in stock]
    stock = [r if s.endswith("invalid") and group.search(r) else s for r, s in zip(result, stock)]
    same_lines("tables", result, stock)
    print(f"{len(rows)} rows, {len(samples)} words equal")


def extensions(tools, _):
    names = ["v", "zve32x", "zve32f", "zve64x", "zve64f", "zve64d", "zvfh", "zvfhmin", "zvfbfmin", "zvfbfwma", "zvbb",
             "zvkb"] + [f"zvl{1 << n}b" for n in range(5, 17)]
    sets = [[n] for n in names] + [list(s) for s in itertools.combinations(names, 2)]
    sets += [["v", "zvl512b", "zvfh", "zvfbfwma", "zvbb"], ["zve64d", "zvl1024b", "zvfhmin"]]
    # An architecture by its string, with v among the letters.
    lines = [f'.attribute arch, "rv64i{"".join("v" if c == "v" else "_" + c for c in chosen)}"' for chosen in sets]
    lines = [line for line in lines if re.search('rv64iv|zve|zv[fbk]', line)]  # a length alone is an error
    printed = []
    for ours in (True, False):
        args = ["--triple=riscv64-unknown-elf"] + (["--arch=mtia", "--mattr=-xmtia"] if ours else [])
        printed.append(tools.run(ours, "llvm-mc", args, "\n".join(lines) + "\n").stdout.splitlines())
    same_lines("arch strings", *printed)
    # And by features, into an object of the code generator (whose functions have no vectors yet).
    results = []
    for ours in (True, False):
        found = []
        for chosen in [c for c in sets[:len(names)] + sets[-2:] if not c[0].startswith("zvl")]:
            features = ",".join("+" + c for c in chosen)
            obj = os.path.join(tools.scratch, "attributes.o")
            args = ["-march=mtia", "-mcpu=generic-rv64"] if ours else ["-mattr=+i"]
            tools.run(ours, "llc", [*args, "-mtriple=riscv64-unknown-elf", f"-mattr={features}", "-filetype=obj",
                                    "-o", obj, "-"], "@x = global i32 1\n")
            dump = tools.run(False, "llvm-readelf", ["-A", obj]).stdout
            found.append(f"{features}: " + re.search(r"Value: (rv64\w+)", dump)[1])
        results.append(found)
    same_lines("attributes of objects", *results)
    print(f"{len(lines)} arch strings equal, {len(results[0])} objects")


def main(argv):
    what, json_path, llvm, plugin, scratch = argv[1:]
    os.makedirs(scratch, exist_ok=True)
    globals()[what](Tools(llvm, plugin, scratch), json_path)


main(sys.argv)
