// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Core 0, which moves boxes of operands between memory and local memory.
#include "rows_block.h"
#include "rows_kernel.h"
#include "rows_stretch.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

struct size rows_box_bytes(struct rows *r, const struct operand *o, struct size n) {
  return sz_mul(r->file, n, sz_num(r->file, rows_element_bytes(o->tensor)));
}

// Loads or stores the box of an operand: one DMA per run of rows with the same distance.
// `together`: one of several loads in an open loop over stretches, or NULL.
static void transfer(struct rows *r, struct phase *p, const struct operand *o,
                     struct stretches *together) {
  struct kn_file *f = r->file;
  const struct kn_tensor *t = o->tensor;
  unsigned rank = t->rank;
  const char *arg = T("args->%s", rows_argument(r, t));
  struct size width = rank ? rows_box_bytes(r, o, rows_row(r, t, rows_number_of(r, p, o, rank - 1)))
                           : sz_num(f, rows_bytes(t->type));
  const char *cr = o->output ? "OUT" : "IN";
  // The rows of one DMA: the innermost dimension with several indices, and further out as long as
  // the dimensions inside are whole.
  struct size rows = sz_num(f, 1), box_rows = sz_num(f, 1); // and what the box has room for
  unsigned loops = 0, row = rank; // dimensions that get loops; of the rows
  bool whole = true;
  for (unsigned i = rank ? rank - 1 : 0; i-- > 0;) {
    struct size n = rows_number_of(r, p, o, i);
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
  struct size stride = row < rank ? rows_box_bytes(r, o, o->stride[row]) : o->slot;
  const char *at = T("%s.data", arg);
  const char *names[KN_MAX_RANK];
  unsigned opened = 0;
  const char *loop_at = at;
  for (unsigned i = 0; i < rank; i++) {
    struct size first = rows_first_of(r, p, o, i);
    const char *index = NULL;
    if (i < loops && !sz_is(rows_number_of(r, p, o, i), 1)) {
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
  const struct size row_bytes = stride;
  struct stretches own = {0}, *stretches = together ? together : &own;
  if (rows_moves_in_stretches(p, o)) {
    if (!together)
      rows_open_moves(r, p, &o, 1, &own);
    rows_describe_move(r, p, o, stretches, &width, &stride);
    loop_at = T("%s + (uint64_t)%s * %u", loop_at, stretches->from, rows_stretch_bytes(o));
  }
  rows_put(r, "__mtia_cr_w2(MTIA_CR_DMA_%s, %s, %s);", cr, width.text, stride.text);
  if (row < rank)
    rows_put(r, "__mtia_cr_w(MTIA_CR_DMA_%s_PITCH, %s.stride[%u]);", cr, arg, row);
  else if (strcmp(rows_multicast(p, o), "MTIA_MC_NONE")) // members must agree on it
    rows_put(r, "__mtia_cr_w(MTIA_CR_DMA_%s_PITCH, 0);", cr);
  unsigned depth = 0;
  for (unsigned i = 0; i < loops; i++) {
    struct size n = rows_number_of(r, p, o, i);
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
             rows_multicast(p, o));
  if (own.from)
    rows_close_stretches(r, &own);
  stride = row_bytes;
  // A box is always given as a whole.
  struct size rest = sz_mul(f, sz_sub(f, box_rows, rows), stride);
  bool partial = !(rows.known && box_rows.known && rows.value == box_rows.value);
  const char *move = o->output ? "pop" : "push";
  if (partial)
    rows_put(r, "__mtia_cb_%s(%s, %s);", move, o->cb_name, rest.text);
  struct size moved = sz_mul(f, box_rows, stride);
  for (unsigned i = loops; i-- > 0;) {
    struct size n = rows_number_of(r, p, o, i);
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
    struct size n = rows_number_of(r, p, o, i);
    if ((n.known && n.value > 0) || (o->times[i].text && o->times[i].known))
      continue;
    text = T("%s%s%s > 0", text, *text ? " && " : "", n.text);
  }
  return text;
}

static void load(struct rows *r, struct phase *p, const struct operand *o) {
  const char *test = not_empty(r, p, o);
  if (!*test) {
    transfer(r, p, o, NULL);
    return;
  }
  rows_put(r, "if (%s) {", test);
  r->indent++;
  transfer(r, p, o, NULL);
  r->indent--;
  rows_put(r, "} else");
  rows_put(r, "  __mtia_cb_%s(%s, %s);", o->output ? "pop" : "push", o->cb_name, o->slot.text);
}

// Stretches of rows of one length that come at the same time come in turn.
static bool comes_in_turn(const struct phase *p, const struct operand *a, const struct operand *b) {
  if (a->output || b->output || !p->stretch.known || !rows_moves_in_stretches(p, a) ||
      !rows_moves_in_stretches(p, b) || rows_time_of(p, a) != rows_time_of(p, b) ||
      a->meets != b->meets)
    return false;
  const struct kn_dim *last = a->tensor->dims[a->tensor->rank - 1];
  const struct kn_dim *other = b->tensor->dims[b->tensor->rank - 1];
  return last->size >= 0 && other->size >= 0 ? last->size * a->each == other->size * b->each
                                             : last == other && a->each == b->each;
}

// Those that come in turn with the operand; none if another one of them stands before it.
static unsigned find_turns(const struct phase *p, const struct operand *o,
                           const struct operand **turns, unsigned most) {
  unsigned n = 0;
  for (const struct operand *a = p->operands; a && n < most; a = a->next) {
    if (!comes_in_turn(p, o, a))
      continue;
    if (!n && a != o)
      return 0;
    turns[n++] = a;
  }
  return n;
}

static void load_in_turn(struct rows *r, struct phase *p, const struct operand *o) {
  enum { MOST = 32 };
  const struct operand *turns[MOST];
  const unsigned n = find_turns(p, o, turns, MOST);
  struct stretches stretches = {0};
  if (n)
    rows_open_moves(r, p, turns, n, &stretches);
  for (unsigned i = 0; i < n; i++)
    transfer(r, p, turns[i], &stretches);
  if (n)
    rows_close_stretches(r, &stretches);
}

static void each_staged(struct rows *r, struct phase *p, bool output, enum rows_time time) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && o->output == output && rows_time_of(p, o) == time && !o->shared &&
        (!o->turns || o->fetched)) {
      rows_begin_staged(r, o);
      rows_begin_if(r, o, "tile == pe || again");
      if (o->fetched)
        rows_put_fetch(r, p, o);
      else if (o->turned && o->turned->fetched) {
        if (!rows_comes_ahead(o))
          rows_put_indices(r, p, o);
      } else if (o->turned)
        rows_put_turn(r, p, o, T("args->%s", rows_argument(r, o->tensor)));
      else if (comes_in_turn(p, o, o))
        load_in_turn(r, p, o);
      else
        load(r, p, o);
      rows_end_if(r, o);
      rows_end_staged(r, o);
    }
}

static bool has_staged(const struct phase *p, bool per_tile, bool late) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && !o->output && o->per_tile == per_tile && !o->shared &&
        (per_tile || (rows_time_of(p, o) == ROWS_ONCE_LATE) == late))
      return true;
  return false;
}

