// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tricks with bits: counts, scans, reversal, rotations, Gray code, Morton
// order, parity, saturating and averaging, sets in words.
#include "bench.h"

static uint32_t reverse32(uint32_t x) {
  x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
  x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
  x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
  return __builtin_bswap32(x);
}

static uint64_t spread(uint32_t x) {
  uint64_t y = x;
  y = (y | y << 16) & UINT64_C(0x0000ffff0000ffff);
  y = (y | y << 8) & UINT64_C(0x00ff00ff00ff00ff);
  y = (y | y << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  y = (y | y << 2) & UINT64_C(0x3333333333333333);
  return (y | y << 1) & UINT64_C(0x5555555555555555);
}

static uint32_t gather(uint64_t y) {
  y &= UINT64_C(0x5555555555555555);
  y = (y | y >> 1) & UINT64_C(0x3333333333333333);
  y = (y | y >> 2) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  y = (y | y >> 4) & UINT64_C(0x00ff00ff00ff00ff);
  y = (y | y >> 8) & UINT64_C(0x0000ffff0000ffff);
  return (uint32_t)(y | y >> 16);
}

static uint32_t from_gray(uint32_t g) {
  for (int shift = 16; shift; shift >>= 1)
    g ^= g >> shift;
  return g;
}

static int32_t saturate(int32_t a, int32_t b) {
  int32_t sum;
  if (__builtin_add_overflow(a, b, &sum))
    return a < 0 ? INT32_MIN : INT32_MAX;
  return sum;
}

static uint32_t root(uint32_t x) {
  uint32_t result = 0;
  for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
    if (x >= result + bit) {
      x -= result + bit;
      result = (result >> 1) + bit;
    } else {
      result >>= 1;
    }
  }
  return result;
}

static int has_zero_byte(uint64_t x) {
  return ((x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080)) != 0;
}

static uint64_t set[64];

static int count_set(void) {
  int n = 0;
  for (int i = 0; i < 64; i++)
    n += __builtin_popcountll(set[i]);
  return n;
}

static int next_in_set(int from) {
  if (from >= 4096)
    return -1;
  uint64_t w = set[from / 64] >> from % 64;
  if (w)
    return from + __builtin_ctzll(w);
  for (int i = from / 64 + 1; i < 64; i++)
    if (set[i])
      return 64 * i + __builtin_ctzll(set[i]);
  return -1;
}

int main(void) {
  uint64_t seed = 17, sum = 0;
  for (int i = 0; i < 150000; i++) {
    uint32_t x = bench_random(&seed), y = bench_random(&seed);
    uint64_t z = (uint64_t)x << 32 | y;
    sum += reverse32(x) ^ gather(spread(x) | spread(y) << 1);
    sum = (sum << 7 | sum >> 57) + __builtin_clz(x | 1) + __builtin_popcountll(z);
    sum ^= from_gray(y ^ y >> 1) + (uint64_t)saturate(x, y);
    sum += root(x) * (uint64_t)has_zero_byte(z) + (__builtin_parity(x) ? y : ~y);
    sum += (x & y) + ((x ^ y) >> 1);
    uint32_t rotated = x << (y & 31) | x >> (-y & 31);
    sum ^= z & (z - 1) & ~(UINT64_C(1) << (rotated & 63));
    set[x % 64] ^= UINT64_C(1) << (y & 63);
    if (set[y % 64] >> (x & 63) & 1)
      set[y % 64] |= UINT64_C(1) << (rotated & 63);
    if (i % 4096 == 0) {
      sum += count_set();
      for (int at = next_in_set(0); at >= 0; at = next_in_set(at + 1))
        sum = sum * 3 + at;
    }
  }
  return bench_result(sum);
}
