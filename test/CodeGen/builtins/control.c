// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Statement expressions, computed jumps, tables of differences of labels, cleanups,
// ranges of cases, nested setjmp.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_as_stock.py --build %build --scratch %t %s
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX(a, b)                                                                                  \
  ({                                                                                               \
    __typeof__(a) left = (a);                                                                      \
    __typeof__(b) right = (b);                                                                     \
    left > right ? left : right;                                                                   \
  })

// The differences are constants of the object file: no relocation at run time.
__attribute__((noinline)) static long interpret(const unsigned char *code, long a) {
  static const int steps[] = {&&add - &&add, &&mul - &&add, &&back - &&add, &&halt - &&add};
  static const int small[] = {&&mul - &&add, &&halt - &&add};
  static void *const table[] = {&&add, &&mul, &&back, &&halt};
  const unsigned char *p = code;
  long n = small[0] != 0 && small[1] != 0;
#define NEXT goto *((n & 1) ? &&add + steps[*p++] : table[*p++])
  NEXT;
add:
  a += n, n++;
  NEXT;
mul:
  a *= 3, n += 3;
  NEXT;
back:
  if (n++ < 60)
    p = code;
  NEXT;
halt:
  return a;
}
static void say(int *v) { printf("(%d)", *v); }
__attribute__((noinline)) static int cleanups(int n) {
  __attribute__((cleanup(say))) int a = n;
  for (int i = 0; i < n; i++) {
    __attribute__((cleanup(say))) int b = 100 + i;
    if (i == 3)
      break;
    if (i == 1)
      continue;
    if (n == 7)
      return MAX(a, b);
    if (n == 8)
      goto out;
    b += ({
      __attribute__((cleanup(say))) int c = 200 + i;
      c * 2;
    });
  }
out:
  return a++;
}
__attribute__((noinline)) static int ranges(long v) {
  switch (v) {
  case -5 ... - 1:
    return 1;
  case 0 ... 9:
    return 2;
  case 1000 ... 2000:
    return v % 7 ? 3 : 4;
  case 0x7ffffffffffffff0 ... 0x7fffffffffffffff:
    return 5;
  default:
    return 0;
  }
}
static jmp_buf outer, inner;
static volatile int depth;
__attribute__((noinline)) static void jumps(int n) {
  volatile int kept = n;
  register double live = n * 1.5;
  int back = setjmp(n & 1 ? inner : outer);
  if (back == 0 && n < 6) {
    depth++;
    jumps(n + 1);
  }
  if (back == 0 && depth < 9)
    depth += 3, longjmp(n & 2 ? inner : outer, kept + 1);
  printf("[%d %d %d %.1f]", back, kept, depth, live);
}
__attribute__((noinline)) static int chosen(int v) {
  __label__ low, high;
  void *to[] = {&&low, &&high};
  goto *to[v > 10];
low:
  return v ?: -1;
high:
  return ({
    int t = 0;
    for (int i = 0; i < v; i++) {
      if (i == 11)
        break;
      t += i;
    }
    t;
  });
}
int main(void) {
  printf("%ld %ld\n", interpret((const unsigned char[]){0, 1, 0, 2, 3}, 1),
         interpret((const unsigned char[]){1, 1, 0, 0, 0, 2, 3}, 7));
  for (int n = 0; n < 10; n++)
    printf(" %d\n", cleanups(n));
  const long values[] = {-6,
                         -5,
                         -1,
                         0,
                         9,
                         10,
                         999,
                         1000,
                         1001,
                         2000,
                         2001,
                         0x7fffffffffffffef,
                         0x7ffffffffffffff0,
                         0x7fffffffffffffff,
                         -0x7fffffffffffffff - 1};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
    printf("%d", ranges(values[i]));
  printf("\n%d %d %d %d\n", chosen(0), chosen(10), chosen(11), chosen(20));
  if (setjmp(outer) == 0)
    jumps(0);
  printf("\n%d\n", depth);
}
