// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row program as a kernel: its arguments, the sizes of tiles, core 0, which moves, and core 1,
// which computes.
#include "rows_print.h"
#include "decide.h"
#include "internal.h"
#include "lines.h"
#include "mtia/kernel_abi.h"
#include "rows_block.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

_Static_assert(KN_MAX_RANK <= MTIA_MAX_RANK, "every tensor can be an argument");

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

void rows_put(struct rows *r, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int size = vsnprintf(NULL, 0, format, args);
  char *text = kn_alloc(r->file, (size_t)size + 1);
  vsnprintf(text, (size_t)size + 1, format, again);
  va_end(args);
  va_end(again);
  kn_put_line(r->out, r->indent, text);
}

void rows_comment(struct rows *r, const char *text) { kn_put_comment(r->out, r->indent, text); }

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

// What the text itself uses, and a macro that is no keyword.
static const char *const reserved[] = {
    "args",    "main",     "tile",    "tiles", "pe",    "pes",  "done",    "local",
    "compute", "offsetof", "BY_CORE", "asm",   "again", "sums", "results", "all",
};

// Begins like names of headers: no number at its end helps.
static bool is_like_ours(const char *name) {
  return !strncmp(name, "mtia", 4) || !strncmp(name, "MTIA", 4) || !strncmp(name, "CB_", 3) ||
         !strncmp(name, "TILE", 4) || !strncmp(name, "INT", 3) || !strncmp(name, "UINT", 4) ||
         !strcmp(name, "KN") || !strncmp(name, "KN_", 3) || !strcmp(name, "KP") ||
         !strncmp(name, "KP_", 3) || !strncmp(name, "kp_", 3) || name[0] == '_';
}

static bool taken(const struct rows *r, const char *name) {
  if (kn_is_c_word(name))
    return true;
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (!strcmp(reserved[i], name))
      return true;
  if (is_like_ours(name))
    return true;
  size_t n = strlen(name);
  if (n > 2 && !strcmp(name + n - 2, "_t")) // size_t
    return true;
  if (n > 4 && (!strcmp(name + n - 4, "_MAX") || !strcmp(name + n - 4, "_MIN")))
    return true;
  for (unsigned i = 0; i < r->num_names; i++)
    if (!strcmp(r->names[i], name))
      return true;
  return false;
}

static const char *take_name(struct rows *r, const char *name) {
  r->names = kn_room(r->file, r->names, r->num_names, &r->max_names, sizeof *r->names);
  return r->names[r->num_names++] = name;
}

// Room for what is put in front and behind: scratch arguments have names of MTIA_NAME_SIZE, too.
static const char *allowed(struct rows *r, const char *wish) {
  return T("%s%.40s", is_like_ours(wish) ? "a" : "", wish);
}

const char *rows_name(struct rows *r, const char *wish) {
  wish = allowed(r, wish);
  const char *name = wish;
  for (unsigned i = 2; taken(r, name); i++)
    name = T("%s_%u", wish, i);
  return take_name(r, name);
}

const char *rows_tiled_name(struct rows *r, const char *wish) {
  wish = allowed(r, wish);
  const char *name = wish;
  for (unsigned i = 2; taken(r, name) || taken(r, T("%s0", name)) || taken(r, T("%s1", name)); i++)
    name = T("%s_%u", wish, i);
  take_name(r, T("%s0", name));
  take_name(r, T("%s1", name));
  return take_name(r, name);
}

void rows_release(struct rows *r, const char *name) {
  for (unsigned i = r->num_names; i-- > 0;)
    if (r->names[i] == name) {
      r->names[i] = "";
      return;
    }
}

// Does a line of code, of which a comment and a #line are none, use the identifier?
static bool line_uses(const char *line, size_t size, const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i + n <= size; i++) {
    if (line[i] == '#' || (line[i] == '/' && i + 1 < size && line[i + 1] == '/'))
      return false;
    if (strncmp(line + i, name, n))
      continue;
    bool before = i > 0 && (isalnum((unsigned char)line[i - 1]) || line[i - 1] == '_' ||
                            line[i - 1] == '.' || (line[i - 1] == '>' && line[i - 2] == '-'));
    bool after = i + n < size && (isalnum((unsigned char)line[i + n]) || line[i + n] == '_');
    if (!before && !after)
      return true;
  }
  return false;
}

static bool uses(const char *text, const char *name) {
  for (size_t n; *text; text += n + (text[n] != 0)) {
    n = strcspn(text, "\n");
    if (line_uses(text, n, name))
      return true;
  }
  return false;
}

// Code that follows stands for a line of the description, or (`at` is NULL) for itself again: the
// number comes in when the text is whole.
void rows_line(struct rows *r, const struct kn_range *at) {
  if (!at) {
    fputs("#line @\n", r->out);
    return;
  }
  unsigned line, column;
  kn_position(r->file, at->begin, &line, &column);
  const char *path = kn_source_at(r->file, at->begin)->path;
  fprintf(r->out, "#line %u \"", line);
  for (; *path; path++)
    fprintf(r->out, *path == '"' || *path == '\\' ? "\\%c" : "%c", *path);
  fputs("\"\n", r->out);
}

// The text as a whole, which begins at line 1 of KERNEL.c.
static void put_text(struct rows *r, const char *text) {
  unsigned line = 1;
  for (size_t n; *text; text += n, line++) {
    n = strcspn(text, "\n");
    n += text[n] != 0;
    if (!strncmp(text, "#line @", 7))
      fprintf(r->out, "#line %u \"%s.c\"\n", line + 1, r->kernel->name);
    else
      fwrite(text, 1, n, r->out);
  }
}

//===----------------------------------------------------------------------===//
// Tensors as arguments
//===----------------------------------------------------------------------===//

static const char *const dtype_names[KN_NUM_TYPES] = {
    [KN_BOOL] = "BOOL", [KN_I4] = "I8",   [KN_I8] = "I8",   [KN_U8] = "U8",     [KN_I16] = "I16",
    [KN_I32] = "I32",   [KN_I64] = "I64", [KN_F16] = "F16", [KN_BF16] = "BF16", [KN_F32] = "F32"};

