// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp_value.c - Elements: load, store, round ------------------------===*/
#include "interp.h"

#include <math.h>
#include <string.h>

size_t kn_tensor_count(const struct kn_tensor *t) {
  size_t n = 1;
  for (unsigned i = 0; i < t->rank; i++)
    n *= (size_t)t->dims[i]->size;
  return n;
}

size_t kn_tensor_bytes(const struct kn_tensor *t) {
  return kn_tensor_count(t) * (kn_type_bits(t->type) / 8);
}

int64_t kn_wrap(enum kn_type type, int64_t v) {
  switch (type) {
  case KN_BOOL:
    return v != 0;
  case KN_I8:
    return (int8_t)v;
  case KN_U8:
    return (uint8_t)v;
  case KN_I16:
    return (int16_t)v;
  case KN_I32:
    return (int32_t)v;
  default:
    return v;
  }
}

/* To `precision` significant bits, the last not below 2^least; above `greatest` is infinity. */
static double round_to(double v, int precision, int least, double greatest) {
  int exponent;
  if (v == 0 || !isfinite(v))
    return v;
  frexp(v, &exponent);
  int last = exponent - precision > least ? exponent - precision : least;
  double r = ldexp(nearbyint(ldexp(v, -last)), last);
  return fabs(r) > greatest ? copysign(INFINITY, v) : r;
}

double kn_round_float(enum kn_type type, double v) {
  switch (type) {
  case KN_F16:
    return round_to(v, 11, -24, 65504.0);
  case KN_BF16:
    return round_to(v, 8, -133, 0x1.FEp127);
  case KN_F32:
    return (float)v;
  default:
    return v;
  }
}

/* bf16 is the upper half of an f32. */
static double load_bf16(const void *at) {
  uint16_t half;
  memcpy(&half, at, 2);
  uint32_t bits = (uint32_t)half << 16;
  float f;
  memcpy(&f, &bits, 4);
  return f;
}

static double load_f16(const void *at) {
  uint16_t h;
  memcpy(&h, at, 2);
  int exponent = h >> 10 & 31, fraction = h & 1023;
  double v = exponent == 31 ? (fraction ? NAN : INFINITY)
             : exponent     ? ldexp(1024 + fraction, exponent - 25)
                            : ldexp(fraction, -24);
  return h & 0x8000 ? -v : v;
}

double kn_load_float(enum kn_type type, const void *at) {
  if (type == KN_F16)
    return load_f16(at);
  if (type == KN_BF16)
    return load_bf16(at);
  float f;
  memcpy(&f, at, 4);
  return f;
}

static void store_f16(void *at, double v) {
  uint16_t sign = signbit(v) ? 0x8000 : 0, h;
  double a = fabs(v);
  if (isnan(v)) {
    h = 0x7E00;
  } else if (isinf(v)) {
    h = 0x7C00;
  } else if (a < 0x1p-14) {
    h = (uint16_t)ldexp(a, 24);
  } else {
    int exponent;
    frexp(a, &exponent);
    h = (uint16_t)(((exponent + 14) << 10) + ((int)ldexp(a, 11 - exponent) - 1024));
  }
  h |= sign;
  memcpy(at, &h, 2);
}

void kn_store_float(enum kn_type type, void *at, double v) {
  v = kn_round_float(type, v);
  if (type == KN_F16) {
    store_f16(at, v);
    return;
  }
  float f = (float)v;
  if (type == KN_F32) {
    memcpy(at, &f, 4);
    return;
  }
  uint32_t bits;
  memcpy(&bits, &f, 4);
  uint16_t half = (uint16_t)(isnan(v) ? 0x7FC0 : bits >> 16);
  memcpy(at, &half, 2);
}

int64_t kn_load_int(enum kn_type type, const void *at) {
  switch (type) {
  case KN_BOOL:
    return *(const uint8_t *)at != 0;
  case KN_I8:
    return *(const int8_t *)at;
  case KN_U8:
    return *(const uint8_t *)at;
  case KN_I16: {
    int16_t v;
    memcpy(&v, at, 2);
    return v;
  }
  case KN_I32: {
    int32_t v;
    memcpy(&v, at, 4);
    return v;
  }
  default: {
    int64_t v;
    memcpy(&v, at, 8);
    return v;
  }
  }
}

void kn_store_int(enum kn_type type, void *at, int64_t v) {
  /* little endian host: the low bytes come first */
  v = kn_wrap(type, v);
  memcpy(at, &v, kn_type_bits(type) / 8);
}
