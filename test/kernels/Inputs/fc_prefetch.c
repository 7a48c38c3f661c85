// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two fully connected layers in one kernel: y = (x * w) * v. While the first one multiplies it
// brings v from DRAM, if `ahead` is not 0.
#include <mtia/kernel.h>
#include <mtia/kernels.h>

struct args {
  struct mtia_tensor x, w, v;
  int32_t ahead;
  struct mtia_tensor t, y;
};

MTIA_KERNEL(two_layers, struct args, MTIA_IN(x, MTIA_I8, "M", "K"), MTIA_IN(w, MTIA_I8, "R", "K"),
            MTIA_IN(v, MTIA_I8, "N", "R"), MTIA_SCALAR(ahead, MTIA_I32),
            MTIA_OUT(t, MTIA_I8, "M", "R"), MTIA_OUT(y, MTIA_I32, "M", "N")) {
  struct mtia_fc_args first = {
      .x = args->x, .w = args->w, .scale = 1, .out_scale = 1, .y = args->t};
  enum mtia_status status =
      args->ahead ? mtia_fc_s8s8_i8_prefetch(&first, &args->v) : mtia_fc_s8s8_i8(&first);
  __mtia_bar(MTIA_BAR_GRID);
  struct mtia_fc_args second = {
      .x = args->t, .w = args->v, .scale = 1, .out_scale = 1, .y = args->y};
  if (status == MTIA_STATUS_OK)
    mtia_fc_s8s8_i32(&second);
}
