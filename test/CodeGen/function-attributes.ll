; What attributes and module flags ask of a function's prologue and epilogue. The instructions
; are those of stock LLVM, which the same lines check.
; RUN: split-file %s %t
; RUN: %llc-mtia -verify-machineinstrs -code-model=small -mattr=+m %t/functions.ll -o - | FileCheck %s
; RUN: %llc-riscv -mattr=+m %t/functions.ll -o - | FileCheck %s
; The shortest instruction that does nothing: two bytes.
; RUN: %llc-mtia -mattr=+m,+c -filetype=obj %t/functions.ll -o %t/compressed.o
; RUN: %objdump-riscv -d --mattr=+c --disassemble-symbols=patchable %t/compressed.o | FileCheck %s --check-prefix=SHORT
; RUN: %llc-riscv -mattr=+m,+c -filetype=obj %t/functions.ll -o %t/compressed.o
; RUN: %objdump-riscv -d --mattr=+c --disassemble-symbols=patchable %t/compressed.o | FileCheck %s --check-prefix=SHORT
; SHORT-COUNT-4: 0001 {{.*}}nop
; SHORT: 8082 {{.*}}ret
; RUN: %llc-mtia -verify-machineinstrs -mattr=+m %t/tls-guard.ll -o - | FileCheck %s --check-prefix=TLS
; RUN: %llc-riscv -mattr=+m %t/tls-guard.ll -o - | FileCheck %s --check-prefix=TLS
; RUN: not %llc-mtia -mattr=+m %t/bad.ll -o /dev/null 2>&1 | FileCheck %s --check-prefix=BAD

;--- functions.ll
declare void @use(ptr)
declare void @other()

; The guard is read at the beginning and compared at the end.
; CHECK-LABEL: protected:
; CHECK:       hi(__stack_chk_guard)
; CHECK:       ld [[G:a[0-9]]], %lo(
; CHECK:       sd [[G]], [[SLOT:[0-9]+]](sp)
; CHECK:       call use
; CHECK:       ld {{.*}}, %lo(
; CHECK:       ld {{.*}}, [[SLOT]](sp)
; CHECK:       b{{ne|eq}} a
; CHECK:       call __stack_chk_fail
define void @protected() nounwind sspstrong "target-cpu"="generic-rv64" {
  %p = alloca [100 x i8]
  call void @use(ptr %p)
  ret void
}

; Two of six instructions stand in front of the symbol.
; CHECK:       nop
; CHECK-NEXT:  nop
; CHECK-LABEL: patchable:
; CHECK-COUNT-4: nop
; CHECK-NOT:   nop
; CHECK:       ret
; CHECK:       __patchable_function_entries
define void @patchable() nounwind "patchable-function-entry"="4" "patchable-function-prefix"="2" {
  ret void
}

; A second stack, to which gp points.
; CHECK-LABEL: shadow:
; CHECK:       addi gp, gp, 8
; CHECK-NEXT:  sd ra, -8(gp)
; CHECK-NEXT:  .cfi_escape 0x16, 0x03, 0x02, 0x73, 0x78
; CHECK:       call other
; CHECK:       ld ra, -8(gp)
; CHECK-NEXT:  addi gp, gp, -8
; CHECK-NEXT:  .cfi_restore gp
; CHECK-NEXT:  ret
define void @shadow() shadowcallstack {
  call void @other()
  ret void
}

; A leaf's return address is never in memory.
; CHECK-LABEL: shadow_leaf:
; CHECK-NOT:   gp
; CHECK:       ret
define void @shadow_leaf() shadowcallstack {
  ret void
}

; CHECK-LABEL: supervisor:
; CHECK:       sret
define void @supervisor() nounwind "interrupt"="supervisor" {
  ret void
}

; CHECK-LABEL: machine:
; CHECK:       mret
define void @machine() nounwind "interrupt"="machine" {
  ret void
}

; CHECK-LABEL: canonical_frame_address:
; CHECK:       mv a0, sp
; CHECK-NEXT:  ret
define ptr @canonical_frame_address() nounwind {
  %r = call ptr @llvm.eh.dwarf.cfa(i32 0)
  ret ptr %r
}
declare ptr @llvm.eh.dwarf.cfa(i32)

;--- tls-guard.ll
; -mstack-protector-guard=tls: a doubleword 16 bytes above tp.
; TLS-LABEL: protected:
; TLS:       ld a{{[0-9]}}, 16(tp)
; TLS:       call use
; TLS:       ld a{{[0-9]}}, 16(tp)
; TLS:       call __stack_chk_fail
; TLS-NOT:   __stack_chk_guard
declare void @use(ptr)
define void @protected() nounwind sspstrong {
  %p = alloca [100 x i8]
  call void @use(ptr %p)
  ret void
}
!llvm.module.flags = !{!0, !1, !2}
!0 = !{i32 1, !"stack-protector-guard", !"tls"}
!1 = !{i32 1, !"stack-protector-guard-reg", !"tp"}
!2 = !{i32 1, !"stack-protector-guard-offset", i32 16}

;--- bad.ll
; BAD: interrupt kind 'user' isn't supported: it must be machine or supervisor
; BAD: an interrupt function can't have arguments
; BAD: an interrupt function must return void
define void @user() "interrupt"="user" {
  ret void
}
define void @arguments(i64 %a) "interrupt"="machine" {
  ret void
}
define i64 @result() "interrupt"="machine" {
  ret i64 0
}
