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

size_t kn_row_bytes(const struct kn_tensor *t) {
  size_t cols = t->rank ? (size_t)t->dims[t->rank - 1]->size : 1;
  size_t bits = t->rows ? kn_rows_bits(t->rows) : kn_type_bits(t->type);
  return (cols * bits + 7) / 8 + (t->rows ? kn_rows_extra(t->rows) : 0);
}

size_t kn_tensor_bytes(const struct kn_tensor *t) {
  size_t n = kn_row_bytes(t);
  for (unsigned i = 0; i + 1 < t->rank; i++)
    n *= (size_t)t->dims[i]->size;
  return n;
}

void *kn_element(const struct kn_tensor *t, const void *data, int64_t number, int64_t *col) {
  int64_t cols = t->rank ? t->dims[t->rank - 1]->size : 1;
  *col = number % cols;
  return (char *)data + number / cols * (int64_t)kn_row_bytes(t);
}

int64_t kn_wrap(enum kn_type type, int64_t v) {
  switch (type) {
  case KN_BOOL:
    return v != 0;
  case KN_I4:
    return (v & 15) - (v & 8) * 2;
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

/* Value `col` of a row of 4-bit values, the first of two in the low half. */
static unsigned nibble(const void *row, int64_t col) {
  return ((const uint8_t *)row)[col / 2] >> (col % 2 * 4) & 15;
}

int64_t kn_load_integer(enum kn_type type, const void *row, int64_t col) {
  if (type == KN_I4)
    return kn_wrap(KN_I4, nibble(row, col));
  return kn_load_int(type, (const char *)row + col * (kn_type_bits(type) / 8));
}

void kn_store_integer(enum kn_type type, void *row, int64_t col, int64_t v) {
  if (type == KN_I4) {
    uint8_t *at = (uint8_t *)row + col / 2;
    unsigned shift = col % 2 * 4;
    *at = (uint8_t)((*at & ~(15u << shift)) | ((unsigned)v & 15) << shift);
    return;
  }
  kn_store_int(type, (char *)row + col * (kn_type_bits(type) / 8), v);
}

/* Of an element of a table: scale * value, bias. */
struct parts {
  float scale, value, bias;
};

static struct parts load_parts(const struct kn_tensor *t, const char *row, int64_t col) {
  bool half = kn_rows_front(t->rows);
  enum kn_type type = half ? KN_F16 : KN_F32;
  const char *values = row + (half ? kn_rows_extra(t->rows) : 0);
  const char *extra = half ? row : row + kn_row_bytes(t) - kn_rows_extra(t->rows);
  double scale = kn_load_float(type, extra);
  double bias = kn_load_float(type, extra + kn_type_bits(type) / 8);
  unsigned q = kn_rows_bits(t->rows) == 4 ? nibble(values, col) : (uint8_t)values[col];
  return (struct parts){(float)scale, (float)q, (float)bias};
}

/* R4.6: scale * value + bias, rounded once. */
static double load_table(const struct kn_tensor *t, const char *row, int64_t col) {
  struct parts p = load_parts(t, row, col);
  return fmaf(p.scale, p.value, p.bias);
}

double kn_table_parts(const struct kn_tensor *t, const void *row, int64_t col) {
  struct parts p = load_parts(t, row, col);
  return fabs((double)p.scale * (double)p.value) + fabs((double)p.bias);
}

double kn_load_real(const struct kn_tensor *t, const void *row, int64_t col) {
  if (t->rows)
    return load_table(t, row, col);
  return kn_load_float(t->type, (const char *)row + col * (kn_type_bits(t->type) / 8));
}
