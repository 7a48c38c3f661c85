// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Zero points of x: the sums of w along k, which a bias is made of, are left to the product, which
// has w in local memory anyway:
//
//   s[n] = sum[k] i32(w[n, k])
//   z[n] = bias[n] - zero * s[n]                      (-zero times the sums of w: leaves with the
//   y[m, n] = quantize((sum[k] x * w) + z[n], ...) ->  product) y = quantize((sum[k] x * w) +
//   bias[n]
//
#include "contract.h"
#include "rows.h"

struct bias {
  const struct line *line; // z
  struct kn_expr *sums;    // the term that is taken out
  const struct kn_expr *times;
  bool minus;
};

static struct line *defines(struct line *first, const struct kn_tensor *t) {
  while (first && first->target != t)
    first = first->next;
  return first;
}

// An i32 of the description that the text can name: a number or a scalar argument.
static bool is_scalar(const struct kn_expr *e) {
  while ((e->kind == KN_CAST && e->type == KN_I32 && kn_type_is_int(e->args[0]->type) &&
          kn_type_bits(e->args[0]->type) <= 32) ||
         (e->kind == KN_UNARY && e->op == KN_NEG && e->type == KN_I32))
    e = e->args[0];
  return e->kind == KN_INT ||
         (e->kind == KN_READ && !e->num_args && e->tensor->role == KN_INPUT && e->type != KN_BOOL);
}

// Is it the line of sum[k] w[n, k] over all that the product sums?
static bool is_sum_of_w(const struct line *l, const struct kn_contraction *c) {
  const struct kn_expr *sum = l ? l->value : NULL;
  if (!l || !l->reduces || l->rank != 1 || sum->reduction != KN_SUM || sum->type != KN_I32 ||
      l->contracts)
    return false;
  const struct kn_expr *read = sum->args[0];
  if (read->kind != KN_CAST || read->args[0]->kind != KN_READ)
    return false;
  read = read->args[0];
  if (read->tensor != c->w.tensor || read->num_args != sum->num_indices + 1)
    return false;
  for (unsigned i = 0; i < read->num_args; i++) {
    const struct kn_index *index = kn_plain_index(read->args[i]);
    bool reduced = false;
    for (unsigned k = 0; k < sum->num_indices; k++)
      reduced = reduced || sum->indices[k] == index;
    if (!index || index->extent != read->tensor->dims[i] ||
        ((int)i == c->w.extent ? index != l->index[0] : !reduced))
      return false;
  }
  return true;
}

static bool is_at(const struct kn_expr *e, const struct kn_index *n) {
  return e->kind == KN_READ && e->num_args == 1 && kn_plain_index(e->args[0]) == n;
}

// The sums, or a scalar times the sums.
static bool match_term(struct bias *b, struct line *first, const struct kn_contraction *c,
                       struct kn_expr *e, bool minus) {
  const bool product = e->kind == KN_BINARY && e->op == KN_MUL && e->type == KN_I32;
  for (int side = 0; side < (product ? 2 : 1); side++) {
    const struct kn_expr *sums = product ? e->args[side] : e;
    if (!is_at(sums, b->line->index[0]) || !is_sum_of_w(defines(first, sums->tensor), c) ||
        (product && !is_scalar(e->args[1 - side])))
      continue;
    b->times = product ? e->args[1 - side] : NULL;
    b->sums = e;
    b->minus = minus;
    return true;
  }
  return false;
}

static bool find_term(struct bias *b, struct line *first, const struct kn_contraction *c,
                      struct kn_expr *e, bool minus) {
  if (e->kind == KN_BINARY && e->type == KN_I32 && (e->op == KN_ADD || e->op == KN_SUB))
    return find_term(b, first, c, e->args[0], minus) ||
           find_term(b, first, c, e->args[1], minus != (e->op == KN_SUB));
  return match_term(b, first, c, e, minus);
}

// The expression without the term; NULL: nothing is left.
static struct kn_expr *without(struct rows *r, struct kn_expr *e, const struct kn_expr *term) {
  if (e == term)
    return NULL;
  if (e->kind != KN_BINARY || (e->op != KN_ADD && e->op != KN_SUB))
    return e;
  struct kn_expr *left = without(r, e->args[0], term), *right = without(r, e->args[1], term);
  if (left == e->args[0] && right == e->args[1])
    return e;
  if (left && right)
    return rows_binary(r, (enum kn_op)e->op, left, right);
  if (left || e->op == KN_ADD)
    return left ? left : right;
  struct kn_expr *zero = kn_new_expr(r->file, KN_INT, right->range); // 0 - right
  zero->type = KN_I32;
  return rows_binary(r, KN_SUB, zero, right);
}

struct other {
  const struct kn_tensor *tensor;
  struct kn_expr *instead; // of its elements; NULL: nothing is read
  unsigned num;
};

static bool count_reads(struct kn_expr *e, void *data) {
  struct other *o = data;
  o->num += e->kind == KN_READ && e->tensor == o->tensor;
  return true;
}

static bool replace_reads(struct kn_expr *e, void *data) {
  struct other *o = data;
  if (e->kind != KN_READ || e->tensor != o->tensor)
    return true;
  if (o->instead) {
    e->tensor = o->instead->tensor;
    return false;
  }
  e->kind = KN_INT;
  e->num_args = 0;
  e->ival = 0;
  return false;
}

// Does a line but the product read the tensor?
static bool is_read_elsewhere(struct line *first, const struct line *product,
                              const struct kn_tensor *t) {
  struct other o = {.tensor = t};
  for (struct line *l = first; l; l = l->next) {
    if (l == product)
      continue;
    kn_walk(l->value, count_reads, &o);
    if (l->leaving)
      kn_walk(l->leaving, count_reads, &o);
    if (l->correction)
      kn_walk(l->correction, count_reads, &o);
  }
  return o.num || t->role == KN_OUTPUT;
}

static void take_sums(struct rows *r, struct line *first, struct line *l) {
  struct kn_contraction *c = &l->contraction;
  struct line *z = c->bias ? defines(first, c->bias) : NULL;
  // Core 1 has enough to do with the places of a window, where pixels do not come in bands.
  if (c->is_float || c->bias_rows || c->w.turned ||
      (c->window && (!rows_all_known(r) || !kn_product_shape(r, l).band)) || !z || z->rank != 1 ||
      z->reduces || z->part || z->scatter || z->target->dims[0] != c->w.tensor->dims[c->w.extent])
    return;
  struct bias b = {.line = z};
  if (!find_term(&b, first, c, z->value, false))
    return;
  struct kn_expr *rest = without(r, z->value, b.sums);
  const bool plain = rest && is_at(rest, z->index[0]) && !rest->tensor->rows &&
                     rest->tensor->type == KN_I32 && rest->tensor->dims[0] == z->target->dims[0];
  struct other o = {.tensor = z->target, .instead = rest};
  if (rest && !plain) { // that is left to the line
    if (is_read_elsewhere(first, l, z->target))
      return;
    z->value = rest;
  } else {
    c->bias = rest ? rest->tensor : NULL;
    if (l->leaving)
      kn_walk(l->leaving, replace_reads, &o);
    if (l->correction)
      kn_walk(l->correction, replace_reads, &o);
  }
  struct kn_expr *one = kn_new_expr(r->file, KN_INT, z->value->range);
  one->type = KN_I32;
  one->ival = 1;
  c->sums_times = b.times ? b.times : one;
  c->sums_minus = b.minus;
}

void kn_take_sums(struct rows *r, struct line **first) {
  for (struct line *l = *first; l; l = l->next)
    if (l->contracts)
      take_sums(r, *first, l);
}
