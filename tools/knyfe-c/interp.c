// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp.c - The reference interpreter ---------------------------------===//
 *
 * A statement's tree is turned into nodes that know strides and storage, then
 * evaluated for every value of the indices on the left. Some things keep it
 * usable for real sizes, and none changes a result: a reduction that does not
 * depend on the last index is not computed again while only that index moves; a
 * scan is continued; a contraction of narrow integers is computed once for all
 * elements, and a sum of products of floating point by a plain loop
 * (interp_contract.c).
 *===----------------------------------------------------------------------===*/
#include "interp.h"
#include "diag.h"
#include "interp_contract.h"
#include "interp_error.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* A value, and how far a device that rounds as R9.4 allows may be from it. */
struct value {
  union {
    int64_t i;
    double f;
  };
  double err;
  double terms;   /* of a sum in f32: how many values are added; else 0 */
  double parts;   /* of an element of a table, or a multiple: |scale * value| + |bias|; else 0 */
  bool overflows; /* a product of finite numbers, which a device need not round before it adds it */
};

struct node {
  const struct kn_expr *e;
  enum kn_type type;
  bool is_float; /* which member of the value */
  struct node *args[5];
  unsigned num_args;
  /* READ */
  const char *data;
  const double *errors; /* one per element, or NULL */
  double terms;         /* of each element */
  int64_t dims[KN_MAX_RANK];
  int64_t strides[KN_MAX_RANK]; /* in bytes; of the last dimension too, but for i4 and tables */
  struct node *subscripts[KN_MAX_RANK];
  /* REDUCE */
  struct {
    unsigned id;
    int64_t extent;
    struct node *lo, *hi;
  } ranges[KN_MAX_RANK];
  unsigned num_free;
  unsigned free[64]; /* ids of the index variables that its value depends on */
  int64_t key[64];   /* their values when `cached` was computed */
  bool has_cache;
  struct value cache;
  struct state *scan;        /* R5.6: where `cache` stopped */
  struct dot *dot;           /* sum[k] a[...] * b[...] of floating point */
  int32_t *table;            /* all values, from kn_contract() */
  int64_t table_strides[64]; /* per entry of free */
};

/* One operand of a sum of products: a tensor as f32, all subscripts plain. */
struct dot_operand {
  float *values;
  const double *errors;
  const struct node *read;
  int64_t strides[KN_MAX_RANK]; /* in elements */
  int64_t k_stride;
};
struct dot {
  struct dot_operand operands[2];
};

/* Of a reduction on its way. */
struct state {
  struct value acc;
  double magnitude; /* sum of |x| */
  double finite;    /* the same of those that are finite */
  bool overflows;   /* one of the products */
  double err;       /* sum, or greatest */
  double runner_up; /* argmax, argmin: the second best */
  int64_t count;
  int64_t parts; /* how many of them count twice (R9.4) */
  int64_t best;  /* argmax, argmin: where */
};

struct run {
  struct kn_file *file;
  struct kn_kernel *kernel;
  struct kn_stmt *stmt;
  void **data;         /* by tensor id */
  double *sums;        /* of a scatter of floating point */
  struct state *added; /* what R9.4 asks of each, if somebody does */
  bool scattered;      /* to places that a device may have elsewhere */
  double **errors;     /* by tensor id; NULL if nobody asks */
  double *terms;       /* by tensor id: of the element with the most */
  uint64_t fuel;       /* 0: any amount */
  int64_t index[128];
  const char *index_names[128];
  jmp_buf stop;
};

static struct value eval(struct run *r, struct node *n);

_Noreturn static void no_memory(struct run *r) {
  kn_report_plain(KN_DIAG_no_memory, "not enough memory to interpret '%s'", r->kernel->name);
  longjmp(r->stop, 1);
}

/* A step; the end without a message when the fuel is used up. */
static void burn(struct run *r) {
  if (r->fuel && --r->fuel == 0)
    longjmp(r->stop, 1);
}

/*===----------------------------------------------------------------------===//
 * From the tree to nodes
 *===----------------------------------------------------------------------===*/

static void add_free(struct node *n, unsigned id) {
  for (unsigned i = 0; i < n->num_free; i++)
    if (n->free[i] == id)
      return;
  if (n->num_free < 64)
    n->free[n->num_free++] = id;
}

static void collect_free(struct node *n, const struct node *from, const struct kn_expr *bound) {
  for (unsigned i = 0; i < from->num_free; i++) {
    bool inner = false;
    for (unsigned k = 0; bound && k < bound->num_indices; k++)
      inner = inner || bound->indices[k]->id == from->free[i];
    if (!inner)
      add_free(n, from->free[i]);
  }
}

static struct node *build(struct run *r, const struct kn_expr *e);

static void build_read(struct run *r, struct node *n) {
  const struct kn_tensor *t = n->e->tensor;
  int64_t stride = (int64_t)kn_row_bytes(t);
  n->data = r->data[t->id];
  n->errors = r->errors ? r->errors[t->id] : NULL;
  n->terms = r->terms[t->id];
  for (unsigned i = t->rank; i-- > 0;) {
    n->dims[i] = t->dims[i]->size;
    n->strides[i] = i + 1 == t->rank ? (int64_t)kn_type_bits(t->type) / 8 : stride;
    stride *= i + 1 == t->rank ? 1 : n->dims[i];
    n->subscripts[i] = build(r, n->e->args[i]);
    collect_free(n, n->subscripts[i], NULL);
  }
}

static void build_reduce(struct run *r, struct node *n) {
  const struct kn_expr *e = n->e;
  for (unsigned i = 0; i < e->num_indices; i++) {
    const struct kn_index *x = e->indices[i];
    n->ranges[i].id = x->id;
    n->ranges[i].extent = x->lo ? 0 : x->extent->size;
    r->index_names[x->id] = x->name;
    if (x->lo) {
      n->ranges[i].lo = build(r, x->lo);
      n->ranges[i].hi = build(r, x->hi);
      collect_free(n, n->ranges[i].lo, e);
      collect_free(n, n->ranges[i].hi, e);
    }
  }
}

