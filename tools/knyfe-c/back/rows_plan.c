// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements -> lines -> phases, and where each tensor of a phase is.
#include "rows_plan.h"
#include "decide.h"
#include "rows_block.h"

#include <stdarg.h>
#include <string.h>

bool rows_refuse(struct rows *r, struct kn_range range, const char *hint, const char *format, ...) {
  if (r->failed)
    return false;
  va_list args;
  va_start(args, format);
  char text[400];
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  kn_report(r->file, KN_DIAG_not_mapped, range, "%s", text);
  if (hint)
    kn_hint(r->file, "%s", hint);
  r->failed = true;
  return false;
}

unsigned rows_bytes(enum kn_type type) { return (kn_type_bits(type) + 7) / 8; }

static struct size dim_expr(struct rows *r, const struct kn_dim_expr *e) {
  struct kn_file *f = r->file;
  if (e->op == KN_DIM_NUMBER)
    return sz_num(f, e->number);
  if (e->op == KN_DIM_NAME)
    return rows_dim(r, e->name);
  struct size a = dim_expr(r, e->a), b = dim_expr(r, e->b);
  switch (e->op) {
  case KN_DIM_ADD:
    return sz_add(f, a, b);
  case KN_DIM_SUB:
    return sz_sub(f, a, b);
  case KN_DIM_MUL:
    return sz_mul(f, a, b);
  case KN_DIM_DIV:
    return sz_div(f, a, b);
  default:
    return sz_ceil_div(f, a, b);
  }
}

struct size rows_dim(struct rows *r, const struct kn_dim *dim) {
  if (dim->expr && dim->size >= 0)
    return sz_num(r->file, dim->size);
  if (dim->expr)
    return dim_expr(r, dim->expr);
  if (!dim->name)
    return sz_num(r->file, dim->size);
  const char *name = r->dim_names[dim->id];
  return dim->size >= 0 ? sz_constant(name, dim->size) : sz_name(name);
}

struct operand *rows_operand(struct phase *p, const struct kn_tensor *t) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->tensor == t)
      return o;
  return NULL;
}

struct local *rows_local(struct phase *p, const struct kn_tensor *t) {
  for (struct local *l = p->locals; l; l = l->next)
    if (l->tensor == t)
      return l;
  return NULL;
}

int rows_parallel(const struct phase *p, const struct line *l, const struct kn_index *index) {
  for (unsigned i = 0; i < p->num_par; i++)
    if (l->index[i] == index)
      return (int)i;
  return -1;
}

// Do vectors along the last parallel index serve the phase?
static bool goes_across(struct rows *r, struct phase *p) {
  bool any = false;
  if (!p->num_par)
    return false;
  for (struct line *l = p->lines; l; l = l->next) {
    if (l->rank != p->num_par || l->scatter)
      return false;
    any = any || l->blocks || rows_is_running(l) ||
          rows_can_vectorise(r, p, l, l->index[p->num_par - 1]);
  }
  return any;
}

