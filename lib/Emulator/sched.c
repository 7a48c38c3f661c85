// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who does something next. Events by (time, order of mtia_at): a list for each
// of the next cycles, and a heap for those that are later. Cores by (local time,
// number): a heap. Cores and units that wait are in neither, so they cost
// nothing.
#include "sched.h"
#include "core.h"
#include "debug.h"
#include "reference.h"
#include "report.h"
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

// How far plain instructions of a core run ahead of everybody else, and of mtia_now:
// long enough that a switch costs little, short enough that spinning on memory ends soon and
// that the network's books are about the present.
#define QUANTUM 1000
// The same when nobody else is there and nothing keeps books.
#define ALONE 10000000

#define NEVER UINT64_MAX

// Cycles with a list; a power of two. Few events are further away than a DMA takes.
#define NEAR 4096
#define WORDS (NEAR / 64)

#define NOBODY UINT32_MAX

struct event {
  uint64_t time, order;
  mtia_event_fn *fn;
  void *ctx;
  uint64_t arg;
  uint32_t next; // of the same cycle, or unused, or NOBODY
};

// A core with what it is compared by.
struct turn {
  uint64_t cycle;
  uint32_t hart;
  struct mtia_core *core;
};

struct mtia_sched {
  // All events in the lists are in [base, base + NEAR). Of a cycle, those in the heap come first:
  // they were asked for when it was still far.
  uint64_t base; // the latest `now`: nothing that waits is before it
  struct {
    uint32_t first, last;
  } list[NEAR];                         // by time % NEAR; last: undefined if there is no first
  uint64_t filled[WORDS], filled_words; // as masks
  struct event *node;                   // of the lists
  uint32_t nodes, unused;
  uint64_t near;       // time of the first in the lists, or NEVER
  struct event *event; // heap
  size_t events, event_room;
  struct turn *core; // heap
  size_t cores;
  uint64_t held; // the earliest time of a core that a debugger holds
  uint64_t order;
  uint64_t now;
  uint64_t last; // latest time at which anything happened
};

bool mtia_sched_create(struct mtia_device *dev, struct mtia_error *error) {
  struct mtia_sched *sched = dev->sched = calloc(1, sizeof *sched);
  size_t cores = 2 * (size_t)dev->rows * dev->cols;
  if (sched) {
    sched->core = calloc(cores, sizeof *sched->core);
    sched->event_room = 256;
    sched->held = sched->near = NEVER;
    sched->unused = NOBODY;
    sched->event = malloc(sched->event_room * sizeof *sched->event);
    for (unsigned i = 0; i < NEAR; i++)
      sched->list[i].first = NOBODY;
  }
  if (!sched || !sched->core || !sched->event)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the scheduler");
  return true;
}

void mtia_sched_destroy(struct mtia_device *dev) {
  if (!dev->sched)
    return;
  free(dev->sched->node);
  free(dev->sched->event);
  free(dev->sched->core);
  free(dev->sched);
}

//===-- Events ----------------------------------------------------------------===//

