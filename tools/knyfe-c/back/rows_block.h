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
  const char *name, *place, *nan, *most;
  const char *counter;        // of mean, where the count is not a product of sizes
  bool vector;                // the accumulator is a vector
  bool long_sum;              // of i64
  bool in_32;                 // lanes of a long sum stay below 2^31
  unsigned count_bits;        // of a lane that counts true values; 0: it adds up others
  bool one;                   // place: of one vector's lanes
  bool searches;              // for the place of the first NaN
  unsigned group;             // place: vectors of which one place is kept; 0: each has its own
  bool sizes;                 // greatest of abs(...), as bits
  bool several;               // sums across vectors that end at the same time
  const char *second;         // accumulator: takes every other vector; NULL: there is none
  const char *rest;           // the sum of what is behind the last whole vectors of several rows,
  unsigned rest_lanes;        // of so many lanes; NULL: `name` has that, too
  const struct kn_index *own; // reduced index that the vectors go along
  const struct line *along; // a line whose elements the loop makes as well (rows_along.c), or NULL
  const struct kn_index *two; // ... whose two elements lie side by side (rows_pool.c)
  // rows_together.c: others that the same loop makes; of one of them, its line.
  struct reduction *joined;
  unsigned num_joined;
  const struct line *line;
};
// A sum or mean of truth values as numbers.
bool rows_counts(const struct kn_expr *e);
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

// rows_pieces.c: the index that operands may come in pieces along; NULL: there is none.
const struct kn_index *rows_summed(struct rows *r, const struct line *l);
// Are the sums of the line cut like those of the phase?
bool rows_same_pieces(struct rows *r, const struct phase *p, const struct line *line);
// Sets p->summed.
void rows_find_summed(struct rows *r, struct phase *p);
// Is it what this line of the phase is summed over?
bool rows_is_summed(const struct phase *p, const struct line *l, const struct kn_index *index);
bool rows_in_pieces(const struct phase *p, const struct operand *o);
int64_t rows_summed_size(const struct phase *p); // in a tile
int64_t rows_num_pieces(const struct phase *p);
// C: the loop over the pieces k0..k1 - 1, what it declares, and the end of the tile's function for
// all but the last one.
void rows_open_pieces(struct rows *r, const struct phase *p);
void rows_locate_piece(struct rows *r, const struct phase *p);
void rows_close_pieces(struct rows *r);
const char *rows_behind_first(struct rows *r, const struct phase *p); // the condition
void rows_put_last_piece(struct rows *r, const struct phase *p);
// Whether an operand is loaded by neighbours together: those of a row of the grid, or of a column.
enum rows_sharing { ROWS_ALONE, ROWS_BY_ROW, ROWS_BY_COLUMN };
enum rows_sharing rows_sharing_of(const struct phase *p, const struct operand *o);
double rows_sharers(struct rows *r, const struct phase *p, const struct operand *o); // how many
const char *rows_multicast(const struct phase *p, const struct operand *o);          // C
// C: who they are, in front of all tiles and of one.
void rows_put_neighbours(struct rows *r, const struct phase *p);
void rows_put_members(struct rows *r, const struct phase *p);

// rows_turn.c: reads matrices of a sum by blocks as the MLU has turned them, if vectors can then go
// along the columns.
bool rows_turn(struct rows *r, struct line *l);
// NULL: as they come.
struct turned *rows_turned(const struct rows *r, const struct kn_tensor *tensor);
// How many rows come at a time: the MLU writes whole 32 bytes.
int64_t rows_turned_together(const struct operand *o);
// Core 0: brings the box of `o`, part of `data`, a descriptor, and has it turned.
void rows_put_turn(struct rows *r, struct phase *p, const struct operand *o, const char *data);

#endif
