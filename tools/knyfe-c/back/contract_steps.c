// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is done with a product's sums beyond what the accumulators' way out can do
// (kn_match_leaving): steps of the SE on each block in local memory, in f32, before it is stored
// (<mtia/knyfe_steps.h>).
//
//   y[m, n] = f16(relu((acc[m, n] + bias[n]) + f32(r[m, n])))    the bias leaves with the sums;
//                                                               + r, relu are steps
#include "contract.h"
#include "rows.h"

#include <mtia/knyfe_plan.h>

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

// What x and w leave of local memory.
enum { MOST_ROOM = 64 * 1024 };

//===----------------------------------------------------------------------===//
// Recognition
//===----------------------------------------------------------------------===//

struct product {
  const struct kn_tensor *sums;
  struct kn_index *const *index;
  unsigned rank;
  struct kn_contraction *c;
};

static bool find_sums(struct kn_expr *e, void *data) {
  const struct product *p = data;
  return e->kind != KN_READ || e->tensor != p->sums;
}

static bool has_sums(const struct product *p, const struct kn_expr *e) {
  return !kn_walk((struct kn_expr *)e, find_sums, (void *)p);
}

// An element of a tensor at indices of the result, in f32: one for each element, or for each of its
// rows or columns.
static bool match_operand(const struct product *p, const struct kn_expr *e, struct kn_step *s) {
  const struct kn_contraction *c = p->c;
  if (e->kind == KN_CAST && (e->args[0]->type == KN_F16 || e->args[0]->type == KN_BF16))
    e = e->args[0];
  if (e->kind != KN_READ || !e->num_args || e->tensor->rows || e->tensor == p->sums ||
      (e->type != KN_F32 && e->type != KN_F16 && e->type != KN_BF16) || e->tensor->type != e->type)
    return false;
  int dims[KN_MAX_RANK]; // by index of the result
  for (unsigned i = 0; i < p->rank; i++)
    dims[i] = -1;
  for (unsigned i = 0; i < e->num_args; i++) {
    const struct kn_index *index = kn_plain_index(e->args[i]);
    unsigned k = 0;
    while (k < p->rank && p->index[k] != index)
      k++;
    if (!index || k == p->rank || dims[k] >= 0 || index->extent != e->tensor->dims[i])
      return false;
    dims[k] = (int)i;
  }
  const int last = (int)e->num_args - 1, row = c->row >= 0 ? dims[c->row] : -1;
  const int column = dims[c->column];
  if (column != last && (column >= 0 || row != last))
    return false;
  s->kind = column < 0 ? "KP_ROWS" : row < 0 ? "KP_COLUMNS" : "KP_EACH";
  s->tensor = e->tensor;
  s->row = row;
  for (unsigned i = 0; i < c->num_batch; i++)
    s->batch[i] = dims[c->batch[i]];
  return true;
}

// What follows a layer; exp and rsqrt of sums stay lines.
static const char *activation(const struct kn_expr *e) {
  const bool other = e->builtin == KN_EXP || e->builtin == KN_RSQRT;
  return other ? NULL : rows_engine_function(e);
}

// The last step of e; what it is done with, or NULL.
static const struct kn_expr *match_step(const struct product *p, const struct kn_expr *e,
                                        struct kn_step *s) {
  memset(s, 0, sizeof *s);
  if (e->type != KN_F32)
    return NULL;
  if ((s->operation = activation(e))) {
    s->kind = "KP_FUNCTION";
    return e->args[0];
  }
  if (e->kind != KN_BINARY || (e->op != KN_ADD && e->op != KN_SUB && e->op != KN_MUL))
    return NULL;
  s->operation = e->op == KN_ADD ? "MTIA_SE_ADD" : e->op == KN_SUB ? "MTIA_SE_SUB" : "MTIA_SE_MUL";
  for (int side = 0; side < (e->op == KN_SUB ? 1 : 2); side++)
    if (has_sums(p, e->args[side]) && match_operand(p, e->args[1 - side], s))
      return e->args[side];
  return NULL;
}

