# What is left in each CSR of ones and of zeros written to it: the fields that it has (the manual,
# volume II). QEMU 7.2 keeps more than the manual allows in several of them.
# REQUIRES: mtia-run
# RUN: %llvm-mc-riscv -mattr=+m,+a,+f -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf --signature %t.timed --signature-granularity 16
# RUN: mtia-run --functional %t.elf --signature %t.functional --signature-granularity 16
# RUN: mtia-run --core reference %t.elf --signature %t.reference --signature-granularity 16
# RUN: cmp %t.timed %t.functional
# RUN: cmp %t.timed %t.reference
# RUN: FileCheck %s < %t.timed

# A line: what zeros leave, what ones leave.
  .macro try csr
  csrrw s2, \csr, s1
  csrrw t1, \csr, x0
  csrr t2, \csr
  csrw \csr, s2
  sd t1, 0(s0)
  sd t2, 8(s0)
  addi s0, s0, 16
  .endm
# The same for one that must not exist: cause and value of the trap.
  .macro none csr
  csrr t1, \csr
  .endm

  .globl _start, tohost, begin_signature, end_signature
_start:
  lla t0, handler
  csrw mtvec, t0
  lla s0, begin_signature
  li s1, -1

# SIE MIE SPIE MPIE SPP MPP FS MPRV SUM MXR TVM TW TSR, SXL and UXL: 64 bits, SD
# CHECK: {{^}}0000000a000000008000000a007e79aa
  csrrw s2, mstatus, s1
  csrr t1, mstatus
  li t0, 0x6000
  csrw mstatus, x0
  csrr t2, mstatus
  csrw mstatus, t0
  sd t1, 0(s0)
  sd t2, 8(s0)
  addi s0, s0, 16
# sstatus: what supervisor mode may see of it
# CHECK-NEXT: {{^}}000000020000000080000002000c6122
  try sstatus
  csrs mstatus, t0
# Initial (1 << 13); a store of a floating-point register makes that dirty, and SD.
# CHECK-NEXT: {{^}}80000000000060000000000000002000
  li t1, 0x4000
  csrc mstatus, t1
  csrr t1, mstatus
  fsw f0, 8(s0)
  csrr t2, mstatus
  li t4, 0x6000
  and t1, t1, t4
  srli t3, t2, 63
  slli t3, t3, 63
  and t2, t2, t4
  or t2, t2, t3
  sd t1, 0(s0)
  sd t2, 8(s0)
  addi s0, s0, 16
# RV64 A B C D F I M S U X
# CHECK-NEXT: {{^}}800000000094112f800000000094112f
  try misa
# All causes from below machine mode; all interrupts of supervisor mode.
# CHECK-NEXT: {{^}}0000000000000000000000000000b3ff
  try medeleg
# CHECK-NEXT: {{^}}00000000000000000000000000000222
  try mideleg
# CHECK-NEXT: {{^}}00000000000000000000000000000aaa
  try mie
# CHECK-NEXT: {{^}}00000000000000000000000000000222
  try mip
# Base and mode 0 or 1.
# CHECK-NEXT: {{^}}0000000000000000fffffffffffffffd
  try mtvec
# CHECK-NEXT: {{^}}0000000000000000fffffffffffffffd
  try stvec
# CHECK-NEXT: {{^}}000000000000000000000000ffffffff
  try mcounteren
# CHECK-NEXT: {{^}}000000000000000000000000ffffffff
  try scounteren
# CHECK-NEXT: {{^}}00000000000000000000000000000005
  try mcountinhibit
# CHECK-NEXT: {{^}}0000000000000000ffffffffffffffff
  try mscratch
# CHECK-NEXT: {{^}}0000000000000000ffffffffffffffff
  try sscratch
# CHECK-NEXT: {{^}}0000000000000000fffffffffffffffe
  try mepc
# CHECK-NEXT: {{^}}0000000000000000fffffffffffffffe
  try sepc
# CHECK-NEXT: {{^}}0000000000000000ffffffffffffffff
  try mcause
# CHECK-NEXT: {{^}}0000000000000000ffffffffffffffff
  try mtval
# CHECK-NEXT: {{^}}0000000000000000ffffffffffffffff
  try stval
# sie and sip are views through mideleg.
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try sie
  li t0, 2
  csrw mideleg, t0
# CHECK-NEXT: {{^}}00000000000000000000000000000002
  try sie
# CHECK-NEXT: {{^}}00000000000000000000000000000002
  try sip
  csrw mideleg, x0
