// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CRC-32 of a buffer: by bits, by a table of bytes, by four tables at once.
#include "bench.h"

enum { SIZE = 1 << 16 };

static uint8_t bytes[SIZE];
static uint32_t table[4][256];

static uint32_t by_bits(const uint8_t *p, int n) {
  uint32_t c = ~0u;
  while (n-- > 0) {
    c ^= *p++;
    for (int k = 0; k < 8; k++)
      c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
  }
  return ~c;
}

static void make_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++)
      c = c >> 1 ^ (0xedb88320 & -(c & 1));
    table[0][i] = c;
  }
  for (int i = 0; i < 256; i++)
    for (int t = 1; t < 4; t++)
      table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 255];
}

static uint32_t by_bytes(const uint8_t *p, int n) {
  uint32_t c = ~0u;
  for (int i = 0; i < n; i++)
    c = table[0][(c ^ p[i]) & 255] ^ c >> 8;
  return ~c;
}

static uint32_t by_words(const uint8_t *p, int n) {
  uint32_t c = ~0u;
  for (; n >= 4; n -= 4, p += 4) {
    c ^= p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
    c = table[3][c & 255] ^ table[2][c >> 8 & 255] ^ table[1][c >> 16 & 255] ^ table[0][c >> 24];
  }
  while (n-- > 0)
    c = table[0][(c ^ *p++) & 255] ^ c >> 8;
  return ~c;
}

int main(void) {
  uint64_t seed = 1, sum = 0;
  for (int i = 0; i < SIZE; i++)
    bytes[i] = bench_random(&seed);
  make_tables();
  for (int round = 0; round < 16; round++) {
    sum = bench_mix(sum, by_bytes(bytes + round, SIZE - round));
    sum = bench_mix(sum, by_words(bytes + round, SIZE - 2 * round));
    if (round % 8 == 0)
      sum = bench_mix(sum, by_bits(bytes + round, SIZE / 2));
    bytes[round]++;
  }
  return bench_result(sum);
}
