// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// f32 and f64 with the host's floating-point unit, where result and flags are known
// to be those of fp.h:
//
//   - The rounding mode is to nearest, ties to even: the only one hosts are asked for.
//   - NX is set already. What the result says by itself then settles the other flags:
//     not NaN: no NV; not infinite: no OF, no DZ; above the smallest normal number: no
//     UF. Nor was an operand a NaN or infinite, or the result would be.
//
// The functions mtia_exact_* do without NX: they are true only if the result is exact and
// raises nothing, in any rounding mode but for the sign of a zero (so: to nearest). The rounding
// error of a sum, product, quotient or root is a number that the host can compute.
//
// Each function gives a result and says whether that is it; if not, fp.h computes.
// The host must be in the rounding mode to nearest and keep subnormal numbers, as C
// programs are started.
#ifndef MTIA_EMULATOR_FP_FAST_H
#define MTIA_EMULATOR_FP_FAST_H

#include "fp.h"

// Parenthesised by statements, but a compiler could still contract in default mode.
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

// MTIA_FP_PORTABLE: nothing but C. A test is compiled so.
#if defined(__x86_64__) && !defined(MTIA_FP_PORTABLE)
#define MTIA_X86 1
#else
#define MTIA_X86 0
#endif

#define MTIA_FAST static inline __attribute__((always_inline))

// Whether the host has a fused multiply-add that costs one instruction.
#if MTIA_X86
extern __attribute__((visibility("hidden"))) bool mtia_host_has_fma; // fp.c
#elif defined(__FP_FAST_FMA) && defined(__FP_FAST_FMAF)
#define mtia_host_has_fma true
#else
#define mtia_host_has_fma false
#endif

// H: the host's type, I: of its bits, S: suffix of the names of C and of the x86 instruction.
#define MTIA_FAST_FORMAT(F, H, I, SIGN, INF, MIN, SQRT, FMA)                                       \
  MTIA_FAST H mtia_host_##F(I a) {                                                                 \
    H value;                                                                                       \
    __builtin_memcpy(&value, &a, sizeof value);                                                    \
    return value;                                                                                  \
  }                                                                                                \
  MTIA_FAST I mtia_bits_##F(H value) {                                                             \
    I a;                                                                                           \
    __builtin_memcpy(&a, &value, sizeof a);                                                        \
    return a;                                                                                      \
  }                                                                                                \
  /* Finite and above the smallest normal number. */                                               \
  MTIA_FAST bool mtia_fast_##F##_safe(I r) { return (r & ~SIGN) - (MIN + 1) < INF - (MIN + 1); }   \
  MTIA_FAST bool mtia_fast_##F##_is_nan(I r) { return (r & ~SIGN) > INF; }                         \
  /* Sums that are subnormal are exact. */                                                         \
  MTIA_FAST bool mtia_fast_##F##_add(I a, I b, I *r) {                                             \
    *r = mtia_bits_##F(mtia_host_##F(a) + mtia_host_##F(b));                                       \
    return (*r & INF) != INF;                                                                      \
  }                                                                                                \
  MTIA_FAST bool mtia_fast_##F##_sub(I a, I b, I *r) {                                             \
    *r = mtia_bits_##F(mtia_host_##F(a) - mtia_host_##F(b));                                       \
    return (*r & INF) != INF;                                                                      \
  }                                                                                                \
  MTIA_FAST bool mtia_fast_##F##_mul(I a, I b, I *r) {                                             \
    *r = mtia_bits_##F(mtia_host_##F(a) * mtia_host_##F(b));                                       \
    if (__builtin_expect(mtia_fast_##F##_safe(*r), 1))                                             \
      return true;                                                                                 \
    return !(*r & ~SIGN) && (!(a & ~SIGN) || !(b & ~SIGN)); /* 0 * x is exact */                   \
  }                                                                                                \
  MTIA_FAST bool mtia_fast_##F##_div(I a, I b, I *r) {                                             \
    *r = mtia_bits_##F(mtia_host_##F(a) / mtia_host_##F(b));                                       \
    return mtia_fast_##F##_safe(*r);                                                               \
  }                                                                                                \
  MTIA_FAST bool mtia_fast_##F##_sqrt(I a, I *r) {                                                 \
    if (a - 1 >= INF - 1) /* zero, negative, infinite, NaN */                                      \
      return false;                                                                                \
    *r = mtia_bits_##F(SQRT(mtia_host_##F(a)));                                                    \
    return true;                                                                                   \
  }                                                                                                \
  MTIA_FAST bool mtia_fast_##F##_fma(I a, I b, I c, I *r) {                                        \
    *r = mtia_bits_##F(FMA(mtia_host_##F(a), mtia_host_##F(b), mtia_host_##F(c)));                 \
    return mtia_fast_##F##_safe(*r);                                                               \
  }                                                                                                \
  /* Comparisons: false if an operand is a NaN. */                                                 \
  MTIA_FAST bool mtia_fast_##F##_ordered(I a, I b) {                                               \
    return !__builtin_isunordered(mtia_host_##F(a), mtia_host_##F(b));                             \
  }                                                                                                \
  MTIA_FAST bool mtia_fast_##F##_eq(I a, I b) { return mtia_host_##F(a) == mtia_host_##F(b); }     \
  MTIA_FAST bool mtia_fast_##F##_lt(I a, I b) { return mtia_host_##F(a) < mtia_host_##F(b); }      \
  MTIA_FAST bool mtia_fast_##F##_le(I a, I b) { return mtia_host_##F(a) <= mtia_host_##F(b); }

