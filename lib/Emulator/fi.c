// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fabric interface: DMA, alone and in multicast groups.
//
// A command occupies its direction of the FI while its requests leave; the data
// come back a latency later, so queued commands hide each other's latency. At
// most fi_outstanding requests are on their way. Requests are booked in the
// network a window of WINDOW cycles at a time: PEs that move data at the same time
// then share slices instead of reserving them for a whole command.

#include "check.h"
#include "defer.h"
#include "race.h"
#include "timeline.h"
#include "units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 16, ROUNDS = 32, DMA_JITTER = 2000 };

// The requests of a started command, or of all commands of a multicast.
struct mtia_transfer {
  struct mtia_transfer *next, **link; // of the grid's
  struct mtia_command *member[MTIA_GROUP_MAX];
  unsigned count;
  uint32_t row, offset; // next byte to ask for
};

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

bool mtia_fi_create(struct mtia_device *dev, struct mtia_cp *cp) {
  cp->in.slot = calloc(dev->p->fi_outstanding, sizeof *cp->in.slot);
  cp->out.slot = calloc(dev->p->fi_outstanding, sizeof *cp->out.slot);
  return cp->in.slot && cp->out.slot;
}

void mtia_fi_destroy(struct mtia_cp *cp) {
  free(cp->in.slot);
  free(cp->out.slot);
}

static struct mtia_transfer *new_transfer(struct mtia_grid *grid) {
  struct mtia_transfer *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  t->next = grid->transfers;
  t->link = &grid->transfers;
  if (t->next)
    t->next->link = &t->next;
  grid->transfers = t;
  return t;
}

static void free_transfer(struct mtia_transfer *t) {
  *t->link = t->next;
  if (t->next)
    t->next->link = t->link;
  free(t);
}

void mtia_fi_destroy_transfers(struct mtia_grid *grid) {
  while (grid->transfers)
    free_transfer(grid->transfers);
}

//===-- Function --------------------------------------------------------------===//

// No address: a row of zeros; and the address of what lies beyond all addresses.
#define NO_ROW UINT64_MAX
#define NOWHERE (UINT64_MAX - 1)

// dma.gather: the address of a row of the table. Until the command completes, nobody gives the
// indices' place away.
static uint64_t gathered(const struct mtia_command *c, uint32_t row, bool *beyond) {
  const struct mtia_range *r = &c->read[0];
  int64_t index = 0;
  mtia_defer_finish(c->pe);
  if (c->dma.wide) {
    mtia_cb_read(c->pe->cp, r->cb, r->from + 8ull * row, &index, 8);
  } else {
    int32_t narrow;
    mtia_cb_read(c->pe->cp, r->cb, r->from + 4ull * row, &narrow, 4);
    index = narrow;
  }
  if (index < 0)
    return NO_ROW;
  *beyond = c->dma.limit && (uint64_t)index >= c->dma.limit;
  if (*beyond)
    index = 0;
  uint64_t address;
  if (__builtin_mul_overflow((uint64_t)index, c->dma.pitch, &address) ||
      __builtin_add_overflow(c->dma.address, address, &address))
    return NOWHERE;
  return address;
}

static void exec_gather(const struct mtia_command *c) {
  struct mtia_cp *cp = c->pe->cp;
  uint64_t asked = 0;
  for (uint32_t r = 0; r < c->dma.rows; r++) {
    uint64_t to = c->write.from + (uint64_t)r * c->dma.stride;
    bool beyond = false;
    uint64_t address = gathered(c, r, &beyond);
    const uint8_t *from =
        address == NO_ROW ? NULL : mtia_mem(c->pe->dev, c->pe, address, c->dma.width);
    if (beyond)
      mtia_counter_set(c->pe, c->dma.counter, cp->counter[c->dma.counter] + 1);
    if (address != NO_ROW && !from) {
      char where[600];
      mtia_fail(
          c->pe->dev, MTIA_ERR_ACCESS,
          "PE (%u,%u): dma.gather of core %u, %s: row %" PRIu32 " of the list is at 0x%" PRIx64
          ", %" PRIu32 " bytes, which is no memory; the table is at 0x%" PRIx64
          ", its rows 0x%" PRIx64 " apart",
          c->pe->row, c->pe->col, c->core, mtia_where_pc(c->pe->dev, c->pc, where, sizeof where), r,
          address, c->dma.width, c->dma.address, c->dma.pitch);
      return;
    }
    if (from) {
      mtia_cb_write(cp, c->write.cb, to, from, c->dma.width);
      mtia_cb_zero(cp, c->write.cb, to + c->dma.width, c->dma.stride - c->dma.width);
      mtia_noc_count(c->pe->dev, address, c->dma.width, false);
      asked += c->dma.width;
    } else {
      mtia_cb_zero(cp, c->write.cb, to, c->dma.stride);
    }
  }
  cp->fi_local_read += c->read[0].to - c->read[0].from;
  cp->fi_local_written += (uint64_t)c->dma.stride * c->dma.rows;
  cp->dma_in_bytes += asked;
}

