// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floating point by the host's vectors, where it has AVX2, FMA and F16C. simd_...(r) computes all
// active elements or returns false.
//
// The host rounds as MXCSR says, and MXCSR collects the flags of all elements: x86-64 finds
// tininess after rounding, as RISC-V does. What differs: NaNs (made canonical here), infinity times
// zero plus a quiet NaN (the host raises nothing: such elements go to fp.h for the flag), and
// rounding to nearest with ties away from zero, which the host doesn't have: these functions return
// false, and fp.h computes.
//
// binary16 is computed in binary32 and rounded once more, only to nearest even. That gives the
// correctly rounded result, because binary32 has p = 24 bits and binary16 q = 11: for a sum, a
// product, a quotient and a root p >= 2 q + 2 suffices (Figueroa, When is double rounding
// innocuous?, 1995). Results below the normal range: sums and products there are exact in
// binary32; a quotient that isn't a number of q bits differs from each number of q + 1 bits by more
// than 2^-24 of it, so neither value nor inexactness is lost; roots never get there. For a
// multiply-add the product is exact, and the sum is rounded to odd (Boldo and Melquiond, Emulation
// of FMA and correctly rounded sums, 2008), which asks for p >= q + 2.

#ifndef MTIA_EMULATOR_VECFP_SIMD_H
#define MTIA_EMULATOR_VECFP_SIMD_H

#include "vecfp_kernel.h"

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__) && !defined(MTIA_FP_PORTABLE)
#define HAS_SIMD 1
#include <immintrin.h>
#pragma STDC FENV_ACCESS ON

// MXCSR: all exceptions masked; bits 14:13 are the rounding mode.
#define MXCSR_DEFAULT 0x1f80u

INLINE bool host_begin(const struct mtia_vrun *r) {
  static const uint8_t modes[] = {
      [MTIA_FP_RNE] = 0, [MTIA_FP_RDN] = 1, [MTIA_FP_RUP] = 2, [MTIA_FP_RTZ] = 3};
  if (r->core->fp.rm > MTIA_FP_RUP)
    return false;
  _mm_setcsr(MXCSR_DEFAULT | (unsigned)modes[r->core->fp.rm] << 13);
  return true;
}

INLINE void host_end(struct mtia_vrun *r) {
  const unsigned csr = _mm_getcsr();
  if (r->core->fp.rm != MTIA_FP_RNE)
    _mm_setcsr(MXCSR_DEFAULT);
  // IE, DE, ZE, OE, UE, PE from bit 0; fflags: NX, UF, OF, DZ, NV.
  r->core->fp.flags |=
      (uint8_t)((csr >> 5 & 1) * MTIA_FP_NX | (csr >> 4 & 1) * MTIA_FP_UF |
                (csr >> 3 & 1) * MTIA_FP_OF | (csr >> 2 & 1) * MTIA_FP_DZ | (csr & 1) * MTIA_FP_NV);
}

// The active ones of the elements i to i + lanes - 1; i is a multiple of lanes (4 or 8).
INLINE unsigned active_bits(const struct mtia_vrun *r, unsigned i, unsigned lanes) {
  unsigned bits = (1u << lanes) - 1;
  if (r->active)
    return (unsigned)(r->active[i / 64] >> (i % 64)) & bits;
  if (i < r->first)
    bits &= ~0u << (r->first - i);
  if (i + lanes > r->vl)
    bits &= (1u << (r->vl - i)) - 1;
  return bits;
}

