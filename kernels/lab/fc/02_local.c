// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 2: the operands come into local memory by DMA, a row at a time; core 1 multiplies with its
// vector unit. PE p still computes rows p, p + P, ... of y.
//
// CB_X holds the row of x, CB_W four rows of w, CB_Y the row of y. Core 0 loads, core 1 computes
// and stores.
#include "fc.h"

enum { CB_X, CB_W, CB_Y };
enum { X_SIZE = 16384, W_SIZE = 65536, Y_SIZE = 16384 };

MTIA_VECTOR static int32_t dot(const int8_t *x, const int8_t *w, uint32_t depth) {
  int32_t acc = 0;
  for (uint32_t k = 0; k < depth; k++)
    acc += x[k] * w[k];
  return acc;
}

static int8_t quantise(int32_t acc, float scale) {
  float f = (float)(acc > 0 ? acc : 0) * scale;
  long q = __builtin_lrintf(f);
  return (int8_t)(q > 127 ? 127 : q);
}

static void load(const struct fc_args *args) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, args->x.dim[1], 0);
  for (uint64_t m = mtia_pe(); m < args->x.dim[0]; m += kn_pes()) {
    __mtia_dma_in(CB_X, args->x.data + m * args->x.stride[0], 1, MTIA_MC_NONE);
    for (uint64_t n = 0; n < args->w.dim[0]; n++)
      __mtia_dma_in(CB_W, args->w.data + n * args->w.stride[0], 1, MTIA_MC_NONE);
  }
}

MTIA_VECTOR static void compute(const struct fc_args *args) {
  uint32_t columns = (uint32_t)args->w.dim[0], depth = (uint32_t)args->w.dim[1];
  const int32_t *bias = mtia_ptr(&args->bias, 0);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, columns, 0);
  for (uint64_t m = mtia_pe(); m < args->x.dim[0]; m += kn_pes()) {
    __mtia_cb_waitd(CB_X, depth);
    __mtia_cb_waits(CB_Y, columns);
    const int8_t *x = (const int8_t *)(uintptr_t)__mtia_cb_head(CB_X, 0);
    int8_t *y = (int8_t *)(uintptr_t)__mtia_cb_tail(CB_Y, 0);
    for (uint32_t n = 0; n < columns; n++) {
      __mtia_cb_waitd(CB_W, depth);
      y[n] = quantise(bias[n] + dot(x, (const int8_t *)(uintptr_t)__mtia_cb_head(CB_W, 0), depth),
                      args->scale);
      __mtia_cb_pop(CB_W, depth);
    }
    __mtia_cb_pop(CB_X, depth);
    __mtia_cb_push(CB_Y, columns);
    __mtia_dma_out(CB_Y, args->y.data + m * args->y.stride[0], 1);
  }
}

LAB_FC(fc_02) {
  uint64_t at = MTIA_LOCAL_BASE, depth = args->x.dim[1], columns = args->w.dim[0];
  if (mtia_core() == 0) {
    // A core reads its rows at plain addresses: a buffer is a whole number of them.
    __mtia_cb_init(CB_X, at, X_SIZE / depth * depth);
    __mtia_cb_init(CB_W, at + X_SIZE, W_SIZE / depth * depth);
    __mtia_cb_init(CB_Y, at + X_SIZE + W_SIZE, Y_SIZE / columns * columns);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load(args);
  else
    compute(args);
}
