// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Measures the kernels of kernels.h in local memory and compares their results with references in
// double. A line of output: name, rows, n, cycles, bound, error; exit status 1 if an error is above
// its limit. With an argument: many shapes. The bound is what the passes of the kernel need at
// least: each the vector unit's or the memory pipeline's cycles, whichever are more.
#include "kernels.h"
#include "measure.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void report(const char *name, long rows, long n, unsigned long taken, double bound,
                   double error, double limit) {
  printf("%s %ld %ld %lu %.0f %.3f\n", name, rows, n, taken, bound, error);
  if (!(error <= limit)) {
    printf("%s: an error of %g, above %g\n", name, error, limit);
    failures++;
  }
}

// In units in the last place of a type of so many bits; smaller ones than the least normal number's
// are not counted.
static double ulps(double is, double exact, int bits, int least) {
  int exponent;
  frexp(exact, &exponent);
  return fabs(is - exact) / ldexp(1, (exponent < least ? least : exponent) - bits);
}

#define SOFTMAX(t, c, bits, least, limit, scratch)                                                 \
  static void measure_softmax_##t(long rows, long n, double bound) {                               \
    local_reset();                                                                                 \
    c *x = local(rows * n * (long)sizeof(c)), *y = local(rows * n * (long)sizeof(c));              \
    scratch;                                                                                       \
    for (long i = 0; i < rows * n; i++)                                                            \
      x[i] = (c)(random_bits() % 16 ? random_between(-10, 10) : random_between(-120, 10));         \
    if (n > 3)                                                                                     \
      x[2] = -(c)INFINITY;                                                                         \
    unsigned long taken;                                                                           \
    MEASURE(taken, SOFTMAX_CALL(t));                                                               \
    double worst = 0;                                                                              \
    for (long r = 0; r < rows; r++) {                                                              \
      double sum = 0, max = -INFINITY;                                                             \
      for (long i = 0; i < n; i++)                                                                 \
        max = fmax(max, (double)x[r * n + i]);                                                     \
      for (long i = 0; i < n; i++)                                                                 \
        sum += exp((double)x[r * n + i] - max);                                                    \
      for (long i = 0; i < n; i++) {                                                               \
        /* The difference of x and max is rounded, and that to the power. */                       \
        double d = (double)x[r * n + i] - max, exact = exp(d) / sum;                               \
        double error = ulps((double)y[r * n + i], exact, bits, least);                             \
        worst = fmax(worst, bits == 24 ? error / (1 - fmax(d, -88) / 2) : error);                  \
      }                                                                                            \
    }                                                                                              \
    report("softmax_" #t, rows, n, taken, bound, worst, limit);                                    \
  }
#define SOFTMAX_CALL(t) SOFTMAX_CALL_##t
#define SOFTMAX_CALL_f32 softmax_f32(y, x, rows, n)
#define SOFTMAX_CALL_f16 softmax_f16(y, x, scratch, rows, n)
SOFTMAX(f32, float, 24, -100, 6, (void)0)
SOFTMAX(f16, _Float16, 11, -13, 0.6, float *scratch = local(n * 4))

