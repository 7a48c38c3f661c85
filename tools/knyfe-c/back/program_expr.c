// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions of the text: values, and what computing them costs.
#include "program_follow.h"

// A number of an initialiser: .k = 512, or the i-th of .batch = {...}.
uint64_t pg_field(struct follow *f, const struct ct_expr *list, const char *name,
                  uint64_t otherwise) {
  for (unsigned i = 0; list && i < list->num_args; i++)
    if (list->args[i]->op == CT_FIELD && !strcmp(list->args[i]->text, name)) {
      const struct ct_expr *e = list->args[i]->a;
      uint64_t all = 1;
      if (e->op != CT_LIST)
        e = list->args[i];
      else {
        for (unsigned k = 0; k < e->num_args; k++)
          all *= (uint64_t)pg_evaluate(f, e->args[k]).i;
        return all;
      }
      struct value v = pg_evaluate(f, e->a);
      return v.known ? (uint64_t)v.i : e->a->op == CT_NAME && !strcmp(e->a->text, "true");
    }
  return otherwise;
}

static const struct ct_expr *initialiser(struct follow *f, const struct ct_expr *address) {
  const struct value *v =
      address->a && address->a->op == CT_NAME ? pg_find(f, address->a->text) : NULL;
  return v ? v->list : NULL;
}

// What a field of an initialiser begins with, or NULL.
static const struct ct_expr *field_list(const struct ct_expr *list, const char *name) {
  for (unsigned i = 0; list && i < list->num_args; i++)
    if (list->args[i]->op == CT_FIELD && !strcmp(list->args[i]->text, name))
      return list->args[i]->a;
  return NULL;
}

// A product whose x comes in bands: those of the text, and what follows from them.
static void with_bands(struct follow *f, struct pg_product *a, const struct ct_expr *window) {
  const struct ct_expr *axes = field_list(window, "axis"), *size = field_list(window, "bands");
  for (unsigned i = 0; i < 3; i++) {
    const struct ct_expr *axis = axes && i < axes->num_args ? axes->args[i] : NULL;
    const uint32_t limit = (uint32_t)pg_field(f, axis, "limit", 0);
    a->axis[i] = (struct kp_axis){.extent = (uint32_t)pg_field(f, axis, "extent", 1),
                                  .first = (int32_t)pg_field(f, axis, "first", 0),
                                  .step = (int32_t)pg_field(f, axis, "step", 1),
                                  .dilation = (int32_t)pg_field(f, axis, "dilation", 1),
                                  .taps = (uint32_t)pg_field(f, axis, "taps", 1),
                                  .limit = limit ? limit : INT32_MAX}; // the name: not known
  }
  a->bands = kp_bands(a->axis, (struct kp_band_size){(uint32_t)pg_field(f, size, "rows", 1),
                                                     (uint32_t)pg_field(f, size, "columns", 1)});
  struct kp_shape *s = &a->shape;
  s->batch = 1;
  s->m = (uint64_t)KP_BLOCK * a->axis[0].extent * a->bands.down * a->bands.across;
  s->splits = false;
  s->band = a->bands.pixels * kp_pad(a->pixel);
  s->bands = a->bands.down * a->bands.across;
  s->halves = kp_halves(a->axis, &a->bands);
}

