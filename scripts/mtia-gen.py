#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes everything that is generated from the target's .td files.

    mtia-gen.py MTIA.json OUTPUT_DIR

MTIA.json comes from `llvm-tblgen --dump-json MTIA.td`. The files in OUTPUT_DIR:

    mtia_insn.inc        X-macros, one line per instruction
    mtia_decode.inc      decoder and printer for the emulator (C11)
    mtia_vinsn.inc       X-macros, one line per vector instruction, which the decoder
                         doesn't know yet: operand kinds, widths, modes of memory
    mtia_csr.inc         X-macros, one line per named CSR
    mtia_intrinsics.h    the instructions of Xmtia as C functions
    mtia_builtins.inc    the same for the front end of mtia-clang
    mtia_cr.inc          X-macros: command registers, and who reads and advances them
    encoding.md          bit patterns of every instruction; docs/isa/ has a copy

Before anything is written the encodings are checked: two instructions that one
word could mean stop the build with a message that names both.
"""

import json
import os
import sys

sys.dont_write_bytecode = True
import mtia_gen_compressed as compressed  # noqa: E402
import mtia_gen_vector as vector  # noqa: E402

BANNER = ("// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"
          "// Generated from lib/Target/MTIA/*.td by scripts/mtia-gen.py. Do not edit.\n")


# The extensions that the emulator implements, by their predicates in the .td files. An
# instruction that needs another one has no place in the decoder: it is illegal there.
EMULATED = {"HasStdExtM", "HasStdExtZicbom", "HasStdExtZicboz", "HasVendorXmtia",
            "HasStdExtF", "HasStdExtD", "HasStdExtZfh", "HasStdExtZfhmin", "HasStdExtZfbfmin",
            "HasHalfFPLoadStoreMove",
            "HasStdExtZaamo", "HasStdExtZalrsc", "HasStdExtZba", "HasStdExtZbb", "HasStdExtZbs",
            "HasStdExtZicond", "HasStdExtC", "HasStdExtCOrZcd"}


Problem = compressed.Problem


class Operand:
    """One operand of an instruction: its name, its kind, where its bits are."""

    def __init__(self, name, fields, record, pieces):
        self.name = name
        # The name in C: one that is a word of TableGen ends in "_" there.
        self.c_name = name.rstrip("_")
        self.fields = fields  # the operand's record
        self.record = record  # its name: GPR, simm12, ...
        self.pieces = pieces  # [(bit of the word, bit of the operand)]

    @property
    def is_register(self):
        return self.record.startswith(("GPR", "FPR"))

    @property
    def is_fp(self):
        return self.record.startswith("FPR")

    @property
    def width(self):
        return len(self.pieces)

    def extract(self):
        """C expression for the operand's value, unsigned, from `word`."""
        runs = []
        for word_bit, op_bit in sorted(self.pieces, key=lambda p: p[1]):
            if runs and runs[-1][0] + runs[-1][2] == word_bit and runs[-1][1] + runs[-1][2] == op_bit:
                runs[-1][2] += 1
            else:
                runs.append([word_bit, op_bit, 1])
        terms = []
        for word_bit, op_bit, count in runs:
            text = f"(word >> {word_bit} & {(1 << count) - 1:#x})"
            terms.append(f"{text} << {op_bit}" if op_bit else text)
        return " | ".join(terms) if terms else "0"


class Insn:
    """An encoded instruction that the disassembler knows."""

    def __init__(self, name, record, db):
        self.name = name
        self.record = record
        self.mnemonic = record["Mnemonic"]
        self.form = db[record["Form"]["def"]]["Name"]
        self.unit = record["TimingUnit"]
        self.match = self.mask = 0
        fields = {}
        for bit, value in enumerate(record["Inst"]):
            if isinstance(value, int):
                self.mask |= 1 << bit
                self.match |= value << bit
            elif value["kind"] == "varbit":
                fields.setdefault(value["var"], []).append((bit, value["index"]))
            elif value["kind"] == "var":  # a field of one bit
                fields.setdefault(value["var"], []).append((bit, 0))
            else:
                raise Problem(f"{name}: bit {bit} of Inst is neither 0, 1 nor a field")
        # Bits that the assembler writes as given and an implementation ignores.
        ignored = sum(b << i for i, b in enumerate(record["IgnoredBits"]))
        self.decode_mask = self.mask & ~ignored
        self.decode_match = self.match & ~ignored
        self.operands = []
        for group in ("OutOperandList", "InOperandList"):
            for kind, operand in record[group]["args"]:
                pieces = fields.pop(operand, None)
                if pieces is None:
                    raise Problem(f"{name}: operand ${operand} has no bits in the encoding")
                self.operands.append(Operand(operand, db[kind["def"]], kind["def"], pieces))
        if fields:
            raise Problem(f"{name}: field(s) {', '.join(fields)} belong to no operand")

    @property
    def immediates(self):
        return [o for o in self.operands if not o.is_register]


