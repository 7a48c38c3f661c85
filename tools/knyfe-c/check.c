// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- check.c - --interp and --check ---------------------------------------===*/
#include "check.h"
#include "data.h"
#include "diag.h"
#include "interp.h"
#include "interp_error.h"
#include "measure.h"
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

static void print_setup(struct kn_kernel *k, const struct kn_options *o, void **data) {
  char text[64];
  printf("kernel %s", k->name);
  for (struct kn_dim *d = k->dims; d; d = d->next)
    if (d->name && !d->expr)
      printf(", %s = %" PRId64, d->name, d->size);
  fputs(", grid ", stdout);
  for (unsigned i = 0; i < o->num_grids; i++)
    printf("%s%ux%u", i ? "," : "", o->grids[i].rows, o->grids[i].cols);
  printf(", %s inputs, seed %" PRIu64 "\n", o->adversarial ? "adversarial" : "random", o->seed);
  for (struct kn_tensor *t = k->inputs; t; t = t->next)
    if (!t->rank)
      printf("  %s = %s\n", t->name, kn_element_text(t, data[t->id], 0, text, sizeof text));
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
  if (kn_type_is_float(t->type) && tolerance > 0) /* the result is rounded to its type after all */
    tolerance += kn_half_ulp(t->type, expected == 0 ? tolerance : expected);
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
    char *path = kn_tensor_path(dir, "out-", t->name);
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

bool kn_outputs_agree(const struct kn_kernel *k, const char *dir, void **data, double **errors) {
  bool ok = true;
  for (const struct kn_tensor *t = k->outputs; ok && t; t = t->next) {
    char *path = kn_tensor_path(dir, "out-", t->name);
    char *got = kn_load_tensor(t, path);
    ok = got && compare(t, data[t->id], got, errors[t->id]).beyond == 0;
    free(got);
    free(path);
  }
  return ok;
}

double **kn_new_errors(struct kn_file *file, const struct kn_kernel *k) {
  double **errors = kn_alloc(file, (k->num_inputs + k->num_outputs) * sizeof *errors);
  for (const struct kn_tensor *t = k->outputs; t; t = t->next)
    if (!(errors[t->id] = calloc(kn_tensor_count(t) + 1, sizeof *errors[t->id]))) {
      kn_report_plain(KN_DIAG_no_memory, "no memory for the tolerances of '%s'", t->name);
      return NULL;
    }
  return errors;
}

void kn_free_errors(const struct kn_kernel *k, double **errors) {
  for (const struct kn_tensor *t = k->outputs; errors && t; t = t->next)
    free(errors[t->id]);
}

/* On all grids; the ELF file is the same for all. */
static bool run_grids(struct kn_kernel *k, const struct kn_options *o, const char *dir,
                      const char *elf, const char *c_text, void **data, double **errors) {
  bool ok = true;
  for (unsigned i = 0; ok && i < o->num_grids; i++) {
    double start = kn_seconds();
    struct kn_run run = {.dir = dir,
                         .elf = elf,
                         .c_text = c_text,
                         .rows = o->grids[i].rows,
                         .cols = o->grids[i].cols,
                         .inputs_saved = i > 0};
    ok = kn_run_kernel(k, o, &run, data, NULL);
    if (ok && o->target.verbose)
      fprintf(stderr, "knyfe-c: emulator %.1f ms\n", 1e3 * (kn_seconds() - start));
    if (ok && o->num_grids > 1)
      printf("on grid %ux%u:\n", o->grids[i].rows, o->grids[i].cols);
    ok = ok && compare_all(k, dir, data, errors);
  }
  return ok;
}

/* --dynamic: what was compiled knows no sizes; they only come now. */
static bool bind_shapes(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o) {
  bool ok = true;
  for (unsigned i = 0; ok && i < o->num_shapes; i++)
    ok = kn_bind_shape(file, k, o->shapes[i]);
  return ok;
}

bool kn_check_command(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                      kn_compile *compile) {
  if (k->num_inputs + k->num_outputs > 2 * KN_MAX_ARGS) {
    kn_report_plain(KN_DIAG_usage, "--check takes kernels of up to %d inputs and outputs",
                    2 * KN_MAX_ARGS);
    return false;
  }
  void **data = kn_alloc(file, (k->num_inputs + k->num_outputs) * sizeof *data);
  char *dir = kn_make_temp_dir(), *text = NULL;
  bool ok = dir != NULL, dynamic = o->target.dynamic;
  char *elf = ok ? kn_join_path(dir, "kernel.elf") : NULL;
  if (ok && dynamic)
    ok = (text = compile(file, k, o, elf)) && bind_shapes(file, k, o);
  ok = ok && kn_load_data(file, k, o, true, data);
  if (ok && !dynamic)
    ok = (text = compile(file, k, o, elf)) != NULL;
  if (ok)
    print_setup(k, o, data);
  double start = kn_seconds();
  double **errors = ok ? kn_new_errors(file, k) : NULL;
  ok = ok && errors && kn_interpret(file, k, data, errors);
  if (ok && o->target.verbose)
    fprintf(stderr, "knyfe-c: interpreter %.1f ms\n", 1e3 * (kn_seconds() - start));
  ok = ok && run_grids(k, o, dir, elf, text, data, errors);
  if (ok)
    puts("ok");
  if (ok && o->output) /* --check -o: keep what was checked */
    ok = kn_copy_file(elf, o->output);
  kn_free_errors(k, errors);
  free(text);
  free(elf);
  kn_remove_temp_dir(dir);
  kn_free_data(k, data);
  return ok;
}
