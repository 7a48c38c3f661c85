; Multiplications of a loop that writes their offsets advance them instead.
; RUN: %llc-mtia -O2 -verify-machineinstrs < %s | FileCheck %s --implicit-check-not=error
; RUN: %llc-mtia -O2 -mtia-enable-command-offsets=false < %s | FileCheck %s --check-prefix=OFF

declare void @mtia_cr_w(i32, i64)
declare void @mtia_cr_w2(i32, i64, i64)
declare i64 @mtia_cr_r(i32)
declare void @mtia_sync()
declare void @mtia_mml(i32, i32, i32, i32, i32, i32, i32)
declare void @mtia_mml_ob(i32, i32, i32, i32, i32, i32, i32)
declare void @f()

; A and B by 32. MML_INC is what it was behind the loop, and the offsets are those of the last
; round: the caller may read them.
define void @both(i32 signext %n, i64 %stride) {
; CHECK-LABEL: both:
; CHECK:       mtia.cr.w2 5, zero, a1
; CHECK:       mtia.cr.w2 6, {{a[0-9]+}}, a1
; CHECK:       mtia.cr.r [[SAVED:[a-z0-9]+]], 7
; CHECK:       li [[STEP:[a-z0-9]+]], 32
; CHECK:       mtia.cr.w2 7, [[STEP]], [[STEP]]
; CHECK:       [[LOOP:\.LBB[0-9_]+]]:
; CHECK-NOT:   mtia.cr
; CHECK:       mtia.mml 0, 1, 2, 0, 0, 1, 0
; CHECK-NOT:   mtia.cr
; CHECK:       b{{.*}} [[LOOP]]
; CHECK-DAG:   mtia.cr.w 7, [[SAVED]]
; CHECK-DAG:   li [[BACK:[a-z0-9]+]], -32
; CHECK:       mtia.cr.add 5, [[BACK]]
; CHECK:       mtia.cr.add 6, [[BACK]]
; CHECK:       ret
; OFF-LABEL: both:
; OFF:       mtia.cr.w2 5
; OFF:       mtia.cr.w2 6
; OFF:       mtia.mml 0, 1, 2, 0, 0, 0, 0
entry:
  br label %loop
loop:
  %k = phi i32 [ 0, %entry ], [ %next, %loop ]
  %a = zext i32 %k to i64
  %b = add i64 %a, 64
  call void @mtia_cr_w2(i32 5, i64 %a, i64 %stride)
  call void @mtia_cr_w2(i32 6, i64 %b, i64 %stride)
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  %next = add i32 %k, 32
  %c = icmp ult i32 %next, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}

; The increments are set already, the offsets are overwritten behind the loop: nothing remains
; but the first values. The last of several multiplications advances; B stays where it is.
define void @known(i32 signext %n, i64 %stride) {
; CHECK-LABEL: known:
; CHECK:       mtia.cr.w2 7, {{[a-z0-9]+}}, zero
; CHECK:       mtia.cr.w2 5, zero, a1
; CHECK-NOT:   mtia.cr
; CHECK:       [[LOOP:\.LBB[0-9_]+]]:
; CHECK:       mtia.mml 0, 1, 2, 0, 0, 2, 0
; CHECK:       mtia.mml 1, 1, 2, 0, 1, 1, 0
; CHECK-NOT:   mtia.cr
; CHECK:       b{{.*}} [[LOOP]]
; CHECK-NOT:   mtia.cr.add
; CHECK:       mtia.cr.w 5, zero
; CHECK-NEXT:  ret
entry:
  call void @mtia_cr_w2(i32 7, i64 32, i64 0)
  br label %loop
loop:
  %k = phi i32 [ 0, %entry ], [ %next, %loop ]
  %a = zext i32 %k to i64
  call void @mtia_cr_w2(i32 5, i64 %a, i64 %stride)
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 2, i32 0)
  call void @mtia_mml(i32 1, i32 1, i32 2, i32 0, i32 1, i32 0, i32 0)
  %next = add i32 %k, 32
  %c = icmp ult i32 %next, %n
  br i1 %c, label %loop, label %exit
exit:
  call void @mtia_cr_w(i32 5, i64 0)
  ret void
}

