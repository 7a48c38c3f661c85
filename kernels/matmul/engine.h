// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batched matrix product y[m, n] = c[m, n] + sum over k of x[m, k] * w[k, n], for all types and
// layouts: a file such as matmul_f16.c defines what is different and includes this one.
//
//   MM_IN_SIZE                      bytes of an element of x and w
//   MM_MML_TYPE                     of mml
//   MM_MLU                          size of an element of x and w for the MLU
//   MM_WIDEN                        type of c for the SE, where it must be made 32 bits wide
//   MM_DRAIN(acc, cb, ti, tj, out)  drain or drainf to elements of `out` bytes, with type and flags
//   MM_GATED                        two products at once, y = silu(x * w) * (x * w2); 0 if not
//                                   defined
//
// plan.h says which PE computes what. Core 0 loads x, w and c chunk by chunk in the order in which
// they are used; core 1 computes, block by block, and stores. The cores meet behind the first loads
// only; everything else is the circular buffers' checks.
//
// mml wants k innermost in both operands. An operand that has k outermost (x stored as [k, m], w
// stored as [k, n]) is *turned*: its chunks come as they are, rows of up to 64 m or n, and the MLU
// turns tile after tile on the way into the DPE's operand buffers. A turned tile takes the MLU the
// 32 cycles of an mml; each is used by two, so one turned operand costs nothing; with two of them
// the MLU is as busy as the DPE. Nothing turned is ever in memory.
//
//   CB_X, CB_W   chunks: 64 (or fewer) rows of k bytes; turned: k rows of up to 64 m or n
//   CB_C         blocks of c; CB_WIDE: one of them as 32-bit words, where c has 16 bits
//   CB_Y         blocks of y, two
//
// Sums are made in the order of k, from c or 0 on, in 32 bits.
//
// A block of a gated product has 32 columns of both products, whose chunks lie one behind the other
// in CB_W: accumulators 0 and 2 are x * w, 1 and 3 x * w2. The SE makes silu of the former as it
// drains them (to CB_GATE), drains the others (to CB_UP) and multiplies.
#ifndef MTIA_KERNELS_MATMUL_ENGINE_H
#define MTIA_KERNELS_MATMUL_ENGINE_H

#include "walk.h"

#ifndef MM_GATED
#define MM_GATED 0
#endif

enum { CB_X, CB_W, CB_Y, CB_C, CB_WIDE, CB_GATE, CB_UP };
enum {
  MM_STEP_K = MM_STEP / MM_IN_SIZE,      // k of an mml
  MM_HALF = MM_BLOCK / 2,                // columns of a gated block
  MM_HALF_SIZE = MM_BLOCK * MM_HALF * 4, // of one product of a gated block in 32 bits
  MM_GATED_SIZE = MM_GATED ? 4 * MM_HALF_SIZE : 0,
};

// A batch of matrices in memory.
struct mm_matrix {
  uint64_t data, batch, pitch; // strides in bytes
};

struct mm_job {
  struct mm_shape shape;
  uint32_t k; // bytes; shape.k if not 0
  struct mm_matrix x, w, w2, c, y;
  float scale; // of floating-point sums
};

//===----------------------------------------------------------------------===//
// Core 0: data in
//===----------------------------------------------------------------------===//

// How a chunk lies in its circular buffer.
struct mm_chunk {
  uint32_t k, stride; // bytes of k; padded
  uint32_t rows;      // rows of the chunk
  uint32_t row;       // bytes of a row in the buffer
};

static inline struct mm_chunk mm_chunk(bool turned, uint32_t k, uint32_t extent) {
  struct mm_chunk c = {.k = k, .stride = kn_pad(k)};
  c.rows = turned ? k / MM_IN_SIZE : extent;
  c.row = turned ? kn_pad(extent * MM_IN_SIZE) : c.stride;
  return c;
}

