; Legal operations that no instruction does: element by element, or through wider elements. That the
; values are right is asked by random-ir.test; here, that there is code, with vectors and without.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvfh,+zvfbfmin -O0 -verify-machineinstrs -o /dev/null < %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvfh,+zvfbfmin -O2 -verify-machineinstrs < %s | FileCheck %s

; 16 elements, a call for each.
define <vscale x 2 x float> @sines(<vscale x 2 x float> %a) {
; CHECK-LABEL: sines:
; CHECK-COUNT-16: call sinf
; CHECK-NOT: call sinf
; CHECK: ret
  %r = call <vscale x 2 x float> @llvm.sin.nxv2f32(<vscale x 2 x float> %a)
  ret <vscale x 2 x float> %r
}

define <vscale x 1 x double> @remainders(<vscale x 1 x double> %a, <vscale x 1 x double> %b) {
; CHECK-LABEL: remainders:
; CHECK-COUNT-8: call fmod
; CHECK: ret
  %r = frem <vscale x 1 x double> %a, %b
  ret <vscale x 1 x double> %r
}

; On sevens of bits, without mask and length; these come in with the merge.
define <4 x i7> @odd_width(<4 x i7> %a, <4 x i7> %b, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: odd_width:
; CHECK: vadd.vv
; CHECK: ret
  %r = call <4 x i7> @llvm.vp.add.v4i7(<4 x i7> %a, <4 x i7> %b, <4 x i1> %m, i32 %n)
  ret <4 x i7> %r
}

; As many as the length says: it counts in the index of the first.
define <3 x i48> @odd_both(<3 x i48> %a, i32 %n) {
; CHECK-LABEL: odd_both:
; CHECK: addi [[LAST:a[0-9]]], {{a[0-9]}}, -1
; CHECK: vrsub.vx {{.*}}, [[LAST]]
; CHECK: ret
  %r = call <3 x i48> @llvm.experimental.vp.reverse.v3i48(<3 x i48> %a, <3 x i1> splat (i1 true), i32 %n)
  ret <3 x i48> %r
}

; Two halves, each by way of singles.
define <vscale x 32 x bfloat> @add_bfloats(<vscale x 32 x bfloat> %a, <vscale x 32 x bfloat> %b) {
; CHECK-LABEL: add_bfloats:
; CHECK-COUNT-2: vfadd.vv
; CHECK-NOT: vfadd
; CHECK: ret
  %r = fadd <vscale x 32 x bfloat> %a, %b
  ret <vscale x 32 x bfloat> %r
}

; Rounded once: towards zero, then what got lost goes into the last bit.
define <4 x bfloat> @from_i64(<4 x i64> %a) {
; CHECK-LABEL: from_i64:
; CHECK: fsrmi {{.*}}1
; CHECK: vfcvt.f.x.v [[D:v[0-9]+]],
; CHECK: vfcvt.rtz.x.f.v
; CHECK: vmsne.vv
; CHECK: vor.vi {{.*}}, 1, v0.t
; CHECK: vfncvt.rod.f.f.w
; CHECK: vfncvtbf16.f.f.w
; CHECK: ret
  %r = sitofp <4 x i64> %a to <4 x bfloat>
  ret <4 x bfloat> %r
}

define <9 x i7> @interleave_odd(<3 x i7> %a, <3 x i7> %b, <3 x i7> %c) {
; CHECK-LABEL: interleave_odd:
; CHECK: ret
  %r = call <9 x i7> @llvm.vector.interleave3.v9i7(<3 x i7> %a, <3 x i7> %b, <3 x i7> %c)
  ret <9 x i7> %r
}

; What the mask leaves out is counted where nobody looks.
define void @histogram(<vscale x 1 x ptr> %p, <vscale x 1 x i1> %m) {
; CHECK-LABEL: histogram:
; CHECK-COUNT-8: sw
; CHECK: ret
  call void @llvm.experimental.vector.histogram.umax.nxv1p0.i32(<vscale x 1 x ptr> %p, i32 5, <vscale x 1 x i1> %m)
  ret void
}

define <2 x ptr> @atomic(ptr %p) {
; CHECK-LABEL: atomic:
; CHECK: call __atomic_load_16
; CHECK: ret
  %r = load atomic <2 x ptr>, ptr %p seq_cst, align 16
  ret <2 x ptr> %r
}

; Scalars too: no loop of frexp and ldexp.
define float @remainder(float %a, float %b) {
; CHECK-LABEL: remainder:
; CHECK: {{call|tail}} fmodf
  %r = frem float %a, %b
  ret float %r
}

define bfloat @least(<vscale x 1 x bfloat> %a) {
; CHECK-LABEL: least:
; CHECK: ret
  %r = call bfloat @llvm.vector.reduce.fmin.nxv1bf16(<vscale x 1 x bfloat> %a)
  ret bfloat %r
}

define <vscale x 16 x i16> @bits(<vscale x 64 x i4> %a) {
; CHECK-LABEL: bits:
; CHECK: ret
  %r = bitcast <vscale x 64 x i4> %a to <vscale x 16 x i16>
  ret <vscale x 16 x i16> %r
}

; Elements that have only conversions, of an odd length and by length and mask.
define bfloat @least_of_five(<5 x bfloat> %a) {
; CHECK-LABEL: least_of_five:
; CHECK: ret
  %r = call bfloat @llvm.vector.reduce.fmin.v5bf16(<5 x bfloat> %a)
  ret bfloat %r
}

define bfloat @sum(bfloat %s, <vscale x 2 x bfloat> %a, <vscale x 2 x i1> %m, i32 %n) {
; CHECK-LABEL: sum:
; CHECK: ret
  %r = call bfloat @llvm.vp.reduce.fadd.nxv2bf16(bfloat %s, <vscale x 2 x bfloat> %a, <vscale x 2 x i1> %m, i32 %n)
  ret bfloat %r
}

define <1 x i32> @compress_one(<1 x i32> %a, <1 x i1> %m, <1 x i32> %b) {
; CHECK-LABEL: compress_one:
; CHECK: ret
  %r = call <1 x i32> @llvm.experimental.vector.compress.v1i32(<1 x i32> %a, <1 x i1> %m, <1 x i32> %b)
  ret <1 x i32> %r
}
