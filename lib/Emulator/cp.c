// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Command processor: queues, order, checks, completion (docs/isa/xmtia.md, 1.3
// and 1.4). Decoding and the checks at issue are in cp_issue.c.

#include "check.h"
#include "check_slow.h"
#include "debug.h"
#include "defer.h"
#include "race.h"
#include "timeline.h"
#include "units.h"

#include <stdlib.h>

enum { COMMAND_JITTER = 200 }; // cycles

bool mtia_cp_create(struct mtia_device *dev, struct mtia_pe *pe, struct mtia_error *error) {
  struct mtia_cp *cp = calloc(1, sizeof *cp);
  pe->cp = cp;
  if (!cp || !mtia_fi_create(dev, cp))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the units of a PE");
  cp->pe = pe;
  cp->tile = mtia_dpe_tile();
  return true;
}

static void free_list(struct mtia_command *c, bool by_age) {
  while (c) {
    struct mtia_command *next = by_age ? c->younger : c->next;
    free(c);
    c = next;
  }
}

void mtia_cp_destroy(struct mtia_device *dev, struct mtia_pe *pe) {
  struct mtia_cp *cp = pe->cp;
  if (!cp)
    return;
  for (unsigned i = 0; i < MTIA_CORES; i++)
    free_list(cp->core[i].oldest, true);
  free_list(cp->unused, false);
  mtia_counter_destroy(cp);
  mtia_fi_destroy(cp);
  free(cp);
  pe->cp = NULL;
}

bool mtia_cp_idle(const struct mtia_pe *pe) {
  return !pe->cp->core[0].unfinished && !pe->cp->core[1].unfinished;
}

//===-- Order -----------------------------------------------------------------===//

// c is about to release (or publish): an earlier reader (or writer) of what it gives away. Other
// commands that move the same counter are ordered by the CB's list.
static bool hinders_release(const struct mtia_command *e, const struct mtia_command *c) {
  if (e->releases && e->read[0].cb == c->read[0].cb)
    return false;
  for (unsigned i = 0; i < e->reads; i++)
    if (e->read[i].cb == c->read[0].cb && e->read[i].from < c->read[0].to &&
        e->read[i].from < e->read[i].to)
      return true;
  return false;
}

static bool hinders_publish(const struct mtia_command *e, const struct mtia_command *c) {
  if (e->publishes && e->write.cb == c->write.cb)
    return false;
  return e->writes && e->write.cb == c->write.cb && e->write.from < c->write.to &&
         e->write.from < e->write.to;
}

static bool hinders_accumulator(const struct mtia_command *e, const struct mtia_command *c) {
  return e->acc == c->acc && !(e->kind == CMD_MML && c->kind == CMD_MML);
}

// A unit does its own commands in their order.
static bool hinders_operands(const struct mtia_command *e, const struct mtia_command *c) {
  return e->unit != c->unit &&
         ((e->ob_writes & (c->ob_reads | c->ob_writes)) || (e->ob_reads & c->ob_writes));
}

static bool uses_operands(const struct mtia_command *c) { return c->ob_reads | c->ob_writes; }

bool mtia_cp_starts_in_order(const struct mtia_command *c) {
  return c->acc >= 0 || uses_operands(c);
}

struct mtia_command *mtia_cp_conflict(const struct mtia_command *c) {
  struct mtia_command *e = c->pe->cp->core[c->core].oldest;
  for (; e != c; e = e->younger)
    if ((c->acc >= 0 && hinders_accumulator(e, c)) ||
        (uses_operands(c) && hinders_operands(e, c)) || (c->releases && hinders_release(e, c)) ||
        (c->publishes && hinders_publish(e, c)))
      return e;
  return NULL;
}

// A DMA starts in spite of conflicts: only its pointer waits for them.
static bool may_start(const struct mtia_command *c) {
  return !mtia_cp_starts_in_order(c) || !mtia_cp_conflict(c);
}

