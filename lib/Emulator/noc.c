// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When an access of memory is served: slices of SRAM, channels of DRAM, local
// memories of other PEs, and the way there. Resources are booked by the time at
// which they are next free; callers book close to the present (fi.c).

#include "timeline.h"
#include "units.h"

#include <stdlib.h>

enum { FIXED = 256 }; // fractions of a cycle in channel_free

bool mtia_grid_create(struct mtia_device *dev, struct mtia_error *error) {
  uint32_t pes = dev->rows * dev->cols;
  struct mtia_grid *grid = calloc(1, sizeof *grid);
  dev->grid = grid;
  if (grid) {
    grid->pe_barrier = calloc(pes, sizeof *grid->pe_barrier);
    grid->slice_free = calloc(dev->p->sram_slices, sizeof *grid->slice_free);
    grid->channel_free = calloc(dev->p->dram_channels, sizeof *grid->channel_free);
    grid->remote_free = calloc(dev->p->grid_rows * dev->p->grid_columns, sizeof *grid->remote_free);
    if (grid->pe_barrier && grid->slice_free && grid->channel_free && grid->remote_free)
      return true;
  }
  return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the grid's units");
}

void mtia_grid_destroy(struct mtia_device *dev) {
  struct mtia_grid *grid = dev->grid;
  if (!grid)
    return;
  while (grid->groups) {
    struct mtia_group *group = grid->groups;
    grid->groups = group->next;
    free(group->round);
    free(group);
  }
  free(grid->pe_barrier);
  free(grid->slice_free);
  free(grid->channel_free);
  free(grid->remote_free);
  free(grid);
  dev->grid = NULL;
}