static bool event_before(const struct event *a, const struct event *b) {
  return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static bool add_far(struct mtia_sched *sched, struct event event) {
  if (sched->events == sched->event_room) {
    size_t room = 2 * sched->event_room;
    struct event *bigger = realloc(sched->event, room * sizeof *bigger);
    if (!bigger)
      return false;
    sched->event = bigger;
    sched->event_room = room;
  }
  event.order = sched->order++;
  size_t i = sched->events++;
  for (; i && event_before(&event, &sched->event[(i - 1) / 2]); i = (i - 1) / 2)
    sched->event[i] = sched->event[(i - 1) / 2];
  sched->event[i] = event;
  return true;
}

static bool add_near(struct mtia_sched *sched, struct event event) {
  if (sched->unused == NOBODY) {
    uint32_t more = sched->nodes ? sched->nodes : 256;
    struct event *bigger = realloc(sched->node, ((size_t)sched->nodes + more) * sizeof *bigger);
    if (!bigger)
      return false;
    sched->node = bigger;
    for (uint32_t i = 0; i < more; i++)
      bigger[sched->nodes + i].next = i + 1 < more ? sched->nodes + i + 1 : NOBODY;
    sched->unused = sched->nodes;
    sched->nodes += more;
  }
  uint32_t n = sched->unused, slot = event.time % NEAR;
  sched->unused = sched->node[n].next;
  event.next = NOBODY;
  sched->node[n] = event;
  if (sched->list[slot].first == NOBODY)
    sched->list[slot].first = n;
  else
    sched->node[sched->list[slot].last].next = n;
  sched->list[slot].last = n;
  sched->filled[slot / 64] |= UINT64_C(1) << slot % 64;
  sched->filled_words |= UINT64_C(1) << slot / 64;
  if (event.time < sched->near)
    sched->near = event.time;
  return true;
}

void mtia_at(struct mtia_device *dev, uint64_t time, mtia_event_fn *fn, void *ctx, uint64_t arg) {
  struct mtia_sched *sched = dev->sched;
  struct event event = {
      .time = time < sched->now ? sched->now : time, .fn = fn, .ctx = ctx, .arg = arg};
  if (sched->now > sched->base)
    sched->base = sched->now;
  if (!(event.time - sched->base < NEAR ? add_near : add_far)(sched, event))
    mtia_fail(dev, MTIA_ERR_HOST, "out of memory for events");
}

// The first filled list at or behind `slot`, going round.
static uint32_t next_filled(const struct mtia_sched *sched, uint32_t slot) {
  uint32_t word = slot / 64;
  uint64_t rest = sched->filled[word] & ~UINT64_C(0) << slot % 64;
  if (!rest) {
    uint64_t behind = word + 1 < WORDS ? sched->filled_words & ~UINT64_C(0) << (word + 1) : 0;
    // Going round, the last word to look at is `word` again, for what is before the slot.
    word = (uint32_t)__builtin_ctzll(behind ? behind : sched->filled_words);
    rest = sched->filled[word];
  }
  return 64 * word + (uint32_t)__builtin_ctzll(rest);
}

static struct event pop_near(struct mtia_sched *sched) {
  uint32_t slot = sched->near % NEAR, n = sched->list[slot].first;
  struct event top = sched->node[n];
  sched->node[n].next = sched->unused;
  sched->unused = n;
  sched->list[slot].first = top.next;
  if (top.next != NOBODY)
    return top;
  if (!(sched->filled[slot / 64] &= ~(UINT64_C(1) << slot % 64)))
    sched->filled_words &= ~(UINT64_C(1) << slot / 64);
  sched->near = NEVER;
  if (sched->filled_words)
    sched->near = top.time + (next_filled(sched, slot) - slot) % NEAR;
  return top;
}

static struct event pop_far(struct mtia_sched *sched) {
  struct event top = sched->event[0], last = sched->event[--sched->events];
  size_t i = 0;
  for (size_t child; (child = 2 * i + 1) < sched->events; i = child) {
    if (child + 1 < sched->events && event_before(&sched->event[child + 1], &sched->event[child]))
      child++;
    if (!event_before(&sched->event[child], &last))
      break;
    sched->event[i] = sched->event[child];
  }
  sched->event[i] = last;
  return top;
}

static uint64_t event_time(const struct mtia_sched *sched) {
  uint64_t far = sched->events ? sched->event[0].time : NEVER;
  return far < sched->near ? far : sched->near;
}

static struct event pop_event(struct mtia_sched *sched) {
  return sched->events && sched->event[0].time <= sched->near ? pop_far(sched) : pop_near(sched);
}

uint64_t mtia_now(const struct mtia_device *dev) { return dev->sched->now; }

//===-- Cores -----------------------------------------------------------------===//

static bool turn_before(const struct turn *a, const struct turn *b) {
  return a->cycle != b->cycle ? a->cycle < b->cycle : a->hart < b->hart;
}

static void push_core(struct mtia_sched *sched, struct mtia_core *core) {
  if (core->held)
    return;
  struct turn turn = {core->cycle, core->hart, core};
  size_t i = sched->cores++;
  for (; i && turn_before(&turn, &sched->core[(i - 1) / 2]); i = (i - 1) / 2)
    sched->core[i] = sched->core[(i - 1) / 2];
  sched->core[i] = turn;
}

static struct mtia_core *pop_core(struct mtia_sched *sched) {
  struct turn top = sched->core[0], last = sched->core[--sched->cores];
  size_t i = 0;
  for (size_t child; (child = 2 * i + 1) < sched->cores; i = child) {
    child += child + 1 < sched->cores && turn_before(&sched->core[child + 1], &sched->core[child]);
    if (!turn_before(&sched->core[child], &last))
      break;
    sched->core[i] = sched->core[child];
  }
  sched->core[i] = last;
  return top.core;
}

static uint64_t core_time(const struct mtia_sched *sched) {
  return sched->cores ? sched->core[0].cycle : NEVER;
}

void mtia_core_start(struct mtia_core *core, uint64_t time) {
  core->cycle = time;
  core->state = MTIA_CORE_RUNNING;
  push_core(core->dev->sched, core);
}

void mtia_sched_requeue(struct mtia_device *dev) {
  struct mtia_sched *sched = dev->sched;
  sched->cores = 0;
  sched->held = NEVER;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    if (core->state != MTIA_CORE_RUNNING)
      continue;
    if (core->held && core->cycle < sched->held)
      sched->held = core->cycle;
    if (!core->held && core->cycle < sched->now)
      core->cycle = sched->now;
    push_core(sched, core);
  }
}

