// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One element in, one out.
#include "vbench.h"

KERNEL void axpy_f32(float *restrict y, const float *restrict x, float a, int n) {
  for (int i = 0; i < n; i++)
    y[i] = a * x[i] + y[i];
}

KERNEL void axpy_f64(double *y, const double *x, double a, int n) {
  for (int i = 0; i < n; i++) // without restrict: the two may overlap
    y[i] = a * x[i] + y[i];
}

KERNEL void axpy_f16(_Float16 *restrict y, const _Float16 *restrict x, _Float16 a, int n) {
  for (int i = 0; i < n; i++)
    y[i] = a * x[i] + y[i];
}

KERNEL void triad_i32(int32_t *restrict y, const int32_t *restrict a, const int32_t *restrict b,
                      const int32_t *restrict c, int n) {
  for (int i = 0; i < n; i++)
    y[i] = (int32_t)((uint32_t)a[i] + (uint32_t)b[i] * (uint32_t)c[i]);
}

KERNEL void relu_f32(float *restrict y, const float *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] > 0 ? x[i] : 0;
}

KERNEL void clamp_i32(int32_t *x, int32_t low, int32_t high, int n) {
  for (int i = 0; i < n; i++)
    x[i] = x[i] < low ? low : x[i] > high ? high : x[i];
}

KERNEL void difference_u8(uint8_t *restrict y, const uint8_t *restrict a, const uint8_t *restrict b,
                          int n) {
  for (int i = 0; i < n; i++)
    y[i] = a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
}

KERNEL void average_u8(uint8_t *restrict y, const uint8_t *restrict a, const uint8_t *restrict b,
                       int n) {
  for (int i = 0; i < n; i++)
    y[i] = (uint8_t)((a[i] + b[i] + 1) >> 1);
}

KERNEL void add_saturated_i16(int16_t *restrict y, const int16_t *restrict a,
                              const int16_t *restrict b, int n) {
  for (int i = 0; i < n; i++) {
    int sum = a[i] + b[i];
    y[i] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
  }
}

KERNEL void multiply_q15(int16_t *restrict y, const int16_t *restrict a, const int16_t *restrict b,
                         int n) {
  for (int i = 0; i < n; i++)
    y[i] = (int16_t)((a[i] * b[i]) >> 15);
}

KERNEL void blend_u8(uint8_t *restrict y, const uint8_t *restrict a, const uint8_t *restrict b,
                     const uint8_t *restrict alpha, int n) {
  for (int i = 0; i < n; i++)
    y[i] = (uint8_t)((a[i] * alpha[i] + b[i] * (255 - alpha[i]) + 128) / 255);
}

KERNEL void popcount_u32(uint8_t *restrict y, const uint32_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = (uint8_t)__builtin_popcount(x[i]);
}

KERNEL void swap_bytes_u32(uint32_t *x, int n) {
  for (int i = 0; i < n; i++)
    x[i] = __builtin_bswap32(x[i]);
}

KERNEL void divide_i32(int32_t *restrict y, const int32_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] / 10 + x[i] % 7;
}

KERNEL void widen_i8_f32(float *restrict y, const int8_t *restrict x, float scale, int n) {
  for (int i = 0; i < n; i++)
    y[i] = (float)x[i] * scale;
}

KERNEL void root_f32(float *restrict y, const float *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = __builtin_sqrtf(x[i] * x[i] + 1);
}

LOOP(axpy_f32) {
  float *x = vb_f32(0, n), *y = vb_f32(1, n);
  MEASURE(axpy_f32(y, x, 0.7f, n));
  vb_check_f32(y, n);
}

LOOP(axpy_f64) {
  double *x = vb_f64(0, n), *y = vb_f64(1, n);
  MEASURE(axpy_f64(y, x, 0.7, n));
  vb_check_f64(y, n);
}

LOOP(axpy_f16) {
  _Float16 *x = vb_f16(0, n), *y = vb_f16(1, n);
  MEASURE(axpy_f16(y, x, 0.7f16, n));
  vb_check_f16(y, n);
}

LOOP(triad_i32) {
  int32_t *y = vb_i32(0, n), *a = vb_i32(1, n), *b = vb_i32(2, n), *c = vb_i32(3, n);
  MEASURE(triad_i32(y, a, b, c, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(relu_f32) {
  float *x = vb_f32(0, n), *y = vb_f32(1, n);
  MEASURE(relu_f32(y, x, n));
  vb_check_f32(y, n);
}

LOOP(clamp_i32) {
  int32_t *x = vb_i32(0, n);
  MEASURE(clamp_i32(x, -1000000000, 1500000000, n));
  vb_check(x, (size_t)n * sizeof *x);
}

LOOP(difference_u8) {
  uint8_t *y = vb_u8(0, n), *a = vb_u8(1, n), *b = vb_u8(2, n);
  MEASURE(difference_u8(y, a, b, n));
  vb_check(y, (size_t)n);
}

LOOP(average_u8) {
  uint8_t *y = vb_u8(0, n), *a = vb_u8(1, n), *b = vb_u8(2, n);
  MEASURE(average_u8(y, a, b, n));
  vb_check(y, (size_t)n);
}

LOOP(add_saturated_i16) {
  int16_t *y = vb_i16(0, n), *a = vb_i16(1, n), *b = vb_i16(2, n);
  MEASURE(add_saturated_i16(y, a, b, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(multiply_q15) {
  int16_t *y = vb_i16(0, n), *a = vb_i16(1, n), *b = vb_i16(2, n);
  MEASURE(multiply_q15(y, a, b, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(blend_u8) {
  uint8_t *y = vb_u8(0, n), *a = vb_u8(1, n), *b = vb_u8(2, n), *alpha = vb_u8(3, n);
  MEASURE(blend_u8(y, a, b, alpha, n));
  vb_check(y, (size_t)n);
}

LOOP(popcount_u32) {
  uint8_t *y = vb_u8(0, n);
  uint32_t *x = vb_u32(1, n);
  MEASURE(popcount_u32(y, x, n));
  vb_check(y, (size_t)n);
}

LOOP(swap_bytes_u32) {
  uint32_t *x = vb_u32(0, n);
  MEASURE(swap_bytes_u32(x, n));
  vb_check(x, (size_t)n * sizeof *x);
}

LOOP(divide_i32) {
  int32_t *y = vb_i32(0, n), *x = vb_i32(1, n);
  MEASURE(divide_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(widen_i8_f32) {
  float *y = vb_f32(0, n);
  int8_t *x = vb_i8(1, n);
  MEASURE(widen_i8_f32(y, x, 0.031f, n));
  vb_check_f32(y, n);
}

LOOP(root_f32) {
  float *x = vb_f32(0, n), *y = vb_f32(1, n);
  MEASURE(root_f32(y, x, n));
  vb_check_f32(y, n);
}

LOOPS(ENTRY(axpy_f32), ENTRY(axpy_f64), ENTRY(axpy_f16), ENTRY(triad_i32), ENTRY(relu_f32),
      ENTRY(clamp_i32), ENTRY(difference_u8), ENTRY(average_u8), ENTRY(add_saturated_i16),
      ENTRY(multiply_q15), ENTRY(blend_u8), ENTRY(popcount_u32), ENTRY(swap_bytes_u32),
      ENTRY(divide_i32), ENTRY(widen_i8_f32), ENTRY(root_f32));
