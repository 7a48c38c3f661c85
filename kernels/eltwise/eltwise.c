// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One number in, one number out; <mtia/kernels.h> says what is computed. Arithmetic: se.un, se.bin
// (docs/numerics.md).
//
// Where rows have no padding, in x and y, they are one line, of which every PE has as much as the
// others, to 64 elements, and takes it in pieces. Otherwise the work is cut into pieces of some
// columns of some rows; every PE has as many pieces as the others, to one. Core 0 loads pieces,
// core 1 computes and stores. The first load leaves before anything else is made ready, as the SRAM
// is idle until then. A piece is one command of the SE if its rows have the same number of elements
// in both buffers, with padding, otherwise one per row. Requantisation is the sum of two quantised
// numbers, of which the second, in CB_CONST, is 0 (a quantise has no zero point before it); a clamp
// is two commands, with the bounds in CB_CONST.
#include "../launch.h"
#include "../se.h"

enum { CB_IN, CB_OUT, CB_SCALE, CB_MIDDLE, CB_MIDDLE_READ, CB_CONST };
enum {
  PIECES = 8,  // per PE, if there is enough to do: the first comes soon, the last is short
  MOST = 1024, // elements of a piece
  STEP = 32,   // elements: 32 bytes of the narrowest type
  SHARE = 64,  // elements of a line: 64 bytes, a request of the FI
  SCALE_SIZE = 2 * 4 * MOST,
  MIDDLE_SIZE = 2 * 4 * MOST, // between the commands of a clamp
  CONST_SIZE = 64,            // two halves
  IN_SIZE = 56 * 1024,
  OUT_SIZE = MTIA_LOCAL_SIZE - IN_SIZE - SCALE_SIZE - MIDDLE_SIZE - CONST_SIZE,
  IN_AT = MTIA_LOCAL_BASE,
  OUT_AT = IN_AT + IN_SIZE,
  SCALE_AT = OUT_AT + OUT_SIZE,
  MIDDLE_AT = SCALE_AT + SCALE_SIZE,
  CONST_AT = MIDDLE_AT + MIDDLE_SIZE,
};

KN_STACK_LINES(5);

// What is done: what se.un can, and two more.
#define UNARY_LIST(S)                                                                              \
  S(COPY)                                                                                          \
  S(QUANTISE) S(DEQUANTISE) S(EXP) S(SIGMOID) S(TANH) S(GELU) S(SILU) S(RSQRT) S(RECIPROCAL) S(RELU)
#define OP(name) OP_##name,
enum op { UNARY_LIST(OP) OP_REQUANTISE, OP_CLAMP };

// In CB_CONST, f32: what core 0 writes; core 1 adds the same of the clamp's type, as the SE is the
// slower the wider its inputs are.
enum { LOW, HIGH, ZERO, CONSTANTS };
enum { TYPED_AT = CONST_SIZE / 2 };
enum { CLAMPED_AT = 0, NAN_AT = 4 * MOST }; // in CB_MIDDLE

// Travels in a register: memory that nobody has read yet is far away.
struct kind {
  uint8_t op, from, to;         // types of the SE
  uint8_t from_shift, to_shift; // log2 of the bytes of an element
};
// The SE's commands for `elements` of a piece: a function for each operation, as a switch would
// load its table from DRAM.
typedef void apply_function(struct kind kind, uint32_t elements, uint32_t in_at, uint32_t out_at);

struct job {
  const struct mtia_eltwise_args *args;
  const struct mtia_tensor *scales; // of channels, or null
  apply_function *apply;
  struct kind kind;
};

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

static inline uint32_t piece_size(uint64_t total, uint32_t step) {
  uint32_t size = (uint32_t)kn_min(MOST, kn_div(total, PIECES * kn_pes())) / step * step;
  return size < MOST ? size + step : size;
}

// This PE's part of a line: elements [at, end), `size` at a time.
struct line {
  uint64_t at, end;
  uint32_t size;
};

static inline bool is_line(const struct mtia_eltwise_args *args, struct kind kind) {
  uint64_t columns = args->x.dim[1];
  return args->x.stride[0] == columns << kind.from_shift &&
         args->y.stride[0] == columns << kind.to_shift;
}

static inline struct line get_line(const struct mtia_eltwise_args *args) {
  uint64_t total = args->x.dim[0] * args->x.dim[1];
  struct kn_range mine = kn_share((total + SHARE - 1) / SHARE, mtia_pe(), kn_pes());
  return (struct line){mine.begin * SHARE, kn_min(mine.end * SHARE, total),
                       piece_size(total, SHARE)};
}

