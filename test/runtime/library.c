// Parts of the C library that need something from the start-up code:
// constructors, thread-local data, setjmp, atexit, time; and some that don't.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O2 %s -o %t.elf
// RUN: not %qemu-virt %t.elf > %t.qemu 2>&1 && FileCheck %s < %t.qemu
// RUN: not %mtia-run %t.elf > %t.run && cmp %t.qemu %t.run
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int constructed, zeroed[1000];
static _Thread_local int thread_init = 11, thread_zero;
static jmp_buf back;

__attribute__((constructor)) static void construct(void) { constructed = 3; }
__attribute__((destructor)) static void destruct(void) { puts("destructor"); }
static void at_exit(void) { puts("atexit"); }

static void deep(int n) {
  if (n == 0)
    longjmp(back, 77);
  deep(n - 1);
}

static int by_value(const void *a, const void *b) {
  return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

int main(void) {
  int sum = 0;
  for (int i = 0; i < 1000; i++)
    sum += zeroed[i];
  // CHECK: 3 0 11 0
  printf("%d %d %d %d\n", constructed, sum, thread_init, thread_zero);
  thread_zero = 5;
  // CHECK: jumped 77
  int code = setjmp(back);
  if (!code)
    deep(10);
  printf("jumped %d\n", code);

  int v[500];
  unsigned seed = 7;
  for (int i = 0; i < 500; i++)
    v[i] = (int)((seed = seed * 1664525 + 1013904223) >> 12);
  qsort(v, 500, sizeof v[0], by_value);
  int sorted = 1;
  for (int i = 1; i < 500; i++)
    sorted &= v[i - 1] <= v[i];
  int key = v[123];
  // CHECK: sorted 1 found 1
  printf("sorted %d found %d\n", sorted,
         *(int *)bsearch(&key, v, 500, sizeof v[0], by_value) == key);

  char *end;
  // CHECK: -123 rest
  long l = strtol("  -123 rest", &end, 10);
  printf("%ld%s\n", l, end);
  errno = 0;
  l = strtol("99999999999999999999", NULL, 10);
  // CHECK: 9223372036854775807 1
  printf("%ld %d\n", l, errno == ERANGE);
  // CHECK: 2.5 0x1f 31
  printf("%g %#lx %lu\n", strtod("2.5e0", NULL), strtoul("1f", NULL, 16), strtoul("037", NULL, 0));
  char words[] = "one,two;three";
  // CHECK: one two three
  char *a = strtok(words, ","), *b = strtok(NULL, ";"), *c = strtok(NULL, ",");
  printf("%s %s %s\n", a, b, c);
  // CHECK: 3.00000 1.41421 0.84147 2.71828 1024.00000
  volatile double nine = 9, two = 2, one = 1, ten = 10;
  printf("%.5f %.5f %.5f %.5f %.5f\n", sqrt(nine), sqrt(two), sin(one), exp(one), pow(two, ten));
  // CHECK: year 1
  time_t now = time(NULL);
  printf("year %d\n", gmtime(&now)->tm_year >= 124);
  // CHECK: clock 1
  printf("clock %d\n", clock() != (clock_t)-1);
  // CHECK: divide 0 3
  volatile int zero = 0;
  volatile long long big = 10000000000;
  printf("divide %d %lld\n", zero / 5, big / 3000000000);
  atexit(at_exit);
  // CHECK: atexit
  // CHECK: destructor
  exit(9);
}
