// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Start of a kernel: every core of every PE of the sub-grid enters here with
//   a0 = argument block, a1 = entry of the chosen kernel, a2 = block's size
// (include/mtia/kernel_abi.h). The loader has zeroed .bss and switched floating
// point on.
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
  andi t2, t0, 1 // the core
  slli t0, t0, MTIA_STACK_SHIFT
  la t1, __mtia_stacks + MTIA_STACK_SIZE
  add sp, t1, t0

  // The first lines of the stack, without reading them from DRAM: a miss costs
  // some 200 cycles, and a kernel's first function would take several. A kernel whose
  // core 0 needs less skips bytes of this code: 8 for a line.
  .weak __mtia_stack_skip
  mv t1, sp
  bnez t2, 1f
  .option push
  .option norelax // which would take %lo for all of an address
  .option norvc
  lla t0, 1f
  addi t0, t0, %lo(__mtia_stack_skip)
  jr t0
  .option arch, +zicboz
1:
  .rept 16
  addi t1, t1, -64
  cbo.zero (t1)
  .endr
  .option pop

  // This core's thread-local data, if there are any: .tdata copied, .tbss zeroed.
  lla t0, __mtia_tls_size
  mv tp, sp
  beqz t0, 3f
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

  // Constructors, if there are any: one core runs them, all wait for it.
3:
  la s2, __init_array_start
  la s3, __init_array_end
  beq s2, s3, 6f
  mv s0, a0
  mv s1, a1
  mtia.id t0, 5
  mtia.id t1, 2
  or t0, t0, t1
  bnez t0, 5f
4:
  ld t0, 0(s2)
  jalr t0
  addi s2, s2, 8
  bne s2, s3, 4b
5:
  mtia.bar 2
  mv a0, s0
  mv a1, s1
6:
  jalr a1
7:
  mtia.halt
  j 7b
  .cfi_endproc
  .size _start, . - _start

#include "weak.inc"
