// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows that move in stretches: how the loops of both cores are printed.
#ifndef KNYFE_BACK_ROWS_STRETCH_H
#define KNYFE_BACK_ROWS_STRETCH_H

#include "rows.h"

// A loop over the stretches of a row; `from` is NULL where there is none.
struct stretches {
  const char *from, *to; // elements
  const char *end;       // of the row, or of what the loop goes through
  bool even;             // all alike
  bool given;            // by the SE
};

// What the SE reads, where it puts a stretch, which it then gives away.
struct given {
  const char *in, *out, *bytes;
};

bool rows_moves_in_stretches(const struct phase *p, const struct operand *o);
// Of an operand, for each element of the line that reads it.
unsigned rows_stretch_bytes(const struct operand *o);
// Does core 1 wait for it behind the tile's start?
bool rows_meets_late(const struct phase *p, const struct operand *o);

// Core 0: opens the loop over stretches of operands with rows of one length.
void rows_open_moves(struct rows *r, struct phase *p, const struct operand *const *operands,
                     unsigned num, struct stretches *c);
// Bytes of one, and from its begin to the next.
void rows_describe_move(struct rows *r, struct phase *p, const struct operand *o,
                        const struct stretches *c, struct size *width, struct size *stride);
void rows_close_stretches(struct rows *r, struct stretches *c);

// Core 1: waits for what the line is the first to read, but comes as a whole.
void rows_meet_whole(struct scope *s, const struct line *l);
// Opens the loop over the stretches of the line's row, if there is one, and waits for each;
// elements *lo to *hi become those of a stretch.
void rows_open_stretches(struct scope *s, const struct line *l, struct stretches *c,
                         const char **lo, const char **hi);
// Does core 1 go on while the SE makes the line's stretch of `argument`, or, NULL, of what lies in
// its place?
bool rows_engine_gives(struct scope *s, const struct line *l, struct stretches *c,
                       const struct kn_expr *argument, struct given *g);
// Gives the stretch of its results away, and closes the loop. What of the row is still to be made
// rows_give_rest gives away; `made` are the elements before it that are.
enum stretches_given { NONE_OF_THEM, ALL_BUT_THE_LAST, ALL_OF_THEM };
void rows_give_stretches(struct scope *s, const struct line *l, struct stretches *c,
                         enum stretches_given which);
void rows_give_rest(struct scope *s, const struct line *l, int64_t made);
// What a tile of fewer rows than a box has room for leaves of it.
void rows_give_room(struct rows *r, struct phase *p, const struct operand *o);

#endif
