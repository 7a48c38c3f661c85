// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Issue of Xmtia instructions: what can be checked is checked here, before
// anything happens (docs/isa/xmtia.md, 1.6). Instructions that give a command to
// a unit build a draft of it, which is enqueued when the queue has room.

#include "check.h"
#include "defer.h"
#include "issue.h"
#include "race.h"
#include "timeline.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

bool issue_refuse(struct issue *in, enum mtia_command_fault fault, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vsnprintf(in->state->fault, sizeof in->state->fault, fmt, args);
  va_end(args);
  in->trap->cause = MTIA_CAUSE_COMMAND;
  in->trap->tval = fault;
  return false;
}

bool issue_is_set(struct issue *in, unsigned cb) {
  return in->cp->cb[cb].set ||
         issue_refuse(in, MTIA_FAULT_CB_UNSET, "CB %u was never initialised", cb);
}

bool issue_aligned(struct issue *in, const char *what, uint64_t value, uint32_t to) {
  return value % to == 0 ||
         issue_refuse(in, MTIA_FAULT_ALIGN,
                      "%s is %" PRIu64 " (0x%" PRIx64 "), not a multiple of %" PRIu32, what, value,
                      value, to);
}

bool issue_fits(struct issue *in, unsigned cb, uint64_t end) {
  uint32_t size = in->cp->cb[cb].size;
  return end <= size ||
         issue_refuse(in, MTIA_FAULT_EXTENT,
                      "the command reaches byte %" PRIu64 " of CB %u, which has %" PRIu32, end, cb,
                      size);
}

//===-- Control ---------------------------------------------------------------===//

static enum mtia_issue done(bool good) { return good ? MTIA_ISSUE_DONE : MTIA_ISSUE_TRAP; }

// The core sleeps until mtia_cp_holds().
static enum mtia_issue wait_for(struct issue *in, enum mtia_wait wait, unsigned what,
                                uint64_t amount) {
  struct mtia_cp_core *state = in->state;
  if (state->wait == WAIT_NONE)
    state->wait_since = mtia_now(in->dev);
  state->wait = (uint8_t)wait;
  state->wait_what = (uint8_t)what;
  state->wait_amount = amount;
  state->woken = false;
  return MTIA_ISSUE_STALL;
}

static enum mtia_issue unless_holds(struct issue *in, enum mtia_wait wait, unsigned what,
                                    uint64_t amount) {
  return mtia_cp_holds(in->cp, in->state, wait, what, amount) ? MTIA_ISSUE_DONE
                                                              : wait_for(in, wait, what, amount);
}

static enum mtia_issue issue_id(struct issue *in) {
  const struct mtia_pe *pe = in->core->pe;
  const struct mtia_device *dev = in->dev;
  const uint64_t id[] = {pe->row,   pe->col,   in->core->id,        dev->rows,
                         dev->cols, pe->index, dev->row0 + pe->row, dev->col0 + pe->col};
  unsigned sel = in->x[MTIA_X_ID_SEL];
  if (sel >= sizeof id / sizeof *id)
    return done(issue_refuse(in, MTIA_FAULT_PARAMETER, "mtia.id has no item %u, only 0..7", sel));
  *in->rd = id[sel];
  return MTIA_ISSUE_DONE;
}

static enum mtia_issue issue_bar(struct issue *in) {
  unsigned scope = in->x[MTIA_X_BAR_SCOPE];
  if (scope > 2)
    return done(
        issue_refuse(in, MTIA_FAULT_PARAMETER, "a barrier's scope is 0, 1 or 2, not %u", scope));
  if (in->state->passed) {
    in->state->passed = false;
    return MTIA_ISSUE_DONE;
  }
  if (in->state->wait == WAIT_BARRIER || !mtia_barrier_arrive(in->core, scope, in->extra))
    return wait_for(in, WAIT_BARRIER, scope, 0);
  return MTIA_ISSUE_DONE;
}