// Of the first row, if all rows are in one memory; the others are `pitch` apart.
static uint8_t *host_of_all(const struct mtia_command *c) {
  uint64_t span;
  if (__builtin_mul_overflow(c->dma.rows - 1ull, c->dma.pitch, &span) ||
      __builtin_add_overflow(span, c->dma.width, &span))
    return NULL;
  return mtia_mem(c->pe->dev, c->pe, c->dma.address, span);
}

static uint8_t *host(const struct mtia_command *c, uint8_t *all, uint32_t row) {
  return all ? all + row * c->dma.pitch
             : mtia_mem(c->pe->dev, c->pe, c->dma.address + row * c->dma.pitch, c->dma.width);
}

static void exec_in(const struct mtia_command *c) {
  const struct mtia_cp *cp = c->pe->cp;
  uint32_t width = c->dma.width, pad = (32 - width % 32) % 32;
  uint8_t *all = host_of_all(c);
  for (uint32_t r = 0; r < c->dma.rows; r++) {
    uint64_t to = c->write.from + (uint64_t)r * c->dma.stride;
    mtia_cb_write(cp, c->write.cb, to, host(c, all, r), width);
    if (pad)
      mtia_cb_zero(cp, c->write.cb, to + width, pad);
  }
}

static void exec_out(const struct mtia_command *c) {
  const struct mtia_cp *cp = c->pe->cp;
  uint8_t *all = host_of_all(c);
  for (uint32_t r = 0; r < c->dma.rows; r++)
    mtia_cb_read(cp, c->read[0].cb, c->read[0].from + (uint64_t)r * c->dma.stride, host(c, all, r),
                 c->dma.width);
}

static uint64_t bytes_of(const struct mtia_command *c) {
  return (uint64_t)c->dma.rows * c->dma.width;
}

static void exec(struct mtia_command *c) {
  struct mtia_cp *cp = c->pe->cp;
  struct mtia_device *dev = c->pe->dev;
  if (dev->check)
    mtia_check_command(c);
  if (c->kind == CMD_GATHER) {
    exec_gather(c);
  } else if (c->kind == CMD_PREFETCH) {
    if (dev->grid->cache) // timed runs only, as all that it does
      mtia_noc_count(dev, c->dma.address, bytes_of(c), false);
  } else if (c->kind == CMD_DMA_IN) {
    mtia_defer_before(cp, &c->write, true);
    exec_in(c);
    cp->fi_local_written += bytes_of(c);
    cp->dma_in_bytes += bytes_of(c);
  } else {
    mtia_defer_before(cp, &c->read[0], false);
    exec_out(c);
    cp->fi_local_read += bytes_of(c);
    cp->dma_out_bytes += bytes_of(c);
  }
  if (dev->check)
    mtia_check_command_end(dev);
}

void mtia_fi_exec_late(struct mtia_command *c) { exec(c); }

//===-- Time ------------------------------------------------------------------===//

static struct mtia_fi *fi_of(const struct mtia_command *c) {
  return c->unit == UNIT_DMA_IN ? &c->pe->cp->in : &c->pe->cp->out;
}

// The earliest time at which `requests` more can leave.
static uint64_t can_leave(const struct mtia_device_params *p, const struct mtia_fi *fi,
                          uint32_t requests) {
  return later(fi->next, fi->slot[(fi->oldest + requests - 1) % p->fi_outstanding]);
}

// A chunk of row `row` from `offset` on.
static void book(const struct mtia_device_params *p, struct mtia_command *c, uint32_t row,
                 uint32_t offset, uint32_t requests, uint32_t bytes, uint64_t leave,
                 uint64_t back) {
  struct mtia_fi *fi = fi_of(c);
  if (c->kind != CMD_PREFETCH) {
    const struct mtia_range *place = c->unit == UNIT_DMA_IN ? &c->write : &c->read[0];
    uint64_t from = place->from + (uint64_t)row * c->dma.stride + offset;
    back += mtia_banks_delay(c->pe->cp, place->cb, from, bytes);
  }
  if (c->kind == CMD_PREFETCH) { // the data end in SRAM
    fi->next = leave + requests;
  } else if (c->unit == UNIT_DMA_IN) {
    fi->next = leave + requests;
    // The last byte cannot enter before the port has taken all that came earlier.
    back = later(back, fi->port_free + (bytes + p->fi_in_width - 1) / p->fi_in_width);
    fi->port_free = back;
  } else {
    fi->next = leave + (bytes + p->fi_out_width - 1) / p->fi_out_width;
  }
  for (uint32_t i = 0; i < requests; i++) {
    fi->slot[fi->oldest] = back;
    fi->oldest = (fi->oldest + 1) % p->fi_outstanding;
  }
  c->dma.last = later(c->dma.last, back);
}

