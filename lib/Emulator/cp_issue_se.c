// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Issue of the commands of the SIMD engine.

#include "issue.h"
#include "se_types.h"

//===-- Quantisation ----------------------------------------------------------===//

// QMODE, QSCALE, QOUT, and QCHAN when the scales come from a table.
static bool quant(struct issue *in, struct mtia_quant *q, bool channel) {
  const uint64_t *cr = in->state->cr;
  uint64_t mode = cr[CR_QMODE];
  *q = (struct mtia_quant){
      .style = mode & 3,
      .function = mode >> 4 & 15,
      .shift = (int8_t)(mode >> 8),
      .channel = channel,
      .by_row = channel && cr[CR_QCHAN] >> 5 & 1,
      .scale = lo(cr[CR_QSCALE]),
      .zero = (int32_t)hi(cr[CR_QSCALE]),
      .low = (int32_t)lo(cr[CR_QCLAMP]),
      .high = (int32_t)hi(cr[CR_QCLAMP]),
      .out_scale = lo(cr[CR_QOUT]),
      .out_zero = (int32_t)hi(cr[CR_QOUT]),
  };
  if (mode & ~UINT64_C(0xFFF3) || (q->function && q->function < SE_EXP))
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "QMODE is 0x%" PRIx64 "; it has a rounding style (bits 1..0), a function "
                        "(bits 7..4: 0, 8..15), a shift (bits 15..8), nothing else",
                        mode);
  if (channel && lo(cr[CR_QCHAN]) & ~0x3Fu)
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "QCHAN.lo is 0x%" PRIx32 "; it has a CB (bits 4..0) and 'per row' (bit 5)",
                        lo(cr[CR_QCHAN]));
  if (q->style == QUANT_FIXED && (q->shift < -31 || q->shift > 31))
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the shift in QMODE is %d, outside -31..31",
                        q->shift);
  return true;
}

// QCLAMP is a range of bytes.
static bool clamps(struct issue *in, const struct mtia_quant *q, bool is_signed) {
  int32_t least = is_signed ? -128 : 0, greatest = is_signed ? 127 : 255;
  return (q->low <= q->high && q->low >= least && q->high <= greatest) ||
         issue_refuse(in, MTIA_FAULT_PARAMETER,
                      "QCLAMP is %" PRId32 "..%" PRId32 ", which is not a range inside %" PRId32
                      "..%" PRId32,
                      q->low, q->high, least, greatest);
}

// The scales of channels [first, first + count); a multiplier has its shift behind it.
static bool read_scales(struct issue *in, struct mtia_command *c, struct mtia_quant *q,
                        uint64_t first, uint32_t count) {
  uint64_t chan = in->state->cr[CR_QCHAN];
  unsigned cb = lo(chan) & 31, size = q->style == QUANT_FIXED ? 8 : 4;
  q->table = c->reads;
  return issue_read(in, c, cb, hi(chan) + first * size, (uint64_t)count * size);
}

//===-- Drains ----------------------------------------------------------------===//

// drain and drainf have the same operands.
bool issue_draft_drain(struct issue *in, struct mtia_command *c) {
  const uint8_t *x = in->x;
  unsigned cb = x[MTIA_X_DRAIN_CB], ti = x[MTIA_X_DRAIN_TI], tj = x[MTIA_X_DRAIN_TJ];
  unsigned type = x[MTIA_X_DRAIN_TYPE], flags = x[MTIA_X_DRAIN_FLAGS];
  bool channel = flags & 2, bytes = type == DRAIN_S8 || type == DRAIN_U8;
  uint64_t out = in->state->cr[CR_OUT];
  uint32_t m, n, size = bytes ? 1 : type == DRAIN_F16 || type == DRAIN_BF16 ? 2 : 4;
  struct mtia_quant *q = &c->drain.quant;
  if (type > DRAIN_BF16)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "drain has no type %u", type);
  if (!issue_block(in, &m, &n))
    return false;
  if (type != DRAIN_RAW && !quant(in, q, channel))
    return false;
  if (type == DRAIN_RAW && channel)
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "drain of the accumulator as it is has no scale per channel");
  if (bytes && q->style == QUANT_FIXED && (c->drain.flt || q->function))
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "QMODE asks for an integer multiplier, which is for integer accumulators "
                        "without a function");
  if (bytes && !clamps(in, q, type == DRAIN_S8))
    return false;
  // A binary32 scale in all cases but one.
  if (!bytes && q->style == QUANT_FIXED)
    q->style = QUANT_EVEN;
  if (!issue_is_set(in, cb) || (channel && !issue_is_set(in, lo(in->state->cr[CR_QCHAN]) & 31)) ||
      !issue_aligned(in, "the offset in OUT", lo(out), size) ||
      !issue_aligned(in, "the stride in OUT", hi(out), size) ||
      (channel && !issue_aligned(in, "the offset in QCHAN", hi(in->state->cr[CR_QCHAN]), 4)))
    return false;
  c->acc = (int8_t)x[MTIA_X_DRAIN_ACC];
  c->drain.type = (uint8_t)type;
  c->drain.relu = flags & 1;
  c->drain.rows = issue_tile(m, ti);
  c->drain.cols = issue_tile(n, tj);
  c->drain.stride = hi(out);
  bool some = c->drain.rows && c->drain.cols;
  if (channel && !read_scales(in, c, q, 32u * (q->by_row ? ti : tj),
                              !some       ? 0
                              : q->by_row ? c->drain.rows
                                          : c->drain.cols))
    return false;
  return issue_write(in, c, cb,
                     lo(out) + (uint64_t)MTIA_TILE * ti * hi(out) + (uint64_t)MTIA_TILE * tj * size,
                     issue_extent(c->drain.rows, c->drain.cols * size, hi(out)));
}