def load(path):
    with open(path, encoding="utf-8") as file:
        db = json.load(file)
    insns = []
    for name in db["!instanceof"]["MTIAInst"]:
        record = db[name]
        needs = {p["def"] for p in record["Predicates"]}
        if not record["isPseudo"] and not record["isCodeGenOnly"] and needs <= EMULATED:
            insns.append(Insn(name, record, db))
    insns.sort(key=lambda i: (i.match & 0x7F, i.match >> 12 & 7, i.match, i.name))
    return db, insns


def check_encodings(insns):
    names = {}
    for i, a in enumerate(insns):
        if a.match & 3 != 3:
            raise Problem(f"{a.name}: bits 1..0 must be 11, as in every 32-bit instruction")
        if a.mnemonic in names:
            raise Problem(f"{a.name} and {names[a.mnemonic]} are both called {a.mnemonic}")
        names[a.mnemonic] = a.name
        for b in insns[i + 1:]:
            if (a.match ^ b.match) & a.mask & b.mask == 0:
                raise Problem(
                    f"the encodings of {a.name} and {b.name} overlap: the word "
                    f"{a.match | b.match:#010x} is both\n"
                    f"  {a.name:12} match {a.match:#010x} mask {a.mask:#010x}\n"
                    f"  {b.name:12} match {b.match:#010x} mask {b.mask:#010x}")


# --------------------------------------------------------------------------
# The emulator's decoder
# --------------------------------------------------------------------------

FORMS = ("R", "I", "S", "B", "U", "J", "SHIFT", "CSR", "FENCE", "NONE", "X",
         "R1", "FR", "FR1", "FR4")

DECODE_HEAD = """
#ifndef MTIA_DECODE_INC
#define MTIA_DECODE_INC

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Every instruction of the target; MTIA_OP_ILLEGAL is a word that none covers.
enum mtia_op {
  MTIA_OP_ILLEGAL,
#define MTIA_INSN(id, mnemonic, match, mask, form, unit) MTIA_OP_##id,
#include "mtia_insn.inc"
#undef MTIA_INSN
  MTIA_NUM_OPS
};

// A decoded instruction. Registers that it doesn't name are 0. `imm` is ready for use:
// sign-extended, a branch or jump distance in bytes, lui's and auipc's already shifted left
// by 12; csrr*: the CSR number, and rs1 is the constant of csrr*i; fence: predecessor << 4 |
// successor. rm: rounding mode. x[]: the constant operands of an Xmtia instruction, indexed by MTIA_X_*.
struct mtia_insn {
  uint16_t op;
  uint8_t len; // bytes
  uint8_t rd, rs1, rs2, rs3, rm;
  uint8_t x[8];
  int64_t imm;
};

"""

