; Zba: scaled additions, words zero-extended on the way, products with constants.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mattr=+64bit,+i,+m < %s | FileCheck %s --check-prefix=BASE
; RUN: %llc-mtia -mtia-enable-mul-expansion=false < %s | FileCheck %s --check-prefix=NOMUL

define i64 @element(ptr %p, i64 %i) {
; CHECK-LABEL: element:
; CHECK: sh3add [[A:a[0-9]]], a1, a0
; CHECK-NEXT: ld a0, 0([[A]])
; BASE-LABEL: element:
; BASE: slli
; BASE: add
  %q = getelementptr i64, ptr %p, i64 %i
  %v = load i64, ptr %q
  ret i64 %v
}

define i32 @unsigned_index(ptr %p, i32 %i) {
; CHECK-LABEL: unsigned_index:
; CHECK: sh2add.uw
; CHECK-NEXT: lw
  %x = zext i32 %i to i64
  %q = getelementptr i32, ptr %p, i64 %x
  %v = load i32, ptr %q
  ret i32 %v
}

define i64 @zext_add(i32 %x, i64 %y) {
; CHECK-LABEL: zext_add:
; CHECK: add.uw a0, a0, a1
; CHECK-NEXT: ret
  %a = zext i32 %x to i64
  %b = add i64 %a, %y
  ret i64 %b
}

define i64 @zext(i32 %x) {
; CHECK-LABEL: zext:
; CHECK: zext.w a0, a0
; CHECK-NEXT: ret
  %a = zext i32 %x to i64
  ret i64 %a
}

define i64 @zext_shift(i32 %x) {
; CHECK-LABEL: zext_shift:
; CHECK: slli.uw a0, a0, 7
; CHECK-NEXT: ret
  %a = zext i32 %x to i64
  %b = shl i64 %a, 7
  ret i64 %b
}

define i64 @mul11(i64 %x) {
; CHECK-LABEL: mul11:
; CHECK: sh2add [[A:a[0-9]]], a0, a0
; CHECK-NEXT: sh1add a0, [[A]], a0
; CHECK-NEXT: ret
; NOMUL-LABEL: mul11:
; NOMUL: mul
  %a = mul i64 %x, 11
  ret i64 %a
}

define i64 @mul24(i64 %x) {
; CHECK-LABEL: mul24:
; CHECK: sh1add a0, a0, a0
; CHECK-NEXT: slli a0, a0, 3
; NOMUL-LABEL: mul24:
; NOMUL: mul
  %a = mul i64 %x, 24
  ret i64 %a
}
