// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The SE's commands on local memory as docs/isa/xmtia.md section 6 tells them: element by element,
// every number by way of real numbers. Only the functions are the emulator's; they have a model of
// their own (Inputs/se_functions.py).

#include "model.h"
#include "se.h"

#include <math.h>
#include <stdlib.h>

enum { I8, U8, I32, F32, F16, BF16, U4 };

static bool is_integer(unsigned type) { return type <= I32 || type == U4; }

static unsigned size_of(unsigned type) {
  static const unsigned size[] = {1, 1, 4, 4, 2, 2};
  return size[type];
}

static unsigned type_of(const struct model *m, unsigned what) {
  return m->cr_lo[16] >> (4 * what) & 15;
}

static int64_t integer(struct model *m, unsigned type, int cb, uint64_t base, uint64_t i) {
  switch (type) {
  case I8:
    return (int8_t)*model_byte(m, cb, base + i);
  case U8:
    return *model_byte(m, cb, base + i);
  case U4:
    return (*model_byte(m, cb, base + i / 2) >> (i % 2 ? 4 : 0)) % 16;
  default:
    return (int32_t)model_word(m, cb, base + 4 * i);
  }
}

static float number(struct model *m, unsigned type, int cb, uint64_t base, uint64_t i) {
  uint16_t half;
  switch (type) {
  case F32:
    return model_float(model_word(m, cb, base + 4 * i));
  case F16:
  case BF16:
    half = (uint16_t)(*model_byte(m, cb, base + 2 * i) | *model_byte(m, cb, base + 2 * i + 1) << 8);
    return (float)(type == F16 ? model_wide(half, 10, 15) : model_wide(half, 7, 127));
  default:
    return (float)integer(m, type, cb, base, i);
  }
}

static uint64_t output(const struct model *m, int cb, uint64_t i) {
  return m->cb[cb].tail + m->cr_hi[17] + i * size_of(type_of(m, 2));
}

static void put_integer(struct model *m, int cb, uint64_t i, int64_t x) {
  static const int64_t low[] = {-128, 0, INT32_MIN}, high[] = {127, 255, INT32_MAX};
  unsigned type = type_of(m, 2);
  x = x < low[type] ? low[type] : x > high[type] ? high[type] : x;
  model_put(m, cb, output(m, cb, i), (uint32_t)x, size_of(type));
}

static void put_number(struct model *m, int cb, uint64_t i, float f) {
  unsigned type = type_of(m, 2);
  if (is_integer(type))
    put_integer(m, cb, i, model_nearest(f, false));
  else
    model_put(m, cb, output(m, cb, i),
              type == F32   ? model_bits(f)
              : type == F16 ? model_narrow(f, 10, 15)
                            : model_narrow(f, 7, 127),
              size_of(type));
}

static void put_clamped(struct model *m, int cb, uint64_t i, int64_t q) {
  int64_t low = (int32_t)m->cr_lo[12], high = (int32_t)m->cr_hi[12];
  if (type_of(m, 2) != I32)
    q = q < low ? low : q > high ? high : q;
  put_integer(m, cb, i, q);
}

static void put_quantised(struct model *m, int cb, uint64_t i, float f, int32_t zero) {
  int style = m->cr_lo[24] & 3;
  if (style == 2) {
    volatile float sum = f + (float)zero;
    put_clamped(m, cb, i, model_nearest(sum, false));
  } else {
    put_clamped(m, cb, i, model_nearest(f, style == 1) + zero);
  }
}

static void put_result(struct model *m, int cb, uint64_t i, float f) {
  volatile float scaled = f * model_float(m->cr_lo[25]);
  if (is_integer(type_of(m, 2)))
    put_quantised(m, cb, i, scaled, (int32_t)m->cr_hi[25]);
  else
    put_number(m, cb, i, f);
}

// An integer input less its zero point, scaled.
static float dequantised(struct model *m, unsigned type, int cb, uint64_t base, uint64_t i,
                         uint32_t scale, int32_t zero) {
  if (!is_integer(type))
    return number(m, type, cb, base, i);
  volatile float x = (float)(integer(m, type, cb, base, i) - zero);
  return x * model_float(scale);
}

