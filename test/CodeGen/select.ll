; Selects: masks where one side is 0 or -1, a branch elsewhere.
; RUN: %llc-mtia -mattr=+64bit,+i,+m -verify-machineinstrs < %s | FileCheck %s

define i64 @or_zero(i1 zeroext %c, i64 %a) {
; CHECK-LABEL: or_zero:
; CHECK:       neg a0, a0
; CHECK-NEXT:  and a0, a0, a1
; CHECK-NEXT:  ret
  %r = select i1 %c, i64 %a, i64 0
  ret i64 %r
}

define i64 @or_ones(i1 zeroext %c, i64 %a) {
; CHECK-LABEL: or_ones:
; CHECK:       addi a0, a0, -1
; CHECK-NEXT:  or a0, a0, a1
; CHECK-NEXT:  ret
  %r = select i1 %c, i64 %a, i64 -1
  ret i64 %r
}

; The sign is a mask already.
define i64 @relu_not(i64 %a, i64 %b) {
; CHECK-LABEL: relu_not:
; CHECK:       srai a0, a0, 63
; CHECK-NEXT:  and a0, a0, a1
; CHECK-NEXT:  ret
  %c = icmp slt i64 %a, 0
  %r = select i1 %c, i64 %b, i64 0
  ret i64 %r
}

define i64 @max(i64 %a, i64 %b) {
; CHECK-LABEL: max:
; CHECK:       b{{lt|ge}} {{a[01]}}, {{a[01]}}, [[L:\.LBB[0-9_]+]]
; CHECK:       mv a0, a1
; CHECK:       [[L]]:
; CHECK-NEXT:  ret
  %c = icmp sgt i64 %a, %b
  %r = select i1 %c, i64 %a, i64 %b
  ret i64 %r
}

; One comparison, one branch, two results.
define i64 @pair(i64 %c, i64 %a, i64 %b, i64 %x, i64 %y) {
; CHECK-LABEL: pair:
; CHECK:       b{{eqz|nez}} a0,
; CHECK-NOT:   b{{eqz|nez}}
; CHECK:       ret
  %z = icmp eq i64 %c, 0
  %p = select i1 %z, i64 %a, i64 %b
  %q = select i1 %z, i64 %x, i64 %y
  %r = sub i64 %p, %q
  ret i64 %r
}
