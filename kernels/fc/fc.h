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
  struct fc_plan plan;
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

static uint32_t fc_dealt(uint32_t tiles, uint32_t first, uint32_t most) {
  return first < tiles ? fc_min(tiles - first, most) : 0;
}

static void fc_full(uint32_t tiles, uint32_t mine, uint32_t groups, uint32_t *full,
                    uint32_t *rest) {
  *full = groups;
  *rest = 0;
  if (tiles != mine * groups) {
    *full = tiles / mine;
    *rest = tiles - *full * mine;
  }
}

static struct fc_share fc_my_share(const struct fc_job *j) {
  uint32_t rows = mtia_rows(), cols = mtia_cols(), row = mtia_row(), col = mtia_col();
  struct fc_size size = {.m = j->x->dim[0],
                         .n = j->w->dim[0],
                         .k_bytes = j->x->dim[1] << j->in_log2,
                         .y_size = 1u << j->y_log2,
                         .x_in_dram = j->x->data >= MTIA_DRAM_BASE,
                         .w_in_dram = j->w->data >= MTIA_DRAM_BASE};
  struct fc_share s; // set field by field: the compiler would clear it by a call
  s.plan = fc_choose(&size, rows, cols);
  const struct fc_plan *p = &s.plan;
  s.m = (uint32_t)size.m;
  s.n = (uint32_t)size.n;
  uint32_t parts = 1u << p->k_log2, part = col & (parts - 1);
  uint32_t rn = p->row_groups == rows ? 0 : (uint32_t)kn_div(row, p->row_groups);
  uint32_t rm = row - rn * p->row_groups;
  s.row_group_count = cols >> p->k_log2;
  s.row_group = rn * s.row_group_count;
  uint32_t group = s.row_group + (col >> p->k_log2);
  s.strips = fc_blocks(fc_dealt(p->m_tiles, rm * p->my_m, p->my_m));
  s.panels = fc_blocks(fc_dealt(p->n_tiles, group * p->my_n, p->my_n));
  s.row = rm * p->my_m * FC_TILE;
  s.col = group * p->my_n * FC_TILE;
  s.k_begin = part * p->my_steps * FC_TILE;
  s.k_bytes = fc_min((uint32_t)size.k_bytes - s.k_begin, p->my_steps * FC_TILE);
  s.k_padded = kn_pad(s.k_bytes);
  s.first = part == 0;
  s.last = part == parts - 1;
  s.column_at = rn * p->row_groups;
  s.row_members = 0;
  for (uint32_t c = part; c < cols; c += parts)
    s.row_members |= 1u << c;
  fc_full(p->m_tiles, p->my_m, p->row_groups, &s.full_m, &s.rest_m);
  fc_full(p->n_tiles, p->my_n, p->n_groups, &s.full_n, &s.rest_n);
  return s;
}

// Rows of strip i, columns of panel j.
static uint32_t fc_strip_rows(const struct fc_share *s, uint32_t i) {
  uint32_t tiles = fc_min(s->plan.my_m - 2 * i, 2);
  return fc_min(tiles * FC_TILE, s->m - s->row - i * FC_BLOCK);
}
static uint32_t fc_panel_cols(const struct fc_share *s, uint32_t j) {
  uint32_t tiles = fc_min(s->plan.my_n - 2 * j, 2);
  return fc_min(tiles * FC_TILE, s->n - s->col - j * FC_BLOCK);
}

// Columns of this row that have a panel j and the same slice of k.
static uint32_t fc_x_members(const struct fc_share *s, uint32_t j) {
  uint32_t groups = s->full_n + (s->rest_n > 2 * j) - s->row_group;
  if (groups >= s->row_group_count)
    return s->row_members;
  return s->row_members & ((1u << (groups << s->plan.k_log2)) - 1);
}

// Rows of this column that have a strip i and the same panels.
static uint32_t fc_w_members(const struct fc_share *s, uint32_t i) {
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
  return fc_min(at < 2 * FC_FIRST ? FC_FIRST : FC_CHUNK, s->k_padded - at);
}

//===----------------------------------------------------------------------===//
// Core 0: data in
//===----------------------------------------------------------------------===//

static bool fc_alone(uint32_t members) { return (members & (members - 1)) == 0; }

