// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of scatter-adds of single elements, y[x[m]] += f(m): each lane of the vectors has a table
// of its own in local memory, so that no two lanes ever add to the same element, and the tables are
// added up at last.
#include "rows_block.h"

#define T(...) kn_text(r->file, __VA_ARGS__)

enum { ROOM = 64 * 1024 }; // bytes of tables

// Elements from one table to the next: equal elements of different lanes lie in different banks.
static int64_t distance(int64_t elements) { return (elements + 15) / 16 * 16 + 8; }

static const struct kn_index *last_index(const struct line *l) {
  return l->stmt->indices[l->stmt->num_indices - 1];
}

// So many lanes that they are worth it, 0: none. A longer vector waits less, and has more tables.
static unsigned lanes_for(const struct line *l) {
  enum { TERM = 9, LONGER = 1, ELEMENT = 4 }; // cycles that a term is sooner done; of its tables
  int64_t terms = l->chunk.known ? l->chunk.value : 0;
  for (unsigned i = 0; i < l->stmt->num_indices; i++)
    if (l->stmt->indices[i] != l->chunked)
      terms *= l->stmt->indices[i]->extent->size;
  const int64_t elements = l->target->dims[1]->size;
  if (32 * 4 * distance(elements) <= ROOM && terms * LONGER > elements * ELEMENT)
    return 32;
  return 16 * 4 * distance(elements) <= ROOM && terms * TERM > elements * ELEMENT ? 16 : 0;
}

void rows_add_lane_tables(struct rows *r, struct phase *p, const struct line *l) {
  const enum kn_type type = l->target->type;
  if (!l->chunked || l->rank != 2 || !rows_all_known(r) || (type != KN_I32 && type != KN_F32) ||
      !lanes_for(l) || !rows_value_vectorises(r, p, l->value, last_index(l)) ||
      !rows_index_vectorises(r, p, l->stmt->subscripts[0], last_index(l), false))
    return;
  struct kn_tensor *t = kn_alloc(r->file, sizeof *t);
  *t = *l->target;
  t->rank = 3;
  for (unsigned i = 1; i < 3; i++) {
    t->dims[i] = kn_alloc(r->file, sizeof *t->dims[i]);
    t->dims[i]->size = i == 1 ? lanes_for(l) : distance(l->target->dims[1]->size);
  }
  struct local *v = kn_alloc(r->file, sizeof *v);
  v->tensor = t;
  v->lanes_of = l;
  v->name = rows_name(r, T("%s_lanes", r->tensor_names[l->target->id]));
  v->array = true;
  v->first = 1;
  v->next = p->locals;
  p->locals = v;
}

const struct local *rows_lane_tables(const struct phase *p, const struct line *l) {
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->lanes_of == l)
      return v;
  return NULL;
}

bool rows_drop_lane_tables(struct phase *p) {
  bool any = false;
  for (struct local **v = &p->locals; *v;)
    if ((*v)->lanes_of) {
      *v = (*v)->next;
      any = true;
    } else
      v = &(*v)->next;
  return any;
}

static const char *type_name(const struct line *l) {
  return l->target->type == KN_F32 ? "f32" : "i32";
}

void rows_clear_lane_tables(struct scope *s, const struct line *l) {
  struct rows *r = s->r;
  const struct local *v = rows_lane_tables(s->p, l);
  const char *zero = rows_name(r, "zero"), *type = type_name(l);
  rows_comment(r, "Each lane adds to a table of its own.");
  rows_put(r, "for (long %s = 0; %s < %d; %s += 64)", zero, zero,
           (int)(v->tensor->dims[1]->size * v->tensor->dims[2]->size), zero);
  rows_put(r, "  mtia_store_%sx64(%s + %s, (mtia_%sx64)0);", type, v->name, zero, type);
  rows_release(r, zero);
}

void rows_add_to_lane_tables(struct scope *s, const struct line *l) {
  struct rows *r = s->r;
  const struct local *v = rows_lane_tables(s->p, l);
  const struct value at = rows_index_vector(s, l->stmt->subscripts[0]);
  const char *x = rows_vector(s, rows_value(s, l->value), l->target->type);
  rows_put(r, "kn_add_lanes_%sx%u(%s, mtia_iota_i32x%u() * %d + %s, %s, %s);", type_name(l),
           s->lanes, v->name, s->lanes, (int)v->tensor->dims[2]->size, rows_atom(s, at), x,
           s->count);
}

void rows_sum_lane_tables(struct scope *s, const struct line *l, const char *row) {
  struct rows *r = s->r;
  const struct local *v = rows_lane_tables(s->p, l);
  const int n = (int)l->target->dims[1]->size, distance = (int)v->tensor->dims[2]->size;
  const char *at = rows_name(r, "at"), *lane = rows_name(r, "lane"), *sum = rows_name(r, "sum"),
             *type = type_name(l), *to = r->tensor_names[l->target->id];
  rows_put(r, "for (long %s = 0; %s < %d; %s += 16) {", at, at, n, at);
  r->indent++;
  rows_put(r, "mtia_%sx16 %s = mtia_load_%sx16(%s + %s);", type, sum, type, v->name, at);
  rows_put(r, "for (long %s = 1; %s < %d; %s++)", lane, lane, (int)v->tensor->dims[1]->size, lane);
  rows_put(r, "  %s += mtia_load_%sx16(%s + %s * %d + %s);", sum, type, v->name, lane, distance,
           at);
  rows_put(r, "mtia_store_first_%sx16(%s + %s + %s, %d - %s, %s);", type, to, row, at, n, at, sum);
  r->indent--;
  rows_put(r, "}");
  rows_release(r, at);
  rows_release(r, lane);
  rows_release(r, sum);
}
