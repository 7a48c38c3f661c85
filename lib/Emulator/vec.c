// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors: decoding, what is legal, vset*, policies, CSRs. vec.h says how the parts fit.
#include "vec.h"
#include "core.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

//===-- Facts about the instructions ------------------------------------------===//

enum vclass { VC_ARITH, VC_MEM, VC_SET };

struct vinfo {
  uint32_t match, mask;
  uint8_t vclass;
  uint8_t vd, vs2, vs1; // enum mtia_vkind
  uint8_t masking;      // enum mtia_vmasking
  uint8_t reads_vd;
};

static const struct vinfo vinfo[MTIA_NUM_VOPS] = {
#define MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, masking, reads_vd, unit)          \
  {match, mask, VC_ARITH, vd, vs2, vs1, masking, reads_vd},
#define MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit)                  \
  {match, mask, VC_MEM, 0, 0, 0, masking, 0},
#define MTIA_VSET(id, mnemonic, match, mask, unit) {match, mask, VC_SET, 0, 0, 0, 0, 0},
#include "mtia/mtia_vinsn.inc"
};

//===-- State -----------------------------------------------------------------===//

static const struct mtia_vec_host *choose_host(void) {
#ifdef MTIA_VEC_V3
  if (__builtin_cpu_supports("x86-64-v3"))
    return &mtia_vec_host_v3;
#endif
  return &mtia_vec_host_base;
}

bool mtia_vec_create(struct mtia_core *core) {
  struct mtia_vector *v = core->v = aligned_alloc(64, (sizeof *v + 63) & ~(size_t)63);
  if (!v)
    return false;
  memset(v, 0, sizeof *v);
  v->present = core->id == 1;
  v->vtype = MTIA_VKEY_ILL;
  v->ones = core->dev->vector_ones;
  v->host = choose_host();
  v->dram = mtia_mem(core->dev, core->pe, MTIA_DRAM_BASE, 1);
  v->run.v = v;
  v->run.core = core;
  mtia_vec_update(core);
  return true;
}

void mtia_vec_destroy(struct mtia_core *core) { free(core->v); }

void mtia_vec_update(struct mtia_core *c) {
  struct mtia_vector *v = c->v;
  bool usual = v->present && (c->csr.mstatus & MSTATUS_VS) == MSTATUS_VS && !v->vstart && !v->ones;
  v->key = usual ? v->vtype : MTIA_VKEY_SLOW;
}

//===-- CSRs (3.1 to 3.9) ------------------------------------------------------===//

enum {
  CSR_VSTART = 0x008,
  CSR_VXSAT = 0x009,
  CSR_VXRM = 0x00a,
  CSR_VCSR = 0x00f,
  CSR_VL = 0xc20,
  CSR_VTYPE = 0xc21,
  CSR_VLENB = 0xc22,
};

bool mtia_vec_is_csr(unsigned csr) {
  return (csr >= CSR_VSTART && csr <= CSR_VXRM) || csr == CSR_VCSR ||
         (csr >= CSR_VL && csr <= CSR_VLENB);
}

bool mtia_vec_csr_read(const struct mtia_core *c, unsigned csr, uint64_t *value) {
  const struct mtia_vector *v = c->v;
  switch (csr) {
  case CSR_VSTART:
    *value = v->vstart;
    return true;
  case CSR_VXSAT:
    *value = v->vxsat;
    return true;
  case CSR_VXRM:
    *value = v->vxrm;
    return true;
  case CSR_VCSR:
    *value = (uint64_t)v->vxrm << 1 | v->vxsat;
    return true;
  case CSR_VL:
    *value = v->vl;
    return true;
  case CSR_VTYPE:
    *value = v->vtype == MTIA_VKEY_ILL ? UINT64_C(1) << 63 : v->vtype;
    return true;
  case CSR_VLENB:
    *value = MTIA_VLENB;
    return true;
  }
  return false;
}

