// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops: turns that are gone through, turns that are like those, turns that the compiler puts
// together.
#include "program_follow.h"

static bool assigns(const struct ct_expr *step, const char *name, int64_t *by) {
  while (step && step->op == CT_BINARY && *step->text == ',')
    step = step->a;
  if (!step || step->a->op != CT_NAME || step->a->text != name)
    return false;
  *by = 1;
  if (step->op == CT_STEP)
    return *step->text == '+';
  *by = step->op == CT_ASSIGN && step->b->op == CT_NUMBER ? step->b->value : 0;
  return step->op == CT_ASSIGN && !strcmp(step->text, "+=") && *by > 0;
}

// A counter; in loops that are written out it is a constant.
static void set(struct follow *f, const char *name, int64_t value) {
  struct value *v = pg_find(f, name);
  if (!v)
    return;
  *v = number(value);
  v->constant = f->num_active && f->active[f->num_active - 1].flat;
  v->counted = f->num_active && f->active[f->num_active - 1].counted;
}

static void turn(struct follow *f, const struct ct_stmt *s) {
  pg_run(f, s->body);
  if (f->signal == CONTINUES)
    f->signal = NORMAL;
  // Counting, comparing, jumping; a leaf's addresses are counted on as well. Of turns that the
  // compiler writes out only the last one does so.
  const double each =
      s->is_leaf && f->in_data ? 2 + KN_DEV_core_branch_taken : 1 + KN_DEV_core_branch_taken;
  if (!f->flat)
    scalar(f, each / f->written_out);
}

// Time goes on by `by`: nothing else changes.
void pg_later(struct follow *f, double by, double since) {
  struct pipes *p = &f->pipes;
  p->now += by;
  p->arith += by;
  p->loads += by;
  p->group += by;
  p->held += by;
  p->load_issue += by;
  for (int i = 0; i < 2; i++)
    for (unsigned k = 0; k < KN_DEV_vector_queue; k++)
      p->queue[i][k] += by;
  for (unsigned i = f->floor; i < f->num_variables; i++)
    if (f->variables[i].v.ready >= since)
      f->variables[i].v.ready += by;
}

// `count` turns that the compiler has put together.
static void turns(struct follow *f, const struct ct_stmt *s, const char *name, int64_t from,
                  int64_t by, int64_t count, bool together) {
  bool gathered = f->gathers; // within turns that have been put together
  f->gathers = gathered || together;
  if (!gathered)
    pg_begin_group(&f->pipes);
  for (int64_t i = 0; i < count && f->signal == NORMAL; i++) {
    if (i)
      f->active[f->num_active - 1].turn++;
    set(f, name, from + i * by);
    f->num_known = 0;
    f->masked = 0;
    if (!gathered)
      f->together = i > 0;
    bool last = f->last;
    f->last = (!gathered || last) && i + 1 == count;
    if (i + 1 == count)
      turn(f, s);
    else {
      pg_run(f, s->body);
      if (f->signal == CONTINUES)
        f->signal = NORMAL;
    }
    f->last = last;
  }
  f->gathers = gathered;
  if (!gathered) {
    pg_end_group(&f->pipes);
    pg_flush_stores(f);
  }
}

// The turns of a loop that counts, if they are known.
static bool count_turns(struct follow *f, const struct ct_stmt *s, int64_t *n) {
  const struct ct_stmt *first = s->first;
  const struct ct_expr *c = s->value;
  int64_t by;
  if (s->kind != CT_FOR || !first || first->kind != CT_DECLARE || !first->value || !c ||
      c->op != CT_BINARY || strcmp(c->text, "<") || c->a->op != CT_NAME ||
      c->a->text != first->name || !assigns(s->step, first->name, &by))
    return false;
  struct pipes before = f->pipes;
  struct value from = pg_evaluate(f, first->value), to = pg_evaluate(f, c->b);
  f->pipes = before;
  *n = to.i > from.i ? (to.i - from.i + by - 1) / by : 0;
  return from.constant && to.constant;
}

// What the compiler counts when it thinks about writing out a loop: operations, roughly, but not
// those of addresses. Constants replace the masks of short rows.
struct weight {
  double operations;
  bool masks;
};

