; Registers for compressed instructions: -mtia-enable-compressed-hints.
; RUN: %llc-mtia -verify-machineinstrs -filetype=obj < %s | %llvm-bin/llvm-objdump -d --no-show-raw-insn -M no-aliases - | FileCheck %s

; The result goes to the register of an operand, and both are among the eight.
define i64 @masks(i64 %a, i64 %b, i64 %c) nounwind {
; CHECK-LABEL: <masks>:
; CHECK: c.xor
; CHECK: c.or
; CHECK: c.jr ra
  %1 = xor i64 %a, %b
  %2 = or i64 %1, %c
  ret i64 %2
}
