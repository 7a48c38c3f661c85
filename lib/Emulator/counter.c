// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counters of the command processors: they order PEs that barriers would hold up.

#include "check.h"
#include "race.h"
#include "units.h"

#include <stdlib.h>

// An increment between issue and arrival.
struct mtia_post {
  struct mtia_post *next;
  struct mtia_core *from;
  uint64_t pc;
  struct mtia_pe *to;
  unsigned counter;
  uint64_t amount;
};

static uint32_t distance(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

uint32_t mtia_counter_way(const struct mtia_pe *from, const struct mtia_pe *to) {
  const struct mtia_device *dev = from->dev;
  if (dev->functional)
    return 0;
  return (distance(from->row, to->row) + distance(from->col, to->col)) * dev->p->noc_hop;
}

void mtia_counter_set(struct mtia_pe *pe, unsigned counter, uint64_t value) {
  pe->cp->counter[counter] = value;
  mtia_cp_call(pe); // wakes who waits for it
}

static void count(const struct mtia_post *post) {
  struct mtia_device *dev = post->to->dev;
  uint64_t old = post->to->cp->counter[post->counter];
  mtia_counter_set(post->to, post->counter, old + post->amount);
  if (dev->check)
    mtia_check_count(post->from, post->pc, post->to, post->counter, old, post->amount);
  if (dev->race)
    mtia_race_counted(post->from->pe, post->to, post->counter, old);
}

static void arrive(struct mtia_device *dev, void *ctx, uint64_t arg) {
  struct mtia_post *post = ctx, **link = &post->from->pe->cp->posts;
  while (*link != post)
    link = &(*link)->next;
  *link = post->next;
  count(post);
  free(post);
}

void mtia_counter_add(struct mtia_core *from, struct mtia_pe *to, unsigned counter,
                      uint64_t amount) {
  struct mtia_device *dev = from->dev;
  struct mtia_cp *cp = from->pe->cp;
  struct mtia_post now = {cp->posts, from, from->pc, to, counter, amount};
  if (dev->functional) {
    count(&now);
    return;
  }
  struct mtia_post *post = malloc(sizeof *post);
  if (!post) {
    mtia_fail(dev, MTIA_ERR_HOST, "out of memory for a counter");
    return;
  }
  *post = now;
  cp->posts = post;
  uint64_t way = dev->p->cp_dispatch + mtia_counter_way(from->pe, to);
  mtia_at(dev, mtia_now(dev) + way, arrive, post, 0);
}

void mtia_counter_destroy(struct mtia_cp *cp) {
  while (cp->posts) {
    struct mtia_post *next = cp->posts->next;
    free(cp->posts);
    cp->posts = next;
  }
}