// Do the SE's commands go row by row (KP_FN(pitch)) on all of a narrow matrix?
static bool goes_by_rows(const struct kn_contraction *c, int64_t columns) {
  bool narrow = c->type != KN_F32, wide = false;
  for (unsigned i = 0; i < c->num_steps; i++) {
    const struct kn_step *s = &c->steps[i];
    if (!s->tensor || !strcmp(s->kind, "KP_ROWS"))
      continue;
    narrow = narrow || s->tensor->type != KN_F32;
    wide = wide || s->tensor->type == KN_F32;
  }
  return narrow && wide && columns >= 0 && columns < KP_BLOCK && (columns - 1) / 8 % 2 == 0;
}

bool kn_match_steps(const struct kn_expr *e, const struct kn_tensor *sums,
                    struct kn_index *const *index, unsigned rank, struct kn_contraction *result) {
  struct kn_contraction copy = *result;
  const struct product p = {sums, index, rank, &copy};
  struct kn_step steps[KN_MAX_STEPS]; // the last one first
  unsigned num = 0;
  const enum kn_type type = e->type;
  if (e->kind == KN_CAST && (type == KN_F16 || type == KN_BF16) && e->args[0]->type == KN_F32)
    e = e->args[0];
  for (;;) {
    if (num == KN_MAX_STEPS || !(e = match_step(&p, e, &steps[num])))
      return false;
    num++;
    if (kn_match_leaving(e, sums, index, rank, &copy))
      break;
  }
  if (copy.type != KN_F32)
    return false;
  copy.type = type;
  copy.num_steps = num;
  for (unsigned i = 0; i < num; i++)
    copy.steps[i] = steps[num - 1 - i];
  if (kn_steps_room(&copy) > MOST_ROOM || goes_by_rows(&copy, index[copy.column]->extent->size))
    return false;
  *result = copy;
  return true;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static const char *se_type(enum kn_type type) {
  return type == KN_F16 ? "MTIA_SE_F16" : type == KN_BF16 ? "MTIA_SE_BF16" : "MTIA_SE_F32";
}

static unsigned bytes(const struct kn_step *s) { return rows_bytes(s->tensor->type); }

uint32_t kn_steps_room(const struct kn_contraction *c) {
  uint32_t room = c->num_steps ? KP_BLOCK * KP_BLOCK * 4 : 0;
  for (unsigned i = 0; i < c->num_steps; i++) {
    const struct kn_step *s = &c->steps[i];
    if (s->tensor)
      room += strcmp(s->kind, "KP_EACH") ? KP_VECTORS : KP_BLOCK * KP_BLOCK * bytes(s);
  }
  return room;
}

void kn_put_steps(struct rows *r, const struct kn_contraction *c) {
  rows_comment(r, "Behind that the SE goes over each block in local memory.");
  rows_put(r, "#define KP_STEPS(STEP) \\");
  for (unsigned i = 0; i < c->num_steps; i++) {
    const struct kn_step *s = &c->steps[i];
    const bool last = i + 1 == c->num_steps;
    rows_put(r, "  STEP(%u, %s, %s, %s, %d)%s", i, s->operation, s->kind,
             se_type(s->tensor ? s->tensor->type : KN_F32), last, last ? "" : " \\");
  }
  rows_put(r, "#define KP_STEP_TYPE %s", se_type(c->type));
  rows_put(r, "#define KP_STEP_ROOM %u", kn_steps_room(c));
  rows_put(r, "#define KP_STEP_COUNT %u", c->num_steps);
}

void kn_put_step_operands(struct rows *r, const struct kn_contraction *c) {
  const char *list = "";
  for (unsigned i = 0; i < c->num_steps; i++) {
    const struct kn_step *s = &c->steps[i];
    list = T("%s%s%s", list, i ? ", " : "",
             s->tensor ? kn_matrix_text(r, s->tensor, s->row, -1, s->batch, c->num_batch) : "{0}");
  }
  if (c->num_steps)
    rows_put(r, ".steps = {%s},", list);
}