// Two words per row, one row after the other.
bool issue_draft_minmax(struct issue *in, struct mtia_command *c) {
  const uint8_t *x = in->x;
  unsigned cb = x[MTIA_X_ACC_MINMAX_CB], ti = x[MTIA_X_ACC_MINMAX_TI];
  uint32_t offset = lo(in->state->cr[CR_OUT]), m, n;
  if (!issue_block(in, &m, &n) || !issue_is_set(in, cb) ||
      !issue_aligned(in, "the offset in OUT", offset, 4))
    return false;
  c->acc = (int8_t)x[MTIA_X_ACC_MINMAX_ACC];
  c->minmax.rows = issue_tile(m, ti);
  c->minmax.cols = issue_tile(n, x[MTIA_X_ACC_MINMAX_TJ]);
  c->minmax.flt = x[MTIA_X_ACC_MINMAX_FLAGS] & 1;
  c->minmax.merge = x[MTIA_X_ACC_MINMAX_FLAGS] >> 1;
  return issue_write(in, c, cb, offset + 8ull * MTIA_TILE * ti,
                     c->minmax.cols ? 8u * c->minmax.rows : 0);
}

//===-- Commands on local memory ----------------------------------------------===//

static bool parameter(struct issue *in, bool good, const char *what, uint64_t value) {
  return good || issue_refuse(in, MTIA_FAULT_PARAMETER, "%s is %" PRIu64 " (0x%" PRIx64 ")", what,
                              value, value);
}

// SE_FMT, as far as all commands agree about it.
static bool format(struct issue *in, struct mtia_se_op *se) {
  uint64_t fmt = in->state->cr[CR_SE_FMT];
  se->in1 = fmt & 15;
  se->in2 = fmt >> 4 & 15;
  se->out = fmt >> 8 & 15;
  se->broadcast = fmt >> 12 & 3;
  return parameter(in, !(fmt >> 15), "SE_FMT has 15 bits; it", fmt) &&
         parameter(in, se->out <= SE_BF16, "the type of the output in SE_FMT", se->out);
}

static bool input_type(struct issue *in, unsigned type, unsigned last) {
  return parameter(in, type <= last, "the type of an input in SE_FMT", type);
}

static bool quantises(struct issue *in, const struct mtia_se_op *se) {
  return se->out == SE_I32 || clamps(in, &se->quant, se->out == SE_I8);
}

// Results that are quantised with QOUT.
static bool quantises_result(struct issue *in, const struct mtia_se_op *se) {
  if (!mtia_se_is_integer(se->out))
    return true;
  if (se->quant.style == QUANT_FIXED)
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "QMODE asks for an integer multiplier behind an operation in binary32");
  return quantises(in, se);
}

// Elements per row, where the command needs them.
static bool row_length(struct issue *in, struct mtia_se_op *se) {
  se->row = lo(in->state->cr[CR_SE_ROW]);
  return parameter(in, se->row != 0, "SE_ROW.lo, elements per row,", se->row);
}

static bool element_count(struct issue *in, struct mtia_se_op *se) {
  se->count = lo(in->state->cr[CR_SE_LEN]);
  return parameter(in, se->count != 0, "SE_LEN.lo, the number of elements,", se->count);
}

static bool add_input(struct issue *in, struct mtia_command *c, unsigned cb, unsigned type,
                      uint32_t offset, uint64_t count) {
  return issue_read(in, c, cb, offset, count * se_size(type));
}

static bool add_output(struct issue *in, struct mtia_command *c, unsigned cb, uint64_t count) {
  return issue_write(in, c, cb, hi(in->state->cr[CR_SE_LEN]), count * se_size(c->se.out));
}

