// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tokenizer of a C-like language, as one would write it: a switch on the
// character, keywords by a perfect hash made at start, numbers, strings,
// comments.
#include "bench.h"
#include <string.h>

static const char source[] = "/* greatest common divisor */\n"
                             "static unsigned gcd(unsigned a, unsigned b) {\n"
                             "  while (b != 0) { unsigned t = a % b; a = b; b = t; } // Euclid\n"
                             "  return a;\n}\n"
                             "struct point { double x, y; char name[16]; };\n"
                             "const char *greeting = \"hello, \\\"world\\\"\\n\";\n"
                             "int main(int argc, char **argv) {\n"
                             "  for (int i = 0x1f; i >= 0 && argc != 1; i -= 3) {\n"
                             "    if (i <= 12 || !argv[i]) continue; else sum <<= 3.25e2;\n"
                             "    switch (i ^ 077) { case 'a': break; default: goto out; }\n"
                             "  }\nout:\n  return gcd(1071, 462) == 21 ? 0 : ~1;\n}\n";

enum token { END, NAME, KEYWORD, NUMBER, REAL, STRING, CHARACTER, OPERATOR, BAD };

static const char *const keywords[] = {
    "auto",   "break",   "case",   "char",     "const",  "continue", "default", "do",
    "double", "else",    "enum",   "extern",   "float",  "for",      "goto",    "if",
    "int",    "long",    "return", "short",    "signed", "sizeof",   "static",  "struct",
    "switch", "typedef", "union",  "unsigned", "void",   "volatile", "while"};

static const char *slots[128];
static const char *at;

static unsigned hash(const char *p, size_t n) {
  return (p[0] * 5u + p[n - 1] * 3u + p[n / 2] * 19u + n) % 128;
}

static void make_slots(void) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
    unsigned h = hash(keywords[i], strlen(keywords[i]));
    while (slots[h])
      h = (h + 1) % 128;
    slots[h] = keywords[i];
  }
}

static int is_keyword(const char *p, size_t n) {
  for (unsigned h = hash(p, n); slots[h]; h = (h + 1) % 128)
    if (strncmp(slots[h], p, n) == 0 && !slots[h][n])
      return 1;
  return 0;
}

static int is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static int is_digit(char c) { return c >= '0' && c <= '9'; }

static enum token number(uint64_t *value) {
  uint64_t v = 0;
  if (at[0] == '0' && (at[1] | 32) == 'x') {
    for (at += 2;; at++) {
      char c = *at | 32;
      if (is_digit(c))
        v = v * 16 + (c - '0');
      else if (c >= 'a' && c <= 'f')
        v = v * 16 + (c - 'a' + 10);
      else
        break;
    }
    *value = v;
    return NUMBER;
  }
  int base = *at == '0' ? 8 : 10;
  while (is_digit(*at))
    v = v * base + (*at++ - '0');
  *value = v;
  if (*at != '.' && (*at | 32) != 'e')
    return NUMBER;
  if (*at == '.')
    while (is_digit(*++at))
      v = v * 10 + (*at - '0');
  if ((*at | 32) == 'e') {
    at++;
    if (*at == '+' || *at == '-')
      at++;
    while (is_digit(*at))
      v += *at++;
  }
  *value = v;
  return REAL;
}

static enum token quoted(char end, uint64_t *value) {
  uint64_t v = 0;
  for (at++; *at && *at != end; at++) {
    if (*at == '\\')
      at++;
    v = v * 7 + *at;
  }
  if (!*at)
    return BAD;
  at++;
  *value = v;
  return end == '"' ? STRING : CHARACTER;
}

static enum token next(uint64_t *value) {
  for (;;) {
    switch (*at) {
    case 0:
      return END;
    case ' ':
    case '\t':
    case '\n':
    case '\r':
      at++;
      continue;
    case '/':
      if (at[1] == '/') {
        while (*at && *at != '\n')
          at++;
        continue;
      }
      if (at[1] == '*') {
        for (at += 2; *at && !(at[0] == '*' && at[1] == '/');)
          at++;
        at += 2;
        continue;
      }
      *value = *at++;
      return OPERATOR;
    case '"':
    case '\'':
      return quoted(*at, value);
    case '<':
    case '>':
    case '=':
    case '!':
    case '&':
    case '|':
    case '+':
    case '-':
    case '*':
    case '%':
    case '^': {
      uint64_t v = *at++;
      if (*at == '=' || (*at == at[-1] && strchr("<>&|+-", *at)))
        v = v * 256 + *at++;
      if (*at == '=' && (v == '<' * 257 || v == '>' * 257))
        v = v * 256 + *at++;
      *value = v;
      return OPERATOR;
    }
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case ',':
    case ';':
    case ':':
    case '?':
    case '~':
    case '.':
      *value = *at++;
      return OPERATOR;
    default:
      break;
    }
    if (is_letter(*at)) {
      const char *start = at;
      uint64_t v = 0;
      while (is_letter(*at) || is_digit(*at))
        v = v * 37 + *at++;
      *value = v;
      return is_keyword(start, at - start) ? KEYWORD : NAME;
    }
    if (is_digit(*at))
      return number(value);
    at++;
    return BAD;
  }
}

int main(void) {
  uint64_t sum = 0, counts[BAD + 1] = {0};
  make_slots();
  for (int round = 0; round < 1500; round++) {
    uint64_t value = 0;
    enum token t;
    for (at = source; (t = next(&value)) != END; counts[t]++)
      sum = sum * 31 + value;
  }
  for (int i = 0; i <= BAD; i++)
    sum = bench_mix(sum, counts[i]);
  return bench_result(sum);
}
