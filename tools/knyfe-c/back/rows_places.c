// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// argmax and argmin as C. Vectors keep the greatest element of each lane and the place of its
// vector, or of a group of vectors, the first of which with the greatest element is gone through
// once more; NaN, which beats all, is looked for beside it and searched for only if there is one.
//
// max of the same elements is the same loop: whichever line comes first makes it for both.
#include "rows_value.h"

#define T(...) kn_text(s->r->file, __VA_ARGS__)

// Where the first element is, counted through all indices of the reduction.
const char *rows_first_place(struct scope *s, const struct kn_expr *e) {
  if (e->indices[0] != s->line->chunked)
    return "0";
  struct size n = sz_num(s->r->file, 1);
  const char *lo, *hi;
  rows_range(s, e->indices[0], &lo, &hi);
  for (unsigned i = 1; i < e->num_indices; i++)
    n = sz_mul(s->r->file, n, rows_dim(s->r, e->indices[i]->extent));
  return sz_mul(s->r->file, (struct size){lo, 0, false, false}, n).text;
}

// Where an element is, counted through all indices of the reduction.
static struct value place_of(struct scope *s, const struct kn_expr *e) {
  struct value at = rows_plain(scope_name(s, e->indices[0]), true);
  for (unsigned i = 1; i < e->num_indices; i++) {
    struct size n = rows_dim(s->r, e->indices[i]->extent);
    at = rows_plain(T("%s * %s + %s", rows_atom(s, at), n.atom ? n.text : T("(%s)", n.text),
                      scope_name(s, e->indices[i])),
                    false);
  }
  return at;
}

void rows_step_place(struct scope *s, struct reduction *d, struct value v) {
  const char *op = d->kind == KN_ARGMAX ? ">" : "<";
  const char *x = rows_name(s->r, "value");
  rows_put(s->r, "const %s %s = %s;", rows_c_type(d->type), x, v.text);
  // The first of equals; the first NaN beats everything.
  const char *nan =
      kn_type_is_float(d->type) ? T(" || (%s != %s && %s == %s)", x, x, d->name, d->name) : "";
  rows_put(s->r, "if (%s < 0 || %s %s %s%s) {", d->place, x, op, d->name, nan);
  s->r->indent++;
  rows_put(s->r, "%s = %s;", d->name, x);
  struct value at = place_of(s, d->e);
  rows_put(s->r, "%s = (int32_t)%s;", d->place, rows_atom(s, at));
  s->r->indent--;
  rows_put(s->r, "}");
}

bool rows_is_one_vector(const struct scope *s, const struct reduction *d) {
  const struct kn_index *index = d->e->indices[0];
  return d->own && d->own != s->line->chunked && d->e->num_indices == 1 && index->extent &&
         index->extent->size >= 0 && index->extent->size <= s->lanes;
}

void rows_choose_group(const struct scope *s, struct reduction *d) {
  enum { GROUP = 4 };
  const struct kn_index *index = d->own;
  if (!d->place || !index || d->one || d->e->num_indices != 1 || index == s->line->chunked)
    return;
  const int64_t extent = rows_extent(s->line, index), step = GROUP * s->lanes;
  if (index->extent && extent >= 2 * step && extent % step == 0)
    d->group = GROUP;
}

static const char *kind_of(const struct reduction *d) {
  return d->kind == KN_ARGMAX ? "max" : "min";
}

// A variable for a vector of elements, among which NaN is looked for.
static const char *keep_value(struct scope *s, const struct reduction *d, const char *x) {
  const char *value = rows_name(s->r, "value");
  rows_put(s->r, "const %s %s = %s;", rows_vector_type(s, d->type), value, x);
  if (d->nan)
    rows_put(s->r, "kn_nan_%s(&%s, %s);", rows_suffix(s, d->type, true), d->nan, value);
  return value;
}

// The extremes of each lane and their places.
static void step_arg(struct scope *s, const struct reduction *d, const char *best,
                     const char *places, const char *x, const char *at) {
  rows_put(s->r, "kn_arg%s_%s(&%s, &%s, %s, %s);", kind_of(d), rows_suffix(s, d->type, true), best,
           places, x, at);
}

