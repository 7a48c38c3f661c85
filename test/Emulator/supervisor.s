# Supervisor mode, delegation, Sv39 and physical memory protection: as QEMU has them. The log: cause, pc,
# value, status at each trap, of whichever mode it went to, and what some steps read.
# REQUIRES: mtia-run, qemu-system
# RUN: %llvm-mc-riscv -mattr=+m,+a --defsym qemu=1 -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: %qemu-virt %t.elf > %t.qemu
# RUN: mtia-run %t.elf > %t.timed
# RUN: cmp %t.timed %t.qemu

# What QEMU 7.2 has otherwise than the manual.
# RUN: %llvm-mc-riscv -mattr=+m,+a --defsym qemu=0 -filetype=obj %s -o %t.o
# RUN: %lld -N -Ttext=0x80000000 %t.o -o %t.elf
# RUN: mtia-run %t.elf > %t.timed
# RUN: mtia-run --functional %t.elf > %t.functional
# RUN: mtia-run --core reference %t.elf > %t.reference
# RUN: cmp %t.timed %t.functional
# RUN: cmp %t.timed %t.reference
# RUN: od -An -v -t x8 -w32 %t.timed | FileCheck %s

  .option norvc
  .macro semihost
  .balign 16
  slli x0, x0, 31
  ebreak
  srai x0, x0, 7
  .endm

# A line of the log; t6 is lost.
  .macro note tag, value
  li t6, \tag
  sd t6, 0(s0)
  sd \value, 8(s0)
  sd zero, 16(s0)
  sd zero, 24(s0)
  addi s0, s0, 32
  .endm

  .equ MPP_S, 0x800
  .equ MPP, 0x1800
  .equ MPRV, 0x20000
  .equ SUM, 0x40000
  .equ MXR, 0x80000
  .equ TVM, 0x100000
  .equ TSR, 0x400000

# To `mode` (bits of mstatus.MPP) at the next instruction.
  .macro enter mode
  li t0, MPP
  csrc mstatus, t0
  li t0, \mode
  csrs mstatus, t0
  lla t0, 77f
  csrw mepc, t0
  mret
77:
  .endm

# Machine mode at the next instruction: the handler sees a7.
  .macro to_machine
  li a7, 1
  ecall
  .endm

  .globl _start
_start:
  lla t0, m_handler
  csrw mtvec, t0
  lla s0, log
  j first
  .balign 256

first:
# No entry of protection: supervisor mode cannot even fetch.
# CHECK: 0000000000000001 {{0000000080000[0-9a-f]+ 0000000080000[0-9a-f]+ [0-9a-f]+}}
  .if !qemu              # to which mret is illegal then
  lla s1, after_fetch
  enter MPP_S
  .endif
after_fetch:
  li t0, -1
  csrw pmpaddr15, t0
  li t0, 31 << 56        # the last entry: everything
  csrw pmpcfg2, t0

# Delegation: causes of supervisor and user mode, never of machine mode.
  lla t0, s_handler
  csrw stvec, t0
  li t0, -1
  csrw medeleg, t0
  csrr t1, medeleg
# CHECK-NEXT: 0000000000000100 000000000000b3ff
  li t2, 0xb3ff
  and t1, t1, t2
  note 0x100, t1
  li t0, 1 << 2 | 1 << 3 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 15
  csrw medeleg, t0
  enter MPP_S
# In supervisor mode an illegal instruction goes to its own handler, and machine CSRs are illegal.
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000000000000 0000000200000120
  csrsi sstatus, 2
  .word 0
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 00000000300022f3 0000000200000120
  csrr t0, mstatus
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000030200073 0000000200000120
  mret
# ecall from supervisor mode is not delegated.
# CHECK-NEXT: 0000000000000009 {{[0-9a-f]+}} 0000000000000000 {{[0-9a-f]+}}
  li a7, 0
  ecall
# sret to user mode; its ecall is.
  li t0, 0x100
  csrc sstatus, t0
  lla t0, in_user
  csrw sepc, t0
  sret
