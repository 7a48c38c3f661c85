// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of mtia_simd.h against double: every f16, and every 4093rd f32 (with an
// argument, every so many-th). The limits are those of docs/simd.md. The references are
// wrong by less than 2^-50, which is nothing beside half a unit of 2^-24. Of the device,
// fewer numbers (another odd step: other ones), and what the manual leaves open is ones.
//
// RUN: %clang -std=c11 -O2 -Wall -Wextra -Werror -I%include/mtia %s -lm -o %t && %t
// RUN: %mtia-clang -std=c11 -O2 -march=rv64gcv_zvl512b_zvfh_zvfbfwma_zvbb_zfh_zicond_zba_zbb_zbs -Wall -Wextra -Werror %s -lm -o %t.elf
// RUN: %mtia-run --functional --vector-agnostic=ones %t.elf 16381
// RUN: %mtia-clang -std=c11 -O2 -Wall -Wextra -Werror %s -lm -o %t.scalar.elf
// RUN: %mtia-run --functional %t.scalar.elf 1048573
#ifdef __MTIA__
#include <mtia/mtia_simd.h>
#else
#include "mtia_simd.h"
#endif
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double rsqrt(double x) { return x < 0 ? NAN : 1 / sqrt(fabs(x)); }
static double reciprocal(double x) { return 1 / x; }
static double gelu(double x) {
  double u = 0.79788456080286535588 * (x + 0.044715 * x * x * x);
  return isinf(x) ? (x > 0 ? x : -0.0) : 0.5L * x * (1 + tanh(u));
}

// The size of a unit in the last place of a result, digits bits long, least exponent.
static double unit(double value, int digits, int least) {
  int exponent;
  frexp(value, &exponent);
  return ldexp(1, (exponent < least ? least : exponent) - digits);
}

struct function {
  const char *name;
  double (*exact)(double);
  double ulp32, ulp16;
  float low, high; // no demands on other sizes, but 0, infinity and NaN
  double absolute; // instead of ULP: in 2^-24 * max(1, |x|)
};

static const struct function functions[] = {
    {"exp", exp, 1.0, 0.51, 0, INFINITY, 0},
    {"log", log, 1.5, 0.51, 0, INFINITY, 0},
    {"tanh", tanh, 2.0, 0.51, 0, INFINITY, 0},
    {"sigmoid", sigmoid, 2.5, 0.51, 0, INFINITY, 0},
    {"rsqrt", rsqrt, 2.5, 0.51, 0x1p-126f, 0x1p127f, 0},
    {"reciprocal", reciprocal, 0.51, 0.51, 0, INFINITY, 0},
    {"gelu", gelu, 0, 0, 0, INFINITY, 4},
};

static mtia_f32x16 apply32(unsigned f, mtia_f32x16 x) {
  switch (f) {
  case 0:
    return mtia_exp_f32x16(x);
  case 1:
    return mtia_log_f32x16(x);
  case 2:
    return mtia_tanh_f32x16(x);
  case 3:
    return mtia_sigmoid_f32x16(x);
  case 4:
    return mtia_rsqrt_f32x16(x);
  case 5:
    return mtia_reciprocal_f32x16(x);
  default:
    return mtia_gelu_f32x16(x);
  }
}

static mtia_f16x32 apply16(unsigned f, mtia_f16x32 x) {
  switch (f) {
  case 0:
    return mtia_exp_f16x32(x);
  case 1:
    return mtia_log_f16x32(x);
  case 2:
    return mtia_tanh_f16x32(x);
  case 3:
    return mtia_sigmoid_f16x32(x);
  case 4:
    return mtia_rsqrt_f16x32(x);
  case 5:
    return mtia_reciprocal_f16x32(x);
  default:
    return mtia_gelu_f16x32(x);
  }
}

static int failures;

// Error of y = f(x); infinite if a special value is wrong.
static double error(const struct function *f, double x, double y, int digits, int least,
                    double greatest) {
  double exact = f->exact(x);
  if (isnan(exact))
    return isnan(y) ? 0 : INFINITY;
  double size = fabs(x);
  if (size != 0 && !isinf(size) && (size < f->low || size > f->high))
    return 0;
  if (fabs(exact) > greatest || isinf(exact)) // rounds to infinity, or nearly
    return isinf(y) && (y > 0) == (exact > 0) ? 0 : exact == y ? 0 : INFINITY;
  if (isinf(y) || isnan(y))
    return INFINITY;
  if (f->absolute)
    return (double)(fabs(y - exact) / ldexp(size > 1 ? size : 1, -24));
  return (double)(fabs(y - exact) / unit(exact, digits, least));
}

static void report(const struct function *f, const char *type, double worst, double at,
                   double limit) {
  printf("%-10s %-3s %8.3f of %5.2f at %a\n", f->name, type, worst, limit, at);
  if (!(worst <= limit))
    failures++;
}

int main(int argc, char **argv) {
  uint32_t step = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 10) : 4093;
  for (unsigned f = 0; f < sizeof functions / sizeof *functions; f++) {
    const struct function *now = &functions[f];
    double worst = 0, at = 0;
    for (uint64_t base = 0; base < UINT64_C(1) << 32; base += 16 * (uint64_t)step) {
      uint32_t bits[16];
      float x[16], y[16];
      for (unsigned i = 0; i < 16; i++)
        bits[i] = (uint32_t)(base + i * (uint64_t)step);
      memcpy(x, bits, sizeof x);
      mtia_store_f32x16(y, apply32(f, mtia_load_f32x16(x)));
      for (int i = 0; i < 16; i++) {
        double e = error(now, x[i], y[i], 24, -125, 0x1.fffffep127);
        if (!(e <= worst)) {
          worst = e;
          at = x[i];
        }
      }
    }
    report(now, "f32", worst, at, now->absolute ? now->absolute : now->ulp32);
    worst = 0;
    for (uint32_t base = 0; base < 1 << 16; base += 32) {
      uint16_t bits[32];
      _Float16 x[32], y[32];
      for (unsigned i = 0; i < 32; i++)
        bits[i] = (uint16_t)(base + i);
      memcpy(x, bits, sizeof x);
      mtia_store_f16x32(y, apply16(f, mtia_load_f16x32(x)));
      for (int i = 0; i < 32; i++) {
        double e = error(now, (double)x[i], (double)y[i], 11, -13, 65519.0);
        if (now->absolute)
          e /= 1 << 13; // to units of f16
        if (!(e <= worst)) {
          worst = e;
          at = (double)x[i];
        }
      }
    }
    report(now, "f16", worst, at, now->absolute ? 1 : now->ulp16);
  }
  return failures != 0;
}