void rows_step_group(struct scope *s, struct reduction *d, const struct kn_expr *body) {
  const char *first = scope_name(s, d->own), *at = place_of(s, d->e).text, *most = NULL;
  for (unsigned i = 0; i < d->group; i++) {
    scope_bind(s, d->own, i ? T("(%s + %u)", first, i * s->lanes) : first);
    const char *value = keep_value(s, d, rows_vector(s, rows_value(s, body), d->type));
    most = most ? T("mtia_%s_%s(%s, %s)", kind_of(d), rows_suffix(s, d->type, true), most, value)
                : value;
    s->num--;
  }
  step_arg(s, d, d->name, T("%ss", d->place), most, at);
}

void rows_step_places(struct scope *s, struct reduction *d, struct value v, const char *mask) {
  const char *type = rows_suffix(s, d->type, true), *vector = rows_vector_type(s, d->type);
  const char *at = place_of(s, d->e).text, *x = rows_vector(s, v, d->type);
  if (mask) // beyond the end nothing is better
    x = T("mtia_select_%s(%s, %s, %s)", type, mask, x, d->searches ? T("(%s)0", vector) : d->name);
  if (d->searches) {
    rows_put(s->r, "kn_first_nan_%s(&%s, %s, %s);", type, d->place, x, at);
    return;
  }
  if (d->one && d->nan) {
    rows_put(s->r, "kn_step_%s_%s(&%s, &%s, %s);", kind_of(d), type, d->name, d->nan, x);
    return;
  }
  if (d->one) {
    rows_put(s->r, "%s = mtia_%s_%s(%s, %s);", d->name, kind_of(d), type, d->name, x);
    return;
  }
  if (d->nan)
    x = keep_value(s, d, x);
  step_arg(s, d, d->name, T("%ss", d->place), x, at);
}

// The place in the first group with the extreme: d->place is that of its first vector and some
// lane.
static void put_place_in_group(struct scope *s, struct reduction *d) {
  struct rows *r = s->r;
  const unsigned size = d->group * s->lanes;
  const char *index = rows_name(r, d->own->name), *group = rows_name(r, "group");
  const char *best = rows_name(r, "best");
  rows_put(r, "const long %s = %s & -%u;", group, d->place, size);
  rows_declare_lanes(s, d, best);
  rows_put(r, "mtia_i32x%u %ss = (mtia_i32x%u)0;", s->lanes, best, s->lanes);
  rows_put(r, "for (long %s = %s; %s < %s + %u; %s += %u) {", index, group, index, group, size,
           index, s->lanes);
  r->indent++;
  scope_bind(s, d->own, index);
  const char *x = rows_vector(s, rows_value(s, d->e->args[0]), d->type);
  step_arg(s, d, best, T("%ss", best), x, place_of(s, d->e).text);
  s->num--;
  r->indent--;
  rows_put(r, "}");
  rows_put(r, "%s = kn_end_place_%s(%s, %s, %ss);", d->place, rows_suffix(s, d->type, true), best,
           d->most, best);
}

// All places: -1 where there are none.
static const char *end_text(struct scope *s, const struct reduction *d) {
  struct size n = sz_num(s->r->file, 1);
  for (unsigned i = 0; i < d->e->num_indices; i++)
    n = sz_mul(s->r->file, n, rows_dim(s->r, d->e->indices[i]->extent));
  const char *type = rows_suffix(s, d->type, true);
  const char *end = d->one ? T("kn_place_%s(%s, %s)", type, d->name, d->most)
                           : T("kn_end_place_%s(%s, %s, %ss)", type, d->name, d->most, d->place);
  if (n.known && n.value > 0)
    return end;
  const struct kn_index *first = d->e->indices[0];
  const char *lo, *hi;
  rows_range(s, first, &lo, &hi);
  return first == s->line->chunked
             ? T("%s > %s ? %s : -1", hi, lo, end)
             : T("%s > 0 ? %s : -1", n.atom ? n.text : T("(%s)", n.text), end);
}

void rows_put_place(struct scope *s, struct reduction *d, put_reduction *loops) {
  const char *type = rows_suffix(s, d->type, true);
  d->most = rows_name(s->r, T("%s_%s", d->name, d->kind == KN_ARGMAX ? "most" : "least"));
  rows_put(s->r, "const %s %s = mtia_h%s_%s(%s);", rows_c_type(d->type), d->most,
           d->kind == KN_ARGMAX ? "max" : "min", type, d->name);
  rows_put(s->r, "%sint32_t %s = %s;", d->nan || d->group ? "" : "const ", d->place,
           end_text(s, d));
  if (d->group)
    put_place_in_group(s, d);
  if (!d->nan)
    return;
  rows_put(s->r, "if (kn_any_nan_%s(%s)) { // the first one", type, d->nan);
  s->r->indent++;
  rows_put(s->r, "%s = -1;", d->place);
  d->searches = true;
  loops(s, d);
  d->searches = false;
  s->r->indent--;
  rows_put(s->r, "}");
}

