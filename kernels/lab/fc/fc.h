// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the steps of the fully connected layer share: the arguments, and the sizes of a block.
//
//   y[m, n] = quantise(relu(sum over k of x[m, k] * w[n, k] + bias[n]), scale)
//
// The steps take M and N that are multiples of 64 and K that is one of 128, on any sub-grid;
// kernels/fc takes anything. docs/kernel-tuning.md is the page to read them with.
#ifndef MTIA_KERNELS_LAB_FC_H
#define MTIA_KERNELS_LAB_FC_H

#include "../../util.h"

struct fc_args {
  struct mtia_tensor x, w, bias;
  float scale;
  struct mtia_tensor y;
};

enum {
  BLOCK = 64,  // rows and columns of a block of y: 2 x 2 accumulators of 32 x 32
  STEP = 32,   // bytes of k that one mml consumes
  CHUNK = 128, // bytes of k that are loaded at once
};

#define LAB_FC(name)                                                                               \
  MTIA_KERNEL(name, struct fc_args, MTIA_IN(x, MTIA_I8, "M", "K"), MTIA_IN(w, MTIA_I8, "N", "K"),  \
              MTIA_IN(bias, MTIA_I32, "N"), MTIA_SCALAR(scale, MTIA_F32),                          \
              MTIA_OUT(y, MTIA_I8, "M", "N"))

// What the drains need: requantisation to i8, rows of a block of y in its buffer.
static inline void set_drain(float scale, uint64_t pitch) {
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(scale), 0);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w2(MTIA_CR_OUT, 0, BLOCK);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, BLOCK, BLOCK);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, pitch);
  __mtia_cr_w2(MTIA_CR_MML_INC, STEP, STEP);
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(BLOCK, BLOCK));
}

#endif
