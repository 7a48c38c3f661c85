// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dot products: every type, accumulated in a type wide enough.
#include "vbench.h"

#define DOT(name, left, right, sum_type)                                                           \
  KERNEL sum_type name(const left *a, const right *b, int n) {                                     \
    ANY_ORDER                                                                                      \
    sum_type sum = 0;                                                                              \
    for (int i = 0; i < n; i++)                                                                    \
      sum += (sum_type)a[i] * (sum_type)b[i];                                                      \
    return sum;                                                                                    \
  }

// One definition per line: the compiler's remarks tell loops apart by line.
DOT(dot_i8, int8_t, int8_t, int32_t)
DOT(dot_u8i8, uint8_t, int8_t, int32_t)
DOT(dot_i16, int16_t, int16_t, int64_t)
DOT(dot_i32, uint32_t, uint32_t, uint32_t)
DOT(dot_i64, uint64_t, uint64_t, uint64_t)
DOT(dot_f16, _Float16, _Float16, float)
DOT(dot_bf16, __bf16, __bf16, float)
DOT(dot_f32, float, float, float)
DOT(dot_f64, double, double, double)
// In the type of the elements, as normalised vectors allow.
DOT(dot_f16_f16, _Float16, _Float16, _Float16)

LOOP(dot_i8) {
  int8_t *a = vb_i8(0, n), *b = vb_i8(1, n);
  int32_t sum;
  MEASURE(sum = dot_i8(a, b, n));
  vb_check_i64(sum);
}

LOOP(dot_u8i8) {
  uint8_t *a = vb_u8(0, n);
  int8_t *b = vb_i8(1, n);
  int32_t sum;
  MEASURE(sum = dot_u8i8(a, b, n));
  vb_check_i64(sum);
}

LOOP(dot_i16) {
  int16_t *a = vb_i16(0, n), *b = vb_i16(1, n);
  int64_t sum;
  MEASURE(sum = dot_i16(a, b, n));
  vb_check_i64(sum);
}

LOOP(dot_i32) {
  uint32_t *a = vb_u32(0, n), *b = vb_u32(1, n), sum;
  MEASURE(sum = dot_i32(a, b, n));
  vb_check_i64(sum);
}

LOOP(dot_i64) {
  uint64_t *a = (uint64_t *)vb_i64(0, n), *b = (uint64_t *)vb_i64(1, n), sum;
  MEASURE(sum = dot_i64(a, b, n));
  vb_check_i64((int64_t)sum);
}

LOOP(dot_f16) {
  _Float16 *a = vb_f16(0, n), *b = vb_f16(1, n);
  float sum;
  MEASURE(sum = dot_f16(a, b, n));
  vb_check_sum(sum, n, 0x1p-18);
}

LOOP(dot_bf16) {
  __bf16 *a = vb_bf16(0, n), *b = vb_bf16(1, n);
  float sum;
  MEASURE(sum = dot_bf16(a, b, n));
  vb_check_sum(sum, n, 0x1p-18);
}

LOOP(dot_f32) {
  float *a = vb_f32(0, n), *b = vb_f32(1, n), sum;
  MEASURE(sum = dot_f32(a, b, n));
  vb_check_sum(sum, n, 0x1p-18);
}

LOOP(dot_f64) {
  double *a = vb_f64(0, n), *b = vb_f64(1, n), sum;
  MEASURE(sum = dot_f64(a, b, n));
  vb_check_sum(sum, n, 0x1p-46);
}

LOOP(dot_f16_f16) {
  _Float16 *a = vb_f16(0, n), *b = vb_f16(1, n), sum;
  MEASURE(sum = dot_f16_f16(a, b, n));
  vb_check_sum((double)sum, n, 0x1p-6);
}

LOOPS(ENTRY(dot_i8), ENTRY(dot_u8i8), ENTRY(dot_i16), ENTRY(dot_i32), ENTRY(dot_i64),
      ENTRY(dot_f16), ENTRY(dot_bf16), ENTRY(dot_f32), ENTRY(dot_f64), ENTRY(dot_f16_f16));
