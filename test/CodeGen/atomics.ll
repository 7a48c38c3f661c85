; Atomic operations with the extension A: the psABI's mapping of orderings to instructions. The
; bits, the fences and the library calls are those of stock LLVM, whose output is checked by the
; same lines.
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m,+a < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m,+a -O0 < %s -o /dev/null
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m,+zaamo,+zalrsc < %s | FileCheck %s
; RUN: %llc-riscv -mattr=+m,+a < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m,+a,+no-trailing-seq-cst-fence < %s | FileCheck %s --check-prefix=NOTRAIL
; RUN: %llc-riscv -mattr=+m,+a,+no-trailing-seq-cst-fence < %s | FileCheck %s --check-prefix=NOTRAIL

; CHECK-LABEL: fences:
; CHECK:       fence r, rw
; CHECK-NEXT:  fence rw, w
; CHECK-NEXT:  fence.tso
; CHECK-NEXT:  fence rw, rw
; CHECK-NEXT:  #MEMBARRIER
; CHECK-NEXT:  ret
define void @fences() nounwind {
  fence acquire
  fence release
  fence acq_rel
  fence seq_cst
  fence syncscope("singlethread") seq_cst
  ret void
}

; CHECK-LABEL: loads:
; CHECK-NOT:   {{[[:space:]]}}fence
; CHECK:       lbu
; CHECK:       lh
; CHECK:       fence r, rw
; CHECK:       fence rw, rw
; CHECK:       lw
; CHECK:       fence r, rw
; CHECK:       ld
; CHECK-NOT:   {{[[:space:]]}}fence
; CHECK:       ret
define i64 @loads(ptr %p) nounwind {
  %a = load atomic i8, ptr %p unordered, align 1
  %b = load atomic i16, ptr %p acquire, align 2
  %c = load atomic i32, ptr %p seq_cst, align 4
  %d = load atomic i64, ptr %p monotonic, align 8
  %a1 = zext i8 %a to i64
  %b1 = sext i16 %b to i64
  %c1 = sext i32 %c to i64
  %s = add i64 %a1, %b1
  %t = add i64 %c1, %d
  %r = add i64 %s, %t
  ret i64 %r
}

; CHECK-LABEL:   stores:
; NOTRAIL-LABEL: stores:
; CHECK-NOT:     fence
; CHECK:         sb
; CHECK:         fence rw, w
; CHECK-NEXT:    sh
; CHECK-NEXT:    fence rw, w
; CHECK-NEXT:    sw
; CHECK-NEXT:    fence rw, rw
; CHECK-NEXT:    sd
; CHECK-NEXT:    ret
; NOTRAIL:       fence rw, w
; NOTRAIL:       fence rw, w
; NOTRAIL-NEXT:  sw
; NOTRAIL-NOT:   fence
; NOTRAIL:       ret
define void @stores(ptr %p, i8 %a, i16 %b, i32 %c, i64 %d) nounwind {
  store atomic i8 %a, ptr %p unordered, align 1
  store atomic i16 %b, ptr %p release, align 2
  store atomic i32 %c, ptr %p seq_cst, align 4
  store atomic i64 %d, ptr %p monotonic, align 8
  ret void
}

; A result that nobody reads goes to the zero register.
; CHECK-LABEL: orderings:
; CHECK:       amoswap.w zero, a
; CHECK:       amoadd.w.aq zero, a
; CHECK:       amoand.d.rl zero, a
; CHECK:       amoor.d.aqrl zero, a
; CHECK:       amoxor.w.aqrl zero, a
; CHECK:       amomax.w zero, a
; CHECK:       amomin.d zero, a
; CHECK:       amomaxu.d zero, a
; CHECK:       amominu.w zero, a
define void @orderings(ptr %p, i32 signext %w, i64 %d) nounwind {
  %1 = atomicrmw xchg ptr %p, i32 %w monotonic
  %2 = atomicrmw add ptr %p, i32 %w acquire
  %3 = atomicrmw and ptr %p, i64 %d release
  %4 = atomicrmw or ptr %p, i64 %d acq_rel
  %5 = atomicrmw xor ptr %p, i32 %w seq_cst
  %6 = atomicrmw max ptr %p, i32 %w monotonic
  %7 = atomicrmw min ptr %p, i64 %d monotonic
  %8 = atomicrmw umax ptr %p, i64 %d monotonic
  %9 = atomicrmw umin ptr %p, i32 %w monotonic
  ret void
}

; A subtraction is an addition of the negated value.
; CHECK-LABEL: subtract:
; CHECK:       neg
; CHECK:       amoadd.d.aqrl
define i64 @subtract(ptr %p, i64 %d) nounwind {
  %1 = atomicrmw sub ptr %p, i64 %d seq_cst
  ret i64 %1
}

; CHECK-LABEL: nand:
; CHECK:       [[LOOP:\.LBB[0-9_]+]]:
; CHECK:       lr.d.aq [[OLD:[ast][0-9]+]], ([[P:[ast][0-9]+]])
; CHECK-NEXT:  and [[NEW:[ast][0-9]+]], [[OLD]], [[D:[ast][0-9]+]]
; CHECK-NEXT:  not [[NEW]], [[NEW]]
; CHECK-NEXT:  sc.d.rl [[NEW]], [[NEW]], ([[P]])
; CHECK-NEXT:  bnez [[NEW]], [[LOOP]]
define i64 @nand(ptr %p, i64 %d) nounwind {
  %1 = atomicrmw nand ptr %p, i64 %d acq_rel
  ret i64 %1
}

