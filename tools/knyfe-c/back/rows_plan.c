// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements -> lines -> phases, and where each tensor of a phase is.
//
// A line is a statement without reductions, or one reduction. A phase is a run of lines whose
// targets share their leading indices, so that a PE can compute a row of all of them by itself;
// what one phase leaves to another goes through memory.
#include "rows.h"

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
        if (c->kind == KN_INT && affine(e->args[1 - side], index, &a)) {
          *coefficient = a * c->ival;
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
  struct kn_tensor *t = kn_alloc(r->file, sizeof *t);
  t->name = reduction_name(r, stmt, e);
  t->role = KN_LOCAL;
  t->type = e->type;
  t->range = e->op_range;
  t->id = r->num_tensors++;
  struct kn_expr *read = kn_new_expr(r->file, KN_READ, e->range);
  read->type = e->type;
  read->tensor = t;
  read->args = kn_alloc(r->file, KN_MAX_RANK * sizeof *read->args);
  struct line *l = add_line(ls, t, e, stmt);
  for (unsigned i = 0; i < stmt->rank; i++) {
    if (!f.used[i])
      continue;
    struct kn_expr *index = kn_new_expr(r->file, KN_INDEX, e->range);
    index->type = KN_I32;
    index->index = stmt->indices[i];
    read->args[read->num_args++] = index;
    t->dims[t->rank++] = stmt->target->dims[i];
    l->index[l->rank++] = stmt->indices[i];
  }
  return read;
}

static void split_statement(struct lines *ls, const struct kn_stmt *stmt) {
  struct kn_expr *value = copy(ls->r, stmt->value);
  if (stmt->kind == KN_PART) // reductions hold for a part of the indices only
    ;
  else if (value->kind == KN_REDUCE)
    take_out_below(ls, stmt, value);
  else
    value = take_out(ls, stmt, value);
  struct line *l = add_line(ls, stmt->target, value, stmt);
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
}

struct reads {
  bool *read;
};

static bool mark_read(struct kn_expr *e, void *data);

