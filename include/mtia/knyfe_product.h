// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products in the C text of knyfe-c: y[m, n] = sum[k] x[m, k] * w[n, k] for a batch of
// matrices, on the matrix units of a sub-grid. Included once for each product of a kernel, after
//
//   KP_NAME               of the function: void KP_NAME(const struct kp_product *, plan, ..)
//   KP_SIZE               bytes of an element of x and w
//   KP_TYPE               of mml: MTIA_MML_F16
//   KP_OUT                bytes of an element of y
//   KP_DRAIN(acc, cb, ti, tj)  an accumulator becomes a tile of y
//   KP_FLOAT              1: sums are binary32
//   KP_TURN_X, KP_TURN_W  1: k is not innermost in memory, but m or n. The MLU turns tiles on their
//                         way into the DPE's operand buffers: nothing turned is ever in memory
//   KP_BIAS               0 none; 1 per column, 2 per row: sums start with it (32-bit words)
//   KP_SCALES             KP_DRAIN has a scale (MTIA_DRAIN_CHAN) 1: per column, 2: per row
//   KP_WINDOW             x is read through a window (<mtia/knyfe_window.h>), 1: lists, 2: bands
//   KP_SUMS               1: the sums of w are added to the columns (<mtia/knyfe_sums.h>)
//   KP_STEPS              what is done with a block before it is stored (<mtia/knyfe_steps.h>),
//   with
//                         KP_STEP_TYPE and the bytes of local memory KP_STEP_ROOM; else not defined
//
// and leaves none of these defined. <mtia/knyfe_plan.h> says which PE computes what.
//
// Core 0 loads x, w and bias chunk by chunk in the order in which they are used; core 1 computes
// and stores, block by block of 64 x 64. The cores meet once, at the start; everything else is the
// circular buffers' checks. All members of a multicast, and of a chain that adds up its parts of
// k, go through blocks in the same order, so the earliest unfinished one can always proceed.
//
// A chunk is worked off one accumulator at a time, so that accumulators finish one after the other
// and what becomes of one hides behind the products of the others. A turned tile serves two
// accumulators: with one turned operand the MLU is half as busy as the DPE, with both as busy.
#ifndef MTIA_KNYFE_PRODUCT_H
#define MTIA_KNYFE_PRODUCT_H

#include <mtia/kernel.h>
#include <mtia/knyfe.h>
#include <mtia/knyfe_multiply.h>
#include <mtia/knyfe_plan.h>

enum { KP_BATCH = 4 }; // indices of a batch
enum {
  KP_CB_X,
  KP_CB_W,
  KP_CB_Y,
  KP_CB_BIAS,
  KP_CB_SCALES,
  KP_CB_LISTS,
  KP_CB_SUMS,
  KP_CB_TERMS,
  KP_CB_DRAINED,
  KP_CB_BLOCK,
  KP_CB_STEPS
};
enum { KP_MOST_STEPS = 4 };

// A batch of matrices in memory; strides in bytes, 0 where an index does not matter.
struct kp_matrix {
  uint64_t data;
  uint64_t pitch;           // from row to row
  uint64_t outer;           // along the outer one of two summed indices
  uint64_t batch[KP_BATCH]; // along the indices of the batch
};

struct kp_window;

struct kp_product {
  uint64_t m, n, k; // k: elements of the (inner) summed index
  uint64_t outer;   // extent of the outer summed index, 1 if there is none; taps of a window
  uint64_t batch[KP_BATCH]; // extents of the indices of the batch, 1 in front
  struct kp_matrix x, w, y;
  uint64_t bias;                         // address of a vector
  struct kp_matrix scales;               // vectors, too
  int32_t sums_times;                    // KP_SUMS
  struct kp_matrix steps[KP_MOST_STEPS]; // their operands
  // KP_WINDOW: x has strides in positions.
  const struct kp_window *window;
  bool taps_joined;             // lists: a tap is one step of k, and chunks have several
  const struct kp_bands *bands; // and bytes of k at a pixel
  uint32_t pixel;
  // At most so many rows and columns of PEs take part; 0: all.
  uint32_t rows, columns;
};

// This PE's place in the plan.
struct kp_share {
  uint32_t part;                 // of k
  uint32_t k_begin, k_end;       // bytes
  uint32_t team_row, team_chain; // place in its team
  // Bits of the team's PEs in this row, and in this column, that have this part of k.
  uint32_t x_members, w_members;
  uint64_t begin, end; // units
  uint32_t strip_sets; // in which this PE has a strip
  uint32_t block_sets; // and a block
};

// A block of this PE's, and what to do with its operands.
struct kp_walk {
  uint64_t units;   // of the team's that are left, this one included; 0: nothing is left
  uint64_t number;  // of the product in the batch
  uint64_t x, w, y; // its matrices
  uint32_t panel, strip_set, block_set;
  uint32_t left; // blocks in this unit, this one included
  uint32_t row, column, rows, columns;
  bool fresh;          // the unit is the team's first of this panel
  bool new_x, new_w;   // the first block of a strip; a block of a panel for the first time
  bool last_x, last_w; // the last ones
};

// `count` bits, every `step`-th one from `first` on; a sub-grid has less than 16 rows and columns.
KP uint32_t kp_bits(uint64_t first, uint64_t count, uint32_t step) {
  const uint32_t all = (uint32_t)kp_div(0xffff, (1u << step) - 1);
  return (all & ((1u << count * step) - 1)) << first;
}

