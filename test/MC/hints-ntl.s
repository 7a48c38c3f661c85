# Non-temporal hints (Zihintntl) are adds into x0, always accepted; stock LLVM's bytes.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --filetype=obj %s -o %t.o && %llvm-bin/llvm-objcopy -O binary -j .text %t.o %t.bin
# RUN: %llvm-mc-riscv --mattr=+c,+zihintntl --filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-objcopy -O binary -j .text %t.stock.o %t.stock.bin && cmp %t.bin %t.stock.bin
# RUN: %objdump-mtia -d --no-show-raw-insn %t.o | %FileCheck %s
# CHECK: add zero, zero, sp
ntl.p1
ntl.pall
ntl.s1
# CHECK: add zero, zero, t0
ntl.all
# CHECK: c.add zero, sp
c.ntl.p1
c.ntl.pall
c.ntl.s1
c.ntl.all
