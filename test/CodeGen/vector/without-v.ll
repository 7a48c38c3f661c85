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
