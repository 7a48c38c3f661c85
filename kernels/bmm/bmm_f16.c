// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batched matrix product, F16 to F16 (bmm.h says how):
//
//   y[b, m, n] = sum over k of x[b, m, k] * w[b, n, k]
//
// x: f16[B, M, K], w: f16[B, N, K], y: f16[B, M, N]; any extents but K = 0, any sub-grid;
// binary32 sums in the order of k from +0, rounded to f16.
#define BMM_IN_SIZE 2
#define BMM_OUT_SIZE 2
#define BMM_MML_TYPE MTIA_MML_F16
#define BMM_DRAIN(acc, cb, ti, tj) __mtia_drainf(acc, cb, ti, tj, MTIA_DRAIN_F16, 0)
#include "bmm.h"

MTIA_KERNEL(bmm_f16, struct bmm_args, MTIA_IN(x, MTIA_F16, "B", "M", "K"),
            MTIA_IN(w, MTIA_F16, "B", "N", "K"), MTIA_OUT(y, MTIA_F16, "B", "M", "N")) {
  bmm_run(args);
}
