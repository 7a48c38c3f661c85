# Unwind tables of a function with more than 64 KB between two of their rows, linked at the
# device's addresses. Stock LLVM's relocation for the distance does not fit there.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=+relax --filetype=obj %s -o %t.o
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s --check-prefix=RELOC
# RUN: %lld -Ttext=0x80000000 %t.o -o %t.elf
# RUN: llvm-dwarfdump --eh-frame --debug-frame %t.elf | %FileCheck %s
# RELOC: ADD32
# RELOC: ADD32
# RELOC: ADD32
# RELOC-NOT: SET32

# Until the linker relaxes it, the call has eight bytes; then four.
# CHECK: .debug_frame contents:
# CHECK: DW_CFA_advance_loc4: 70006 to 0x80011176
# CHECK: DW_CFA_def_cfa_offset: +16
# CHECK: .eh_frame contents:
# CHECK: DW_CFA_advance_loc4: 70006 to 0x80011176
# CHECK: DW_CFA_def_cfa_offset: +16
  .text
  .globl _start
_start:
  .cfi_sections .debug_frame, .eh_frame
  .cfi_startproc
  call near
near:
  .zero 70000
  addi sp, sp, -16
  .cfi_def_cfa_offset 16
  ret
  .cfi_endproc