// ctr.add and ctr.tas: a counter of any PE of the sub-grid.
static enum mtia_issue issue_ctr_remote(struct issue *in, unsigned op) {
  struct mtia_device *dev = in->dev;
  struct mtia_pe *me = in->core->pe;
  uint64_t pes = (uint64_t)dev->rows * dev->cols;
  if (in->rs1 >= pes)
    return done(issue_refuse(in, MTIA_FAULT_PARAMETER,
                             "the sub-grid has PEs 0..%" PRIu64 ", not %" PRIu64, pes - 1,
                             in->rs1));
  struct mtia_pe *to = &dev->pe[in->rs1];
  if (op == MTIA_OP_CTR_ADD) {
    if (dev->race)
      mtia_race_count(in->core, to, in->x[MTIA_X_CTR_ADD_CTR]);
    mtia_counter_add(in->core, to, in->x[MTIA_X_CTR_ADD_CTR], in->rs2);
    return MTIA_ISSUE_DONE;
  }
  unsigned counter = in->x[MTIA_X_CTR_TAS_CTR];
  *in->rd = to->cp->counter[counter];
  *in->extra = dev->p->cp_read + 2 * mtia_counter_way(me, to);
  mtia_counter_set(to, counter, 1);
  return MTIA_ISSUE_DONE;
}

static enum mtia_issue write_cr(struct issue *in, unsigned cr, uint64_t value) {
  if (cr >= CR_FIRST_RESERVED && value)
    return done(issue_refuse(in, MTIA_FAULT_PARAMETER,
                             "command register %u is reserved and takes only 0", cr));
  in->state->cr[cr] = value;
  return MTIA_ISSUE_DONE;
}

static enum mtia_issue issue_cr_add(struct issue *in) {
  unsigned cr = in->x[MTIA_X_CR_ADD_CR];
  uint64_t old = in->state->cr[cr];
  return write_cr(in, cr, (uint64_t)hi(old) << 32 | (uint32_t)(lo(old) + lo(in->rs1)));
}

static enum mtia_issue issue_cb_init(struct issue *in) {
  unsigned i = in->x[MTIA_X_CB_INIT_CB];
  struct mtia_cb *cb = &in->cp->cb[i];
  uint32_t local = in->dev->p->local_bytes;
  uint64_t base = in->rs1 - MTIA_LOCAL_BASE, size = in->rs2;
  if (in->rs1 % 32 || size % 32 || !size || base >= local || size > local - base)
    return done(issue_refuse(in, MTIA_FAULT_CB_RANGE,
                             "CB %u would be %" PRIu64 " bytes at 0x%" PRIx64
                             "; local memory is 0x%x..0x%x",
                             i, size, in->rs1, MTIA_LOCAL_BASE, MTIA_LOCAL_BASE + local - 1));
  if (cb->unfinished)
    return done(issue_refuse(in, MTIA_FAULT_BUSY, "%" PRIu32 " commands on CB %u are unfinished",
                             cb->unfinished, i));
  mtia_defer_finish(in->core->pe); // what was put off finds its data with the old numbers
  *cb = (struct mtia_cb){.set = true, .base = (uint32_t)base, .size = (uint32_t)size};
  if (in->dev->check)
    mtia_check_init(in->core->pe, i);
  return MTIA_ISSUE_DONE;
}

static enum mtia_issue issue_cb_wait(struct issue *in, enum mtia_wait wait) {
  unsigned cb = in->x[MTIA_X_CB_WAITD_CB];
  if (!issue_is_set(in, cb) || !issue_fits(in, cb, in->rs1))
    return MTIA_ISSUE_TRAP;
  return unless_holds(in, wait, cb, in->rs1);
}

static enum mtia_issue issue_cb_address(struct issue *in, unsigned i, bool tail) {
  const struct mtia_cb *cb = &in->cp->cb[i];
  if (!issue_is_set(in, i))
    return MTIA_ISSUE_TRAP;
  // The offset counts modulo the size; the sum of the unreduced numbers might overflow.
  uint64_t place = (tail ? cb->tail : cb->head) % cb->size + in->rs1 % cb->size;
  *in->rd = MTIA_LOCAL_BASE + cb->base + place % cb->size;
  *in->extra = in->dev->p->cp_read;
  return MTIA_ISSUE_DONE;
}

