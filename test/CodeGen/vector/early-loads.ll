; In a loop that loads what its next step needs, that load comes early, so that its latency passes
; during the step; but after the first instruction that reads what the step before has loaded, so
; that it needs neither another register nor a copy.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -mtia-enable-early-loads=false -O2 %s -o - | FileCheck --check-prefix=LATE %s

; CHECK-LABEL: pipelined:
; CHECK: {{^.LBB}}
; CHECK: vfcvt.f.x.v {{v[0-9]+}}, [[NEXT:v[0-9]+]]
; CHECK: vle32.v [[NEXT]], (
; CHECK: vfmul.vf
; CHECK-NOT: vmv
; CHECK: bltu
; LATE-LABEL: pipelined:
; LATE: {{^.LBB}}
; LATE: vfcvt.f.x.v
; LATE: vfmul.vf
; LATE: vle32.v
; LATE: bltu
define void @pipelined(ptr noalias %p, ptr noalias %q, i64 %n, float %s) {
entry:
  %first = load <64 x i32>, ptr %p, align 4
  %h = insertelement <64 x float> poison, float %s, i64 0
  %f = shufflevector <64 x float> %h, <64 x float> poison, <64 x i32> zeroinitializer
  br label %loop
loop:
  %i = phi i64 [64, %entry], [%j, %loop]
  %now = phi <64 x i32> [%first, %entry], [%next, %loop]
  %a = getelementptr i32, ptr %p, i64 %i
  %b = getelementptr i16, ptr %q, i64 %i
  %x = sitofp <64 x i32> %now to <64 x float>
  %y = fmul <64 x float> %x, %f
  %z = fptosi <64 x float> %y to <64 x i16>
  %w = add <64 x i16> %z, splat (i16 3)
  store <64 x i16> %w, ptr %b, align 2
  %next = load <64 x i32>, ptr %a, align 4
  %j = add i64 %i, 64
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}
