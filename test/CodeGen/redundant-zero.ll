; A zero that the branch has shown need not be made: -mtia-enable-redundant-zero.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -mtia-enable-redundant-zero=false < %s | FileCheck %s --check-prefix=OFF

define i64 @load_or_null(ptr %p) nounwind {
; CHECK-LABEL: load_or_null:
; CHECK:       beqz a0, [[L:\.LBB[0-9_]+]]
; CHECK:       ld a0, 0(a0)
; CHECK:       [[L]]:
; CHECK-NOT:   li
; CHECK:       ret
; OFF-LABEL:   load_or_null:
; OFF:         li a0, 0
  %c = icmp eq ptr %p, null
  br i1 %c, label %exit, label %load
load:
  %v = load i64, ptr %p
  br label %exit
exit:
  %r = phi i64 [ 0, %0 ], [ %v, %load ]
  ret i64 %r
}
