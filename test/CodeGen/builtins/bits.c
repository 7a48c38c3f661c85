// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counting, turning and reversing bits, of every size.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_as_stock.py --build %build --scratch %t %s
#include <stdio.h>

typedef unsigned long word;
typedef unsigned __int128 wide;
static word hash;
static void mix(word v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15 + (hash >> 29); }

#define UNARY(name, type, result, expression)                                                      \
  __attribute__((noinline)) static result name(type v) { return (result)(expression); }
#define BINARY(name, type, result, expression)                                                     \
  __attribute__((noinline)) static result name(type v, unsigned n) { return (result)(expression); }
#define EVERY(u, type)                                                                             \
  UNARY(clzg_##u, type, int, __builtin_clzg(v, 1000))                                              \
  UNARY(ctzg_##u, type, int, __builtin_ctzg(v, 1000))                                              \
  UNARY(popg_##u, type, int, __builtin_popcountg(v))                                               \
  UNARY(some_##u, type, int, v ? __builtin_clzg(v) + 200 * __builtin_ctzg(v) : 0)                  \
  static void every_##u(type v) {                                                                  \
    mix(clzg_##u(v)), mix(ctzg_##u(v)), mix(popg_##u(v)), mix(some_##u(v));                        \
  }

EVERY(8, unsigned char)
EVERY(16, unsigned short)
EVERY(32, unsigned)
EVERY(64, unsigned long)
EVERY(128, wide)
EVERY(b3, unsigned _BitInt(3))
EVERY(b41, unsigned _BitInt(41))
EVERY(b77, unsigned _BitInt(77))

UNARY(clz, unsigned, int, v ? __builtin_clz(v) : -1)
UNARY(clzs, unsigned short, int, v ? __builtin_clzs(v) : -1)
UNARY(clzl, word, int, v ? __builtin_clzl(v) : -1)
UNARY(clzll, word, int, v ? __builtin_clzll(v) : -1)
UNARY(ctz, unsigned, int, v ? __builtin_ctz(v) : -1)
UNARY(ctzs, unsigned short, int, v ? __builtin_ctzs(v) : -1)
UNARY(ctzl, word, int, v ? __builtin_ctzl(v) : -1)
UNARY(clrsb, int, int, __builtin_clrsb(v))
UNARY(clrsbl, long, int, __builtin_clrsbl(v))
UNARY(clrsbll, long, int, __builtin_clrsbll(v))
UNARY(ffs, int, int, __builtin_ffs(v))
UNARY(ffsl, long, int, __builtin_ffsl(v))
UNARY(ffsll, long, int, __builtin_ffsll(v))
UNARY(parity, unsigned, int, __builtin_parity(v))
UNARY(parityl, word, int, __builtin_parityl(v))
UNARY(popcount, unsigned, int, __builtin_popcount(v))
UNARY(popcountl, word, int, __builtin_popcountl(v))
UNARY(rev8, unsigned char, word, __builtin_bitreverse8(v))
UNARY(rev16, unsigned short, word, __builtin_bitreverse16(v))
UNARY(rev32, unsigned, word, __builtin_bitreverse32(v))
UNARY(rev64, word, word, __builtin_bitreverse64(v))
UNARY(swap16, unsigned short, word, __builtin_bswap16(v))
UNARY(swap32, unsigned, word, __builtin_bswap32(v))
UNARY(swap64, word, word, __builtin_bswap64(v))
UNARY(swap_sum, word, word, __builtin_bswap16(v) + __builtin_bswap32(v >> 16))
BINARY(left8, unsigned char, word, __builtin_rotateleft8(v, n))
BINARY(left16, unsigned short, word, __builtin_rotateleft16(v, n))
BINARY(left32, unsigned, word, __builtin_rotateleft32(v, n))
BINARY(left64, word, word, __builtin_rotateleft64(v, n))
BINARY(right8, unsigned char, word, __builtin_rotateright8(v, n))
BINARY(right16, unsigned short, word, __builtin_rotateright16(v, n))
BINARY(right32, unsigned, word, __builtin_rotateright32(v, n))
BINARY(right64, word, word, __builtin_rotateright64(v, n))
UNARY(left_constant, word, word, __builtin_rotateleft64(v, 17) ^ __builtin_rotateright32(v, 5))

static void all(wide w) {
  word v = (word)w;
  every_8(v), every_16(v), every_32(v), every_64(v), every_128(w);
  every_b3(v), every_b41(v), every_b77(w);
  mix(clz(v)), mix(clzs(v)), mix(clzl(v)), mix(clzll(v)), mix(ctz(v)), mix(ctzs(v)), mix(ctzl(v));
  mix(clrsb(v)), mix(clrsbl(v)), mix(clrsbll(v)), mix(ffs(v)), mix(ffsl(v)), mix(ffsll(v));
  mix(parity(v)), mix(parityl(v)), mix(popcount(v)), mix(popcountl(v));
  mix(rev8(v)), mix(rev16(v)), mix(rev32(v)), mix(rev64(v));
  mix(swap16(v)), mix(swap32(v)), mix(swap64(v)), mix(swap_sum(v));
  for (unsigned n = 0; n < 80; n += 3) {
    mix(left8(v, n)), mix(left16(v, n)), mix(left32(v, n)), mix(left64(v, n));
    mix(right8(v, n)), mix(right16(v, n)), mix(right32(v, n)), mix(right64(v, n));
  }
  mix(left_constant(v));
}

int main(void) {
  wide v = 1;
  for (int i = 0; i < 128; i++) {
    hash = i;
    all((wide)1 << i), all(((wide)1 << i) - 1), all(~((wide)1 << i)), all(-((wide)1 << i));
    all(v = v * 6364136223846793005 + 1442695040888963407);
    printf("%d %lx\n", i, hash);
  }
}
