; Stack maps, patchpoints, statepoints: the room for the patch, the call, and the section, which
; is stock LLVM's but for the registers.
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m < %s | FileCheck %s
; RUN: %llc-riscv -mattr=+m < %s | FileCheck %s
; RUN: not %llc-mtia -mattr=+m < %S/Inputs/patchpoint-small.ll 2>&1 | FileCheck %s --check-prefix=SMALL
; SMALL: error: {{.*}}a patchpoint with a call needs 8 bytes, not 4

; 16 bytes may be overwritten.
; CHECK-LABEL: sm:
; CHECK:       .Ltmp0:
; A call is 8 bytes of the 32.
; CHECK:       .Ltmp1:
; CHECK-NEXT:  call callee
; CHECK-COUNT-6: nop
; A constant address of 8 instructions, and the call: 36 of 40.
; CHECK:       .Ltmp2:
; CHECK-NEXT:  lui
; CHECK:       jalr {{ra|t1}}
; CHECK-NEXT:  nop
; CHECK-NOT:   nop
; CHECK:       ret

; A statepoint's label is behind the call; or there are three instructions in its place.
; CHECK-LABEL: sp:
; CHECK:       call callee
; CHECK-NEXT:  .Ltmp3:
; CHECK-COUNT-3: nop
; CHECK-NEXT:  .Ltmp4:

; Version 3; two functions, no large constants, five records.
; CHECK:       .section .llvm_stackmaps,"a",@progbits
; CHECK:       .byte 3
; CHECK:       .word 2
; CHECK-NEXT:  .word {{[0-9]}}
; CHECK-NEXT:  .word 5
declare void @llvm.experimental.stackmap(i64,i32,...)
declare i64 @llvm.experimental.patchpoint.i64(i64,i32,ptr,i32,...)
declare i64 @callee(i64)
define i64 @sm(i64 %a, i64 %b) {
  %x = alloca i64
  call void (i64,i32,...) @llvm.experimental.stackmap(i64 1, i32 16, i64 %a, ptr %x, i64 %b)
  %r = call i64 (i64,i32,ptr,i32,...) @llvm.experimental.patchpoint.i64(i64 2, i32 32, ptr @callee, i32 1, i64 %a, i64 %b)
  %s = call i64 (i64,i32,ptr,i32,...) @llvm.experimental.patchpoint.i64(i64 3, i32 40, ptr inttoptr (i64 1311768467284833366 to ptr), i32 1, i64 %a)
  %t = add i64 %r, %s
  ret i64 %t
}
define i64 @sp(i64 %a, ptr %f) gc "statepoint-example" {
  %tok = call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 0, i32 0, ptr elementtype(i64 (i64)) @callee, i32 1, i32 0, i64 %a, i32 0, i32 0)
  %r = call i64 @llvm.experimental.gc.result.i64(token %tok)
  %tok2 = call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 0, i32 12, ptr elementtype(void ()) %f, i32 0, i32 0, i32 0, i32 0) ["gc-live"(ptr %f)]
  ret i64 %r
}
declare token @llvm.experimental.gc.statepoint.p0(i64, i32, ptr, i32, i32, ...)
declare i64 @llvm.experimental.gc.result.i64(token)