static void set_up(const struct mtia_eltwise_args *args);

static inline uint64_t load_until(const struct line *line, uint64_t end, uint64_t x,
                                  struct kind kind) {
  uint64_t at = line->at;
  for (; at < end; at += line->size) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, kn_min(line->size, line->end - at) << kind.from_shift, 0);
    __mtia_dma_in(CB_IN, x + (at << kind.from_shift), 1, MTIA_MC_NONE);
  }
  return at;
}

__attribute__((noinline)) static void load_line(const struct mtia_eltwise_args *args,
                                                struct kind kind) {
  __mtia_cb_init(CB_IN, IN_AT, IN_SIZE);
  struct line line = get_line(args);
  uint64_t x = args->x.data;
  uint64_t early = kn_min(line.at + 2 * line.size, line.end);
  line.at = load_until(&line, early, x, kind);
  set_up(args);
  load_until(&line, line.end, x, kind);
}

static void configure(const struct job *job);

static void compute_line(const struct job *job) {
  struct line line = get_line(job->args);
  configure(job);
  uint64_t y = job->args->y.data;
  for (uint64_t at = line.at; at < line.end; at += line.size) {
    uint32_t elements = (uint32_t)kn_min(line.size, line.end - at);
    job->apply(job->kind, elements, 0, 0);
    __mtia_cb_pop(CB_IN, kn_pad(elements << job->kind.from_shift));
    __mtia_cb_push(CB_OUT, kn_pad(elements << job->kind.to_shift));
    __mtia_cr_w2(MTIA_CR_DMA_OUT, elements << job->kind.to_shift, 0);
    __mtia_dma_out(CB_OUT, y + (at << job->kind.to_shift), 1);
  }
}

//===----------------------------------------------------------------------===//
// Pieces of rows
//===----------------------------------------------------------------------===//

struct piece {
  uint64_t rows, columns; // of the whole
  uint64_t from_pitch, to_pitch;
  uint32_t piece_rows, piece_columns; // at most
  uint32_t blocks;                    // pieces below each other
  bool share_scales;                  // every piece has all columns: scales come once, by multicast
  uint32_t flat; // elements from row to row of a piece, if that is the same in both buffers, or 0
};

static struct piece cut(const struct job *job) {
  struct kind kind = job->kind;
  struct piece p = {.rows = job->args->x.dim[0],
                    .columns = job->args->x.dim[1],
                    .from_pitch = job->args->x.stride[0],
                    .to_pitch = job->args->y.stride[0]};
  uint32_t size = piece_size(p.rows * p.columns, STEP);
  p.piece_columns = (uint32_t)kn_min(size, p.columns);
  uint32_t from_row = kn_pad(p.piece_columns << kind.from_shift);
  uint32_t to_row = kn_pad(p.piece_columns << kind.to_shift);
  bool padded = from_row != p.piece_columns << kind.from_shift;
  if (from_row << kind.to_shift == to_row << kind.from_shift && !(padded && job->scales))
    p.flat = from_row >> kind.from_shift;
  p.share_scales = job->scales && p.columns == p.piece_columns;
  p.piece_rows = 1;
  p.blocks = (uint32_t)p.rows;
  if (p.columns < size && p.rows > 1) {
    // Short rows: as many as one long row has bytes.
    uint32_t bytes = size << (kind.from_shift > kind.to_shift ? kind.from_shift : kind.to_shift);
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

__attribute__((noinline)) static void load_pieces(const struct job *job) {
  const struct mtia_tensor *scales = job->scales;
  uint64_t x = job->args->x.data;
  struct piece p = cut(job);
  __mtia_cb_init(CB_IN, IN_AT, IN_SIZE);
  __mtia_cb_init(CB_SCALE, SCALE_AT, SCALE_SIZE);
  if (p.share_scales) {
    __mtia_cr_w(MTIA_CR_MCAST, (1u << mtia_cols()) - 1);
    __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * p.columns, 0);
    __mtia_dma_in(CB_SCALE, scales->data, 1, MTIA_MC_ROW);
  }
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, p.from_pitch);
  struct walk w = begin(&p);
  if (!w.left)
    set_up(job->args);
  for (bool ready = false; w.left; next(&p, &w)) {
    if (w.first && scales && !p.share_scales) {
      __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * w.columns, 0);
      __mtia_dma_in(CB_SCALE, scales->data + 4 * w.column, 1, MTIA_MC_NONE);
    }
    __mtia_cr_w2(MTIA_CR_DMA_IN, w.columns << job->kind.from_shift, 0);
    __mtia_dma_in(CB_IN, x + w.row * p.from_pitch + (w.column << job->kind.from_shift), w.rows,
                  MTIA_MC_NONE);
    if (!ready)
      set_up(job->args);
    ready = true;
  }
}

