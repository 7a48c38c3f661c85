// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions as C.
#include "rows_stretch.h"
#include "rows_value.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

static bool is_float_sum(const struct reduction *d) {
  return kn_type_is_float(d->body) &&
         (d->kind == KN_SUM || d->kind == KN_PROD || d->kind == KN_MEAN);
}

static const char *identity(struct scope *s, const struct reduction *d) {
  bool f = kn_type_is_float(d->type);
  switch (d->kind) {
  case KN_PROD:
    return f ? d->vector ? "1.0f" : "1" : "1";
  case KN_RMAX:
  case KN_ARGMAX:
    return f ? rows_float_constant(s, d->type, -INFINITY).text
             : rows_int_constant(s, d->type, kn_type_min(d->type)).text;
  case KN_RMIN:
  case KN_ARGMIN:
    return f ? rows_float_constant(s, d->type, INFINITY).text
             : rows_int_constant(s, d->type, kn_type_max(d->type)).text;
  case KN_ANY:
    return "false";
  case KN_ALL:
    return "true";
  default:
    return f && d->vector ? "0.0f" : "0";
  }
}

void rows_range(struct scope *s, const struct kn_index *index, const char **lo, const char **hi) {
  const struct line *l = s->line;
  if (s->p->piece && rows_is_summed(s->p, l, index)) {
    const unsigned k = s->p->num_par;
    *lo = T("%s0", s->p->par_name[k]);
    // The C compiler writes loops of as many steps out without a rest.
    *hi = rows_even(s->r, s->p, (int)k) ? T("%s + %d", *lo, (int)s->p->piece)
                                        : T("%s1", s->p->par_name[k]);
    return;
  }
  if (index == l->chunked) {
    const char *part = scope_name(s, l->index[l->chunk_by]);
    const char *chunk = rows_atom(s, rows_plain(l->chunk.text, l->chunk.atom));
    *lo = T("%s * %s", part, chunk);
    *hi = T("kn_least((%s + 1) * %s, %s)", part, chunk, rows_dim(s->r, index->extent).text);
    return;
  }
  if (index->extent) {
    *lo = "0";
    *hi = rows_dim(s->r, index->extent).text;
    return;
  }
  *lo = rows_index_text(s, index->lo);
  *hi = rows_index_text(s, index->hi);
}

// Vectors of floating point look for NaN beside the extreme: in it, it would make a chain.
static bool has_nan(const struct reduction *d) {
  return d->own && kn_type_is_float(d->type) && !d->sizes &&
         (d->place || d->kind == KN_RMAX || d->kind == KN_RMIN);
}

// The greatest abs(...) of some elements: integers compare their bits, which have NaN in place.
static bool are_sizes(const struct scope *s, const struct reduction *d) {
  const struct kn_expr *body = d->e->args[0];
  bool some = d->own && d->own != s->line->chunked;
  for (unsigned i = 0; i < d->e->num_indices; i++)
    some = some && rows_extent(s->line, d->e->indices[i]) > 0;
  return some && d->kind == KN_RMAX && kn_type_is_float(d->type) && body->kind == KN_CALL &&
         body->builtin == KN_ABS;
}

// How many terms a lane adds up at most; -1: only the launch knows, or very many.
static int64_t terms_of_lane(const struct scope *s, const struct reduction *d) {
  int64_t terms = 1;
  for (unsigned i = 0; i < d->e->num_indices; i++) {
    const struct kn_index *index = d->e->indices[i];
    const int64_t n = rows_extent(s->line, index);
    const int64_t each = index == d->own ? (n + s->lanes - 1) / s->lanes + 1 : n;
    if (n < 0 || each > INT32_MAX || terms > INT32_MAX)
      return -1;
    terms *= each;
  }
  return terms;
}

