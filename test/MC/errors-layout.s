# What can only be seen when the object is laid out is reported at its line, too.
# REQUIRES: plugin
# RUN: not %llvm-mc-mtia --filetype=obj %s -o %t.o 2>&1 | %FileCheck %s --implicit-check-not=error:
# RUN: not ls %t.o

# CHECK: :[[#@LINE+1]]:1: error: expected relocatable expression
lla a0, symbol-other-another
# CHECK: :[[#@LINE+1]]:14: error: could not find corresponding %pcrel_hi: the operand of %pcrel_lo must be the label of an auipc
addi a0, a0, %pcrel_lo(here)
here:
# CHECK: :[[#@LINE+1]]:17: error: branch target must be 2-byte aligned
beq a0, a1, here+1
# CHECK: :[[#@LINE+1]]:13: error: jump target must be 2-byte aligned
jal a0, here+1