static struct node *build(struct run *r, const struct kn_expr *e) {
  struct node *n = kn_alloc(r->file, sizeof *n);
  n->e = e;
  n->type = e->type;
  n->is_float = kn_type_is_float(e->type);
  if (e->kind == KN_READ) {
    build_read(r, n);
    return n;
  }
  if (e->kind == KN_INDEX)
    add_free(n, e->index->id);
  if (e->kind == KN_REDUCE)
    build_reduce(r, n);
  if (e->scan)
    n->scan = kn_alloc(r->file, sizeof *n->scan);
  n->num_args = e->num_args;
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i]) {
      n->args[i] = build(r, e->args[i]);
      collect_free(n, n->args[i], e->kind == KN_REDUCE ? e : NULL);
    }
  return n;
}

/*===----------------------------------------------------------------------===//
 * Reads
 *===----------------------------------------------------------------------===*/

/* The values of the indices in force, " at i = 3, j = 4". */
static const char *where(struct run *r) {
  static char text[256];
  size_t len = 0;
  text[0] = 0;
  for (unsigned i = 0; i < r->stmt->num_index_vars && len < sizeof text; i++)
    if (r->index_names[i])
      len += (size_t)snprintf(text + len, sizeof text - len, "%s%s = %lld", len ? ", " : " at ",
                              r->index_names[i], (long long)r->index[i]);
  return text;
}

_Noreturn static void out_of_bounds(struct run *r, const struct kn_expr *e, unsigned dim,
                                    int64_t size, int64_t at) {
  kn_report(r->file, KN_DIAG_out_of_bounds, e->args[dim]->range,
            "index %lld is outside of '%s', whose dimension %u has %lld element%s%s", (long long)at,
            e->tensor->name, dim, (long long)size, size == 1 ? "" : "s", where(r));
  kn_hint(r->file, "pad(%s, value) gives a value to what lies outside", kn_expr_text(r->file, e));
  longjmp(r->stop, 1);
}

struct place {
  int64_t col, number;
  bool unsure; /* the device may read another one */
};

/* The row and the place in it; NULL if an index is outside, and *dim and *bad say which. */
static const char *element_at(struct run *r, const struct node *n, struct place *to, unsigned *dim,
                              int64_t *bad) {
  const char *at = n->data;
  unsigned rank = n->e->tensor->rank;
  *to = (struct place){0, 0, false};
  for (unsigned i = 0; i < rank; i++) {
    const struct node *s = n->subscripts[i];
    struct value at_i = {.i = 0};
    if (s->e->kind == KN_INDEX)
      at_i.i = r->index[s->e->index->id];
    else
      at_i = eval(r, n->subscripts[i]);
    int64_t v = at_i.i;
    to->unsure = to->unsure || at_i.err > 0;
    if ((uint64_t)v >= (uint64_t)n->dims[i]) {
      *dim = i;
      *bad = v;
      return NULL;
    }
    to->number = to->number * n->dims[i] + v;
    if (i + 1 == rank)
      to->col = v;
    else
      at += v * n->strides[i];
  }
  return at;
}

static struct value load(const struct node *n, const char *row, struct place at) {
  double err = at.unsure ? INFINITY : n->errors ? n->errors[at.number] : 0;
  if (n->e->tensor->rows)
    return (struct value){.f = kn_load_real(n->e->tensor, row, at.col),
                          .err = err,
                          .parts = kn_table_parts(n->e->tensor, row, at.col)};
  return n->is_float ? (struct value){.f = kn_load_real(n->e->tensor, row, at.col),
                                      .err = err,
                                      .terms = n->terms}
                     : (struct value){.i = kn_load_integer(n->type, row, at.col), .err = err};
}

static struct value eval_read(struct run *r, struct node *n) {
  unsigned dim;
  int64_t bad;
  struct place at;
  const char *row = element_at(r, n, &at, &dim, &bad);
  if (!row)
    out_of_bounds(r, n->e, dim, n->dims[dim], bad);
  return load(n, row, at);
}

/*===----------------------------------------------------------------------===//
 * Operators
 *===----------------------------------------------------------------------===*/

/* R6.2: as RISC-V's div and rem. */
static int64_t divide(enum kn_type type, int64_t a, int64_t b, bool remainder) {
  if (b == 0)
    return remainder ? a : -1;
  if (b == -1)
    return remainder ? 0 : kn_wrap(type, (int64_t)(0 - (uint64_t)a));
  return remainder ? a % b : a / b;
}

static int64_t int_binary(enum kn_op op, enum kn_type type, int64_t a, int64_t b) {
  uint64_t x = (uint64_t)a, y = (uint64_t)b;
  unsigned mask = kn_type_bits(type) - 1;
  switch (op) {
  case KN_ADD:
    return kn_wrap(type, (int64_t)(x + y));
  case KN_SUB:
    return kn_wrap(type, (int64_t)(x - y));
  case KN_MUL:
    return kn_wrap(type, (int64_t)(x * y));
  case KN_DIV:
    return divide(type, a, b, false);
  case KN_REM:
    return divide(type, a, b, true);
  case KN_SHL:
    return kn_wrap(type, (int64_t)(x << (y & mask)));
  case KN_SHR:
    return a >> (y & mask);
  case KN_AND:
    return a & b;
  case KN_OR:
    return a | b;
  case KN_XOR:
    return a ^ b;
  default:
    return 0;
  }
}

/* Of a comparison of values that are so far from each other. */
static double unsure(double apart, double err) { return err > 0 && !(fabs(apart) > err); }

static struct value eval_binary(struct run *r, struct node *n) {
  enum kn_op op = (enum kn_op)n->e->op;
  struct value a = eval(r, n->args[0]);
  if (op == KN_LAND || op == KN_LOR) { /* no side effects: the order only saves time */
    if (a.i == (op == KN_LOR))
      return a;
    struct value b = eval(r, n->args[1]);
    b.err = a.err > b.err ? a.err : b.err;
    return b;
  }
  struct value b = eval(r, n->args[1]);
  if (n->args[0]->is_float) {
    double err = a.err + b.err;
    if (op >= KN_LT && op <= KN_NE)
      return (struct value){.i = kn_compare(op, a.f, b.f), .err = unsure(a.f - b.f, err)};
    double v = op == KN_ADD   ? a.f + b.f
               : op == KN_SUB ? a.f - b.f
               : op == KN_MUL ? a.f * b.f
                              : a.f / b.f;
    v = kn_round_float(n->type, v);
    err = r->errors ? kn_err_float(op, n->type, a.f, a.err, b.f, b.err, v) : 0;
    bool adds = op == KN_ADD || op == KN_SUB;
    if (adds)
      err += kn_err_added(a.terms, b.f) + kn_err_added(b.terms, a.f);
    double terms = adds && a.terms + b.terms > 0 ? a.terms + b.terms + 1 : 0;
    double parts = op == KN_MUL ? fabs(a.f) * b.parts + fabs(b.f) * a.parts : 0;
    bool overflows = op == KN_MUL && isinf(v) && isfinite(a.f) && isfinite(b.f);
    return (struct value){
        .f = v, .err = err, .terms = terms, .parts = parts, .overflows = overflows};
  }
  if (op >= KN_LT && op <= KN_NE) {
    int order = (a.i > b.i) - (a.i < b.i);
    return (struct value){.i = kn_compare(op, order, 0),
                          .err = unsure((double)a.i - (double)b.i, a.err + b.err)};
  }
  return (struct value){.i = int_binary(op, n->type, a.i, b.i),
                        .err = kn_err_int(op, (double)a.i, a.err, (double)b.i, b.err)};
}

