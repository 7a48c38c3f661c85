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

/* i4 and tables travel as rows of bytes (R4.1, R4.6). */
static bool is_packed(const struct kn_tensor *t) { return t->rows || t->type == KN_I4; }

static enum mtia_npy_type npy_type(const struct kn_tensor *t) {
  enum mtia_npy_type type = MTIA_NPY_U8;
  if (!is_packed(t))
    mtia_npy_type_by_name(kn_type_name(t->type), &type);
  return type;
}

/* What the file has for dimension i; -1 while it has no size. */
static int64_t npy_dim(const struct kn_tensor *t, unsigned i) {
  if (t->dims[i]->size < 0 || i + 1 < t->rank || !is_packed(t))
    return t->dims[i]->size;
  return (int64_t)kn_row_bytes(t);
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
    dims[i] = npy_dim(t, i);
  if (mtia_npy_save(path, npy_type(t), t->rank, dims, data, &error))
    return true;
  kn_report_plain(KN_DIAG_cannot_write, "%s", error.text);
  return false;
}

static bool mismatch(const struct kn_tensor *t, const char *path, unsigned ndim,
                     enum mtia_npy_type type, const int64_t *dims) {
  char found[160], expected[256];
  kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': %s holds %s, expected %s", t->name, path,
                  mtia_npy_describe(type, ndim, dims, found, sizeof found),
                  kn_describe(t, expected, sizeof expected));
  if (is_packed(t) && t->rank && t->dims[t->rank - 1]->size >= 0)
    fprintf(stderr, "hint: %s of %lld are rows of %zu bytes, u8 in the file\n",
            t->rows ? kn_rows_name(t->rows) : "i4", (long long)t->dims[t->rank - 1]->size,
            kn_row_bytes(t));
  return false;
}

/* Does the file hold the tensor, as far as its dimensions are known? */
static bool matches(const struct kn_tensor *t, const char *path, const struct mtia_npy *npy) {
  bool same = npy->type == npy_type(t) && npy->ndim == t->rank;
  for (unsigned i = 0; same && i < t->rank; i++)
    same = npy_dim(t, i) < 0 || npy_dim(t, i) == npy->dims[i];
  return same || mismatch(t, path, npy->ndim, npy->type, npy->dims);
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

/* The size that a file's dimension i tells; -1 if it tells none (half bytes may be padding). */
static int64_t size_in_file(const struct kn_tensor *t, const struct mtia_npy *npy, unsigned i) {
  if (i + 1 < t->rank || !is_packed(t))
    return npy->dims[i];
  if (t->type == KN_I4 || kn_rows_bits(t->rows) == 4)
    return -1;
  return npy->dims[i] - kn_rows_extra(t->rows);
}

/* Takes over the sizes of dimensions that had none. */
static bool bind_dims(struct kn_kernel *k, struct kn_tensor *t, const char *path,
                      const struct mtia_npy *npy) {
  for (unsigned i = 0; i < t->rank; i++) {
    int64_t size = size_in_file(t, npy, i);
    if (size > INT32_MAX) {
      kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': dimension %u of %s is larger than 2147483647",
                      t->name, i, path);
      return false;
    }
    if (size < 0 && is_packed(t) && i + 1 == t->rank && npy->dims[i] >= kn_rows_extra(t->rows))
      continue;
    if (!kn_set_dim(k, t->dims[i], size) && t->dims[i]->size < 0) {
      kn_report_plain(KN_DIAG_bad_tensor_file,
                      "'%s': dimension %u of %s is %lld, which %s cannot be", t->name, i, path,
                      (long long)npy->dims[i], t->dims[i]->name ? t->dims[i]->name : "it");
      return false;
    }
  }
  return matches(t, path, npy); /* x: i8[N, N] with a file of 2 x 3 */
}

