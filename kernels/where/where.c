// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Choice between two tensors, with broadcasting; <mtia/kernels.h> says what is computed.
//
// Neighbouring dimensions become one where the strides of all tensors allow it. What is left is
// dealt out in pieces: up to 2048 elements of a row, or several short rows; every PE has as many as
// the others, to one. Core 0 loads what the operands have of a piece, all of it, one row, a column
// or one element, each into a place of its own of the buffer, so that none wraps; core 1 chooses
// with vectors (the SE has no such operation), 64 elements at a time, and stores.
// An operand of one element comes once.
#include "../launch.h"
#include <mtia/mtia_simd.h>

KN_STACK_LINES(7);

enum { CB_IF, CB_A, CB_B, CB_Y };
enum { IF, A, B, Y, TENSORS };
enum {
  MOST = 2048, // elements of a piece
  LEAST = 64,
  PIECES = 8, // per PE, if there is enough to do
  PLACES = 4, // of a buffer
  IF_SIZE = PLACES * MOST,
  SIZE = PLACES * MOST * 4,
};

struct operand {
  uint64_t data;
  uint64_t stride[3]; // bytes; 0: repeated
  uint64_t step;      // from element to element
};

struct job {
  uint32_t log2; // bytes of an element of a, b and y
  struct operand t[TENSORS];
  uint64_t n[4];
  uint32_t once;                      // bits: operands of one element
  uint32_t piece_rows, piece_columns; // at most
  uint64_t down, across;              // pieces of a plane
};

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE uint32_t log2_of(const struct job *j, int tensor) {
  return tensor == IF ? 0 : j->log2;
}

// All in one row, the commonest case, if no tensor repeats anything or has gaps.
ALWAYS_INLINE bool is_plain(struct job *j, const struct mtia_where_args *args) {
  const struct mtia_tensor *const t[TENSORS] = {&args->condition, &args->a, &args->b, &args->y};
  uint64_t total = args->y.dim[3];
  for (int i = 3; i >= 0; i--) {
    for (int k = 0; k < TENSORS; k++)
      if (t[k]->dim[i] != args->y.dim[i] ||
          (i < 3 && args->y.dim[i] != 1 && t[k]->stride[i] != total << log2_of(j, k)))
        return false;
    if (i < 3)
      total *= args->y.dim[i];
  }
  for (int k = 0; k < TENSORS; k++) {
    j->t[k].data = t[k]->data;
    j->t[k].stride[0] = j->t[k].stride[1] = j->t[k].stride[2] = 0;
    j->t[k].step = UINT64_C(1) << log2_of(j, k);
  }
  j->n[0] = j->n[1] = j->n[2] = 1;
  j->n[3] = total;
  j->once = 0;
  return true;
}

static uint64_t get_stride(const struct operand *t, int i) {
  return i < 3 ? t->stride[i] : t->step;
}

// Dimension i disappears in i + 1; those before it move down.
static bool merge(struct job *j, int i) {
  if (j->n[i] != 1)
    for (int k = 0; k < TENSORS; k++)
      if (j->t[k].stride[i] != get_stride(&j->t[k], i + 1) * j->n[i + 1])
        return false;
  j->n[i + 1] *= j->n[i];
  for (; i > 0; i--) {
    j->n[i] = j->n[i - 1];
    for (int k = 0; k < TENSORS; k++)
      j->t[k].stride[i] = j->t[k].stride[i - 1];
  }
  j->n[0] = 1;
  return true;
}

__attribute__((noinline)) static enum mtia_status describe(struct job *j,
                                                           const struct mtia_where_args *args) {
  const struct mtia_tensor *const t[TENSORS] = {&args->condition, &args->a, &args->b, &args->y};
  for (int i = 0; i < 4; i++) {
    j->n[i] = args->y.dim[i];
    for (int k = 0; k < TENSORS; k++) {
      bool repeats = t[k]->dim[i] == 1 && j->n[i] != 1;
      if (t[k]->dim[i] != j->n[i] && !repeats)
        return MTIA_STATUS_SHAPE;
      if (i < 3)
        j->t[k].stride[i] = repeats ? 0 : t[k]->stride[i];
      else
        j->t[k].step = repeats ? 0 : UINT64_C(1) << log2_of(j, k);
    }
  }
  j->once = 0;
  for (int k = 0; k < TENSORS; k++) {
    struct operand *o = &j->t[k];
    o->data = t[k]->data;
    if ((o->step | o->stride[0] | o->stride[1] | o->stride[2]) == 0)
      j->once |= 1u << k;
  }
  for (int i = 2; i >= 0; i--)
    for (int tries = i; tries >= 0 && merge(j, i); tries--) // what has moved up may go on
      ;
  return MTIA_STATUS_OK;
}

