# Through the GOT.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

lga a0, symbol                # CHECK: 0x0 R_RISCV_GOT_HI20 symbol 0x0
                              # CHECK: 0x4 R_RISCV_PCREL_LO12_I {{.*}} 0x0
.option pic
la a0, symbol                 # CHECK: 0x8 R_RISCV_GOT_HI20 symbol 0x0
la a0, local                  # CHECK: 0x10 R_RISCV_GOT_HI20 local 0x0
.option nopic
la a0, symbol                 # CHECK: 0x18 R_RISCV_PCREL_HI20 symbol 0x0
auipc a0, %got_pcrel_hi(symbol) # CHECK: 0x20 R_RISCV_GOT_HI20 symbol 0x0
local: nop
