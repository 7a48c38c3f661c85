// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// knyfe.contract -> the matrix units of a sub-grid.
//
// Output stationary: blocks of 64 x 64 results in the four accumulators, dealt to
// the PEs, rows of PEs taking rows of blocks and columns of PEs columns of blocks.
// Core 0 issues all DMAs, core 1 all else; circular buffers join them. Operands come
// in chunks of KC bytes of k, by multicast: PEs of a row share rows of a, PEs of a
// column rows of b. One strip of 64 rows (all of k) of the operand whose blocks are
// fewer stays while the other is streamed past it; a strip that is too long for local
// memory is streamed, too.
#include "fc_decide.h"
#include "internal.h"

#include <inttypes.h>
#include <string.h>

#define BLOCK 64 // rows and columns of a block: 2 x 2 accumulators of 32 x 32
#define STEP 32  // bytes of k of one mml
#define BIAS_SLOTS 4
#define MAX_PES 256 // of a sub-grid: 16 x 16
#define SUM_BYTES (4 * BLOCK * BLOCK)

// One operand and the dimension of the result that it spans: a and m, or b and n.
struct side {
  struct kn_tensor *tensor;
  const char *dim, *cb;                     // "m", "CB_X"
  int64_t extent;                           // of m or n
  MlirValue total, blocks;                  // named constants
  MlirValue data, pitch;                    // core 0
  MlirValue first, step, count;             // this PE's blocks
  MlirValue in_group, group_size, group_at; // PEs of the other axis... see distribute()
  MlirValue at, size;                       // in the current block: first row, rows
  MlirValue block;                          // number of the current block
};

struct fc {
  struct backend *b;
  MlirOperation op;
  struct side side[2]; // 0: a, rows of the result; 1: b, columns
  struct kn_tensor *y, *bias;
  int bias_axis;
  bool is_float;
  int64_t k, kc, chunks; // k and kc in bytes
  int64_t slots[2];      // size of the operands' buffers in chunks of BLOCK * kc bytes
  bool keep;             // a strip of side[outer] stays, on every grid
  bool split;            // k may be split over PEs of a row
  int64_t keepable;      // with split: chunks of a strip that can stay
  int outer;             // side of the outer loop
  unsigned element;      // bytes of an element of y
  bool blocks_full;      // no block has a tail
  const char *cb_y, *cb_bias, *cb_acc;
  struct fc_facts facts;
  struct fc_choice choice; // a schedule's
  struct generic rest;     // what core 1 does with the sums; rest.op is null if nothing
  unsigned rest_input;     // the sums among its inputs
  MlirValue block_c, k_c, kc_c, chunks_c; // constants
  MlirValue blocks;                       // of this PE
  // With split; else null or constant.
  MlirValue parts, part;           // of k, and which is this PE's
  MlirValue k_begin, k_end;        // bytes of k
  MlirValue keeps;                 // i1: a strip stays
  MlirValue first_part, last_part; // i1
};

static int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }

