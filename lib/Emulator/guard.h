// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MTIA_EMULATOR_GUARD_H
#define MTIA_EMULATOR_GUARD_H

#include "core.h"

enum mtia_access { MTIA_FETCH, MTIA_LOAD, MTIA_STORE, MTIA_AMO };

// Whether a guarded core may access `size` bytes in one page at *addr. Returns 0 and makes *addr
// physical, or returns the cause of the trap. Sets the page table's accessed and dirty bits.
uint64_t mtia_guard(struct mtia_core *c, enum mtia_access access, unsigned size, uint64_t *addr);

#endif
