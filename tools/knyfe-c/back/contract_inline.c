// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is done with a product's sums, on one line and with one bias, so that it can leave with
// them:
//
//   acc[m, n] = sums[m, n] - z[n]                       y[m, n] = quantize(sums[m, n] + y_bias[n],
//   y[m, n] = quantize(acc[m, n] + bias[n], scale) ->                      scale)
//                                                       y_bias[n] = bias[n] - z[n], before
#include "contract.h"
#include "rows.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

enum { MOST_TERMS = 16 };

//===----------------------------------------------------------------------===//
// One line
//===----------------------------------------------------------------------===//

static struct kn_expr *copy_at(struct rows *r, const struct kn_expr *e, const struct line *from,
                               const struct line *to) {
  struct kn_expr *c = kn_new_expr(r->file, e->kind, e->range);
  *c = *e;
  for (unsigned i = 0; e->kind == KN_INDEX && i < from->rank; i++)
    if (e->index == from->index[i])
      c->index = to->index[i];
  if (e->num_args)
    c->args = kn_alloc(r->file, e->num_args * sizeof *c->args);
  for (unsigned i = 0; i < e->num_args; i++)
    c->args[i] = e->args[i] ? copy_at(r, e->args[i], from, to) : NULL;
  return c;
}

// The topmost place in an expression of which `is` holds for this tensor.
static struct kn_expr **find(struct kn_expr **e,
                             bool (*is)(struct kn_expr *, const struct kn_tensor *),
                             const struct kn_tensor *t) {
  if (is(*e, t))
    return e;
  struct kn_expr **found = NULL;
  for (unsigned i = 0; !found && i < (*e)->num_args; i++)
    if ((*e)->args[i])
      found = find(&(*e)->args[i], is, t);
  return found;
}

static bool is_read(struct kn_expr *e, const struct kn_tensor *t) {
  return e->kind == KN_READ && e->tensor == t;
}

static bool is_same_place(const struct kn_expr *read, const struct line *l) {
  for (unsigned i = 0; i < read->num_args; i++)
    if (kn_plain_index(read->args[i]) != l->index[i])
      return false;
  return read->num_args == l->rank;
}

static bool find_reduction(struct kn_expr *e, void *data) { return e->kind != KN_REDUCE; }

//===----------------------------------------------------------------------===//
// One bias
//===----------------------------------------------------------------------===//

struct terms {
  const struct line *line;
  const struct kn_tensor *sums;
  struct kn_expr *sum; // the sums' element
  struct {
    struct kn_expr *value;
    bool minus, column; // depends on the last index alone, or on none
  } term[MOST_TERMS];
  unsigned num;
  bool ok;
};

static bool is_sum_of_integers(const struct kn_expr *e) {
  return e->kind == KN_BINARY && e->type == KN_I32 && (e->op == KN_ADD || e->op == KN_SUB);
}

static void collect(struct terms *t, struct kn_expr *e, bool minus) {
  if (is_sum_of_integers(e)) {
    collect(t, e->args[0], minus);
    collect(t, e->args[1], minus != (e->op == KN_SUB));
    return;
  }
  if (e->kind == KN_READ && e->tensor == t->sums) {
    t->ok = t->ok && !minus;
    t->sum = e;
    return;
  }
  if (t->num == MOST_TERMS) {
    t->ok = false;
    return;
  }
  bool column = true;
  for (unsigned i = 0; i + 1 < t->line->rank; i++)
    column = column && !rows_depends(e, t->line->index[i]);
  t->term[t->num].value = e;
  t->term[t->num].minus = minus;
  t->term[t->num++].column = column;
}

static bool has_terms(struct kn_expr *e, const struct kn_tensor *sums) {
  return is_sum_of_integers(e) && find(&e, is_read, sums);
}

// The terms of a kind onto `value`; what begins with a minus begins with 0.
static struct kn_expr *add_up(struct rows *r, const struct terms *t, bool column,
                              struct kn_expr *value) {
  for (unsigned i = 0; i < t->num; i++) {
    struct kn_expr *term = t->term[i].value;
    if (t->term[i].column != column)
      continue;
    if (!value && t->term[i].minus) {
      value = kn_new_expr(r->file, KN_INT, term->range);
      value->type = KN_I32;
    }
    value = value ? rows_binary(r, t->term[i].minus ? KN_SUB : KN_ADD, value, term) : term;
  }
  return value;
}

void kn_join_biases(struct rows *r, struct line **at, struct kn_tensor *sums) {
  struct line *l = *at;
  struct kn_expr **place = find(&l->value, has_terms, sums);
  struct terms t = {.line = l, .sums = sums, .ok = true};
  if (!place || !l->rank)
    return;
  collect(&t, *place, false);
  unsigned columns = 0;
  bool plain = true;
  for (unsigned i = 0; i < t.num; i++)
    if (t.term[i].column) {
      columns++;
      plain = !t.term[i].minus && t.term[i].value->kind == KN_READ;
    }
  struct kn_expr *bias = columns > 1 || !plain ? add_up(r, &t, true, NULL) : NULL;
  if (!t.ok || !t.sum || !bias || !rows_depends(bias, l->index[l->rank - 1]))
    return;
  struct kn_expr *read = kn_insert_over(r, at, l, false, T("%s_bias", l->stmt->target->name), bias);
  *place = add_up(r, &t, false, rows_binary(r, KN_ADD, t.sum, read));
}

bool kn_inline_leaving(struct rows *r, struct line **at, const struct line *product) {
  struct line *l = *at, **reader = kn_only_reader(r, l);
  struct kn_expr **read = reader ? find(&(*reader)->value, is_read, l->target) : NULL;
  if (!read || !is_same_place(*read, *reader) || !kn_walk(l->value, find_reduction, NULL))
    return false;
  struct kn_expr *before = *read;
  struct kn_contraction with = product->contraction;
  const struct line *e = *reader;
  *read = copy_at(r, l->value, l, e);
  if (!kn_match_leaving(e->value, product->target, e->index, e->rank, &with) &&
      !kn_match_steps(e->value, product->target, e->index, e->rank, &with)) {
    *read = before;
    return false;
  }
  *at = l->next;
  return true;
}

void kn_inline(struct rows *r, struct line **at, struct kn_tensor *sums) {
  struct line *l = *at, **reader = kn_only_reader(r, l);
  struct kn_expr **read = reader ? find(&(*reader)->value, is_read, l->target) : NULL;
  if (!read || !is_same_place(*read, *reader) || !kn_walk(l->value, find_reduction, NULL)) {
    kn_join_biases(r, at, sums);
    return;
  }
  *read = copy_at(r, l->value, l, *reader);
  if (reader == &l->next)
    reader = at;
  *at = l->next;
  kn_join_biases(r, reader, sums);
}
