// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Start of an ordinary program, on core 0 of PE 0 or on QEMU's `virt` machine.
// Other cores sleep for ever. C code goes on in hosted.c.
#include "layout.h"

  .section .text.start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  .cfi_startproc
  .cfi_undefined ra
  csrr t0, mhartid
  bnez t0, park
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack
  la tp, __mtia_tls_start
  li t0, 1 << 13 // mstatus.FS: initial, so that floating point is not illegal
  csrs mstatus, t0

  la t0, __mtia_bss_start
  la t1, __mtia_bss_end
1:
  bgeu t0, t1, 2f
  sd zero, 0(t0)
  addi t0, t0, 8
  j 1b
2:
  call __mtia_start_program
park:
  wfi
  j park
  .cfi_endproc
  .size _start, . - _start

// Every trap of a program is fatal. The registers go to a record that hosted.c
// prints; its stack is the program's, unless that is what broke.
  .balign 4
  .globl __mtia_trap
  .type __mtia_trap, @function
__mtia_trap:
  la sp, __stack
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  call __mtia_report_trap
  j park
  .size __mtia_trap, . - __mtia_trap

#include "weak.inc"
