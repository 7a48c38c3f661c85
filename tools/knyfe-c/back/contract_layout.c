// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions whose channels are not innermost (NCHW): x, w and the result are laid out for the
// product by lines of their own, each in front of it or behind:
//
//   x_turned[b, h, v, c] = x[b, c, h, v]     y_turned[b, h, v, f] = ... of the sums
//   w_turned[f, i, j, c] = w[f, c, i, j]     y[b, f, h, v] = y_turned[b, h, v, f]
#include "contract.h"
#include "decide.h"
#include "rows.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

// The order of dimensions with one of them last.
struct order {
  unsigned rank, of[KN_MAX_RANK];
};

static struct order with_last(unsigned rank, unsigned last) {
  struct order o = {.rank = rank};
  for (unsigned i = 0, to = 0; i < rank; i++)
    if (i != last)
      o.of[to++] = i;
  o.of[rank - 1] = last;
  return o;
}

static bool is_turned(const struct order *o) { return o->of[o->rank - 1] + 1 != o->rank; }

// The element that a factor reads; NULL if it is made of more.
static struct kn_expr *element(struct kn_expr *e) {
  if (e->kind == KN_BINARY && e->op == KN_SUB)
    e = e->args[0];
  if (e->kind == KN_CAST)
    e = e->args[0];
  if (e->kind == KN_CALL && e->builtin == KN_PAD)
    e = e->args[0];
  return e->kind == KN_READ && e->num_args && !e->tensor->rows ? e : NULL;
}

static int along(const struct kn_expr *read, const struct kn_index *index) {
  for (unsigned i = 0; i < read->num_args; i++)
    if (kn_plain_index(read->args[i]) == index)
      return (int)i;
  return -1;
}

static struct kn_expr *clone(struct rows *r, const struct kn_expr *e) {
  struct kn_expr *c = kn_alloc(r->file, sizeof *c);
  *c = *e;
  c->args = kn_alloc(r->file, KN_MAX_RANK * sizeof *c->args);
  for (unsigned i = 0; i < e->num_args; i++)
    c->args[i] = e->args[i] && e->kind != KN_READ ? clone(r, e->args[i]) : e->args[i];
  return c;
}

static struct kn_tensor *turned_tensor(struct rows *r, const struct kn_tensor *t,
                                       const struct order *o) {
  struct kn_tensor *turned = rows_new_tensor(r, T("%s_turned", t->name), t->type, t->range);
  turned->rank = o->rank;
  for (unsigned i = 0; i < o->rank; i++)
    turned->dims[i] = t->dims[o->of[i]];
  return turned;
}

// Makes a read one of the turned tensor.
static void turn_read(struct kn_expr *read, struct kn_tensor *turned, const struct order *o) {
  struct kn_expr *args[KN_MAX_RANK];
  memcpy(args, read->args, o->rank * sizeof *args);
  read->tensor = turned;
  for (unsigned i = 0; i < o->rank; i++)
    read->args[i] = args[o->of[i]];
}

static bool find_any_index(struct kn_expr *e, void *data) {
  const char **name = data;
  if (e->kind == KN_INDEX && !*name)
    *name = e->index->name;
  return true;
}

// x or w, as it is and as the product wants it.
struct turn {
  struct kn_expr *read; // of the turned one
  struct kn_tensor *from, *to;
  struct order order;
  struct kn_index *index[KN_MAX_RANK]; // of from
};

static void turn_operand(struct rows *r, struct turn *t, struct kn_expr *read, int last) {
  t->read = read;
  t->from = read->tensor;
  t->order = with_last(read->num_args, (unsigned)last);
  t->to = t->from;
  for (unsigned i = 0; i < read->num_args; i++) {
    const char *name = NULL;
    kn_walk(read->args[i], find_any_index, &name);
    t->index[i] = kn_alloc(r->file, sizeof *t->index[i]);
    t->index[i]->name = name ? name : "at";
    t->index[i]->extent = t->from->dims[i];
  }
  if (!is_turned(&t->order))
    return;
  t->to = turned_tensor(r, t->from, &t->order);
  turn_read(read, t->to, &t->order);
}

static void insert_turn(struct rows *r, struct line ***at, const struct turn *t) {
  if (t->to == t->from)
    return;
  // The copy's indices are those of its target: index i there is index order[i] of the source.
  struct kn_index *index[KN_MAX_RANK];
  struct kn_expr *read = rows_new_read(r, t->from, t->read->range);
  for (unsigned i = 0; i < t->order.rank; i++) {
    index[i] = t->index[t->order.of[i]];
    rows_add_index(r, read, t->index[i]);
  }
  rows_insert_line(r, *at, (**at)->stmt, t->to->name, read, t->order.rank, index, t->to->dims);
  (**at)->target = t->to;
  *at = &(**at)->next;
}

struct search {
  const struct kn_tensor *tensor;
  struct kn_expr *found;
};

static bool find_tensor(struct kn_expr *e, void *data) {
  struct search *s = data;
  if (e->kind == KN_READ && e->tensor == s->tensor)
    s->found = e;
  return true;
}

