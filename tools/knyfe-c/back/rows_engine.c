// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions on the SIMD engine (SE): it computes exp, tanh... of 16 elements of f32 in a cycle,
// core 1 of one in two or three. Core 1 computes the arguments into a tensor of the row, the SE
// replaces them by the results, in place. Where the function stands inside of an expression or a
// reduction, it becomes a line of its own, y_exp.
#include "decide.h"
#include "rows.h"

#include <string.h>

// Rows from here on are worth a command: it takes what core 1 needs for some 40 elements.
enum { LEAST = 64 };

const char *rows_engine_function(const struct kn_expr *e) {
  if (e->kind != KN_CALL)
    return NULL;
  switch ((enum kn_builtin)e->builtin) {
  case KN_EXP:
    return "MTIA_SE_EXP";
  case KN_RELU:
    return "MTIA_SE_RELU";
  case KN_SIGMOID:
    return "MTIA_SE_SIGMOID";
  case KN_TANH:
    return "MTIA_SE_TANH";
  case KN_GELU:
    return "MTIA_SE_GELU";
  case KN_SILU:
    return "MTIA_SE_SILU";
  case KN_RSQRT:
    return "MTIA_SE_RSQRT";
  default:
    return NULL;
  }
}

// The SE's operation, or NULL; core 1 compares with 0 while it loads and stores.
static const char *operation(const struct kn_expr *e) {
  const bool suits = e->type == KN_F32 || e->type == KN_F16 || e->type == KN_BF16;
  return suits && e->builtin != KN_RELU ? rows_engine_function(e) : NULL;
}

static bool is_long(const struct kn_dim *d) { return d->size < 0 || d->size >= LEAST; }

struct taking {
  struct rows *r;
  struct line **at; // where new lines go
  const struct line *line;
  unsigned rank; // indices of the line, and of the reduction that it is
  struct kn_index *index[KN_MAX_RANK];
  struct kn_dim *dims[KN_MAX_RANK];
};

// A line of the call's value behind the ones before; returns what reads it.
static struct kn_expr *take_out(struct taking *t, struct kn_expr *call) {
  const struct kn_stmt *stmt = t->line->stmt;
  const char *name = kn_text(t->r->file, "%s_%s", stmt->target->name,
                             kn_builtin_name((enum kn_builtin)call->builtin));
  struct kn_expr *read =
      rows_insert_line(t->r, t->at, stmt, name, call, t->rank, t->index, t->dims);
  (*t->at)->engine = operation(call);
  t->at = &(*t->at)->next;
  return read;
}

static bool serves(const struct taking *t, const struct kn_expr *call) {
  struct kn_index *last = t->index[t->rank - 1];
  return operation(call) && rows_depends(call->args[0], last) &&
         rows_value_vectorises(t->r, NULL, call->args[0], last);
}

static struct kn_expr *replace(struct taking *t, struct kn_expr *e) {
  if (e->kind == KN_REDUCE) // of a part of the indices, or with bounds: stays as it is
    return e;
  for (unsigned i = 0; i < e->num_args; i++)
    // What is not chosen may be read anywhere, and is not computed.
    if (e->args[i] && !(e->kind == KN_CALL && (e->builtin == KN_WHERE || e->builtin == KN_PAD)))
      e->args[i] = replace(t, e->args[i]);
  return serves(t, e) ? take_out(t, e) : e;
}

static bool begin(struct taking *t, struct line *l) {
  t->rank = l->rank;
  memcpy(t->index, l->index, sizeof t->index);
  memcpy(t->dims, l->target->dims, sizeof t->dims);
  for (unsigned i = 0; l->reduces && i < l->value->num_indices; i++) {
    struct kn_index *index = l->value->indices[i];
    if (!index->extent || t->rank == 6)
      return false;
    t->index[t->rank] = index;
    t->dims[t->rank++] = index->extent;
  }
  return t->rank > 0;
}

