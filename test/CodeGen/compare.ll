; Comparisons as values: the shortest form of each.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s

define i64 @eq_zero(i64 %a) {
; CHECK-LABEL: eq_zero:
; CHECK:       seqz a0, a0
; CHECK-NEXT:  ret
  %c = icmp eq i64 %a, 0
  %r = zext i1 %c to i64
  ret i64 %r
}

define i64 @ne_zero(i64 %a) {
; CHECK-LABEL: ne_zero:
; CHECK:       snez a0, a0
; CHECK-NEXT:  ret
  %c = icmp ne i64 %a, 0
  %r = zext i1 %c to i64
  ret i64 %r
}

define i64 @eq(i64 %a, i64 %b) {
; CHECK-LABEL: eq:
; CHECK:       xor a0, a0, a1
; CHECK-NEXT:  seqz a0, a0
; CHECK-NEXT:  ret
  %c = icmp eq i64 %a, %b
  %r = zext i1 %c to i64
  ret i64 %r
}

; The constant is subtracted: 2048 fits only as -2048.
define i64 @eq_imm(i64 %a) {
; CHECK-LABEL: eq_imm:
; CHECK:       addi a0, a0, -2048
; CHECK-NEXT:  seqz a0, a0
; CHECK-NEXT:  ret
  %c = icmp eq i64 %a, 2048
  %r = zext i1 %c to i64
  ret i64 %r
}

define i64 @slt_imm(i64 %a) {
; CHECK-LABEL: slt_imm:
; CHECK:       slti a0, a0, -2048
; CHECK-NEXT:  ret
  %c = icmp slt i64 %a, -2048
  %r = zext i1 %c to i64
  ret i64 %r
}

define i64 @negative(i64 %a) {
; CHECK-LABEL: negative:
; CHECK:       srli a0, a0, 63
; CHECK-NEXT:  ret
  %c = icmp slt i64 %a, 0
  %r = zext i1 %c to i64
  ret i64 %r
}

define i64 @positive(i64 %a) {
; CHECK-LABEL: positive:
; CHECK:       sgtz a0, a0
; CHECK-NEXT:  ret
  %c = icmp sgt i64 %a, 0
  %r = zext i1 %c to i64
  ret i64 %r
}

; a > b is b < a, a <= b its opposite.
define i64 @ugt(i64 %a, i64 %b) {
; CHECK-LABEL: ugt:
; CHECK:       sltu a0, a1, a0
; CHECK-NEXT:  ret
  %c = icmp ugt i64 %a, %b
  %r = zext i1 %c to i64
  ret i64 %r
}

define i64 @sle(i64 %a, i64 %b) {
; CHECK-LABEL: sle:
; CHECK:       slt a0, a1, a0
; CHECK-NEXT:  xori a0, a0, 1
; CHECK-NEXT:  ret
  %c = icmp sle i64 %a, %b
  %r = zext i1 %c to i64
  ret i64 %r
}