bool mtia_vec_csr_write(struct mtia_core *c, unsigned csr, uint64_t value) {
  struct mtia_vector *v = c->v;
  switch (csr) {
  case CSR_VSTART:
    v->vstart = value & (MTIA_VLMAX - 1);
    break;
  case CSR_VXSAT:
    v->vxsat = value & 1;
    break;
  case CSR_VXRM:
    v->vxrm = value & 3;
    break;
  case CSR_VCSR:
    v->vxsat = value & 1;
    v->vxrm = value >> 1 & 3;
    break;
  default:
    return false;
  }
  c->csr.mstatus |= MSTATUS_VS;
  mtia_vec_update(c);
  return true;
}

//===-- vset* (6) --------------------------------------------------------------===//

// LMUL as a power of two, and SEW as the power of two of its bytes, of a legal vtype.
static int lmul_of(unsigned vtype) {
  return (vtype & 7) < 4 ? (int)(vtype & 7) : (int)(vtype & 7) - 8;
}
static int sew_of(unsigned vtype) { return (int)(vtype >> 3 & 7); }

// 0: reserved.
static unsigned vlmax_of(uint64_t vtype) {
  int lmul = lmul_of((unsigned)vtype), sew = sew_of((unsigned)vtype);
  if (vtype >> 8 || lmul == -4 || sew > 3 || sew - lmul > 3) // SEW / LMUL is at most ELEN
    return 0;
  unsigned per = MTIA_VLENB >> sew;
  return lmul >= 0 ? per << lmul : per >> -lmul;
}

static void set_vtype(struct mtia_core *c, const struct mtia_vinsn *i, unsigned vtype,
                      unsigned vlmax, uint64_t avl) {
  struct mtia_vector *v = c->v;
  v->vtype = vlmax ? (uint16_t)vtype : MTIA_VKEY_ILL;
  v->vl = avl <= vlmax ? (uint16_t)avl : (uint16_t)vlmax;
  if (v->key != MTIA_VKEY_SLOW)
    v->key = v->vtype;
  *(uint64_t *)((char *)c + i->result_at) = v->vl;
}

// The length that rs1 = x0 stands for: the longest, or with rd = x0, too, the one in force. (If
// VLMAX changes, that is reserved; as elsewhere, it is cut to the new one.)
static uint64_t length(const struct mtia_core *c, const struct mtia_vinsn *i) {
  return i->vs1 ? c->x[i->vs1] : i->vd ? UINT64_MAX : c->v->vl;
}

static enum mtia_vec_outcome run_vsetvli(struct mtia_core *c, const struct mtia_vinsn *i) {
  set_vtype(c, i, i->vtype, i->vlmax, length(c, i));
  return MTIA_VEC_DONE;
}
static enum mtia_vec_outcome run_vsetivli(struct mtia_core *c, const struct mtia_vinsn *i) {
  set_vtype(c, i, i->vtype, i->vlmax, i->vs1);
  return MTIA_VEC_DONE;
}
static enum mtia_vec_outcome run_vsetvl(struct mtia_core *c, const struct mtia_vinsn *i) {
  uint64_t vtype = c->x[i->vs2];
  set_vtype(c, i, vtype & 0xff, vlmax_of(vtype), length(c, i));
  return MTIA_VEC_DONE;
}

static void decode_vset(struct mtia_vinsn *i) {
  uint64_t vtype = i->op == MTIA_VOP_VSETIVLI ? i->word >> 20 & 0x3ff : i->word >> 20 & 0x7ff;
  i->run = i->op == MTIA_VOP_VSETVLI    ? run_vsetvli
           : i->op == MTIA_VOP_VSETIVLI ? run_vsetivli
                                        : run_vsetvl;
  i->vlmax = (uint16_t)vlmax_of(vtype);
  i->vtype = vtype & 0xff;
  i->result_at = offsetof(struct mtia_core, x) + 8 * (i->vd ? i->vd : 32u);
}

//===-- Decoding ---------------------------------------------------------------===//

#define X_AT(n) ((uint32_t)offsetof(struct mtia_core, x) + 8u * (n))
#define F_AT(n) ((uint32_t)offsetof(struct mtia_core, f) + 8u * (n))

