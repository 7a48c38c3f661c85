// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compression by repeats (LZ77, hash of three bytes) and back again.
#include "bench.h"
#include <string.h>

enum { SIZE = 1 << 16, HASH_BITS = 12, WINDOW = 8192 };

static uint8_t text[SIZE], packed[2 * SIZE], unpacked[SIZE];
static int32_t head[1 << HASH_BITS], previous[SIZE];

static uint32_t hash(const uint8_t *p) {
  return ((p[0] | p[1] << 8 | (uint32_t)p[2] << 16) * 0x9e3779b1u) >> (32 - HASH_BITS);
}

static void make_text(uint64_t *seed) {
  int at = 0;
  while (at < SIZE) {
    uint32_t r = bench_random(seed);
    if (at > 100 && r % 4) {
      int from = at - 1 - (r >> 4) % (at < 5000 ? at : 5000), n = 3 + (r >> 20) % 20;
      while (n-- > 0 && at < SIZE)
        text[at++] = text[from++];
    } else {
      text[at++] = "etaoin shrdlu"[(r >> 8) % 13];
    }
  }
}

// A token: length of the literals (a byte), the literals, length of the repeat
// (a byte), its distance (two bytes).
static int pack(void) {
  int out = 0, start = 0, i = 0;
  memset(head, -1, sizeof head);
  while (i + 3 < SIZE) {
    int best = 0, where = 0, tries = 16;
    uint32_t h = hash(text + i);
    for (int32_t at = head[h]; at >= 0 && i - at < WINDOW && tries-- > 0; at = previous[at]) {
      int n = 0;
      while (i + n < SIZE && n < 255 && text[at + n] == text[i + n])
        n++;
      if (n > best)
        best = n, where = i - at;
    }
    previous[i] = head[h];
    head[h] = i;
    if (best < 4 && i - start < 255) {
      i++;
      continue;
    }
    packed[out++] = i - start;
    memcpy(packed + out, text + start, i - start);
    out += i - start;
    packed[out++] = best;
    packed[out++] = where & 255;
    packed[out++] = where >> 8;
    for (int n = 1; n < best && i + n + 3 < SIZE; n++) {
      uint32_t g = hash(text + i + n);
      previous[i + n] = head[g];
      head[g] = i + n;
    }
    i += best;
    start = i;
  }
  packed[out++] = SIZE - start;
  memcpy(packed + out, text + start, SIZE - start);
  return out + SIZE - start;
}

static int unpack(int size) {
  int out = 0;
  for (const uint8_t *p = packed, *end = packed + size; p < end;) {
    for (int n = *p++; n > 0; n--)
      unpacked[out++] = *p++;
    if (p >= end)
      break;
    int n = p[0], distance = p[1] | p[2] << 8;
    p += 3;
    for (; n > 0; n--, out++)
      unpacked[out] = unpacked[out - distance];
  }
  return out;
}

int main(void) {
  uint64_t seed = 11, sum = 0;
  for (int round = 0; round < 4; round++) {
    make_text(&seed);
    int size = pack();
    if (unpack(size) != SIZE || memcmp(text, unpacked, SIZE) != 0)
      return 1;
    sum = bench_mix(sum, size);
    for (int i = 0; i < size; i++)
      sum = sum * 31 + packed[i];
  }
  return bench_result(sum);
}
