// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// Memory: frames from nothing to beyond every immediate, alloca, variable-length
// arrays, alignment, unaligned access, block copies of every small size, volatile.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME(n)                                                                                   \
  __attribute__((noinline)) static unsigned frame_##n(unsigned seed) {                             \
    volatile unsigned char a[n];                                                                   \
    a[0] = (unsigned char)seed, a[n - 1] = (unsigned char)(seed + 1),                              \
    a[n / 2] = (unsigned char)(seed + 2);                                                          \
    return a[0] + 3u * a[n - 1] + 5u * a[n / 2];                                                   \
  }
FRAME(3)
FRAME(100)
FRAME(2000)
FRAME(2040)
FRAME(2047)
FRAME(2048)
FRAME(2049)
FRAME(4080)
FRAME(4096)
FRAME(5000)
FRAME(65536)
FRAME(300000)

__attribute__((noinline)) static int sum_of(const int *p, int n) {
  int s = 0;
  for (int i = 0; i < n; i++)
    s += p[i] * (i + 1);
  return s;
}
__attribute__((noinline)) static int vla(int n, int m) {
  int big[3000], line[n], box[n][m];
  big[2999] = n;
  for (int i = 0; i < n; i++) {
    line[i] = i * m;
    for (int j = 0; j < m; j++)
      box[i][j] = i - j;
  }
  char *more = __builtin_alloca((size_t)n * 3);
  memset(more, n, (size_t)n * 3);
  int s = sum_of(line, n) + big[2999] + more[n];
  for (int i = 0; i < n; i++) {
    int inner[i + 1]; // grows and shrinks the frame in the loop
    inner[i] = i, inner[0] = 1;
    s += sum_of(box[i], m) + inner[i] + (int)sizeof inner;
  }
  return s;
}
struct __attribute__((packed)) loose {
  char c;
  uint16_t h;
  uint32_t w;
  uint64_t d;
};
__attribute__((noinline)) static uint64_t unaligned(const struct loose *p) {
  return p->h + p->w * 3ull + p->d;
}
__attribute__((noinline)) static void bump(struct loose *p) { p->h++, p->w += 70000, p->d *= 3; }

static unsigned char from[600], to[600];
static uint64_t hash(void) {
  uint64_t h = 1;
  for (int i = 0; i < 600; i++)
    h = h * 31 + to[i];
  return h;
}
#define COPY(n)                                                                                    \
  memset(to, 0, 600), memcpy(to + 8, from + 8, n), printf("%llx ", (unsigned long long)hash()),    \
      memcpy(to + 3, from + 5, n), printf("%llx ", (unsigned long long)hash()),                    \
      memset(to + 1, n, n), memmove(to + 7, to + 2, n),                                            \
      printf("%llx\n", (unsigned long long)hash())

static int zero[1000];
static int64_t big_table[40000]; // needs more than one offset's reach
int common_one;
extern int common_one;
static const char *const words[] = {"alpha", "beta", "", "gamma\0delta"};
static char buffer[] = "writable";
static int *const inside = &zero[500];
static const char *const behind = &"0123456789"[4];

int main(void) {
  printf("%u %u %u %u %u %u ", frame_3(1), frame_100(2), frame_2000(3), frame_2040(4),
         frame_2047(5), frame_2048(6));
  printf("%u %u %u %u %u %u\n", frame_2049(7), frame_4080(8), frame_4096(9), frame_5000(10),
         frame_65536(11), frame_300000(12));
  printf("%d %d %d\n", vla(1, 1), vla(17, 5), vla(100, 40));
  char raw[64];
  for (int i = 0; i < 8; i++) {
    struct loose *p = (struct loose *)(raw + i);
    *p = (struct loose){1, 65535, 0xfffffff0, 0x123456789abcdef};
    bump(p);
    printf("%llx ", (unsigned long long)unaligned(p));
  }
  puts("");
  for (int i = 0; i < 600; i++)
    from[i] = (unsigned char)(i * 37 + 11);
  COPY(1);
  COPY(2);
  COPY(3);
  COPY(4);
  COPY(5);
  COPY(6);
  COPY(7);
  COPY(8);
  COPY(9);
  COPY(11);
  COPY(13);
  COPY(15);
  COPY(16);
  COPY(17);
  COPY(23);
  COPY(31);
  COPY(32);
  COPY(33);
  COPY(48);
  COPY(63);
  COPY(64);
  COPY(65);
  COPY(100);
  COPY(127);
  COPY(128);
  COPY(129);
  COPY(255);
  COPY(256);
  COPY(500);
  big_table[39999] = 5, big_table[300] = 6, inside[7] = 8, common_one = 9;
  printf("%lld %d %d %s %s %c\n", (long long)(big_table[39999] * big_table[300]), zero[507],
         common_one, words[1], words[3] + 6, *behind);
  buffer[0] = 'W';
  printf("%s %d %d\n", buffer, (int)sizeof buffer, strcmp(words[0], words[1]) < 0);
  volatile int port = 3;
  port += 4, port = port << 2;
  volatile uint8_t narrow = 250;
  for (int i = 0; i < 10; i++)
    narrow++;
  printf("%d %d\n", port > 0, narrow);
  _Alignas(64) char line[64];
  printf("%d\n", (int)((uintptr_t)line % 64));
  // Blocks that cannot overlap, many sizes.
  unsigned char *blocks[200];
  for (int i = 0; i < 200; i++)
    blocks[i] = malloc((size_t)i * i % 977 + 1), memset(blocks[i], i, (size_t)i * i % 977 + 1);
  unsigned bad = 0;
  for (int i = 0; i < 200; i += 2)
    for (int j = 0; j < i * i % 977 + 1; j++)
      bad += blocks[i][j] != i;
  for (int i = 0; i < 200; i += 3)
    free(blocks[i]);
  char *grown = NULL;
  for (int i = 1; i < 2000; i *= 2)
    grown = realloc(grown, (size_t)i), grown[i - 1] = (char)i;
  printf("%u %d\n", bad, grown[511]);
  return 0;
}
