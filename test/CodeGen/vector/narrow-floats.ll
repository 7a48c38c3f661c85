; Halves that vectors only convert: compared as singles, and without the scalar extension.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zfh,+zvfhmin -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zfh,+zvfhmin -O0 -verify-machineinstrs -o /dev/null < %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvfhmin -verify-machineinstrs < %s | FileCheck %s

; CHECK-LABEL: less:
; CHECK-DAG: vfwcvt.f.f.v {{v[0-9]+}}, v8
; CHECK-DAG: vfwcvt.f.f.v {{v[0-9]+}}, v9
; CHECK: vmflt.vv
; CHECK: ret
define <vscale x 2 x i1> @less(<vscale x 2 x half> %a, <vscale x 2 x half> %b, <vscale x 2 x i1> %m, i32 %n) {
  %r = call <vscale x 2 x i1> @llvm.vp.fcmp.nxv2f16(<vscale x 2 x half> %a, <vscale x 2 x half> %b, metadata !"olt", <vscale x 2 x i1> %m, i32 %n)
  ret <vscale x 2 x i1> %r
}

; CHECK-LABEL: less_than_constant:
; CHECK: vfwcvt.f.f.v
; CHECK: vmf{{lt|gt}}.v
; CHECK: ret
define <vscale x 2 x i1> @less_than_constant(<vscale x 2 x half> %a, <vscale x 2 x i1> %m, i32 %n) {
  %r = call <vscale x 2 x i1> @llvm.vp.fcmp.nxv2f16(<vscale x 2 x half> %a, <vscale x 2 x half> splat (half -3.300000e+01), metadata !"olt", <vscale x 2 x i1> %m, i32 %n)
  ret <vscale x 2 x i1> %r
}

; CHECK-LABEL: splat:
; CHECK: vmv.v.x
; CHECK: ret
define <16 x half> @splat() {
  ret <16 x half> splat (half 0xH3C05)
}

; In the order of the elements; in halves.
; CHECK-LABEL: sum:
; CHECK: ret
define half @sum(half %s, <17 x half> %a) {
  %r = call half @llvm.vector.reduce.fadd.v17f16(half %s, <17 x half> %a)
  ret half %r
}
