// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What core 1 does with a tile: a loop over its rows, and in it the lines of the phase one after
// the other. Where vectors go across the rows (phase.across), each line has its loop over the
// columns of the tile; otherwise the columns are a loop around all lines, and each line has loops
// over what is inside a row.
#include "rows.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

static void open_loop(struct rows *r, const char *name, const char *lo, const char *hi,
                      unsigned step) {
  if (step == 1)
    rows_put(r, "for (long %s = %s; %s < %s; %s++) {", name, lo, name, hi, name);
  else
    rows_put(r, "for (long %s = %s; %s < %s; %s += %u) {", name, lo, name, hi, name, step);
  r->indent++;
}

static void close_loop(struct rows *r) {
  r->indent--;
  rows_put(r, "}");
}

static bool is_read_later(struct rows *r, struct phase *p, const struct line *l);

struct reads_of {
  const struct kn_tensor *tensor;
  bool found;
};

static bool find_read(struct kn_expr *e, void *data) {
  struct reads_of *s = data;
  s->found = s->found || (e->kind == KN_READ && e->tensor == s->tensor);
  return true;
}

static bool is_read_later(struct rows *r, struct phase *p, const struct line *l) {
  struct reads_of s = {l->target, false};
  for (const struct line *n = l->next; n; n = n->next)
    kn_walk(n->value, find_read, &s);
  return s.found;
}

// The target's element at the current indices gets `v`.
static void store(struct scope *s, const struct line *l, struct value v) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  struct kn_expr *args[KN_MAX_RANK];
  for (unsigned i = 0; i < l->rank; i++) {
    args[i] = kn_new_expr(r->file, KN_INDEX, l->stmt->range);
    args[i]->index = l->index[i];
  }
  const struct operand *o = rows_operand(p, l->target);
  const struct local *a = rows_local(p, l->target);
  if (a && a->array)
    rows_store(s, l->target->type, a->name,
               rows_offset(s, l->rank, args, a->stride, p->across ? p->num_par - 1 : p->num_par),
               v);
  if (o && l->target->type == KN_I4) { // two in a byte
    const char *row = rows_offset(s, l->rank - 1, args, o->stride, 0);
    rows_store(s, KN_I4, strcmp(row, "0") ? T("%s + %s", o->name, row) : o->name,
               rows_index_text(s, args[l->rank - 1]), v);
  } else if (o)
    rows_store(s, l->target->type, o->name, rows_offset(s, l->rank, args, o->stride, 0), v);
}

static void single(struct scope *s, struct line *l) {
  struct rows *r = s->r;
  struct value v = rows_value(s, l->value);
  const char *name = r->tensor_names[l->target->id];
  if (is_read_later(r, s->p, l) || !rows_operand(s->p, l->target)) {
    // The pointer of an output has its name; its element gets another one.
    if (rows_operand(s->p, l->target))
      name = rows_name(r, T("%s_element", name));
    if (strcmp(v.text, name))
      rows_put(r, "const %s %s = %s;", rows_c_type(l->target->type), name, v.text);
    s->variables[s->num_variables].tensor = l->target;
    s->variables[s->num_variables].vector = false;
    s->variables[s->num_variables++].name = name;
    v = (struct value){name, true, false};
  }
  if (rows_operand(s->p, l->target))
    store(s, l, v);
}

// Loops over the indices from `first` on, the last one in vectors where that is possible.
static void nested(struct scope *s, struct line *l, unsigned first) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  const struct kn_index *last = l->index[l->rank - 1];
  bool vectors = rows_can_vectorise(r, p, l, last);
  unsigned opened = 0;
  const char *names[KN_MAX_RANK];
  for (unsigned i = first; i < l->rank; i++) {
    bool column = p->across && i == p->num_par - 1;
    const char *name = column ? p->par_name[i] : rows_name(r, l->index[i]->name);
    const char *lo = "0", *hi;
    names[i] = column ? NULL : name;
    if (column) {
      lo = T("%s0", name);
      hi = T("%s1", name);
    } else
      hi = rows_dim(r, l->target->dims[i]).text;
    const struct kn_index *index = l->index[i];
    if (index->lo) { // a part
      const char *from = rows_index_text(s, index->lo), *to = rows_index_text(s, index->hi);
      lo = column ? T("kn_greatest(%s, %s)", lo, from) : from;
      hi = column ? T("kn_least(%s, %s)", hi, to) : to;
    }
    unsigned step = 1;
    if (vectors && i == l->rank - 1) {
      s->along = last;
      step = s->lanes = rows_lanes(l);
      const int64_t n = l->target->dims[i]->size;
      while (n >= 0 && s->lanes > 16 && n <= s->lanes / 2)
        step = s->lanes /= 2;
      bool whole = !column && !index->lo && n >= 0 && n % step == 0;
      s->count = whole ? NULL : T("%s - %s", hi, name);
    }
    scope_bind(s, l->index[i], name);
    open_loop(r, name, lo, hi, step);
    opened++;
  }
  store(s, l, rows_value(s, l->value));
  s->along = NULL;
  s->count = NULL;
  while (opened--)
    close_loop(r);
  for (unsigned i = first; i < l->rank; i++)
    if (names[i])
      rows_release(r, names[i]);
}