static enum mtia_issue issue_cb_fill(struct issue *in) {
  unsigned i = in->x[MTIA_X_CB_FILL_CB];
  if (!issue_is_set(in, i))
    return MTIA_ISSUE_TRAP;
  *in->rd = in->cp->cb[i].visible - in->cp->cb[i].head;
  *in->extra = in->dev->p->cp_read;
  return MTIA_ISSUE_DONE;
}

//===-- Drafts of commands ----------------------------------------------------===//

bool issue_read(struct issue *in, struct mtia_command *c, unsigned cb, uint64_t offset,
                uint64_t extent) {
  uint64_t from = in->cp->cb[cb].head + offset;
  if (extent && !issue_fits(in, cb, offset + extent))
    return false;
  c->read[c->reads++] = (struct mtia_range){(uint8_t)cb, from, from + extent};
  return true;
}

bool issue_write(struct issue *in, struct mtia_command *c, unsigned cb, uint64_t offset,
                 uint64_t extent) {
  uint64_t from = in->cp->cb[cb].tail + offset;
  if (extent && !issue_fits(in, cb, offset + extent))
    return false;
  c->write = (struct mtia_range){(uint8_t)cb, from, from + extent};
  c->writes = 1;
  return true;
}

uint64_t issue_extent(uint32_t rows, uint32_t row_bytes, uint32_t stride) {
  return rows && row_bytes ? (uint64_t)(rows - 1) * stride + row_bytes : 0;
}

static bool draft_move(struct issue *in, struct mtia_command *c, unsigned cb) {
  if (!issue_is_set(in, cb) || !issue_aligned(in, "the byte count", in->rs1, 32) ||
      !issue_fits(in, cb, in->rs1))
    return false;
  if (c->kind == CMD_PUSH) {
    c->publishes = true;
    return issue_write(in, c, cb, 0, in->rs1);
  }
  c->releases = true;
  return issue_read(in, c, cb, 0, in->rs1);
}

// Every row is memory.
static bool is_memory(struct issue *in, const struct mtia_command *c) {
  const struct mtia_pe *pe = in->core->pe;
  uint64_t span;
  if (!__builtin_mul_overflow(c->dma.rows - 1ull, c->dma.pitch, &span) &&
      !__builtin_add_overflow(span, c->dma.width, &span) &&
      mtia_mem(in->dev, pe, c->dma.address, span))
    return true;
  for (uint32_t r = 0; r < c->dma.rows; r++) {
    uint64_t row = c->dma.address + r * c->dma.pitch;
    if (!mtia_mem(in->dev, pe, row, c->dma.width))
      return issue_refuse(in, MTIA_FAULT_ADDRESS,
                          "row %" PRIu32 ", %" PRIu32 " bytes at 0x%" PRIx64 ", is no memory", r,
                          c->dma.width, row);
  }
  return true;
}

