; Switches: words in medlow, doublewords elsewhere, differences in position-independent code.
; RUN: %llc-mtia -mattr=+64bit,+i,+m -verify-machineinstrs -code-model=small < %s | FileCheck %s --check-prefixes=CHECK,MEDLOW
; RUN: %llc-mtia -mattr=+64bit,+i,+m -verify-machineinstrs -code-model=medium < %s | FileCheck %s --check-prefixes=CHECK,MEDANY
; RUN: %llc-mtia -mattr=+64bit,+i,+m -verify-machineinstrs -relocation-model=pic < %s | FileCheck %s --check-prefixes=CHECK,PIC

define void @switch(i64 %x, ptr %p) nounwind {
; CHECK-LABEL: switch:
; CHECK:       bltu
; MEDLOW:      slli {{.*}}, 2
; MEDLOW:      lw [[T:[at][0-9]]],
; MEDANY:      slli {{.*}}, 3
; MEDANY:      ld [[T:[at][0-9]]],
; PIC:         lw
; PIC:         add [[T:[at][0-9]]],
; CHECK:       jr [[T]]
; CHECK:       .LJTI0_0:
; MEDLOW-NEXT: .word .LBB0_
; MEDANY-NEXT: .quad .LBB0_
; PIC-NEXT:    .word .LBB0_{{[0-9]+}}-.LJTI0_0
  switch i64 %x, label %exit [
    i64 0, label %a
    i64 1, label %b
    i64 2, label %c
    i64 3, label %d
    i64 4, label %e
  ]
a:
  store volatile i64 7, ptr %p
  ret void
b:
  store volatile i64 3, ptr %p
  ret void
c:
  store volatile i64 11, ptr %p
  ret void
d:
  store volatile i64 5, ptr %p
  ret void
e:
  store volatile i64 2, ptr %p
  ret void
exit:
  ret void
}