static void decode_arith(struct mtia_vinsn *i, const struct vinfo *info) {
  switch (info->vs1) {
  case MTIA_VK_X:
    i->x_at = X_AT(i->vs1);
    break;
  case MTIA_VK_F:
    i->x_at = F_AT(i->vs1);
    break;
  case MTIA_VK_SIMM:
    i->imm = (uint64_t)(int64_t)(i->vs1 ^ 16) - 16;
    break;
  case MTIA_VK_UIMM:
    i->imm = i->vs1;
    break;
  case MTIA_VK_UIMM6:
    i->imm = i->vs1 | (i->word >> 26 & 1) << 5;
    break;
  }
  if (info->vd == MTIA_VK_X && i->vd)
    i->result_at = X_AT(i->vd);
  if (info->vd == MTIA_VK_F)
    i->result_at = F_AT(i->vd);
  i->mask_result = info->vd == MTIA_VK_MASK;
}

bool mtia_vec_decode(uint32_t word, struct mtia_vinsn *i) {
  unsigned op = 0, opcode = word & 0x7f;
  if (opcode != 0x07 && opcode != 0x27 && opcode != 0x57)
    return false;
  while (op < MTIA_NUM_VOPS && (word & vinfo[op].mask) != vinfo[op].match)
    op++;
  if (op == MTIA_NUM_VOPS)
    return false;
  const struct vinfo *info = &vinfo[op];
  *i = (struct mtia_vinsn){
      .word = word,
      .op = (uint16_t)op,
      .key = MTIA_VKEY_NONE,
      .vd = word >> 7 & 31,
      .vs1 = word >> 15 & 31,
      .vs2 = word >> 20 & 31,
      .masked = info->masking == MTIA_VM_OPT && !(word >> 25 & 1),
      .x_at = X_AT(0),
      .result_at = X_AT(32),
  };
  if (info->vclass == VC_SET)
    decode_vset(i);
  else if (info->vclass == VC_ARITH)
    decode_arith(i, info);
  return true;
}

//===-- What is legal (3.4.2, 5.2, 5.3) -----------------------------------------===//

bool mtia_vec_group(unsigned first, int emul) {
  return emul <= 3 && emul >= -3 && (emul <= 0 || first % (1u << emul) == 0);
}

struct operand {
  unsigned first, count; // registers; count 0: no vector
  int eew;               // log2 of the bytes; -1: bits of a mask
  bool element;          // only element 0 counts: may be in any place
};

// False: the operand cannot be.
static bool operand_of(unsigned kind, unsigned reg, int lmul, int sew, struct operand *o) {
  *o = (struct operand){.first = reg, .count = 1};
  int eew = sew;
  switch (kind) {
  case MTIA_VK_SEW:
    break;
  case MTIA_VK_2SEW:
    eew = sew + 1;
    break;
  case MTIA_VK_SEW_2:
    eew = sew - 1;
    break;
  case MTIA_VK_SEW_4:
    eew = sew - 2;
    break;
  case MTIA_VK_SEW_8:
    eew = sew - 3;
    break;
  case MTIA_VK_E16:
    eew = 1;
    break;
  case MTIA_VK_MASK:
    o->eew = -1;
    return true;
  case MTIA_VK_ELT:
  case MTIA_VK_2ELT:
    o->element = true;
    o->eew = kind == MTIA_VK_ELT ? sew : sew + 1;
    return o->eew <= 3;
  case MTIA_VK_REGS1:
  case MTIA_VK_REGS2:
  case MTIA_VK_REGS4:
  case MTIA_VK_REGS8:
    o->eew = sew;
    o->count = 1u << (kind - MTIA_VK_REGS1);
    return reg % o->count == 0;
  default:
    o->count = 0;
    return true;
  }
  int emul = lmul + eew - sew;
  o->eew = eew;
  o->count = emul > 0 ? 1u << emul : 1;
  return eew >= 0 && eew <= 3 && mtia_vec_group(reg, emul);
}

// 5.2: a destination may overlap a source of the same width; a wider one in its lowest registers;
// a narrower one, that fills at least one register, with its highest registers.
static bool overlap_is_legal(const struct operand *d, const struct operand *s, bool whole_source) {
  if (!s->count || s->element || d->element || d->first + d->count <= s->first ||
      s->first + s->count <= d->first || d->eew == s->eew)
    return true;
  if (d->eew < s->eew)
    return d->first == s->first;
  return whole_source && d->first + d->count == s->first + s->count;
}

