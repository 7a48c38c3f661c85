// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions, bottom-up: sema_check() returns the one to use in its place, because conversions are
// added as CAST nodes.
#include "diag.h"
#include "elsewhere.h"
#include "sema.h"

#include <string.h>

static EXPR *check_name(struct sema *s, EXPR *e) {
  struct kn_index *x = sema_find_in_force(s, e->name);
  struct kn_dim *d = sema_find_dim(s, e->name);
  if (x || (d && !sema_find_tensor(s, e->name))) {
    e->kind = x ? KN_INDEX : KN_DIM;
    e->index = x;
    e->dim = d;
    e->type = KN_I32;
    return e;
  }
  return NULL;
}

static void check_constant_index(struct sema *s, EXPR *index, struct kn_dim *d) {
  if (index->kind != KN_INT)
    return;
  if (index->ival < 0 || (d && d->size >= 0 && index->ival >= d->size)) {
    kn_report(s->file, KN_DIAG_index_out_of_range, index->range, "index %lld is out of range",
              (long long)index->ival);
    if (d && d->size >= 0)
      kn_hint(s->file, "the dimension has %lld elements, 0 to %lld", (long long)d->size,
              (long long)d->size - 1);
    else
      kn_hint(s->file, "indices count from 0; pad(t[...], value) reads a value outside of t");
  }
}

EXPR *sema_check_index(struct sema *s, EXPR *index, struct kn_dim *d) {
  index = sema_settle(sema_check(s, index, KN_NOTYPE));
  if (sema_is_bad(index))
    return index;
  if (!sema_is_int(index)) {
    kn_report(s->file, KN_DIAG_bad_index_type, index->range, "an index is an integer, this is %s",
              kn_type_name(index->type));
    return sema_poison(index);
  }
  check_constant_index(s, index, d);
  sema_limit_index(s, index, d);
  if (index->type != KN_I64)
    index = sema_coerce(s, index, KN_I32);
  if (kn_plain_index(index))
    sema_unify(s, kn_plain_index(index), d, index->range);
  return index;
}

static EXPR *check_read(struct sema *s, EXPR *e) {
  struct kn_tensor *t = sema_find_tensor(s, e->name);
  e->op_range = (struct kn_range){e->range.begin, e->range.begin + (uint32_t)strlen(e->name)};
  if (!e->num_args && check_name(s, e))
    return e;
  if (s->call) {
    EXPR *value = sema_take_parameter(s, e);
    if (value)
      return value;
  }
  if (!t) {
    if (sema_find_in_force(s, e->name) || sema_find_dim(s, e->name)) {
      kn_report(s->file, KN_DIAG_rank_mismatch, e->op_range, "'%s' is no tensor", e->name);
      return sema_poison(e);
    }
    sema_unknown_name(s, e);
    for (unsigned i = 0; i < e->num_args; i++)
      sema_check_index(s, e->args[i], NULL);
    s->poisoned = true;
    return sema_poison(e);
  }
  e->tensor = t;
  t->num_reads++;
  if (t->role != KN_INPUT && (!t->def || s->stmt->target == t)) {
    kn_report(s->file, KN_DIAG_use_before_definition, e->op_range, "'%s' is not defined yet",
              t->name);
    if (s->stmt->target == t || !strcmp(s->stmt->name, t->name))
      kn_hint(s->file, "a statement cannot read what it defines; a running sum is "
                       "y[i] = sum[j in 0..i + 1] x[j]");
    else if (t->rank && !e->num_args)
      kn_hint(s->file, "'%s' is a tensor; an index needs another name", t->name);
    else
      kn_hint(s->file, "the statement that defines '%s' must stand above", t->name);
    return sema_poison(e);
  }
  if (t->type == KN_NOTYPE) {
    s->poisoned = true;
    for (unsigned i = 0; i < e->num_args; i++)
      sema_check_index(s, e->args[i], NULL);
    return sema_poison(e);
  }
  e->type = t->type;
  if (t->rank != e->num_args) {
    char text[256];
    kn_report(s->file, KN_DIAG_rank_mismatch, e->range, "'%s' has %u dimension%s, %u %s", t->name,
              t->rank, t->rank == 1 ? "" : "s", e->num_args,
              e->num_args == 1 ? "index is given" : "indices are given");
    kn_note(s->file, t->range, "'%s' is %s", t->name, kn_describe(t, text, sizeof text));
    s->poisoned = true;
    return sema_poison(e);
  }
  for (unsigned i = 0; i < e->num_args; i++)
    e->args[i] = sema_check_index(s, e->args[i], t->dims[i]);
  return e;
}