static struct kn_expr *find_read(struct kn_expr *e, const struct kn_tensor *t) {
  struct search s = {t, NULL};
  kn_walk(e, find_tensor, &s);
  return s.found;
}

static uint64_t elements(const struct kn_tensor *t) {
  uint64_t n = 1;
  for (unsigned i = 0; i < t->rank; i++)
    n *= (uint64_t)t->dims[i]->size;
  return n;
}

// The summed index that is plain in x and in w.
static const struct kn_index *channel(const struct kn_expr *sum, const struct kn_expr *x,
                                      const struct kn_expr *w) {
  for (unsigned i = 0; i < sum->num_indices; i++)
    if (along(x, sum->indices[i]) >= 0 && along(w, sum->indices[i]) >= 0)
      return sum->indices[i];
  return NULL;
}

// The sum with x and w turned; false if there is no such product.
static bool turn_sum(struct rows *r, struct line *l, struct turn *x, struct turn *w,
                     struct order *result) {
  for (int side = 0; side < 2; side++) {
    struct kn_expr *sum = clone(r, l->value), *product = sum->args[0];
    struct kn_expr *of_x = element(product->args[side]), *of_w = element(product->args[1 - side]);
    const struct kn_index *k = of_x && of_w ? channel(sum, of_x, of_w) : NULL;
    int column = -1, columns = 0;
    for (unsigned i = 0; k && i < l->rank; i++)
      if (along(of_w, l->index[i]) >= 0) {
        column = (int)i;
        columns++;
      }
    if (columns != 1)
      continue;
    const int last_w = (int)of_w->num_args - 1;
    *result = with_last(l->rank, (unsigned)column);
    turn_operand(r, x, of_x, along(of_x, k));
    turn_operand(r, w, of_w, along(of_w, l->index[column]) == last_w ? last_w : along(of_w, k));
    struct kn_index *index[KN_MAX_RANK];
    for (unsigned i = 0; i < l->rank; i++)
      index[i] = l->index[result->of[i]];
    if (!kn_match_contraction(sum, index, l->rank, &l->contraction) || !l->contraction.window)
      continue;
    l->value = sum;
    return true;
  }
  return false;
}

// The line at other places of its target, which is turned.
static void turn_line(struct rows *r, struct line *l, const struct order *o) {
  struct kn_index *index[KN_MAX_RANK];
  memcpy(index, l->index, sizeof index);
  l->target = turned_tensor(r, l->target, o);
  for (unsigned i = 0; i < o->rank; i++)
    l->index[i] = index[o->of[i]];
}

// A line behind a turned one that copies its target to where it was.
static void copy_back(struct rows *r, struct line *l, struct kn_tensor *target,
                      const struct order *o) {
  struct kn_index *index[KN_MAX_RANK];
  struct kn_expr *read = rows_new_read(r, l->target, l->stmt->range);
  for (unsigned i = 0; i < o->rank; i++) {
    index[o->of[i]] = l->index[i];
    rows_add_index(r, read, l->index[i]);
  }
  rows_insert_line(r, &l->next, l->stmt, target->name, read, o->rank, index, target->dims);
  l->next->target = target;
}

// What leaves with the sums of a turned line, turned too; false if nothing does.
static bool turn_reader(struct rows *r, const struct line *l, const struct kn_tensor *sums,
                        struct line *reader, const struct order *o) {
  struct line turned = *reader;
  struct kn_contraction c = l->contraction;
  turned.value = clone(r, reader->value);
  struct kn_expr *read = find_read(turned.value, sums);
  turn_read(read, l->target, o);
  turn_line(r, &turned, o);
  if (!kn_match_leaving(turned.value, l->target, turned.index, turned.rank, &c))
    return false;
  struct kn_tensor *target = reader->target;
  *reader = turned;
  copy_back(r, reader, target, o);
  return true;
}

bool kn_turn_window(struct rows *r, struct line ***at, struct line *reader, bool decided) {
  struct line *l = **at, turned = *l;
  const struct kn_expr *sum = l->value;
  struct turn x, w;
  struct order o;
  if (sum->kind != KN_REDUCE || sum->reduction != KN_SUM || sum->args[0]->kind != KN_BINARY ||
      sum->args[0]->op != KN_MUL || !turn_sum(r, &turned, &x, &w, &o))
    return false;
  if (is_turned(&o))
    turn_line(r, &turned, &o);
  // A core copies an element in about three cycles, behind a barrier.
  const uint64_t pes = (uint64_t)r->target->grid_rows * r->target->grid_cols;
  if (!decided && rows_all_known(r) &&
      !kn_is_worth(r, &turned,
                   3 * (elements(x.from) + elements(w.from) + elements(l->target)) / pes + 1800))
    return false;
  struct kn_tensor *sums = l->target;
  *l = turned;
  insert_turn(r, at, &x);
  insert_turn(r, at, &w);
  if (is_turned(&o) && !(reader && turn_reader(r, l, sums, reader, &o)))
    copy_back(r, l, sums, &o);
  return true;
}
