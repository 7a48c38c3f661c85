// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products whose x is read through a window (convolutions), recognised on the typed tree:
//
//   sum[i, j, c] x[b, s * h + d * i - p, s * v + d * j - p, c] * w[f, i, j, c]
//
// at b, h, v, f: c is innermost in x, the taps i and j are summed, up to two of them; `pad` around
// x says what is outside. The dimensions of w may have any order with c or f innermost.
#include "contract.h"
#include "rows.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

//===----------------------------------------------------------------------===//
// Subscripts
//===----------------------------------------------------------------------===//

// A sum of a number and of multiples of indices.
struct form {
  struct {
    const struct kn_index *index;
    int64_t by;
  } terms[2];
  unsigned num;
  int64_t constant;
};

static bool add_term(struct form *f, const struct kn_index *index, int64_t by) {
  for (unsigned i = 0; i < f->num; i++)
    if (f->terms[i].index == index) {
      f->terms[i].by += by;
      return true;
    }
  if (f->num == 2)
    return false;
  f->terms[f->num].index = index;
  f->terms[f->num++].by = by;
  return true;
}

static bool is_number(const struct kn_expr *e, int64_t *value) {
  e = rows_uncast(e);
  *value = e->ival;
  return e->kind == KN_INT && e->ival > INT16_MIN && e->ival < INT16_MAX;
}

