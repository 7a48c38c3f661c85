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
// Lines
//===----------------------------------------------------------------------===//

static bool find_data(struct kn_expr *e, void *found) {
  *(bool *)found = *(bool *)found || e->kind == KN_READ || e->kind == KN_REDUCE;
  return true;
}

static bool has_data(const struct kn_expr *e) {
  bool found = false;
  kn_walk((struct kn_expr *)e, find_data, &found);
  return found;
}

// The element of a list or a matrix of indices that chooses the row, at the place of indices each
// of which runs through its dimension.
static const struct kn_expr *index_of(const struct kn_expr *read) {
  const struct kn_expr *e = rows_bare(read->args[0]);
  const enum kn_type type = e->kind == KN_READ ? e->tensor->type : KN_F32;
  if ((type != KN_I32 && type != KN_I64) || e->tensor->role != KN_INPUT || e->tensor->rows ||
      !e->num_args || e->num_args > 2)
    return NULL;
  for (unsigned i = 0; i < e->num_args; i++) {
    const struct kn_index *index = kn_plain_index(e->args[i]);
    if (!index || index->extent != e->tensor->dims[i] || (i && index == kn_plain_index(e->args[0])))
      return NULL;
  }
  return e;
}

// A table that each PE has in local memory as a whole is cheaper if rows are chosen often.
static bool is_worth(struct rows *r, const struct kn_tensor *table, const struct kn_tensor *index) {
  enum { START = 400, ROOM = 96 * 1024 };
  const double row =
      (double)rows_row(r, table, rows_dim(r, table->dims[1])).value * rows_element_bytes(table);
  const double padded = row > 32 ? row : 32, all = padded * (double)table->dims[0]->size;
  double rows = 1;
  for (unsigned i = 0; i < index->rank; i++)
    rows *= (double)index->dims[i]->size;
  return row > 0 && rows > 0 &&
         (all > ROOM ||
          kn_cost_memory(false, rows, rows * padded) + START < kn_cost_dma(true, 1, all));
}

static void fetch(struct rows *r, struct kn_expr *e, const struct kn_expr *index) {
  struct fetched *f = r->fetched;
  // The same rows again.
  while (f && !(f->from == e->tensor && f->index.id == index->tensor->id))
    f = f->next;
  if (!f) {
    f = kn_alloc(r->file, sizeof *f);
    f->from = e->tensor;
    f->index = *index->tensor;
    f->tensor = *e->tensor;
    f->tensor.rank = index->num_args + 1;
    for (unsigned i = 0; i < index->num_args; i++)
      f->tensor.dims[i] = index->tensor->dims[i];
    f->tensor.dims[index->num_args] = e->tensor->dims[1];
    f->name = rows_name(r, T("%s_rows", r->tensor_names[e->tensor->id]));
    f->next = r->fetched;
    r->fetched = f;
  }
  struct fetched_read *read = kn_alloc(r->file, sizeof *read);
  *read = (struct fetched_read){e, *e, f->reads};
  f->reads = read;
  struct kn_expr **args = kn_alloc(r->file, f->tensor.rank * sizeof *args);
  for (unsigned i = 0; i < index->num_args; i++)
    args[i] = index->args[i];
  args[index->num_args] = e->args[1];
  e->tensor = &f->tensor;
  e->args = args;
  e->num_args = f->tensor.rank;
}

// The index, if it is worth it.
static const struct kn_expr *fetchable(struct rows *r, const struct kn_expr *e) {
  if (e->kind != KN_READ || e->num_args != 2 || e->tensor->role != KN_INPUT ||
      rows_fetched(r, e->tensor) || has_data(e->args[1]))
    return NULL;
  const struct kn_expr *index = index_of(e);
  return index && is_worth(r, e->tensor, index->tensor) ? index : NULL;
}

static void find_reads(struct rows *r, struct kn_expr *e) {
  // What is not chosen is not evaluated: the index may be none there.
  if (!e || (e->kind == KN_CALL && (e->builtin == KN_WHERE || e->builtin == KN_PAD)))
    return;
  const struct kn_expr *index = fetchable(r, e);
  if (index) {
    fetch(r, e, index);
    return;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    find_reads(r, e->args[i]);
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
  if (l->target->role != KN_LOCAL || l->target->type != l->value->type || l->part || l->scatter ||
      !fetchable(r, l->value))
    return false;
  for (const struct line *m = l->next; m; m = m->next)
    if (rows_reads(m, l->target) && (m->gather || m->contracts || m->scatter || m->part))
      return false;
  return true;
}

void rows_find_fetches(struct rows *r, struct line **first) {
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
    if (!l->gather && !l->contracts && !l->scatter && !l->part)
      find_reads(r, l->value);
    at = &l->next;
  }
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
  const struct size columns = rows_row(r, table, rows_dim(r, table->dims[1]));
  const struct size number = rows_number_of(r, p, o, last), rows = outer(r, p, index);
  const struct size padded = rows_box_bytes(r, o, o->stride[last]);
  const struct size room = sz_mul(f, o->extent[last], padded);
  struct size at = sz_mul(f, before(r, p, index), sz_num(f, bytes));
  rows_comment(r, T("The rows of %s that %s names.", table->name, t->name));
  rows_put(r, "__mtia_cr_w(MTIA_CR_GATHER_LIMIT, 0);");
  rows_put(r, "__mtia_cr_w(MTIA_CR_GATHER_PITCH, %s.stride[0]);", arg);
  if (!sz_is(rows, 1)) {
    row = rows_name(r, "row");
    rows_put(r, "for (long %s = 0; %s < %s; %s++) {", row, row, rows.text, row);
    r->indent++;
  }
  if (row)
    at = sz_add(f, sz_mul(f, sz_name(row), row_bytes(r, index)), at);
  rows_put(r, "__mtia_cr_w2(MTIA_CR_GATHER, %s, %s);", rows_box_bytes(r, o, columns).text, at.text);
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
