// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiles of matrix products, both ways round: the second operand by columns (dot
// products) and by rows (sums of scaled rows).
#include "vbench.h"

enum { ROWS = 4, COLUMNS = 16, DEPTH = 16 };

// y (4 x 4) = a (4 x n) * b (4 x n) transposed.
KERNEL void tile_by_dots_i8(int32_t *restrict y, const int8_t *restrict a, const int8_t *restrict b,
                            int n) {
  for (int r = 0; r < ROWS; r++)
    for (int c = 0; c < 4; c++) {
      int32_t sum = 0;
      for (int k = 0; k < n; k++)
        sum += a[r * n + k] * b[c * n + k];
      y[r * 4 + c] = sum;
    }
}

KERNEL void tile_by_dots_f16(float *restrict y, const _Float16 *restrict a,
                             const _Float16 *restrict b, int n) {
  ANY_ORDER
  for (int r = 0; r < ROWS; r++)
    for (int c = 0; c < 4; c++) {
      float sum = 0;
      for (int k = 0; k < n; k++)
        sum += (float)a[r * n + k] * (float)b[c * n + k];
      y[r * 4 + c] = sum;
    }
}

// y (4 x n) += a (4 x 4) * b (4 x n).
KERNEL void tile_by_rows_i8(int32_t *restrict y, const int8_t *restrict a, const int8_t *restrict b,
                            int n) {
  for (int r = 0; r < ROWS; r++)
    for (int k = 0; k < 4; k++)
      for (int c = 0; c < n; c++)
        y[r * n + c] += a[r * 4 + k] * b[k * n + c];
}

KERNEL void tile_by_rows_f16(_Float16 *restrict y, const _Float16 *restrict a,
                             const _Float16 *restrict b, int n) {
  for (int r = 0; r < ROWS; r++)
    for (int k = 0; k < 4; k++)
      for (int c = 0; c < n; c++)
        y[r * n + c] += a[r * 4 + k] * b[k * n + c];
}

// Constant sizes: (n x 16) = (n x 16) * (16 x 16).
KERNEL void constant_tile_f32(float *restrict y, const float *restrict a, const float *restrict b,
                              int n) {
  for (int r = 0; r < n; r++)
    for (int c = 0; c < COLUMNS; c++) {
      float sum = 0;
      for (int k = 0; k < DEPTH; k++)
        sum += a[r % 16 * DEPTH + k] * b[k * COLUMNS + c];
      y[r % 16 * COLUMNS + c] = sum;
    }
}

KERNEL void matrix_by_vector_f32(float *restrict y, const float *restrict a,
                                 const float *restrict x, int n) {
  ANY_ORDER
  for (int r = 0; r < ROWS; r++) {
    float sum = 0;
    for (int k = 0; k < n; k++)
      sum += a[r * n + k] * x[k];
    y[r] = sum;
  }
}

LOOP(tile_by_dots_i8) {
  int8_t *a = vb_i8(0, ROWS * n), *b = vb_i8(1, 4 * n);
  int32_t y[ROWS * 4];
  MEASURE(tile_by_dots_i8(y, a, b, n));
  vb_check(y, sizeof y);
}

LOOP(tile_by_dots_f16) {
  _Float16 *a = vb_f16(0, ROWS * n), *b = vb_f16(1, 4 * n);
  float y[ROWS * 4];
  MEASURE(tile_by_dots_f16(y, a, b, n));
  vb_check_sum(y[0] + 2 * y[3] + 3 * y[6] + 5 * y[15], 4 * n, 0x1p-18);
}

LOOP(tile_by_rows_i8) {
  int8_t *a = vb_i8(0, ROWS * 4), *b = vb_i8(1, 4 * n);
  int32_t *y = vb_index(2, ROWS * n, 1000);
  MEASURE(tile_by_rows_i8(y, a, b, n));
  vb_check(y, ROWS * (size_t)n * sizeof *y);
}

LOOP(tile_by_rows_f16) {
  _Float16 *a = vb_f16(0, ROWS * 4), *b = vb_f16(1, 4 * n), *y = vb_f16(2, ROWS * n);
  MEASURE(tile_by_rows_f16(y, a, b, n));
  vb_check_f16(y, ROWS * n);
}

LOOP(constant_tile_f32) {
  float *a = vb_f32(0, 16 * DEPTH), *b = vb_f32(1, DEPTH * COLUMNS), *y = vb_f32(2, 16 * COLUMNS);
  MEASURE(constant_tile_f32(y, a, b, n));
  vb_check_f32(y, 16 * COLUMNS);
}

LOOP(matrix_by_vector_f32) {
  float *a = vb_f32(0, ROWS * n), *x = vb_f32(1, n), y[ROWS];
  MEASURE(matrix_by_vector_f32(y, a, x, n));
  vb_check_sum(y[0] + 2 * y[1] + 3 * y[2] + 5 * y[3], 4 * n, 0x1p-18);
}

LOOPS(ENTRY(tile_by_dots_i8), ENTRY(tile_by_dots_f16), ENTRY(tile_by_rows_i8),
      ENTRY(tile_by_rows_f16), ENTRY(constant_tile_f32), ENTRY(matrix_by_vector_f32));
