# An illegal command without a handler ends the run: who, where, which rule, which number.
# REQUIRES: mtia-run
# RUN: %llvm-mc-mtia -g -filetype=obj -I %S/Inputs %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: not mtia-run --grid 2x2 %t.elf 2>&1 | FileCheck %s
# RUN: not mtia-run --grid 2x2 --functional %t.elf 2>&1 | FileCheck %s
# CHECK: illegal command
# CHECK-SAME: PE (1,0) core 1
# CHECK-SAME: illegal-command.s:[[#@LINE+19]]
# CHECK-SAME: mtia.mml 1, 4, 4, 0, 0, 0, 0
# CHECK-SAME: EXTENT
# CHECK-SAME: the command reaches byte 1056 of CB 4, which has 1024
  .include "kernel.inc"
_start:
  mtia.id t0, 5
  mtia.id t1, 2
  slli t0, t0, 1
  add t0, t0, t1
  li t1, 5 # PE 2, core 1
  bne t0, t1, out
  li a0, 0x10000000
  li a1, 1024
  mtia.cb.init 4, a0, a1
  li a0, 32 | 32 << 16
  mtia.cr.w 8, a0
  li a0, 32
  mtia.cr.w2 5, a0, a0
  mtia.mml 1, 4, 4, 0, 0, 0, 0
out:
  mtia.halt
