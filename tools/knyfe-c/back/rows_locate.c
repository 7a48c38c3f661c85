// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a tile has: its indices, and the boxes of its operands.
#include "rows_block.h"
#include "rows_kernel.h"
#include "rows_stretch.h"

#define T(...) kn_text(r->file, __VA_ARGS__)

const char *rows_column_name(const struct phase *p) { return p->par_name[p->num_par - 1]; }

static bool has_columns(const struct phase *p) {
  return p->across || (p->lines->scatter && !p->lines->chunked) || !sz_is(p->tile_columns, 1);
}
static bool has_rows(const struct phase *p) { return p->num_par > 1 && !sz_is(p->tile_rows, 1); }

bool rows_is_tiled(const struct phase *p, int i) {
  return i == (int)p->num_par       ? p->piece > 0
         : i == (int)p->num_par - 1 ? has_columns(p)
                                    : i == (int)p->num_par - 2 && has_rows(p);
}

struct size rows_num_tiles(struct rows *r, struct phase *p) {
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

void rows_locate(struct rows *r, struct phase *p, const char *t) {
  struct kn_file *f = r->file;
  struct size rest = sz_name(t);
  for (unsigned i = p->num_par; i-- > 0;) {
    const char *name = p->par_name[i];
    struct size extent = rows_dim(r, p->par[i]), tile = sz_num(f, 1), count;
    bool column = i == p->num_par - 1;
    bool tiled = rows_is_tiled(p, (int)i);
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

struct size rows_first_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i) {
  int use = o->use[i];
  if (use == WHOLE)
    return sz_num(r->file, 0);
  bool tiled = rows_is_tiled(p, use);
  const struct size at = sz_name(tiled ? T("%s0", p->par_name[use]) : p->par_name[use]);
  return o->times[i].text ? sz_mul(r->file, at, o->times[i]) : at;
}

// The same of chunks, the last of which may be shorter: none of the later ones, if only the launch
// knows how many there are.
static struct size number_of_chunks(struct rows *r, struct phase *p, const struct operand *o,
                                    unsigned i) {
  struct kn_file *f = r->file;
  const int use = o->use[i];
  const struct size all = rows_dim(r, o->tensor->dims[i]), first = rows_first_of(r, p, o, i);
  const bool tiled = rows_is_tiled(p, use);
  const char *name = p->par_name[use];
  const struct size end =
      tiled ? sz_name(T("%s1", name)) : (struct size){T("%s + 1", name), 0, false, false};
  if (rows_dim(r, p->par[use]).value * o->times[i].value == all.value && all.known)
    return sz_mul(f, tiled ? sz_sub(f, end, sz_name(T("%s0", name))) : sz_num(f, 1), o->times[i]);
  const struct size n = sz_sub(f, sz_least(f, all, sz_mul(f, end, o->times[i])), first);
  return all.known ? n : sz_greatest(f, n, sz_num(f, 0));
}

struct size rows_number_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i) {
  int use = o->use[i];
  if (use == WHOLE)
    return rows_dim(r, o->tensor->dims[i]);
  bool tiled = rows_is_tiled(p, use);
  if (o->times[i].text)
    return number_of_chunks(r, p, o, i);
  if (!tiled)
    return sz_num(r->file, 1);
  if (rows_even(r, p, use))
    return rows_tile_along(r, p, use);
  const char *name = p->par_name[use];
  return (struct size){T("%s1 - %s0", name, name), 0, false, false};
}

enum rows_time rows_time_of(const struct phase *p, const struct operand *o) {
  if (!o->per_tile)
    return rows_meets_late(p, o) ? ROWS_ONCE_LATE : ROWS_ONCE;
  return rows_in_pieces(p, o) ? ROWS_PER_PIECE : ROWS_PER_TILE;
}

void rows_begin_staged(struct rows *r, const struct operand *o) {
  if (o->staged.known)
    return;
  rows_put(r, "if (%s) {", o->staged.text);
  r->indent++;
}

void rows_end_staged(struct rows *r, const struct operand *o) {
  if (o->staged.known)
    return;
  r->indent--;
  rows_put(r, "}");
}

void rows_begin_if(struct rows *r, const struct operand *o, const char *condition) {
  if (!o->by_column)
    return;
  rows_put(r, "if (%s) {", condition);
  r->indent++;
}

void rows_end_if(struct rows *r, const struct operand *o) {
  if (!o->by_column)
    return;
  r->indent--;
  rows_put(r, "}");
}
