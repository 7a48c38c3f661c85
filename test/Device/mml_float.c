// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O2 -Wall -Werror %s -o %t.elf
// RUN: %python %S/Inputs/oracle.py mml_float --run %mtia-run --elf %t.elf --scratch %t.dir
//
// Products of f16 in binary32 with a bias, drained as binary32, f16 and INT8 with a scale per
// channel; blocks with tails in m, n and k.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor x, w, bias, scales;
  struct mtia_tensor f32, f16, s8;
  float scale;
};

enum { CB_X, CB_W, CB_OUT, CB_BIAS, CB_SCALES };

#define TILE(acc, ti, tj)                                                                          \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MML_A, 0, stride);                                                        \
    __mtia_cr_w2(MTIA_CR_MML_B, 0, stride);                                                        \
    __mtia_acc_bias(acc, CB_BIAS, tj);                                                             \
    for (uint32_t at = 0; at < stride; at += 32)                                                   \
      __mtia_mml(acc, CB_X, CB_W, ti, tj, MTIA_MML_ADV, MTIA_MML_F16);                             \
  } while (0)

#define DRAIN(to, type, flags, size)                                                               \
  do {                                                                                             \
    __mtia_drainf(0, CB_OUT, 0, 0, type, flags);                                                   \
    __mtia_drainf(1, CB_OUT, 0, 1, type, flags);                                                   \
    __mtia_drainf(2, CB_OUT, 1, 0, type, flags);                                                   \
    __mtia_drainf(3, CB_OUT, 1, 1, type, flags);                                                   \
    __mtia_cb_push(CB_OUT, m * 256);                                                               \
    __mtia_cr_w2(MTIA_CR_DMA_OUT, n * size, 256);                                                  \
    __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->to.stride[0]);                                        \
    __mtia_dma_out(CB_OUT, args->to.data, m);                                                      \
  } while (0)

static void load(unsigned rows, const struct mtia_tensor *from, unsigned width) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, rows > 1 ? from->stride[0] : 0);
}

MTIA_KERNEL(mml_float, struct args, MTIA_IN(x, MTIA_F16, "M", "K"), MTIA_IN(w, MTIA_F16, "N", "K"),
            MTIA_IN(bias, MTIA_F32, "N"), MTIA_IN(scales, MTIA_F32, "N"),
            MTIA_SCALAR(scale, MTIA_F32), MTIA_OUT(f32, MTIA_F32, "M", "N"),
            MTIA_OUT(f16, MTIA_F16, "M", "N"), MTIA_OUT(s8, MTIA_I8, "M", "N")) {
  if (mtia_pe() != 0 || mtia_core() != 0)
    return;
  uint32_t m = (uint32_t)args->x.dim[0], n = (uint32_t)args->w.dim[0];
  uint32_t k = 2 * (uint32_t)args->x.dim[1], stride = (uint32_t)mtia_align_up(k);
  __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, 64 * 256);
  __mtia_cb_init(CB_W, MTIA_LOCAL_BASE + 64 * 256, 64 * 256);
  __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + 2 * 64 * 256, 64 * 256);
  __mtia_cb_init(CB_BIAS, MTIA_LOCAL_BASE + 3 * 64 * 256, 256);
  __mtia_cb_init(CB_SCALES, MTIA_LOCAL_BASE + 3 * 64 * 256 + 256, 256);
  load(m, &args->x, k);
  __mtia_dma_in(CB_X, args->x.data, m, MTIA_MC_NONE);
  load(n, &args->w, k);
  __mtia_dma_in(CB_W, args->w.data, n, MTIA_MC_NONE);
  load(1, &args->bias, 4 * n);
  __mtia_dma_in(CB_BIAS, args->bias.data, 1, MTIA_MC_NONE);
  __mtia_dma_in(CB_SCALES, args->scales.data, 1, MTIA_MC_NONE);
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(m, n));
  __mtia_cr_w2(MTIA_CR_MML_INC, 32, 32);
  __mtia_cr_w2(MTIA_CR_OUT, 0, 256);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(args->scale), 3);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w2(MTIA_CR_QCHAN, CB_SCALES, 0);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode(MTIA_ROUND_AWAY, 0, 0));
  TILE(0, 0, 0);
  TILE(1, 0, 1);
  TILE(2, 1, 0);
  TILE(3, 1, 1);
  DRAIN(f32, MTIA_DRAIN_F32, 0, 4);
  DRAIN(f16, MTIA_DRAIN_F16, MTIA_DRAIN_RELU, 2);
  DRAIN(s8, MTIA_DRAIN_I8, MTIA_DRAIN_CHAN, 1);
  __mtia_cb_pop(CB_X, m * stride);
  __mtia_cb_pop(CB_W, n * stride);
  __mtia_cb_pop(CB_BIAS, mtia_align_up(4 * n));
  __mtia_cb_pop(CB_SCALES, mtia_align_up(4 * n));
}
