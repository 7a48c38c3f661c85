// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first half of a gated MLP, h = silu(x * gate) * (x * up), for a file that has defined what
// ../matmul/engine.h asks for (with MM_GATED 1, and MM_GATED_TYPE, the SE's type of h) and
//
//   GATED_TYPE               enum mtia_dtype of all tensors
//   GATED_FILE_<file>(...)   as GATED_VARIANT, for its own rows of the table
//
// Both products are made at once, so x is read once and neither product is ever in memory; h has
// the layout that the second half, matmul_<type>_n?(h, down), wants.
#ifndef MTIA_KERNELS_GATED_MLP_H
#define MTIA_KERNELS_GATED_MLP_H

#include "../launch.h"
#include "../matmul/engine.h"

enum { GATED_MOST = 1 << 30 };

static inline bool gated_same(const struct mtia_tensor *t, uint64_t rows, uint64_t columns) {
  return t->dim[0] == rows && t->dim[1] == columns;
}

static inline enum mtia_status gated_run(const struct mtia_gated_mlp_args *a, bool turned) {
  uint64_t m = a->h.dim[0], f = a->h.dim[1], k = a->x.dim[1];
  uint64_t rows = turned ? k : f, columns = turned ? f : k;
  if (a->x.dim[0] != m || !gated_same(&a->gate, rows, columns) ||
      !gated_same(&a->up, rows, columns))
    return MTIA_STATUS_SHAPE;
  if (m > GATED_MOST || f > GATED_MOST || k > GATED_MOST / MM_IN_SIZE)
    return MTIA_STATUS_LIMIT;
  if (m == 0 || f == 0)
    return MTIA_STATUS_OK;
  struct mm_job job =
      mm_product(m, f, k, MM_IN_SIZE, mm_matrix(&a->x), mm_matrix(&a->gate), mm_matrix(&a->h));
  job.w2 = mm_matrix(&a->up);
  mm_run(&job, false, turned);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define GATED_TURNED_NN true
#define GATED_TURNED_NT false
#define GATED_WEIGHTS_NN MTIA_IN(gate, GATED_TYPE, "K", "F"), MTIA_IN(up, GATED_TYPE, "K", "F")
#define GATED_WEIGHTS_NT MTIA_IN(gate, GATED_TYPE, "F", "K"), MTIA_IN(up, GATED_TYPE, "F", "K")

#define GATED_VARIANT(kernel, layout)                                                              \
  enum mtia_status mtia_##kernel(const struct mtia_gated_mlp_args *args) {                         \
    return gated_run(args, GATED_TURNED_##layout);                                                 \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_gated_mlp_args, MTIA_IN(x, GATED_TYPE, "M", "K"),                  \
            GATED_WEIGHTS_##layout, MTIA_OUT(h, GATED_TYPE, "M", "F"))

// Rows of the other file are nothing.
#ifndef GATED_FILE_F16
#define GATED_FILE_F16(...)
#endif
#ifndef GATED_FILE_BF16
#define GATED_FILE_BF16(...)
#endif
#define MTIA_VARIANT(kernel, types, units, file, layout) GATED_FILE_##file(kernel, layout)
#include <mtia/kernels/gated_mlp.def>

#endif
