// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements -> lines: a line is a statement without reductions, or one reduction.
#include "rows_plan.h"

#include <string.h>

struct kn_expr *rows_copy(struct rows *r, const struct kn_expr *e) {
  if (!e)
    return NULL;
  struct kn_expr *c = kn_alloc(r->file, sizeof *c);
  *c = *e;
  if (e->num_args) {
    c->args = kn_alloc(r->file, e->num_args * sizeof *c->args);
    for (unsigned i = 0; i < e->num_args; i++)
      c->args[i] = rows_copy(r, e->args[i]);
  }
  return c;
}

struct free_indices {
  const struct kn_stmt *stmt;
  bool used[KN_MAX_RANK];
  bool others; // indices of reductions around
  const struct kn_expr *reduction;
};

struct bound_search {
  const struct kn_index *index;
  bool found;
};

static bool find_binder(struct kn_expr *e, void *data) {
  struct bound_search *s = data;
  if (e->kind == KN_REDUCE)
    for (unsigned i = 0; i < e->num_indices; i++)
      s->found = s->found || e->indices[i] == s->index;
  return true;
}

static bool mark_free(struct kn_expr *e, void *data) {
  struct free_indices *f = data;
  if (e->kind != KN_INDEX)
    return true;
  for (unsigned i = 0; i < f->stmt->rank; i++)
    if (f->stmt->indices[i] == e->index) {
      f->used[i] = true;
      return true;
    }
  struct bound_search s = {e->index, false};
  kn_walk((struct kn_expr *)f->reduction, find_binder, &s);
  f->others = f->others || !s.found;
  return true;
}

static struct line *add_line(struct lines *ls, struct kn_tensor *target, struct kn_expr *value,
                             const struct kn_stmt *stmt) {
  struct line *l = kn_alloc(ls->r->file, sizeof *l);
  l->target = target;
  l->value = value;
  l->reduces = value->kind == KN_REDUCE;
  l->stmt = stmt;
  *ls->tail = l;
  ls->tail = &l->next;
  return l;
}

// y_max, y_max_2...: a reduction in a statement of y.
static const char *reduction_name(struct rows *r, const struct kn_stmt *stmt,
                                  const struct kn_expr *e) {
  return kn_text(r->file, "%s_%s", stmt->target->name,
                 kn_reduction_name((enum kn_reduction)e->reduction));
}

static struct kn_expr *take_out(struct lines *ls, const struct kn_stmt *stmt, struct kn_expr *e);

static void take_out_below(struct lines *ls, const struct kn_stmt *stmt, struct kn_expr *e) {
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      e->args[i] = take_out(ls, stmt, e->args[i]);
}

struct kn_tensor *rows_new_tensor(struct rows *r, const char *name, enum kn_type type,
                                  struct kn_range range) {
  struct kn_tensor *t = kn_alloc(r->file, sizeof *t);
  t->name = name;
  t->role = KN_LOCAL;
  t->type = type;
  t->range = range;
  t->id = r->num_tensors++;
  return t;
}

struct kn_expr *rows_new_read(struct rows *r, struct kn_tensor *t, struct kn_range range) {
  struct kn_expr *read = kn_new_expr(r->file, KN_READ, range);
  read->type = t->type;
  read->tensor = t;
  read->args = kn_alloc(r->file, KN_MAX_RANK * sizeof *read->args);
  return read;
}

void rows_add_index(struct rows *r, struct kn_expr *read, struct kn_index *of) {
  struct kn_expr *index = kn_new_expr(r->file, KN_INDEX, read->range);
  index->type = KN_I32;
  index->index = of;
  read->args[read->num_args++] = index;
}

struct kn_expr *rows_binary(struct rows *r, enum kn_op op, struct kn_expr *a, struct kn_expr *b) {
  struct kn_expr *e = kn_new_expr(r->file, KN_BINARY, a->range);
  e->type = a->type;
  e->op = (uint8_t)op;
  e->args = kn_alloc(r->file, 2 * sizeof *e->args);
  e->args[e->num_args++] = a;
  e->args[e->num_args++] = b;
  return e;
}

struct kn_expr *rows_insert_line(struct rows *r, struct line **at, const struct kn_stmt *stmt,
                                 const char *name, struct kn_expr *value, unsigned rank,
                                 struct kn_index *const *index, struct kn_dim *const *dims) {
  struct line *l = kn_alloc(r->file, sizeof *l);
  l->target = rows_new_tensor(r, name, value->type, value->range);
  l->value = value;
  l->reduces = value->kind == KN_REDUCE;
  l->stmt = stmt;
  l->rank = l->target->rank = rank;
  struct kn_expr *read = rows_new_read(r, l->target, value->range);
  for (unsigned i = 0; i < rank; i++) {
    l->index[i] = index[i];
    l->target->dims[i] = dims[i];
    rows_add_index(r, read, index[i]);
  }
  l->next = *at;
  *at = l;
  return read;
}

