# Thread-local storage.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

lui a0, %tprel_hi(symbol)               # CHECK: 0x0 R_RISCV_TPREL_HI20 symbol 0x0
add a0, a0, tp, %tprel_add(symbol)      # CHECK: 0x4 R_RISCV_TPREL_ADD symbol 0x0
addi a0, a0, %tprel_lo(symbol)          # CHECK: 0x8 R_RISCV_TPREL_LO12_I symbol 0x0
lw a0, %tprel_lo(symbol)(a0)            # CHECK: 0xC R_RISCV_TPREL_LO12_I symbol 0x0
sw a0, %tprel_lo(symbol)(a0)            # CHECK: 0x10 R_RISCV_TPREL_LO12_S symbol 0x0
la.tls.ie a0, symbol                    # CHECK: 0x14 R_RISCV_TLS_GOT_HI20 symbol 0x0
                                        # CHECK: 0x18 R_RISCV_PCREL_LO12_I {{.*}} 0x0
la.tls.gd a0, symbol                    # CHECK: 0x1C R_RISCV_TLS_GD_HI20 symbol 0x0
                                        # CHECK: 0x20 R_RISCV_PCREL_LO12_I {{.*}} 0x0
