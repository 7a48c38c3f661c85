; A loop over an array has one counter, the pointer, compared with its end:
; -mtia-enable-loop-term-fold.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mtia-enable-loop-term-fold=false < %s | FileCheck %s --check-prefix=OFF

define void @clear(ptr %p) nounwind {
; CHECK-LABEL: clear:
; CHECK: .LBB0_1:
; CHECK: sw zero
; CHECK-COUNT-1: addi
; CHECK-NOT: addi
; CHECK: bne
; OFF-LABEL: clear:
; OFF: .LBB0_1:
; OFF-COUNT-2: addi
; OFF: bnez
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %n, %loop ]
  %q = getelementptr i32, ptr %p, i64 %i
  store volatile i32 0, ptr %q
  %n = add i64 %i, 1
  %c = icmp eq i64 %n, 1000
  br i1 %c, label %exit, label %loop
exit:
  ret void
}
