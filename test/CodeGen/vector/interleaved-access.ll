; Loads and stores of interleaved vectors are segment loads and stores.
; RUN: %llc-mtia -mattr=+v,+zvl512b < %s | FileCheck %s

declare <vscale x 4 x i32> @llvm.vp.load.nxv4i32.p0(ptr, <vscale x 4 x i1>, i32)
declare void @llvm.vp.store.nxv4i32.p0(<vscale x 4 x i32>, ptr, <vscale x 4 x i1>, i32)
declare { <vscale x 2 x i32>, <vscale x 2 x i32> } @llvm.vector.deinterleave2.nxv4i32(<vscale x 4 x i32>)
declare <vscale x 4 x i32> @llvm.vector.interleave2.nxv4i32(<vscale x 2 x i32>, <vscale x 2 x i32>)

; CHECK-LABEL: difference:
; CHECK: vlseg2e32.v v[[#LOW:]], (a0){{$}}
; CHECK: vsub.vv v8, v[[#LOW]], v[[#LOW + 1]]
define <vscale x 2 x i32> @difference(ptr %p, i32 %n) {
  %wide = shl nuw i32 %n, 1
  %w = call <vscale x 4 x i32> @llvm.vp.load.nxv4i32.p0(ptr align 4 %p, <vscale x 4 x i1> splat (i1 true), i32 %wide)
  %f = call { <vscale x 2 x i32>, <vscale x 2 x i32> } @llvm.vector.deinterleave2.nxv4i32(<vscale x 4 x i32> %w)
  %a = extractvalue { <vscale x 2 x i32>, <vscale x 2 x i32> } %f, 0
  %b = extractvalue { <vscale x 2 x i32>, <vscale x 2 x i32> } %f, 1
  %d = sub <vscale x 2 x i32> %a, %b
  ret <vscale x 2 x i32> %d
}

; CHECK-LABEL: join:
; CHECK: vsseg2e32.v v8, (a0){{$}}
define void @join(ptr %p, <vscale x 2 x i32> %a, <vscale x 2 x i32> %b, i32 %n) {
  %wide = mul nuw i32 %n, 2
  %w = call <vscale x 4 x i32> @llvm.vector.interleave2.nxv4i32(<vscale x 2 x i32> %a, <vscale x 2 x i32> %b)
  call void @llvm.vp.store.nxv4i32.p0(<vscale x 4 x i32> %w, ptr align 4 %p, <vscale x 4 x i1> splat (i1 true), i32 %wide)
  ret void
}

; The length isn't one of whole segments.
; CHECK-LABEL: odd:
; CHECK-NOT: vlseg
; CHECK: ret
define <vscale x 2 x i32> @odd(ptr %p, i32 %n) {
  %w = call <vscale x 4 x i32> @llvm.vp.load.nxv4i32.p0(ptr align 4 %p, <vscale x 4 x i1> splat (i1 true), i32 %n)
  %f = call { <vscale x 2 x i32>, <vscale x 2 x i32> } @llvm.vector.deinterleave2.nxv4i32(<vscale x 4 x i32> %w)
  %a = extractvalue { <vscale x 2 x i32>, <vscale x 2 x i32> } %f, 0
  ret <vscale x 2 x i32> %a
}
