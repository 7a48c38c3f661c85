// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows that move in stretches. A PE that has few tiles of one long row each would wait for all of a
// row, compute, and wait for its results to leave. So core 0 moves a row in stretches, several
// elements of the circular buffer; the first line that reads it (operand.meets) waits in its loop
// for each stretch by itself, and the last line that makes a result gives each stretch away when it
// is made. What a later line is the first to read is waited for there, not at the tile's start.
#include "rows_stretch.h"
#include "decide.h"
#include "rows_kernel.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

//===----------------------------------------------------------------------===//
// Which lines, which operands
//===----------------------------------------------------------------------===//

// Is a tile one row? Of vectors across all columns of a row, too.
static bool is_one_row(const struct phase *p) {
  return p->across ? p->uncut && (p->num_par < 2 || sz_is(p->tile_rows, 1))
                   : sz_is(p->tile_columns, 1);
}

static bool goes_through_row(const struct phase *p, const struct line *l) {
  return l->reduces && l->rank == rows_serial(p);
}

// The index of the one loop of a line that goes through a row from its begin to its end.
static const struct kn_index *row_index(struct rows *r, const struct phase *p,
                                        const struct line *l) {
  const unsigned serial = rows_serial(p);
  if (l->part || l->chunked || l->combines)
    return NULL;
  if (goes_through_row(p, l))
    return l->value->num_indices == 1 && l->value->indices[0]->extent ? l->value->indices[0] : NULL;
  if (rows_is_running(l) && !rows_runs_in_order(r, (struct phase *)p, l))
    return NULL;
  return l->rank == serial + 1 && !l->index[serial]->lo ? l->index[serial] : NULL;
}

static const struct kn_dim *row_length(const struct phase *p, const struct line *l) {
  return goes_through_row(p, l) ? l->value->indices[0]->extent : l->target->dims[rows_serial(p)];
}

struct order {
  const struct kn_tensor *tensor;
  const struct kn_index *index;
  int64_t each;  // elements of the loop for one of the tensor; 0: not yet known
  int64_t ahead; // elements that it is ahead of the index
  bool pairs;    // the index counts pairs of elements of the loop
  bool kept;
};

static bool check_order(struct kn_expr *e, void *data) {
  struct order *o = data;
  if (e->kind == KN_READ && e->tensor == o->tensor) {
    const struct kn_expr *at = e->num_args ? e->args[e->num_args - 1] : NULL;
    const struct fixed first = {o->index, 0};
    const struct interval rest = at ? rows_interval(at, &first, 1) : (struct interval){0};
    const int64_t step = at ? rows_coefficient(at, o->index) : 0, of_pair = o->pairs ? 2 : 1;
    const int64_t each = step > 0 && step <= of_pair ? of_pair / step : 0;
    o->kept = o->kept && each && rest.known && (!o->each || o->each == each);
    o->each = each;
    const int64_t ahead = rest.hi - (step - 1);
    if (o->kept && ahead > o->ahead)
      o->ahead = ahead;
  }
  // n / 32 and n % 2 make loops of their own.
  if (e->kind == KN_BINARY && (e->op == KN_DIV || e->op == KN_REM) && kn_type_is_int(e->type))
    o->kept = o->kept && !rows_depends(e, o->index);
  return true;
}

// Are the elements of a row used one after the other in the line's loop, `each` turns of the loop
// for one of them? How far ahead, then; else below 0.
static int64_t order_of(struct rows *r, const struct phase *p, const struct line *l,
                        const struct kn_tensor *t, int64_t *each) {
  struct order order = {.tensor = t, .index = row_index(r, p, l), .kept = true};
  if (!order.index)
    return -1;
  if (rows_is_running(l))
    return 0;
  order.pairs = !goes_through_row(p, l) && rows_group_size(l) == 2;
  if (order.pairs) {
    struct kn_expr *halves[2];
    order.index = rows_halves(r, l, halves);
    kn_walk(halves[0], check_order, &order);
    kn_walk(halves[1], check_order, &order);
  } else
    kn_walk(l->value, check_order, &order);
  *each = order.each ? order.each : 1;
  return order.kept && (*each == 1 || !order.ahead) ? order.ahead : -1;
}