in_user:
# CHECK-NEXT: 0000000000000008 {{[0-9a-f]+}} 0000000000000000 0000000200000020
  ecall
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000010200073 0000000200000020
  sret
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000012000073 0000000200000020
  sfence.vma
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 00000000100022f3 0000000200000020
  csrr t0, sstatus
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000010500073 0000000200000020
  wfi
# s_handler goes on in machine mode by an ecall of its own.
# CHECK-NEXT: 0000000000000008 {{[0-9a-f]+}} 0000000000000000 0000000200000020
# CHECK-NEXT: 0000000000000009
  li a7, 1
  ecall

# TVM and TSR take away what supervisor mode may do.
  csrwi medeleg, 0
  li t0, TVM | TSR
  csrs mstatus, t0
  enter MPP_S
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000018002073
  csrr zero, satp
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000012000073
  sfence.vma
# CHECK-NEXT: 0000000000000002 {{[0-9a-f]+}} 0000000010200073
  sret
# CHECK-NEXT: 0000000000000009
  to_machine
  li t0, TVM | TSR
  csrc mstatus, t0

# Pages. The first gigabyte's table has pages of 4 KB; the third gigabyte is mapped onto itself.
  lla t0, level1
  srli t0, t0, 2
  ori t0, t0, 1
  lla t1, level2
  sd t0, 0(t1)
  lla t0, level0
  srli t0, t0, 2
  ori t0, t0, 1
  lla t1, level1
  sd t0, 0(t1)
  lla s2, level0
  lla t0, page_a
  srli s3, t0, 2         # the entry without its rights
  ori t0, s3, 0x03       # 0: read
  sd t0, 0(s2)
  ori t0, s3, 0x07       # 1: read, write
  sd t0, 8(s2)
  ori t0, s3, 0x09       # 2: execute
  sd t0, 16(s2)
  ori t0, s3, 0x1f       # 3: everything, user
  sd t0, 24(s2)
  ori t0, s3, 0x05       # 4: write without read: reserved
  sd t0, 32(s2)
  ori t0, s3, 0x06       # 5: not valid
  sd t0, 40(s2)
  lla t0, page_b
  srli t0, t0, 2
  ori t0, t0, 0x07       # 6: another page
  sd t0, 48(s2)
  lla t0, level1
  lla t1, level2
  li t2, 0x80000000 >> 2 | 0x0f
  sd t2, 16(t1)          # 2 GB to 3 GB
  li t2, (0x80000000 + 4096) >> 2 | 0x0f
  sd t2, 24(t1)          # a large page that isn't aligned
  srli t1, t1, 12
  li t0, 8 << 60
  or t0, t0, t1
  csrw satp, t0
  sfence.vma
# A mode that doesn't exist changes nothing.
  li t2, 7 << 60
  csrw satp, t2
  csrr t1, satp
  xor t1, t1, t0
# CHECK-NEXT: 0000000000000101 0000000000000000
  note 0x101, t1

  enter MPP_S
  li a7, 0
  li a1, 0x1234
  li t1, 0x1000
  sd a1, 16(t1)          # through page 1
  ld a2, 16(zero)        # through page 0
# CHECK-NEXT: 0000000000000102 0000000000001234
  note 0x102, a2
# A store to what can only be read, a load from what can only be executed.
# CHECK-NEXT: 000000000000000f {{[0-9a-f]+}} 0000000000000010
  sd a1, 16(zero)
  li t1, 0x2000
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 0000000000002010
  ld a2, 16(t1)
  li t2, MXR
  csrs sstatus, t2
  ld a2, 16(t1)
# CHECK-NEXT: 0000000000000103 0000000000001234
  note 0x103, a2
  csrc sstatus, t2
# User memory needs SUM.
  li t1, 0x3000
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 0000000000003010
  ld a2, 16(t1)
  li t2, SUM
  csrs sstatus, t2
  ld a2, 16(t1)
# CHECK-NEXT: 0000000000000104 0000000000001234
  note 0x104, a2
# But it is never executed.
  .if !qemu              # which needs SUM cleared for that
# CHECK-NEXT: 000000000000000c 0000000000003000 0000000000003000
  lla s1, 1f
  jr t1
