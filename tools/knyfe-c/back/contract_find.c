// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of a row program: which lines become one. A product is a phase of its own; what can
// leave with the sums is taken into it. Lines are taken apart for it:
//
//   sum[k] f32(f16(e)) * f32(w)   e becomes a tensor of f16, computed before the product
//   sum[k] f32(x) * f32(i)        integers of 8 bits beside floating point become f16, exactly
//   y = f16(silu(sums) * u)       silu(sums) leaves with the sums, y reads that
#include "decide.h"
#include "internal.h"
#include "rows_block.h"

#include <mtia/knyfe_plan.h>

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

// Among other statements there is a barrier more, and results go through memory.
enum { BARRIER = 600 };

struct uses {
  const struct kn_tensor *tensor;
  unsigned num;
};

static bool count_use(struct kn_expr *e, void *data) {
  struct uses *u = data;
  u->num += e->kind == KN_READ && e->tensor == u->tensor;
  return true;
}

static unsigned uses_of(const struct line *l, const struct kn_tensor *t) {
  struct uses u = {t, 0};
  kn_walk(l->value, count_use, &u);
  if (l->leaving)
    kn_walk(l->leaving, count_use, &u);
  if (l->correction)
    kn_walk(l->correction, count_use, &u);
  for (unsigned i = 0; l->scatter && i < l->stmt->rank; i++)
    kn_walk(l->stmt->subscripts[i], count_use, &u);
  return u.num;
}

struct line **kn_only_reader(struct rows *r, struct line *l) {
  struct line **reader = NULL;
  for (struct line **at = &l->next; *at; at = &(*at)->next)
    if (uses_of(*at, l->target)) {
      if (reader || uses_of(*at, l->target) != 1)
        return NULL;
      reader = at;
    }
  struct line *e = reader ? *reader : NULL;
  if (!e || l->target->role != KN_LOCAL || e->part || e->scatter || e->reduces ||
      e->rank != l->rank ||
      (e->stmt != l->stmt && kn_decided_unit(r->kernel, e->stmt->target) == KN_UNIT_CORE))
    return NULL;
  for (unsigned i = 0; i < l->rank; i++)
    if (e->target->dims[i] != l->target->dims[i] || !e->index[i]->extent)
      return NULL;
  return reader;
}

// Of a line that cannot leave with the sums as a whole: the largest part that can, which is more
// than the sums themselves.
static struct kn_expr **find_leaving(const struct line *l, struct line *reader, struct kn_expr **e,
                                     struct kn_contraction *c) {
  struct uses u = {l->target, 0};
  kn_walk(*e, count_use, &u);
  if (u.num == 0 || (*e)->kind == KN_READ || (*e)->kind == KN_REDUCE)
    return NULL;
  if (kn_match_leaving(*e, l->target, reader->index, reader->rank, c))
    return e;
  for (unsigned i = 0; i < (*e)->num_args; i++) {
    struct kn_expr **found = (*e)->args[i] ? find_leaving(l, reader, &(*e)->args[i], c) : NULL;
    if (found)
      return found;
  }
  return NULL;
}

// Makes a line of its own, in front of the reader, of that part.
static struct line **take_leaving(struct rows *r, struct line *l, struct line **reader,
                                  struct kn_contraction *c) {
  struct line *e = *reader;
  struct kn_expr **part = find_leaving(l, e, &e->value, c);
  if (!part)
    return NULL;
  *part = rows_insert_line(r, reader, e->stmt, T("%s_out", l->target->name), *part, e->rank,
                           e->index, e->target->dims);
  return reader;
}