// multiply_y(&product, &plan, 8, 8, planned)
static void product(struct follow *f, const struct ct_product *p, const struct ct_expr *call) {
  const struct ct_expr *what = call->num_args > 1 ? initialiser(f, call->args[0]) : NULL;
  const struct ct_expr *how = what ? initialiser(f, call->args[1]) : NULL;
  if (!what || !how) {
    unknown(f, "a product that the launch plans");
    return;
  }
  double now = f->pipes.now;
  uint64_t k = pg_field(f, what, "k", 1) * p->size, outer = pg_field(f, what, "outer", 1);
  uint64_t batch = pg_field(f, what, "batch", 1), m = pg_field(f, what, "m", 1);
  // In w, too: most have it so.
  bool joined = p->window && outer > 1 && (p->window == 2 ? k % KP_STEP == 0 : k == KP_STEP);
  const uint32_t pixel = (uint32_t)k;
  if (joined) {
    k *= outer;
    outer = 1;
  }
  if (p->window) { // one product: kp_join
    m *= batch;
    batch = 1;
  }
  struct pg_product a = {
      .shape = {.batch = batch,
                .m = m,
                .n = pg_field(f, what, "n", 1),
                .k = k * outer ? (uint64_t)kp_pad(k) * outer : KP_STEP,
                .out = p->out,
                .aside = kp_aside(p->out, p->bias, false, p->sums, p->window, p->step_room),
                .splits = outer == 1,
                .x_alone = p->window,
                .rows = f->p->grid_rows,
                .columns = f->p->grid_cols},
      .outer = outer,
      .size = p->size,
      .turn_x = p->turn_x,
      .turn_w = p->turn_w,
      .bias = p->bias,
      .sums = p->sums,
      .steps = p->steps,
      .step_room = p->step_room,
      .window = p->window,
      .taps_joined = joined && p->window == 1,
      .scales = p->scales,
      .pixel = pixel};
  if (p->window == 2)
    with_bands(f, &a, initialiser(f, field_list(what, "window")));
  const struct kp_plan plan = {.parts = (uint32_t)pg_field(f, how, "parts", 1),
                               .down = pg_field(f, how, "down", 0),
                               .team_rows = (uint32_t)pg_field(f, how, "team_rows", 1),
                               .team_columns = (uint32_t)pg_field(f, how, "team_columns", 1),
                               .panel = (uint32_t)pg_field(f, how, "panel", 1),
                               .keep_x = pg_field(f, how, "keep_x", 0),
                               .keep_w = pg_field(f, how, "keep_w", 0),
                               .x_room = (uint32_t)pg_field(f, how, "x_room", 1 << 16),
                               .w_room = (uint32_t)pg_field(f, how, "w_room", 1 << 16)};
  f->pipes.now = now;
  if (a.shape.batch && a.shape.m && a.shape.n && plan.parts && plan.team_rows && plan.team_columns)
    pg_follow_product(f, &a, &plan, f->core, f->row, f->col);
}

static struct value call(struct follow *f, const struct ct_expr *e) {
  if (pg_library_call(f, e))
    return number(0);
  for (const struct ct_function *g = f->t->functions; g; g = g->next)
    if (g->name == e->text) {
      pg_call_function(f, g, e);
      return f->result;
    }
  for (const struct ct_product *p = f->t->products; p; p = p->next)
    if (p->name == e->text) {
      product(f, p, e);
      return number(0);
    }
  struct value args[160];
  for (unsigned i = 0; i < e->num_args; i++)
    args[i] = e->args[i]->op == CT_NAME && !strncmp(e->args[i]->text, "mtia_", 5)
                  ? number(0)
                  : pg_evaluate(f, e->args[i]);
  if (!strncmp(e->text, "__mtia_", 7))
    return pg_command(f, e, args);
  return pg_builtin(f, e, args);
}

// args->x.data, args->x.stride[0], args->scale
static struct value member(struct follow *f, const struct ct_expr *e) {
  const struct ct_expr *inner = e->a;
  if (inner && inner->op == CT_MEMBER) {
    const struct ct_tensor *t = pg_tensor(f, inner->text);
    if (t && !strcmp(e->text, "data"))
      return (struct value){.type = {64, 1, false, false},
                            .known = true,
                            .is_pointer = true,
                            .is_tensor = true,
                            .t = t};
  }
  scalar(f, f->leaf ? 0 : 1 + KN_DEV_core_load_use);
  return something((struct ct_type){32, 1, true, false}, 0);
}

static struct value indexed(struct follow *f, const struct ct_expr *e) {
  if (e->a->op == CT_MEMBER && e->a->a && e->a->a->op == CT_MEMBER && e->b->op == CT_NUMBER) {
    const struct ct_tensor *t = pg_tensor(f, e->a->a->text);
    if (t && (uint64_t)e->b->value < t->rank) {
      scalar(f, f->leaf ? 0 : 1 + KN_DEV_core_load_use);
      if (!strcmp(e->a->text, "stride"))
        return number(t->stride[e->b->value]);
      if (!strcmp(e->a->text, "dim"))
        return number(t->dim[e->b->value]);
    }
  }
  struct value p = pg_evaluate(f, e->a), at = pg_evaluate(f, e->b);
  if (!p.is_pointer && p.type.lanes > 1) { // an element of a vector: a slide, a move
    struct value element = pg_arithmetic(f, p.type, 2, KN_DEV_vslide + KN_DEV_vmove_to_scalar,
                                         p.ready + registers(p.type), true);
    element.type.lanes = 1;
    return element;
  }
  return pg_scalar_load(f, &p, &at);
}

