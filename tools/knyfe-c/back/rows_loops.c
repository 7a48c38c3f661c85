// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What core 1 does with a tile: a loop over its rows, and in it the lines of the phase one after
// the other. Where vectors go across the rows (phase.across), each line has its loop over the
// columns of the tile; otherwise the columns are a loop around all lines, and each line has loops
// over what is inside a row.
#include "rows_block.h"
#include "rows_stretch.h"
#include "rows_value.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

static void open_loop(struct rows *r, const char *name, const char *lo, const char *hi,
                      unsigned step) {
  if (step == 1)
    rows_put(r, "for (long %s = %s; %s < %s; %s++) {", name, lo, name, hi, name);
  else
    rows_put(r, "for (long %s = %s; %s < %s; %s += %u) {", name, lo, name, hi, name, step);
  r->indent++;
}

static void close_loop(struct rows *r) {
  r->indent--;
  rows_put(r, "}");
}

struct reads_of {
  const struct kn_tensor *tensor;
  bool found;
};

static bool find_read(struct kn_expr *e, void *data) {
  struct reads_of *s = data;
  s->found = s->found || (e->kind == KN_READ && e->tensor == s->tensor);
  return !s->found;
}

bool rows_expr_reads(const struct kn_expr *e, const struct kn_tensor *t) {
  struct reads_of s = {t, false};
  kn_walk((struct kn_expr *)e, find_read, &s);
  return s.found;
}

bool rows_reads(const struct line *l, const struct kn_tensor *t) {
  bool found = rows_expr_reads(l->value, t);
  for (unsigned i = 0; l->scatter && i < l->stmt->rank; i++)
    found = found || rows_expr_reads(l->stmt->subscripts[i], t);
  return found;
}

bool rows_is_read_later(const struct line *l) {
  for (const struct line *n = l->next; n; n = n->next)
    if (rows_reads(n, l->target))
      return true;
  return false;
}

// Steps of a loop of vectors side by side hide what each of them waits for, as long as there are
// registers for all of them: 32 of 64 bytes.
static void unroll(struct rows *r, const struct line *l, unsigned lanes, bool whole) {
  const int64_t extent = whole ? l->target->dims[l->rank - 1]->size : -1;
  rows_put_unroll(r, rows_unroll(l, lanes), extent < 0 ? -1 : (extent + lanes - 1) / lanes,
                  lanes * rows_widest(l->value));
}

// The target's subscripts at the current indices, as expressions.
static void subscripts(struct rows *r, const struct line *l, struct kn_expr *args[KN_MAX_RANK]) {
  for (unsigned i = 0; i < l->rank; i++) {
    args[i] = kn_new_expr(r->file, KN_INDEX, l->stmt->range);
    args[i]->index = l->index[i];
  }
}

void rows_store_element(struct scope *s, const struct line *l, struct value v) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  struct kn_expr *args[KN_MAX_RANK];
  subscripts(r, l, args);
  const struct operand *o = rows_operand(p, l->target);
  const struct local *a = rows_local(p, l->target);
  if (a && a->array)
    rows_store(s, l->target->type == KN_I4 ? KN_I8 : l->target->type, a->name,
               rows_offset(s, l->rank, args, a->stride, a->first), v);
  if (o && rows_stored(l->target) == KN_I4) { // two in a byte
    const char *row = l->rank ? rows_offset(s, l->rank - 1, args, o->stride, 0) : "0";
    rows_store(s, KN_I4, strcmp(row, "0") ? T("%s + %s", o->name, row) : o->name,
               l->rank ? rows_index_text(s, args[l->rank - 1]) : "0", v);
  } else if (o)
    rows_store(s, rows_stored(l->target), o->name, rows_offset(s, l->rank, args, o->stride, 0), v);
}

struct value rows_added_element(struct scope *s, const struct line *l, struct value v) {
  struct kn_expr *args[KN_MAX_RANK];
  subscripts(s->r, l, args);
  const struct operand *o = rows_operand(s->p, l->target);
  const struct local *a = rows_local(s->p, l->target);
  const bool array = a && a->array;
  const char *offset =
      rows_offset(s, l->rank, args, array ? a->stride : o->stride, array ? a->first : 0);
  return rows_added(s, l->target->type, array ? a->name : o->name, offset, v);
}

