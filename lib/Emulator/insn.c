// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "insn.h"

bool mtia_insn_is_command(unsigned op) {
  // Instructions of the form X are those of Xmtia.
  static const char forms[][8] = {
      "",
#define MTIA_INSN(id, mnemonic, match, mask, form, unit) #form,
#include "mtia/mtia_insn.inc"
#undef MTIA_INSN
  };
  return op < MTIA_NUM_OPS && forms[op][0] == 'X' && !forms[op][1];
}
