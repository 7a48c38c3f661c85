; Reassociation of a chain of additions: -mtia-enable-machine-combiner. The operands
; come from calls-by-register, so that only the order of the additions is at stake.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mtia-enable-machine-combiner=false < %s | FileCheck %s --check-prefix=OFF

; ((a / b) + c) + d, in two levels beside the division: a / b + (c + d).
define i64 @chain(i64 %a, i64 %b, i64 %c, i64 %d) nounwind {
; CHECK-LABEL: chain:
; CHECK-DAG: add [[S:a[0-9]]], {{a2, a3|a3, a2}}
; CHECK-DAG: div [[Q:a[0-9]]], a0, a1
; CHECK: add a0,
; CHECK-NEXT: ret
; OFF-LABEL: chain:
; OFF: div
; OFF: add
; OFF-NEXT: add
  %q = sdiv i64 %a, %b
  %1 = add i64 %q, %c
  %2 = add i64 %1, %d
  ret i64 %2
}
