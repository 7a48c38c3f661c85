// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MTIA_EMULATOR_SCHED_H
#define MTIA_EMULATOR_SCHED_H

#include "internal.h"

bool mtia_sched_create(struct mtia_device *dev, struct mtia_error *error);
void mtia_sched_destroy(struct mtia_device *dev);

// Puts a core, whose pc and registers are set, among those that run.
void mtia_core_start(struct mtia_core *core, uint64_t time);

// Puts all cores that can run and are not held into the queue, after a debugger has changed who
// that is. Cores that were held join the others' present.
void mtia_sched_requeue(struct mtia_device *dev);

// Runs until all cores have halted and nothing is left to do, a program has ended, or an error has
// been set in dev->error. Returns the time at the end.
uint64_t mtia_sched_run(struct mtia_device *dev);

#endif