// The type of elements in memory.
static const char *memory_type(enum kn_type type) {
  return type == KN_BOOL || type == KN_I4 ? "uint8_t"
         : type == KN_BF16                ? "__bf16"
                                          : rows_c_type(type);
}

static const char *argument_type(enum kn_type type) {
  return type == KN_BOOL ? "_Bool" : memory_type(type == KN_I4 ? KN_I8 : type);
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

static const char *size_descriptors(struct rows *r) {
  const char *text = "";
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next)
    if (needs_argument(r, d))
      text = T("%s, MTIA_SCRATCH(%s, MTIA_U8, %s)", text, size_argument(r, d), dim_text(r, d));
  return text;
}

static void declare_dims(struct rows *r, const char *body) {
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next) {
    if (!d->name || d->expr || d->size >= 0 || !uses(body, r->dim_names[d->id]))
      continue;
    const char *source = dim_source(r, d);
    if (!source)
      source = T("(long)args->%s.dim[0]", size_argument(r, d));
    rows_put(r, "const long %s = %s;", r->dim_names[d->id], source);
  }
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

static const char *column_name(const struct phase *p) { return p->par_name[p->num_par - 1]; }

static bool has_columns(const struct phase *p) {
  return p->across || (p->lines->scatter && !p->lines->chunked) || !sz_is(p->tile_columns, 1);
}
static bool has_rows(const struct phase *p) { return p->num_par > 1 && !sz_is(p->tile_rows, 1); }

static bool is_tiled(const struct phase *p, int i) {
  return i == (int)p->num_par - 1 ? has_columns(p) : i == (int)p->num_par - 2 && has_rows(p);
}

static struct size num_tiles(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  struct size n = sz_num(f, 1);
  for (unsigned i = 0; i < p->num_par; i++) {
    struct size extent = rows_dim(r, p->par[i]);
    if (i == p->num_par - 1)
      extent = sz_ceil_div(f, extent, p->tile_columns);
    else if (i == p->num_par - 2)
      extent = sz_ceil_div(f, extent, p->tile_rows);
    n = sz_mul(f, n, extent);
  }
  return n;
}

// The indices of tile `t`: m0, m1 along the tiled ones, b for the others.
static void locate(struct rows *r, struct phase *p, const char *t) {
  struct kn_file *f = r->file;
  struct size rest = sz_name(t);
  for (unsigned i = p->num_par; i-- > 0;) {
    const char *name = p->par_name[i];
    struct size extent = rows_dim(r, p->par[i]), tile = sz_num(f, 1), count;
    bool column = i == p->num_par - 1;
    bool tiled = is_tiled(p, (int)i);
    if (tiled)
      tile = column ? p->tile_columns : p->tile_rows;
    count = sz_ceil_div(f, extent, tile);
    bool outermost = true; // nothing but one tile further out
    for (unsigned k = 0; k < i; k++)
      outermost = outermost && sz_is(rows_dim(r, p->par[k]), 1);
    bool one = sz_is(count, 1) || sz_is(count, 0); // none: this text is never reached
    struct size at = one ? sz_num(f, 0)
                     : outermost
                         ? rest
                         : (struct size){T("%s %% %s", rest.atom ? rest.text : T("(%s)", rest.text),
                                           count.atom ? count.text : T("(%s)", count.text)),
                                         0, false, false};
    struct size first = sz_mul(f, at, tile);
    if (tiled) {
      rows_put(r, "const long %s0 = %s;", name, first.text);
      if (sz_is(count, 1))
        rows_put(r, "const long %s1 = %s;", name, extent.text);
      else if (rows_even(r, p, (int)i))
        rows_put(r, "const long %s1 = %s0 + %s;", name, name, tile.text);
      else
        rows_put(r, "const long %s1 = kn_least(%s, %s0 + %s);", name, extent.text, name, tile.text);
    } else
      rows_put(r, "const long %s = %s;", name, first.text);
    if (!outermost && !one)
      rest = (struct size){T("%s / %s", rest.atom ? rest.text : T("(%s)", rest.text),
                             count.atom ? count.text : T("(%s)", count.text)),
                           0, false, false};
  }
}

// First index and number of indices of a tile along dimension i of an operand.
static struct size first_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i) {
  int use = o->use[i];
  if (use == WHOLE)
    return sz_num(r->file, 0);
  bool tiled = is_tiled(p, use);
  const struct size at = sz_name(tiled ? T("%s0", p->par_name[use]) : p->par_name[use]);
  return o->times[i].text ? sz_mul(r->file, at, o->times[i]) : at;
}

// The same of chunks, the last of which may be shorter: none of the later ones, if only the launch
// knows how many there are.
static struct size number_of_chunks(struct rows *r, struct phase *p, const struct operand *o,
                                    unsigned i) {
  struct kn_file *f = r->file;
  const int use = o->use[i];
  const struct size all = rows_dim(r, o->tensor->dims[i]), first = first_of(r, p, o, i);
  const bool tiled = is_tiled(p, use);
  const char *name = p->par_name[use];
  const struct size end =
      tiled ? sz_name(T("%s1", name)) : (struct size){T("%s + 1", name), 0, false, false};
  if (rows_dim(r, p->par[use]).value * o->times[i].value == all.value && all.known)
    return sz_mul(f, tiled ? sz_sub(f, end, sz_name(T("%s0", name))) : sz_num(f, 1), o->times[i]);
  const struct size n = sz_sub(f, sz_least(f, all, sz_mul(f, end, o->times[i])), first);
  return all.known ? n : sz_greatest(f, n, sz_num(f, 0));
}

