// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control, which decides how many commands and tiles there are, is gone through turn by turn. A
// loop over data is not: some of its turns are, the others take as long as the one in the middle.
// Within, the two pipelines of core 1 are modelled as docs/timing.md has them: in order each,
// chaining, with short queues; so a loop costs what binds it, be it arithmetic, loads, or waits of
// one for the other.
#include "program_follow.h"

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

static void at_line(struct follow *f, unsigned line) {
  if (line == f->line)
    return;
  pg_charge(f);
  f->line = line;
}

// Numbers that say how the work is dealt out.
static void remember(struct follow *f, const char *name, const struct value *v) {
  static const char *const names[] = {"tiles",   "parts",  "blocks", "chains",  "m_count",
                                      "n_count", "m_step", "n_step", "batches", "group_rows"};
  struct pg_program *p = f->p;
  if (f->totals || f->core || !v->known || v->is_pointer || f->in_data)
    return;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name)) {
      for (unsigned k = 0; k < p->num_facts; k++)
        if (p->facts[k].phase == f->phase && !strcmp(p->facts[k].name, name))
          return;
      if (p->num_facts < PG_FACTS)
        p->facts[p->num_facts++] = (struct pg_fact){name, v->i, f->phase};
    }
}

static void branch(struct follow *f, const struct ct_stmt *s) {
  struct value c = pg_evaluate(f, s->value);
  scalar(f, 1);
  unsigned num = f->num_variables;
  f->pipes.now = larger(f->pipes.now, c.ready);
  if (c.known)
    pg_run(f, c.i ? s->body : s->other);
  else {
    // Of what only data tell the text leaves rows early that belong to other PEs.
    if (s->body && s->body->kind == CT_CONTINUE)
      f->signal = CONTINUES;
    else {
      pg_run(f, s->body);
      if (f->signal == NORMAL && s->other)
        pg_run(f, s->other);
    }
  }
  f->num_variables = num;
}

static bool is_barrier(const struct ct_stmt *s) {
  return s->kind == CT_DO && s->value->op == CT_CALL &&
         (!strcmp(s->value->text, "__mtia_bar") || !strcmp(s->value->text, "__mtia_sync"));
}

static void begin_part(struct follow *f, unsigned part) {
  f->part = part;
  if (f->phase < PG_PHASES && part < 64)
    f->p->parts[f->phase] |= (uint64_t)1 << part;
}

void pg_run(struct follow *f, const struct ct_stmt *s) {
  for (; s && f->signal == NORMAL && !f->failed; s = s->next) {
    if (f->in_data || s->line)
      at_line(f, s->line);
    if (s->part > f->part && !is_barrier(s))
      begin_part(f, s->part);
    switch (s->kind) {
    case CT_BLOCK: {
      unsigned num = f->num_variables;
      pg_run(f, s->body);
      if (!s->is_leaf) // else declarations that stand together
        f->num_variables = num;
      break;
    }
    case CT_DECLARE: {
      struct value v = s->value ? pg_evaluate(f, s->value) : something(s->type, 0);
      if (!v.is_pointer) {
        struct ct_type type = s->type;
        if (type.lanes > 1 && v.type.lanes == 1 && !v.constant)
          f->pipes.now = larger(f->pipes.now, v.ready);
        v = pg_convert(f, type, v);
        v.counted = v.counted || v.constant;
        v.constant = s->is_leaf; // an enumerator
      } else if (s->type.pointer)
        v = pg_convert(f, s->type, v);
      pg_declare(f, s->name, v);
      remember(f, s->name, &v);
      break;
    }
    case CT_DO:
      f->percent = s->percent;
      pg_evaluate(f, s->value);
      break;
    case CT_IF:
      branch(f, s);
      break;
    case CT_FOR:
    case CT_WHILE:
      pg_loop(f, s);
      break;
    case CT_CONTINUE:
      f->signal = CONTINUES;
      break;
    case CT_BREAK:
      f->signal = BREAKS;
      break;
    case CT_RETURN:
      f->result = s->value ? pg_evaluate(f, s->value) : number(0);
      f->signal = RETURNS;
      break;
    }
  }
}

// What tiles of this size have cost, once some have been gone through: the sum of the pairs x1 - x0
// and the function tell tiles apart.
static struct tile_cost *tile_cost(struct follow *f, const struct ct_function *g,
                                   const struct value *args, unsigned num) {
  int64_t extent = 0;
  for (unsigned i = 1; i < num && i < g->num_params; i++) {
    size_t n = strlen(g->params[i].name);
    if (n && g->params[i].name[n - 1] == '1' && args[i].known && args[i - 1].known &&
        !strncmp(g->params[i].name, g->params[i - 1].name, n - 1))
      extent = extent * 65599 + args[i].i - args[i - 1].i + 1;
  }
  struct tile_cost *c = f->tiles;
  for (; c->g && (c->g != g || c->extent != extent); c++)
    if (c + 1 == f->tiles + sizeof f->tiles / sizeof *f->tiles)
      return NULL;
  c->g = g;
  c->extent = extent;
  return c;
}

void pg_call_function(struct follow *f, const struct ct_function *g, const struct ct_expr *call) {
  struct value args[CT_PARAMS];
  unsigned num = g->num_params < call->num_args ? g->num_params : call->num_args;
  f->num_known = f->num_active ? f->num_known : 0;
  f->arguments = true;
  f->remote = false;
  for (unsigned i = 0; i < num; i++)
    args[i] = pg_evaluate(f, call->args[i]);
  f->arguments = false;
  pg_call_values(f, g, args, num);
}