// Where the chunk is that begins `at` bytes of k and `first` rows of x (columns of w) behind the
// beginning, and the width of its rows.
static inline uint64_t mm_address(bool turned, const struct mm_matrix *t, uint64_t batch,
                                  uint64_t first, uint32_t at) {
  uint64_t base = t->data + batch * t->batch;
  return turned ? base + at / MM_IN_SIZE * t->pitch + first * MM_IN_SIZE
                : base + first * t->pitch + at;
}
static inline uint32_t mm_width(bool turned, uint32_t k, uint32_t extent) {
  return turned ? extent * MM_IN_SIZE : k;
}

static inline void mm_load_x(bool turned, const struct mm_matrix *t, const struct mm_walk *w,
                             uint32_t at, uint32_t k, uint32_t members) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, mm_width(turned, k, w->rows), 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, t->pitch);
  uint64_t from = mm_address(turned, t, w->batch, w->row, at);
  uint32_t rows = mm_chunk(turned, k, w->rows).rows;
  if (members)
    __mtia_dma_in(CB_X, from, rows, MTIA_MC_ROW);
  else
    __mtia_dma_in(CB_X, from, rows, MTIA_MC_NONE);
}

static inline void mm_load_w(bool turned, const struct mm_matrix *t, const struct mm_walk *w,
                             uint32_t at, uint32_t k, uint32_t members) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, mm_width(turned, k, w->columns), 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, t->pitch);
  uint64_t from = mm_address(turned, t, w->batch, w->column, at);
  uint32_t rows = mm_chunk(turned, k, w->columns).rows;
  if (members)
    __mtia_dma_in(CB_W, from, rows, MTIA_MC_COL);
  else
    __mtia_dma_in(CB_W, from, rows, MTIA_MC_NONE);
}

static inline bool mm_keeps_x(const struct mm_plan *p) {
  return p->mode == MM_PANEL || p->mode == MM_KEEP_X;
}
static inline bool mm_keeps_w(const struct mm_plan *p) {
  return p->mode == MM_PANEL || p->mode == MM_KEEP_W;
}

// The cores meet once, and then core 1 may use the buffers: the first loads, which have room in
// them, are on their way before it is there.
static inline void mm_meet(bool *met) {
  if (!*met)
    __mtia_bar(MTIA_BAR_PE);
  *met = true;
}

static inline void mm_load(const struct mm_job *job, const struct mm_plan *p,
                           const struct mm_share *share, struct mm_walk w, bool turned_x,
                           bool turned_w) {
  const struct mm_shape *shape = &job->shape;
  bool met = false;
  for (; w.units; mm_next(shape, p, share, &w)) {
    if (shape->onto) {
      __mtia_cr_w2(MTIA_CR_DMA_IN, w.columns * shape->out, 0);
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, job->c.pitch);
      __mtia_dma_in(
          CB_C, job->c.data + w.batch * job->c.batch + w.row * job->c.pitch + w.column * shape->out,
          w.rows, MTIA_MC_NONE);
    }
    bool load_x = w.new_x || !mm_keeps_x(p), load_w = w.new_w || !mm_keeps_w(p);
    uint32_t x_members = mm_x_members(p, share, &w), w_members = mm_w_members(p, share, &w);
    __mtia_cr_w(MTIA_CR_MCAST, x_members | w_members << 16);
    for (uint32_t at = 0; at < job->k; at += p->chunk) {
      uint32_t k = (uint32_t)kn_min(p->chunk, job->k - at);
      if (load_w) {
        mm_load_w(turned_w, &job->w, &w, at, k, w_members);
        if (MM_GATED)
          mm_load_w(turned_w, &job->w2, &w, at, k, w_members);
      }
      if (load_x)
        mm_load_x(turned_x, &job->x, &w, at, k, x_members);
      mm_meet(&met);
    }
    mm_meet(&met); // without k, too, before there is no room for c
  }
  mm_meet(&met);
}

//===----------------------------------------------------------------------===//
// Core 1: multiply, drain, store
//===----------------------------------------------------------------------===//

