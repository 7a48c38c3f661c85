// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- tune_moves.c - Decisions that --tune may try -------------------------===*/
#include "tune_moves.h"

#include <inttypes.h>
#include <string.h>

struct finder {
  struct kn_file *file;
  const struct kn_kernel *kernel;
  struct kn_moves *moves;
};

bool kn_same_subject(const struct kn_decision *a, const struct kn_decision *b) {
  return a->key == b->key && (a->key == KN_GRID || !strcmp(a->name, b->name));
}

/* Unless the user has decided it, or it is there already. */
static void add(struct finder *f, struct kn_decision move) {
  struct kn_moves *m = f->moves;
  for (const struct kn_decision *d = f->kernel->schedule; d; d = d->next)
    if (kn_same_subject(d, &move))
      return;
  for (unsigned i = 0; i < m->num; i++)
    if (kn_same_subject(m->item[i], &move) && m->item[i]->num_values == move.num_values &&
        m->item[i]->word == move.word &&
        !memcmp(m->item[i]->values, move.values, sizeof move.values))
      return;
  m->item = kn_room(f->file, m->item, m->num, &m->max, sizeof *m->item);
  struct kn_decision *d = kn_alloc(f->file, sizeof *d);
  *d = move;
  d->range = d->name_range = d->value_range = f->kernel->range;
  d->next = NULL;
  m->item[m->num++] = d;
}

static struct kn_decision about(enum kn_decision_key key, struct kn_tensor *t) {
  return (struct kn_decision){.key = key, .name = t->name, .tensor = t};
}

static void add_value(struct finder *f, enum kn_decision_key key, struct kn_tensor *t, int64_t n) {
  struct kn_decision d = about(key, t);
  d.values[d.num_values++] = n;
  add(f, d);
}

static void add_word(struct finder *f, enum kn_decision_key key, struct kn_tensor *t,
                     const char *word) {
  struct kn_decision d = about(key, t);
  d.word = word;
  add(f, d);
}

/* Sizes of a tile along the dimension `at` and the one behind it; further out 1, further in all. */
static void add_tiles_at(struct finder *f, struct kn_tensor *t, unsigned at) {
  bool last = at + 1 == t->rank;
  int64_t rows = t->dims[at]->size, columns = last ? 1 : t->dims[at + 1]->size;
  for (int64_t m = 1; m < 2 * rows && m <= 256; m *= 2)
    for (int64_t parts = 1; parts <= 64; parts *= 2) {
      /* Multiples of 32 elements are some of bytes for every type. */
      int64_t n = parts == 1 ? columns : ((columns + parts - 1) / parts + 31) / 32 * 32;
      if (parts > 1 && (last || n >= columns))
        break;
      struct kn_decision d = about(KN_TILE, t);
      for (d.num_values = 0; d.num_values < t->rank; d.num_values++)
        d.values[d.num_values] = d.num_values < at        ? 1
                                 : d.num_values == at     ? (m < rows ? m : rows)
                                 : d.num_values == at + 1 ? n
                                                          : t->dims[d.num_values]->size;
      add(f, d);
    }
}

static void add_tiles(struct finder *f, struct kn_tensor *t) {
  for (unsigned i = 0; i < t->rank; i++)
    if (t->dims[i]->size < 1)
      return;
  if (t->rank == 1) { /* columns only */
    for (int64_t n = 32; n < t->dims[0]->size; n *= 2)
      add_value(f, KN_TILE, t, n);
    return;
  }
  for (unsigned at = 0; at < t->rank; at++)
    add_tiles_at(f, t, at);
}

struct sums {
  struct finder *f;
  struct kn_tensor *target;
  bool found;
};

/* Sums of products may go to the matrix units. */
static bool find_sum(struct kn_expr *e, void *data) {
  struct sums *s = data;
  if (e->kind != KN_REDUCE || e->reduction != KN_SUM || e->args[0]->kind != KN_BINARY)
    return true;
  s->found = true;
  for (unsigned i = 0; i < e->num_indices; i++)
    for (int64_t n = 1; n <= 16; n *= 2) {
      struct kn_decision d = {.key = KN_SPLIT, .name = e->indices[i]->name};
      d.values[d.num_values++] = n;
      add(s->f, d);
    }
  return true;
}

static void add_blocks(struct finder *f, struct kn_tensor *t) {
  for (int64_t k = 32; k <= 512; k *= 2) {
    struct kn_decision d = about(KN_TILE, t);
    for (unsigned i = 0; i < t->rank && t->rank < KN_MAX_RANK; i++)
      d.values[d.num_values++] = i + 2 < t->rank ? 1 : 64;
    d.values[d.num_values++] = k;
    add(f, d);
  }
}

void kn_find_moves(struct kn_file *file, const struct kn_kernel *k, unsigned rows, unsigned cols,
                   struct kn_moves *moves) {
  struct finder f = {file, k, moves};
  *moves = (struct kn_moves){0};
  for (struct kn_stmt *st = k->stmts; st; st = st->next) {
    struct sums s = {&f, st->target, false};
    if (st->value)
      kn_walk(st->value, find_sum, &s);
    if (s.found) {
      add_word(&f, KN_UNIT, st->target, "core");
      add_word(&f, KN_UNIT, st->target, "dpe");
      if (st->target->rank >= 2)
        add_blocks(&f, st->target);
    }
    if (st->target->rank)
      add_tiles(&f, st->target);
  }
  struct kn_tensor *lists[] = {k->inputs, k->outputs, k->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      if (t->rank) {
        for (int64_t n = 1; n <= 4; n++)
          add_value(&f, KN_BUFFERS, t, n);
        if (t->role == KN_INPUT) {
          add_word(&f, KN_RESIDENT, t, "local");
          add_word(&f, KN_RESIDENT, t, "sram");
        }
      }
  for (unsigned r = rows; r; r = r / 2)
    for (unsigned c = cols; c; c = c / 2)
      if (r * c < rows * cols && r * c * 4 >= rows * cols) {
        struct kn_decision d = {.key = KN_GRID, .values = {r, c}, .num_values = 2};
        add(&f, d);
      }
}

void kn_print_decision(FILE *out, const struct kn_decision *d) {
  static const char *const keys[] = {"grid", "split", "tile", "resident", "buffers", "unit"};
  fputs(keys[d->key], out);
  if (d->name)
    fprintf(out, "(%s)", d->name);
  fprintf(out, " = %s", d->word ? d->word : "");
  for (unsigned i = 0; i < d->num_values; i++)
    fprintf(out, "%s%" PRId64, i ? " x " : "", d->values[i]);
}
