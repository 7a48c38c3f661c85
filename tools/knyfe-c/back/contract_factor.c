// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums of products that are more than that, taken apart before products are looked for:
//
//   sum[k] (a * s) * (b * t[n])   s, t do not depend on k: (sum[k] a * b) * s * t[n]
//   sum[k] dequantize(a, s) * b   as f32(a) * s
//   sum[k] (a - z) * (b - u)      integers: sum[k] a * b - z * (sum[k] b - u) - u * (sum[k] a)
//
// of which sum[k] a * b is a product for the matrix units. Integers wrap, so all of this is exact
// for i32; a sum of f32 of 8-bit integers becomes one of i32 if that cannot overflow.
#include "contract.h"
#include "rows.h"

#define T(...) kn_text(r->file, __VA_ARGS__)

enum { MOST_OUTER = 8 };

// A factor that depends on the summed indices: value - zero.
struct part {
  struct kn_expr *value; // of at most 16 bits
  struct kn_expr *zero;  // i32; NULL: none
  struct kn_expr *whole; // value - zero in i32, if these are integers
  int64_t greatest;      // of their sizes; 0: not an integer, -1: unknown
};

struct factors {
  struct rows *r;
  const struct line *line;
  struct kn_expr *inner[2], *outer[MOST_OUTER];
  unsigned num_inner, num_outer;
  bool ok;
};

static struct kn_expr *cast(struct rows *r, enum kn_type type, struct kn_expr *value) {
  struct kn_expr *e = kn_new_expr(r->file, KN_CAST, value->range);
  e->type = type;
  e->args = kn_alloc(r->file, sizeof *e->args);
  e->args[e->num_args++] = value;
  return e;
}

static bool is_summed(const struct line *l, const struct kn_expr *e) {
  for (unsigned i = 0; i < l->value->num_indices; i++)
    if (rows_depends(e, l->value->indices[i]))
      return true;
  return false;
}

// The factors of a product, one after the other.
static void collect(struct factors *f, struct kn_expr *e) {
  struct rows *r = f->r;
  if (e->kind == KN_BINARY && e->op == KN_MUL) {
    collect(f, e->args[0]);
    collect(f, e->args[1]);
  } else if (e->kind == KN_CALL && e->builtin == KN_DEQUANTIZE && e->type == KN_F32) {
    struct kn_expr *zero = kn_arg(e, 2), *value = e->args[0];
    if (value->type != KN_I32)
      value = cast(r, KN_I32, value);
    collect(f, cast(r, KN_F32, zero ? rows_binary(r, KN_SUB, value, zero) : value));
    collect(f, e->args[1]);
  } else if (is_summed(f->line, e)) {
    f->ok = f->ok && f->num_inner < 2;
    if (f->ok)
      f->inner[f->num_inner++] = e;
  } else {
    f->ok = f->ok && f->num_outer < MOST_OUTER;
    if (f->ok)
      f->outer[f->num_outer++] = e;
  }
}

// The greatest size of an integer of 8 bits or less, or of a constant; -1: unknown.
static int64_t greatest(const struct kn_expr *e) {
  while (e->kind == KN_CAST && (e->type == KN_I32 || e->implicit))
    e = e->args[0];
  if (e->kind == KN_INT)
    return e->ival < -255 || e->ival > 255 ? -1 : e->ival < 0 ? -e->ival : e->ival;
  return e->type == KN_I4 ? 8 : e->type == KN_I8 ? 128 : e->type == KN_U8 ? 255 : -1;
}

static bool take_apart(struct rows *r, const struct line *l, struct kn_expr *e, struct part *p) {
  *p = (struct part){0};
  if (e->kind == KN_CAST && e->type == KN_F32 && e->args[0]->type == KN_I32)
    e = e->args[0];
  p->whole = e; // of integers without a zero: below
  if (e->type == KN_I32 && e->kind == KN_BINARY && e->op == KN_SUB && !is_summed(l, e->args[1])) {
    p->zero = e->args[1];
    e = e->args[0];
  }
  if (e->kind != KN_CAST || (e->type != KN_I32 && e->type != KN_F32))
    return false;
  p->value = e->args[0];
  if (p->value->type == KN_F16 || p->value->type == KN_BF16)
    return e->type == KN_F32;
  p->greatest = greatest(p->value);
  if (p->greatest < 0 || p->value->kind == KN_INT)
    return false;
  if (!p->zero)
    p->whole = cast(r, KN_I32, p->value);
  if (p->zero) {
    int64_t zero = greatest(p->zero);
    p->greatest = zero < 0 ? -1 : p->greatest + zero;
  }
  return true;
}