DECODE_FIELDS = """
static inline int64_t mtia_sext(uint32_t value, int bits) {
  return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits);
}

static inline bool mtia_fields_none(uint32_t word, uint16_t op, struct mtia_insn *out) {
  (void)word;
  *out = (struct mtia_insn){.op = op, .len = 4};
  return true;
}

static inline bool mtia_fields_r(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){
      .op = op, .len = 4, .rd = word >> 7 & 31, .rs1 = word >> 15 & 31, .rs2 = word >> 20 & 31};
  return true;
}

static inline bool mtia_fields_r1(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){.op = op, .len = 4, .rd = word >> 7 & 31, .rs1 = word >> 15 & 31};
  return true;
}

// Rounding modes 5 and 6 are reserved.
static inline bool mtia_fields_rm(uint32_t word, struct mtia_insn *out) {
  out->rm = word >> 12 & 7;
  if (out->rm != 5 && out->rm != 6)
    return true;
  *out = (struct mtia_insn){.op = MTIA_OP_ILLEGAL, .len = 4};
  return false;
}

static inline bool mtia_fields_fr(uint32_t word, uint16_t op, struct mtia_insn *out) {
  mtia_fields_r(word, op, out);
  return mtia_fields_rm(word, out);
}

static inline bool mtia_fields_fr1(uint32_t word, uint16_t op, struct mtia_insn *out) {
  mtia_fields_r1(word, op, out);
  return mtia_fields_rm(word, out);
}

static inline bool mtia_fields_fr4(uint32_t word, uint16_t op, struct mtia_insn *out) {
  mtia_fields_r(word, op, out);
  out->rs3 = word >> 27;
  return mtia_fields_rm(word, out);
}

static inline bool mtia_fields_i(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){
      .op = op, .len = 4, .rd = word >> 7 & 31, .rs1 = word >> 15 & 31, .imm = mtia_sext(word >> 20, 12)};
  return true;
}

static inline bool mtia_fields_shift(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){
      .op = op, .len = 4, .rd = word >> 7 & 31, .rs1 = word >> 15 & 31, .imm = word >> 20 & 63};
  return true;
}

static inline bool mtia_fields_csr(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){
      .op = op, .len = 4, .rd = word >> 7 & 31, .rs1 = word >> 15 & 31, .imm = word >> 20};
  return true;
}

static inline bool mtia_fields_fence(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){.op = op, .len = 4, .imm = word >> 20 & 0xff};
  return true;
}

static inline bool mtia_fields_s(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){.op = op, .len = 4,
                            .rs1 = word >> 15 & 31,
                            .rs2 = word >> 20 & 31,
                            .imm = mtia_sext((word >> 25) << 5 | (word >> 7 & 31), 12)};
  return true;
}

static inline bool mtia_fields_b(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){.op = op, .len = 4,
                            .rs1 = word >> 15 & 31,
                            .rs2 = word >> 20 & 31,
                            .imm = mtia_sext((word >> 31) << 12 | (word >> 7 & 1) << 11 |
                                                 (word >> 25 & 63) << 5 | (word >> 8 & 15) << 1,
                                             13)};
  return true;
}

static inline bool mtia_fields_u(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){.op = op, .len = 4, .rd = word >> 7 & 31, .imm = (int32_t)(word & 0xfffff000)};
  return true;
}

static inline bool mtia_fields_j(uint32_t word, uint16_t op, struct mtia_insn *out) {
  *out = (struct mtia_insn){.op = op, .len = 4,
                            .rd = word >> 7 & 31,
                            .imm = mtia_sext((word >> 31) << 20 | (word >> 12 & 255) << 12 |
                                                 (word >> 20 & 1) << 11 | (word >> 21 & 1023) << 1,
                                             21)};
  return true;
}
"""

