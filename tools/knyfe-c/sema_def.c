// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Defs: their bodies take the places of their calls.
#include "diag.h"
#include "sema.h"

#include <string.h>

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
  if (s->num_cloned > MAX_CLONED) /* reported by sema_put_in() */
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

EXPR *sema_take_parameter(struct sema *s, EXPR *e) {
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
    return sema_poison(e);
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
    call->args[i] = sema_check(s, call->args[i], KN_NOTYPE);
    ok = ok && !sema_is_bad(call->args[i]);
  }
  return ok;

count:
  kn_report(s->file, KN_DIAG_argument_count, e->op_range, "'%s' has %u argument%s, here %s %u",
            d->name, d->num_params, d->num_params == 1 ? "" : "s", e->num_args == 1 ? "is" : "are",
            e->num_args);
  kn_note(s->file, d->range, "declared here");
  return false;
}

EXPR *sema_put_in(struct sema *s, EXPR *e, struct kn_def *def, enum kn_type want) {
  struct call call = {.def = def, .outer = s->call};
  for (const struct call *c = s->call; c; c = c->outer)
    if (c->def == def) /* sema_check_defs() told it */
      return sema_poison(e);
  if (!take_arguments(s, e, &call)) {
    s->poisoned = true;
    return sema_poison(e);
  }
  EXPR *body = clone(s, def->body, true, NULL);
  unsigned errors = s->file->diags->errors, first = s->first_scope;
  if (s->num_cloned <= MAX_CLONED) {
    s->call = &call;
    s->first_scope = s->num_scope;
    body = sema_check(s, body, want);
    s->first_scope = first;
    s->call = call.outer;
  }
  if (s->num_cloned > MAX_CLONED) {
    kn_report(s->file, KN_DIAG_too_deep, e->op_range,
              "the functions of this statement make it too large");
    kn_hint(s->file, "give a part of it a name in a statement of its own");
  } else if (s->file->diags->errors > errors) {
    kn_note(s->file, e->range, "in this call of '%s'", def->name);
  } else if (!sema_is_bad(body)) {
    kn_walk(body, move_to_call, &e->range);
    return body;
  }
  s->poisoned = true;
  return sema_poison(e);
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

void sema_check_defs(struct kn_file *file) {
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
