// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A schedule's decisions about a row program (docs/knyfe.md, R2.10; docs/knyfe-compiler.md, 4), and
// what is said where local memory is too small.
#include "decide.h"
#include "rows.h"

#include <inttypes.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

static bool refuse(struct rows *r) {
  r->failed = true;
  return false;
}

static int64_t staged_bytes(const struct operand *o) {
  return o->staged.value ? o->slot.value * o->slots : 0;
}

// What takes up local memory, with the tiles chosen so far: `what` needs it.
static bool needs_local(struct rows *r, struct phase *p, struct kn_range range, const char *what,
                        const char *hint) {
  unsigned num = 0, most = 1;
  for (const struct operand *o = p->operands; o; o = o->next)
    most++;
  for (const struct local *v = p->locals; v; v = v->next)
    most++;
  struct kn_need *needs = kn_alloc(r->file, most * sizeof *needs);
  for (const struct operand *o = p->operands; o; o = o->next)
    if (staged_bytes(o))
      needs[num++] = (struct kn_need){o->slots > 1 ? T("%s (%u buffers)", o->tensor->name, o->slots)
                                                   : o->tensor->name,
                                      staged_bytes(o)};
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->array)
      needs[num++] = (struct kn_need){v->tensor->name, v->bytes.value};
  kn_needs_local(r->file, range, what, needs, num, hint);
  return refuse(r);
}

