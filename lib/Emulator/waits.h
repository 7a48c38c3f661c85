// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who waits for whom, when nothing moves any more (docs/debugging.md).
#ifndef MTIA_EMULATOR_WAITS_H
#define MTIA_EMULATOR_WAITS_H

#include "internal.h"

// Prints the wait cycles, or what everybody waits for in the end if there is none.
void mtia_waits_text(struct mtia_device *dev, FILE *out);
// Prints the whole graph for graphviz.
void mtia_waits_dot(struct mtia_device *dev, FILE *out);

#endif