; mml.ob advances A only, so B may not grow.
define void @buffer(i32 signext %n, i64 %stride) {
; CHECK-LABEL: buffer:
; CHECK:       mtia.mml.ob 0, 1, 2, 0, 0, 1, 0
entry:
  br label %loop
loop:
  %k = phi i32 [ 0, %entry ], [ %next, %loop ]
  %a = zext i32 %k to i64
  call void @mtia_cr_w2(i32 5, i64 %a, i64 %stride)
  call void @mtia_mml_ob(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  %next = add i32 %k, 64
  %c = icmp ult i32 %next, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}

; Not: a step of 16, which MML_INC may not hold; a multiplication that not every round has; one in
; front of the write; a call; a way out before the multiplication; a reader behind it; a stride
; that changes.
define void @not(i32 signext %n, i64 %stride, i1 %d) {
; CHECK-LABEL: not:
; CHECK-COUNT-7: mtia.cr.w2 5,
; CHECK:       ret
; CHECK-LABEL: end:
entry:
  br label %l1
l1:
  %k1 = phi i32 [ 0, %entry ], [ %n1, %l1 ]
  %a1 = zext i32 %k1 to i64
  call void @mtia_cr_w2(i32 5, i64 %a1, i64 %stride)
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  %n1 = add i32 %k1, 16
  %c1 = icmp ult i32 %n1, %n
  br i1 %c1, label %l1, label %l2
l2:
  %k2 = phi i32 [ 0, %l1 ], [ %n2, %l2end ]
  %a2 = zext i32 %k2 to i64
  call void @mtia_cr_w2(i32 5, i64 %a2, i64 %stride)
  br i1 %d, label %l2mml, label %l2end
l2mml:
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  br label %l2end
l2end:
  %n2 = add i32 %k2, 32
  %c2 = icmp ult i32 %n2, %n
  br i1 %c2, label %l2, label %l3
l3:
  %k3 = phi i32 [ 0, %l2end ], [ %n3, %l3 ]
  %a3 = zext i32 %k3 to i64
  call void @mtia_mml(i32 1, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  call void @mtia_cr_w2(i32 5, i64 %a3, i64 %stride)
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  %n3 = add i32 %k3, 32
  %c3 = icmp ult i32 %n3, %n
  br i1 %c3, label %l3, label %l4
l4:
  %k4 = phi i32 [ 0, %l3 ], [ %n4, %l4 ]
  %a4 = zext i32 %k4 to i64
  call void @mtia_cr_w2(i32 5, i64 %a4, i64 %stride)
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  call void @f()
  %n4 = add i32 %k4, 32
  %c4 = icmp ult i32 %n4, %n
  br i1 %c4, label %l4, label %l5
l5:
  %k5 = phi i32 [ 0, %l4 ], [ %n5, %l5mml ]
  %a5 = zext i32 %k5 to i64
  call void @mtia_cr_w2(i32 5, i64 %a5, i64 %stride)
  %n5 = add i32 %k5, 32
  %c5 = icmp ult i32 %n5, %n
  br i1 %c5, label %l5mml, label %l6
l5mml:
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  br label %l5
l6:
  %k6 = phi i32 [ 0, %l5 ], [ %n6, %l6 ]
  %a6 = zext i32 %k6 to i64
  call void @mtia_cr_w2(i32 5, i64 %a6, i64 %stride)
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  %r = call i64 @mtia_cr_r(i32 5)
  call void @mtia_cr_w(i32 8, i64 %r)
  %n6 = add i32 %k6, 32
  %c6 = icmp ult i32 %n6, %n
  br i1 %c6, label %l6, label %l7
l7:
  %k7 = phi i32 [ 0, %l6 ], [ %n7, %l7 ]
  %a7 = zext i32 %k7 to i64
  call void @mtia_cr_w2(i32 5, i64 %a7, i64 %a7)
  call void @mtia_mml(i32 0, i32 1, i32 2, i32 0, i32 0, i32 0, i32 0)
  %n7 = add i32 %k7, 32
  %c7 = icmp ult i32 %n7, %n
  br i1 %c7, label %l7, label %exit
exit:
  ret void
}
define void @end() {
  ret void
}
