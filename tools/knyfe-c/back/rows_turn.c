// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrices that the MLU turns on their way to core 1: where a sum by blocks reads w[n, k], n its
// last index, elements lie side by side along k only. A tile's rows of w come into a buffer of
// their own, and the MLU turns them into another one; core 1 reads turned[k, n], with vectors along
// n.
#include "rows_block.h"
#include "rows_kernel.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

// Bytes of a row that does not come in pieces: 64 of them have room beside other operands.
enum { LONGEST = 1024 };
// Of so few columns vectors along long rows do more for an instruction: 512 x 8 distances of 512
// elements take 7371 cycles instead of 22793.
enum { FEW_COLUMNS = 24, LONG_ROW = 128 };
// Bytes of rows that come together.
enum { TOGETHER = 4096 };

struct turn {
  struct rows *r;
  const struct line *line;
  const struct kn_index *column, *summed; // NULL: no pieces
  bool all;                               // that vectors along the column could not read otherwise
  unsigned num;
  struct kn_expr *reads[8];
};

// The matrix [n, k] is what two last subscripts say; those before are the same for a tile.
static bool is_turnable(const struct turn *t, const struct kn_expr *e) {
  const struct kn_tensor *w = e->tensor;
  const unsigned bytes = rows_bytes(w->type), n = w->rank - 2, k = w->rank - 1;
  if (w->rank < 2 || w->rows || rows_fetched(t->r, w) || rows_stored(w) == KN_I4 || bytes > 4 ||
      kn_plain_index(e->args[n]) != t->column || w->dims[n] != t->column->extent ||
      rows_depends(e->args[k], t->column) || w->dims[k]->size <= 0)
    return false;
  for (unsigned i = 0; i < n; i++) {
    const struct kn_index *of = kn_plain_index(e->args[i]);
    bool outer = false;
    for (unsigned p = 0; p + 2 < t->line->rank; p++)
      outer = outer || (of == t->line->index[p] && w->dims[i] == t->line->target->dims[p]);
    for (unsigned r = 0; r < t->num; r++)
      outer = outer && (t->reads[r]->tensor != w || kn_plain_index(t->reads[r]->args[i]) == of);
    if (!outer)
      return false;
  }
  const bool pieces =
      t->summed && w->dims[k] == t->summed->extent && kn_plain_index(e->args[k]) == t->summed;
  return pieces || w->dims[k]->size * bytes <= LONGEST;
}

static bool find_reads(struct kn_expr *e, void *data) {
  struct turn *t = data;
  if (e->kind == KN_CALL && (e->builtin == KN_WHERE || e->builtin == KN_PAD))
    t->all = t->all && !rows_depends(e, t->column);
  if (e->kind != KN_READ || !rows_gathers(e, t->column))
    return true;
  t->all = t->all && t->num < 8 && is_turnable(t, e);
  if (t->all)
    t->reads[t->num++] = e;
  return true;
}

// The matrix as it lies in local memory, the same for all reads of a line.
static struct kn_tensor *turned_tensor(struct rows *r, struct kn_tensor *w,
                                       const struct turned *older) {
  for (struct turned *t = r->turned; t != older; t = t->next)
    if (t->from == w)
      return &t->tensor;
  struct turned *t = kn_alloc(r->file, sizeof *t);
  t->from = w;
  t->tensor = t->rows = *w;
  t->tensor.dims[w->rank - 2] = w->dims[w->rank - 1];
  t->tensor.dims[w->rank - 1] = w->dims[w->rank - 2];
  t->name = rows_name(r, T("%s_turned", r->tensor_names[w->id]));
  t->next = r->turned;
  r->turned = t;
  return &t->tensor;
}

struct turned *rows_turned(const struct rows *r, const struct kn_tensor *tensor) {
  for (struct turned *t = r->turned; t; t = t->next)
    if (&t->tensor == tensor)
      return t;
  return NULL;
}

