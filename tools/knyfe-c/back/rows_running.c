// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running reductions as C: y[m, n] = sum[j in lo..n + 1] ... takes what it needs beyond y[m, n -
// 1].
//
// Sums go by vectors. 128 elements that lie in memory as they are, by their places in runs of 8: a
// load of segments makes of them 8 vectors, which are added up one onto the other, then the sums of
// the 16 runs. Other terms 16 at a time, in four steps. A second sum of the same terms that ends
// an element earlier or later is made in the same loop.
#include "rows_stretch.h"
#include "rows_value.h"

#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

bool rows_is_running(const struct line *l) {
  const struct kn_expr *e = l->value;
  if (!l->rank || !e || e->kind != KN_REDUCE || e->num_indices != 1 || e->indices[0]->extent)
    return false;
  const struct kn_index *last = l->index[l->rank - 1], *j = e->indices[0];
  switch ((enum kn_reduction)e->reduction) {
  case KN_SUM:
  case KN_PROD:
  case KN_RMAX:
  case KN_RMIN:
  case KN_ANY:
  case KN_ALL:
    return rows_depends(j->lo, last) == 0 && rows_depends(j->hi, last) == 1 &&
           rows_depends(e->args[0], last) == 0;
  default:
    return false;
  }
}

// One element after the other, all terms up to its own.
static void run_by_numbers(struct scope *s, const struct line *l, struct reduction *d,
                           const char *j, const char *n, const char *lo, const char *hi,
                           rows_put_element *put) {
  struct rows *r = s->r;
  rows_put(r, "for (long %s = %s; %s < %s; %s++) {", n, lo, n, hi, n);
  r->indent++;
  rows_put(r, "for (; %s < %s; %s++) {", j, rows_index_text(s, d->e->indices[0]->hi), j);
  r->indent++;
  rows_step_reduction(s, d, d->e->args[0]);
  r->indent--;
  rows_put(r, "}");
  put(s, l, rows_end_reduction(s, d, 0));
  r->indent--;
  rows_put(r, "}");
}

//===----------------------------------------------------------------------===//
// Sums by vectors
//===----------------------------------------------------------------------===//

// e = index + constant.
static bool is_behind(const struct kn_expr *e, const struct kn_index *index, int64_t *constant) {
  e = rows_uncast(e);
  *constant = 0;
  if (e->kind == KN_INDEX)
    return e->index == index;
  const struct kn_expr *number = e->num_args == 2 ? rows_uncast(e->args[1]) : NULL;
  if (e->kind != KN_BINARY || (e->op != KN_ADD && e->op != KN_SUB) || number->kind != KN_INT)
    return false;
  *constant = e->op == KN_ADD ? number->ival : -number->ival;
  e = rows_uncast(e->args[0]);
  return e->kind == KN_INDEX && e->index == index;
}

// The terms are elements that lie side by side, as they are.
static bool is_plain(const struct line *l) {
  const struct kn_expr *e = l->value, *body = e->args[0];
  if (body->kind != KN_READ || !body->num_args || body->tensor->rows || body->type != e->type ||
      e->type != l->target->type)
    return false;
  for (unsigned i = 0; i + 1 < body->num_args; i++)
    if (rows_depends(body->args[i], e->indices[0]))
      return false;
  return kn_plain_index(body->args[body->num_args - 1]) == e->indices[0];
}

// Do both add up the same elements of the same row?
static bool same_terms(const struct line *a, const struct line *b) {
  const struct kn_expr *x = a->value->args[0], *y = b->value->args[0];
  if (!is_plain(a) || !is_plain(b) || x->tensor != y->tensor || a->rank != b->rank || a->part ||
      b->part || a->target->dims[a->rank - 1] != b->target->dims[a->rank - 1])
    return false;
  for (unsigned i = 0; i + 1 < x->num_args; i++) {
    bool same = false;
    for (unsigned k = 0; k < a->rank; k++)
      same = same || (kn_plain_index(x->args[i]) == a->index[k] &&
                      kn_plain_index(y->args[i]) == b->index[k]);
    if (!same)
      return false;
  }
  const struct kn_expr *lo = rows_uncast(a->value->indices[0]->lo),
                       *other = rows_uncast(b->value->indices[0]->lo);
  return lo->kind == KN_INT && other->kind == KN_INT && lo->ival == other->ival;
}

