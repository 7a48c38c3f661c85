// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The largest singular value of an infinite matrix's corner, by iteration.
#include "bench.h"
#include <math.h>

enum { N = 160 };

static double element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const double *v, double *out) {
  for (int i = 0; i < N; i++) {
    double sum = 0;
    for (int j = 0; j < N; j++)
      sum += element(i, j) * v[j];
    out[i] = sum;
  }
}

static void times_transposed(const double *v, double *out) {
  for (int i = 0; i < N; i++) {
    double sum = 0;
    for (int j = 0; j < N; j++)
      sum += element(j, i) * v[j];
    out[i] = sum;
  }
}

int main(void) {
  double u[N], v[N], t[N], uv = 0, vv = 0;
  for (int i = 0; i < N; i++)
    u[i] = 1;
  for (int i = 0; i < 20; i++) {
    times(u, t);
    times_transposed(t, v);
    times(v, t);
    times_transposed(t, u);
  }
  for (int i = 0; i < N; i++) {
    uv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  return bench_result((uint64_t)(sqrt(uv / vv) * 1e9));
}
