// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors for kernels: types and operations by name, in plain C.
//
// The types are clang's extended vectors, so + - * / & | ^ << >> and comparisons
// work on them directly. What is here in addition is written in terms of them and of
// clang's builtins, and compiles for every target; on core 1 (-march with v) a vector
// of 64 bytes is one register, and longer ones are groups of two and four.
//
// A name is mtia_OPERATION_TYPE, the type that of the result or, where that is a
// scalar, of the operand. TYPE is one of i8 u8 i16 u16 i32 u32 f16 bf16 f32 with x16,
// x32 or x64: mtia_f32x16. A mask is mtia_maskx16: one bool per element, which the
// comparisons of mtia_less_... and the like give, or mtia_first_maskx16(n).
//
//   operation                        result
//   load(p) store(p, x)              p needs the alignment of an element only
//   load_first(p, n)                 elements 0..n-1, the others 0 and not read; n >= 0,
//                                    all if n is above the length
//   store_first(p, n, x)             elements 0..n-1; the others are not written
//   splat(s) iota()                  s everywhere; 0, 1, 2... (modulo 2^8 for bytes)
//   select(mask, a, b)               a where the mask is true
//   less, less_equal, equal(a, b)    masks
//   min max(a, b) clamp(x, low, high) of floats: a NaN operand gives the other one
//   add_sat sub_sat(a, b)            of integers, saturated
//   abs(x)                           the smallest integer stays what it is
//   reverse(x)                       the last element first
//   gather(p, index)                 p[index[i]]; index is mtia_i32xN, not negative
//   hsum(x) hmax(x) hmin(x)          of one vector; floats are added by halves
//   hsum_any(x)                      of f32: in any order
//   madd(acc, a, b)                  acc + a * b; a and b may be narrower than acc:
//                                    mtia_madd_i32xN_i8, _i16, mtia_madd_f32xN_f16, _bf16
//   TYPE_from_TYPE(x)                conversions, below
//   round(x)                         to the nearest whole number, ties to even
//   exp log tanh sigmoid gelu rsqrt reciprocal   f32 and f16, below
//
// Errors in ULP of the result type, as test/simd measures them: docs/simd.md.
#ifndef MTIA_SIMD_H
#define MTIA_SIMD_H

#include <stdint.h>

#ifndef __clang__
#error "mtia_simd.h needs clang's vector types and builtins"
#endif

// C++ has the hexadecimal numbers below since C++17.
#ifdef __cplusplus
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc++17-extensions"
#endif

#define MTIA_SIMD static inline __attribute__((always_inline, unused))
// The order of additions counts in what follows, whatever -ffast-math says; products
// may be fused.
#define MTIA_SIMD_ORDERED _Pragma("clang fp reassociate(off) contract(fast)")

//===----------------------------------------------------------------------===//
// Types, and what all of them have.
//===----------------------------------------------------------------------===//

#define MTIA_SIMD_INDICES_16(b)                                                                    \
  b, b + 1, b + 2, b + 3, b + 4, b + 5, b + 6, b + 7, b + 8, b + 9, b + 10, b + 11, b + 12,        \
      b + 13, b + 14, b + 15
#define MTIA_SIMD_INDICES_32(b) MTIA_SIMD_INDICES_16(b), MTIA_SIMD_INDICES_16(b + 16)
#define MTIA_SIMD_INDICES_64(b) MTIA_SIMD_INDICES_32(b), MTIA_SIMD_INDICES_32(b + 32)
#define MTIA_SIMD_DOWN_16(b)                                                                       \
  b, b - 1, b - 2, b - 3, b - 4, b - 5, b - 6, b - 7, b - 8, b - 9, b - 10, b - 11, b - 12,        \
      b - 13, b - 14, b - 15
#define MTIA_SIMD_DOWN_32(b) MTIA_SIMD_DOWN_16(b), MTIA_SIMD_DOWN_16(b - 16)
#define MTIA_SIMD_DOWN_64(b) MTIA_SIMD_DOWN_32(b), MTIA_SIMD_DOWN_32(b - 32)

#ifdef __cplusplus
#define MTIA_SIMD_BOOL bool
#else
#define MTIA_SIMD_BOOL _Bool
#endif

