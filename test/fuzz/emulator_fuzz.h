// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the fuzz targets of the emulator share. Link emulator_fuzz.c in place of
// lib/Emulator/semihost.c: programs of random bytes must not reach the host's files.
#ifndef MTIA_TEST_EMULATOR_FUZZ_H
#define MTIA_TEST_EMULATOR_FUZZ_H

#include "internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct mtia_device *fuzz_device(const struct mtia_device_options *options);

// Aborts on errors that say that the emulator, not its input, is wrong, and on empty messages.
void fuzz_check_error(const struct mtia_error *error);

#endif
