; Addresses of globals in the code models, of the GOT, of thread-local variables; offsets
; folded into them.
; RUN: %llc-mtia -verify-machineinstrs -code-model=small < %s | FileCheck %s --check-prefixes=CHECK,MEDLOW
; RUN: %llc-mtia -verify-machineinstrs -code-model=medium < %s | FileCheck %s --check-prefixes=CHECK,MEDANY
; RUN: %llc-mtia -verify-machineinstrs -relocation-model=pic < %s | FileCheck %s --check-prefixes=CHECK,PIC
; RUN: %llc-mtia -verify-machineinstrs < %s | FileCheck %s --check-prefixes=CHECK,MEDANY
; RUN: %llc-mtia -verify-machineinstrs -mtia-enable-merge-base-offset=false < %s | FileCheck %s --check-prefixes=CHECK,NOMERGE

@g = external global [100 x i32]
@local = internal global i64 0
@tls = thread_local(localexec) global i32 0
@weak = extern_weak global i32

define ptr @address() nounwind {
; CHECK-LABEL: address:
; MEDLOW:       lui a0, %hi(g)
; MEDLOW-NEXT:  addi a0, a0, %lo(g)
; MEDANY:       [[L:\.Lpcrel_hi[0-9]+]]:
; MEDANY-NEXT:  auipc a0, %pcrel_hi(g)
; MEDANY-NEXT:  addi a0, a0, %pcrel_lo([[L]])
; PIC:          [[L:\.Lpcrel_hi[0-9]+]]:
; PIC-NEXT:     auipc a0, %got_pcrel_hi(g)
; PIC-NEXT:     ld a0, %pcrel_lo([[L]])(a0)
; NOMERGE:      %pcrel_hi(g)
; CHECK:        ret
  ret ptr @g
}

; The offset is the linker's business.
define i32 @element() nounwind {
; CHECK-LABEL: element:
; MEDLOW:       lui a0, %hi(g+40)
; MEDLOW-NEXT:  lw a0, %lo(g+40)(a0)
; MEDANY:       [[L:\.Lpcrel_hi[0-9]+]]:
; MEDANY-NEXT:  auipc a0, %pcrel_hi(g+40)
; MEDANY-NEXT:  lw a0, %pcrel_lo([[L]])(a0)
; PIC:          ld a0,
; PIC-NEXT:     lw a0, 40(a0)
; NOMERGE:      addi a0, a0, %pcrel_lo(
; NOMERGE-NEXT: lw a0, 40(a0)
; CHECK-NEXT:   ret
  %p = getelementptr [100 x i32], ptr @g, i64 0, i64 10
  %v = load i32, ptr %p
  ret i32 %v
}

; Not through the GOT: nobody else can define it.
define void @store(i64 %v) nounwind {
; CHECK-LABEL: store:
; MEDLOW:       sd a0, %lo(local)(
; MEDANY:       sd a0, %pcrel_lo(
; PIC-NOT:      got
; PIC:          auipc {{a[0-9]}}, %pcrel_hi(local)
; CHECK:        ret
  store i64 %v, ptr @local
  ret void
}

; Absent, its address is 0, which need not be near the program counter.
define ptr @maybe() nounwind {
; CHECK-LABEL: maybe:
; MEDANY:       auipc a0, %got_pcrel_hi(weak)
; CHECK:        ret
  ret ptr @weak
}

define i32 @thread() nounwind {
; CHECK-LABEL: thread:
; CHECK:        lui a0, %tprel_hi(tls)
; CHECK-NEXT:   add a0, a0, tp, %tprel_add(tls)
; CHECK-NEXT:   lw a0, %tprel_lo(tls)(a0)
; CHECK-NEXT:   ret
  %v = load i32, ptr @tls
  ret i32 %v
}