void model_se_un(struct model *m, int cbd, int cbs, unsigned op) {
  unsigned in = type_of(m, 0), style = m->cr_lo[24] & 3;
  uint64_t base = m->cb[cbs].head + m->cr_lo[18];
  int32_t zero = (int32_t)m->cr_hi[11];
  bool fixed = op == 1 && style == 3;
  bool channel = m->cr_lo[16] >> 14 & 1 && op != 0 && (op < 8 || is_integer(in));
  for (uint64_t i = 0; i < m->cr_lo[17]; i++) {
    uint32_t scale = m->cr_lo[11];
    int shift = (int8_t)(m->cr_lo[24] >> 8);
    if (channel) {
      int table = m->cr_lo[13] & 31;
      uint64_t k = m->cr_lo[13] & 32 ? i / m->cr_lo[19] : i % m->cr_lo[19];
      uint64_t at = m->cb[table].head + m->cr_hi[13] + (fixed ? 8 : 4) * k;
      scale = model_word(m, table, at);
      if (fixed)
        shift = model_clamp((int32_t)model_word(m, table, at + 4), -31, 31);
    }
    if (op == 0 && is_integer(in) && is_integer(type_of(m, 2))) {
      put_integer(m, cbd, i, integer(m, in, cbs, base, i));
    } else if (op == 0) {
      put_number(m, cbd, i, number(m, in, cbs, base, i));
    } else if (fixed) {
      int32_t x = (int32_t)integer(m, in, cbs, base, i);
      put_clamped(m, cbd, i, model_fixed(x, (int32_t)scale, shift) + zero);
    } else if (op == 1) {
      volatile float f = number(m, in, cbs, base, i) * model_float(scale);
      put_quantised(m, cbd, i, f, zero);
    } else if (op == 2) {
      volatile float f = is_integer(in) ? dequantised(m, in, cbs, base, i, scale, zero)
                                        : number(m, in, cbs, base, i) * model_float(scale);
      put_number(m, cbd, i, f);
    } else {
      float f = mtia_se_function(op, dequantised(m, in, cbs, base, i, scale, zero));
      put_result(m, cbd, i, f);
    }
  }
}

static float operate(unsigned op, float a, float b, float old) {
  volatile float r;
  switch (op) {
  case 0:
    r = a + b;
    return r;
  case 1:
    r = a - b;
    return r;
  case 2:
    r = a * b;
    return r;
  case 3:
  case 4:
    return model_extreme(a, b, op == 4);
  default:
    return fmaf(a, b, old);
  }
}

void model_se_bin(struct model *m, int cbd, int cba, int cbb, unsigned op) {
  unsigned ta = type_of(m, 0), tb = type_of(m, 1), to = type_of(m, 2);
  uint64_t a = m->cb[cba].head + m->cr_lo[18], b = m->cb[cbb].head + m->cr_hi[18];
  bool integers = is_integer(ta) && is_integer(tb) && is_integer(to) && op < 8;
  for (uint64_t i = 0; i < m->cr_lo[17]; i++) {
    unsigned how = m->cr_lo[16] >> 12 & 3;
    uint64_t k = how == 0 ? i : how == 1 ? 0 : how == 2 ? i / m->cr_lo[19] : i % m->cr_lo[19];
    if (integers) {
      __int128 x = integer(m, ta, cba, a, i), y = integer(m, tb, cbb, b, k);
      __int128 old = integer(m, to, cbd, output(m, cbd, 0), i);
      __int128 r = op == 0   ? x + y
                   : op == 1 ? x - y
                   : op == 2 ? x * y
                   : op == 3 ? (x < y ? x : y)
                   : op == 4 ? (x > y ? x : y)
                             : old + x * y;
      put_integer(m, cbd, i, (int64_t)r);
    } else if (op < 8) {
      put_number(m, cbd, i,
                 operate(op, number(m, ta, cba, a, i), number(m, tb, cbb, b, k),
                         number(m, to, cbd, output(m, cbd, 0), i)));
    } else {
      float x = dequantised(m, ta, cba, a, i, m->cr_lo[11], (int32_t)m->cr_hi[11]);
      float y = dequantised(m, tb, cbb, b, k, m->cr_lo[26], (int32_t)m->cr_hi[26]);
      put_result(m, cbd, i, operate(op - 8, x, y, 0));
    }
  }
}

