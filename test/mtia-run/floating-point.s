# Floating point in reports: why an instruction that exists is illegal, operations in the statistics.
# REQUIRES: mtia-run
# RUN: %llvm-mc-riscv -mattr=+m,+f,+d,+zfh -filetype=obj %s --defsym=OFF=1 -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: not mtia-run %t.elf 2>&1 | FileCheck %s --check-prefix=OFF
# OFF: illegal instruction 0x{{[0-9a-f]+}}: floating point is switched off; set mstatus.FS
# RUN: %llvm-mc-riscv -mattr=+m,+f,+d,+zfh -filetype=obj %s --defsym=MODE=1 -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: not mtia-run --functional %t.elf 2>&1 | FileCheck %s --check-prefix=MODE
# MODE: illegal instruction 0x{{[0-9a-f]+}}: frm holds a reserved rounding mode
# RUN: %llvm-mc-riscv -mattr=+m,+f,+d,+zfh -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run --stats-json %t.json %t.elf
# RUN: FileCheck %s --check-prefix=JSON --input-file %t.json
# The sum, the root, the quotient, and the multiply-add twice; each width counts the same.
# JSON: "fp_operations": 10
# RUN: mtia-run --stats %t.elf 2>&1 | FileCheck %s --check-prefix=STATS
# STATS: , 10 floating-point operations,

  .globl _start
_start:
  li a0, 0x2000
  .ifndef OFF
  csrs mstatus, a0
  .endif
  .ifdef MODE
  fsrmi 6
  .endif
  fcvt.d.w f0, a0, dyn
  fadd.d f1, f0, f0
  fsqrt.d f2, f0
  fdiv.d f3, f1, f2
  fmadd.d f4, f3, f3, f3
  fcvt.h.d f5, f0
  fmul.h f6, f5, f5
  fsub.h f6, f5, f5
  fdiv.h f6, f5, f5
  fnmadd.h f6, f5, f5, f5
  feq.d a1, f0, f1
  fmax.h f6, f6, f5
  lla a1, exit_block
  li a0, 0x20
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  .data
  .balign 8
exit_block: .dword 0x20026, 0
