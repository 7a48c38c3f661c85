// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table of places in the program; each counts what it did, what of it was badly placed, and the
// bytes that were moved for nothing, which order the report.
#include "check_slow.h"
#include "core.h"
#include "units.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
  PLACES = 1 << 12,
  MAX_NOTES = 20,
  SECTOR = 32,   // what local memory and the FI move
  LEAST = 1024,  // wasted bytes of a place that are worth a line
  MISSING = 2048 // places that are looked at; more programs don't have
};

enum sort { TAIL, START, SHORT, GATHER, LINES };

struct place {
  uint64_t pc; // MTIA_NO_PC: free
  uint8_t sort, core, command;
  struct mtia_pe *pe;      // who came first
  uint64_t bytes, at;      // an example: bytes of a row or access, its address
  uint64_t count, of;      // rows or accesses that are badly placed; all
  uint64_t commands, lost; // bytes
};

struct mtia_slow {
  struct place place[PLACES];
  unsigned places;
};

bool mtia_slow_create(struct mtia_device *dev) {
  dev->slow = calloc(1, sizeof *dev->slow);
  return dev->slow;
}

void mtia_slow_destroy(struct mtia_device *dev) {
  free(dev->slow);
  dev->slow = NULL;
}

static struct place *find(struct mtia_device *dev, uint64_t pc, enum sort sort) {
  struct mtia_slow *slow = dev->slow;
  uint64_t h = (pc * 8 + sort) * UINT64_C(0x9e3779b97f4a7c15) >> 52;
  while (slow->place[h].pc != MTIA_NO_PC &&
         (slow->place[h].pc != pc || slow->place[h].sort != sort))
    h = (h + 1) % PLACES;
  struct place *p = &slow->place[h];
  if (p->pc != MTIA_NO_PC)
    return p;
  if (slow->places == MISSING)
    return NULL;
  slow->places++;
  p->pc = pc;
  p->sort = (uint8_t)sort;
  return p;
}

// Also makes the access the example, if it is the first bad one of the first PE.
static void count(struct place *p, const struct place *access, uint64_t bad, uint64_t of,
                  uint64_t lost) {
  if (bad && (!p->pe || access->pe->index < p->pe->index)) {
    p->pe = access->pe;
    p->core = access->core;
    p->command = access->command;
    p->bytes = access->bytes;
    p->at = access->at;
  }
  p->count += bad;
  p->of += of;
  p->lost += lost;
}

//===-- Cores -----------------------------------------------------------------===//

void mtia_slow_core(struct mtia_core *c, uint64_t addr, uint64_t bytes) {
  if (bytes < 2)
    return;
  uint64_t least = (bytes + MTIA_LINE - 1) / MTIA_LINE;
  uint64_t lines = (addr % MTIA_LINE + bytes + MTIA_LINE - 1) / MTIA_LINE;
  struct place *p = find(c->dev, c->pc, LINES);
  if (!p)
    return;
  struct place access = {.pe = c->pe, .core = c->id, .bytes = bytes, .at = addr};
  count(p, &access, lines > least, 1, (lines - least) * MTIA_LINE);
}

//===-- DMAs ------------------------------------------------------------------===//

static void dma(const struct mtia_command *c, enum sort sort, uint64_t bad, uint64_t lost) {
  struct place *p = find(c->pe->dev, c->pc, sort);
  if (!p)
    return;
  struct place access = {.pe = c->pe,
                         .core = c->core,
                         .command = c->kind,
                         .bytes = c->dma.width,
                         .at = c->dma.address};
  p->commands += bad > 0;
  count(p, &access, bad, c->dma.rows, bad * lost);
}

