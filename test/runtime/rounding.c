// floor, ceil, trunc, rint, nearbyint, round and their float forms, over all exponents, on both
// sides of every integer that random bits come near to. A result must be an integer, on the right
// side, and less than one away; halfway cases as each function says. Also what the library has
// instead of instructions.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O2 -fno-builtin %s -lm -o %t.elf && %mtia-run %t.elf | FileCheck %s
// RUN: %qemu-virt %t.elf 2>&1 | FileCheck %s
// RUN: %mtia-clang -O2 %s -lm -o %t.b && %mtia-run %t.b | FileCheck %s
// RUN: %mtia-clang -O1 -fno-builtin -march=rv64imac -mabi=lp64 %s -lm -o %t.s && %mtia-run %t.s | FileCheck %s
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int failures;

// An integer, without the functions that are tested: no bit of the value is below one.
#define DEFINE(t, word, fraction, bias, suffix)                                                    \
  static int is_integer_##t(t x) {                                                                 \
    word u;                                                                                        \
    memcpy(&u, &x, sizeof u);                                                                      \
    int exponent = (int)(u >> fraction & (2 * bias + 1)) - bias;                                   \
    if (exponent < 0)                                                                              \
      return (word)(u << 1) == 0;                                                                  \
    return exponent >= fraction ||                                                                 \
           (word)(u << (exponent + 9 * (fraction == 23) + 12 * (fraction == 52))) == 0;            \
  }                                                                                                \
  static void fail_##t(const char *what, t x, t is) {                                              \
    if (failures++ < 10)                                                                           \
      printf("%s of %a: %a\n", what, (double)x, (double)is);                                       \
  }                                                                                                \
  static void check_##t(t x) {                                                                     \
    t down = floor##suffix(x), up = ceil##suffix(x), zero = trunc##suffix(x);                      \
    t near = rint##suffix(x), nearby = nearbyint##suffix(x), half = round##suffix(x);              \
    if (is_integer_##t(x) ? down != x : !is_integer_##t(down) || down > x || down + 1 <= x)        \
      fail_##t("floor", x, down);                                                                  \
    if (is_integer_##t(x) ? up != x : !is_integer_##t(up) || up < x || up - 1 >= x)                \
      fail_##t("ceil", x, up);                                                                     \
    if (zero != (x < 0 ? up : down))                                                               \
      fail_##t("trunc", x, zero);                                                                  \
    t below = x - down, above = up - x; /* which is the larger is exact */                         \
    int even = is_integer_##t(down / 2);                                                           \
    t nearest = below < above || (below == above && even) ? down : up;                             \
    if (near != nearest)                                                                           \
      fail_##t("rint", x, near);                                                                   \
    if (nearby != nearest)                                                                         \
      fail_##t("nearbyint", x, nearby);                                                            \
    if (half != (below == above ? (x < 0 ? down : up) : nearest))                                  \
      fail_##t("round", x, half);                                                                  \
    if (signbit(x) != signbit(zero) || signbit(x) != signbit(half) || signbit(x) != signbit(near)) \
      fail_##t("sign", x, zero);                                                                   \
  }                                                                                                \
  static void check_bits_##t(word u) {                                                             \
    t x;                                                                                           \
    memcpy(&x, &u, sizeof x);                                                                      \
    if (x - x == 0)                                                                                \
      check_##t(x);                                                                                \
  }
DEFINE(double, uint64_t, 52, 1023, )
DEFINE(float, uint32_t, 23, 127, f)

static uint64_t random_bits(void) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 32 | state << 32;
}

int main(void) {
  for (uint64_t exponent = 0; exponent < 2047; exponent++)
    for (int i = 0; i < 12; i++) {
      uint64_t bits = (random_bits() & ~(UINT64_C(2047) << 52)) | exponent << 52;
      if (i & 1) // near an integer, where there is one
        bits &= ~UINT64_C(0) << (random_bits() % 52), bits -= (uint64_t)(i >> 1 & 1);
      check_bits_double(bits);
      uint32_t half = (uint32_t)random_bits();
      if (i & 1)
        half &= ~0u << (random_bits() % 23), half -= (uint32_t)(i >> 1 & 1);
      check_bits_float((half & ~(255u << 23)) | (uint32_t)(exponent % 255) << 23);
    }
  static const double special[] = {0.0,
                                   0.5,
                                   1.5,
                                   2.5,
                                   0x1.fffffffffffffp-2,
                                   0x1.fffffffffffffp51,
                                   0x1.8p52,
                                   0x1p-1074,
                                   0x1.fffffp20,
                                   0x1.fffffffcp29};
  for (unsigned i = 0; i < sizeof special / sizeof *special; i++) {
    check_double(special[i]), check_double(-special[i]);
    check_float((float)special[i]), check_float(-(float)special[i]);
  }
  volatile double infinity = INFINITY, nan = NAN;
  if (floor(infinity) != INFINITY || ceil(-infinity) != -INFINITY || trunc(infinity) != INFINITY ||
      !isnan(floor(nan)) || !isnan(ceil(nan)) || !isnan(trunc(nan)) || !isnan(truncf((float)nan)))
    failures++, puts("infinity or NaN");
  puts(failures ? "wrong" : "all right"); // CHECK: {{^}}all right
}