static struct kn_tensor *argument(struct backend *b, MlirValue v) {
  return kn_input_at(b, (unsigned)mlirBlockArgumentGetArgNumber(v));
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

// Bytes of k per chunk and what stays. Chunks of 256 bytes take 1024 cycles to
// multiply: long against the latency of a DMA, short against the first wait. Streaming
// both operands takes 32 bytes per cycle, which is more than a fabric interface gets at
// the latency of SRAM (build/bin/mtia-run --stats on a kernel of 2048 x 2048 x 2048 without
// split: FI 89 % busy, DPE 76 %). So where a strip is too long to stay, k is split over PEs
// of a row, whose partial sums travel east; also where blocks are fewer than PEs.
static bool choose_buffers(struct fc *f, int64_t room) {
  static const int64_t all_sizes[] = {256, 192, 128, 96, 64, 32};
  const struct fc_choice *c = &f->choice;
  const int64_t *sizes = c->kc ? &c->kc : all_sizes;
  size_t num_sizes = c->kc ? 1 : sizeof all_sizes / sizeof *all_sizes;
  int64_t k = round_up(f->k, STEP), slots = 0;
  if (c->keep >= 0)
    f->outer = c->keep;
  else if (c->stream[f->outer] && !c->stream[1 - f->outer])
    f->outer = 1 - f->outer;
  bool none = c->stream[f->outer] || c->operand_slots[f->outer];
  if (none && !c->stream[1 - f->outer] && !c->operand_slots[1 - f->outer] && c->keep < 0) {
    f->outer = 1 - f->outer;
    none = false;
  }
  int64_t streamed = c->operand_slots[1 - f->outer];
  f->keep = false;
  for (size_t i = 0; i < num_sizes && !f->keep && !none; i++) {
    f->chunks = ceil_div(k, sizes[i]);
    f->kc = c->kc ? c->kc : round_up(ceil_div(k, f->chunks), STEP);
    if (ceil_div(k, f->kc) < c->parts)
      continue;
    slots = room / (BLOCK * f->kc);
    int64_t rest = slots - f->chunks;
    if (rest < (streamed ? streamed : 3))
      continue;
    int64_t ahead = streamed ? rest - streamed : rest >= 4 ? rest / 2 : 0; // of the next strip
    if (ahead > f->chunks)
      ahead = f->chunks;
    f->keep = true;
    f->slots[f->outer] = f->chunks + ahead;
    f->slots[1 - f->outer] = streamed ? streamed : rest - ahead;
  }
  for (size_t i = 0; i < num_sizes && !f->keep; i++) {
    f->chunks = ceil_div(k, sizes[i]);
    f->kc = c->kc ? c->kc : round_up(ceil_div(k, f->chunks), STEP);
    if (ceil_div(k, f->kc) < c->parts)
      continue;
    slots = room / (BLOCK * f->kc);
    f->slots[1 - f->outer] = streamed ? streamed : 3;
    f->slots[f->outer] = none && c->operand_slots[f->outer] ? c->operand_slots[f->outer]
                                                            : slots - f->slots[1 - f->outer];
    if (slots >= 6)
      break;
  }
  f->chunks = ceil_div(k, f->kc);
  f->keepable = none ? 0 : f->slots[f->outer];
  int64_t blocks = ceil_div(f->side[0].extent, BLOCK) * ceil_div(f->side[1].extent, BLOCK);
  f->split = f->chunks > 1 && (!f->keep || blocks * 2 <= MAX_PES);
  if (c->parts)
    f->split = c->parts > 1;
  if (f->slots[f->outer] < 1 || f->slots[0] + f->slots[1] > slots ||
      (c->keep >= 0 && !f->keep && f->keepable * (c->parts ? c->parts : 1) < f->chunks)) {
    int64_t needed[2] = {f->slots[0], f->slots[1]};
    if (needed[f->outer] < 1 || c->keep >= 0)
      needed[f->outer] = c->keep >= 0 ? ceil_div(f->chunks, c->parts ? c->parts : 1) : 1;
    return fc_too_large(f->b, &f->facts, c, BLOCK * f->kc, needed, KN_LOCAL_BYTES - room);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// What both cores need
//===----------------------------------------------------------------------===//

static const char *dim_name(const struct kn_tensor *t, unsigned i, const char *otherwise) {
  return t->dims[i]->name && !t->dims[i]->expr ? t->dims[i]->name : otherwise;
}

static void constants(struct fc *f) {
  struct backend *b = f->b;
  struct side *m = &f->side[0], *n = &f->side[1];
  m->total = mt_named(b, dim_name(m->tensor, 0, "M"), m->extent, NULL);
  n->total = mt_named(b, dim_name(n->tensor, 0, "N"), n->extent, NULL);
  f->k_c = f->is_float ? mt_named(b, "K_BYTES", f->k, NULL)
                       : mt_named(b, dim_name(m->tensor, 1, "K"), f->k, NULL);
  f->block_c = mt_named(b, "BLOCK", BLOCK, "rows and columns of a block: 2 x 2 accumulators");
  m->blocks = mt_named(b, "BLOCKS_M", ceil_div(m->extent, BLOCK), NULL);
  n->blocks = mt_named(b, "BLOCKS_N", ceil_div(n->extent, BLOCK), NULL);
  f->kc_c = mt_named(b, "KC", f->kc, "bytes of k per DMA");
  if (f->split)
    f->chunks_c = mt_named(b, "CHUNKS", f->chunks, "of KC bytes in k");
}

static void buffers(struct fc *f, int64_t bias_bytes, int64_t y_bytes) {
  struct backend *b = f->b;
  MlirValue first = ir_cmpi(&b->ir, "eq", mt_id(b, "core"), mt_const(b, 0));
  mt_if(b, first, NULL);
  int64_t at = 0, id = 0;
  for (int i = 0; i < 2; i++) {
    int64_t size = f->slots[i] * BLOCK * f->kc;
    bool whole = f->keep && i == f->outer;
    const char *note = whole           ? "one strip of all of k, kept"
                       : i != f->outer ? "streamed, a chunk of KC bytes of k at a time"
                       : f->split      ? "a strip of this PE's part of k, if it fits"
                                       : "streamed: a strip of all of k is too long to be kept";
    mt_cb(b, f->side[i].cb, id++, at, size, (MlirValue){NULL}, 0, note);
    at += size;
  }
  if (f->bias) {
    mt_cb(b, f->cb_bias, id++, at, bias_bytes, (MlirValue){NULL}, 0, NULL);
    at += bias_bytes;
  }
  if (f->cb_acc) {
    mt_cb(b, f->cb_acc, id++, at, SUM_BYTES, (MlirValue){NULL}, 0, "sums of a block for core 1");
    at += SUM_BYTES;
  }
  mt_cb(b, f->cb_y, id++, at, y_bytes, (MlirValue){NULL}, 0,
        "one block is computed while one leaves");
  mt_end(b);
  ir_op(&b->ir, "mtia.bar", ir_none(), NO_VALUES, ATTRS({.name = "scope", .text = "PE"}));
}

// How many parts k is split into: doubled while columns of PEs allow it and it helps.
static void split_k(struct fc *f, MlirValue rows, MlirValue columns) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1), two = mt_const(b, 2);
  if (f->choice.parts) {
    MlirValue parts = mt_const(b, f->choice.parts);
    f->parts = mt_let(ir_select(ir, ir_cmpi(ir, "eq", mt_rem(b, columns, parts), zero), parts, one),
                      "parts", "As the schedule says; on a sub-grid that cannot, k is not split.");
    return;
  }
  MlirValue blocks = mt_mul(b, f->side[0].blocks, f->side[1].blocks);
  MlirValue loop_parts = {NULL};
  MlirOperation loop = mt_carry(b, "i", mt_const(b, 4), one, "parts");
  mt_note(loop, f->keep ? "Blocks are few: k is split over PEs of a row, if there are enough."
                        : "A strip of all of k does not fit: k is split over PEs of a row, so that "
                          "one stays in local memory.");
  loop_parts = mlirBlockGetArgument(ir->block, 1);
  MlirValue twice = mt_let(mt_mul(b, loop_parts, two), "twice", NULL);
  MlirValue possible = ir_bin(ir, "arith.andi", ir_cmpi(ir, "eq", mt_rem(b, columns, twice), zero),
                              ir_cmpi(ir, "sle", twice, f->chunks_c));
  MlirValue idle = ir_cmpi(ir, "sle", mt_mul(b, blocks, twice), mt_mul(b, rows, columns));
  MlirValue helps = idle;
  if (!f->keep) {
    MlirValue room = mt_mul(b, loop_parts, mt_const(b, f->keepable));
    helps = ir_bin(ir, "arith.ori", ir_cmpi(ir, "sgt", f->chunks_c, room), idle);
  }
  MlirValue next = ir_select(ir, ir_bin(ir, "arith.andi", possible, helps), twice, loop_parts);
  f->parts = mt_carry_end(b, loop, next);
}

static void my_part(struct fc *f, MlirValue column) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  MlirValue one = mt_const(b, 1);
  f->part = mt_let(mt_rem(b, column, f->parts), "part", NULL);
  MlirValue next = mt_let(mt_add(b, f->part, one), "next_part", NULL);
  MlirValue begin = mt_div(b, mt_mul(b, f->part, f->chunks_c), f->parts);
  MlirValue end = mt_div(b, mt_mul(b, next, f->chunks_c), f->parts);
  f->k_begin = mt_let(mt_mul(b, begin, f->kc_c), "k_begin", NULL);
  f->k_end = mt_let(mt_min(b, f->k_c, mt_mul(b, end, f->kc_c)), "k_end", NULL);
  f->first_part = mt_let(ir_cmpi(ir, "eq", f->part, mt_const(b, 0)), "first_part", NULL);
  f->last_part = mt_let(ir_cmpi(ir, "eq", next, f->parts), "last_part", NULL);
  if (!f->keep) {
    MlirValue room = mt_mul(b, f->parts, mt_const(b, f->keepable));
    f->keeps = mt_let(ir_cmpi(ir, "sle", f->chunks_c, room), "keep", NULL);
  }
}

