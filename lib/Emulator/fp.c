// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floating point in integers. Every function is written once for all formats: the
// format is an argument that is constant where it is inlined, at the end of the file.
#include "fp.h"
#include "fp_fast.h"

#define INLINE static inline __attribute__((always_inline))

struct format {
  unsigned fraction, exponent; // bits
};

INLINE int bias(struct format f) { return (1 << (f.exponent - 1)) - 1; }
INLINE uint64_t infinity(struct format f) {
  return ((UINT64_C(1) << f.exponent) - 1) << f.fraction;
}
INLINE uint64_t sign_bit(struct format f) { return UINT64_C(1) << (f.fraction + f.exponent); }
INLINE uint64_t quiet_bit(struct format f) { return UINT64_C(1) << (f.fraction - 1); }
INLINE uint64_t canonical_nan(struct format f) { return infinity(f) | quiet_bit(f); }

INLINE bool sign_of(struct format f, uint64_t a) { return a & sign_bit(f); }
INLINE uint64_t magnitude(struct format f, uint64_t a) { return a & (sign_bit(f) - 1); }
INLINE bool is_nan(struct format f, uint64_t a) { return magnitude(f, a) > infinity(f); }
INLINE bool is_inf(struct format f, uint64_t a) { return magnitude(f, a) == infinity(f); }
INLINE bool is_zero(struct format f, uint64_t a) { return !magnitude(f, a); }
INLINE bool is_snan(struct format f, uint64_t a) { return is_nan(f, a) && !(a & quiet_bit(f)); }
INLINE uint64_t with_sign(struct format f, bool sign, uint64_t a) {
  return sign ? a | sign_bit(f) : a;
}

INLINE uint64_t invalid(struct format f, struct mtia_fp *fp) {
  fp->flags |= MTIA_FP_NV;
  return canonical_nan(f);
}

// The result of an operation of which an operand is a NaN.
INLINE uint64_t nan_result(struct format f, bool signalling, struct mtia_fp *fp) {
  if (signalling)
    fp->flags |= MTIA_FP_NV;
  return canonical_nan(f);
}

//===-- Unpacking and rounding ------------------------------------------------===//

// (-1)^sign * significand * 2^(exponent - 63); bit 63 of the significand is set.
struct number {
  uint64_t significand;
  int exponent;
  bool sign;
};

// `a` is finite and not zero.
INLINE struct number unpack(struct format f, uint64_t a) {
  uint64_t m = magnitude(f, a);
  int exponent = (int)(m >> f.fraction);
  uint64_t significand = (m & ((UINT64_C(1) << f.fraction) - 1)) << (63 - f.fraction);
  if (exponent) {
    significand |= UINT64_C(1) << 63;
  } else {
    int shift = __builtin_clzll(significand);
    significand <<= shift;
    exponent = 1 - shift;
  }
  return (struct number){significand, exponent - bias(f), sign_of(f, a)};
}

// Bits that are shifted out are kept as one: bit 0 is set if any of them was.
INLINE uint64_t shift_jam(uint64_t a, int n) {
  if (n >= 64)
    return a != 0;
  return n ? a >> n | (a << (64 - n) != 0) : a;
}

INLINE unsigned __int128 shift_jam_128(unsigned __int128 a, int n) {
  if (n >= 128)
    return a != 0;
  return n ? a >> n | (a << (128 - n) != 0) : a;
}

// Whether a magnitude whose last bit is `odd` is to be incremented, `rest` (of which `half` is one
// half) being cut off.
INLINE bool round_up(enum mtia_fp_rm rm, bool sign, bool odd, uint64_t rest, uint64_t half) {
  switch (rm) {
  case MTIA_FP_RNE:
    return rest > half || (rest == half && odd);
  case MTIA_FP_RMM:
    return rest >= half;
  case MTIA_FP_RDN:
    return sign && rest;
  case MTIA_FP_RUP:
    return !sign && rest;
  case MTIA_FP_ROD:
    return !odd && rest;
  case MTIA_FP_RTZ:
  case MTIA_FP_DYN:
    break;
  }
  return false;
}

INLINE uint64_t overflow(struct format f, bool sign, struct mtia_fp *fp) {
  fp->flags |= MTIA_FP_OF | MTIA_FP_NX;
  bool to_infinity = fp->rm == MTIA_FP_RNE || fp->rm == MTIA_FP_RMM ||
                     fp->rm == (sign ? MTIA_FP_RDN : MTIA_FP_RUP);
  return with_sign(f, sign, infinity(f) - !to_infinity);
}

