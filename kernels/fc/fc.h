// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected layer: what the types have in common. fc_plan.h deals the layer out; here is one
// PE's share, and core 0, which moves x, w and what belongs to columns into circular buffers,
// chunk by chunk, in the order in which they are used. Core 1 (fc_compute.h) multiplies, reduces
// and drains. The cores meet at the start and at the end only; everything else is the circular
// buffers' checks.
#ifndef MTIA_KERNELS_FC_H
#define MTIA_KERNELS_FC_H

#include "../util.h"
#include "fc_plan.h"

#include <mtia/kernels.h>

enum {
  CB_X,
  CB_W,
  CB_BIAS,
  CB_SCALES, // per channel
  CB_Y,
  CB_X_SUMS,    // of the rows of a chunk of x,
  CB_X_TERMS,   // times -zero_w
  CB_W_SUMS,    // and of w,
  CB_W_TERMS,   // times -zero_x
  CB_CONSTANTS, // -zero_w, -zero_x; from FC_CONSTANT_ROWS on 32 times what belongs to both
};
enum { FC_CONSTANT_ROWS = 64 };

// A layer, without what only launched kernels have.
struct fc_job {
  const struct mtia_tensor *x, *w, *y;
  uint64_t bias;   // address, 0: none
  uint64_t scales; // address of one scale, or multiplier and shift, for each column; 0: none
  uint32_t scale_bytes;
  uint32_t in_log2, y_log2; // of the bytes of an element
  enum mtia_drain_type type;
  int32_t zero_x, zero_w;
  uint64_t qscale, qout, qmode, qclamp; // the command registers
};

// What this PE does of the plan.
struct fc_share {
  _Alignas(8) struct fc_plan plan;
  uint32_t m, n;             // of the layer
  uint32_t row, col;         // first row of x, first row of w
  uint32_t strips, panels;   // how many
  uint32_t k_begin, k_bytes; // slice of every row
  uint32_t k_padded;         // k_bytes rounded up to a step
  bool first, last;          // of the chain along the row
  uint32_t row_members;      // columns that share this PE's x, if all have work
  uint32_t row_group;        // n group of this row's first column
  uint32_t row_group_count;  // and how many of them
  uint32_t column_at;        // first row of those that share this PE's w
  uint32_t full_m, rest_m;   // groups with my_m tiles, and the tiles of the one behind them
  uint32_t full_n, rest_n;
};

static inline uint32_t fc_dealt(uint32_t tiles, uint32_t first, uint32_t most) {
  return first < tiles ? fc_min(tiles - first, most) : 0;
}

// Of groups with `mine` tiles each: how many have all of them, and what the one behind has.
static inline void fc_full(uint32_t tiles, uint32_t mine, uint32_t groups, uint32_t *full,
                           uint32_t *rest) {
  *full = groups;
  *rest = 0;
  if (tiles != mine * groups) {
    *full = tiles / mine;
    *rest = tiles - *full * mine;
  }
}

// Every 2^log2-th of up to 16 columns. (As one constant it would be in memory.)
static inline uint32_t fc_every(uint32_t log2) {
  uint32_t columns = log2 & 1 ? 0x5555 : 0xffff;
  return log2 & 2 ? columns & (log2 & 1 ? 0x0101 : 0x1111) : columns;
}

// Set field by field: the compiler would clear a new one by a call.
static inline __attribute__((always_inline)) void fc_my_share(const struct fc_job *j,
                                                              struct fc_share *s) {
  uint32_t rows = mtia_rows(), cols = mtia_cols(), row = mtia_row(), col = mtia_col();
  struct fc_size size = {.m = j->x->dim[0],
                         .n = j->w->dim[0],
                         .k_bytes = j->x->dim[1] << j->in_log2,
                         .y_size = 1u << j->y_log2,
                         .x_in_dram = j->x->data >= MTIA_DRAM_BASE,
                         .w_in_dram = j->w->data >= MTIA_DRAM_BASE};
  struct fc_plan *p = &s->plan;
  fc_choose(p, &size, rows, cols);
  s->m = (uint32_t)size.m;
  s->n = (uint32_t)size.n;
  uint32_t parts = 1u << p->k_log2, part = col & (parts - 1);
  uint32_t rn = (uint32_t)kn_div(row, p->row_groups);
  uint32_t rm = row - rn * p->row_groups;
  s->row_group_count = cols >> p->k_log2;
  s->row_group = rn * s->row_group_count;
  uint32_t group = s->row_group + (col >> p->k_log2);
  s->strips = fc_blocks(fc_dealt(p->m_tiles, rm * p->my_m, p->my_m));
  s->panels = fc_blocks(fc_dealt(p->n_tiles, group * p->my_n, p->my_n));
  s->row = rm * p->my_m * FC_TILE;
  s->col = group * p->my_n * FC_TILE;
  s->k_begin = part * p->my_steps * FC_TILE;
  s->k_bytes = fc_min((uint32_t)size.k_bytes - s->k_begin, p->my_steps * FC_TILE);
  s->k_padded = kn_pad(s->k_bytes);
  s->first = part == 0;
  s->last = part == parts - 1;
  s->column_at = rn * p->row_groups;
  s->row_members = (fc_every(p->k_log2) << part) & ((1u << cols) - 1);
  fc_full(p->m_tiles, p->my_m, p->row_groups, &s->full_m, &s->rest_m);
  fc_full(p->n_tiles, p->my_n, p->n_groups, &s->full_n, &s->rest_n);
}

