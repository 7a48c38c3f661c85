# Zfbfmin is core 1's: core 0 refuses it.
# REQUIRES: mtia-run
# RUN: %llvm-mc-mtia -mattr=+zfbfmin -g -filetype=obj -I %S/../Inputs %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf
# RUN: mtia-run --core reference %t.elf
# RUN: %llvm-mc-mtia -mattr=+zfbfmin -g -filetype=obj -I %S/../Inputs --defsym both=1 %s -o %t.both.o
# RUN: %lld -N -Ttext=0x80000000 %t.both.o -o %t.both.elf
# RUN: not mtia-run %t.both.elf 2>&1 | FileCheck %s
# RUN: not mtia-run --functional %t.both.elf 2>&1 | FileCheck %s
# RUN: not mtia-run --core reference %t.both.elf 2>&1 | FileCheck %s
# CHECK: illegal instruction: PE (0,0) core 0
# CHECK-SAME: bfloat-core0.s:[[#@LINE+11]]
# CHECK-SAME: fcvt.bf16.s: core 0 of a PE has no Zfbfmin, only core 1 has
  .include "kernel.inc"
  .globl _start
_start:
  .ifndef both
  mtia.id t1, 2
  beqz t1, out
  .endif
  li t0, 0x3f80ffff
  fmv.w.x fa0, t0
  fcvt.bf16.s fa1, fa0, rtz
  fcvt.s.bf16 fa2, fa1
  fmv.x.w t1, fa2
  li t0, 0x3f800000
  beq t0, t1, out
  lw x0, 8(x0)          # the value is wrong
out:
  mtia.halt
