// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// y = (x * u) * v by strips of rows (plan.h), for a file that has defined what
// ../matmul/engine.h asks for and
//
//   CHAIN_IN, CHAIN_OUT     enum mtia_dtype of x, u, v and t; of y
//   CHAIN_OUT_SIZE          bytes of an element of y
//   CHAIN_FILE_<file>(...)  as CHAIN_VARIANT, for its own rows of the table
//
// The whole sub-grid makes t = x * u of a strip, meets, makes y = t * v of it, meets again. t has r
// innermost, as the DPE wants its first operand and the drain of the first product leaves it; so
// neither t nor a weight is ever transposed in memory.
#ifndef MTIA_KERNELS_CHAIN_H
#define MTIA_KERNELS_CHAIN_H

#include "../launch.h"
#include "../matmul/engine.h"
#include "plan.h"

enum { CHAIN_MOST = 1 << 30 };

static inline struct chain_shape chain_shape(const struct mtia_chain_args *a, uint32_t rows,
                                             uint32_t cols, bool turned) {
  return (struct chain_shape){.m = a->x.dim[0],
                              .k = a->x.dim[1],
                              .r = a->u.dim[turned ? 1 : 0],
                              .n = a->y.dim[1],
                              .size = MM_IN_SIZE,
                              .out = CHAIN_OUT_SIZE,
                              .rows = rows,
                              .cols = cols};
}

static inline bool chain_same(const struct mtia_tensor *t, uint64_t rows, uint64_t columns) {
  return t->dim[0] == rows && t->dim[1] == columns;
}

// All PEs have stored what others load next.
static inline void chain_meet(void) {
  __mtia_sync();
  __mtia_bar(MTIA_BAR_GRID);
}

static inline enum mtia_status chain_run(const struct mtia_chain_args *a, bool turned) {
  struct chain_shape s = chain_shape(a, mtia_rows(), mtia_cols(), turned);
  if (a->y.dim[0] != s.m || !(turned ? chain_same(&a->u, s.k, s.r) : chain_same(&a->u, s.r, s.k)) ||
      !(turned ? chain_same(&a->v, s.r, s.n) : chain_same(&a->v, s.n, s.r)))
    return MTIA_STATUS_SHAPE;
  if (s.m > CHAIN_MOST || s.n > CHAIN_MOST || s.k > CHAIN_MOST / MM_IN_SIZE ||
      s.r > CHAIN_MOST / MM_IN_SIZE)
    return MTIA_STATUS_LIMIT;
  if (s.m == 0 || s.n == 0)
    return MTIA_STATUS_OK;
  uint64_t rows = chain_fit(&s, a->buffer.dim[0], chain_bytes(&s, 1));
  if (rows == 0)
    return MTIA_STATUS_BUFFER;
  struct mm_matrix x = mm_matrix(&a->x), u = mm_matrix(&a->u), v = mm_matrix(&a->v),
                   y = mm_matrix(&a->y), t = {a->buffer.data, 0, chain_bytes(&s, 1)};
  for (uint64_t row = 0; row < s.m; row += rows) {
    uint64_t m = kn_min(rows, s.m - row);
    if (s.r) {
      struct mm_job first = mm_product(m, s.r, s.k, MM_IN_SIZE, x, u, t);
      first.scale = a->scale;
      mm_run(&first, false, turned);
      chain_meet();
    }
    struct mm_job second = mm_product(m, s.n, s.r, CHAIN_OUT_SIZE, t, v, y);
    mm_run(&second, false, turned);
    if (row + rows < s.m)
      chain_meet();
    x.data += rows * x.pitch;
    y.data += rows * y.pitch;
  }
  kn_leave();
  return MTIA_STATUS_OK;
}

#define CHAIN_TURNED_NN true
#define CHAIN_TURNED_TT false
#define CHAIN_TENSORS_NN MTIA_IN(u, CHAIN_IN, "K", "R"), MTIA_IN(v, CHAIN_IN, "R", "N")
#define CHAIN_TENSORS_TT MTIA_IN(u, CHAIN_IN, "R", "K"), MTIA_IN(v, CHAIN_IN, "N", "R")

#define CHAIN_VARIANT(kernel, layout)                                                              \
  enum mtia_status mtia_##kernel(const struct mtia_chain_args *args) {                             \
    return chain_run(args, CHAIN_TURNED_##layout);                                                 \
  }                                                                                                \
  uint64_t mtia_##kernel##_get_buffer_size(const struct mtia_chain_args *args, uint32_t rows,      \
                                           uint32_t columns) {                                     \
    struct chain_shape s = chain_shape(args, rows, columns, CHAIN_TURNED_##layout);                \
    return chain_bytes(&s, chain_best_strip(&s));                                                  \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_chain_args, MTIA_IN(x, CHAIN_IN, "M", "K"),                        \
            CHAIN_TENSORS_##layout, MTIA_INOUT(buffer, MTIA_U8, "S"),                              \
            MTIA_SCALAR(scale, MTIA_F32), MTIA_OUT(y, CHAIN_OUT, "M", "N"))

// Rows of other files are nothing.
#ifndef CHAIN_FILE_F16
#define CHAIN_FILE_F16(...)
#endif
#ifndef CHAIN_FILE_BF16
#define CHAIN_FILE_BF16(...)
#endif
#ifndef CHAIN_FILE_I8_I32
#define CHAIN_FILE_I8_I32(...)
#endif
#define MTIA_VARIANT(kernel, types, units, file, layout) CHAIN_FILE_##file(kernel, layout)
#include <mtia/kernels/chain.def>

#endif