static struct size number_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i) {
  int use = o->use[i];
  if (use == WHOLE)
    return rows_dim(r, o->tensor->dims[i]);
  bool tiled = is_tiled(p, use);
  if (o->times[i].text)
    return number_of_chunks(r, p, o, i);
  if (!tiled)
    return sz_num(r->file, 1);
  if (rows_even(r, p, use))
    return use == (int)p->num_par - 1 ? p->tile_columns : p->tile_rows;
  const char *name = p->par_name[use];
  return (struct size){T("%s1 - %s0", name, name), 0, false, false};
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

static struct size bytes_of(struct rows *r, const struct operand *o, struct size n) {
  return sz_mul(r->file, n, sz_num(r->file, rows_element_bytes(o->tensor)));
}

// Loads or stores the box of an operand: one DMA per run of rows with the same distance.
static void transfer(struct rows *r, struct phase *p, const struct operand *o) {
  struct kn_file *f = r->file;
  const struct kn_tensor *t = o->tensor;
  unsigned rank = t->rank;
  const char *arg = T("args->%s", rows_argument(r, t));
  struct size width = rank ? bytes_of(r, o, rows_row(r, t, number_of(r, p, o, rank - 1)))
                           : sz_num(f, rows_bytes(t->type));
  const char *cr = o->output ? "OUT" : "IN";
  // The rows of one DMA: the innermost dimension with several indices, and further out as long as
  // the dimensions inside are whole.
  struct size rows = sz_num(f, 1), box_rows = sz_num(f, 1); // and what the box has room for
  unsigned loops = 0, row = rank; // dimensions that get loops; of the rows
  bool whole = true;
  for (unsigned i = rank ? rank - 1 : 0; i-- > 0;) {
    struct size n = number_of(r, p, o, i);
    if (row == rank && sz_is(n, 1))
      continue;
    if (!whole) {
      loops = i + 1;
      break;
    }
    row = row == rank ? i : row;
    rows = sz_mul(f, rows, n);
    box_rows = sz_mul(f, box_rows, o->extent[i]);
    whole = o->use[i] == WHOLE;
  }
  struct size stride = row < rank ? bytes_of(r, o, o->stride[row]) : o->slot;
  const char *at = T("%s.data", arg);
  const char *names[KN_MAX_RANK];
  unsigned opened = 0;
  const char *loop_at = at;
  for (unsigned i = 0; i < rank; i++) {
    struct size first = first_of(r, p, o, i);
    const char *index = NULL;
    if (i < loops && !sz_is(number_of(r, p, o, i), 1)) {
      index = names[opened++] = rows_name(r, T("row%u", i));
      if (!sz_is(first, 0))
        index = T("(%s + %s)", first.text, index);
    } else if (!sz_is(first, 0))
      index = first.atom ? first.text : T("(%s)", first.text);
    if (!index)
      continue;
    if (i == rank - 1)
      loop_at = T("%s + (uint64_t)%s * %u", loop_at, index, rows_bytes(t->type));
    else
      loop_at = T("%s + (uint64_t)%s * %s.stride[%u]", loop_at, index, arg, i);
  }
  rows_put(r, "__mtia_cr_w2(MTIA_CR_DMA_%s, %s, %s);", cr, width.text, stride.text);
  if (row < rank)
    rows_put(r, "__mtia_cr_w(MTIA_CR_DMA_%s_PITCH, %s.stride[%u]);", cr, arg, row);
  else if (!o->per_tile) // members of a multicast must agree on it
    rows_put(r, "__mtia_cr_w(MTIA_CR_DMA_%s_PITCH, 0);", cr);
  unsigned depth = 0;
  for (unsigned i = 0; i < loops; i++) {
    struct size n = number_of(r, p, o, i);
    if (sz_is(n, 1))
      continue;
    rows_put(r, "for (long %s = 0; %s < %s; %s++) {", names[depth], names[depth], n.text,
             names[depth]);
    r->indent++;
    depth++;
  }
  if (o->output)
    rows_put(r, "__mtia_dma_out(%s, %s, %s);", o->cb_name, loop_at, rows.text);
  else
    rows_put(r, "__mtia_dma_in(%s, %s, %s, %s);", o->cb_name, loop_at, rows.text,
             o->per_tile ? "MTIA_MC_NONE" : "MTIA_MC_ROW");
  // A box is always given as a whole.
  struct size rest = sz_mul(f, sz_sub(f, box_rows, rows), stride);
  bool partial = !(rows.known && box_rows.known && rows.value == box_rows.value);
  const char *move = o->output ? "pop" : "push";
  if (partial)
    rows_put(r, "__mtia_cb_%s(%s, %s);", move, o->cb_name, rest.text);
  struct size moved = sz_mul(f, box_rows, stride);
  for (unsigned i = loops; i-- > 0;) {
    struct size n = number_of(r, p, o, i);
    if (!sz_is(n, 1)) {
      r->indent--;
      rows_put(r, "}");
      rows_release(r, names[--opened]);
      if (!(n.known && o->extent[i].known && n.value == o->extent[i].value) && o->use[i] != WHOLE)
        rows_put(r, "__mtia_cb_%s(%s, %s);", move, o->cb_name,
                 sz_mul(f, sz_sub(f, o->extent[i], n), moved).text);
    }
    moved = sz_mul(f, moved, o->extent[i]);
  }
}

// Loads that zero sizes make empty: the command has no width or no row then.
static const char *not_empty(struct rows *r, struct phase *p, const struct operand *o) {
  const char *text = "";
  for (unsigned i = 0; i < o->tensor->rank; i++) {
    if (o->use[i] != WHOLE && !o->times[i].text)
      continue;
    struct size n = number_of(r, p, o, i);
    if ((n.known && n.value > 0) || (o->times[i].text && o->times[i].known))
      continue;
    text = T("%s%s%s > 0", text, *text ? " && " : "", n.text);
  }
  return text;
}

// What follows is for operands that are staged: at the launch, or always.
static void begin_staged(struct rows *r, const struct operand *o) {
  if (o->staged.known)
    return;
  rows_put(r, "if (%s) {", o->staged.text);
  r->indent++;
}

static void end_staged(struct rows *r, const struct operand *o) {
  if (o->staged.known)
    return;
  r->indent--;
  rows_put(r, "}");
}

// What depends on the columns only stays if a PE's tiles all have the same ones.
static void begin_if(struct rows *r, const struct operand *o, const char *condition) {
  if (!o->by_column)
    return;
  rows_put(r, "if (%s) {", condition);
  r->indent++;
}

static void end_if(struct rows *r, const struct operand *o) {
  if (!o->by_column)
    return;
  r->indent--;
  rows_put(r, "}");
}

static void load(struct rows *r, struct phase *p, const struct operand *o) {
  const char *test = not_empty(r, p, o);
  if (!*test) {
    transfer(r, p, o);
    return;
  }
  rows_put(r, "if (%s) {", test);
  r->indent++;
  transfer(r, p, o);
  r->indent--;
  rows_put(r, "} else");
  rows_put(r, "  __mtia_cb_%s(%s, %s);", o->output ? "pop" : "push", o->cb_name, o->slot.text);
}

static void each_staged(struct rows *r, struct phase *p, bool output, bool per_tile) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && o->output == output && o->per_tile == per_tile && !o->shared &&
        !o->turns) {
      begin_staged(r, o);
      begin_if(r, o, "tile == pe || again");
      if (o->turned)
        rows_put_turn(r, o, T("args->%s", rows_argument(r, o->tensor)), first_of(r, p, o, 0).text,
                      sz_add(r->file, first_of(r, p, o, 0), number_of(r, p, o, 0)).text);
      else
        load(r, p, o);
      end_if(r, o);
      end_staged(r, o);
    }
}

