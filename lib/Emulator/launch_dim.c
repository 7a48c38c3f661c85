// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   sum     = product (("+" | "-") product)*
//   product = unit (("*" | "/") unit)*
//   unit    = number | name | "(" sum ")" | "ceil" "(" product ")"     ceil: its last "/" rounds up
//
// Blanks are allowed between all of them. The text comes from a file: nothing in it is trusted.
#include "launch_dim.h"

#include <ctype.h>
#include <string.h>

struct parser {
  const char *at;
  mtia_dim_lookup *lookup;
  void *data;
  unsigned depth;
  struct mtia_dim result;
};

static int64_t sum(struct parser *p);

// The first thing that goes wrong stays, but for names: a later mistake of the text is worse.
static int64_t wrong(struct parser *p, enum mtia_dim_status status) {
  if (p->result.status == MTIA_DIM_OK || status == MTIA_DIM_SYNTAX)
    p->result.status = status;
  return 0;
}

static void blanks(struct parser *p) {
  while (*p->at == ' ')
    p->at++;
}

static bool take(struct parser *p, char c) {
  blanks(p);
  if (*p->at != c)
    return false;
  p->at++;
  return true;
}

static int64_t in_range(struct parser *p, __int128 value) {
  return value > MTIA_MAX_EXTENT || value < -MTIA_MAX_EXTENT ? wrong(p, MTIA_DIM_RANGE)
                                                             : (int64_t)value;
}

static int64_t quotient(struct parser *p, int64_t a, int64_t b, bool up) {
  if (!b)
    return wrong(p, MTIA_DIM_RANGE);
  return a / b + (up && a % b && (a < 0) == (b < 0));
}

static int64_t unit(struct parser *p);

static int64_t product(struct parser *p, bool ceil) {
  int64_t v = unit(p);
  for (bool divided = false;;) {
    if (take(p, '*')) {
      v = in_range(p, (__int128)v * unit(p));
      divided = false;
    } else if (take(p, '/')) {
      int64_t by = unit(p);
      blanks(p);
      divided = true;
      v = quotient(p, v, by, ceil && *p->at == ')');
    } else {
      return ceil && !divided ? wrong(p, MTIA_DIM_SYNTAX) : v;
    }
  }
}

static int64_t close(struct parser *p, int64_t value) {
  return take(p, ')') ? value : wrong(p, MTIA_DIM_SYNTAX);
}

static int64_t number(struct parser *p) {
  int64_t v = 0;
  for (; isdigit((unsigned char)*p->at); p->at++)
    v = in_range(p, (__int128)v * 10 + (*p->at - '0'));
  return v;
}

static int64_t unit(struct parser *p) {
  blanks(p);
  if (isdigit((unsigned char)*p->at))
    return number(p);
  char name[MTIA_DIM_SIZE];
  const char *begin = p->at;
  if (mtia_dim_next_name(&p->at, name) && p->at == begin + strlen(name)) {
    if (!strcmp(name, "ceil") && take(p, '('))
      return close(p, product(p, true));
    int64_t extent = p->lookup(name, p->data);
    if (extent < 0 && !*p->result.unknown)
      strcpy(p->result.unknown, name);
    return extent < 0 ? wrong(p, MTIA_DIM_UNKNOWN) : extent;
  }
  p->at = begin;
  if (p->depth++ == MTIA_DIM_SIZE || !take(p, '('))
    return wrong(p, MTIA_DIM_SYNTAX);
  return close(p, sum(p));
}

static int64_t sum(struct parser *p) {
  int64_t v = product(p, false);
  for (;;) {
    if (take(p, '+'))
      v = in_range(p, (__int128)v + product(p, false));
    else if (take(p, '-'))
      v = in_range(p, (__int128)v - product(p, false));
    else
      return v;
  }
}

struct mtia_dim mtia_dim_value(const char *text, mtia_dim_lookup *lookup, void *data) {
  struct parser p = {text, lookup, data, 0, {MTIA_DIM_OK, 0, ""}};
  p.result.value = sum(&p);
  blanks(&p);
  if (*p.at)
    wrong(&p, MTIA_DIM_SYNTAX);
  if (p.result.value < 0)
    wrong(&p, MTIA_DIM_RANGE);
  return p.result;
}

struct guess {
  mtia_dim_lookup *lookup;
  void *data;
  const char *name;
  int64_t extent;
};

static int64_t guessed(const char *name, void *data) {
  const struct guess *g = data;
  return strcmp(name, g->name) ? g->lookup(name, g->data) : g->extent;
}

bool mtia_dim_solve(const char *text, mtia_dim_lookup *lookup, void *data, int64_t value,
                    char *name, int64_t *extent) {
  struct mtia_dim d = mtia_dim_value(text, lookup, data);
  if (d.status != MTIA_DIM_UNKNOWN || strchr(text, '/'))
    return false;
  strcpy(name, d.unknown);
  // Without quotients two points tell the line; a third one that there is no square.
  struct guess g = {lookup, data, name, 1 << 20};
  int64_t at[3];
  for (int i = 0; i < 3; i++, g.extent++) {
    d = mtia_dim_value(text, guessed, &g);
    at[i] = d.value;
    if (d.status != MTIA_DIM_OK)
      return false;
  }
  int64_t step = at[1] - at[0], rest = value - at[0];
  if (!step || at[2] - at[1] != step || rest % step || rest / step < -(1 << 20))
    return false;
  *extent = (1 << 20) + rest / step;
  return true;
}

bool mtia_dim_next_name(const char **text, char *name) {
  const char *at = *text;
  while (*at && !isalpha((unsigned char)*at) && *at != '_')
    at++;
  size_t n = 0;
  while (n + 1 < MTIA_DIM_SIZE && (isalnum((unsigned char)at[n]) || at[n] == '_'))
    n++;
  memcpy(name, at, n);
  name[n] = 0;
  *text = at + n;
  return n > 0;
}