#if MTIA_X86
// SSE2 has the root on every x86-64; C's sqrt could call the library for errno.
#define MTIA_X86_OP(name, H, text)                                                                 \
  MTIA_FAST H name(H a) {                                                                          \
    H r;                                                                                           \
    __asm__(text " %1, %0" : "=x"(r) : "x"(a));                                                    \
    return r;                                                                                      \
  }
MTIA_X86_OP(mtia_host_sqrt, double, "sqrtsd")
MTIA_X86_OP(mtia_host_sqrtf, float, "sqrtss")
#undef MTIA_X86_OP
// Only reached if mtia_host_has_fma.
#define MTIA_X86_OP(name, H, text)                                                                 \
  MTIA_FAST H name(H a, H b, H c) {                                                                \
    __asm__(text " %2, %1, %0" : "+x"(c) : "x"(a), "x"(b));                                        \
    return c;                                                                                      \
  }
MTIA_X86_OP(mtia_host_fma, double, "vfmadd231sd")
MTIA_X86_OP(mtia_host_fmaf, float, "vfmadd231ss")
#undef MTIA_X86_OP
#else
#define mtia_host_sqrt(a) __builtin_sqrt(a)
#define mtia_host_sqrtf(a) __builtin_sqrtf(a)
#define mtia_host_fma(a, b, c) __builtin_fma((a), (b), (c))
#define mtia_host_fmaf(a, b, c) __builtin_fmaf((a), (b), (c))
#endif

MTIA_FAST_FORMAT(f32, float, uint32_t, UINT32_C(0x80000000), UINT32_C(0x7f800000),
                 UINT32_C(0x00800000), mtia_host_sqrtf, mtia_host_fmaf)
MTIA_FAST_FORMAT(f64, double, uint64_t, UINT64_C(0x8000000000000000), UINT64_C(0x7ff0000000000000),
                 UINT64_C(0x0010000000000000), mtia_host_sqrt, mtia_host_fma)

MTIA_FAST bool mtia_fast_f64_to_f32(uint64_t a, uint32_t *r) {
  *r = mtia_bits_f32((float)mtia_host_f64(a));
  return mtia_fast_f32_safe(*r) || !(a << 1);
}

// Exact but for NaN.
MTIA_FAST bool mtia_fast_f32_to_f64(uint32_t a, uint64_t *r) {
  *r = mtia_bits_f64((double)mtia_host_f32(a));
  return !mtia_fast_f32_is_nan(a);
}

//===-- Exact results ---------------------------------------------------------===//

#define MTIA_EXACT_SUM(F, H, I, INF)                                                               \
  /* The error of a sum: Knuth, The Art of Computer Programming 4.2.2, theorem B. */               \
  MTIA_FAST bool mtia_exact_##F##_sum(H a, H b, I *r) {                                            \
    H sum = a + b, back = sum - a;                                                                 \
    *r = mtia_bits_##F(sum);                                                                       \
    return (*r & INF) != INF && a - (sum - back) + (b - back) == 0;                                \
  }                                                                                                \
  MTIA_FAST bool mtia_exact_##F##_add(I a, I b, I *r) {                                            \
    return mtia_exact_##F##_sum(mtia_host_##F(a), mtia_host_##F(b), r);                            \
  }                                                                                                \
  MTIA_FAST bool mtia_exact_##F##_sub(I a, I b, I *r) {                                            \
    return mtia_exact_##F##_sum(mtia_host_##F(a), -mtia_host_##F(b), r);                           \
  }