static bool draft_dma(struct issue *in, struct mtia_command *c, unsigned cb, unsigned mc) {
  bool write = c->kind == CMD_DMA_OUT;
  uint64_t cr = in->state->cr[write ? CR_DMA_OUT : CR_DMA_IN];
  uint64_t width = lo(cr), padded = (width + 31) / 32 * 32;
  uint64_t stride = hi(cr) ? hi(cr) : padded, rows = in->rs2;
  c->dma.address = in->rs1;
  c->dma.pitch = in->state->cr[write ? CR_DMA_OUT_PITCH : CR_DMA_IN_PITCH];
  if (mc > 2)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "multicast is 0, 1 or 2, not %u", mc);
  if (mc && hi(in->state->cr[CR_MCAST]))
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the upper half of MCAST is not 0");
  if (!width)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the width in %s is 0",
                        write ? "DMA_OUT" : "DMA_IN");
  if (!rows)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the number of rows is 0");
  if (stride < padded)
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "the stride in the CB, %" PRIu64 ", is below the width, %" PRIu64
                        ", rounded up to 32",
                        stride, width);
  if (!issue_is_set(in, cb) || !issue_aligned(in, "the address", in->rs1, MTIA_DMA_ALIGN) ||
      !issue_aligned(in, "the pitch", c->dma.pitch, MTIA_DMA_ALIGN) ||
      !issue_aligned(in, "the stride in the CB", stride, MTIA_DMA_ALIGN))
    return false;
  uint64_t bytes;
  if (__builtin_mul_overflow(rows, stride, &bytes))
    bytes = UINT64_MAX;
  if (!issue_fits(in, cb, bytes))
    return false;
  c->dma.width = (uint32_t)width;
  c->dma.stride = (uint32_t)stride;
  c->dma.rows = (uint32_t)rows;
  if (!is_memory(in, c))
    return false;
  if (write) {
    c->releases = true;
    return issue_read(in, c, cb, 0, bytes);
  }
  c->publishes = true;
  if (mc && mtia_fi_join(c, mc, in->state->cr[CR_MCAST], true))
    return issue_refuse(
        in, MTIA_FAULT_GROUP,
        "mask 0x%x of PE (%u,%u), sub-grid %ux%u, or the other members read something "
        "else",
        mc == 1 ? lo(in->state->cr[CR_MCAST]) & 0xFFFF : lo(in->state->cr[CR_MCAST]) >> 16,
        in->core->pe->row, in->core->pe->col, in->dev->rows, in->dev->cols);
  return issue_write(in, c, cb, 0, bytes);
}

bool issue_block(struct issue *in, uint32_t *m, uint32_t *n) {
  uint64_t cr = in->state->cr[CR_BLOCK];
  *m = lo(cr) & 0xFFFF;
  *n = lo(cr) >> 16;
  if (*m > 128 || *n > 128 || hi(cr))
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "BLOCK says %" PRIu32 " x %" PRIu32 "%s; a block has at most 128 x 128", *m,
                        *n, hi(cr) ? " and its upper half is not 0" : "");
  return true;
}

uint8_t issue_tile(uint32_t total, unsigned index) {
  uint32_t before = MTIA_TILE * index;
  uint32_t rest = total > before ? total - before : 0;
  return (uint8_t)(rest < MTIA_TILE ? rest : MTIA_TILE);
}

// Which operands of mml.* are in an operand buffer.
static bool a_in_buffer(unsigned op) { return op == MTIA_OP_MML_OA || op == MTIA_OP_MML_OAB; }
static bool b_in_buffer(unsigned op) { return op == MTIA_OP_MML_OB || op == MTIA_OP_MML_OAB; }

// One operand: rows of 32 bytes of a CB, by its command register and increment; or a buffer.
static bool mml_operand(struct issue *in, struct mtia_command *c, unsigned cb, const char *name,
                        uint64_t cr, uint32_t inc, bool in_buffer) {
  if (in_buffer) {
    c->ob_reads |= (uint8_t)(1u << cb);
    return true;
  }
  // Called for every mml: the words are put together only for those that are refused.
  if (!((lo(cr) | hi(cr) | inc) % 32))
    return true;
  char what[40];
  snprintf(what, sizeof what, "the offset in MML_%s", name);
  if (!issue_aligned(in, what, lo(cr), 32))
    return false;
  snprintf(what, sizeof what, "the stride in MML_%s", name);
  if (!issue_aligned(in, what, hi(cr), 32))
    return false;
  snprintf(what, sizeof what, "the increment of %s in MML_INC", name);
  return issue_aligned(in, what, inc, 32);
}