// What the macros below work on: a chunk of x and one of w.
struct mm_pair {
  struct mm_chunk x, w;
  uint32_t x_at, w_at; // behind the heads
  uint32_t rows, columns;
  uint32_t w2_at;  // the second product's
  uint32_t out;    // bytes of an element of y
  bool zero, last; // the first chunk of a sum from 0; the last chunk
};

// Column tile t of a block that is not gated; of a gated one, product t.
#define MM_TJ(t) (MM_GATED ? 0 : (t))

#define MM_FINISH(acc, ti, t)                                                                      \
  do {                                                                                             \
    if (c->last && MM_GATED)                                                                       \
      MM_DRAIN_GATED(acc, ti, t);                                                                  \
    else if (c->last)                                                                              \
      MM_DRAIN(acc, CB_Y, ti, t, c->out);                                                          \
  } while (0)

// All 32 columns, as the SE multiplies whole rows: those beyond a ragged block's are zeros.
#define MM_DRAIN_GATED(acc, ti, t)                                                                 \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(c->rows, MM_HALF));                                      \
    __mtia_cr_w(MTIA_CR_QMODE, (t) ? 0 : mtia_qmode(MTIA_ROUND_EVEN, MTIA_SE_SILU, 0));            \
    if (t)                                                                                         \
      __mtia_drainf(acc, CB_UP, ti, 0, MTIA_DRAIN_F32, 0);                                         \
    else                                                                                           \
      __mtia_drainf(acc, CB_GATE, ti, 0, MTIA_DRAIN_F32, 0);                                       \
    __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(c->rows, c->columns));                                   \
  } while (0)

// Neither operand is turned.
#define MM_TILE(acc, ti, t)                                                                        \
  do {                                                                                             \
    KN_MULTIPLY(acc, CB_X, c->x_at, CB_W, (t) ? c->w2_at : c->w_at, ti, MM_TJ(t), c->x.stride,     \
                MM_STEP, c->zero, MM_MML_TYPE);                                                    \
    MM_FINISH(acc, ti, t);                                                                         \
  } while (0)

static inline void mm_multiply(const struct mm_pair *c) {
  MM_TILE(0, 0, 0);
  MM_TILE(1, 0, 1);
  MM_TILE(2, 1, 0);
  MM_TILE(3, 1, 1);
}

// Turns `columns` columns of the k rows at `from`, `row` bytes apart, into an operand buffer.
#define MM_TURN(buffer, cb, from, row, k_rows, columns)                                            \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, k_rows, columns);                                              \
    __mtia_cr_w2(MTIA_CR_MLU_SRC, from, row);                                                      \
    __mtia_mlu_transpose(buffer, cb, MM_MLU, MTIA_MLU_DPE);                                        \
  } while (0)

// An mml of a step: what it is of, and its flags but ZERO, which the first step adds.
#define MM_MML(form, acc, a, b, ti, tj, flags)                                                     \
  do {                                                                                             \
    if (zero)                                                                                      \
      __mtia_mml_##form(acc, a, b, ti, tj, (flags) | MTIA_MML_ZERO, MM_MML_TYPE);                  \
    else                                                                                           \
      __mtia_mml_##form(acc, a, b, ti, tj, flags, MM_MML_TYPE);                                    \
  } while (0)

// One step of w's tile tj, turned, on both tiles of x; and of x's tile ti on both of w.
#define MM_STEP_W(buffer, acc0, acc1, t)                                                           \
  do {                                                                                             \
    MM_TURN(buffer, CB_W, from, c->w.row, kn_min(MM_STEP_K, k_rows), wide);                        \
    MM_MML(ob, acc0, CB_X, buffer, 0, MM_TJ(t), 0);                                                \
    MM_MML(ob, acc1, CB_X, buffer, 1, MM_TJ(t), MTIA_MML_ADV);                                     \
  } while (0)