KP struct kp_share kp_my_share(const struct kp_shape *s, const struct kp_plan *p) {
  const uint32_t row = mtia_row(), column = mtia_col();
  const uint32_t high = p->down ? p->parts : 1, wide = p->down ? 1 : p->parts; // of a chain
  const uint32_t chain_row = (uint32_t)kp_div(row, high), chain = (uint32_t)kp_div(column, wide);
  const uint32_t down = (uint32_t)kp_div(chain_row, p->team_rows);
  const uint32_t right = (uint32_t)kp_div(chain, p->team_columns);
  const uint32_t across = (uint32_t)kp_div(kp_chain_columns(s, p), p->team_columns);
  struct kp_share me;
  me.part = row - chain_row * high + column - chain * wide;
  me.k_begin = me.part * p->my_k;
  me.k_end = (uint32_t)kp_min(s->k, me.k_begin + p->my_k);
  me.team_row = chain_row - down * p->team_rows;
  me.team_chain = chain - right * p->team_columns;
  me.x_members = kp_bits(column - me.team_chain * wide, p->team_columns, wide);
  me.w_members = kp_bits(row - me.team_row * high, p->team_rows, high);
  const uint64_t teams = kp_div(kp_chain_rows(s, p), p->team_rows) * across;
  const uint64_t team = down * across + right;
  const uint64_t units = s->batch * p->panels * p->strip_sets;
  me.begin = kp_div(units * team, teams);
  me.end = right < across ? kp_div(units * (team + 1), teams) : me.begin;
  // The last sets may be ragged: not every PE has a strip or a block in them.
  me.strip_sets = p->strip_sets - ((p->strip_sets - 1) * p->team_rows + me.team_row >= p->strips);
  me.block_sets =
      p->block_sets - ((p->block_sets - 1) * p->team_columns + me.team_chain >= p->blocks);
  return me;
}

// A matrix of the product number `number` of the batch, the last index of the batch fastest.
KP uint64_t kp_address(const struct kp_product *a, const struct kp_matrix *t, uint64_t number) {
  uint64_t at = t->data;
#pragma unroll
  for (int i = KP_BATCH - 1; i >= 0; i--)
    if (number) {
      const uint64_t extent = i ? a->batch[i] : number + 1;
      const uint64_t rest = number < extent ? 0 : kp_div(number, extent);
      at += (number - rest * extent) * t->batch[i];
      number = rest;
    }
  return at;
}

KP void kp_enter(const struct kp_product *a, struct kp_walk *w) {
  w->x = kp_address(a, &a->x, w->number);
  w->w = kp_address(a, &a->w, w->number);
  w->y = kp_address(a, &a->y, w->number);
}

KP void kp_next_unit(const struct kp_product *a, const struct kp_plan *p, struct kp_walk *w) {
  w->units--;
  w->fresh = ++w->strip_set == p->strip_sets;
  if (!w->fresh)
    return;
  w->strip_set = 0;
  if (++w->panel == p->panels) {
    w->panel = 0;
    w->number++;
    kp_enter(a, w);
  }
}

KP void kp_locate(const struct kp_shape *s, const struct kp_plan *p, const struct kp_share *me,
                  struct kp_walk *w) {
  w->row = (w->strip_set * p->team_rows + me->team_row) * KP_BLOCK;
  w->rows = (uint32_t)kp_min(KP_BLOCK, s->m - w->row);
  w->column = (w->block_set * p->team_columns + me->team_chain) * KP_BLOCK;
  w->columns = (uint32_t)kp_min(KP_BLOCK, s->n - w->column);
  w->last_x = w->left == 1;
}

// Goes on to the first unit from here on in which this PE has blocks.
KP void kp_seek(const struct kp_product *a, const struct kp_shape *s, const struct kp_plan *p,
                const struct kp_share *me, struct kp_walk *w) {
  for (; w->units; kp_next_unit(a, p, w)) {
    const uint32_t first = w->panel * p->panel;
    if (w->strip_set >= me->strip_sets || first >= me->block_sets)
      continue;
    w->block_set = first;
    w->left = (uint32_t)kp_min(p->panel, me->block_sets - first);
    w->new_x = true;
    w->new_w = w->fresh;
    w->last_w = w->units == 1 || w->strip_set + 1 == me->strip_sets;
    kp_locate(s, p, me, w);
    return;
  }
}

KP struct kp_walk kp_begin(const struct kp_product *a, const struct kp_shape *s,
                           const struct kp_plan *p, const struct kp_share *me) {
  struct kp_walk w = {.units = me->end - me->begin, .fresh = true};
  if (w.units == 0)
    return w;
  const uint64_t per_product = (uint64_t)p->panels * p->strip_sets;
  w.number = kp_div(me->begin, per_product);
  const uint32_t at = (uint32_t)(me->begin - w.number * per_product);
  w.panel = (uint32_t)kp_div(at, p->strip_sets);
  w.strip_set = at - w.panel * p->strip_sets;
  kp_enter(a, &w);
  kp_seek(a, s, p, me, &w);
  return w;
}

KP void kp_next(const struct kp_product *a, const struct kp_shape *s, const struct kp_plan *p,
                const struct kp_share *me, struct kp_walk *w) {
  if (--w->left) {
    w->block_set++;
    w->new_x = false;
    kp_locate(s, p, me, w);
    return;
  }
  kp_next_unit(a, p, w);
  kp_seek(a, s, p, me, w);
}