// Rounds to the format. Bit 63 is set; bit 0 stands for everything below, too.
INLINE uint64_t pack(struct format f, struct number n, struct mtia_fp *fp) {
  const int min = 1 - bias(f), max = bias(f);
  const unsigned drop = 63 - f.fraction;
  const uint64_t mask = (UINT64_C(1) << drop) - 1, half = UINT64_C(1) << (drop - 1);
  if (n.exponent > max)
    return overflow(f, n.sign, fp);
  bool tiny = false;
  if (n.exponent < min) {
    // Tiny unless rounding with unbounded exponent would reach the smallest normal number.
    bool reaches = n.exponent == min - 1 &&
                   n.significand >> drop == (UINT64_C(2) << f.fraction) - 1 &&
                   round_up(fp->rm, n.sign, true, n.significand & mask, half);
    tiny = !reaches;
    n.significand = shift_jam(n.significand, min - n.exponent);
    n.exponent = min;
  }
  uint64_t rest = n.significand & mask;
  uint64_t kept = n.significand >> drop;
  if (rest) {
    fp->flags |= MTIA_FP_NX | (tiny ? MTIA_FP_UF : 0);
    kept += round_up(fp->rm, n.sign, kept & 1, rest, half);
  }
  // The leading one of `kept` adds one to the exponent; so does a carry.
  uint64_t bits = ((uint64_t)(n.exponent - min) << f.fraction) + kept;
  if (bits >= infinity(f))
    return overflow(f, n.sign, fp);
  return with_sign(f, n.sign, bits);
}

// `n` with any significand but 0.
INLINE struct number normalize(struct number n) {
  int shift = __builtin_clzll(n.significand);
  n.significand <<= shift;
  n.exponent -= shift;
  return n;
}

//===-- Arithmetic ------------------------------------------------------------===//

// The sign of an exact zero that is the sum of numbers of different signs.
INLINE bool zero_sign(const struct mtia_fp *fp) { return fp->rm == MTIA_FP_RDN; }

INLINE uint64_t add(struct format f, uint64_t a, uint64_t b, struct mtia_fp *fp) {
  if (is_nan(f, a) || is_nan(f, b))
    return nan_result(f, is_snan(f, a) || is_snan(f, b), fp);
  if (is_inf(f, a))
    return is_inf(f, b) && a != b ? invalid(f, fp) : a;
  if (is_inf(f, b))
    return b;
  if (is_zero(f, a) && is_zero(f, b))
    return a == b ? a : with_sign(f, zero_sign(fp), 0);
  if (is_zero(f, a))
    return b;
  if (is_zero(f, b))
    return a;
  struct number x = unpack(f, a), y = unpack(f, b);
  if (x.exponent < y.exponent || (x.exponent == y.exponent && x.significand < y.significand)) {
    struct number swap = x;
    x = y;
    y = swap;
  }
  // At least 11 bits are below a significand's last: one for a carry, the others for rounding.
  x.exponent++;
  x.significand >>= 1;
  y.significand = shift_jam(y.significand >> 1, x.exponent - 1 - y.exponent);
  x.significand = x.sign == y.sign ? x.significand + y.significand : x.significand - y.significand;
  if (!x.significand)
    return with_sign(f, zero_sign(fp), 0);
  return pack(f, normalize(x), fp);
}

// Of the product of two significands the upper half; the lower one is 0 or not.
INLINE uint64_t multiply_jam(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)(product >> 64) | ((uint64_t)product != 0);
}

INLINE uint64_t mul(struct format f, uint64_t a, uint64_t b, struct mtia_fp *fp) {
  if (is_nan(f, a) || is_nan(f, b))
    return nan_result(f, is_snan(f, a) || is_snan(f, b), fp);
  bool sign = sign_of(f, a) != sign_of(f, b);
  if (is_inf(f, a) || is_inf(f, b))
    return is_zero(f, a) || is_zero(f, b) ? invalid(f, fp) : with_sign(f, sign, infinity(f));
  if (is_zero(f, a) || is_zero(f, b))
    return with_sign(f, sign, 0);
  struct number x = unpack(f, a), y = unpack(f, b);
  struct number product = {multiply_jam(x.significand, y.significand), x.exponent + y.exponent + 1,
                           sign};
  return pack(f, normalize(product), fp);
}

