// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- ast.c - Tables, memory and small questions about the tree ------------===*/
#include "ast.h"
#include "diag.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*===----------------------------------------------------------------------===//
 * Tables
 *===----------------------------------------------------------------------===*/

static const struct {
  const char *name;
  unsigned bits;
  char class;
} types[] = {{"?", 0, '?'},
#define X(id, name, bits, class) {name, bits, class},
             KN_TYPES(X)
#undef X
};

const char *kn_type_name(enum kn_type type) { return types[type].name; }
unsigned kn_type_bits(enum kn_type type) { return types[type].bits; }
bool kn_type_is_float(enum kn_type type) { return types[type].class == 'f'; }
bool kn_type_is_int(enum kn_type type) {
  return types[type].class == 'i' || types[type].class == 'u';
}
bool kn_type_is_signed(enum kn_type type) { return types[type].class == 'i'; }

int64_t kn_type_min(enum kn_type type) {
  return kn_type_is_signed(type) ? (int64_t)(~0ull << (types[type].bits - 1)) : 0;
}
int64_t kn_type_max(enum kn_type type) {
  if (type == KN_BOOL)
    return 1;
  unsigned bits = types[type].bits - (kn_type_is_signed(type) ? 1 : 0);
  return (int64_t)((1ull << bits) - 1);
}

static const struct {
  const char *name;
  unsigned bits, extra;
  bool front;
} rows[] = {{"", 0, 0, false},
#define X(id, name, bits, extra, front) {name, bits, extra, front},
            KN_ROWS(X)
#undef X
};

const char *kn_rows_name(enum kn_rows r) { return rows[r].name; }
unsigned kn_rows_bits(enum kn_rows r) { return rows[r].bits; }
unsigned kn_rows_extra(enum kn_rows r) { return rows[r].extra; }
bool kn_rows_front(enum kn_rows r) { return rows[r].front; }

static const char *const op_spelling[] = {
#define X(id, spelling, name) spelling,
    KN_OPS(X)
#undef X
};
static const char *const op_name[] = {
#define X(id, spelling, name) name,
    KN_OPS(X)
#undef X
};
const char *kn_op_spelling(enum kn_op op) { return op_spelling[op]; }
const char *kn_op_name(enum kn_op op) { return op_name[op]; }

static const char *const reduction_name[] = {
#define X(id, name) name,
    KN_REDUCTIONS(X)
#undef X
};
const char *kn_reduction_name(enum kn_reduction reduction) { return reduction_name[reduction]; }

static const struct {
  const char *name;
  unsigned min, max;
  char class;
} builtins[] = {
#define X(id, name, lo, hi, class) {name, lo, hi, class},
    KN_BUILTINS(X)
#undef X
};
const char *kn_builtin_name(enum kn_builtin builtin) { return builtins[builtin].name; }
unsigned kn_builtin_min_args(enum kn_builtin builtin) { return builtins[builtin].min; }
unsigned kn_builtin_max_args(enum kn_builtin builtin) { return builtins[builtin].max; }
char kn_builtin_class(enum kn_builtin builtin) { return builtins[builtin].class; }

/*===----------------------------------------------------------------------===//
 * Memory: blocks that are freed with the file
 *===----------------------------------------------------------------------===*/

struct block {
  struct block *next;
  size_t used, size;
  _Alignas(16) char bytes[];
};
struct kn_arena {
  struct block *blocks;
};

static void *get_memory(size_t size) {
  void *p = calloc(1, size);
  if (!p) {
    kn_report_plain(KN_DIAG_no_memory, "not enough memory");
    exit(1);
  }
  return p;
}

void *kn_alloc(struct kn_file *file, size_t size) {
  struct block *b = file->arena->blocks;
  size = (size + 15) & ~(size_t)15;
  if (!b || b->size - b->used < size) {
    size_t room = size > 65536 ? size : 65536;
    b = get_memory(sizeof *b + room);
    b->size = room;
    b->next = file->arena->blocks;
    file->arena->blocks = b;
  }
  void *p = b->bytes + b->used;
  b->used += size;
  return p;
}

void *kn_room(struct kn_file *file, void *items, unsigned num, unsigned *max, size_t size) {
  if (num < *max)
    return items;
  *max = num ? 2 * num : 64;
  void *more = kn_alloc(file, *max * size);
  if (num)
    memcpy(more, items, num * size);
  return more;
}

const char *kn_strndup(struct kn_file *file, const char *text, size_t size) {
  char *copy = kn_alloc(file, size + 1);
  memcpy(copy, text, size);
  return copy;
}

struct kn_expr *kn_new_expr(struct kn_file *file, enum kn_expr_kind kind, struct kn_range range) {
  struct kn_expr *e = kn_alloc(file, sizeof *e);
  e->kind = kind;
  e->range = e->op_range = range;
  return e;
}

/*===----------------------------------------------------------------------===//
 * Files
 *===----------------------------------------------------------------------===*/

struct kn_file *kn_file_from_text(const char *path, const char *text, size_t size) {
  struct kn_file *file = get_memory(sizeof *file);
  file->arena = get_memory(sizeof *file->arena);
  file->diags = kn_alloc(file, sizeof *file->diags);
  file->diags->out = stderr;
  file->path = kn_strndup(file, path, strlen(path));
  file->text = kn_strndup(file, text, size);
  file->size = (uint32_t)size;
  file->sources = kn_alloc(file, sizeof *file->sources);
  *file->sources = (struct kn_source){.path = file->path, .end = file->size};
  return file;
}

