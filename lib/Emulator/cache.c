// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Time of the cores' memory accesses: instruction and data caches (write back,
// allocate on write, least recently used) and the store buffer. Data never go
// through here: memory is functionally coherent.
#include "core.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(1 << MTIA_LINE_SHIFT == 64, "lines of Zicbom, docs/isa/xmtia.md 1.5");

struct mtia_core_cache *mtia_cache_create(const struct mtia_device_params *p) {
  struct mtia_core_cache *cache = calloc(1, sizeof *cache);
  if (!cache)
    return NULL;
  cache->isets = p->core_icache_bytes / p->core_icache_ways >> MTIA_LINE_SHIFT;
  cache->iways = p->core_icache_ways;
  cache->dsets = p->core_dcache_bytes / p->core_dcache_ways >> MTIA_LINE_SHIFT;
  cache->dways = p->core_dcache_ways;
  cache->store_entries =
      p->core_store_buffer < MTIA_MAX_STORES ? p->core_store_buffer : MTIA_MAX_STORES;
  cache->itag = calloc((size_t)cache->isets * cache->iways, sizeof(uint64_t));
  cache->dtag = calloc((size_t)cache->dsets * cache->dways, sizeof(uint64_t));
  if (!cache->itag || !cache->dtag) {
    mtia_cache_destroy(cache);
    return NULL;
  }
  return cache;
}

void mtia_cache_destroy(struct mtia_core_cache *cache) {
  if (!cache)
    return;
  free(cache->itag);
  free(cache->dtag);
  free(cache);
}

// Makes `line` the most recent of its set. Returns whether it was there; otherwise *victim is the
// tag that had to go.
static bool touch(uint64_t *set, unsigned ways, uint64_t line, uint64_t *victim) {
  uint64_t tag = line << 1;
  unsigned i = 0;
  while (i < ways - 1 && set[i] >> 1 != line)
    i++;
  bool hit = set[i] >> 1 == line;
  if (hit)
    tag = set[i];
  else
    *victim = set[i];
  memmove(set + 1, set, i * sizeof *set);
  set[0] = tag;
  return hit;
}

// The line is the most recent of its set now, which others may have been.
static void note(uint64_t *recent, uint32_t sets, uint64_t line, bool is) {
  for (uint32_t i = (uint32_t)(line & (sets - 1)); sets < MTIA_RECENT && i < MTIA_RECENT; i += sets)
    recent[i] = 0;
  recent[line % MTIA_RECENT] = is ? line : 0;
}

static void note_data(struct mtia_core_cache *cache, uint64_t line, bool here, bool dirty) {
  note(cache->loaded, cache->dsets, line, here);
  note(cache->written, cache->dsets, line, here && dirty);
}

static void warm(uint64_t *tag, uint32_t sets, uint32_t ways, uint64_t from, uint64_t to) {
  uint64_t first = from >> MTIA_LINE_SHIFT, end = (to + 63) >> MTIA_LINE_SHIFT, victim;
  if (end - first > (uint64_t)sets * ways)
    end = first + (uint64_t)sets * ways;
  for (uint64_t line = first; line < end; line++)
    touch(tag + (line & (sets - 1)) * ways, ways, line, &victim);
}

void mtia_cache_warm_code(struct mtia_core *c, uint64_t from, uint64_t to) {
  warm(c->cache->itag, c->cache->isets, c->cache->iways, from, to);
}

void mtia_cache_warm_data(struct mtia_core *c, uint64_t from, uint64_t to) {
  warm(c->cache->dtag, c->cache->dsets, c->cache->dways, from, to);
}

static bool uncached(uint64_t addr) { return addr < MTIA_SRAM_BASE; }

uint64_t mtia_cache_fetch(struct mtia_core *c, uint64_t pc, uint64_t t) {
  struct mtia_core_cache *cache = c->cache;
  uint64_t line = pc >> MTIA_LINE_SHIFT, victim;
  uint64_t *set = cache->itag + (line & (cache->isets - 1)) * cache->iways;
  note(cache->fetched, cache->isets, line, true);
  if (touch(set, cache->iways, line, &victim))
    return t;
  cache->imiss++;
  uint64_t done = t;
  if (uncached(pc))
    done += c->dev->p->core_local_load;
  else
    done += mtia_noc_core_read(c->dev, c->pe, line << MTIA_LINE_SHIFT, 64, t);
  cache->stall += done - t;
  return done;
}

