// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 3: the DPE multiplies. y is cut into blocks of 64 x 64; PE p computes blocks p, p + P, ...
// Core 0 does everything, one thing after the other: load a chunk of 128 bytes of k of both
// operands, multiply it onto the four accumulators of the block, wait, load the next.
#include "fc.h"

enum { CB_X, CB_W, CB_BIAS, CB_Y };
enum { XW_SIZE = 32768, BIAS_SIZE = 512, Y_SIZE = 2 * BLOCK * BLOCK };

static void load(unsigned cb_is_w, const struct mtia_tensor *t, uint64_t row, uint32_t at) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, CHUNK, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, t->stride[0]);
  if (cb_is_w)
    __mtia_dma_in(CB_W, t->data + row * t->stride[0] + at, BLOCK, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_X, t->data + row * t->stride[0] + at, BLOCK, MTIA_MC_NONE);
}

static void bias(const struct fc_args *args, uint64_t n) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, BLOCK * 4, 0);
  __mtia_dma_in(CB_BIAS, args->bias.data + n * 4, 1, MTIA_MC_NONE);
  __mtia_acc_bias(0, CB_BIAS, 0);
  __mtia_acc_bias(1, CB_BIAS, 1);
  __mtia_acc_bias(2, CB_BIAS, 0);
  __mtia_acc_bias(3, CB_BIAS, 1);
  __mtia_cb_pop(CB_BIAS, BLOCK * 4);
}

static void store(const struct fc_args *args, uint64_t m, uint64_t n) {
  __mtia_drain(0, CB_Y, 0, 0, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
  __mtia_drain(1, CB_Y, 0, 1, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
  __mtia_drain(2, CB_Y, 1, 0, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
  __mtia_drain(3, CB_Y, 1, 1, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
  __mtia_cb_push(CB_Y, BLOCK * BLOCK);
  __mtia_dma_out(CB_Y, args->y.data + m * args->y.stride[0] + n, BLOCK);
}

LAB_FC(fc_03) {
  if (mtia_core() != 0)
    return;
  uint64_t at = MTIA_LOCAL_BASE;
  __mtia_cb_init(CB_X, at, XW_SIZE);
  __mtia_cb_init(CB_W, at + XW_SIZE, XW_SIZE);
  __mtia_cb_init(CB_BIAS, at + 2 * XW_SIZE, BIAS_SIZE);
  __mtia_cb_init(CB_Y, at + 2 * XW_SIZE + BIAS_SIZE, Y_SIZE);
  set_drain(args->scale, args->y.stride[0]);
  uint64_t strips = args->x.dim[0] / BLOCK, blocks = args->w.dim[0] / BLOCK;
  for (uint64_t i = mtia_pe(); i < strips * blocks; i += kn_pes()) {
    uint64_t m = i / blocks * BLOCK, n = i % blocks * BLOCK;
    bias(args, n);
    for (uint32_t k = 0; k < args->x.dim[1]; k += CHUNK) {
      load(0, &args->x, m, k);
      load(1, &args->w, n, k);
      KN_MULTIPLY(0, CB_X, 0, CB_W, 0, 0, 0, CHUNK, STEP, false, MTIA_MML_S8S8);
      KN_MULTIPLY(1, CB_X, 0, CB_W, 0, 0, 1, CHUNK, STEP, false, MTIA_MML_S8S8);
      KN_MULTIPLY(2, CB_X, 0, CB_W, 0, 1, 0, CHUNK, STEP, false, MTIA_MML_S8S8);
      KN_MULTIPLY(3, CB_X, 0, CB_W, 0, 1, 1, CHUNK, STEP, false, MTIA_MML_S8S8);
      __mtia_cb_pop(CB_X, BLOCK * CHUNK);
      __mtia_cb_pop(CB_W, BLOCK * CHUNK);
      __mtia_sync();
    }
    store(args, m, n);
    __mtia_sync();
  }
}
