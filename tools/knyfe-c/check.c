// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- check.c - --interp and --check ---------------------------------------===*/
#include "check.h"
#include "data.h"
#include "diag.h"
#include "interp.h"
#include "interp_error.h"
#include "process.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool kn_interp_command(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o) {
  void **data = kn_alloc(file, (k->num_inputs + k->num_outputs) * sizeof *data);
  bool ok = kn_load_data(file, k, o, false, data);
  double start = kn_seconds();
  ok = ok && kn_interpret(file, k, data, NULL);
  if (ok && o->target.verbose)
    fprintf(stderr, "knyfe-c: interpreted in %.1f ms\n", 1e3 * (kn_seconds() - start));
  for (struct kn_tensor *t = k->outputs; ok && t; t = t->next) {
    for (unsigned i = 0; ok && i < o->num_outs; i++)
      if (o->outs[i].name_size == strlen(t->name) &&
          !memcmp(o->outs[i].name, t->name, o->outs[i].name_size))
        ok = kn_save_tensor(t, data[t->id], o->outs[i].value);
    if (ok && t->rank == 0) {
      char text[64];
      printf("%s = %s\n", t->name, kn_element_text(t, data[t->id], 0, text, sizeof text));
    }
  }
  kn_free_data(k, data);
  return ok;
}

/*===----------------------------------------------------------------------===//
 * --check
 *===----------------------------------------------------------------------===*/

/* "dir/" prefix name ".npy" */
static char *tensor_path(const char *dir, const char *prefix, const char *name) {
  char *path = malloc(strlen(dir) + strlen(prefix) + strlen(name) + 6);
  if (!path)
    abort();
  sprintf(path, "%s/%s%s.npy", dir, prefix, name);
  return path;
}

static void print_setup(struct kn_kernel *k, const struct kn_options *o, void **data) {
  char text[64];
  printf("kernel %s", k->name);
  for (struct kn_dim *d = k->dims; d; d = d->next)
    if (d->name && !d->expr)
      printf(", %s = %" PRId64, d->name, d->size);
  printf(", grid %ux%u, %s inputs, seed %" PRIu64 "\n", o->target.grid_rows, o->target.grid_cols,
         o->adversarial ? "adversarial" : "random", o->seed);
  for (struct kn_tensor *t = k->inputs; t; t = t->next)
    if (!t->rank)
      printf("  %s = %s\n", t->name, kn_element_text(t, data[t->id], 0, text, sizeof text));
}

/* The command line of mtia-run; every string is malloc'ed. */
struct command {
  char *words[4 * KN_MAX_ARGS + 8];
  unsigned count;
};

static void word(struct command *c, const char *format, const char *a, const char *b) {
  if (c->count + 1 >= sizeof c->words / sizeof *c->words)
    abort(); /* kn_check_command counted */
  if (asprintf(&c->words[c->count++], format, a, b) < 0)
    abort();
}

static bool run_device(struct kn_kernel *k, const struct kn_options *o, const char *dir,
                       const char *elf, void **data) {
  char *tool = kn_sibling("mtia-run"), grid[16], text[64];
  struct command c = {0};
  bool ok = tool != NULL;
  if (!ok)
    return false;
  snprintf(grid, sizeof grid, "%ux%u", o->target.grid_rows, o->target.grid_cols);
  word(&c, "%s%s", tool, "");
  word(&c, "%s%s", elf, "");
  word(&c, "--grid%s%s", "", "");
  word(&c, "%s%s", grid, "");
  for (struct kn_tensor *t = k->inputs; t && ok; t = t->next) {
    word(&c, "--arg%s%s", "", "");
    if (!t->rank) {
      word(&c, "%s=%s", t->name, kn_element_text(t, data[t->id], 0, text, sizeof text));
      continue;
    }
    char *path = tensor_path(dir, "in-", t->name);
    word(&c, "%s=%s", t->name, path);
    ok = kn_save_tensor(t, data[t->id], path);
    free(path);
  }
  for (struct kn_tensor *t = k->outputs; t; t = t->next) {
    char *path = tensor_path(dir, "out-", t->name);
    word(&c, "--out%s%s", "", "");
    word(&c, "%s=%s", t->name, path);
    free(path);
  }
  ok = ok && kn_run(c.words, NULL, o->target.verbose);
  for (unsigned i = 0; i < c.count; i++)
    free(c.words[i]);
  free(tool);
  return ok;
}

/* How an output of the device compares with the reference. */
struct comparison {
  size_t count, beyond, open, first;
  double max_abs, max_rel, max_ulp, bias, tolerance;
};

/* Of one element; NaN equals NaN, infinities must be the same ones. */
static double distance(double a, double b) {
  if (isnan(a) || isnan(b))
    return isnan(a) && isnan(b) ? 0 : INFINITY;
  return a == b ? 0 : fabs(a - b);
}

/* A result that overflows in the device may be an infinity, or a NaN made of several. */
static bool within(const struct kn_tensor *t, double expected, double got, double tolerance) {
  if (isinf(tolerance))
    return true;
  if (kn_type_is_float(t->type)) /* the result is rounded to its type after all */
    tolerance += tolerance > 0 ? kn_half_ulp(t->type, expected) : 0;
  return distance(expected, got) <= tolerance;
}

