// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIMD engine: conversions, rounding, quantisation of one number.

#include "se.h"

uint16_t mtia_f16_of(float f) {
  uint32_t bits = mtia_bits_of(f), magnitude = bits & 0x7FFFFFFF;
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  if (magnitude > 0x7F800000)
    return 0x7E00;
  if (magnitude >= 0x47800000) // 2^16 and above
    return sign | 0x7C00;
  if (magnitude >= 0x38800000) { // normal: the carry of the rounding goes on into the exponent
    uint32_t rounded = magnitude + 0xFFF + (magnitude >> 13 & 1);
    return sign | (uint16_t)((rounded - 0x38000000) >> 13);
  }
  // Subnormal: an addition whose last place is 2^-24 rounds.
  return sign | (uint16_t)(mtia_bits_of(mtia_float_of(magnitude) + 0.5f) - 0x3F000000);
}

uint16_t mtia_bf16_of(float f) {
  uint32_t bits = mtia_bits_of(f);
  if ((bits & 0x7FFFFFFF) > 0x7F800000)
    return 0x7FC0;
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

static bool saturates(float f, int32_t *r) {
  if (f >= -0x1p31f && f < 0x1p31f)
    return false;
  *r = f != f ? 0 : f > 0 ? INT32_MAX : INT32_MIN;
  return true;
}

int32_t mtia_se_round(float f) {
  int32_t whole;
  if (saturates(f, &whole))
    return whole;
  whole = (int32_t)f; // towards zero, exact
  float rest = f - (float)whole;
  // |f| >= 2^24 has no fraction, so `whole` is exact as a float wherever it matters.
  if (rest > 0.5f || (rest == 0.5f && (whole & 1)))
    return whole + 1;
  if (rest < -0.5f || (rest == -0.5f && (whole & 1)))
    return whole - 1;
  return whole;
}

int32_t mtia_se_round_away(float f) {
  int32_t whole;
  if (saturates(f, &whole))
    return whole;
  whole = (int32_t)f;
  float rest = f - (float)whole;
  return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
}

static bool is_negative(float f) { return mtia_bits_of(f) >> 31; }

float mtia_se_min(float a, float b) {
  if (a != a || b != b)
    return a == a ? a : b == b ? b : mtia_float_of(MTIA_NUM_NAN);
  return a < b || (a == b && is_negative(a)) ? a : b;
}

float mtia_se_max(float a, float b) {
  if (a != a || b != b)
    return a == a ? a : b == b ? b : mtia_float_of(MTIA_NUM_NAN);
  return a > b || (a == b && !is_negative(a)) ? a : b;
}

static int32_t clamp(int64_t q, int32_t low, int32_t high) {
  return q < low ? low : q > high ? high : (int32_t)q;
}

int32_t mtia_quantise(float f, unsigned style, int32_t zero, int32_t low, int32_t high) {
  switch (style) {
  case QUANT_AWAY:
    return clamp((int64_t)mtia_se_round_away(f) + zero, low, high);
  case QUANT_BEFORE:
    return clamp(mtia_se_round(f + (float)zero), low, high);
  default:
    return clamp((int64_t)mtia_se_round(f) + zero, low, high);
  }
}

// The product / 2^31, rounded to nearest, ties up.
static int32_t doubling_high_product(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN)
    return INT32_MAX;
  int64_t product = (int64_t)a * b;
  return (int32_t)((product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / ((int64_t)1 << 31));
}

// x / 2^shift to nearest, ties away from zero.
static int32_t shift_right(int32_t x, int shift) {
  int64_t half = shift ? (int64_t)1 << (shift - 1) : 0;
  int64_t magnitude = ((x < 0 ? -(int64_t)x : x) + half) >> shift;
  return (int32_t)(x < 0 ? -magnitude : magnitude);
}

int32_t mtia_quantise_fixed(int32_t x, int32_t multiplier, int shift, int32_t zero, int32_t low,
                            int32_t high) {
  if (shift > 0)
    x = (int32_t)((uint32_t)x << shift);
  int32_t r = doubling_high_product(x, multiplier);
  return clamp((int64_t)shift_right(r, shift < 0 ? -shift : 0) + zero, low, high);
}
