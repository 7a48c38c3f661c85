; The large code model: an address that may be anywhere is a doubleword in the constant pool,
; which is near the code; functions are called through a register.
; RUN: %llc-mtia -verify-machineinstrs -code-model=large < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -code-model=large -O0 < %s -o /dev/null
; RUN: %llc-mtia -code-model=large -filetype=obj < %s -o %t.o
; RUN: %readelf -r %t.o | FileCheck %s --check-prefix=REL
; Stock has the same relocations against symbols that are not in the file.
; RUN: %llc-riscv -code-model=large -filetype=obj < %s -o %t.stock.o
; RUN: %readelf -r %t.stock.o | FileCheck %s --check-prefix=REL

; REL-DAG: R_RISCV_64 {{.*}} g + 0
; REL-DAG: R_RISCV_64 {{.*}} f + 0
; REL-DAG: R_RISCV_64 {{.*}} memset + 0

@g = external global i32
@weak = extern_weak global i32
declare void @f(i32)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

; CHECK:       .section .data.rel.ro
; CHECK:       [[G:\.LCPI0_[0-9]]]:
; CHECK-NEXT:  .quad g
; CHECK-LABEL: load:
; CHECK:       auipc [[R:a[0-9]]], %pcrel_hi([[G]])
; CHECK-NEXT:  ld [[R]], %pcrel_lo(.Lpcrel_hi0)([[R]])
; CHECK-NEXT:  lw a0, 0([[R]])
define i32 @load() nounwind {
  %r = load i32, ptr @g
  ret i32 %r
}

; A function of the program, and one that only the code generator names.
; CHECK-DAG:   .quad f
; CHECK-DAG:   .quad memset
; CHECK-LABEL: calls:
; CHECK-NOT:   {{[[:space:]]}}call{{[[:space:]]}}
; CHECK:       jalr {{[ast][0-9]+}}
; CHECK-NOT:   {{[[:space:]]}}call{{[[:space:]]}}
; CHECK:       jalr {{[ast][0-9]+}}
; CHECK:       jr {{[at][0-9]+}}
define void @calls(ptr %p, i64 %n) nounwind {
  call void @f(i32 1)
  call void @llvm.memset.p0.i64(ptr %p, i8 0, i64 %n, i1 0)
  tail call void @f(i32 2)
  ret void
}

; CHECK:       .quad weak
; CHECK-LABEL: undefined:
; CHECK:       %pcrel_hi(.LCPI2_0)
define ptr @undefined() nounwind {
  ret ptr @weak
}

; What belongs to the function is near it.
; CHECK-LABEL: block:
; CHECK:       %pcrel_hi(.Ltmp
define ptr @block(i1 %c) nounwind {
  br i1 %c, label %a, label %b
a:
  ret ptr blockaddress(@block, %b)
b:
  ret ptr null
}
