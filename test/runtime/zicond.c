// czero.eqz and czero.nez run on a machine without them: the start-up code's trap
// handler executes them. Every register but sp is rd, rs1 and rs2 of each once.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O1 %s %S/Inputs/czero.S -o %t.elf
// RUN: %qemu-virt %t.elf > %t.qemu 2>&1 && FileCheck %s < %t.qemu
// RUN: %mtia-run %t.elf > %t.run && cmp %t.qemu %t.run
#include <stdio.h>

typedef long function(long value, long condition);
struct czero_case {
  function *run;
  long nez, rd, rs1, rs2;
};
extern const struct czero_case czero_cases[], czero_end[];

int main(void) {
  unsigned wrong = 0, all = 0;
  for (const struct czero_case *c = czero_cases; c < czero_end; c++)
    for (long condition = -1; condition < 2; condition++) {
      long value = c->rs1 == 0 ? 0 : 100 + c->rd;
      long tested = c->rs2 == 0 ? 0 : condition;
      long want = c->rd == 0 || (tested != 0) == c->nez ? 0 : value;
      long got = c->run(100 + c->rd, condition);
      all++;
      if (got != want) {
        wrong++;
        printf("%ld: x%ld, x%ld, x%ld: %ld, not %ld\n", c->nez, c->rd, c->rs1, c->rs2, got, want);
      }
    }
  // CHECK: 186 cases, 0 wrong
  printf("%u cases, %u wrong\n", all, wrong);
  return 0;
}