// Brings a data line in; returns when it is there.
static uint64_t fill(struct mtia_core *c, uint64_t line, bool dirty, uint64_t t) {
  struct mtia_core_cache *cache = c->cache;
  uint64_t *set = cache->dtag + (line & (cache->dsets - 1)) * cache->dways;
  uint64_t victim = 0, done = t;
  if (!touch(set, cache->dways, line, &victim)) {
    cache->dmiss++;
    if (victim & 1)
      mtia_noc_core_write(c->dev, c->pe, victim >> 1 << MTIA_LINE_SHIFT, 64, t);
    done += mtia_noc_core_read(c->dev, c->pe, line << MTIA_LINE_SHIFT, 64, t);
  }
  set[0] |= dirty;
  note_data(cache, line, true, set[0] & 1);
  return done;
}

// When the lines of an access are there.
static uint64_t fill_all(struct mtia_core *c, uint64_t addr, unsigned size, bool dirty,
                         uint64_t t) {
  uint64_t first = addr >> MTIA_LINE_SHIFT, last = (addr + size - 1) >> MTIA_LINE_SHIFT;
  uint64_t done = fill(c, first, dirty, t);
  if (last != first)
    done = fill(c, last, dirty, done);
  return done;
}

uint64_t mtia_cache_load(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t t) {
  const struct mtia_device_params *p = c->dev->p;
  switch (mtia_mem_level(c->dev, addr)) {
  case MTIA_LOCAL: // t is after the load's own cycle, the latency counts from its start
    return t + p->core_local_load - 1;
  case MTIA_REMOTE:
    return t + mtia_noc_core_read(c->dev, c->pe, addr, size, t);
  default:
    return fill_all(c, addr, size, false, t) + p->core_load_use;
  }
}

// The core waits only when all entries of the store buffer are taken.
static uint64_t buffer(struct mtia_core *c, uint64_t done, uint64_t t) {
  struct mtia_core_cache *cache = c->cache;
  uint64_t *entry = &cache->store_done[cache->store_next];
  cache->store_next = (cache->store_next + 1) % cache->store_entries;
  uint64_t go = *entry > t ? *entry : t;
  *entry = done + (go - t);
  return go;
}

uint64_t mtia_cache_store(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t t) {
  struct mtia_core_cache *cache = c->cache;
  if (uncached(addr)) {
    const struct mtia_device_params *p = c->dev->p;
    if (mtia_mem_level(c->dev, addr) == MTIA_LOCAL)
      return t + p->core_local_store - 1;
    uint64_t done = t + mtia_noc_core_write(c->dev, c->pe, addr, size, t);
    return buffer(c, done, t);
  }
  uint64_t line = addr >> MTIA_LINE_SHIFT;
  uint64_t *set = cache->dtag + (line & (cache->dsets - 1)) * cache->dways;
  if (set[0] >> 1 == line && (addr & 63) + size <= 64) {
    set[0] |= 1;
    note_data(cache, line, true, true);
    return t;
  }
  uint64_t done = fill_all(c, addr, size, true, t);
  return done == t ? t : buffer(c, done, t);
}

void mtia_cache_forget(struct mtia_core *c, uint64_t from, uint64_t to) {
  struct mtia_core_cache *cache = c->cache;
  uint64_t first = from >> MTIA_LINE_SHIFT, end = (to + MTIA_LINE - 1) >> MTIA_LINE_SHIFT;
  if (end - first > MTIA_RECENT)
    end = first + MTIA_RECENT;
  for (uint64_t line = first; line < end; line++)
    note_data(cache, line, false, false);
}

uint64_t mtia_cache_zero(struct mtia_core *c, uint64_t addr, uint64_t t) {
  struct mtia_core_cache *cache = c->cache;
  t += c->dev->p->core_cbo;
  if (uncached(addr))
    return t;
  uint64_t line = addr >> MTIA_LINE_SHIFT, victim = 0;
  uint64_t *set = cache->dtag + (line & (cache->dsets - 1)) * cache->dways;
  if (!touch(set, cache->dways, line, &victim) && victim & 1)
    mtia_noc_core_write(c->dev, c->pe, victim >> 1 << MTIA_LINE_SHIFT, 64, t);
  set[0] |= 1;
  note_data(cache, line, true, true);
  return t;
}

uint64_t mtia_cache_cbo(struct mtia_core *c, uint64_t addr, bool keep, uint64_t t) {
  struct mtia_core_cache *cache = c->cache;
  t += c->dev->p->core_cbo;
  if (uncached(addr))
    return t;
  uint64_t line = addr >> MTIA_LINE_SHIFT;
  uint64_t *set = cache->dtag + (line & (cache->dsets - 1)) * cache->dways;
  for (unsigned i = 0; i < cache->dways; i++) {
    if (set[i] >> 1 != line)
      continue;
    if (set[i] & 1) {
      uint32_t latency = mtia_noc_core_write(c->dev, c->pe, addr, 64, t);
      t = buffer(c, t + latency, t);
    }
    set[i] = keep ? line << 1 : 0;
    note_data(cache, line, false, false);
  }
  return t;
}
