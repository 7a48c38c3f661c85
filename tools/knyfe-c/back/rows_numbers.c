// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of one number per row: y[m] = sigmoid(max[n] x[m, n]). A number by itself waits for
// each step of the function. So the rows of a tile leave the arguments where the results will be,
// and behind the last row vectors go over them:
//
//   for m: ...; y[m] = argument
//   for m by 16: y[m..] = sigmoid(y[m..])
#include "rows_value.h"

#define T(...) kn_text(s->r->file, __VA_ARGS__)

bool rows_waits_for_tile(struct phase *p, const struct line *l) {
  const struct kn_expr *e = l->value;
  const struct operand *o = rows_operand(p, l->target);
  if (p->num_par != 1 || p->across || p->shared || sz_is(p->tile_columns, 1) || l->rank != 1 ||
      !o || !sz_is(o->stride[0], 1) || l->scatter || l->part || l->copies_part || l->blocks ||
      rows_is_read_later(l))
    return false;
  return e->kind == KN_CALL && e->builtin >= KN_EXP && e->builtin <= KN_SILU && e->type == KN_F32 &&
         l->target->type == KN_F32 && e->args[0]->type == KN_F32;
}

enum { SHORT = 64 };

static bool find_long(struct kn_expr *e, void *data) {
  bool *found = data;
  *found = *found || (e->kind == KN_CALL && e->builtin >= KN_EXP && e->builtin <= KN_POW);
  if (e->kind != KN_REDUCE)
    return true;
  const struct kn_dim *n = e->num_indices == 1 ? e->indices[0]->extent : NULL;
  *found = *found || !n || n->size <= 0 || n->size > SHORT || e->scan;
  return true;
}

bool rows_are_short(struct phase *p) {
  bool reduces = false;
  for (const struct line *l = p->lines; l; l = l->next) {
    const bool waits = rows_waits_for_tile(p, l);
    bool found = (l->engine && !waits) || l->scatter || l->part || l->copies_part || l->blocks ||
                 l->gather || l->contracts || l->chunked || p->num_par != 1 || l->rank > 2;
    if (!found && l->rank == 2)
      found = l->target->dims[1]->size <= 0 || l->target->dims[1]->size > SHORT;
    if (found)
      return false;
    kn_walk(waits ? l->value->args[0] : l->value, find_long, &found);
    if (found)
      return false;
    reduces = reduces || l->reduces;
  }
  return reduces && p->lines->next;
}

void rows_put_waiting(struct scope *s, struct line *l) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  const struct size most = p->tile_columns;
  const char *m = p->par_name[0], *end = T("%s1", m);
  rows_comment(r, T("%s, all rows of the tile together.", l->target->name));
  rows_line(r, &l->stmt->range);
  s->line = l;
  s->num = 0;
  s->along = l->index[0];
  s->lanes = rows_narrow(64, most.known ? most.value : -1);
  s->count = T("%s - %s", end, m);
  scope_bind(s, l->index[0], m);
  rows_put(r, "for (long %s = %s0; %s < %s; %s += %u) {", m, m, m, end, m, s->lanes);
  r->indent++;
  const char *name = rows_name(r, T("%s_argument", l->target->name));
  rows_put(r, "const %s %s = %s;", rows_vector_type(s, KN_F32), name,
           rows_load_vector(s, KN_F32, rows_element(s, l, NULL), "0").text);
  struct kn_tensor *variable = kn_alloc(r->file, sizeof *variable);
  variable->role = KN_LOCAL;
  variable->type = KN_F32;
  struct kn_expr *argument = kn_new_expr(r->file, KN_READ, l->value->range);
  argument->type = KN_F32;
  argument->tensor = variable;
  struct kn_expr *call = kn_alloc(r->file, sizeof *call);
  *call = *l->value;
  call->args = &argument;
  s->variables[s->num_variables].tensor = variable;
  s->variables[s->num_variables].vector = true;
  s->variables[s->num_variables++].name = name;
  rows_store_element(s, l, rows_value(s, call));
  s->num_variables--;
  rows_release(r, name);
  r->indent--;
  rows_put(r, "}");
  s->along = NULL;
  s->count = NULL;
  rows_line(r, NULL);
}
