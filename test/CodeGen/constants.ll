; Constants: one to a few instructions, or the constant pool.
; RUN: %llc-mtia -mattr=+64bit,+i,+m -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mattr=+64bit,+i,+m -mtia-max-build-ints-cost=2 < %s | FileCheck %s --check-prefix=TWO
; RUN: %llc-mtia -mattr=+64bit,+i,+m -mtia-max-build-ints-cost=8 < %s | FileCheck %s --check-prefix=EIGHT

define i64 @imm12() nounwind {
; CHECK-LABEL: imm12:
; CHECK:       li a0, -2048
; CHECK-NEXT:  ret
  ret i64 -2048
}

define i64 @upper() nounwind {
; CHECK-LABEL: upper:
; CHECK:       lui a0, 524288
; CHECK-NEXT:  ret
  ret i64 -2147483648
}

; 2147483647 = (524288 << 12) - 1 as a word.
define i64 @int_max() nounwind {
; CHECK-LABEL: int_max:
; CHECK:       lui a0, 524288
; CHECK-NEXT:  addiw a0, a0, -1
; CHECK-NEXT:  ret
  ret i64 2147483647
}

define i64 @uint_max() nounwind {
; CHECK-LABEL: uint_max:
; CHECK:       li a0, -1
; CHECK-NEXT:  srli a0, a0, 32
; CHECK-NEXT:  ret
  ret i64 4294967295
}

define i64 @sign_bit() nounwind {
; CHECK-LABEL: sign_bit:
; CHECK:       li a0, -1
; CHECK-NEXT:  slli a0, a0, 63
; CHECK-NEXT:  ret
  ret i64 -9223372036854775808
}

; 0x123456789abcdef0: eight instructions would be too many.
define i64 @pool() nounwind {
; CHECK:       .quad 1311768467463790320
; CHECK-LABEL: pool:
; CHECK:       ld a0, %pcrel_lo(
; CHECK-NEXT:  ret
; EIGHT-LABEL: pool:
; EIGHT-NOT:   ld
; EIGHT:       ret
  ret i64 1311768467463790320
}

; Three instructions, or a load where two are the most.
define i64 @three() nounwind {
; CHECK-LABEL: three:
; CHECK:       lui a0, 305420
; CHECK-NEXT:  addi{{w?}} a0, a0, -1347
; CHECK-NEXT:  slli a0, a0, 12
; CHECK-NEXT:  ret
; TWO-LABEL:   three:
; TWO:         ld a0, %pcrel_lo(
; TWO-NEXT:    ret
  ret i64 5124091793408
}

; When the code must be small, too: eight bytes of code and eight of data are less.
define i64 @pool_size() nounwind optsize {
; CHECK-LABEL: pool_size:
; CHECK:       ld a0, %pcrel_lo(
; CHECK-NEXT:  ret
  ret i64 1311768467463790320
}

; Only the lower half is looked at: two instructions instead of three.
define void @demanded(ptr %p) nounwind {
; CHECK-LABEL: demanded:
; CHECK:       lui a1, 838861
; CHECK-NEXT:  addi{{w?}} a1, a1, -819
; CHECK-NEXT:  sw a1, 0(a0)
; CHECK-NEXT:  ret
  store i32 3435973837, ptr %p
  ret void
}
