// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic and floating-point accesses in compressed code; compiled by stock clang.
#include "../../Inputs/semihost.h"

int word;
double real;
long dword;

__attribute__((noinline)) void touch(int n) {
  long zero = 0;
  __atomic_fetch_add(&word, n, __ATOMIC_SEQ_CST); // amo
  real = n * 0.5;
  __atomic_compare_exchange_n(&dword, &zero, 7, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

int main(void) {
  __asm__ volatile("li t0, 0x6000\n csrs mstatus, t0" ::: "t0");
  touch(3);
  return word;
}
