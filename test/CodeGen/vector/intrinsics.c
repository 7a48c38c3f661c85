// What isn't an instruction for itself: lengths, comparisons under another name, constants.
// REQUIRES: mtia-clang
// RUN: %mtia-clang -march=rv64gcv_zvl512b_zvfh_zvfbfwma_zvbb -O2 -S %s -o - | FileCheck %s
#include <riscv_vector.h>

// CHECK-LABEL: vlenb:
// CHECK-NEXT: # %bb.0:
// CHECK-NEXT: li a0, 64
size_t vlenb(void) { return __riscv_vlenb(); }
// CHECK-LABEL: vlmax:
// CHECK-NEXT: # %bb.0:
// CHECK-NEXT: li a0, 256
size_t vlmax(void) { return __riscv_vsetvlmax_e16m8(); }
// Up to VLMAX = 64, and from twice that on, there is no choice.
// CHECK-LABEL: short_length:
// CHECK-NEXT: # %bb.0:
// CHECK-NEXT: li a0, 10
size_t short_length(void) { return __riscv_vsetvl_e8m1(10); }
// CHECK-LABEL: long_length:
// CHECK-NEXT: # %bb.0:
// CHECK-NEXT: li a0, 64
size_t long_length(void) { return __riscv_vsetvl_e8m1(128); }
// CHECK-LABEL: between:
// CHECK: vsetvli a0, a0, e8, m1, ta, ma
size_t between(void) { return __riscv_vsetvl_e8m1(100); }
// No extension of a result that is below 65.
// CHECK-LABEL: narrow:
// CHECK-NEXT: # %bb.0:
// CHECK-NEXT: vsetvli a0, a0, e8, m1, ta, ma
// CHECK-NEXT: ret
unsigned narrow(size_t n) { return __riscv_vsetvl_e8m1(n); }
// A constant from VLMAX on is VLMAX.
// CHECK-LABEL: whole:
// CHECK: vsetvli a0, zero, e32, m4, ta, ma
// CHECK-NEXT: vadd.vv v8, v8, v12
vint32m4_t whole(vint32m4_t a, vint32m4_t b) { return __riscv_vadd(a, b, 1000); }

// CHECK-LABEL: ge:
// CHECK: vmslt.vx v8, v8, a0
// CHECK-NEXT: vmnot.m v0, v8
vbool8_t ge(vint8m1_t a, int8_t b, size_t vl) { return __riscv_vmsge(a, b, vl); }
// CHECK-LABEL: ge_kept:
// CHECK: ta, mu
// CHECK-NEXT: vmslt.vx v8, v9, a0, v0.t
// CHECK-NEXT: vmxor.mm v0, v8, v0
vbool8_t ge_kept(vbool8_t m, vbool8_t old, vint8m1_t a, int8_t b, size_t vl) {
  return __riscv_vmsge_mu(m, old, a, b, vl);
}
// CHECK-LABEL: ge_constant:
// CHECK: vmsgt.vi v0, v8, 6
vbool8_t ge_constant(vint8m1_t a, size_t vl) { return __riscv_vmsge(a, 7, vl); }
// CHECK-LABEL: lt_constant:
// CHECK: vmsle.vi v0, v8, 15
vbool8_t lt_constant(vint8m1_t a, size_t vl) { return __riscv_vmslt(a, 16, vl); }
// Nothing is below 0: no constant says so.
// CHECK-LABEL: ltu_zero:
// CHECK: vmsltu.vx v0, v8, zero
vbool8_t ltu_zero(vuint8m1_t a, size_t vl) { return __riscv_vmsltu(a, 0, vl); }
// CHECK-LABEL: geu_zero:
// CHECK: vmseq.vv v0, v8, v8
vbool8_t geu_zero(vuint8m1_t a, size_t vl) { return __riscv_vmsgeu(a, 0, vl); }
// CHECK-LABEL: gt:
// CHECK: vmslt.vv v0, v9, v8
vbool8_t gt(vint8m1_t a, vint8m1_t b, size_t vl) { return __riscv_vmsgt(a, b, vl); }

// CHECK-LABEL: minus:
// CHECK: vadd.vi v8, v8, -16
vint16m1_t minus(vint16m1_t a, size_t vl) { return __riscv_vsub(a, 16, vl); }
// Elements of 8 bits see 8 bits of the constant.
// CHECK-LABEL: byte:
// CHECK: vadd.vi v8, v8, -1
vuint8m1_t byte(vuint8m1_t a, size_t vl) { return __riscv_vadd(a, 255, vl); }
// CHECK-LABEL: rotate:
// CHECK: vror.vi v8, v8, 29
vuint32m1_t rotate(vuint32m1_t a, size_t vl) { return __riscv_vrol(a, 3, vl); }
// CHECK-LABEL: zeros:
// CHECK: vmv.v.i v8, 0
vfloat32m1_t zeros(size_t vl) { return __riscv_vfmv_v_f_f32m1(0.0f, vl); }
// CHECK-LABEL: minus_zeros:
// CHECK: vfmv.v.f v8
vfloat32m1_t minus_zeros(size_t vl) { return __riscv_vfmv_v_f_f32m1(-0.0f, vl); }
// CHECK-LABEL: truncate:
// CHECK-NOT: fsrm
// CHECK: vfcvt.rtz.x.f.v v8, v8
vint32m1_t truncate(vfloat32m1_t a, size_t vl) {
  return __riscv_vfcvt_x_f_v_i32m1_rm(a, __RISCV_FRM_RTZ, vl);
}
// The result of vmv.x.s has the element's sign already.
// CHECK-LABEL: sum:
// CHECK: vmv.x.s a0, v8
// CHECK-NEXT: ret
int sum(const int *p) {
  return __riscv_vmv_x(
      __riscv_vredsum(__riscv_vle32_v_i32m1(p, 16), __riscv_vmv_s_x_i32m1(0, 1), 16));
}

// CHECK-LABEL: assembly:
// CHECK: vadd.vv [[V:v[0-9]+]], v8, v10, v0.t
vint32m2_t assembly(vbool16_t m, vint32m2_t a, vint32m2_t b) {
  vint32m2_t c;
  __asm__("vadd.vv %0, %1, %2, %3.t" : "=&vd"(c) : "vr"(a), "vr"(b), "vm"(m));
  return c;
}
// CHECK-LABEL: clobber:
// CHECK: vmv1r.v [[KEPT:v[0-9]+]], v8
// CHECK: vmv.v.i v8, 0
// CHECK: vmv1r.v v8, [[KEPT]]
vint32m1_t clobber(vint32m1_t a) {
  __asm__ volatile("vmv.v.i v8, 0" ::: "v8");
  return a;
}

// The vector calling convention keeps v24.
// CHECK-LABEL: keeps:
// CHECK: vs1r.v v24
// CHECK: vl1r{{.*}}v24
__attribute__((riscv_vector_cc)) void keeps(void) { __asm__ volatile("" ::: "v24"); }
