// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the functions of vecfp_*.c are written: struct mtia_vrun *r is their argument (vec.h).
#ifndef MTIA_EMULATOR_VECFP_KERNEL_H
#define MTIA_EMULATOR_VECFP_KERNEL_H

#include "core.h"
#include "fp_fast.h"
#include "vec_kernel.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))
// Unused where an instruction has no form with a vector.
#define KERNEL(name) __attribute__((unused)) static void name(struct mtia_vrun *r)

// Arrays of elements.
#define OUT ((void *)r->out)
#define VD ((const void *)r->vd)
#define VS2 ((const void *)r->vs2)
#define VS1 ((const void *)r->vs1)

// Elements never depend on others. Where a source lies in the destination's registers it is as
// wide, or where reading runs ahead of writing.
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

// For all elements i of the registers written, which are of type T.
#define ALL(T, statement)                                                                          \
  do {                                                                                             \
    const unsigned n_ = r->regs * (unsigned)(MTIA_VLENB / sizeof(T));                              \
    INDEPENDENT                                                                                    \
    for (unsigned i = 0; i < n_; i++) {                                                            \
      statement;                                                                                   \
    }                                                                                              \
  } while (0)

// For the active elements i, in ascending order. ACTIVE_IN_ORDER: the statement has a memory.
#define ACTIVE_(hint, statement)                                                                   \
  do {                                                                                             \
    const unsigned vl_ = r->vl;                                                                    \
    if (!r->active) {                                                                              \
      const unsigned first_ = r->first;                                                            \
      hint for (unsigned i = first_; i < vl_; i++) { statement; }                                  \
    } else {                                                                                       \
      for (unsigned w_ = 0; 64 * w_ < vl_; w_++)                                                   \
        for (uint64_t bits_ = r->active[w_]; bits_; bits_ &= bits_ - 1) {                          \
          const unsigned i = 64 * w_ + (unsigned)__builtin_ctzll(bits_);                           \
          statement;                                                                               \
        }                                                                                          \
    }                                                                                              \
  } while (0)
#define ACTIVE(statement) ACTIVE_(INDEPENDENT, statement)
#define ACTIVE_IN_ORDER(statement) ACTIVE_(, statement)

// A scalar operand without its box; one that isn't boxed is the canonical NaN (narrow: f32).
INLINE uint64_t unbox_f64(uint64_t x) { return x; }
INLINE uint32_t unbox_f32(uint64_t x) { return x >> 32 == UINT32_MAX ? (uint32_t)x : MTIA_F32_NAN; }
INLINE uint16_t unbox_f16(uint64_t x) {
  return x >> 16 == UINT64_MAX >> 16 ? (uint16_t)x : MTIA_F16_NAN;
}
INLINE uint16_t unbox_bf16(uint64_t x) {
  return x >> 16 == UINT64_MAX >> 16 ? (uint16_t)x : MTIA_BF16_NAN;
}
INLINE uint32_t unbox_narrow(uint64_t x) { return unbox_f32(x); }

// Names end in the element's bits; an entry of a table for SEW = 8, 16, 32, 64.
#define ENTRY_8_64(id, name, bits)                                                                 \
  [MTIA_VOP_##id] = {.fn = {name##_8, name##_16, name##_32, name##_64}, .flags = (bits)}
#define ENTRY_8_32(id, name, bits)                                                                 \
  [MTIA_VOP_##id] = {.fn = {name##_8, name##_16, name##_32}, .flags = (bits)}
#define ENTRY_16_64(id, name, bits)                                                                \
  [MTIA_VOP_##id] = {.fn = {NULL, name##_16, name##_32, name##_64}, .flags = (bits)}
#define ENTRY_16_32(id, name, bits)                                                                \
  [MTIA_VOP_##id] = {.fn = {NULL, name##_16, name##_32}, .flags = (bits)}
#define ENTRY_16(id, name, bits) [MTIA_VOP_##id] = {.fn = {NULL, name##_16}, .flags = (bits)}

#endif