// Do the terms of one lane of a long sum, known to be few, add up to less than 2^31?
static bool stays_in_32(const struct scope *s, const struct reduction *d) {
  const unsigned bits = kn_type_bits(d->e->args[0]->args[0]->type);
  const int64_t terms = terms_of_lane(s, d);
  return bits <= 16 && terms >= 0 && terms < (int64_t)1 << (31 - bits);
}

bool rows_counts(const struct kn_expr *e) {
  const struct kn_expr *body = e->args[0];
  return (e->reduction == KN_SUM || e->reduction == KN_MEAN) && !e->scan && body->kind == KN_CAST &&
         (body->type == KN_I32 || body->type == KN_F32) && body->args[0]->type == KN_BOOL;
}

// The bits of a lane that counts true values: of few a register has many lanes. 0: of the sum's
// type, as any other sum.
static unsigned bits_of_count(const struct scope *s, const struct reduction *d) {
  const int64_t terms = d->vector && rows_counts(d->e) ? terms_of_lane(s, d) : -1;
  return terms < 0 ? 0 : terms <= UINT8_MAX ? 8 : terms <= UINT16_MAX ? 16 : 0;
}

void rows_declare_lanes(struct scope *s, const struct reduction *d, const char *name) {
  const char *start = identity(s, d), *type = rows_vector_type(s, d->type);
  rows_put(s->r, "%s %s = (%s)%s;", type, name, type, *start == '-' ? T("(%s)", start) : start);
}

// Elements of a row behind its last whole vector, if they are added by themselves.
static int64_t rest_of(struct scope *s, const struct reduction *d) {
  const char *lo, *hi;
  const int64_t extent = d->own ? rows_extent(s->line, d->own) : 0;
  if (extent <= s->lanes || rows_is_whole_vectors(s->line, d->own, s->lanes))
    return 0;
  rows_range(s, d->own, &lo, &hi);
  return strcmp(lo, "0") ? 0 : extent % s->lanes;
}

// The rests of several rows have a sum of their own, as short as they are.
static void choose_rest(struct scope *s, struct reduction *d) {
  const int64_t rest = rest_of(s, d);
  if ((d->kind != KN_SUM && d->kind != KN_MEAN) || d->type != KN_F32 || rows_counts(d->e) ||
      d->e->num_indices < 2 || !rest || rest > s->lanes / 2)
    return;
  d->rest = rows_name(s->r, T("%s_rest", d->name));
  d->rest_lanes = rest <= 16 ? 16 : 32;
}

// The product of a sum of products, for a multiply-add; false if it is none.
static bool is_product(const struct kn_expr *e) {
  return e->kind == KN_BINARY && e->op == KN_MUL && e->type == KN_F32;
}

// What is cast, perhaps; NULL: it is computed.
static const struct kn_expr *element(const struct kn_expr *e) {
  e = rows_uncast(e);
  return e->kind == KN_READ ? e : NULL;
}

// Multiply-adds of elements as they are would wait for each other: a second sum takes every other.
static void choose_second(struct scope *s, struct reduction *d) {
  const struct kn_expr *body = d->e->args[0];
  const int64_t extent = d->own ? rows_extent(s->line, d->own) : -1, step = 2 * s->lanes;
  if ((d->kind == KN_SUM || d->kind == KN_MEAN) && d->type == KN_F32 && !d->num_joined &&
      !d->along && d->e->num_indices == 1 && d->own && d->own->extent &&
      d->own != s->line->chunked && extent >= 2 * step && extent % step == 0 && is_product(body) &&
      element(body->args[0]) && element(body->args[1]))
    d->second = rows_name(s->r, d->name);
}

// The step of a vector later.
static void step_second(struct scope *s, const struct reduction *d) {
  struct reduction second = *d;
  second.name = d->second;
  scope_bind(s, d->own, T("(%s + %u)", scope_name(s, d->own), s->lanes));
  rows_step_reduction(s, &second, d->e->args[0]);
  s->num--;
}