// Bits as lanes of all ones or zeros.
INLINE __m256i lanes_f32(unsigned bits) {
  const __m256i each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), each), each);
}
INLINE __m256i lanes_f64(unsigned bits) {
  const __m256i each = _mm256_setr_epi64x(1, 2, 4, 8);
  return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x((int)bits), each), each);
}
// The same for elements of half the size, in 128 bits.
INLINE __m128i lanes_16(__m256i m) {
  return _mm_packs_epi32(_mm256_castsi256_si128(m), _mm256_extracti128_si256(m, 1));
}
INLINE __m128i lanes_32(__m256i m) {
  return _mm256_castsi256_si128(
      _mm256_permutevar8x32_epi32(m, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
}

// V_: what an array has, and what it becomes or is made of: 8 of binary32 or 4 of binary64.
// load: elements that aren't active are 0; store: they are kept.
#define LANES_f32 8
#define LANES_f64 4
#define VEC_f32 __m256
#define VEC_f64 __m256d

INLINE __m256i load_256(const void *p, __m256i m) {
  return _mm256_and_si256(_mm256_loadu_si256(p), m);
}
INLINE __m128i load_128(const void *p, __m128i m) { return _mm_and_si128(_mm_loadu_si128(p), m); }
INLINE __m128i load_64(const void *p, __m128i m) { return _mm_and_si128(_mm_loadl_epi64(p), m); }

INLINE __m256 load_f32(const void *p, unsigned i, __m256i m) {
  return _mm256_castsi256_ps(load_256((const float *)p + i, m));
}
INLINE __m256d load_f64(const void *p, unsigned i, __m256i m) {
  return _mm256_castsi256_pd(load_256((const double *)p + i, m));
}
INLINE __m256 load_f16(const void *p, unsigned i, __m256i m) {
  return _mm256_cvtph_ps(load_128((const uint16_t *)p + i, lanes_16(m)));
}
INLINE __m256 load_bf16(const void *p, unsigned i, __m256i m) {
  return _mm256_castsi256_ps(
      _mm256_slli_epi32(_mm256_cvtepu16_epi32(load_128((const uint16_t *)p + i, lanes_16(m))), 16));
}
INLINE __m256d load_narrow(const void *p, unsigned i, __m256i m) { // f32 as f64
  return _mm256_cvtps_pd(_mm_castsi128_ps(load_128((const float *)p + i, lanes_32(m))));
}
INLINE __m256 load_i32(const void *p, unsigned i, __m256i m) {
  return _mm256_cvtepi32_ps(load_256((const int32_t *)p + i, m));
}
// For f16: from 2^17 on all are too big for it, and below they are exact.
INLINE __m256 load_i32_f16(const void *p, unsigned i, __m256i m) {
  __m256i a = load_256((const int32_t *)p + i, m);
  a = _mm256_max_epi32(a, _mm256_set1_epi32(-(1 << 17)));
  return _mm256_cvtepi32_ps(_mm256_min_epi32(a, _mm256_set1_epi32(1 << 17)));
}
INLINE __m256 load_u32_f16(const void *p, unsigned i, __m256i m) {
  __m256i a = load_256((const uint32_t *)p + i, m);
  return _mm256_cvtepi32_ps(_mm256_min_epu32(a, _mm256_set1_epi32(1 << 17)));
}
INLINE __m256 load_i16(const void *p, unsigned i, __m256i m) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(load_128((const int16_t *)p + i, lanes_16(m))));
}
INLINE __m256 load_u16(const void *p, unsigned i, __m256i m) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(load_128((const uint16_t *)p + i, lanes_16(m))));
}
INLINE __m256 load_i8(const void *p, unsigned i, __m256i m) {
  __m128i n = _mm_packs_epi16(lanes_16(m), lanes_16(m));
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(load_64((const int8_t *)p + i, n)));
}
INLINE __m256 load_u8(const void *p, unsigned i, __m256i m) {
  __m128i n = _mm_packs_epi16(lanes_16(m), lanes_16(m));
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(load_64((const uint8_t *)p + i, n)));
}
INLINE __m256d load_i32_f64(const void *p, unsigned i, __m256i m) {
  return _mm256_cvtepi32_pd(load_128((const int32_t *)p + i, lanes_32(m)));
}

INLINE void store_f32(void *p, unsigned i, __m256i m, __m256 r) {
  _mm256_maskstore_ps((float *)p + i, m, r);
}
INLINE void store_f64(void *p, unsigned i, __m256i m, __m256d r) {
  _mm256_maskstore_pd((double *)p + i, m, r);
}
INLINE void store_f16(void *p, unsigned i, __m256i m, __m256 r) {
  __m128i *to = (void *)((uint16_t *)p + i);
  _mm_storeu_si128(to, _mm_blendv_epi8(_mm_loadu_si128(to),
                                       _mm256_cvtps_ph(r, _MM_FROUND_CUR_DIRECTION), lanes_16(m)));
}
INLINE void store_narrow(void *p, unsigned i, __m256i m, __m256d r) { // f64 to f32
  _mm_maskstore_ps((float *)p + i, lanes_32(m), _mm256_cvtpd_ps(r));
}

// The scalar operand, in the lanes that are active.
INLINE __m256 scalar_f32(uint64_t x, __m256i m) {
  return _mm256_castsi256_ps(_mm256_and_si256(_mm256_set1_epi32((int)x), m));
}
INLINE __m256d scalar_f64(uint64_t x, __m256i m) {
  return _mm256_castsi256_pd(_mm256_and_si256(_mm256_set1_epi64x((long long)x), m));
}
INLINE __m256 scalar_f16(uint64_t x, __m256i m) {
  return _mm256_cvtph_ps(_mm_and_si128(_mm_set1_epi16((short)x), lanes_16(m)));
}
INLINE __m256 scalar_bf16(uint64_t x, __m256i m) {
  return _mm256_castsi256_ps(_mm256_and_si256(_mm256_set1_epi32((int)(x << 16)), m));
}
INLINE __m256d scalar_narrow(uint64_t x, __m256i m) {
  return _mm256_cvtps_pd(
      _mm_and_ps(_mm_castsi128_ps(_mm_set1_epi32((int)x)), _mm_castsi128_ps(lanes_32(m))));
}

