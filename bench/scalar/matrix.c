// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrices of double: product (plain and in blocks), LU decomposition with
// pivots, solution and residual.
#include "bench.h"
#include <math.h>

enum { N = 96, BLOCK = 16 };

static double a[N][N], b[N][N], c[N][N], lu[N][N];
static int order[N];

static void multiply(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      double sum = 0;
      for (int k = 0; k < N; k++)
        sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
}

static void multiply_blocks(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      c[i][j] = 0;
  for (int ib = 0; ib < N; ib += BLOCK)
    for (int kb = 0; kb < N; kb += BLOCK)
      for (int i = ib; i < ib + BLOCK; i++)
        for (int k = kb; k < kb + BLOCK; k++) {
          double x = a[i][k];
          for (int j = 0; j < N; j++)
            c[i][j] += x * b[k][j];
        }
}

static int decompose(void) {
  int swaps = 0;
  for (int i = 0; i < N; i++)
    order[i] = i;
  for (int k = 0; k < N; k++) {
    int pivot = k;
    for (int i = k + 1; i < N; i++)
      if (fabs(lu[i][k]) > fabs(lu[pivot][k]))
        pivot = i;
    if (pivot != k) {
      swaps++;
      int t = order[k];
      order[k] = order[pivot];
      order[pivot] = t;
      for (int j = 0; j < N; j++) {
        double x = lu[k][j];
        lu[k][j] = lu[pivot][j];
        lu[pivot][j] = x;
      }
    }
    for (int i = k + 1; i < N; i++) {
      double factor = lu[i][k] /= lu[k][k];
      for (int j = k + 1; j < N; j++)
        lu[i][j] -= factor * lu[k][j];
    }
  }
  return swaps;
}

int main(void) {
  uint64_t seed = 6, sum = 0;
  double x[N];
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      a[i][j] = (int)(bench_random(&seed) % 2001 - 1000) / 64.0;
      b[i][j] = (int)(bench_random(&seed) % 2001 - 1000) / 64.0;
    }
  // Numbers with few bits: the products are exact in any order of addition.
  for (int round = 0; round < 2; round++) {
    multiply();
    for (int i = 0; i < N; i++)
      sum = bench_mix(sum, (int64_t)(c[i][N - 1 - i] * 4096));
    multiply_blocks();
    for (int i = 0; i < N; i++)
      sum = bench_mix(sum, (int64_t)(c[i][i] * 4096));
    a[round][round] += 1;
  }
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      lu[i][j] = a[i][j];
  sum = bench_mix(sum, decompose());
  for (int i = 0; i < N; i++) {
    x[i] = order[i];
    for (int j = 0; j < i; j++)
      x[i] -= lu[i][j] * x[j];
  }
  for (int i = N - 1; i >= 0; i--) {
    for (int j = i + 1; j < N; j++)
      x[i] -= lu[i][j] * x[j];
    x[i] /= lu[i][i];
  }
  for (int i = 0; i < N; i++) {
    double y = 0;
    for (int j = 0; j < N; j++)
      y += a[i][j] * x[j];
    if (fabs(y - i) > 1e-8)
      return 1;
  }
  return bench_result(sum);
}