// The line's value at the current indices, where none is that of a vector.
static struct value single_value(struct scope *s, const struct line *l) {
  struct rows *r = s->r;
  struct kn_expr *others, *last;
  if (!rows_straighten_but_last(r, l, &others, &last))
    return rows_value(s, l->value);
  const char *made = rows_name(r, T("%s_made", l->target->name));
  const struct kn_index *n = l->index[l->rank - 1];
  rows_put(r, "%s %s;", rows_c_type(l->target->type), made);
  rows_put(r, "if (%s < %" PRId64 ") {", scope_name(s, n), n->extent->size - 1);
  r->indent++;
  rows_put(r, "%s = %s;", made, rows_value(s, others).text);
  r->indent--;
  rows_put(r, "} else {");
  r->indent++;
  rows_put(r, "%s = %s;", made, rows_value(s, last).text);
  close_loop(r);
  return (struct value){made, true, false};
}

static void single(struct scope *s, struct line *l) {
  struct rows *r = s->r;
  struct value v = single_value(s, l);
  const char *name = r->tensor_names[l->target->id];
  if (rows_is_read_later(l) || !rows_operand(s->p, l->target)) {
    // The pointer of an output has its name; its element gets another one.
    if (rows_operand(s->p, l->target))
      name = rows_name(r, T("%s_element", name));
    if (strcmp(v.text, name))
      rows_put(r, "const %s %s = %s;", rows_c_type(l->target->type), name, v.text);
    s->variables[s->num_variables].tensor = l->target;
    s->variables[s->num_variables].vector = false;
    s->variables[s->num_variables++].name = name;
    v = (struct value){name, true, false};
  }
  if (rows_operand(s->p, l->target))
    rows_store_element(s, l, v);
}

// The line's element at the current indices, or its argument's, which is in local memory.
const char *rows_element(struct scope *s, const struct line *l, const struct kn_expr *argument) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  struct kn_expr *args[KN_MAX_RANK];
  subscripts(r, l, args);
  const struct kn_tensor *t = argument ? argument->tensor : l->target;
  unsigned rank = argument ? argument->num_args : l->rank;
  struct kn_expr *const *at = argument ? argument->args : args;
  const struct local *a = rows_local(p, t);
  const struct operand *o = rows_operand(p, t);
  bool array = a && a->array;
  const char *offset =
      rows_offset(s, rank, at, array ? a->stride : o->stride, array ? a->first : 0);
  const char *name = array ? a->name : o->name;
  return strcmp(offset, "0") ? T("%s + %s", name, offset) : name;
}

static bool quantises(const struct line *l) {
  return l->engine && l->value->builtin == KN_QUANTIZE;
}

// Do a tensor's rows lie in local memory?
static bool is_local(struct phase *p, const struct kn_tensor *t) {
  const struct local *a = rows_local(p, t);
  const struct operand *o = rows_operand(p, t);
  return (a && a->array) || (o && sz_is(o->staged, 1));
}

// The argument of the SE's function if it lies in local memory as it is: a read of the row. So do
// scales of groups.
static const struct kn_expr *plain_argument(struct scope *s, const struct line *l) {
  const struct kn_expr *e = l->engine ? l->value->args[0] : NULL;
  if (!e || e->kind != KN_READ || !e->num_args || e->tensor->rows ||
      rows_stored(e->tensor) == KN_I4 || (e->type != l->target->type && !quantises(l)))
    return NULL;
  for (unsigned i = 0; i < e->num_args; i++)
    if (rows_depends(e->args[i], l->index[l->rank - 1]) != (i + 1 == e->num_args))
      return NULL;
  int64_t size;
  const struct kn_expr *scales = rows_group_scales(l, &size);
  return is_local(s->p, e->tensor) && (!scales || is_local(s->p, scales->tensor)) ? e : NULL;
}

static const char *const engine_types[KN_NUM_TYPES] = {
    [KN_F32] = "MTIA_SE_F32", [KN_F16] = "MTIA_SE_F16", [KN_BF16] = "MTIA_SE_BF16",
    [KN_I32] = "MTIA_SE_I32", [KN_I8] = "MTIA_SE_I8",   [KN_U8] = "MTIA_SE_U8"};

// The command for `n` elements from the current indices on.
static void command(struct scope *s, const struct line *l, const char *n,
                    const struct kn_expr *argument, struct stretches *stretches) {
  struct rows *r = s->r;
  const char *to = rows_element(s, l, NULL), *from = argument ? rows_element(s, l, argument) : to;
  const char *type = engine_types[l->target->type];
  const char *from_type = argument ? engine_types[argument->type] : type;
  if (quantises(l)) {
    int64_t size;
    const struct kn_expr *scales = rows_group_scales(l, &size), *zero = kn_arg(l->value, 2);
    const char *offset = zero ? rows_value(s, zero).text : "0";
    if (scales)
      rows_put(r, "KN_GROUP_QUANTISER(%s, %s, %" PRId64 ", %s);", type, rows_element(s, l, scales),
               size, offset);
    else
      rows_put(r, "KN_QUANTISER(%s, %s, %s);", type, rows_value(s, l->value->args[1]).text, offset);
  }
  struct given g;
  if (rows_engine_gives(s, l, stretches, argument, &g))
    rows_put(r, "KN_ENGINE_GIVE(%s, %s, %s, %s, %s, %s, %s, %s);", l->engine, from_type, type,
             g.out, g.in, from, n, g.bytes);
  else
    rows_put(r, "KN_ENGINE(%s, %s, %s, %s, %s, %s);", l->engine, from_type, type, to, from, n);
}

