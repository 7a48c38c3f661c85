; Without the extension A: fences are instructions, atomic operations calls.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s

define void @fences() nounwind {
; CHECK-LABEL: fences:
; CHECK:       fence r, rw
; CHECK-NEXT:  fence rw, w
; CHECK-NEXT:  fence.tso
; CHECK-NEXT:  fence rw, rw
; CHECK-NEXT:  #MEMBARRIER
; CHECK-NEXT:  ret
  fence acquire
  fence release
  fence acq_rel
  fence seq_cst
  fence syncscope("singlethread") seq_cst
  ret void
}

; Sequentially consistent is 5 in C's memory_order.
define i32 @add(ptr %p, i32 %v) nounwind {
; CHECK-LABEL: add:
; CHECK:       li a2, 5
; CHECK:       call __atomic_fetch_add_4
  %r = atomicrmw add ptr %p, i32 %v seq_cst
  ret i32 %r
}

define i64 @load(ptr %p) nounwind {
; CHECK-LABEL: load:
; CHECK:       li a1, 2
; CHECK:       call __atomic_load_8
  %r = load atomic i64, ptr %p acquire, align 8
  ret i64 %r
}
