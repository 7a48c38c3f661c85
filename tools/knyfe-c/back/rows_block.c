// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums by blocks: y[.., m, n] = sum[k..] of anything of which a part does not depend on m, or not
// on n. A block of rows and columns of results is in registers, so that what is loaded serves
// several of them:
//
//   for m by R, for n by 64:                          vectors along n, where elements lie side by
//     for k: sum_i += x[m + i, k] * w[k, n..n + 63]   side along n; x are numbers
//
//   for m by R, for n by C:                           else along k; the end is a sum across each
//     for k by 64: sum_ij += x[m + i, k..] * w[n + j, k..]
//
// Where a tile's rows (or columns) are no multiple of a block's, the last block does the last row
// again instead of rows beyond it.
#include "rows_block.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

enum { MOST_SITES = 16, MOST_SUMS = 24, REGISTERS = 32 };

// A part of the term that does not depend on rows, or not on columns, or not on what is summed
// (`fixed`, read in front of the loops): a variable of the block.
struct site {
  const struct kn_expr *value;
  struct kn_tensor *variable;
  bool by_row, by_column, vector, fixed;
  const char *names[MOST_SUMS];
};

struct shape {
  int64_t rows, columns; // columns: of vectors along k, else 1
  unsigned lanes;
  double cycles; // of the tile
};

struct block {
  struct rows *r;
  const struct kn_index *row, *column, *along;
  const struct kn_expr *sum;
  struct site sites[MOST_SITES];
  unsigned num_sites;
};

//===----------------------------------------------------------------------===//
// Which lines
//===----------------------------------------------------------------------===//

static int64_t count_of(const struct kn_index *index, int64_t otherwise) {
  if (index->extent)
    return index->extent->size >= 0 ? index->extent->size : otherwise;
  return index->hi->ival > index->lo->ival ? index->hi->ival - index->lo->ival : 0;
}

struct sharing {
  const struct kn_index *row, *column;
  bool shared, reduces, guarded;
};

static bool find_sharing(struct kn_expr *e, void *data) {
  struct sharing *s = data;
  s->reduces = s->reduces || e->kind == KN_REDUCE;
  if (e->kind == KN_READ && e->num_args)
    s->shared = s->shared || !rows_depends(e, s->row) || !rows_depends(e, s->column);
  // Many instructions for each sum: nothing is gained.
  if (e->kind == KN_CALL && (e->builtin == KN_WHERE || e->builtin == KN_PAD))
    s->guarded = s->guarded || (rows_depends(e, s->row) && rows_depends(e, s->column));
  return true;
}

bool rows_is_block(const struct line *l) {
  const struct kn_expr *e = l->value;
  if (!l->reduces || l->rank < 2 || l->part || l->copies_part || l->scatter || l->contracts ||
      l->gather || l->engine || (l->chunked && (l->chunk_by || l->rank < 3)) ||
      e->reduction != KN_SUM || e->scan || (e->type != KN_F32 && e->type != KN_I32))
    return false;
  for (unsigned i = 0; i < l->rank; i++)
    if (l->index[i]->lo)
      return false;
  const struct kn_expr *body = e->args[0];
  struct sharing s = {.row = l->index[l->rank - 2], .column = l->index[l->rank - 1]};
  for (unsigned i = 0; i < e->num_indices; i++)
    if (!e->indices[i]->extent &&
        (e->indices[i]->lo->kind != KN_INT || e->indices[i]->hi->kind != KN_INT))
      return false;
  kn_walk((struct kn_expr *)body, find_sharing, &s);
  return s.shared && !s.reduces && !s.guarded && rows_depends(body, s.row) &&
         rows_depends(body, s.column);
}

bool rows_sums_by_blocks(struct rows *r, const struct line *l) {
  if (!rows_is_block(l))
    return false;
  if (rows_can_vectorise(r, NULL, l, l->index[l->rank - 1]))
    return true;
  // The sums across vectors take longer than short products.
  enum { SHORT = 128 };
  const struct kn_index *own = rows_choose_own(r, NULL, l->value, false);
  return own && count_of(own, SHORT + 1) > SHORT;
}

//===----------------------------------------------------------------------===//
// What the rows and the columns of a block share
//===----------------------------------------------------------------------===//

