; Moves by a length without vector registers: by way of memory.
; RUN: %llc-mtia -mattr=+m,+d -O0 -verify-machineinstrs -o /dev/null < %s
; RUN: %llc-mtia -mattr=+m,+d -O2 -verify-machineinstrs < %s | FileCheck %s

define <4 x i7> @reverse(<4 x i7> %a, i32 %n) {
; CHECK-LABEL: reverse:
; CHECK: sb
; CHECK: ret
  %r = call <4 x i7> @llvm.experimental.vp.reverse.v4i7(<4 x i7> %a, <4 x i1> splat (i1 true), i32 %n)
  ret <4 x i7> %r
}

define <4 x i32> @splice(<4 x i32> %a, <4 x i32> %b, i32 %n, i32 %m) {
; CHECK-LABEL: splice:
; CHECK: sw
; CHECK: ret
  %r = call <4 x i32> @llvm.experimental.vp.splice.v4i32(<4 x i32> %a, <4 x i32> %b, i32 1, <4 x i1> splat (i1 true), i32 %n, i32 %m)
  ret <4 x i32> %r
}

define i32 @first(<4 x i1> %a, i32 %n) {
; CHECK-LABEL: first:
; CHECK: ret
  %r = call i32 @llvm.vp.cttz.elts.i32.v4i1(<4 x i1> %a, i1 false, <4 x i1> splat (i1 true), i32 %n)
  ret i32 %r
}

define <4 x i32> @merge(<4 x i1> %c, <4 x i32> %a, <4 x i32> %b, i32 %n) {
; CHECK-LABEL: merge:
; CHECK: ret
  %r = call <4 x i32> @llvm.vp.merge.v4i32(<4 x i1> %c, <4 x i32> %a, <4 x i32> %b, i32 %n)
  ret <4 x i32> %r
}

define <4 x bfloat> @copysign(<4 x bfloat> %a, <4 x bfloat> %b, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: copysign:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.copysign.v4bf16(<4 x bfloat> %a, <4 x bfloat> %b, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @minnum(<4 x bfloat> %a, <4 x bfloat> %b, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: minnum:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.minnum.v4bf16(<4 x bfloat> %a, <4 x bfloat> %b, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @maximum(<4 x bfloat> %a, <4 x bfloat> %b, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: maximum:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.maximum.v4bf16(<4 x bfloat> %a, <4 x bfloat> %b, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @ceil(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: ceil:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.ceil.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @floor(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: floor:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.floor.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @round(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: round:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.round.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @roundeven(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: roundeven:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.roundeven.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @roundtozero(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: roundtozero:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.roundtozero.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @rint(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: rint:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.rint.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @nearbyint(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: nearbyint:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.nearbyint.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}

define <4 x bfloat> @sqrt(<4 x bfloat> %a, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: sqrt:
; CHECK: ret
  %r = call <4 x bfloat> @llvm.vp.sqrt.v4bf16(<4 x bfloat> %a, <4 x i1> %m, i32 %n)
  ret <4 x bfloat> %r
}
