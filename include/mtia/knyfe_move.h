// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements that change places and nothing else, for the C text of knyfe-c (docs/knyfe-compiler.md,
// 4) and for the library's transpose, concat and split (kernels/moves.h):
//
//   to[i0, i1, ..., c, r] = from[i0, i1, ..., r, c]     turned: matrices that the MLU transposes
//   to[i0, i1, ..., r, c] = from[i0, i1, ..., r, c]     not turned: rows that are copied
//
// each index with a step of its own in both; c is the innermost dimension of `from`. All addresses
// and steps but those of elements side by side are multiples of 32 bytes.
//
// Matrices are cut into tiles of up to 128 bytes by 128 bytes' worth of rows, so that both sides
// move by rows of whole requests; rows that are copied are cut into blocks. Tiles are dealt out
// evenly. Core 0 loads them, the first two before anything else is made ready; core 1 has the MLU
// turn them, and stores. Rows without gaps between them, of a whole tile, move as one long row.
// Both cores of every PE call it with empty circular buffers, and it leaves them empty.
#ifndef MTIA_KNYFE_MOVE_H
#define MTIA_KNYFE_MOVE_H

#include <mtia/kernel.h>
#include <stdbool.h>
#include <stdint.h>

// How many indices count matrices, one at least: a kernel says so.
#ifndef KN_MOVE_INDICES
#define KN_MOVE_INDICES 1
#endif

struct kn_move {
  bool turned;
  uint32_t log2;     // bytes of an element, 0 to 3
  uint64_t from, to; // addresses
  uint64_t rows, columns;
  uint64_t from_pitch, to_pitch; // of r in from; of c in to, of r if not turned
  // Of the indices that count matrices.
  uint64_t count[KN_MOVE_INDICES], from_step[KN_MOVE_INDICES], to_step[KN_MOVE_INDICES];
};

enum { KN_MOVE_IN, KN_MOVE_OUT };
enum {
  KN_MOVE_TILE = 128,  // bytes of a row of a tile, before and after
  KN_MOVE_TILES = 6,   // per PE, at least, if tiles can be cut smaller
  KN_MOVE_LEAST = 32,  // bytes: rows begin at multiples of it
  KN_MOVE_WIDE = 2048, // bytes of a row of a block that is copied
  KN_MOVE_BLOCK = 4096,
  KN_MOVE_SIZE = MTIA_LOCAL_SIZE / 2,
};

// Inlined, as all of it stands between the start and the first load.
#define KN_MOVE static inline __attribute__((always_inline, unused))
#define KN_MOVE_CALL static __attribute__((noinline, unused))

KN_MOVE uint64_t kn_move_least(uint64_t a, uint64_t b) { return a < b ? a : b; }
// A division takes 21 cycles on the cores; numbers of PEs and of tiles are often powers of two.
KN_MOVE uint64_t kn_move_div(uint64_t a, uint64_t b) {
  return b & (b - 1) ? a / b : a >> __builtin_ctzll(b);
}
KN_MOVE uint64_t kn_move_up(uint64_t a, uint64_t b) { return kn_move_div(a + b - 1, b); }

// How matrices are cut.
struct kn_move_cut {
  uint32_t rows, columns;
  uint64_t down, across; // tiles of a matrix
  uint64_t matrices;
};

// A tile and where it is: columns count fastest, then rows, then matrices by their last index.
struct kn_move_walk {
  uint64_t left, row, column, at[KN_MOVE_INDICES];
  uint64_t from, to; // addresses
  uint32_t rows, columns;
};

KN_MOVE void kn_move_locate(const struct kn_move *m, const struct kn_move_cut *k,
                            struct kn_move_walk *w) {
  w->from = m->from + w->row * m->from_pitch + (w->column << m->log2);
  w->to = m->turned ? m->to + w->column * m->to_pitch + (w->row << m->log2)
                    : m->to + w->row * m->to_pitch + (w->column << m->log2);
  for (unsigned i = 0; i < KN_MOVE_INDICES; i++) {
    w->from += w->at[i] * m->from_step[i];
    w->to += w->at[i] * m->to_step[i];
  }
  w->rows = (uint32_t)kn_move_least(k->rows, m->rows - w->row);
  w->columns = (uint32_t)kn_move_least(k->columns, m->columns - w->column);
}

