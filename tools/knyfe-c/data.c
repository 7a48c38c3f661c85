// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- data.c - Tensors for the interpreter and for --check -----------------===*/
#include "data.h"
#include "diag.h"
#include "interp.h"
#include "mtia/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum mtia_npy_type npy_type(enum kn_type type) {
  enum mtia_npy_type t = MTIA_NPY_BOOL;
  mtia_npy_type_by_name(kn_type_name(type), &t);
  return t;
}

static void *allocate(size_t bytes) {
  void *p = calloc(1, bytes ? bytes : 1);
  if (!p)
    kn_report_plain(KN_DIAG_no_memory, "no memory for a tensor of %zu bytes", bytes);
  return p;
}

/*===----------------------------------------------------------------------===//
 * Files
 *===----------------------------------------------------------------------===*/

bool kn_save_tensor(const struct kn_tensor *t, const void *data, const char *path) {
  int64_t dims[KN_MAX_RANK];
  struct mtia_npy_error error;
  for (unsigned i = 0; i < t->rank; i++)
    dims[i] = t->dims[i]->size;
  if (mtia_npy_save(path, npy_type(t->type), t->rank, dims, data, &error))
    return true;
  kn_report_plain(KN_DIAG_cannot_write, "%s", error.text);
  return false;
}

/* Does the file hold the tensor, as far as its dimensions are known? */
static bool matches(const struct kn_tensor *t, const char *path, const struct mtia_npy *npy) {
  bool same = npy->type == npy_type(t->type) && npy->ndim == t->rank;
  for (unsigned i = 0; same && i < t->rank; i++)
    same = t->dims[i]->size < 0 || t->dims[i]->size == npy->dims[i];
  if (same)
    return true;
  char found[160], expected[256];
  kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': %s holds %s, expected %s", t->name, path,
                  mtia_npy_describe(npy->type, npy->ndim, npy->dims, found, sizeof found),
                  kn_describe(t, expected, sizeof expected));
  return false;
}

void *kn_load_tensor(const struct kn_tensor *t, const char *path) {
  struct mtia_npy npy;
  struct mtia_npy_error error;
  if (!mtia_npy_load(path, &npy, &error)) {
    kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': %s", t->name, error.text);
    return NULL;
  }
  if (matches(t, path, &npy))
    return npy.data;
  mtia_npy_free(&npy);
  return NULL;
}

/* As above, and takes over the sizes of dimensions that had none. */
static void *load_and_bind(struct kn_kernel *k, struct kn_tensor *t, const char *path) {
  struct mtia_npy npy;
  struct mtia_npy_error error;
  if (!mtia_npy_load(path, &npy, &error)) {
    kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': %s", t->name, error.text);
    return NULL;
  }
  bool ok = matches(t, path, &npy);
  for (unsigned i = 0; ok && i < t->rank; i++) {
    if (npy.dims[i] > INT32_MAX) {
      kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': dimension %u of %s is larger than 2147483647",
                      t->name, i, path);
      ok = false;
      break;
    }
    if (!kn_set_dim(k, t->dims[i], npy.dims[i]) && t->dims[i]->size < 0) {
      kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': dimension %u of %s is %lld, too small for %s",
                      t->name, i, path, (long long)npy.dims[i], t->dims[i]->name);
      ok = false;
    }
  }
  /* x: i8[N, N] with a file of 2 x 3 */
  if (ok && matches(t, path, &npy))
    return npy.data;
  mtia_npy_free(&npy);
  return NULL;
}

/*===----------------------------------------------------------------------===//
 * Scalars
 *===----------------------------------------------------------------------===*/

static bool bad_scalar(const struct kn_tensor *t, const char *text) {
  if (kn_type_is_float(t->type))
    kn_report_plain(KN_DIAG_bad_scalar, "'%s' is %s: '%.60s' is no number", t->name,
                    kn_type_name(t->type), text);
  else
    kn_report_plain(KN_DIAG_bad_scalar,
                    "'%s' is %s: '%.60s' is no integer from %" PRId64 " to %" PRId64, t->name,
                    kn_type_name(t->type), text, kn_type_min(t->type), kn_type_max(t->type));
  return false;
}

static bool parse_scalar(const struct kn_tensor *t, const char *text, void *to) {
  char *end;
  errno = 0;
  if (kn_type_is_float(t->type)) {
    double v = strtod(text, &end);
    if (end == text || *end)
      return bad_scalar(t, text);
    kn_store_float(t->type, to, v);
    return true;
  }
  int64_t v = !strcmp(text, "true") ? 1 : !strcmp(text, "false") ? 0 : strtoll(text, &end, 0);
  bool word = t->type == KN_BOOL && (!strcmp(text, "true") || !strcmp(text, "false"));
  if (!word &&
      (end == text || *end || errno || v < kn_type_min(t->type) || v > kn_type_max(t->type)))
    return bad_scalar(t, text);
  kn_store_int(t->type, to, v);
  return true;
}

static void *load_scalar(struct kn_tensor *t, const char *text) {
  size_t n = strlen(text);
  if (n > 4 && !strcmp(text + n - 4, ".npy"))
    return kn_load_tensor(t, text);
  void *to = allocate(8);
  if (to && parse_scalar(t, text, to))
    return to;
  free(to);
  return NULL;
}

char *kn_element_text(enum kn_type type, const void *at, char *buffer, size_t size) {
  if (kn_type_is_float(type))
    snprintf(buffer, size, "%.9g", kn_load_float(type, at));
  else
    snprintf(buffer, size, "%" PRId64, kn_load_int(type, at));
  return buffer;
}

