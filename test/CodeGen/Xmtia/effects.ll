; What the optimiser knows of a command's effect on memory.
; RUN: %opt-mtia -O2 -S < %s | FileCheck %s --implicit-check-not=error
; RUN: %opt-mtia -O2 -S < %s | FileCheck %s --check-prefix=ATTR
; RUN: %opt-mtia -O2 -S -mtia-enable-intrinsic-effects=0 < %s | FileCheck %s --check-prefix=OFF
; RUN: %opt-mtia -O2 -S < %s | %llc-mtia -O2 -verify-machineinstrs | FileCheck %s --check-prefix=ASM

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "riscv64-unknown-elf"

declare i64 @mtia_id(i32)
declare void @mtia_cr_w(i32, i64)
declare i64 @mtia_cr_r(i32)
declare void @mtia_sync()
declare void @mtia_halt()
declare void @mtia_bar(i32)
declare i64 @mtia_ctr_get(i32)
declare i64 @mtia_cb_fill(i32)
declare i64 @mtia_cb_head(i32, i64)
declare void @mtia_cb_pop(i32, i64)
declare void @mtia_dma_in(i32, i64, i64, i32)
declare void @mtia_mml(i32, i32, i32, i32, i32, i32, i32)
declare void @mtia_drain(i32, i32, i32, i32, i32, i32)

