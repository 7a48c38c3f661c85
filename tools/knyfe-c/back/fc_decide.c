// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "fc_decide.h"
#include "decide.h"
#include "internal.h"
#include "size.h"

#include <inttypes.h>
#include <string.h>

enum { BLOCK = 64, STEP = 32 };

#define T(...) kn_text(b->file, __VA_ARGS__)

static int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

static const char *tile_text(struct backend *b, const struct kn_decision *d, int64_t k) {
  const char *text = T("tile(%s) = %d x %d", d->name, BLOCK, BLOCK);
  return k ? T("%s x %" PRId64, text, k) : text;
}

// 64 x 64 results, and elements of k per step.
static bool decide_tile(struct backend *b, const struct fc_facts *f, struct fc_choice *c,
                        struct kn_decision *d) {
  int64_t step = STEP / f->element, k = d->num_values == 3 ? d->values[2] : 0;
  int64_t near = k ? (k < step ? step : k / step * step) : 0;
  if (d->num_values != 2 && d->num_values != 3)
    return kn_disobey(b->file, d, tile_text(b, d, 0),
                      "rows and columns of a block and, if wanted, how many of k come at a time");
  if (d->values[0] != BLOCK || d->values[1] != BLOCK)
    return kn_disobey(b->file, d, tile_text(b, d, near),
                      "the matrix units work on blocks of %d x %d results", BLOCK, BLOCK);
  if (near != k)
    return kn_disobey(b->file, d, tile_text(b, d, near),
                      "the summed dimension comes in steps of %" PRId64 " elements", step);
  if (c->tile && c->kc != k * f->element) {
    kn_disobey(b->file, d, NULL, "'%s' is computed in the same blocks as '%s'", d->name,
               c->tile->name);
    kn_note(b->file, c->tile->range, "whose size is decided here");
    return false;
  }
  c->tile = d;
  c->kc = k * f->element;
  if (c->kc > ceil_div(f->k, STEP) * STEP)
    c->kc = ceil_div(f->k, STEP) * STEP;
  kn_obey(d);
  return true;
}

static int operand_of(const struct fc_facts *f, const struct kn_tensor *t) {
  return t->id == f->operand[0]->id ? 0 : t->id == f->operand[1]->id ? 1 : -1;
}

static bool is(const struct kn_tensor *a, const struct kn_tensor *t) { return a && a->id == t->id; }

static bool decide_buffers(struct backend *b, const struct fc_facts *f, struct fc_choice *c,
                           struct kn_decision *d) {
  int operand = operand_of(f, d->tensor);
  if (operand >= 0)
    c->operand_slots[operand] = d->values[0];
  else if (is(f->bias, d->tensor))
    c->bias_slots = d->values[0];
  else if (is(f->y, d->tensor))
    c->y_slots = d->values[0];
  else if (d->values[0] > 1)
    return true; // refused in general
  kn_obey(d);
  return true;
}

static bool decide_place(struct backend *b, const struct fc_facts *f, struct fc_choice *c,
                         struct kn_decision *d) {
  int operand = operand_of(f, d->tensor);
  bool local = kn_decided_place(b->kernel, d->tensor) == KN_PLACE_LOCAL;
  if (local && d->tensor->role == KN_LOCAL)
    kn_obey(d); // in the accumulators
  if (d->tensor->role == KN_LOCAL)
    return true;
  if (!local) {
    if (operand >= 0)
      c->stream[operand] = true;
    kn_obey(d);
    return true;
  }
  if (operand < 0)
    return kn_disobey(b->file, d, T("resident(%s) = sram, or dram", d->name),
                      "only an operand of the product can stay in local memory");
  if (c->keep >= 0 && c->keep != operand) {
    kn_disobey(b->file, d, T("resident(%s) = sram, or dram", d->name),
               "a strip of one operand stays while the other one streams past it");
    kn_note(b->file, c->keep_by->range, "the other one is to stay, too");
    return false;
  }
  c->keep = operand;
  c->keep_by = d;
  kn_obey(d);
  return true;
}

struct search {
  bool sums;
};

static bool find_sum(struct kn_expr *e, void *data) {
  struct search *s = data;
  s->sums = s->sums || e->kind == KN_REDUCE;
  return true;
}