static EXPR *check_unary(struct sema *s, EXPR *e) {
  EXPR *a = e->args[0] = sema_check(s, e->args[0], KN_NOTYPE);
  if (sema_is_bad(a))
    return sema_poison(e);
  if (e->op == KN_LNOT) {
    if (a->type != KN_BOOL)
      return sema_bad_operand(s, e, a, "a bool");
    e->type = KN_BOOL;
    return e;
  }
  if (a->type == KN_BOOL || (e->op == KN_NOT && !sema_is_int(a)))
    return sema_bad_operand(s, e, a, e->op == KN_NOT ? "an integer" : "a number");
  if (a->literal && e->op == KN_NEG) { /* -5 is a literal like 5 */
    a->ival = -a->ival;
    a->fval = -a->fval;
    a->range = e->range;
    return a;
  }
  e->args[0] = sema_coerce(s, a, sema_promote(a->type));
  e->type = e->args[0]->type;
  return e;
}

static EXPR *check_binary(struct sema *s, EXPR *e) {
  EXPR *a = e->args[0] = sema_check(s, e->args[0], KN_NOTYPE);
  EXPR *b = e->args[1] = sema_check(s, e->args[1], KN_NOTYPE);
  enum kn_op op = (enum kn_op)e->op;
  if (sema_is_bad(a) || sema_is_bad(b))
    return sema_poison(e);
  if (op == KN_LAND || op == KN_LOR) {
    if (a->type != KN_BOOL || b->type != KN_BOOL)
      return sema_bad_operand(s, e, a->type != KN_BOOL ? a : b, "bools");
    e->type = KN_BOOL;
    return e;
  }
  bool compares = op >= KN_LT && op <= KN_NE, bits = op >= KN_SHL && op <= KN_XOR;
  bool both_bool = a->type == KN_BOOL && b->type == KN_BOOL;
  if (both_bool && (op == KN_EQ || op == KN_NE || (op >= KN_AND && op <= KN_XOR))) {
    e->type = KN_BOOL;
    return e;
  }
  enum kn_type type = sema_common_type(a, b);
  if (type == KN_NOTYPE)
    return sema_mismatch(s, e, a, b);
  if (type == KN_BOOL)
    return sema_bad_operand(s, e, a, "numbers");
  if ((bits || op == KN_REM) && kn_type_is_float(type)) {
    EXPR *bad = sema_bad_operand(s, e, sema_is_float(a) ? a : b, "integers");
    if (op == KN_XOR)
      kn_hint(s->file, "for a power %s", kn_elsewhere("^"));
    return bad;
  }
  if (!compares)
    type = sema_promote(type);
  if (b->kind == KN_INT && (op == KN_DIV || op == KN_REM) && b->ival == 0 && sema_is_int(b)) {
    kn_report(s->file, KN_DIAG_literal_range, b->range, "division by zero");
    return sema_poison(e);
  }
  if (b->kind == KN_INT && (op == KN_SHL || op == KN_SHR) &&
      (b->ival < 0 || b->ival >= (int64_t)kn_type_bits(type))) {
    kn_report(s->file, KN_DIAG_literal_range, b->range, "a shift of %s goes from 0 to %u",
              kn_type_name(type), kn_type_bits(type) - 1);
    return sema_poison(e);
  }
  e->args[0] = sema_coerce(s, a, type);
  e->args[1] = sema_coerce(s, b, type);
  e->type = compares ? KN_BOOL : type;
  return sema_is_bad(e->args[0]) || sema_is_bad(e->args[1]) ? sema_poison(e) : e;
}

/* "even" of `rounding = even`; false after a message if it is none of `words` (0 terminated). */
static bool rounding_word(struct sema *s, const EXPR *e, const char *const *words,
                          unsigned *which) {
  bool word = e->kind == KN_READ && !e->num_args;
  for (*which = 0; word && words[*which]; ++*which)
    if (!strcmp(words[*which], e->name))
      return true;
  char list[64] = "";
  for (unsigned i = 0; words[i]; i++)
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", words[i]);
  kn_report(s->file, KN_DIAG_bad_argument_name, e->range, "the rounding is one of %s", list);
  return false;
}

