// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Argmax and argmin of a middle dimension, by vectors. Elements keep their own type (bf16: f32) and
// places have 16 bits (of i8: 8), so that a register has as many columns as possible. Places are
// counted from the first row of a segment, which is 1; 0 is that the segment has nothing better. At
// the end of a segment, of as many rows as these bits tell apart, they become rows of 32 bits.
#ifndef MTIA_KERNELS_REDUCE_PLACES_H
#define MTIA_KERNELS_REDUCE_PLACES_H

#include "reduce.h"
#include <riscv_vector.h>

static inline uint32_t segment_rows(const struct reduce_job *job) {
  return job->from == MTIA_SE_I8 ? UINT8_MAX : UINT16_MAX;
}

// What is kept of each column from block to block.
struct search {
  uint32_t stride; // of x's rows
  void *value, *place;
  int32_t *row;
};

// Rows of x, `first` rows of the segment are in front of them. better: less(low, high), where v is
// the best until now. What is not a number is never better.
#define EXTREME(name, size, LENGTH, LOAD, c, bits, values, less, low, high, best, mask, P, pbits,  \
                places)                                                                            \
  MTIA_VECTOR static void name(const struct search *b, const char *rows_of_x, uint32_t rows,       \
                               uint32_t first, size_t columns) {                                   \
    size_t vl;                                                                                     \
    for (size_t k = 0; k < columns; k += vl) {                                                     \
      vl = LENGTH(columns - k);                                                                    \
      c *kept = (c *)b->value + k;                                                                 \
      P *place = (P *)b->place + k;                                                                \
      __auto_type v = __riscv_vle##bits##_v_##values(kept, vl);                                    \
      __auto_type p = __riscv_vle##pbits##_v_##places(place, vl);                                  \
      const char *at = rows_of_x + k * (size);                                                     \
      for (uint32_t r = 1; r <= rows; r++, at += b->stride) {                                      \
        __auto_type x = LOAD(at, vl);                                                              \
        __auto_type better = __riscv_v##less##_vv_##values##_##mask(low, high, vl);                \
        v = __riscv_v##best##_vv_##values(v, x, vl);                                               \
        p = __riscv_vmerge_vxm_##places(p, (P)(first + r), better, vl);                            \
      }                                                                                            \
      __riscv_vse##bits##_v_##values(kept, v, vl);                                                 \
      __riscv_vse##pbits##_v_##places(place, p, vl);                                               \
    }                                                                                              \
  }
#define EXTREMES(t, size, LENGTH, LOAD, c, bits, values, less, f, mask, P, pbits, places)          \
  EXTREME(greatest_##t, size, LENGTH, LOAD, c, bits, values, less, v, x, f##max, mask, P, pbits,   \
          places)                                                                                  \
  EXTREME(least_##t, size, LENGTH, LOAD, c, bits, values, less, x, v, f##min, mask, P, pbits,      \
          places)

// As many columns as three groups of registers have: v, x and p beside the mask.
#define LOAD_F32(at, vl) __riscv_vle32_v_f32m8((const float *)(at), vl)
#define LOAD_F16(at, vl) __riscv_vle16_v_f16m8((const _Float16 *)(at), vl)
#define LOAD_BF16(at, vl)                                                                          \
  __riscv_vfwcvtbf16_f_f_v_f32m8(__riscv_vle16_v_bf16m4((const __bf16 *)(at), vl), vl)
#define LOAD_I32(at, vl) __riscv_vle32_v_i32m8((const int32_t *)(at), vl)
#define LOAD_I8(at, vl) __riscv_vle8_v_i8m8((const int8_t *)(at), vl)
EXTREMES(f32, 4, __riscv_vsetvl_e32m8, LOAD_F32, float, 32, f32m8, mflt, f, b4, uint16_t, 16, u16m4)
EXTREMES(f16, 2, __riscv_vsetvl_e16m8, LOAD_F16, _Float16, 16, f16m8, mflt, f, b2, uint16_t, 16,
         u16m8)
EXTREMES(bf16, 2, __riscv_vsetvl_e32m8, LOAD_BF16, float, 32, f32m8, mflt, f, b4, uint16_t, 16,
         u16m4)
EXTREMES(i32, 4, __riscv_vsetvl_e32m8, LOAD_I32, int32_t, 32, i32m8, mslt, , b4, uint16_t, 16,
         u16m4)