static bool has_staged(const struct phase *p, bool output, bool per_tile) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && o->output == output && o->per_tile == per_tile && !o->shared)
      return true;
  return false;
}

// Body of a block in its own stream, so that only what it uses is declared in front of it.
struct block {
  FILE *outer;
  char *text;
  size_t size;
};

static void begin_block(struct rows *r, struct block *b) {
  b->outer = r->out;
  b->text = NULL;
  if (!(r->out = open_memstream(&b->text, &b->size)))
    abort();
}

static const char *end_block(struct rows *r, struct block *b) {
  fclose(r->out);
  r->out = b->outer;
  const char *text = kn_strndup(r->file, b->text, b->size);
  free(b->text);
  return text;
}

// Prints `body` behind those of the lines of `head` that declare something it uses.
static void put_needed(struct rows *r, const char *head, const char *body) {
  // From the last declaration to the first: one may need another.
  enum { MOST = 512 };
  const char *lines[MOST];
  size_t sizes[MOST];
  unsigned n = 0;
  for (const char *at = head; *at && n < MOST; n++) {
    lines[n] = at;
    sizes[n] = (size_t)(strstr(at, ";\n") - at) + 2; // may be broken over several
    at += sizes[n];
  }
  const char *text = body;
  while (n-- > 0) {
    const char *line = kn_strndup(r->file, lines[n], sizes[n]);
    const char *equals = strstr(line, " = ");
    if (equals) {
      size_t end = (size_t)(equals - line), begin = end;
      while (begin > 0 && line[begin - 1] != ' ' && line[begin - 1] != '*')
        begin--;
      if (!uses(text, kn_strndup(r->file, line + begin, end - begin)))
        continue;
    }
    text = T("%s%s", line, text);
  }
  fputs(text, r->out);
}

static void located(struct rows *r, struct phase *p, const char *t,
                    void (*emit)(struct rows *, struct phase *)) {
  struct block b;
  begin_block(r, &b);
  locate(r, p, t);
  const char *head = end_block(r, &b);
  begin_block(r, &b);
  emit(r, p);
  const char *body = end_block(r, &b);
  put_needed(r, head, body);
}

static void loads(struct rows *r, struct phase *p) { each_staged(r, p, false, true); }
static void stores(struct rows *r, struct phase *p) { each_staged(r, p, true, true); }

