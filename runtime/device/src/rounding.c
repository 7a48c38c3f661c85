// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// floor, ceil, trunc and truncf, on the bits: those of picolibc 1.8.0 lose a carry (floor and ceil
// of negative numbers from 2^21 on) or shift by more than a word has (trunc from 2^64 on, truncf
// from 2^32 on). Exact for every value; a signalling NaN becomes a quiet one. Weak, as a program
// may bring one of its own.
#include <stdint.h>

enum direction { TO_ZERO, DOWN, UP };

// Rounds to an integer a value with `fraction` bits of fraction and an exponent with that bias:
// adds what is below one where that is the direction, so that a carry goes on into the exponent,
// and clears it. The largest values are integers, or infinite, or no number.
#define INTEGER(word, bits, fraction, bias, sign, direction)                                       \
  do {                                                                                             \
    int exponent = (int)((bits) >> (fraction) & (2 * (bias) + 1)) - (bias);                        \
    word away = (direction) == ((sign) ? DOWN : UP);                                               \
    word one = (word)(bias) << (fraction), top = (word)1 << (sizeof(word) * 8 - 1);                \
    if (exponent < 0) {                                                                            \
      (bits) = ((bits) & top) | ((bits) & ~top && away ? one : 0);                                 \
    } else if (exponent < (fraction)) {                                                            \
      word below = (((word)1 << (fraction)) - 1) >> exponent;                                      \
      (bits) = ((bits) + (away ? below : 0)) & ~below;                                             \
    }                                                                                              \
  } while (0)

static inline double round_double(double x, enum direction direction) {
  union {
    double value;
    uint64_t bits;
  } u = {x};
  if (x != x)
    return x + x;
  INTEGER(uint64_t, u.bits, 52, 1023, u.bits >> 63, direction);
  return u.value;
}

static inline float round_float(float x, enum direction direction) {
  union {
    float value;
    uint32_t bits;
  } u = {x};
  if (x != x)
    return x + x;
  INTEGER(uint32_t, u.bits, 23, 127, u.bits >> 31, direction);
  return u.value;
}

__attribute__((weak)) double floor(double x) { return round_double(x, DOWN); }
__attribute__((weak)) double ceil(double x) { return round_double(x, UP); }
__attribute__((weak)) double trunc(double x) { return round_double(x, TO_ZERO); }
__attribute__((weak)) float truncf(float x) { return round_float(x, TO_ZERO); }
