; Gathers and scatters at equal distances are strided; with the switch they stay gathers.
; RUN: %llc-mtia -mattr=+v,+zvl512b < %s | FileCheck %s
; RUN: %llc-mtia -mattr=+v,+zvl512b -mtia-enable-strided-access=false < %s | FileCheck %s --check-prefix=OFF

declare <vscale x 2 x i64> @llvm.stepvector.nxv2i64()
declare <vscale x 2 x i32> @llvm.vp.gather.nxv2i32.nxv2p0(<vscale x 2 x ptr>, <vscale x 2 x i1>, i32)
declare void @llvm.vp.scatter.nxv2i32.nxv2p0(<vscale x 2 x i32>, <vscale x 2 x ptr>, <vscale x 2 x i1>, i32)

; CHECK-LABEL: load:
; CHECK: li [[STRIDE:[a-z0-9]+]], 12
; CHECK: vlse32.v v8, (a0), [[STRIDE]]{{$}}
; OFF-LABEL: load:
; OFF: v{{l[uo]}}xei
define <vscale x 2 x i32> @load(ptr %p, i32 %n) {
  %step = call <vscale x 2 x i64> @llvm.stepvector.nxv2i64()
  %off = mul <vscale x 2 x i64> %step, splat (i64 12)
  %a = getelementptr i8, ptr %p, <vscale x 2 x i64> %off
  %x = call <vscale x 2 x i32> @llvm.vp.gather.nxv2i32.nxv2p0(<vscale x 2 x ptr> align 4 %a, <vscale x 2 x i1> splat (i1 true), i32 %n)
  ret <vscale x 2 x i32> %x
}

; CHECK-LABEL: masked_store:
; CHECK: vsse32.v v8, (a0), {{[a-z0-9]+}}, v0.t
define void @masked_store(ptr %p, <vscale x 2 x i32> %x, <vscale x 2 x i1> %m, i64 %stride, i32 %n) {
  %step = call <vscale x 2 x i64> @llvm.stepvector.nxv2i64()
  %i = insertelement <vscale x 2 x i64> poison, i64 %stride, i64 0
  %s = shufflevector <vscale x 2 x i64> %i, <vscale x 2 x i64> poison, <vscale x 2 x i32> zeroinitializer
  %off = mul <vscale x 2 x i64> %step, %s
  %a = getelementptr i32, ptr %p, <vscale x 2 x i64> %off
  call void @llvm.vp.scatter.nxv2i32.nxv2p0(<vscale x 2 x i32> %x, <vscale x 2 x ptr> align 4 %a, <vscale x 2 x i1> %m, i32 %n)
  ret void
}

; Not of a known distance.
; CHECK-LABEL: indexed:
; CHECK-NOT: vlse
; CHECK: ret
define <vscale x 2 x i32> @indexed(ptr %p, <vscale x 2 x i64> %off, i32 %n) {
  %a = getelementptr i8, ptr %p, <vscale x 2 x i64> %off
  %x = call <vscale x 2 x i32> @llvm.vp.gather.nxv2i32.nxv2p0(<vscale x 2 x ptr> align 4 %a, <vscale x 2 x i1> splat (i1 true), i32 %n)
  ret <vscale x 2 x i32> %x
}

; The first address of a vector of them, which consecutive elements are read from: a sum of scalars.
; CHECK-LABEL: first_address:
; CHECK-NOT: vid
; CHECK: slli [[O:[a-z0-9]+]], a1, 4
; CHECK: add [[A:[a-z0-9]+]], {{[a-z0-9]+, [a-z0-9]+}}
; CHECK: vl1r.v v8, ([[A]])
; CHECK: ret
define <vscale x 2 x i32> @first_address(ptr %p, i64 %k) {
  %step = call <vscale x 2 x i64> @llvm.stepvector.nxv2i64()
  %i = insertelement <vscale x 2 x i64> poison, i64 %k, i64 0
  %s = shufflevector <vscale x 2 x i64> %i, <vscale x 2 x i64> poison, <vscale x 2 x i32> zeroinitializer
  %n = add <vscale x 2 x i64> %s, %step
  %off = shl <vscale x 2 x i64> %n, splat (i64 4)
  %a = getelementptr i8, ptr %p, <vscale x 2 x i64> %off
  %first = extractelement <vscale x 2 x ptr> %a, i64 0
  %x = load <vscale x 2 x i32>, ptr %first
  ret <vscale x 2 x i32> %x
}