// PEs of this row that have a block in this set: they read the same x. Of this column: the same w.
KP uint32_t kp_x_members(const struct kp_plan *p, const struct kp_share *me,
                         const struct kp_walk *w) {
  const uint64_t count = p->blocks - (uint64_t)w->block_set * p->team_columns;
  if (count >= p->team_columns)
    return me->x_members;
  return kp_bits(__builtin_ctz(me->x_members), count, p->down ? 1 : p->parts);
}
KP uint32_t kp_w_members(const struct kp_plan *p, const struct kp_share *me,
                         const struct kp_walk *w) {
  const uint64_t count = p->strips - (uint64_t)w->strip_set * p->team_rows;
  if (count >= p->team_rows)
    return me->w_members;
  return kp_bits(__builtin_ctz(me->w_members), count, p->down ? p->parts : 1);
}
KP bool kp_alone(uint32_t members) { return (members & (members - 1)) == 0; }

// Products that share w, and whose rows follow each other in x and y, are one with more rows.
KP void kp_join(struct kp_product *a) {
  enum { LAST = KP_BATCH - 1 };
#pragma unroll
  for (int i = 0; i < LAST; i++) {
    if (a->batch[LAST] == 1 || a->w.batch[LAST] || a->x.batch[LAST] != a->m * a->x.pitch ||
        a->y.batch[LAST] != a->m * a->y.pitch)
      return;
    for (int j = 0; j < KP_MOST_STEPS; j++)
      if (a->steps[j].batch[LAST] != a->m * a->steps[j].pitch || a->steps[j].pitch % KP_STEP)
        return;
    a->m *= a->batch[LAST];
#pragma unroll
    for (int j = LAST; j >= 0; j--) {
      a->batch[j] = j ? a->batch[j - 1] : 1;
      a->x.batch[j] = j ? a->x.batch[j - 1] : 0;
      a->w.batch[j] = j ? a->w.batch[j - 1] : 0;
      a->y.batch[j] = j ? a->y.batch[j - 1] : 0;
      for (int k = 0; k < KP_MOST_STEPS; k++)
        a->steps[k].batch[j] = j ? a->steps[k].batch[j - 1] : 0;
    }
  }
}

// How a chunk lies in its circular buffer: rows of 64 (or fewer) m or n, `row` bytes apart; turned:
// rows of k. `extent`: m or n of the block.
struct kp_tile {
  uint32_t rows, row, width; // width: bytes of a row in memory
};
KP struct kp_tile kp_tile(bool turned, uint32_t k, uint32_t extent, uint32_t size) {
  if (turned)
    return (struct kp_tile){k / size, kp_pad((uint64_t)extent * size), extent * size};
  return (struct kp_tile){extent, kp_pad(k), k};
}

#define KP_PANEL_ROW (KP_BLOCK / 2 * KP_OUT) // bytes of a row of a panel of y

// Where the chunk is that begins at byte `k` of k and row (column) `first`.
KP uint64_t kp_place(bool turned, uint64_t base, uint64_t pitch, uint64_t first, uint32_t k,
                     uint32_t size) {
  return turned ? base + k / size * pitch + first * size : base + first * pitch + k;
}

// A vector of bias or scales. That of columns comes with w, for all who get that: each by itself
// would ask the same slice of the SRAM. Members must agree on the pitch, even of one row.
#define KP_LOAD_VECTOR(cb, from, with_w)                                                           \
  do {                                                                                             \
    if ((with_w) && !kp_alone(w_members)) {                                                        \
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);                                                        \
      __mtia_dma_in(cb, from, 1, MTIA_MC_COL);                                                     \
    } else                                                                                         \
      __mtia_dma_in(cb, from, 1, MTIA_MC_NONE);                                                    \
  } while (0)

#endif // MTIA_KNYFE_PRODUCT_H

#if KP_WINDOW
#include <mtia/knyfe_window.h>
#endif

// A function of the product: KP_FN(load) is KP_NAME followed by _load.
#define KP_PASTE(name, part) name##_##part
#define KP_PASTE2(name, part) KP_PASTE(name, part)
#define KP_FN(part) KP_PASTE2(KP_NAME, part)

#if KP_SUMS
#include <mtia/knyfe_sums.h>
#endif
#if KP_WINDOW == 1
#include <mtia/knyfe_lists.h>
#endif
#if KP_WINDOW == 2
#define KP_X_BEGIN place = step
#define KP_X_PLACE __mtia_cr_w2(MTIA_CR_MML_A, *place++, pixel)
#else
#define KP_X_BEGIN __mtia_cr_w2(MTIA_CR_MML_A, x_at, x.row)
#define KP_X_PLACE (void)0
#endif
#ifdef KP_STEPS
#include <mtia/knyfe_steps.h>
#define KP_TO KP_CB_DRAINED // a block of binary32
#define KP_STORED KP_BLOCK  // rows at a time
#define KP_PANELS 0
#define KP_PLACES(columns) KP_FN(places)(columns)
#else
#define KP_STEP_ROOM 0
#define KP_TO KP_CB_Y
#define KP_STORED (KP_BLOCK / 2) // those of two accumulators, while the others are at work
// A block lies as two panels of 32 columns, so that each accumulator's tile can leave by itself;
// not where its rows would be less than a request of the memories, and not of a band.
#define KP_PANELS (KP_OUT > 1 && KP_WINDOW != 2)
#define KP_PLACES(columns) KP_BLOCK
#endif

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

