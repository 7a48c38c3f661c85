// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Short rows side by side. Where the rows of a plane are shorter than a vector, all lines of a
// phase step from row to row alike (phase.pitch elements of the result), and one loop of vectors
// goes through the whole plane: y[h, w] is element h * pitch + w of it, and so is what is read for
// it: x[2 * h + i, 2 * w + j] is 2 * (h * pitch + w) and something that the loop does not change.
// Elements between the end of a row and the next are computed with the others; nobody reads them.
//
// A row's border (pad) costs nothing where its zeros lie in memory already: a DMA fills a row up to
// 32 bytes with zeros, and what is before the first element of a row is behind the last one of the
// row before. Rows of which other rows are outside are computed by themselves.
#include "decide.h"
#include "rows.h"

#include <string.h>

// Rows of more elements fill vectors by themselves.
enum { SHORT = 64 };

struct planes {
  struct rows *r;
  struct phase *p;
  const struct line *line;
  const struct kn_index *row, *column;
  int64_t pitch; // of the result
  int64_t at;    // the row, where a single one is looked at; else -1: all are
  bool first;    // only the first column is looked at
};

static struct interval interval_of(const struct planes *q, const struct kn_expr *e) {
  const struct fixed fixed[] = {{q->row, q->at}, {q->column, q->first ? 0 : -1}};
  return rows_interval(e, fixed, 2);
}

static bool lies_within(const struct planes *q, const struct kn_expr *e, int64_t lo, int64_t hi) {
  const struct interval i = interval_of(q, e);
  return i.known && i.lo >= lo && i.hi <= hi;
}

//===----------------------------------------------------------------------===//
// What a line reads
//===----------------------------------------------------------------------===//

// Elements from one row to the next, as a DMA lays them out.
static int64_t own_pitch(const struct kn_tensor *t) {
  const int64_t unit = 32 / rows_bytes(t->type);
  return (t->dims[t->rank - 1]->size + unit - 1) / unit * unit;
}

// The pitch that a read asks of its tensor; 0: it does not go through the plane as the result does.
static int64_t pitch_of(const struct planes *q, const struct kn_expr *read) {
  const unsigned n = read->num_args;
  for (unsigned i = 0; i < n; i++)
    if ((rows_depends(read->args[i], q->row) != 0) != (i + 2 == n) ||
        (rows_depends(read->args[i], q->column) != 0) != (i + 1 == n))
      return 0;
  const int64_t row = rows_coefficient(read->args[n - 2], q->row);
  const int64_t column = rows_coefficient(read->args[n - 1], q->column);
  const bool steps = row > 0 && (column == 1 || column == 2);
  return steps && column * q->pitch % row == 0 ? column * q->pitch / row : 0;
}

static bool goes_on(const struct planes *q, const struct kn_expr *e) {
  return rows_depends(e, q->row) || rows_depends(e, q->column);
}

static bool goes_through_plane(const struct planes *q, const struct kn_expr *read) {
  for (unsigned i = 0; i < read->num_args; i++)
    if (goes_on(q, read->args[i]))
      return true;
  return false;
}

// Are all elements that `pad` reads inside, or zeros at the end of a row?
static bool reads_zeros(const struct planes *q, const struct kn_expr *pad) {
  const struct kn_expr *read = pad->args[0], *value = pad->args[1];
  const unsigned n = read->num_args;
  const struct kn_tensor *t = read->tensor;
  const struct interval column = interval_of(q, read->args[n - 1]);
  const int64_t columns = t->dims[n - 1]->size, pitch = own_pitch(t);
  if (!column.known || column.lo < columns - pitch || column.hi >= pitch)
    return false;
  const bool outside = column.lo < 0 || column.hi >= columns;
  value = rows_uncast(value);
  const bool zero =
      (value->kind == KN_INT && value->ival == 0) ||
      (value->kind == KN_FLOAT && value->fval == 0 && !__builtin_signbit(value->fval));
  if (outside && (!zero || q->r->defined_in[t->id] == q->p))
    return false;
  for (unsigned i = 0; i + 2 < n; i++) {
    const struct kn_index *plain = kn_plain_index(read->args[i]);
    if (!(plain && plain->extent == t->dims[i]) &&
        !lies_within(q, read->args[i], 0, t->dims[i]->size - 1))
      return false;
  }
  // Nothing is known to lie before the first row.
  return lies_within(q, read->args[n - 2], column.lo < 0, t->dims[n - 2]->size - 1);
}