// Deals the blocks. `rows` of PEs take blocks of m, columns blocks of n. When there are
// fewer blocks than PEs on an axis, the PEs of this axis form groups that each cover the
// blocks once, and the groups share the other dimension: nobody idles unless he must.
static void distribute(struct fc *f) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  static const char *const pes[] = {"rows", "cols"}, *const pe[] = {"row", "col"};
  MlirValue group[2], groups[2], all_rows = {NULL};
  for (int i = 0; i < 2; i++) {
    struct side *s = &f->side[i];
    char name[32];
    const char *axis = i ? "column" : "row";
    MlirValue launched = mt_id(b, pes[i]);
    int64_t most = i ? f->choice.cols : f->choice.rows;
    MlirValue all =
        mt_let(most ? mt_min(b, launched, mt_const(b, most)) : launched, i ? "columns" : "rows",
               i ? NULL
                 : "Rows of PEs take blocks of m, columns blocks of n. Where PEs "
                   "outnumber blocks, they form groups that share the other "
                   "dimension.");
    MlirValue self = mt_let(mt_id(b, pe[i]), axis, NULL);
    if (i == 0)
      all_rows = all;
    if (i == 1 && f->split) { // a chain of PEs with the parts of k counts as one
      split_k(f, all_rows, all);
      my_part(f, self);
      all = mt_let(mt_div(b, all, f->parts), "chains", NULL);
      self = mt_let(mt_div(b, self, f->parts), "chain", NULL);
      axis = "chain";
    }
    snprintf(name, sizeof name, "group_%ss", axis);
    s->group_size = mt_let(mt_min(b, all, s->blocks), name, NULL);
    snprintf(name, sizeof name, "%s_groups", axis);
    groups[i] = mt_let(mt_div(b, all, s->group_size), name, NULL);
    snprintf(name, sizeof name, "%s_group", axis);
    group[i] = mt_let(mt_div(b, self, s->group_size), name, NULL);
    snprintf(name, sizeof name, "%s_in_group", axis);
    s->in_group = mt_let(mt_rem(b, self, s->group_size), name, NULL);
    s->group_at = mt_mul(b, group[i], s->group_size);
  }
  // A PE beyond the last whole group has nothing to do.
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1);
  MlirValue works = ir_bin(ir, "arith.andi", ir_cmpi(ir, "slt", group[0], groups[0]),
                           ir_cmpi(ir, "slt", group[1], groups[1]));
  MlirValue counts[2];
  for (int i = 0; i < 2; i++) {
    struct side *s = &f->side[i];
    char name[32];
    snprintf(name, sizeof name, "%s_step", s->dim);
    s->step = mt_let(mt_mul(b, s->group_size, groups[1 - i]), name, NULL);
    snprintf(name, sizeof name, "%s_first", s->dim);
    s->first = mt_let(mt_add(b, s->in_group, mt_mul(b, s->group_size, group[1 - i])), name, NULL);
    snprintf(name, sizeof name, "%s_count", s->dim);
    counts[i] =
        mt_div(b, mt_sub(b, mt_add(b, mt_sub(b, s->blocks, s->first), s->step), one), s->step);
    s->count = mt_let(counts[i], name, NULL);
  }
  MlirValue product = mt_mul(b, f->side[0].count, f->side[1].count);
  f->blocks = mt_let(ir_select(ir, works, product, zero), "blocks", NULL);
}

