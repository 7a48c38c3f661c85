// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// Floating point by the library's routines: arithmetic, comparisons with NaN,
// conversions in both directions, printing.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t bits(double d) {
  uint64_t u;
  memcpy(&u, &d, 8);
  return d != d ? 0x7ff8000000000000 : u;
}
static uint32_t bits_f(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  return f != f ? 0x7fc00000 : u;
}
static uint64_t hash = 1;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15 + (hash >> 29); }

__attribute__((noinline)) static void doubles(double a, double b) {
  mix(bits(a + b)), mix(bits(a - b)), mix(bits(a * b)), mix(bits(a / b)), mix(bits(-a));
  mix(a < b), mix(a <= b), mix(a == b), mix(a != b), mix(a > b), mix(a >= b), mix(!(a < b)),
      mix(!(a >= b));
  mix(a < b ? 1 : 2), mix(__builtin_isunordered(a, b)), mix(__builtin_islessgreater(a, b));
  if (a > b || !(b > 1))
    mix(7);
  float f = (float)a, g = (float)b;
  mix(bits_f(f + g)), mix(bits_f(f - g)), mix(bits_f(f * g)), mix(bits_f(f / g)), mix(bits_f(-f));
  mix(f < g), mix(f <= g), mix(f == g), mix(f != g), mix(f > g), mix(f >= g), mix(bits((double)f));
  if (fabs(a) < 1e9)
    mix((uint64_t)(int32_t)a), mix((uint64_t)(int64_t)f), mix((uint64_t)(int64_t)a);
  if (a >= 0 && a < 1e9)
    mix((uint32_t)a), mix((uint64_t)a), mix((uint64_t)f), mix((uint8_t)((uint32_t)a % 256));
}
__attribute__((noinline)) static void integers(int64_t v) {
  mix(bits((double)v)), mix(bits((double)(uint64_t)v)), mix(bits((double)(int32_t)v)),
      mix(bits((double)(uint32_t)v));
  mix(bits_f((float)v)), mix(bits_f((float)(uint64_t)v)), mix(bits_f((float)(int32_t)v)),
      mix(bits_f((float)(uint32_t)v));
  mix(bits_f((float)(int8_t)v)), mix(bits((double)(uint16_t)v));
}
struct point {
  double x, y;
};
struct mixed {
  float a;
  int b;
};
struct three {
  double d[3];
};
__attribute__((noinline)) static struct point rotate(struct point p, float c, float s,
                                                     struct mixed m, struct three t) {
  return (struct point){p.x * c - p.y * s + m.a, p.x * s + p.y * c + m.b + t.d[2]};
}
int main(void) {
  const double list[] = {0.0,        -0.0,
                         1.0,        -1.0,
                         0.5,        1.5,
                         2.5,        3.14159265358979,
                         -2.71828,   1e-300,
                         1e300,      5e-324,
                         -1e-310,    1e-40,
                         1e38,       3.5e38,
                         16777217.0, 4503599627370497.5,
                         123456.789, -99999.5,
                         INFINITY,   -INFINITY,
                         NAN,        1e8,
                         0.1f};
  const int n = sizeof list / sizeof *list;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++)
      doubles(list[i], list[j]);
    printf("%016llx\n", (unsigned long long)hash);
  }
  const int64_t whole[] = {0,
                           1,
                           -1,
                           127,
                           -128,
                           255,
                           65535,
                           16777217,
                           33554435,
                           INT32_MAX,
                           INT32_MIN,
                           0xffffffff,
                           1LL << 53,
                           (1LL << 53) + 1,
                           (1LL << 54) + 3,
                           INT64_MAX,
                           INT64_MIN,
                           -16777219,
                           0x7fffff4000000001};
  for (int i = 0; i < (int)(sizeof whole / sizeof *whole); i++)
    integers(whole[i]);
  printf("%016llx\n", (unsigned long long)hash);
  struct point p = {3, 4};
  for (int i = 0; i < 10; i++)
    p = rotate(p, 0.8f, 0.6f, (struct mixed){0.25f, i}, (struct three){{1, 2, 0.125}});
  // As bits: C libraries differ in how many digits they print.
  printf("%016llx %016llx\n", (unsigned long long)bits(p.x), (unsigned long long)bits(p.y));
  printf("%f %g %e %a %.3f %d\n", 1.0 / 3, 1e100, -12345.6789, 0.1, 2.0005, (int)lround(2.5));
  double sum = 0;
  for (int i = 1; i < 1000; i++)
    sum += 1.0 / ((double)i * i);
  float fsum = 0;
  for (int i = 1; i < 1000; i++)
    fsum += 1.0f / (float)i;
  printf("%016llx %08x %016llx\n", (unsigned long long)bits(sum), bits_f(fsum),
         (unsigned long long)bits(sqrt(2.0)));
  return 0;
}
