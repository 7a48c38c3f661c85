// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plain fetch-decode-execute core: slow, and written without looking at the
// fast one. dev->reference chooses it.
#ifndef MTIA_EMULATOR_REFERENCE_H
#define MTIA_EMULATOR_REFERENCE_H

#include "core.h"

// Executes one instruction, as every core does while it is guarded.
enum mtia_exit mtia_reference_step(struct mtia_core *c);

// As mtia_core_run.
enum mtia_exit mtia_reference_run(struct mtia_core *c);

// The 32-bit instruction that a 16-bit one is short for, or 0, which is none.
uint32_t mtia_reference_expand(uint32_t half);

#endif