EXTREMES(i8, 1, __riscv_vsetvl_e8m8, LOAD_I8, int8_t, 8, i8m8, mslt, , b1, uint8_t, 8, u8m8)

typedef void search_fn(const struct search *b, const char *x, uint32_t rows, uint32_t first,
                       size_t columns);

static inline search_fn *get_search(const struct reduce_job *job) {
  bool greatest = job->op == ARGMAX;
  if (job->from == MTIA_SE_F32)
    return greatest ? greatest_f32 : least_f32;
  if (job->from == MTIA_SE_F16)
    return greatest ? greatest_f16 : least_f16;
  if (job->from == MTIA_SE_BF16)
    return greatest ? greatest_bf16 : least_bf16;
  if (job->from == MTIA_SE_I32)
    return greatest ? greatest_i32 : least_i32;
  return greatest ? greatest_i8 : least_i8;
}

// 32 bits of elements of which every other one is better.
static inline uint32_t worst(const struct reduce_job *job) {
  uint32_t bits = (uint32_t)reduce_identity(job).i;
  if (job->from == MTIA_SE_F16)
    return job->op == ARGMAX ? 0xFC00FC00 : 0x7C007C00;
  return job->from == MTIA_SE_I8 ? (bits >> 24) * 0x01010101 : bits;
}

MTIA_VECTOR static void begin_places(const struct search *b, uint32_t bits, size_t columns) {
  size_t vl;
  for (size_t k = 0; k < columns; k += vl) {
    vl = __riscv_vsetvl_e32m8(columns - k);
    __riscv_vse32_v_u32m8((uint32_t *)b->value + k, __riscv_vmv_v_x_u32m8(bits, vl), vl);
    __riscv_vse16_v_u16m4((uint16_t *)b->place + k, __riscv_vmv_v_x_u16m4(0, vl), vl);
    __riscv_vse32_v_i32m8(b->row + k, __riscv_vmv_v_x_i32m8(0, vl), vl);
  }
}

// Places of vl columns from k on, less one, 0 staying 0; another segment can begin.
ALWAYS_INLINE MTIA_VECTOR vuint32m8_t take_places(const struct reduce_job *job,
                                                  const struct search *b, size_t k, size_t vl,
                                                  uint32_t less) {
  if (job->from == MTIA_SE_I8) {
    uint8_t *from = (uint8_t *)b->place + k;
    vuint8m2_t place = __riscv_vle8_v_u8m2(from, vl);
    __riscv_vse8_v_u8m2(from, __riscv_vmv_v_x_u8m2(0, vl), vl);
    return __riscv_vzext_vf4_u32m8(__riscv_vssubu_vx_u8m2(place, (uint8_t)less, vl), vl);
  }
  uint16_t *from = (uint16_t *)b->place + k;
  vuint16m4_t place = __riscv_vle16_v_u16m4(from, vl);
  __riscv_vse16_v_u16m4(from, __riscv_vmv_v_x_u16m4(0, vl), vl);
  return __riscv_vzext_vf2_u32m8(__riscv_vssubu_vx_u16m4(place, (uint16_t)less, vl), vl);
}

// Rows, when a segment that begins with row `first` is over.
MTIA_VECTOR static void end_segment(const struct reduce_job *job, const struct search *b,
                                    uint64_t first, int32_t *rows, size_t columns) {
  size_t vl;
  for (size_t k = 0; k < columns; k += vl) {
    vl = __riscv_vsetvl_e32m8(columns - k);
    if (first == 0) { // nothing in front, and row 0 if no row is better
      vuint32m8_t row = take_places(job, b, k, vl, 1);
      __riscv_vse32_v_u32m8((uint32_t *)rows + k, row, vl);
      continue;
    }
    vuint32m8_t place = take_places(job, b, k, vl, 0);
    vbool4_t better = __riscv_vmsne_vx_u32m8_b4(place, 0, vl);
    vint32m8_t row = __riscv_vle32_v_i32m8(b->row + k, vl);
    place = __riscv_vadd_vx_u32m8(place, (uint32_t)first - 1, vl);
    row = __riscv_vmerge_vvm_i32m8(row, __riscv_vreinterpret_v_u32m8_i32m8(place), better, vl);
    __riscv_vse32_v_i32m8(rows + k, row, vl);
  }
}

#endif
