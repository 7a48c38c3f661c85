// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For bench/kernels/embedding_bag.py: the same bags `times` times in one launch. What the second
// time takes is the time with rows that the first has left in the SRAM's cache.
#include "embedding_bag.c"

struct again_args {
  struct mtia_tensor table, indices, offsets, weights;
  int64_t padding;
  int32_t pooling, form, strict;
  struct mtia_tensor out, counts, buffer;
  int32_t times;
};

MTIA_KERNEL(embedding_bag_again, struct again_args, MTIA_IN(table, MTIA_U8, "R", "W"),
            MTIA_IN(indices, MTIA_I32, "L"), MTIA_IN(offsets, MTIA_I32, "O"),
            MTIA_IN(weights, MTIA_F32, "LW"), MTIA_SCALAR(padding, MTIA_I64),
            MTIA_SCALAR(pooling, MTIA_I32), MTIA_SCALAR(form, MTIA_I32),
            MTIA_SCALAR(strict, MTIA_I32), MTIA_OUT(out, MTIA_F32, "B", "D"),
            MTIA_OUT(counts, MTIA_I64, "2"), MTIA_INOUT(buffer, MTIA_U8, "S"),
            MTIA_SCALAR(times, MTIA_I32)) {
  struct mtia_embedding_bag_args bag = {.table = args->table,
                                        .indices = args->indices,
                                        .offsets = args->offsets,
                                        .weights = args->weights,
                                        .padding = args->padding,
                                        .pooling = args->pooling,
                                        .form = args->form,
                                        .strict = args->strict,
                                        .out = args->out,
                                        .counts = args->counts,
                                        .buffer = args->buffer};
  for (int32_t i = 0; i < args->times; i++)
    mtia_embedding_bag_u8f32_i32(&bag);
}
