// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbours by their place in a group: y[n] of n % 2 and n / 2, or of n / 32.
//
// Pairs: vectors go along the pairs; one holds the elements with even n, one those with odd n, and
// they are stored one in turn with the other. In each of the two `n % 2` is a number, so that
// choices by it are made here.
//
// Groups of 16 and more: vectors go along what is inside, n / 32 is a number. A last group that is
// shorter comes behind the loop over the whole ones. Quotients and functions that are the same for
// a group are made before, with vectors along the groups.
#include "rows.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

struct division {
  const struct kn_index *index;
  int64_t by;
  bool others;
};

static bool find_division(struct kn_expr *e, void *data) {
  struct division *d = data;
  const int64_t by = rows_divisor(e, d->index);
  d->others = d->others || e->kind == KN_REDUCE || (by && d->by && by != d->by);
  d->by = by ? by : d->by;
  return true;
}

int64_t rows_group_size(const struct line *l) {
  if (!l->rank || (l->engine && l->value->builtin != KN_QUANTIZE) || l->part || l->copies_part ||
      l->scatter || !l->value || l->target->type == KN_BOOL || l->target->type == KN_I4)
    return 0;
  struct division d = {l->index[l->rank - 1], 0, false};
  const struct kn_dim *n = l->target->dims[l->rank - 1];
  kn_walk(l->value, find_division, &d);
  const bool fits = (d.by == 2 && n->size % 2 == 0) || (d.by >= 16 && d.by % 16 == 0);
  return fits && !d.others && n->size > 0 ? d.by : 0;
}

// Of a row; the last one may be shorter.
static int64_t num_groups(const struct line *l, int64_t size) {
  return (l->target->dims[l->rank - 1]->size + size - 1) / size;
}

static struct kn_index *new_index(struct rows *r, const char *name, int64_t size) {
  struct kn_index *index = kn_alloc(r->file, sizeof *index);
  index->name = name;
  index->extent = kn_alloc(r->file, sizeof *index->extent);
  index->extent->size = size;
  return index;
}