#define MTIA_SIMD_MASK(n)                                                                          \
  typedef MTIA_SIMD_BOOL mtia_maskx##n __attribute__((ext_vector_type(n)));                        \
  typedef int16_t mtia_simd_placesx##n __attribute__((ext_vector_type(n)));                        \
  MTIA_SIMD mtia_maskx##n mtia_first_maskx##n(long count) {                                        \
    mtia_simd_placesx##n places = {MTIA_SIMD_INDICES_##n(0)};                                      \
    int16_t limit = (int16_t)(count < n ? count : n);                                              \
    return __builtin_convertvector(places < limit, mtia_maskx##n);                                 \
  }
MTIA_SIMD_MASK(16)
MTIA_SIMD_MASK(32)
MTIA_SIMD_MASK(64)

// t: name of the element type, c: its C type.
#define MTIA_SIMD_TYPE(t, c, n)                                                                    \
  typedef c mtia_##t##x##n __attribute__((ext_vector_type(n)));                                    \
  typedef struct {                                                                                 \
    mtia_##t##x##n value;                                                                          \
  } __attribute__((packed, may_alias, aligned(__alignof__(c)))) mtia_simd_memory_##t##x##n;        \
  MTIA_SIMD mtia_##t##x##n mtia_load_##t##x##n(const c *p) {                                       \
    return ((const mtia_simd_memory_##t##x##n *)p)->value;                                         \
  }                                                                                                \
  MTIA_SIMD void mtia_store_##t##x##n(c *p, mtia_##t##x##n x) {                                    \
    ((mtia_simd_memory_##t##x##n *)p)->value = x;                                                  \
  }                                                                                                \
  MTIA_SIMD mtia_##t##x##n mtia_load_first_##t##x##n(const c *p, long count) {                     \
    return __builtin_masked_load(mtia_first_maskx##n(count), p, (mtia_##t##x##n)(c)0);             \
  }                                                                                                \
  MTIA_SIMD void mtia_store_first_##t##x##n(c *p, long count, mtia_##t##x##n x) {                  \
    __builtin_masked_store(mtia_first_maskx##n(count), x, p);                                      \
  }                                                                                                \
  MTIA_SIMD mtia_##t##x##n mtia_splat_##t##x##n(c value) { return (mtia_##t##x##n)value; }         \
  MTIA_SIMD mtia_##t##x##n mtia_select_##t##x##n(mtia_maskx##n mask, mtia_##t##x##n a,             \
                                                 mtia_##t##x##n b) {                               \
    return mask ? a : b;                                                                           \
  }                                                                                                \
  MTIA_SIMD mtia_##t##x##n mtia_reverse_##t##x##n(mtia_##t##x##n x) {                              \
    return __builtin_shufflevector(x, x, MTIA_SIMD_DOWN_##n(n - 1));                               \
  }

// What can be compared and counted.
#define MTIA_SIMD_NUMBER(t, c, n)                                                                  \
  MTIA_SIMD mtia_##t##x##n mtia_iota_##t##x##n(void) {                                             \
    mtia_simd_placesx##n places = {MTIA_SIMD_INDICES_##n(0)};                                      \
    return __builtin_convertvector(places, mtia_##t##x##n);                                        \
  }                                                                                                \
  MTIA_SIMD mtia_maskx##n mtia_less_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                \
    return __builtin_convertvector(a < b, mtia_maskx##n);                                          \
  }                                                                                                \
  MTIA_SIMD mtia_maskx##n mtia_less_equal_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {          \
    return __builtin_convertvector(a <= b, mtia_maskx##n);                                         \
  }                                                                                                \
  MTIA_SIMD mtia_maskx##n mtia_equal_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {               \
    return __builtin_convertvector(a == b, mtia_maskx##n);                                         \
  }                                                                                                \
  MTIA_SIMD mtia_##t##x##n mtia_min_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                \
    return __builtin_elementwise_min(a, b);                                                        \
  }                                                                                                \
  MTIA_SIMD mtia_##t##x##n mtia_max_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                \
    return __builtin_elementwise_max(a, b);                                                        \
  }                                                                                                \
  MTIA_SIMD mtia_##t##x##n mtia_clamp_##t##x##n(mtia_##t##x##n x, c low, c high) {                 \
    return mtia_min_##t##x##n(mtia_max_##t##x##n(x, (mtia_##t##x##n)low), (mtia_##t##x##n)high);   \
  }                                                                                                \
  MTIA_SIMD c mtia_hmax_##t##x##n(mtia_##t##x##n x) { return __builtin_reduce_max(x); }            \
  MTIA_SIMD c mtia_hmin_##t##x##n(mtia_##t##x##n x) { return __builtin_reduce_min(x); }

