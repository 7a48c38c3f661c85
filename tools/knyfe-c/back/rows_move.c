// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines that only put elements somewhere else are phases of their own, done by <mtia/knyfe_move.h>:
//
//   y[a, n, m] = x[a, m, n]                            matrices, which the MLU turns
//   y[h, b, d] = x[b, h, d]                            rows, which come and go by DMA
//   y[b, h, w, d] = x[b, h * 2 + d / 2 / C, w * 2 + d / C % 2, d % C]
//
// Every subscript must be a sum of multiples of indices, or of digits of them: d is made of d % C,
// d / C % 2 and d / 2 / C, which count independently of each other. So the line is a nest of loops
// each of which goes some bytes further in both tensors.
#include "cost.h"
#include "decide.h"
#include "rows.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

enum { MOST = 12, GRANULE = 32 }; // digits; bytes of which addresses of a DMA are multiples

// index / unit % count
struct digit {
  const struct kn_index *index;
  unsigned dim; // of the target
  int64_t unit;
  struct size count;
};

// number + the sum of times[i] * digit i
struct form {
  int64_t number, times[MOST];
};

struct move {
  unsigned num;
  struct digit digits[MOST];
  const struct kn_tensor *from;
  struct form at[KN_MAX_RANK]; // the subscripts of `from`
  int rows, columns;           // digits; rows -1: there is one
  bool turned;
};

//===----------------------------------------------------------------------===//
// Digits
//===----------------------------------------------------------------------===//

struct units {
  const struct kn_index *index;
  unsigned num;
  int64_t unit[MOST];
  bool fail;
};

// The unit of the last digit of e; 0: it is not made of the index alone.
static int64_t unit_of(const struct kn_expr *e, const struct kn_index *index) {
  e = rows_bare(e);
  if (e->kind == KN_INDEX)
    return e->index == index;
  if (e->kind != KN_BINARY || (e->op != KN_DIV && e->op != KN_REM))
    return 0;
  const int64_t inner = unit_of(e->args[0], index), by = rows_constant(e->args[1]);
  return by <= 0 || inner > INT32_MAX / by ? 0 : e->op == KN_DIV ? inner * by : inner;
}

// Where a division cuts the index.
static bool find_units(struct kn_expr *e, void *data) {
  struct units *u = data;
  if (e->kind != KN_BINARY || (e->op != KN_DIV && e->op != KN_REM))
    return true;
  const int64_t inner = unit_of(e->args[0], u->index), by = rows_constant(e->args[1]);
  if (!inner || by <= 1 || inner > INT32_MAX / by)
    return true;
  unsigned i = 0;
  while (i < u->num && u->unit[i] < inner * by)
    i++;
  if (i < u->num && u->unit[i] == inner * by)
    return true;
  u->fail = u->fail || u->num == MOST;
  if (u->fail)
    return false;
  memmove(u->unit + i + 1, u->unit + i, (u->num - i) * sizeof *u->unit);
  u->unit[i] = inner * by;
  u->num++;
  return true;
}