static bool draft_mml(struct issue *in, struct mtia_command *c, unsigned op) {
  const uint8_t *x = in->x; // all four have the same operands
  unsigned cba = x[MTIA_X_MML_A], cbb = x[MTIA_X_MML_B], type = x[MTIA_X_MML_TYPE];
  unsigned ti = x[MTIA_X_MML_TI], tj = x[MTIA_X_MML_TJ];
  uint64_t a = in->state->cr[CR_MML_A], b = in->state->cr[CR_MML_B];
  uint64_t inc = x[MTIA_X_MML_FLAGS] & 1 ? in->state->cr[CR_MML_INC] : 0;
  bool oa = a_in_buffer(op), ob = b_in_buffer(op);
  uint32_t m, n;
  if (type > MML_BF16)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "mml has no type %u", type);
  if ((oa && cba >= MTIA_OBS) || (ob && cbb >= MTIA_OBS))
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the DPE has operand buffers 0..3, not %u",
                        oa && cba >= MTIA_OBS ? cba : cbb);
  if (!issue_block(in, &m, &n) || (!oa && !issue_is_set(in, cba)) ||
      (!ob && !issue_is_set(in, cbb)) || !mml_operand(in, c, cba, "A", a, lo(inc), oa) ||
      !mml_operand(in, c, cbb, "B", b, hi(inc), ob))
    return false;
  c->acc = (int8_t)x[MTIA_X_MML_ACC];
  c->mml.type = (uint8_t)type;
  c->mml.zero = x[MTIA_X_MML_FLAGS] >> 1 & 1;
  c->mml.rows = issue_tile(m, ti);
  c->mml.cols = issue_tile(n, tj);
  c->mml.oa = oa ? (int8_t)cba : -1;
  c->mml.ob = ob ? (int8_t)cbb : -1;
  c->mml.stride_a = oa ? 0 : hi(a);
  c->mml.stride_b = ob ? 0 : hi(b);
  bool some = c->mml.rows && c->mml.cols;
  return (oa || issue_read(in, c, cba, lo(a) + (uint64_t)MTIA_TILE * ti * hi(a),
                           some ? issue_extent(c->mml.rows, 32, hi(a)) : 0)) &&
         (ob || issue_read(in, c, cbb, lo(b) + (uint64_t)MTIA_TILE * tj * hi(b),
                           some ? issue_extent(c->mml.cols, 32, hi(b)) : 0));
}

// acc.bias reads by column (ti unused), acc.biasr by row, acc.load a tile.
static bool draft_init(struct issue *in, struct mtia_command *c, unsigned acc, unsigned cb,
                       unsigned ti, unsigned tj) {
  uint64_t bias = in->state->cr[CR_BIAS];
  uint32_t m, n;
  bool load = c->kind == CMD_ACC_LOAD;
  bool by_row = c->kind == CMD_ACC_BIASR || c->kind == CMD_ACC_ADDR;
  uint32_t stride = load ? hi(bias) : 0;
  if (!issue_block(in, &m, &n) || !issue_is_set(in, cb) ||
      !issue_aligned(in, "the offset in BIAS", lo(bias), 4) ||
      !issue_aligned(in, "the stride in BIAS", stride, 4))
    return false;
  uint32_t rows = issue_tile(m, ti), cols = issue_tile(n, tj);
  c->acc = (int8_t)acc;
  c->init.rows = (uint8_t)(load ? rows : 1);
  c->init.cols = (uint8_t)(by_row ? rows : cols);
  c->init.stride = stride;
  uint64_t offset = lo(bias) + 128ull * (by_row ? ti : tj) + (uint64_t)MTIA_TILE * ti * stride;
  return issue_read(in, c, cb, offset, issue_extent(c->init.rows, c->init.cols * 4u, stride));
}

static bool draft_red(struct issue *in, struct mtia_command *c, bool is_float) {
  unsigned from = in->x[MTIA_X_RED_IN], to = in->x[MTIA_X_RED_OUT];
  const struct mtia_pe *pe = in->core->pe;
  c->acc = (int8_t)in->x[MTIA_X_RED_ACC];
  c->red.flt = is_float;
  c->red.in = (uint8_t)from;
  c->red.out = (uint8_t)to;
  if (from > 2 || to > 2 || (!from && !to))
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "red has in %u and out %u; each is 0, 1 or 2 and one is not 0", from, to);
  if ((from == RED_IN_NORTH && pe->row == 0) || (from == RED_IN_WEST && pe->col == 0))
    return issue_refuse(in, MTIA_FAULT_LINK, "PE (%u,%u) has no neighbour in the %s", pe->row,
                        pe->col, from == RED_IN_NORTH ? "north" : "west");
  if ((to == RED_OUT_SOUTH && pe->row + 1 == in->dev->rows) ||
      (to == RED_OUT_EAST && pe->col + 1 == in->dev->cols))
    return issue_refuse(in, MTIA_FAULT_LINK, "PE (%u,%u) has no neighbour in the %s", pe->row,
                        pe->col, to == RED_OUT_SOUTH ? "south" : "east");
  return true;
}

