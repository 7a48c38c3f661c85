// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers of 1024 bits in 64-bit limbs: Montgomery's multiplication, a power
// modulo an odd number, and division of a long number by a short one.
#include "bench.h"

enum { LIMBS = 16 };
typedef unsigned __int128 wide;

static uint64_t modulus[LIMBS], negative_inverse;

static int compare(const uint64_t *a, const uint64_t *b) {
  for (int i = LIMBS - 1; i >= 0; i--)
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  return 0;
}

static uint64_t subtract(uint64_t *a, const uint64_t *b) {
  uint64_t borrow = 0;
  for (int i = 0; i < LIMBS; i++) {
    wide d = (wide)a[i] - b[i] - borrow;
    a[i] = (uint64_t)d;
    borrow = d >> 64 & 1;
  }
  return borrow;
}

// result = a * b / 2^1024 modulo the modulus.
static void montgomery(uint64_t *result, const uint64_t *a, const uint64_t *b) {
  uint64_t t[LIMBS + 2] = {0};
  for (int i = 0; i < LIMBS; i++) {
    uint64_t carry = 0;
    for (int j = 0; j < LIMBS; j++) {
      wide x = (wide)a[j] * b[i] + t[j] + carry;
      t[j] = (uint64_t)x;
      carry = x >> 64;
    }
    wide x = (wide)t[LIMBS] + carry;
    t[LIMBS] = (uint64_t)x;
    t[LIMBS + 1] = x >> 64;
    uint64_t m = t[0] * negative_inverse;
    carry = ((wide)m * modulus[0] + t[0]) >> 64;
    for (int j = 1; j < LIMBS; j++) {
      wide y = (wide)m * modulus[j] + t[j] + carry;
      t[j - 1] = (uint64_t)y;
      carry = y >> 64;
    }
    x = (wide)t[LIMBS] + carry;
    t[LIMBS - 1] = (uint64_t)x;
    t[LIMBS] = t[LIMBS + 1] + (uint64_t)(x >> 64);
  }
  if (t[LIMBS] || compare(t, modulus) >= 0)
    subtract(t, modulus);
  for (int i = 0; i < LIMBS; i++)
    result[i] = t[i];
}

static void power(uint64_t *result, const uint64_t *base, const uint64_t *exponent, int bits) {
  uint64_t x[LIMBS];
  for (int i = 0; i < LIMBS; i++)
    x[i] = base[i];
  for (int i = bits - 2; i >= 0; i--) {
    montgomery(x, x, x);
    if (exponent[i / 64] >> i % 64 & 1)
      montgomery(x, x, base);
  }
  for (int i = 0; i < LIMBS; i++)
    result[i] = x[i];
}

static uint32_t divide_short(uint32_t *number, int n, uint32_t by) {
  uint64_t rest = 0;
  for (int i = n - 1; i >= 0; i--) {
    rest = rest << 32 | number[i];
    number[i] = rest / by;
    rest %= by;
  }
  return rest;
}

int main(void) {
  uint64_t seed = 3, sum = 0, x[LIMBS], e[LIMBS];
  for (int i = 0; i < LIMBS; i++) {
    modulus[i] = (uint64_t)bench_random(&seed) << 32 | bench_random(&seed);
    x[i] = modulus[i] >> 1;
    e[i] = (uint64_t)bench_random(&seed) << 32 | bench_random(&seed);
  }
  modulus[0] |= 1, modulus[LIMBS - 1] |= UINT64_C(1) << 63;
  uint64_t inverse = 1;
  for (int i = 0; i < 6; i++)
    inverse *= 2 - modulus[0] * inverse;
  negative_inverse = -inverse;
  for (int round = 0; round < 6; round++) {
    power(x, x, e, 1000);
    sum = bench_mix(sum, x[round]);
  }
  for (int round = 0; round < 30; round++) {
    uint32_t digits[2 * LIMBS];
    for (int i = 0; i < LIMBS; i++)
      digits[2 * i] = (uint32_t)x[i], digits[2 * i + 1] = x[i] >> 32;
    for (int i = 0; i < 114; i++)
      sum = sum * 31 + divide_short(digits, 2 * LIMBS, 1000000000 - round);
  }
  return bench_result(sum);
}
