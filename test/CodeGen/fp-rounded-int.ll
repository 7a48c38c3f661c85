; A rounding before a conversion to an integer is the conversion's rounding mode; a negated
; factor of an addend is the subtraction of the product.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s

define i64 @floor_l(double %x) nounwind {
; CHECK-LABEL: floor_l:
; CHECK:       fcvt.l.d a0, fa0, rdn
; CHECK-NEXT:  ret
  %r = call double @llvm.floor.f64(double %x)
  %i = fptosi double %r to i64
  ret i64 %i
}

define signext i32 @ceil_w(float %x) nounwind {
; CHECK-LABEL: ceil_w:
; CHECK:       fcvt.w.s a0, fa0, rup
; CHECK-NEXT:  ret
  %r = call float @llvm.ceil.f32(float %x)
  %i = fptosi float %r to i32
  ret i32 %i
}

define signext i32 @round_wu(double %x) nounwind {
; CHECK-LABEL: round_wu:
; CHECK:       fcvt.wu.d a0, fa0, rmm
; CHECK-NEXT:  ret
  %r = call double @llvm.round.f64(double %x)
  %i = fptoui double %r to i32
  ret i32 %i
}

define i64 @trunc_lu(double %x) nounwind {
; CHECK-LABEL: trunc_lu:
; CHECK:       fcvt.lu.d a0, fa0, rtz
; CHECK-NEXT:  ret
  %r = call double @llvm.trunc.f64(double %x)
  %i = fptoui double %r to i64
  ret i64 %i
}

define i64 @even_l(float %x) nounwind {
; CHECK-LABEL: even_l:
; CHECK:       fcvt.l.s a0, fa0, rne
; CHECK-NEXT:  ret
  %r = call float @llvm.roundeven.f32(float %x)
  %i = fptosi float %r to i64
  ret i64 %i
}

; In the mode of the moment.
define i64 @rint_l(double %x) nounwind {
; CHECK-LABEL: rint_l:
; CHECK:       fcvt.l.d a0, fa0{{$}}
; CHECK-NEXT:  ret
  %r = call double @llvm.rint.f64(double %x)
  %i = fptosi double %r to i64
  ret i64 %i
}

; a * b - c * d
define float @cross(float %a, float %b, float %c, float %d) nounwind {
; CHECK-LABEL: cross:
; CHECK:       fmul.s [[P:fa[0-9]]], fa2, fa3
; CHECK-NEXT:  fmsub.s fa0, fa0, fa1, [[P]]
; CHECK-NEXT:  ret
  %n = fneg float %d
  %m = fmul float %c, %n
  %r = call float @llvm.fmuladd.f32(float %a, float %b, float %m)
  ret float %r
}
