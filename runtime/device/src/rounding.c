// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// floor, ceil, trunc and truncf, on the bits: those of picolibc 1.8.0 lose a carry (floor and ceil
// of negative numbers from 2^21 on) or shift by more than a word has (trunc from 2^64 on, truncf
// from 2^32 on). Exact for every value; a signalling NaN becomes a quiet one. Weak, as a program
// may bring one of its own.
#include <stdint.h>

enum direction { TO_ZERO, DOWN, UP };

// Rounds to an integer: adds what is below one where that is the direction, so that a carry goes on
// into the exponent, and clears it. The largest values are integers, or infinite.
#define ROUND(name, type, word, fraction, bias)                                                    \
  static inline type name(type x, enum direction direction) {                                      \
    union {                                                                                        \
      type value;                                                                                  \
      word bits;                                                                                   \
    } u = {x};                                                                                     \
    if (x != x)                                                                                    \
      return x + x;                                                                                \
    int exponent = (int)(u.bits >> fraction & (2 * bias + 1)) - bias;                              \
    word sign = u.bits & (word)1 << (8 * sizeof u - 1);                                            \
    int away = direction == (sign ? DOWN : UP);                                                    \
    if (exponent < 0) {                                                                            \
      u.bits = sign | (u.bits != sign && away ? (word)bias << fraction : 0);                       \
    } else if (exponent < fraction) {                                                              \
      word below = (((word)1 << fraction) - 1) >> exponent;                                        \
      u.bits = (u.bits + (away ? below : 0)) & ~below;                                             \
    }                                                                                              \
    return u.value;                                                                                \
  }
ROUND(round_double, double, uint64_t, 52, 1023)
ROUND(round_float, float, uint32_t, 23, 127)

__attribute__((weak)) double floor(double x) { return round_double(x, DOWN); }
__attribute__((weak)) double ceil(double x) { return round_double(x, UP); }
__attribute__((weak)) double trunc(double x) { return round_double(x, TO_ZERO); }
__attribute__((weak)) float truncf(float x) { return round_float(x, TO_ZERO); }