// Where block number `t` of this PE lies. Core 0 and core 1 go through the blocks in this order.
static void locate(struct fc *f, MlirValue t, const char *suffix) {
  struct backend *b = f->b;
  struct side *inner = &f->side[1 - f->outer];
  for (int i = 0; i < 2; i++) {
    struct side *s = &f->side[i];
    char name[32];
    MlirValue number = i == f->outer ? mt_div(b, t, inner->count) : mt_rem(b, t, inner->count);
    snprintf(name, sizeof name, "%sb%s", s->dim, suffix);
    s->block = mt_let(mt_add(b, s->first, mt_mul(b, number, s->step)), name, NULL);
    snprintf(name, sizeof name, "%s0%s", s->dim, suffix);
    s->at = mt_let(mt_mul(b, s->block, f->block_c), name, NULL);
    if (s->extent % BLOCK == 0)
      s->size = f->block_c;
    else {
      snprintf(name, sizeof name, "%s%s", s->dim, suffix);
      s->size = mt_let(mt_min(b, f->block_c, mt_sub(b, s->total, s->at)), name, NULL);
    }
  }
}

static void cr_w(struct fc *f, const char *cr, MlirValue value) {
  ir_op(&f->b->ir, "mtia.cr_w", ir_none(), VALUES(value), ATTRS({.name = "cr", .text = cr}));
}

static MlirOperation cr_w2(struct fc *f, const char *cr, MlirValue lo, MlirValue hi) {
  return ir_op(&f->b->ir, "mtia.cr_w2", ir_none(), VALUES(lo, hi),
               ATTRS({.name = "cr", .text = cr}));
}

static MlirValue negated(struct fc *f, MlirValue v) {
  return ir_bin(&f->b->ir, "arith.xori", v, ir_const(&f->b->ir, ir_int(&f->b->ir, 1), -1));
}

static void move_head(struct fc *f, const char *op, const char *cb, MlirValue bytes) {
  ir_op(&f->b->ir, op, ir_none(), VALUES(bytes), ATTRS({.name = "cb", .text = cb}));
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

static void dma_in(struct fc *f, const char *cb, MlirValue address, MlirValue rows,
                   const char *mc) {
  ir_op(&f->b->ir, "mtia.dma_in", ir_none(), VALUES(address, rows),
        ATTRS({.name = "cb", .text = cb}, {.name = "mc", .text = mc}));
}

// PEs of this PE's group on an axis that have a block like the current one: bits of a mask.
static MlirValue members(struct fc *f, struct side *s) {
  struct backend *b = f->b;
  MlirValue one = mt_const(b, 1);
  MlirValue left = mt_sub(b, s->blocks, mt_sub(b, s->block, s->in_group));
  MlirValue count = mt_min(b, s->group_size, left);
  if (!f->split || s != &f->side[1])
    return mt_shl(b, mt_sub(b, mt_shl(b, one, count), one), s->group_at);
  // Of each chain the PE with the same part of k: every parts-th bit.
  MlirValue all = mt_sub(b, mt_shl(b, one, mt_mul(b, count, f->parts)), one);
  MlirValue chain = mt_sub(b, mt_shl(b, one, f->parts), one);
  return mt_shl(b, mt_div(b, all, chain), mt_add(b, mt_mul(b, s->group_at, f->parts), f->part));
}

static void load_chunk(struct fc *f, int i, MlirValue k0, MlirValue first_pass) {
  struct backend *b = f->b;
  struct side *s = &f->side[i];
  bool kept = first_pass.ptr && i == f->outer;
  if (kept)
    mt_if(b, first_pass, NULL);
  cr_w(f, "DMA_IN_PITCH", s->pitch);
  MlirValue address = mt_add(b, mt_add(b, s->data, mt_mul(b, s->at, s->pitch)), k0);
  dma_in(f, s->cb, address, s->size, i ? "COL" : "ROW");
  if (kept)
    mt_end(b);
}

static void load_block(struct fc *f, MlirValue t) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1);
  locate(f, t, "");
  MlirValue columns = mt_let(members(f, &f->side[1]), "columns_with_block",
                             "Only PEs that have such a block take part in its multicasts.");
  MlirValue rows = mt_let(members(f, &f->side[0]), "rows_with_block", NULL);
  cr_w(f, "MCAST", mt_or(b, columns, mt_shl(b, rows, mt_const(b, 16))));
  if (f->bias) {
    struct side *s = &f->side[f->bias_axis];
    MlirValue four = mt_const(b, 4);
    if (f->split)
      mt_if(b, f->first_part, NULL);
    cr_w2(f, "DMA_IN", mt_mul(b, s->size, four), mt_mul(b, f->block_c, four));
    MlirValue address = mt_add(b, mt_let(mt_data(b, f->bias), NULL, NULL), mt_mul(b, s->at, four));
    dma_in(f, f->cb_bias, address, one, f->bias_axis ? "COL" : "ROW");
    if (f->split)
      mt_end(b);
  }
  MlirValue first_pass = {NULL};
  if (f->keep || f->split) {
    MlirValue pass = mt_rem(b, t, f->side[1 - f->outer].count);
    first_pass = ir_cmpi(ir, "eq", pass, zero);
    if (f->keeps.ptr)
      first_pass = ir_bin(ir, "arith.ori", negated(f, f->keeps), first_pass);
    mt_let(first_pass, "load_strip", NULL);
  }
  MlirValue k0 =
      mt_for(b, "k", f->split ? f->k_begin : zero, f->split ? f->k_end : f->k_c, f->kc_c, NULL);
  MlirValue width = f->k % f->kc ? mt_min(b, f->kc_c, mt_sub(b, f->k_c, k0)) : f->kc_c;
  cr_w2(f, "DMA_IN", width, f->kc_c);
  // The kept operand first: its multicast waits longest.
  load_chunk(f, f->outer, k0, first_pass);
  load_chunk(f, 1 - f->outer, k0, first_pass);
  mt_end(b);
}

