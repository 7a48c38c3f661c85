// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbours: in one dimension and two, with constant and given weights.
#include "vbench.h"

KERNEL void stencil3_f32(float *restrict y, const float *restrict x, int n) {
  for (int i = 1; i < n - 1; i++)
    y[i] = 0.25f * x[i - 1] + 0.5f * x[i] + 0.25f * x[i + 1];
}

KERNEL void stencil5_i16(int16_t *restrict y, const int16_t *restrict x, int n) {
  for (int i = 2; i < n - 2; i++)
    y[i] = (int16_t)((-x[i - 2] + 4 * x[i - 1] + 10 * x[i] + 4 * x[i + 1] - x[i + 2] + 8) >> 4);
}

// n columns, eight rows.
KERNEL void blur_u8(uint8_t *restrict y, const uint8_t *restrict x, int n) {
  for (int r = 1; r < 7; r++)
    for (int c = 1; c < n - 1; c++) {
      const uint8_t *p = x + r * n + c;
      int sum = p[-n - 1] + 2 * p[-n] + p[-n + 1] + 2 * p[-1] + 4 * p[0] + 2 * p[1] + p[n - 1] +
                2 * p[n] + p[n + 1];
      y[r * n + c] = (uint8_t)(sum >> 4);
    }
}

KERNEL void jacobi_f32(float *restrict y, const float *restrict x, int n) {
  for (int r = 1; r < 3; r++)
    for (int c = 1; c < n - 1; c++)
      y[r * n + c] =
          0.25f * (x[r * n - n + c] + x[r * n + n + c] + x[r * n + c - 1] + x[r * n + c + 1]);
}

KERNEL void filter_i16(int16_t *restrict y, const int16_t *restrict x,
                       const int16_t *restrict weights, int n) {
  for (int i = 0; i < n; i++) {
    int sum = 0;
    for (int k = 0; k < 8; k++)
      sum += x[i + k] * weights[k];
    y[i] = (int16_t)(sum >> 16);
  }
}

KERNEL void convolution_f16(_Float16 *restrict y, const _Float16 *restrict x,
                            const _Float16 *restrict weights, int n) {
  for (int i = 0; i < n; i++) {
    _Float16 sum = 0;
    for (int k = 0; k < 5; k++)
      sum += x[i + k] * weights[k];
    y[i] = sum;
  }
}

KERNEL void maximum_filter_u8(uint8_t *restrict y, const uint8_t *restrict x, int n) {
  for (int i = 1; i < n - 1; i++) {
    uint8_t a = x[i - 1] > x[i] ? x[i - 1] : x[i];
    y[i] = a > x[i + 1] ? a : x[i + 1];
  }
}

LOOP(stencil3_f32) {
  float *x = vb_f32(0, n), *y = vb_f32(1, n);
  MEASURE(stencil3_f32(y, x, n));
  vb_check_f32(y, n);
}

LOOP(stencil5_i16) {
  int16_t *x = vb_i16(0, n), *y = vb_i16(1, n);
  MEASURE(stencil5_i16(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(blur_u8) {
  uint8_t *x = vb_u8(0, 8 * n), *y = vb_u8(1, 8 * n);
  MEASURE(blur_u8(y, x, n));
  vb_check(y, 8 * (size_t)n);
}

LOOP(jacobi_f32) {
  float *x = vb_f32(0, 4 * n), *y = vb_f32(1, 4 * n);
  MEASURE(jacobi_f32(y, x, n));
  vb_check_f32(y, 4 * n);
}

LOOP(filter_i16) {
  int16_t *x = vb_i16(0, n + 7), *y = vb_i16(1, n), *weights = vb_i16(2, 8);
  MEASURE(filter_i16(y, x, weights, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(convolution_f16) {
  _Float16 *x = vb_f16(0, n + 4), *y = vb_f16(1, n), *weights = vb_f16(2, 5);
  MEASURE(convolution_f16(y, x, weights, n));
  vb_check_f16(y, n);
}

LOOP(maximum_filter_u8) {
  uint8_t *x = vb_u8(0, n), *y = vb_u8(1, n);
  MEASURE(maximum_filter_u8(y, x, n));
  vb_check(y, (size_t)n);
}

LOOPS(ENTRY(stencil3_f32), ENTRY(stencil5_i16), ENTRY(blur_u8), ENTRY(jacobi_f32),
      ENTRY(filter_i16), ENTRY(convolution_f16), ENTRY(maximum_filter_u8));
