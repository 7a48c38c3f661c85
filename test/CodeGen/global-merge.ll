; Variables that are used together share one address: -mtia-enable-global-merge.
; RUN: %llc-mtia < %s | FileCheck %s
; RUN: %llc-mtia -mtia-enable-global-merge=false < %s | FileCheck %s --check-prefix=OFF

@a = internal global i32 1
@b = internal global i32 2

; CHECK-LABEL: sum:
; CHECK-COUNT-1: auipc
; CHECK-NOT:     auipc
; CHECK:         ret
; OFF-LABEL:     sum:
; OFF-COUNT-2:   auipc
define i32 @sum() nounwind {
  %x = load i32, ptr @a
  %y = load i32, ptr @b
  store i32 %y, ptr @a
  store i32 %x, ptr @b
  %r = add i32 %x, %y
  ret i32 %r
}