static void core0(struct rows *r, struct phase *p) {
  if (has_staged(p, false, false)) {
    rows_comment(r, "What all tiles need comes once, for all PEs of a row together.");
    rows_put(r, "__mtia_cr_w(MTIA_CR_MCAST, (1u << mtia_cols()) - 1);");
    each_staged(r, p, false, false);
  }
  bool in = has_staged(p, false, true);
  if (in) {
    rows_comment(r, "Operands come one tile ahead; the results of a tile leave behind the operands "
                    "of the next one.");
    rows_put(r, "for (long tile = pe; tile < tiles + pes; tile += pes) {");
    r->indent++;
    rows_put(r, "if (tile < tiles) {");
    r->indent++;
    located(r, p, "tile", loads);
    r->indent--;
    rows_put(r, "}");
    rows_put(r, "if (tile >= pes) {");
    r->indent++;
    struct block b;
    begin_block(r, &b);
    rows_put(r, "const long done = tile - pes;");
    const char *done = end_block(r, &b);
    begin_block(r, &b);
    located(r, p, "done", stores);
    put_needed(r, done, end_block(r, &b));
    r->indent--;
    rows_put(r, "}");
    r->indent--;
    rows_put(r, "}");
    return;
  }
  rows_put(r, "for (long tile = pe; tile < tiles; tile += pes) {");
  r->indent++;
  located(r, p, "tile", stores);
  r->indent--;
  rows_put(r, "}");
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

// Parts of a tensor may make several phases of one target.
static const char *function_name(struct rows *r, const struct phase *p) {
  const char *target = r->tensor_names[p->lines->target->id];
  if (p->lines->contracts)
    return rows_name(r, T("contract_%s", target));
  if (p->fallback)
    return rows_name(r, T("compute_%s_alone%u", target, p->number));
  if (p->next || p->number || !strcmp(r->kernel->name, "compute"))
    return rows_name(r, T("compute_%s", target));
  return "compute";
}

// Element 0 of the whole tensor, if it lay around the box as in memory: the text indexes with the
// indices of the description.
static const char *origin(struct rows *r, struct phase *p, const struct operand *o) {
  struct kn_file *f = r->file;
  struct size before = sz_num(f, 0);
  for (unsigned i = 0; i < o->tensor->rank; i++)
    before = sz_add(f, before, sz_mul(f, first_of(r, p, o, i), o->stride[i]));
  const char *end = o->output ? "tail" : "head";
  const char *base = T("__mtia_cb_%s(%s, 0)", end, o->cb_name);
  return sz_sub(f, sz_name(base), bytes_of(r, o, before)).text;
}

static const char *pointer_type(const struct operand *o, struct rows *r) {
  return T("%s%s *", o->output ? "" : "const ",
           o->tensor->rows ? "uint8_t" : memory_type(rows_stored(o->tensor)));
}

// The parameters that the body uses, and the arguments for them.
struct parameters {
  const char *declarations, *values;
};

static void parameter(struct rows *r, struct parameters *ps, const char *body, const char *type,
                      const char *name, const char *value) {
  if (!uses(body, name))
    return;
  const char *comma = *ps->declarations ? ", " : "";
  const char *gap = type[strlen(type) - 1] == '*' ? "restrict " : " ";
  ps->declarations = T("%s%s%s%s%s", ps->declarations, comma, type, gap, name);
  ps->values = T("%s%s%s", ps->values, comma, value);
}

// What one PE stores of a shared result at a time.
static struct size shared_bytes(struct rows *r, const struct operand *o) {
  return sz_div(r->file, o->slot, sz_num(r->file, o->units));
}

static void operand_parameter(struct rows *r, struct phase *p, struct parameters *ps,
                              const char *body, const struct operand *o) {
  const char *type = pointer_type(o, r);
  if (o->shared) {
    const char *unit = T("%s / %d", p->par_name[0], (int)p->shared);
    const char *value = T("(%s)kn_remote(%s %% pes, %s + %s / pes * %s) - %s * %d", type, unit,
                          o->at.text, unit, shared_bytes(r, o).text, unit, (int)p->shared);
    parameter(r, ps, body, type, o->name, value);
    return;
  }
  const char *staged = T("(%s)(%s)", type, origin(r, p, o));
  const char *direct = T("(%s)args->%s.data", type, rows_argument(r, o->tensor));
  const char *value = sz_is(o->staged, 1)   ? staged
                      : sz_is(o->staged, 0) ? direct
                                            : T("%s ? %s : %s", o->staged.text, staged, direct);
  parameter(r, ps, body, type, o->name, value);
  for (unsigned i = 0; i + 1 < o->tensor->rank; i++)
    if (!o->stride[i].known)
      parameter(r, ps, body, "long", o->stride[i].text, o->stride[i].text);
}

// The product of a phase, once for all phases that make it (a plan and what stands in for it).
static void contract_function(struct rows *r, struct phase *p) {
  for (struct phase *q = r->phases; q != p; q = q->next)
    if (q->lines->contracts && q->lines->target == p->lines->target) {
      p->function = q->function;
      return;
    }
  const char *product = rows_name(r, T("multiply_%s", r->tensor_names[p->lines->target->id]));
  kn_print_product(r, p, product);
  struct block b;
  begin_block(r, &b);
  r->indent = 1;
  kn_print_product_call(r, p, product);
  const char *body = end_block(r, &b);
  begin_block(r, &b);
  declare_dims(r, body);
  const char *head = end_block(r, &b);
  r->indent = 0;
  rows_put(r, "static void %s(const struct %s_args *args) {", p->function, r->kernel->name);
  fputs(head, r->out);
  fputs(body, r->out);
  fputs("}\n\n", r->out);
}

static void compute_function(struct rows *r, struct phase *p, struct parameters *ps) {
  struct block b;
  begin_block(r, &b);
  r->indent = 1;
  rows_compute(r, p);
  const char *body = end_block(r, &b);
  begin_block(r, &b);
  declare_dims(r, body);
  const char *head = end_block(r, &b);
  r->indent = 0;
  body = T("%s%s", head, body);
  p->body = body;
  *ps = (struct parameters){"", ""};
  if (strstr(body, "args->"))
    *ps = (struct parameters){T("const struct %s_args *args", r->kernel->name), "args"};
  for (struct operand *o = p->operands; o; o = o->next)
    if (!o->turned)
      operand_parameter(r, p, ps, body, o);
  for (struct local *v = p->locals; v; v = v->next)
    if (v->array) {
      const char *type = T("%s *", memory_type(v->tensor->type == KN_I4 ? KN_I8 : v->tensor->type));
      struct size before = sz_num(r->file, 0);
      if (p->across && !p->uncut)
        before = sz_mul(r->file, sz_name(T("%s0", column_name(p))),
                        sz_mul(r->file, v->stride[p->num_par - 1],
                               sz_num(r->file, rows_bytes(v->tensor->type))));
      const char *m = v->first < rows_serial(p) ? p->par_name[v->first] : NULL;
      if (m)
        before = sz_add(r->file, before,
                        sz_mul(r->file, sz_name(is_tiled(p, (int)v->first) ? T("%s0", m) : m),
                               sz_mul(r->file, v->stride[v->first],
                                      sz_num(r->file, rows_bytes(v->tensor->type)))));
      struct size at = sz_sub(r->file, sz_add(r->file, sz_name("local"), v->at), before);
      parameter(r, ps, body, type, v->name, T("(%s)(%s)", type, at.text));
      for (unsigned i = 0; i + 1 < v->tensor->rank; i++)
        if (v->stride[i].text && !v->stride[i].known)
          parameter(r, ps, body, "long", v->stride[i].text, v->stride[i].text);
    }
  for (unsigned i = 0; i < p->num_par; i++) {
    const char *name = p->par_name[i];
    const char *from = T("%s0", name), *to = T("%s1", name);
    parameter(r, ps, body, "long", from, from);
    parameter(r, ps, body, "long", to, to);
    if (!is_tiled(p, (int)i))
      parameter(r, ps, body, "long", name, name);
  }
  rows_comment(r, "A tile, by core 1. Pointers count from element 0 of the whole tensor.");
  rows_put(r, "KN_TILE void %s(%s) {", p->function, *ps->declarations ? ps->declarations : "void");
  fputs(body, r->out);
  fputs("}\n\n", r->out);
}

// kn_bags calls it with sums in local memory: the function above, with these in place of boxes.
static void finish_function(struct rows *r, struct phase *p, const struct kn_tensor *sums) {
  const char *b = p->par_name[0], *d = p->par_name[1];
  const char *from = T("%s0", b), *to = T("%s1", b), *column = T("%s0", d), *end = T("%s1", d);
  struct parameters ps = {"", strstr(p->body, "args->") ? "args" : ""};
  for (struct operand *o = p->operands; o; o = o->next) {
    const char *type = pointer_type(o, r);
    bool row = o->output || o->tensor == sums;
    const char *value = T("(%s)args->%s.data", type, o->tensor->name), *stride = "0";
    if (row) {
      stride = o->stride[0].known
                   ? o->stride[0].text
                   : T("kn_round_up(%s - %s, %u)", end, column, 32 / rows_element_bytes(o->tensor));
      value =
          T("(%s)%s - %s * %s - %s", type, o->output ? "results" : "sums", from, stride, column);
    }
    parameter(r, &ps, p->body, type, o->name, value);
    if (row && !o->stride[0].known)
      parameter(r, &ps, p->body, "long", o->stride[0].text, stride);
  }
  parameter(r, &ps, p->body, "long", from, from);
  parameter(r, &ps, p->body, "long", to, to);
  if (!is_tiled(p, 0))
    parameter(r, &ps, p->body, "long", b, b);
  parameter(r, &ps, p->body, "long", column, column);
  parameter(r, &ps, p->body, "long", end, end);
  // Values in front of a comma of nothing.
  const char *values = *ps.values == ',' ? ps.values + 2 : ps.values;
  rows_comment(r, "The same of sums in local memory.");
  rows_put(r,
           "static MTIA_VECTOR void finish_%s(const void *all, const float *sums, void *results, "
           "long %s, long %s, long %s, long %s) {",
           r->tensor_names[p->lines->target->id], from, to, column, end);
  r->indent++;
  if (strstr(values, "args"))
    rows_put(r, "const struct %s_args *args = all;", r->kernel->name);
  else
    rows_put(r, "(void)all;");
  if (!uses(values, end))
    rows_put(r, "(void)%s;", end);
  if (!uses(values, to) && is_tiled(p, 0))
    rows_put(r, "(void)%s;", to);
  if (!is_tiled(p, 0)) {
    rows_put(r, "for (long %s = %s; %s < %s; %s++)", b, from, b, to, b);
    rows_put(r, "  %s(%s);", p->function, values);
  } else
    rows_put(r, "%s(%s);", p->function, values);
  r->indent--;
  rows_put(r, "}");
  fputs("\n", r->out);
}

static void waits(struct rows *r, struct phase *p, bool per_tile) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && o->per_tile == per_tile && !o->shared && !o->turned) {
      begin_staged(r, o);
      begin_if(r, o, "tile == pe || again");
      rows_put(r, "__mtia_cb_wait%s(%s, %s);", o->output ? "s" : "d", o->cb_name, o->slot.text);
      end_if(r, o);
      end_staged(r, o);
    }
}

