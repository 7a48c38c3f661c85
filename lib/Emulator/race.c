// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who orders what. Every core is a part of its PE's clocks, every unit one for each core whose
// commands it does (between the cores nothing orders them), and every DMA one of its own: one that
// an earlier DMA has left, if that happened before.
//
// A command knows, when it starts, what its core knew when it issued it, and what those knew that
// it had to wait for: who published what it reads, gave back what it writes, used its accumulator.
// Not more: that others were finished by then was luck. So the findings are those of every order
// that the device might have taken, as far as the kernel's own decisions don't depend on it.
#include "race.h"
#include "core.h"
#include "units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
  ORDERED = UNIT_COUNT - UNIT_DPE, // units that do their commands in order
  FIRST_DMA = MTIA_CORES + ORDERED * MTIA_CORES,
  MAX_FINDINGS = 20,
  MAX_POINTS = 64,
  FLAGS = 1 << 10,
};
_Static_assert(UNIT_DMA_IN < UNIT_DPE && UNIT_DMA_OUT < UNIT_DPE, "the others are in order");

// What those know who see a counter at `at` or above.
struct point {
  uint64_t at;
  struct mtia_clock clock;
};

// A counter that grows.
struct history {
  struct mtia_clock latest;
  struct point *point;
  unsigned count, room;
};

struct mtia_race_task {
  struct mtia_clock clock; // issued: of its core; started: what happened before its end, and itself
  uint32_t agent, tick;
  uint64_t number; // in the order of issue
  unsigned references;
};

// Reads (or writes) a CB from byte `from` on, so that what gives that away waits for it.
struct user {
  uint64_t from;
  struct mtia_race_task *task;
  uint8_t unit;
};

struct users {
  struct user *user;
  unsigned count, room;
  uint64_t moved; // number of the last command that waits for those before it
};

struct buffer {
  struct history visible, released;
  struct users reader[MTIA_CORES], writer[MTIA_CORES];
};

struct pe {
  struct mtia_clock core[MTIA_CORES], done[MTIA_CORES]; // done: by its commands that are finished
  uint32_t tick[MTIA_CORES];
  struct mtia_clock acquired[MTIA_CORES]; // by loads, if a fence follows
  bool fenced[MTIA_CORES];                // the next store releases
  struct mtia_clock acc[MTIA_CORES][MTIA_ACCS];
  struct mtia_clock ob_read[MTIA_CORES][MTIA_OBS], ob_written[MTIA_CORES][MTIA_OBS];
  struct mtia_clock unit[ORDERED][MTIA_CORES];
  uint32_t unit_tick[ORDERED][MTIA_CORES];
  uint32_t *dma_tick;
  unsigned dmas;
  struct mtia_clock tile[2], free[2]; // by port: of who sent the tile, of who took the last one
  struct buffer cb[MTIA_CBS];
  struct history counter[MTIA_COUNTERS];
};

// An increment on its way.
struct sent {
  struct sent *next;
  struct mtia_pe *from, *to;
  unsigned counter;
  struct mtia_clock clock;
};

// A place where cores store flags: what is known to who reads it.
struct flag {
  struct flag *next;
  uint64_t place;
  struct mtia_clock clock;
};

struct mtia_race {
  struct mtia_clocks clocks;
  struct mtia_shadow *shadow;
  struct pe *pe;
  uint64_t issued;
  struct sent *sent, **last_sent;
  struct flag *flag[FLAGS];
  unsigned flags;
  uint32_t word; // the instruction of the core that runs
  struct mtia_race_finding finding[MAX_FINDINGS];
  unsigned findings;
  uint64_t more;
  struct mtia_device *dev;
};

static void conflict(void *ctx, const struct mtia_party *earlier, const struct mtia_party *later,
                     uint64_t place, uint32_t mask);

//===-- Life ------------------------------------------------------------------===//

static void init_clocks(struct mtia_race *race, struct mtia_clock *c, size_t count, unsigned pe) {
  for (size_t i = 0; i < count; i++)
    mtia_clock_init(&c[i], &race->clocks, pe);
}

static void init_pe(struct mtia_race *race, unsigned index) {
  struct pe *pe = &race->pe[index];
  init_clocks(race, pe->core, MTIA_CORES, index);
  init_clocks(race, pe->done, MTIA_CORES, index);
  init_clocks(race, pe->acquired, MTIA_CORES, index);
  init_clocks(race, &pe->acc[0][0], sizeof pe->acc / sizeof **pe->acc, index);
  init_clocks(race, &pe->ob_read[0][0], sizeof pe->ob_read / sizeof **pe->ob_read, index);
  init_clocks(race, &pe->ob_written[0][0], sizeof pe->ob_written / sizeof **pe->ob_written, index);
  init_clocks(race, &pe->unit[0][0], sizeof pe->unit / sizeof **pe->unit, index);
  init_clocks(race, pe->tile, 2, index);
  init_clocks(race, pe->free, 2, index);
  for (unsigned i = 0; i < MTIA_CBS; i++) {
    mtia_clock_init(&pe->cb[i].visible.latest, &race->clocks, index);
    mtia_clock_init(&pe->cb[i].released.latest, &race->clocks, index);
  }
  for (unsigned i = 0; i < MTIA_COUNTERS; i++)
    mtia_clock_init(&pe->counter[i].latest, &race->clocks, index);
  for (unsigned i = 0; i < MTIA_CORES; i++)
    mtia_clock_set(&pe->core[i], i, pe->tick[i] = 1);
}

