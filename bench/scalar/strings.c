// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text: words counted, found (Horspool, Knuth-Morris-Pratt), compared by edit
// distance, reversed, turned to upper case, palindromes.
#include "bench.h"
#include <string.h>

enum { SIZE = 20000 };

static char text[SIZE + 1];

static size_t length(const char *s) {
  const char *p = s;
  while (*p)
    p++;
  return p - s;
}

static int compare(const char *a, const char *b) {
  while (*a && *a == *b)
    a++, b++;
  return (unsigned char)*a - (unsigned char)*b;
}

static int count_words(const char *s) {
  int words = 0, inside = 0;
  for (; *s; s++) {
    int blank = *s == ' ' || *s == '\n' || *s == '\t';
    words += inside && blank;
    inside = !blank;
  }
  return words + inside;
}

static int horspool(const char *s, size_t n, const char *word) {
  size_t m = length(word), skip[256];
  int found = 0;
  for (int i = 0; i < 256; i++)
    skip[i] = m;
  for (size_t i = 0; i + 1 < m; i++)
    skip[(unsigned char)word[i]] = m - 1 - i;
  for (size_t at = 0; at + m <= n; at += skip[(unsigned char)s[at + m - 1]]) {
    size_t k = m;
    while (k > 0 && s[at + k - 1] == word[k - 1])
      k--;
    found += k == 0;
  }
  return found;
}

static int knuth(const char *s, const char *word) {
  int8_t back[64];
  int m = (int)length(word), found = 0;
  back[0] = -1;
  for (int i = 0, j = -1; i < m;) {
    while (j >= 0 && word[i] != word[j])
      j = back[j];
    i++, j++;
    back[i] = j;
  }
  for (int j = 0; *s; s++) {
    while (j >= 0 && *s != word[j])
      j = back[j];
    if (++j == m) {
      found++;
      j = back[j];
    }
  }
  return found;
}

static int edit_distance(const char *a, const char *b, int n, int m) {
  int row[65];
  for (int j = 0; j <= m; j++)
    row[j] = j;
  for (int i = 1; i <= n; i++) {
    int corner = row[0];
    row[0] = i;
    for (int j = 1; j <= m; j++) {
      int above = row[j], best = corner + (a[i - 1] != b[j - 1]);
      if (above + 1 < best)
        best = above + 1;
      if (row[j - 1] + 1 < best)
        best = row[j - 1] + 1;
      corner = above;
      row[j] = best;
    }
  }
  return row[m];
}

static void reverse(char *s, size_t n) {
  for (size_t i = 0; i < n / 2; i++) {
    char c = s[i];
    s[i] = s[n - 1 - i];
    s[n - 1 - i] = c;
  }
}

static void to_upper(char *s) {
  for (; *s; s++)
    if (*s >= 'a' && *s <= 'z')
      *s -= 'a' - 'A';
}

static int longest_palindrome(const char *s, int n) {
  int best = 0;
  for (int i = 0; i < n; i++)
    for (int odd = 0; odd < 2; odd++) {
      int l = i, r = i + 1 - odd;
      while (l >= 0 && r < n && s[l] == s[r])
        l--, r++;
      if (r - l - 1 > best)
        best = r - l - 1;
    }
  return best;
}

int main(void) {
  uint64_t seed = 19, sum = 0;
  for (int round = 0; round < 12; round++) {
    for (int i = 0; i < SIZE; i++)
      text[i] = "aaabc dena\n"[bench_random(&seed) % 11];
    sum = bench_mix(sum, length(text) + count_words(text));
    sum = bench_mix(sum, horspool(text, SIZE, "banana") + horspool(text, SIZE, "ad"));
    sum = bench_mix(sum, knuth(text, "abacab") + knuth(text, "aaaa"));
    for (int i = 0; i < 20; i++) {
      sum = sum * 31 + edit_distance(text + 50 * i, text + 77 * i + 9, 60, 50 + i % 15);
      sum += compare(text + i, text + 2 * i) < 0;
    }
    sum = bench_mix(sum, longest_palindrome(text, SIZE));
    reverse(text, SIZE);
    to_upper(text);
    for (int i = 0; i < SIZE; i++)
      sum = sum * 31 + text[i];
  }
  return bench_result(sum);
}
