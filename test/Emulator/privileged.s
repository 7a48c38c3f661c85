# Machine and user mode, traps between them, interrupts of the timer and by software, wfi: as QEMU
# has them. The log: mcause, mepc, mtval, mstatus in the handler.
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
  lla s0, log
  li s1, 0x2000000     # msip
  li s2, 0x2004000     # mtimecmp
  # Without an entry of physical memory protection user mode may do nothing.
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 31
  csrw pmpcfg0, t0
  li t0, 0x6000        # FS
  csrs mstatus, t0
  li t0, 0x1800        # MPP
  csrc mstatus, t0
  j user
  .balign 256

# To user mode with MPIE set, so that interrupts of machine mode are enabled there.
user:
  li t0, 0x80
  csrs mstatus, t0
  lla t0, in_user
  csrw mepc, t0
  mret
  .balign 256
in_user:
# No access to CSRs of machine mode, nor to counters that mcounteren doesn't give, nor mret.
# CHECK: 0000000000000002 0000000080000200 00000000300022f3 8000000200006080
  csrr t0, mstatus
# CHECK-NEXT: 0000000000000002 0000000080000204 00000000c00022f3 8000000200006080
  rdcycle t0
# CHECK-NEXT: 0000000000000002 0000000080000208 0000000030200073 8000000200006080
  mret
# CHECK-NEXT: 0000000000000008 000000008000020c 0000000000000000 8000000200006080
  ecall
  fadd.d f0, f0, f0
# A misaligned lr; ordinary accesses are fine. (QEMU's cause for misaligned AMOs is wrong.)
  lla a0, log + 1
  lwu t0, 0(a0)
# CHECK-NEXT: 0000000000000004 0000000080000220 {{0000000080[0-9a-f]+}} 8000000200006080
  lr.w t0, (a0)
# A short instruction that is none.
# CHECK-NEXT: 0000000000000002 0000000080000224 0000000000008000 8000000200006080
  .half 0x8000
  .half 0x0001
# The handler of this one returns to machine mode.
# CHECK-NEXT: 0000000000000008 000000008000022c 0000000000000000 8000000200006080
  li a7, 1
  ecall
  .balign 256
in_machine:
# CHECK-NEXT: 000000000000000b 0000000080000300 0000000000000000 8000000200007800
  ecall
# A software interrupt as soon as it is enabled.
  li t0, 1
  sw t0, 0(s1)
1:
  csrr t0, mip
  andi t0, t0, 8
  beqz t0, 1b
  csrw mie, t0
# CHECK-NEXT: 8000000000000003 0000000080000320 0000000000000000 8000000200007880
  csrsi mstatus, 8
  nop
# wfi ends with a pending interrupt that mie enables, also while MIE is clear.
  csrci mstatus, 8
  li t0, 0x80
  csrw mie, t0
  li t1, 0x200bff8
  ld t0, 0(t1)
  addi t0, t0, 1000
  sd t0, 0(s2)
  wfi
  csrr t0, mip
  andi a0, t0, 0x80
  .balign 256
# CHECK-NEXT: 8000000000000007 0000000080000404 0000000000000000 8000000200007880
  csrsi mstatus, 8
  nop
# Vectored: the timer's entry is 4 * 7 behind the base.
  lla t0, vectors + 1
  csrw mtvec, t0
  li t0, 0
  sd t0, 0(s2)
1:
  beqz t0, 1b
# CHECK-NEXT: 0000000000000077 {{.*}}
  csrci mstatus, 8
  lla t0, handler
  csrw mtvec, t0

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

  .balign 256
vectors:
  .rept 7
  j bad
  .endr
  j timer
bad:
  j bad
timer:
  li t0, 0x77
  sd t0, 0(s0)
  addi s0, s0, 32
  li t1, -1
  sd t1, 0(s2)
  mret

  .balign 64
handler:
  csrr t0, mcause
  sd t0, 0(s0)
  csrr t2, mepc
  sd t2, 8(s0)
  csrr t3, mtval
  sd t3, 16(s0)
  csrr t3, mstatus
  li t4, ~(3 << 34)    # SXL, which is as UXL
  and t3, t3, t4
  sd t3, 24(s0)
  addi s0, s0, 32
  bltz t0, interrupt
  addi t2, t2, 4
  csrw mepc, t2
  beqz a7, 1f
  li a7, 0
  li t3, 0x1800
  csrs mstatus, t3
  li t3, 0x80
  csrc mstatus, t3
  lla t3, in_machine
  csrw mepc, t3
1:
  mret

interrupt:
  sw x0, 0(s1)
  li t3, -1
  sd t3, 0(s2)
  mret

  .data
  .balign 8
open_block: .dword name, 4, 3
write_block: .dword 0, log, 32 * 14
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 8
log: .space 32 * 16
