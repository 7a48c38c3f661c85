// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batched matrix product, I8 to I32 (bmm.h says how):
//
//   y[b, m, n] = sum over k of x[b, m, k] * w[b, n, k]
//
// x: i8[B, M, K], w: i8[B, N, K], y: i32[B, M, N]; any extents but K = 0, any sub-grid;
// 32-bit sums that wrap.
#define BMM_IN_SIZE 1
#define BMM_OUT_SIZE 4
#define BMM_MML_TYPE MTIA_MML_S8S8
#define BMM_DRAIN(acc, cb, ti, tj) __mtia_drain(acc, cb, ti, tj, MTIA_DRAIN_I32, 0)
#include "bmm.h"

MTIA_KERNEL(bmm_i8_i32, struct bmm_args, MTIA_IN(x, MTIA_I8, "B", "M", "K"),
            MTIA_IN(w, MTIA_I8, "B", "N", "K"), MTIA_OUT(y, MTIA_I32, "B", "M", "N")) {
  bmm_run(args);
}