static void store_block(struct fc *f, MlirValue t) {
  struct backend *b = f->b;
  struct side *m = &f->side[0], *n = &f->side[1];
  locate(f, t, "");
  MlirValue size = mt_const(b, f->element);
  MlirValue width = f->element > 1 ? mt_mul(b, n->size, size) : n->size;
  MlirValue pitch = mt_const(b, BLOCK * f->element);
  cr_w2(f, "DMA_OUT", width, f->element > 1 ? pitch : f->block_c);
  MlirValue column = f->element > 1 ? mt_mul(b, n->at, size) : n->at;
  MlirValue row = mt_mul(b, m->at, mt_pitch(b, f->y, 0));
  MlirValue address = mt_add(b, mt_add(b, mt_data(b, f->y), row), column);
  ir_op(&b->ir, "mtia.dma_out", ir_none(), VALUES(address, m->size),
        ATTRS({.name = "cb", .text = f->cb_y}));
  int64_t rows;
  if (f->cb_acc && !ir_constant(m->size, &rows)) // core 1 always takes a whole slot
    move_head(f, "mtia.pop", f->cb_y,
              mt_mul(b, mt_sub(b, f->block_c, m->size), mt_const(b, BLOCK * f->element)));
}

static void core0(struct fc *f) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1);
  for (int i = 0; i < 2; i++) {
    struct side *s = &f->side[i];
    char name[KN_MAX_RANK + 64];
    snprintf(name, sizeof name, "%.60s_pitch", s->tensor->name);
    s->data = mt_data(b, s->tensor);
    s->pitch = mt_let(mt_pitch(b, s->tensor, 0), name, NULL);
  }
  cr_w(f, "DMA_OUT_PITCH", mt_pitch(b, f->y, 0));
  MlirValue t = mt_for(b, "t", zero, mt_add(b, f->blocks, one), one,
                       "The results of a block leave behind the operands of the next one, so that "
                       "loads never wait for results.");
  mt_if(b, ir_cmpi(ir, "slt", t, f->blocks), NULL);
  load_block(f, t);
  mt_end(b);
  MlirValue stores = ir_cmpi(ir, "sgt", t, zero);
  mt_if(b, f->split ? ir_bin(ir, "arith.andi", f->last_part, stores) : stores, NULL);
  store_block(f, mt_let(mt_sub(b, t, one), "done", NULL));
  mt_end(b);
  mt_end(b);
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

static void quantization(struct fc *f) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  intptr_t n = mlirOperationGetNumOperands(f->op);
  MlirValue value[2]; // scale, zero point
  for (int i = 0; i < 2; i++) {
    MlirValue from = mlirOperationGetOperand(f->op, n - 2 + i);
    int64_t integer;
    double number;
    if (mlirValueIsABlockArgument(from))
      value[i] = ir_value(ir, "mtia.scalar", mlirValueGetType(from), NO_VALUES,
                          ATTRS({.name = "arg", .text = argument(b, from)->name}));
    else if (ir_fconstant(from, &number))
      value[i] = ir_fconst(ir, mlirValueGetType(from), number);
    else {
      ir_constant(from, &integer);
      value[i] = ir_const(ir, ir_int(ir, 32), integer);
    }
  }
  MlirValue bits = ir_value(ir, "arith.bitcast", ir_int(ir, 32), VALUES(value[0]), NO_ATTRS);
  cr_w2(f, "QSCALE", bits, value[1]);
  cr_w2(f, "QCLAMP", mt_const(b, ir_attr_int(f->op, "lo", 0)),
        mt_const(b, ir_attr_int(f->op, "hi", 0)));
}

static MlirValue block_register(struct fc *f, MlirValue m, MlirValue n) {
  return mt_or(f->b, m, mt_shl(f->b, n, mt_const(f->b, 16)));
}

static void zero_accumulator(struct fc *f, int acc) {
  ir_op(&f->b->ir, "mtia.acc_zero", ir_none(), NO_VALUES, ATTRS({.name = "acc", .value = acc}));
}

// Starts an accumulator with the bias of the block whose vector is at the head of its buffer.
static void start_with_bias(struct fc *f, int acc) {
  struct ir *ir = &f->b->ir;
  if (f->bias_axis)
    ir_op(ir, "mtia.acc_bias", ir_none(), NO_VALUES,
          ATTRS({.name = "acc", .value = acc}, {.name = "cb", .text = f->cb_bias},
                {.name = "tj", .value = acc & 1}));
  else
    ir_op(ir, "mtia.acc_biasr", ir_none(), NO_VALUES,
          ATTRS({.name = "acc", .value = acc}, {.name = "cb", .text = f->cb_bias},
                {.name = "ti", .value = acc >> 1}));
}

