// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tests of --gdb look at. They find lines by the words behind "//".
#include <stdio.h>

struct point {
  int x, y;
  double weight;
  char name[8];
  struct {
    unsigned low : 3, high : 5;
  } bits;
};

enum colour { RED, GREEN = 5, BLUE };

union word {
  unsigned bits;
  float value;
};

int counter;
static const char *const words[] = {"one", "two", "three"};
int table[2][3] = {{1, 2, 3}, {4, 5, 6}};

__attribute__((noinline)) int leaf(int n, struct point *p) {
  counter += n; // leaf first
  p->x += n;
  return 2 * n; // leaf last
}

__attribute__((noinline)) int middle(int n, struct point *p) {
  int parts[3] = {n, n + 1, n + 2};
  int sum = 0;
  for (int i = 0; i < 3; i++)
    sum += leaf(parts[i], p); // call leaf
  return sum;                 // middle last
}

__attribute__((noinline)) double scale(double factor, float bias, long long big, short small) {
  double product = factor * 2.0 + bias;
  return product + (double)(big + small); // scale last
}

__attribute__((noinline)) int fib(int n) {
  if (n < 2)
    return n; // fib end
  return fib(n - 1) + fib(n - 2);
}

int main(void) {
  struct point p = {1, 2, 2.5, "abc", {5, 17}};
  enum colour colour = GREEN;
  union word word = {.value = 1.5f};
  int total = 0;
  for (int i = 0; i < 4; i++)
    total += middle(i, &p); // call middle
  double scaled = scale(1.25, 0.5f, 1000000000000ll, -7);
  printf("total %d counter %d x %d %s %d %d %.2f fib %d\n", total, counter, p.x, words[total % 3],
         colour, word.bits == 0x3fc00000 + table[1][2] - 6, scaled, fib(6));
  return total & 15; // main last
}