static bool find_read(struct kn_expr *e, void *data) {
  bool *found = data;
  *found = *found || (e->kind == KN_READ && e->num_args);
  return true;
}

static bool is_fixed(const struct block *b, const struct kn_expr *e) {
  bool fixed = true;
  for (unsigned i = 0; i < b->sum->num_indices; i++)
    fixed = fixed && !rows_depends(e, b->sum->indices[i]);
  return fixed;
}

static int64_t blocks_in(int64_t n, int64_t by) { return (n + by - 1) / by; }

// How many variables a site is, in the order of the sums.
static int64_t copies_of(const struct site *site, const struct shape *shape) {
  return (site->by_row ? shape->rows : 1) * (site->by_column ? shape->columns : 1);
}

static int64_t copy_of(const struct site *site, const struct shape *shape, int64_t row,
                       int64_t column) {
  return (site->by_row ? row * (site->by_column ? shape->columns : 1) : 0) +
         (site->by_column ? column : 0);
}

// A read of a made-up tensor that stands for `e`.
static struct kn_expr *variable_for(struct block *b, const struct kn_expr *e, bool by_row,
                                    bool by_column) {
  struct site *site = &b->sites[b->num_sites++];
  *site = (struct site){.value = e,
                        .variable = kn_alloc(b->r->file, sizeof *site->variable),
                        .by_row = by_row,
                        .by_column = by_column,
                        .vector = b->along && rows_depends(e, b->along) != 0,
                        .fixed = is_fixed(b, e)};
  site->variable->role = KN_LOCAL;
  site->variable->type = e->type;
  struct kn_expr *read = kn_new_expr(b->r->file, KN_READ, e->range);
  read->type = e->type;
  read->tensor = site->variable;
  return read;
}

// The term, with variables in place of what is shared. What is read under a condition stays there.
static const struct kn_expr *share(struct block *b, const struct kn_expr *e) {
  const bool by_row = rows_depends(e, b->row) != 0, by_column = rows_depends(e, b->column) != 0;
  bool reads = false;
  kn_walk((struct kn_expr *)e, find_read, &reads);
  if (!reads)
    return e;
  const bool shared = !(by_row && by_column) || (e->kind == KN_READ && is_fixed(b, e));
  if (shared && b->num_sites < MOST_SITES)
    return variable_for(b, e, by_row, by_column);
  if (e->kind == KN_READ ||
      (e->kind == KN_CALL && (e->builtin == KN_WHERE || e->builtin == KN_PAD)))
    return e;
  struct kn_expr *copy = kn_alloc(b->r->file, sizeof *copy);
  *copy = *e;
  copy->args = kn_alloc(b->r->file, e->num_args * sizeof *copy->args);
  for (unsigned i = 0; i < e->num_args; i++)
    copy->args[i] = e->args[i] ? (struct kn_expr *)share(b, e->args[i]) : NULL;
  return copy;
}

//===----------------------------------------------------------------------===//
// The size of a block
//===----------------------------------------------------------------------===//

// Instructions for a step of the sums: of vectors, loads of vectors, of numbers.
struct work {
  unsigned operations, loads, numbers;
  const struct kn_index *along;
};

static bool count_work(struct kn_expr *e, void *data) {
  struct work *w = data;
  const bool vector = rows_depends(e, w->along) != 0;
  if (e->kind == KN_READ && e->num_args) {
    w->loads += vector;
    w->numbers += !vector;
    return false;
  }
  w->operations += vector && e->kind != KN_INDEX && e->kind != KN_READ;
  return true;
}

static struct work work_of(const struct kn_expr *e, const struct kn_index *along) {
  struct work w = {.along = along};
  kn_walk((struct kn_expr *)e, count_work, &w);
  return w;
}

// How many terms of an index core 1 goes through for a block.
static int64_t summed_at_once(const struct phase *p, const struct line *l,
                              const struct kn_index *index, int64_t otherwise) {
  return p && p->piece && rows_is_summed(p, l, index) ? p->piece : count_of(index, otherwise);
}

