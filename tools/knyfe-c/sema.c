// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- sema.c - Names, extents and types ------------------------------------===//
 *
 * One walk over the statements in order. An expression is checked bottom-up;
 * check() returns the expression to use in its place, because conversions are
 * added as CAST nodes. KN_NOTYPE means "already reported" and spreads silently.
 *===----------------------------------------------------------------------===*/
#include "ast.h"
#include "diag.h"

#include <string.h>

#define MAX_BOUND 64 /* index variables of one statement */

/* A def while its body is checked in place of the call. */
struct call {
  struct kn_def *def;
  struct kn_expr *args[16]; /* checked; what the parameters stand for */
  bool used[16];
  struct call *outer;
};

struct sema {
  struct kn_file *file;
  struct kn_kernel *kernel;
  struct kn_stmt *stmt;
  struct kn_tensor **next_local;
  struct kn_index *scope[MAX_BOUND]; /* in force now */
  unsigned num_scope;
  struct kn_index *bound[MAX_BOUND]; /* all of this statement so far */
  unsigned num_bound;
  bool poisoned;        /* the statement reads something that could not be checked */
  struct call *call;    /* the def that is being put in; NULL in the kernel itself */
  unsigned first_scope; /* of the indices in force, those from here on are visible in it */
  unsigned num_cloned;  /* nodes that defs have made in this statement */
};

#define EXPR struct kn_expr
static EXPR *check(struct sema *s, EXPR *e, enum kn_type want);
static EXPR *take_parameter(struct sema *s, EXPR *e);
static EXPR *put_in(struct sema *s, EXPR *e, struct kn_def *def, enum kn_type want);

/*===----------------------------------------------------------------------===//
 * Types
 *===----------------------------------------------------------------------===*/

static bool is_int(const EXPR *e) { return kn_type_is_int(e->type); }
static bool is_float(const EXPR *e) { return kn_type_is_float(e->type); }
static bool bad(const EXPR *e) { return e->type == KN_NOTYPE; }

static EXPR *poison(EXPR *e) {
  e->type = KN_NOTYPE;
  return e;
}

static bool fits(int64_t value, enum kn_type type) {
  return value >= kn_type_min(type) && value <= kn_type_max(type);
}

/* Does every value of `from` have exactly one equal value in `to`? (R4.3) */
static bool widens(enum kn_type from, enum kn_type to) {
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
    if (widens(a, order[i]) && widens(b, order[i]))
      return order[i];
  return KN_NOTYPE;
}

static enum kn_type promote(enum kn_type t) {
  return kn_type_is_int(t) && kn_type_bits(t) < 32 ? KN_I32 : t;
}

