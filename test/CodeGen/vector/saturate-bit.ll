; Saturating conversions to one bit are one comparison: -1 and what is below, or 1 and what is above,
; are ones; all else is 0, a NaN too.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvfh < %s | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvfh -O0 < %s | FileCheck %s --check-prefix=O0

; CHECK-LABEL: signed_bit:
; CHECK: lui [[R:a[0-9]+]], 784384
; CHECK-NEXT: fmv.w.x [[F:fa[0-9]+]], [[R]]
; CHECK: vmfle.vf v0, v8, [[F]]
; CHECK-NEXT: ret
; O0-LABEL: signed_bit:
; O0: vmfle.vf
define <16 x i1> @signed_bit(<16 x float> %a) {
  %x = call <16 x i1> @llvm.fptosi.sat.v16i1.v16f32(<16 x float> %a)
  ret <16 x i1> %x
}

; CHECK-LABEL: unsigned_bit:
; CHECK: vmfge.vf v0, v8, fa
; CHECK-NEXT: ret
define <16 x i1> @unsigned_bit(<16 x half> %a) {
  %x = call <16 x i1> @llvm.fptoui.sat.v16i1.v16f16(<16 x half> %a)
  ret <16 x i1> %x
}

; CHECK-LABEL: scalable:
; CHECK: vmfge.vf v0, v8, fa
; CHECK-NEXT: ret
define <vscale x 2 x i1> @scalable(<vscale x 2 x double> %a) {
  %x = call <vscale x 2 x i1> @llvm.fptoui.sat.nxv2i1.nxv2f64(<vscale x 2 x double> %a)
  ret <vscale x 2 x i1> %x
}
