; Which instruction an operation becomes: scalars and constants as operands, wider results,
; accumulators, masks.
; RUN: %llc-mtia -mattr=+m,+d,+zfh,+v,+zvfh,+zvbb -O2 -verify-machineinstrs < %s | FileCheck %s

define <16 x i32> @add_vx(<16 x i32> %a, i32 %b) {
; CHECK-LABEL: add_vx:
; CHECK: vadd.vx v8, v8, a0
; CHECK-NEXT: ret
  %i = insertelement <16 x i32> poison, i32 %b, i64 0
  %s = shufflevector <16 x i32> %i, <16 x i32> poison, <16 x i32> zeroinitializer
  %r = add <16 x i32> %a, %s
  ret <16 x i32> %r
}

define <16 x i32> @add_vi(<16 x i32> %a) {
; CHECK-LABEL: add_vi:
; CHECK: vadd.vi v8, v8, -16
; CHECK-NEXT: ret
  %r = add <16 x i32> %a, splat (i32 -16)
  ret <16 x i32> %r
}

define <16 x i32> @sub_constant(<16 x i32> %a) {
; CHECK-LABEL: sub_constant:
; CHECK: vadd.vi v8, v8, -9
; CHECK-NEXT: ret
  %r = sub <16 x i32> %a, splat (i32 9)
  ret <16 x i32> %r
}

define <16 x i32> @rsub_vi(<16 x i32> %a) {
; CHECK-LABEL: rsub_vi:
; CHECK: vrsub.vi v8, v8, 7
; CHECK-NEXT: ret
  %r = sub <16 x i32> splat (i32 7), %a
  ret <16 x i32> %r
}

define <vscale x 8 x i16> @shift_vi(<vscale x 8 x i16> %a) {
; CHECK-LABEL: shift_vi:
; CHECK: vsetvli {{.*}}, zero, e16, m2, ta, ma
; CHECK: vsra.vi v8, v8, 11
; CHECK-NEXT: ret
  %r = ashr <vscale x 8 x i16> %a, splat (i16 11)
  ret <vscale x 8 x i16> %r
}

define <16 x float> @fadd_vf(<16 x float> %a, float %b) {
; CHECK-LABEL: fadd_vf:
; CHECK: vfadd.vf v8, v8, fa0
; CHECK-NEXT: ret
  %i = insertelement <16 x float> poison, float %b, i64 0
  %s = shufflevector <16 x float> %i, <16 x float> poison, <16 x i32> zeroinitializer
  %r = fadd <16 x float> %a, %s
  ret <16 x float> %r
}

define <16 x float> @fsub_reversed(<16 x float> %a, float %b) {
; CHECK-LABEL: fsub_reversed:
; CHECK: vfrsub.vf v8, v8, fa0
; CHECK-NEXT: ret
  %i = insertelement <16 x float> poison, float %b, i64 0
  %s = shufflevector <16 x float> %i, <16 x float> poison, <16 x i32> zeroinitializer
  %r = fsub <16 x float> %s, %a
  ret <16 x float> %r
}

; Comparisons with constants that are one off what the instruction has.
define <16 x i1> @less(<16 x i32> %a) {
; CHECK-LABEL: less:
; CHECK: vmsle.vi v0, v8, 15
; CHECK-NEXT: ret
  %r = icmp slt <16 x i32> %a, splat (i32 16)
  ret <16 x i1> %r
}

define <16 x i1> @greater(<16 x i32> %a, <16 x i32> %b) {
; CHECK-LABEL: greater:
; CHECK: vmsltu.vv v0, v9, v8
; CHECK-NEXT: ret
  %r = icmp ugt <16 x i32> %a, %b
  ret <16 x i1> %r
}

define <16 x i1> @mask_logic(<16 x i1> %a, <16 x i1> %b) {
; CHECK-LABEL: mask_logic:
; CHECK: vmandn.mm v0, v0, v8
; CHECK-NEXT: ret
  %n = xor <16 x i1> %b, splat (i1 true)
  %r = and <16 x i1> %a, %n
  ret <16 x i1> %r
}

; Results of twice the width.
define <16 x i32> @wadd(<16 x i16> %a, <16 x i16> %b) {
; CHECK-LABEL: wadd:
; CHECK: vsetivli zero, 16, e16, mf2, ta, ma
; CHECK: vwadd.vv v[[R:[0-9]+]], v8, v9
; CHECK: vmv1r.v v8, v[[R]]
  %x = sext <16 x i16> %a to <16 x i32>
  %y = sext <16 x i16> %b to <16 x i32>
  %r = add <16 x i32> %x, %y
  ret <16 x i32> %r
}

define <16 x i32> @waddw(<16 x i32> %a, <16 x i16> %b) {
; CHECK-LABEL: waddw:
; CHECK: vwaddu.wv v{{[0-9]+}}, v8, v9
  %y = zext <16 x i16> %b to <16 x i32>
  %r = add <16 x i32> %a, %y
  ret <16 x i32> %r
}

define <32 x i16> @wmulsu(<32 x i8> %a, <32 x i8> %b) {
; CHECK-LABEL: wmulsu:
; CHECK: vwmulsu.vv v{{[0-9]+}}, v9, v8
  %x = zext <32 x i8> %a to <32 x i16>
  %y = sext <32 x i8> %b to <32 x i16>
  %r = mul <32 x i16> %x, %y
  ret <32 x i16> %r
}

