// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef KNYFE_BACK_CONTRACT_H
#define KNYFE_BACK_CONTRACT_H

#include "ast.h"

struct backend;

// y[row, column] = sum[k] a[row, k] * b[column, k], both 8-bit (sums i32), both f16 or both bf16
// (f32).
struct kn_contraction {
  struct kn_tensor *a, *b;
};

// Is a reduction over the two indices such a contraction?
bool kn_match_contraction(const struct kn_expr *sum, const struct kn_index *row,
                          const struct kn_index *column, struct kn_contraction *c);

// `static void FUNCTION(const struct KERNEL_args *args)`, which all cores call; names are those of
// a, b and y in the arguments. Helper functions that it needs are appended to *helpers. Sizes are
// known.
bool kn_contract_function(struct backend *b, const struct kn_contraction *c,
                          const char *const names[3], const struct kn_tensor *y,
                          const char *function, const char **helpers, FILE *out);

#endif
