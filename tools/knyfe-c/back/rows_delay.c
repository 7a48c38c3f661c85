// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stores behind the loads of the next step. Loads and stores share a pipeline and keep their order
// (docs/simd.md, "Loops that don't wait"): a store that waits for the last operation of its step
// keeps the next step's loads waiting too. So a step stores what the one before it has computed,
// or, where steps move so little that this one is not done by then, what the one before that has.
#include "rows.h"

#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

struct work {
  const struct kn_index *along;
  unsigned operations, bytes; // of what is read
  bool reads, waits;          // for more than loads
};

// Functions whose constants and steps take all registers.
static bool is_long(const struct kn_expr *e) {
  return e->builtin >= KN_EXP && e->builtin <= KN_POW && e->builtin != KN_LOG;
}

static bool find_work(struct kn_expr *e, void *data) {
  struct work *w = data;
  const bool moves = rows_depends(e, w->along) != 0;
  w->reads = w->reads || (e->kind == KN_READ && moves);
  w->bytes += e->kind == KN_READ && moves ? rows_bytes(e->type) : 0;
  const bool scales = e->builtin == KN_QUANTIZE || e->builtin == KN_DEQUANTIZE;
  if (moves && e->kind == KN_CALL)
    w->operations += scales ? 3 : 1;
  w->operations += moves && (e->kind == KN_BINARY || e->kind == KN_CAST);
  w->waits = w->waits || e->kind == KN_REDUCE || (moves && e->kind == KN_CALL && is_long(e));
  return true;
}

// What core 1 makes: of the SE's functions, the argument.
static struct kn_expr *made_by_core(const struct line *l) {
  return l->engine ? l->value->args[0] : l->value;
}

// Is a step long enough by itself?
static bool is_wide(const struct scope *s, const struct line *l) {
  return rows_widest(made_by_core(l)) * s->lanes >= 256;
}

static struct work work_of(const struct scope *s, const struct line *l) {
  struct work w = {.along = s->along, .bytes = rows_bytes(l->target->type)};
  kn_walk(made_by_core(l), find_work, &w);
  return w;
}

// Is all of a step, from its loads to its stores, longer than what two of them load and store?
static bool moves_little(const struct scope *s, const struct line *l, const struct work *w) {
  enum { LITTLE = 8 }; // registers: loads, operations and stores of one step take some 24 cycles
  return is_wide(s, l) && s->lanes * w->bytes <= LITTLE * 64;
}

bool rows_delays(struct scope *s, const struct line *l) {
  const struct work w = work_of(s, l);
  // Of fewer operations, the last one is soon done.
  const unsigned chain = moves_little(s, l, &w) ? 1 : is_wide(s, l) ? 2 : 3;
  return !s->count && !w.waits && w.reads && w.operations >= chain;
}

// What a step makes; the vectors are those of memory as far as conversions go.
static struct value make(struct scope *s, const struct line *l, const char *at) {
  scope_bind(s, s->along, at);
  struct value v = rows_value(s, made_by_core(l));
  s->num--;
  return (struct value){rows_vector(s, v, l->target->type), v.atom, true};
}

static void put(struct scope *s, const struct line *l, const char *at, const char *name) {
  scope_bind(s, s->along, at);
  rows_store_element(s, l, (struct value){name, true, true});
  s->num--;
}

// The element `steps` behind `from`.
static const char *behind(struct scope *s, const char *from, unsigned steps) {
  const char *distance = T("%u", steps * s->lanes);
  return !steps ? from : strcmp(from, "0") ? T("%s + %s", from, distance) : distance;
}

// Declares what the first step makes, at the loop's begin.
static const char *declare(struct scope *s, const struct line *l, const char *type,
                           const char *name, const char *at) {
  const char *made = rows_name(s->r, T("%s_%s", s->r->tensor_names[l->target->id], name));
  const bool few = s->few;
  s->few = true; // the first place may be a number
  rows_put(s->r, "%s %s = %s;", type, made, make(s, l, at).text);
  s->few = few;
  return made;
}

// Makes the step at `at`, and stores in between what was made `steps` before it.
static void step(struct scope *s, const struct line *l, const char *type, const char *at,
                 const char *made, unsigned steps) {
  struct rows *r = s->r;
  const char *next = rows_name(r, T("%s_next", r->tensor_names[l->target->id]));
  rows_put(r, "const %s %s = %s;", type, next, make(s, l, at).text);
  put(s, l, T("(%s - %u)", at, steps * s->lanes), made);
  rows_put(r, "%s = %s;", made, next);
}

void rows_delayed(struct scope *s, const struct line *l, const char *index, const char *lo,
                  const char *hi, int64_t steps, bool whole) {
  struct rows *r = s->r;
  const char *type = rows_vector_type(s, l->target->type);
  const struct work w = work_of(s, l);
  const unsigned depth = steps % 2 == 0 && moves_little(s, l, &w) ? 2 : 1;
  const char *made[2];
  for (unsigned i = 0; i < depth; i++)
    made[i] = declare(s, l, type, i ? "behind" : "made", behind(s, lo, i));
  rows_put_unroll(r, is_wide(s, l) ? 1 : rows_unroll(l, s->lanes), whole ? steps / depth : -1,
                  depth * s->lanes * rows_widest(l->value));
  rows_put(r, "for (long %s = %s; %s < %s; %s += %u) {", index, behind(s, lo, depth), index, hi,
           index, depth * s->lanes);
  r->indent++;
  for (unsigned i = 0; i < depth; i++)
    step(s, l, type, i ? T("(%s)", behind(s, index, i)) : index, made[i], depth);
  r->indent--;
  rows_put(r, "}");
  for (unsigned i = 0; i < depth; i++)
    put(s, l, T("(%s - %u)", hi, (depth - i) * s->lanes), made[i]);
}
