// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A JSON document is parsed into a tree, looked up, and printed again.
#include "bench.h"
#include <stdlib.h>
#include <string.h>

enum kind { NOTHING, TRUE, FALSE, NUMBER, STRING, ARRAY, OBJECT };

struct value {
  enum kind kind;
  struct value *next; // in the array or object that holds it
  char *name;
  union {
    double number;
    char *string;
    struct value *first;
  } as;
};

static const char *in;
static char *out;
static struct value pool[4096];
static char strings[1 << 16];
static int values_used, chars_used;

static void skip(void) {
  while (*in == ' ' || *in == '\n' || *in == '\t' || *in == '\r')
    in++;
}

static unsigned hex(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static char *parse_string(void) {
  char *start = strings + chars_used, *to = start;
  for (in++; *in != '"'; in++) {
    char c = *in;
    if (c == '\\') {
      c = *++in;
      switch (c) {
      case 'n':
        c = '\n';
        break;
      case 't':
        c = '\t';
        break;
      case 'u': {
        unsigned code = hex(in[1]) << 12 | hex(in[2]) << 8 | hex(in[3]) << 4 | hex(in[4]);
        in += 4;
        if (code < 0x80) {
          c = code;
        } else if (code < 0x800) {
          *to++ = 0xc0 | code >> 6;
          c = 0x80 | (code & 63);
        } else {
          *to++ = 0xe0 | code >> 12;
          *to++ = 0x80 | (code >> 6 & 63);
          c = 0x80 | (code & 63);
        }
        break;
      }
      default:
        break;
      }
    }
    *to++ = c;
  }
  in++;
  *to++ = 0;
  chars_used = to - strings;
  return start;
}

static double parse_number(void) {
  int negative = *in == '-', exponent = 0;
  in += negative;
  double v = 0;
  while (*in >= '0' && *in <= '9')
    v = v * 10 + (*in++ - '0');
  if (*in == '.')
    for (in++; *in >= '0' && *in <= '9'; exponent--)
      v = v * 10 + (*in++ - '0');
  if ((*in | 32) == 'e') {
    int minus = *++in == '-', e = 0;
    in += minus || *in == '+';
    while (*in >= '0' && *in <= '9')
      e = e * 10 + (*in++ - '0');
    exponent += minus ? -e : e;
  }
  for (; exponent > 0; exponent--)
    v *= 10;
  for (; exponent < 0; exponent++)
    v /= 10;
  return negative ? -v : v;
}

static struct value *parse(void) {
  struct value *v = &pool[values_used++];
  *v = (struct value){0};
  skip();
  switch (*in) {
  case '{':
  case '[': {
    char end = *in == '{' ? '}' : ']';
    v->kind = end == '}' ? OBJECT : ARRAY;
    struct value **tail = &v->as.first;
    in++;
    for (skip(); *in != end; skip()) {
      char *name = NULL;
      if (end == '}') {
        name = parse_string();
        skip();
        in++; // ':'
      }
      *tail = parse();
      (*tail)->name = name;
      tail = &(*tail)->next;
      skip();
      if (*in == ',')
        in++;
    }
    in++;
    break;
  }
  case '"':
    v->kind = STRING;
    v->as.string = parse_string();
    break;
  case 't':
    v->kind = TRUE;
    in += 4;
    break;
  case 'f':
    v->kind = FALSE;
    in += 5;
    break;
  case 'n':
    v->kind = NOTHING;
    in += 4;
    break;
  default:
    v->kind = NUMBER;
    v->as.number = parse_number();
  }
  return v;
}

static void print_string(const char *s) {
  *out++ = '"';
  for (; *s; s++) {
    if (*s == '"' || *s == '\\')
      *out++ = '\\';
    if (*s == '\n')
      *out++ = '\\', *out++ = 'n';
    else
      *out++ = *s;
  }
  *out++ = '"';
}

static void print_word(const char *s) {
  while (*s)
    *out++ = *s++;
}

static void print_number(double v) {
  char digits[24];
  int n = 0;
  if (v < 0)
    *out++ = '-', v = -v;
  uint64_t thousandths = (uint64_t)(v * 1000 + 0.5);
  for (int i = 0; i < 4 || thousandths; i++) {
    if (i == 3)
      digits[n++] = '.';
    digits[n++] = '0' + thousandths % 10;
    thousandths /= 10;
  }
  while (n > 0)
    *out++ = digits[--n];
}

static void print(const struct value *v) {
  switch (v->kind) {
  case NOTHING:
    print_word("null");
    break;
  case TRUE:
    print_word("true");
    break;
  case FALSE:
    print_word("false");
    break;
  case NUMBER:
    print_number(v->as.number);
    break;
  case STRING:
    print_string(v->as.string);
    break;
  case ARRAY:
  case OBJECT:
    *out++ = v->kind == OBJECT ? '{' : '[';
    for (const struct value *m = v->as.first; m; m = m->next) {
      if (v->kind == OBJECT) {
        print_string(m->name);
        *out++ = ':';
      }
      print(m);
      if (m->next)
        *out++ = ',';
    }
    *out++ = v->kind == OBJECT ? '}' : ']';
  }
}

static const struct value *member(const struct value *v, const char *name) {
  for (v = v->as.first; v && strcmp(v->name, name) != 0;)
    v = v->next;
  return v;
}

int main(void) {
  static const char document[] =
      "{\"name\": \"grid \\u00e9\\u20ac\", \"rows\": 8, \"cols\": 8, \"clock\": 8.0e2, \"ok\": "
      "true,\n"
      " \"units\": [{\"id\": 1, \"kind\": \"dpe\", \"area\": 1.75, \"ports\": [1, 2, 3, 5, 8, "
      "13]},\n"
      "           {\"id\": 2, \"kind\": \"se\", \"area\": -0.25, \"ports\": []},\n"
      "           {\"id\": 3, \"kind\": \"re\\n\", \"area\": 12e-1, \"ports\": [21, 34]}],\n"
      " \"nothing\": null, \"deep\": [[[[[[1.5], \"x\"], {}], false], 100], [2, 3]]}";
  static char printed[4096];
  uint64_t sum = 0;
  for (int round = 0; round < 1500; round++) {
    values_used = chars_used = 0;
    in = document;
    const struct value *v = parse();
    out = printed;
    print(v);
    *out = 0;
    sum += (uint64_t)member(v, "rows")->as.number;
    for (const struct value *u = member(v, "units")->as.first; u; u = u->next)
      sum = sum * 31 + (uint64_t)(4 * (2 + member(u, "area")->as.number));
    in = printed;
    const struct value *again = parse();
    sum += again->kind + (out - printed);
  }
  for (const char *p = printed; *p; p++)
    sum = sum * 33 + (unsigned char)*p;
  return bench_result(sum);
}
