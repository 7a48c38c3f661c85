// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RISC-V semihosting: how programs use the host's files and end themselves.
#ifndef MTIA_EMULATOR_SEMIHOST_H
#define MTIA_EMULATOR_SEMIHOST_H

#include "internal.h"

bool mtia_host_create(struct mtia_device *dev, struct mtia_error *error);
void mtia_host_destroy(struct mtia_device *dev);

// The words of the program's command line; they are copied.
bool mtia_host_set_args(struct mtia_device *dev, int argc, const char *const *argv,
                        struct mtia_error *error);

// Writes what the program has printed so far.
void mtia_host_flush(struct mtia_device *dev);

// Writes to the host's standard output or errors; reads from its input. Bytes done, or -1.
int64_t mtia_host_write(struct mtia_device *dev, bool errors, const uint8_t *data, size_t size);
int64_t mtia_host_read(struct mtia_device *dev, uint8_t *data, size_t size);

// Executes the call in a0, a1; core->pc is behind the ebreak already.
void mtia_semihost_call(struct mtia_core *core);

#endif
