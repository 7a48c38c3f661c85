; Zbb: logic with complement, counts, extremes, extensions, rotations, reversal.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s

define i64 @andn(i64 %a, i64 %b) {
; CHECK-LABEL: andn:
; CHECK: andn a0, a0, a1
  %n = xor i64 %b, -1
  %r = and i64 %a, %n
  ret i64 %r
}

define i64 @orn(i64 %a, i64 %b) {
; CHECK-LABEL: orn:
; CHECK: orn a0, a0, a1
  %n = xor i64 %b, -1
  %r = or i64 %a, %n
  ret i64 %r
}

define i64 @xnor(i64 %a, i64 %b) {
; CHECK-LABEL: xnor:
; CHECK: xnor a0, {{a0, a1|a1, a0}}
  %n = xor i64 %b, -1
  %r = xor i64 %a, %n
  ret i64 %r
}

; 0x12345fff takes LUI and ADDI, its complement LUI alone.
define i64 @inverted_mask(i64 %a) {
; CHECK-LABEL: inverted_mask:
; CHECK: lui [[M:a[0-9]]], 974010
; CHECK-NEXT: xnor a0, {{a0, a1|a1, a0}}
  %r = xor i64 %a, 305422335
  ret i64 %r
}

declare i64 @llvm.ctlz.i64(i64, i1)
declare i32 @llvm.ctlz.i32(i32, i1)
declare i64 @llvm.cttz.i64(i64, i1)
declare i32 @llvm.cttz.i32(i32, i1)
declare i64 @llvm.ctpop.i64(i64)
declare i32 @llvm.ctpop.i32(i32)
declare i32 @llvm.abs.i32(i32, i1)
declare i64 @llvm.bswap.i64(i64)
declare i32 @llvm.bswap.i32(i32)
declare i64 @llvm.fshl.i64(i64, i64, i64)
declare i32 @llvm.fshl.i32(i32, i32, i32)

define i64 @clz(i64 %a) {
; CHECK-LABEL: clz:
; CHECK: clz a0, a0
  %r = call i64 @llvm.ctlz.i64(i64 %a, i1 false)
  ret i64 %r
}

define i32 @clzw(i32 %a) {
; CHECK-LABEL: clzw:
; CHECK: clzw a0, a0
; CHECK-NEXT: ret
  %r = call i32 @llvm.ctlz.i32(i32 %a, i1 false)
  ret i32 %r
}

define i64 @ctz(i64 %a) {
; CHECK-LABEL: ctz:
; CHECK: ctz a0, a0
  %r = call i64 @llvm.cttz.i64(i64 %a, i1 false)
  ret i64 %r
}

define i32 @ctzw(i32 %a) {
; CHECK-LABEL: ctzw:
; CHECK: ctzw a0, a0
; CHECK-NEXT: ret
  %r = call i32 @llvm.cttz.i32(i32 %a, i1 false)
  ret i32 %r
}

define i64 @cpop(i64 %a) {
; CHECK-LABEL: cpop:
; CHECK: cpop a0, a0
  %r = call i64 @llvm.ctpop.i64(i64 %a)
  ret i64 %r
}

define i32 @cpopw(i32 %a) {
; CHECK-LABEL: cpopw:
; CHECK: cpopw a0, a0
; CHECK-NEXT: ret
  %r = call i32 @llvm.ctpop.i32(i32 %a)
  ret i32 %r
}

define signext i32 @abs(i32 signext %a) {
; CHECK-LABEL: abs:
; CHECK: negw a1, a0
; CHECK-NEXT: max a0, a0, a1
; CHECK-NEXT: ret
  %r = call i32 @llvm.abs.i32(i32 %a, i1 true)
  ret i32 %r
}

define i64 @minimum(i64 %a, i64 %b) {
; CHECK-LABEL: minimum:
; CHECK: min a0, a0, a1
  %c = icmp slt i64 %a, %b
  %r = select i1 %c, i64 %a, i64 %b
  ret i64 %r
}

define signext i32 @maximum_word(i32 signext %a, i32 signext %b) {
; CHECK-LABEL: maximum_word:
; CHECK: max a0, a0, a1
; CHECK-NEXT: ret
  %c = icmp sgt i32 %a, %b
  %r = select i1 %c, i32 %a, i32 %b
  ret i32 %r
}

define i64 @unsigned_maximum(i64 %a, i64 %b) {
; CHECK-LABEL: unsigned_maximum:
; CHECK: maxu a0, a0, a1
  %c = icmp ugt i64 %a, %b
  %r = select i1 %c, i64 %a, i64 %b
  ret i64 %r
}

define i64 @extend_byte(i8 %a) {
; CHECK-LABEL: extend_byte:
; CHECK: sext.b a0, a0
  %r = sext i8 %a to i64
  ret i64 %r
}

define i64 @extend_half(i16 %a) {
; CHECK-LABEL: extend_half:
; CHECK: sext.h a0, a0
  %r = sext i16 %a to i64
  ret i64 %r
}

define i64 @zero_extend_half(i16 %a) {
; CHECK-LABEL: zero_extend_half:
; CHECK: zext.h a0, a0
  %r = zext i16 %a to i64
  ret i64 %r
}

define i64 @reverse(i64 %a) {
; CHECK-LABEL: reverse:
; CHECK: rev8 a0, a0
; CHECK-NEXT: ret
  %r = call i64 @llvm.bswap.i64(i64 %a)
  ret i64 %r
}

define signext i32 @reverse_word(i32 %a) {
; CHECK-LABEL: reverse_word:
; CHECK: rev8 a0, a0
; CHECK-NEXT: srai a0, a0, 32
  %r = call i32 @llvm.bswap.i32(i32 %a)
  ret i32 %r
}

define i64 @rotate(i64 %a, i64 %b) {
; CHECK-LABEL: rotate:
; CHECK: rol a0, a0, a1
  %r = call i64 @llvm.fshl.i64(i64 %a, i64 %a, i64 %b)
  ret i64 %r
}

define signext i32 @rotate_word(i32 %a, i32 %b) {
; CHECK-LABEL: rotate_word:
; CHECK: rolw a0, a0, a1
; CHECK-NEXT: ret
  %r = call i32 @llvm.fshl.i32(i32 %a, i32 %a, i32 %b)
  ret i32 %r
}

; 7 to the left is 25 to the right.
define signext i32 @rotate_word_constant(i32 %a) {
; CHECK-LABEL: rotate_word_constant:
; CHECK: roriw a0, a0, 25
; CHECK-NEXT: ret
  %r = call i32 @llvm.fshl.i32(i32 %a, i32 %a, i32 7)
  ret i32 %r
}
