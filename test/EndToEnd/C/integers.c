// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// Integer arithmetic of every width, at the corners of every width.
#include <stdint.h>
#include <stdio.h>

static const uint64_t corners[] = {0,
                                   1,
                                   2,
                                   3,
                                   7,
                                   10,
                                   0x7f,
                                   0x80,
                                   0xff,
                                   0x7ff,
                                   0x800,
                                   0x801,
                                   0xfff,
                                   0x7fff,
                                   0x8000,
                                   0xffff,
                                   0x7ffff7ff,
                                   0x7ffff800,
                                   0x7fffffff,
                                   0x80000000,
                                   0xfffff800,
                                   0xffffffff,
                                   0x100000000,
                                   0x123456789abcdef0,
                                   0x7fffffffffffffff,
                                   0x8000000000000000,
                                   0xfffffffffffff800,
                                   0xffffffff80000000,
                                   0xfffffffffffffffe,
                                   0xffffffffffffffff};
#define COUNT (int)(sizeof corners / sizeof *corners)

static uint64_t hash = 14695981039346656037u;
static void mix(uint64_t v) {
  for (int i = 0; i < 8; i++, v >>= 8)
    hash = (hash ^ (v & 255)) * 1099511628211u;
}

// Every operator of one pair of types; signed overflow is avoided by computing
// in the unsigned type.
#define OPERATORS(S, U, bits)                                                                      \
  __attribute__((noinline)) static void ops_##bits(U a, U b) {                                     \
    S x = (S)a, y = (S)b;                                                                          \
    mix((U)(a + b)), mix((U)(a - b)), mix((U)((uint64_t)a * b));                                   \
    mix(a & b), mix(a | b), mix(a ^ b), mix((U)~a), mix((U)(0 - (uint64_t)a));                     \
    if (b) {                                                                                       \
      mix(a / b), mix(a % b);                                                                      \
      if (!(y == -1 && (U)x == (U)((U)1 << (bits - 1))))                                           \
        mix((U)(x / y)), mix((U)(x % y));                                                          \
    }                                                                                              \
    unsigned n = (unsigned)b & (bits - 1);                                                         \
    mix((U)((uint64_t)a << n)), mix(a >> n), mix((U)(x >> n));                                     \
    mix(a < b), mix(a <= b), mix(a > b), mix(a >= b), mix(a == b), mix(a != b);                    \
    mix(x < y), mix(x <= y), mix(x > y), mix(x >= y);                                              \
    mix(a < b ? a : b), mix((U)(x > y ? x : y)), mix(a ? b : (U)5), mix(!a), mix(x < 0);           \
    mix((uint64_t)(int64_t)x), mix((uint64_t)a), mix((uint64_t)(int8_t)a), mix((uint16_t)a);       \
    mix((uint64_t)(int32_t)a);                                                                     \
  }
OPERATORS(int8_t, uint8_t, 8)
OPERATORS(int16_t, uint16_t, 16)
OPERATORS(int32_t, uint32_t, 32)
OPERATORS(int64_t, uint64_t, 64)

// Divisions and products by constants take other paths than by variables.
#define BY(c)                                                                                      \
  mix((uint64_t)(int64_t)((int32_t)a / (c))), mix((uint64_t)(int64_t)((int32_t)a % (c))),          \
      mix((uint32_t)a / (uint32_t)(c)), mix((uint32_t)a % (uint32_t)(c)),                          \
      mix((uint64_t)((int64_t)a / (c))), mix((uint64_t)((int64_t)a % (c))),                        \
      mix(a / (uint64_t)(c)), mix(a % (uint64_t)(c)), mix(a *(uint64_t)(c)),                       \
      mix((uint32_t)a *(uint32_t)(c))
__attribute__((noinline)) static void by_constants(uint64_t a) {
  BY(1), BY(2), BY(3), BY(5), BY(6), BY(7), BY(9), BY(10), BY(12), BY(16), BY(25), BY(60), BY(64);
  BY(100), BY(127), BY(128), BY(129), BY(641), BY(1000), BY(4095), BY(4096), BY(65535), BY(65536);
  BY(1000000007), BY(0x7fffffff), BY(-2), BY(-3), BY(-7), BY(-16), BY(-1000), BY(-2147483647);
}

int main(void) {
  for (int i = 0; i < COUNT; i++) {
    by_constants(corners[i]);
    by_constants(0 - corners[i] + 1);
    for (int j = 0; j < COUNT; j++) {
      ops_8((uint8_t)corners[i], (uint8_t)corners[j]);
      ops_16((uint16_t)corners[i], (uint16_t)corners[j]);
      ops_32((uint32_t)corners[i], (uint32_t)corners[j]);
      ops_64(corners[i], corners[j]);
    }
    printf("%2d %016llx\n", i, (unsigned long long)hash);
  }
  return 0;
}
