// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrices of which every row is worked on by itself: who has which rows, and how they travel.
//
// A PE has as many rows as the others, to one. It takes them in blocks of whole rows; in local
// memory rows lie one behind the other, each padded with zeros to 32 bytes.
#ifndef MTIA_KERNELS_ROWS_H
#define MTIA_KERNELS_ROWS_H

#include "util.h"

struct kn_rows {
  uint64_t begin, end; // rows of this PE
  uint64_t in, out;    // addresses of row 0
  uint64_t in_pitch, out_pitch;
  uint32_t width;  // bytes of a row
  uint32_t stride; // of a row in local memory
  uint32_t block;  // rows at a time
};

// `in` and `out` of the same type and extents. Blocks of at most `most` bytes (but of one row at
// least) and `most_rows` rows; the first ones come sooner if a PE has several.
static inline struct kn_rows kn_rows(const struct mtia_tensor *in, const struct mtia_tensor *out,
                                     uint32_t size, uint32_t most, uint32_t most_rows) {
  enum { BLOCKS = 16 }; // per PE, if there are so many rows
  struct kn_range mine = kn_share(in->dim[0], mtia_pe(), kn_pes());
  struct kn_rows r = {.begin = mine.begin,
                      .end = mine.end,
                      .in = in->data,
                      .out = out->data,
                      .in_pitch = in->stride[0],
                      .out_pitch = out->stride[0],
                      .width = (uint32_t)in->dim[1] * size,
                      .stride = kn_pad(in->dim[1] * size)};
  uint64_t rows = kn_min(kn_div(most, r.stride), kn_ceil_div(mine.end - mine.begin, BLOCKS));
  r.block = (uint32_t)kn_max(kn_min(rows, most_rows), 1);
  return r;
}

// Rows without padding travel as one.
#define KN_ROWS_LOAD(r, cb, row, rows)                                                             \
  do {                                                                                             \
    bool kn_one = (r)->in_pitch == (r)->width;                                                     \
    __mtia_cr_w2(MTIA_CR_DMA_IN, kn_one ? (r)->width * (rows) : (r)->width, 0);                    \
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, (r)->in_pitch);                                              \
    __mtia_dma_in(cb, (r)->in + (row) * (r)->in_pitch, kn_one ? 1 : (rows), MTIA_MC_NONE);         \
  } while (0)
#define KN_ROWS_STORE(r, cb, row, rows)                                                            \
  do {                                                                                             \
    bool kn_one = (r)->out_pitch == (r)->width;                                                    \
    __mtia_cr_w2(MTIA_CR_DMA_OUT, kn_one ? (r)->width * (rows) : (r)->width, 0);                   \
    __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, (r)->out_pitch);                                            \
    __mtia_dma_out(cb, (r)->out + (row) * (r)->out_pitch, kn_one ? 1 : (rows));                    \
  } while (0)

// A long row on `parts` PEs: part `part` of row `row`, from element `begin` to `end`. Borders are
// multiples of `step` elements. PEs beyond the last group have an empty part of row `rows`.
struct kn_part {
  uint64_t row, begin, end;
  uint32_t part, parts;
};
static inline void kn_part_range(struct kn_part *p, uint64_t n, uint32_t step) {
  struct kn_range steps = kn_share(kn_ceil_div(n, step), p->part, p->parts);
  p->begin = kn_min(steps.begin * step, n);
  p->end = kn_min(steps.end * step, n);
}
static inline struct kn_part kn_part(uint64_t rows, uint64_t n, uint32_t step) {
  uint32_t parts = (uint32_t)kn_div(kn_pes(), rows);
  struct kn_part p = {.row = kn_div(mtia_pe(), parts), .parts = parts};
  p.part = (uint32_t)(mtia_pe() - p.row * parts);
  if (p.row >= rows)
    p.row = rows;
  else
    kn_part_range(&p, n, step);
  return p;
}

// Address, for stores by a core, of byte `offset` of the local memory of a PE of the sub-grid.
static inline void *kn_remote(uint32_t pe, uint32_t offset) {
  uint32_t row = (uint32_t)kn_div(pe, mtia_cols());
  uint32_t column = pe - row * mtia_cols();
  row += (uint32_t)__builtin_mtia_id(MTIA_ID_GRID_ROW) - mtia_row();
  column += (uint32_t)__builtin_mtia_id(MTIA_ID_GRID_COL) - mtia_col();
  return (void *)(kn_local_window(row, column) + offset);
}

#endif
