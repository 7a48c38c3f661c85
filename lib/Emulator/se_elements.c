// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIMD engine: element-wise commands on local memory, se.un and se.bin.

#include "se_types.h"
#include "units.h"

enum { CHUNK = 256 }; // elements at a time, read before they are written

// How scaled numbers become integers of the output type.
struct target {
  unsigned style;
  int32_t zero, low, high;
};

static struct target target_of(const struct mtia_se_op *se, int32_t zero) {
  const struct mtia_quant *q = &se->quant;
  struct target t = {q->style, zero, q->low, q->high};
  if (se->out == SE_I32) {
    t.low = INT32_MIN;
    t.high = INT32_MAX;
  }
  return t;
}

static int32_t quantised(const struct target *t, float f) {
  return mtia_quantise(f, t->style, t->zero, t->low, t->high);
}

// f is a result on its way to the output: quantised with QOUT, or converted.
static void put_result(const struct mtia_se_op *se, const struct target *t, uint8_t *out,
                       uint32_t i, float f) {
  if (mtia_se_is_integer(se->out))
    se_store_int(se->out, out, i, quantised(t, f * mtia_float_of(se->quant.out_scale)));
  else
    se_store_float(se->out, out, i, f);
}

static float dequantised(unsigned type, const uint8_t *in, uint32_t i, float scale, int32_t zero) {
  return mtia_se_is_integer(type) ? (float)(se_load_int(type, in, i) - zero) * scale
                                  : se_load_float(type, in, i);
}

//===-- se.un -----------------------------------------------------------------===//

// Entry of the table of scales for element i.
static void channel(const struct mtia_cp *cp, const struct mtia_command *c, uint32_t i,
                    uint32_t entry[2]) {
  const struct mtia_quant *q = &c->se.quant;
  uint32_t k = q->by_row ? i / c->se.row : i % c->se.row, size = q->style == QUANT_FIXED ? 8 : 4;
  mtia_cb_read(cp, c->read[q->table].cb, c->read[q->table].from + (uint64_t)k * size, entry, size);
}

static int32_t quantise_fixed(const struct mtia_se_op *se, const struct target *t, int64_t x,
                              uint32_t multiplier, int32_t shift) {
  shift = shift < -31 ? -31 : shift > 31 ? 31 : shift;
  return mtia_quantise_fixed((int32_t)x, (int32_t)multiplier, shift, t->zero, t->low, t->high);
}

static void unary(const struct mtia_cp *cp, const struct mtia_command *c, const uint8_t *in,
                  uint8_t *out, uint32_t first, uint32_t count) {
  const struct mtia_se_op *se = &c->se;
  const struct mtia_quant *q = &se->quant;
  bool function = se->op >= SE_EXP;
  struct target t = target_of(se, function ? q->out_zero : q->zero);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t entry[2] = {q->scale, (uint32_t)q->shift};
    if (q->channel)
      channel(cp, c, first + i, entry);
    float scale = mtia_float_of(entry[0]);
    if (function) {
      float x = dequantised(se->in1, in, i, scale, q->zero);
      put_result(se, &t, out, i, mtia_se_function(se->op, x));
    } else if (se->op == SE_QUANTISE && q->style == QUANT_FIXED) {
      se_store_int(
          se->out, out, i,
          quantise_fixed(se, &t, se_load_int(se->in1, in, i), entry[0], (int32_t)entry[1]));
    } else if (se->op == SE_QUANTISE) {
      se_store_int(se->out, out, i, quantised(&t, se_load_float(se->in1, in, i) * scale));
    } else if (se->op == SE_DEQUANTISE) {
      float x = mtia_se_is_integer(se->in1) ? dequantised(se->in1, in, i, scale, q->zero)
                                            : se_load_float(se->in1, in, i) * scale;
      se_store_float(se->out, out, i, x);
    } else if (mtia_se_is_integer(se->in1) && mtia_se_is_integer(se->out)) {
      se_store_int(se->out, out, i, se_load_int(se->in1, in, i));
    } else {
      se_store_float(se->out, out, i, se_load_float(se->in1, in, i));
    }
  }
}

//===-- se.bin ----------------------------------------------------------------===//