static void located(struct rows *r, struct phase *p, const char *t,
                    void (*emit)(struct rows *, struct phase *)) {
  struct section b;
  rows_begin_section(r, &b);
  rows_locate(r, p, t);
  const char *head = rows_end_section(r, &b);
  rows_begin_section(r, &b);
  emit(r, p);
  const char *body = rows_end_section(r, &b);
  rows_put_needed(r, head, body);
}

static void indices(struct rows *r, struct phase *p) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->turned && rows_comes_ahead(o))
      rows_put_indices(r, p, o);
}

static bool has_indices(const struct phase *p) {
  bool any = false;
  for (const struct operand *o = p->operands; o; o = o->next)
    any = any || (o->turned && rows_comes_ahead(o));
  return any;
}

// Those of the tile after `tile`: rows that they name are not waited for.
static void next_indices(struct rows *r, struct phase *p) {
  rows_put(r, "const long next = tile + pes;");
  rows_put(r, "if (next < tiles) {");
  r->indent++;
  located(r, p, "next", indices);
  r->indent--;
  rows_put(r, "}");
}

static void loads(struct rows *r, struct phase *p) {
  rows_put_members(r, p);
  each_staged(r, p, false, ROWS_PER_TILE);
  if (!p->piece)
    return;
  rows_open_pieces(r, p);
  struct section b;
  rows_begin_section(r, &b);
  rows_locate_piece(r, p);
  const char *head = rows_end_section(r, &b);
  rows_begin_section(r, &b);
  each_staged(r, p, false, ROWS_PER_PIECE);
  rows_put_needed(r, head, rows_end_section(r, &b));
  rows_close_pieces(r);
}

void rows_stores(struct rows *r, struct phase *p) { each_staged(r, p, true, ROWS_PER_TILE); }

static void loads_for_all(struct rows *r, struct phase *p, enum rows_time time) {
  rows_put(r, "__mtia_cr_w(MTIA_CR_MCAST, (1u << mtia_cols()) - 1);");
  each_staged(r, p, false, time);
}

void rows_core0(struct rows *r, struct phase *p) {
  if (has_staged(p, false, false)) {
    rows_comment(r, "What all tiles need comes once, for all PEs of a row together.");
    loads_for_all(r, p, ROWS_ONCE);
  }
  bool in = has_staged(p, true, false);
  if (in) {
    rows_put_neighbours(r, p);
    if (has_indices(p)) {
      rows_comment(r, "Indices come before the rows that they name.");
      rows_put(r, "if (pe < tiles) {");
      r->indent++;
      located(r, p, "pe", indices);
      r->indent--;
      rows_put(r, "}");
    }
    rows_comment(r, "Operands come one tile ahead; the results of a tile leave behind the operands "
                    "of the next one.");
    rows_put(r, "for (long tile = pe; tile < tiles + pes; tile += pes) {");
    r->indent++;
    rows_put(r, "if (tile < tiles) {");
    r->indent++;
    if (has_indices(p))
      next_indices(r, p);
    located(r, p, "tile", loads);
    r->indent--;
    rows_put(r, "}");
    if (has_staged(p, false, true)) {
      rows_comment(r, "What all tiles need later than that comes once, for all PEs of a row.");
      rows_put(r, "if (tile == pe) {");
      r->indent++;
      loads_for_all(r, p, ROWS_ONCE_LATE);
      r->indent--;
      rows_put(r, "}");
    }
    rows_put(r, "if (tile >= pes) {");
    r->indent++;
    struct section b;
    rows_begin_section(r, &b);
    rows_put(r, "const long done = tile - pes;");
    const char *done = rows_end_section(r, &b);
    rows_begin_section(r, &b);
    located(r, p, "done", rows_stores);
    rows_put_needed(r, done, rows_end_section(r, &b));
    r->indent--;
    rows_put(r, "}");
    r->indent--;
    rows_put(r, "}");
    return;
  }
  rows_put(r, "for (long tile = pe; tile < tiles; tile += pes) {");
  r->indent++;
  located(r, p, "tile", rows_stores);
  r->indent--;
  rows_put(r, "}");
}