static bool by_vectors(struct rows *r, struct phase *p, const struct line *l) {
  const struct kn_expr *e = l->value;
  return e->reduction == KN_SUM && (e->type == KN_I32 || e->type == KN_F32) &&
         rows_body_depends(e, e->indices[0]) &&
         rows_expr_vectorises(r, p, e->args[0], e->indices[0], false) &&
         !rows_count_gathers(e->args[0], e->indices[0]);
}

// Sums from the row's first element up to `behind` elements behind its own, if they can be made in
// stretches; -1: they can't.
static int64_t sums_from_first(struct rows *r, struct phase *p, const struct line *l) {
  int64_t behind;
  if (!rows_is_running(l) || l->part || !by_vectors(r, p, l) || !is_plain(l))
    return -1;
  const struct kn_index *j = l->value->indices[0];
  const struct kn_expr *lo = rows_uncast(j->lo);
  const bool fits = lo->kind == KN_INT && !lo->ival &&
                    is_behind(j->hi, l->index[l->rank - 1], &behind) &&
                    (behind == 0 || behind == 1);
  return fits ? behind : -1;
}

bool rows_runs_in_order(struct rows *r, struct phase *p, const struct line *l) {
  const int64_t behind = sums_from_first(r, p, l);
  if (behind)
    return behind == 1;
  // Without its own element, only beside the one that has it.
  unsigned num[2] = {0, 0};
  for (const struct line *k = p->lines; k; k = k->next) {
    const int64_t other = sums_from_first(r, p, k);
    if (other >= 0 && same_terms(l, k))
      num[other]++;
  }
  return num[0] == 1 && num[1] == 1;
}

// A line of the phase behind this one whose sums end `apart` elements later, -1 or 1; NULL: none.
static struct line *neighbour(struct scope *s, const struct line *l, int64_t *apart) {
  int64_t end, other;
  const struct kn_index *n = l->index[l->rank - 1];
  if (!by_vectors(s->r, s->p, l) || !is_behind(l->value->indices[0]->hi, n, &end))
    return NULL;
  for (struct line *k = l->next; k; k = k->next) {
    if (!rows_is_running(k) || (k->made_with && k->made_with != l) || !by_vectors(s->r, s->p, k) ||
        !same_terms(l, k) || !is_behind(k->value->indices[0]->hi, k->index[k->rank - 1], &other))
      continue;
    *apart = other - end;
    if (*apart == 1 || *apart == -1)
      return k;
  }
  return NULL;
}

// The element of a line at the current indices, if it is in one place only.
static const char *place_of(struct scope *s, const struct line *l, const char *n) {
  const struct local *v = rows_local(s->p, l->target);
  if (v && v->array && rows_operand(s->p, l->target))
    return NULL;
  scope_bind(s, l->index[l->rank - 1], n);
  const char *at = rows_element(s, l, NULL);
  s->num--;
  return at;
}

struct sums {
  const struct line *line, *before; // before: ends an element earlier, or NULL
  const char *type, *carry, *j, *n, *hi, *end;
  rows_put_element *put;
};

static void put_both(struct scope *s, const struct sums *u, struct value v, struct value before) {
  scope_bind(s, u->line->index[u->line->rank - 1], u->n);
  u->put(s, u->line, v);
  if (u->before) {
    scope_bind(s, u->before->index[u->before->rank - 1], u->n);
    u->put(s, u->before, before);
    s->num--;
  }
  s->num--;
}