static void assign(struct follow *f, const struct ct_expr *target, struct value v, const char *op) {
  if (target->op == CT_NAME) {
    f->num_known = 0; // what depends on it is another value now
    struct value *old = pg_find(f, target->text);
    if (old && *op != '=')
      v = pg_binary(f, ct_intern(f->t, op, strlen(op) - 1), *old, v);
    if (old) {
      struct ct_type type = old->type;
      *old = v;
      if (!v.is_pointer && !(v.type.lanes > type.lanes))
        old->type = type;
    }
    return;
  }
  if (target->op == CT_INDEX) {
    struct value p = pg_evaluate(f, target->a), at = pg_evaluate(f, target->b);
    if (*op != '=') {
      struct value old = pg_scalar_load(f, &p, &at);
      v = pg_binary(f, ct_intern(f->t, op, strlen(op) - 1), old, v);
    }
    f->num_known = 0; // it may be read again
    if (v.from_vector)
      pg_put_store(f, 1, v.ready);
    else {
      f->pipes.now = larger(f->pipes.now, v.ready);
      scalar(f, KN_DEV_core_issue);
    }
  }
}

static struct value conditional(struct follow *f, const struct ct_expr *e) {
  struct value c = pg_evaluate(f, e->a);
  if (c.known) {
    if (!f->leaf)
      scalar(f, 1);
    return pg_evaluate(f, c.i ? e->b : e->c);
  }
  struct value a = pg_evaluate(f, e->b), b = pg_evaluate(f, e->c);
  if (c.type.lanes > 1 || a.type.lanes > 1 || b.type.lanes > 1) {
    struct ct_type type = a.type.lanes >= b.type.lanes ? a.type : b.type;
    double ready = larger(pg_operand(f, &c), larger(pg_operand(f, &a), pg_operand(f, &b)));
    return pg_arithmetic(f, type, registers(type), KN_DEV_valu, ready, false);
  }
  f->pipes.now = larger(f->pipes.now, c.ready);
  scalar(f, 2);
  a.known = false;
  a.ready = larger(a.ready, b.ready);
  return a;
}

// Is the value of an earlier turn still there? The compiler moves what does not vary in front of a
// loop.
static bool is_hoisted(const struct follow *f, const struct ct_expr *e) {
  if (e->op != CT_CALL && e->op != CT_INDEX && e->op != CT_BINARY && e->op != CT_COND)
    return false;
  // Loops that are written out do not count: in each of their turns the value was there before,
  // too.
  for (unsigned i = f->num_active; i-- > f->first_active;)
    if (!(e->varies >> (i - f->first_active) & 1)) {
      if (f->active[i].turn > 0)
        return true;
    } else if (!f->active[i].flat)
      return false;
  return false;
}

static struct value evaluate_here(struct follow *f, const struct ct_expr *e);

// Is it worth remembering what came of it? Not where variables change within the turn.
static bool is_shared(const struct follow *f, const struct ct_expr *e) {
  if (!e->id || !(f->num_active || f->arguments) || f->totals)
    return false;
  return e->op == CT_CALL || e->op == CT_INDEX || e->op == CT_BINARY || e->op == CT_CAST;
}

static struct value evaluate_once(struct follow *f, const struct ct_expr *e) {
  if (!is_shared(f, e))
    return evaluate_here(f, e);
  for (unsigned i = 0; i < f->num_known; i++)
    if (f->known[i].id == e->id)
      return f->known[i].v;
  struct value v = evaluate_here(f, e);
  if (f->num_known < sizeof f->known / sizeof *f->known) {
    f->known[f->num_known].id = e->id;
    f->known[f->num_known++].v = v;
  }
  return v;
}

