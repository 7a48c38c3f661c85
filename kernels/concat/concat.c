// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Concatenation of rows; <mtia/kernels.h> says what is computed.
//
// Where all inputs begin at multiples of 32 bytes of y's rows, and always with blocks of rows, the
// FI moves them (moves.h). Otherwise y is cut into pieces of some rows and up to 2 KB of each;
// every PE has as many pieces as the others, to one. Core 0 loads what the inputs have of a piece,
// from multiples of 32 bytes on, the first before anything else is made ready; core 1 has the MLU
// put the parts beside each other, and stores.
#include "../launch.h"
#include "../moves.h"

KN_STACK_LINES(4);

enum { CB_IN = KN_MOVE_IN, CB_OUT = KN_MOVE_OUT };
enum {
  PIECE = 8192, // bytes
  WIDE = 2048,  // of a row
  PIECES = 16,  // per PE, if there are as many rows
  CB_SIZE = MTIA_LOCAL_SIZE / 2,
};

// The arguments, in the order in which y has them.
struct job {
  const struct mtia_tensor *x[KN_MOVES], *y;
  unsigned inputs;
};

struct cut {
  uint32_t log2;          // bytes of an element
  uint64_t rows, bytes;   // of y
  uint32_t piece_rows;    // at most
  uint32_t wide;          // bytes of a piece's row, at most; a multiple of 32
  uint32_t pieces_across; // of a row
};

// A piece and where it is.
struct walk {
  uint64_t left, row, at; // at: byte of y's rows
  uint32_t rows, bytes;
};

// What input i has of a piece: bytes [from, to) of its rows, loaded from `start` on.
struct part {
  uint64_t from, to, start;
};

// Inlined, as all of it stands between the start and the first load.
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE struct cut cut(const struct job *j, uint32_t log2) {
  struct cut c = {.log2 = log2, .rows = j->y->dim[0], .bytes = j->y->dim[1] << log2};
  c.wide = (uint32_t)kn_min(WIDE, kn_pad(c.bytes));
  c.pieces_across = c.bytes <= WIDE ? 1 : (uint32_t)kn_ceil_div(c.bytes, WIDE);
  uint64_t rows = kn_div(PIECE, c.wide), fair = kn_div(c.rows * c.pieces_across, PIECES * kn_pes());
  c.piece_rows = (uint32_t)kn_max(kn_min(rows, fair), 1);
  return c;
}

ALWAYS_INLINE void measure(const struct cut *c, struct walk *w) {
  w->rows = (uint32_t)kn_min(c->piece_rows, c->rows - w->row);
  w->bytes = (uint32_t)kn_min(c->wide, c->bytes - w->at);
}

ALWAYS_INLINE struct walk begin(const struct cut *c) {
  uint64_t down = kn_ceil_div(c->rows, c->piece_rows);
  struct kn_range mine = kn_share(down * c->pieces_across, mtia_pe(), kn_pes());
  struct walk w = {.left = mine.end - mine.begin};
  if (w.left) {
    uint64_t row = kn_div(mine.begin, c->pieces_across);
    w.row = row * c->piece_rows;
    w.at = (mine.begin - row * c->pieces_across) * WIDE;
    measure(c, &w);
  }
  return w;
}

static void next(const struct cut *c, struct walk *w) {
  if (--w->left == 0)
    return;
  w->at += WIDE;
  if (w->at >= c->bytes) {
    w->at = 0;
    w->row += c->piece_rows;
  }
  measure(c, w);
}

// False if the input has nothing of the piece. `first` is where it begins in y's rows.
ALWAYS_INLINE bool part_of(const struct walk *w, uint64_t first, uint64_t bytes, struct part *p) {
  uint64_t begin = kn_max(w->at, first), end = kn_min(w->at + w->bytes, first + bytes);
  if (begin >= end)
    return false;
  *p = (struct part){begin - first, end - first, (begin - first) & ~UINT64_C(31)};
  return true;
}