// The digits of the line's index, the last one of unit 1; each unit divides the one before.
static bool add_digits(struct rows *r, struct move *m, const struct line *l, unsigned dim) {
  struct units u = {.index = l->index[dim], .num = 1, .unit = {1}};
  kn_walk(l->value, find_units, &u);
  const struct kn_dim *extent = l->target->dims[dim];
  if (u.fail || u.num + m->num > MOST)
    return false;
  for (unsigned i = u.num; i-- > 0;) {
    const int64_t next = i + 1 == u.num ? extent->size : u.unit[i + 1];
    if (u.num > 1 && (next < 0 || next % u.unit[i]))
      return false;
    m->digits[m->num++] =
        (struct digit){u.index, dim, u.unit[i],
                       u.num > 1 ? sz_num(r->file, next / u.unit[i]) : rows_dim(r, extent)};
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Subscripts
//===----------------------------------------------------------------------===//

static void add_form(struct form *to, const struct form *f, int64_t times) {
  to->number += f->number * times;
  for (unsigned i = 0; i < MOST; i++)
    to->times[i] += f->times[i] * times;
}

// f / by and f % by, if the digits of the one and those of the other are different ones.
static bool divide(const struct move *m, const struct form *f, int64_t by, struct form *quotient,
                   struct form *rest) {
  int64_t most = f->number % by;
  *quotient = (struct form){.number = f->number / by};
  *rest = (struct form){.number = most};
  if (f->number < 0)
    return false;
  for (unsigned i = 0; i < m->num; i++) {
    if (f->times[i] < 0)
      return false;
    if (f->times[i] % by == 0) {
      quotient->times[i] = f->times[i] / by;
      continue;
    }
    rest->times[i] = f->times[i];
    if (!m->digits[i].count.known)
      return false;
    most += f->times[i] * (m->digits[i].count.value - 1);
  }
  return most < by;
}

// Numbers that products of two of them do not overflow.
static bool is_small(const struct form *f) {
  bool small = f->number >= -INT32_MAX && f->number <= INT32_MAX;
  for (unsigned i = 0; i < MOST; i++)
    small = small && f->times[i] >= -INT32_MAX && f->times[i] <= INT32_MAX;
  return small;
}

static bool form_of(const struct move *m, const struct kn_expr *e, struct form *f);

static bool binary_form(const struct move *m, const struct kn_expr *e, struct form *f) {
  struct form a, b;
  if (!form_of(m, e->args[0], &a) || !form_of(m, e->args[1], &b))
    return false;
  if (e->op == KN_ADD || e->op == KN_SUB) {
    *f = a;
    add_form(f, &b, e->op == KN_ADD ? 1 : -1);
    return is_small(f);
  }
  const int64_t by = rows_constant(e->args[1]), times = rows_constant(e->args[0]);
  if (by > INT32_MAX || times > INT32_MAX)
    return false;
  if (e->op == KN_MUL && (by > 0 || times > 0)) {
    add_form(f, by > 0 ? &a : &b, by > 0 ? by : times);
    return is_small(f);
  }
  return (e->op == KN_DIV || e->op == KN_REM) && by > 0 &&
         divide(m, &a, by, e->op == KN_DIV ? f : &b, e->op == KN_DIV ? &b : f);
}

static bool form_of(const struct move *m, const struct kn_expr *e, struct form *f) {
  bool known = false;
  e = rows_bare(e);
  *f = (struct form){0};
  switch (e->kind) {
  case KN_INT:
  case KN_DIM:
    f->number = e->kind == KN_INT ? e->ival : e->dim->size;
    return (e->kind == KN_INT || e->dim->size >= 0) && is_small(f);
  case KN_INDEX:
    for (unsigned i = 0; i < m->num; i++)
      if (m->digits[i].index == e->index) {
        f->times[i] = m->digits[i].unit;
        known = true;
      }
    return known;
  case KN_BINARY:
    return binary_form(m, e, f);
  default:
    return false;
  }
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

// Do all addresses but those along the innermost digit lie at multiples of 32 bytes?
static bool is_aligned(const struct move *m, const struct line *l) {
  const int64_t bytes = rows_bytes(l->target->type);
  const struct form *last = &m->at[m->from->rank - 1];
  if (last->number * bytes % GRANULE)
    return false;
  for (int i = 0; i < (int)m->num; i++) {
    const struct digit *d = &m->digits[i];
    if (i != m->columns && last->times[i] * bytes % GRANULE)
      return false;
    if (d->dim == l->rank - 1 && d->unit > 1 && d->unit * bytes % GRANULE)
      return false;
  }
  return true;
}

// The digit along which elements of `from` lie side by side; -1: none.
static int find_columns(const struct move *m) {
  for (unsigned i = 0; i < m->num; i++) {
    bool alone = m->at[m->from->rank - 1].times[i] == 1;
    for (unsigned k = 0; k + 1 < m->from->rank; k++)
      alone = alone && !m->at[k].times[i];
    if (alone)
      return (int)i;
  }
  return -1;
}

// Is each dimension of `from` a dimension of the target, in the same order? A row program has boxes
// for that.
static bool keeps_order(const struct move *m, const struct line *l) {
  int before = -1;
  if (m->num > l->rank)
    return false;
  for (unsigned k = 0; k < m->from->rank; k++)
    for (unsigned i = 0; i < m->num; i++)
      if (m->at[k].times[i]) {
        if (m->at[k].times[i] != 1 || (int)m->digits[i].dim <= before)
          return false;
        before = (int)m->digits[i].dim;
      }
  return true;
}

// The pitch of rows is one that DMA goes forward with, 1, or that of the same row, 0; else -1.
static int goes_forward(const struct move *m, int digit) {
  int goes = 0;
  for (unsigned k = 0; k < m->from->rank; k++) {
    if (m->at[k].times[digit] < 0)
      return -1;
    goes = goes || m->at[k].times[digit] > 0;
  }
  return goes;
}

// Of rows that are copied: the digit that counts fastest in the target beside the columns, or if it
// makes blocks of a few hundred bytes, the one with most values; -1: none.
static int find_rows(const struct move *m, int inner) {
  enum { ENOUGH = 1024 };
  const struct size columns = m->digits[m->columns].count;
  const int64_t row = columns.known ? columns.value * rows_bytes(m->from->type) : ENOUGH;
  int best = -1;
  for (int i = inner - 1; i >= 0; i--) {
    const struct size n = m->digits[i].count;
    if (goes_forward(m, i) < 0)
      continue;
    if (best < 0 ||
        (n.known && m->digits[best].count.known && m->digits[best].count.value * row < ENOUGH &&
         n.value > m->digits[best].count.value))
      best = i;
  }
  return best;
}

static bool match(struct rows *r, const struct line *l, struct move *m) {
  const struct kn_expr *e = l->value;
  const struct kn_tensor *from = e->tensor;
  if (e->kind != KN_READ || !l->rank || !from->rank || l->part || l->copies_part || l->scatter ||
      from->rows || from->type != l->target->type || from->type == KN_I4)
    return false;
  m->from = from;
  for (unsigned i = 0; i < l->rank; i++)
    if (l->index[i]->lo || !add_digits(r, m, l, i))
      return false;
  for (unsigned k = 0; k < from->rank; k++)
    if (!form_of(m, e->args[k], &m->at[k]))
      return false;
  m->columns = find_columns(m);
  if (m->columns < 0 || !is_aligned(m, l))
    return false;
  const int inner = (int)m->num - 1; // of the target
  m->turned = inner != m->columns;
  m->rows = m->turned ? inner : find_rows(m, inner);
  return m->turned ? goes_forward(m, inner) == 1
                   : l->target->role == KN_OUTPUT && !keeps_order(m, l);
}

struct move *rows_find_move(struct rows *r, const struct line *l) {
  const enum kn_unit unit = kn_decided_unit(r->kernel, l->target);
  struct move found = {0};
  if ((r->kernel->schedule && unit != KN_UNIT_MLU) || !match(r, l, &found))
    return NULL;
  kn_obey(kn_decide(r->kernel, KN_UNIT, l->target));
  struct move *m = kn_alloc(r->file, sizeof *m);
  *m = found;
  return m;
}

//===----------------------------------------------------------------------===//
// Reads
//===----------------------------------------------------------------------===//

// Core 1 takes an element at a time, from rows that lie in few banks of its memory: 11 cycles each,
// measured. Otherwise they go to memory and back once more.
static bool is_worth(const struct rows *r, const struct line *moved) {
  enum { ELEMENT = 8, PHASE = 600 };
  const double pes = r->target->grid_rows * r->target->grid_cols;
  double elements = 1;
  for (unsigned i = 0; i < moved->rank; i++)
    if (moved->target->dims[i]->size < 0)
      return true;
    else
      elements *= (double)moved->target->dims[i]->size;
  const double bytes = elements * rows_bytes(moved->value->type);
  return elements / pes * ELEMENT > kn_cost_memory(false, 1, 3 * bytes) + PHASE;
}

// Do both read the same tensor, the same indices of their own at the same places?
static bool is_same(const struct line *a, const struct line *b) {
  const struct kn_expr *x = a->value, *y = b->value;
  bool same = x->tensor == y->tensor && a->rank == b->rank;
  for (unsigned i = 0; same && i < a->rank; i++)
    same = a->target->dims[i] == b->target->dims[i];
  for (unsigned k = 0; same && k < x->num_args; k++) {
    const struct kn_index *p = kn_plain_index(x->args[k]), *q = kn_plain_index(y->args[k]);
    for (unsigned i = 0; i < a->rank; i++)
      same = same && p && q && (a->index[i] == p) == (b->index[i] == q);
  }
  return same;
}

// A line that brings what `read` reads into the order of the line's indices, if elements do not lie
// side by side along its last one; NULL: it is none.
static struct line *turning_line(struct rows *r, const struct line *l, struct kn_expr *read) {
  const struct kn_tensor *x = read->tensor;
  struct line *c = kn_alloc(r->file, sizeof *c);
  struct kn_tensor target = {.role = KN_LOCAL, .type = x->type};
  for (unsigned i = 0; i < l->rank; i++)
    if (rows_depends(read, l->index[i])) {
      target.dims[c->rank] = l->target->dims[i];
      c->index[c->rank++] = l->index[i];
    }
  target.rank = c->rank;
  c->target = &target;
  c->stmt = l->stmt;
  c->value = kn_alloc(r->file, sizeof *c->value);
  *c->value = *read;
  struct move found = {0};
  if (c->rank < 2 || c->index[c->rank - 1] != l->index[l->rank - 1] || !rows_lies_inside(read) ||
      !match(r, c, &found) || !found.turned ||
      found.digits[found.columns].index == l->index[l->rank - 1] || !is_worth(r, c))
    return NULL;
  c->target = kn_alloc(r->file, sizeof target);
  *c->target = target;
  return c;
}

struct turning {
  struct rows *r;
  struct line *l, **first, **at;
};

static bool turn_read(struct kn_expr *e, void *data) {
  struct turning *t = data;
  struct rows *r = t->r;
  struct line *c;
  if (e->kind != KN_READ || r->num_tensors + 4 > r->max_tensors || !(c = turning_line(r, t->l, e)))
    return true;
  struct line *same = *t->first;
  while (same && !(same->turning && is_same(same, c)))
    same = same->next;
  if (!same) {
    const char *name = T("%s_turned", r->tensor_names[e->tensor->id]);
    // In front of all lines if it can be: what was together stays together.
    struct line **place = e->tensor->role == KN_INPUT ? t->first : t->at;
    rows_insert_line(r, place, t->l->stmt, name, c->value, c->rank, c->index, c->target->dims);
    same = *place;
    same->turning = true;
    r->tensor_names[same->target->id] = rows_name(r, name);
    if (place == t->at)
      t->at = &same->next;
  }
  e->tensor = same->target;
  e->num_args = same->rank;
  e->args = kn_alloc(r->file, e->num_args * sizeof *e->args);
  for (unsigned i = 0; i < e->num_args; i++)
    e->args[i] = rows_index_read(r, e, c->index[i]);
  return true;
}

void rows_turn_reads(struct rows *r, struct line **first) {
  if (r->kernel->schedule)
    return; // it speaks of tiles
  for (struct line **at = first; *at; at = &(*at)->next) {
    struct turning t = {r, *at, first, at};
    const struct line *l = t.l;
    if (l->rank < 2 || l->reduces || l->scatter || l->part || l->contracts || l->leaving ||
        l->turning || (l->value->kind == KN_READ && l->value->type == l->target->type))
      continue;
    kn_walk(l->value, turn_read, &t);
    while (*at != l)
      at = &(*at)->next;
  }
}

bool rows_move_turns(const struct move *m) { return m->turned; }

unsigned rows_move_indices(const struct move *m) {
  return m->num > 2 ? m->num - 1 - (m->rows >= 0) : 1;
}

//===----------------------------------------------------------------------===//
// C
//===----------------------------------------------------------------------===//

// Bytes that a digit, or what is added to the subscripts (-1), goes further in `from`.
static const char *from_step(struct rows *r, const struct move *m, int digit) {
  const char *text = "", *name = rows_argument(r, m->from);
  for (unsigned k = 0; k < m->from->rank; k++) {
    const int64_t times = digit < 0 ? m->at[k].number : m->at[k].times[digit];
    if (!times)
      continue;
    const char *plus = *text ? " + " : "";
    if (k + 1 == m->from->rank)
      text = T("%s%s%" PRId64, text, plus, times * (int64_t)rows_bytes(m->from->type));
    else if (times == 1)
      text = T("%s%sargs->%s.stride[%u]", text, plus, name, k);
    else
      text = T("%s%s(uint64_t)%" PRId64 " * args->%s.stride[%u]", text, plus, times, name, k);
  }
  return text;
}

static const char *to_step(struct rows *r, const struct line *l, const struct digit *d) {
  if (d->dim + 1 == l->rank)
    return T("%" PRId64, d->unit * (int64_t)rows_bytes(l->target->type));
  const char *stride = T("args->%s.stride[%u]", rows_argument(r, l->target), d->dim);
  return d->unit == 1 ? stride : T("%" PRId64 " * %s", d->unit, stride);
}

static const char *or_zero(const char *text) { return *text ? text : "0"; }

void rows_put_move(struct rows *r, const struct line *l) {
  const struct move *m = l->gather->move;
  const struct digit *columns = &m->digits[m->columns];
  const struct digit *rows = m->rows < 0 ? NULL : &m->digits[m->rows];
  const char *count = "", *from = "", *to = "", *first = from_step(r, m, -1);
  for (int i = 0; i < (int)m->num; i++) {
    if (i == m->rows || i == m->columns)
      continue;
    const char *comma = *count ? ", " : "";
    count = T("%s%s%s", count, comma, m->digits[i].count.text);
    from = T("%s%s%s", from, comma, or_zero(from_step(r, m, i)));
    to = T("%s%s%s", to, comma, to_step(r, l, &m->digits[i]));
  }
  rows_comment(r, T("%s\n%s", kn_stmt_text(r->file, l->stmt),
                    m->turned ? "The MLU turns matrices on their way through local memory."
                              : "Rows come and go by DMA; nobody looks at them."));
  rows_put(r, "kn_move(&(struct kn_move){");
  r->indent += 2;
  if (m->turned)
    rows_put(r, ".turned = true,");
  rows_put(r, ".log2 = %d,", __builtin_ctz(rows_bytes(m->from->type)));
  rows_put(r, ".from = args->%s.data%s%s,", rows_argument(r, m->from), *first ? " + " : "", first);
  rows_put(r, ".to = args->%s.data,", rows_argument(r, l->target));
  rows_put(r, ".rows = %s,", rows ? rows->count.text : "1");
  rows_put(r, ".columns = %s,", columns->count.text);
  if (rows) {
    rows_put(r, ".from_pitch = %s,", or_zero(from_step(r, m, m->rows)));
    rows_put(r, ".to_pitch = %s,", to_step(r, l, m->turned ? columns : rows));
  }
  // All have as many.
  for (unsigned i = m->num - 1 - (m->rows >= 0); i < r->move_indices; i++) {
    count = T("1%s%s", *count ? ", " : "", count);
    from = T("0%s%s", *from ? ", " : "", from);
    to = T("0%s%s", *to ? ", " : "", to);
  }
  rows_put(r, ".count = {%s},", count);
  rows_put(r, ".from_step = {%s},", from);
  rows_put(r, ".to_step = {%s},", to);
  r->indent -= 2;
  rows_put(r, "});");
}
