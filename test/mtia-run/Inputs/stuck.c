// A barrier that one core never reaches.
#include "mtia/kernel_abi.h"

__asm__(".section .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start:\n"
        "  csrr t0, mhartid\n"
        "  la sp, stacks + 0x1000\n"
        "  slli t1, t0, 12\n"
        "  add sp, sp, t1\n"
        "  jalr a1\n"
        "  .insn r CUSTOM_0, 0, 8, x0, x0, x0\n" // mtia.halt
        ".text\n");

static void stuck(const void *args) {
  uint64_t hart;
  __asm__ volatile("csrr %0, mhartid" : "=r"(hart));
  if (hart == 3)
    return;
  __asm__ volatile(".insn r CUSTOM_0, 0, 1, x0, x0, x2"); // mtia.bar 2
}

static const struct mtia_kernel_desc kernel
    __attribute__((section(".mtia.kernels"), used, aligned(8))) = {
        MTIA_KERNEL_MAGIC, MTIA_KERNEL_VERSION, 0, (uint64_t)stuck, 0, 0, 0, "stuck"};