void rows_begin_reduction(struct scope *s, struct reduction *d) {
  const char *start = identity(s, d);
  d->count_bits = bits_of_count(s, d);
  if (d->count_bits) {
    const char *type = T("mtia_u%ux%u", d->count_bits, s->lanes);
    rows_put(s->r, "%s %s = (%s)0;", type, d->name, type);
    return;
  }
  if (d->sizes) {
    const unsigned bits = d->type == KN_F16 ? 16 : 32;
    rows_put(s->r, "mtia_u%ux%u %s = (mtia_u%ux%u)0;", bits, s->lanes, d->name, bits, s->lanes);
    return;
  }
  if (d->long_sum) {
    const char *type = d->in_32 ? "mtia_i32" : "kn_i64";
    rows_put(s->r, "%sx%u %s = (%sx%u)0;", type, s->lanes, d->name, type, s->lanes);
    return;
  }
  if (d->two)
    rows_begin_pairs(s, d, start);
  else if (d->vector)
    rows_declare_lanes(s, d, d->name);
  else
    rows_put(s->r, "%s %s = %s;", is_float_sum(d) ? "double" : rows_c_type(d->type), d->name,
             start);
  if (d->second)
    rows_declare_lanes(s, d, d->second);
  if (d->rest) {
    const unsigned lanes = s->lanes;
    s->lanes = d->rest_lanes;
    rows_declare_lanes(s, d, d->rest);
    s->lanes = lanes;
  }
  if (has_nan(d)) {
    d->nan = rows_name(s->r, T("%s_nan", d->name));
    rows_put(s->r, "kn_boolx%u %s = (kn_boolx%u)0;", s->lanes, d->nan, s->lanes);
  }
  if (d->place && d->own && d->one)
    return;
  if (d->place && d->own)
    rows_put(s->r, "mtia_i32x%u %ss = (mtia_i32x%u)(%s);", s->lanes, d->place, s->lanes,
             rows_first_place(s, d->e));
  else if (d->place)
    rows_put(s->r, "int32_t %s = -1;", d->place);
  if (d->counter)
    rows_put(s->r, "long %s = 0;", d->counter);
}

// Is a term 0 in lanes that are not loaded?
static bool is_zero_behind(const struct scope *s, const struct kn_expr *body) {
  if (is_product(body))
    return is_zero_behind(s, body->args[0]) && is_zero_behind(s, body->args[1]);
  if (body->kind != KN_READ || !body->num_args || body->tensor->rows || body->type != KN_F32)
    return false;
  for (unsigned i = 0; i < s->num_variables; i++)
    if (s->variables[i].tensor == body->tensor)
      return false;
  for (unsigned i = 0; i < body->num_args; i++)
    if (rows_depends(body->args[i], s->along) != (i + 1 == body->num_args))
      return false;
  return true;
}

static void step_product(struct scope *s, const struct reduction *d, const struct kn_expr *body) {
  const bool widens = rows_is_widening(s, body);
  const struct kn_expr *x = body->args[0], *y = body->args[1];
  struct value a = rows_value(s, widens ? x->args[0] : x),
               b = rows_value(s, widens ? y->args[0] : y);
  rows_put(s->r, "%s = mtia_madd_f32x%u%s(%s, %s, %s);", d->name, s->lanes, widens ? "_f16" : "",
           d->name, rows_vector(s, a, widens ? KN_F16 : KN_F32),
           rows_vector(s, b, widens ? KN_F16 : KN_F32));
}

// The vector, and 0 in lanes that the mask leaves out.
static const char *or_zero(struct scope *s, enum kn_type type, const char *x, const char *mask) {
  return !mask ? x
               : T("mtia_select_%s(%s, %s, (%s)0)", rows_suffix(s, type, true), mask, x,
                   rows_vector_type(s, type));
}

// Of what is cast to i64.
static void step_long(struct scope *s, const struct reduction *d, const struct kn_expr *from,
                      const char *mask) {
  const char *x = rows_vector(s, rows_value(s, from), from->type);
  rows_put(s->r, "%s += __builtin_convertvector(%s, %sx%u);", d->name,
           or_zero(s, from->type, x, mask), d->in_32 ? "mtia_i32" : "kn_i64", s->lanes);
}