// The same, an element a turn.
static int64_t in_order(struct rows *r, const struct phase *p, const struct line *l,
                        const struct kn_tensor *t) {
  int64_t each = 1;
  const int64_t ahead = order_of(r, p, l, t, &each);
  return each == 1 ? ahead : -1;
}

unsigned rows_stretch_bytes(const struct operand *o) {
  return rows_element_bytes(o->tensor) / o->each;
}

// Is its box a row, or rows one behind the other, one for each of the tile's?
static bool is_row(const struct phase *p, const struct operand *o) {
  const unsigned rank = o->tensor->rank;
  bool each = p->across || rank < 2 || sz_is(p->tile_columns, 1);
  if (!rank || (rank == 1 && (o->output || !o->slot.known)) ||
      rows_use_of(p, o, rank - 1) != WHOLE || o->tensor->rows || rows_stored(o->tensor) == KN_I4 ||
      o->times[rank - 1].text)
    return false;
  for (unsigned i = 0; i + 1 < rank; i++) {
    if (o->use[i] == WHOLE || o->times[i].text)
      return false;
    each = each || o->use[i] == (int)p->num_par - 1;
  }
  return each;
}

// What comes once is loaded behind the first tile's own rows: by all PEs, which then go through the
// loop over tiles.
static bool comes_behind_rows(struct rows *r, const struct phase *p) {
  bool rows = false;
  for (const struct operand *o = p->operands; o; o = o->next)
    rows = rows || (!o->output && o->per_tile && rows_is_staged(o));
  return rows && !kn_decide(r->kernel, KN_GRID, NULL);
}

static void find_first(struct rows *r, struct phase *p, struct operand *o) {
  struct line *l = p->lines;
  while (l && !rows_reads(l, o->tensor))
    l = l->next;
  if (!l)
    return;
  const bool comes = o->per_tile || (is_one_row(p) && comes_behind_rows(r, p));
  int64_t each = 1;
  o->in_stretches = comes && is_row(p, o) && order_of(r, p, l, o->tensor, &each) >= 0 &&
                    rows_element_bytes(o->tensor) % each == 0;
  o->each = (unsigned)each;
  // Of many short rows each would wait again.
  const bool late = comes && l != p->lines && !l->made_with && is_one_row(p);
  if (o->in_stretches || late)
    o->meets = l;
}

static void find_last(struct rows *r, struct phase *p, struct operand *o) {
  struct line *last = NULL;
  unsigned made = 0;
  for (struct line *l = p->lines; l; l = l->next) {
    made += l->target == o->tensor;
    if (l->target == o->tensor || rows_reads(l, o->tensor))
      last = l;
  }
  if (made != 1 || last->target != o->tensor || goes_through_row(p, last) || !is_row(p, o) ||
      in_order(r, p, last, o->tensor) < 0)
    return;
  struct one one; // stored behind all others
  if (rows_find_one(r, last, &one))
    return;
  o->in_stretches = true;
  o->meets = last;
}

// What the SE makes of a row in stretches is waited for by the first line that reads it.
static void find_made(struct rows *r, struct phase *p, struct local *v) {
  const struct line *l = p->lines;
  while (l->target != v->tensor)
    l = l->next;
  if (!v->array || v->first != rows_serial(p) || !l->engine || !row_index(r, p, l) ||
      v->tensor->type == KN_I4)
    return;
  for (l = l->next; l && !v->meets; l = l->next)
    if (rows_reads(l, v->tensor))
      v->meets = l;
}

// Lines that go through a row one after the other, tiles of one row.
static bool is_plain(const struct phase *p) {
  if ((p->across && !is_one_row(p)) || p->pitch || p->finishes || p->finish || rows_is_call(p) ||
      p->lines->gather)
    return false;
  for (const struct line *l = p->lines; l; l = l->next)
    if (l->scatter || l->blocks)
      return false;
  return p->across || sz_is(p->tile_rows, 1);
}

void rows_meet(struct rows *r, struct phase *p) {
  for (struct operand *o = p->operands; o; o = o->next) {
    o->meets = NULL;
    o->in_stretches = false;
    o->each = 1;
    if (!is_plain(p) || !rows_is_staged(o) || o->shared || o->turned || o->turns || o->fetched ||
        o->pitch || o->by_column)
      continue;
    if (o->output)
      find_last(r, p, o);
    else
      find_first(r, p, o);
  }
  for (struct local *v = p->locals; v; v = v->next) {
    v->meets = NULL;
    if (is_plain(p))
      find_made(r, p, v);
  }
}

