; What LLVM's generic passes do with the target's descriptions, each with the switch that
; turns it off. The target's own passes have files of their own.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -disable-lsr < %s | FileCheck %s --check-prefix=NOLSR
; RUN: %llc-mtia -enable-shrink-wrap=false < %s | FileCheck %s --check-prefix=NOWRAP
; RUN: %llc-mtia -combiner-store-merging=false < %s | FileCheck %s --check-prefix=NOMERGE
; RUN: %llc-mtia -enable-misched=false -enable-post-misched=false < %s \
; RUN:   | FileCheck %s --check-prefix=NOSCHED
; RUN: %llc-mtia -mtia-enable-dead-defs=false < %s | FileCheck %s --check-prefix=NODEAD

declare void @callee(ptr)

; Loop strength reduction: one pointer that is compared with its end, with the target's cost
; of addresses.
define void @lsr(ptr %p, i64 %n) nounwind {
; CHECK-LABEL: lsr:
; CHECK:       [[LOOP:\.LBB[0-9_]+]]:
; CHECK:       ld
; CHECK:       sd
; CHECK-NEXT:  addi [[P:a[0-9]]], [[P]], 24
; CHECK-NEXT:  bne [[P]], {{.*}}, [[LOOP]]
; NOLSR-LABEL: lsr:
; NOLSR:       sh3add
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %o = mul i64 %i, 24
  %a = getelementptr i8, ptr %p, i64 %o
  %v = load i64, ptr %a
  %w = xor i64 %v, 1
  store i64 %w, ptr %a
  %next = add nuw i64 %i, 1
  %c = icmp eq i64 %next, 100
  br i1 %c, label %done, label %loop
done:
  ret void
}

; Shrink wrapping: the path without a call has no frame.
define i64 @wrap(i64 %x) nounwind {
; CHECK-LABEL:  wrap:
; CHECK-NOT:    sp
; CHECK:        b{{eqz|nez}} a0
; CHECK:        addi sp, sp, -
; NOWRAP-LABEL: wrap:
; NOWRAP:       addi sp, sp, -
; NOWRAP:       b{{eqz|nez}} a0
entry:
  %c = icmp eq i64 %x, 0
  br i1 %c, label %quick, label %slow
quick:
  ret i64 7
slow:
  %a = alloca i64
  call void @callee(ptr %a)
  %r = load i64, ptr %a
  ret i64 %r
}

; Stores that are neighbours become one.
define void @stores(ptr align 8 %p) nounwind {
; CHECK-LABEL:   stores:
; CHECK-NOT:     sw
; CHECK:         sd zero, 0(a0)
; CHECK-NOT:     s{{[wd]}}
; CHECK:         ret
; NOMERGE-LABEL: stores:
; NOMERGE-DAG:   sw zero, 0(a0)
; NOMERGE-DAG:   sw zero, 4(a0)
  store i32 0, ptr %p, align 8
  %q = getelementptr i8, ptr %p, i64 4
  store i32 0, ptr %q, align 4
  ret void
}

; The schedule model: no use right behind its load.
define i64 @schedule(ptr %p, i64 %x, i64 %y) nounwind {
; CHECK-LABEL:   schedule:
; CHECK:         ld [[V:a[0-9]]], 0(a0)
; CHECK-NEXT:    xor
; CHECK-NEXT:    add a0, {{.*}}[[V]]
; NOSCHED-LABEL: schedule:
; NOSCHED:       ld [[V:a[0-9]]], 0(a0)
; NOSCHED-NEXT:  add a0, {{.*}}[[V]]
  %z = xor i64 %x, %y
  %v = load i64, ptr %p
  %s = add i64 %v, %z
  ret i64 %s
}

; A result that nobody reads goes to the zero register.
define void @dead(ptr %p) nounwind {
; CHECK-LABEL:  dead:
; CHECK:        amoadd.w.aqrl zero, a1, (a0)
; NODEAD-LABEL: dead:
; NODEAD:       amoadd.w.aqrl a0, a1, (a0)
  %r = atomicrmw add ptr %p, i32 3 seq_cst
  ret void
}
