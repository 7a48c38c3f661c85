// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Base64 and hexadecimal digits, both ways; UTF-8 to code points and back.
#include "bench.h"
#include <string.h>

enum { SIZE = 12000 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t data[SIZE], again[SIZE + 3], reverse[256];
static char text[2 * SIZE + 8];

static size_t encode64(const uint8_t *p, size_t n, char *to) {
  char *start = to;
  for (; n >= 3; n -= 3, p += 3) {
    uint32_t x = p[0] << 16 | p[1] << 8 | p[2];
    *to++ = digits[x >> 18];
    *to++ = digits[x >> 12 & 63];
    *to++ = digits[x >> 6 & 63];
    *to++ = digits[x & 63];
  }
  if (n) {
    uint32_t x = p[0] << 16 | (n > 1 ? p[1] << 8 : 0);
    *to++ = digits[x >> 18];
    *to++ = digits[x >> 12 & 63];
    *to++ = n > 1 ? digits[x >> 6 & 63] : '=';
    *to++ = '=';
  }
  *to = 0;
  return to - start;
}

static size_t decode64(const char *p, uint8_t *to) {
  uint8_t *start = to;
  uint32_t x = 0;
  int have = 0;
  for (; *p && *p != '='; p++) {
    uint8_t v = reverse[(uint8_t)*p];
    if (v == 255)
      continue;
    x = x << 6 | v;
    if ((have += 6) >= 8) {
      have -= 8;
      *to++ = x >> have;
    }
  }
  return to - start;
}

static void encode_hex(const uint8_t *p, size_t n, char *to) {
  for (size_t i = 0; i < n; i++) {
    int high = p[i] >> 4, low = p[i] & 15;
    *to++ = high < 10 ? '0' + high : 'a' + high - 10;
    *to++ = low < 10 ? '0' + low : 'a' + low - 10;
  }
  *to = 0;
}

static int hex(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

static size_t decode_hex(const char *p, uint8_t *to) {
  size_t n = 0;
  for (; hex(p[0]) >= 0 && hex(p[1]) >= 0; p += 2)
    to[n++] = hex(p[0]) << 4 | hex(p[1]);
  return n;
}

static char *put_utf8(char *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = c;
  } else if (c < 0x800) {
    *to++ = 0xc0 | c >> 6;
    *to++ = 0x80 | (c & 63);
  } else if (c < 0x10000) {
    *to++ = 0xe0 | c >> 12;
    *to++ = 0x80 | (c >> 6 & 63);
    *to++ = 0x80 | (c & 63);
  } else {
    *to++ = 0xf0 | c >> 18;
    *to++ = 0x80 | (c >> 12 & 63);
    *to++ = 0x80 | (c >> 6 & 63);
    *to++ = 0x80 | (c & 63);
  }
  return to;
}

static uint32_t get_utf8(const char **p) {
  const uint8_t *q = (const uint8_t *)*p;
  uint32_t c = *q++;
  int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
  if (more)
    c &= 0x3f >> more;
  while (more-- > 0)
    c = c << 6 | (*q++ & 63);
  *p = (const char *)q;
  return c;
}

int main(void) {
  uint64_t seed = 16, sum = 0;
  memset(reverse, 255, sizeof reverse);
  for (int i = 0; i < 64; i++)
    reverse[(uint8_t)digits[i]] = i;
  for (int i = 0; i < SIZE; i++)
    data[i] = bench_random(&seed);
  for (int round = 0; round < 25; round++) {
    size_t n = SIZE - round;
    sum = sum * 31 + encode64(data, n, text);
    if (decode64(text, again) != n || memcmp(data, again, n) != 0)
      return 1;
    sum = bench_mix(sum, (unsigned char)text[n]);
    encode_hex(data, n, text);
    if (decode_hex(text, again) != n || memcmp(data, again, n) != 0)
      return 1;
    sum = bench_mix(sum, (unsigned char)text[n]);
    char *end = text;
    for (int i = 0; i < 4000; i++) {
      uint32_t c = data[i] << (data[i + 1] % 13);
      end = put_utf8(end, c ? c : 1);
    }
    for (const char *p = text; p < end;)
      sum = sum * 31 + get_utf8(&p);
    data[round * 3]++;
  }
  return bench_result(sum);
}
