// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What vectors can do: along which index, of how many elements, how many at a time.
#include "rows_value.h"

int64_t rows_extent(const struct line *l, const struct kn_index *index) {
  if (index == l->chunked)
    return l->chunk.known ? l->chunk.value : -1;
  return index->extent ? index->extent->size : -1;
}

bool rows_is_whole_vectors(const struct line *l, const struct kn_index *index, unsigned lanes) {
  const int64_t n = rows_extent(l, index);
  return n >= 0 && n % lanes == 0 && index->extent->size % lanes == 0;
}

struct most {
  const struct kn_index *along;
  unsigned lanes;
};

static bool find_most(struct kn_expr *e, void *data) {
  struct most *m = data;
  const unsigned lanes = rows_most_lanes(e, m->along);
  m->lanes = lanes < m->lanes ? lanes : m->lanes;
  return true;
}

// As many as what is read along the index allows.
static unsigned most_lanes(const struct line *l, const struct kn_index *index, unsigned lanes) {
  struct most m = {index, lanes};
  kn_walk(l->value, find_most, &m);
  return m.lanes;
}

bool rows_reduces_few(const struct line *l) {
  if (!l->reduces || l->value->num_indices != 1)
    return false;
  const struct kn_dim *n = l->value->indices[0]->extent;
  return l->value->type == KN_F32 && n && n->size >= 16 && n->size <= 128 && n->size % 16 == 0;
}

static bool reads_made(struct kn_expr *e, void *data) {
  bool *made = data;
  *made = *made || (e->kind == KN_READ && e->num_args && e->tensor->role != KN_INPUT);
  return true;
}

unsigned rows_narrow(unsigned lanes, int64_t most) {
  while (most >= 0 && lanes > 16 && most <= lanes / 2)
    lanes /= 2;
  return lanes;
}

unsigned rows_lanes_along(const struct line *l, const struct kn_index *index) {
  unsigned lanes = rows_narrow(most_lanes(l, index, rows_lanes(l)), rows_extent(l, index));
  // Several rows are reduced at a time: there are registers for that many. What an earlier line of
  // the row has made stays in its registers, if vectors are as long.
  bool made = false;
  kn_walk(l->value, reads_made, &made);
  const bool several = rows_reduces_few(l) && l->value->indices[0] == index && !made;
  return several && lanes > 32 ? 32 : lanes;
}

bool rows_body_depends(const struct kn_expr *e, const struct kn_index *index) {
  return index && rows_depends(e->args[0], index) != 0;
}

static bool has_vectors(enum kn_type type) {
  return type != KN_I64 && type != KN_I4 && type != KN_NOTYPE;
}

bool rows_is_long_sum(const struct kn_expr *e) {
  const struct kn_expr *body = e->args[0];
  return e->reduction == KN_SUM && e->type == KN_I64 && body->kind == KN_CAST &&
         kn_type_is_int(body->args[0]->type) && body->args[0]->type != KN_I64 &&
         body->args[0]->type != KN_I4;
}

struct gather_search {
  const struct kn_index *index;
  unsigned found;
};

static bool count_gathers(struct kn_expr *e, void *data) {
  struct gather_search *g = data;
  g->found += rows_gathers(e, g->index);
  return true;
}

unsigned rows_count_gathers(const struct kn_expr *e, const struct kn_index *index) {
  struct gather_search g = {index, 0};
  kn_walk((struct kn_expr *)e, count_gathers, &g);
  return g.found;
}

