// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- backend.h - What the command asks of the stages after the tree -------===//
 *
 * Everything here may rely on a checked kernel whose dimensions all have sizes, unless
 * target->dynamic says that some get theirs at the launch.
 *===----------------------------------------------------------------------===*/
#ifndef KNYFE_BACKEND_H
#define KNYFE_BACKEND_H

#include "ast.h"

enum kn_emit { KN_EMIT_AST, KN_EMIT_MLIR, KN_EMIT_MTIA, KN_EMIT_C, KN_EMIT_S, KN_EMIT_ELF };

struct kn_target {
  unsigned grid_rows, grid_cols; /* the sub-grid to map to, 8 x 8 unless --grid says otherwise */
  bool dynamic; /* --dynamic: dimensions without a size (-1) get theirs at the launch (R3.2) */
  bool verbose; /* -v: may say on stderr what was decided */
  struct kn_notes *notes; /* --explain: where decisions are told (back/notes.h), else NULL */
};

/* Writes the kernel as MLIR (knyfe dialect), MLIR after mapping (mtia dialect) or C to `out`.
 * False after a report with kn_report(): KN_DIAG_not_mapped with the statement's range and a hint
 * with the nearest accepted form for what has no mapping. `out` is a memory stream: what was
 * written before a failure is thrown away. */
bool kn_backend_emit(struct kn_file *file, struct kn_kernel *kernel, const struct kn_target *target,
                     enum kn_emit form, FILE *out);

#endif
