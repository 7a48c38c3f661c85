// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the programs of this folder share: cycles, numbers, places in local memory.
#ifndef MTIA_BENCH_SIMD_MEASURE_H
#define MTIA_BENCH_SIMD_MEASURE_H

#include <mtia/memory_map.h>
#include <stdint.h>
#include <stdio.h>

static inline unsigned long cycles(void) {
  unsigned long now;
  __asm__ volatile("csrr %0, mcycle" : "=r"(now)::"memory");
  return now;
}

// Twice: the first time brings the code into the cache, so it must be the same code. The variable
// gets the second's cycles.
#define MEASURE(variable, ...)                                                                     \
  do {                                                                                             \
    for (volatile int round_ = 0; round_ < 2; round_++) {                                          \
      unsigned long began_ = cycles();                                                             \
      __VA_ARGS__;                                                                                 \
      variable = cycles() - began_;                                                                \
    }                                                                                              \
  } while (0)

// Local memory, from its start on. Exits if it is full.
void *local(long bytes);
void local_reset(void);

// Pseudo-random numbers.
uint32_t random_bits(void);
static inline double random_between(double low, double high) {
  return low + (high - low) * (random_bits() * 0x1p-32);
}

#endif