/* i32(x, rounding = even): the floating-point value is rounded first (R6.5). */
static EXPR *round_first(struct sema *s, EXPR *e, EXPR *a, const EXPR *style) {
  static const char *const words[] = {"zero", "even", "away", "down", "up", NULL};
  static const enum kn_builtin functions[] = {KN_TRUNC, KN_ROUND, KN_ROUND_AWAY, KN_FLOOR, KN_CEIL};
  unsigned which;
  if (!rounding_word(s, style, words, &which))
    return sema_poison(e);
  if (!sema_is_float(a) || !kn_type_is_int(e->type)) {
    kn_report(s->file, KN_DIAG_bad_operand, style->range,
              "only a cast from floating point to an integer has a choice of rounding");
    kn_hint(s->file, "floating point is rounded to nearest, ties to even; integers keep low bits");
    return sema_poison(e);
  }
  sema_settle(a);
  EXPR *r = kn_new_expr(s->file, KN_CALL, a->range);
  r->from_def = e->from_def;
  r->builtin = (uint8_t)functions[which];
  r->type = a->type;
  r->num_args = 1;
  r->args = kn_alloc(s->file, sizeof *r->args);
  r->args[0] = a;
  e->args[0] = r;
  e->num_args = 1;
  return e;
}

static EXPR *check_cast(struct sema *s, EXPR *e) {
  bool rounds = e->num_args == 2 && e->arg_names[1] && !strcmp(e->arg_names[1], "rounding");
  if (e->num_args != 1 && !rounds) {
    kn_report(s->file, KN_DIAG_argument_count, e->op_range, "a cast has one argument, here are %u",
              e->num_args);
    kn_hint(s->file, "%s(x), or %s(x, rounding = even)", kn_type_name(e->type),
            kn_type_name(e->type));
    return sema_poison(e);
  }
  EXPR *a = e->args[0] = sema_check(s, e->args[0], KN_NOTYPE);
  if (sema_is_bad(a))
    return sema_poison(e);
  if (rounds)
    return round_first(s, e, a, e->args[1]);
  if (a->literal && (a->kind == KN_INT ? e->type != KN_BOOL : kn_type_is_float(e->type))) {
    a = sema_coerce(s, a, e->type);
    a->range = e->range;
    return a;
  }
  sema_settle(a);
  return a->type == e->type ? a : e;
}

/* Moves `name = value` arguments to their places. */
static bool place_arguments(struct sema *s, EXPR *e) {
  static const char *const names[KN_NUM_BUILTINS][5] = {
      [KN_QUANTIZE] = {"value", "scale", "zero_point", "lo", "hi"},
      [KN_DEQUANTIZE] = {"value", "scale", "zero_point"},
      [KN_CLAMP] = {"value", "lo", "hi"},
      [KN_LEAKY_RELU] = {"value", "slope"},
      [KN_PAD] = {"element", "value"},
  };
  enum kn_builtin f = (enum kn_builtin)e->builtin;
  unsigned max = kn_builtin_max_args(f), min = kn_builtin_min_args(f);
  EXPR **args = kn_alloc(s->file, 8 * sizeof *args);
  for (unsigned i = 0; i < e->num_args; i++) {
    unsigned at = i;
    const char *name = e->arg_names[i];
    for (at = name ? 0 : i; name && at < max; at++)
      if (names[f][at] && !strcmp(names[f][at], name))
        break;
    if (name && f == KN_QUANTIZE && !strcmp(name, "rounding")) {
      static const char *const words[] = {"even", "away", NULL};
      unsigned which;
      if (!rounding_word(s, e->args[i], words, &which))
        return false;
      e->round_away = which == 1;
      continue;
    }
    if (name && (at >= max || args[at])) {
      kn_report(s->file, KN_DIAG_bad_argument_name, e->args[i]->range,
                at >= max ? "'%s' has no argument '%s'" : "'%s' is given argument '%s' twice",
                kn_builtin_name(f), name);
      if (names[f][0])
        kn_hint(s->file, "its arguments are %s, %s%s%s%s%s%s%s", names[f][0], names[f][1],
                names[f][2] ? ", " : "", names[f][2] ? names[f][2] : "", names[f][3] ? ", " : "",
                names[f][3] ? names[f][3] : "", names[f][4] ? ", " : "",
                names[f][4] ? names[f][4] : "");
      return false;
    }
    if (at >= max || args[at])
      goto count;
    args[at] = e->args[i];
  }
  for (unsigned i = 0; i < min; i++)
    if (!args[i])
      goto count;
  e->args = args;
  e->num_args = max;
  while (e->num_args && !args[e->num_args - 1])
    e->num_args--;
  return true;

count:
  if (min == max)
    kn_report(s->file, KN_DIAG_argument_count, e->op_range, "'%s' has %u argument%s, here %s %u",
              kn_builtin_name(f), max, max == 1 ? "" : "s", e->num_args == 1 ? "is" : "are",
              e->num_args);
  else
    kn_report(s->file, KN_DIAG_argument_count, e->op_range,
              "'%s' has %u to %u arguments, here %s %u", kn_builtin_name(f), min, max,
              e->num_args == 1 ? "is" : "are", e->num_args);
  if ((f == KN_MIN || f == KN_MAX) && e->num_args == 1)
    kn_hint(s->file, "over a dimension it names an index: %s[n] x[n]", kn_builtin_name(f));
  return false;
}

