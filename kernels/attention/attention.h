// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two products of attention, for a file that has defined what ../matmul/engine.h asks for and
//
//   ATTENTION_TYPE             enum mtia_dtype of all tensors
//   ATTENTION_FILE_<file>(...) as ATTENTION_VARIANT, for its own rows of the table
//
// Scores: q and k both have the dimension that is summed innermost, as the DPE wants it. Values: v
// has it outermost, and the MLU turns v's tiles on the way to the DPE. So neither keys nor values
// are transposed in memory.
#ifndef MTIA_KERNELS_ATTENTION_H
#define MTIA_KERNELS_ATTENTION_H

#include "../launch.h"
#include "../matmul/engine.h"

enum { ATTENTION_MOST = 1 << 30 };

static inline bool attention_same(const struct mtia_tensor *t, uint64_t heads, uint64_t rows,
                                  uint64_t columns) {
  return t->dim[0] == heads && t->dim[1] == rows && t->dim[2] == columns;
}

static inline enum mtia_status attention_run(const struct mtia_attention_args *a, bool values) {
  uint64_t heads = a->y.dim[0], m = a->y.dim[1], n = a->y.dim[2], k = a->x.dim[2];
  if (!attention_same(&a->x, heads, m, k) ||
      !(values ? attention_same(&a->w, heads, k, n) : attention_same(&a->w, heads, n, k)))
    return MTIA_STATUS_SHAPE;
  if (m > ATTENTION_MOST || n > ATTENTION_MOST || k > ATTENTION_MOST / MM_IN_SIZE)
    return MTIA_STATUS_LIMIT;
  if (heads == 0 || m == 0 || n == 0)
    return MTIA_STATUS_OK;
  struct mm_job job =
      mm_product(m, n, k, MM_IN_SIZE, mm_matrices(&a->x), mm_matrices(&a->w), mm_matrices(&a->y));
  job.shape.batch = heads;
  job.scale = a->scale;
  mm_run(&job, false, values);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define ATTENTION_VALUES_SCORES false
#define ATTENTION_VALUES_VALUES true
#define ATTENTION_W_SCORES MTIA_IN(w, ATTENTION_TYPE, "H", "N", "K")
#define ATTENTION_W_VALUES MTIA_IN(w, ATTENTION_TYPE, "H", "K", "N")

#define ATTENTION_VARIANT(kernel, step)                                                            \
  enum mtia_status mtia_##kernel(const struct mtia_attention_args *args) {                         \
    return attention_run(args, ATTENTION_VALUES_##step);                                           \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_attention_args, MTIA_IN(x, ATTENTION_TYPE, "H", "M", "K"),         \
            ATTENTION_W_##step, MTIA_SCALAR(scale, MTIA_F32),                                      \
            MTIA_OUT(y, ATTENTION_TYPE, "H", "M", "N"))

// Rows of the other file are nothing.
#ifndef ATTENTION_FILE_F16
#define ATTENTION_FILE_F16(...)
#endif
#ifndef ATTENTION_FILE_BF16
#define ATTENTION_FILE_BF16(...)
#endif
#define MTIA_VARIANT(kernel, types, units, file, step) ATTENTION_FILE_##file(kernel, step)
#include <mtia/kernels/attention.def>

#endif
