; Conditional branches compare registers; short, medium and long distances.
; RUN: %llc-mtia -mattr=-c -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -mattr=-c -verify-machineinstrs -filetype=obj < %s -o %t.o
; RUN: %objdump-riscv -d --no-show-raw-insn %t.o | FileCheck %s --check-prefix=OBJ

declare void @callee()

; The condition is inverted, so that the call falls through.
define void @less(i64 %a, i64 %b) {
; CHECK-LABEL: less:
; CHECK:       bge a0, a1, [[END:\.LBB[0-9_]+]]
; CHECK:       tail callee
; CHECK:       [[END]]:
; CHECK-NEXT:  ret
  %c = icmp slt i64 %a, %b
  br i1 %c, label %then, label %else
then:
  tail call void @callee()
  br label %else
else:
  ret void
}

; A bit above ANDI's reach is shifted into the sign.
define void @bit(i64 %a) {
; CHECK-LABEL: bit:
; CHECK:       slli a0, a0, 43
; CHECK-NEXT:  b{{gez|ltz}} a0,
  %m = and i64 %a, 1048576
  %c = icmp ne i64 %m, 0
  br i1 %c, label %then, label %else
then:
  tail call void @callee()
  br label %else
else:
  ret void
}

; More than 4 KB: the inverted branch around a jump.
define void @medium(i64 %a) {
; CHECK-LABEL: medium:
; CHECK:       b{{nez|eqz}} a0, [[NEAR:\.LBB[0-9_]+]]
; CHECK-NEXT:  j [[FAR:\.LBB[0-9_]+]]
; CHECK-NEXT:  [[NEAR]]:
; OBJ-LABEL: <medium>:
; OBJ-NEXT:  b{{nez|eqz}} a0, {{.*}} <medium+0x8>
; OBJ-NEXT:  j {{.*}} <medium+0x13
  %c = icmp eq i64 %a, 0
  br i1 %c, label %far, label %near
near:
  call void asm sideeffect ".space 5000", ""()
  br label %far
far:
  ret void
}

; More than 1 MB: through a register. 2000000 + 16 bytes are 0x1e8490.
define void @long(i64 %a) {
; CHECK-LABEL: long:
; CHECK:       jump {{\.LBB[0-9_]+}}, {{[ast][0-9]+}}
; OBJ-LABEL: <long>:
; OBJ:       auipc [[R:[ast][0-9]+]], 0x1e8
; OBJ-NEXT:  jr {{-?0x[0-9a-f]+}}([[R]]) <long+0x1e84
  %c = icmp eq i64 %a, 0
  br i1 %c, label %far, label %near
near:
  call void asm sideeffect ".space 2000000", ""()
  br label %far
far:
  ret void
}
