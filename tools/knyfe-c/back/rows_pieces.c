// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operands of sums by blocks that come in pieces: of y[m, n] = sum[k] x[m, k] * w[n, k] a tile
// needs all of k, which for many rows and columns is more than local memory holds, and a long wait
// for the first product. Boxes hold a piece of k instead; for each, core 1 adds to the sums of the
// tile, which stay, and the other lines of the phase follow behind the last piece.
#include "rows_block.h"

#define T(...) kn_text(r->file, __VA_ARGS__)

const struct kn_index *rows_summed(struct rows *r, const struct line *l) {
  const struct kn_expr *e = l->value;
  if (r->kernel->schedule || !rows_all_known(r) || !rows_is_block(l) || l->rank == KN_MAX_RANK ||
      e->num_indices != 1)
    return NULL; // a schedule speaks of whole tiles
  for (unsigned i = 0; i < l->rank; i++)
    if (!l->target->dims[i]->size)
      return NULL;
  const struct kn_index *k = e->indices[0];
  return k->extent && k->extent->size > 0 ? k : NULL;
}

// Are two lines cut alike?
static bool is_alike(struct rows *r, const struct line *a, const struct line *b) {
  const struct kn_index *k = rows_summed(r, a), *l = rows_summed(r, b);
  return k && l ? k->extent == l->extent && !a->chunked == !b->chunked : k == l;
}

bool rows_same_pieces(struct rows *r, const struct phase *p, const struct line *line) {
  for (const struct line *l = p->lines; l && line->blocks; l = l->next)
    if (l->blocks && !is_alike(r, l, line))
      return false;
  return true;
}

bool rows_is_summed(const struct phase *p, const struct line *l, const struct kn_index *index) {
  return p->summed && l->blocks && index->extent == p->summed && index == l->value->indices[0];
}

void rows_find_summed(struct rows *r, struct phase *p) {
  for (const struct line *l = p->lines; l && !p->summed; l = l->next) {
    const struct kn_index *k = l->blocks ? rows_summed(r, l) : NULL;
    if (!k)
      continue;
    p->summed = p->par[p->num_par] = k->extent;
    p->par_name[p->num_par] = rows_tiled_name(r, k->name);
    p->chunk = l->chunked ? l->chunk.value : 0;
  }
}

bool rows_in_pieces(const struct phase *p, const struct operand *o) {
  for (unsigned i = 0; p->piece && i < o->tensor->rank; i++)
    if (o->use[i] == (int)p->num_par)
      return true;
  return false;
}

int64_t rows_summed_size(const struct phase *p) { return p->chunk ? p->chunk : p->summed->size; }

int64_t rows_num_pieces(const struct phase *p) {
  return p->piece ? (rows_summed_size(p) + p->piece - 1) / p->piece : 1;
}

// Where the first piece of a tile begins, and the last one ends.
static const char *first_text(struct rows *r, const struct phase *p) {
  return p->chunk ? T("%s * %d", p->par_name[0], (int)p->chunk) : "0";
}

static const char *end_text(struct rows *r, const struct phase *p) {
  const char *size = rows_dim(r, p->summed).text;
  if (!p->chunk)
    return size;
  if (p->summed->size % p->chunk == 0)
    return T("(%s + 1) * %d", p->par_name[0], (int)p->chunk);
  return T("kn_least(%s, (%s + 1) * %d)", size, p->par_name[0], (int)p->chunk);
}

void rows_open_pieces(struct rows *r, const struct phase *p) {
  const char *k = p->par_name[p->num_par];
  rows_put(r, "for (long %s0 = %s; %s0 < %s; %s0 += %d) {", k, first_text(r, p), k, end_text(r, p),
           k, (int)p->piece);
  r->indent++;
}

void rows_locate_piece(struct rows *r, const struct phase *p) {
  const char *k = p->par_name[p->num_par];
  if (rows_even(r, p, (int)p->num_par))
    rows_put(r, "const long %s1 = %s0 + %d;", k, k, (int)p->piece);
  else
    rows_put(r, "const long %s1 = kn_least(%s, %s0 + %d);", k, end_text(r, p), k, (int)p->piece);
}

void rows_close_pieces(struct rows *r) {
  r->indent--;
  rows_put(r, "}");
}

const char *rows_behind_first(struct rows *r, const struct phase *p) {
  return T("%s0 > %s", p->par_name[p->num_par], first_text(r, p));
}

void rows_put_last_piece(struct rows *r, const struct phase *p) {
  rows_put(r, "if (%s1 < %s)", p->par_name[p->num_par], end_text(r, p));
  rows_put(r, "  return;");
}
