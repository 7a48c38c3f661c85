// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected layer, INT8 (fc.h says how):
//
//   y[m, n] = quantize(relu(sum over k of x[m, k] * w[n, k] + bias[n]), scale)
//
// x: i8[M, K], w: i8[N, K], bias: i32[N], scale: f32, y: i8[M, N]; any M, N, K
// from 1 up, any sub-grid. Sums wrap at 32 bits; quantize multiplies in
// binary32, rounds half to even and clamps to -128..127 (docs/isa/xmtia.md, 4).
#define FC_IN_SIZE 1
#define FC_OUT_SIZE 1
#define FC_MML_TYPE MTIA_MML_S8S8
#define FC_RED __mtia_red
#define FC_DRAIN(acc, cb, ti, tj) __mtia_drain(acc, cb, ti, tj, MTIA_DRAIN_I8, MTIA_DRAIN_RELU)
#include "fc.h"

MTIA_KERNEL(fc_i8, struct fc_args, MTIA_IN(x, MTIA_I8, "M", "K"), MTIA_IN(w, MTIA_I8, "N", "K"),
            MTIA_IN(bias, MTIA_I32, "N"), MTIA_SCALAR(scale, MTIA_F32),
            MTIA_OUT(y, MTIA_I8, "M", "N")) {
  fc_run(args, args->scale);
}