const struct kn_expr *rows_group_scales(const struct line *l, int64_t *size) {
  enum { MOST = 128 }; // stretches and tiles of columns are of whole groups
  const struct kn_index *last = l->rank ? l->index[l->rank - 1] : NULL;
  const struct kn_expr *e = l->value;
  const struct kn_expr *scale = e->kind == KN_CALL && e->builtin == KN_QUANTIZE ? e->args[1] : NULL;
  if (!last || !scale || scale->kind != KN_READ || !scale->num_args || scale->tensor->rows ||
      scale->tensor->type != KN_F32)
    return NULL;
  const struct kn_expr *group = scale->args[scale->num_args - 1];
  *size = group->op == KN_DIV ? rows_divisor(group, last) : 0;
  for (unsigned i = 0; i + 1 < scale->num_args; i++)
    if (rows_depends(scale->args[i], last))
      return NULL;
  return *size >= 16 && *size <= MOST && MOST % *size == 0 ? scale : NULL;
}

// quantize(x[m, n], scale[m], zero) to 8 bits: what is quantised lies in memory as it is.
static bool quantises(const struct taking *t, const struct kn_expr *e) {
  struct kn_index *last = t->index[t->rank - 1];
  int64_t group;
  const bool by_group = rows_group_scales(t->line, &group) != NULL;
  if (e->kind != KN_CALL || e->builtin != KN_QUANTIZE || e->round_away || kn_arg(e, 3) ||
      kn_arg(e, 4) || (e->type != KN_I8 && e->type != KN_U8) || e->args[0]->kind != KN_READ ||
      (rows_depends(e->args[1], last) && !by_group) ||
      (kn_arg(e, 2) && rows_depends(kn_arg(e, 2), last)))
    return false;
  enum kn_type from = e->args[0]->type;
  return from == KN_F32 || from == KN_F16 || from == KN_BF16 || from == KN_I32 || from == KN_I8 ||
         from == KN_U8;
}

// Short rows of a kernel that does nothing else: one command takes a tile.
static bool takes_tiles(const struct taking *t, const struct line *first) {
  const struct line *l = t->line;
  const struct kn_expr *e = l->value;
  const struct kn_expr *argument = e->kind == KN_CALL && e->num_args ? e->args[0] : NULL;
  if (first != l || l->next || l->rank < 2 || !argument || argument->kind != KN_READ ||
      l->target->dims[l->rank - 1]->size < 0 || l->target->dims[l->rank - 1]->size % 32)
    return false;
  for (unsigned i = 1; i < e->num_args; i++)
    if (e->args[i] && (rows_depends(e->args[i], l->index[l->rank - 2]) ||
                       rows_depends(e->args[i], l->index[l->rank - 1])))
      return false;
  return true;
}

void rows_use_engine(struct rows *r, struct line **first) {
  for (struct line **at = first; *at; at = &(*at)->next) {
    struct line *l = *at;
    struct taking t = {.r = r, .at = at, .line = l};
    enum kn_unit unit = kn_decided_unit(r->kernel, l->stmt->target);
    if (l->part || l->scatter || (unit != KN_UNIT_ANY && unit != KN_UNIT_SE) || !begin(&t, l) ||
        !(is_long(t.dims[t.rank - 1]) || takes_tiles(&t, *first)))
      continue;
    struct kn_expr *value = l->value;
    if (!l->reduces && serves(&t, value) && value->type == l->target->type) {
      value->args[0] = replace(&t, value->args[0]);
      l->engine = operation(value);
    } else if (!l->reduces && quantises(&t, value) && value->type == l->target->type)
      l->engine = rows_depends(value->args[1], t.index[t.rank - 1]) ? "KN_QUANTISE_GROUPS"
                                                                    : "MTIA_SE_QUANTISE";
    else if (l->reduces)
      value->args[0] = replace(&t, value->args[0]);
    else
      l->value = replace(&t, value);
    at = t.at; // the link to the line itself
  }
}

bool rows_quantises_groups(const struct phase *p) {
  int64_t size;
  for (const struct line *l = p->lines; l; l = l->next)
    if (l->engine && rows_group_scales(l, &size))
      return true;
  return false;
}

bool rows_has_engine(const struct phase *p) {
  for (const struct line *l = p->lines; l; l = l->next)
    if (l->engine)
      return true;
  return false;
}
