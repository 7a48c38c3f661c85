// Vectors in calls of functions that only this file knows: returned in registers, kept in registers
// across calls of functions that call nothing else.
//
// REQUIRES: mtia-clang, mtia-run
// DEFINE: %{arch} = -march=rv64gcv_zvl512b_zfh_zvfh_zba_zbb_zbs
// RUN: %mtia-clang %{arch} -O3 -S %s -o - | FileCheck %s
// RUN: %mtia-clang %{arch} -O3 -mllvm -mtia-enable-vector-calls=0 -S %s -o - | FileCheck %s --check-prefix=OFF
// RUN: %mtia-clang %{arch} -O0 %s -lm -o %t.0 && %mtia-run %t.0 > %t.expected
// RUN: %mtia-clang %{arch} -O1 %s -lm -o %t.elf && %mtia-run --vector-agnostic=ones %t.elf > %t.out && cmp %t.expected %t.out
// RUN: %mtia-clang %{arch} -O2 -g %s -lm -o %t.elf && %mtia-run --vector-agnostic=ones %t.elf > %t.out && cmp %t.expected %t.out
// RUN: %mtia-clang %{arch} -O3 %s -lm -o %t.elf && %mtia-run --vector-agnostic=ones %t.elf > %t.out && cmp %t.expected %t.out
// RUN: %mtia-clang %{arch} -Os %s -lm -o %t.elf && %mtia-run --vector-agnostic=ones %t.elf > %t.out && cmp %t.expected %t.out
// RUN: %mtia-clang %{arch} -O3 -flto %s -lm -o %t.elf && %mtia-run --vector-agnostic=ones %t.elf > %t.out && cmp %t.expected %t.out
// RUN: %mtia-clang %{arch} -O3 -mllvm -mtia-enable-vector-calls=0 %s -lm -o %t.elf && %mtia-run --vector-agnostic=ones %t.elf > %t.out && cmp %t.expected %t.out
#include <math.h>
#include <stdio.h>

typedef int v32 __attribute__((vector_size(128)));
typedef float f16 __attribute__((vector_size(64)));

__attribute__((noinline)) static v32 step(v32 a, v32 b) { return a * b + a; }

// `by` stays in a register that the function keeps; nothing is in memory between the loop's rounds.
// CHECK-LABEL: steps:
// CHECK: vle32.v v24,
// CHECK: call step
// CHECK-NOT: {{vs2r|vl2r|vse32|vle32}}
// CHECK: vadd.vv v8,{{.*}}v24
// CHECK-NOT: {{vs2r|vl2r|vse32|vle32}}
// CHECK: b{{.*}} .LBB
// OFF-LABEL: steps:
// OFF: vs2r.v
// OFF: call step
void steps(v32 *p, int n) {
  v32 s = p[0], by = p[1];
  for (int i = 2; i < n; i++)
    s = step(s, p[i]) + by;
  p[0] = s;
}
// CHECK-LABEL: step:
// CHECK-NOT: (
// CHECK: ret
// OFF-LABEL: step:
// OFF: vse32.v

// A function without vectors keeps those of its caller, too.
__attribute__((noinline)) static int number(int i) { return i * i ^ 17; }
// CHECK-LABEL: numbers:
// CHECK-NOT: v{{[ls][1248]}}r
// CHECK: call number
// CHECK-NOT: v{{[ls][1248]}}r
// CHECK: ret
void numbers(v32 *p, int n) {
  v32 s = p[0];
  for (int i = 0; i < n; i++)
    s = s * 3 + number(i);
  p[0] = s;
}

// One that calls the library would have to save all registers: it isn't changed.
__attribute__((noinline)) static float library(float x) { return sinf(x) + 1; }
// CHECK-LABEL: calls_library:
// CHECK: vs1r.v
// CHECK: call library
// CHECK-LABEL: library:
// CHECK-NOT: vs1r.v
// CHECK: call sinf
// CHECK-NOT: vs1r.v
// CHECK: ret
void calls_library(f16 *p, int n) {
  f16 s = p[0];
  for (int i = 0; i < n; i++)
    s = s * 0.5f + library((float)i);
  p[0] = s;
}

// Ways that return, ways that call on, recursion, a function whose address is taken.
__attribute__((noinline)) static v32 last(v32 a, int k) { return a * k + 1; }
__attribute__((noinline)) static v32 ways(v32 a, v32 b) {
  if (a[0] > b[1])
    return last(a, b[2]) - b;
  if (a[3] == 5)
    return b;
  return a * b + a;
}
__attribute__((noinline)) static v32 recursion(v32 a, int depth) {
  return depth == 0 ? a : recursion(a + depth, depth - 1) ^ a;
}
__attribute__((noinline)) static v32 taken(v32 a) { return a - 7; }
static v32 (*volatile pointer)(v32) = taken;
void all(v32 *p, int n) {
  v32 s = p[0], by = p[1];
  for (int i = 2; i < n; i++) {
    s = ways(s, p[i]) + by;
    by = recursion(by, i) + taken(s) - pointer(by);
  }
  p[0] = s;
  p[1] = by;
}

int main(void) {
  static v32 p[10];
  static f16 q[1];
  for (int i = 0; i < 10; i++)
    for (int j = 0; j < 32; j++)
      p[i][j] = (i * 7 + j * 3) % 11 - 4;
  for (int j = 0; j < 16; j++)
    q[0][j] = (float)j;
  steps(p, 10);
  numbers(p, 7);
  all(p, 10);
  calls_library(q, 5);
  for (int j = 0; j < 32; j++)
    printf("%d %d %a\n", p[0][j], p[1][j], (double)q[0][j % 16]);
}
