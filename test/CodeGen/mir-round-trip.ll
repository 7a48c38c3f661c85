; Machine IR between passes can be written and read again, flags of operands included.
; RUN: %llc-mtia -code-model=small -stop-after=finalize-isel %s -o %t.isel.mir
; RUN: FileCheck %s --input-file=%t.isel.mir --check-prefix=ISEL
; RUN: %llc-mtia -code-model=small -start-after=finalize-isel -verify-machineinstrs %t.isel.mir -o - | FileCheck %s
; RUN: %llc-mtia -stop-after=mtia-merge-base-offset %s -o %t.merge.mir
; RUN: FileCheck %s --input-file=%t.merge.mir --check-prefix=MERGE
; RUN: %llc-mtia -start-after=mtia-merge-base-offset -verify-machineinstrs %t.merge.mir -o - | FileCheck %s

@g = external global [4 x i32]

; ISEL: target-flags(mtia-hi) @g
; ISEL: target-flags(mtia-lo) @g
; MERGE: AUIPC target-flags(mtia-pcrel-hi) @g + 4, pre-instr-symbol <mcsymbol .Lpcrel_hi0>
; MERGE: target-flags(mtia-pcrel-lo) <mcsymbol .Lpcrel_hi0>
; CHECK-LABEL: f:
; CHECK:       lw a0, %{{(pcrel_)?}}lo(
define i32 @f() nounwind {
  %p = getelementptr i32, ptr @g, i64 1
  %v = load i32, ptr %p
  ret i32 %v
}
