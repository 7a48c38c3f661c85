// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops in which the order of the iterations matters, or seems to: prefixes,
// recurrences, values carried over, distances, swaps, descending indices.
#include "vbench.h"

KERNEL void prefix_sum_i32(uint32_t *restrict y, const uint32_t *restrict x, int n) {
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    y[i] = sum += x[i];
}

KERNEL void prefix_maximum_i16(int16_t *restrict y, const int16_t *restrict x, int n) {
  int16_t most = INT16_MIN;
  for (int i = 0; i < n; i++)
    y[i] = most = x[i] > most ? x[i] : most;
}

KERNEL void recurrence_f32(float *restrict y, const float *restrict a, const float *restrict b,
                           int n) {
  for (int i = 1; i < n; i++)
    y[i] = a[i] * y[i - 1] + b[i];
}

KERNEL void differences_i32(uint32_t *restrict y, const uint32_t *restrict x, int n) {
  y[0] = x[0];
  for (int i = 1; i < n; i++)
    y[i] = x[i] - x[i - 1];
}

// The last value is carried in a variable, first that of the other end.
KERNEL void carried_f32(float *restrict y, const float *restrict x, int n) {
  float last = x[n - 1];
  for (int i = 0; i < n; i++) {
    y[i] = 0.5f * (x[i] + last);
    last = x[i];
  }
}

// Far enough from each other for any vector of at most 32 elements.
KERNEL void distance_i16(int16_t *x, int n) {
  for (int i = 0; i < n; i++)
    x[i + 32] = (int16_t)(x[i] + 3 * x[i + 32]);
}

// Read before it is written: allowed in order.
KERNEL void shift_down_i32(int32_t *x, int n) {
  for (int i = 0; i < n - 1; i++)
    x[i] = x[i + 1] ^ 0x55;
}

// The lower half reads the upper one: crosses at the middle.
KERNEL void crossing_f32(float *x, int n) {
  for (int i = 0; i < n / 2; i++)
    x[i] = x[n - 1 - i] * 0.5f + x[i];
}

KERNEL void reverse_f32(float *restrict y, const float *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[n - 1 - i];
}

KERNEL void swap_f64(double *restrict a, double *restrict b, int n) {
  for (int i = 0; i < n; i++) {
    double t = a[i]; // a scalar that must become a vector
    a[i] = b[i];
    b[i] = t;
  }
}

KERNEL void descending_i32(uint32_t *x, int n) {
  for (int i = n - 1; i >= 0; i--)
    x[i] = x[i] * 3 + 1;
}

// Two statements, of which only the first is free: the loop must be divided.
KERNEL void divided_i32(uint32_t *restrict y, uint32_t *restrict z, const uint32_t *restrict x,
                        int n) {
  for (int i = 1; i < n; i++) {
    y[i] = x[i] * 7 + 3;
    z[i] = z[i - 1] ^ y[i];
  }
}

LOOP(prefix_sum_i32) {
  uint32_t *y = vb_u32(0, n), *x = vb_u32(1, n);
  MEASURE(prefix_sum_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(prefix_maximum_i16) {
  int16_t *y = vb_i16(0, n), *x = vb_i16(1, n);
  MEASURE(prefix_maximum_i16(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(recurrence_f32) {
  float *y = vb_f32(0, n), *a = vb_f32(1, n), *b = vb_f32(2, n);
  MEASURE(recurrence_f32(y, a, b, n));
  vb_check_f32(y, n);
}

LOOP(differences_i32) {
  uint32_t *y = vb_u32(0, n), *x = vb_u32(1, n);
  MEASURE(differences_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(carried_f32) {
  float *y = vb_f32(0, n), *x = vb_f32(1, n);
  MEASURE(carried_f32(y, x, n));
  vb_check_f32(y, n);
}

LOOP(distance_i16) {
  int16_t *x = vb_i16(0, n + 32);
  MEASURE(distance_i16(x, n));
  vb_check(x, ((size_t)n + 32) * sizeof *x);
}

LOOP(shift_down_i32) {
  int32_t *x = vb_i32(0, n);
  MEASURE(shift_down_i32(x, n));
  vb_check(x, (size_t)n * sizeof *x);
}

LOOP(crossing_f32) {
  float *x = vb_f32(0, n);
  MEASURE(crossing_f32(x, n));
  vb_check_f32(x, n);
}

LOOP(reverse_f32) {
  float *y = vb_f32(0, n), *x = vb_f32(1, n);
  MEASURE(reverse_f32(y, x, n));
  vb_check_f32(y, n);
}

LOOP(swap_f64) {
  double *a = vb_f64(0, n), *b = vb_f64(1, n);
  MEASURE(swap_f64(a, b, n));
  vb_check_f64(a, n);
}

LOOP(descending_i32) {
  uint32_t *x = vb_u32(0, n);
  MEASURE(descending_i32(x, n));
  vb_check(x, (size_t)n * sizeof *x);
}

LOOP(divided_i32) {
  uint32_t *y = vb_u32(0, n), *z = vb_u32(1, n), *x = vb_u32(2, n);
  MEASURE(divided_i32(y, z, x, n));
  vb_check(z, (size_t)n * sizeof *z);
}

LOOPS(ENTRY(prefix_sum_i32), ENTRY(prefix_maximum_i16), ENTRY(recurrence_f32),
      ENTRY(differences_i32), ENTRY(carried_f32), ENTRY(distance_i16), ENTRY(shift_down_i32),
      ENTRY(crossing_f32), ENTRY(reverse_f32), ENTRY(swap_f64), ENTRY(descending_i32),
      ENTRY(divided_i32));
