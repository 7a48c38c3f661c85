// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O2 -Wall -Werror %s -o %t.elf
// RUN: %python %S/Inputs/oracle.py drain --run %mtia-run --elf %t.elf --scratch %t.dir
//
// Every result type of mtia.drain from given accumulators, block sizes with
// tails in both directions. Expected: Inputs/oracle.py, from docs/isa/xmtia.md.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor a, bias;
  struct mtia_tensor i32, s8, u8, f32, relu, biased;
  float scale;
  int32_t zero, low, high, ulow, uhigh;
};

enum { CB_A, CB_OUT, CB_BIAS };

#define EACH(what, ...)                                                                            \
  what(0, __VA_ARGS__, 0, 0);                                                                      \
  what(1, __VA_ARGS__, 0, 1);                                                                      \
  what(2, __VA_ARGS__, 1, 0);                                                                      \
  what(3, __VA_ARGS__, 1, 1)
#define LOAD(acc, cb, ti, tj) __mtia_acc_load(acc, cb, ti, tj)
#define BIAS(acc, cb, ti, tj) __mtia_acc_bias(acc, cb, tj)
#define DRAIN(acc, type, flags, ti, tj) __mtia_drain(acc, CB_OUT, ti, tj, type, flags)

static void put(const struct mtia_tensor *to, uint32_t rows, uint32_t bytes) {
  __mtia_cb_push(CB_OUT, rows * 256);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, bytes, 256);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, to->stride[0]);
  __mtia_dma_out(CB_OUT, to->data, rows);
}

MTIA_KERNEL(drain, struct args, MTIA_IN(a, MTIA_I32, "M", "N"), MTIA_IN(bias, MTIA_I32, "N"),
            MTIA_SCALAR(scale, MTIA_F32), MTIA_SCALAR(zero, MTIA_I32), MTIA_SCALAR(low, MTIA_I32),
            MTIA_SCALAR(high, MTIA_I32), MTIA_SCALAR(ulow, MTIA_I32), MTIA_SCALAR(uhigh, MTIA_I32),
            MTIA_OUT(i32, MTIA_I32, "M", "N"), MTIA_OUT(s8, MTIA_I8, "M", "N"),
            MTIA_OUT(u8, MTIA_U8, "M", "N"), MTIA_OUT(f32, MTIA_F32, "M", "N"),
            MTIA_OUT(relu, MTIA_I8, "M", "N"), MTIA_OUT(biased, MTIA_I32, "M", "N")) {
  if (mtia_pe() != 0 || mtia_core() != 1)
    return;
  uint32_t m = (uint32_t)args->a.dim[0], n = (uint32_t)args->a.dim[1];
  __mtia_cb_init(CB_A, MTIA_LOCAL_BASE, 64 * 256);
  __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + 64 * 256, 2 * 64 * 256);
  __mtia_cb_init(CB_BIAS, MTIA_LOCAL_BASE + 3 * 64 * 256, 256);
  __mtia_cr_w2(MTIA_CR_DMA_IN, n * 4, 256);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->a.stride[0]);
  __mtia_dma_in(CB_A, args->a.data, m, MTIA_MC_NONE);
  __mtia_cr_w2(MTIA_CR_DMA_IN, n * 4, 0);
  __mtia_dma_in(CB_BIAS, args->bias.data, 1, MTIA_MC_NONE);

  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(m, n));
  __mtia_cr_w2(MTIA_CR_BIAS, 0, 256);
  __mtia_cr_w2(MTIA_CR_OUT, 0, 256);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(args->scale), (uint32_t)args->zero);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)args->low, (uint32_t)args->high);

  EACH(LOAD, CB_A);
  EACH(DRAIN, MTIA_DRAIN_I32, 0);
  put(&args->i32, m, n * 4);
  EACH(LOAD, CB_A);
  EACH(DRAIN, MTIA_DRAIN_I8, 0);
  put(&args->s8, m, n);
  EACH(LOAD, CB_A);
  EACH(DRAIN, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
  put(&args->relu, m, n);
  EACH(LOAD, CB_A);
  EACH(DRAIN, MTIA_DRAIN_F32, 0);
  put(&args->f32, m, n * 4);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)args->ulow, (uint32_t)args->uhigh);
  EACH(LOAD, CB_A);
  EACH(DRAIN, MTIA_DRAIN_U8, 0);
  put(&args->u8, m, n);
  EACH(BIAS, CB_BIAS);
  EACH(DRAIN, MTIA_DRAIN_I32, 0);
  put(&args->biased, m, n * 4);
  __mtia_cb_pop(CB_A, m * 256);
  __mtia_cb_pop(CB_BIAS, mtia_align_up(n * 4));
}