static struct comparison compare(const struct kn_tensor *t, const char *expected, const char *got,
                                 const double *errors) {
  struct comparison c = {.count = kn_tensor_count(t)};
  size_t numbers = 0;
  for (size_t i = 0; i < c.count; i++) {
    int64_t col;
    const void *row = kn_element(t, expected, (int64_t)i, &col);
    const void *row_got = kn_element(t, got, (int64_t)i, &col);
    bool real = kn_type_is_float(t->type);
    double a = real ? kn_load_real(t, row, col) : (double)kn_load_integer(t->type, row, col);
    double b =
        real ? kn_load_real(t, row_got, col) : (double)kn_load_integer(t->type, row_got, col);
    double apart = distance(a, b);
    bool same =
        real || kn_load_integer(t->type, row, col) == kn_load_integer(t->type, row_got, col);
    if ((!within(t, a, b, errors[i]) || (!same && errors[i] == 0)) && c.beyond++ == 0) {
      c.first = i;
      c.tolerance = errors[i];
    }
    c.open += isinf(errors[i]);
    c.max_abs = fmax(c.max_abs, apart);
    if (!isfinite(a) || !isfinite(b))
      continue;
    c.bias += b - a;
    numbers++;
    if (a != 0)
      c.max_rel = fmax(c.max_rel, apart / fabs(a));
    if (real && a != 0)
      c.max_ulp = fmax(c.max_ulp, apart / (2 * kn_half_ulp(t->type, a)));
  }
  c.bias = numbers ? c.bias / (double)numbers : 0;
  return c;
}

/* One line of the table; the number of elements beyond the tolerance. */
static size_t compare_output(const struct kn_tensor *t, const char *expected, const char *got,
                             const double *errors) {
  struct comparison c = compare(t, expected, got, errors);
  printf("%-16s %10zu %10zu %10.3g %10.3g", t->name, c.count, c.beyond, c.max_abs, c.max_rel);
  if (kn_type_is_float(t->type))
    printf(" %10.3g", c.max_ulp);
  else
    printf(" %10s", "-");
  printf(" %10.2g", c.bias);
  if (c.beyond) {
    char where[256] = "", a[64], b[64];
    size_t index[KN_MAX_RANK], rest = c.first, n = 0;
    for (unsigned i = t->rank; i-- > 0;) {
      index[i] = rest % (size_t)t->dims[i]->size;
      rest /= (size_t)t->dims[i]->size;
    }
    for (unsigned i = 0; i < t->rank && n < sizeof where; i++)
      n += (size_t)snprintf(where + n, sizeof where - n, "%s%zu", i ? "," : "", index[i]);
    printf("  first at [%s]: expected %s, got %s, tolerance %.3g", where,
           kn_element_text(t, expected, c.first, a, 64), kn_element_text(t, got, c.first, b, 64),
           c.tolerance);
  }
  if (c.open)
    printf("  (%zu open: a choice or an overflow depends on rounding)", c.open);
  putchar('\n');
  return c.beyond;
}

static bool compare_all(struct kn_kernel *k, const char *dir, void **data, double **errors) {
  size_t wrong = 0;
  bool ok = true;
  printf("%-16s %10s %10s %10s %10s %10s %10s\n", "output", "elements", "beyond", "max abs",
         "max rel", "max ULP", "bias");
  for (struct kn_tensor *t = k->outputs; t; t = t->next) {
    char *path = tensor_path(dir, "out-", t->name);
    char *got = kn_load_tensor(t, path);
    if (got)
      wrong += compare_output(t, data[t->id], got, errors[t->id]);
    ok = ok && got;
    free(got);
    free(path);
  }
  fflush(stdout);
  if (ok && wrong)
    kn_report_plain(KN_DIAG_check_mismatch,
                    "device and reference interpreter differ in %zu element%s of kernel '%s'",
                    wrong, wrong == 1 ? "" : "s", k->name);
  return ok && !wrong;
}

/* Room for the tolerance of each element of the outputs. */
static double **new_errors(struct kn_file *file, const struct kn_kernel *k) {
  double **errors = kn_alloc(file, (k->num_inputs + k->num_outputs) * sizeof *errors);
  for (const struct kn_tensor *t = k->outputs; t; t = t->next)
    if (!(errors[t->id] = calloc(kn_tensor_count(t) + 1, sizeof *errors[t->id]))) {
      kn_report_plain(KN_DIAG_no_memory, "no memory for the tolerances of '%s'", t->name);
      return NULL;
    }
  return errors;
}

bool kn_check_command(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                      bool (*compile)(struct kn_file *, struct kn_kernel *,
                                      const struct kn_options *, const char *)) {
  if (k->num_inputs + k->num_outputs > 2 * KN_MAX_ARGS) {
    kn_report_plain(KN_DIAG_usage, "--check takes kernels of up to %d inputs and outputs",
                    2 * KN_MAX_ARGS);
    return false;
  }
  void **data = kn_alloc(file, (k->num_inputs + k->num_outputs) * sizeof *data);
  char *dir = NULL, *elf = NULL;
  bool ok = kn_load_data(file, k, o, true, data) && (dir = kn_make_temp_dir()) != NULL;
  if (ok) {
    elf = kn_join_path(dir, "kernel.elf");
    ok = compile(file, k, o, elf);
  }
  if (ok)
    print_setup(k, o, data);
  double start = kn_seconds();
  double **errors = ok ? new_errors(file, k) : NULL;
  ok = ok && errors && kn_interpret(file, k, data, errors);
  double middle = kn_seconds();
  ok = ok && run_device(k, o, dir, elf, data);
  if (ok && o->target.verbose)
    fprintf(stderr, "knyfe-c: interpreter %.1f ms, emulator %.1f ms\n", 1e3 * (middle - start),
            1e3 * (kn_seconds() - middle));
  ok = ok && compare_all(k, dir, data, errors);
  if (ok)
    puts("ok");
  if (ok && o->output) /* --check -o: keep what was checked */
    ok = compile(file, k, o, o->output);
  for (struct kn_tensor *t = k->outputs; errors && t; t = t->next)
    free(errors[t->id]);
  free(elf);
  kn_remove_temp_dir(dir);
  kn_free_data(k, data);
  return ok;
}
