// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every operation of mtia_simd.h but the functions against scalar loops, with values at
// the limits: on the host, on core 1 (what the manual leaves open is ones), on core 0, which
// has no vectors, and as C++.
//
// RUN: %clang -std=c11 -O2 -Wall -Wextra -Werror -I%include/mtia %s --rtlib=compiler-rt -lm -o %t && %t
// RUN: %clang -std=c11 -O0 -Wall -Wextra -Werror -I%include/mtia %s --rtlib=compiler-rt -lm -o %t && %t
// RUN: %mtia-clang -std=c11 -O0 -march=rv64gcv_zvl512b_zvfh_zvfbfwma_zvbb_zfh_zicond_zba_zbb_zbs -Wall -Wextra -Wpedantic -Werror %s -lm -o %t.elf
// RUN: %mtia-run --functional --vector-agnostic=ones %t.elf
// RUN: %mtia-clang -std=c11 -O2 -march=rv64gcv_zvl512b_zvfh_zvfbfwma_zvbb_zfh_zicond_zba_zbb_zbs -Wall -Wextra -Wpedantic -Werror %s -lm -o %t.elf
// RUN: %mtia-run --functional --vector-agnostic=ones %t.elf
// RUN: %mtia-clang -std=c11 -Os -march=rv64gcv_zvl512b_zvfh_zvfbfwma_zvbb_zfh_zicond_zba_zbb_zbs -Wall -Wextra -Wpedantic -Werror %s -lm -o %t.elf
// RUN: %mtia-run --functional --vector-agnostic=ones %t.elf
// RUN: %mtia-clang -std=c11 -O1 -Wall -Wextra -Wpedantic -Werror %s -lm -o %t.elf
// RUN: %mtia-run --functional %t.elf
// RUN: %mtia-clang -x c++ -std=c++17 -O1 -march=rv64gcv_zvl512b_zvfh_zvfbfwma_zvbb_zfh_zicond_zba_zbb_zbs -Wall -Wextra -Wpedantic -Werror %s -lm -o %t.elf
// RUN: %mtia-run --functional --vector-agnostic=ones %t.elf
// RUN: echo '#include <mtia/mtia_simd.h>' | %mtia-clang -x c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -
#ifdef __MTIA__
#include <mtia/mtia_simd.h>
#else
#include "mtia_simd.h"
#endif
#include <math.h>
#include <stdio.h>
#include <string.h>

static int failures;
#define EXPECT(condition)                                                                          \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("%s:%d: i = %d: %s\n", __func__, __LINE__, i, #condition);                            \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

static uint64_t state = 1;
static uint32_t bits(void) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(state >> 33) ^ (uint32_t)(state >> 20);
}

#define COMMON(t, c, n)                                                                            \
  static void common_##t##x##n(c *p, c *q) {                                                       \
    for (long count = -1; count <= n + 1; count++) {                                               \
      c y[n + 2];                                                                                  \
      memset(y, 0x55, sizeof y);                                                                   \
      mtia_##t##x##n x = mtia_load_##t##x##n(p + 1);                                               \
      mtia_store_first_##t##x##n(y + 1, count, x);                                                 \
      c z[n], w[n], r[n];                                                                          \
      mtia_store_##t##x##n(z, mtia_load_first_##t##x##n(p + 1, count));                            \
      mtia_store_##t##x##n(                                                                        \
          w, mtia_select_##t##x##n(mtia_first_maskx##n(count), x, mtia_load_##t##x##n(q)));        \
      mtia_store_##t##x##n(r, mtia_reverse_##t##x##n(x));                                          \
      c zero = 0, kept;                                                                            \
      memset(&kept, 0x55, sizeof kept);                                                            \
      for (int i = 0; i < n; i++) {                                                                \
        EXPECT(!memcmp(&z[i], i < count ? &p[1 + i] : &zero, sizeof(c)));                          \
        EXPECT(!memcmp(&y[1 + i], i < count ? &p[1 + i] : &kept, sizeof(c)));                      \
        EXPECT(!memcmp(&w[i], i < count ? &p[1 + i] : &q[i], sizeof(c)));                          \
        EXPECT(!memcmp(&r[i], &p[n - i], sizeof(c)));                                              \
      }                                                                                            \
      int i = (int)count;                                                                          \
      EXPECT(!memcmp(&y[0], &kept, sizeof kept) && !memcmp(&y[n + 1], &kept, sizeof kept));        \
    }                                                                                              \
  }

