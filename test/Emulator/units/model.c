// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "model.h"
#include "se.h" // mtia_se_function, which has a model of its own

#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

uint8_t *model_byte(struct model *m, int cb, uint64_t b) {
  return &m->local[m->cb[cb].base + b % m->cb[cb].size];
}

uint32_t model_word(struct model *m, int cb, uint64_t b) {
  uint32_t w = 0;
  for (int i = 3; i >= 0; i--)
    w = w << 8 | *model_byte(m, cb, b + (uint64_t)i);
  return w;
}

float model_float(uint32_t w) {
  float f;
  memcpy(&f, &w, 4);
  return f;
}

uint32_t model_bits(float f) {
  uint32_t w;
  memcpy(&w, &f, 4);
  return isnan(f) ? 0x7FC00000 : w;
}

// A format with `fraction` bits of fraction and exponents as given, by way of real numbers.
double model_wide(uint16_t h, int fraction, int bias) {
  int e = (h & 0x7FFF) >> fraction, top = 2 * bias + 1;
  double m = h & ((1 << fraction) - 1), sign = h & 0x8000 ? -1 : 1;
  if (e == top)
    return m != 0 ? NAN : sign * INFINITY;
  return sign * ldexp(e ? m + (1 << fraction) : m, (e ? e : 1) - bias - fraction);
}

uint16_t model_narrow(float f, int fraction, int bias) {
  uint16_t infinite = (uint16_t)((2 * bias + 1) << fraction), sign = signbit(f) ? 0x8000 : 0;
  int e;
  if (isnan(f))
    return (uint16_t)(infinite | 1 << (fraction - 1));
  if (isinf(f))
    return sign | infinite;
  double v = fabs((double)f);
  if (v == 0)
    return sign;
  frexp(v, &e);                                                // v < 2^e
  int last = (e - 1 < 1 - bias ? 1 - bias : e - 1) - fraction; // weight of the last place
  double units = nearbyint(ldexp(v, -last));
  // Units of the smallest subnormal number, plus 2^fraction for each exponent above the least.
  double code = units + ldexp(last + fraction - (1 - bias), fraction);
  return sign | (code >= infinite ? infinite : (uint16_t)code);
}

static float half_value(int type, uint16_t h) {
  return (float)(type == 4 ? model_wide(h, 10, 15) : model_wide(h, 7, 127));
}

int model_clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }
static int rows_of(const struct model *m, int ti) {
  return model_clamp((int)(m->cr_lo[8] & 0xFFFF) - 32 * ti, 0, 32);
}
static int cols_of(const struct model *m, int tj) {
  return model_clamp((int)(m->cr_lo[8] >> 16) - 32 * tj, 0, 32);
}

static uint64_t stride_of(const struct model *m, int cr) {
  return m->cr_hi[cr] ? m->cr_hi[cr] : ((uint64_t)m->cr_lo[cr] + 31) / 32 * 32;
}

void model_put(struct model *m, int cb, uint64_t b, uint32_t value, unsigned bytes) {
  for (unsigned k = 0; k < bytes; k++)
    *model_byte(m, cb, b + k) = (uint8_t)(value >> (8 * k));
}

float model_extreme(float a, float b, bool high) {
  if (isnan(a))
    return b;
  if (isnan(b))
    return a;
  if (a == b) // zeros of both signs
    return (signbit(a) != 0) == high ? b : a;
  return (a > b) == high ? a : b;
}

void model_dma_in(struct model *m, int cb, uint64_t offset, uint64_t rows) {
  uint64_t width = m->cr_lo[0], stride = stride_of(m, 0), t = m->cb[cb].tail;
  uint64_t pitch = (uint64_t)m->cr_hi[1] << 32 | m->cr_lo[1];
  for (uint64_t r = 0; r < rows; r++) {
    uint64_t i;
    for (i = 0; i < width; i++)
      *model_byte(m, cb, t + r * stride + i) = m->memory[offset + r * pitch + i];
    for (; i % 32; i++)
      *model_byte(m, cb, t + r * stride + i) = 0;
  }
  m->cb[cb].tail += rows * stride;
}

void model_dma_out(struct model *m, int cb, uint64_t offset, uint64_t rows) {
  uint64_t width = m->cr_lo[2], stride = stride_of(m, 2), h = m->cb[cb].head;
  uint64_t pitch = (uint64_t)m->cr_hi[3] << 32 | m->cr_lo[3];
  for (uint64_t r = 0; r < rows; r++)
    for (uint64_t i = 0; i < width; i++)
      m->memory[offset + r * pitch + i] = *model_byte(m, cb, h + r * stride + i);
  m->cb[cb].head += rows * stride;
}

