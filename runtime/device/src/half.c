// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The library's conversions of half and bfloat, which GCC 12's has not.
typedef unsigned int u32;
typedef unsigned long u64;
typedef unsigned __int128 u128;

// Rounds to the nearest a value of another width, with e bits of exponent and m of
// fraction, to E and M of them.
static u64 narrow(u128 bits, int e, int m, int E, int M) {
  u128 fraction = bits & (((u128)1 << m) - 1);
  int exponent = (int)(bits >> m & ((1u << e) - 1));
  u64 sign = (u64)(bits >> (e + m) & 1) << (E + M);
  int top = (1 << E) - 1;
  if (exponent == (1 << e) - 1)
    return sign | (u64)top << M | (fraction ? 1ul << (M - 1) : 0);
  int bias = (1 << (e - 1)) - 1, Bias = (1 << (E - 1)) - 1;
  if (exponent)
    fraction |= (u128)1 << m;
  else
    exponent = 1;
  int to = exponent - bias + Bias, drop = m - M;
  if (to < 1) {
    drop += 1 - to;
    to = 1;
  }
  if (drop > m + 2)
    drop = m + 2;
  u64 kept = (u64)(fraction >> drop);
  u128 rest = fraction & (((u128)1 << drop) - 1), half = (u128)1 << (drop - 1);
  kept += rest > half || (rest == half && (kept & 1));
  // A carry, or a normal number's leading one, counts the exponent up.
  u64 result = ((u64)(to - 1) << M) + kept;
  return sign | (result >= (u64)top << M ? (u64)top << M : result);
}

static u128 widen(u64 bits, int e, int m, int E, int M) {
  u64 fraction = bits & ((1ul << m) - 1);
  int exponent = (int)(bits >> m & ((1u << e) - 1));
  u128 sign = (u128)(bits >> (e + m) & 1) << (E + M);
  u128 top = ((u128)1 << E) - 1;
  if (exponent == (1 << e) - 1)
    return sign | top << M | (u128)fraction << (M - m) | (fraction ? (u128)1 << (M - 1) : 0);
  int bias = (1 << (e - 1)) - 1, Bias = (1 << (E - 1)) - 1;
  if (!exponent) {
    if (!fraction)
      return sign;
    exponent = 1;
    while (!(fraction >> m)) {
      fraction <<= 1;
      exponent--;
    }
    fraction &= (1ul << m) - 1;
  }
  return sign | (u128)(exponent - bias + Bias) << M | (u128)fraction << (M - m);
}

#define CONVERT(name, to, from, bits_to, bits_from, call)                                          \
  to name(from value) {                                                                            \
    bits_from in;                                                                                  \
    __builtin_memcpy(&in, &value, sizeof in);                                                      \
    bits_to out = (bits_to)(call);                                                                 \
    to result;                                                                                     \
    __builtin_memcpy(&result, &out, sizeof out);                                                   \
    return result;                                                                                 \
  }
typedef unsigned short u16;
CONVERT(__extendhfsf2, float, _Float16, u32, u16, widen(in, 5, 10, 8, 23))
CONVERT(__extendhfdf2, double, _Float16, u64, u16, widen(in, 5, 10, 11, 52))
CONVERT(__extendhftf2, long double, _Float16, u128, u16, widen(in, 5, 10, 15, 112))
CONVERT(__extendbfsf2, float, __bf16, u32, u16, widen(in, 8, 7, 8, 23))
CONVERT(__truncsfhf2, _Float16, float, u16, u32, narrow(in, 8, 23, 5, 10))
CONVERT(__truncdfhf2, _Float16, double, u16, u64, narrow(in, 11, 52, 5, 10))
CONVERT(__trunctfhf2, _Float16, long double, u16, u128, narrow(in, 15, 112, 5, 10))
CONVERT(__truncsfbf2, __bf16, float, u16, u32, narrow(in, 8, 23, 8, 7))
CONVERT(__truncdfbf2, __bf16, double, u16, u64, narrow(in, 11, 52, 8, 7))
CONVERT(__trunctfbf2, __bf16, long double, u16, u128, narrow(in, 15, 112, 8, 7))

__int128 __fixhfti(_Float16 value) { return (long)(float)value; }
unsigned __int128 __fixunshfti(_Float16 value) { return (long)(float)value; }
// What is out of a half's range is out of it as a double, too.
_Float16 __floattihf(__int128 value) {
  double wide = value > 1 << 20 ? 1 << 20 : value < -(1 << 20) ? -(1 << 20) : (double)(long)value;
  return (_Float16)wide;
}
_Float16 __floatuntihf(unsigned __int128 value) {
  return (_Float16)(value > 1 << 20 ? (double)(1 << 20) : (double)(long)value);
}

// m bits of fraction: those below the point are rounded in place.
static u64 round_to_even(u64 bits, int e, int m) {
  int exponent = (int)(bits >> m & ((1u << e) - 1)) - ((1 << (e - 1)) - 1);
  u64 sign = bits & 1ul << (e + m);
  if (exponent >= m)
    return bits;
  if (exponent < -1)
    return sign;
  u64 unit = 1ul << (m - exponent), half = unit >> 1;
  if (exponent == -1) // at least a half: one, but for the half itself
    return sign | ((bits & ((1ul << m) - 1)) ? ((1ul << (e - 1)) - 1) << m : 0);
  u64 rest = bits & (unit - 1);
  bits -= rest;
  // The unit's bit may be the implicit one.
  int odd = exponent == 0 ? 1 : (bits & unit) != 0;
  return rest > half || (rest == half && odd) ? bits + unit : bits;
}
CONVERT(roundevenf, float, float, u32, u32, round_to_even(in, 8, 23))
CONVERT(roundeven, double, double, u64, u64, round_to_even(in, 11, 52))
