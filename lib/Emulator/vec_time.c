// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What vector instructions cost: docs/timing.md, "Vectors". The numbers are the rows of
// device_mtia_v1.inc that have the names of the target's units (VU_* in
// MTIAInstrFormatsV.td).
#include "core.h"

#include <stddef.h>
#include <string.h>

//===-- Facts -----------------------------------------------------------------===//

enum unit {
#define UNIT(name) UNIT_##name,
#define UNITS                                                                                      \
  UNIT(vset)                                                                                       \
  UNIT(vload)                                                                                      \
  UNIT(vload_strided)                                                                              \
  UNIT(vload_indexed)                                                                              \
  UNIT(vstore)                                                                                     \
  UNIT(vstore_strided)                                                                             \
  UNIT(vstore_indexed)                                                                             \
  UNIT(valu)                                                                                       \
  UNIT(vsat)                                                                                       \
  UNIT(vmul)                                                                                       \
  UNIT(vdiv)                                                                                       \
  UNIT(vfalu)                                                                                      \
  UNIT(vfmul)                                                                                      \
  UNIT(vfma)                                                                                       \
  UNIT(vfdiv)                                                                                      \
  UNIT(vfcvt)                                                                                      \
  UNIT(vfest)                                                                                      \
  UNIT(vred)                                                                                       \
  UNIT(vfred)                                                                                      \
  UNIT(vfred_ordered)                                                                              \
  UNIT(vmask)                                                                                      \
  UNIT(vmove_to_scalar)                                                                            \
  UNIT(vmove_from_scalar)                                                                          \
  UNIT(vslide)                                                                                     \
  UNIT(vgather)
  UNITS
#undef UNIT
};

static const struct {
  const char *name;
  size_t bubbles; // offset of the parameter
} units[] = {
#define UNIT(name) {#name, offsetof(struct mtia_device_params, name)},
    UNITS
#undef UNIT
};