bool rows_too_large(struct rows *r, struct phase *p) {
  for (struct kn_decision *d = r->kernel->schedule; d; d = d->next)
    if (d->tensor && (d->key == KN_BUFFERS || d->key == KN_RESIDENT))
      for (const struct operand *o = p->operands; o; o = o->next)
        if (o->decided && o->tensor->id == d->tensor->id)
          return needs_local(
              r, p, d->range, T("the smallest tile with %s", kn_decision_text(r->file, d)),
              d->key == KN_RESIDENT ? T("resident(%s) = sram", d->name)
              : d->values[0] > 1    ? T("try buffers(%s) = %" PRId64, d->name, d->values[0] / 2)
                                    : "leave it out");
  const struct line *l = p->lines;
  const struct kn_tensor *t = l->stmt->target;
  const struct kn_dim *last = t->rank ? t->dims[t->rank - 1] : NULL;
  const char *name = last && last->name && !last->expr ? last->name : "N";
  int64_t most = last ? last->size * ROWS_LOCAL_BYTES / rows_total_bytes(r, p).value / 64 * 64 : 0;
  return needs_local(
      r, p, l->target->range, T("a row of '%s' with what it is made of", t->name),
      most <= 0 ? NULL
      : l->scatter
          ? T("rows of %" PRId64 " would fit: add to several tensors, each with a part of '%s'",
              most, name)
          : T("rows of %" PRId64 " would fit: give '%s' two dimensions instead of the last one, "
              "[ceil(%s / %" PRId64 "), %" PRId64 "]",
              most, t->name, name, most, most));
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

static bool decide_buffers(struct rows *r, struct operand *o) {
  struct kn_decision *d = kn_decide(r->kernel, KN_BUFFERS, o->tensor);
  if (!d)
    return true;
  if (!o->per_tile && d->values[0] > 1) {
    kn_disobey(r->file, d, T("buffers(%s) = 1", d->name),
               "'%s' comes into local memory once, all tiles use the same values", d->name);
    return refuse(r);
  }
  o->slots = o->decided_slots = (unsigned)d->values[0];
  o->decided = true;
  kn_obey(d);
  return true;
}

static bool decide_place(struct rows *r, struct operand *o) {
  struct kn_decision *d = kn_decide(r->kernel, KN_RESIDENT, o->tensor);
  enum kn_place place = kn_decided_place(r->kernel, o->tensor);
  if (!d)
    return true;
  if (place != KN_PLACE_LOCAL) {
    // What all tiles share would stay in local memory.
    if (!o->per_tile && !o->output) {
      o->staged = sz_num(r->file, 0);
      o->decided = true;
    }
    kn_obey(d);
    return true;
  }
  if (o->tensor->role != KN_INPUT) {
    kn_disobey(r->file, d, T("resident(%s) = sram, or dram", d->name),
               o->tensor->role == KN_OUTPUT ? "'%s' is an output: the launch reads it from memory"
                                            : "other PEs read '%s', behind a barrier",
               d->name);
    return refuse(r);
  }
  if (!o->slot.known) {
    kn_disobey(r->file, d, "give the sizes with --shape, or leave it out",
               "only the launch knows whether '%s' fits", d->name);
    return refuse(r);
  }
  o->decided = true;
  kn_obey(d);
  return true;
}

bool rows_decide_operands(struct rows *r, struct phase *p) {
  for (struct operand *o = p->operands; o; o = o->next) {
    o->decided = false;
    o->decided_slots = 0;
    if (!decide_place(r, o) || !decide_buffers(r, o))
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

static const char *tile_text(struct rows *r, const struct kn_decision *d, const int64_t *sizes) {
  const char *text = T("tile(%s) =", d->name);
  for (unsigned i = 0; i < d->num_values; i++)
    text = T("%s%s %" PRId64, text, i ? " x" : "", sizes[i]);
  return text;
}

// The nearest tile that there is.
static void nearest(const struct phase *p, const struct kn_decision *d, int64_t *sizes) {
  unsigned column = p->num_par - 1;
  for (unsigned i = 0; i < d->num_values; i++) {
    int64_t extent = d->tensor->dims[i]->size, n = d->values[i], g = p->granule;
    sizes[i] = n;
    if (i > column && extent >= 0)
      sizes[i] = extent;
    else if (i + 1 < column)
      sizes[i] = 1;
    else if (i == column && (extent < 0 || n < extent))
      sizes[i] = n < g ? g : n / g * g;
  }
}

// Is the form of the decision right for the phase?
static bool check_tile(struct rows *r, struct phase *p, const struct kn_decision *d) {
  struct kn_file *f = r->file;
  const struct kn_tensor *t = d->tensor;
  unsigned column = p->num_par - 1;
  int64_t near[KN_MAX_RANK];
  if (d->num_values != t->rank)
    return kn_disobey(f, d, NULL, "'%s' takes one size for each of its %u dimensions", t->name,
                      t->rank);
  nearest(p, d, near);
  const char *hint = tile_text(r, d, near);
  for (unsigned i = 0; i < t->rank; i++) {
    int64_t extent = t->dims[i]->size, n = d->values[i];
    if (i > column && extent < 0)
      return kn_disobey(f, d, "leave it out",
                        "rows are computed as a whole, dimension %u is of any size", i + 1);
    if (i > column && n < extent)
      return kn_disobey(f, d, hint, "rows of %" PRId64 " are computed as a whole", extent);
    if (i + 1 < column && n != 1)
      return kn_disobey(f, d, hint, "a tile has one index of dimension %u", i + 1);
    if (i == column && (extent < 0 || n < extent) && n % p->granule)
      return kn_disobey(f, d, hint, "dimension %u is moved in steps of %" PRId64 " elements", i + 1,
                        p->granule);
  }
  return true;
}

// The decision for a phase; d is NULL if there is none. False after a message.
static bool find_tile(struct rows *r, struct phase *p, struct kn_decision **found) {
  *found = NULL;
  for (struct line *l = p->lines; l; l = l->next) {
    struct kn_decision *d = kn_decide(r->kernel, KN_TILE, l->target), *first = *found;
    if (!d || d == first)
      continue;
    if (!p->num_par) {
      kn_disobey(r->file, d, "leave it out", "one PE computes '%s' as a whole", d->name);
      return refuse(r);
    }
    if (!check_tile(r, p, d))
      return refuse(r);
    for (unsigned i = 0; first && i < p->num_par; i++)
      if (first->values[i] != d->values[i]) {
        kn_disobey(r->file, d, NULL, "'%s' is computed in the same tiles as '%s'", d->name,
                   first->name);
        kn_note(r->file, first->range, "whose size is decided here");
        return refuse(r);
      }
    *found = d;
    kn_obey(d);
  }
  return true;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static void set_tile(struct rows *r, struct phase *p, const int64_t *sizes) {
  unsigned column = p->num_par - 1;
  int64_t g = p->granule, n = least(sizes[column], p->par[column]->size);
  n = n < g ? g : (n + g - 1) / g * g;
  int64_t m = column ? least(sizes[column - 1], p->par[column - 1]->size) : 1;
  rows_cut(r, p, m < 1 ? 1 : m, n);
}

static bool fits(struct rows *r, struct phase *p) {
  return rows_total_bytes(r, p).value <= ROWS_LOCAL_BYTES;
}

// Halves the longer side until the tile fits.
static const char *smaller(struct rows *r, struct phase *p, const struct kn_decision *d) {
  unsigned column = p->num_par - 1;
  int64_t sizes[KN_MAX_RANK], g = p->granule;
  nearest(p, d, sizes);
  for (unsigned i = 0; i <= column; i++)
    sizes[i] = least(sizes[i], p->par[i]->size);
  while (set_tile(r, p, sizes), !fits(r, p)) {
    int64_t rows = column ? sizes[column - 1] : 1;
    if (rows > 1 && (rows >= sizes[column] || sizes[column] <= g))
      sizes[column - 1] = (rows + 1) / 2;
    else if (sizes[column] > g)
      sizes[column] = (sizes[column] / 2 + g - 1) / g * g;
    else
      return "leave it out";
  }
  return T("try %s", tile_text(r, d, sizes));
}

int rows_decide_tiles(struct rows *r, struct phase *p) {
  struct kn_decision *d;
  if (!find_tile(r, p, &d))
    return -1;
  if (!d)
    return 0;
  set_tile(r, p, d->values);
  if (fits(r, p))
    return 1;
  const char *hint = smaller(r, p, d);
  set_tile(r, p, d->values);
  needs_local(r, p, d->range, kn_decision_text(r->file, d), hint);
  return -1;
}

int rows_decide_tile_limits(struct rows *r, struct phase *p, int64_t *rows, int64_t *columns) {
  struct kn_decision *d;
  if (!find_tile(r, p, &d))
    return -1;
  if (!d)
    return 0;
  *columns = d->values[p->num_par - 1];
  *rows = p->num_par > 1 ? d->values[p->num_par - 2] : 1;
  return 1;
}

//===----------------------------------------------------------------------===//
// What holds for all phases
//===----------------------------------------------------------------------===//

static bool decide_unit(struct rows *r, const struct line *l) {
  struct kn_decision *d = kn_decide(r->kernel, KN_UNIT, l->stmt->target);
  if (!d)
    return true;
  switch (kn_decided_unit(r->kernel, l->stmt->target)) {
  case KN_UNIT_CORE:
    kn_obey(d);
    return true;
  case KN_UNIT_MLU:
    if (l->gather && l->gather->move)
      return true;
    kn_disobey(r->file, d, T("unit(%s) = core", d->name),
               "the MLU turns matrices, y[n, m] = x[m, n]; '%s' is no matter of places alone",
               d->name);
    return refuse(r);
  case KN_UNIT_DPE:
    if (l->contracts)
      kn_obey(d);
    return true; // of several lines of the statement one may be a contraction
  default:
    kn_disobey(r->file, d, T("unit(%s) = core", d->name),
               "only the last step of a contraction is computed by this unit, '%s' is none",
               d->name);
    return refuse(r);
  }
}

// Does a product load or store it?
static bool in_product(const struct phase *phases, const struct kn_tensor *t) {
  for (const struct phase *p = phases; p; p = p->next) {
    const struct kn_contraction *c = &p->lines->contraction;
    if (p->lines->contracts && (c->x.tensor->id == t->id || c->w.tensor->id == t->id ||
                                p->lines->target->id == t->id || (c->bias && c->bias->id == t->id)))
      return true;
  }
  return false;
}

bool rows_decide_rest(struct rows *r, struct phase *phases) {
  kn_obey(kn_decide(r->kernel, KN_GRID, NULL)); // rows_print.c
  for (struct phase *p = phases; p; p = p->next)
    for (struct line *l = p->lines; l; l = l->next)
      if (!decide_unit(r, l))
        return false;
  for (struct kn_decision *d = r->kernel->schedule; d; d = d->next) {
    if (d->obeyed)
      continue;
    if (d->key == KN_UNIT && d->tensor->role != KN_INPUT) {
      kn_disobey(r->file, d, T("unit(%s) = core", d->name),
                 "the matrix units take sum[k] a[m, k] * b[n, k] of i8 and u8, f16 or bf16, with "
                 "the last index of the result in one of them");
      return refuse(r);
    }
    if (d->key == KN_BUFFERS && in_product(phases, d->tensor)) {
      kn_disobey(r->file, d, "leave it out", "this product shares out local memory by itself");
      return refuse(r);
    }
    // Used inside of a tile: it never leaves local memory.
    if (d->key == KN_RESIDENT && d->tensor->role == KN_LOCAL && !r->in_memory[d->tensor->id] &&
        kn_decided_place(r->kernel, d->tensor) == KN_PLACE_LOCAL)
      kn_obey(d);
    if ((d->key == KN_SPLIT || d->key == KN_BUFFERS) && d->values[0] == 1)
      kn_obey(d); // nothing is split, and one buffer is what there is
  }
  return true;
}