static struct value eval_unary(struct run *r, struct node *n) {
  struct value a = eval(r, n->args[0]);
  switch (n->e->op) {
  case KN_NEG:
    if (n->is_float)
      return (struct value){.f = -a.f, .err = a.err};
    return (struct value){.i = kn_wrap(n->type, (int64_t)(0 - (uint64_t)a.i)), .err = a.err};
  case KN_NOT:
    return (struct value){.i = kn_wrap(n->type, ~a.i), .err = a.err};
  default:
    return (struct value){.i = !a.i, .err = a.err};
  }
}

/* R6.5: int to int keeps the low bits; float to int cuts off the fraction, saturates, NaN gives 0;
 * to float rounds to nearest even. */
static struct value convert_value(enum kn_type from, enum kn_type to, struct value v) {
  if (kn_type_is_float(from) && kn_type_is_float(to))
    return (struct value){.f = kn_round_float(to, v.f)};
  if (kn_type_is_float(from)) {
    if (to == KN_BOOL)
      return (struct value){.i = v.f != 0};
    if (isnan(v.f))
      return (struct value){.i = 0};
    /* 2^63 is a double, 2^63 - 1 is not */
    if (v.f >= (double)kn_type_max(to))
      return (struct value){.i = kn_type_max(to)};
    if (v.f <= (double)kn_type_min(to))
      return (struct value){.i = kn_type_min(to)};
    return (struct value){.i = (int64_t)v.f};
  }
  if (to == KN_F32) /* one rounding, also from 64 bits */
    return (struct value){.f = (float)v.i};
  if (kn_type_is_float(to)) {
    /* i64 does not fit a double: fold the tail into one sticky bit, far below the last bit of the
     * result and within the 53 of a double, so that the second rounding is right */
    int64_t i = v.i;
    if (i > (1ll << 53) || i < -(1ll << 53))
      i = (i & ~0xFFFFFll) | ((i & 0xFFFFF) ? 0x80000 : 0);
    return (struct value){.f = kn_round_float(to, (double)i)};
  }
  return (struct value){.i = kn_wrap(to, v.i)};
}

static struct value convert(enum kn_type from, enum kn_type to, struct value v) {
  struct value to_value = convert_value(from, to, v);
  bool was_float = kn_type_is_float(from);
  if (kn_type_is_float(to)) {
    double exact = was_float ? v.f : (double)v.i;
    bool rounds = v.err > 0 || to_value.f != exact;
    to_value.err = !rounds || isnan(exact) ? v.err : kn_err_rounded(to, exact, v.err, to_value.f);
  } else if (v.err > 0 && was_float) {
    struct value up = {.f = v.f + v.err}, down = {.f = v.f - v.err};
    double above = (double)convert_value(from, to, up).i,
           below = (double)convert_value(from, to, down).i;
    to_value.err =
        isinf(v.err) ? INFINITY : fmax(above - (double)to_value.i, (double)to_value.i - below);
  } else {
    to_value.err = v.err;
  }
  return to_value;
}

/*===----------------------------------------------------------------------===//
 * Functions
 *===----------------------------------------------------------------------===*/

/* R8.1 */
static int64_t quantized(const struct node *n, double scaled, int64_t zero, int64_t lo,
                         int64_t hi) {
  double q = isnan(scaled) ? 0 : n->e->round_away ? round(scaled) : nearbyint(scaled);
  q += (double)zero;
  if (q < (double)lo)
    q = (double)lo;
  return q > (double)hi ? hi : (int64_t)q;
}

static struct value quantize(struct run *r, struct node *n) {
  struct value v = eval(r, n->args[0]);
  struct value value = convert(n->args[0]->type, KN_F32, v), scale = eval(r, n->args[1]);
  double scaled = (float)(value.f * scale.f);
  int64_t lo = kn_type_min(n->type), hi = kn_type_max(n->type), zero = 0;
  if (n->num_args > 2 && n->args[2])
    zero = eval(r, n->args[2]).i;
  if (n->num_args > 3 && n->args[3])
    lo = eval(r, n->args[3]).i;
  if (n->num_args > 4 && n->args[4])
    hi = eval(r, n->args[4]).i;
  int64_t q = quantized(n, scaled, zero, lo, hi);
  if (v.err == 0 && scale.err == 0) /* exact, as R8.1 says */
    return (struct value){.i = q};
  double err = kn_err_float(KN_MUL, KN_F32, value.f, v.err, scale.f, scale.err, scaled);
  if (isinf(err))
    return (struct value){.i = q, .err = INFINITY};
  int64_t above = quantized(n, scaled + err, zero, lo, hi);
  int64_t below = quantized(n, scaled - err, zero, lo, hi);
  return (struct value){.i = q, .err = (double)(above - q > q - below ? above - q : q - below)};
}

/* R8.2 */
static struct value dequantize(struct run *r, struct node *n) {
  struct value v = eval(r, n->args[0]), scale = eval(r, n->args[1]);
  if (n->num_args > 2)
    v.i = kn_wrap(KN_I32, v.i - eval(r, n->args[2]).i);
  double d = (float)((double)(float)v.i * scale.f);
  bool exact = v.err == 0 && scale.err == 0;
  return (struct value){
      .f = d,
      .err = exact ? 0 : kn_err_float(KN_MUL, KN_F32, (double)v.i, v.err, scale.f, scale.err, d)};
}