#define MTIA_SIMD_ABS(t, n)                                                                        \
  MTIA_SIMD mtia_##t##x##n mtia_abs_##t##x##n(mtia_##t##x##n x) {                                  \
    return __builtin_elementwise_abs(x);                                                           \
  }
// Modulo 2^32 for the types of 32 bits; of smaller ones the sum is exact.
#define MTIA_SIMD_INT_SUM(t, sum, n)                                                               \
  MTIA_SIMD sum##_t mtia_hsum_##t##x##n(mtia_##t##x##n x) {                                        \
    typedef sum##_t wide __attribute__((ext_vector_type(n)));                                      \
    return __builtin_reduce_add(__builtin_convertvector(x, wide));                                 \
  }
// Saturated.
#define MTIA_SIMD_SATURATED(t, n)                                                                  \
  MTIA_SIMD mtia_##t##x##n mtia_add_sat_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {            \
    return __builtin_elementwise_add_sat(a, b);                                                    \
  }                                                                                                \
  MTIA_SIMD mtia_##t##x##n mtia_sub_sat_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {            \
    return __builtin_elementwise_sub_sat(a, b);                                                    \
  }
#define MTIA_SIMD_GATHER(t, c, n)                                                                  \
  MTIA_SIMD mtia_##t##x##n mtia_gather_##t##x##n(const c *p, mtia_i32x##n index) {                 \
    return __builtin_masked_gather((mtia_maskx##n)1, index, p);                                    \
  }

#define MTIA_SIMD_TYPES(n)                                                                         \
  MTIA_SIMD_TYPE(i8, int8_t, n)                                                                    \
  MTIA_SIMD_TYPE(u8, uint8_t, n)                                                                   \
  MTIA_SIMD_TYPE(i16, int16_t, n)                                                                  \
  MTIA_SIMD_TYPE(u16, uint16_t, n)                                                                 \
  MTIA_SIMD_TYPE(i32, int32_t, n)                                                                  \
  MTIA_SIMD_TYPE(u32, uint32_t, n)                                                                 \
  MTIA_SIMD_TYPE(f16, _Float16, n)                                                                 \
  MTIA_SIMD_TYPE(bf16, __bf16, n)                                                                  \
  MTIA_SIMD_TYPE(f32, float, n)                                                                    \
  MTIA_SIMD_NUMBER(i8, int8_t, n)                                                                  \
  MTIA_SIMD_NUMBER(u8, uint8_t, n)                                                                 \
  MTIA_SIMD_NUMBER(i16, int16_t, n)                                                                \
  MTIA_SIMD_NUMBER(u16, uint16_t, n)                                                               \
  MTIA_SIMD_NUMBER(i32, int32_t, n)                                                                \
  MTIA_SIMD_NUMBER(u32, uint32_t, n)                                                               \
  MTIA_SIMD_NUMBER(f16, _Float16, n)                                                               \
  MTIA_SIMD_NUMBER(f32, float, n)                                                                  \
  MTIA_SIMD_ABS(i8, n)                                                                             \
  MTIA_SIMD_ABS(i16, n)                                                                            \
  MTIA_SIMD_ABS(i32, n)                                                                            \
  MTIA_SIMD_ABS(f16, n)                                                                            \
  MTIA_SIMD_ABS(f32, n)                                                                            \
  MTIA_SIMD_INT_SUM(i8, int32, n)                                                                  \
  MTIA_SIMD_INT_SUM(u8, uint32, n)                                                                 \
  MTIA_SIMD_INT_SUM(i16, int32, n)                                                                 \
  MTIA_SIMD_INT_SUM(u16, uint32, n)                                                                \
  MTIA_SIMD_INT_SUM(i32, int32, n)                                                                 \
  MTIA_SIMD_INT_SUM(u32, uint32, n)                                                                \
  MTIA_SIMD_SATURATED(i8, n)                                                                       \
  MTIA_SIMD_SATURATED(u8, n)                                                                       \
  MTIA_SIMD_SATURATED(i16, n)                                                                      \
  MTIA_SIMD_SATURATED(u16, n)                                                                      \
  MTIA_SIMD_SATURATED(i32, n)                                                                      \
  MTIA_SIMD_SATURATED(u32, n)                                                                      \
  MTIA_SIMD_GATHER(i8, int8_t, n)                                                                  \
  MTIA_SIMD_GATHER(u8, uint8_t, n)                                                                 \
  MTIA_SIMD_GATHER(i16, int16_t, n)                                                                \
  MTIA_SIMD_GATHER(u16, uint16_t, n)                                                               \
  MTIA_SIMD_GATHER(i32, int32_t, n)                                                                \
  MTIA_SIMD_GATHER(u32, uint32_t, n)                                                               \
  MTIA_SIMD_GATHER(f16, _Float16, n)                                                               \
  MTIA_SIMD_GATHER(f32, float, n)
MTIA_SIMD_TYPES(16)
MTIA_SIMD_TYPES(32)
MTIA_SIMD_TYPES(64)

typedef float mtia_simd_f32x8 __attribute__((ext_vector_type(8)));
typedef float mtia_simd_f32x4 __attribute__((ext_vector_type(4)));
typedef float mtia_simd_f32x2 __attribute__((ext_vector_type(2)));
MTIA_SIMD float mtia_hsum_f32x16(mtia_f32x16 x) {
  mtia_simd_f32x8 eight = x.lo + x.hi;
  mtia_simd_f32x4 four = eight.lo + eight.hi;
  mtia_simd_f32x2 two = four.lo + four.hi;
  return two.x + two.y;
}
MTIA_SIMD float mtia_hsum_f32x32(mtia_f32x32 x) { return mtia_hsum_f32x16(x.lo + x.hi); }
MTIA_SIMD float mtia_hsum_f32x64(mtia_f32x64 x) { return mtia_hsum_f32x32(x.lo + x.hi); }
MTIA_SIMD float mtia_hsum_any_f32x16(mtia_f32x16 x) {
#pragma clang fp reassociate(on)
  mtia_simd_f32x8 eight = x.lo + x.hi;
  mtia_simd_f32x4 four = eight.lo + eight.hi;
  mtia_simd_f32x2 two = four.lo + four.hi;
  return two.x + two.y;
}
MTIA_SIMD float mtia_hsum_any_f32x32(mtia_f32x32 x) {
#pragma clang fp reassociate(on)
  return mtia_hsum_any_f32x16(x.lo + x.hi);
}
MTIA_SIMD float mtia_hsum_any_f32x64(mtia_f32x64 x) {
#pragma clang fp reassociate(on)
  return mtia_hsum_any_f32x32(x.lo + x.hi);
}

//===----------------------------------------------------------------------===//
// Conversions.
//===----------------------------------------------------------------------===//

// Without loss, and i32 to f32, which rounds to nearest.
#define MTIA_SIMD_CONVERT(to, from, n)                                                             \
  MTIA_SIMD mtia_##to##x##n mtia_##to##x##n##_from_##from##x##n(mtia_##from##x##n x) {             \
    return __builtin_convertvector(x, mtia_##to##x##n);                                            \
  }
// Integers to narrower ones, saturated.
#define MTIA_SIMD_NARROW(to, from, low, high, n)                                                   \
  MTIA_SIMD mtia_##to##x##n mtia_##to##x##n##_from_##from##x##n(mtia_##from##x##n x) {             \
    return __builtin_convertvector(mtia_clamp_##from##x##n(x, low, high), mtia_##to##x##n);        \
  }
// Floats to integers: to nearest, ties to even; saturated, and NaN gives the greatest. On core 1
// all of it is one conversion, and one instruction for each halving of the width.
#define MTIA_SIMD_QUANTISE(to, low, high, n)                                                       \
  MTIA_SIMD mtia_##to##x##n mtia_##to##x##n##_from_f32x##n(mtia_f32x##n x) {                       \
    mtia_f32x##n inside = __builtin_elementwise_max(                                               \
        __builtin_elementwise_min(x, (mtia_f32x##n)(high)), (mtia_f32x##n)(low));                  \
    return __builtin_convertvector(mtia_round_f32x##n(inside), mtia_##to##x##n);                   \
  }
#ifdef __riscv
#define MTIA_SIMD_BF16(n) MTIA_SIMD_CONVERT(bf16, f32, n)
#else // hosts may lack the conversion
#define MTIA_SIMD_BF16(n)                                                                          \
  MTIA_SIMD mtia_bf16x##n mtia_bf16x##n##_from_f32x##n(mtia_f32x##n x) {                           \
    mtia_u32x##n bits = (mtia_u32x##n)x;                                                           \
    mtia_u32x##n rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;                               \
    rounded = x != x ? (mtia_u32x##n)0x7fc0 : rounded;                                             \
    return (mtia_bf16x##n) __builtin_convertvector(rounded, mtia_u16x##n);                         \
  }
#endif

#define MTIA_SIMD_CONVERSIONS(n)                                                                   \
  MTIA_SIMD_CONVERT(i16, i8, n)                                                                    \
  MTIA_SIMD_CONVERT(i16, u8, n)                                                                    \
  MTIA_SIMD_CONVERT(i32, i8, n)                                                                    \
  MTIA_SIMD_CONVERT(i32, u8, n)                                                                    \
  MTIA_SIMD_CONVERT(i32, i16, n)                                                                   \
  MTIA_SIMD_CONVERT(i32, u16, n)                                                                   \
  MTIA_SIMD_CONVERT(f32, i8, n)                                                                    \
  MTIA_SIMD_CONVERT(f32, u8, n)                                                                    \
  MTIA_SIMD_CONVERT(f32, i16, n)                                                                   \
  MTIA_SIMD_CONVERT(f32, i32, n)                                                                   \
  MTIA_SIMD_CONVERT(f32, f16, n)                                                                   \
  MTIA_SIMD_CONVERT(f32, bf16, n)                                                                  \
  MTIA_SIMD_CONVERT(f16, f32, n)                                                                   \
  MTIA_SIMD_CONVERT(f16, i8, n)                                                                    \
  MTIA_SIMD_BF16(n)                                                                                \
  MTIA_SIMD_NARROW(i8, i16, -128, 127, n)                                                          \
  MTIA_SIMD_NARROW(u8, i16, 0, 255, n)                                                             \
  MTIA_SIMD_NARROW(i8, i32, -128, 127, n)                                                          \
  MTIA_SIMD_NARROW(u8, i32, 0, 255, n)                                                             \
  MTIA_SIMD_NARROW(i16, i32, -32768, 32767, n)                                                     \
  MTIA_SIMD mtia_f32x##n mtia_round_f32x##n(mtia_f32x##n x) {                                      \
    return __builtin_elementwise_rint(x);                                                          \
  }                                                                                                \
  MTIA_SIMD mtia_f16x##n mtia_round_f16x##n(mtia_f16x##n x) {                                      \
    return __builtin_elementwise_rint(x);                                                          \
  }                                                                                                \
  MTIA_SIMD_QUANTISE(i8, -128, 127, n)                                                             \
  MTIA_SIMD_QUANTISE(u8, 0, 255, n)                                                                \
  MTIA_SIMD_QUANTISE(i16, -32768, 32767, n)                                                        \
  MTIA_SIMD mtia_i32x##n mtia_i32x##n##_from_f32x##n(mtia_f32x##n x) {                             \
    /* 2^31 isn't an int, the number before it is. */                                              \
    mtia_f32x##n inside = __builtin_elementwise_max(                                               \
        __builtin_elementwise_min(x, (mtia_f32x##n)0x1.fffffep30f), (mtia_f32x##n)(-0x1p31f));     \
    mtia_i32x##n result = __builtin_convertvector(mtia_round_f32x##n(inside), mtia_i32x##n);       \
    return x < 0x1p31f ? result : (mtia_i32x##n)INT32_MAX;                                         \
  }
MTIA_SIMD_CONVERSIONS(16)
MTIA_SIMD_CONVERSIONS(32)
MTIA_SIMD_CONVERSIONS(64)

// Multiply and add; the narrow operands are widened first, which the machine does in
// the multiplication. Integers wrap.
#define MTIA_SIMD_MADD(n)                                                                          \
  MTIA_SIMD mtia_f32x##n mtia_madd_f32x##n(mtia_f32x##n acc, mtia_f32x##n a, mtia_f32x##n b) {     \
    MTIA_SIMD_ORDERED                                                                              \
    return acc + a * b;                                                                            \
  }                                                                                                \
  MTIA_SIMD mtia_f32x##n mtia_madd_f32x##n##_f16(mtia_f32x##n acc, mtia_f16x##n a,                 \
                                                 mtia_f16x##n b) {                                 \
    return mtia_madd_f32x##n(acc, mtia_f32x##n##_from_f16x##n(a), mtia_f32x##n##_from_f16x##n(b)); \
  }                                                                                                \
  MTIA_SIMD mtia_f32x##n mtia_madd_f32x##n##_bf16(mtia_f32x##n acc, mtia_bf16x##n a,               \
                                                  mtia_bf16x##n b) {                               \
    return mtia_madd_f32x##n(acc, mtia_f32x##n##_from_bf16x##n(a),                                 \
                             mtia_f32x##n##_from_bf16x##n(b));                                     \
  }                                                                                                \
  MTIA_SIMD mtia_f16x##n mtia_madd_f16x##n(mtia_f16x##n acc, mtia_f16x##n a, mtia_f16x##n b) {     \
    MTIA_SIMD_ORDERED                                                                              \
    return acc + a * b;                                                                            \
  }                                                                                                \
  MTIA_SIMD mtia_i32x##n mtia_madd_i32x##n(mtia_i32x##n acc, mtia_i32x##n a, mtia_i32x##n b) {     \
    return (mtia_i32x##n)((mtia_u32x##n)acc + (mtia_u32x##n)a * (mtia_u32x##n)b);                  \
  }                                                                                                \
  MTIA_SIMD mtia_i32x##n mtia_madd_i32x##n##_i16(mtia_i32x##n acc, mtia_i16x##n a,                 \
                                                 mtia_i16x##n b) {                                 \
    return mtia_madd_i32x##n(acc, mtia_i32x##n##_from_i16x##n(a), mtia_i32x##n##_from_i16x##n(b)); \
  }                                                                                                \
  MTIA_SIMD mtia_i32x##n mtia_madd_i32x##n##_i8(mtia_i32x##n acc, mtia_i8x##n a, mtia_i8x##n b) {  \
    return mtia_madd_i32x##n(acc, mtia_i32x##n##_from_i8x##n(a), mtia_i32x##n##_from_i8x##n(b));   \
  }