bool mtia_race_create(struct mtia_device *dev) {
  struct mtia_race *race = dev->race = calloc(1, sizeof *race);
  if (!race)
    return false;
  race->dev = dev;
  race->clocks.pes = dev->rows * dev->cols;
  race->last_sent = &race->sent;
  race->shadow = mtia_shadow_create(conflict, race);
  race->pe = calloc(race->clocks.pes, sizeof *race->pe);
  for (unsigned i = 0; race->pe && i < race->clocks.pes; i++)
    init_pe(race, i);
  return race->shadow && race->pe && !race->clocks.failed;
}

static void clear_clocks(struct mtia_clock *c, size_t count) {
  for (size_t i = 0; i < count; i++)
    mtia_clock_clear(&c[i]);
}

static void drop_task(struct mtia_race_task *t) {
  if (t && !--t->references) {
    mtia_clock_clear(&t->clock);
    free(t);
  }
}

static void drop_points(struct history *h, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    mtia_clock_clear(&h->point[i].clock);
  h->count -= count;
  if (h->count)
    memmove(h->point, h->point + count, h->count * sizeof *h->point);
}

static void forget_history(struct history *h) {
  if (h->count)
    drop_points(h, h->count);
  mtia_clock_clear(&h->latest);
}

static void forget_users(struct users *u) {
  for (unsigned i = 0; i < u->count; i++)
    drop_task(u->user[i].task);
  u->count = 0;
}

static void forget_buffer(struct buffer *b) {
  forget_history(&b->visible);
  forget_history(&b->released);
  for (unsigned i = 0; i < MTIA_CORES; i++) {
    forget_users(&b->reader[i]);
    forget_users(&b->writer[i]);
  }
}

static void destroy_pe(struct pe *pe) {
  clear_clocks(pe->core, MTIA_CORES);
  clear_clocks(pe->done, MTIA_CORES);
  clear_clocks(pe->acquired, MTIA_CORES);
  clear_clocks(&pe->acc[0][0], sizeof pe->acc / sizeof **pe->acc);
  clear_clocks(&pe->ob_read[0][0], sizeof pe->ob_read / sizeof **pe->ob_read);
  clear_clocks(&pe->ob_written[0][0], sizeof pe->ob_written / sizeof **pe->ob_written);
  clear_clocks(&pe->unit[0][0], sizeof pe->unit / sizeof **pe->unit);
  clear_clocks(pe->tile, 2);
  clear_clocks(pe->free, 2);
  for (unsigned i = 0; i < MTIA_CBS; i++) {
    forget_buffer(&pe->cb[i]);
    free(pe->cb[i].visible.point);
    free(pe->cb[i].released.point);
    for (unsigned c = 0; c < MTIA_CORES; c++) {
      free(pe->cb[i].reader[c].user);
      free(pe->cb[i].writer[c].user);
    }
  }
  for (unsigned i = 0; i < MTIA_COUNTERS; i++) {
    forget_history(&pe->counter[i]);
    free(pe->counter[i].point);
  }
  free(pe->dma_tick);
}

void mtia_race_destroy(struct mtia_device *dev) {
  struct mtia_race *race = dev->race;
  if (!race)
    return;
  for (unsigned i = 0; race->pe && i < race->clocks.pes; i++) {
    for (unsigned k = 0; dev->pe[i].cp && k < MTIA_CORES; k++)
      for (struct mtia_command *c = dev->pe[i].cp->core[k].oldest; c; c = c->younger) {
        drop_task(c->race);
        c->race = NULL;
      }
    destroy_pe(&race->pe[i]);
  }
  for (struct sent *s = race->sent; s;) {
    struct sent *next = s->next;
    mtia_clock_clear(&s->clock);
    free(s);
    s = next;
  }
  for (unsigned i = 0; i < FLAGS; i++)
    for (struct flag *f = race->flag[i]; f;) {
      struct flag *next = f->next;
      mtia_clock_clear(&f->clock);
      free(f);
      f = next;
    }
  mtia_shadow_destroy(race->shadow);
  free(race->pe);
  free(race);
  dev->race = NULL;
}

static void check_memory(struct mtia_race *race, bool good) {
  if (!good || race->clocks.failed)
    mtia_fail(race->dev, MTIA_ERR_HOST, "out of memory for --check=race");
}

static struct pe *pe_of(const struct mtia_pe *pe) { return &pe->dev->race->pe[pe->index]; }

static struct mtia_clock *clock_of(const struct mtia_core *c) { return &pe_of(c->pe)->core[c->id]; }

// What the core does from now on is not known to who got its clock before.
static void next_tick(struct mtia_core *c) {
  struct pe *pe = pe_of(c->pe);
  mtia_clock_set(&pe->core[c->id], c->id, ++pe->tick[c->id]);
}

//===-- Histories -------------------------------------------------------------===//

