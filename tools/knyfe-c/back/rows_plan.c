// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements -> lines -> phases, and where each tensor of a phase is.
//
// A line is a statement without reductions, or one reduction. A phase is a run of lines whose
// targets share their leading indices, so that a PE can compute a row of all of them by itself;
// what one phase leaves to another goes through memory.
#include "decide.h"
#include "rows_block.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool rows_refuse(struct rows *r, struct kn_range range, const char *hint, const char *format, ...) {
  if (r->failed)
    return false;
  va_list args;
  va_start(args, format);
  char text[400];
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  kn_report(r->file, KN_DIAG_not_mapped, range, "%s", text);
  if (hint)
    kn_hint(r->file, "%s", hint);
  r->failed = true;
  return false;
}

unsigned rows_bytes(enum kn_type type) { return (kn_type_bits(type) + 7) / 8; }

static struct size dim_expr(struct rows *r, const struct kn_dim_expr *e) {
  struct kn_file *f = r->file;
  if (e->op == KN_DIM_NUMBER)
    return sz_num(f, e->number);
  if (e->op == KN_DIM_NAME)
    return rows_dim(r, e->name);
  struct size a = dim_expr(r, e->a), b = dim_expr(r, e->b);
  switch (e->op) {
  case KN_DIM_ADD:
    return sz_add(f, a, b);
  case KN_DIM_SUB:
    return sz_sub(f, a, b);
  case KN_DIM_MUL:
    return sz_mul(f, a, b);
  case KN_DIM_DIV:
    return sz_div(f, a, b);
  default:
    return sz_ceil_div(f, a, b);
  }
}

struct size rows_dim(struct rows *r, const struct kn_dim *dim) {
  if (dim->expr && dim->size >= 0)
    return sz_num(r->file, dim->size);
  if (dim->expr)
    return dim_expr(r, dim->expr);
  if (!dim->name)
    return sz_num(r->file, dim->size);
  const char *name = r->dim_names[dim->id];
  return dim->size >= 0 ? sz_constant(name, dim->size) : sz_name(name);
}

struct operand *rows_operand(struct phase *p, const struct kn_tensor *t) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->tensor == t)
      return o;
  return NULL;
}

struct local *rows_local(struct phase *p, const struct kn_tensor *t) {
  for (struct local *l = p->locals; l; l = l->next)
    if (l->tensor == t)
      return l;
  return NULL;
}

int rows_parallel(const struct phase *p, const struct line *l, const struct kn_index *index) {
  for (unsigned i = 0; i < p->num_par; i++)
    if (l->index[i] == index)
      return (int)i;
  return -1;
}

//===----------------------------------------------------------------------===//
// How expressions depend on indices
//===----------------------------------------------------------------------===//

struct search {
  const struct kn_index *index;
  bool found;
};

static bool find_index(struct kn_expr *e, void *data) {
  struct search *s = data;
  s->found = s->found || (e->kind == KN_INDEX && e->index == s->index);
  return !s->found;
}

static bool mentions(const struct kn_expr *e, const struct kn_index *index) {
  struct search s = {index, false};
  kn_walk((struct kn_expr *)e, find_index, &s);
  return s.found;
}

// e = coefficient * index + what does not depend on it.
static bool affine(const struct kn_expr *e, const struct kn_index *index, int64_t *coefficient) {
  int64_t a = 0, b = 0;
  *coefficient = 0;
  if (!mentions(e, index))
    return true;
  switch (e->kind) {
  case KN_INDEX:
    *coefficient = 1;
    return true;
  case KN_CAST:
    return kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32 &&
           affine(e->args[0], index, coefficient);
  case KN_UNARY:
    if (e->op != KN_NEG || !affine(e->args[0], index, &a))
      return false;
    *coefficient = -a;
    return true;
  case KN_BINARY:
    if (e->op == KN_MUL)
      for (int side = 0; side < 2; side++) {
        const struct kn_expr *c = e->args[side];
        while (c->kind == KN_CAST)
          c = c->args[0];
        const bool known = c->kind == KN_INT || (c->kind == KN_DIM && c->dim->size >= 0);
        if (known && affine(e->args[1 - side], index, &a)) {
          *coefficient = a * (c->kind == KN_INT ? c->ival : c->dim->size);
          return true;
        }
      }
    if ((e->op != KN_ADD && e->op != KN_SUB) || !affine(e->args[0], index, &a) ||
        !affine(e->args[1], index, &b))
      return false;
    *coefficient = e->op == KN_ADD ? a + b : a - b;
    return true;
  default:
    return false;
  }
}

