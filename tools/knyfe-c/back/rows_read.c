// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements of tensors as values. In a loop of vectors (scope.along) an element whose last subscript
// steps by one with the loop's index is one load; every second one is two loads and a choice;
// anything else that depends on the index is a gather. Where an element may lie outside of its
// tensor and is not meant then (pad, the branches of where), lanes outside are not read.
#include "rows.h"

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

static const char *sum_text(struct scope *s, const char *pointer, const char *offset) {
  return strcmp(offset, "0") ? T("%s + %s", pointer, offset) : pointer;
}

// How elements of a type are named in memory.
static const char *memory_type(enum kn_type type) {
  return type == KN_BOOL ? "u8" : kn_type_name(type);
}

// What was loaded, as what is computed with.
static struct value loaded(struct scope *s, enum kn_type type, const char *text) {
  if (type == KN_BF16)
    text = T("mtia_f32x%u_from_bf16x%u(%s)", s->lanes, s->lanes, text);
  if (type == KN_BOOL)
    text = T("kn_mask_from_u8x%u(%s)", s->lanes, text);
  return (struct value){text, true, true};
}

struct value rows_load_vector(struct scope *s, enum kn_type type, const char *pointer,
                              const char *offset) {
  const char *at = sum_text(s, pointer, offset), *memory = memory_type(type);
  return loaded(s, type,
                s->count ? T("mtia_load_first_%sx%u(%s, %s)", memory, s->lanes, at, s->count)
                         : T("mtia_load_%sx%u(%s)", memory, s->lanes, at));
}

//===----------------------------------------------------------------------===//
// Which lanes lie inside
//===----------------------------------------------------------------------===//

// The lanes that are read: of single numbers a condition, of vectors a mask; NULL: all.
struct inside {
  const char *number, *vector;
  const struct kn_expr *run;    // the one subscript that `vector` tests, if it steps by one,
  const struct kn_expr *second; // or by two
};

static void add_test(struct scope *s, const char **all, const char *op, const char *test) {
  *all = *all ? T("%s %s %s", *all, op, test) : test;
}

