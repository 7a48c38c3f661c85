// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of the SIMD engine: a table and a polynomial of degree three, each
// operation rounded to binary32 (docs/numerics.md has the same steps in words and
// the errors). No fused operation, no function of the host's library.

#include "se.h"

#include <math.h>

#include "se_tables.inc"

// x * 2^e with one rounding: the first factor is exact for 1/2 <= |x| <= 4 and |e| <= 160.
static float scale_by(float x, int e) {
  int half = e >> 1;
  return x * mtia_float_of((uint32_t)(half + 127) << 23) *
         mtia_float_of((uint32_t)(e - half + 127) << 23);
}

static float cubic(const uint32_t c[4], float t) {
  float y = mtia_float_of(c[3]) * t + mtia_float_of(c[2]);
  y = y * t + mtia_float_of(c[1]);
  return y * t + mtia_float_of(c[0]);
}

// e^(x + rest), rest small. 2^(n/32) from the table, e^r for |r| <= ln(2)/64 by its series.
static float exponential_of_sum(float x, float rest) {
  float sum = x + rest;
  if (sum > 89.0f)
    return INFINITY;
  if (sum < -104.0f)
    return 0;
  int32_t n = mtia_se_round(sum * 0x1.715476p+5f); // 32/ln 2
  float r = x - (float)n * 0x1.62p-6f;             // ln(2)/32 in 8 bits: the product is exact
  r = r + rest;
  r = r - (float)n * 0x1.c85fep-15f;                      // and the rest of it
  float p = r * (1.0f + r * (0.5f + r * 0x1.555556p-3f)); // e^r - 1
  float t = mtia_float_of(se_exp2[n & 31]);
  return scale_by(t + t * p, n >> 5);
}

static float exponential(float x) { return exponential_of_sum(x, 0); }

// |x| = m * 2^*e, 1 <= m < 2; x is finite and not 0.
static float split(float x, int *e) {
  uint32_t bits = mtia_bits_of(x) & 0x7FFFFFFF;
  *e = 0;
  if (bits < 0x00800000) {
    bits = mtia_bits_of(mtia_float_of(bits) * 0x1p24f);
    *e = -24;
  }
  *e += (int)(bits >> 23) - 127;
  return mtia_float_of((bits & 0x007FFFFF) | 0x3F800000);
}

static float reciprocal(float x) {
  if (x == 0 || isinf(x))
    return copysignf(x == 0 ? INFINITY : 0.0f, x);
  int e;
  float m = split(x, &e);
  uint32_t i = mtia_bits_of(m) >> 17 & 63;
  float y = cubic(se_reciprocal[i], m - (1.0f + ((float)i + 0.5f) / 64));
  return copysignf(scale_by(y, -e), x);
}

static float rsqrt(float x) {
  if (x == 0)
    return copysignf(INFINITY, x);
  if (x < 0)
    return NAN;
  if (isinf(x))
    return 0;
  int e;
  float m = split(x, &e);
  uint32_t i = mtia_bits_of(m) >> 17 & 63, odd = (uint32_t)e & 1;
  float t = m - (1.0f + ((float)i + 0.5f) / 64);
  float y = cubic(se_rsqrt[64 * odd + i], odd ? 2 * t : t); // odd: the number 2 m
  return scale_by(y, -((e - (int)odd) / 2));
}

// e^-|x| is at most 1: 1 + it is between 1 and 2.
static float sigmoid(float x) {
  float e = exponential(-fabsf(x)), r = reciprocal(1.0f + e);
  return x >= 0 ? r : e * r;
}

static float hyperbolic_tangent(float x) {
  float a = fabsf(x);
  if (a < 1.0f) {
    uint32_t i = (uint32_t)(a * 32);
    return x * cubic(se_tanh[i], a - ((float)i + 0.5f) / 32);
  }
  float e = exponential(-2 * a);
  return copysignf(1.0f - (2 * e) * reciprocal(1.0f + e), x);
}

// x * Phi(x). The tail is e^(-x^2/2) times a table of Mills' ratio. An exponent that were rounded
// would be wrong by many units: its square is that of 12 bits, which is exact, and the rest.
static float gelu(float x) {
  float a = fabsf(x);
  if (a >= 16.0f)
    return x > 0 ? x : -0.0f;
  uint32_t i = (uint32_t)(a * 16);
  float h = mtia_float_of(mtia_bits_of(a) & 0xFFFFF000);
  float e = exponential_of_sum(h * h * -0.5f, (a + h) * (a - h) * -0.5f);
  float mills = cubic(se_mills[i], a - ((float)i + 0.5f) / 16);
  return x < 0 ? e * (x * mills) : x * (1.0f - e * mills);
}

static float silu(float x) { return isinf(x) && x < 0 ? -0.0f : x * sigmoid(x); }

static float apply(unsigned function, float x) {
  switch (function) {
  case SE_EXP:
    return exponential(x);
  case SE_SIGMOID:
    return sigmoid(x);
  case SE_TANH:
    return hyperbolic_tangent(x);
  case SE_GELU:
    return gelu(x);
  case SE_SILU:
    return silu(x);
  case SE_RSQRT:
    return rsqrt(x);
  case SE_RECIPROCAL:
    return reciprocal(x);
  default: // SE_RELU
    return x < 0 ? 0.0f : x;
  }
}

float mtia_se_function(unsigned function, float x) {
  return x == x ? mtia_float_of(mtia_bits_of(apply(function, x))) : mtia_float_of(MTIA_NUM_NAN);
}
