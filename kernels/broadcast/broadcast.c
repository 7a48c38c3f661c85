// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two or three tensors in, one out, with broadcasting; <mtia/kernels.h> says what is computed.
// Arithmetic: se.bin (docs/numerics.md).
//
// Tensors of the same extents, without padding, are lines, of which every PE has as much as the
// others, to 64 elements. Of others neighbouring dimensions become one where all tensors' strides
// allow it. What is left is dealt out
// in pieces of some columns of some rows, of up to 4 KB; every PE has as many as the others, to
// one. Core 0 loads what each operand has of a piece: all of it, one row, one column, one element;
// the first before anything else is made ready.
// Core 1 issues one se.bin per piece, whose second input may be any of these (elements of a column
// come 32 bytes apart: the MLU puts them together). A first input of less than a piece changes
// places with the second, or is expanded by the MLU: rows by copies of one, columns as the
// transpose of copies of one. The c of fma, expanded likewise, is copied to where the result goes.
#include "../launch.h"
#include "../se.h"

KN_STACK_LINES(4);

enum { CB_A, CB_B, CB_C, CB_A_DENSE, CB_B_DENSE, CB_C_DENSE, CB_A_FULL, CB_C_FULL, CB_OUT };
enum {
  PIECE = 4096, // bytes of a tensor
  PIECES = 8,   // per PE, if there is enough to do
  OPERANDS = 3,
  LOADED_SIZE = 4 * PIECE,
  DENSE_SIZE = 2 * PIECE,
  FULL_SIZE = 2 * PIECE,
  OUT_SIZE = 4 * PIECE,
  LOADED_AT = MTIA_LOCAL_BASE,
  DENSE_AT = LOADED_AT + OPERANDS * LOADED_SIZE,
  FULL_AT = DENSE_AT + OPERANDS * DENSE_SIZE,
  OUT_AT = FULL_AT + 2 * FULL_SIZE,
};
_Static_assert(OPERANDS *(LOADED_SIZE + DENSE_SIZE) + 2 * FULL_SIZE + OUT_SIZE <= MTIA_LOCAL_SIZE,
               "local memory");

// What an operand has of a piece: numbers as se.bin takes them for its second input.
enum kind {
  FULL = MTIA_SE_EACH,
  ONE = MTIA_SE_ONE,
  COLUMN = MTIA_SE_PER_ROW,
  ROW = MTIA_SE_PER_COL,
};

struct operand {
  uint64_t data;
  uint64_t stride[3];
  enum kind kind;
  bool stays; // the same for all pieces of a column: loaded once
  bool made;  // the SE reads it from another buffer than it was loaded to
};

enum op {
  ADD = MTIA_SE_ADD,
  SUB = MTIA_SE_SUB,
  MUL = MTIA_SE_MUL,
  MIN = MTIA_SE_MIN,
  MAX = MTIA_SE_MAX,
  FMA = MTIA_SE_FMA,
  QUANTISED_ADD = MTIA_SE_QUANTISED | MTIA_SE_ADD,
  QUANTISED_MUL = MTIA_SE_QUANTISED | MTIA_SE_MUL,
};

typedef void apply_function(bool first_made, bool second_made);

struct job {
  enum op op;
  apply_function *apply; // of that operation
  uint32_t size;         // bytes of an element
  unsigned operands;
  uint64_t n[4];
  struct operand in[OPERANDS], out;
  uint32_t piece_rows, piece_columns; // at most
  uint64_t down, across;              // pieces of a plane
  bool share; // what stays is the same for all pieces of all PEs: it comes by multicast
};

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

// Dimension i disappears in i + 1, those before it move up.
static void merge(struct job *job, int i, struct operand *const *t, unsigned tensors) {
  for (unsigned k = 0; k < tensors; k++)
    if (job->n[i + 1] == 1 && i < 2)
      t[k]->stride[i + 1] = t[k]->stride[i];
  job->n[i + 1] *= job->n[i];
  for (; i > 0; i--) {
    job->n[i] = job->n[i - 1];
    for (unsigned k = 0; k < tensors; k++)
      t[k]->stride[i] = t[k]->stride[i - 1];
  }
  job->n[0] = 1;
  for (unsigned k = 0; k < tensors; k++)
    t[k]->stride[0] = 0;
}

