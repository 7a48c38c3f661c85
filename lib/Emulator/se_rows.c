// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIMD engine: commands on rows of local memory, se.rowacc and se.red.

#include "se_types.h"
#include "units.h"

#include <math.h>
#include <stdlib.h>

static uint32_t bytes_of(const struct mtia_se_op *se) {
  return se->in1 == SE_U4 ? (se->count + 1) / 2 : se->count * se_size(se->in1);
}

//===-- se.rowacc -------------------------------------------------------------===//

// Bytes of a row that stand before its elements, and behind them.
static uint32_t in_front(const struct mtia_se_op *se) {
  return se->layout == SE_F16_FRONT ? 4 : se->layout == SE_F32_FRONT ? 8 : 0;
}
static uint32_t behind(const struct mtia_se_op *se) {
  return se->layout == SE_F16_BEHIND ? 4 : se->layout == SE_F32_BEHIND ? 8 : 0;
}

static void scale_and_bias(const struct mtia_se_op *se, const uint8_t *row, float *scale,
                           float *bias) {
  const uint8_t *at = in_front(se) ? row : row + bytes_of(se);
  unsigned type = se->layout == SE_F16_FRONT || se->layout == SE_F16_BEHIND ? SE_F16 : SE_F32;
  *scale = se_load_float(type, at, 0);
  *bias = se_load_float(type, at, 1);
}

// Adds one row to the sum, or takes its greater elements. `first`: there is nothing to compare
// with.
static void add_row(const struct mtia_se_op *se, const uint8_t *row, bool weighted, float weight,
                    bool first, float *sum) {
  bool max = se->op & SE_ACC_MAX, scaled = se->layout != SE_PLAIN;
  const uint8_t *in = row + in_front(se);
  float scale = weight, bias = 0;
  if (scaled) {
    scale_and_bias(se, row, &scale, &bias);
    if (weighted) {
      scale *= weight;
      bias *= weight;
    }
  }
  for (uint32_t j = 0; j < se->count; j++) {
    float x = se_load_float(se->in1, in, j);
    if (!max)
      sum[j] = scaled     ? se_fma(scale, x, sum[j] + bias)
               : weighted ? se_fma(scale, x, sum[j])
                          : sum[j] + x;
    else {
      x = scaled ? se_fma(scale, x, bias) : weighted ? scale * x : x;
      sum[j] = first ? x : mtia_se_max(sum[j], x);
    }
  }
}

static void accumulate_rows(struct mtia_cp *cp, const struct mtia_command *c, uint8_t *row,
                            uint8_t *out, float *sum) {
  const struct mtia_se_op *se = &c->se;
  uint32_t width = in_front(se) + bytes_of(se) + behind(se);
  uint32_t out_bytes = se->count * se_size(se->out);
  bool onto = se->op & SE_ACC_ONTO;
  if (onto)
    mtia_cb_read(cp, c->write.cb, c->write.from, out, out_bytes);
  for (uint32_t j = 0; j < se->count; j++)
    sum[j] = onto ? se_load_float(se->out, out, j) : 0;
  for (uint32_t r = 0; r < se->rows; r++) {
    uint32_t weight = 0x3F800000;
    if (se->weights)
      mtia_cb_read(cp, c->read[1].cb, c->read[1].from + 4 * r, &weight, 4);
    mtia_cb_read(cp, c->read[0].cb, c->read[0].from + (uint64_t)r * se->stride, row, width);
    add_row(se, row, se->weights, mtia_float_of(weight), r == 0 && !onto, sum);
  }
  for (uint32_t j = 0; j < se->count; j++)
    se_store_float(se->out, out, j, sum[j]);
  mtia_cb_write(cp, c->write.cb, c->write.from, out, out_bytes);
  cp->local_read += (uint64_t)width * se->rows;
  cp->local_written += out_bytes;
}

//===-- se.red ----------------------------------------------------------------===//

enum { LANES = 16 };

static float join(unsigned op, float a, float b) {
  return op == SE_RED_MAX ? mtia_se_max(a, b) : op == SE_RED_MIN ? mtia_se_min(a, b) : a + b;
}

static float reduce_floats(const struct mtia_se_op *se, const uint8_t *row) {
  float lane[LANES];
  for (unsigned l = 0; l < LANES; l++)
    lane[l] = se->op == SE_RED_MAX ? -INFINITY : se->op == SE_RED_MIN ? INFINITY : 0;
  for (uint32_t j = 0; j < se->count; j++) {
    float x = se_load_float(se->in1, row, j), *to = &lane[j % LANES];
    *to = se->op == SE_RED_SQUARES ? se_fma(x, x, *to) : join(se->op, *to, x);
  }
  for (unsigned half = LANES / 2; half; half /= 2)
    for (unsigned l = 0; l < half; l++)
      lane[l] = join(se->op, lane[l], lane[l + half]);
  return lane[0];
}

static int64_t reduce_integers(const struct mtia_se_op *se, const uint8_t *row) {
  __int128 sum = 0; // a square has 62 bits
  int64_t least = INT64_MAX, greatest = INT64_MIN;
  for (uint32_t j = 0; j < se->count; j++) {
    int64_t x = se_load_int(se->in1, row, j);
    sum += se->op == SE_RED_SQUARES ? x * x : x;
    least = x < least ? x : least;
    greatest = x > greatest ? x : greatest;
  }
  if (se->op == SE_RED_MAX || se->op == SE_RED_MIN)
    return se->op == SE_RED_MAX ? greatest : least;
  return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : (int64_t)sum;
}

static void reduce_rows(struct mtia_cp *cp, const struct mtia_command *c, uint8_t *row) {
  const struct mtia_se_op *se = &c->se;
  uint32_t size = se_size(se->out);
  bool integers = mtia_se_is_integer(se->in1) && mtia_se_is_integer(se->out);
  for (uint32_t r = 0; r < se->rows; r++) {
    uint8_t result[4];
    mtia_cb_read(cp, c->read[0].cb, c->read[0].from + (uint64_t)r * se->stride, row, bytes_of(se));
    if (integers)
      se_store_int(se->out, result, 0, reduce_integers(se, row));
    else
      se_store_float(se->out, result, 0, reduce_floats(se, row));
    mtia_cb_write(cp, c->write.cb, c->write.from + (uint64_t)r * size, result, size);
  }
  cp->local_read += (uint64_t)bytes_of(se) * se->rows;
  cp->local_written += (uint64_t)size * se->rows;
}

void mtia_se_exec_rows(struct mtia_cp *cp, const struct mtia_command *c) {
  // A row fits into local memory, its sums are at most four times as wide (eight for u4).
  uint32_t width = bytes_of(&c->se) + 8;
  uint8_t *row = malloc(width);
  uint8_t *out = malloc((size_t)c->se.count * 4);
  float *sum = malloc((size_t)c->se.count * sizeof *sum);
  if (!row || !out || !sum)
    cp->short_of = "a row of the SE";
  else if (c->kind == CMD_SE_ROWACC)
    accumulate_rows(cp, c, row, out, sum);
  else
    reduce_rows(cp, c, row);
  free(row);
  free(out);
  free(sum);
}