#define MM_STEP_X(buffer, acc0, acc1, ti)                                                          \
  do {                                                                                             \
    MM_TURN(buffer, CB_X, from, c->x.row, kn_min(MM_STEP_K, k_rows), wide);                        \
    MM_MML(oa, acc0, buffer, CB_W, ti, 0, 0);                                                      \
    MM_MML(oa, acc1, buffer, CB_W, ti, 1, MTIA_MML_ADV);                                           \
  } while (0)

// A tile of the turned operand over all steps of the chunk, with the four operand buffers in turn:
// the MLU fills three while the DPE uses one.
#define MM_TURNED_TILE(STEP, acc0, acc1, tile, at, row, extent)                                    \
  do {                                                                                             \
    if ((extent) <= 32 * (tile))                                                                   \
      break;                                                                                       \
    uint32_t from = (at) + 32 * MM_IN_SIZE * (tile), k_rows = c->x.k / MM_IN_SIZE;                 \
    uint32_t wide = (uint32_t)kn_min(32, (extent) - 32 * (tile)), next = MM_STEP_K * (row);        \
    bool zero = c->zero;                                                                           \
    for (;;) {                                                                                     \
      STEP(0, acc0, acc1, tile);                                                                   \
      zero = false;                                                                                \
      if (k_rows <= MM_STEP_K)                                                                     \
        break;                                                                                     \
      k_rows -= MM_STEP_K, from += next;                                                           \
      STEP(1, acc0, acc1, tile);                                                                   \
      if (k_rows <= MM_STEP_K)                                                                     \
        break;                                                                                     \
      k_rows -= MM_STEP_K, from += next;                                                           \
      STEP(2, acc0, acc1, tile);                                                                   \
      if (k_rows <= MM_STEP_K)                                                                     \
        break;                                                                                     \
      k_rows -= MM_STEP_K, from += next;                                                           \
      STEP(3, acc0, acc1, tile);                                                                   \
      if (k_rows <= MM_STEP_K)                                                                     \
        break;                                                                                     \
      k_rows -= MM_STEP_K, from += next;                                                           \
    }                                                                                              \
  } while (0)

static inline void mm_multiply_turned_w(const struct mm_pair *c) {
  __mtia_cr_w2(MTIA_CR_MML_A, c->x_at, c->x.stride);
  MM_TURNED_TILE(MM_STEP_W, 0, 2, 0, c->w_at, c->w.row, c->columns);
  MM_FINISH(0, 0, 0);
  MM_FINISH(2, 1, 0);
  __mtia_cr_w2(MTIA_CR_MML_A, c->x_at, c->x.stride);
  MM_TURNED_TILE(MM_STEP_W, 1, 3, MM_GATED ? 0 : 1, c->w2_at, c->w.row, c->columns);
  MM_FINISH(1, 0, 1);
  MM_FINISH(3, 1, 1);
}

static inline void mm_multiply_turned_x(const struct mm_pair *c) {
  __mtia_cr_w2(MTIA_CR_MML_B, c->w_at, c->w.stride);
  MM_TURNED_TILE(MM_STEP_X, 0, 1, 0, c->x_at, c->x.row, c->rows);
  MM_FINISH(0, 0, 0);
  MM_FINISH(1, 0, 1);
  __mtia_cr_w2(MTIA_CR_MML_B, c->w_at, c->w.stride);
  MM_TURNED_TILE(MM_STEP_X, 2, 3, 1, c->x_at, c->x.row, c->rows);
  MM_FINISH(2, 1, 0);
  MM_FINISH(3, 1, 1);
}