static bool can_merge(const struct job *job, int i, struct operand *const *t, unsigned tensors) {
  if (job->n[i] == 1 || (i < 2 && job->n[i + 1] == 1))
    return true;
  for (unsigned k = 0; k < tensors; k++)
    if (i < 2                  ? t[k]->stride[i] != t[k]->stride[i + 1] * job->n[i + 1]
        : t[k]->kind == COLUMN ? t[k]->stride[2] != 0
                               : t[k]->stride[2] != job->n[3] * job->size)
      return false;
  return true;
}

static enum mtia_status describe(struct job *job, const struct mtia_tensor *const *in,
                                 const struct mtia_tensor *y) {
  struct operand *t[OPERANDS + 1] = {&job->in[0], &job->in[1], &job->in[2]};
  unsigned tensors = job->operands + 1;
  t[job->operands] = &job->out;
  for (unsigned k = 0; k < tensors; k++) {
    const struct mtia_tensor *tensor = k < job->operands ? in[k] : y;
    for (int i = 0; i < 4; i++) {
      if (tensor->dim[i] != 1 && tensor->dim[i] != y->dim[i])
        return MTIA_STATUS_SHAPE;
      if (i < 3)
        t[k]->stride[i] = tensor->dim[i] == 1 ? 0 : tensor->stride[i];
    }
    t[k]->data = tensor->data;
    // Until dimensions have been merged, COLUMN means: one element per row.
    t[k]->kind = tensor->dim[3] == 1 && y->dim[3] != 1 ? COLUMN : FULL;
  }
  for (int i = 0; i < 4; i++)
    job->n[i] = y->dim[i];
  for (int pass = 0; pass < 3 && job->n[0] * job->n[1] * job->n[2] > 1;
       pass++) // a dimension that has moved up may go on
    for (int i = 2; i >= 0; i--)
      if (can_merge(job, i, t, tensors))
        merge(job, i, t, tensors);
  for (unsigned k = 0; k < job->operands; k++) {
    bool same_rows = t[k]->stride[2] == 0;
    if (t[k]->kind == COLUMN)
      t[k]->kind = same_rows ? ONE : COLUMN;
    else if (same_rows && job->n[2] > 1)
      t[k]->kind = ROW;
  }
  // The second input of se.bin may be less than a piece, the first may not.
  bool commutes = job->op != SUB && job->op < QUANTISED_ADD;
  if (commutes && job->in[0].kind != FULL && job->in[1].kind == FULL) {
    struct operand first = job->in[0];
    job->in[0] = job->in[1];
    job->in[1] = first;
  }
  return MTIA_STATUS_OK;
}

// The pieces.
static void cut(struct job *job) {
  uint32_t most = PIECE / job->size, step = MTIA_DMA_ALIGN / job->size;
  uint64_t total = job->n[0] * job->n[1] * job->n[2] * job->n[3];
  uint32_t fair = (uint32_t)kn_min(kn_div(total, PIECES * kn_pes()), most) / step * step;
  uint32_t elements = (uint32_t)kn_max(fair, step);
  job->piece_columns = (uint32_t)kn_min(elements, job->n[3]);
  uint32_t row = kn_pad(job->piece_columns * job->size);
  job->piece_rows = (uint32_t)kn_min(kn_max(kn_div(elements * job->size, row), 1), job->n[2]);
  job->share = job->n[0] * job->n[1] == 1 && job->piece_columns == job->n[3];
  for (unsigned k = 0; k < job->operands; k++) {
    struct operand *o = &job->in[k];
    o->stays = o->kind == ROW || o->kind == ONE;
    // One row is as good as a piece of one row.
    o->made =
        k == 1 ? o->kind == COLUMN : o->kind != FULL && !(o->kind == ROW && job->piece_rows == 1);
  }
  job->down = kn_ceil_div(job->n[2], job->piece_rows);
  job->across = kn_ceil_div(job->n[3], job->piece_columns);
}

