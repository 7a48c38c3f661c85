// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions with something else in place of an index: of n = factor * quotient + rest the
// quotient where n / factor stands, the rest for n % factor, and choices that are made then.
#include "rows_value.h"

#include <string.h>

const struct kn_expr *rows_uncast(const struct kn_expr *e) {
  while (e->kind == KN_CAST)
    e = e->args[0];
  return e;
}

const struct kn_expr *rows_bare(const struct kn_expr *e) {
  while (e->kind == KN_CAST && kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32)
    e = e->args[0];
  return e;
}

int64_t rows_constant(const struct kn_expr *e) {
  const struct interval at = rows_interval(e, NULL, 0);
  return at.known && at.lo == at.hi && at.lo > 0 ? at.lo : 0;
}

int64_t rows_divisor(const struct kn_expr *e, const struct kn_index *index) {
  if (e->kind != KN_BINARY || (e->op != KN_DIV && e->op != KN_REM))
    return 0;
  const struct kn_expr *n = rows_bare(e->args[0]);
  return n->kind == KN_INDEX && n->index == index ? rows_constant(e->args[1]) : 0;
}

struct kn_expr *rows_number(struct rows *r, const struct kn_expr *like, int64_t value) {
  struct kn_expr *e = kn_new_expr(r->file, KN_INT, like->range);
  e->type = like->type;
  e->ival = value;
  return e;
}

struct kn_expr *rows_index_read(struct rows *r, const struct kn_expr *like,
                                struct kn_index *index) {
  struct kn_expr *e = kn_new_expr(r->file, KN_INDEX, like->range);
  e->type = KN_I32;
  e->index = index;
  return e;
}

// A choice that is made already.
static struct kn_expr *fold(struct rows *r, struct kn_expr *e) {
  if (e->kind == KN_BINARY && e->op >= KN_LT && e->op <= KN_NE) {
    const struct kn_expr *a = rows_bare(e->args[0]), *b = rows_bare(e->args[1]);
    if (a->kind == KN_INT && b->kind == KN_INT && kn_type_is_int(e->args[0]->type))
      return rows_number(
          r, e, kn_compare((enum kn_op)e->op, (a->ival > b->ival) - (a->ival < b->ival), 0));
  }
  if (e->kind == KN_UNARY && e->op == KN_LNOT && e->args[0]->kind == KN_INT)
    return rows_number(r, e, !e->args[0]->ival);
  if (e->kind == KN_CALL && e->builtin == KN_WHERE && e->args[0]->kind == KN_INT)
    return e->args[e->args[0]->ival ? 1 : 2];
  if (e->kind == KN_CALL && e->builtin == KN_PAD && rows_lies_inside(e->args[0]))
    return e->args[0];
  return e;
}

struct kn_expr *rows_substitute(struct rows *r, const struct kn_expr *e,
                                const struct substitute *by) {
  if (!e)
    return NULL;
  if (by->quotient && rows_divisor(e, by->index) == by->factor) {
    struct kn_expr *part = e->op == KN_REM ? by->rest : by->quotient;
    return e->type == KN_I64 ? rows_cast(r, part, KN_I64) : part;
  }
  if (e->kind == KN_INDEX && e->index == by->index)
    return by->whole;
  struct kn_expr *c = kn_alloc(r->file, sizeof *c);
  *c = *e;
  if (e->num_args)
    c->args = kn_alloc(r->file, e->num_args * sizeof *c->args);
  for (unsigned i = 0; i < e->num_args; i++)
    c->args[i] = rows_substitute(r, e->args[i], by);
  return fold(r, c);
}

//===----------------------------------------------------------------------===//
// Ranges of one length
//===----------------------------------------------------------------------===//

// The indices of the left side that a reduction is for.
struct left {
  struct kn_index *const *index;
  unsigned rank;
  struct fixed one; // the only value of an index, if it is one
};

// The expression that min(a, b) is, if it is always the same.
static const struct kn_expr *lesser(const struct kn_expr *e, const struct fixed *one) {
  e = rows_bare(e);
  if (e->kind != KN_CALL || e->builtin != KN_MIN)
    return e;
  const struct interval a = rows_interval(e->args[0], one, 1);
  const struct interval b = rows_interval(e->args[1], one, 1);
  return !a.known || !b.known ? e
         : a.hi <= b.lo       ? rows_bare(e->args[0])
         : b.hi <= a.lo       ? rows_bare(e->args[1])
                              : e;
}