#define NUMBER(t, c, n)                                                                            \
  COMMON(t, c, n)                                                                                  \
  static void number_##t##x##n(c *p, c *q) {                                                       \
    mtia_##t##x##n a = mtia_load_##t##x##n(p), b = mtia_load_##t##x##n(q);                         \
    mtia_##t##x##n one = mtia_splat_##t##x##n(1), zero = mtia_splat_##t##x##n(0);                  \
    c low[n], high[n], mid[n], less[n], same[n], up[n], all[n], from[n];                           \
    int32_t index[n];                                                                              \
    for (int i = 0; i < n; i++)                                                                    \
      index[i] = (int32_t)(bits() % n);                                                            \
    mtia_store_##t##x##n(low, mtia_min_##t##x##n(a, b));                                           \
    mtia_store_##t##x##n(high, mtia_max_##t##x##n(a, b));                                          \
    mtia_store_##t##x##n(mid, mtia_clamp_##t##x##n(a, 3, 77));                                     \
    mtia_store_##t##x##n(less, mtia_select_##t##x##n(mtia_less_##t##x##n(a, b), one, zero));       \
    mtia_store_##t##x##n(same, mtia_select_##t##x##n(mtia_less_equal_##t##x##n(a, a), one, zero)); \
    mtia_store_##t##x##n(all, mtia_select_##t##x##n(mtia_equal_##t##x##n(a, b), one, zero));       \
    mtia_store_##t##x##n(up, mtia_iota_##t##x##n());                                               \
    mtia_store_##t##x##n(from, mtia_gather_##t##x##n(p, mtia_load_i32x##n(index)));                \
    c most = p[0], least = p[0];                                                                   \
    for (int i = 0; i < n; i++) {                                                                  \
      most = p[i] > most ? p[i] : most;                                                            \
      least = p[i] < least ? p[i] : least;                                                         \
      EXPECT(low[i] == (p[i] < q[i] ? p[i] : q[i]));                                               \
      EXPECT(high[i] == (p[i] > q[i] ? p[i] : q[i]));                                              \
      EXPECT(mid[i] == (p[i] < 3 ? 3 : p[i] > 77 ? 77 : p[i]));                                    \
      EXPECT(less[i] == (p[i] < q[i]) && same[i] == 1 && all[i] == (p[i] == q[i]));                \
      EXPECT(up[i] == (c)i);                                                                       \
      EXPECT(from[i] == p[index[i]]);                                                              \
    }                                                                                              \
    int i = n;                                                                                     \
    EXPECT(mtia_hmax_##t##x##n(a) == most && mtia_hmin_##t##x##n(a) == least);                     \
  }

#define SATURATED(t, c, n)                                                                         \
  static void saturated_##t##x##n(c *p, c *q, int64_t least, int64_t most) {                       \
    c sum[n], difference[n];                                                                       \
    mtia_##t##x##n a = mtia_load_##t##x##n(p), b = mtia_load_##t##x##n(q);                         \
    mtia_store_##t##x##n(sum, mtia_add_sat_##t##x##n(a, b));                                       \
    mtia_store_##t##x##n(difference, mtia_sub_sat_##t##x##n(a, b));                                \
    for (int i = 0; i < n; i++) {                                                                  \
      EXPECT(sum[i] == CLAMP((int64_t)p[i] + q[i], least, most));                                  \
      EXPECT(difference[i] == CLAMP((int64_t)p[i] - q[i], least, most));                           \
    }                                                                                              \
  }

#define CLAMP(v, low, high) ((v) < (low) ? (low) : (v) > (high) ? (high) : (v))
#define SIZES(KIND, t, c) KIND(t, c, 16) KIND(t, c, 32) KIND(t, c, 64)
SIZES(NUMBER, i8, int8_t)
SIZES(NUMBER, u8, uint8_t)
SIZES(NUMBER, i16, int16_t)
SIZES(NUMBER, u16, uint16_t)
SIZES(NUMBER, i32, int32_t)
SIZES(NUMBER, u32, uint32_t)
SIZES(NUMBER, f16, _Float16)
SIZES(NUMBER, f32, float)
SIZES(COMMON, bf16, __bf16)
SATURATED(i8, int8_t, 64)
SATURATED(u8, uint8_t, 64)
SATURATED(i16, int16_t, 32)
SATURATED(u16, uint16_t, 64)
SATURATED(i32, int32_t, 16)
SATURATED(u32, uint32_t, 32)

static union {
  int8_t i8[66];
  uint8_t u8[66];
  int16_t i16[66];
  uint16_t u16[66];
  int32_t i32[66];
  uint32_t u32[66];
  _Float16 f16[66];
  __bf16 bf16[66];
  float f32[66];
} a, b;

static void fill_integers(void) {
  for (int i = 0; i < 66; i++) {
    a.u32[i] = bits() % 3 ? bits() : 0x80007f80u + bits() % 2;
    b.u32[i] = bits() % 3 ? bits() : a.u32[i];
  }
}