1:
  .endif
  csrc sstatus, t2
  li t1, 0x4000
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 0000000000004000
  lw a2, 0(t1)
  li t1, 0x5000
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 0000000000005000
  lw a2, 0(t1)
# CHECK-NEXT: 000000000000000f {{[0-9a-f]+}} 0000000000005000
  .if !qemu              # which calls it a load
  amoadd.w a2, a2, (t1)
  .endif
# Across two pages.
  li t1, 0x5ffc
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 0000000000005ffc
  ld a2, 0(t1)
# An address that isn't sign-extended; a large page that isn't aligned.
  li t1, 1 << 38
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 0000004000000000
  lw a2, 0(t1)
  li t1, 3 << 30
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 00000000c0000000
  lw a2, 0(t1)
# A page that can't be executed.
# CHECK-NEXT: 000000000000000c {{[0-9a-f]+}} 0000000000001000
  li t1, 0x1000
  lla s1, 1f
  jr t1
1:
# CHECK-NEXT: 0000000000000009
  to_machine
# Accessed and dirty bits: page 0 was read, page 1 written.
  lw t1, 0(s2)
  andi t1, t1, 0xff
# CHECK-NEXT: 0000000000000105 0000000000000043
  note 0x105, t1
  lw t1, 8(s2)
  andi t1, t1, 0xff
# CHECK-NEXT: 0000000000000106 00000000000000c7
  note 0x106, t1
# Sv48 and Sv57: the same through one and two levels more.
  lla t2, level3
  lla t1, level2
  srli t0, t1, 2
  ori t0, t0, 1
  sd t0, 0(t2)
  lla t1, level4
  srli t0, t2, 2
  ori t0, t0, 1
  sd t0, 0(t1)
  srli t2, t2, 12
  li t0, 9 << 60
  or t2, t2, t0
  csrr s6, satp
  csrw satp, t2
  sfence.vma
  li t3, MPRV | MPP_S
  li t0, MPP
  csrc mstatus, t0
  csrs mstatus, t3
  ld a2, 16(zero)
  li t0, MPRV
  csrc mstatus, t0
# CHECK-NEXT: 000000000000010b 0000000000001234
  note 0x10b, a2
  srli t1, t1, 12
  li t0, 10 << 60
  or t1, t1, t0
  csrw satp, t1
  sfence.vma
  csrs mstatus, t3
  ld a2, 16(zero)
  li t0, 1 << 56         # not sign-extended
# CHECK-NEXT: 000000000000000d {{[0-9a-f]+}} 0100000000000000
  lw a3, 0(t0)
  li t0, MPP
  csrc mstatus, t0
  csrs mstatus, t3
  li t0, MPRV
  csrc mstatus, t0
# CHECK-NEXT: 000000000000010c 0000000000001234
  note 0x10c, a2
  csrw satp, s6
  sfence.vma
# Machine mode with supervisor mode's view of data.
  li t0, MPP
  csrc mstatus, t0
  li t0, MPRV | MPP_S
  csrs mstatus, t0
  ld a2, 16(zero)
  li t0, MPRV
  csrc mstatus, t0
# CHECK-NEXT: 0000000000000107 0000000000001234
  note 0x107, a2
  csrw satp, zero
  sfence.vma

# Protection. Entry 0: eight bytes that can only be read; 1 and 2: from page_b on nothing, 4 KB.
  lla s4, page_a
  srli t0, s4, 2
  csrw pmpaddr0, t0
  lla s5, page_b
  srli t0, s5, 2
  csrw pmpaddr1, t0
  li t1, 1024
  add t0, t0, t1
  csrw pmpaddr2, t0
  li t0, 0x080019        # NAPOT R; off; TOR nothing
  csrw pmpcfg0, t0
  enter MPP_S
  li a7, 0
  lw a2, 4(s4)
  lw a2, 8(s4)
# CHECK-NEXT: 0000000000000007 {{[0-9a-f]+}} {{[0-9a-f]+}}
  sw a2, 4(s4)
  sw a2, 8(s4)
# CHECK-NEXT: 0000000000000005 {{[0-9a-f]+}} {{[0-9a-f]+}}
  lw a2, 0(s5)