MTIA_EXACT_SUM(f32, float, uint32_t, UINT32_C(0x7f800000))
MTIA_EXACT_SUM(f64, double, uint64_t, UINT64_C(0x7ff0000000000000))

// f32 in f64, where a product is exact. A subnormal or infinite result is no f32 that is safe.
MTIA_FAST bool mtia_exact_f32_of(double value, uint32_t *r) {
  *r = mtia_bits_f32((float)value);
  return (double)mtia_host_f32(*r) == value && (mtia_fast_f32_safe(*r) || value == 0);
}

MTIA_FAST bool mtia_exact_f32_mul(uint32_t a, uint32_t b, uint32_t *r) {
  return mtia_exact_f32_of((double)mtia_host_f32(a) * (double)mtia_host_f32(b), r);
}

MTIA_FAST bool mtia_exact_f32_div(uint32_t a, uint32_t b, uint32_t *r) {
  return mtia_fast_f32_div(a, b, r) &&
         (double)mtia_host_f32(*r) * (double)mtia_host_f32(b) == (double)mtia_host_f32(a);
}

MTIA_FAST bool mtia_exact_f32_sqrt(uint32_t a, uint32_t *r) {
  return mtia_fast_f32_sqrt(a, r) &&
         (double)mtia_host_f32(*r) * (double)mtia_host_f32(*r) == (double)mtia_host_f32(a);
}

MTIA_FAST bool mtia_exact_f32_fma(uint32_t a, uint32_t b, uint32_t c, uint32_t *r) {
  uint64_t sum;
  return mtia_exact_f64_sum((double)mtia_host_f32(a) * (double)mtia_host_f32(b),
                            (double)mtia_host_f32(c), &sum) &&
         mtia_exact_f32_of(mtia_host_f64(sum), r);
}

// f64 with fma, whose error term must not be lost to underflow: the larger side is far from it.
MTIA_FAST bool mtia_exact_f64_far(uint64_t a) {
  return (a & UINT64_C(0x7fffffffffffffff)) > UINT64_C(0x1000000000000000); // about 2^-767
}

MTIA_FAST bool mtia_exact_f64_mul(uint64_t a, uint64_t b, uint64_t *r) {
  if (!mtia_host_has_fma || !mtia_fast_f64_mul(a, b, r))
    return false;
  return !(*r << 1) || (mtia_exact_f64_far(*r) &&
                        mtia_host_fma(mtia_host_f64(a), mtia_host_f64(b), -mtia_host_f64(*r)) == 0);
}

MTIA_FAST bool mtia_exact_f64_div(uint64_t a, uint64_t b, uint64_t *r) {
  return mtia_host_has_fma && mtia_fast_f64_div(a, b, r) && mtia_exact_f64_far(a) &&
         mtia_host_fma(mtia_host_f64(*r), mtia_host_f64(b), -mtia_host_f64(a)) == 0;
}

MTIA_FAST bool mtia_exact_f64_sqrt(uint64_t a, uint64_t *r) {
  return mtia_host_has_fma && mtia_fast_f64_sqrt(a, r) && mtia_exact_f64_far(a) &&
         mtia_host_fma(mtia_host_f64(*r), mtia_host_f64(*r), -mtia_host_f64(a)) == 0;
}

// Sufficient, not necessary: the product is exact by itself.
MTIA_FAST bool mtia_exact_f64_fma(uint64_t a, uint64_t b, uint64_t c, uint64_t *r) {
  uint64_t product;
  return mtia_exact_f64_mul(a, b, &product) && mtia_exact_f64_add(product, c, r);
}

MTIA_FAST bool mtia_exact_f64_to_f32(uint64_t a, uint32_t *r) {
  return mtia_exact_f32_of(mtia_host_f64(a), r);
}

//===-- Integers --------------------------------------------------------------===//

// Towards zero. Every f32 is an f64, so these do for both.
MTIA_FAST bool mtia_fast_to_i32(double a, uint64_t *r) {
  bool in = a > -0x1.00000002p31 && a < 0x1p31; // -2^31 - 1 excluded
  *r = in ? (uint64_t)(int64_t)a : 0;
  return in;
}

MTIA_FAST bool mtia_fast_to_u32(double a, uint64_t *r) {
  bool in = a > -1 && a < 0x1p32;
  *r = in ? (uint64_t)(int64_t)a : 0;
  return in;
}

MTIA_FAST bool mtia_fast_to_i64(double a, uint64_t *r) {
  bool in = a >= -0x1p63 && a < 0x1p63;
  *r = in ? (uint64_t)(int64_t)a : 0;
  return in;
}

