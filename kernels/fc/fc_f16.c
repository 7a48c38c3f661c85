// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected layer, FP16 to FP16 (fc.h says how):
//
//   y[m, n] = bias[n] + sum over k of x[m, k] * w[n, k]
//
// x: f16[M, K], w: f16[N, K], bias: f32[N], y: f16[M, N]; any M, N, K from 1 up, any
// sub-grid. Binary32 sums in the order of k, from the bias on; where k is split over
// a row of PEs, of the parts' sums (docs/numerics.md); rounded once more to f16.
#define FC_IN_SIZE 2
#define FC_OUT_SIZE 2
#define FC_MML_TYPE MTIA_MML_F16
#define FC_RED __mtia_redf
#define FC_DRAIN(acc, cb, ti, tj) __mtia_drainf(acc, cb, ti, tj, MTIA_DRAIN_F16, 0)
#include "fc.h"

MTIA_KERNEL(fc_f16, struct fc_args, MTIA_IN(x, MTIA_F16, "M", "K"), MTIA_IN(w, MTIA_F16, "N", "K"),
            MTIA_IN(bias, MTIA_F32, "N"), MTIA_OUT(y, MTIA_F16, "M", "N")) {
  fc_run(args, 1);
}
