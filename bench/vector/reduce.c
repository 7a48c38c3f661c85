// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// options: -ffast-math
//
// Many numbers to one: sums, extremes and their places, under conditions.
#include "vbench.h"

KERNEL uint32_t sum_i32(const uint32_t *x, int n) {
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[i];
  return sum;
}

KERNEL uint32_t sum_u8(const uint8_t *x, int n) {
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[i];
  return sum;
}

KERNEL float sum_positive_f32(const float *x, int n) {
  float sum = 0;
  for (int i = 0; i < n; i++)
    if (x[i] > 0)
      sum += x[i];
  return sum;
}

KERNEL int count_u8(const uint8_t *x, uint8_t limit, int n) {
  int count = 0;
  for (int i = 0; i < n; i++)
    if (x[i] < limit)
      count++;
  return count;
}

KERNEL float maximum_f32(const float *x, int n) {
  float most = x[0];
  for (int i = 1; i < n; i++)
    most = x[i] > most ? x[i] : most;
  return most;
}

KERNEL int16_t minimum_i16(const int16_t *x, int n) {
  int16_t least = x[0];
  for (int i = 1; i < n; i++)
    least = x[i] < least ? x[i] : least;
  return least;
}

KERNEL int place_of_maximum_f32(const float *x, int n) {
  float most = x[0];
  int place = 0;
  for (int i = 1; i < n; i++)
    if (x[i] > most) {
      most = x[i];
      place = i;
    }
  return place;
}

KERNEL int place_of_minimum_i32(const int32_t *x, int n) {
  int32_t least = x[0];
  int place = 0;
  for (int i = 1; i < n; i++)
    if (x[i] < least) {
      least = x[i];
      place = i;
    }
  return place;
}

KERNEL float largest_magnitude_f32(const float *x, int n) {
  float most = 0;
  for (int i = 0; i < n; i++) {
    float magnitude = __builtin_fabsf(x[i]);
    most = magnitude > most ? magnitude : most;
  }
  return most;
}

KERNEL double product_f64(const double *x, int n) {
  double product = 1;
  for (int i = 0; i < n; i++)
    product *= 1 + x[i] * 0.01;
  return product;
}

KERNEL uint32_t distance_u8(const uint8_t *a, const uint8_t *b, int n) {
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += (uint32_t)(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
  return sum;
}

KERNEL void moments_f32(float *result, const float *x, int n) {
  float sum = 0, squares = 0;
  for (int i = 0; i < n; i++) {
    sum += x[i];
    squares += x[i] * x[i];
  }
  result[0] = sum;
  result[1] = squares;
}

KERNEL int any_equal_i32(const int32_t *a, const int32_t *b, int n) {
  int any = 0;
  for (int i = 0; i < n; i++)
    any |= a[i] == b[i];
  return any;
}

KERNEL uint64_t exclusive_or_u64(const uint64_t *x, int n) {
  uint64_t sum = 0;
  for (int i = 0; i < n; i++)
    sum ^= x[i];
  return sum;
}

KERNEL float distance_f16(const _Float16 *a, const _Float16 *b, int n) {
  float sum = 0;
  for (int i = 0; i < n; i++) {
    float difference = (float)a[i] - (float)b[i];
    sum += difference * difference;
  }
  return sum;
}

LOOP(sum_i32) {
  uint32_t *x = vb_u32(0, n), sum;
  MEASURE(sum = sum_i32(x, n));
  vb_check_i64(sum);
}

LOOP(sum_u8) {
  uint8_t *x = vb_u8(0, n);
  uint32_t sum;
  MEASURE(sum = sum_u8(x, n));
  vb_check_i64(sum);
}

LOOP(sum_positive_f32) {
  float *x = vb_f32(0, n), sum;
  MEASURE(sum = sum_positive_f32(x, n));
  vb_check_sum(sum, n, 0x1p-18);
}

LOOP(count_u8) {
  uint8_t *x = vb_u8(0, n);
  int count;
  MEASURE(count = count_u8(x, 77, n));
  vb_check_i64(count);
}

LOOP(maximum_f32) {
  float *x = vb_f32(0, n), most;
  MEASURE(most = maximum_f32(x, n));
  vb_check_sum(most, 1, 0);
}

LOOP(minimum_i16) {
  int16_t *x = vb_i16(0, n), least;
  MEASURE(least = minimum_i16(x, n));
  vb_check_i64(least);
}

LOOP(place_of_maximum_f32) {
  float *x = vb_f32(0, n);
  int place;
  MEASURE(place = place_of_maximum_f32(x, n));
  vb_check_i64(place);
}

LOOP(place_of_minimum_i32) {
  int32_t *x = vb_i32(0, n);
  int place;
  MEASURE(place = place_of_minimum_i32(x, n));
  vb_check_i64(place);
}

LOOP(largest_magnitude_f32) {
  float *x = vb_f32(0, n), most;
  MEASURE(most = largest_magnitude_f32(x, n));
  vb_check_sum(most, 1, 0);
}

LOOP(product_f64) {
  double *x = vb_f64(0, n), product;
  MEASURE(product = product_f64(x, n));
  vb_check_sum(product, 1, 0x1p-40);
}

LOOP(distance_u8) {
  uint8_t *a = vb_u8(0, n), *b = vb_u8(1, n);
  uint32_t sum;
  MEASURE(sum = distance_u8(a, b, n));
  vb_check_i64(sum);
}

LOOP(moments_f32) {
  float *x = vb_f32(0, n), result[2];
  MEASURE(moments_f32(result, x, n));
  vb_check_sum(result[0] + 3 * result[1], n, 0x1p-18);
}

LOOP(any_equal_i32) {
  int32_t *a = vb_i32(0, n), *b = vb_i32(1, n);
  int any;
  MEASURE(any = any_equal_i32(a, b, n));
  vb_check_i64(any);
}

LOOP(exclusive_or_u64) {
  uint64_t *x = (uint64_t *)vb_i64(0, n), sum;
  MEASURE(sum = exclusive_or_u64(x, n));
  vb_check_i64((int64_t)sum);
}

LOOP(distance_f16) {
  _Float16 *a = vb_f16(0, n), *b = vb_f16(1, n);
  float sum;
  MEASURE(sum = distance_f16(a, b, n));
  vb_check_sum(sum, n, 0x1p-17);
}

LOOPS(ENTRY(sum_i32), ENTRY(sum_u8), ENTRY(sum_positive_f32), ENTRY(count_u8), ENTRY(maximum_f32),
      ENTRY(minimum_i16), ENTRY(place_of_maximum_f32), ENTRY(place_of_minimum_i32),
      ENTRY(largest_magnitude_f32), ENTRY(product_f64), ENTRY(distance_u8), ENTRY(moments_f32),
      ENTRY(any_equal_i32), ENTRY(exclusive_or_u64), ENTRY(distance_f16));
