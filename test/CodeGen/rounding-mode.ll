; Reading and writing the rounding mode stays between the instructions that may change it.
; RUN: %llc-mtia -mattr=+f,+d -verify-machineinstrs < %s | FileCheck %s

declare i32 @llvm.get.rounding()

; Inline assembly doesn't say that it writes frm.
define i32 @loop(i32 %n) nounwind strictfp {
; CHECK-LABEL: loop:
; CHECK:       fsrm
; CHECK:       frrm
; CHECK:       b
entry:
  br label %body
body:
  %i = phi i32 [ 0, %entry ], [ %next, %body ]
  %sum = phi i32 [ 0, %entry ], [ %newsum, %body ]
  call void asm sideeffect "fsrm $0", "r,~{memory}"(i32 %i)
  %m = call i32 @llvm.get.rounding() strictfp
  %newsum = add i32 %sum, %m
  %next = add i32 %i, 1
  %more = icmp slt i32 %next, %n
  br i1 %more, label %body, label %end
end:
  ret i32 %newsum
}
