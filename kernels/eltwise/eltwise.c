// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One number in, one number out; <mtia/kernels.h> says what is computed. Arithmetic: se.un, se.bin
// (docs/numerics.md).
//
// The work is cut into pieces of some columns of some rows; every PE has as many pieces as the
// others, to one. Core 0 loads them, core 1 computes and stores. Where rows have no padding, in x
// and y, they are one long row. A piece is one command of the SE if its rows have the same number
// of elements in both buffers, with padding, otherwise one per row. Requantisation is the sum of
// two quantised numbers, of which the second, in CB_CONST, is 0 (a quantise has no zero point
// before it); a clamp is two commands, with the bounds in CB_CONST.
#include "../launch.h"

enum { CB_IN, CB_OUT, CB_SCALE, CB_MIDDLE, CB_CONST };
enum {
  PIECES = 8,  // per PE, if there is enough to do: the first comes soon, the last is short
  MOST = 1024, // elements of a piece
  STEP = 32,   // elements: 32 bytes of the narrowest type
  SCALE_SIZE = 2 * 4 * MOST,
  MIDDLE_SIZE = 4 * 4 * MOST, // between the two commands of a clamp
  CONST_SIZE = 64,
  IN_SIZE = 56 * 1024,
  OUT_SIZE = MTIA_LOCAL_SIZE - IN_SIZE - SCALE_SIZE - MIDDLE_SIZE - CONST_SIZE,
};

// What is done: what se.un can, and two more.
#define UNARY_LIST(S)                                                                              \
  S(COPY)                                                                                          \
  S(QUANTISE) S(DEQUANTISE) S(EXP) S(SIGMOID) S(TANH) S(GELU) S(SILU) S(RSQRT) S(RECIPROCAL) S(RELU)
#define OP(name) OP_##name,
enum op { UNARY_LIST(OP) OP_REQUANTISE, OP_CLAMP };

enum { LOW_AT = 0, HIGH_AT = 4, ZERO_AT = 32 }; // in CB_CONST

struct job {
  const struct mtia_tensor *x, *y, *scales; // scales: of channels, or null
  const struct mtia_eltwise_args *args;     // scalars
  enum op op;
  void (*apply)(uint32_t bytes); // of that operation
  enum mtia_se_type from, to;
};

struct piece {
  uint32_t from_size, to_size; // bytes of an element
  uint64_t rows, columns;      // of the whole
  uint64_t from_pitch, to_pitch;
  uint32_t piece_rows, piece_columns; // at most
  uint32_t blocks;                    // pieces below each other
  bool share_scales;                  // every piece has all columns: scales come once, by multicast
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
  p.share_scales = job->scales && p.columns == p.piece_columns;
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
  if (job->scales && p->share_scales) {
    __mtia_cr_w(MTIA_CR_MCAST, (1u << mtia_cols()) - 1);
    __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * p->columns, 0);
    __mtia_dma_in(CB_SCALE, job->scales->data, 1, MTIA_MC_ROW);
  }
  for (struct walk w = begin(p); w.left; next(p, &w)) {
    if (w.first && job->scales && !p->share_scales) {
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

// The SE's commands for `elements` of a piece: a function for each operation, as a switch would
// load its table from DRAM. Registers of places are set by apply().
#define UNARY(name)                                                                                \
  static void apply_##name(uint32_t bytes) {                                                       \
    (void)bytes;                                                                                   \
    __mtia_se_un(CB_OUT, CB_IN, MTIA_SE_##name);                                                   \
  }
UNARY_LIST(UNARY)

static void apply_REQUANTISE(uint32_t bytes) {
  (void)bytes;
  __mtia_se_bin(CB_OUT, CB_IN, CB_CONST, MTIA_SE_QUANTISED | MTIA_SE_ADD);
}

static void apply_CLAMP(uint32_t bytes) {
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, LOW_AT);
  __mtia_se_bin(CB_MIDDLE, CB_IN, CB_CONST, MTIA_SE_MAX);
  __mtia_cb_push(CB_MIDDLE, bytes);
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, HIGH_AT);
  __mtia_se_bin(CB_OUT, CB_MIDDLE, CB_CONST, MTIA_SE_MIN);
  __mtia_cb_pop(CB_MIDDLE, bytes);
}

static inline void apply(const struct job *job, uint32_t elements, uint32_t in_at,
                         uint32_t out_at) {
  __mtia_cr_w2(MTIA_CR_SE_LEN, elements, out_at);
  __mtia_cr_w2(MTIA_CR_SE_SRC, in_at, ZERO_AT);
  job->apply(kn_pad(elements * size_of(job->to)));
}

// Command registers that stay as they are.
static void configure(const struct job *job, const struct piece *p) {
  const struct mtia_eltwise_args *a = job->args;
  bool bounds = job->op == OP_CLAMP;
  __mtia_cr_w(MTIA_CR_SE_FMT,
              mtia_se_fmt(job->from, bounds ? MTIA_SE_F32 : MTIA_SE_I8, job->to,
                          bounds || job->op == OP_REQUANTISE ? MTIA_SE_ONE : MTIA_SE_EACH) |
                  (job->scales ? MTIA_SE_CHAN : 0));
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(a->scale),
               (uint32_t)(job->op == OP_REQUANTISE ? a->x_zero : a->zero));
  __mtia_cr_w2(MTIA_CR_QSCALE2, mtia_f32_bits(1), 0);
  __mtia_cr_w2(MTIA_CR_QOUT, mtia_f32_bits(1), (uint32_t)a->zero);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode((enum mtia_round)(a->style & 3), 0, 0));
  if (job->to == MTIA_SE_U8)
    __mtia_cr_w2(MTIA_CR_QCLAMP, 0, 255);
  else
    __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w(MTIA_CR_QCHAN, CB_SCALE);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, p->to_pitch);
  __mtia_cb_push(CB_CONST, CONST_SIZE); // filled by core 0
}

