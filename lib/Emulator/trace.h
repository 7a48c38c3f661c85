// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A line of text per executed instruction (docs/emulator.md, "Instruction trace").
#ifndef MTIA_EMULATOR_TRACE_H
#define MTIA_EMULATOR_TRACE_H

#include "core.h"

// Instead of mtia_core_run, while dev->trace is set.
enum mtia_exit mtia_trace_run(struct mtia_core *c);

#endif