// The pieces of a PE: down, then across, then the planes.
struct walk {
  uint64_t left, i0, i1, row, column;
  uint32_t rows, columns;
  bool first; // of this PE's in this column of this plane
};

static void measure(const struct job *job, struct walk *w) {
  w->rows = (uint32_t)kn_min(job->piece_rows, job->n[2] - w->row);
  w->columns = (uint32_t)kn_min(job->piece_columns, job->n[3] - w->column);
}

static struct walk begin(const struct job *job) {
  uint64_t plane = job->down * job->across;
  struct kn_range mine = kn_share(job->n[0] * job->n[1] * plane, mtia_pe(), kn_pes());
  struct walk w = {.left = mine.end - mine.begin, .first = true};
  if (w.left == 0)
    return w;
  uint64_t planes = kn_div(mine.begin, plane), at = mine.begin - planes * plane;
  w.i0 = kn_div(planes, job->n[1]);
  w.i1 = planes - w.i0 * job->n[1];
  uint64_t across = kn_div(at, job->down);
  w.column = across * job->piece_columns;
  w.row = (at - across * job->down) * job->piece_rows;
  measure(job, &w);
  return w;
}

static void next(const struct job *job, struct walk *w) {
  if (--w->left == 0)
    return;
  w->row += job->piece_rows;
  w->first = w->row >= job->n[2];
  if (w->first) {
    w->row = 0;
    w->column += job->piece_columns;
    if (w->column >= job->n[3]) {
      w->column = 0;
      if (++w->i1 == job->n[1]) {
        w->i1 = 0;
        w->i0++;
      }
    }
  }
  measure(job, w);
}

static uint64_t address(const struct job *job, const struct operand *t, const struct walk *w) {
  uint64_t row = t->data + w->i0 * t->stride[0] + w->i1 * t->stride[1] + w->row * t->stride[2];
  return t->kind == FULL || t->kind == ROW ? row + w->column * job->size : row;
}

static uint32_t rows_of(enum kind kind, const struct walk *w) {
  return kind == FULL || kind == COLUMN ? w->rows : 1;
}
static uint32_t width_of(const struct job *job, enum kind kind, const struct walk *w) {
  return kind == FULL || kind == ROW ? w->columns * job->size : job->size;
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

#define LOAD(cb, k, multicast)                                                                     \
  do {                                                                                             \
    const struct operand *t = &job->in[k];                                                         \
    __mtia_cr_w2(MTIA_CR_DMA_IN, width_of(job, t->kind, &w), 0);                                   \
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, t->stride[2]);                                               \
    __mtia_dma_in(cb, address(job, t, &w), rows_of(t->kind, &w), multicast);                       \
  } while (0)

// What the first load does not wait for; the cores meet behind it.
static void set_up_rest(void) {
  __mtia_cb_init(CB_A_DENSE, DENSE_AT, DENSE_SIZE);
  __mtia_cb_init(CB_B_DENSE, DENSE_AT + DENSE_SIZE, DENSE_SIZE);
  __mtia_cb_init(CB_C_DENSE, DENSE_AT + 2 * DENSE_SIZE, DENSE_SIZE);
  __mtia_cb_init(CB_A_FULL, FULL_AT, FULL_SIZE);
  __mtia_cb_init(CB_C_FULL, FULL_AT + FULL_SIZE, FULL_SIZE);
  __mtia_cb_init(CB_OUT, OUT_AT, OUT_SIZE);
  __mtia_bar(MTIA_BAR_PE);
}