void mtia_slow_dma(const struct mtia_command *c) {
  uint32_t request = c->pe->dev->p->fi_request, width = c->dma.width;
  uint64_t rows = c->dma.rows, pitch = c->dma.pitch, address = c->dma.address;
  if (c->kind == CMD_PREFETCH)
    return;
  if (c->kind == CMD_GATHER) {
    bool off = address % SECTOR || pitch % SECTOR;
    dma(c, GATHER, off ? rows : 0, SECTOR);
    return;
  }
  // Rows that follow each other without gaps are asked for one by one, too.
  bool is_short = width < request && rows > 1;
  dma(c, SHORT, is_short ? rows : 0, request - width);
  dma(c, TAIL, width % SECTOR && !is_short ? rows : 0, SECTOR - width % SECTOR);
  uint64_t least = (width + request - 1) / request, bad = 0;
  for (uint64_t r = 0; r < rows && width >= request; r++)
    bad += ((address + r * pitch) % request + width + request - 1) / request > least;
  dma(c, START, bad, request);
}

//===-- Words -----------------------------------------------------------------===//

static int by_loss(const void *a, const void *b) {
  const struct place *x = *(const struct place *const *)a, *y = *(const struct place *const *)b;
  if (x->lost != y->lost)
    return x->lost > y->lost ? -1 : 1;
  return x->pc != y->pc ? (x->pc < y->pc ? -1 : 1) : x->sort - y->sort;
}

static void print_place(FILE *out, struct mtia_device *dev, const struct place *p) {
  char where[600];
  if (p->sort == LINES) {
    fprintf(out, "%s: ", mtia_where(&p->pe->core[p->core], p->pc, where, sizeof where));
    return;
  }
  struct mtia_command c;
  mtia_cp_draft(&c, &p->pe->core[p->core], p->command);
  fprintf(out, "PE (%u,%u) %s: %s of core %u, %s: ", p->pe->row, p->pe->col, mtia_unit_name[c.unit],
          mtia_command_name(&c), p->core, mtia_where_pc(dev, p->pc, where, sizeof where));
}

static void print_note(FILE *out, struct mtia_device *dev, const struct place *p,
                       const char *prefix) {
  uint32_t request = dev->p->fi_request;
  fprintf(out, "%sslow: ", prefix);
  print_place(out, dev, p);
  switch (p->sort) {
  case TAIL:
    fprintf(out,
            "rows of %" PRIu64 " bytes end within %d: they are moved as %" PRIu64 " (%" PRIu64
            " rows",
            p->bytes, SECTOR, (p->bytes + SECTOR - 1) / SECTOR * SECTOR, p->count);
    break;
  case START:
    fprintf(out,
            "rows of %" PRIu64 " bytes begin within a request's %" PRIu32 ", as at 0x%" PRIx64
            ": one request more for each (%" PRIu64 " of %" PRIu64 " rows",
            p->bytes, request, p->at, p->count, p->of);
    break;
  case SHORT:
    fprintf(out,
            "rows of %" PRIu64 " bytes each take a request, which could fetch %" PRIu32
            ": longer rows cost as much (%" PRIu64 " rows",
            p->bytes, request, p->count);
    break;
  case GATHER:
    fprintf(out,
            "rows of %" PRIu64 " bytes don't begin at multiples of %d: a sector more for most "
            "(%" PRIu64 " rows",
            p->bytes, SECTOR, p->count);
    break;
  default:
    fprintf(out,
            "%" PRIu64 " bytes, as at 0x%" PRIx64
            ", lie in one line of %d more than they need (%" PRIu64 " of %" PRIu64 " accesses)",
            p->bytes, p->at, (int)MTIA_LINE, p->count, p->of);
    break;
  }
  if (p->sort != LINES)
    fprintf(out, ", %" PRIu64 " command%s)", p->commands, p->commands == 1 ? "" : "s");
  fprintf(out, "\n");
}

void mtia_check_notes(struct mtia_device *dev, const char *prefix, FILE *out) {
  struct mtia_slow *slow = dev->slow;
  const struct place *list[MISSING];
  unsigned count = 0;
  for (unsigned i = 0; slow && i < PLACES; i++)
    if (slow->place[i].pc != MTIA_NO_PC && slow->place[i].lost >= LEAST)
      list[count++] = &slow->place[i];
  qsort(list, count, sizeof *list, by_loss);
  for (unsigned i = 0; i < count && i < MAX_NOTES; i++)
    print_note(out, dev, list[i], prefix);
  if (count > MAX_NOTES)
    fprintf(out, "%sslow: and %u more places\n", prefix, count - MAX_NOTES);
}
