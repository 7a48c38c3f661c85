// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// Calls: many arguments, variable arguments of every kind, function pointers,
// recursion, mutual recursion, tail calls, results of every width.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static int64_t twenty(int8_t a, uint8_t b, int16_t c, uint16_t d,
                                                int32_t e, uint32_t f, int64_t g, uint64_t h,
                                                int8_t i, uint8_t j, int16_t k, uint16_t l,
                                                int32_t m, uint32_t n, int64_t o, uint64_t p,
                                                const char *q, int (*r)(int), _Bool s, char t) {
  printf("%d %u %d %u %d %u %lld %llu %d %u %d %u %d %u %lld %llu %s %d %d %d\n", a, b, c, d, e, f,
         (long long)g, (unsigned long long)h, i, j, k, l, m, n, (long long)o, (unsigned long long)p,
         q, r(m), s, t);
  return (int64_t)(a + b * 3ull + c * 5ull + d + e + f + g + h + i + j + k + l + m + n + o + p + s +
                   t);
}
static int triple(int x) { return 3 * x; }

struct big {
  long v[5];
};
struct small {
  int a, b;
};
__attribute__((noinline)) static long long gather(const char *kinds, ...) {
  va_list ap, again;
  long long total = 0;
  va_start(ap, kinds);
  va_copy(again, ap);
  for (int pass = 0; pass < 2; pass++)
    for (const char *k = kinds; *k; k++) {
      va_list *list = pass ? &again : &ap;
      switch (*k) {
      case 'i':
        total = total * 3 + va_arg(*list, int);
        break;
      case 'u':
        total = total * 3 + va_arg(*list, unsigned);
        break;
      case 'l':
        total = total * 3 + va_arg(*list, long);
        break;
      case 'd':
        total = total * 3 + (long long)va_arg(*list, double);
        break;
      case 'p':
        total = total * 3 + *va_arg(*list, int *);
        break;
      case 's': {
        struct small s = va_arg(*list, struct small);
        total = total * 3 + s.a - s.b;
        break;
      }
      case 'b': {
        struct big b = va_arg(*list, struct big);
        total = total * 3 + b.v[0] + b.v[4];
        break;
      }
      case 'x':
        total = total * 3 + (long long)(va_arg(*list, __int128) >> 60);
        break;
      }
    }
  va_end(again);
  va_end(ap);
  return total;
}
static int vformat(char *out, size_t n, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  int r = vsnprintf(out, n, format, ap);
  va_end(ap);
  return r;
}

static unsigned ackermann(unsigned m, unsigned n) {
  return !m ? n + 1 : !n ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
static int is_odd(unsigned n);
__attribute__((noinline)) static int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1); }
__attribute__((noinline)) static int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1); }

static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static int mul(int a, int b) { return a * b; }
static int (*const table[])(int, int) = {add, sub, mul};
typedef int (*binary)(int, int);
__attribute__((noinline)) static binary choose(int i) { return table[i % 3]; }
static int by_value(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

#define NARROW(type)                                                                               \
  __attribute__((noinline)) static type narrow_##type(long v) { return (type)v; }
typedef unsigned char uchar;
typedef unsigned short ushort_;
typedef signed char schar;
NARROW(schar)
NARROW(uchar)
NARROW(short)
NARROW(ushort_)
NARROW(int)
NARROW(unsigned)
NARROW(_Bool)

int main(void) {
  long long r =
      twenty(-1, 255, -32768, 65535, -2147483647, 4294967295u, -(1LL << 62), ~0ull, 127, 128, 32767,
             32768, 7, 2147483648u, 1LL << 33, 1ull << 63, "text", triple, 1, 'z');
  printf("%lld\n", r);
  int seven = 7;
  struct small s = {100, 1};
  struct big b = {{1, 2, 3, 4, 5}};
  printf("%lld\n", gather("iulds", -5, 4000000000u, 1L << 40, 2.75, s));
  printf("%lld\n", gather("iiiiiiiisiibpxi", 1, 2, 3, 4, 5, 6, 7, 8, s, 9, 10, b, &seven,
                          (__int128)3 << 64, 11));
  printf("%lld\n",
         gather("ixixbxs", 1, -((__int128)1 << 70), 2, (__int128)1 << 100, b, (__int128)5, s));
  printf("%lld\n", gather(""));
  char text[100];
  int n = vformat(text, sizeof text, "%5d|%-8s|%08lx|%c|%+lld|%5.2f|%e|%%", -42, "abc", 0xbeefUL,
                  'Q', 1LL << 50, 3.14159, 12345.678);
  printf("%d %s\n", n, text);
  printf("%u %d %d\n", ackermann(2, 9), is_even(100001), is_odd(77777));
  for (int i = 0; i < 3; i++)
    printf("%d ", choose(i)(20, 6));
  int list[] = {5, -3, 99, 0, 5, -2147483647, 2147483647, 12};
  qsort(list, 8, sizeof *list, by_value);
  for (int i = 0; i < 8; i++)
    printf("%d ", list[i]);
  for (long v = -70000; v <= 70000; v += 34999)
    printf("\n%d %u %d %u %d %u %d", narrow_schar(v), narrow_uchar(v), narrow_short(v),
           narrow_ushort_(v), narrow_int(v * 1048576), narrow_unsigned(v * 1048576),
           narrow__Bool(v + 70000));
  puts("");
  exit(42);
}
