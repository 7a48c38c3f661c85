// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 4: two cores, nobody waits by hand. Core 1 issues the loads of indices and the gathers of
// all its bags, as far ahead as there is room; core 0 adds up and stores. PE p computes bags p,
// p + P, ...
#include "bag.h"

enum { CB_INDEX, CB_ROWS, CB_OUT };
enum { INDEX_SIZE = 4096, ROWS_SIZE = 98304 };

static void gather(const struct bag_args *args, uint32_t i, uint32_t count) {
  uint32_t start = i & ~7u, bytes = 4 * (i + count - start);
  __mtia_cr_w2(MTIA_CR_DMA_IN, bytes, 0);
  __mtia_dma_in(CB_INDEX, args->indices.data + 4 * start, 1, MTIA_MC_NONE);
  __mtia_cr_w2(MTIA_CR_GATHER, args->out.dim[1] + BESIDE, 4 * (i - start));
  __mtia_dma_gather(CB_ROWS, args->table.data, count, CB_INDEX);
  __mtia_cb_pop(CB_INDEX, kn_pad(bytes));
}

static void gather_bag(const struct bag_args *args, uint32_t begin, uint32_t end) {
  for (uint32_t i = begin; i < end; i += GROUP)
    gather(args, i, (uint32_t)kn_min(GROUP, end - i));
}

static void sum_bag(const struct bag_args *args, uint64_t b, uint32_t begin, uint32_t end) {
  uint32_t columns = (uint32_t)args->out.dim[1], row = kn_pad(columns + BESIDE);
  if (begin == end) {
    __mtia_cb_waits(CB_OUT, 4 * columns);
    clear(__mtia_cb_tail(CB_OUT, 0), columns);
  }
  for (uint32_t i = begin; i < end; i += GROUP) {
    uint32_t count = (uint32_t)kn_min(GROUP, end - i);
    if (i == begin)
      __mtia_se_rowacc(CB_OUT, CB_ROWS, count, MTIA_SE_ROWS_SUM);
    else
      __mtia_se_rowacc(CB_OUT, CB_ROWS, count, MTIA_SE_ROWS_SUM_ONTO);
    __mtia_cb_pop(CB_ROWS, count * row);
  }
  __mtia_cb_push(CB_OUT, 4 * columns);
  __mtia_dma_out(CB_OUT, args->out.data + b * args->out.stride[0], 1);
}

LAB_BAG(bag_04) {
  const int32_t *offsets = mtia_ptr(&args->offsets, 0);
  uint32_t columns = (uint32_t)args->out.dim[1];
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_INDEX, MTIA_LOCAL_BASE, INDEX_SIZE);
    __mtia_cb_init(CB_ROWS, MTIA_LOCAL_BASE + INDEX_SIZE, ROWS_SIZE);
    __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + INDEX_SIZE + ROWS_SIZE, 16 * columns);
  }
  set_rows(columns);
  __mtia_cr_w(MTIA_CR_GATHER_PITCH, args->table.stride[0]);
  __mtia_bar(MTIA_BAR_PE);
  for (uint64_t b = mtia_pe(); b < args->out.dim[0]; b += kn_pes()) {
    uint32_t begin = (uint32_t)offsets[b], end = (uint32_t)offsets[b + 1];
    if (mtia_core() == 1)
      gather_bag(args, begin, end);
    else
      sum_bag(args, b, begin, end);
  }
}