#if !KP_WINDOW
// How a chunk of x lies in its buffer.
KP struct kp_tile KP_FN(tile_x)(const struct kp_product *a, uint32_t k, uint32_t rows) {
  (void)a;
  return kp_tile(KP_TURN_X, k, rows, KP_SIZE);
}

KP void KP_FN(load_x)(const struct kp_product *a, const struct kp_walk *b, uint64_t outer,
                      uint32_t at, uint32_t k, uint32_t members) {
  const struct kp_tile t = kp_tile(KP_TURN_X, k, b->rows, KP_SIZE);
  const uint64_t from =
      kp_place(KP_TURN_X, b->x + outer * a->x.outer, a->x.pitch, b->row, at, KP_SIZE);
  __mtia_cr_w2(MTIA_CR_DMA_IN, t.width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->x.pitch);
  if (kp_alone(members))
    __mtia_dma_in(KP_CB_X, from, t.rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(KP_CB_X, from, t.rows, MTIA_MC_ROW);
}
#endif

KP void KP_FN(load_w)(const struct kp_product *a, const struct kp_walk *b, uint64_t outer,
                      uint32_t at, uint32_t k, uint32_t members) {
  const struct kp_tile t = kp_tile(KP_TURN_W, k, b->columns, KP_SIZE);
#if KP_WINDOW
  const struct kp_axis *axis = a->window->axis;
  const uint64_t down = kp_div(outer, axis[2].taps);
  const uint64_t base =
      b->w + down * axis[1].w_pitch + (outer - down * axis[2].taps) * axis[2].w_pitch;
#else
  const uint64_t base = b->w + outer * a->w.outer;
#endif
  uint64_t from = kp_place(KP_TURN_W, base, a->w.pitch, b->column, at, KP_SIZE);
  __mtia_cr_w2(MTIA_CR_DMA_IN, t.width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->w.pitch);
  for (uint32_t left = t.rows, rows; left; left -= rows, from += rows * a->w.pitch) {
    rows = kp_loaded(KP_TURN_W, k, left);
    if (kp_alone(members))
      __mtia_dma_in(KP_CB_W, from, rows, MTIA_MC_NONE);
    else
      __mtia_dma_in(KP_CB_W, from, rows, MTIA_MC_COL);
  }
}

// Meets core 1 behind the first loads.
KP void KP_FN(load)(const struct kp_product *a, const struct kp_shape *s, const struct kp_plan *p,
                    const struct kp_share *me, struct kp_walk b) {
  const uint32_t k_end = (uint32_t)kp_min(me->k_end, a->k * KP_SIZE);
  bool met = false;
#if KP_WINDOW == 2
  struct kp_band band = {.all = UINT32_MAX};
#endif
  if (KP_WINDOW) {
    __mtia_cr_w(MTIA_CR_GATHER_PITCH, KP_PLACE);
    __mtia_cr_w2(MTIA_CR_GATHER_LIMIT, 0, 0);
  }
  for (; b.units; kp_next(a, s, p, me, &b)) {
    const bool with_x = b.new_x || !p->keep_x, with_w = b.new_w || !p->keep_w;
    const uint32_t x_members = kp_x_members(p, me, &b), w_members = kp_w_members(p, me, &b);
    __mtia_cr_w(MTIA_CR_MCAST, x_members | w_members << 16);
    if (KP_BIAS && me->part == 0 && (KP_BIAS == 2 || b.new_w || !kp_columns_stay(p))) {
      const uint64_t from = a->bias + UINT64_C(4) * (KP_BIAS == 1 ? b.column : b.row);
      __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * (KP_BIAS == 1 ? b.columns : b.rows), 0);
      KP_LOAD_VECTOR(KP_CB_BIAS, from, KP_BIAS == 1 && with_w);
    }
    if (KP_SCALES && me->part + 1 == p->parts &&
        (KP_SCALES == 2 || b.new_w || !kp_columns_stay(p))) {
      const uint64_t scales = KP_SCALES == 1 ? a->scales.data + UINT64_C(4) * b.column
                                             : kp_address(a, &a->scales, b.number) + 4 * b.row;
      __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * (KP_SCALES == 1 ? b.columns : b.rows), 0);
      KP_LOAD_VECTOR(KP_CB_SCALES, scales, KP_SCALES == 1 && with_w);
    }
    for (uint64_t outer = 0; outer < a->outer; outer++)
      for (uint32_t at = me->k_begin; at < k_end;) {
        const uint32_t k = kp_chunk(s, outer, at - me->k_begin, k_end - at);
        if (with_x && !KP_WINDOW)
          KP_FN(load_x)(a, &b, outer, at, k, x_members);
        if (with_w)
          KP_FN(load_w)(a, &b, outer, at, k, w_members);
#if KP_WINDOW == 1
        if (with_x) // waits for its list
          KP_FN(load_x)(a, &b, outer, at, k, x_members);
#endif
        if (!met)
          __mtia_bar(MTIA_BAR_PE);
        met = true;
#if KP_WINDOW == 2
        if (with_x && outer == 0 && at == me->k_begin) {
          kp_move_band(a->window->axis, a->bands, b.row / KP_BLOCK, p->team_rows, &band);
          kp_load_band(a->window, a->bands, &band, a->pixel);
        }
#endif
        at += k;
      }
#ifdef KP_STEPS
    if (me->part + 1 == p->parts)
      KP_FN(load_steps)(a, &b);
#endif
  }
  if (!met)
    __mtia_bar(MTIA_BAR_PE);
  if (KP_WINDOW == 2)
    __mtia_cb_pop(KP_CB_LISTS, KP_LIST);
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

