; Vectors on the stack: a register has 64 bytes, so that slots are ordinary ones.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s

; 128 and 512 bytes, and no arithmetic with vlenb.
; CHECK-LABEL: scalable:
; CHECK: addi sp, sp, -{{7[0-9][0-9]}}
; CHECK-NOT: vlenb
; CHECK: vs2r.v
; CHECK: vse32.v
; CHECK: call use
; CHECK-NOT: vlenb
; CHECK: ret
define void @scalable(ptr %p) {
  %a = alloca <vscale x 4 x i32>
  %b = alloca <vscale x 16 x i32>
  %x = load <vscale x 4 x i32>, ptr %p
  store <vscale x 4 x i32> %x, ptr %a
  store <vscale x 16 x i32> zeroinitializer, ptr %b
  call void @use(ptr %a)
  call void @use(ptr %b)
  ret void
}

; A number of them that isn't known: times 128.
; CHECK-LABEL: dynamic:
; CHECK-NOT: vlenb
; CHECK: slli [[N:a[0-9]]], a1, 7
; CHECK: sub {{.*}}, sp, [[N]]
; CHECK: ret
define void @dynamic(ptr %p, i64 %n) {
  %a = alloca <vscale x 4 x i32>, i64 %n
  %x = load <vscale x 4 x i32>, ptr %p
  store <vscale x 4 x i32> %x, ptr %a
  call void @use(ptr %a)
  ret void
}

; Live across a call: one move of the whole group each way. The copy for the callee's benefit
; needs no configuration, the addition behind it does.
; CHECK-LABEL: spill:
; CHECK-NOT: vset
; CHECK: vl4r.v v[[R:[0-9]+]]
; CHECK: vs4r.v v[[R]], ([[A:[ast][0-9]+]])
; CHECK: call use
; CHECK: vl4r.v
; CHECK: vsetvli {{.*}}, zero, e32, m4, ta, ma
; CHECK: vadd.vv
; CHECK: ret
define void @spill(ptr %p) {
  %x = load <64 x i32>, ptr %p
  call void @use(ptr %p)
  %y = add <64 x i32> %x, %x
  store <64 x i32> %y, ptr %p
  ret void
}

; Offsets that no addi reaches: the address is built in a register of its own.
; CHECK-LABEL: far:
; CHECK: lui [[A:[ast][0-9]+]], 2
; CHECK: add{{w?}}{{i?}} [[A]], {{.*}}
; CHECK: vse32.v v{{[0-9]+}}, ([[A]])
; CHECK: ret
define void @far(ptr %p) {
  %a = alloca <16 x i32>, align 4
  %b = alloca [8000 x i8]
  %x = load <16 x i32>, ptr %p
  call void @use(ptr %b)
  store <16 x i32> zeroinitializer, ptr %a, align 4
  call void @use(ptr %a)
  ret void
}

; Of the variant of the calling convention that keeps v1 to v7 and v24 to v31, only those are
; saved that the function writes.
; CHECK-LABEL: keeper:
; CHECK: vs1r.v v1,
; CHECK: vs1r.v v24,
; CHECK-NOT: vs1r.v
; CHECK: #APP
; CHECK-DAG: vl1r.v v24,
; CHECK-DAG: vl1r.v v1,
; CHECK-NOT: vl1r.v
; CHECK: ret
define riscv_vector_cc void @keeper() {
  call void asm sideeffect "", "~{v1},~{v8},~{v24}"()
  ret void
}

; Who calls such a function keeps values in those registers.
; CHECK-LABEL: caller:
; CHECK: vl2r.v v{{24|26|28|30|2|4|6}}, (
; CHECK-NOT: vs{{[1248]}}r.v
; CHECK: call kept
; CHECK: vs2r.v
; CHECK: ret
declare riscv_vector_cc void @kept(ptr)
define void @caller(ptr %p) {
  %x = load <32 x i32>, ptr %p
  call riscv_vector_cc void @kept(ptr %p)
  store <32 x i32> %x, ptr %p
  ret void
}
declare void @use(ptr)

; A constant is made again rather than kept on the stack.
; CHECK-LABEL: constant:
; CHECK: vmv.v.i v{{[0-9]+}}, 5
; CHECK-NOT: vs1r.v
; CHECK: call use
; CHECK-NOT: vl1r.v
; CHECK: vmv.v.i v{{[0-9]+}}, 5
; CHECK: ret
define void @constant(ptr %p) {
  store <16 x i32> splat (i32 5), ptr %p
  call void @use(ptr %p)
  store <16 x i32> splat (i32 5), ptr %p
  ret void
}