//===----------------------------------------------------------------------===//
// How long a stretch is
//===----------------------------------------------------------------------===//

static double least(double a, double b) { return a < b ? a : b; }

static double row_cycles(const struct phase *p, const struct line *l) {
  return rows_line_cycles(p, l) * (p->across ? (double)p->tile_columns.value : 1);
}

double rows_choose_stretch(struct rows *r, struct phase *p, double load, double store,
                           double tiles) {
  enum { WAIT = 20, COMMAND = 18 }; // of core 1, of core 0
  p->stretch = (struct size){0};
  p->stretch_why = NULL;
  rows_meet(r, p);
  const struct line *first = NULL, *last = NULL, *made = NULL;
  for (const struct line *l = p->lines; l; l = l->next) {
    const struct local *v = l->engine ? rows_local(p, l->target) : NULL;
    made = v && v->meets ? l : made;
  }
  for (const struct operand *o = p->operands; o; o = o->next)
    if (o->in_stretches && o->output)
      last = o->meets;
    else if (o->in_stretches && o->meets == p->lines)
      first = o->meets;
  const struct line *any = first ? first : last ? last : made;
  if (!any || !is_one_row(p))
    return 0;
  const int64_t length = row_length(p, any)->size;
  const double ahead = first ? row_cycles(p, first) : 0;
  const double behind = last ? row_cycles(p, last) : 0;
  const double outside = first && last ? load + store : first ? load : store;
  const double hidden =
      first == last ? least(ahead, outside) : least(ahead, load) + least(behind, store);
  const double beside = made ? (double)length / 16 * tiles : 0; // of the SE
  double most = 0;
  for (int64_t stretch = 512; stretch <= 2048 && 2 * stretch <= length; stretch *= 2) {
    const double n = (double)((length + stretch - 1) / stretch);
    const double lines = (first != NULL) + (last != NULL && last != first) + (made ? 2 : 0);
    const double commands = COMMAND * n > load ? COMMAND * n - load : 0;
    const double saved = (1 - 1 / n) * (hidden + beside) - WAIT * n * lines * tiles - commands;
    if (saved <= most)
      continue;
    most = saved;
    p->stretch = sz_num(r->file, stretch);
  }
  if (!p->stretch.text)
    return 0;
  const char *why = first ? ", the first statement begins with the first of them" : "";
  if (made)
    why = T("%s, the SE works beside core 1", why);
  if (last)
    why = T("%s, the first results leave before the last are made", why);
  p->stretch_why = T("%s: %.0f cycles less", why + 2, most);
  return most;
}

