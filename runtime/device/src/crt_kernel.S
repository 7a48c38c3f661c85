// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Start of a kernel: every core of every PE of the sub-grid enters here with
//   a0 = argument block, a1 = entry of the chosen kernel, a2 = block's size
// (include/mtia/kernel_abi.h). The loader has zeroed .bss.
#include "layout.h"

  .section .text.start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  .cfi_startproc
  .cfi_undefined ra
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop

  csrr t0, mhartid
  slli t0, t0, MTIA_STACK_SHIFT
  la t1, __mtia_stacks + MTIA_STACK_SIZE
  add sp, t1, t0

  // This core's thread-local data: .tdata copied, .tbss zeroed.
  lla t0, __mtia_tls_size
  sub sp, sp, t0
  mv tp, sp
  lla t1, __mtia_tls_start
  lla t2, __mtia_tdata_size
  add t2, t2, t1
  mv t3, tp
  add t4, tp, t0
1:
  bgeu t1, t2, 2f
  ld t5, 0(t1)
  sd t5, 0(t3)
  addi t1, t1, 8
  addi t3, t3, 8
  j 1b
2:
  bgeu t3, t4, 3f
  sd zero, 0(t3)
  addi t3, t3, 8
  j 2b
3:
  jalr a1
  mtia.halt
  j 3b
  .cfi_endproc
  .size _start, . - _start

#include "weak.inc"
