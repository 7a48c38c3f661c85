// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Splitting of rows and of blocks of rows; <mtia/kernels.h> says what is computed.
//
// Rows of up to 4 KB are cut into pieces of some whole rows, of which every PE has as many as the
// others, to one. Core 0 loads them, the first before cores meet; core 1 has the MLU take each
// output's part out of a piece, and stores. Longer rows and blocks of rows are moved output by
// output (moves.h): by the FI alone where one begins at a multiple of 32 bytes, otherwise by way of
// the MLU.
#include "../launch.h"
#include "../moves.h"

KN_STACK_LINES(6);

enum { CB_IN = KN_MOVE_IN, CB_OUT = KN_MOVE_OUT };
enum {
  ROW = 4096,   // bytes of a row of pieces, at most
  PIECE = 8192, // bytes
  PIECES = 6,   // per PE, if there are as many rows
};

// Whole rows: `rows` of them per piece, of `row` bytes in CB_IN.
struct cut {
  uint64_t begin, end; // of this PE's
  uint32_t rows, row;
};

__attribute__((noinline)) static void load(const struct mtia_split_args *a, const struct cut *c,
                                           uint32_t log2) {
  bool ready = false;
  __mtia_cb_init(CB_IN, MTIA_LOCAL_BASE, KN_MOVE_SIZE);
  __mtia_cr_w2(MTIA_CR_DMA_IN, a->x.dim[1] << log2, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->x.stride[0]);
  for (uint64_t m = c->begin; m < c->end || !ready; m += c->rows) {
    if (m < c->end)
      __mtia_dma_in(CB_IN, a->x.data + m * a->x.stride[0], kn_min(c->rows, c->end - m),
                    MTIA_MC_NONE);
    if (!ready) {
      __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + KN_MOVE_SIZE, KN_MOVE_SIZE);
      __mtia_bar(MTIA_BAR_PE);
    }
    ready = true;
  }
}

__attribute__((noinline)) static void part(const struct mtia_tensor *const *y, const struct cut *c,
                                           uint32_t log2) {
  __mtia_bar(MTIA_BAR_PE);
  for (uint64_t m = c->begin; m < c->end; m += c->rows) {
    uint32_t rows = (uint32_t)kn_min(c->rows, c->end - m), at = 0;
    for (unsigned i = 0; i < KN_MOVES; i++) {
      uint32_t bytes = (uint32_t)y[i]->dim[1] << log2, out_row = kn_pad(bytes);
      if (bytes == 0)
        continue;
      __mtia_cr_w2(MTIA_CR_MLU_SHAPE, rows, bytes);
      __mtia_cr_w2(MTIA_CR_MLU_SRC, at, c->row);
      __mtia_cr_w2(MTIA_CR_MLU_DST, 0, out_row);
      __mtia_mlu_copy(CB_OUT, CB_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
      __mtia_cb_push(CB_OUT, rows * out_row);
      uint32_t width = bytes, stored = kn_flatten(&width, rows, y[i]->stride[0]);
      __mtia_cr_w2(MTIA_CR_DMA_OUT, width, 0);
      __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, y[i]->stride[0]);
      __mtia_dma_out(CB_OUT, y[i]->data + m * y[i]->stride[0], stored);
      at += bytes;
    }
    __mtia_cb_pop(CB_IN, rows * c->row);
  }
}

static void split_short(const struct mtia_split_args *a, const struct mtia_tensor *const *y,
                        uint32_t log2) {
  struct kn_range mine = kn_share(a->x.dim[0], mtia_pe(), kn_pes());
  struct cut c = {.begin = mine.begin, .end = mine.end, .row = kn_pad(a->x.dim[1] << log2)};
  c.rows = (uint32_t)kn_max(kn_min(PIECE / c.row, (mine.end - mine.begin) / PIECES), 1);
  if (mtia_core() == 0)
    load(a, &c, log2);
  else
    part(y, &c, log2);
  kn_leave();
}

__attribute__((noinline)) static void
split_long(const struct mtia_split_args *a, const struct mtia_tensor *const *y, uint32_t log2) {
  struct kn_block moves[KN_MOVES];
  uint64_t at = 0;
  for (unsigned i = 0; i < KN_MOVES; i++) {
    struct kn_move *m = &moves[i].move;
    uint64_t width = y[i]->dim[1] << log2;
    kn_block_set(&moves[i], a->x.data + at, y[i]->data, 1, a->x.dim[0], width);
    m->from_step[0] = m->to_step[0] = 0;
    m->from_pitch = a->x.stride[0];
    m->to_pitch = y[i]->stride[0];
    at += width;
  }
  kn_move_all(moves, KN_MOVES);
}

