; The order of vector instructions.
;
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -O2 -mtia-enable-vector-order=false %s -o - | FileCheck %s --check-prefix=OFF

; Two sequences of different widths, in turn in the source: one after the other, so that there are
; two configurations and not six.
define void @together(ptr %p, ptr %q, i64 %n) {
; CHECK-LABEL: together:
; CHECK-COUNT-2: {{vseti?vli}}
; CHECK-NOT:     {{vseti?vli}}
; CHECK:         ret
; OFF-LABEL:     together:
; OFF-COUNT-6:   {{vseti?vli}}
; OFF:           ret
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %p, <vscale x 8 x i1> splat (i1 true), i32 40)
  %y = call <vscale x 8 x i16> @llvm.vp.load.nxv8i16(ptr %q, <vscale x 8 x i1> splat (i1 true), i32 40)
  %x1 = xor <vscale x 8 x i32> %x, splat (i32 3)
  %y1 = xor <vscale x 8 x i16> %y, splat (i16 3)
  %x2 = shl <vscale x 8 x i32> %x1, splat (i32 3)
  %y2 = shl <vscale x 8 x i16> %y1, splat (i16 3)
  %x3 = sub <vscale x 8 x i32> %x2, %x
  %y3 = sub <vscale x 8 x i16> %y2, %y
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %x3, ptr %p, <vscale x 8 x i1> splat (i1 true), i32 40)
  call void @llvm.vp.store.nxv8i16(<vscale x 8 x i16> %y3, ptr %q, <vscale x 8 x i1> splat (i1 true), i32 40)
  ret void
}
