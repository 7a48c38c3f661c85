// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When an access of memory is served: slices of SRAM, channels of DRAM, local
// memories of other PEs, and the links on the way there. Resources are booked by
// the time at which they are next free; callers book close to the present (fi.c).

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
    grid->link = calloc(4ull * (dev->p->grid_rows + 2) * (dev->p->grid_columns + 2),
                        sizeof *grid->link); // to the west, east, north, south
    if (grid->pe_barrier && grid->slice_free && grid->channel_free && grid->remote_free &&
        grid->link && mtia_banks_create(dev) && mtia_sram_cache_create(dev))
      return true;
  }
  return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the grid's units");
}

void mtia_grid_destroy(struct mtia_device *dev) {
  struct mtia_grid *grid = dev->grid;
  if (!grid)
    return;
  mtia_fi_destroy_transfers(grid);
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
  free(grid->link);
  free(grid->bank_of);
  mtia_sram_cache_destroy(dev);
  free(grid);
  dev->grid = NULL;
}

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

// Folding the upper bits in keeps pitches of powers of two from meeting in a few slices.
static uint32_t fold(uint64_t block, uint32_t count) {
  uint32_t place = 0;
  for (; block; block /= count)
    place ^= (uint32_t)(block % count);
  return place % count;
}

// Takes a resource for `cycles`; when its turn begins.
static uint64_t take(uint64_t *free_at, uint64_t t, uint64_t cycles) {
  uint64_t turn = later(*free_at, t);
  *free_at = turn + cycles;
  return turn;
}

//===-- Where things are ------------------------------------------------------===//

// The grid with a border one place wide, where the memories stand.
struct place {
  uint32_t row, col;
};

struct target {
  enum mtia_level level;
  uint32_t index; // slice, channel or PE of the full grid
  struct place at;
  bool upright; // stands in the north or the south
};

static struct place place_of(const struct mtia_device *dev, const struct mtia_pe *pe) {
  return (struct place){dev->row0 + pe->row + 1, dev->col0 + pe->col + 1};
}

// Slices stand around the grid, a quarter of them on each side: north, east, south, west; on the
// northern and southern side from west to east, on the others from north to south.
static void put_on_border(const struct mtia_device_params *p, struct target *t, uint32_t slice) {
  uint32_t quarter = p->sram_slices / 4, side = slice / quarter, nth = slice % quarter;
  t->upright = side % 2 == 0;
  if (t->upright)
    t->at = (struct place){side ? p->grid_rows + 1 : 0, nth * p->grid_columns / quarter + 1};
  else
    t->at = (struct place){nth * p->grid_rows / quarter + 1, side == 1 ? p->grid_columns + 1 : 0};
}

static struct target slice_target(const struct mtia_device_params *p, uint32_t slice) {
  struct target t = {.level = MTIA_SRAM, .index = slice};
  put_on_border(p, &t, slice);
  return t;
}

static struct target target_of(const struct mtia_device *dev, uint64_t address) {
  const struct mtia_device_params *p = dev->p;
  struct target t = {.level = mtia_mem_level(dev, address)};
  if (t.level == MTIA_SRAM)
    return slice_target(p, fold((address - MTIA_SRAM_BASE) / p->sram_interleave, p->sram_slices));
  if (t.level == MTIA_DRAM) { // a controller stands among its slices
    t.index = fold((address - MTIA_DRAM_BASE) / p->dram_interleave, p->dram_channels);
    put_on_border(p, &t, t.index * (p->sram_slices / p->dram_channels));
  } else if (t.level == MTIA_REMOTE) {
    uint64_t pe = (address - MTIA_REMOTE_BASE) / MTIA_LOCAL_ROOM;
    t.at.row = (uint32_t)(pe / MTIA_REMOTE_COLUMNS) + 1;
    t.at.col = (uint32_t)(pe % MTIA_REMOTE_COLUMNS) + 1;
    t.index = (t.at.row - 1) * p->grid_columns + t.at.col - 1;
  }
  return t;
}

static uint32_t distance(struct place a, struct place b) {
  return (a.row > b.row ? a.row - b.row : b.row - a.row) +
         (a.col > b.col ? a.col - b.col : b.col - a.col);
}

