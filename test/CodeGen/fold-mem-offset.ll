; An address that several blocks use, as the offset of each access. (CodeGenPrepare would move a
; copy of it to some of them.)
; RUN: %llc-mtia -disable-cgp -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -disable-cgp -mtia-enable-fold-mem-offset=false < %s | FileCheck %s --check-prefix=OFF

define i64 @blocks(ptr %p, i64 %i) nounwind {
; CHECK-LABEL: blocks:
; CHECK-NOT:   addi
; CHECK:       lbu {{.*}}, 21(
; CHECK-NOT:   addi
; CHECK:       lh {{.*}}, 16(
; OFF-LABEL:   blocks:
; OFF:         lbu {{.*}}, 21(
; OFF:         addi {{.*}}, 16
; OFF:         lh {{.*}}, 0(
entry:
  %e = mul i64 %i, 6
  %b = getelementptr i8, ptr %p, i64 %e
  %c = getelementptr i8, ptr %b, i64 16
  %d = getelementptr i8, ptr %c, i64 5
  %v = load i8, ptr %d
  %t = icmp eq i8 %v, 0
  br i1 %t, label %zero, label %other
zero:
  %w = load i16, ptr %c
  %s = sext i16 %w to i64
  ret i64 %s
other:
  ret i64 0
}

; The sum is moved out of the loop, and added to there.
define void @loop(ptr %p, i64 %n) nounwind {
; CHECK-LABEL: loop:
; CHECK-NOT:   addi {{.*}}, 32
; CHECK:       lbu {{.*}}, 32(
; CHECK:       sb {{.*}}, 32(
; CHECK:       ret
entry:
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %j, %next ]
  %q = getelementptr i8, ptr %p, i64 32
  %a = getelementptr i8, ptr %q, i64 %i
  %v = load i8, ptr %a
  %t = icmp eq i8 %v, 0
  br i1 %t, label %set, label %next
set:
  store i8 1, ptr %a
  br label %next
next:
  %k = shl i64 %i, 1
  %j = add i64 %k, 3
  %c = icmp ugt i64 %j, %n
  br i1 %c, label %done, label %head
done:
  ret void
}

; The sum is needed itself: nothing is gained.
declare void @use(ptr)
define i64 @needed(ptr %p) nounwind {
; CHECK-LABEL: needed:
; CHECK:       addi {{.*}}, 16
; CHECK:       call use
  %c = getelementptr i8, ptr %p, i64 16
  call void @use(ptr %c)
  %v = load i64, ptr %c
  ret i64 %v
}

; Out of reach together.
define i64 @far(ptr %p, i1 %x) nounwind {
; CHECK-LABEL: far:
; CHECK:       addi
; CHECK:       ret
entry:
  %c = getelementptr i8, ptr %p, i64 2040
  br i1 %x, label %a, label %b
a:
  %v = load i64, ptr %c
  ret i64 %v
b:
  %d = getelementptr i8, ptr %c, i64 2040
  %w = load i64, ptr %d
  ret i64 %w
}