static void engine(struct scope *s, const struct line *l, const char *lo, const char *hi,
                   const struct kn_expr *argument, struct stretches *stretches) {
  struct rows *r = s->r;
  scope_bind(s, l->index[l->rank - 1], lo);
  command(s, l, strcmp(lo, "0") ? T("%s - %s", hi, lo) : hi, argument, stretches);
}

// One command for all rows of a tile, if there is nothing else to do and they lie alike.
static bool whole_tile(struct scope *s) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  struct line *l = p->lines;
  if (l->next || !l->engine || !p->uncut || p->num_par < 2 || l->rank != p->num_par ||
      sz_is(p->tile_rows, 1))
    return false;
  s->line = l;
  const struct kn_expr *argument = plain_argument(s, l);
  const unsigned row = p->num_par - 2;
  const struct kn_index *m = l->index[row];
  const struct operand *to = rows_operand(p, l->target);
  const struct operand *from = argument ? rows_operand(p, argument->tensor) : NULL;
  if (!from || !to || argument->num_args != l->rank || kn_plain_index(argument->args[row]) != m ||
      kn_plain_index(argument->args[row + 1]) != l->index[row + 1] || !to->stride[row].known ||
      !from->stride[row].known || from->stride[row].value != to->stride[row].value)
    return false;
  for (unsigned i = 0; i < row; i++)
    if (rows_depends(argument->args[i], m))
      return false;
  for (unsigned i = 1; quantises(l) && i < 3; i++)
    if (kn_arg(l->value, i) && (rows_depends(kn_arg(l->value, i), m) ||
                                rows_depends(kn_arg(l->value, i), l->index[row + 1])))
      return false;
  for (unsigned i = 0; i < row; i++)
    scope_bind(s, l->index[i], p->par_name[i]);
  const char *m0 = T("%s0", p->par_name[row]), *m1 = T("%s1", p->par_name[row]);
  scope_bind(s, m, m0);
  scope_bind(s, l->index[row + 1], "0");
  rows_comment(r, kn_stmt_text(r->file, l->stmt));
  rows_line(r, &l->stmt->range);
  command(s, l,
          T("(%s - %s - 1) * %s + %s", m1, m0, to->stride[row].text,
            rows_dim(r, l->target->dims[row + 1]).text),
          argument, &(struct stretches){0});
  rows_line(r, NULL);
  return true;
}

// Is dimension i of the target one of which a tile has some columns?
static bool is_column(const struct phase *p, unsigned i) {
  return p->across && i == p->num_par - 1 && !p->uncut;
}

// How many steps the loop along index i has, -1: not always as many.
static int64_t length_of(struct rows *r, struct phase *p, const struct line *l, unsigned i) {
  if (is_column(p, i))
    return rows_even(r, p, (int)i) ? p->tile_columns.value : -1;
  return l->target->dims[i]->size;
}

// The last `rest` elements of a row, in a vector that is as short as can be.
static void end_of_row(struct scope *s, struct line *l, int64_t rest) {
  struct rows *r = s->r;
  const int64_t first = l->target->dims[l->rank - 1]->size - rest;
  s->lanes = rows_narrow(s->lanes, rest);
  scope_bind(s, l->index[l->rank - 1], T("%" PRId64, first));
  s->count = !s->along || rest == s->lanes ? NULL : T("%" PRId64, rest);
  s->few = true;
  rows_store_element(s, l, rows_value(s, l->value));
}

// Are rows of some steps so short that the C compiler would write out many of them, with more
// addresses than core 1 has registers for?
static bool has_short_rows(const struct line *l) {
  const int64_t size = l->target->dims[l->rank - 1]->size, lanes = rows_lanes(l);
  return size > lanes && size <= 4 * lanes && l->target->dims[l->rank - 2]->size > 4;
}