bool rows_turn(struct rows *r, struct line *l) {
  if (r->kernel->schedule || !rows_all_known(r) || !rows_is_block(l))
    return false; // it speaks of tiles
  struct turn t = {
      .r = r, .line = l, .column = l->index[l->rank - 1], .summed = rows_summed(r, l), .all = true};
  for (unsigned i = 0; i < l->rank; i++)
    t.all = t.all && l->target->dims[i]->size > 0;
  if (l->target->dims[l->rank - 1]->size < FEW_COLUMNS && t.summed &&
      t.summed->extent->size > LONG_ROW)
    return false;
  kn_walk(l->value, find_reads, &t);
  if (!t.all || !t.num)
    return false;
  const struct turned *older = r->turned;
  for (unsigned i = 0; i < t.num; i++) {
    struct kn_expr *e = t.reads[i], **last = e->args + e->tensor->rank - 2, *first = *last;
    e->tensor = turned_tensor(r, e->tensor, older);
    last[0] = last[1];
    last[1] = first;
  }
  return true;
}

int64_t rows_turned_together(const struct operand *o) {
  const int64_t bytes = rows_bytes(o->tensor->type), least = 32 / bytes;
  const int64_t row = o->extent[o->tensor->rank - 1].value * bytes,
                n = TOGETHER / (row < 32 ? 32 : row);
  return n > least ? n / least * least : least;
}

void rows_put_turn(struct rows *r, struct phase *p, const struct operand *o, const char *data) {
  static const char *const sizes[] = {"", "MTIA_MLU_8", "MTIA_MLU_16", "", "MTIA_MLU_32"};
  const unsigned bytes = rows_bytes(o->tensor->type);
  const struct operand *to = o->turned;
  const unsigned n = o->tensor->rank - 2, k = n + 1;
  const int together = (int)rows_turned_together(o);
  const long row = (long)(o->stride[n].value * bytes);
  const struct size first = rows_first_of(r, p, o, n), column = rows_first_of(r, p, o, k);
  const struct size columns = rows_number_of(r, p, o, k);
  const char *end = sz_add(r->file, first, rows_number_of(r, p, o, n)).text;
  const char *from = T("%s.data", data);
  for (unsigned i = 0; i < n; i++)
    from = T("%s + (uint64_t)%s * %s.stride[%u]", from, rows_first_of(r, p, o, i).text, data, i);
  if (!sz_is(column, 0))
    from = T("%s + (uint64_t)%s * %u", from, column.text, bytes);
  rows_comment(r, "Rows come some at a time, and the MLU turns them.");
  rows_put(r, "__mtia_cr_w2(MTIA_CR_DMA_IN, %s, %ld);", rows_box_bytes(r, o, columns).text, row);
  rows_put(r, "__mtia_cr_w(MTIA_CR_DMA_IN_PITCH, %s.stride[%u]);", data, n);
  rows_put(r, "__mtia_cr_w2(MTIA_CR_MLU_SRC, 0, %ld);", row);
  const char *at = rows_name(r, "row"), *count = rows_name(r, "rows");
  rows_put(r, "for (long %s = %s; %s < %s; %s += %d) {", at, first.text, at, end, at, together);
  r->indent++;
  rows_put(r, "const long %s = kn_least(%d, %s - %s);", count, together, end, at);
  rows_put(r, "__mtia_dma_in(%s, %s + (uint64_t)%s * %s.stride[%u], %s, %s);", o->cb_name, from, at,
           data, n, count, rows_multicast(p, o));
  rows_put(r, "__mtia_cr_w2(MTIA_CR_MLU_SHAPE, %s, %s);", count, columns.text);
  rows_put(r, "__mtia_cr_w2(MTIA_CR_MLU_DST, (%s - %s) * %u, %s * %u);", at, first.text, bytes,
           to->stride[n].text, bytes);
  rows_put(r, "__mtia_mlu_transpose(%s, %s, %s, MTIA_MLU_MEMORY);", to->cb_name, o->cb_name,
           sizes[bytes]);
  rows_put(r, "__mtia_cb_pop(%s, %s * %ld);", o->cb_name, count, row);
  r->indent--;
  rows_put(r, "}");
  rows_put(r, "__mtia_cb_push(%s, %s);", to->cb_name, to->slot.text);
  rows_release(r, at);
  rows_release(r, count);
}
