// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names, extents and types: one walk over the statements in order. KN_NOTYPE means "already
// reported" and spreads silently.
#include "sema.h"
#include "diag.h"

#include <string.h>

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
  struct kn_tensor *t = sema_find_tensor(s, st->name);
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
  if (e->kind == KN_READ && !e->num_args && !sema_find_in_force(s, e->name) &&
      !sema_find_tensor(s, e->name) && !kn_find_dim(s->kernel, e->name)) {
    if (st->num_indices == KN_MAX_RANK) {
      kn_report(s->file, KN_DIAG_too_many, e->range, "more than %d indices", KN_MAX_RANK);
      return false;
    }
    struct kn_index *x = kn_alloc(s->file, sizeof *x);
    x->name = e->name;
    x->range = e->range;
    st->indices[st->num_indices++] = x;
    if (!sema_bind(s, x))
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
      st->subscripts[i] = sema_check_index(s, st->subscripts[i], t->dims[i]);
      ok = !sema_is_bad(st->subscripts[i]);
    }
    return ok;
  }
  for (unsigned i = 0; i < st->rank; i++) {
    struct kn_index *x = st->indices[i];
    if (x->lo) {
      x->lo = sema_check_bound(s, x->lo);
      x->hi = sema_check_bound(s, x->hi);
      if (sema_is_bad(x->lo) || sema_is_bad(x->hi))
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
    ok &= sema_bind(s, st->indices[i]);
    sema_unify(s, st->indices[i], t->dims[i], st->indices[i]->range);
    st->indices[i]->fixed = t->dims[i] != NULL;
  }
  return ok;
}

/* Value to target type: equal, exactly wider, or a message (R4.5). */
static EXPR *check_store(struct sema *s, struct kn_stmt *st, EXPR *v, enum kn_type type) {
  if (sema_is_bad(v))
    return v;
  bool literal = v->literal && (v->kind == KN_INT ? type != KN_BOOL : kn_type_is_float(type));
  if (literal || sema_widens(v->type, type))
    return sema_coerce(s, v, type);
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
  else if (sema_is_float(v))
    kn_hint(s->file, "%s(...) cuts off the fraction, quantize(..., scale) scales and rounds", to);
  else
    kn_hint(s->file,
            "%s(...) keeps the low bits, %s(clamp(..., %lld, %lld)) saturates, "
            "quantize(..., scale) scales and rounds",
            to, to, (long long)kn_type_min(type), (long long)kn_type_max(type));
  return sema_poison(v);
}

static void check_stmt(struct sema *s, struct kn_stmt *st) {
  s->stmt = st;
  s->num_scope = s->num_bound = s->num_cloned = 0;
  s->poisoned = false;
  if (!st->name ||
      (st->broken && sema_find_tensor(s, st->name) && sema_find_tensor(s, st->name)->def))
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
  EXPR *v = sema_check(s, st->value, want);
  if (want != KN_NOTYPE)
    v = check_store(s, st, v, want);
  else
    sema_settle(v);
  for (unsigned i = 0; ok && !sema_is_bad(v) && i < st->num_indices; i++) {
    ok = sema_extent_known(s, st->indices[i], false);
    if (is_new && st->kind == KN_ASSIGN)
      t->dims[i] = st->indices[i]->extent;
  }
  st->value = v;
  st->num_index_vars = s->num_bound;
  if (is_new)
    t->type = ok && !s->poisoned ? v->type : KN_NOTYPE;
  st->broken = !ok || sema_is_bad(v) || s->poisoned;
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
  sema_check_defs(file);
  for (struct kn_kernel *k = file->kernels; k; k = k->next)
    check_kernel(file, k);
  return file->diags->errors == before;
}
