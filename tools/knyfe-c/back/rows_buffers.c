// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Circular buffers of a row program: how many a phase may have, their names and numbers.
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "ast.h"
#include "diag.h"
#include "rows.h"

// Of a PE; two are the SIMD engine's.
enum { BUFFERS = 32, OPERANDS = BUFFERS - 2 };

//===----------------------------------------------------------------------===//
// How many
//===----------------------------------------------------------------------===//

struct count {
  struct rows *r;
  struct phase *p;
  bool *seen; // by tensor id
  unsigned num;
};

static void count(struct count *c, const struct kn_tensor *t) {
  c->num += !c->seen[t->id] && rows_operand(c->p, t);
  c->seen[t->id] = true;
}

static bool count_read(struct kn_expr *e, void *data) {
  if (e->kind == KN_READ)
    count(data, e->tensor);
  return true;
}

// Where a phase of that many is cut into equal parts that are small enough.
static unsigned part_of(unsigned num, unsigned most) {
  const unsigned parts = (num + most - 1) / most;
  return parts > 1 ? (num + parts - 1) / parts : UINT_MAX;
}

bool rows_few_operands(struct rows *r, struct phase *p) {
  // A number of a row is a variable while the row is computed (struct scope), and other
  // intermediates are parameters of the function, of which C promises 127.
  enum { VARIABLES = 60, LINES = 100 };
  unsigned operands = 0, variables = 0, lines = 0;
  for (const struct operand *o = p->operands; o; o = o->next)
    operands++;
  for (const struct line *l = p->lines; l; l = l->next, lines++)
    variables += l->rank <= rows_serial(p);
  if ((operands <= OPERANDS && variables <= VARIABLES && lines <= LINES) || lines == 1)
    return true;
  // What crosses a cut needs buffers on both sides.
  const unsigned most_operands = operands <= OPERANDS ? UINT_MAX : part_of(operands, OPERANDS / 2),
                 most_variables = part_of(variables, VARIABLES), most_lines = part_of(lines, LINES);
  struct count c = {r, p, kn_alloc(r->file, r->max_tensors * sizeof *c.seen), 0};
  unsigned before = 0, num = 0;
  bool cut = false;
  for (struct line *l = p->lines; l; l = l->next) {
    kn_walk(l->value, count_read, &c);
    count(&c, l->target);
    before += l->rank <= rows_serial(p);
    num++;
    if (l == p->lines || (c.num <= most_operands && before <= most_variables && num <= most_lines &&
                          (cut || l->next)))
      continue;
    cut = l->begins = true;
    memset(c.seen, 0, r->max_tensors * sizeof *c.seen);
    c.num = 0;
    kn_walk(l->value, count_read, &c);
    count(&c, l->target);
    before = l->rank <= rows_serial(p);
    num = 1;
  }
  return false;
}

bool rows_has_buffer(const struct phase *p, const struct operand *operand) {
  unsigned before = 0;
  for (const struct operand *o = p->operands; o != operand; o = o->next)
    before += !o->output;
  return operand->output || before < OPERANDS - 1;
}

//===----------------------------------------------------------------------===//
// Names and numbers
//===----------------------------------------------------------------------===//

bool rows_is_staged(const struct operand *o) { return !sz_is(o->staged, 0); }

// The operand before `o` that stands for the same buffer; else the first that has the name.
static const struct operand *find_buffer(struct rows *r, const struct operand *o,
                                         const char *name) {
  const struct operand *found = NULL;
  for (struct phase *p = r->phases; p; p = p->next)
    for (const struct operand *e = p->operands; e; e = e->next) {
      if (e == o)
        return found;
      if (e->tensor == o->tensor && e->output == o->output)
        return e;
      if (!found && !strcmp(e->cb_name, name))
        found = e;
    }
  return found;
}

