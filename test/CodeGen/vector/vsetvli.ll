; Where vl and vtype are set: as seldom as each function can do with, and in no function more often
; than stock llc does, but before inline assembly, which might rely on them.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -O2 %s -o %t.ours
; RUN: %llc-riscv -mattr=+m,+d,+v,+zvl512b -riscv-v-vector-bits-max=512 -O2 %s -o %t.stock
; RUN: %python %S/Inputs/count_vset.py %t.ours %t.stock assembly
; Without the data flow each block sets them for itself.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 -mtia-enable-vsetvli-flow=false %s -o - | FileCheck --check-prefix=NOFLOW %s
; Without optimization each block sets them for itself, once per configuration.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O0 %s -o - | FileCheck --check-prefix=O0 %s

; Loads and stores have their width in the opcode: e32 serves the load of i16 as well, and the
; configuration is set before the loop.
; CHECK-LABEL: widen:
; CHECK-NOT: vset
; CHECK: vsetivli zero, 16, e32, m1, ta, ma
; CHECK: {{^.LBB}}
; CHECK-NOT: vset
; CHECK: vle16.v
; CHECK: vsext.vf2
; CHECK: vse32.v
; CHECK-NOT: vset
; CHECK: ret
; NOFLOW-LABEL: widen:
; NOFLOW: {{^.LBB}}
; NOFLOW: vsetivli zero, 16, e32, m1, ta, ma
; O0-LABEL: widen:
; O0: vsetivli zero, 16, e32, m1, ta, ma
; O0: vle16.v
; O0-NOT: vset
; O0: ret
define void @widen(ptr %p, ptr %q, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  %a = getelementptr i16, ptr %p, i64 %i
  %x = load <16 x i16>, ptr %a
  %e = sext <16 x i16> %x to <16 x i32>
  %y = xor <16 x i32> %e, splat (i32 5)
  %b = getelementptr i32, ptr %q, i64 %i
  store <16 x i32> %y, ptr %b
  %j = add i64 %i, 16
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}

; Vectors in a block of the loop that doesn't always run: still before the loop.
; CHECK-LABEL: conditional:
; CHECK: vsetivli zero, 16, e32, m1, ta, ma
; CHECK: beqz
; CHECK-NOT: vset
; CHECK: vmul.vv
; CHECK-NOT: vset
; CHECK: ret
define void @conditional(ptr %p, ptr %q, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %latch]
  %t = trunc i64 %i to i1
  br i1 %t, label %then, label %latch
then:
  %b = getelementptr i32, ptr %q, i64 %i
  %x = load <16 x i32>, ptr %b
  %y = mul <16 x i32> %x, %x
  store <16 x i32> %y, ptr %b
  br label %latch
latch:
  %j = add i64 %i, 15
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}

; A call leaves nothing of the configuration: it is set in the loop, once before each use.
; CHECK-LABEL: calls:
; CHECK: {{^.LBB}}
; CHECK: vsetivli zero, 16, e32, m1, ta, ma
; CHECK: vse32.v
; CHECK: call g
; CHECK: vsetivli zero, 8, e64, m1, ta, ma
; CHECK: vse64.v
; CHECK-NOT: vset
; CHECK: ret
define void @calls(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%j, %loop]
  %a = getelementptr i32, ptr %p, i64 %i
  %x = load <16 x i32>, ptr %a
  %y = add <16 x i32> %x, %x
  store <16 x i32> %y, ptr %a
  call void @g()
  %z = load <8 x i64>, ptr %a
  %w = add <8 x i64> %z, %z
  store <8 x i64> %w, ptr %a
  %j = add i64 %i, 16
  %c = icmp ult i64 %j, %n
  br i1 %c, label %loop, label %exit
exit:
  ret void
}
declare void @g()

; So does inline assembly. Moves of whole registers need none.
; CHECK-LABEL: assembly:
; CHECK: vsetivli zero, 16, e32, m1, ta, ma
; CHECK: vle32.v
; CHECK: #APP
; CHECK-NOT: vset
; CHECK: vs1r.v v8, (a0)
define void @assembly(ptr %p) {
  %x = load <16 x i32>, ptr %p
  call void asm sideeffect "", ""()
  store <16 x i32> %x, ptr %p
  ret void
}

; More than 31 elements: VLMAX, whose destination must not be x0, if it is that; or a register.
; CHECK-LABEL: vlmax:
; CHECK: vsetvli [[R:[ast][0-9]+]], zero, e32, m4, ta, ma
; CHECK-NOT: vset
; CHECK: ret
define void @vlmax(ptr %p) {
  %x = load <64 x i32>, ptr %p
  %y = add <64 x i32> %x, %x
  store <64 x i32> %y, ptr %p
  ret void
}