// Rows of strip i, columns of panel j.
static inline uint32_t fc_strip_rows(const struct fc_share *s, uint32_t i) {
  uint32_t tiles = fc_min(s->plan.my_m - 2 * i, 2);
  return fc_min(tiles * FC_TILE, s->m - s->row - i * FC_BLOCK);
}
static inline uint32_t fc_panel_cols(const struct fc_share *s, uint32_t j) {
  uint32_t tiles = fc_min(s->plan.my_n - 2 * j, 2);
  return fc_min(tiles * FC_TILE, s->n - s->col - j * FC_BLOCK);
}

// Columns of this row that have a panel j and the same slice of k.
static inline uint32_t fc_x_members(const struct fc_share *s, uint32_t j) {
  uint32_t groups = s->full_n + (s->rest_n > 2 * j) - s->row_group;
  if (groups >= s->row_group_count)
    return s->row_members;
  return s->row_members & ((1u << (groups << s->plan.k_log2)) - 1);
}

// Rows of this column that have a strip i and the same panels.
static inline uint32_t fc_w_members(const struct fc_share *s, uint32_t i) {
  uint32_t rows = s->full_m + (s->rest_m > 2 * i);
  return ((1u << fc_min(rows, s->plan.row_groups)) - 1) << s->column_at;
}

// The next block: strips or panels outside.
struct fc_walk {
  uint32_t i, j;
};
static struct fc_walk fc_next(const struct fc_share *s, struct fc_walk at) {
  if (s->plan.w_outside) {
    if (++at.i == s->strips)
      at = (struct fc_walk){0, at.j + 1};
  } else if (++at.j == s->panels)
    at = (struct fc_walk){at.i + 1, 0};
  return at;
}
static bool fc_more(const struct fc_share *s, struct fc_walk at) {
  return at.i < s->strips && at.j < s->panels;
}

static uint32_t fc_chunk(const struct fc_share *s, uint32_t at) {
  return fc_min(at < FC_SHORT ? FC_FIRST : FC_CHUNK, s->k_padded - at);
}

//===----------------------------------------------------------------------===//
// Core 0: data in
//===----------------------------------------------------------------------===//

static bool fc_alone(uint32_t members) { return (members & (members - 1)) == 0; }

static inline void fc_load_x(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows,
                             bool alone) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  if (alone)
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_ROW);
}

static inline void fc_load_w(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows,
                             bool alone) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  if (alone)
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_COL);
}

// Bias for the first PE of a chain, scales for the last one.
static inline void fc_load_bias(const struct fc_job *job, const struct fc_share *s, uint32_t j,
                                uint32_t cols) {
  if (s->first && job->bias) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, cols * 4, 0);
    __mtia_dma_in(CB_BIAS, job->bias + (s->col + j * FC_BLOCK) * UINT64_C(4), 1, MTIA_MC_NONE);
  }
}

static inline void fc_load_scales(const struct fc_job *job, const struct fc_share *s, uint32_t j,
                                  uint32_t cols) {
  if (s->last && job->scales) {
    uint64_t col = s->col + j * FC_BLOCK;
    __mtia_cr_w2(MTIA_CR_DMA_IN, cols * job->scale_bytes, 0);
    __mtia_dma_in(CB_SCALES, job->scales + col * job->scale_bytes, 1, MTIA_MC_NONE);
  }
}