void rows_stretch_at_launch(struct rows *r, struct phase *p) {
  bool any = false;
  rows_meet(r, p);
  for (const struct operand *o = p->operands; o; o = o->next)
    any = any || o->in_stretches;
  for (const struct local *v = p->locals; v; v = v->next)
    any = any || v->meets;
  if (!any)
    return;
  const char *name = rows_name(r, "stretch");
  p->setup = T("%sconst long %s = %s == 1 ? 1024 : 1L << 40;\n", p->setup ? p->setup : "", name,
               p->tile_columns.text);
  p->stretch = sz_name(name);
  p->stretch_why =
      "where a tile is one row, computing begins with the first of them, and the first "
      "results leave before the last are made";
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

bool rows_moves_in_stretches(const struct phase *p, const struct operand *o) {
  return o->in_stretches && p->stretch.text;
}

bool rows_meets_late(const struct phase *p, const struct operand *o) {
  return o->meets && !o->output && (o->meets != p->lines || rows_moves_in_stretches(p, o));
}

// From one row of its box to the next.
static struct size row_bytes(struct rows *r, const struct operand *o) {
  if (o->tensor->rank == 1)
    return o->slot;
  return sz_mul(r->file, o->stride[o->tensor->rank - 2],
                sz_num(r->file, rows_element_bytes(o->tensor)));
}

static void open_loop(struct rows *r, const struct phase *p, struct stretches *c, struct size end) {
  c->from = rows_name(r, "from");
  c->to = rows_name(r, "to");
  c->end = end.text;
  rows_put(r, "for (long %s = 0; %s < %s; %s += %s) {", c->from, c->from, c->end, c->from,
           p->stretch.text);
  r->indent++;
}

static void declare_end(struct rows *r, const struct phase *p, const struct stretches *c) {
  if (c->even)
    rows_put(r, "const long %s = %s + %s;", c->to, c->from, p->stretch.text);
  else
    rows_put(r, "const long %s = kn_least(%s, %s + %s);", c->to, c->end, c->from, p->stretch.text);
}

void rows_close_stretches(struct rows *r, struct stretches *c) {
  r->indent--;
  rows_put(r, "}");
  rows_release(r, c->from);
  rows_release(r, c->to);
  c->from = NULL;
}

// Pieces of one size, and nothing behind the last of them.
static bool is_even(const struct phase *p, struct size length, struct size row, unsigned bytes) {
  return length.known && p->stretch.known && row.known && length.value % p->stretch.value == 0 &&
         row.value == length.value * bytes;
}

// Of the stretch; the last one takes what is left of the row.
static const char *bytes_of(struct rows *r, const struct phase *p, const struct stretches *c,
                            unsigned bytes, struct size row) {
  return c->even ? T("%" PRId64, p->stretch.value * bytes)
                 : T("%s < %s ? (%s - %s) * %u : %s - %s * %u", c->to, c->end, c->to, c->from,
                     bytes, row.text, c->from, bytes);
}

void rows_open_moves(struct rows *r, struct phase *p, const struct operand *const *operands,
                     unsigned num, struct stretches *c) {
  const struct kn_tensor *t = operands[0]->tensor;
  struct size end = rows_dim(r, t->dims[t->rank - 1]);
  if (operands[0]->each > 1)
    end = sz_mul(r->file, end, sz_num(r->file, operands[0]->each));
  c->even = true;
  for (unsigned i = 0; i < num; i++)
    c->even =
        c->even && is_even(p, end, row_bytes(r, operands[i]), rows_stretch_bytes(operands[i]));
  open_loop(r, p, c, end);
  if (!c->even)
    declare_end(r, p, c);
}

void rows_describe_move(struct rows *r, struct phase *p, const struct operand *o,
                        const struct stretches *c, struct size *width, struct size *stride) {
  const unsigned bytes = rows_stretch_bytes(o);
  *stride = sz_name(bytes_of(r, p, c, bytes, row_bytes(r, o)));
  *width = c->even ? *stride : sz_name(T("(%s - %s) * %u", c->to, c->from, bytes));
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

static bool is_made(const struct phase *p, const struct local *v) {
  return v->meets && p->stretch.text;
}

static void wait_for(struct rows *r, const struct operand *o, const char *bytes) {
  rows_begin_staged(r, o);
  rows_put(r, "__mtia_cb_waitd(%s, %s);", o->cb_name, bytes);
  rows_end_staged(r, o);
}

void rows_meet_whole(struct scope *s, const struct line *l) {
  struct rows *r = s->r;
  const struct phase *p = s->p;
  bool any = false;
  for (const struct operand *o = p->operands; o; o = o->next)
    if (o->meets == l && rows_meets_late(p, o) && !rows_moves_in_stretches(p, o)) {
      wait_for(r, o, o->slot.text);
      any = true;
    }
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->meets == l && is_made(p, v) && in_order(r, p, l, v->tensor) != 0) {
      rows_put(r, "__mtia_cb_waitd(%s, %s);", v->cb_name, v->bytes.text);
      rows_put(r, "__mtia_cb_pop(%s, %s);", v->cb_name, v->bytes.text);
      any = true;
    }
  if (any)
    rows_put(r, "KN_HERE();");
}

// Bytes of a row up to the end of the stretch; bytes of the stretch. The last one takes what is
// left.
static const char *up_to(struct rows *r, const struct phase *p, const struct stretches *c,
                         unsigned bytes, struct size row, int64_t ahead) {
  const char *to = c->even
                       ? T("%s * %u + %" PRId64, c->from, bytes, (p->stretch.value + ahead) * bytes)
                   : ahead ? T("(%s + %" PRId64 ") * %u", c->to, ahead, bytes)
                           : T("%s * %u", c->to, bytes);
  if (ahead)
    to = T("kn_least(%s, %s)", to, row.text);
  return c->even ? to : T("%s < %s ? %s : %s", c->to, c->end, to, row.text);
}

static const char *up_to_in_tile(struct rows *r, const struct phase *p, const struct stretches *c,
                                 const struct line *l, const struct operand *o) {
  const struct size row = row_bytes(r, o);
  int64_t each = 1;
  const int64_t ahead = order_of(r, p, l, o->tensor, &each);
  const char *in_row = up_to(r, p, c, rows_stretch_bytes(o), row, ahead);
  if (is_one_row(p))
    return in_row;
  const char *m = p->par_name[p->num_par - 1];
  return T("(%s - %s0) * %s + (%s)", m, m, row.atom ? row.text : T("(%s)", row.text), in_row);
}

// What of a row a line's loop waits for or gives away; are stretches of it all alike?
struct visit {
  bool any, even;
};

static void visit(struct visit *w, const struct phase *p, struct size length, struct size row,
                  unsigned bytes) {
  w->any = true;
  w->even = w->even && is_even(p, length, row, bytes);
}

// In the line's loop, or in what it makes for another line.
static bool meets_in(const struct operand *o, const struct line *l) {
  return o->meets && (o->meets == l || o->meets->made_with == l);
}

static struct visit visit_all(struct rows *r, const struct phase *p, const struct line *l) {
  struct visit w = {false, true};
  if (!p->stretch.text || !row_index(r, p, l))
    return w;
  const struct size length = rows_dim(r, row_length(p, l));
  for (const struct operand *o = p->operands; o; o = o->next)
    if (meets_in(o, l) && rows_moves_in_stretches(p, o))
      visit(&w, p, length, row_bytes(r, o), rows_stretch_bytes(o));
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->meets &&
        (v->tensor == l->target || (v->meets == l && in_order(r, p, l, v->tensor) == 0)))
      visit(&w, p, length, v->bytes, rows_bytes(v->tensor->type));
  return w;
}