/* The type two operands meet in (R4.4); a literal follows the other operand. */
static enum kn_type common(const EXPR *a, const EXPR *b) {
  if (!a->literal && b->literal)
    return common(b, a);
  if (a->literal && !b->literal) {
    if (a->kind == KN_INT && is_int(b))
      return fits(a->ival, b->type) ? b->type : join_types(a->type, b->type);
    return is_float(b) ? b->type : KN_NOTYPE;
  }
  if (a->literal && b->literal && (is_float(a) || is_float(b)))
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

/* e as a value of `type`, to which it is known to widen, or a literal of the right kind. */
static EXPR *coerce(struct sema *s, EXPR *e, enum kn_type type) {
  if (bad(e) || type == KN_NOTYPE)
    return e;
  if (!e->literal) {
    return e->type == type ? e : new_cast(s, e, type);
  }
  e->literal = false;
  if (e->kind == KN_INT && kn_type_is_float(type)) {
    e->kind = KN_FLOAT;
    e->fval = (double)e->ival;
  } else if (e->kind == KN_INT && !fits(e->ival, type)) {
    kn_report(s->file, KN_DIAG_literal_range, e->range, "%lld is outside %s (%lld to %lld)",
              (long long)e->ival, kn_type_name(type), (long long)kn_type_min(type),
              (long long)kn_type_max(type));
    return poison(e);
  }
  e->type = type;
  return e;
}

/* A literal that met nothing to follow keeps its own type. */
static EXPR *settle(EXPR *e) {
  e->literal = false;
  return e;
}

static const char *kind_of(const EXPR *e) {
  return e->type == KN_BOOL ? "a bool" : is_float(e) ? "floating point" : "an integer";
}

static EXPR *bad_operand(struct sema *s, EXPR *whole, const EXPR *operand, const char *expected) {
  const char *name = whole->kind == KN_REDUCE
                         ? kn_reduction_name((enum kn_reduction)whole->reduction)
                     : whole->kind == KN_CALL ? kn_builtin_name((enum kn_builtin)whole->builtin)
                                              : kn_op_spelling((enum kn_op)whole->op);
  kn_report(s->file, KN_DIAG_bad_operand, operand->range, "'%s' needs %s, this is %s", name,
            expected, kn_type_name(operand->type));
  if (operand->type == KN_BOOL)
    kn_hint(s->file, "i32(...) makes 0 and 1 of it");
  else if (is_int(operand) && strstr(expected, "floating"))
    kn_hint(s->file, "f32(...) converts it, rounding to nearest even");
  else if (strstr(expected, "bool"))
    kn_hint(s->file, "compare it: ... != 0");
  return poison(whole);
}

static EXPR *mismatch(struct sema *s, EXPR *whole, const EXPR *a, const EXPR *b) {
  kn_report(s->file, KN_DIAG_type_mismatch, whole->op_range, "%s and %s do not mix",
            kn_type_name(a->type), kn_type_name(b->type));
  kn_note(s->file, a->range, "this is %s", kind_of(a));
  kn_note(s->file, b->range, "this is %s", kind_of(b));
  if (a->type == KN_BOOL || b->type == KN_BOOL)
    kn_hint(s->file, "i32(...) makes 0 and 1 of a bool; a comparison makes a bool");
  else
    kn_hint(s->file, "convert one of them: f32(...) rounds to nearest even, i32(...) cuts off "
                     "the fraction");
  return poison(whole);
}

/*===----------------------------------------------------------------------===//
 * Names
 *===----------------------------------------------------------------------===*/

static struct kn_tensor *find_in(struct kn_tensor *list, const char *name) {
  while (list && strcmp(list->name, name))
    list = list->next;
  return list;
}

/* Nothing of the kernel is visible in a def. */
static struct kn_dim *find_dim(struct sema *s, const char *name) {
  return s->call ? NULL : kn_find_dim(s->kernel, name);
}

static struct kn_tensor *find_tensor(struct sema *s, const char *name) {
  if (s->call)
    return NULL;
  struct kn_tensor *t = find_in(s->kernel->inputs, name);
  t = t ? t : find_in(s->kernel->outputs, name);
  return t ? t : find_in(s->kernel->locals, name);
}

static struct kn_index *find_index(struct kn_index **list, unsigned count, const char *name) {
  while (count-- > 0)
    if (!strcmp(list[count]->name, name))
      return list[count];
  return NULL;
}

static struct kn_index *find_in_force(struct sema *s, const char *name) {
  return find_index(s->scope + s->first_scope, s->num_scope - s->first_scope, name);
}

/* Levenshtein distance of short names, for "did you mean". */
static unsigned distance(const char *a, const char *b) {
  unsigned row[33], n = (unsigned)strlen(b);
  if (strlen(a) > 32 || n > 32)
    return 99;
  for (unsigned j = 0; j <= n; j++)
    row[j] = j;
  for (unsigned i = 1; a[i - 1]; i++) {
    unsigned diagonal = row[0];
    row[0] = i;
    for (unsigned j = 1; j <= n; j++) {
      unsigned change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      unsigned least = row[j] < row[j - 1] ? row[j] : row[j - 1];
      row[j] = change < least + 1 ? change : least + 1;
    }
  }
  return row[n];
}

struct guess {
  const char *wrong, *best;
  unsigned distance;
};

static void consider(struct guess *g, const char *name) {
  unsigned d = distance(g->wrong, name);
  if (d < g->distance && d < strlen(name))
    *g = (struct guess){g->wrong, name, d};
}

static void unknown_name(struct sema *s, const EXPR *e) {
  if (!s->call && find_index(s->bound, s->num_bound, e->name)) {
    kn_report(s->file, KN_DIAG_index_not_bound, e->op_range,
              "the reduction over '%s' does not reach here", e->name);
    kn_note(s->file, find_index(s->bound, s->num_bound, e->name)->range, "it is bound here");
    kn_hint(s->file, "a reduction's body ends at + and -; put the body in parentheses");
    return;
  }
  struct guess g = {e->name, NULL, 3};
  if (s->call) {
    kn_report(s->file, KN_DIAG_unknown_name, e->op_range, "unknown name '%s'", e->name);
    kn_hint(s->file, "a function sees its parameters and nothing of the kernel");
    return;
  }
  struct kn_tensor *lists[] = {s->kernel->inputs, s->kernel->outputs, s->kernel->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      consider(&g, t->name);
  for (struct kn_dim *d = s->kernel->dims; d; d = d->next)
    if (d->name && !d->expr)
      consider(&g, d->name);
  for (unsigned i = 0; i < s->num_scope; i++)
    consider(&g, s->scope[i]->name);
  kn_report(s->file, KN_DIAG_unknown_name, e->op_range, "unknown name '%s'", e->name);
  if (g.best && strlen(e->name) > 1)
    kn_hint(s->file, "did you mean '%s'?", g.best);
  else if (!e->num_args)
    kn_hint(s->file, "an index is bound on the left side or by a reduction such as sum[%s] ...",
            e->name);
}

/* Puts an index in force; false after a message. */
static bool bind(struct sema *s, struct kn_index *x) {
  struct kn_index *other = find_in_force(s, x->name);
  struct kn_tensor *t = find_tensor(s, x->name);
  struct kn_dim *d = find_dim(s, x->name);
  bool ok = true;
  if (s->call && !other) { /* the caller's may have the same name: then this one gets another */
    char name[300];
    snprintf(name, sizeof name, "%.256s", x->name);
    for (unsigned n = 2; find_index(s->scope, s->num_scope, name) || kn_find_dim(s->kernel, name) ||
                         find_in(s->kernel->inputs, name) || find_in(s->kernel->outputs, name) ||
                         find_in(s->kernel->locals, name);
         n++)
      snprintf(name, sizeof name, "%.256s_%u", x->name, n);
    if (strcmp(name, x->name))
      x->other_name = kn_strndup(s->file, name, strlen(name));
  }
  if (other) {
    ok = false;
    kn_report(s->file, KN_DIAG_duplicate_index, x->range, "index '%s' is bound already", x->name);
    kn_note(s->file, other->range, "here");
  } else if (t || d) {
    ok = false;
    kn_report(s->file, KN_DIAG_index_shadows, x->range, "index '%s' has the name of a %s", x->name,
              d         ? "dimension"
              : t->rank ? "tensor"
                        : "scalar");
    kn_note(s->file, d ? d->range : t->range, "declared here");
  } else if (s->num_bound == MAX_BOUND) {
    kn_report(s->file, KN_DIAG_too_many, x->range, "more than %d indices in one statement",
              MAX_BOUND);
    return false;
  }
  if (s->num_bound < MAX_BOUND) {
    x->id = s->num_bound;
    s->scope[s->num_scope++] = s->bound[s->num_bound++] = x;
  }
  return ok;
}

static bool same_base(const struct kn_dim *a, const struct kn_dim *b) {
  return a->name && b->name && (a->base ? a->base : a) == (b->base ? b->base : b);
}

/* i + 1 over B + 1 limits i to B, if nothing else did (R3.11). */
static void limit_index(struct sema *s, const EXPR *e, struct kn_dim *d) {
  if (!d || !d->base || e->kind != KN_BINARY || e->op != KN_ADD || e->args[1]->kind != KN_INT)
    return;
  struct kn_index *x = kn_plain_index(e->args[0]);
  int64_t offset = d->offset - e->args[1]->ival;
  if (!x || e->args[1]->ival <= 0 || offset < 0)
    return;
  struct kn_dim *limit = offset == 0 ? d->base : NULL;
  for (struct kn_dim *other = s->kernel->dims; other && !limit; other = other->next)
    if (other->base == d->base && other->offset == offset)
      limit = other;
  if (limit && (!x->limit || (same_base(limit, x->limit) && limit->offset < x->limit->offset)))
    x->limit = limit;
}

/* x runs over dimension d at this place (R3.3). */
static void unify(struct sema *s, struct kn_index *x, struct kn_dim *d, struct kn_range at) {
  char number[2][24];
  if (!d || x->lo)
    return;
  if (!x->extent) {
    x->extent = d;
    x->extent_range = at;
    return;
  }
  if (x->extent == d || s->poisoned)
    return;
  if (same_base(d, x->extent)) { /* R3.11: over N, used in N + 1 */
    if (d->offset >= x->extent->offset)
      return;
    if (!x->fixed) {
      x->extent = d;
      x->extent_range = at;
      return;
    }
  }
  struct kn_dim *dims[] = {x->extent, d};
  const char *names[2];
  for (int i = 0; i < 2; i++) {
    snprintf(number[i], sizeof number[i], "%lld", (long long)dims[i]->size);
    names[i] = dims[i]->name ? dims[i]->name : number[i];
  }
  kn_report(s->file, KN_DIAG_extent_mismatch, at,
            "index '%s' runs over %s here, but over %s before", x->name, names[1], names[0]);
  kn_note(s->file, x->extent_range, "over %s here", names[0]);
  if (x->reduced)
    kn_hint(s->file,
            "declare both dimensions with the same name, or bound the index: [%s in 0..%s]",
            x->name, names[0]);
  else
    kn_hint(s->file, "declare both dimensions with the same name; %s + 0 reads a part of %s",
            x->name, names[1]);
  s->poisoned = true;
}

static bool extent_known(struct sema *s, struct kn_index *x, bool reduced) {
  if (x->extent && x->limit && !x->fixed && same_base(x->extent, x->limit) &&
      x->limit->offset < x->extent->offset)
    x->extent = x->limit;
  if (x->extent || x->lo || s->poisoned)
    return true;
  kn_report(s->file, KN_DIAG_extent_unknown, x->range, "nothing tells how far index '%s' runs",
            x->name);
  if (reduced)
    kn_hint(s->file, "use it as an index of a tensor in the body, or bound it: [%s in 0..N]",
            x->name);
  else {
    char left[200], shape[200];
    size_t n = 0, m = 0;
    left[0] = shape[0] = 0;
    for (unsigned i = 0; i < s->stmt->rank && n < sizeof left && m < sizeof shape; i++) {
      const struct kn_index *of = s->stmt->indices[i];
      n += (size_t)snprintf(left + n, sizeof left - n, "%s%s", i ? ", " : "", of->name);
      m += (size_t)snprintf(shape + m, sizeof shape - m, "%s%s", i ? ", " : "",
                            of == x || !of->extent || !of->extent->name || of->extent->expr
                                ? "..."
                                : of->extent->name);
    }
    kn_hint(s->file,
            "write the shape behind the left side, %s[%s]: TYPE[%s] = ..., or use '%s' as a "
            "plain index of a tensor on the right side",
            s->stmt->name, left, shape, x->name);
  }
  return false;
}

/*===----------------------------------------------------------------------===//
 * Expressions, one function per kind
 *===----------------------------------------------------------------------===*/

static EXPR *check_name(struct sema *s, EXPR *e) {
  struct kn_index *x = find_in_force(s, e->name);
  struct kn_dim *d = find_dim(s, e->name);
  if (x || (d && !find_tensor(s, e->name))) {
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

static EXPR *check_index_expr(struct sema *s, EXPR *index, struct kn_dim *d) {
  index = settle(check(s, index, KN_NOTYPE));
  if (bad(index))
    return index;
  if (!is_int(index)) {
    kn_report(s->file, KN_DIAG_bad_index_type, index->range, "an index is an integer, this is %s",
              kn_type_name(index->type));
    return poison(index);
  }
  check_constant_index(s, index, d);
  limit_index(s, index, d);
  if (index->type != KN_I64)
    index = coerce(s, index, KN_I32);
  if (kn_plain_index(index))
    unify(s, kn_plain_index(index), d, index->range);
  return index;
}

static EXPR *check_read(struct sema *s, EXPR *e) {
  struct kn_tensor *t = find_tensor(s, e->name);
  e->op_range = (struct kn_range){e->range.begin, e->range.begin + (uint32_t)strlen(e->name)};
  if (!e->num_args && check_name(s, e))
    return e;
  if (s->call) {
    EXPR *value = take_parameter(s, e);
    if (value)
      return value;
  }
  if (!t) {
    if (find_in_force(s, e->name) || find_dim(s, e->name)) {
      kn_report(s->file, KN_DIAG_rank_mismatch, e->op_range, "'%s' is no tensor", e->name);
      return poison(e);
    }
    unknown_name(s, e);
    for (unsigned i = 0; i < e->num_args; i++)
      check_index_expr(s, e->args[i], NULL);
    s->poisoned = true;
    return poison(e);
  }
  e->tensor = t;
  t->num_reads++;
  if (t->role != KN_INPUT && (!t->def || s->stmt->target == t)) {
    kn_report(s->file, KN_DIAG_use_before_definition, e->op_range, "'%s' is not defined yet",
              t->name);
    if (s->stmt->target == t || !strcmp(s->stmt->name, t->name))
      kn_hint(s->file, "a statement cannot read what it defines; a running sum is "
                       "y[i] = sum[j in 0..i + 1] x[j]");
    else
      kn_hint(s->file, "the statement that defines '%s' must stand above", t->name);
    return poison(e);
  }
  if (t->type == KN_NOTYPE) {
    s->poisoned = true;
    for (unsigned i = 0; i < e->num_args; i++)
      check_index_expr(s, e->args[i], NULL);
    return poison(e);
  }
  e->type = t->type;
  if (t->rank != e->num_args) {
    char text[256];
    kn_report(s->file, KN_DIAG_rank_mismatch, e->range, "'%s' has %u dimension%s, %u %s", t->name,
              t->rank, t->rank == 1 ? "" : "s", e->num_args,
              e->num_args == 1 ? "index is given" : "indices are given");
    kn_note(s->file, t->range, "'%s' is %s", t->name, kn_describe(t, text, sizeof text));
    s->poisoned = true;
    return poison(e);
  }
  for (unsigned i = 0; i < e->num_args; i++)
    e->args[i] = check_index_expr(s, e->args[i], t->dims[i]);
  return e;
}

static EXPR *check_unary(struct sema *s, EXPR *e) {
  EXPR *a = e->args[0] = check(s, e->args[0], KN_NOTYPE);
  if (bad(a))
    return poison(e);
  if (e->op == KN_LNOT) {
    if (a->type != KN_BOOL)
      return bad_operand(s, e, a, "a bool");
    e->type = KN_BOOL;
    return e;
  }
  if (a->type == KN_BOOL || (e->op == KN_NOT && !is_int(a)))
    return bad_operand(s, e, a, e->op == KN_NOT ? "an integer" : "a number");
  if (a->literal && e->op == KN_NEG) { /* -5 is a literal like 5 */
    a->ival = -a->ival;
    a->fval = -a->fval;
    a->range = e->range;
    return a;
  }
  e->args[0] = coerce(s, a, promote(a->type));
  e->type = e->args[0]->type;
  return e;
}

static EXPR *check_binary(struct sema *s, EXPR *e) {
  EXPR *a = e->args[0] = check(s, e->args[0], KN_NOTYPE);
  EXPR *b = e->args[1] = check(s, e->args[1], KN_NOTYPE);
  enum kn_op op = (enum kn_op)e->op;
  if (bad(a) || bad(b))
    return poison(e);
  if (op == KN_LAND || op == KN_LOR) {
    if (a->type != KN_BOOL || b->type != KN_BOOL)
      return bad_operand(s, e, a->type != KN_BOOL ? a : b, "bools");
    e->type = KN_BOOL;
    return e;
  }
  bool compares = op >= KN_LT && op <= KN_NE, bits = op >= KN_SHL && op <= KN_XOR;
  bool both_bool = a->type == KN_BOOL && b->type == KN_BOOL;
  if (both_bool && (op == KN_EQ || op == KN_NE || (op >= KN_AND && op <= KN_XOR))) {
    e->type = KN_BOOL;
    return e;
  }
  enum kn_type type = common(a, b);
  if (type == KN_NOTYPE)
    return mismatch(s, e, a, b);
  if (type == KN_BOOL)
    return bad_operand(s, e, a, "numbers");
  if ((bits || op == KN_REM) && kn_type_is_float(type))
    return bad_operand(s, e, is_float(a) ? a : b, "integers");
  if (!compares)
    type = promote(type);
  if (b->kind == KN_INT && (op == KN_DIV || op == KN_REM) && b->ival == 0 && is_int(b)) {
    kn_report(s->file, KN_DIAG_literal_range, b->range, "division by zero");
    return poison(e);
  }
  if (b->kind == KN_INT && (op == KN_SHL || op == KN_SHR) &&
      (b->ival < 0 || b->ival >= (int64_t)kn_type_bits(type))) {
    kn_report(s->file, KN_DIAG_literal_range, b->range, "a shift of %s goes from 0 to %u",
              kn_type_name(type), kn_type_bits(type) - 1);
    return poison(e);
  }
  e->args[0] = coerce(s, a, type);
  e->args[1] = coerce(s, b, type);
  e->type = compares ? KN_BOOL : type;
  return bad(e->args[0]) || bad(e->args[1]) ? poison(e) : e;
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
    return poison(e);
  if (!is_float(a) || !kn_type_is_int(e->type)) {
    kn_report(s->file, KN_DIAG_bad_operand, style->range,
              "only a cast from floating point to an integer has a choice of rounding");
    kn_hint(s->file, "floating point is rounded to nearest, ties to even; integers keep low bits");
    return poison(e);
  }
  settle(a);
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
    return poison(e);
  }
  EXPR *a = e->args[0] = check(s, e->args[0], KN_NOTYPE);
  if (bad(a))
    return poison(e);
  if (rounds)
    return round_first(s, e, a, e->args[1]);
  if (a->literal && (a->kind == KN_INT ? e->type != KN_BOOL : kn_type_is_float(e->type))) {
    a = coerce(s, a, e->type);
    a->range = e->range;
    return a;
  }
  settle(a);
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
  return false;
}

static EXPR *check_common_call(struct sema *s, EXPR *e, enum kn_type want) {
  char class = kn_builtin_class((enum kn_builtin)e->builtin);
  bool wide = false; /* one argument is no literal */
  for (unsigned i = 0; i < e->num_args; i++) {
    e->args[i] = check(s, e->args[i], want);
    if (bad(e->args[i]))
      return poison(e);
    if (e->args[i]->type == KN_BOOL)
      return bad_operand(s, e, e->args[i], class == 'f' ? "floating point" : "numbers");
    if (class == 'f' && !is_float(e->args[i]) && !e->args[i]->literal)
      return bad_operand(s, e, e->args[i], "floating point");
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
      enum kn_type type = common(&meet, e->args[i]);
      if (type == KN_NOTYPE)
        return mismatch(s, e, &meet, e->args[i]);
      meet.type = type;
      meet.literal = meet.literal && !wide;
    }
  enum kn_type type = class == 'a' ? promote(meet.type) : meet.type;
  if (class == 'f' && !kn_type_is_float(type))
    type = KN_F32;
  for (unsigned i = 0; i < e->num_args; i++) {
    e->args[i] = coerce(s, e->args[i], type);
    if (bad(e->args[i]))
      return poison(e);
  }
  e->type = type;
  return e;
}

static EXPR *check_where(struct sema *s, EXPR *e, enum kn_type want) {
  EXPR *c = e->args[0] = check(s, e->args[0], KN_NOTYPE);
  EXPR *a = e->args[1] = check(s, e->args[1], want);
  EXPR *b = e->args[2] = check(s, e->args[2], want);
  if (bad(c) || bad(a) || bad(b))
    return poison(e);
  if (c->type != KN_BOOL)
    return bad_operand(s, e, c, "a bool as condition");
  enum kn_type type = common(a, b);
  if (type == KN_NOTYPE)
    return mismatch(s, e, a, b);
  e->args[1] = coerce(s, a, type);
  e->args[2] = coerce(s, b, type);
  e->type = type;
  return bad(e->args[1]) || bad(e->args[2]) ? poison(e) : e;
}

/* An optional argument that must widen to `type`. */
static bool take_argument(struct sema *s, EXPR *e, unsigned i, enum kn_type type) {
  if (i >= e->num_args || !e->args[i])
    return true;
  EXPR *a = e->args[i] = check(s, e->args[i], KN_NOTYPE);
  if (bad(a))
    return false;
  bool ok = a->literal ? kn_type_is_float(type) || a->kind == KN_INT : widens(a->type, type);
  if (!ok) {
    kn_report(s->file, KN_DIAG_bad_operand, a->range, "'%s' needs %s here, this is %s",
              kn_builtin_name((enum kn_builtin)e->builtin), kn_type_name(type),
              kn_type_name(a->type));
    kn_hint(s->file, "%s(...) converts it", kn_type_name(type));
    return false;
  }
  e->args[i] = coerce(s, a, type);
  return !bad(e->args[i]);
}

/* R8.1: the result has the type of the tensor that it is stored to, i8 where nothing says so. */
static EXPR *check_quantize(struct sema *s, EXPR *e, enum kn_type want) {
  EXPR *v = e->args[0] = check(s, e->args[0], KN_NOTYPE);
  if (bad(v))
    return poison(e);
  if (v->type == KN_BOOL)
    return bad_operand(s, e, v, "a number");
  e->args[0] = is_float(v) ? coerce(s, v, KN_F32) : coerce(s, v, promote(v->type));
  e->type = want == KN_I4 || want == KN_I8 || want == KN_U8 || want == KN_I16 || want == KN_I32
                ? want
                : KN_I8;
  bool ok = take_argument(s, e, 1, KN_F32);
  ok &= take_argument(s, e, 2, KN_I32);
  ok &= take_argument(s, e, 3, e->type);
  ok &= take_argument(s, e, 4, e->type);
  return ok ? e : poison(e);
}

static EXPR *check_dequantize(struct sema *s, EXPR *e) {
  bool ok = take_argument(s, e, 0, KN_I32);
  ok &= take_argument(s, e, 1, KN_F32);
  ok &= take_argument(s, e, 2, KN_I32);
  e->type = KN_F32;
  return ok ? e : poison(e);
}

static EXPR *check_pad(struct sema *s, EXPR *e) {
  EXPR *a = e->args[0] = check(s, e->args[0], KN_NOTYPE);
  if (bad(a))
    return poison(e);
  if (a->kind != KN_READ || !a->num_args) {
    kn_report(s->file, KN_DIAG_bad_operand, a->range, "'pad' needs an element of a tensor here");
    kn_hint(s->file, "pad(x[i - 1], 0) is 0 where i - 1 is outside of x");
    return poison(e);
  }
  e->type = a->type;
  return take_argument(s, e, 1, a->type) ? e : poison(e);
}

static EXPR *check_call(struct sema *s, EXPR *e, enum kn_type want) {
  if (e->builtin == KN_NUM_BUILTINS) {
    for (struct kn_def *d = s->file->defs; d; d = d->next)
      if (!strcmp(d->name, e->name))
        return put_in(s, e, d, want);
    struct guess g = {e->name, NULL, 3};
    for (struct kn_def *d = s->file->defs; d; d = d->next)
      consider(&g, d->name);
    for (int i = 0; i < KN_NUM_BUILTINS; i++)
      consider(&g, kn_builtin_name((enum kn_builtin)i));
    for (int i = KN_NOTYPE + 1; i < KN_NUM_TYPES; i++)
      consider(&g, kn_type_name((enum kn_type)i));
    bool reduction = false;
    for (int i = 0; i < KN_NUM_REDUCTIONS; i++)
      reduction = reduction || !strcmp(kn_reduction_name((enum kn_reduction)i), e->name);
    kn_report(s->file, KN_DIAG_unknown_function, e->op_range, "unknown function '%s'", e->name);
    if (reduction)
      kn_hint(s->file, "a reduction names its index: %s[k] ...", e->name);
    else if (find_tensor(s, e->name))
      kn_hint(s->file, "indices stand in brackets: %s[...]", e->name);
    else if (g.best)
      kn_hint(s->file, "did you mean '%s'?", g.best);
    s->poisoned = true;
    return poison(e);
  }
  if (!place_arguments(s, e)) {
    s->poisoned = true;
    return poison(e);
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
      return bad_operand(s, e, a, "a bool");
    e->type = KN_BOOL;
    return e;
  }
  if (a->type == KN_BOOL)
    return bad_operand(s, e, a, "numbers");
  if (r == KN_MEAN && !is_float(a) && !a->literal)
    return bad_operand(s, e, a, "floating point");
  settle(a);
  if (r == KN_SUM || r == KN_PROD || r == KN_MEAN)
    a = coerce(s, a, is_float(a) || r == KN_MEAN ? KN_F32 : promote(a->type));
  e->args[0] = a;
  e->type = r == KN_ARGMAX || r == KN_ARGMIN ? KN_I32 : a->type;
  for (unsigned i = 0; i < e->num_indices; i++)
    if ((r == KN_ARGMAX || r == KN_ARGMIN) && e->num_indices > 1 && e->indices[i]->lo) {
      kn_report(s->file, KN_DIAG_too_many, e->indices[i]->range,
                "'%s' over several indices takes whole dimensions", kn_reduction_name(r));
      kn_hint(s->file, "its result is the place counted through all of them, the last one fastest");
      return poison(e);
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

static EXPR *check_bound(struct sema *s, EXPR *e) {
  e = settle(check(s, e, KN_NOTYPE));
  if (!bad(e) && !is_int(e)) {
    kn_report(s->file, KN_DIAG_bad_index_type, e->range, "a bound is an integer, this is %s",
              kn_type_name(e->type));
    return poison(e);
  }
  return bad(e) ? e : coerce(s, e, KN_I64);
}

static EXPR *check_reduce(struct sema *s, EXPR *e) {
  unsigned outside = s->num_scope;
  bool ok = true;
  for (unsigned i = 0; i < e->num_indices; i++) {
    struct kn_index *x = e->indices[i];
    if (x->lo) {
      x->lo = check_bound(s, x->lo);
      x->hi = check_bound(s, x->hi);
      ok = ok && !bad(x->lo) && !bad(x->hi);
    }
    ok &= bind(s, x);
  }
  e->args[0] = check(s, e->args[0], KN_NOTYPE);
  if (bad(e->args[0]))
    ok = false;
  for (unsigned i = 0; ok && i < e->num_indices; i++)
    ok = extent_known(s, e->indices[i], true);
  s->num_scope = outside;
  if (!ok) {
    s->poisoned = true;
    return poison(e);
  }
  recognise_scan(e);
  return type_reduction(s, e);
}

/*===----------------------------------------------------------------------===//
 * Functions (R2.8)
 *===----------------------------------------------------------------------===*/

enum { MAX_CLONED = 4000 }; /* nodes from defs in one statement: far above any description */

/* An index variable of a clone, in place of the one that a reduction of the original binds. */
struct renamed {
  const struct kn_index *from;
  struct kn_index *to;
  const struct renamed *outer;
};

/* A copy of the tree. What `as_def` makes is not checked yet and stands in a def; otherwise the
 * original is checked, and what it binds gets ids of its own. */
static EXPR *clone(struct sema *s, const EXPR *e, bool as_def, const struct renamed *names) {
  struct renamed here[KN_MAX_RANK];
  EXPR *c = kn_new_expr(s->file, e->kind, e->range);
  *c = *e;
  c->from_def = e->from_def || as_def;
  s->num_cloned++;
  if (s->num_cloned > MAX_CLONED) /* reported by put_in() */
    return c->num_args = c->num_indices = 0, c->kind = KN_INT, c;
  for (const struct renamed *n = names; n; n = n->outer)
    if (e->kind == KN_INDEX && n->from == e->index)
      c->index = n->to;
  c->indices = kn_alloc(s->file, e->num_indices * sizeof *c->indices);
  for (unsigned i = 0; i < e->num_indices; i++) {
    struct kn_index *x = c->indices[i] = kn_alloc(s->file, sizeof *x);
    *x = *e->indices[i];
    if (x->lo) {
      x->lo = clone(s, x->lo, as_def, names);
      x->hi = clone(s, x->hi, as_def, names);
    }
    if (!as_def && s->num_bound < MAX_BOUND) {
      x->id = s->num_bound;
      s->bound[s->num_bound++] = x;
    } else if (!as_def) {
      s->num_cloned = MAX_CLONED;
    }
    here[i] = (struct renamed){e->indices[i], x, names};
    names = &here[i];
  }
  c->args = kn_alloc(s->file, e->num_args * sizeof *c->args);
  for (unsigned i = 0; i < e->num_args; i++)
    c->args[i] = e->args[i] ? clone(s, e->args[i], as_def, names) : NULL;
  return c;
}

/* What a name in a def stands for; NULL if it is no parameter. */
static EXPR *take_parameter(struct sema *s, EXPR *e) {
  struct kn_def *d = s->call->def;
  unsigned i = 0;
  while (i < d->num_params && strcmp(d->params[i], e->name))
    i++;
  if (i == d->num_params)
    return NULL;
  if (e->num_args) {
    kn_report(s->file, KN_DIAG_rank_mismatch, e->op_range, "parameter '%s' is a value, no tensor",
              e->name);
    kn_hint(s->file, "give the element to the function: %s(t[i])", d->name);
    return poison(e);
  }
  /* A literal adapts to each place on its own; everything else is shared by the first use. */
  EXPR *arg = s->call->args[i];
  if (s->call->used[i] || arg->literal)
    arg = clone(s, arg, false, NULL);
  s->call->used[i] = true;
  return arg;
}

/* Everything that comes from the def is where its call is: later messages and comments. */
static bool move_to_call(EXPR *e, void *data) {
  const struct kn_range *range = data;
  if (!e->from_def)
    return true;
  e->range = e->op_range = *range;
  for (unsigned i = 0; i < e->num_indices; i++) {
    struct kn_index *x = e->indices[i];
    x->range = x->extent_range = *range;
    if (x->other_name)
      x->name = x->other_name;
    x->other_name = NULL;
  }
  return true;
}

static bool take_arguments(struct sema *s, EXPR *e, struct call *call) {
  const struct kn_def *d = call->def;
  for (unsigned i = 0; i < e->num_args; i++) {
    const char *name = e->arg_names[i];
    unsigned at = name ? 0 : i;
    while (name && at < d->num_params && strcmp(d->params[at], name))
      at++;
    if (name && (at == d->num_params || call->args[at])) {
      kn_report(s->file, KN_DIAG_bad_argument_name, e->args[i]->range,
                at == d->num_params ? "'%s' has no argument '%s'"
                                    : "'%s' is given argument '%s' twice",
                d->name, name);
      kn_note(s->file, d->range, "declared here");
      return false;
    }
    if (at < d->num_params && !call->args[at])
      call->args[at] = e->args[i];
    else
      at = d->num_params;
    if (at == d->num_params)
      goto count;
  }
  for (unsigned i = 0; i < d->num_params; i++) {
    if (!call->args[i] && d->defaults[i])
      call->args[i] = clone(s, d->defaults[i], true, NULL);
    if (!call->args[i])
      goto count;
  }
  bool ok = true;
  for (unsigned i = 0; i < d->num_params; i++) {
    call->args[i] = check(s, call->args[i], KN_NOTYPE);
    ok = ok && !bad(call->args[i]);
  }
  return ok;

count:
  kn_report(s->file, KN_DIAG_argument_count, e->op_range, "'%s' has %u argument%s, here %s %u",
            d->name, d->num_params, d->num_params == 1 ? "" : "s", e->num_args == 1 ? "is" : "are",
            e->num_args);
  kn_note(s->file, d->range, "declared here");
  return false;
}

/* The body of the def with the call's arguments, in place of the call. */
static EXPR *put_in(struct sema *s, EXPR *e, struct kn_def *def, enum kn_type want) {
  struct call call = {.def = def, .outer = s->call};
  for (const struct call *c = s->call; c; c = c->outer)
    if (c->def == def) /* check_defs() told it */
      return poison(e);
  if (!take_arguments(s, e, &call)) {
    s->poisoned = true;
    return poison(e);
  }
  EXPR *body = clone(s, def->body, true, NULL);
  unsigned errors = s->file->diags->errors, first = s->first_scope;
  if (s->num_cloned <= MAX_CLONED) {
    s->call = &call;
    s->first_scope = s->num_scope;
    body = check(s, body, want);
    s->first_scope = first;
    s->call = call.outer;
  }
  if (s->num_cloned > MAX_CLONED) {
    kn_report(s->file, KN_DIAG_too_deep, e->op_range,
              "the functions of this statement make it too large");
    kn_hint(s->file, "give a part of it a name in a statement of its own");
  } else if (s->file->diags->errors > errors) {
    kn_note(s->file, e->range, "in this call of '%s'", def->name);
  } else if (!bad(body)) {
    kn_walk(body, move_to_call, &e->range);
    return body;
  }
  s->poisoned = true;
  return poison(e);
}

struct names {
  const struct kn_def *def;
  const EXPR *reduction;
  const struct names *outer;
};

/* Names and calls of a def that nothing may have put in yet. */
static void check_def_expr(struct sema *s, EXPR *e, const struct names *n) {
  struct names inner = {n->def, e, n};
  if (!e)
    return;
  if (e->kind == KN_READ) {
    bool known = false;
    for (unsigned i = 0; i < n->def->num_params; i++)
      known = known || !strcmp(n->def->params[i], e->name);
    for (const struct names *o = n; o && o->reduction; o = o->outer)
      for (unsigned i = 0; i < o->reduction->num_indices; i++)
        known = known || !strcmp(o->reduction->indices[i]->name, e->name);
    if (!known) {
      kn_report(s->file, KN_DIAG_unknown_name,
                (struct kn_range){e->range.begin, e->range.begin + (uint32_t)strlen(e->name)},
                "unknown name '%s'", e->name);
      kn_hint(s->file, "a function sees its parameters and nothing of the kernel");
    }
  }
  if (e->kind == KN_CALL && e->builtin == KN_NUM_BUILTINS)
    for (struct kn_def *d = s->file->defs; d; d = d->next) {
      if (strcmp(d->name, e->name))
        continue;
      if (d->active) {
        kn_report(s->file, KN_DIAG_recursive_def, e->op_range, "'%s' calls itself%s", d->name,
                  d == n->def ? "" : " through others");
        kn_hint(s->file, "functions are put in where they are called; reduce with sum[k in 0..n]");
      } else if (!d->checked) {
        d->active = true;
        check_def_expr(s, d->body, &(struct names){d, NULL, NULL});
        d->active = false;
        d->checked = true;
      }
    }
  for (unsigned i = 0; i < e->num_indices; i++) {
    check_def_expr(s, e->indices[i]->lo, n);
    check_def_expr(s, e->indices[i]->hi, n);
    for (unsigned k = 0; k < n->def->num_params; k++)
      if (!strcmp(n->def->params[k], e->indices[i]->name))
        kn_report(s->file, KN_DIAG_index_shadows, e->indices[i]->range,
                  "index '%s' has the name of a parameter", e->indices[i]->name);
  }
  for (unsigned i = 0; i < e->num_args; i++) {
    bool word = (e->kind == KN_CALL || e->kind == KN_CAST) && e->arg_names[i] &&
                !strcmp(e->arg_names[i], "rounding");
    if (!word)
      check_def_expr(s, e->args[i], e->kind == KN_REDUCE ? &inner : n);
  }
}

static void check_defs(struct kn_file *file) {
  struct sema s = {.file = file};
  for (struct kn_def *d = file->defs; d; d = d->next) {
    if (d->checked)
      continue;
    d->active = true;
    check_def_expr(&s, d->body, &(struct names){d, NULL, NULL});
    d->active = false;
    d->checked = true;
  }
}

/* `want` is the type of the tensor that the value is stored to, as far as it is known. */
static EXPR *check(struct sema *s, EXPR *e, enum kn_type want) {
  switch (e->kind) {
  case KN_INT:
    if (e->type == KN_NOTYPE) /* true and false are typed already */
      e->type = fits(e->ival, KN_I32) ? KN_I32 : KN_I64;
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

/*===----------------------------------------------------------------------===//
 * Statements
 *===----------------------------------------------------------------------===*/

/* May this statement define (a part of) t, as far as others have? */
static bool may_define(struct sema *s, struct kn_stmt *st, struct kn_tensor *t,
                       struct kn_range name) {
  if (!t->def)
    return true;
  if (t->def->kind != KN_PART || st->kind != KN_PART) {
    kn_report(s->file, KN_DIAG_defined_twice, name, "'%s' is defined twice", st->name);
    kn_note(s->file, t->def->target_range, "the first time here");
    if (st->kind == KN_PART || st->kind == KN_SCATTER)
      kn_hint(s->file, "a tensor is defined by one statement, or by parts y[i in lo..hi] only");
    return false;
  }
  if (t->num_reads) {
    kn_report(s->file, KN_DIAG_use_before_definition, name,
              "a part of '%s' is defined after '%s' was read", t->name, t->name);
    kn_hint(s->file, "all parts stand above the first statement that reads the tensor");
    return false;
  }
  return true;
}

/* The target's tensor: an output, or a new intermediate; NULL after a message. */
static struct kn_tensor *check_target(struct sema *s, struct kn_stmt *st) {
  struct kn_tensor *t = find_tensor(s, st->name);
  struct kn_dim *d = kn_find_dim(s->kernel, st->name);
  struct kn_range name = {st->target_range.begin,
                          st->target_range.begin + (uint32_t)strlen(st->name)};
  if (t && t->role == KN_INPUT) {
    kn_report(s->file, KN_DIAG_assign_to_input, name, "'%s' is an input", st->name);
    kn_note(s->file, t->range, "declared here");
    kn_hint(s->file, "declare it as an output, or give the result another name");
    return NULL;
  }
  if (t && !may_define(s, st, t, name))
    return NULL;
  if (d && !t) {
    kn_report(s->file, KN_DIAG_redefinition, name, "'%s' is a dimension", st->name);
    kn_note(s->file, d->range, "declared here");
    return NULL;
  }
  if (t && !st->broken && t->rank != st->rank) {
    char text[256];
    kn_report(s->file, KN_DIAG_rank_mismatch, st->target_range, "'%s' has %u dimension%s, %u %s",
              t->name, t->rank, t->rank == 1 ? "" : "s", st->rank,
              st->rank == 1 ? "index is given" : "indices are given");
    kn_note(s->file, t->range, "'%s' is %s", t->name, kn_describe(t, text, sizeof text));
    t->def = t->def ? t->def : st;
    return NULL;
  }
  if (t)
    return t;
  t = kn_alloc(s->file, sizeof *t);
  t->name = st->name;
  t->role = KN_LOCAL;
  t->rank = st->rank;
  t->range = name;
  t->id = s->kernel->num_inputs + s->kernel->num_outputs + s->kernel->num_locals++;
  *s->next_local = t;
  s->next_local = &t->next;
  return t;
}

/* `: i32[N]` behind the left side: the shape of an intermediate, or what an output has anyway. */
static bool check_annotation(struct sema *s, struct kn_stmt *st, struct kn_tensor *t, bool is_new) {
  if (is_new && !st->has_shape && st->kind != KN_ASSIGN) {
    kn_report(s->file, KN_DIAG_extent_unknown, st->target_range, "nothing tells the shape of '%s'",
              t->name);
    kn_hint(s->file, "write it behind the left side: %s[...]: i32[N]", t->name);
    return false;
  }
  if (st->has_shape && st->shape_rank != t->rank) {
    kn_report(s->file, KN_DIAG_rank_mismatch, st->annotation_range, "%u dimension%s for %u ind%s",
              st->shape_rank, st->shape_rank == 1 ? "" : "s", t->rank,
              t->rank == 1 ? "ex" : "ices");
    return false;
  }
  for (unsigned i = 0; st->has_shape && i < t->rank; i++) {
    if (is_new)
      t->dims[i] = st->shape[i];
    if (t->dims[i] == st->shape[i])
      continue;
    kn_report(s->file, KN_DIAG_extent_mismatch, st->annotation_range,
              "dimension %u of '%s' is another one where it is declared", i, t->name);
    kn_note(s->file, t->range, "here");
    return false;
  }
  if (!is_new && st->annotation && t->type != KN_NOTYPE && st->annotation != t->type) {
    kn_report(s->file, KN_DIAG_store_type, st->annotation_range, "'%s' is declared as %s", t->name,
              kn_type_name(t->type));
    kn_note(s->file, t->range, "here");
    return false;
  }
  return true;
}

/* Numbers and dimensions, and what kn_size_expr() can do with them? */
static bool made_of_sizes(const EXPR *e) {
  bool call = e->kind == KN_CALL && (e->builtin == KN_MIN || e->builtin == KN_MAX);
  bool op = e->kind == KN_BINARY && e->op <= KN_REM;
  if (e->kind == KN_INT || e->kind == KN_DIM)
    return true;
  if (e->kind != KN_CAST && !call && !op)
    return false;
  for (unsigned i = 0; i < e->num_args; i++)
    if (!made_of_sizes(e->args[i]))
      return false;
  return true;
}

/* The names in a scatter's subscripts that nothing else has are its indices. */
static bool bind_scatter(struct sema *s, struct kn_stmt *st, EXPR *e) {
  if (e->kind == KN_REDUCE) /* has indices of its own */
    return true;
  if (e->kind == KN_READ && !e->num_args && !find_in_force(s, e->name) &&
      !find_tensor(s, e->name) && !kn_find_dim(s->kernel, e->name)) {
    if (st->num_indices == KN_MAX_RANK) {
      kn_report(s->file, KN_DIAG_too_many, e->range, "more than %d indices", KN_MAX_RANK);
      return false;
    }
    struct kn_index *x = kn_alloc(s->file, sizeof *x);
    x->name = e->name;
    x->range = e->range;
    st->indices[st->num_indices++] = x;
    if (!bind(s, x))
      return false;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (!bind_scatter(s, st, e->args[i]))
      return false;
  return true;
}

/* Puts the indices of the left side in force. */
static bool bind_left(struct sema *s, struct kn_stmt *st, struct kn_tensor *t) {
  bool ok = true;
  if (st->kind == KN_SCATTER) {
    for (unsigned i = 0; i < st->rank; i++)
      ok = ok && bind_scatter(s, st, st->subscripts[i]);
    for (unsigned i = 0; ok && i < st->rank; i++) {
      st->subscripts[i] = check_index_expr(s, st->subscripts[i], t->dims[i]);
      ok = !bad(st->subscripts[i]);
    }
    return ok;
  }
  for (unsigned i = 0; i < st->rank; i++) {
    struct kn_index *x = st->indices[i];
    if (x->lo) {
      x->lo = check_bound(s, x->lo);
      x->hi = check_bound(s, x->hi);
      if (bad(x->lo) || bad(x->hi))
        return false;
      const EXPR *wrong = !made_of_sizes(x->lo) ? x->lo : !made_of_sizes(x->hi) ? x->hi : NULL;
      if (wrong) {
        kn_report(s->file, KN_DIAG_bad_part, wrong->range,
                  "the bounds of a part are made of numbers and dimensions");
        return false;
      }
    }
  }
  for (unsigned i = 0; i < st->rank; i++) {
    ok &= bind(s, st->indices[i]);
    unify(s, st->indices[i], t->dims[i], st->indices[i]->range);
    st->indices[i]->fixed = t->dims[i] != NULL;
  }
  return ok;
}

/* Value to target type: equal, exactly wider, or a message (R4.5). */
static EXPR *check_store(struct sema *s, struct kn_stmt *st, EXPR *v, enum kn_type type) {
  if (bad(v))
    return v;
  bool literal = v->literal && (v->kind == KN_INT ? type != KN_BOOL : kn_type_is_float(type));
  if (literal || widens(v->type, type))
    return coerce(s, v, type);
  const char *to = kn_type_name(type);
  kn_report(s->file, KN_DIAG_store_type, v->range, "%s cannot be stored to '%s', which is %s",
            kn_type_name(v->type), st->name, to);
  kn_note(s->file, st->annotation ? st->annotation_range : st->target->range, "declared here");
  if (type == KN_BOOL)
    kn_hint(s->file, "compare it: ... != 0");
  else if (v->type == KN_BOOL)
    kn_hint(s->file, "%s(...) makes 0 and 1 of it", to);
  else if (kn_type_is_float(type))
    kn_hint(s->file, "%s(...) converts, rounding to nearest even", to);
  else if (is_float(v))
    kn_hint(s->file, "%s(...) cuts off the fraction, quantize(..., scale) scales and rounds", to);
  else
    kn_hint(s->file,
            "%s(...) keeps the low bits, %s(clamp(..., %lld, %lld)) saturates, "
            "quantize(..., scale) scales and rounds",
            to, to, (long long)kn_type_min(type), (long long)kn_type_max(type));
  return poison(v);
}

static void check_stmt(struct sema *s, struct kn_stmt *st) {
  s->stmt = st;
  s->num_scope = s->num_bound = s->num_cloned = 0;
  s->poisoned = false;
  if (!st->name || (st->broken && find_tensor(s, st->name) && find_tensor(s, st->name)->def))
    return;
  unsigned locals = s->kernel->num_locals;
  struct kn_tensor *t = check_target(s, st);
  bool is_new = s->kernel->num_locals > locals;
  if (!t || st->broken) {
    if (t && !t->def && t->role == KN_OUTPUT) /* do not also complain that nothing defines it */
      t->def = st;
    else if (t && !t->def)
      t->def = st, t->type = KN_NOTYPE;
    st->broken = true;
    return;
  }
  st->target = t;
  bool ok = check_annotation(s, st, t, is_new);
  if (t->rank && is_new && !st->has_shape && st->kind != KN_ASSIGN)
    s->poisoned = true;
  ok &= bind_left(s, st, t);
  enum kn_type want = is_new ? st->annotation : t->type;
  if (st->kind == KN_SCATTER && want == KN_BOOL) {
    kn_report(s->file, KN_DIAG_bad_operand, st->target_range, "'+=' adds numbers, '%s' is bool",
              t->name);
    ok = false;
  }
  EXPR *v = check(s, st->value, want);
  if (want != KN_NOTYPE)
    v = check_store(s, st, v, want);
  else
    settle(v);
  for (unsigned i = 0; ok && !bad(v) && i < st->num_indices; i++) {
    ok = extent_known(s, st->indices[i], false);
    if (is_new && st->kind == KN_ASSIGN)
      t->dims[i] = st->indices[i]->extent;
  }
  st->value = v;
  st->num_index_vars = s->num_bound;
  if (is_new)
    t->type = ok && !s->poisoned ? v->type : KN_NOTYPE;
  st->broken = !ok || bad(v) || s->poisoned;
  if (!t->def) {
    t->def = st;
    return;
  }
  struct kn_stmt *last = t->def;
  while (last->parts)
    last = last->parts;
  last->parts = st;
}

/* Parts are checked when the sizes are known (kn_check_parts). Here only what fits for none of a
 * few sizes is told. */
static void check_parts(struct sema *s, struct kn_tensor *t) {
  for (const struct kn_stmt *st = t->def; st; st = st->parts)
    if (st->broken || st->kind != KN_PART)
      return;
  kn_try_parts(s->file, s->kernel, t);
}

/*===----------------------------------------------------------------------===//
 * Kernels
 *===----------------------------------------------------------------------===*/

static void check_parameters(struct sema *s) {
  struct kn_tensor *lists[] = {s->kernel->inputs, s->kernel->outputs};
  for (int i = 0; i < 2; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next) {
      struct kn_dim *d = kn_find_dim(s->kernel, t->name);
      if (d) {
        kn_report(s->file, KN_DIAG_redefinition, t->range, "'%s' is a dimension too", t->name);
        kn_note(s->file, d->range, "here");
      }
    }
}

static void check_kernel(struct kn_file *file, struct kn_kernel *k) {
  struct sema s = {.file = file, .kernel = k, .next_local = &k->locals};
  check_parameters(&s);
  for (struct kn_stmt *st = k->stmts; st; st = st->next)
    check_stmt(&s, st);
  struct kn_tensor *defined[] = {k->outputs, k->locals};
  for (int i = 0; i < 2; i++)
    for (struct kn_tensor *t = defined[i]; t; t = t->next)
      if (t->def && t->def->kind == KN_PART)
        check_parts(&s, t);
  kn_check_schedule(file, k);
  for (struct kn_tensor *t = k->outputs; t; t = t->next)
    if (!t->def) {
      kn_report(file, KN_DIAG_output_undefined, t->range, "output '%s' is never defined", t->name);
      kn_hint(file, "add a statement '%s%s = ...'", t->name, t->rank ? "[...]" : "");
    }
  if (file->diags->errors) /* also of the parser: what it skipped may use the name */
    return;
  struct kn_tensor *lists[] = {k->inputs, k->locals};
  for (int i = 0; i < 2; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      if (!t->num_reads)
        kn_report(file, KN_DIAG_unused, t->range, "'%s' is never used", t->name);
}

bool kn_check(struct kn_file *file) {
  unsigned before = file->diags->errors;
  check_defs(file);
  for (struct kn_kernel *k = file->kernels; k; k = k->next)
    check_kernel(file, k);
  return file->diags->errors == before;
}