// The partial sums go east or south along the chain; those of the last part leave.
#if KP_FLOAT
#define KP_RED __mtia_redf
#else
#define KP_RED __mtia_red
#endif
#define KP_PASS(acc, in, out)                                                                      \
  do {                                                                                             \
    if (me->part == 0)                                                                             \
      KP_RED(acc, MTIA_RED_IN_NONE, out);                                                          \
    else if (!last_part)                                                                           \
      KP_RED(acc, in, out);                                                                        \
    else                                                                                           \
      KP_RED(acc, in, MTIA_RED_OUT_NONE);                                                          \
  } while (0)
#define KP_END(acc, ti, tj)                                                                        \
  do {                                                                                             \
    if (KP_SUMS)                                                                                   \
      __mtia_acc_add(acc, KP_CB_TERMS, tj);                                                        \
    if (p->parts > 1 && p->down)                                                                   \
      KP_PASS(acc, MTIA_RED_IN_NORTH, MTIA_RED_OUT_SOUTH);                                         \
    else if (p->parts > 1)                                                                         \
      KP_PASS(acc, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);                                           \
    if (last_part) {                                                                               \
      if (KP_PANELS) /* tile tj begins 32 columns further right than its panel */                  \
        __mtia_cr_w2(MTIA_CR_OUT, (tj) ? (b.rows - 1) * KP_PANEL_ROW : 0, KP_PANEL_ROW);           \
      KP_DRAIN(acc, KP_TO, ti, tj);                                                                \
    }                                                                                              \
  } while (0)

// One accumulator's share of a chunk that is not turned.
#if KP_WINDOW == 2
#define KP_MULTIPLY_X(acc, ti, tj)                                                                 \
  KP_MULTIPLY_PLACES(acc, step, pixel, w_at, ti, tj, stride, clear, KP_TYPE)
#else
#define KP_MULTIPLY_X(acc, ti, tj)                                                                 \
  KP_MULTIPLY(acc, x_at, x.row, w_at, ti, tj, stride, clear, KP_TYPE)
#endif
#define KP_ACC(acc, ti, tj)                                                                        \
  do {                                                                                             \
    if (b.rows > 32 * (ti) && b.columns > 32 * (tj)) {                                             \
      KP_MULTIPLY_X(acc, ti, tj);                                                                  \
      if (last)                                                                                    \
        KP_END(acc, ti, tj);                                                                       \
    }                                                                                              \
  } while (0)
// The columns of w that come first, first.
#define KP_ALL(what)                                                                               \
  do {                                                                                             \
    what(0, 0, 0);                                                                                 \
    what(2, 1, 0);                                                                                 \
    what(1, 0, 1);                                                                                 \
    what(3, 1, 1);                                                                                 \
  } while (0)
#define KP_ZERO(acc, ti, tj) __mtia_acc_zero(acc)
#define KP_START(acc, ti, tj)                                                                      \
  do {                                                                                             \
    if (KP_BIAS == 1)                                                                              \
      __mtia_acc_bias(acc, KP_CB_BIAS, tj);                                                        \
    else                                                                                           \
      __mtia_acc_biasr(acc, KP_CB_BIAS, ti);                                                       \
  } while (0)

KP void KP_FN(compute)(const struct kp_product *a, const struct kp_shape *s,
                       const struct kp_plan *p, const struct kp_share *me, struct kp_walk b) {
  enum { STEP_K = KP_STEP / KP_SIZE };
  (void)STEP_K;
  const bool last_part = me->part + 1 == p->parts, bias = KP_BIAS && me->part == 0;
  const uint32_t k_end = (uint32_t)kp_min(me->k_end, a->k * KP_SIZE);
  __mtia_cr_w2(MTIA_CR_MML_INC, a->taps_joined ? KP_BLOCK * KP_STEP : KP_STEP, KP_STEP);
#ifndef KP_STEPS
  __mtia_cr_w2(MTIA_CR_OUT, 0, KP_BLOCK * KP_OUT);
#endif
  __mtia_cr_w2(MTIA_CR_BIAS, 0, 0);
  __mtia_cr_w2(MTIA_CR_QCHAN, KP_CB_SCALES | (KP_SCALES == 2) << 5, 0);
  __mtia_cr_w2(MTIA_CR_MLU_DST, 0, KP_STEP);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, a->y.pitch);
#if KP_SUMS
  __mtia_cr_w2(MTIA_CR_SE_STRIDE, 0, 0);
#endif
  __mtia_bar(MTIA_BAR_PE);
#if KP_WINDOW == 2
  const uint32_t pixel = kp_pad(a->pixel);
  uint32_t places[KP_BAND_STEPS];
  uint32_t placed_rows = 0, placed_columns = 0; // of the band whose places these are
  struct kp_band band = {.all = UINT32_MAX};
  kp_list_outside(a->window->pad, MTIA_LOCAL_BASE + p->x_room + p->w_room + s->aside - KP_PAD_ROW,
                  KP_SIZE);
#elif KP_WINDOW
  // What the functions that make lists read is in memory, for them only.
  const struct kp_product list_a = *a;
  const struct kp_shape list_s = *s;
  const struct kp_plan list_p = *p;
  const struct kp_share list_me = *me;
  struct KP_FN(ahead) ahead = {.b = b, .k_end = k_end, .steps = kp_tap_steps(a->window)};
  uint64_t used = 0;
  ahead.outside = kp_padding(
      a->window->pad, MTIA_LOCAL_BASE + p->x_room + p->w_room + s->aside - KP_PAD_ROW, KP_SIZE);
  if (me->k_begin >= k_end || a->outer == 0)
    ahead.b.units = 0; // an empty sum
  KP_FN(seek)(&list_a, &list_s, &list_p, &list_me, &ahead);
