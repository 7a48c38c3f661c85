; A mask that is true up to the length of the round is left out where the length stands beside it.
;
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -O2 -mtia-enable-loop-masks=false %s -o - | FileCheck %s --check-prefix=OFF

; The store is unconditional, and what it stores is chosen by a condition alone.
define void @choose(ptr %p, i64 %n) {
; CHECK-LABEL: choose:
; CHECK-NOT:   vid.v
; CHECK:       vsetvli {{[a-z0-9]+}}, a1, e16, m4, ta, m{{[au]}}
; CHECK-NOT:   vset
; CHECK-NOT:   vmsltu
; CHECK-NOT:   vmand
; CHECK:       vse16.v {{v[0-9]+}}, (a0){{$}}
; CHECK-NEXT:  ret
; OFF-LABEL:   choose:
; OFF:         vid.v
; OFF:         vse16.v {{v[0-9]+}}, (a0), v0.t
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %n, i32 16, i1 true)
  %steps = call <vscale x 16 x i32> @llvm.stepvector.nxv16i32()
  %splat.1 = insertelement <vscale x 16 x i32> poison, i32 %vl, i64 0
  %splat = shufflevector <vscale x 16 x i32> %splat.1, <vscale x 16 x i32> poison, <vscale x 16 x i32> zeroinitializer
  %mask = icmp ult <vscale x 16 x i32> %steps, %splat
  %x = call <vscale x 16 x i16> @llvm.vp.load.nxv16i16(ptr %p, <vscale x 16 x i1> splat (i1 true), i32 %vl)
  %c = icmp sgt <vscale x 16 x i16> %x, splat (i16 7)
  %both = select <vscale x 16 x i1> %mask, <vscale x 16 x i1> %c, <vscale x 16 x i1> zeroinitializer
  %y = add <vscale x 16 x i16> %x, splat (i16 5)
  %s = select <vscale x 16 x i1> %both, <vscale x 16 x i16> %y, <vscale x 16 x i16> %x
  call void @llvm.masked.store.nxv16i16(<vscale x 16 x i16> %s, ptr align 2 %p, <vscale x 16 x i1> %mask)
  ret void
}

; A store under two conditions and the length.
define void @conditional(ptr %p, ptr %q, i64 %n) {
; CHECK-LABEL: conditional:
; CHECK:       vsetvli {{[a-z0-9]+}}, a2, e32, m4
; CHECK-NOT:   vset
; CHECK:       vse32.v {{v[0-9]+}}, (a1), v0.t
; CHECK-NEXT:  ret
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %n, i32 8, i1 true)
  %steps = call <vscale x 8 x i32> @llvm.stepvector.nxv8i32()
  %splat.1 = insertelement <vscale x 8 x i32> poison, i32 %vl, i64 0
  %splat = shufflevector <vscale x 8 x i32> %splat.1, <vscale x 8 x i32> poison, <vscale x 8 x i32> zeroinitializer
  %mask = icmp ult <vscale x 8 x i32> %steps, %splat
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %c = icmp sgt <vscale x 8 x i32> %x, splat (i32 7)
  %d = icmp ne <vscale x 8 x i32> %x, splat (i32 100)
  %m.1 = select <vscale x 8 x i1> %mask, <vscale x 8 x i1> %c, <vscale x 8 x i1> zeroinitializer
  %m.2 = select <vscale x 8 x i1> %m.1, <vscale x 8 x i1> %d, <vscale x 8 x i1> zeroinitializer
  call void @llvm.masked.store.nxv8i32(<vscale x 8 x i32> %x, ptr align 4 %q, <vscale x 8 x i1> %m.2)
  ret void
}

; The number of elements that are set is one of all elements: the mask stays.
define i32 @counted(ptr %p, i64 %n) {
; CHECK-LABEL: counted:
; CHECK:       vid.v
; CHECK:       vmsltu.vx
; CHECK:       vredsum.vs
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %n, i32 8, i1 true)
  %steps = call <vscale x 8 x i32> @llvm.stepvector.nxv8i32()
  %splat.1 = insertelement <vscale x 8 x i32> poison, i32 %vl, i64 0
  %splat = shufflevector <vscale x 8 x i32> %splat.1, <vscale x 8 x i32> poison, <vscale x 8 x i32> zeroinitializer
  %mask = icmp ult <vscale x 8 x i32> %steps, %splat
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %c = icmp sgt <vscale x 8 x i32> %x, splat (i32 7)
  %both = select <vscale x 8 x i1> %mask, <vscale x 8 x i1> %c, <vscale x 8 x i1> zeroinitializer
  %z = zext <vscale x 8 x i1> %both to <vscale x 8 x i32>
  %r = call i32 @llvm.vector.reduce.add.nxv8i32(<vscale x 8 x i32> %z)
  ret i32 %r
}

; Nor is a load's passthru given up.
define <vscale x 8 x i32> @passthru(ptr %p, <vscale x 8 x i32> %old, i64 %n) {
; CHECK-LABEL: passthru:
; CHECK:       vmsltu.vx
; CHECK:       vle32.v v8, (a0), v0.t
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %n, i32 8, i1 true)
  %steps = call <vscale x 8 x i32> @llvm.stepvector.nxv8i32()
  %splat.1 = insertelement <vscale x 8 x i32> poison, i32 %vl, i64 0
  %splat = shufflevector <vscale x 8 x i32> %splat.1, <vscale x 8 x i32> poison, <vscale x 8 x i32> zeroinitializer
  %mask = icmp ult <vscale x 8 x i32> %steps, %splat
  %x = call <vscale x 8 x i32> @llvm.masked.load.nxv8i32(ptr align 4 %p, <vscale x 8 x i1> %mask, <vscale x 8 x i32> %old)
  ret <vscale x 8 x i32> %x
}
