// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files share that plan the phases.
#ifndef KNYFE_BACK_ROWS_PLAN_H
#define KNYFE_BACK_ROWS_PLAN_H

#include "rows.h"

// rows_lines.c
struct lines {
  struct rows *r;
  struct line *first, **tail;
};
// The expression with its arguments, so that one can be changed.
struct kn_expr *rows_copy(struct rows *r, const struct kn_expr *e);
// Appends the lines of a statement.
void rows_split_statement(struct lines *ls, const struct kn_stmt *stmt);
// Lines that no output comes to need are left out, the last ones first.
void rows_drop_unread(struct rows *r, struct line *line, bool *read);

// rows_phases.c
// Moves sums by blocks to the line that reads them first, if both could be one phase.
void rows_delay_blocks(struct line **first);
// Of lines up to the next one that begins a phase, or cannot join.
struct phase *rows_form_phases(struct rows *r, struct line *line);
// A phase stores whole tiles, so all parts of a tensor belong into one: a part whose tensor has
// another one in a later phase.
struct line *rows_find_separated(struct phase *phases);
// Makes each part of a tensor one of its own, and behind the last one copies of all of them, which
// can be computed tile by tile together. `all` has room for twice as many lines.
bool rows_split_parts(struct rows *r, struct line **all, unsigned *num, const struct line *part);
// Brings the parts of a tensor together where its last one stands, in a phase of their own. Nothing
// in between reads the first ones: KN0025.
bool rows_gather_parts(struct rows *r, struct line **all, unsigned *num_lines,
                       const struct line *part);

// rows_operands.c
// Is subscript i a multiple of a parallel index, and what is added stays below the factor? Then the
// factor; `by` is the index's number.
int64_t rows_blocks_of(const struct phase *p, const struct line *l, const struct kn_expr *read,
                       unsigned i, int *by);
void rows_find_operands(struct rows *r, struct phase *p);

#endif
