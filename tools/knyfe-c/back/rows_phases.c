// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines -> phases: a phase is a run of lines whose targets share their leading indices, so that a
// PE can compute a row of all of them by itself; what one phase leaves to another goes through
// memory.
#include "rows_block.h"
#include "rows_plan.h"

#include <string.h>

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

struct fit {
  struct rows *r;
  struct phase *p;
  const struct line *line;
  unsigned common;
};

// What the phase itself defines must be read at the place of the row.
static bool fit_read(struct kn_expr *e, void *data) {
  struct fit *f = data;
  if (e->kind != KN_READ || f->r->defined_in[e->tensor->id] != f->p)
    return true;
  for (unsigned i = 0; i < f->common; i++)
    if (i >= e->num_args || kn_plain_index(e->args[i]) != f->line->index[i])
      f->common = i;
  return true;
}

static int64_t parallel_size(const struct line *l, unsigned n) {
  int64_t size = 1;
  for (unsigned i = 0; i < n; i++)
    size = l->target->dims[i]->size < 0 || size < 0 ? -1 : size * l->target->dims[i]->size;
  return size;
}

struct reads_here {
  struct rows *r;
  struct phase *p;
  bool found;
};

static bool find_read_here(struct kn_expr *e, void *data) {
  struct reads_here *s = data;
  s->found = s->found || (e->kind == KN_READ && s->r->defined_in[e->tensor->id] == s->p);
  return true;
}

static bool has_blocks(const struct phase *p) {
  bool blocks = false;
  for (const struct line *l = p->lines; l; l = l->next)
    blocks = blocks || l->blocks;
  return blocks;
}

// Has the phase a line with indices inside of its rows?
static bool has_deeper(const struct phase *p) {
  bool deeper = false;
  for (const struct line *l = p->lines; l; l = l->next)
    deeper = deeper || l->rank > p->num_par;
  return deeper;
}

// With how many leading indices `line` can join the phase; -1: better not.
static int common_indices(struct rows *r, struct phase *p, const struct line *line) {
  // Parts of scatter-adds over the same terms.
  if (line->scatter && p->lines->scatter && line->chunked && p->lines->chunked &&
      line->target->dims[0] == p->par[0] && !line->begins)
    return 1;
  if (line->scatter || p->lines->scatter || line->contracts || p->lines->contracts ||
      line->gather || p->lines->gather)
    return -1;
  struct fit f = {r, p, line, p->num_par < line->rank ? p->num_par : line->rank};
  if ((line->alone || p->lines->alone) &&
      (line->reduces || p->lines->reduces || line->rank != p->lines->rank))
    return -1;
  for (unsigned i = 0; i < f.common; i++)
    if (line->target->dims[i] != p->par[i])
      f.common = i;
  if (has_blocks(p) || line->blocks) {
    // Blocks are of the last two indices, and made before all else of a tile.
    struct reads_here s = {r, p, false};
    kn_walk(line->value, find_read_here, &s);
    if (f.common != line->rank || f.common != p->num_par || has_deeper(p) ||
        (line->blocks && s.found) || !rows_same_pieces(r, p, line))
      return -1;
  }
  kn_walk(line->value, fit_read, &f);
  if (has_blocks(p) && f.common < line->rank)
    return -1;
  if (line->alone && f.common < line->rank)
    return -1;
  if (f.common == 0)
    return p->num_par == 0 && line->rank == 0 ? 0 : -1;
  // Not where most PEs would have nothing to do for long: a phase of its own costs about as much as
  // 8192 elements.
  int64_t now = parallel_size(line, f.common), alone = parallel_size(line, line->rank);
  int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  if (now > 0 && alone > 0 && now < pes && alone / now - alone / pes > 8192)
    return -1;
  return (int)f.common;
}

static struct phase *new_phase(struct rows *r, const struct line *l, struct phase ***tail) {
  struct phase *p = kn_alloc(r->file, sizeof *p);
  p->tail = &p->lines;
  p->num_par = l->scatter && l->rank > 1 ? 1 : l->rank;
  memcpy(p->par, l->target->dims, l->rank * sizeof *p->par);
  **tail = p;
  *tail = &p->next;
  return p;
}

void rows_delay_blocks(struct line **first) {
  for (struct line **at = first; *at;) {
    struct line *l = *at, **reader = &l->next;
    bool others = false; // between them
    for (; rows_is_block(l) && *reader && !rows_reads(*reader, l->target);
         reader = &(*reader)->next)
      others = others || !rows_is_block(*reader);
    const struct line *by = others ? *reader : NULL;
    if (!by || by->reduces || by->rank != l->rank || by->contracts || by->scatter) {
      at = &l->next;
      continue;
    }
    *at = l->next;
    l->next = *reader;
    *reader = l;
  }
}