static bool output_aligned(struct issue *in, unsigned type) {
  return issue_aligned(in, "the offset of the output in SE_LEN", hi(in->state->cr[CR_SE_LEN]),
                       se_size(type));
}

static uint64_t rows_of(const struct mtia_se_op *se) {
  return ((uint64_t)se->count + se->row - 1) / se->row;
}

bool issue_draft_se_un(struct issue *in, struct mtia_command *c) {
  unsigned cbd = in->x[MTIA_X_SE_UN_CBD], cbs = in->x[MTIA_X_SE_UN_CBS];
  struct mtia_se_op *se = &c->se;
  uint64_t src = in->state->cr[CR_SE_SRC];
  se->op = in->x[MTIA_X_SE_UN_OP];
  bool function = se->op >= SE_EXP;
  if (!parameter(in, se->op <= SE_DEQUANTISE || (function && se->op <= SE_RELU),
                 "the operation of se.un", se->op) ||
      !format(in, se) || !input_type(in, se->in1, SE_BF16) || !element_count(in, se))
    return false;
  bool channel = in->state->cr[CR_SE_FMT] >> 14 & 1;
  channel &=
      se->op == SE_QUANTISE || se->op == SE_DEQUANTISE || (function && mtia_se_is_integer(se->in1));
  if (se->op != SE_COPY && !quant(in, &se->quant, channel))
    return false;
  if (channel && !row_length(in, se))
    return false;
  if (se->op == SE_QUANTISE) {
    if (!parameter(in, mtia_se_is_integer(se->out), "quantise makes integers; the type in SE_FMT",
                   se->out) ||
        !quantises(in, se))
      return false;
    if (se->quant.style == QUANT_FIXED && !mtia_se_is_integer(se->in1))
      return issue_refuse(in, MTIA_FAULT_PARAMETER,
                          "QMODE asks for an integer multiplier, the input is floating-point");
  } else if (se->op == SE_DEQUANTISE) {
    if (!parameter(in, !mtia_se_is_integer(se->out),
                   "dequantise makes floating-point numbers; the type in SE_FMT", se->out))
      return false;
    se->quant.style = QUANT_EVEN; // of no consequence, but for the size of a channel's entry
  } else if (function) {
    if (!quantises_result(in, se))
      return false;
    if (se->quant.style == QUANT_FIXED)
      se->quant.style = QUANT_EVEN;
  }
  if (!issue_is_set(in, cbd) || !issue_is_set(in, cbs) ||
      (channel && !issue_is_set(in, lo(in->state->cr[CR_QCHAN]) & 31)) ||
      !issue_aligned(in, "the offset of the input in SE_SRC", lo(src), se_size(se->in1)) ||
      !output_aligned(in, se->out) ||
      (channel && !issue_aligned(in, "the offset in QCHAN", hi(in->state->cr[CR_QCHAN]), 4)))
    return false;
  uint64_t channels = !channel              ? 0
                      : se->quant.by_row    ? rows_of(se)
                      : se->row < se->count ? se->row
                                            : se->count;
  return add_input(in, c, cbs, se->in1, lo(src), se->count) &&
         (!channel || read_scales(in, c, &se->quant, 0, (uint32_t)channels)) &&
         add_output(in, c, cbd, se->count);
}

bool issue_draft_se_bin(struct issue *in, struct mtia_command *c) {
  const uint8_t *x = in->x;
  unsigned cbd = x[MTIA_X_SE_BIN_CBD], cba = x[MTIA_X_SE_BIN_CBA], cbb = x[MTIA_X_SE_BIN_CBB];
  struct mtia_se_op *se = &c->se;
  uint64_t src = in->state->cr[CR_SE_SRC], second = in->state->cr[CR_QSCALE2];
  se->op = x[MTIA_X_SE_BIN_OP];
  bool quantised = se->op >= SE_QUANTISED;
  if (!parameter(in, se->op <= SE_FMA || (quantised && se->op <= SE_QUANTISED + SE_MAX),
                 "the operation of se.bin", se->op) ||
      !format(in, se) || !input_type(in, se->in1, SE_BF16) || !input_type(in, se->in2, SE_BF16) ||
      !element_count(in, se) || (se->broadcast >= SE_PER_ROW && !row_length(in, se)))
    return false;
  if (quantised && (!quant(in, &se->quant, false) || !quantises_result(in, se)))
    return false;
  if (quantised) {
    se->scale2 = lo(second);
    se->zero2 = (int32_t)hi(second);
  }
  if (!issue_is_set(in, cbd) || !issue_is_set(in, cba) || !issue_is_set(in, cbb) ||
      !issue_aligned(in, "the offset of input 1 in SE_SRC", lo(src), se_size(se->in1)) ||
      !issue_aligned(in, "the offset of input 2 in SE_SRC", hi(src), se_size(se->in2)) ||
      !output_aligned(in, se->out))
    return false;
  uint64_t count2 = se->broadcast == SE_EACH      ? se->count
                    : se->broadcast == SE_ONE     ? 1
                    : se->broadcast == SE_PER_ROW ? rows_of(se)
                    : se->row < se->count         ? se->row
                                                  : se->count;
  return add_input(in, c, cba, se->in1, lo(src), se->count) &&
         add_input(in, c, cbb, se->in2, hi(src), count2) && add_output(in, c, cbd, se->count);
}