void model_se_rowacc(struct model *m, int cbd, int cbs, unsigned rows, unsigned op) {
  unsigned in = type_of(m, 0), how = m->cr_hi[19] >> 8 & 7, count = m->cr_lo[19];
  uint64_t width = in == U4 ? (count + 1) / 2 : (uint64_t)count * size_of(in);
  uint64_t beside = how == 0 ? 0 : how == 1 || how == 4 ? 8 : 4;
  uint64_t stride = m->cr_lo[27] ? m->cr_lo[27] : (width + beside + 31) / 32 * 32;
  bool weighted = m->cr_hi[19] >> 31, front = how == 2 || how == 4;
  int wcb = m->cr_hi[19] & 31;
  for (unsigned j = 0; j < count; j++) {
    float sum = 0;
    bool some = op >= 2;
    if (some)
      sum = number(m, type_of(m, 2), cbd, output(m, cbd, 0), j);
    for (unsigned r = 0; r < rows; r++) {
      uint64_t row = m->cb[cbs].head + m->cr_lo[18] + r * stride;
      uint64_t at = front ? row : row + width;
      float x = number(m, in, cbs, front ? row + beside : row, j);
      volatile float w = 1, s, b;
      if (weighted)
        w = model_float(model_word(m, wcb, m->cb[wcb].head + m->cr_hi[18] + 4 * r));
      s = how ? number(m, beside == 8 ? F32 : F16, cbs, at, 0) : 1;
      b = how ? number(m, beside == 8 ? F32 : F16, cbs, at, 1) : 0;
      if (how && weighted) {
        s = s * w;
        b = b * w;
      }
      if (op % 2) {
        volatile float plain = weighted ? w * x : x;
        float v = how ? fmaf(s, x, b) : plain;
        sum = some ? model_extreme(sum, v, true) : v;
      } else {
        volatile float before = how ? sum + b : sum;
        sum = fmaf(how ? s : w, x, before);
      }
      some = true;
    }
    put_number(m, cbd, j, sum);
  }
}

void model_se_red(struct model *m, int cbd, int cbs, unsigned rows, unsigned op) {
  unsigned in = type_of(m, 0), count = m->cr_lo[19];
  uint64_t width = (uint64_t)count * size_of(in);
  uint64_t stride = m->cr_lo[27] ? m->cr_lo[27] : (width + 31) / 32 * 32;
  for (unsigned r = 0; r < rows; r++) {
    uint64_t row = m->cb[cbs].head + m->cr_lo[18] + r * stride;
    if (is_integer(in) && is_integer(type_of(m, 2))) {
      __int128 best = integer(m, in, cbs, row, 0), sum = 0;
      for (unsigned j = 0; j < count; j++) {
        __int128 x = integer(m, in, cbs, row, j);
        sum += op == 3 ? x * x : x;
        best = (op == 1 ? x > best : x < best) ? x : best;
      }
      sum = sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum;
      put_integer(m, cbd, r, (int64_t)(op == 1 || op == 2 ? best : sum));
      continue;
    }
    float part[16];
    for (unsigned l = 0; l < 16; l++) {
      part[l] = op == 1 ? -INFINITY : op == 2 ? INFINITY : 0;
      for (unsigned j = l; j < count; j += 16) {
        float x = number(m, in, cbs, row, j);
        part[l] = op == 3   ? fmaf(x, x, part[l])
                  : op == 0 ? operate(0, part[l], x, 0)
                            : model_extreme(part[l], x, op == 1);
      }
    }
    for (unsigned distance = 8; distance; distance >>= 1)
      for (unsigned l = 0; l < distance; l++)
        part[l] = op == 0 || op == 3 ? operate(0, part[l], part[l + distance], 0)
                                     : model_extreme(part[l], part[l + distance], op == 1);
    put_number(m, cbd, r, part[0]);
  }
}