// The loops over the elements of a line's target.
struct nest {
  const struct kn_expr *argument;  // what the SE reads in place of what core 1 makes, or NULL
  const struct one *one;           // an element of each row that is another one, or NULL
  struct kn_expr *others, *last;   // a row's elements but the last, and that one, or NULL
  bool in_place;                   // the SE's arguments are where its results will be
  bool vectors;                    // along the last index
  bool stored;                     // all elements of a row are, without more ado
  bool delayed;                    // each step stores what the one before has made
  const char *names[KN_MAX_RANK];  // of the loops' variables; NULL: the tile's
  const char *lo, *hi;             // of the innermost loop
  const char *row_begin, *row_end; // and of the row
  unsigned opened;
  unsigned step; // elements in one of the innermost loop
  int64_t steps; // whole ones, if so many are known
  int64_t rest;  // elements behind the last whole vector, if they are made by themselves
  struct stretches stretches;
};

// From where to where the loop along index i goes; its variable.
static const char *bounds(struct scope *s, const struct line *l, unsigned i, struct nest *n) {
  struct rows *r = s->r;
  const bool column = is_column(s->p, i);
  const char *name = column ? s->p->par_name[i] : rows_name(r, l->index[i]->name);
  n->names[i] = column ? NULL : name;
  n->lo = column ? T("%s0", name) : "0";
  n->hi = column ? T("%s1", name) : rows_dim(r, l->target->dims[i]).text;
  // One step behind sums by blocks: the C compiler sees that there are no more.
  if (column && s->p->lines->blocks && rows_even(r, s->p, (int)i) &&
      s->p->tile_columns.value <= rows_lanes(l))
    n->hi = T("%s + %" PRId64, n->lo, s->p->tile_columns.value);
  const struct kn_index *index = l->index[i];
  if (index->lo) { // a part
    const char *from = rows_index_text(s, index->lo), *to = rows_index_text(s, index->hi);
    n->lo = column ? T("kn_greatest(%s, %s)", n->lo, from) : from;
    n->hi = column ? T("kn_least(%s, %s)", n->hi, to) : to;
  }
  return name;
}

// Of how many elements the vectors along the last index are, and what is left behind them.
static void choose_vectors(struct scope *s, const struct line *l, const char *name,
                           struct nest *n) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  const unsigned i = l->rank - 1;
  const struct kn_index *last = l->index[i];
  const bool column = is_column(p, i);
  s->along = last;
  int64_t most = l->target->dims[i]->size;
  if (column && p->tile_columns.known && p->tile_columns.value < most)
    most = p->tile_columns.value;
  n->step = s->lanes = rows_narrow(rows_lanes(l), most);
  const int64_t length = length_of(r, p, l, i);
  const int64_t end = (length + n->step - 1) / n->step * n->step;
  const bool whole = !last->lo && length >= 0 &&
                     (length == end || (rows_room(s, l->target) >= end && !n->in_place &&
                                        rows_reads_on(s, l->value, last, end)));
  const bool apart = !whole && !last->lo && !column && !n->in_place &&
                     (!l->reduces || rows_reads_groups(l->value, last, NULL));
  n->rest = apart && length > n->step ? length % n->step : 0;
  s->count = whole || n->rest ? NULL : T("%s - %s", n->hi, name);
  n->steps = whole ? end / n->step : length / n->step;
}

// The loop along the last index, or what is in place of it.
static void open_row(struct scope *s, struct line *l, struct nest *n) {
  struct rows *r = s->r;
  const unsigned i = l->rank - 1;
  const char *name = bounds(s, l, i, n);
  n->row_begin = n->lo;
  n->row_end = n->hi;
  if (n->argument) {
    rows_open_stretches(s, l, &n->stretches, &n->lo, &n->hi);
    return;
  }
  if (rows_is_running(l)) {
    rows_running(s, l, name, n->lo, n->hi, rows_store_element);
    return;
  }
  const int64_t size = rows_group_size(l), length = length_of(r, s->p, l, i);
  if (size == 2)
    rows_open_stretches(s, l, &n->stretches, &n->lo, &n->hi);
  n->stored = n->vectors && rows_groups(s, l, n->lo, n->hi, length, rows_store_element);
  if (n->stored)
    return;
  if (n->vectors)
    choose_vectors(s, l, name, n);
  n->rest = n->last ? 1 : n->rest;
  scope_bind(s, l->index[i], name);
  // Not where the end of the row is one of few steps: each would have a mask.
  const bool column = is_column(s->p, i);
  const int64_t extent = l->target->dims[i]->size;
  const bool few = extent >= 0 && extent <= 8 * n->step;
  s->few = n->step > 1 && !column && few;
  if (n->rest)
    n->hi = T("%" PRId64, extent - n->rest);
  // A loop of few steps is written out by the C compiler, which then orders them itself.
  n->delayed = n->steps > 1 && n->steps > rows_unroll(l, s->lanes) && rows_delays(s, l);
  if (n->delayed && !column && extent % n->step)
    n->hi = T("%" PRId64, n->steps * n->step);
  if (size != 2)
    rows_open_stretches(s, l, &n->stretches, &n->lo, &n->hi);
  s->count = s->count ? T("%s - %s", n->hi, name) : NULL;
  if (n->delayed) {
    rows_delayed(s, l, name, n->lo, n->hi, n->steps, !n->stretches.from);
    n->stored = true;
    return;
  }
  if (n->step > 1 && !(s->count && few))
    unroll(r, l, s->lanes, !n->stretches.from);
  if (n->step == 1 && rows_reduces_few(l))
    fprintf(r->out, "#pragma clang loop unroll_count(%d)\n",
            l->value->indices[0]->extent->size <= 32 ? 8 : 4);
  open_loop(r, name, n->lo, n->hi, n->step);
  n->opened++;
}

