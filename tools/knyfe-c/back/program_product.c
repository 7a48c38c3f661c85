// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What both cores do for a matrix product: the loops of <mtia/knyfe_product.h> once more, as
// events. The plan is that of the text; <mtia/knyfe_plan.h> says what follows from it.
#include "program_product.h"
#include "program.h"

enum { CB_X, CB_W, CB_Y, CB_BIAS, CB_SCALES, CB_SUMS, CB_TERMS, CB_STEPS };
enum { STEP_LOOP = 4, FIRST_BUFFER = 28 };
// Cycles of a core: from the call to its first command (shape, plan, share); for a block (the walk,
// its addresses); for a DMA with its registers. With a window more is on the stack than is in the
// cache at the start.
// For a list of places, and for the places of a block (<mtia/knyfe_window.h>); for sums of w.
// Of bands: at the start, for a row of a plane, for a block more.
enum {
  START = 60,
  START_WINDOW = 950,
  START_BANDS = 300,
  BLOCK = 60,
  LOAD = 22,
  LIST = 75,
  PLACES = 700,
  BAND_ROW = 12,
  BAND = 110,
  SUMS = 60
};

struct share {
  uint32_t part, k_begin, k_end, team_row, team_chain, strip_sets, block_sets;
  uint64_t begin, end;
};

struct walk {
  uint32_t panel, strip_set, block_set, left, rows, columns, x_members, w_members;
  struct kp_band band;
  bool new_x, new_w, last_x, last_w;
};

static struct share my_share(const struct pg_product *a, const struct kp_plan *p, uint32_t row,
                             uint32_t column) {
  const struct kp_shape *s = &a->shape;
  uint32_t high = p->down ? p->parts : 1, wide = p->down ? 1 : p->parts;
  uint32_t chain_row = row / high, chain = column / wide, chain_rows = kp_chain_rows(s, p);
  uint32_t down = chain_row / p->team_rows, right = chain / p->team_columns,
           across = kp_chain_columns(s, p) / p->team_columns;
  struct share me = {.part = row % high + column % wide,
                     .team_row = chain_row % p->team_rows,
                     .team_chain = chain % p->team_columns};
  me.k_begin = me.part * p->my_k;
  me.k_end = (uint32_t)kp_min(s->k, me.k_begin + p->my_k);
  uint64_t teams = (uint64_t)(chain_rows / p->team_rows) * across,
           team = (uint64_t)down * across + right;
  uint64_t units = s->batch * p->panels * p->strip_sets;
  if (teams == 0 || right >= across || down >= chain_rows / p->team_rows)
    return me;
  me.begin = units * team / teams;
  me.end = units * (team + 1) / teams;
  me.strip_sets = p->strip_sets - ((p->strip_sets - 1) * p->team_rows + me.team_row >= p->strips);
  me.block_sets =
      p->block_sets - ((p->block_sets - 1) * p->team_columns + me.team_chain >= p->blocks);
  return me;
}

static void locate(const struct pg_product *a, const struct kp_plan *p, const struct share *me,
                   struct walk *w) {
  const struct kp_shape *s = &a->shape;
  uint32_t row = (w->strip_set * p->team_rows + me->team_row) * KP_BLOCK;
  uint32_t column = (w->block_set * p->team_columns + me->team_chain) * KP_BLOCK;
  w->rows = (uint32_t)kp_min(KP_BLOCK, s->m - row);
  w->columns = (uint32_t)kp_min(KP_BLOCK, s->n - column);
  if (s->band) {
    w->band = kp_band(a->axis, &a->bands, row / KP_BLOCK, p->team_rows);
    w->rows = kp_positions(&a->bands, w->band.rows, w->band.columns);
  }
  w->last_x = w->left == 1;
  w->x_members =
      (uint32_t)kp_min(p->team_columns, p->blocks - (uint64_t)w->block_set * p->team_columns);
  w->w_members = (uint32_t)kp_min(p->team_rows, p->strips - (uint64_t)w->strip_set * p->team_rows);
}

typedef void visit_block(struct follow *f, const struct pg_product *a, const struct kp_plan *p,
                         const struct share *me, const struct walk *w, void *state);

