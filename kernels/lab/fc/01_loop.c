// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 1: the formula as a C programmer would write it. PE p computes rows p, p + P, ... of y; its
// core 0 loads every operand from SRAM through its cache.
#include "fc.h"

static int8_t quantise(int32_t acc, float scale) {
  float f = (float)(acc > 0 ? acc : 0) * scale;
  long q = __builtin_lrintf(f); // to nearest, ties to even
  return (int8_t)(q > 127 ? 127 : q);
}

LAB_FC(fc_01) {
  if (mtia_core() != 0)
    return;
  uint64_t columns = args->w.dim[0], depth = args->w.dim[1];
  const int32_t *bias = mtia_ptr(&args->bias, 0);
  for (uint64_t m = mtia_pe(); m < args->x.dim[0]; m += kn_pes()) {
    const int8_t *x = mtia_ptr(&args->x, m * args->x.stride[0]);
    int8_t *y = mtia_ptr(&args->y, m * args->y.stride[0]);
    for (uint64_t n = 0; n < columns; n++) {
      const int8_t *w = mtia_ptr(&args->w, n * args->w.stride[0]);
      int32_t acc = bias[n];
      for (uint64_t k = 0; k < depth; k++)
        acc += x[k] * w[k];
      y[n] = quantise(acc, args->scale);
    }
  }
}