// What the loop along the last index leaves to do in each row.
static void close_row(struct scope *s, struct line *l, struct nest *n) {
  const bool ends = n->stretches.from && (n->rest || n->one);
  if ((n->rest && !n->delayed) || n->one) {
    close_loop(s->r);
    n->opened--;
  }
  if (ends)
    rows_give_stretches(s, l, &n->stretches, n->one ? NONE_OF_THEM : ALL_BUT_THE_LAST);
  if (n->last)
    l->value = n->last;
  if (n->rest)
    end_of_row(s, l, n->rest);
  s->along = NULL;
  s->count = NULL;
  s->few = false;
  if (n->one)
    rows_put_one(s, l, n->one, n->row_begin, n->row_end);
  if (ends)
    rows_give_rest(s, l, n->one ? 0 : l->target->dims[l->rank - 1]->size - n->rest);
  if (n->in_place && !n->argument && !n->delayed) {
    close_loop(s->r);
    n->opened--;
  }
  if (n->in_place || n->argument)
    engine(s, l, n->lo, n->hi, n->argument, &n->stretches);
}

// Loops over the indices from `first` on, the last one in vectors where that is possible. `one`: an
// element of each row is another one, or NULL.
static void loops(struct scope *s, struct line *l, unsigned first, const struct one *one) {
  struct nest n = {.argument = plain_argument(s, l),
                   .one = one,
                   .in_place = l->engine && !quantises(l), // what is quantised has another size
                   .vectors = rows_can_vectorise(s->r, s->p, l, l->index[l->rank - 1]),
                   .stored = rows_is_running(l),
                   .lo = "0",
                   .hi = "0",
                   .step = 1};
  struct kn_expr *value = l->value;
  if (first < l->rank && !n.vectors && !n.argument && !is_column(s->p, l->rank - 1) &&
      rows_straighten_but_last(s->r, l, &n.others, &n.last))
    l->value = n.others;
  for (unsigned i = first; i + 1 < l->rank; i++) {
    const char *name = bounds(s, l, i, &n);
    scope_bind(s, l->index[i], name);
    if (i + 2 == l->rank && n.vectors && has_short_rows(l))
      fputs("#pragma clang loop unroll_count(4)\n", s->r->out);
    open_loop(s->r, name, n.lo, n.hi, 1);
    n.opened++;
  }
  if (first < l->rank)
    open_row(s, l, &n);
  if (!n.argument && !n.stored)
    rows_store_element(s, l, rows_value(s, n.in_place ? l->value->args[0] : l->value));
  close_row(s, l, &n);
  l->value = value;
  while (n.opened--)
    close_loop(s->r);
  rows_give_stretches(s, l, &n.stretches, ALL_OF_THEM);
  for (unsigned i = first; i < l->rank; i++)
    if (n.names[i])
      rows_release(s->r, n.names[i]);
}

// Vectors through a plane from `first` to `end`. From element `last` on nothing is read: it is
// behind what was loaded.
static void through(struct scope *s, struct line *l, const char *wish, int64_t first, int64_t end,
                    int64_t last) {
  struct rows *r = s->r;
  if (first >= end)
    return;
  const char *name = rows_name(r, wish);
  scope_bind(s, s->along, name);
  if (end - first > s->lanes)
    unroll(r, l, s->lanes, false);
  open_loop(r, name, T("%" PRId64, first), T("%" PRId64, end), s->lanes);
  const char *rest = (end - first) % s->lanes ? T("%" PRId64 " - %s", end, name) : NULL;
  s->count = last < end ? T("%" PRId64 " - %s", last, name) : rest;
  struct value v = rows_value(s, l->value);
  s->count = rest;
  rows_store_element(s, l, v);
  s->count = NULL;
  close_loop(r);
  rows_release(r, name);
}