__attribute__((noinline)) static void load(const struct job *job) {
  __mtia_cb_init(CB_A, LOADED_AT, LOADED_SIZE);
  __mtia_cb_init(CB_B, LOADED_AT + LOADED_SIZE, LOADED_SIZE);
  if (job->operands > 2)
    __mtia_cb_init(CB_C, LOADED_AT + 2 * LOADED_SIZE, LOADED_SIZE);
  struct walk w = begin(job);
  bool ready = false;
  if (job->share) { // all PEs of the row, also those without a piece
    __mtia_cr_w(MTIA_CR_MCAST, (1u << mtia_cols()) - 1);
    w.columns = job->piece_columns;
    if (job->in[0].stays)
      LOAD(CB_A, 0, MTIA_MC_ROW);
    if (job->in[1].stays)
      LOAD(CB_B, 1, MTIA_MC_ROW);
    if (job->operands > 2 && job->in[2].stays)
      LOAD(CB_C, 2, MTIA_MC_ROW);
  }
  for (; w.left; next(job, &w)) {
    bool fresh = w.first && !job->share; // what stays is loaded
    if (fresh || !job->in[0].stays)
      LOAD(CB_A, 0, MTIA_MC_NONE);
    if (fresh || !job->in[1].stays)
      LOAD(CB_B, 1, MTIA_MC_NONE);
    if (job->operands > 2 && (fresh || !job->in[2].stays))
      LOAD(CB_C, 2, MTIA_MC_NONE);
    if (!ready)
      set_up_rest();
    ready = true;
  }
  if (!ready)
    set_up_rest();
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

#define MLU(what, cbd, cbs)                                                                        \
  do {                                                                                             \
    if (job->size == 1)                                                                            \
      __mtia_mlu_##what(cbd, cbs, MTIA_MLU_8, MTIA_MLU_MEMORY);                                    \
    else if (job->size == 2)                                                                       \
      __mtia_mlu_##what(cbd, cbs, MTIA_MLU_16, MTIA_MLU_MEMORY);                                   \
    else                                                                                           \
      __mtia_mlu_##what(cbd, cbs, MTIA_MLU_32, MTIA_MLU_MEMORY);                                   \
  } while (0)

// Puts the elements of a column together.
#define GATHER(dense, cb)                                                                          \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w->rows, 1);                                                   \
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, MTIA_DMA_ALIGN);                                              \
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, job->size);                                                   \
    MLU(copy, dense, cb);                                                                          \
    __mtia_cb_pop(cb, w->rows * MTIA_DMA_ALIGN);                                                   \
    __mtia_cb_push(dense, kn_pad(w->rows * job->size));                                            \
  } while (0)

// Makes a piece of what an operand has of it, rows of `row` bytes with their padding. What stays is
// not popped.
#define EXPAND(full, dense, cb, kind_)                                                             \
  do {                                                                                             \
    if (kind_ == COLUMN) {                                                                         \
      GATHER(dense, cb);                                                                           \
      __mtia_cr_w2(MTIA_CR_MLU_SHAPE, row_elements, w->rows);                                      \
      __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 0);                                                         \
      __mtia_cr_w2(MTIA_CR_MLU_DST, 0, row);                                                       \
      MLU(transpose, full, dense);                                                                 \
      __mtia_cb_pop(dense, kn_pad(w->rows * job->size));                                           \
    } else if (kind_ == ROW) {                                                                     \
      __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w->rows, row_elements);                                      \
      __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 0);                                                         \
      __mtia_cr_w2(MTIA_CR_MLU_DST, 0, row);                                                       \
      MLU(copy, full, cb);                                                                         \
    } else {                                                                                       \
      __mtia_cr_w2(MTIA_CR_MLU_SHAPE, row_elements, 1);                                            \
      __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 0);                                                         \
      __mtia_cr_w2(MTIA_CR_MLU_DST, 0, row);                                                       \
      MLU(transpose, dense, cb);                                                                   \
      __mtia_cb_push(dense, row);                                                                  \
      __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w->rows, row_elements);                                      \
      MLU(copy, full, dense);                                                                      \
      __mtia_cb_pop(dense, row);                                                                   \
    }                                                                                              \
    __mtia_cb_push(full, w->rows * row);                                                           \
  } while (0)

// The se.bin of a piece, whose operands are loaded or made: a function for each operation, as a
// switch would load its table from DRAM.
#define APPLY(operation)                                                                           \
  static void apply_##operation(bool first_made, bool second_made) {                               \
    if (!first_made && !second_made)                                                               \
      __mtia_se_bin(CB_OUT, CB_A, CB_B, operation);                                                \
    else if (!first_made)                                                                          \
      __mtia_se_bin(CB_OUT, CB_A, CB_B_DENSE, operation);                                          \
    else if (!second_made)                                                                         \
      __mtia_se_bin(CB_OUT, CB_A_FULL, CB_B, operation);                                           \
    else                                                                                           \
      __mtia_se_bin(CB_OUT, CB_A_FULL, CB_B_DENSE, operation);                                     \
  }