static void reduce(struct fc *f, int acc, const char *in, const char *out) {
  ir_op(&f->b->ir, f->is_float ? "mtia.redf" : "mtia.red", ir_none(), NO_VALUES,
        ATTRS({.name = "acc", .value = acc}, {.name = "in", .text = in},
              {.name = "out", .text = out}));
}

// The partial sums go east along the chain.
static void pass_on(struct fc *f, int acc) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  MlirValue last = f->last_part, first = f->first_part;
  mt_if(b, ir_bin(ir, "arith.andi", first, negated(f, last)),
        acc ? NULL : "The chain adds up its parts from west to east.");
  reduce(f, acc, "NONE", "EAST");
  mt_end(b);
  mt_if(b, ir_bin(ir, "arith.andi", negated(f, first), negated(f, last)), NULL);
  reduce(f, acc, "WEST", "EAST");
  mt_end(b);
  mt_if(b, ir_bin(ir, "arith.andi", negated(f, first), last), NULL);
  reduce(f, acc, "WEST", "NONE");
  mt_end(b);
}

static MlirValue full_block(struct fc *f) { return block_register(f, f->block_c, f->block_c); }

static void finish_accumulator(struct fc *f, int acc, MlirValue more, MlirValue block) {
  struct backend *b = f->b;
  bool quantized = ir_attr_int(f->op, "quantize", 0);
  const char *type = f->is_float                         ? f->y->type == KN_F32   ? "F32"
                                                           : f->y->type == KN_F16 ? "F16"
                                                                                  : "BF16"
                     : !quantized || f->cb_acc           ? "I32"
                     : ir_attr_int(f->op, "unsigned", 0) ? "U8"
                                                         : "I8";
  if (f->split) {
    pass_on(f, acc);
    mt_if(b, f->last_part, NULL);
  }
  ir_op(&b->ir, "mtia.drain", ir_none(), NO_VALUES,
        ATTRS({.name = "acc", .value = acc},
              {.name = "cb", .text = f->cb_acc ? f->cb_acc : f->cb_y},
              {.name = "ti", .value = acc >> 1}, {.name = "tj", .value = acc & 1},
              {.name = "type", .text = type},
              {.name = "relu", .value = ir_attr_int(f->op, "relu", 0)}));
  if (f->split)
    mt_end(b);
  if (!f->bias || f->split)
    zero_accumulator(f, acc);
  if (!f->bias)
    return;
  // `more` is false in parts that have no bias.
  mt_if(b, more, NULL);
  // A vector of bias is stored in full, whatever the size of its block.
  if (!f->blocks_full)
    cr_w(f, "BLOCK", full_block(f));
  start_with_bias(f, acc);
  if (!f->blocks_full)
    cr_w(f, "BLOCK", block);
  mt_end(b);
}

static void multiply_chunk(struct fc *f, MlirValue k0, MlirValue offset[2], MlirValue more,
                           MlirValue block) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  const char *types[] = {"S8S8", "U8S8", "S8U8", "U8U8"};
  int64_t type = ir_attr_int(f->op, "a_unsigned", 0) + 2 * ir_attr_int(f->op, "b_unsigned", 0);
  const char *type_name = !f->is_float                         ? types[type]
                          : f->side[0].tensor->type == KN_BF16 ? "BF16"
                                                               : "F16";
  MlirValue zero = mt_const(b, 0), step = mt_const(b, STEP);
  MlirValue last = {NULL}, end = f->kc_c;
  if (f->chunks > 1) {
    last = mt_let(ir_cmpi(ir, "sge", mt_add(b, k0, f->kc_c), f->split ? f->k_end : f->k_c), "last",
                  NULL);
    if (f->k % f->kc)
      end = mt_let(mt_min(b, f->kc_c, mt_sub(b, f->k_c, k0)), "width", NULL);
  } else if (f->k % f->kc)
    end = f->k_c;
  for (int acc = 0; acc < 4; acc++) {
    char text[200];
    snprintf(text, sizeof text, "Tile (%d, %d) of the block.%s", acc >> 1, acc & 1,
             acc ? ""
                 : " A chunk is worked off one accumulator at a time: they finish one after the "
                   "other, and the results of one leave while the next still multiplies.");
    mt_note(cr_w2(f, "MML_A", offset[0], f->kc_c), text);
    cr_w2(f, "MML_B", offset[1], f->kc_c);
    mt_for(b, "i", zero, end, step, NULL);
    ir_op(ir, "mtia.mml", ir_none(), NO_VALUES,
          ATTRS({.name = "acc", .value = acc}, {.name = "a", .text = f->side[0].cb},
                {.name = "b", .text = f->side[1].cb}, {.name = "ti", .value = acc >> 1},
                {.name = "tj", .value = acc & 1}, {.name = "adv", .value = 1},
                {.name = "zero", .value = 0}, {.name = "type", .text = type_name}));
    mt_end(b);
    if (last.ptr)
      mt_if(b, last, NULL);
    finish_accumulator(f, acc, more, block);
    if (last.ptr)
      mt_end(b);
  }
}