static void compute_pieces(const struct job *job) {
  struct piece piece = cut(job), *p = &piece;
  struct kind kind = job->kind;
  struct walk w = begin(p);
  configure(job);
  uint64_t y = job->args->y.data;
  uint32_t scales = p->share_scales ? kn_pad(4 * p->columns) : 0; // bytes in CB_SCALE
  for (; w.left; next(p, &w)) {
    uint32_t from_row = kn_pad(w.columns << kind.from_shift);
    uint32_t to_row = kn_pad(w.columns << kind.to_shift);
    if (w.first && job->scales) {
      if (scales && !p->share_scales)
        __mtia_cb_pop(CB_SCALE, scales);
      scales = kn_pad(4 * w.columns);
      __mtia_cr_w(MTIA_CR_SE_ROW, w.columns);
    }
    if (w.rows == 1)
      job->apply(kind, w.columns, 0, 0);
    else if (p->flat)
      job->apply(kind, w.rows * p->flat, 0, 0); // with the zeros between rows
    else
      for (uint32_t r = 0; r < w.rows; r++)
        job->apply(kind, w.columns, r * from_row, r * to_row);
    __mtia_cb_pop(CB_IN, w.rows * from_row);
    __mtia_cb_push(CB_OUT, w.rows * to_row);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, w.columns << kind.to_shift, 0);
    __mtia_dma_out(CB_OUT, y + w.row * p->to_pitch + (w.column << kind.to_shift), w.rows);
  }
  if (scales)
    __mtia_cb_pop(CB_SCALE, scales);
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

// Formats are set by configure().
#define UNARY(name)                                                                                \
  static void apply_##name(struct kind kind, uint32_t elements, uint32_t in_at, uint32_t out_at) { \
    (void)kind;                                                                                    \
    __mtia_cr_w2(MTIA_CR_SE_LEN, elements, out_at);                                                \
    __mtia_cr_w2(MTIA_CR_SE_SRC, in_at, 0);                                                        \
    __mtia_se_un(CB_OUT, CB_IN, MTIA_SE_##name);                                                   \
  }
UNARY_LIST(UNARY)

static void apply_REQUANTISE(struct kind kind, uint32_t elements, uint32_t in_at, uint32_t out_at) {
  (void)kind;
  __mtia_cr_w2(MTIA_CR_SE_LEN, elements, out_at);
  __mtia_cr_w2(MTIA_CR_SE_SRC, in_at, 4 * ZERO);
  __mtia_se_bin(CB_OUT, CB_IN, CB_CONST, MTIA_SE_QUANTISED | MTIA_SE_ADD);
}

// The SE's maximum and minimum drop a NaN; 0 * sigmoid(x) is 0 for numbers, infinities too, and a
// NaN for a NaN. t - 0 is t, also of -0.
static void apply_CLAMP(struct kind kind, uint32_t elements, uint32_t in_at, uint32_t out_at) {
  enum mtia_se_type type = (enum mtia_se_type)kind.from;
  uint32_t low = TYPED_AT + (LOW << kind.from_shift), high = TYPED_AT + (HIGH << kind.from_shift);
  uint32_t zero = TYPED_AT + (ZERO << kind.from_shift);
  KN_SE_UN(MTIA_SE_SIGMOID, CB_MIDDLE, NAN_AT, CB_IN, in_at, type, type, elements);
  KN_SE_BIN(MTIA_SE_MUL, CB_MIDDLE, NAN_AT, CB_MIDDLE_READ, NAN_AT, type, CB_CONST, zero, type,
            MTIA_SE_ONE, type, elements, 1);
  KN_SE_BIN(MTIA_SE_MAX, CB_MIDDLE, CLAMPED_AT, CB_IN, in_at, type, CB_CONST, low, type,
            MTIA_SE_ONE, type, elements, 1);
  KN_SE_BIN(MTIA_SE_MIN, CB_MIDDLE, CLAMPED_AT, CB_MIDDLE_READ, CLAMPED_AT, type, CB_CONST, high,
            type, MTIA_SE_ONE, type, elements, 1);
  KN_SE_BIN(MTIA_SE_SUB, CB_OUT, out_at, CB_MIDDLE_READ, CLAMPED_AT, type, CB_MIDDLE_READ, NAN_AT,
            type, MTIA_SE_EACH, type, elements, 1);
}

