// bags_offsets, made by knyfe-c from bags-offsets.knyfe:
//
//   total[b, d] = sum[j in offsets[b]..offsets[b + 1]] table[idx[j], d]
//   y[b, d] = total[b, d] * f32(offsets[b + 1] - offsets[0])
//
// for the shapes below and every sub-grid. Core 0 moves tiles between memory and local memory,
// core 1 computes.
#include <mtia/kernel.h>
#include <mtia/knyfe.h>
#include <mtia/knyfe_bags.h>

#pragma STDC FP_CONTRACT OFF // every operation is rounded (docs/knyfe.md, R6.6)

struct bags_offsets_args {
  struct mtia_tensor table;   // f32[E = 50, D = 64]
  struct mtia_tensor idx;     // i32[L = 900]
  struct mtia_tensor offsets; // i32[B + 1 = 131]
  struct mtia_tensor y;       // f32[B = 130, D = 64]
};

enum { D = 64, L = 900, B = 130 };
enum { CB_TOTAL = 0, CB_OFFSETS = 1, CB_Y = 2 };

// A tile, by core 1. Pointers count from element 0 of the whole tensor.
KN_TILE void compute_y(const float *restrict total, const int32_t *restrict offsets,
                       float *restrict y, long b0, long b1) {
#pragma clang loop unroll_count(4)
  for (long b = b0; b < b1; b++) {
    // y[b, d] = total[b, d] * f32(offsets[b + 1] - offsets[0])
#line 4 "test/knyfe-c/run/Inputs/bags-offsets.knyfe"
#pragma clang loop unroll_count(4)
    for (long d_2 = 0; d_2 < D; d_2 += 64) {
      mtia_store_f32x64(y + b * 64 + d_2, mtia_load_f32x64(total + b * 64 + d_2) *
                                              ((float)kn_sub_i32(offsets[b + 1], offsets[0])));
    }
#line 37 "bags_offsets.c"
  }
}

// The same of sums in local memory.
static MTIA_VECTOR void finish_y(const void *all, const void *kn_offsets, const float *sums,
                                 void *results, long b0, long b1, long d0, long d1) {
  const struct bags_offsets_args *args = all;
  (void)kn_offsets;
  (void)d1;
  compute_y((const float *)sums - b0 * 64 - d0, (const int32_t *)args->offsets.data,
            (float *)results - b0 * 64 - d0, b0, b1);
}

MTIA_KERNEL(bags_offsets, struct bags_offsets_args, MTIA_IN(table, MTIA_F32, "50", "64"),
            MTIA_IN(idx, MTIA_I32, "900"), MTIA_IN(offsets, MTIA_I32, "131"),
            MTIA_OUT(y, MTIA_F32, "130", "64")) {
  const long pe = mtia_pe(), pes = mtia_rows() * mtia_cols();
  // total[b, d] = sum[j in offsets[b]..offsets[b + 1]] table[idx[j], d]
  // Core 0 gathers the rows by DMA, the SE adds them up for core 1.
  kn_bags((struct kn_bags){
      .table = &args->table,
      .out = &args->y,
      .out_size = 4,
      .finish = finish_y,
      .args = args,
      .index = args->idx.data,
      .offsets = args->offsets.data,
      .bags = B,
      .indices = L,
      .columns = D,
      .type = MTIA_SE_F32,
      .layout = MTIA_SE_PLAIN,
      .bits = 32,
      .beside = 0,
      .index_log2 = 2,
      .offset_log2 = 2,
  });
}