static void step_count(struct scope *s, const struct reduction *d, const struct kn_expr *truth,
                       const char *mask) {
  struct value v = rows_value(s, truth);
  const char *x = rows_vector(s, v, KN_BOOL);
  if (mask)
    x = T("%s & %s", v.atom ? x : T("(%s)", x), mask);
  rows_put(s->r, "%s = kn_count_u%ux%u(%s, %s);", d->name, d->count_bits, s->lanes, d->name, x);
}

// An extreme, a sum or a product; of lanes that the mask leaves out nothing.
static void step_value(struct scope *s, const struct reduction *d, struct value v,
                       const char *mask) {
  const char *n = d->name, *type = rows_suffix(s, d->type, d->vector);
  if (has_nan(d)) {
    const char *x = mask ? T("mtia_select_%s(%s, %s, %s)", type, mask, v.text, n) : v.text;
    rows_put(s->r, "kn_step_%s_%s(&%s, &%s, %s);", d->kind == KN_RMAX ? "max" : "min", type, n,
             d->nan, x);
    return;
  }
  if (d->kind == KN_ANY || d->kind == KN_ALL) {
    if (mask)
      v.text = d->kind == KN_ANY ? T("%s & %s", rows_atom(s, v), mask)
                                 : T("%s | ~%s", rows_atom(s, v), mask);
    rows_put(s->r, "%s %s %s;", n, d->kind == KN_ANY ? "|=" : "&=", v.text);
    return;
  }
  const bool sum = d->kind == KN_SUM || d->kind == KN_MEAN || d->kind == KN_PROD;
  if (mask && sum)
    v.text = T("mtia_select_%s(%s, %s, (%s)%s)", type, mask, v.text, rows_vector_type(s, d->type),
               identity(s, d));
  if (sum && kn_type_is_float(d->type)) {
    rows_put(s->r, "%s %s %s;", n, d->kind == KN_PROD ? "*=" : "+=", v.text);
    return;
  }
  const char *f = d->kind == KN_PROD   ? "mul"
                  : d->kind == KN_RMAX ? "max"
                  : d->kind == KN_RMIN ? "min"
                                       : "add";
  const char *text = T("kn_%s_%s(%s, %s)", f, type, n, v.text);
  if (mask && !sum)
    text = T("mtia_select_%s(%s, %s, %s)", type, mask, text, n);
  rows_put(s->r, "%s = %s;", n, text);
}

void rows_step_reduction(struct scope *s, struct reduction *d, const struct kn_expr *body) {
  const bool adds = d->vector && (d->kind == KN_SUM || d->kind == KN_MEAN);
  // Elements beyond the end must not count.
  const bool tail = d->own && s->count && !(adds && is_zero_behind(s, body));
  const char *mask = tail ? T("mtia_first_maskx%u(%s)", s->lanes, s->count) : NULL;
  if (d->counter)
    rows_put(s->r, "%s++;", d->counter);
  if (d->two) {
    rows_step_pairs(s, d);
  } else if (adds && is_product(body) && !tail) {
    step_product(s, d, body);
  } else if (d->long_sum) {
    step_long(s, d, body->args[0], mask);
  } else if (d->count_bits) {
    step_count(s, d, body->args[0], mask);
  } else if (d->sizes) {
    const char *x = rows_vector(s, rows_value(s, body->args[0]), d->type);
    rows_put(s->r, "kn_step_size_%s(&%s, %s);", rows_suffix(s, d->type, true), d->name,
             or_zero(s, d->type, x, mask));
  } else if (d->group && !d->searches) {
    rows_step_group(s, d, body);
  } else {
    struct value v = rows_value(s, body);
    if (d->place && d->own) {
      rows_step_places(s, d, v, mask);
    } else if (d->place) {
      rows_step_place(s, d, v);
    } else if (is_float_sum(d) && !d->vector) {
      rows_put(s->r, "%s %s (double)%s;", d->name,
               d->kind == KN_PROD ? "*=" : "+=", rows_atom(s, v));
    } else {
      v = rows_convert(s, v, d->body, d->type);
      if (d->vector && !v.vector)
        v = (struct value){rows_vector(s, v, d->type), true, true};
      step_value(s, d, v, mask);
    }
  }
}

