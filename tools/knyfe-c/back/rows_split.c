// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions with fewer results than there are PEs, or of rows that do not fit into local memory:
// the reduced index is cut into parts, which are dealt out like rows.
//
//   y[m] = sum[k] f(m, k)   becomes   y_parts[m, p] = sum[k in p * C..(p + 1) * C] f(m, k)
//                                     y[m]          = sum[p] y_parts[m, p]
//
// The parts of a row lie side by side, so that a tile of eight of them is stored as a whole. Where
// vectors go along the results (sums of columns) it is y_parts[p, n] instead. A mean is a sum that
// is divided at last; of an argmax each part has its maximum too, and the first part with the
// greatest one has the place.
//
// The terms of a scatter-add are cut likewise: y_parts[p, ...] is the sum of part p of them, which
// one PE has in its local memory, and a second line adds up the parts.
#include "decide.h"
#include "rows_block.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

enum {
  WORTH = 8192,  // elements that a PE must save: as much as the phases cost that this adds
  BOX = 16384,   // bytes of an operand that a tile should have
  DENSE = 64,    // elements: whole vectors
  UNKNOWN = 1024 // parts of a row where only the launch knows how long it is
};

struct split {
  struct rows *r;
  struct line *line;
  struct kn_index *k;
  bool blocks;                     // sums by blocks, whose parts are what tiles are dealt by first
  bool across;                     // vectors go along the results
  int64_t dense;                   // elements along k that are 32 bytes; 0: not side by side
  int64_t bytes, rows, all, inner; // of an element; results; terms of one, in all and for each k
  int64_t num;                     // parts
  struct size chunk;
};

//===----------------------------------------------------------------------===//
// What is worth it
//===----------------------------------------------------------------------===//

static int64_t times(int64_t a, int64_t b) { return a < 0 || b < 0 ? -1 : a * b; }

