// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O2 -Wall -Werror %s -o %t.elf
// RUN: %python %S/Inputs/oracle.py mml --run %mtia-run --elf %t.elf --scratch %t.dir
//
// The four integer types of mtia.mml over blocks with tails in m, n and k.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor x, w, s8s8, u8s8, s8u8, u8u8;
};

enum { CB_X, CB_W, CB_OUT };

#define TILE(acc, ti, tj, type)                                                                    \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MML_A, 0, stride);                                                        \
    __mtia_cr_w2(MTIA_CR_MML_B, 0, stride);                                                        \
    __mtia_mml(acc, CB_X, CB_W, ti, tj, MTIA_MML_ADV | MTIA_MML_ZERO, type);                       \
    for (uint32_t at = 32; at < stride; at += 32)                                                  \
      __mtia_mml(acc, CB_X, CB_W, ti, tj, MTIA_MML_ADV, type);                                     \
    __mtia_drain(acc, CB_OUT, ti, tj, MTIA_DRAIN_I32, 0);                                          \
  } while (0)

#define PRODUCT(to, type)                                                                          \
  do {                                                                                             \
    TILE(0, 0, 0, type);                                                                           \
    TILE(1, 0, 1, type);                                                                           \
    TILE(2, 1, 0, type);                                                                           \
    TILE(3, 1, 1, type);                                                                           \
    __mtia_cb_push(CB_OUT, m * 256);                                                               \
    __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->to.stride[0]);                                        \
    __mtia_dma_out(CB_OUT, args->to.data, m);                                                      \
  } while (0)

MTIA_KERNEL(mml, struct args, MTIA_IN(x, MTIA_I8, "M", "K"), MTIA_IN(w, MTIA_I8, "N", "K"),
            MTIA_OUT(s8s8, MTIA_I32, "M", "N"), MTIA_OUT(u8s8, MTIA_I32, "M", "N"),
            MTIA_OUT(s8u8, MTIA_I32, "M", "N"), MTIA_OUT(u8u8, MTIA_I32, "M", "N")) {
  if (mtia_pe() != 0)
    return;
  uint32_t m = (uint32_t)args->x.dim[0], n = (uint32_t)args->w.dim[0];
  uint32_t k = (uint32_t)args->x.dim[1], stride = (uint32_t)mtia_align_up(k);
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, 64 * 256);
    __mtia_cb_init(CB_W, MTIA_LOCAL_BASE + 64 * 256, 64 * 256);
    __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + 2 * 64 * 256, 64 * 256);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, k, 0);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->x.stride[0]);
    __mtia_dma_in(CB_X, args->x.data, m, MTIA_MC_NONE);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->w.stride[0]);
    __mtia_dma_in(CB_W, args->w.data, n, MTIA_MC_NONE);
    return;
  }
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(m, n));
  __mtia_cr_w2(MTIA_CR_MML_INC, 32, 32);
  __mtia_cr_w2(MTIA_CR_OUT, 0, 256);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, n * 4, 256);
  PRODUCT(s8s8, MTIA_MML_S8S8);
  PRODUCT(u8s8, MTIA_MML_U8S8);
  PRODUCT(s8u8, MTIA_MML_S8U8);
  PRODUCT(u8u8, MTIA_MML_U8U8);
  __mtia_cb_pop(CB_X, m * stride);
  __mtia_cb_pop(CB_W, n * stride);
}
