// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Three loops over arrays in local memory, each in four forms: one register per step; four
// registers; several steps together (unrolled); and each step beginning with the next one's loads
// (pipelined). A line of output: loop, form, cycles, bound. docs/simd.md explains the numbers.
#include "measure.h"
#include <math.h>
#include <mtia/mtia_simd.h>
#include <stdlib.h>

#define LOOP static __attribute__((noinline))
enum { COUNT = 2048 };
static volatile long count = COUNT; // not known to the loops

// Two of them also as plain loops, which the compiler makes vectors of, without and with the pragma
// that asks for two steps together.

LOOP float dot_plain(const float *x, const float *y, long n) {
#pragma clang fp reassociate(on) contract(fast)
  float sum = 0;
  for (long i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

LOOP float dot_interleaved(const float *x, const float *y, long n) {
#pragma clang fp reassociate(on) contract(fast)
  float sum = 0;
#pragma clang loop interleave_count(2)
  for (long i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

LOOP void axpy_plain(float *restrict y, const float *restrict x, float a, long n) {
  for (long i = 0; i < n; i++)
    y[i] += a * x[i];
}

LOOP void axpy_interleaved(float *restrict y, const float *restrict x, float a, long n) {
#pragma clang loop interleave_count(2)
  for (long i = 0; i < n; i++)
    y[i] += a * x[i];
}

// A dot product: two loads for each multiply-add, so the memory pipeline is the limit.

LOOP float dot_short(const float *x, const float *y, long n) {
  mtia_f32x16 sum = mtia_splat_f32x16(0);
  for (long i = 0; i < n; i += 16)
    sum = mtia_madd_f32x16(sum, mtia_load_f32x16(x + i), mtia_load_f32x16(y + i));
  return mtia_hsum_f32x16(sum);
}

LOOP float dot_long(const float *x, const float *y, long n) {
  mtia_f32x64 sum = mtia_splat_f32x64(0);
  for (long i = 0; i < n; i += 64)
    sum = mtia_madd_f32x64(sum, mtia_load_f32x64(x + i), mtia_load_f32x64(y + i));
  return mtia_hsum_f32x64(sum);
}

LOOP float dot_unrolled(const float *x, const float *y, long n) {
  mtia_f32x64 sum = mtia_splat_f32x64(0), other = sum;
  for (long i = 0; i < n; i += 128) {
    sum = mtia_madd_f32x64(sum, mtia_load_f32x64(x + i), mtia_load_f32x64(y + i));
    other = mtia_madd_f32x64(other, mtia_load_f32x64(x + i + 64), mtia_load_f32x64(y + i + 64));
  }
  return mtia_hsum_f32x64(sum + other);
}

// Two steps ahead: one takes 8 cycles, less than the loads' latency.
LOOP float dot_pipelined(const float *x, const float *y, long n) {
  mtia_f32x64 sum = mtia_splat_f32x64(0), other = sum;
  mtia_f32x64 a = mtia_load_f32x64(x), b = mtia_load_f32x64(y);
  mtia_f32x64 c = mtia_load_f32x64(x + 64), d = mtia_load_f32x64(y + 64);
  for (long i = 128; i < n; i += 128) {
    sum = mtia_madd_f32x64(sum, a, b);
    a = mtia_load_f32x64(x + i);
    b = mtia_load_f32x64(y + i);
    other = mtia_madd_f32x64(other, c, d);
    c = mtia_load_f32x64(x + i + 64);
    d = mtia_load_f32x64(y + i + 64);
  }
  return mtia_hsum_f32x64(mtia_madd_f32x64(sum, a, b) + mtia_madd_f32x64(other, c, d));
}

// y += a x: three accesses, one multiply-add.

LOOP void axpy_short(float *y, const float *x, float a, long n) {
  for (long i = 0; i < n; i += 16)
    mtia_store_f32x16(y + i, mtia_load_f32x16(y + i) + a * mtia_load_f32x16(x + i));
}

LOOP void axpy_long(float *y, const float *x, float a, long n) {
  for (long i = 0; i < n; i += 64)
    mtia_store_f32x64(y + i, mtia_load_f32x64(y + i) + a * mtia_load_f32x64(x + i));
}

// The loads have to be written before the first store: it could change what they load.
LOOP void axpy_unrolled(float *y, const float *x, float a, long n) {
  for (long i = 0; i < n; i += 128) {
    mtia_f32x64 p = mtia_load_f32x64(x + i), q = mtia_load_f32x64(y + i);
    mtia_f32x64 r = mtia_load_f32x64(x + i + 64), s = mtia_load_f32x64(y + i + 64);
    mtia_store_f32x64(y + i, q + a * p);
    mtia_store_f32x64(y + i + 64, s + a * r);
  }
}

LOOP void axpy_pipelined(float *y, const float *x, float a, long n) {
  mtia_f32x64 p = mtia_load_f32x64(x), q = mtia_load_f32x64(y);
  for (long i = 64; i < n; i += 64) {
    mtia_f32x64 now_p = p, now_q = q;
    p = mtia_load_f32x64(x + i);
    q = mtia_load_f32x64(y + i);
    mtia_store_f32x64(y + i - 64, now_q + a * now_p);
  }
  mtia_store_f32x64(y + n - 64, q + a * p);
}

// y = e^x: 14 operations in a chain, in which each waits for the one before it.

LOOP void exp_short(float *y, const float *x, long n) {
  for (long i = 0; i < n; i += 16)
    mtia_store_f32x16(y + i, mtia_exp_bounded_f32x16(mtia_load_f32x16(x + i)));
}

LOOP void exp_long(float *y, const float *x, long n) {
  for (long i = 0; i < n; i += 32)
    mtia_store_f32x32(y + i, mtia_exp_bounded_f32x32(mtia_load_f32x32(x + i)));
}

LOOP void exp_unrolled(float *y, const float *x, long n) {
  for (long i = 0; i < n; i += 64) {
    mtia_f32x32 a = mtia_load_f32x32(x + i), b = mtia_load_f32x32(x + i + 32);
    mtia_store_f32x32(y + i, mtia_exp_bounded_f32x32(a));
    mtia_store_f32x32(y + i + 32, mtia_exp_bounded_f32x32(b));
  }
}

LOOP void exp_pipelined(float *y, const float *x, long n) {
  mtia_f32x32 a = mtia_load_f32x32(x), b = mtia_load_f32x32(x + 32);
  for (long i = 64; i < n; i += 64) {
    mtia_f32x32 now_a = a, now_b = b;
    a = mtia_load_f32x32(x + i);
    b = mtia_load_f32x32(x + i + 32);
    mtia_store_f32x32(y + i - 64, mtia_exp_bounded_f32x32(now_a));
    mtia_store_f32x32(y + i - 32, mtia_exp_bounded_f32x32(now_b));
  }
  mtia_store_f32x32(y + n - 64, mtia_exp_bounded_f32x32(a));
  mtia_store_f32x32(y + n - 32, mtia_exp_bounded_f32x32(b));
}

static void expect(const char *name, int right) {
  if (!right) {
    printf("%s: wrong result\n", name);
    exit(1);
  }
}

int main(void) {
  float *x = local(COUNT * 4), *y = local(COUNT * 4), *z = local(COUNT * 4);
  unsigned long taken;
  double exact = 0;
  for (long i = 0; i < COUNT; i++) {
    x[i] = (float)random_between(-2, 2);
    y[i] = (float)random_between(-2, 2);
    exact += (double)x[i] * (double)y[i];
  }
#define DOT(form)                                                                                  \
  do {                                                                                             \
    float sum;                                                                                     \
    MEASURE(taken, sum = dot_##form(x, y, count));                                                 \
    expect("dot_" #form, fabs(sum - exact) < 1e-3);                                                \
    printf("dot " #form " %lu %d\n", taken, COUNT / 16 * 2);                                       \
  } while (0)
  DOT(plain);
  DOT(interleaved);
  DOT(short);
  DOT(long);
  DOT(unrolled);
  DOT(pipelined);
#define AXPY(form)                                                                                 \
  do {                                                                                             \
    for (long i = 0; i < COUNT; i++)                                                               \
      z[i] = y[i];                                                                                 \
    MEASURE(taken, axpy_##form(z, x, 0.5f, count));                                                \
    for (long i = 0; i < COUNT; i++)                                                               \
      expect("axpy_" #form, fabsf(z[i] - (y[i] + x[i])) < 1e-6f);                                  \
    printf("axpy " #form " %lu %d\n", taken, COUNT / 16 * 3);                                      \
  } while (0)
  AXPY(plain);
  AXPY(interleaved);
  AXPY(short);
  AXPY(long);
  AXPY(unrolled);
  AXPY(pipelined);
#define EXP(form)                                                                                  \
  do {                                                                                             \
    MEASURE(taken, exp_##form(z, x, count));                                                       \
    for (long i = 0; i < COUNT; i++)                                                               \
      expect("exp_" #form, fabs(z[i] / exp(x[i]) - 1) < 1e-6);                                     \
    printf("exp " #form " %lu %d\n", taken, COUNT / 16 * 14);                                      \
  } while (0)
  EXP(short);
  EXP(long);
  EXP(unrolled);
  EXP(pipelined);
  return 0;
}
