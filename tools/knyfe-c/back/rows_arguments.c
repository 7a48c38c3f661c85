// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors and dimensions as arguments of a kernel.
#include "mtia/kernel_abi.h"
#include "rows_kernel.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

_Static_assert(KN_MAX_RANK <= MTIA_MAX_RANK, "every tensor can be an argument");

static const char *const dtype_names[KN_NUM_TYPES] = {
    [KN_BOOL] = "BOOL", [KN_I4] = "I8",   [KN_I8] = "I8",   [KN_U8] = "U8",     [KN_I16] = "I16",
    [KN_I32] = "I32",   [KN_I64] = "I64", [KN_F16] = "F16", [KN_BF16] = "BF16", [KN_F32] = "F32"};

const char *rows_memory_type(enum kn_type type) {
  return type == KN_BOOL || type == KN_I4 ? "uint8_t"
         : type == KN_BF16                ? "__bf16"
                                          : rows_c_type(type);
}

static const char *argument_type(enum kn_type type) {
  return type == KN_BOOL ? "_Bool" : rows_memory_type(type == KN_I4 ? KN_I8 : type);
}

const char *rows_argument(struct rows *r, const struct kn_tensor *t) {
  return t->role == KN_LOCAL ? T("kn_%s", r->tensor_names[t->id]) : t->name;
}

static void declare_argument(struct rows *r, const struct kn_tensor *t) {
  char text[160];
  if (t->role == KN_INPUT && !t->rank)
    fprintf(r->out, "  %s %s;\n", argument_type(t->type), t->name);
  else
    fprintf(r->out, "  struct mtia_tensor %s; // %s%s\n", rows_argument(r, t),
            kn_describe(t, text, sizeof text), t->role == KN_LOCAL ? ", scratch" : "");
}

// A computed dimension as it is written, without blanks.
static const char *written_dim(struct rows *r, const struct kn_dim *d) {
  char *text = kn_alloc(r->file, strlen(d->name) + 1), *to = text;
  for (const char *from = d->name; *from; from++)
    if (*from != ' ')
      *to++ = *from;
  return text;
}

// What is too long gets a name of its own.
static const char *quoted_dim(struct rows *r, const char *text, const char *instead, unsigned id) {
  return strlen(text) >= MTIA_DIM_SIZE ? T("\"%s%u\"", instead, id) : T("\"%s\"", text);
}

static const char *dim_text(struct rows *r, const struct kn_dim *d) {
  return d->size >= 0 ? T("\"%" PRId64 "\"", d->size)
                      : quoted_dim(r, written_dim(r, d), "kn_d", d->id);
}

// The bytes of a packed row.
static const char *row_text(struct rows *r, const struct kn_tensor *t) {
  const struct kn_dim *d = t->dims[t->rank - 1];
  const struct size n = rows_dim(r, d);
  if (n.known)
    return T("\"%s\"", rows_row(r, t, n).text);
  const char *text = T(d->expr ? "(%s)" : "%s", written_dim(r, d));
  const unsigned extra = t->rows ? kn_rows_extra(t->rows) : 0;
  if (rows_stored(t) == KN_I4 || kn_rows_bits(t->rows) == 4)
    text = T("(%s+1)/2", text);
  return quoted_dim(r, extra ? T("%s+%u", text, extra) : text, "kn_row", t->id);
}

static const char *descriptor(struct rows *r, const struct kn_tensor *t) {
  if (t->role == KN_INPUT && !t->rank)
    return T(", MTIA_SCALAR(%s, MTIA_%s)", t->name, dtype_names[t->type]);
  const char *dims = "";
  bool packed = t->rows || rows_stored(t) == KN_I4;
  for (unsigned i = 0; i < t->rank; i++) {
    const bool row = packed && i + 1 == t->rank;
    dims = T("%s, %s", dims, row ? row_text(r, t) : dim_text(r, t->dims[i]));
  }
  return T(", MTIA_%s(%s, MTIA_%s%s)",
           t->role == KN_INPUT   ? "IN"
           : t->role == KN_LOCAL ? "SCRATCH"
                                 : "OUT",
           rows_argument(r, t), packed ? "U8" : dtype_names[rows_stored(t)], dims);
}

