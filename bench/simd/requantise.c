// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integers to narrower ones with a scale. 64 elements are four registers; f32 from i32, the product
// and the conversion to i16 take four cycles each, zero point and conversion to i8, of i16, two:
// 16 cycles (12 from f32), beside which the 5 of the memory pipeline disappear.
//
// A step has three stages for three parts of the data, so that none waits for another: it stores
// one, multiplies the next, and loads the one behind that.
#include "kernels.h"

typedef mtia_f32x64 f;

// What is loaded is not touched before the next step: integers, or the bits of f32.
typedef mtia_i32x64 raw;

static inline raw load(const void *x, long k) { return mtia_load_i32x64((const int32_t *)x + k); }

// Saturation to 16 bits before the zero point is added cannot change the result.
static inline mtia_i16x64 multiply(raw x, f scale, _Bool integers) {
  return mtia_i16x64_from_f32x64((integers ? mtia_f32x64_from_i32x64(x) : (f)x) * scale);
}
static inline mtia_i8x64 finish(mtia_i16x64 x, int zero_point) {
  return mtia_i8x64_from_i16x64(mtia_add_sat_i16x64(x, mtia_splat_i16x64((int16_t)zero_point)));
}

// `count` elements, with one scale.
static inline void quantise(int8_t *restrict y, const void *restrict x, float scale, int zero_point,
                            long count, _Bool integers) {
  long k = 0;
  if (count >= 128) {
    mtia_i16x64 whole = multiply(load(x, 0), (f)scale, integers);
    raw next = load(x, 64);
#pragma clang loop unroll_count(2)
    for (k = 128; k + 64 <= count; k += 64) {
      mtia_store_i8x64(y + k - 128, finish(whole, zero_point));
      whole = multiply(next, (f)scale, integers);
      next = load(x, k);
    }
    mtia_store_i8x64(y + k - 128, finish(whole, zero_point));
    mtia_store_i8x64(y + k - 64, finish(multiply(next, (f)scale, integers), zero_point));
  }
  for (; k < count; k += 64) {
    raw rest = mtia_load_first_i32x64((const int32_t *)x + k, count - k);
    mtia_store_first_i8x64(y + k, count - k,
                           finish(multiply(rest, (f)scale, integers), zero_point));
  }
}

void requantise_i8(int8_t *y, const int32_t *x, float scale, int zero_point, long rows, long n) {
  quantise(y, x, scale, zero_point, rows * n, 1);
}

void quantise_i8(int8_t *y, const float *x, float scale, int zero_point, long rows, long n) {
  quantise(y, x, scale, zero_point, rows * n, 0);
}

// Rows inside, so that the scales are loaded once.
void requantise_columns_i8(int8_t *restrict y, const int32_t *restrict x, const float *scale,
                           int zero_point, long rows, long n) {
  long k = 0;
  for (; k + 64 <= n; k += 64) {
    f factors = mtia_load_f32x64(scale + k);
    mtia_i16x64 whole = multiply(load(x, k), factors, 1);
    const int32_t *from = x + k;
    int8_t *to = y + k;
    if (rows > 1) {
      raw next = load(x, n + k);
      from += n;
#pragma clang loop unroll_count(2)
      for (long row = 2; row < rows; row++) {
        from += n;
        mtia_store_i8x64(to, finish(whole, zero_point));
        to += n;
        whole = multiply(next, factors, 1);
        next = load(from, 0);
      }
      mtia_store_i8x64(to, finish(whole, zero_point));
      to += n;
      whole = multiply(next, factors, 1);
    }
    mtia_store_i8x64(to, finish(whole, zero_point));
  }
  if (k == n)
    return;
  f factors = mtia_load_first_f32x64(scale + k, n - k);
  for (long row = 0; row < rows; row++) {
    raw rest = mtia_load_first_i32x64(x + row * n + k, n - k);
    mtia_store_first_i8x64(y + row * n + k, n - k, finish(multiply(rest, factors, 1), zero_point));
  }
}
