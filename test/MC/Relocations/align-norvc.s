# An alignment without C behind code with it, both behind a call that the linker may shorten: the place
# may be at 2 mod 4 then, so the padding is a matter of the linker, as in stock's.
# RUN: %llvm-mc-mtia -mattr=+c,+relax -filetype=obj %s -o %t.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | FileCheck %s
# RUN: %llvm-bin/llvm-mc --triple=riscv64 -mattr=+c,+relax -filetype=obj %s -o %t.stock.o
# RUN: %llvm-bin/llvm-objdump -s -r -j .text %t.o | tail -n +3 > %t.txt
# RUN: %llvm-bin/llvm-objdump -s -r -j .text %t.stock.o | tail -n +3 > %t.stock.txt
# RUN: diff %t.txt %t.stock.txt

# CHECK:      R_RISCV_CALL_PLT f
# CHECK:      0xA R_RISCV_ALIGN - 0x2
# CHECK:      R_RISCV_ALIGN - 0xE
  call f
  c.nop
  .option norvc
  .balign 4
  ret
  .balign 16
  ret