// The array with room for one more, or NULL.
static void *make_room(struct mtia_race *race, void *array, unsigned count, unsigned *room,
                       size_t size) {
  if (count < *room)
    return array;
  unsigned wanted = *room ? 2 * *room : 4;
  void *more = realloc(array, wanted * size);
  if (more)
    *room = wanted;
  else
    check_memory(race, false);
  return more;
}

// `latest` holds from `at` on.
static void add_point(struct mtia_race *race, struct history *h, uint64_t at) {
  if (h->count && h->point[h->count - 1].at == at) {
    mtia_clock_copy(&h->point[h->count - 1].clock, &h->latest);
    return;
  }
  struct point *more = make_room(race, h->point, h->count, &h->room, sizeof *more);
  if (!more)
    return;
  h->point = more;
  struct point *p = &h->point[h->count++];
  p->at = at;
  mtia_clock_init(&p->clock, &race->clocks, h->latest.pe);
  mtia_clock_copy(&p->clock, &h->latest);
}

// Who sees that the counter has reached `at` knows what led to it.
static void join_point(struct mtia_clock *c, const struct history *h, uint64_t at) {
  for (unsigned i = 0; i < h->count; i++)
    if (h->point[i].at >= at) {
      mtia_clock_join(c, &h->point[i].clock);
      return;
    }
  mtia_clock_join(c, &h->latest);
}

// Nobody will wait for `at` or less any more.
static void drop_until(struct history *h, uint64_t at) {
  unsigned count = 0;
  while (count < h->count && h->point[count].at <= at)
    count++;
  if (count > 8 || count == h->count) // not one by one
    drop_points(h, count);
}

static void join_visible(struct mtia_clock *c, struct pe *pe, const struct mtia_range *r) {
  if (r->from < r->to)
    join_point(c, &pe->cb[r->cb].visible, r->to);
}

// Space for bytes below `to` of a CB.
static void join_space(struct mtia_clock *c, const struct mtia_pe *pe, unsigned cb, uint64_t to) {
  uint64_t size = pe->cp->cb[cb].size;
  if (to > size)
    join_point(c, &pe_of(pe)->cb[cb].released, to - size);
}

//===-- Issue -----------------------------------------------------------------===//

static void touch(struct mtia_race *race, struct mtia_core *c, const void *what, uint8_t flags) {
  struct mtia_party by = {mtia_agent(c->pe->index, c->id), pe_of(c->pe)->tick[c->id],
                          (uint32_t)(c->pc - MTIA_DRAM_BASE), 0, flags};
  check_memory(race,
               mtia_shadow_access(race->shadow, (uint64_t)(uintptr_t)what, 1, &by, clock_of(c)));
}

// A later command of the same core on an ordered unit knows all that an earlier one does: if it
// also hinders whatever that hinders, the earlier one need not be kept.
static void forget_older(struct users *u, const struct mtia_command *c, uint64_t from) {
  while (u->count && c->unit >= UNIT_DPE) {
    struct user *last = &u->user[u->count - 1];
    if (last->unit != c->unit || last->from < from || last->task->number < u->moved)
      return;
    drop_task(last->task);
    u->count--;
  }
}

static void add_user(struct mtia_race *race, struct users *u, const struct mtia_command *c,
                     uint64_t from) {
  forget_older(u, c, from);
  struct user *more = make_room(race, u->user, u->count, &u->room, sizeof *more);
  if (!more)
    return;
  u->user = more;
  c->race->references++;
  u->user[u->count++] = (struct user){from, c->race, c->unit};
}

void mtia_race_issue(struct mtia_command *c) {
  struct mtia_race *race = c->pe->dev->race;
  struct pe *pe = pe_of(c->pe);
  struct mtia_core *core = &c->pe->core[c->core];
  for (unsigned i = 0; i < c->reads; i++)
    touch(race, core, &c->pe->cp->cb[c->read[i].cb], 0);
  if (c->writes)
    touch(race, core, &c->pe->cp->cb[c->write.cb], 0);
  struct mtia_race_task *t = c->race = calloc(1, sizeof *t);
  if (!t) {
    check_memory(race, false);
    return;
  }
  t->references = 1;
  t->number = ++race->issued;
  mtia_clock_init(&t->clock, &race->clocks, c->pe->index);
  mtia_clock_copy(&t->clock, clock_of(core));
  next_tick(core);
  // The rules of conflicts (cp.c): what moves a CB's counter waits for the others only.
  for (unsigned i = 0; i < c->reads; i++)
    if (c->read[i].from < c->read[i].to && !(c->releases && c->read[i].cb == c->read[0].cb))
      add_user(race, &pe->cb[c->read[i].cb].reader[c->core], c, c->read[i].from);
  if (c->writes && c->write.from < c->write.to && !c->publishes)
    add_user(race, &pe->cb[c->write.cb].writer[c->core], c, c->write.from);
  if (c->releases)
    pe->cb[c->read[0].cb].reader[c->core].moved = t->number;
  if (c->publishes)
    pe->cb[c->write.cb].writer[c->core].moved = t->number;
  check_memory(race, true);
}

//===-- Start -----------------------------------------------------------------===//