MTIA_SIMD_MADD(16)
MTIA_SIMD_MADD(32)
MTIA_SIMD_MADD(64)

//===----------------------------------------------------------------------===//
// Functions of floats. The polynomials' coefficients are those of the least greatest
// relative error of the function, fitted in double and rounded; their own error is
// below 0.11 * 2^-24. NaN gives NaN.
//===----------------------------------------------------------------------===//

#define MTIA_SIMD_FUNCTIONS(n)                                                                     \
  /* e^x: x = k ln 2 + r, |r| <= ln 2 / 2. All arguments; subnormal results too, in two            \
     steps of scaling. */                                                                          \
  MTIA_SIMD mtia_f32x##n mtia_exp_f32x##n(mtia_f32x##n x) {                                        \
    MTIA_SIMD_ORDERED                                                                              \
    typedef mtia_f32x##n f;                                                                        \
    typedef mtia_i32x##n i;                                                                        \
    x = x > 89.0f ? (f)89.0f : x;                                                                  \
    x = x < -104.0f ? (f)(-104.0f) : x;                                                            \
    f t = x * 0x1.715476p0f + 0x1.8p23f;                                                           \
    i k = (i)t - 0x4b400000;                                                                       \
    t -= 0x1.8p23f;                                                                                \
    f r = x - t * 0x1.62e4p-1f; /* exact: 14 bits of ln 2 times 8 */                               \
    r = r - t * 0x1.7f7d1cp-20f;                                                                   \
    f p = r * 0x1.6a1a70p-10f + 0x1.123fc6p-7f;                                                    \
    p = p * r + 0x1.555916p-5f;                                                                    \
    p = p * r + 0x1.55548ap-3f;                                                                    \
    p = p * r + 0x1.fffffcp-2f;                                                                    \
    p = p * (r * r) + r;                                                                           \
    p = p + 1.0f;                                                                                  \
    i half = k >> 1;                                                                               \
    return p * (f)((half + 127) << 23) * (f)((k - half + 127) << 23);                              \
  }                                                                                                \
  /* e^x where it and x are known to be far from the limits: -87 <= x <= 88. */                    \
  MTIA_SIMD mtia_f32x##n mtia_exp_bounded_f32x##n(mtia_f32x##n x) {                                \
    MTIA_SIMD_ORDERED                                                                              \
    typedef mtia_f32x##n f;                                                                        \
    typedef mtia_i32x##n i;                                                                        \
    f t = x * 0x1.715476p0f + 0x1.8p23f;                                                           \
    i k = (i)t << 23; /* what lies above the integer is shifted out */                             \
    t -= 0x1.8p23f;                                                                                \
    f r = x - t * 0x1.62e4p-1f;                                                                    \
    r = r - t * 0x1.7f7d1cp-20f;                                                                   \
    f p = r * 0x1.6a1a70p-10f + 0x1.123fc6p-7f;                                                    \
    p = p * r + 0x1.555916p-5f;                                                                    \
    p = p * r + 0x1.55548ap-3f;                                                                    \
    p = p * r + 0x1.fffffcp-2f;                                                                    \
    p = p * (r * r) + r;                                                                           \
    p = p + 1.0f;                                                                                  \
    return (f)((i)p + k);                                                                          \
  }                                                                                                \
  /* a x + b rounded twice, of numbers: fused, b would take registers as a vector. */              \
  MTIA_SIMD mtia_f32x##n mtia_linear_f32x##n(mtia_f32x##n x, float a, float b) {                   \
    mtia_f32x##n product = x * a;                                                                  \
    return product + b;                                                                            \
  }                                                                                                \
  /* ln(x 2^shift) of normal x = 2^k (1 + r), 1 + r in [1 / sqrt 2, sqrt 2). */                    \
  MTIA_SIMD mtia_f32x##n mtia_log_shifted_f32x##n(mtia_f32x##n x, mtia_i32x##n shift) {            \
    MTIA_SIMD_ORDERED                                                                              \
    typedef mtia_f32x##n f;                                                                        \
    typedef mtia_i32x##n i;                                                                        \
    i bits = (i)x - 0x3f3504f3; /* 1 / sqrt 2 */                                                   \
    f k = __builtin_convertvector((bits >> 23) + shift, f);                                        \
    f r = (f)((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;                                              \
    f square = r * r;                                                                              \
    f p = mtia_linear_f32x##n(r, -0x1.38b51ep-4f, 0x1.055b58p-3f);                                 \
    p = p * square + mtia_linear_f32x##n(r, -0x1.0d854cp-3f, 0x1.22da20p-3f);                      \
    p = p * square + mtia_linear_f32x##n(r, -0x1.547244p-3f, 0x1.99a008p-3f);                      \
    p = p * square + mtia_linear_f32x##n(r, -0x1.000226p-2f, 0x1.555554p-2f);                      \
    p = p * r - 0.5f;                                                                              \
    p = p * square + r;                                                                            \
    p = p + k * 0x1.7f7d1cp-20f;                                                                   \
    return p + k * 0x1.62e4p-1f;                                                                   \
  }                                                                                                \
  /* ln x where x is known to be at least 2^-126, or NaN. */                                       \
  MTIA_SIMD mtia_f32x##n mtia_log_normal_f32x##n(mtia_f32x##n x) {                                 \
    mtia_f32x##n y = mtia_log_shifted_f32x##n(x, (mtia_i32x##n)0);                                 \
    return x <= 0x1.fffffep127f ? y : x;                                                           \
  }                                                                                                \
  /* ln 0 = -inf, NaN below 0. */                                                                  \
  MTIA_SIMD mtia_f32x##n mtia_log_f32x##n(mtia_f32x##n x) {                                        \
    typedef mtia_f32x##n f;                                                                        \
    mtia_i32x##n small = x < 0x1p-126f;                                                            \
    f y = mtia_log_shifted_f32x##n(small ? x * 0x1p23f : x, small & -23);                          \
    y = x < 0.0f ? (f)__builtin_nanf("") : y;                                                      \
    y = x == 0.0f ? (f)(-__builtin_inff()) : y;                                                    \
    return x <= 0x1.fffffep127f ? y : x;                                                           \
  }                                                                                                \
  /* The division is rounded correctly, and faster than Newton's method. */                        \
  MTIA_SIMD mtia_f32x##n mtia_reciprocal_f32x##n(mtia_f32x##n x) { return 1.0f / x; }              \
  /* 1 / sqrt x where 2^-126 <= x <= 2^127; 0 and -0 give infinity, infinity 0, below 0 NaN. */    \
  MTIA_SIMD mtia_f32x##n mtia_rsqrt_f32x##n(mtia_f32x##n x) {                                      \
    MTIA_SIMD_ORDERED                                                                              \
    typedef mtia_f32x##n f;                                                                        \
    typedef mtia_i32x##n i;                                                                        \
    f y = (f)(0x5f375a86 - ((i)x >> 1)); /* within 3.5 % */                                        \
    f h = 0.5f * x;                                                                                \
    y = y + y * (0.5f - h * y * y);                                                                \
    y = y + y * (0.5f - h * y * y);                                                                \
    f q = h * y;                                                                                   \
    y = y + y * (0.5f - q * y);                                                                    \
    y = x < 0x1p-126f ? (f)__builtin_inff() : y;                                                   \
    y = x <= 0x1p127f ? y : (f)0.0f;                                                               \
    return x < 0.0f || x != x ? (f)__builtin_nanf("") : y;                                         \
  }                                                                                                \
  MTIA_SIMD mtia_f32x##n mtia_sigmoid_f32x##n(mtia_f32x##n x) {                                    \
    typedef mtia_f32x##n f;                                                                        \
    f e = mtia_exp_f32x##n(-mtia_abs_f32x##n(x));                                                  \
    return (x < 0.0f ? e : (f)1.0f) / (1.0f + e);                                                  \
  }                                                                                                \
  /* Near 0 an odd polynomial, elsewhere 1 - 2 / (e^2x + 1). */                                    \
  MTIA_SIMD mtia_f32x##n mtia_tanh_f32x##n(mtia_f32x##n x) {                                       \
    MTIA_SIMD_ORDERED                                                                              \
    typedef mtia_f32x##n f;                                                                        \
    typedef mtia_i32x##n i;                                                                        \
    i sign = (i)x & INT32_MIN;                                                                     \
    f size = (f)((i)x & INT32_MAX);                                                                \
    f s = x * x;                                                                                   \
    f p = s * -0x1.76ac06p-8f + 0x1.5256d2p-6f;                                                    \
    p = p * s - 0x1.b84448p-5f;                                                                    \
    p = p * s + 0x1.110768p-3f;                                                                    \
    p = p * s - 0x1.555534p-2f;                                                                    \
    p = size + size * (s * p);                                                                     \
    f bounded = size < 10.0f ? size : (f)10.0f;                                                    \
    f far = 1.0f - 2.0f / (1.0f + mtia_exp_bounded_f32x##n(2 * bounded));                          \
    f y = size < 0.625f ? p : far;                                                                 \
    y = x == x ? y : x;                                                                            \
    return (f)((i)y | sign);                                                                       \
  }                                                                                                \
  /* x * sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3): the usual approximation by tanh. */    \
  MTIA_SIMD mtia_f32x##n mtia_gelu_f32x##n(mtia_f32x##n x) {                                       \
    MTIA_SIMD_ORDERED                                                                              \
    typedef mtia_f32x##n f;                                                                        \
    x = x < -12.0f ? (f)(-12.0f) : x;                                                              \
    f bounded = x > 12.0f ? (f)12.0f : x;                                                          \
    f u = bounded * (1.5957691f + 0.07135481f * bounded * bounded);                                \
    return x * mtia_sigmoid_f32x##n(u);                                                            \
  }