ALWAYS_INLINE void load_piece(const struct job *j, const struct cut *c, const struct walk *w) {
  uint64_t first = 0;
  for (unsigned i = 0; i < j->inputs; i++) {
    const struct mtia_tensor *x = j->x[i];
    uint64_t bytes = x->dim[1] << c->log2;
    struct part p;
    if (part_of(w, first, bytes, &p)) {
      __mtia_cr_w2(MTIA_CR_DMA_IN, p.to - p.start, 0);
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, x->stride[0]);
      __mtia_dma_in(CB_IN, x->data + w->row * x->stride[0] + p.start, w->rows, MTIA_MC_NONE);
    }
    first += bytes;
  }
}

__attribute__((noinline)) static void load(const struct job *j, const struct cut *c) {
  __mtia_cb_init(CB_IN, MTIA_LOCAL_BASE, CB_SIZE);
  struct walk w = begin(c);
  bool ready = false;
  while (w.left) {
    load_piece(j, c, &w);
    if (!ready) {
      __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + CB_SIZE, CB_SIZE);
      __mtia_bar(MTIA_BAR_PE);
    }
    ready = true;
    next(c, &w);
  }
  if (!ready)
    __mtia_bar(MTIA_BAR_PE);
}

__attribute__((noinline)) static void join(const struct job *j, const struct cut *c) {
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->y->stride[0]);
  struct walk w = begin(c);
  __mtia_bar(MTIA_BAR_PE);
  for (; w.left; next(c, &w)) {
    uint32_t out_row = kn_pad(w.bytes);
    uint64_t first = 0;
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, out_row);
    for (unsigned i = 0; i < j->inputs; i++) {
      uint64_t bytes = j->x[i]->dim[1] << c->log2;
      struct part p;
      if (part_of(&w, first, bytes, &p)) {
        uint32_t row = kn_pad(p.to - p.start);
        __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w.rows, (p.to - p.from) >> c->log2);
        __mtia_cr_w2(MTIA_CR_MLU_SRC, p.from - p.start, row);
        if (c->log2 == 0)
          __mtia_mlu_concat(CB_OUT, CB_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
        else if (c->log2 == 1)
          __mtia_mlu_concat(CB_OUT, CB_IN, MTIA_MLU_16, MTIA_MLU_MEMORY);
        else
          __mtia_mlu_concat(CB_OUT, CB_IN, MTIA_MLU_32, MTIA_MLU_MEMORY);
        __mtia_cb_pop(CB_IN, w.rows * row);
      }
      first += bytes;
    }
    __mtia_cb_push(CB_OUT, w.rows * out_row);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, w.bytes, 0);
    __mtia_dma_out(CB_OUT, j->y->data + w.row * j->y->stride[0] + w.at, w.rows);
  }
}

ALWAYS_INLINE enum mtia_status check(const struct job *j) {
  uint64_t columns = 0;
#pragma clang loop unroll(full)
  for (unsigned i = 0; i < j->inputs; i++) {
    if (j->x[i]->dim[0] != j->y->dim[0])
      return MTIA_STATUS_SHAPE;
    columns += j->x[i]->dim[1];
  }
  return columns == j->y->dim[1] ? MTIA_STATUS_OK : MTIA_STATUS_SHAPE;
}

ALWAYS_INLINE enum mtia_status concat(const struct job *j, uint32_t log2) {
  enum mtia_status status = check(j);
  if (status != MTIA_STATUS_OK || j->y->dim[0] == 0 || j->y->dim[1] == 0)
    return status;
  struct cut c = cut(j, log2);
  if (mtia_core() == 0)
    load(j, &c);
  else
    join(j, &c);
  kn_leave();
  return MTIA_STATUS_OK;
}

__attribute__((noinline)) static enum mtia_status run_ROWS4(const struct mtia_concat_args *a,
                                                            uint32_t log2) {
  struct job j = {.y = &a->y, .inputs = 4};
  j.x[0] = &a->x0, j.x[1] = &a->x1, j.x[2] = &a->x2, j.x[3] = &a->x3;
  return concat(&j, log2);
}

static struct job all_inputs(const struct mtia_concat_args *a) {
  return (struct job){
      {&a->x0, &a->x1, &a->x2, &a->x3, &a->x4, &a->x5, &a->x6, &a->x7}, &a->y, KN_MOVES};
}