static void convert(void) {
  static const int32_t edges[] = {INT32_MIN, -32769, -32768, -129, -128,  -1,    0,  1,
                                  127,       128,    255,    256,  32767, 32768, 40, INT32_MAX};
  static const float numbers[] = {-INFINITY, -0x1p31f, -40000.5f, -129,   -128.5f, -127.5f,
                                  -2.5f,     -0.5f,    0.5f,      1.5f,   2.5f,    126.5f,
                                  127.5f,    255.5f,   1e9f,      0x1p31f};
  int32_t whole[16];
  int16_t i16[16], j16[16];
  int8_t i8[16], j8[16];
  uint8_t u8[16], v8[16];
  float rounded[16];
  mtia_i32x16 x = mtia_load_i32x16(edges);
  mtia_f32x16 y = mtia_load_f32x16(numbers);
  mtia_store_i8x16(i8, mtia_i8x16_from_i32x16(x));
  mtia_store_u8x16(u8, mtia_u8x16_from_i32x16(x));
  mtia_store_i16x16(i16, mtia_i16x16_from_i32x16(x));
  for (int i = 0; i < 16; i++) {
    EXPECT(i8[i] == CLAMP(edges[i], -128, 127));
    EXPECT(u8[i] == CLAMP(edges[i], 0, 255));
    EXPECT(i16[i] == CLAMP(edges[i], -32768, 32767));
  }
  mtia_store_i8x16(i8, mtia_i8x16_from_i16x16(mtia_load_i16x16(i16)));
  mtia_store_u8x16(u8, mtia_u8x16_from_i16x16(mtia_load_i16x16(i16)));
  mtia_store_i8x16(j8, mtia_i8x16_from_f32x16(y));
  mtia_store_u8x16(v8, mtia_u8x16_from_f32x16(y));
  mtia_store_i16x16(j16, mtia_i16x16_from_f32x16(y));
  mtia_store_i32x16(whole, mtia_i32x16_from_f32x16(y));
  mtia_store_f32x16(rounded, mtia_round_f32x16(y));
  for (int i = 0; i < 16; i++) {
    double even = nearbyint(numbers[i]);
    EXPECT(i8[i] == CLAMP(edges[i], -128, 127) && u8[i] == CLAMP(edges[i], 0, 255));
    EXPECT(j8[i] == CLAMP(even, -128, 127) && v8[i] == CLAMP(even, 0, 255));
    EXPECT(j16[i] == CLAMP(even, -32768, 32767));
    EXPECT(whole[i] == (even >= 0x1p31 ? INT32_MAX : CLAMP(even, INT32_MIN, INT32_MAX)));
    EXPECT(rounded[i] == even);
  }
  int i = 0;
  EXPECT(mtia_i32x16_from_f32x16(mtia_splat_f32x16(NAN))[5] == INT32_MAX);
  EXPECT(mtia_i16x16_from_f32x16(mtia_splat_f32x16(NAN))[5] == INT16_MAX);
  EXPECT(mtia_i8x16_from_f32x16(mtia_splat_f32x16(NAN))[5] == 127);
  EXPECT(mtia_u8x16_from_f32x16(mtia_splat_f32x16(NAN))[5] == 255);
  EXPECT(mtia_round_f16x16(mtia_splat_f16x16(2.5f16))[1] == 2);
  // bfloats: to nearest, ties to even; NaN stays one.
  static const uint32_t words[] = {0x3f808000, 0x3f818000, 0x3f808001, 0x7f7fffff};
  static const uint16_t wanted[] = {0x3f80, 0x3f82, 0x3f81, 0x7f80};
  for (i = 0; i < 4; i++) {
    float number;
    memcpy(&number, &words[i], sizeof number);
    __bf16 result = mtia_bf16x16_from_f32x16(mtia_splat_f32x16(number))[3];
    EXPECT(!memcmp(&result, &wanted[i], sizeof result));
  }
  EXPECT(isnan((float)mtia_bf16x16_from_f32x16(mtia_splat_f32x16(NAN))[3]));
}

