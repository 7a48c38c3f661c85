// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums that are made by blocks: several rows and columns of results at a time, in registers.
#ifndef KNYFE_BACK_ROWS_BLOCK_H
#define KNYFE_BACK_ROWS_BLOCK_H

#include "rows.h"

// Reductions, as rows_reduce.c makes them.
struct reduction {
  const struct kn_expr *e;
  enum kn_reduction kind;
  enum kn_type type, body; // type: of the accumulator's elements
  const char *name, *place, *nan;
  const char *counter;        // of mean, where the count is not a product of sizes
  bool vector;                // the accumulator is a vector
  bool long_sum;              // of i64
  bool several;               // sums across vectors that end at the same time
  const struct kn_index *own; // reduced index that the vectors go along
};
void rows_begin_reduction(struct scope *s, struct reduction *d);
// Another term of `body`.
void rows_step_reduction(struct scope *s, struct reduction *d, const struct kn_expr *body);
struct value rows_end_reduction(struct scope *s, struct reduction *d, unsigned lanes);
const struct kn_index *rows_choose_own(struct rows *r, struct phase *p, const struct kn_expr *e,
                                       bool any);

// Is the line a sum whose terms are shared by rows or by columns of the result, the last two
// indices? Such lines are made by blocks of rows and columns.
bool rows_sums_by_blocks(struct rows *r, const struct line *l);
// The same, whatever vectors could read.
bool rows_is_block(const struct line *l);
// Cycles of core 1 for a tile of so many rows and columns.
double rows_block_cycles(struct rows *r, struct phase *p, const struct line *l, int64_t rows,
                         int64_t columns);
// Its loops over the tile.
void rows_put_blocks(struct scope *s, struct line *l);

// rows_turn.c: reads matrices of a sum by blocks as the MLU has turned them, if vectors can then go
// along the columns.
bool rows_turn(struct rows *r, struct line *l);
// NULL: as they come.
struct turned *rows_turned(const struct rows *r, const struct kn_tensor *tensor);
// How many rows come at a time: the MLU writes whole 32 bytes.
int64_t rows_turned_together(const struct operand *o);
// Core 0: brings rows `first` to `end` - 1 of `data`, a descriptor, and has them turned.
void rows_put_turn(struct rows *r, const struct operand *o, const char *data, const char *first,
                   const char *end);

#endif
