// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O2 -Wall -Werror %s -o %t.elf
// RUN: %python %S/Inputs/oracle.py copy --run %mtia-run --elf %t.elf --scratch %t.dir
//
// Every PE copies its share of the rows through a circular buffer that wraps:
// core 0 brings blocks of 3 rows in, core 1 takes blocks of 2 rows out. What
// core 0 hands over is checked by core 1 with loads as well.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor from, to, sums;
};

enum { CB, IN_ROWS = 3, OUT_ROWS = 2, CB_ROWS = 6 };

MTIA_KERNEL(copy, struct args, MTIA_IN(from, MTIA_I8, "R", "W"), MTIA_OUT(to, MTIA_I8, "R", "W"),
            MTIA_OUT(sums, MTIA_I32, "R")) {
  uint32_t rows = (uint32_t)args->from.dim[0], width = (uint32_t)args->from.dim[1];
  uint32_t stride = (uint32_t)mtia_align_up(width);
  uint32_t pes = mtia_rows() * mtia_cols();
  uint32_t begin = (uint32_t)((uint64_t)rows * mtia_pe() / pes);
  uint32_t end = (uint32_t)((uint64_t)rows * (mtia_pe() + 1) / pes);
  if (mtia_core() == 0)
    __mtia_cb_init(CB, MTIA_LOCAL_BASE, CB_ROWS * stride);
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->from.stride[0]);
    for (uint32_t r = begin; r < end; r += IN_ROWS)
      __mtia_dma_in(CB, args->from.data + r * args->from.stride[0],
                    end - r < IN_ROWS ? end - r : IN_ROWS, MTIA_MC_NONE);
    return;
  }
  __mtia_cr_w2(MTIA_CR_DMA_OUT, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->to.stride[0]);
  int32_t *sums = mtia_ptr(&args->sums, 0);
  for (uint32_t r = begin; r < end; r += OUT_ROWS) {
    uint32_t count = end - r < OUT_ROWS ? end - r : OUT_ROWS;
    __mtia_cb_waitd(CB, count * stride);
    for (uint32_t i = 0; i < count; ++i) {
      const int8_t *row = (const int8_t *)(uintptr_t)__mtia_cb_head(CB, i * stride);
      int32_t sum = 0;
      for (uint32_t j = 0; j < stride; ++j) // the padding adds zeros
        sum += row[j] * (int32_t)(j + 1);
      sums[r + i] = sum;
    }
    __mtia_dma_out(CB, args->to.data + r * args->to.stride[0], count);
    __mtia_sync();
  }
}