// Rows of the target that belong to the tile: first 0, then all terms in their order.
static void scatter(struct scope *s, struct line *l) {
  struct rows *r = s->r;
  struct phase *p = s->p;
  const struct kn_stmt *stmt = l->stmt;
  const struct operand *o = rows_operand(p, l->target);
  const struct kn_index *last = stmt->indices[stmt->num_indices - 1];
  // Vectors along the last index, if it is where the target's elements lie side by side.
  bool vectors = l->rank > 1 && rows_value_vectorises(r, p, stmt->value, last) &&
                 kn_plain_index(stmt->subscripts[l->rank - 1]) == last;
  for (unsigned i = 0; i + 1 < l->rank && vectors; i++)
    vectors = rows_depends(stmt->subscripts[i], last) == 0;
  const char *names[2 * KN_MAX_RANK];
  const char *first = T("%s0", p->par_name[0]), *end = T("%s1", p->par_name[0]);
  struct size row = sz_mul(r->file, o->stride[0], sz_num(r->file, rows_bytes(l->target->type)));
  rows_put(r, "__builtin_memset(%s + %s * %s, 0, (size_t)((%s - %s) * %s));", o->name, first,
           o->stride[0].text, end, first, row.text);
  for (unsigned i = 0; i < stmt->num_indices; i++) {
    const struct kn_index *index = stmt->indices[i];
    const char *lo = "0", *hi;
    if (index->extent)
      hi = rows_dim(r, index->extent).text;
    else {
      lo = rows_index_text(s, index->lo);
      hi = rows_index_text(s, index->hi);
    }
    names[i] = rows_name(r, index->name);
    unsigned step = 1;
    if (vectors && index == last) {
      s->along = last;
      step = s->lanes = rows_lanes(l);
      s->count = T("%s - %s", hi, names[i]);
    }
    // The row as soon as its indices are known: most terms belong to other tiles.
    scope_bind(s, index, names[i]);
    open_loop(r, names[i], lo, hi, step);
    bool known = true;
    for (unsigned k = i + 1; k < stmt->num_indices; k++)
      known = known && rows_depends(stmt->subscripts[0], stmt->indices[k]) == 0;
    bool before = i > 0;
    for (unsigned k = i; k < stmt->num_indices; k++)
      before = before && rows_depends(stmt->subscripts[0], stmt->indices[k]) == 0;
    if (known && !before) {
      const struct kn_index *along = s->along;
      s->along = NULL;
      rows_put(r, "const long %s = %s;", p->par_name[0], rows_index_text(s, stmt->subscripts[0]));
      s->along = along;
      rows_put(r, "if (%s < %s || %s >= %s)", p->par_name[0], first, p->par_name[0], end);
      rows_put(r, "  continue;");
    }
  }
  const char *at =
      sz_is(o->stride[0], 1) ? p->par_name[0] : T("%s * %s", p->par_name[0], o->stride[0].text);
  const char *inside = rows_offset(s, l->rank, stmt->subscripts, o->stride, 1);
  if (l->rank > 1 && strcmp(inside, "0"))
    at = T("%s + %s", at, inside);
  rows_add(s, l->target->type, o->name, at, rows_value(s, stmt->value));
  s->along = NULL;
  s->count = NULL;
  for (unsigned i = stmt->num_indices; i-- > 0;) {
    close_loop(r);
    rows_release(r, names[i]);
  }
}

static void emit_line(struct scope *s, struct line *l) {
  struct phase *p = s->p;
  unsigned serial = p->across ? p->num_par - 1 : p->num_par;
  s->line = l;
  s->num = 0;
  if (l->scatter) {
    scatter(s, l);
    return;
  }
  for (unsigned i = 0; i < serial; i++)
    scope_bind(s, l->index[i], p->par_name[i]);
  const char *inside = "";
  for (unsigned i = 0; i < serial; i++)
    if (l->index[i]->lo)
      inside = kn_text(s->r->file, "%s%s%s <= %s && %s < %s", inside, *inside ? " && " : "",
                       rows_index_text(s, l->index[i]->lo), p->par_name[i], p->par_name[i],
                       rows_index_text(s, l->index[i]->hi));
  if (*inside) {
    rows_put(s->r, "if (%s) {", inside);
    s->r->indent++;
  }
  if (l->rank > serial)
    nested(s, l, serial);
  else
    single(s, l);
  if (*inside)
    close_loop(s->r);
}

void rows_compute(struct rows *r, struct phase *p) {
  struct scope *s = kn_alloc(r->file, sizeof *s);
  s->r = r;
  s->p = p;
  unsigned opened = 0;
  if (p->num_par > 1 && !sz_is(p->tile_rows, 1)) {
    const char *m = p->par_name[p->num_par - 2];
    open_loop(r, m, T("%s0", m), T("%s1", m), 1);
    opened++;
  }
  if (p->num_par && !p->across && !sz_is(p->tile_columns, 1) && !p->lines->scatter) {
    const char *n = p->par_name[p->num_par - 1];
    open_loop(r, n, T("%s0", n), T("%s1", n), 1);
    opened++;
  }
  const struct kn_stmt *stmt = NULL;
  for (struct line *l = p->lines; l; l = l->next) {
    if (l->stmt != stmt) {
      rows_comment(r, kn_stmt_text(r->file, l->stmt));
      rows_line(r, &l->stmt->range);
    }
    stmt = l->stmt;
    if (s->num_variables == sizeof s->variables / sizeof *s->variables) {
      rows_refuse(r, l->stmt->range, "split the kernel", "too many statements in a row");
      break;
    }
    emit_line(s, l);
    if (!l->next || l->next->stmt != stmt)
      rows_line(r, NULL);
  }
  while (opened--)
    close_loop(r);
}
