// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floating-point registers; compiled by stock clang with hard float.
#include "../../Inputs/semihost.h"

double results[2];
float seven = 7.0f;

__attribute__((noinline)) double third(double x) { return x / 3.0; }

__attribute__((noinline)) float half(float x) { return x * 0.5f; }

int main(void) {
  __asm__ volatile("li t0, 0x6000\n csrs mstatus, t0" ::: "t0");
  results[0] = third(1.0);
  results[1] = half(seven);
  return results[1] == 3.5 ? 3 : 4;
}
