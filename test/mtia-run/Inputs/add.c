// y[m, n] = x[m, n] + bias[n] * factor, on core 0 of PE (0,0); the others halt.
// Checks that rows are padded with something else than zeros and that y starts as zeros.
#include "mtia/kernel_abi.h"

__asm__(".section .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start:\n"
        "  csrr t0, mhartid\n"
        "  la sp, stacks + 0x1000\n"
        "  slli t1, t0, 12\n"
        "  add sp, sp, t1\n"
        "  bnez t0, 1f\n"
        "  jalr a1\n"
        "1: .insn r CUSTOM_0, 0, 8, x0, x0, x0\n" // mtia.halt
        ".text\n");

struct args {
  struct mtia_tensor x, bias, y;
  int32_t factor;
};

static const struct mtia_arg_desc args[] __attribute__((section(".mtia.args"), used)) = {
    {"x", MTIA_ARG_IN, MTIA_I32, 2, 0, __builtin_offsetof(struct args, x), {"M", "N"}},
    {"bias", MTIA_ARG_IN, MTIA_I32, 1, 0, __builtin_offsetof(struct args, bias), {"N"}},
    {"factor", MTIA_ARG_SCALAR, MTIA_I32, 0, 0, __builtin_offsetof(struct args, factor), {}},
    {"y", MTIA_ARG_OUT, MTIA_I32, 2, 0, __builtin_offsetof(struct args, y), {"M", "N"}},
};

static void add(const struct args *a) {
  for (uint64_t m = 0; m < a->y.dim[0]; m++) {
    const int32_t *x = (const int32_t *)(a->x.data + m * a->x.stride[0]);
    const int32_t *bias = (const int32_t *)a->bias.data;
    int32_t *y = (int32_t *)(a->y.data + m * a->y.stride[0]);
    for (uint64_t n = 0; n < a->y.dim[1]; n++)
      y[n] += x[n] + bias[n] * a->factor;
    // Padding is not to be relied on, so it had better not be zero.
    for (uint64_t n = a->y.dim[1] * 4; n < a->y.stride[0]; n++)
      if (((const uint8_t *)x)[n] == 0)
        y[0] = -1;
  }
}

static const struct mtia_kernel_desc kernel
    __attribute__((section(".mtia.kernels"), used, aligned(8))) = {
        MTIA_KERNEL_MAGIC, MTIA_KERNEL_VERSION, 4, (uint64_t)add,
        (uint64_t)args,    sizeof(struct args), 0, "add"};
