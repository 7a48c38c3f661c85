# Calls and tail calls of any distance.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

call symbol                   # CHECK: 0x0 R_RISCV_CALL_PLT symbol 0x0
call symbol@plt               # CHECK: 0x8 R_RISCV_CALL_PLT symbol 0x0
call t0, symbol               # CHECK: 0x10 R_RISCV_CALL_PLT symbol 0x0
tail symbol                   # CHECK: 0x18 R_RISCV_CALL_PLT symbol 0x0
jump symbol, t1               # CHECK: 0x20 R_RISCV_CALL_PLT symbol 0x0
# CHECK-NOT: 0x28
call local
local: nop