// Byte l of row i of a tile of an operand of mml.
static uint8_t operand(struct model *m, bool buffer, int cb, int cr, int t, int i, int l) {
  if (buffer)
    return m->operand[cb][i][l];
  return *model_byte(
      m, cb, m->cb[cb].head + m->cr_lo[cr] + (uint64_t)(32 * t + i) * m->cr_hi[cr] + (uint64_t)l);
}

void model_mml(struct model *m, int acc, int cba, int cbb, int ti, int tj, int flags, int type,
               int where) {
  for (int i = 0; i < rows_of(m, ti); i++)
    for (int j = 0; j < cols_of(m, tj); j++) {
      uint8_t a[32], b[32];
      for (int l = 0; l < 32; l++) {
        a[l] = operand(m, where & 1, cba, 5, ti, i, l);
        b[l] = operand(m, where & 2, cbb, 6, tj, j, l);
      }
      if (type >= 4) {
        volatile float total = flags & 2 ? 0 : model_float((uint32_t)m->acc[acc][i][j]);
        for (int l = 0; l < 32; l += 2) {
          volatile float product = half_value(type, (uint16_t)(a[l] | a[l + 1] << 8)) *
                                   half_value(type, (uint16_t)(b[l] | b[l + 1] << 8));
          total = total + product;
        }
        m->acc[acc][i][j] = (int32_t)model_bits(total);
        continue;
      }
      int64_t sum = flags & 2 ? 0 : m->acc[acc][i][j];
      for (int l = 0; l < 32; l++) {
        int x = type == 1 || type == 3 ? a[l] : (int8_t)a[l];
        int y = type == 2 || type == 3 ? b[l] : (int8_t)b[l];
        sum += x * y;
      }
      m->acc[acc][i][j] = (int32_t)(uint32_t)(uint64_t)sum;
    }
  if (flags & 1 && !(where & 1))
    m->cr_lo[5] += m->cr_lo[7];
  if (flags & 1 && !(where & 2))
    m->cr_lo[6] += m->cr_hi[7];
}

// One element of 2^es bytes, or of 4 bits, at element e of the bytes from b.
static uint32_t element(struct model *m, int cb, uint64_t b, int es, uint64_t e) {
  if (es == 3)
    return *model_byte(m, cb, b + e / 2) >> (e & 1 ? 4 : 0) & 15;
  uint32_t x = 0;
  for (unsigned k = 0; k < 1u << es; k++)
    x |= (uint32_t)*model_byte(m, cb, b + (e << es) + k) << (8 * k);
  return x;
}

void model_mlu(struct model *m, int kind, int cbd, int cbs, int es, bool dpe) {
  uint64_t rows = m->cr_lo[20], cols = m->cr_hi[20];
  uint64_t out_rows = kind ? rows : cols, out_cols = kind ? cols : rows;
  uint64_t bytes = es == 3 ? (out_cols + 1) / 2 : out_cols << es;
  uint8_t *result = calloc(out_rows, bytes);
  for (uint64_t r = 0; r < out_rows; r++)
    for (uint64_t c = 0; c < out_cols; c++) {
      uint64_t from = m->cb[cbs].head + m->cr_lo[21] + (kind ? r : c) * m->cr_hi[21];
      uint32_t x = element(m, cbs, from, es, kind ? c : r);
      if (es == 3)
        result[r * bytes + c / 2] |= (uint8_t)(x << (c & 1 ? 4 : 0));
      for (unsigned k = 0; es != 3 && k < 1u << es; k++)
        result[r * bytes + (c << es) + k] = (uint8_t)(x >> (8 * k));
    }
  if (dpe && kind != 2)
    memset(m->operand[cbd], 0, sizeof m->operand[cbd]);
  for (uint64_t r = 0; r < out_rows; r++)
    for (uint64_t b = 0; b < bytes; b++)
      if (dpe)
        m->operand[cbd][r][m->cr_lo[22] + b] = result[r * bytes + b];
      else
        *model_byte(m, cbd, m->cb[cbd].tail + m->cr_lo[22] + r * m->cr_hi[22] + b) =
            result[r * bytes + b];
  if (kind == 2)
    m->cr_lo[22] += (uint32_t)bytes;
  free(result);
}

