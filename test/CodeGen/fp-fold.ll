; What floating-point instructions do besides: conversions round, products are negated where
; they are added, sums and differences are fused, comparisons take no detour.
; RUN: %llc-mtia -mattr=+64bit,+i,+m,+c,+f,+d,+zfh,+zicond -verify-machineinstrs < %s | FileCheck %s

define i32 @floor_to_int(double %a) {
; CHECK-LABEL: floor_to_int:
; CHECK:       fcvt.w.d a0, fa0, rdn
; CHECK-NEXT:  ret
  %f = call double @llvm.floor.f64(double %a)
  %r = fptosi double %f to i32
  ret i32 %r
}

define i64 @ceil_to_unsigned(float %a) {
; CHECK-LABEL: ceil_to_unsigned:
; CHECK:       fcvt.lu.s a0, fa0, rup
; CHECK-NEXT:  ret
  %f = call float @llvm.ceil.f32(float %a)
  %r = fptoui float %f to i64
  ret i64 %r
}

define i64 @round_to_long(half %a) {
; CHECK-LABEL: round_to_long:
; CHECK:       fcvt.l.h a0, fa0, rmm
; CHECK-NEXT:  ret
  %f = call half @llvm.round.f16(half %a)
  %r = fptosi half %f to i64
  ret i64 %r
}

define i64 @rint_to_long(double %a) {
; CHECK-LABEL: rint_to_long:
; CHECK:       fcvt.l.d a0, fa0{{$}}
; CHECK-NEXT:  ret
  %f = call double @llvm.rint.f64(double %a)
  %r = fptosi double %f to i64
  ret i64 %r
}

; A NaN gives 0, which the instruction does not.
define i64 @saturating(double %a) {
; CHECK-LABEL: saturating:
; CHECK-DAG:   fcvt.l.d [[INT:a[0-9]]], fa0, rtz
; CHECK-DAG:   feq.d [[ORDERED:a[0-9]]], fa0, fa0
; CHECK:       czero.eqz a0, [[INT]], [[ORDERED]]
; CHECK-NEXT:  ret
  %f = call double @llvm.trunc.f64(double %a)
  %r = call i64 @llvm.fptosi.sat.i64.f64(double %f)
  ret i64 %r
}

define double @cross(double %a, double %b, double %c, double %d) {
; CHECK-LABEL: cross:
; CHECK:       fmul.d [[P:fa[0-9]]], fa2, fa3
; CHECK-NEXT:  fmsub.d fa0, fa0, fa1, [[P]]
; CHECK-NEXT:  ret
  %n = fneg double %d
  %p = fmul double %c, %n
  %r = call double @llvm.fmuladd.f64(double %a, double %b, double %p)
  ret double %r
}

define float @subtract_quotient(float %a, float %b, float %c) {
; CHECK-LABEL: subtract_quotient:
; CHECK:       fdiv.s [[Q:fa[0-9]]], fa1, fa2
; CHECK-NEXT:  fsub.s fa0, fa0, [[Q]]
; CHECK-NEXT:  ret
  %n = fneg float %b
  %q = fdiv float %n, %c
  %r = fadd float %q, %a
  ret float %r
}

; Every fused form, by the signs of the product and of the addend.
define double @fnmsub(double %a, double %b, double %c) {
; CHECK-LABEL: fnmsub:
; CHECK:       fnmsub.d fa0, {{fa0, fa1|fa1, fa0}}, fa2
  %n = fneg double %a
  %r = call double @llvm.fma.f64(double %n, double %b, double %c)
  ret double %r
}

define double @fnmadd(double %a, double %b, double %c) {
; CHECK-LABEL: fnmadd:
; CHECK:       fnmadd.d fa0, {{fa0, fa1|fa1, fa0}}, fa2
  %n = fneg double %b
  %m = fneg double %c
  %r = call double @llvm.fma.f64(double %a, double %n, double %m)
  ret double %r
}

define i64 @one(double %a, double %b) {
; CHECK-LABEL: one:
; CHECK-DAG:   flt.d [[X:a[0-9]]], fa0, fa1
; CHECK-DAG:   flt.d [[Y:a[0-9]]], fa1, fa0
; CHECK:       or a0, {{a[0-9], a[0-9]}}
; CHECK-NEXT:  ret
  %q = fcmp one double %a, %b
  %r = zext i1 %q to i64
  ret i64 %r
}

declare void @sink()
define void @branch_unordered(double %a) {
; CHECK-LABEL: branch_unordered:
; CHECK:       feq.d [[O:a[0-9]]], fa0, fa0
; CHECK-NEXT:  b{{eq|ne}}z [[O]]
  %q = fcmp uno double %a, %a
  br i1 %q, label %then, label %join
then:
  tail call void @sink()
  br label %join
join:
  ret void
}

; 2 + 2 + 4 bytes.
define half @half_one() {
; CHECK-LABEL: half_one:
; CHECK:       li a0, 15
; CHECK-NEXT:  slli a0, a0, 10
; CHECK-NEXT:  fmv.h.x fa0, a0
  ret half 1.0
}

define double @small(double %a) minsize optsize {
; CHECK-LABEL: small:
; CHECK:       tail floor
  %r = tail call double @llvm.floor.f64(double %a)
  ret double %r
}
