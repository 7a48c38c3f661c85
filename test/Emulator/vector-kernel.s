# Kernels: vectors work on core 1 as they are launched; on core 0 they are illegal, and the report says
# what to do. The same for a program whose attributes don't name V.
# REQUIRES: mtia-run
# RUN: %llvm-mc-mtia -mattr=+v -g -filetype=obj -I %S/Inputs %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run --grid 2x2 %t.elf
# RUN: mtia-run --grid 2x2 --functional --vector-agnostic=ones %t.elf
# RUN: mtia-run --grid 2x2 --core reference %t.elf
# RUN: %llvm-mc-mtia -mattr=+v -g -filetype=obj -I %S/Inputs --defsym both=1 %s -o %t.both.o
# RUN: %lld -N -Ttext=0x80000000 %t.both.o -o %t.both.elf
# RUN: not mtia-run --grid 2x2 %t.both.elf 2>&1 | FileCheck %s
# RUN: not mtia-run --grid 2x2 --core reference %t.both.elf 2>&1 | FileCheck %s
# CHECK: illegal instruction: PE (0,0) core 0
# CHECK-SAME: vector-kernel.s:[[#@LINE+23]]
# CHECK-SAME: vsetivli a0, 16, e32, m1, ta, ma
# CHECK-SAME: core 0 of a PE has no vectors, only core 1 has: keep code that is compiled for V behind a test of the core's number
# RUN: %llvm-mc-mtia -mattr=+v -filetype=obj -I %S/Inputs --defsym program=1 %s -o %t.program.o
# RUN: %lld -N -Ttext=0x80000000 %t.program.o -o %t.program.elf
# RUN: not mtia-run %t.program.elf 2>&1 | FileCheck --check-prefix=PROGRAM %s
# PROGRAM: PE (0,0) core 0
# PROGRAM-SAME: a program runs there if its .riscv.attributes name V: compile it with -march=rv64gcv

# Modes and agnostic elements are the same for all.
# RUN: not mtia-run --vector-agnostic=none %t.elf 2>&1 | FileCheck --check-prefix=OPTION %s
# OPTION: --vector-agnostic none: elements can be kept or become ones (keep, ones)
  .ifndef program
  .include "kernel.inc"
  .endif
  .globl _start
_start:
  .ifndef program
  .ifndef both
  mtia.id t1, 2
  beqz t1, out
  .endif
  .endif
  vsetivli a0, 16, e32, m1, ta, ma
  vid.v v8
  vadd.vv v8, v8, v8
  vmv.s.x v9, x0
  vredsum.vs v9, v8, v9
  vmv.x.s a1, v9
  li a2, 240
  beq a1, a2, out
  lw x0, 8(x0)          # the sum is wrong
out:
  mtia.halt
