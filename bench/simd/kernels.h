// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels with mtia_simd.h, for core 1, of matrices in local memory: rows x n elements without
// gaps, of any size, n from 1. The results may overwrite the operands if they are of one type.
#ifndef MTIA_BENCH_SIMD_KERNELS_H
#define MTIA_BENCH_SIMD_KERNELS_H

#include <mtia/mtia_simd.h>

// e^x / the sum of all e^x of the row. A NaN counts as -infinity, which gives 0. If nothing else is
// in the row, or infinity, all are NaN.
void softmax_f32(float *y, const float *x, long rows, long n);
// The same; scratch is of n elements.
void softmax_f16(_Float16 *y, const _Float16 *x, float *scratch, long rows, long n);

// (x - mean) / sqrt(variance + epsilon) * gamma + beta; gamma and beta have n elements.
void layernorm_f32(float *y, const float *x, const float *gamma, const float *beta, float epsilon,
                   long rows, long n);
void layernorm_f16(_Float16 *y, const _Float16 *x, const float *gamma, const float *beta,
                   float epsilon, long rows, long n);

// clamp(rint(f32(x) * scale) + zero_point, -128, 127), every step rounded as mtia.drain does
// (docs/isa/xmtia.md); -128 <= zero_point <= 127. The scale is the matrix's, or each column's.
void requantise_i8(int8_t *y, const int32_t *x, float scale, int zero_point, long rows, long n);
void requantise_columns_i8(int8_t *y, const int32_t *x, const float *scale, int zero_point,
                           long rows, long n);
void quantise_i8(int8_t *y, const float *x, float scale, int zero_point, long rows, long n);

// Computes x here, not where it is first used: what is long under way is begun before a loop that
// does not need it.
static inline float begin_now(float x) {
  __asm__ volatile("" : "+f"(x));
  return x;
}

#endif
