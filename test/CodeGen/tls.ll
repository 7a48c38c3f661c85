; Thread-local variables in the four models. The relocations are those of stock LLVM.
; RUN: split-file %s %t
; RUN: %llc-mtia -verify-machineinstrs -relocation-model=pic %t/all.ll -o - | FileCheck %s --check-prefixes=CHECK,PIC
; RUN: %llc-mtia -verify-machineinstrs -relocation-model=static %t/all.ll -o - | FileCheck %s --check-prefixes=CHECK,STATIC
; RUN: %llc-mtia -relocation-model=pic -filetype=obj %t/all.ll -o %t/ours.o
; RUN: %llc-riscv -relocation-model=pic -filetype=obj %t/all.ll -o %t/stock.o
; RUN: %readelf -r %t/ours.o | FileCheck %s --check-prefix=REL
; RUN: %readelf -r %t/stock.o | FileCheck %s --check-prefix=REL

; REL-DAG: R_RISCV_TLS_GD_HI20 {{.*}} gd + 0
; REL-DAG: R_RISCV_TLS_GD_HI20 {{.*}} ld + 0
; REL-DAG: R_RISCV_TLS_GOT_HI20 {{.*}} ie + 0
; REL-DAG: R_RISCV_TPREL_HI20 {{.*}} le + 0
; REL-DAG: R_RISCV_TPREL_ADD {{.*}} le + 0
; REL-DAG: R_RISCV_TPREL_LO12_I {{.*}} le + 0
; REL-DAG: R_RISCV_CALL_PLT {{.*}} __tls_get_addr + 0

; -ftls-model, or rather -emulated-tls: every access is a call with the variable's control
; object.
; RUN: %llc-mtia -verify-machineinstrs -emulated-tls %t/all.ll -o - | FileCheck %s --check-prefix=EMU
; EMU: call __emutls_get_address
; EMU: __emutls_v.le

;--- all.ll
@gd = external thread_local global i32
@ld = internal thread_local(localdynamic) global i32 1
@ie = external thread_local(initialexec) global i32
@le = thread_local(localexec) global i32 2

; CHECK-LABEL: general_dynamic:
; PIC:         [[L:\.Lpcrel_hi[0-9]+]]:
; PIC-NEXT:    auipc a0, %tls_gd_pcrel_hi(gd)
; PIC-NEXT:    addi a0, a0, %pcrel_lo([[L]])
; PIC:         call __tls_get_addr
; PIC-NEXT:    lw a0, 0(a0)
; A program's variable is found through the GOT: the linker knows its offset.
; STATIC:      auipc a0, %tls_ie_pcrel_hi(gd)
; STATIC-NEXT: ld a0, %pcrel_lo({{.*}})(a0)
; STATIC-NEXT: add a0, a0, tp
define i32 @general_dynamic() nounwind {
  %r = load i32, ptr @gd
  ret i32 %r
}

; CHECK-LABEL: local_dynamic:
; PIC:         auipc a0, %tls_gd_pcrel_hi(ld)
; PIC:         call __tls_get_addr
; STATIC:      lui a0, %tprel_hi(ld)
define i32 @local_dynamic() nounwind {
  %r = load i32, ptr @ld
  ret i32 %r
}

; CHECK-LABEL: initial_exec:
; CHECK:       auipc a0, %tls_ie_pcrel_hi(ie)
; CHECK-NEXT:  ld a0, %pcrel_lo({{.*}})(a0)
; CHECK-NEXT:  add a0, a0, tp
define i32 @initial_exec() nounwind {
  %r = load i32, ptr @ie
  ret i32 %r
}

; CHECK-LABEL: local_exec:
; CHECK:       lui a0, %tprel_hi(le)
; CHECK-NEXT:  add a0, a0, tp, %tprel_add(le)
; CHECK-NEXT:  lw a0, %tprel_lo(le)(a0)
define i32 @local_exec() nounwind {
  %r = load i32, ptr @le
  ret i32 %r
}
