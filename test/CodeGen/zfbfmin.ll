; Scalar bfloats with Zfbfmin: moved and converted by instructions, computed with as singles. A double
; is not rounded twice on its way: its single says in the last bit whether anything was lost.
; RUN: %llc-mtia -O2 -mattr=+f,+d,+zfbfmin -target-abi=lp64d -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -O2 -mattr=+f,+d,+zfh,+zfbfmin -target-abi=lp64d -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -O2 -mattr=+v,+zvfbfwma,+zvl512b -target-abi=lp64d -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -O0 -mattr=+f,+d,+zfbfmin -target-abi=lp64d -verify-machineinstrs < %s -o /dev/null
; RUN: %llc-mtia -O2 -mattr=+f,+zfbfmin -target-abi=lp64f -verify-machineinstrs < %s -o /dev/null
; RUN: %llc-mtia -O2 -mattr=+f,+d,+zfbfmin -target-abi=lp64 -verify-machineinstrs < %s | FileCheck %s --check-prefix=INT

; CHECK-LABEL: widen:
; CHECK-NOT: fmv
; CHECK: fcvt.s.bf16 fa0, fa0
; CHECK-NEXT: ret
; INT-LABEL: widen:
; INT: fmv.h.x [[F:f[as][0-9]+]], a0
; INT: fcvt.s.bf16 [[F]], [[F]]
define float @widen(bfloat %a) {
  %r = fpext bfloat %a to float
  ret float %r
}

; CHECK-LABEL: widen_double:
; CHECK: fcvt.s.bf16 [[S:fa[0-9]+]], fa0
; CHECK-NEXT: fcvt.d.s fa0, [[S]]
; CHECK-NEXT: ret
define double @widen_double(bfloat %a) {
  %r = fpext bfloat %a to double
  ret double %r
}

; CHECK-LABEL: narrow:
; CHECK: fcvt.bf16.s fa0, fa0
; CHECK-NEXT: ret
define bfloat @narrow(float %a) {
  %r = fptrunc float %a to bfloat
  ret bfloat %r
}

; CHECK-LABEL: narrow_double:
; CHECK: fcvt.s.d {{fa[0-9]+}}, fa0, rtz
; CHECK: feq.d
; CHECK: or
; CHECK: fcvt.bf16.s fa0, {{fa[0-9]+}}{{$}}
define bfloat @narrow_double(double %a) {
  %r = fptrunc double %a to bfloat
  ret bfloat %r
}

; CHECK-LABEL: add:
; CHECK-COUNT-2: fcvt.s.bf16
; CHECK: fadd.s
; CHECK-NEXT: fcvt.bf16.s fa0,
; CHECK-NEXT: ret
define bfloat @add(bfloat %a, bfloat %b) {
  %r = fadd bfloat %a, %b
  ret bfloat %r
}

; CHECK-LABEL: memory:
; CHECK: flh [[H:fa[0-9]+]], 6(a0)
; CHECK-NEXT: fsh [[H]], 8(a1)
define void @memory(ptr %a, ptr %b) {
  %p = getelementptr bfloat, ptr %a, i64 3
  %q = getelementptr bfloat, ptr %b, i64 4
  %v = load bfloat, ptr %p
  store bfloat %v, ptr %q
  ret void
}

; Signs are bits.
; CHECK-LABEL: negate:
; CHECK-NOT: fcvt
; CHECK: xor
; CHECK-NOT: fcvt
; CHECK: fmv.h.x fa0
define bfloat @negate(bfloat %a) {
  %r = fneg bfloat %a
  ret bfloat %r
}

; CHECK-LABEL: sign_of_double:
; CHECK-NOT: fcvt
; CHECK: fmv.h.x fa0
define bfloat @sign_of_double(bfloat %a, double %b) {
  %s = fptrunc double %b to bfloat
  %r = call bfloat @llvm.copysign.bf16(bfloat %a, bfloat %s)
  ret bfloat %r
}

; CHECK-LABEL: bits:
; CHECK: fmv.x.h a0, fa0
define i16 @bits(bfloat %a) {
  %r = bitcast bfloat %a to i16
  ret i16 %r
}

; CHECK-LABEL: choose:
; CHECK-NOT: fcvt
; CHECK: ret
define bfloat @choose(i1 %c, bfloat %a, bfloat %b) {
  %r = select i1 %c, bfloat %a, bfloat %b
  ret bfloat %r
}

; CHECK-LABEL: to_integer:
; CHECK: fcvt.s.bf16
; CHECK-NEXT: fcvt.w.s a0, {{.*}}, rtz
define i32 @to_integer(bfloat %a) {
  %r = fptosi bfloat %a to i32
  ret i32 %r
}

; The ninth is on the stack.
; CHECK-LABEL: ninth:
; CHECK: flh fa0, 0(sp)
define bfloat @ninth(double %a, double %b, double %c, double %d, double %e, double %f, double %g, double %h,
                     i64 %i, i64 %j, i64 %k, i64 %l, i64 %m, i64 %n, i64 %o, i64 %p, bfloat %r) {
  ret bfloat %r
}

; Halves have their own way.
; CHECK-LABEL: from_half:
; CHECK: fcvt.bf16.s fa0
define bfloat @from_half(half %a) {
  %s = fpext half %a to float
  %r = fptrunc float %s to bfloat
  ret bfloat %r
}