static int64_t integer_op(unsigned op, int64_t a, int64_t b, int64_t old) {
  switch (op) {
  case SE_ADD:
    return a + b;
  case SE_SUB:
    return a - b;
  case SE_MUL:
    return a * b;
  case SE_MIN:
    return a < b ? a : b;
  case SE_MAX:
    return a > b ? a : b;
  default:
    return old + a * b;
  }
}

static float float_op(unsigned op, float a, float b, float old) {
  switch (op) {
  case SE_ADD:
    return a + b;
  case SE_SUB:
    return a - b;
  case SE_MUL:
    return a * b;
  case SE_MIN:
    return mtia_se_min(a, b);
  case SE_MAX:
    return mtia_se_max(a, b);
  default:
    return se_fma(a, b, old);
  }
}

// b[index[i]] belongs to a[i].
static void binary(const struct mtia_command *c, const uint8_t *a, const uint8_t *b, uint8_t *out,
                   uint32_t count, bool same_b) {
  const struct mtia_se_op *se = &c->se;
  const struct mtia_quant *q = &se->quant;
  struct target t = target_of(se, q->out_zero);
  bool integers = mtia_se_is_integer(se->in1) && mtia_se_is_integer(se->in2) &&
                  mtia_se_is_integer(se->out) && se->op < SE_QUANTISED;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t k = same_b ? 0 : i;
    if (integers) {
      se_store_int(se->out, out, i,
                   integer_op(se->op, se_load_int(se->in1, a, i), se_load_int(se->in2, b, k),
                              se_load_int(se->out, out, i)));
    } else if (se->op < SE_QUANTISED) {
      se_store_float(se->out, out, i,
                     float_op(se->op, se_load_float(se->in1, a, i), se_load_float(se->in2, b, k),
                              se_load_float(se->out, out, i)));
    } else {
      float x = dequantised(se->in1, a, i, mtia_float_of(q->scale), q->zero);
      float y = dequantised(se->in2, b, k, mtia_float_of(se->scale2), se->zero2);
      put_result(se, &t, out, i, float_op(se->op - SE_QUANTISED, x, y, 0));
    }
  }
}

// Of the next elements from number i on, how many have input 2 in one piece.
static uint32_t piece(const struct mtia_se_op *se, uint32_t i, uint32_t count) {
  if (se->broadcast == SE_EACH || se->broadcast == SE_ONE)
    return count;
  uint32_t rest = se->row - i % se->row;
  return rest < count ? rest : count;
}

static uint32_t index2(const struct mtia_se_op *se, uint32_t i) {
  switch (se->broadcast) {
  case SE_EACH:
    return i;
  case SE_ONE:
    return 0;
  case SE_PER_ROW:
    return i / se->row;
  default:
    return i % se->row;
  }
}

void mtia_se_exec_elements(struct mtia_cp *cp, const struct mtia_command *c) {
  const struct mtia_se_op *se = &c->se;
  uint32_t size1 = se_size(se->in1), size2 = se_size(se->in2), size = se_size(se->out);
  uint8_t a[CHUNK * 4], b[CHUNK * 4], out[CHUNK * 4] = {0};
  for (uint32_t i = 0, n; i < se->count; i += n) {
    n = se->count - i < CHUNK ? se->count - i : CHUNK;
    uint64_t to = c->write.from + (uint64_t)i * size;
    if (c->kind == CMD_SE_BIN) {
      n = piece(se, i, n);
      bool same = se->broadcast == SE_ONE || se->broadcast == SE_PER_ROW;
      mtia_cb_read(cp, c->read[1].cb, c->read[1].from + (uint64_t)index2(se, i) * size2, b,
                   (same ? 1 : n) * size2);
      if (se->op == SE_FMA)
        mtia_cb_read(cp, c->write.cb, to, out, n * size);
      mtia_cb_read(cp, c->read[0].cb, c->read[0].from + (uint64_t)i * size1, a, n * size1);
      binary(c, a, b, out, n, same);
    } else {
      mtia_cb_read(cp, c->read[0].cb, c->read[0].from + (uint64_t)i * size1, a, n * size1);
      unary(cp, c, a, out, i, n);
    }
    mtia_cb_write(cp, c->write.cb, to, out, n * size);
  }
  for (unsigned r = 0; r < c->reads; r++)
    cp->local_read += c->read[r].to - c->read[r].from;
  cp->local_written += (uint64_t)se->count * size;
}