APPLY(ADD)
APPLY(SUB)
APPLY(MUL)
APPLY(MIN)
APPLY(MAX)
APPLY(FMA)
APPLY(QUANTISED_ADD)
APPLY(QUANTISED_MUL)

static uint32_t bytes_of(const struct job *job, enum kind kind, const struct walk *w) {
  return rows_of(kind, w) * kn_pad(width_of(job, kind, w));
}

static void piece(const struct job *job, const struct walk *w) {
  const struct operand *a = &job->in[0], *b = &job->in[1], *c = &job->in[2];
  uint32_t row = kn_pad(w->columns * job->size);  // bytes
  uint32_t row_elements = kn_div(row, job->size); // with the padding
  uint32_t bytes = w->rows * row;
  __mtia_cr_w2(MTIA_CR_SE_LEN, w->rows * row_elements, 0);
  __mtia_cr_w(MTIA_CR_SE_ROW, row_elements);
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  if (job->operands > 2) {
    if (c->made) {
      EXPAND(CB_C_FULL, CB_C_DENSE, CB_C, c->kind);
      __mtia_se_un(CB_OUT, CB_C_FULL, MTIA_SE_COPY);
      __mtia_cb_pop(CB_C_FULL, bytes);
    } else {
      __mtia_se_un(CB_OUT, CB_C, MTIA_SE_COPY);
      if (!c->stays)
        __mtia_cb_pop(CB_C, bytes);
    }
  }
  if (a->made)
    EXPAND(CB_A_FULL, CB_A_DENSE, CB_A, a->kind);
  if (b->made)
    GATHER(CB_B_DENSE, CB_B);
  job->apply(a->made, b->made);
  if (a->made)
    __mtia_cb_pop(CB_A_FULL, bytes);
  else if (!a->stays)
    __mtia_cb_pop(CB_A, bytes);
  if (b->made)
    __mtia_cb_pop(CB_B_DENSE, kn_pad(w->rows * job->size));
  else if (!b->stays)
    __mtia_cb_pop(CB_B, bytes);
  __mtia_cb_push(CB_OUT, bytes);
}

// What stays was that of the column of `w`.
static void pop_what_stays(const struct job *job, const struct walk *w) {
  if (job->in[0].stays)
    __mtia_cb_pop(CB_A, bytes_of(job, job->in[0].kind, w));
  if (job->in[1].stays)
    __mtia_cb_pop(CB_B, bytes_of(job, job->in[1].kind, w));
  if (job->operands > 2 && job->in[2].stays)
    __mtia_cb_pop(CB_C, bytes_of(job, job->in[2].kind, w));
}

__attribute__((noinline)) static void compute(const struct job *job, enum mtia_se_type type) {
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(type, type, type, (enum mtia_se_second)job->in[1].kind));
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, job->out.stride[2]);
  struct walk w = begin(job), before = w;
  __mtia_bar(MTIA_BAR_PE);
  before.columns = job->piece_columns; // of a PE without pieces, which may share
  for (bool any = job->share; w.left; any = true, before = w, next(job, &w)) {
    if (w.first && any && !job->share)
      pop_what_stays(job, &before);
    piece(job, &w);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, w.columns * job->size, 0);
    __mtia_dma_out(CB_OUT, address(job, &job->out, &w), w.rows);
  }
  if (job->share || before.left)
    pop_what_stays(job, &before);
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

enum { SHARE = 64 }; // elements: 64 bytes at least, a request of the FI

// This PE's part: elements [at, end), `size` at a time.
struct line {
  uint64_t at, end;
  uint32_t size;
};

static inline __attribute__((always_inline)) bool same_extents(const struct mtia_tensor *t,
                                                               const struct mtia_tensor *y) {
  return t->dim[0] == y->dim[0] && t->dim[1] == y->dim[1] && t->dim[2] == y->dim[2] &&
         t->dim[3] == y->dim[3] && (y->dim[2] == 1 || t->stride[2] == y->stride[2]) &&
         (y->dim[1] == 1 || t->stride[1] == y->stride[1]) &&
         (y->dim[0] == 1 || t->stride[0] == y->stride[0]);
}

