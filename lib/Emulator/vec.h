// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors: RISC-V V 1.0 with VLEN = 512 and ELEN = 64 (RISC-V Unprivileged ISA 20240411,
// chapter "V"; section numbers in vec*.c are that chapter's).
//
// An instruction is decoded once into a struct mtia_vinsn. Whether it is legal, and
// which function computes it, depends on vtype: mtia_vec_prepare finds that out for one
// vtype and notes in `key` for which. As long as the core's key is the same (and that is
// never so while anything else is unusual: vectors switched off or not dirty yet, vstart
// not 0, agnostic elements to be overwritten), the instruction is executed without
// another look; otherwise mtia_vec_slow sorts it out.
//
// The functions that compute (vec_kernel.h says how they are written) know no masks and
// no policies, except where they want to: usually they compute whole registers of
// results, and the elements that are active are then taken over.
#ifndef MTIA_EMULATOR_VEC_H
#define MTIA_EMULATOR_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mtia_core;
struct mtia_vinsn;
struct mtia_vector;

#define MTIA_VLEN 512u
#define MTIA_VLENB (MTIA_VLEN / 8)
#define MTIA_VLMAX MTIA_VLEN // elements of 8 bits in 8 registers
#define MTIA_VWORDS (MTIA_VLMAX / 64)

#include "mtia/mtia_vinsn.inc" // the enums

enum mtia_vop {
#define MTIA_VARITH(id, ...) MTIA_VOP_##id,
#define MTIA_VMEM(id, ...) MTIA_VOP_##id,
#define MTIA_VSET(id, ...) MTIA_VOP_##id,
#include "mtia/mtia_vinsn.inc"
  MTIA_NUM_VOPS
};

//===-- Functions that compute ------------------------------------------------===//

// What a function computes with. Elements first..vl-1 are to be computed, of those the ones whose
// bit of `active` is set if that is not NULL.
struct mtia_vrun {
  struct mtia_vector *v;
  struct mtia_core *core;
  const struct mtia_vinsn *insn;
  uint8_t *out;                  // where the results go: the registers of vd, or scratch memory
  const uint8_t *vd, *vs2, *vs1; // the first registers; vd is the old value
  uint64_t x;                    // integer register or immediate (extended to 64 bits), or the bits
                                 // of the floating-point register
  uint64_t result;               // what the destination is if that is an integer or f register
  const uint64_t *active;
  unsigned first, vl;
  unsigned regs; // registers of results: ceil(vl / elements of a register of vd)
};

typedef void mtia_vfn(struct mtia_vrun *r);

enum {
  // Without MTIA_VF_ACTIVE the function writes all elements of `regs` registers to r->out (masks:
  // ceil(vl / 64) words), whatever first, vl and active say, and has no other effect; r->out may
  // be the destination. With it, it writes to the active elements only, and r->out is the
  // destination. (Functions that compute masks know r->active also without it.)
  MTIA_VF_ACTIVE = 1,
  // Needs floating point: illegal while mstatus.FS is off or frm holds no rounding mode.
  // core->fp.rm is frm; the function adds to core->fp.flags.
  MTIA_VF_FP = 2,
  // No source, nor the mask, may overlap the destination.
  MTIA_VF_DISJOINT = 4,
  // Cannot be resumed: illegal while vstart is not 0.
  MTIA_VF_ATOMIC = 8,
  // Is called also if vl is 0 (vstart >= vl): has a scalar result.
  MTIA_VF_ALWAYS = 16,
};

// How an arithmetic instruction is executed: by fn[log2(SEW / 8)]; NULL where it is illegal.
struct mtia_vimpl {
  mtia_vfn *fn[4];
  uint8_t flags;
};

// All functions, compiled for one kind of host: vec_int.c, vecfp.c, ... each fill a part.
struct mtia_vec_host {
  const struct mtia_vimpl *const *tables; // of MTIA_NUM_VOPS each, NULL behind the last
  // dst[e] = src[e] for the elements of 1 << shift bytes whose bit of `active` is set.
  void (*blend)(uint8_t *dst, const uint8_t *src, const uint64_t *active, unsigned regs,
                unsigned shift);
};

//===-- State of a core -------------------------------------------------------===//

// Values of `key` that no prepared instruction has, and that no core has.
#define MTIA_VKEY_SLOW 0xffff
#define MTIA_VKEY_NONE 0xfffe
#define MTIA_VKEY_ILL 0x100 // of vtype with vill; otherwise it is vtype

#define MTIA_VQUEUE_MAX 16

// A pipeline: when it takes the next instruction, and when the last ones, as many as its queue
// holds, began; next: the oldest of them.
struct mtia_vqueue {
  uint64_t free, begun[MTIA_VQUEUE_MAX];
  unsigned next;
};

// A store to [from, to), and when its first bytes are written.
struct mtia_vstore {
  uint64_t from, to, go;
};

struct mtia_vector {
  // Behind v31: what is read past a group there, of which nothing is used.
  uint8_t reg[32 + 8][MTIA_VLENB] __attribute__((aligned(64)));
  uint8_t scratch[8 + 8][MTIA_VLENB] __attribute__((aligned(64)));
  uint64_t active[MTIA_VWORDS];
  struct mtia_vrun run;
  uint16_t key;
  uint16_t vtype; // the 8 bits, or MTIA_VKEY_ILL
  uint16_t vl, vstart;
  uint8_t vxrm, vxsat;
  bool present; // this core has vectors
  bool ones;    // writes ones wherever "agnostic" permits
  // Timed: when a register can be read, and until when it is; the two pipelines; until when a core
  // without queues would have waited; the last store's `go`, and those that have waited in the
  // queue.
  uint64_t ready[32], read[32];
  struct mtia_vqueue arith, memory;
  uint64_t begun, stored;
  struct mtia_vstore store[MTIA_VQUEUE_MAX];
  const struct mtia_vec_host *host;
  uint8_t *dram;        // the host's address of MTIA_DRAM_BASE
  uint64_t cause, tval; // of the memory access that failed
};

