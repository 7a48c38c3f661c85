; Conventions other than C's.
; RUN: split-file %s %t
; RUN: %llc-mtia -verify-machineinstrs %t/ok.ll -o - | FileCheck %s
; RUN: not %llc-mtia %t/swift.ll -o /dev/null 2>&1 | FileCheck %s --check-prefix=SWIFT
; RUN: not %llc-mtia %t/all.ll -o /dev/null 2>&1 | FileCheck %s --check-prefix=ALL

;--- ok.ll
; preserve_most: the callee saves everything it writes but t1, t2 and t3; the caller keeps
; values in argument registers across the call.
; CHECK-LABEL: most_callee:
; CHECK-DAG:   sd t0,
; CHECK-DAG:   sd a0,
; CHECK-DAG:   sd a7,
; CHECK-DAG:   sd t6,
; CHECK-NOT:   sd t{{[123]}},
; CHECK:       ret
define preserve_mostcc void @most_callee() nounwind {
  call void asm sideeffect "", "~{x5},~{x6},~{x7},~{x10},~{x17},~{x28},~{x31}"()
  ret void
}

; CHECK-LABEL: most_caller:
; CHECK-NOT:   sd {{[as][1-9]}},
; CHECK:       call most_callee
; CHECK:       add a0, a1, a2
define i64 @most_caller(i64 %a, i64 %b, i64 %c) nounwind {
  call preserve_mostcc void @most_callee()
  %r = add i64 %b, %c
  ret i64 %r
}

; coldcc is C's.
; CHECK-LABEL: cold:
; CHECK:       call cold_callee
declare coldcc i64 @cold_callee(i64)
define i64 @cold(i64 %a) nounwind {
  %r = call coldcc i64 @cold_callee(i64 %a)
  %s = add i64 %r, 1
  ret i64 %s
}

;--- swift.ll
; SWIFT: in function swift {{.*}}: calling convention 16 isn't supported
define swiftcc void @swift() {
  ret void
}

;--- all.ll
; ALL: in function all {{.*}}: calling convention 15 isn't supported
define preserve_allcc void @all() {
  ret void
}