DECODE_TAIL = r"""
// Mnemonic and operands for people. In `operands` a letter stands for a part of the decoded
// instruction (d rd, s rs1, t rs2, D S T R the same and rs3 as floating-point registers, m the
// rounding mode unless it is dynamic, n unless it is 0, i imm, u imm >> 12, b address of pc + imm, c CSR number,
// z rs1 as a number, P and Q the sets of fence, 0 to 7 x[n]); the rest is printed as it is.
struct mtia_insn_text {
  const char *mnemonic, *operands;
};

static const struct mtia_insn_text mtia_insn_texts[MTIA_NUM_OPS] = {
    [MTIA_OP_ILLEGAL] = {"illegal", ""},
%(texts)s};

static const char *const mtia_register_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

static const char *const mtia_fp_register_names[32] = {
    "ft0", "ft1", "ft2",  "ft3",  "ft4", "ft5", "ft6", "ft7", "fs0",  "fs1", "fa0",
    "fa1", "fa2", "fa3",  "fa4",  "fa5", "fa6", "fa7", "fs2", "fs3",  "fs4", "fs5",
    "fs6", "fs7", "fs8",  "fs9",  "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

static const char *const mtia_rounding_modes[8] = {"rne", "rtz", "rdn", "rup",
                                                   "rmm", "", "", "dyn"};

// Prints the instruction into buffer, cut to size; pc is for branch targets. Returns buffer.
static inline char *mtia_print_insn(char *buffer, size_t size, const struct mtia_insn *insn,
                                    uint64_t pc) {
  const struct mtia_insn_text *text =
      &mtia_insn_texts[insn->op < MTIA_NUM_OPS ? insn->op : MTIA_OP_ILLEGAL];
  size_t at = 0;
#define MTIA_PUT(...)                                                                              \
  do {                                                                                             \
    int put = snprintf(buffer + at, size - at, __VA_ARGS__);                                       \
    at = put < 0 || (size_t)put >= size - at ? size - 1 : at + (size_t)put;                        \
  } while (0)
  if (size == 0)
    return buffer;
  MTIA_PUT("%%s%%s", text->mnemonic, *text->operands ? " " : "");
  for (const char *p = text->operands; *p; p++) {
    unsigned set = *p == 'P' ? (unsigned)insn->imm >> 4 & 15 : (unsigned)insn->imm & 15;
    switch (*p) {
    case 'd':
      MTIA_PUT("%%s", mtia_register_names[insn->rd & 31]);
      break;
    case 's':
      MTIA_PUT("%%s", mtia_register_names[insn->rs1 & 31]);
      break;
    case 't':
      MTIA_PUT("%%s", mtia_register_names[insn->rs2 & 31]);
      break;
    case 'D':
      MTIA_PUT("%%s", mtia_fp_register_names[insn->rd & 31]);
      break;
    case 'S':
      MTIA_PUT("%%s", mtia_fp_register_names[insn->rs1 & 31]);
      break;
    case 'T':
      MTIA_PUT("%%s", mtia_fp_register_names[insn->rs2 & 31]);
      break;
    case 'R':
      MTIA_PUT("%%s", mtia_fp_register_names[insn->rs3 & 31]);
      break;
    case 'm':
    case 'n':
      if (insn->rm != (*p == 'm' ? 7 : 0))
        MTIA_PUT(", %%s", mtia_rounding_modes[insn->rm & 7]);
      break;
    case 'z':
      MTIA_PUT("%%d", insn->rs1);
      break;
    case 'i':
      MTIA_PUT("%%" PRId64, insn->imm);
      break;
    case 'c':
      MTIA_PUT("0x%%03" PRIx64, (uint64_t)insn->imm);
      break;
    case 'u':
      MTIA_PUT("%%" PRId64, insn->imm >> 12 & 0xfffff);
      break;
    case 'b':
      MTIA_PUT("0x%%" PRIx64, pc + (uint64_t)insn->imm);
      break;
    case 'P':
    case 'Q':
      MTIA_PUT("%%s%%s%%s%%s%%s", set & 8 ? "i" : "", set & 4 ? "o" : "", set & 2 ? "r" : "",
               set & 1 ? "w" : "", set ? "" : "0");
      break;
    default:
      if (*p >= '0' && *p <= '7')
        MTIA_PUT("%%d", insn->x[*p - '0']);
      else
        MTIA_PUT("%%c", *p);
    }
  }
#undef MTIA_PUT
  return buffer;
}

#endif
"""


def write_insn(insns):
    lines = [BANNER,
             "// MTIA_INSN(id, mnemonic, match, mask, form, timing unit): a word is the instruction\n"
             "// when (word & mask) == match and no line with more bits in its mask fits.\n"]
    for i in insns:
        lines.append(f'MTIA_INSN({i.name}, "{i.mnemonic}", {i.decode_match:#010x}, '
                     f'{i.decode_mask:#010x}, {i.form}, "{i.unit}")\n')
    return "".join(lines)


def fields_function(insn):
    """Name of the C function that fills a struct mtia_insn, and its text if it is special."""
    if insn.form != "X":
        if insn.form not in FORMS:
            raise Problem(f"{insn.name}: a new form {insn.form}; teach it to mtia-gen.py")
        return f"mtia_fields_{insn.form.lower()}", ""
    name = f"mtia_fields_{insn.name.lower()}"
    if len(insn.immediates) > 8:
        raise Problem(f"{insn.name}: more than 8 constant operands don't fit struct mtia_insn")
    sets = [".op = op", ".len = 4"]
    sets += [f".{o.name} = {o.extract()}" for o in insn.operands if o.is_register]
    sets += [f".x[{n}] = {o.extract()}" for n, o in enumerate(insn.immediates)]
    text = (f"\nstatic inline bool {name}(uint32_t word, uint16_t op, struct mtia_insn *out) {{\n"
            "  (void)word;\n"
            f"  *out = (struct mtia_insn){{{', '.join(sets)}}};\n"
            "  return true;\n}\n")
    return name, text