// What the command c waits for before it starts, beside its core.
static void join_checks(struct mtia_command *c) {
  struct pe *pe = pe_of(c->pe);
  struct mtia_clock *clock = &c->race->clock;
  for (unsigned i = 0; i < c->reads; i++)
    join_visible(clock, pe, &c->read[i]);
  if (c->writes && c->write.from < c->write.to)
    join_space(clock, c->pe, c->write.cb, c->write.to);
  if (c->unit >= UNIT_DPE && c->unit < UNIT_COUNT)
    mtia_clock_join(clock, &pe->unit[c->unit - UNIT_DPE][c->core]);
  if (c->acc >= 0)
    mtia_clock_join(clock, &pe->acc[c->core][c->acc]);
  for (unsigned i = 0; i < MTIA_OBS; i++) {
    if ((c->ob_reads | c->ob_writes) >> i & 1)
      mtia_clock_join(clock, &pe->ob_written[c->core][i]);
    if (c->ob_writes >> i & 1)
      mtia_clock_join(clock, &pe->ob_read[c->core][i]);
  }
  if (c->kind == CMD_RED && c->red.in) {
    mtia_clock_join(clock, &pe->tile[c->red.in - 1]);
    mtia_clock_copy(&pe->free[c->red.in - 1], clock);
  }
  if (c->kind == CMD_RED && c->red.out)
    mtia_clock_join(clock, &pe_of(mtia_re_target(c))->free[c->red.out - 1]);
}

// A part of the PE's clocks for a DMA: one that earlier DMAs have left for sure.
static unsigned dma_part(struct mtia_race *race, struct pe *pe, const struct mtia_race_task *t,
                         unsigned index) {
  unsigned i = 0;
  while (i < pe->dmas &&
         mtia_clock_of(&t->clock, mtia_agent(index, FIRST_DMA + i)) < pe->dma_tick[i])
    i++;
  if (i == pe->dmas && i < 0xffff - FIRST_DMA) {
    uint32_t *more = realloc(pe->dma_tick, (i + 1) * sizeof *more);
    if (!more) {
      check_memory(race, false);
      return 0;
    }
    more[i] = 0;
    pe->dma_tick = more;
    pe->dmas++;
  }
  return i;
}

static void use(struct mtia_race *race, const struct mtia_command *c, const void *what,
                uint8_t flags);

// The clock that those get who know that c has ended.
static void begin(struct mtia_race *race, struct mtia_command *c) {
  struct pe *pe = pe_of(c->pe);
  struct mtia_race_task *t = c->race;
  unsigned part, unit = c->unit - UNIT_DPE;
  if (c->unit >= UNIT_DPE) {
    part = MTIA_CORES + MTIA_CORES * unit + c->core;
    t->tick = ++pe->unit_tick[unit][c->core];
  } else {
    unsigned i = dma_part(race, pe, t, c->pe->index);
    part = FIRST_DMA + i;
    t->tick = i < pe->dmas ? ++pe->dma_tick[i] : 1;
  }
  t->agent = mtia_agent(c->pe->index, part);
  mtia_clock_set(&t->clock, part, t->tick);
  if (c->unit >= UNIT_DPE)
    mtia_clock_copy(&pe->unit[unit][c->core], &t->clock);
  if (c->acc >= 0) {
    bool reads = c->kind == CMD_DRAIN || c->kind == CMD_MINMAX;
    mtia_clock_join(&pe->acc[c->core][c->acc], &t->clock);
    use(race, c, &c->pe->cp->acc[c->acc], reads ? 0 : MTIA_SHADOW_WRITE);
  }
  for (unsigned i = 0; i < MTIA_OBS; i++) {
    if (c->ob_reads >> i & 1)
      mtia_clock_join(&pe->ob_read[c->core][i], &t->clock);
    if (c->ob_writes >> i & 1)
      mtia_clock_join(&pe->ob_written[c->core][i], &t->clock);
    if ((c->ob_reads | c->ob_writes) >> i & 1)
      use(race, c, &c->pe->cp->operand[i], c->ob_writes >> i & 1 ? MTIA_SHADOW_WRITE : 0);
  }
  if (c->kind == CMD_RED && c->red.out) {
    const struct mtia_pe *to = mtia_re_target(c);
    struct mtia_clock *tile = &pe_of(to)->tile[c->red.out - 1];
    mtia_clock_clear(tile);
    mtia_clock_join(tile, &t->clock);
  }
}

// c reads its tiles itself (dpe.c): not through mtia_cb_read.
static void use_tiles(const struct mtia_command *c) {
  const struct mtia_cp *cp = c->pe->cp;
  unsigned b = c->mml.oa < 0;
  if (!c->mml.rows || !c->mml.cols)
    return;
  for (unsigned i = 0; c->mml.oa < 0 && i < c->mml.rows; i++)
    mtia_race_command(
        c, mtia_cb_at(cp, c->read[0].cb, c->read[0].from + (uint64_t)i * c->mml.stride_a), 32,
        false);
  for (unsigned j = 0; c->mml.ob < 0 && j < c->mml.cols; j++)
    mtia_race_command(
        c, mtia_cb_at(cp, c->read[b].cb, c->read[b].from + (uint64_t)j * c->mml.stride_b), 32,
        false);
}

