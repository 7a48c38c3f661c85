// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How expressions depend on indices.
#include "rows.h"

struct search {
  const struct kn_index *index;
  bool found;
};

static bool find_index(struct kn_expr *e, void *data) {
  struct search *s = data;
  s->found = s->found || (e->kind == KN_INDEX && e->index == s->index);
  return !s->found;
}

static bool mentions(const struct kn_expr *e, const struct kn_index *index) {
  struct search s = {index, false};
  kn_walk((struct kn_expr *)e, find_index, &s);
  return s.found;
}

// e = coefficient * index + what does not depend on it.
static bool affine(const struct kn_expr *e, const struct kn_index *index, int64_t *coefficient) {
  int64_t a = 0, b = 0;
  *coefficient = 0;
  if (!mentions(e, index))
    return true;
  switch (e->kind) {
  case KN_INDEX:
    *coefficient = 1;
    return true;
  case KN_CAST:
    return kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32 &&
           affine(e->args[0], index, coefficient);
  case KN_UNARY:
    if (e->op != KN_NEG || !affine(e->args[0], index, &a))
      return false;
    *coefficient = -a;
    return true;
  case KN_BINARY:
    if (e->op == KN_MUL)
      for (int side = 0; side < 2; side++) {
        const struct kn_expr *c = rows_uncast(e->args[side]);
        const bool known = c->kind == KN_INT || (c->kind == KN_DIM && c->dim->size >= 0);
        if (known && affine(e->args[1 - side], index, &a)) {
          *coefficient = a * (c->kind == KN_INT ? c->ival : c->dim->size);
          return true;
        }
      }
    if ((e->op != KN_ADD && e->op != KN_SUB) || !affine(e->args[0], index, &a) ||
        !affine(e->args[1], index, &b))
      return false;
    *coefficient = e->op == KN_ADD ? a + b : a - b;
    return true;
  default:
    return false;
  }
}

int rows_depends(const struct kn_expr *e, const struct kn_index *index) {
  int64_t coefficient;
  if (!mentions(e, index))
    return 0;
  return affine(e, index, &coefficient) && coefficient == 1 ? 1 : 2;
}

int64_t rows_coefficient(const struct kn_expr *e, const struct kn_index *index) {
  int64_t coefficient;
  return affine(e, index, &coefficient) ? coefficient : 0;
}
