// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions of a row that one loop makes: those of its statements that go through it alike, and
// need nothing that is not there yet. What they read in common is loaded once.
#include "rows_value.h"

enum { MOST = 4, REGISTERS = 12 }; // beside the first; of accumulators, of 32

struct look {
  struct scope *s;
  const struct line *line;
  const struct kn_expr *first; // the reduction whose loop it is
  const struct kn_index *own;
  bool fits, shares; // what the first one reads
  struct reduction *found;
  unsigned num, registers;
};

static bool comes_before(const struct line *l, const struct line *other) {
  for (l = l->next; l; l = l->next)
    if (l == other)
      return true;
  return false;
}

// Is the tensor there when the scope's line begins, or waited for in its loop?
static bool is_there(struct scope *s, const struct kn_tensor *t) {
  for (const struct line *l = s->line; l; l = l->next)
    if (l->target == t)
      return false;
  const struct operand *o = rows_operand(s->p, t);
  const struct local *v = rows_local(s->p, t);
  const struct line *meets = o ? o->meets : v ? v->meets : NULL;
  return !meets || meets == s->line || comes_before(meets, s->line);
}

static bool check_read(struct kn_expr *e, void *data) {
  struct look *k = data;
  if (e->kind == KN_REDUCE)
    k->fits = false;
  if (e->kind != KN_READ)
    return true;
  k->shares = k->shares || (e->num_args && rows_expr_reads(k->first->args[0], e->tensor));
  k->fits = k->fits && !e->tensor->rows && is_there(k->s, e->tensor);
  for (unsigned i = 0; i < e->num_args; i++) {
    const struct kn_index *index = kn_plain_index(e->args[i]);
    k->fits = k->fits && index && (index != k->own || i + 1 == e->num_args);
  }
  return true;
}

// A reduction along a row for each of its lines' numbers, whose loop others can join.
static bool goes_along(struct look *k, const struct kn_expr *e) {
  struct rows *r = k->s->r;
  if (e->kind != KN_REDUCE || e->num_indices != 1 || !e->indices[0]->extent ||
      !rows_is_counted(e) || e->reduction == KN_ARGMAX || e->reduction == KN_ARGMIN ||
      rows_choose_own(r, k->s->p, e, false) != e->indices[0])
    return false;
  k->own = e->indices[0];
  k->fits = true;
  k->shares = false;
  kn_walk(e->args[0], check_read, k);
  return k->fits && k->shares;
}

static bool is_number(const struct phase *p, const struct line *l) {
  for (unsigned i = 0; i < l->rank; i++)
    if (l->index[i]->lo)
      return false;
  return l->rank == rows_serial(p) && !l->part && !l->copies_part && !l->scatter && !l->chunked &&
         !l->blocks && !l->made_with && !l->engine && !l->gather;
}

static bool join(struct kn_expr *e, void *data) {
  struct look *k = data;
  if (e->kind != KN_REDUCE)
    return true;
  struct value made;
  if (e == k->first || k->num == MOST || rows_is_made(k->s, e, &made) ||
      e->indices[0]->extent != k->first->indices[0]->extent || !goes_along(k, e))
    return false;
  struct scope *s = k->s;
  const unsigned lanes = s->lanes;
  const struct line *line = s->line;
  struct reduction *d = &k->found[k->num];
  s->line = k->line;
  rows_set_up_reduction(s, d, e, NULL);
  const unsigned registers = rows_reduction_registers(s, d);
  if (s->lanes == lanes && !d->place && k->registers + registers <= REGISTERS) {
    d->line = k->line;
    k->registers += registers;
    k->num++;
  }
  s->lanes = lanes;
  s->line = line;
  return false;
}

void rows_join_reductions(struct scope *s, struct reduction *d) {
  struct look k = {.s = s, .line = s->line, .first = d->e};
  if (!d->own || d->place || s->p->across || s->p->piece || s->p->pitch ||
      !is_number(s->p, s->line) || !goes_along(&k, d->e))
    return;
  k.found = kn_alloc(s->r->file, MOST * sizeof *k.found);
  k.registers = rows_reduction_registers(s, d);
  for (struct line *l = (struct line *)s->line; l; l = l->next) {
    k.line = l;
    if (is_number(s->p, l) && s->num_made + k.num < sizeof s->made / sizeof *s->made)
      kn_walk(l->value, join, &k);
  }
  d->joined = k.found;
  d->num_joined = k.num;
}

// What one of them does, with its line's names for what the loop goes through.
static void with_line(struct scope *s, const struct reduction *d, const struct reduction *first,
                      rows_do_reduction *action) {
  const struct line *line = s->line;
  const struct kn_index *along = s->along;
  const unsigned bound = s->num;
  const char *name = along ? scope_name(s, first->own) : NULL;
  s->line = d->line;
  for (unsigned i = 0; i < d->line->rank; i++)
    scope_bind(s, d->line->index[i], s->p->par_name[i]);
  if (along) {
    scope_bind(s, d->own, name);
    s->along = d->own;
  }
  action(s, (struct reduction *)d);
  s->num = bound;
  s->along = along;
  s->line = line;
}

void rows_each_joined(struct scope *s, const struct reduction *d, rows_do_reduction *action) {
  for (unsigned i = 0; i < d->num_joined; i++)
    with_line(s, &d->joined[i], d, action);
}

void rows_keep_joined(struct scope *s, struct reduction *d) {
  s->made[s->num_made].e = d->e;
  s->made[s->num_made++].value = rows_end_reduction(s, d, s->lanes);
}

bool rows_is_made(const struct scope *s, const struct kn_expr *e, struct value *v) {
  for (unsigned i = 0; i < s->num_made; i++)
    if (s->made[i].e == e) {
      *v = s->made[i].value;
      return true;
    }
  return false;
}
