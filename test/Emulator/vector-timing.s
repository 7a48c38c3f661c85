# What vector instructions cost a core whose caches are warm: docs/timing.md, "Vectors". Each number is
# the sum in its comment, with the parameters of lib/Emulator/device_mtia_v1.inc.
# REQUIRES: mtia-run
# RUN: %clang-riscv -march=rv64gcv -c %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf | od -An -v -t d8 -w8 | FileCheck %s

# Runs the body twice, with vtype as given; logs the cycles of the second time between two reads of
# the counter, less those of the second read: 1 + core_csr 2.
  .macro begin type:vararg
  vsetvli t0, x0, \type
  li s2, 2
1:
  # What is under way from before is over.
  vmv.x.s a0, v0
  .rept 80
  addi a0, a0, 1
  .endr
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
# Waits for v8: 1 + vmove_to_scalar 2 + 1.
  .macro use
  vmv.x.s a0, v8
  addi a0, a0, 1
  .endm

  .option norvc
  .globl _start
_start:
  lla s0, log
  lla s1, data
  li s5, 0x10000000   # local memory
  li s6, 8
  li t0, 0x2200
  csrs mstatus, t0

# CHECK: {{^ *}}4{{$}}
  begin e64, m1, ta, ma
  use
  end
# The length can be used at once: 1 + vset 0 + 1.
# CHECK-NEXT: {{^ *}}2{{$}}
  begin e64, m1, ta, ma
  vsetvli a0, x0, e64, m1, ta, ma
  addi a0, a0, 1
  end
# Three that depend on each other: 3 * (1 + valu 1), use 4.
# CHECK-NEXT: {{^ *}}10{{$}}
  begin e64, m1, ta, ma
  vadd.vi v8, v16, 1
  vadd.vi v8, v8, 1
  vadd.vi v8, v8, 1
  use
  end
# Three that do not: a cycle each.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin e64, m1, ta, ma
  vadd.vi v8, v16, 1
  vadd.vi v9, v16, 1
  vadd.vi v10, v16, 1
  end
# Eight registers occupy the pipeline for 8; dependent ones chain: 8 + 1.
# CHECK-NEXT: {{^ *}}9{{$}}
  begin e64, m8, ta, ma
  vadd.vi v8, v16, 1
  vadd.vv v8, v8, v16
  end
# But only registers with elements below vl: 1 + 1.
# CHECK-NEXT: {{^ *}}2{{$}}
  begin e64, m8, ta, ma
  vsetivli x0, 8, e64, m8, ta, ma
  vadd.vi v8, v16, 1
  end
# The core goes on meanwhile: 1 + 4.
# CHECK-NEXT: {{^ *}}5{{$}}
  begin e64, m8, ta, ma
  vadd.vi v8, v16, 1
  addi a0, a0, 1
  addi a0, a0, 1
  addi a0, a0, 1
  addi a0, a0, 1
  end
# A comparison is there behind the last register: 8 + valu 1, then the use of v0.
# CHECK-NEXT: {{^ *}}13{{$}}
  begin e64, m8, ta, ma
  vmseq.vi v0, v16, 1
  vcpop.m a0, v0
  addi a0, a0, 1
  end
# A fused multiply-add: 1 + vfma 4, use 4.
# CHECK-NEXT: {{^ *}}9{{$}}
  begin e64, m1, ta, ma
  vfmacc.vv v8, v16, v17
  use
  end
# A widening one has two registers of results: 2 + 1.
# CHECK-NEXT: {{^ *}}3{{$}}
  begin e32, m1, ta, ma
  vwmul.vv v8, v16, v17
  vadd.vi v18, v17, 1
  end
# The divider is not pipelined: 1 + vdiv 20 for 64 bits, a quarter for 8, then one more.
# CHECK-NEXT: {{^ *}}22{{$}}
  begin e64, m1, ta, ma
  vdivu.vv v8, v16, v17
  vadd.vi v18, v17, 1
  end
# CHECK-NEXT: {{^ *}}7{{$}}
  begin e8, m1, ta, ma
  vdivu.vv v8, v16, v17
  vadd.vi v18, v17, 1
  end
# A sum of a register: 1 + vred 3, use 4; of eight: 8 + 3, 4.
# CHECK-NEXT: {{^ *}}8{{$}}
  begin e64, m1, ta, ma
  vredsum.vs v8, v16, v17
  use
  end
# CHECK-NEXT: {{^ *}}15{{$}}
  begin e64, m8, ta, ma
  vredsum.vs v8, v16, v24
  use
  end
# An ordered one: 8 * (1 + vfred_ordered 3), then one more.
# CHECK-NEXT: {{^ *}}33{{$}}
  begin e64, m1, ta, ma
  vfredosum.vs v8, v16, v17
  vadd.vi v18, v17, 1
  end
# A gather of two registers: 2 * 2, then one more.
# CHECK-NEXT: {{^ *}}5{{$}}
  begin e64, m2, ta, ma
  vrgather.vv v8, v16, v18
  vadd.vi v20, v16, 1
  end
