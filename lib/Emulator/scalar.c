// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "scalar.h"
#include "mtia/kernel_abi.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  int64_t min, max;
} integers[] = {
    [MTIA_I8] = {"i8", INT8_MIN, INT8_MAX},     [MTIA_U8] = {"u8", 0, UINT8_MAX},
    [MTIA_I16] = {"i16", INT16_MIN, INT16_MAX}, [MTIA_I32] = {"i32", INT32_MIN, INT32_MAX},
    [MTIA_I64] = {"i64", INT64_MIN, INT64_MAX},
};

static bool parse_integer(unsigned dtype, const char *text, uint8_t bytes[8], char *why,
                          size_t size) {
  char *end;
  errno = 0;
  int64_t value = strtoll(text, &end, 0);
  if (end == text || *end) {
    snprintf(why, size, "is not an integer; type %s", integers[dtype].name);
    return false;
  }
  if (errno || value < integers[dtype].min || value > integers[dtype].max) {
    snprintf(why, size, "is outside the range of %s, %lld to %lld", integers[dtype].name,
             (long long)integers[dtype].min, (long long)integers[dtype].max);
    return false;
  }
  memcpy(bytes, &value, 8);
  return true;
}

// A finite double, rounded to a binary format with `fraction` bits and the exponent's width, to
// nearest, ties to even; infinity if too large.
static uint32_t round_to(double value, int fraction, int exponent_bits) {
  uint32_t sign = (uint32_t)(signbit(value) != 0) << (fraction + exponent_bits);
  int bias = (1 << (exponent_bits - 1)) - 1;
  uint32_t infinity = ((1u << exponent_bits) - 1) << fraction;
  value = fabs(value);
  if (value == 0)
    return sign;
  if (isinf(value))
    return sign | infinity;
  int exponent;
  frexp(value, &exponent);
  exponent--; // value = 1.f * 2^exponent
  if (exponent < 1 - bias)
    exponent = 1 - bias; // subnormal
  double units = nearbyint(ldexp(value, fraction - exponent));
  // A carry out of the fraction ends up in the exponent, where it belongs.
  uint64_t bits = (uint64_t)units + ((uint64_t)(exponent + bias - 1) << fraction);
  return sign | (bits > infinity ? infinity : (uint32_t)bits);
}

static bool parse_float(unsigned dtype, const char *text, uint8_t bytes[8], char *why,
                        size_t size) {
  char *end;
  double value = strtod(text, &end);
  const char *name = dtype == MTIA_F32 ? "f32" : dtype == MTIA_F16 ? "f16" : "bf16";
  int fraction = dtype == MTIA_F32 ? 23 : dtype == MTIA_F16 ? 10 : 7;
  int exponent = dtype == MTIA_F16 ? 5 : 8;
  if (end == text || *end) {
    snprintf(why, size, "is not a number; type %s", name);
    return false;
  }
  uint32_t infinity = ((1u << exponent) - 1) << fraction;
  uint32_t bits = isnan(value)        ? infinity | 1u << (fraction - 1)
                  : dtype == MTIA_F32 ? 0
                                      : round_to(value, fraction, exponent);
  if (dtype == MTIA_F32 && !isnan(value)) {
    float single = strtof(text, NULL); // not through double: that would round twice
    memcpy(&bits, &single, 4);
  }
  uint32_t magnitude = bits & ((1u << (fraction + exponent)) - 1);
  if (!isnan(value) && !isinf(value) && magnitude == infinity) {
    snprintf(why, size, "is too large for %s", name);
    return false;
  }
  memset(bytes, 0, 8);
  memcpy(bytes, &bits, dtype == MTIA_F32 ? 4 : 2);
  return true;
}

static bool parse_bool(const char *text, uint8_t bytes[8], char *why, size_t size) {
  memset(bytes, 0, 8);
  bytes[0] = !strcmp(text, "1") || !strcmp(text, "true");
  if (bytes[0] || !strcmp(text, "0") || !strcmp(text, "false"))
    return true;
  snprintf(why, size, "is not a bool; expected 0, 1, false or true");
  return false;
}

bool mtia_scalar_parse(unsigned dtype, const char *text, uint8_t bytes[8], char *why, size_t size) {
  if (!*text || isspace((unsigned char)*text)) {
    snprintf(why, size, "is not a number");
    return false;
  }
  if (dtype == MTIA_BOOL)
    return parse_bool(text, bytes, why, size);
  if (dtype == MTIA_F16 || dtype == MTIA_BF16 || dtype == MTIA_F32)
    return parse_float(dtype, text, bytes, why, size);
  return parse_integer(dtype, text, bytes, why, size);
}