// What the SIMD engine cannot do on the way out: core 1, element by element.
static bool compute_rest(struct fc *f) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  struct side *m = &f->side[0], *n = &f->side[1];
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1);
  MlirType sum = ir_int(ir, 32);
  MlirType type =
      mlirShapedTypeGetElementType(mlirValueGetType(mlirOperationGetResult(f->rest.op, 0)));
  MlirValue y_bytes = mt_const(b, BLOCK * BLOCK * f->element);
  move_head(f, "mtia.push", f->cb_acc, mt_const(b, SUM_BYTES));
  move_head(f, "mtia.waitd", f->cb_acc, mt_const(b, SUM_BYTES));
  MlirValue acc = mt_let(ir_value(ir, "mtia.head", mt_ptr(b, sum), NO_VALUES,
                                  ATTRS({.name = "cb", .text = f->cb_acc})),
                         "acc", NULL);
  move_head(f, "mtia.waits", f->cb_y, y_bytes);
  MlirValue y = mt_let(
      ir_value(ir, "mtia.tail", mt_ptr(b, type), NO_VALUES, ATTRS({.name = "cb", .text = f->cb_y})),
      f->y->name, NULL);
  MlirValue i = mt_for(b, "i", zero, m->size, one, NULL);
  MlirValue j = mt_for(b, "j", zero, n->size, one, NULL);
  MlirValue at = mt_add(b, mt_mul(b, i, f->block_c), j);
  MlirValue loops[2] = {mt_let(mt_add(b, m->at, i), "row", NULL),
                        mt_let(mt_add(b, n->at, j), "column", NULL)};
  MlirValue value = kn_copy_element(b, f->y, &f->rest, loops, f->rest_input,
                                    ir_value(ir, "mtia.load", sum, VALUES(acc, at), NO_ATTRS));
  if (!value.ptr)
    return false;
  ir_op(ir, "mtia.store", ir_none(), VALUES(value, y, at), NO_ATTRS);
  mt_end(b);
  mt_end(b);
  move_head(f, "mtia.pop", f->cb_acc, mt_const(b, SUM_BYTES));
  move_head(f, "mtia.push", f->cb_y, y_bytes);
  return true;
}

static bool compute_block(struct fc *f, MlirValue t) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1);
  locate(f, t, "");
  struct side *m = &f->side[0], *n = &f->side[1], *outer = &f->side[f->outer];
  struct side *inner = &f->side[1 - f->outer];
  MlirValue more = {NULL}, block = {NULL}, end_of_strip = {NULL};
  if (f->bias) {
    more = ir_cmpi(ir, "slt", mt_add(b, t, one), f->blocks);
    if (f->split)
      more = ir_bin(ir, "arith.andi", f->first_part, more);
    mt_let(more, "next_bias", NULL);
  }
  if (f->keep || f->split) {
    MlirValue pass = mt_rem(b, t, inner->count);
    end_of_strip = ir_cmpi(ir, "eq", pass, mt_sub(b, inner->count, one));
    if (f->keeps.ptr)
      end_of_strip = ir_bin(ir, "arith.ori", negated(f, f->keeps), end_of_strip);
    mt_let(end_of_strip, f->keeps.ptr ? "give_back" : "end_of_strip", NULL);
  }
  if (!f->blocks_full) {
    block = mt_let(block_register(f, m->size, n->size), "block", NULL);
    cr_w(f, "BLOCK", block);
  }
  MlirValue k0 = zero;
  if (f->chunks > 1)
    k0 = mt_for(b, "k", f->split ? f->k_begin : zero, f->split ? f->k_end : f->k_c, f->kc_c, NULL);
  MlirValue offset[2] = {zero, zero}, bytes[2];
  for (int i = 0; i < 2; i++)
    bytes[i] = mt_mul(b, f->side[i].size, f->kc_c);
  if (end_of_strip.ptr && f->chunks > 1) {
    MlirValue kept = mt_mul(b, outer->size, f->split ? mt_sub(b, k0, f->k_begin) : k0);
    offset[f->outer] = mt_let(ir_select(ir, end_of_strip, zero, kept), "offset",
                              "On its last pass the strip is given back chunk by chunk, so that "
                              "the next one can follow.");
  }
  multiply_chunk(f, k0, offset, more, block);
  if (end_of_strip.ptr)
    mt_if(b, end_of_strip, NULL);
  move_head(f, "mtia.pop", outer->cb, bytes[f->outer]);
  if (end_of_strip.ptr)
    mt_end(b);
  move_head(f, "mtia.pop", inner->cb, bytes[1 - f->outer]);
  if (f->chunks > 1)
    mt_end(b);
  if (f->bias) {
    mt_if(b, more, NULL);
    move_head(f, "mtia.pop", f->cb_bias, mt_const(b, 4 * BLOCK));
    mt_end(b);
  }
  bool ok = true;
  if (f->split)
    mt_if(b, f->last_part, NULL);
  if (f->cb_acc)
    ok = compute_rest(f);
  else
    move_head(f, "mtia.push", f->cb_y, mt_mul(b, m->size, mt_const(b, BLOCK * f->element)));
  if (f->split)
    mt_end(b);
  return ok;
}