static const char *buffer_name(struct rows *r, const struct operand *o, const char *end) {
  char *wish = kn_alloc(r->file, strlen(r->tensor_names[o->tensor->id]) + strlen(end) + 4);
  strcat(strcat(strcpy(wish, "CB_"), r->tensor_names[o->tensor->id]), end);
  for (char *c = wish; *c; c++)
    *c = (char)toupper((unsigned char)*c);
  const char *name = wish;
  const struct operand *other;
  for (unsigned i = 2; (other = find_buffer(r, o, name)); i++) { // x and X
    if (other->tensor == o->tensor && other->output == o->output)
      return other->cb_name;
    name = kn_text(r->file, "%s_%u", wish, i);
  }
  return name;
}

static void name_buffers(struct rows *r) {
  for (struct phase *p = r->phases; p; p = p->next)
    for (struct operand *o = p->operands; o; o = o->next) {
      // One core fills a buffer, the other one empties it: what is written here and read in a
      // later phase needs two.
      bool input = o->tensor->role == KN_INPUT, result = o->tensor->role == KN_OUTPUT;
      o->cb_name = buffer_name(r, o, input || o->output == result ? "" : result ? "_IN" : "_OUT");
    }
}

static const struct operand *same_buffer(const struct phase *p, const struct operand *o) {
  for (const struct operand *e = p->operands; e; e = e->next)
    if (rows_is_staged(e) && !strcmp(e->cb_name, o->cb_name))
      return e;
  return NULL;
}

// The operand of an earlier phase that has the same buffer, or NULL.
static const struct operand *earlier(struct rows *r, const struct phase *p,
                                     const struct operand *o) {
  const struct operand *e = NULL;
  for (const struct phase *q = r->phases; q != p && !e; q = q->next)
    e = same_buffer(q, o);
  return e;
}

bool rows_first_use(struct rows *r, const struct phase *p, const struct operand *o) {
  return rows_is_staged(o) && !earlier(r, p, o);
}

// The least number that no other buffer has in the phases where this one is used.
static unsigned free_number(struct rows *r, const struct phase *first, const struct operand *o) {
  uint64_t taken = 0;
  for (const struct phase *p = r->phases; p; p = p->next) {
    if (p != first && !same_buffer(p, o))
      continue;
    bool numbered = p == first; // what stands before it there
    for (const struct operand *e = p->operands; e; e = e->next) {
      numbered = numbered && e != o;
      const struct operand *before = rows_is_staged(e) ? earlier(r, first, e) : NULL;
      if (before || (numbered && rows_is_staged(e)))
        taken |= 1ull << (before ? before->cb : e->cb);
    }
  }
  unsigned n = 0;
  while (n < 63 && taken >> n & 1)
    n++;
  return n;
}

// Each buffer has one number in all phases. All have different ones if there are enough.
static unsigned number_buffers(struct rows *r, bool reuse) {
  unsigned n = 0;
  for (struct phase *p = r->phases; p; p = p->next)
    for (struct operand *o = p->operands; o; o = o->next) {
      if (!rows_is_staged(o))
        continue;
      const struct operand *before = earlier(r, p, o);
      o->cb = before ? before->cb : reuse ? free_number(r, p, o) : n;
      n = o->cb >= n ? o->cb + 1 : n;
    }
  r->engine_cb = n;
  for (struct phase *p = r->phases; p; p = p->next)
    if (rows_has_engine(p))
      return n + 2;
  return n;
}

// Those of what the SE makes beside core 1, in each phase from `n` on: it waits where there is
// none.
static bool number_made(struct rows *r, unsigned n) {
  for (struct phase *p = r->phases; p; p = p->next) {
    unsigned next = n;
    for (struct local *v = p->locals; v; v = v->next) {
      if (next == BUFFERS || p->fallback)
        v->meets = NULL;
      if (!v->meets)
        continue;
      v->cb = next++;
      v->cb_name = kn_text(r->file, "CB_OF_%s", v->name);
    }
  }
  return true;
}

bool rows_number_buffers(struct rows *r) {
  name_buffers(r);
  unsigned n = number_buffers(r, false);
  if (n <= BUFFERS)
    return number_made(r, n);
  n = number_buffers(r, true);
  if (n <= BUFFERS)
    return number_made(r, n);
  return rows_refuse(r, r->kernel->range, "split the kernel",
                     "the kernel needs %u circular buffers, a PE has %d", n, BUFFERS);
}