#define LAYERNORM(t, c, bits, limit)                                                               \
  static void measure_layernorm_##t(long rows, long n, double bound) {                             \
    local_reset();                                                                                 \
    c *x = local(rows * n * (long)sizeof(c)), *y = local(rows * n * (long)sizeof(c));              \
    float *gamma = local(n * 4), *beta = local(n * 4), epsilon = 1e-5f;                            \
    for (long i = 0; i < rows * n; i++)                                                            \
      x[i] = (c)(random_between(-3, 3) + 2 * (double)(i / n));                                     \
    for (long i = 0; i < n; i++) {                                                                 \
      gamma[i] = (float)random_between(-2, 2);                                                     \
      beta[i] = (float)random_between(-2, 2);                                                      \
    }                                                                                              \
    unsigned long taken;                                                                           \
    MEASURE(taken, layernorm_##t(y, x, gamma, beta, epsilon, rows, n));                            \
    double worst = 0;                                                                              \
    for (long r = 0; r < rows; r++) {                                                              \
      double mean = 0, variance = 0;                                                               \
      for (long i = 0; i < n; i++)                                                                 \
        mean += (double)x[r * n + i] / n;                                                          \
      for (long i = 0; i < n; i++)                                                                 \
        variance += ((double)x[r * n + i] - mean) * ((double)x[r * n + i] - mean) / n;             \
      for (long i = 0; i < n; i++) {                                                               \
        double exact =                                                                             \
            ((double)x[r * n + i] - mean) / sqrt(variance + epsilon) * gamma[i] + beta[i];         \
        worst = fmax(worst,                                                                        \
                     fabs((double)y[r * n + i] - exact) / ldexp(fmax(1, fabs(exact)), 1 - bits));  \
      }                                                                                            \
    }                                                                                              \
    report("layernorm_" #t, rows, n, taken, bound, worst, limit);                                  \
  }
LAYERNORM(f32, float, 24, 32)
LAYERNORM(f16, _Float16, 11, 0.6)

// By the rule of docs/isa/xmtia.md, step by step.
static int8_t requantised(float x, float scale, int zero_point) {
  double whole = rint(x * scale);
  whole = fmin(fmax(whole, -0x1p31), 0x1p31 - 1) + zero_point;
  return (int8_t)fmin(fmax(whole, -128), 127);
}

#define REQUANTISE(name, c, factor, call)                                                          \
  static void measure_##name(long rows, long n, double bound) {                                    \
    local_reset();                                                                                 \
    c *x = local(rows * n * (long)sizeof(c));                                                      \
    int8_t *y = local(rows * n);                                                                   \
    float *scales = local(n * 4), scale = 0.0117f;                                                 \
    int zero_point = -7;                                                                           \
    (void)scale;                                                                                   \
    for (long i = 0; i < rows * n; i++)                                                            \
      x[i] = (c)(random_bits() % 16 ? (int32_t)(random_bits() % 40000) - 20000                     \
                                    : (int32_t)random_bits());                                     \
    for (long i = 0; i < n; i++)                                                                   \
      scales[i] = (float)random_between(0.001, 0.03);                                              \
    if (rows * n > 2)                                                                              \
      scale = 0.5f, x[1] = 5, x[2] = -7; /* ties */                                                \
    unsigned long taken;                                                                           \
    MEASURE(taken, call);                                                                          \
    double worst = 0;                                                                              \
    for (long i = 0; i < rows * n; i++)                                                            \
      worst = fmax(worst, abs(y[i] - requantised((float)x[i], factor, zero_point)));               \
    report(#name, rows, n, taken, bound, worst, 0);                                                \
  }
REQUANTISE(requantise_i8, int32_t, scale, requantise_i8(y, x, scale, zero_point, rows, n))
REQUANTISE(requantise_columns_i8, int32_t, scales[i % n],
           requantise_columns_i8(y, x, scales, zero_point, rows, n))
REQUANTISE(quantise_i8, float, scale, quantise_i8(y, x, scale, zero_point, rows, n))

// Cycles per 16 elements: of each pass, see the kernels' files.
static const struct kernel {
  void (*measure)(long rows, long n, double bound);
  double passes;
} kernels[] = {
    {measure_softmax_f32, 1 + 15 + 2},  {measure_softmax_f16, 0.5 + 16 + 2},
    {measure_layernorm_f32, 1 + 2 + 3}, {measure_layernorm_f16, 1 + 3 + 5},
    {measure_requantise_i8, 4},         {measure_requantise_columns_i8, 4},
    {measure_quantise_i8, 3},
};

int main(int argc, char **argv) {
  (void)argv;
  static const struct {
    long rows, n;
  } shapes[] = {{12, 64}, {12, 128}, {12, 256}, {12, 1024}, {6, 2048}};
  // Lengths around those of vectors and of the kernels' steps.
  static const long lengths[] = {1,   2,   3,   15,  16,  17,  31,  32,  33,  63,  64,   65,  95,
                                 96,  97,  127, 128, 129, 159, 160, 161, 191, 192, 193,  255, 256,
                                 257, 287, 288, 289, 383, 384, 385, 449, 511, 777, 1000, 1537};
  for (unsigned k = 0; k < sizeof kernels / sizeof *kernels; k++)
    if (argc > 1) {
      for (unsigned l = 0; l < sizeof lengths / sizeof *lengths; l++)
        for (long rows = 1; rows <= 4; rows++)
          kernels[k].measure(rows, lengths[l], 0);
    } else
      for (unsigned s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        double registers = (double)shapes[s].rows * (double)((shapes[s].n + 15) / 16);
        kernels[k].measure(shapes[s].rows, shapes[s].n, kernels[k].passes * registers);
      }
  return failures != 0;
}
