# What vset*, faults, fault-only-first loads, and mstatus.VS do. The numbers are the manual's
# (chapter "V" of volume I), with VLEN = 512.
# REQUIRES: mtia-run
# RUN: %clang-riscv -w -march=rv64gcv -c %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf --signature %t.timed --signature-granularity 16
# RUN: mtia-run --functional %t.elf --signature %t.functional --signature-granularity 16
# RUN: mtia-run --core reference %t.elf --signature %t.reference --signature-granularity 16
# RUN: cmp %t.timed %t.functional
# RUN: cmp %t.timed %t.reference
# RUN: FileCheck %s < %t.timed

  .globl _start, tohost, begin_signature, end_signature
# A line: the second number, then the first.
  .macro log first, second
  sd \first, 0(s0)
  sd \second, 8(s0)
  addi s0, s0, 16
  .endm
# vl and vtype after an instruction, s2 as what it wrote to rd.
  .macro set insn:vararg
  \insn
  csrr t1, vl
  csrr t2, vtype
  log t1, t2
  .endm

_start:
  lla t0, handler
  csrw mtvec, t0
  lla s0, begin_signature

# Switched off: every vector instruction and CSR is illegal. mcause, mtval.
# CHECK:      {{^}}000000000d0072d70000000000000002
  .option push
  .option norvc
  vsetvli t0, x0, e32, m1, ta, ma
# CHECK-NEXT: {{^}}00000000c20023730000000000000002
  csrr t1, vl
  .option pop
# misa.V; mstatus.VS takes every value, dirty shows in SD.
  csrr t0, misa
  srli t0, t0, 21
  andi t0, t0, 1
  li t1, 0x600
  csrs mstatus, t1
  csrr t1, mstatus
  srli t1, t1, 63
# CHECK-NEXT: {{^}}00000000000000010000000000000001
  log t0, t1
  li t1, 0x400
  csrc mstatus, t1
  csrr t1, mstatus
# CHECK-NEXT: {{^}}00000000000000400000000a00000280
  csrr t2, vlenb
  log t1, t2
# (MPIE is what mret leaves.) After reset: vill, vl 0; what needs vtype is illegal, whole registers are not.
# CHECK-NEXT: {{^}}80000000000000000000000000000000
  csrr t1, vl
  csrr t2, vtype
  log t1, t2
# CHECK-NEXT: {{^}}00000000021100570000000000000002
  vadd.vv v0, v1, v2
  lla a0, data
  vl1re8.v v1, (a0)
# An instruction makes it dirty.
# CHECK-NEXT: {{^}}00000000000000008000000a00000680
  csrr t1, mstatus
  log t1, x0

# AVL is cut to VLMAX = LMUL * VLEN / SEW.
  li a2, 1000
  li a3, 7
# CHECK-NEXT: {{^}}00000000000000d00000000000000010
  set vsetvli t0, a2, e32, m1, ta, ma
# CHECK-NEXT: {{^}}00000000000000030000000000000200
  set vsetvli t0, x0, e8, m8, tu, mu
# CHECK-NEXT: {{^}}00000000000000470000000000000007
  set vsetvli t0, a3, e8, mf2, ta, mu
# Both x0: vl stays as it is
# CHECK-NEXT: {{^}}00000000000000880000000000000007
  set vsetvli x0, x0, e16, m1, tu, ma
# CHECK-NEXT: {{^}}00000000000000c60000000000000004
  set vsetivli t0, 4, e8, mf4, ta, ma
# One element of 64 bits would not fit LMUL = 1/2: vill. Reserved bits of vtype, too.
# CHECK-NEXT: {{^}}80000000000000000000000000000000
  set vsetvli t0, a3, e64, mf2, ta, ma
  li t3, 0x100
# CHECK-NEXT: {{^}}80000000000000000000000000000000
  set vsetvl t0, a3, t3
  li t3, 0xd8
# CHECK-NEXT: {{^}}00000000000000d80000000000000007
  set vsetvl t0, a3, t3
# vl and vtype cannot be written
# CHECK-NEXT: {{^}}00000000c20310730000000000000002
  .option push
  .option norvc
  csrw vl, t1
  .option pop

# A load faults at element 3 of a segment that begins in front of the end of DRAM: vstart. It goes on
# from there when the base is moved.
  vsetivli t0, 8, e64, m1, ta, ma
  vmv.v.i v4, 9
  li a0, 0x1080000000
  addi a0, a0, -24
# CHECK-NEXT: {{^}}00000010800000000000000000000005
  vle64.v v4, (a0)
  csrr t1, vstart
  csrr t2, vl
# CHECK-NEXT: {{^}}00000000000000080000000000000003
  log t1, t2
  lla a0, data
  vle64.v v4, (a0)
  vmv.x.s t1, v4
  vslidedown.vi v5, v4, 3
  vmv.x.s t2, v5
# CHECK-NEXT: {{^}}00000000000000130000000000000000
  log t1, t2
# Fault-only-first: vl becomes the number in front of the fault, at least 1
  li a0, 0x1080000000
  addi a0, a0, -24
  vle64ff.v v4, (a0)
  csrr t1, vstart
  csrr t2, vl
# CHECK-NEXT: {{^}}00000000000000030000000000000000
  log t1, t2
  vsetivli t0, 8, e64, m1, ta, ma
  li a0, 64
# CHECK-NEXT: {{^}}00000000000000400000000000000005
  vle64ff.v v4, (a0)
  csrr t2, vl
# CHECK-NEXT: {{^}}00000000000000080000000000000000
  log x0, t2
  csrw vstart, x0
# A masked element does not fault
  vsetivli t0, 4, e64, m1, ta, ma
  li a0, 0x1080000000
  addi a0, a0, -24
  li t1, 7
  vmv.s.x v0, t1
  vse64.v v4, (a0), v0.t
  csrr t1, vstart
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  log t1, x0
# Below vstart nothing is written; behind it vstart is 0
  vmv.v.i v4, 0
  csrwi vstart, 2
  vadd.vi v4, v4, 5
  vmv.x.s t1, v4
  vslidedown.vi v5, v4, 2
  vmv.x.s t2, v5
# CHECK-NEXT: {{^}}00000000000000050000000000000000
  log t1, t2
  csrwi vstart, 2
# CHECK-NEXT: {{^}}000000004208a2d70000000000000002
  .option push
  .option norvc
  vfirst.m t0, v0
  .option pop
  csrr t1, vstart
# CHECK-NEXT: {{^}}00000000000000020000000000000000
  log x0, t1

  li t0, 1
  lla t1, tohost
  sd t0, 0(t1)
1:
  j 1b

  .balign 4
handler:
  csrr t5, mcause
  csrr t6, mtval
  log t5, t6
  csrr t5, mepc
  addi t5, t5, 4
  csrw mepc, t5
  mret

  .balign 64
data:
  .dword 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17
  .balign 8
tohost:
  .dword 0
  .balign 16
begin_signature:
  .space 16 * 27
end_signature:
