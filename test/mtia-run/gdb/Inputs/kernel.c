// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Core 0 of a PE brings rows in by DMA, core 1 adds them up.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor from, sums;
};

enum { CB, CB_BYTES = 256 };

int started;

static __attribute__((noinline)) int32_t add_row(const int8_t *row, uint32_t width) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < width; ++i)
    sum += row[i];
  return sum; // row added
}

MTIA_KERNEL(sums, struct args, MTIA_IN(from, MTIA_I8, "4", "W"), MTIA_OUT(sums, MTIA_I32, "4")) {
  uint32_t width = (uint32_t)args->from.dim[1], pe = mtia_pe();
  if (mtia_core() == 0) {
    __mtia_cb_init(CB, MTIA_LOCAL_BASE, CB_BYTES); // init
    started++;
  }
  __mtia_bar(MTIA_BAR_PE); // barrier
  if (mtia_core() == 0) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->from.stride[0]);
    __mtia_dma_in(CB, args->from.data + pe * args->from.stride[0], 1, MTIA_MC_NONE); // fetch
    return;
  }
  __mtia_cb_waitd(CB, width); // wait
  const int8_t *row = (const int8_t *)(uintptr_t)__mtia_cb_head(CB, 0);
  int32_t *sums = mtia_ptr(&args->sums, 0);
  sums[pe] = add_row(row, width); // store
}