ALWAYS_INLINE void cut(struct job *j) {
  uint64_t fair = kn_div(j->n[0] * j->n[1] * j->n[2] * j->n[3], PIECES * kn_pes());
  uint32_t size = LEAST;
  while (size * 2 <= fair && size < MOST)
    size *= 2;
  j->piece_columns = size;
  j->piece_rows = 1;
  j->down = j->n[2];
  if (j->n[3] < size) { // in places, rows begin at multiples of 32 bytes
    j->piece_columns = (uint32_t)j->n[3];
    j->piece_rows = (uint32_t)kn_min(kn_div(size, kn_pad(j->n[3])), j->n[2]);
    j->piece_rows += j->piece_rows == 0;
    j->down = kn_ceil_div(j->n[2], j->piece_rows);
  }
  j->across = kn_ceil_div(j->n[3], j->piece_columns);
}

// The pieces of a PE: columns count fastest, then rows, then planes. Where rows have something in
// common, each row begins with another piece, so that not all PEs ask the same slices of the SRAM
// at the same time: behind its last piece a PE goes on with its first one.
struct walk {
  uint64_t left, ahead, first; // pieces that are left, of those up to the last one; the first one
  uint64_t i0, i1, row, column;
  uint32_t rows, columns;
};

ALWAYS_INLINE void measure(const struct job *j, struct walk *w) {
  w->rows = (uint32_t)kn_min(j->piece_rows, j->n[2] - w->row);
  w->columns = (uint32_t)kn_min(j->piece_columns, j->n[3] - w->column);
}

// Goes to a piece.
ALWAYS_INLINE void locate(const struct job *j, struct walk *w, uint64_t piece) {
  uint64_t plane = j->down * j->across;
  uint64_t p = kn_div(piece, plane), rest = piece - p * plane;
  w->i0 = kn_div(p, j->n[1]);
  w->i1 = p - w->i0 * j->n[1];
  uint64_t down = kn_div(rest, j->across);
  w->row = down * j->piece_rows;
  w->column = (rest - down * j->across) * j->piece_columns;
  measure(j, w);
}

// Whether something is the same for all rows, or for all planes.
static bool is_shared(const struct job *j) {
  bool shared = false;
  for (int k = IF; k <= B; k++)
    for (int i = 0; i < 3; i++)
      shared |= !(j->once & 1u << k) && j->n[i] > 1 && j->t[k].stride[i] == 0;
  return shared;
}

ALWAYS_INLINE struct walk begin(const struct job *j) {
  uint64_t rows = j->n[0] * j->n[1] * j->down;
  struct kn_range mine = kn_share(rows * j->across, mtia_pe(), kn_pes());
  struct walk w = {.left = mine.end - mine.begin, .first = mine.begin};
  uint64_t skipped = 0;
  if (rows > 1 && w.left > 1 && is_shared(j)) {
    uint64_t row = kn_div(mine.begin, j->across);
    skipped = row - kn_div(row, w.left) * w.left;
  }
  w.ahead = w.left - skipped;
  locate(j, &w, mine.begin + skipped);
  return w;
}

ALWAYS_INLINE void next(const struct job *j, struct walk *w) {
  w->left--;
  if (--w->ahead == 0 && w->left) {
    locate(j, w, w->first);
    return;
  }
  w->column += j->piece_columns;
  if (w->column >= j->n[3]) {
    w->column = 0;
    w->row += j->piece_rows;
    if (w->row >= j->n[2]) {
      w->row = 0;
      if (++w->i1 == j->n[1]) {
        w->i1 = 0;
        w->i0++;
      }
    }
  }
  measure(j, w);
}

// Where a tensor has a piece: in memory, how much of it, and from row to row in the buffer.
struct part {
  uint64_t data;
  uint32_t rows, width, stride;
};

ALWAYS_INLINE struct part part_of(const struct job *j, int k, const struct walk *w) {
  const struct operand *t = &j->t[k];
  struct part p = {.data = t->data + w->i0 * t->stride[0] + w->i1 * t->stride[1] +
                           w->row * t->stride[2] + w->column * t->step,
                   .rows = t->stride[2] ? w->rows : 1,
                   .width = (t->step ? w->columns : 1) << log2_of(j, k)};
  p.stride = kn_pad(p.width);
  return p;
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

// Fills a place of the buffer.
#define LOAD(cb, tensor, place)                                                                    \
  do {                                                                                             \
    struct part p = part_of(j, tensor, w);                                                         \
    __mtia_cr_w2(MTIA_CR_DMA_IN, p.width, p.rows == 1 ? (place) : p.stride);                       \
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, j->t[tensor].stride[2]);                                     \
    __mtia_dma_in(cb, p.data, p.rows, MTIA_MC_NONE);                                               \
    if (p.rows > 1 && p.rows * p.stride != (place))                                                \
      __mtia_cb_push(cb, (place) - p.rows * p.stride);                                             \
  } while (0)

