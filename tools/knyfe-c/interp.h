// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp.h - The reference interpreter ---------------------------------===//
 *
 * Defines what a kernel means: integers exactly, modulo 2^bits; floating point in
 * double, rounded to the type after every operation, sums rounded once (R9).
 *===----------------------------------------------------------------------===*/
#ifndef KNYFE_INTERP_H
#define KNYFE_INTERP_H

#include "ast.h"

/* Bytes of a tensor in C order without padding; its dimensions have sizes. */
size_t kn_tensor_bytes(const struct kn_tensor *tensor);
size_t kn_tensor_count(const struct kn_tensor *tensor);

/* Runs a checked kernel whose dimensions all have sizes. data[tensor->id] for inputs and outputs
 * points to the elements, in C order without padding (scalars: one element; bool one byte). Fills
 * the outputs. False after a message (an index out of bounds, no memory). */
bool kn_interpret(struct kn_file *file, struct kn_kernel *kernel, void *const *data);

/* One value rounded to a floating-point type, ties to even; overflow gives an infinity. */
double kn_round_float(enum kn_type type, double value);
/* An element as a number, and back. bf16 and f16 convert exactly when loaded. */
double kn_load_float(enum kn_type type, const void *at);
void kn_store_float(enum kn_type type, void *at, double value);
int64_t kn_load_int(enum kn_type type, const void *at);
void kn_store_int(enum kn_type type, void *at, int64_t value);
/* value modulo 2^bits of the type (R6.1) */
int64_t kn_wrap(enum kn_type type, int64_t value);

#endif
