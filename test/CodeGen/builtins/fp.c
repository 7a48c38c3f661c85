// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Classes of floating-point values, of every type; rounding modes; element-wise builtins.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_as_stock.py --build %build --scratch %t %s
#include <stdio.h>
#include <string.h>

typedef unsigned long word;
static word hash;
static void mix(word v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15 + (hash >> 29); }

#define CLASSES(type, u)                                                                           \
  __attribute__((noinline)) static word classes_##u(type v) {                                      \
    word r = !!__builtin_isnan(v) | !!__builtin_isinf(v) << 1 | !!__builtin_isfinite(v) << 2;      \
    r |= !!__builtin_isnormal(v) << 3 | !!__builtin_issubnormal(v) << 4;                           \
    r |= !!__builtin_iszero(v) << 5 | !!__builtin_issignaling(v) << 6 |                            \
         !!__builtin_signbit(v) << 7;                                                              \
    r |= (__builtin_isinf_sign(v) + 1) << 8 | __builtin_fpclassify(1, 2, 3, 4, 5, v) << 10;        \
    r |= (word) !!__builtin_isfpclass(v, 0x001) << 16 | (word) !!__builtin_isfpclass(v, 0x002)     \
                                                            << 17;                                 \
    r |= (word) !!__builtin_isfpclass(v, 0x004) << 18 | (word) !!__builtin_isfpclass(v, 0x008)     \
                                                            << 19;                                 \
    r |= (word) !!__builtin_isfpclass(v, 0x010) << 20 | (word) !!__builtin_isfpclass(v, 0x020)     \
                                                            << 21;                                 \
    r |= (word) !!__builtin_isfpclass(v, 0x040) << 22 | (word) !!__builtin_isfpclass(v, 0x080)     \
                                                            << 23;                                 \
    r |= (word) !!__builtin_isfpclass(v, 0x100) << 24 | (word) !!__builtin_isfpclass(v, 0x200)     \
                                                            << 25;                                 \
    r |= (word) !!__builtin_isfpclass(v, 0x12c) << 26 | (word) !!__builtin_isfpclass(v, 0x264)     \
                                                            << 27;                                 \
    return r;                                                                                      \
  }                                                                                                \
  __attribute__((noinline)) static word compare_##u(type a, type b) {                              \
    return __builtin_isgreater(a, b) | __builtin_isgreaterequal(a, b) << 1 |                       \
           __builtin_isless(a, b) << 2 | __builtin_islessequal(a, b) << 3 |                        \
           __builtin_islessgreater(a, b) << 4 | __builtin_isunordered(a, b) << 5 | (a == b) << 6 | \
           (a != b) << 7 | (a < b) << 8 | !(a < b) << 9 | (a <= b) << 10 | !(a >= b) << 11;        \
  }
CLASSES(_Float16, 16)
CLASSES(float, 32)
CLASSES(double, 64)
CLASSES(long double, 128)

#define FROM_BITS(type, bits)                                                                      \
  ({                                                                                               \
    type f;                                                                                        \
    __typeof__(bits) b = (bits);                                                                   \
    memcpy(&f, &b, sizeof f);                                                                      \
    f;                                                                                             \
  })