static void core1(struct rows *r, struct phase *p, const struct parameters *ps) {
  waits(r, p, false);
  rows_put(r, "for (long tile = pe; tile < tiles; tile += pes) {");
  r->indent++;
  waits(r, p, true);
  struct block b;
  begin_block(r, &b);
  locate(r, p, "tile");
  const char *head = end_block(r, &b);
  begin_block(r, &b);
  rows_put(r, "%s(%s);", p->function, ps->values);
  const char *body = end_block(r, &b);
  put_needed(r, head, body);
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && o->per_tile && !o->shared && !o->turned) {
      begin_staged(r, o);
      begin_if(r, o, "again || tile + pes >= tiles");
      rows_put(r, "__mtia_cb_%s(%s, %s);", o->output ? "push" : "pop", o->cb_name, o->slot.text);
      end_if(r, o);
      end_staged(r, o);
    }
  r->indent--;
  rows_put(r, "}");
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && !o->per_tile && !o->turned) {
      begin_staged(r, o);
      rows_put(r, "__mtia_cb_pop(%s, %s);", o->cb_name, o->slot.text);
      end_staged(r, o);
    }
  if (rows_has_engine(p))
    rows_put(r, "__mtia_cb_pop(CB_ENGINE_IN, MTIA_LOCAL_SIZE);");
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

// Places of the boxes, locals behind them.
static void init_buffers(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  for (struct operand *o = p->operands; o; o = o->next) {
    if (!rows_is_staged(o))
      continue;
    begin_staged(r, o);
    rows_put(r, "__mtia_cb_init(%s, %s, %s);", o->cb_name,
             sz_add(f, sz_name("MTIA_LOCAL_BASE"), o->at).text,
             sz_mul(f, o->slot, sz_num(f, o->slots)).text);
    end_staged(r, o);
  }
  if (rows_has_engine(p)) {
    rows_comment(r, "The SE reaches all of local memory.");
    rows_put(r, "__mtia_cb_init(CB_ENGINE_IN, MTIA_LOCAL_BASE, MTIA_LOCAL_SIZE);");
    rows_put(r, "__mtia_cb_init(CB_ENGINE_OUT, MTIA_LOCAL_BASE, MTIA_LOCAL_SIZE);");
    rows_put(r, "__mtia_cb_push(CB_ENGINE_IN, MTIA_LOCAL_SIZE);");
  }
}

