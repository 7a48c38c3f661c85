// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors: conversions of floating-point numbers (13.17 to 13.19, Zvfbfmin), estimates of the
// reciprocal and of that of the square root (13.9, 13.10).
#include "vecfp_simd.h"

#if HAS_SIMD
#pragma STDC FENV_ACCESS ON

SIMD_1(vfwcvt_f_f, 16, f32, f32, f16, ANY_MODE, a)
SIMD_1(vfwcvt_f_f, 32, f64, f64, narrow, ANY_MODE, a)
SIMD_1(vfncvt_f_f, 16, f32, f16, f32, ANY_MODE, a)
SIMD_1(vfncvt_f_f, 32, f64, narrow, f64, ANY_MODE, a)
SIMD_1(vfwcvtbf16_f_f, 16, f32, f32, bf16, ANY_MODE, a)
SIMD_1(vfcvt_f_x, 16, f32, f16, i16, ANY_MODE, a)
SIMD_1(vfcvt_f_xu, 16, f32, f16, u16, ANY_MODE, a)
SIMD_1(vfcvt_f_x, 32, f32, f32, i32, ANY_MODE, a)
SIMD_1(vfwcvt_f_x, 8, f32, f16, i8, ANY_MODE, a)
SIMD_1(vfwcvt_f_xu, 8, f32, f16, u8, ANY_MODE, a)
SIMD_1(vfwcvt_f_x, 16, f32, f32, i16, ANY_MODE, a)
SIMD_1(vfwcvt_f_xu, 16, f32, f32, u16, ANY_MODE, a)
SIMD_1(vfwcvt_f_x, 32, f64, f64, i32_f64, ANY_MODE, a)
SIMD_1(vfncvt_f_x, 16, f32, f16, i32_f16, ANY_MODE, a)
SIMD_1(vfncvt_f_xu, 16, f32, f16, u32_f16, ANY_MODE, a)

// What the host says for everything that doesn't fit is also the result for -2^31.
#define SIMD_TO_I32(name, CONVERT, MODE)                                                           \
  SIMD(name##_32) {                                                                                \
    struct mtia_fp slow = {MODE, 0};                                                               \
    SIMD_LOOP(                                                                                     \
        f32, __m256i y = CONVERT(load_f32(r->vs2, i, m));                                          \
        unsigned odd = (unsigned)_mm256_movemask_ps(                                               \
            _mm256_castsi256_ps(_mm256_cmpeq_epi32(y, _mm256_set1_epi32(INT32_MIN))));             \
        int32_t e[8]; _mm256_storeu_si256((void *)e, y); for (odd &= bits; odd; odd &= odd - 1) {  \
          const unsigned k = (unsigned)__builtin_ctz(odd);                                         \
          e[k] = (int32_t)mtia_f32_to_int(((const uint32_t *)r->vs2)[i + k], 32, true, &slow);     \
        } _mm256_maskstore_epi32((int *)(void *)r->out + i, m, _mm256_loadu_si256((void *)e)))     \
  }
SIMD_TO_I32(vfcvt_x_f, _mm256_cvtps_epi32, r->core->fp.rm)
SIMD_TO_I32(vfcvt_rtz_x_f, _mm256_cvttps_epi32, MTIA_FP_RTZ)
#endif

#define FP (&r->core->fp)

// d[i] = expr of a = vs2[i]; `expr` uses fp.
#define CONVERT(name, S, GT, T, expr)                                                              \
  KERNEL(name##_##S) {                                                                             \
    GT *d = OUT;                                                                                   \
    const T *va = VS2;                                                                             \
    struct mtia_fp *const fp = FP;                                                                 \
    ACTIVE_IN_ORDER(const T a = va[i]; d[i] = (GT)(expr));                                         \
  }