// What the first element of the tile has beyond its own term.
static void put_earlier(struct scope *s, const struct sums *u) {
  struct rows *r = s->r;
  const struct kn_expr *e = u->line->value;
  const char *earlier = rows_name(r, "earlier");
  s->lanes = 64;
  s->along = e->indices[0];
  s->count = T("%s - 1 - %s", u->end, u->j);
  rows_put(r, "if (%s < %s) { // what other tiles have", u->n, u->hi);
  r->indent++;
  rows_put(r, "mtia_%sx64 %s = (mtia_%sx64)0;", u->type, earlier, u->type);
  rows_put(r, "for (; %s < %s - 1; %s += 64) {", u->j, u->end, u->j);
  r->indent++;
  struct value v = rows_convert(s, rows_value(s, e->args[0]), e->args[0]->type, e->type);
  const char *x = T("mtia_select_%sx64(mtia_first_maskx64(%s), %s, (mtia_%sx64)0)", u->type,
                    s->count, rows_vector(s, v, e->type), u->type);
  if (e->type == KN_F32)
    rows_put(r, "%s += %s;", earlier, x);
  else
    rows_put(r, "%s = kn_add_i32x64(%s, %s);", earlier, earlier, x);
  r->indent--;
  rows_put(r, "}");
  rows_put(r, "%s = %s - 1;", u->j, u->end);
  rows_put(r, "%s = (mtia_%sx16)%s_%sx64(%s);", u->carry, u->type,
           *u->type == 'f' ? "mtia_hsum_any" : "mtia_hsum", u->type, earlier);
  r->indent--;
  rows_put(r, "}");
  s->along = NULL;
  s->count = NULL;
  rows_release(r, earlier);
}

enum { RUNS = 128 };

// 128 elements at a time, if they can be read and stored as they are. Are these all, where each of
// the loop's rows is `whole` runs?
static bool put_runs(struct scope *s, const struct sums *u, bool whole) {
  struct rows *r = s->r;
  const char *to = is_plain(u->line) ? place_of(s, u->line, u->n) : NULL;
  const char *shifted = to && u->before ? place_of(s, u->before, u->n) : NULL;
  if (!to || (u->before && !shifted))
    return false;
  const char *from = rows_element(s, u->line, u->line->value->args[0]);
  rows_put(r, "for (; %s + 128 <= %s; %s += 128, %s += 128)", u->n, u->hi, u->n, u->j);
  r->indent++;
  if (shifted)
    rows_put(r, "kn_running_both_%sx128(%s, %s, %s, &%s);", u->type, from, to, shifted, u->carry);
  else
    rows_put(r, "kn_running_runs_%sx128(%s, %s, &%s);", u->type, from, to, u->carry);
  r->indent--;
  return whole;
}

static void put_rest(struct scope *s, const struct sums *u) {
  struct rows *r = s->r;
  const struct kn_expr *e = u->line->value;
  const struct kn_index *index = e->indices[0];
  fputs("#pragma clang loop unroll_count(4)\n", r->out);
  rows_put(r, "for (; %s < %s; %s += 16, %s += 16) {", u->n, u->hi, u->n, u->j);
  r->indent++;
  s->lanes = 16;
  s->along = index;
  s->count = T("%s - %s", u->hi, u->n);
  struct value v = rows_convert(s, rows_value(s, e->args[0]), e->args[0]->type, e->type);
  const char *running = rows_name(r, "running");
  rows_put(r, "const mtia_%sx16 %s = kn_running_%sx16(%s, %s);", u->type, running, u->type,
           rows_vector(s, v, e->type), u->carry);
  s->along = u->line->index[u->line->rank - 1];
  scope_bind(s, s->along, u->n);
  u->put(s, u->line, (struct value){running, true, true});
  s->num--;
  if (u->before) {
    s->along = u->before->index[u->before->rank - 1];
    scope_bind(s, s->along, u->n);
    u->put(s, u->before,
           (struct value){T("kn_shifted_%sx16(%s, %s)", u->type, u->carry, running), true, true});
    s->num--;
  }
  rows_put(r, "%s = kn_last_%sx16(%s);", u->carry, u->type, running);
  s->along = NULL;
  s->count = NULL;
  rows_release(r, running);
  r->indent--;
  rows_put(r, "}");
}