static bool missing(const struct mtia_cb *cb, const struct mtia_range *r, bool space) {
  return r->from < r->to && r->to > (space ? cb->released + cb->size : cb->visible);
}

const struct mtia_range *mtia_cp_missing(const struct mtia_command *c, bool *space) {
  const struct mtia_cp *cp = c->pe->cp;
  *space = false;
  for (unsigned i = 0; i < c->reads; i++)
    if (missing(&cp->cb[c->read[i].cb], &c->read[i], false))
      return &c->read[i];
  *space = true;
  if (c->writes && missing(&cp->cb[c->write.cb], &c->write, true))
    return &c->write;
  return NULL;
}

//===-- Issue -----------------------------------------------------------------===//

void mtia_cp_draft(struct mtia_command *c, struct mtia_core *core, enum mtia_command_kind kind) {
  static const uint8_t unit_of[] = {
      [CMD_PUSH] = UNIT_COUNT,        [CMD_POP] = UNIT_COUNT,       [CMD_DMA_IN] = UNIT_DMA_IN,
      [CMD_DMA_OUT] = UNIT_DMA_OUT,   [CMD_MML] = UNIT_DPE,         [CMD_ACC_ZERO] = UNIT_RE,
      [CMD_ACC_BIAS] = UNIT_RE,       [CMD_ACC_BIASR] = UNIT_RE,    [CMD_ACC_LOAD] = UNIT_RE,
      [CMD_ACC_ADD] = UNIT_RE,        [CMD_ACC_ADDR] = UNIT_RE,     [CMD_RED] = UNIT_RE,
      [CMD_DRAIN] = UNIT_SE,          [CMD_MINMAX] = UNIT_SE,       [CMD_SE_UN] = UNIT_SE,
      [CMD_MLU_TRANSPOSE] = UNIT_MLU, [CMD_MLU_COPY] = UNIT_MLU,    [CMD_MLU_CONCAT] = UNIT_MLU,
      [CMD_GATHER] = UNIT_DMA_IN,     [CMD_PREFETCH] = UNIT_DMA_IN, [CMD_SE_BIN] = UNIT_SE,
      [CMD_SE_ROWACC] = UNIT_SE,      [CMD_SE_RED] = UNIT_SE,
  };
  *c = (struct mtia_command){.kind = (uint8_t)kind, .unit = unit_of[kind], .core = core->id};
  c->acc = -1;
  c->pe = core->pe;
  c->pc = core->pc;
}

struct mtia_command *mtia_cp_new(const struct mtia_command *draft) {
  struct mtia_cp *cp = draft->pe->cp;
  struct mtia_command *c = cp->unused;
  if (c)
    cp->unused = c->next;
  else
    c = malloc(sizeof *c);
  if (c)
    *c = *draft;
  else
    mtia_fail(draft->pe->dev, MTIA_ERR_HOST, "out of memory for a command");
  return c;
}

// The CP is called at `time`, unless it already will be for this unit.
static void set_alarm(struct mtia_cp *cp, struct mtia_unit *unit, uint64_t time);

static void append_mover(struct mtia_command **first, struct mtia_command **last,
                         struct mtia_command *c) {
  if (*first)
    (*last)->mover = c;
  else
    *first = c;
  *last = c;
}

static void use_cbs(struct mtia_cp *cp, const struct mtia_command *c, uint32_t by) {
  for (unsigned i = 0; i < c->reads; i++)
    cp->cb[c->read[i].cb].unfinished += by;
  if (c->writes)
    cp->cb[c->write.cb].unfinished += by;
}

static void run_event(struct mtia_device *dev, void *ctx, uint64_t arg) { mtia_cp_run(ctx); }

