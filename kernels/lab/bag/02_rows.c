// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 2: the SE adds rows up, one row at a time: a DMA brings it into local memory, se.rowacc adds
// it to the sum, and core 0 waits before it reads the next index. PE p computes bags p, p + P, ...
//
// CB_ROWS holds the row, CB_OUT the sum.
#include "bag.h"

enum { CB_ROWS, CB_OUT };
enum { ROWS_SIZE = 32768, OUT_SIZE = 8192 };

LAB_BAG(bag_02) {
  if (mtia_core() != 0)
    return;
  const int32_t *indices = mtia_ptr(&args->indices, 0), *offsets = mtia_ptr(&args->offsets, 0);
  uint32_t columns = (uint32_t)args->out.dim[1], row = kn_pad(columns + BESIDE);
  __mtia_cb_init(CB_ROWS, MTIA_LOCAL_BASE, ROWS_SIZE);
  __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + ROWS_SIZE, 4 * columns);
  set_rows(columns);
  __mtia_cr_w2(MTIA_CR_DMA_IN, columns + BESIDE, 0);
  for (uint64_t b = mtia_pe(); b < args->out.dim[0]; b += kn_pes()) {
    int32_t begin = offsets[b], end = offsets[b + 1];
    if (begin == end)
      clear(__mtia_cb_tail(CB_OUT, 0), columns);
    for (int32_t i = begin; i < end; i++) {
      uint64_t at = args->table.data + (uint64_t)indices[i] * args->table.stride[0];
      __mtia_dma_in(CB_ROWS, at, 1, MTIA_MC_NONE);
      if (i == begin)
        __mtia_se_rowacc(CB_OUT, CB_ROWS, 1, MTIA_SE_ROWS_SUM);
      else
        __mtia_se_rowacc(CB_OUT, CB_ROWS, 1, MTIA_SE_ROWS_SUM_ONTO);
      __mtia_cb_pop(CB_ROWS, row);
      __mtia_sync();
    }
    __mtia_cb_push(CB_OUT, 4 * columns);
    __mtia_dma_out(CB_OUT, args->out.data + b * args->out.stride[0], 1);
    __mtia_sync();
  }
}