// Cycles of a tile with blocks of this shape; < 0: too few registers.
static double shape_cycles(const struct phase *p, const struct line *l, const struct block *b,
                           const struct kn_expr *term, const struct kn_index *own,
                           const struct shape *s, int64_t rows, int64_t columns) {
  const int64_t group = s->lanes / 16, sums = s->rows * s->columns;
  struct work term_work = work_of(term, b->along);
  double operations = (double)sums * (term_work.operations ? term_work.operations : 1);
  double start = 24;
  double counts = 0; // cycles that do not grow with the lanes
  if (rows_counts(l->value)) {
    operations -= (double)sums;
    counts = 2 * (double)sums;
  }
  double loads = (double)sums * term_work.loads, numbers = (double)sums * term_work.numbers;
  int64_t registers = 1 + (term_work.operations > 1); // groups of them
  registers += rows_counts(l->value) ? blocks_in(sums, group) : sums;
  for (unsigned i = 0; i < b->num_sites; i++) {
    const struct site *site = &b->sites[i];
    const int64_t times = copies_of(site, s);
    struct work w = work_of(site->value, b->along);
    if (site->fixed) {
      registers += site->vector ? times : 0;
      start += (double)(times * group * (w.operations + w.loads));
      continue;
    }
    operations += (double)times * w.operations;
    loads += (double)times * w.loads;
    numbers += (double)times * w.numbers;
    // One of the two operands of all products is loaded when it is needed.
    registers += site->vector ? times == 1 || !site->by_row ? times : 0 : 0;
  }
  if (registers * group > REGISTERS - 1 || sums > MOST_SUMS)
    return -1;
  // Core 1 issues an instruction per cycle: each load of a vector needs its address.
  const double arithmetic = operations * (double)group + counts, memory = loads * (double)group,
               issue = operations + 2 * loads + numbers + 2;
  double step = arithmetic > memory ? arithmetic : memory;
  step = issue > step ? issue : step;
  const double latency = numbers > 0 ? 13 : 0; // of numbers, where little else is to be done
  step = latency > step ? latency : step;
  double steps = 1;
  const struct kn_expr *e = l->value;
  for (unsigned i = 0; i < e->num_indices; i++) {
    const int64_t n = summed_at_once(p, l, e->indices[i], 256);
    steps *= (double)(e->indices[i] == own ? blocks_in(n, s->lanes) : n);
  }
  const bool pieces = p && p->piece; // sums are added to those in memory
  const double each = own      ? 7 + 3 * (double)group + (pieces ? 4 : 0)
                      : pieces ? 3 * (double)group
                               : (double)group;
  const double end = (double)sums * each;
  return (double)(blocks_in(rows, s->rows) *
                  blocks_in(columns, own ? s->columns : (int64_t)s->lanes)) *
         (steps * step + start + end) * (double)(p ? rows_num_pieces(p) : 1);
}

// What a line's blocks are made of.
static const struct kn_expr *begin_block(struct rows *r, struct phase *p, const struct line *l,
                                         struct block *b, const struct kn_index **own) {
  *b = (struct block){
      .r = r, .row = l->index[l->rank - 2], .column = l->index[l->rank - 1], .sum = l->value};
  *own = rows_can_vectorise(r, p, l, b->column) ? NULL : rows_choose_own(r, p, l->value, false);
  b->along = *own ? *own : b->column;
  return share(b, l->value->args[0]);
}

static struct shape choose_shape(const struct phase *p, const struct line *l, const struct block *b,
                                 const struct kn_expr *term, const struct kn_index *own,
                                 int64_t rows, int64_t columns) {
  struct shape best = {1, 1, 16, -1};
  for (unsigned lanes = 64; lanes >= 16; lanes /= 2) {
    // No longer than what they go along.
    if (lanes > 16 && (own ? summed_at_once(p, l, own, 256) : columns) <= lanes / 2)
      continue;
    for (int64_t m = 1; m <= rows && m <= MOST_SUMS; m++)
      for (int64_t n = 1; n <= (own ? columns : 1) && m * n <= MOST_SUMS; n++) {
        struct shape s = {m, n, lanes, 0};
        s.cycles = shape_cycles(p, l, b, term, own, &s, rows, columns);
        if (s.cycles >= 0 && (best.cycles < 0 || s.cycles < 0.99 * best.cycles))
          best = s;
      }
  }
  return best;
}

