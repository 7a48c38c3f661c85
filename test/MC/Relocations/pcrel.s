# PC-relative addresses: the low part names the auipc.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: %llvm-bin/llvm-readobj -r %t.o | grep -v File: > %t.txt
# RUN: %llvm-bin/llvm-readobj -r %t.stock.o | grep -v File: > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt
# RUN: cmp %t.o %t.stock.o

.Lhi: auipc a0, %pcrel_hi(symbol)   # CHECK: 0x0 R_RISCV_PCREL_HI20 symbol 0x0
addi a0, a0, %pcrel_lo(.Lhi)        # CHECK: 0x4 R_RISCV_PCREL_LO12_I .Lhi 0x0
lw a0, %pcrel_lo(.Lhi)(a0)          # CHECK: 0x8 R_RISCV_PCREL_LO12_I .Lhi 0x0
sw a0, %pcrel_lo(.Lhi)(a0)          # CHECK: 0xC R_RISCV_PCREL_LO12_S .Lhi 0x0
# A local symbol of this section is resolved, low part and all.
# CHECK-NOT: {{0x(10|14|18|1C|20|24) }}
.Lhi2: auipc a0, %pcrel_hi(local)
addi a0, a0, %pcrel_lo(.Lhi2)
sw a0, %pcrel_lo(.Lhi2)(a0)
lla a0, local
local: nop
# A global one isn't: another may take its place.
lla a0, global                      # CHECK: 0x28 R_RISCV_PCREL_HI20 global 0x0
                                    # CHECK: 0x2C R_RISCV_PCREL_LO12_I {{.*}} 0x0
.globl global
global: nop
# Another section's address is the linker's.
lla a0, elsewhere                   # CHECK: 0x34 R_RISCV_PCREL_HI20 elsewhere 0x0
.section .text.other,"ax",@progbits
elsewhere: nop