static void run_by_vectors(struct scope *s, const struct line *l, const struct line *before,
                           const char *n, const char *lo, const char *hi, rows_put_element *put) {
  struct rows *r = s->r;
  const struct kn_expr *e = l->value;
  const struct kn_index *index = e->indices[0];
  const unsigned bound = s->num;
  struct sums u = {
      .line = l, .before = before, .type = kn_type_name(e->type), .n = n, .hi = hi, .put = put};
  u.carry = rows_name(r, "before");
  u.j = rows_name(r, index->name);
  rows_put(r, "mtia_%sx16 %s = (mtia_%sx16)0; // the sum so far", u.type, u.carry, u.type);
  const char *first = rows_index_text(s, index->lo);
  rows_put(r, "long %s = %s, %s = %s;", u.j, first, u.n, lo);
  scope_bind(s, l->index[l->rank - 1], u.n);
  scope_bind(s, index, u.j);
  u.end = rows_index_text(s, index->hi);
  int64_t behind;
  const bool whole = !strcmp(lo, "0") && !strcmp(first, "0") &&
                     is_behind(index->hi, l->index[l->rank - 1], &behind) && behind == 1;
  if (!whole) {
    rows_put(r, "for (; %s < %s && %s <= %s; %s++) { // nothing to add up yet", n, hi, u.end, first,
             n);
    r->indent++;
    put_both(s, &u, rows_plain("0", true), rows_plain("0", true));
    r->indent--;
    rows_put(r, "}");
  }
  if (!whole)
    put_earlier(s, &u);
  struct stretches stretches = {0};
  if (whole)
    rows_open_stretches(s, s->line, &stretches, &lo, &u.hi);
  if (stretches.from) {
    rows_put(r, "%s = %s;", u.j, lo);
    rows_put(r, "%s = %s;", u.n, lo);
  }
  const int64_t extent = l->target->dims[l->rank - 1]->size;
  const bool runs = whole && s->p->uncut && extent >= 0 && extent % RUNS == 0;
  if (!put_runs(s, &u, runs))
    put_rest(s, &u);
  rows_give_stretches(s, s->line, &stretches, ALL_OF_THEM);
  s->num = bound;
  rows_release(r, u.j);
  rows_release(r, u.carry);
}

static void run(struct scope *s, const struct line *l, const char *n, const char *lo,
                const char *hi, rows_put_element *put) {
  const struct kn_expr *e = l->value;
  struct reduction d = {.e = e, .kind = (enum kn_reduction)e->reduction, .body = e->args[0]->type};
  d.type = e->type;
  d.name = rows_name(s->r, kn_reduction_name(d.kind));
  rows_begin_reduction(s, &d);
  const struct kn_index *index = e->indices[0];
  const char *j = rows_name(s->r, index->name);
  rows_put(s->r, "long %s = %s;", j, rows_index_text(s, index->lo));
  scope_bind(s, l->index[l->rank - 1], n);
  scope_bind(s, index, j);
  run_by_numbers(s, l, &d, j, n, lo, hi, put);
  rows_release(s->r, j);
  rows_release(s->r, d.name);
}

void rows_running(struct scope *s, const struct line *l, const char *n, const char *lo,
                  const char *hi, rows_put_element *put) {
  int64_t apart = 0;
  struct line *other = neighbour(s, l, &apart);
  if (other) {
    for (unsigned i = 0; i + 1 < other->rank; i++)
      scope_bind(s, other->index[i], scope_name(s, l->index[i]));
    other->made_with = l;
    rows_comment(s->r, kn_stmt_text(s->r->file, other->stmt));
  }
  rows_put(s->r, "{");
  s->r->indent++;
  if (by_vectors(s->r, s->p, l))
    run_by_vectors(s, apart == 1 ? other : l, apart == 1 ? l : other, n, lo, hi, put);
  else
    run(s, l, n, lo, hi, put);
  s->r->indent--;
  rows_put(s->r, "}");
}
