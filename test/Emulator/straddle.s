# An instruction of four bytes that begins in one page and ends in the next: executed, changed by
# halves, and where the next page is no memory.
# REQUIRES: mtia-run, qemu-system
# RUN: %llvm-mc-riscv -mattr=+c -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: sh -c 'mtia-run %t.elf; test $? = 86'
# RUN: sh -c 'mtia-run --functional %t.elf; test $? = 86'
# RUN: sh -c 'mtia-run --core reference %t.elf; test $? = 86'
# RUN: sh -c '%qemu-virt %t.elf; test $? = 86'
# RUN: %llvm-mc-riscv --defsym LOCAL=1 -mattr=+c -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.local.elf
# RUN: not mtia-run %t.local.elf 2>&1 | FileCheck %s
# RUN: not mtia-run --functional %t.local.elf 2>&1 | FileCheck %s
# RUN: not mtia-run --core reference %t.local.elf 2>&1 | FileCheck %s
# CHECK: error: access fault: {{.*}} pc 0x1001fffe{{.*}}instruction fetch from an address that is no memory: 0x10020000

  .globl _start
_start:
.ifdef LOCAL
  li t0, 0x1001fffe
  li t1, 0x0513
  sh t1, 0(t0)
  fence.i
  jr t0
.endif
  call across          # 7
  mv s0, a0
  # li a0, 7 becomes li a0, 77: bits 31 to 16 are in the second page.
  lla t0, straddling
  li t1, 77 << 4
  sh t1, 2(t0)
  fence.i
  call across
  add s0, s0, a0
  # Its first half: li a0, 77 becomes andi a0, zero, 77.
  li t1, 0x7513
  sh t1, 0(t0)
  fence.i
  li a0, 11
  call across          # 0
  add s0, s0, a0
  # Two short ones: li a0, 1; addi a0, 1.
  li t1, 0x4505
  sh t1, 0(t0)
  li t1, 0x0505
  sh t1, 2(t0)
  fence.i
  call across          # 2
  add s0, s0, a0
  lla a1, block
  sd s0, 8(a1)
  li a0, 0x18
  .option norvc
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  .option rvc

  .org 0xff8
across:
  .option norvc
  nop
  .option rvc
  nop
straddling:
  .option norvc
  li a0, 7
  .option rvc
  ret

  .data
  .balign 8
block: .dword 0x20026, 0
