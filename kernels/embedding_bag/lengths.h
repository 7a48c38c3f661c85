// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lengths of bags to offsets, in the buffer. Core 0 of each PE adds up its share of the lengths and
// adds the sum to a counter of every PE behind it; then it goes through its share again.
#ifndef MTIA_KERNELS_BAG_LENGTHS_H
#define MTIA_KERNELS_BAG_LENGTHS_H

#include "bag.h"

// The next piece of this PE's lengths; how many.
static uint32_t load_lengths(const struct job *j, uint64_t from, uint64_t end) {
  unsigned log2 = j->kind->index_log2;
  uint32_t count = (uint32_t)kn_min(LENGTHS >> log2, end - from);
  __mtia_cb_waits(CB_PACK_IN, LENGTHS);
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint64_t)count << log2, LENGTHS); // whole places: none wraps
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  __mtia_dma_in(CB_PACK_IN, j->a->offsets.data + (from << log2), 1, MTIA_MC_NONE);
  __mtia_cb_waitd(CB_PACK_IN, LENGTHS);
  return count;
}

static uint64_t length_at(const void *list, uint32_t i, unsigned log2, uint64_t *bad) {
  int64_t length = read_index(list, i, log2);
  if (length >= 0)
    return (uint64_t)length;
  ++*bad;
  return 0;
}

// Core 0; the number of lengths below 0, and one more if their sum is not that of the indices.
static uint64_t make_offsets(const struct job *j) {
  unsigned log2 = j->kind->index_log2;
  uint64_t pe = mtia_pe(), pes = kn_pes();
  // Shares begin at multiples of 32 bytes; the last one has the end of all, too.
  struct kn_range share = kn_share((j->bags + 8) / 8, pe, pes);
  uint64_t begin = kn_min(8 * share.begin, j->bags), end = kn_min(8 * share.end, j->bags);
  __mtia_cb_init(CB_PACK_IN, local(AT_LENGTHS), LENGTHS);
  __mtia_cb_init(CB_PACK_OUT, local(AT_LENGTHS + LENGTHS), 2 * LENGTHS);
  uint64_t sum = 0, bad = 0, ignored = 0;
  for (uint64_t at = begin; at < end;) {
    uint32_t count = load_lengths(j, at, end);
    const void *list = (const void *)(uintptr_t)__mtia_cb_head(CB_PACK_IN, 0);
    for (uint32_t i = 0; i < count; i++)
      sum += length_at(list, i, log2, &bad);
    __mtia_cb_pop(CB_PACK_IN, LENGTHS);
    at += count;
  }
  for (uint64_t other = pe + 1; other < pes; other++) {
    __mtia_ctr_add(COUNT_LENGTHS, other, sum);
    __mtia_ctr_add(COUNT_ARRIVED, other, 1);
  }
  __mtia_ctr_wait(COUNT_ARRIVED, pe);
  sum = __mtia_ctr_get(COUNT_LENGTHS);
  __mtia_ctr_set(COUNT_LENGTHS, 0);
  __mtia_ctr_set(COUNT_ARRIVED, 0);

  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, 0);
  bool last = 8 * share.begin <= j->bags && 8 * share.end > j->bags;
  for (uint64_t at = begin; at < end || last;) {
    uint32_t count = at < end ? load_lengths(j, at, end) : 0;
    const void *list = (const void *)(uintptr_t)__mtia_cb_head(CB_PACK_IN, 0);
    bool closes = last && at + count == end && count < LENGTHS >> log2;
    uint32_t bytes = (uint32_t)(count + closes) << log2;
    __mtia_cb_waits(CB_PACK_OUT, LENGTHS);
    void *out = (void *)(uintptr_t)__mtia_cb_tail(CB_PACK_OUT, 0);
    for (uint32_t i = 0; i < count + closes; i++) {
      if (log2 == 2)
        ((volatile int32_t *)out)[i] = (int32_t)kn_min(sum, INT32_MAX);
      else
        ((volatile int64_t *)out)[i] = (int64_t)sum;
      if (i < count)
        sum += length_at(list, i, log2, &ignored);
    }
    if (count)
      __mtia_cb_pop(CB_PACK_IN, LENGTHS);
    __mtia_cb_push(CB_PACK_OUT, LENGTHS);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, bytes, LENGTHS);
    __mtia_dma_out(CB_PACK_OUT, j->offsets + (at << log2), 1);
    at += count;
    if (closes)
      break;
  }
  __mtia_sync();
  return bad + (last && sum != j->indices);
}

#endif
