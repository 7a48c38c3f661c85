// A program that traps ends with a report and an error status; it does not hang.
// On QEMU our handler reports; on the emulator, the emulator does.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -g -O1 %s -o %t.elf
// RUN: not %qemu-virt %t.elf -append load 2>&1 | FileCheck %s --check-prefix=LOAD
// RUN: not %qemu-virt %t.elf -append store 2>&1 | FileCheck %s --check-prefix=STORE
// RUN: not %qemu-virt %t.elf -append illegal 2>&1 | FileCheck %s --check-prefix=ILLEGAL
// RUN: not %qemu-virt %t.elf -append stack 2>&1 | FileCheck %s --check-prefix=LOAD
// RUN: not %mtia-run %t.elf load 2>&1 | FileCheck %s --check-prefix=EMU
// LOAD: fatal: load from an address that is no memory (mcause 0x0000000000000005, mepc 0x000000008000{{[0-9a-f]+}}, mtval 0x00000000000000{{[0-9a-f]+}})
// STORE: fatal: store to an address that is no memory (mcause 0x0000000000000007
// ILLEGAL: fatal: illegal instruction (mcause 0x0000000000000002
#include <string.h>

volatile int *volatile nowhere = (volatile int *)16;

// The line of the load, in this file.
// EMU: function load, {{.*}}trap.c:[[#@LINE+2]]: lw a0, 0(a0): load from an address that is no memory: 0x10
// Not inlined: loads merged from several lines would have none.
__attribute__((noinline)) static int load(void) { return *nowhere; }

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "load"))
    return load() + 1;
  if (!strcmp(what, "store"))
    *nowhere = 1;
  if (!strcmp(what, "illegal"))
    __asm__ volatile(".word 0");
  if (!strcmp(what, "stack")) {
    __asm__ volatile("mv sp, zero");
    return *nowhere;
  }
  return 0;
}
