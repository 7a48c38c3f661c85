// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sudoku by elimination: candidates in bits, the field with the fewest first.
#include "bench.h"
#include <string.h>

static const char *const puzzles[] = {
    "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
    "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
    "1....7.9..3..2...8..96..5....53..9...1..8...26....4...3......1..4......7..7...3..",
    "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......"};

struct board {
  uint16_t rows[9], columns[9], boxes[9];
  uint8_t field[81];
};

static uint64_t nodes;

static void set(struct board *b, int at, int digit) {
  int row = at / 9, column = at % 9;
  uint16_t bit = 1 << digit;
  b->field[at] = digit + 1;
  b->rows[row] |= bit;
  b->columns[column] |= bit;
  b->boxes[row / 3 * 3 + column / 3] |= bit;
}

static void unset(struct board *b, int at) {
  int row = at / 9, column = at % 9;
  uint16_t keep = ~(1 << (b->field[at] - 1));
  b->field[at] = 0;
  b->rows[row] &= keep;
  b->columns[column] &= keep;
  b->boxes[row / 3 * 3 + column / 3] &= keep;
}

static int solve(struct board *b) {
  int best = -1, fewest = 10;
  unsigned choice = 0;
  nodes++;
  for (int at = 0; at < 81; at++) {
    if (b->field[at])
      continue;
    int row = at / 9, column = at % 9;
    unsigned open =
        0x1ff & ~(b->rows[row] | b->columns[column] | b->boxes[row / 3 * 3 + column / 3]);
    int count = __builtin_popcount(open);
    if (count < fewest) {
      best = at, fewest = count, choice = open;
      if (count <= 1)
        break;
    }
  }
  if (best < 0)
    return 1;
  for (; choice; choice &= choice - 1) {
    set(b, best, __builtin_ctz(choice));
    if (solve(b))
      return 1;
    unset(b, best);
  }
  return 0;
}

int main(void) {
  uint64_t sum = 0;
  for (int k = 0; k < 4; k++) {
    struct board b;
    memset(&b, 0, sizeof b);
    for (int i = 0; i < 81; i++)
      if (puzzles[k][i] != '.')
        set(&b, i, puzzles[k][i] - '1');
    if (!solve(&b))
      return 1;
    for (int i = 0; i < 81; i++)
      sum = sum * 11 + b.field[i];
    sum = bench_mix(sum, nodes);
  }
  return bench_result(sum);
}
