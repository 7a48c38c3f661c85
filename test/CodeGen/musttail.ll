; Calls marked musttail: arguments on the stack go where the caller's own were.
; RUN: split-file %s %t
; RUN: %llc-mtia -verify-machineinstrs %t/ok.ll -o - | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -O0 %t/ok.ll -o - | FileCheck %s --check-prefix=O0
; RUN: not %llc-mtia %t/bad.ll -o /dev/null 2>&1 | FileCheck %s --check-prefix=BAD

;--- ok.ll
declare void @ten(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64)

; The two on the stack change places: both are read before one is written.
; CHECK-LABEL: swapped:
; CHECK-NOT:   sp, sp
; CHECK-DAG:   ld [[I:[at][0-9]]], 0(sp)
; CHECK-DAG:   ld [[J:[at][0-9]]], 8(sp)
; CHECK-DAG:   sd [[J]], 0(sp)
; CHECK-DAG:   sd [[I]], 8(sp)
; CHECK:       tail ten
; O0-LABEL:    swapped:
; O0:          tail ten
define void @swapped(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 %i, i64 %j) nounwind {
  musttail call void @ten(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 %j, i64 %i)
  ret void
}

; With a frame of its own: the arguments are above it.
; CHECK-LABEL: framed:
; CHECK:       addi sp, sp, -[[SIZE:[0-9]+]]
; CHECK:       addi sp, sp, [[SIZE]]
; CHECK-NEXT:  tail ten
declare void @other()
define void @framed(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 %i, i64 %j) nounwind {
  call void @other()
  musttail call void @ten(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, i64 1, i64 %i)
  ret void
}

; A pointer to the result is an argument like others.
%big = type { [5 x i64] }
declare void @fill(ptr sret(%big))
; CHECK-LABEL: structure:
; CHECK:       tail fill
define void @structure(ptr sret(%big) %p) nounwind {
  musttail call void @fill(ptr sret(%big) %p)
  ret void
}

; What variable arguments there are isn't known: all registers keep theirs.
declare void @varargs(i64, ...)
; CHECK-LABEL: variadic:
; CHECK-DAG:   mv [[A1:s[0-9]+]], a1
; CHECK-DAG:   mv [[A7:s[0-9]+]], a7
; CHECK:       call other
; CHECK-DAG:   mv a1, [[A1]]
; CHECK-DAG:   mv a7, [[A7]]
; CHECK:       tail varargs
define void @variadic(i64 %a, ...) nounwind {
  call void @other()
  musttail call void (i64, ...) @varargs(i64 %a, ...)
  ret void
}

; An indirect call; the address is the argument too.
; CHECK-LABEL: indirect:
; CHECK:       jr a0
define void @indirect(ptr %f) nounwind {
  musttail call void %f(ptr %f)
  ret void
}

;--- bad.ll
; An argument of four registers is passed by reference to the caller's frame.
; BAD: in function wide {{.*}}: a call marked musttail can't be a tail call
declare void @callee(i256)
define void @wide(i256 %x) nounwind {
  musttail call void @callee(i256 %x)
  ret void
}
