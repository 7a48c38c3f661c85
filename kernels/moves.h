// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moves of blocks of rows by the FI, for concat and split: each block of a list goes from one place
// to another, as
//
//   memory[y + a * y_step + r * y_pitch + i] = memory[x + shift + a * x_step + r * x_pitch + i]
//   for a < count, r < rows, i < width
//
// x, y, steps and pitches are multiples of 32; shift is below 32. Blocks are cut into pieces; every
// PE has as many as the others, to one. Core 0 loads them; core 1 stores them again from the same
// buffer, or, where there is a shift, after the MLU has moved them to the beginning of another.
#ifndef MTIA_KERNELS_MOVES_H
#define MTIA_KERNELS_MOVES_H

#include "util.h"

enum { KN_CB_MOVE_IN, KN_CB_MOVE_OUT };
enum {
  KN_MOVES = 8,
  KN_MOVE_PIECE = 4096, // bytes, at most
  KN_MOVE_LEAST = 256,
  KN_MOVE_WIDE = 2048,  // bytes of a row of a piece
  KN_MOVE_PIECES = 8,   // per PE, if there is enough to do
  KN_MOVE_SIZE = 65536, // of a buffer
};

struct kn_move {
  uint64_t x, y;
  uint64_t count, x_step, y_step;
  uint64_t rows, x_pitch, y_pitch;
  uint64_t width;
  uint32_t shift;
  // by kn_move_cut():
  uint32_t piece_rows, piece_width;
  uint64_t down, across; // pieces of one of the count
};

// One piece.
struct kn_moved {
  uint64_t left, a, row, at; // at: byte of the row
  uint32_t rows, width;
};

static void kn_move_cut(struct kn_move *m, uint64_t piece) {
  if (m->shift == 0 && m->width == m->x_pitch && m->width == m->y_pitch) { // no gaps: one row
    m->width *= m->rows;
    m->rows = m->count;
    m->x_pitch = m->x_step;
    m->y_pitch = m->y_step;
    m->count = 1;
  }
  m->piece_width = (uint32_t)kn_min(kn_min(m->width, KN_MOVE_WIDE), piece);
  m->piece_rows = 1; // a power of two: what follows divides by it
  for (uint64_t row = kn_pad(m->piece_width + m->shift); row * 2 * m->piece_rows <= piece;)
    m->piece_rows *= 2;
  m->across = m->width <= m->piece_width ? 1 : kn_ceil_div(m->width, m->piece_width);
  m->down = kn_ceil_div(m->rows, m->piece_rows);
}

static void kn_move_measure(const struct kn_move *m, struct kn_moved *w) {
  w->rows = (uint32_t)kn_min(m->piece_rows, m->rows - w->row);
  w->width = (uint32_t)kn_min(m->piece_width, m->width - w->at);
}

// Pieces [first, end) of a move.
static struct kn_moved kn_move_begin(const struct kn_move *m, uint64_t first, uint64_t end) {
  struct kn_moved w = {.left = end - first};
  uint64_t one = m->down * m->across;
  w.a = kn_div(first, one);
  uint64_t down = kn_div(first - w.a * one, m->across);
  w.row = down * m->piece_rows;
  w.at = (first - w.a * one - down * m->across) * m->piece_width;
  kn_move_measure(m, &w);
  return w;
}

static void kn_move_next(const struct kn_move *m, struct kn_moved *w) {
  if (--w->left == 0)
    return;
  w->at += m->piece_width;
  if (w->at >= m->width) {
    w->at = 0;
    w->row += m->piece_rows;
    if (w->row >= m->rows) {
      w->row = 0;
      w->a++;
    }
  }
  kn_move_measure(m, w);
}

static void kn_move_load(const struct kn_move *m, struct kn_moved w) {
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, m->x_pitch);
  for (; w.left; kn_move_next(m, &w)) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, w.width + m->shift, 0);
    __mtia_dma_in(KN_CB_MOVE_IN, m->x + w.a * m->x_step + w.row * m->x_pitch + w.at, w.rows,
                  MTIA_MC_NONE);
  }
}

static void kn_move_store(const struct kn_move *m, struct kn_moved w) {
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, m->y_pitch);
  for (; w.left; kn_move_next(m, &w)) {
    uint64_t y = m->y + w.a * m->y_step + w.row * m->y_pitch + w.at;
    __mtia_cr_w2(MTIA_CR_DMA_OUT, w.width, 0);
    if (m->shift == 0) {
      __mtia_dma_out(KN_CB_MOVE_IN, y, w.rows);
      continue;
    }
    uint32_t from = kn_pad(w.width + m->shift), to = kn_pad(w.width);
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w.rows, w.width);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, m->shift, from);
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, to);
    __mtia_mlu_copy(KN_CB_MOVE_OUT, KN_CB_MOVE_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
    __mtia_cb_pop(KN_CB_MOVE_IN, w.rows * from);
    __mtia_cb_push(KN_CB_MOVE_OUT, w.rows * to);
    __mtia_dma_out(KN_CB_MOVE_OUT, y, w.rows);
  }
}

// Does all moves; both cores call it, before either has made a buffer. Blocks of nothing are
// allowed.
static void kn_move_all(struct kn_move *moves, unsigned n) {
  if (mtia_core() == 0) {
    __mtia_cb_init(KN_CB_MOVE_IN, MTIA_LOCAL_BASE, KN_MOVE_SIZE);
    __mtia_cb_init(KN_CB_MOVE_OUT, MTIA_LOCAL_BASE + KN_MOVE_SIZE, KN_MOVE_SIZE);
  }
  uint64_t bytes = 0, pieces = 0;
  for (unsigned i = 0; i < n; i++)
    bytes += moves[i].count * moves[i].rows * moves[i].width;
  uint64_t fair = kn_div(bytes, KN_MOVE_PIECES * kn_pes()), piece = KN_MOVE_LEAST;
  while (piece * 2 <= fair && piece < KN_MOVE_PIECE)
    piece *= 2;
  for (unsigned i = 0; i < n; i++) {
    struct kn_move *m = &moves[i];
    m->down = m->across = 0;
    if (m->count && m->rows && m->width)
      kn_move_cut(m, piece);
    pieces += m->count * m->down * m->across;
  }
  struct kn_range mine = kn_share(pieces, mtia_pe(), kn_pes());
  __mtia_bar(MTIA_BAR_PE);
  uint64_t at = 0; // the number of a move's first piece
  for (unsigned i = 0; i < n; i++) {
    uint64_t end = at + moves[i].count * moves[i].down * moves[i].across;
    uint64_t from = kn_max(at, mine.begin), to = kn_min(end, mine.end);
    if (from < to) {
      struct kn_moved w = kn_move_begin(&moves[i], from - at, to - at);
      if (mtia_core() == 0)
        kn_move_load(&moves[i], w);
      else
        kn_move_store(&moves[i], w);
    }
    at = end;
  }
  kn_leave();
}

#endif