#endif
#ifdef KP_STEPS
  KP_FN(clear_block)(s);
#endif
  uint32_t w_held = 0; // bytes of the panel's w in front of the block's
  while (b.units) {
    const bool pop_x = b.last_x || !p->keep_x, pop_w = b.last_w || !p->keep_w;
    const bool pop_columns = b.last_w || !kp_columns_stay(p); // vectors
#if KP_WINDOW == 2
    kp_move_band(a->window->axis, a->bands, b.row / KP_BLOCK, p->team_rows, &band);
    b.rows = kp_positions(a->bands, band.rows, band.columns);
    if (band.rows != placed_rows || band.columns != placed_columns)
      kp_band_places(a->window, a->bands, &band, pixel, places);
    placed_rows = band.rows, placed_columns = band.columns;
    const uint32_t *step = places, *place = places;
    (void)place;
#endif
    __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(b.rows, b.columns));
#ifdef KP_STEPS
    __mtia_cr_w2(MTIA_CR_OUT, 0, KP_PLACES(b.columns) * 4);
#endif
    if (bias) {
      KP_ALL(KP_START);
      if (KP_BIAS == 2 || pop_columns)
        __mtia_cb_pop(KP_CB_BIAS, kp_pad(4 * (uint64_t)(KP_BIAS == 1 ? b.columns : b.rows)));
    }
#if KP_SUMS
    const bool sums = b.new_w || !kp_columns_stay(p);
#endif
    uint32_t x_held = 0;
    (void)x_held;
    bool clear = !bias;
    for (uint64_t outer = 0; outer < a->outer; outer++)
      for (uint32_t at = me->k_begin; at < k_end;) {
        const uint32_t k = kp_chunk(s, outer, at - me->k_begin, k_end - at), stride = kp_pad(k);
#if KP_WINDOW != 2
        const struct kp_tile x = KP_FN(tile_x)(a, k, b.rows);
        const uint32_t x_at = pop_x ? 0 : x_held;
#endif
#if KP_WINDOW == 1
        if (b.new_x || !p->keep_x) {
          used += x.rows * 4;
          if (ahead.made < used + KP_LISTS / 4 && ahead.b.units)
            KP_FN(lists)(&list_a, &list_s, &list_p, &list_me, &ahead, used);
        }
#endif
        const struct kp_tile w = kp_tile(KP_TURN_W, k, b.columns, KP_SIZE);
        const uint32_t w_at = pop_w ? 0 : w_held;
        at += k;
        const bool last = at == k_end && outer + 1 == a->outer;
#if KP_SUMS
        const bool begins = outer == 0 && at - k == me->k_begin;
        if (sums)
          KP_FN(begin_sums)(w_at, w);
#endif
#if KP_TURN_X && KP_TURN_W
        // Four tiles per step, x's in buffers 0 and 1, w's in 2 and 3. The order of products goes
        // back and forth, so that buffers are given back, and filled, one after the other.
        (void)stride;
        uint32_t x_from = x_at, w_from = w_at;
        const uint32_t x0 = (uint32_t)kp_min(32, b.rows), x1 = b.rows - x0;
        const uint32_t w0 = (uint32_t)kp_min(32, b.columns), w1 = b.columns - w0;
        bool zero = clear, odd = false;
        for (uint32_t k_rows = k / KP_SIZE;; k_rows -= STEP_K) {
          const uint32_t step = (uint32_t)kp_min(STEP_K, k_rows);
          KP_TURN(2, KP_CB_W, w_from, w.row, step, w0);
          if (!odd)
            KP_TURN(0, KP_CB_X, x_from, x.row, step, x0);
          if (x1)
            KP_TURN(1, KP_CB_X, x_from + 32 * KP_SIZE, x.row, step, x1);
          if (odd)
            KP_TURN(0, KP_CB_X, x_from, x.row, step, x0);
          if (w1)
            KP_TURN(3, KP_CB_W, w_from + 32 * KP_SIZE, w.row, step, w1);
          if (odd) {
            KP_MML(oab, 2, 1, 2, 1, 0, 0);
            KP_MML(oab, 0, 0, 2, 0, 0, 0);
            KP_MML(oab, 1, 0, 3, 0, 1, 0);
            KP_MML(oab, 3, 1, 3, 1, 1, 0);
          } else {
            KP_MML(oab, 0, 0, 2, 0, 0, 0);
            KP_MML(oab, 2, 1, 2, 1, 0, 0);
            KP_MML(oab, 3, 1, 3, 1, 1, 0);
            KP_MML(oab, 1, 0, 3, 0, 1, 0);
          }
          zero = false;
          if (k_rows <= STEP_K)
            break;
          odd = !odd;
          x_from += STEP_K * x.row;
          w_from += STEP_K * w.row;
        }
        if (last)
          KP_ALL(KP_END);
#elif KP_TURN_X
        __mtia_cr_w2(MTIA_CR_MML_B, w_at, stride);
        KP_TURNED_TILE(KP_STEP_X, 0, 1, 0, x_at, x.row, b.rows);
        if (last) {
          KP_END(0, 0, 0);
          KP_END(1, 0, 1);
        }
        __mtia_cr_w2(MTIA_CR_MML_B, w_at, stride);
        KP_TURNED_TILE(KP_STEP_X, 2, 3, 1, x_at, x.row, b.rows);
        if (last) {
          KP_END(2, 1, 0);
          KP_END(3, 1, 1);
        }
#elif KP_TURN_W
        KP_X_BEGIN;
        KP_TURNED_TILE(KP_STEP_W, 0, 2, 0, w_at, w.row, b.columns);
        if (last) {
          KP_END(0, 0, 0);
          KP_END(2, 1, 0);
        }
        KP_X_BEGIN;
        KP_TURNED_TILE(KP_STEP_W, 1, 3, 1, w_at, w.row, b.columns);
        if (last) {
          KP_END(1, 0, 1);
          KP_END(3, 1, 1);
        }
#else
        KP_ALL(KP_ACC);
#endif
        clear = false;
#if KP_SUMS
        if (sums)
          KP_FN(end_sums)(a, b.columns, begins, last);
        if (last && pop_columns)
          __mtia_cb_pop(KP_CB_TERMS, KP_TERMS);
#endif
        const uint32_t w_bytes = w.rows * w.row;
#if KP_WINDOW == 2
        step += stride / KP_STEP;
#else
        const uint32_t x_bytes = x.rows * x.row;
        if (pop_x)
          __mtia_cb_pop(KP_CB_X, x_bytes);
        else
          x_held += x_bytes;
#endif
        if (pop_w)
          __mtia_cb_pop(KP_CB_W, w_bytes);
        else
          w_held += w_bytes;
      }
    if (a->k == 0 || a->outer == 0) { // an empty sum
      if (!bias)
        KP_ALL(KP_ZERO);
#if KP_SUMS
      __mtia_cb_waits(KP_CB_TERMS, KP_TERMS);
      __builtin_memset((void *)(uintptr_t)__mtia_cb_tail(KP_CB_TERMS, 0), 0, KP_TERMS);
      __mtia_cb_push(KP_CB_TERMS, KP_TERMS);
#endif
      KP_ALL(KP_END);
#if KP_SUMS
      __mtia_cb_pop(KP_CB_TERMS, KP_TERMS);
#endif
    }
