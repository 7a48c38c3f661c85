// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conditions inside, conditional stores, packing and expanding.
#include "vbench.h"

KERNEL void branches_f32(float *restrict y, const float *restrict a, const float *restrict b,
                         int n) {
  for (int i = 0; i < n; i++) {
    if (a[i] > 0) {
      if (b[i] > 0)
        y[i] = a[i] * b[i];
      else
        y[i] = a[i] - b[i];
    } else {
      y[i] = b[i];
    }
  }
}

KERNEL void conditional_store_i32(uint32_t *restrict y, const uint32_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    if (x[i] & 4)
      y[i] = x[i] * 5;
}

// Not to be read where the condition is false.
KERNEL void conditional_load_f32(float *restrict y, const float *restrict x,
                                 const int32_t *restrict wanted, int n) {
  for (int i = 0; i < n; i++)
    if (wanted[i] > 0)
      y[i] += x[i];
}

KERNEL void guarded_division_i32(int32_t *restrict y, const int32_t *restrict a,
                                 const int32_t *restrict b, int n) {
  for (int i = 0; i < n; i++)
    y[i] = b[i] > 0 ? a[i] / b[i] : -1;
}

KERNEL void three_ways_i16(int16_t *x, int n) {
  for (int i = 0; i < n; i++) {
    switch (x[i] & 3) {
    case 0:
      x[i] = (int16_t)(x[i] + 1);
      break;
    case 1:
      x[i] = (int16_t)(x[i] ^ 0x7f);
      break;
    default:
      x[i] = (int16_t)(x[i] >> 1);
    }
  }
}

KERNEL int pack_positive_i32(int32_t *restrict y, const int32_t *restrict x, int n) {
  int count = 0;
  for (int i = 0; i < n; i++)
    if (x[i] > 0)
      y[count++] = x[i];
  return count;
}

KERNEL void expand_f32(float *restrict y, const float *restrict x, const int32_t *restrict wanted,
                       int n) {
  int count = 0;
  for (int i = 0; i < n; i++)
    y[i] = wanted[i] > 0 ? x[count++] : 0;
}

KERNEL void bits_from_bytes(uint8_t *restrict y, const uint8_t *restrict x, int n) {
  for (int i = 0; i < n / 8; i++) {
    uint8_t byte = 0;
    for (int k = 0; k < 8; k++)
      byte |= (uint8_t)((x[8 * i + k] != 0) << k);
    y[i] = byte;
  }
}

KERNEL void bytes_from_bits(uint8_t *restrict y, const uint8_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[i / 8] >> (i & 7) & 1;
}

KERNEL void threshold_u8(uint8_t *restrict y, const uint8_t *restrict x, uint8_t limit, int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] >= limit ? 255 : 0;
}

LOOP(branches_f32) {
  float *y = vb_f32(0, n), *a = vb_f32(1, n), *b = vb_f32(2, n);
  MEASURE(branches_f32(y, a, b, n));
  vb_check_f32(y, n);
}

LOOP(conditional_store_i32) {
  uint32_t *y = vb_u32(0, n), *x = vb_u32(1, n);
  MEASURE(conditional_store_i32(y, x, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(conditional_load_f32) {
  float *y = vb_f32(0, n), *x = vb_f32(1, n);
  int32_t *wanted = vb_i32(2, n);
  MEASURE(conditional_load_f32(y, x, wanted, n));
  vb_check_f32(y, n);
}

LOOP(guarded_division_i32) {
  int32_t *y = vb_i32(0, n), *a = vb_i32(1, n), *b = vb_i32(2, n);
  MEASURE(guarded_division_i32(y, a, b, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(three_ways_i16) {
  int16_t *x = vb_i16(0, n);
  MEASURE(three_ways_i16(x, n));
  vb_check(x, (size_t)n * sizeof *x);
}

LOOP(pack_positive_i32) {
  int32_t *y = vb_i32(0, n), *x = vb_i32(1, n);
  int count;
  MEASURE(count = pack_positive_i32(y, x, n));
  vb_check(y, (size_t)count * sizeof *y);
}

LOOP(expand_f32) {
  float *y = vb_f32(0, n), *x = vb_f32(1, n);
  int32_t *wanted = vb_i32(2, n);
  MEASURE(expand_f32(y, x, wanted, n));
  vb_check_f32(y, n);
}

LOOP(bits_from_bytes) {
  uint8_t *y = vb_u8(0, n / 8), *x = vb_u8(1, n);
  for (int i = 0; i < n; i++)
    x[i] &= 1;
  MEASURE(bits_from_bytes(y, x, n));
  vb_check(y, (size_t)n / 8);
}

LOOP(bytes_from_bits) {
  uint8_t *y = vb_u8(0, n), *x = vb_u8(1, n / 8 + 1);
  MEASURE(bytes_from_bits(y, x, n));
  vb_check(y, (size_t)n);
}

LOOP(threshold_u8) {
  uint8_t *y = vb_u8(0, n), *x = vb_u8(1, n);
  MEASURE(threshold_u8(y, x, 99, n));
  vb_check(y, (size_t)n);
}

LOOPS(ENTRY(branches_f32), ENTRY(conditional_store_i32), ENTRY(conditional_load_f32),
      ENTRY(guarded_division_i32), ENTRY(three_ways_i16), ENTRY(pack_positive_i32),
      ENTRY(expand_f32), ENTRY(bits_from_bytes), ENTRY(bytes_from_bits), ENTRY(threshold_u8));