void pg_call_values(struct follow *f, const struct ct_function *g, const struct value *args,
                    unsigned num_args) {
  if (f->totals && !g->commands && g->params[0].type.pointer)
    return;
  unsigned num = f->num_variables, floor = f->floor, first_active = f->first_active;
  bool in_data = f->in_data;
  f->floor = num;
  f->first_active = f->num_active;
  f->in_data = in_data || !g->commands;
  for (unsigned i = 0; i < num_args; i++)
    pg_declare(f, g->params[i].name,
               args[i].is_pointer ? pg_convert(f, g->params[i].type, args[i]) : args[i]);
  f->result = number(0);
  scalar(f, g->commands ? 4 : 2 + KN_DEV_core_jump);
  unsigned line = f->line;
  enum { ENOUGH = 6 };
  struct pipes before = f->pipes;
  struct tile_cost *cost =
      g->commands || in_data || f->core == 0 ? NULL : tile_cost(f, g, args, num_args);
  if (cost && cost->times == ENOUGH) {
    pg_later(f, cost->cycles, before.now);
    for (int i = 0; i < 3; i++)
      f->pipes.busy[i] += cost->busy[i];
    f->p->skipped[f->phase < PG_PHASES ? f->phase : PG_PHASES - 1] += cost->cycles;
    f->marked = f->pipes.now;
    memcpy(f->marked_busy, f->pipes.busy, sizeof f->marked_busy);
  } else {
    pg_run(f, g->body);
    if (cost) {
      cost->times++;
      // A command comes next, which waits until the queues are empty.
      cost->cycles = larger(f->pipes.now, larger(f->pipes.arith, f->pipes.loads)) - before.now;
      for (int i = 0; i < 3; i++)
        cost->busy[i] = f->pipes.busy[i] - before.busy[i];
    }
  }
  f->signal = NORMAL;
  f->num_variables = num;
  f->floor = floor;
  f->first_active = first_active;
  f->in_data = in_data;
  at_line(f, line);
  if (!g->commands && f->core == 1 && !f->totals && f->pipes.now - f->emitted > 64)
    pg_emit(f, PG_WORK);
}

//===----------------------------------------------------------------------===//
// All PEs
//===----------------------------------------------------------------------===//

// Tiles that were not gone through cost their lines what the others did.
static void spread(struct pg_program *p) {
  for (unsigned phase = 0; phase < PG_PHASES; phase++) {
    double sum = 0;
    for (unsigned i = 0; i < p->num_lines; i++)
      sum += p->lines[i].phase == phase ? p->lines[i].cycles : 0;
    for (unsigned i = 0; sum > 0 && i < p->num_lines; i++)
      if (p->lines[i].phase == phase)
        p->lines[i].cycles *= 1 + p->skipped[phase] / sum;
  }
}

static bool follow_core(struct pg_program *p, struct pg_totals *totals, unsigned core, unsigned row,
                        unsigned col, const struct ct_tensor **buffers) {
  struct follow *f = calloc(1, sizeof *f);
  if (!f)
    abort();
  f->p = p;
  f->t = p->text;
  f->core = core;
  f->row = row;
  f->col = col;
  f->totals = totals;
  f->written_out = 1;
  if (core == 1)
    memcpy(f->buffer_tensor, buffers, sizeof f->buffer_tensor);
  begin_part(f, 1);
  pg_run(f, p->text->kernel->body);
  if (!totals) {
    pg_emit(f, PG_SYNC);
    if (core == 1)
      spread(p);
    memcpy(buffers, f->buffer_tensor, sizeof f->buffer_tensor);
  }
  bool ok = !f->failed;
  if (core == 0 && f->phase + 1 > p->num_phases)
    p->num_phases = f->phase + 1;
  free(f);
  return ok;
}

bool pg_count(struct pg_totals *totals, struct ct_text *text, struct kn_kernel *kernel,
              unsigned grid_rows, unsigned grid_cols) {
  *totals = (struct pg_totals){0};
  struct pg_program p = {
      .text = text, .kernel = kernel, .grid_rows = grid_rows, .grid_cols = grid_cols};
  const struct ct_tensor *buffers[32] = {0};
  for (unsigned row = 0; row < grid_rows; row++)
    for (unsigned col = 0; col < grid_cols; col++)
      for (unsigned core = 0; core < (text->products ? 2u : 1u); core++)
        if (!follow_core(&p, totals, core, row, col, buffers))
          return false;
  totals->num_phases = p.num_phases < PG_PHASES ? p.num_phases : PG_PHASES;
  return true;
}

bool pg_follow(struct pg_program *p, const struct pg_totals *totals, struct ct_text *text,
               struct kn_kernel *kernel, unsigned grid_rows, unsigned grid_cols, unsigned row,
               unsigned col) {
  *p = (struct pg_program){.text = text,
                           .kernel = kernel,
                           .totals = totals,
                           .grid_rows = grid_rows,
                           .grid_cols = grid_cols,
                           .row = row,
                           .col = col};
  const struct ct_tensor *buffers[32] = {0};
  return follow_core(p, NULL, 0, row, col, buffers) && follow_core(p, NULL, 1, row, col, buffers);
}

void pg_free(struct pg_program *p) {
  free(p->core[0].events);
  free(p->core[1].events);
}
