// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moves of blocks of rows by the FI, for concat and split: lists of what <mtia/knyfe_move.h>
// copies, one kind of rows after the other, from any byte on. Their pieces are dealt out together:
// every PE has as many as the others, to one, and core 0 loads those of all blocks ahead of core 1.
#ifndef MTIA_KERNELS_MOVES_H
#define MTIA_KERNELS_MOVES_H

#include "util.h"
#include <mtia/knyfe_move.h>

enum {
  KN_MOVES = 8,
  KN_MOVE_SMALL = 256, // bytes of a piece; KN_MOVE_BLOCK at most
  KN_MOVE_PIECES = 8,  // per PE, if there is enough to do
};

struct kn_block {
  struct kn_move move; // of bytes
  uint32_t shift;      // below 32: bytes that the rows begin behind move.from
  // by kn_move_all():
  struct kn_move_cut cut;
};

static inline uint64_t kn_block_pieces(const struct kn_block *b) {
  return b->cut.matrices * b->cut.down * b->cut.across;
}

// Rows of `width` bytes, `count` times.
static inline void kn_block_set(struct kn_block *b, uint64_t from, uint64_t to, uint64_t count,
                                uint64_t rows, uint64_t width) {
  b->shift = (uint32_t)(from % MTIA_DMA_ALIGN);
  b->move.turned = false;
  b->move.log2 = 0;
  b->move.from = from - b->shift;
  b->move.to = to;
  b->move.count[0] = count;
  b->move.rows = rows;
  b->move.columns = width;
}

static void kn_block_cut(struct kn_block *b, uint64_t piece) {
  struct kn_move *m = &b->move;
  struct kn_move_cut *k = &b->cut;
  if (b->shift == 0 && m->columns == m->from_pitch && m->columns == m->to_pitch) { // no gaps
    m->columns *= m->rows;
    m->rows = m->count[0];
    m->from_pitch = m->from_step[0];
    m->to_pitch = m->to_step[0];
    m->count[0] = 1;
  }
  k->columns = (uint32_t)kn_min(kn_min(m->columns, KN_MOVE_WIDE), piece);
  // As many rows as fit, but a power of two, as a piece is: what follows divides by it.
  uint64_t row = kn_pad(k->columns + b->shift);
  k->rows = row >= piece ? 1 : (uint32_t)piece >> (64 - __builtin_clzll(row - 1));
  k->across = m->columns <= k->columns ? 1 : kn_ceil_div(m->columns, k->columns);
  k->down = kn_ceil_div(m->rows, k->rows);
  k->matrices = m->count[0];
}

// Does all moves; both cores call it, before either has made a buffer. Blocks of nothing are
// allowed.
static void kn_move_all(struct kn_block *blocks, unsigned n) {
  if (mtia_core() == 0) {
    __mtia_cb_init(KN_MOVE_IN, MTIA_LOCAL_BASE, KN_MOVE_SIZE);
    __mtia_cb_init(KN_MOVE_OUT, MTIA_LOCAL_BASE + KN_MOVE_SIZE, KN_MOVE_SIZE);
  }
  uint64_t bytes = 0, pieces = 0;
  for (unsigned i = 0; i < n; i++)
    bytes += blocks[i].move.count[0] * blocks[i].move.rows * blocks[i].move.columns;
  uint64_t fair = kn_div(bytes, KN_MOVE_PIECES * kn_pes()), piece = KN_MOVE_SMALL;
  while (piece * 2 <= fair && piece < KN_MOVE_BLOCK)
    piece *= 2;
  for (unsigned i = 0; i < n; i++) {
    const struct kn_move *m = &blocks[i].move;
    blocks[i].cut.matrices = blocks[i].cut.down = blocks[i].cut.across = 0;
    if (m->count[0] && m->rows && m->columns)
      kn_block_cut(&blocks[i], piece);
    pieces += kn_block_pieces(&blocks[i]);
  }
  struct kn_range mine = kn_share(pieces, mtia_pe(), kn_pes());
  __mtia_bar(MTIA_BAR_PE);
  uint64_t at = 0; // the number of a block's first piece
  for (unsigned i = 0; i < n; i++) {
    const struct kn_block *b = &blocks[i];
    uint64_t end = at + kn_block_pieces(b), from = kn_max(at, mine.begin),
             to = kn_min(end, mine.end);
    if (from < to) {
      struct kn_move_walk w = kn_move_begin_at(&b->move, &b->cut, from - at, to - at);
      if (mtia_core() == 0) {
        __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, b->move.from_pitch);
        kn_move_load_some(&b->move, &b->cut, &w, 0, b->shift);
      } else {
        __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, b->move.to_pitch);
        kn_move_copy_some(&b->move, &b->cut, &w, b->shift);
      }
    }
    at = end;
  }
  kn_leave();
}

#endif
