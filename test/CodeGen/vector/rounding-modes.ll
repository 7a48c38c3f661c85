; vxrm and frm of vector instructions that say how they round.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O0 %s -o - | FileCheck --check-prefix=O0 %s

; Once, before the loop.
; CHECK-LABEL: fixed_loop:
; CHECK: csrwi vxrm, 2
; CHECK: {{^.LBB}}
; CHECK-NOT: vxrm
; CHECK: vaadd.vv
; CHECK-NOT: vxrm
; CHECK: ret
; O0-LABEL: fixed_loop:
; O0: csrwi vxrm, 2
; O0: vaadd.vv
define void @fixed_loop(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  %a = getelementptr i32, ptr %p, i64 %i
  %x = load <vscale x 2 x i32>, ptr %a
  %y = call <vscale x 2 x i32> @llvm.riscv.vaadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32> poison, <vscale x 2 x i32> %x, <vscale x 2 x i32> %x, i64 2, i64 -1)
  store <vscale x 2 x i32> %y, ptr %a
  %j = add i64 %i, 16
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}

; Once for two of a kind, and again behind a call.
; CHECK-LABEL: fixed_call:
; CHECK: csrwi vxrm, 1
; CHECK: vaadd.vv
; CHECK-NOT: vxrm
; CHECK: vaadd.vv
; CHECK: call g
; CHECK: csrwi vxrm, 1
; CHECK: vaadd.vv
; CHECK: csrwi vxrm, 0
; CHECK: vaadd.vv
define void @fixed_call(ptr %p) {
  %x = load <vscale x 2 x i32>, ptr %p
  %y = call <vscale x 2 x i32> @llvm.riscv.vaadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32> poison, <vscale x 2 x i32> %x, <vscale x 2 x i32> %x, i64 1, i64 -1)
  %z = call <vscale x 2 x i32> @llvm.riscv.vaadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32> poison, <vscale x 2 x i32> %y, <vscale x 2 x i32> %x, i64 1, i64 -1)
  store <vscale x 2 x i32> %z, ptr %p
  call void @g()
  %u = load <vscale x 2 x i32>, ptr %p
  %v = call <vscale x 2 x i32> @llvm.riscv.vaadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32> poison, <vscale x 2 x i32> %u, <vscale x 2 x i32> %u, i64 1, i64 -1)
  %w = call <vscale x 2 x i32> @llvm.riscv.vaadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32> poison, <vscale x 2 x i32> %v, <vscale x 2 x i32> %u, i64 0, i64 -1)
  store <vscale x 2 x i32> %w, ptr %p
  ret void
}
declare void @g()

; frm is the program's: it gets its value back behind the loop.
; CHECK-LABEL: float_loop:
; CHECK: fsrmi [[OLD:a[0-9]]], 1
; CHECK: {{^.LBB}}
; CHECK-NOT: fsrm
; CHECK: vfadd.vv
; CHECK-NOT: fsrm
; CHECK: bltu
; CHECK: fsrm [[OLD]]
; CHECK: ret
define void @float_loop(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  %a = getelementptr i32, ptr %p, i64 %i
  %x = load <vscale x 2 x float>, ptr %a
  %y = call <vscale x 2 x float> @llvm.riscv.vfadd.nxv2f32.nxv2f32.i64(<vscale x 2 x float> poison, <vscale x 2 x float> %x, <vscale x 2 x float> %x, i64 1, i64 -1)
  store <vscale x 2 x float> %y, ptr %a
  %j = add i64 %i, 16
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}

; Two modes in a row need one restoration, which stands before the addition that rounds as frm
; says; the vector instruction that does so too needs nothing.
; CHECK-LABEL: float_straight:
; CHECK: fsrmi [[OLD:a[0-9]]], 1
; CHECK: vfadd.vv
; CHECK: fsrmi 3
; CHECK: vfadd.vv
; CHECK: fsrm [[OLD]]
; CHECK-DAG: vfadd.vv
; CHECK-DAG: fadd.s
; CHECK-NOT: fsrm
; CHECK: .Lfunc_end
define float @float_straight(ptr %p, float %u, float %t) {
  %x = load <vscale x 2 x float>, ptr %p
  %y = call <vscale x 2 x float> @llvm.riscv.vfadd.nxv2f32.nxv2f32.i64(<vscale x 2 x float> poison, <vscale x 2 x float> %x, <vscale x 2 x float> %x, i64 1, i64 -1)
  %z = call <vscale x 2 x float> @llvm.riscv.vfadd.nxv2f32.nxv2f32.i64(<vscale x 2 x float> poison, <vscale x 2 x float> %y, <vscale x 2 x float> %x, i64 3, i64 -1)
  %w = call <vscale x 2 x float> @llvm.riscv.vfadd.nxv2f32.nxv2f32.i64(<vscale x 2 x float> poison, <vscale x 2 x float> %z, <vscale x 2 x float> %x, i64 7, i64 -1)
  store <vscale x 2 x float> %w, ptr %p
  %r = fadd float %u, %t
  ret float %r
}
declare <vscale x 2 x i32> @llvm.riscv.vaadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32>, <vscale x 2 x i32>, <vscale x 2 x i32>, i64, i64)
declare <vscale x 2 x float> @llvm.riscv.vfadd.nxv2f32.nxv2f32.i64(<vscale x 2 x float>, <vscale x 2 x float>, <vscale x 2 x float>, i64, i64)