double rows_block_cycles(struct rows *r, struct phase *p, const struct line *l, int64_t rows,
                         int64_t columns) {
  struct block b;
  const struct kn_index *own;
  const struct kn_expr *term = begin_block(r, p, l, &b, &own);
  return choose_shape(p, l, &b, term, own, rows, columns).cycles;
}

//===----------------------------------------------------------------------===//
// C
//===----------------------------------------------------------------------===//

// The names of a block's rows or columns: `m`, `m + 1`..., or the last one where there are no more.
static void name_places(struct rows *r, const char *first, const char *end, int64_t n, bool whole,
                        const char *names[MOST_SUMS]) {
  names[0] = first;
  for (int64_t i = 1; i < n; i++) {
    names[i] = T("(%s + %d)", first, (int)i);
    if (whole)
      continue;
    const char *name = rows_name(r, T("%s_%d", first, (int)i + 1));
    rows_put(r, "const long %s = kn_least(%s + %d, %s - 1);", name, first, (int)i, end);
    names[i] = name;
  }
}

static void release_places(struct rows *r, int64_t n, const char *const names[MOST_SUMS]) {
  for (int64_t i = 1; i < n; i++)
    rows_release(r, names[i]);
}

static bool find_name(struct kn_expr *e, void *data) {
  const char **name = data;
  if (e->kind == KN_READ && e->num_args && !*name)
    *name = e->tensor->name;
  return true;
}

// The variables of the sites that are (or are not) fixed.
static void put_sites(struct scope *s, struct block *b, const struct shape *shape, bool fixed,
                      const char *const rows[MOST_SUMS], const char *const columns[MOST_SUMS]) {
  struct rows *r = s->r;
  const unsigned bound = s->num;
  for (unsigned i = 0; i < b->num_sites; i++) {
    struct site *site = &b->sites[i];
    if (site->fixed != fixed)
      continue;
    const char *tensor = NULL;
    kn_walk((struct kn_expr *)site->value, find_name, &tensor);
    for (int64_t m = 0; m < (site->by_row ? shape->rows : 1); m++)
      for (int64_t n = 0; n < (site->by_column ? shape->columns : 1); n++) {
        const int64_t k = copy_of(site, shape, m, n);
        scope_bind(s, b->row, rows[m]);
        scope_bind(s, b->column, columns[n]);
        struct value v = rows_value(s, site->value);
        s->num = bound;
        site->names[k] = rows_name(r, T("%s_%d", tensor, (int)k));
        rows_put(r, "const %s %s = %s;",
                 v.vector ? rows_vector_type(s, site->value->type) : rows_c_type(site->value->type),
                 site->names[k], v.text);
        site->vector = v.vector;
      }
  }
}

static void release_sites(struct scope *s, const struct block *b, const struct shape *shape,
                          bool fixed) {
  for (unsigned i = 0; i < b->num_sites; i++)
    for (int64_t k = 0; k < copies_of(&b->sites[i], shape) && b->sites[i].fixed == fixed; k++)
      rows_release(s->r, b->sites[i].names[k]);
}

// One step of all sums of the block: first what they share.
static void put_step(struct scope *s, struct block *b, const struct kn_expr *term,
                     const struct shape *shape, const char *const rows[MOST_SUMS],
                     const char *const columns[MOST_SUMS], struct reduction *sums) {
  const unsigned bound = s->num, variables = s->num_variables;
  put_sites(s, b, shape, false, rows, columns);
  s->num_variables = variables + b->num_sites;
  for (int64_t m = 0; m < shape->rows; m++)
    for (int64_t n = 0; n < shape->columns; n++) {
      for (unsigned i = 0; i < b->num_sites; i++) {
        const struct site *site = &b->sites[i];
        s->variables[variables + i].tensor = site->variable;
        s->variables[variables + i].vector = site->vector;
        s->variables[variables + i].name = site->names[copy_of(site, shape, m, n)];
      }
      scope_bind(s, b->row, rows[m]);
      scope_bind(s, b->column, columns[n]);
      rows_step_reduction(s, &sums[m * shape->columns + n], term);
      s->num = bound;
    }
  s->num_variables = variables;
  release_sites(s, b, shape, false);
}

// The name of an index of the sum: a piece's is free.
static const char *take_name(struct scope *s, const struct line *l, const struct kn_index *index) {
  const struct phase *p = s->p;
  return rows_is_summed(p, l, index) ? p->par_name[p->num_par] : rows_name(s->r, index->name);
}