// Every argument: inputs, outputs, then scratch.
typedef void visit_fn(struct rows *r, const struct kn_tensor *t, void *data);

static void each_argument(struct rows *r, visit_fn *visit, void *data) {
  for (struct kn_tensor *t = r->kernel->inputs; t; t = t->next)
    visit(r, t, data);
  for (struct kn_tensor *t = r->kernel->outputs; t; t = t->next)
    visit(r, t, data);
  bool *seen = kn_alloc(r->file, r->num_tensors * sizeof *seen);
  for (struct phase *p = r->phases; p; p = p->next)
    for (struct line *l = p->lines; l; l = l->next)
      if (l->target->role == KN_LOCAL && r->in_memory[l->target->id] && !seen[l->target->id]) {
        seen[l->target->id] = true;
        visit(r, l->target, data);
      }
}

static void visit_declaration(struct rows *r, const struct kn_tensor *t, void *data) {
  declare_argument(r, t);
}

static void visit_descriptor(struct rows *r, const struct kn_tensor *t, void *data) {
  const char **text = data;
  *text = T("%s%s", *text, descriptor(r, t));
}

// Where a symbolic dimension stands in the arguments.
static const char *dim_source(struct rows *r, const struct kn_dim *dim) {
  struct kn_tensor *lists[] = {r->kernel->inputs, r->kernel->outputs};
  for (int i = 0; i < 2; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      for (unsigned d = 0; d < t->rank; d++)
        if (t->dims[d] == dim && !(d + 1 == t->rank && (t->rows || t->type == KN_I4)))
          return T("(long)args->%s.dim[%u]", t->name, d);
        else if (t->dims[d]->base == dim)
          return T("(long)args->%s.dim[%u] - %" PRId64, t->name, d, t->dims[d]->offset);
  return NULL;
}

// Dimensions that stand in no argument by themselves get one whose only purpose is its extent.
static bool needs_argument(struct rows *r, const struct kn_dim *d) {
  return d->name && !d->expr && d->size < 0 && !dim_source(r, d);
}

static const char *size_argument(struct rows *r, const struct kn_dim *d) {
  return T("kn_size_%s", r->dim_names[d->id]);
}

static void declare_size_arguments(struct rows *r) {
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next)
    if (needs_argument(r, d))
      fprintf(r->out, "  struct mtia_tensor %s; // u8[%s], tells its extent\n", size_argument(r, d),
              d->name);
}

static const char *size_descriptors(struct rows *r, const char *text) {
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next)
    if (needs_argument(r, d))
      text = T("%s, MTIA_SCRATCH(%s, MTIA_U8, %s)", text, size_argument(r, d), dim_text(r, d));
  return text;
}

void rows_declare_arguments(struct rows *r) {
  each_argument(r, visit_declaration, NULL);
  declare_size_arguments(r);
}

const char *rows_describe_arguments(struct rows *r) {
  const char *text = "";
  each_argument(r, visit_descriptor, &text);
  return size_descriptors(r, text);
}

void rows_declare_dims(struct rows *r, const char *body) {
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next) {
    if (!d->name || d->expr || d->size >= 0 || !rows_uses(body, r->dim_names[d->id]))
      continue;
    const char *source = dim_source(r, d);
    if (!source)
      source = T("(long)args->%s.dim[0]", size_argument(r, d));
    rows_put(r, "const long %s = %s;", r->dim_names[d->id], source);
  }
}

static void count_argument(struct rows *r, const struct kn_tensor *t, void *data) {
  ++*(unsigned *)data;
}

bool rows_has_few_arguments(struct rows *r) {
  unsigned n = 0;
  each_argument(r, count_argument, &n);
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next)
    n += needs_argument(r, d);
  return n <= MTIA_MAX_ARGS ||
         rows_refuse(r, r->kernel->range, "split the kernel",
                     "the kernel has %u tensors in memory, intermediates included; at most %d", n,
                     MTIA_MAX_ARGS);
}