// Rows for themselves, at whose border something else is read.
static void border(struct scope *s, struct line *l, unsigned row, int64_t lo, int64_t hi) {
  struct rows *r = s->r;
  if (lo == hi)
    return;
  const bool one = lo + 1 == hi;
  const char *name = one ? T("%" PRId64, lo) : rows_name(r, l->index[row]->name);
  scope_bind(s, l->index[row], name);
  if (!one)
    open_loop(r, name, T("%" PRId64, lo), T("%" PRId64, hi), 1);
  through(s, l, l->index[row + 1]->name, 0, s->p->pitch, s->p->pitch);
  if (one)
    return;
  close_loop(r);
  rows_release(r, name);
}

static bool has_planes(const struct phase *p) {
  for (const struct operand *o = p->operands; o; o = o->next)
    if (o->pitch && !sz_is(o->staged, 1))
      return false;
  return p->pitch != 0;
}

// All rows of a plane, `row` is their index.
static void plane(struct scope *s, struct line *l, unsigned row) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  int64_t lo, hi, rows = l->target->dims[row]->size, columns = l->target->dims[row + 1]->size;
  rows_inner_rows(r, p, l, &lo, &hi);
  rows_comment(r, T("Rows are %" PRId64 " elements apart, what is between them counts for nothing.",
                    p->pitch));
  s->along = l->index[row + 1];
  s->lanes = 16;
  border(s, l, row, 0, lo);
  border(s, l, row, hi, rows);
  const int64_t first = lo * p->pitch, end = hi * p->pitch;
  int64_t safe = rows_plane_end(r, p, l);
  s->lanes = rows_lanes(l);
  safe = safe < first ? first : safe < end ? safe : end;
  const int64_t whole = first + (safe - first) / s->lanes * s->lanes;
  const char *wish = T("%s_%s", l->index[row]->name, l->index[row + 1]->name);
  scope_bind(s, l->index[row], "0");
  s->inside = true;
  through(s, l, wish, first, whole, whole);
  // The last vector ends with the last element that counts, and makes some once more: without
  // masks.
  const int64_t counts = end - p->pitch + columns;
  const bool again =
      whole < end && counts <= safe && counts - s->lanes >= first && !rows_is_read_later(l);
  if (!again)
    s->lanes = rows_narrow(s->lanes, end - whole);
  if (again)
    through(s, l, wish, counts - s->lanes, counts, counts);
  else
    through(s, l, wish, whole, end, safe < end ? counts : end);
  s->inside = false;
  s->along = NULL;
}

static void nested(struct scope *s, struct line *l, unsigned first) {
  struct one one;
  if (has_planes(s->p))
    plane(s, l, first);
  else if (rows_find_one(s->r, l, &one)) {
    struct kn_expr *value = l->value;
    l->value = one.elsewhere;
    loops(s, l, first, &one);
    l->value = value;
  } else
    loops(s, l, first, NULL);
}

// Zeros for `n` elements from a row on.
static void clear(struct scope *s, const struct operand *o, const char *row, struct size n) {
  struct rows *r = s->r;
  const enum kn_type type = rows_stored(o->tensor);
  const char *at = T("%s * %s", row, o->stride[0].text);
  if (type == KN_I64) {
    rows_put(r, "__builtin_memset(%s + %s, 0, (size_t)(%s) * 8);", o->name, at, n.text);
    return;
  }
  const char *i = rows_name(r, "zero");
  static const struct kn_index elements;
  s->along = &elements;
  s->lanes = 64;
  s->count = n.known && n.value % 64 == 0 ? NULL : T("%s - %s", n.text, i);
  open_loop(r, i, "0", n.text, 64);
  rows_store(s, type, o->name, T("%s + %s", at, i),
             (struct value){T("(%s)0", rows_vector_type(s, type)), true, true});
  close_loop(r);
  rows_release(r, i);
  s->along = NULL;
  s->count = NULL;
}