/*===----------------------------------------------------------------------===//
 * Random inputs
 *===----------------------------------------------------------------------===*/

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t draw(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

/* Narrow integers take all their values; wide ones are mostly small, so that sums of products and
 * what follows them stay interesting, and now and then anything, extremes included. */
static int64_t draw_int(uint64_t *state, enum kn_type type) {
  uint64_t bits = draw(state);
  unsigned kind = bits & 31;
  bits >>= 5;
  if (kn_type_bits(type) <= 16)
    return kn_wrap(type, (int64_t)bits);
  if (kind == 0)
    return bits & 1 ? kn_type_max(type) : kn_type_min(type);
  if (kind == 1)
    return kn_wrap(type, (int64_t)draw(state));
  return (int64_t)(bits % 20001) - 10000;
}

/* Scalars are mostly scales and factors: positive, from 2^-14 to 2^-4. Tensors: (-4, 4). */
static double draw_float(uint64_t *state, bool scalar) {
  double u = (double)(draw(state) >> 11) * 0x1p-53;
  return scalar ? exp2(-14 + 10 * u) : 8 * u - 4;
}

/* The smallest extent that values of tensor `t` are used as an index into; 0 if they are not. */
struct use {
  const struct kn_tensor *tensor;
  int64_t least;
};

static bool find_use(struct kn_expr *e, void *data) {
  struct use *use = data;
  for (unsigned i = 0; e->kind == KN_READ && i < e->num_args; i++) {
    struct kn_expr *index = e->args[i];
    while (index->kind == KN_CAST)
      index = index->args[0];
    int64_t size = e->tensor->dims[i]->size;
    if (index->kind == KN_READ && index->tensor == use->tensor &&
        (!use->least || size < use->least))
      use->least = size;
  }
  return true;
}

static void *draw_tensor(struct kn_kernel *k, const struct kn_tensor *t, uint64_t *state) {
  size_t count = kn_tensor_count(t), element = kn_type_bits(t->type) / 8;
  char *data = allocate(count * element);
  struct use use = {t, 0};
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    kn_walk(s->value, find_use, &use);
  for (size_t i = 0; data && i < count; i++) {
    char *at = data + i * element;
    if (kn_type_is_float(t->type))
      kn_store_float(t->type, at, draw_float(state, t->rank == 0));
    else if (use.least)
      kn_store_int(t->type, at, (int64_t)(draw(state) % (uint64_t)use.least));
    else
      kn_store_int(t->type, at, draw_int(state, t->type));
  }
  return data;
}

/*===----------------------------------------------------------------------===//
 * All arguments
 *===----------------------------------------------------------------------===*/

static const char *find_value(const struct kn_binding *list, unsigned count, const char *name) {
  for (unsigned i = 0; i < count; i++)
    if (list[i].name_size == strlen(name) && !memcmp(list[i].name, name, list[i].name_size))
      return list[i].value;
  return NULL;
}

static bool check_names(const struct kn_kernel *k, const struct kn_tensor *tensors,
                        const struct kn_binding *list, unsigned count, const char *option) {
  for (unsigned i = 0; i < count; i++) {
    const struct kn_tensor *t = tensors;
    while (t && (strlen(t->name) != list[i].name_size ||
                 memcmp(t->name, list[i].name, list[i].name_size)))
      t = t->next;
    bool twice = false;
    for (unsigned other = 0; other < i; other++)
      twice = twice || (list[i].name_size == list[other].name_size &&
                        !memcmp(list[i].name, list[other].name, list[i].name_size));
    if (t && !twice)
      continue;
    kn_report_plain(KN_DIAG_usage,
                    t ? "%s: '%.*s' is given twice for kernel '%s'"
                      : "%s: '%.*s' is none of the names in kernel '%s'",
                    option, (int)list[i].name_size, list[i].name, k->name);
    return false;
  }
  return true;
}

static bool missing_inputs(const struct kn_kernel *k, void **data) {
  char names[512];
  size_t n = 0;
  for (struct kn_tensor *t = k->inputs; t && n < sizeof names; t = t->next)
    if (!data[t->id])
      n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", t->name);
  if (n)
    kn_report_plain(KN_DIAG_argument_missing,
                    "no value for %s; add --arg NAME=FILE.npy, or NAME=NUMBER for a scalar", names);
  return n != 0;
}

bool kn_load_data(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                  bool random, void **data) {
  if (!check_names(k, k->inputs, o->args, o->num_args, "--arg") ||
      !check_names(k, k->outputs, o->outs, o->num_outs, "--out"))
    return false;
  for (struct kn_tensor *t = k->inputs; t; t = t->next) {
    const char *value = find_value(o->args, o->num_args, t->name);
    if (!value)
      continue;
    data[t->id] = t->rank ? load_and_bind(k, t, value) : load_scalar(t, value);
    if (!data[t->id])
      return false;
  }
  if ((!random && missing_inputs(k, data)) || !kn_require_static(file, k))
    return false;
  uint64_t state = o->seed;
  for (struct kn_tensor *t = k->inputs; t; t = t->next)
    if (!data[t->id] && !(data[t->id] = draw_tensor(k, t, &state)))
      return false;
  for (struct kn_tensor *t = k->outputs; t; t = t->next)
    if (!(data[t->id] = allocate(kn_tensor_bytes(t))))
      return false;
  return true;
}

void kn_free_data(const struct kn_kernel *k, void **data) {
  for (unsigned i = 0; i < k->num_inputs + k->num_outputs; i++)
    free(data[i]);
}