/* R7.2: NaN if either is NaN. */
static double float_max(double a, double b) { return isnan(a) || a > b ? a : b; }
static double float_min(double a, double b) { return isnan(a) || a < b ? a : b; }

static double float_function(enum kn_builtin f, double a, double b) {
  switch (f) {
  case KN_EXP:
    return exp(a);
  case KN_LOG:
    return log(a);
  case KN_SQRT:
    return sqrt(a);
  case KN_RSQRT:
    return 1 / sqrt(a);
  case KN_TANH:
    return tanh(a);
  case KN_SIGMOID:
    return 1 / (1 + exp(-a));
  case KN_ERF:
    return erf(a);
  case KN_GELU:                                                    /* the limit, not infinity * 0 */
    return a == -INFINITY ? -0.0 : 0.5 * a * erfc(-a * M_SQRT1_2); /* 1 + erf() would cancel */
  case KN_SILU:                                                    /* likewise */
    return a == -INFINITY ? -0.0 : a / (1 + exp(-a));
  case KN_LEAKY_RELU:
    return a < 0 ? a * b : a;
  case KN_POW:
    return pow(a, b);
  case KN_FLOOR:
    return floor(a);
  case KN_CEIL:
    return ceil(a);
  case KN_TRUNC:
    return trunc(a);
  case KN_ROUND:
    return nearbyint(a);
  case KN_ROUND_AWAY:
    return round(a);
  default:
    return a;
  }
}

static struct value eval_pad(struct run *r, struct node *n) {
  unsigned dim;
  int64_t bad;
  struct place at;
  const char *row = element_at(r, n->args[0], &at, &dim, &bad);
  return row ? load(n->args[0], row, at) : eval(r, n->args[1]);
}

static struct value int_call(enum kn_builtin f, enum kn_type type, const int64_t *a) {
  int64_t v = a[0];
  switch (f) {
  case KN_MIN:
    v = a[0] < a[1] ? a[0] : a[1];
    break;
  case KN_MAX:
    v = a[0] > a[1] ? a[0] : a[1];
    break;
  case KN_CLAMP: /* min(max(value, lo), hi) */
    v = a[0] > a[1] ? a[0] : a[1];
    v = v < a[2] ? v : a[2];
    break;
  case KN_ABS:
    v = a[0] < 0 ? kn_wrap(type, (int64_t)(0 - (uint64_t)a[0])) : a[0];
    break;
  case KN_RELU:
    v = a[0] < 0 ? 0 : a[0];
    break;
  default:
    break;
  }
  return (struct value){.i = v};
}

static double float_call(enum kn_builtin f, const double *a) {
  double v;
  switch (f) {
  case KN_MIN:
    v = float_min(a[0], a[1]);
    break;
  case KN_MAX:
    v = float_max(a[0], a[1]);
    break;
  case KN_CLAMP:
    v = float_min(float_max(a[0], a[1]), a[2]);
    break;
  case KN_ABS:
    v = fabs(a[0]);
    break;
  case KN_RELU:
    v = a[0] < 0 ? 0 : a[0];
    break;
  default:
    v = float_function(f, a[0], a[1]);
    break;
  }
  return v;
}

/* Only the chosen side is read: the other may be out of bounds. */
static struct value eval_where(struct run *r, struct node *n) {
  struct value condition = eval(r, n->args[0]);
  struct value v = eval(r, n->args[condition.i ? 1 : 2]);
  if (condition.err > 0)
    v.err = INFINITY;
  return v;
}

static struct value eval_call(struct run *r, struct node *n) {
  enum kn_builtin f = (enum kn_builtin)n->e->builtin;
  struct value v[3];
  switch (f) {
  case KN_WHERE:
    return eval_where(r, n);
  case KN_QUANTIZE:
    return quantize(r, n);
  case KN_DEQUANTIZE:
    return dequantize(r, n);
  case KN_PAD:
    return eval_pad(r, n);
  default:
    for (unsigned i = 0; i < n->num_args; i++)
      v[i] = eval(r, n->args[i]);
    break;
  }
  if (!n->is_float) {
    int64_t a[3] = {0};
    double err = 0;
    for (unsigned i = 0; i < n->num_args; i++) {
      a[i] = v[i].i;
      err = fmax(err, v[i].err);
    }
    struct value result = int_call(f, n->type, a);
    result.err = err; /* none of them moves results further than arguments */
    return result;
  }
  double a[3] = {0}, errs[3] = {0};
  for (unsigned i = 0; i < n->num_args; i++) {
    a[i] = v[i].f;
    errs[i] = v[i].err;
  }
  struct value result = {.f = kn_round_float(n->type, float_call(f, a))};
  if (r->errors)
    result.err = kn_err_function(f, n->type, a, errs, n->num_args, result.f, float_call);
  return result;
}

/*===----------------------------------------------------------------------===//
 * Reductions
 *===----------------------------------------------------------------------===*/

static void start(struct node *n, struct state *s) {
  const struct node *body = n->args[0];
  *s = (struct state){.best = -1};
  switch ((enum kn_reduction)n->e->reduction) {
  case KN_PROD:
    if (body->is_float)
      s->acc.f = 1;
    else
      s->acc.i = 1;
    break;
  case KN_ALL:
    s->acc.i = 1;
    break;
  case KN_RMAX:
  case KN_RMIN: {
    bool greatest = n->e->reduction == KN_RMIN;
    if (body->is_float)
      s->acc.f = greatest ? INFINITY : -INFINITY;
    else
      s->acc.i = greatest ? kn_type_max(body->type) : kn_type_min(body->type);
    break;
  }
  default:
    break;
  }
}

/* argmax and argmin: the first of equals; the first NaN beats everything. */
static void step_arg(struct state *s, struct value v, bool is_float, bool greatest, int64_t at) {
  bool better;
  double sign = greatest ? 1 : -1, old = is_float ? sign * s->acc.f : 0,
         new = is_float ? sign * v.f : 0;
  if (s->best < 0)
    s->runner_up = -INFINITY;
  else
    s->runner_up = fmax(s->runner_up, fmin(old, new));
  if (s->best < 0)
    better = true;
  else if (is_float)
    better = !isnan(s->acc.f) && (isnan(v.f) || (greatest ? v.f > s->acc.f : v.f < s->acc.f));
  else
    better = greatest ? v.i > s->acc.i : v.i < s->acc.i;
  if (better) {
    s->acc = v;
    s->best = at;
  }
}