# No mode 15: nothing is written. Sv39, Sv57: mode, 16 bits of number, 44 bits of address.
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try satp
  li s1, 0x8fffffffffffffff
# CHECK-NEXT: {{^}}00000000000000008fffffffffffffff
  try satp
  li s1, 0xafffffffffffffff
# CHECK-NEXT: {{^}}0000000000000000afffffffffffffff
  try satp
  li s1, 0xbfffffffffffffff
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try satp
# 54 bits of address; two bits of an entry are none; writable but not readable is reserved.
  li s1, -1
# CHECK-NEXT: {{^}}0000000000000000003fffffffffffff
  try pmpaddr15
  li s1, 0x7f061b7f7f7f7f02
# CHECK-NEXT: {{^}}00000000000000001f041b1f1f1f1f00
  try pmpcfg2
  li s1, -1
# Behind the last entry; counters of events; triggers.
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try pmpaddr16
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try pmpcfg4
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try mhpmcounter3
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try mhpmevent31
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try tselect
# CHECK-NEXT: {{^}}00000000000000000000000000000000
  try tdata1
# CHECK-NEXT: {{^}}0000000000000000000000000000001f
  try fflags
# CHECK-NEXT: {{^}}00000000000000000000000000000007
  try frm
# CHECK-NEXT: {{^}}000000000000000000000000000000ff
  try fcsr

# A counter reads what has been written in the instruction before; inhibited, it keeps it.
# CHECK-NEXT: {{^}}00000000000000640000000000000064
  li t0, 100
  csrw minstret, t0
  csrr t1, minstret
  csrwi mcountinhibit, 4
  csrw minstret, t0
  nop
  csrr t2, minstret
  csrwi mcountinhibit, 0
  sd t1, 0(s0)
  sd t2, 8(s0)
  addi s0, s0, 16
# It goes on from there: one instruction between.
# CHECK-NEXT: {{^}}00000000000000650000000000000064
  csrwi mcountinhibit, 4
  csrw minstret, t0
  csrwi mcountinhibit, 0
  csrr t1, minstret
  csrr t2, minstret
  sd t1, 0(s0)
  sd t2, 8(s0)
  addi s0, s0, 16

# Those of RV32, of extensions that are not there.
# CHECK-NEXT: {{^}}000000003a1023730000000000000002
  none 0x3a1
# CHECK-NEXT: {{^}}00000000310023730000000000000002
  none 0x310
# CHECK-NEXT: {{^}}00000000744023730000000000000002
  none 0x744
# CHECK-NEXT: {{^}}00000000747023730000000000000002
  none 0x747
# CHECK-NEXT: {{^}}0000000014d023730000000000000002
  none 0x14d
# CHECK-NEXT: {{^}}00000000008023730000000000000002
  none 0x008
# Only to be read.
# CHECK-NEXT: {{^}}00000000c00013730000000000000002
  csrrw t1, cycle, x0
# CHECK-NEXT: {{^}}00000000f14013730000000000000002
  csrrw t1, mhartid, x0

# AMOs: misaligned (QEMU has the cause of loads), and where no memory is. Cause and value.
  lla a0, begin_signature + 2
# CHECK-NEXT: {{^}}{{0*800[0-9a-f]+}}0000000000000006
  amoadd.w t1, t1, (a0)
# CHECK-NEXT: {{^}}{{0*800[0-9a-f]+}}0000000000000006
  sc.w t1, t1, (a0)
# CHECK-NEXT: {{^}}{{0*800[0-9a-f]+}}0000000000000004
  lr.w t1, (a0)
  li a0, 64
# CHECK-NEXT: {{^}}00000000000000400000000000000007
  amoor.d t1, t1, (a0)
# CHECK-NEXT: {{^}}00000000000000400000000000000005
  lr.d t1, (a0)
# The value of ebreak is its address.
# CHECK-NEXT: {{^}}{{0*800[0-9a-f]+}}0000000000000003
  ebreak
  li t1, 1
  lla t0, tohost
  sd t1, 0(t0)
  j .

  .balign 4
handler:
  csrr t3, mcause
  csrr t4, mtval
  sd t3, 0(s0)
  sd t4, 8(s0)
  addi s0, s0, 16
  csrr t3, mepc
  addi t3, t3, 4
  csrw mepc, t3
  mret

  .data
  .balign 64
tohost: .dword 0
  .balign 16
begin_signature:
  .space 16 * 64
end_signature:
