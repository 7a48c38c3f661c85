// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- lexer.c - Source text to tokens --------------------------------------===*/
#include "lexer.h"
#include "diag.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_value(char c) {
  return is_digit(c)            ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/* Longest first. */
static const char *const puncts[] = {
    "->", "..", "+=", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "(",
    ")",  "[",  "]",  "{",  "}",  ",",  ":",  ";",  "=",  "+",  "-",  "*",
    "/",  "%",  "<",  ">",  "&",  "|",  "^",  "!",  "~",  "?",  ".",  "@"};

/* Length of the well-formed UTF-8 sequence at p, 0 if there is none. */
static unsigned utf8_length(const char *p, const char *end) {
  unsigned char c = (unsigned char)*p;
  unsigned n = c >= 0xC2 && c < 0xE0   ? 2
               : c >= 0xE0 && c < 0xF0 ? 3
               : c >= 0xF0 && c < 0xF5 ? 4
                                       : 0;
  if (n == 0 || (size_t)(end - p) < n)
    return 0;
  for (unsigned i = 1; i < n; i++)
    if (((unsigned char)p[i] & 0xC0) != 0x80)
      return 0;
  unsigned char d = (unsigned char)p[1];
  if ((c == 0xE0 && d < 0xA0) || (c == 0xED && d > 0x9F) || (c == 0xF0 && d < 0x90) ||
      (c == 0xF4 && d > 0x8F))
    return 0;
  return n;
}

/* number = decimal | "0x" hex | decimal "." digits [exponent] | decimal exponent
 * Digits may be separated by single "_". */
static const char *number(struct kn_file *file, const char *p, const char *end,
                          struct kn_token *tok) {
  const char *start = p;
  char digits[128];
  size_t n = 0;
  bool hex = p[0] == '0' && p + 1 < end && (p[1] == 'x' || p[1] == 'X'), real = false, bad = false;
  if (hex)
    p += 2;
  for (; p < end; p++) {
    bool exponent = !hex && (*p == 'e' || *p == 'E');
    bool point = !hex && *p == '.' && !real && !(p + 1 < end && p[1] == '.');
    bool sign = (*p == '+' || *p == '-') && !hex && n && (digits[n - 1] == 'e');
    if (*p == '_' && p > start && hex_value(p[-1]) >= 0 && p + 1 < end && hex_value(p[1]) >= 0)
      continue;
    if (!is_letter(*p) && !is_digit(*p) && !point && !sign)
      break;
    if (is_letter(*p) && !(hex && hex_value(*p) >= 0) && !exponent)
      bad = true;
    real = real || point || exponent;
    if (n + 1 < sizeof digits)
      digits[n++] = exponent ? 'e' : *p;
    else
      bad = true;
  }
  digits[n] = 0;
  tok->range.end = (uint32_t)(p - file->text);
  if (bad || n == 0)
    goto malformed;
  char *rest;
  errno = 0;
  if (real) {
    tok->kind = KN_TOK_FLOAT;
    tok->fval = strtod(digits, &rest);
    if (*rest)
      goto malformed;
    if (!isfinite(tok->fval))
      goto too_large;
    return p;
  }
  tok->kind = KN_TOK_INT;
  tok->ival = strtoll(digits, &rest, hex ? 16 : 10);
  if (*rest)
    goto malformed;
  if (errno == ERANGE)
    goto too_large;
  return p;

malformed:
  tok->kind = KN_TOK_BAD;
  kn_report(file, KN_DIAG_bad_number, tok->range, "malformed number");
  kn_hint(file, "numbers look like 12, 0x7f, 1_000, 0.5, 1e-3; there are no suffixes, a cast such "
                "as f16(0.5) gives a type");
  return p;
too_large:
  tok->kind = KN_TOK_BAD;
  kn_report(file, KN_DIAG_number_too_large, tok->range, "number too large");
  kn_hint(file, "integers go up to 9223372036854775807, floating-point numbers up to 1.79e308");
  return p;
}

/* string = '"' any character but '"' and a line end '"' */
static const char *string(struct kn_file *file, const char *p, const char *end,
                          struct kn_token *tok) {
  const char *start = ++p;
  while (p < end && *p != '"' && *p != '\n')
    p++;
  tok->kind = KN_TOK_STRING;
  tok->text = kn_strndup(file, start, (size_t)(p - start));
  if (p < end && *p == '"')
    p++;
  else {
    tok->kind = KN_TOK_BAD;
    tok->range.end = (uint32_t)(p - file->text);
    kn_report(file, KN_DIAG_bad_string, tok->range, "the string has no end on its line");
  }
  tok->range.end = (uint32_t)(p - file->text);
  return p;
}

static const char *bad_bytes(struct kn_file *file, const char *p, const char *end,
                             struct kn_token *tok) {
  tok->kind = KN_TOK_BAD;
  unsigned n = (unsigned char)*p >= 0x80 ? utf8_length(p, end) : 1;
  tok->range.end = tok->range.begin + (n ? n : 1);
  if (n == 0) {
    kn_report(file, KN_DIAG_bad_utf8, tok->range, "byte 0x%02x is not UTF-8", (unsigned char)*p);
    kn_hint(file, "save the file as UTF-8");
  } else if (n > 1) {
    kn_report(file, KN_DIAG_bad_character, tok->range, "character '%.*s' outside a comment", (int)n,
              p);
    kn_hint(file, "names and operators are ASCII; only comments may hold other characters");
  } else if ((unsigned char)*p < ' ' || *p == 127) {
    kn_report(file, KN_DIAG_bad_character, tok->range, "control character 0x%02x",
              (unsigned char)*p);
  } else {
    kn_report(file, KN_DIAG_bad_character, tok->range, "character '%c' has no meaning here", *p);
  }
  return p + (n ? n : 1);
}

/* comment = ("#" | "//") to the end of the line; must be UTF-8 as well */
static const char *comment(struct kn_file *file, const char *p, const char *end) {
  while (p < end && *p != '\n') {
    unsigned n = (unsigned char)*p < 0x80 ? 1 : utf8_length(p, end);
    if (n == 0) {
      struct kn_range range = {(uint32_t)(p - file->text), (uint32_t)(p - file->text) + 1};
      kn_report(file, KN_DIAG_bad_utf8, range, "byte 0x%02x is not UTF-8", (unsigned char)*p);
      n = 1;
    }
    p += n;
  }
  return p;
}

static const char *punct(const char *p, const char *end, struct kn_token *tok) {
  for (size_t i = 0; i < sizeof puncts / sizeof *puncts; i++) {
    size_t n = strlen(puncts[i]);
    if ((size_t)(end - p) >= n && !memcmp(p, puncts[i], n)) {
      tok->kind = KN_TOK_PUNCT;
      tok->text = puncts[i];
      return p + n;
    }
  }
  return NULL;
}

/* A growing array in the arena. */
struct tokens {
  struct kn_token *items;
  size_t count, room;
};

static struct kn_token *push(struct kn_file *file, struct tokens *t, uint32_t begin) {
  if (t->count == t->room) {
    size_t room = t->room ? t->room * 2 : 256;
    struct kn_token *bigger = kn_alloc(file, room * sizeof *bigger);
    if (t->count)
      memcpy(bigger, t->items, t->count * sizeof *bigger);
    t->items = bigger;
    t->room = room;
  }
  t->items[t->count] = (struct kn_token){.range = {begin, begin}, .has_previous = t->count > 0};
  return &t->items[t->count++];
}

struct kn_token *kn_lex(struct kn_file *file, const struct kn_source *source) {
  const char *p = file->text + source->begin, *end = file->text + source->end;
  struct tokens t = {0};
  if (end - p >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3)) /* byte order mark */
    p += 3;
  while (p < end) {
    if (*p == ' ' || *p == '\t' || *p == '\r') {
      p++;
      continue;
    }
    if (*p == '#' || (*p == '/' && p + 1 < end && p[1] == '/')) {
      p = comment(file, p, end);
      continue;
    }
    struct kn_token *tok = push(file, &t, (uint32_t)(p - file->text));
    const char *start = p;
    if (*p == '\n') {
      tok->kind = KN_TOK_NEWLINE;
      p++;
      if (t.count > 1 && tok[-1].kind == KN_TOK_NEWLINE)
        t.count--;
    } else if (is_letter(*p)) {
      while (p < end && (is_letter(*p) || is_digit(*p)))
        p++;
      tok->kind = KN_TOK_IDENT;
      tok->text = kn_strndup(file, start, (size_t)(p - start));
    } else if (is_digit(*p)) {
      p = number(file, p, end, tok);
    } else if (*p == '"') {
      p = string(file, p, end, tok);
    } else if ((p = punct(start, end, tok)) == NULL) {
      p = bad_bytes(file, start, end, tok);
    }
    tok->range.end = (uint32_t)(p - file->text);
  }
  push(file, &t, source->end)->kind = KN_TOK_EOF;
  return t.items;
}
