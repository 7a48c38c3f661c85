// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layer of most recommendation models alone, with no more arguments than it needs:
//
//   y[m, n] = quantize(relu(sum over k of x[m, k] * w[n, k] + bias[n]), scale)
//
// x: i8[M, K], w: i8[N, K], bias: i32[N], scale: f32, y: i8[M, N]; any M, N, K
// from 1 up, any sub-grid. Sums wrap at 32 bits; quantize multiplies in
// binary32, rounds half to even and clamps to -128..127 (docs/isa/xmtia.md, 4). What computes it is
// fc.h's; fc.c has all variants.
#include "fc.h"

#define FC_START fc_start
#define FC_COMPUTE fc_compute
#define FC_MML_TYPE MTIA_MML_S8S8
#define FC_FLOAT 0
#define FC_SE_TYPE MTIA_SE_I8
#include "fc_compute.h"

struct fc_i8_args {
  struct mtia_tensor x, w, bias;
  float scale;
  struct mtia_tensor y;
};

MTIA_KERNEL(fc_i8, struct fc_i8_args, MTIA_IN(x, MTIA_I8, "M", "K"), MTIA_IN(w, MTIA_I8, "N", "K"),
            MTIA_IN(bias, MTIA_I32, "N"), MTIA_SCALAR(scale, MTIA_F32),
            MTIA_OUT(y, MTIA_I8, "M", "N")) {
  struct fc_job job = {.x = &args->x,
                       .w = &args->w,
                       .y = &args->y,
                       .bias = args->bias.data,
                       .type = MTIA_DRAIN_I8,
                       .qscale = mtia_f32_bits(args->scale),
                       .qclamp = UINT64_C(127) << 32}; // from 0 on: ReLU
  struct fc_share share;
  struct fc_size size = fc_size(&job);
  if (mtia_core() == 0)
    fc_begin(&job, &share, !fc_in_dram(&size) && fc_begin_at_once(&job, &size));
  else
    fc_start(fc_receive_first());
  fc_finish(&job, &share, fc_compute, MTIA_STATUS_OK);
}