void mtia_race_start(struct mtia_command *const *c, unsigned count) {
  struct mtia_race *race = c[0]->pe->dev->race;
  for (unsigned i = 0; i < count; i++) {
    if (!c[i]->race)
      return; // out of memory
    join_checks(c[i]);
  }
  if (count > 1) { // the data are fetched when the last one could start
    struct mtia_clock all;
    mtia_clock_init(&all, &race->clocks, MTIA_CLOCK_NOBODY);
    for (unsigned i = 0; i < count; i++)
      mtia_clock_join(&all, &c[i]->race->clock);
    for (unsigned i = 0; i < count; i++)
      mtia_clock_join(&c[i]->race->clock, &all);
    mtia_clock_clear(&all);
  }
  for (unsigned i = 0; i < count; i++)
    begin(race, c[i]);
  if (c[0]->kind == CMD_MML)
    use_tiles(c[0]);
  check_memory(race, true);
}

//===-- End -------------------------------------------------------------------===//

// c has waited for the users of what it gives away.
static void join_users(struct mtia_race_task *t, struct users *u, uint64_t to) {
  unsigned kept = 0;
  for (unsigned i = 0; i < u->count; i++) {
    struct user *user = &u->user[i];
    if (user->task->number < t->number && user->from < to) {
      mtia_clock_join(&t->clock, &user->task->clock);
      drop_task(user->task);
    } else {
      u->user[kept++] = *user;
    }
  }
  u->count = kept;
}

void mtia_race_move(struct mtia_command *c, bool publish) {
  struct mtia_race *race = c->pe->dev->race;
  const struct mtia_range *r = publish ? &c->write : &c->read[0];
  const struct mtia_cb *cb = &c->pe->cp->cb[r->cb];
  struct buffer *b = &pe_of(c->pe)->cb[r->cb];
  struct history *h = publish ? &b->visible : &b->released;
  struct mtia_race_task *t = c->race;
  if (!t)
    return;
  if (c->unit == UNIT_COUNT)
    join_checks(c);
  join_users(t, publish ? &b->writer[c->core] : &b->reader[c->core], r->to);
  mtia_clock_join(&t->clock, &h->latest); // in order
  mtia_clock_copy(&h->latest, &t->clock);
  if (publish)
    drop_until(h, cb->released);
  else if (cb->visible >= cb->size)
    drop_until(h, cb->visible - cb->size);
  add_point(race, h, r->to);
  check_memory(race, true);
}

void mtia_race_retire(struct mtia_command *c) {
  if (!c->race)
    return;
  mtia_clock_join(&pe_of(c->pe)->done[c->core], &c->race->clock);
  drop_task(c->race);
  c->race = NULL;
}

//===-- Instructions of Xmtia that are no commands ------------------------------===//

void mtia_race_barrier(struct mtia_core *core, unsigned scope) {
  struct mtia_device *dev = core->dev;
  struct mtia_clock all;
  mtia_clock_init(&all, &dev->race->clocks, MTIA_CLOCK_NOBODY);
  for (unsigned pass = 0; pass < 2; pass++)
    for (unsigned i = 0; i < MTIA_CORES * dev->rows * dev->cols; i++) {
      struct mtia_core *member = &dev->pe[i / 2].core[i % 2];
      if ((scope == 0 && member->pe != core->pe) || (scope == 1 && member->id != core->id))
        continue;
      if (!pass) {
        mtia_clock_join(&all, clock_of(member));
        continue;
      }
      mtia_clock_join(clock_of(member), &all);
      next_tick(member);
    }
  mtia_clock_clear(&all);
  check_memory(dev->race, true);
}

void mtia_race_count(struct mtia_core *core, struct mtia_pe *to, unsigned counter) {
  struct mtia_race *race = core->dev->race;
  struct sent *s = calloc(1, sizeof *s);
  if (!s) {
    check_memory(race, false);
    return;
  }
  s->from = core->pe;
  s->to = to;
  s->counter = counter;
  mtia_clock_init(&s->clock, &race->clocks, core->pe->index);
  mtia_clock_copy(&s->clock, clock_of(core));
  next_tick(core);
  *race->last_sent = s;
  race->last_sent = &s->next;
}

void mtia_race_counted(struct mtia_pe *from, struct mtia_pe *to, unsigned counter, uint64_t old) {
  struct mtia_race *race = to->dev->race;
  struct history *h = &pe_of(to)->counter[counter];
  uint64_t value = to->cp->counter[counter];
  struct sent **link = &race->sent, *s;
  while ((s = *link) && !(s->from == from && s->to == to && s->counter == counter))
    link = &s->next;
  if (!s)
    return; // memory had run out
  *link = s->next;
  if (!s->next)
    race->last_sent = link;
  mtia_clock_join(&h->latest, &s->clock);
  mtia_clock_clear(&s->clock);
  free(s);
  if (value < old || h->count == MAX_POINTS)
    drop_points(h, value < old ? h->count : MAX_POINTS / 2);
  add_point(race, h, value);
}

// A counter has got a new value in one go.
static void set_counter(struct mtia_race *race, struct history *h, uint64_t value) {
  if (h->count)
    drop_points(h, h->count);
  add_point(race, h, value);
}

