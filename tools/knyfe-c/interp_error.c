// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp_error.c - How far a device may be from the reference ----------===*/
#include "interp_error.h"
#include "interp.h"

#include <math.h>

double kn_half_ulp(enum kn_type type, double v) {
  /* bits of the significand, exponent of the least positive number */
  int precision = type == KN_F16 ? 11 : type == KN_BF16 ? 8 : 24;
  int least = type == KN_F16 ? -24 : type == KN_BF16 ? -133 : -149;
  int exponent;
  if (!isfinite(v) || v == 0)
    return 0;
  frexp(v, &exponent);
  int last = exponent - precision > least ? exponent - precision : least;
  return ldexp(0.5, last);
}

double kn_err_rounded(enum kn_type type, double exact, double err, double v) {
  double far = err + kn_half_ulp(type, v == 0 ? exact : v);
  for (int way = -1; err > 0 && way <= 1;
       way += 2) /* a small error may lead to the next number of the type */
    far = fmax(far, fabs(kn_round_float(type, exact + way * err) - v));
  return far;
}

/* Infinities and NaN are told by what goes in: certain if that is. */
static double certain(double ea, double eb) { return ea > 0 || eb > 0 ? INFINITY : 0; }

/* The same for an infinity or NaN as result of an operation. Where an operand is exactly one, the
 * other may be off as long as that does not turn the sign of a product. */
static double not_finite(enum kn_op op, double a, double ea, double b, double eb) {
  bool product = op == KN_MUL || op == KN_DIV;
  if ((isnan(a) && ea == 0) || (isnan(b) && eb == 0))
    return 0;
  if (isinf(a) && ea == 0 && isfinite(b) && isfinite(eb) && (!product || fabs(b) > eb))
    return 0;
  if (isinf(b) && eb == 0 && isfinite(a) && isfinite(ea) && (!product || fabs(a) > ea))
    return 0;
  return certain(ea, eb);
}

double kn_err_float(enum kn_op op, enum kn_type type, double a, double ea, double b, double eb,
                    double v) {
  double err, exact;
  if (!isfinite(v))
    return not_finite(op, a, ea, b, eb);
  switch (op) {
  case KN_MUL:
    exact = a * b;
    err = fabs(a) * eb + fabs(b) * ea + ea * eb;
    break;
  case KN_DIV:
    exact = a / b;
    err = fabs(b) > eb ? (ea + fabs(v) * eb) / (fabs(b) - eb) : certain(ea, eb);
    err += fabs(exact) * 0x1p-24; /* of the reciprocal */
    break;
  default:
    exact = op == KN_ADD ? a + b : a - b;
    err = ea + eb;
    break;
  }
  err = kn_err_rounded(type, exact, err, v);
  return isnan(err) ? INFINITY : err;
}

double kn_err_added(double terms, double b) { return 2 * terms * kn_half_ulp(KN_F32, b); }

/* 0 times anything: of whole numbers that is 0. */
static double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

double kn_err_int(enum kn_op op, double a, double ea, double b, double eb) {
  if (ea == 0 && eb == 0)
    return 0;
  switch (op) {
  case KN_ADD:
  case KN_SUB:
    return ea + eb;
  case KN_MUL:
    return times(fabs(a), eb) + times(fabs(b), ea) + times(ea, eb);
  default:
    return INFINITY;
  }
}

/* ULP that the function itself may add. */
static double own_ulp(enum kn_builtin f) {
  switch (f) {
  case KN_MIN:
  case KN_MAX:
  case KN_CLAMP:
  case KN_ABS:
  case KN_RELU:
  case KN_FLOOR:
  case KN_CEIL:
  case KN_TRUNC:
  case KN_ROUND:
  case KN_ROUND_AWAY:
    return 0;
  case KN_LEAKY_RELU:
  case KN_SQRT:
    return 0.5;
  case KN_GELU:
    return KN_GELU_ULP;
  default:
    return KN_FUNCTION_ULP;
  }
}

double kn_err_function(enum kn_builtin f, enum kn_type type, const double *args, const double *errs,
                       unsigned count, double v, double (*call)(enum kn_builtin, const double *)) {
  double err = 0;
  bool any = false;
  for (unsigned i = 0; i < count; i++)
    any = any || errs[i] > 0;
  if (isinf(errs[0]) || (count > 1 && isinf(errs[1])) || (count > 2 && isinf(errs[2])))
    return INFINITY;
  /* The functions rise, fall or bend once within such small intervals: their corners tell. */
  for (unsigned corner = 0; any && corner < 1u << (2 * count); corner++) {
    double moved[3] = {0};
    for (unsigned i = 0; i < count; i++) {
      unsigned way = corner >> (2 * i) & 3;
      moved[i] = args[i] + (way == 1 ? errs[i] : way == 2 ? -errs[i] : 0);
    }
    double away = fabs(call(f, moved) - v);
    if (isnan(away) && isfinite(v))
      return INFINITY;
    err = away > err ? away : err;
  }
  if (!isfinite(v))
    return any ? INFINITY : 0;
  double own = 2 * own_ulp(f) * kn_half_ulp(type, v);
  if ((f == KN_GELU || f == KN_SILU) && own < KN_LEAST)
    own = KN_LEAST;
  return err + own;
}

double kn_err_sum(double err, double magnitude, uint64_t count, double v) {
  if (!isfinite(err))
    return INFINITY;
  if (!isfinite(magnitude)) /* an infinity or NaN is among them, exactly */
    return 0;
  if (magnitude > 0x1.fffffep127) /* partial sums may overflow */
    return count > 1 || !isfinite(v) ? INFINITY : err;
  return count < 2 ? err
                   : err + (double)(count - 1) * (kn_half_ulp(KN_F32, magnitude) + err * 0x1p-24);
}