int64_t rows_range_size(const struct kn_index *index) {
  if (index->extent)
    return index->extent->size;
  const struct interval lo = rows_interval(index->lo, NULL, 0),
                        hi = rows_interval(index->hi, NULL, 0);
  if (!lo.known || !hi.known || lo.lo != lo.hi || hi.lo != hi.hi)
    return -1;
  return hi.lo > lo.lo ? hi.lo - lo.lo : 0;
}

bool rows_is_written_out(const struct kn_index *index) {
  enum { MOST_TURNS = 16 };
  const int64_t turns = rows_range_size(index);
  return index->reduced && turns >= 0 && turns <= MOST_TURNS;
}

bool rows_is_counted(const struct kn_expr *e) {
  for (unsigned i = 0; i < e->num_indices; i++)
    if (!e->indices[i]->extent && rows_range_size(e->indices[i]) < 0)
      return false;
  return true;
}

// How many values a mean is of, as C; NULL if only counting tells.
static const char *count_text(struct scope *s, const struct kn_expr *e) {
  struct size n = sz_num(s->r->file, 1);
  if (!rows_is_counted(e))
    return NULL;
  for (unsigned i = 0; i < e->num_indices; i++)
    n = sz_mul(s->r->file, n,
               e->indices[i]->extent ? rows_dim(s->r, e->indices[i]->extent)
                                     : sz_num(s->r->file, rows_range_size(e->indices[i])));
  return n.atom ? n.text : T("(%s)", n.text);
}

struct value rows_end_reduction(struct scope *s, struct reduction *d, unsigned lanes) {
  if (d->place)
    return rows_plain(d->place, true);
  if (d->long_sum)
    return rows_plain(
        d->in_32 ? T("__builtin_reduce_add(__builtin_convertvector(%s, kn_i64x%u))", d->name, lanes)
                 : T("__builtin_reduce_add(%s)", d->name),
        true);
  bool vector = d->vector && !d->own;
  const char *text = d->two ? rows_end_pairs(s, d) : d->name;
  if (d->count_bits && vector)
    text = T("__builtin_convertvector(%s, mtia_%sx%u)", text, rows_short_type(d->type), lanes);
  else if (d->count_bits)
    text = T("(%s)mtia_hsum_u%ux%u(%s)", rows_c_type(d->type), d->count_bits, lanes, text);
  else if (d->own) { // one number of the vector's elements
    const char *type = T("%sx%u", rows_short_type(d->type), lanes);
    const char *sum =
        d->rest ? T("kn_join%u_%s(%s, %s)", d->rest_lanes, type, d->name, d->rest) : d->name;
    if (d->kind == KN_ANY || d->kind == KN_ALL)
      text = T("kn_%sx%u(%s)", d->kind == KN_ANY ? "any" : "all", lanes, d->name);
    else if (d->kind == KN_SUM || d->kind == KN_MEAN)
      text = T("%s_%s(%s)",
               d->type != KN_F32 ? "mtia_hsum"
               : d->several      ? "kn_sum"
                                 : "mtia_hsum_any",
               type, sum);
    else if (d->sizes)
      text = T("kn_end_size_%s(%s)", type, d->name);
    else if (has_nan(d))
      text = T("kn_end_%s_%s(%s, %s)", d->kind == KN_RMAX ? "max" : "min", type, d->name, d->nan);
    else
      text = T("mtia_h%s_%s(%s)", d->kind == KN_RMAX ? "max" : "min", type, d->name);
  }
  if (d->kind == KN_MEAN) {
    const char *count = d->counter ? d->counter : count_text(s, d->e);
    if (vector && d->type == KN_F32)
      return (struct value){T("kn_quotient_f32x%u(%s, (float)%s)", lanes, text, count), true, true};
    if (vector)
      return (struct value){T("%s / (float)%s", text, count), false, true};
    return rows_plain(T("(float)(%s / (double)%s)", text, count), false);
  }
  if (is_float_sum(d) && !d->vector)
    return rows_plain(T("(float)%s", text), false);
  return (struct value){text, true, vector};
}