// Rows of the target that belong to the tile, or one part of all of it: first 0, then all terms, or
// those of the part, in their order.
static void scatter(struct scope *s, struct line *l) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  const struct kn_stmt *stmt = l->stmt;
  const struct operand *o = rows_operand(p, l->target);
  const struct kn_index *last = stmt->num_indices ? stmt->indices[stmt->num_indices - 1] : NULL;
  // Vectors along the last index, if it is where the target's elements lie side by side.
  bool vectors = last && l->rank > 1 && rows_value_vectorises(r, p, l->value, last) &&
                 kn_plain_index(stmt->subscripts[stmt->rank - 1]) == last;
  for (unsigned i = 0; i + 1 < stmt->rank && vectors; i++)
    vectors = rows_depends(stmt->subscripts[i], last) == 0;
  const struct local *lanes = rows_lane_tables(p, l);
  const char *names[2 * KN_MAX_RANK];
  const char *first = T("%s0", p->par_name[0]), *end = T("%s1", p->par_name[0]);
  const struct size rows =
      l->chunked ? sz_num(r->file, 1) : (struct size){T("%s - %s", end, first), 0, false, false};
  if (lanes)
    rows_clear_lane_tables(s, l);
  else
    clear(s, o, l->chunked ? p->par_name[0] : first, sz_mul(r->file, rows, o->stride[0]));
  for (unsigned i = 0; i < stmt->num_indices; i++) {
    const struct kn_index *index = stmt->indices[i];
    const char *lo, *hi;
    rows_range(s, index, &lo, &hi);
    names[i] = rows_name(r, index->name);
    unsigned step = 1;
    if ((vectors || lanes) && index == last) {
      s->along = last;
      step = s->lanes = lanes ? (unsigned)lanes->tensor->dims[1]->size : rows_lanes(l);
      s->count = T("%s - %s", hi, names[i]);
    }
    // The row as soon as its indices are known: most terms belong to other tiles.
    scope_bind(s, index, names[i]);
    open_loop(r, names[i], lo, hi, step);
    bool known = true;
    for (unsigned k = i + 1; k < stmt->num_indices; k++)
      known = known && rows_depends(stmt->subscripts[0], stmt->indices[k]) == 0;
    bool before = i > 0;
    for (unsigned k = i; k < stmt->num_indices; k++)
      before = before && rows_depends(stmt->subscripts[0], stmt->indices[k]) == 0;
    if (known && !before && !l->chunked) {
      const struct kn_index *along = s->along;
      s->along = NULL;
      rows_put(r, "const long %s = %s;", p->par_name[0], rows_index_text(s, stmt->subscripts[0]));
      s->along = along;
      rows_put(r, "if (%s < %s || %s >= %s)", p->par_name[0], first, p->par_name[0], end);
      rows_put(r, "  continue;");
    }
  }
  const char *at =
      sz_is(o->stride[0], 1) ? p->par_name[0] : T("%s * %s", p->par_name[0], o->stride[0].text);
  const unsigned part = l->chunked != NULL;
  const char *inside = rows_offset(s, l->rank - part, stmt->subscripts, o->stride + part, 1 - part);
  if (l->rank > 1 && strcmp(inside, "0"))
    at = T("%s + %s", at, inside);
  if (lanes)
    rows_add_to_lane_tables(s, l);
  else
    rows_add(s, l->target->type, o->name, at, rows_value(s, l->value));
  s->along = NULL;
  s->count = NULL;
  for (unsigned i = stmt->num_indices; i-- > 0;) {
    close_loop(r);
    rows_release(r, names[i]);
  }
  if (lanes)
    rows_sum_lane_tables(s, l, T("%s * %s", p->par_name[0], o->stride[0].text));
}

// Does the SE read what the line makes, while core 1 goes on?
static bool scales_groups(struct phase *p, const struct line *l) {
  bool found = false;
  int64_t size;
  for (const struct line *q = l->next; q; q = q->next) {
    const struct kn_expr *scales = q->engine ? rows_group_scales(q, &size) : NULL;
    found = found || (scales && scales->tensor == l->target && rows_local(p, l->target));
  }
  return found;
}

static void emit_line(struct scope *s, struct line *l) {
  struct phase *p = s->p;
  unsigned serial = rows_serial(p);
  s->line = l;
  s->num = 0;
  if (l->scatter) {
    if (l->chunked)
      scope_bind(s, l->index[0], p->par_name[0]);
    scatter(s, l);
    return;
  }
  for (unsigned i = 0; i < serial; i++)
    scope_bind(s, l->index[i], p->par_name[i]);
  rows_meet_whole(s, l);
  if (scales_groups(p, l)) {
    rows_comment(s->r, "The SE has read those of the row before.");
    rows_put(s->r, "KN_ENGINE_MEET();");
  }
  const char *inside = "";
  for (unsigned i = 0; i < serial; i++)
    if (l->index[i]->lo)
      inside = kn_text(s->r->file, "%s%s%s <= %s && %s < %s", inside, *inside ? " && " : "",
                       rows_index_text(s, l->index[i]->lo), p->par_name[i], p->par_name[i],
                       rows_index_text(s, l->index[i]->hi));
  if (*inside) {
    rows_put(s->r, "if (%s) {", inside);
    s->r->indent++;
  }
  if (l->rank > serial)
    nested(s, l, serial);
  else
    single(s, l);
  if (*inside)
    close_loop(s->r);
}

