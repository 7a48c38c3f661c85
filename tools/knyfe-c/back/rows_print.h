// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef KNYFE_BACK_ROWS_PRINT_H
#define KNYFE_BACK_ROWS_PRINT_H

#include "rows.h"

// The kernel by row programs, as C or as the plan in words; false after a message.
bool kn_rows(struct backend *b, bool as_c, FILE *out);
// rows_explain.c
void rows_explain(struct rows *r, FILE *out);
// Tells the decisions, for --explain.
void rows_tell(struct rows *r);

#endif
