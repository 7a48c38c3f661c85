// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// Builtins and 128-bit integers: bit counting, byte order, overflow, rotates,
// expectations, saturation by hand, parity.
#include <stdint.h>
#include <stdio.h>

static uint64_t hash = 1;
static void mix(uint64_t v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15 + (hash >> 29); }
static void mix128(__int128 v) { mix((uint64_t)v), mix((uint64_t)(v >> 64)); }

__attribute__((noinline)) static void counts(uint64_t v) {
  uint32_t w = (uint32_t)v;
  if (v)
    mix((uint64_t)__builtin_clzll(v)), mix((uint64_t)__builtin_ctzll(v));
  if (w)
    mix((uint64_t)__builtin_clz(w)), mix((uint64_t)__builtin_ctz(w));
  mix((uint64_t)__builtin_popcountll(v)), mix((uint64_t)__builtin_popcount(w)),
      mix((uint64_t)__builtin_ffsll((long long)v));
  mix((uint64_t)__builtin_parityll(v)), mix((uint64_t)__builtin_clrsbll((long long)v)),
      mix((uint64_t)__builtin_clrsb((int)w));
  mix(__builtin_bswap64(v)), mix(__builtin_bswap32(w)), mix(__builtin_bswap16((uint16_t)v));
  for (unsigned n = 0; n < 64; n += 7)
    mix(v << n | v >> (-n & 63)), mix(w << (n & 31) | w >> (-n & 31));
  mix((uint64_t)(v > 1000 ? 1000 : v)), mix((uint64_t)((int64_t)v < 0 ? -(v) : v));
}
__attribute__((noinline)) static void overflows(int64_t a, int64_t b) {
  int32_t s;
  uint32_t u;
  int64_t l;
  uint64_t m;
  int8_t c;
  mix(__builtin_add_overflow(a, b, &l)), mix((uint64_t)l), mix(__builtin_sub_overflow(a, b, &l)),
      mix((uint64_t)l);
  mix(__builtin_mul_overflow(a, b, &l)), mix((uint64_t)l),
      mix(__builtin_mul_overflow((uint64_t)a, (uint64_t)b, &m)), mix(m);
  mix(__builtin_add_overflow((uint64_t)a, (uint64_t)b, &m)), mix(m),
      mix(__builtin_sub_overflow((uint64_t)a, (uint64_t)b, &m)), mix(m);
  mix(__builtin_add_overflow((int32_t)a, (int32_t)b, &s)), mix((uint64_t)s),
      mix(__builtin_mul_overflow((int32_t)a, (int32_t)b, &s)), mix((uint64_t)s);
  mix(__builtin_sub_overflow((uint32_t)a, (uint32_t)b, &u)), mix(u),
      mix(__builtin_mul_overflow((uint32_t)a, (uint32_t)b, &u)), mix(u);
  mix(__builtin_add_overflow((int)a, (int)b, &c)), mix((uint64_t)c),
      mix(__builtin_mul_overflow(a, b, &s)), mix((uint64_t)s);
}
__attribute__((noinline)) static void wide(__int128 a, __int128 b, unsigned n) {
  unsigned __int128 x = (unsigned __int128)a, y = (unsigned __int128)b;
  mix128((__int128)(x + y)), mix128((__int128)(x - y)), mix128((__int128)(x * y)), mix128(a & b),
      mix128(a ^ ~b);
  mix128((__int128)(x << n)), mix128(a >> n), mix128((__int128)(x >> n));
  mix(a < b), mix(a == b), mix(x < y), mix(x >= y), mix(a <= 0);
  if (b) {
    mix128((__int128)(x / y)), mix128((__int128)(x % y));
    if (b != -1)
      mix128(a / b), mix128(a % b);
  }
}
__attribute__((noinline)) static unsigned __int128 high(uint64_t a, uint64_t b) {
  return (unsigned __int128)a * b;
}
__attribute__((noinline)) static __int128 pass(int k, __int128 a, int l, __int128 b, __int128 c,
                                               __int128 d, __int128 e) {
  return a + k * b - c + l * d + e;
}
int main(void) {
  const uint64_t list[] = {0,
                           1,
                           2,
                           3,
                           0x80,
                           0xffff,
                           0x7fffffff,
                           0x80000000,
                           0xffffffff,
                           0x100000000,
                           0x123456789abcdef,
                           0x7fffffffffffffff,
                           0x8000000000000000,
                           0xfffffffffffffffe,
                           0xffffffffffffffff,
                           0xffffffff80000000};
  const int n = sizeof list / sizeof *list;
  for (int i = 0; i < n; i++) {
    counts(list[i]);
    for (int j = 0; j < n; j++) {
      overflows((int64_t)list[i], (int64_t)list[j]);
      __int128 a = (__int128)((unsigned __int128)list[i] << 64 | list[j]),
               b = (__int128)((unsigned __int128)list[j] << 64 | list[n - 1 - i]);
      wide(a, b, (unsigned)(i * 16 + j) % 128), wide(a, (int64_t)list[j], 64),
          wide((int64_t)list[i], b, 63), wide(a, 10, 1);
      mix128((__int128)high(list[i], list[j]));
    }
    printf("%016llx\n", (unsigned long long)hash);
  }
  mix128(pass(3, (__int128)5 << 70, -7, -1, 2, (__int128)9 << 90, 11));
  printf("%016llx\n", (unsigned long long)hash);
  if (__builtin_expect(hash == 0, 0))
    __builtin_unreachable();
  printf("%d %d\n", __builtin_constant_p(3 + 4),
         (int)__builtin_offsetof(
             struct {
               char a;
               long b;
             },
             b));
  return 0;
}