INLINE uint64_t div_(struct format f, uint64_t a, uint64_t b, struct mtia_fp *fp) {
  if (is_nan(f, a) || is_nan(f, b))
    return nan_result(f, is_snan(f, a) || is_snan(f, b), fp);
  bool sign = sign_of(f, a) != sign_of(f, b);
  if (is_inf(f, a))
    return is_inf(f, b) ? invalid(f, fp) : with_sign(f, sign, infinity(f));
  if (is_inf(f, b))
    return with_sign(f, sign, 0);
  if (is_zero(f, b)) {
    if (is_zero(f, a))
      return invalid(f, fp);
    fp->flags |= MTIA_FP_DZ;
    return with_sign(f, sign, infinity(f));
  }
  if (is_zero(f, a))
    return with_sign(f, sign, 0);
  struct number x = unpack(f, a), y = unpack(f, b);
  // Scaled so that the quotient has exactly 64 bits.
  bool less = x.significand < y.significand;
  unsigned __int128 dividend = (unsigned __int128)x.significand << (less ? 64 : 63);
  uint64_t quotient = (uint64_t)(dividend / y.significand);
  quotient |= (unsigned __int128)quotient * y.significand != dividend;
  return pack(f, (struct number){quotient, x.exponent - y.exponent - less, sign}, fp);
}

INLINE uint64_t sqrt_(struct format f, uint64_t a, struct mtia_fp *fp) {
  if (is_nan(f, a))
    return nan_result(f, is_snan(f, a), fp);
  if (is_zero(f, a))
    return a;
  if (sign_of(f, a))
    return invalid(f, fp);
  if (is_inf(f, a))
    return a;
  struct number x = unpack(f, a);
  // The host's root R of the significand N, if it is one to the nearest 53 bits, that is if
  // (R - 1/2)^2 < N < (R + 1/2)^2, and on which side of it the exact root is.
  const uint64_t significand = x.significand >> 11 << (x.exponent & 1);
#ifdef MTIA_FP_PORTABLE
  const uint64_t nearest = 0; // so that what is behind is tested, too
#else
  const uint64_t nearest = (uint64_t)(mtia_host_sqrt((double)significand) * 0x1p26);
#endif
  const __int128 above = (__int128)((unsigned __int128)significand << 52) -
                         (__int128)((unsigned __int128)nearest * nearest);
  if (above >= -(__int128)nearest + 1 && above <= (__int128)nearest) {
    uint64_t bits = (nearest << 11) + (above > 0) - (above < 0);
    return pack(f, normalize((struct number){bits, x.exponent >> 1, false}), fp);
  }
  // Otherwise bit by bit: root^2 + rest = radicand, in [1, 4) with `bits` bits behind the point.
  // The rest is kept doubled once per step; `sum` is twice the root.
  const unsigned bits = f.fraction + 2;
  uint64_t rest = x.significand >> (63 - bits) << (x.exponent & 1);
  uint64_t root = 0, sum = 0;
  for (uint64_t bit = UINT64_C(1) << bits; bit; bit >>= 1) {
    if (sum + bit <= rest) {
      rest -= sum + bit;
      sum += 2 * bit;
      root += bit;
    }
    rest <<= 1;
  }
  return pack(f, (struct number){root << (63 - bits) | (rest != 0), x.exponent >> 1, false}, fp);
}

// The product is exact in 128 bits, with bit 127 or 126 as its first.
INLINE uint64_t fma_(struct format f, uint64_t a, uint64_t b, uint64_t c, struct mtia_fp *fp) {
  bool product_invalid = (is_inf(f, a) && is_zero(f, b)) || (is_zero(f, a) && is_inf(f, b));
  if (is_nan(f, a) || is_nan(f, b) || is_nan(f, c)) // infinity * 0 + quiet NaN is invalid, too
    return nan_result(f, product_invalid || is_snan(f, a) || is_snan(f, b) || is_snan(f, c), fp);
  if (product_invalid)
    return invalid(f, fp);
  bool sign = sign_of(f, a) != sign_of(f, b);
  if (is_inf(f, a) || is_inf(f, b)) {
    uint64_t product = with_sign(f, sign, infinity(f));
    return is_inf(f, c) && c != product ? invalid(f, fp) : product;
  }
  if (is_inf(f, c))
    return c;
  if (is_zero(f, a) || is_zero(f, b)) {
    if (!is_zero(f, c))
      return c;
    return sign == sign_of(f, c) ? c : with_sign(f, zero_sign(fp), 0);
  }
  struct number x = unpack(f, a), y = unpack(f, b);
  unsigned __int128 sum = (unsigned __int128)x.significand * y.significand;
  int exponent = x.exponent + y.exponent + 1; // of bit 127
  if (!(sum >> 127)) {
    sum <<= 1;
    exponent--;
  }
  if (!is_zero(f, c)) {
    struct number z = unpack(f, c);
    unsigned __int128 addend = (unsigned __int128)z.significand << 64;
    // 22 or more bits are below the last of either: one for a carry, the others for rounding.
    sum >>= 1;
    addend >>= 1;
    exponent++;
    z.exponent++;
    if (z.exponent > exponent || (z.exponent == exponent && addend > sum)) {
      unsigned __int128 swap = sum;
      sum = addend;
      addend = swap;
      addend = shift_jam_128(addend, z.exponent - exponent);
      exponent = z.exponent;
      sum = sign == z.sign ? sum + addend : sum - addend;
      sign = z.sign;
    } else {
      addend = shift_jam_128(addend, exponent - z.exponent);
      sum = sign == z.sign ? sum + addend : sum - addend;
    }
    if (!sum)
      return with_sign(f, zero_sign(fp), 0);
    uint64_t high = (uint64_t)(sum >> 64);
    int shift = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)sum);
    sum <<= shift;
    exponent -= shift;
  }
  uint64_t significand = (uint64_t)(sum >> 64) | ((uint64_t)sum != 0);
  return pack(f, (struct number){significand, exponent, sign}, fp);
}