// Is it sooner done on the matrix units? Core 1 takes 0.4 to 0.7 cycles for a product of 8-bit
// numbers, all PEs together (with unit(acc) = core: 8 x 512 x 64 takes 3834 cycles on 64 PEs,
// 128 x 64 x 128 7728; on the matrix units 1271 and 1286).
bool kn_is_worth(const struct rows *r, const struct line *l, uint64_t more) {
  const struct kp_shape s = kn_product_shape(r, l);
  if (!s.batch || !s.m || !s.n || !s.k)
    return false;
  const struct kp_plan p = kp_search(&s);
  uint64_t products = s.batch * s.m * s.n * s.k / (l->contraction.is_float ? 2 : 1);
  uint64_t pes = kp_min((uint64_t)s.rows * s.columns, s.batch * s.m * ((s.n + 15) / 16));
  return products * 2 / (5 * pes) > p.cycles + more;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

// The type that the DPE could take the operand `e` of a product with sums of type `sum` in, beside
// `other`; `e` is not an element of a tensor of that type. KN_NUM_TYPES: none.
static enum kn_type operand_type(const struct kn_expr *e, const struct kn_expr *other,
                                 enum kn_type sum) {
  if (e->kind != KN_CAST || e->type != sum)
    return KN_NUM_TYPES;
  enum kn_type type = e->args[0]->type;
  bool narrow = type == KN_I8 || type == KN_U8 || type == KN_I4;
  if (sum == KN_F32 && narrow) // exact in f16 and in bf16
    return other->kind == KN_CAST && other->args[0]->type == KN_BF16 ? KN_BF16 : KN_F16;
  if (sum == KN_I32 && type == KN_I4)
    return KN_I8;
  bool taken = sum == KN_F32 ? type == KN_F16 || type == KN_BF16 : narrow;
  return taken && e->args[0]->kind != KN_READ ? type : KN_NUM_TYPES;
}

struct kn_expr *kn_insert_over(struct rows *r, struct line **at, const struct line *l, bool inside,
                               const char *name, struct kn_expr *value) {
  struct kn_index *index[KN_MAX_RANK];
  struct kn_dim *dims[KN_MAX_RANK];
  unsigned rank = 0;
  for (unsigned i = 0; i < l->rank + (inside ? l->value->num_indices : 0); i++) {
    struct kn_index *of = i < l->rank ? l->index[i] : l->value->indices[i - l->rank];
    if (!rows_depends(value, of))
      continue;
    if (!of->extent || rank == KN_MAX_RANK)
      return NULL;
    index[rank] = of;
    dims[rank++] = of->extent;
  }
  return rows_insert_line(r, at, l->stmt, name, value, rank, index, dims);
}

struct window {
  const struct line *line;
  bool found;
};

// A subscript of two indices: elements stand at several places of what would be laid out.
static bool find_window(struct kn_expr *e, void *data) {
  struct window *w = data;
  const struct line *l = w->line;
  for (unsigned i = 0; e->kind == KN_READ && i < e->num_args; i++) {
    unsigned num = 0;
    for (unsigned k = 0; k < l->rank; k++)
      num += rows_depends(e->args[i], l->index[k]) != 0;
    for (unsigned k = 0; k < l->value->num_indices; k++)
      num += rows_depends(e->args[i], l->value->indices[k]) != 0;
    w->found = w->found || num > 1;
  }
  return !w->found;
}

// Makes a line of its own of the operand's value; `at` is the product's place and moves on.
static bool take_operand(struct rows *r, struct line ***at, struct kn_expr **operand,
                         enum kn_type type) {
  struct line *l = **at;
  struct kn_expr *value = (*operand)->args[0];
  struct window w = {l, false};
  kn_walk(value, find_window, &w);
  if (w.found)
    return false;
  if (value->type != type) {
    struct kn_expr *cast = kn_new_expr(r->file, KN_CAST, value->range);
    cast->type = type;
    cast->args = kn_alloc(r->file, sizeof *cast->args);
    cast->args[cast->num_args++] = value;
    value = cast;
  }
  struct kn_expr *read = kn_insert_over(r, *at, l, true, T("%s_of", l->stmt->target->name), value);
  if (!read)
    return false;
  struct kn_expr *converted = kn_new_expr(r->file, KN_CAST, (*operand)->range);
  *converted = **operand;
  converted->args = kn_alloc(r->file, sizeof *converted->args);
  converted->args[0] = read;
  *operand = converted;
  *at = &(**at)->next;
  return true;
}

// Computes operands before a sum of products that is one for the matrix units then; else leaves
// everything as it is.
static bool take_operands(struct rows *r, struct line ***at) {
  struct line *l = **at, **first = *at;
  struct kn_expr *sum = l->value, *product = sum->args[0];
  if (sum->kind != KN_REDUCE || sum->reduction != KN_SUM || product->kind != KN_BINARY ||
      product->op != KN_MUL || kn_decided_unit(r->kernel, l->stmt->target) == KN_UNIT_CORE)
    return false;
  struct kn_expr *args[2] = {product->args[0], product->args[1]}, **operands = product->args;
  bool taken = false, ok = true;
  product->args = kn_alloc(r->file, 2 * sizeof *product->args);
  for (int i = 0; i < 2; i++) {
    product->args[i] = args[i];
    enum kn_type type = operand_type(args[i], args[1 - i], sum->type);
    if (ok && type != KN_NUM_TYPES)
      ok = taken = take_operand(r, at, &product->args[i], type);
  }
  if (ok && taken && kn_match_contraction(sum, l->index, l->rank, &l->contraction) &&
      (!rows_all_known(r) || kn_is_worth(r, l, BARRIER)))
    return true;
  product->args = operands;
  *first = l;
  *at = first;
  return false;
}

//===----------------------------------------------------------------------===//
// Operands that core 1 unpacks
//===----------------------------------------------------------------------===//

struct packed {
  const struct line *line;
  bool found;
};

// Two values in a byte, or k / 32: neither do vectors go along the columns, nor can the MLU turn
// it.
static bool find_packed(struct kn_expr *e, void *data) {
  struct packed *p = data;
  const struct kn_expr *sum = p->line->value;
  p->found = p->found || (e->kind == KN_READ && e->num_args && rows_stored(e->tensor) == KN_I4);
  for (unsigned i = 0; i < sum->num_indices; i++)
    p->found = p->found || rows_divisor(e, sum->indices[i]);
  return !p->found;
}

// Is it a number for each row that would take longer to compute, again for each block of columns,
// than a line of its own takes? Integers are widened as they are loaded.
static bool is_slow_number(struct rows *r, const struct line *l, const struct kn_expr *e) {
  enum { BLOCK = 64, LEAST = 32, NUMBER = 4, LINE = 1500 };
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  const int64_t rows = l->target->dims[l->rank - 2]->size,
                columns = l->target->dims[l->rank - 1]->size;
  int64_t numbers = NUMBER;
  if (e->kind == KN_READ || e->type != KN_F32 || columns < LEAST || !rows_all_known(r) ||
      !rows_depends(e, l->index[l->rank - 2]))
    return false;
  for (unsigned i = 0; i < l->value->num_indices; i++)
    numbers *= l->value->indices[i]->extent ? l->value->indices[i]->extent->size : 1;
  return numbers * rows * ((columns + BLOCK - 1) / BLOCK) / pes > LINE;
}

// Do rows, or columns, share what is unpacked, and are they many?
static bool is_unpacked_once(struct rows *r, const struct line *l, const struct kn_expr *e) {
  enum { MANY = 8 };
  const struct kn_expr *sum = l->value;
  bool summed = false;
  for (unsigned i = 0; i < sum->num_indices; i++)
    summed = summed || rows_depends(e, sum->indices[i]);
  for (unsigned i = l->rank - 2; i < l->rank && summed; i++) {
    const int64_t size = l->target->dims[i]->size;
    if (rows_depends(e, l->index[i]) || (size >= 0 && size < MANY))
      continue;
    struct packed p = {l, false};
    struct window w = {l, false};
    kn_walk((struct kn_expr *)e, find_packed, &p);
    kn_walk((struct kn_expr *)e, find_window, &w);
    return (p.found || (i == l->rank - 1 && is_slow_number(r, l, e))) && !w.found;
  }
  return false;
}

// Of a sum by blocks (rows_block.c): such parts of its terms are computed before.
static void unpack_operands(struct rows *r, struct line ***at, struct kn_expr **e) {
  const struct line *l = **at;
  if (is_unpacked_once(r, l, *e)) {
    struct kn_expr *read = kn_insert_over(r, *at, l, true, T("%s_of", l->stmt->target->name), *e);
    if (!read)
      return;
    *e = read;
    *at = &(**at)->next;
    return;
  }
  for (unsigned i = 0; (*e)->kind != KN_READ && i < (*e)->num_args; i++)
    if ((*e)->args[i])
      unpack_operands(r, at, &(*e)->args[i]);
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

// What is known of a reader of the sums, if something of it leaves with them: `c` says what.
static struct line **with_reader(struct rows *r, struct line *l, struct kn_contraction *c) {
  struct line **reader = kn_only_reader(r, l);
  if (!reader)
    return NULL;
  struct line *e = *reader;
  return kn_match_leaving(e->value, l->target, e->index, e->rank, c) ||
                 kn_match_steps(e->value, l->target, e->index, e->rank, c)
             ? reader
             : NULL;
}

static bool is_sum(const struct line *l) {
  return l->reduces && !l->part && !l->scatter && !l->contracts;
}

static bool is_product(struct line *l) {
  return kn_match_contraction(l->value, l->index, l->rank, &l->contraction);
}

// About whose statement a schedule decides: that of the sums or that of what leaves with them.
static const struct kn_tensor *decided_tensor(struct rows *r, const struct line *l,
                                              struct line **reader) {
  const struct kn_tensor *y = l->stmt->target;
  return reader && kn_decided_unit(r->kernel, y) == KN_UNIT_ANY ? (*reader)->stmt->target : y;
}

// Lays operands and results out for a convolution, with what leaves with its sums.
static bool lay_out(struct rows *r, struct line ***at) {
  struct line *l = **at, **reader = kn_only_reader(r, l);
  enum kn_unit unit = kn_decided_unit(r->kernel, decided_tensor(r, l, reader));
  return unit != KN_UNIT_CORE &&
         kn_turn_window(r, at, reader ? *reader : NULL, unit == KN_UNIT_DPE);
}

void kn_find_contractions(struct rows *r, struct line **first) {
  for (struct line **at = first, *next; *at; at = *at == next ? at : &(*at)->next) {
    if (is_sum(*at) && !is_product(*at) && !lay_out(r, &at) &&
        kn_decided_unit(r->kernel, (*at)->stmt->target) != KN_UNIT_CORE)
      kn_factor_product(r, at);
    struct line *l = *at;
    next = l->next;
    if (!is_sum(l) || (!is_product(l) && !lay_out(r, &at) && !take_operands(r, &at))) {
      if (rows_is_block(l))
        unpack_operands(r, &at, l->value->args);
      next = l->next;
      continue;
    }
    struct kn_contraction with = l->contraction;
    struct line **reader = with_reader(r, l, &with);
    bool alone = l == *first && (reader ? !next->next : !next);
    const struct kn_tensor *y = decided_tensor(r, l, reader);
    enum kn_unit unit = kn_decided_unit(r->kernel, y);
    if (unit == KN_UNIT_CORE ||
        (unit != KN_UNIT_DPE && rows_all_known(r) && !kn_is_worth(r, l, alone ? 0 : BARRIER)))
      continue;
    if (unit == KN_UNIT_DPE)
      kn_obey(kn_decide(r->kernel, KN_UNIT, y));
    l->contracts = true;
    for (struct line **to; (to = kn_only_reader(r, l)) && kn_inline_leaving(r, to, l);) {
      next = l->next;
      with = l->contraction;
      reader = with_reader(r, l, &with);
    }
    if (!reader && (reader = kn_only_reader(r, l))) {
      kn_join_biases(r, reader, l->target);
      next = l->next;
      reader = with_reader(r, l, &with);
    }
    if (kn_multiply_by_reciprocal(r, first, l)) {
      while (*at != l) // a line may stand in front of it now
        at = &(*at)->next;
      with = l->contraction;
      reader = with_reader(r, l, &with);
    }
    struct line **place = at;
    if (reader ||
        ((reader = kn_only_reader(r, l)) && (reader = take_leaving(r, l, reader, &with)))) {
      // In the reader's place: what it reads besides is computed by then.
      next = l->next;
      struct line *e = *reader, *behind = e->next;
      l->contraction = with;
      l->leaving = e->value;
      l->target = e->target;
      place = reader == &l->next ? at : reader;
      *at = next;
      *e = *l;
      e->next = behind;
    }
    if (l->contraction.shift)
      kn_add_correction(r, *place, place);
  }
  kn_take_sums(r, first);
}
