// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Addresses that come from memory: gathers, scatters, tables, histograms, sparse rows.
#include "vbench.h"

KERNEL void gather_f32(float *restrict y, const float *restrict x, const int32_t *restrict index,
                       int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[index[i]] * 2;
}

KERNEL void gather_i8(int8_t *restrict y, const int8_t *restrict x, const int32_t *restrict index,
                      int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[index[i]];
}

KERNEL double gather_sum_i64(const int64_t *restrict x, const int32_t *restrict index, int n) {
  uint64_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += (uint64_t)x[index[i]];
  return (double)(sum >> 11);
}

// No index comes twice; the compiler is told.
KERNEL void scatter_i32(int32_t *restrict y, const int32_t *restrict x,
                        const int32_t *restrict index, int n) {
#pragma clang loop vectorize(assume_safety)
  for (int i = 0; i < n; i++)
    y[index[i]] = x[i] + 1;
}

// Here it is not.
KERNEL void scatter_in_order_i32(int32_t *restrict y, const int32_t *restrict x,
                                 const int32_t *restrict index, int n) {
  for (int i = 0; i < n; i++)
    y[index[i]] = x[i] + 1;
}

KERNEL void table_u8(uint8_t *restrict y, const uint8_t *restrict x, const uint8_t *restrict table,
                     int n) {
  for (int i = 0; i < n; i++)
    y[i] = table[x[i]];
}

KERNEL void small_table_u8(uint8_t *restrict y, const uint8_t *restrict x, int n) {
  static const uint8_t digits[] = "0123456789abcdef";
  for (int i = 0; i < n; i++) {
    y[2 * i] = digits[x[i] >> 4];
    y[2 * i + 1] = digits[x[i] & 15];
  }
}

KERNEL void table_f16(_Float16 *restrict y, const uint8_t *restrict x,
                      const _Float16 *restrict table, int n) {
  for (int i = 0; i < n; i++)
    y[i] = table[x[i]] + (_Float16)1;
}

KERNEL void histogram_u8(uint32_t *restrict counts, const uint8_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    counts[x[i]]++;
}

// n entries in rows of 16.
KERNEL void sparse_rows_f32(float *restrict y, const float *restrict values,
                            const int32_t *restrict columns, const float *restrict x, int n) {
  for (int r = 0; r * 16 < n; r++) {
    ANY_ORDER
    int end = r * 16 + 16 < n ? r * 16 + 16 : n;
    float sum = 0;
    for (int k = r * 16; k < end; k++)
      sum += values[k] * x[columns[k]];
    y[r] = sum;
  }
}

// Rows of a table of 16 columns, added up: as embedding tables are used.
KERNEL void row_sum_f32(float *restrict y, const float *restrict table,
                        const int32_t *restrict rows, int n) {
  for (int i = 0; i < n; i++)
    for (int c = 0; c < 16; c++)
      y[c] += table[rows[i] * 16 + c];
}

LOOP(gather_f32) {
  float *y = vb_f32(0, n), *x = vb_f32(1, n);
  int32_t *index = vb_index(2, n, n);
  MEASURE(gather_f32(y, x, index, n));
  vb_check_f32(y, n);
}

LOOP(gather_i8) {
  int8_t *y = vb_i8(0, n), *x = vb_i8(1, n);
  int32_t *index = vb_index(2, n, n);
  MEASURE(gather_i8(y, x, index, n));
  vb_check(y, (size_t)n);
}

LOOP(gather_sum_i64) {
  int64_t *x = vb_i64(0, n);
  int32_t *index = vb_index(1, n, n);
  double sum;
  MEASURE(sum = gather_sum_i64(x, index, n));
  vb_check(&sum, sizeof sum);
}

LOOP(scatter_i32) {
  int32_t *y = vb_i32(0, n), *x = vb_i32(1, n), *index = vb_permutation(2, n);
  MEASURE(scatter_i32(y, x, index, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(scatter_in_order_i32) {
  int32_t *y = vb_i32(0, n), *x = vb_i32(1, n), *index = vb_index(2, n, n);
  MEASURE(scatter_in_order_i32(y, x, index, n));
  vb_check(y, (size_t)n * sizeof *y);
}

LOOP(table_u8) {
  uint8_t *y = vb_u8(0, n), *x = vb_u8(1, n), *table = vb_u8(2, 256);
  MEASURE(table_u8(y, x, table, n));
  vb_check(y, (size_t)n);
}

LOOP(small_table_u8) {
  uint8_t *y = vb_u8(0, 2 * n), *x = vb_u8(1, n);
  MEASURE(small_table_u8(y, x, n));
  vb_check(y, 2 * (size_t)n);
}

LOOP(table_f16) {
  _Float16 *y = vb_f16(0, n), *table = vb_f16(1, 256);
  uint8_t *x = vb_u8(2, n);
  MEASURE(table_f16(y, x, table, n));
  vb_check_f16(y, n);
}

LOOP(histogram_u8) {
  uint32_t *counts = vb_buffer(0, 256 * sizeof *counts);
  uint8_t *x = vb_u8(1, n);
  MEASURE(histogram_u8(counts, x, n));
  vb_check(counts, 256 * sizeof *counts);
}

LOOP(sparse_rows_f32) {
  float *y = vb_f32(0, n / 16 + 1), *values = vb_f32(1, n), *x = vb_f32(2, 256);
  int32_t *columns = vb_index(3, n, 256);
  MEASURE(sparse_rows_f32(y, values, columns, x, n));
  vb_check_f32(y, n / 16 + 1);
}

LOOP(row_sum_f32) {
  float *y = vb_f32(0, 16), *table = vb_f32(1, 16 * 64);
  int32_t *rows = vb_index(2, n, 64);
  MEASURE(row_sum_f32(y, table, rows, n));
  vb_check_sum(y[0] + 2 * y[7] + 3 * y[15], 4 * n, 0x1p-18);
}

LOOPS(ENTRY(gather_f32), ENTRY(gather_i8), ENTRY(gather_sum_i64), ENTRY(scatter_i32),
      ENTRY(scatter_in_order_i32), ENTRY(table_u8), ENTRY(small_table_u8), ENTRY(table_f16),
      ENTRY(histogram_u8), ENTRY(sparse_rows_f32), ENTRY(row_sum_f32));
