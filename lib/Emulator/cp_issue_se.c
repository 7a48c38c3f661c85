// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Issue of the commands of the SIMD engine.

#include "issue.h"

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
  if (q->function)
    return issue_refuse(in, MTIA_FAULT_UNIMPLEMENTED, "drain with a function");
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
