; Copies are read at their source, so that what follows need not wait for the copy.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mtia-enable-copy-propagation=false < %s | FileCheck %s --check-prefix=OFF

define i64 @decrement(ptr %p, i64 %limit) nounwind {
; CHECK-LABEL: decrement:
; CHECK:       mv [[COPY:a[0-9]]], [[SOURCE:a[0-9]]]
; CHECK-NEXT:  seqz {{a[0-9]}}, [[SOURCE]]
; OFF-LABEL:   decrement:
; OFF:         mv [[COPY:a[0-9]]], [[SOURCE:a[0-9]]]
; OFF-NEXT:    seqz {{a[0-9]}}, [[COPY]]
  %old = atomicrmw udec_wrap ptr %p, i64 %limit seq_cst
  ret i64 %old
}
