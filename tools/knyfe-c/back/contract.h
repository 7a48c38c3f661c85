// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products among the lines of a row program: what is one, what leaves the matrix units with
// it, and its text (<mtia/knyfe_product.h> does the work).
#ifndef KNYFE_BACK_CONTRACT_H
#define KNYFE_BACK_CONTRACT_H

#include "ast.h"

#include <mtia/knyfe_bands.h>

#include <stdio.h>

struct line;
struct phase;
struct rows;

enum { KN_MAX_BATCH = 4, KN_AXES = 3, KN_MAX_STEPS = 4 };

// An operand, x[batch..., m, k] or w[batch..., n, k] with its indices in any order: numbers of its
// dimensions, -1 where it does not have the index.
struct kn_factor {
  struct kn_tensor *tensor;
  int extent;   // of m or n; -1 only for x, which is then one row
  int k, outer; // of the sum
  int batch[KN_MAX_BATCH];
  bool turned; // m or n is innermost, not k
};

// An index of the result along which x is read: dimension `dim` of x at step * index + dilation *
// tap + first.
struct kn_axis {
  const struct kn_index *index; // NULL: none
  const struct kn_index *tap;   // of the sum; NULL: none
  int dim, tap_dim;             // of x, and of w along the tap
  int64_t step, dilation, first;
};

// What the SE does with a block of results in local memory (<mtia/knyfe_steps.h>).
struct kn_step {
  const char *operation, *kind;   // in C: of the SE, KP_EACH ...
  const struct kn_tensor *tensor; // the operand; NULL: a function
  int row;                        // its dimension along m, -1: none
  int batch[KN_MAX_BATCH];
};

// What a schedule leaves of a product's plans; 0: free.
struct kn_product_limits {
  uint32_t parts, team_rows, team_columns;
  int keep_x, keep_w; // 1: it stays, -1: it streams
};

// y[batch..., m, n] = sum[outer, k] x * w, both 8-bit (sums i32), both f16 or both bf16 (f32).
struct kn_contraction {
  struct kn_factor x, w;
  int row, column; // dimensions of the target: m (-1: one row) and n
  int batch[KN_MAX_BATCH];
  unsigned num_batch;
  const struct kn_index *m, *k, *outer; // m, outer: NULL if there is none
  bool is_float;
  // x is read through a window: everything but k is an axis, the last ones of KN_AXES.
  bool window;
  struct kn_axis axis[KN_AXES];
  bool pads;                   // something may lie outside of x
  const struct kn_expr *pad;   // what is there: a number or a scalar argument; NULL: 0
  const struct kn_expr *shift; // is subtracted from elements of x; NULL: nothing
  unsigned w_side;             // the factor of the product in the sum that is w
  // What the accumulators begin with and what is done as they leave, in this order:
  const struct kn_tensor *bias; // NULL: none; 32-bit words
  bool bias_rows;               // one per row, else per column
  // The sums of w along k times a scalar are added to (or subtracted from) the columns; NULL: not.
  const struct kn_expr *sums_times;
  bool sums_minus;
  bool relu;
  const struct kn_expr *scale, *zero; // a number or a scalar argument; NULL: 1 and 0
  const struct kn_tensor *scales;     // f32, one per column, in place of `scale`; NULL: none
  bool scales_rows;                   // one per row, of each matrix of the batch
  int scales_batch[KN_MAX_BATCH];     // its dimensions along the batch, -1: none
  const char *function;               // of the SE, behind the scale: "GELU"; NULL: none
  const struct kn_expr *out_scale;    // behind the function, of 8-bit results; NULL: no function
  enum kn_type type;                  // of the result; i8 and u8: rounded, clamped
  bool round_away;
  int64_t lo, hi; // of 8-bit results
  // What is done with all of that in f32 before it becomes the type of the result.
  struct kn_step steps[KN_MAX_STEPS];
  unsigned num_steps;
  struct kn_product_limits limits;
};

// Is a reduction over these indices of a target such a product?
bool kn_match_contraction(const struct kn_expr *sum, struct kn_index *const *index, unsigned rank,
                          struct kn_contraction *c);
// contract_window.c: the same where x is read through a window; x is what is converted to the type
// of the sum, w an element.
bool kn_match_window(const struct kn_expr *x, const struct kn_expr *w, const struct kn_expr *sum,
                     struct kn_index *const *index, unsigned rank, struct kn_contraction *c);