static void each_block(struct follow *f, const struct pg_product *a, const struct kp_plan *p,
                       const struct share *me, visit_block *visit, void *state) {
  uint64_t per_product = (uint64_t)p->panels * p->strip_sets;
  bool fresh = true;
  for (uint64_t unit = me->begin; unit < me->end; unit++, fresh = unit % p->strip_sets == 0) {
    struct walk w = {.panel = (uint32_t)(unit % per_product / p->strip_sets),
                     .strip_set = (uint32_t)(unit % p->strip_sets)};
    uint32_t first = w.panel * p->panel;
    if (w.strip_set >= me->strip_sets || first >= me->block_sets)
      continue;
    w.left = (uint32_t)kp_min(p->panel, me->block_sets - first);
    w.block_set = first;
    w.new_x = true;
    w.new_w = fresh;
    w.last_w = unit + 1 == me->end || w.strip_set + 1 == me->strip_sets;
    for (; w.left; w.left--, w.block_set++, w.new_x = false) {
      locate(a, p, me, &w);
      visit(f, a, p, me, &w, state);
    }
  }
}

// Operands of the SE's steps on a block: what has no place in the block itself.
static double step_bytes(const struct pg_product *a) {
  const uint32_t block = KP_BLOCK * KP_BLOCK * 4;
  return a->step_room > block ? a->step_room - block : 0;
}

// How a chunk lies in its buffer.
struct tile {
  uint32_t rows, row, width;
};
static struct tile tile(bool turned, uint32_t k, uint32_t extent, uint32_t size) {
  if (turned)
    return (struct tile){k / size, kp_pad((uint64_t)extent * size), extent * size};
  return (struct tile){extent, kp_pad(k), k};
}