#define CONVERT_TRY(name, S, GT, T, expr)                                                          \
  KERNEL(name##_##S) {                                                                             \
    TRY(name##_##S)                                                                                \
    GT *d = OUT;                                                                                   \
    const T *va = VS2;                                                                             \
    struct mtia_fp *const fp = FP;                                                                 \
    ACTIVE_IN_ORDER(const T a = va[i]; d[i] = (GT)(expr));                                         \
  }

//===-- To integers -------------------------------------------------------------===//

// Of a host's number to an integer of `bits`; false: NaN, too big, or no quick way.
INLINE bool quick_to_int(double a, unsigned bits, bool is_signed, unsigned rm, int64_t *result,
                         uint8_t *flags) {
  const double limit = bits == 64 ? 0x1p63 : (double)(UINT64_C(1) << (bits - is_signed));
  int64_t n;
  if (!(a < 0x1p62 && a > -0x1p62))
    return false;
#if MTIA_X86
  if (rm == MTIA_FP_RNE)
    __asm__("cvtsd2si %1, %0" : "=r"(n) : "x"(a));
  else
#endif
      if (rm == MTIA_FP_RTZ)
    n = (int64_t)a;
  else
    return false;
  const double back = (double)n;
  if (!(back < limit && back >= (is_signed ? -limit : 0)))
    return false;
  *result = n;
  *flags = back != a ? MTIA_FP_NX : 0;
  return true;
}

#define DOUBLE_f16(a) ((double)mtia_host_f32(mtia_quick_f16_to_f32(a, &(struct mtia_fp){0, 0})))
#define DOUBLE_f32(a) ((double)mtia_host_f32(a))
#define DOUBLE_f64(a) mtia_host_f64(a)

#define TO_INT(F, T)                                                                               \
  INLINE uint64_t F##_to(T a, unsigned bits, bool is_signed, unsigned rm, struct mtia_fp *fp) {    \
    int64_t n;                                                                                     \
    uint8_t flags;                                                                                 \
    if (quick_to_int(DOUBLE_##F(a), bits, is_signed, rm, &n, &flags)) {                            \
      fp->flags |= flags;                                                                          \
      return (uint64_t)n;                                                                          \
    }                                                                                              \
    struct mtia_fp slow = {(uint8_t)rm, fp->flags};                                                \
    uint64_t result = mtia_##F##_to_int(a, bits, is_signed, &slow);                                \
    fp->flags = slow.flags;                                                                        \
    return result;                                                                                 \
  }
TO_INT(f16, uint16_t)
TO_INT(f32, uint32_t)
TO_INT(f64, uint64_t)

// C is CONVERT or CONVERT_TRY; BITS: of the integer, of type GT.
#define TO_INTS(C, prefix, S, F, T, GT, BITS)                                                      \
  C(prefix##_x_f, S, GT, T, F##_to(a, BITS, true, fp->rm, fp))                                     \
  CONVERT(prefix##_xu_f, S, GT, T, F##_to(a, BITS, false, fp->rm, fp))                             \
  C(prefix##_rtz_x_f, S, GT, T, F##_to(a, BITS, true, MTIA_FP_RTZ, fp))                            \
  CONVERT(prefix##_rtz_xu_f, S, GT, T, F##_to(a, BITS, false, MTIA_FP_RTZ, fp))
TO_INTS(CONVERT, vfcvt, 16, f16, uint16_t, uint16_t, 16)
TO_INTS(CONVERT_TRY, vfcvt, 32, f32, uint32_t, uint32_t, 32)
TO_INTS(CONVERT, vfcvt, 64, f64, uint64_t, uint64_t, 64)
TO_INTS(CONVERT, vfwcvt, 16, f16, uint16_t, uint32_t, 32)
TO_INTS(CONVERT, vfwcvt, 32, f32, uint32_t, uint64_t, 64)
TO_INTS(CONVERT, vfncvt, 8, f16, uint16_t, uint8_t, 8)
TO_INTS(CONVERT, vfncvt, 16, f32, uint32_t, uint16_t, 16)
TO_INTS(CONVERT, vfncvt, 32, f64, uint64_t, uint32_t, 32)

//===-- From integers -----------------------------------------------------------===//

INLINE uint32_t f32_from_i64(int64_t a, struct mtia_fp *fp) {
  return fp->rm == MTIA_FP_RNE && mtia_exact_f32_from_i64(a) ? mtia_fast_f32_from_i64(a)
                                                             : mtia_f32_from_i64(a, fp);
}
INLINE uint32_t f32_from_u64(uint64_t a, struct mtia_fp *fp) {
  return fp->rm == MTIA_FP_RNE && mtia_exact_f32_from_u64(a) ? mtia_fast_f32_from_u64(a)
                                                             : mtia_f32_from_u64(a, fp);
}
INLINE uint64_t f64_from_i64(int64_t a, struct mtia_fp *fp) {
  return mtia_exact_f64_from_i64(a) ? mtia_fast_f64_from_i64(a) : mtia_f64_from_i64(a, fp);
}
INLINE uint64_t f64_from_u64(uint64_t a, struct mtia_fp *fp) {
  return mtia_exact_f64_from_u64(a) ? mtia_fast_f64_from_u64(a) : mtia_f64_from_u64(a, fp);
}
#define f16_from_i64 mtia_f16_from_i64
#define f16_from_u64 mtia_f16_from_u64

// I, U: types of the integer; CX, CU: CONVERT or CONVERT_TRY.
#define FROM_INTS(CX, CU, prefix, S, F, T, I, U)                                                   \
  CX(prefix##_f_x, S, T, I, F##_from_i64(a, fp))                                                   \
  CU(prefix##_f_xu, S, T, U, F##_from_u64(a, fp))
FROM_INTS(CONVERT_TRY, CONVERT_TRY, vfcvt, 16, f16, uint16_t, int16_t, uint16_t)
FROM_INTS(CONVERT_TRY, CONVERT, vfcvt, 32, f32, uint32_t, int32_t, uint32_t)
FROM_INTS(CONVERT, CONVERT, vfcvt, 64, f64, uint64_t, int64_t, uint64_t)
FROM_INTS(CONVERT_TRY, CONVERT_TRY, vfwcvt, 8, f16, uint16_t, int8_t, uint8_t)
FROM_INTS(CONVERT_TRY, CONVERT_TRY, vfwcvt, 16, f32, uint32_t, int16_t, uint16_t)
FROM_INTS(CONVERT_TRY, CONVERT, vfwcvt, 32, f64, uint64_t, int32_t, uint32_t)
FROM_INTS(CONVERT_TRY, CONVERT_TRY, vfncvt, 16, f16, uint16_t, int32_t, uint32_t)
FROM_INTS(CONVERT, CONVERT, vfncvt, 32, f32, uint32_t, int64_t, uint64_t)

//===-- Between formats ---------------------------------------------------------===//

// f32 to bf16, to nearest: its upper half, rounded. Left to fp.h: what isn't normal, and what could
// become infinite.
INLINE uint16_t narrow_bf16(uint32_t a, struct mtia_fp *fp) {
  const uint32_t exponent = a >> 23 & 0xff;
  if (fp->rm != MTIA_FP_RNE || exponent == 0 || exponent >= 0xfe)
    return mtia_f32_to_bf16(a, fp);
  fp->flags |= (uint8_t)((uint16_t)a ? MTIA_FP_NX : 0);
  return (uint16_t)((a + 0x7fff + (a >> 16 & 1)) >> 16);
}
#define ODD(to, a)                                                                                 \
  ({                                                                                               \
    struct mtia_fp odd = {MTIA_FP_ROD, fp->flags};                                                 \
    __typeof__(to(a, &odd)) result = to(a, &odd);                                                  \
    fp->flags = odd.flags;                                                                         \
    result;                                                                                        \
  })
CONVERT_TRY(vfwcvt_f_f, 16, uint32_t, uint16_t, mtia_quick_f16_to_f32(a, fp))
CONVERT_TRY(vfwcvt_f_f, 32, uint64_t, uint32_t, mtia_f32_to_f64(a, fp))
CONVERT_TRY(vfncvt_f_f, 16, uint16_t, uint32_t, mtia_f32_to_f16(a, fp))
CONVERT_TRY(vfncvt_f_f, 32, uint32_t, uint64_t, mtia_f64_to_f32(a, fp))
CONVERT(vfncvt_rod_f_f, 16, uint16_t, uint32_t, ODD(mtia_f32_to_f16, a))
CONVERT(vfncvt_rod_f_f, 32, uint32_t, uint64_t, ODD(mtia_f64_to_f32, a))
CONVERT_TRY(vfwcvtbf16_f_f, 16, uint32_t, uint16_t, mtia_quick_bf16_to_f32(a, fp))
CONVERT(vfncvtbf16_f_f, 16, uint16_t, uint32_t, narrow_bf16(a, fp))

//===-- Estimates ---------------------------------------------------------------===//

// Tables of 13.9 and 13.10. An entry is what the function is in the middle of the interval of
// arguments that the index stands for: rec7[k] = 256 / (1 + (k + 1/2) / 128) - 128, to nearest;
// rsqrt7[k] = 256 / sqrt(m) - 128 with m = 1 + (k % 64 + 1/2) / 64, twice that for k < 64. An index
// of rsqrt7 is the exponent's last bit and 6 bits of the fraction.
// clang-format off
static const uint8_t rec7[128] = {
    127, 125, 123, 121, 119, 117, 116, 114, 112, 110, 109, 107, 105, 104, 102, 100,
    99, 97, 96, 94, 93, 91, 90, 88, 87, 85, 84, 83, 81, 80, 79, 77,
    76, 75, 74, 72, 71, 70, 69, 68, 66, 65, 64, 63, 62, 61, 60, 59,
    58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43,
    42, 41, 40, 40, 39, 38, 37, 36, 35, 35, 34, 33, 32, 31, 31, 30,
    29, 28, 28, 27, 26, 25, 25, 24, 23, 23, 22, 21, 21, 20, 19, 19,
    18, 17, 17, 16, 15, 15, 14, 14, 13, 12, 12, 11, 11, 10, 9, 9,
    8, 8, 7, 7, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0,
};
static const uint8_t rsqrt7[128] = {
    52, 51, 50, 48, 47, 46, 44, 43, 42, 41, 40, 39, 38, 36, 35, 34,
    33, 32, 31, 30, 30, 29, 28, 27, 26, 25, 24, 23, 23, 22, 21, 20,
    19, 19, 18, 17, 16, 16, 15, 14, 14, 13, 12, 12, 11, 10, 10, 9,
    9, 8, 7, 7, 6, 6, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0,
    127, 125, 123, 121, 119, 118, 116, 114, 113, 111, 109, 108, 106, 105, 103, 102,
    100, 99, 97, 96, 95, 93, 92, 91, 90, 88, 87, 86, 85, 84, 83, 82,
    80, 79, 78, 77, 76, 75, 74, 73, 72, 71, 70, 70, 69, 68, 67, 66,
    65, 64, 63, 63, 62, 61, 60, 59, 59, 58, 57, 56, 56, 55, 54, 53,
};
// clang-format on

struct layout {
  unsigned bits, fraction;
};

// 1 / a. Results beyond the largest number are infinite or the largest, as the rounding mode says.
INLINE uint64_t reciprocal(struct layout f, uint64_t a, unsigned kind, struct mtia_fp *fp) {
  const unsigned exponent_bits = f.bits - 1 - f.fraction;
  const uint64_t top = (UINT64_C(1) << exponent_bits) - 1, inf = top << f.fraction;
  const uint64_t ones = (UINT64_C(1) << f.fraction) - 1;
  const uint64_t sign = a & UINT64_C(1) << (f.bits - 1);
  uint64_t fraction = a & ones;
  int64_t exponent = (int64_t)((a & ~sign) >> f.fraction);
  switch (kind) {
  case MTIA_FP_NEG_INF:
  case MTIA_FP_POS_INF:
    return sign;
  case MTIA_FP_NEG_ZERO:
  case MTIA_FP_POS_ZERO:
    fp->flags |= MTIA_FP_DZ;
    return sign | inf;
  case MTIA_FP_SNAN:
    fp->flags |= MTIA_FP_NV;
    return inf | UINT64_C(1) << (f.fraction - 1);
  case MTIA_FP_QNAN:
    return inf | UINT64_C(1) << (f.fraction - 1);
  }
  if (!exponent) { // subnormal: normalise
    const int shift = __builtin_clzll(fraction) - (int)(63 - f.fraction);
    exponent = 1 - shift;
    fraction = fraction << shift & ones;
    if (exponent < -1) { // 1 / a is beyond the largest number
      fp->flags |= MTIA_FP_OF | MTIA_FP_NX;
      const bool cut = fp->rm == MTIA_FP_RTZ || fp->rm == (sign ? MTIA_FP_RUP : MTIA_FP_RDN);
      return sign | (inf - cut);
    }
  }
  uint64_t result = (uint64_t)rec7[fraction >> (f.fraction - 7)] << (f.fraction - 7);
  exponent = (int64_t)(top - 2) - exponent; // 2 * bias - 1 - exponent
  if (exponent <= 0) {                      // subnormal; exponent is 0 or -1
    result = (result >> 1) | UINT64_C(1) << (f.fraction - 1);
    if (exponent < 0)
      result >>= 1;
    exponent = 0;
  }
  return sign | (uint64_t)exponent << f.fraction | result;
}

INLINE uint64_t reciprocal_root(struct layout f, uint64_t a, unsigned kind, struct mtia_fp *fp) {
  const unsigned exponent_bits = f.bits - 1 - f.fraction;
  const uint64_t inf = ((UINT64_C(1) << exponent_bits) - 1) << f.fraction;
  const uint64_t nan = inf | UINT64_C(1) << (f.fraction - 1);
  const uint64_t ones = (UINT64_C(1) << f.fraction) - 1;
  const int64_t bias = (INT64_C(1) << (exponent_bits - 1)) - 1;
  switch (kind) {
  case MTIA_FP_NEG_INF:
  case MTIA_FP_NEG_NORMAL:
  case MTIA_FP_NEG_SUBNORMAL:
  case MTIA_FP_SNAN:
    fp->flags |= MTIA_FP_NV;
    return nan;
  case MTIA_FP_QNAN:
    return nan;
  case MTIA_FP_NEG_ZERO:
  case MTIA_FP_POS_ZERO:
    fp->flags |= MTIA_FP_DZ;
    return (a & UINT64_C(1) << (f.bits - 1)) | inf;
  case MTIA_FP_POS_INF:
    return 0;
  }
  uint64_t fraction = a & ones;
  int64_t exponent = (int64_t)(a >> f.fraction);
  if (!exponent) {
    const int shift = __builtin_clzll(fraction) - (int)(63 - f.fraction);
    exponent = 1 - shift;
    fraction = fraction << shift & ones;
  }
  const uint64_t index = (uint64_t)(exponent & 1) << 6 | fraction >> (f.fraction - 6);
  const uint64_t result = (uint64_t)rsqrt7[index] << (f.fraction - 7);
  exponent = (3 * bias - 1 - exponent) >> 1; // not negative
  return (uint64_t)exponent << f.fraction | result;
}

#define ESTIMATES(S, F, T, FRACTION)                                                               \
  CONVERT(vfrec7, S, T, T,                                                                         \
          reciprocal((struct layout){S, FRACTION}, a, mtia_##F##_classify(a), fp))                 \
  CONVERT(vfrsqrt7, S, T, T,                                                                       \
          reciprocal_root((struct layout){S, FRACTION}, a, mtia_##F##_classify(a), fp))
ESTIMATES(16, f16, uint16_t, 10)
ESTIMATES(32, f32, uint32_t, 23)
ESTIMATES(64, f64, uint64_t, 52)

//===-- Tables ------------------------------------------------------------------===//

#define FLOAT (MTIA_VF_ACTIVE | MTIA_VF_FP)
#define ENTRY_8_16_32(id, name)                                                                    \
  [MTIA_VOP_##id] = {.fn = {name##_8, name##_16, name##_32}, .flags = FLOAT}

const struct mtia_vimpl V_NAME(mtia_vecfp_convert)[MTIA_NUM_VOPS] = {
    ENTRY_16_64(VFCVT_X_F_V, vfcvt_x_f, FLOAT),
    ENTRY_16_64(VFCVT_XU_F_V, vfcvt_xu_f, FLOAT),
    ENTRY_16_64(VFCVT_RTZ_X_F_V, vfcvt_rtz_x_f, FLOAT),
    ENTRY_16_64(VFCVT_RTZ_XU_F_V, vfcvt_rtz_xu_f, FLOAT),
    ENTRY_16_64(VFCVT_F_X_V, vfcvt_f_x, FLOAT),
    ENTRY_16_64(VFCVT_F_XU_V, vfcvt_f_xu, FLOAT),

    ENTRY_16_32(VFWCVT_X_F_V, vfwcvt_x_f, FLOAT),
    ENTRY_16_32(VFWCVT_XU_F_V, vfwcvt_xu_f, FLOAT),
    ENTRY_16_32(VFWCVT_RTZ_X_F_V, vfwcvt_rtz_x_f, FLOAT),
    ENTRY_16_32(VFWCVT_RTZ_XU_F_V, vfwcvt_rtz_xu_f, FLOAT),
    ENTRY_8_16_32(VFWCVT_F_X_V, vfwcvt_f_x),
    ENTRY_8_16_32(VFWCVT_F_XU_V, vfwcvt_f_xu),
    ENTRY_16_32(VFWCVT_F_F_V, vfwcvt_f_f, FLOAT),
    ENTRY_16(VFWCVTBF16_F_F_V, vfwcvtbf16_f_f, FLOAT),

    ENTRY_8_16_32(VFNCVT_X_F_W, vfncvt_x_f),
    ENTRY_8_16_32(VFNCVT_XU_F_W, vfncvt_xu_f),
    ENTRY_8_16_32(VFNCVT_RTZ_X_F_W, vfncvt_rtz_x_f),
    ENTRY_8_16_32(VFNCVT_RTZ_XU_F_W, vfncvt_rtz_xu_f),
    ENTRY_16_32(VFNCVT_F_X_W, vfncvt_f_x, FLOAT),
    ENTRY_16_32(VFNCVT_F_XU_W, vfncvt_f_xu, FLOAT),
    ENTRY_16_32(VFNCVT_F_F_W, vfncvt_f_f, FLOAT),
    ENTRY_16_32(VFNCVT_ROD_F_F_W, vfncvt_rod_f_f, FLOAT),
    ENTRY_16(VFNCVTBF16_F_F_W, vfncvtbf16_f_f, FLOAT),

    ENTRY_16_64(VFREC7_V, vfrec7, FLOAT),
    ENTRY_16_64(VFRSQRT7_V, vfrsqrt7, FLOAT),
};
