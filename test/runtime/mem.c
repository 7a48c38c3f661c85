// memcpy, memmove, memset and memcmp: every alignment of both operands, lengths around the words
// and blocks that they work in, overlaps of every distance; against byte by byte. What lies beside
// the operands stays.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O2 %s -o %t.elf && %mtia-run %t.elf | FileCheck %s
// RUN: %qemu-virt %t.elf 2>&1 | FileCheck %s
// RUN: %mtia-clang -O1 -march=rv64i -mabi=lp64 %s -o %t.i && %mtia-run %t.i | FileCheck %s
//
// A program's own comes first, also if it is the only one.
// RUN: %mtia-clang -O1 -DOWN %s -o %t.own && %mtia-run %t.own | FileCheck %s --check-prefix=OWN
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 448 };
static unsigned char is[ROOM], wanted[ROOM], source[ROOM];

static unsigned random_bits(void) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(state >> 33);
}

static void fill(void) {
  for (int i = 0; i < ROOM; i++) {
    source[i] = (unsigned char)random_bits();
    is[i] = wanted[i] = (unsigned char)random_bits();
  }
}

static int same(const char *what, int to, int from, int n) {
  for (int i = 0; i < ROOM; i++)
    if (is[i] != wanted[i])
      return printf("%s to %d from %d, %d bytes: byte %d is %d\n", what, to, from, n, i, is[i]), 0;
  return 1;
}

#ifdef OWN
// OWN: own 1
static int own;
void *memset(void *to, int byte, size_t n) {
  own = 1;
  for (volatile unsigned char *d = to; n; n--)
    *d++ = (unsigned char)byte;
  return to;
}
#endif

static const int lengths[] = {0,  1,   2,   7,   8,   9,   15,  16,  17,  23,  24,  31,
                              32, 33,  39,  47,  63,  64,  65,  71,  72,  79,  80,  81,
                              95, 127, 128, 129, 135, 136, 143, 191, 200, 255, 256, 257};

int main(void) {
  // The compiler must call them.
  void *(*volatile copy)(void *, const void *, size_t) = memcpy;
  void *(*volatile move)(void *, const void *, size_t) = memmove;
  void *(*volatile set)(void *, int, size_t) = memset;
  int (*volatile compare)(const void *, const void *, size_t) = memcmp;
  for (unsigned l = 0; l < sizeof lengths / sizeof *lengths; l++) {
    int n = lengths[l];
    for (int to = 0; to < 8; to++) {
      for (int from = 0; from < 8; from++) {
        fill();
        if (copy(is + 8 + to, source + from, (size_t)n) != is + 8 + to)
          return 1;
        for (int i = 0; i < n; i++)
          wanted[8 + to + i] = source[from + i];
        if (!same("memcpy", to, from, n))
          return 1;

        // Equal, then with one byte that is not.
        if (compare(is + 8 + to, source + from, (size_t)n) != 0)
          return printf("memcmp %d %d %d\n", to, from, n), 1;
        if (n) {
          int at = (int)(random_bits() % (unsigned)n);
          is[8 + to + at] ^= (unsigned char)(1 + random_bits() % 255);
          if (at + 1 < n)
            is[8 + to + n - 1] = (unsigned char)random_bits();
          int sign = is[8 + to + at] < source[from + at] ? -1 : 1;
          int got = compare(is + 8 + to, source + from, (size_t)n);
          if ((got > 0) - (got < 0) != sign)
            return printf("memcmp %d %d %d: %d at %d\n", to, from, n, got, at), 1;
        }
      }
      fill();
      if (set(is + 8 + to, 0x1a0 + to, (size_t)n) != is + 8 + to)
        return 1;
      for (int i = 0; i < n; i++)
        wanted[8 + to + i] = (unsigned char)(0xa0 + to);
      if (!same("memset", to, 0, n))
        return 1;
    }
    for (int distance = -70; distance <= 70; distance++) {
      int to = 72 + (int)(random_bits() % 8), from = to + distance;
      fill();
      if (move(is + to, is + from, (size_t)n) != is + to)
        return 1;
      unsigned char kept[ROOM];
      for (int i = 0; i < n; i++)
        kept[i] = wanted[from + i];
      for (int i = 0; i < n; i++)
        wanted[to + i] = kept[i];
      if (!same("memmove", to, from, n))
        return 1;
    }
  }
#ifdef OWN
  printf("own %d\n", own);
#endif
  puts("all equal"); // CHECK: all equal
}