static void issued_counter(struct mtia_core *core, const struct mtia_insn *insn, uint64_t rs1) {
  struct mtia_race *race = core->dev->race;
  struct pe *pe = pe_of(core->pe);
  struct history *h;
  switch (insn->op) {
  case MTIA_OP_CTR_WAIT:
    if (rs1)
      join_point(clock_of(core), &pe->counter[insn->x[MTIA_X_CTR_WAIT_CTR]], rs1);
    return;
  case MTIA_OP_CTR_GET:
    mtia_clock_join(clock_of(core), &pe->counter[insn->x[MTIA_X_CTR_GET_CTR]].latest);
    return;
  case MTIA_OP_CTR_SET:
    h = &pe->counter[insn->x[MTIA_X_CTR_SET_CTR]];
    mtia_clock_copy(&h->latest, clock_of(core));
    next_tick(core);
    set_counter(race, h, rs1);
    return;
  default: // ctr.tas of any PE
    h = &race->pe[rs1].counter[insn->x[MTIA_X_CTR_TAS_CTR]];
    mtia_clock_join(clock_of(core), &h->latest);
    set_counter(race, h, 1);
    return;
  }
}

static void issued_cb(struct mtia_core *core, const struct mtia_insn *insn, uint64_t rs1) {
  struct pe *pe = pe_of(core->pe);
  struct mtia_clock *clock = clock_of(core);
  bool address = insn->op == MTIA_OP_CB_HEAD || insn->op == MTIA_OP_CB_TAIL;
  unsigned i = insn->op == MTIA_OP_CB_INIT   ? insn->x[MTIA_X_CB_INIT_CB]
               : insn->op == MTIA_OP_CB_FILL ? insn->x[MTIA_X_CB_FILL_CB]
               : address                     ? insn->x[MTIA_X_CB_HEAD_CB]
                                             : insn->x[MTIA_X_CB_WAITD_CB];
  const struct mtia_cb *cb = &core->pe->cp->cb[i];
  bool init = insn->op == MTIA_OP_CB_INIT;
  touch(core->dev->race, core, cb, init ? MTIA_SHADOW_WRITE : 0);
  if (init)
    forget_buffer(&pe->cb[i]);
  else if (insn->op == MTIA_OP_CB_FILL)
    mtia_clock_join(clock, &pe->cb[i].visible.latest);
  else if (insn->op == MTIA_OP_CB_WAITD && rs1)
    join_point(clock, &pe->cb[i].visible, cb->head + rs1);
  else if (insn->op == MTIA_OP_CB_WAITS && rs1)
    join_space(clock, core->pe, i, cb->tail + rs1);
}

void mtia_race_issued(struct mtia_core *core, const struct mtia_insn *insn, uint64_t rs1) {
  switch (insn->op) {
  case MTIA_OP_SYNC:
    mtia_clock_join(clock_of(core), &pe_of(core->pe)->done[core->id]);
    break;
  case MTIA_OP_CTR_WAIT:
  case MTIA_OP_CTR_GET:
  case MTIA_OP_CTR_SET:
  case MTIA_OP_CTR_TAS:
    issued_counter(core, insn, rs1);
    break;
  case MTIA_OP_CB_INIT:
  case MTIA_OP_CB_WAITD:
  case MTIA_OP_CB_WAITS:
  case MTIA_OP_CB_HEAD:
  case MTIA_OP_CB_TAIL:
  case MTIA_OP_CB_FILL:
    issued_cb(core, insn, rs1);
    break;
  default:
    break;
  }
  check_memory(core->dev->race, true);
}

//===-- Flags in memory ---------------------------------------------------------===//

// Of the instruction's word.
enum { AMO = 0x2f, LR = 2, SC = 3, READ = 2, WRITE = 1 };

static struct flag **find_flag(struct mtia_race *race, uint64_t place) {
  struct flag **link = &race->flag[place / 8 % FLAGS];
  while (*link && (*link)->place != place / 8)
    link = &(*link)->next;
  return link;
}

static struct flag *make_flag(struct mtia_race *race, uint64_t place) {
  struct flag **link = find_flag(race, place);
  if (!*link && (*link = calloc(1, sizeof **link))) {
    (*link)->place = place / 8;
    mtia_clock_init(&(*link)->clock, &race->clocks, MTIA_CLOCK_NOBODY);
    race->flags++;
  }
  check_memory(race, *link);
  return *link;
}

static void drop_flags(struct mtia_race *race, uint64_t place, uint64_t bytes) {
  for (uint64_t p = place / 8 * 8; race->flags && p < place + bytes; p += 8) {
    struct flag **link = find_flag(race, p), *f = *link;
    if (!f)
      continue;
    *link = f->next;
    mtia_clock_clear(&f->clock);
    free(f);
    race->flags--;
  }
}

void mtia_race_insn(struct mtia_core *c, unsigned op) {
  struct mtia_race *race = c->dev->race;
  struct pe *pe = pe_of(c->pe);
  const uint8_t *host = mtia_mem(c->dev, c->pe, c->pc, 2);
  race->word = 0;
  if (!host)
    return;
  memcpy(&race->word, host, 2);
  if ((race->word & 3) == 3 && (host = mtia_mem(c->dev, c->pe, c->pc, 4)))
    memcpy(&race->word, host, 4);
  if (op != MTIA_OP_FENCE && op != MTIA_OP_FENCE_TSO)
    return;
  unsigned before = race->word >> 24 & 15, behind = race->word >> 20 & 15;
  if (before & READ) {
    mtia_clock_join(&pe->core[c->id], &pe->acquired[c->id]);
    mtia_clock_clear(&pe->acquired[c->id]);
  }
  if (behind & WRITE)
    pe->fenced[c->id] = true;
}

