// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whole numbers: sieve, greatest common divisors, powers modulo a prime,
// Collatz, digits, division by constants, binomials, perfect numbers.
#include "bench.h"

enum { LIMIT = 200000 };

static uint8_t composite[LIMIT];

static int sieve(void) {
  int primes = 0;
  for (int i = 2; i < LIMIT; i++) {
    if (composite[i])
      continue;
    primes++;
    for (int64_t k = (int64_t)i * i; k < LIMIT; k += i)
      composite[k] = 1;
  }
  return primes;
}

static uint32_t gcd(uint32_t a, uint32_t b) {
  while (b) {
    uint32_t t = a % b;
    a = b;
    b = t;
  }
  return a;
}

static uint64_t binary_gcd(uint64_t a, uint64_t b) {
  if (!a || !b)
    return a | b;
  int shift = __builtin_ctzll(a | b);
  a >>= __builtin_ctzll(a);
  while (b) {
    b >>= __builtin_ctzll(b);
    if (a > b) {
      uint64_t t = a;
      a = b;
      b = t;
    }
    b -= a;
  }
  return a << shift;
}

static uint32_t power(uint32_t base, uint32_t exponent, uint32_t modulus) {
  uint64_t x = base % modulus, result = 1;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = result * x % modulus;
    x = x * x % modulus;
  }
  return result;
}

static int collatz(uint64_t n) {
  int steps = 0;
  for (; n != 1; steps++)
    n = n & 1 ? 3 * n + 1 : n / 2;
  return steps;
}

static int digit_sum(int64_t x) {
  int sum = 0;
  for (; x; x /= 10)
    sum += x % 10;
  return sum;
}

static unsigned divisions(int x, unsigned y) {
  return (unsigned)(x / 3) + x / 7 - x / 10 + x / 16 + x % 12 + x / -5 +
         (y / 3 + y / 7 + y % 1000 + y / 641);
}

static uint64_t binomial(int n, int k) {
  uint64_t row[64] = {1};
  for (int i = 1; i <= n; i++)
    for (int j = i < k ? i : k; j > 0; j--)
      row[j] += row[j - 1];
  return row[k];
}

static int16_t mixed(int8_t a, uint8_t b, int16_t c, uint16_t d) {
  return (int16_t)(a * b + (c >> 3) - (d ^ 0x55) + (a < b) - (c > d));
}

int main(void) {
  uint64_t seed = 20, sum = bench_mix(0, sieve());
  for (int i = 1; i < 20000; i++) {
    uint32_t x = bench_random(&seed), y = bench_random(&seed);
    sum += gcd(x, y) + binary_gcd((uint64_t)x << 8, (uint64_t)y * 6);
    sum = sum * 3 + digit_sum((int64_t)x * (y >> 1)) + divisions(x, y);
    sum += collatz(i) + mixed(x, y, x >> 8, y >> 16);
    if (i % 16 == 0)
      sum = bench_mix(sum, power(x, y, 1000000007)) + binomial(40 + i % 8, 1 + i % 20);
  }
  return bench_result(sum);
}