static bool add_form(struct form *f, const struct kn_expr *e, int64_t times) {
  int64_t number;
  if (times > INT16_MAX || times < INT16_MIN)
    return false;
  if (is_number(e, &number)) {
    f->constant += times * number;
    return true;
  }
  switch (e->kind) {
  case KN_INDEX:
    return add_term(f, e->index, times);
  case KN_CAST:
    return add_form(f, e->args[0], times);
  case KN_UNARY:
    return e->op == KN_NEG && add_form(f, e->args[0], -times);
  case KN_BINARY:
    if (e->op == KN_ADD || e->op == KN_SUB)
      return add_form(f, e->args[0], times) &&
             add_form(f, e->args[1], e->op == KN_ADD ? times : -times);
    for (int side = 0; e->op == KN_MUL && side < 2; side++)
      if (is_number(e->args[side], &number))
        return add_form(f, e->args[1 - side], times * number);
    return false;
  default:
    return false;
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

struct matching {
  const struct kn_expr *sum;
  struct kn_index *const *index;
  unsigned rank;
  struct kn_contraction *c;
};

static bool is_summed(const struct matching *m, const struct kn_index *index) {
  for (unsigned i = 0; i < m->sum->num_indices; i++)
    if (m->sum->indices[i] == index)
      return true;
  return false;
}

// The axis of an index of the result, or NULL: the last three but the column are axes.
static struct kn_axis *axis_of(const struct matching *m, const struct kn_index *index) {
  for (unsigned i = 0; i < KN_AXES && i + 1 < m->rank; i++)
    if (m->index[m->rank - 2 - i] == index)
      return &m->c->axis[KN_AXES - 1 - i];
  return NULL;
}

// A dimension of x along an index of the result, perhaps with a tap.
static bool match_axis(const struct matching *m, const struct kn_expr *subscript, int dim) {
  struct form f = {.num = 0};
  if (!add_form(&f, subscript, 1) || !f.num)
    return false;
  const unsigned own = f.num > 1 && is_summed(m, f.terms[0].index);
  struct kn_axis *a = axis_of(m, f.terms[own].index);
  if (!a || a->index || f.terms[own].by < 1 || f.terms[own].by > INT16_MAX ||
      f.constant > INT16_MAX || f.constant < INT16_MIN)
    return false;
  *a = (struct kn_axis){.index = f.terms[own].index,
                        .dim = dim,
                        .step = f.terms[own].by,
                        .first = f.constant,
                        .tap_dim = -1};
  if (f.num == 1)
    return true;
  a->tap = f.terms[1 - own].index;
  a->dilation = f.terms[1 - own].by;
  return is_summed(m, a->tap) && a->dilation;
}

// x: k innermost, everything else an axis.
static bool match_x(const struct matching *m, const struct kn_expr *read) {
  struct kn_contraction *c = m->c;
  const int last = (int)read->num_args - 1;
  c->k = kn_plain_index(read->args[last]);
  if (!c->k || !is_summed(m, c->k) || c->k->extent != read->tensor->dims[last])
    return false;
  for (int i = 0; i < last; i++)
    if (!match_axis(m, read->args[i], i))
      return false;
  // Every index of the result but the column is an axis, the first of three without a window.
  for (unsigned i = 0; i + 1 < m->rank; i++) {
    const struct kn_axis *a = axis_of(m, m->index[i]);
    if (!a || !a->index)
      return false;
  }
  const struct kn_axis *first = &c->axis[0];
  if (first->index && (first->tap || first->step != 1 || first->first ||
                       first->index->extent != read->tensor->dims[first->dim]))
    return false;
  c->x = (struct kn_factor){
      .tensor = read->tensor, .extent = c->axis[KN_AXES - 1].dim, .k = last, .outer = -1};
  return true;
}

// w: k or the column innermost, and the taps.
static bool match_w(const struct matching *m, const struct kn_expr *read) {
  struct kn_contraction *c = m->c;
  const int last = (int)read->num_args - 1;
  unsigned taps = 0;
  c->w = (struct kn_factor){.tensor = read->tensor, .extent = -1, .k = -1, .outer = -1};
  for (int i = 0; i <= last; i++) {
    const struct kn_index *index = kn_plain_index(read->args[i]);
    if (!index || !index->extent || index->extent != read->tensor->dims[i])
      return false;
    int *at = index == m->index[c->column] ? &c->w.extent : index == c->k ? &c->w.k : NULL;
    for (int a = 0; a < KN_AXES && !at; a++)
      if (c->axis[a].tap == index) {
        at = &c->axis[a].tap_dim;
        taps++;
      }
    if (!at || *at >= 0)
      return false;
    *at = i;
  }
  c->w.turned = c->w.extent == last;
  return c->w.extent >= 0 && c->w.k >= 0 && (c->w.turned || c->w.k == last) &&
         taps + 1 == m->sum->num_indices;
}

// What is outside: nothing, zero, or for integers a number or a scalar argument.
static bool match_pad(struct kn_contraction *c, const struct kn_expr *value) {
  c->pads = true;
  while (value->kind == KN_CAST && value->implicit)
    value = value->args[0];
  if (value->kind == KN_INT || value->kind == KN_UNARY) {
    int64_t number;
    const struct kn_expr *e = value->kind == KN_UNARY ? value->args[0] : value;
    if (value->kind == KN_UNARY && (value->op != KN_NEG || c->is_float))
      return false;
    if (is_number(e, &number) && number == 0)
      return true;
    c->pad = value;
    return e->kind == KN_INT && !c->is_float;
  }
  c->pad = value;
  if (value->kind == KN_FLOAT && value->fval == 0)
    c->pad = NULL;
  return !c->pad || (value->kind == KN_READ && !value->num_args && !c->is_float &&
                     value->tensor->role == KN_INPUT);
}

bool kn_match_window(const struct kn_expr *x, const struct kn_expr *w, const struct kn_expr *sum,
                     struct kn_index *const *index, unsigned rank, struct kn_contraction *c) {
  const struct matching m = {sum, index, rank, c};
  if (x->kind == KN_CALL && x->builtin == KN_PAD) {
    if (!match_pad(c, x->args[1]))
      return false;
    x = x->args[0];
  }
  if (rank < 2 || rank > KN_AXES + 1 || x->kind != KN_READ || x->num_args < 2 ||
      sum->num_indices > 3)
    return false;
  c->column = (int)rank - 1;
  c->row = (int)rank - 2;
  c->m = index[c->row];
  memset(c->axis, 0, sizeof c->axis);
  if (!match_x(&m, x) || !match_w(&m, w))
    return false;
  c->window = true;
  for (int i = 0; i < c->row; i++) {
    const unsigned b = c->num_batch++;
    c->batch[b] = i;
    c->x.batch[b] = axis_of(&m, index[i])->dim;
    c->w.batch[b] = -1;
  }
  return true;
}

uint64_t kn_window_taps(const struct kn_contraction *c) {
  uint64_t taps = 1;
  for (int i = 0; i < KN_AXES; i++)
    taps *= c->axis[i].tap ? (uint64_t)c->axis[i].tap->extent->size : 1;
  return taps;
}

// Do the rows of k of the taps follow each other in w?
bool kn_window_is_dense(const struct kn_contraction *c) {
  int next = c->w.k;
  for (int i = KN_AXES; i-- > 0;)
    if (c->axis[i].tap && c->axis[i].tap_dim != --next)
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Numbers that are subtracted from x
//===----------------------------------------------------------------------===//

// sum (x - z) w = sum x w - z sum w: lines for bias - z sum w, which the sums begin with.
void kn_add_correction(struct rows *r, struct line *l, struct line **at) {
  struct kn_contraction *c = &l->contraction;
  struct kn_index *column = l->index[c->column];
  struct kn_dim *dim = l->target->dims[c->column];
  struct kn_expr *sum = kn_new_expr(r->file, KN_REDUCE, l->value->range);
  *sum = *l->value;
  sum->args = kn_alloc(r->file, sizeof *sum->args);
  sum->args[0] = l->value->args[0]->args[c->w_side];
  struct kn_expr *before = kn_new_expr(r->file, KN_INT, sum->range);
  before->type = KN_I32;
  if (c->bias) {
    before = rows_new_read(r, (struct kn_tensor *)c->bias, sum->range);
    rows_add_index(r, before, column);
  }
  struct kn_expr *of_w =
      rows_insert_line(r, at, l->stmt, T("%s_sum", c->w.tensor->name), sum, 1, &column, &dim);
  of_w = rows_binary(r, KN_MUL, (struct kn_expr *)c->shift, of_w);
  l->correction = rows_insert_line(r, &(*at)->next, l->stmt, T("%s_bias", l->target->name),
                                   rows_binary(r, KN_SUB, before, of_w), 1, &column, &dim);
  c->bias = l->correction->tensor;
}
