// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 5: the indices come before they are needed. PE p computes bags of one range, so that their
// indices are one range, too: core 1 loads it in chunks of 256, two ahead of the one whose rows it
// gathers, and gathers 32 rows at a time, no matter whose they are.
//
// The gathers must not stand in the queue of the FI in front of a load of indices that they wait
// for: core 1 waits for a chunk itself.
#include "bag.h"

enum { CB_INDEX, CB_ROWS, CB_OUT };
enum { CHUNK = 256, AHEAD = 2, INDEX_SIZE = (AHEAD + 2) * CHUNK * 4, ROWS_SIZE = 98304 };

static void load_chunk(const struct bag_args *args, uint32_t from, uint32_t end) {
  uint32_t bytes = 4 * (uint32_t)kn_min(CHUNK, end - from);
  __mtia_cr_w2(MTIA_CR_DMA_IN, bytes, 0);
  __mtia_dma_in(CB_INDEX, args->indices.data + 4 * from, 1, MTIA_MC_NONE);
}

// The rows of indices [begin, end).
static void gather(const struct bag_args *args, uint32_t begin, uint32_t end) {
  uint32_t row = kn_pad(args->out.dim[1] + BESIDE);
  uint32_t start = begin & ~7u, loaded = start; // a DMA begins at a multiple of 32 bytes
  for (uint32_t from = start; from < end; from += CHUNK) {
    for (; loaded < end && loaded <= from + AHEAD * CHUNK; loaded += CHUNK)
      load_chunk(args, loaded, end);
    uint32_t count = (uint32_t)kn_min(CHUNK, end - from);
    __mtia_cb_waitd(CB_INDEX, kn_pad(4 * count));
    for (uint32_t i = from < begin ? begin - from : 0, rows; i < count; i += rows) {
      rows = (uint32_t)kn_min(GROUP, count - i);
      __mtia_cb_waits(CB_ROWS, rows * row);
      __mtia_cr_w2(MTIA_CR_GATHER, args->out.dim[1] + BESIDE, 4 * i);
      __mtia_dma_gather(CB_ROWS, args->table.data, rows, CB_INDEX);
    }
    __mtia_cb_pop(CB_INDEX, kn_pad(4 * count));
  }
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

LAB_BAG(bag_05) {
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
  struct kn_range bags = kn_share(args->out.dim[0], mtia_pe(), kn_pes());
  if (mtia_core() == 1)
    gather(args, (uint32_t)offsets[bags.begin], (uint32_t)offsets[bags.end]);
  else
    for (uint64_t b = bags.begin; b < bags.end; b++)
      sum_bag(args, b, (uint32_t)offsets[b], (uint32_t)offsets[b + 1]);
}