static inline __attribute__((always_inline)) bool is_line(const struct mtia_broadcast_args *a,
                                                          bool third, uint32_t log2) {
  const struct mtia_tensor *y = &a->y;
  uint64_t row = y->dim[3] << log2, plane = row * y->dim[2];
  return (y->dim[2] == 1 || y->stride[2] == row) && (y->dim[1] == 1 || y->stride[1] == plane) &&
         (y->dim[0] == 1 || y->stride[0] == plane * y->dim[1]) && same_extents(&a->a, y) &&
         same_extents(&a->b, y) && (!third || same_extents(&a->c, y));
}

static inline struct line get_line(const struct mtia_broadcast_args *a, uint32_t log2) {
  const uint64_t *n = a->y.dim;
  uint64_t total = n[0] * n[1] * n[2] * n[3];
  struct kn_range mine = kn_share((total + SHARE - 1) / SHARE, mtia_pe(), kn_pes());
  uint32_t most = PIECE >> log2;
  uint32_t fair = (uint32_t)kn_min(kn_div(total, PIECES * kn_pes()), most) / SHARE * SHARE;
  return (struct line){mine.begin * SHARE, kn_min(mine.end * SHARE, total),
                       fair < most ? fair + SHARE : fair};
}

static inline void load_some(const struct mtia_broadcast_args *a, struct line *line, uint64_t end,
                             bool third, uint32_t log2) {
  for (; line->at < end; line->at += line->size) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, kn_min(line->size, line->end - line->at) << log2, 0);
    __mtia_dma_in(CB_A, a->a.data + (line->at << log2), 1, MTIA_MC_NONE);
    __mtia_dma_in(CB_B, a->b.data + (line->at << log2), 1, MTIA_MC_NONE);
    if (third)
      __mtia_dma_in(CB_C, a->c.data + (line->at << log2), 1, MTIA_MC_NONE);
  }
}

__attribute__((noinline)) static void load_line(const struct mtia_broadcast_args *a, bool third,
                                                uint32_t log2) {
  __mtia_cb_init(CB_A, LOADED_AT, LOADED_SIZE);
  __mtia_cb_init(CB_B, LOADED_AT + LOADED_SIZE, LOADED_SIZE);
  __mtia_cb_init(CB_C, LOADED_AT + 2 * LOADED_SIZE, LOADED_SIZE);
  struct line line = get_line(a, log2);
  load_some(a, &line, kn_min(line.at + line.size, line.end), third, log2);
  set_up_rest();
  load_some(a, &line, line.end, third, log2);
}

__attribute__((noinline)) static void compute_line(const struct mtia_broadcast_args *a,
                                                   apply_function *apply, enum mtia_se_type type,
                                                   bool third, uint32_t log2) {
  struct line line = get_line(a, log2);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(type, type, type, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  __mtia_bar(MTIA_BAR_PE);
  for (uint64_t at = line.at; at < line.end; at += line.size) {
    uint32_t elements = (uint32_t)kn_min(line.size, line.end - at);
    uint32_t bytes = kn_pad(elements << log2);
    __mtia_cr_w2(MTIA_CR_SE_LEN, elements, 0);
    if (third) {
      __mtia_se_un(CB_OUT, CB_C, MTIA_SE_COPY);
      __mtia_cb_pop(CB_C, bytes);
    }
    apply(false, false);
    __mtia_cb_pop(CB_A, bytes);
    __mtia_cb_pop(CB_B, bytes);
    __mtia_cb_push(CB_OUT, bytes);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, elements << log2, 0);
    __mtia_dma_out(CB_OUT, a->y.data + (at << log2), 1);
  }
}

static bool is_nothing(const struct mtia_tensor *t) {
  return t->dim[0] == 0 || t->dim[1] == 0 || t->dim[2] == 0 || t->dim[3] == 0;
}

