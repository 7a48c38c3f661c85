// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One number in, one number out: y[m, n] = f(x[m, n]).
//
//   kernel                       x, y           f(x)
//   quantise_f32_i8, ...         f32 or f16 to  clamp(round(x * scale) + zero), ties to even; NaN:
//   zero
//                                i8 or u8
//   quantise_channel_f32_i8, ... the same       the same with scale[n]
//   dequantise_i8_f32, ...       i8 or u8 to    (x - zero) * scale
//                                f32 or f16
//   dequantise_channel_i8_f32,.. the same       the same with scale[n]
//   tanh_f32, tanh_f16           the same type  tanh(x)
//
// x, y: [M, N] from 0 x 0, any sub-grid. scale: f32, or f32[N]; zero: i32. Arithmetic: se.un
// (docs/numerics.md).
//
// The work is cut into pieces of some columns of some rows; every PE has as many pieces as the
// others, to one. Core 0 loads them, core 1 computes and stores. Where rows have no padding, in x
// and y, they are one long row. A piece is one se.un if its rows have the same number of elements
// in both buffers, with padding, otherwise one per row.
#include "../util.h"

enum { CB_IN, CB_OUT, CB_SCALE };
enum {
  PIECES = 8,  // per PE, if there is enough to do: the first comes soon, the last is short
  MOST = 1024, // elements of a piece
  STEP = 32,   // elements: 32 bytes of the narrowest type
  SCALE_SIZE = 2 * 4 * MOST,
  IN_SIZE = 64 * 1024,
  OUT_SIZE = MTIA_LOCAL_SIZE - IN_SIZE - SCALE_SIZE,
};

struct job {
  const struct mtia_tensor *x, *y, *scales; // scales: of channels, or null
  float scale;
  int32_t zero;
  enum mtia_se_unary op;
  enum mtia_se_type from, to;
};

struct piece {
  uint32_t from_size, to_size; // bytes of an element
  uint64_t rows, columns;      // of the whole
  uint64_t from_pitch, to_pitch;
  uint32_t piece_rows, piece_columns; // at most
  uint32_t blocks;                    // pieces below each other
  uint32_t flat; // elements from row to row of a piece, if that is the same in both buffers, or 0
};

static uint32_t size_of(enum mtia_se_type type) {
  return type <= MTIA_SE_U8 ? 1 : type >= MTIA_SE_F16 ? 2 : 4;
}

static struct piece cut(const struct job *job) {
  struct piece p = {.from_size = size_of(job->from),
                    .to_size = size_of(job->to),
                    .rows = job->x->dim[0],
                    .columns = job->x->dim[1],
                    .from_pitch = job->x->stride[0],
                    .to_pitch = job->y->stride[0]};
  uint64_t total = p.rows * p.columns;
  if (!job->scales && p.from_pitch == p.columns * p.from_size &&
      p.to_pitch == p.columns * p.to_size) {
    p.columns = total;
    p.rows = 1;
  }
  uint32_t size = (uint32_t)kn_min(MOST, kn_div(total, PIECES * kn_pes())) / STEP * STEP;
  if (size < MOST)
    size += STEP;
  p.piece_columns = (uint32_t)kn_min(size, p.columns);
  uint32_t from_row = kn_pad(p.piece_columns * p.from_size);
  uint32_t to_row = kn_pad(p.piece_columns * p.to_size);
  bool padded = from_row != p.piece_columns * p.from_size;
  if (from_row * p.to_size == to_row * p.from_size && !(padded && job->scales))
    p.flat = (uint32_t)kn_div(from_row, p.from_size);
  p.piece_rows = 1;
  p.blocks = (uint32_t)p.rows;
  if (p.columns < size && p.rows > 1) {
    // Short rows: as many as one long row has bytes.
    uint32_t bytes = size * (p.from_size > p.to_size ? p.from_size : p.to_size);
    p.piece_rows = (uint32_t)kn_max(kn_div(bytes, from_row > to_row ? from_row : to_row), 1);
    p.blocks = (uint32_t)kn_ceil_div(p.rows, p.piece_rows);
  }
  return p;
}