static struct tile tile_x(const struct pg_product *a, uint32_t k, uint32_t rows) {
  if (a->taps_joined)
    return (struct tile){k / KP_STEP * KP_BLOCK, KP_STEP, KP_STEP};
  return tile(a->turn_x, k, a->window ? KP_BLOCK : rows, a->size);
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

// PEs of the sub-grid for each one that has blocks: what the others don't move is not in its way.
static unsigned pes_for_each(const struct pg_product *a, const struct kp_plan *p) {
  const struct kp_shape *s = &a->shape;
  const uint64_t units = s->batch * p->panels * p->strip_sets, pes = (uint64_t)s->rows * s->columns;
  const uint64_t team = (uint64_t)p->team_rows * p->team_columns * p->parts;
  return (unsigned)kp_max(pes / kp_min(units * team, pes), 1);
}

static void load(struct follow *f, const struct pg_product *a, const struct kp_plan *p, uint8_t cb,
                 struct tile t, uint32_t members) {
  pg_scalar(f, LOAD);
  pg_dma(f, true, cb, t.rows, t.width, (double)t.rows * t.row, members)->members *=
      (uint8_t)pes_for_each(a, p);
}

static void load_outside(struct follow *f, const struct pg_product *a, uint32_t count) {
  for (uint32_t n; count; count -= n) {
    n = (uint32_t)kp_min(count, KP_BLOCK);
    pg_dma(f, true, CB_X, n, 0, n * (double)kp_pad(a->pixel), 1);
  }
}

static void load_plane(struct follow *f, const struct pg_product *a, const struct kp_band *band,
                       struct kp_reach y, struct kp_reach x, uint32_t phase_y, uint32_t phase_x) {
  const struct kp_axis *down = &a->axis[1], *across = &a->axis[2];
  const struct kp_line l = kp_line(across, x, phase_x, band->column, band->columns);
  const uint32_t rows = band->rows + (uint32_t)(y.high - y.low), stride = kp_pad(a->pixel);
  const bool together = across->step == 1 && a->pixel == stride;
  int64_t pixel = (int64_t)down->step * ((int32_t)band->row + y.low) + phase_y;
  uint32_t outside = l.lead;
  for (uint32_t row = 0; row < rows; row++, pixel += down->step) {
    const uint32_t all = row + 1 < rows ? a->bands.pitch : l.count - l.lead;
    pg_scalar(f, BAND_ROW);
    if (l.inside && pixel >= 0 && pixel < (int64_t)down->limit) {
      load_outside(f, a, outside);
      pg_dma(f, true, CB_X, together ? 1 : l.inside, together ? l.inside * stride : a->pixel,
             l.inside * (double)stride, 1);
      outside = all - l.inside;
    } else
      outside += all;
  }
  load_outside(f, a, outside);
}

static void load_band(struct follow *f, const struct pg_product *a, const struct kp_band *band) {
  for (uint32_t i = 0; i < (uint32_t)a->axis[1].step; i++)
    for (uint32_t j = 0; j < (uint32_t)a->axis[2].step; j++) {
      const uint32_t down = kp_phase(&a->axis[1], i), across = kp_phase(&a->axis[2], j);
      const struct kp_reach y = kp_reach(&a->axis[1], down), x = kp_reach(&a->axis[2], across);
      if (!y.any || !x.any)
        continue;
      pg_scalar(f, LOAD);
      load_plane(f, a, band, y, x, down, across);
    }
}

static void load_block(struct follow *f, const struct pg_product *a, const struct kp_plan *p,
                       const struct share *me, const struct walk *w, void *state) {
  bool *met = state, with_x = w->new_x || !p->keep_x, with_w = w->new_w || !p->keep_w;
  pg_scalar(f, BLOCK);
  const struct tile vector = {1, kp_pad(4 * (uint64_t)w->columns), 4 * w->columns};
  if (a->bias && me->part == 0 && (w->new_w || !kp_columns_stay(p)))
    load(f, a, p, CB_BIAS, vector, with_w ? w->w_members : 1);
  if (a->scales && me->part + 1 == p->parts && (w->new_w || !kp_columns_stay(p)))
    load(f, a, p, CB_SCALES, vector, with_w ? w->w_members : 1);
  for (uint64_t outer = 0; outer < a->outer; outer++)
    for (uint32_t at = me->k_begin, k; at < me->k_end; at += k) {
      k = kp_chunk(&a->shape, outer, at - me->k_begin, me->k_end - at);
      if (with_x && !a->shape.band)
        load(f, a, p, CB_X, tile_x(a, k, w->rows), a->window ? 1 : w->x_members);
      struct tile t = tile(a->turn_w, k, w->columns, a->size);
      for (uint32_t left = with_w ? t.rows : 0; left; left -= t.rows) {
        t.rows = kp_loaded(a->turn_w, k, left);
        load(f, a, p, CB_W, t, w->w_members);
      }
      if (!*met)
        pg_emit(f, PG_BAR_PE);
      *met = true;
      if (with_x && a->shape.band && !outer && at == me->k_begin)
        load_band(f, a, &w->band);
    }
  if (step_bytes(a) > 0 && me->part + 1 == p->parts) {
    const uint32_t bytes = (uint32_t)step_bytes(a);
    load(f, a, p, CB_STEPS, (struct tile){KP_BLOCK, bytes / KP_BLOCK, bytes / KP_BLOCK}, 1);
  }
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

struct held {
  uint32_t x, w;
};

static struct pg_event *move(struct follow *f, enum pg_kind kind, uint8_t cb, double bytes) {
  struct pg_event *e = pg_emit(f, kind);
  e->cb[0] = cb;
  e->bytes = bytes;
  return e;
}

static void steps(struct follow *f, const struct pg_product *a, const struct walk *w) {
  for (unsigned i = 0; i < a->steps; i++) {
    pg_scalar(f, 8);
    struct pg_event *e =
        pg_unit(f, KN_SE, kn_cost_se(w->rows, w->columns, 32), KN_DEV_se_latency, 255);
    e->out = CB_Y;
    if (step_bytes(a) > 0)
      e->cb[0] = CB_STEPS;
  }
  if (step_bytes(a) > 0)
    move(f, PG_POP, CB_STEPS, step_bytes(a));
}

static void multiply(struct follow *f, double rows, double cols, int acc, uint8_t a, uint8_t b,
                     int64_t a_at, int64_t b_at) {
  const double cycles =
      rows > 0 && cols > 0 ? kn_cost_mml(rows > 32 ? 32 : rows, cols > 32 ? 32 : cols) : 1;
  struct pg_event *e = pg_unit(f, KN_DPE, cycles, KN_DEV_dpe_latency, acc);
  e->cb[0] = a;
  e->cb[1] = b;
  e->offset[0] = a_at;
  e->offset[1] = b_at;
}

// An accumulator that is finished: partial sums go east, those of the last part leave.
static void finish(struct follow *f, const struct kp_plan *p, const struct share *me, double rows,
                   double cols, int acc, bool sums) {
  if (sums) // as soon as core 1 has added them up, which is sooner than the products are done
    pg_unit(f, KN_RE, KN_DEV_re_bias, 0, acc);
  if (p->parts > 1) {
    struct pg_event *e = pg_unit(f, KN_RE, kn_cost_red(), KN_DEV_re_hop, acc);
    e->chained = (uint8_t)me->part;
  }
  if (me->part + 1 == p->parts) {
    struct pg_event *e =
        pg_unit(f, KN_SE, kn_cost_tile(rows > 32 ? 32 : rows, cols > 32 ? 32 : cols),
                KN_DEV_se_latency, acc);
    e->out = CB_Y;
  }
}

// The last byte that a step of k reads of a band is behind this one: where the places of taps go
// up with their numbers.
static int64_t band_place(const struct pg_product *a, const struct walk *w, uint32_t step) {
  const uint32_t stride = kp_pad(a->pixel), per = stride / KP_STEP, tap = step / per;
  const uint32_t down = tap / a->axis[2].taps, across = tap % a->axis[2].taps;
  const uint32_t at = kp_tap_pixel(a->axis, &a->bands, &w->band, down, across);
  return (int64_t)(at + w->rows - 1) * stride;
}

// A chunk whose operand is turned: the MLU fills four operand buffers, which the DPE empties.
static void turned_chunk(struct follow *f, const struct pg_product *a, const struct kp_plan *p,
                         const struct share *me, const struct walk *w, uint32_t k, int64_t x_at,
                         int64_t w_at, uint32_t first, bool last) {
  uint32_t steps = (k / a->size + KP_STEP / a->size - 1) / (KP_STEP / a->size);
  bool both = a->turn_x && a->turn_w;
  for (int half = 0; half < (both ? 1 : 2); half++) {
    if ((a->turn_x ? w->rows : w->columns) <= 32 * (uint32_t)half)
      continue;
    for (uint32_t i = 0; i < steps; i++) {
      if (a->shape.band)
        x_at = band_place(a, w, first + i);
      for (int t = 0; t < (both ? 4 : 1); t++) {
        uint8_t buffer = (uint8_t)(FIRST_BUFFER + (both ? t : (int)(i % 4)));
        pg_scalar(f, 4);
        struct pg_event *e = pg_unit(f, KN_MLU, 32, KN_DEV_mlu_latency, 255);
        e->cb[0] = a->turn_x && (!both || t < 2) ? CB_X : CB_W;
        e->offset[0] = e->cb[0] == CB_X ? x_at : w_at;
        e->out = buffer;
        move(f, PG_PUSH, buffer, 1);
      }
      for (int t = 0; t < (both ? 4 : 2); t++) {
        int acc = both ? t : a->turn_x ? 2 * half + t : half + 2 * t;
        uint8_t buffer = (uint8_t)(FIRST_BUFFER + (both ? t : (int)(i % 4)));
        multiply(f, w->rows - 32.0 * (acc >> 1), w->columns - 32.0 * (acc & 1), acc, buffer,
                 both        ? PG_NO_CB
                 : a->turn_x ? CB_W
                             : CB_X,
                 0, a->turn_x ? w_at : x_at);
        if (both || t == 1)
          move(f, PG_POP, buffer, 1);
      }
    }
    for (int t = 0; last && t < (both ? 4 : 2); t++) {
      int acc = both ? t : a->turn_x ? 2 * half + t : half + 2 * t;
      finish(f, p, me, w->rows - 32.0 * (acc >> 1), w->columns - 32.0 * (acc & 1), acc, a->sums);
    }
  }
}

// The SE adds up rows of w, core 1 the sums of chunks.
static void begin_sums(struct follow *f, double rows, double width, int64_t at) {
  pg_scalar(f, 6);
  struct pg_event *e = pg_unit(f, KN_SE, kn_cost_se(rows, width, 8), KN_DEV_se_latency, 255);
  e->cb[0] = CB_W;
  e->offset[0] = at;
  e->out = CB_SUMS;
  move(f, PG_PUSH, CB_SUMS, KP_TERMS);
}

static void end_sums(struct follow *f, bool last) {
  move(f, PG_WAITD, CB_SUMS, KP_TERMS);
  pg_scalar(f, SUMS);
  move(f, PG_POP, CB_SUMS, KP_TERMS);
  if (last)
    move(f, PG_PUSH, CB_TERMS, KP_TERMS);
}

// What an accumulator, or two beside each other, have made leaves while the others are at work.
static void store(struct follow *f, const struct pg_product *a, const struct kp_plan *p,
                  const struct walk *w) {
  const uint32_t high = a->steps ? KP_BLOCK : KP_BLOCK / 2;
  const uint32_t wide = a->steps || a->shape.out == 1 || a->shape.band ? KP_BLOCK : KP_BLOCK / 2;
  unsigned behind = w->columns > KP_BLOCK / 2 ? 2 : 1; // drains
  behind *= w->rows > KP_BLOCK / 2 ? 2 : 1;
  for (uint32_t from = 0; from < w->columns; from += wide)
    for (uint32_t at = 0; at < w->rows; at += high) {
      const uint32_t rows = (uint32_t)kp_min(high, w->rows - at);
      const double bytes = (double)rows * wide * a->shape.out;
      struct pg_event *push = move(f, PG_PUSH, CB_Y, bytes);
      behind -= wide < KP_BLOCK ? 1 : behind > 2 ? 3 : behind;
      push->early = a->steps ? 0 : (uint8_t)behind;
      pg_dma(f, false, CB_Y, rows, (double)kp_min(wide, w->columns - from) * a->shape.out, bytes, 1)
          ->members = (uint8_t)(p->parts * pes_for_each(a, p)); // one of a chain stores
    }
}

static void compute_block(struct follow *f, const struct pg_product *a, const struct kp_plan *p,
                          const struct share *me, const struct walk *w, void *state) {
  struct held *held = state;
  bool pop_x = w->last_x || !p->keep_x, pop_w = w->last_w || !p->keep_w,
       last_part = me->part + 1 == p->parts, pop_columns = w->last_w || !kp_columns_stay(p);
  pg_scalar(f, BLOCK);
  if (a->bias && me->part == 0) {
    for (int acc = 0; acc < 4; acc++)
      pg_unit(f, KN_RE, KN_DEV_re_bias, 0, acc)->cb[0] = CB_BIAS;
    if (pop_columns)
      move(f, PG_POP, CB_BIAS, kp_pad(4 * (uint64_t)w->columns));
  }
  if (a->shape.band)
    pg_scalar(f, BAND);
  uint32_t x_held = 0, step = 0;
  const bool sums = a->sums && (w->new_w || !kp_columns_stay(p));
  for (uint64_t outer = 0; outer < a->outer; outer++)
    for (uint32_t at = me->k_begin; at < me->k_end;) {
      uint32_t k = kp_chunk(&a->shape, outer, at - me->k_begin, me->k_end - at);
      struct tile x = tile_x(a, k, w->rows), y = tile(a->turn_w, k, w->columns, a->size);
      int64_t x_at = pop_x ? 0 : x_held, w_at = pop_w ? 0 : held->w;
      at += k;
      bool last = at == me->k_end && outer + 1 == a->outer;
      pg_scalar(f, 8);
      if (a->window && !a->shape.band && (w->new_x || !p->keep_x))
        pg_scalar(f, LIST * (a->taps_joined ? k / KP_STEP : 1) + (at == k && !outer ? PLACES : 0));
      if (sums)
        begin_sums(f, y.rows, y.row, w_at);
      if (a->turn_x || a->turn_w)
        turned_chunk(f, a, p, me, w, k, x_at, w_at, step, last);
      else
        for (int i = 0; i < 4; i++) {
          const int acc = i >> 1 | (i & 1) << 1; // the first columns first
          double rows = w->rows - 32.0 * (acc >> 1), cols = w->columns - 32.0 * (acc & 1);
          if (rows <= 0 || cols <= 0)
            continue;
          pg_scalar(f, 5);
          for (uint32_t j = 0; j < kp_pad(k) / KP_STEP; j++) {
            multiply(f, rows, cols, acc, CB_X, CB_W,
                     a->shape.band ? band_place(a, w, step + j) : x_at,
                     w_at + 32 * y.row * (acc & 1));
            pg_scalar(f, STEP_LOOP - 1);
          }
          if (last)
            finish(f, p, me, rows, cols, acc, a->sums);
        }
      if (sums)
        end_sums(f, last);
      if (a->sums && last && pop_columns)
        move(f, PG_POP, CB_TERMS, KP_TERMS);
      step += kp_pad(k) / KP_STEP;
      if (a->shape.band)
        ;
      else if (pop_x)
        move(f, PG_POP, CB_X, (double)x.rows * x.row);
      else
        x_held += x.rows * x.row;
      if (pop_w)
        move(f, PG_POP, CB_W, (double)y.rows * y.row);
      else
        held->w += y.rows * y.row;
    }
  if (pop_x && a->shape.band)
    move(f, PG_POP, CB_X,
         (double)kp_band_pixels(a->axis, &a->bands, w->band.rows, w->band.columns) *
             kp_pad(a->pixel));
  if (w->last_x)
    held->w = 0;
  if (!last_part)
    return;
  steps(f, a, w);
  pg_scalar(f, 10);
  if (a->scales && pop_columns)
    move(f, PG_POP, CB_SCALES, kp_pad(4 * (uint64_t)w->columns));
  if (a->shape.band) {
    const double row = KP_BLOCK * (double)a->shape.out;
    move(f, PG_PUSH, CB_Y, w->rows * row);
    for (uint32_t i = w->band.rows; i; i--) {
      pg_dma(f, false, CB_Y, w->band.columns, w->columns * a->shape.out, w->band.columns * row, 1);
      pg_scalar(f, 4);
      if (i > 1 && a->bands.pitch > w->band.columns)
        move(f, PG_POP, CB_Y, (a->bands.pitch - w->band.columns) * row);
    }
    return;
  }
  store(f, a, p, w);
}

void pg_follow_product(struct follow *f, const struct pg_product *a, const struct kp_plan *planned,
                       unsigned core, unsigned row, unsigned col) {
  struct kp_plan p = *planned;
  kp_derive(&a->shape, &p);
  struct share me = my_share(a, &p, row, col);
  if (a->outer != 1) {
    me.k_begin = 0;
    me.k_end = (uint32_t)(a->shape.k / a->outer);
  }
  pg_scalar(f, a->shape.band ? START_BANDS : a->window ? START_WINDOW : START);
  if (core == 0) {
    pg_buffer(f, CB_X, "x of the product", 0, p.x_room);
    pg_buffer(f, CB_W, "w of the product", p.x_room, p.w_room);
    pg_buffer(f, CB_Y, "results", p.x_room + p.w_room, kp_y_room(a->shape.out));
    if (a->bias)
      pg_buffer(f, CB_BIAS, "bias", p.x_room + p.w_room + kp_y_room(a->shape.out), KP_VECTORS);
    if (a->scales)
      pg_buffer(f, CB_SCALES, "scales",
                p.x_room + p.w_room + kp_y_room(a->shape.out) + (a->bias ? KP_VECTORS : 0),
                KP_VECTORS);
    if (a->sums) {
      pg_buffer(f, CB_SUMS, "sums of w", MTIA_LOCAL_SIZE - 4 * KP_TERMS, 2 * KP_TERMS);
      pg_buffer(f, CB_TERMS, "terms for zero points", MTIA_LOCAL_SIZE - 2 * KP_TERMS, 2 * KP_TERMS);
    }
    if (step_bytes(a) > 0)
      pg_buffer(f, CB_STEPS, "operands of steps",
                MTIA_LOCAL_SIZE - (a->sums ? 4 * KP_TERMS : 0) - (int64_t)step_bytes(a),
                (int64_t)step_bytes(a));
    for (unsigned i = 0; (a->turn_x || a->turn_w) && i < 4; i++)
      pg_buffer(f, FIRST_BUFFER + i, NULL, 0, 1);
    bool met = false;
    each_block(f, a, &p, &me, load_block, &met);
    if (!met)
      pg_emit(f, PG_BAR_PE);
  } else {
    struct held held = {0};
    pg_emit(f, PG_BAR_PE);
    each_block(f, a, &p, &me, compute_block, &held);
  }
}