// Cycles of one way between a PE and a target.
static uint32_t way_to(const struct mtia_device *dev, const struct mtia_pe *pe, struct target t) {
  return t.level == MTIA_LOCAL ? 0 : distance(place_of(dev, pe), t.at) * dev->p->noc_hop;
}

//===-- Links -----------------------------------------------------------------===//

// A trip's data over one link, once: the second member of a multicast that needs it finds it there.
static uint64_t cross(struct mtia_grid *grid, uint32_t index, uint64_t t, uint32_t cycles) {
  struct mtia_link *link = &grid->link[index];
  if (link->trip != grid->trip) {
    link->trip = grid->trip;
    link->turn = take(&link->free, t, cycles);
  }
  return link->turn;
}

// Data go from a to b, first along the row or first along the column: when the last queue on the
// way lets them go. The hops themselves are not counted here.
static uint64_t travel(struct mtia_device *dev, struct place a, struct place b, bool row_first,
                       uint32_t bytes, uint64_t leave) {
  const struct mtia_device_params *p = dev->p;
  uint64_t go = leave;
  uint32_t cycles = (bytes + p->noc_link_width - 1) / p->noc_link_width;
  for (unsigned leg = 0; leg < 2; leg++) {
    bool along_row = row_first == (leg == 0);
    uint32_t *from = along_row ? &a.col : &a.row, to = along_row ? b.col : b.row;
    while (*from != to) {
      unsigned direction = (along_row ? 0u : 2u) + (*from < to);
      uint32_t node = a.row * (p->grid_columns + 2) + a.col;
      go = later(go, cross(dev->grid, 4 * node + direction, leave, cycles));
      *from += *from < to ? 1 : -1u;
    }
  }
  return go;
}

// What a memory in the north or south sends goes along the column first, what it gets along the
// row, so that traffic leaves the border by the shortest way.
static uint64_t travel_from(struct mtia_device *dev, struct target t, const struct mtia_pe *pe,
                            uint32_t bytes, uint64_t time) {
  if (t.level == MTIA_LOCAL)
    return time;
  return travel(dev, t.at, place_of(dev, pe), !t.upright, bytes, time);
}

static uint64_t travel_to(struct mtia_device *dev, struct target t, const struct mtia_pe *pe,
                          uint32_t bytes, uint64_t time) {
  if (t.level == MTIA_LOCAL)
    return time;
  return travel(dev, place_of(dev, pe), t.at, t.upright || t.level == MTIA_REMOTE, bytes, time);
}

//===-- Memories --------------------------------------------------------------===//