static void compute(const struct job *job, const struct piece *p) {
  configure(job, p);
  uint32_t scales = p->share_scales ? kn_pad(4 * p->columns) : 0; // bytes in CB_SCALE
  for (struct walk w = begin(p); w.left; next(p, &w)) {
    uint32_t from_row = kn_pad(w.columns * p->from_size), to_row = kn_pad(w.columns * p->to_size);
    if (w.first && job->scales) {
      if (scales && !p->share_scales)
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
  __mtia_cb_pop(CB_CONST, CONST_SIZE);
}

static void set_up(const struct job *job) {
  uint64_t constants = MTIA_LOCAL_BASE + IN_SIZE + OUT_SIZE + SCALE_SIZE + MIDDLE_SIZE;
  __mtia_cb_init(CB_IN, MTIA_LOCAL_BASE, IN_SIZE);
  __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + IN_SIZE, OUT_SIZE);
  __mtia_cb_init(CB_SCALE, MTIA_LOCAL_BASE + IN_SIZE + OUT_SIZE, SCALE_SIZE);
  __mtia_cb_init(CB_MIDDLE, MTIA_LOCAL_BASE + IN_SIZE + OUT_SIZE + SCALE_SIZE, MIDDLE_SIZE);
  __mtia_cb_init(CB_CONST, constants, CONST_SIZE);
  volatile float *bounds = (volatile float *)constants;
  bounds[LOW_AT / 4] = job->args->low;
  bounds[HIGH_AT / 4] = job->args->high;
  bounds[ZERO_AT / 4] = 0;
}

static enum mtia_status run(const struct job *job) {
  for (int i = 0; i < 2; i++)
    if (job->x->dim[i] != job->y->dim[i])
      return MTIA_STATUS_SHAPE;
  if (job->scales && job->scales->dim[0] != job->x->dim[1])
    return MTIA_STATUS_SHAPE;
  if ((job->op == OP_QUANTISE || job->op == OP_REQUANTISE) &&
      (job->args->style < MTIA_ROUND_EVEN || job->args->style > MTIA_ROUND_BEFORE))
    return MTIA_STATUS_VALUE;
  if (job->x->dim[0] == 0 || job->x->dim[1] == 0)
    return MTIA_STATUS_OK;
  if (mtia_core() == 0)
    set_up(job);
  struct piece piece = cut(job);
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load(job, &piece);
  else
    compute(job, &piece);
  kn_leave();
  return MTIA_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

// What a form has of the arguments, in a job and at launch.
#define SCALES_STYLE NULL
#define SCALES_SCALE NULL
#define SCALES_CHANNEL_STYLE &args->scales
#define SCALES_CHANNEL &args->scales
#define SCALES_REQUANTISE NULL
#define SCALES_CLAMP NULL
#define SCALES_PLAIN NULL

#define SCALE_ MTIA_SCALAR(scale, MTIA_F32)
#define SCALES_ MTIA_IN(scales, MTIA_F32, "N")
#define ZERO_ MTIA_SCALAR(zero, MTIA_I32)
#define STYLE_ MTIA_SCALAR(style, MTIA_I32)
#define LAUNCH(kernel, from, to, ...)                                                              \
  KN_LAUNCH(kernel, struct mtia_eltwise_args, MTIA_IN(x, MTIA_##from, "M", "N"),                   \
            MTIA_OUT(y, MTIA_##to, "M", "N"), ##__VA_ARGS__)
#define LAUNCH_STYLE(k, from, to) LAUNCH(k, from, to, SCALE_, ZERO_, STYLE_)
#define LAUNCH_CHANNEL_STYLE(k, from, to) LAUNCH(k, from, to, SCALES_, ZERO_, STYLE_)
#define LAUNCH_SCALE(k, from, to) LAUNCH(k, from, to, SCALE_, ZERO_)
#define LAUNCH_CHANNEL(k, from, to) LAUNCH(k, from, to, SCALES_, ZERO_)
#define LAUNCH_REQUANTISE(k, from, to)                                                             \
  LAUNCH(k, from, to, MTIA_SCALAR(x_zero, MTIA_I32), SCALE_, ZERO_, STYLE_)
#define LAUNCH_CLAMP(k, from, to)                                                                  \
  LAUNCH(k, from, to, MTIA_SCALAR(low, MTIA_F32), MTIA_SCALAR(high, MTIA_F32))
#define LAUNCH_PLAIN(k, from, to) LAUNCH(k, from, to)

#define MTIA_VARIANT(kernel, types, units, form, operation, from_, to_)                            \
  enum mtia_status mtia_##kernel(const struct mtia_eltwise_args *args) {                           \
    return run(&(struct job){.x = &args->x,                                                        \
                             .y = &args->y,                                                        \
                             .scales = SCALES_##form,                                              \
                             .args = args,                                                         \
                             .op = OP_##operation,                                                 \
                             .apply = apply_##operation,                                           \
                             .from = MTIA_SE_##from_,                                              \
                             .to = MTIA_SE_##to_});                                                \
  }                                                                                                \
  LAUNCH_##form(kernel, from_, to_)
#include <mtia/kernels/eltwise.def>
