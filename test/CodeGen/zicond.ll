; Zicond: selects without branches.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mtia-enable-zicond-select=false < %s | FileCheck %s --check-prefix=OFF
; RUN: %llc-mtia -mtia-enable-select-fold=false < %s | FileCheck %s --check-prefix=NOFOLD

define i64 @general(i1 zeroext %c, i64 %a, i64 %b) {
; CHECK-LABEL: general:
; CHECK-DAG: czero.eqz [[T:a[0-9]]], a1, a0
; CHECK-DAG: czero.nez [[F:a[0-9]]], a2, a0
; CHECK: or a0,
; OFF-LABEL: general:
; OFF: bnez
  %r = select i1 %c, i64 %a, i64 %b
  ret i64 %r
}

define i64 @or_zero(i64 %c, i64 %a) {
; CHECK-LABEL: or_zero:
; CHECK: czero.eqz a0, a1, a0
; CHECK-NEXT: ret
  %z = icmp ne i64 %c, 0
  %r = select i1 %z, i64 %a, i64 0
  ret i64 %r
}

; The comparison isn't inverted, the other instruction is taken.
define i64 @inverted(i64 %x, i64 %y, i64 %a) {
; CHECK-LABEL: inverted:
; CHECK: slt [[C:a[0-9]]], a0, a1
; CHECK-NEXT: czero.nez a0, a2, [[C]]
; CHECK-NEXT: ret
  %z = icmp sge i64 %x, %y
  %r = select i1 %z, i64 %a, i64 0
  ret i64 %r
}

define i64 @equal_to_constant(i64 %x, i64 %a) {
; CHECK-LABEL: equal_to_constant:
; CHECK: addi [[C:a[0-9]]], a0, -7
; CHECK-NEXT: czero.nez a0, a1, [[C]]
; CHECK-NEXT: ret
  %z = icmp eq i64 %x, 7
  %r = select i1 %z, i64 %a, i64 0
  ret i64 %r
}

; What is added is selected, not the sum.
define i64 @conditional_add(i1 zeroext %c, i64 %a, i64 %b) {
; CHECK-LABEL: conditional_add:
; CHECK: czero.eqz [[X:a[0-9]]], a2, a0
; CHECK-NEXT: add a0, {{a1, a0|a0, a1}}
; CHECK-NEXT: ret
; NOFOLD-LABEL: conditional_add:
; NOFOLD: or
  %s = add i64 %a, %b
  %r = select i1 %c, i64 %s, i64 %a
  ret i64 %r
}

define i64 @constants(i1 zeroext %c) {
; CHECK-LABEL: constants:
; CHECK: li
; CHECK-NEXT: czero.
; CHECK-NEXT: addi
; CHECK-NEXT: ret
  %r = select i1 %c, i64 17, i64 42
  ret i64 %r
}

; 8 c + 1.
define i64 @constants_power(i1 zeroext %c) {
; CHECK-LABEL: constants_power:
; CHECK-NOT: czero
; CHECK: slli a0, a0, 3
; CHECK-NEXT: {{addi|ori}} a0, a0, 1
; CHECK-NEXT: ret
  %r = select i1 %c, i64 9, i64 1
  ret i64 %r
}

; One bit decides between a value and 0.
define i64 @bit(i64 %x, i64 %y) {
; CHECK-LABEL: bit:
; CHECK: andi a0, a0, 16
; CHECK-NEXT: czero.eqz a0, a1, a0
; CHECK-NEXT: ret
  %m = and i64 %x, 16
  %c = icmp ne i64 %m, 0
  %r = select i1 %c, i64 %y, i64 0
  ret i64 %r
}

; A boolean as a mask.
define i64 @mask(i64 %x, i64 %y) {
; CHECK-LABEL: mask:
; CHECK: andi a0, a0, 1
; CHECK-NEXT: czero.eqz a0, a1, a0
; CHECK-NEXT: ret
; NOFOLD-LABEL: mask:
; NOFOLD: neg
; NOFOLD: and
  %b = and i64 %x, 1
  %m = sub i64 0, %b
  %r = and i64 %m, %y
  ret i64 %r
}

define i64 @inverse_mask(i64 %x, i64 %y) {
; CHECK-LABEL: inverse_mask:
; CHECK: andi a0, a0, 1
; CHECK-NEXT: czero.nez a0, a1, a0
; CHECK-NEXT: ret
  %b = and i64 %x, 1
  %m = add i64 %b, -1
  %r = and i64 %m, %y
  ret i64 %r
}

; Two inverted booleans: the inverse of their conjunction.
define i64 @either_not(double %a, double %b, double %c) {
; CHECK-LABEL: either_not:
; CHECK: feq.d
; CHECK: feq.d
; CHECK-NEXT: and a0,
; CHECK-NEXT: xori a0, a0, 1
; CHECK-NEXT: ret
  %x = fcmp une double %a, %b
  %y = fcmp une double %b, %c
  %r = or i1 %x, %y
  %z = zext i1 %r to i64
  ret i64 %z
}
