// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Embedding bags called from a kernel, twice, with tables by their addresses: sums, and the greatest of
// each bag.
#include <mtia/kernel.h>
#include <mtia/kernels.h>

struct args {
  struct mtia_tensor t0, t1, tables, features, columns, indices, offsets, sums, most, counts;
};

static struct mtia_tensor none(void) {
  struct mtia_tensor t = {.data = 0};
  return t;
}

// A table's row of `tables`.
static void describe(const struct args *a, uint64_t row, const struct mtia_tensor *t) {
  volatile int64_t *to = mtia_ptr(&a->tables, row * a->tables.stride[0]);
  to[0] = (int64_t)t->data;
  to[1] = (int64_t)t->dim[0];
  to[2] = (int64_t)t->stride[0];
  to[3] = 0;
  __asm__ volatile("cbo.flush (%0)" ::"r"(to) : "memory");
}

MTIA_KERNEL(twice, struct args, MTIA_IN(t0, MTIA_F32, "R0", "C"), MTIA_IN(t1, MTIA_F32, "R1", "C"),
            MTIA_OUT(tables, MTIA_I64, "2", "4"), MTIA_IN(features, MTIA_I32, "F"),
            MTIA_IN(columns, MTIA_I32, "F+1"), MTIA_IN(indices, MTIA_I32, "L"),
            MTIA_IN(offsets, MTIA_I32, "O"), MTIA_OUT(sums, MTIA_F32, "B", "D"),
            MTIA_OUT(most, MTIA_F32, "B", "D"), MTIA_OUT(counts, MTIA_I64, "2")) {
  if (mtia_pe() == 0 && mtia_core() == 0) {
    describe(args, 0, &args->t0);
    describe(args, 1, &args->t1);
  }
  __mtia_bar(MTIA_BAR_GRID);
  struct mtia_embedding_bag_args bags = {.table = none(),
                                         .tables = args->tables,
                                         .features = args->features,
                                         .columns = args->columns,
                                         .indices = args->indices,
                                         .offsets = args->offsets,
                                         .weights = none(),
                                         .padding = -1,
                                         .most_columns = (int32_t)args->t0.dim[1],
                                         .out = args->sums,
                                         .counts = args->counts,
                                         .buffer = none()};
  if (mtia_embedding_bags_f32_i32_get_buffer_size(&bags, mtia_rows(), mtia_cols()) != 0 ||
      mtia_embedding_bags_f32_i32(&bags) != MTIA_STATUS_OK)
    return;
  bags.pooling = MTIA_BAGS_MAX;
  bags.out = args->most;
  mtia_embedding_bags_f32_i32(&bags);
}
