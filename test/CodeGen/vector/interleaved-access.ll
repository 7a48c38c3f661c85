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

; Shuffles of fixed lengths: every third element of a load, each field used or not.
; CHECK-LABEL: fixed_load:
; CHECK: vsetivli zero, 4, e32
; CHECK-NEXT: vlseg3e32.v [[F:v[0-9]+]], (a0)
; CHECK-NOT: vslide
; CHECK: ret
define <4 x i32> @fixed_load(ptr %p) {
  %w = load <12 x i32>, ptr %p, align 4
  %a = shufflevector <12 x i32> %w, <12 x i32> poison, <4 x i32> <i32 0, i32 3, i32 6, i32 9>
  %b = shufflevector <12 x i32> %w, <12 x i32> poison, <4 x i32> <i32 2, i32 5, i32 8, i32 11>
  %r = sub <4 x i32> %a, %b
  ret <4 x i32> %r
}

; CHECK-LABEL: fixed_store:
; CHECK: vsseg4e16.v v{{[0-9]+}}, (a0)
; CHECK-NEXT: ret
define void @fixed_store(ptr %p, <8 x i16> %a, <8 x i16> %b, <8 x i16> %c, <8 x i16> %d) {
  %l = shufflevector <8 x i16> %a, <8 x i16> %b, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %h = shufflevector <8 x i16> %c, <8 x i16> %d, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %w = shufflevector <16 x i16> %l, <16 x i16> %h, <32 x i32> <i32 0, i32 8, i32 16, i32 24, i32 1, i32 9, i32 17, i32 25, i32 2, i32 10, i32 18, i32 26, i32 3, i32 11, i32 19, i32 27, i32 4, i32 12, i32 20, i32 28, i32 5, i32 13, i32 21, i32 29, i32 6, i32 14, i32 22, i32 30, i32 7, i32 15, i32 23, i32 31>
  store <32 x i16> %w, ptr %p, align 2
  ret void
}

; Of pairs, narrowing shifts of long vectors take fewer cycles than a segment per cycle.
; CHECK-LABEL: long_pairs:
; CHECK: vl{{e16|4r}}.v [[W:v[0-9]+]], (a0)
; CHECK: vnsrl.wi v{{[0-9]+}}, [[W]], 0
; CHECK-NOT: vslide
; CHECK: ret
define <64 x i16> @long_pairs(ptr %p) {
  %w = load <128 x i16>, ptr %p, align 2
  %a = shufflevector <128 x i16> %w, <128 x i16> poison, <64 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14, i32 16, i32 18, i32 20, i32 22, i32 24, i32 26, i32 28, i32 30, i32 32, i32 34, i32 36, i32 38, i32 40, i32 42, i32 44, i32 46, i32 48, i32 50, i32 52, i32 54, i32 56, i32 58, i32 60, i32 62, i32 64, i32 66, i32 68, i32 70, i32 72, i32 74, i32 76, i32 78, i32 80, i32 82, i32 84, i32 86, i32 88, i32 90, i32 92, i32 94, i32 96, i32 98, i32 100, i32 102, i32 104, i32 106, i32 108, i32 110, i32 112, i32 114, i32 116, i32 118, i32 120, i32 122, i32 124, i32 126>
  ret <64 x i16> %a
}

; What is longer than its operands is interleaved as a whole, not in halves.
; CHECK-LABEL: long_turns:
; CHECK-NOT: vslide
; CHECK: vwaddu.vv [[S:v[0-9]+]], v8, v9
; CHECK-NEXT: li
; CHECK-NEXT: vwmaccu.vx [[S]], a{{[0-9]}}, v9
; CHECK-NOT: vslide
; CHECK: ret
define void @long_turns(<32 x i16> %a, <32 x i16> %b, ptr %p) {
  %w = shufflevector <32 x i16> %a, <32 x i16> %b, <64 x i32> <i32 0, i32 32, i32 1, i32 33, i32 2, i32 34, i32 3, i32 35, i32 4, i32 36, i32 5, i32 37, i32 6, i32 38, i32 7, i32 39, i32 8, i32 40, i32 9, i32 41, i32 10, i32 42, i32 11, i32 43, i32 12, i32 44, i32 13, i32 45, i32 14, i32 46, i32 15, i32 47, i32 16, i32 48, i32 17, i32 49, i32 18, i32 50, i32 19, i32 51, i32 20, i32 52, i32 21, i32 53, i32 22, i32 54, i32 23, i32 55, i32 24, i32 56, i32 25, i32 57, i32 26, i32 58, i32 27, i32 59, i32 28, i32 60, i32 29, i32 61, i32 30, i32 62, i32 31, i32 63>
  store <64 x i16> %w, ptr %p, align 2
  ret void
}
