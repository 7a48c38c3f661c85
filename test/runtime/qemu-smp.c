// With several harts, one runs the program and the others sleep.
//
// REQUIRES: mtia-clang, qemu-system
// RUN: %mtia-clang -O2 %s -o %t.elf && %qemu-virt %t.elf -smp 4 2>&1 | FileCheck %s
#include <stdio.h>

int main(void) {
  // CHECK: once
  // CHECK-NOT: once
  puts("once");
  return 0;
}