// Can `e` be computed for a whole plane at a time? In `guarded` expressions what is read may lie
// outside.
static bool fits(const struct planes *q, const struct kn_expr *e, bool guarded) {
  if (!e)
    return true;
  switch (e->kind) {
  case KN_INDEX:
    return e->index != q->row && e->index != q->column;
  case KN_READ: {
    const struct kn_tensor *t = e->tensor;
    if (!goes_through_plane(q, e))
      return true;
    if (t->rows || t->type == KN_I4 || e->num_args < 2)
      return false;
    const bool plain =
        kn_plain_index(e->args[e->num_args - 2]) && kn_plain_index(e->args[e->num_args - 1]);
    // What is between the rows of an input is there, too: a DMA's zeros.
    const bool here = q->r->defined_in[t->id] == q->p;
    return pitch_of(q, e) == (here ? q->pitch : own_pitch(t)) && (!guarded || plain);
  }
  case KN_REDUCE:
    for (unsigned i = 0; i < e->num_indices; i++)
      if (!e->indices[i]->extent &&
          (goes_on(q, e->indices[i]->lo) || goes_on(q, e->indices[i]->hi)))
        return false;
    break;
  case KN_CALL:
    if (e->builtin == KN_PAD && goes_through_plane(q, e->args[0]))
      return fits(q, e->args[0], false) && fits(q, e->args[1], guarded) &&
             (q->at < 0 || reads_zeros(q, e));
    guarded = guarded || e->builtin == KN_WHERE;
    break;
  default:
    break;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (!fits(q, e->args[i], guarded))
      return false;
  return true;
}

static struct planes planes_of(struct rows *r, struct phase *p, const struct line *l) {
  return (struct planes){r,        p,  l,    l->index[l->rank - 2], l->index[l->rank - 1],
                         p->pitch, -1, false};
}

void rows_inner_rows(struct rows *r, struct phase *p, const struct line *l, int64_t *lo,
                     int64_t *hi) {
  struct planes q = planes_of(r, p, l);
  const int64_t rows = l->target->dims[l->rank - 2]->size;
  q.at = 0;
  while (q.at < rows && !fits(&q, l->value, false))
    q.at++;
  *lo = q.at;
  while (q.at < rows && fits(&q, l->value, false))
    q.at++;
  *hi = q.at;
}

struct last {
  struct planes q;
  int64_t end;
};

// How far vectors may go along the plane, so that they stay in what was loaded.
static bool find_end(struct kn_expr *e, void *data) {
  struct last *s = data;
  const struct planes *q = &s->q;
  if (e->kind != KN_READ || !goes_through_plane(q, e))
    return true;
  const unsigned n = e->num_args;
  const struct interval row = interval_of(q, e->args[n - 2]),
                        column = interval_of(q, e->args[n - 1]);
  const int64_t step = rows_coefficient(e->args[n - 1], q->column), pitch = pitch_of(q, e);
  const int64_t room = e->tensor->dims[n - 2]->size * pitch;
  const int64_t end =
      row.known && column.known ? (room - row.hi * pitch - column.hi - step) / step + 1 : 0;
  s->end = end < s->end ? end : s->end;
  return true;
}

int64_t rows_plane_end(struct rows *r, struct phase *p, const struct line *l) {
  struct last s = {planes_of(r, p, l), l->target->dims[l->rank - 2]->size * p->pitch};
  s.q.at = 0;
  s.q.first = true;
  kn_walk(l->value, find_end, &s);
  return s.end;
}

//===----------------------------------------------------------------------===//
// The phase
//===----------------------------------------------------------------------===//

// Is what is read with `pad`, or at the place of the result, all that is read of planes? Then a row
// by itself can be computed up to where the next one begins.
static bool reads_beyond(const struct planes *q, const struct kn_expr *e) {
  if (!e || (e->kind == KN_CALL && e->builtin == KN_PAD))
    return true;
  if (e->kind == KN_READ && goes_through_plane(q, e))
    return kn_plain_index(e->args[e->num_args - 1]) && kn_plain_index(e->args[e->num_args - 2]);
  for (unsigned i = 0; i < e->num_args; i++)
    if (!reads_beyond(q, e->args[i]))
      return false;
  return true;
}

static bool widen(struct kn_expr *e, void *data) {
  struct planes *q = data;
  if (e->kind != KN_READ || !goes_through_plane(q, e) || e->num_args < 2 || e->tensor->rows)
    return true;
  // Pitches are in proportion: that of the result for the widest row.
  const int64_t row = rows_coefficient(e->args[e->num_args - 2], q->row);
  const int64_t column = rows_coefficient(e->args[e->num_args - 1], q->column);
  const int64_t need =
      row > 0 && column > 0 ? (own_pitch(e->tensor) * row + column - 1) / column : 0;
  q->pitch = need > q->pitch ? need : q->pitch;
  return true;
}

struct placing {
  struct planes *q;
  bool agree;
};

static void place(struct placing *s, const struct kn_tensor *t, int64_t pitch) {
  int64_t *of = &s->q->r->pitches[t->id];
  s->agree = s->agree && (!*of || *of == pitch);
  *of = pitch;
}

static bool place_read(struct kn_expr *e, void *data) {
  struct placing *s = data;
  if (e->kind == KN_READ && goes_through_plane(s->q, e))
    place(s, e->tensor, pitch_of(s->q, e));
  return true;
}

static bool suits(struct rows *r, const struct phase *p, const struct line *l) {
  return !l->part && !l->copies_part && !l->engine && !rows_is_running(l) &&
         l->target->type != KN_I4 && l->target->type != KN_I64 &&
         l->target->dims[l->rank - 2] == p->par[p->num_par - 2] &&
         l->target->dims[l->rank - 1] == p->par[p->num_par - 1] &&
         !kn_decide(r->kernel, KN_TILE, l->target);
}

// The pitch of a phase's planes, and of each tensor of them in r->pitches; 0: rows one by one.
static int64_t choose_pitch(struct rows *r, struct phase *p) {
  struct planes q = {r, p, NULL, NULL, NULL, 0, -1, false};
  for (const struct line *l = p->lines; l; l = l->next) {
    if (!suits(r, p, l))
      return 0;
    q.row = l->index[l->rank - 2];
    q.column = l->index[l->rank - 1];
    const int64_t own = own_pitch(l->target);
    q.pitch = own > q.pitch ? own : q.pitch;
    kn_walk(l->value, widen, &q);
  }
  struct placing s = {&q, true};
  memset(r->pitches, 0, r->max_tensors * sizeof *r->pitches);
  for (struct line *l = p->lines; l; l = l->next) {
    q.row = l->index[l->rank - 2];
    q.column = l->index[l->rank - 1];
    int64_t lo, hi;
    p->pitch = q.pitch;
    const bool whole = q.pitch * rows_bytes(l->target->type) % 32 == 0 &&
                       rows_can_vectorise(r, p, l, q.column) && fits(&q, l->value, false);
    rows_inner_rows(r, p, l, &lo, &hi);
    p->pitch = 0;
    const bool border = hi - lo < p->par[p->num_par - 2]->size;
    if (!whole || hi - lo < 2 || (border && !reads_beyond(&q, l->value)))
      return 0;
    place(&s, l->target, q.pitch);
    kn_walk(l->value, place_read, &s);
  }
  return s.agree ? q.pitch : 0;
}

// Leaves the last two indices to the inside of rows, which are planes then.
void rows_find_planes(struct rows *r, struct phase *p) {
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  if (!p->across || p->num_par < 3 || !rows_all_known(r))
    return;
  const int64_t rows = p->par[p->num_par - 2]->size, columns = p->par[p->num_par - 1]->size;
  int64_t planes = 1;
  for (unsigned i = 0; i + 2 < p->num_par; i++)
    planes *= p->par[i]->size;
  if (rows < 2 || columns < 1 || columns > SHORT || planes < pes || rows * columns > 4096)
    return;
  if (!(p->pitch = choose_pitch(r, p)))
    return;
  p->num_par -= 2;
  p->across = false;
}