void mtia_cp_enqueue(struct mtia_command *c) {
  struct mtia_pe *pe = c->pe;
  struct mtia_cp *cp = pe->cp;
  struct mtia_device *dev = pe->dev;
  struct mtia_cp_core *core = &cp->core[c->core];
  c->ready = mtia_now(dev) + (dev->functional ? 0 : dev->p->cp_dispatch);
  if (dev->schedule && !dev->functional)
    c->ready += mtia_jitter(dev, COMMAND_JITTER);
  c->older = core->youngest;
  if (core->youngest)
    core->youngest->younger = c;
  else
    core->oldest = c;
  core->youngest = c;
  core->unfinished++;
  use_cbs(cp, c, 1);
  if (dev->debug)
    mtia_debug_command(c);
  if (dev->check && (c->releases || c->publishes))
    mtia_check_move(c);
  if (dev->race)
    mtia_race_issue(c);
  if (dev->slow && c->unit < UNIT_DPE)
    mtia_slow_dma(c);
  if (c->releases) {
    struct mtia_cb *cb = &cp->cb[c->read[0].cb];
    cb->head = c->read[0].to;
    if (dev->debug)
      mtia_debug_counter(cp, c->read[0].cb, "head", cb->head);
    append_mover(&cb->release, &cb->release_last, c);
    cp->releasing |= 1u << c->read[0].cb;
  }
  if (c->publishes) {
    struct mtia_cb *cb = &cp->cb[c->write.cb];
    cb->tail = c->write.to;
    if (dev->debug)
      mtia_debug_counter(cp, c->write.cb, "tail", cb->tail);
    append_mover(&cb->publish, &cb->publish_last, c);
    cp->publishing |= 1u << c->write.cb;
  }
  if (c->unit == UNIT_COUNT) {
    core->pointers++;
    if (!dev->functional)
      mtia_at(dev, c->ready, run_event, pe, 0);
  } else {
    struct mtia_unit *unit = &cp->unit[c->unit];
    if (unit->first)
      unit->last->next = c;
    else
      unit->first = c;
    unit->last = c;
    unit->waiting++;
    if (!dev->functional && unit->first == c)
      set_alarm(cp, unit, c->ready);
  }
  if (dev->timeline && c->releases)
    mtia_timeline_cb(cp, c->read[0].cb);
  if (dev->timeline && c->publishes)
    mtia_timeline_cb(cp, c->write.cb);
  if (dev->functional)
    mtia_cp_run(pe);
}

//===-- Start -----------------------------------------------------------------===//

static void set_alarm(struct mtia_cp *cp, struct mtia_unit *unit, uint64_t time) {
  if (unit->alarm == time)
    return;
  unit->alarm = time;
  mtia_at(cp->pe->dev, time, run_event, cp->pe, 0);
}

void mtia_cp_dequeue(struct mtia_command *c) {
  struct mtia_unit *unit = &c->pe->cp->unit[c->unit];
  unit->first = c->next;
  unit->waiting--;
  unit->commands++;
  c->next = NULL;
  c->state = CMD_RUNNING;
}

// The red that receives empties its port as fast as the next tile fills it.
static void free_port(const struct mtia_command *c) {
  struct mtia_pe *pe = c->pe;
  if (c->kind != CMD_RED || !c->red.in)
    return;
  struct mtia_port *port = &pe->cp->port[c->red.in - 1];
  port->taken = port->arrived = false;
  mtia_cp_call(mtia_re_source(c));
}