static uint64_t rounded(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

// A channel moves whole bursts. Latency included.
static uint64_t serve_dram(struct mtia_device *dev, uint32_t channel, uint32_t bytes, uint64_t t,
                           uint64_t *last) {
  const struct mtia_device_params *p = dev->p;
  uint64_t cost =
      rounded(bytes, p->dram_burst) * p->dram_burst * 100 * FIXED / p->dram_channel_centi;
  uint64_t turn = take(&dev->grid->channel_free[channel], t * FIXED, cost);
  *last = rounded(turn + cost, FIXED) + p->dram_latency;
  return turn / FIXED;
}

static uint64_t serve_slice(struct mtia_device *dev, uint32_t slice, uint32_t bytes, uint64_t t,
                            uint64_t *last) {
  const struct mtia_device_params *p = dev->p;
  uint64_t cycles = rounded(bytes, p->sram_slice_width);
  uint64_t turn = take(&dev->grid->slice_free[slice], t, cycles);
  *last = turn + cycles + p->sram_latency;
  return turn;
}

// DRAM behind the SRAM as a cache. A miss brings the whole line, unless all of it is written.
static uint64_t serve_cached(struct mtia_device *dev, uint32_t channel, uint64_t address,
                             uint32_t bytes, bool write, uint64_t time, uint64_t *last) {
  uint32_t line = dev->p->sram_interleave;
  struct mtia_cached c = mtia_sram_cache_touch(dev, channel, address, write);
  uint64_t unused, fetched;
  if (c.victim) { // a buffer holds it meanwhile
    serve_slice(dev, c.slice, line, time, &unused);
    serve_dram(dev, channel, line, time, &unused);
  }
  if (c.hit || (write && bytes == line))
    return serve_slice(dev, c.slice, bytes, time, last);
  dev->grid->cache_fetched++;
  uint64_t turn = serve_dram(dev, channel, line, time, &fetched);
  serve_slice(dev, c.slice, line, time, last); // the line goes into the slice, and on at once
  *last = later(*last, fetched + dev->p->sram_latency);
  return turn;
}

// The target works on an access that could begin at t: when its turn begins; *last is when the last
// byte is out, as seen from there.
static uint64_t serve(struct mtia_device *dev, struct target t, uint64_t address, uint32_t bytes,
                      bool write, uint64_t time, uint64_t *last) {
  const struct mtia_device_params *p = dev->p;
  struct mtia_grid *grid = dev->grid;
  uint64_t turn;
  switch (t.level) {
  case MTIA_SRAM:
    return serve_slice(dev, t.index, bytes, time, last);
  case MTIA_DRAM:
    if (grid->cache)
      return serve_cached(dev, t.index, address, bytes, write, time, last);
    turn = serve_dram(dev, t.index, bytes, time, last);
    *last += p->sram_latency; // the path through the slices' network
    return turn;
  case MTIA_REMOTE: {
    uint64_t cycles = rounded(bytes, p->noc_link_width);
    turn = take(&grid->remote_free[t.index], time, cycles);
    *last = turn + cycles + p->fi_remote_latency;
    return turn;
  }
  default:
    *last = time + rounded(bytes, p->local_bank_width);
    return time;
  }
}

// All queues count from the time of leaving: what leaves earlier is first at every link and memory,
// however far that is. So nobody's place is kept free until he comes, and a queue loses no time.
// While an access waits in one queue the others go on, so only the longest counts.
uint64_t mtia_noc_access(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t address,
                         uint32_t bytes, bool write, uint64_t leave) {
  struct target t = target_of(dev, address);
  uint64_t last, turn = serve(dev, t, address, bytes, write, leave, &last);
  dev->grid->trip++;
  uint64_t go = write ? travel_to(dev, t, pe, bytes, leave) : travel_from(dev, t, pe, bytes, leave);
  return last + (go > turn ? go - turn : 0) + 2 * way_to(dev, pe, t);
}

uint64_t mtia_noc_prefetch(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t address,
                           uint32_t bytes, uint64_t leave) {
  struct target t = target_of(dev, address);
  uint64_t last = leave;
  if (dev->grid->cache)
    serve(dev, t, address, bytes, false, leave, &last);
  return last + 2 * way_to(dev, pe, t);
}

void mtia_noc_multicast(struct mtia_device *dev, struct mtia_command *const *member, unsigned count,
                        uint64_t address, uint32_t bytes, uint64_t leave, uint64_t *back) {
  struct target t = target_of(dev, address);
  // The member nearest to the target asks for all.
  uint32_t way = UINT32_MAX;
  for (unsigned i = 0; i < count; i++) {
    uint32_t w = way_to(dev, member[i]->pe, t);
    way = w < way ? w : way;
  }
  uint64_t last;
  uint64_t turn = serve(dev, t, address, bytes, false, leave, &last);
  dev->grid->trip++;
  for (unsigned i = 0; i < count; i++) {
    uint64_t go = travel_from(dev, t, member[i]->pe, bytes, leave);
    back[i] = last + (go > turn ? go - turn : 0) + way + way_to(dev, member[i]->pe, t);
  }
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
  return (uint32_t)(mtia_noc_access(dev, pe, addr, bytes, write, now) - now) +
         dev->p->core_cache_miss;
}

uint32_t mtia_noc_core_read(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr,
                            uint32_t bytes, uint64_t now) {
  return core_access(dev, pe, addr, bytes, false);
}

uint32_t mtia_noc_core_write(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr,
                             uint32_t bytes, uint64_t now) {
  return core_access(dev, pe, addr, bytes, true);
}
