// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of the SRAM that caches DRAM ([P1]: slices can be a memory-side cache,
// each memory controller has its own). Only time is affected. Lines are blocks of
// sram_interleave bytes, written back, allocated on every miss, replaced least
// recently used.

#include "units.h"

#include <stdlib.h>
#include <string.h>

struct mtia_sram_cache {
  uint32_t sets; // per slice
  uint32_t ways;
  uint64_t *tag; // [slice][set][way], most recent first: line number + 1, 0: empty; bit 63: dirty
};

#define DIRTY (1ull << 63)

bool mtia_sram_cache_create(struct mtia_device *dev) {
  const struct mtia_device_params *p = dev->p;
  if (!p->sram_cache_bytes || dev->functional)
    return true;
  struct mtia_sram_cache *cache = dev->grid->cache = calloc(1, sizeof *cache);
  if (!cache)
    return false;
  cache->ways = p->sram_cache_ways;
  cache->sets = p->sram_cache_bytes / (p->sram_slices * p->sram_interleave * p->sram_cache_ways);
  cache->tag = calloc((size_t)p->sram_slices * cache->sets * cache->ways, sizeof *cache->tag);
  return cache->tag;
}

void mtia_sram_cache_destroy(struct mtia_device *dev) {
  if (dev->grid->cache)
    free(dev->grid->cache->tag);
  free(dev->grid->cache);
}

struct mtia_cached mtia_sram_cache_touch(struct mtia_device *dev, uint32_t channel,
                                         uint64_t address, bool write) {
  const struct mtia_device_params *p = dev->p;
  struct mtia_sram_cache *cache = dev->grid->cache;
  uint64_t line = (address - MTIA_DRAM_BASE) / p->sram_interleave;
  uint32_t per_channel = p->sram_slices / p->dram_channels;
  struct mtia_cached c = {.slice = channel * per_channel + (uint32_t)(line % per_channel)};
  // Of each dram_channels pages in a row this channel has one.
  uint64_t lines_per_page = p->dram_interleave / p->sram_interleave;
  uint64_t own = line / lines_per_page / p->dram_channels * lines_per_page + line % lines_per_page;
  uint64_t *set =
      cache->tag + ((size_t)c.slice * cache->sets + own / per_channel % cache->sets) * cache->ways;
  uint64_t tag = line + 1;
  uint32_t way = 0;
  while (way + 1 < cache->ways && (set[way] & ~DIRTY) != tag)
    way++;
  c.hit = (set[way] & ~DIRTY) == tag;
  if (c.hit)
    tag = set[way];
  else if (set[way] & DIRTY) {
    c.victim = true;
    dev->grid->cache_written_back++;
  }
  ++*(c.hit ? &dev->grid->cache_hits : &dev->grid->cache_misses);
  memmove(set + 1, set, way * sizeof *set);
  set[0] = write ? tag | DIRTY : tag;
  return c;
}