static int64_t divided(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct survey {
  struct split *s;
  bool plain; // k by itself
};

static bool survey_read(struct kn_expr *e, void *data) {
  struct survey *v = data;
  struct split *s = v->s;
  const struct line *l = s->line;
  if (e->kind != KN_READ || !e->num_args)
    return true;
  bool plain = false;
  for (unsigned i = 0; i < e->num_args; i++)
    if (kn_plain_index(e->args[i]) == s->k && e->tensor->dims[i] == s->k->extent)
      plain = true;
  const struct kn_index *last = kn_plain_index(e->args[e->num_args - 1]);
  v->plain = v->plain || plain;
  s->across = s->across || (plain && l->rank && last == l->index[l->rank - 1]);
  const int64_t bytes = rows_element_bytes(e->tensor);
  if (plain && last == s->k && 32 / bytes > s->dense)
    s->dense = 32 / bytes;
  s->bytes = bytes > s->bytes ? bytes : s->bytes;
  return true;
}

static bool survey(struct split *s, struct kn_index *k) {
  struct survey v = {.s = s};
  s->k = k;
  s->across = false;
  s->dense = 0;
  s->bytes = 1;
  kn_walk(s->line->value, survey_read, &v);
  for (unsigned i = 0; s->line->scatter && i < s->line->stmt->rank; i++)
    kn_walk(s->line->stmt->subscripts[i], survey_read, &v);
  s->across = s->across && !s->dense;
  return v.plain;
}

static bool is_place(const struct kn_expr *e) {
  return e->reduction == KN_ARGMAX || e->reduction == KN_ARGMIN;
}

// The index to cut: the longest that something is read along. A place counts through all indices.
static bool choose_index(struct split *s) {
  const struct line *l = s->line;
  struct kn_index *const *indices = l->scatter ? l->stmt->indices : l->value->indices;
  const unsigned num = l->scatter ? l->stmt->num_indices : l->value->num_indices;
  struct kn_index *best = NULL;
  for (unsigned i = 0; i < num; i++) {
    struct kn_index *k = indices[i];
    if (!k->extent)
      return false;
    if ((i && !l->scatter && is_place(l->value)) || !survey(s, k))
      continue;
    if (!best || (best->extent->size >= 0 && k->extent->size > best->extent->size))
      best = k;
  }
  if (!best || !survey(s, best))
    return false;
  s->rows = s->all = 1;
  for (unsigned i = 0; i < l->rank; i++)
    s->rows = times(s->rows, l->target->dims[i]->size);
  for (unsigned i = 0; i < num; i++)
    s->all = times(s->all, indices[i]->extent->size);
  s->inner = s->all > 0 ? s->all / s->k->extent->size : 1;
  return s->rows > 0 && s->all != 0;
}

// Would PEs be idle for long?
static bool leaves_idle(const struct split *s, int64_t pes) {
  const int64_t lanes = s->across ? 16 : 1, n = divided(s->rows, lanes);
  if (s->all < 0)
    return n < pes;
  return (divided(n, pes) * lanes - s->rows / pes) * s->all > WORTH && n < pes;
}

// How many parts of how many indices.
static bool choose_parts(struct split *s, bool too_long) {
  struct rows *r = s->r;
  const struct line *l = s->line;
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  const int64_t columns = s->across ? l->target->dims[l->rank - 1]->size : 0;
  const int64_t most = 1024 / s->bytes; // columns of a tile
  const int64_t wide = columns < most ? columns : most;
  const int64_t granule = s->across ? 1 : 32 / rows_bytes(l->value->type);
  // Tiles without parts, and terms of a tile for each k.
  const int64_t tiles = s->across ? s->rows / columns * divided(columns, wide) : s->rows;
  const int64_t each = (s->across ? wide : granule) * s->inner * s->bytes;
  const int64_t k = s->k->extent->size;
  if (k < 0) {
    s->num = s->across ? UNKNOWN / 4 : UNKNOWN;
    s->chunk = sz_ceil_div(r->file, rows_dim(r, s->k->extent), sz_num(r->file, s->num));
    if (s->dense)
      s->chunk = sz_round_up(r->file, s->chunk, DENSE);
    return true;
  }
  int64_t fits = BOX / each, least = tiles < pes ? divided(pes, tiles) * granule : 1;
  int64_t n = divided(k, least);
  n = n > fits ? fits : n;
  n = s->dense ? divided(n, DENSE) * DENSE : n;
  n = n < 1 ? 1 : n;
  s->chunk = sz_num(r->file, n);
  s->num = divided(k, n);
  return s->num > 1 && (too_long || s->num >= 2 * granule);
}

// A schedule speaks of the tensor as of one that is not cut.
static bool is_decided(const struct rows *r, const struct kn_tensor *t) {
  return kn_decide(r->kernel, KN_TILE, t) || kn_decide(r->kernel, KN_BUFFERS, t);
}

static bool plan_split(struct split *s, bool too_long) {
  struct rows *r = s->r;
  const struct line *l = s->line;
  const struct kn_expr *e = l->value;
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  if (r->num_tensors + 4 > r->max_tensors || !l->reduces || l->part || l->scatter || l->contracts ||
      l->gather || l->chunked || e->scan || l->rank > 5 || rows_stored(l->target) == KN_I4 ||
      e->type == KN_I4 || is_decided(r, l->target) || !choose_index(s))
    return false;
  return (too_long || leaves_idle(s, pes)) && choose_parts(s, too_long);
}

// Cycles of a tile of sums by blocks for each of what is summed (rows_block.c): four vectors for a
// row are bound by arithmetic, short ones by instructions.
static int64_t step_cycles(int64_t rows, int64_t columns) {
  int64_t best = -1;
  for (int64_t lanes = 16; lanes <= 64; lanes *= 2) {
    const int64_t most = 256 / lanes, block = rows < most ? rows : most;
    const int64_t arithmetic = block * lanes / 16, issue = 2 * block + 3;
    int64_t cycles = arithmetic > issue ? arithmetic : issue;
    cycles = (cycles < 13 ? 13 : cycles) * divided(rows, block) * divided(columns, lanes);
    best = best < 0 || cycles < best ? cycles : best;
  }
  return best;
}

// Of the PE that has most, for the best tiles.
static int64_t tiles_cycles(int64_t outer, int64_t rows, int64_t columns, int64_t steps,
                            int64_t pes) {
  enum { TILE = 150 };
  int64_t least = -1;
  for (int64_t n = columns, last = 0; n != last && (n == columns || n >= 8);
       last = n, n = divided(divided(n, 2), 8) * 8)
    for (int64_t m = 1; m < 2 * rows; m *= 2) {
      const int64_t r = m < rows ? m : rows;
      const int64_t tiles = outer * divided(rows, r) * divided(columns, n);
      const int64_t cycles = divided(tiles, pes) * (steps * step_cycles(r, n) + TILE);
      least = least < 0 || cycles < least ? cycles : least;
    }
  return least;
}

// Sums by blocks of which PEs would have a few numbers only: as many parts as take the fewest
// cycles.
static bool plan_blocks(struct split *s) {
  enum { PHASE = 1000, SRAM = 1024, STEPS = 32 };
  struct rows *r = s->r;
  struct line *l = s->line;
  const struct kn_index *k =
      l->chunked || l->alone || is_decided(r, l->target) ? NULL : rows_summed(r, l);
  if (!k || l->rank > 5 || r->num_tensors + 4 > r->max_tensors)
    return false;
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  const int64_t size = k->extent->size, columns = l->target->dims[l->rank - 1]->size;
  const int64_t rows = l->target->dims[l->rank - 2]->size;
  int64_t outer = 1, best = 1, least = -1;
  for (unsigned i = 0; i + 2 < l->rank; i++)
    outer *= l->target->dims[i]->size;
  s->k = l->value->indices[0];
  s->rows = outer * rows * columns;
  for (int64_t n = 1; n <= pes && (n == 1 || size / n >= STEPS); n *= 2) {
    const int64_t cycles = tiles_cycles(outer * n, rows, columns, divided(size, n), pes) +
                           (n > 1 ? PHASE + n * s->rows * 8 / SRAM : 0);
    if (least < 0 || cycles < least - least / 8) {
      least = cycles;
      best = n;
    }
  }
  const int64_t n = divided(divided(size, best), STEPS) * STEPS;
  s->chunk = sz_num(r->file, n);
  s->num = divided(size, n);
  s->blocks = true;
  return s->num > 1;
}

// The type of sums of parts.
static enum kn_type sum_type(const struct line *l) {
  const enum kn_type type = l->value->type;
  return type == KN_F32 || type == KN_I64 ? type : KN_I32;
}

// Cycles of a scatter-add in `num` parts: terms, the sums' way to memory and back, a phase more.
static int64_t part_cycles(int64_t terms, int64_t each, int64_t table, int64_t num) {
  return terms / num * each + num * table * 2 / 1024 + table / 32 + 1000;
}

// As many parts as take the fewest cycles. Without them every PE goes through all terms.
static bool plan_scatter(struct split *s) {
  enum { NUMBER = 10, ROW = 6, VECTOR = 3, SKIP = 14 };             // cycles
  enum { TABLE = 96 * 1024, SMALL = 16 * 1024, ROOM = 120 * 1024 }; // bytes
  struct rows *r = s->r;
  const struct line *l = s->line;
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  if (!l->scatter || l->chunked || l->rank > 5 || r->num_tensors + 3 > r->max_tensors ||
      is_decided(r, l->target) || !choose_index(s))
    return false;
  const int64_t k = s->k->extent->size;
  const int64_t table = s->rows * rows_bytes(sum_type(l));
  if (k < 0 && table <= SMALL) {
    s->num = pes;
    s->chunk = sz_ceil_div(r->file, rows_dim(r, s->k->extent), sz_num(r->file, pes));
    s->chunk = sz_round_up(r->file, s->chunk, s->dense ? s->dense : 1);
    return true;
  }
  if (s->all < 0)
    return false;
  const int64_t each = l->rank > 1 ? ROW + VECTOR * divided(s->inner, 16) : NUMBER * s->inner;
  const int64_t fits = (ROOM - table) / (s->inner * s->bytes + 8);
  if (table > TABLE || fits < 1)
    return false;
  int64_t best = 1;
  for (int64_t n = 2; n <= pes; n *= 2)
    if (best == 1 || part_cycles(k, each, table, n) < part_cycles(k, each, table, best))
      best = n;
  if (best == 1 || part_cycles(k, each, table, best) > k * SKIP)
    return false;
  int64_t n = divided(k, best);
  n = n > fits ? fits : n;
  n = s->dense ? divided(n, s->dense) * s->dense : n;
  s->chunk = sz_num(r->file, n);
  s->num = divided(k, n);
  return s->num > 1;
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

// The parts' dimension, the same as that of other lines whose parts are alike: a phase shares it.
static struct kn_dim *parts_dim(struct split *s, struct line *first) {
  for (struct line *l = first; l && l != s->line; l = l->next)
    if (l->chunked && l->chunked->extent == s->k->extent &&
        l->target->dims[l->chunk_by]->size == s->num && !strcmp(l->chunk.text, s->chunk.text))
      return l->target->dims[l->chunk_by];
  struct kn_dim *d = kn_alloc(s->r->file, sizeof *d);
  d->size = s->num;
  return d;
}

static struct kn_index *parts_index(struct split *s, struct kn_dim *parts) {
  struct kn_index *p = kn_alloc(s->r->file, sizeof *p);
  p->name = kn_text(s->r->file, "%s_part", s->k->name);
  p->extent = parts;
  return p;
}

static struct line *new_line(struct split *s, const char *name, enum kn_type type) {
  struct rows *r = s->r;
  struct line *l = kn_alloc(r->file, sizeof *l);
  l->stmt = s->line->stmt;
  l->alone = s->line->alone;
  l->target =
      rows_new_tensor(r, T("%s_%s", s->line->target->name, name), type, s->line->target->range);
  if (r->tensor_names)
    r->tensor_names[l->target->id] = rows_name(r, l->target->name);
  return l;
}

static struct kn_expr *new_reduction(struct split *s, enum kn_reduction kind, enum kn_type type,
                                     struct kn_expr *body, struct kn_index *const *indices,
                                     unsigned num) {
  struct kn_expr *e = kn_new_expr(s->r->file, KN_REDUCE, s->line->value->range);
  e->op_range = s->line->value->op_range;
  e->type = type;
  e->reduction = (uint8_t)kind;
  e->args = kn_alloc(s->r->file, sizeof *e->args);
  e->args[e->num_args++] = body;
  e->indices = kn_alloc(s->r->file, num * sizeof *e->indices);
  memcpy(e->indices, indices, num * sizeof *e->indices);
  e->num_indices = num;
  return e;
}

// Which index of the parts counts them.
static unsigned place_of_part(const struct split *s) {
  const unsigned rank = s->line->rank;
  return s->blocks ? 0 : s->across ? rank - 1 : rank;
}

// y_parts[..., p, ...] with the reduction of one part.
static struct line *part_line(struct split *s, const char *name, enum kn_reduction kind,
                              enum kn_type type, struct kn_dim *parts) {
  const struct line *whole = s->line;
  const struct kn_expr *e = whole->value;
  struct line *l = new_line(s, name, type);
  l->value = new_reduction(s, kind, type, e->args[0], e->indices, e->num_indices);
  l->reduces = true;
  l->chunked = s->k;
  l->chunk = s->chunk;
  l->chunk_by = place_of_part(s);
  for (unsigned i = 0; i <= whole->rank; i++) {
    const bool part = i == l->chunk_by;
    const unsigned of = i - (i > l->chunk_by);
    l->index[l->rank++] = part ? parts_index(s, parts) : whole->index[of];
    l->target->dims[l->target->rank++] = part ? parts : whole->target->dims[of];
  }
  return l;
}

// Reads what `l` defines at the indices of the whole and, for the part, at `p`.
static struct kn_expr *read_part(struct split *s, const struct line *l, struct kn_expr *p) {
  struct rows *r = s->r;
  struct kn_expr *read = rows_new_read(r, l->target, s->line->stmt->range);
  for (unsigned i = 0; i < l->rank; i++)
    if (i == l->chunk_by)
      read->args[read->num_args++] = p;
    else
      rows_add_index(r, read, s->line->index[i - (i > l->chunk_by)]);
  return read;
}

// A line over the indices of the whole: what becomes of the parts.
static struct line *whole_line(struct split *s, const char *name, struct kn_expr *value) {
  struct line *l = new_line(s, name, value->type);
  l->value = value;
  l->reduces = value->kind == KN_REDUCE;
  l->combines = true;
  l->rank = l->target->rank = s->line->rank;
  memcpy(l->index, s->line->index, sizeof l->index);
  memcpy(l->target->dims, s->line->target->dims, sizeof l->target->dims);
  return l;
}

static struct kn_expr *combine(struct split *s, enum kn_reduction kind, enum kn_type type,
                               const struct line *parts) {
  struct kn_index *p = parts_index(s, parts->target->dims[parts->chunk_by]);
  p->reduced = true;
  struct kn_expr *at = kn_new_expr(s->r->file, KN_INDEX, s->line->stmt->range);
  at->type = KN_I32;
  at->index = p;
  return new_reduction(s, kind, type, read_part(s, parts, at), &p, 1);
}

static struct kn_expr *read_whole(struct split *s, const struct line *l) {
  struct kn_expr *read = rows_new_read(s->r, l->target, s->line->stmt->range);
  for (unsigned i = 0; i < l->rank; i++)
    rows_add_index(s->r, read, l->index[i]);
  return read;
}

// How many terms, as f32.
static struct kn_expr *count(struct split *s) {
  struct kn_file *f = s->r->file;
  const struct kn_expr *e = s->line->value;
  struct kn_expr *n = kn_new_expr(f, KN_FLOAT, e->range);
  n->type = KN_F32;
  n->fval = (double)s->all;
  for (unsigned i = 0; i < e->num_indices && s->all < 0; i++) {
    struct kn_expr *dim = kn_new_expr(f, KN_DIM, e->range);
    dim->type = KN_I32;
    dim->dim = e->indices[i]->extent;
    struct kn_expr *number = rows_cast(s->r, dim, KN_F32);
    n = i ? rows_binary(s->r, KN_MUL, n, number) : number;
  }
  return n;
}

// Behind the parts and what becomes of them that stand in front of the line and are none of its
// business, so that all parts are one phase, and all that becomes of them the next.
static struct line **place_of_parts(struct split *s, struct line **first, struct line **at,
                                    const struct kn_dim *parts, unsigned by) {
  struct line **place = at, *group = NULL;
  for (struct line **link = first; link != at; link = &(*link)->next) {
    struct line *l = *link;
    if (l->chunked && l->target->dims[l->chunk_by] == parts && l->chunk_by == by &&
        l->scatter == s->line->scatter && (l->scatter || l->rank == s->line->rank + 1)) {
      group = l;
      place = &l->next;
    } else if ((!l->combines && l->rank) || rows_reads(s->line, l->target)) {
      group = NULL;
      place = at;
    }
  }
  for (unsigned i = 0; group && !group->scatter && i < s->line->rank; i++)
    if (group->target->dims[i + (i >= by)] != s->line->target->dims[i])
      return at;
  return group ? place : at;
}

// Puts what the line becomes in front of it, which keeps its target. Returns the link to it.
static struct line **split(struct split *s, struct line **first, struct line **at) {
  struct line *l = s->line;
  const struct kn_expr *e = l->value;
  const enum kn_reduction kind = (enum kn_reduction)e->reduction;
  struct kn_dim *dim = parts_dim(s, *first);
  struct line *top = NULL, *parts;
  struct line **place = place_of_parts(s, first, at, dim, place_of_part(s));
  const bool begins = place == at;
  if (is_place(e))
    top = part_line(s, "top", kind == KN_ARGMAX ? KN_RMAX : KN_RMIN, e->args[0]->type, dim);
  parts = part_line(s, "parts", kind == KN_MEAN ? KN_SUM : kind, e->type, dim);
  struct line *lines[2] = {top ? top : parts, top ? parts : NULL};
  lines[0]->begins = begins;
  for (unsigned i = 0; i < 2 && lines[i]; i++) {
    if (place == at)
      at = &lines[i]->next;
    lines[i]->next = *place;
    *place = lines[i];
    place = &lines[i]->next;
  }
  l->combines = true;
  l->begins = begins;
  if (kind != KN_MEAN && !top) {
    l->value = combine(s, kind, e->type, parts);
    return at;
  }
  struct line *between = top ? whole_line(s, "part", combine(s, kind, KN_I32, top))
                             : whole_line(s, "sum", combine(s, KN_SUM, KN_F32, parts));
  between->begins = begins;
  l->begins = false;
  l->reduces = false;
  l->value = top ? read_part(s, parts, read_whole(s, between))
                 : rows_binary(s->r, KN_DIV, read_whole(s, between), count(s));
  between->next = l;
  *at = between;
  return &between->next;
}

// Puts parts of a scatter-add in front of the line that adds them up. Returns the link to it.
static struct line **split_scatter(struct split *s, struct line **first, struct line **at) {
  struct line *l = s->line;
  const enum kn_type type = sum_type(l);
  struct kn_dim *dim = parts_dim(s, *first);
  struct line **place = place_of_parts(s, first, at, dim, 0);
  const bool begins = place == at;
  struct line *parts = new_line(s, "parts", type);
  parts->value = rows_cast(s->r, l->value, type);
  parts->scatter = true;
  parts->begins = begins;
  parts->chunked = s->k;
  parts->chunk = s->chunk;
  parts->index[0] = parts_index(s, dim);
  parts->target->dims[0] = dim;
  for (unsigned i = 0; i < l->rank; i++) {
    parts->index[i + 1] = l->index[i];
    parts->target->dims[i + 1] = l->target->dims[i];
  }
  parts->rank = parts->target->rank = l->rank + 1;
  parts->next = *place;
  *place = parts;
  if (place == at)
    at = &parts->next;
  l->scatter = false;
  l->reduces = l->combines = true;
  l->begins = begins;
  struct kn_expr *sum = combine(s, KN_SUM, type, parts);
  if (type == l->target->type) {
    l->value = sum;
    return at;
  }
  struct line *between = whole_line(s, "sum", sum);
  between->begins = begins;
  l->begins = l->reduces = false;
  l->value = rows_cast(s->r, read_whole(s, between), l->target->type);
  between->next = l;
  *at = between;
  return &between->next;
}

void rows_split(struct rows *r, struct line **first) {
  for (struct line **at = first; *at; at = &(*at)->next) {
    struct split s = {.r = r, .line = *at};
    const bool too_long = (*at)->too_long;
    (*at)->too_long = false;
    if (plan_scatter(&s))
      at = split_scatter(&s, first, at);
    else if (plan_split(&s, too_long) || plan_blocks(&s))
      at = split(&s, first, at);
  }
}

// Would parts of the row fit where the row does not?
bool rows_can_split(struct rows *r, const struct phase *p, const struct operand *o) {
  struct kn_tensor *t = o->tensor;
  for (struct line *l = p->lines; l; l = l->next) {
    struct split s = {.r = r, .line = l};
    if (rows_reads(l, t) && plan_split(&s, true))
      return true;
  }
  return false;
}