// The first byte of a register, or of a group of them.
static inline uint8_t *mtia_vreg(const struct mtia_vector *v, unsigned n) {
  return (uint8_t *)(uintptr_t)v->reg + (size_t)n * MTIA_VLENB;
}

// FAULT: a memory access failed with v->cause and v->tval.
enum mtia_vec_outcome { MTIA_VEC_DONE, MTIA_VEC_ILLEGAL, MTIA_VEC_FAULT };

// An instruction, decoded.
struct mtia_vinsn {
  enum mtia_vec_outcome (*run)(struct mtia_core *c, const struct mtia_vinsn *i);
  mtia_vfn *fn;
  uint64_t imm;
  uint32_t x_at, result_at; // where in the core: the scalar operand (imm is added), the result
  uint32_t word;
  uint16_t key;
  uint16_t op;          // enum mtia_vop
  uint16_t vtype;       // vset*
  uint16_t vlmax;       // vset*: of that vtype; others: of the last vtype
  uint8_t vd, vs2, vs1; // as encoded: numbers of any kind of register, or an immediate
  uint8_t flags;        // MTIA_VF_*
  bool masked;          // by v0
  bool mask_result;     // vd is a mask
  uint8_t shift;        // log2 of the bytes of an element of vd; memory: of what is accessed
  uint8_t index_shift;  // the same, indices
  uint8_t emul;         // registers of vd, or of one field
  // vec_time.c: what it is executed by, floating-point operations per element, log2 of the bytes of
  // SEW and of the operands' elements, or MTIA_VTIME_*.
  uint8_t unit, flops, sew_shift;
  int8_t shift_d, shift_2, shift_1;
  struct mtia_vinsn *next;
};

//===-- The rest of the emulator's -------------------------------------------===//

// Makes core->v. False: out of memory.
bool mtia_vec_create(struct mtia_core *core);
void mtia_vec_destroy(struct mtia_core *core);

// False: `word` is no vector instruction.
bool mtia_vec_decode(uint32_t word, struct mtia_vinsn *i);

// Executes an instruction but for pc and time. *t, if given: the core's time, goes on.
enum mtia_vec_outcome mtia_vec_slow(struct mtia_core *c, struct mtia_vinsn *i, uint64_t *t);

// For watchpoints. Whether it accesses memory; whether it is legal now, and prepared; its n-th
// access, of no bytes where an element is not active. False: there are no more.
bool mtia_vec_is_memory(const struct mtia_vinsn *i, bool *store);
bool mtia_vec_ready(struct mtia_core *c, struct mtia_vinsn *i);
bool mtia_vec_piece(const struct mtia_core *c, const struct mtia_vinsn *i, unsigned n,
                    uint64_t *addr, uint64_t *size);

// When the core goes on that has come to a prepared instruction at `t`. To be called before the
// execution.
uint64_t mtia_vec_time(struct mtia_core *c, const struct mtia_vinsn *i, uint64_t t);
// When a scalar load at `t` can begin: not before stores to the same bytes that are still queued.
uint64_t mtia_vec_stored(const struct mtia_core *c, uint64_t addr, unsigned size, uint64_t t);

// To be called after a change of vtype, vstart, mstatus.VS.
void mtia_vec_update(struct mtia_core *c);

// CSRs of V; false: not one of those. Reading and writing don't look at mstatus.VS.
bool mtia_vec_csr_read(const struct mtia_core *c, unsigned csr, uint64_t *value);
bool mtia_vec_csr_write(struct mtia_core *c, unsigned csr, uint64_t value);
bool mtia_vec_is_csr(unsigned csr);

// vec_print.c: an instruction in words; false: it is none of V. Why it, or an access to a CSR of V,
// is illegal here and now: ": ..." or "".
bool mtia_vec_print(char *buffer, size_t size, uint32_t word);
void mtia_vec_why_illegal(const struct mtia_core *c, uint32_t word, char *buffer, size_t size);

extern const struct mtia_vec_host mtia_vec_host_base, mtia_vec_host_v3;

//===-- Between the parts of the vector unit ---------------------------------===//

// Fills v->active with elements first..vl-1, masked by v0 if `masked`.
void mtia_vec_activate(struct mtia_vector *v, bool masked, unsigned first, unsigned vl);
// vec_mem.c: sets i->run and what it needs for vtype; false: illegal.
bool mtia_vec_prepare_mem(struct mtia_vinsn *i, int lmul, int sew);
#define MTIA_VTIME_NONE (-1)  // no vector
#define MTIA_VTIME_ONE (-2)   // one register
#define MTIA_VTIME_WHOLE (-3) // as many registers as the instruction says
void mtia_vec_prepare_time(struct mtia_vinsn *i);
// vec_policy.c: makes the agnostic elements ones, after an instruction that began with element
// `first`, with vl, and these elements active.
void mtia_vec_agnostic(struct mtia_vector *v, const struct mtia_vinsn *i, const uint64_t *active,
                       unsigned first, unsigned vl);
// The registers first..first+count-1 are a group of 2^emul registers (1 if emul is negative).
bool mtia_vec_group(unsigned first, int emul);

#endif