// The numbers of all rows are where they belong behind a barrier.
static void store_shared(struct rows *r, struct phase *p) {
  const int n = (int)p->shared;
  const struct size rows = rows_dim(r, p->par[0]);
  rows_put(r, "__mtia_sync();");
  rows_put(r, "__mtia_bar(MTIA_BAR_GRID);");
  rows_put(r, "for (long unit = pe; mtia_core() == 0 && unit * %d < %s; unit += pes) {", n,
           rows.text);
  r->indent++;
  for (struct operand *o = p->operands; o; o = o->next) {
    if (!o->shared)
      continue;
    unsigned bytes = rows_bytes(rows_stored(o->tensor));
    rows_put(r, "__mtia_cr_w2(MTIA_CR_DMA_OUT, (uint64_t)kn_least(%s - unit * %d, %d) * %u, %s);",
             rows.text, n, n, bytes, shared_bytes(r, o).text);
    rows_put(r, "__mtia_cb_push(%s, %s);", o->cb_name, shared_bytes(r, o).text);
    rows_put(r, "__mtia_dma_out(%s, args->%s.data + (uint64_t)unit * %u, 1);", o->cb_name,
             rows_argument(r, o->tensor), (unsigned)n * bytes);
  }
  r->indent--;
  rows_put(r, "}");
}

static void phase_body(struct rows *r, struct phase *p, const struct parameters *ps) {
  struct kn_file *f = r->file;
  if (p->waits || p->number) {
    rows_comment(r, p->waits ? T("Phase %u reads what other PEs have written.", p->number + 1)
                             : T("Phase %u has other buffers.", p->number + 1));
    rows_put(r, "__mtia_sync();");
    rows_put(r, "__mtia_bar(%s);", p->waits || p->shared ? "MTIA_BAR_GRID" : "MTIA_BAR_PE");
  }
  if (p->lines->contracts) {
    rows_put(r, "%s(args);", p->function);
    return;
  }
  const struct line *l = p->lines;
  if (rows_is_call(p)) {
    rows_put_gather(r, p);
    return;
  }
  if (l->gather) {
    rows_put(r, "if (%s) {", rows_gather_fits(r, l));
    r->indent++;
    rows_put_gather(r, p);
    r->indent--;
    rows_put(r, "} else");
  }
  bool braces = p->number || p->next || p->setup || l->gather;
  if (braces) {
    rows_put(r, "{");
    r->indent++;
  }
  struct block b;
  begin_block(r, &b);
  for (const char *line = p->setup; line && *line;) {
    size_t n = strcspn(line, "\n");
    rows_put(r, "%.*s", (int)n, line);
    line += n + 1;
  }
  const char *head = end_block(r, &b);
  begin_block(r, &b);
  struct size tiles = num_tiles(r, p);
  rows_put(r, "const long tiles = %s;", tiles.text);
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->by_column && rows_is_staged(o)) {
      struct size parts = sz_ceil_div(f, rows_dim(r, p->par[p->num_par - 1]), p->tile_columns);
      rows_comment(r, "Do the columns change from one tile of a PE to the next?");
      rows_put(r, "const bool again = pes %% %s != 0;",
               parts.atom ? parts.text : T("(%s)", parts.text));
      break;
    }
  rows_put(r, "if (mtia_core() == 0) {");
  r->indent++;
  init_buffers(r, p);
  r->indent--;
  rows_put(r, "}");
  rows_put(r, "__mtia_bar(MTIA_BAR_PE);");
  rows_put(r, "if (mtia_core() == 0) { // moves data");
  r->indent++;
  core0(r, p);
  r->indent--;
  rows_put(r, "} else { // computes");
  r->indent++;
  if (p->shared)
    rows_comment(r, "A row's numbers go to the PE that stores their 32 bytes.");
  for (struct local *v = p->locals; v; v = v->next)
    if (v->array && strstr(ps->values, "local")) {
      rows_put(r, "const uint64_t local = %s;",
               sz_add(r->file, sz_name("MTIA_LOCAL_BASE"), p->local_at).text);
      break;
    }
  core1(r, p, ps);
  r->indent--;
  rows_put(r, "}");
  if (p->shared)
    store_shared(r, p);
  const char *body = end_block(r, &b);
  put_needed(r, head, body);
  if (p->finish) // not by kn_bags
    phase_body(r, p->finish, ps + 1);
  if (braces) {
    r->indent--;
    rows_put(r, "}");
  }
}

// This PE's number and how many there are, of those that a schedule leaves to the kernel.
static void declare_pes(struct rows *r) {
  bool deals = false; // products deal out their blocks by themselves
  for (struct phase *p = r->phases; p; p = p->next)
    deals = deals || !rows_is_call(p);
  if (!deals)
    return;
  struct kn_decision *grid = kn_decide(r->kernel, KN_GRID, NULL);
  if (!grid) {
    rows_put(r, "const long pe = mtia_pe(), pes = mtia_rows() * mtia_cols();");
    return;
  }
  rows_comment(r, T("%s: PEs outside have no tiles.", kn_decision_text(r->file, grid)));
  rows_put(r, "const long kn_rows = kn_least(mtia_rows(), %" PRId64 ");", grid->values[0]);
  rows_put(r, "const long kn_cols = kn_least(mtia_cols(), %" PRId64 ");", grid->values[1]);
  rows_put(r, "const long pes = kn_rows * kn_cols;");
  rows_put(r,
           "const long pe = mtia_row() < kn_rows && mtia_col() < kn_cols ? mtia_row() * kn_cols + "
           "mtia_col() : 1L << 40;");
}