// Event: all requests have left; the next command may start.
static void vacate(struct mtia_device *dev, void *ctx, uint64_t unit) {
  struct mtia_pe *pe = ctx;
  pe->cp->unit[unit].occupied = false;
  mtia_cp_run(pe);
}

// What a row asks memory for: of a gathered one, which may begin anywhere, whole sectors.
struct row {
  uint64_t address;
  uint32_t bytes;
};

static struct row row_of(const struct mtia_command *c, uint32_t row) {
  if (c->kind != CMD_GATHER)
    return (struct row){c->dma.address + row * c->dma.pitch, c->dma.width};
  bool beyond;
  uint64_t address = gathered(c, row, &beyond);
  if (address == NO_ROW)
    return (struct row){0, 0};
  uint64_t from = address / 32 * 32, to = (address + c->dma.width + 31) / 32 * 32;
  return (struct row){from, (uint32_t)(to - from)};
}

static void book_chunk(struct mtia_device *dev, struct mtia_transfer *t) {
  const struct mtia_device_params *p = dev->p;
  const struct mtia_command *c = t->member[0];
  struct row row = row_of(c, t->row);
  if (t->offset == row.bytes) { // a row of zeros
    t->row++;
    return;
  }
  uint64_t address = row.address + t->offset;
  uint32_t bytes = p->sram_interleave - (uint32_t)(address % p->sram_interleave);
  if (bytes > row.bytes - t->offset)
    bytes = row.bytes - t->offset;
  uint32_t requests =
      ((uint32_t)(address % p->fi_request) + bytes + p->fi_request - 1) / p->fi_request;
  uint64_t leave = 0, back[MTIA_GROUP_MAX];
  for (unsigned i = 0; i < t->count; i++)
    leave = later(leave, can_leave(p, fi_of(t->member[i]), requests));
  if (t->count > 1)
    mtia_noc_multicast(dev, t->member, t->count, address, bytes, leave, back);
  else if (c->kind == CMD_PREFETCH)
    back[0] = mtia_noc_prefetch(dev, c->pe, address, bytes, leave);
  else
    back[0] = mtia_noc_access(dev, c->pe, address, bytes, c->kind == CMD_DMA_OUT, leave);
  for (unsigned i = 0; i < t->count; i++)
    book(p, t->member[i], t->row, t->offset, requests, bytes, leave, back[i]);
  t->offset += bytes;
  if (t->offset == row.bytes) {
    t->offset = 0;
    t->row++;
  }
}

// Event: books the requests of the next WINDOW cycles.
static void proceed(struct mtia_device *dev, void *ctx, uint64_t arg) {
  struct mtia_transfer *t = ctx;
  uint64_t until = mtia_now(dev) + WINDOW;
  const struct mtia_fi *fi = fi_of(t->member[0]);
  while (t->row < t->member[0]->dma.rows && can_leave(dev->p, fi, 1) < until)
    book_chunk(dev, t);
  if (t->row < t->member[0]->dma.rows) {
    mtia_at(dev, can_leave(dev->p, fi, 1), proceed, t, 0);
    return;
  }
  for (unsigned i = 0; i < t->count; i++) {
    struct mtia_command *c = t->member[i];
    struct mtia_unit *unit = &c->pe->cp->unit[c->unit];
    uint64_t end = fi_of(c)->next;
    c->dma.last = later(c->dma.last, end) + mtia_jitter(dev, DMA_JITTER);
    if (dev->timeline)
      mtia_timeline_command(c, unit->free, end, c->dma.last, true);
    unit->busy_cycles += end - unit->free;
    unit->free = end;
    mtia_at(dev, end, vacate, c->pe, c->unit);
    mtia_at(dev, c->dma.last, mtia_cp_worked_event, c, 0);
  }
  free_transfer(t);
}