uint64_t kn_window_taps(const struct kn_contraction *c);
// contract_bands.c: the bands in which x of a window comes, and *s with them; rows 0: it does not.
struct kp_band_size kn_window_bands(const struct kn_contraction *c, struct kp_shape *s);
// Do the rows of k of the taps follow each other in w?
bool kn_window_is_dense(const struct kn_contraction *c);
// sum (x - z) w = sum x w - z sum w: puts lines in front of *at for what the sums begin with.
void kn_add_correction(struct rows *r, struct line *l, struct line **at);
// contract_layout.c: the sum of a line with x, w and the target laid out as a window wants them, by
// lines of their own; `at` is the product's place and moves on. `reader`: what may leave with it.
// `decided`: a schedule wants it, else it must be worth it.
bool kn_turn_window(struct rows *r, struct line ***at, struct line *reader, bool decided);
// Is the product sooner done on the matrix units, with so many cycles more than the plan says?
bool kn_is_worth(const struct rows *r, const struct line *l, uint64_t more);
// Is `value`, an expression at the same indices, something that can be done with the sums, which it
// reads from `sums`, as they leave the matrix units?
bool kn_match_leaving(const struct kn_expr *value, const struct kn_tensor *sums,
                      struct kn_index *const *index, unsigned rank, struct kn_contraction *c);

// contract_steps.c: the same with steps of the SE behind what leaves the accumulators.
bool kn_match_steps(const struct kn_expr *value, const struct kn_tensor *sums,
                    struct kn_index *const *index, unsigned rank, struct kn_contraction *c);
// Their list as a macro, their operands as fields of the product; bytes of local memory they need.
void kn_put_steps(struct rows *r, const struct kn_contraction *c);
void kn_put_step_operands(struct rows *r, const struct kn_contraction *c);
uint32_t kn_steps_room(const struct kn_contraction *c);
// contract_print.c: a matrix of the product's batch in C.
const char *kn_matrix_text(struct rows *r, const struct kn_tensor *t, int pitch, int outer,
                           const int *batch, unsigned num);

// Puts a line of `value` in front of *at, over those indices of `l` that it depends on, and, if it
// is `inside` of the sum that l is, of the summed ones; the element to read, NULL if that is no
// tensor.
struct kn_expr *kn_insert_over(struct rows *r, struct line **at, const struct line *l, bool inside,
                               const char *name, struct kn_expr *value);
// contract_factor.c: makes of a sum of products a product for the matrix units, in front of *at,
// and what is done with that, in its place. False: nothing to do.
bool kn_factor_product(struct rows *r, struct line **at);
// contract_inline.c: puts the value of the elementwise line at *at, which does something with a
// product's sums, into its only reader, if there is one, and makes one bias of all.
void kn_inline(struct rows *r, struct line **at, struct kn_tensor *sums);
// The same if all of that can leave with the sums of `product` then: true.
bool kn_inline_leaving(struct rows *r, struct line **at, const struct line *product);
// The same of the line's own biases only. i32 only: sums of these have no order.
void kn_join_biases(struct rows *r, struct line **at, struct kn_tensor *sums);
// contract_sums.c: takes sums of w, which a bias is made of, into the product.
void kn_take_sums(struct rows *r, struct line **first);
// contract_softmax.c: the line that alone reads the sums of `l` divides them by the sums of a
// softmax, which lie between 1 and the number of terms: then it multiplies by what is 1 over them:
// true.
bool kn_multiply_by_reciprocal(struct rows *r, struct line **first, struct line *l);
// The line that alone reads what `l` defines, once; NULL if there is none, or none that could be
// computed with it.
struct line **kn_only_reader(struct rows *r, struct line *l);
// contract_find.c: takes over lines of a row program that are products; what can leave with the
// sums, too.
void kn_find_contractions(struct rows *r, struct line **lines);
// What was planned, in words.
void kn_explain_product(struct rows *r, const struct phase *p, FILE *out);
// What the product of a phase includes, and the body of its function.
void kn_print_product(struct rows *r, const struct phase *p, const char *function);
void kn_print_product_call(struct rows *r, const struct phase *p, const char *function);

struct kp_shape kn_product_shape(const struct rows *r, const struct line *l);
// The plan with the least cycles of those that the limits leave; cycles are UINT64_MAX if there is
// none.
struct kp_plan kn_product_plan(const struct kp_shape *s, const struct kn_product_limits *limits);
// contract_decide.c: asks a schedule; false after a message.
bool kn_decide_product(struct rows *r, struct line *l);

#endif