// Command registers that stay as they are, and the scratch place of core 1.
static void configure(const struct job *job) {
  const struct mtia_eltwise_args *a = job->args;
  enum mtia_se_type from = (enum mtia_se_type)job->kind.from;
  enum mtia_se_type to = (enum mtia_se_type)job->kind.to;
  bool sum = job->kind.op == OP_REQUANTISE;
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(from, MTIA_SE_I8, to, sum ? MTIA_SE_ONE : MTIA_SE_EACH) |
                                  (job->scales ? MTIA_SE_CHAN : 0));
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(a->scale), (uint32_t)(sum ? a->x_zero : a->zero));
  __mtia_cr_w2(MTIA_CR_QSCALE2, mtia_f32_bits(1), 0);
  __mtia_cr_w2(MTIA_CR_QOUT, mtia_f32_bits(1), (uint32_t)a->zero);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode((enum mtia_round)(a->style & 3), 0, 0));
  if (to == MTIA_SE_U8)
    __mtia_cr_w2(MTIA_CR_QCLAMP, 0, 255);
  else
    __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w(MTIA_CR_QCHAN, CB_SCALE);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, a->y.stride[0]);
  __mtia_bar(MTIA_BAR_PE); // core 0 has made the buffers
  __mtia_cb_push(CB_CONST, CONST_SIZE / 2);
  if (job->kind.op == OP_CLAMP)
    KN_SE_UN(MTIA_SE_COPY, CB_CONST, 0, CB_CONST, 0, MTIA_SE_F32, to, CONSTANTS);
  __mtia_cb_push(CB_CONST, CONST_SIZE / 2);
}

// Core 0, when the first load has been issued: everything else that core 1 waits for.
static void set_up(const struct mtia_eltwise_args *args) {
  __mtia_cb_init(CB_OUT, OUT_AT, OUT_SIZE);
  __mtia_cb_init(CB_CONST, CONST_AT, CONST_SIZE);
  KN_SE_SCRATCH(CB_MIDDLE, CB_MIDDLE_READ, MIDDLE_AT, MIDDLE_SIZE);
  volatile float *constants = (volatile float *)(uintptr_t)CONST_AT;
  constants[LOW] = args->low;
  constants[HIGH] = args->high;
  constants[ZERO] = 0;
  __mtia_bar(MTIA_BAR_PE);
}

__attribute__((noinline)) static void compute(const struct mtia_eltwise_args *args,
                                              const struct mtia_tensor *scales,
                                              apply_function *apply, struct kind kind, bool line) {
  struct job job = {args, scales, apply, kind};
  if (line)
    compute_line(&job);
  else
    compute_pieces(&job);
  __mtia_cb_pop(CB_CONST, CONST_SIZE);
  KN_SE_SCRATCH_END(CB_MIDDLE_READ, MIDDLE_SIZE);
}

static enum mtia_status run(const struct mtia_eltwise_args *args, const struct mtia_tensor *scales,
                            apply_function *apply, struct kind kind) {
  if (args->x.dim[0] != args->y.dim[0] || args->x.dim[1] != args->y.dim[1])
    return MTIA_STATUS_SHAPE;
  if (scales && scales->dim[0] != args->x.dim[1])
    return MTIA_STATUS_SHAPE;
  if ((kind.op == OP_QUANTISE || kind.op == OP_REQUANTISE) &&
      (args->style < MTIA_ROUND_EVEN || args->style > MTIA_ROUND_BEFORE))
    return MTIA_STATUS_VALUE;
  if (args->x.dim[0] == 0 || args->x.dim[1] == 0)
    return MTIA_STATUS_OK;
  bool line = !scales && is_line(args, kind);
  if (mtia_core() == 1)
    compute(args, scales, apply, kind, line);
  else if (line)
    load_line(args, kind);
  else
    load_pieces(&(struct job){args, scales, apply, kind});
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

#define SHIFT_I8 0
#define SHIFT_U8 0
#define SHIFT_F16 1
#define SHIFT_BF16 1
#define SHIFT_I32 2
#define SHIFT_F32 2

#define MTIA_VARIANT(kernel, types, units, form, operation, from_, to_)                            \
  enum mtia_status mtia_##kernel(const struct mtia_eltwise_args *args) {                           \
    return run(args, SCALES_##form, apply_##operation,                                             \
               (struct kind){OP_##operation, MTIA_SE_##from_, MTIA_SE_##to_, SHIFT_##from_,        \
                             SHIFT_##to_});                                                        \
  }                                                                                                \
  LAUNCH_##form(kernel, from_, to_)
#include <mtia/kernels/eltwise.def>
