// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// HTIF, the host interface of the public RISC-V test programs: two double words in
// memory, which the symbols `tohost` and `fromhost` name.
#ifndef MTIA_EMULATOR_HTIF_H
#define MTIA_EMULATOR_HTIF_H

#include "internal.h"

// Makes dev->htif if the loaded program has the symbols.
bool mtia_htif_create(struct mtia_device *dev, struct mtia_error *error);
void mtia_htif_destroy(struct mtia_device *dev);

// Looks whether the program has written a command, and executes it. Called between two
// instructions of `core` when it has left the chain of its instructions.
void mtia_htif_poll(struct mtia_core *core);

#endif