/* A whole file, malloc'ed; NULL with the reason in `why`. */
static char *read_all(const char *path, size_t *size, char *why, size_t why_size) {
  enum { LIMIT = 16 << 20 }; /* far above any description; positions are 32 bits */
  FILE *f = !strcmp(path, "-") ? stdin : fopen(path, "rb");
  if (!f) {
    snprintf(why, why_size, "cannot open '%s': %s", path, strerror(errno));
    return NULL;
  }
  size_t room = 1 << 16;
  char *text = get_memory(room);
  *size = 0;
  for (size_t n; (n = fread(text + *size, 1, room - *size, f)) > 0 && *size <= LIMIT;) {
    *size += n;
    if (*size == room) {
      char *bigger = get_memory(room * 2);
      memcpy(bigger, text, *size);
      free(text);
      text = bigger;
      room *= 2;
    }
  }
  bool ok = !ferror(f);
  if (!ok)
    snprintf(why, why_size, "cannot read '%s': %s", path, strerror(errno));
  else if (*size > LIMIT) {
    ok = false;
    snprintf(why, why_size, "'%s' is larger than %d MB; this is no KNYFE-C file", path,
             LIMIT >> 20);
  }
  if (f != stdin)
    fclose(f);
  if (ok)
    return text;
  free(text);
  return NULL;
}

struct kn_file *kn_file_open(const char *path) {
  char why[600];
  size_t size;
  char *text = read_all(path, &size, why, sizeof why);
  if (!text) {
    kn_report_plain(KN_DIAG_cannot_read, "%s", why);
    return NULL;
  }
  struct kn_file *file = kn_file_from_text(!strcmp(path, "-") ? "<stdin>" : path, text, size);
  free(text);
  return file;
}

const struct kn_source *kn_source_at(const struct kn_file *file, uint32_t at) {
  const struct kn_source *s = file->sources;
  while (s->next && s->next->begin <= at)
    s = s->next;
  return s;
}

struct kn_source *kn_add_source(struct kn_file *file, const char *path, struct kn_range range) {
  struct kn_source *last = file->sources;
  char why[600];
  size_t size;
  while (last->next)
    last = last->next;
  char *text = read_all(path, &size, why, sizeof why);
  if (text && (uint64_t)last->end + size + 2 > INT32_MAX) {
    free(text);
    text = NULL;
    snprintf(why, sizeof why, "'%s' and the other imports are too large", path);
  }
  if (!text) {
    kn_report(file, KN_DIAG_cannot_read, range, "%s", why);
    return NULL;
  }
  /* A NUL between the texts, so that each still ends with one. */
  char *all = kn_alloc(file, (size_t)last->end + 1 + size + 1);
  memcpy(all, file->text, last->end);
  memcpy(all + last->end + 1, text, size);
  free(text);
  file->text = all;
  struct kn_source *s = kn_alloc(file, sizeof *s);
  s->path = kn_strndup(file, path, strlen(path));
  s->begin = last->end + 1;
  s->end = s->begin + (uint32_t)size;
  s->importer = (struct kn_source *)kn_source_at(file, range.begin);
  s->import_range = range;
  return last->next = s;
}

void kn_file_close(struct kn_file *file) {
  if (!file)
    return;
  struct kn_arena *arena = file->arena;
  for (struct block *b = arena->blocks, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  free(arena);
  free(file);
}

/*===----------------------------------------------------------------------===//
 * Questions
 *===----------------------------------------------------------------------===*/

struct kn_index *kn_plain_index(const struct kn_expr *expr) {
  while (expr->kind == KN_CAST && expr->implicit)
    expr = expr->args[0];
  return expr->kind == KN_INDEX ? expr->index : NULL;
}

struct kn_expr *kn_arg(const struct kn_expr *call, unsigned i) {
  return i < call->num_args ? call->args[i] : NULL;
}

bool kn_walk(struct kn_expr *expr, bool (*visit)(struct kn_expr *, void *), void *data) {
  if (!expr)
    return true;
  if (!visit(expr, data))
    return false;
  for (unsigned i = 0; i < expr->num_indices; i++)
    if (!kn_walk(expr->indices[i]->lo, visit, data) || !kn_walk(expr->indices[i]->hi, visit, data))
      return false;
  for (unsigned i = 0; i < expr->num_args; i++)
    if (!kn_walk(expr->args[i], visit, data))
      return false;
  return true;
}

struct kn_dim *kn_find_dim(const struct kn_kernel *kernel, const char *name) {
  for (struct kn_dim *d = kernel->dims; d; d = d->next)
    if (d->name && !strcmp(d->name, name))
      return d;
  return NULL;
}

char *kn_describe(const struct kn_tensor *tensor, char *buffer, size_t size) {
  FILE *f = fmemopen(buffer, size, "w");
  if (!f) {
    buffer[0] = 0;
    return buffer;
  }
  fprintf(f, "%s", tensor->rows ? kn_rows_name(tensor->rows) : kn_type_name(tensor->type));
  for (unsigned i = 0; i < tensor->rank; i++) {
    struct kn_dim *d = tensor->dims[i];
    fprintf(f, "%s", i ? ", " : "[");
    if (!d)
      fprintf(f, "?");
    else if (!d->name)
      fprintf(f, "%" PRId64, d->size);
    else if (d->size < 0)
      fprintf(f, "%s", d->name);
    else
      fprintf(f, "%s = %" PRId64, d->name, d->size);
  }
  if (tensor->rank)
    fputc(']', f);
  fclose(f);
  buffer[size - 1] = 0;
  return buffer;
}

bool kn_compare(enum kn_op op, double a, double b) {
  switch (op) {
  case KN_LT:
    return a < b;
  case KN_LE:
    return a <= b;
  case KN_GT:
    return a > b;
  case KN_GE:
    return a >= b;
  case KN_EQ:
    return a == b;
  default:
    return a != b;
  }
}
