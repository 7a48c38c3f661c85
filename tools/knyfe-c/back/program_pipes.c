// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Core 1's pipelines: when instructions begin, and what loads and stores cost.
#include "program_follow.h"

#include <math.h>

//===----------------------------------------------------------------------===//
// Core 1's pipelines
//===----------------------------------------------------------------------===//

// Gaps that are too short may together have room: what begins behind each of them moves on a bit.
// How much of `busy` goes there.
static double close_gaps(struct pipes *p, unsigned which, double earliest, double busy) {
  double left = busy;
  for (unsigned i = 0; i < p->num_gaps[which] && left > 0; i++) {
    struct gap *g = &p->gaps[which][i];
    const double from = larger(g->from, earliest);
    if (from >= g->to)
      continue;
    const double taken = g->to - from < left ? g->to - from : left;
    left -= taken;
    g->to -= taken;
  }
  return busy - left;
}

// The earliest time from `earliest` on at which a pipeline is free for `busy` cycles. What is
// written out the compiler schedules: it fills the gaps that waiting leaves.
static double fill(struct pipes *p, unsigned which, double earliest, double busy) {
  double *end = which ? &p->loads : &p->arith;
  for (unsigned i = 0; i < p->num_gaps[which]; i++) {
    struct gap *g = &p->gaps[which][i];
    double start = larger(g->from, earliest);
    if (start + busy > g->to)
      continue;
    if (start - g->from > g->to - start - busy) // what is left on the longer side stays a gap
      g->to = start;
    else
      g->from = start + busy;
    return start;
  }
  double start = larger(*end, earliest);
  if (start > *end && p->num_gaps[which] < MAX_GAPS)
    p->gaps[which][p->num_gaps[which]++] = (struct gap){*end, start};
  *end = start + busy - close_gaps(p, which, earliest, busy);
  return *end - busy;
}

// An instruction for pipeline `which`: when it begins.
double pg_begin(struct follow *f, unsigned which, double busy, double ready) {
  struct pipes *p = &f->pipes;
  p->now += KN_DEV_core_issue;
  p->busy[which] += busy;
  double *queue = p->queue[which], start;
  if (f->gathers && !f->storing) {
    // Loads first.
    double issue = p->group;
    if (which == 1)
      issue = p->load_issue = larger(p->load_issue + KN_DEV_core_issue, p->group);
    start = fill(p, which, larger(issue, ready), busy);
    unsigned least = 0; // the latest ones are what the queue holds in the end
    for (unsigned i = 1; i < KN_DEV_vector_queue; i++)
      least = queue[i] < queue[least] ? i : least;
    queue[least] = larger(queue[least], start);
    return start;
  }
  double *slot = &queue[p->at[which]], *free = which ? &p->loads : &p->arith;
  p->now = larger(p->now, *slot);
  start = larger(larger(*free, p->now), ready);
  *free = start + busy;
  *slot = start;
  p->at[which] = (p->at[which] + 1) % KN_DEV_vector_queue;
  return start;
}

// Turns that have been put together begin; they end when the queues have place for what follows.
void pg_begin_group(struct pipes *p) {
  p->group = p->load_issue = p->now;
  p->num_gaps[0] = p->num_gaps[1] = 0;
}

void pg_end_group(struct pipes *p) {
  for (unsigned which = 0; which < 2; which++) {
    double *queue = p->queue[which];
    for (unsigned i = 1; i < KN_DEV_vector_queue; i++) // in order, the earliest first
      for (unsigned k = i; k > 0 && queue[k] < queue[k - 1]; k--) {
        double earlier = queue[k];
        queue[k] = queue[k - 1];
        queue[k - 1] = earlier;
      }
    p->at[which] = 0;
    p->now = larger(p->now, queue[0]);
  }
  p->now = larger(p->now, p->held);
}

// A scalar operand: the core waits for it.
double pg_operand(struct follow *f, const struct value *v) {
  if (v->type.lanes > 1)
    return v->ready;
  f->pipes.now = larger(f->pipes.now, v->ready);
  return 0;
}

