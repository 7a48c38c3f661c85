// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a name stands for, and the extent of an index.
#include "diag.h"
#include "sema.h"

#include <string.h>

static struct kn_tensor *find_in(struct kn_tensor *list, const char *name) {
  while (list && strcmp(list->name, name))
    list = list->next;
  return list;
}

struct kn_dim *sema_find_dim(struct sema *s, const char *name) {
  return s->call ? NULL : kn_find_dim(s->kernel, name);
}

struct kn_tensor *sema_find_tensor(struct sema *s, const char *name) {
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

struct kn_index *sema_find_in_force(struct sema *s, const char *name) {
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

void sema_consider(struct guess *g, const char *name) {
  unsigned d = distance(g->wrong, name);
  if (d < g->distance && d < strlen(name))
    *g = (struct guess){g->wrong, name, d};
}

void sema_unknown_name(struct sema *s, const EXPR *e) {
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
      sema_consider(&g, t->name);
  for (struct kn_dim *d = s->kernel->dims; d; d = d->next)
    if (d->name && !d->expr)
      sema_consider(&g, d->name);
  for (unsigned i = 0; i < s->num_scope; i++)
    sema_consider(&g, s->scope[i]->name);
  kn_report(s->file, KN_DIAG_unknown_name, e->op_range, "unknown name '%s'", e->name);
  if (g.best && strlen(e->name) > 1)
    kn_hint(s->file, "did you mean '%s'?", g.best);
  else if (!e->num_args)
    kn_hint(s->file, "an index is bound on the left side or by a reduction such as sum[%s] ...",
            e->name);
}

bool sema_bind(struct sema *s, struct kn_index *x) {
  struct kn_index *other = sema_find_in_force(s, x->name);
  struct kn_tensor *t = sema_find_tensor(s, x->name);
  struct kn_dim *d = sema_find_dim(s, x->name);
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

void sema_limit_index(struct sema *s, const EXPR *e, struct kn_dim *d) {
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

void sema_unify(struct sema *s, struct kn_index *x, struct kn_dim *d, struct kn_range at) {
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

bool sema_extent_known(struct sema *s, struct kn_index *x, bool reduced) {
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
