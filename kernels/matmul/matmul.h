// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions and launched kernels of the family matmul, for a file that has defined what
// engine.h asks for and
//
//   MM_IN, MM_OUT        enum mtia_dtype of x and w, of c and y
//   MM_OUT_SIZE          bytes of an element of these
//   MM_FILE_<file>(...)  as MM_VARIANT, for its own rows of the table
#ifndef MTIA_KERNELS_MATMUL_H
#define MTIA_KERNELS_MATMUL_H

#include "../launch.h"
#include "engine.h"

enum { MM_MOST = 1 << 30 }; // extents and bytes of k, in 32 bits with room for paddings

static inline bool mm_same(const struct mtia_tensor *t, uint64_t batch, uint64_t rows,
                           uint64_t columns) {
  return t->dim[0] == batch && t->dim[1] == rows && t->dim[2] == columns;
}

static inline enum mtia_status mm_matmul(const struct mtia_matmul_args *a, bool turned_x,
                                         bool turned_w) {
  uint64_t batch = a->y.dim[0], m = a->y.dim[1], n = a->y.dim[2], k = a->x.dim[turned_x ? 1 : 2];
  if (!(turned_x ? mm_same(&a->x, batch, k, m) : mm_same(&a->x, batch, m, k)) ||
      !(turned_w ? mm_same(&a->w, batch, k, n) : mm_same(&a->w, batch, n, k)))
    return MTIA_STATUS_SHAPE;
  bool onto = a->c.dim[0] && a->c.dim[1] && a->c.dim[2];
  if (onto && !mm_same(&a->c, batch, m, n))
    return MTIA_STATUS_SHAPE;
  if (m > MM_MOST || n > MM_MOST || k > MM_MOST / MM_IN_SIZE)
    return MTIA_STATUS_LIMIT;
  if (batch == 0 || m == 0 || n == 0)
    return MTIA_STATUS_OK;
  struct mm_job job =
      mm_product(m, n, k, MM_OUT_SIZE, mm_matrices(&a->x), mm_matrices(&a->w), mm_matrices(&a->y));
  job.shape.batch = batch;
  job.shape.onto = onto;
  job.c = mm_matrices(&a->c);
  mm_run(&job, turned_x, turned_w);
  kn_leave();
  return MTIA_STATUS_OK;
}

// By layout: whether x and w are turned, and their extents.
#define MM_TURNS_NN false, true
#define MM_TURNS_NT false, false
#define MM_TURNS_TN true, true
#define MM_TURNS_TT true, false
#define MM_X_N MTIA_IN(x, MM_IN, "B", "M", "K")
#define MM_X_T MTIA_IN(x, MM_IN, "B", "K", "M")
#define MM_W_N MTIA_IN(w, MM_IN, "B", "K", "N")
#define MM_W_T MTIA_IN(w, MM_IN, "B", "N", "K")
#define MM_TENSORS_NN MM_X_N, MM_W_N
#define MM_TENSORS_NT MM_X_N, MM_W_T
#define MM_TENSORS_TN MM_X_T, MM_W_N
#define MM_TENSORS_TT MM_X_T, MM_W_T

#define MM_VARIANT(kernel, layout)                                                                 \
  enum mtia_status mtia_##kernel(const struct mtia_matmul_args *args) {                            \
    return mm_matmul(args, MM_TURNS_##layout);                                                     \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_matmul_args, MM_TENSORS_##layout,                                  \
            MTIA_IN(c, MM_OUT, "CB", "CM", "CN"), MTIA_OUT(y, MM_OUT, "B", "M", "N"))

// Rows of other files are nothing.
#ifndef MM_FILE_I8_I32
#define MM_FILE_I8_I32(...)
#endif
#ifndef MM_FILE_F16
#define MM_FILE_F16(...)
#endif
#ifndef MM_FILE_F16_F32
#define MM_FILE_F16_F32(...)
#endif
#ifndef MM_FILE_BF16
#define MM_FILE_BF16(...)
#endif
#ifndef MM_FILE_BF16_F32
#define MM_FILE_BF16_F32(...)
#endif
#define MTIA_VARIANT(kernel, types, units, file, layout) MM_FILE_##file(kernel, layout)
#include <mtia/kernels/matmul.def>

#endif
