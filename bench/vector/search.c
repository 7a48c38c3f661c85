// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that end when something is found, and bytes as text.
#include "vbench.h"

KERNEL int find_byte(const uint8_t *x, uint8_t byte, int n) {
  for (int i = 0; i < n; i++)
    if (x[i] == byte)
      return i;
  return -1;
}

KERNEL long length_of_text(const uint8_t *x) {
  const uint8_t *p = x;
  while (*p)
    p++;
  return p - x;
}

KERNEL int first_above_f32(const float *x, float limit, int n) {
  int i = 0;
  while (i < n && !(x[i] > limit))
    i++;
  return i;
}

KERNEL int first_difference(const uint8_t *a, const uint8_t *b, int n) {
  int i = 0;
  for (; i < n; i++)
    if (a[i] != b[i])
      break;
  return i;
}

// Every element is visited; the last one counts.
KERNEL int last_negative_i32(const int32_t *x, int n) {
  int place = -1;
  for (int i = 0; i < n; i++)
    if (x[i] < 0)
      place = i;
  return place;
}

KERNEL int count_lines(const uint8_t *x, int n) {
  int lines = 0;
  for (int i = 0; i < n; i++)
    lines += x[i] == '\n';
  return lines;
}

KERNEL void upper_case(uint8_t *x, int n) {
  for (int i = 0; i < n; i++)
    if (x[i] >= 'a' && x[i] <= 'z')
      x[i] -= 'a' - 'A';
}

KERNEL int count_words(const uint8_t *x, int n) {
  int words = 0;
  uint8_t before = ' ';
  for (int i = 0; i < n; i++) {
    words += before == ' ' && x[i] != ' ';
    before = x[i];
  }
  return words;
}

KERNEL void apply_key(uint8_t *restrict x, const uint8_t *restrict key, int n) {
  for (int i = 0; i < n; i++)
    x[i] ^= key[i & 31];
}

KERNEL uint32_t weighted_sum_u8(const uint8_t *x, int n) {
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += (uint32_t)(n - i) * x[i];
  return sum;
}

LOOP(find_byte) {
  uint8_t *x = vb_text(0, n);
  int place;
  x[n - 1] = 200;
  MEASURE(place = find_byte(x, 200, n));
  vb_check_i64(place);
}

LOOP(length_of_text) {
  uint8_t *x = vb_text(0, n + 1);
  long length;
  x[n] = 0;
  MEASURE(length = length_of_text(x));
  vb_check_i64(length);
}

LOOP(first_above_f32) {
  float *x = vb_f32(0, n);
  int place;
  x[n * 7 / 8] = 3;
  MEASURE(place = first_above_f32(x, 2, n));
  vb_check_i64(place);
}

LOOP(first_difference) {
  uint8_t *a = vb_buffer(0, (size_t)n), *b = vb_buffer(1, (size_t)n);
  int place;
  b[n - 1] = 1;
  MEASURE(place = first_difference(a, b, n));
  vb_check_i64(place);
}

LOOP(last_negative_i32) {
  int32_t *x = vb_i32(0, n);
  int place;
  MEASURE(place = last_negative_i32(x, n));
  vb_check_i64(place);
}

LOOP(count_lines) {
  uint8_t *x = vb_text(0, n);
  int lines;
  MEASURE(lines = count_lines(x, n));
  vb_check_i64(lines);
}

LOOP(upper_case) {
  uint8_t *x = vb_text(0, n);
  MEASURE(upper_case(x, n));
  vb_check(x, (size_t)n);
}

LOOP(count_words) {
  uint8_t *x = vb_text(0, n);
  int words;
  MEASURE(words = count_words(x, n));
  vb_check_i64(words);
}

LOOP(apply_key) {
  uint8_t *x = vb_text(0, n), *key = vb_u8(1, 32);
  MEASURE(apply_key(x, key, n));
  vb_check(x, (size_t)n);
}

LOOP(weighted_sum_u8) {
  uint8_t *x = vb_u8(0, n);
  uint32_t sum;
  MEASURE(sum = weighted_sum_u8(x, n));
  vb_check_i64(sum);
}

LOOPS(ENTRY(find_byte), ENTRY(length_of_text), ENTRY(first_above_f32), ENTRY(first_difference),
      ENTRY(last_negative_i32), ENTRY(count_lines), ENTRY(upper_case), ENTRY(count_words),
      ENTRY(apply_key), ENTRY(weighted_sum_u8));