static void fc_load_x(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows, bool alone) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  if (alone)
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_ROW);
}

static void fc_load_w(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows, bool alone) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  if (alone)
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_COL);
}

// Bias for the first PE of a chain, scales for the last one.
static void fc_load_columns(const struct fc_job *job, const struct fc_share *s, uint32_t j,
                            uint32_t cols) {
  uint64_t col = s->col + j * FC_BLOCK;
  if (s->first && job->bias) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, cols * 4, 0);
    __mtia_dma_in(CB_BIAS, job->bias + col * 4, 1, MTIA_MC_NONE);
  }
  if (s->last && job->scales) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, cols * job->scale_bytes, 0);
    __mtia_dma_in(CB_SCALES, job->scales + col * job->scale_bytes, 1, MTIA_MC_NONE);
  }
}

static void fc_move(const struct fc_job *job, const struct fc_share *s) {
  uint64_t x_pitch = job->x->stride[0], w_pitch = job->w->stride[0];
  for (struct fc_walk b = {0, 0}; fc_more(s, b); b = fc_next(s, b)) {
    uint32_t rows = fc_strip_rows(s, b.i), cols = fc_panel_cols(s, b.j);
    uint64_t x = job->x->data + (s->row + b.i * FC_BLOCK) * x_pitch + s->k_begin;
    uint64_t w = job->w->data + (s->col + b.j * FC_BLOCK) * w_pitch + s->k_begin;
    uint32_t x_mask = fc_x_members(s, b.j), w_mask = fc_w_members(s, b.i);
    bool with_x = b.j == 0 || !s->plan.keep_x, with_w = b.i == 0 || !s->plan.keep_w;
    __mtia_cr_w(MTIA_CR_MCAST, x_mask | w_mask << 16);
    uint32_t at = 0;
    do {
      uint32_t chunk = fc_chunk(s, at), width = fc_min(chunk, s->k_bytes - at);
      if (with_x && width)
        fc_load_x(x + at, x_pitch, width, rows, fc_alone(x_mask));
      if (with_w && width)
        fc_load_w(w + at, w_pitch, width, cols, fc_alone(w_mask));
      if (at == 0) // behind the first products' operands
        fc_load_columns(job, s, b.j, cols);
      at += chunk;
    } while (at < s->k_padded);
  }
}

//===----------------------------------------------------------------------===//
// Both cores
//===----------------------------------------------------------------------===//

static void fc_set_up(const struct fc_job *job, const struct fc_share *s) {
  const struct fc_plan *p = &s->plan;
  uint64_t at = MTIA_LOCAL_BASE;
  __mtia_cb_init(CB_X, at, p->x_room);
  __mtia_cb_init(CB_W, at += p->x_room, p->w_room);
  __mtia_cb_init(CB_Y, at += p->w_room, p->y_room);
  __mtia_cb_init(CB_BIAS, at += p->y_room, FC_CB_BIAS_SIZE);
  __mtia_cb_init(CB_SCALES, at += FC_CB_BIAS_SIZE, FC_CB_SCALES_SIZE);
  if (job->zero_x || job->zero_w) {
    __mtia_cb_init(CB_X_SUMS, at += FC_CB_SCALES_SIZE, FC_CB_SUM_SIZE);
    __mtia_cb_init(CB_X_TERMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
    __mtia_cb_init(CB_W_SUMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
    __mtia_cb_init(CB_W_TERMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
    __mtia_cb_init(CB_CONSTANTS, at += FC_CB_SUM_SIZE, FC_CONSTANTS_SIZE);
  }
}

typedef void fc_compute_fn(const struct fc_job *job, const struct fc_share *s);

// One layer, by both cores of all PEs; nothing of it is empty but k.
static inline __attribute__((always_inline)) void fc_run(const struct fc_job *job,
                                                         fc_compute_fn *compute) {
  struct fc_share s = fc_my_share(job);
  bool mover = mtia_core() == 0;
  if (mover)
    fc_set_up(job, &s);
  __mtia_bar(MTIA_BAR_PE);
  if (s.strips && s.panels) {
    if (mover)
      fc_move(job, &s);
    else
      compute(job, &s);
  }
  kn_leave();
}

#endif