// The phases; of two plans that of which the rows fit into local memory.
static void phases_body(struct rows *r, const struct parameters *ps) {
  const char *fits = "";
  bool two = false;
  for (struct phase *p = r->phases; p; p = p->next) {
    two = two || p->fallback;
    if (!p->fallback && !p->need.known && p->need.text)
      fits = T("%s%s%s <= %d", fits, *fits ? " && " : "", p->need.text, ROWS_LOCAL_BYTES - 1024);
  }
  if (two) {
    rows_put(r, "if (%s) {", fits);
    r->indent++;
  }
  bool second = false;
  unsigned n = 0;
  for (struct phase *p = r->phases; p; p = p->next) {
    if (p->fallback && !second) {
      second = true;
      r->indent--;
      rows_put(r, "} else { // a row does not fit into local memory: in several passes");
      r->indent++;
    }
    if (!p->finishes)
      phase_body(r, p, &ps[n]);
    n++;
  }
  if (two) {
    r->indent--;
    rows_put(r, "}");
  }
}

static void constants(struct rows *r, const char *text) {
  const char *list = "";
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next)
    if (d->name && !d->expr && d->size >= 0 && uses(text, r->dim_names[d->id]))
      list = T("%s%s%s = %" PRId64, list, *list ? ", " : "", r->dim_names[d->id], d->size);
  if (*list)
    rows_put(r, "enum { %s };", list);
  for (struct phase *p = r->phases; p; p = p->next) {
    list = "";
    for (struct operand *o = p->operands; o; o = o->next)
      if (rows_first_use(r, p, o))
        list = T("%s%s%s = %u", list, *list ? ", " : "", o->cb_name, o->cb);
    if (*list)
      rows_put(r, "enum { %s };", list);
  }
  if (uses(text, "CB_ENGINE_IN"))
    rows_put(r, "enum { CB_ENGINE_IN = %u, CB_ENGINE_OUT = %u };", r->engine_cb, r->engine_cb + 1);
  fputs("\n", r->out);
}

static void print_head(struct rows *r) {
  struct kn_kernel *k = r->kernel;
  const char *base = strrchr(r->file->path, '/');
  fprintf(r->out, "// %s, made by knyfe-c from %s:\n//\n", k->name,
          base ? base + 1 : r->file->path);
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    fprintf(r->out, "//   %s\n", kn_stmt_text(r->file, s));
  bool gathers = false;
  for (struct phase *p = r->phases; p; p = p->next)
    gathers = gathers || p->lines->gather;
  fprintf(r->out,
          "//\n// for the shapes below and every sub-grid. Core 0 moves tiles between memory and "
          "local memory,\n"
          "// core 1 computes.\n#include <mtia/kernel.h>\n#include <mtia/knyfe.h>\n%s\n"
          "#pragma STDC FP_CONTRACT OFF // every operation is rounded (docs/knyfe.md, R6.6)\n\n",
          gathers ? "#include <mtia/knyfe_bags.h>\n" : "");
  fprintf(r->out, "struct %s_args {\n", k->name);
  each_argument(r, visit_declaration, NULL);
  declare_size_arguments(r);
  fputs("};\n\n", r->out);
}

static void count_argument(struct rows *r, const struct kn_tensor *t, void *data) {
  ++*(unsigned *)data;
}

static bool has_few_arguments(struct rows *r) {
  unsigned n = 0;
  each_argument(r, count_argument, &n);
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next)
    n += needs_argument(r, d);
  return n <= MTIA_MAX_ARGS ||
         rows_refuse(r, r->kernel->range, "split the kernel",
                     "the kernel has %u tensors in memory, intermediates included; at most %d", n,
                     MTIA_MAX_ARGS);
}

bool kn_rows(struct backend *b, bool as_c, FILE *out) {
  struct kn_file *file = b->file;
  struct kn_kernel *kernel = b->kernel;
  const struct kn_target *target = b->target;
  struct rows *r = kn_alloc(file, sizeof *r);
  r->backend = b;
  r->file = file;
  r->kernel = kernel;
  r->target = target;
  r->out = out;
  rows_name(r, kernel->name);
  r->dim_names = kn_alloc(file, (kernel->num_dims + 1) * sizeof *r->dim_names);
  for (struct kn_dim *d = kernel->dims; d; d = d->next) {
    if (!d->name || d->expr)
      continue;
    char *name = kn_alloc(file, strlen(d->name) + 1), *to = name;
    for (const char *from = d->name; *from; from++)
      *to++ = isalnum((unsigned char)*from) ? *from : '_';
    r->dim_names[d->id] = rows_name(r, name);
  }
  if (!(r->phases = rows_plan(r)) || r->failed || !rows_number_buffers(r) || !has_few_arguments(r))
    return false;
  if (!as_c || target->verbose)
    rows_explain(r, as_c ? stderr : out);
  if (target->notes)
    rows_tell(r);
  if (!as_c)
    return !r->failed;

  struct block whole;
  begin_block(r, &whole);
  print_head(r);
  struct block text_block;
  begin_block(r, &text_block);
  unsigned n = 0;
  for (struct phase *p = r->phases; p; p = p->next)
    n++;
  struct parameters *ps = kn_alloc(file, n * sizeof *ps);
  for (struct phase *p = r->phases; p; p = p->next)
    p->function = function_name(r, p);
  n = 0;
  for (struct phase *p = r->phases; p; p = p->next, n++)
    if (p->lines->contracts)
      contract_function(r, p);
    else if (!rows_is_call(p))
      compute_function(r, p, &ps[n]);
  for (struct phase *p = r->phases; p; p = p->next)
    if (p->finish && !p->fallback)
      finish_function(r, p->finish, p->lines->target);
  const char *head = T("MTIA_KERNEL(%s, struct %s_args", kernel->name, kernel->name);
  each_argument(r, visit_descriptor, &head);
  rows_put(r, "%s%s) {", head, size_descriptors(r));
  r->indent = 1;
  struct block inner;
  begin_block(r, &inner);
  declare_pes(r);
  phases_body(r, ps);
  const char *body = end_block(r, &inner);
  declare_dims(r, body);
  fputs(body, r->out);
  r->indent = 0;
  rows_put(r, "}");
  const char *text = end_block(r, &text_block);
  constants(r, text);
  fputs(text, r->out);
  put_text(r, end_block(r, &whole));
  return !r->failed;
}
