// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MTIA_EMULATOR_MEMORY_H
#define MTIA_EMULATOR_MEMORY_H

#include "internal.h"

// Sets pe->local of every PE, too.
bool mtia_memory_create(struct mtia_device *dev, struct mtia_error *error);
void mtia_memory_destroy(struct mtia_device *dev);

#endif