static void release_name(struct scope *s, const char *name) {
  if (!s->p->summed || name != s->p->par_name[s->p->num_par])
    rows_release(s->r, name);
}

// The loops over what is summed, that of the vectors inside.
static void put_sums(struct scope *s, const struct line *l, struct block *b,
                     const struct kn_expr *term, const struct kn_index *own,
                     const struct shape *shape, const char *const rows[MOST_SUMS],
                     const char *const columns[MOST_SUMS], struct reduction *sums) {
  struct rows *r = s->r;
  const struct kn_expr *e = l->value;
  const unsigned bound = s->num;
  const char *names[KN_MAX_RANK], *lo, *hi;
  unsigned opened = 0;
  put_sites(s, b, shape, true, rows, columns);
  for (unsigned i = 0; i < e->num_indices; i++) {
    const struct kn_index *index = e->indices[i];
    if (index == own)
      continue;
    const char *name = names[opened++] = take_name(s, l, index);
    rows_range(s, index, &lo, &hi);
    scope_bind(s, index, name);
    if (!own && i + 1 == e->num_indices && count_of(index, 256) >= 8)
      // Masks of many steps go through memory to the one register that masks a sum, which
      // is faster than a copy.
      fprintf(r->out, "#pragma clang loop unroll_count(%d)\n", rows_counts(e) ? 8 : 4);
    rows_put(r, "for (long %s = %s; %s < %s; %s++) {", name, lo, name, hi, name);
    r->indent++;
  }
  if (own) {
    const char *k = take_name(s, l, own);
    const bool pieces = s->p->piece && !rows_even(r, s->p, (int)s->p->num_par);
    const int64_t n = pieces ? -1 : summed_at_once(s->p, l, own, -1);
    const bool tail = n < 0 || n % shape->lanes;
    rows_range(s, own, &lo, &hi);
    scope_bind(s, own, k);
    s->along = own;
    s->count = NULL;
    if (tail)
      rows_put(r, "long %s = %s;", k, lo);
    // All registers are taken: several steps together would be kept in memory.
    fputs("#pragma clang loop unroll_count(1)\n", r->out);
    if (tail)
      rows_put(r, "for (; %s + %u <= %s; %s += %u) {", k, shape->lanes, hi, k, shape->lanes);
    else
      rows_put(r, "for (long %s = %s; %s < %s; %s += %u) {", k, lo, k, hi, k, shape->lanes);
    r->indent++;
    put_step(s, b, term, shape, rows, columns, sums);
    r->indent--;
    rows_put(r, "}");
    if (tail) {
      rows_put(r, "if (%s < %s) {", k, hi);
      r->indent++;
      s->count = T("%s - %s", hi, k);
      put_step(s, b, term, shape, rows, columns, sums);
      s->count = NULL;
      r->indent--;
      rows_put(r, "}");
    }
    s->along = NULL;
    release_name(s, k);
  } else
    put_step(s, b, term, shape, rows, columns, sums);
  while (opened--) {
    r->indent--;
    rows_put(r, "}");
    release_name(s, names[opened]);
  }
  release_sites(s, b, shape, true);
  s->num = bound;
}

// Is what the sum ends with no variable, which more can be added to?
static bool needs_name(const struct value *end, const struct reduction *sum) {
  return !end->vector || sum->count_bits;
}