MTIA_FAST bool mtia_fast_to_u64(double a, uint64_t *r) { // the upper half is left to fp.h
  bool in = a > -1 && a < 0x1p63;
  *r = in ? (uint64_t)(int64_t)a : 0;
  return in;
}

// No result is out of range. To f64 from 32 bits all are exact.
MTIA_FAST uint64_t mtia_fast_f64_from_i64(int64_t a) { return mtia_bits_f64((double)a); }
MTIA_FAST uint64_t mtia_fast_f64_from_u64(uint64_t a) { return mtia_bits_f64((double)a); }
MTIA_FAST uint32_t mtia_fast_f32_from_i64(int64_t a) { return mtia_bits_f32((float)a); }
MTIA_FAST uint32_t mtia_fast_f32_from_u64(uint64_t a) { return mtia_bits_f32((float)a); }

// Whether those are exact; a sufficient condition.
#define MTIA_EXACT_INT(F, BITS)                                                                    \
  MTIA_FAST bool mtia_exact_##F##_from_u64(uint64_t a) { return a >> BITS == 0; }                  \
  MTIA_FAST bool mtia_exact_##F##_from_i64(int64_t a) {                                            \
    return mtia_exact_##F##_from_u64(a < 0 ? 0 - (uint64_t)a : (uint64_t)a);                       \
  }
MTIA_EXACT_INT(f32, 24)
MTIA_EXACT_INT(f64, 53)

//===-- For loops over many values --------------------------------------------===//

// As the functions of fp.h, and faster where the host can do it.
#define MTIA_QUICK_2(F, I, op)                                                                     \
  MTIA_FAST I mtia_quick_##F##_##op(I a, I b, struct mtia_fp *fp) {                                \
    I r;                                                                                           \
    if (fp->rm == MTIA_FP_RNE && (fp->flags & MTIA_FP_NX ? mtia_fast_##F##_##op(a, b, &r)          \
                                                         : mtia_exact_##F##_##op(a, b, &r)))       \
      return r;                                                                                    \
    return mtia_##F##_##op(a, b, fp);                                                              \
  }
#define MTIA_QUICK(F, I)                                                                           \
  MTIA_QUICK_2(F, I, add)                                                                          \
  MTIA_QUICK_2(F, I, sub)                                                                          \
  MTIA_QUICK_2(F, I, mul)                                                                          \
  MTIA_QUICK_2(F, I, div)                                                                          \
  MTIA_FAST I mtia_quick_##F##_sqrt(I a, struct mtia_fp *fp) {                                     \
    I r;                                                                                           \
    if (fp->rm == MTIA_FP_RNE &&                                                                   \
        (fp->flags & MTIA_FP_NX ? mtia_fast_##F##_sqrt(a, &r) : mtia_exact_##F##_sqrt(a, &r)))     \
      return r;                                                                                    \
    return mtia_##F##_sqrt(a, fp);                                                                 \
  }                                                                                                \
  MTIA_FAST I mtia_quick_##F##_fma(I a, I b, I c, struct mtia_fp *fp) {                            \
    I r;                                                                                           \
    if (fp->rm == MTIA_FP_RNE && mtia_host_has_fma &&                                              \
        (fp->flags & MTIA_FP_NX ? mtia_fast_##F##_fma(a, b, c, &r)                                 \
                                : mtia_exact_##F##_fma(a, b, c, &r)))                              \
      return r;                                                                                    \
    return mtia_##F##_fma(a, b, c, fp);                                                            \
  }
MTIA_QUICK(f32, uint32_t)
MTIA_QUICK(f64, uint64_t)

// f16 and bf16 to f32 are exact. Infinities and NaN are left to fp.h.
MTIA_FAST uint32_t mtia_quick_f16_to_f32(uint16_t a, struct mtia_fp *fp) {
  if ((a & 0x7c00) == 0x7c00)
    return mtia_f16_to_f32(a, fp);
  // Fraction and exponent in their places are the value times 2^-112, subnormal ones, too.
  uint32_t scaled = (uint32_t)(a & 0x7fff) << 13;
  uint32_t magnitude = mtia_bits_f32(mtia_host_f32(scaled) * 0x1p112f);
  return magnitude | (uint32_t)(a & 0x8000) << 16;
}

MTIA_FAST uint32_t mtia_quick_bf16_to_f32(uint16_t a, struct mtia_fp *fp) {
  return (a & 0x7fff) > 0x7f80 ? mtia_bf16_to_f32(a, fp) : (uint32_t)a << 16;
}

#endif