static struct kn_expr *whole(struct rows *r, int64_t factor, struct kn_expr *quotient,
                             struct kn_expr *rest) {
  struct kn_expr *n = rows_binary(r, KN_MUL, rows_number(r, quotient, factor), quotient);
  return rest->kind == KN_INT && !rest->ival ? n : rows_binary(r, KN_ADD, n, rest);
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

struct kn_index *rows_halves(struct rows *r, const struct line *l, struct kn_expr *halves[2]) {
  const struct kn_index *n = l->index[l->rank - 1];
  struct kn_index *pair = new_index(r, "pair", l->target->dims[l->rank - 1]->size / 2);
  struct kn_expr *at = rows_index_read(r, l->value, pair);
  for (int odd = 0; odd < 2; odd++) {
    struct substitute by = {n, 2, at, rows_number(r, at, odd), NULL};
    by.whole = whole(r, 2, at, by.rest);
    halves[odd] = rows_substitute(r, l->value, &by);
  }
  return pair;
}

static bool pairs(struct scope *s, const struct line *l, const char *lo, const char *hi,
                  int64_t length, rows_put_element *put) {
  struct rows *r = s->r;
  const struct kn_index *n = l->index[l->rank - 1];
  struct kn_expr *halves[2];
  struct kn_index *pair = rows_halves(r, l, halves);
  const int64_t all = pair->extent->size;
  for (int odd = 0; odd < 2; odd++)
    if (!rows_value_vectorises(r, s->p, halves[odd], pair))
      return false;
  const char *name = rows_name(r, "pair");
  s->along = pair;
  s->lanes = rows_narrow(rows_lanes(l) > 32 ? 32 : rows_lanes(l), all);
  // Ends are even numbers.
  const int64_t last = (length / 2 + s->lanes - 1) / s->lanes * s->lanes;
  const bool room = rows_room(s, l->target) >= 2 * last &&
                    rows_reads_on(s, halves[0], pair, last) &&
                    rows_reads_on(s, halves[1], pair, last);
  const char *begin = strcmp(lo, "0") ? T("%s / 2", lo) : lo, *end = T("%s / 2", hi);
  s->count = length >= 0 && (length == 2 * last || room) ? NULL : T("%s - %s", end, name);
  scope_bind(s, pair, name);
  scope_bind(s, n, T("(2 * %s)", name));
  rows_put(r, "for (long %s = %s; %s < %s; %s += %u) {", name, begin, name, end, name, s->lanes);
  r->indent++;
  struct value a = rows_value(s, halves[0]), b = rows_value(s, halves[1]);
  s->second = &b;
  put(s, l, a);
  s->second = NULL;
  r->indent--;
  rows_put(r, "}");
  s->along = NULL;
  s->count = NULL;
  rows_release(r, name);
  return true;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

struct group {
  const struct line *line;
  struct kn_index *index, *inside; // of n = size * index + inside
  int64_t size;
  struct kn_expr *value;
  rows_put_element *put;
};

// The first `count` elements of the group that has a name, or a number.
static void put_group(struct scope *s, const struct group *g, const char *name, int64_t count) {
  struct rows *r = s->r;
  const struct kn_index *n = g->line->index[g->line->rank - 1];
  s->lanes = count == g->size ? rows_lanes(g->line) : rows_narrow(rows_lanes(g->line), count);
  while (count == g->size && g->size % s->lanes) // whole vectors
    s->lanes /= 2;
  const bool several = count > s->lanes;
  const char *first = T("%" PRId64 " * %s", g->size, name);
  const char *place = several ? rows_name(r, n->name) : "0";
  scope_bind(s, g->index, name);
  scope_bind(s, g->inside, place);
  scope_bind(s, n, several ? T("(%s + %s)", first, place) : T("(%s)", first));
  if (several) {
    rows_put(r, "for (long %s = 0; %s < %" PRId64 "; %s += %u) {", place, place, count, place,
             s->lanes);
    r->indent++;
  }
  s->along = g->inside;
  s->count = count % s->lanes == 0 ? NULL
             : several             ? T("%" PRId64 " - %s", count, place)
                                   : T("%" PRId64, count);
  g->put(s, g->line, rows_value(s, g->value));
  s->along = NULL;
  s->count = NULL;
  if (several) {
    r->indent--;
    rows_put(r, "}");
    rows_release(r, place);
  }
}

static bool groups(struct scope *s, const struct line *l, int64_t size, const char *lo,
                   const char *hi, int64_t length, rows_put_element *put) {
  struct rows *r = s->r;
  const struct kn_index *n = l->index[l->rank - 1];
  const int64_t all = l->target->dims[l->rank - 1]->size;
  struct group g = {
      l, new_index(r, "group", num_groups(l, size)), new_index(r, n->name, size), size, NULL, put};
  struct kn_expr *at = rows_index_read(r, l->value, g.index);
  struct substitute by = {n, size, at, rows_index_read(r, l->value, g.inside), NULL};
  by.whole = whole(r, size, at, by.rest);
  g.value = rows_substitute(r, l->value, &by);
  // Tiles of columns begin with whole groups, the last one ends with the row.
  const bool cut = strcmp(lo, "0");
  const struct size columns = s->p->tile_columns;
  if ((cut ? !columns.known || columns.value % size : length != all) ||
      !rows_value_vectorises(r, s->p, g.value, g.inside))
    return false;
  if (all >= size) {
    const char *name = rows_name(r, "group");
    const char *begin = strcmp(lo, "0") ? T("%s / %" PRId64, lo, size) : lo;
    if (rows_lanes(l) % size == 0)
      fputs("#pragma clang loop unroll_count(4)\n", r->out);
    rows_put(r, "for (long %s = %s; %s < %s / %" PRId64 "; %s++) {", name, begin, name, hi, size,
             name);
    r->indent++;
    put_group(s, &g, name, size);
    r->indent--;
    rows_put(r, "}");
    rows_release(r, name);
  }
  const bool ends = all % size && cut;
  if (ends) {
    rows_put(r, "if (%s == %" PRId64 ") {", hi, all);
    r->indent++;
  }
  if (all % size)
    put_group(s, &g, T("%" PRId64, all / size), all % size);
  if (ends) {
    r->indent--;
    rows_put(r, "}");
  }
  return true;
}

bool rows_groups(struct scope *s, const struct line *l, const char *lo, const char *hi,
                 int64_t length, rows_put_element *put) {
  const int64_t size = rows_group_size(l);
  return size == 2  ? pairs(s, l, lo, hi, length, put)
         : size > 2 ? groups(s, l, size, lo, hi, length, put)
                    : false;
}

//===----------------------------------------------------------------------===//
// What is the same for a group
//===----------------------------------------------------------------------===//

struct common {
  struct rows *r;
  struct line **at; // the link to the line
  int64_t size;
  const struct kn_index *index;
};

// Depends on n by n / size alone.
static bool is_common(const struct common *c, const struct kn_expr *e) {
  if (rows_divisor(e, c->index) == c->size)
    return e->op == KN_DIV;
  if (e->kind == KN_INDEX && e->index == c->index)
    return false;
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i] && !is_common(c, e->args[i]))
      return false;
  return true;
}

