// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "internal.h"

bool kn_map_loops(struct backend *b, MlirOperation func) {
  kn_report(b->file, KN_DIAG_not_mapped, b->kernel->range, "no mapping");
  return false;
}
