# Alignment of code without C behind code with it: what is left of four bytes is c.nop, as in stock's.
# RUN: %llvm-mc-mtia -mattr=+c -filetype=obj %s -o %t.o
# RUN: %llvm-bin/llvm-objdump --triple=riscv64 --mattr=+c -d --no-show-raw-insn %t.o | FileCheck %s
# RUN: %llvm-bin/llvm-mc --triple=riscv64 -mattr=+c -filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-objcopy -O binary -j .text %t.o %t.bin
# RUN: %llvm-bin/llvm-objcopy -O binary -j .text %t.stock.o %t.stock.bin
# RUN: cmp %t.bin %t.stock.bin

# CHECK:      0: ret
# CHECK-NEXT: 2: nop
# CHECK-NEXT: 4: ret
# CHECK-NEXT: 8: ret
# CHECK-NEXT: a: nop
# CHECK-NEXT: c: nop
# CHECK-NEXT: 10: ret
  ret
  .option push
  .option norvc
  .balign 4
  ret
  .option pop
  ret
  .option norvc
  .balign 16
  ret
