; Traps, counters, addresses of frames, computed jumps.
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s
; RUN: %llc-mtia -verify-machineinstrs -O0 < %s -o /dev/null

define void @trap() nounwind {
; CHECK-LABEL: trap:
; CHECK:       unimp
; CHECK-NOT:   ret
; CHECK:       .size trap
  call void @llvm.trap()
  unreachable
}

define void @debugtrap() nounwind {
; CHECK-LABEL: debugtrap:
; CHECK:       ebreak
; CHECK-NEXT:  ret
  call void @llvm.debugtrap()
  ret void
}

define i64 @cycles() nounwind {
; CHECK-LABEL: cycles:
; CHECK:       rdcycle a0
; CHECK-NEXT:  ret
  %r = call i64 @llvm.readcyclecounter()
  ret i64 %r
}

; There is no prefetch instruction; the hint is dropped.
define void @prefetch(ptr %p) nounwind {
; CHECK-LABEL: prefetch:
; CHECK-NEXT:  # %bb.0:
; CHECK-NEXT:  ret
  call void @llvm.prefetch.p0(ptr %p, i32 0, i32 3, i32 1)
  ret void
}

; The caller's frame address is below the return address at the frame's top.
define ptr @callers_frame() nounwind {
; CHECK-LABEL: callers_frame:
; CHECK:       addi s0, sp, 16
; CHECK-NEXT:  ld a0, -16(s0)
  %r = call ptr @llvm.frameaddress.p0(i32 1)
  ret ptr %r
}

define ptr @return_address() nounwind {
; CHECK-LABEL: return_address:
; CHECK:       mv a0, ra
; CHECK-NEXT:  ret
  %r = call ptr @llvm.returnaddress(i32 0)
  ret ptr %r
}

define i64 @computed_goto(ptr %t) nounwind {
; CHECK-LABEL: computed_goto:
; CHECK:       jr {{[at][0-9]}}
  indirectbr ptr %t, [label %a, label %b]
a:
  ret i64 1
b:
  ret i64 2
}

define i64 @thread_pointer() nounwind {
; CHECK-LABEL: thread_pointer:
; CHECK:       mv a0, tp
; CHECK-NEXT:  ret
  %p = call ptr @llvm.thread.pointer.p0()
  %r = ptrtoint ptr %p to i64
  ret i64 %r
}

; Floating point goes to libgcc; a float is in the lower half of its register.
define float @soft_float(float %a, double %b) nounwind "target-features"="+64bit,+m" {
; CHECK-LABEL: soft_float:
; CHECK:       call __extendsfdf2
; CHECK:       call __adddf3
; CHECK:       call __truncdfsf2
  %x = fpext float %a to double
  %s = fadd double %x, %b
  %r = fptrunc double %s to float
  ret float %r
}

define fp128 @long_double(fp128 %a, fp128 %b) nounwind {
; CHECK-LABEL: long_double:
; CHECK:       {{call|tail}} __multf3
  %r = fmul fp128 %a, %b
  ret fp128 %r
}

declare void @llvm.trap()
declare void @llvm.debugtrap()
declare i64 @llvm.readcyclecounter()
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare ptr @llvm.frameaddress.p0(i32)
declare ptr @llvm.returnaddress(i32)
declare ptr @llvm.thread.pointer.p0()
