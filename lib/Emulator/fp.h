// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Binary floating point as RISC-V defines it: IEEE 754-2008, tininess after
// rounding, every NaN that is computed is the canonical one (RISC-V Unprivileged
// ISA, chapters F, D, Zfh). Results and flags are the same bits on every host.
//
// Values are bit patterns. Formats: f16 and f32 and f64 (binary16, 32, 64), bf16 (the
// upper half of binary32). A narrow value is in the low bits of its type; boxing in
// registers is the caller's.
#ifndef MTIA_EMULATOR_FP_H
#define MTIA_EMULATOR_FP_H

#include <stdbool.h>
#include <stdint.h>

// fflags.
#define MTIA_FP_NX 0x01u // inexact
#define MTIA_FP_UF 0x02u // underflow
#define MTIA_FP_OF 0x04u // overflow
#define MTIA_FP_DZ 0x08u // division by zero
#define MTIA_FP_NV 0x10u // invalid operation

// Rounding modes: the numbers of frm and of an instruction's rm.
enum mtia_fp_rm {
  MTIA_FP_RNE = 0, // to nearest, ties to even
  MTIA_FP_RTZ = 1, // towards zero
  MTIA_FP_RDN = 2, // down
  MTIA_FP_RUP = 3, // up
  MTIA_FP_RMM = 4, // to nearest, ties away from zero
  MTIA_FP_ROD = 6, // to odd: only narrowing conversions of V use it; no instruction's rm
  MTIA_FP_DYN = 7, // as frm says; never in struct mtia_fp
};

// What an operation needs besides its operands, and what it leaves besides its result.
struct mtia_fp {
  uint8_t rm;    // enum mtia_fp_rm, not DYN
  uint8_t flags; // sticky: operations only add
};

// fclass: one bit of these.
enum mtia_fp_class {
  MTIA_FP_NEG_INF = 1 << 0,
  MTIA_FP_NEG_NORMAL = 1 << 1,
  MTIA_FP_NEG_SUBNORMAL = 1 << 2,
  MTIA_FP_NEG_ZERO = 1 << 3,
  MTIA_FP_POS_ZERO = 1 << 4,
  MTIA_FP_POS_SUBNORMAL = 1 << 5,
  MTIA_FP_POS_NORMAL = 1 << 6,
  MTIA_FP_POS_INF = 1 << 7,
  MTIA_FP_SNAN = 1 << 8,
  MTIA_FP_QNAN = 1 << 9,
};

#define MTIA_F16_NAN UINT16_C(0x7e00)
#define MTIA_BF16_NAN UINT16_C(0x7fc0)
#define MTIA_F32_NAN UINT32_C(0x7fc00000)
#define MTIA_F64_NAN UINT64_C(0x7ff8000000000000)

// The operations of format F with values of type T. Formats are listed once, here:
// F, T, fraction bits, exponent bits.
#define MTIA_FP_FORMATS(X)                                                                         \
  X(f16, uint16_t, 10, 5)                                                                          \
  X(bf16, uint16_t, 7, 8)                                                                          \
  X(f32, uint32_t, 23, 8)                                                                          \
  X(f64, uint64_t, 52, 11)

// fma: a * b + c with one rounding; the other three forms negate a or c (or both) first.
// min, max: the number wins against a NaN, -0 < +0. eq is quiet, lt and le are signalling.
// to_int: to an integer of `bits` (1 to 64), two's complement or unsigned, saturated (NaN: the
//   largest); returned sign- or zero-extended.
// from_i64, from_u64: narrower integers are extended first.
#define MTIA_FP_DECLARE(F, T, fraction, exponent)                                                  \
  T mtia_##F##_add(T a, T b, struct mtia_fp *fp);                                                  \
  T mtia_##F##_sub(T a, T b, struct mtia_fp *fp);                                                  \
  T mtia_##F##_mul(T a, T b, struct mtia_fp *fp);                                                  \
  T mtia_##F##_div(T a, T b, struct mtia_fp *fp);                                                  \
  T mtia_##F##_sqrt(T a, struct mtia_fp *fp);                                                      \
  T mtia_##F##_fma(T a, T b, T c, struct mtia_fp *fp);                                             \
  T mtia_##F##_min(T a, T b, struct mtia_fp *fp);                                                  \
  T mtia_##F##_max(T a, T b, struct mtia_fp *fp);                                                  \
  bool mtia_##F##_eq(T a, T b, struct mtia_fp *fp);                                                \
  bool mtia_##F##_lt(T a, T b, struct mtia_fp *fp);                                                \
  bool mtia_##F##_le(T a, T b, struct mtia_fp *fp);                                                \
  enum mtia_fp_class mtia_##F##_classify(T a);                                                     \
  uint64_t mtia_##F##_to_int(T a, unsigned bits, bool is_signed, struct mtia_fp *fp);              \
  T mtia_##F##_from_i64(int64_t a, struct mtia_fp *fp);                                            \
  T mtia_##F##_from_u64(uint64_t a, struct mtia_fp *fp);
MTIA_FP_FORMATS(MTIA_FP_DECLARE)
#undef MTIA_FP_DECLARE

// Conversions between formats, from -> to, with the types.
#define MTIA_FP_CONVERSIONS(X)                                                                     \
  X(f16, uint16_t, bf16, uint16_t)                                                                 \
  X(f16, uint16_t, f32, uint32_t)                                                                  \
  X(f16, uint16_t, f64, uint64_t)                                                                  \
  X(bf16, uint16_t, f16, uint16_t)                                                                 \
  X(bf16, uint16_t, f32, uint32_t)                                                                 \
  X(bf16, uint16_t, f64, uint64_t)                                                                 \
  X(f32, uint32_t, f16, uint16_t)                                                                  \
  X(f32, uint32_t, bf16, uint16_t)                                                                 \
  X(f32, uint32_t, f64, uint64_t)                                                                  \
  X(f64, uint64_t, f16, uint16_t)                                                                  \
  X(f64, uint64_t, bf16, uint16_t)                                                                 \
  X(f64, uint64_t, f32, uint32_t)
#define MTIA_FP_DECLARE(F, FT, G, GT) GT mtia_##F##_to_##G(FT a, struct mtia_fp *fp);
MTIA_FP_CONVERSIONS(MTIA_FP_DECLARE)
#undef MTIA_FP_DECLARE

#endif