static void sums(void) {
  int64_t i8 = 0, u16 = 0;
  uint32_t i32 = 0, m = 0;
  float f32 = 0, w = 0;
  float ones[64];
  mtia_i32x64 acc = mtia_splat_i32x64(7);
  acc = mtia_madd_i32x64_i8(acc, mtia_load_i8x64(a.i8), mtia_load_i8x64(b.i8));
  acc = mtia_madd_i32x64_i16(acc, mtia_load_i16x64(a.i16), mtia_load_i16x64(b.i16));
  for (int i = 0; i < 64; i++) {
    i8 += a.i8[i];
    u16 += a.u16[i];
    i32 += (uint32_t)a.i32[i];
    m += 7u + (uint32_t)(a.i8[i] * b.i8[i]) + (uint32_t)(a.i16[i] * b.i16[i]);
    ones[i] = (float)(i * 3 % 17) - 4;
    f32 += ones[i];
    w += ones[i] * ones[i] + 2;
  }
  int i = 0;
  EXPECT(mtia_hsum_i8x64(mtia_load_i8x64(a.i8)) == i8);
  EXPECT(mtia_hsum_u16x64(mtia_load_u16x64(a.u16)) == u16);
  EXPECT((uint32_t)mtia_hsum_i32x64(mtia_load_i32x64(a.i32)) == i32);
  EXPECT((uint32_t)mtia_hsum_i32x64(acc) == m);
  mtia_f32x64 x = mtia_load_f32x64(ones);
  mtia_f16x64 h = mtia_f16x64_from_f32x64(x);
  mtia_bf16x64 g = mtia_bf16x64_from_f32x64(x);
  EXPECT(mtia_hsum_f32x64(x) == f32);
  EXPECT(mtia_hsum_any_f32x64(x) == f32);
  EXPECT(mtia_hsum_any_f32x32(x.lo) + mtia_hsum_any_f32x32(x.hi) == f32);
  EXPECT(mtia_hsum_any_f32x16(x.lo.lo) + mtia_hsum_any_f32x16(x.lo.hi) +
             mtia_hsum_any_f32x16(x.hi.lo) + mtia_hsum_any_f32x16(x.hi.hi) ==
         f32);
  EXPECT(mtia_hsum_f32x64(mtia_madd_f32x64(mtia_splat_f32x64(2), x, x)) == w);
  EXPECT(mtia_hsum_f32x64(mtia_madd_f32x64_f16(mtia_splat_f32x64(2), h, h)) == w);
  EXPECT(mtia_hsum_f32x64(mtia_madd_f32x64_bf16(mtia_splat_f32x64(2), g, g)) == w);
  EXPECT(mtia_abs_f32x64(mtia_splat_f32x64(-0.0f))[0] == 0 &&
         !signbit(mtia_abs_f32x64(mtia_splat_f32x64(-0.0f))[0]));
  EXPECT(mtia_abs_i8x64(mtia_splat_i8x64(-128))[0] == -128);
  EXPECT(mtia_abs_i16x32(mtia_splat_i16x32(-77))[9] == 77);
}

int main(void) {
#define RUN(t)                                                                                     \
  number_##t##x16(a.t, b.t), common_##t##x16(a.t, b.t), number_##t##x32(a.t, b.t),                 \
      common_##t##x32(a.t, b.t), number_##t##x64(a.t, b.t), common_##t##x64(a.t, b.t)
  for (int round = 0; round < 4; round++) {
    fill_integers();
    RUN(i8), RUN(u8), RUN(i16), RUN(u16), RUN(i32), RUN(u32);
    saturated_i8x64(a.i8, b.i8, INT8_MIN, INT8_MAX);
    saturated_u8x64(a.u8, b.u8, 0, UINT8_MAX);
    saturated_i16x32(a.i16, b.i16, INT16_MIN, INT16_MAX);
    saturated_u16x64(a.u16, b.u16, 0, UINT16_MAX);
    saturated_i32x16(a.i32, b.i32, INT32_MIN, INT32_MAX);
    saturated_u32x32(a.u32, b.u32, 0, UINT32_MAX);
#if defined __riscv && !defined __riscv_v
    // There LLVM moves bfloats between blocks as floats, which makes signalling NaNs quiet.
    for (int i = 0; i < 66; i++)
      a.u16[i] |= 0x40, b.u16[i] |= 0x40;
#endif
    common_bf16x16(a.bf16, b.bf16), common_bf16x32(a.bf16, b.bf16), common_bf16x64(a.bf16, b.bf16);
    sums();
    for (int i = 0; i < 66; i++) {
      a.f32[i] = (float)(int32_t)bits() * 0x1p-24f;
      b.f32[i] = bits() % 3 ? (float)(int32_t)bits() * 0x1p-24f : a.f32[i];
    }
    RUN(f32);
    for (int i = 0; i < 66; i++) {
      a.f16[i] = (_Float16)((float)(int32_t)bits() * 0x1p-24f);
      b.f16[i] = bits() % 3 ? (_Float16)((float)(int32_t)bits() * 0x1p-24f) : a.f16[i];
    }
    RUN(f16);
  }
  convert();
  return failures != 0;
}
