// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- dims.c - Sizes of dimensions -----------------------------------------===//
 *
 * Where sizes come from (--shape, tensors), what follows from them (computed
 * dimensions, R3.11), and what they must satisfy (parts, R3.10).
 *===----------------------------------------------------------------------===*/
#include "ast.h"
#include "diag.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*===----------------------------------------------------------------------===//
 * Computed dimensions
 *===----------------------------------------------------------------------===*/

enum { UNKNOWN = -1, INVALID = -2 };

static int64_t in_range(int64_t v) { return v < 0 || v > INT32_MAX ? INVALID : v; }

/* Intermediate results may be negative (N - K + 1 with K = N + 1 is 0), the whole may not. */
static bool eval(const struct kn_dim_expr *e, int64_t *v, int64_t *state) {
  int64_t a, b;
  switch (e->op) {
  case KN_DIM_NUMBER:
    *v = e->number;
    return true;
  case KN_DIM_NAME:
    *v = e->name->size;
    if (*v < 0)
      *state = UNKNOWN;
    return *v >= 0;
  default:
    break;
  }
  if (!eval(e->a, &a, state) || !eval(e->b, &b, state))
    return false;
  switch (e->op) {
  case KN_DIM_ADD:
    *v = a + b;
    break;
  case KN_DIM_SUB:
    *v = a - b;
    break;
  case KN_DIM_MUL:
    if (__builtin_mul_overflow(a, b, v))
      *v = INT64_MAX;
    break;
  default:
    if (b <= 0) {
      *state = INVALID;
      return false;
    }
    *v = e->op == KN_DIM_CEIL && a > 0 ? (a - 1) / b + 1 : a / b;
    break;
  }
  /* Sums of two such values stay far within 64 bits. */
  if (*v > ((int64_t)1 << 61) || *v < -((int64_t)1 << 61)) {
    *state = INVALID;
    return false;
  }
  return true;
}

int64_t kn_eval_dim(const struct kn_dim_expr *e) {
  int64_t v, state = UNKNOWN;
  return eval(e, &v, &state) ? in_range(v) : state;
}

static int64_t value_of(const struct kn_dim_expr *e) {
  int64_t v, state = UNKNOWN;
  return eval(e, &v, &state) ? v : INT64_MIN;
}

/* Makes e equal to v by giving a size to the one name in it that has none, where that is possible
 * without a choice. False on a contradiction. */
static bool solve(const struct kn_dim_expr *e, int64_t v) {
  if (e->op == KN_DIM_NUMBER)
    return e->number == v;
  if (e->op == KN_DIM_NAME) {
    if (v < 0 || v > INT32_MAX)
      return false;
    if (e->name->size < 0)
      e->name->size = v;
    return e->name->size == v;
  }
  int64_t a = value_of(e->a), b = value_of(e->b);
  bool has_a = a != INT64_MIN, has_b = b != INT64_MIN;
  if (has_a == has_b)
    return true; /* both: checked by the caller; none: too many unknowns */
  switch (e->op) {
  case KN_DIM_ADD:
    return solve(has_a ? e->b : e->a, v - (has_a ? a : b));
  case KN_DIM_SUB:
    return has_a ? solve(e->b, a - v) : solve(e->a, v + b);
  case KN_DIM_MUL: {
    int64_t known = has_a ? a : b;
    if (known == 0)
      return v == 0;
    return v % known == 0 && solve(has_a ? e->b : e->a, v / known);
  }
  default:
    return true; /* several sizes give this quotient */
  }
}

/* Gives sizes to computed dimensions; the first whose value is none, or NULL. */
static struct kn_dim *update(struct kn_kernel *k) {
  for (struct kn_dim *d = k->dims; d; d = d->next) {
    if (!d->expr)
      continue;
    int64_t v = kn_eval_dim(d->expr);
    if (v == INVALID || (v >= 0 && d->size >= 0 && d->size != v))
      return d;
    if (v >= 0)
      d->size = v;
  }
  return NULL;
}