// Rows of SE_ROW.lo elements, `extra` bytes beside them.
static bool add_rows(struct issue *in, struct mtia_command *c, unsigned cb, uint32_t extra) {
  struct mtia_se_op *se = &c->se;
  uint64_t stride = in->state->cr[CR_SE_STRIDE], src = in->state->cr[CR_SE_SRC];
  uint32_t align = se->in1 == SE_U4 ? 1 : se_size(se->in1);
  uint64_t width = extra + (se->in1 == SE_U4 ? ((uint64_t)se->count + 1) / 2
                                             : (uint64_t)se->count * se_size(se->in1));
  if (!issue_aligned(in, "the offset of the input in SE_SRC", lo(src), align) ||
      !issue_aligned(in, "the stride in SE_STRIDE", lo(stride), align))
    return false;
  if (!issue_fits(in, cb, width)) // so that it has less than 32 bits
    return false;
  se->stride = lo(stride) ? lo(stride) : (uint32_t)(width + 31) / 32 * 32;
  return issue_read(in, c, cb, lo(src), issue_extent(se->rows, (uint32_t)width, se->stride));
}

static bool rows_and_stride(struct issue *in, struct mtia_se_op *se, uint64_t most) {
  uint64_t stride = in->state->cr[CR_SE_STRIDE];
  se->rows = (uint32_t)in->rs1;
  se->count = lo(in->state->cr[CR_SE_ROW]);
  return parameter(in, in->rs1 >= 1 && in->rs1 <= most, "the number of rows", in->rs1) &&
         parameter(in, se->count != 0, "SE_ROW.lo, elements per row,", se->count) &&
         parameter(in, !hi(stride), "the upper half of SE_STRIDE", hi(stride));
}

bool issue_draft_se_rowacc(struct issue *in, struct mtia_command *c) {
  static const uint8_t extra[] = {0, 8, 4, 4, 8};
  unsigned cbd = in->x[MTIA_X_SE_ROWACC_CBD], cbs = in->x[MTIA_X_SE_ROWACC_CBS];
  struct mtia_se_op *se = &c->se;
  uint32_t row = hi(in->state->cr[CR_SE_ROW]), weights = row & 31;
  uint32_t weight_offset = hi(in->state->cr[CR_SE_SRC]);
  se->op = in->x[MTIA_X_SE_ROWACC_OP];
  se->layout = row >> 8 & 7;
  se->weights = row >> 31;
  if (!parameter(in, se->op <= (SE_ACC_ONTO | SE_ACC_MAX), "the operation of se.rowacc", se->op) ||
      !format(in, se) || !input_type(in, se->in1, SE_U4) || !rows_and_stride(in, se, 32) ||
      !parameter(in, !(row & 0x7FFFF8E0) && se->layout <= SE_F32_FRONT, "SE_ROW.hi", row))
    return false;
  if (!issue_is_set(in, cbd) || !issue_is_set(in, cbs) ||
      (se->weights && !issue_is_set(in, weights)) || !output_aligned(in, se->out) ||
      (se->weights && !issue_aligned(in, "the offset of the weights in SE_SRC", weight_offset, 4)))
    return false;
  return add_rows(in, c, cbs, extra[se->layout]) &&
         (!se->weights || issue_read(in, c, weights, weight_offset, 4ull * se->rows)) &&
         add_output(in, c, cbd, se->count);
}

bool issue_draft_se_red(struct issue *in, struct mtia_command *c) {
  unsigned cbd = in->x[MTIA_X_SE_RED_CBD], cbs = in->x[MTIA_X_SE_RED_CBS];
  struct mtia_se_op *se = &c->se;
  se->op = in->x[MTIA_X_SE_RED_OP];
  if (!parameter(in, se->op <= SE_RED_SQUARES, "the operation of se.red", se->op) ||
      !format(in, se) || !input_type(in, se->in1, SE_BF16) ||
      !rows_and_stride(in, se, in->dev->p->local_bytes))
    return false;
  if (!issue_is_set(in, cbd) || !issue_is_set(in, cbs) || !output_aligned(in, se->out))
    return false;
  return add_rows(in, c, cbs, 0) && add_output(in, c, cbd, se->rows);
}
