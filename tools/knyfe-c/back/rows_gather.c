// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines that add up rows of a table by index are phases of their own, done by <mtia/knyfe_bags.h>:
//
//   y[b, d] = sum[j in offsets[b]..offsets[b + 1]] [weight[j] *] table[idx[j], d]
//   y[b, d] = sum[p] [weight[b, p] *] table[idx[b, p], d]
//
// (or max, min of table[...], f32) in binary32, of rows of f32, f16, bf16 and of row-wise quantised
// tables. An index or an offset may be one of several rows: idx[2, j].
#include "decide.h"
#include "rows_plan.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

static bool same_extent(const struct kn_dim *a, const struct kn_dim *b) {
  return a == b || (a->size >= 0 && a->size == b->size);
}

// t[index], t[constant, index], or t[index + 1]; DMA brings it, so an earlier line may define it.
static bool is_list(const struct kn_expr *e, const struct kn_index *index, int64_t plus,
                    struct list *list) {
  e = rows_bare(e);
  if (e->kind != KN_READ || e->tensor->rows || !e->num_args || e->num_args > 2)
    return false;
  *list = (struct list){.tensor = e->tensor};
  if (e->num_args == 2) {
    const struct kn_expr *row = rows_bare(e->args[0]);
    if (row->kind != KN_INT)
      return false;
    list->row = row->ival;
  }
  const struct kn_expr *at = rows_bare(e->args[e->num_args - 1]);
  if (!plus)
    return kn_plain_index(at) == index;
  return at->kind == KN_BINARY && at->op == KN_ADD &&
         kn_plain_index(rows_bare(at->args[0])) == index &&
         rows_bare(at->args[1])->kind == KN_INT && rows_bare(at->args[1])->ival == plus;
}

// t[b, p]
static bool is_matrix(const struct kn_expr *e, const struct kn_index *b, const struct kn_index *p,
                      struct list *list) {
  e = rows_bare(e);
  if (e->kind != KN_READ || e->num_args != 2 || e->tensor->rows ||
      kn_plain_index(e->args[0]) != b || kn_plain_index(e->args[1]) != p)
    return false;
  *list = (struct list){.tensor = e->tensor};
  return true;
}

static bool is_integer(const struct list *l) {
  return l->tensor->type == KN_I32 || l->tensor->type == KN_I64;
}

// The list that j counts through, or the matrix of which it is one row for each b.
static bool is_of_term(const struct gather *g, const struct kn_expr *e, const struct kn_index *b,
                       const struct kn_index *j, struct list *list) {
  return g->pooled ? is_matrix(e, b, j, list) : is_list(e, j, 0, list);
}

// A sum of known dimensions, numbers and an index.
struct linear {
  int64_t number, index;
};

static bool add_linear(struct linear *f, const struct kn_expr *e, const struct kn_index *index,
                       int64_t sign) {
  e = rows_bare(e);
  if (e->kind == KN_INT) {
    f->number += sign * e->ival;
  } else if (e->kind == KN_INDEX && e->index == index) {
    f->index += sign;
  } else if (e->kind == KN_DIM && e->dim->size >= 0) {
    f->number += sign * e->dim->size;
  } else if (e->kind == KN_BINARY && (e->op == KN_ADD || e->op == KN_SUB)) {
    return add_linear(f, e->args[0], index, sign) &&
           add_linear(f, e->args[1], index, e->op == KN_ADD ? sign : -sign);
  } else {
    return false;
  }
  return true;
}

// Of a part, columns lo..hi that are those of the table: where they begin. Sizes are known.
static bool is_part(const struct line *l, const struct kn_tensor *t, const struct kn_expr *column,
                    int64_t *begin) {
  struct linear at = {0}, lo = {0}, hi = {0};
  const struct kn_index *d = l->index[1];
  if (!d->lo || !add_linear(&lo, d->lo, NULL, 1) || !add_linear(&hi, d->hi, NULL, 1) ||
      !add_linear(&at, column, d, 1))
    return false;
  *begin = lo.number;
  // DMA stores to multiples of 32 bytes.
  return at.index == 1 && at.number == -lo.number && t->dims[1]->size == hi.number - lo.number &&
         lo.number % 8 == 0;
}