// Both operands are turned: four tiles per step, x's in buffers 0 and 1, w's in 2 and 3. The order
// of the products goes back and forth, so that buffers are given back one after the other: w0, one
// of x, then the other two; and they are filled in that order.
static inline void mm_multiply_turned(const struct mm_pair *c) {
  uint32_t x_from = c->x_at, w_from = c->w_at, k_rows = c->x.k / MM_IN_SIZE;
  uint32_t x0 = (uint32_t)kn_min(32, c->rows), x1 = c->rows - x0;
  uint32_t w0 = (uint32_t)kn_min(32, c->columns), w1 = c->columns - w0;
  bool zero = c->zero, odd = false;
  for (;;) {
    uint32_t k = (uint32_t)kn_min(MM_STEP_K, k_rows);
    MM_TURN(2, CB_W, w_from, c->w.row, k, w0);
    if (!odd)
      MM_TURN(0, CB_X, x_from, c->x.row, k, x0);
    if (x1)
      MM_TURN(1, CB_X, x_from + 32 * MM_IN_SIZE, c->x.row, k, x1);
    if (odd)
      MM_TURN(0, CB_X, x_from, c->x.row, k, x0);
    if (w1)
      MM_TURN(3, CB_W, w_from + 32 * MM_IN_SIZE, c->w.row, k, w1);
    if (odd) {
      MM_MML(oab, 2, 1, 2, 1, 0, 0);
      MM_MML(oab, 0, 0, 2, 0, 0, 0);
      MM_MML(oab, 1, 0, 3, 0, 1, 0);
      MM_MML(oab, 3, 1, 3, 1, 1, 0);
    } else {
      MM_MML(oab, 0, 0, 2, 0, 0, 0);
      MM_MML(oab, 2, 1, 2, 1, 0, 0);
      MM_MML(oab, 3, 1, 3, 1, 1, 0);
      MM_MML(oab, 1, 0, 3, 0, 1, 0);
    }
    zero = false;
    if (k_rows <= MM_STEP_K)
      break;
    odd = !odd;
    k_rows -= MM_STEP_K;
    x_from += MM_STEP_K * c->x.row;
    w_from += MM_STEP_K * c->w.row;
  }
  MM_FINISH(0, 0, 0);
  MM_FINISH(1, 0, 1);
  MM_FINISH(2, 1, 0);
  MM_FINISH(3, 1, 1);
}

static inline uint32_t mm_c_row(const struct mm_walk *w, uint32_t out) {
  return kn_pad(w->columns * out);
}

#ifdef MM_WIDEN
// A block of c as 32-bit words.
static inline void mm_widen(const struct mm_walk *w) {
  uint32_t bytes = w->rows * mm_c_row(w, 2);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MM_WIDEN, MM_WIDEN, MTIA_SE_F32, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_LEN, bytes / 2, 0);
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  __mtia_se_un(CB_WIDE, CB_C, MTIA_SE_COPY);
  __mtia_cb_push(CB_WIDE, bytes * 2);
  __mtia_cb_pop(CB_C, bytes);
}
enum { MM_CB_START = CB_WIDE };
#else
enum { MM_CB_START = CB_C };
#endif

// The accumulators of a block begin with c.
static inline void mm_start(const struct mm_walk *w, uint32_t out) {
  uint32_t row = mm_c_row(w, out) * (out == 2 ? 2 : 1);
  __mtia_cr_w2(MTIA_CR_BIAS, 0, row);
  __mtia_acc_load(0, MM_CB_START, 0, 0);
  __mtia_acc_load(1, MM_CB_START, 0, 1);
  __mtia_acc_load(2, MM_CB_START, 1, 0);
  __mtia_acc_load(3, MM_CB_START, 1, 1);
  __mtia_cb_pop(MM_CB_START, w->rows * row);
}

static inline void mm_zero(void) {
  __mtia_acc_zero(0);
  __mtia_acc_zero(1);
  __mtia_acc_zero(2);
  __mtia_acc_zero(3);
}

// A block without k: what the accumulators begin with.
static inline void mm_finish_empty(struct mm_pair *c) {
  c->last = true;
  MM_FINISH(0, 0, 0);
  MM_FINISH(1, 0, 1);
  MM_FINISH(2, 1, 0);
  MM_FINISH(3, 1, 1);
}

