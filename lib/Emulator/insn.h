// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decoded instructions: generated from the target's .td files.
#ifndef MTIA_EMULATOR_INSN_H
#define MTIA_EMULATOR_INSN_H

#include "mtia/mtia_decode.inc"

// Whether `op` is an Xmtia instruction: executed by the command processor, not by the core.
bool mtia_insn_is_command(unsigned op);

#endif
