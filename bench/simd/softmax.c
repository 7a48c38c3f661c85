// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax in three passes: the greatest element; e^x and its sum; the quotients. Per register (16
// elements) the vector unit needs 1 + 15 + 1 cycles and the memory pipeline 1 + 2 + 2 (and 6 for
// constants in the second pass): the vector unit is the limit of the second pass, the memory
// pipeline of the third: 1 + 15 + 2. Of f16, with conversions, 1/2 + 16 + 2.
#include "kernels.h"

typedef mtia_f32x64 f;
typedef mtia_i32x64 i;

// The vector unit has no cycle to spare, the memory pipeline has many, and there are too few
// registers: constants are loaded where they are used.
struct constants {
  float magic[64], c6[64], c5[64], c4[64], c3[64], one[64];
};
#define REPEAT_8(c) c, c, c, c, c, c, c, c
#define REPEAT_32(c) REPEAT_8(c), REPEAT_8(c), REPEAT_8(c), REPEAT_8(c)
#define REPEAT_64(c) {REPEAT_32(c), REPEAT_32(c)}
static const struct constants constants __attribute__((aligned(64))) = {
    .magic = REPEAT_64(0x1.8000fep23f),
    .c6 = REPEAT_64(0x1.123fc6p-7f),
    .c5 = REPEAT_64(0x1.555916p-5f),
    .c4 = REPEAT_64(0x1.55548ap-3f),
    .c3 = REPEAT_64(0x1.fffffcp-2f),
    .one = REPEAT_64(1.0f),
};

// Forgets that the constants are constant: or the compiler would load them before the loop, and
// copy them in it.
static inline const struct constants *get_constants(void) {
  const struct constants *c = &constants;
  __asm__ volatile("" : "+r"(c));
  return c;
}

// e^(x - max) as mtia_simd.h's exp_bounded, but 0 where it would be subnormal: the low bits of t
// are the exponent with its offset, and at the lower bound they are 0.
static inline f exp_difference(f x, float max) {
#pragma clang fp reassociate(off) contract(fast)
  const struct constants *c = get_constants();
  x = mtia_max_f32x64(x - max, (f)-88.02969f);
  f t = x * 0x1.715476p0f + mtia_load_f32x64(c->magic);
  f power = (f)((i)t << 23);
  t -= 0x1.8000fep23f;
  f r = x - t * 0x1.62e4p-1f;
  r = r - t * 0x1.7f7d1cp-20f;
  f p = r * 0x1.6a1a70p-10f + mtia_load_f32x64(c->c6);
  p = p * r + mtia_load_f32x64(c->c5);
  p = p * r + mtia_load_f32x64(c->c4);
  p = p * r + mtia_load_f32x64(c->c3);
  f one = mtia_load_f32x64(c->one);
  p = p * r + one;
  p = p * r + one;
  return p * power;
}

// Pass 1.
#define GREATEST(t, c)                                                                             \
  static inline __attribute__((always_inline)) c greatest_##t(const c *x, long n) {                \
    mtia_##t##x64 m = mtia_splat_##t##x64(-(c)__builtin_inff());                                   \
    long k = 0;                                                                                    \
    if (n >= 192) {                                                                                \
      mtia_##t##x64 p = mtia_load_##t##x64(x), q = mtia_load_##t##x64(x + 64),                     \
                    r = mtia_load_##t##x64(x + 128);                                               \
      _Pragma("clang loop unroll_count(2)") for (k = 192; k + 192 <= n; k += 192) {                \
        m = mtia_max_##t##x64(m, p);                                                               \
        p = mtia_load_##t##x64(x + k);                                                             \
        m = mtia_max_##t##x64(m, q);                                                               \
        q = mtia_load_##t##x64(x + k + 64);                                                        \
        m = mtia_max_##t##x64(m, r);                                                               \
        r = mtia_load_##t##x64(x + k + 128);                                                       \
      }                                                                                            \
      m = mtia_max_##t##x64(mtia_max_##t##x64(m, p), mtia_max_##t##x64(q, r));                     \
    }                                                                                              \
    for (; k + 64 <= n; k += 64)                                                                   \
      m = mtia_max_##t##x64(m, mtia_load_##t##x64(x + k));                                         \
    if (k < n)                                                                                     \
      m = mtia_select_##t##x64(mtia_first_maskx64(n - k),                                          \
                               mtia_max_##t##x64(m, mtia_load_first_##t##x64(x + k, n - k)), m);   \
    return mtia_hmax_##t##x64(m);                                                                  \
  }
