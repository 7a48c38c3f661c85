// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected layer after the published mapping ([P1] section 4), for all types: a file such as
// fc_i8.c defines what is different and includes this one.
//
//   FC_IN_SIZE, FC_OUT_SIZE    bytes of an element of x and w, of y
//   FC_MML_TYPE                of mml
//   FC_RED(acc, in, out)       red or redf
//   FC_DRAIN(acc, cb, ti, tj)  drain or drainf, with type and flags
//
// Core 0 moves: bias, x and w into circular buffers, chunk by chunk, in the
// order in which they are used. Core 1 computes: per block of 64 x 64 it works
// off each chunk one accumulator at a time, so that the accumulators finish one
// after the other and the reduction, the drain and the next block's bias of one
// overlap the multiplications of the others. The cores meet at the start only, twice;
// everything else is the circular buffers' checks.
#ifndef MTIA_KERNELS_FC_H
#define MTIA_KERNELS_FC_H

#include "../util.h"
#include "fc_plan.h"

#include <mtia/intrinsics.h>
#include <mtia/kernel.h>

struct fc_args {
  struct mtia_tensor x, w, bias; // bias: 32 bits
  float scale;                   // not of all types
  struct mtia_tensor y;
};

enum { CB_X = 0, CB_W = 1, CB_BIAS = 2, CB_Y = 3 };

// What this PE does of the plan.
struct fc_share {
  uint32_t row_group, n_group; // first strip, first block
  uint32_t strip_count, block_count;
  uint32_t k_begin, k_bytes; // slice of every row, bytes
  uint32_t k_padded;         // k_bytes rounded up to a step
  bool first, last;          // of the chain along the row
  bool keep_x, keep_w;
  uint32_t x_size;         // of CB_X; CB_W has the rest
  uint32_t row_members;    // columns that share this PE's x, if all have blocks
  uint32_t row_groups_at;  // n group of this row's first column
  uint32_t groups_per_row; // and how many of them
  uint32_t column_at;      // first row of those that share this PE's w
  uint32_t columns_log2;   // log2 of k_parts: distance of columns with equal k
};

static uint32_t count_dealt(uint32_t total, uint32_t first, uint32_t groups) {
  return first < total ? (total - first + groups - 1) / groups : 0;
}

static struct fc_share my_share(const struct fc_plan *p, uint32_t k_bytes) {
  uint32_t row = mtia_row(), col = mtia_col();
  uint32_t cols = mtia_cols();
  uint32_t k_log2 = fc_twos(p->k_parts);
  uint32_t part = col & (p->k_parts - 1);
  uint32_t groups_per_row = cols >> k_log2;
  uint32_t rn = row / p->row_groups;

  struct fc_share s = {.row_group = row - rn * p->row_groups, .columns_log2 = k_log2};
  s.groups_per_row = groups_per_row;
  s.row_groups_at = rn * groups_per_row;
  s.n_group = s.row_groups_at + (col >> k_log2);
  s.strip_count = count_dealt(p->strips, s.row_group, p->row_groups);
  s.block_count = count_dealt(p->blocks, s.n_group, p->n_groups);
  s.k_begin = part * p->steps_per_part * FC_STEP;
  s.k_bytes = fc_min(k_bytes - s.k_begin, p->steps_per_part * FC_STEP);
  s.k_padded = (s.k_bytes + FC_STEP - 1) & ~(FC_STEP - 1u);
  s.first = part == 0;
  s.last = part == p->k_parts - 1;
  s.column_at = rn * p->row_groups;
  for (uint32_t c = part; c < cols; c += p->k_parts)
    s.row_members |= 1u << c;

  // What is kept, and how local memory is divided, depends on the busiest PE
  // (the one with the most), so that all members of a multicast agree.
  struct fc_keep keep = fc_choose_keep(fc_ceil_div(p->strips, p->row_groups),
                                       fc_ceil_div(p->blocks, p->n_groups), p->steps_per_part);
  s.keep_w = keep.w;
  s.keep_x = keep.x;
  s.x_size = keep.w || keep.x ? keep.x_room : FC_CB_XW_SIZE / 2;
  return s;
}

static uint32_t strip_rows(const struct fc_plan *p, const struct fc_share *s, uint32_t i,
                           uint32_t m) {
  return fc_min(FC_BLOCK, m - (s->row_group + i * p->row_groups) * FC_BLOCK);
}
static uint32_t block_cols(const struct fc_plan *p, const struct fc_share *s, uint32_t j,
                           uint32_t n) {
  return fc_min(FC_BLOCK, n - (s->n_group + j * p->n_groups) * FC_BLOCK);
}

// Columns of this row that have a j-th block and the same slice of k.
static uint32_t x_members(const struct fc_plan *p, const struct fc_share *s, uint32_t j) {
  uint32_t before = j * p->n_groups + s->row_groups_at; // number of the row's first j-th block
  uint32_t groups = fc_min(p->blocks - before, s->groups_per_row);
  return s->row_members & ((1u << (groups << s->columns_log2)) - 1);
}

// Rows of this column that have an i-th strip and the same blocks.
static uint32_t w_members(const struct fc_plan *p, const struct fc_share *s, uint32_t i) {
  uint32_t rows = fc_min(p->strips - i * p->row_groups, p->row_groups);
  return ((1u << rows) - 1) << s->column_at;
}

static bool alone(uint32_t members) { return (members & (members - 1)) == 0; }

//===----------------------------------------------------------------------===//
// Core 0: data in
//===----------------------------------------------------------------------===//

static void set_rows(uint64_t pitch, uint32_t width) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
}

static void load_x(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows, bool single) {
  set_rows(pitch, width);
  if (single)
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_ROW);
}

static void load_w(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows, bool single) {
  set_rows(pitch, width);
  if (single)
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_COL);
}

static void move(const struct fc_args *a, const struct fc_plan *p, const struct fc_share *s) {
  uint32_t m = (uint32_t)a->x.dim[0], n = (uint32_t)a->w.dim[0];
  for (uint32_t i = 0; i < s->strip_count; ++i) {
    uint32_t rows = strip_rows(p, s, i, m);
    uint64_t strip = s->row_group + i * p->row_groups;
    uint64_t x = a->x.data + strip * FC_BLOCK * a->x.stride[0] + s->k_begin;
    uint32_t w_mask = w_members(p, s, i);
    for (uint32_t j = 0; j < s->block_count; ++j) {
      uint32_t cols = block_cols(p, s, j, n);
      uint64_t block = s->n_group + j * p->n_groups;
      uint64_t w = a->w.data + block * FC_BLOCK * a->w.stride[0] + s->k_begin;
      uint32_t x_mask = x_members(p, s, j);
      if (s->first) {
        __mtia_cr_w2(MTIA_CR_DMA_IN, cols * 4, 0);
        __mtia_dma_in(CB_BIAS, a->bias.data + block * FC_BLOCK * 4, 1, MTIA_MC_NONE);
      }
      __mtia_cr_w(MTIA_CR_MCAST, x_mask | w_mask << 16);
      for (uint32_t at = 0; at < s->k_bytes; at += FC_CHUNK) {
        uint32_t width = fc_min(FC_CHUNK, s->k_bytes - at);
        if (j == 0 || !s->keep_x)
          load_x(x + at, a->x.stride[0], width, rows, alone(x_mask));
        if (i == 0 || !s->keep_w)
          load_w(w + at, a->w.stride[0], width, cols, alone(w_mask));
      }
    }
  }
}

//===----------------------------------------------------------------------===//
// Core 1: multiply, reduce, drain
//===----------------------------------------------------------------------===//

// A finished accumulator: add the neighbour's partial sum, pass it on or drain
// it, and start the next block's accumulator with its bias.
#define FC_FINISH(acc, ti, tj)                                                                     \
  do {                                                                                             \
    if (!s->first && !s->last)                                                                     \
      FC_RED(acc, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);                                            \
    else if (!s->last)                                                                             \
      FC_RED(acc, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);                                            \
    else if (!s->first)                                                                            \
      FC_RED(acc, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);                                            \
    if (s->last)                                                                                   \
      FC_DRAIN(acc, CB_Y, ti, tj);                                                                 \
  } while (0)

#define FC_BIAS(acc, tj, size)                                                                     \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_BLOCK, size);                                                              \
    __mtia_acc_bias(acc, CB_BIAS, tj);                                                             \
  } while (0)

// One accumulator's share of a chunk.
#define FC_TILE(acc, ti, tj)                                                                       \
  do {                                                                                             \
    KN_MULTIPLY(acc, CB_X, x_at, CB_W, w_at, ti, tj, stride, FC_STEP, zero, FC_MML_TYPE);          \
    if (last)                                                                                      \
      FC_FINISH(acc, ti, tj);                                                                      \
    if (bias) {                                                                                    \
      FC_BIAS(acc, tj, next_size);                                                                 \
      __mtia_cr_w(MTIA_CR_BLOCK, size);                                                            \
    }                                                                                              \
  } while (0)

static uint32_t bias_bytes(uint32_t cols) { return (cols * 4 + 31) & ~31u; }

