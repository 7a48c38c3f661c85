// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stores behind the loads of the next step. Loads and stores share a pipeline and keep their order
// (docs/simd.md, "Loops that don't wait"): a store that waits for the last operation of its step
// keeps the next step's loads waiting too. So a step stores what the one before it has computed.
#include "rows.h"

#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

struct work {
  const struct kn_index *along;
  unsigned operations;
  bool reads, waits; // for more than loads
};

static bool find_work(struct kn_expr *e, void *data) {
  struct work *w = data;
  const bool moves = rows_depends(e, w->along) != 0;
  w->reads = w->reads || (e->kind == KN_READ && moves);
  const bool scales = e->builtin == KN_QUANTIZE || e->builtin == KN_DEQUANTIZE;
  if (moves && e->kind == KN_CALL)
    w->operations += scales ? 3 : 1;
  w->operations += moves && (e->kind == KN_BINARY || e->kind == KN_CAST);
  w->waits = w->waits || e->kind == KN_REDUCE ||
             (moves && e->kind == KN_CALL && e->builtin >= KN_EXP && e->builtin <= KN_POW);
  return true;
}

bool rows_delays(struct scope *s, const struct line *l) {
  enum { CHAIN = 3 }; // of fewer operations, the last one is soon done
  struct work w = {.along = s->along};
  kn_walk(l->value, find_work, &w);
  return !s->count && !w.waits && w.reads && w.operations >= CHAIN && !l->engine;
}

// What a step makes; the vectors are those of memory as far as conversions go.
static struct value make(struct scope *s, const struct line *l, const char *at) {
  scope_bind(s, s->along, at);
  struct value v = rows_value(s, l->value);
  s->num--;
  return (struct value){rows_vector(s, v, l->target->type), v.atom, true};
}

static void put(struct scope *s, const struct line *l, const char *at, const char *name) {
  scope_bind(s, s->along, at);
  rows_store_element(s, l, (struct value){name, true, true});
  s->num--;
}

void rows_delayed(struct scope *s, const struct line *l, const char *index, const char *lo,
                  const char *hi, unsigned unroll) {
  struct rows *r = s->r;
  const char *type = rows_vector_type(s, l->target->type);
  const bool wide = rows_widest(l->value) * s->lanes >= 256; // a step is long enough by itself
  const char *made = rows_name(r, T("%s_made", r->tensor_names[l->target->id]));
  const char *next = rows_name(r, T("%s_next", r->tensor_names[l->target->id]));
  const bool few = s->few;
  s->few = true; // the first place may be a number
  rows_put(r, "%s %s = %s;", type, made, make(s, l, lo).text);
  s->few = few;
  if (unroll > 1 && !wide)
    fprintf(r->out, "#pragma clang loop unroll_count(%u)\n", unroll);
  const char *first = strcmp(lo, "0") ? T("%s + %u", lo, s->lanes) : T("%u", s->lanes);
  rows_put(r, "for (long %s = %s; %s < %s; %s += %u) {", index, first, index, hi, index, s->lanes);
  r->indent++;
  rows_put(r, "const %s %s = %s;", type, next, make(s, l, index).text);
  put(s, l, T("(%s - %u)", index, s->lanes), made);
  rows_put(r, "%s = %s;", made, next);
  r->indent--;
  rows_put(r, "}");
  put(s, l, T("(%s - %u)", hi, s->lanes), made);
  rows_release(r, next);
}