bool kn_set_dim(struct kn_kernel *k, struct kn_dim *dim, int64_t size) {
  if (size < 0 || size > INT32_MAX)
    return false;
  if (dim->size >= 0)
    return dim->size == size;
  if (!dim->expr)
    dim->size = size;
  else if (!solve(dim->expr, size))
    return false;
  return !update(k);
}

/*===----------------------------------------------------------------------===//
 * --shape
 *===----------------------------------------------------------------------===*/

static const char *known_dims(struct kn_file *file, const struct kn_kernel *k) {
  char text[512];
  size_t n = 0;
  text[0] = 0;
  for (struct kn_dim *d = k->dims; d && n < sizeof text; d = d->next)
    if (d->name && !d->expr)
      n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "", d->name);
  return kn_strndup(file, text, strlen(text));
}

static bool fits_memory(const struct kn_tensor *t) {
  const uint64_t limit = 64ull << 30; /* the device's DRAM, docs of the emulator */
  uint64_t bytes = (kn_type_bits(t->type) + 7) / 8;
  for (unsigned i = 0; i < t->rank; i++)
    if (t->dims[i]->size > 0 &&
        (__builtin_mul_overflow(bytes, (uint64_t)t->dims[i]->size, &bytes) || bytes > limit)) {
      char text[256];
      kn_report_plain(KN_DIAG_tensor_too_large, "'%s' of type %s is larger than 64 GB", t->name,
                      kn_describe(t, text, sizeof text));
      return false;
    }
  return true;
}

/* Why kn_set_dim() refused `size` for `d`. */
static bool bad_size(struct kn_kernel *k, const struct kn_dim *d, int64_t before, int64_t size) {
  struct kn_dim *other = update(k);
  if (before >= 0)
    kn_report_plain(KN_DIAG_bad_shape, "--shape: %s is given twice, as %lld and as %lld", d->name,
                    (long long)before, (long long)size);
  else
    kn_report_plain(KN_DIAG_bad_shape,
                    "--shape: with %s = %lld the dimension '%s' would be negative or too large",
                    d->name, (long long)size, other ? other->name : d->name);
  return false;
}

