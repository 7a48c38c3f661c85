// Sections of every kind and where they may be found by name; the global offset table and
// thread-local variables of position-independent code.
//
// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O0 %s -o %t.elf && %mtia-run %t.elf
// RUN: %mtia-clang -O2 -fPIC %s -o %t.elf && %mtia-run %t.elf
// RUN: %mtia-clang -O0 -fPIE %s -o %t.elf && %mtia-run %t.elf
// RUN: %mtia-clang -O2 -fPIC -flto %s -o %t.elf && %mtia-run %t.elf
// RUN: %mtia-clang -O2 -fPIC -mno-relax %s -o %t.elf && %mtia-run %t.elf
// RUN: %mtia-clang -O1 -femulated-tls %s -o %t.elf && %mtia-run %t.elf
// RUN: %mtia-clang -O1 -fcommon -fdata-sections %s -o %t.elf -Wl,--no-gc-sections && %mtia-run %t.elf
#include <stdint.h>
#include <stdio.h>

#define SECTION(name) __attribute__((section(name)))

int global = 5;
_Thread_local int initialized = 3, zero;
_Thread_local char aligned[3] __attribute__((aligned(64))) = "ab";
SECTION("my_data") int data[] = {11, 12};
SECTION("my_constants") const int constants[] = {21, 22};
SECTION("my_code") __attribute__((noinline)) int thrice(int x) { return 3 * x; }
SECTION(".noinit") int not_initialized;
SECTION(".data.rel.ro") int *const relocated = &global;
__attribute__((weak)) extern int nowhere;
extern int __start_my_data[], __stop_my_data[];
extern const int __start_my_constants[], __stop_my_constants[];
static volatile char large[8 << 20], page[4096] __attribute__((aligned(4096)));
int tentative;

static int failures;

static void check(const char *what, int good) {
  if (!good)
    printf("wrong: %s\n", what);
  failures += !good;
}

int main(void) {
  int sum = 0;
  for (int *p = __start_my_data; p < __stop_my_data; p++)
    sum += *p;
  for (const int *p = __start_my_constants; p < __stop_my_constants; p++)
    sum += *p;
  check("section found by name", sum == 11 + 12 + 21 + 22);
  check("code", thrice(5) == 15);
  check("pointer", *relocated == 5);
  check("thread-local", initialized == 3 && zero == 0 && aligned[1] == 'b');
  initialized = 4, zero = 7;
  check("thread-local, written", initialized == 4 && zero == 7 && global == 5);
  check("thread-local, aligned", (uintptr_t)aligned % 64 == 0);
  check("weak", &nowhere == NULL);
  check("aligned", (uintptr_t)page % 4096 == 0);
  check("bss", large[sizeof large - 1] == 0 && tentative == 0);
  not_initialized = 1;
  return failures != 0;
}