/* What R9.4 asks of a sum: another term. */
static void count_term(struct state *s, struct value v, bool is_float) {
  s->count++;
  s->err += v.err;
  if (is_float)
    s->magnitude += v.parts > 0 ? v.parts : fabs(v.f);
  s->parts += v.parts > 0;
  s->finite += is_float && isfinite(v.f) ? fabs(v.f) : 0;
  s->overflows = s->overflows || v.overflows;
}

/* `at` is the value of the first index. */
static void step(struct node *n, struct state *s, struct value v, int64_t at) {
  bool is_float = n->args[0]->is_float;
  if (n->e->num_indices > 1) /* argmax counts through all of them */
    at = s->count;
  if (n->e->reduction == KN_SUM || n->e->reduction == KN_MEAN) {
    count_term(s, v, is_float);
  } else {
    s->count++;
    s->err = fmax(s->err, v.err);
    s->magnitude += is_float && n->e->reduction == KN_PROD ? v.err / fabs(v.f) : 0;
  }
  switch ((enum kn_reduction)n->e->reduction) {
  case KN_SUM:
  case KN_MEAN:
    if (is_float)
      s->acc.f += v.f;
    else
      s->acc.i = (int64_t)((uint64_t)s->acc.i + (uint64_t)v.i);
    break;
  case KN_PROD:
    if (is_float)
      s->acc.f *= v.f;
    else
      s->acc.i = (int64_t)((uint64_t)s->acc.i * (uint64_t)v.i);
    break;
  case KN_RMAX:
    if (is_float)
      s->acc.f = float_max(s->acc.f, v.f);
    else
      s->acc.i = v.i > s->acc.i ? v.i : s->acc.i;
    break;
  case KN_RMIN:
    if (is_float)
      s->acc.f = float_min(s->acc.f, v.f);
    else
      s->acc.i = v.i < s->acc.i ? v.i : s->acc.i;
    break;
  case KN_ARGMAX:
    step_arg(s, v, is_float, true, at);
    break;
  case KN_ARGMIN:
    step_arg(s, v, is_float, false, at);
    break;
  case KN_ANY:
    s->acc.i |= v.i;
    break;
  case KN_ALL:
    s->acc.i &= v.i;
    break;
  case KN_NUM_REDUCTIONS:
    break;
  }
}

/* With an infinity among them, finite numbers that overflow before it may turn the sum. */
static bool is_open_sum(const struct state *s) {
  return s->count > 1 && !isnan(s->magnitude) &&
         (s->overflows || (isinf(s->magnitude) && s->finite > 0x1.fffffep127));
}

static bool is_summed(struct kn_expr *e, void *data) {
  const struct kn_expr *sum = data;
  bool bound = false;
  for (unsigned i = 0; i < sum->num_indices; i++)
    bound = bound || (e->kind == KN_INDEX && e->index == sum->indices[i]);
  return !bound;
}

/* Is a factor the same for all terms? A device may take it out of the sum: where it is infinite or
 * a term overflows, that is another result. */
static bool has_common_factor(const struct kn_expr *sum, struct kn_expr *e) {
  if (e->kind == KN_BINARY && e->op == KN_MUL)
    return has_common_factor(sum, e->args[0]) || has_common_factor(sum, e->args[1]);
  if (e->kind == KN_CALL && e->builtin == KN_DEQUANTIZE)
    return has_common_factor(sum, e->args[1]);
  return kn_walk(e, is_summed, (void *)sum);
}

/* Of the sum of all terms, `value`. */
static double error_of_sum(const struct node *n, const struct state *s, double value) {
  if (is_open_sum(s) || (!isfinite(s->magnitude) && has_common_factor(n->e, n->e->args[0])))
    return INFINITY;
  return kn_err_sum(s->err, s->magnitude, (uint64_t)(s->count + s->parts), value);
}

static struct value finish(struct node *n, struct state *s) {
  bool is_float = n->args[0]->is_float;
  struct value v = {.i = 0};
  switch ((enum kn_reduction)n->e->reduction) {
  case KN_ARGMAX:
  case KN_ARGMIN: {
    double best = n->e->reduction == KN_ARGMAX ? s->acc.f : -s->acc.f;
    bool close = is_float && s->count > 1 && !(best - s->runner_up > 2 * s->err);
    v = (struct value){.i = s->best, .err = s->err > 0 && (close || !is_float) ? INFINITY : 0};
    return v;
  }
  case KN_MEAN:
    if (!s->count)
      return (struct value){.f = (double)NAN};
    v.f = kn_round_float(n->type, s->acc.f / (double)s->count);
    v.err = error_of_sum(n, s, s->acc.f) / (double)s->count;
    v.err += 2 * kn_half_ulp(n->type, v.f);
    return v;
  default:
    break;
  }
  if (!n->is_float)
    return (struct value){.i = kn_wrap(n->type, s->acc.i), .err = s->err};
  v.f = kn_round_float(n->type, s->acc.f);
  v.err = s->err;
  v.terms = n->e->reduction == KN_SUM ? (double)s->count : 0;
  if (n->e->reduction == KN_SUM)
    v.err = error_of_sum(n, s, v.f);
  if (n->e->reduction == KN_PROD && isfinite(v.f))
    v.err = fabs(v.f) * s->magnitude + (double)s->count * 2 * kn_half_ulp(n->type, v.f);
  if (isnan(v.err))
    v.err = INFINITY;
  return v;
}

static void reduce_range(struct run *r, struct node *n, unsigned which, struct state *s) {
  burn(r);
  if (which == n->e->num_indices) {
    step(n, s, eval(r, n->args[0]), r->index[n->ranges[0].id]);
    return;
  }
  int64_t lo = 0, hi = n->ranges[which].extent;
  if (n->ranges[which].lo) {
    lo = eval(r, n->ranges[which].lo).i;
    hi = eval(r, n->ranges[which].hi).i;
  }
  unsigned id = n->ranges[which].id;
  for (r->index[id] = lo; r->index[id] < hi; r->index[id]++)
    reduce_range(r, n, which + 1, s);
}

/* Is this the value after the cached one of a scan? */
static bool continues(const struct run *r, const struct node *n) {
  bool next = n->has_cache;
  for (unsigned i = 0; i < n->num_free && next; i++)
    next = n->key[i] + (n->free[i] == n->e->scan->id) == r->index[n->free[i]];
  return next;
}

