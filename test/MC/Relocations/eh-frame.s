# Unwind tables: addresses of code as PC-relative words.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

f:
.cfi_startproc
addi sp, sp, -16
.cfi_def_cfa_offset 16
sd ra, 8(sp)
.cfi_offset ra, -8
ret
.cfi_endproc
# CHECK: Section ({{.*}}) .rela.eh_frame
# CHECK-NEXT: R_RISCV_32_PCREL {{.*}} 0x0