static bool is_row(struct gather *g, const struct kn_expr *e, const struct line *l,
                   const struct kn_index *j) {
  while (e->kind == KN_CAST && e->type == KN_F32)
    e = e->args[0];
  if (e->kind != KN_READ || e->num_args != 2 || e->tensor->role != KN_INPUT)
    return false;
  const struct kn_tensor *t = e->tensor;
  if (!t->rows && t->type != KN_F32 && t->type != KN_F16 && t->type != KN_BF16)
    return false;
  const struct kn_dim *have = t->dims[1], *want = l->target->dims[1];
  if (l->part ? !is_part(l, t, e->args[1], &g->column)
              : kn_plain_index(e->args[1]) != l->index[1] || !same_extent(have, want))
    return false;
  g->table = e->tensor;
  return is_of_term(g, e->args[0], l->index[0], j, &g->index) && is_integer(&g->index);
}

static bool match(const struct line *l, struct gather *g) {
  const struct kn_expr *sum = l->value;
  if (!l->reduces || l->scatter || l->rank != 2 || l->target->type != KN_F32 ||
      sum->type != KN_F32 || sum->num_indices != 1 || sum->scan || l->index[0]->lo ||
      (l->index[1]->lo && !l->part))
    return false;
  const bool most = sum->reduction == KN_RMAX, least = sum->reduction == KN_RMIN;
  if (sum->reduction != KN_SUM && !most && !least)
    return false;
  const struct kn_index *j = sum->indices[0];
  g->pooled = !j->lo;
  if (!g->pooled &&
      (!is_list(j->lo, l->index[0], 0, &g->offsets) || !is_list(j->hi, l->index[0], 1, &g->end) ||
       !is_integer(&g->offsets) || g->offsets.tensor->role != KN_INPUT || // read through the cache
       g->end.tensor != g->offsets.tensor || g->end.row != g->offsets.row))
    return false;
  const struct kn_expr *body = sum->args[0];
  g->extreme = most - least;
  if (is_row(g, body, l, j))
    return !g->extreme || (g->table->type == KN_F32 && !g->table->rows);
  if (g->extreme || body->kind != KN_BINARY || body->op != KN_MUL || body->type != KN_F32)
    return false;
  for (int side = 0; side < 2; side++)
    if (is_of_term(g, body->args[side], l->index[0], j, &g->weights) &&
        g->weights.tensor->type == KN_F32 && is_row(g, body->args[1 - side], l, j))
      return true;
  return false;
}