ALWAYS_INLINE void load_piece(const struct job *j, const struct walk *w, bool first) {
  if (first || !(j->once & 1u << IF))
    LOAD(CB_IF, IF, (uint32_t)MOST);
  if (first || !(j->once & 1u << A))
    LOAD(CB_A, A, (uint32_t)MOST << j->log2);
  if (first || !(j->once & 1u << B))
    LOAD(CB_B, B, (uint32_t)MOST << j->log2);
}

__attribute__((noinline)) static void load(const struct job *j) {
  __mtia_cb_init(CB_IF, MTIA_LOCAL_BASE, IF_SIZE);
  __mtia_cb_init(CB_A, MTIA_LOCAL_BASE + IF_SIZE, SIZE);
  __mtia_cb_init(CB_B, MTIA_LOCAL_BASE + IF_SIZE + SIZE, SIZE);
  struct walk w = begin(j);
  bool ready = false;
  do {
    if (w.left)
      load_piece(j, &w, !ready);
    if (!ready) {
      __mtia_cb_init(CB_Y, MTIA_LOCAL_BASE + IF_SIZE + 2 * SIZE, SIZE);
      __mtia_bar(MTIA_BAR_PE);
      ready = true;
    }
    if (w.left)
      next(j, &w);
  } while (w.left);
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

// A store waits for its data, and loads behind it wait for the store: some vectors go side by side.
// Of operands in `ones`, one element is all.
#define CHOOSE(T, bits, side)                                                                      \
  ALWAYS_INLINE MTIA_VECTOR void choose_##bits##_of(uint32_t ones, T *y, const uint8_t *condition, \
                                                    const T *a, const T *b, uint32_t n) {          \
    mtia_u8x64 none = mtia_splat_u8x64(0), given[side];                                            \
    mtia_i##bits##x64 first[side], second[side];                                                   \
    mtia_u8x64 one_given = mtia_splat_u8x64(condition[0]);                                         \
    mtia_i##bits##x64 one_a = mtia_splat_i##bits##x64(a[0]),                                       \
                      one_b = mtia_splat_i##bits##x64(b[0]);                                       \
    uint32_t i = 0;                                                                                \
    for (; i + 64 * side <= n; i += 64 * side) {                                                   \
      for (int k = 0; k < side; k++)                                                               \
        given[k] = ones & 1u << IF ? one_given : mtia_load_u8x64(condition + i + 64 * k);          \
      for (int k = 0; k < side; k++)                                                               \
        first[k] = ones & 1u << A ? one_a : mtia_load_i##bits##x64(a + i + 64 * k);                \
      for (int k = 0; k < side; k++)                                                               \
        second[k] = ones & 1u << B ? one_b : mtia_load_i##bits##x64(b + i + 64 * k);               \
      for (int k = 0; k < side; k++)                                                               \
        first[k] =                                                                                 \
            mtia_select_i##bits##x64(mtia_equal_u8x64(given[k], none), second[k], first[k]);       \
      for (int k = 0; k < side; k++)                                                               \
        mtia_store_i##bits##x64(y + i + 64 * k, first[k]);                                         \
    }                                                                                              \
    for (; i < n; i += 64) {                                                                       \
      given[0] = ones & 1u << IF ? one_given : mtia_load_first_u8x64(condition + i, n - i);        \
      first[0] = ones & 1u << A ? one_a : mtia_load_first_i##bits##x64(a + i, n - i);              \
      second[0] = ones & 1u << B ? one_b : mtia_load_first_i##bits##x64(b + i, n - i);             \
      mtia_maskx64 other = mtia_equal_u8x64(given[0], none);                                       \
      mtia_store_first_i##bits##x64(y + i, n - i,                                                  \
                                    mtia_select_i##bits##x64(other, second[0], first[0]));         \
    }                                                                                              \
  }                                                                                                \
  MTIA_VECTOR static void choose_##bits(T *y, const uint8_t *condition, const T *a, const T *b,    \
                                        uint32_t n) {                                              \
    choose_##bits##_of(0, y, condition, a, b, n);                                                  \
  }                                                                                                \
  MTIA_VECTOR static void choose_one_##bits(T *y, const uint8_t *condition, const T *a,            \
                                            const T *b, uint32_t n) {                              \
    choose_##bits##_of(1u << B, y, condition, a, b, n);                                            \
  }                                                                                                \
  MTIA_VECTOR static void choose_any_##bits(uint32_t ones, T *y, const uint8_t *condition,         \
                                            const T *a, const T *b, uint32_t n) {                  \
    choose_##bits##_of(ones, y, condition, a, b, n);                                               \
  }
