// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cores and units each go on as far as the times of what they need are known; a time once known
// never changes, so the order in which they are looked at does not matter. The other PEs are taken
// to do the same at the same time: of SRAM and of chains of partial sums this one gets its share.
#include "timeline.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

// From the launch to the kernel's first statement: the start-up code, which makes 16 lines of core
// 1's stack, and of core 0's as many as it uses, three or so; from its return to the end (--trace
// of a kernel that does nothing).
static const double start_cycles[] = {52, 130};
#define END_CYCLES 45

enum { FI_IN_QUEUE, FI_OUT_QUEUE, DPE_QUEUE, RE_QUEUE, SE_QUEUE, MLU_QUEUE, QUEUES };

static double larger(double a, double b) { return a > b ? a : b; }

struct record {
  double upto, time; // bytes in all; when
};

struct records {
  struct record *r;
  size_t num, max;
  double total;
};

static void add_record(struct records *s, double bytes, double time) {
  if (s->num == s->max) {
    s->max = s->max ? 2 * s->max : 64;
    s->r = realloc(s->r, s->max * sizeof *s->r);
    if (!s->r)
      abort();
  }
  if (s->num && s->r[s->num - 1].time > time)
    time = s->r[s->num - 1].time; // in order
  s->total += bytes;
  s->r[s->num++] = (struct record){s->total, time};
}

// When `bytes` in all were there; negative: not yet known.
static double when(const struct records *s, double bytes) {
  if (bytes <= 0.5)
    return 0;
  if (bytes > s->total + 0.5)
    return -1;
  size_t lo = 0, hi = s->num - 1;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (s->r[mid].upto + 0.5 >= bytes)
      hi = mid;
    else
      lo = mid + 1;
  }
  return s->r[lo].time;
}

struct cb {
  double size;
  struct records filled, emptied;
  double taken[2]; // by pops that a core issued
  double pushed[2];
  double reserved, sent; // by DMAs in order of their queue
  size_t last[QUEUES];   // 1 + the last command of each queue that reads it, as issued
  size_t last_written[QUEUES];
};

struct queued {
  const struct pg_event *e;
  double issue, start, done;
  double head[2]; // bytes taken when it was issued
  unsigned core;
  size_t acc_after; // see struct queue
};

struct queue {
  struct queued *q;
  size_t num, max, next; // next: the first that has not started
  double free;
};

struct move { // a push or pop that waits for commands
  const struct pg_event *e;
  double issue;
  size_t after[QUEUES];
};

struct core {
  size_t at;
  double time;
  bool arrived; // at a barrier
  bool counted; // the gap of the current event
  struct move *moves;
  size_t num_moves, max_moves, next_move;
};

enum { MAX_SPANS = 256 };

struct timeline {
  const struct pg_program *p;
  struct tl_result *r;
  struct cb cb[32];
  struct queue queue[QUEUES];
  struct core core[2];
  struct records told; // by one core to the other
  double acc[4];       // when the accumulator can be used by another unit
  uint8_t acc_unit[4];
  size_t acc_last[4][2]; // queue and number of the last command issued on it
  // When this PE's share of the memories is taken: intervals in order of time. In- and outgoing
  // transfers are not looked at in that order, so they fill what is free.
  struct span {
    double from, to;
  } taken[MAX_SPANS];
  unsigned num_taken;
  double phase_start;
  unsigned phase;
};

static struct tl_phase *phase(struct timeline *t) { return &t->r->phases[t->phase]; }