// Would the C compiler write out all turns of a loop, and then keep more than there are registers
// for: of single numbers what an outer loop reads again, of vectors with masks, which the loop is
// around, what they load for the next line?
static bool is_crowded(const struct scope *s, const struct reduction *d,
                       const struct kn_index *index) {
  const int64_t extent = rows_extent(s->line, index);
  const unsigned registers = s->lanes * rows_widest(d->e->args[0]) / 64;
  if (!d->own && !s->along)
    return extent > 16;
  const int64_t own = d->own ? rows_extent(s->line, d->own) : 0;
  const bool masks = d->own ? own >= 0 && own < s->lanes : s->along && s->count;
  return masks && extent > 4 && extent * registers > 16;
}

static void step_joined(struct scope *s, struct reduction *d) {
  rows_step_reduction(s, d, d->e->args[0]);
}

// Are rows so short that the C compiler would write out many of them, with more addresses than core
// 1 has registers for?
static bool has_short_rows(const struct scope *s, const struct reduction *d) {
  const int64_t own = d->own ? rows_extent(s->line, d->own) : 0;
  return own > s->lanes && own <= 4 * s->lanes;
}

static void step(struct scope *s, struct reduction *d) {
  const unsigned variables = s->num_variables;
  if (d->along)
    rows_make_along(s, d);
  rows_step_reduction(s, d, d->e->args[0]);
  s->num_variables = variables;
}

// Adds what is bound: elements behind the last whole vector of a row.
static void step_rest(struct scope *s, struct reduction *d) {
  struct reduction few = *d;
  const unsigned lanes = s->lanes;
  few.name = d->rest ? d->rest : d->name;
  s->lanes = d->rest ? d->rest_lanes : lanes;
  step(s, &few);
  s->lanes = lanes;
}

// Is the body 0 where all that it reads is?
static bool is_zero_of_zeros(const struct kn_expr *e, const struct kn_index *index) {
  if (e->kind == KN_CAST)
    return is_zero_of_zeros(e->args[0], index);
  if (e->kind == KN_BINARY && e->op == KN_MUL)
    return is_zero_of_zeros(e->args[0], index) && is_zero_of_zeros(e->args[1], index);
  return e->kind == KN_READ && rows_depends(e, index);
}

// Behind the end of a row a DMA leaves zeros, which a sum may have, too: up to the end of its last
// vector.
static bool may_read_on(struct scope *s, const struct reduction *d) {
  const int64_t extent = rows_extent(s->line, d->own);
  const int64_t end = (extent + s->lanes - 1) / s->lanes * s->lanes;
  return (d->kind == KN_SUM || d->kind == KN_MEAN) && !d->searches && d->own->extent &&
         extent == d->own->extent->size && extent > 0 && is_zero_of_zeros(d->e->args[0], d->own) &&
         rows_reads_on(s, d->e->args[0], d->own, end);
}