struct kn_expr *rows_cast(struct rows *r, struct kn_expr *e, enum kn_type type) {
  if (e->type == type)
    return e;
  struct kn_expr *to = kn_new_expr(r->file, KN_CAST, e->range);
  to->type = type;
  to->args = kn_alloc(r->file, sizeof *to->args);
  to->args[to->num_args++] = e;
  return to;
}

// Replaces reductions that depend on indices of the left side only by intermediates.
static struct kn_expr *take_out(struct lines *ls, const struct kn_stmt *stmt, struct kn_expr *e) {
  struct rows *r = ls->r;
  take_out_below(ls, stmt, e);
  if (e->kind != KN_REDUCE)
    return e;
  struct free_indices f = {.stmt = stmt, .reduction = e};
  kn_walk(e, mark_free, &f);
  if (f.others)
    return e;
  struct kn_tensor *t = rows_new_tensor(r, reduction_name(r, stmt, e), e->type, e->op_range);
  struct kn_expr *read = rows_new_read(r, t, e->range);
  struct line *l = add_line(ls, t, e, stmt);
  for (unsigned i = 0; i < stmt->rank; i++) {
    if (!f.used[i])
      continue;
    rows_add_index(r, read, stmt->indices[i]);
    t->dims[t->rank++] = stmt->target->dims[i];
    l->index[l->rank++] = stmt->indices[i];
  }
  return read;
}

// In which sums of a scatter-add are formed. Halves of bytes cannot be added to, and floating point
// is rounded to its type once (R9.2).
static enum kn_type scatter_type(const struct kn_tensor *t) {
  return rows_stored(t) == KN_I4 ? KN_I8 : kn_type_is_float(t->type) ? KN_F32 : t->type;
}

// A copy of such sums.
static void pack(struct lines *ls, const struct line *sums) {
  struct kn_expr *read = rows_new_read(ls->r, sums->target, sums->stmt->range);
  struct kn_tensor *target = sums->stmt->target;
  struct line *l = add_line(ls, target, rows_cast(ls->r, read, target->type), sums->stmt);
  l->rank = sums->rank;
  for (unsigned i = 0; i < l->rank; i++) {
    l->index[i] = kn_alloc(ls->r->file, sizeof *l->index[i]);
    *l->index[i] = *sums->index[i];
    sums->target->dims[sums->target->rank++] = l->target->dims[i];
    rows_add_index(ls->r, read, l->index[i]);
  }
}

static bool find_reduction(struct kn_expr *e, void *data) {
  bool *found = data;
  *found = *found || e->kind == KN_REDUCE;
  return true;
}

// What is added by index, if there are reductions in it: a tensor over the indices of the left side
// by a statement of its own. The element to add.
static struct kn_expr *make_terms(struct lines *ls, const struct kn_stmt *stmt,
                                  struct kn_expr *value) {
  struct kn_file *f = ls->r->file;
  bool reduces = false;
  kn_walk(value, find_reduction, &reduces);
  for (unsigned i = 0; i < stmt->num_indices; i++)
    reduces = reduces && stmt->indices[i]->extent && stmt->num_indices <= 6;
  if (!reduces)
    return value;
  struct kn_stmt *terms = kn_alloc(f, sizeof *terms);
  *terms = *stmt;
  terms->kind = KN_ASSIGN;
  terms->rank = stmt->num_indices;
  terms->target =
      rows_new_tensor(ls->r, kn_text(f, "%s_terms", stmt->target->name), value->type, stmt->range);
  struct kn_expr *read = rows_new_read(ls->r, terms->target, stmt->range);
  for (unsigned i = 0; i < stmt->num_indices; i++) {
    terms->target->dims[terms->target->rank++] = stmt->indices[i]->extent;
    rows_add_index(ls->r, read, stmt->indices[i]);
  }
  rows_split_statement(ls, terms);
  return read;
}

// Is it the mean of rows between two offsets? Then their sum is one of a bag.
static bool is_mean_of_rows(const struct kn_expr *e) {
  if (e->kind != KN_REDUCE || e->reduction != KN_MEAN || e->num_indices != 1 || e->scan ||
      !e->indices[0]->lo)
    return false;
  const struct kn_expr *lo = rows_bare(e->indices[0]->lo), *hi = rows_bare(e->indices[0]->hi);
  const struct kn_expr *row = rows_uncast(e->args[0]);
  return lo->kind == KN_READ && hi->kind == KN_READ && lo->tensor == hi->tensor &&
         row->kind == KN_READ && row->num_args == 2;
}

