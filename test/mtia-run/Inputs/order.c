// Cores, units and DMAs use the same places of local memories without waiting for each other. What
// comes out depends on the order in which all of it happens; --threads must not change that order.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor x, y;
};

enum { X, W, OUT, MOVED, ROUNDS = 40 };

static volatile uint32_t *word(uint64_t base, unsigned i) {
  return (volatile uint32_t *)base + i % 256;
}

MTIA_KERNEL(order, struct args, MTIA_IN(x, MTIA_I32, "P", "N"), MTIA_OUT(y, MTIA_I32, "P", "N")) {
  uint32_t pe = mtia_pe(), pes = mtia_rows() * mtia_cols(), next = (pe + 1) % pes;
  uint64_t local[4],
      remote = MTIA_REMOTE_BASE + (next / mtia_cols() * MTIA_REMOTE_COLUMNS + next % mtia_cols()) *
                                      (uint64_t)MTIA_LOCAL_ROOM;
  for (unsigned i = 0; i < 4; i++)
    local[i] = MTIA_LOCAL_BASE + i * 1024;
  uint32_t *sum = mtia_ptr(&args->y, pe * args->y.dim[1]);
  if (mtia_core() == 0) {
    __mtia_cb_init(X, local[X], 1024);
    __mtia_cb_init(W, local[W], 1024);
    __mtia_cb_init(OUT, local[OUT], 1024);
    __mtia_cb_init(MOVED, local[MOVED], 1024);
    for (unsigned i = 0; i < 512; i++)
      ((volatile uint32_t *)local[0])[i] = 2654435761u * (i + pe);
  }
  __mtia_bar(MTIA_BAR_GRID);
  __mtia_cr_w2(MTIA_CR_MML_A, 0, 32);
  __mtia_cr_w2(MTIA_CR_MML_B, 0, 32);
  __mtia_cr_w(MTIA_CR_BLOCK, 32 | 32 << 16);
  __mtia_cr_w2(MTIA_CR_OUT, 0, 32);
  __mtia_cr_w2(MTIA_CR_QSCALE, 0x38000000, 0); // 2^-15
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w2(MTIA_CR_MLU_SHAPE, 32, 32);
  __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 32);
  __mtia_cr_w2(MTIA_CR_MLU_DST, 0, 32);
  __mtia_cr_w2(MTIA_CR_DMA_IN, 32, 32);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 32);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 32, 32);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, 32);
  if (mtia_core() == 0) {
    __mtia_cb_push(X, 1024);
    __mtia_cb_push(W, 1024);
    for (unsigned i = 0; i < ROUNDS; i++) {
      __mtia_mml(0, X, W, 0, 0, 0, MTIA_MML_S8S8);
      *word(local[X], 7 * i) += i; // the mml may read it
      __mtia_mml(0, X, W, 0, 0, 0, MTIA_MML_U8S8);
      __mtia_drain(0, OUT, 0, 0, MTIA_DRAIN_I8, 0);
      sum[0] = 31 * sum[0] + *word(local[OUT], 5 * i);
      if (mtia_col() + 1 < mtia_cols() && mtia_col() == 0)
        __mtia_red(0, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);
      else if (mtia_col() + 1 == mtia_cols() && mtia_cols() == 2)
        __mtia_red(0, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);
      *word(remote + 1024, 3 * i) ^= i << 9; // W of the neighbour
      __mtia_cb_push(OUT, 1024);
      __mtia_dma_out(OUT, (uint64_t)(sum + 256), 32);
    }
  } else {
    for (unsigned i = 0; i < ROUNDS; i++) {
      __mtia_mlu_transpose(0, X, 0, 1);
      __mtia_mlu_copy(MOVED, W, 0, 0);
      sum[1] = 31 * sum[1] + *word(remote + 3 * 1024, i);
      __mtia_mml_oa(1, 0, W, 0, 0, 0, MTIA_MML_S8S8);
      *word(local[MOVED], i) = i;
      __mtia_dma_in(MOVED, args->x.data + (pe + i) % pes * args->x.stride[0], 32, MTIA_MC_NONE);
      __mtia_mml(2, MOVED, X, 0, 0, 0, MTIA_MML_U8U8);
      __mtia_cb_pop(MOVED, 1024);
      sum[2] = 31 * sum[2] + *word(local[OUT], 11 * i);
    }
    __mtia_cb_waits(MOVED, 1024);
    __mtia_drain(1, MOVED, 0, 0, MTIA_DRAIN_I8, 0);
    __mtia_sync();
    for (unsigned i = 0; i < 256; i++)
      sum[8] = 31 * sum[8] + *word(local[MOVED], i);
    __mtia_drain(2, MOVED, 0, 0, MTIA_DRAIN_I8, 0);
  }
  __mtia_sync();
  __mtia_bar(MTIA_BAR_GRID);
  if (mtia_core() == 0)
    for (unsigned i = 0; i < 1024; i++)
      sum[3 + i % 5] = 31 * sum[3 + i % 5] + ((volatile uint32_t *)local[0])[i];
}
