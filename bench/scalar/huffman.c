// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Huffman's code: frequencies, tree, canonical code, bits written and read.
#include "bench.h"
#include <string.h>

enum { SIZE = 1 << 16, LONGEST = 24 };

static uint8_t text[SIZE], packed[2 * SIZE], unpacked[SIZE];
static uint8_t length[256];
static uint32_t code[256];

struct item {
  uint32_t weight;
  int16_t parent;
};

static void lengths_of_tree(const uint32_t *frequency) {
  static struct item items[512];
  int heap[513], n = 0, made = 256;
  for (int i = 0; i < 256; i++) {
    items[i] = (struct item){frequency[i], -1};
    if (!frequency[i])
      continue;
    int at = ++n;
    for (; at > 1 && items[heap[at / 2]].weight > frequency[i]; at /= 2)
      heap[at] = heap[at / 2];
    heap[at] = i;
  }
  while (n > 1) {
    int pair[2];
    for (int k = 0; k < 2; k++) {
      pair[k] = heap[1];
      int last = heap[n--], at = 1;
      for (int child; (child = 2 * at) <= n; at = child) {
        if (child < n && items[heap[child + 1]].weight < items[heap[child]].weight)
          child++;
        if (items[heap[child]].weight >= items[last].weight)
          break;
        heap[at] = heap[child];
      }
      heap[at] = last;
    }
    items[made] = (struct item){items[pair[0]].weight + items[pair[1]].weight, -1};
    items[pair[0]].parent = items[pair[1]].parent = made;
    int at = ++n;
    for (; at > 1 && items[heap[at / 2]].weight > items[made].weight; at /= 2)
      heap[at] = heap[at / 2];
    heap[at] = made++;
  }
  for (int i = 0; i < 256; i++) {
    length[i] = 0;
    for (int at = i; frequency[i] && items[at].parent >= 0; at = items[at].parent)
      length[i]++;
  }
}

static uint32_t first[LONGEST + 2];
static uint16_t offset[LONGEST + 2];
static uint8_t symbols[256];

static void canonical(void) {
  uint32_t next = 0;
  int k = 0;
  for (int bits = 1; bits <= LONGEST; bits++) {
    first[bits] = next;
    offset[bits] = k;
    for (int i = 0; i < 256; i++)
      if (length[i] == bits) {
        symbols[k++] = i;
        code[i] = next++;
      }
    next <<= 1;
  }
  first[LONGEST + 1] = ~0u;
  offset[LONGEST + 1] = k;
}

static size_t encode(void) {
  uint64_t buffer = 0;
  int used = 0;
  uint8_t *out = packed;
  for (int i = 0; i < SIZE; i++) {
    int n = length[text[i]];
    buffer = buffer << n | code[text[i]];
    used += n;
    while (used >= 8) {
      used -= 8;
      *out++ = buffer >> used;
    }
  }
  *out++ = buffer << (8 - used);
  return out - packed;
}

static void decode(void) {
  const uint8_t *in = packed;
  uint32_t bit = 0, current = 0;
  for (int i = 0; i < SIZE; i++) {
    uint32_t value = 0;
    for (int bits = 1;; bits++) {
      if (bit == 0)
        current = *in++, bit = 8;
      value = value << 1 | (current >> --bit & 1);
      uint32_t index = value - first[bits];
      if (value >= first[bits] && index < (uint32_t)(offset[bits + 1] - offset[bits])) {
        unpacked[i] = symbols[offset[bits] + index];
        break;
      }
    }
  }
}

int main(void) {
  uint64_t seed = 12, sum = 0;
  for (int round = 0; round < 4; round++) {
    uint32_t frequency[256] = {0};
    for (int i = 0; i < SIZE; i++) {
      uint32_t r = bench_random(&seed);
      text[i] = 97 + __builtin_ctz(r | 1 << 20) * 3 + (r >> 30) + round;
      frequency[text[i]]++;
    }
    lengths_of_tree(frequency);
    canonical();
    size_t n = encode();
    decode();
    if (memcmp(text, unpacked, SIZE) != 0)
      return 1;
    sum = bench_mix(sum, n);
    for (size_t i = 0; i < n; i++)
      sum = sum * 33 + packed[i];
  }
  return bench_result(sum);
}