// How much hi is above lo, whatever the indices of the left side are; -1: that depends.
static int64_t distance(const struct left *left, const struct kn_expr *lo,
                        const struct kn_expr *hi) {
  struct fixed at[KN_MAX_RANK];
  for (unsigned i = 0; i < left->rank; i++) {
    const struct kn_index *index = left->index[i];
    at[i] = index == left->one.index ? left->one : (struct fixed){index, 0};
    if (index == left->one.index || (index->extent && index->extent->size == 1))
      continue;
    const int64_t step = rows_coefficient(lo, index);
    if (step != rows_coefficient(hi, index) || (!step && rows_depends(lo, index)) ||
        (!step && rows_depends(hi, index)))
      return -1;
  }
  const struct interval a = rows_interval(lo, at, left->rank);
  const struct interval b = rows_interval(hi, at, left->rank);
  return a.known && b.known && a.lo == a.hi && b.lo == b.hi && b.lo >= a.lo ? b.lo - a.lo : -1;
}

// One range of a reduction as 0..length: with that, vectors know how many elements there are.
static void straighten(struct rows *r, const struct left *left, struct kn_expr *e, unsigned i) {
  const struct kn_index *index = e->indices[i];
  if (index->extent || e->reduction == KN_ARGMAX || e->reduction == KN_ARGMIN)
    return;
  const struct kn_expr *lo = rows_bare(index->lo);
  const int64_t length = distance(left, lo, lesser(index->hi, &left->one));
  bool plain = lo->kind != KN_INT && lo->type == KN_I32 && length > 0;
  for (unsigned k = 0; k < e->num_indices; k++) // ranges that need each other
    plain = plain && (k == i || e->indices[k]->extent);
  if (!plain)
    return;
  struct kn_index *step = kn_alloc(r->file, sizeof *step);
  *step = *index;
  step->lo = step->hi = NULL;
  step->extent = kn_alloc(r->file, sizeof *step->extent);
  step->extent->size = length;
  struct kn_expr *at = rows_index_read(r, lo, step);
  struct substitute by = {.index = index};
  by.whole = rows_binary(r, KN_ADD, (struct kn_expr *)lo, at);
  e->args[0] = rows_substitute(r, e->args[0], &by);
  struct kn_index **indices = kn_alloc(r->file, e->num_indices * sizeof *indices);
  for (unsigned k = 0; k < e->num_indices; k++)
    indices[k] = k == i ? step : e->indices[k];
  e->indices = indices;
}

void rows_straighten(struct rows *r, const struct kn_stmt *stmt, struct kn_expr *e) {
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      rows_straighten(r, stmt, e->args[i]);
  const struct left left = {stmt->indices, stmt->rank, {NULL, -1}};
  for (unsigned i = 0; e->kind == KN_REDUCE && i < e->num_indices; i++)
    straighten(r, &left, e, i);
}

// A copy of the line's reduction with straight ranges; NULL: one is not.
static struct kn_expr *straightened(struct rows *r, const struct line *l, struct fixed one) {
  const struct left left = {l->index, l->rank, one};
  struct kn_expr *e = kn_alloc(r->file, sizeof *e);
  *e = *l->value;
  e->args = kn_alloc(r->file, e->num_args * sizeof *e->args);
  memcpy(e->args, l->value->args, e->num_args * sizeof *e->args);
  for (unsigned i = 0; i < e->num_indices; i++) {
    straighten(r, &left, e, i);
    if (!e->indices[i]->extent)
      return NULL;
  }
  return e;
}

bool rows_straighten_but_last(struct rows *r, const struct line *l, struct kn_expr **others,
                              struct kn_expr **last) {
  struct kn_index *n = l->rank ? l->index[l->rank - 1] : NULL;
  if (!n || !l->reduces || l->chunked || l->value->kind != KN_REDUCE ||
      l->stmt->kind != KN_ASSIGN || !n->extent || n->lo || n->extent->size < 2 ||
      rows_is_counted(l->value))
    return false;
  struct kn_dim *all = n->extent, fewer = *all;
  fewer.size--;
  n->extent = &fewer;
  *others = straightened(r, l, (struct fixed){NULL, -1});
  n->extent = all;
  *last = *others ? straightened(r, l, (struct fixed){n, fewer.size}) : NULL;
  return *last;
}
