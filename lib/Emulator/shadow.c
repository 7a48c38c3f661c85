// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A page of shadow for 4 KB, made when one of its bytes is first accessed; a granule for each 32
// bytes. A granule has a list of accesses, each with a mask of the bytes it still counts for. DMAs
// and tiles mostly leave one entry or two.
#include "shadow.h"

#include <stdlib.h>
#include <string.h>

enum { GRANULE = 32, PAGE = 4096, GRANULES = PAGE / GRANULE, BUCKETS = 1 << 14 };

struct entry {
  struct mtia_party by;
  uint32_t mask;
};

// As large as a cache line of the host, which a look at it mostly costs.
struct granule {
  struct entry near[2], *far; // all are in `far`, if that is not NULL
  uint32_t count, room;       // room: of far
};
_Static_assert(sizeof(struct granule) <= 64, "a cache line");

struct page {
  struct page *next;
  uint64_t number;
  struct granule granule[GRANULES];
};

struct mtia_shadow {
  mtia_conflict_fn *report;
  void *ctx;
  struct page *last;
  struct page *bucket[BUCKETS];
};

struct mtia_shadow *mtia_shadow_create(mtia_conflict_fn *report, void *ctx) {
  struct mtia_shadow *s = calloc(1, sizeof *s);
  if (s) {
    s->report = report;
    s->ctx = ctx;
  }
  return s;
}

void mtia_shadow_destroy(struct mtia_shadow *s) {
  if (!s)
    return;
  for (unsigned i = 0; i < BUCKETS; i++)
    for (struct page *p = s->bucket[i]; p;) {
      struct page *next = p->next;
      for (unsigned g = 0; g < GRANULES; g++)
        free(p->granule[g].far);
      free(p);
      p = next;
    }
  free(s);
}

static struct page *page_of(struct mtia_shadow *s, uint64_t number) {
  if (s->last && s->last->number == number)
    return s->last;
  struct page **bucket = &s->bucket[number % BUCKETS], *p = *bucket;
  while (p && p->number != number)
    p = p->next;
  if (!p && (p = calloc(1, sizeof *p))) {
    p->number = number;
    p->next = *bucket;
    *bucket = p;
  }
  return s->last = p;
}

static bool same_access(const struct mtia_party *a, const struct mtia_party *b) {
  return a->agent == b->agent && a->tick == b->tick && a->pc == b->pc && a->flags == b->flags &&
         a->what == b->what;
}

static bool happened_before(const struct mtia_party *a, const struct mtia_clock *clock) {
  return a->tick <= mtia_clock_of(clock, a->agent);
}

static bool conflict(const struct mtia_party *a, const struct mtia_party *b) {
  return ((a->flags | b->flags) & MTIA_SHADOW_WRITE) && !(a->flags & b->flags & MTIA_SHADOW_ATOMIC);
}

// Whoever conflicts with a, which happened before b, conflicts with b too.
static bool stands_for(const struct mtia_party *b, const struct mtia_party *a) {
  return (b->flags & MTIA_SHADOW_WRITE || !(a->flags & MTIA_SHADOW_WRITE)) &&
         (!(b->flags & MTIA_SHADOW_ATOMIC) || a->flags & MTIA_SHADOW_ATOMIC);
}

static bool add(struct granule *g, const struct mtia_party *by, uint32_t mask) {
  struct entry *entry = g->far ? g->far : g->near;
  uint32_t room = g->far ? g->room : 2;
  for (uint32_t i = 0; i < g->count; i++)
    if (same_access(&entry[i].by, by)) {
      entry[i].mask |= mask;
      return true;
    }
  if (g->count == room) {
    struct entry *more = realloc(g->far, 2 * room * sizeof *more);
    if (!more)
      return false;
    if (!g->far)
      memcpy(more, g->near, sizeof g->near);
    entry = g->far = more;
    g->room = 2 * room;
  }
  entry[g->count++] = (struct entry){*by, mask};
  return true;
}

static bool access_granule(struct mtia_shadow *s, struct granule *g, uint64_t place, uint32_t mask,
                           const struct mtia_party *by, const struct mtia_clock *clock) {
  struct entry *entry = g->far ? g->far : g->near;
  // Loops come back to the same bytes.
  if (g->count == 1 && same_access(&entry->by, by) && !(mask & ~entry->mask))
    return true;
  for (uint32_t i = 0; i < g->count;) {
    struct entry *e = &entry[i];
    uint32_t common = e->mask & mask;
    if (common && happened_before(&e->by, clock)) {
      if (stands_for(by, &e->by))
        e->mask &= ~common;
    } else if (common && conflict(&e->by, by)) {
      s->report(s->ctx, &e->by, by, place, common);
      e->mask &= ~common;
    }
    if (e->mask)
      i++;
    else
      *e = entry[--g->count];
  }
  return add(g, by, mask);
}

bool mtia_shadow_access(struct mtia_shadow *s, uint64_t place, uint64_t bytes,
                        const struct mtia_party *by, const struct mtia_clock *clock) {
  bool good = true;
  while (bytes) {
    uint32_t at = (uint32_t)(place % GRANULE), n = GRANULE - at;
    if (n > bytes)
      n = (uint32_t)bytes;
    uint32_t mask = (n == GRANULE ? UINT32_MAX : (UINT32_C(1) << n) - 1) << at;
    struct page *page = page_of(s, place / PAGE);
    good = page &&
           access_granule(s, &page->granule[place % PAGE / GRANULE], place - at, mask, by, clock) &&
           good;
    place += n;
    bytes -= n;
  }
  return good;
}
