// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp.h - The reference interpreter ---------------------------------===//
 *
 * Defines what a kernel means: integers exactly, modulo 2^bits; floating point in
 * double, rounded to the type after every operation, sums rounded once (R9).
 *===----------------------------------------------------------------------===*/
#ifndef KNYFE_INTERP_H
#define KNYFE_INTERP_H

#include "ast.h"

/* Bytes of a tensor in C order; its dimensions have sizes. Only rows are padded (kn_row_bytes). */
size_t kn_tensor_bytes(const struct kn_tensor *tensor);
/* Number of elements. */
size_t kn_tensor_count(const struct kn_tensor *tensor);
/* The row that holds an element, and its place there. */
void *kn_element(const struct kn_tensor *tensor, const void *data, int64_t number, int64_t *col);

/* Runs a checked kernel whose dimensions all have sizes. data[tensor->id] for inputs and outputs
 * points to kn_tensor_bytes() bytes, in C order (scalars: one element; bool one byte). Fills the
 * outputs. False after a message (an index out of bounds, no memory).
 * With `errors` (NULL if nobody asks; entries of inputs are NULL), errors[tensor->id] of an output
 * gets how far a device may be from each element (R9.4): 0 means it is the same. */
bool kn_interpret(struct kn_file *file, struct kn_kernel *kernel, void *const *data,
                  double *const *errors);

/* One value rounded to a floating-point type, ties to even; overflow gives an infinity. */
double kn_round_float(enum kn_type type, double value);
/* An element as a number, and back. bf16 and f16 convert exactly when loaded. */
double kn_load_float(enum kn_type type, const void *at);
void kn_store_float(enum kn_type type, void *at, double value);
int64_t kn_load_int(enum kn_type type, const void *at);
void kn_store_int(enum kn_type type, void *at, int64_t value);
/* Element `col` of a row: i4 too, and reading tables (R4.6). */
double kn_load_real(const struct kn_tensor *tensor, const void *row, int64_t col);
/* |scale * value| + |bias| of an element of a table. */
double kn_table_parts(const struct kn_tensor *tensor, const void *row, int64_t col);
int64_t kn_load_integer(enum kn_type type, const void *row, int64_t col);
void kn_store_integer(enum kn_type type, void *row, int64_t col, int64_t value);
/* value modulo 2^bits of the type (R6.1) */
int64_t kn_wrap(enum kn_type type, int64_t value);

#endif
