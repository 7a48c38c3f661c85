// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 4: two cores. Core 0 issues the loads of all chunks, as far ahead as the circular buffers
// have room; core 1 issues the products. Nobody waits by hand: a command starts when the buffers it
// names have its data, or room. PE p computes blocks p, p + P, ... as before.
#include "fc.h"

enum { CB_X, CB_W, CB_BIAS, CB_Y };
enum { XW_SIZE = 49152, BIAS_SIZE = 512, Y_SIZE = 2 * BLOCK * BLOCK };

static void load(const struct fc_args *args, uint64_t m, uint64_t n) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, BLOCK * 4, 0);
  __mtia_dma_in(CB_BIAS, args->bias.data + n * 4, 1, MTIA_MC_NONE);
  __mtia_cr_w2(MTIA_CR_DMA_IN, CHUNK, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->x.stride[0]); // rows of x and w are equally long
  uint64_t x = args->x.data + m * args->x.stride[0], w = args->w.data + n * args->w.stride[0];
  for (uint32_t k = 0; k < args->x.dim[1]; k += CHUNK) {
    __mtia_dma_in(CB_X, x + k, BLOCK, MTIA_MC_NONE);
    __mtia_dma_in(CB_W, w + k, BLOCK, MTIA_MC_NONE);
  }
}

#define TILE(acc, ti, tj)                                                                          \
  KN_MULTIPLY(acc, CB_X, 0, CB_W, 0, ti, tj, CHUNK, STEP, false, MTIA_MML_S8S8)
#define FINISH(acc, ti, tj) __mtia_drain(acc, CB_Y, ti, tj, MTIA_DRAIN_I8, MTIA_DRAIN_RELU)

static void compute(const struct fc_args *args, uint64_t m, uint64_t n) {
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
  __mtia_dma_out(CB_Y, args->y.data + m * args->y.stride[0] + n, BLOCK);
}

LAB_FC(fc_04) {
  if (mtia_core() == 0) {
    uint64_t at = MTIA_LOCAL_BASE;
    __mtia_cb_init(CB_X, at, XW_SIZE);
    __mtia_cb_init(CB_W, at + XW_SIZE, XW_SIZE);
    __mtia_cb_init(CB_BIAS, at + 2 * XW_SIZE, BIAS_SIZE);
    __mtia_cb_init(CB_Y, at + 2 * XW_SIZE + BIAS_SIZE, Y_SIZE);
  }
  set_drain(args->scale, args->y.stride[0]);
  __mtia_bar(MTIA_BAR_PE);
  uint64_t strips = args->x.dim[0] / BLOCK, blocks = args->w.dim[0] / BLOCK;
  for (uint64_t i = mtia_pe(); i < strips * blocks; i += kn_pes()) {
    uint64_t m = i / blocks * BLOCK, n = i % blocks * BLOCK;
    if (mtia_core() == 0)
      load(args, m, n);
    else
      compute(args, m, n);
  }
}