; ATTR-DAG: declare i64 @mtia_id(i32) {{.*}}[[NONE:#[0-9]+]]
; ATTR-DAG: declare void @mtia_cr_w(i32, i64) {{.*}}[[STATE:#[0-9]+]]
; ATTR-DAG: declare i64 @mtia_cr_r(i32) {{.*}}[[STATE_READ:#[0-9]+]]
; ATTR-DAG: declare void @mtia_mml(i32, i32, i32, i32, i32, i32, i32) {{.*}}[[READS:#[0-9]+]]
; ATTR-DAG: declare void @mtia_drain(i32, i32, i32, i32, i32, i32) {{.*}}[[ANY:#[0-9]+]]
; ATTR-DAG: declare void @mtia_sync() {{.*}}[[ANY]]
; ATTR-DAG: declare i64 @mtia_ctr_get(i32) {{.*}}[[ANY]]
; ATTR-DAG: declare void @mtia_halt() {{.*}}[[HALT:#[0-9]+]]
; ATTR-DAG: declare i64 @mtia_cb_fill(i32) {{.*}}[[ANY]]
; ATTR-DAG: declare i64 @mtia_cb_head(i32, i64) {{.*}}[[STATE]]
; ATTR-DAG: attributes [[NONE]] = {{.*}} memory(none)
; ATTR-DAG: attributes [[STATE]] = {{.*}} memory(inaccessiblemem: readwrite)
; ATTR-DAG: attributes [[STATE_READ]] = {{.*}} memory(inaccessiblemem: read)
; ATTR-DAG: attributes [[ANY]] = {{.*}}nounwind willreturn memory(readwrite, argmem: none
; ATTR-DAG: attributes [[READS]] = {{.*}}nounwind willreturn memory(read, argmem: none, inaccessiblemem: readwrite
; ATTR-DAG: attributes [[HALT]] = { nocallback nofree nounwind memory(
; OFF-NOT: memory(
define i64 @used() {
  %a = call i64 @mtia_id(i32 5)
  %h = call i64 @mtia_cb_head(i32 1, i64 0)
  %s = add i64 %a, %h
  call void @mtia_halt()
  ret i64 %s
}

; A load crosses a write of a command register and a multiplication, which only reads.
; CHECK-LABEL: @across_state(
; CHECK-COUNT-1: load i64
; CHECK-NOT: load i64
; CHECK: ret
; OFF-LABEL: @across_state(
; OFF-COUNT-3: load i64
define i64 @across_state(ptr %p) {
  %a = load i64, ptr %p
  call void @mtia_cr_w(i32 1, i64 %a)
  %b = load i64, ptr %p
  call void @mtia_cr_w(i32 3, i64 %b)
  call void @mtia_mml(i32 0, i32 0, i32 1, i32 0, i32 0, i32 0, i32 0)
  %c = load i64, ptr %p
  ret i64 %c
}

; Memory that a drain may write, that a pop hands over, and where somebody else may have written
; before a counter, a barrier or the fill of a buffer said so, is read again.
; CHECK-LABEL: @across_any(
; CHECK-COUNT-6: load i64
define i64 @across_any(ptr %p) {
  %a = load i64, ptr %p
  call void @mtia_drain(i32 0, i32 0, i32 0, i32 0, i32 0, i32 0)
  %b = load i64, ptr %p
  call void @mtia_cb_pop(i32 1, i64 32)
  %c = load i64, ptr %p
  %n = call i64 @mtia_ctr_get(i32 1)
  %d = load i64, ptr %p
  call void @mtia_bar(i32 0)
  %e = load i64, ptr %p
  %o = call i64 @mtia_cb_fill(i32 1)
  %f = load i64, ptr %p
  %s1 = add i64 %a, %b
  %s2 = add i64 %s1, %c
  %s3 = add i64 %s2, %d
  %s4 = add i64 %s3, %e
  %s5 = add i64 %s4, %f
  ret i64 %s5
}

; What a multiplication may read is stored before it, even if it is stored again behind it; a write
; of a command register reads nothing.
; CHECK-LABEL: @stores(
; CHECK: store i64 1, ptr
; CHECK-NEXT: call void @mtia_mml
; CHECK-NOT: store i64 2
; CHECK: store i64 3, ptr
define void @stores(ptr %p) {
  store i64 1, ptr %p
  call void @mtia_mml(i32 0, i32 0, i32 1, i32 0, i32 0, i32 0, i32 0)
  store i64 2, ptr %p
  call void @mtia_cr_w(i32 1, i64 1)
  store i64 3, ptr %p
  ret void
}

; A local variable whose address nobody has stays in a register across everything; one whose
; address is the base of a circular buffer doesn't.
; CHECK-LABEL: @local(
; CHECK: ret i64 5
; CHECK-LABEL: @escaped(
; CHECK: load i64
declare void @mtia_cb_init(i32, i64, i64)
define i64 @local() {
  %v = alloca [4 x i64], align 32
  store i64 5, ptr %v
  call void @mtia_dma_in(i32 1, i64 2147483648, i64 1, i32 0)
  call void @mtia_sync()
  %r = load i64, ptr %v
  ret i64 %r
}
define i64 @escaped() {
  %v = alloca [4 x i64], align 32
  %a = ptrtoint ptr %v to i64
  store i64 5, ptr %v
  call void @mtia_cb_init(i32 1, i64 %a, i64 32)
  call void @mtia_dma_in(i32 1, i64 2147483648, i64 1, i32 0)
  call void @mtia_sync()
  %r = load i64, ptr %v
  ret i64 %r
}

; A counter is read in every round, a command register once between two commands, and not at all
; if nobody asks.
; CHECK-LABEL: @poll(
; CHECK-NOT: mtia_cr_r
; CHECK: body:
; CHECK: call i64 @mtia_cr_r(i32 4)
; CHECK-NOT: mtia_cr_r
; CHECK: call i64 @mtia_ctr_get(i32 3)
; CHECK: br
; CHECK: ret
define void @poll() {
entry:
  %unused = call i64 @mtia_cr_r(i32 5)
  br label %body
body:
  %limit = call i64 @mtia_cr_r(i32 4)
  %limit2 = call i64 @mtia_cr_r(i32 4)
  %n = call i64 @mtia_ctr_get(i32 3)
  %both = and i64 %limit, %limit2
  %c = icmp ult i64 %n, %both
  br i1 %c, label %body, label %exit
exit:
  ret void
}

; The machine's scheduler may move loads and arithmetic over a write of a command register, never
; the writes and commands over one another.
; ASM-LABEL: order:
; ASM:       mtia.cr.w 8, a0
; ASM-NOT:   mtia
; ASM:       mtia.cr.w 10, {{a[0-9]+}}
; ASM-NOT:   mtia
; ASM:       mtia.cr.r {{a[0-9]+}}, 8
; ASM-NOT:   mtia
; ASM:       mtia.mml 0
; ASM-NOT:   mtia
; ASM:       mtia.cr.w 8, a1
; ASM-NOT:   mtia
; ASM:       mtia.mml 1
; ASM-NOT:   mtia
; ASM:       ret
define i64 @order(i64 %a, i64 %b, ptr %p) {
  call void @mtia_cr_w(i32 8, i64 %a)
  %v = load i64, ptr %p
  call void @mtia_cr_w(i32 10, i64 %v)
  %r = call i64 @mtia_cr_r(i32 8)
  call void @mtia_mml(i32 0, i32 0, i32 1, i32 0, i32 0, i32 0, i32 0)
  call void @mtia_cr_w(i32 8, i64 %b)
  call void @mtia_mml(i32 1, i32 0, i32 1, i32 0, i32 0, i32 0, i32 0)
  ret i64 %r
}
