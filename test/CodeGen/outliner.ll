; The machine outliner: for functions of least size (-enable-machine-outliner: for all,
; or none). A call through t0, a jump where the sequence ends the function.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -enable-machine-outliner=never < %s | FileCheck %s --check-prefix=OFF

declare void @sink(i64)

; CHECK-LABEL: first:
; CHECK: {{call t0,|tail}} OUTLINED_FUNCTION_
; CHECK-LABEL: second:
; CHECK: {{call t0,|tail}} OUTLINED_FUNCTION_
; CHECK-LABEL: fast:
; CHECK-NOT: OUTLINED_FUNCTION
; CHECK: ret
; CHECK-LABEL: OUTLINED_FUNCTION_0:
; CHECK: mul
; CHECK: {{jr t0|ret}}
; OFF-NOT: OUTLINED_FUNCTION

define i64 @first(i64 %a, i64 %b, i64 %c, ptr %p) minsize optsize nounwind {
  %1 = mul i64 %a, %b
  %2 = xor i64 %1, %c
  %3 = mul i64 %2, %a
  %4 = sub i64 %3, %b
  %5 = mul i64 %4, %c
  %6 = xor i64 %5, %b
  %7 = mul i64 %6, %b
  store i64 %7, ptr %p
  ret i64 %5
}

define i64 @second(i64 %a, i64 %b, i64 %c, ptr %p) minsize optsize nounwind {
  %1 = mul i64 %a, %b
  %2 = xor i64 %1, %c
  %3 = mul i64 %2, %a
  %4 = sub i64 %3, %b
  %5 = mul i64 %4, %c
  %6 = xor i64 %5, %b
  %7 = mul i64 %6, %b
  store i64 %7, ptr %p
  ret i64 %5
}

define i64 @fast(i64 %a, i64 %b, i64 %c, ptr %p) nounwind {
  %1 = mul i64 %a, %b
  %2 = xor i64 %1, %c
  %3 = mul i64 %2, %a
  %4 = sub i64 %3, %b
  %5 = mul i64 %4, %c
  %6 = xor i64 %5, %b
  %7 = mul i64 %6, %b
  store i64 %7, ptr %p
  ret i64 %5
}
