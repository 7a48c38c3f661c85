// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where features begin at any byte of a row of the results, DMA cannot store them: it begins at
// multiples of 32 bytes. Then results go through the buffer, in which each feature begins at such a
// multiple, and the MLU of each PE puts a share of the rows together: blocks of a few rows and WIDE
// bytes. Core 0 does it.
#ifndef MTIA_KERNELS_BAG_PACK_H
#define MTIA_KERNELS_BAG_PACK_H

#include "bag.h"

enum {
  WIDE = 2048, // bytes of results; from up to WIDE / 2 features, each 32 bytes in the buffer
  BLOCK_ROWS = 8,
  PACK_OUT_SIZE = 2 * BLOCK_ROWS * WIDE,
  PACK_IN_SIZE = 2 * 36 * 1024,
  AT_PACK_OUT = AT_FREE,
  AT_PACK_IN = AT_PACK_OUT + PACK_OUT_SIZE,
};
_Static_assert(AT_PACK_IN + PACK_IN_SIZE <= MTIA_LOCAL_SIZE, "room for packing");

// Bytes begin..end of the results' rows, and what has them: features first..last, from `source` on
// in the buffer.
struct strip {
  uint64_t begin, end, source, first, last;
  uint32_t source_bytes, block;
};

// The strip from `begin` on, which does not begin before feature `first`.
static struct strip strip_at(const struct job *j, uint64_t begin, uint64_t first) {
  struct strip s = {.begin = begin, .first = first};
  s.end = kn_min(begin + WIDE, j->a->out.dim[1] * j->kind->out_size);
  while (out_column(j, s.first + 1) <= begin)
    s.first++;
  s.last = s.first;
  while (out_column(j, s.last + 1) < s.end)
    s.last++;
  uint64_t skipped = begin - kn_min(begin, out_column(j, s.first));
  s.source = (pack_column(j, s.first) + skipped) & ~UINT64_C(31);
  uint64_t end = pack_column(j, s.last) + s.end - out_column(j, s.last);
  s.source_bytes = (uint32_t)(end - s.source);
  s.block = (uint32_t)kn_max(kn_min(PACK_IN_SIZE / 2 / kn_pad(s.source_bytes), BLOCK_ROWS), 1);
  return s;
}

static void load_block(const struct job *j, const struct strip *s, uint64_t row, uint64_t end) {
  uint64_t pitch = pack_pitch(j->a, j->kind);
  __mtia_cr_w2(MTIA_CR_DMA_IN, s->source_bytes, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  __mtia_dma_in(CB_PACK_IN, j->pack + row * pitch + s->source, kn_min(s->block, end - row),
                MTIA_MC_NONE);
}

static void pack_block(const struct job *j, const struct strip *s, uint64_t row, uint64_t rows) {
  uint32_t in_pitch = kn_pad(s->source_bytes), out_pitch = kn_pad(s->end - s->begin);
  for (uint64_t f = s->first; f <= s->last; f++) {
    uint64_t column = out_column(j, f);
    uint64_t begin = kn_max(column, s->begin), end = kn_min(out_column(j, f + 1), s->end);
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, rows, end - begin);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, pack_column(j, f) + (begin - column) - s->source, in_pitch);
    __mtia_cr_w2(MTIA_CR_MLU_DST, begin - s->begin, out_pitch);
    __mtia_mlu_copy(CB_PACK_OUT, CB_PACK_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
  }
  __mtia_cb_pop(CB_PACK_IN, rows * in_pitch);
  __mtia_cb_push(CB_PACK_OUT, rows * out_pitch);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, s->end - s->begin, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->a->out.stride[0]);
  __mtia_dma_out(CB_PACK_OUT, j->a->out.data + row * j->a->out.stride[0] + s->begin, rows);
}

static void pack(const struct job *j) {
  __mtia_cb_init(CB_PACK_IN, local(AT_PACK_IN), PACK_IN_SIZE);
  __mtia_cb_init(CB_PACK_OUT, local(AT_PACK_OUT), PACK_OUT_SIZE);
  uint64_t strips = kn_ceil_div(j->a->out.dim[1] * j->kind->out_size, WIDE), feature = 0;
  struct kn_range mine = kn_share(strips * j->batch, mtia_pe(), kn_pes());
  for (uint64_t at = mine.begin; at < mine.end;) {
    uint64_t number = kn_div(at, j->batch), row = at - number * j->batch;
    uint64_t end = kn_min(j->batch, row + mine.end - at);
    struct strip s = strip_at(j, number * WIDE, feature);
    feature = s.first;
    at += end - row;
    load_block(j, &s, row, end);
    while (row < end) {
      uint64_t rows = kn_min(s.block, end - row);
      if (row + rows < end)
        load_block(j, &s, row + rows, end);
      pack_block(j, &s, row, rows);
      row += rows;
    }
  }
}

#endif