// Functions are written out, too.
static double weigh_call(const char *name) {
  enum { SECOND_INSIDE = 24 }; // lanes of two vectors are looked for, and jumped around
  struct vector_name v;
  if (strstr(name, "load_second_inside"))
    return SECOND_INSIDE;
  const struct operation *o = pg_parse_name(name, &v) && !v.from ? pg_operation(&v) : NULL;
  return o ? o->cycles + o->fixed : 1;
}

static void weigh_expr(struct weight *w, const struct ct_expr *e) {
  if (!e)
    return;
  bool access = e->op == CT_CALL && (strstr(e->text, "load") || strstr(e->text, "store"));
  w->operations += e->op == CT_INDEX    ? 2
                   : e->op == CT_CALL   ? weigh_call(e->text)
                   : e->op == CT_ASSIGN ? 1
                                        : 0;
  w->masks = w->masks || (e->op == CT_CALL && strstr(e->text, "_first"));
  if (e->op == CT_INDEX)
    return;
  weigh_expr(w, e->a);
  weigh_expr(w, e->b);
  weigh_expr(w, e->c);
  for (unsigned i = access ? e->num_args - 1 : 0; i < e->num_args; i++)
    weigh_expr(w, e->args[i]);
}

static bool is_short(struct follow *f, const struct ct_stmt *loop, int64_t n);

// Are all loops within so short that the compiler writes them out? Adds up what that makes.
static bool is_flat(struct follow *f, const struct ct_stmt *s, struct weight *w) {
  for (; s; s = s->next) {
    struct weight inner = {0};
    int64_t n = 1;
    if (s->kind == CT_WHILE ||
        (s->kind == CT_FOR && (!count_turns(f, s, &n) || !is_short(f, s, n))))
      return false;
    if (!is_flat(f, s->body, &inner) || !is_flat(f, s->other, &inner))
      return false;
    w->operations += (double)n * inner.operations;
    w->masks = w->masks || inner.masks;
    weigh_expr(w, s->value);
  }
  return true;
}

static bool is_short(struct follow *f, const struct ct_stmt *loop, int64_t n) {
  enum { FLAT = 4, LARGE = 100, LARGE_WITH_MASKS = 290, MOST = 600 };
  struct weight w = {0};
  if (loop->unroll > 1) // as often as the text says
    return n <= loop->unroll;
  const bool flat = is_flat(f, loop->body, &w);
  const double all = (double)n * w.operations;
  return (n <= FLAT && all <= MOST) || (flat && all <= (w.masks ? LARGE_WITH_MASKS : LARGE));
}

// How often the compiler writes the body of a loop of single numbers, whose turns it knows, though
// the counter's first value may not be known: not where the end is a parameter.
static unsigned copies(struct follow *f, const struct ct_stmt *s, int64_t n) {
  enum { LARGE = 100, MOST = 16 };
  struct weight w = {0};
  if (s->kind != CT_FOR || s->value->b->op == CT_NAME || !is_flat(f, s->body, &w))
    return 1;
  unsigned times = 1;
  while (times < MOST && n % (2 * times) == 0 && 2 * times * w.operations <= LARGE)
    times *= 2;
  return times;
}

// Expressions that do not vary with the loop are computed in its first turn only.
static bool activate(struct follow *f, bool counted, bool flat) {
  if (f->num_active == sizeof f->active / sizeof *f->active) {
    f->failed = true;
    return false;
  }
  f->active[f->num_active].turn = 0;
  f->active[f->num_active].counted = counted;
  f->active[f->num_active++].flat = flat;
  return true;
}