// The first chunk's x and w, before anything else: what core 1 waits for, tile by tile in the order
// in which it needs them. First the two tiles of the first accumulator, then the others and the
// second chunk.
static inline __attribute__((always_inline)) void
fc_load_first(const struct fc_job *job, const struct fc_share *s, bool others) {
  uint64_t x_pitch = job->x->stride[0], w_pitch = job->w->stride[0];
  uint64_t x = job->x->data + s->row * x_pitch + s->k_begin;
  uint64_t w = job->w->data + s->col * w_pitch + s->k_begin;
  uint32_t rows = fc_strip_rows(s, 0), cols = fc_panel_cols(s, 0);
  uint32_t x_mask = fc_x_members(s, 0), w_mask = fc_w_members(s, 0);
  uint32_t width = fc_min(FC_FIRST, s->k_bytes);
  if (!others && width == 0)
    fc_load_bias(job, s, 0, cols);
  if (width == 0)
    return;
  if (!others) {
    __mtia_cr_w(MTIA_CR_MCAST, x_mask | w_mask << 16);
    fc_load_x(x, x_pitch, width, fc_min(rows, FC_TILE), fc_alone(x_mask));
    fc_load_w(w, w_pitch, width, fc_min(cols, FC_TILE), fc_alone(w_mask));
    fc_load_bias(job, s, 0, cols);
    return;
  }
  if (cols > FC_TILE)
    fc_load_w(w + FC_TILE * w_pitch, w_pitch, width, cols - FC_TILE, fc_alone(w_mask));
  if (rows > FC_TILE)
    fc_load_x(x + FC_TILE * x_pitch, x_pitch, width, rows - FC_TILE, fc_alone(x_mask));
  if (s->k_bytes > FC_FIRST) {
    width = fc_min(FC_FIRST, s->k_bytes - FC_FIRST);
    fc_load_x(x + FC_FIRST, x_pitch, width, rows, fc_alone(x_mask));
    fc_load_w(w + FC_FIRST, w_pitch, width, cols, fc_alone(w_mask));
  }
}

// Everything else.
static __attribute__((noinline)) void fc_move(const struct fc_job *job, const struct fc_share *s) {
  uint64_t x_pitch = job->x->stride[0], w_pitch = job->w->stride[0];
  fc_load_scales(job, s, 0, fc_panel_cols(s, 0));
  for (struct fc_walk b = {0, 0}; fc_more(s, b); b = fc_next(s, b)) {
    uint32_t rows = fc_strip_rows(s, b.i), cols = fc_panel_cols(s, b.j);
    uint64_t x = job->x->data + (s->row + b.i * FC_BLOCK) * x_pitch + s->k_begin;
    uint64_t w = job->w->data + (s->col + b.j * FC_BLOCK) * w_pitch + s->k_begin;
    uint32_t x_mask = fc_x_members(s, b.j), w_mask = fc_w_members(s, b.i);
    bool with_x = b.j == 0 || !s->plan.keep_x, with_w = b.i == 0 || !s->plan.keep_w;
    bool x_alone = fc_alone(x_mask), w_alone = fc_alone(w_mask);
    __mtia_cr_w(MTIA_CR_MCAST, x_mask | w_mask << 16);
    uint32_t at = 0;
    if (b.i == 0 && b.j == 0)
      at = 2 * FC_FIRST;
    else {
      fc_load_bias(job, s, b.j, cols);
      fc_load_scales(job, s, b.j, cols);
    }
    while (at < s->k_bytes) {
      uint32_t chunk = fc_chunk(s, at), width = fc_min(chunk, s->k_bytes - at);
      if (with_x)
        fc_load_x(x + at, x_pitch, width, rows, x_alone);
      if (with_w)
        fc_load_w(w + at, w_pitch, width, cols, w_alone);
      at += chunk;
    }
  }
}

//===----------------------------------------------------------------------===//
// Both cores
//===----------------------------------------------------------------------===//

typedef void fc_compute_fn(const struct fc_job *job, const struct fc_share *s);

static inline bool fc_idle(const struct fc_share *s) { return s->strips == 0 || s->panels == 0; }

// Core 1, while core 0 plans: the buffers whose places don't depend on the plan, but that of the
// bias.
static inline void fc_set_up(const struct fc_job *job) {
  uint32_t y_room = fc_y_room(1u << job->y_log2);
  uint64_t at = MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - FC_SMALL_SIZE;
  __mtia_cb_init(CB_Y, at - y_room, y_room);
  __mtia_cb_init(CB_SCALES, at += FC_CB_BIAS_SIZE, FC_CB_SCALES_SIZE);
  __mtia_cb_init(CB_X_SUMS, at += FC_CB_SCALES_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_X_TERMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_W_SUMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_W_TERMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_CONSTANTS, at += FC_CB_SUM_SIZE, FC_CONSTANTS_SIZE);
}