GREATEST(f32, float)
GREATEST(f16, _Float16)

// Passes 2 and 3 for a type: e gets the powers, whose sum is the result; y = e * factor. A group of
// four registers hides all but one cycle of a multiply-add's five.
#define PASSES(t, c, WIDEN, NARROW)                                                                \
  static inline float powers_##t(float *e, const c *x, float max, long n) {                        \
    f sum = (f)0.0f;                                                                               \
    long k = 0;                                                                                    \
    if (n >= 64) {                                                                                 \
      mtia_##t##x64 next = mtia_load_##t##x64(x);                                                  \
      for (; k + 64 <= n; k += 64) {                                                               \
        f p = WIDEN(next);                                                                         \
        /* Of the last step, not used. */                                                          \
        next = mtia_load_##t##x64(k + 128 <= n ? x + k + 64 : x);                                  \
        p = exp_difference(p, max);                                                                \
        sum += p;                                                                                  \
        mtia_store_f32x64(e + k, p);                                                               \
      }                                                                                            \
    }                                                                                              \
    if (k < n) {                                                                                   \
      f p = exp_difference(WIDEN(mtia_load_first_##t##x64(x + k, n - k)), max);                    \
      sum += mtia_select_f32x64(mtia_first_maskx64(n - k), p, (f)0.0f);                            \
      mtia_store_first_f32x64(e + k, n - k, p);                                                    \
    }                                                                                              \
    return begin_now(mtia_hsum_any_f32x64(sum));                                                   \
  }                                                                                                \
  static inline void scale_##t(c *y, const float *e, float factor, long n) {                       \
    long k = 0;                                                                                    \
    if (n >= 128) {                                                                                \
      mtia_f32x64 p = mtia_load_f32x64(e), q = mtia_load_f32x64(e + 64);                           \
      _Pragma("clang loop unroll_count(2)") for (k = 128; k + 128 <= n; k += 128) {                \
        mtia_f32x64 now = p * factor, then = q * factor;                                           \
        p = mtia_load_f32x64(e + k);                                                               \
        q = mtia_load_f32x64(e + k + 64);                                                          \
        mtia_store_##t##x64(y + k - 128, NARROW(now));                                             \
        mtia_store_##t##x64(y + k - 64, NARROW(then));                                             \
      }                                                                                            \
      mtia_store_##t##x64(y + k - 128, NARROW(p * factor));                                        \
      mtia_store_##t##x64(y + k - 64, NARROW(q * factor));                                         \
    }                                                                                              \
    for (; k < n; k += 64)                                                                         \
      mtia_store_first_##t##x64(y + k, n - k,                                                      \
                                NARROW(mtia_load_first_f32x64(e + k, n - k) * factor));            \
  }
#define SAME(x) (x)
PASSES(f32, float, SAME, SAME)
PASSES(f16, _Float16, mtia_f32x64_from_f16x64, mtia_f16x64_from_f32x64)

// The greatest element of the next row is looked for before the last pass, so that nothing waits
// for the sum and its reciprocal, nor for the greatest.
#define SOFTMAX(t, c, e)                                                                           \
  c max = rows > 0 ? greatest_##t(x, n) : (c)0;                                                    \
  for (; rows > 0; rows--, x += n, y += n) {                                                       \
    float sum = powers_##t(e, x, (float)max, n);                                                   \
    if (rows > 1)                                                                                  \
      max = greatest_##t(x + n, n);                                                                \
    scale_##t(y, e, 1.0f / sum, n);                                                                \
  }

void softmax_f32(float *y, const float *x, long rows, long n) { SOFTMAX(f32, float, y) }

void softmax_f16(_Float16 *y, const _Float16 *x, float *scratch, long rows, long n) {
  SOFTMAX(f16, _Float16, scratch)
}
