// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements that don't lie side by side: strides, interleaved groups, columns.
#include "vbench.h"

KERNEL void every_second_i32(int32_t *restrict y, const int32_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[2 * i];
}

KERNEL uint32_t sum_every_third_i32(const uint32_t *x, int n) {
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[3 * i];
  return sum;
}

KERNEL void given_stride_f32(float *restrict y, const float *restrict x, long stride, int n) {
  for (int i = 0; i < n; i++)
    y[i] += x[i * stride];
}

KERNEL void complex_multiply_f32(float *restrict y, const float *restrict a,
                                 const float *restrict b, int n) {
  for (int i = 0; i < n; i++) {
    y[2 * i] = a[2 * i] * b[2 * i] - a[2 * i + 1] * b[2 * i + 1];
    y[2 * i + 1] = a[2 * i] * b[2 * i + 1] + a[2 * i + 1] * b[2 * i];
  }
}

KERNEL void complex_power_i16(uint32_t *restrict y, const int16_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = (uint32_t)(x[2 * i] * x[2 * i]) + (uint32_t)(x[2 * i + 1] * x[2 * i + 1]);
}

KERNEL void grey_from_rgb_u8(uint8_t *restrict y, const uint8_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = (uint8_t)((77 * x[3 * i] + 150 * x[3 * i + 1] + 29 * x[3 * i + 2]) >> 8);
}

KERNEL void bgra_from_rgba_u8(uint8_t *restrict y, const uint8_t *restrict x, int n) {
  for (int i = 0; i < n; i++) {
    y[4 * i] = x[4 * i + 2];
    y[4 * i + 1] = x[4 * i + 1];
    y[4 * i + 2] = x[4 * i];
    y[4 * i + 3] = x[4 * i + 3];
  }
}

KERNEL void planes_from_pairs_i16(int16_t *restrict left, int16_t *restrict right,
                                  const int16_t *restrict x, int n) {
  for (int i = 0; i < n; i++) {
    left[i] = x[2 * i];
    right[i] = x[2 * i + 1];
  }
}

KERNEL void pairs_from_planes_u8(uint8_t *restrict y, const uint8_t *restrict left,
                                 const uint8_t *restrict right, int n) {
  for (int i = 0; i < n; i++) {
    y[2 * i] = left[i];
    y[2 * i + 1] = right[i];
  }
}

// n x 4 to 4 x n.
KERNEL void transpose_f32(float *restrict y, const float *restrict x, int n) {
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < n; c++)
      y[r * n + c] = x[c * 4 + r];
}

// Sums of the columns of four rows.
KERNEL void column_sums_i32(uint32_t *restrict y, const uint32_t *restrict x, int n) {
  for (int c = 0; c < n; c++) {
    uint32_t sum = 0;
    for (int r = 0; r < 4; r++)
      sum += x[r * n + c];
    y[c] = sum;
  }
}

// An array of structures, of which two members are used.
struct particle {
  float x, y, z, mass;
};

KERNEL void move_f32(struct particle *p, float step, int n) {
  for (int i = 0; i < n; i++) {
    p[i].x += step * p[i].mass;
    p[i].z -= step;
  }
}

LOOP(every_second_i32) {
  int32_t *y = vb_i32(0, n), *x = vb_i32(1, 2 * n);
  MEASURE(every_second_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(sum_every_third_i32) {
  uint32_t *x = vb_u32(0, 3 * n), sum;
  MEASURE(sum = sum_every_third_i32(x, n));
  vb_check_i64(sum);
}

LOOP(given_stride_f32) {
  float *y = vb_f32(0, n), *x = vb_f32(1, 3 * n);
  MEASURE(given_stride_f32(y, x, 3, n));
  vb_check_f32(y, n);
}

LOOP(complex_multiply_f32) {
  float *y = vb_f32(0, 2 * n), *a = vb_f32(1, 2 * n), *b = vb_f32(2, 2 * n);
  MEASURE(complex_multiply_f32(y, a, b, n));
  vb_check_f32(y, 2 * n);
}

LOOP(complex_power_i16) {
  uint32_t *y = vb_u32(0, n);
  int16_t *x = vb_i16(1, 2 * n);
  MEASURE(complex_power_i16(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(grey_from_rgb_u8) {
  uint8_t *y = vb_u8(0, n), *x = vb_u8(1, 3 * n);
  MEASURE(grey_from_rgb_u8(y, x, n));
  vb_check(y, (size_t)n);
}

LOOP(bgra_from_rgba_u8) {
  uint8_t *y = vb_u8(0, 4 * n), *x = vb_u8(1, 4 * n);
  MEASURE(bgra_from_rgba_u8(y, x, n));
  vb_check(y, 4 * (size_t)n);
}

LOOP(planes_from_pairs_i16) {
  int16_t *left = vb_i16(0, n), *right = vb_i16(1, n), *x = vb_i16(2, 2 * n);
  MEASURE(planes_from_pairs_i16(left, right, x, n));
  for (int i = 0; i < n; i++)
    x[i] = left[i] ^ right[n - 1 - i];
  vb_check(x, (size_t)n * sizeof *x);
}

LOOP(pairs_from_planes_u8) {
  uint8_t *y = vb_u8(0, 2 * n), *left = vb_u8(1, n), *right = vb_u8(2, n);
  MEASURE(pairs_from_planes_u8(y, left, right, n));
  vb_check(y, 2 * (size_t)n);
}

LOOP(transpose_f32) {
  float *y = vb_f32(0, 4 * n), *x = vb_f32(1, 4 * n);
  MEASURE(transpose_f32(y, x, n));
  vb_check_f32(y, 4 * n);
}

LOOP(column_sums_i32) {
  uint32_t *y = vb_u32(0, n), *x = vb_u32(1, 4 * n);
  MEASURE(column_sums_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(move_f32) {
  float *x = vb_f32(0, 4 * n);
  MEASURE(move_f32((struct particle *)x, 0.1f, n));
  vb_check_f32(x, 4 * n);
}

LOOPS(ENTRY(every_second_i32), ENTRY(sum_every_third_i32), ENTRY(given_stride_f32),
      ENTRY(complex_multiply_f32), ENTRY(complex_power_i16), ENTRY(grey_from_rgb_u8),
      ENTRY(bgra_from_rgba_u8), ENTRY(planes_from_pairs_i16), ENTRY(pairs_from_planes_u8),
      ENTRY(transpose_f32), ENTRY(column_sums_i32), ENTRY(move_f32));