// The loop along the vectors, but for the rest of the row; in stretches if there is room for them.
static void open_vectors(struct scope *s, const struct reduction *d, const char *name,
                         const char *lo, const char *hi, int64_t rest,
                         struct stretches *stretches) {
  const struct kn_expr *body = d->e->args[0];
  const unsigned times = rows_reduction_unroll(d, s->lanes);
  const int64_t extent = rows_extent(s->line, d->own);
  const bool whole = rows_is_whole_vectors(s->line, d->own, s->lanes) ||
                     (!rest && !d->num_joined && may_read_on(s, d));
  // Each would have a mask.
  const bool few = !whole && !rest && extent >= 0 && extent <= 8 * s->lanes;
  if (rest)
    hi = kn_text(s->r->file, "%" PRId64, extent - rest);
  if (stretches)
    rows_open_stretches(s, s->line, stretches, &lo, &hi);
  const bool groups = d->group && !d->searches; // which fill the registers
  const unsigned each = groups ? d->group : d->second ? 2 : 1;
  const bool wide = d->second && rows_bytes(element(body->args[0])->type) > 2;
  if (groups)
    fputs("#pragma clang loop unroll_count(1)\n", s->r->out);
  else
    rows_put_unroll(s->r,
                    few    ? 1
                    : wide ? times / 2
                           : times,
                    extent < 0 || (stretches && stretches->from) ? -1 : extent / (each * s->lanes),
                    each * s->lanes * rows_widest(body));
  rows_put(s->r, "for (long %s = %s; %s < %s; %s += %u) {", name, lo, name, hi, name,
           each * s->lanes);
  s->along = d->own;
  s->few = extent >= 0 && extent <= 8 * s->lanes;
  s->count = whole || rest ? NULL : T("%s - %s", hi, name);
}

// The loop of another index.
static void open_turns(struct scope *s, const struct reduction *d, const struct kn_index *index,
                       const char *name, const char *lo, const char *hi) {
  const struct kn_expr *body = d->e->args[0];
  // The C compiler leaves a loop as it is whose length only data tell, and each load is waited for.
  const bool ragged = s->along && rows_extent(s->line, index) < 0;
  const bool groups = s->along && !s->count && rows_reads_groups(body, s->along, index);
  unsigned times = 1;
  if (ragged)
    times = rows_reduction_unroll(d, s->lanes);
  else if (is_crowded(s, d, index) || has_short_rows(s, d))
    times = 4;
  if (groups) // of which element is known before the program runs
    fputs("#pragma clang loop unroll(full)\n", s->r->out);
  else if (times > 1)
    fprintf(s->r->out, "#pragma clang loop unroll_count(%u)\n", times);
  rows_put(s->r, "for (long %s = %s; %s < %s; %s++) {", name, lo, name, hi, name);
}

// The loops over what is reduced, a step in the innermost one.
static void put_loops(struct scope *s, struct reduction *d) {
  const struct kn_expr *e = d->e;
  int64_t rest = rest_of(s, d);
  unsigned bound = s->num, opened = 0;
  struct stretches stretches = {0};
  const char *names[KN_MAX_RANK];
  for (int pass = 0; pass < 2; pass++) // the vectors' loop is the innermost one
    for (unsigned i = 0; i < e->num_indices; i++) {
      const struct kn_index *index = e->indices[i];
      if ((index == d->own) != (pass == 1))
        continue;
      const char *lo, *hi;
      rows_range(s, index, &lo, &hi);
      if (index == d->two) {
        scope_bind(s, index, lo);
        continue;
      }
      const char *name = rows_name(s->r, index->name);
      names[opened] = name;
      scope_bind(s, index, name);
      // Else it is inside of what goes through the row.
      const bool row = e == s->line->value && s->line->rank == rows_serial(s->p) && !d->searches;
      if (row && index != d->own)
        rows_open_stretches(s, s->line, &stretches, &lo, &hi);
      if (index == d->own)
        open_vectors(s, d, name, lo, hi, rest, row ? &stretches : NULL);
      else
        open_turns(s, d, index, name, lo, hi);
      s->r->indent++;
      opened++;
    }
  step(s, d);
  if (d->second)
    step_second(s, d);
  rows_each_joined(s, d, step_joined);
  while (opened--) {
    s->r->indent--;
    rows_put(s->r, "}");
    rows_release(s->r, names[opened]);
    rows_give_stretches(s, s->line, &stretches, ALL_OF_THEM);
    if (rest) { // behind the last whole vector
      scope_bind(s, d->own, T("%" PRId64, rows_extent(s->line, d->own) - rest));
      s->count = T("%" PRId64, rest);
      s->few = true;
      step_rest(s, d);
      rows_each_joined(s, d, step_rest);
      rest = 0;
    }
  }
  s->num = bound;
}

