; -msave-restore: the library's functions set up and tear down the frame. Their names, the
; register of the return address and the place of the registers are libgcc's.
; RUN: %llc-mtia -verify-machineinstrs -mattr=+save-restore < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -mattr=+save-restore -O0 < %s -o /dev/null

declare void @f(i64)
declare void @g(ptr)

; ra, s0 to s2.
; CHECK-LABEL: three:
; CHECK:       call t0, __riscv_save_3
; CHECK-NOT:   sd
; CHECK-NOT:   addi sp
; CHECK:       tail __riscv_restore_3
define i64 @three(i64 %a, i64 %b, i64 %c) nounwind {
  call void @f(i64 %a)
  call void @f(i64 %b)
  call void @f(i64 %c)
  ret i64 %a
}

; CHECK-LABEL: leaf:
; CHECK-NOT:   __riscv_save
; CHECK:       ret
define void @leaf() {
  ret void
}

; ra and s0 take 16 bytes, which the library allocates; the other 10000 are the function's.
; CHECK-LABEL: local:
; CHECK:       call t0, __riscv_save_1
; CHECK-NEXT:  .cfi_def_cfa_offset 16
; CHECK-NEXT:  .cfi_offset ra, -8
; CHECK-NEXT:  .cfi_offset s0, -16
; CHECK:       sub sp, sp,
; The 16 more are the slot for a register that addresses are built in.
; CHECK-NEXT:  .cfi_def_cfa_offset 10032
; CHECK:       add sp, sp,
; CHECK-NEXT:  .cfi_def_cfa_offset 16
; CHECK-NEXT:  tail __riscv_restore_1
define void @local(i64 %a) {
  %x = alloca [10000 x i8]
  call void @g(ptr %x)
  call void @f(i64 %a)
  ret void
}

; A frame pointer points above what the library saved.
; CHECK-LABEL: dynamic:
; CHECK:       call t0, __riscv_save_1
; CHECK:       addi s0, sp, 16
; CHECK:       addi sp, s0, -16
; CHECK:       tail __riscv_restore_1
define void @dynamic(i64 %n) nounwind {
  %p = alloca i8, i64 %n
  call void @g(ptr %p)
  ret void
}

; Not where the arguments are saved above the frame, nor where another call ends it.
; CHECK-LABEL: variadic:
; CHECK-NOT:   __riscv_save
; CHECK:       ret
define i64 @variadic(i64 %a, ...) nounwind {
  call void @f(i64 %a)
  ret i64 %a
}

; CHECK-LABEL: tailcall:
; CHECK-NOT:   __riscv_save
; CHECK:       tail f
define void @tailcall(i64 %a) nounwind {
  call void @f(i64 %a)
  tail call void @f(i64 1)
  ret void
}