//===----------------------------------------------------------------------===//
// The extreme and its place
//===----------------------------------------------------------------------===//

// Reductions of the lines `a` and `b`: the same indices of their rows, and of what is reduced.
static bool same_index(const struct line *a, const struct kn_index *x, const struct line *b,
                       const struct kn_index *y) {
  for (unsigned i = 0; i < a->rank; i++)
    if (x == a->index[i])
      return y == b->index[i];
  return x == a->value->indices[0] ? y == b->value->indices[0] : x == y;
}

static bool same(const struct line *a, const struct kn_expr *x, const struct line *b,
                 const struct kn_expr *y) {
  if (!x || !y)
    return x == y;
  if (x->kind != y->kind || x->type != y->type || x->op != y->op || x->builtin != y->builtin ||
      x->round_away != y->round_away || x->ival != y->ival || x->fval != y->fval ||
      x->tensor != y->tensor || x->dim != y->dim || x->num_args != y->num_args ||
      x->kind == KN_REDUCE)
    return false;
  if (x->kind == KN_INDEX)
    return same_index(a, x->index, b, y->index);
  for (unsigned i = 0; i < x->num_args; i++)
    if (!same(a, x->args[i], b, y->args[i]))
      return false;
  return true;
}

// A number of a row, made by vectors along the one index that is reduced.
static bool is_candidate(struct scope *s, const struct line *l) {
  const struct kn_expr *e = l->value;
  return l->reduces && l->rank == rows_serial(s->p) && !l->part && !l->copies_part && !l->chunked &&
         !l->blocks && e->kind == KN_REDUCE && e->num_indices == 1 && e->indices[0]->extent &&
         rows_choose_own(s->r, s->p, e, false);
}

static bool same_elements(const struct line *a, const struct line *b) {
  return a->rank == b->rank && a->value->indices[0]->extent == b->value->indices[0]->extent &&
         same(a, a->value->args[0], b, b->value->args[0]);
}

static enum kn_reduction with_place(const struct kn_expr *e) {
  return e->reduction == KN_RMAX   ? KN_ARGMAX
         : e->reduction == KN_RMIN ? KN_ARGMIN
                                   : (enum kn_reduction)e->reduction;
}

bool rows_places_ahead(struct scope *s, const struct kn_expr *e) {
  const struct line *l = s->line;
  if (s->along || e != l->value || (e->reduction != KN_RMAX && e->reduction != KN_RMIN) ||
      !is_candidate(s, l))
    return false;
  for (const struct line *k = l->next; k; k = k->next)
    if (is_candidate(s, k) && (enum kn_reduction)k->value->reduction == with_place(e) &&
        same_elements(l, k))
      return true;
  return false;
}

void rows_keep_places(struct scope *s, const struct reduction *d) {
  if (s->num_places < sizeof s->places / sizeof *s->places && d->e == s->line->value &&
      is_candidate(s, s->line))
    s->places[s->num_places++] =
        (struct reduced){s->line, d->kind, d->most, d->nan, d->place, s->lanes};
}

struct value rows_extreme(struct scope *s, const char *most, const char *nan, enum kn_type type,
                          unsigned lanes) {
  const char *name = rows_short_type(type);
  return rows_plain(
      nan ? T("kn_or_nan_%s(%s, kn_any_nan_%sx%u(%s))", name, most, name, lanes, nan) : most, true);
}

bool rows_kept(struct scope *s, const struct kn_expr *e, struct value *v) {
  if (s->along || e != s->line->value || !s->num_places || !is_candidate(s, s->line))
    return false;
  for (unsigned i = 0; i < s->num_places; i++) {
    const struct reduced *k = &s->places[i];
    if (k->kind != with_place(e) || !same_elements(k->line, s->line))
      continue;
    *v = k->kind == (enum kn_reduction)e->reduction
             ? rows_plain(k->place, true)
             : rows_extreme(s, k->most, k->nan, e->args[0]->type, k->lanes);
    return true;
  }
  return false;
}