void rows_set_up_reduction(struct scope *s, struct reduction *d, const struct kn_expr *e,
                           const char *wish) {
  *d = (struct reduction){.e = e, .kind = (enum kn_reduction)e->reduction};
  d->body = e->args[0]->type;
  d->type = e->type;
  if (rows_places_ahead(s, e)) // a later line asks where it is
    d->kind = d->kind == KN_RMAX ? KN_ARGMAX : KN_ARGMIN;
  if (d->kind == KN_ARGMAX || d->kind == KN_ARGMIN) {
    d->type = d->body;
    d->place = rows_name(s->r, wish && (enum kn_reduction)e->reduction == d->kind ? wish : "place");
    wish = NULL;
  }
  d->own = s->along ? NULL : rows_choose_own(s->r, s->p, e, false);
  if (d->own)
    s->lanes = rows_lanes_along(s->line, d->own);
  d->long_sum = d->own && rows_is_long_sum(e);
  d->in_32 = d->long_sum && stays_in_32(s, d);
  if (d->long_sum && !d->in_32 && s->lanes > 32)
    s->lanes = 32;
  d->vector = d->own || rows_body_depends(e, s->along);
  d->two = rows_find_two(s, d);
  if (d->kind == KN_MEAN && !count_text(s, e))
    d->counter = rows_name(s->r, "count");
  d->name =
      rows_name(s->r, wish && !d->own && !is_float_sum(d) && d->kind != KN_MEAN && !rows_counts(e)
                          ? wish
                          : kn_reduction_name(d->kind));
  d->one = d->place && rows_is_one_vector(s, d);
  rows_choose_group(s, d);
  choose_rest(s, d);
  d->sizes = !d->place && are_sizes(s, d);
}

unsigned rows_reduction_registers(const struct scope *s, const struct reduction *d) {
  const unsigned bytes = d->long_sum ? d->in_32 ? 4 : 8 : rows_bytes(d->type);
  const unsigned registers = s->lanes * bytes / 64;
  return (registers ? registers : 1) + (d->nan != NULL);
}

struct value rows_reduce(struct scope *s, const struct kn_expr *e, const char *wish) {
  struct value kept;
  if (rows_is_made(s, e, &kept) || rows_kept(s, e, &kept))
    return kept;
  const unsigned outer_lanes = s->lanes;
  const struct kn_index *outer_along = s->along;
  const char *outer_count = s->count;
  const bool outer_few = s->few;
  struct reduction d;
  rows_set_up_reduction(s, &d, e, wish);
  d.along = e == s->line->value ? rows_made_along(s) : NULL;
  if (d.along)
    rows_comment(s->r, kn_stmt_text(s->r->file, d.along->stmt));
  rows_join_reductions(s, &d);
  choose_second(s, &d);
  rows_begin_reduction(s, &d);
  rows_each_joined(s, &d, rows_begin_reduction);
  put_loops(s, &d);
  if (d.second)
    rows_put(s->r, "%s += %s;", d.name, d.second);
  if (d.place && d.own) {
    rows_put_place(s, &d, put_loops);
    rows_keep_places(s, &d);
  }
  const unsigned lanes = s->lanes;
  s->along = NULL;
  rows_each_joined(s, &d, rows_keep_joined);
  s->lanes = outer_lanes;
  s->along = outer_along;
  s->count = outer_count;
  s->few = outer_few;
  const bool ahead = d.kind != (enum kn_reduction)e->reduction; // its place is a later line's
  return ahead ? rows_extreme(s, d.most, d.nan, d.type, lanes) : rows_end_reduction(s, &d, lanes);
}