static struct kn_expr *find_quotient(const struct common *c, struct kn_expr *e) {
  if (rows_divisor(e, c->index) == c->size)
    return e;
  struct kn_expr *found = NULL;
  for (unsigned i = 0; i < e->num_args && !found; i++)
    found = e->args[i] ? find_quotient(c, e->args[i]) : NULL;
  return found;
}

static bool takes_long(struct kn_expr *e, void *data) {
  bool *found = data;
  *found = *found || (e->kind == KN_BINARY && e->op == KN_DIV && kn_type_is_float(e->type)) ||
           (e->kind == KN_CALL && e->builtin >= KN_EXP && e->builtin <= KN_POW);
  return true;
}

static struct kn_expr *take_out(struct common *c, struct kn_expr *e) {
  const struct line *l = *c->at;
  if (!rows_depends(e, c->index) || e->kind == KN_READ)
    return e;
  bool found = false;
  kn_walk(e, takes_long, &found);
  if (!found)
    return e;
  if (!is_common(c, e) || !kn_type_is_float(e->type)) {
    for (unsigned i = 0; i < e->num_args; i++)
      if (e->args[i])
        e->args[i] = take_out(c, e->args[i]);
    return e;
  }
  const unsigned last = l->rank - 1;
  struct kn_index *group = new_index(c->r, "group", num_groups(l, c->size));
  struct kn_index *index[KN_MAX_RANK];
  struct kn_dim *dims[KN_MAX_RANK];
  memcpy(index, l->index, sizeof index);
  memcpy(dims, l->target->dims, sizeof dims);
  index[last] = group;
  dims[last] = (struct kn_dim *)group->extent;
  struct kn_expr *at = rows_index_read(c->r, e, group), *quotient = find_quotient(c, e);
  const struct substitute by = {c->index, c->size, at, at, at};
  struct kn_expr *value = rows_substitute(c->r, e, &by);
  struct kn_expr *read =
      rows_insert_line(c->r, c->at, l->stmt, kn_text(c->r->file, "%s_group", l->target->name),
                       value, l->rank, index, dims);
  read->args[last] = quotient;
  c->at = &(*c->at)->next;
  return read;
}

void rows_take_out_groups(struct rows *r, struct line **first) {
  for (struct line **at = first; *at; at = &(*at)->next) {
    struct line *l = *at;
    struct common c = {r, at, rows_group_size(l), l->rank ? l->index[l->rank - 1] : NULL};
    if (c.size < 3 || l->reduces)
      continue;
    l->value = take_out(&c, l->value);
    at = c.at;
  }
}
