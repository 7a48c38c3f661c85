// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// Control flow: switches of every shape, computed goto, loops, short circuits,
// conditional chains, Duff's device.
#include <stdint.h>
#include <stdio.h>

__attribute__((noinline)) static int dense(int x) {
  switch (x) {
  case -2:
    return 5;
  case -1:
    return 50;
  case 0:
    return 11;
  case 1:
    return 12;
  case 2:
    return 17;
  case 3:
    return 3;
  case 4:
    return 1;
  case 5:
    return 0;
  case 6:
    return 99;
  case 7:
    return -7;
  case 9:
    return 9;
  default:
    return -1;
  }
}
__attribute__((noinline)) static int sparse(int64_t x) {
  switch (x) {
  case INT64_MIN:
    return 1;
  case -5000000000:
    return 2;
  case -1:
    return 3;
  case 0:
    return 4;
  case 1000:
    return 5;
  case 0x7fffffff:
    return 6;
  case 0x80000000:
    return 7;
  case 0x123456789abcdef:
    return 8;
  case INT64_MAX:
    return 9;
  }
  return 0;
}
__attribute__((noinline)) static int ranges(unsigned char c) {
  switch (c) {
  case '0' ... '9':
    return 1;
  case 'a' ... 'z':
  case 'A' ... 'Z':
  case '_':
    return 2;
  case ' ':
  case '\t':
  case '\n':
    return 3;
  case 200 ... 255:
    return 4;
  }
  return 0;
}
__attribute__((noinline)) static int falls(unsigned x) {
  int r = 0;
  switch (x & 15) {
  case 0:
    r += 1;
  case 1:
    r += 2;
  case 2:
    r += 4;
    break;
  case 3:
    r += 8;
  case 12:
    r += 16;
  default:
    r += 32;
  case 8:
    r += 64;
  }
  return r;
}
// A byte-code interpreter with computed goto.
__attribute__((noinline)) static long interpret(const unsigned char *code) {
  static const void *const labels[] = {&&halt, &&push, &&plus, &&times, &&dup, &&loop, &&minus};
  long stack[32], *sp = stack, count = 0;
  const unsigned char *pc = code;
#define NEXT goto *labels[*pc++]
  NEXT;
push:
  *sp++ = (signed char)*pc++;
  NEXT;
plus:
  sp--, sp[-1] += sp[0];
  NEXT;
minus:
  sp--, sp[-1] -= sp[0];
  NEXT;
times:
  sp--, sp[-1] *= sp[0];
  NEXT;
dup:
  *sp = sp[-1], sp++;
  NEXT;
loop:
  pc = ++count < *pc ? code + pc[1] : pc + 2;
  NEXT;
halt:
  return sp[-1] * 1000 + count;
}
static int calls;
static int yes(int v) { return calls += v, 1; }
static int no(int v) { return calls += v, 0; }
__attribute__((noinline)) static void duff(short *to, const short *from, int count) {
  int n = (count + 7) / 8;
  switch (count % 8) {
  case 0:
    do {
      *to++ = *from++;
    case 7:
      *to++ = *from++;
    case 6:
      *to++ = *from++;
    case 5:
      *to++ = *from++;
    case 4:
      *to++ = *from++;
    case 3:
      *to++ = *from++;
    case 2:
      *to++ = *from++;
    case 1:
      *to++ = *from++;
    } while (--n > 0);
  }
}
__attribute__((noinline)) static const char *classify(int a, int b, unsigned c) {
  if (a < 0 && b > 0 || c >= 1u << 31)
    return a == b ? "A" : !(a & 1) ? "B" : "C";
  else if (a > b == (c < 100))
    return "D";
  for (int i = 0;; i++) {
    if (i * i > (a ^ b) % 1000)
      return i & 1 ? "E" : "F";
    if (i > 20)
      goto out;
  }
out:
  return "G";
}
int main(void) {
  for (int i = -4; i < 12; i++)
    printf("%d ", dense(i));
  const int64_t values[] = {
      INT64_MIN,     -5000000000,       -1,         0,        1, 1000, 0x7fffffff, 0x80000000,
      -0x80000000LL, 0x123456789abcdef, 0x89abcdef, INT64_MAX};
  for (int i = 0; i < 12; i++)
    printf("%d ", sparse(values[i]));
  puts("");
  for (int i = 0; i < 256; i++)
    putchar('0' + ranges((unsigned char)i));
  puts("");
  for (unsigned i = 0; i < 16; i++)
    printf("%d ", falls(i));
  //                       push 2, L: dup, push 3, times, plus -> x+=3x..., loop 9 times to L
  const unsigned char code[] = {1, 2, 4, 1, 3, 3, 2, 1, 255, 6, 5, 9, 2, 0};
  printf("\n%ld\n", interpret(code));
  int first = yes(1) && no(2) && yes(4), second = no(8) || yes(16) || no(32);
  int third = !yes(64) ? no(128) : yes(256);
  printf("%d %d %d %d", first, second, third, calls);
  short a[37], b[37];
  for (int n = 1; n < 37; n++) {
    for (int i = 0; i < 37; i++)
      a[i] = -1, b[i] = (short)(i * n);
    duff(a, b, n);
    unsigned s = 0;
    for (int i = 0; i < 37; i++)
      s = s * 3 + (unsigned)a[i];
    printf(" %u", s & 0xffff);
  }
  puts("");
  for (int a = -50; a < 3000; a += 271)
    for (int b = -7; b < 2000; b += 399)
      printf("%s%s", classify(a, b, 5), classify(b, a, (unsigned)a * 40000000u));
  puts("");
  unsigned long n = 27, steps = 0;
  while (n != 1)
    n = n & 1 ? 3 * n + 1 : n / 2, steps++;
  printf("%lu\n", steps);
  return 0;
}