// Returns whether the access is atomic.
static bool flag_access(struct mtia_core *c, uint64_t place, uint64_t bytes, bool write) {
  struct mtia_race *race = c->dev->race;
  struct pe *pe = pe_of(c->pe);
  struct mtia_clock *clock = clock_of(c);
  uint32_t word = race->word;
  bool amo = (word & 0x7f) == AMO, alone = bytes <= 8 && place % bytes == 0;
  bool loads = amo ? word >> 27 != SC : !write, stores = amo ? word >> 27 != LR : write;
  if (!amo && !alone) {
    if (write)
      drop_flags(race, place, bytes);
    return false;
  }
  bool releases = stores && (amo ? (word >> 25 & 1) || pe->fenced[c->id] : pe->fenced[c->id]);
  struct flag *f = releases ? make_flag(race, place) : race->flags ? *find_flag(race, place) : NULL;
  if (loads && f)
    mtia_clock_join(amo && word >> 26 & 1 ? clock : &pe->acquired[c->id], &f->clock);
  if (releases && f) {
    if (!amo) // an exchange goes on with what it read
      mtia_clock_clear(&f->clock);
    mtia_clock_join(&f->clock, clock);
  } else if (write && !amo) {
    drop_flags(race, place, bytes);
  }
  if (stores)
    pe->fenced[c->id] = false;
  return amo || !write || releases;
}

//===-- Accesses ----------------------------------------------------------------===//

void mtia_race_core(struct mtia_core *c, const uint8_t *host, uint64_t bytes, bool write) {
  struct mtia_race *race = c->dev->race;
  uint64_t place = (uint64_t)(uintptr_t)host;
  uint32_t tick = pe_of(c->pe)->tick[c->id];
  bool atomic = flag_access(c, place, bytes, write);
  struct mtia_party by = {
      mtia_agent(c->pe->index, c->id), tick, (uint32_t)(c->pc - MTIA_DRAM_BASE), 0,
      (uint8_t)((write ? MTIA_SHADOW_WRITE : 0) | (atomic ? MTIA_SHADOW_ATOMIC : 0))};
  check_memory(race, mtia_shadow_access(race->shadow, place, bytes, &by, clock_of(c)));
  if (write && atomic) // whoever has got the clock knows of this access, not of later ones
    next_tick(c);
}

static void use(struct mtia_race *race, const struct mtia_command *c, const void *what,
                uint8_t flags) {
  struct mtia_party by = {c->race->agent, c->race->tick, (uint32_t)(c->pc - MTIA_DRAM_BASE),
                          (uint8_t)(c->kind << 1 | c->core), flags};
  check_memory(
      race, mtia_shadow_access(race->shadow, (uint64_t)(uintptr_t)what, 1, &by, &c->race->clock));
}

void mtia_race_command(const struct mtia_command *c, const uint8_t *host, uint64_t bytes,
                       bool write) {
  struct mtia_race *race = c->pe->dev->race;
  if (!c->race)
    return; // memory has run out
  struct mtia_party by = {c->race->agent, c->race->tick, (uint32_t)(c->pc - MTIA_DRAM_BASE),
                          (uint8_t)(c->kind << 1 | c->core), write ? MTIA_SHADOW_WRITE : 0};
  check_memory(race, mtia_shadow_access(race->shadow, (uint64_t)(uintptr_t)host, bytes, &by,
                                        &c->race->clock));
}

//===-- Findings ----------------------------------------------------------------===//

static bool is_core(const struct mtia_party *p) { return mtia_agent_part(p->agent) < MTIA_CORES; }

static uint64_t sort_key(const struct mtia_party *p) {
  return (uint64_t)mtia_agent_pe(p->agent) << 16 |
         (is_core(p) ? mtia_agent_part(p->agent) : 0x100u | p->what);
}

// An order of parties that does not depend on who came first.
static int compare(const struct mtia_party *a, const struct mtia_party *b) {
  if (is_core(a) != is_core(b))
    return is_core(a) ? -1 : 1;
  uint64_t x = sort_key(a), y = sort_key(b); // DMAs' parts depend on the order
  if (x != y)
    return x < y ? -1 : 1;
  return a->pc < b->pc ? -1 : a->pc > b->pc;
}

// The same mistake, maybe of other PEs.
static bool same_mistake(const struct mtia_race_finding *a, const struct mtia_race_finding *b) {
  for (unsigned i = 0; i < 2; i++) {
    const struct mtia_party *p = &a->party[i], *q = &b->party[i];
    if (p->pc != q->pc || p->flags != q->flags || p->what >> 1 != q->what >> 1 ||
        is_core(p) != is_core(q))
      return false;
  }
  return true;
}

static uint64_t pes_of(const struct mtia_race_finding *f) {
  return sort_key(&f->party[0]) << 32 | sort_key(&f->party[1]);
}