static inline void fc_set_registers(const struct fc_job *job) {
  __mtia_cr_w2(MTIA_CR_MML_INC, FC_TILE, FC_TILE);
  __mtia_cr_w(MTIA_CR_QSCALE, job->qscale);
  __mtia_cr_w(MTIA_CR_QOUT, job->qout);
  __mtia_cr_w(MTIA_CR_QMODE, job->qmode);
  __mtia_cr_w(MTIA_CR_QCLAMP, job->qclamp);
  __mtia_cr_w2(MTIA_CR_QCHAN, CB_SCALES, 0);
  __mtia_cr_w2(MTIA_CR_BIAS, 0, 0);
  __mtia_cr_w2(MTIA_CR_OUT, 0, FC_BLOCK << job->y_log2);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, job->y->stride[0]);
}

// Core 0, while core 1 prepares the rest of the job: plans and begins to load. Of the job it takes
// the tensors and the sizes of elements; at least one row and one column.
static inline __attribute__((always_inline)) void fc_begin(const struct fc_job *job,
                                                           struct fc_share *s) {
  fc_my_share(job, s);
  __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, s->plan.x_room);
  __mtia_cb_init(CB_W, MTIA_LOCAL_BASE + s->plan.x_room, s->plan.w_room);
  __mtia_cb_init(CB_BIAS, MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - FC_SMALL_SIZE, FC_CB_BIAS_SIZE);
  if (!fc_idle(s))
    fc_load_first(job, s, false);
}

// At the end of local memory: what each core tells the other one.
struct fc_exchange {
  uint64_t share[(sizeof(struct fc_share) + 7) / 8];
  uint64_t scales;
  uint32_t scale_bytes, status;
};
_Static_assert(sizeof(struct fc_exchange) <= FC_EXCHANGE_SIZE, "FC_EXCHANGE_SIZE");

// Eight words at a time: loads from local memory take long, but don't wait for each other.
static inline void fc_copy(uint64_t *to, const uint64_t *from) {
  enum { WORDS = sizeof(struct fc_share) / 8 };
#pragma unroll
  for (uint32_t i = 0; i < WORDS; i += 8) {
    uint64_t word[8];
#pragma unroll
    for (uint32_t j = 0; j < 8; ++j)
      word[j] = i + j < WORDS ? from[i + j] : 0;
    __asm__ volatile(""
                     : "+r"(word[0]), "+r"(word[1]), "+r"(word[2]), "+r"(word[3]), "+r"(word[4]),
                       "+r"(word[5]), "+r"(word[6]), "+r"(word[7]));
#pragma unroll
    for (uint32_t j = 0; j < 8; ++j)
      if (i + j < WORDS)
        to[i + j] = word[j];
  }
}
_Static_assert(sizeof(struct fc_share) % 8 == 0, "copied in words of 8 bytes");

// The layer: core 0 knows the share, core 1 the job and its status. If that is not
// MTIA_STATUS_OK, what has begun ends.
static inline __attribute__((always_inline)) enum mtia_status
fc_finish(struct fc_job *job, struct fc_share *s, fc_compute_fn *compute, enum mtia_status status) {
  struct fc_exchange *e =
      (struct fc_exchange *)(uintptr_t)(MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - FC_EXCHANGE_SIZE);
  if (mtia_core() == 0) {
    fc_copy(e->share, (const uint64_t *)s);
    KN_FENCE();
    __mtia_bar(MTIA_BAR_PE);
    KN_FENCE();
    if (!fc_idle(s))
      fc_load_first(job, s, true);
    job->scales = e->scales;
    job->scale_bytes = e->scale_bytes;
    status = (enum mtia_status)e->status;
    if (status != MTIA_STATUS_OK) {
      __mtia_sync();
      __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, s->plan.x_room);
      __mtia_cb_init(CB_W, MTIA_LOCAL_BASE + s->plan.x_room, s->plan.w_room);
      __mtia_cb_init(CB_BIAS, MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - FC_SMALL_SIZE, FC_CB_BIAS_SIZE);
    } else if (!fc_idle(s))
      fc_move(job, s);
  } else {
    fc_set_up(job);
    fc_set_registers(job);
    e->scales = job->scales;
    e->scale_bytes = job->scale_bytes;
    e->status = (uint32_t)status;
    KN_FENCE();
    __mtia_bar(MTIA_BAR_PE);
    KN_FENCE();
    fc_copy((uint64_t *)s, e->share);
    if (status == MTIA_STATUS_OK && !fc_idle(s))
      compute(job, s);
  }
  kn_leave();
  return status;
}

#endif