static EXPR *check_common_call(struct sema *s, EXPR *e, enum kn_type want) {
  char class = kn_builtin_class((enum kn_builtin)e->builtin);
  bool wide = false; /* one argument is no literal */
  for (unsigned i = 0; i < e->num_args; i++) {
    e->args[i] = sema_check(s, e->args[i], want);
    if (sema_is_bad(e->args[i]))
      return sema_poison(e);
    if (e->args[i]->type == KN_BOOL)
      return sema_bad_operand(s, e, e->args[i], class == 'f' ? "floating point" : "numbers");
    if (class == 'f' && !sema_is_float(e->args[i]) && !e->args[i]->literal)
      return sema_bad_operand(s, e, e->args[i], "floating point");
    wide = wide || !e->args[i]->literal;
  }
  /* Meet pairwise; literals last, so that they follow whatever the others agree on. */
  EXPR meet = *e->args[0];
  for (int literals = 0; literals < 2; literals++)
    for (unsigned i = 0; i < e->num_args; i++) {
      if (e->args[i]->literal != (bool)literals)
        continue;
      if (meet.literal && !literals) {
        meet = *e->args[i];
        continue;
      }
      enum kn_type type = sema_common_type(&meet, e->args[i]);
      if (type == KN_NOTYPE)
        return sema_mismatch(s, e, &meet, e->args[i]);
      meet.type = type;
      meet.literal = meet.literal && !wide;
    }
  enum kn_type type = class == 'a' ? sema_promote(meet.type) : meet.type;
  if (class == 'f' && !kn_type_is_float(type))
    type = KN_F32;
  for (unsigned i = 0; i < e->num_args; i++) {
    e->args[i] = sema_coerce(s, e->args[i], type);
    if (sema_is_bad(e->args[i]))
      return sema_poison(e);
  }
  e->type = type;
  return e;
}

static EXPR *check_where(struct sema *s, EXPR *e, enum kn_type want) {
  EXPR *c = e->args[0] = sema_check(s, e->args[0], KN_NOTYPE);
  EXPR *a = e->args[1] = sema_check(s, e->args[1], want);
  EXPR *b = e->args[2] = sema_check(s, e->args[2], want);
  if (sema_is_bad(c) || sema_is_bad(a) || sema_is_bad(b))
    return sema_poison(e);
  if (c->type != KN_BOOL)
    return sema_bad_operand(s, e, c, "a bool as condition");
  enum kn_type type = sema_common_type(a, b);
  if (type == KN_NOTYPE)
    return sema_mismatch(s, e, a, b);
  e->args[1] = sema_coerce(s, a, type);
  e->args[2] = sema_coerce(s, b, type);
  e->type = type;
  return sema_is_bad(e->args[1]) || sema_is_bad(e->args[2]) ? sema_poison(e) : e;
}

/* An optional argument that must widen to `type`. */
static bool take_argument(struct sema *s, EXPR *e, unsigned i, enum kn_type type) {
  if (i >= e->num_args || !e->args[i])
    return true;
  EXPR *a = e->args[i] = sema_check(s, e->args[i], KN_NOTYPE);
  if (sema_is_bad(a))
    return false;
  bool ok = a->literal ? kn_type_is_float(type) || a->kind == KN_INT : sema_widens(a->type, type);
  if (!ok) {
    kn_report(s->file, KN_DIAG_bad_operand, a->range, "'%s' needs %s here, this is %s",
              kn_builtin_name((enum kn_builtin)e->builtin), kn_type_name(type),
              kn_type_name(a->type));
    kn_hint(s->file, "%s(...) converts it", kn_type_name(type));
    return false;
  }
  e->args[i] = sema_coerce(s, a, type);
  return !sema_is_bad(e->args[i]);
}

