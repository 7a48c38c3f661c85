; Operands of inline assembly.
; RUN: %llc-mtia -mattr=-c -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mattr=-c -verify-machineinstrs -O0 < %s | FileCheck %s --check-prefix=O0

@g = external global i64

define i64 @registers(i64 %a, i64 %b) nounwind {
; CHECK-LABEL: registers:
; CHECK:       add a0, a0, a1
; O0-LABEL:    registers:
; O0:          add {{[at][0-9]}}, {{[at][0-9]}}, {{[at][0-9]}}
  %r = call i64 asm "add $0, $1, $2", "=r,r,r"(i64 %a, i64 %b)
  ret i64 %r
}

define i64 @named(i64 %a) nounwind {
; CHECK-LABEL: named:
; CHECK:       mv s11, a0
; CHECK:       addi t6, s11, 1
; CHECK:       mv a0, t6
; O0-LABEL:    named:
; O0:          addi t6, s11, 1
  %r = call i64 asm "addi $0, $1, 1", "={t6},{x27}"(i64 %a)
  ret i64 %r
}

; A register and an offset for m, a register alone for A.
define void @memory(ptr %p) nounwind {
; CHECK-LABEL: memory:
; CHECK:       addi [[Q:[at][0-9]]], a0, 8
; CHECK:       lw t0, 8(a0)
; CHECK:       #amo (a0) 0([[Q]])
; O0-LABEL:    memory:
; O0:          lw t0, {{[0-9]+}}({{[at][0-9]}})
  %q = getelementptr i8, ptr %p, i64 8
  call void asm sideeffect "lw t0, $0", "*m,~{t0}"(ptr elementtype(i32) %q)
  call void asm sideeffect "#amo (a0) $0", "*A"(ptr elementtype(i32) %q)
  ret void
}

define i64 @immediates(i64 %a) nounwind {
; CHECK-LABEL: immediates:
; CHECK:       addi a0, a0, -2048
; CHECK:       slli a0, a0, 31
; CHECK:       add a0, a0, zero
  %r = call i64 asm "addi $0, $1, $2", "=r,r,I"(i64 %a, i64 -2048)
  %s = call i64 asm "slli $0, $1, $2", "=r,r,K"(i64 %r, i64 31)
  %t = call i64 asm "add $0, $1, ${2:z}", "=r,r,rJ"(i64 %s, i64 0)
  ret i64 %t
}

; Read and written.
define i64 @tied(i64 %a) nounwind {
; CHECK-LABEL: tied:
; CHECK:       slli a0, a0, 3
  %r = call i64 asm "slli $0, $0, 3", "=r,0"(i64 %a)
  ret i64 %r
}

define void @symbol() nounwind {
; CHECK-LABEL: symbol:
; CHECK:       # symbol g
  call void asm sideeffect "# symbol $0", "s"(ptr @g)
  ret void
}

; i for an immediate, nothing for a register: one template for both forms.
define i64 @letter(i64 %a) nounwind {
; CHECK-LABEL: letter:
; CHECK:       addi [[R:[at][0-9]]], a0, 5
; CHECK:       add a0, [[R]], a0
  %r = call i64 asm "add${2:i} $0, $1, $2", "=r,r,rI"(i64 %a, i64 5)
  %s = call i64 asm "add${2:i} $0, $1, $2", "=r,r,r"(i64 %r, i64 %a)
  ret i64 %s
}

; A register's number, for .insn; an address in a register.
define i64 @number(i64 %a, i64 %b) nounwind {
; CHECK-LABEL: number:
; CHECK:       .insn r 51, 0, 0, a0, a0, a1
; CHECK:       # 0(a0)
  %r = call i64 asm ".insn r 0x33, 0, 0, x${0:N}, x${1:N}, x${2:N}", "=r,r,r"(i64 %a, i64 %b)
  call void asm sideeffect "# ${0:a}", "r"(i64 %r)
  ret i64 %r
}

; A value of two registers: the first is printed, both are kept.
define i128 @wide(i128 %a) nounwind {
; CHECK-LABEL: wide:
; CHECK:       # a0 a0
; CHECK:       ret
  %r = call i128 asm "# $0 $1", "=r,0"(i128 %a)
  ret i128 %r
}
