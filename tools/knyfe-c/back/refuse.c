// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the language has and no stage behind the tree knows yet: refused before any of them sees it.
// A stage that learns one of these takes its test out of here.
#include "internal.h"

static bool refuse(struct kn_file *file, struct kn_range range, const char *what,
                   const char *instead) {
  kn_report(file, KN_DIAG_not_mapped, range, "%s: no mapping to the device yet", what);
  kn_hint(file, "%s", instead);
  return false;
}

static bool check_expr(struct kn_expr *e, void *data) {
  struct kn_file *file = data;
  if (e->kind == KN_CALL && e->builtin == KN_QUANTIZE && e->round_away)
    return refuse(file, e->range, "rounding = away", "rounding = even, which is the default");
  if ((e->kind == KN_CAST || e->kind == KN_CALL) && e->type == KN_I4)
    return refuse(file, e->range, "i4", "use i8");
  return true;
}

static bool check_stmt(struct kn_file *file, struct kn_stmt *s) {
  if (s->kind == KN_PART)
    return refuse(file, s->target_range, "a statement for a part of a tensor",
                  "define the whole tensor at once, or make each part an output");
  if (s->kind == KN_SCATTER)
    return refuse(file, s->target_range, "scatter-add",
                  "reduce on the right side: t[i] = sum[k] where(index[k] == i, value[k], 0)");
  return kn_walk(s->value, check_expr, file);
}

bool kn_refuse_unmapped(struct kn_file *file, struct kn_kernel *k, const struct kn_target *target) {
  for (struct kn_dim *d = k->dims; d; d = d->next)
    if (d->size < 0)
      return refuse(file, d->range, "a dimension without a size",
                    target->dynamic ? "leave out --dynamic and give it with --shape"
                                    : "give it with --shape");
  struct kn_tensor *lists[] = {k->inputs, k->outputs, k->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next) {
      if (t->rows)
        return refuse(file, t->range, "a row-wise quantised table",
                      "pass the values as u8[E, D] and scale and bias as f32[E]");
      if (t->type == KN_I4)
        return refuse(file, t->range, "i4", "use i8");
    }
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    if (!check_stmt(file, s))
      return false;
  if (k->schedule)
    return refuse(file, k->schedule->range, "a schedule",
                  "leave the block out: the compiler chooses tiles and distribution");
  return true;
}