#if KP_WINDOW == 2
    if (pop_x)
      __mtia_cb_pop(KP_CB_X,
                    kp_band_pixels(a->window->axis, a->bands, band.rows, band.columns) * pixel);
#endif
    const struct kp_walk done = b;
    if (b.last_x)
      w_held = 0; // the next strip goes over the panel again
    kp_next(a, s, p, me, &b);
    if (!last_part)
      continue;
    if (KP_SCALES == 2 || (KP_SCALES && pop_columns))
      __mtia_cb_pop(KP_CB_SCALES,
                    kp_pad(4 * (uint64_t)(KP_SCALES == 1 ? done.columns : done.rows)));
#ifdef KP_STEPS
    KP_FN(steps)(&done);
#endif
    const uint32_t row = KP_PANELS ? KP_PANEL_ROW : KP_PLACES(done.columns) * KP_OUT;
#if KP_WINDOW == 2
    __mtia_cr_w2(MTIA_CR_DMA_OUT, done.columns * KP_OUT, row);
    kp_store_band(a, a->bands, &band, done.y + (uint64_t)done.column * KP_OUT, done.rows, row);
#else
    for (uint32_t left = done.columns, columns; left; left -= columns) {
      columns = (uint32_t)kp_min(KP_PANELS ? KP_BLOCK / 2 : KP_BLOCK, left);
      uint64_t to =
          done.y + done.row * a->y.pitch + (uint64_t)(done.column + done.columns - left) * KP_OUT;
      __mtia_cr_w2(MTIA_CR_DMA_OUT, columns * KP_OUT, row);
      for (uint32_t below = done.rows, rows; below; below -= rows, to += rows * a->y.pitch) {
        rows = (uint32_t)kp_min(KP_STORED, below);
        __mtia_cb_push(KP_CB_Y, rows * row);
        __mtia_dma_out(KP_CB_Y, to, rows);
      }
    }
#endif
  }
#ifdef KP_STEPS
  __mtia_cb_pop(KP_CB_BLOCK, KP_BLOCK * KP_BLOCK * 4);
#endif
}

//===----------------------------------------------------------------------===//
// Both cores
//===----------------------------------------------------------------------===//