//===-- Comparison ------------------------------------------------------------===//

// Of numbers; the zeros are equal.
INLINE bool less(struct format f, uint64_t a, uint64_t b) {
  if (sign_of(f, a) != sign_of(f, b))
    return sign_of(f, a) && magnitude(f, a | b);
  return sign_of(f, a) ? b < a : a < b;
}

INLINE bool equal(struct format f, uint64_t a, uint64_t b) {
  return a == b || !magnitude(f, a | b);
}

INLINE bool eq(struct format f, uint64_t a, uint64_t b, struct mtia_fp *fp) {
  if (is_nan(f, a) || is_nan(f, b)) {
    nan_result(f, is_snan(f, a) || is_snan(f, b), fp);
    return false;
  }
  return equal(f, a, b);
}

INLINE bool lt(struct format f, uint64_t a, uint64_t b, struct mtia_fp *fp) {
  if (is_nan(f, a) || is_nan(f, b)) {
    fp->flags |= MTIA_FP_NV;
    return false;
  }
  return less(f, a, b);
}

INLINE bool le(struct format f, uint64_t a, uint64_t b, struct mtia_fp *fp) {
  if (is_nan(f, a) || is_nan(f, b)) {
    fp->flags |= MTIA_FP_NV;
    return false;
  }
  return less(f, a, b) || equal(f, a, b);
}

// minimumNumber and maximumNumber of IEEE 754-2019, which RISC-V takes since version 2.2 of F.
INLINE uint64_t min_max(struct format f, uint64_t a, uint64_t b, bool max, struct mtia_fp *fp) {
  if (is_nan(f, a) || is_nan(f, b)) {
    nan_result(f, is_snan(f, a) || is_snan(f, b), fp);
    return !is_nan(f, a) ? a : !is_nan(f, b) ? b : canonical_nan(f);
  }
  bool a_less = less(f, a, b) || (equal(f, a, b) && sign_of(f, a));
  return a_less != max ? a : b;
}

INLINE enum mtia_fp_class classify(struct format f, uint64_t a) {
  bool sign = sign_of(f, a);
  if (is_nan(f, a))
    return is_snan(f, a) ? MTIA_FP_SNAN : MTIA_FP_QNAN;
  if (is_inf(f, a))
    return sign ? MTIA_FP_NEG_INF : MTIA_FP_POS_INF;
  if (is_zero(f, a))
    return sign ? MTIA_FP_NEG_ZERO : MTIA_FP_POS_ZERO;
  if (magnitude(f, a) >> f.fraction)
    return sign ? MTIA_FP_NEG_NORMAL : MTIA_FP_POS_NORMAL;
  return sign ? MTIA_FP_NEG_SUBNORMAL : MTIA_FP_POS_SUBNORMAL;
}

//===-- Conversion ------------------------------------------------------------===//

INLINE uint64_t convert(struct format from, struct format to, uint64_t a, struct mtia_fp *fp) {
  if (is_nan(from, a))
    return nan_result(to, is_snan(from, a), fp);
  if (is_inf(from, a))
    return with_sign(to, sign_of(from, a), infinity(to));
  if (is_zero(from, a))
    return with_sign(to, sign_of(from, a), 0);
  return pack(to, unpack(from, a), fp);
}

INLINE uint64_t from_magnitude(struct format f, bool sign, uint64_t a, struct mtia_fp *fp) {
  return a ? pack(f, normalize((struct number){a, 63, sign}), fp) : 0;
}

