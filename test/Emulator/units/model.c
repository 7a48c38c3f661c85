// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "model.h"

#include <fenv.h>
#include <math.h>
#include <string.h>

static uint8_t *byte(struct model *m, int cb, uint64_t b) {
  return &m->local[m->cb[cb].base + b % m->cb[cb].size];
}

static uint32_t word(struct model *m, int cb, uint64_t b) {
  uint32_t w = 0;
  for (int i = 3; i >= 0; i--)
    w = w << 8 | *byte(m, cb, b + (uint64_t)i);
  return w;
}

static int clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }
static int rows_of(const struct model *m, int ti) {
  return clamp((int)(m->cr_lo[8] & 0xFFFF) - 32 * ti, 0, 32);
}
static int cols_of(const struct model *m, int tj) {
  return clamp((int)(m->cr_lo[8] >> 16) - 32 * tj, 0, 32);
}

static uint64_t stride_of(const struct model *m, int cr) {
  return m->cr_hi[cr] ? m->cr_hi[cr] : ((uint64_t)m->cr_lo[cr] + 31) / 32 * 32;
}

void model_dma_in(struct model *m, int cb, uint64_t offset, uint64_t rows) {
  uint64_t width = m->cr_lo[0], stride = stride_of(m, 0), t = m->cb[cb].tail;
  uint64_t pitch = (uint64_t)m->cr_hi[1] << 32 | m->cr_lo[1];
  for (uint64_t r = 0; r < rows; r++) {
    uint64_t i;
    for (i = 0; i < width; i++)
      *byte(m, cb, t + r * stride + i) = m->memory[offset + r * pitch + i];
    for (; i % 32; i++)
      *byte(m, cb, t + r * stride + i) = 0;
  }
  m->cb[cb].tail += rows * stride;
}

void model_dma_out(struct model *m, int cb, uint64_t offset, uint64_t rows) {
  uint64_t width = m->cr_lo[2], stride = stride_of(m, 2), h = m->cb[cb].head;
  uint64_t pitch = (uint64_t)m->cr_hi[3] << 32 | m->cr_lo[3];
  for (uint64_t r = 0; r < rows; r++)
    for (uint64_t i = 0; i < width; i++)
      m->memory[offset + r * pitch + i] = *byte(m, cb, h + r * stride + i);
  m->cb[cb].head += rows * stride;
}

void model_mml(struct model *m, int acc, int cba, int cbb, int ti, int tj, int flags, int type) {
  uint64_t a = m->cb[cba].head + m->cr_lo[5], b = m->cb[cbb].head + m->cr_lo[6];
  for (int i = 0; i < rows_of(m, ti); i++)
    for (int j = 0; j < cols_of(m, tj); j++) {
      int64_t sum = flags & 2 ? 0 : m->acc[acc][i][j];
      for (int l = 0; l < 32; l++) {
        uint8_t x = *byte(m, cba, a + (uint64_t)(32 * ti + i) * m->cr_hi[5] + (uint64_t)l);
        uint8_t y = *byte(m, cbb, b + (uint64_t)(32 * tj + j) * m->cr_hi[6] + (uint64_t)l);
        int xs = type == 1 || type == 3 ? x : (int8_t)x;
        int ys = type == 2 || type == 3 ? y : (int8_t)y;
        sum += xs * ys;
      }
      m->acc[acc][i][j] = (int32_t)(uint32_t)(uint64_t)sum;
    }
  if (flags & 1) {
    m->cr_lo[5] += m->cr_lo[7];
    m->cr_lo[6] += m->cr_hi[7];
  }
}

void model_zero(struct model *m, int acc) { memset(m->acc[acc], 0, sizeof m->acc[acc]); }

void model_bias(struct model *m, int acc, int cb, int tj) {
  if (!cols_of(m, tj))
    return;
  for (int i = 0; i < 32; i++)
    for (int j = 0; j < 32; j++) {
      uint64_t b = m->cb[cb].head + m->cr_lo[9] + 128u * (unsigned)tj + 4u * (unsigned)j;
      m->acc[acc][i][j] = j < cols_of(m, tj) ? (int32_t)word(m, cb, b) : 0;
    }
}

void model_biasr(struct model *m, int acc, int cb, int ti) {
  if (!rows_of(m, ti))
    return;
  for (int i = 0; i < 32; i++)
    for (int j = 0; j < 32; j++) {
      uint64_t b = m->cb[cb].head + m->cr_lo[9] + 128u * (unsigned)ti + 4u * (unsigned)i;
      m->acc[acc][i][j] = i < rows_of(m, ti) ? (int32_t)word(m, cb, b) : 0;
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
      m->acc[acc][i][j] = inside ? (int32_t)word(m, cb, b) : 0;
    }
}

// The page's words with libm; the emulator rounds with integers.
static uint8_t requantise(const struct model *m, int32_t acc, float scale) {
  volatile float converted = (float)acc;
  volatile float f = converted * scale;
  int64_t r;
  if (isnan(f))
    r = 0;
  else if (f >= 2147483648.0f)
    r = INT32_MAX;
  else if (f <= -2147483648.0f)
    r = INT32_MIN;
  else
    r = (int64_t)nearbyint((double)f);
  int64_t q = r + (int32_t)m->cr_hi[11], low = (int32_t)m->cr_lo[12], high = (int32_t)m->cr_hi[12];
  q = q > low ? q : low;
  q = q < high ? q : high;
  return (uint8_t)(q & 0xFF);
}

void model_drain(struct model *m, int acc, int cb, int ti, int tj, int type, int flags) {
  uint32_t size = type == 1 || type == 2 ? 1 : 4;
  float scale;
  memcpy(&scale, &m->cr_lo[11], 4);
  for (int i = 0; i < rows_of(m, ti); i++)
    for (int j = 0; j < cols_of(m, tj); j++) {
      uint64_t to = m->cb[cb].tail + m->cr_lo[10] + (uint64_t)(32 * ti + i) * m->cr_hi[10] +
                    (uint64_t)(32 * tj + j) * size;
      int32_t x = m->acc[acc][i][j];
      uint32_t w = 0;
      if (flags & 1)
        x = x > 0 ? x : 0;
      if (size == 1) {
        *byte(m, cb, to) = requantise(m, x, scale);
        continue;
      }
      if (type == 3) {
        volatile float f = (float)x;
        f = f * scale;
        float plain = f;
        memcpy(&w, &plain, 4);
        if (isnan(plain))
          w = 0x7FC00000;
      } else {
        w = (uint32_t)x;
      }
      for (uint32_t k = 0; k < 4; k++)
        *byte(m, cb, to + k) = (uint8_t)(w >> (8 * k));
    }
}