// Tiles [begin, end).
KN_MOVE struct kn_move_walk kn_move_begin_at(const struct kn_move *m, const struct kn_move_cut *k,
                                             uint64_t begin, uint64_t end) {
  const uint64_t tiles = k->down * k->across;
  struct kn_move_walk w;
  w.left = end - begin;
  if (w.left) {
    uint64_t matrix = kn_move_div(begin, tiles), tile = begin - matrix * tiles;
    for (unsigned i = KN_MOVE_INDICES; i-- > 0;) {
      const uint64_t further = i ? kn_move_div(matrix, m->count[i]) : 0;
      w.at[i] = matrix - further * m->count[i];
      matrix = further;
    }
    const uint64_t down = kn_move_div(tile, k->across);
    w.row = down * k->rows;
    w.column = (tile - down * k->across) * k->columns;
    kn_move_locate(m, k, &w);
  }
  return w;
}

// This PE's.
KN_MOVE struct kn_move_walk kn_move_begin(const struct kn_move *m, const struct kn_move_cut *k) {
  const uint64_t all = k->matrices * k->down * k->across;
  const uint64_t pe = mtia_pe(), pes = mtia_rows() * mtia_cols();
  return kn_move_begin_at(m, k, kn_move_div(all * pe, pes), kn_move_div(all * (pe + 1), pes));
}

KN_MOVE void kn_move_next(const struct kn_move *m, const struct kn_move_cut *k,
                          struct kn_move_walk *w) {
  if (--w->left == 0)
    return;
  w->column += k->columns;
  if (w->column >= m->columns) {
    w->column = 0;
    w->row += k->rows;
    if (w->row >= m->rows) {
      w->row = 0;
      for (unsigned i = KN_MOVE_INDICES; i-- > 0;) {
        if (++w->at[i] < m->count[i])
          break;
        w->at[i] = 0;
      }
    }
  }
  kn_move_locate(m, k, w);
}

KN_MOVE struct kn_move_cut kn_move_cut(const struct kn_move *m) {
  struct kn_move_cut k;
  k.matrices = 1;
  for (unsigned i = 0; i < KN_MOVE_INDICES; i++)
    k.matrices *= m->count[i];
  const uint64_t wanted = KN_MOVE_TILES * mtia_rows() * mtia_cols(), bytes = m->columns << m->log2;
  if (m->turned) {
    k.rows = k.columns = KN_MOVE_TILE >> m->log2;
    k.across = kn_move_up(m->columns, k.columns);
  } else {
    const uint64_t wide = kn_move_least(bytes, KN_MOVE_WIDE);
    k.across = bytes <= KN_MOVE_WIDE ? 1 : kn_move_up(bytes, KN_MOVE_WIDE);
    k.columns = (uint32_t)(wide >> m->log2);
    k.rows = (uint32_t)kn_move_least(m->rows, kn_move_div(KN_MOVE_BLOCK, mtia_align_up(wide)));
  }
  k.down = kn_move_up(m->rows, k.rows);
  const uint32_t least = m->turned ? KN_MOVE_LEAST >> m->log2 : 1;
  while (k.matrices * k.down * k.across < wanted && k.rows > least) {
    k.rows = (k.rows + 1) / 2;
    k.down = kn_move_up(m->rows, k.rows);
  }
  return k;
}

// Rows of `width` bytes at `pitch`: one row for the FI, if there is nothing between them. (Rows of
// 32 bytes would be half requests.)
KN_MOVE uint32_t kn_move_flatten(uint32_t *width, uint32_t rows, uint64_t pitch) {
  if (*width != pitch)
    return rows;
  *width *= rows;
  return 1;
}

// Rows whose elements are `shift` bytes, below 32, behind where `from` says, are loaded with those.
KN_MOVE void kn_move_load_some(const struct kn_move *m, const struct kn_move_cut *k,
                               struct kn_move_walk *w, uint64_t until, uint32_t shift) {
  for (; w->left > until; kn_move_next(m, k, w)) {
    uint32_t width = (w->columns << m->log2) + shift;
    const uint32_t rows = kn_move_flatten(&width, w->rows, m->from_pitch);
    __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
    __mtia_dma_in(KN_MOVE_IN, w->from, rows, MTIA_MC_NONE);
  }
}

KN_MOVE_CALL void kn_move_load(const struct kn_move *m, const struct kn_move_cut *k) {
  __mtia_cb_init(KN_MOVE_IN, MTIA_LOCAL_BASE, KN_MOVE_SIZE);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, m->from_pitch);
  struct kn_move_walk w = kn_move_begin(m, k);
  kn_move_load_some(m, k, &w, w.left > 2 ? w.left - 2 : 0, 0);
  __mtia_cb_init(KN_MOVE_OUT, MTIA_LOCAL_BASE + KN_MOVE_SIZE, KN_MOVE_SIZE);
  __mtia_bar(MTIA_BAR_PE);
  kn_move_load_some(m, k, &w, 0, 0);
}