int rows_depends(const struct kn_expr *e, const struct kn_index *index) {
  int64_t coefficient;
  if (!mentions(e, index))
    return 0;
  return affine(e, index, &coefficient) && coefficient == 1 ? 1 : 2;
}

int64_t rows_coefficient(const struct kn_expr *e, const struct kn_index *index) {
  int64_t coefficient;
  return affine(e, index, &coefficient) ? coefficient : 0;
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

static struct kn_expr *copy(struct rows *r, const struct kn_expr *e) {
  if (!e)
    return NULL;
  struct kn_expr *c = kn_alloc(r->file, sizeof *c);
  *c = *e;
  if (e->num_args) {
    c->args = kn_alloc(r->file, e->num_args * sizeof *c->args);
    for (unsigned i = 0; i < e->num_args; i++)
      c->args[i] = copy(r, e->args[i]);
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

struct lines {
  struct rows *r;
  struct line *first, **tail;
};

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

static void split_statement(struct lines *ls, const struct kn_stmt *stmt);

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
  split_statement(ls, terms);
  return read;
}

static void split_statement(struct lines *ls, const struct kn_stmt *stmt) {
  struct kn_expr *value = copy(ls->r, stmt->value);
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

// Lines that no output comes to need are left out, the last ones first.
static void drop_unread(struct rows *r, struct line *line, bool *read) {
  if (!line)
    return;
  drop_unread(r, line->next, read);
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

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

struct fit {
  struct rows *r;
  struct phase *p;
  const struct line *line;
  unsigned common;
};

// What the phase itself defines must be read at the place of the row.
static bool fit_read(struct kn_expr *e, void *data) {
  struct fit *f = data;
  if (e->kind != KN_READ || f->r->defined_in[e->tensor->id] != f->p)
    return true;
  for (unsigned i = 0; i < f->common; i++)
    if (i >= e->num_args || kn_plain_index(e->args[i]) != f->line->index[i])
      f->common = i;
  return true;
}

static int64_t parallel_size(const struct line *l, unsigned n) {
  int64_t size = 1;
  for (unsigned i = 0; i < n; i++)
    size = l->target->dims[i]->size < 0 || size < 0 ? -1 : size * l->target->dims[i]->size;
  return size;
}

struct reads_here {
  struct rows *r;
  struct phase *p;
  bool found;
};

static bool find_read_here(struct kn_expr *e, void *data) {
  struct reads_here *s = data;
  s->found = s->found || (e->kind == KN_READ && s->r->defined_in[e->tensor->id] == s->p);
  return true;
}

static bool has_blocks(const struct phase *p) {
  bool blocks = false;
  for (const struct line *l = p->lines; l; l = l->next)
    blocks = blocks || l->blocks;
  return blocks;
}

// With how many leading indices `line` can join the phase; -1: better not.
static int common_indices(struct rows *r, struct phase *p, const struct line *line) {
  // Parts of scatter-adds over the same terms.
  if (line->scatter && p->lines->scatter && line->chunked && p->lines->chunked &&
      line->target->dims[0] == p->par[0] && !line->begins)
    return 1;
  if (line->scatter || p->lines->scatter || line->contracts || p->lines->contracts ||
      line->gather || p->lines->gather)
    return -1;
  struct fit f = {r, p, line, p->num_par < line->rank ? p->num_par : line->rank};
  if ((line->alone || p->lines->alone) &&
      (line->reduces || p->lines->reduces || line->rank != p->lines->rank))
    return -1;
  for (unsigned i = 0; i < f.common; i++)
    if (line->target->dims[i] != p->par[i])
      f.common = i;
  if (has_blocks(p) || line->blocks) {
    // Blocks are of the last two indices, and made before all else of a tile.
    struct reads_here s = {r, p, false};
    kn_walk(line->value, find_read_here, &s);
    if (f.common != line->rank || f.common != p->num_par || (line->blocks && s.found))
      return -1;
  }
  kn_walk(line->value, fit_read, &f);
  if (has_blocks(p) && f.common < line->rank)
    return -1;
  if (line->alone && f.common < line->rank)
    return -1;
  if (f.common == 0)
    return p->num_par == 0 && line->rank == 0 ? 0 : -1;
  // Not where most PEs would have nothing to do for long: a phase of its own costs about as much as
  // 8192 elements.
  int64_t now = parallel_size(line, f.common), alone = parallel_size(line, line->rank);
  int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  if (now > 0 && alone > 0 && now < pes && alone / now - alone / pes > 8192)
    return -1;
  return (int)f.common;
}

static struct phase *new_phase(struct rows *r, const struct line *l, struct phase ***tail) {
  struct phase *p = kn_alloc(r->file, sizeof *p);
  p->tail = &p->lines;
  p->num_par = l->scatter && l->rank > 1 ? 1 : l->rank;
  memcpy(p->par, l->target->dims, l->rank * sizeof *p->par);
  **tail = p;
  *tail = &p->next;
  return p;
}

struct earlier {
  struct rows *r;
  struct phase *p;
};

static bool read_of_earlier(struct kn_expr *e, void *data) {
  struct earlier *s = data;
  if (e->kind != KN_READ)
    return true;
  struct phase *from = s->r->defined_in[e->tensor->id];
  if (from && from != s->p) {
    s->r->in_memory[e->tensor->id] = true;
    s->p->waits = true;
  }
  return true;
}

static struct phase *form_phases(struct rows *r, struct line *line) {
  struct phase *first = NULL, **tail = &first, *p = NULL;
  unsigned number = 0;
  while (line) {
    struct line *next = line->next;
    line->next = NULL;
    int common = p && !line->begins ? common_indices(r, p, line) : -1;
    if (common >= 0)
      p->num_par = (unsigned)common;
    else {
      p = new_phase(r, line, &tail);
      p->number = number++;
    }
    *p->tail = line;
    p->tail = &line->next;
    r->defined_in[line->target->id] = p;
    struct earlier s = {r, p};
    kn_walk(line->value, read_of_earlier, &s);
    if (line->leaving)
      kn_walk(line->leaving, read_of_earlier, &s);
    if (line->correction)
      kn_walk(line->correction, read_of_earlier, &s);
    for (unsigned i = 0; line->scatter && i < line->stmt->rank; i++)
      kn_walk(line->stmt->subscripts[i], read_of_earlier, &s);
    line = next;
  }
  return first;
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

// A phase stores whole tiles, so all parts of a tensor belong into one: a part whose tensor has
// another one in a later phase.
static struct line *find_separated(struct phase *phases) {
  for (struct phase *p = phases; p; p = p->next)
    for (struct line *l = p->lines; l; l = l->next)
      for (struct phase *q = l->part && !l->gather ? p->next : NULL; q; q = q->next)
        for (struct line *m = q->lines; m; m = m->next)
          if (m->target == l->target)
            return l;
  return NULL;
}

// Makes each part of a tensor one of its own, and behind the last one copies of all of them, which
// can be computed tile by tile together. `all` has room for twice as many lines.
static bool split_parts(struct rows *r, struct line **all, unsigned *num, const struct line *part) {
  struct kn_tensor *target = part->target;
  struct line **split = kn_alloc(r->file, 2 * *num * sizeof *split);
  struct line **copies = kn_alloc(r->file, *num * sizeof *copies);
  unsigned count = 0, parts = 0, of = 0;
  for (unsigned i = 0; i < *num; i++)
    of += all[i]->target == target;
  for (unsigned i = 0; i < *num; i++) {
    struct line *l = split[count++] = all[i];
    if (l->target != target)
      continue;
    if (l->copies_part)
      return rows_refuse(r, l->stmt->range, "make each part a tensor of its own first",
                         "parts of '%s' have no mapping to the device yet", target->name);
    struct kn_tensor *t =
        rows_new_tensor(r, kn_text(r->file, "%s_part", target->name), target->type, target->range);
    struct kn_expr *read = rows_new_read(r, t, l->stmt->range);
    t->rank = target->rank;
    memcpy(t->dims, target->dims, sizeof t->dims);
    r->tensor_names[t->id] = rows_name(r, t->name);
    struct line *copy = copies[parts++] = kn_alloc(r->file, sizeof *copy);
    *copy = *l;
    copy->value = read;
    copy->copies_part = true;
    copy->reduces = false;
    copy->begins = parts == 1;
    for (unsigned k = 0; k < l->rank; k++)
      rows_add_index(r, read, l->index[k]);
    l->target = t;
    for (unsigned k = 0; parts == of && k < parts; k++)
      split[count++] = copies[k];
  }
  memcpy(all, split, count * sizeof *all);
  *num = count;
  return true;
}

// Brings the parts of a tensor together where its last one stands, in a phase of their own. Nothing
// in between reads the first ones: KN0025.
static bool gather_parts(struct rows *r, struct line **all, unsigned *num_lines,
                         const struct line *part) {
  unsigned num = *num_lines;
  const struct kn_tensor *t = part->target;
  unsigned last = 0, parts = 0, others = 0;
  struct line **moved = kn_alloc(r->file, (num + 1) * sizeof *moved);
  bool again = false;
  for (unsigned i = 0; i < num; i++)
    if (all[i]->target == t) {
      again = again || all[i]->begins;
      moved[parts++] = all[i];
      last = i;
    }
  if (again)
    return split_parts(r, all, num_lines, part);
  for (unsigned i = 0; i < last; i++)
    if (all[i]->target != t)
      all[others++] = all[i];
  memcpy(all + others, moved, parts * sizeof *all);
  moved[0]->begins = true;
  return true;
}

//===----------------------------------------------------------------------===//
// Operands and locals of a phase
//===----------------------------------------------------------------------===//

struct collect {
  struct rows *r;
  struct phase *p;
  const struct line *line;
};

static struct operand *add_operand(struct rows *r, struct phase *p, struct kn_tensor *t,
                                   bool output) {
  struct operand *o = kn_alloc(r->file, sizeof *o);
  o->tensor = t;
  o->output = output;
  o->pitch = p->pitch ? r->pitches[t->id] : 0;
  o->name = r->tensor_names[t->id];
  struct operand **at = &p->operands;
  while (*at)
    at = &(*at)->next;
  return *at = o;
}

// Is subscript i a multiple of a parallel index, and what is added stays below the factor? Then the
// factor; `by` is the index's number.
static int64_t blocks(const struct phase *p, const struct line *l, const struct kn_expr *read,
                      unsigned i, int *by) {
  if (i + 1 == read->num_args || read->tensor->rows)
    return 0;
  for (unsigned n = 0; n < p->num_par; n++) {
    const int64_t factor = rows_coefficient(read->args[i], l->index[n]);
    const struct fixed first = {l->index[n], 0};
    const struct interval rest = rows_interval(read->args[i], &first, 1);
    if (factor > 1 && rest.known && rest.lo >= 0 && rest.hi < factor &&
        p->par[n]->size * factor == read->tensor->dims[i]->size) {
      *by = (int)n;
      return factor;
    }
  }
  return 0;
}

static bool same_times(struct size a, struct size b) {
  return a.text && b.text ? a.known && b.known ? a.value == b.value : a.text == b.text
                          : a.text == b.text;
}

static bool collect_read(struct kn_expr *e, void *data) {
  struct collect *c = data;
  struct rows *r = c->r;
  struct phase *p = c->p;
  if (e->kind != KN_READ || r->defined_in[e->tensor->id] == p)
    return true;
  if (e->tensor->role == KN_INPUT && !e->tensor->rank)
    return true; // a scalar argument
  struct operand *o = rows_operand(p, e->tensor);
  bool first = !o;
  if (first)
    o = add_operand(r, p, e->tensor, false);
  struct turned *turned = first ? rows_turned(r, e->tensor) : NULL;
  for (unsigned i = 0; i < e->tensor->rank; i++) {
    const struct kn_index *plain = kn_plain_index(e->args[i]);
    int use = plain ? rows_parallel(p, c->line, plain) : WHOLE;
    // Of a dimension that lies densely only parts that begin at multiples of 32 bytes come.
    if (e->tensor->rows || rows_stored(e->tensor) == KN_I4)
      use = i == e->tensor->rank - 1 ? WHOLE : use;
    if (i == e->tensor->rank - 1 && use >= 0 && !(p->across && use == (int)p->num_par - 1))
      use = WHOLE;
    if (use >= 0 && e->tensor->dims[i] != p->par[use])
      use = WHOLE;
    const bool chunk = plain && plain == c->line->chunked && e->tensor->dims[i] == plain->extent &&
                       rows_stored(e->tensor) != KN_I4;
    if (chunk)
      use = (int)c->line->chunk_by;
    struct size times = {0};
    const int64_t factor = use == WHOLE && !plain ? blocks(p, c->line, e, i, &use) : 0;
    if (chunk || factor)
      times = chunk ? c->line->chunk : sz_num(r->file, factor);
    o->use[i] = first || (o->use[i] == use && same_times(times, o->times[i])) ? use : WHOLE;
    if (o->use[i] != WHOLE)
      o->times[i] = times;
  }
  if (turned) {
    struct operand *rows = add_operand(r, p, &turned->rows, false);
    for (unsigned i = 0; i < 2; i++) {
      rows->use[i] = o->use[1 - i];
      rows->times[i] = o->times[1 - i];
    }
    rows->turned = o;
    o->name = turned->name;
    o->turns = true;
  }
  return true;
}

static void find_operands(struct rows *r, struct phase *p) {
  for (struct line *l = p->lines; l; l = l->next) {
    struct collect c = {r, p, l};
    kn_walk(l->value, collect_read, &c);
    for (unsigned i = 0; l->scatter && i < l->stmt->rank; i++)
      kn_walk(l->stmt->subscripts[i], collect_read, &c);
  }
  for (struct line *l = p->lines; l; l = l->next) {
    struct kn_tensor *t = l->target;
    struct operand *known = rows_operand(p, t);
    if (rows_local(p, t) || (known && known->output))
      continue; // another part of it
    if (t->role == KN_OUTPUT || r->in_memory[t->id]) {
      struct operand *o = add_operand(r, p, t, true);
      o->shared = p->shared && t->rank == 1;
      for (unsigned i = 0; i < t->rank; i++)
        o->use[i] = i < p->num_par ? (int)i : WHOLE;
      if (l->rank > rows_serial(p))
        continue; // its box holds it
    }
    struct local *v = kn_alloc(r->file, sizeof *v);
    v->tensor = t;
    v->pitch = p->pitch;
    v->name = r->tensor_names[t->id];
    v->array = l->rank > rows_serial(p);
    v->first = l->blocks ? p->num_par - 2 : rows_serial(p);
    v->next = p->locals;
    p->locals = v;
  }
}

// Do vectors along the last parallel index serve the phase?
static bool goes_across(struct rows *r, struct phase *p) {
  bool any = false;
  if (!p->num_par)
    return false;
  for (struct line *l = p->lines; l; l = l->next) {
    if (l->rank != p->num_par || l->scatter)
      return false;
    any = any || l->blocks || rows_is_running(l) ||
          rows_can_vectorise(r, p, l, l->index[p->num_par - 1]);
  }
  return any;
}

static void name_tensors(struct rows *r) {
  r->tensor_names = kn_alloc(r->file, r->max_tensors * sizeof *r->tensor_names);
  struct kn_tensor *lists[] = {r->kernel->inputs, r->kernel->outputs, r->kernel->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      r->tensor_names[t->id] = rows_name(r, t->name);
}

// phase.shared, or 0.
static int64_t shares(struct rows *r, const struct phase *p) {
  int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols, granule = 0;
  bool long_rows = false;
  if (p->num_par != 1 || !rows_all_known(r))
    return 0;
  for (const struct line *l = p->lines; l; l = l->next) {
    const struct kn_tensor *t = l->target;
    bool stored = t->role == KN_OUTPUT || r->in_memory[t->id];
    if (l->part || l->copies_part || l->scatter || l->chunked || l->combines ||
        rows_stored(t) == KN_I4 || kn_decide(r->kernel, KN_TILE, t) ||
        kn_decide(r->kernel, KN_BUFFERS, t))
      return 0;
    long_rows = long_rows || l->reduces || l->rank > 1;
    if (stored && t->rank == 1 && 32 / rows_bytes(t->type) > granule)
      granule = 32 / rows_bytes(t->type);
  }
  int64_t rows = p->par[0]->size;
  return long_rows && rows > 1 && granule && (rows + granule - 1) / granule < pes ? granule : 0;
}

bool rows_is_call(const struct phase *p) {
  return p->lines->contracts || (p->lines->gather && p->lines->gather->always);
}

static bool plan_phase(struct rows *r, struct phase *p) {
  if (p->lines->contracts || p->lines->gather)
    r->in_memory[p->lines->target->id] = true;
  if (p->lines->contracts)
    return kn_decide_product(r, p->lines);
  if (rows_is_call(p))
    return true;
  p->shared = shares(r, p);
  p->across = !p->shared && goes_across(r, p);
  // Parts of a single number that is read in the row would be branches around a variable: make it a
  // loop. Two of i4 share a byte.
  for (struct line *l = p->lines; l; l = l->next)
    if (((l->part && rows_is_read_later(l)) || rows_stored(l->target) == KN_I4) && !p->across &&
        l->rank == p->num_par && p->num_par)
      p->num_par--;
  rows_find_planes(r, p);
  for (struct line *l = p->lines; l; l = l->next) // not where a plane is one long row
    l->blocks = l->blocks && l->rank == p->num_par;
  find_operands(r, p);
  if (!rows_few_operands(r, p))
    return false;
  for (unsigned i = 0; i < p->num_par; i++)
    p->par_name[i] = rows_tiled_name(r, p->lines->index[i]->name);
  p->local_at = sz_num(r->file, 0);
  if (!rows_all_known(r))
    return rows_choose_dynamic(r, p);
  if (!rows_choose_tiles(r, p))
    return false;
  struct size at = sz_num(r->file, 0);
  for (struct operand *o = p->operands; o; o = o->next) {
    o->at = at;
    at = sz_add(r->file, at, sz_mul(r->file, o->staged, rows_buffer_bytes(r, o)));
  }
  p->local_at = sz_round_up(r->file, at, 64);
  return true;
}

// As an array that has room for twice as many and one.
static struct line **list_lines(struct rows *r, struct line *first, unsigned *num) {
  *num = 0;
  for (struct line *l = first; l; l = l->next)
    ++*num;
  struct line **all = kn_alloc(r->file, (2 * *num + 1) * sizeof *all);
  *num = 0;
  for (struct line *l = first; l; l = l->next)
    all[(*num)++] = l;
  return all;
}

static void link_lines(struct line **all, unsigned num) {
  for (unsigned i = 0; i < num; i++)
    all[i]->next = i + 1 < num ? all[i + 1] : NULL;
}

// Rows whose length only the launch knows may not fit: then line by line, by a plan of its own.
static void add_fallback(struct rows *r, struct phase *phases, struct line *const *all,
                         unsigned num) {
  bool together = false;
  struct phase **tail = &phases;
  for (; *tail; tail = &(*tail)->next)
    together = together || ((*tail)->lines->next && !(*tail)->need.known);
  if (!together)
    return;
  bool *in_memory = r->in_memory;
  r->in_memory = kn_alloc(r->file, r->max_tensors * sizeof *r->in_memory);
  struct line **lines = kn_alloc(r->file, (2 * num + 1) * sizeof *lines);
  for (unsigned i = 0; i < num; i++) {
    lines[i] = kn_alloc(r->file, sizeof **lines);
    *lines[i] = *all[i];
    lines[i]->alone = true;
  }
  for (;;) {
    link_lines(lines, num);
    memset(r->defined_in, 0, r->num_tensors * sizeof *r->defined_in);
    memset(r->in_memory, 0, r->num_tensors * sizeof *r->in_memory);
    *tail = form_phases(r, lines[0]);
    const struct line *separated = find_separated(*tail);
    if (separated && !split_parts(r, lines, &num, separated))
      return;
    for (struct phase *p = *tail; p; p = p->next)
      p->fallback = true;
    struct phase *p = separated ? NULL : *tail;
    while (p && plan_phase(r, p))
      p = p->next;
    if (!separated && (!p || r->failed))
      break;
  }
  for (unsigned i = 0; i < r->num_tensors; i++)
    r->in_memory[i] = r->in_memory[i] || in_memory[i];
}

struct phase *rows_plan(struct rows *r) {
  struct kn_kernel *k = r->kernel;
  r->num_tensors = k->num_inputs + k->num_outputs + k->num_locals;
  struct lines ls = {.r = r};
  ls.tail = &ls.first;
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    split_statement(&ls, s);
  kn_find_contractions(r, &ls.first); // before functions become lines: they can leave with sums
  rows_use_engine(r, &ls.first);
  unsigned num = 0;
  for (struct line *l = ls.first; l; l = l->next)
    num++;
  // split_parts makes some, for each of two plans, rows_split four of a line, whose last parts may
  // be split again.
  r->max_tensors = r->num_tensors + 20 * num;
  r->defined_in = kn_alloc(r->file, r->max_tensors * sizeof *r->defined_in);
  r->in_memory = kn_alloc(r->file, r->max_tensors * sizeof *r->in_memory);
  r->pitches = kn_alloc(r->file, r->max_tensors * sizeof *r->pitches);
  bool *read = kn_alloc(r->file, r->num_tensors * sizeof *read);
  drop_unread(r, ls.first, read);
  while (ls.first && !ls.first->value)
    ls.first = ls.first->next;
  name_tensors(r);
  for (struct line *l = ls.first; l; l = l->next)
    if (!r->tensor_names[l->target->id])
      r->tensor_names[l->target->id] = rows_name(r, l->target->name);
  rows_find_gathers(r, ls.first);
  // A phase that does not fit marks its lines; at most twice for each.
  struct line **all = NULL;
  for (;;) {
    rows_split(r, &ls.first);
    for (struct line *l = ls.first; l; l = l->next)
      l->blocks = rows_turn(r, l) || rows_sums_by_blocks(r, l);
    all = list_lines(r, ls.first, &num);
    struct phase *phases = form_phases(r, num ? all[0] : NULL), *p = phases;
    const struct line *separated = find_separated(phases);
    if (separated && !gather_parts(r, all, &num, separated))
      return NULL;
    const unsigned names = r->num_names;
    while (!separated && p && plan_phase(r, p))
      p = p->next;
    if (!p) {
      if (!rows_all_known(r))
        add_fallback(r, phases, all, num);
      rows_join_gathers(r, phases);
      return rows_decide_rest(r, phases) ? phases : NULL;
    }
    if (r->failed)
      return NULL;
    if (!separated)
      r->num_names = names; // of phases that are formed anew
    memset(r->defined_in, 0, r->num_tensors * sizeof *r->defined_in);
    memset(r->in_memory, 0, r->num_tensors * sizeof *r->in_memory);
    link_lines(all, num);
    ls.first = num ? all[0] : NULL;
  }
}
