// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIMD engine: drains accumulators to a CB.

#include "units.h"

#include <string.h>

// The scale (bits, or multiplier) and shift of one channel, or of all.
struct scale {
  uint32_t bits;
  int shift;
};

static void read_scales(const struct mtia_cp *cp, const struct mtia_command *c,
                        const struct mtia_quant *q, struct scale *scale, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    scale[i] = (struct scale){q->scale, q->shift};
  if (!q->channel)
    return;
  const struct mtia_range *r = &c->read[q->table];
  for (unsigned i = 0; i < count; i++) {
    uint32_t entry[2] = {0};
    uint32_t size = q->style == QUANT_FIXED ? 8 : 4;
    if (r->from + (i + 1ull) * size > r->to)
      return;
    mtia_cb_read(cp, r->cb, r->from + (uint64_t)i * size, entry, size);
    scale[i].bits = entry[0];
    // A table is data: shifts beyond the range of QMODE saturate.
    int32_t shift = (int32_t)entry[1];
    scale[i].shift = shift < -31 ? -31 : shift > 31 ? 31 : shift;
  }
}

static uint8_t byte_of(const struct mtia_command *c, int32_t x, const struct scale *scale) {
  const struct mtia_quant *q = &c->drain.quant;
  if (q->style == QUANT_FIXED)
    return (uint8_t)mtia_quantise_fixed(x, (int32_t)scale->bits, scale->shift, q->zero, q->low,
                                        q->high);
  float f = c->drain.flt ? mtia_float_of((uint32_t)x) : (float)x;
  return (uint8_t)mtia_quantise(f * mtia_float_of(scale->bits), q->style, q->zero, q->low, q->high);
}

static int32_t relu(const struct mtia_command *c, int32_t x) {
  if (!c->drain.flt)
    return x < 0 ? 0 : x;
  return mtia_float_of((uint32_t)x) < 0 ? 0 : x; // a NaN stays
}

static uint32_t size_of(const struct mtia_command *c) {
  static const uint8_t size[] = {4, 1, 1, 4, 2, 2}; // by type
  return size[c->drain.type];
}

void mtia_se_exec(struct mtia_cp *cp, const struct mtia_command *c) {
  struct scale scale[MTIA_TILE];
  uint32_t size = size_of(c);
  if (!c->drain.cols)
    return;
  if (c->drain.type != DRAIN_RAW)
    read_scales(cp, c, &c->drain.quant, scale, MTIA_TILE);
  for (unsigned i = 0; i < c->drain.rows; i++) {
    union {
      uint8_t byte[MTIA_TILE];
      uint16_t half[MTIA_TILE];
      uint32_t word[MTIA_TILE];
    } row;
    for (unsigned j = 0; j < c->drain.cols; j++) {
      const struct scale *s = &scale[c->drain.quant.by_row ? i : j];
      int32_t x = cp->acc[c->acc][i][j];
      if (c->drain.relu)
        x = relu(c, x);
      if (c->drain.type == DRAIN_RAW) {
        row.word[j] = (uint32_t)x;
        continue;
      }
      if (size == 1) {
        row.byte[j] = byte_of(c, x, s);
        continue;
      }
      float f = (c->drain.flt ? mtia_float_of((uint32_t)x) : (float)x) * mtia_float_of(s->bits);
      if (c->drain.type == DRAIN_F32)
        row.word[j] = mtia_bits_of(f);
      else
        row.half[j] = c->drain.type == DRAIN_F16 ? mtia_f16_of(f) : mtia_bf16_of(f);
    }
    mtia_cb_write(cp, c->write.cb, c->write.from + (uint64_t)i * c->drain.stride, &row,
                  size * c->drain.cols);
  }
  cp->local_written += (uint64_t)size * c->drain.rows * c->drain.cols;
}

// The accumulators' port is the bottleneck: 64 B = 16 elements per cycle.
uint32_t mtia_se_cycles(const struct mtia_device_params *p, const struct mtia_command *c) {
  uint32_t cycles = c->drain.rows * ((c->drain.cols * 4u + p->re_width - 1) / p->re_width);
  return cycles ? cycles : 1;
}
