// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vector instructions in words, and why one is illegal.
#include "core.h"
#include "insn.h"
#include "launch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum print_kind { PRINT_ARITH, PRINT_MEM, PRINT_SET };

static const struct {
  const char *mnemonic;
  uint8_t kind, vd, vs2, vs1, masking, vs1_first, mode;
} facts[MTIA_NUM_VOPS] = {
#define MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, masking, reads_vd, unit)          \
  {mnemonic, PRINT_ARITH, vd, vs2, vs1, masking, reads_vd, 0},
#define MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit)                  \
  {mnemonic, PRINT_MEM, 0, 0, 0, masking, 0, mode},
#define MTIA_VSET(id, mnemonic, match, mask, unit) {mnemonic, PRINT_SET, 0, 0, 0, 0, 0, 0},
#include "mtia/mtia_vinsn.inc"
};

static void add(char *buffer, size_t size, const char *text) {
  size_t n = strlen(buffer);
  if (n < size)
    snprintf(buffer + n, size - n, "%s", text);
}

static void add_operand(char *buffer, size_t size, unsigned kind, unsigned reg,
                        const struct mtia_vinsn *i) {
  char text[32];
  switch (kind) {
  case MTIA_VK_NONE:
    return;
  case MTIA_VK_X:
    snprintf(text, sizeof text, "%s", mtia_register_names[reg]);
    break;
  case MTIA_VK_F:
    snprintf(text, sizeof text, "%s", mtia_fp_register_names[reg]);
    break;
  case MTIA_VK_SIMM:
  case MTIA_VK_UIMM:
  case MTIA_VK_UIMM6:
    snprintf(text, sizeof text, "%" PRId64, (int64_t)i->imm);
    break;
  default:
    snprintf(text, sizeof text, "v%u", reg);
  }
  add(buffer, size, strchr(buffer, ' ') ? ", " : " ");
  add(buffer, size, text);
}

static void vtype_text(char *buffer, size_t size, unsigned vtype) {
  static const char *const lmul[] = {"m1", "m2", "m4", "m8", "m?", "mf8", "mf4", "mf2"};
  snprintf(buffer, size, "e%u, %s, %s, %s", 8u << (vtype >> 3 & 7), lmul[vtype & 7],
           vtype >> 6 & 1 ? "ta" : "tu", vtype >> 7 & 1 ? "ma" : "mu");
}

static void print_set(char *buffer, size_t size, const struct mtia_vinsn *i) {
  char vtype[40];
  add_operand(buffer, size, MTIA_VK_X, i->vd, i);
  if (i->op == MTIA_VOP_VSETIVLI) {
    snprintf(vtype, sizeof vtype, ", %u", i->vs1);
    add(buffer, size, vtype);
  } else {
    add_operand(buffer, size, MTIA_VK_X, i->vs1, i);
  }
  if (i->op == MTIA_VOP_VSETVL) {
    add_operand(buffer, size, MTIA_VK_X, i->vs2, i);
    return;
  }
  vtype_text(vtype, sizeof vtype, i->vtype);
  add(buffer, size, ", ");
  add(buffer, size, vtype);
}

bool mtia_vec_print(char *buffer, size_t size, uint32_t word) {
  struct mtia_vinsn i;
  if (!mtia_vec_decode(word, &i))
    return false;
  snprintf(buffer, size, "%s", facts[i.op].mnemonic);
  if (facts[i.op].kind == PRINT_SET) {
    print_set(buffer, size, &i);
    return true;
  }
  if (facts[i.op].kind == PRINT_MEM) {
    char address[40];
    unsigned mode = facts[i.op].mode;
    snprintf(address, sizeof address, " v%u, (%s)", i.vd, mtia_register_names[i.vs1]);
    add(buffer, size, address);
    if (mode >= MTIA_VMODE_STRIDED)
      add_operand(buffer, size, mode == MTIA_VMODE_STRIDED ? MTIA_VK_X : MTIA_VK_SEW, i.vs2, &i);
  } else {
    add_operand(buffer, size, facts[i.op].vd, i.vd, &i);
    if (facts[i.op].vs1_first)
      add_operand(buffer, size, facts[i.op].vs1, i.vs1, &i);
    add_operand(buffer, size, facts[i.op].vs2, i.vs2, &i);
    if (!facts[i.op].vs1_first)
      add_operand(buffer, size, facts[i.op].vs1, i.vs1, &i);
  }
  if (i.masked)
    add(buffer, size, ", v0.t");
  else if (facts[i.op].masking == MTIA_VM_CARRY)
    add(buffer, size, ", v0");
  return true;
}

// The CSR of a csr* instruction is one of V.
static bool accesses_csr(uint32_t word) {
  return (word & 0x7f) == 0x73 && (word >> 12 & 3) && mtia_vec_is_csr(word >> 20);
}

// fcvt.s.bf16 or fcvt.bf16.s: scalar, but core 1's.
static const char *bfloat_name(uint32_t word) {
  uint32_t fixed = word & 0xfff0007f;
  return fixed == 0x40600053 ? "fcvt.s.bf16" : fixed == 0x44800053 ? "fcvt.bf16.s" : NULL;
}

void mtia_vec_why_illegal(const struct mtia_core *c, uint32_t word, char *buffer, size_t size) {
  const struct mtia_vector *v = c->v;
  struct mtia_vinsn i;
  bool insn = mtia_vec_decode(word, &i);
  char text[80] = "csr", vtype[40];
  *buffer = 0;
  if (!v->present && bfloat_name(word))
    snprintf(buffer, size, ": %s: core %u of a PE has no Zfbfmin, only core 1 has",
             bfloat_name(word), c->id);
  if (!insn && !accesses_csr(word))
    return;
  mtia_vec_print(text, sizeof text, word);
  vtype_text(vtype, sizeof vtype, v->vtype);
  if (!v->present)
    snprintf(buffer, size, ": %s: core %u of a PE has no vectors, only core 1 has: %s", text, c->id,
             mtia_is_kernel(c->dev)
                 ? "keep code that is compiled for V behind a test of the core's number"
                 : "a program runs there if its .riscv.attributes name V: compile it with "
                   "-march=rv64gcv or a smaller part of V");
  else if (!(c->csr.mstatus & MSTATUS_VS))
    snprintf(buffer, size,
             ": %s: vectors are switched off; set mstatus.VS (csrs mstatus, 0x200 in a register)",
             text);
  else if (!insn)
    snprintf(buffer, size, ": the CSR is read-only");
  else if (v->vtype == MTIA_VKEY_ILL)
    snprintf(buffer, size,
             ": %s: vtype has vill: no vset* has been executed since reset, or the last one asked "
             "for a type that does not exist",
             text);
  else if (c->frm > MTIA_FP_RMM && strncmp(text, "vf", 2) == 0)
    snprintf(buffer, size, ": %s: frm holds a reserved rounding mode", text);
  else if (v->vstart)
    snprintf(buffer, size, ": %s with vstart = %u (%s): it cannot be resumed", text, v->vstart,
             vtype);
  else
    snprintf(buffer, size,
             ": %s with %s: operands that are reserved (a group that is not aligned, too large or "
             "too wide, an overlap), or a width the operation does not have",
             text, vtype);
}