static bool overlap(const struct operand *a, const struct operand *b) {
  return a->count && b->count && a->first < b->first + b->count && b->first < a->first + a->count;
}

static const struct mtia_vimpl *find_impl(const struct mtia_vector *v, unsigned op) {
  for (const struct mtia_vimpl *const *table = v->host->tables; *table; table++)
    if ((*table)[op].fn[0] || (*table)[op].fn[1] || (*table)[op].fn[2] || (*table)[op].fn[3])
      return &(*table)[op];
  return NULL;
}

static bool legal_arith(const struct mtia_vinsn *i, const struct vinfo *info, unsigned flags,
                        int lmul, int sew, struct operand *d) {
  struct operand s2, s1, v0 = {.count = 1, .eew = -1};
  if (!operand_of(info->vd, i->vd, lmul, sew, d) ||
      !operand_of(info->vs2, i->vs2, lmul, sew, &s2) ||
      !operand_of(info->vs1, i->vs1, lmul, sew, &s1))
    return false;
  if (!d->count)
    return true;
  bool reads_mask = i->masked || info->masking == MTIA_VM_CARRY;
  if (reads_mask && d->eew >= 0 && !d->element && overlap(d, &v0))
    return false;
  if (flags & MTIA_VF_DISJOINT)
    return !overlap(d, &s2) && !overlap(d, &s1) && !(reads_mask && overlap(d, &v0));
  return overlap_is_legal(d, &s2, s2.eew - sew + lmul >= 0) &&
         overlap_is_legal(d, &s1, s1.eew - sew + lmul >= 0);
}

static enum mtia_vec_outcome run_arith(struct mtia_core *c, const struct mtia_vinsn *i);
static enum mtia_vec_outcome run_fp(struct mtia_core *c, const struct mtia_vinsn *i);

// Makes `i` ready for the core's vtype; false: it is illegal.
static bool prepare(struct mtia_core *c, struct mtia_vinsn *i) {
  const struct vinfo *info = &vinfo[i->op];
  unsigned vtype = c->v->vtype;
  i->key = MTIA_VKEY_NONE;
  if (info->vclass == VC_MEM) {
    bool ill = vtype == MTIA_VKEY_ILL;
    if (!mtia_vec_prepare_mem(i, ill ? -4 : lmul_of(vtype), ill ? -1 : sew_of(vtype)))
      return false;
  } else if (info->vclass == VC_ARITH) {
    const struct mtia_vimpl *impl = find_impl(c->v, i->op);
    if (vtype == MTIA_VKEY_ILL || !impl)
      return false;
    int sew = sew_of(vtype);
    struct operand d;
    i->fn = impl->fn[sew];
    i->flags = impl->flags;
    if (!i->fn || !legal_arith(i, info, i->flags, lmul_of(vtype), sew, &d))
      return false;
    i->run = i->flags & MTIA_VF_FP ? run_fp : run_arith;
    i->shift = d.count && d.eew >= 0 ? (uint8_t)d.eew : (uint8_t)sew;
    i->emul = (uint8_t)d.count;
    i->vlmax = (uint16_t)vlmax_of(vtype);
  }
  i->sew_shift = vtype == MTIA_VKEY_ILL ? 0 : (uint8_t)sew_of(vtype);
  mtia_vec_prepare_time(i);
  i->key = (uint16_t)vtype;
  return true;
}

//===-- Execution --------------------------------------------------------------===//

void mtia_vec_activate(struct mtia_vector *v, bool masked, unsigned first, unsigned vl) {
  for (unsigned w = 0; w < MTIA_VWORDS; w++) {
    uint64_t word = 0;
    if (64 * w < vl)
      word = vl - 64 * w >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << vl % 64) - 1;
    if (64 * w < first)
      word &= first - 64 * w >= 64 ? 0 : ~UINT64_C(0) << first % 64;
    if (masked) {
      uint64_t mask;
      memcpy(&mask, v->reg[0] + 8 * w, 8);
      word &= mask;
    }
    v->active[w] = word;
  }
}

// Takes the active bits of a mask over.
static void take_mask(struct mtia_vector *v, const struct mtia_vinsn *i, unsigned vl) {
  uint64_t *d = (uint64_t *)(void *)mtia_vreg(v, i->vd);
  const uint64_t *s = (const uint64_t *)(const void *)v->scratch;
  for (unsigned w = 0; 64 * w < vl; w++)
    d[w] = (d[w] & ~v->active[w]) | (s[w] & v->active[w]);
}

