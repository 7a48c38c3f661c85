; opt loads the target beside its own passes, and runs the target's at the start: calls of
; intrinsics that differ in a constant are kept apart.
; RUN: %opt-mtia -O2 -S < %s | FileCheck %s

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "riscv64-unknown-elf"

declare void @mtia_bar(i32)

; CHECK-LABEL: @pinned(
; CHECK: call void @mtia_bar(i32 1) [[PIN:#[0-9]+]]
; CHECK: call void @mtia_bar(i32 2) [[PIN]]
; CHECK: attributes [[PIN]] = {{.*}}nomerge
define void @pinned(i1 %c) {
  br i1 %c, label %a, label %b
a:
  call void @mtia_bar(i32 1)
  br label %exit
b:
  call void @mtia_bar(i32 2)
  br label %exit
exit:
  ret void
}