// y[i, d] = table[idx[i], d]
static bool match_copy(const struct line *l, struct gather *g) {
  const struct kn_expr *e = l->value;
  if (e->kind != KN_READ || l->part || l->scatter || l->rank != 2 || l->index[0]->lo ||
      l->index[1]->lo || e->tensor->rows || rows_stored(l->target) == KN_I4 ||
      e->tensor->type != l->target->type || e->tensor->role != KN_INPUT || e->num_args != 2)
    return false;
  const struct kn_dim *have = e->tensor->dims[1], *want = l->target->dims[1];
  g->copies = true;
  g->table = e->tensor;
  return kn_plain_index(e->args[1]) == l->index[1] && same_extent(have, want) &&
         is_list(e->args[0], l->index[0], 0, &g->index) && is_integer(&g->index);
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

// What a part reads along its columns, whole rows of the same length: sum[j] table[idx[j], d - D].
struct columns {
  const struct kn_index *index;
  struct kn_expr *read[8];
  unsigned num;
  bool chosen, fail; // rows that data choose; anything else
};

static bool find_columns(struct kn_expr *e, void *data) {
  struct columns *c = data;
  if (e->kind != KN_READ || !rows_depends(e, c->index))
    return true;
  const unsigned last = e->num_args - 1;
  bool plain = e->num_args == e->tensor->rank && rows_coefficient(e->args[last], c->index) == 1;
  for (unsigned i = 0; i < last; i++) {
    plain = plain && !rows_depends(e->args[i], c->index);
    c->chosen = c->chosen || rows_bare(e->args[i])->kind == KN_READ;
  }
  const struct kn_dim *have = e->tensor->dims[last];
  const struct kn_dim *same = c->num ? c->read[0]->tensor->dims[c->read[0]->num_args - 1] : have;
  plain = plain && same_extent(have, same);
  c->fail = c->fail || !plain || c->num == sizeof c->read / sizeof *c->read;
  if (!c->fail)
    c->read[c->num++] = e;
  return !c->fail;
}

// Can all parts of the target be stored where they belong as they are gathered?
static bool can_gather_parts(const struct line *first, const struct kn_tensor *target) {
  for (const struct line *l = first; l; l = l->next) {
    struct gather g = {0};
    if (l->target == target && !match(l, &g))
      return false;
  }
  return true;
}

// Of the line that *at is: rows that data choose come into a tensor of their own, of which the part
// is a copy.
static void set_apart(struct rows *r, struct line **at) {
  struct line *l = *at;
  struct columns c = {.index = l->index[l->rank - 1]};
  struct kn_expr *value = rows_copy(r, l->value);
  kn_walk(value, find_columns, &c);
  if (c.fail || !c.chosen)
    return;
  struct kn_index *index[KN_MAX_RANK], *column = kn_alloc(r->file, sizeof *column);
  struct kn_dim *dims[KN_MAX_RANK];
  memcpy(index, l->index, sizeof index);
  memcpy(dims, l->target->dims, sizeof dims);
  const unsigned last = l->rank - 1, of = c.read[0]->num_args - 1;
  struct kn_expr *place = c.read[0]->args[of];
  column->name = c.index->name;
  column->extent = dims[last] = c.read[0]->tensor->dims[of];
  index[last] = column;
  for (unsigned i = 0; i < c.num; i++)
    c.read[i]->args[c.read[i]->num_args - 1] = rows_index_read(r, place, column);
  if (rows_depends(value, c.index))
    return; // elsewhere, too
  l->value =
      rows_insert_line(r, at, l->stmt, T("%s_rows", l->target->name), value, l->rank, index, dims);
  l->value->args[last] = place;
  l->reduces = false;
  r->tensor_names[(*at)->target->id] = rows_name(r, (*at)->target->name);
}

// As <mtia/knyfe_bags.h>.
// The read of a row by the number that counts the terms, x[j, d]; NULL: there is none.
static struct kn_expr *find_numbered(struct kn_expr *e, const struct kn_index *j) {
  while (e->kind == KN_CAST)
    e = e->args[0];
  if (e->kind == KN_BINARY && e->op == KN_MUL) {
    struct kn_expr *a = find_numbered(e->args[0], j);
    return a ? a : find_numbered(e->args[1], j);
  }
  return e->kind == KN_READ && e->num_args == 2 && kn_plain_index(e->args[0]) == j ? e : NULL;
}

// An earlier line that numbers the elements of a dimension.
static struct kn_tensor *find_numbers(struct line *l, const struct line *end,
                                      const struct kn_dim *d) {
  for (; l != end; l = l->next)
    if (l->rank == 1 && l->target->dims[0] == d && l->target->type == KN_I32 && !l->part &&
        !l->scatter && kn_plain_index(l->value) == l->index[0])
      return l->target;
  return NULL;
}

void rows_number_rows(struct rows *r, struct line **lines) {
  enum { FEW = 48 << 10 }; // bytes that come to every PE as they are
  for (struct line **at = lines; *at && !r->kernel->schedule; at = &(*at)->next) {
    struct line *l = *at;
    struct kn_index *j = l->reduces && l->value->num_indices == 1 ? l->value->indices[0] : NULL;
    struct kn_expr *row = j && j->lo ? find_numbered(l->value->args[0], j) : NULL;
    if (!row)
      continue;
    struct kn_dim *d = row->tensor->dims[0];
    const int64_t columns = row->tensor->dims[1]->size;
    if (d->size >= 0 && columns >= 0 && d->size * columns * rows_bytes(row->tensor->type) <= FEW)
      continue;
    struct kn_tensor *numbers = find_numbers(*lines, l, d), trial = {.type = KN_I32, .rank = 1};
    struct kn_expr *by = rows_new_read(r, numbers ? numbers : &trial, row->range),
                   *plain = row->args[0];
    struct gather g = {0};
    rows_add_index(r, by, j);
    row->args[0] = by;
    if (!match(l, &g)) {
      row->args[0] = plain;
      continue;
    }
    if (numbers)
      continue;
    struct kn_index *i = kn_alloc(r->file, sizeof *i);
    *i = (struct kn_index){.name = j->name, .range = j->range, .extent = d};
    rows_insert_line(r, at, l->stmt, kn_text(r->file, "%s_numbers", row->tensor->name),
                     rows_index_read(r, row, i), 1, &i, &d);
    by->tensor = (*at)->target;
    at = &(*at)->next;
  }
}

enum { UNCUT = 4096, CHUNK = 256, ROW = 16384 };

void rows_find_gathers(struct rows *r, struct line **lines) {
  for (struct line **at = lines; *at && !r->kernel->schedule; at = &(*at)->next)
    if ((*at)->part && (*at)->rank > 1 && !(*at)->scatter && !(*at)->index[0]->lo &&
        !can_gather_parts(*lines, (*at)->target))
      set_apart(r, at);
  struct line *first = *lines;
  for (struct line *l = first; l; l = l->next) {
    struct gather g = {.move = rows_find_move(r, l), .copies = true, .always = true};
    if (g.move) {
      g.table = l->value->tensor;
      l->gather = kn_alloc(r->file, sizeof *l->gather);
      *l->gather = g;
    }
    if (r->kernel->schedule || g.move)
      continue; // it speaks of tiles
    g = (struct gather){0};
    if (match_copy(l, &g)) {
      const struct kn_dim *d = g.table->dims[1];
      if (d->size * (int64_t)rows_bytes(g.table->type) > ROW)
        continue;
      g.always = d->size >= 0;
      l->gather = kn_alloc(r->file, sizeof *l->gather);
      *l->gather = g;
      continue;
    }
    g = (struct gather){0};
    if (!match(l, &g))
      continue;
    const struct kn_dim *columns = g.table->dims[1], *pool = NULL;
    if (g.pooled)
      pool = g.index.tensor->dims[1];
    bool cut = g.table->rows != 0;
    if ((cut && columns->size > UNCUT) || (pool && (pool->size > CHUNK || pool->size == 0)))
      continue;
    g.always = (!cut || columns->size >= 0) && (!pool || pool->size > 0);
    l->gather = kn_alloc(r->file, sizeof *l->gather);
    *l->gather = g;
  }
  // Of parts all or none: others are stored together.
  for (struct line *l = first; l; l = l->next)
    for (struct line *m = first; m && l->part && !l->gather; m = m->next)
      if (m->target == l->target)
        m->gather = NULL;
}

//===----------------------------------------------------------------------===//
// What is done with the sums
//===----------------------------------------------------------------------===//

// The engine's rows begin at multiples of 32 bytes.
static bool has_row(const struct phase *q, const struct operand *o, int64_t columns) {
  int64_t granule = 32 / rows_element_bytes(o->tensor);
  int64_t padded = (columns + granule - 1) / granule * granule;
  return o->use[0] == 0 && o->use[1] == (q->uncut ? WHOLE : 1) &&
         (o->stride[0].known ? columns >= 0 && columns <= UNCUT && o->stride[0].value == padded
                             : columns < 0);
}

// A line of elements that reads the sums at its own place, and else what the cache may hold.
static bool can_finish(const struct rows *r, const struct phase *p, const struct phase *q) {
  const struct line *sums = p->lines, *l = q->lines;
  const struct kn_tensor *t = sums->target;
  int64_t columns = t->dims[1]->size;
  if (t->role != KN_LOCAL || q->fallback != p->fallback || l->next || l->reduces || l->scatter ||
      l->part || l->contracts || l->gather || l->engine || l->rank != 2 || !q->across ||
      q->num_par != 2 || rows_stored(l->target) == KN_I4 || (columns < 0 && q->uncut))
    return false;
  for (unsigned i = 0; i < 2; i++)
    if (!same_extent(t->dims[i], l->target->dims[i]))
      return false;
  for (const struct local *v = q->locals; v; v = v->next)
    if (v->array)
      return false;
  for (const struct operand *o = q->operands; o; o = o->next)
    if (o->tensor == t || o->output ? !has_row(q, o, columns)
                                    : o->tensor->role != KN_INPUT || o->tensor->rank > 1)
      return false;
  for (struct phase *s = r->phases; s; s = s->next)
    if (s != q && s != p && s->fallback == p->fallback && rows_operand(s, t))
      return false;
  return true;
}

// Whether anything but the two offsets of a bag is read of them.
struct offsets {
  const struct kn_tensor *tensor;
  const struct kn_index *bag;
  bool others;
};

static bool find_others(struct kn_expr *e, void *data) {
  struct offsets *o = data;
  struct list list;
  if (e->kind == KN_READ && e->tensor == o->tensor)
    o->others = o->others || (!is_list(e, o->bag, 0, &list) && !is_list(e, o->bag, 1, &list));
  return true;
}

bool rows_reads_offsets(const struct line *sums, const struct line *finish,
                        const struct kn_tensor *tensor) {
  struct offsets o = {.tensor = tensor, .bag = finish->index[0]};
  if (sums->gather->offsets.tensor != tensor || tensor->rank != 1)
    return false;
  kn_walk(finish->value, find_others, &o);
  return !o.others;
}

void rows_join_gathers(struct rows *r, struct phase *phases) {
  r->phases = phases;
  for (struct phase *p = phases; p; p = p->next)
    if (p->lines->gather && !p->lines->gather->copies && p->next && can_finish(r, p, p->next)) {
      p->finish = p->next;
      p->next->finishes = true;
    }
  // Sums that are never in memory.
  for (struct phase *p = phases; p; p = p->next) {
    bool never = p->finish && rows_is_call(p);
    for (struct phase *q = phases; q && never; q = q->next)
      never = q->lines->target != p->lines->target || (q->finish && rows_is_call(q));
    if (never)
      r->in_memory[p->lines->target->id] = false;
  }
}

//===----------------------------------------------------------------------===//
// C
//===----------------------------------------------------------------------===//

static const char *address(struct rows *r, const struct list *l) {
  const char *name = rows_argument(r, l->tensor), *data = T("args->%s.data", name);
  return l->row ? T("%s + %" PRId64 " * args->%s.stride[0]", data, l->row, name) : data;
}

static const char *table_type(const struct kn_tensor *t) {
  if (t->rows)
    return kn_rows_bits(t->rows) == 4 ? "MTIA_SE_U4" : "MTIA_SE_U8";
  return t->type == KN_F32 ? "MTIA_SE_F32" : t->type == KN_F16 ? "MTIA_SE_F16" : "MTIA_SE_BF16";
}

static const char *layout(const struct kn_tensor *t) {
  return !t->rows                 ? "MTIA_SE_PLAIN"
         : kn_rows_front(t->rows) ? "MTIA_SE_F16_FRONT"
                                  : "MTIA_SE_F32_BEHIND";
}

static bool adds_bags(const struct phase *p) {
  const struct gather *g = p->lines->gather;
  return g && rows_is_call(p) && !g->copies && !g->move && !g->pooled && !p->fallback &&
         g->table->dims[1]->size > 0;
}

unsigned rows_bags_in_front(const struct rows *r, const struct phase *p) {
  const struct phase *before = NULL;
  for (const struct phase *q = r->phases; q != p; q = q->next)
    before = q->finishes ? before : q;
  if (!before || p->waits || p->shared || !adds_bags(p) || !adds_bags(before) ||
      p->lines->gather->index.tensor->type != before->lines->gather->index.tensor->type)
    return 0;
  return 1 + rows_bags_in_front(r, before);
}

const char *rows_gather_fits(struct rows *r, const struct line *l) {
  const struct gather *g = l->gather;
  if (g->copies)
    return T("kn_rows_fit(%s * %u)", rows_dim(r, g->table->dims[1]).text,
             rows_bytes(g->table->type));
  return T("kn_bags_fit(%s, %u, %s)", rows_dim(r, g->table->dims[1]).text,
           g->table->rows ? kn_rows_extra(g->table->rows) : 0,
           g->pooled ? rows_dim(r, g->index.tensor->dims[1]).text : "1");
}

void rows_put_gather(struct rows *r, const struct phase *p) {
  const struct line *l = p->lines;
  const struct gather *g = l->gather;
  const struct kn_tensor *out = p->finish ? p->finish->lines->target : l->target;
  const struct kn_tensor *index = g->index.tensor, *t = g->table;
  if (g->move) {
    rows_put_move(r, l);
    return;
  }
  unsigned last = index->rank - 1;
  if (g->copies) {
    rows_comment(r, T("%s\nCore 0 gathers the rows by DMA and stores them.",
                      kn_stmt_text(r->file, l->stmt)));
    rows_put(r, "kn_rows(&args->%s, &args->%s, %s, %d, %s, %s * %u);", t->name,
             rows_argument(r, out), address(r, &g->index), index->type == KN_I64 ? 3 : 2,
             rows_dim(r, l->target->dims[0]).text, rows_dim(r, t->dims[1]).text,
             rows_bytes(t->type));
    return;
  }
  rows_comment(r, T("%s\nCore 0 gathers the rows by DMA, %s.", kn_stmt_text(r->file, l->stmt),
                    g->extreme ? "core 1 goes through them" : "the SE adds them up for core 1"));
  rows_put(r, "kn_bags((struct kn_bags){");
  r->indent += 2;
  rows_put(r, ".table = &args->%s,", t->name);
  rows_put(r, ".out = &args->%s,", rows_argument(r, out));
  rows_put(r, ".out_size = %u,", rows_bytes(out->type));
  if (p->finish) {
    rows_put(r, ".finish = finish_%s,", r->tensor_names[out->id]);
    rows_put(r, ".args = args,");
  }
  rows_put(r, ".index = %s,", address(r, &g->index));
  if (g->weights.tensor)
    rows_put(r, ".weights = %s,", address(r, &g->weights));
  if (g->pooled) {
    rows_put(r, ".index_pitch = args->%s.stride[0],", rows_argument(r, index));
    if (g->weights.tensor)
      rows_put(r, ".weights_pitch = args->%s.stride[0],", rows_argument(r, g->weights.tensor));
    rows_put(r, ".pool = %s,", rows_dim(r, index->dims[1]).text);
  } else
    rows_put(r, ".offsets = %s,", address(r, &g->offsets));
  rows_put(r, ".bags = %s,", rows_dim(r, l->target->dims[0]).text);
  if (!g->pooled)
    rows_put(r, ".indices = %s,", rows_dim(r, index->dims[last]).text);
  if (g->column)
    rows_put(r, ".column = %" PRId64 ",", g->column);
  rows_put(r, ".columns = %s,", rows_dim(r, t->dims[1]).text);
  rows_put(r, ".type = %s,", table_type(t));
  rows_put(r, ".layout = %s,", layout(t));
  rows_put(r, ".bits = %u,", t->rows ? kn_rows_bits(t->rows) : 8 * rows_bytes(t->type));
  if (g->extreme)
    rows_put(r, ".extreme = %d,", g->extreme);
  rows_put(r, ".beside = %u,", t->rows ? kn_rows_extra(t->rows) : 0);
  if (rows_bags_in_front(r, p))
    rows_put(r, ".behind = %u,", rows_bags_in_front(r, p));
  rows_put(r, ".index_log2 = %u,", index->type == KN_I64 ? 3 : 2);
  rows_put(r, ".offset_log2 = %u,", !g->pooled && g->offsets.tensor->type == KN_I64 ? 3 : 2);
  r->indent -= 2;
  rows_put(r, "});");
}