#if MM_GATED
// y's block from silu(x * w) and x * w2.
static inline void mm_gate(uint32_t rows) {
  uint32_t bytes = rows * MM_HALF * 4;
  __mtia_cb_push(CB_GATE, bytes);
  __mtia_cb_push(CB_UP, bytes);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_F32, MTIA_SE_F32, MM_GATED_TYPE, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_LEN, rows * MM_HALF, 0);
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  __mtia_se_bin(CB_Y, CB_GATE, CB_UP, MTIA_SE_MUL);
  __mtia_cb_pop(CB_GATE, bytes);
  __mtia_cb_pop(CB_UP, bytes);
}
#else
static inline void mm_gate(uint32_t rows) { (void)rows; }
#endif

// Bytes of a row in CB_Y, and where the block's begins.
static inline uint32_t mm_y_row(const struct mm_shape *shape, enum mm_side side) {
  return shape->columns * shape->out * (side == MM_ALONE ? 1 : 2);
}
static inline uint32_t mm_y_at(const struct mm_shape *shape, enum mm_side side) {
  return side == MM_RIGHT ? shape->columns * shape->out : 0;
}

// A block, or the pair whose right one it is.
static inline void mm_store(const struct mm_job *job, const struct mm_walk *w) {
  const struct mm_shape *shape = &job->shape;
  uint32_t row = mm_y_row(shape, w->side), before = mm_y_at(shape, w->side);
  __mtia_cb_push(CB_Y, w->rows * row);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, before + w->columns * shape->out, row);
  __mtia_dma_out(CB_Y,
                 job->y.data + w->batch * job->y.batch + w->row * job->y.pitch +
                     w->column * shape->out - before,
                 w->rows);
}

static inline void mm_compute(const struct mm_job *job, const struct mm_plan *p,
                              const struct mm_share *share, struct mm_walk w, bool turned_x,
                              bool turned_w) {
  const struct mm_shape *shape = &job->shape;
  __mtia_cr_w2(MTIA_CR_MML_INC, MM_STEP, MM_STEP);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(job->scale), 0);
  __mtia_cr_w(MTIA_CR_QMODE, 0);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w2(MTIA_CR_OUT, 0, MM_GATED ? MM_HALF * 4 : mm_y_row(shape, MM_ALONE));
  __mtia_cr_w2(MTIA_CR_MLU_DST, 0, MM_STEP);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, job->y.pitch);
  uint32_t w_held = 0; // bytes of the panel's w in front of the block's
  __mtia_bar(MTIA_BAR_PE);
#ifdef MM_WIDEN
  if (shape->onto && w.units)
    mm_widen(&w);
#endif
  while (w.units) {
    bool pop_x = w.last_x || !mm_keeps_x(p), pop_w = w.last_w || !mm_keeps_w(p);
    struct mm_pair c = {.rows = w.rows, .columns = w.columns, .out = shape->out};
    __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(w.rows, w.columns));
    if (p->pairs)
      __mtia_cr_w2(MTIA_CR_OUT, mm_y_at(shape, w.side), mm_y_row(shape, w.side));
    struct mm_walk now = w;
    mm_next(shape, p, share, &w);
    if (shape->onto) {
      mm_start(&now, shape->out);
#ifdef MM_WIDEN
      if (w.units) // ahead of this block's drains
        mm_widen(&w);
#endif
    }
    bool cleared = !shape->onto && (job->k == 0 || (MM_GATED && now.columns < MM_HALF));
    if (cleared)
      mm_zero();
    uint32_t x_at = 0;
    for (uint32_t at = 0; at < job->k; at += p->chunk) {
      uint32_t k = (uint32_t)kn_min(p->chunk, job->k - at);
      c.x = mm_chunk(turned_x, k, now.rows);
      c.w = mm_chunk(turned_w, k, now.columns);
      c.x_at = pop_x ? 0 : x_at;
      c.w_at = pop_w ? 0 : w_held;
      uint32_t w_bytes = c.w.rows * c.w.row;
      c.w2_at = MM_GATED ? c.w_at + w_bytes : c.w_at;
      c.zero = at == 0 && !shape->onto && !cleared;
      c.last = at + k == job->k;
      if (turned_x && turned_w)
        mm_multiply_turned(&c);
      else if (turned_x)
        mm_multiply_turned_x(&c);
      else if (turned_w)
        mm_multiply_turned_w(&c);
      else
        mm_multiply(&c);
      if (pop_x)
        __mtia_cb_pop(CB_X, c.x.rows * c.x.row);
      else
        x_at += c.x.rows * c.x.row;
      if (pop_w)
        __mtia_cb_pop(CB_W, MM_GATED ? 2 * w_bytes : w_bytes);
      else
        w_held += MM_GATED ? 2 * w_bytes : w_bytes;
    }
    if (now.last_x)
      w_held = 0; // the next strip goes over the panel again
    if (job->k == 0)
      mm_finish_empty(&c);
    if (MM_GATED)
      mm_gate(now.rows);
    if (now.side != MM_LEFT)
      mm_store(job, &now);
  }
}