/* R5.6: continued from the value before, which is what adding up from the start gives. */
static void run_scan(struct run *r, struct node *n) {
  int64_t lo = eval(r, n->ranges[0].lo).i, hi = eval(r, n->ranges[0].hi).i;
  unsigned id = n->ranges[0].id;
  if (!continues(r, n))
    start(n, n->scan);
  else if (hi - 1 > lo)
    lo = hi - 1;
  for (r->index[id] = lo; r->index[id] < hi; burn(r), r->index[id]++)
    step(n, n->scan, eval(r, n->args[0]), r->index[id]);
  struct state last = *n->scan;
  n->cache = finish(n, &last);
}

/* Where an operand's elements for k = 0 begin; -1 if an index is outside, which the way element by
 * element then tells. */
static int64_t dot_start(const struct run *r, const struct dot_operand *o, unsigned k) {
  int64_t at = 0;
  for (unsigned i = 0; i < o->read->e->num_args; i++) {
    unsigned id = o->read->subscripts[i]->e->index->id;
    int64_t v = id == k ? 0 : r->index[id];
    if ((uint64_t)v >= (uint64_t)o->read->dims[i])
      return -1;
    at += v * o->strides[i];
  }
  return at;
}

static bool eval_dot(struct run *r, struct node *n, struct value *v) {
  const struct dot_operand *a = &n->dot->operands[0], *b = &n->dot->operands[1];
  unsigned k = n->ranges[0].id;
  int64_t count = n->ranges[0].extent, at = dot_start(r, a, k), bt = dot_start(r, b, k);
  struct state s = {.count = count};
  if (at < 0 || bt < 0)
    return false;
  s.acc.f =
      kn_dot_f32(a->values + at, a->k_stride, b->values + bt, b->k_stride, count, &s.magnitude);
  if (r->errors && !isfinite(s.magnitude))
    return false; /* whether the sum is open takes a look at each product */
  if (r->errors) {
    s.err = s.magnitude * (a->errors || b->errors ? 0x1p-23 : 0x1p-24) + (double)count * 0x1p-150;
    for (int64_t i = 0; (a->errors || b->errors) && i < count; i++) {
      int64_t x = at + i * a->k_stride, y = bt + i * b->k_stride;
      double ea = a->errors ? a->errors[x] : 0, eb = b->errors ? b->errors[y] : 0;
      if (ea > 0 || eb > 0)
        s.err += fabs((double)a->values[x]) * eb + fabs((double)b->values[y]) * ea + ea * eb;
    }
    if (isnan(s.err))
      s.err = INFINITY;
  }
  *v = finish(n, &s);
  return true;
}

static struct value eval_reduce(struct run *r, struct node *n) {
  if (n->table) {
    int64_t at = 0;
    for (unsigned i = 0; i < n->num_free; i++)
      at += r->index[n->free[i]] * n->table_strides[i];
    return (struct value){.i = n->table[at]};
  }
  bool same = n->has_cache;
  for (unsigned i = 0; i < n->num_free && same; i++)
    same = n->key[i] == r->index[n->free[i]];
  if (same)
    return n->cache;
  if (n->scan) {
    run_scan(r, n);
  } else if (!n->dot || !eval_dot(r, n, &n->cache)) {
    struct state s;
    start(n, &s);
    reduce_range(r, n, 0, &s);
    n->cache = finish(n, &s);
  }
  n->has_cache = true;
  for (unsigned i = 0; i < n->num_free; i++)
    n->key[i] = r->index[n->free[i]];
  return n->cache;
}

static struct value eval(struct run *r, struct node *n) {
  const struct kn_expr *e = n->e;
  switch (e->kind) {
  case KN_INT:
    return (struct value){.i = e->ival};
  case KN_FLOAT:
    return (struct value){.f = kn_round_float(n->type, e->fval)};
  case KN_READ:
    return eval_read(r, n);
  case KN_INDEX:
    return (struct value){.i = r->index[e->index->id]};
  case KN_DIM:
    return (struct value){.i = e->dim->size};
  case KN_UNARY:
    return eval_unary(r, n);
  case KN_BINARY:
    return eval_binary(r, n);
  case KN_CAST:
    return convert(n->args[0]->type, n->type, eval(r, n->args[0]));
  case KN_CALL:
    return eval_call(r, n);
  case KN_REDUCE:
    return eval_reduce(r, n);
  }
  return (struct value){.i = 0};
}

/*===----------------------------------------------------------------------===//
 * Contractions at speed
 *===----------------------------------------------------------------------===*/

/* An operand of a contraction: an element of a narrow integer tensor, all indices plain, widened
 * to i32. */
static struct node *narrow_operand(struct node *n) {
  while (n->e->kind == KN_CAST && n->type == KN_I32)
    n = n->args[0];
  if (n->e->kind != KN_READ || !kn_type_is_int(n->type) || kn_type_bits(n->type) > 16 ||
      n->type == KN_I4)
    return NULL;
  for (unsigned i = 0; i < n->e->num_args; i++)
    if (n->subscripts[i]->e->kind != KN_INDEX)
      return NULL;
  return n;
}

/* The stride of an index variable in an operand; an index may occur twice (a diagonal). False if
 * it could leave the tensor. */
static bool operand_stride(const struct node *n, unsigned id, int64_t extent, int64_t *stride) {
  *stride = 0;
  for (unsigned i = 0; i < n->e->num_args; i++)
    if (n->subscripts[i]->e->index->id == id) {
      *stride += n->strides[i] / (kn_type_bits(n->type) / 8);
      if (extent > n->dims[i])
        return false;
    }
  return true;
}

/* Fills n->table if the reduction is sum[k] a[...] * b[...] over narrow integers, and everything
 * else that it depends on is an index of the left side. */
