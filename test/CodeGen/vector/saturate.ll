; Clamping to what a narrower integer holds is part of narrowing, rounding part of conversion.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s

; CHECK-LABEL: i8_from_i32:
; CHECK-NOT: vxrm
; CHECK: vle32.v [[A:v[0-9]+]]
; CHECK-NOT: vmax
; CHECK-NOT: vmin
; CHECK: vnclip.wi [[B:v[0-9]+]], [[A]], 0
; CHECK: vnclip.wi {{v[0-9]+}}, [[B]], 0
; CHECK: ret
define void @i8_from_i32(ptr %p, ptr %q) {
  %x = load <64 x i32>, ptr %p
  %a = call <64 x i32> @llvm.smax.v64i32(<64 x i32> %x, <64 x i32> splat (i32 -128))
  %b = call <64 x i32> @llvm.smin.v64i32(<64 x i32> %a, <64 x i32> splat (i32 127))
  %y = trunc <64 x i32> %b to <64 x i8>
  store <64 x i8> %y, ptr %q
  ret void
}

; The limits the other way round.
; CHECK-LABEL: i16_from_i32:
; CHECK-NOT: vmax
; CHECK: vnclip.wi
; CHECK: ret
define void @i16_from_i32(ptr %p, ptr %q) {
  %x = load <64 x i32>, ptr %p
  %a = call <64 x i32> @llvm.smin.v64i32(<64 x i32> %x, <64 x i32> splat (i32 32767))
  %b = call <64 x i32> @llvm.smax.v64i32(<64 x i32> %a, <64 x i32> splat (i32 -32768))
  %y = trunc <64 x i32> %b to <64 x i16>
  store <64 x i16> %y, ptr %q
  ret void
}

; Limits of another type: nothing to save.
; CHECK-LABEL: other_limits:
; CHECK: vmin.v
; CHECK: vmax.v
; CHECK: vnsrl.wi
; CHECK: ret
define void @other_limits(ptr %p, ptr %q) {
  %x = load <64 x i32>, ptr %p
  %a = call <64 x i32> @llvm.smin.v64i32(<64 x i32> %x, <64 x i32> splat (i32 32766))
  %b = call <64 x i32> @llvm.smax.v64i32(<64 x i32> %a, <64 x i32> splat (i32 -32768))
  %y = trunc <64 x i32> %b to <64 x i16>
  store <64 x i16> %y, ptr %q
  ret void
}

; CHECK-LABEL: u8_from_i16:
; CHECK: vmax.vx [[A:v[0-9]+]], {{v[0-9]+}}, zero
; CHECK-NOT: vmin
; CHECK: vnclipu.wi {{v[0-9]+}}, [[A]], 0
; CHECK: ret
define void @u8_from_i16(ptr %p, ptr %q) {
  %x = load <64 x i16>, ptr %p
  %a = call <64 x i16> @llvm.smin.v64i16(<64 x i16> %x, <64 x i16> splat (i16 255))
  %b = call <64 x i16> @llvm.smax.v64i16(<64 x i16> %a, <64 x i16> zeroinitializer)
  %y = trunc <64 x i16> %b to <64 x i8>
  store <64 x i8> %y, ptr %q
  ret void
}

; CHECK-LABEL: u8_from_u16:
; CHECK-NOT: vmin
; CHECK: vnclipu.wi
; CHECK: ret
define void @u8_from_u16(ptr %p, ptr %q) {
  %x = load <64 x i16>, ptr %p
  %a = call <64 x i16> @llvm.umin.v64i16(<64 x i16> %x, <64 x i16> splat (i16 255))
  %y = trunc <64 x i16> %a to <64 x i8>
  store <64 x i8> %y, ptr %q
  ret void
}

; CHECK-LABEL: scalable:
; CHECK: vnclip.wi
; CHECK: ret
define <vscale x 8 x i8> @scalable(<vscale x 8 x i16> %x) {
  %a = call <vscale x 8 x i16> @llvm.smax.nxv8i16(<vscale x 8 x i16> %x, <vscale x 8 x i16> splat (i16 -128))
  %b = call <vscale x 8 x i16> @llvm.smin.nxv8i16(<vscale x 8 x i16> %a, <vscale x 8 x i16> splat (i16 127))
  %y = trunc <vscale x 8 x i16> %b to <vscale x 8 x i8>
  ret <vscale x 8 x i8> %y
}

; Clamping, rounding as frm says, conversion.
; CHECK-LABEL: i8_from_f32:
; CHECK-NOT: vfmin
; CHECK-NOT: vfmax
; CHECK: vfncvt.x.f.w [[A:v[0-9]+]], {{v[0-9]+}}
; CHECK: vnclip.wi {{v[0-9]+}}, [[A]], 0
; CHECK: ret
define void @i8_from_f32(ptr %p, ptr %q) {
  %x = load <64 x float>, ptr %p
  %a = call <64 x float> @llvm.minnum.v64f32(<64 x float> %x, <64 x float> splat (float 127.0))
  %b = call <64 x float> @llvm.maxnum.v64f32(<64 x float> %a, <64 x float> splat (float -128.0))
  %r = call <64 x float> @llvm.rint.v64f32(<64 x float> %b)
  %y = fptosi <64 x float> %r to <64 x i8>
  store <64 x i8> %y, ptr %q
  ret void
}

; A NaN would become the least: not what the conversion makes of it.
; CHECK-LABEL: i8_from_f32_low:
; CHECK: vfmax
; CHECK: vfmin
; CHECK: vfncvt.x.f.w
; CHECK: vnsrl.wi
; CHECK: ret
define void @i8_from_f32_low(ptr %p, ptr %q) {
  %x = load <64 x float>, ptr %p
  %a = call <64 x float> @llvm.maxnum.v64f32(<64 x float> %x, <64 x float> splat (float -128.0))
  %b = call <64 x float> @llvm.minnum.v64f32(<64 x float> %a, <64 x float> splat (float 127.0))
  %r = call <64 x float> @llvm.rint.v64f32(<64 x float> %b)
  %y = fptosi <64 x float> %r to <64 x i8>
  store <64 x i8> %y, ptr %q
  ret void
}

; CHECK-LABEL: u8_from_f32:
; CHECK-NOT: vfm{{in|ax}}
; CHECK: vfncvt.rtz.xu.f.w [[A:v[0-9]+]], {{v[0-9]+}}
; CHECK: vnclipu.wi {{v[0-9]+}}, [[A]], 0
; CHECK: ret
define void @u8_from_f32(ptr %p, ptr %q) {
  %x = load <64 x float>, ptr %p
  %a = call <64 x float> @llvm.minnum.v64f32(<64 x float> %x, <64 x float> splat (float 255.0))
  %b = call <64 x float> @llvm.maxnum.v64f32(<64 x float> %a, <64 x float> zeroinitializer)
  %y = fptoui <64 x float> %b to <64 x i8>
  store <64 x i8> %y, ptr %q
  ret void
}

; CHECK-LABEL: floor:
; CHECK: fsrmi {{[a-z0-9]+}}, 2
; CHECK: vfcvt.x.f.v
; CHECK-NOT: vfcvt.f.x.v
; CHECK: ret
define void @floor(ptr %p, ptr %q) {
  %x = load <16 x float>, ptr %p
  %r = call <16 x float> @llvm.floor.v16f32(<16 x float> %x)
  %y = fptosi <16 x float> %r to <16 x i32>
  store <16 x i32> %y, ptr %q
  ret void
}
