// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 7: no core loads offsets through its cache any more to find its bags, and results leave
// eight at a time. Core 0 looks for the first bag, core 1 for the one behind the last: one DMA
// brings 64 offsets at equal distances, the next one all between two of them. The cores tell each
// other in local memory. Otherwise as step 6.
#include "bag.h"

enum { CB_INDEX, CB_ROWS, CB_OUT, CB_FIND_0, CB_FIND_1 };
enum { CHUNK = 256, AHEAD = 2, INDEX_SIZE = (AHEAD + 2) * CHUNK * 4, ROWS_SIZE = 73728 };
enum { SAMPLES = 64, FEW = 512, FIND_SIZE = 4096, BATCH = 8, TOLD = 64 };

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

// `rows` rows of `width` bytes, which arrive at multiples of 32 bytes.
static const int32_t *look(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  if (mtia_core() == 0) {
    __mtia_dma_in(CB_FIND_0, address, rows, MTIA_MC_NONE);
    __mtia_cb_waitd(CB_FIND_0, kn_pad(width) * rows);
    return (const int32_t *)(uintptr_t)__mtia_cb_head(CB_FIND_0, 0);
  }
  __mtia_dma_in(CB_FIND_1, address, rows, MTIA_MC_NONE);
  __mtia_cb_waitd(CB_FIND_1, kn_pad(width) * rows);
  return (const int32_t *)(uintptr_t)__mtia_cb_head(CB_FIND_1, 0);
}

static void looked(uint32_t bytes) {
  if (mtia_core() == 0)
    __mtia_cb_pop(CB_FIND_0, bytes);
  else
    __mtia_cb_pop(CB_FIND_1, bytes);
}

// The first of `count` offsets that reaches the target; they are `apart` words apart in local
// memory, and of bags first, first + step, ...
static uint32_t reach(const int32_t *offsets, uint32_t apart, uint32_t count, uint64_t first,
                      uint64_t step, uint64_t target) {
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if ((uint64_t)offsets[middle * apart] + first + middle * step < target)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// The first bag that a share of all indices and bags begins with, and its offset.
static struct kn_range find(const struct bag_args *args, uint64_t part) {
  uint64_t bags = args->out.dim[0], low = 0, high = bags; // it is in low..high
  uint64_t target = kn_div((args->indices.dim[0] + bags) * part, kn_pes());
  while (high - low > FEW) {
    uint64_t step = kn_ceil_div(high - low, SAMPLES * 8) * 8; // whole sectors
    uint32_t count = (uint32_t)kn_ceil_div(high - low, step);
    const int32_t *samples = look(args->offsets.data + 4 * low, 4 * step, 4, count);
    uint32_t behind = reach(samples, 8, count, low, step, target);
    looked(32 * count);
    high = kn_min(low + behind * step, high);
    low += behind ? (behind - 1) * step : 0;
  }
  uint32_t bytes = 4 * (uint32_t)(high - low + 1);
  const int32_t *offsets = look(args->offsets.data + 4 * low, 0, bytes, 1);
  uint32_t i = reach(offsets, 1, (uint32_t)(high - low), low, 1, target);
  struct kn_range found = {low + i, (uint64_t)offsets[i]};
  looked(kn_pad(bytes));
  return found;
}

static void sum_bag(const struct bag_args *args, uint32_t begin, uint32_t end, uint32_t result) {
  uint32_t columns = (uint32_t)args->out.dim[1], row = kn_pad(columns + BESIDE);
  __mtia_cr_w2(MTIA_CR_SE_LEN, columns, result);
  if (begin == end) {
    __mtia_cb_waits(CB_OUT, result + 4 * columns);
    clear(__mtia_cb_tail(CB_OUT, result), columns);
  }
  for (uint32_t i = begin; i < end; i += GROUP) {
    uint32_t count = (uint32_t)kn_min(GROUP, end - i);
    if (i == begin)
      __mtia_se_rowacc(CB_OUT, CB_ROWS, count, MTIA_SE_ROWS_SUM);
    else
      __mtia_se_rowacc(CB_OUT, CB_ROWS, count, MTIA_SE_ROWS_SUM_ONTO);
    __mtia_cb_pop(CB_ROWS, count * row);
  }
}

static void sum(const struct bag_args *args, struct kn_range bags) {
  const int32_t *offsets = mtia_ptr(&args->offsets, 0);
  uint32_t size = 4 * (uint32_t)args->out.dim[1];
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->out.stride[0]);
  for (uint64_t b = bags.begin, count; b < bags.end; b += count) {
    count = kn_min(BATCH, bags.end - b);
    for (uint32_t i = 0; i < count; i++)
      sum_bag(args, (uint32_t)offsets[b + i], (uint32_t)offsets[b + i + 1], i * size);
    __mtia_cb_push(CB_OUT, count * size);
    __mtia_dma_out(CB_OUT, args->out.data + b * args->out.stride[0], count);
  }
}

LAB_BAG(bag_07) {
  uint32_t core = mtia_core();
  uint64_t at = MTIA_LOCAL_BASE + TOLD;
  volatile struct kn_range *told = (volatile struct kn_range *)(uintptr_t)MTIA_LOCAL_BASE;
  if (core == 0) {
    __mtia_cb_init(CB_FIND_0, at, FIND_SIZE);
    __mtia_cb_init(CB_INDEX, at += 2 * FIND_SIZE, INDEX_SIZE);
    __mtia_cb_init(CB_ROWS, at += INDEX_SIZE, ROWS_SIZE);
    __mtia_cb_init(CB_OUT, at + ROWS_SIZE, 2 * BATCH * 4 * args->out.dim[1]);
  } else {
    __mtia_cb_init(CB_FIND_1, at + FIND_SIZE, FIND_SIZE);
  }
  struct kn_range mine = find(args, mtia_pe() + core);
  told[core].begin = mine.begin;
  told[core].end = mine.end;
  set_rows((uint32_t)args->out.dim[1]);
  __mtia_cr_w(MTIA_CR_GATHER_PITCH, args->table.stride[0]);
  __mtia_bar(MTIA_BAR_PE);
  if (core == 1)
    gather(args, (uint32_t)told[0].end, (uint32_t)told[1].end);
  else
    sum(args, (struct kn_range){told[0].begin, told[1].begin});
}