//===----------------------------------------------------------------------===//

// Runs a batch of products, none of them empty. Ends before its stores do.
static inline void mm_run(const struct mm_job *job, bool turned_x, bool turned_w) {
  struct mm_plan plan = mm_choose(&job->shape);
  struct mm_share share = mm_my_share(&job->shape, &plan);
  struct mm_walk walk = mm_begin(&job->shape, &plan, &share);
  if (mtia_core() == 0) {
    uint64_t at = MTIA_LOCAL_BASE;
    __mtia_cb_init(CB_X, at, plan.x_size);
    __mtia_cb_init(CB_W, at += plan.x_size, plan.w_size);
    __mtia_cb_init(CB_Y, at += plan.w_size, mm_y_size(&job->shape));
    if (job->shape.onto) {
      __mtia_cb_init(CB_C, at += mm_y_size(&job->shape), mm_c_size(&job->shape));
      if (mm_wide_size(&job->shape))
        __mtia_cb_init(CB_WIDE, at + mm_c_size(&job->shape), mm_wide_size(&job->shape));
    }
    if (MM_GATED) {
      at += mm_y_size(&job->shape);
      __mtia_cb_init(CB_GATE, at, 2 * MM_HALF_SIZE);
      __mtia_cb_init(CB_UP, at + 2 * MM_HALF_SIZE, 2 * MM_HALF_SIZE);
    }
    mm_load(job, &plan, &share, walk, turned_x, turned_w);
  } else
    mm_compute(job, &plan, &share, walk, turned_x, turned_w);
}

// A tensor of three dimensions, and of two.
static inline struct mm_matrix mm_matrices(const struct mtia_tensor *t) {
  return (struct mm_matrix){t->data, t->stride[0], t->stride[1]};
}
static inline struct mm_matrix mm_matrix(const struct mtia_tensor *t) {
  return (struct mm_matrix){t->data, 0, t->stride[0]};
}
static inline bool mm_far(uint64_t address) { return address >= MTIA_DRAM_BASE; }

// The job of one product of two matrices; k is of elements.
static inline struct mm_job mm_product(uint64_t m, uint64_t n, uint64_t k, uint32_t out,
                                       struct mm_matrix x, struct mm_matrix w, struct mm_matrix y) {
  uint32_t bytes = (uint32_t)k * MM_IN_SIZE;
  return (struct mm_job){.shape = {.batch = 1,
                                   .m = m,
                                   .n = n,
                                   .k = bytes ? bytes : MM_STEP,
                                   .out = out,
                                   .columns = MM_GATED ? MM_HALF : MM_BLOCK,
                                   .aside = MM_GATED_SIZE,
                                   .x_far = mm_far(x.data),
                                   .w_far = mm_far(w.data),
                                   .y_far = mm_far(y.data),
                                   .rows = mtia_rows(),
                                   .cols = mtia_cols()},
                         .k = bytes,
                         .x = x,
                         .w = w,
                         .y = y,
                         .scale = 1};
}

#endif