// The reduced index that vectors may go along, if they go nowhere else: one along which elements
// lie side by side rather than one with gathers, which come only with `any`.
const struct kn_index *rows_choose_own(struct rows *r, struct phase *p, const struct kn_expr *e,
                                       bool any) {
  switch ((enum kn_reduction)e->reduction) {
  case KN_SUM:
  case KN_MEAN:
  case KN_RMAX:
  case KN_RMIN:
  case KN_ANY:
  case KN_ALL:
    break;
  case KN_ARGMAX:
  case KN_ARGMIN: {
    const struct kn_index *last = e->indices[e->num_indices - 1];
    for (unsigned i = 0; i < e->num_indices; i++)
      if (!e->indices[i]->extent)
        return NULL;
    return has_vectors(e->args[0]->type) && rows_body_depends(e, last) &&
                   rows_expr_vectorises(r, p, e->args[0], last, false)
               ? last
               : NULL;
  }
  default:
    return NULL;
  }
  if ((e->type == KN_I64 && !rows_is_long_sum(e)) ||
      (e->reduction == KN_MEAN && !rows_is_counted(e)))
    return NULL;
  for (unsigned i = e->num_indices; i-- > 0;) {
    const struct kn_index *index = e->indices[i];
    bool bounds = false; // of later indices
    for (unsigned k = i + 1; k < e->num_indices; k++)
      if (!e->indices[k]->extent)
        bounds = bounds || rows_depends(e->indices[k]->lo, index) ||
                 rows_depends(e->indices[k]->hi, index);
    bool few = index->extent && index->extent->size >= 0 && index->extent->size < 4;
    const struct kn_expr *body = rows_is_long_sum(e) ? e->args[0]->args[0] : e->args[0];
    if (!bounds && !few && rows_body_depends(e, index) &&
        rows_expr_vectorises(r, p, body, index, false) && (any || !rows_count_gathers(body, index)))
      return index;
  }
  return any ? NULL : rows_choose_own(r, p, e, true);
}

bool rows_expr_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded) {
  if (!e || rows_depends(e, index) == 0)
    return true;
  if (!has_vectors(e->type))
    return e->kind == KN_INDEX && e->type == KN_I32;
  if (e->kind == KN_CAST && e->args[0]->kind == KN_READ && e->args[0]->type == KN_I4)
    return rows_read_vectorises(r, p, e->args[0], index, guarded); // unpacked to i8
  switch (e->kind) {
  case KN_READ:
    return rows_read_vectorises(r, p, e, index, guarded);
  case KN_REDUCE:
    if (e->reduction == KN_ARGMAX || e->reduction == KN_ARGMIN)
      return false;
    for (unsigned i = 0; i < e->num_indices; i++)
      if (!e->indices[i]->extent &&
          (rows_depends(e->indices[i]->lo, index) || rows_depends(e->indices[i]->hi, index)))
        return false;
    break;
  case KN_BINARY:
    if (e->args[0]->type == KN_BOOL && e->op >= KN_LT && e->op <= KN_GE)
      return false;
    break;
  case KN_CALL:
    if (e->builtin == KN_WHERE) {
      bool inside = guarded || rows_depends(e->args[0], index);
      return rows_expr_vectorises(r, p, e->args[0], index, guarded) &&
             rows_expr_vectorises(r, p, e->args[1], index, inside) &&
             rows_expr_vectorises(r, p, e->args[2], index, inside);
    }
    if (e->builtin == KN_PAD)
      return rows_expr_vectorises(r, p, e->args[0], index, true) &&
             rows_expr_vectorises(r, p, e->args[1], index, guarded);
    if (e->builtin == KN_QUANTIZE)
      for (unsigned i = 3; i < 5; i++)
        if (kn_arg(e, i) && rows_depends(kn_arg(e, i), index))
          return false;
    break;
  default:
    break;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (!rows_expr_vectorises(r, p, e->args[i], index, guarded))
      return false;
  return true;
}

bool rows_index_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index, bool guarded) {
  if (rows_depends(e, index) == 0)
    return true;
  switch (e->kind) {
  case KN_INDEX:
    return true;
  case KN_CAST:
    if (kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32 && kn_type_is_int(e->args[0]->type))
      return rows_index_vectorises(r, p, e->args[0], index, guarded);
    break;
  case KN_UNARY:
    if (e->op == KN_NEG)
      return rows_index_vectorises(r, p, e->args[0], index, guarded);
    break;
  case KN_BINARY:
    if (e->op == KN_ADD || e->op == KN_SUB || e->op == KN_MUL || e->op == KN_DIV || e->op == KN_REM)
      return rows_index_vectorises(r, p, e->args[0], index, guarded) &&
             rows_index_vectorises(r, p, e->args[1], index, guarded);
    break;
  default:
    break;
  }
  return kn_type_is_int(e->type) && e->type != KN_BOOL &&
         rows_expr_vectorises(r, p, e, index, guarded);
}