// Does this PE's share of the product a.
KP void KP_FN(run)(const struct kp_product *a, const struct kp_shape *s, const struct kp_plan *p) {
  struct kp_share me = kp_my_share(s, p);
  if (a->outer != 1) { // every segment has all of its k
    me.k_begin = 0;
    me.k_end = (uint32_t)(a->k * KP_SIZE);
  }
  const struct kp_walk first = kp_begin(a, s, p, &me);
  if (mtia_core() == 1) {
    KP_FN(compute)(a, s, p, &me, first);
    return;
  }
  uint64_t at = MTIA_LOCAL_BASE;
  __mtia_cb_init(KP_CB_X, at, p->x_room);
  __mtia_cb_init(KP_CB_W, at += p->x_room, p->w_room);
  __mtia_cb_init(KP_CB_Y, at += p->w_room, kp_y_room(KP_OUT));
  at += kp_y_room(KP_OUT);
  if (KP_BIAS)
    __mtia_cb_init(KP_CB_BIAS, at, KP_VECTORS);
  if (KP_SCALES)
    __mtia_cb_init(KP_CB_SCALES, at + (KP_BIAS ? KP_VECTORS : 0), KP_VECTORS);
  at += (KP_BIAS ? KP_VECTORS : 0) + (KP_SCALES ? KP_VECTORS : 0);
  if (KP_SUMS) {
    __mtia_cb_init(KP_CB_SUMS, at, 2 * KP_TERMS);
    __mtia_cb_init(KP_CB_TERMS, at + 2 * KP_TERMS, 2 * KP_TERMS);
  }
#ifdef KP_STEPS
  KP_FN(init_steps)(at + (KP_SUMS ? 4 * KP_TERMS : 0));
#endif
  if (KP_WINDOW)
    __mtia_cb_init(KP_CB_LISTS,
                   MTIA_LOCAL_BASE + p->x_room + p->w_room + s->aside - KP_PAD_ROW -
                       kp_lists(KP_WINDOW),
                   kp_lists(KP_WINDOW));
  KP_FN(load)(a, s, p, &me, first);
}

// `plan` is a plan for `rows` x `columns` PEs, and these are here, if `planned`: then its numbers
// are the code's. Else the launch makes one.
KP void KP_NAME(const struct kp_product *product, const struct kp_plan *plan, uint32_t rows,
                uint32_t columns, bool planned) {
  struct kp_product a = *product;
#if KP_WINDOW == 2
  const struct kp_bands bands = kp_bands(a.window->axis, a.window->bands);
  a.bands = &bands;
  a.pixel = (uint32_t)a.k * KP_SIZE;
  a.m = KP_BLOCK * (uint64_t)a.window->axis[0].extent * bands.down * bands.across;
  for (int i = 0; i < KP_BATCH; i++)
    a.batch[i] = 1;
#else
  if (!KP_TURN_X && KP_BIAS != 2 && KP_SCALES != 2)
    kp_join(&a);
#endif
  if (a.m == 0 || a.n == 0)
    return;
  // Two summed indices of which the inner one fills its rows are one.
#if KP_WINDOW
  const struct kp_axis *axis = a.window->axis;
  const bool dense_x = KP_WINDOW == 2 ? a.pixel % KP_STEP == 0 : a.k * KP_SIZE == KP_STEP;
  const bool dense_w = axis[2].w_pitch == a.k * (KP_TURN_W ? a.w.pitch : KP_SIZE) &&
                       axis[1].w_pitch == axis[2].w_pitch * axis[2].taps;
#else
  const bool dense_x = a.x.outer == a.k * (KP_TURN_X ? a.x.pitch : KP_SIZE);
  const bool dense_w = a.w.outer == a.k * (KP_TURN_W ? a.w.pitch : KP_SIZE);
#endif
  if (a.outer > 1 && dense_x && dense_w) {
    a.k *= a.outer;
    a.outer = 1;
    a.taps_joined = KP_WINDOW == 1;
  }
  const struct kp_shape s = {
      .batch = a.batch[0] * a.batch[1] * a.batch[2] * a.batch[3],
      .m = a.m,
      .n = a.n,
      .k = a.k * a.outer ? kp_pad(a.k * KP_SIZE) * a.outer : KP_STEP,
      .out = KP_OUT,
      .aside = kp_aside(KP_OUT, KP_BIAS, KP_SCALES, KP_SUMS, KP_WINDOW, KP_STEP_ROOM),
      .splits = a.outer == 1 && KP_WINDOW != 2,
#if KP_WINDOW == 2
      .band = bands.pixels * kp_pad(a.pixel),
      .bands = bands.down * bands.across,
      .halves = kp_halves(a.window->axis, &bands),
#endif
#if KP_WINDOW
      .x_far = a.window->data >= MTIA_DRAM_BASE,
      .x_alone = true,
#else
      .x_far = a.x.data >= MTIA_DRAM_BASE,
#endif
      .w_far = a.w.data >= MTIA_DRAM_BASE,
      .rows = planned                          ? rows
              : a.rows && a.rows < mtia_rows() ? a.rows
                                               : mtia_rows(),
      .columns = planned                                ? columns
                 : a.columns && a.columns < mtia_cols() ? a.columns
                                                        : mtia_cols()};
  if (s.batch == 0 || mtia_row() >= s.rows || mtia_col() >= s.columns)
    return;
  struct kp_plan p;
  if (planned) {
    p = *plan;
    kp_derive(&s, &p);
  } else
    p = kp_choose(&s);
  KP_FN(run)(&a, &s, &p);
}

#undef KP_NAME
#undef KP_SIZE
#undef KP_TYPE
#undef KP_OUT
#undef KP_DRAIN
#undef KP_FLOAT
#undef KP_TURN_X
#undef KP_TURN_W
#undef KP_BIAS
#undef KP_SCALES
#undef KP_WINDOW
#undef KP_SUMS
#undef KP_STEPS
#undef KP_STEP_TYPE
#undef KP_STEP_ROOM
#undef KP_STEP_COUNT
#undef KP_TO
#undef KP_STORED
#undef KP_PANELS
#undef KP_PLACES
#undef KP_PASTE
#undef KP_PASTE2
#undef KP_FN
#undef KP_RED
#undef KP_PASS
#undef KP_END
#undef KP_MULTIPLY_X
#undef KP_X_BEGIN
#undef KP_X_PLACE
#undef KP_ACC
#undef KP_ALL
#undef KP_ZERO
#undef KP_START
