// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 1: the formula as a C programmer would write it. PE p computes bags p, p + P, ...; its core
// 0 loads rows from SRAM through its cache. The sums are in local memory, which is no slower than
// the cache.
#include "bag.h"

LAB_BAG(bag_01) {
  if (mtia_core() != 0)
    return;
  const int32_t *indices = mtia_ptr(&args->indices, 0), *offsets = mtia_ptr(&args->offsets, 0);
  uint32_t columns = (uint32_t)args->out.dim[1];
  float *sum = (float *)(uintptr_t)MTIA_LOCAL_BASE;
  for (uint64_t b = mtia_pe(); b < args->out.dim[0]; b += kn_pes()) {
    for (uint32_t d = 0; d < columns; d++)
      sum[d] = 0;
    for (int32_t i = offsets[b]; i < offsets[b + 1]; i++) {
      const uint8_t *row = mtia_ptr(&args->table, (uint64_t)indices[i] * args->table.stride[0]);
      const float *beside = (const float *)(row + columns);
      float scale = beside[0], bias = beside[1];
      for (uint32_t d = 0; d < columns; d++)
        sum[d] = __builtin_fmaf(scale, row[d], sum[d] + bias);
    }
    float *out = mtia_ptr(&args->out, b * args->out.stride[0]);
    for (uint32_t d = 0; d < columns; d++)
      out[d] = sum[d];
  }
}
