// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The decimal digits that printf, ecvt and fcvt of picolibc 1.8 print: rounded
// correctly, to nearest and even. Picolibc's own function of this name gives the
// shortest number that reads back the same instead (0.1 for "%.17g"), and rounds
// that a second time (1 for "%.0f" of 0.5). Its callers have room for 17 digits and
// print zeros behind them.
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MINUS = 1, ZERO = 2, INFINITE = 4, NOT_A_NUMBER = 8 };
enum { MAX_DIGITS = 17 };

struct dtoa {
  int32_t exp; // of the first digit
  uint8_t flags;
  char digits[MAX_DIGITS];
};

int __dtoa_engine(double value, struct dtoa *out, int max_digits, bool fixed, int max_decimals);

// An integer in base 10^9, lowest limb first. The longest is that of the smallest
// subnormal's neighbours: 53 bits times 5^1074, 767 digits.
enum { LIMB_DIGITS = 9, LIMB = 1000000000, MAX_LIMBS = 86 };

struct big {
  int count;
  uint32_t limb[MAX_LIMBS];
};

static void multiply(struct big *n, uint32_t factor) {
  uint64_t carry = 0;
  for (int i = 0; i < n->count; i++) {
    carry += (uint64_t)n->limb[i] * factor;
    n->limb[i] = carry % LIMB;
    carry /= LIMB;
  }
  for (; carry; carry /= LIMB)
    n->limb[n->count++] = carry % LIMB;
}

// mantissa * 2^exponent as an integer times the returned power of ten.
static int to_decimal(struct big *n, uint64_t mantissa, int exponent) {
  n->count = 0;
  for (; mantissa; mantissa /= LIMB)
    n->limb[n->count++] = mantissa % LIMB;
  int base = exponent < 0 ? 5 : 2; // 2^-k = 5^k * 10^-k
  for (int left = exponent < 0 ? -exponent : exponent; left > 0;) {
    uint32_t factor = 1;
    for (int i = 0; i < 13 && left > 0; i++, left--) // 5^13 has 31 bits
      factor *= base;
    multiply(n, factor);
  }
  return exponent < 0 ? exponent : 0;
}

// The decimal digits of the highest limbs, at least 19 of them if there are as
// many; *rest says whether anything follows.
static int leading_digits(const struct big *n, char digits[3 * LIMB_DIGITS], bool *rest) {
  int length = 0;
  int lowest = n->count > 3 ? n->count - 3 : 0;
  for (int i = n->count - 1; i >= lowest; i--) {
    bool first = i == n->count - 1;
    for (uint32_t unit = LIMB / 10, limb = n->limb[i]; unit; limb %= unit, unit /= 10)
      if (length > 0 || !first || limb >= unit)
        digits[length++] = limb / unit;
  }
  *rest = false;
  for (int i = 0; i < lowest; i++)
    *rest |= n->limb[i] != 0;
  return length;
}

// Rounds to `wanted` digits; returns how many are left, without zeros at the end.
// 0: the number is less than half a unit of the last place that is printed.
static int round_digits(char *digits, int length, int wanted, bool rest, int32_t *exp) {
  bool up = false;
  if (wanted < length) {
    bool odd = wanted > 0 && digits[wanted - 1] % 2;
    for (int i = wanted + 1; i < length; i++)
      rest |= digits[i] != 0;
    up = digits[wanted] > 5 || (digits[wanted] == 5 && (rest || odd));
    length = wanted;
  }
  while (up && length > 0 && digits[length - 1] == 9)
    length--;
  if (up && length > 0) {
    digits[length - 1]++;
  } else if (up) { // from 9.99 to 10
    digits[length++] = 1;
    ++*exp;
  }
  while (length > 0 && digits[length - 1] == 0)
    length--;
  return length;
}

int __dtoa_engine(double value, struct dtoa *out, int max_digits, bool fixed, int max_decimals) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint64_t mantissa = bits & (UINT64_MAX >> 12);
  int exponent = bits >> 52 & 0x7ff;
  out->exp = 0;
  out->digits[0] = '0'; // looked at even if there are none
  out->flags = bits >> 63 ? MINUS : 0;
  if (exponent == 0x7ff) {
    out->flags |= mantissa ? NOT_A_NUMBER : INFINITE;
    return 0;
  }
  if (exponent == 0 && mantissa == 0) {
    out->flags |= ZERO;
    return 1;
  }
  if (exponent != 0)
    mantissa |= UINT64_C(1) << 52;
  else
    exponent = 1;

  struct big n;
  int power = to_decimal(&n, mantissa, exponent - 1075);
  char digits[3 * LIMB_DIGITS + 1];
  bool rest;
  int length = leading_digits(&n, digits, &rest);
  int below = n.count > 3 ? LIMB_DIGITS * (n.count - 3) : 0;
  out->exp = power + below + length - 1;

  int wanted = max_digits < MAX_DIGITS ? max_digits : MAX_DIGITS;
  if (fixed) {
    int places = max_decimals + out->exp + 1;
    if (places < (max_decimals < 0)) // fcvt left of the point has one digit at least
      places = max_decimals < 0;
    if (max_decimals + out->exp + 1 < 0 && places == 0)
      return 0;
    wanted = places < wanted ? places : wanted;
  }
  length = round_digits(digits, length, wanted, rest, &out->exp);
  for (int i = 0; i < length; i++)
    out->digits[i] = '0' + digits[i];
  return length;
}
