// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the options and pragmas of floating-point arithmetic do to the code.
// REQUIRES: mtia-clang
// RUN: %mtia-clang -O2 -S %s -o - | %FileCheck %s --check-prefixes=ALL,ON
// RUN: %mtia-clang -O2 -ffp-contract=off -S %s -o - | %FileCheck %s --check-prefixes=ALL,OFF
// RUN: %mtia-clang -O2 -ffp-contract=fast -S %s -o - | %FileCheck %s --check-prefixes=ALL,FAST
// RUN: %mtia-clang -O3 -ffast-math -S %s -o - | %FileCheck %s --check-prefixes=FAST,LOOSE
// RUN: %mtia-clang -O2 -frounding-math -S %s -o - | %FileCheck %s --check-prefixes=ROUNDING
// RUN: %mtia-clang -O2 -fmath-errno -S %s -o - | %FileCheck %s --check-prefixes=ERRNO
// RUN: %mtia-clang -O2 -fno-math-errno -S %s -o - | %FileCheck %s --check-prefixes=NOERRNO
// RUN: %mtia-clang -O2 -march=rv64imac -mabi=lp64 -S %s -o - | %FileCheck %s --check-prefixes=SOFT
// RUN: %mtia-clang -O2 -march=rv64imafc -mabi=lp64f -S %s -o - | %FileCheck %s --check-prefixes=SINGLE

// ALL-LABEL: one_expression:
// ON: fmadd.d
// OFF: fmul.d
// OFF-NEXT: fadd.d
// FAST: fmadd.d
double one_expression(double a, double b, double c) { return a * b + c; }

// FAST-LABEL: two_statements:
// FAST: fmadd.d
// ON-LABEL: two_statements:
// ON: fmul.d
// ON: fadd.d
double two_statements(double a, double b, double c) {
  double product = a * b;
  return product + c;
}

// One division for two.
// ALL-LABEL: quotients:
// ALL: fdiv.d
// ALL: fdiv.d
// LOOSE-LABEL: quotients:
// LOOSE: fdiv.d
// LOOSE-NOT: fdiv.d
// LOOSE-LABEL: third:
void quotients(double *r, double a, double b, double c) {
  r[0] = a / c;
  r[1] = b / c;
}

// Folded, unless the mode at run time counts.
// ROUNDING-LABEL: third:
// ROUNDING: fdiv.s
// ALL-LABEL: third:
// ALL-NOT: fdiv
// ALL-LABEL: third_as_it_runs:
// ALL: fdiv.s
float third(void) { return 1.0f / 3.0f; }
#ifndef __FAST_MATH__
float third_as_it_runs(void) {
#pragma STDC FENV_ACCESS ON
  return 1.0f / 3.0f;
}
#endif

// The library sets errno of a negative one.
// ERRNO-LABEL: root:
// ERRNO: {{call|tail}} sqrt
// NOERRNO-LABEL: root:
// NOERRNO: fsqrt.d fa0, fa0
// NOERRNO-NEXT: ret
double sqrt(double);
double root(double a) { return sqrt(a); }

// SOFT-LABEL: sum:
// SOFT: {{call|tail}} __adddf3
// SINGLE-LABEL: sum:
// SINGLE: {{call|tail}} __adddf3
// ALL-LABEL: sum:
// ALL: fadd.d fa0, fa0, fa1
double sum(double a, double b) { return a + b; }

// SOFT-LABEL: sum_of_singles:
// SOFT: {{call|tail}} __addsf3
// SINGLE-LABEL: sum_of_singles:
// SINGLE: fadd.s fa0, fa0, fa1
float sum_of_singles(float a, float b) { return a + b; }

// Of halves without Zfh, and of bfloats: in single.
// SINGLE-LABEL: sum_of_halves:
// SINGLE: call __extendhfsf2
// SINGLE: call __extendhfsf2
// SINGLE: fadd.s
// SINGLE: call __truncsfhf2
// ALL-LABEL: sum_of_halves:
// ALL: fadd.h fa0, fa0, fa1
_Float16 sum_of_halves(_Float16 a, _Float16 b) { return a + b; }

// ALL-LABEL: sum_of_bfloats:
// ALL: slli
// ALL: fadd.s
// ALL-NOT: call
// ALL: ret
__bf16 sum_of_bfloats(__bf16 a, __bf16 b) { return a + b; }
