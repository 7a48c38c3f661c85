// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows that data choose, for the tiles of a row program: where a line reads table[idx[b, n], d],
// core 0 brings the part of idx that a tile needs, and gathers the rows that it names into a box,
// rows[b, n, d], which is all that core 1 sees.
#include "cost.h"
#include "rows_block.h"
#include "rows_kernel.h"

#define T(...) kn_text(r->file, __VA_ARGS__)

struct fetched *rows_fetched(const struct rows *r, const struct kn_tensor *tensor) {
  for (struct fetched *f = r->fetched; f; f = f->next)
    if (&f->tensor == tensor)
      return f;
  return NULL;
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

// Who reads rows, and where: under conditions, the innermost last.
struct reader {
  struct rows *r;
  struct line *line;
  struct line **last; // of lines that compute indices, in front of all others
  struct guard {
    struct kn_expr *condition;
    bool holds;
  } guards[8];
  unsigned num_guards;
};

// Where indices stand: in a list, or in a matrix.
struct places {
  struct kn_tensor *tensor;
  unsigned rank;
  struct kn_index *index[2];
};

static bool find_data(struct kn_expr *e, void *found) {
  *(bool *)found = *(bool *)found || e->kind == KN_READ || e->kind == KN_REDUCE;
  return true;
}

static bool has_data(const struct kn_expr *e) {
  bool found = false;
  kn_walk((struct kn_expr *)e, find_data, &found);
  return found;
}

// An element of a list or a matrix at the place of indices each of which runs through its
// dimension.
static bool is_plain(const struct kn_expr *read, struct places *p) {
  const struct kn_expr *e = rows_bare(read->args[0]);
  const enum kn_type type = e->kind == KN_READ ? e->tensor->type : KN_F32;
  if (read->num_args != 2 || (type != KN_I32 && type != KN_I64) || e->tensor->rows ||
      !e->num_args || e->num_args > 2)
    return false;
  *p = (struct places){.tensor = e->tensor, .rank = e->num_args};
  for (unsigned i = 0; i < e->num_args; i++) {
    p->index[i] = (struct kn_index *)kn_plain_index(e->args[i]);
    if (!p->index[i] || p->index[i]->extent != e->tensor->dims[i] ||
        (i && p->index[i] == p->index[0]))
      return false;
  }
  return true;
}

struct used {
  struct places *places;
  bool fail; // too many, or with ranges, or other data than inputs
};

static bool find_used(struct kn_expr *e, void *data) {
  struct used *u = data;
  struct places *p = u->places;
  u->fail = u->fail || e->kind == KN_REDUCE || (e->kind == KN_READ && e->tensor->role != KN_INPUT);
  if (e->kind != KN_INDEX)
    return true;
  for (unsigned i = 0; i < p->rank; i++)
    if (p->index[i] == e->index)
      return true;
  u->fail = u->fail || p->rank == 2 || !e->index->extent;
  if (!u->fail)
    p->index[p->rank++] = e->index;
  return true;
}

// The row's number among all rows of the tensor, or -1 where a condition does not hold.
static struct kn_expr *row_number(struct reader *d, const struct kn_expr *read) {
  struct rows *r = d->r;
  struct kn_expr *at = read->args[0];
  for (unsigned i = 1; i + 1 < read->num_args; i++) {
    struct kn_expr *size = rows_number(r, at, read->tensor->dims[i]->size);
    at = rows_binary(r, KN_MUL, at, size);
    at = rows_binary(r, KN_ADD, at, rows_cast(r, read->args[i], at->type));
  }
  for (unsigned i = d->num_guards; i-- > 0;) {
    struct kn_expr *where = kn_new_expr(r->file, KN_CALL, read->range);
    struct kn_expr *none = rows_number(r, at, -1);
    where->builtin = KN_WHERE;
    where->type = at->type;
    where->args = kn_alloc(r->file, 3 * sizeof *where->args);
    where->num_args = 3;
    where->args[0] = d->guards[i].condition;
    where->args[1] = d->guards[i].holds ? at : none;
    where->args[2] = d->guards[i].holds ? none : at;
    at = where;
  }
  return at;
}

// As the line's.
static void put_in_order(const struct line *l, struct places *p) {
  unsigned i = 0;
  while (i < l->rank && l->index[i] != p->index[0] && l->index[i] != p->index[1])
    i++;
  if (p->rank < 2 || i == l->rank || l->index[i] == p->index[0])
    return;
  p->index[1] = p->index[0];
  p->index[0] = l->index[i];
}

// Does the subscript go neither up nor down with an index? Boxes would be of all rows.
static bool is_scattered(const struct kn_expr *e, const struct places *p) {
  bool any = false;
  for (unsigned i = 0; i < p->rank; i++)
    any = any || (rows_depends(e, p->index[i]) == 2 && !rows_coefficient(e, p->index[i]));
  return any;
}

// Indices that must be computed, and to what that depends on.
static bool is_computable(const struct reader *d, const struct kn_expr *read, struct places *p) {
  struct used u = {.places = p};
  bool data = false;
  double rows = 1;
  *p = (struct places){0};
  for (unsigned i = 0; i + 1 < read->num_args; i++) {
    const enum kn_type type = read->args[i]->type;
    kn_walk(read->args[i], find_used, &u);
    data = data || has_data(read->args[i]) || is_scattered(read->args[i], p);
    rows *= (double)read->tensor->dims[i]->size;
    if (type != KN_I32 && type != KN_I64)
      return false;
  }
  for (unsigned i = 0; i < d->num_guards; i++)
    kn_walk(d->guards[i].condition, find_used, &u);
  for (unsigned i = 0; i < p->rank; i++)
    if (rows_depends(read->args[read->num_args - 1], p->index[i]))
      return false;
  put_in_order(d->line, p);
  return data && !u.fail && p->rank && rows < INT32_MAX && d->line->stmt->kind == KN_ASSIGN;
}

// How many places name a row where they count rows from an offset on, as offsets[b] + n does, while
// a condition tells whether n is still in front of the next offset: no more than there are rows,
// each of which lies between two offsets.
struct run {
  const struct reader *d;
  const struct kn_index *n;
  double bags, rows;
  const struct kn_tensor *offsets;
};

static bool find_offsets(struct kn_expr *e, void *data) {
  struct run *u = data;
  if (e->kind == KN_READ && e->num_args == 1 && (double)e->tensor->dims[0]->size == u->bags + 1)
    u->offsets = e->tensor;
  return true;
}

// Does a condition on n read the same offsets?
static bool has_end(const struct run *u) {
  bool any = false;
  for (unsigned i = 0; i < u->d->num_guards; i++) {
    const struct kn_expr *e = u->d->guards[i].condition;
    any = any || (rows_depends(e, u->n) && rows_expr_reads(e, u->offsets));
  }
  return any;
}

static bool find_run(struct kn_expr *e, void *data) {
  struct run *u = data;
  for (unsigned i = 0; e->kind == KN_READ && i < e->num_args; i++) {
    const int64_t step = rows_coefficient(e->args[i], u->n);
    u->offsets = NULL;
    if (step == 1 || step == -1)
      kn_walk(e->args[i], find_offsets, u);
    const double rows = (double)e->tensor->dims[i]->size;
    u->rows = u->offsets && rows < u->rows && has_end(u) ? rows : u->rows;
  }
  return true;
}

static unsigned percent_named(const struct reader *d, struct kn_expr *read,
                              const struct places *p) {
  double places = 1, rows;
  for (unsigned i = 0; i < p->rank; i++)
    places *= (double)p->index[i]->extent->size;
  rows = places;
  for (unsigned i = 0; i < p->rank; i++) {
    struct run u = {.d = d, .n = p->index[i], .rows = rows};
    u.bags = places / (double)u.n->extent->size;
    kn_walk(read, find_run, &u);
    rows = u.rows;
  }
  const double percent = 100 * rows / places;
  return percent > 1 ? (unsigned)(percent + 0.5) : 1;
}

// A line of its own, in front of all others, as it needs inputs only.
static void compute_places(struct reader *d, const struct kn_expr *read, struct places *p) {
  struct rows *r = d->r;
  struct kn_dim *dims[2] = {NULL, NULL};
  for (unsigned i = 0; i < p->rank; i++)
    dims[i] = p->index[i]->extent;
  const char *name = T("%s_at", r->tensor_names[read->tensor->id]);
  p->tensor = rows_insert_line(r, d->last, d->line->stmt, name, row_number(d, read), p->rank,
                               p->index, dims)
                  ->tensor;
  r->tensor_names[p->tensor->id] = rows_name(r, name);
  d->last = &(*d->last)->next;
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

// A table that each PE has in local memory as a whole is cheaper if rows are chosen often; and
// indices that are computed first take a phase.
static bool is_worth(struct rows *r, const struct kn_tensor *table, const struct places *p) {
  enum { START = 400, ROOM = 96 * 1024, LINE = 40, PHASE = 1000 };
  const double pes = r->target->grid_rows * r->target->grid_cols;
  const unsigned last = table->rank - 1;
  const double row =
      (double)rows_row(r, table, rows_dim(r, table->dims[last])).value * rows_element_bytes(table);
  const double padded = row > 32 ? row : 32;
  double all = padded, rows = 1;
  for (unsigned i = 0; i < last; i++)
    all *= (double)table->dims[i]->size;
  for (unsigned i = 0; i < p->rank; i++)
    rows *= (double)p->index[i]->extent->size;
  return row > 0 && rows > 0 && (p->tensor || rows / pes * (padded / 64 + 1) * LINE > PHASE) &&
         (all > ROOM ||
          kn_cost_memory(false, rows, rows * padded) + START < kn_cost_dma(true, 1, all));
}

static void fetch(struct rows *r, struct kn_expr *e, const struct places *p, unsigned percent) {
  struct fetched *f = r->fetched;
  struct kn_expr *last = e->args[e->num_args - 1];
  // The same rows again.
  while (f && !(f->from == e->tensor && f->index.id == p->tensor->id))
    f = f->next;
  if (!f) {
    f = kn_alloc(r->file, sizeof *f);
    f->from = e->tensor;
    f->index = *p->tensor;
    f->tensor = *e->tensor;
    f->tensor.rank = p->rank + 1;
    for (unsigned i = 0; i < p->rank; i++)
      f->tensor.dims[i] = p->tensor->dims[i];
    f->tensor.dims[p->rank] = e->tensor->dims[e->tensor->rank - 1];
    f->name = rows_name(r, T("%s_rows", r->tensor_names[e->tensor->id]));
    f->percent = percent;
    f->next = r->fetched;
    r->fetched = f;
  }
  struct fetched_read *read = kn_alloc(r->file, sizeof *read);
  *read = (struct fetched_read){e, *e, f->reads};
  f->reads = read;
  e->tensor = &f->tensor;
  e->args = kn_alloc(r->file, f->tensor.rank * sizeof *e->args);
  e->num_args = f->tensor.rank;
  for (unsigned i = 0; i < p->rank; i++)
    e->args[i] = rows_index_read(r, last, p->index[i]);
  e->args[p->rank] = last;
}

static bool is_table(const struct rows *r, const struct kn_expr *e) {
  return e->kind == KN_READ && e->num_args >= 2 && e->tensor->role == KN_INPUT &&
         !rows_fetched(r, e->tensor) && !has_data(e->args[e->num_args - 1]);
}

static void fetch_if_worth(struct reader *d, struct kn_expr *e) {
  struct rows *r = d->r;
  struct places p;
  const bool plain = !d->num_guards && is_plain(e, &p);
  if (!(plain || is_computable(d, e, &p)) || !is_worth(r, e->tensor, &p))
    return;
  const unsigned percent = plain ? 100 : percent_named(d, e, &p);
  if (!plain)
    compute_places(d, e, &p);
  if (p.tensor->role != KN_INPUT) { // of an earlier phase
    struct kn_expr *read = rows_new_read(r, p.tensor, e->range);
    d->line->indices = d->line->indices ? rows_binary(r, KN_ADD, d->line->indices, read) : read;
    d->line->begins = d->line->begins || plain;
  }
  fetch(r, e, &p, percent);
}

static void find_reads(struct reader *d, struct kn_expr *e) {
  if (!e || (e->kind == KN_CALL && e->builtin == KN_PAD))
    return;
  if (is_table(d->r, e)) {
    fetch_if_worth(d, e);
    return;
  }
  const bool where = e->kind == KN_CALL && e->builtin == KN_WHERE;
  for (unsigned i = 0; i < e->num_args; i++) {
    // What is not chosen is not evaluated: the index may be none there.
    const bool guarded = where && i > 0;
    if (guarded && d->num_guards == sizeof d->guards / sizeof *d->guards)
      return;
    if (guarded)
      d->guards[d->num_guards++] = (struct guard){e->args[0], i == 1};
    find_reads(d, e->args[i]);
    d->num_guards -= guarded;
  }
}

// e with the line's value where its target is read.
static struct kn_expr *inline_rows(struct rows *r, struct kn_expr *e, const struct line *l) {
  if (!e)
    return NULL;
  for (unsigned i = 0; i < e->num_args; i++)
    e->args[i] = inline_rows(r, e->args[i], l);
  if (e->kind != KN_READ || e->tensor != l->target)
    return e;
  struct kn_expr *value = l->value;
  for (unsigned i = 0; i < l->rank; i++) {
    const struct substitute by = {.index = l->index[i], .whole = e->args[i]};
    value = rows_substitute(r, value, &by);
  }
  return value;
}

// Nothing but rows by index, which only lines read that can have them from a box.
static bool can_inline(struct rows *r, const struct line *l) {
  struct places p;
  if (l->target->role != KN_LOCAL || l->target->type != l->value->type || l->part || l->scatter ||
      !is_table(r, l->value) || !is_plain(l->value, &p) || p.tensor->role != KN_INPUT ||
      !is_worth(r, l->value->tensor, &p))
    return false;
  for (const struct line *m = l->next; m; m = m->next)
    if (rows_reads(m, l->target) && (m->gather || m->contracts || m->scatter || m->part))
      return false;
  return true;
}

void rows_find_fetches(struct rows *r, struct line **first) {
  struct line *indices = NULL, **last = &indices;
  if (r->kernel->schedule || !rows_all_known(r))
    return; // it speaks of tiles; rows that may not fit are read through the cache
  for (struct line **at = first; *at;) {
    struct line *l = *at;
    if (can_inline(r, l)) {
      for (struct line *m = l->next; m; m = m->next)
        m->value = inline_rows(r, m->value, l);
      *at = l->next;
      continue;
    }
    struct reader d = {.r = r, .line = l, .last = last};
    if (!l->gather && !l->contracts && !l->scatter && !l->part)
      find_reads(&d, l->value);
    last = d.last;
    at = &l->next;
  }
  if (!indices)
    return;
  (*first)->begins = true; // what they name is of a later phase
  *last = *first;
  *first = indices;
}

bool rows_give_up_fetches(struct phase *p, bool all) {
  bool any = false;
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->turned && o->turned->fetched && (all || !o->staged.value || !o->turned->staged.value)) {
      for (struct fetched_read *read = o->turned->fetched->reads; read; read = read->next)
        *read->at = read->was;
      any = true;
    }
  return any;
}

//===----------------------------------------------------------------------===//
// C
//===----------------------------------------------------------------------===//

bool rows_comes_ahead(const struct operand *index) {
  return index->turned->fetched && index->per_tile && !index->by_column && index->slots > 1;
}

// How far the box of indices begins before the first one: a DMA begins at multiples of 32 bytes.
static struct size before(struct rows *r, struct phase *p, const struct operand *index) {
  const unsigned last = index->tensor->rank - 1;
  const unsigned mask = 32 / rows_bytes(index->tensor->type) - 1;
  const struct size first = rows_first_of(r, p, index, last);
  if (sz_is(first, 0))
    return first;
  return sz_name(T("(%s & %u)", first.atom ? first.text : T("(%s)", first.text), mask));
}

// The rows of the box of indices that a tile has.
static struct size outer(struct rows *r, struct phase *p, const struct operand *index) {
  return index->tensor->rank > 1 ? rows_number_of(r, p, index, 0) : sz_num(r->file, 1);
}

static struct size outer_room(struct rows *r, const struct operand *index) {
  return index->tensor->rank > 1 ? index->extent[0] : sz_num(r->file, 1);
}

static struct size row_bytes(struct rows *r, const struct operand *index) {
  return sz_div(r->file, index->slot, outer_room(r, index));
}

static bool same(struct size a, struct size b) { return a.known && b.known && a.value == b.value; }

// A box is always given as a whole.
static void push_rest(struct rows *r, const struct operand *o, struct size n, struct size room,
                      struct size bytes) {
  if (!same(n, room))
    rows_put(r, "__mtia_cb_push(%s, %s);", o->cb_name,
             sz_mul(r->file, sz_sub(r->file, room, n), bytes).text);
}

void rows_put_indices(struct rows *r, struct phase *p, const struct operand *index) {
  struct kn_file *f = r->file;
  const struct kn_tensor *t = index->tensor;
  const unsigned last = t->rank - 1, bytes = rows_bytes(t->type);
  const char *arg = T("args->%s", rows_argument(r, t));
  const struct size skipped = before(r, p, index), first = rows_first_of(r, p, index, last);
  const struct size width =
      sz_mul(f, sz_add(f, rows_number_of(r, p, index, last), skipped), sz_num(f, bytes));
  const char *from = T("%s.data", arg);
  if (last && !sz_is(rows_first_of(r, p, index, 0), 0))
    from = T("%s + (uint64_t)%s * %s.stride[0]", from, rows_first_of(r, p, index, 0).text, arg);
  if (!sz_is(first, 0))
    from = T("%s + (uint64_t)(%s - %s) * %u", from, first.text, skipped.text, bytes);
  rows_put(r, "__mtia_cr_w2(MTIA_CR_DMA_IN, %s, %s);", width.text, row_bytes(r, index).text);
  rows_put(r, "__mtia_cr_w(MTIA_CR_DMA_IN_PITCH, %s);", last ? T("%s.stride[0]", arg) : "0");
  rows_put(r, "__mtia_dma_in(%s, %s, %s, %s);", index->cb_name, from, outer(r, p, index).text,
           index->per_tile ? "MTIA_MC_NONE" : "MTIA_MC_ROW");
  push_rest(r, index, outer(r, p, index), outer_room(r, index), row_bytes(r, index));
}

void rows_put_fetch(struct rows *r, struct phase *p, const struct operand *o) {
  struct kn_file *f = r->file;
  const struct operand *index = p->operands;
  while (index->turned != o)
    index = index->next;
  const struct kn_tensor *table = o->fetched->from, *t = index->tensor;
  const unsigned last = t->rank - 1, bytes = rows_bytes(t->type);
  const char *arg = T("args->%s", rows_argument(r, table)), *row = NULL;
  const struct size columns = rows_row(r, table, rows_dim(r, table->dims[table->rank - 1]));
  const struct size number = rows_number_of(r, p, o, last), rows = outer(r, p, index);
  const struct size padded = rows_box_bytes(r, o, o->stride[last]);
  const struct size room = sz_mul(f, o->extent[last], padded);
  struct size at = sz_mul(f, before(r, p, index), sz_num(f, bytes));
  rows_comment(r, T("The rows of %s that %s names.", table->name, t->name));
  rows_put(r, "__mtia_cr_w(MTIA_CR_GATHER_LIMIT, 0);");
  rows_put(r, "__mtia_cr_w(MTIA_CR_GATHER_PITCH, %s.stride[%u]);", arg, table->rank - 2);
  if (!sz_is(rows, 1)) {
    row = rows_name(r, "row");
    rows_put(r, "for (long %s = 0; %s < %s; %s++) {", row, row, rows.text, row);
    r->indent++;
  }
  if (row)
    at = sz_add(f, sz_mul(f, sz_name(row), row_bytes(r, index)), at);
  rows_put(r, "__mtia_cr_w2(MTIA_CR_GATHER, %s, %s);", rows_box_bytes(r, o, columns).text, at.text);
  if (o->fetched->percent < 100) // for the cost model, too (ctext.h)
    rows_comment(r, T("About %u %% of these places name a row.", o->fetched->percent));
  rows_put(r, "__mtia_dma_gather(%s, %s.data, %s, %s%s);", o->cb_name, arg, number.text,
           index->cb_name, bytes == 8 ? " + MTIA_GATHER_64" : "");
  push_rest(r, o, number, o->extent[last], padded);
  if (row) {
    r->indent--;
    rows_put(r, "}");
    rows_release(r, row);
  }
  push_rest(r, o, rows, outer_room(r, index), room);
  rows_put(r, "__mtia_cb_pop(%s, %s);", index->cb_name, index->slot.text);
}
