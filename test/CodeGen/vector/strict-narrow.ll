; Strict operations on halves that vectors only convert are done element by element.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zfh,+zvfhmin -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zfh,+zvfhmin -O0 -verify-machineinstrs -o /dev/null < %s

; CHECK-LABEL: strict_ceil:
; CHECK: ret
define <vscale x 2 x half> @strict_ceil(<vscale x 2 x half> %a) {
  %r = call <vscale x 2 x half> @llvm.experimental.constrained.ceil.nxv2f16(<vscale x 2 x half> %a, metadata !"fpexcept.strict") strictfp
  ret <vscale x 2 x half> %r
}

; CHECK-LABEL: strict_less:
; CHECK: ret
define <vscale x 2 x i1> @strict_less(<vscale x 2 x half> %a, <vscale x 2 x half> %b) {
  %r = call <vscale x 2 x i1> @llvm.experimental.constrained.fcmps.nxv2f16(<vscale x 2 x half> %a, <vscale x 2 x half> %b, metadata !"olt", metadata !"fpexcept.strict") strictfp
  ret <vscale x 2 x i1> %r
}
