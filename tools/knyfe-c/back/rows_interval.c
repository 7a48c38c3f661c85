// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between which numbers an index expression lies, as far as sizes are known, and what numbers of
// floating point are never below.
#include "interp.h"
#include "rows.h"

#include <math.h>

static const struct interval unknown = {0};

static struct interval of_index(const struct kn_index *index, const struct fixed *fixed,
                                unsigned num) {
  for (unsigned i = 0; i < num; i++)
    if (fixed[i].index == index && fixed[i].at >= 0)
      return (struct interval){fixed[i].at, fixed[i].at, true};
  if (index->extent)
    return (struct interval){0, index->extent->size - 1, index->extent->size > 0};
  const struct interval lo = rows_interval(index->lo, fixed, num);
  const struct interval hi = rows_interval(index->hi, fixed, num);
  return (struct interval){lo.lo, hi.hi - 1, lo.known && hi.known && lo.lo < hi.hi};
}

static struct interval of_binary(enum kn_op op, struct interval a, struct interval b) {
  const bool number = b.lo == b.hi;
  switch (op) {
  case KN_ADD:
    return (struct interval){a.lo + b.lo, a.hi + b.hi, true};
  case KN_SUB:
    return (struct interval){a.lo - b.hi, a.hi - b.lo, true};
  case KN_MUL:
    if (number && b.lo >= 0)
      return (struct interval){a.lo * b.lo, a.hi * b.lo, true};
    if (a.lo == a.hi && a.lo >= 0)
      return (struct interval){b.lo * a.lo, b.hi * a.lo, true};
    return unknown;
  case KN_DIV:
    return number && b.lo > 0 && a.lo >= 0 ? (struct interval){a.lo / b.lo, a.hi / b.lo, true}
                                           : unknown;
  case KN_REM:
    if (!number || b.lo <= 0 || a.lo < 0)
      return unknown;
    return a.hi < b.lo ? a : (struct interval){0, b.lo - 1, true};
  default:
    return unknown;
  }
}

struct interval rows_interval(const struct kn_expr *e, const struct fixed *fixed, unsigned num) {
  struct interval a, b;
  switch (e->kind) {
  case KN_INT:
    return (struct interval){e->ival, e->ival, true};
  case KN_DIM:
    return (struct interval){e->dim->size, e->dim->size, e->dim->size >= 0};
  case KN_INDEX:
    return of_index(e->index, fixed, num);
  case KN_CAST:
    return kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32
               ? rows_interval(e->args[0], fixed, num)
               : unknown;
  case KN_UNARY:
    a = rows_interval(e->args[0], fixed, num);
    return e->op == KN_NEG && a.known ? (struct interval){-a.hi, -a.lo, true} : unknown;
  case KN_BINARY:
    a = rows_interval(e->args[0], fixed, num);
    b = rows_interval(e->args[1], fixed, num);
    return a.known && b.known ? of_binary((enum kn_op)e->op, a, b) : unknown;
  default:
    return unknown;
  }
}

bool rows_lies_inside(const struct kn_expr *read) {
  for (unsigned i = 0; i < read->num_args; i++) {
    const struct kn_index *plain = kn_plain_index(read->args[i]);
    const struct interval at = rows_interval(read->args[i], NULL, 0);
    const int64_t size = read->tensor->dims[i]->size;
    if (!(plain && plain->extent == read->tensor->dims[i]) &&
        !(at.known && at.lo >= 0 && at.hi < size))
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Floating point
//===----------------------------------------------------------------------===//

// What never makes less than 0, whatever it is of.
static bool is_size(const struct kn_expr *e) {
  return e->builtin == KN_ABS || e->builtin == KN_SQRT || e->builtin == KN_RELU ||
         e->builtin == KN_EXP || e->builtin == KN_SIGMOID;
}

double rows_at_least(const struct kn_expr *e) {
  double a = -INFINITY, b = -INFINITY, least = -INFINITY;
  const bool computed = e->kind == KN_CAST || e->kind == KN_BINARY || e->kind == KN_CALL;
  if (computed)
    a = rows_at_least(e->args[0]);
  if (computed && e->num_args > 1 && e->args[1])
    b = rows_at_least(e->args[1]);
  if (e->kind == KN_INT)
    least = (double)e->ival;
  else if (e->kind == KN_FLOAT)
    least = e->fval;
  else if (e->kind == KN_CAST && kn_type_is_float(e->args[0]->type))
    least = a;
  else if (e->kind == KN_CAST)
    least = e->args[0]->type == KN_U8 || e->args[0]->type == KN_BOOL ? 0 : -INFINITY;
  else if (e->kind == KN_BINARY && e->op == KN_ADD)
    least = a + b;
  else if (e->kind == KN_BINARY && a >= 0 && b >= 0)
    least = e->op == KN_MUL ? a * b : e->op == KN_DIV && b > 0 ? 0 : -INFINITY;
  else if (e->kind == KN_CALL && e->builtin == KN_MAX)
    least = a > b ? a : b;
  else if (e->kind == KN_CALL && e->builtin == KN_MIN)
    least = a < b ? a : b;
  else if (e->kind == KN_CALL && is_size(e))
    least = 0;
  // Rounding keeps the order.
  return kn_type_is_float(e->type) && isfinite(least) ? kn_round_float(e->type, least) : least;
}