static int queue_of(const struct pg_event *e) {
  if (e->kind == PG_DMA_IN)
    return FI_IN_QUEUE;
  if (e->kind == PG_DMA_OUT)
    return FI_OUT_QUEUE;
  return e->unit == KN_DPE  ? DPE_QUEUE
         : e->unit == KN_RE ? RE_QUEUE
         : e->unit == KN_SE ? SE_QUEUE
                            : MLU_QUEUE;
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

// Bytes per cycle of the memory that this PE gets.
static double share(const struct timeline *t, bool dram) {
  const struct pg_totals *totals = t->p->totals;
  double all = totals->phase_bytes[t->phase];
  double own = totals->bytes[t->phase][(t->p->row * t->p->grid_cols + t->p->col) % PG_PES];
  double chip = 1 / kn_cost_memory(dram, 1.0 / KN_DEV_dram_burst, 1);
  return all > 0 && own > 0 ? chip * own / all : chip;
}

// Takes `cycles` of the memories' time from `start` on, where it is free; the end.
static double take(struct timeline *t, double start, double cycles) {
  unsigned i = 0;
  while (i < t->num_taken && t->taken[i].to <= start)
    i++;
  double at = start;
  for (;;) {
    double until = i < t->num_taken ? t->taken[i].from : at + cycles;
    if (i < t->num_taken && t->taken[i].from <= at) { // grows the one that is in the way
      at = larger(at, t->taken[i].to);
      i++;
      continue;
    }
    double part = until - at < cycles ? until - at : cycles;
    cycles -= part;
    if (i > 0 && t->taken[i - 1].to >= at - 0.5)
      t->taken[i - 1].to = at + part;
    else {
      if (t->num_taken == MAX_SPANS) { // forget the oldest gap
        t->taken[1].from = t->taken[0].from;
        memmove(t->taken, t->taken + 1, (MAX_SPANS - 1) * sizeof *t->taken);
        t->num_taken--;
        i -= i > 0;
      }
      memmove(t->taken + i + 1, t->taken + i, (t->num_taken - i) * sizeof *t->taken);
      t->taken[i] = (struct span){at, at + part};
      t->num_taken++;
      i++;
    }
    at += part;
    if (cycles <= 0.001)
      return at;
  }
}

// A DMA's start, and its last request's departure.
static double transfer(struct timeline *t, const struct pg_event *e, double start, bool in) {
  double port = kn_cost_dma(in, e->rows, e->row_bytes);
  // Rows at random places meet in slices and on links (./build.sh bench knyfe-bags).
  const double even = e->uneven > 0 ? 0.97 / (1 + e->uneven) : 1;
  double memory = e->rows * e->row_bytes / e->members / even / share(t, e->dram);
  double end = take(t, start, memory);
  phase(t)->commands[in ? KN_FI_IN : KN_FI_OUT]++;
  phase(t)->local_bytes += e->rows * e->row_bytes;
  phase(t)->busy[in ? KN_FI_IN : KN_FI_OUT] += port;
  phase(t)->busy[e->dram ? KN_DRAM : KN_SRAM] += memory;
  return larger(start + port, end);
}

static bool start_dma(struct timeline *t, struct queue *q, struct queued *c, bool in) {
  const struct pg_event *e = c->e;
  double start = larger(c->issue + KN_DEV_cp_dispatch, q->free), needs = 0;
  if (e->cb[0] < 32) {
    struct cb *cb = &t->cb[e->cb[0]];
    needs = in ? when(&cb->emptied, cb->reserved + e->bytes - cb->size)
               : when(&cb->filled, cb->sent + e->bytes);
    if (needs < 0)
      return false;
  }
  start = larger(start, needs);
  double left = transfer(t, e, start, in);
  double latency = kn_cost_latency(e->dram, t->p->grid_rows, t->p->grid_cols);
  c->start = start;
  c->done = left + latency;
  q->free = left;
  if (e->cb[0] < 32) {
    struct cb *cb = &t->cb[e->cb[0]];
    if (in) {
      cb->reserved += e->bytes;
      add_record(&cb->filled, e->bytes, c->done);
    } else {
      cb->sent += e->bytes;
      add_record(&cb->emptied, e->bytes, c->done);
    }
  }
  return true;
}

static bool start_unit(struct timeline *t, struct queue *q, struct queued *c) {
  const struct pg_event *e = c->e;
  double start = larger(c->issue + KN_DEV_cp_dispatch, q->free);
  for (int i = 0; i < 2; i++)
    if (e->cb[i] < 32) {
      double there = when(&t->cb[e->cb[i]].filled, c->head[i] + (double)e->offset[i] + 1);
      if (there < 0)
        return false;
      start = larger(start, there);
    }
  if (e->out >= 28 && e->out < 32) { // an operand buffer of the DPE
    double there = when(&t->cb[e->out].emptied, t->cb[e->out].sent);
    if (there < 0)
      return false;
    start = larger(start, there);
    t->cb[e->out].sent++;
  }
  if (e->acc < 4) {
    // What other units do with the accumulator comes first.
    if (c->acc_after) {
      struct queue *other = &t->queue[c->acc_after & 7];
      if (other->next < c->acc_after >> 3)
        return false;
      start = larger(start, other->q[(c->acc_after >> 3) - 1].done);
    }
  }
  if (e->chained) // what the PEs before this one need for their part, one after the other
    start += e->chained * (kn_cost_red() / 2 + KN_DEV_re_hop);
  c->start = start;
  q->free = start + e->cycles;
  c->done = q->free + e->latency;
  phase(t)->busy[e->unit] += e->cycles;
  phase(t)->commands[e->unit]++;
  return true;
}

// At most so many commands.
static bool run_queue(struct timeline *t, int i, unsigned most) {
  struct queue *q = &t->queue[i];
  bool moved = false;
  while (q->next < q->num && most--) {
    struct queued *c = &q->q[q->next];
    bool ok = i == FI_IN_QUEUE    ? start_dma(t, q, c, true)
              : i == FI_OUT_QUEUE ? start_dma(t, q, c, false)
                                  : start_unit(t, q, c);
    if (!ok)
      break;
    q->next++;
    moved = true;
  }
  return moved;
}

//===----------------------------------------------------------------------===//
// Cores
//===----------------------------------------------------------------------===//

static void enqueue(struct timeline *t, struct core *c, unsigned core, const struct pg_event *e) {
  int i = queue_of(e);
  struct queue *q = &t->queue[i];
  if (q->num == q->max) {
    q->max = q->max ? 2 * q->max : 256;
    q->q = realloc(q->q, q->max * sizeof *q->q);
    if (!q->q)
      abort();
  }
  struct queued *n = &q->q[q->num++];
  *n = (struct queued){.e = e, .issue = c->time, .core = core};
  for (int k = 0; k < 2; k++)
    if (e->cb[k] < 32) {
      struct cb *cb = &t->cb[e->cb[k]];
      n->head[k] = cb->taken[core];
      cb->last[i] = q->num;
    }
  if (e->out < 32)
    t->cb[e->out].last_written[i] = q->num;
  if (e->acc < 4) {
    size_t *last = t->acc_last[e->acc];
    if (last[1] && last[0] != (size_t)i)
      n->acc_after = last[1] << 3 | last[0];
    else if (last[1])
      n->acc_after = 0;
    last[0] = (size_t)i;
    last[1] = q->num;
  }
}

static bool run_moves(struct timeline *t, unsigned core) {
  struct core *c = &t->core[core];
  bool moved = false;
  while (c->next_move < c->num_moves) {
    struct move *m = &c->moves[c->next_move];
    double time = m->issue + KN_DEV_cp_dispatch;
    for (int i = 0; i < QUEUES; i++) {
      if (!m->after[i])
        continue;
      if (t->queue[i].next < m->after[i])
        return moved;
      if (i < DPE_QUEUE) // DMAs take their room when they start
        continue;
      time = larger(time, t->queue[i].q[m->after[i] - 1].done);
    }
    struct cb *cb = &t->cb[m->e->cb[0]];
    add_record(m->e->kind == PG_PUSH ? &cb->filled : &cb->emptied, m->e->bytes, time);
    if (m->e->kind == PG_PUSH)
      cb->reserved += m->e->bytes;
    c->next_move++;
    moved = true;
  }
  return moved;
}

static void add_move(struct timeline *t, struct core *c, unsigned core, const struct pg_event *e) {
  if (e->cb[0] >= 32)
    return;
  if (c->num_moves == c->max_moves) {
    c->max_moves = c->max_moves ? 2 * c->max_moves : 256;
    c->moves = realloc(c->moves, c->max_moves * sizeof *c->moves);
    if (!c->moves)
      abort();
  }
  struct cb *cb = &t->cb[e->cb[0]];
  struct move *m = &c->moves[c->num_moves++];
  *m = (struct move){.e = e, .issue = c->time};
  // A push waits for who writes, a pop for who reads; DMAs move pointers themselves, in order.
  int dma = e->kind == PG_PUSH ? FI_IN_QUEUE : FI_OUT_QUEUE;
  m->after[dma] = cb->last[dma];
  for (int i = DPE_QUEUE; i < QUEUES; i++) {
    m->after[i] = cb->last[i];
    if (e->kind == PG_PUSH && cb->last_written[i] > m->after[i])
      m->after[i] = cb->last_written[i];
  }
  m->after[SE_QUEUE] -= e->early < m->after[SE_QUEUE] ? e->early : 0;
  (e->kind == PG_PUSH ? cb->pushed : cb->taken)[core] += e->bytes;
}

static bool all_done(const struct timeline *t, unsigned core, double *time) {
  for (int i = 0; i < QUEUES; i++) {
    const struct queue *q = &t->queue[i];
    if (q->next < q->num)
      return false;
    for (size_t k = q->num > 32 ? q->num - 32 : 0; k < q->num; k++)
      if (q->q[k].core == core)
        *time = larger(*time, q->q[k].done);
  }
  return t->core[core].next_move == t->core[core].num_moves;
}

// Both cores have arrived; the next phase begins if it is a barrier of the grid.
static void release(struct timeline *t, bool grid) {
  double time = larger(t->core[0].time, t->core[1].time);
  time += grid ? kn_cost_barrier(t->p->grid_rows, t->p->grid_cols) : KN_DEV_barrier_pe;
  for (int i = 0; i < 2; i++) {
    t->core[i].time = time;
    t->core[i].arrived = t->core[i].counted = false;
    t->core[i].at++;
  }
  if (!grid)
    return;
  phase(t)->cycles = time - t->phase_start;
  t->phase_start = time;
  if (t->phase + 1 < PG_PHASES)
    t->phase++;
  t->num_taken = 0;
}

// True if the core has gone on by at least one event.
static bool run_core(struct timeline *t, unsigned core) {
  struct core *c = &t->core[core];
  const struct pg_core *events = &t->p->core[core];
  bool moved = false;
  while (c->at < events->num && !c->arrived) {
    const struct pg_event *e = &events->events[c->at];
    struct cb *cb = e->cb[0] < 32 ? &t->cb[e->cb[0]] : NULL;
    if (!c->counted) {
      c->time += e->gap;
      c->counted = true;
      phase(t)->busy[core ? KN_CORE1 : KN_CORE0] += e->gap;
      phase(t)->busy[KN_VECTOR] += e->vectors;
      phase(t)->busy[KN_VECTOR_MEMORY] += e->loads;
      phase(t)->busy[KN_SE] += e->engine;
      moved = true;
    }
    double time = 0;
    switch ((enum pg_kind)e->kind) {
    case PG_WORK:
      break;
    case PG_DMA_IN:
    case PG_DMA_OUT:
    case PG_UNIT: {
      struct queue *q = &t->queue[queue_of(e)];
      if (q->num >= KN_DEV_cp_queue_depth) {
        size_t before = q->num - KN_DEV_cp_queue_depth;
        if (q->next <= before)
          return moved;
        c->time = larger(c->time, q->q[before].start);
      }
      enqueue(t, c, core, e);
      break;
    }
    case PG_PUSH:
    case PG_POP:
      add_move(t, c, core, e);
      break;
    case PG_WAITD:
      time = cb ? when(&cb->filled, cb->taken[core] + e->bytes) : 0;
      break;
    case PG_WAITS:
      time = cb ? when(&cb->emptied, cb->pushed[core] + e->bytes - cb->size) : 0;
      break;
    case PG_INIT:
      if (cb) {
        free(cb->filled.r);
        free(cb->emptied.r);
        *cb = (struct cb){.size = e->bytes};
      }
      break;
    case PG_SYNC:
      if (!all_done(t, core, &time))
        return moved;
      break;
    case PG_TELL:
      add_record(&t->told, e->bytes - t->told.total, c->time);
      break;
    case PG_HEAR:
      time = when(&t->told, e->bytes);
      break;
    case PG_NUMBERS: {
      const struct core *other = &t->core[1 - core];
      if (other->at < t->p->core[1 - core].num && !other->arrived)
        return moved;
      time = other->time + KN_DEV_cp_dispatch +
             (t->p->grid_rows + t->p->grid_cols - 2) * KN_DEV_noc_hop;
      break;
    }
    case PG_BAR_PE:
    case PG_BAR_GRID:
      c->arrived = true;
      if (t->core[1 - core].arrived)
        release(t, e->kind == PG_BAR_GRID);
      moved = true;
      continue;
    }
    if (time < 0)
      return moved;
    if (time > c->time)
      c->time = time + KN_DEV_cp_wake;
    c->at++;
    c->counted = false;
    moved = true;
  }
  return moved;
}

static enum kn_resource bound(const struct tl_phase *p) {
  enum kn_resource most = KN_LATENCY;
  double share = 0.5;
  for (int i = 0; i < KN_LATENCY; i++)
    if (i != KN_CORE1 && p->busy[i] > share * p->cycles) {
      share = p->busy[i] / p->cycles;
      most = (enum kn_resource)i;
    }
  if (most == KN_LATENCY && p->busy[KN_CORE1] > 0.5 * p->cycles)
    return KN_CORE1;
  return most;
}

void tl_run(struct tl_result *r, const struct pg_program *p) {
  *r = (struct tl_result){0};
  struct timeline *t = calloc(1, sizeof *t);
  if (!t)
    abort();
  t->p = p;
  t->r = r;
  for (int i = 0; i < 2; i++)
    t->core[i].time = start_cycles[i];
  for (bool moved = true; moved;) {
    moved = false;
    for (unsigned i = 0; i < 2; i++) {
      moved |= run_core(t, i);
      moved |= run_moves(t, i);
    }
    for (int i = FI_IN_QUEUE + 1; i < QUEUES; i++)
      moved |= run_queue(t, i, UINT_MAX);
    // Loads run ahead of everything else: they must not take the memory's time from stores that
    // begin earlier, but are not known yet.
    if (!moved)
      moved = run_queue(t, FI_IN_QUEUE, 1);
  }
  r->cycles = larger(t->core[0].time, t->core[1].time) + END_CYCLES;
  for (int i = 0; i < 2; i++)
    r->stuck = r->stuck || t->core[i].at < p->core[i].num;
  phase(t)->cycles = r->cycles - t->phase_start;
  r->num_phases = t->phase + 1;
  for (unsigned i = 0; i < r->num_phases; i++)
    r->phases[i].bound = bound(&r->phases[i]);
  for (int i = 0; i < QUEUES; i++)
    free(t->queue[i].q);
  for (int i = 0; i < 32; i++) {
    free(t->cb[i].filled.r);
    free(t->cb[i].emptied.r);
  }
  free(t->told.r);
  for (int i = 0; i < 2; i++)
    free(t->core[i].moves);
  free(t);
}
