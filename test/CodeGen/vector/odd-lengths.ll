; Operations with a mask and a length on one element, and those that move elements on numbers that
; aren't powers of two: done on the next power of two.
; RUN: %llc-mtia -mattr=+m,+d,+v -O0 -verify-machineinstrs -o /dev/null < %s
; RUN: %llc-mtia -mattr=+m,+d,+v -O2 -verify-machineinstrs < %s | FileCheck %s

define <1 x i32> @add_one(<1 x i32> %a, <1 x i32> %b, <1 x i1> %m, i32 %n) {
; CHECK-LABEL: add_one:
; CHECK: vadd.v
; CHECK: ret
  %r = call <1 x i32> @llvm.vp.add.v1i32(<1 x i32> %a, <1 x i32> %b, <1 x i1> %m, i32 %n)
  ret <1 x i32> %r
}

; The length can be 0: the load must not be done without it.
define <1 x i64> @load_one(ptr %p, i32 %n) {
; CHECK-LABEL: load_one:
; CHECK: vsetvli {{.*}}, e64
; CHECK: vle64.v {{v[0-9]+}}, (a0){{$}}
; CHECK: ret
  %r = call <1 x i64> @llvm.vp.load.v1i64.p0(ptr align 8 %p, <1 x i1> splat (i1 true), i32 %n)
  ret <1 x i64> %r
}

define void @scatter_one(<1 x i32> %v, <1 x ptr> %p, <1 x i1> %m, i32 %n) {
; CHECK-LABEL: scatter_one:
; CHECK: vs{{[uo]}}xei64.v {{.*}}, v0.t
; CHECK: ret
  call void @llvm.vp.scatter.v1i32.v1p0(<1 x i32> %v, <1 x ptr> align 4 %p, <1 x i1> %m, i32 %n)
  ret void
}

define float @sum_one(float %s, <1 x float> %v, <1 x i1> %m, i32 %n) {
; CHECK-LABEL: sum_one:
; CHECK: vfredosum.vs {{.*}}, v0.t
; CHECK: ret
  %r = call float @llvm.vp.reduce.fadd.v1f32(float %s, <1 x float> %v, <1 x i1> %m, i32 %n)
  ret float %r
}

define <1 x i1> @less_one(<1 x double> %a, <1 x double> %b, <1 x i1> %m, i32 %n) {
; CHECK-LABEL: less_one:
; CHECK: vmflt.v
; CHECK: ret
  %r = call <1 x i1> @llvm.vp.fcmp.v1f64(<1 x double> %a, <1 x double> %b, metadata !"olt", <1 x i1> %m, i32 %n)
  ret <1 x i1> %r
}

define <1 x i16> @merge_one(<1 x i1> %m, <1 x i16> %a, <1 x i16> %b, i32 %n) {
; CHECK-LABEL: merge_one:
; CHECK: vmerge.v{{.*}}, v0
; CHECK: ret
  %r = call <1 x i16> @llvm.vp.merge.v1i16(<1 x i1> %m, <1 x i16> %a, <1 x i16> %b, i32 %n)
  ret <1 x i16> %r
}

define <5 x i16> @reverse_five(<5 x i16> %a, i32 %n) {
; CHECK-LABEL: reverse_five:
; CHECK: vrsub.vx
; CHECK: vrgather
; CHECK: ret
  %r = call <5 x i16> @llvm.experimental.vp.reverse.v5i16(<5 x i16> %a, <5 x i1> splat (i1 true), i32 %n)
  ret <5 x i16> %r
}

define <7 x i32> @splice_seven(<7 x i32> %a, <7 x i32> %b, i32 %n, i32 %k) {
; CHECK-LABEL: splice_seven:
; CHECK: vslidedown.v
; CHECK: vslideup.vi
; CHECK: ret
  %r = call <7 x i32> @llvm.experimental.vp.splice.v7i32(<7 x i32> %a, <7 x i32> %b, i32 -2, <7 x i1> splat (i1 true), i32 %n, i32 %k)
  ret <7 x i32> %r
}

define <3 x i1> @reverse_masks(<3 x i1> %a, i32 %n) {
; CHECK-LABEL: reverse_masks:
; CHECK: ret
  %r = call <3 x i1> @llvm.experimental.vp.reverse.v3i1(<3 x i1> %a, <3 x i1> splat (i1 true), i32 %n)
  ret <3 x i1> %r
}

define <3 x i1> @class(<3 x float> %a, <3 x i1> %m, i32 %n) {
; CHECK-LABEL: class:
; CHECK: vand.vx
; CHECK: vmsgt.vx
; CHECK: ret
  %r = call <3 x i1> @llvm.vp.is.fpclass.v3f32(<3 x float> %a, i32 3, <3 x i1> %m, i32 %n)
  ret <3 x i1> %r
}

; One element is as many as may be read.
define { <4 x i32>, i32 } @first_fault(ptr %p, <4 x i1> %m, i32 %n) {
; CHECK-LABEL: first_fault:
; CHECK: vle32.v {{.*}}, (a{{[0-9]}}), v0.t
; CHECK: ret
  %r = call { <4 x i32>, i32 } @llvm.vp.load.ff.v4i32.p0(ptr align 4 %p, <4 x i1> %m, i32 %n)
  ret { <4 x i32>, i32 } %r
}

; Masked access to one element: a branch.
define void @scatter_one_masked(<1 x half> %v, <1 x ptr> %p, <1 x i1> %m) {
; CHECK-LABEL: scatter_one_masked:
; CHECK: {{beqz|bnez}}
; CHECK: ret
  call void @llvm.masked.scatter.v1f16.v1p0(<1 x half> %v, <1 x ptr> align 2 %p, <1 x i1> %m)
  ret void
}

define <1 x i64> @expand_one(ptr %p, <1 x i1> %m, <1 x i64> %v) {
; CHECK-LABEL: expand_one:
; CHECK: {{beqz|bnez}}
; CHECK: ret
  %r = call <1 x i64> @llvm.masked.expandload.v1i64(ptr align 8 %p, <1 x i1> %m, <1 x i64> %v)
  ret <1 x i64> %r
}

; The elements that are on lie one behind the other: no masked store of all places, a branch for each.
define void @compress_three(<3 x i32> %v, ptr %p, <3 x i1> %m) {
; CHECK-LABEL: compress_three:
; CHECK-COUNT-3: vse32.v {{v[0-9]+}}, (a0){{$}}
; CHECK-NOT: vse32
; CHECK: ret
  call void @llvm.masked.compressstore.v3i32(<3 x i32> %v, ptr align 4 %p, <3 x i1> %m)
  ret void
}