// Stores the sums. Those of a piece are added to what the pieces before have left, all of it read
// before anything is stored: rows that are made again read what they were.
static void put_ends(struct scope *s, const struct line *l, const struct block *b,
                     const struct shape *shape, const char *const rows[MOST_SUMS],
                     const char *const columns[MOST_SUMS], struct reduction *sums) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  struct value ends[MOST_SUMS];
  const unsigned bound = s->num, num = (unsigned)(shape->rows * shape->columns);
  for (unsigned i = 0; i < num; i++)
    ends[i] = rows_end_reduction(s, &sums[i], shape->lanes);
  if (p->piece) {
    for (unsigned i = 0; i < num && needs_name(&ends[i], &sums[i]); i++) {
      const char *name = rows_name(r, "end");
      rows_put(r, "%s %s = %s;",
               ends[i].vector ? rows_vector_type(s, l->target->type) : rows_c_type(l->target->type),
               name, ends[i].text);
      ends[i] = (struct value){name, true, ends[i].vector};
    }
    rows_put(r, "if (%s) { // what the pieces before have left", rows_behind_first(r, p));
    r->indent++;
  }
  for (unsigned stores = !p->piece; stores < 2; stores++) {
    for (unsigned i = 0; i < num; i++) {
      scope_bind(s, b->row, rows[i / shape->columns]);
      scope_bind(s, b->column, columns[i % shape->columns]);
      if (stores)
        rows_store_element(s, l, ends[i]);
      else
        rows_put(r, "%s = %s;", ends[i].text, rows_added_element(s, l, ends[i]).text);
      s->num = bound;
    }
    if (stores)
      continue;
    r->indent--;
    rows_put(r, "}");
  }
  for (unsigned i = 0; i < num; i++) {
    if (p->piece && needs_name(&ends[i], &sums[i]))
      rows_release(r, ends[i].text);
    rows_release(r, sums[i].name);
  }
}

// The line's loops over rows and columns of the tile, in place of those of single rows.
void rows_put_blocks(struct scope *s, struct line *l) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  struct block b;
  const struct kn_index *own;
  const struct kn_expr *term = begin_block(r, p, l, &b, &own);
  const unsigned row = p->num_par - 2, column = p->num_par - 1;
  const bool tiled = !sz_is(p->tile_rows, 1); // else the row is a parameter
  const int64_t tile_rows = p->tile_rows.known ? p->tile_rows.value : 4;
  const int64_t tile_columns = p->tile_columns.known ? p->tile_columns.value : 64;
  const struct shape shape = choose_shape(p, l, &b, term, own, tile_rows, tile_columns);
  const int64_t step = own ? shape.columns : (int64_t)shape.lanes;
  const bool whole_rows = rows_even(r, p, (int)row) && tile_rows % shape.rows == 0;
  const bool whole_columns = rows_even(r, p, (int)column) && tile_columns % step == 0;
  const char *m = p->par_name[row], *m1 = T("%s1", m), *n = p->par_name[column];
  const char *n0 = T("%s0", n), *n1 = T("%s1", n);
  if (p->uncut) {
    n = rows_name(r, b.column->name);
    n0 = "0";
    n1 = rows_dim(r, l->target->dims[column]).text;
  }
  for (unsigned i = 0; i < row; i++)
    scope_bind(s, l->index[i], p->par_name[i]);
  const char *rows[MOST_SUMS], *columns[MOST_SUMS] = {n};
  if (tiled) {
    rows_put(r, "for (long %s = %s0; %s < %s; %s += %d) {", m, m, m, m1, m, (int)shape.rows);
    r->indent++;
  }
  name_places(r, m, m1, shape.rows, whole_rows, rows);
  rows_put(r, "for (long %s = %s; %s < %s; %s += %d) {", n, n0, n, n1, n, (int)step);
  r->indent++;
  if (own)
    name_places(r, n, n1, shape.columns, whole_columns, columns);
  s->lanes = shape.lanes;
  s->along = own ? NULL : b.column;
  s->count = own || whole_columns ? NULL : T("%s - %s", n1, n);
  struct reduction sums[MOST_SUMS];
  const unsigned num = (unsigned)(shape.rows * shape.columns);
  scope_bind(s, b.column, n);
  for (unsigned i = 0; i < num; i++) {
    sums[i] = (struct reduction){.e = l->value,
                                 .kind = KN_SUM,
                                 .type = l->value->type,
                                 .body = l->value->args[0]->type,
                                 .name = rows_name(r, "sum"),
                                 .vector = true,
                                 .several = own != NULL,
                                 .own = own};
    rows_begin_reduction(s, &sums[i]);
  }
  put_sums(s, l, &b, term, own, &shape, rows, columns, sums);
  put_ends(s, l, &b, &shape, rows, columns, sums);
  s->along = NULL;
  s->count = NULL;
  if (own)
    release_places(r, shape.columns, columns);
  r->indent--;
  rows_put(r, "}");
  release_places(r, shape.rows, rows);
  if (tiled) {
    r->indent--;
    rows_put(r, "}");
  }
  if (p->uncut)
    rows_release(r, n);
}
