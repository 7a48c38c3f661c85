// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Variables of optimised code: in registers, inlined, split, known only from the caller.
#include <stdint.h>

volatile int sink, input = 5;

struct pair {
  int32_t low, high;
};

__attribute__((noinline)) void use(int n) { sink += n; }

static inline int twice(int doubled) {
  int result = 2 * doubled + input;
  use(result); // inlined
  return result;
}

__attribute__((noinline)) int work(int first, int second) {
  int sum = first + second; // work first
  struct pair pair = {sum, first};
  use(pair.low);
  sum += twice(pair.high);
  for (int i = 0; i < 3; i++)
    use(i + sum); // loop
  return sum;
}

// Not kept in work(), but in the frame of its caller.
__attribute__((noinline)) int dropped(int gone, int kept) {
  use(gone + 1);
  use(kept); // gone
  return kept;
}

int main(void) {
  int seed = input;
  int result = work(seed, 7);
  result += dropped(seed * 3, result);
  return result & 15; // main last
}
