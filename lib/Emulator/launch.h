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

// A tensor of a launch that has been prepared. `name` and `rows` as in the kernel's description.
struct mtia_launch_tensor {
  const char *name;
  uint64_t addr, rows, row_bytes, row_stride;
  bool input, output; // may be read before it is written; may be written
  bool scratch;
};
// False: there is no i-th one.
bool mtia_launch_tensor(const struct mtia_device *dev, unsigned i, struct mtia_launch_tensor *t);
// From this address on, DRAM holds tensors only.
uint64_t mtia_launch_tensors(const struct mtia_device *dev);

#endif
