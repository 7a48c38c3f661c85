// The C library's floating point in every ABI: fenv.h, complex.h, long double, strtod,
// math.h; jumps that keep floating-point registers. Self-checking; without F there is no
// fenv.h to speak of.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// DEFINE: %{cc} = %mtia-clang -Wall -Wextra -Werror %s -lm -o %t.elf
// RUN: %{cc} -O0 && %mtia-run --functional %t.elf
// RUN: %{cc} -O2 -fstack-protector-all && %mtia-run --functional %t.elf && %qemu-virt %t.elf
// RUN: %{cc} -Oz -flto && %mtia-run --functional %t.elf
// RUN: %{cc} -O2 -march=rv64imafdc -mabi=lp64 && %mtia-run --functional %t.elf
// RUN: %{cc} -O2 -march=rv64imafc -mabi=lp64f && %mtia-run --functional %t.elf
// RUN: %{cc} -O0 -march=rv64imafc -mabi=lp64f && %mtia-run --functional %t.elf
// RUN: %{cc} -O2 -march=rv64im -mabi=lp64 && %mtia-run --functional %t.elf && %qemu-virt %t.elf
// RUN: %{cc} -O1 -march=rv64i && %mtia-run --functional %t.elf
#include <complex.h>
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("%d: %s\n", __LINE__, #condition);                                                    \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

// The libraries of other ABIs compute without the core's flags and rounding modes.
#ifdef __riscv_float_abi_double
#define HAS_FENV 1
#else
#define HAS_FENV 0
#endif

static void environment(void) {
#if HAS_FENV
  volatile double one = 1, three = 3, zero = 0, huge = DBL_MAX;
  volatile double up, down, result;
  CHECK(fegetround() == FE_TONEAREST);
  feclearexcept(FE_ALL_EXCEPT);
  result = one / three;
  CHECK(fetestexcept(FE_ALL_EXCEPT) == FE_INEXACT);
  result = one / zero;
  CHECK(result == INFINITY && fetestexcept(FE_DIVBYZERO));
  feclearexcept(FE_ALL_EXCEPT);
  result = huge * huge;
  CHECK(fetestexcept(FE_ALL_EXCEPT) == (FE_OVERFLOW | FE_INEXACT));
  feclearexcept(FE_ALL_EXCEPT);
  result = zero / zero;
  CHECK(result != result && fetestexcept(FE_ALL_EXCEPT) == FE_INVALID);
  fenv_t saved;
  feclearexcept(FE_ALL_EXCEPT);
  CHECK(feholdexcept(&saved) == 0);
  result = one / zero;
  CHECK(fesetenv(&saved) == 0 && fetestexcept(FE_ALL_EXCEPT) == 0);
  CHECK(fesetround(FE_UPWARD) == 0 && fegetround() == FE_UPWARD);
  up = one / three;
  CHECK(nearbyint(2.25 * one) == 3 && rint(-2.25 * one) == -2 && lrint(2.25 * one) == 3);
  CHECK(fesetround(FE_DOWNWARD) == 0);
  down = one / three;
  CHECK(nearbyint(2.75 * one) == 2 && rint(-2.25 * one) == -3);
  CHECK(fesetround(FE_TOWARDZERO) == 0 && lrint(-2.75 * one) == -2);
  CHECK(fesetround(FE_TONEAREST) == 0 && rint(2.5 * one) == 2 && rint(3.5 * one) == 4);
  CHECK(up > down && nextafter(down, 1) == up);
  CHECK(feraiseexcept(FE_UNDERFLOW) == 0 && fetestexcept(FE_UNDERFLOW));
  feclearexcept(FE_ALL_EXCEPT);
#endif
}

static int near(double a, double b) { return fabs(a - b) <= 4e-15 * fabs(b); }

static void complex_numbers(void) {
  volatile double complex z = 3 + 4 * I, w = 1 - 2 * I;
  double complex product = z * w, quotient = z / w;
  CHECK(creal(product) == 11 && cimag(product) == -2);
  CHECK(near(creal(quotient), -1) && near(cimag(quotient), 2));
  CHECK(near(cabs(z), 5) && near(carg(I), 1.5707963267948966));
  double complex root = csqrt(-4 + 0 * I);
  CHECK(near(cimag(root), 2) && fabs(creal(root)) < 1e-15);
  double complex e = cexp(I * 3.14159265358979323846);
  CHECK(near(creal(e), -1) && fabs(cimag(e)) < 1e-15);
  volatile float complex f = 1.5f + 2.5f * I;
  float complex g = f * f;
  CHECK(crealf(g) == -4.0f && cimagf(g) == 7.5f);
  volatile double complex infinite = __builtin_complex((double)INFINITY, (double)NAN);
  double complex annex_g = infinite * z; // C11 G.5.1: infinite, not NaN
  CHECK(isinf(creal(annex_g)) || isinf(cimag(annex_g)));
  volatile long double complex l = 1.0L + 1.0L * I;
  CHECK((double)cimagl(l * l) == 2);
}

static void long_doubles(void) {
  volatile long double third = 1.0L / 3, big = 1e4000L;
  CHECK(LDBL_MANT_DIG == 113 && sizeof(long double) == 16);
  CHECK(third * 3 == 1 && third != (long double)(1.0 / 3));
  CHECK(big * 1e900L > big && big / big == 1);
  CHECK((long)(third * 3e18L) == 1000000000000000000);
  CHECK((unsigned long)18446744073709551615.0L == 18446744073709551615ul);
  CHECK((float)third == 1.0f / 3 && (double)third == 1.0 / 3);
  CHECK(fabsl(-third) == third && copysignl(1, -third) == -1 && fmaxl(third, 1) == 1);
  // picolibc 1.8 has no sqrtl for this format, and an inexact strtold.
}

static void numbers_from_text(void) {
  static const struct {
    const char *text;
    double value;
    int length;
  } cases[] = {
      // Of more than 17 digits picolibc ignores some.
      {"1e23", 1e23, 4},
      {"9007199254740993", 9007199254740992.0, 16},
      {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022, 23},
      {"2.4703282292062327e-324", 0, 23},
      {"2.4703282292062328e-324", 0x1p-1074, 23},
      {"0x1.8p-1074", 0x1p-1073, 11},
      {" -0x1.fffffffffffff8p0z", -2, 22},
      {"+.5e", .5, 3},
      {"0.1e-6x", 1e-7, 6},
      {"123456789012345678901234567890", 123456789012345678901234567890.0, 30},
      {"-inFinity!", -INFINITY, 9},
      {"1e400", INFINITY, 5},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *end;
    double value = strtod(cases[i].text, &end);
    if (value != cases[i].value || end - cases[i].text != cases[i].length) {
      printf("strtod(\"%s\"): %a, %d characters\n", cases[i].text, value,
             (int)(end - cases[i].text));
      failures++;
    }
  }
  errno = 0;
  CHECK(strtod("1e999", NULL) == HUGE_VAL && errno == ERANGE);
  CHECK(strtof("16777217", NULL) == 16777216.0f && strtof("1e-46", NULL) == 0);
  CHECK(isnan(strtod("nan", NULL)) && atof("2.5") == 2.5);
  double d;
  float f;
  CHECK(sscanf("0.1 1e-40", "%lf %f", &d, &f) == 2 && d == 0.1 && f == 1e-40f);
  char text[64];
  snprintf(text, sizeof text, "%a %.3a", 1.5, 1 / 3.0);
  CHECK(!strcmp(text, "0x1.8p+0 0x1.555p-2"));
}

static void mathematics(void) {
  volatile double x = 0.7, y = -2.3;
  CHECK(near(sin(x) * sin(x) + cos(x) * cos(x), 1) && near(tan(x), sin(x) / cos(x)));
  CHECK(near(exp(log(x)), x) && near(pow(x, 3), x * x * x) && near(exp2(log2(x)), x));
  CHECK(near(sqrt(x) * sqrt(x), x) && near(cbrt(x) * cbrt(x) * cbrt(x), x));
  CHECK(near(hypot(3, 4), 5) && near(atan2(x, y), 3.14159265358979323846 - atan(-x / y)));
  CHECK(near(tgamma(5), 24) && near(erf(x) + erfc(x), 1) && near(lgamma(10), log(362880)));
  CHECK(near(sinh(x), (exp(x) - exp(-x)) / 2) && near(atanh(tanh(x)), x));
  CHECK(fmod(y, 1) == y + 2 && remainder(5, 3) == -1 && floor(y) == -3 && trunc(y) == -2);
  CHECK(fma(x, y, 1) == fma(y, x, 1) && isnan(sqrt(y)) && signbit(-0.0 * x));
#ifdef __riscv_float_abi_double
  // Elsewhere picolibc's rounds twice.
  CHECK(fma(0x1.0000001p0, 0x1.0000001p0, -0x1.0000002p0) == 0x1p-56);
#endif
  int exponent;
  double part;
  CHECK(frexp(48, &exponent) == 0.75 && exponent == 6 && ldexp(0.75, 6) == 48);
  CHECK(near(modf(y, &part), y + 2) && part == -2 && ilogb(1e10) == 33 && scalbn(1, -1074) > 0);
  CHECK(round(2.5) == 3 && lround(-2.5) == -3 && llround(1e15 + .5) == 1000000000000001);
  CHECK(nextafterf(1, 2) == 1 + FLT_EPSILON && fpclassify(1e-310) == FP_SUBNORMAL);
  CHECK(sqrtf(2) * sqrtf(2) - 2 < 3e-7f && fminf(NAN, 1) == 1 && fdim(x, y) == x - y);
}

static jmp_buf back;

__attribute__((noinline)) static void far_away(double a, double b, float c) {
  // Other values in every saved register.
  volatile double d = a * 2;
  double e = d + b, f = d - b, g = e * f, h = e / f;
  for (int i = 0; i < 4; i++)
    g += h * i + c;
  if (g != 12345)
    longjmp(back, (int)d);
}

static void jumps(void) {
  volatile double seed = 1.25;
  double a = seed, b = seed * 2, c = seed * 3, d = seed * 4, e = seed * 5, f = seed * 6;
  float g = (float)seed, h = (float)seed * 7;
  long i = (long)(seed * 8), j = (long)(seed * 16);
  for (int round = 0; round < 3; round++) {
    int code = setjmp(back);
    if (code == 0)
      far_away(a, b, g);
    CHECK(code == 2);
  }
  CHECK(a == 1.25 && b == 2.5 && c == 3.75 && d == 5 && e == 6.25 && f == 7.5);
  CHECK(g == 1.25f && h == 8.75f && i == 10 && j == 20);
}

int main(void) {
  environment();
  complex_numbers();
  long_doubles();
  numbers_from_text();
  mathematics();
  jumps();
  return failures != 0;
}