// What must hold for the subscripts of a read.
static struct inside inside_of(struct scope *s, const struct kn_expr *read) {
  struct inside in = {NULL, NULL, NULL, NULL};
  for (unsigned i = 0; i < read->num_args; i++) {
    const struct kn_index *plain = kn_plain_index(read->args[i]);
    if (plain && plain->extent == read->tensor->dims[i])
      continue;
    struct size n = rows_dim(s->r, read->tensor->dims[i]);
    if (s->along && rows_depends(read->args[i], s->along)) {
      struct value at = rows_index_vector(s, read->args[i]);
      bool run = !in.vector && rows_depends(read->args[i], s->along) == 1;
      in.run = run ? read->args[i] : NULL;
      const bool second = !in.vector && rows_coefficient(read->args[i], s->along) == 2;
      in.second = second ? read->args[i] : NULL;
      add_test(s, &in.vector, "&", T("kn_insidex%u(%s, %s)", s->lanes, at.text, n.text));
      continue;
    }
    struct value at = rows_index_value(s, read->args[i]);
    // One comparison for both ends.
    add_test(
        s, &in.number, "&&",
        T("(uint64_t)%s < (uint64_t)%s", rows_atom(s, at), n.atom ? n.text : T("(%s)", n.text)));
  }
  return in;
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

// EVERY_FEW: of whole groups of 3 to 8 elements one of each (<mtia/knyfe_every.h>).
enum form { LOAD, EVERY_SECOND, EVERY_FEW, GATHER };

enum { LEAST_GROUP = 3, GREATEST_GROUP = 8, MOST_TURNS = 16 };

struct rest {
  const struct kn_index *along;
  bool known;
};

static bool find_turns(struct kn_expr *e, void *data) {
  struct rest *s = data;
  if (e->kind == KN_INDEX && e->index != s->along)
    s->known = s->known && rows_is_written_out(e->index);
  return true;
}

// How many elements lie between those that lanes read of the last dimensions from `dim` on, `step`
// for each of its own, if all else of the subscripts is a number when loops are written out, and
// whole groups lie in the tensor, in rows of `step` elements; 0: it is not so. The last one of a
// group is read: a load of which the end is not needed is made shorter by the C compiler, and no
// load of segments any more.
static int64_t group_of(const struct kn_expr *e, unsigned dim, int64_t step,
                        const struct kn_index *along) {
  const unsigned last = e->num_args - 1;
  const struct fixed at_first[] = {{along, 0}};
  const int64_t group = rows_coefficient(e->args[dim], along) * step;
  if (group < LEAST_GROUP || group > GREATEST_GROUP)
    return 0;
  int64_t from = 0, to = 0;
  for (unsigned i = dim; i <= last; i++) {
    const int64_t each = i == last ? 1 : step;
    const struct interval at = rows_interval(e->args[i], at_first, 1);
    struct rest rest = {along, true};
    kn_walk(e->args[i], find_turns, &rest);
    if (!rest.known || !at.known || (i != dim && rows_depends(e->args[i], along)))
      return 0;
    from += at.lo * each;
    to += at.hi * each;
  }
  if (from < 0 || to >= MOST_TURNS * group || (to + 1) % group)
    return 0;
  if (dim != last)
    return group;
  const struct interval all = rows_interval(e->args[last], NULL, 0);
  return all.known && all.hi / group * group + group <= e->tensor->dims[last]->size ? group : 0;
}

static enum form form_of(const struct kn_expr *e, const struct kn_index *along) {
  enum form form = LOAD;
  for (unsigned i = 0; i < e->num_args; i++) {
    bool last = i + 1 == e->num_args;
    int how = rows_depends(e->args[i], along);
    if (how && !last)
      return GATHER;
    if (how == 2)
      form = rows_coefficient(e->args[i], along) == 2 ? EVERY_SECOND
             : group_of(e, i, 1, along)               ? EVERY_FEW
                                                      : GATHER;
  }
  return form;
}

bool rows_gathers(const struct kn_expr *e, const struct kn_index *along) {
  return e->kind == KN_READ && form_of(e, along) == GATHER;
}

// Of rows that a DMA leaves in 32 bytes each.
static int64_t group_of_rows(const struct kn_expr *e, const struct kn_index *along) {
  const unsigned n = e->num_args;
  const int64_t step = n ? 32 / rows_bytes(rows_stored(e->tensor)) : 0;
  return n > 1 && step <= GREATEST_GROUP && e->tensor->dims[n - 1]->size >= 0 &&
                 e->tensor->dims[n - 1]->size <= step && !e->tensor->rows
             ? group_of(e, n - 2, step, along)
             : 0;
}

// 0: it reads no groups.
static int64_t size_of_group(const struct kn_expr *e, const struct kn_index *along) {
  if (e->kind != KN_READ || !e->num_args || e->tensor->rows || e->tensor->type == KN_I4)
    return 0;
  return rows_depends(e->args[e->num_args - 1], along) ? group_of(e, e->num_args - 1, 1, along)
                                                       : group_of_rows(e, along);
}

struct groups {
  const struct kn_index *along, *index;
  bool found;
};

static bool find_groups(struct kn_expr *e, void *data) {
  struct groups *g = data;
  bool depends = !g->index;
  for (unsigned i = 0; i < e->num_args && e->kind == KN_READ; i++)
    depends = depends || rows_depends(e->args[i], g->index);
  g->found = g->found || (depends && size_of_group(e, g->along));
  return !g->found;
}

bool rows_reads_groups(const struct kn_expr *e, const struct kn_index *along,
                       const struct kn_index *index) {
  struct groups g = {along, index, false};
  kn_walk((struct kn_expr *)e, find_groups, &g);
  return g.found;
}

unsigned rows_most_lanes(const struct kn_expr *e, const struct kn_index *along) {
  const int64_t group = size_of_group(e, along);
  unsigned lanes = 64;
  // Pairs are loaded as they are: of 32 bits, two rows of 64 take half of the registers.
  if (e->kind == KN_READ && e->num_args && rows_bytes(rows_stored(e->tensor)) == 4 &&
      rows_coefficient(e->args[e->num_args - 1], along) == 2)
    return 32;
  while (group && lanes > 16 && lanes * rows_bytes(rows_stored(e->tensor)) * group > 512)
    lanes /= 2;
  return lanes;
}

// Where lane 0 of a gather's numbers counts from, and the numbers.
static void gather_places(struct scope *s, const struct kn_expr *e, const struct size *stride,
                          unsigned first, const char **base, const char **lanes) {
  *base = "0";
  *lanes = NULL;
  for (unsigned i = first; i < e->num_args; i++) {
    bool vector = rows_depends(e->args[i], s->along) != 0;
    struct value v = vector ? rows_index_vector(s, e->args[i]) : rows_index_value(s, e->args[i]);
    const char *step = stride[i].atom ? stride[i].text : T("(%s)", stride[i].text);
    const char *part = sz_is(stride[i], 1) ? v.text
                       : vector            ? T("%s * (int32_t)%s", rows_atom(s, v), step)
                                           : T("%s * %s", rows_atom(s, v), step);
    if (vector)
      *lanes = *lanes ? T("%s + %s", *lanes, part) : part;
    else if (strcmp(part, "0"))
      *base = strcmp(*base, "0") ? T("%s + %s", *base, part) : part;
  }
}

// How all lanes of every second element are loaded with what is between them: from the first one
// on, or from the element before it, so that odd and even elements are loaded together; NULL: not.
static const char *load_second(struct scope *s, const struct kn_expr *e) {
  const struct kn_expr *at = e->args[e->num_args - 1];
  const int64_t size = e->tensor->dims[e->num_args - 1]->size;
  if (s->inside)
    return "even";
  const struct interval i = rows_interval(at, NULL, 0);
  const bool even = i.known && i.lo >= 0 && i.hi + 1 < size,
             odd = i.known && i.lo > 0 && i.hi < size;
  return odd && (i.lo % 2 || !even) ? "odd" : even ? "even" : NULL;
}

// One of each group of elements, where the whole vector is read; NULL: not so.
static const char *load_every(struct scope *s, const struct kn_expr *e, const char *pointer,
                              const struct size *stride, unsigned first) {
  const unsigned last = e->num_args - 1;
  const bool rows = !rows_depends(e->args[last], s->along);
  const unsigned dim = rows ? last - 1 : last;
  const int64_t group = size_of_group(e, s->along);
  if (s->count || !group || s->lanes > rows_most_lanes(e, s->along) ||
      (rows && !sz_is(stride[dim], group)))
    return NULL;
  const char *outer = rows_offset(s, dim, e->args, stride, first);
  const char *at = T("%" PRId64 " * %s", group, scope_name(s, s->along));
  scope_bind(s, s->along, "0");
  const char *rest = rows_offset(s, e->num_args, e->args, stride, dim);
  s->num--;
  return T("kn_load_every%" PRId64 "_%sx%u(%s, %s)", group, memory_type(e->tensor->type), s->lanes,
           sum_text(s, pointer, strcmp(outer, "0") ? T("%s + %s", outer, at) : at), rest);
}

static struct value read_vector(struct scope *s, const struct kn_expr *e, const char *pointer,
                                const struct size *stride, unsigned first, struct inside in,
                                const struct kn_expr *otherwise) {
  const enum kn_type type = e->tensor->type;
  const enum form form = form_of(e, s->along);
  const char *memory = memory_type(type), *text;
  const char *mask = in.vector, *other = NULL;
  bool alike = true; // what stands for elements outside
  if (otherwise) {
    struct value v = rows_value(s, otherwise);
    alike = !v.vector;
    other = type == KN_BOOL ? T("kn_u8_from_maskx%u(%s)", s->lanes, rows_vector(s, v, KN_BOOL))
            : type == KN_BF16
                ? T("mtia_bf16x%u_from_f32x%u(%s)", s->lanes, s->lanes, rows_vector(s, v, KN_F32))
                : rows_vector(s, v, type);
  } else
    other = T("(mtia_%sx%u)%s", memory, s->lanes, kn_type_is_float(type) ? "0.0f" : "0");
  if (mask && s->count)
    mask = T("%s & mtia_first_maskx%u(%s)", mask, s->lanes, s->count);
  const char *every = form >= EVERY_FEW && !mask && e->num_args > first + (form == GATHER)
                          ? load_every(s, e, pointer, stride, first)
                          : NULL;
  if (every)
    text = every;
  else if (form >= EVERY_FEW || (form == EVERY_SECOND && mask && !(in.second && alike))) {
    const char *base, *lanes;
    gather_places(s, e, stride, first, &base, &lanes);
    if (!mask)
      mask = s->count ? T("mtia_first_maskx%u(%s)", s->lanes, s->count)
                      : T("(mtia_maskx%u)1", s->lanes);
    text = T("kn_gather_%sx%u(%s, %s, %s, %s)", memory, s->lanes, sum_text(s, pointer, base), lanes,
             mask, other);
  } else {
    const char *at = sum_text(s, pointer, rows_offset(s, e->num_args, e->args, stride, first));
    const char *second = form == EVERY_SECOND && !s->count ? load_second(s, e) : NULL;
    if (form == EVERY_SECOND && mask)
      text = T("kn_load_second_inside_%sx%u(%s, %s, %s, %s, %s)", memory, s->lanes, at,
               rows_index_text(s, in.second), rows_dim(s->r, e->tensor->dims[e->num_args - 1]).text,
               s->count ? s->count : T("%u", s->lanes), other);
    else if (second)
      text = T("kn_load_%s_%sx%u(%s)", second, memory, s->lanes, at);
    else if (form == EVERY_SECOND)
      text = T("kn_load_second_%sx%u(%s, %s)", memory, s->lanes, at,
               s->count ? s->count : T("%u", s->lanes));
    else if (in.run)
      text = T("kn_load_inside_%sx%u(%s, %s, %s, %s, %s)", memory, s->lanes, at,
               rows_index_text(s, in.run), rows_dim(s->r, e->tensor->dims[e->num_args - 1]).text,
               s->count ? s->count : T("%u", s->lanes), other);
    else if (mask)
      text = T("kn_load_if_%sx%u(%s, %s, %s)", memory, s->lanes, at, mask, other);
    else if (s->count)
      text = T("mtia_load_first_%sx%u(%s, %s)", memory, s->lanes, at, s->count);
    else
      text = T("mtia_load_%sx%u(%s)", memory, s->lanes, at);
  }
  if (in.number)
    text = T("%s ? %s : %s", in.number, text, other);
  struct value v = loaded(s, type, text);
  if (in.number && type != KN_BF16 && type != KN_BOOL)
    v.atom = false;
  return v;
}

//===----------------------------------------------------------------------===//
// Single numbers, and all reads
//===----------------------------------------------------------------------===//

static struct value number(const char *text, bool atom) {
  return (struct value){text, atom, false};
}

// An element of a table: its values, scale and bias are in one row of bytes.
static struct value read_table(struct scope *s, const struct kn_expr *e, const struct operand *o) {
  const struct kn_tensor *t = e->tensor;
  const char *row = rows_offset(s, t->rank - 1, e->args, o->stride, 0);
  const char *at = sum_text(s, o->name, row);
  struct size n = rows_dim(s->r, t->dims[t->rank - 1]);
  const char *column = rows_index_text(s, e->args[t->rank - 1]);
  bool along = s->along && rows_depends(e->args[t->rank - 1], s->along);
  if (!along)
    return number(T("kn_%s(%s, %s, %s)", kn_rows_name(t->rows), at, column, n.text), true);
  return (struct value){T("kn_%s_x%u(%s, %s, %s, %s)", kn_rows_name(t->rows), s->lanes, at, column,
                          n.text, s->count ? s->count : T("%u", s->lanes)),
                        true, true};
}

static const char *index_atom(struct scope *s, const struct kn_expr *e) {
  return rows_atom(s, number(rows_index_text(s, e), kn_plain_index(e) != NULL));
}

static bool depends_on_along(struct scope *s, const struct kn_expr *e) {
  bool along = false;
  for (unsigned i = 0; i < e->num_args && s->along; i++)
    along = along || rows_depends(e->args[i], s->along);
  return along;
}

// Where a tensor's elements are, in local memory or through the cache.
struct place {
  const char *pointer; // NULL: nowhere
  const struct size *stride;
  unsigned first; // dimension
};

static struct place place_of(const struct scope *s, const struct kn_tensor *t) {
  const struct local *v = rows_local(s->p, t);
  const struct operand *o = rows_operand(s->p, t);
  if (v && v->array)
    return (struct place){v->name, v->stride, v->first};
  return o ? (struct place){o->name, o->stride, 0} : (struct place){NULL, NULL, 0};
}

const char *rows_load_pairs(struct scope *s, const struct kn_expr *read) {
  const struct place at = place_of(s, read->tensor);
  return T(
      "kn_load_pairs_%sx%u(%s)", memory_type(read->type), s->lanes,
      sum_text(s, at.pointer, rows_offset(s, read->num_args, read->args, at.stride, at.first)));
}

// An element that is read where `in` holds, else `otherwise` (NULL: anything).
static struct value read_inside(struct scope *s, const struct kn_expr *e, struct inside in,
                                const struct kn_expr *otherwise) {
  const struct kn_tensor *t = e->tensor;
  for (unsigned i = s->num_variables; i-- > 0;)
    if (s->variables[i].tensor == t)
      return (struct value){s->variables[i].name, true, s->variables[i].vector};
  if (t->role == KN_INPUT && !t->rank)
    return number(T(t->type == KN_BF16 ? "(float)args->%s"
                    : t->type == KN_I4 ? "kn_wrap_i4(args->%s)"
                                       : "args->%s",
                    t->name),
                  t->type != KN_BF16);
  const struct local *v = rows_local(s->p, t);
  const struct operand *o = rows_operand(s->p, t);
  if (!o && !(v && v->array)) {
    rows_refuse(s->r, e->range, "make it an output",
                "no mapping to the device yet: %s %s that is kept between statements",
                kn_type_name(t->type), t->name ? t->name : "value");
    return number("0", true);
  }
  if (t->rows)
    return read_table(s, e, o);
  const char *pointer = o ? o->name : v->name;
  if (rows_stored(t) == KN_I4 && !(v && v->array)) {
    const char *row = t->rank > 1 ? rows_offset(s, t->rank - 1, e->args, o->stride, 0) : "0";
    if (depends_on_along(s, e)) // as i8
      return (struct value){T("kn_unpack_i8x%u(%s + %s / 2, %s)", s->lanes,
                              sum_text(s, pointer, row), index_atom(s, e->args[t->rank - 1]),
                              s->count ? s->count : T("%u", s->lanes)),
                            true, true};
    return number(T("kn_i4(%s, %s)", sum_text(s, pointer, row),
                    t->rank ? rows_index_text(s, e->args[t->rank - 1]) : "0"),
                  true);
  }
  const struct place at = place_of(s, t);
  if (depends_on_along(s, e))
    return read_vector(s, e, at.pointer, at.stride, at.first, in, otherwise);
  const char *text = T("%s[%s]", at.pointer, rows_offset(s, t->rank, e->args, at.stride, at.first));
  if (t->type == KN_BF16)
    return number(T("(float)%s", text), false);
  if (t->type == KN_BOOL)
    return number(T("%s != 0", text), false);
  return number(text, true);
}

struct value rows_read(struct scope *s, const struct kn_expr *e) {
  struct inside in = {NULL, NULL, NULL, NULL};
  if (s->guarded && e->num_args)
    in = inside_of(s, e);
  struct value v = read_inside(s, e, in, NULL);
  if (!v.vector && in.number)
    v = number(T("%s ? %s : 0", in.number, rows_atom(s, v)), false);
  return v;
}

struct value rows_pad(struct scope *s, const struct kn_expr *e) {
  const struct kn_expr *read = e->args[0];
  if (s->inside && depends_on_along(s, read))
    return rows_read(s, read);
  struct inside in = inside_of(s, read);
  struct value x = read_inside(s, read, in, e->args[1]);
  if (depends_on_along(s, read) || !in.number)
    return x;
  struct value otherwise = rows_value(s, e->args[1]);
  if (otherwise.vector) // a number from memory, else a vector
    return rows_choose(s, e->type, in.number, rows_vector(s, x, e->type), rows_atom(s, otherwise));
  return number(T("%s ? %s : %s", in.number, rows_atom(s, x), rows_atom(s, otherwise)), false);
}

//===----------------------------------------------------------------------===//
// Behind the end of a row
//===----------------------------------------------------------------------===//

int64_t rows_room(struct scope *s, const struct kn_tensor *t) {
  struct phase *p = s->p;
  const struct local *v = rows_local(p, t);
  const struct operand *o = rows_operand(p, t);
  const unsigned bytes = rows_bytes(rows_stored(t)), last = t->rank - 1;
  struct size room = {0};
  if (!t->rank || t->rows || t->type == KN_I4)
    return 0;
  if (v && v->array)
    room = last > rows_serial(p) ? v->stride[last - 1]
                                 : sz_div(s->r->file, v->bytes, sz_num(s->r->file, bytes));
  else if (o && sz_is(o->staged, 1))
    room = last ? o->stride[last - 1] : sz_div(s->r->file, o->slot, sz_num(s->r->file, bytes));
  const bool cut = p->across && !p->uncut && (!o || o->use[last] == (int)p->num_par - 1);
  return room.known && !cut ? room.value : 0;
}

bool rows_reads_on(struct scope *s, const struct kn_expr *e, const struct kn_index *along,
                   int64_t end) {
  if (!e || !rows_depends(e, along))
    return true;
  if (e->kind == KN_REDUCE || (e->kind == KN_CALL && e->builtin == KN_PAD))
    return false;
  if (e->kind == KN_READ) {
    for (unsigned i = 0; i + 1 < e->num_args; i++)
      if (rows_depends(e->args[i], along))
        return false;
    // A DMA has filled the room with zeros; what the phase itself has left there may be nothing.
    return kn_plain_index(e->args[e->num_args - 1]) == along &&
           s->r->defined_in[e->tensor->id] != s->p && rows_room(s, e->tensor) >= end;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (!rows_reads_on(s, e->args[i], along, end))
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

// What was computed, as it lies in memory.
static const char *as_stored(struct scope *s, enum kn_type type, struct value v) {
  const char *text = rows_vector(s, v, type);
  if (type == KN_BF16)
    return T("mtia_bf16x%u_from_f32x%u(%s)", s->lanes, s->lanes, text);
  return type == KN_BOOL ? T("kn_u8_from_maskx%u(%s)", s->lanes, text) : text;
}

void rows_store(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
                struct value v) {
  if (type == KN_I4) {
    rows_put(s->r, "kn_store_i4(%s, %s, %s);", pointer, offset, v.text);
    return;
  }
  if (!s->along) {
    rows_put(s->r, type == KN_BF16 ? "%s[%s] = (__bf16)%s;" : "%s[%s] = %s;", pointer, offset,
             type == KN_BF16 ? rows_atom(s, v) : v.text);
    return;
  }
  const char *text = as_stored(s, type, v), *memory = memory_type(type);
  const char *at = sum_text(s, pointer, offset);
  const char *count = s->count ? T(", %s", s->count) : "", *first = s->count ? "_first" : "";
  if (s->second)
    rows_put(s->r, "kn_store%s_pairs_%sx%u(%s%s, %s, %s);", first, memory, s->lanes, at, count,
             text, as_stored(s, type, *s->second));
  else
    rows_put(s->r, "mtia_store%s_%sx%u(%s%s, %s);", first, memory, s->lanes, at, count, text);
}

//===----------------------------------------------------------------------===//
// What vectors can do
//===----------------------------------------------------------------------===//

// Do numbers of 32 bits reach all elements that a gather along the index may read?
static bool near_enough(const struct kn_expr *e, const struct kn_index *index) {
  int64_t size = 1;
  bool only_last = true;
  for (unsigned i = e->num_args; i-- > 0;) {
    const int64_t n = e->tensor->dims[i]->size;
    size = n < 0 || size < 0 || size * n >= 1 << 30 ? -1 : size * n;
    if (!rows_depends(e->args[i], index))
      continue;
    only_last = only_last && i + 1 == e->num_args;
    if (!only_last && size < 0)
      return false;
  }
  return true;
}

// An even number, whatever indices are.
static bool is_even(const struct kn_expr *e) {
  if (e->kind == KN_CAST)
    return is_even(e->args[0]);
  if (e->kind == KN_BINARY && e->op == KN_MUL)
    return is_even(e->args[0]) || is_even(e->args[1]);
  if (e->kind == KN_BINARY && (e->op == KN_ADD || e->op == KN_SUB))
    return is_even(e->args[0]) && is_even(e->args[1]);
  return e->kind == KN_INT && e->ival % 2 == 0;
}

// The index, or 32 * group + the index: vectors begin at a whole byte.
static bool begins_even(const struct kn_expr *e, const struct kn_index *index) {
  if (e->kind == KN_BINARY && e->op == KN_ADD)
    return (is_even(e->args[0]) && begins_even(e->args[1], index)) ||
           (is_even(e->args[1]) && begins_even(e->args[0], index));
  return kn_plain_index(e) == index && (index->extent || is_even(index->lo));
}

// Values of i4 along the last dimension of a tensor in which two share a byte.
static bool unpacks(const struct phase *p, const struct kn_expr *e, const struct kn_index *index,
                    bool guarded) {
  for (unsigned i = 0; i + 1 < e->num_args; i++)
    if (rows_depends(e->args[i], index))
      return false;
  return rows_stored(e->tensor) == KN_I4 && e->num_args && !guarded && !(p && p->pitch) &&
         begins_even(e->args[e->num_args - 1], index);
}

bool rows_read_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded) {
  const struct kn_tensor *t = e->tensor;
  if (t->type == KN_I4)
    return unpacks(p, e, index, guarded);
  if (t->rows) {
    for (unsigned i = 0; i < e->num_args; i++) {
      int how = rows_depends(e->args[i], index);
      bool plain = kn_plain_index(e->args[i]) == index;
      if (how == 0)
        continue;
      if (how != 1 || i + 1 != e->num_args || (guarded && !plain) ||
          (kn_rows_bits(t->rows) == 4 && !(plain && begins_even(e->args[i], index))))
        return false;
    }
    return !guarded;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (!rows_index_vectorises(r, p, e->args[i], index, guarded))
      return false;
  return t->type != KN_I64 && near_enough(e, index);
}
