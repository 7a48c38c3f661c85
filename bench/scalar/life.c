// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conway's game of life: a byte per cell, and 64 cells per word.
#include "bench.h"
#include <string.h>

enum { W = 64, H = 64 };

static uint8_t cells[2][H + 2][W + 2];
static uint64_t words[2][H];

static void step_bytes(int from) {
  uint8_t (*a)[W + 2] = cells[from], (*b)[W + 2] = cells[1 - from];
  for (int y = 1; y <= H; y++)
    a[y][0] = a[y][W], a[y][W + 1] = a[y][1];
  memcpy(a[0], a[H], W + 2);
  memcpy(a[H + 1], a[1], W + 2);
  for (int y = 1; y <= H; y++)
    for (int x = 1; x <= W; x++) {
      int n = a[y - 1][x - 1] + a[y - 1][x] + a[y - 1][x + 1] + a[y][x - 1] + a[y][x + 1] +
              a[y + 1][x - 1] + a[y + 1][x] + a[y + 1][x + 1];
      b[y][x] = n == 3 || (n == 2 && a[y][x]);
    }
}

static uint64_t west(uint64_t x) { return x << 1 | x >> 63; }
static uint64_t east(uint64_t x) { return x >> 1 | x << 63; }

// Adds one more neighbour of every cell to the sums, which stop at 4 and more.
static void add(uint64_t *ones, uint64_t *twos, uint64_t *fours, uint64_t x) {
  uint64_t carry = *ones & x;
  *ones ^= x;
  *fours |= *twos & carry;
  *twos ^= carry;
}

static void step_words(int from) {
  for (int y = 0; y < H; y++) {
    uint64_t above = words[from][(y + H - 1) % H], here = words[from][y],
             below = words[from][(y + 1) % H], ones = 0, twos = 0, fours = 0;
    add(&ones, &twos, &fours, west(above));
    add(&ones, &twos, &fours, above);
    add(&ones, &twos, &fours, east(above));
    add(&ones, &twos, &fours, west(here));
    add(&ones, &twos, &fours, east(here));
    add(&ones, &twos, &fours, west(below));
    add(&ones, &twos, &fours, below);
    add(&ones, &twos, &fours, east(below));
    words[1 - from][y] = twos & ~fours & (ones | here);
  }
}

int main(void) {
  uint64_t seed = 15, sum = 0;
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++) {
      int alive = bench_random(&seed) % 3 == 0;
      cells[0][y + 1][x + 1] = alive;
      words[0][y] |= (uint64_t)alive << x;
    }
  for (int i = 0; i < 300; i++) {
    step_bytes(i & 1);
    for (int k = 0; k < 2; k++)
      step_words(k);
    step_words(0), step_words(1);
  }
  // After 300 steps of bytes the words, which are 900 steps ahead, are not compared.
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      sum = sum * 3 + cells[0][y + 1][x + 1] + (words[0][y] >> x & 1);
  return bench_result(sum);
}