/* shape = name "=" number ("," name "=" number)* */
bool kn_bind_shape(struct kn_file *file, struct kn_kernel *k, const char *shape) {
  const char *p = shape;
  for (;;) {
    size_t n = strspn(p += strspn(p, " "),
                      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    const char *name = kn_strndup(file, p, n);
    p += n;
    p += strspn(p, " ");
    if (!n || *p != '=' || p[1] < '0' || p[1] > '9') {
      kn_report_plain(KN_DIAG_bad_shape,
                      "--shape '%s': expected name=number,name=number,... at position %u", shape,
                      (unsigned)(p - shape) + 1);
      return false;
    }
    int64_t size = 0;
    for (p++; *p >= '0' && *p <= '9'; p++)
      size = size > INT32_MAX ? size : size * 10 + (*p - '0');
    p += strspn(p, " ");
    struct kn_dim *d = kn_find_dim(k, name);
    if (!d) {
      kn_report_plain(KN_DIAG_unknown_dim, "--shape: kernel '%s' has no dimension '%s'; it has %s",
                      k->name, name, known_dims(file, k));
      return false;
    }
    if (size > INT32_MAX) {
      kn_report_plain(KN_DIAG_bad_shape, "--shape: %s must be from 0 to 2147483647", name);
      return false;
    }
    int64_t before = d->size;
    if (!kn_set_dim(k, d, size))
      return bad_size(k, d, before, size);
    if (!*p)
      break;
    if (*p++ != ',') {
      kn_report_plain(KN_DIAG_bad_shape, "--shape '%s': expected ',' at position %u", shape,
                      (unsigned)(p - shape));
      return false;
    }
  }
  struct kn_tensor *lists[] = {k->inputs, k->outputs, k->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      if (!fits_memory(t))
        return false;
  return true;
}

bool kn_require_static(struct kn_file *file, struct kn_kernel *k) {
  char missing[512], example[512];
  size_t n = 0, m = 0;
  for (struct kn_dim *d = k->dims; d && n < sizeof missing && m < sizeof example; d = d->next)
    if (d->size < 0 && !d->expr) {
      m += (size_t)snprintf(example + m, sizeof example - m, "%s%s=...", n ? "," : "", d->name);
      n += (size_t)snprintf(missing + n, sizeof missing - n, "%s%s", n ? ", " : "", d->name);
    }
  if (n) {
    kn_report_plain(KN_DIAG_dims_missing, "kernel '%s': no size for dimension %s; add --shape %s",
                    k->name, missing, example);
    return false;
  }
  struct kn_dim *bad = update(k); /* all names are known, also where nothing was given */
  if (bad) {
    kn_report_plain(KN_DIAG_bad_shape,
                    "kernel '%s': the dimension '%s' would be negative or too "
                    "large, or has two different sizes",
                    k->name, bad->name);
    return false;
  }
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    if (s->kind == KN_PART && s->target->def == s && !kn_check_parts(file, s->target))
      return false;
  return true;
}

/*===----------------------------------------------------------------------===//
 * Parts
 *===----------------------------------------------------------------------===*/

bool kn_size_expr(const struct kn_expr *e, int64_t *value) {
  int64_t a = 0, b = 0;
  switch (e->kind) {
  case KN_INT:
    *value = e->ival;
    return true;
  case KN_DIM:
    *value = e->dim->size;
    return e->dim->size >= 0;
  case KN_CAST:
    return kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32 &&
           kn_size_expr(e->args[0], value);
  case KN_CALL:
    if ((e->builtin != KN_MIN && e->builtin != KN_MAX) || !kn_size_expr(e->args[0], &a) ||
        !kn_size_expr(e->args[1], &b))
      return false;
    *value = (e->builtin == KN_MIN) == (a < b) ? a : b;
    return true;
  case KN_BINARY:
    if (!kn_size_expr(e->args[0], &a) || !kn_size_expr(e->args[1], &b))
      return false;
    switch (e->op) {
    case KN_ADD:
      return !__builtin_add_overflow(a, b, value);
    case KN_SUB:
      return !__builtin_sub_overflow(a, b, value);
    case KN_MUL:
      return !__builtin_mul_overflow(a, b, value);
    case KN_DIV:
      *value = b > 0 ? a / b : 0;
      return b > 0;
    case KN_REM:
      *value = b > 0 ? a % b : 0;
      return b > 0;
    default:
      return false;
    }
  default:
    return false;
  }
}

struct box {
  int64_t lo[KN_MAX_RANK], hi[KN_MAX_RANK];
};

static bool box_of(const struct kn_stmt *s, struct box *b) {
  for (unsigned i = 0; i < s->rank; i++) {
    const struct kn_index *x = s->indices[i];
    b->lo[i] = 0;
    b->hi[i] = s->target->dims[i]->size;
    if (x->lo && (!kn_size_expr(x->lo, &b->lo[i]) || !kn_size_expr(x->hi, &b->hi[i])))
      return false;
  }
  return true;
}

static int64_t volume(const struct box *b, unsigned rank) {
  int64_t v = 1;
  for (unsigned i = 0; i < rank; i++)
    v *= b->hi[i] > b->lo[i] ? b->hi[i] - b->lo[i] : 0;
  return v;
}

static bool check_parts(struct kn_file *file, const struct kn_tensor *t, bool quiet) {
  struct box whole, a, b;
  for (unsigned i = 0; i < t->rank; i++) {
    whole.lo[i] = 0;
    whole.hi[i] = t->dims[i]->size;
  }
  int64_t covered = 0;
  for (const struct kn_stmt *s = t->def; s; s = s->parts) {
    if (!box_of(s, &a)) {
      if (quiet)
        return false;
      kn_report(file, KN_DIAG_bad_part, s->target_range, "the bounds of this part have no value");
      return false;
    }
    for (unsigned i = 0; i < t->rank; i++)
      if (a.lo[i] < 0 || a.hi[i] > whole.hi[i] || a.lo[i] > a.hi[i]) {
        if (quiet)
          return false;
        kn_report(file, KN_DIAG_bad_part, s->indices[i]->range,
                  "the part runs from %lld to %lld, but dimension %u of '%s' has %lld elements",
                  (long long)a.lo[i], (long long)a.hi[i], i, t->name, (long long)whole.hi[i]);
        return false;
      }
    for (const struct kn_stmt *other = t->def; other != s; other = other->parts) {
      bool apart = !box_of(other, &b);
      for (unsigned i = 0; i < t->rank; i++)
        apart = apart || a.hi[i] <= b.lo[i] || b.hi[i] <= a.lo[i] || a.lo[i] == a.hi[i] ||
                b.lo[i] == b.hi[i];
      if (apart)
        continue;
      if (quiet)
        return false;
      kn_report(file, KN_DIAG_bad_part, s->target_range, "parts of '%s' overlap", t->name);
      kn_note(file, other->target_range, "the other part is here");
      return false;
    }
    covered += volume(&a, t->rank);
  }
  if (quiet || covered == volume(&whole, t->rank))
    return covered == volume(&whole, t->rank);
  kn_report(file, KN_DIAG_bad_part, t->def->target_range,
            "the parts of '%s' leave a gap: %lld of %lld elements are defined", t->name,
            (long long)covered, (long long)volume(&whole, t->rank));
  kn_hint(file, "with y: [A + B], the parts 0..A and A..A + B make up the whole dimension");
  return false;
}

bool kn_check_parts(struct kn_file *file, const struct kn_tensor *t) {
  return check_parts(file, t, false);
}

/* Sizes for a trial; small ones, so that volumes stay small, and hardly related. */
static bool assume_sizes(struct kn_kernel *k, unsigned trial) {
  static const int sizes[][5] = {{11, 23, 7, 31, 5},
                                 {6, 12, 24, 4, 8},
                                 {64, 64, 64, 64, 64},
                                 {3, 5, 17, 9, 29},
                                 {40, 10, 5, 2, 1}};
  for (struct kn_dim *d = k->dims; d; d = d->next)
    if (d->name && !d->expr)
      d->size = sizes[trial][d->id % 5];
  return !update(k);
}

static void forget_sizes(struct kn_kernel *k) {
  for (struct kn_dim *d = k->dims; d; d = d->next)
    if (d->name)
      d->size = -1;
}

bool kn_try_parts(struct kn_file *file, struct kn_kernel *k, const struct kn_tensor *t) {
  enum { TRIALS = 5 };
  unsigned wrong = TRIALS;
  for (unsigned trial = 0; trial < TRIALS; trial++) {
    forget_sizes(k);
    if (!assume_sizes(k, trial))
      continue;
    if (check_parts(file, t, true)) {
      forget_sizes(k);
      return true;
    }
    wrong = wrong == TRIALS ? trial : wrong;
  }
  bool ok = true;
  if (wrong < TRIALS) {
    forget_sizes(k);
    assume_sizes(k, wrong);
    ok = check_parts(file, t, false);
    char text[300] = "";
    size_t n = 0;
    for (struct kn_dim *d = k->dims; d && n < sizeof text; d = d->next)
      if (d->name && !d->expr)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s = %lld", n ? ", " : "", d->name,
                              (long long)d->size);
    bool numbers = true;
    for (unsigned i = 0; i < t->rank; i++)
      numbers = numbers && !t->dims[i]->name;
    if (n && !numbers)
      kn_hint(file, "this is so with %s, for example", text);
  }
  forget_sizes(k);
  return ok;
}
