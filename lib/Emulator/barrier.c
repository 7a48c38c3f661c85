// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Barriers: over the two cores of a PE, over a core number, over all cores.

#include "race.h"
#include "units.h"

static void open_for(struct mtia_core *core, const struct mtia_core *last, uint64_t time) {
  if (core == last)
    return;
  core->pe->cp->core[core->id].passed = true;
  mtia_core_wake(core, time);
}

static uint32_t cost(const struct mtia_device *dev, unsigned scope) {
  if (dev->functional)
    return 0;
  if (scope == 0)
    return dev->p->barrier_pe;
  // To the corner that counts and back.
  return dev->p->barrier_pe + 2 * dev->p->barrier_hop * (dev->rows + dev->cols - 2);
}

bool mtia_barrier_arrive(struct mtia_core *core, unsigned scope, uint32_t *cycles) {
  struct mtia_device *dev = core->dev;
  struct mtia_grid *grid = dev->grid;
  uint32_t pes = dev->rows * dev->cols;
  struct mtia_barrier *barrier = scope == 0   ? &grid->pe_barrier[core->pe->index]
                                 : scope == 1 ? &grid->core_barrier[core->id]
                                              : &grid->all_barrier;
  uint32_t members = scope == 0 ? MTIA_CORES : scope == 1 ? pes : MTIA_CORES * pes;
  if (++barrier->arrived < members)
    return false;
  barrier->arrived = 0;
  if (dev->race)
    mtia_race_barrier(core, scope);
  *cycles = cost(dev, scope);
  uint64_t time = mtia_now(dev) + *cycles;
  if (scope == 0) {
    for (unsigned c = 0; c < MTIA_CORES; c++)
      open_for(&core->pe->core[c], core, time);
    return true;
  }
  for (unsigned i = 0; i < pes; i++)
    for (unsigned c = 0; c < MTIA_CORES; c++)
      if (scope == 2 || c == core->id)
        open_for(&dev->pe[i].core[c], core, time);
  return true;
}