define <16 x i32> @wmacc(<16 x i32> %c, <16 x i16> %a, <16 x i16> %b) {
; CHECK-LABEL: wmacc:
; CHECK: vwmacc.vv v8, v9, v10
; CHECK-NEXT: ret
  %x = sext <16 x i16> %a to <16 x i32>
  %y = sext <16 x i16> %b to <16 x i32>
  %p = mul <16 x i32> %x, %y
  %r = add <16 x i32> %c, %p
  ret <16 x i32> %r
}

define <16 x float> @fwmacc_square(<16 x float> %c, <16 x half> %a) {
; CHECK-LABEL: fwmacc_square:
; CHECK-NOT: vfwcvt
; CHECK: vfwmacc.vv v8, v9, v9
  %x = fpext <16 x half> %a to <16 x float>
  %r = call <16 x float> @llvm.fma.v16f32(<16 x float> %x, <16 x float> %x, <16 x float> %c)
  ret <16 x float> %r
}

define <16 x float> @fwmul_square(<16 x half> %a) {
; CHECK-LABEL: fwmul_square:
; CHECK-NOT: vfwcvt
; CHECK: vfwmul.vv {{v[0-9]+}}, v8, v8
  %x = fpext <16 x half> %a to <16 x float>
  %r = fmul <16 x float> %x, %x
  ret <16 x float> %r
}

define <16 x float> @fwmacc(<16 x float> %c, <16 x half> %a, <16 x half> %b) {
; CHECK-LABEL: fwmacc:
; CHECK: vfwmacc.vv v8, v9, v10
; CHECK-NEXT: ret
  %x = fpext <16 x half> %a to <16 x float>
  %y = fpext <16 x half> %b to <16 x float>
  %r = call <16 x float> @llvm.fma.v16f32(<16 x float> %x, <16 x float> %y, <16 x float> %c)
  ret <16 x float> %r
}

; ... and of half.
define <16 x i16> @nsrl(<16 x i32> %a) {
; CHECK-LABEL: nsrl:
; CHECK: vnsrl.wi v8, v8, 5
; CHECK-NEXT: ret
  %s = lshr <16 x i32> %a, splat (i32 5)
  %r = trunc <16 x i32> %s to <16 x i16>
  ret <16 x i16> %r
}

define <16 x float> @fnmsac(<16 x float> %c, <16 x float> %a, <16 x float> %b) {
; CHECK-LABEL: fnmsac:
; CHECK: vfnmsac.vv v8, v9, v10
; CHECK-NEXT: ret
  %n = fneg <16 x float> %a
  %r = call <16 x float> @llvm.fma.v16f32(<16 x float> %n, <16 x float> %b, <16 x float> %c)
  ret <16 x float> %r
}

; An operation under a selection is masked.
define <16 x i32> @masked(<16 x i1> %m, <16 x i32> %a, <16 x i32> %b, <16 x i32> %f) {
; CHECK-LABEL: masked:
; CHECK: vsetivli zero, 16, e32, m1, ta, mu
; CHECK: vmul.vv v10, v8, v9, v0.t
  %p = mul <16 x i32> %a, %b
  %r = select <16 x i1> %m, <16 x i32> %p, <16 x i32> %f
  ret <16 x i32> %r
}

define <16 x float> @masked_fma(<16 x i1> %m, <16 x float> %c, <16 x float> %a, <16 x float> %b) {
; CHECK-LABEL: masked_fma:
; CHECK: vsetivli zero, 16, e32, m1, ta, mu
; CHECK: vfmacc.vv v8, v9, v10, v0.t
; CHECK-NEXT: ret
  %p = call <16 x float> @llvm.fma.v16f32(<16 x float> %a, <16 x float> %b, <16 x float> %c)
  %r = select <16 x i1> %m, <16 x float> %p, <16 x float> %c
  ret <16 x float> %r
}

define <16 x i32> @andn(<16 x i32> %a, <16 x i32> %b) {
; CHECK-LABEL: andn:
; CHECK: vandn.vv v8, v8, v9
; CHECK-NEXT: ret
  %n = xor <16 x i32> %b, splat (i32 -1)
  %r = and <16 x i32> %a, %n
  ret <16 x i32> %r
}

define <16 x i8> @average(<16 x i8> %a, <16 x i8> %b) {
; CHECK-LABEL: average:
; CHECK: csrwi vxrm, 0
; CHECK: vaaddu.vv v8, v8, v9
  %x = zext <16 x i8> %a to <16 x i16>
  %y = zext <16 x i8> %b to <16 x i16>
  %s = add <16 x i16> %x, %y
  %t = add <16 x i16> %s, splat (i16 1)
  %h = lshr <16 x i16> %t, splat (i16 1)
  %r = trunc <16 x i16> %h to <16 x i8>
  ret <16 x i8> %r
}

; Elements of two bytes at an odd address: bytes.
define <16 x i16> @unaligned(ptr %p) {
; CHECK-LABEL: unaligned:
; CHECK: vle8.v v8, (a0)
; CHECK-NEXT: ret
  %r = load <16 x i16>, ptr %p, align 1
  ret <16 x i16> %r
}
