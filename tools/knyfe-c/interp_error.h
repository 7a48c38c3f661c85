// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp_error.h - How far a device may be from the reference ----------===//
 *
 * Running error bounds (R9.4): next to each value the interpreter keeps how far a
 * device that obeys the rule may be from it. So the tolerance of --check follows
 * from types, lengths of reductions and values, element by element.
 *===----------------------------------------------------------------------===*/
#ifndef KNYFE_INTERP_ERROR_H
#define KNYFE_INTERP_ERROR_H

#include "ast.h"

/* Functions may be off by so many ULP. */
#define KN_FUNCTION_ULP 4
#define KN_GELU_ULP 6     /* of a negative argument: a product of e^(-x^2/2) */
#define KN_LEAST 0x1p-143 /* gelu, silu: down to -104 times a subnormal number's 0.5 units */

/* Half a unit in the last place of v in a floating-point type. */
double kn_half_ulp(enum kn_type type, double v);
/* Of `exact`, which is off by err, rounded to the type: v. Or not rounded. */
double kn_err_rounded(enum kn_type type, double exact, double err, double v);
/* Of a op b = v, where a and b are off by ea and eb. */
double kn_err_float(enum kn_op op, enum kn_type type, double a, double ea, double b, double eb,
                    double v);
/* What adding b to a sum of so many terms may add: b may have been the first of them. */
double kn_err_added(double terms, double b);
double kn_err_int(enum kn_op op, double a, double ea, double b, double eb);
/* Of f(args) = v; call(f, args) evaluates it. */
double kn_err_function(enum kn_builtin f, enum kn_type type, const double *args, const double *errs,
                       unsigned count, double v, double (*call)(enum kn_builtin, const double *));
/* Of a sum of `count` values with the sum `magnitude` of their absolute values, in f32 and in any
 * order. */
double kn_err_sum(double err, double magnitude, uint64_t count, double v);

#endif