static void try_contract(struct run *r, struct node *n) {
  struct kn_contraction c = {0};
  if (r->stmt->kind != KN_ASSIGN || n->e->reduction != KN_SUM || n->type != KN_I32 ||
      n->e->num_indices != 1 || n->ranges[0].lo || n->num_free > KN_MAX_RANK || n->num_free == 0)
    return;
  struct node *mul = n->args[0];
  if (mul->e->kind != KN_BINARY || mul->e->op != KN_MUL || mul->type != KN_I32)
    return;
  for (int k = 0; k < 2; k++) {
    struct node *operand = narrow_operand(mul->args[k]);
    if (!operand)
      return;
    c.operands[k].data = operand->data;
    c.operands[k].type = operand->type;
    if (!operand_stride(operand, n->ranges[0].id, n->ranges[0].extent, &c.operands[k].k_stride))
      return;
    for (unsigned i = 0; i < n->num_free; i++) {
      unsigned id = n->free[i];
      if (id >= r->stmt->rank)
        return;
      c.extents[i] = r->stmt->indices[id]->extent->size;
      if (!operand_stride(operand, id, c.extents[i], &c.operands[k].strides[i]))
        return;
    }
  }
  c.rank = n->num_free;
  c.k = n->ranges[0].extent;
  int64_t stride = 1;
  for (unsigned i = n->num_free; i-- > 0;) {
    n->table_strides[i] = stride;
    stride *= c.extents[i];
  }
  n->table = kn_contract(&c);
}

/* An element of a floating-point tensor, all indices plain, as f32. */
static struct node *real_operand(struct node *n) {
  while (n->e->kind == KN_CAST && n->type == KN_F32)
    n = n->args[0];
  if (n->e->kind != KN_READ || !n->is_float || n->e->tensor->rows || !n->e->tensor->rank)
    return NULL;
  for (unsigned i = 0; i < n->e->num_args; i++)
    if (n->subscripts[i]->e->kind != KN_INDEX)
      return NULL;
  return n;
}

static bool prepare_operand(struct dot_operand *o, const struct node *read, unsigned k,
                            int64_t extent) {
  const struct kn_tensor *t = read->e->tensor;
  size_t count = kn_tensor_count(t), size = kn_type_bits(t->type) / 8;
  int64_t stride = 1;
  o->read = read;
  o->errors = read->errors;
  for (unsigned i = t->rank; i-- > 0;) {
    o->strides[i] = stride;
    stride *= read->dims[i];
    if (read->subscripts[i]->e->index->id != k)
      continue;
    o->k_stride += o->strides[i];
    if (extent > read->dims[i])
      return false;
  }
  o->values = malloc(count * sizeof *o->values + 1);
  for (size_t i = 0; o->values && i < count; i++)
    o->values[i] = (float)kn_load_float(t->type, read->data + i * size);
  return o->values != NULL;
}

static void free_dot(struct node *n) {
  for (int i = 0; n->dot && i < 2; i++)
    free(n->dot->operands[i].values);
  n->dot = NULL;
}

/* Fills n->dot if the reduction is sum[k] a[...] * b[...] of floating point. */
static void try_dot(struct run *r, struct node *n) {
  struct node *mul = n->args[0];
  if (n->e->reduction != KN_SUM || n->type != KN_F32 || n->e->num_indices != 1 || n->ranges[0].lo ||
      mul->e->kind != KN_BINARY || mul->e->op != KN_MUL)
    return;
  struct node *reads[2] = {real_operand(mul->args[0]), real_operand(mul->args[1])};
  if (!reads[0] || !reads[1])
    return;
  n->dot = kn_alloc(r->file, sizeof *n->dot);
  for (int i = 0; i < 2 && n->dot; i++)
    if (!prepare_operand(&n->dot->operands[i], reads[i], n->ranges[0].id, n->ranges[0].extent))
      free_dot(n);
}

static void accelerate(struct run *r, struct node *n) {
  if (!n)
    return;
  if (n->e->kind == KN_REDUCE) {
    try_contract(r, n);
    try_dot(r, n);
  }
  for (unsigned i = 0; i < n->num_args && !n->table; i++)
    accelerate(r, n->args[i]);
}

static void free_tables(struct node *n) {
  if (!n)
    return;
  free(n->table);
  n->table = NULL;
  free_dot(n);
  for (unsigned i = 0; i < n->num_args; i++)
    free_tables(n->args[i]);
}

/*===----------------------------------------------------------------------===//
 * Statements
 *===----------------------------------------------------------------------===*/

/* The indices of the left side, in the order in which they run: the last one fastest. */
struct loop {
  unsigned id;
  int64_t lo, hi;
};

static bool find_scan(struct kn_expr *e, void *data) {
  const struct kn_index **scan = data;
  *scan = e->scan ? e->scan : *scan;
  return true;
}

static void make_loops(struct kn_stmt *s, struct loop *loops) {
  const struct kn_index *scan = NULL;
  unsigned n = 0;
  /* Elements are independent of each other: with a scan's index innermost each continues the one
   * before. A scatter adds in the order of its indices. */
  if (s->kind != KN_SCATTER)
    kn_walk(s->value, find_scan, &scan);
  for (unsigned pass = 0; pass < 2; pass++)
    for (unsigned i = 0; i < s->num_indices; i++) {
      const struct kn_index *x = s->indices[i];
      if ((x == scan) != (pass == 1))
        continue;
      struct loop *l = &loops[n++];
      *l = (struct loop){x->id, 0, x->extent ? x->extent->size : 0};
      if (x->lo && (!kn_size_expr(x->lo, &l->lo) || !kn_size_expr(x->hi, &l->hi)))
        l->lo = l->hi = 0; /* kn_check_parts() told it */
    }
}

/* To the next values; false after the last ones. */
static bool advance(struct run *r, const struct loop *loops, unsigned n) {
  while (n-- > 0) {
    if (++r->index[loops[n].id] < loops[n].hi)
      return true;
    r->index[loops[n].id] = loops[n].lo;
  }
  return false;
}

/* Number of the target's element, counted without padding. */
static int64_t target_element(struct run *r, const struct kn_stmt *s, struct node **subscripts) {
  int64_t at = 0;
  for (unsigned i = 0; i < s->rank; i++) {
    struct value place = {.i = 0};
    if (subscripts[i])
      place = eval(r, subscripts[i]);
    else
      place.i = r->index[s->indices[i]->id];
    r->scattered = r->scattered || place.err > 0;
    int64_t v = place.i;
    int64_t size = s->target->dims[i]->size;
    if (v < 0 || v >= size) {
      struct kn_range range = subscripts[i] ? s->subscripts[i]->range : s->indices[i]->range;
      kn_report(r->file, KN_DIAG_out_of_bounds, range,
                "index %lld is outside of '%s', whose dimension %u has %lld element%s%s",
                (long long)v, s->target->name, i, (long long)size, size == 1 ? "" : "s", where(r));
      longjmp(r->stop, 1);
    }
    at = at * size + v;
  }
  return at;
}

