// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O2 -Wall -Werror %s -o %t.elf
// RUN: %python %S/Inputs/oracle.py embedding_bag --run %mtia-run --elf %t.elf --scratch %t.dir
//
// Sums of rows of a quantised table with scale and bias behind each row, weighted: the rows come
// by dma.gather, the sums from se.rowacc, 32 rows per command. Every PE takes its bags.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor table, index, weight, out;
  int32_t limit;
};

enum { CB_INDEX, CB_WEIGHT, CB_ROWS, CB_OUT };
enum { LOCAL = MTIA_LOCAL_BASE };

static void load(unsigned cb, const struct mtia_tensor *from, uint32_t bag) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * (uint32_t)from->dim[1], 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  if (cb == CB_INDEX)
    __mtia_dma_in(CB_INDEX, from->data + bag * from->stride[0], 1, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_WEIGHT, from->data + bag * from->stride[0], 1, MTIA_MC_NONE);
}

MTIA_KERNEL(embedding_bag, struct args, MTIA_IN(table, MTIA_U8, "R", "D+8"),
            MTIA_IN(index, MTIA_I32, "B", "L"), MTIA_IN(weight, MTIA_F32, "B", "L"),
            MTIA_SCALAR(limit, MTIA_I32), MTIA_OUT(out, MTIA_F32, "B", "D")) {
  if (mtia_core() != 0)
    return;
  uint32_t bags = (uint32_t)args->index.dim[0], pooling = (uint32_t)args->index.dim[1];
  uint32_t dim = (uint32_t)args->out.dim[1], width = dim + 8;
  uint32_t padded = (uint32_t)mtia_align_up(width);
  uint32_t list = (uint32_t)mtia_align_up(4 * pooling), sums = (uint32_t)mtia_align_up(4 * dim);
  __mtia_cb_init(CB_INDEX, LOCAL, 2 * list);
  __mtia_cb_init(CB_WEIGHT, LOCAL + 0x4000, 2 * list);
  __mtia_cb_init(CB_ROWS, LOCAL + 0x8000, 64 * padded);
  __mtia_cb_init(CB_OUT, LOCAL + 0x14000, 2 * sums);
  __mtia_cr_w(MTIA_CR_GATHER_PITCH, args->table.stride[0]);
  __mtia_cr_w2(MTIA_CR_GATHER_LIMIT, (uint32_t)args->limit, 31);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_U8, 0, MTIA_SE_F32, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_ROW, dim, mtia_se_row(MTIA_SE_F32_BEHIND, CB_WEIGHT));
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 4 * dim, 0);
  for (uint32_t bag = mtia_pe(); bag < bags; bag += mtia_rows() * mtia_cols()) {
    load(CB_INDEX, &args->index, bag);
    load(CB_WEIGHT, &args->weight, bag);
    for (uint32_t at = 0; at < pooling; at += 32) {
      uint32_t rows = pooling - at < 32 ? pooling - at : 32;
      __mtia_cr_w2(MTIA_CR_GATHER, width, 4 * at);
      __mtia_dma_gather(CB_ROWS, args->table.data, rows, CB_INDEX);
      __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 4 * at);
      if (at == 0)
        __mtia_se_rowacc(CB_OUT, CB_ROWS, rows, MTIA_SE_ROWS_SUM);
      else
        __mtia_se_rowacc(CB_OUT, CB_ROWS, rows, MTIA_SE_ROWS_SUM_ONTO);
      __mtia_cb_pop(CB_ROWS, rows * padded);
    }
    __mtia_cb_pop(CB_INDEX, list);
    __mtia_cb_pop(CB_WEIGHT, list);
    __mtia_cb_push(CB_OUT, sums);
    __mtia_dma_out(CB_OUT, args->out.data + bag * args->out.stride[0], 1);
  }
}
