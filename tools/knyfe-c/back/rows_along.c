// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements that are made where they are added up first: d[k, n] = x[k, n] - middle, of which the
// next line sums d[k, n] * d[k, n]. The sum's loop makes and stores them, so they are not loaded
// for it, and operations hide behind the loads and stores that made a loop of their own wait. Only
// rows within rows: of a single row the loops overlap by themselves, or go with its stretches
// (rows_stretch.c).
#include "rows_value.h"

#define T(...) kn_text(s->r->file, __VA_ARGS__)

struct look {
  const struct phase *p;
  const struct line *made, *sum;
  bool fits;
};

// Does the sum read the element that is made in the same step?
static bool check_read(struct kn_expr *e, void *data) {
  struct look *k = data;
  const unsigned serial = rows_serial(k->p);
  const struct kn_expr *sum = k->sum->value;
  k->fits = k->fits && (e->kind != KN_REDUCE || e == sum);
  for (unsigned i = 0; e->kind == KN_READ && e->tensor == k->made->target && i < e->num_args; i++) {
    const struct kn_index *index = kn_plain_index(e->args[i]);
    k->fits = k->fits && index == (i < serial ? k->sum->index[i] : sum->indices[i - serial]);
  }
  return k->fits;
}

static bool find_reduction(struct kn_expr *e, void *data) {
  bool *found = data;
  *found = *found || e->kind == KN_REDUCE;
  return !*found;
}

// Is a loop with a simple body all that the line is?
static bool is_simple(const struct line *l) {
  bool reduces = false;
  for (unsigned i = 0; i < l->rank; i++)
    if (l->index[i]->lo)
      return false;
  kn_walk(l->value, find_reduction, &reduces);
  return !reduces && !l->part && !l->copies_part && !l->scatter && !l->chunked && !l->blocks &&
         !l->made_with && !l->engine && !l->gather && !rows_is_running(l) && !rows_group_size(l) &&
         l->target->type == KN_F32;
}

static bool waits_or_gives(const struct phase *p, const struct line *l) {
  for (const struct operand *o = p->operands; o; o = o->next)
    if (o->meets == l)
      return true;
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->meets == l)
      return true;
  return p->stretch.text != NULL;
}

// Is the line made by the loop of the next one?
static bool is_made_along(struct rows *r, struct phase *p, const struct line *l) {
  const struct line *sum = l->next;
  const unsigned serial = rows_serial(p);
  if (!sum || p->across || p->pitch || p->piece || l->rank < serial + 2 || sum->rank != serial ||
      sum->value->kind != KN_REDUCE || sum->chunked || sum->blocks || !is_simple(l) ||
      waits_or_gives(p, l) || waits_or_gives(p, sum))
    return false;
  const struct kn_expr *e = sum->value;
  if ((e->reduction != KN_SUM && e->reduction != KN_MEAN) || e->scan || e->type != KN_F32 ||
      e->num_indices != l->rank - serial || !rows_reads(sum, l->target))
    return false;
  for (unsigned i = 0; i < e->num_indices; i++)
    if (!e->indices[i]->extent || e->indices[i]->extent != l->target->dims[serial + i])
      return false;
  const struct kn_index *own = e->indices[e->num_indices - 1];
  struct look k = {p, l, sum, true};
  kn_walk(sum->value, check_read, &k);
  return k.fits && rows_choose_own(r, p, e, false) == own &&
         rows_can_vectorise(r, p, l, l->index[l->rank - 1]) &&
         rows_lanes(l) >= rows_lanes_along(sum, own);
}

void rows_find_made_along(struct rows *r, struct phase *p) {
  for (struct line *l = p->lines; l; l = l->next)
    if (is_made_along(r, p, l))
      l->made_with = l->next;
}

const struct line *rows_made_along(const struct scope *s) {
  for (const struct line *l = s->p->lines; l; l = l->next)
    if (l->next == s->line && l->made_with == s->line)
      return l;
  return NULL;
}

void rows_make_along(struct scope *s, const struct reduction *d) {
  const struct line *l = d->along, *line = s->line;
  const struct kn_index *along = s->along;
  const unsigned serial = rows_serial(s->p), bound = s->num;
  for (unsigned i = 0; i < l->rank; i++)
    scope_bind(s, l->index[i],
               i < serial ? s->p->par_name[i] : scope_name(s, d->e->indices[i - serial]));
  s->line = l;
  s->along = l->index[l->rank - 1];
  const char *name = rows_name(s->r, T("%s_made", s->r->tensor_names[l->target->id]));
  struct value v = rows_value(s, l->value);
  rows_put(s->r, "const %s %s = %s;", rows_vector_type(s, l->target->type), name,
           rows_vector(s, v, l->target->type));
  rows_store_element(s, l, (struct value){name, true, true});
  s->num = bound;
  s->along = along;
  s->line = line;
  s->variables[s->num_variables].tensor = l->target;
  s->variables[s->num_variables].vector = true;
  s->variables[s->num_variables++].name = name;
}