__attribute__((noinline)) static enum mtia_status run_any(enum op op, apply_function *apply,
                                                          enum mtia_se_type type,
                                                          const struct mtia_broadcast_args *a) {
  const struct mtia_tensor *const in[OPERANDS] = {&a->a, &a->b, &a->c};
  struct job job; // not cleared: memset would take longer than all that follows
  job.op = op;
  job.apply = apply;
  job.size = kn_se_size(type);
  job.operands = op == FMA ? 3 : 2;
  enum mtia_status status = describe(&job, in, &a->y);
  if (status != MTIA_STATUS_OK || is_nothing(&a->y))
    return status;
  cut(&job);
  if (mtia_core() == 0)
    load(&job);
  else
    compute(&job, type);
  kn_leave();
  return MTIA_STATUS_OK;
}

static enum mtia_status run(enum op op, apply_function *apply, enum mtia_se_type type,
                            const struct mtia_broadcast_args *a) {
  uint32_t log2 = kn_se_size(type) >> 1;
  if (!is_line(a, op == FMA, log2) || is_nothing(&a->y)) {
    if (mtia_core() == 0)
      kn_make_stack(10);
    return run_any(op, apply, type, a);
  }
  if (mtia_core() == 0)
    load_line(a, op == FMA, log2);
  else
    compute_line(a, apply, type, op == FMA, log2);
  kn_leave();
  return MTIA_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static enum mtia_status run_quantised(enum op op, apply_function *apply, enum mtia_se_type type,
                                      const struct mtia_broadcast_args *a) {
  if (a->style < MTIA_ROUND_EVEN || a->style > MTIA_ROUND_BEFORE)
    return MTIA_STATUS_VALUE;
  int32_t low = type == MTIA_SE_U8 ? 0 : -128, high = type == MTIA_SE_U8 ? 255 : 127;
  if (a->relu)
    low = a->zero < low ? low : a->zero > high ? high : a->zero;
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(a->a_scale), (uint32_t)a->a_zero);
  __mtia_cr_w2(MTIA_CR_QSCALE2, mtia_f32_bits(a->b_scale), (uint32_t)a->b_zero);
  __mtia_cr_w2(MTIA_CR_QOUT, mtia_f32_bits(a->scale), (uint32_t)a->zero);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)low, (uint32_t)high);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode((enum mtia_round)a->style, 0, 0));
  return run(op, apply, type, a);
}

#define RUN_BINARY run
#define RUN_FMA run
#define RUN_QUANTISED run_quantised

#define LAUNCH(kernel, T, ...)                                                                     \
  KN_LAUNCH(kernel, struct mtia_broadcast_args, MTIA_IN(a, MTIA_##T, "A0", "A1", "A2", "A3"),      \
            MTIA_IN(b, MTIA_##T, "B0", "B1", "B2", "B3"),                                          \
            MTIA_OUT(y, MTIA_##T, "Y0", "Y1", "Y2", "Y3"), ##__VA_ARGS__)
#define LAUNCH_BINARY(kernel, T) LAUNCH(kernel, T)
#define LAUNCH_FMA(kernel, T) LAUNCH(kernel, T, MTIA_IN(c, MTIA_##T, "C0", "C1", "C2", "C3"))
#define LAUNCH_QUANTISED(kernel, T)                                                                \
  LAUNCH(kernel, T, MTIA_SCALAR(a_scale, MTIA_F32), MTIA_SCALAR(a_zero, MTIA_I32),                 \
         MTIA_SCALAR(b_scale, MTIA_F32), MTIA_SCALAR(b_zero, MTIA_I32),                            \
         MTIA_SCALAR(scale, MTIA_F32), MTIA_SCALAR(zero, MTIA_I32), MTIA_SCALAR(style, MTIA_I32),  \
         MTIA_SCALAR(relu, MTIA_I32))

#define MTIA_VARIANT(kernel, types, units, form, operation, type)                                  \
  enum mtia_status mtia_##kernel(const struct mtia_broadcast_args *args) {                         \
    return RUN_##form(operation, apply_##operation, MTIA_SE_##type, args);                         \
  }                                                                                                \
  LAUNCH_##form(kernel, type)
#include <mtia/kernels/broadcast.def>