void rows_open_stretches(struct scope *s, const struct line *l, struct stretches *c,
                         const char **lo, const char **hi) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  *c = (struct stretches){0};
  struct visit w = visit_all(r, p, l);
  if (!w.any)
    return;
  const bool whole = !strcmp(*hi, rows_dim(r, row_length(p, l)).text);
  open_loop(r, p, c, sz_name(*hi));
  c->even = w.even && whole;
  if (!c->even)
    declare_end(r, p, c);
  for (const struct operand *o = p->operands; o; o = o->next)
    if (o->meets == l && !o->output && rows_moves_in_stretches(p, o))
      wait_for(r, o, up_to_in_tile(r, p, c, l, o));
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->meets == l && in_order(r, p, l, v->tensor) == 0)
      rows_put(r, "__mtia_cb_waitd(%s, %s);", v->cb_name,
               up_to(r, p, c, rows_bytes(v->tensor->type), v->bytes, 0));
  rows_put(r, "KN_BEHIND(%s);", c->from);
  if (c->even)
    declare_end(r, p, c);
  *lo = c->from;
  *hi = c->to;
}

// Is the line the last thing of a tile, and one command makes all of its results?
static bool makes_tile(const struct phase *p, const struct line *l) {
  const unsigned last = l->rank - 1;
  if (l->next || p->piece || p->finishes || p->finish || rows_is_call(p) || p->lines->gather ||
      l->target->dims[last]->size <= 0)
    return false;
  return p->across ? l->rank == p->num_par && (last == 0 || sz_is(p->tile_rows, 1))
                   : l->rank == rows_serial(p) + 1 && sz_is(p->tile_columns, 1);
}

// Then core 1 goes on to the next tile. What the SE reads must stay until then: a buffer, of which
// the pop waits for it, or the results' own place.
static bool gives_tile(struct phase *p, const struct line *l, const struct kn_expr *argument,
                       struct given *g) {
  struct operand *to = rows_operand(p, l->target);
  const struct operand *from = argument ? rows_operand(p, argument->tensor) : NULL;
  int64_t size;
  if (!makes_tile(p, l) || !to || !to->output || to->shared || !sz_is(to->staged, 1) ||
      !to->slot.known || rows_moves_in_stretches(p, to) || rows_group_scales(l, &size) ||
      (argument && (!from || from->output || from->shared || from->turned)))
    return false;
  g->in = from ? from->cb_name : "CB_ENGINE_IN";
  g->out = to->cb_name;
  g->bytes = to->slot.text;
  to->given = true;
  return true;
}

