// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the language has and no stage behind the tree knows yet: refused before any of them sees it.
// A stage that learns one of these takes its test out of here.
#include "internal.h"

static bool refuse(struct kn_file *file, struct kn_range range, const char *what,
                   const char *instead) {
  kn_report(file, KN_DIAG_not_mapped, range, "%s: no mapping to the device yet", what);
  kn_hint(file, "%s", instead);
  return false;
}

bool kn_refuse_unmapped(struct kn_file *file, struct kn_kernel *k, const struct kn_target *target) {
  if (k->schedule)
    return refuse(file, k->schedule->range, "a schedule",
                  "leave the block out: the compiler chooses tiles and distribution");
  return true;
}
