# Eight cores count in one word with lr and sc, in another with amoadd; nothing is lost. Then core 0
# wakes core 3 out of wfi by a software interrupt that mie enables but mstatus doesn't.
# REQUIRES: mtia-run
# RUN: %llvm-mc-mtia -filetype=obj -I %S/Inputs %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run --grid 2x2 %t.elf
# RUN: mtia-run --grid 2x2 --functional %t.elf
# RUN: mtia-run --grid 2x2 --core reference %t.elf
  .include "kernel.inc"
_start:
  li s0, 0x40000000    # SRAM
  li s1, 2000
1:
  lr.w.aq t0, (s0)
  addi t0, t0, 1
  sc.w.rl t1, t0, (s0)
  bnez t1, 1b
  addi s2, s0, 4
  li t0, 1
  amoadd.w.aqrl t1, t0, (s2)
  addi s1, s1, -1
  bnez s1, 1b
  mtia.bar 2           # all cores
  csrr t0, mhartid
  li t1, 3
  beq t0, t1, sleep
  bnez t0, done
  lw t0, 0(s0)
  lw t1, 4(s0)
  li t2, 8 * 2000
  bne t0, t2, wrong
  bne t1, t2, wrong
  # A store in between by the same core, and another address: no success for sc.
  lr.w t0, (s0)
  sc.w t1, t0, (s2)
  beqz t1, wrong
  sc.w t1, t0, (s0)    # the first one has taken the reservation
  beqz t1, wrong
  li t0, 0x2000000     # msip of core 3
  li t1, 1
  sw t1, 12(t0)
done:
  mtia.halt
sleep:
  li t0, 8
  csrw mie, t0
  wfi
  csrr t0, mip
  li t1, 8
  bne t0, t1, wrong
  mtia.halt
wrong:
  .word 0
