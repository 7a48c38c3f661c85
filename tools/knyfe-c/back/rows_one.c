// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows whose elements are all the same but for one: where a value depends on its last index n only
// by n == place, the row is filled with what it is elsewhere, and the one element is stored behind.
#include "rows.h"

#include <string.h>

struct search {
  const struct kn_index *index;
  const struct kn_expr *test; // index == something else
  unsigned tests, others;
};

// The index, as a number that holds all its values.
static bool is_index(const struct kn_expr *e, const struct kn_index *index) {
  while (e->kind == KN_CAST && (e->type == KN_I32 || e->type == KN_I64))
    e = e->args[0];
  return e->kind == KN_INDEX && e->index == index;
}

static const struct kn_expr *place_of(const struct kn_expr *e, const struct kn_index *index) {
  for (unsigned i = 0; i < 2 && e->kind == KN_BINARY && e->op == KN_EQ; i++)
    if (is_index(e->args[i], index) && !rows_depends(e->args[1 - i], index))
      return e->args[1 - i];
  return NULL;
}

static void look(const struct kn_expr *e, struct search *s) {
  if (place_of(e, s->index)) {
    s->test = e;
    s->tests++;
    return;
  }
  s->others += (e->kind == KN_INDEX && e->index == s->index) || e->kind == KN_REDUCE;
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      look(e->args[i], s);
}

static struct kn_expr *known(struct kn_expr *e, int64_t value) {
  e->kind = KN_INT;
  e->ival = value;
  e->num_args = 0;
  return e;
}

// e with a truth value in place of the test, as far as it goes.
static struct kn_expr *with(struct rows *r, struct kn_expr *e, const struct kn_expr *test,
                            bool holds) {
  struct kn_expr *copy = kn_alloc(r->file, sizeof *copy);
  *copy = *e;
  if (e == test)
    return known(copy, holds);
  copy->args = kn_alloc(r->file, (e->num_args + 1) * sizeof(struct kn_expr *));
  for (unsigned i = 0; i < e->num_args; i++)
    copy->args[i] = e->args[i] ? with(r, e->args[i], test, holds) : NULL;
  const struct kn_expr *first = copy->num_args ? copy->args[0] : NULL;
  if (!first || first->kind != KN_INT || first->type != KN_BOOL)
    return copy;
  if (copy->kind == KN_CAST)
    return known(copy, first->ival);
  if (copy->kind == KN_UNARY && copy->op == KN_LNOT)
    return known(copy, !first->ival);
  if (copy->kind == KN_CALL && copy->builtin == KN_WHERE)
    return copy->args[first->ival ? 1 : 2];
  return copy;
}

bool rows_find_one(struct rows *r, const struct line *l, struct one *one) {
  if (!l->rank || l->reduces || l->engine || l->part || l->copies_part || l->scatter)
    return false;
  struct search s = {.index = l->index[l->rank - 1]};
  look(l->value, &s);
  if (s.tests != 1 || s.others)
    return false;
  one->place = place_of(s.test, s.index);
  one->here = with(r, l->value, s.test, true);
  one->elsewhere = with(r, l->value, s.test, false);
  return true;
}

void rows_put_one(struct scope *s, const struct line *l, const struct one *one, const char *lo,
                  const char *hi) {
  struct rows *r = s->r;
  const char *at = rows_name(r, "at");
  rows_put(r, "const long %s = %s;", at, rows_value(s, one->place).text);
  rows_put(r, "if (%s >= %s && %s < %s) {", at, lo, at, hi);
  r->indent++;
  scope_bind(s, l->index[l->rank - 1], at);
  rows_store_element(s, l, rows_value(s, one->here));
  r->indent--;
  rows_put(r, "}");
}
