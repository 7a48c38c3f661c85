// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Queens on a board: in bits, and with arrays of flags.
#include "bench.h"

static uint64_t in_bits(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all)
    return 1;
  uint64_t found = 0;
  for (uint32_t open = all & ~(columns | left | right); open;) {
    uint32_t bit = open & -open;
    open ^= bit;
    found += in_bits(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return found;
}

static uint8_t column[16], falling[32], rising[32];
static int8_t at[16];

static int with_flags(int n, int row) {
  if (row == n)
    return at[0] < n / 2 ? 2 : 1;
  int found = 0;
  for (int x = 0; x < n; x++) {
    if (column[x] || falling[row + x] || rising[row - x + n])
      continue;
    column[x] = falling[row + x] = rising[row - x + n] = 1;
    at[row] = x;
    found += with_flags(n, row + 1);
    column[x] = falling[row + x] = rising[row - x + n] = 0;
  }
  return found;
}

int main(void) {
  uint64_t sum = 0;
  for (int n = 6; n <= 11; n++)
    sum = bench_mix(sum, in_bits((1u << n) - 1, 0, 0, 0));
  for (int n = 6; n <= 9; n++)
    sum = bench_mix(sum, with_flags(n, 0));
  return bench_result(sum);
}