static void start(struct mtia_command *const *member, unsigned count) {
  struct mtia_device *dev = member[0]->pe->dev;
  uint64_t now = mtia_now(dev);
  bool write = member[0]->kind == CMD_DMA_OUT;
  if (member[0]->kind <= CMD_DMA_OUT) // others count by row
    mtia_noc_count(dev, member[0]->dma.address, bytes_of(member[0]), write);
  dev->grid->multicast_saved += (count - 1) * bytes_of(member[0]);
  if (dev->race)
    mtia_race_start(member, count);
  for (unsigned i = 0; i < count; i++) {
    mtia_cp_dequeue(member[i]);
    // With --schedule the bytes of half of the DMAs come as late as they may.
    member[i]->dma.late = !dev->functional && !write && mtia_jitter(dev, 2);
    if (!member[i]->dma.late)
      exec(member[i]);
  }
  if (dev->functional) {
    for (unsigned i = 0; i < count; i++)
      mtia_cp_worked(member[i]);
    return;
  }
  struct mtia_transfer *t = new_transfer(dev->grid);
  if (!t) {
    mtia_fail(dev, MTIA_ERR_HOST, "out of memory for a DMA");
    return;
  }
  t->count = count;
  for (unsigned i = 0; i < count; i++) {
    struct mtia_command *c = member[i];
    struct mtia_fi *fi = fi_of(c);
    struct mtia_unit *unit = &c->pe->cp->unit[c->unit];
    t->member[i] = c;
    // Addresses are generated while the command waits.
    fi->next = later(fi->next, later(now, c->ready + dev->p->fi_setup));
    unit->occupied = true;
    unit->free = now;
  }
  proceed(dev, t, 0);
}

//===-- Multicast -------------------------------------------------------------===//

static struct mtia_group *find_group(struct mtia_grid *grid, unsigned axis, unsigned core,
                                     unsigned line, unsigned mask) {
  struct mtia_group *g = grid->groups;
  while (g && !(g->axis == axis && g->core == core && g->line == line && g->mask == mask))
    g = g->next;
  if (g || !(g = calloc(1, sizeof *g)))
    return g;
  g->round = calloc(ROUNDS, sizeof *g->round);
  if (!g->round) {
    free(g);
    return NULL;
  }
  g->axis = (uint8_t)axis;
  g->core = (uint8_t)core;
  g->line = (uint16_t)line;
  g->mask = (uint16_t)mask;
  g->next = grid->groups;
  grid->groups = g;
  return g;
}

uint64_t mtia_fi_join(struct mtia_command *c, unsigned axis, uint64_t mcast, bool only_check) {
  struct mtia_pe *pe = c->pe;
  struct mtia_device *dev = pe->dev;
  bool row = axis == 1;
  unsigned mask = (unsigned)(row ? mcast : mcast >> 16) & 0xFFFF;
  unsigned me = row ? pe->col : pe->row, end = row ? dev->cols : dev->rows;
  if (!(mask >> me & 1) || mask >> end)
    return MTIA_FAULT_GROUP;
  // Every PE means another memory by a local address.
  if (mtia_mem_level(dev, c->dma.address) == MTIA_LOCAL)
    return MTIA_FAULT_GROUP;
  struct mtia_group *group = find_group(dev->grid, axis, c->core, row ? pe->row : pe->col, mask);
  if (!group) {
    mtia_fail(dev, MTIA_ERR_HOST, "out of memory for a multicast group");
    return 0;
  }
  struct mtia_round *round = &group->round[group->count[me] % ROUNDS];
  if (round->issued && (round->address != c->dma.address || round->pitch != c->dma.pitch ||
                        round->width != c->dma.width || round->rows != c->dma.rows))
    return MTIA_FAULT_GROUP;
  if (only_check)
    return 0;
  if (!round->issued) {
    round->group = group;
    round->address = c->dma.address;
    round->pitch = c->dma.pitch;
    round->width = c->dma.width;
    round->rows = c->dma.rows;
  }
  round->issued |= 1u << me;
  round->member[me] = c;
  group->count[me]++;
  c->dma.round = round;
  return 0;
}

bool mtia_fi_try(struct mtia_command *c) {
  struct mtia_round *round = c->dma.round;
  if (!round) {
    start(&c, 1);
    return true;
  }
  const struct mtia_group *group = round->group;
  round->ready |= 1u << (group->axis == 1 ? c->pe->col : c->pe->row);
  if (round->ready != group->mask)
    return false;
  struct mtia_command *member[MTIA_GROUP_MAX];
  struct mtia_pe *other[MTIA_GROUP_MAX];
  unsigned count = 0;
  for (unsigned i = 0; i < MTIA_GROUP_MAX; i++)
    if (group->mask >> i & 1) {
      other[count] = round->member[i]->pe;
      member[count++] = round->member[i];
    }
  round->issued = round->ready = 0;
  struct mtia_pe *self = c->pe;
  start(member, count);
  for (unsigned i = 0; i < count; i++)
    if (other[i] != self)
      mtia_cp_call(other[i]);
  return true;
}
