// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The main function of every benchmark: runs the program's own (renamed by
// -Dmain=bench_main) and prints how many instructions it retired.
#include <stdio.h>

int bench_main(void);

static unsigned long retired(void) {
  unsigned long count;
  __asm__ volatile("csrr %0, minstret" : "=r"(count));
  return count;
}

int main(void) {
  unsigned long before = retired();
  int status = bench_main();
  printf("instructions %lu\n", retired() - before);
  return status;
}
