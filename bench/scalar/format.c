// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers to text and back without printf: decimal, grouped, fixed point,
// hexadecimal, Roman, dates.
#include "bench.h"
#include <string.h>

static char *put_unsigned(char *to, uint64_t x) {
  char digits[20];
  int n = 0;
  do
    digits[n++] = '0' + x % 10;
  while (x /= 10);
  while (n > 0)
    *to++ = digits[--n];
  return to;
}

static char *put_signed(char *to, int64_t x) {
  if (x < 0) {
    *to++ = '-';
    return put_unsigned(to, -(uint64_t)x);
  }
  return put_unsigned(to, x);
}

static char *put_pairs(char *to, uint32_t x) {
  static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233"
                              "34353637383940414243444546474849505152535455565758596061626364656667"
                              "6869707172737475767778798081828384858687888990919293949596979899";
  char buffer[10];
  int at = 10;
  while (x >= 100) {
    at -= 2;
    memcpy(buffer + at, pairs + 2 * (x % 100), 2);
    x /= 100;
  }
  if (x >= 10) {
    at -= 2;
    memcpy(buffer + at, pairs + 2 * x, 2);
  } else {
    buffer[--at] = '0' + x;
  }
  memcpy(to, buffer + at, 10 - at);
  return to + 10 - at;
}

static char *put_grouped(char *to, uint32_t x) {
  if (x >= 1000) {
    to = put_grouped(to, x / 1000);
    x %= 1000;
    *to++ = ',';
    *to++ = '0' + x / 100;
    *to++ = '0' + x / 10 % 10;
    *to++ = '0' + x % 10;
    return to;
  }
  return put_pairs(to, x);
}

static char *put_hex(char *to, uint64_t x, int width) {
  for (int shift = 4 * width - 4; shift >= 0; shift -= 4)
    *to++ = "0123456789abcdef"[x >> shift & 15];
  return to;
}

static char *put_fixed(char *to, int32_t hundredths) {
  to = put_signed(to, hundredths / 100);
  *to++ = '.';
  int rest = hundredths % 100;
  rest = rest < 0 ? -rest : rest;
  *to++ = '0' + rest / 10;
  *to++ = '0' + rest % 10;
  return to;
}

static char *put_roman(char *to, int x) {
  static const struct {
    int16_t value;
    char text[3];
  } steps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
               {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
  for (int i = 0; x > 0; i++)
    for (; x >= steps[i].value; x -= steps[i].value)
      for (const char *p = steps[i].text; *p; p++)
        *to++ = *p;
  return to;
}

// Days since 1970-01-01, after Hinnant's description of the civil calendar.
static char *put_date(char *to, int32_t days) {
  days += 719468;
  int era = (days >= 0 ? days : days - 146096) / 146097;
  unsigned doe = days - era * 146097;
  unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  unsigned mp = (5 * doy + 2) / 153, day = doy - (153 * mp + 2) / 5 + 1;
  unsigned month = mp < 10 ? mp + 3 : mp - 9;
  to = put_signed(to, (int)yoe + era * 400 + (month <= 2));
  *to++ = '-';
  *to++ = '0' + month / 10;
  *to++ = '0' + month % 10;
  *to++ = '-';
  *to++ = '0' + day / 10;
  *to++ = '0' + day % 10;
  return to;
}

static int64_t get_signed(const char **p) {
  int negative = **p == '-';
  *p += negative;
  int64_t x = 0;
  for (; **p >= '0' && **p <= '9'; ++*p)
    x = x * 10 + (**p - '0');
  return negative ? -x : x;
}

int main(void) {
  uint64_t seed = 18, sum = 0;
  for (int i = 0; i < 20000; i++) {
    char line[160], *to = line;
    uint32_t x = bench_random(&seed), y = bench_random(&seed);
    to = put_signed(to, (int32_t)x);
    *to++ = ' ';
    to = put_unsigned(to, (uint64_t)x * y);
    *to++ = ' ';
    to = put_pairs(to, y >> (x & 31));
    *to++ = ' ';
    to = put_grouped(to, x);
    *to++ = ' ';
    to = put_hex(to, (uint64_t)x << 20 ^ y, 14);
    *to++ = ' ';
    to = put_fixed(to, (int32_t)y >> 8);
    *to++ = ' ';
    to = put_roman(to, 1 + x % 3999);
    *to++ = ' ';
    to = put_date(to, (int32_t)(x % 100000) - 30000);
    *to = 0;
    const char *p = line;
    if (get_signed(&p) != (int32_t)x)
      return 1;
    for (p = line; *p; p++)
      sum = sum * 31 + *p;
  }
  return bench_result(sum);
}
