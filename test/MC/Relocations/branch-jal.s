# Jumps to other sections; a branch to an unknown place is a jal.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

jal symbol                    # CHECK: 0x0 R_RISCV_JAL symbol 0x0
j symbol+8                    # CHECK: 0x4 R_RISCV_JAL symbol 0x8
# CHECK-NOT: 0x8
j local
beqz a0, local
local:
.globl global
global:
bnez a0, global
bnez a0, symbol               # CHECK: R_RISCV_JAL symbol 0x0
.reloc ., R_RISCV_BRANCH, symbol+4 # CHECK: R_RISCV_BRANCH symbol 0x4
nop