// The pieces of a PE, one column of them after the other.
struct walk {
  uint64_t left;        // pieces
  uint32_t block;       // the piece's number in its column
  uint64_t row, column; // where it begins
  uint32_t rows, columns;
  bool first; // of this column
};

static void measure(const struct piece *p, struct walk *w) {
  w->rows = (uint32_t)kn_min(p->piece_rows, p->rows - w->row);
  w->columns = (uint32_t)kn_min(p->piece_columns, p->columns - w->column);
}

static struct walk begin(const struct piece *p) {
  uint64_t wide = kn_ceil_div(p->columns, p->piece_columns);
  struct kn_range mine = kn_share(wide * p->blocks, mtia_pe(), kn_pes());
  uint64_t column = kn_div(mine.begin, p->blocks);
  struct walk w = {.left = mine.end - mine.begin,
                   .block = (uint32_t)(mine.begin - column * p->blocks),
                   .column = column * p->piece_columns,
                   .first = true};
  w.row = (uint64_t)w.block * p->piece_rows;
  if (w.left)
    measure(p, &w);
  return w;
}

static void next(const struct piece *p, struct walk *w) {
  w->left--;
  w->row += p->piece_rows;
  w->first = ++w->block == p->blocks;
  if (w->first) {
    w->block = 0;
    w->row = 0;
    w->column += p->piece_columns;
  }
  if (w->left)
    measure(p, w);
}

static void load(const struct job *job, const struct piece *p) {
  for (struct walk w = begin(p); w.left; next(p, &w)) {
    if (w.first && job->scales) {
      __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * w.columns, 0);
      __mtia_dma_in(CB_SCALE, job->scales->data + 4 * w.column, 1, MTIA_MC_NONE);
    }
    if (w.first)
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, p->from_pitch);
    __mtia_cr_w2(MTIA_CR_DMA_IN, w.columns * p->from_size, 0);
    __mtia_dma_in(CB_IN, job->x->data + w.row * p->from_pitch + w.column * p->from_size, w.rows,
                  MTIA_MC_NONE);
  }
}

static void apply(const struct job *job, uint32_t elements, uint32_t in_at, uint32_t out_at) {
  __mtia_cr_w2(MTIA_CR_SE_LEN, elements, out_at);
  __mtia_cr_w2(MTIA_CR_SE_SRC, in_at, 0);
  if (job->op == MTIA_SE_QUANTISE)
    __mtia_se_un(CB_OUT, CB_IN, MTIA_SE_QUANTISE);
  else if (job->op == MTIA_SE_DEQUANTISE)
    __mtia_se_un(CB_OUT, CB_IN, MTIA_SE_DEQUANTISE);
  else
    __mtia_se_un(CB_OUT, CB_IN, MTIA_SE_TANH);
}

static void compute(const struct job *job, const struct piece *p) {
  __mtia_cr_w(MTIA_CR_SE_FMT,
              mtia_se_fmt(job->from, 0, job->to, MTIA_SE_EACH) | (job->scales ? MTIA_SE_CHAN : 0));
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(job->scale), (uint32_t)job->zero);
  if (job->to == MTIA_SE_U8)
    __mtia_cr_w2(MTIA_CR_QCLAMP, 0, 255);
  else
    __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w(MTIA_CR_QCHAN, CB_SCALE);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, p->to_pitch);
  uint32_t scales = 0; // bytes in CB_SCALE
  for (struct walk w = begin(p); w.left; next(p, &w)) {
    uint32_t from_row = kn_pad(w.columns * p->from_size), to_row = kn_pad(w.columns * p->to_size);
    if (w.first && job->scales) {
      if (scales)
        __mtia_cb_pop(CB_SCALE, scales);
      scales = kn_pad(4 * w.columns);
      __mtia_cr_w(MTIA_CR_SE_ROW, w.columns);
    }
    if (w.rows == 1)
      apply(job, w.columns, 0, 0);
    else if (p->flat)
      apply(job, w.rows * p->flat, 0, 0); // with the zeros between rows
    else
      for (uint32_t r = 0; r < w.rows; r++)
        apply(job, w.columns, r * from_row, r * to_row);
    __mtia_cb_pop(CB_IN, w.rows * from_row);
    __mtia_cb_push(CB_OUT, w.rows * to_row);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, w.columns * p->to_size, 0);
    __mtia_dma_out(CB_OUT, job->y->data + w.row * p->to_pitch + w.column * p->to_size, w.rows);
  }
  if (scales)
    __mtia_cb_pop(CB_SCALE, scales);
}