// A loop over data: n turns, `group` of them put together.
static void data_loop(struct follow *f, const struct ct_stmt *s, const char *name, int64_t from,
                      int64_t by, int64_t n, bool counted) {
  enum { BEFORE = 3 };
  bool leaf = f->leaf, scalars = f->scalars;
  const unsigned written_out = f->written_out;
  f->scalars = s->is_leaf && !s->vectors;
  f->written_out = f->scalars ? copies(f, s, n) : 1;
  struct weight weight = {0};
  bool together = s->is_leaf || is_flat(f, s->body, &weight);
  bool flat = f->flat, out = counted && is_short(f, s, n); // written out
  int64_t group = !together || !n ? 1 : out ? n : s->unroll, whole = n / group;
  if (!activate(f, counted, out))
    return;
  f->flat = out;
  f->leaf = leaf || (together && n > 2); // of one or two turns there is nothing to count on
  for (int64_t i = 0; i < whole && i < BEFORE && f->signal == NORMAL; i++)
    f->active[f->num_active - 1].turn = i,
                              turns(f, s, name, from + i * group * by, by, group, together);
  if (whole > BEFORE && f->signal == NORMAL) {
    int64_t middle = (BEFORE + whole) / 2;
    double start = f->pipes.now, busy[3] = {f->pipes.busy[0], f->pipes.busy[1], f->pipes.busy[2]};
    turns(f, s, name, from + middle * group * by, by, group, together);
    double each = f->pipes.now - start, others = (double)(whole - BEFORE - 1);
    // Three turns and one in the middle: with queues full, each takes as long as the next.
    pg_later(f, others * each, start);
    for (int i = 0; i < 3; i++)
      f->pipes.busy[i] += others * (f->pipes.busy[i] - busy[i]);
  }
  int64_t rest =
      counted && n > whole * group ? n - whole * group : 1; // together, if they are known
  for (int64_t i = whole * group; i < n && f->signal == NORMAL; i += rest)
    f->active[f->num_active - 1].turn = i, turns(f, s, name, from + i * by, by, rest, together);
  pg_end_loop(f);
  f->flat = flat;
  set(f, name, from + n * by);
  struct value *v = pg_find(f, name);
  if (v)
    v->constant = counted; // behind the loop
  f->leaf = leaf;
  f->scalars = scalars;
  f->written_out = written_out;
}

// What a loop of single numbers does in a turn, if the compiler makes vectors of it: whole numbers
// are added up, and elements go from one place to another. Counts loads, those that go element by
// element, and operations; false if it does something else.
struct simple {
  unsigned loads, gathers, operations;
  bool wide; // of 64 bits
};

static bool mentions_quotient(const struct ct_expr *e) {
  return e && ((e->op == CT_BINARY && (*e->text == '/' || *e->text == '%')) ||
               mentions_quotient(e->a) || mentions_quotient(e->b));
}

static bool is_simple(struct follow *f, const struct ct_expr *e, struct simple *what) {
  struct vector_name v;
  if (!e)
    return true;
  switch (e->op) {
  case CT_NUMBER:
  case CT_REAL:
    return true;
  case CT_NAME: {
    const struct value *known = pg_find(f, e->text);
    return !known || known->type.lanes == 1;
  }
  case CT_BINARY:
  case CT_UNARY:
  case CT_CAST:
    what->operations += e->op != CT_CAST;
    return is_simple(f, e->a, what) && is_simple(f, e->b, what);
  case CT_INDEX: { // addresses cost nothing, but may not be read
    struct simple address = {0};
    bool even = !mentions_quotient(e->b);
    what->loads += even;
    what->gathers += !even;
    return is_simple(f, e->b, &address) && !address.loads && !address.gathers;
  }
  case CT_CALL:
    if (!strcmp(e->text, "kn_i4")) {
      what->gathers++;
      return true;
    }
    if (!pg_parse_name(e->text, &v) || v.type.lanes != 1 || e->num_args > 2)
      return false;
    what->operations++;
    what->wide = what->wide || v.type.bits == 64;
    for (unsigned i = 0; i < e->num_args; i++)
      if (!is_simple(f, e->args[i], what))
        return false;
    if (!strncmp(e->text, "kn_rem_", 7) || !strncmp(e->text, "kn_div_", 7))
      what->operations += 3; // a product's upper half, a shift, what is left
    return true;
  default:
    return false;
  }
}

static bool becomes_vectors(struct follow *f, const struct ct_stmt *s, struct simple *what) {
  const struct ct_stmt *body = s->body && s->body->kind == CT_BLOCK ? s->body->body : s->body;
  if (f->core == 0 || !s->is_leaf || s->kind != CT_FOR || !body || body->next ||
      body->kind != CT_DO || body->value->op != CT_ASSIGN)
    return false;
  const struct ct_expr *to = body->value->a;
  const struct value *sum = to->op == CT_NAME ? pg_find(f, to->text) : NULL;
  *what = (struct simple){0};
  if (to->op == CT_NAME ? !sum || sum->type.is_float || sum->is_pointer || sum->type.lanes > 1
                        : !is_simple(f, to, what))
    return false;
  return is_simple(f, body->value->b, what);
}

