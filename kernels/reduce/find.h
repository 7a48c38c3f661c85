// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Argmax and argmin of rows: where the greatest (or least) number stands that the SE has found.
#ifndef MTIA_KERNELS_REDUCE_FIND_H
#define MTIA_KERNELS_REDUCE_FIND_H

#include "reduce.h"
#include <riscv_vector.h>

// Rows, each in `parts` parts of n elements, one behind the other; `values` has the extreme of each
// part. That of a row is in its first part that has it, so only this one is searched.
struct find {
  const char *x;
  uint32_t stride, rows, parts;
  size_t n;
  const union reduce_value *values;
  bool greatest;
};

enum { FIND_BYTES = 512 }; // that are compared at once

// Index of the first of vl elements that is v, negative if none is.
#define FIRST(name, scalar, element, load, equal, mask)                                            \
  ALWAYS_INLINE MTIA_VECTOR long first_##name(const char *x, size_t vl, scalar v) {                \
    __auto_type p = __riscv_vle##load((const element *)x, vl);                                     \
    return __riscv_vfirst_m_##mask(__riscv_##equal##_##mask(p, (element)v, vl), vl);               \
  }
FIRST(f32, float, float, 32_v_f32m8, vmfeq_vf_f32m8, b4)
FIRST(f16, float, _Float16, 16_v_f16m8, vmfeq_vf_f16m8, b2)
FIRST(i32, int32_t, int32_t, 32_v_i32m8, vmseq_vx_i32m8, b4)
FIRST(i8, int32_t, int8_t, 8_v_i8m8, vmseq_vx_i8m8, b1)
#undef FIRST
// Equal numbers have equal bits, but for the sign of 0.
ALWAYS_INLINE MTIA_VECTOR long first_bf16(const char *x, size_t vl, float v) {
  uint16_t mask = v == 0 ? INT16_MAX : UINT16_MAX, bits = (uint16_t)(mtia_f32_bits(v) >> 16) & mask;
  vuint16m8_t p = __riscv_vle16_v_u16m8((const uint16_t *)x, vl);
  p = __riscv_vand_vx_u16m8(p, mask, vl);
  return __riscv_vfirst_m_b2(__riscv_vmseq_vx_u16m8_b2(p, bits, vl), vl);
}

// The extreme of up to 32 parts, and the first one that has it. It stays in vectors: who reads a
// scalar result waits for it.
#define PART(number, scalar, m2, m1, red, equal)                                                   \
  ALWAYS_INLINE MTIA_VECTOR long part_##number(const number *values, size_t parts, bool greatest,  \
                                               number *extreme) {                                  \
    __auto_type all = __riscv_vle32_v_##m2(values, parts);                                         \
    __auto_type one = __riscv_vlmul_trunc_v_##m2##_##m1(all);                                      \
    if (greatest)                                                                                  \
      one = __riscv_v##red##max_vs_##m2##_##m1(all, one, parts);                                   \
    else                                                                                           \
      one = __riscv_v##red##min_vs_##m2##_##m1(all, one, parts);                                   \
    __auto_type each = __riscv_vrgather_vx_##m2(__riscv_vlmul_ext_v_##m1##_##m2(one), 0, parts);   \
    *extreme = __riscv_v##scalar(one);                                                             \
    return __riscv_vfirst_m_b16(__riscv_v##equal##_vv_##m2##_b16(all, each, parts), parts);        \
  }
PART(float, fmv_f_s_f32m1_f32, f32m2, f32m1, fred, mfeq)
PART(int32_t, mv_x_s_i32m1_i32, i32m2, i32m1, red, mseq)

// Indices of `some` rows, whose parts are compared at once: no scalar result is waited for before
// those of all these rows are on their way.
#define FIND(t, number, member, size)                                                              \
  ALWAYS_INLINE MTIA_VECTOR void find_some_##t(int32_t *index, const struct find *f, uint32_t row, \
                                               uint32_t some) {                                    \
    long from[4] = {0}, place[4];                                                                  \
    number v[4];                                                                                   \
    _Pragma("clang loop unroll(full)") for (uint32_t k = 0; k < some; k++) {                       \
      const union reduce_value *values = f->values + (row + k) * f->parts;                         \
      if (f->parts == 1)                                                                           \
        v[k] = values->member;                                                                     \
      else                                                                                         \
        from[k] = part_##number(&values->member, f->parts, f->greatest, &v[k]);                    \
    }                                                                                              \
    _Pragma("clang loop unroll(full)") for (uint32_t k = 0; k < some; k++) {                       \
      from[k] *= (long)f->n;                                                                       \
      place[k] = first_##t(f->x + (row + k) * f->stride + from[k] * (size), f->n, v[k]);           \
    }                                                                                              \
    _Pragma("clang loop unroll(full)") for (uint32_t k = 0; k < some; k++) index[row + k] =        \
        place[k] < 0 ? 0 : (int32_t)(from[k] + place[k]);                                          \
  }                                                                                                \
  MTIA_VECTOR static void find_##t(int32_t *index, const struct find *f) {                         \
    enum { MOST = FIND_BYTES / (size) };                                                           \
    uint32_t row = 0;                                                                              \
    if (f->n <= MOST) {                                                                            \
      for (; row + 4 <= f->rows; row += 4)                                                         \
        find_some_##t(index, f, row, 4);                                                           \
      if (row + 2 <= f->rows) {                                                                    \
        find_some_##t(index, f, row, 2);                                                           \
        row += 2;                                                                                  \
      }                                                                                            \
      if (row < f->rows)                                                                           \
        find_some_##t(index, f, row, 1);                                                           \
      return;                                                                                      \
    }                                                                                              \
    for (; row < f->rows; row++) {                                                                 \
      index[row] = 0;                                                                              \
      for (size_t at = 0; at < f->n; at += MOST) {                                                 \
        size_t vl = f->n - at < MOST ? f->n - at : MOST;                                           \
        long place = first_##t(f->x + row * f->stride + at * (size), vl, f->values[row].member);   \
        if (place >= 0) {                                                                          \
          index[row] = (int32_t)at + (int32_t)place;                                               \
          break;                                                                                   \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
  }
FIND(f32, float, f, 4)
FIND(f16, float, f, 2)
FIND(bf16, float, f, 2)
FIND(i32, int32_t, i, 4)
FIND(i8, int32_t, i, 1)

typedef void find_fn(int32_t *index, const struct find *f);

static find_fn *get_find(enum mtia_se_type type) {
  return type == MTIA_SE_F32    ? find_f32
         : type == MTIA_SE_F16  ? find_f16
         : type == MTIA_SE_BF16 ? find_bf16
         : type == MTIA_SE_I32  ? find_i32
                                : find_i8;
}

// Parts of a row of `bytes` bytes, a multiple of 32 each; 1 if there are no equal ones.
static uint32_t find_parts(uint32_t bytes) {
  uint32_t least = (bytes + FIND_BYTES - 1) / FIND_BYTES;
  for (uint32_t parts = least; parts < 2 * least; parts++)
    if (kn_div(bytes, 32 * parts) * 32 * parts == bytes)
      return parts;
  return 1;
}

#endif
