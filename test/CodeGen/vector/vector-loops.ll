; Inductions of loops whose vectors have the length that is left: -mtia-enable-vector-loops.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b,+zba -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b,+zba -verify-machineinstrs -O2 -mtia-enable-vector-loops=false %s -o - | FileCheck %s --check-prefix=OFF

; A sum in order stays in its vector register; the scalar is made behind the loop.
; CHECK-LABEL: ordered_sum:
; CHECK: vfmv.s.f
; CHECK: {{^.LBB}}
; CHECK-NOT: vfmv
; CHECK: vfredosum.vs [[S:v[0-9]+]], {{v[0-9]+}}, [[S]]
; CHECK-NOT: vfmv
; CHECK: bnez
; CHECK: vfmv.f.s fa0, [[S]]
; CHECK-NEXT: ret
; OFF-LABEL: ordered_sum:
; OFF: {{^.LBB}}
; OFF: vfmv.s.f
; OFF: vfredosum.vs
; OFF: vfmv.f.s
; OFF: bnez
define float @ordered_sum(ptr %p, i64 %n, float %first) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %s = phi float [ %first, %entry ], [ %t, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 4, i1 true)
  %a = getelementptr float, ptr %p, i64 %i
  %x = call <vscale x 4 x float> @llvm.vp.load.nxv4f32(ptr align 4 %a, <vscale x 4 x i1> splat (i1 true), i32 %vl)
  %t = call float @llvm.vp.reduce.fadd.nxv4f32(float %s, <vscale x 4 x float> %x, <vscale x 4 x i1> splat (i1 true), i32 %vl)
  %w = zext i32 %vl to i64
  %i.next = add i64 %i, %w
  %left.next = sub i64 %left, %w
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit
exit:
  ret float %t
}

; p[n - 1 - i], downwards: the elements behind those that are left for the next iteration.
; CHECK-LABEL: downwards:
; CHECK: {{^.LBB}}
; CHECK: vsetvli [[VL:[a-z0-9]+]], [[LEFT:[a-z0-9]+]]
; CHECK: sub [[LEFT]], [[LEFT]], [[VL]]
; CHECK: sh2add [[A:[a-z0-9]+]], [[LEFT]], a0
; CHECK: vle32.v {{v[0-9]+}}, ([[A]])
; CHECK-NOT: sh2add
; CHECK: vse32.v {{v[0-9]+}}, ([[A]])
; CHECK: bnez
; OFF-LABEL: downwards:
; OFF: not
define void @downwards(ptr %p, i32 %n) {
entry:
  %n64 = zext nneg i32 %n to i64
  %end = getelementptr i32, ptr %p, i64 %n64
  %all = zext nneg i32 %n to i64
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %left = phi i64 [ %all, %entry ], [ %left.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 4, i1 true)
  %not = xor i64 %i, -1
  %a = getelementptr i32, ptr %end, i64 %not
  %w = zext i32 %vl to i64
  %back = sub i64 1, %w
  %b = getelementptr i32, ptr %a, i64 %back
  %x = call <vscale x 4 x i32> @llvm.vp.load.nxv4i32(ptr align 4 %b, <vscale x 4 x i1> splat (i1 true), i32 %vl)
  %y = add <vscale x 4 x i32> %x, splat (i32 1)
  call void @llvm.vp.store.nxv4i32(<vscale x 4 x i32> %y, ptr align 4 %b, <vscale x 4 x i1> splat (i1 true), i32 %vl)
  %w2 = zext i32 %vl to i64
  %i.next = add i64 %i, %w2
  %left.next = sub i64 %left, %w2
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; Another number than what is counted: the difference is added before the loop, 20 bytes more.
; CHECK-LABEL: downwards_elsewhere:
; CHECK: {{^.LBB}}
; CHECK-NOT: not
; CHECK: sub [[LEFT:[a-z0-9]+]], [[LEFT]], {{[a-z0-9]+}}
; CHECK: sh2add {{[a-z0-9]+}}, [[LEFT]], {{[a-z0-9]+}}
; CHECK: bnez
define i32 @downwards_elsewhere(ptr %p, i64 %n, i64 %k) {
entry:
  %end = getelementptr i32, ptr %p, i64 %k
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %s = phi i32 [ 0, %entry ], [ %t, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 4, i1 true)
  %w = zext i32 %vl to i64
  %sum = add i64 %i, %w
  %index = sub i64 5, %sum
  %b = getelementptr i32, ptr %end, i64 %index
  %x = call <vscale x 4 x i32> @llvm.vp.load.nxv4i32(ptr align 4 %b, <vscale x 4 x i1> splat (i1 true), i32 %vl)
  %t = call i32 @llvm.vp.reduce.add.nxv4i32(i32 %s, <vscale x 4 x i32> %x, <vscale x 4 x i1> splat (i1 true), i32 %vl)
  %i.next = add i64 %i, %w
  %left.next = sub i64 %left, %w
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit
exit:
  ret i32 %t
}

; What runs upwards stays as it is.
; CHECK-LABEL: upwards:
; CHECK: {{^.LBB}}
; CHECK: sh2add {{[a-z0-9]+}}, [[I:[a-z0-9]+]], a0
; CHECK: add [[I]], [[I]],
; CHECK: bnez
define void @upwards(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %left = phi i64 [ %n, %entry ], [ %left.next, %loop ]
  %vl = call i32 @llvm.experimental.get.vector.length.i64(i64 %left, i32 4, i1 true)
  %a = getelementptr i32, ptr %p, i64 %i
  call void @llvm.vp.store.nxv4i32(<vscale x 4 x i32> zeroinitializer, ptr align 4 %a, <vscale x 4 x i1> splat (i1 true), i32 %vl)
  %w = zext i32 %vl to i64
  %i.next = add i64 %i, %w
  %left.next = sub i64 %left, %w
  %more = icmp ne i64 %left.next, 0
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
