; Additions: register, immediate, two immediates, constants in registers, words.
; RUN: %llc-mtia -mattr=-c -verify-machineinstrs < %s | FileCheck %s

define i64 @reg(i64 %a, i64 %b) {
; CHECK-LABEL: reg:
; CHECK:       add a0, a0, a1
; CHECK-NEXT:  ret
  %r = add i64 %a, %b
  ret i64 %r
}

define i64 @imm_max(i64 %a) {
; CHECK-LABEL: imm_max:
; CHECK:       addi a0, a0, 2047
; CHECK-NEXT:  ret
  %r = add i64 %a, 2047
  ret i64 %r
}

; Two additions are shorter than a constant in a register.
define i64 @imm_two(i64 %a) {
; CHECK-LABEL: imm_two:
; CHECK:       addi a0, a0, 2047
; CHECK-NEXT:  addi a0, a0, 1
; CHECK-NEXT:  ret
  %r = add i64 %a, 2048
  ret i64 %r
}

define i64 @imm_two_min(i64 %a) {
; CHECK-LABEL: imm_two_min:
; CHECK:       addi a0, a0, -2048
; CHECK-NEXT:  addi a0, a0, -2048
; CHECK-NEXT:  ret
  %r = add i64 %a, -4096
  ret i64 %r
}

; 4095 = 4096 - 1 is out of reach of two additions of at most 2047.
define i64 @imm_lui(i64 %a) {
; CHECK-LABEL: imm_lui:
; CHECK:       lui [[T:[a-z0-9]+]], 1
; CHECK-NEXT:  addi{{w?}} [[T]], [[T]], -1
; CHECK-NEXT:  add a0, a0, [[T]]
; CHECK-NEXT:  ret
  %r = add i64 %a, 4095
  ret i64 %r
}

; The psABI wants the result sign-extended: the W form does it.
define signext i32 @word(i32 signext %a, i32 signext %b) {
; CHECK-LABEL: word:
; CHECK:       addw a0, a0, a1
; CHECK-NEXT:  ret
  %r = add i32 %a, %b
  ret i32 %r
}

define signext i32 @word_imm(i32 signext %a) {
; CHECK-LABEL: word_imm:
; CHECK:       addiw a0, a0, -1
; CHECK-NEXT:  ret
  %r = add i32 %a, -1
  ret i32 %r
}

; Sum of the halves and the carry.
define i128 @quad(i128 %a, i128 %b) {
; CHECK-LABEL: quad:
; CHECK-DAG:   add [[LO:[a-z0-9]+]], a0, a2
; CHECK-DAG:   add [[HI:[a-z0-9]+]], a1, a3
; CHECK-DAG:   sltu [[C:[a-z0-9]+]],
; CHECK-DAG:   add a1,
; CHECK:       ret
  %r = add i128 %a, %b
  ret i128 %r
}