/* R8.1: the result has the type of the tensor that it is stored to, i8 where nothing says so. */
static EXPR *check_quantize(struct sema *s, EXPR *e, enum kn_type want) {
  EXPR *v = e->args[0] = sema_check(s, e->args[0], KN_NOTYPE);
  if (sema_is_bad(v))
    return sema_poison(e);
  if (v->type == KN_BOOL)
    return sema_bad_operand(s, e, v, "a number");
  e->args[0] =
      sema_is_float(v) ? sema_coerce(s, v, KN_F32) : sema_coerce(s, v, sema_promote(v->type));
  e->type = want == KN_I4 || want == KN_I8 || want == KN_U8 || want == KN_I16 || want == KN_I32
                ? want
                : KN_I8;
  bool ok = take_argument(s, e, 1, KN_F32);
  ok &= take_argument(s, e, 2, KN_I32);
  ok &= take_argument(s, e, 3, e->type);
  ok &= take_argument(s, e, 4, e->type);
  return ok ? e : sema_poison(e);
}

static EXPR *check_dequantize(struct sema *s, EXPR *e) {
  bool ok = take_argument(s, e, 0, KN_I32);
  ok &= take_argument(s, e, 1, KN_F32);
  ok &= take_argument(s, e, 2, KN_I32);
  e->type = KN_F32;
  return ok ? e : sema_poison(e);
}

static EXPR *check_pad(struct sema *s, EXPR *e) {
  EXPR *a = e->args[0] = sema_check(s, e->args[0], KN_NOTYPE);
  if (sema_is_bad(a))
    return sema_poison(e);
  if (a->kind != KN_READ || !a->num_args) {
    kn_report(s->file, KN_DIAG_bad_operand, a->range, "'pad' needs an element of a tensor here");
    kn_hint(s->file, "pad(x[i - 1], 0) is 0 where i - 1 is outside of x");
    return sema_poison(e);
  }
  e->type = a->type;
  return take_argument(s, e, 1, a->type) ? e : sema_poison(e);
}

static EXPR *check_call(struct sema *s, EXPR *e, enum kn_type want) {
  if (e->builtin == KN_NUM_BUILTINS) {
    for (struct kn_def *d = s->file->defs; d; d = d->next)
      if (!strcmp(d->name, e->name))
        return sema_put_in(s, e, d, want);
    struct guess g = {e->name, NULL, 3};
    for (struct kn_def *d = s->file->defs; d; d = d->next)
      sema_consider(&g, d->name);
    for (int i = 0; i < KN_NUM_BUILTINS; i++)
      sema_consider(&g, kn_builtin_name((enum kn_builtin)i));
    for (int i = KN_NOTYPE + 1; i < KN_NUM_TYPES; i++)
      sema_consider(&g, kn_type_name((enum kn_type)i));
    bool reduction = false;
    for (int i = 0; i < KN_NUM_REDUCTIONS; i++)
      reduction = reduction || !strcmp(kn_reduction_name((enum kn_reduction)i), e->name);
    kn_report(s->file, KN_DIAG_unknown_function, e->op_range, "unknown function '%s'", e->name);
    if (reduction)
      kn_hint(s->file, "a reduction names its index: %s[k] ...", e->name);
    else if (sema_find_tensor(s, e->name))
      kn_hint(s->file, "indices stand in brackets: %s[...]", e->name);
    else if (kn_elsewhere(e->name))
      kn_hint(s->file, "%s", kn_elsewhere(e->name));
    else if (g.best)
      kn_hint(s->file, "did you mean '%s'?", g.best);
    s->poisoned = true;
    return sema_poison(e);
  }
  if (!place_arguments(s, e)) {
    s->poisoned = true;
    return sema_poison(e);
  }
  switch (e->builtin) {
  case KN_WHERE:
    return check_where(s, e, want);
  case KN_QUANTIZE:
    return check_quantize(s, e, want);
  case KN_DEQUANTIZE:
    return check_dequantize(s, e);
  case KN_PAD:
    return check_pad(s, e);
  default:
    return check_common_call(s, e, KN_NOTYPE);
  }
}