__attribute__((noinline)) static enum mtia_status run_ROWS8(const struct mtia_concat_args *a,
                                                            uint32_t log2) {
  struct job j = all_inputs(a);
  return concat(&j, log2);
}

__attribute__((noinline)) static enum mtia_status blocks(const struct mtia_concat_args *a,
                                                         uint32_t log2) {
  struct job j = all_inputs(a);
  struct kn_block moves[KN_MOVES];
  uint64_t rows = 0;
  for (unsigned i = 0; i < j.inputs; i++) {
    const struct mtia_tensor *x = j.x[i];
    if (x->dim[0] != a->y.dim[0] || x->dim[2] != a->y.dim[2])
      return MTIA_STATUS_SHAPE;
    struct kn_move *m = &moves[i].move;
    kn_block_set(&moves[i], x->data, a->y.data + rows * a->y.stride[1], x->dim[0], x->dim[1],
                 x->dim[2] << log2);
    m->from_step[0] = x->stride[0];
    m->from_pitch = x->stride[1];
    m->to_step[0] = a->y.stride[0];
    m->to_pitch = a->y.stride[1];
    rows += x->dim[1];
  }
  if (rows != a->y.dim[1])
    return MTIA_STATUS_SHAPE;
  kn_move_all(moves, j.inputs);
  return MTIA_STATUS_OK;
}

static enum mtia_status run_BLOCKS(const struct mtia_concat_args *a, uint32_t log2) {
  if (mtia_core() == 0)
    kn_make_stack(10);
  return blocks(a, log2);
}

#define LAUNCH_ROWS4(kernel, T)                                                                    \
  KN_LAUNCH(kernel, struct mtia_concat_args, MTIA_IN(x0, MTIA_##T, "M", "N0"),                     \
            MTIA_IN(x1, MTIA_##T, "M", "N1"), MTIA_IN(x2, MTIA_##T, "M", "N2"),                    \
            MTIA_IN(x3, MTIA_##T, "M", "N3"), MTIA_OUT(y, MTIA_##T, "M", "N"))
#define LAUNCH_ROWS8(kernel, T)                                                                    \
  KN_LAUNCH(kernel, struct mtia_concat_args, MTIA_IN(x0, MTIA_##T, "M", "N0"),                     \
            MTIA_IN(x1, MTIA_##T, "M", "N1"), MTIA_IN(x2, MTIA_##T, "M", "N2"),                    \
            MTIA_IN(x3, MTIA_##T, "M", "N3"), MTIA_IN(x4, MTIA_##T, "M", "N4"),                    \
            MTIA_IN(x5, MTIA_##T, "M", "N5"), MTIA_IN(x6, MTIA_##T, "M", "N6"),                    \
            MTIA_IN(x7, MTIA_##T, "M", "N7"), MTIA_OUT(y, MTIA_##T, "M", "N"))
#define LAUNCH_BLOCKS(kernel, T)                                                                   \
  KN_LAUNCH(kernel, struct mtia_concat_args, MTIA_IN(x0, MTIA_##T, "A", "N0", "C"),                \
            MTIA_IN(x1, MTIA_##T, "A", "N1", "C"), MTIA_IN(x2, MTIA_##T, "A", "N2", "C"),          \
            MTIA_IN(x3, MTIA_##T, "A", "N3", "C"), MTIA_IN(x4, MTIA_##T, "A", "N4", "C"),          \
            MTIA_IN(x5, MTIA_##T, "A", "N5", "C"), MTIA_IN(x6, MTIA_##T, "A", "N6", "C"),          \
            MTIA_IN(x7, MTIA_##T, "A", "N7", "C"), MTIA_OUT(y, MTIA_##T, "A", "N", "C"))

#define MTIA_VARIANT(kernel, types, units, form, T, log2)                                          \
  enum mtia_status mtia_##kernel(const struct mtia_concat_args *args) {                            \
    return run_##form(args, log2);                                                                 \
  }                                                                                                \
  LAUNCH_##form(kernel, T)
#include <mtia/kernels/concat.def>
