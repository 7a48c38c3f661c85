; Vector instructions compute no more elements than are read: -mtia-enable-reduce-vl; and the length
; that a loop takes is what vsetvli gives.
;
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 -mtia-enable-reduce-vl=false %s -o - | FileCheck %s --check-prefix=OFF

; The sum is stored up to %n elements: one configuration for all.
define void @sum(ptr %p, ptr %q, i32 %n) {
; CHECK-LABEL: sum:
; CHECK:       vsetvli
; CHECK-NOT:   vsetvli
; CHECK:       ret
; OFF-LABEL: sum:
; OFF:       vle32.v
; OFF:       vsetvli {{.*}}, zero, e32, m4
; OFF-NEXT:  vadd.vv
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %n)
  %y = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %q, <vscale x 8 x i1> splat (i1 true), i32 %n)
  %s = add <vscale x 8 x i32> %x, %y
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %s, ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %n)
  ret void
}

; A mask is read as far as the masked instruction goes.
define void @masked(ptr %p, ptr %q, i32 %n) {
; CHECK-LABEL: masked:
; CHECK:       vsetvli
; CHECK-NOT:   vsetvli
; CHECK:       vmseq.vi v0
; CHECK-NEXT:  vse32.v {{.*}}, v0.t
; CHECK-NEXT:  ret
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %q, <vscale x 8 x i1> splat (i1 true), i32 %n)
  %m = icmp eq <vscale x 8 x i32> %x, splat (i32 3)
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %x, ptr %p, <vscale x 8 x i1> %m, i32 %n)
  ret void
}

; The same bits as elements of another width: the number says nothing. All 64 bytes are stored as
; 8 elements of 64 bits.
define void @other_width(ptr %p, ptr %q) {
; CHECK-LABEL: other_width:
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e8, m1, ta, ma
; CHECK-NEXT:  vle8.v
; CHECK:       vsetivli zero, 8, e64, m1
; CHECK-NEXT:  vse64.v
  %x = load <8 x i64>, ptr %q, align 1
  store <8 x i64> %x, ptr %p, align 8
  ret void
}

; A gather takes elements from anywhere.
define void @permuted(ptr %p, ptr %q, i32 %n) {
; CHECK-LABEL: permuted:
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4
; CHECK:       vadd.vi
; CHECK:       vrgather.vi
  %x = load <vscale x 8 x i32>, ptr %q
  %s = add <vscale x 8 x i32> %x, splat (i32 5)
  %b = call <vscale x 8 x i32> @llvm.riscv.vrgather.vx.nxv8i32.i64(<vscale x 8 x i32> poison, <vscale x 8 x i32> %s, i64 9, i64 3)
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %b, ptr %p, <vscale x 8 x i1> splat (i1 true), i32 3)
  ret void
}

; min(%n, 64), as vsetvli makes it.
define i64 @length(i64 %n) {
; CHECK-LABEL: length:
; CHECK:       vsetvli a0, a0, e8, m1, ta, ma
; CHECK-NEXT:  ret
  %l = call i32 @llvm.experimental.get.vector.length.i64(i64 %n, i32 8, i1 true)
  %w = zext i32 %l to i64
  ret i64 %w
}
