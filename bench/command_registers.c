// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product c[m, n] = a[m, k] * b[n, k] of INT8 as somebody writes it who has not heard that writes
// of command registers cost: every helper sets all that its command takes, offsets are written, not
// advanced. bench/command_registers.py shows what the compiler makes of it. At most 64 x 64, k up
// to 448.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor a, b, c;
};

enum { CB_A, CB_B, CB_C };

static void load_a(const struct mtia_tensor *from, uint32_t rows) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)from->dim[1], 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, from->stride[0]);
  __mtia_dma_in(CB_A, from->data, rows, MTIA_MC_NONE);
}

static void load_b(const struct mtia_tensor *from, uint32_t rows) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)from->dim[1], 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, from->stride[0]);
  __mtia_dma_in(CB_B, from->data, rows, MTIA_MC_NONE);
}

#define MULTIPLY(acc, ti, tj)                                                                      \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(m, n));                                                  \
    __mtia_cr_w2(MTIA_CR_MML_A, at, stride);                                                       \
    __mtia_cr_w2(MTIA_CR_MML_B, at, stride);                                                       \
    __mtia_mml(acc, CB_A, CB_B, ti, tj, 0, MTIA_MML_S8S8);                                         \
  } while (0)

#define DRAIN(acc, ti, tj)                                                                         \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(m, n));                                                  \
    __mtia_cr_w2(MTIA_CR_OUT, 0, 256);                                                             \
    __mtia_drain(acc, CB_C, ti, tj, MTIA_DRAIN_I32, 0);                                            \
  } while (0)

MTIA_KERNEL(product, struct args, MTIA_IN(a, MTIA_I8, "M", "K"), MTIA_IN(b, MTIA_I8, "N", "K"),
            MTIA_OUT(c, MTIA_I32, "M", "N")) {
  if (mtia_pe() != 0 || mtia_core() != 0)
    return;
  uint32_t m = (uint32_t)args->a.dim[0], n = (uint32_t)args->b.dim[0];
  uint32_t stride = (uint32_t)mtia_align_up((uint32_t)args->a.dim[1]);
  __mtia_cb_init(CB_A, MTIA_LOCAL_BASE, 64 * 448);
  __mtia_cb_init(CB_B, MTIA_LOCAL_BASE + 64 * 448, 64 * 448);
  __mtia_cb_init(CB_C, MTIA_LOCAL_BASE + 2 * 64 * 448, 64 * 256);
  load_a(&args->a, m);
  load_b(&args->b, n);
  __mtia_acc_zero(0);
  __mtia_acc_zero(1);
  __mtia_acc_zero(2);
  __mtia_acc_zero(3);
  for (uint32_t at = 0; at < stride; at += 32) {
    MULTIPLY(0, 0, 0);
    MULTIPLY(1, 0, 1);
    MULTIPLY(2, 1, 0);
    MULTIPLY(3, 1, 1);
  }
  DRAIN(0, 0, 0);
  DRAIN(1, 0, 1);
  DRAIN(2, 1, 0);
  DRAIN(3, 1, 1);
  __mtia_cb_push(CB_C, m * 256);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, n * 4, 256);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->c.stride[0]);
  __mtia_dma_out(CB_C, args->c.data, m);
}
