// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the programs of this folder share: a generator of pseudo-random numbers
// and a checksum. Every program prints one line, the same on every machine.
#ifndef MTIA_BENCH_SCALAR_BENCH_H
#define MTIA_BENCH_SCALAR_BENCH_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

// Marsaglia's xorshift64*, of the state that the caller keeps.
static inline uint32_t bench_random(uint64_t *state) {
  uint64_t x = *state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  *state = x;
  return (uint32_t)(x * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

// FNV-1a over the bytes of one word.
static inline uint64_t bench_mix(uint64_t sum, uint64_t word) {
  for (int i = 0; i < 8; i++) {
    sum = (sum ^ (word & 255)) * UINT64_C(0x100000001b3);
    word >>= 8;
  }
  return sum;
}

static inline int bench_result(uint64_t sum) {
  printf("%016" PRIx64 "\n", sum);
  return 0;
}

#endif
