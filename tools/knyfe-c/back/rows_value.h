// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files share that write expressions as C.
#ifndef KNYFE_BACK_ROWS_VALUE_H
#define KNYFE_BACK_ROWS_VALUE_H

#include "rows_block.h"

// rows_expr.c
// What a value is computed in: bf16 as the float that it is.
const char *rows_short_type(enum kn_type type);
// The end of the name of an operation: i32, or i32x64.
const char *rows_suffix(struct scope *s, enum kn_type type, bool vector);
// A number that is no vector.
struct value rows_plain(const char *text, bool atom);
// Of a float or integer type; bf16 is a float.
struct value rows_float_constant(struct scope *s, enum kn_type type, double value);
struct value rows_int_constant(struct scope *s, enum kn_type type, int64_t value);
// By the rules of casts (docs/knyfe.md, R7).
struct value rows_convert(struct scope *s, struct value v, enum kn_type from, enum kn_type to);
// A product of two vectors of f16 as f32, which widens both in one instruction.
bool rows_is_widening(const struct scope *s, const struct kn_expr *e);

// rows_reduce.c
// How many values an index has; -1: it depends.
int64_t rows_range_size(const struct kn_index *index);
// A mean whose values are counted while they are added.
bool rows_is_counted(const struct kn_expr *e);
// With its loops in front of the statement; `wish` is the name that its result would like.
struct value rows_reduce(struct scope *s, const struct kn_expr *e, const char *wish);
// How `e` is to be made: its vectors, sets s->lanes.
void rows_set_up_reduction(struct scope *s, struct reduction *d, const struct kn_expr *e,
                           const char *wish);
// Of its accumulator.
unsigned rows_reduction_registers(const struct scope *s, const struct reduction *d);
// A vector that nothing has been reduced to yet.
void rows_declare_lanes(struct scope *s, const struct reduction *d, const char *name);

// rows_along.c
// Lines that are made by the loop of the sum that follows them.
void rows_find_made_along(struct rows *r, struct phase *p);
// The one that the loop of s->line makes; NULL: none.
const struct line *rows_made_along(const struct scope *s);
// Makes its elements at this step, which are a variable then.
void rows_make_along(struct scope *s, const struct reduction *d);

// rows_pool.c
// The reduced index of which two elements are neighbours, for each lane of s->along; NULL: none.
const struct kn_index *rows_find_two(const struct scope *s, const struct reduction *d);
void rows_begin_pairs(struct scope *s, const struct reduction *d, const char *start);
void rows_step_pairs(struct scope *s, const struct reduction *d);
const char *rows_end_pairs(struct scope *s, const struct reduction *d);

// rows_together.c: finds reductions of the row that the loop of this one makes, too.
void rows_join_reductions(struct scope *s, struct reduction *d);
typedef void rows_do_reduction(struct scope *s, struct reduction *d);
void rows_each_joined(struct scope *s, const struct reduction *d, rows_do_reduction *action);
// It was made in another one's loop, for the line that asks for it.
void rows_keep_joined(struct scope *s, struct reduction *d);
bool rows_is_made(const struct scope *s, const struct kn_expr *e, struct value *v);

// rows_places.c
// Where the first element is, counted through all indices of the reduction.
const char *rows_first_place(struct scope *s, const struct kn_expr *e);
// Another element: a number, or a vector (of which only lanes of the mask count, NULL: all).
void rows_step_place(struct scope *s, struct reduction *d, struct value v);
void rows_step_places(struct scope *s, struct reduction *d, struct value v, const char *mask);
// Are all elements in one vector, whose lanes are the places?
bool rows_is_one_vector(const struct scope *s, const struct reduction *d);
// Sets d->group where vectors come in whole groups; a step of one.
void rows_choose_group(const struct scope *s, struct reduction *d);
void rows_step_group(struct scope *s, struct reduction *d, const struct kn_expr *body);
// Defines d->place, of vectors; `loops` goes through all elements once more.
typedef void put_reduction(struct scope *s, struct reduction *d);
void rows_put_place(struct scope *s, struct reduction *d, put_reduction *loops);
// The line's extreme `e`: does a later line ask for its place? Then the loop makes both.
bool rows_places_ahead(struct scope *s, const struct kn_expr *e);
// What the loop of the line has made is kept for later lines.
void rows_keep_places(struct scope *s, const struct reduction *d);
// Was it made by an earlier line's loop? Then it is v.
bool rows_kept(struct scope *s, const struct kn_expr *e, struct value *v);
// An extreme of vectors that was found beside its place; nan NULL: there is none.
struct value rows_extreme(struct scope *s, const char *most, const char *nan, enum kn_type type,
                          unsigned lanes);

// rows_vectors.c
// How many values an index has, the last of several chunks fewer; -1: not known.
int64_t rows_extent(const struct line *l, const struct kn_index *index);
// Is nothing left behind the last vector?
bool rows_is_whole_vectors(const struct line *l, const struct kn_index *index, unsigned lanes);
// Lanes for a reduction of the line along the index.
unsigned rows_lanes_along(const struct line *l, const struct kn_index *index);
// Does the reduction's body depend on the index?
bool rows_body_depends(const struct kn_expr *e, const struct kn_index *index);
// Inside `guarded` what is read may lie anywhere (where, pad).
bool rows_expr_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded);
// A sum of i64 whose terms are narrower.
bool rows_is_long_sum(const struct kn_expr *e);
// Reads along the index that take an element for each lane by itself.
unsigned rows_count_gathers(const struct kn_expr *e, const struct kn_index *index);
// How many accumulators hide the latency of the reduction's step.
unsigned rows_reduction_unroll(const struct reduction *d, unsigned lanes);

#endif
