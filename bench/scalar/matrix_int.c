// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrices of whole numbers of 8, 16, 32 bits: products with clamping,
// transposition, a 3x3 filter of an image, integral sums.
#include "bench.h"

enum { N = 64, W = 160, H = 120 };

static int8_t a8[N][N], b8[N][N];
static int16_t a16[N][N], t16[N][N];
static int32_t c[N][N];
static uint8_t image[H][W], out[H][W];
static uint32_t integral[H + 1][W + 1];

static void product8(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int32_t sum = 0;
      for (int k = 0; k < N; k++)
        sum += a8[i][k] * b8[k][j];
      c[i][j] = sum;
    }
}

static void clamp_to_16(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int32_t x = (c[i][j] * 37 + 64) >> 7;
      a16[i][j] = x < -32768 ? -32768 : x > 32767 ? 32767 : x;
    }
}

static void transpose(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      t16[j][i] = a16[i][j];
}

static void filter(void) {
  static const int weights[3][3] = {{-1, -2, 3}, {-2, 12, 1}, {2, 1, -3}};
  for (int y = 1; y < H - 1; y++)
    for (int x = 1; x < W - 1; x++) {
      int sum = 0;
      for (int dy = 0; dy < 3; dy++)
        for (int dx = 0; dx < 3; dx++)
          sum += weights[dy][dx] * image[y + dy - 1][x + dx - 1];
      sum /= 8;
      out[y][x] = sum < 0 ? 0 : sum > 255 ? 255 : sum;
    }
}

static uint32_t boxes(int size) {
  uint32_t best = 0;
  for (int y = 0; y < H; y++) {
    uint32_t row = 0;
    for (int x = 0; x < W; x++) {
      row += out[y][x];
      integral[y + 1][x + 1] = integral[y][x + 1] + row;
    }
  }
  for (int y = size; y <= H; y++)
    for (int x = size; x <= W; x++) {
      uint32_t s = integral[y][x] - integral[y - size][x] - integral[y][x - size] +
                   integral[y - size][x - size];
      best = s > best ? s : best;
    }
  return best;
}

int main(void) {
  uint64_t seed = 7, sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      a8[i][j] = bench_random(&seed), b8[i][j] = bench_random(&seed);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      image[y][x] = bench_random(&seed) >> 5;
  for (int round = 0; round < 12; round++) {
    product8();
    clamp_to_16();
    transpose();
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++)
        a8[i][j] += t16[i][j] >> 3;
    filter();
    sum = bench_mix(sum, boxes(5 + round) + t16[round][N - round - 1]);
    for (int x = 0; x < W; x++)
      image[round + 5][x] = out[round + 6][x] ^ x;
  }
  return bench_result(sum);
}