# CHECK-NEXT: 0000000000000007 {{[0-9a-f]+}} {{[0-9a-f]+}}
  sw a2, 1024(s5)
# CHECK-NEXT: 0000000000000001 {{[0-9a-f]+}} {{[0-9a-f]+}}
  lla s1, 1f
  jr s5
1:
# CHECK-NEXT: 0000000000000009
  to_machine
# Machine mode may, unless the entry is locked; then its registers can't be changed.
  sw a2, 0(s5)
  li t0, 0x880019
  csrw pmpcfg0, t0
# CHECK-NEXT: 0000000000000007 {{[0-9a-f]+}} {{[0-9a-f]+}}
  sw a2, 0(s5)
  csrw pmpcfg0, zero
  csrr t1, pmpcfg0
# CHECK-NEXT: 0000000000000108 0000000000880000
  note 0x108, t1
  csrr t1, pmpaddr1
  csrw pmpaddr1, zero
  csrw pmpaddr2, zero
  csrr t2, pmpaddr1
  xor t1, t1, t2
# CHECK-NEXT: 0000000000000109 0000000000000000
  note 0x109, t1

# A software interrupt of supervisor mode that machine mode raises.
  csrwi mideleg, 2
  lla t0, s_handler
  csrw stvec, t0
  csrwi mie, 2
  csrwi mip, 2
  enter MPP_S
# CHECK-NEXT: 8000000000000001 {{[0-9a-f]+}} 0000000000000000 0000000200000120
  csrsi sstatus, 2
  nop
  csrr t1, sip
# CHECK-NEXT: 000000000000010a 0000000000000000
  note 0x10a, t1
# CHECK-NEXT: 0000000000000009
  to_machine

  li a0, 1
  lla a1, open_block
  semihost
  lla a1, write_block
  sd a0, 0(a1)
  lla t0, log
  sub t0, s0, t0
  sd t0, 16(a1)
  li a0, 5
  semihost
  li a0, 0x18
  lla a1, exit_block
  semihost

# Skips the instruction; after a fetch that failed goes to s1. a7 = 1: stays in this handler's mode.
  .balign 64
m_handler:
  csrr t0, mcause
  sd t0, 0(s0)
  csrr t5, mepc
  sd t5, 8(s0)
  csrr t3, mtval
  sd t3, 16(s0)
  csrr t3, mstatus
  li t4, 0x7fffffff
  and t3, t3, t4
  sd t3, 24(s0)
  addi s0, s0, 32
  addi t5, t5, 4
  li t3, 1
  beq t0, t3, 1f
  li t3, 12
  bne t0, t3, 2f
1:
  mv t5, s1
2:
  csrw mepc, t5
  li t3, 1
  bne a7, t3, 3f
  li a7, 0
  jr t5
3:
  li t3, 1
  beq t0, t3, 4f
  mret
4:
  # After an access fault of a fetch: as it was before, but in machine mode the first time.
  li t3, 0x1800
  lla t4, after_fetch
  bne t4, t5, 5f
  csrs mstatus, t3
5:
  mret

  .balign 64
s_handler:
  csrr t0, scause
  sd t0, 0(s0)
  csrr t5, sepc
  sd t5, 8(s0)
  csrr t3, stval
  sd t3, 16(s0)
  csrr t3, sstatus
  sd t3, 24(s0)
  addi s0, s0, 32
  bltz t0, 3f
  addi t5, t5, 4
  csrw sepc, t5
  beqz a7, 1f
  mv s6, t5
  ecall                  # m_handler returns behind it, in machine mode
  jr s6
1:
  sret
3:
  csrci sip, 2
  sret

  .data
  .balign 8
open_block: .dword name, 4, 3
write_block: .dword 0, log, 0
exit_block: .dword 0x20026, 0
name: .asciz ":tt"
  .balign 4096
level4: .zero 4096
level3: .zero 4096
level2: .zero 4096
level1: .zero 4096
level0: .zero 4096
page_a: .zero 4096
page_b: .zero 4096
log: .space 32 * 80