static const struct {
  const char *unit, *op;
  uint8_t vd, vs2, vs1, masking, reads_vd, store, mode, nf;
} facts[MTIA_NUM_VOPS] = {
#define MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, masking, reads_vd, unit)          \
  {unit, #op, vd, vs2, vs1, masking, reads_vd, 0, 0, 0},
#define MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit)                  \
  {unit, "", 0, 0, 0, masking, 0, store, mode, nf},
#define MTIA_VSET(id, mnemonic, match, mask, unit) {unit, "", 0, 0, 0, 0, 0, 0, 0, 0},
#include "mtia/mtia_vinsn.inc"
};

// Operations per element, for the statistics.
static uint8_t flops_of(unsigned op) {
  static const char *const counted[] = {"vfadd",      "vfsub",     "vfrsub",    "vfwadd",
                                        "vfwsub",     "vfred",     "vfwred",    "vfredusum",
                                        "vfwredusum", "vfredosum", "vfwredosum"};
  if (!strcmp(facts[op].unit, "vfma"))
    return 2;
  if (!strcmp(facts[op].unit, "vfmul") || !strcmp(facts[op].unit, "vfdiv"))
    return 1;
  for (unsigned n = 0; n < sizeof counted / sizeof *counted; n++)
    if (!strcmp(facts[op].op, counted[n]))
      return 1;
  return 0;
}

// i->sew_shift is known.
static int8_t shift_of(const struct mtia_vinsn *i, unsigned kind) {
  int sew = i->sew_shift;
  switch (kind) {
  case MTIA_VK_SEW:
    return (int8_t)sew;
  case MTIA_VK_2SEW:
    return (int8_t)(sew + 1);
  case MTIA_VK_SEW_2:
    return (int8_t)(sew - 1);
  case MTIA_VK_SEW_4:
    return (int8_t)(sew - 2);
  case MTIA_VK_SEW_8:
    return (int8_t)(sew - 3);
  case MTIA_VK_E16:
    return 1;
  case MTIA_VK_MASK:
  case MTIA_VK_ELT:
  case MTIA_VK_2ELT:
    return MTIA_VTIME_ONE;
  case MTIA_VK_REGS1:
  case MTIA_VK_REGS2:
  case MTIA_VK_REGS4:
  case MTIA_VK_REGS8:
    return MTIA_VTIME_WHOLE;
  default:
    return MTIA_VTIME_NONE;
  }
}

void mtia_vec_prepare_time(struct mtia_vinsn *i) {
  unsigned unit = 0;
  while (strcmp(units[unit].name, facts[i->op].unit))
    unit++;
  i->unit = (uint8_t)unit;
  i->flops = flops_of(i->op);
  i->shift_d = shift_of(i, facts[i->op].vd);
  i->shift_2 = shift_of(i, facts[i->op].vs2);
  i->shift_1 = shift_of(i, facts[i->op].vs1);
}

//===-- Queues ---------------------------------------------------------------------===//

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

// An instruction comes to its pipeline's queue at `t`: when there is room.
static uint64_t enter(const struct mtia_core *c, const struct mtia_vqueue *q, uint64_t t) {
  return c->dev->p->vector_queue ? later(t, q->begun[q->next]) : t;
}

// It came at `entered`, begins at `start`, and a core without queues would go on at `go`. Returns
// when the core goes on.
static uint64_t leave(struct mtia_core *c, struct mtia_vqueue *q, uint64_t entered, uint64_t start,
                      uint64_t go) {
  struct mtia_vector *v = c->v;
  v->begun = later(v->begun, go);
  if (!c->dev->p->vector_queue)
    return go;
  q->begun[q->next] = start;
  q->next = q->next + 1 == c->dev->p->vector_queue ? 0 : q->next + 1;
  return entered + 1;
}

//===-- Registers ----------------------------------------------------------------===//

// Registers of an operand that hold elements below vl.
static unsigned registers(const struct mtia_vinsn *i, int8_t shift, unsigned vl) {
  if (shift == MTIA_VTIME_NONE)
    return 0;
  if (shift == MTIA_VTIME_WHOLE)
    return i->emul;
  unsigned count = shift == MTIA_VTIME_ONE ? 1 : ((vl << shift) + MTIA_VLENB - 1) / MTIA_VLENB;
  return count ? count : 1;
}

// Register k of `count` is read in this one of `beats` cycles,
static inline unsigned beat(unsigned k, unsigned count, unsigned beats) {
  return count == beats ? k : k * beats / count;
}

// and done with after so many.
static inline unsigned beats_until(unsigned k, unsigned count, unsigned beats) {
  return count == beats ? k + 1 : ((k + 1) * beats + count - 1) / count;
}

// When an operation can start that reads a group: chained, register k is read when k of `count`
// parts of its `beats` cycles are over.
static uint64_t when_ready(const struct mtia_vector *v, unsigned first, unsigned count,
                           unsigned beats, bool chained) {
  uint64_t start = 0;
  for (unsigned k = 0; k < count; k++) {
    uint64_t ready = v->ready[(first + k) & 31], earlier = chained ? beat(k, count, beats) : 0;
    start = later(start, ready > earlier ? ready - earlier : 0);
  }
  return start;
}

// When an operation can start whose result in register k of a group is there `first` + k * `step`
// cycles later: not before it has been read, and what was to be there before is.
static uint64_t when_writable(const struct mtia_vector *v, unsigned group, unsigned count,
                              unsigned first, unsigned step) {
  uint64_t start = 0;
  for (unsigned k = 0; k < count; k++, first += step) {
    uint64_t free = later(v->ready[(group + k) & 31], v->read[(group + k) & 31]);
    start = later(start, free > first ? free - first : 0);
  }
  return start;
}

// The group is read from `start` on, chained as above.
static void note_read(struct mtia_vector *v, unsigned first, unsigned count, unsigned cycles,
                      uint64_t start) {
  for (unsigned k = 0; k < count; k++) {
    uint64_t until = start + beats_until(k, count, cycles), *read = &v->read[(first + k) & 31];
    *read = later(*read, until);
  }
}

//===-- Arithmetic ---------------------------------------------------------------===//

// Of a quotient's 64 bytes.
static unsigned divider(const struct mtia_device_params *p, const struct mtia_vinsn *i) {
  unsigned sew = i->sew_shift;
  if (i->unit == UNIT_vdiv)
    return later(p->vdiv >> (3 - sew), p->vdiv / 4);
  return sew == 3 ? p->vfdiv : sew == 2 ? p->core_fdiv_s : p->core_fdiv_h;
}

static uint64_t arithmetic(struct mtia_core *c, const struct mtia_vinsn *i, uint64_t t) {
  const struct mtia_device_params *p = c->dev->p;
  struct mtia_vector *v = c->v;
  unsigned vl = v->vl, d = registers(i, i->shift_d, vl), s2 = registers(i, i->shift_2, vl),
           s1 = registers(i, i->shift_1, vl);
  unsigned beats = (unsigned)later(later(d, s2), later(s1, 1)), cycles = beats;
  unsigned bubbles = *(const uint32_t *)((const char *)p + units[i->unit].bubbles);
  bool whole = i->shift_d == MTIA_VTIME_ONE; // the result is there at the end
  if (i->unit == UNIT_vgather)
    cycles = beats * beats, whole = true;
  if (i->unit == UNIT_vdiv || i->unit == UNIT_vfdiv)
    cycles = beats * (1 + (bubbles = divider(p, i)));
  if (i->unit == UNIT_vfred_ordered)
    cycles = vl ? vl * (1 + bubbles) : 1;
  bool chained = i->unit != UNIT_vgather;
  bool reads_mask = i->masked || facts[i->op].masking == MTIA_VM_CARRY;
  uint64_t entered = enter(c, &v->arith, t), start = later(entered, v->arith.free);
  start = later(start, when_ready(v, i->vs2, s2, beats, chained));
  start = later(start, when_ready(v, i->vs1, s1, beats, chained));
  if (facts[i->op].reads_vd)
    start = later(start, when_ready(v, i->vd, d, beats, chained));
  if (reads_mask)
    start = later(start, v->ready[0]);
  // Of a quotient the bubbles are counted in the cycles.
  unsigned after = i->unit == UNIT_vdiv || i->unit == UNIT_vfdiv ? 0 : bubbles;
  unsigned step = whole ? 0 : beat(1, d ? d : 1, cycles); // rounded down: never too early
  unsigned first = (whole ? cycles : step) + after;
  if (p->vector_queue)
    start = later(start, when_writable(v, i->vd, d, first, step));
  v->arith.free = start + cycles;
  for (unsigned k = 0; k < d; k++) {
    unsigned end = whole ? cycles : beats_until(k, d, cycles);
    v->ready[(i->vd + k) & 31] = start + end + after;
  }
  note_read(v, i->vs2, s2, cycles, start);
  note_read(v, i->vs1, s1, cycles, start);
  if (reads_mask)
    note_read(v, 0, 1, cycles, start);
  if (facts[i->op].vd == MTIA_VK_X)
    c->ready[i->vd ? i->vd : 32] = start + cycles + bubbles;
  if (facts[i->op].vd == MTIA_VK_F)
    c->fready[i->vd] = start + cycles + bubbles;
  c->fp_operations += (uint64_t)i->flops * vl;
  return leave(c, &v->arith, entered, start, start + 1);
}

//===-- Memory --------------------------------------------------------------------===//

// Each returns when the data are there, or when the pipeline goes on.
static uint64_t access_time(struct mtia_core *c, bool store, uint64_t addr, unsigned size,
                            uint64_t t) {
  if (mtia_mem_level(c->dev, addr) == MTIA_NOWHERE) // will trap
    return t;
  return store ? mtia_cache_store(c, addr, size, t) : mtia_cache_load(c, addr, size, t);
}

// A line per cycle. Register k of a load is there when its last line is. Returns when the core
// would go on.
static uint64_t unit_stride(struct mtia_core *c, const struct mtia_vinsn *i, bool store,
                            unsigned bytes, uint64_t start) {
  struct mtia_vector *v = c->v;
  uint64_t addr = c->x[i->vs1], wait = 0, done = 0;
  unsigned cycle = 0, at = 0;
  while (at < bytes) {
    unsigned part = (unsigned)(MTIA_LINE - (addr + at) % MTIA_LINE);
    part = part < bytes - at ? part : bytes - at;
    uint64_t now = start + 1 + cycle++ + wait;
    uint64_t then = access_time(c, store, addr + at, part, now);
    unsigned first = at / MTIA_VLENB, last = (at + part - 1) / MTIA_VLENB;
    if (store)
      wait += then - now;
    done = store ? 0 : then + c->dev->p->vload;
    for (unsigned k = first; !store && k <= last; k++)
      v->ready[(i->vd + k) & 31] =
          k == first && at % MTIA_VLENB ? later(v->ready[(i->vd + k) & 31], done) : done;
    at += part;
  }
  v->memory.free = start + wait + (cycle ? cycle : 1);
  return start + 1 + wait;
}

static uint64_t by_elements(struct mtia_core *c, const struct mtia_vinsn *i, bool store,
                            uint64_t start, struct mtia_vstore *range) {
  struct mtia_vector *v = c->v;
  unsigned nf = facts[i->op].nf, vl = v->vl, mode = facts[i->op].mode, size = nf << i->shift;
  uint64_t base = c->x[i->vs1], wait = 0, done = start + 1, stride = size;
  unsigned bubbles = *(const uint32_t *)((const char *)c->dev->p + units[i->unit].bubbles);
  if (mode == MTIA_VMODE_STRIDED)
    stride = c->x[i->vs2];
  *range = (struct mtia_vstore){.from = UINT64_MAX};
  for (unsigned e = 0; e < vl; e++) {
    uint64_t index = 0, now = start + 1 + e + wait;
    if (mode >= MTIA_VMODE_INDEXED)
      memcpy(&index, mtia_vreg(v, i->vs2) + ((size_t)e << i->index_shift),
             (size_t)1 << i->index_shift);
    else
      index = e * stride;
    if (i->masked && !(v->reg[0][e / 8] >> e % 8 & 1))
      continue;
    uint64_t addr = base + index, then = access_time(c, store, addr, size, now);
    if (store)
      wait += then - now;
    range->from = addr < range->from ? addr : range->from;
    range->to = later(range->to, addr + size);
    done = later(done, then);
  }
  for (unsigned k = 0; !store && k < nf * i->emul; k++)
    v->ready[(i->vd + k) & 31] = done + bubbles;
  v->memory.free = start + wait + (vl ? vl : 1);
  return start + 1 + wait;
}

// The least number of cycles after its own in which a load's first 64 bytes are there.
static unsigned least_latency(const struct mtia_core *c, uint64_t addr) {
  const struct mtia_device_params *p = c->dev->p;
  return p->vload +
         (mtia_mem_level(c->dev, addr) == MTIA_LOCAL ? p->core_local_load : 1 + p->core_load_use);
}

static uint64_t memory(struct mtia_core *c, const struct mtia_vinsn *i, uint64_t t) {
  struct mtia_vector *v = c->v;
  unsigned mode = facts[i->op].mode, nf = facts[i->op].nf, vl = v->vl;
  bool store = facts[i->op].store;
  unsigned bytes = mode == MTIA_VMODE_WHOLE  ? nf * MTIA_VLENB
                   : mode == MTIA_VMODE_MASK ? (vl + 7) / 8
                                             : vl << i->shift;
  t = later(t, c->ready[i->vs1]);
  if (mode == MTIA_VMODE_STRIDED)
    t = later(t, c->ready[i->vs2]);
  uint64_t entered = enter(c, &v->memory, t), start = later(entered, v->memory.free);
  unsigned regs = (bytes + MTIA_VLENB - 1) / MTIA_VLENB, indices = 0;
  unsigned fields = mode == MTIA_VMODE_WHOLE ? 1 : nf;
  bool chained = nf == 1 || mode == MTIA_VMODE_WHOLE;
  if (mode >= MTIA_VMODE_INDEXED) {
    indices = ((vl << i->index_shift) + MTIA_VLENB - 1) / MTIA_VLENB;
    start = later(start, when_ready(v, i->vs2, indices, vl, true));
  }
  for (unsigned f = 0; f < fields; f++)
    if (store)
      start = later(start, when_ready(v, i->vd + f * i->emul, regs, regs, chained));
    else if (c->dev->p->vector_queue)
      start = later(start, when_writable(v, i->vd + f * i->emul, regs,
                                         least_latency(c, c->x[i->vs1]), chained));
  if (i->masked)
    start = later(start, v->ready[0]);
  bool lines = mode < MTIA_VMODE_STRIDED && chained;
  struct mtia_vstore range = {c->x[i->vs1], c->x[i->vs1] + bytes, 0};
  uint64_t go =
      lines ? unit_stride(c, i, store, bytes, start) : by_elements(c, i, store, start, &range);
  unsigned cycles = (unsigned)(v->memory.free - start);
  note_read(v, i->vs2, indices, cycles, start);
  for (unsigned f = 0; store && f < fields; f++)
    note_read(v, i->vd + f * i->emul, regs, cycles, start);
  if (i->masked)
    note_read(v, 0, 1, cycles, start);
  if (store && start > t) {
    v->stored = range.go = go;
    v->store[v->memory.next] = range;
  }
  if (v->stored > t) // a scalar load has to look
    mtia_cache_forget(c, range.from, range.to);
  t = leave(c, &v->memory, entered, start, go);
  return mode == MTIA_VMODE_FAULT_FIRST ? go : t; // it decides on vl
}

uint64_t mtia_vec_stored(const struct mtia_core *c, uint64_t addr, unsigned size, uint64_t t) {
  const struct mtia_vector *v = c->v;
  uint64_t go = t;
  for (unsigned k = 0; v->stored > t && k < c->dev->p->vector_queue; k++)
    if (addr < v->store[k].to && v->store[k].from < addr + size)
      go = later(go, v->store[k].go);
  return go;
}

uint64_t mtia_vec_time(struct mtia_core *c, const struct mtia_vinsn *i, uint64_t t) {
  const uint32_t x = (uint32_t)offsetof(struct mtia_core, x),
                 f = (uint32_t)offsetof(struct mtia_core, f);
  if (i->unit == UNIT_vset) {
    if (i->op != MTIA_VOP_VSETIVLI)
      t = later(t, c->ready[i->vs1]);
    if (i->op == MTIA_VOP_VSETVL)
      t = later(t, c->ready[i->vs2]);
    c->ready[i->vd ? i->vd : 32] = t + 1 + c->dev->p->vset;
    return t + 1;
  }
  if (i->unit >= UNIT_vload && i->unit <= UNIT_vstore_indexed)
    return memory(c, i, t);
  t = later(t, i->x_at >= f && i->x_at < f + 256 ? c->fready[(i->x_at - f) / 8]
                                                 : c->ready[(i->x_at - x) / 8]);
  return arithmetic(c, i, t);
}