//===-- Commands --------------------------------------------------------------===//

static bool draft(struct issue *in, unsigned op, struct mtia_command *c) {
  const uint8_t *x = in->x;
  switch (op) {
  case MTIA_OP_CB_PUSH:
    return draft_move(in, c, x[MTIA_X_CB_PUSH_CB]);
  case MTIA_OP_CB_POP:
    return draft_move(in, c, x[MTIA_X_CB_POP_CB]);
  case MTIA_OP_DMA_IN:
    return draft_dma(in, c, x[MTIA_X_DMA_IN_CB], x[MTIA_X_DMA_IN_MC]);
  case MTIA_OP_DMA_OUT:
    return draft_dma(in, c, x[MTIA_X_DMA_OUT_CB], 0);
  case MTIA_OP_MML:
  case MTIA_OP_MML_OA:
  case MTIA_OP_MML_OB:
  case MTIA_OP_MML_OAB:
    return draft_mml(in, c, op);
  case MTIA_OP_DMA_GATHER:
    return issue_draft_gather(in, c);
  case MTIA_OP_DMA_PREFETCH:
    return issue_draft_prefetch(in, c);
  case MTIA_OP_MLU_TRANSPOSE:
  case MTIA_OP_MLU_COPY:
  case MTIA_OP_MLU_CONCAT:
    return issue_draft_mlu(in, c);
  case MTIA_OP_ACC_ZERO:
    c->acc = (int8_t)x[MTIA_X_ACC_ZERO_ACC];
    return true;
  case MTIA_OP_ACC_BIAS:
    return draft_init(in, c, x[MTIA_X_ACC_BIAS_ACC], x[MTIA_X_ACC_BIAS_CB], 0,
                      x[MTIA_X_ACC_BIAS_TJ]);
  case MTIA_OP_ACC_BIASR:
    return draft_init(in, c, x[MTIA_X_ACC_BIASR_ACC], x[MTIA_X_ACC_BIASR_CB],
                      x[MTIA_X_ACC_BIASR_TI], 0);
  case MTIA_OP_ACC_LOAD:
    return draft_init(in, c, x[MTIA_X_ACC_LOAD_ACC], x[MTIA_X_ACC_LOAD_CB], x[MTIA_X_ACC_LOAD_TI],
                      x[MTIA_X_ACC_LOAD_TJ]);
  case MTIA_OP_ACC_ADD:
    return draft_init(in, c, x[MTIA_X_ACC_ADD_ACC], x[MTIA_X_ACC_ADD_CB], 0, x[MTIA_X_ACC_ADD_TJ]);
  case MTIA_OP_ACC_ADDR:
    return draft_init(in, c, x[MTIA_X_ACC_ADDR_ACC], x[MTIA_X_ACC_ADDR_CB], x[MTIA_X_ACC_ADDR_TI],
                      0);
  case MTIA_OP_ACC_MINMAX:
    return issue_draft_minmax(in, c);
  case MTIA_OP_SE_UN:
    return issue_draft_se_un(in, c);
  case MTIA_OP_SE_BIN:
    return issue_draft_se_bin(in, c);
  case MTIA_OP_SE_ROWACC:
    return issue_draft_se_rowacc(in, c);
  case MTIA_OP_SE_RED:
    return issue_draft_se_red(in, c);
  case MTIA_OP_RED:
  case MTIA_OP_REDF: // the same operands
    return draft_red(in, c, op == MTIA_OP_REDF);
  default:
    c->drain.flt = op == MTIA_OP_DRAINF;
    return issue_draft_drain(in, c);
  }
}

// After an mml with ADV is in its queue.
static void add_to_low(uint64_t *cr, uint32_t inc) {
  *cr = (*cr & ~0xFFFFFFFFull) | (uint32_t)(lo(*cr) + inc);
}

