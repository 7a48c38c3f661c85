// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- backend_none.c - A front end alone -----------------------------------===*/
#include "backend.h"
#include "diag.h"

bool kn_backend_emit(struct kn_file *file, struct kn_kernel *kernel, const struct kn_target *target,
                     enum kn_emit form, FILE *out) {
  kn_report(file, KN_DIAG_not_mapped, kernel->range,
            "this knyfe-c was built without a back end; only --emit=ast and --interp work");
  return false;
}
