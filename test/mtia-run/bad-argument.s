# A kernel whose argument is of a kind that there isn't, asked for again and again: the command line
# names two arguments.
# RUN: %llvm-mc-riscv -filetype=obj -mattr=+m %s -o %t.o && %lld -T %S/Inputs/bare.ld %t.o -o %t.elf
# RUN: not %mtia-run %t.elf --arg x=1 --arg y=2 2>&1 | %FileCheck %s
# CHECK: bad-argument.s.tmp.elf: kernel broken: argument x has kind 76, type 0, rank 0
  .section .mtia.kernels, "a"
  .quad 0x4B41494D54
  .word 2, 1
  .quad _start, args
  .word 64, 0
  .ascii "broken"
  .zero 58
  .section .mtia.args, "a"
args:
  .ascii "x"
  .zero 63
  .byte 76, 0, 0, 0
  .word 0
  .zero 512
  .text
  .globl _start
_start:
  ret
