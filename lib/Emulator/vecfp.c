// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors: floating-point arithmetic (13.2 to 13.7), minimum, sign, comparison, merge, reductions
// (14.3, 14.4).
//
// The unordered sums are added in order, too, from vs1[0] on, as QEMU does: one of the orders that
// 14.3 allows, and the only one with which results can be compared.
#include "vecfp_simd.h"

#if HAS_SIMD
#pragma STDC FENV_ACCESS ON

#define SIMD_ARITHMETIC(S, F, C, MODES)                                                            \
  SIMD_2(vfadd, S, C, F, F, F, MODES, a + b)                                                       \
  SIMD_2(vfsub, S, C, F, F, F, MODES, a - b)                                                       \
  SIMD_2(vfrsub, S, C, F, F, F, MODES, b - a)                                                      \
  SIMD_2(vfmul, S, C, F, F, F, MODES, a *b)                                                        \
  SIMD_2(vfdiv, S, C, F, F, F, MODES, a / divisor_##C(b, m))                                       \
  SIMD_2(vfrdiv, S, C, F, F, F, MODES, b / divisor_##C(a, m))                                      \
  SIMD_1(vfsqrt, S, C, F, F, MODES, sqrt_##C(a))
SIMD_ARITHMETIC(16, f16, f32, NEAREST_ONLY)
SIMD_ARITHMETIC(32, f32, f32, ANY_MODE)
SIMD_ARITHMETIC(64, f64, f64, ANY_MODE)

#define SIMD_WIDENING(S, F, C)                                                                     \
  SIMD_2(vfwadd, S, C, C, F, F, ANY_MODE, a + b)                                                   \
  SIMD_2(vfwsub, S, C, C, F, F, ANY_MODE, a - b)                                                   \
  SIMD_2(vfwadd_w, S, C, C, C, F, ANY_MODE, a + b)                                                 \
  SIMD_2(vfwsub_w, S, C, C, C, F, ANY_MODE, a - b)                                                 \
  SIMD_2(vfwmul, S, C, C, F, F, ANY_MODE, a *b)
SIMD_WIDENING(16, f16, f32)
SIMD_WIDENING(32, narrow, f64)

// N: negates the product; NC: negates the addend. P: the functions for flags, of the bits' type
// T. In NaNs the sign doesn't matter. a is of vs2, b of vs1.
#define SIMD_FMA_LOOP(C, D, LOADB, N, FACTOR, ADDEND, NC, FMA, NAN_FLAGS)                          \
  SIMD_LOOP(                                                                                       \
      C, VEC_##C a; VEC_##C b; VEC_##C c; LOADB; VEC_##C y = FMA(N(FACTOR), b, NC(ADDEND));        \
      unsigned nan = nans_##C(y) & bits; for (; __builtin_expect(nan != 0, 0); nan &= nan - 1) {   \
        const unsigned e = i + (unsigned)__builtin_ctz(nan);                                       \
        NAN_FLAGS;                                                                                 \
      } store_##D(r->out, i, m, canonical_##C(y)))
#define KEEP(v) (v)
#define SIMD_FMA(name, S, C, D, F, T, CVT, MODES, FMA, N, FACTOR, ADDEND, NC, DT, ED, EA)          \
  SIMD(name##_v_##S) {                                                                             \
    MODES SIMD_FMA_LOOP(C, D, a = load_##F(r->vs2, i, m); b = load_##F(r->vs1, i, m);              \
                        c = load_##D(r->vd, i, m), N, FACTOR, ADDEND, NC, FMA,                     \
                        const T ea = ((const T *)r->vs2)[e];                                       \
                        const T eb = ((const T *)r->vs1)[e]; const DT ed = ((const DT *)r->vd)[e]; \
                        CVT(eb, ED, EA))                                                           \
  }                                                                                                \
  SIMD(name##_x_##S) {                                                                             \
    const uint64_t x = unbox_##F(r->x);                                                            \
    MODES SIMD_FMA_LOOP(C, D, a = load_##F(r->vs2, i, m); b = scalar_##F(x, m);                    \
                        c = load_##D(r->vd, i, m), N, FACTOR, ADDEND, NC, FMA,                     \
                        const T ea = ((const T *)r->vs2)[e];                                       \
                        const T eb = (T)x; const DT ed = ((const DT *)r->vd)[e]; CVT(eb, ED, EA))  \
  }
#define FLAGS_f16(b, x, y) mtia_f16_fma(x, b, y, &r->core->fp)
#define FLAGS_f32(b, x, y) mtia_f32_fma(x, b, y, &r->core->fp)
#define FLAGS_f64(b, x, y) mtia_f64_fma(x, b, y, &r->core->fp)
#define SIMD_FMAS(S, F, C, T, MODES, FMA)                                                          \
  SIMD_FMA(vfmacc, S, C, F, F, T, FLAGS_##F, MODES, FMA, KEEP, a, c, KEEP, T, ea, ed)              \
  SIMD_FMA(vfnmacc, S, C, F, F, T, FLAGS_##F, MODES, FMA, negate_##C, a, c, negate_##C, T, ea, ed) \
  SIMD_FMA(vfmsac, S, C, F, F, T, FLAGS_##F, MODES, FMA, KEEP, a, c, negate_##C, T, ea, ed)        \
  SIMD_FMA(vfnmsac, S, C, F, F, T, FLAGS_##F, MODES, FMA, negate_##C, a, c, KEEP, T, ea, ed)       \
  SIMD_FMA(vfmadd, S, C, F, F, T, FLAGS_##F, MODES, FMA, KEEP, c, a, KEEP, T, ed, ea)              \
  SIMD_FMA(vfnmadd, S, C, F, F, T, FLAGS_##F, MODES, FMA, negate_##C, c, a, negate_##C, T, ed, ea) \
  SIMD_FMA(vfmsub, S, C, F, F, T, FLAGS_##F, MODES, FMA, KEEP, c, a, negate_##C, T, ed, ea)        \
  SIMD_FMA(vfnmsub, S, C, F, F, T, FLAGS_##F, MODES, FMA, negate_##C, c, a, KEEP, T, ed, ea)
SIMD_FMAS(16, f16, f32, uint16_t, NEAREST_ONLY, fma_f16)
SIMD_FMAS(32, f32, f32, uint32_t, ANY_MODE, fma_f32)
SIMD_FMAS(64, f64, f64, uint64_t, ANY_MODE, fma_f64)

#define FLAGS_f16_f32(b, x, y)                                                                     \
  mtia_f32_fma(mtia_f16_to_f32(x, &r->core->fp), mtia_f16_to_f32(b, &r->core->fp), y, &r->core->fp)
#define FLAGS_bf16_f32(b, x, y)                                                                    \
  mtia_f32_fma(mtia_bf16_to_f32(x, &r->core->fp), mtia_bf16_to_f32(b, &r->core->fp), y,            \
               &r->core->fp)
#define FLAGS_f32_f64(b, x, y)                                                                     \
  mtia_f64_fma(mtia_f32_to_f64(x, &r->core->fp), mtia_f32_to_f64(b, &r->core->fp), y, &r->core->fp)
#define SIMD_WFMA(name, S, C, F, T, DT, FLAGS, N, NC)                                              \
  SIMD_FMA(name, S, C, C, F, T, FLAGS, ANY_MODE, fma_##C, N, a, c, NC, DT, ea, ed)
#define SIMD_WFMAS(S, F, C, T, DT, FLAGS)                                                          \
  SIMD_WFMA(vfwmacc, S, C, F, T, DT, FLAGS, KEEP, KEEP)                                            \
  SIMD_WFMA(vfwnmacc, S, C, F, T, DT, FLAGS, negate_##C, negate_##C)                               \
  SIMD_WFMA(vfwmsac, S, C, F, T, DT, FLAGS, KEEP, negate_##C)                                      \
  SIMD_WFMA(vfwnmsac, S, C, F, T, DT, FLAGS, negate_##C, KEEP)
SIMD_WFMAS(16, f16, f32, uint16_t, uint32_t, FLAGS_f16_f32)
SIMD_WFMAS(32, narrow, f64, uint32_t, uint64_t, FLAGS_f32_f64)
SIMD_WFMA(vfwmaccbf16, 16, f32, bf16, uint16_t, uint32_t, FLAGS_bf16_f32, KEEP, KEEP)
#endif

// The functions of fp.h on one element, faster ones where there are some.
#define FP (&r->core->fp)
#define add_f16(a, b) mtia_f16_add(a, b, FP)
#define add_f32(a, b) mtia_quick_f32_add(a, b, FP)
#define add_f64(a, b) mtia_quick_f64_add(a, b, FP)
#define sub_f16(a, b) mtia_f16_sub(a, b, FP)
#define sub_f32(a, b) mtia_quick_f32_sub(a, b, FP)
#define sub_f64(a, b) mtia_quick_f64_sub(a, b, FP)
#define mul_f16(a, b) mtia_f16_mul(a, b, FP)
#define mul_f32(a, b) mtia_quick_f32_mul(a, b, FP)
#define mul_f64(a, b) mtia_quick_f64_mul(a, b, FP)
#define div_f16(a, b) mtia_f16_div(a, b, FP)
#define div_f32(a, b) mtia_quick_f32_div(a, b, FP)
#define div_f64(a, b) mtia_quick_f64_div(a, b, FP)
#define root_f16(a) mtia_f16_sqrt(a, FP)
#define root_f32(a) mtia_quick_f32_sqrt(a, FP)
#define root_f64(a) mtia_quick_f64_sqrt(a, FP)
#define muladd_f16(a, b, c) mtia_f16_fma(a, b, c, FP)
#define muladd_f32(a, b, c) mtia_quick_f32_fma(a, b, c, FP)
#define muladd_f64(a, b, c) mtia_quick_f64_fma(a, b, c, FP)
// To twice the width.
#define widen_f16(a) mtia_quick_f16_to_f32(a, FP)
#define widen_bf16(a) mtia_quick_bf16_to_f32(a, FP)
#define widen_f32(a) mtia_f32_to_f64(a, FP)

// F: format of the elements and T: its type; G and GT of the result. a is of vs2, b of vs1 or the
// scalar.
#define FLOAT_2(name, S, F, T, GT, AT, BT, expr)                                                   \
  KERNEL(name##_v_##S) {                                                                           \
    TRY(name##_v_##S)                                                                              \
    GT *d = OUT;                                                                                   \
    const AT *va = VS2;                                                                            \
    const BT *vb = VS1;                                                                            \
    ACTIVE_IN_ORDER(const AT a = va[i]; const BT b = vb[i]; d[i] = (expr));                        \
  }                                                                                                \
  KERNEL(name##_x_##S) {                                                                           \
    TRY(name##_x_##S)                                                                              \
    GT *d = OUT;                                                                                   \
    const AT *va = VS2;                                                                            \
    const BT b = unbox_##F(r->x);                                                                  \
    ACTIVE_IN_ORDER(const AT a = va[i]; d[i] = (expr));                                            \
  }
#define FLOAT_3(name, S, F, T, GT, expr)                                                           \
  KERNEL(name##_v_##S) {                                                                           \
    TRY(name##_v_##S)                                                                              \
    GT *d = OUT;                                                                                   \
    const T *va = VS2, *vb = VS1;                                                                  \
    ACTIVE_IN_ORDER(const T a = va[i]; const T b = vb[i]; const GT c = d[i]; d[i] = (expr));       \
  }                                                                                                \
  KERNEL(name##_x_##S) {                                                                           \
    TRY(name##_x_##S)                                                                              \
    GT *d = OUT;                                                                                   \
    const T *va = VS2;                                                                             \
    const T b = unbox_##F(r->x);                                                                   \
    ACTIVE_IN_ORDER(const T a = va[i]; const GT c = d[i]; d[i] = (expr));                          \
  }

#define SIGN(T) ((T)((T)1 << (8 * sizeof(T) - 1)))
#define NEGATED(T, a) ((T)((a) ^ SIGN(T)))

#define ARITHMETIC(S, F, T)                                                                        \
  FLOAT_2(vfadd, S, F, T, T, T, T, add_##F(a, b))                                                  \
  FLOAT_2(vfsub, S, F, T, T, T, T, sub_##F(a, b))                                                  \
  FLOAT_2(vfrsub, S, F, T, T, T, T, sub_##F(b, a))                                                 \
  FLOAT_2(vfmul, S, F, T, T, T, T, mul_##F(a, b))                                                  \
  FLOAT_2(vfdiv, S, F, T, T, T, T, div_##F(a, b))                                                  \
  FLOAT_2(vfrdiv, S, F, T, T, T, T, div_##F(b, a))                                                 \
  KERNEL(vfsqrt_##S) {                                                                             \
    TRY(vfsqrt_##S)                                                                                \
    T *d = OUT;                                                                                    \
    const T *a = VS2;                                                                              \
    ACTIVE_IN_ORDER(d[i] = root_##F(a[i]));                                                        \
  }                                                                                                \
  FLOAT_3(vfmacc, S, F, T, T, muladd_##F(b, a, c))                                                 \
  FLOAT_3(vfnmacc, S, F, T, T, muladd_##F(NEGATED(T, b), a, NEGATED(T, c)))                        \
  FLOAT_3(vfmsac, S, F, T, T, muladd_##F(b, a, NEGATED(T, c)))                                     \
  FLOAT_3(vfnmsac, S, F, T, T, muladd_##F(NEGATED(T, b), a, c))                                    \
  FLOAT_3(vfmadd, S, F, T, T, muladd_##F(b, c, a))                                                 \
  FLOAT_3(vfnmadd, S, F, T, T, muladd_##F(NEGATED(T, b), c, NEGATED(T, a)))                        \
  FLOAT_3(vfmsub, S, F, T, T, muladd_##F(b, c, NEGATED(T, a)))                                     \
  FLOAT_3(vfnmsub, S, F, T, T, muladd_##F(NEGATED(T, b), c, a))
ARITHMETIC(16, f16, uint16_t)
ARITHMETIC(32, f32, uint32_t)
ARITHMETIC(64, f64, uint64_t)

// Both factors are widened in front of the sum, for the order of nothing but flags, which have
// none.
#define WIDE_MULADD(name, S, F, T, G, GT, b, c)                                                    \
  FLOAT_3(name, S, F, T, GT, muladd_##G(widen_##F(b), widen_##F(a), c))
#define WIDENING(S, F, T, G, GT)                                                                   \
  FLOAT_2(vfwadd, S, F, T, GT, T, T, add_##G(widen_##F(a), widen_##F(b)))                          \
  FLOAT_2(vfwsub, S, F, T, GT, T, T, sub_##G(widen_##F(a), widen_##F(b)))                          \
  FLOAT_2(vfwadd_w, S, F, T, GT, GT, T, add_##G(a, widen_##F(b)))                                  \
  FLOAT_2(vfwsub_w, S, F, T, GT, GT, T, sub_##G(a, widen_##F(b)))                                  \
  FLOAT_2(vfwmul, S, F, T, GT, T, T, mul_##G(widen_##F(a), widen_##F(b)))                          \
  WIDE_MULADD(vfwmacc, S, F, T, G, GT, b, c)                                                       \
  WIDE_MULADD(vfwnmacc, S, F, T, G, GT, NEGATED(T, b), NEGATED(GT, c))                             \
  WIDE_MULADD(vfwmsac, S, F, T, G, GT, b, NEGATED(GT, c))                                          \
  WIDE_MULADD(vfwnmsac, S, F, T, G, GT, NEGATED(T, b), c)
WIDENING(16, f16, uint16_t, f32, uint32_t)
WIDENING(32, f32, uint32_t, f64, uint64_t)
WIDE_MULADD(vfwmaccbf16, 16, bf16, uint16_t, f32, uint32_t, b, c)

//===-- Minimum, comparison, sign, class: on bits -------------------------------===//

// Total order of the numbers as integers, -0 below +0; NaNs are beyond.
#define BIT_FORMAT(S, T, I, FRACTION, INF)                                                         \
  INLINE I key_##S(T a) { return (I)(a ^ (T)((T)((I)a >> (S - 1)) >> 1)); }                        \
  INLINE bool is_nan_##S(T a) { return (T)(a & ~SIGN(T)) > INF; }                                  \
  INLINE bool is_snan_##S(T a) { return is_nan_##S(a) && !(a >> (FRACTION - 1) & 1); }             \
  INLINE T minimum_##S(T a, T b, unsigned *nv) {                                                   \
    *nv |= is_snan_##S(a) | is_snan_##S(b);                                                        \
    T least = key_##S(a) < key_##S(b) ? a : b;                                                     \
    T number = is_nan_##S(a) ? (is_nan_##S(b) ? (T)(INF | (T)1 << (FRACTION - 1)) : b) : a;        \
    return (is_nan_##S(a) | is_nan_##S(b)) ? number : least;                                       \
  }                                                                                                \
  INLINE T maximum_##S(T a, T b, unsigned *nv) {                                                   \
    *nv |= is_snan_##S(a) | is_snan_##S(b);                                                        \
    T most = key_##S(a) > key_##S(b) ? a : b;                                                      \
    T number = is_nan_##S(a) ? (is_nan_##S(b) ? (T)(INF | (T)1 << (FRACTION - 1)) : b) : a;        \
    return (is_nan_##S(a) | is_nan_##S(b)) ? number : most;                                        \
  }                                                                                                \
  INLINE bool both_zero_##S(T a, T b) { return !(T)((a | b) & ~SIGN(T)); }                         \
  INLINE bool eq_##S(T a, T b, unsigned *nv) {                                                     \
    *nv |= is_snan_##S(a) | is_snan_##S(b);                                                        \
    return (a == b || both_zero_##S(a, b)) && !is_nan_##S(a) && !is_nan_##S(b);                    \
  }                                                                                                \
  INLINE bool ne_##S(T a, T b, unsigned *nv) { return !eq_##S(a, b, nv); }                         \
  INLINE bool lt_##S(T a, T b, unsigned *nv) {                                                     \
    bool nan = is_nan_##S(a) | is_nan_##S(b);                                                      \
    *nv |= nan;                                                                                    \
    return !nan && !both_zero_##S(a, b) && key_##S(a) < key_##S(b);                                \
  }                                                                                                \
  INLINE bool le_##S(T a, T b, unsigned *nv) {                                                     \
    bool nan = is_nan_##S(a) | is_nan_##S(b);                                                      \
    *nv |= nan;                                                                                    \
    return !nan && (both_zero_##S(a, b) || key_##S(a) <= key_##S(b));                              \
  }                                                                                                \
  INLINE bool gt_##S(T a, T b, unsigned *nv) { return lt_##S(b, a, nv); }                          \
  INLINE bool ge_##S(T a, T b, unsigned *nv) { return le_##S(b, a, nv); }                          \
  INLINE T class_##S(T a) {                                                                        \
    const T m = (T)(a & ~SIGN(T));                                                                 \
    const bool negative = a >> (S - 1);                                                            \
    T kind = (T)(m == INF ? 0 : m >> FRACTION != 0 ? 1 : m != 0 ? 2 : 3);                          \
    return (T)(is_snan_##S(a)  ? MTIA_FP_SNAN                                                      \
               : is_nan_##S(a) ? MTIA_FP_QNAN                                                      \
                               : (T)1 << (negative ? kind : 7 - kind));                            \
  }
BIT_FORMAT(16, uint16_t, int16_t, 10, UINT16_C(0x7c00))
BIT_FORMAT(32, uint32_t, int32_t, 23, UINT32_C(0x7f800000))
BIT_FORMAT(64, uint64_t, int64_t, 52, UINT64_C(0x7ff0000000000000))

#define RAISE_NV(nv) (r->core->fp.flags |= (uint8_t)((nv) ? MTIA_FP_NV : 0))

#define MIN_MAX(name, S, F, T, FN)                                                                 \
  KERNEL(name##_v_##S) {                                                                           \
    unsigned nv = 0;                                                                               \
    T *d = OUT;                                                                                    \
    const T *a = VS2, *b = VS1;                                                                    \
    ACTIVE(d[i] = FN##_##S(a[i], b[i], &nv));                                                      \
    RAISE_NV(nv);                                                                                  \
  }                                                                                                \
  KERNEL(name##_x_##S) {                                                                           \
    unsigned nv = 0;                                                                               \
    T *d = OUT;                                                                                    \
    const T *a = VS2, x = unbox_##F(r->x);                                                         \
    ACTIVE(d[i] = FN##_##S(a[i], x, &nv));                                                         \
    RAISE_NV(nv);                                                                                  \
  }

// Bits of a mask; sources may be where they are written, behind what has been read.
INLINE void put_bit(uint8_t *d, unsigned i, bool bit) {
  d[i / 8] = (uint8_t)((d[i / 8] & ~(1u << i % 8)) | (unsigned)bit << i % 8);
}
#define COMPARE(name, S, F, T, FN)                                                                 \
  INLINE void name##_loop_##S(struct mtia_vrun *r, const T *b, T x) {                              \
    unsigned nv = 0;                                                                               \
    const T *a = VS2;                                                                              \
    if (!r->active && !r->first) {                                                                 \
      uint8_t *d = OUT;                                                                            \
      for (unsigned base = 0; base < r->vl; base += 64) {                                          \
        uint8_t bit[64];                                                                           \
        const unsigned n = r->vl - base < 64 ? r->vl - base : 64;                                  \
        INDEPENDENT for (unsigned i = 0; i < n; i++) bit[i] =                                      \
            FN##_##S(a[base + i], b ? b[base + i] : x, &nv);                                       \
        for (unsigned i = 0; i < n / 8; i++) {                                                     \
          uint64_t eight;                                                                          \
          memcpy(&eight, bit + 8 * i, 8);                                                          \
          d[base / 8 + i] = (uint8_t)(eight * UINT64_C(0x0102040810204080) >> 56);                 \
        }                                                                                          \
        for (unsigned i = n & ~7u; i < n; i++)                                                     \
          put_bit(d, base + i, bit[i]);                                                            \
      }                                                                                            \
    } else {                                                                                       \
      ACTIVE_IN_ORDER(put_bit(OUT, i, FN##_##S(a[i], b ? b[i] : x, &nv)));                         \
    }                                                                                              \
    RAISE_NV(nv);                                                                                  \
  }                                                                                                \
  KERNEL(name##_v_##S) { name##_loop_##S(r, VS1, 0); }                                             \
  KERNEL(name##_x_##S) { name##_loop_##S(r, NULL, unbox_##F(r->x)); }

#define MAP_2(name, S, F, T, expr)                                                                 \
  KERNEL(name##_v_##S) {                                                                           \
    T *d = OUT;                                                                                    \
    const T *va = VS2, *vb = VS1;                                                                  \
    ALL(T, const T a = va[i]; const T b = vb[i]; d[i] = (T)(expr));                                \
  }                                                                                                \
  KERNEL(name##_x_##S) {                                                                           \
    T *d = OUT;                                                                                    \
    const T *va = VS2;                                                                             \
    const T b = unbox_##F(r->x);                                                                   \
    ALL(T, const T a = va[i]; d[i] = (T)(expr));                                                   \
  }

// vfmv.f.s reads element 0 whatever vl is; the result is boxed.
#define ON_BITS(S, F, T)                                                                           \
  MIN_MAX(vfmin, S, F, T, minimum)                                                                 \
  MIN_MAX(vfmax, S, F, T, maximum)                                                                 \
  COMPARE(vmfeq, S, F, T, eq)                                                                      \
  COMPARE(vmfne, S, F, T, ne)                                                                      \
  COMPARE(vmflt, S, F, T, lt)                                                                      \
  COMPARE(vmfle, S, F, T, le)                                                                      \
  COMPARE(vmfgt, S, F, T, gt)                                                                      \
  COMPARE(vmfge, S, F, T, ge)                                                                      \
  MAP_2(vfsgnj, S, F, T, (a & ~SIGN(T)) | (b & SIGN(T)))                                           \
  MAP_2(vfsgnjn, S, F, T, (a & ~SIGN(T)) | (~b & SIGN(T)))                                         \
  MAP_2(vfsgnjx, S, F, T, a ^ (b & SIGN(T)))                                                       \
  KERNEL(vfclass_##S) {                                                                            \
    T *d = OUT;                                                                                    \
    const T *a = VS2;                                                                              \
    ALL(T, d[i] = class_##S(a[i]));                                                                \
  }                                                                                                \
  KERNEL(vfmv_v_f_##S) {                                                                           \
    T *d = OUT;                                                                                    \
    const T x = unbox_##F(r->x);                                                                   \
    ALL(T, d[i] = x);                                                                              \
  }                                                                                                \
  KERNEL(vfmerge_##S) {                                                                            \
    T *d = OUT;                                                                                    \
    const T *a = VS2, x = unbox_##F(r->x);                                                         \
    const uint8_t *mask = r->v->reg[0];                                                            \
    ALL(T, d[i] = mask[i / 8] >> (i % 8) & 1 ? x : a[i]);                                          \
  }                                                                                                \
  KERNEL(vfmv_s_f_##S) {                                                                           \
    const T x = unbox_##F(r->x);                                                                   \
    memcpy(OUT, &x, sizeof x);                                                                     \
  }                                                                                                \
  KERNEL(vfmv_f_s_##S) {                                                                           \
    T a;                                                                                           \
    memcpy(&a, VS2, sizeof a);                                                                     \
    r->result = S == 64 ? a : ~UINT64_C(0) << (S & 63) | a;                                        \
  }
ON_BITS(16, f16, uint16_t)
ON_BITS(32, f32, uint32_t)
ON_BITS(64, f64, uint64_t)

//===-- Reductions --------------------------------------------------------------===//

#define FLOAT_REDUCTION(name, S, T, GT, expr)                                                      \
  KERNEL(name##_##S) {                                                                             \
    const T *va = VS2;                                                                             \
    GT s;                                                                                          \
    unsigned nv = 0;                                                                               \
    memcpy(&s, VS1, sizeof s);                                                                     \
    ACTIVE_IN_ORDER(const T a = va[i]; s = (expr));                                                \
    memcpy(OUT, &s, sizeof s);                                                                     \
    RAISE_NV(nv);                                                                                  \
  }
// The sums of f32 and f64 by the host; see vecfp_simd.h for rounding and flags.
#if HAS_SIMD
#define HOST_SUM(H, GT, G, WIDEN)                                                                  \
  if (host_begin(r)) {                                                                             \
    H sum;                                                                                         \
    bool any = false;                                                                              \
    memcpy(&sum, VS1, sizeof sum);                                                                 \
    ACTIVE_IN_ORDER(any = true; sum += WIDEN(va[i]));                                              \
    host_end(r);                                                                                   \
    GT bits;                                                                                       \
    memcpy(&bits, &sum, sizeof bits);                                                              \
    if (any && mtia_fast_##G##_is_nan(bits))                                                       \
      bits = (GT)MTIA_NAN_##G;                                                                     \
    memcpy(OUT, &bits, sizeof bits);                                                               \
    return;                                                                                        \
  }
#define MTIA_NAN_f32 MTIA_F32_NAN
#define MTIA_NAN_f64 MTIA_F64_NAN
INLINE float host_of_f16(uint16_t a) { return _cvtsh_ss(a); }
#else
#define HOST_SUM(H, GT, G, WIDEN)
#endif
#define FLOAT_SUM(name, S, T, H, GT, G, WIDEN, expr)                                               \
  KERNEL(name##_##S) {                                                                             \
    const T *va = VS2;                                                                             \
    HOST_SUM(H, GT, G, WIDEN)                                                                      \
    GT s;                                                                                          \
    memcpy(&s, VS1, sizeof s);                                                                     \
    ACTIVE_IN_ORDER(const T a = va[i]; s = (expr));                                                \
    memcpy(OUT, &s, sizeof s);                                                                     \
  }
KERNEL(vfredsum_16) {
  const uint16_t *va = VS2;
  uint16_t s;
  memcpy(&s, VS1, sizeof s);
#if HAS_SIMD
  if (r->core->fp.rm == MTIA_FP_RNE && host_begin(r)) {
    float sum = _cvtsh_ss(s); // a signalling NaN counts only if something is added
    bool any = false;
    _mm_setcsr(MXCSR_DEFAULT);
    ACTIVE_IN_ORDER(any = true;
                    sum = _cvtsh_ss(_cvtss_sh(sum + _cvtsh_ss(va[i]), _MM_FROUND_CUR_DIRECTION)));
    host_end(r);
    if (any) {
      RAISE_NV(is_snan_16(s));
      s = sum != sum ? MTIA_F16_NAN : _cvtss_sh(sum, _MM_FROUND_CUR_DIRECTION);
    }
    memcpy(OUT, &s, sizeof s);
    return;
  }
#endif
  ACTIVE_IN_ORDER(s = add_f16(s, va[i]));
  memcpy(OUT, &s, sizeof s);
}
FLOAT_SUM(vfredsum, 32, uint32_t, float, uint32_t, f32, mtia_host_f32, add_f32(s, a))
FLOAT_SUM(vfredsum, 64, uint64_t, double, uint64_t, f64, mtia_host_f64, add_f64(s, a))
FLOAT_SUM(vfwredsum, 16, uint16_t, float, uint32_t, f32, host_of_f16, add_f32(s, widen_f16(a)))
FLOAT_SUM(vfwredsum, 32, uint32_t, double, uint64_t, f64, (double)mtia_host_f32,
          add_f64(s, widen_f32(a)))
FLOAT_REDUCTION(vfredmin, 16, uint16_t, uint16_t, minimum_16(s, a, &nv))
FLOAT_REDUCTION(vfredmin, 32, uint32_t, uint32_t, minimum_32(s, a, &nv))
FLOAT_REDUCTION(vfredmin, 64, uint64_t, uint64_t, minimum_64(s, a, &nv))
FLOAT_REDUCTION(vfredmax, 16, uint16_t, uint16_t, maximum_16(s, a, &nv))
FLOAT_REDUCTION(vfredmax, 32, uint32_t, uint32_t, maximum_32(s, a, &nv))
FLOAT_REDUCTION(vfredmax, 64, uint64_t, uint64_t, maximum_64(s, a, &nv))

//===-- Tables ------------------------------------------------------------------===//

#define FLOAT (MTIA_VF_ACTIVE | MTIA_VF_FP)
#define REDUCE (FLOAT | MTIA_VF_ATOMIC)
#define BOTH(ID, name, flags)                                                                      \
  ENTRY_16_64(ID##_VV, name##_v, flags), ENTRY_16_64(ID##_VF, name##_x, flags)
#define WIDE(ID, name) ENTRY_16_32(ID##_VV, name##_v, FLOAT), ENTRY_16_32(ID##_VF, name##_x, FLOAT)
#define WIDE_W(ID, name)                                                                           \
  ENTRY_16_32(ID##_WV, name##_w_v, FLOAT), ENTRY_16_32(ID##_WF, name##_w_x, FLOAT)

const struct mtia_vimpl V_NAME(mtia_vecfp)[MTIA_NUM_VOPS] = {
    BOTH(VFADD, vfadd, FLOAT),
    BOTH(VFSUB, vfsub, FLOAT),
    ENTRY_16_64(VFRSUB_VF, vfrsub_x, FLOAT),
    BOTH(VFMUL, vfmul, FLOAT),
    BOTH(VFDIV, vfdiv, FLOAT),
    ENTRY_16_64(VFRDIV_VF, vfrdiv_x, FLOAT),
    ENTRY_16_64(VFSQRT_V, vfsqrt, FLOAT),
    BOTH(VFMACC, vfmacc, FLOAT),
    BOTH(VFNMACC, vfnmacc, FLOAT),
    BOTH(VFMSAC, vfmsac, FLOAT),
    BOTH(VFNMSAC, vfnmsac, FLOAT),
    BOTH(VFMADD, vfmadd, FLOAT),
    BOTH(VFNMADD, vfnmadd, FLOAT),
    BOTH(VFMSUB, vfmsub, FLOAT),
    BOTH(VFNMSUB, vfnmsub, FLOAT),

    WIDE(VFWADD, vfwadd),
    WIDE(VFWSUB, vfwsub),
    WIDE_W(VFWADD, vfwadd),
    WIDE_W(VFWSUB, vfwsub),
    WIDE(VFWMUL, vfwmul),
    WIDE(VFWMACC, vfwmacc),
    WIDE(VFWNMACC, vfwnmacc),
    WIDE(VFWMSAC, vfwmsac),
    WIDE(VFWNMSAC, vfwnmsac),
    ENTRY_16(VFWMACCBF16_VV, vfwmaccbf16_v, FLOAT),
    ENTRY_16(VFWMACCBF16_VF, vfwmaccbf16_x, FLOAT),

    BOTH(VFMIN, vfmin, FLOAT),
    BOTH(VFMAX, vfmax, FLOAT),
    BOTH(VMFEQ, vmfeq, FLOAT),
    BOTH(VMFNE, vmfne, FLOAT),
    BOTH(VMFLT, vmflt, FLOAT),
    BOTH(VMFLE, vmfle, FLOAT),
    ENTRY_16_64(VMFGT_VF, vmfgt_x, FLOAT),
    ENTRY_16_64(VMFGE_VF, vmfge_x, FLOAT),
    BOTH(VFSGNJ, vfsgnj, MTIA_VF_FP),
    BOTH(VFSGNJN, vfsgnjn, MTIA_VF_FP),
    BOTH(VFSGNJX, vfsgnjx, MTIA_VF_FP),
    ENTRY_16_64(VFCLASS_V, vfclass, MTIA_VF_FP),
    ENTRY_16_64(VFMERGE_VFM, vfmerge, MTIA_VF_FP),
    ENTRY_16_64(VFMV_V_F, vfmv_v_f, MTIA_VF_FP),
    ENTRY_16_64(VFMV_S_F, vfmv_s_f, MTIA_VF_FP | MTIA_VF_ACTIVE),
    ENTRY_16_64(VFMV_F_S, vfmv_f_s, MTIA_VF_FP | MTIA_VF_ACTIVE | MTIA_VF_ALWAYS),

    ENTRY_16_64(VFREDOSUM_VS, vfredsum, REDUCE),
    ENTRY_16_64(VFREDUSUM_VS, vfredsum, REDUCE),
    ENTRY_16_64(VFREDMIN_VS, vfredmin, REDUCE),
    ENTRY_16_64(VFREDMAX_VS, vfredmax, REDUCE),
    ENTRY_16_32(VFWREDOSUM_VS, vfwredsum, REDUCE),
    ENTRY_16_32(VFWREDUSUM_VS, vfwredsum, REDUCE),
};