// The matrix units compute the sums, the SIMD engine what is done as they leave.
static bool decide_unit(struct backend *b, const struct fc_facts *f, struct kn_decision *d) {
  struct search s = {false};
  for (struct kn_stmt *st = b->kernel->stmts; st; st = st->next)
    if (st->target == d->tensor && st->value)
      kn_walk(st->value, find_sum, &s);
  enum kn_unit unit = kn_decided_unit(b->kernel, d->tensor);
  const char *other = s.sums ? "dpe" : f->rest ? "core" : "se";
  if (d->tensor->role == KN_INPUT)
    return true; // refused in general
  if (unit != (s.sums ? KN_UNIT_DPE : f->rest ? KN_UNIT_CORE : KN_UNIT_SE))
    return kn_disobey(b->file, d, T("unit(%s) = %s%s", d->name, other, f->rest ? "" : ", or core"),
                      s.sums    ? "'%s' is a sum of products"
                      : f->rest ? "'%s' is more than bias, relu and quantize"
                                : "'%s' is what is done with the sums as they leave",
                      d->name);
  kn_obey(d);
  return true;
}

static bool decide_split(struct backend *b, const struct fc_facts *f, struct fc_choice *c,
                         struct kn_decision *d) {
  unsigned cols = b->target->grid_cols;
  int64_t n = d->values[0], possible = 1;
  while (possible * 2 <= n && cols % (possible * 2) == 0)
    possible *= 2;
  if (possible != n)
    return kn_disobey(b->file, d, T("split(%s) = %" PRId64, d->name, possible),
                      "the parts are added up along rows of PEs, of which there are %u: no "
                      "multiple of %" PRId64,
                      cols, n);
  int64_t kc = c->kc ? c->kc : STEP;
  if (n > ceil_div(f->k, kc)) {
    possible = 1;
    while (possible * 2 <= ceil_div(f->k, kc))
      possible *= 2;
    return kn_disobey(b->file, d, T("split(%s) = %" PRId64, d->name, possible),
                      "'%s' has %" PRId64 " steps of %" PRId64 " elements only", d->name,
                      ceil_div(f->k, kc), kc / f->element);
  }
  c->split = d;
  c->parts = n;
  kn_obey(d);
  return true;
}

bool fc_decide(struct backend *b, const struct fc_facts *f, struct fc_choice *c) {
  *c = (struct fc_choice){.keep = -1};
  bool all = true;
  for (struct kn_decision *d = b->kernel->schedule; d; d = d->next) {
    bool ok = true;
    switch (d->key) {
    case KN_GRID:
      c->grid = d;
      c->rows = d->values[0];
      c->cols = d->values[1];
      kn_obey(d);
      break;
    case KN_TILE:
      ok = d->tensor->role == KN_INPUT || decide_tile(b, f, c, d);
      break;
    case KN_BUFFERS:
      ok = decide_buffers(b, f, c, d);
      break;
    case KN_RESIDENT:
      ok = decide_place(b, f, c, d);
      break;
    case KN_UNIT:
      ok = decide_unit(b, f, d);
      break;
    case KN_SPLIT:
      break;
    }
    all = all && ok;
  }
  for (struct kn_decision *d = b->kernel->schedule; d; d = d->next) // knows the step of k
    all = (d->key != KN_SPLIT || decide_split(b, f, c, d)) && all;
  return all;
}

bool fc_too_large(struct backend *b, const struct fc_facts *f, const struct fc_choice *c,
                  int64_t chunk, const int64_t slots[2], int64_t others) {
  const struct kn_decision *d = c->tile;
  const char *hint = NULL;
  for (int i = 0; i < 2; i++)
    if (!d && c->operand_slots[i])
      d = kn_decide(b->kernel, KN_BUFFERS, f->operand[i]);
  if (!d)
    d = c->keep_by;
  if (c->y_slots > 2 && !d)
    d = kn_decide(b->kernel, KN_BUFFERS, f->y);
  if (d && d == c->tile && c->kc > STEP)
    hint = T("try %s", tile_text(b, d, ceil_div(c->kc / 2, STEP) * STEP / f->element));
  else if (d && d == c->keep_by)
    hint = T("try split(...) = 8 beside it, or leave it out: then %s streams", d->name);
  else if (d && d->values[0] > 1)
    hint = T("try buffers(%s) = %" PRId64, d->name, d->values[0] / 2);
  struct kn_need needs[3] = {{f->operand[0]->name, slots[0] * chunk},
                             {f->operand[1]->name, slots[1] * chunk},
                             {"results and bias", others}};
  return kn_needs_local(b->file, d ? d->range : f->y->range,
                        d ? kn_decision_text(b->file, d) : "the product", needs, 3, hint);
}
