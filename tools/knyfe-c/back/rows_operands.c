// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a phase reads and writes, and which part of it a tile needs.
#include "rows_block.h"
#include "rows_plan.h"

struct collect {
  struct rows *r;
  struct phase *p;
  const struct line *line;
};

static struct operand *add_operand(struct rows *r, struct phase *p, struct kn_tensor *t,
                                   bool output) {
  struct operand *o = kn_alloc(r->file, sizeof *o);
  o->tensor = t;
  o->output = output;
  o->pitch = p->pitch ? r->pitches[t->id] : 0;
  o->name = r->tensor_names[t->id];
  struct operand **at = &p->operands;
  while (*at)
    at = &(*at)->next;
  return *at = o;
}

int64_t rows_blocks_of(const struct phase *p, const struct line *l, const struct kn_expr *read,
                       unsigned i, int *by) {
  if (i + 1 == read->num_args || read->tensor->rows)
    return 0;
  for (unsigned n = 0; n < p->num_par; n++) {
    const int64_t factor = rows_coefficient(read->args[i], l->index[n]);
    const struct fixed first = {l->index[n], 0};
    const struct interval rest = rows_interval(read->args[i], &first, 1);
    if (factor > 1 && rest.known && rest.lo >= 0 && rest.hi < factor &&
        p->par[n]->size * factor == read->tensor->dims[i]->size) {
      *by = (int)n;
      return factor;
    }
  }
  return 0;
}

static bool same_times(struct size a, struct size b) {
  return a.text && b.text ? a.known && b.known ? a.value == b.value : a.text == b.text
                          : a.text == b.text;
}

// A vector of numbers of rows, as x of `y[m] = f(x[m])`: are tiles of rows parts of it that begin
// at multiples of 32 bytes, as those of what is stored do? A short one comes sooner as a whole,
// once.
static bool comes_in_parts(const struct phase *p, const struct kn_tensor *t, int use) {
  enum { SHORT = 4096 };
  const unsigned bytes = rows_bytes(t->type);
  if (t->rank != 1 || t->rows || rows_stored(t) == KN_I4 || p->shared || p->across ||
      use + 1 != (int)p->num_par || t->dims[0]->size * bytes <= SHORT)
    return false;
  for (const struct line *l = p->lines; l; l = l->next)
    if (l->scatter || l->part || l->chunked || l->target->rank != 1 ||
        rows_bytes(l->target->type) > bytes)
      return false;
  return true;
}

static bool collect_read(struct kn_expr *e, void *data) {
  struct collect *c = data;
  struct rows *r = c->r;
  struct phase *p = c->p;
  if (e->kind != KN_READ || r->defined_in[e->tensor->id] == p)
    return true;
  if (e->tensor->role == KN_INPUT && !e->tensor->rank)
    return true; // a scalar argument
  struct operand *o = rows_operand(p, e->tensor);
  bool first = !o;
  struct fetched *fetched = rows_fetched(r, e->tensor);
  struct operand *index = first && fetched ? add_operand(r, p, &fetched->index, false) : NULL;
  if (first)
    o = add_operand(r, p, e->tensor, false);
  struct turned *turned = first ? rows_turned(r, e->tensor) : NULL;
  for (unsigned i = 0; i < e->tensor->rank; i++) {
    const struct kn_index *plain = kn_plain_index(e->args[i]);
    int use = plain ? rows_parallel(p, c->line, plain) : WHOLE;
    const bool summed = plain && rows_is_summed(p, c->line, plain);
    if (summed)
      use = (int)p->num_par;
    // Of a dimension that lies densely only parts that begin at multiples of 32 bytes come.
    if (e->tensor->rows || rows_stored(e->tensor) == KN_I4)
      use = i == e->tensor->rank - 1 ? WHOLE : use;
    if (i == e->tensor->rank - 1 && use >= 0 && !summed &&
        !(p->across && use == (int)p->num_par - 1) && !comes_in_parts(p, e->tensor, use))
      use = WHOLE;
    if (use >= 0 && e->tensor->dims[i] != p->par[use])
      use = WHOLE;
    const bool chunk = plain && plain == c->line->chunked && e->tensor->dims[i] == plain->extent &&
                       !summed && rows_stored(e->tensor) != KN_I4;
    if (chunk)
      use = (int)c->line->chunk_by;
    struct size times = {0};
    const int64_t factor = use == WHOLE && !plain ? rows_blocks_of(p, c->line, e, i, &use) : 0;
    if (chunk || factor)
      times = chunk ? c->line->chunk : sz_num(r->file, factor);
    if (fetched && (i == e->tensor->rank - 1 || summed)) {
      use = WHOLE; // rows as they are
      times = (struct size){0};
    }
    o->use[i] = first || (o->use[i] == use && same_times(times, o->times[i])) ? use : WHOLE;
    if (o->use[i] != WHOLE)
      o->times[i] = times;
  }
  if (turned) {
    add_operand(r, p, &turned->rows, false)->turned = o;
    o->name = turned->name;
    o->turns = true;
  }
  if (index) {
    index->turned = o;
    o->fetched = fetched;
    o->name = fetched->name;
    o->turns = true;
  }
  return true;
}

void rows_find_operands(struct rows *r, struct phase *p) {
  for (struct line *l = p->lines; l; l = l->next) {
    struct collect c = {r, p, l};
    kn_walk(l->value, collect_read, &c);
    for (unsigned i = 0; l->scatter && i < l->stmt->rank; i++)
      kn_walk(l->stmt->subscripts[i], collect_read, &c);
  }
  for (struct operand *o = p->operands; o; o = o->next)
    for (unsigned i = 0, rank = o->tensor->rank; o->turned && i < rank; i++) {
      // Of matrices that are turned the last two change places.
      const unsigned from = o->turned->fetched || i + 2 < rank ? i : 2 * rank - 3 - i;
      o->use[i] = o->turned->use[from];
      o->times[i] = o->turned->times[from];
    }
  for (struct line *l = p->lines; l; l = l->next) {
    struct kn_tensor *t = l->target;
    struct operand *known = rows_operand(p, t);
    if (rows_local(p, t) || (known && known->output))
      continue; // another part of it
    if (t->role == KN_OUTPUT || r->in_memory[t->id]) {
      struct operand *o = add_operand(r, p, t, true);
      o->shared = p->shared && t->rank == 1;
      for (unsigned i = 0; i < t->rank; i++)
        o->use[i] = i < p->num_par ? (int)i : WHOLE;
      if (l->scatter)
        rows_add_lane_tables(r, p, l);
      if (l->rank > rows_serial(p))
        continue; // its box holds it
    }
    struct local *v = kn_alloc(r->file, sizeof *v);
    v->tensor = t;
    v->pitch = p->pitch;
    v->name = r->tensor_names[t->id];
    v->array = l->rank > rows_serial(p);
    v->first = l->blocks ? p->num_par - 2 : rows_serial(p);
    v->next = p->locals;
    p->locals = v;
  }
}