// `cycles` per register; who needs the result can go on `latency` later, or behind the last
// register.
struct value pg_arithmetic(struct follow *f, struct ct_type type, double cycles, double latency,
                           double ready, bool last) {
  double start = pg_begin(f, 0, cycles, ready);
  return something(type, start + (last ? cycles : 1) + latency);
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

// Latency of a line beyond its cycle in the pipeline: local memory, or the cache in front of SRAM.
double pg_line_latency(struct follow *f, const struct value *pointer) {
  if (pointer->local || !pointer->t)
    return KN_DEV_core_local_load;
  int64_t bytes = pointer->t->rank ? pointer->t->stride[0] * pointer->t->dim[0] : 4;
  double miss = kn_cost_latency(false, f->p->grid_rows, f->p->grid_cols) + KN_DEV_core_cache_miss;
  return bytes <= CACHE_BYTES / 2 ? KN_DEV_core_load_use : miss;
}

// Lines that a load or store of the first `count` elements touches, NULL: of all. In local memory
// it is known where they begin.
static double lines_of(struct ct_type type, const struct value *count,
                       const struct value *pointer) {
  if (count && count->known && count->i < type.lanes)
    type.lanes = (uint8_t)(count->i > 1 ? count->i : 1);
  const double begin = pointer->local && pointer->known ? (double)((uint64_t)pointer->i % 64) : 0;
  return ceil((begin + type.lanes * type.bits / 8.0) / KN_DEV_vector_bytes);
}

enum mask pg_mask_of(const struct follow *f, const struct value *count) {
  if (!count || count->constant || (count->counted && !f->last))
    return NO_MASK;
  return count->counted ? ONE_MASK : ALL_MASKS;
}

// A mask of so many lanes, which all of a turn share.
struct value pg_first_lanes(struct follow *f, uint8_t lanes, const struct value *count) {
  const struct ct_type places = {16, lanes, false, false};
  struct value mask = something((struct ct_type){8, lanes, false, false}, 0);
  if (f->masked != count->i + 1) {
    scalar(f, 2);
    mask = pg_arithmetic(f, mask.type, registers(places), KN_DEV_valu, pg_operand(f, count), true);
  }
  mask.first = f->masked = count->i + 1;
  return mask;
}

struct value pg_vector_load(struct follow *f, struct ct_type type, const struct value *pointer,
                            const struct value *count) {
  pg_operand(f, pointer);
  double ready = 0;
  enum mask mask = pg_mask_of(f, count);
  if (mask != NO_MASK) {
    pg_first_lanes(f, type.lanes, count);
    const struct ct_type places = {16, type.lanes, false, false};
    pg_arithmetic(f, type, registers(type), 0, 0, false); // what the others are
    ready = pg_arithmetic(f, places, 1, KN_DEV_vmask, 0, true).ready;
  }
  double lines = lines_of(type, count, pointer), latency = pg_line_latency(f, pointer);
  bool cached = !pointer->local && pointer->t && latency > KN_DEV_core_local_load;
  // The pipeline waits for a miss; the lines of an instruction come together.
  f->storing = mask == ALL_MASKS;
  double start = pg_begin(f, 1, cached ? lines + latency : lines, ready);
  f->storing = false;
  struct value v = something(type, start + 1 + latency + KN_DEV_vload);
  v.first = mask != NO_MASK ? count->i + 1 : 0;
  return v;
}

// Stores of what the compiler writes out come behind all of its loads.
void pg_flush_stores(struct follow *f) {
  f->storing = true;
  for (unsigned i = 0; i < f->num_stores; i++)
    pg_begin(f, 1, f->stores[i].lines, f->stores[i].ready);
  f->storing = false;
  f->num_stores = 0;
}

void pg_put_store(struct follow *f, double lines, double ready) {
  if (f->num_stores == sizeof f->stores / sizeof *f->stores)
    pg_flush_stores(f);
  f->stores[f->num_stores].ready = ready;
  f->stores[f->num_stores++].lines = lines;
  if (!f->gathers)
    pg_flush_stores(f);
}

void pg_vector_store(struct follow *f, const struct value *v, const struct value *pointer,
                     const struct value *count) {
  pg_operand(f, pointer);
  double ready = v->ready;
  enum mask mask = pg_mask_of(f, count);
  if (mask == ALL_MASKS) {
    scalar(f, 2);
    pg_flush_stores(f);
    ready = larger(ready, pg_arithmetic(f, v->type, 1, KN_DEV_vmask, 0, true).ready);
  }
  pg_put_store(f, lines_of(v->type, count, pointer), ready);
  if (mask == ALL_MASKS)
    pg_flush_stores(f);
}

struct value pg_scalar_load(struct follow *f, const struct value *pointer, const struct value *at) {
  struct ct_type type = pointer->type;
  type.pointer = false;
  type.lanes = 1;
  f->pipes.now = larger(f->pipes.now, at->ready);
  scalar(f, KN_DEV_core_issue);
  // Of loops without vectors the compiler makes several turns at once, and loads ahead; of turns
  // with vectors that it puts together, behind the first one.
  const bool ahead = f->scalars || (f->gathers && f->together);
  double latency = ahead && at->known ? 0 : pg_line_latency(f, pointer);
  struct value v = something(type, f->pipes.now + latency);
  if (pointer->t && !type.is_float && at->known)
    v.known = pg_launch_number(f, pointer->t, at->i, &v.i);
  return v;
}
