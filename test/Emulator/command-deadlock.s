# A run in which nothing can move any more ends with what everybody waits for.
# REQUIRES: mtia-run
# RUN: %llvm-mc-mtia -g -filetype=obj -I %S/Inputs %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: not mtia-run --grid 1x2 %t.elf 2>&1 | FileCheck %s
# RUN: not mtia-run --grid 1x2 --functional %t.elf 2>&1 | FileCheck %s
  .include "kernel.inc"
_start:
  mtia.id t0, 2
  li a0, 0x10000000
  li a1, 8192
  bnez t0, second
  mtia.cb.init 3, a0, a1
  mtia.bar 0
  li a0, 2048
  mtia.cb.push 3, a0
  li a0, 4096
# CHECK: no progress
# CHECK: core 0
# CHECK-SAME: command-deadlock.s:[[#@LINE+2]]
# CHECK-SAME: CB 3 holds 2048 bytes, cb.waitd needs 4096; no cb.push or dma.in on it is under way
  mtia.cb.waitd 3, a0
  mtia.halt
second:
  mtia.bar 0
  li a0, 32 | 32 << 16
  mtia.cr.w 8, a0
  li a0, 128
  mtia.cr.w2 5, x0, a0
  li a0, 32
  mtia.cr.w2 6, x0, a0
# CHECK: core 1
# CHECK-SAME: mtia.bar 1 (this core number in all PEs of the sub-grid): 1 of 2 have arrived
# CHECK: DPE: mml acc 2 from CB 3 and CB 3 (core 1
# CHECK-SAME: command-deadlock.s:[[#@LINE+2]]
# CHECK-NEXT: CB 3: needs bytes 0..4000, 2048 bytes are visible, size 8192: 1952 bytes too few; nobody will push them
  mtia.mml 2, 3, 3, 0, 0, 0, 0
  mtia.id t0, 5
  beqz t0, wait
  mtia.halt
wait:
  mtia.bar 1
  mtia.halt
