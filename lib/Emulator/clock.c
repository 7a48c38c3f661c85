// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocks and tables with a count of references; only what has one reference is changed.
#include "clock.h"

#include <stdlib.h>
#include <string.h>

struct mtia_clock_block {
  unsigned references, parts;
  uint32_t tick[]; // by part; parts beyond: 0
};

struct mtia_clock_table {
  unsigned references;
  struct mtia_clock_block *block[]; // by PE; NULL: zeros
};

//===-- Blocks ----------------------------------------------------------------===//

static void drop_block(struct mtia_clock_block *b) {
  if (b && !--b->references)
    free(b);
}

static void share_block(struct mtia_clock_block **to, struct mtia_clock_block *b) {
  if (b)
    b->references++;
  drop_block(*to);
  *to = b;
}

// *b can be changed and has at least that many parts. False: out of memory.
static bool own_block(struct mtia_clocks *of, struct mtia_clock_block **b, unsigned parts) {
  struct mtia_clock_block *old = *b;
  if (old && old->references == 1 && old->parts >= parts)
    return true;
  unsigned had = old ? old->parts : 0, room = parts > had ? (parts + 7) / 8 * 8 : had;
  struct mtia_clock_block *made = malloc(sizeof *made + room * sizeof *made->tick);
  if (!made) {
    of->failed = true;
    return false;
  }
  made->references = 1;
  made->parts = room;
  if (had)
    memcpy(made->tick, old->tick, had * sizeof *made->tick);
  memset(made->tick + had, 0, (room - had) * sizeof *made->tick);
  drop_block(old);
  *b = made;
  return true;
}

// Whether a knows all that b does.
static bool covers(const struct mtia_clock_block *a, const struct mtia_clock_block *b) {
  if (a == b || !b)
    return true;
  for (unsigned i = 0; i < b->parts; i++)
    if (b->tick[i] > (a && i < a->parts ? a->tick[i] : 0))
      return false;
  return true;
}

static void join_block(struct mtia_clocks *of, struct mtia_clock_block **to,
                       struct mtia_clock_block *from) {
  if (covers(*to, from))
    return;
  if (covers(from, *to)) {
    share_block(to, from);
    return;
  }
  if (!own_block(of, to, from->parts))
    return;
  for (unsigned i = 0; i < from->parts; i++)
    if (from->tick[i] > (*to)->tick[i])
      (*to)->tick[i] = from->tick[i];
}

//===-- Tables ----------------------------------------------------------------===//

static void drop_table(struct mtia_clocks *of, struct mtia_clock_table *t) {
  if (!t || --t->references)
    return;
  for (unsigned i = 0; i < of->pes; i++)
    drop_block(t->block[i]);
  free(t);
}

static void share_table(struct mtia_clocks *of, struct mtia_clock_table **to,
                        struct mtia_clock_table *t) {
  if (t)
    t->references++;
  drop_table(of, *to);
  *to = t;
}

static bool own_table(struct mtia_clocks *of, struct mtia_clock_table **t) {
  struct mtia_clock_table *old = *t;
  if (old && old->references == 1)
    return true;
  struct mtia_clock_table *made = calloc(1, sizeof *made + of->pes * sizeof *made->block);
  if (!made) {
    of->failed = true;
    return false;
  }
  made->references = 1;
  for (unsigned i = 0; old && i < of->pes; i++)
    share_block(&made->block[i], old->block[i]);
  drop_table(of, old);
  *t = made;
  return true;
}

static struct mtia_clock_block *block_of(const struct mtia_clock *c, unsigned pe) {
  return pe == c->pe ? c->own : c->table ? c->table->block[pe] : NULL;
}

// from's table holds, for all PEs but c's, at least what c knows, and no block that is out of date.
static bool table_covers(const struct mtia_clock *from, const struct mtia_clock *c) {
  if (!from->table || (from->pe != MTIA_CLOCK_NOBODY && from->pe != c->pe))
    return false;
  for (unsigned i = 0; c->table && i < c->of->pes; i++)
    if (i != c->pe && !covers(from->table->block[i], c->table->block[i]))
      return false;
  return true;
}

//===-- Clocks ----------------------------------------------------------------===//

void mtia_clock_init(struct mtia_clock *c, struct mtia_clocks *of, unsigned pe) {
  *c = (struct mtia_clock){.of = of, .pe = pe};
}

void mtia_clock_clear(struct mtia_clock *c) {
  if (!c->of)
    return;
  drop_block(c->own);
  drop_table(c->of, c->table);
  c->own = NULL;
  c->table = NULL;
}

void mtia_clock_copy(struct mtia_clock *to, const struct mtia_clock *from) {
  share_block(&to->own, from->own);
  share_table(to->of, &to->table, from->table);
}

void mtia_clock_set(struct mtia_clock *c, unsigned part, uint32_t tick) {
  if (own_block(c->of, &c->own, part + 1))
    c->own->tick[part] = tick;
}

void mtia_clock_join(struct mtia_clock *c, const struct mtia_clock *from) {
  if (c->pe != MTIA_CLOCK_NOBODY)
    join_block(c->of, &c->own, block_of(from, c->pe));
  if (c->table == from->table && (c->pe == from->pe || from->pe == MTIA_CLOCK_NOBODY))
    return;
  if (table_covers(from, c)) {
    share_table(c->of, &c->table, from->table);
    return;
  }
  for (unsigned i = 0; i < c->of->pes; i++) {
    struct mtia_clock_block *news = block_of(from, i);
    if (i != c->pe && !covers(c->table ? c->table->block[i] : NULL, news) &&
        own_table(c->of, &c->table))
      join_block(c->of, &c->table->block[i], news);
  }
}

uint32_t mtia_clock_of(const struct mtia_clock *c, uint32_t agent) {
  const struct mtia_clock_block *b = block_of(c, mtia_agent_pe(agent));
  unsigned part = mtia_agent_part(agent);
  return b && part < b->parts ? b->tick[part] : 0;
}