def decode_group(insns, indent):
    """C statements that try the instructions of one group, most specific mask first."""
    lines = []
    masks = sorted({i.decode_mask for i in insns}, key=lambda m: (-bin(m).count("1"), m))
    for mask in masks:
        lines.append(f"{indent}switch (word & {mask:#010x}) {{\n")
        for i in insns:
            if i.decode_mask == mask:
                function, _ = fields_function(i)
                lines.append(f"{indent}case {i.decode_match:#010x}:\n"
                             f"{indent}  return {function}(word, MTIA_OP_{i.name}, out);\n")
        lines.append(f"{indent}}}\n")
    lines.append(f"{indent}break;\n")
    return lines


def write_decode(insns, shorts):
    out = [BANNER, DECODE_HEAD.lstrip("\n")]
    out.append("// Indices into x[], named after instruction and operand.\n")
    out.append("enum {\n")
    for i in insns:
        if i.form == "X":
            out += [f"  MTIA_X_{i.name}_{o.c_name.upper()} = {n},\n"
                    for n, o in enumerate(i.immediates)]
    out.append("  MTIA_X_MAX = 8\n};\n")
    out.append(DECODE_FIELDS)
    for i in insns:
        out.append(fields_function(i)[1])
    out.append(compressed.write_decode(shorts))
    out.append("\n// Fills *out and returns true, or returns false for a word that is no instruction. Of a\n"
               "// word whose lowest bits aren't 11 only the lower half counts.\n"
               "static inline bool mtia_decode(uint32_t word, struct mtia_insn *out) {\n"
               "  if ((word & 3) != 3)\n    return mtia_decode16(word & 0xffff, out);\n"
               "  switch (word & 0x7f) {\n")
    for opcode in sorted({i.match & 0x7F for i in insns}):
        group = [i for i in insns if i.match & 0x7F == opcode]
        out.append(f"  case {opcode:#04x}:\n")
        if all(i.decode_mask & 0x7000 == 0x7000 for i in group) and len(group) > 1:
            out.append("    switch (word >> 12 & 7) {\n")
            for funct3 in sorted({i.match >> 12 & 7 for i in group}):
                out.append(f"    case {funct3}:\n")
                out += decode_group([i for i in group if i.match >> 12 & 7 == funct3], "      ")
            out.append("    }\n    break;\n")
        else:
            out += decode_group(group, "    ")
    out.append("  }\n  *out = (struct mtia_insn){.op = MTIA_OP_ILLEGAL, .len = 4};\n  return false;\n}\n")

    fp = "".join(f"  case MTIA_OP_{i.name}:\n" for i in insns
                 if any(o.is_fp and o.name == "rd" for o in i.operands))
    out.append("\n// Whether rd is a floating-point register.\n"
               "static inline bool mtia_insn_rd_is_fp(unsigned op) {\n"
               f"  switch (op) {{\n{fp}    return true;\n  default:\n    return false;\n  }}\n}}\n")

    texts = [f'    [MTIA_OP_{i.name}] = {{"{i.mnemonic}", "{operand_text(i)}"}},\n' for i in insns]
    out.append(DECODE_TAIL % {"texts": "".join(texts)})
    return "".join(out)


# Letter of the printer for an operand of the base instructions.
LETTERS = {"rd": "d", "rs1": "s", "rs2": "t", "pred": "P", "succ": "Q", "shamt": "i"}


