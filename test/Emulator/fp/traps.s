# What is illegal in floating point, and what makes its state dirty. mcause, mepc, mtval, mstatus.FS
# (with SD) of each trap, and of each `look` FS and fcsr; QEMU agrees.
# REQUIRES: mtia-run, qemu-system
# RUN: %llvm-mc-riscv -mattr=+m,+f,+d,+zfh -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf > %t.timed
# RUN: mtia-run --functional %t.elf > %t.functional
# RUN: qemu-system-riscv64 -M virt -cpu rv64,Zfh=true -bios none -nographic \
# RUN:   -semihosting-config enable=on,target=native -kernel %t.elf > %t.qemu
# RUN: cmp %t.timed %t.functional
# RUN: cmp %t.timed %t.qemu
# RUN: od -An -v -t x8 -w32 %t.timed | FileCheck %s

  .macro semihost
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  .endm
  .macro look
  csrr t0, mstatus
  and t0, t0, s2
  sd t0, 0(s0)
  frcsr t0
  sd t0, 8(s0)
  sd x0, 16(s0)
  sd x0, 24(s0)
  addi s0, s0, 32
  .endm
  .macro fs, value
  csrc mstatus, s2
  li t0, \value << 13
  csrs mstatus, t0
  .endm

  .globl _start
_start:
  lla t0, handler
  csrw mtvec, t0
  lla s0, log
  li s2, 0x8000000000006000
  lla s3, log
  j first
  .balign 256

# FS is off: everything traps, the fields of fcsr, too.
first:
# CHECK: 0000000000000002 0000000080000100 0000000002007053 0000000000000000
  fadd.d f0, f0, f0
# CHECK-NEXT: 0000000000000002 0000000080000104 00000000000b3007 0000000000000000
  fld f0, 0(s6)
# CHECK-NEXT: 0000000000000002 0000000080000108 0000000000053027 0000000000000000
  fsd f0, 0(a0)
# CHECK-NEXT: 0000000000000002 000000008000010c 00000000f2050053 0000000000000000
  fmv.d.x f0, a0
# CHECK-NEXT: 0000000000000002 0000000080000110 0000000020000053 0000000000000000
  fsgnj.s f0, f0, f0
# CHECK-NEXT: 0000000000000002 0000000080000114 0000000000302573 0000000000000000
  frcsr a0
# CHECK-NEXT: 0000000000000002 0000000080000118 0000000000105073 0000000000000000
  csrwi fflags, 0
# CHECK-NEXT: 0000000000000002 000000008000011c 0000000000202573 0000000000000000
  frrm a0

# Initial: an instruction that writes a register makes it dirty, as does a write to fcsr.
  fs 1
# CHECK-NEXT: 0000000000002000 0000000000000000
  look
  fmv.d.x f1, x0
# CHECK-NEXT: 8000000000006000 0000000000000000
  look
  fs 2
# CHECK-NEXT: 0000000000004000 0000000000000000
  look
  fsflags x0
# CHECK-NEXT: 8000000000006000 0000000000000000
  look
  fs 2
  fld f1, 0(s3)
# CHECK-NEXT: 8000000000006000 0000000000000000
  look
# A sum that is exact, one that is not, and a quotient by zero.
  li a0, 3
  fcvt.d.w f2, a0
  fdiv.d f3, f2, f2
# CHECK-NEXT: 8000000000006000 0000000000000000
  look
  fdiv.d f3, f3, f2
# CHECK-NEXT: 8000000000006000 0000000000000001
  look
  fcvt.d.w f1, x0
  fdiv.d f3, f2, f1
# CHECK-NEXT: 8000000000006000 0000000000000009
  look
# fcsr keeps eight bits; frm and fflags are its parts.
  li a0, -1
  fscsr a0
# CHECK-NEXT: 8000000000006000 00000000000000ff
  look
  fsrmi 4
  fsflagsi 0x12
# CHECK-NEXT: 8000000000006000 0000000000000092
  look

# A reserved frm: only what uses it is illegal, exact conversions included.
  .balign 256
  fsrmi 5
# CHECK-NEXT: 0000000000000002 0000000080000304 0000000002007053 8000000000006000
  fadd.d f0, f0, f0
# CHECK-NEXT: 0000000000000002 0000000080000308 0000000000007043 8000000000006000
  fmadd.s f0, f0, f0, f0
# CHECK-NEXT: 0000000000000002 000000008000030c 00000000d2057053 8000000000006000
  fcvt.d.w f0, a0, dyn
  fadd.d f0, f0, f0, rne
  feq.d a0, f0, f0
  fmin.d f0, f0, f0
  fmv.d f4, f5
  fclass.d a0, f0
  fsrmi 7
# CHECK-NEXT: 0000000000000002 0000000080000328 00000000c0007553 8000000000006000
  fcvt.w.s a0, f0, dyn
# Reserved static modes.
  fsrmi 0
# CHECK-NEXT: 0000000000000002 0000000080000330 0000000002005053 8000000000006000
  .word 0x02005053    # fadd.d f0, f0, f0 with mode 5
# CHECK-NEXT: 0000000000000002 0000000080000334 0000000002006053 8000000000006000
  .word 0x02006053    # and with 6
# Reserved width, source register of fsqrt, operation.
# CHECK-NEXT: 0000000000000002 0000000080000338 0000000006007053 8000000000006000
  .word 0x06007053    # fadd.q
# CHECK-NEXT: 0000000000000002 000000008000033c 000000005a107053 8000000000006000
  .word 0x5a107053    # fsqrt.d with rs2 = 1
# CHECK-NEXT: 0000000000000002 0000000080000340 0000000022003053 8000000000006000
  .word 0x22003053    # fsgnj.d with funct3 = 3
# A load that faults leaves the register alone, a store that faults the memory.
  li t1, 0x40
  fmv.d.x f6, t1
# CHECK-NEXT: 0000000000000005 000000008000034c 0000000000000048 8000000000006000
  fld f6, 8(t1)
# CHECK-NEXT: 0000000000000007 0000000080000350 0000000000000038 8000000000006000
  fsw f6, -8(t1)
  fmv.x.d a0, f6
# CHECK-NEXT: 0000000000000040
  sd a0, 0(s0)
  sd x0, 8(s0)
  sd x0, 16(s0)
  sd x0, 24(s0)
  addi s0, s0, 32

  li a0, 1
  lla a1, open_block
  semihost
  lla a1, write_block
  sd a0, 0(a1)
  sub t0, s0, s3
  sd t0, 16(a1)
  li a0, 5
  semihost
  li a0, 0x18
  lla a1, exit_block
  semihost

  .balign 64
handler:
  csrr t0, mcause
  sd t0, 0(s0)
  csrr t2, mepc
  sd t2, 8(s0)
  csrr t3, mtval
  sd t3, 16(s0)
  csrr t3, mstatus
  and t3, t3, s2
  sd t3, 24(s0)
  addi s0, s0, 32
  addi t2, t2, 4
  csrw mepc, t2
  mret

  .data
  .balign 8
open_block: .dword name, 4, 3
write_block: .dword 0, log, 0
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 8
log: .space 32 * 64
