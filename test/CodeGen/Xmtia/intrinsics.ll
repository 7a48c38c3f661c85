; A call of an Xmtia intrinsic is the instruction: constants are immediates, no register is
; saved or moved for it beyond its operands, and no frame is made.
; RUN: %llc-mtia -O0 -verify-machineinstrs < %s | FileCheck %s --check-prefixes=CHECK
; RUN: %llc-mtia -O2 -verify-machineinstrs < %s | FileCheck %s --check-prefixes=CHECK,O2
; RUN: %llc-mtia -O2 -filetype=obj < %s -o %t.o
; RUN: %objdump-mtia -d --mattr=+xmtia %t.o | FileCheck %s --check-prefix=OBJ

declare i64 @mtia_id(i32)
declare void @mtia_sync()
declare void @mtia_bar(i32)
declare void @mtia_cr_w(i32, i64)
declare void @mtia_cb_init(i32, i64, i64)
declare i64 @mtia_cb_head(i32, i64)
declare void @mtia_cb_pop(i32, i64)
declare void @mtia_mml(i32, i32, i32, i32, i32, i32, i32)

; Constant, result.
define i64 @id() nounwind {
; CHECK-LABEL: id:
; CHECK:       mtia.id a0, 5
; CHECK-NEXT:  ret
; OBJ-LABEL: <id>:
; OBJ:       mtia.id a0, 0x5
  %r = tail call i64 @mtia_id(i32 5)
  ret i64 %r
}

; Registers where they are.
define void @init(i64 %base, i64 %size) nounwind {
; CHECK-LABEL: init:
; CHECK:       mtia.cb.init 31, a0, a1
; CHECK-NEXT:  ret
  tail call void @mtia_cb_init(i32 31, i64 %base, i64 %size)
  ret void
}

; The inner loop of a matrix multiplication: one instruction per MML.
define void @loop(i32 signext %n) nounwind {
; CHECK-LABEL: loop:
; O2:       [[BODY:\.LBB[0-9_]+]]:
; O2-NEXT:  # =>
; O2-DAG:   mtia.mml 0, 2, 3, 0, 0, 1, 0
; O2-DAG:   mtia.mml 3, 2, 3, 1, 1, 3, 5
; O2-DAG:   addiw a0, a0, -1
; O2:       bnez a0, [[BODY]]
; O2-NEXT:  # %bb.
; O2-NEXT:  ret
; OBJ-LABEL: <loop>:
; OBJ:       mtia.mml 0x0, 0x2, 0x3, 0x0, 0x0, 0x1, 0x0
; OBJ:       mtia.mml 0x3, 0x2, 0x3, 0x1, 0x1, 0x3, 0x5
entry:
  br label %body
body:
  %i = phi i32 [ %n, %entry ], [ %next, %body ]
  call void @mtia_mml(i32 0, i32 2, i32 3, i32 0, i32 0, i32 1, i32 0)
  call void @mtia_mml(i32 3, i32 2, i32 3, i32 1, i32 1, i32 3, i32 5)
  %next = add i32 %i, -1
  %c = icmp ne i32 %next, 0
  br i1 %c, label %body, label %exit
exit:
  ret void
}

; Every unit: constants in their places, registers only for what is one.
declare void @mtia_mml_ob(i32, i32, i32, i32, i32, i32, i32)
declare void @mtia_drainf(i32, i32, i32, i32, i32, i32)
declare void @mtia_acc_minmax(i32, i32, i32, i32, i32)
declare void @mtia_redf(i32, i32, i32)
declare void @mtia_mlu_transpose(i32, i32, i32, i32)
declare void @mtia_se_un(i32, i32, i32)
declare void @mtia_se_rowacc(i32, i32, i64, i32)
declare void @mtia_dma_gather(i32, i64, i64, i32)
declare i64 @mtia_ctr_tas(i32, i64)
define i64 @units(i64 %table, i64 %rows, i64 %pe) nounwind {
; CHECK-LABEL: units:
; CHECK:       mtia.dma.gather 3, a0, a1, 36
; CHECK-NEXT:  mtia.se.rowacc 5, 3, a1, 2
; CHECK-NEXT:  mtia.mlu.transpose 2, 4, 1, 1
; CHECK-NEXT:  mtia.mml.ob 0, 7, 2, 1, 3, 1, 4
; CHECK-NEXT:  mtia.redf 0, 2, 1
; CHECK-NEXT:  mtia.acc.minmax 0, 9, 1, 3, 3
; CHECK-NEXT:  mtia.drainf 0, 9, 1, 3, 5, 2
; CHECK-NEXT:  mtia.se.un 9, 9, 11
; CHECK-NEXT:  mtia.ctr.tas a0, 31, a2
; CHECK-NEXT:  ret
  call void @mtia_dma_gather(i32 3, i64 %table, i64 %rows, i32 36)
  call void @mtia_se_rowacc(i32 5, i32 3, i64 %rows, i32 2)
  call void @mtia_mlu_transpose(i32 2, i32 4, i32 1, i32 1)
  call void @mtia_mml_ob(i32 0, i32 7, i32 2, i32 1, i32 3, i32 1, i32 4)
  call void @mtia_redf(i32 0, i32 2, i32 1)
  call void @mtia_acc_minmax(i32 0, i32 9, i32 1, i32 3, i32 3)
  call void @mtia_drainf(i32 0, i32 9, i32 1, i32 3, i32 5, i32 2)
  call void @mtia_se_un(i32 9, i32 9, i32 11)
  %old = call i64 @mtia_ctr_tas(i32 31, i64 %pe)
  ret i64 %old
}

; Order among commands and memory accesses stays: the store is before the pop, the load
; after it, and neither crosses the command.
define i64 @order(ptr %p, i64 %v, i64 %n) nounwind {
; CHECK-LABEL: order:
; O2:       sd a1, 0(a0)
; O2-NEXT:  mtia.cb.pop 4, a2
; O2-NEXT:  ld a0, 0(a0)
; O2-NEXT:  mtia.sync
; O2-NEXT:  ret
  store i64 %v, ptr %p
  call void @mtia_cb_pop(i32 4, i64 %n)
  %r = load i64, ptr %p
  call void @mtia_sync()
  ret i64 %r
}

; Nothing is clobbered: the argument stays in its register.
define i64 @preserved(i64 %a) nounwind {
; CHECK-LABEL: preserved:
; O2:       mtia.bar 2
; O2-NEXT:  mtia.cr.w 7, a0
; O2-NEXT:  ret
  call void @mtia_bar(i32 2)
  call void @mtia_cr_w(i32 7, i64 %a)
  ret i64 %a
}

; A name that only looks like one is a function.
declare void @mtia_frobnicate(i32)
define void @other() nounwind {
; CHECK-LABEL: other:
; CHECK:       {{call|tail}} mtia_frobnicate
  tail call void @mtia_frobnicate(i32 1)
  ret void
}