/* An input from a file; dims gets the shape in the file, for the check at the end. */
static void *load_and_bind(struct kn_kernel *k, struct kn_tensor *t, const char *path,
                           int64_t *dims) {
  struct mtia_npy npy;
  struct mtia_npy_error error;
  if (!mtia_npy_load(path, &npy, &error)) {
    kn_report_plain(KN_DIAG_bad_tensor_file, "'%s': %s", t->name, error.text);
    return NULL;
  }
  if (matches(t, path, &npy) && bind_dims(k, t, path, &npy)) {
    memcpy(dims, npy.dims, t->rank * sizeof *dims);
    return npy.data;
  }
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
  kn_store_integer(t->type, to, 0, v);
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

char *kn_element_text(const struct kn_tensor *t, const void *data, size_t number, char *buffer,
                      size_t size) {
  int64_t col;
  const void *row = kn_element(t, data, (int64_t)number, &col);
  if (kn_type_is_float(t->type))
    snprintf(buffer, size, "%.9g", kn_load_real(t, row, col));
  else
    snprintf(buffer, size, "%" PRId64, kn_load_integer(t->type, row, col));
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
  if (type == KN_BOOL)
    return bits & 1;
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

/* What the values of tensor `t` are used for: they lie below `least` if that is not 0, and rise
 * along the last dimension if `sorted`. */
struct use {
  const struct kn_tensor *tensor;
  int64_t least;
  bool sorted;
};

static const struct kn_expr *strip(const struct kn_expr *e) {
  while (e->kind == KN_CAST)
    e = e->args[0];
  return e;
}

static bool is_read(const struct kn_expr *e, const struct kn_tensor *t) {
  e = strip(e);
  return e->kind == KN_READ && e->tensor == t;
}

static void limit_use(struct use *use, int64_t size) {
  if (!use->least || size < use->least)
    use->least = size;
}

static bool find_read(struct kn_expr *e, void *data) {
  struct use *use = data;
  return !is_read(e, use->tensor);
}

/* The greatest value of what stands beside an index that is read; 0 if it depends on data. */
static int64_t greatest(const struct kn_expr *e) {
  e = strip(e);
  if (e->kind == KN_INT)
    return e->ival;
  if (e->kind == KN_DIM)
    return e->dim->size;
  if (e->kind == KN_INDEX)
    return e->index->extent ? e->index->extent->size - 1
           : e->index->hi   ? greatest(e->index->hi) - 1
                            : 0;
  if (e->kind != KN_BINARY || (e->op != KN_ADD && e->op != KN_MUL))
    return 0;
  const int64_t a = greatest(e->args[0]), b = greatest(e->args[1]);
  return e->op == KN_ADD ? a + b : a * b;
}

/* table[idx[i]], table[idx[i] * 4 + j], and x[offsets[b] + n] with offsets: i32[B + 1] */
static void use_index(struct use *use, const struct kn_expr *index, int64_t size) {
  const struct kn_tensor *t = use->tensor;
  const struct kn_dim *last = t->rank ? t->dims[t->rank - 1] : NULL;
  index = strip(index);
  if (is_read(index, t))
    limit_use(use, size > 0 ? size : 1);
  for (unsigned i = 0; i < 2 && index->kind == KN_BINARY; i++) {
    const struct kn_expr *rest = index->args[1 - i];
    if (index->op == KN_ADD && is_read(index->args[i], t) && last && last->offset == 1) {
      limit_use(use, size + 1);
      use->sorted = true;
    } else if (!kn_walk(index->args[i], find_read, use)) {
      const int64_t beside = greatest(rest);
      if (index->op == KN_ADD)
        use_index(use, index->args[i], size - beside);
      else if (index->op == KN_MUL && beside > 0)
        use_index(use, index->args[i], (size + beside - 1) / beside);
    }
  }
}

struct index_use {
  const struct kn_index *index;
  int64_t least;
};

/* The least extent that an index is used over. */
static bool find_index_use(struct kn_expr *e, void *data) {
  struct index_use *use = data;
  for (unsigned i = 0; e->kind == KN_READ && i < e->num_args; i++)
    if (kn_plain_index(e->args[i]) == use->index &&
        (use->least < 0 || e->tensor->dims[i]->size < use->least))
      use->least = e->tensor->dims[i]->size;
  return true;
}

/* sum[j in offsets[b]..offsets[b + 1]] x[j]: offsets go up to the length of x, and rise. */
static void use_range(struct use *use, struct kn_expr *reduce, const struct kn_index *x) {
  bool lo = x->lo && is_read(x->lo, use->tensor), hi = x->hi && is_read(x->hi, use->tensor);
  struct index_use inner = {x, -1};
  if (!lo && !hi)
    return;
  kn_walk(reduce->args[0], find_index_use, &inner);
  limit_use(use, (inner.least < 0 ? 16 : inner.least) + 1);
  use->sorted = use->sorted || (lo && hi);
}

static bool find_use(struct kn_expr *e, void *data) {
  for (unsigned i = 0; e->kind == KN_READ && i < e->num_args; i++)
    use_index(data, e->args[i], e->tensor->dims[i]->size);
  for (unsigned i = 0; e->kind == KN_REDUCE && i < e->num_indices; i++)
    use_range(data, e, e->indices[i]);
  return true;
}

/* Rows of a table: any values, a scale and a bias that make them lie in (-4, 4). */
static void draw_table(const struct kn_tensor *t, char *data, uint64_t *state) {
  size_t row = kn_row_bytes(t), extra = kn_rows_extra(t->rows);
  size_t rows = row ? kn_tensor_bytes(t) / row : 0;
  enum kn_type type = kn_rows_front(t->rows) ? KN_F16 : KN_F32;
  for (size_t i = 0; i < rows; i++) {
    char *at = data + i * row, *beside = at + (kn_rows_front(t->rows) ? 0 : row - extra);
    for (size_t b = 0; b < row; b++)
      at[b] = (char)draw(state);
    double most = kn_rows_bits(t->rows) == 4 ? 15 : 255;
    double scale = draw_float(state, true) * 64 / most;
    kn_store_float(type, beside, scale);
    kn_store_float(type, beside + extra / 2, -scale * most / 2);
  }
}

/*===----------------------------------------------------------------------===//
 * Adversarial inputs: what breaks kernels that were only tried with plain numbers
 *===----------------------------------------------------------------------===*/

/* Each row of floating point has a character; mixed in one row they would all become NaN. */
enum character {
  PLAIN,
  ONE_NAN,
  ONE_INFINITY,
  DENORMAL,
  HUGE_VALUES,
  EQUAL,
  ZEROS,
  TINY,
  NUM_CHARACTERS
};

static double special_float(uint64_t *state, enum kn_type type, enum character c, int64_t col,
                            int64_t chosen) {
  double sign = draw(state) & 1 ? 1 : -1, plain = draw_float(state, false);
  double greatest = type == KN_F16 ? 65504 : type == KN_BF16 ? 0x1.FEp127 : 0x1.fffffep127;
  double least = type == KN_F16 ? 0x1p-24 : type == KN_BF16 ? 0x1p-133 : 0x1p-149;
  switch (c) {
  case ONE_NAN:
    return col == chosen ? (double)NAN : plain;
  case ONE_INFINITY:
    return col == chosen ? sign * INFINITY : plain;
  case DENORMAL:
    return sign * least * (double)(draw(state) % 100);
  case HUGE_VALUES:
    return sign * greatest * (1 - (double)(draw(state) % 4) / 4);
  case EQUAL:
    return 1.5;
  case ZEROS:
    return sign * 0.0;
  case TINY:
    return plain * 1e-4;
  default:
    return plain;
  }
}

static int64_t special_int(uint64_t *state, enum kn_type type) {
  static const int64_t few[] = {0, 1, -1, 2, 127, -128};
  uint64_t kind = draw(state) % 4;
  if (kind == 0)
    return draw(state) & 1 ? kn_type_max(type) : kn_type_min(type);
  if (kind == 1)
    return kn_wrap(type, few[draw(state) % 6]);
  return draw_int(state, type);
}

/* An index: often the first or the last one; offsets: often equal, so that bags are empty. */
static int64_t special_index(uint64_t *state, int64_t least) {
  uint64_t kind = draw(state) % 4;
  return kind == 0 ? 0 : kind == 1 ? least - 1 : (int64_t)(draw(state) % (uint64_t)least);
}

/*===----------------------------------------------------------------------===//
 * One tensor
 *===----------------------------------------------------------------------===*/

static struct use find_uses(struct kn_kernel *k, const struct kn_tensor *t) {
  struct use use = {t, 0, false};
  for (struct kn_stmt *s = k->stmts; s; s = s->next) {
    kn_walk(s->value, find_use, &use);
    for (unsigned i = 0; s->kind == KN_SCATTER && i < s->rank; i++) {
      kn_walk(s->subscripts[i], find_use, &use);
      use_index(&use, s->subscripts[i], s->target->dims[i]->size);
    }
  }
  return use;
}

static void sort_row(const struct kn_tensor *t, void *row, int64_t cols) {
  for (int64_t gap = cols / 2; gap > 0; gap /= 2) /* Shell's */
    for (int64_t i = gap; i < cols; i++) {
      int64_t v = kn_load_integer(t->type, row, i), j = i;
      for (; j >= gap && kn_load_integer(t->type, row, j - gap) > v; j -= gap)
        kn_store_integer(t->type, row, j, kn_load_integer(t->type, row, j - gap));
      kn_store_integer(t->type, row, j, v);
    }
}

static void draw_row(const struct kn_tensor *t, char *row, int64_t cols, const struct use *use,
                     bool adversarial, uint64_t *state) {
  enum character c = PLAIN;
  if (adversarial && draw(state) % 2)
    c = (enum character)(draw(state) % NUM_CHARACTERS);
  int64_t chosen = cols ? (int64_t)(draw(state) % (uint64_t)cols) : 0;
  for (int64_t col = 0; col < cols; col++) {
    if (kn_type_is_float(t->type)) {
      double v = adversarial && t->rank ? special_float(state, t->type, c, col, chosen)
                                        : draw_float(state, t->rank == 0);
      kn_store_float(t->type, row + col * (kn_type_bits(t->type) / 8), v);
    } else {
      int64_t v = !use->least ? adversarial ? special_int(state, t->type) : draw_int(state, t->type)
                  : adversarial ? special_index(state, use->least)
                                : (int64_t)(draw(state) % (uint64_t)use->least);
      kn_store_integer(t->type, row, col, v);
    }
  }
  if (use->sorted)
    sort_row(t, row, cols);
}

static void *draw_tensor(struct kn_kernel *k, const struct kn_tensor *t, bool adversarial,
                         uint64_t *state) {
  size_t row = kn_row_bytes(t), rows = row ? kn_tensor_bytes(t) / row : 0;
  char *data = allocate(kn_tensor_bytes(t));
  struct use use = find_uses(k, t);
  if (data && t->rows)
    draw_table(t, data, state);
  for (size_t i = 0; data && !t->rows && i < rows; i++)
    draw_row(t, data + i * row, t->rank ? t->dims[t->rank - 1]->size : 1, &use, adversarial, state);
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

/* A dimension of a file that told no size must suit the one that another told. */
static bool check_shapes(struct kn_kernel *k, const struct kn_options *o,
                         int64_t (*dims)[KN_MAX_RANK]) {
  for (struct kn_tensor *t = k->inputs; t; t = t->next) {
    const char *path = find_value(o->args, o->num_args, t->name);
    for (unsigned i = 0; path && i < t->rank; i++)
      if (npy_dim(t, i) != dims[t->id][i])
        return mismatch(t, path, t->rank, npy_type(t), dims[t->id]);
  }
  return true;
}

bool kn_load_data(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                  bool random, void **data) {
  if (!check_names(k, k->inputs, o->args, o->num_args, "--arg") ||
      !check_names(k, k->outputs, o->outs, o->num_outs, "--out"))
    return false;
  int64_t (*dims)[KN_MAX_RANK] = kn_alloc(file, (k->num_inputs + 1) * sizeof *dims);
  for (struct kn_tensor *t = k->inputs; t; t = t->next) {
    const char *value = find_value(o->args, o->num_args, t->name);
    if (!value)
      continue;
    data[t->id] = t->rank ? load_and_bind(k, t, value, dims[t->id]) : load_scalar(t, value);
    if (!data[t->id])
      return false;
  }
  if ((!random && missing_inputs(k, data)) || !kn_require_static(file, k) ||
      !check_shapes(k, o, dims))
    return false;
  uint64_t state = o->seed;
  for (struct kn_tensor *t = k->inputs; t; t = t->next)
    if (!data[t->id] && !(data[t->id] = draw_tensor(k, t, o->adversarial, &state)))
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
