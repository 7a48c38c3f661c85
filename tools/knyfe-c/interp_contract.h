// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp_contract.h - sum[k] a * b over narrow integers, at speed -------===*/
#ifndef KNYFE_INTERP_CONTRACT_H
#define KNYFE_INTERP_CONTRACT_H

#include "ast.h"

/* out[v0, v1, ...] = sum over k of a[v0 * strides[0] + ... + k * k_stride] * b[...], modulo 2^32.
 * Strides are in elements; an operand that does not depend on an index has stride 0 there. */
struct kn_contraction {
  unsigned rank;
  int64_t extents[KN_MAX_RANK], k;
  struct {
    const void *data;
    enum kn_type type; /* i8, u8 or i16 */
    int64_t strides[KN_MAX_RANK], k_stride;
  } operands[2];
};

/* The result in C order, malloc'ed; NULL if there is no memory for it. */
int32_t *kn_contract(const struct kn_contraction *c);

/* The sum over k of the products a[k * a_stride] * b[k * b_stride], each rounded to f32, added in
 * double in this order. *magnitude is the sum of their absolute values. */
double kn_dot_f32(const float *a, int64_t a_stride, const float *b, int64_t b_stride, int64_t count,
                  double *magnitude);

#endif