MTIA_SIMD_FUNCTIONS(16)
MTIA_SIMD_FUNCTIONS(32)
MTIA_SIMD_FUNCTIONS(64)

// Of f16: computed in f32 and rounded once more.
#define MTIA_SIMD_HALF(operation, n)                                                               \
  MTIA_SIMD mtia_f16x##n mtia_##operation##_f16x##n(mtia_f16x##n x) {                              \
    return mtia_f16x##n##_from_f32x##n(                                                            \
        mtia_##operation##_f32x##n(mtia_f32x##n##_from_f16x##n(x)));                               \
  }
#define MTIA_SIMD_HALVES(n)                                                                        \
  MTIA_SIMD_HALF(exp, n)                                                                           \
  MTIA_SIMD_HALF(log, n)                                                                           \
  MTIA_SIMD_HALF(tanh, n)                                                                          \
  MTIA_SIMD_HALF(sigmoid, n)                                                                       \
  MTIA_SIMD_HALF(gelu, n)                                                                          \
  MTIA_SIMD_HALF(rsqrt, n)                                                                         \
  MTIA_SIMD mtia_f16x##n mtia_reciprocal_f16x##n(mtia_f16x##n x) { return (_Float16)1 / x; }
MTIA_SIMD_HALVES(16)
MTIA_SIMD_HALVES(32)
MTIA_SIMD_HALVES(64)

#ifdef __cplusplus
#pragma clang diagnostic pop
#endif
#endif
