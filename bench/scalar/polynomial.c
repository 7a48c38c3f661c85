// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Polynomials: Horner's rule in float and double, Newton's iteration, a series
// for exp and sine, interpolation, conversions from and to whole numbers.
#include "bench.h"
#include <math.h>

static double horner(const double *c, int n, double x) {
  double y = c[n];
  while (n-- > 0)
    y = y * x + c[n];
  return y;
}

static float horner_float(const float *c, int n, float x) {
  float y = c[n];
  while (n-- > 0)
    y = y * x + c[n];
  return y;
}

static double my_exp(double x) {
  static const double c[] = {
      1,         1,          1 / 2.0,     1 / 6.0,      1 / 24.0,     1 / 120.0,
      1 / 720.0, 1 / 5040.0, 1 / 40320.0, 1 / 362880.0, 1 / 3628800.0};
  double k = floor(x * 1.4426950408889634 + 0.5);
  double y = horner(c, 10, x - k * 0.6931471805599453);
  union {
    uint64_t bits;
    double value;
  } scale = {(uint64_t)(1023 + (int)k) << 52};
  return y * scale.value;
}

static float my_sin(float x) {
  static const float c[] = {1, -1 / 6.0f, 1 / 120.0f, -1 / 5040.0f, 1 / 362880.0f};
  float turns = x * 0.15915494f;
  x -= 6.2831853f * (float)(int)(turns < 0 ? turns - 0.5f : turns + 0.5f);
  if (x > 1.5707963f)
    x = 3.1415927f - x;
  else if (x < -1.5707963f)
    x = -3.1415927f - x;
  return x * horner_float(c, 4, x * x);
}

static double newton_root(const double *c, int n, double x) {
  for (int i = 0; i < 50; i++) {
    double y = c[n], d = 0;
    for (int k = n - 1; k >= 0; k--) {
      d = d * x + y;
      y = y * x + c[k];
    }
    if (fabs(y) < 1e-12 || d == 0)
      break;
    x -= y / d;
  }
  return x;
}

static double interpolate(const double *xs, const double *ys, int n, double x) {
  double t[16];
  for (int i = 0; i < n; i++)
    t[i] = ys[i];
  for (int k = 1; k < n; k++)
    for (int i = 0; i < n - k; i++)
      t[i] = ((x - xs[i + k]) * t[i] + (xs[i] - x) * t[i + 1]) / (xs[i] - xs[i + k]);
  return t[0];
}

int main(void) {
  static const double cubic[] = {-6, 11, -6, 1};
  double total = 0, xs[16], ys[16];
  float waves = 0;
  uint32_t quantized = 0;
  for (int i = 0; i < 60000; i++) {
    double e = my_exp((i - 30000) * 0.0005);
    total += e / (1 + e);
    waves += my_sin(i * 0.01f) * my_sin(i * 0.02f);
    quantized += (uint8_t)(127.5f + 127.0f * my_sin(i * 0.1f)) >> 4;
  }
  for (int i = 0; i < 20000; i++)
    total += newton_root(cubic, 3, 3.5 + i * 0.001);
  for (int i = 0; i < 16; i++)
    xs[i] = i - 8, ys[i] = horner(cubic, 3, xs[i]);
  for (int i = 0; i < 2000; i++)
    total += interpolate(xs, ys, 12, i * 0.001);
  uint64_t sum = bench_mix(0, (int64_t)floor(total * 1e3 + 0.5));
  sum = bench_mix(sum, (int64_t)floorf(waves * 2 + 0.5f));
  return bench_result(bench_mix(sum, quantized / 64));
}