// Do sums of integers stay below 2^31?
static bool is_small(const struct line *l, const struct part *p) {
  if (p[0].greatest < 0 || p[1].greatest < 0)
    return false;
  int64_t most = p[0].greatest * p[1].greatest;
  for (unsigned i = 0; i < l->value->num_indices; i++) {
    const struct kn_dim *n = l->value->indices[i]->extent;
    if (!n || n->size < 0 || n->size > INT32_MAX)
      return false;
    most *= n->size;
    if (most > INT32_MAX)
      return false;
  }
  return true;
}

static struct kn_expr *sum_of(struct rows *r, const struct line *l, struct kn_expr *value) {
  struct kn_expr *sum = kn_new_expr(r->file, KN_REDUCE, l->value->range);
  *sum = *l->value;
  sum->type = value->type;
  sum->args = kn_alloc(r->file, sizeof *sum->args);
  sum->args[0] = value;
  return sum;
}

// zero * sum[k] of a value, the sum on a line of its own.
static struct kn_expr *correction(struct rows *r, struct line **at, const struct line *l,
                                  struct kn_expr *zero, struct kn_expr *value, const char *name) {
  struct kn_expr *sum = kn_insert_over(r, at, l, false, name, sum_of(r, l, value));
  return rows_binary(r, KN_MUL, zero, sum);
}

// Factors that are the same for a column leave with the sums: they come first.
static struct kn_expr *multiply(struct rows *r, const struct factors *f, struct kn_expr *value) {
  const struct line *l = f->line;
  for (int pass = 0; pass < 2; pass++)
    for (unsigned i = 0; i < f->num_outer; i++) {
      bool rows = false;
      for (unsigned k = 0; k + 1 < l->rank; k++)
        rows = rows || rows_depends(f->outer[i], l->index[k]);
      if (rows == pass)
        value = rows_binary(r, KN_MUL, value, f->outer[i]);
    }
  return value;
}

bool kn_factor_product(struct rows *r, struct line **at) {
  struct line *l = *at;
  const struct kn_expr *sum = l->value;
  const enum kn_type type = sum->type;
  struct factors f = {.r = r, .line = l, .ok = true};
  struct part p[2];
  if (sum->reduction != KN_SUM || !l->rank || (type != KN_I32 && type != KN_F32))
    return false;
  collect(&f, sum->args[0]);
  if (!f.ok || f.num_inner != 2 || !take_apart(r, l, f.inner[0], &p[0]) ||
      !take_apart(r, l, f.inner[1], &p[1]))
    return false;
  const struct kn_index *column = l->index[l->rank - 1];
  if (!rows_depends(p[0].value, column) == !rows_depends(p[1].value, column))
    return false;
  const bool integers = p[0].greatest && p[1].greatest && (type == KN_I32 || is_small(l, p));
  const bool zeros = p[0].zero || p[1].zero;
  // Products of bf16 may overflow without their factor.
  if (p[0].value->type == KN_BF16 || p[1].value->type == KN_BF16)
    f.ok = f.num_outer == 0;
  for (unsigned i = 0; i < sum->num_indices; i++)
    f.ok = f.ok && sum->indices[i]->extent;
  for (unsigned i = 0; i < l->rank; i++)
    f.ok = f.ok && l->index[i]->extent;
  if (!f.ok)
    return false;
  if ((type == KN_I32 && !integers) || (zeros && !integers) ||
      (!zeros && !f.num_outer && (type == KN_I32 || !integers)))
    return false;
  const enum kn_type in = integers ? KN_I32 : KN_F32;
  struct kn_expr *terms[2] = {NULL, NULL};
  const char *name = l->target->name;
  if (p[0].zero)
    terms[0] = correction(r, at, l, p[0].zero, p[1].whole, T("%s_zero", name));
  if (p[1].zero)
    terms[1] = correction(r, terms[0] ? &(*at)->next : at, l, p[1].zero,
                          cast(r, KN_I32, p[0].value), T("%s_zero", name));
  while (*at != l)
    at = &(*at)->next;
  struct kn_expr *value = rows_binary(r, KN_MUL, cast(r, in, p[0].value), cast(r, in, p[1].value));
  value = kn_insert_over(r, at, l, false, T("%s_product", name), sum_of(r, l, value));
  struct kn_tensor *product = value->tensor;
  for (int i = 0; i < 2; i++)
    if (terms[i])
      value = rows_binary(r, KN_SUB, value, terms[i]);
  l->value = multiply(r, &f, type == in ? value : cast(r, type, value));
  l->reduces = false;
  kn_inline(r, &(*at)->next, product);
  return true;
}