void mtia_core_wake(struct mtia_core *core, uint64_t time) {
  if (core->state != MTIA_CORE_WAITING)
    return;
  if (time > core->cycle) {
    core->wait_cycles += time - core->cycle;
    core->cycle = time;
  }
  core->state = MTIA_CORE_RUNNING;
  push_core(core->dev->sched, core);
}

// Issues core->command. Returns whether the core goes on.
static bool issue(struct mtia_core *core) {
  struct mtia_device *dev = core->dev;
  const struct mtia_insn *insn = core->command;
  uint64_t rd = core->x[insn->rd];
  uint32_t extra = 0;
  struct mtia_trap trap = {MTIA_CAUSE_COMMAND, 0};
  dev->sched->now = core->cycle;
  switch (mtia_cp_issue(core, insn, core->x[insn->rs1], core->x[insn->rs2], &rd, &extra, &trap)) {
  case MTIA_ISSUE_STALL:
    core->state = MTIA_CORE_WAITING;
    return false;
  case MTIA_ISSUE_TRAP:
    core->command = NULL;
    core->cycle++;
    mtia_core_trap(core, trap.cause, trap.tval);
    return true;
  case MTIA_ISSUE_HALT:
    core->command = NULL;
    core->state = MTIA_CORE_HALTED;
    core->commands++;
    core->instret++;
    core->cycle++;
    if (dev->timeline)
      mtia_timeline_halt(core, core->cycle);
    return false;
  case MTIA_ISSUE_DONE:
    break;
  }
  core->command = NULL;
  core->x[insn->rd ? insn->rd : 32] = rd;
  core->pc += insn->len;
  core->cycle += dev->functional ? 1 : 1 + extra;
  core->instret++;
  core->commands++;
  return true;
}

// Runs a core that is before all others. Puts it back in the heap if it can go on.
static void run_core(struct mtia_device *dev, struct mtia_core *core) {
  struct mtia_sched *sched = dev->sched;
  if (dev->reserver != core)
    dev->reserver = NULL; // it may write where another one has executed lr
  while (!dev->stop) {
    if (core->cycle > sched->last)
      sched->last = core->cycle;
    if (core->command) {
      // Next in global order? Events of the same cycle and cores of lower number come first.
      bool next = core->cycle < event_time(sched) &&
                  (!sched->cores ||
                   turn_before(&(struct turn){core->cycle, core->hart, core}, sched->core));
      if (!next)
        break;
      if (!issue(core)) {
        if (core->cycle > sched->last)
          sched->last = core->cycle;
        return;
      }
    }
    uint64_t others = event_time(sched);
    if (core_time(sched) < others)
      others = core_time(sched);
    if (others > core->cycle && sched->held > core->cycle)
      sched->now = core->cycle;
    core->limit = (others != NEVER ? others : core->cycle) +
                  (others == NEVER && dev->functional && !dev->htif ? ALONE : QUANTUM);
    if (core->limit > dev->max_cycles)
      core->limit = dev->max_cycles;
    if (core->cycle >= core->limit)
      break;
    enum mtia_exit why = dev->debug       ? mtia_debug_run(core)
                         : dev->reference ? mtia_reference_run(core)
                                          : mtia_core_run(core);
    if (why == MTIA_EXIT_WAIT) {
      core->state = MTIA_CORE_WAITING;
      return;
    }
    if (why == MTIA_EXIT_QUANTUM || why == MTIA_EXIT_DEBUG)
      break;
  }
  if (core->cycle > sched->last)
    sched->last = core->cycle;
  if (core->state == MTIA_CORE_RUNNING)
    push_core(sched, core);
}

// Nothing will happen any more: is everything done?
static bool finished(struct mtia_device *dev) {
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    struct mtia_pe *pe = &dev->pe[i];
    if (pe->core[0].state == MTIA_CORE_WAITING || pe->core[1].state == MTIA_CORE_WAITING ||
        !mtia_cp_idle(pe) || dev->sched->held != NEVER)
      return false;
  }
  return true;
}

uint64_t mtia_sched_run(struct mtia_device *dev) {
  struct mtia_sched *sched = dev->sched;
  while (!dev->stop) {
    if (dev->debug)
      mtia_debug_poll(dev);
    if (dev->stop)
      break;
    uint64_t event = event_time(sched), core = core_time(sched);
    if (event == NEVER && core == NEVER) {
      if (!finished(dev))
        mtia_report_stuck(dev, MTIA_ERR_NO_PROGRESS, sched->last);
      break;
    }
    if ((event < core ? event : core) >= dev->max_cycles) {
      mtia_report_stuck(dev, MTIA_ERR_MAX_CYCLES, dev->max_cycles);
      break;
    }
    if (event <= core) {
      struct event next = pop_event(sched);
      sched->now = next.time;
      dev->reserver = NULL;
      if (next.time > sched->last)
        sched->last = next.time;
      next.fn(dev, next.ctx, next.arg);
    } else {
      run_core(dev, pop_core(sched));
    }
  }
  return sched->last;
}