def operand_text(insn):
    text = insn.record["Args"].replace("{", "").replace("}", "")
    if any(c.isalnum() for c in "".join(
            w for w in text.replace("$", " $").replace(",", " ").replace("(", " ")
            .replace(")", " ").split() if not w.startswith("$"))):
        raise Problem(f"{insn.name}: letters in the operand text {text!r} would be read as kinds")
    for n, o in enumerate(insn.immediates if insn.form == "X" else []):
        text = replace_operand(text, o.name, str(n))
    for o in insn.operands:
        if o.record == "csr_sysreg":
            letter = "c"
        elif o.record == "GPRMemZeroOffset":
            letter = "(s)"
        elif insn.form == "U" and o.name == "imm20":
            letter = "u"
        elif insn.form in ("B", "J") and o.name.startswith("imm"):
            letter = "b"
        elif o.record in ("frmarg", "frmarglegacy"):
            letter = "m" if o.record == "frmarg" else "n"
        elif o.is_fp:
            letter = {"rd": "D", "rs1": "S", "rs2": "T", "rs3": "R"}[o.name]
        elif o.name == "rs1" and not o.is_register:
            letter = "z"
        elif o.name.startswith("imm"):
            letter = "i"
        elif insn.form == "X" and not o.is_register:
            continue
        else:
            letter = LETTERS[o.name]
        text = replace_operand(text, o.name, letter)
    return text


def replace_operand(text, name, letter):
    """Replaces $name, but not $name_and_more."""
    out, at, mark = [], 0, "$" + name
    while True:
        found = text.find(mark, at)
        if found < 0:
            return "".join(out) + text[at:]
        end = found + len(mark)
        whole = end == len(text) or not (text[end].isalnum() or text[end] == "_")
        out.append(text[at:found] + (letter if whole else mark))
        at = end


def write_csr(db):
    lines = [BANNER, "// MTIA_CSR(name, number)\n"]
    for name in db["!instanceof"]["SysReg"]:
        record = db[name]
        number = sum(b << i for i, b in enumerate(record["Encoding"]))
        lines.append((number, f"MTIA_CSR({record['Name']}, {number:#05x})\n"))
    return "".join(lines[:2] + [text for _, text in sorted(lines[2:])])


# --------------------------------------------------------------------------
# Intrinsics
# --------------------------------------------------------------------------


class Intrinsic:
    """An Xmtia instruction as a C function."""

    def __init__(self, insn):
        self.insn = insn
        self.symbol = insn.record["Symbol"]  # mtia_mml, what the back end recognises
        self.result = insn.record["Result"]
        self.pure = insn.record["Pure"]
        self.doc = insn.record["Doc"]
        self.since = insn.record["Since"]
        inputs = {name for _, name in insn.record["InOperandList"]["args"]}
        self.params = [o for o in insn.operands if o.name in inputs]

    def prototype(self):
        params = [f"{'uint64_t' if o.is_register else 'unsigned'} {o.c_name}"
                  for o in self.params]
        return f"{self.result} __{self.symbol}({', '.join(params) or 'void'})"

    def ranges(self):
        """(index, operand, lowest, highest) of every operand that must be a constant."""
        return [(n, o, o.fields["Lo"], o.fields["CHi"])
                for n, o in enumerate(self.params) if not o.is_register]


def wrap(text, first, rest, width=100):
    lines, line = [], first
    for word in text.split():
        if len(line) + 1 + len(word) > width and line.strip() not in ("", "//"):
            lines.append(line)
            line = rest
        line += ("" if line.endswith(" ") else " ") + word
    lines.append(line)
    return "".join(f"{line.rstrip()}\n" for line in lines)


INTRINSICS_HEAD = """//
// The instructions of Xmtia as C functions; docs/isa/xmtia.md says in full what they do.
// A parameter of type `unsigned` must be a constant expression within its range. mtia-clang
// checks both; a stock clang with the plugin reports a wrong one when it generates code.
#ifndef MTIA_MTIA_INTRINSICS_H
#define MTIA_MTIA_INTRINSICS_H

#include <stdint.h>

#ifdef __has_builtin
#if __has_builtin(__builtin_mtia_id)
#define __MTIA_BUILTINS__ 1
#endif
#endif

#ifndef __MTIA_BUILTINS__
#ifdef __cplusplus
#define MTIA_INTRINSIC extern "C" __attribute__((nothrow))
#else
#define MTIA_INTRINSIC extern __attribute__((nothrow))
#endif
#endif
"""


