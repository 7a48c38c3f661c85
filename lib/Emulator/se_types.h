// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIMD engine: elements of the types in SE_FMT.
#ifndef MTIA_EMULATOR_SE_TYPES_H
#define MTIA_EMULATOR_SE_TYPES_H

#include "se.h"

// Bytes of an element; not SE_U4.
static inline uint32_t se_size(unsigned type) { return type <= SE_U8 ? 1 : type >= SE_F16 ? 2 : 4; }

static inline int64_t se_load_int(unsigned type, const uint8_t *in, uint32_t i) {
  int32_t word;
  switch (type) {
  case SE_I8:
    return (int8_t)in[i];
  case SE_U8:
    return in[i];
  case SE_U4:
    return in[i / 2] >> 4 * (i % 2) & 15;
  default:
    memcpy(&word, in + 4 * i, 4);
    return word;
  }
}

// Integers of 32 bits are rounded.
static inline float se_load_float(unsigned type, const uint8_t *in, uint32_t i) {
  uint16_t half;
  uint32_t word;
  switch (type) {
  case SE_F32:
    memcpy(&word, in + 4 * i, 4);
    return mtia_float_of(word);
  case SE_F16:
    memcpy(&half, in + 2 * i, 2);
    return mtia_float_of_f16(half);
  case SE_BF16:
    memcpy(&half, in + 2 * i, 2);
    return mtia_float_of_bf16(half);
  default:
    return (float)se_load_int(type, in, i);
  }
}

// Saturates.
static inline void se_store_int(unsigned type, uint8_t *out, uint32_t i, int64_t x) {
  int64_t low = type == SE_I8 ? -128 : type == SE_U8 ? 0 : INT32_MIN;
  int64_t high = type == SE_I8 ? 127 : type == SE_U8 ? 255 : INT32_MAX;
  int32_t word = (int32_t)(x < low ? low : x > high ? high : x);
  if (type == SE_I32)
    memcpy(out + 4 * i, &word, 4);
  else
    out[i] = (uint8_t)word;
}

// Converts.
static inline void se_store_float(unsigned type, uint8_t *out, uint32_t i, float f) {
  uint16_t half;
  uint32_t word;
  switch (type) {
  case SE_F32:
    word = mtia_bits_of(f);
    memcpy(out + 4 * i, &word, 4);
    return;
  case SE_F16:
    half = mtia_f16_of(f);
    memcpy(out + 2 * i, &half, 2);
    return;
  case SE_BF16:
    half = mtia_bf16_of(f);
    memcpy(out + 2 * i, &half, 2);
    return;
  default:
    se_store_int(type, out, i, mtia_se_round(f));
  }
}

// a * b + c, rounded once. C's fmaf is that on every host.
static inline float se_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

#endif