// Turns of such a loop: 64 at once.
static void vector_turns(struct follow *f, const struct simple *what, int64_t count) {
  enum { LANES = 64, START = 12, ADD_UP = 12 };
  // Of 64 bits 32 at once: too few for one chain of operations to hide behind another.
  enum { WIDE = 32, CHAINED = 10 };
  if (what->wide && count) {
    const double turns = (double)((count + WIDE - 1) / WIDE), wide = turns * 4;
    scalar(f, START + turns * (KN_DEV_core_local_load + CHAINED * (what->operations + 1.0)));
    f->pipes.busy[0] += wide * what->operations;
    f->pipes.busy[1] += wide * what->loads + WIDE * turns * what->gathers;
    return;
  }
  double n = registers((struct ct_type){32, LANES, false, false});
  double groups = (double)((count + LANES - 1) / LANES);
  double loads = n * what->loads + LANES * what->gathers, arith = n * what->operations;
  scalar(f, count ? START + groups * (larger(loads, arith) + 5) + ADD_UP : 1);
  f->pipes.busy[0] += groups * arith;
  f->pipes.busy[1] += groups * loads;
}

// i < end, or i + step <= end for whole steps only: the name of i, and what the end is behind the
// last i. NULL if the condition is another one.
static const char *counter(const struct ct_expr *c, int64_t *beyond) {
  *beyond = 0;
  if (!c || c->op != CT_BINARY)
    return NULL;
  if (!strcmp(c->text, "<") && c->a->op == CT_NAME)
    return c->a->text;
  const struct ct_expr *sum = c->a;
  if (strcmp(c->text, "<=") || sum->op != CT_BINARY || *sum->text != '+' || sum->a->op != CT_NAME ||
      sum->b->op != CT_NUMBER)
    return NULL;
  *beyond = sum->b->value - 1;
  return sum->a->text;
}

// Turn by turn, as long as the condition is known to hold.
static void each_turn(struct follow *f, const struct ct_stmt *s, const struct simple *vectors) {
  struct pipes before = f->pipes;
  unsigned done = 0;
  // The kernel's own loops have commands whose operands differ.
  const bool active = f->core && f->floor && activate(f, false, false);
  for (; f->signal == NORMAL && !f->failed; done++) {
    if (active) {
      f->active[f->num_active - 1].turn = done;
      f->num_known = 0;
    }
    struct value go = s->value ? pg_evaluate(f, s->value) : number(1);
    if ((go.known && !go.i) || (!go.known && done >= 4))
      break;
    turn(f, s);
    if (s->step)
      pg_evaluate(f, s->step);
  }
  if (active)
    pg_end_loop(f);
  if (!vectors || f->pipes.now <= before.now)
    return;
  f->pipes = before;
  vector_turns(f, vectors, done);
  for (unsigned i = f->floor; i < f->num_variables; i++)
    if (f->variables[i].v.ready > f->pipes.now)
      f->variables[i].v.ready = f->pipes.now;
}

void pg_loop(struct follow *f, const struct ct_stmt *s) {
  unsigned num = f->num_variables;
  if (s->first)
    pg_run(f, s->first);
  int64_t by, beyond;
  struct simple simple;
  const char *name = counter(s->value, &beyond);
  bool vectors = becomes_vectors(f, s, &simple);
  if (f->totals && s->is_data && f->in_data)
    return;
  if ((f->in_data || (s->is_data && f->core == 1)) && name && assigns(s->step, name, &by)) {
    struct value *v = pg_find(f, name), end = pg_evaluate(f, s->value->b);
    f->pipes.now = larger(f->pipes.now, larger(end.ready, v ? v->ready : 0));
    int64_t last = end.i - beyond, n = v && last > v->i ? (last - v->i + by - 1) / by : 0;
    if (v && v->known && end.known && vectors) {
      vector_turns(f, &simple, n);
      v->i += n * by;
    } else if (v && v->known && end.known)
      data_loop(f, s, name, v->i, by, n,
                (v->constant || v->counted) && (end.constant || end.counted));
    else {
      unknown(f, "a loop whose length only data tell");
      if (v && !v->known)
        *v = number(0);
      data_loop(f, s, name, v ? v->i : 0, by, 8, false);
    }
  } else
    each_turn(f, s, vectors ? &simple : NULL);
  if (f->signal == BREAKS)
    f->signal = NORMAL;
  f->num_variables = num;
}