static void advance(struct mtia_cp_core *state, unsigned op) {
  uint64_t inc = state->cr[CR_MML_INC];
  if (!a_in_buffer(op))
    add_to_low(&state->cr[CR_MML_A], lo(inc));
  if (!b_in_buffer(op))
    add_to_low(&state->cr[CR_MML_B], hi(inc));
}

static enum mtia_issue issue_command(struct issue *in, unsigned op, enum mtia_command_kind kind) {
  struct mtia_command c;
  mtia_cp_draft(&c, in->core, kind);
  if (!draft(in, op, &c))
    return MTIA_ISSUE_TRAP;
  enum mtia_issue room = c.unit == UNIT_COUNT ? unless_holds(in, WAIT_POINTERS, 0, 0)
                                              : unless_holds(in, WAIT_QUEUE, c.unit, 0);
  if (room != MTIA_ISSUE_DONE)
    return room;
  struct mtia_command *made = mtia_cp_new(&c);
  if (!made)
    return MTIA_ISSUE_DONE; // the run has ended
  if (op == MTIA_OP_DMA_IN && in->x[MTIA_X_DMA_IN_MC])
    mtia_fi_join(made, in->x[MTIA_X_DMA_IN_MC], in->state->cr[CR_MCAST], false);
  if (kind == CMD_MML && in->x[MTIA_X_MML_FLAGS] & 1)
    advance(in->state, op);
  if (kind == CMD_MLU_CONCAT)
    add_to_low(&in->state->cr[CR_MLU_DST], mtia_mlu_row_bytes(made, made->mlu.cols));
  mtia_cp_enqueue(made);
  return MTIA_ISSUE_DONE;
}