__attribute__((noinline)) static void rounding(double a, float b) {
#pragma STDC FENV_ACCESS ON
  for (int mode = 0; mode < 5; mode++) {
    __asm__ volatile("fsrm %0" : : "r"(mode) : "memory");
    mix(__builtin_flt_rounds());
    volatile double q = a / 3;
    volatile float s = b + 1e-10f;
    mix((word)(long)(q * 0x1p52)), mix((word)(long)(s * 0x1p22f));
    mix((word)(long)__builtin_rint(a * 1.5)), mix((word)__builtin_lrint(-a * 1.5));
    mix((word)(long)__builtin_nearbyint(a * 2.5));
  }
  __asm__ volatile("fsrm zero" : : : "memory");
  mix(__builtin_flt_rounds());
}
typedef float v4 __attribute__((vector_size(16)));
typedef int i4 __attribute__((vector_size(16)));
typedef short s8 __attribute__((vector_size(16)));
typedef double d3 __attribute__((ext_vector_type(3)));
__attribute__((noinline)) static void vectors(v4 a, v4 b, i4 c, s8 s, d3 d) {
  v4 r = __builtin_elementwise_max(a, b) +
         __builtin_elementwise_abs(b) * __builtin_elementwise_floor(a);
  r += __builtin_elementwise_fma(a, b, a) + __builtin_elementwise_copysign(a, b) +
       __builtin_elementwise_sqrt(__builtin_elementwise_abs(a));
  r += __builtin_convertvector(c, v4) + __builtin_shufflevector(a, b, 7, 0, 5, 2);
  i4 m = (a < b) + __builtin_elementwise_add_sat(c, c) - __builtin_elementwise_min(c, -c) +
         (c << 3) / (c | 1);
  m += __builtin_elementwise_popcount(c) + __builtin_elementwise_bitreverse(c) + ((a == b) & c);
  mix(__builtin_reduce_add(m)), mix(__builtin_reduce_xor(s * s)), mix(__builtin_reduce_max(s)),
      mix(__builtin_reduce_min(m));
  for (int i = 0; i < 4; i++)
    mix((word)(long)(r[i] * 1000)), mix(m[i]);
  d3 e = d * d.zyx + __builtin_elementwise_trunc(d) - __builtin_elementwise_roundeven(d);
  mix((word)(long)(e.x * 100)), mix((word)(long)(e.y * 100)), mix((word)(long)(e.z * 100));
}
int main(void) {
  static const unsigned short half[] = {0,      0x8000, 1,      0x83ff, 0x0400, 0x3c00, 0xc500,
                                        0x7bff, 0x7c00, 0xfc00, 0x7c01, 0x7e00, 0xfe01, 0xfd00};
  static const unsigned single[] = {0,          0x80000000, 1,          0x807fffff, 0x00800000,
                                    0x3f800000, 0xc0a00000, 0x7f7fffff, 0x7f800000, 0xff800000,
                                    0x7f800001, 0x7fc00000, 0xffc00001, 0xffa00000};
  enum { N = sizeof half / sizeof *half };
  for (int i = 0; i < N; i++) {
    word d = single[i] & 0x80000000 ? 1ul << 63 : 0, m = single[i] & 0x7fffffff;
    d |= m >= 0x7f800000 ? 0x7fful << 52 | (m & 0x7fffff) << 29 | (m & 1)
         : m < 0x800000  ? m
                         : (m + 0x38000000ul) << 29;
    unsigned __int128 q = (unsigned __int128)d >> 63 << 127, e = d & ~(1ul << 63);
    q |= e >= 0x7fful << 52
             ? (unsigned __int128)0x7fff << 112 | (e & ((1ul << 52) - 1)) << 60 | (e & 1)
         : e < 1ul << 52 ? e
                         : (e + ((unsigned __int128)0x3c00 << 52)) << 60;
    printf("%lx %lx %lx %lx\n", classes_16(FROM_BITS(_Float16, half[i])),
           classes_32(FROM_BITS(float, single[i])), classes_64(FROM_BITS(double, d)),
           classes_128(FROM_BITS(long double, q)));
    for (int j = 0; j < N; j++) {
      mix(compare_16(FROM_BITS(_Float16, half[i]), FROM_BITS(_Float16, half[j])));
      mix(compare_32(FROM_BITS(float, single[i]), FROM_BITS(float, single[j])));
      mix(compare_64(FROM_BITS(float, single[i]), FROM_BITS(float, single[j])));
      mix(compare_128(FROM_BITS(float, single[i]), FROM_BITS(double, d)));
    }
    printf("%lx\n", hash);
  }
  rounding(7.25, 1.5f), rounding(-7.25, -1.5f);
  printf("%lx\n", hash);
  vectors((v4){1, 2.5f, -3, 4}, (v4){4, -2.5f, 3, 4}, (i4){1, -2, 0x7fffffff, 1 << 31},
          (s8){1, 2, -3, 400, -32768, 6, 7, 8}, (d3){1.5, -2.5, 3.25});
  printf("%lx %f %f %f\n", hash, __builtin_huge_val(), __builtin_inff(),
         (double)__builtin_nanf("0x5"));
}
