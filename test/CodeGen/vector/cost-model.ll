; Costs of vectors in cycles: registers of 64 bytes, or elements where one comes after the other.
; RUN: opt-22 -load %plugin -march=mtia -mtriple=riscv64-unknown-elf -mattr=+v,+zvl512b \
; RUN:   -passes='print<cost-model>' -cost-kind=throughput -disable-output %s 2>&1 | FileCheck %s

define void @costs(<vscale x 8 x i32> %a, <vscale x 2 x i8> %b, <32 x float> %f, <vscale x 4 x i64> %q, ptr %p) {
; CHECK: cost of 4 {{.*}} %add = add
  %add = add <vscale x 8 x i32> %a, %a
; CHECK: cost of 1 {{.*}} %small = mul
  %small = mul <vscale x 2 x i8> %b, %b
; CHECK: cost of 2 {{.*}} %fadd = fadd
  %fadd = fadd <32 x float> %f, %f
; four registers of 20 bubbles
; CHECK: cost of 84 {{.*}} %div = udiv
  %div = udiv <vscale x 4 x i64> %q, %q
; reads four registers, then two
; CHECK: cost of 6 {{.*}} %trunc = trunc
  %trunc = trunc <vscale x 8 x i32> %a to <vscale x 8 x i8>
; register after register, and a slide
; CHECK: cost of 8 {{.*}} %reverse = call
  %reverse = call <vscale x 8 x i32> @llvm.vector.reverse.nxv8i32(<vscale x 8 x i32> %a)
  ret void
}
