// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions and the table for zicond.c.
  .option arch, +zicond

  // long f(long value, long condition): value to rs1, condition to rs2.
  .macro czero nez, op, rd, rs1, rs2
  .text
f_\op\()_\rd:
  addi sp, sp, -48
  sd a0, 0(sp)
  sd a1, 8(sp)
  sd x\rd, 16(sp)
  sd x\rs1, 24(sp)
  sd x\rs2, 32(sp)
  ld x\rs1, 0(sp)
  ld x\rs2, 8(sp)
  czero.\op x\rd, x\rs1, x\rs2
  sd x\rd, 40(sp)
  ld x\rs1, 24(sp)
  ld x\rs2, 32(sp)
  ld x\rd, 16(sp)
  ld a0, 40(sp)
  addi sp, sp, 48
  ret
  .section .rodata.czero, "a", @progbits
  .quad f_\op\()_\rd, \nez, \rd, \rs1, \rs2
  .endm

  .section .rodata.czero, "a", @progbits
  .balign 8
  .globl czero_cases
czero_cases:
  .macro both rd, rs1, rs2
  czero 0, eqz, \rd, \rs1, \rs2
  czero 1, nez, \rd, \rs1, \rs2
  .endm
  both 0, 1, 3
  both 1, 3, 4
  both 3, 4, 5
  both 4, 5, 6
  both 5, 6, 7
  both 6, 7, 8
  both 7, 8, 9
  both 8, 9, 10
  both 9, 10, 11
  both 10, 11, 12
  both 11, 12, 13
  both 12, 13, 14
  both 13, 14, 15
  both 14, 15, 16
  both 15, 16, 17
  both 16, 17, 18
  both 17, 18, 19
  both 18, 19, 20
  both 19, 20, 21
  both 20, 21, 22
  both 21, 22, 23
  both 22, 23, 24
  both 23, 24, 25
  both 24, 25, 26
  both 25, 26, 27
  both 26, 27, 28
  both 27, 28, 29
  both 28, 29, 30
  both 29, 30, 31
  both 30, 31, 0
  both 31, 0, 1
  .globl czero_end
czero_end:
