# 20 words plus 5, of which those that are 3 are doubled.
  .globl _start, loaded, stored
_start:
  li t0, 0x200
  csrs mstatus, t0
  lla a0, src
  lla a1, dst
  vsetivli t1, 20, e32, m2, ta, ma
  vle32.v v2, (a0)
loaded:
  vadd.vi v4, v2, 5
  vmseq.vi v0, v2, 3
  vadd.vv v4, v4, v4, v0.t
  vse32.v v4, (a1)
stored:
  ebreak
  .data
  .balign 64
  .globl src, dst
src:
  .word 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
dst:
  .space 128