def write_intrinsics(intrinsics):
    out = [BANNER, INTRINSICS_HEAD]
    for i in intrinsics:
        out.append("\n" + wrap(f"`{i.insn.mnemonic}` {i.doc}", "//", "//"))
        notes = [f"{o.c_name}: {o.fields['What']}, {lo} to {hi}" for _, o, lo, hi in i.ranges()]
        if notes:
            out.append(wrap("; ".join(notes) + ".", "//", "//"))
        if i.since > 1:
            out.append("// Not executed by the emulator yet: illegal command, UNIMPLEMENTED.\n")
        names = ", ".join(o.c_name for o in i.params)
        call = f"({names})"
        out.append("#ifdef __MTIA_BUILTINS__\n")
        line = f"#define __{i.symbol}{call} __builtin_{i.symbol}{call}"
        if len(line) > 100:
            line = f"#define __{i.symbol}{call} \\\n  __builtin_{i.symbol}{call}"
        out.append(line + "\n#else\n")
        attributes = " __attribute__((const))" if i.pure else ""
        out.append(f'MTIA_INTRINSIC\n{i.prototype()} __asm__("{i.symbol}"){attributes};\n')
        out.append(f"#define __builtin_{i.symbol} __{i.symbol}\n#endif\n")
    out.append("\n#undef MTIA_INTRINSIC\n\n#endif\n")
    return "".join(out)


CLANG_TYPES = {"void": "v", "uint64_t": "ULi", "int64_t": "Li"}


def write_builtins(intrinsics):
    out = [BANNER,
           "// MTIA_BUILTIN(name, type, attributes): a line of clang's builtin tables. The attribute F\n"
           "// makes it a call of the function without __builtin_, which the back end recognises.\n"
           "// MTIA_BUILTIN_RANGE(name, index, lo, hi, operand): operand number `index` must be a\n"
           "// constant from lo to hi.\n"
           "#ifndef MTIA_BUILTIN\n#define MTIA_BUILTIN(name, type, attributes)\n#endif\n"
           "#ifndef MTIA_BUILTIN_RANGE\n"
           "#define MTIA_BUILTIN_RANGE(name, index, lo, hi, operand)\n#endif\n"]
    for i in intrinsics:
        params = "".join("ULi" if o.is_register else "IUi" for o in i.params)
        attributes = "ncF" if i.pure else "nF"
        out.append(f'MTIA_BUILTIN("__builtin_{i.symbol}", "{CLANG_TYPES[i.result]}{params}", '
                   f'"{attributes}")\n')
        out += [f'MTIA_BUILTIN_RANGE("__builtin_{i.symbol}", {n}, {lo}, {hi}, "{o.c_name}")\n'
                for n, o, lo, hi in i.ranges()]
    out.append("#undef MTIA_BUILTIN\n#undef MTIA_BUILTIN_RANGE\n")
    return "".join(out)


def write_command_registers(db, insns):
    out = [BANNER,
           "// MTIA_CR(name, number)\n"
           "// MTIA_CR_ACCESS(id, operand, mask, reads, advances): the instruction reads the registers in\n"
           "// the mask `reads` and adds to the low halves of those in `advances`, which it reads too; if\n"
           "// mask isn't 0, only when (x[operand] & mask) != 0.\n"
           "#ifndef MTIA_CR\n#define MTIA_CR(name, number)\n#endif\n"
           "#ifndef MTIA_CR_ACCESS\n#define MTIA_CR_ACCESS(id, operand, mask, reads, advances)\n#endif\n"]
    number = {name: db[name]["Number"] for name in db["!instanceof"]["CommandRegister"]}
    for name, n in sorted(number.items(), key=lambda p: p[1]):
        out.append(f"MTIA_CR({db[name]['Name']}, {n})\n")
    for i in insns:
        if i.form != "X":
            continue
        names = [o.name for o in i.immediates]
        for access in (db[a["def"]] for a in i.record["CRs"]):
            reads, advances = (sum(1 << number[r["def"]] for r in access[field])
                               for field in ("Reads", "Advances"))
            if access["Mask"] and access["Operand"] not in names:
                raise Problem(f"{i.name}: a CRAccess depends on ${access['Operand']}, which is no "
                              "constant operand")
            operand = names.index(access["Operand"]) if access["Mask"] else 0
            out.append(f"MTIA_CR_ACCESS({i.name}, {operand}, {access['Mask']}, "
                       f"{reads | advances:#x}, {advances:#x})\n")
    out.append("#undef MTIA_CR\n#undef MTIA_CR_ACCESS\n")
    return "".join(out)


# --------------------------------------------------------------------------
# Reference pages
# --------------------------------------------------------------------------