/* The type of a reduction from that of its body (R5.2); adds the promotion. */
static EXPR *type_reduction(struct sema *s, EXPR *e) {
  EXPR *a = e->args[0];
  enum kn_reduction r = (enum kn_reduction)e->reduction;
  if (r == KN_ANY || r == KN_ALL) {
    if (a->type != KN_BOOL)
      return sema_bad_operand(s, e, a, "a bool");
    e->type = KN_BOOL;
    return e;
  }
  if (a->type == KN_BOOL)
    return sema_bad_operand(s, e, a, "numbers");
  if (r == KN_MEAN && !sema_is_float(a) && !a->literal)
    return sema_bad_operand(s, e, a, "floating point");
  sema_settle(a);
  if (r == KN_SUM || r == KN_PROD || r == KN_MEAN)
    a = sema_coerce(s, a, sema_is_float(a) || r == KN_MEAN ? KN_F32 : sema_promote(a->type));
  e->args[0] = a;
  e->type = r == KN_ARGMAX || r == KN_ARGMIN ? KN_I32 : a->type;
  for (unsigned i = 0; i < e->num_indices; i++)
    if ((r == KN_ARGMAX || r == KN_ARGMIN) && e->num_indices > 1 && e->indices[i]->lo) {
      kn_report(s->file, KN_DIAG_too_many, e->indices[i]->range,
                "'%s' over several indices takes whole dimensions", kn_reduction_name(r));
      kn_hint(s->file, "its result is the place counted through all of them, the last one fastest");
      return sema_poison(e);
    }
  return e;
}

struct mention {
  const struct kn_index *index;
  bool found;
};

static bool find_mention(EXPR *e, void *data) {
  struct mention *m = data;
  m->found = m->found || (e->kind == KN_INDEX && e->index == m->index);
  return !m->found;
}

static bool mentions(EXPR *e, const struct kn_index *x) {
  struct mention m = {x, false};
  kn_walk(e, find_mention, &m);
  return m.found;
}

/* R5.6: sum[j in lo..i + c] where i is an index of the left side, and neither lo nor the body
 * depend on it. */
static void recognise_scan(EXPR *e) {
  struct kn_index *x = e->indices[0];
  if (e->num_indices != 1 || !x->lo)
    return;
  const EXPR *hi = x->hi;
  while (hi->kind == KN_CAST)
    hi = hi->args[0];
  if (hi->kind == KN_BINARY && hi->op == KN_ADD && hi->args[1]->kind == KN_INT)
    hi = hi->args[0];
  struct kn_index *i = kn_plain_index(hi);
  if (i && !i->reduced && !mentions(x->lo, i) && !mentions(e->args[0], i))
    e->scan = i;
}

EXPR *sema_check_bound(struct sema *s, EXPR *e) {
  e = sema_settle(sema_check(s, e, KN_NOTYPE));
  if (!sema_is_bad(e) && !sema_is_int(e)) {
    kn_report(s->file, KN_DIAG_bad_index_type, e->range, "a bound is an integer, this is %s",
              kn_type_name(e->type));
    return sema_poison(e);
  }
  return sema_is_bad(e) ? e : sema_coerce(s, e, KN_I64);
}

static EXPR *check_reduce(struct sema *s, EXPR *e) {
  unsigned outside = s->num_scope;
  bool ok = true;
  for (unsigned i = 0; i < e->num_indices; i++) {
    struct kn_index *x = e->indices[i];
    if (x->lo) {
      x->lo = sema_check_bound(s, x->lo);
      x->hi = sema_check_bound(s, x->hi);
      ok = ok && !sema_is_bad(x->lo) && !sema_is_bad(x->hi);
    }
    ok &= sema_bind(s, x);
  }
  e->args[0] = sema_check(s, e->args[0], KN_NOTYPE);
  if (sema_is_bad(e->args[0]))
    ok = false;
  for (unsigned i = 0; ok && i < e->num_indices; i++)
    ok = sema_extent_known(s, e->indices[i], true);
  s->num_scope = outside;
  if (!ok) {
    s->poisoned = true;
    return sema_poison(e);
  }
  recognise_scan(e);
  return type_reduction(s, e);
}

EXPR *sema_check(struct sema *s, EXPR *e, enum kn_type want) {
  switch (e->kind) {
  case KN_INT:
    if (e->type == KN_NOTYPE) /* true and false are typed already */
      e->type = sema_fits(e->ival, KN_I32) ? KN_I32 : KN_I64;
    else
      e->literal = false;
    return e;
  case KN_FLOAT:
    e->type = KN_F32;
    return e;
  case KN_READ:
    return check_read(s, e);
  case KN_UNARY:
    return check_unary(s, e);
  case KN_BINARY:
    return check_binary(s, e);
  case KN_CAST:
    return check_cast(s, e);
  case KN_CALL:
    return check_call(s, e, want);
  case KN_REDUCE:
    return check_reduce(s, e);
  default:
    return e;
  }
}
