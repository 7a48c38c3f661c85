// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernel launches: descriptors, arguments, tensors (mtia/kernel_abi.h).
#ifndef MTIA_EMULATOR_LAUNCH_H
#define MTIA_EMULATOR_LAUNCH_H

#include "internal.h"

void mtia_launch_destroy(struct mtia_device *dev);

// Checks that every argument is there, places tensors, writes the argument block.
bool mtia_launch_prepare(struct mtia_device *dev, struct mtia_error *error);

// Registers of a core at the entry.
void mtia_launch_registers(const struct mtia_device *dev, uint64_t *x);

#endif