static void start(struct mtia_cp *cp, struct mtia_command *c) {
  struct mtia_device *dev = cp->pe->dev;
  const struct mtia_device_params *p = dev->p;
  struct mtia_unit *unit = &cp->unit[c->unit];
  uint32_t busy = 0, latency = 0;
  mtia_cp_dequeue(c);
  if (dev->race)
    mtia_race_start(&c, 1);
  if (dev->check)
    mtia_check_command(c);
  if (c->kind == CMD_RED)
    mtia_re_start(c);
  mtia_defer_command(cp, c);
  switch (c->unit) {
  case UNIT_DPE:
    busy = mtia_dpe_cycles(p, c);
    latency = p->dpe_latency;
    break;
  case UNIT_RE:
    busy = mtia_re_cycles(p, c);
    break;
  case UNIT_MLU:
    busy = mtia_mlu_cycles(p, c);
    latency = p->mlu_latency;
    break;
  default:
    busy = mtia_se_cycles(p, c);
    latency = mtia_se_latency(p, c);
    break;
  }
  if (dev->check)
    mtia_check_command_end(dev);
  if (dev->functional)
    busy = latency = 0;
  else
    busy = mtia_banks_extend(c, busy);
  uint64_t now = mtia_now(dev);
  if (c->kind == CMD_RED) {
    free_port(c);
    mtia_re_send(c, now + busy + (dev->functional ? 0 : p->re_hop));
  }
  unit->free = now + busy;
  unit->busy_cycles += busy;
  if (dev->timeline)
    mtia_timeline_command(c, now, now + busy, now + busy + latency, false);
  if (dev->functional)
    mtia_cp_worked(c);
  else
    mtia_at(dev, now + busy + latency, mtia_cp_worked_event, c, 0);
}

// Starts the head of a unit's queue if it can; true if it did.
static bool try_unit(struct mtia_cp *cp, unsigned u) {
  struct mtia_unit *unit = &cp->unit[u];
  struct mtia_command *c = unit->first;
  bool space;
  if (!c || unit->occupied)
    return false;
  uint64_t earliest = c->ready > unit->free ? c->ready : unit->free;
  if (mtia_now(cp->pe->dev) < earliest) {
    set_alarm(cp, unit, earliest);
    return false;
  }
  if (mtia_cp_missing(c, &space) || !may_start(c))
    return false;
  if (c->kind == CMD_RED && !mtia_re_links_ready(c))
    return false;
  if (u == UNIT_DMA_IN || u == UNIT_DMA_OUT)
    return mtia_fi_try(c);
  start(cp, c);
  return true;
}

//===-- Completion ------------------------------------------------------------===//

static void retire(struct mtia_command *c) {
  struct mtia_cp *cp = c->pe->cp;
  struct mtia_cp_core *core = &cp->core[c->core];
  if (cp->pe->dev->race)
    mtia_race_retire(c);
  if (c->older)
    c->older->younger = c->younger;
  else
    core->oldest = c->younger;
  if (c->younger)
    c->younger->older = c->older;
  else
    core->youngest = c->older;
  core->unfinished--;
  if (c->unit == UNIT_COUNT)
    core->pointers--;
  use_cbs(cp, c, -1u);
  c->next = cp->unused;
  cp->unused = c;
}

void mtia_cp_worked(struct mtia_command *c) {
  c->pe->cp->again = true;
  c->state = CMD_WORKED;
  if (!c->releases && !c->publishes)
    retire(c);
}

void mtia_cp_worked_event(struct mtia_device *dev, void *ctx, uint64_t arg) {
  struct mtia_command *c = ctx;
  struct mtia_pe *pe = c->pe;
  if (c->unit == UNIT_DMA_IN && c->dma.late)
    mtia_fi_exec_late(c);
  mtia_cp_worked(c);
  mtia_cp_run(pe);
}

// Its counter may move now, as far as its own work, checks and conflicts go.
static bool may_move(const struct mtia_cp *cp, const struct mtia_command *c) {
  bool space;
  if (c->unit == UNIT_COUNT) {
    if (mtia_now(cp->pe->dev) < c->ready || mtia_cp_missing(c, &space))
      return false;
  } else if (c->state != CMD_WORKED) {
    return false;
  }
  return !mtia_cp_conflict(c);
}

