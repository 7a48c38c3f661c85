; Floating-point constants of a function that are loaded come from one table.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mtia-enable-promote-constants=false < %s | FileCheck %s --check-prefix=OFF
; RUN: %llc-mtia -O0 < %s | FileCheck %s --check-prefix=OFF

; Three constants: their address is made once.
define double @three(double %x) nounwind {
; CHECK-LABEL: three:
; CHECK:       auipc [[B:a[0-9]]], %pcrel_hi(.Lthree.constants)
; CHECK:       addi [[B]], [[B]], %pcrel_lo(
; CHECK-NOT:   auipc
; CHECK-DAG:   fld {{.*}}, 0([[B]])
; CHECK-DAG:   fld {{.*}}, 8([[B]])
; CHECK-DAG:   fld {{.*}}, 16([[B]])
; CHECK:       ret
; OFF-LABEL:   three:
; OFF:         auipc {{.*}}LCPI
; OFF:         auipc {{.*}}LCPI
; OFF:         auipc {{.*}}LCPI
; OFF:         ret
  %a = fmul double %x, 0x3FB999999999999A
  %b = fadd double %a, 0x400921FB54442D18
  %c = fmul double %b, %a
  %d = fsub double %c, 0x4005BF0A8B145769
  ret double %d
}

; Two are loaded as before; so are constants that are made in a register.
define double @two(double %x) nounwind {
; CHECK-LABEL: two:
; CHECK-NOT:   constants
; CHECK:       ret
  %a = fmul double %x, 0x3FB999999999999A
  %b = fadd double %a, 0x400921FB54442D18
  %c = fmul double %b, 2.0
  ret double %c
}

; An operand of a phi is loaded in the block that it comes from; a block loads a
; constant once.
define double @phi(i1 %c, double %x) nounwind {
; CHECK-LABEL: phi:
; CHECK-COUNT-1: %pcrel_hi(.Lphi.constants)
; CHECK:       ret
entry:
  br i1 %c, label %then, label %join
then:
  %a = fadd double %x, 0x400921FB54442D18
  %b = fmul double %a, 0x400921FB54442D18
  %e = fmul double %b, 0x4005BF0A8B145769
  br label %join
join:
  %r = phi double [ 0x3FB999999999999A, %entry ], [ %e, %then ]
  ret double %r
}

; The table's section is one of constants, and holds them in their order.
; CHECK:       .section .rodata
; CHECK:       .Lthree.constants:
; CHECK-NEXT:  .quad 0x3fb999999999999a
; CHECK-NEXT:  .quad 0x400921fb54442d18
; CHECK-NEXT:  .quad 0x4005bf0a8b145769
