// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transpose of matrices and of tensors of 4 dimensions; <mtia/kernels.h> says what is computed.
//
// If the innermost dimension stays where it is, rows are copied: blocks of rows come in with the
// pitch of x and go out with that of y, nothing else touches them. Otherwise two dimensions are
// matrices, x's innermost and the one that becomes y's innermost, and the other two count them.
// The matrices are cut into tiles of up to 128 bytes by 128 bytes' worth of rows, so that both
// sides move by rows of whole requests.
//
// Tiles or blocks are dealt out evenly. Core 0 loads them, the first two before anything else is
// made ready; core 1 has the MLU turn them, and stores. Rows without gaps between them, of a whole
// tile, move as one long row.
#include "../launch.h"

KN_STACK_LINES(4);

enum { CB_IN, CB_OUT };
enum {
  TILE = 128,  // bytes of a row of a tile, before and after
  TILES = 6,   // per PE, at least, if tiles can be cut smaller
  LEAST = 32,  // bytes: rows begin at multiples of it
  WIDE = 2048, // bytes of a row of a block that is copied
  BLOCK = 4096,
  CB_SIZE = MTIA_LOCAL_SIZE / 2,
};

// y[i0, i1, c, r] = x[i0, i1, r, c], places by strides; or y[i0, i1, r, c], if not turned.
struct job {
  bool turned;
  uint32_t log2; // bytes of an element
  uint64_t x, y;
  uint64_t count[2], x_stride[2], y_stride[2]; // of matrices
  uint64_t rows, columns;                      // of x
  uint64_t x_pitch, y_pitch;
  uint32_t tile_rows, tile_columns;
  uint64_t down, across; // tiles of a matrix
};

// A tile and where it is: columns count fastest, then rows, then matrices.
struct walk {
  uint64_t left, i0, i1, row, column;
  uint64_t x, y; // addresses
  uint32_t rows, columns;
};

// Inlined, as all of it stands between the start and the first load.
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void locate(const struct job *j, struct walk *w) {
  uint64_t x = j->x + w->i0 * j->x_stride[0] + w->i1 * j->x_stride[1];
  uint64_t y = j->y + w->i0 * j->y_stride[0] + w->i1 * j->y_stride[1];
  w->x = x + w->row * j->x_pitch + (w->column << j->log2);
  w->y = j->turned ? y + w->column * j->y_pitch + (w->row << j->log2)
                   : y + w->row * j->y_pitch + (w->column << j->log2);
  w->rows = (uint32_t)kn_min(j->tile_rows, j->rows - w->row);
  w->columns = (uint32_t)kn_min(j->tile_columns, j->columns - w->column);
}

ALWAYS_INLINE struct walk begin(const struct job *j) {
  uint64_t tiles = j->down * j->across;
  struct kn_range mine = kn_share(j->count[0] * j->count[1] * tiles, mtia_pe(), kn_pes());
  struct walk w = {.left = mine.end - mine.begin};
  if (w.left) {
    uint64_t matrix = kn_div(mine.begin, tiles), tile = mine.begin - matrix * tiles;
    w.i0 = kn_div(matrix, j->count[1]);
    w.i1 = matrix - w.i0 * j->count[1];
    uint64_t down = kn_div(tile, j->across);
    w.row = down * j->tile_rows;
    w.column = (tile - down * j->across) * j->tile_columns;
    locate(j, &w);
  }
  return w;
}

static void next(const struct job *j, struct walk *w) {
  if (--w->left == 0)
    return;
  w->column += j->tile_columns;
  if (w->column >= j->columns) {
    w->column = 0;
    w->row += j->tile_rows;
    if (w->row >= j->rows) {
      w->row = 0;
      if (++w->i1 == j->count[1]) {
        w->i1 = 0;
        w->i0++;
      }
    }
  }
  locate(j, w);
}

static void cut(struct job *j) {
  uint64_t wanted = TILES * kn_pes(), matrices = j->count[0] * j->count[1];
  uint64_t bytes = j->columns << j->log2;
  if (j->turned) {
    j->tile_rows = j->tile_columns = TILE >> j->log2;
    j->across = kn_ceil_div(j->columns, j->tile_columns);
  } else {
    j->across = bytes <= WIDE ? 1 : kn_ceil_div(bytes, WIDE);
    j->tile_columns = (uint32_t)(kn_min(bytes, WIDE) >> j->log2);
    j->tile_rows = (uint32_t)kn_min(j->rows, kn_div(BLOCK, kn_pad(kn_min(bytes, WIDE))));
  }
  j->down = kn_ceil_div(j->rows, j->tile_rows);
  uint32_t least = j->turned ? LEAST >> j->log2 : 1;
  while (matrices * j->down * j->across < wanted && j->tile_rows > least) {
    j->tile_rows = (j->tile_rows + 1) / 2;
    j->down = kn_ceil_div(j->rows, j->tile_rows);
  }
}

static inline void load_some(const struct job *j, struct walk *w, uint64_t until) {
  for (; w->left > until; next(j, w)) {
    uint32_t width = w->columns << j->log2, rows = kn_flatten(&width, w->rows, j->x_pitch);
    __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
    __mtia_dma_in(CB_IN, w->x, rows, MTIA_MC_NONE);
  }
}

__attribute__((noinline)) static void load(const struct job *j) {
  __mtia_cb_init(CB_IN, MTIA_LOCAL_BASE, CB_SIZE);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, j->x_pitch);
  struct walk w = begin(j);
  load_some(j, &w, w.left > 2 ? w.left - 2 : 0);
  __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + CB_SIZE, CB_SIZE);
  __mtia_bar(MTIA_BAR_PE);
  load_some(j, &w, 0);
}