bool rows_can_vectorise(struct rows *r, struct phase *p, const struct line *l,
                        const struct kn_index *index) {
  if (!l->rank || l->index[l->rank - 1] != index || !has_vectors(l->target->type) ||
      (l->chunked && l->chunk_by == l->rank - 1) ||
      !rows_expr_vectorises(r, p, l->value, index, false))
    return false;
  // Rather along what is reduced, if elements lie side by side there and not here.
  const struct kn_expr *e = l->value;
  if (e->kind != KN_REDUCE || !rows_count_gathers(e, index))
    return true;
  const struct kn_index *own = rows_choose_own(r, p, e, false);
  return !own || rows_count_gathers(e, own);
}

bool rows_value_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index) {
  return has_vectors(e->type) && rows_expr_vectorises(r, p, e, index, false);
}

struct weight {
  const struct kn_index *index; // of the vectors
  unsigned reads, functions, bytes;
  bool pow, reduces;
};

static bool weigh(struct kn_expr *e, void *data) {
  struct weight *w = data;
  w->reads += e->kind == KN_READ && e->num_args && (!w->index || rows_depends(e, w->index));
  w->reduces = w->reduces || e->kind == KN_REDUCE;
  if (e->num_args && e->type != KN_BOOL && w->bytes < rows_bytes(e->type))
    w->bytes = rows_bytes(e->type);
  bool moves = e->kind == KN_CALL && (!w->index || rows_depends(e, w->index));
  if (moves && e->builtin >= KN_EXP && e->builtin <= KN_POW && e->builtin != KN_SQRT &&
      e->builtin != KN_LEAKY_RELU)
    w->functions++;
  w->pow = w->pow || (moves && e->builtin == KN_POW);
  return true;
}

// Long vectors hide latencies (functions take 20 to 30 % less for each element of 64 than of 32),
// but there are 32 registers of 64 bytes (docs/simd.md).
unsigned rows_lanes(const struct line *l) {
  struct weight w = {0};
  kn_walk(l->engine ? l->value->args[0] : l->value, weigh, &w);
  if (w.pow)
    return 16;
  // Places and masks of gathers take registers, too.
  const bool places = w.functions && l->rank && rows_count_gathers(l->value, l->index[l->rank - 1]);
  const unsigned lanes = w.functions > 1 || places || w.reads > 5 ? 32 : 64;
  return l->rank ? most_lanes(l, l->index[l->rank - 1], lanes) : lanes;
}

unsigned rows_reduction_unroll(const struct reduction *d, unsigned lanes) {
  struct weight w = {.bytes = rows_bytes(d->type), .index = d->own};
  kn_walk(d->e->args[0], weigh, &w);
  unsigned each = lanes * w.bytes / 64 * (w.reads + 2);
  if (d->long_sum) // elements are narrow, and wait to be widened
    return 4;
  return w.functions || w.reduces || d->place || each > 24 ? 1 : each > 16 ? 2 : 4;
}

unsigned rows_widest(const struct kn_expr *e) {
  struct weight w = {0};
  kn_walk((struct kn_expr *)e, weigh, &w);
  return w.bytes;
}

unsigned rows_unroll(const struct line *l, unsigned lanes) {
  struct weight w = {.bytes = rows_bytes(l->target->type),
                     .index = l->rank ? l->index[l->rank - 1] : NULL};
  kn_walk(l->engine ? l->value->args[0] : l->value, weigh, &w);
  if (w.index && rows_reads_groups(l->value, w.index, NULL))
    return 2; // a load of segments waits until the one before has been used
  if (w.functions || w.reduces)
    return 1;
  unsigned each = lanes * w.bytes / 64 * (w.reads + 1), times = each ? 32 / each : 1;
  return times >= 4 ? 4 : times >= 2 ? 2 : 1;
}

void rows_put_unroll(struct rows *r, unsigned times, int64_t steps, unsigned bytes) {
  enum { FEW_STEPS = 8, REGISTERS = 32 };
  if (times > 1 || (steps > FEW_STEPS && steps * bytes / 64 > REGISTERS))
    fprintf(r->out, "#pragma clang loop unroll_count(%u)\n", times > 1 ? times : 1);
}
