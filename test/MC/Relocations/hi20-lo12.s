# Absolute addresses: lui with addi, loads and stores.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

lui a0, %hi(symbol)           # CHECK: 0x0 R_RISCV_HI20 symbol 0x0
addi a0, a0, %lo(symbol)      # CHECK: 0x4 R_RISCV_LO12_I symbol 0x0
lw a0, %lo(symbol+8)(a0)      # CHECK: 0x8 R_RISCV_LO12_I symbol 0x8
sw a0, %lo(symbol-8)(a0)      # CHECK: 0xC R_RISCV_LO12_S symbol 0xFFFFFFFFFFFFFFF8
jalr ra, %lo(symbol)(a0)      # CHECK: 0x10 R_RISCV_LO12_I symbol 0x0
# Of a constant nothing is left for the linker.
# CHECK-NOT: 0x14
lui a0, %hi(0x12345fff)
addi a0, a0, %lo(0x12345fff)
sw a0, %lo(0x12345fff)(a0)
