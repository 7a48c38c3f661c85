# What instructions cost a core whose caches are warm. Each number is the sum in its comment, with
# the parameters of lib/Emulator/device_mtia_v1.inc; an instruction itself takes core_issue = 1.
# REQUIRES: mtia-run
# RUN: %llvm-mc-riscv -mattr=+m,+a,+f,+d,+zfh,+zba,+zbb,+c -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf | od -An -v -t d8 -w8 | FileCheck %s

# Runs the body twice; logs the cycles of the second time between two reads of the counter, less
# those of the second read: 1 + core_csr 2.
  .macro begin
  li s2, 2
1:
  csrr s3, cycle
  .endm
  .macro end
  csrr s4, cycle
  addi s2, s2, -1
  bnez s2, 1b
  sub s4, s4, s3
  addi s4, s4, -3
  sd s4, 0(s0)
  addi s0, s0, 8
  .endm

  .option norvc
  .globl _start
_start:
  lla s0, log
  lla s1, data
  li s5, 0x10000000   # local memory
  li a1, 7
  li t0, 0x6000
  csrs mstatus, t0
  fcvt.d.l f1, a1
  fcvt.s.l f2, a1

# CHECK: {{^ *}}0{{$}}
  begin
  end
# Three additions that depend on each other.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  addi a0, a1, 1
  addi a0, a0, 1
  addi a0, a0, 1
  end
# A load and its use: 1 + core_load_use 1 + 1.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  ld a0, 0(s1)
  addi a0, a0, 1
  end
# Something else between them hides the bubble.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  ld a0, 0(s1)
  addi a2, a1, 1
  addi a0, a0, 1
  end
# Loads without a use, and one into x0: 1 each.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  ld a0, 0(s1)
  lw a2, 8(s1)
  lb x0, 3(s1)
  end
# Stores that hit: 1 each.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  sd a1, 0(s1)
  sw a1, 8(s1)
  sb a1, 16(s1)
  end
# Local memory: the value is there after core_local_load 9, the use takes 1.
# CHECK-NEXT: {{^ *}}10{{$}}
  begin
  ld a0, 0(s5)
  addi a0, a0, 1
  end
# Local loads overlap: 9 for the first, 1 more for the second, 1 for the use of both.
# CHECK-NEXT: {{^ *}}11{{$}}
  begin
  ld a0, 0(s5)
  ld a2, 8(s5)
  add a0, a0, a2
  end
# Local stores: 1 each.
# CHECK-NEXT: {{^ *}}2{{$}}
  begin
  sd a1, 0(s5)
  sd a1, 8(s5)
  end
# A product and its use: 1 + core_mul 2 + 1.
# CHECK-NEXT: {{^ *}}4{{$}}
  begin
  mul a0, a1, a1
  addi a0, a0, 1
  end
# Products are pipelined: 3 of 1 each.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  mul a0, a1, a1
  mul a2, a1, a1
  mulw a3, a1, a1
  end
# The divider is not: 2 * (1 + core_div 20).
# CHECK-NEXT: {{^ *}}42{{$}}
  begin
  div a0, a1, a1
  remu a2, a1, a1
  end
# A sum and its use: 1 + core_fadd 3 + 1; a fused multiply-add: 1 + core_fma 4 + 1.
# CHECK-NEXT: {{^ *}}5{{$}}
  begin
  fadd.d f3, f1, f1
  fsd f3, 0(s1)
  end
# CHECK-NEXT: {{^ *}}6{{$}}
  begin
  fmadd.s f3, f2, f2, f2
  fsw f3, 0(s1)
  end
# Both are pipelined, and what does not need the result goes on: 1 each.
# CHECK-NEXT: {{^ *}}4{{$}}
  begin
  fmul.d f3, f1, f1
  fmadd.d f4, f1, f1, f1
  fsub.d f5, f1, f1
  addi a0, a1, 1
  end
# To and fro: 1 + core_fcvt 2, 1 + core_fcvt 2, 1.
# CHECK-NEXT: {{^ *}}7{{$}}
  begin
  fcvt.l.d a0, f1
  fcvt.s.l f3, a0
  fsw f3, 0(s1)
  end
# 1 + core_fmove 1 each, and the use.
# CHECK-NEXT: {{^ *}}7{{$}}
  begin
  fmv.d.x f3, a1
  fmax.d f3, f3, f1
  flt.d a0, f3, f1
  addi a0, a0, 1
  end
# A load and its use: 1 + core_load_use 1 + 1.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  fld f3, 0(s1)
  fsd f3, 8(s1)
  end
# The divider: 1 + core_fdiv_d 30, in whose shadow others run, and the use.
# CHECK-NEXT: {{^ *}}32{{$}}
  begin
  fdiv.d f3, f1, f1
  fadd.d f4, f1, f1
  addi a0, a1, 1
  fsd f3, 0(s1)
  end
# It is not pipelined: (1 + core_fdiv_s 16) + (1 + core_fdiv_h 9) + 1.
# CHECK-NEXT: {{^ *}}28{{$}}
  begin
  fdiv.s f3, f2, f2
  fsqrt.h f4, f2
  fsh f4, 0(s1)
  end
# Branch not taken: 1. Taken: 1 + core_branch_taken 2.
# CHECK-NEXT: {{^ *}}4{{$}}
  begin
  bnez x0, 2f
  beqz x0, 2f
  unimp
2:
  end
# jal: 1 + core_jump 1. A jump through a register: lla 2, jr 1 + core_branch_taken 2.
# CHECK-NEXT: {{^ *}}7{{$}}
  begin
  j 2f
2:
  lla a0, 2f
  jr a0
2:
  end
# A loop of 10 times two instructions: 20 + 9 * core_branch_taken 2, and 1 for its counter.
# CHECK-NEXT: {{^ *}}39{{$}}
  begin
  li a0, 10
2:
  addi a0, a0, -1
  bnez a0, 2b
  end
# A CSR: 1 + core_csr 2.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin
  csrw mscratch, a1
  end
# cbo.clean of a clean line: 1 + core_cbo 4. (The line was written back by the first round.)
# CHECK-NEXT: {{^ *}}5{{$}}
  begin
  .word 0x0014a00f    # cbo.clean (s1)
  end
# An atomic operation and its use: 1 + core_amo 10 + 1.
# CHECK-NEXT: {{^ *}}12{{$}}
  begin
  amoadd.d a0, a1, (s1)
  addi a0, a0, 1
  end
# lr is a load, and sc an atomic operation whose result nobody waits for: 1 + core_load_use 1 + 1 + 1.
# CHECK-NEXT: {{^ *}}4{{$}}
  begin
  lr.d a0, (s1)
  addi a0, a0, 1
  sc.d a2, a0, (s1)
  end
# Bits: 1 each. Short instructions cost what the long ones do, also one after the other.
# CHECK-NEXT: {{^ *}}6{{$}}
  begin
  sh3add a0, a1, a1
  clz a0, a0
  .option push
  .option rvc
  c.addi a0, 1
  c.addi a0, 1
  c.mv a2, a0
  c.nop
  .option pop
  end

  li a0, 1
  lla a1, open_block
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  lla a1, write_block
  sd a0, 0(a1)
  lla a2, log
  sub s0, s0, a2
  sd s0, 16(a1)
  li a0, 5
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  li a0, 0x18
  lla a1, exit_block
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7

  .data
  .balign 64
data: .space 64
open_block: .dword name, 4, 3
write_block: .dword 0, log, 0
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 4096
log: .space 1024