static void name_tensors(struct rows *r) {
  r->tensor_names = kn_alloc(r->file, r->max_tensors * sizeof *r->tensor_names);
  struct kn_tensor *lists[] = {r->kernel->inputs, r->kernel->outputs, r->kernel->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      r->tensor_names[t->id] = rows_name(r, t->name);
}

struct row_bytes {
  const struct kn_dim *rows;
  const struct kn_tensor *seen[16];
  unsigned num_seen;
  int64_t bytes;
};

static void add_row(struct row_bytes *b, const struct kn_tensor *t) {
  for (unsigned i = 0; i < b->num_seen; i++)
    if (b->seen[i] == t)
      return;
  if (t->rank < 2 || t->dims[0] != b->rows || b->num_seen == sizeof b->seen / sizeof *b->seen)
    return;
  b->seen[b->num_seen++] = t;
  int64_t bytes = rows_bytes(rows_stored(t));
  for (unsigned i = 1; i < t->rank; i++)
    bytes *= t->dims[i]->size;
  b->bytes += bytes;
}

static bool add_read(struct kn_expr *e, void *data) {
  if (e->kind == KN_READ)
    add_row(data, e->tensor);
  return true;
}

// Of all tensors with the phase's rows that it reads and makes.
static int64_t row_bytes(const struct phase *p) {
  struct row_bytes b = {.rows = p->par[0]};
  for (const struct line *l = p->lines; l; l = l->next) {
    add_row(&b, l->target);
    kn_walk(l->value, add_read, &b);
  }
  return b.bytes;
}

// Is it worth a barrier and stores to other PEs to have tiles of one row, not of `granule` rows?
// Where PEs had none, where two such tiles have no room, and where PEs have so few that they wait
// for a load.
static bool serves_to_share(const struct phase *p, int64_t granule, int64_t pes) {
  enum { FEW = 4, LONG = 4096 }; // tiles of a PE; bytes
  const int64_t tiles = (p->par[0]->size + granule - 1) / granule, bytes = row_bytes(p);
  return tiles < pes || (tiles < FEW * pes && bytes >= LONG) ||
         2 * granule * bytes >= ROWS_LOCAL_BYTES;
}

// phase.shared, or 0.
static int64_t shares(struct rows *r, const struct phase *p) {
  int64_t granule = 0, room = 0; // in each PE, for the numbers of all rows
  bool long_rows = false;
  if (p->num_par != 1 || !rows_all_known(r))
    return 0;
  for (const struct line *l = p->lines; l; l = l->next) {
    const struct kn_tensor *t = l->target;
    bool stored = t->role == KN_OUTPUT || r->in_memory[t->id];
    if (l->part || l->copies_part || l->scatter || l->chunked || l->combines ||
        rows_stored(t) == KN_I4 || kn_decide(r->kernel, KN_TILE, t) ||
        kn_decide(r->kernel, KN_BUFFERS, t))
      return 0;
    long_rows = long_rows || l->reduces || l->rank > 1;
    if (stored && t->rank == 1 && 32 / rows_bytes(t->type) > granule)
      granule = 32 / rows_bytes(t->type);
    room += stored && t->rank == 1 ? p->par[0]->size * (int64_t)rows_bytes(t->type) : 0;
  }
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  return long_rows && p->par[0]->size > 1 && granule && room <= ROWS_LOCAL_BYTES / 4 &&
                 serves_to_share(p, granule, pes)
             ? granule
             : 0;
}

bool rows_is_call(const struct phase *p) {
  return p->lines->contracts || (p->lines->gather && p->lines->gather->always);
}

static bool plan_phase(struct rows *r, struct phase *p) {
  if (p->lines->contracts || p->lines->gather)
    r->in_memory[p->lines->target->id] = true;
  if (p->lines->contracts)
    return kn_decide_product(r, p->lines);
  if (rows_is_call(p))
    return true;
  p->shared = shares(r, p);
  p->across = !p->shared && goes_across(r, p);
  // Parts of a single number that is read in the row would be branches around a variable: make it a
  // loop. Two of i4 share a byte.
  for (struct line *l = p->lines; l; l = l->next)
    if (((l->part && rows_is_read_later(l)) || rows_stored(l->target) == KN_I4) && !p->across &&
        l->rank == p->num_par && p->num_par)
      p->num_par--;
  rows_find_planes(r, p);
  for (struct line *l = p->lines; l; l = l->next) // not where a plane is one long row
    l->blocks = l->blocks && l->rank == p->num_par;
  rows_find_summed(r, p);
  rows_find_operands(r, p);
  if (!rows_few_operands(r, p))
    return false;
  for (unsigned i = 0; i < p->num_par; i++)
    p->par_name[i] = rows_tiled_name(r, p->lines->index[i]->name);
  p->local_at = sz_num(r->file, 0);
  if (!rows_all_known(r))
    return rows_choose_dynamic(r, p);
  if (!rows_choose_tiles(r, p))
    return false;
  struct size at = sz_num(r->file, 0);
  for (struct operand *o = p->operands; o; o = o->next) {
    o->at = at;
    at = sz_add(r->file, at, sz_mul(r->file, o->staged, rows_buffer_bytes(r, o)));
  }
  p->local_at = sz_round_up(r->file, at, 64);
  return true;
}

// As an array that has room for twice as many and one.
static struct line **list_lines(struct rows *r, struct line *first, unsigned *num) {
  *num = 0;
  for (struct line *l = first; l; l = l->next)
    ++*num;
  struct line **all = kn_alloc(r->file, (2 * *num + 1) * sizeof *all);
  *num = 0;
  for (struct line *l = first; l; l = l->next)
    all[(*num)++] = l;
  return all;
}

static void link_lines(struct line **all, unsigned num) {
  for (unsigned i = 0; i < num; i++)
    all[i]->next = i + 1 < num ? all[i + 1] : NULL;
}

// Rows whose length only the launch knows may not fit: then line by line, by a plan of its own.
static void add_fallback(struct rows *r, struct phase *phases, struct line *const *all,
                         unsigned num) {
  bool together = false;
  struct phase **tail = &phases;
  for (; *tail; tail = &(*tail)->next)
    together = together || ((*tail)->lines->next && !(*tail)->need.known);
  if (!together)
    return;
  bool *in_memory = r->in_memory;
  r->in_memory = kn_alloc(r->file, r->max_tensors * sizeof *r->in_memory);
  struct line **lines = kn_alloc(r->file, (2 * num + 1) * sizeof *lines);
  for (unsigned i = 0; i < num; i++) {
    lines[i] = kn_alloc(r->file, sizeof **lines);
    *lines[i] = *all[i];
    lines[i]->alone = true;
  }
  for (;;) {
    link_lines(lines, num);
    memset(r->defined_in, 0, r->num_tensors * sizeof *r->defined_in);
    memset(r->in_memory, 0, r->num_tensors * sizeof *r->in_memory);
    *tail = rows_form_phases(r, lines[0]);
    const struct line *separated = rows_find_separated(*tail);
    if (separated && !rows_split_parts(r, lines, &num, separated))
      return;
    for (struct phase *p = *tail; p; p = p->next)
      p->fallback = true;
    struct phase *p = separated ? NULL : *tail;
    while (p && plan_phase(r, p))
      p = p->next;
    if (!separated && (!p || r->failed))
      break;
  }
  for (unsigned i = 0; i < r->num_tensors; i++)
    r->in_memory[i] = r->in_memory[i] || in_memory[i];
}

struct phase *rows_plan(struct rows *r) {
  struct kn_kernel *k = r->kernel;
  r->num_tensors = k->num_inputs + k->num_outputs + k->num_locals;
  struct lines ls = {.r = r};
  ls.tail = &ls.first;
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    rows_split_statement(&ls, s);
  kn_find_contractions(r, &ls.first); // before functions become lines: they can leave with sums
  rows_take_out_groups(r, &ls.first);
  rows_use_engine(r, &ls.first);
  rows_number_rows(r, &ls.first);
  unsigned num = 0;
  for (struct line *l = ls.first; l; l = l->next)
    num++;
  // split_parts makes some, for each of two plans, rows_split four of a line, whose last parts may
  // be split again.
  r->max_tensors = r->num_tensors + 20 * num;
  r->defined_in = kn_alloc(r->file, r->max_tensors * sizeof *r->defined_in);
  r->in_memory = kn_alloc(r->file, r->max_tensors * sizeof *r->in_memory);
  r->pitches = kn_alloc(r->file, r->max_tensors * sizeof *r->pitches);
  bool *read = kn_alloc(r->file, r->num_tensors * sizeof *read);
  rows_drop_unread(r, ls.first, read);
  while (ls.first && !ls.first->value)
    ls.first = ls.first->next;
  name_tensors(r);
  for (struct line *l = ls.first; l; l = l->next)
    if (!r->tensor_names[l->target->id])
      r->tensor_names[l->target->id] = rows_name(r, l->target->name);
  rows_turn_reads(r, &ls.first);
  rows_find_gathers(r, &ls.first);
  rows_find_fetches(r, &ls.first);
  rows_delay_blocks(&ls.first);
  // A phase that does not fit marks its lines; at most twice for each.
  struct line **all = NULL;
  for (;;) {
    rows_split(r, &ls.first);
    for (struct line *l = ls.first; l; l = l->next)
      l->blocks = rows_turn(r, l) || rows_sums_by_blocks(r, l);
    all = list_lines(r, ls.first, &num);
    struct phase *phases = rows_form_phases(r, num ? all[0] : NULL), *p = phases;
    const struct line *separated = rows_find_separated(phases);
    if (separated && !rows_gather_parts(r, all, &num, separated))
      return NULL;
    const unsigned names = r->num_taken;
    while (!separated && p && plan_phase(r, p))
      p = p->next;
    if (!p) {
      if (!rows_all_known(r))
        add_fallback(r, phases, all, num);
      rows_join_gathers(r, phases);
      for (p = phases; p; p = p->next)
        if (p->finishes) // kn_bags gives it its rows
          rows_meet(r, p);
      return rows_decide_rest(r, phases) ? phases : NULL;
    }
    if (r->failed)
      return NULL;
    if (!separated)
      rows_release_since(r, names); // of phases that are formed anew
    memset(r->defined_in, 0, r->num_tensors * sizeof *r->defined_in);
    memset(r->in_memory, 0, r->num_tensors * sizeof *r->in_memory);
    link_lines(all, num);
    ls.first = num ? all[0] : NULL;
  }
}
