// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// alloca, arrays of variable length, sizes of objects, copies in line, what the
// optimiser knows.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_as_stock.py --build %build --scratch %t %s
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef unsigned long word;
#define HIDE(v)                                                                                    \
  ({                                                                                               \
    __typeof__(v) hidden = (v);                                                                    \
    __asm__("" : "+r"(hidden));                                                                    \
    hidden;                                                                                        \
  })

__attribute__((noinline)) static word allocate(int n) {
  char *a = __builtin_alloca(n), *b = __builtin_alloca_with_align(n, 1024);
  char *c = __builtin_alloca_uninitialized(n);
  char *d = __builtin_alloca_with_align_uninitialized(n, 65536);
  memset(a, 1, n), memset(b, 2, n), memset(c, 3, n), memset(d, 4, n);
  word sum = 0;
  for (int i = 0; i < n; i++)
    sum = sum * 5 + a[i] + b[i] * 2 + c[i] * 3 + d[i];
  return sum + ((word)b & 127) + ((word)d & 8191) + ((word)a & 15) + ((word)c & 15);
}
__attribute__((noinline)) static word nested(int n, int m) {
  word sum = 0;
  for (int i = 1; i < n; i++) {
    int a[i][m];
    for (int j = 0; j < i; j++)
      for (int k = 0; k < m; k++)
        a[j][k] = i * j + k;
    {
      short b[m * i];
      _Alignas(256) char aligned[64];
      aligned[i & 63] = i;
      for (int j = 0; j < m * i; j++)
        b[j] = a[j / m][j % m];
      sum += b[m * i - 1] + sizeof a + sizeof b + ((word)HIDE(&aligned[0]) & 255) + aligned[i & 63];
      if (i == n / 2)
        continue;
    }
    sum = sum * 3 + a[i - 1][m - 1];
  }
  return sum;
}
static word parameters(int n, int a[n][n + 1], int i) {
  return (char *)&a[i + 1][i] - (char *)&a[i][i];
}

struct deep {
  int head;
  char middle[20];
  long tail[4];
};
__attribute__((noinline)) static void sizes(int n) {
  struct deep d;
  char *p = (char *)&d, *q = HIDE(p), *v = __builtin_alloca(n);
  printf("%ld %ld", (long)__builtin_object_size(&d.middle[4], 0),
         (long)__builtin_object_size(&d.middle[4], 1));
  printf(" %ld %ld", (long)__builtin_object_size(q, 0), (long)__builtin_object_size(q, 2));
  printf(" %ld\n", (long)__builtin_object_size(&d.tail[2], 3));
  (void)v;
}
__attribute__((noinline)) static word copies(char *to, const char *from, int byte) {
  __builtin_memcpy_inline(to, from, 37);
  __builtin_memset_inline(to + 40, byte, 33);
  __builtin_memcpy(to + 100, from, 500), __builtin_memmove(to + 103, to + 100, 300);
  __builtin_memset(to + 700, byte, 111), __builtin_bzero(to + 720, 13);
  word sum = __builtin_memcmp(to, from, 37) == 0;
  sum += __builtin_strlen(from) + (__builtin_memcmp(to + 40, from, 16) > 0);
  sum = sum * 3 + (char *)__builtin_mempcpy(to + 900, from, 24) - to;
  return sum + (__builtin_memchr(from, 'x', 40) != 0);
}
__attribute__((noinline)) static int knows(int v, int *p) {
  int *q = __builtin_assume_aligned(p, 64), *r = __builtin_assume_aligned(p + 1, 64, 4);
  __builtin_assume(v < 1000);
  if (__builtin_expect(v > 10, 0))
    return q[0] + r[0];
  if (__builtin_expect_with_probability(v == 5, 1, 0.75))
    return *__builtin_launder(q) * 2;
  if (__builtin_unpredictable(v == 6))
    return 66;
  return __builtin_choose_expr(__builtin_constant_p(sizeof v), v, "no") +
         __builtin_types_compatible_p(int, __typeof__(v));
}
__attribute__((noinline)) static void lists(int n, ...) {
  va_list a, b, *pointer = &a;
  va_start(a, n), va_copy(b, a);
  word sum = 0;
  for (int i = 0; i < n; i++) {
    sum = sum * 3 + va_arg(*pointer, int), sum += (word)(va_arg(a, double) * 4);
    sum += (word)va_arg(a, __int128) + (word)va_arg(a, long double),
        sum += va_arg(a, struct deep).tail[3];
    struct pair {
      long a;
      double b;
    } p = va_arg(a, struct pair);
    sum += p.a + (word)p.b;
    sum += (word)__builtin_complex(1.0, 2.0) + (word) __imag__ va_arg(a, _Complex double);
  }
  printf("%lu %d %.1f\n", sum, va_arg(b, int), va_arg(b, double));
  va_end(a), va_end(b);
}
__attribute__((noinline)) static void nontemporal(long *p, double *d, char *c) {
  __builtin_nontemporal_store(__builtin_nontemporal_load(p) + 1, p);
  __builtin_nontemporal_store(__builtin_nontemporal_load(d) * 2, d);
  __builtin_nontemporal_store((char)(__builtin_nontemporal_load(c) ^ 7), c);
  __builtin_prefetch(p), __builtin_prefetch(p, 1, 0), __builtin_prefetch(d + 100, 0, 3);
}
struct bits {
  int a : 3;
  unsigned b : 13;
  long c : 40;
};
static void show(const char *format, ...) {
  va_list a;
  va_start(a, format), vprintf(format, a), va_end(a);
}

int main(void) {
  for (int n = 1; n < 3000; n = n * 3 + 1)
    printf("%lx\n", allocate(n));
  printf("%lx %lx %lu\n", nested(9, 4), nested(30, 17), parameters(5, 0, 1));
  sizes(10);
  static char to[1000];
  printf("%lx", copies(to,
                       "0123456789abcdefghijklmnopqrstuvwxyz, and much more text follows here: "
                       "012345678901234567890123456789012345678901234567890123456789012345678901234"
                       "56789012345678901234567890"
                       "012345678901234567890123456789012345678901234567890123456789012345678901234"
                       "56789012345678901234567890"
                       "012345678901234567890123456789012345678901234567890123456789012345678901234"
                       "56789012345678901234567890"
                       "012345678901234567890123456789012345678901234567890123456789012345678901234"
                       "56789012345678901234567890"
                       "012345678901234567890123456789012345678901234567890123456789012345678901234"
                       "56789012345678901234567890",
                       200));
  word sum = 0;
  for (int i = 0; i < 1000; i++)
    sum = sum * 31 + to[i];
  printf(" %lx\n", sum);
  _Alignas(64) int numbers[20] = {3, 4};
  for (int v = 0; v < 13; v++)
    printf("%d ", knows(v, numbers));
  struct deep d = {1, "middle", {2, 3, 4, 5}};
  struct {
    long a;
    double b;
  } p = {7, 8.5};
  _Complex double z = __builtin_complex(3.0, 4.0);
  lists(2, 1, 2.5, (__int128)3, (long double)4, d, p, z, 10, 20.5, (__int128)30, (long double)40, d,
        p, z);
  long l = 41;
  double x = 1.25;
  char c = 'c';
  nontemporal(&l, &x, &c);
  printf("%ld %.2f %d\n", l, x, c);
  struct bits b = {-2, 4000, -123456789012};
  __builtin_dump_struct(&b, &show);
}
