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

  // Floating point is off after a reset: mstatus.FS becomes "initial", and where it
  // stays 0 there is no floating point. fcsr, named by its number for code without F,
  // has round to nearest and no flags.
  li t0, 1 << 13
  csrs mstatus, t0
  csrr t1, mstatus
  and t1, t1, t0
  beqz t1, 1f
  csrw 0x003, zero
1:
  // So are vectors: mstatus.VS becomes "initial". Where there are none it stays 0.
  li t0, 1 << 9
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

// Traps, on machines where hosted.c has installed this.
//
// One instruction that such a machine may lack is done here, so that the same file
// runs there: czero.eqz and czero.nez (Zicond is missing in QEMU before version 8).
// Everything else is fatal: hosted.c prints what happened, on the program's stack,
// unless that is what broke.
//
// mscratch has the address of the frame, where x<n> is kept at 8 * n.
#define FRAME_SIZE 256
#define CZERO_MASK 0xfe00507f // both: they differ in bit 13
#define CZERO_BITS 0x0e005033

  .balign 4
  .globl __mtia_trap
  .type __mtia_trap, @function
__mtia_trap:
  csrrw sp, mscratch, sp
  .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  sd x\n, 8 * \n(sp)
  .endr
  csrrw t0, mscratch, sp
  sd t0, 8 * 2(sp)

  csrr t0, mcause
  li t1, 2 // illegal instruction
  bne t0, t1, fatal
  csrr t0, mepc
  lhu t1, 0(t0)
  lhu t2, 2(t0)
  slli t2, t2, 16
  or t1, t1, t2
  li t2, CZERO_MASK
  and t2, t1, t2
  li t3, CZERO_BITS
  bne t2, t3, fatal

  addi t0, t0, 4
  csrw mepc, t0
  srli t2, t1, 15 - 3 // rs1
  andi t2, t2, 31 << 3
  add t2, t2, sp
  ld t2, 0(t2)
  srli t3, t1, 20 - 3 // rs2
  andi t3, t3, 31 << 3
  add t3, t3, sp
  ld t3, 0(t3)
  snez t3, t3
  srli t4, t1, 13
  andi t4, t4, 1
  xor t3, t3, t4 // whether rs1 is the result
  neg t3, t3
  and t2, t2, t3
  slli t1, t1, 3 // rd
  srli t1, t1, 7
  andi t1, t1, 31 << 3
  add t1, t1, sp
  sd t2, 0(t1)
  sd zero, 0(sp)

  .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  ld x\n, 8 * \n(sp)
  .endr
  ld sp, 8 * 2(sp)
  mret

fatal:
  la sp, __stack
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  call __mtia_report_trap
  j park
  .size __mtia_trap, . - __mtia_trap

  .section .bss.__mtia_trap_frame, "aw", @nobits
  .globl __mtia_trap_frame
  .type __mtia_trap_frame, @object
  .balign 8
__mtia_trap_frame:
  .zero FRAME_SIZE
  .size __mtia_trap_frame, FRAME_SIZE

#include "weak.inc"
