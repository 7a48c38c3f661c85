; A source of which nothing is read is undefined, but its register still isn't the result's where the
; instruction forbids that.
; RUN: %llc-mtia -mattr=+m,+d,+v -O2 -verify-machineinstrs < %s | FileCheck %s

define void @elements(ptr %out, ptr %in, float %f) {
; CHECK-LABEL: elements:
; CHECK-NOT: vslideup.vi [[D:v[0-9]+]], [[D]],
; CHECK: ret
  %v1 = load <8 x float>, ptr %in, align 4
  %v2 = fcmp ult <8 x float> %v1, %v1
  %v3 = shufflevector <8 x i1> %v2, <8 x i1> %v2, <16 x i32> <i32 1, i32 5, i32 9, i32 13, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison, i32 poison>
  %v6 = insertelement <16 x float> poison, float %f, i64 0
  %v7 = shufflevector <16 x float> %v6, <16 x float> poison, <16 x i32> zeroinitializer
  %v8 = fcmp olt <16 x float> %v7, %v7
  %v9 = select <16 x i1> <i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <16 x i1> %v3, <16 x i1> %v8
  store <16 x i1> %v9, ptr %out, align 1
  ret void
}