def encoding_runs(insn):
    """[(highest bit, lowest bit, text)] of an instruction, from bit 31 down."""
    owner = {}
    for o in insn.operands:
        for word_bit, op_bit in o.pieces:
            owner[word_bit] = (o, op_bit)
    # Constant bits are cut where the R format cuts them, so that the tables line up.
    cuts = {6, 11, 14, 19, 24}
    runs = []
    for bit in range(31, -1, -1):
        o, op_bit = owner.get(bit, (None, None))
        last = runs[-1] if runs else None
        if last and last["owner"] is o and (bit not in cuts if o is None
                                            else last["low"] - 1 == op_bit):
            last["bit"], last["low"] = bit, op_bit
            last["text"] += "" if o else str(insn.match >> bit & 1)
        else:
            runs.append({"owner": o, "high": bit, "bit": bit, "op_high": op_bit, "low": op_bit,
                         "text": "" if o else str(insn.match >> bit & 1)})
    result = []
    for r in runs:
        text = r["text"]
        if r["owner"]:
            text = r["owner"].c_name
            low, high = scaled(insn, r["owner"], r["low"]), scaled(insn, r["owner"], r["op_high"])
            if r["owner"].width != r["high"] - r["bit"] + 1:
                text += f"[{high}:{low}]" if high != low else f"[{high}]"
        result.append((r["high"], r["bit"], text))
    return result


def scaled(insn, operand, bit):
    """Bit number as the manual counts: branch distances have no bit 0, lui has no low 12."""
    if operand.is_register:
        return bit
    return bit + {"B": 1, "J": 1, "U": 12}.get(insn.form, 0)


def write_encoding(insns, shorts):
    out = ["# Encodings\n\n",
           "Generated from `lib/Target/MTIA/*.td` by `scripts/mtia-gen.py`; a test compares this copy with "
           "what the build writes to `build/include/mtia/encoding.md` (renew it by copying that). Bits 31 to 0 from left to right, "
           "`name:width` for a field.\n"]
    out += encoding_table("RV64GC without C, Zfh, Zfbfmin, Zba, Zbb, Zbs, Zicond, Zicbom, Zicboz", [i for i in insns if i.form != "X"])
    if shorts:
        out += compressed.write_encoding(shorts)
    out += encoding_table("Xmtia", [i for i in insns if i.form == "X"])
    return "".join(out)


def encoding_table(title, insns):
    out = [f"\n## {title}\n\n| instruction | encoding | unit |\n|---|---|---|\n"]
    for i in insns:
        args = i.record["Args"]
        for o in i.operands:
            if o.record == "GPRMemZeroOffset":
                args = replace_operand(args, o.name, f"({o.name})")
        args = args.replace("$frm", "[, rm]")
        args = args.replace("$", "").replace("{", "").replace("}", "").replace("_,", ",")
        runs = " ".join(text if text.isdigit() else f"{text}:{high - low + 1}"
                        for high, low, text in encoding_runs(i))
        out.append(f"| `{(i.mnemonic + ' ' + args).strip()}` | `{runs}` | {i.unit} |\n")
    return out


# --------------------------------------------------------------------------


def write_if_changed(path, text):
    """Leaves the time stamp of an unchanged file alone, so that little is rebuilt."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".tmp", path)


def main(argv):
    if len(argv) != 3:
        print(f"usage: {argv[0]} MTIA.json OUTPUT_DIR", file=sys.stderr)
        return 2
    try:
        db, insns = load(argv[1])
        check_encodings(insns)
        shorts = compressed.load(db, {i.name: i for i in insns}, EMULATED)
        intrinsics = [Intrinsic(i) for i in insns if i.form == "X"]
        files = {
            "mtia_insn.inc": write_insn(insns),
            "mtia_decode.inc": write_decode(insns, shorts),
            "mtia_vinsn.inc": BANNER + vector.write(vector.load(db)),
            "mtia_csr.inc": write_csr(db),
            "mtia_intrinsics.h": write_intrinsics(intrinsics),
            "mtia_builtins.inc": write_builtins(intrinsics),
            "mtia_cr.inc": write_command_registers(db, insns),
            "encoding.md": write_encoding(insns, shorts),
        }
    except Problem as problem:
        print(f"mtia-gen.py: {problem}", file=sys.stderr)
        return 1
    os.makedirs(argv[2], exist_ok=True)
    for name, text in files.items():
        write_if_changed(os.path.join(argv[2], name), text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
