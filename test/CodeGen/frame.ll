; Frames: small, in two steps, beyond 2 GB; frame and base pointers; realignment.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -O0 < %s -o /dev/null

declare void @use(ptr) nounwind

; 16 bytes is the least: the stack stays aligned.
define void @small() nounwind {
; CHECK-LABEL: small:
; CHECK:       addi sp, sp, -16
; CHECK-DAG:   sd ra, 8(sp)
; CHECK-DAG:   addi a0, sp, 4
; CHECK:       call use
; CHECK-NEXT:  ld ra, 8(sp)
; CHECK-NEXT:  addi sp, sp, 16
; CHECK-NEXT:  ret
  %p = alloca i32
  call void @use(ptr %p)
  ret void
}

; 3000 + 8 for ra, to the next 16: 3008 = 2032 + 976. ra is at the top of the first step, at
; an offset that fits.
define void @two_steps() nounwind {
; CHECK-LABEL: two_steps:
; CHECK:       addi sp, sp, -2032
; CHECK-NEXT:  sd ra, 2024(sp)
; CHECK-NEXT:  addi sp, sp, -9{{[0-9]+}}
; CHECK:       call use
; CHECK-NEXT:  addi sp, sp, 9{{[0-9]+}}
; CHECK-NEXT:  ld ra, 2024(sp)
; CHECK-NEXT:  addi sp, sp, 2032
; CHECK-NEXT:  ret
  %p = alloca [3000 x i8]
  call void @use(ptr %p)
  ret void
}

; The size of the frame comes from a register of its own.
define void @beyond_2gb() nounwind {
; CHECK-LABEL: beyond_2gb:
; CHECK:       sub sp, sp, [[R:[at][0-9]]]
; CHECK:       call use
; CHECK:       add sp, sp, {{[at][0-9]}}
; CHECK:       ret
  %p = alloca [5000000000 x i8]
  call void @use(ptr %p)
  ret void
}

; The stack pointer moves: the frame pointer finds the frame again.
define void @dynamic(i64 %n) nounwind {
; CHECK-LABEL: dynamic:
; CHECK:       addi sp, sp, -16
; CHECK-DAG:   sd ra, 8(sp)
; CHECK-DAG:   sd s0, 0(sp)
; CHECK-DAG:   addi s0, sp, 16
; CHECK:       call use
; CHECK-NEXT:  addi sp, s0, -16
; CHECK-DAG:   ld s0, 0(sp)
; CHECK-DAG:   ld ra, 8(sp)
; CHECK:       addi sp, sp, 16
; CHECK-NEXT:  ret
  %p = alloca i8, i64 %n
  call void @use(ptr %p)
  ret void
}

define void @realign() nounwind {
; CHECK-LABEL: realign:
; CHECK:       addi s0, sp, [[SIZE:[0-9]+]]
; CHECK-NEXT:  andi sp, sp, -64
; CHECK-NEXT:  mv a0, sp
; CHECK-NEXT:  call use
; CHECK-NEXT:  addi sp, s0, -[[SIZE]]
  %p = alloca i8, align 64
  call void @use(ptr %p)
  ret void
}

; Realigned and moving: the base pointer s1 has the fixed part.
define void @base_pointer(i64 %n) nounwind {
; CHECK-LABEL: base_pointer:
; CHECK:       andi sp, sp, -64
; CHECK:       mv s1, sp
; CHECK:       mv a0, s1
; CHECK-NEXT:  call use
  %q = alloca i8, align 64
  %p = alloca i8, i64 %n
  call void @use(ptr %q)
  call void @use(ptr %p)
  ret void
}

; Nothing is saved on the path that calls nothing.
define i64 @shrink_wrapped(i64 %a) nounwind {
; CHECK-LABEL: shrink_wrapped:
; CHECK-NOT:   sp
; CHECK:       b{{eqz|nez}} a
; CHECK:       addi sp, sp, -16
; CHECK:       call use
  %c = icmp eq i64 %a, 0
  br i1 %c, label %cold, label %exit
cold:
  %p = alloca i64
  call void @use(ptr null)
  br label %exit
exit:
  %r = phi i64 [ 1, %cold ], [ 2, %0 ]
  ret i64 %r
}

; Everything that may be written is saved, and the return is the handler's.
define void @handler() nounwind "interrupt"="machine" {
; CHECK-LABEL: handler:
; CHECK-DAG:   sd ra,
; CHECK-DAG:   sd t0,
; CHECK-DAG:   sd a7,
; CHECK-DAG:   sd t6,
; CHECK-NOT:   sd s1,
; CHECK:       call use
; CHECK:       mret
  call void @use(ptr null)
  ret void
}

define void @naked() nounwind naked {
; CHECK-LABEL: naked:
; CHECK-NEXT:  # %bb.0:
; CHECK-NEXT:  #APP
; CHECK-NEXT:  ret
; CHECK-NEXT:  #NO_APP
; CHECK-NOT:   ret
; CHECK:       .size naked
  call void asm sideeffect "ret", ""()
  unreachable
}