void model_gather(struct model *m, int cb, uint64_t offset, uint64_t rows, int icb) {
  uint64_t width = m->cr_lo[14], padded = (width + 31) / 32 * 32;
  uint64_t pitch = (uint64_t)m->cr_hi[15] << 32 | m->cr_lo[15];
  for (uint64_t r = 0; r < rows; r++) {
    uint64_t at = m->cb[icb % 32].head + m->cr_hi[14] + r * (icb < 32 ? 4 : 8);
    int64_t index = (int32_t)model_word(m, icb % 32, at);
    if (icb >= 32)
      index = (int64_t)((uint64_t)model_word(m, icb % 32, at + 4) << 32 | (uint32_t)index);
    if (m->cr_lo[28] && index >= (int64_t)m->cr_lo[28]) {
      m->counter[m->cr_hi[28]]++;
      index = 0;
    }
    for (uint64_t b = 0; b < padded; b++)
      *model_byte(m, cb, m->cb[cb].tail + r * padded + b) =
          index < 0 || b >= width ? 0 : m->memory[offset + (uint64_t)index * pitch + b];
  }
  m->cb[cb].tail += rows * padded;
}

void model_zero(struct model *m, int acc) { memset(m->acc[acc], 0, sizeof m->acc[acc]); }

void model_bias(struct model *m, int acc, int cb, int tj) {
  if (!cols_of(m, tj))
    return;
  for (int i = 0; i < 32; i++)
    for (int j = 0; j < 32; j++) {
      uint64_t b = m->cb[cb].head + m->cr_lo[9] + 128u * (unsigned)tj + 4u * (unsigned)j;
      m->acc[acc][i][j] = j < cols_of(m, tj) ? (int32_t)model_word(m, cb, b) : 0;
    }
}

void model_biasr(struct model *m, int acc, int cb, int ti) {
  if (!rows_of(m, ti))
    return;
  for (int i = 0; i < 32; i++)
    for (int j = 0; j < 32; j++) {
      uint64_t b = m->cb[cb].head + m->cr_lo[9] + 128u * (unsigned)ti + 4u * (unsigned)i;
      m->acc[acc][i][j] = i < rows_of(m, ti) ? (int32_t)model_word(m, cb, b) : 0;
    }
}

void model_load(struct model *m, int acc, int cb, int ti, int tj) {
  if (!rows_of(m, ti) || !cols_of(m, tj))
    return;
  for (int i = 0; i < 32; i++)
    for (int j = 0; j < 32; j++) {
      uint64_t b = m->cb[cb].head + m->cr_lo[9] + (uint64_t)(32 * ti + i) * m->cr_hi[9] +
                   128u * (unsigned)tj + 4u * (unsigned)j;
      bool inside = i < rows_of(m, ti) && j < cols_of(m, tj);
      m->acc[acc][i][j] = inside ? (int32_t)model_word(m, cb, b) : 0;
    }
}

void model_add(struct model *m, int acc, int cb, int t, bool by_row) {
  int count = by_row ? rows_of(m, t) : cols_of(m, t);
  for (int i = 0; i < 32; i++)
    for (int j = 0; j < 32; j++) {
      int k = by_row ? i : j;
      uint64_t b = m->cb[cb].head + m->cr_lo[9] + 128u * (unsigned)t + 4u * (unsigned)k;
      if (k < count)
        m->acc[acc][i][j] = (int32_t)((uint32_t)m->acc[acc][i][j] + model_word(m, cb, b));
    }
}

// Nearest integer by libm; the emulator rounds with integers.
int64_t model_nearest(float f, bool away) {
  if (isnan(f))
    return 0;
  double d = away ? round((double)f) : nearbyint((double)f);
  return d >= 2147483647.0 ? INT32_MAX : d <= -2147483648.0 ? INT32_MIN : (int64_t)d;
}

// The fixed-point style in exact halves: no rounding trick of the emulator's.
int64_t model_fixed(int32_t x, int32_t multiplier, int shift) {
  __int128 product, high;
  if (shift > 0)
    x = (int32_t)((uint64_t)(uint32_t)x << shift);
  product = (__int128)x * multiplier;
  // floor(product / 2^31 + 1/2)
  high = product * 2 + ((__int128)1 << 31);
  high = high >> 32;
  if (high > INT32_MAX)
    high = INT32_MAX;
  return (int64_t)(shift < 0 ? round(ldexp((double)high, shift)) : (double)high);
}

struct scale {
  uint32_t bits;
  int32_t shift;
};