// Such means become quotients.
static struct kn_expr *divide_sums(struct rows *r, struct kn_expr *e) {
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      e->args[i] = divide_sums(r, e->args[i]);
  if (!is_mean_of_rows(e))
    return e;
  struct kn_expr *length = rows_binary(r, KN_SUB, rows_copy(r, rows_bare(e->indices[0]->hi)),
                                       rows_copy(r, rows_bare(e->indices[0]->lo)));
  struct kn_expr *count = kn_new_expr(r->file, KN_CALL, e->range);
  count->builtin = KN_MAX;
  count->type = length->type;
  count->args = kn_alloc(r->file, 2 * sizeof *count->args);
  count->args[count->num_args++] = length;
  count->args[count->num_args++] = rows_number(r, length, 0);
  e->reduction = KN_SUM;
  return rows_binary(r, KN_DIV, e, rows_cast(r, count, KN_F32));
}

// One term is added, y[i[0]] += x: to a scalar that is an assignment, else an index with one value
// counts it.
static void add_once(struct lines *ls, const struct kn_stmt *stmt, struct kn_expr *value) {
  struct kn_file *f = ls->r->file;
  struct kn_stmt *once = kn_alloc(f, sizeof *once);
  *once = *stmt;
  if (!stmt->rank) {
    once->kind = KN_ASSIGN;
    once->value = rows_cast(ls->r, value, stmt->target->type);
  } else {
    struct kn_dim *one = kn_alloc(f, sizeof *one);
    one->size = 1;
    struct kn_index *index = kn_alloc(f, sizeof *index);
    *index = (struct kn_index){.name = "once", .range = stmt->range, .extent = one};
    once->indices[once->num_indices++] = index;
  }
  rows_split_statement(ls, once);
}

void rows_split_statement(struct lines *ls, const struct kn_stmt *stmt) {
  struct kn_expr *value = rows_copy(ls->r, stmt->value);
  if (stmt->kind == KN_SCATTER && !stmt->num_indices)
    return add_once(ls, stmt, value);
  if (stmt->kind == KN_ASSIGN)
    value = divide_sums(ls->r, value);
  if (stmt->kind == KN_ASSIGN)
    rows_straighten(ls->r, stmt, value);
  if (stmt->kind == KN_PART) // reductions hold for a part of the indices only
    ;
  else if (stmt->kind == KN_SCATTER)
    value = make_terms(ls, stmt, value);
  else if (value->kind == KN_REDUCE)
    take_out_below(ls, stmt, value);
  else
    value = take_out(ls, stmt, value);
  struct kn_tensor *target = stmt->target;
  const enum kn_type sums = scatter_type(target);
  const bool unpacked = stmt->kind == KN_SCATTER && sums != target->type;
  if (unpacked)
    target =
        rows_new_tensor(ls->r, kn_text(ls->r->file, "%s_sum", target->name), sums, target->range);
  if (unpacked && sums == KN_F32)
    value = rows_cast(ls->r, value, sums);
  struct line *l = add_line(ls, target, value, stmt);
  l->rank = stmt->rank;
  l->part = stmt->kind == KN_PART;
  if (stmt->kind != KN_SCATTER) {
    memcpy(l->index, stmt->indices, stmt->rank * sizeof *l->index);
    return;
  }
  // Rows of the target are dealt out; each tile looks for what belongs to it.
  l->scatter = true;
  for (unsigned i = 0; i < l->rank; i++) {
    const char *name = stmt->target->dims[i]->name;
    l->index[i] = kn_alloc(ls->r->file, sizeof *l->index[i]);
    l->index[i]->name =
        name && !stmt->target->dims[i]->expr ? kn_text(ls->r->file, "%s_at", name) : "at";
    l->index[i]->extent = stmt->target->dims[i];
  }
  if (unpacked)
    pack(ls, l);
}

struct reads {
  bool *read;
};

static bool mark_read(struct kn_expr *e, void *data);

static void mark_subscripts(const struct line *l, struct reads *s) {
  for (unsigned i = 0; l->scatter && i < l->stmt->rank; i++)
    kn_walk(l->stmt->subscripts[i], mark_read, s);
}

static bool mark_read(struct kn_expr *e, void *data) {
  struct reads *s = data;
  if (e->kind == KN_READ)
    s->read[e->tensor->id] = true;
  return true;
}

void rows_drop_unread(struct rows *r, struct line *line, bool *read) {
  if (!line)
    return;
  rows_drop_unread(r, line->next, read);
  while (line->next && !line->next->value)
    line->next = line->next->next;
  if (line->target->role != KN_OUTPUT && !read[line->target->id]) {
    line->value = NULL;
    return;
  }
  struct reads s = {read};
  kn_walk(line->value, mark_read, &s);
  if (line->leaving)
    kn_walk(line->leaving, mark_read, &s);
  if (line->correction)
    kn_walk(line->correction, mark_read, &s);
  mark_subscripts(line, &s);
}
