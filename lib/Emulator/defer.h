// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the units compute, later or on a second host thread (docs/emulator.md, "Threads").
//
// When something happens never depends on data, so only what a command computes is put off: the
// emulator's own thread goes on with the time of everything. A PE's commands that were put off are
// executed one after the other in the order of their start, by whichever thread; they use nothing
// but the PE's local memory, operand buffers and accumulators. Whoever else wants to use these
// calls one of the functions below first. So results are those of a run that puts nothing off.
#ifndef MTIA_EMULATOR_DEFER_H
#define MTIA_EMULATOR_DEFER_H

#include "units.h"

// Before a run. `from_start`: the second thread begins with the first command, not when there has
// been enough to do for it.
bool mtia_defer_create(struct mtia_device *dev, bool from_start);
// Everything put off is done; the second thread has ended.
void mtia_defer_destroy(struct mtia_device *dev);

// Executes a command of the DPE, RE, SE or MLU, or puts it off.
void mtia_defer_command(struct mtia_cp *cp, const struct mtia_command *c);

// Does as much of what the PE has put off as has to be done before a DMA reads or writes this
// place. mtia_defer_finish, for all others: internal.h.
void mtia_defer_before(struct mtia_cp *cp, const struct mtia_range *range, bool write);

#endif
