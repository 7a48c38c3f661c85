// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "measure.h"
#include <stdlib.h>

static long used;

void *local(long bytes) {
  long place = used;
  used += (bytes + 63) & -64;
  if (used > MTIA_LOCAL_SIZE) {
    printf("local memory is full\n");
    exit(1);
  }
  return (char *)MTIA_LOCAL_BASE + place;
}

void local_reset(void) { used = 0; }

uint32_t random_bits(void) {
  static uint64_t state = 1;
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(state >> 32) ^ (uint32_t)(state >> 13);
}
