; Choices between instructions that depend on which of them have short forms.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mattr=+64bit,+i,+m < %s | FileCheck %s --check-prefix=BASE

declare void @g()
declare void @use(ptr)

; For size, a comparison with a small constant subtracts it: two short instructions.
define void @equal(i64 %x) nounwind minsize {
; CHECK-LABEL: equal:
; CHECK:       addi a0, a0, -20
; CHECK-NEXT:  b{{eqz|nez}} a0
; BASE-LABEL:  equal:
; BASE:        li a1, 20
  %c = icmp eq i64 %x, 20
  br i1 %c, label %then, label %done
then:
  tail call void @g()
  ret void
done:
  ret void
}

; A mask that only ANDI could hold in four bytes: two short shifts.
define i64 @field(i64 %x) nounwind {
; CHECK-LABEL: field:
; CHECK:       slli a0, a0, 56
; CHECK-NEXT:  srli a0, a0, 57
; BASE-LABEL:  field:
; BASE:        andi a0, a0, 254
; BASE-NEXT:   srli a0, a0, 1
  %m = and i64 %x, 254
  %s = lshr i64 %m, 1
  ret i64 %s
}

; The address of an element of the frame is one addition.
define void @element() nounwind {
; CHECK-LABEL: element:
; CHECK:       addi a0, sp, 96
; CHECK-NOT:   addi
; CHECK:       call use
  %a = alloca [32 x i64]
  %p = getelementptr [32 x i64], ptr %a, i64 0, i64 11
  call void @use(ptr %p)
  ret void
}

; A shift of two registers by a variable is a call where the code is to be small.
define i128 @wide(i128 %x, i128 %n) nounwind minsize {
; CHECK-LABEL: wide:
; CHECK:       call __ashlti3
  %s = shl i128 %x, %n
  ret i128 %s
}

; The upper bits of a word as an index: a shift and a scaled addition.
define i32 @upper(i32 %x, ptr %t) nounwind {
; CHECK-LABEL: upper:
; CHECK:       srliw a0, a0, 24
; CHECK-NEXT:  sh2add a0, a0, a1
; CHECK-NEXT:  lw a0, 0(a0)
  %s = lshr i32 %x, 24
  %z = zext nneg i32 %s to i64
  %p = getelementptr inbounds i32, ptr %t, i64 %z
  %l = load i32, ptr %p
  ret i32 %l
}

; Moved by another amount, two shifts.
define i64 @upper_moved(i32 %x) nounwind {
; CHECK-LABEL: upper_moved:
; CHECK:       srliw a0, a0, 20
; CHECK-NEXT:  slli a0, a0, 3
; CHECK-NEXT:  ret
; BASE-LABEL:  upper_moved:
; BASE:        srliw a0, a0, 20
; BASE-NEXT:   slli a0, a0, 3
; BASE-NEXT:   ret
  %s = lshr i32 %x, 20
  %z = zext i32 %s to i64
  %r = shl i64 %z, 3
  ret i64 %r
}
