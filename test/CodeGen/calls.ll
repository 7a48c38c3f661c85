; The LP64 calling convention of the RISC-V psABI.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s

declare void @ints(i32 signext, i32 signext)
declare void @quads(i64, i128, i128, i128, i64, i128)
declare void @variadic(i64, ...)
declare i256 @huge(i256)

; Words are sign-extended, unsigned ones too (the attribute says so).
define void @extend(i32 %a, i64 %b) {
; CHECK-LABEL: extend:
; CHECK-DAG:   sext.w a0, a0
; CHECK-DAG:   sext.w a1, a1
; CHECK:       tail ints
  %t = trunc i64 %b to i32
  tail call void @ints(i32 signext %a, i32 signext %t)
  ret void
}

; 1 in a0; pairs of registers, aligned or not: a1/a2, a3/a4, a5/a6; 5 in a7; the last pair on
; the stack.
define void @pairs() {
; CHECK-LABEL: pairs:
; CHECK-DAG:   li a0, 1
; CHECK-DAG:   li a1, 2
; CHECK-DAG:   li a2, 0
; CHECK-DAG:   li a3, 3
; CHECK-DAG:   li a4, 0
; CHECK-DAG:   li a5, 4
; CHECK-DAG:   li a6, 0
; CHECK-DAG:   li a7, 5
; CHECK-DAG:   sd {{[a-z0-9]+}}, 0(sp)
; CHECK-DAG:   sd zero, 8(sp)
; CHECK:       call quads
  call void @quads(i64 1, i128 2, i128 3, i128 4, i64 5, i128 6)
  ret void
}

; Variable arguments of 16 bytes begin in an even register: a1 stays empty.
define void @aligned_pair() {
; CHECK-LABEL: aligned_pair:
; CHECK-DAG:   li a0, 1
; CHECK-DAG:   li a2, 2
; CHECK-DAG:   li a3, 0
; CHECK-DAG:   li a4, 3
; CHECK:       call variadic
  call void (i64, ...) @variadic(i64 1, i128 2, i64 3)
  ret void
}

; Four registers of a value: by reference, both ways (a0 is the result's address).
define void @reference(ptr %p) {
; CHECK-LABEL: reference:
; CHECK-DAG:   addi a0, sp,
; CHECK-DAG:   {{addi a1, sp, |mv a1, sp}}
; CHECK:       call huge
  %v = load i256, ptr %p, align 8
  %r = call i256 @huge(i256 %v)
  store i256 %r, ptr %p, align 8
  ret void
}

; Eight registers, then the stack.
define i64 @ninth(i64, i64, i64, i64, i64, i64, i64, i64, i64 %i, i64 %j) {
; CHECK-LABEL: ninth:
; CHECK-DAG:   ld [[I:[a-z0-9]+]], 0(sp)
; CHECK-DAG:   ld [[J:[a-z0-9]+]], 8(sp)
; CHECK:       sub a0, [[I]], [[J]]
; CHECK-NEXT:  ret
  %r = sub i64 %i, %j
  ret i64 %r
}

; Not ra and not t0, which the hardware would take for a return; registers of saved values
; are restored before, so none of these either.
define void @indirect_tail(ptr %f, i64 %a) {
; CHECK-LABEL: indirect_tail:
; CHECK:       mv [[F:[at][0-9]]], a0
; CHECK-DAG:   mv a0, a1
; CHECK:       jr [[F]]
  tail call void %f(i64 %a)
  ret void
}

; va_start points to the first variable argument, just below those on the stack.
define i64 @sum(i64 %n, ...) {
; CHECK-LABEL: sum:
; CHECK:       addi sp, sp, -80
; CHECK-DAG:   sd a1, 24(sp)
; CHECK-DAG:   sd a2, 32(sp)
; CHECK-DAG:   sd a7, 72(sp)
; CHECK:       addi sp, sp, 80
; CHECK:       ret
  %ap = alloca ptr
  call void @llvm.va_start.p0(ptr %ap)
  %v = va_arg ptr %ap, i64
  %w = va_arg ptr %ap, i64
  %r = add i64 %v, %w
  ret i64 %r
}
declare void @llvm.va_start.p0(ptr)