; The second width has the same ratio: vl is kept.
; CHECK-LABEL: keeps_vl:
; CHECK: vsetivli zero, 16, e32, m1, ta, ma
; CHECK: vadd.vv
; CHECK: vsetvli zero, zero, e16, mf2, ta, ma
; CHECK: vadd.vv
; CHECK-NOT: vset
; CHECK: ret
define void @keeps_vl(ptr %p, ptr %q) {
  %x = load <16 x i32>, ptr %p
  %y = add <16 x i32> %x, %x
  store <16 x i32> %y, ptr %p
  %z = load <16 x i16>, ptr %q
  %w = add <16 x i16> %z, %z
  store <16 x i16> %w, ptr %q
  ret void
}

; Both ends of the diamond bring the same: nothing to do where they join.
; CHECK-LABEL: diamond:
; CHECK: vsetivli zero, 16, e32, m1, ta, ma
; CHECK-NOT: vset
; CHECK: ret
define void @diamond(ptr %p, i1 %c) {
  %x = load <16 x i32>, ptr %p
  br i1 %c, label %a, label %b
a:
  %y = add <16 x i32> %x, %x
  store <16 x i32> %y, ptr %p
  br label %join
b:
  %z = mul <16 x i32> %x, %x
  store <16 x i32> %z, ptr %p
  br label %join
join:
  %w = load <16 x i32>, ptr %p
  %v = sub <16 x i32> %w, %x
  store <16 x i32> %v, ptr %p
  ret void
}

; The program's own vsetvli is the only one, and its width doesn't need to be that of the
; instructions behind it if the ratio is.
; CHECK-LABEL: strip:
; CHECK-NOT: vset
; CHECK: {{^.LBB}}
; CHECK: vsetvli [[VL:a[0-9]]], a2, e32, m1, ta, ma
; CHECK: vle32.v
; CHECK: vse32.v
; CHECK-NOT: vset
; CHECK: ret
define void @strip(ptr %p, ptr %q, i64 %n) {
entry:
  %z = icmp eq i64 %n, 0
  br i1 %z, label %exit, label %loop
loop:
  %pp = phi ptr [%p, %entry], [%pn, %loop]
  %m = phi i64 [%n, %entry], [%m2, %loop]
  %vl = call i64 @llvm.riscv.vsetvli.i64(i64 %m, i64 0, i64 6)
  %x = call <vscale x 2 x i32> @llvm.riscv.vle.nxv2i32.p0.i64(<vscale x 2 x i32> poison, ptr %pp, i64 %vl)
  %y = call <vscale x 2 x i32> @llvm.riscv.vadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32> poison, <vscale x 2 x i32> %x, <vscale x 2 x i32> %x, i64 %vl)
  call void @llvm.riscv.vse.nxv2i32.p0.i64(<vscale x 2 x i32> %y, ptr %pp, i64 %vl)
  %pn = getelementptr i32, ptr %pp, i64 %vl
  %m2 = sub i64 %m, %vl
  %c = icmp eq i64 %m2, 0
  br i1 %c, label %exit, label %loop
exit:
  ret void
}
declare i64 @llvm.riscv.vsetvli.i64(i64, i64, i64)
declare <vscale x 2 x i32> @llvm.riscv.vle.nxv2i32.p0.i64(<vscale x 2 x i32>, ptr, i64)
declare <vscale x 2 x i32> @llvm.riscv.vadd.nxv2i32.nxv2i32.i64(<vscale x 2 x i32>, <vscale x 2 x i32>, <vscale x 2 x i32>, i64)
declare void @llvm.riscv.vse.nxv2i32.p0.i64(<vscale x 2 x i32>, ptr, i64)

; vl behind a fault-only-first load is the load's result.
; CHECK-LABEL: fault_first:
; CHECK: vsetvli zero, a2, e32, m1, ta, ma
; CHECK: vle32ff.v
; CHECK: csrr [[VL:a[0-9]]], vl
; CHECK-NOT: vset
; CHECK: vse32.v
; CHECK-NOT: vset
; CHECK: ret
define i64 @fault_first(ptr %p, ptr %q, i64 %n) {
  %r = call {<vscale x 2 x i32>, i64} @llvm.riscv.vleff.nxv2i32.i64(<vscale x 2 x i32> poison, ptr %p, i64 %n)
  %x = extractvalue {<vscale x 2 x i32>, i64} %r, 0
  %vl = extractvalue {<vscale x 2 x i32>, i64} %r, 1
  call void @llvm.riscv.vse.nxv2i32.p0.i64(<vscale x 2 x i32> %x, ptr %q, i64 %vl)
  ret i64 %vl
}
declare {<vscale x 2 x i32>, i64} @llvm.riscv.vleff.nxv2i32.i64(<vscale x 2 x i32>, ptr, i64)