static uint32_t distance(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

// Slices stand around the grid, a quarter of them on each side, clockwise from the north-west
// corner on the north side, then east, south, west.
static uint32_t hops_to_slice(const struct mtia_device *dev, const struct mtia_pe *pe,
                              uint32_t slice) {
  const struct mtia_device_params *p = dev->p;
  uint32_t row = dev->row0 + pe->row, col = dev->col0 + pe->col;
  uint32_t quarter = p->sram_slices / 4, place = slice % quarter;
  uint32_t at_col = place * p->grid_columns / quarter, at_row = place * p->grid_rows / quarter;
  switch (slice / quarter) {
  case 0:
    return row + 1 + distance(col, at_col);
  case 1:
    return p->grid_columns - col + distance(row, at_row);
  case 2:
    return p->grid_rows - row + distance(col, at_col);
  default:
    return col + 1 + distance(row, at_row);
  }
}

// Folding the upper bits in keeps pitches of powers of two from meeting in a few slices.
static uint32_t fold(uint64_t block, uint32_t count) {
  uint32_t place = 0;
  for (; block; block /= count)
    place ^= (uint32_t)(block % count);
  return place % count;
}

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

struct target {
  enum mtia_level level;
  uint32_t index; // slice, channel or PE of the full grid
};

static struct target target_of(const struct mtia_device *dev, uint64_t address) {
  const struct mtia_device_params *p = dev->p;
  struct target t = {.level = mtia_mem_level(dev, address)};
  if (t.level == MTIA_SRAM)
    t.index = fold((address - MTIA_SRAM_BASE) / p->sram_interleave, p->sram_slices);
  else if (t.level == MTIA_DRAM)
    t.index = fold((address - MTIA_DRAM_BASE) / p->dram_interleave, p->dram_channels);
  else if (t.level == MTIA_REMOTE) {
    uint64_t pe = (address - MTIA_REMOTE_BASE) / MTIA_LOCAL_ROOM;
    t.index = (uint32_t)(pe / MTIA_REMOTE_COLUMNS * p->grid_columns + pe % MTIA_REMOTE_COLUMNS);
  }
  return t;
}

static uint32_t hops(const struct mtia_device *dev, const struct mtia_pe *pe, struct target t) {
  const struct mtia_device_params *p = dev->p;
  switch (t.level) {
  case MTIA_SRAM:
    return hops_to_slice(dev, pe, t.index);
  case MTIA_DRAM: // a controller stands among its slices
    return hops_to_slice(dev, pe, t.index * (p->sram_slices / p->dram_channels));
  case MTIA_REMOTE:
    return distance(dev->row0 + pe->row, t.index / p->grid_columns) +
           distance(dev->col0 + pe->col, t.index % p->grid_columns);
  default:
    return 0;
  }
}

// Books the target for a request that reaches it at `arrival`; when its last byte leaves it.
static uint64_t serve(struct mtia_device *dev, struct target t, uint32_t bytes, uint64_t arrival) {
  const struct mtia_device_params *p = dev->p;
  struct mtia_grid *grid = dev->grid;
  if (dev->timeline)
    mtia_timeline_bytes(dev, t.level, bytes, arrival);
  switch (t.level) {
  case MTIA_SRAM: {
    uint64_t *free_at = &grid->slice_free[t.index];
    *free_at = later(*free_at, arrival) + (bytes + p->sram_slice_width - 1) / p->sram_slice_width;
    return *free_at + p->sram_latency;
  }
  case MTIA_DRAM: {
    uint64_t *free_at = &grid->channel_free[t.index];
    *free_at =
        later(*free_at, arrival * FIXED) + (uint64_t)bytes * 100 * FIXED / p->dram_channel_centi;
    return (*free_at + FIXED - 1) / FIXED + p->sram_latency + p->dram_latency;
  }
  case MTIA_REMOTE: {
    uint64_t *free_at = &grid->remote_free[t.index];
    *free_at = later(*free_at, arrival) + (bytes + p->noc_link_width - 1) / p->noc_link_width;
    return *free_at + p->fi_remote_latency;
  }
  default:
    return arrival + (bytes + p->local_bank_width - 1) / p->local_bank_width;
  }
}

uint64_t mtia_noc_access(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t address,
                         uint32_t bytes, uint64_t leave) {
  struct target t = target_of(dev, address);
  uint32_t way = hops(dev, pe, t) * dev->p->noc_hop;
  return serve(dev, t, bytes, leave + way) + way;
}

void mtia_noc_multicast(struct mtia_device *dev, struct mtia_command *const *member, unsigned count,
                        uint64_t address, uint32_t bytes, uint64_t leave, uint64_t *back) {
  struct target t = target_of(dev, address);
  // The member nearest to the target asks for all.
  uint32_t way = UINT32_MAX;
  for (unsigned i = 0; i < count; i++) {
    uint32_t w = hops(dev, member[i]->pe, t) * dev->p->noc_hop;
    way = w < way ? w : way;
  }
  uint64_t served = serve(dev, t, bytes, leave + way);
  for (unsigned i = 0; i < count; i++)
    back[i] = served + hops(dev, member[i]->pe, t) * dev->p->noc_hop;
}

void mtia_noc_count(struct mtia_device *dev, uint64_t address, uint64_t bytes, bool write) {
  struct mtia_grid *grid = dev->grid;
  enum mtia_level level = mtia_mem_level(dev, address);
  unsigned i = level == MTIA_SRAM     ? LEVEL_SRAM
               : level == MTIA_DRAM   ? LEVEL_DRAM
               : level == MTIA_REMOTE ? LEVEL_REMOTE
                                      : LEVEL_LOCAL;
  (write ? grid->written_bytes : grid->read_bytes)[i] += bytes;
  if (i != LEVEL_LOCAL)
    grid->noc_bytes += bytes;
}

// Cores run ahead of the events by a quantum. Booking at the time of the events keeps them from
// closing a slice to others for times that are still to come.
static uint32_t core_access(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr,
                            uint32_t bytes, bool write) {
  mtia_noc_count(dev, addr, bytes, write);
  if (dev->functional)
    return 0;
  uint64_t now = mtia_now(dev);
  return (uint32_t)(mtia_noc_access(dev, pe, addr, bytes, now) - now) + dev->p->core_cache_miss;
}

uint32_t mtia_noc_core_read(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr,
                            uint32_t bytes, uint64_t now) {
  return core_access(dev, pe, addr, bytes, false);
}

uint32_t mtia_noc_core_write(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr,
                             uint32_t bytes, uint64_t now) {
  return core_access(dev, pe, addr, bytes, true);
}
