; Sign extensions of what is extended already: -mtia-enable-remove-sext.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -mtia-enable-remove-sext=false < %s | FileCheck %s --check-prefix=OFF

; The remainder and both arguments are extended; a block between hides it from selection.
define signext i32 @gcd(i32 signext %a, i32 signext %b) nounwind {
; CHECK-LABEL: gcd:
; CHECK-NOT:   sext.w
; CHECK:       remuw
; CHECK-NOT:   sext.w
; CHECK:       ret
; OFF-LABEL:   gcd:
; OFF:         sext.w
entry:
  %z = icmp eq i32 %b, 0
  br i1 %z, label %exit, label %loop
loop:
  %x = phi i32 [ %a, %entry ], [ %y, %loop ]
  %y = phi i32 [ %b, %entry ], [ %r, %loop ]
  %r = urem i32 %x, %y
  %c = icmp eq i32 %r, 0
  br i1 %c, label %exit, label %loop
exit:
  %g = phi i32 [ %a, %entry ], [ %y, %loop ]
  ret i32 %g
}

; Not extended by the caller: must be extended here.
define signext i32 @unknown(i64 %a, i1 %c) nounwind {
; CHECK-LABEL: unknown:
; CHECK:       sext.w a0, a0
; CHECK:       ret
  %t = trunc i64 %a to i32
  br i1 %c, label %then, label %else
then:
  ret i32 1
else:
  ret i32 %t
}