__attribute__((noinline)) static void turn(const struct job *j) {
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->y_pitch);
  struct walk w = begin(j);
  __mtia_bar(MTIA_BAR_PE);
  for (; w.left; next(j, &w)) {
    uint32_t row = kn_pad(w.columns << j->log2), out_row = kn_pad(w.rows << j->log2);
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w.rows, w.columns);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, row);
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, out_row);
    if (j->log2 == 0)
      __mtia_mlu_transpose(CB_OUT, CB_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
    else if (j->log2 == 1)
      __mtia_mlu_transpose(CB_OUT, CB_IN, MTIA_MLU_16, MTIA_MLU_MEMORY);
    else
      __mtia_mlu_transpose(CB_OUT, CB_IN, MTIA_MLU_32, MTIA_MLU_MEMORY);
    __mtia_cb_pop(CB_IN, w.rows * row);
    __mtia_cb_push(CB_OUT, w.columns * out_row);
    uint32_t width = w.rows << j->log2, rows = kn_flatten(&width, w.columns, j->y_pitch);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, width, 0);
    __mtia_dma_out(CB_OUT, w.y, rows);
  }
}

__attribute__((noinline)) static void copy(const struct job *j) {
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->y_pitch);
  struct walk w = begin(j);
  __mtia_bar(MTIA_BAR_PE);
  for (; w.left; next(j, &w)) {
    // What is left in the CB is as it came: rows of x without gaps have none here either.
    uint32_t width = w.columns << j->log2, rows = kn_flatten(&width, w.rows, j->y_pitch);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, width, 0);
    __mtia_dma_out(CB_IN, w.y, rows);
  }
}

static enum mtia_status run(struct job *j) {
  if (j->count[0] == 0 || j->count[1] == 0 || j->rows == 0 || j->columns == 0)
    return MTIA_STATUS_OK;
  cut(j);
  if (mtia_core() == 0)
    load(j);
  else if (j->turned)
    turn(j);
  else
    copy(j);
  kn_leave();
  return MTIA_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static enum mtia_status run_MATRICES(const struct mtia_transpose_args *a, uint32_t log2) {
  if (a->x.dim[0] != a->y.dim[0] || a->x.dim[1] != a->y.dim[2] || a->x.dim[2] != a->y.dim[1])
    return MTIA_STATUS_SHAPE;
  struct job j; // field by field: memset of all of it would take longer
  j.turned = true;
  j.log2 = log2;
  j.x = a->x.data;
  j.y = a->y.data;
  j.count[0] = 1;
  j.count[1] = a->x.dim[0];
  j.x_stride[0] = j.y_stride[0] = 0;
  j.x_stride[1] = a->x.stride[0];
  j.y_stride[1] = a->y.stride[0];
  j.rows = a->x.dim[1];
  j.columns = a->x.dim[2];
  j.x_pitch = a->x.stride[1];
  j.y_pitch = a->y.stride[1];
  return run(&j);
}

static enum mtia_status run_AXES(const struct mtia_transpose_args *a, uint32_t log2) {
  const int32_t p[4] = {a->p0, a->p1, a->p2, a->p3};
  uint32_t seen = 0;
  for (int i = 0; i < 4; i++) {
    if (p[i] < 0 || p[i] > 3 || seen >> p[i] & 1)
      return MTIA_STATUS_VALUE;
    seen |= 1u << p[i];
    if (a->y.dim[i] != a->x.dim[p[i]])
      return MTIA_STATUS_SHAPE;
  }
  struct job j;
  j.turned = p[3] != 3;
  j.log2 = log2;
  j.x = a->x.data;
  j.y = a->y.data;
  // The axis of y that goes with its innermost one: x's innermost, or the last to count rows.
  int other = 2;
  for (int i = 0; j.turned && i < 3; i++)
    if (p[i] == 3)
      other = i;
  j.columns = a->x.dim[3];
  j.rows = a->x.dim[j.turned ? p[3] : p[2]];
  j.x_pitch = a->x.stride[j.turned ? p[3] : p[2]];
  j.y_pitch = a->y.stride[other];
  for (int i = 0, k = 0; i < 3; i++)
    if (i != other) {
      j.count[k] = a->y.dim[i];
      j.x_stride[k] = a->x.stride[p[i]];
      j.y_stride[k++] = a->y.stride[i];
    }
  return run(&j);
}

#define LAUNCH_MATRICES(kernel, T)                                                                 \
  KN_LAUNCH(kernel, struct mtia_transpose_args, MTIA_IN(x, MTIA_##T, "B", "M", "N"),               \
            MTIA_OUT(y, MTIA_##T, "B", "N", "M"))
#define LAUNCH_AXES(kernel, T)                                                                     \
  KN_LAUNCH(kernel, struct mtia_transpose_args, MTIA_IN(x, MTIA_##T, "X0", "X1", "X2", "X3"),      \
            MTIA_OUT(y, MTIA_##T, "Y0", "Y1", "Y2", "Y3"), MTIA_SCALAR(p0, MTIA_I32),              \
            MTIA_SCALAR(p1, MTIA_I32), MTIA_SCALAR(p2, MTIA_I32), MTIA_SCALAR(p3, MTIA_I32))

#define MTIA_VARIANT(kernel, types, units, form, T, log2)                                          \
  enum mtia_status mtia_##kernel(const struct mtia_transpose_args *args) {                         \
    return run_##form(args, log2);                                                                 \
  }                                                                                                \
  LAUNCH_##form(kernel, T)
#include <mtia/kernels/transpose.def>
