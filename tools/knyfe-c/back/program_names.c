// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Variables, constants, tensors and registers of the text, and numbers that only the launch brings.
#include "program_follow.h"

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

struct value *pg_find(struct follow *f, const char *name) {
  for (unsigned i = f->num_variables; i-- > f->floor;)
    if (f->variables[i].name == name)
      return &f->variables[i].v;
  return NULL;
}

void pg_declare(struct follow *f, const char *name, struct value v) {
  if (f->num_variables == MAX_VARIABLES) {
    f->failed = true;
    return;
  }
  f->variables[f->num_variables++] = (struct variable){name, v};
}

const struct ct_tensor *pg_tensor(const struct follow *f, const char *name) {
  for (const struct ct_tensor *t = f->t->tensors; t; t = t->next)
    if (t->name == name)
      return t;
  return NULL;
}

struct value pg_named(struct follow *f, const char *name) {
  struct value *v = pg_find(f, name);
  if (v)
    return *v;
  for (const struct ct_constant *c = f->t->constants; c; c = c->next)
    if (c->name == name) {
      struct value k = number(c->value);
      k.constant = true;
      return k;
    }
  if (!strcmp(name, "MTIA_LOCAL_SIZE"))
    return number(KN_DEV_local_bytes);
  if (!strcmp(name, "MTIA_LOCAL_BASE"))
    return (struct value){
        .type = {64, 1, false, false}, .is_pointer = true, .local = true, .known = true};
  return something((struct ct_type){64, 1, false, false}, 0);
}

struct value *pg_cr(struct follow *f, const char *name, bool hi) {
  for (unsigned i = 0; i < f->num_registers; i++)
    if (f->registers[i].name == name)
      return hi ? &f->registers[i].hi : &f->registers[i].lo;
  if (f->num_registers == 32)
    return &f->result;
  f->registers[f->num_registers].name = name;
  f->registers[f->num_registers].lo = f->registers[f->num_registers].hi = number(0);
  return hi ? &f->registers[f->num_registers++].hi : &f->registers[f->num_registers++].lo;
}

int64_t pg_cr_value(struct follow *f, const char *name, bool hi, int64_t otherwise) {
  struct value *v = pg_cr(f, ct_intern(f->t, name, strlen(name)), hi);
  return v->known ? v->i : otherwise;
}

//===----------------------------------------------------------------------===//
// Numbers that the launch brings: offsets of bags are dealt evenly
//===----------------------------------------------------------------------===//

struct place {
  const char *name;
  const struct kn_dim *limit; // what the numbers index
  const struct kn_index *bounds;
};

static bool find_tensor(struct kn_expr *e, void *data) {
  return !(e->kind == KN_READ && !strcmp(e->tensor->name, ((struct place *)data)->name));
}

static bool mentions(struct kn_expr *e, struct place *p) {
  return e && !kn_walk(e, find_tensor, p);
}

static bool find_limit(struct kn_expr *e, void *data) {
  struct place *p = data;
  if (e->kind == KN_REDUCE)
    for (unsigned i = 0; i < e->num_indices; i++)
      if (mentions(e->indices[i]->lo, p) || mentions(e->indices[i]->hi, p))
        p->bounds = e->indices[i];
  if (e->kind == KN_READ)
    for (unsigned i = 0; i < e->num_args; i++)
      if ((p->bounds && kn_plain_index(e->args[i]) == p->bounds) || mentions(e->args[i], p))
        if (!p->limit)
          p->limit = e->tensor->dims[i];
  return true;
}

// An element of an integer tensor, as far as sizes tell.
bool pg_launch_number(struct follow *f, const struct ct_tensor *t, int64_t index, int64_t *n) {
  struct place p = {.name = t->name};
  for (struct kn_stmt *s = f->p->kernel->stmts; s; s = s->next)
    if (s->value)
      kn_walk(s->value, find_limit, &p);
  if (!p.limit || p.limit->size < 0 || !t->rank)
    return false;
  for (const struct kn_tensor *i = f->p->kernel->inputs; i; i = i->next)
    if (!strcmp(i->name, t->name) && i->rank && i->dims[i->rank - 1]->base &&
        i->dims[i->rank - 1]->offset == 1) {
      int64_t row = t->stride[t->rank - 1] ? t->dim[t->rank - 1] : 1, bags = row - 1;
      if (t->rank > 1) { // one row of offsets per table
        int64_t pitch = t->stride[t->rank - 2] / t->bytes;
        index = pitch ? index % pitch : index;
      }
      *n = bags > 0 ? index * p.limit->size / bags : 0;
      return true;
    }
  *n = p.limit->size / 2;
  return true;
}
