# Traps are precise: cause, address and value of each, as the privileged specification has them and
# QEMU agrees. The handler skips the instruction.
# REQUIRES: mtia-run, qemu-system
# RUN: %llvm-mc-riscv -mattr=+m -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf > %t.timed
# RUN: mtia-run --functional %t.elf > %t.functional
# RUN: %qemu-virt %t.elf > %t.qemu
# RUN: cmp %t.timed %t.functional
# RUN: cmp %t.timed %t.qemu
# RUN: od -An -v -t x8 -w32 %t.timed | FileCheck %s

  .macro semihost
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  .endm

  .globl _start
_start:
  lla t0, handler
  csrw mtvec, t0
  lla s0, log
  j first
  .balign 256

# mcause, mepc, mtval, destination register
first:
  li a0, 0x1234       # two instructions, like lla
# CHECK: 0000000000000002 0000000080000108 0000000000000000 0000000000001234
  .word 0
# CHECK-NEXT: 0000000000000002 000000008000010c 00000000ffffffff 0000000000001234
  .word -1
# csrr a0, 0x7ff: no such CSR; csrw to a read-only one
# CHECK-NEXT: 0000000000000002 0000000080000110 000000007ff02573 0000000000001234
  csrr a0, 0x7ff
# CHECK-NEXT: 0000000000000002 0000000080000114 00000000f1451573 0000000000001234
  csrrw a0, mhartid, a0
# CHECK-NEXT: 000000000000000b 0000000080000118 0000000000000000 0000000000001234
  ecall
  li t1, 64
# CHECK-NEXT: 0000000000000005 0000000080000120 0000000000000048 0000000000001234
  lw a0, 8(t1)
# CHECK-NEXT: 0000000000000007 0000000080000124 0000000000000038 0000000000001234
  sd a0, -8(t1)
# A load into x0 still accesses memory.
# CHECK-NEXT: 0000000000000005 0000000080000128 0000000000000040 0000000000001234
  lbu x0, 0(t1)
# Beyond every memory and wrapping around.
  li t1, -8
# CHECK-NEXT: 0000000000000005 0000000080000130 fffffffffffffff8 0000000000001234
  ld a0, 0(t1)
  li t1, 0x40
  lla s1, after_jump
# mepc and mtval are the target, the link is written.
# CHECK-NEXT: 0000000000000001 0000000000000040 0000000000000040 0000000080000144
  jalr a0, 0(t1)
after_jump:
  li a0, 77
# CHECK-NEXT: 0000000000000002 0000000080000148 0000000000000000 000000000000004d
  .word 0

  li a0, 1
  lla a1, open_block
  semihost
  lla a1, write_block
  sd a0, 0(a1)
  li a0, 5
  semihost
  li a0, 0x18
  lla a1, exit_block
  semihost

  .balign 64
handler:
  csrr t0, mcause
  sd t0, 0(s0)
  csrr t2, mepc
  sd t2, 8(s0)
  csrr t3, mtval
  sd t3, 16(s0)
  sd a0, 24(s0)
  addi s0, s0, 32
  addi t2, t2, 4
  li t3, 1
  bne t0, t3, 1f
  mv t2, s1
1:
  csrw mepc, t2
  mret

  .data
  .balign 8
open_block: .dword name, 4, 3
write_block: .dword 0, log, 32 * 11
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 8
log: .space 32 * 16
