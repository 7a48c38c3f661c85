; Multiply-adds overwrite the addend or a factor, whichever is not needed any more.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s

; A polynomial: the coefficients stay, the value so far does not.
; CHECK-LABEL: polynomial:
; CHECK: vle32.v
; CHECK: vfmadd.vv
; CHECK-NOT: vmv
; CHECK: vfmadd.vv
; CHECK-NOT: vmv
; CHECK: vse32.v
define void @polynomial(ptr %p, ptr %q, i64 %n, <32 x float> %c0, <32 x float> %c1, <32 x float> %c2) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  %a = getelementptr float, ptr %p, i64 %i
  %b = getelementptr float, ptr %q, i64 %i
  %x = load <32 x float>, ptr %a
  %t = fsub <32 x float> %x, %c0
  %u = call <32 x float> @llvm.fma.v32f32(<32 x float> %t, <32 x float> %x, <32 x float> %c1)
  %v = call <32 x float> @llvm.fma.v32f32(<32 x float> %x, <32 x float> %u, <32 x float> %c2)
  store <32 x float> %v, ptr %b
  %j = add i64 %i, 32
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}

; A sum needs no copies, whichever register it is in.
; CHECK-LABEL: sum:
; CHECK: {{^.LBB}}
; CHECK-NOT: vmv
; CHECK: bltu
define <32 x float> @sum(ptr %p, ptr %q, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  %acc = phi <32 x float> [zeroinitializer, %entry], [%acc2, %loop]
  %a = getelementptr float, ptr %p, i64 %i
  %b = getelementptr float, ptr %q, i64 %i
  %x = load <32 x float>, ptr %a
  %y = load <32 x float>, ptr %b
  %acc1 = call <32 x float> @llvm.fma.v32f32(<32 x float> %x, <32 x float> %y, <32 x float> %acc)
  %a1 = getelementptr float, ptr %a, i64 32
  %b1 = getelementptr float, ptr %b, i64 32
  %x1 = load <32 x float>, ptr %a1
  %y1 = load <32 x float>, ptr %b1
  %acc2 = call <32 x float> @llvm.fma.v32f32(<32 x float> %x1, <32 x float> %y1, <32 x float> %acc1)
  %j = add i64 %i, 64
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret <32 x float> %acc2
}

; With a scalar, of integers, with other signs.
; CHECK-LABEL: scalar:
; CHECK: vfmadd.vf
; CHECK-NOT: vmv
; CHECK: vse32.v
define void @scalar(ptr %p, float %s, <32 x float> %c) {
  %x = load <32 x float>, ptr %p
  %h = insertelement <32 x float> poison, float %s, i64 0
  %f = shufflevector <32 x float> %h, <32 x float> poison, <32 x i32> zeroinitializer
  %y = call <32 x float> @llvm.fma.v32f32(<32 x float> %x, <32 x float> %f, <32 x float> %c)
  %z = fadd <32 x float> %y, %c
  store <32 x float> %z, ptr %p
  ret void
}

; CHECK-LABEL: integers:
; CHECK: vnmsub.vv
; CHECK-NOT: vmv
; CHECK: vse32.v
define void @integers(ptr %p, <32 x i32> %f, <32 x i32> %c) {
  %x = load <32 x i32>, ptr %p
  %m = mul <32 x i32> %x, %f
  %y = sub <32 x i32> %c, %m
  %z = add <32 x i32> %y, %c
  %w = add <32 x i32> %z, %f
  store <32 x i32> %w, ptr %p
  ret void
}

; Under a mask the addend's elements are kept: it can't be another operand.
; CHECK-LABEL: masked:
; CHECK: vfmacc.vv {{v[0-9]+}}, {{v[0-9]+}}, {{v[0-9]+}}, v0.t
define <16 x float> @masked(<16 x float> %x, <16 x float> %f, <16 x float> %c, <16 x i1> %m) {
  %y = call <16 x float> @llvm.fma.v16f32(<16 x float> %x, <16 x float> %f, <16 x float> %c)
  %z = select <16 x i1> %m, <16 x float> %y, <16 x float> %c
  %w = fadd <16 x float> %z, %c
  ret <16 x float> %w
}