static enum mtia_issue dispatch(struct issue *in, unsigned op) {
  const uint8_t *x = in->x;
  switch (op) {
  case MTIA_OP_ID:
    return issue_id(in);
  case MTIA_OP_BAR:
    return issue_bar(in);
  case MTIA_OP_SYNC:
    return unless_holds(in, WAIT_SYNC, 0, 0);
  case MTIA_OP_HALT:
    return MTIA_ISSUE_HALT;
  case MTIA_OP_CTR_ADD:
  case MTIA_OP_CTR_TAS:
    return issue_ctr_remote(in, op);
  case MTIA_OP_CTR_WAIT:
    return unless_holds(in, WAIT_COUNTER, x[MTIA_X_CTR_WAIT_CTR], in->rs1);
  case MTIA_OP_CTR_GET:
    *in->rd = in->cp->counter[x[MTIA_X_CTR_GET_CTR]];
    *in->extra = in->dev->p->cp_read;
    return MTIA_ISSUE_DONE;
  case MTIA_OP_CTR_SET:
    mtia_counter_set(in->core->pe, x[MTIA_X_CTR_SET_CTR], in->rs1);
    return MTIA_ISSUE_DONE;
  case MTIA_OP_CR_W:
    return write_cr(in, x[MTIA_X_CR_W_CR], in->rs1);
  case MTIA_OP_CR_W2:
    return write_cr(in, x[MTIA_X_CR_W2_CR], (uint64_t)lo(in->rs2) << 32 | lo(in->rs1));
  case MTIA_OP_CR_R:
    *in->rd = in->state->cr[x[MTIA_X_CR_R_CR]];
    return MTIA_ISSUE_DONE;
  case MTIA_OP_CR_ADD:
    return issue_cr_add(in);
  case MTIA_OP_CB_INIT:
    return issue_cb_init(in);
  case MTIA_OP_CB_WAITD:
    return issue_cb_wait(in, WAIT_DATA);
  case MTIA_OP_CB_WAITS:
    return issue_cb_wait(in, WAIT_SPACE);
  case MTIA_OP_CB_HEAD:
    return issue_cb_address(in, x[MTIA_X_CB_HEAD_CB], false);
  case MTIA_OP_CB_TAIL:
    return issue_cb_address(in, x[MTIA_X_CB_TAIL_CB], true);
  case MTIA_OP_CB_FILL:
    return issue_cb_fill(in);
  case MTIA_OP_CB_PUSH:
    return issue_command(in, op, CMD_PUSH);
  case MTIA_OP_CB_POP:
    return issue_command(in, op, CMD_POP);
  case MTIA_OP_DMA_IN:
    return issue_command(in, op, CMD_DMA_IN);
  case MTIA_OP_DMA_OUT:
    return issue_command(in, op, CMD_DMA_OUT);
  case MTIA_OP_MML:
  case MTIA_OP_MML_OA:
  case MTIA_OP_MML_OB:
  case MTIA_OP_MML_OAB:
    return issue_command(in, op, CMD_MML);
  case MTIA_OP_DMA_GATHER:
    return issue_command(in, op, CMD_GATHER);
  case MTIA_OP_DMA_PREFETCH:
    return issue_command(in, op, CMD_PREFETCH);
  case MTIA_OP_MLU_TRANSPOSE:
    return issue_command(in, op, CMD_MLU_TRANSPOSE);
  case MTIA_OP_MLU_COPY:
    return issue_command(in, op, CMD_MLU_COPY);
  case MTIA_OP_MLU_CONCAT:
    return issue_command(in, op, CMD_MLU_CONCAT);
  case MTIA_OP_ACC_ZERO:
    return issue_command(in, op, CMD_ACC_ZERO);
  case MTIA_OP_ACC_BIAS:
    return issue_command(in, op, CMD_ACC_BIAS);
  case MTIA_OP_ACC_BIASR:
    return issue_command(in, op, CMD_ACC_BIASR);
  case MTIA_OP_ACC_LOAD:
    return issue_command(in, op, CMD_ACC_LOAD);
  case MTIA_OP_ACC_ADD:
    return issue_command(in, op, CMD_ACC_ADD);
  case MTIA_OP_ACC_ADDR:
    return issue_command(in, op, CMD_ACC_ADDR);
  case MTIA_OP_RED:
  case MTIA_OP_REDF:
    return issue_command(in, op, CMD_RED);
  case MTIA_OP_ACC_MINMAX:
    return issue_command(in, op, CMD_MINMAX);
  case MTIA_OP_SE_UN:
    return issue_command(in, op, CMD_SE_UN);
  case MTIA_OP_SE_BIN:
    return issue_command(in, op, CMD_SE_BIN);
  case MTIA_OP_SE_ROWACC:
    return issue_command(in, op, CMD_SE_ROWACC);
  case MTIA_OP_SE_RED:
    return issue_command(in, op, CMD_SE_RED);
  case MTIA_OP_DRAIN:
  case MTIA_OP_DRAINF:
    return issue_command(in, op, CMD_DRAIN);
  default: // specified with Since 2
    return done(
        issue_refuse(in, MTIA_FAULT_UNIMPLEMENTED, "this command is specified but not built"));
  }
}

enum mtia_issue mtia_cp_issue(struct mtia_core *core, const struct mtia_insn *insn, uint64_t rs1,
                              uint64_t rs2, uint64_t *rd, uint32_t *extra_cycles,
                              struct mtia_trap *trap) {
  struct mtia_cp *cp = core->pe->cp;
  struct issue in = {core, core->dev, cp, &cp->core[core->id], insn->x,
                     rs1,  rs2,       rd, extra_cycles,        trap};
  enum mtia_issue result = dispatch(&in, insn->op);
  if (result == MTIA_ISSUE_STALL)
    return result;
  if (core->dev->race && result == MTIA_ISSUE_DONE)
    mtia_race_issued(core, insn, rs1);
  struct mtia_cp_core *state = in.state;
  if (state->wait != WAIT_NONE) {
    state->stalled[state->wait] += mtia_now(core->dev) - state->wait_since;
    if (core->dev->timeline)
      mtia_timeline_wait(core, state);
    state->wait = WAIT_NONE;
  }
  state->issued += result != MTIA_ISSUE_TRAP;
  return result;
}

const char *mtia_cp_fault(const struct mtia_core *core) {
  return core->pe->cp->core[core->id].fault;
}
