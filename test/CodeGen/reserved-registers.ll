; -ffixed-xN (the feature reserve-xN): the register isn't allocated, can be bound to a
; variable, and what needs it is refused.
; RUN: split-file %s %t
; RUN: %llc-mtia -verify-machineinstrs -mattr=+reserve-x10 %t/pressure.ll -o - | FileCheck %s --check-prefix=X10
; RUN: %llc-mtia -verify-machineinstrs %t/pressure.ll -o - | FileCheck %s --check-prefix=FREE
; RUN: %llc-mtia -verify-machineinstrs -mattr=+reserve-x27 %t/named.ll -o - | FileCheck %s --check-prefix=NAMED
; RUN: not %llc-mtia %t/named.ll -o /dev/null 2>&1 | FileCheck %s --check-prefix=ALLOCATABLE
; RUN: not %llc-mtia -mattr=+reserve-x10 %t/call.ll -o /dev/null 2>&1 | FileCheck %s --check-prefixes=ARG,RET
; RUN: not %llc-mtia -mattr=+reserve-x8 %t/frame.ll -o /dev/null 2>&1 | FileCheck %s --check-prefix=FP
; RUN: not %llc-mtia -mattr=+reserve-x9 %t/frame.ll -o /dev/null 2>&1 | FileCheck %s --check-prefix=BP

;--- pressure.ll
; X10-LABEL: fill:
; X10-NOT:   a0
; X10:       a1
; FREE:      a0
define void @fill() nounwind {
  %1 = load volatile i64, ptr null
  store volatile i64 %1, ptr null
  ret void
}

;--- named.ll
; NAMED-LABEL: increment:
; NAMED:       addi s11, s11, 1
; ALLOCATABLE: a variable bound to the register 's11', which the compiler allocates
define void @increment() nounwind {
  %v = call i64 @llvm.read_register.i64(metadata !0)
  %w = add i64 %v, 1
  call void @llvm.write_register.i64(metadata !0, i64 %w)
  ret void
}
declare i64 @llvm.read_register.i64(metadata)
declare void @llvm.write_register.i64(metadata, i64)
!0 = !{!"s11"}

;--- call.ll
; ARG: in function caller {{.*}}: argument register x10 is required, but has been reserved
; RET: in function caller {{.*}}: return value register x10 is required, but has been reserved
declare void @f(i64)
define i64 @caller() nounwind {
  call void @f(i64 1)
  ret i64 2
}

;--- frame.ll
; FP: in function realigned {{.*}}: frame pointer register x8 is required, but has been reserved
; BP: in function realigned {{.*}}: base pointer register x9 is required, but has been reserved
declare void @g(ptr)
define void @realigned(i64 %n) nounwind {
  %p = alloca i8, align 64
  %q = alloca i8, i64 %n
  call void @g(ptr %p)
  call void @g(ptr %q)
  ret void
}