static void conflict(void *ctx, const struct mtia_party *earlier, const struct mtia_party *later,
                     uint64_t place, uint32_t mask) {
  struct mtia_race *race = ctx;
  bool turn = compare(earlier, later) > 0;
  unsigned first = (unsigned)__builtin_ctz(mask);
  struct mtia_race_finding f = {
      .party = {turn ? *later : *earlier, turn ? *earlier : *later},
      .place = place + first,
      .bytes = mask == UINT32_MAX ? 32 : (unsigned)__builtin_ctz(~(mask >> first)),
      .count = 1};
  for (unsigned i = 0; i < race->findings; i++) {
    struct mtia_race_finding *g = &race->finding[i];
    if (!same_mistake(g, &f))
      continue;
    g->count++;
    if (pes_of(&f) == pes_of(g)) {
      if (g->place + g->bytes == f.place)
        g->bytes += f.bytes;
      else if (f.place < g->place)
        g->place = f.place, g->bytes = f.bytes;
    } else if (pes_of(&f) < pes_of(g)) {
      f.count = g->count;
      *g = f;
    }
    return;
  }
  if (race->findings == MAX_FINDINGS)
    race->more++;
  else
    race->finding[race->findings++] = f;
}

const struct mtia_race_finding *mtia_race_finding(const struct mtia_device *dev, unsigned i) {
  return dev->race && i < dev->race->findings ? &dev->race->finding[i] : NULL;
}

uint64_t mtia_race_more(const struct mtia_device *dev) { return dev->race ? dev->race->more : 0; }

//===-- Words -------------------------------------------------------------------===//

static void print_party(FILE *out, struct mtia_device *dev, const struct mtia_party *p) {
  char where[600];
  uint64_t pc = (uint64_t)p->pc + MTIA_DRAM_BASE;
  struct mtia_pe *pe = &dev->pe[mtia_agent_pe(p->agent)];
  if (is_core(p)) {
    fprintf(out, "%s", mtia_where(&pe->core[mtia_agent_part(p->agent)], pc, where, sizeof where));
    return;
  }
  struct mtia_command c;
  mtia_cp_draft(&c, &pe->core[p->what & 1], p->what >> 1);
  fprintf(out, "PE (%u,%u) %s: %s of core %u, %s", pe->row, pe->col, mtia_unit_name[c.unit],
          mtia_command_name(&c), c.core, mtia_where_pc(dev, pc, where, sizeof where));
}

static const char *hint(const struct mtia_race_finding *f) {
  const struct mtia_party *a = &f->party[0], *b = &f->party[1];
  if (mtia_agent_pe(a->agent) != mtia_agent_pe(b->agent))
    return "a barrier or a counter between the PEs is missing, behind a mtia.sync if units are at "
           "work";
  if (is_core(a) && is_core(b))
    return "a CB, a counter, a barrier or an atomic flag between the cores is missing";
  if (!is_core(a))
    return "between units, and between DMAs, only CBs and accumulators of one core make an order";
  if (mtia_agent_part(a->agent) == (b->what & 1u))
    return "a cb.waitd, cb.waits or mtia.sync is missing";
  return "the core has to wait for the other one's command: a CB, or a barrier or a counter behind "
         "a mtia.sync";
}

// "accumulator 2", if that is what the place stands for.
static bool print_part(FILE *out, struct mtia_device *dev, const struct mtia_race_finding *f) {
  const struct mtia_cp *cp = dev->pe[mtia_agent_pe(f->party[0].agent)].cp;
  const uint8_t *at = (const uint8_t *)(uintptr_t)f->place;
  uintptr_t cb = (uintptr_t)at - (uintptr_t)cp->cb, acc = (uintptr_t)at - (uintptr_t)cp->acc;
  uintptr_t ob = (uintptr_t)at - (uintptr_t)cp->operand;
  if (cb < sizeof cp->cb)
    fprintf(out, "CB %u itself", (unsigned)(cb / sizeof *cp->cb));
  else if (acc < sizeof cp->acc)
    fprintf(out, "accumulator %u", (unsigned)(acc / sizeof *cp->acc));
  else if (ob < sizeof cp->operand)
    fprintf(out, "operand buffer %u", (unsigned)(ob / sizeof *cp->operand));
  else
    return false;
  return true;
}

void mtia_race_print(struct mtia_device *dev, const struct mtia_race_finding *f, FILE *out,
                     mtia_race_place_fn *print_place) {
  bool writes[2] = {f->party[0].flags & MTIA_SHADOW_WRITE, f->party[1].flags & MTIA_SHADOW_WRITE};
  print_party(out, dev, &f->party[0]);
  fprintf(out, ": %s ", writes[0] ? "writes" : "reads");
  if (!print_part(out, dev, f)) {
    fprintf(out, "%" PRIu64 " byte%s of ", f->bytes, f->bytes == 1 ? "" : "s");
    print_place(out, dev, f->place,
                mtia_agent_pe(f->party[0].agent) != mtia_agent_pe(f->party[1].agent));
  }
  fprintf(out, ", which ");
  print_party(out, dev, &f->party[1]);
  fprintf(out, " %s%s; nothing orders the two: %s", writes[1] ? "writes" : "reads",
          writes[0] && writes[1] ? ", too" : "", hint(f));
}