static enum mtia_status run_ROWS(const struct mtia_split_args *a, uint32_t log2) {
  const struct mtia_tensor *const y[KN_MOVES] = {&a->y0, &a->y1, &a->y2, &a->y3,
                                                 &a->y4, &a->y5, &a->y6, &a->y7};
  uint64_t columns = 0;
  for (unsigned i = 0; i < KN_MOVES; i++) {
    if (y[i]->dim[0] != a->x.dim[0])
      return MTIA_STATUS_SHAPE;
    columns += y[i]->dim[1];
  }
  if (columns != a->x.dim[1])
    return MTIA_STATUS_SHAPE;
  if (columns == 0 || a->x.dim[0] == 0)
    return MTIA_STATUS_OK;
  if (columns << log2 <= ROW)
    split_short(a, y, log2);
  else {
    if (mtia_core() == 0)
      kn_make_stack(10);
    split_long(a, y, log2);
  }
  return MTIA_STATUS_OK;
}

__attribute__((noinline)) static enum mtia_status blocks(const struct mtia_split_args *a,
                                                         uint32_t log2) {
  const struct mtia_tensor *const y[KN_MOVES] = {&a->y0, &a->y1, &a->y2, &a->y3,
                                                 &a->y4, &a->y5, &a->y6, &a->y7};
  struct kn_block moves[KN_MOVES];
  uint64_t rows = 0;
  for (unsigned i = 0; i < KN_MOVES; i++) {
    if (y[i]->dim[0] != a->x.dim[0] || y[i]->dim[2] != a->x.dim[2])
      return MTIA_STATUS_SHAPE;
    struct kn_move *m = &moves[i].move;
    kn_block_set(&moves[i], a->x.data + rows * a->x.stride[1], y[i]->data, a->x.dim[0],
                 y[i]->dim[1], a->x.dim[2] << log2);
    m->from_step[0] = a->x.stride[0];
    m->from_pitch = a->x.stride[1];
    m->to_step[0] = y[i]->stride[0];
    m->to_pitch = y[i]->stride[1];
    rows += y[i]->dim[1];
  }
  if (rows != a->x.dim[1])
    return MTIA_STATUS_SHAPE;
  kn_move_all(moves, KN_MOVES);
  return MTIA_STATUS_OK;
}

static enum mtia_status run_BLOCKS(const struct mtia_split_args *a, uint32_t log2) {
  if (mtia_core() == 0)
    kn_make_stack(10);
  return blocks(a, log2);
}

#define LAUNCH_ROWS(kernel, T)                                                                     \
  KN_LAUNCH(kernel, struct mtia_split_args, MTIA_IN(x, MTIA_##T, "M", "N"),                        \
            MTIA_OUT(y0, MTIA_##T, "M", "N0"), MTIA_OUT(y1, MTIA_##T, "M", "N1"),                  \
            MTIA_OUT(y2, MTIA_##T, "M", "N2"), MTIA_OUT(y3, MTIA_##T, "M", "N3"),                  \
            MTIA_OUT(y4, MTIA_##T, "M", "N4"), MTIA_OUT(y5, MTIA_##T, "M", "N5"),                  \
            MTIA_OUT(y6, MTIA_##T, "M", "N6"), MTIA_OUT(y7, MTIA_##T, "M", "N7"))
#define LAUNCH_BLOCKS(kernel, T)                                                                   \
  KN_LAUNCH(kernel, struct mtia_split_args, MTIA_IN(x, MTIA_##T, "A", "N", "C"),                   \
            MTIA_OUT(y0, MTIA_##T, "A", "N0", "C"), MTIA_OUT(y1, MTIA_##T, "A", "N1", "C"),        \
            MTIA_OUT(y2, MTIA_##T, "A", "N2", "C"), MTIA_OUT(y3, MTIA_##T, "A", "N3", "C"),        \
            MTIA_OUT(y4, MTIA_##T, "A", "N4", "C"), MTIA_OUT(y5, MTIA_##T, "A", "N5", "C"),        \
            MTIA_OUT(y6, MTIA_##T, "A", "N6", "C"), MTIA_OUT(y7, MTIA_##T, "A", "N7", "C"))

#define MTIA_VARIANT(kernel, types, units, form, T, log2)                                          \
  enum mtia_status mtia_##kernel(const struct mtia_split_args *args) {                             \
    return run_##form(args, log2);                                                                 \
  }                                                                                                \
  LAUNCH_##form(kernel, T)
#include <mtia/kernels/split.def>
