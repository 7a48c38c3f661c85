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
; 8 elements of 64 bits, and loaded.
define void @other_width(ptr %p, ptr %q) {
; CHECK-LABEL: other_width:
; CHECK:       vl1r.v
; CHECK-NEXT:  vsetivli zero, 8, e64, m1
; CHECK-NEXT:  vadd.vi
; CHECK-NEXT:  vse64.v
  %l = load <8 x i64>, ptr %q, align 1
  %x = add <8 x i64> %l, splat (i64 1)
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

; What a loop carries around is read as far as the next iteration goes, which is no farther than
; this one; what stands before the loop, as far as the first one goes.
define void @carried(ptr %p, i64 %n) {
; CHECK-LABEL: carried:
; CHECK:       vsetvli zero, a1, e32, m4, ta, ma
; CHECK-NEXT:  vid.v
; CHECK-NOT:   vsetvli
; CHECK:       vsetvli [[VL:a[0-9]+]], a1, e32, m4, ta, ma
; CHECK-NOT:   vsetvli
; CHECK:       bnez
; CHECK-NOT:   vsetvli
; CHECK:       ret
; OFF-LABEL: carried:
; OFF:       vsetvli {{.*}}, zero, e32, m4
; OFF:       vsetvli {{.*}}, zero, e32, m4
entry:
  %start = call <vscale x 8 x i32> @llvm.stepvector.nxv8i32()
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %v = phi <vscale x 8 x i32> [ %start, %entry ], [ %v.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 8, i1 true)
  %to = getelementptr i32, ptr %p, i64 %i
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %v, ptr %to, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %wide = zext i32 %vl to i64
  %i.next = add i64 %i, %wide
  %left.next = sub nuw i64 %left, %wide
  %splat.1 = insertelement <vscale x 8 x i32> poison, i32 %vl, i64 0
  %splat = shufflevector <vscale x 8 x i32> %splat.1, <vscale x 8 x i32> poison, <vscale x 8 x i32> zeroinitializer
  %v.next = add <vscale x 8 x i32> %v, %splat
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; Without a count that goes down the next iteration may read more: all elements are added up.
define void @carried_unknown(ptr %p, ptr %lengths, i64 %n) {
; CHECK-LABEL: carried_unknown:
; CHECK:       vse32.v
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4, ta, ma
; CHECK-NEXT:  vadd.vi
entry:
  %start = call <vscale x 8 x i32> @llvm.stepvector.nxv8i32()
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %v = phi <vscale x 8 x i32> [ %start, %entry ], [ %v.next, %loop ]
  %from = getelementptr i64, ptr %lengths, i64 %i
  %length = load i64, ptr %from
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %length, i32 8, i1 true)
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %v, ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %v.next = add <vscale x 8 x i32> %v, splat (i32 3)
  %i.next = add i64 %i, 1
  %more = icmp ne i64 %i.next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; All elements are read behind the loop.
define i32 @carried_out(ptr %p, i64 %n) {
; CHECK-LABEL: carried_out:
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4, ta, ma
; CHECK-NEXT:  vid.v
; CHECK:       vse32.v
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4, ta, ma
; CHECK-NEXT:  vadd.vi
; CHECK:       vredsum.vs
entry:
  %start = call <vscale x 8 x i32> @llvm.stepvector.nxv8i32()
  br label %loop

loop:
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %v = phi <vscale x 8 x i32> [ %start, %entry ], [ %v.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 8, i1 true)
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %v, ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %wide = zext i32 %vl to i64
  %left.next = sub nuw i64 %left, %wide
  %v.next = add <vscale x 8 x i32> %v, splat (i32 3)
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit

exit:
  %sum = call i32 @llvm.vector.reduce.add.nxv8i32(<vscale x 8 x i32> %v.next)
  ret i32 %sum
}

; What the loop hasn't reached is neutral: the sum behind it is that of %n elements, and as many are
; cleared before it. There is at least one.
define i32 @added_up(ptr %p, i64 %n) {
; CHECK-LABEL: added_up:
; CHECK:       vsetvli zero, a1, e32, m4, ta, ma
; CHECK-NEXT:  vmv.v.i
; CHECK:       vadd.vv
; CHECK:       vsetvli zero, a1, e32, m4, ta, ma
; CHECK-NEXT:  vmv.s.x
; CHECK-NEXT:  vredsum.vs
entry:
  %any = icmp sgt i64 %n, 0
  br i1 %any, label %loop, label %none

loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %sum = phi <vscale x 8 x i32> [ zeroinitializer, %entry ], [ %sum.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 8, i1 true)
  %from = getelementptr i32, ptr %p, i64 %i
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %from, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %t = add <vscale x 8 x i32> %sum, %x
  %sum.next = call <vscale x 8 x i32> @llvm.vp.merge.nxv8i32(<vscale x 8 x i1> splat (i1 true), <vscale x 8 x i32> %t, <vscale x 8 x i32> %sum, i32 %vl)
  %wide = zext i32 %vl to i64
  %i.next = add i64 %i, %wide
  %left.next = sub nuw i64 %left, %wide
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit

exit:
  %r = call i32 @llvm.vector.reduce.add.nxv8i32(<vscale x 8 x i32> %sum.next)
  ret i32 %r

none:
  ret i32 0
}

; Without a branch there may be none, and with ones in front what the loop hasn't reached counts.
define i32 @added_up_none(ptr %p, i64 %n) {
; CHECK-LABEL: added_up_none:
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4, ta, ma
; CHECK-NEXT:  vmv.v.i
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4, ta, ma
; CHECK-NEXT:  vmv.s.x
; CHECK-NEXT:  vredsum.vs
entry:
  br label %loop

loop:
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %sum = phi <vscale x 8 x i32> [ zeroinitializer, %entry ], [ %sum.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 8, i1 true)
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %t = add <vscale x 8 x i32> %sum, %x
  %sum.next = call <vscale x 8 x i32> @llvm.vp.merge.nxv8i32(<vscale x 8 x i1> splat (i1 true), <vscale x 8 x i32> %t, <vscale x 8 x i32> %sum, i32 %vl)
  %wide = zext i32 %vl to i64
  %left.next = sub nuw i64 %left, %wide
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit

exit:
  %r = call i32 @llvm.vector.reduce.add.nxv8i32(<vscale x 8 x i32> %sum.next)
  ret i32 %r
}

define i32 @added_up_ones(ptr %p, i64 %n) {
; CHECK-LABEL: added_up_ones:
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4, ta, ma
; CHECK-NEXT:  vmv.v.i {{v[0-9]+}}, 1
; CHECK:       vsetvli {{[a-z0-9]+}}, zero, e32, m4, ta, ma
; CHECK-NEXT:  vmv.s.x
; CHECK-NEXT:  vredsum.vs
entry:
  %any = icmp ne i64 %n, 0
  br i1 %any, label %loop, label %none

loop:
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %sum = phi <vscale x 8 x i32> [ splat (i32 1), %entry ], [ %sum.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 8, i1 true)
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr %p, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %t = add <vscale x 8 x i32> %sum, %x
  %sum.next = call <vscale x 8 x i32> @llvm.vp.merge.nxv8i32(<vscale x 8 x i1> splat (i1 true), <vscale x 8 x i32> %t, <vscale x 8 x i32> %sum, i32 %vl)
  %wide = zext i32 %vl to i64
  %left.next = sub nuw i64 %left, %wide
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit

exit:
  %r = call i32 @llvm.vector.reduce.add.nxv8i32(<vscale x 8 x i32> %sum.next)
  ret i32 %r

none:
  ret i32 0
}

; Fields of segments are no more elements than are stored: one configuration for all.
define void @segments(ptr %p, ptr %q, i32 %n) {
; CHECK-LABEL: segments:
; CHECK:       vsetvli
; CHECK-NOT:   vset
; CHECK:       vsseg2e32.v
; CHECK-NEXT:  ret
  %n2 = mul nuw nsw i32 %n, 2
  %x = call <vscale x 8 x i32> @llvm.vp.load.nxv8i32(ptr align 4 %p, <vscale x 8 x i1> splat (i1 true), i32 %n2)
  %d = call { <vscale x 4 x i32>, <vscale x 4 x i32> } @llvm.vector.deinterleave2.nxv8i32(<vscale x 8 x i32> %x)
  %a = extractvalue { <vscale x 4 x i32>, <vscale x 4 x i32> } %d, 0
  %b = extractvalue { <vscale x 4 x i32>, <vscale x 4 x i32> } %d, 1
  %c = add <vscale x 4 x i32> %a, splat (i32 3)
  %e = xor <vscale x 4 x i32> %b, splat (i32 3)
  %y = call <vscale x 8 x i32> @llvm.vector.interleave2.nxv8i32(<vscale x 4 x i32> %c, <vscale x 4 x i32> %e)
  call void @llvm.vp.store.nxv8i32(<vscale x 8 x i32> %y, ptr align 4 %q, <vscale x 8 x i1> splat (i1 true), i32 %n2)
  ret void
}

; A part of a group is no move of whole registers: 8 elements of 64.
; CHECK-LABEL: part_of_group:
; CHECK: vsetivli zero, 8, e64, m8, ta, ma
; CHECK-NEXT: vse64.v v{{8|16|24}}, (a1)
define void @part_of_group(ptr %out, ptr %part, i64 %x) {
  %i = insertelement <64 x i64> poison, i64 %x, i64 0
  %v = shufflevector <64 x i64> %i, <64 x i64> poison, <64 x i32> zeroinitializer
  store <64 x i64> %v, ptr %out
  call void @llvm.vp.store.v64i64.p0(<64 x i64> %v, ptr align 8 %part, <64 x i1> splat (i1 true), i32 8)
  ret void
}
