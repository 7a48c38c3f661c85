// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What bounds a run: how much of what each resource could have done was used.

#include "units.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MAX_BOUNDS = 16 };
#define BOUNDS_IT 0.6 // from this share on, a resource is what the run is bound by

struct bound {
  const char *name, *unit;
  double used, could; // of the whole sub-grid
};

struct bounds {
  struct bound item[MAX_BOUNDS];
  unsigned count;
  double cycles, pes;
};

static void add(struct bounds *b, const char *name, const char *unit, double used,
                double per_cycle) {
  b->item[b->count++] = (struct bound){name, unit, used, per_cycle * b->cycles};
}

static double share(const struct bound *b) { return b->could > 0 ? b->used / b->could : 0; }

static int by_share(const void *x, const void *y) {
  double a = share(x), b = share(y);
  return a > b ? -1 : a < b;
}

// Cycles in which the cores of that number did not wait at a command.
static double core_cycles(const struct mtia_device *dev, unsigned id, double cycles) {
  double sum = 0;
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    const struct mtia_core *core = &dev->pe[i].core[id];
    double end = (double)core->cycle < cycles ? (double)core->cycle : cycles;
    sum += core->state == MTIA_CORE_OFF ? 0 : end - (double)core->wait_cycles;
  }
  return sum > 0 ? sum : 0;
}

static void collect(const struct mtia_device *dev, struct bounds *b) {
  const struct mtia_device_params *p = dev->p;
  const struct mtia_grid *grid = dev->grid;
  double macs = 0, local = 0, in = 0, out = 0, re = 0, se = 0, mlu = 0;
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    const struct mtia_cp *cp = dev->pe[i].cp;
    macs += (double)cp->places;
    local +=
        (double)(cp->local_read + cp->local_written + cp->fi_local_read + cp->fi_local_written);
    in += (double)cp->dma_in_bytes;
    out += (double)cp->dma_out_bytes;
    re += (double)cp->unit[UNIT_RE].busy_cycles;
    se += (double)cp->unit[UNIT_SE].busy_cycles;
    mlu += (double)cp->unit[UNIT_MLU].busy_cycles;
  }
  add(b, "DPE", "multiply-adds", macs, b->pes * MTIA_TILE * p->dpe_width);
  add(b, "RE", "cycles", re, b->pes);
  add(b, "SE", "cycles", se, b->pes);
  add(b, "MLU", "cycles", mlu, b->pes);
  add(b, "FI in", "B", in, b->pes * p->fi_in_width);
  add(b, "FI out", "B", out, b->pes * p->fi_out_width);
  add(b, "local memory, by units", "B", local, b->pes * p->local_banks * p->local_bank_width);
  add(b, "SRAM", "B", (double)(grid->read_bytes[LEVEL_SRAM] + grid->written_bytes[LEVEL_SRAM]),
      (double)p->sram_slices * p->sram_slice_width);
  add(b, "DRAM", "B", (double)(grid->read_bytes[LEVEL_DRAM] + grid->written_bytes[LEVEL_DRAM]),
      (double)p->dram_channels * p->dram_channel_centi / 100);
  add(b, "core 0, not waiting", "cycles", core_cycles(dev, 0, b->cycles), b->pes);
  add(b, "core 1, not waiting", "cycles", core_cycles(dev, 1, b->cycles), b->pes);
}

void mtia_units_bounds_text(struct mtia_device *dev, uint64_t cycles, FILE *out) {
  struct bounds b = {.cycles = (double)cycles, .pes = (double)dev->rows * dev->cols};
  collect(dev, &b);
  qsort(b.item, b.count, sizeof *b.item, by_share);
  fprintf(out, "%-24s %18s %18s %7s\n", "resource", "used", "could have done", "share");
  for (unsigned i = 0; i < b.count; i++)
    if (b.item[i].used > 0)
      fprintf(out, "%-24s %18.0f %18.0f %6.1f%%  %s\n", b.item[i].name, b.item[i].used,
              b.item[i].could, 100 * share(&b.item[i]), b.item[i].unit);
  const struct bound *first = &b.item[0];
  if (share(first) >= BOUNDS_IT)
    fprintf(out, "bound by: %s %.0f %%\n", first->name, 100 * share(first));
  else
    fprintf(out,
            "bound by: latency: nothing is used to %.0f %%; the most is %s with %.0f %%. Give the "
            "units more commands at once, or shorten the start and the end\n",
            100 * BOUNDS_IT, first->name, 100 * share(first));
}
