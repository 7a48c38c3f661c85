// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files share that print a kernel.
#ifndef KNYFE_BACK_ROWS_KERNEL_H
#define KNYFE_BACK_ROWS_KERNEL_H

#include "rows.h"

// rows_text.c
// A part of the text in its own stream, so that only what it uses is declared in front of it.
struct section {
  FILE *outer;
  char *text;
  size_t size;
};
// Does it, comments and #line aside, use the identifier?
bool rows_uses(const char *text, const char *name);
// The text as a whole, which begins at line 1 of KERNEL.c.
void rows_put_text(struct rows *r, const char *text);
// From here to rows_end_section, which returns it, r->out is the section.
void rows_begin_section(struct rows *r, struct section *b);
const char *rows_end_section(struct rows *r, struct section *b);
// Prints `body` behind those of the lines of `head` that declare something it uses.
void rows_put_needed(struct rows *r, const char *head, const char *body);

// rows_arguments.c
// The type of elements in memory.
const char *rows_memory_type(enum kn_type type);
// As members of the structure of arguments.
void rows_declare_arguments(struct rows *r);
// As MTIA_KERNEL takes them, a comma in front of each.
const char *rows_describe_arguments(struct rows *r);
// The symbolic dimensions that the body uses.
void rows_declare_dims(struct rows *r, const char *body);
// False after a message.
bool rows_has_few_arguments(struct rows *r);

// rows_locate.c
// Of the last parallel index.
const char *rows_column_name(const struct phase *p);
// Does a tile have a part of parallel index i only?
bool rows_is_tiled(const struct phase *p, int i);
struct size rows_num_tiles(struct rows *r, struct phase *p);
// The indices of tile `t`: m0, m1 along the tiled ones, b for the others.
void rows_locate(struct rows *r, struct phase *p, const char *t);
// First index and number of indices of a tile along dimension i of an operand.
struct size rows_first_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i);
struct size rows_number_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i);
// When an operand comes, or leaves.
enum rows_time { ROWS_ONCE, ROWS_ONCE_LATE, ROWS_PER_TILE, ROWS_PER_PIECE };
enum rows_time rows_time_of(const struct phase *p, const struct operand *o);
// What follows is for operands that are staged: at the launch, or always.
void rows_begin_staged(struct rows *r, const struct operand *o);
void rows_end_staged(struct rows *r, const struct operand *o);
// What depends on the columns only stays if a PE's tiles all have the same ones.
void rows_begin_if(struct rows *r, const struct operand *o, const char *condition);
void rows_end_if(struct rows *r, const struct operand *o);

// rows_fetch.c
// Do indices come a tile before the rows that they name?
bool rows_comes_ahead(const struct operand *index);
void rows_put_indices(struct rows *r, struct phase *p, const struct operand *index);
void rows_put_fetch(struct rows *r, struct phase *p, const struct operand *o);

// rows_core0.c
// Of n elements, as they lie in memory.
struct size rows_box_bytes(struct rows *r, const struct operand *o, struct size n);
// Of one tile.
void rows_stores(struct rows *r, struct phase *p);
// All tiles.
void rows_core0(struct rows *r, struct phase *p);

// rows_core1.c
// The parameters that the body uses, and the arguments for them.
struct parameters {
  const char *declarations, *values;
};
// Parts of a tensor may make several phases of one target.
const char *rows_function_name(struct rows *r, const struct phase *p);
// What one PE stores of a shared result at a time.
struct size rows_shared_bytes(struct rows *r, const struct operand *o);
// The product of a phase, once for all phases that make it (a plan and what stands in for it).
void rows_contract_function(struct rows *r, struct phase *p);
void rows_compute_function(struct rows *r, struct phase *p, struct parameters *ps);
// kn_bags calls it with sums in local memory: the function above, with these in place of boxes.
void rows_finish_function(struct rows *r, struct phase *p, const struct line *sums);
void rows_core1(struct rows *r, struct phase *p, const struct parameters *ps);

#endif
