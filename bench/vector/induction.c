// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Variables that count, loops that somebody unrolled, loops in loops.
#include "vbench.h"

KERNEL void squares_i32(int32_t *y, int n) {
  for (int i = 0; i < n; i++)
    y[i] = i * i - 3 * i;
}

KERNEL void ramp_f32(float *y, float start, float step, int n) {
  for (int i = 0; i < n; i++)
    y[i] = start + step * (float)i;
}

KERNEL void several_counters_i32(int32_t *restrict y, const int32_t *restrict x, int n) {
  int k = 7;
  long m = 0;
  for (int i = 0; i < n; i++, k += 5, m -= 2)
    y[i] = x[i] ^ k ^ (int)m;
}

KERNEL void counting_bytes_u8(uint8_t *y, int n) {
  uint8_t k = 3;
  for (int i = 0; i < n; i++, k = (uint8_t)(k + 7))
    y[i] = k;
}

// Written out five times by hand.
KERNEL void unrolled_axpy_f32(float *restrict y, const float *restrict x, float a, int n) {
  for (int i = 0; i + 4 < n; i += 5) {
    y[i] += a * x[i];
    y[i + 1] += a * x[i + 1];
    y[i + 2] += a * x[i + 2];
    y[i + 3] += a * x[i + 3];
    y[i + 4] += a * x[i + 4];
  }
}

KERNEL uint32_t unrolled_dot_i32(const uint32_t *a, const uint32_t *b, int n) {
  uint32_t sum = 0;
  for (int i = 0; i + 3 < n; i += 4)
    sum += a[i] * b[i] + a[i + 1] * b[i + 1] + a[i + 2] * b[i + 2] + a[i + 3] * b[i + 3];
  return sum;
}

// A triangle of 32 rows: the inner loop's length changes.
KERNEL void triangle_f32(float *restrict y, const float *restrict x, int n) {
  for (int r = 0; r < 32 && r < n; r++)
    for (int c = 0; c <= r; c++)
      y[r * 32 + c] += x[c];
}

KERNEL void outer_product_f32(float *restrict y, const float *restrict a, const float *restrict b,
                              int n) {
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < n; c++)
      y[r * n + c] = a[r] * b[c];
}

// Short inner loops: what kernels see.
KERNEL void rows_of_eight_i32(uint32_t *restrict y, const uint32_t *restrict x, int n) {
  for (int r = 0; r < n; r++) {
    uint32_t sum = 0;
    for (int c = 0; c < 8; c++)
      sum += x[r % 64 * 8 + c];
    y[r] = sum;
  }
}

KERNEL void fill_i64(int64_t *y, int64_t value, int n) {
  for (int i = 0; i < n; i++)
    y[i] = value;
}

LOOP(squares_i32) {
  int32_t *y = vb_i32(0, n);
  MEASURE(squares_i32(y, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(ramp_f32) {
  float *y = vb_f32(0, n);
  MEASURE(ramp_f32(y, 0.5f, 0.001f, n));
  vb_check_f32(y, n);
}

LOOP(several_counters_i32) {
  int32_t *y = vb_i32(0, n), *x = vb_i32(1, n);
  MEASURE(several_counters_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(counting_bytes_u8) {
  uint8_t *y = vb_u8(0, n);
  MEASURE(counting_bytes_u8(y, n));
  vb_check(y, (size_t)n);
}

LOOP(unrolled_axpy_f32) {
  float *y = vb_f32(0, n), *x = vb_f32(1, n);
  MEASURE(unrolled_axpy_f32(y, x, 0.7f, n));
  vb_check_f32(y, n);
}

LOOP(unrolled_dot_i32) {
  uint32_t *a = vb_u32(0, n), *b = vb_u32(1, n), sum;
  MEASURE(sum = unrolled_dot_i32(a, b, n));
  vb_check_i64(sum);
}

LOOP(triangle_f32) {
  float *y = vb_f32(0, 32 * 32), *x = vb_f32(1, 32);
  MEASURE(triangle_f32(y, x, n));
  vb_check_f32(y, 32 * 32);
}

LOOP(outer_product_f32) {
  float *y = vb_f32(0, 4 * n), *a = vb_f32(1, 4), *b = vb_f32(2, n);
  MEASURE(outer_product_f32(y, a, b, n));
  vb_check_f32(y, 4 * n);
}

LOOP(rows_of_eight_i32) {
  uint32_t *y = vb_u32(0, n), *x = vb_u32(1, 64 * 8);
  MEASURE(rows_of_eight_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(fill_i64) {
  int64_t *y = vb_i64(0, n);
  MEASURE(fill_i64(y, 0x123456789abc, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOPS(ENTRY(squares_i32), ENTRY(ramp_f32), ENTRY(several_counters_i32), ENTRY(counting_bytes_u8),
      ENTRY(unrolled_axpy_f32), ENTRY(unrolled_dot_i32), ENTRY(triangle_f32),
      ENTRY(outer_product_f32), ENTRY(rows_of_eight_i32), ENTRY(fill_i64));
