; A sum with one wide source is written into that source's registers where it ends there: no copy,
; although the narrow source may not overlap the result (RISC-V V 1.0, section 5.2).
;
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvfh -verify-machineinstrs %s -o - | FileCheck %s

; CHECK-LABEL: in_a_loop:
; CHECK: vle16.v [[X:v[0-9]+]],
; CHECK-NOT: vmv
; CHECK: vwsub.wv [[S:v[0-9]+]], [[S]], [[X]]
; CHECK-NOT: vmv
; CHECK: b{{ne|ltu}}
define <64 x i32> @in_a_loop(<64 x i32> %start, ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %s = phi <64 x i32> [ %start, %entry ], [ %next, %loop ]
  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]
  %a = getelementptr <64 x i16>, ptr %p, i64 %i
  %x = load <64 x i16>, ptr %a
  %w = sext <64 x i16> %x to <64 x i32>
  %next = sub <64 x i32> %s, %w
  %i1 = add i64 %i, 1
  %c = icmp ult i64 %i1, %n
  br i1 %c, label %loop, label %exit
exit:
  ret <64 x i32> %next
}

; What the tail keeps is the wide source itself: the policy stays undisturbed.
; CHECK-LABEL: keeps_tail:
; CHECK: vsetvli zero, a0, e32, m2, tu, m
; CHECK-NEXT: vfwadd.wv v8, v8, v12
; CHECK-NEXT: ret
define <vscale x 4 x double> @keeps_tail(<vscale x 4 x double> %s, <vscale x 4 x float> %x, i32 %vl) {
  %l = zext i32 %vl to i64
  %r = call <vscale x 4 x double> @llvm.riscv.vfwadd.w(<vscale x 4 x double> %s, <vscale x 4 x double> %s, <vscale x 4 x float> %x, i64 7, i64 %l)
  ret <vscale x 4 x double> %r
}

; The source is needed again: another register, and still no copy.
; CHECK-LABEL: still_needed:
; CHECK: vwaddu.wv [[R:v[0-9]+]], v8, v{{[0-9]+}}
; CHECK: vxor.vv v8, [[R]], v8
define <16 x i32> @still_needed(<16 x i32> %s, <16 x i16> %x) {
  %w = zext <16 x i16> %x to <16 x i32>
  %a = add <16 x i32> %s, %w
  %r = xor <16 x i32> %a, %s
  ret <16 x i32> %r
}
