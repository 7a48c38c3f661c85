; Without the extension A: fences are instructions, atomic operations calls.
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m,-a < %s | FileCheck %s --check-prefixes=CHECK,CALLS
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m,-a,+forced-atomics < %s | FileCheck %s --check-prefixes=CHECK,FORCED
; RUN: %llc-riscv -mattr=+m,+forced-atomics < %s | FileCheck %s --check-prefixes=CHECK,FORCED

; CHECK-LABEL: fences:
; CHECK:       fence r, rw
; CHECK-NEXT:  fence rw, w
; CHECK-NEXT:  fence.tso
; CHECK-NEXT:  fence rw, rw
define void @fences() nounwind {
  fence acquire
  fence release
  fence acq_rel
  fence seq_cst
  ret void
}

; Sequentially consistent is 5 in C's memory_order.
; CHECK-LABEL: add:
; CALLS:       li a2, 5
; CALLS:       call __atomic_fetch_add_4
; FORCED:      call __sync_fetch_and_add_4
define i32 @add(ptr %p, i32 %v) nounwind {
  %r = atomicrmw add ptr %p, i32 %v seq_cst
  ret i32 %r
}

; CHECK-LABEL: load:
; CALLS:       li a1, 2
; CALLS:       call __atomic_load_8
; FORCED:      ld a0, 0(a0)
; FORCED:      fence r, rw
define i64 @load(ptr %p) nounwind {
  %r = load atomic i64, ptr %p acquire, align 8
  ret i64 %r
}

; CHECK-LABEL: compare_exchange:
; CALLS:       call __atomic_compare_exchange_1
; FORCED:      call __sync_val_compare_and_swap_1
define i8 @compare_exchange(ptr %p, i8 %a, i8 %b) nounwind {
  %r = cmpxchg ptr %p, i8 %a, i8 %b seq_cst seq_cst
  %s = extractvalue { i8, i1 } %r, 0
  ret i8 %s
}