bool rows_engine_gives(struct scope *s, const struct line *l, struct stretches *c,
                       const struct kn_expr *argument, struct given *g) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  const struct operand *from = argument ? rows_operand(p, argument->tensor) : NULL;
  const struct operand *to = rows_operand(p, l->target);
  const struct local *v = rows_local(p, l->target);
  int64_t size;
  const struct kn_expr *scales = rows_group_scales(l, &size);
  if (!c->from)
    return gives_tile(p, l, argument, g);
  // Scales that are no variable of the phase may be gone before the SE has read them.
  if (scales && !rows_local(p, scales->tensor))
    return false;
  g->in = "CB_ENGINE_IN";
  if (v && is_made(p, v)) {
    g->out = v->cb_name;
    g->bytes = bytes_of(r, p, c, rows_bytes(v->tensor->type), v->bytes);
    return true;
  }
  // A row of another tensor must stay until the SE has read it: that buffer's pop waits for it.
  if (!to || to->meets != l || !rows_moves_in_stretches(p, to) || (argument && !from))
    return false;
  if (from)
    g->in = from->cb_name;
  g->out = to->cb_name;
  g->bytes = bytes_of(r, p, c, rows_element_bytes(to->tensor), row_bytes(r, to));
  c->given = true;
  return true;
}

static void give(struct rows *r, const struct operand *o, const char *bytes) {
  rows_begin_staged(r, o);
  rows_put(r, "__mtia_cb_push(%s, %s);", o->cb_name, bytes);
  rows_end_staged(r, o);
}

static bool is_given(const struct phase *p, const struct operand *o, const struct line *l) {
  return o->output && meets_in(o, l) && rows_moves_in_stretches(p, o);
}

void rows_give_stretches(struct scope *s, const struct line *l, struct stretches *c,
                         enum stretches_given which) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  if (!c->from)
    return;
  for (const struct operand *o = p->operands; o && !c->given && which; o = o->next) {
    if (!is_given(p, o, l))
      continue;
    rows_put(r, "KN_HERE();");
    const unsigned bytes = rows_element_bytes(o->tensor);
    if (which == ALL_BUT_THE_LAST) {
      rows_put(r, "if (%s < %s)", c->to, c->end);
      r->indent++;
      give(r, o, T("(%s - %s) * %u", c->to, c->from, bytes));
      r->indent--;
    } else
      give(r, o, bytes_of(r, p, c, bytes, row_bytes(r, o)));
  }
  rows_close_stretches(r, c);
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->meets == l && is_made(p, v) && in_order(r, p, l, v->tensor) == 0)
      rows_put(r, "__mtia_cb_pop(%s, %s);", v->cb_name, v->bytes.text);
}

void rows_give_rest(struct scope *s, const struct line *l, int64_t made) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  for (const struct operand *o = p->operands; o; o = o->next)
    if (is_given(p, o, l)) {
      const struct size size = sz_num(r->file, rows_element_bytes(o->tensor));
      // Where the last stretch began: those in front of it have been given.
      struct size last = sz_num(r->file, 0);
      if (made)
        last = sz_mul(r->file, sz_div(r->file, sz_num(r->file, made - 1), p->stretch), p->stretch);
      rows_put(r, "KN_HERE();");
      give(r, o, sz_sub(r->file, row_bytes(r, o), sz_mul(r->file, last, size)).text);
    }
}

void rows_give_room(struct rows *r, struct phase *p, const struct operand *o) {
  if (is_one_row(p))
    return;
  const char *m = p->par_name[p->num_par - 1];
  const struct size row = row_bytes(r, o);
  rows_put(r, "__mtia_cb_push(%s, %s - (%s1 - %s0) * %s);", o->cb_name, o->slot.text, m, m,
           row.atom ? row.text : T("(%s)", row.text));
}