static void mark_subscripts(const struct line *l, struct reads *s) {
  for (unsigned i = 0; l->scatter && i < l->rank; i++)
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

// With how many leading indices `line` can join the phase; -1: better not.
static int common_indices(struct rows *r, struct phase *p, const struct line *line) {
  if (line->scatter || p->lines->scatter || line->contracts || p->lines->contracts)
    return -1;
  struct fit f = {r, p, line, p->num_par < line->rank ? p->num_par : line->rank};
  if ((line->alone || p->lines->alone) &&
      (line->reduces || p->lines->reduces || line->rank != p->lines->rank))
    return -1;
  for (unsigned i = 0; i < f.common; i++)
    if (line->target->dims[i] != p->par[i])
      f.common = i;
  kn_walk(line->value, fit_read, &f);
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
    for (unsigned i = 0; line->scatter && i < line->rank; i++)
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
      for (struct phase *q = l->part ? p->next : NULL; q; q = q->next)
        for (struct line *m = q->lines; m; m = m->next)
          if (m->target == l->target)
            return l;
  return NULL;
}

// Brings the parts of a tensor together where its last one stands, in a phase of their own. Nothing
// in between reads the first ones: KN0025.
static bool gather_parts(struct rows *r, struct line **all, unsigned num, const struct line *part) {
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
    return rows_refuse(
        r, part->stmt->range, "make each part a tensor of its own first",
        "parts of '%s' that do not fit into one phase have no mapping to the device yet", t->name);
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
  o->name = r->tensor_names[t->id];
  struct operand **at = &p->operands;
  while (*at)
    at = &(*at)->next;
  return *at = o;
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
  for (unsigned i = 0; i < e->tensor->rank; i++) {
    const struct kn_index *plain = kn_plain_index(e->args[i]);
    int use = plain ? rows_parallel(p, c->line, plain) : WHOLE;
    // Of a dimension that lies densely only parts that begin at multiples of 32 bytes come.
    if (e->tensor->rows || e->tensor->type == KN_I4)
      use = i == e->tensor->rank - 1 ? WHOLE : use;
    if (i == e->tensor->rank - 1 && use >= 0 && !(p->across && use == (int)p->num_par - 1))
      use = WHOLE;
    if (use >= 0 && e->tensor->dims[i] != p->par[use])
      use = WHOLE;
    o->use[i] = first || o->use[i] == use ? use : WHOLE;
  }
  return true;
}

static void find_operands(struct rows *r, struct phase *p) {
  for (struct line *l = p->lines; l; l = l->next) {
    struct collect c = {r, p, l};
    kn_walk(l->value, collect_read, &c);
    for (unsigned i = 0; l->scatter && i < l->rank; i++)
      kn_walk(l->stmt->subscripts[i], collect_read, &c);
  }
  for (struct line *l = p->lines; l; l = l->next) {
    struct kn_tensor *t = l->target;
    struct operand *known = rows_operand(p, t);
    if (rows_local(p, t) || (known && known->output))
      continue; // another part of it
    if (t->role == KN_OUTPUT || r->in_memory[t->id]) {
      struct operand *o = add_operand(r, p, t, true);
      for (unsigned i = 0; i < t->rank; i++)
        o->use[i] = i < p->num_par ? (int)i : WHOLE;
      if (l->rank > (p->across ? p->num_par - 1 : p->num_par))
        continue; // its box holds it
    }
    struct local *v = kn_alloc(r->file, sizeof *v);
    v->tensor = t;
    v->name = r->tensor_names[t->id];
    v->array = l->rank > (p->across ? p->num_par - 1 : p->num_par);
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
    any = any || rows_can_vectorise(r, p, l, l->index[p->num_par - 1]);
  }
  return any;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

static struct size extent_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i) {
  int use = o->use[i];
  if (use == WHOLE)
    return rows_dim(r, o->tensor->dims[i]);
  if (use == (int)p->num_par - 1)
    return p->tile_columns;
  return use == (int)p->num_par - 2 ? p->tile_rows : sz_num(r->file, 1);
}

// Elements of a row of a tensor in memory, given that of the description: rows of i4 and of tables
// are rows of bytes.
struct size rows_row(struct rows *r, const struct kn_tensor *t, struct size n) {
  struct kn_file *f = r->file;
  unsigned bits = t->rows ? kn_rows_bits(t->rows) : t->type == KN_I4 ? 4 : 0;
  if (bits == 4)
    n = sz_ceil_div(f, n, sz_num(f, 2));
  return t->rows ? sz_add(f, n, sz_num(f, kn_rows_extra(t->rows))) : n;
}

unsigned rows_element_bytes(const struct kn_tensor *t) { return t->rows ? 1 : rows_bytes(t->type); }

// Box of an operand for the tile sizes chosen so far.
static void lay_out_operand(struct rows *r, struct phase *p, struct operand *o) {
  struct kn_file *f = r->file;
  int64_t bytes = rows_element_bytes(o->tensor);
  unsigned rank = o->tensor->rank;
  struct size total = sz_num(f, 1);
  o->per_tile = o->output;
  for (unsigned i = rank; i-- > 0;) {
    bool direct = sz_is(o->staged, 0);
    o->extent[i] = direct ? rows_dim(r, o->tensor->dims[i]) : extent_of(r, p, o, i);
    o->per_tile = o->per_tile || o->use[i] != WHOLE;
    o->stride[i] = i == rank - 1 ? sz_num(f, 1) : total;
    struct size extent = o->extent[i];
    if (i == rank - 1)
      extent = sz_round_up(f, rows_row(r, o->tensor, extent), 32 / bytes);
    total = i == rank - 1 ? extent : sz_mul(f, total, extent);
  }
  o->slot = sz_round_up(f, sz_greatest(f, sz_mul(f, total, sz_num(f, bytes)), sz_num(f, 32)), 32);
}

static void lay_out_locals(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  unsigned serial = p->across ? p->num_par - 1 : p->num_par;
  struct size at = sz_num(f, 0);
  for (struct local *v = p->locals; v; v = v->next) {
    if (!v->array)
      continue;
    int64_t bytes = rows_bytes(v->tensor->type);
    struct size total = sz_num(f, 1);
    unsigned rank = v->tensor->rank;
    for (unsigned i = rank; i-- > serial;) {
      bool column = p->across && i == p->num_par - 1;
      struct size extent = column ? p->tile_columns : rows_dim(r, v->tensor->dims[i]);
      v->stride[i] = i == rank - 1 ? sz_num(f, 1) : total;
      total = i == rank - 1 ? sz_round_up(f, extent, 64 / bytes) : sz_mul(f, total, extent);
    }
    v->bytes = sz_mul(f, total, sz_num(f, bytes));
    v->at = at;
    at = sz_add(f, at, sz_round_up(f, v->bytes, 64));
  }
  p->local_bytes = at;
}

static void lay_out(struct rows *r, struct phase *p) {
  for (struct operand *o = p->operands; o; o = o->next)
    lay_out_operand(r, p, o);
  lay_out_locals(r, p);
}

static struct size buffer_bytes(struct rows *r, const struct operand *o) {
  return sz_mul(r->file, o->slot, sz_num(r->file, o->slots));
}

static void set_granule(struct phase *p) {
  int64_t g = 1;
  for (struct operand *o = p->operands; o; o = o->next) {
    unsigned rank = o->tensor->rank;
    int64_t bytes = rows_bytes(o->tensor->type);
    if (rank && p->num_par && o->use[rank - 1] == (int)p->num_par - 1 && 32 / bytes > g)
      g = 32 / bytes;
  }
  p->granule = g;
}

// Bytes of everything that is staged, with the tile sizes chosen so far.
static struct size total_bytes(struct rows *r, struct phase *p) {
  struct size total = p->local_bytes;
  for (struct operand *o = p->operands; o; o = o->next)
    total = sz_add(r->file, total, sz_mul(r->file, o->staged, buffer_bytes(r, o)));
  return total;
}

// The least tiles, with all operands staged.
static void begin_with_least(struct rows *r, struct phase *p) {
  set_granule(p);
  p->tile_rows = sz_num(r->file, 1);
  p->tile_columns = sz_num(r->file, p->granule);
  for (struct operand *o = p->operands; o; o = o->next)
    o->staged = sz_num(r->file, 1);
  lay_out(r, p);
}

// Chooses what is staged for the least tiles, then how large tiles may be. Only for sizes that are
// known: what is known at the launch only is decided there, by the same rules (rows_print.c).
static bool choose_tiles(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  begin_with_least(r, p);
  for (struct operand *o = p->operands; o; o = o->next)
    o->slots = o->per_tile ? 2 : 1;
  // Inputs that do not fit are read through the cache, the largest first.
  while (total_bytes(r, p).value > ROWS_LOCAL_BYTES) {
    struct operand *largest = NULL;
    for (struct operand *o = p->operands; o; o = o->next)
      if (!o->output && o->staged.value && (!largest || o->slot.value > largest->slot.value))
        largest = o;
    if (!largest)
      break;
    largest->staged = sz_num(f, 0);
  }
  for (struct operand *o = p->operands; o && total_bytes(r, p).value > ROWS_LOCAL_BYTES;
       o = o->next)
    if (o->output)
      o->slots = 1;
  if (total_bytes(r, p).value > ROWS_LOCAL_BYTES) {
    // Line by line then, with intermediates in memory.
    if (p->lines->next && !p->lines->alone) {
      for (struct line *l = p->lines; l; l = l->next)
        l->alone = true;
      return false;
    }
    kn_report(f, KN_DIAG_local_memory, p->lines->target->range,
              "a row of '%s' and what it needs take %lld KB of local memory, there are %d KB",
              p->lines->target->name, (long long)(total_bytes(r, p).value >> 10),
              ROWS_LOCAL_BYTES >> 10);
    kn_hint(f, "make the rows shorter: x[m, n / 1024, n %% 1024]");
    return !(r->failed = true);
  }
  if (!p->num_par)
    return true;

  int64_t pes = r->target->grid_rows * r->target->grid_cols, outer = 1;
  int64_t columns = p->par[p->num_par - 1]->size, rows = 1, g = p->granule;
  if (p->num_par > 1)
    rows = p->par[p->num_par - 2]->size;
  for (unsigned i = 0; i + 2 < p->num_par; i++)
    outer *= p->par[i]->size;
  // Columns: so many that each PE has a tile; across at most 4096 (a vector loop that long
  // costs 30 times what a tile does beside it).
  int64_t want = columns;
  if (outer * rows < pes || !p->across) {
    int64_t parts = p->across ? (pes + outer * rows - 1) / (outer * rows ? outer * rows : 1)
                              : (pes + outer * rows - 1) / (outer * rows ? outer * rows : 1);
    want = parts ? (columns + parts - 1) / parts : columns;
  }
  if (p->across && want > 4096)
    want = 4096;
  if (want < g)
    want = g;
  for (int64_t n = (want + g - 1) / g * g;; n = (n / 2 + g - 1) / g * g) {
    p->tile_columns = sz_num(f, n);
    lay_out(r, p);
    if (total_bytes(r, p).value <= ROWS_LOCAL_BYTES || n <= g)
      break;
  }
  // Evenly.
  int64_t n = p->tile_columns.value, parts = (columns + n - 1) / n;
  if (parts > 1)
    p->tile_columns = sz_num(f, ((columns + parts - 1) / parts + g - 1) / g * g);
  lay_out(r, p);
  if (!p->across || p->num_par < 2)
    return true;
  int64_t tiles = outer * rows * (parts ? parts : 1), most = tiles / pes;
  int64_t limit = p->tile_columns.value ? 8192 / p->tile_columns.value : 1;
  most = most > limit ? limit : most;
  most = most > rows ? rows : most;
  for (int64_t m = most; m > 1; m = m / 2) {
    p->tile_rows = sz_num(f, m);
    lay_out(r, p);
    if (total_bytes(r, p).value <= ROWS_LOCAL_BYTES)
      return true;
  }
  p->tile_rows = sz_num(f, 1);
  lay_out(r, p);
  return true;
}

//===----------------------------------------------------------------------===//
// Tiles of sizes that only the launch knows
//===----------------------------------------------------------------------===//

static bool is_known(const struct rows *r) {
  for (const struct kn_dim *d = r->kernel->dims; d; d = d->next)
    if (d->size < 0)
      return false;
  return true;
}

#define T(...) kn_text(r->file, __VA_ARGS__)

static void setup(struct rows *r, struct phase *p, const char *line) {
  p->setup = T("%s%s\n", p->setup ? p->setup : "", line);
}

// Declares a name for a size, unless it is short anyway.
static struct size named(struct rows *r, struct phase *p, const char *wish, struct size value) {
  if (value.known || (value.atom && !strchr(value.text, '(')))
    return value;
  const char *name = rows_name(r, wish);
  setup(r, p, T("const long %s = %s;", name, value.text));
  return sz_name(name);
}

// Does the box grow with parallel index i?
static bool goes_along(const struct operand *o, int i) {
  for (unsigned d = 0; d < o->tensor->rank; d++)
    if (i >= 0 && o->use[d] == i)
      return true;
  return false;
}

// Bytes by which staged boxes and intermediates grow with an index.
static struct size growth(struct rows *r, struct phase *p, int index) {
  struct kn_file *f = r->file;
  struct size sum = sz_num(f, 0);
  for (struct operand *o = p->operands; o; o = o->next)
    if (goes_along(o, index))
      sum = sz_add(f, sum, sz_mul(f, o->staged, buffer_bytes(r, o)));
  if (p->across && index == (int)p->num_par - 1)
    sum = sz_add(f, sum, p->local_bytes);
  return sum;
}

static void name_places(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  struct size at = sz_num(f, 0);
  for (struct operand *o = p->operands; o; o = o->next) {
    o->slot = named(r, p, T("%s_slot", o->name), o->slot);
    o->at = at;
    at = named(r, p, T("behind_%s", o->name),
               sz_add(f, at, sz_mul(f, o->staged, buffer_bytes(r, o))));
    // A tensor that may be read in memory has the strides that it has there.
    for (unsigned i = 0; i + 1 < o->tensor->rank; i++) {
      if (!o->staged.known) {
        const char *arg = o->tensor->role == KN_LOCAL ? T("kn_%s", o->name) : o->tensor->name;
        o->stride[i] = named(r, p, T("%s_step%u", o->name, i),
                             sz_choose(f, o->staged, o->stride[i],
                                       sz_name(T("(long)args->%s.stride[%u] / %u", arg, i,
                                                 rows_element_bytes(o->tensor)))));
      } else
        o->stride[i] = named(r, p, T("%s_step%u", o->name, i), o->stride[i]);
    }
  }
  for (struct local *v = p->locals; v; v = v->next)
    for (unsigned i = 0; v->array && i + 1 < v->tensor->rank; i++)
      if (v->stride[i].text)
        v->stride[i] = named(r, p, T("%s_step%u", v->name, i), v->stride[i]);
  p->local_at = sz_round_up(f, at, 64);
}

static void choose_dynamic(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  begin_with_least(r, p);
  p->need = p->local_bytes;
  for (struct operand *o = p->operands; o; o = o->next) {
    o->slots = o->per_tile ? 2 : 1;
    if (o->output)
      p->need = sz_add(f, p->need, buffer_bytes(r, o));
  }
  const char *room = rows_name(r, "room");
  setup(r, p, T("long %s = %d - (%s);", room, ROWS_LOCAL_BYTES - 1024, p->need.text));
  for (struct operand *o = p->operands; o; o = o->next)
    if (!o->output) {
      const char *name = rows_name(r, T("%s_stays", o->name));
      setup(r, p, T("const bool %s = kn_take(&%s, %s);", name, room, buffer_bytes(r, o).text));
      o->staged = sz_name(name);
    }
  if (!p->num_par) {
    lay_out(r, p);
    name_places(r, p);
    return;
  }
  int column = (int)p->num_par - 1;
  struct size others = sz_num(f, 1), columns = rows_dim(r, p->par[column]);
  for (int i = 0; i < column; i++)
    others = sz_mul(f, others, rows_dim(r, p->par[i]));
  struct size each = growth(r, p, column);
  const char *n = p->par_name[column];
  p->tile_columns =
      named(r, p, T("tile_%s", n),
            sz_name(T("kn_tile(%s, %s, pes, %d, %d, %s, %s)", columns.text, others.text,
                      (int)p->granule, p->across ? 4096 : 1 << 20, room, each.text)));
  if (p->across && p->num_par > 1) {
    setup(r, p,
          T("%s -= (%s / %d - 1) * (%s);", room, p->tile_columns.text, (int)p->granule, each.text));
    lay_out(r, p);
    p->tile_rows =
        named(r, p, T("tile_%s", p->par_name[column - 1]),
              sz_name(T("kn_tile_rows(%s, %s * kn_ceil_div(%s, %s) / pes, 8192 / %s, %s, %s)",
                        rows_dim(r, p->par[column - 1]).text,
                        others.atom ? others.text : T("(%s)", others.text), columns.text,
                        p->tile_columns.text, p->tile_columns.text, room,
                        growth(r, p, column - 1).text)));
  }
  lay_out(r, p);
  name_places(r, p);
}

static void name_tensors(struct rows *r) {
  r->tensor_names = kn_alloc(r->file, r->num_tensors * sizeof *r->tensor_names);
  struct kn_tensor *lists[] = {r->kernel->inputs, r->kernel->outputs, r->kernel->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      r->tensor_names[t->id] = rows_name(r, t->name);
}

// Large contractions go to the matrix units; their sums lie in memory.
static void find_contractions(struct rows *r, struct line *l) {
  for (; l; l = l->next) {
    if (!l->reduces || l->part || l->rank != 2 ||
        !kn_match_contraction(l->value, l->index[0], l->index[1], &l->contraction))
      continue;
    int64_t k = l->value->indices[0]->extent->size;
    l->contracts = l->target->dims[0]->size * l->target->dims[1]->size * k >= 1 << 18;
  }
}

static bool plan_phase(struct rows *r, struct phase *p) {
  if (p->lines->contracts) {
    r->in_memory[p->lines->target->id] = true;
    return true;
  }
  p->across = goes_across(r, p);
  // Parts of a single number would be branches around a variable: make it a loop.
  for (struct line *l = p->lines; l; l = l->next)
    if ((l->part || l->target->type == KN_I4) && !p->across && l->rank == p->num_par && p->num_par)
      p->num_par--;
  find_operands(r, p);
  for (unsigned i = 0; i < p->num_par; i++)
    p->par_name[i] = rows_tiled_name(r, p->lines->index[i]->name);
  p->local_at = sz_num(r->file, 0);
  if (!is_known(r)) {
    choose_dynamic(r, p);
    return true;
  }
  if (!choose_tiles(r, p))
    return false;
  struct size at = sz_num(r->file, 0);
  for (struct operand *o = p->operands; o; o = o->next) {
    o->at = at;
    at = sz_add(r->file, at, sz_mul(r->file, o->staged, buffer_bytes(r, o)));
  }
  p->local_at = sz_round_up(r->file, at, 64);
  return true;
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
  r->in_memory = kn_alloc(r->file, r->num_tensors * sizeof *r->in_memory);
  memset(r->defined_in, 0, r->num_tensors * sizeof *r->defined_in);
  struct line *first = NULL, **at = &first;
  for (unsigned i = 0; i < num; i++) {
    struct line *l = kn_alloc(r->file, sizeof *l);
    *l = *all[i];
    l->alone = true;
    l->next = NULL;
    *at = l;
    at = &l->next;
  }
  *tail = form_phases(r, first);
  const struct line *separated = find_separated(*tail);
  if (separated) {
    rows_refuse(r, separated->stmt->range, "give the sizes with --shape",
                "parts of '%s' in rows of any length have no mapping to the device yet",
                separated->target->name);
    return;
  }
  for (struct phase *p = *tail; p; p = p->next) {
    p->fallback = true;
    plan_phase(r, p);
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
  r->defined_in = kn_alloc(r->file, r->num_tensors * sizeof *r->defined_in);
  r->in_memory = kn_alloc(r->file, r->num_tensors * sizeof *r->in_memory);
  bool *read = kn_alloc(r->file, r->num_tensors * sizeof *read);
  drop_unread(r, ls.first, read);
  while (ls.first && !ls.first->value)
    ls.first = ls.first->next;
  name_tensors(r);
  for (struct line *l = ls.first; l; l = l->next)
    if (!r->tensor_names[l->target->id])
      r->tensor_names[l->target->id] = rows_name(r, l->target->name);
  if (is_known(r))
    find_contractions(r, ls.first);
  unsigned num = 0;
  for (struct line *l = ls.first; l; l = l->next)
    num++;
  struct line **all = kn_alloc(r->file, (num + 1) * sizeof *all);
  num = 0;
  for (struct line *l = ls.first; l; l = l->next)
    all[num++] = l;
  // A phase that does not fit marks its lines; at most once for each.
  for (;;) {
    for (unsigned i = 0; i < num; i++)
      all[i]->next = i + 1 < num ? all[i + 1] : NULL;
    struct phase *phases = form_phases(r, num ? all[0] : NULL), *p = phases;
    const struct line *separated = find_separated(phases);
    if (separated && !gather_parts(r, all, num, separated))
      return NULL;
    while (!separated && p && plan_phase(r, p))
      p = p->next;
    if (!p) {
      if (!is_known(r))
        add_fallback(r, phases, all, num);
      return phases;
    }
    if (r->failed)
      return NULL;
    memset(r->defined_in, 0, r->num_tensors * sizeof *r->defined_in);
    memset(r->in_memory, 0, r->num_tensors * sizeof *r->in_memory);
  }
}