INLINE __m256 canonical_f32(__m256 r) {
  return _mm256_blendv_ps(r, _mm256_castsi256_ps(_mm256_set1_epi32((int)MTIA_F32_NAN)),
                          _mm256_cmp_ps(r, r, _CMP_UNORD_Q));
}
INLINE __m256d canonical_f64(__m256d r) {
  return _mm256_blendv_pd(r, _mm256_castsi256_pd(_mm256_set1_epi64x((long long)MTIA_F64_NAN)),
                          _mm256_cmp_pd(r, r, _CMP_UNORD_Q));
}
INLINE unsigned nans_f32(__m256 r) {
  return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(r, r, _CMP_UNORD_Q));
}
INLINE unsigned nans_f64(__m256d r) {
  return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(r, r, _CMP_UNORD_Q));
}
INLINE __m256 negate_f32(__m256 a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }
INLINE __m256d negate_f64(__m256d a) { return _mm256_xor_pd(a, _mm256_set1_pd(-0.0)); }
// 1 in the lanes that aren't active, so that these can be divided by.
INLINE __m256 divisor_f32(__m256 b, __m256i m) {
  return _mm256_blendv_ps(_mm256_set1_ps(1), b, _mm256_castsi256_ps(m));
}
INLINE __m256d divisor_f64(__m256d b, __m256i m) {
  return _mm256_blendv_pd(_mm256_set1_pd(1), b, _mm256_castsi256_pd(m));
}
INLINE __m256 sqrt_f32(__m256 a) { return _mm256_sqrt_ps(a); }
INLINE __m256d sqrt_f64(__m256d a) { return _mm256_sqrt_pd(a); }
INLINE __m256 fma_f32(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
INLINE __m256d fma_f64(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }

// a * b + c of f16 values, to odd in f32.
INLINE __m256 fma_f16(__m256 a, __m256 b, __m256 c) {
  const __m256i exponent = _mm256_set1_epi32(0x7f800000), one = _mm256_set1_epi32(1);
  __m256 p = a * b, s = p + c;
  const __m256i bits = _mm256_castps_si256(s);
  // Where the sum is infinite or a NaN its error is none, and must not be computed.
  const __m256 finite =
      _mm256_castsi256_ps(_mm256_cmpgt_epi32(exponent, _mm256_and_si256(bits, exponent)));
  p = _mm256_and_ps(p, finite);
  c = _mm256_and_ps(c, finite);
  const __m256 t = _mm256_and_ps(s, finite);
  const __m256 back = t - p, error = (p - (t - back)) + (c - back);
  const __m256i inexact =
      _mm256_castps_si256(_mm256_cmp_ps(error, _mm256_setzero_ps(), _CMP_NEQ_OQ));
  const __m256i even = _mm256_cmpeq_epi32(_mm256_and_si256(bits, one), _mm256_setzero_si256());
  // The neighbour on the side of the error: +1 or -1.
  const __m256i differ = _mm256_srai_epi32(_mm256_xor_si256(bits, _mm256_castps_si256(error)), 31);
  const __m256i step = _mm256_or_si256(differ, one);
  return _mm256_castsi256_ps(
      _mm256_add_epi32(bits, _mm256_and_si256(step, _mm256_and_si256(inexact, even))));
}

// For i, m, bits: statements.
#define SIMD_LOOP(C, BODY)                                                                         \
  if (!host_begin(r))                                                                              \
    return false;                                                                                  \
  for (unsigned i = r->first & ~(LANES_##C - 1u); i < r->vl; i += LANES_##C) {                     \
    const unsigned bits = active_bits(r, i, LANES_##C);                                            \
    if (!bits)                                                                                     \
      continue;                                                                                    \
    const __m256i m = lanes_##C(bits);                                                             \
    BODY;                                                                                          \
  }                                                                                                \
  host_end(r);                                                                                     \
  return true;
#define SIMD(name) __attribute__((unused)) static bool simd_##name(struct mtia_vrun *r)
#define NEAREST_ONLY                                                                               \
  if (r->core->fp.rm != MTIA_FP_RNE)                                                               \
    return false;
#define ANY_MODE

// C: computed in; D, A, B: the arrays of vd, vs2, vs1.
#define SIMD_2(name, S, C, D, A, B, MODES, expr)                                                   \
  SIMD(name##_v_##S) {                                                                             \
    MODES SIMD_LOOP(C, VEC_##C a = load_##A(r->vs2, i, m); VEC_##C b = load_##B(r->vs1, i, m);     \
                    VEC_##C y = (expr); store_##D(r->out, i, m, canonical_##C(y)))                 \
  }                                                                                                \
  SIMD(name##_x_##S) {                                                                             \
    const uint64_t x = unbox_##B(r->x);                                                            \
    MODES SIMD_LOOP(C, VEC_##C a = load_##A(r->vs2, i, m); VEC_##C b = scalar_##B(x, m);           \
                    VEC_##C y = (expr); store_##D(r->out, i, m, canonical_##C(y)))                 \
  }
#define SIMD_1(name, S, C, D, A, MODES, expr)                                                      \
  SIMD(name##_##S) {                                                                               \
    MODES SIMD_LOOP(C, VEC_##C a = load_##A(r->vs2, i, m); VEC_##C y = (expr);                     \
                    store_##D(r->out, i, m, canonical_##C(y)))                                     \
  }

// In front of the elements one by one.
#define TRY(name)                                                                                  \
  if (simd_##name(r))                                                                              \
    return;

#else
#define HAS_SIMD 0
#define TRY(name)
#endif
#endif
