// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIMD engine: drains accumulators to a CB.

#include "units.h"

#include <string.h>

static float float_of(uint32_t bits) {
  float f;
  memcpy(&f, &bits, 4);
  return f;
}

static uint32_t bits_of(float f) {
  uint32_t bits;
  memcpy(&bits, &f, 4);
  // One NaN: hosts differ in the sign and payload they make.
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC00000 : bits;
}

int32_t mtia_se_round(float f) {
  if (f != f)
    return 0;
  if (f >= 0x1p31f)
    return INT32_MAX;
  if (f < -0x1p31f)
    return INT32_MIN;
  int32_t whole = (int32_t)f; // towards zero, exact
  float rest = f - (float)whole;
  // |f| >= 2^24 has no fraction, so `whole` is exact as a float wherever it matters.
  if (rest > 0.5f || (rest == 0.5f && (whole & 1)))
    return whole + 1;
  if (rest < -0.5f || (rest == -0.5f && (whole & 1)))
    return whole - 1;
  return whole;
}

static uint8_t requantise(int32_t x, float scale, const struct mtia_command *c) {
  float f = (float)x * scale;
  int64_t q = (int64_t)mtia_se_round(f) + c->drain.zero_point;
  if (q < c->drain.low)
    q = c->drain.low;
  if (q > c->drain.high)
    q = c->drain.high;
  return (uint8_t)q;
}

void mtia_se_exec(struct mtia_cp *cp, const struct mtia_command *c) {
  float scale = float_of(c->drain.scale);
  bool bytes = c->drain.type == DRAIN_S8 || c->drain.type == DRAIN_U8;
  uint32_t size = bytes ? 1 : 4;
  if (!c->drain.cols)
    return;
  for (unsigned i = 0; i < c->drain.rows; i++) {
    union {
      uint8_t byte[MTIA_TILE];
      uint32_t word[MTIA_TILE];
    } row;
    for (unsigned j = 0; j < c->drain.cols; j++) {
      int32_t x = cp->acc[c->acc][i][j];
      if (c->drain.relu && x < 0)
        x = 0;
      if (bytes)
        row.byte[j] = requantise(x, scale, c);
      else if (c->drain.type == DRAIN_F32)
        row.word[j] = bits_of((float)x * scale);
      else
        row.word[j] = (uint32_t)x;
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
