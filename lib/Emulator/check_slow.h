// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --check=slow: accesses that are right, but whose place or size costs time. The hooks are called
// only while dev->slow is set.
#ifndef MTIA_EMULATOR_CHECK_SLOW_H
#define MTIA_EMULATOR_CHECK_SLOW_H

#include "internal.h"

struct mtia_command;

// Sets dev->slow. False: out of memory.
bool mtia_slow_create(struct mtia_device *dev);
void mtia_slow_destroy(struct mtia_device *dev);

// A core is about to access `bytes` bytes without gaps, in one instruction.
void mtia_slow_core(struct mtia_core *c, uint64_t addr, uint64_t bytes);
// A DMA has been issued.
void mtia_slow_dma(const struct mtia_command *c);

#endif
