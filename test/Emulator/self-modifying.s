# After fence.i the core executes what was stored; functions in the page and in another one.
# REQUIRES: mtia-run, qemu-system
# RUN: %llvm-mc-riscv -mattr=+m -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# 10 * (1 + 2 + ... + 10) = 550 = 38 mod 256, twice: 76.
# RUN: not mtia-run %t.elf
# RUN: sh -c 'mtia-run %t.elf; test $? = 76'
# RUN: sh -c 'mtia-run --functional %t.elf; test $? = 76'
# RUN: sh -c '%qemu-virt %t.elf; test $? = 76'

  .globl _start
_start:
  li s0, 0            # sum
  li s1, 10           # rounds
1:
  li s2, 10           # constants
2:
  lla t0, near
  call patch
  call near
  add s0, s0, a0
  lla t0, far
  call patch
  call far
  add s0, s0, a0
  addi s2, s2, -1
  bnez s2, 2b
  addi s1, s1, -1
  bnez s1, 1b
  lla a1, block
  sd s0, 8(a1)
  andi s0, s0, 255
  sd s0, 8(a1)
  li a0, 0x18
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7

# Makes the function at t0 return s2: li a0, s2.
patch:
  slli t1, s2, 20
  li t2, 0x00000513
  or t1, t1, t2
  sw t1, 0(t0)
  fence.i
  ret
near:
  li a0, 0
  ret
  .balign 4096
far:
  li a0, 0
  ret
  .data
  .balign 8
block: .dword 0x20026, 0