# A load and its use: 1 + core_load_use 1 + vload 1, use 4.
# CHECK-NEXT: {{^ *}}7{{$}}
  begin e64, m1, ta, ma
  vle64.v v8, (s1)
  use
  end
# Local memory: core_local_load 9 + vload 1, use 4.
# CHECK-NEXT: {{^ *}}14{{$}}
  begin e64, m1, ta, ma
  vle64.v v8, (s5)
  use
  end
# Loads and arithmetic overlap, register by register: 3 until the first is there, then 8 chained, then
# one more.
# CHECK-NEXT: {{^ *}}12{{$}}
  begin e64, m8, ta, ma
  vle64.v v8, (s1)
  vadd.vi v8, v8, 1
  vadd.vi v16, v16, 1
  end
# Two stores of eight lines: 8 + 1;, across lines, 1 + 9 + 1.
# CHECK-NEXT: {{^ *}}9{{$}}
  begin e64, m8, ta, ma
  vse64.v v8, (s1)
  vse64.v v8, (s1)
  end
# CHECK-NEXT: {{^ *}}11{{$}}
  begin e64, m8, ta, ma
  addi a1, s1, 8
  vse64.v v8, (a1)
  vse64.v v8, (a1)
  end
# Strided: the last of 8 begins in cycle 7: 7 + 1 + core_load_use 1 + vload_strided 2, use 4.
# CHECK-NEXT: {{^ *}}15{{$}}
  begin e64, m1, ta, ma
  vlse64.v v8, (s1), s6
  use
  end

# The queues: vector_queue 4. The second of two waits; the core does not: 2 + 12.
# CHECK-NEXT: {{^ *}}14{{$}}
  begin e64, m8, ta, ma
  vadd.vi v8, v16, 1
  vadd.vi v8, v16, 1
  .rept 12
  addi a0, a0, 1
  .endr
  end
# Four wait, the sixth comes when the second begins: 8 + 1 + 40.
# CHECK-NEXT: {{^ *}}49{{$}}
  begin e64, m8, ta, ma
  .rept 6
  vadd.vi v8, v16, 1
  .endr
  .rept 40
  addi a0, a0, 1
  .endr
  end
# One that waits does not stop the other pipeline: the second load, 2, is there at 2 + 3; who
# reads it begins at 16.
# CHECK-NEXT: {{^ *}}17{{$}}
  begin e64, m8, ta, ma
  vadd.vi v8, v16, 1
  vadd.vi v8, v16, 1
  vle64.v v24, (s1)
  vadd.vi v24, v24, 1
  end
# Only the reader waits for a scalar result: 8 + 1 + vmove_to_scalar 2, 1.
# CHECK-NEXT: {{^ *}}12{{$}}
  begin e64, m8, ta, ma
  vadd.vi v8, v16, 1
  vmv.x.s a0, v8
  .rept 5
  addi a1, a1, 1
  .endr
  addi a0, a0, 1
  end
# A load must not overwrite what one that waits will read: the addition reads in cycle 21, behind 1 +
# vdiv 20, so the load, which takes 3, begins in 19; eight more, and 1.
# CHECK-NEXT: {{^ *}}28{{$}}
  begin e64, m1, ta, ma
  vdivu.vv v8, v16, v17
  vadd.vi v18, v16, 1
  vle64.v v16, (s1)
  .rept 8
  vle64.v v20, (s1)
  .endr
  end
# Nor may it be followed by an older result: the load's comes after the quotient, 21 - 3, 8, 1.
# CHECK-NEXT: {{^ *}}27{{$}}
  begin e64, m1, ta, ma
  vdivu.vv v8, v16, v17
  vle64.v v8, (s1)
  .rept 8
  vle64.v v20, (s1)
  .endr
  end
# A store that waits for a quotient: a load of the same line waits for it, 21 + 1, core_load_use 1, 1;
# others don't, but the counter's reader.
# CHECK-NEXT: {{^ *}}24{{$}}
  begin e64, m1, ta, ma
  vdivu.vv v8, v16, v17
  vse64.v v8, (s1)
  ld a0, 8(s1)
  addi a0, a0, 1
  end
# CHECK-NEXT: {{^ *}}22{{$}}
  begin e64, m1, ta, ma
  vdivu.vv v8, v16, v17
  vse64.v v8, (s1)
  ld a0, 64(s1)
  addi a0, a0, 1
  end

  lla a1, block
  lla t1, open
  sd t1, 0(a1)
  li t1, 4
  sd t1, 8(a1)
  li t1, 3
  sd t1, 16(a1)
  li a0, 1              # SYS_OPEN
  call semihost
  lla a1, block
  sd a0, 0(a1)
  lla t1, log
  sd t1, 8(a1)
  sub t2, s0, t1
  sd t2, 16(a1)
  li a0, 5              # SYS_WRITE
  call semihost
  lla a1, block
  li t0, 0x20026
  sd t0, 0(a1)
  sd x0, 8(a1)
  li a0, 0x20
  call semihost
  .balign 16
semihost:
  slli x0, x0, 0x1f
  ebreak
  srai x0, x0, 7
  ret

open:
  .string ":tt"
  .balign 64
data:
  .space 1024
block:
  .space 32
log:
  .space 256