static void compute(const struct fc_args *a, float scale, const struct fc_plan *p,
                    const struct fc_share *s) {
  uint32_t m = (uint32_t)a->x.dim[0], n = (uint32_t)a->w.dim[0];
  __mtia_cr_w2(MTIA_CR_MML_INC, FC_STEP, FC_STEP);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(scale), 0);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w2(MTIA_CR_OUT, 0, FC_BLOCK * FC_OUT_SIZE);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, a->y.stride[0]);

  uint32_t rows = strip_rows(p, s, 0, m), cols = block_cols(p, s, 0, n);
  uint32_t size = rows | cols << 16;
  if (s->first) {
    FC_BIAS(0, 0, size);
    FC_BIAS(1, 1, size);
    FC_BIAS(2, 0, size);
    FC_BIAS(3, 1, size);
    __mtia_cb_pop(CB_BIAS, bias_bytes(cols));
  }

  for (uint32_t i = 0; i < s->strip_count; ++i) {
    uint32_t w_block = 0; // where block j begins behind the head of CB_W, when kept
    for (uint32_t j = 0; j < s->block_count; ++j) {
      bool end_of_strip = j + 1 == s->block_count;
      uint32_t next_rows =
          end_of_strip && i + 1 < s->strip_count ? strip_rows(p, s, i + 1, m) : rows;
      uint32_t next_cols = block_cols(p, s, end_of_strip ? 0 : j + 1, n);
      uint32_t next_size = next_rows | next_cols << 16;
      bool more = !end_of_strip || i + 1 < s->strip_count;

      bool pop_x = !s->keep_x || end_of_strip, pop_w = !s->keep_w;
      __mtia_cr_w(MTIA_CR_BLOCK, size);
      for (uint32_t at = 0; at < s->k_padded; at += FC_CHUNK) {
        uint32_t stride = fc_min(FC_CHUNK, s->k_padded - at);
        uint32_t x_at = pop_x ? 0 : rows * at;
        uint32_t w_at = pop_w ? 0 : w_block + cols * at;
        bool zero = at == 0 && !s->first;
        bool last = at + stride == s->k_padded;
        bool bias = last && s->first && more;

        FC_TILE(0, 0, 0);
        FC_TILE(1, 0, 1);
        FC_TILE(2, 1, 0);
        FC_TILE(3, 1, 1);
        if (bias)
          __mtia_cb_pop(CB_BIAS, bias_bytes(next_cols));
        if (pop_x)
          __mtia_cb_pop(CB_X, rows * stride);
        if (pop_w)
          __mtia_cb_pop(CB_W, cols * stride);
      }
      if (s->last) {
        uint64_t strip = s->row_group + i * p->row_groups, block = s->n_group + j * p->n_groups;
        uint64_t y = a->y.data + strip * FC_BLOCK * a->y.stride[0] + block * FC_BLOCK * FC_OUT_SIZE;
        __mtia_cb_push(CB_Y, rows * FC_BLOCK * FC_OUT_SIZE);
        __mtia_cr_w2(MTIA_CR_DMA_OUT, cols * FC_OUT_SIZE, FC_BLOCK * FC_OUT_SIZE);
        __mtia_dma_out(CB_Y, y, rows);
      }
      w_block += cols * s->k_padded;
      rows = next_rows;
      cols = next_cols;
      size = next_size;
    }
    if (s->keep_w && i + 1 == s->strip_count)
      __mtia_cb_pop(CB_W, w_block);
  }
}

// What the cores tell each other of their plans, in local memory.
struct fc_choice {
  uint32_t cycles, row_groups, k_parts, n_groups, steps_per_part;
};

static void fc_agree(struct fc_plan *plan, uint32_t core) {
  volatile struct fc_choice *choice = (volatile struct fc_choice *)(uintptr_t)MTIA_LOCAL_BASE;
  volatile struct fc_choice *mine = choice + core, *other = choice + (1 - core);
  mine->cycles = plan->cycles;
  mine->row_groups = plan->row_groups;
  mine->k_parts = plan->k_parts;
  mine->n_groups = plan->n_groups;
  mine->steps_per_part = plan->steps_per_part;
  __mtia_bar(MTIA_BAR_PE);
  uint32_t cycles = other->cycles;
  if (cycles < plan->cycles || (cycles == plan->cycles && core == 1)) {
    plan->row_groups = other->row_groups;
    plan->k_parts = other->k_parts;
    plan->n_groups = other->n_groups;
    plan->steps_per_part = other->steps_per_part;
  }
}

static inline void fc_run(const struct fc_args *args, float scale) {
  uint32_t k = (uint32_t)args->x.dim[1] * FC_IN_SIZE;
  uint32_t core = mtia_core();
  struct fc_plan plan = fc_choose((uint32_t)args->x.dim[0], (uint32_t)args->w.dim[0], k,
                                  mtia_rows(), mtia_cols(), core);
  fc_agree(&plan, core);
  struct fc_share share = my_share(&plan, k);
  bool mover = core == 0;

  if (mover) {
    uint64_t at = MTIA_LOCAL_BASE;
    __mtia_cb_init(CB_Y, at, FC_CB_Y_SIZE);
    __mtia_cb_init(CB_BIAS, at += FC_CB_Y_SIZE, FC_CB_BIAS_SIZE);
    __mtia_cb_init(CB_X, at += FC_CB_BIAS_SIZE, share.x_size);
    __mtia_cb_init(CB_W, at + share.x_size, FC_CB_XW_SIZE - share.x_size);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (share.strip_count == 0 || share.block_count == 0)
    return;
  if (mover)
    move(args, &plan, &share);
  else
    compute(args, scale, &plan, &share);
}

#endif
