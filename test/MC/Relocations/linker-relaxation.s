# Relocations for a linker that relaxes: with the feature, without it, and with line tables the
# objects are stock LLVM's.
# REQUIRES: plugin
# DEFINE: %{attrs} = +m,+a,+f,+d,+c
# RUN: %llvm-mc-mtia --mattr=-xmtia,+relax --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=%{attrs},+relax --filetype=obj %s -o %t.stock.o
# RUN: cmp %t.o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-mc-mtia --mattr=-xmtia,-relax --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=%{attrs},-relax --filetype=obj %s -o %t.stock.o
# RUN: cmp %t.o %t.stock.o
# RUN: %llvm-mc-mtia --mattr=-xmtia,+relax -g --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=%{attrs},+relax -g --filetype=obj %s -o %t.stock.o
# RUN: cmp %t.o %t.stock.o

# CHECK:      0x0 R_RISCV_CALL_PLT g 0x0
# CHECK-NEXT: 0x0 R_RISCV_RELAX - 0x0
# CHECK:      R_RISCV_TPREL_ADD tls 0x0
# CHECK-NEXT: R_RISCV_RELAX - 0x0
# CHECK:      R_RISCV_ALIGN - 0xE
# CHECK:      R_RISCV_ADD16
# CHECK-NEXT: R_RISCV_SUB16
# CHECK:      R_RISCV_SET_ULEB128
# CHECK-NEXT: R_RISCV_SUB_ULEB128
# CHECK:      .rela.eh_frame
# CHECK:      R_RISCV_SET8
# CHECK-NEXT: R_RISCV_SUB8
# CHECK:      R_RISCV_SET16
# CHECK-NEXT: R_RISCV_SUB16
# CHECK:      R_RISCV_SET6
# CHECK-NEXT: R_RISCV_SUB6
.attribute arch, "rv64gc" # says nothing about relaxation
.text
.globl f
f:
  .cfi_startproc
  call g
  tail g
  call t0, g
  jump g, t1
  la a0, sym
  lla a0, sym
  lga a0, sym
  la.tls.ie a0, tls
  la.tls.gd a0, tls
  lui a0, %hi(sym)
  addi a0, a0, %lo(sym)
  sw a1, %lo(sym)(a0)
  lw a1, sym
  sw a1, sym, t0
  fld fa0, sym, t0
  lui a0, %tprel_hi(tls)
  add a0, a0, tp, %tprel_add(tls)
  lw a1, %tprel_lo(tls)(a0)
  sw a1, %tprel_lo(tls)(a0)
  .cfi_def_cfa_offset 16
  .p2align 4
1:
  j 1b
  beqz a0, 1b
  bne a0, a1, f
  beqz a0, f
  j f
  jal f
  beqz a0, ext
  bne a1, a0, ext
  j ext
  .option push
  .option norelax
  call g
  .p2align 3
  .option pop
  .cfi_def_cfa_offset 32
  .space 300
  call g
  .cfi_def_cfa_offset 48
  call g
  .cfi_def_cfa_offset 64
  .cfi_endproc
2:
  .byte 2b-1b
  .half 2b-1b
  .word 2b-1b
  .dword 2b-1b
  .uleb128 2b-1b
  .word 2b-.
  .word f-.
.section .text2,"ax"
nop
.p2align 4
nop
k: nop
beqz a0, k
.word k-.
.data
sym: .word 3
 .dword f
 .word g - .
.uleb128 2b-f
 .word %pltpcrel(g)
 .word %gotpcrel(g)
.section .tdata,"awT"
tls: .word 1
