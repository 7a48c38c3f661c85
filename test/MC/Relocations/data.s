# Data: addresses, differences, relative words.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

.data
.word symbol                  # CHECK: 0x0 R_RISCV_32 symbol 0x0
.dword symbol+16              # CHECK: 0x4 R_RISCV_64 symbol 0x10
.byte symbol-other            # CHECK: 0xC R_RISCV_ADD8 symbol 0x0
                              # CHECK: 0xC R_RISCV_SUB8 other 0x0
.half symbol-other            # CHECK: 0xD R_RISCV_ADD16 symbol 0x0
                              # CHECK: 0xD R_RISCV_SUB16 other 0x0
.word symbol-other+4          # CHECK: 0xF R_RISCV_ADD32 symbol 0x4
                              # CHECK: 0xF R_RISCV_SUB32 other 0x0
.dword symbol-other           # CHECK: 0x13 R_RISCV_ADD64 symbol 0x0
                              # CHECK: 0x13 R_RISCV_SUB64 other 0x0
.word %pltpcrel(symbol)       # CHECK: 0x1B R_RISCV_PLT32 symbol 0x0
.word %gotpcrel(symbol)       # CHECK: 0x1F R_RISCV_GOT32_PCREL symbol 0x0
.uleb128 end-start
start: .space 5
end: .word end-start
.reloc ., R_RISCV_32_PCREL, symbol # CHECK: R_RISCV_32_PCREL symbol 0x0
.word 0
