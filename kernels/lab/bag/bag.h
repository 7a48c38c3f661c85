// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the steps of the embedding bag share: the arguments.
//
//   out[b, d] = sum over offsets[b] <= i < offsets[b + 1] of scale * table[r, d] + bias, with
//   r = indices[i]; scale and bias are two binary32 behind the row
//
// The sum begins at +0 and goes on as fma(scale, table[r, d], sum + bias), in the order of i. The
// steps take D that are multiples of 32 to 512, indices from 0 to below R, and offsets that grow
// from 0 to L, on any sub-grid; kernels/embedding_bag takes more. docs/kernel-tuning.md is the page
// to read them with.
#ifndef MTIA_KERNELS_LAB_BAG_H
#define MTIA_KERNELS_LAB_BAG_H

#include "../../util.h"

struct bag_args {
  struct mtia_tensor table, indices, offsets, out;
};

enum {
  BESIDE = 8, // bytes of scale and bias
  GROUP = 32, // rows that se.rowacc adds at most
};

#define LAB_BAG(name)                                                                              \
  MTIA_KERNEL(name, struct bag_args, MTIA_IN(table, MTIA_U8, "R", "D+8"),                          \
              MTIA_IN(indices, MTIA_I32, "L"), MTIA_IN(offsets, MTIA_I32, "B+1"),                  \
              MTIA_OUT(out, MTIA_F32, "B", "D"))

// Tells the SE what a row is: D bytes to be scaled, added up to D binary32.
static inline void set_rows(uint32_t columns) {
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_U8, 0, MTIA_SE_F32, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_ROW, columns, mtia_se_row(MTIA_SE_F32_BEHIND, -1));
  __mtia_cr_w2(MTIA_CR_SE_LEN, columns, 0);
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 4 * columns, 0);
}

// An empty bag: the core writes the zeros.
static inline void clear(uint64_t at, uint32_t columns) {
  volatile uint64_t *out = (volatile uint64_t *)(uintptr_t)at;
  for (uint32_t i = 0; i < columns / 2; i++)
    out[i] = 0;
}

#endif
