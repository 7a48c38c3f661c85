// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lib/Emulator/fp.h against the host's floating-point unit: results and flags, the four rounding
// modes that hosts have; and fp_fast.h against fp.h, in all modes and with flags set before.
//
//   fp_host COUNT [SEED]
//
// A NaN is compared as "a NaN": which one is the host's affair. A host that detects tininess before
// rounding (not x86) may set underflow where RISC-V does not, so there it is not compared.
#include "fp_fast.h"

#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma STDC FENV_ACCESS ON

static uint64_t random_state;

static uint64_t random_bits(void) { // splitmix64
  uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

// A value with `fraction` and `exponent` bits that is often near a corner, or near `other`.
static uint64_t operand(unsigned fraction, unsigned exponent, uint64_t other) {
  uint64_t top = (UINT64_C(1) << exponent) - 1, mask = (UINT64_C(1) << fraction) - 1;
  uint64_t bias = top / 2, r = random_bits(), e, f;
  switch (r & 7) {
  case 0:
    e = (r >> 3 & 3) == 0 ? 0 : (r >> 3 & 3) == 1 ? 1 : (r >> 3 & 3) == 2 ? top : top - 1;
    break;
  case 1:
  case 2:
    e = bias + (r >> 3) % 7 - 3;
    break;
  case 3:
    e = bias + (r >> 3) % 130 - 65;
    break;
  case 4:
  case 5:
    e = (other >> fraction & top) + (r >> 3) % 5 - 2;
    e += (r >> 16 & 1) ? (r & 1 << 17 ? fraction : 0 - (uint64_t)fraction) : 0;
    break;
  default:
    e = r >> 3;
  }
  uint64_t bits = random_bits();
  switch (random_bits() & 7) {
  case 0:
    f = 0;
    break;
  case 1:
    f = mask;
    break;
  case 2:
    f = UINT64_C(1) << bits % fraction;
    break;
  case 3:
    f = bits & random_bits() & random_bits();
    break;
  case 4:
    f = bits | random_bits() | random_bits();
    break;
  case 5:
    f = bits & ~(mask >> bits % fraction);
    break;
  default:
    f = bits;
  }
  return (r >> 63) << (fraction + exponent) | (e & top) << fraction | (f & mask);
}

static uint64_t integer(void) {
  uint64_t value = random_bits() >> random_bits() % 64;
  return random_bits() & 1 ? 0 - value : value;
}

static const struct {
  int host;
  uint8_t rm;
} modes[] = {{FE_TONEAREST, MTIA_FP_RNE},
             {FE_TOWARDZERO, MTIA_FP_RTZ},
             {FE_DOWNWARD, MTIA_FP_RDN},
             {FE_UPWARD, MTIA_FP_RUP}};

#if defined(__x86_64__)
#define COMPARED 0x1fu
#else
#define COMPARED (0x1fu & ~MTIA_FP_UF)
#endif

static unsigned host_flags(void) {
  int e = fetestexcept(FE_ALL_EXCEPT);
  return (e & FE_INEXACT ? MTIA_FP_NX : 0) | (e & FE_UNDERFLOW ? MTIA_FP_UF : 0) |
         (e & FE_OVERFLOW ? MTIA_FP_OF : 0) | (e & FE_DIVBYZERO ? MTIA_FP_DZ : 0) |
         (e & FE_INVALID ? MTIA_FP_NV : 0);
}

static unsigned wrong;

static void report(const char *what, unsigned rm, uint64_t a, uint64_t b, uint64_t c, uint64_t got,
                   unsigned flags, uint64_t want, unsigned want_flags) {
  if (wrong++ < 20)
    printf("%s rm %u %" PRIx64 " %" PRIx64 " %" PRIx64 ": %" PRIx64 " flags %x, host %" PRIx64
           " flags %x\n",
           what, rm, a, b, c, got, flags, want, want_flags);
}

// H: type of the host, T: of its bits. `volatile` keeps the operation between the fenv calls.
#define CHECK(name, H, T, nan_bits, soft, hard)                                                    \
  do {                                                                                             \
    struct mtia_fp fp = {.rm = modes[m].rm};                                                       \
    uint64_t got = (soft);                                                                         \
    feclearexcept(FE_ALL_EXCEPT);                                                                  \
    volatile H result = (H)(hard);                                                                 \
    unsigned want_flags = host_flags();                                                            \
    H copy = result;                                                                               \
    T want;                                                                                        \
    memcpy(&want, &copy, sizeof want);                                                             \
    if (copy != copy)                                                                              \
      want = (T)(nan_bits);                                                                        \
    if (got != want || (fp.flags ^ want_flags) & COMPARED)                                         \
      report(name, fp.rm, a, b, c, got, fp.flags, want, want_flags);                               \
  } while (0)

#define FORMAT(F, H, T, fraction, exponent, NAN_BITS, SQRT, FMA, G, G_H, G_T, G_NAN)               \
  static void check_##F(unsigned m) {                                                              \
    T a = (T)operand(fraction, exponent, random_bits()), b = (T)operand(fraction, exponent, a),    \
      c = (T)operand(fraction, exponent, random_bits() & 1 ? a : b);                               \
    int64_t i = (int64_t)integer();                                                                \
    volatile H x, y, z;                                                                            \
    memcpy((void *)&x, &a, sizeof x);                                                              \
    memcpy((void *)&y, &b, sizeof y);                                                              \
    memcpy((void *)&z, &c, sizeof z);                                                              \
    if (random_bits() & 1) { /* an addend of the product's size */                                 \
      z = -(x * y) * (random_bits() & 1 ? 1 : (H)1.0000001);                                       \
      H copy = z;                                                                                  \
      memcpy(&c, &copy, sizeof c);                                                                 \
    }                                                                                              \
    volatile int64_t vi = i;                                                                       \
    volatile uint64_t vu = (uint64_t)i;                                                            \
    fesetround(modes[m].host);                                                                     \
    CHECK(#F " add", H, T, NAN_BITS, mtia_##F##_add(a, b, &fp), x + y);                            \
    CHECK(#F " sub", H, T, NAN_BITS, mtia_##F##_sub(a, b, &fp), x - y);                            \
    CHECK(#F " mul", H, T, NAN_BITS, mtia_##F##_mul(a, b, &fp), x * y);                            \
    CHECK(#F " div", H, T, NAN_BITS, mtia_##F##_div(a, b, &fp), x / y);                            \
    CHECK(#F " sqrt", H, T, NAN_BITS, mtia_##F##_sqrt(a, &fp), SQRT(x));                           \
    /* A host may leave infinity * 0 + NaN without NV (7.2); RISC-V does not. */                   \
    if (!isnan(z))                                                                                 \
      CHECK(#F " fma", H, T, NAN_BITS, mtia_##F##_fma(a, b, c, &fp), FMA(x, y, z));                \
    CHECK(#F " eq", uint32_t, uint32_t, 0, mtia_##F##_eq(a, b, &fp), x == y);                      \
    CHECK(#F " lt", uint32_t, uint32_t, 0, mtia_##F##_lt(a, b, &fp), x < y);                       \
    CHECK(#F " le", uint32_t, uint32_t, 0, mtia_##F##_le(a, b, &fp), x <= y);                      \
    CHECK(#F " from_i64", H, T, NAN_BITS, mtia_##F##_from_i64(i, &fp), (H)vi);                     \
    if (i >= 0)                                                                                    \
      CHECK(#F " from_u64", H, T, NAN_BITS, mtia_##F##_from_u64((uint64_t)i, &fp), (H)vu);         \
    /* The language converts to integers towards zero; lrint in the current mode. */               \
    CHECK(#F " to_" #G, G_H, G_T, G_NAN, mtia_##F##_to_##G(a, &fp), (G_H)x);                       \
    if (!isnan(x) && x > (H) - 0x1p62 && x < (H)0x1p62)                                            \
      CHECK(#F " to_i64", uint64_t, uint64_t, 0, mtia_##F##_to_int(a, 64, true, &fp), llrint(x));  \
    if (!isnan(x) && x > (H) - 0x1p30 && x < (H)0x1p30)                                            \
      CHECK(#F " to_i32", uint64_t, uint64_t, 0, mtia_##F##_to_int(a, 32, true, &fp), llrint(x));  \
    fesetround(FE_TONEAREST);                                                                      \
  }

// The same result and flags from the quick function as from fp.h.
#define SAME(name, quick, soft)                                                                    \
  do {                                                                                             \
    struct mtia_fp start = {.rm = (uint8_t)(random_bits() & 1 ? MTIA_FP_RNE : random_bits() % 5),  \
                            .flags = (uint8_t)(random_bits() & random_bits() & 0x1f)};             \
    struct mtia_fp fp = start;                                                                     \
    uint64_t want = (soft);                                                                        \
    struct mtia_fp want_fp = fp;                                                                   \
    fp = start;                                                                                    \
    uint64_t got = (quick);                                                                        \
    if (got != want || fp.flags != want_fp.flags)                                                  \
      report("quick " name, start.rm, a, b, c, got, fp.flags, want, want_fp.flags);                \
  } while (0)

#define QUICK(F, T, fraction, exponent)                                                            \
  static void check_quick_##F(void) {                                                              \
    T a = (T)operand(fraction, exponent, random_bits()), b = (T)operand(fraction, exponent, a),    \
      c = (T)operand(fraction, exponent, random_bits() & 1 ? a : b);                               \
    if (random_bits() & 1) { /* few bits: exact results */                                         \
      a &= ~(T)0 << (fraction - 4);                                                                \
      b &= ~(T)0 << (fraction - 4);                                                                \
      c &= ~(T)0 << (fraction - 4);                                                                \
    }                                                                                              \
    SAME(#F " add", mtia_quick_##F##_add(a, b, &fp), mtia_##F##_add(a, b, &fp));                   \
    SAME(#F " sub", mtia_quick_##F##_sub(a, b, &fp), mtia_##F##_sub(a, b, &fp));                   \
    SAME(#F " mul", mtia_quick_##F##_mul(a, b, &fp), mtia_##F##_mul(a, b, &fp));                   \
    SAME(#F " div", mtia_quick_##F##_div(a, b, &fp), mtia_##F##_div(a, b, &fp));                   \
    SAME(#F " sqrt", mtia_quick_##F##_sqrt(a, &fp), mtia_##F##_sqrt(a, &fp));                      \
    SAME(#F " fma", mtia_quick_##F##_fma(a, b, c, &fp), mtia_##F##_fma(a, b, c, &fp));             \
    SAME("f16 to f32", mtia_quick_f16_to_f32((uint16_t)a, &fp),                                    \
         mtia_f16_to_f32((uint16_t)a, &fp));                                                       \
    SAME("bf16 to f32", mtia_quick_bf16_to_f32((uint16_t)a, &fp),                                  \
         mtia_bf16_to_f32((uint16_t)a, &fp));                                                      \
  }
QUICK(f32, uint32_t, 23, 8)
QUICK(f64, uint64_t, 52, 11)

FORMAT(f32, float, uint32_t, 23, 8, MTIA_F32_NAN, sqrtf, fmaf, f64, double, uint64_t, MTIA_F64_NAN)
FORMAT(f64, double, uint64_t, 52, 11, MTIA_F64_NAN, sqrt, fma, f32, float, uint32_t, MTIA_F32_NAN)

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: fp_host COUNT [SEED]; each count is about 50 cases\n");
    return 1;
  }
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
  printf("fp_host: seed %" PRIu64 "\n", seed);
  random_state = seed;
  // COUNT 0: for as long as $FUZZ_SECONDS says.
  uint64_t count = strtoull(argv[1], NULL, 0), done = 0;
  const char *seconds = getenv("FUZZ_SECONDS");
  time_t end = time(NULL) + (seconds ? atoi(seconds) : 60);
  while (count ? done < count : done % 1024 || time(NULL) < end) {
    check_f32(done % 4);
    check_f64(done++ % 4);
    check_quick_f32();
    check_quick_f64();
  }
  printf("fp_host: %" PRIu64 " rounds, %u wrong\n", done, wrong);
  return wrong != 0;
}