struct earlier {
  struct rows *r;
  struct phase *p;
};

static bool read_of_earlier(struct kn_expr *e, void *data) {
  struct earlier *s = data;
  if (e->kind != KN_READ)
    return true;
  struct phase *from = s->r->defined_in[e->tensor->id];
  if (from && from != s->p) {
    s->r->in_memory[e->tensor->id] = true;
    s->p->waits = true;
  }
  return true;
}

struct phase *rows_form_phases(struct rows *r, struct line *line) {
  struct phase *first = NULL, **tail = &first, *p = NULL;
  unsigned number = 0;
  while (line) {
    struct line *next = line->next;
    line->next = NULL;
    int common = p && !line->begins ? common_indices(r, p, line) : -1;
    if (common >= 0)
      p->num_par = (unsigned)common;
    else {
      p = new_phase(r, line, &tail);
      p->number = number++;
    }
    *p->tail = line;
    p->tail = &line->next;
    r->defined_in[line->target->id] = p;
    struct earlier s = {r, p};
    kn_walk(line->value, read_of_earlier, &s);
    if (line->leaving)
      kn_walk(line->leaving, read_of_earlier, &s);
    if (line->correction)
      kn_walk(line->correction, read_of_earlier, &s);
    if (line->indices)
      kn_walk(line->indices, read_of_earlier, &s);
    for (unsigned i = 0; line->scatter && i < line->stmt->rank; i++)
      kn_walk(line->stmt->subscripts[i], read_of_earlier, &s);
    line = next;
  }
  return first;
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

struct line *rows_find_separated(struct phase *phases) {
  for (struct phase *p = phases; p; p = p->next)
    for (struct line *l = p->lines; l; l = l->next)
      for (struct phase *q = l->part && !l->gather ? p->next : NULL; q; q = q->next)
        for (struct line *m = q->lines; m; m = m->next)
          if (m->target == l->target)
            return l;
  return NULL;
}

bool rows_split_parts(struct rows *r, struct line **all, unsigned *num, const struct line *part) {
  struct kn_tensor *target = part->target;
  struct line **split = kn_alloc(r->file, 2 * *num * sizeof *split);
  struct line **copies = kn_alloc(r->file, *num * sizeof *copies);
  unsigned count = 0, parts = 0, of = 0;
  for (unsigned i = 0; i < *num; i++)
    of += all[i]->target == target;
  for (unsigned i = 0; i < *num; i++) {
    struct line *l = split[count++] = all[i];
    if (l->target != target)
      continue;
    if (l->copies_part)
      return rows_refuse(r, l->stmt->range, "make each part a tensor of its own first",
                         "parts of '%s' have no mapping to the device yet", target->name);
    struct kn_tensor *t =
        rows_new_tensor(r, kn_text(r->file, "%s_part", target->name), target->type, target->range);
    struct kn_expr *read = rows_new_read(r, t, l->stmt->range);
    t->rank = target->rank;
    memcpy(t->dims, target->dims, sizeof t->dims);
    r->tensor_names[t->id] = rows_name(r, t->name);
    struct line *copy = copies[parts++] = kn_alloc(r->file, sizeof *copy);
    *copy = *l;
    copy->value = read;
    copy->copies_part = true;
    copy->reduces = false;
    copy->begins = parts == 1;
    for (unsigned k = 0; k < l->rank; k++)
      rows_add_index(r, read, l->index[k]);
    l->target = t;
    for (unsigned k = 0; parts == of && k < parts; k++)
      split[count++] = copies[k];
  }
  memcpy(all, split, count * sizeof *all);
  *num = count;
  return true;
}

bool rows_gather_parts(struct rows *r, struct line **all, unsigned *num_lines,
                       const struct line *part) {
  unsigned num = *num_lines;
  const struct kn_tensor *t = part->target;
  unsigned last = 0, parts = 0, others = 0;
  struct line **moved = kn_alloc(r->file, (num + 1) * sizeof *moved);
  bool again = false;
  for (unsigned i = 0; i < num; i++)
    if (all[i]->target == t) {
      again = again || all[i]->begins;
      moved[parts++] = all[i];
      last = i;
    }
  if (again)
    return rows_split_parts(r, all, num_lines, part);
  for (unsigned i = 0; i < last; i++)
    if (all[i]->target != t)
      all[others++] = all[i];
  memcpy(all + others, moved, parts * sizeof *all);
  moved[0]->begins = true;
  return true;
}
