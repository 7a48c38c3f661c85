// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Mandelbrot set: in double, and in fixed point of 64 bits.
#include "bench.h"

enum { SIZE = 96, LIMIT = 200 };

static int in_double(double cr, double ci) {
  double x = 0, y = 0;
  int n = 0;
  while (n < LIMIT && x * x + y * y <= 4) {
    double t = x * x - y * y + cr;
    y = 2 * x * y + ci;
    x = t;
    n++;
  }
  return n;
}

// Numbers with 24 bits after the point.
static int in_fixed(int64_t cr, int64_t ci) {
  int64_t x = 0, y = 0;
  for (int n = 0; n < LIMIT; n++) {
    int64_t xx = x * x >> 24, yy = y * y >> 24;
    if (xx + yy > INT64_C(4) << 24)
      return n;
    y = (x * y >> 23) + ci;
    x = xx - yy + cr;
  }
  return LIMIT;
}

int main(void) {
  uint64_t inside = 0, sum = 0;
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) {
      // Points at the border may differ by the rounding: only those inside count.
      inside += in_double(-2 + 2.5 * j / SIZE, -1.25 + 2.5 * i / SIZE) == LIMIT;
      sum += in_fixed(-(2 << 24) + 5 * ((int64_t)j << 23) / SIZE,
                      -(5 << 22) + 5 * ((int64_t)i << 23) / SIZE);
    }
  return bench_result(bench_mix(sum, inside));
}
