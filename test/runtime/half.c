// Halves and bfloats, by instructions and by the library: every value's conversion to the wider
// types, and from them on both sides of every midpoint.
// RUN: %mtia-clang -O2 %s -o %t.z && %mtia-run %t.z
// RUN: %mtia-clang -O1 -frounding-math %s -o %t.r && %mtia-run %t.r
// RUN: %mtia-clang -O2 -march=rv64gc %s -o %t.d && %mtia-run %t.d
// RUN: %mtia-clang -O1 -march=rv64imafc -mabi=lp64f %s -o %t.f && %mtia-run %t.f
// RUN: %mtia-clang -O2 -march=rv64imac -mabi=lp64 %s -o %t.s && %mtia-run %t.s
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CHECK(bits, ...)                                                                           \
  if (!(__VA_ARGS__))                                                                              \
  return printf("%04x: %s\n", (unsigned)(bits), #__VA_ARGS__), __LINE__

// The finite value sign, E bits of exponent, M of fraction, as a double's bits: exact.
static uint64_t exact(unsigned bits, int E, int M) {
  uint64_t fraction = bits & ((1u << M) - 1);
  int exponent = bits >> M & ((1 << E) - 1), bias = (1 << (E - 1)) - 1;
  uint64_t sign = (uint64_t)(bits >> (E + M)) << 63;
  if (!exponent && !fraction)
    return sign;
  exponent += !exponent ? 1 : 0;
  fraction |= (bits >> M & ((1 << E) - 1)) ? 1u << M : 0;
  while (!(fraction >> M))
    fraction <<= 1, exponent--;
  return sign | (uint64_t)(exponent - bias + 1023) << 52 | (fraction & ((1u << M) - 1)) << (52 - M);
}
static double of_bits(uint64_t bits) {
  double d;
  memcpy(&d, &bits, 8);
  return d;
}
static volatile double hidden_double;
static volatile float hidden_float;
static volatile long double hidden_long;
static double hide_double(uint64_t bits) { return hidden_double = of_bits(bits), hidden_double; }
static float hide_float(uint64_t bits) { return hidden_float = (float)of_bits(bits), hidden_float; }
static long double hide_long(uint64_t bits) { return hidden_long = of_bits(bits), hidden_long; }

#define TYPE(type, E, M)                                                                           \
  static unsigned type##_bits(type h) {                                                            \
    uint16_t bits;                                                                                 \
    memcpy(&bits, &h, 2);                                                                          \
    return bits;                                                                                   \
  }                                                                                                \
  static int type##_test(void) {                                                                   \
    static volatile type hidden;                                                                   \
    const unsigned infinity = ((1u << E) - 1) << M, step = M == 7 ? 3 : 1;                         \
    for (unsigned bits = 0; bits < infinity; bits += step)                                         \
      for (unsigned sign = 0; sign <= 0x8000; sign += 0x8000) {                                    \
        unsigned b = bits | sign;                                                                  \
        uint16_t store = b;                                                                        \
        type h;                                                                                    \
        memcpy(&h, &store, 2);                                                                     \
        hidden = h;                                                                                \
        uint64_t at = exact(b, E, M);                                                              \
        double d = (double)hidden, e = of_bits(at);                                                \
        CHECK(b, !memcmp(&d, &e, 8));                                                              \
        float f = (float)hidden, g = (float)e;                                                     \
        CHECK(b, !memcmp(&f, &g, 4));                                                              \
        long double l = hidden, k = e;                                                             \
        CHECK(b, !memcmp(&l, &k, 16));                                                             \
        CHECK(b, type##_bits((type)hide_double(at)) == b);                                         \
        CHECK(b, type##_bits((type)hide_float(at)) == b);                                          \
        CHECK(b, type##_bits((type)hide_long(at)) == b);                                           \
        /* Half way to the next one, whose place infinity takes behind the last. */                \
        double next = bits + 1 == infinity ? of_bits(exact(infinity - 1, E, M)) * 2 -              \
                                                 of_bits(exact(infinity - 2, E, M))                \
                                           : of_bits(exact(bits + 1, E, M));                       \
        double middle = (of_bits(exact(bits, E, M)) + next) / 2;                                   \
        uint64_t m;                                                                                \
        memcpy(&m, &middle, 8);                                                                    \
        m |= (uint64_t)sign << 48;                                                                 \
        unsigned even = (bits & 1) ? b + 1 : b;                                                    \
        CHECK(b, type##_bits((type)hide_double(m)) == even);                                       \
        CHECK(b, type##_bits((type)hide_double(m - 1)) == b);                                      \
        CHECK(b, type##_bits((type)hide_double(m + 1)) == b + 1);                                  \
        CHECK(b, type##_bits((type)hide_long(m)) == even);                                         \
        CHECK(b, type##_bits((type)hide_long(m - 1)) == b);                                        \
        CHECK(b, type##_bits((type)hide_long(m + 1)) == b + 1);                                    \
        CHECK(b, type##_bits((type)hide_float(m)) == even);                                        \
        if (b >> M & ((1 << E) - 1)) {                                                             \
          const uint64_t ulp = UINT64_C(1) << 29;                                                  \
          CHECK(b, type##_bits((type)hide_float(m - ulp)) == b);                                   \
          CHECK(b, type##_bits((type)hide_float(m + ulp)) == b + 1);                               \
        }                                                                                          \
      }                                                                                            \
    hidden = (type)__builtin_nan("");                                                              \
    CHECK(0, (float)hidden != (float)hidden && (double)hidden != (double)hidden);                  \
    hidden = (type)hide_float(UINT64_C(0x47f0000000000000));                                       \
    CHECK(1, type##_bits(hidden) == infinity && (double)hidden == __builtin_inf());                \
    return 0;                                                                                      \
  }
typedef _Float16 half;
typedef __bf16 bfloat;
TYPE(half, 5, 10)
TYPE(bfloat, 8, 7)

int main(void) {
  for (int i = -65504; i <= 65504; i += 7) {
    volatile __int128 wide = i;
    volatile half h = (half)i;
    CHECK(i, (half)wide == h && (__int128)h == (int)h && (long)h == (int)(float)h);
    if (i >= 0)
      CHECK(i, (half)(unsigned __int128)wide == h && (unsigned __int128)h == (unsigned)h);
  }
  volatile __int128 huge = (__int128)1 << 100;
  CHECK(0, (half)huge == (half)__builtin_inf() && (half)-huge == -(half)__builtin_inf());
  int failed = half_test();
  return failed ? failed : bfloat_test();
}
