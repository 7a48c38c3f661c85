# The CLINT's registers by the loads and stores of floating-point registers: as integer ones, and as QEMU.
# REQUIRES: mtia-run, qemu-system
# RUN: %llvm-mc-riscv -mattr=+m,+a,+f,+d,+c -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf > %t.timed
# RUN: mtia-run --functional %t.elf > %t.functional
# RUN: mtia-run --core reference %t.elf > %t.reference
# RUN: %qemu-virt %t.elf > %t.qemu
# RUN: cmp %t.timed %t.functional
# RUN: cmp %t.timed %t.reference
# RUN: cmp %t.timed %t.qemu
# RUN: od -An -v -t x8 -w32 %t.timed | FileCheck %s

  .option norvc
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
  li t0, 0x6000        # FS
  csrs mstatus, t0
  lla s0, log
  li s1, 0x2000000     # msip
  li s2, 0x2004000     # mtimecmp
  li t0, 0x123456789abcdef0
  fmv.d.x f0, t0
# A double word to mtimecmp, and back in every way.
# CHECK: 123456789abcdef0 123456789abcdef0 ffffffff9abcdef0 ffffffff12345678
  fsd f0, 0(s2)
  ld t0, 0(s2)
  sd t0, 0(s0)
  fld f1, 0(s2)
  fsd f1, 8(s0)
  flw f1, 0(s2)
  fsd f1, 16(s0)
  flw f1, 4(s2)
  fsd f1, 24(s0)
# A word of it, by the short form too; then the software interrupt is pending, and no longer.
# CHECK-NEXT: 12345678ffffffff 123456789abcdef0 0000000000000001 0000000000000000
  li t0, -1
  fmv.w.x f2, t0
  fsw f2, 0(s2)
  ld t0, 0(s2)
  sd t0, 32(s0)
  .option rvc
  c.mv a0, s2
  c.fsd fs0, 0(a0)
  fmv.d.x fs0, x0
  fsd f0, 0(s2)
  c.fld fs0, 0(a0)
  .option norvc
  fsd fs0, 40(s0)
  li t0, 1
  fmv.w.x f3, t0
  fsw f3, 0(s1)
  csrr t0, mip
  srli t0, t0, 3
  andi t0, t0, 1
  sd t0, 48(s0)
  fmv.w.x f3, x0
  fsw f3, 0(s1)
  csrr t0, mip
  andi t0, t0, 8
  sd t0, 56(s0)
# Where there is nothing: cause, and address.
# CHECK-NEXT: 0000000000000005 0000000000000010 0000000000000007 0000000000000018
  li s3, 0
  addi s0, s0, 64
  fld f1, 16(s3)
  fsd f1, 24(s3)

  li a0, 1             # open
  lla a1, open_block
  semihost
  mv s4, a0
  lla t0, write_block
  sd a0, 0(t0)
  li a0, 5             # write
  lla a1, write_block
  semihost
  li a0, 0x20          # exit
  lla a1, exit_block
  semihost

  .balign 64
handler:
  csrr t0, mcause
  sd t0, 0(s0)
  csrr t0, mtval
  sd t0, 8(s0)
  addi s0, s0, 16
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  mret

  .data
  .balign 8
open_block: .dword name, 4, 3
write_block: .dword 0, log, 32 * 3
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 8
log: .space 32 * 3