// Elements of 64 bits are pairs of 32: each column becomes a row of its own.
KN_MOVE void kn_move_turn_pairs(const struct kn_move_walk *w, uint32_t row, uint32_t out_row) {
  __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w->rows, 2);
  for (uint32_t c = 0; c < w->columns; c++) {
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 8 * c, row);
    __mtia_cr_w2(MTIA_CR_MLU_DST, c * out_row, 8);
    __mtia_mlu_copy(KN_MOVE_OUT, KN_MOVE_IN, MTIA_MLU_32, MTIA_MLU_MEMORY);
  }
}

KN_MOVE_CALL void kn_move_turn(const struct kn_move *m, const struct kn_move_cut *k) {
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, m->to_pitch);
  struct kn_move_walk w = kn_move_begin(m, k);
  __mtia_bar(MTIA_BAR_PE);
  for (; w.left; kn_move_next(m, k, &w)) {
    const uint32_t row = (uint32_t)mtia_align_up((uint64_t)w.columns << m->log2);
    const uint32_t out_row = (uint32_t)mtia_align_up((uint64_t)w.rows << m->log2);
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w.rows, w.columns);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, row);
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, out_row);
    if (m->log2 == 0)
      __mtia_mlu_transpose(KN_MOVE_OUT, KN_MOVE_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
    else if (m->log2 == 1)
      __mtia_mlu_transpose(KN_MOVE_OUT, KN_MOVE_IN, MTIA_MLU_16, MTIA_MLU_MEMORY);
    else if (m->log2 == 2)
      __mtia_mlu_transpose(KN_MOVE_OUT, KN_MOVE_IN, MTIA_MLU_32, MTIA_MLU_MEMORY);
    else
      kn_move_turn_pairs(&w, row, out_row);
    __mtia_cb_pop(KN_MOVE_IN, w.rows * row);
    __mtia_cb_push(KN_MOVE_OUT, w.columns * out_row);
    uint32_t width = w.rows << m->log2, rows = kn_move_flatten(&width, w.columns, m->to_pitch);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, width, 0);
    __mtia_dma_out(KN_MOVE_OUT, w.to, rows);
  }
}

// Stores rows that are loaded: from the same buffer, or after the MLU has moved them to the
// beginning of rows of another.
KN_MOVE void kn_move_copy_some(const struct kn_move *m, const struct kn_move_cut *k,
                               struct kn_move_walk *w, uint32_t shift) {
  for (; w->left; kn_move_next(m, k, w)) {
    uint32_t width = w->columns << m->log2;
    if (shift) {
      const uint32_t from = (uint32_t)mtia_align_up(width + shift);
      const uint32_t to = (uint32_t)mtia_align_up(width);
      __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w->rows, width);
      __mtia_cr_w2(MTIA_CR_MLU_SRC, shift, from);
      __mtia_cr_w2(MTIA_CR_MLU_DST, 0, to);
      __mtia_mlu_copy(KN_MOVE_OUT, KN_MOVE_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
      __mtia_cb_pop(KN_MOVE_IN, w->rows * from);
      __mtia_cb_push(KN_MOVE_OUT, w->rows * to);
    }
    // What is in the CB is as it came: rows without gaps have none here either.
    const uint32_t rows = kn_move_flatten(&width, w->rows, m->to_pitch);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, width, 0);
    if (shift)
      __mtia_dma_out(KN_MOVE_OUT, w->to, rows);
    else
      __mtia_dma_out(KN_MOVE_IN, w->to, rows);
  }
}

KN_MOVE_CALL void kn_move_copy(const struct kn_move *m, const struct kn_move_cut *k) {
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, m->to_pitch);
  struct kn_move_walk w = kn_move_begin(m, k);
  __mtia_bar(MTIA_BAR_PE);
  kn_move_copy_some(m, k, &w, 0);
}

KN_MOVE void kn_move(const struct kn_move *m) {
  bool empty = m->rows == 0 || m->columns == 0;
  for (unsigned i = 0; i < KN_MOVE_INDICES; i++)
    empty = empty || m->count[i] == 0;
  if (empty)
    return;
  const struct kn_move_cut k = kn_move_cut(m);
  if (mtia_core() == 0)
    kn_move_load(m, &k);
  else if (m->turned)
    kn_move_turn(m, &k);
  else
    kn_move_copy(m, &k);
}

#endif
