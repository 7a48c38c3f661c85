; What loops of the vectoriser become.
;
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b,+zba -verify-machineinstrs -O2 %s -o - | FileCheck %s

; A mask made a number and added: a masked addition of 1.
define <16 x i32> @count(<16 x i32> %x, <16 x i32> %a, <16 x i32> %b) {
; CHECK-LABEL: count:
; CHECK:       vmseq.vv v0, v9, v10
; CHECK-NEXT:  vadd.vi v8, v8, 1, v0.t
; CHECK-NEXT:  ret
  %m = icmp eq <16 x i32> %a, %b
  %z = zext <16 x i1> %m to <16 x i32>
  %s = add <16 x i32> %x, %z
  ret <16 x i32> %s
}

; Minus -1 is 1, minus 1 is -1.
define <16 x i32> @count_minus(<16 x i32> %x, <16 x i1> %m) {
; CHECK-LABEL: count_minus:
; CHECK:       vadd.vi v8, v8, 1, v0.t
; CHECK-NEXT:  vadd.vi v8, v8, -1, v0.t
; CHECK-NEXT:  ret
  %s = sext <16 x i1> %m to <16 x i32>
  %d = sub <16 x i32> %x, %s
  %z = zext <16 x i1> %m to <16 x i32>
  %e = sub <16 x i32> %d, %z
  ret <16 x i32> %e
}

; Not the other way round, and not what has other uses.
define <16 x i32> @no_count(<16 x i32> %x, <16 x i1> %m, ptr %p) {
; CHECK-LABEL: no_count:
; CHECK:       vmerge.vim
; CHECK:       vmerge.vim
; CHECK:       ret
  %s = sext <16 x i1> %m to <16 x i32>
  %d = sub <16 x i32> %s, %x
  %z = zext <16 x i1> %m to <16 x i32>
  store <16 x i32> %z, ptr %p
  %e = add <16 x i32> %d, %z
  ret <16 x i32> %e
}

; In a loop whose tail is left out: elements behind the length are kept, too.
define <vscale x 8 x i32> @count_tail(<vscale x 8 x i32> %x, <vscale x 8 x i1> %m, i32 %n) {
; CHECK-LABEL: count_tail:
; CHECK:       vsetvli zero, a0, e32, m4, tu, mu
; CHECK-NEXT:  vor.vi v8, v8, 1, v0.t
; CHECK-NEXT:  ret
  %z = zext <vscale x 8 x i1> %m to <vscale x 8 x i32>
  %s = or <vscale x 8 x i32> %x, %z
  %r = call <vscale x 8 x i32> @llvm.vp.merge.nxv8i32(<vscale x 8 x i1> splat (i1 true), <vscale x 8 x i32> %s, <vscale x 8 x i32> %x, i32 %n)
  ret <vscale x 8 x i32> %r
}

; The last element of one vector before the others of the next: both slides with one length, and
; neither lengths nor the sum are extended again.
define i32 @before(ptr %p, i64 %n) {
; CHECK-LABEL: before:
; CHECK-NOT:   zext.w
; CHECK:       vsetvli [[VL:a[0-9]+]], a1, e8, m1, ta, ma
; CHECK-NOT:   vset
; CHECK:       vslidedown.vx [[V:v[0-9]+]], {{v[0-9]+}}, {{a[0-9]}}
; CHECK-NOT:   vset
; CHECK:       vslideup.vi [[V]], {{v[0-9]+}}, 1
; CHECK-NOT:   vset
; CHECK:       vmsne.vv
; CHECK:       vmv.x.s a0
; CHECK-NEXT:  ret
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %old = phi i32 [ 64, %entry ], [ %vl, %loop ]
  %last = phi <vscale x 8 x i8> [ zeroinitializer, %entry ], [ %x, %loop ]
  %sum = phi <vscale x 8 x i32> [ zeroinitializer, %entry ], [ %sum.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 8, i1 true)
  %from = getelementptr i8, ptr %p, i64 %i
  %x = call <vscale x 8 x i8> @llvm.vp.load.nxv8i8(ptr %from, <vscale x 8 x i1> splat (i1 true), i32 %vl)
  %s = call <vscale x 8 x i8> @llvm.experimental.vp.splice.nxv8i8(<vscale x 8 x i8> %last, <vscale x 8 x i8> %x, i32 -1, <vscale x 8 x i1> splat (i1 true), i32 %old, i32 %vl)
  %m = icmp ne <vscale x 8 x i8> %s, %x
  %z = zext <vscale x 8 x i1> %m to <vscale x 8 x i32>
  %t = add <vscale x 8 x i32> %sum, %z
  %sum.next = call <vscale x 8 x i32> @llvm.vp.merge.nxv8i32(<vscale x 8 x i1> splat (i1 true), <vscale x 8 x i32> %t, <vscale x 8 x i32> %sum, i32 %vl)
  %wide = zext i32 %vl to i64
  %i.next = add i64 %i, %wide
  %left.next = sub nuw i64 %left, %wide
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit

exit:
  %r = call i32 @llvm.vector.reduce.add.nxv8i32(<vscale x 8 x i32> %sum.next)
  ret i32 %r
}

; Whether a number and a NaN: a constant needn't be looked at.
define <16 x i1> @ordered(<16 x float> %x) {
; CHECK-LABEL: ordered:
; CHECK:       vmfeq.vv v0, v8, v8
; CHECK-NEXT:  ret
  %c = fcmp ord <16 x float> %x, splat (float 1.0)
  ret <16 x i1> %c
}

define <16 x i1> @unordered(<16 x float> %x, <16 x float> %y) {
; CHECK-LABEL: unordered:
; CHECK-DAG:   vmfne.vv [[X:v[0-9]+]], v8, v8
; CHECK-DAG:   vmfne.vv [[Y:v[0-9]+]], v9, v9
; CHECK:       vmor.mm v0
; CHECK-NEXT:  ret
  %c = fcmp uno <16 x float> %x, %y
  ret <16 x i1> %c
}
