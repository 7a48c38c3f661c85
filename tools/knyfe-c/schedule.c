// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- schedule.c - Decisions that a kernel makes itself (R2.10) ------------===*/
#include "ast.h"
#include "diag.h"

#include <string.h>

static const struct {
  unsigned least, most; /* numbers; 0, 0: a word */
  int64_t limit;
  const char *words[5];
  const char *form;
} decisions[] = {
    [KN_GRID] = {2, 2, 8, {0}, "grid = R x C with R and C from 1 to 8"},
    [KN_SPLIT] = {1, 1, 16, {0}, "split(k) = 1, 2, 4, 8 or 16"},
    [KN_TILE] = {1, KN_MAX_RANK, 1 << 20, {0}, "tile(y) = 64 x 64"},
    [KN_RESIDENT] = {0, 0, 0, {"local", "sram", "dram"}, "resident(x) = local, sram or dram"},
    [KN_BUFFERS] = {1, 1, 16, {0}, "buffers(x) = 1 to 16"},
    [KN_UNIT] = {0, 0, 0, {"dpe", "se", "mlu", "core"}, "unit(y) = dpe, se, mlu or core"}};

static bool well_formed(const struct kn_decision *d) {
  if (!decisions[d->key].most) {
    for (int i = 0; d->word && decisions[d->key].words[i]; i++)
      if (!strcmp(decisions[d->key].words[i], d->word))
        return true;
    return false;
  }
  bool ok = !d->word && d->num_values >= decisions[d->key].least &&
            d->num_values <= decisions[d->key].most;
  for (unsigned i = 0; i < d->num_values; i++)
    ok = ok && d->values[i] >= 1 && d->values[i] <= decisions[d->key].limit &&
         (d->key != KN_SPLIT || (d->values[i] & (d->values[i] - 1)) == 0);
  return ok;
}

static struct kn_tensor *find_tensor(struct kn_kernel *k, const char *name) {
  struct kn_tensor *lists[] = {k->inputs, k->outputs, k->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      if (!strcmp(t->name, name))
        return t;
  return NULL;
}

static bool binds_name(struct kn_expr *e, void *name) {
  for (unsigned i = 0; i < e->num_indices; i++)
    if (!strcmp(e->indices[i]->name, name))
      return false;
  return true;
}

/* R2.10: the form of each decision and the names in it. */
void kn_check_schedule(struct kn_file *file, struct kn_kernel *k) {
  for (struct kn_decision *d = k->schedule; d; d = d->next) {
    if (!well_formed(d)) {
      kn_report(file, KN_DIAG_bad_schedule, d->value_range, "expected %s", decisions[d->key].form);
      continue;
    }
    for (struct kn_decision *other = k->schedule; other != d; other = other->next)
      if (other->key == d->key && (!d->name || !strcmp(other->name, d->name))) {
        kn_report(file, KN_DIAG_bad_schedule, d->range, "this is decided twice");
        kn_note(file, other->range, "the first time here");
      }
    bool known = d->key == KN_GRID;
    if (d->key == KN_SPLIT) {
      for (struct kn_stmt *st = k->stmts; st; st = st->next)
        known = known || (st->value && !kn_walk(st->value, binds_name, (void *)d->name));
    } else if (d->name) {
      d->tensor = find_tensor(k, d->name);
      known = d->tensor != NULL;
    }
    if (!known)
      kn_report(file, KN_DIAG_bad_schedule, d->name_range,
                d->key == KN_SPLIT ? "no reduction binds an index '%s'" : "unknown tensor '%s'",
                d->name);
  }
}
