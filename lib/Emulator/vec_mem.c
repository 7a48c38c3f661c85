// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vector loads and stores (7). Elements go one by one, in the order of their numbers,
// except where the whole range is memory that nothing guards.
#include "core.h"
#include "guard.h"
#include "vec.h"

#include <string.h>

struct vmem {
  uint8_t store, mode, shift, nf, masking; // shift: of elements, or of indices
};

static const struct vmem vmem[MTIA_NUM_VOPS] = {
#define MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit)                  \
  [MTIA_VOP_##id] = {store, mode, eew == 8 ? 0 : eew == 16 ? 1 : eew == 32 ? 2 : 3, nf, masking},
#include "mtia/mtia_vinsn.inc"
};

#define DONE MTIA_VEC_DONE
#define FAULT MTIA_VEC_FAULT
#define LIKELY(x) __builtin_expect(!!(x), 1)
typedef enum mtia_vec_outcome outcome;

//===-- One element -----------------------------------------------------------===//

// Copies between memory and `reg`. Splits what crosses a page while the core is guarded.
static __attribute__((noinline)) bool access_slow(struct mtia_core *c, bool store, uint64_t addr,
                                                  uint8_t *reg, unsigned size) {
  enum mtia_access access = store ? MTIA_STORE : MTIA_LOAD;
  uint64_t left = MTIA_PAGE_BYTES - addr % MTIA_PAGE_BYTES;
  unsigned part[2] = {c->guarded && left < size ? (unsigned)left : size, 0};
  uint8_t *host[2] = {NULL, NULL};
  part[1] = size - part[0];
  for (unsigned i = 0; i < 2 && part[i]; i++) {
    uint64_t at = addr + (i ? part[0] : 0), phys = at;
    c->v->tval = at;
    c->v->cause = c->guarded ? mtia_guard(c, access, part[i], &phys) : 0;
    if (!c->v->cause && !(host[i] = mtia_core_mem(c, phys, part[i])))
      c->v->cause = store ? 7 : 5;
    if (c->v->cause)
      return false;
  }
  for (unsigned i = 0; i < 2 && part[i]; i++) {
    uint8_t *in = reg + (i ? part[0] : 0);
    memcpy(store ? host[i] : in, store ? in : host[i], part[i]);
  }
  return true;
}

// Memory that nothing guards, or NULL.
static inline uint8_t *range(struct mtia_core *c, uint64_t addr, uint64_t bytes) {
  uint64_t off = addr - MTIA_DRAM_BASE;
  if (!LIKELY(!c->guarded))
    return NULL;
  if (LIKELY(off <= MTIA_DRAM_SIZE - bytes))
    return c->v->dram + off;
  return mtia_core_mem(c, addr, (unsigned)bytes);
}

//===-- All kinds, element by element -----------------------------------------===//

static inline uint64_t index_of(const uint8_t *reg, unsigned e, unsigned shift) {
  uint32_t word;
  uint16_t half;
  uint64_t doubleword;
  switch (shift) {
  case 0:
    return reg[e];
  case 1:
    memcpy(&half, reg + 2 * (size_t)e, 2);
    return half;
  case 2:
    memcpy(&word, reg + 4 * (size_t)e, 4);
    return word;
  default:
    memcpy(&doubleword, reg + 8 * (size_t)e, 8);
    return doubleword;
  }
}

// size: of an element, a constant at each call, as store. What does not change is in variables,
// because registers and memory could be anything for the compiler.
static inline __attribute__((always_inline)) outcome elements(struct mtia_core *c,
                                                              const struct mtia_vinsn *i,
                                                              unsigned vl, unsigned size,
                                                              bool store) {
  struct mtia_vector *v = c->v;
  const struct vmem *m = &vmem[i->op];
  const uint64_t base = c->x[i->vs1];
  const uint64_t stride = m->mode == MTIA_VMODE_STRIDED ? c->x[i->vs2] : (uint64_t)m->nf * size;
  const bool indexed = m->mode >= MTIA_VMODE_INDEXED, masked = i->masked, guarded = c->guarded;
  const unsigned nf = m->nf, index_shift = i->index_shift;
  const size_t field = (size_t)i->emul * MTIA_VLENB;
  const uint8_t *indices = mtia_vreg(v, i->vs2);
  uint8_t *const data = mtia_vreg(v, i->vd), *const dram = v->dram;
  for (unsigned e = v->vstart; e < vl; e++) {
    if (masked && !(v->reg[0][e / 8] >> e % 8 & 1))
      continue;
    uint64_t addr = base + (indexed ? index_of(indices, e, index_shift) : (uint64_t)e * stride);
    uint8_t *reg = data + (size_t)e * size;
    for (unsigned f = 0; f < nf; f++, reg += field, addr += size) {
      uint64_t off = addr - MTIA_DRAM_BASE;
      if (LIKELY(!guarded && off <= MTIA_DRAM_SIZE - size)) {
        memcpy(store ? dram + off : reg, store ? reg : dram + off, size);
        continue;
      }
      if (LIKELY(access_slow(c, store, addr, reg, size)))
        continue;
      if (m->mode == MTIA_VMODE_FAULT_FIRST && e) {
        v->vl = (uint16_t)e;
        return DONE;
      }
      v->vstart = (uint16_t)e;
      return FAULT;
    }
  }
  return DONE;
}

static __attribute__((noinline)) outcome run_elements(struct mtia_core *c,
                                                      const struct mtia_vinsn *i, unsigned vl) {
  bool store = vmem[i->op].store;
  switch (i->shift) {
  case 0:
    return store ? elements(c, i, vl, 1, true) : elements(c, i, vl, 1, false);
  case 1:
    return store ? elements(c, i, vl, 2, true) : elements(c, i, vl, 2, false);
  case 2:
    return store ? elements(c, i, vl, 4, true) : elements(c, i, vl, 4, false);
  default:
    return store ? elements(c, i, vl, 8, true) : elements(c, i, vl, 8, false);
  }
}

static outcome run_any(struct mtia_core *c, const struct mtia_vinsn *i) {
  return run_elements(c, i, c->v->vl);
}

//===-- Unit stride ------------------------------------------------------------===//

static inline void copy(uint8_t *to, const uint8_t *from, unsigned bytes) {
  for (; bytes >= MTIA_VLENB; bytes -= MTIA_VLENB, to += MTIA_VLENB, from += MTIA_VLENB)
    memcpy(to, from, MTIA_VLENB);
  if (bytes)
    memcpy(to, from, bytes);
}

static inline __attribute__((always_inline)) outcome unit(struct mtia_core *c,
                                                          const struct mtia_vinsn *i, unsigned vl,
                                                          bool store) {
  struct mtia_vector *v = c->v;
  unsigned bytes = vl << i->shift, regs = (bytes + MTIA_VLENB - 1) / MTIA_VLENB;
  uint8_t *host = range(c, c->x[i->vs1], bytes), *reg = mtia_vreg(v, i->vd);
  if (!LIKELY(host && !v->vstart))
    return run_elements(c, i, vl);
  if (!vl)
    return DONE;
  if (!i->masked) {
    if (store)
      copy(host, reg, bytes);
    else
      copy(reg, host, bytes);
    return DONE;
  }
  mtia_vec_activate(v, true, 0, vl);
  if (!store) {
    copy(v->scratch[0], host, bytes);
    v->host->blend(reg, v->scratch[0], v->active, regs, i->shift);
  } else {
    copy(v->scratch[0], host, bytes);
    v->host->blend(v->scratch[0], reg, v->active, regs, i->shift);
    copy(host, v->scratch[0], bytes);
  }
  return DONE;
}

static outcome run_load(struct mtia_core *c, const struct mtia_vinsn *i) {
  return unit(c, i, c->v->vl, false);
}
static outcome run_store(struct mtia_core *c, const struct mtia_vinsn *i) {
  return unit(c, i, c->v->vl, true);
}
static outcome run_load_mask(struct mtia_core *c, const struct mtia_vinsn *i) {
  return unit(c, i, (c->v->vl + 7u) / 8, false);
}
static outcome run_store_mask(struct mtia_core *c, const struct mtia_vinsn *i) {
  return unit(c, i, (c->v->vl + 7u) / 8, true);
}

// Whole registers: their elements are those of one field.
static outcome whole(struct mtia_core *c, const struct mtia_vinsn *i, bool store) {
  unsigned count = (vmem[i->op].nf * MTIA_VLENB) >> i->shift;
  uint64_t base = c->x[i->vs1];
  if (LIKELY(!c->v->vstart && range(c, base, count << i->shift)))
    return unit(c, i, count, store);
  for (unsigned e = c->v->vstart; e < count; e++)
    if (!access_slow(c, store, base + ((uint64_t)e << i->shift),
                     mtia_vreg(c->v, i->vd) + ((size_t)e << i->shift), 1u << i->shift)) {
      c->v->vstart = (uint16_t)e;
      return FAULT;
    }
  return DONE;
}
static outcome run_load_whole(struct mtia_core *c, const struct mtia_vinsn *i) {
  return whole(c, i, false);
}
static outcome run_store_whole(struct mtia_core *c, const struct mtia_vinsn *i) {
  return whole(c, i, true);
}

//===-- Segments of unit stride -------------------------------------------------===//

#define SEGMENTS(T, nf)                                                                            \
  for (unsigned f = 0; f < (nf); f++)                                                              \
    for (unsigned e = 0; e < vl; e++) {                                                            \
      uint8_t *in = reg + f * field + e * sizeof(T),                                               \
              *at = host + ((size_t)e * (nf) + f) * sizeof(T);                                     \
      memcpy(store ? at : in, store ? in : at, sizeof(T));                                         \
    }

static outcome run_segments(struct mtia_core *c, const struct mtia_vinsn *i) {
  struct mtia_vector *v = c->v;
  const struct vmem *m = &vmem[i->op];
  unsigned vl = v->vl;
  bool store = m->store;
  uint8_t *host = range(c, c->x[i->vs1], (uint64_t)vl * m->nf << i->shift);
  if (!LIKELY(host && !v->vstart && !i->masked))
    return run_elements(c, i, vl);
  uint8_t *reg = mtia_vreg(v, i->vd);
  size_t field = (size_t)i->emul * MTIA_VLENB;
  switch (i->shift) {
  case 0:
    SEGMENTS(uint8_t, m->nf)
    break;
  case 1:
    SEGMENTS(uint16_t, m->nf)
    break;
  case 2:
    SEGMENTS(uint32_t, m->nf)
    break;
  default:
    SEGMENTS(uint64_t, m->nf)
  }
  return DONE;
}

//===-- Watchpoints -----------------------------------------------------------===//

bool mtia_vec_is_memory(const struct mtia_vinsn *i, bool *store) {
  *store = vmem[i->op].store;
  return vmem[i->op].nf > 0;
}

bool mtia_vec_piece(const struct mtia_core *c, const struct mtia_vinsn *i, unsigned n,
                    uint64_t *addr, uint64_t *size) {
  const struct vmem *m = &vmem[i->op];
  const struct mtia_vector *v = c->v;
  uint64_t step = (uint64_t)m->nf << i->shift, base = c->x[i->vs1];
  unsigned vl = m->mode == MTIA_VMODE_MASK    ? (v->vl + 7u) / 8
                : m->mode == MTIA_VMODE_WHOLE ? MTIA_VLENB >> i->shift
                                              : v->vl;
  unsigned e = n + v->vstart;
  if (e >= vl)
    return false;
  *size = i->masked && !(v->reg[0][e / 8] >> e % 8 & 1) ? 0 : step;
  *addr = base + e * (m->mode == MTIA_VMODE_STRIDED ? c->x[i->vs2] : step);
  if (m->mode >= MTIA_VMODE_INDEXED)
    *addr = base + index_of(mtia_vreg(v, i->vs2), e, i->index_shift);
  return true;
}

//===-- What is legal (7.3, 7.8, 7.9) -------------------------------------------===//

static bool prepare_whole(struct mtia_vinsn *i, const struct vmem *m) {
  i->run = m->store ? run_store_whole : run_load_whole;
  i->shift = m->shift;
  i->emul = m->nf;
  return i->vd % m->nf == 0;
}

// The indices' registers and the data's are of one width, or overlap as 5.2 allows; fields of
// segments never.
static bool index_overlap_is_legal(const struct mtia_vinsn *i, const struct vmem *m, int lmul,
                                   int sew) {
  int emul = lmul + i->index_shift - sew;
  unsigned count = emul > 0 ? 1u << emul : 1, data = i->emul * m->nf;
  if (m->store || i->vd + data <= i->vs2 || i->vs2 + count <= i->vd)
    return true;
  if (m->nf > 1)
    return false;
  if (i->index_shift == sew)
    return true;
  if (sew < i->index_shift)
    return i->vd == i->vs2;
  return emul >= 0 && i->vd + data == i->vs2 + count;
}

bool mtia_vec_prepare_mem(struct mtia_vinsn *i, int lmul, int sew) {
  const struct vmem *m = &vmem[i->op];
  bool indexed = m->mode >= MTIA_VMODE_INDEXED;
  if (m->mode == MTIA_VMODE_WHOLE)
    return prepare_whole(i, m);
  if (sew < 0)
    return false;
  i->shift = indexed ? (uint8_t)sew : m->shift;
  i->index_shift = m->shift;
  int emul = m->mode == MTIA_VMODE_MASK ? 0 : lmul + i->shift - sew;
  i->emul = emul > 0 ? (uint8_t)(1u << emul) : 1;
  if (!mtia_vec_group(i->vd, emul) || i->emul * m->nf > 8 || i->vd + i->emul * m->nf > 32u ||
      (i->masked && !m->store && i->vd == 0))
    return false;
  if (indexed &&
      (!mtia_vec_group(i->vs2, lmul + m->shift - sew) || !index_overlap_is_legal(i, m, lmul, sew)))
    return false;
  bool unit_stride = m->mode == MTIA_VMODE_UNIT || m->mode == MTIA_VMODE_FAULT_FIRST;
  i->run = m->mode == MTIA_VMODE_MASK ? m->store ? run_store_mask : run_load_mask
           : unit_stride && m->nf > 1 ? run_segments
           : unit_stride              ? m->store ? run_store : run_load
                                      : run_any;
  return true;
}
