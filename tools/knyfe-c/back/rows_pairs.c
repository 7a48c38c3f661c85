// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbours that are made in different ways: y[n] of n % 2 and n / 2. Vectors go along the pairs;
// one holds the elements with even n, one those with odd n, and they are stored one in turn with
// the other. In each of the two `n % 2` is a number, so that choices by it are made here.
#include "rows.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

struct halves {
  const struct kn_index *index;
  bool found, others;
};

static const struct kn_expr *bare(const struct kn_expr *e) {
  while (e->kind == KN_CAST && kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32)
    e = e->args[0];
  return e;
}

static bool is_two(const struct kn_expr *e) {
  e = bare(e);
  return (e->kind == KN_INT && e->ival == 2) || (e->kind == KN_DIM && e->dim->size == 2);
}

static bool is_of(const struct kn_expr *e, const struct kn_index *index) {
  e = bare(e);
  return e->kind == KN_INDEX && e->index == index;
}

static bool divides(const struct kn_expr *e, const struct kn_index *index) {
  return e->kind == KN_BINARY && (e->op == KN_DIV || e->op == KN_REM) && is_of(e->args[0], index) &&
         is_two(e->args[1]);
}

static bool find_halves(struct kn_expr *e, void *data) {
  struct halves *h = data;
  h->found = h->found || divides(e, h->index);
  h->others = h->others || e->kind == KN_REDUCE;
  return true;
}

bool rows_has_pairs(const struct line *l) {
  if (!l->rank || l->engine || l->part || l->copies_part || l->scatter || !l->value ||
      l->target->type == KN_BOOL || l->target->type == KN_I4)
    return false;
  struct halves h = {l->index[l->rank - 1], false, false};
  const struct kn_dim *n = l->target->dims[l->rank - 1];
  kn_walk(l->value, find_halves, &h);
  return h.found && !h.others && n->size > 0 && n->size % 2 == 0;
}

//===----------------------------------------------------------------------===//
// The value of one of a pair
//===----------------------------------------------------------------------===//

struct half {
  struct rows *r;
  const struct kn_index *index; // n
  struct kn_expr *pair;         // n / 2
  int64_t odd;                  // n % 2
};

static struct kn_expr *number(const struct half *h, const struct kn_expr *like, int64_t value) {
  struct kn_expr *e = kn_new_expr(h->r->file, KN_INT, like->range);
  e->type = like->type;
  e->ival = value;
  return e;
}

static bool compares(enum kn_op op, int64_t a, int64_t b) {
  switch (op) {
  case KN_LT:
    return a < b;
  case KN_LE:
    return a <= b;
  case KN_GT:
    return a > b;
  case KN_GE:
    return a >= b;
  case KN_EQ:
    return a == b;
  default:
    return a != b;
  }
}

// A choice that is made already.
static struct kn_expr *fold(const struct half *h, struct kn_expr *e) {
  if (e->kind == KN_BINARY && e->op >= KN_LT && e->op <= KN_NE) {
    const struct kn_expr *a = bare(e->args[0]), *b = bare(e->args[1]);
    if (a->kind == KN_INT && b->kind == KN_INT && kn_type_is_int(e->args[0]->type))
      return number(h, e, compares((enum kn_op)e->op, a->ival, b->ival));
  }
  if (e->kind == KN_UNARY && e->op == KN_LNOT && e->args[0]->kind == KN_INT)
    return number(h, e, !e->args[0]->ival);
  if (e->kind == KN_CALL && e->builtin == KN_WHERE && e->args[0]->kind == KN_INT)
    return e->args[e->args[0]->ival ? 1 : 2];
  if (e->kind == KN_CALL && e->builtin == KN_PAD && rows_lies_inside(e->args[0]))
    return e->args[0];
  return e;
}

static struct kn_expr *half_of(const struct half *h, const struct kn_expr *e) {
  if (!e)
    return NULL;
  if (divides(e, h->index)) {
    if (e->op == KN_REM)
      return number(h, e, h->odd);
    if (e->type != KN_I64)
      return h->pair;
    struct kn_expr *cast = kn_new_expr(h->r->file, KN_CAST, e->range);
    cast->type = e->type;
    cast->args = kn_alloc(h->r->file, sizeof *cast->args);
    cast->args[cast->num_args++] = h->pair;
    return cast;
  }
  if (e->kind == KN_INDEX && e->index == h->index) {
    struct kn_expr *n = rows_binary(h->r, KN_MUL, number(h, h->pair, 2), h->pair);
    return h->odd ? rows_binary(h->r, KN_ADD, n, number(h, h->pair, 1)) : n;
  }
  struct kn_expr *c = kn_alloc(h->r->file, sizeof *c);
  *c = *e;
  if (e->num_args)
    c->args = kn_alloc(h->r->file, e->num_args * sizeof *c->args);
  for (unsigned i = 0; i < e->num_args; i++)
    c->args[i] = half_of(h, e->args[i]);
  return fold(h, c);
}

//===----------------------------------------------------------------------===//
// The loop
//===----------------------------------------------------------------------===//

bool rows_pairs(struct scope *s, const struct line *l, const char *lo, const char *hi,
                int64_t length, rows_put_element *put) {
  struct rows *r = s->r;
  const struct kn_dim *n = l->target->dims[l->rank - 1];
  struct kn_dim *pairs = kn_alloc(r->file, sizeof *pairs);
  pairs->size = n->size / 2;
  struct kn_index *pair = kn_alloc(r->file, sizeof *pair);
  pair->name = "pair";
  pair->extent = pairs;
  struct half h = {r, l->index[l->rank - 1], kn_new_expr(r->file, KN_INDEX, l->stmt->range), 0};
  h.pair->type = KN_I32;
  h.pair->index = pair;
  struct kn_expr *first = half_of(&h, l->value);
  h.odd = 1;
  struct kn_expr *second = half_of(&h, l->value);
  if (!rows_value_vectorises(r, s->p, first, pair) || !rows_value_vectorises(r, s->p, second, pair))
    return false;
  const char *name = rows_name(r, "pair");
  s->along = pair;
  s->lanes = rows_lanes(l) > 32 ? 32 : rows_lanes(l);
  while (s->lanes > 16 && pairs->size <= s->lanes / 2)
    s->lanes /= 2;
  // Ends are even numbers.
  const int64_t last = (length / 2 + s->lanes - 1) / s->lanes * s->lanes;
  const bool whole = length >= 0 && (length == 2 * last || (rows_room(s, l->target) >= 2 * last &&
                                                            rows_reads_on(s, first, pair, last) &&
                                                            rows_reads_on(s, second, pair, last)));
  const char *begin = strcmp(lo, "0") ? T("%s / 2", lo) : lo, *end = T("%s / 2", hi);
  s->count = whole ? NULL : T("%s - %s", end, name);
  scope_bind(s, pair, name);
  scope_bind(s, h.index, T("(2 * %s)", name));
  rows_put(r, "for (long %s = %s; %s < %s; %s += %u) {", name, begin, name, end, name, s->lanes);
  r->indent++;
  struct value a = rows_value(s, first), b = rows_value(s, second);
  s->second = &b;
  put(s, l, a);
  s->second = NULL;
  r->indent--;
  rows_put(r, "}");
  s->along = NULL;
  s->count = NULL;
  rows_release(r, name);
  return true;
}