; The comparison is with the sign-extended word that lr.w gives.
; CHECK-LABEL: compare_exchange:
; CHECK:       sext.w [[C:[ast][0-9]+]], a1
; CHECK:       [[LOOP:\.LBB[0-9_]+]]:
; CHECK:       lr.w.aqrl [[OLD:[ast][0-9]+]], ([[P:[ast][0-9]+]])
; CHECK-NEXT:  bne [[OLD]], [[C]], [[DONE:\.LBB[0-9_]+]]
; CHECK:       sc.w.rl [[S:[ast][0-9]+]], {{[ast][0-9]+}}, ([[P]])
; CHECK-NEXT:  bnez [[S]], [[LOOP]]
; CHECK:       [[DONE]]:
define i32 @compare_exchange(ptr %p, i32 %c, i32 %n) nounwind {
  %1 = cmpxchg ptr %p, i32 %c, i32 %n seq_cst seq_cst
  %2 = extractvalue { i32, i1 } %1, 0
  ret i32 %2
}

; The stronger of the two orderings counts.
; CHECK-LABEL: failure_ordering:
; CHECK:       lr.d.aq a
; CHECK:       sc.d a
; CHECK:       lr.d a
; CHECK:       sc.d.rl a
define void @failure_ordering(ptr %p, i64 %c, i64 %n) nounwind {
  %1 = cmpxchg ptr %p, i64 %c, i64 %n monotonic acquire
  %2 = cmpxchg ptr %p, i64 %c, i64 %n release monotonic
  ret void
}

; Bytes and halfwords: the aligned word around them, a mask, a loop.
; CHECK-LABEL: byte_add:
; CHECK:       andi [[P:[ast][0-9]+]], a0, -4
; CHECK:       lr.w [[OLD:[ast][0-9]+]], ([[P]])
; CHECK-NEXT:  add [[NEW:[ast][0-9]+]], [[OLD]], [[V:[ast][0-9]+]]
; CHECK-NEXT:  xor [[NEW]], [[OLD]], [[NEW]]
; CHECK-NEXT:  and [[NEW]], [[NEW]], [[M:[ast][0-9]+]]
; CHECK-NEXT:  xor [[NEW]], [[OLD]], [[NEW]]
; CHECK-NEXT:  sc.w [[NEW]], [[NEW]], ([[P]])
; CHECK-NEXT:  bnez [[NEW]],
define i8 @byte_add(ptr %p, i8 %v) nounwind {
  %1 = atomicrmw add ptr %p, i8 %v monotonic
  ret i8 %1
}

; CHECK-LABEL: half_max:
; CHECK:       lr.w.aqrl
; CHECK:       bge
; CHECK:       sc.w.rl
define i16 @half_max(ptr %p, i16 %v) nounwind {
  %1 = atomicrmw max ptr %p, i16 %v seq_cst
  ret i16 %1
}

; Bitwise operations and constants need no loop.
; CHECK-LABEL: byte_bitwise:
; CHECK:       amoor.w.aq
; CHECK:       amoand.w
; CHECK:       amoor.w
; CHECK-NOT:   lr.w
; CHECK:       ret
define void @byte_bitwise(ptr %p, i8 %v) nounwind {
  %1 = atomicrmw or ptr %p, i8 %v acquire
  %2 = atomicrmw xchg ptr %p, i8 0 monotonic
  %3 = atomicrmw xchg ptr %p, i8 -1 monotonic
  ret void
}

; What isn't one instruction is a loop around a compare-exchange.
; CHECK-LABEL: wrap:
; CHECK:       lr.w
; CHECK:       lr.d
; CHECK:       lr.w
define void @wrap(ptr %p, i32 %w, i64 %d) nounwind {
  %1 = atomicrmw uinc_wrap ptr %p, i32 %w monotonic
  %2 = atomicrmw udec_wrap ptr %p, i64 %d monotonic
  %3 = atomicrmw usub_sat ptr %p, i32 %w monotonic
  ret void
}

; Floating point and pointers: their bits.
; CHECK-LABEL: others:
; CHECK:       fence rw, w
; CHECK-NEXT:  sd
; CHECK:       call __adddf3
; CHECK:       lr.d
; CHECK:       amoswap.d
define void @others(ptr %p, ptr %q, double %d) nounwind {
  store atomic ptr %q, ptr %p release, align 8
  %1 = atomicrmw fadd ptr %p, double %d monotonic
  %2 = atomicrmw xchg ptr %p, ptr %q monotonic
  ret void
}

; CHECK-LABEL: quad:
; CHECK:       call __atomic_load_16
; CHECK:       call __atomic_fetch_add_16
define i128 @quad(ptr %p, i128 %v) nounwind {
  %1 = load atomic i128, ptr %p acquire, align 16
  %2 = atomicrmw add ptr %p, i128 %1 seq_cst
  ret i128 %2
}

; A branch on the comparison's result is the loop's own.
; CHECK-LABEL: branch_on_result:
; CHECK:       lr.d
; CHECK:       sc.d
declare void @yes()
define void @branch_on_result(ptr %p, i64 %c, i64 %n) nounwind {
  %1 = cmpxchg ptr %p, i64 %c, i64 %n monotonic monotonic
  %2 = extractvalue { i64, i1 } %1, 1
  br i1 %2, label %then, label %else
then:
  tail call void @yes()
  ret void
else:
  ret void
}
