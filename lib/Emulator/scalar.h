// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MTIA_EMULATOR_SCALAR_H
#define MTIA_EMULATOR_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads a number as C writes it into the bytes of an enum mtia_dtype. On failure `why` continues a
// sentence that starts with the number: "is outside the range of i8, -128 to 127".
bool mtia_scalar_parse(unsigned dtype, const char *text, uint8_t bytes[8], char *why, size_t size);

#endif