CHOOSE(int8_t, 8, 4)
CHOOSE(int16_t, 16, 4)
CHOOSE(int32_t, 32, 2)

#define CHOOSE_ROW(bits)                                                                           \
  do {                                                                                             \
    if (ones == 0)                                                                                 \
      choose_##bits(y, condition, a, b, n);                                                        \
    else if (ones == 1u << B)                                                                      \
      choose_one_##bits(y, condition, a, b, n);                                                    \
    else                                                                                           \
      choose_any_##bits(ones, y, condition, a, b, n);                                              \
  } while (0)

static void choose_row(uint32_t log2, uint32_t ones, void *y, const uint8_t *condition,
                       const void *a, const void *b, uint32_t n) {
  if (log2 == 0)
    CHOOSE_ROW(8);
  else if (log2 == 1)
    CHOOSE_ROW(16);
  else
    CHOOSE_ROW(32);
}

__attribute__((noinline)) static void choose(const struct job *j) {
  uint32_t place = MOST << j->log2, ones = 0;
  for (int k = IF; k <= B; k++)
    ones |= j->t[k].step ? 0 : 1u << k;
  struct walk w = begin(j);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->t[Y].stride[2]);
  __mtia_bar(MTIA_BAR_PE);
  for (; w.left; next(j, &w)) {
    __mtia_cb_waitd(CB_IF, MOST);
    __mtia_cb_waitd(CB_A, place);
    __mtia_cb_waitd(CB_B, place);
    __mtia_cb_waits(CB_Y, place);
    const uint8_t *condition = (const uint8_t *)(uintptr_t)__mtia_cb_head(CB_IF, 0);
    const char *a = (const char *)(uintptr_t)__mtia_cb_head(CB_A, 0);
    const char *b = (const char *)(uintptr_t)__mtia_cb_head(CB_B, 0);
    char *y = (char *)(uintptr_t)__mtia_cb_tail(CB_Y, 0);
    uint32_t stride = kn_pad(w.columns << j->log2);
    KN_FENCE();
    if (w.rows == 1) {
      choose_row(j->log2, ones, y, condition, a, b, w.columns);
    } else {
      uint32_t step[TENSORS];
      for (int k = IF; k <= B; k++)
        step[k] = j->t[k].stride[2] ? part_of(j, k, &w).stride : 0;
      for (uint32_t r = 0; r < w.rows; r++)
        choose_row(j->log2, ones, y + r * stride, condition + r * step[IF], a + r * step[A],
                   b + r * step[B], w.columns);
    }
    KN_FENCE();
    if (w.left == 1 || !(j->once & 1u << IF))
      __mtia_cb_pop(CB_IF, MOST);
    if (w.left == 1 || !(j->once & 1u << A))
      __mtia_cb_pop(CB_A, place);
    if (w.left == 1 || !(j->once & 1u << B))
      __mtia_cb_pop(CB_B, place);
    __mtia_cb_push(CB_Y, place);
    struct part p = part_of(j, Y, &w);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, p.width, w.rows == 1 ? place : stride);
    __mtia_dma_out(CB_Y, p.data, w.rows);
    if (w.rows > 1 && w.rows * stride != place)
      __mtia_cb_pop(CB_Y, place - w.rows * stride);
  }
}

static enum mtia_status run(const struct mtia_where_args *args, uint32_t log2) {
  struct job j; // field by field: memset of all of it would take longer
  j.log2 = log2;
  if (!is_plain(&j, args)) {
    enum mtia_status status = describe(&j, args);
    if (status != MTIA_STATUS_OK)
      return status;
  }
  if (j.n[0] == 0 || j.n[1] == 0 || j.n[2] == 0 || j.n[3] == 0)
    return MTIA_STATUS_OK;
  cut(&j);
  if (mtia_core() == 0)
    load(&j);
  else
    choose(&j);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define MTIA_VARIANT(kernel, types, units, T, log2)                                                \
  enum mtia_status mtia_##kernel(const struct mtia_where_args *args) { return run(args, log2); }   \
  KN_LAUNCH(kernel, struct mtia_where_args, MTIA_IN(condition, MTIA_BOOL, "C0", "C1", "C2", "C3"), \
            MTIA_IN(a, MTIA_##T, "A0", "A1", "A2", "A3"),                                          \
            MTIA_IN(b, MTIA_##T, "B0", "B1", "B2", "B3"),                                          \
            MTIA_OUT(y, MTIA_##T, "Y0", "Y1", "Y2", "Y3"))
#include <mtia/kernels/where.def>
