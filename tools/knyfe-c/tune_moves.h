// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- tune_moves.h - Decisions that --tune may try -------------------------===*/
#ifndef KNYFE_TUNE_MOVES_H
#define KNYFE_TUNE_MOVES_H

#include "ast.h"

/* Decisions about what the user has not decided, in an order without meaning. Whether the compiler
 * can obey one shows when it tries. Dimensions have sizes. */
struct kn_moves {
  struct kn_decision **item;
  unsigned num, max;
};
void kn_find_moves(struct kn_file *file, const struct kn_kernel *kernel, unsigned rows,
                   unsigned cols, struct kn_moves *moves);

/* Are both about the same thing, so that only one of them can hold? */
bool kn_same_subject(const struct kn_decision *a, const struct kn_decision *b);

/* "tile(y) = 64 x 32" */
void kn_print_decision(FILE *out, const struct kn_decision *d);

#endif
