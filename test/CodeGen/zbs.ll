; Zbs: one bit set, cleared, inverted, extracted; by a constant or a register.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s

define i64 @set(i64 %x, i64 %n) {
; CHECK-LABEL: set:
; CHECK: bset a0, a0, a1
  %b = shl i64 1, %n
  %r = or i64 %x, %b
  ret i64 %r
}

define i64 @clear(i64 %x, i64 %n) {
; CHECK-LABEL: clear:
; CHECK: bclr a0, a0, a1
  %b = shl i64 1, %n
  %m = xor i64 %b, -1
  %r = and i64 %x, %m
  ret i64 %r
}

define i64 @invert(i64 %x, i64 %n) {
; CHECK-LABEL: invert:
; CHECK: binv a0, a0, a1
  %b = shl i64 1, %n
  %r = xor i64 %x, %b
  ret i64 %r
}

define i64 @extract(i64 %x, i64 %n) {
; CHECK-LABEL: extract:
; CHECK: bext a0, a0, a1
  %s = lshr i64 %x, %n
  %r = and i64 %s, 1
  ret i64 %r
}

define i64 @one(i64 %n) {
; CHECK-LABEL: one:
; CHECK: bset a0, zero, a0
  %b = shl i64 1, %n
  ret i64 %b
}

define i64 @set_constant(i64 %x) {
; CHECK-LABEL: set_constant:
; CHECK: bseti a0, a0, 40
  %r = or i64 %x, 1099511627776
  ret i64 %r
}

define i64 @clear_constant(i64 %x) {
; CHECK-LABEL: clear_constant:
; CHECK: bclri a0, a0, 40
  %r = and i64 %x, -1099511627777
  ret i64 %r
}

define i64 @invert_constant(i64 %x) {
; CHECK-LABEL: invert_constant:
; CHECK: binvi a0, a0, 63
  %r = xor i64 %x, -9223372036854775808
  ret i64 %r
}

define i64 @extract_constant(i64 %x) {
; CHECK-LABEL: extract_constant:
; CHECK: bexti a0, a0, 33
  %s = lshr i64 %x, 33
  %r = and i64 %s, 1
  ret i64 %r
}

; ORI takes -2048 to 2047: a small bit needs no BSETI.
define i64 @set_small(i64 %x) {
; CHECK-LABEL: set_small:
; CHECK: ori a0, a0, 1024
  %r = or i64 %x, 1024
  ret i64 %r
}

define i64 @set_two(i64 %x) {
; CHECK-LABEL: set_two:
; CHECK: bseti a0, a0, 35
; CHECK-NEXT: bseti a0, a0, 50
  %r = or i64 %x, 1125934266580992
  ret i64 %r
}

define i64 @constant() {
; CHECK-LABEL: constant:
; CHECK: bseti a0, zero, 44
; CHECK-NEXT: ret
  ret i64 17592186044416
}
