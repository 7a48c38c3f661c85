// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// options: -ffast-math
//
// What neural networks need between the matrix products, as plain loops.
#include "vbench.h"

// e^x for x <= 0: 2^k by the exponent, the rest by a polynomial (Taylor's, degree 6).
static inline float exp_f32(float x) {
  x = x < -87 ? -87 : x;
  float t = x * 1.44269504f;
  int k = (int)(t - 0.5f);
  float f = (t - (float)k) * 0.693147181f;
  float p =
      1 +
      f * (1 + f * (0.5f + f * (0.166666667f +
                                f * (0.0416666667f + f * (0.00833333333f + f * 0.00138888889f)))));
  union {
    int32_t bits;
    float value;
  } power = {.bits = (k + 127) * 0x800000};
  return p * power.value;
}

KERNEL void softmax_f32(float *restrict y, const float *restrict x, int n) {
  float most = x[0], sum = 0;
  for (int i = 1; i < n; i++)
    most = x[i] > most ? x[i] : most;
  for (int i = 0; i < n; i++)
    sum += y[i] = exp_f32(x[i] - most);
  float factor = 1 / sum;
  for (int i = 0; i < n; i++)
    y[i] *= factor;
}

KERNEL void layernorm_f32(float *restrict y, const float *restrict x, const float *restrict gain,
                          const float *restrict bias, int n) {
  float sum = 0, squares = 0;
  for (int i = 0; i < n; i++) {
    sum += x[i];
    squares += x[i] * x[i];
  }
  float mean = sum / (float)n;
  float scale = 1 / __builtin_sqrtf(squares / (float)n - mean * mean + 1e-5f);
  for (int i = 0; i < n; i++)
    y[i] = (x[i] - mean) * scale * gain[i] + bias[i];
}

// Fixed point: times 2^-31 * multiplier, shifted right and rounded, saturated.
KERNEL void requantise_i8(int8_t *restrict y, const int32_t *restrict x, int32_t multiplier,
                          int shift, int zero, int n) {
  int64_t round = INT64_C(1) << (30 + shift);
  for (int i = 0; i < n; i++) {
    int32_t value = (int32_t)(((int64_t)x[i] * multiplier + round) >> (31 + shift)) + zero;
    y[i] = (int8_t)(value > 127 ? 127 : value < -128 ? -128 : value);
  }
}

KERNEL void quantise_i8(int8_t *restrict y, const float *restrict x, float scale, int n) {
  for (int i = 0; i < n; i++) {
    float value = __builtin_rintf(x[i] * scale);
    value = value > 127 ? 127 : value < -128 ? -128 : value;
    y[i] = (int8_t)(int32_t)value;
  }
}

KERNEL void dequantise_f16(_Float16 *restrict y, const uint8_t *restrict x, float scale, int zero,
                           int n) {
  for (int i = 0; i < n; i++)
    y[i] = (_Float16)((float)(x[i] - zero) * scale);
}

KERNEL void sigmoid_f32(float *restrict y, const float *restrict x, int n) {
  for (int i = 0; i < n; i++) {
    float e = exp_f32(-__builtin_fabsf(x[i]));
    float p = 1 / (1 + e);
    y[i] = x[i] < 0 ? e * p : p;
  }
}

KERNEL void scaled_residual_f16(_Float16 *restrict y, const _Float16 *restrict x,
                                const _Float16 *restrict residual, _Float16 scale, int n) {
  for (int i = 0; i < n; i++) {
    _Float16 value = x[i] * scale + residual[i];
    y[i] = value > 0 ? value : 0;
  }
}

// Pairs (2 i, 2 i + 1) turned by an angle each.
KERNEL void rotate_pairs_f32(float *restrict x, const float *restrict cosine,
                             const float *restrict sine, int n) {
  for (int i = 0; i < n; i++) {
    float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * cosine[i] - b * sine[i];
    x[2 * i + 1] = a * sine[i] + b * cosine[i];
  }
}

// Four channels, the greatest of windows of two.
KERNEL void pool_i8(int8_t *restrict y, const int8_t *restrict x, int n) {
  for (int i = 0; i < n; i++)
    y[i] = x[2 * i] > x[2 * i + 1] ? x[2 * i] : x[2 * i + 1];
}

LOOP(softmax_f32) {
  float *x = vb_f32(0, n), *y = vb_f32(1, n);
  MEASURE(softmax_f32(y, x, n));
  vb_check_f32(y, n);
}

LOOP(layernorm_f32) {
  float *x = vb_f32(0, n), *y = vb_f32(1, n), *gain = vb_f32(2, n), *bias = vb_f32(3, n);
  MEASURE(layernorm_f32(y, x, gain, bias, n));
  vb_check_f32(y, n);
}

LOOP(requantise_i8) {
  int8_t *y = vb_i8(0, n);
  int32_t *x = vb_index(1, n, 200000);
  for (int i = 0; i < n; i++)
    x[i] -= 100000;
  MEASURE(requantise_i8(y, x, 1518500250, 9, 3, n));
  vb_check(y, (size_t)n);
}

LOOP(quantise_i8) {
  int8_t *y = vb_i8(0, n);
  float *x = vb_f32(1, n);
  MEASURE(quantise_i8(y, x, 150, n));
  vb_check(y, (size_t)n);
}

LOOP(dequantise_f16) {
  _Float16 *y = vb_f16(0, n);
  uint8_t *x = vb_u8(1, n);
  MEASURE(dequantise_f16(y, x, 0.0078125f, 128, n));
  vb_check_f16(y, n);
}

LOOP(sigmoid_f32) {
  float *x = vb_f32(0, n), *y = vb_f32(1, n);
  MEASURE(sigmoid_f32(y, x, n));
  vb_check_f32(y, n);
}

LOOP(scaled_residual_f16) {
  _Float16 *x = vb_f16(0, n), *y = vb_f16(1, n), *residual = vb_f16(2, n);
  MEASURE(scaled_residual_f16(y, x, residual, 0.3f16, n));
  vb_check_f16(y, n);
}

LOOP(rotate_pairs_f32) {
  float *x = vb_f32(0, 2 * n), *cosine = vb_f32(1, n), *sine = vb_f32(2, n);
  MEASURE(rotate_pairs_f32(x, cosine, sine, n));
  vb_check_f32(x, 2 * n);
}

LOOP(pool_i8) {
  int8_t *x = vb_i8(0, 2 * n), *y = vb_i8(1, n);
  MEASURE(pool_i8(y, x, n));
  vb_check(y, (size_t)n);
}

LOOPS(ENTRY(softmax_f32), ENTRY(layernorm_f32), ENTRY(requantise_i8), ENTRY(quantise_i8),
      ENTRY(dequantise_f16), ENTRY(sigmoid_f32), ENTRY(scaled_residual_f16),
      ENTRY(rotate_pairs_f32), ENTRY(pool_i8));
