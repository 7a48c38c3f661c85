// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 5: multicast. Blocks are dealt so that the PEs of a row of the grid work on the same rows of
// x, and PEs of a column on the same rows of w: what they share is fetched once and arrives at all
// of them.
//
//   grid row r     strips r % G, r % G + G, ... with G = min(rows of the grid, strips)
//   PE (r, c)      blocks g, g + H, ... with g = r / G * columns + c, H = rows / G * columns
#include "fc.h"

enum { CB_X, CB_W, CB_BIAS, CB_Y };
enum { XW_SIZE = 49152, BIAS_SIZE = 512, Y_SIZE = 2 * BLOCK * BLOCK };

// What this PE does, and with whom.
struct share {
  uint32_t strips, blocks;         // of y
  uint32_t row_groups, n_groups;   // G, H
  uint32_t strip, block;           // the first ones
  uint32_t first_row, first_group; // first of the grid's rows with these blocks; g of column 0
};

// False if there is nothing for it.
static bool find_share(const struct fc_args *args, struct share *s) {
  uint32_t rows = mtia_rows(), columns = mtia_cols(), r = mtia_row();
  s->strips = (uint32_t)args->x.dim[0] / BLOCK;
  s->blocks = (uint32_t)args->w.dim[0] / BLOCK;
  s->row_groups = (uint32_t)kn_min(rows, s->strips);
  uint32_t groups = rows / s->row_groups; // of rows of the grid, with different blocks
  s->n_groups = groups * columns;
  s->strip = r % s->row_groups;
  s->first_row = r - s->strip;
  s->first_group = r / s->row_groups * columns;
  s->block = s->first_group + mtia_col();
  return r < groups * s->row_groups;
}

// The columns that have a block beside block j, and the rows that have a strip beside strip i.
static uint32_t members(const struct share *s, uint32_t i, uint32_t j) {
  uint32_t column0 = j - s->block + s->first_group, row0 = i - s->strip;
  uint32_t columns = (uint32_t)kn_min(s->blocks - column0, mtia_cols());
  uint32_t rows = (uint32_t)kn_min(s->strips - row0, s->row_groups);
  return ((1u << columns) - 1) | ((1u << rows) - 1) << (16 + s->first_row);
}

static void load(const struct fc_args *args, const struct share *s, uint32_t i, uint32_t j) {
  __mtia_cr_w(MTIA_CR_MCAST, members(s, i, j));
  __mtia_cr_w2(MTIA_CR_DMA_IN, BLOCK * 4, 0);
  __mtia_dma_in(CB_BIAS, args->bias.data + j * BLOCK * 4, 1, MTIA_MC_NONE);
  __mtia_cr_w2(MTIA_CR_DMA_IN, CHUNK, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->x.stride[0]); // rows of x and w are equally long
  uint64_t x = args->x.data + i * BLOCK * args->x.stride[0];
  uint64_t w = args->w.data + j * BLOCK * args->w.stride[0];
  for (uint32_t k = 0; k < args->x.dim[1]; k += CHUNK) {
    __mtia_dma_in(CB_X, x + k, BLOCK, MTIA_MC_ROW);
    __mtia_dma_in(CB_W, w + k, BLOCK, MTIA_MC_COL);
  }
}

#define TILE(acc, ti, tj)                                                                          \
  KN_MULTIPLY(acc, CB_X, 0, CB_W, 0, ti, tj, CHUNK, STEP, false, MTIA_MML_S8S8)
#define FINISH(acc, ti, tj) __mtia_drain(acc, CB_Y, ti, tj, MTIA_DRAIN_I8, MTIA_DRAIN_RELU)

static void compute(const struct fc_args *args, uint32_t i, uint32_t j) {
  __mtia_acc_bias(0, CB_BIAS, 0);
  __mtia_acc_bias(1, CB_BIAS, 1);
  __mtia_acc_bias(2, CB_BIAS, 0);
  __mtia_acc_bias(3, CB_BIAS, 1);
  __mtia_cb_pop(CB_BIAS, BLOCK * 4);
  for (uint32_t k = 0; k < args->x.dim[1]; k += CHUNK) {
    TILE(0, 0, 0);
    TILE(1, 0, 1);
    TILE(2, 1, 0);
    TILE(3, 1, 1);
    __mtia_cb_pop(CB_X, BLOCK * CHUNK);
    __mtia_cb_pop(CB_W, BLOCK * CHUNK);
  }
  FINISH(0, 0, 0);
  FINISH(1, 0, 1);
  FINISH(2, 1, 0);
  FINISH(3, 1, 1);
  __mtia_cb_push(CB_Y, BLOCK * BLOCK);
  __mtia_dma_out(CB_Y, args->y.data + i * BLOCK * args->y.stride[0] + j * BLOCK, BLOCK);
}

LAB_FC(fc_05) {
  struct share s;
  if (!find_share(args, &s))
    return;
  if (mtia_core() == 0) {
    uint64_t at = MTIA_LOCAL_BASE;
    __mtia_cb_init(CB_X, at, XW_SIZE);
    __mtia_cb_init(CB_W, at + XW_SIZE, XW_SIZE);
    __mtia_cb_init(CB_BIAS, at + 2 * XW_SIZE, BIAS_SIZE);
    __mtia_cb_init(CB_Y, at + 2 * XW_SIZE + BIAS_SIZE, Y_SIZE);
  }
  set_drain(args->scale, args->y.stride[0]);
  __mtia_bar(MTIA_BAR_PE);
  for (uint32_t i = s.strip; i < s.strips; i += s.row_groups)
    for (uint32_t j = s.block; j < s.blocks; j += s.n_groups)
      if (mtia_core() == 0)
        load(args, &s, i, j);
      else
        compute(args, i, j);
}