// The outermost active loop in front of which the compiler moves an expression; num_active: none.
static unsigned moved_before(const struct follow *f, const struct ct_expr *e) {
  unsigned loop = f->num_active;
  for (unsigned i = f->num_active; i-- > f->first_active;)
    if (!(e->varies >> (i - f->first_active) & 1))
      loop = i;
    else if (!f->active[i].flat)
      break;
  return loop;
}

void pg_end_loop(struct follow *f) {
  f->num_active--;
  unsigned kept = 0;
  for (unsigned i = 0; i < f->num_moved; i++)
    if (f->moved[i].loop < f->num_active)
      f->moved[kept++] = f->moved[i];
  f->num_moved = kept;
}

// A function's value that the compiler has moved in front of a loop is there in its first turn,
// too, where the text says it again. (Others cost little, and are not kept where registers are
// few.)
static struct value evaluate_first(struct follow *f, const struct ct_expr *e) {
  const bool function = e->op == CT_CALL && e->id && !f->totals;
  const unsigned loop = function ? moved_before(f, e) : f->num_active;
  if (loop == f->num_active)
    return evaluate_once(f, e);
  for (unsigned i = 0; i < f->num_moved; i++)
    if (f->moved[i].id == e->id)
      return f->moved[i].v;
  struct value v = evaluate_once(f, e);
  if (v.type.lanes == 1 && f->num_moved < sizeof f->moved / sizeof *f->moved) {
    f->moved[f->num_moved].id = e->id;
    f->moved[f->num_moved].loop = loop;
    f->moved[f->num_moved++].v = v;
  }
  return v;
}

struct value pg_evaluate(struct follow *f, const struct ct_expr *e) {
  if (e->op == CT_CALL && (strstr(e->text, "store") || !strncmp(e->text, "KN_", 3)))
    return evaluate_once(f, e);
  if (!f->num_active || !is_hoisted(f, e))
    return evaluate_first(f, e);
  struct pipes pipes = f->pipes;
  unsigned active = f->num_active;
  f->num_active = 0;
  struct value v = evaluate_here(f, e);
  f->num_active = active;
  f->pipes = pipes;
  v.ready = 0;
  return v;
}

static struct value evaluate_here(struct follow *f, const struct ct_expr *e) {
  if (++f->steps > MAX_STEPS) {
    f->failed = f->p->gave_up = true;
    return number(0);
  }
  struct value v;
  switch (e->op) {
  case CT_NUMBER:
    v = number(e->value);
    v.constant = true;
    return v;
  case CT_REAL:
    return (struct value){.type = {32, 1, true, false}, .constant = true};
  case CT_TEXT:
    return number(0);
  case CT_NAME:
    return pg_named(f, e->text);
  case CT_UNARY:
    v = pg_evaluate(f, e->a);
    if (*e->text == '&' || *e->text == '*')
      return something(v.type, 0);
    if (v.type.lanes > 1)
      return pg_arithmetic(f, v.type, registers(v.type), KN_DEV_valu, v.ready, false);
    if (v.known && !v.is_pointer)
      v.i = *e->text == '-' ? -v.i : *e->text == '!' ? !v.i : *e->text == '~' ? ~v.i : v.i;
    return v;
  case CT_STEP:
    v = pg_evaluate(f, e->a);
    assign(f, e->a,
           (struct value){.type = v.type, .known = v.known, .i = v.i + (*e->text == '+' ? 1 : -1)},
           "=");
    return v;
  case CT_BINARY:
    v = pg_evaluate(f, e->a);
    if (*e->text == ',')
      return pg_evaluate(f, e->b);
    if (v.known && ((!strcmp(e->text, "&&") && !v.i) || (!strcmp(e->text, "||") && v.i)))
      return number(v.i != 0);
    return pg_binary(f, e->text, v, pg_evaluate(f, e->b));
  case CT_ASSIGN:
    v = pg_evaluate(f, e->b);
    assign(f, e->a, v, e->text);
    return v;
  case CT_COND:
    return conditional(f, e);
  case CT_CALL:
    return call(f, e);
  case CT_INDEX:
    return indexed(f, e);
  case CT_MEMBER:
    return member(f, e);
  case CT_CAST:
    return pg_convert(f, e->type, pg_evaluate(f, e->a));
  case CT_FIELD:
    return pg_evaluate(f, e->a);
  case CT_LIST:
    v = number(0);
    v.list = e;
    return v;
  }
  return number(0);
}