static void store(const struct kn_tensor *t, char *data, int64_t element, struct value v) {
  int64_t col;
  char *row = kn_element(t, data, element, &col);
  if (kn_type_is_float(t->type))
    kn_store_float(t->type, row + col * (kn_type_bits(t->type) / 8), v.f);
  else
    kn_store_integer(t->type, row, col, v.i);
}

/* R3.9: floating-point sums in double, rounded once at the end. */
static void add(struct run *r, const struct kn_tensor *t, int64_t element, struct value v) {
  int64_t col;
  if (r->errors)
    count_term(&r->added[element], v, kn_type_is_float(t->type));
  if (kn_type_is_float(t->type)) {
    r->sums[element] += v.f;
    return;
  }
  char *row = kn_element(t, r->data[t->id], element, &col);
  uint64_t sum = (uint64_t)kn_load_integer(t->type, row, col) + (uint64_t)v.i;
  kn_store_integer(t->type, row, col, (int64_t)sum);
}

static void begin_scatter(struct run *r, const struct kn_tensor *t) {
  size_t count = kn_tensor_count(t);
  memset(r->data[t->id], 0, kn_tensor_bytes(t));
  r->sums = kn_type_is_float(t->type) ? calloc(count ? count : 1, sizeof *r->sums) : NULL;
  r->scattered = false;
  if (r->errors && !(r->added = calloc(count + 1, sizeof *r->added)))
    no_memory(r);
  if (kn_type_is_float(t->type) && !r->sums)
    no_memory(r);
}

static void forget_sums(struct run *r) {
  free(r->sums);
  free(r->added);
  r->sums = NULL;
  r->added = NULL;
}

/* How far a device may be from a sum that adds in any order. */
static double scatter_error(const struct run *r, const struct kn_tensor *t, int64_t element) {
  const struct state *s = &r->added[element];
  if (r->scattered || is_open_sum(s))
    return INFINITY;
  if (!r->sums)
    return s->err;
  const double sum = r->sums[element];
  return kn_err_sum(s->err, s->magnitude, (uint64_t)(s->count + s->parts), sum) +
         (s->count > 1 ? kn_half_ulp(t->type, sum) : 0);
}

static void end_scatter(struct run *r, const struct kn_tensor *t) {
  for (int64_t i = 0; i < (int64_t)kn_tensor_count(t); i++) {
    if (r->sums)
      store(t, r->data[t->id], i, (struct value){.f = r->sums[i]});
    if (r->errors)
      r->errors[t->id][i] = scatter_error(r, t, i);
  }
  forget_sums(r);
}

static void run_stmt(struct run *r, struct kn_stmt *s, struct node *n) {
  struct loop loops[KN_MAX_RANK];
  struct node *subscripts[KN_MAX_RANK] = {0};
  bool empty = false;
  make_loops(s, loops);
  memset(r->index, 0, sizeof r->index);
  for (unsigned i = 0; i < s->num_indices; i++) {
    r->index[loops[i].id] = loops[i].lo;
    empty = empty || loops[i].lo >= loops[i].hi;
  }
  for (unsigned i = 0; s->kind == KN_SCATTER && i < s->rank; i++)
    subscripts[i] = build(r, s->subscripts[i]);
  if (s->kind == KN_SCATTER)
    begin_scatter(r, s->target);
  if (!empty)
    do {
      burn(r);
      int64_t at = target_element(r, s, subscripts);
      struct value v = eval(r, n);
      if (s->kind == KN_SCATTER)
        add(r, s->target, at, v);
      else
        store(s->target, r->data[s->target->id], at, v);
      if (r->errors && s->kind != KN_SCATTER) {
        r->errors[s->target->id][at] = v.err;
        r->terms[s->target->id] = fmax(r->terms[s->target->id], v.terms);
      }
    } while (advance(r, loops, s->num_indices));
  if (s->kind == KN_SCATTER)
    end_scatter(r, s->target);
}

static void run_stmts(struct run *r, struct node *volatile *current) {
  for (struct kn_stmt *s = r->kernel->stmts; s; s = s->next) {
    if (s->kind == KN_PART && s->target->def == s && !kn_check_parts(r->file, s->target))
      longjmp(r->stop, 1);
    r->stmt = s;
    memset(r->index_names, 0, sizeof r->index_names);
    for (unsigned i = 0; i < s->num_indices; i++)
      r->index_names[s->indices[i]->id] = s->indices[i]->name;
    struct node *n = build(r, s->value);
    *current = n;
    accelerate(r, n);
    run_stmt(r, s, n);
    free_tables(n);
    *current = NULL;
  }
}

bool kn_interpret(struct kn_file *file, struct kn_kernel *k, void *const *data,
                  double *const *errors) {
  struct run *r = kn_alloc(file, sizeof *r);
  unsigned fixed = k->num_inputs + k->num_outputs;
  r->file = file;
  r->kernel = k;
  r->fuel = file->fuel;
  r->data = kn_alloc(file, (fixed + k->num_locals) * sizeof *r->data);
  r->terms = kn_alloc(file, (fixed + k->num_locals) * sizeof *r->terms);
  if (errors)
    r->errors = kn_alloc(file, (fixed + k->num_locals) * sizeof *r->errors);
  for (unsigned i = 0; i < fixed; i++) {
    r->data[i] = data[i];
    if (errors)
      r->errors[i] = errors[i];
  }
  struct node *volatile current = NULL;
  volatile bool ok = false;
  if (!setjmp(r->stop)) {
    for (struct kn_tensor *t = k->locals; t; t = t->next)
      if (!(r->data[t->id] = calloc(1, kn_tensor_bytes(t) ? kn_tensor_bytes(t) : 1)))
        no_memory(r);
    for (struct kn_tensor *t = k->locals; errors && t; t = t->next)
      if (!(r->errors[t->id] = calloc(kn_tensor_count(t) + 1, sizeof **r->errors)))
        no_memory(r);
    run_stmts(r, &current);
    ok = true;
  }
  forget_sums(r);
  free_tables(current);
  for (struct kn_tensor *t = k->locals; t; t = t->next) {
    free(r->data[t->id]);
    if (errors)
      free(r->errors[t->id]);
  }
  return ok;
}