static void run(const struct job *job) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_IN, MTIA_LOCAL_BASE, IN_SIZE);
    __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + IN_SIZE, OUT_SIZE);
    __mtia_cb_init(CB_SCALE, MTIA_LOCAL_BASE + IN_SIZE + OUT_SIZE, SCALE_SIZE);
  }
  if (job->x->dim[0] == 0 || job->x->dim[1] == 0)
    return;
  struct piece piece = cut(job);
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load(job, &piece);
  else
    compute(job, &piece);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

struct tensor_args {
  struct mtia_tensor x, y;
  float scale;
  int32_t zero;
};
struct channel_args {
  struct mtia_tensor x, scale, y;
  int32_t zero;
};
struct plain_args {
  struct mtia_tensor x, y;
};

#define SCALED(kind, op_, in, IN, out, OUT)                                                        \
  MTIA_KERNEL(kind##_##in##_##out, struct tensor_args, MTIA_IN(x, MTIA_##IN, "M", "N"),            \
              MTIA_SCALAR(scale, MTIA_F32), MTIA_SCALAR(zero, MTIA_I32),                           \
              MTIA_OUT(y, MTIA_##OUT, "M", "N")) {                                                 \
    run(&(struct job){.x = &args->x,                                                               \
                      .y = &args->y,                                                               \
                      .scale = args->scale,                                                        \
                      .zero = args->zero,                                                          \
                      .op = op_,                                                                   \
                      .from = MTIA_SE_##IN,                                                        \
                      .to = MTIA_SE_##OUT});                                                       \
  }                                                                                                \
  MTIA_KERNEL(kind##_channel_##in##_##out, struct channel_args, MTIA_IN(x, MTIA_##IN, "M", "N"),   \
              MTIA_IN(scale, MTIA_F32, "N"), MTIA_SCALAR(zero, MTIA_I32),                          \
              MTIA_OUT(y, MTIA_##OUT, "M", "N")) {                                                 \
    run(&(struct job){.x = &args->x,                                                               \
                      .y = &args->y,                                                               \
                      .scales = &args->scale,                                                      \
                      .zero = args->zero,                                                          \
                      .op = op_,                                                                   \
                      .from = MTIA_SE_##IN,                                                        \
                      .to = MTIA_SE_##OUT});                                                       \
  }
#define FUNCTION(kind, op_, in, IN)                                                                \
  MTIA_KERNEL(kind##_##in, struct plain_args, MTIA_IN(x, MTIA_##IN, "M", "N"),                     \
              MTIA_OUT(y, MTIA_##IN, "M", "N")) {                                                  \
    run(&(struct job){                                                                             \
        .x = &args->x, .y = &args->y, .op = op_, .from = MTIA_SE_##IN, .to = MTIA_SE_##IN});       \
  }

SCALED(quantise, MTIA_SE_QUANTISE, f32, F32, i8, I8)
SCALED(quantise, MTIA_SE_QUANTISE, f32, F32, u8, U8)
SCALED(quantise, MTIA_SE_QUANTISE, f16, F16, i8, I8)
SCALED(quantise, MTIA_SE_QUANTISE, f16, F16, u8, U8)
SCALED(dequantise, MTIA_SE_DEQUANTISE, i8, I8, f32, F32)
SCALED(dequantise, MTIA_SE_DEQUANTISE, u8, U8, f32, F32)
SCALED(dequantise, MTIA_SE_DEQUANTISE, i8, I8, f16, F16)
SCALED(dequantise, MTIA_SE_DEQUANTISE, u8, U8, f16, F16)
FUNCTION(tanh, MTIA_SE_TANH, f32, F32)
FUNCTION(tanh, MTIA_SE_TANH, f16, F16)