INLINE uint64_t to_int(struct format f, uint64_t a, unsigned bits, bool is_signed,
                       struct mtia_fp *fp) {
  const uint64_t max = ~UINT64_C(0) >> (64 - bits + is_signed); // positive; negative: max + 1 or 0
  bool sign = sign_of(f, a) && !is_nan(f, a);
  const uint64_t limit = !sign ? max : is_signed ? max + 1 : 0;
  const uint64_t saturated = sign ? 0 - limit : max;
  if (is_zero(f, a))
    return 0;
  struct number x = {0, 0, sign};
  bool big = is_nan(f, a) || is_inf(f, a);
  if (!big) {
    x = unpack(f, a);
    big = x.exponent > 63;
  }
  uint64_t whole = 0, rest = 0;
  if (!big) {
    int shift = 63 - x.exponent; // bits behind the point
    whole = shift < 64 ? x.significand >> shift : 0;
    rest = shift == 0    ? 0
           : shift < 64  ? x.significand << (64 - shift)
           : shift == 64 ? x.significand
                         : 1;
    bool up = round_up(fp->rm, sign, whole & 1, rest, UINT64_C(1) << 63);
    big = (up && whole == UINT64_MAX) || whole + up > limit;
    whole += up;
  }
  if (big) {
    fp->flags |= MTIA_FP_NV;
    return saturated;
  }
  if (rest)
    fp->flags |= MTIA_FP_NX;
  return sign ? 0 - whole : whole;
}

//===-- The functions ---------------------------------------------------------===//

#define DEFINE(F, T, fraction_bits, exponent_bits)                                                 \
  static const struct format F = {fraction_bits, exponent_bits};                                   \
  T mtia_##F##_add(T a, T b, struct mtia_fp *fp) { return (T)add(F, a, b, fp); }                   \
  T mtia_##F##_sub(T a, T b, struct mtia_fp *fp) { return (T)add(F, a, b ^ sign_bit(F), fp); }     \
  T mtia_##F##_mul(T a, T b, struct mtia_fp *fp) { return (T)mul(F, a, b, fp); }                   \
  T mtia_##F##_div(T a, T b, struct mtia_fp *fp) { return (T)div_(F, a, b, fp); }                  \
  T mtia_##F##_sqrt(T a, struct mtia_fp *fp) { return (T)sqrt_(F, a, fp); }                        \
  T mtia_##F##_fma(T a, T b, T c, struct mtia_fp *fp) { return (T)fma_(F, a, b, c, fp); }          \
  T mtia_##F##_min(T a, T b, struct mtia_fp *fp) { return (T)min_max(F, a, b, false, fp); }        \
  T mtia_##F##_max(T a, T b, struct mtia_fp *fp) { return (T)min_max(F, a, b, true, fp); }         \
  bool mtia_##F##_eq(T a, T b, struct mtia_fp *fp) { return eq(F, a, b, fp); }                     \
  bool mtia_##F##_lt(T a, T b, struct mtia_fp *fp) { return lt(F, a, b, fp); }                     \
  bool mtia_##F##_le(T a, T b, struct mtia_fp *fp) { return le(F, a, b, fp); }                     \
  enum mtia_fp_class mtia_##F##_classify(T a) { return classify(F, a); }                           \
  uint64_t mtia_##F##_to_int(T a, unsigned bits, bool is_signed, struct mtia_fp *fp) {             \
    return to_int(F, a, bits, is_signed, fp);                                                      \
  }                                                                                                \
  T mtia_##F##_from_i64(int64_t a, struct mtia_fp *fp) {                                           \
    return (T)from_magnitude(F, a < 0, a < 0 ? 0 - (uint64_t)a : (uint64_t)a, fp);                 \
  }                                                                                                \
  T mtia_##F##_from_u64(uint64_t a, struct mtia_fp *fp) {                                          \
    return (T)from_magnitude(F, false, a, fp);                                                     \
  }
MTIA_FP_FORMATS(DEFINE)

#define CONVERT(F, FT, G, GT)                                                                      \
  GT mtia_##F##_to_##G(FT a, struct mtia_fp *fp) { return (GT)convert(F, G, a, fp); }
MTIA_FP_CONVERSIONS(CONVERT)

//===-- The host --------------------------------------------------------------===//

#if MTIA_X86
bool mtia_host_has_fma;

__attribute__((constructor)) static void ask_host(void) {
  mtia_host_has_fma = __builtin_cpu_supports("fma");
}
#endif