static bool core1(struct fc *f) {
  struct backend *b = f->b;
  struct ir *ir = &b->ir;
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1), step = mt_const(b, STEP);
  cr_w2(f, "MML_INC", step, step);
  cr_w2(f, "OUT", zero, mt_const(b, BLOCK * (f->cb_acc ? 4 : f->element)));
  if (ir_attr_int(f->op, "quantize", 0))
    quantization(f);
  if (f->is_float) // the drain multiplies by it
    cr_w2(f, "QSCALE",
          ir_value(ir, "arith.bitcast", ir_int(ir, 32), VALUES(ir_fconst(ir, ir_f32(ir), 1)),
                   NO_ATTRS),
          zero);
  cr_w(f, "BLOCK", full_block(f));
  if (!f->bias || f->split)
    for (int acc = 0; acc < 4; acc++)
      zero_accumulator(f, acc);
  if (f->bias) {
    cr_w2(f, "BIAS", zero, zero);
    MlirValue any = ir_cmpi(ir, "sgt", f->blocks, zero);
    mt_if(b, f->split ? ir_bin(ir, "arith.andi", f->first_part, any) : any,
          "An accumulator starts with its bias as soon as its last results have left; here the "
          "first ones.");
    for (int acc = 0; acc < 4; acc++)
      start_with_bias(f, acc);
    move_head(f, "mtia.pop", f->cb_bias, mt_const(b, 4 * BLOCK));
    mt_end(b);
  }
  MlirValue t = mt_for(b, "t", zero, f->blocks, one, NULL);
  bool ok = compute_block(f, t);
  mt_end(b);
  return ok;
}

static void say_choices(const struct fc *f) {
  const struct side *kept = &f->side[f->outer], *streamed = &f->side[1 - f->outer];
  fprintf(stderr,
          "knyfe-c: '%s' on the matrix units: blocks of %d x %d, %" PRId64 " chunks of %" PRId64
          " B of k\nknyfe-c:   %s: room for %" PRId64 " chunks, %s; %s: streamed through %" PRId64
          " chunks\nknyfe-c:   k is %s; results %s\n",
          f->y->name, BLOCK, BLOCK, f->chunks, f->kc, kept->tensor->name, f->slots[f->outer],
          f->keep ? "a strip stays" : "a strip of a part of k stays", streamed->tensor->name,
          f->slots[1 - f->outer],
          f->split ? "split over PEs of a row where that helps" : "not split",
          f->cb_acc ? "are finished by core 1" : "leave through the SIMD engine");
}

// The operation between the contraction and the output, if any.
static void find_rest(struct fc *f, MlirOperation func) {
  MlirValue sums = mlirOperationGetResult(f->op, 0);
  MlirOperation ret = mlirBlockGetTerminator(ir_body(func, 0));
  MlirOperation root = ir_def(mlirOperationGetOperand(ret, 0));
  if (mlirOperationEqual(root, f->op))
    return;
  kn_is_generic(root, &f->rest);
  for (unsigned i = 0; i < f->rest.num_inputs; i++)
    if (mlirValueEqual(mlirOperationGetOperand(root, i), sums))
      f->rest_input = i;
  f->cb_acc = "CB_SUMS";
}

bool kn_map_fc(struct backend *b, MlirOperation func, MlirOperation op) {
  struct fc f = {.b = b, .op = op, .y = b->kernel->outputs};
  for (int i = 0; i < 2; i++) {
    struct side *s = &f.side[i];
    s->tensor = argument(b, mlirOperationGetOperand(op, i));
    s->extent = s->tensor->dims[0]->size;
    s->dim = i ? "n" : "m";
    s->cb = mt_upper(b, i && s->tensor == f.side[0].tensor ? "CB_2_" : "CB_", s->tensor->name);
  }
  f.is_float = ir_attr_int(op, "float", 0);
  f.k = f.side[0].tensor->dims[1]->size * kn_element_bytes(f.side[0].tensor->type);
  f.element = kn_element_bytes(f.y->type);
  find_rest(&f, func);
  f.bias_axis = (int)ir_attr_int(op, "bias_axis", -1);
  if (f.bias_axis >= 0) {
    f.bias = argument(b, mlirOperationGetOperand(op, 2));
    f.cb_bias = mt_upper(b, "CB_", f.bias->name);
  }
  f.cb_y = mt_upper(b, "CB_", f.y->name);
  f.blocks_full = f.side[0].extent % BLOCK == 0 && f.side[1].extent % BLOCK == 0;
  f.outer = ceil_div(f.side[0].extent, BLOCK) <= ceil_div(f.side[1].extent, BLOCK) ? 0 : 1;
  f.facts = (struct fc_facts){.operand = {f.side[0].tensor, f.side[1].tensor},
                              .bias = f.bias,
                              .y = f.y,
                              .k = f.k,
                              .element = kn_element_bytes(f.side[0].tensor->type),
                              .rest = f.cb_acc != NULL};
  if (!fc_decide(b, &f.facts, &f.choice))
    return false;
  int64_t bias_slots = f.choice.bias_slots ? f.choice.bias_slots : BIAS_SLOTS;
  int64_t y_slots = f.choice.y_slots ? f.choice.y_slots : 2;
  int64_t bias_bytes = f.bias ? bias_slots * 4 * BLOCK : 0;
  int64_t y_bytes = y_slots * BLOCK * BLOCK * f.element;
  if (!choose_buffers(&f, KN_LOCAL_BYTES - bias_bytes - y_bytes - (f.cb_acc ? SUM_BYTES : 0)))
    return false;
  if (b->target->verbose)
    say_choices(&f);

  constants(&f);
  buffers(&f, bias_bytes, y_bytes);
  distribute(&f);
  mt_if(b, ir_cmpi(&b->ir, "eq", mt_id(b, "core"), mt_const(b, 0)), "Core 0 moves data.");
  core0(&f);
  mt_else(b);
  bool ok = core1(&f);
  mt_end(b);
  return ok;
}
