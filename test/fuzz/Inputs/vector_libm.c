/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Functions with the names of libm's, each with values of its own: that the right one is called for
   the right element is all that is asked. */

static double mix(double x, int which) { return x != x ? x : x * 0.5 + (double)which; }

static float mixf(float x, int which) { return x != x ? x : x * 0.5f + (float)which; }

#define ONE(name, which)                                                                           \
  double name(double x) { return mix(x, which); }                                                  \
  float name##f(float x) { return mixf(x, which); }
#define TWO(name, which)                                                                           \
  double name(double x, double y) { return mix(x, which) - (y != y ? 0 : y); }                     \
  float name##f(float x, float y) { return mixf(x, which) - (y != y ? 0 : y); }

ONE(sin, 1)
ONE(cos, 2)
ONE(tan, 3)
ONE(asin, 4)
ONE(acos, 5)
ONE(atan, 6)
ONE(sinh, 7)
ONE(cosh, 8)
ONE(tanh, 9)
ONE(exp, 10)
ONE(exp2, 11)
ONE(exp10, 12)
ONE(log, 13)
ONE(log2, 14)
ONE(log10, 15)
TWO(pow, 16)
TWO(atan2, 17)

/* Exact, as code without a call has it. */
#define REMAINDER(name, type, abs, copysign)                                                       \
  type name(type x, type y) {                                                                      \
    type a = abs(x), b = abs(y), t = b;                                                            \
    if (a != a || b != b || b == 0 || a - a != 0)                                                  \
      return (x * y) / (x * y);                                                                    \
    if (b - b != 0 || a < b)                                                                       \
      return x;                                                                                    \
    while (t <= a / 2)                                                                             \
      t *= 2;                                                                                      \
    for (; t >= b; t /= 2)                                                                         \
      if (a >= t)                                                                                  \
        a -= t;                                                                                    \
    return copysign(a, x);                                                                         \
  }

REMAINDER(fmod, double, __builtin_fabs, __builtin_copysign)
REMAINDER(fmodf, float, __builtin_fabsf, __builtin_copysignf)

double ldexp(double x, int n) { return mix(x, 19) + n; }

float ldexpf(float x, int n) { return mixf(x, 19) + (float)n; }

double frexp(double x, int *n) {
  *n = 20;
  return mix(x, 21);
}

float frexpf(float x, int *n) {
  *n = 20;
  return mixf(x, 21);
}

double modf(double x, double *whole) {
  *whole = mix(x, 22);
  return mix(x, 23);
}

float modff(float x, float *whole) {
  *whole = mixf(x, 22);
  return mixf(x, 23);
}

void sincos(double x, double *s, double *c) {
  *s = mix(x, 1);
  *c = mix(x, 2);
}

void sincosf(float x, float *s, float *c) {
  *s = mixf(x, 1);
  *c = mixf(x, 2);
}