static enum mtia_vec_outcome run_arith(struct mtia_core *c, const struct mtia_vinsn *i) {
  struct mtia_vector *v = c->v;
  struct mtia_vrun *r = &v->run;
  unsigned first = v->vstart, vl = v->vl;
  if (first >= vl && !(i->flags & MTIA_VF_ALWAYS))
    return MTIA_VEC_DONE;
  r->insn = i;
  r->x = *(const uint64_t *)((const char *)c + i->x_at) + i->imm;
  r->first = first;
  r->vl = vl;
  r->regs = ((vl << i->shift) + MTIA_VLENB - 1) / MTIA_VLENB;
  r->vd = mtia_vreg(v, i->vd);
  r->vs2 = mtia_vreg(v, i->vs2);
  r->vs1 = mtia_vreg(v, i->vs1);
  bool some = i->masked || first;
  if (i->flags & MTIA_VF_ACTIVE) {
    r->out = mtia_vreg(v, i->vd);
    r->active = NULL;
    if (some) {
      mtia_vec_activate(v, i->masked, first, vl);
      r->active = v->active;
    }
    i->fn(r);
  } else if (i->mask_result) {
    r->out = v->scratch[0];
    mtia_vec_activate(v, i->masked, first, vl);
    r->active = v->active;
    i->fn(r);
    take_mask(v, i, vl);
  } else if (!some && (vl << i->shift) % MTIA_VLENB == 0) {
    r->out = mtia_vreg(v, i->vd);
    i->fn(r);
  } else {
    r->out = v->scratch[0];
    mtia_vec_activate(v, i->masked, first, vl);
    i->fn(r);
    v->host->blend(mtia_vreg(v, i->vd), v->scratch[0], v->active, r->regs, i->shift);
  }
  *(uint64_t *)((char *)c + i->result_at) = r->result;
  return MTIA_VEC_DONE;
}

static enum mtia_vec_outcome run_fp(struct mtia_core *c, const struct mtia_vinsn *i) {
  if (!(c->fp_quick[MTIA_FP_DYN] & MTIA_FP_QUICK_LEGAL) && !mtia_core_fp_enable(c, MTIA_FP_DYN))
    return MTIA_VEC_ILLEGAL;
  uint8_t flags = c->fp.flags;
  c->fp.rm = c->frm;
  run_arith(c, i);
  if (c->fp.flags != flags)
    mtia_core_fp_changed(c);
  return MTIA_VEC_DONE;
}

bool mtia_vec_ready(struct mtia_core *c, struct mtia_vinsn *i) {
  return c->v->present && c->csr.mstatus & MSTATUS_VS && (i->key == c->v->vtype || prepare(c, i));
}

enum mtia_vec_outcome mtia_vec_slow(struct mtia_core *c, struct mtia_vinsn *i, uint64_t *t) {
  struct mtia_vector *v = c->v;
  if (!v->present || !(c->csr.mstatus & MSTATUS_VS))
    return MTIA_VEC_ILLEGAL;
  if (i->key != v->vtype && !prepare(c, i))
    return MTIA_VEC_ILLEGAL;
  if (v->vstart && i->flags & MTIA_VF_ATOMIC)
    return MTIA_VEC_ILLEGAL;
  c->csr.mstatus |= MSTATUS_VS;
  mtia_vec_update(c);
  if (t)
    *t = mtia_vec_time(c, i, *t);
  unsigned first = v->vstart, vl = v->vl;
  uint64_t active[MTIA_VWORDS];
  if (v->ones) {
    mtia_vec_activate(v, i->masked, first, vl);
    memcpy(active, v->active, sizeof active);
  }
  enum mtia_vec_outcome outcome = i->run(c, i);
  if (outcome == MTIA_VEC_DONE) {
    v->vstart = 0;
    if (v->ones && vinfo[i->op].vclass != VC_SET)
      mtia_vec_agnostic(v, i, active, first, vl);
  }
  mtia_vec_update(c);
  return outcome;
}
