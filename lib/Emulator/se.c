// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIMD engine: drains accumulators to a CB; times of its commands.

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

// The value of a result before it is converted: scaled, behind the function if there is one.
static float value_of(const struct mtia_command *c, int32_t x, const struct scale *scale) {
  const struct mtia_quant *q = &c->drain.quant;
  float f = (c->drain.flt ? mtia_float_of((uint32_t)x) : (float)x) * mtia_float_of(scale->bits);
  return q->function ? mtia_se_function(q->function, f) : f;
}

static uint8_t byte_of(const struct mtia_command *c, int32_t x, const struct scale *scale) {
  const struct mtia_quant *q = &c->drain.quant;
  if (q->style == QUANT_FIXED)
    return (uint8_t)mtia_quantise_fixed(x, (int32_t)scale->bits, scale->shift, q->zero, q->low,
                                        q->high);
  float f = value_of(c, x, scale);
  if (q->function)
    return (uint8_t)mtia_quantise(f * mtia_float_of(q->out_scale), q->style, q->out_zero, q->low,
                                  q->high);
  return (uint8_t)mtia_quantise(f, q->style, q->zero, q->low, q->high);
}

static int32_t relu(const struct mtia_command *c, int32_t x) {
  if (!c->drain.flt)
    return x < 0 ? 0 : x;
  return mtia_float_of((uint32_t)x) < 0 ? 0 : x; // a NaN stays
}

static void drain(struct mtia_cp *cp, const struct mtia_command *c) {
  static const uint8_t sizes[] = {4, 1, 1, 4, 2, 2}; // by type
  struct scale scale[MTIA_TILE];
  uint32_t size = sizes[c->drain.type];
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
      switch (c->drain.type) {
      case DRAIN_RAW:
        row.word[j] = (uint32_t)x;
        break;
      case DRAIN_S8:
      case DRAIN_U8:
        row.byte[j] = byte_of(c, x, s);
        break;
      case DRAIN_F32:
        row.word[j] = mtia_bits_of(value_of(c, x, s));
        break;
      case DRAIN_F16:
        row.half[j] = mtia_f16_of(value_of(c, x, s));
        break;
      default:
        row.half[j] = mtia_bf16_of(value_of(c, x, s));
      }
    }
    mtia_cb_write(cp, c->write.cb, c->write.from + (uint64_t)i * c->drain.stride, &row,
                  size * c->drain.cols);
  }
  cp->local_written += (uint64_t)size * c->drain.rows * c->drain.cols;
}

//===-- Extremes of an accumulator's rows -------------------------------------===//

static void extremes(const struct mtia_command *c, const int32_t *row, int32_t *low,
                     int32_t *high) {
  for (unsigned j = 0; j < c->minmax.cols; j++) {
    if (c->minmax.flt) {
      float x = mtia_float_of((uint32_t)row[j]);
      *low = (int32_t)mtia_bits_of(mtia_se_min(mtia_float_of((uint32_t)*low), x));
      *high = (int32_t)mtia_bits_of(mtia_se_max(mtia_float_of((uint32_t)*high), x));
    } else {
      *low = row[j] < *low ? row[j] : *low;
      *high = row[j] > *high ? row[j] : *high;
    }
  }
}

static void minmax(struct mtia_cp *cp, const struct mtia_command *c) {
  if (!c->minmax.cols)
    return;
  for (unsigned i = 0; i < c->minmax.rows; i++) {
    int32_t pair[2] = {c->minmax.flt ? 0x7F800000 : INT32_MAX,
                       c->minmax.flt ? (int32_t)0xFF800000 : INT32_MIN};
    if (c->minmax.merge)
      mtia_cb_read(cp, c->write.cb, c->write.from + 8 * i, pair, 8);
    extremes(c, cp->acc[c->acc][i], &pair[0], &pair[1]);
    mtia_cb_write(cp, c->write.cb, c->write.from + 8 * i, pair, 8);
  }
  cp->local_written += 8u * c->minmax.rows;
}

void mtia_se_exec(struct mtia_cp *cp, const struct mtia_command *c) {
  switch (c->kind) {
  case CMD_DRAIN:
    drain(cp, c);
    return;
  case CMD_MINMAX:
    minmax(cp, c);
    return;
  case CMD_SE_UN:
  case CMD_SE_BIN:
    mtia_se_exec_elements(cp, c);
    return;
  default:
    mtia_se_exec_rows(cp, c);
  }
}

//===-- Time ------------------------------------------------------------------===//

static uint32_t rate_of(const struct mtia_device_params *p, unsigned type) {
  static const uint8_t size[SE_TYPES] = {1, 1, 4, 4, 2, 2, 1};
  return size[type] == 1 ? p->se_int8 : size[type] == 2 ? p->se_fp16 : p->se_fp32;
}

static uint32_t steps(uint32_t count, uint32_t rate) { return (count + rate - 1) / rate; }

uint32_t mtia_se_cycles(const struct mtia_device_params *p, const struct mtia_command *c) {
  // The accumulators' port is the bottleneck: 64 B = 16 elements per cycle.
  uint32_t cycles;
  if (c->kind == CMD_DRAIN)
    cycles = c->drain.rows * steps(c->drain.cols * 4u, p->re_width);
  else if (c->kind == CMD_MINMAX)
    cycles = c->minmax.rows * steps(c->minmax.cols * 4u, p->re_width);
  else if (c->kind == CMD_SE_ROWACC || c->kind == CMD_SE_RED)
    cycles = c->se.rows * steps(c->se.count, rate_of(p, c->se.in1));
  else { // the widest of the types
    uint32_t rate = rate_of(p, c->se.in1), other = rate_of(p, c->se.out);
    rate = other < rate ? other : rate;
    if (c->kind == CMD_SE_BIN) {
      other = rate_of(p, c->se.in2);
      rate = other < rate ? other : rate;
    }
    cycles = steps(c->se.count, rate);
  }
  return cycles ? cycles : 1;
}

uint32_t mtia_se_latency(const struct mtia_device_params *p, const struct mtia_command *c) {
  bool function = c->kind == CMD_DRAIN   ? c->drain.quant.function
                  : c->kind == CMD_SE_UN ? c->se.op >= SE_EXP
                                         : false;
  return p->se_latency + (function ? p->se_function : 0);
}
