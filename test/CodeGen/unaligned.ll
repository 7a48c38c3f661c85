; -mno-strict-align: a misaligned access is one instruction.
; RUN: %llc-mtia -mattr=+unaligned-scalar-mem < %s | FileCheck %s
; RUN: %llc-mtia < %s | FileCheck %s --check-prefix=STRICT

define i64 @load(ptr %p) nounwind {
; CHECK-LABEL: load:
; CHECK:       ld a0, 3(a0)
; STRICT-LABEL: load:
; STRICT-COUNT-8: lbu
  %q = getelementptr i8, ptr %p, i64 3
  %v = load i64, ptr %q, align 1
  ret i64 %v
}

define void @store(ptr %p, i32 %v) nounwind {
; CHECK-LABEL: store:
; CHECK:       sw a1, 0(a0)
; STRICT-LABEL: store:
; STRICT-COUNT-4: sb
  store i32 %v, ptr %p, align 1
  ret void
}

define void @copy(ptr %to, ptr %from) nounwind {
; CHECK-LABEL: copy:
; CHECK-DAG:   ld {{a[0-9]}}, 0(a1)
; CHECK-DAG:   ld {{a[0-9]}}, 8(a1)
; CHECK-DAG:   sd {{a[0-9]}}, 0(a0)
; CHECK-DAG:   sd {{a[0-9]}}, 8(a0)
; CHECK:       ret
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %to, ptr align 1 %from, i64 16, i1 false)
  ret void
}