// Moves the counters of one CB as far as possible; true if any moved.
static bool move_counters(struct mtia_cp *cp, unsigned i) {
  struct mtia_cb *cb = &cp->cb[i];
  struct mtia_command *c;
  bool moved = false;
  while ((c = cb->publish) && may_move(cp, c)) {
    if (cp->pe->dev->race)
      mtia_race_move(c, true);
    cb->visible = c->write.to;
    if (cp->pe->dev->debug)
      mtia_debug_counter(cp, i, "visible", cb->visible);
    cb->publish = c->mover;
    moved = true;
    retire(c);
  }
  while ((c = cb->release) && may_move(cp, c)) {
    if (cp->pe->dev->check)
      mtia_check_release(cp, i, cb->released, c->read[0].to, c);
    if (cp->pe->dev->race)
      mtia_race_move(c, false);
    cb->released = c->read[0].to;
    if (cp->pe->dev->debug)
      mtia_debug_counter(cp, i, "released", cb->released);
    cb->release = c->mover;
    moved = true;
    retire(c);
  }
  if (!cb->publish)
    cp->publishing &= ~(1u << i);
  if (!cb->release)
    cp->releasing &= ~(1u << i);
  if (moved && cp->pe->dev->timeline)
    mtia_timeline_cb(cp, i);
  return moved;
}

//===-- Waiting cores ---------------------------------------------------------===//

bool mtia_cp_holds(const struct mtia_cp *cp, const struct mtia_cp_core *core, enum mtia_wait wait,
                   unsigned what, uint64_t amount) {
  const struct mtia_device_params *p = cp->pe->dev->p;
  const struct mtia_cb *cb = &cp->cb[what % MTIA_CBS];
  switch (wait) {
  case WAIT_QUEUE:
    return cp->unit[what].waiting < p->cp_queue_depth;
  case WAIT_POINTERS:
    return core->pointers < p->cp_pointer_depth;
  case WAIT_DATA:
    return (int64_t)(cb->visible - cb->head) >= (int64_t)amount;
  case WAIT_SPACE:
    return (int64_t)(cb->released + cb->size - cb->tail) >= (int64_t)amount;
  case WAIT_SYNC:
    return !core->unfinished;
  case WAIT_COUNTER:
    return cp->counter[what] >= amount;
  default:
    return false; // a barrier wakes its cores itself
  }
}

static void wake_cores(struct mtia_cp *cp) {
  struct mtia_device *dev = cp->pe->dev;
  for (unsigned i = 0; i < MTIA_CORES; i++) {
    struct mtia_cp_core *core = &cp->core[i];
    if (core->wait == WAIT_NONE || core->woken ||
        !mtia_cp_holds(cp, core, core->wait, core->wait_what, core->wait_amount))
      continue;
    core->woken = true;
    mtia_core_wake(&cp->pe->core[i], mtia_now(dev) + (dev->functional ? 0 : dev->p->cp_wake));
  }
}

//===-- The loop --------------------------------------------------------------===//

void mtia_cp_run(struct mtia_pe *pe) {
  struct mtia_cp *cp = pe->cp;
  cp->again = true;
  if (cp->running)
    return;
  cp->running = true;
  while (cp->again) {
    cp->again = false;
    for (uint32_t cbs = cp->releasing | cp->publishing; cbs; cbs &= cbs - 1)
      cp->again |= move_counters(cp, (unsigned)__builtin_ctz(cbs));
    for (unsigned u = 0; u < UNIT_COUNT; u++)
      cp->again |= try_unit(cp, u);
  }
  cp->running = false;
  wake_cores(cp);
}

static void called(struct mtia_device *dev, void *ctx, uint64_t arg) {
  struct mtia_pe *pe = ctx;
  pe->cp->call_queued = false;
  mtia_cp_run(pe);
}

void mtia_cp_call(struct mtia_pe *pe) {
  if (pe->cp->call_queued)
    return;
  pe->cp->call_queued = true;
  mtia_at(pe->dev, mtia_now(pe->dev), called, pe, 0);
}
