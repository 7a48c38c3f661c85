// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the user is told when a run goes wrong.
#ifndef MTIA_EMULATOR_REPORT_H
#define MTIA_EMULATOR_REPORT_H

#include "internal.h"

// Ends the run: a trap at core->pc, and nobody has installed a handler.
void mtia_report_trap(struct mtia_core *core, uint64_t cause, uint64_t tval);

// What every core and unit does or waits for; malloc'ed.
char *mtia_report_device(struct mtia_device *dev);

// Ends the run at time `cycle` with a report of what every core and unit waits for. `category` is
// MTIA_ERR_NO_PROGRESS or MTIA_ERR_MAX_CYCLES.
void mtia_report_stuck(struct mtia_device *dev, enum mtia_error_category category, uint64_t cycle);

#endif