// Is a column no more than a sum of few vectors? It waits for each of its steps then, and several
// columns side by side don't.
static bool sums_few(const struct phase *p) {
  const struct line *l = p->lines;
  return !l->next && l->rank == p->num_par && rows_reduces_few(l) &&
         l->value->indices[0]->extent->size % 64 == 0;
}

// How many short rows are made side by side. A row of a step or two waits for each of its
// operations, and rows side by side don't, as long as there are registers for all of them.
static unsigned rows_together(const struct phase *p) {
  enum { SHORT = 128 };
  const struct line *l = p->lines;
  if (l->next || l->engine || l->scatter || l->blocks || l->rank != p->num_par || !p->uncut)
    return 1;
  const int64_t size = l->target->dims[l->rank - 1]->size;
  const unsigned lanes = rows_lanes(l);
  return size <= 0 || size > SHORT ? 1
                                   : rows_unroll(l, (unsigned)(size + lanes - 1) / lanes * lanes);
}

// Lines that are made by blocks, for all rows of the tile.
static void blocks(struct scope *s) {
  struct rows *r = s->r;
  for (struct line *l = s->p->lines; l; l = l->next) {
    if (!l->blocks)
      continue;
    rows_comment(r, kn_stmt_text(r->file, l->stmt));
    rows_line(r, &l->stmt->range);
    s->line = l;
    s->num = 0;
    rows_put_blocks(s, l);
    rows_line(r, NULL);
  }
}

// Scalars that lines read are read once, before the first wait: behind each one it would be again.
static void read_scalars(struct scope *s) {
  enum { MOST = 4 }; // room of scope.variables is the lines'
  struct rows *r = s->r;
  for (struct kn_tensor *t = r->kernel->inputs; t && s->num_variables < MOST; t = t->next) {
    bool read = false;
    for (const struct line *l = s->p->lines; l; l = l->next)
      read = read || rows_reads(l, t);
    if (t->role != KN_INPUT || t->rank || !read)
      continue;
    struct kn_expr *e = kn_new_expr(r->file, KN_READ, t->range);
    e->tensor = t;
    e->type = t->type;
    const char *name = rows_name(r, t->name);
    rows_put(r, "const %s %s = %s;", rows_c_type(t->type), name, rows_read(s, e).text);
    s->variables[s->num_variables].tensor = t;
    s->variables[s->num_variables].vector = false;
    s->variables[s->num_variables++].name = name;
  }
}

void rows_compute(struct rows *r, struct phase *p) {
  struct scope *s = kn_alloc(r->file, sizeof *s);
  s->r = r;
  s->p = p;
  unsigned opened = 0;
  if (whole_tile(s))
    return;
  rows_find_made_along(r, p);
  bool rest = false;
  for (struct line *l = p->lines; l; l = l->next)
    rest = rest || !l->blocks;
  blocks(s);
  if (!rest)
    return;
  if (p->piece)
    rows_put_last_piece(r, p);
  if (p->stretch.text)
    read_scalars(s);
  if (p->num_par > 1 && !sz_is(p->tile_rows, 1)) {
    const char *m = p->par_name[p->num_par - 2];
    if (rows_together(p) > 1)
      fprintf(r->out, "#pragma clang loop unroll_count(%u)\n", rows_together(p));
    open_loop(r, m, T("%s0", m), T("%s1", m), 1);
    opened++;
  }
  if (p->num_par && !p->across && !sz_is(p->tile_columns, 1) &&
      (!p->lines->scatter || p->lines->chunked)) {
    const char *n = p->par_name[p->num_par - 1];
    if (sums_few(p) || rows_are_short(p))
      fputs("#pragma clang loop unroll_count(4)\n", r->out);
    open_loop(r, n, T("%s0", n), T("%s1", n), 1);
    opened++;
  }
  const struct kn_stmt *stmt = NULL;
  for (struct line *l = p->lines; l; l = l->next) {
    if (l->blocks || l->made_with)
      continue;
    if (l->stmt != stmt) {
      rows_comment(r, kn_stmt_text(r->file, l->stmt));
      rows_line(r, &l->stmt->range);
    }
    stmt = l->stmt;
    if (s->num_variables == sizeof s->variables / sizeof *s->variables) {
      rows_refuse(r, l->stmt->range, "split the kernel", "too many statements in a row");
      break;
    }
    struct kn_expr *value = l->value;
    if (rows_waits_for_tile(p, l))
      l->value = value->args[0];
    emit_line(s, l);
    l->value = value;
    if (!l->next || l->next->stmt != stmt)
      rows_line(r, NULL);
  }
  while (opened--)
    close_loop(r);
  for (struct line *l = p->lines; l; l = l->next)
    if (rows_waits_for_tile(p, l))
      rows_put_waiting(s, l);
}
