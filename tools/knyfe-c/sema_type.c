// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types of expressions: which two meet in, what widens to what.
#include "diag.h"
#include "sema.h"

#include <string.h>

bool sema_is_int(const EXPR *e) { return kn_type_is_int(e->type); }
bool sema_is_float(const EXPR *e) { return kn_type_is_float(e->type); }
bool sema_is_bad(const EXPR *e) { return e->type == KN_NOTYPE; }

EXPR *sema_poison(EXPR *e) {
  e->type = KN_NOTYPE;
  return e;
}

bool sema_fits(int64_t value, enum kn_type type) {
  return value >= kn_type_min(type) && value <= kn_type_max(type);
}

bool sema_widens(enum kn_type from, enum kn_type to) {
  if (from == to)
    return true;
  if (kn_type_is_int(from) && kn_type_is_int(to))
    return kn_type_min(from) >= kn_type_min(to) && kn_type_max(from) <= kn_type_max(to);
  return to == KN_F32 && kn_type_is_float(from);
}

/* The least type that both widen to; KN_NOTYPE if there is none. */
static enum kn_type join_types(enum kn_type a, enum kn_type b) {
  static const enum kn_type order[] = {KN_I4, KN_I8, KN_U8, KN_I16, KN_I32, KN_I64, KN_F32};
  if (a == b)
    return a;
  for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    if (sema_widens(a, order[i]) && sema_widens(b, order[i]))
      return order[i];
  return KN_NOTYPE;
}

enum kn_type sema_promote(enum kn_type t) {
  return kn_type_is_int(t) && kn_type_bits(t) < 32 ? KN_I32 : t;
}

enum kn_type sema_common_type(const EXPR *a, const EXPR *b) {
  if (!a->literal && b->literal)
    return sema_common_type(b, a);
  if (a->literal && !b->literal) {
    if (a->kind == KN_INT && sema_is_int(b))
      return sema_fits(a->ival, b->type) ? b->type : join_types(a->type, b->type);
    return sema_is_float(b) ? b->type : KN_NOTYPE;
  }
  if (a->literal && b->literal && (sema_is_float(a) || sema_is_float(b)))
    return KN_F32;
  return join_types(a->type, b->type);
}

static EXPR *new_cast(struct sema *s, EXPR *e, enum kn_type type) {
  EXPR *c = kn_new_expr(s->file, KN_CAST, e->range);
  c->type = type;
  c->implicit = true;
  c->from_def = e->from_def;
  c->num_args = 1;
  c->args = kn_alloc(s->file, sizeof *c->args);
  c->args[0] = e;
  return c;
}

EXPR *sema_coerce(struct sema *s, EXPR *e, enum kn_type type) {
  if (sema_is_bad(e) || type == KN_NOTYPE)
    return e;
  if (!e->literal) {
    return e->type == type ? e : new_cast(s, e, type);
  }
  e->literal = false;
  if (e->kind == KN_INT && kn_type_is_float(type)) {
    e->kind = KN_FLOAT;
    e->fval = (double)e->ival;
  } else if (e->kind == KN_INT && !sema_fits(e->ival, type)) {
    kn_report(s->file, KN_DIAG_literal_range, e->range, "%lld is outside %s (%lld to %lld)",
              (long long)e->ival, kn_type_name(type), (long long)kn_type_min(type),
              (long long)kn_type_max(type));
    return sema_poison(e);
  }
  e->type = type;
  return e;
}

EXPR *sema_settle(EXPR *e) {
  e->literal = false;
  return e;
}

static const char *kind_of(const EXPR *e) {
  return e->type == KN_BOOL ? "a bool" : sema_is_float(e) ? "floating point" : "an integer";
}

EXPR *sema_bad_operand(struct sema *s, EXPR *whole, const EXPR *operand, const char *expected) {
  const char *name = whole->kind == KN_REDUCE
                         ? kn_reduction_name((enum kn_reduction)whole->reduction)
                     : whole->kind == KN_CALL ? kn_builtin_name((enum kn_builtin)whole->builtin)
                                              : kn_op_spelling((enum kn_op)whole->op);
  kn_report(s->file, KN_DIAG_bad_operand, operand->range, "'%s' needs %s, this is %s", name,
            expected, kn_type_name(operand->type));
  if (operand->type == KN_BOOL)
    kn_hint(s->file, "i32(...) makes 0 and 1 of it");
  else if (sema_is_int(operand) && strstr(expected, "floating"))
    kn_hint(s->file, "f32(...) converts it, rounding to nearest even");
  else if (strstr(expected, "bool"))
    kn_hint(s->file, "compare it: ... != 0");
  return sema_poison(whole);
}

EXPR *sema_mismatch(struct sema *s, EXPR *whole, const EXPR *a, const EXPR *b) {
  kn_report(s->file, KN_DIAG_type_mismatch, whole->op_range, "%s and %s do not mix",
            kn_type_name(a->type), kn_type_name(b->type));
  kn_note(s->file, a->range, "this is %s", kind_of(a));
  kn_note(s->file, b->range, "this is %s", kind_of(b));
  if (a->type == KN_BOOL || b->type == KN_BOOL)
    kn_hint(s->file, "i32(...) makes 0 and 1 of a bool; a comparison makes a bool");
  else
    kn_hint(s->file, "convert one of them: f32(...) rounds to nearest even, i32(...) cuts off "
                     "the fraction");
  return sema_poison(whole);
}