static struct scale scale_of(struct model *m, int i, int j, bool chan, bool is_fixed) {
  int8_t shift = (int8_t)(m->cr_lo[24] >> 8);
  struct scale s = {m->cr_lo[11], shift};
  if (!chan)
    return s;
  int cb = m->cr_lo[13] & 31;
  uint64_t entry = (uint64_t)(m->cr_lo[13] & 32 ? i : j) * (is_fixed ? 8 : 4);
  uint64_t at = m->cb[cb].head + m->cr_hi[13] + entry;
  s.bits = model_word(m, cb, at);
  if (is_fixed)
    s.shift = model_clamp((int32_t)model_word(m, cb, at + 4), -31, 31);
  return s;
}

static uint8_t quantised(const struct model *m, float f, bool behind) {
  int style = m->cr_lo[24] & 3;
  int64_t zero = (int32_t)m->cr_hi[behind ? 25 : 11], q;
  if (style == 2) {
    volatile float sum = f + (float)zero;
    q = model_nearest(sum, false);
  } else {
    q = model_nearest(f, style == 1) + zero;
  }
  int64_t low = (int32_t)m->cr_lo[12], high = (int32_t)m->cr_hi[12];
  q = q > low ? q : low;
  return (uint8_t)(q < high ? q : high);
}

static uint8_t quantised_fixed(const struct model *m, int32_t x, struct scale s) {
  int64_t q = model_fixed(x, (int32_t)s.bits, s.shift) + (int32_t)m->cr_hi[11];
  int64_t low = (int32_t)m->cr_lo[12], high = (int32_t)m->cr_hi[12];
  q = q > low ? q : low;
  return (uint8_t)(q < high ? q : high);
}

void model_drain(struct model *m, int acc, int cb, int ti, int tj, int type, int flags,
                 bool is_float) {
  static const uint32_t sizes[] = {4, 1, 1, 4, 2, 2};
  uint32_t size = sizes[type];
  bool is_fixed = size == 1 && (m->cr_lo[24] & 3) == 3;
  for (int i = 0; i < rows_of(m, ti); i++)
    for (int j = 0; j < cols_of(m, tj); j++) {
      uint64_t to = m->cb[cb].tail + m->cr_lo[10] + (uint64_t)(32 * ti + i) * m->cr_hi[10] +
                    (uint64_t)(32 * tj + j) * size;
      int32_t x = m->acc[acc][i][j];
      uint32_t w = 0;
      if (flags & 1 && (is_float ? model_float((uint32_t)x) < 0 : x < 0))
        x = 0;
      if (type == 0) {
        w = (uint32_t)x;
      } else {
        struct scale s = scale_of(m, 32 * ti + i, 32 * tj + j, flags & 2, is_fixed);
        volatile float f = is_float ? model_float((uint32_t)x) : (float)x;
        f = f * model_float(s.bits);
        unsigned function = m->cr_lo[24] >> 4 & 15;
        if (function) {
          f = mtia_se_function(function, f);
          if (size == 1)
            f = f * model_float(m->cr_lo[25]);
        }
        w = is_fixed    ? quantised_fixed(m, x, s)
            : size == 1 ? quantised(m, f, function)
            : type == 3 ? model_bits(f)
            : type == 4 ? model_narrow(f, 10, 15)
                        : model_narrow(f, 7, 127);
      }
      for (uint32_t k = 0; k < size; k++)
        *model_byte(m, cb, to + k) = (uint8_t)(w >> (8 * k));
    }
}

void model_minmax(struct model *m, int acc, int cb, int ti, int tj, int flags) {
  for (int i = 0; cols_of(m, tj) && i < rows_of(m, ti); i++) {
    uint64_t to = m->cb[cb].tail + m->cr_lo[10] + 8 * (uint64_t)(32 * ti + i);
    for (unsigned high = 0; high < 2; high++) {
      uint32_t best = model_word(m, cb, to + 4 * high);
      if (!(flags & 2))
        best = flags & 1 ? model_bits(high ? -INFINITY : INFINITY)
                         : (uint32_t)(high ? INT32_MIN : INT32_MAX);
      for (int j = 0; j < cols_of(m, tj); j++) {
        uint32_t x = (uint32_t)m->acc[acc][i][j];
        if (flags & 1)
          best = model_bits(model_extreme(model_float(best), model_float(x), high));
        else if (high ? (int32_t)x > (int32_t)best : (int32_t)x < (int32_t)best)
          best = x;
      }
      model_put(m, cb, to + 4 * high, best, 4);
    }
  }
}
