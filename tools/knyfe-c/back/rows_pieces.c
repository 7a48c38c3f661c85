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

//===----------------------------------------------------------------------===//
// Multicast
//===----------------------------------------------------------------------===//

enum rows_sharing rows_sharing_of(const struct phase *p, const struct operand *o) {
  if (!p->piece || !o->per_tile || o->output || o->by_column)
    return ROWS_ALONE;
  bool row = p->chunk > 0, column = false;
  for (unsigned i = 0; i < o->tensor->rank; i++) {
    column = column || o->use[i] == (int)p->num_par - 1;
    row = row || (o->use[i] >= 0 && o->use[i] < (int)p->num_par - 1);
  }
  return row && column ? ROWS_ALONE : column ? ROWS_BY_COLUMN : ROWS_BY_ROW;
}

const char *rows_multicast(const struct phase *p, const struct operand *o) {
  static const char *const names[] = {"MTIA_MC_NONE", "MTIA_MC_ROW", "MTIA_MC_COL"};
  return o->per_tile ? names[rows_sharing_of(p, o)] : "MTIA_MC_ROW";
}

static int64_t column_parts(const struct phase *p) {
  const int64_t tile = p->tile_columns.value;
  return (p->par[p->num_par - 1]->size + tile - 1) / tile;
}

static bool shares(const struct phase *p) {
  for (const struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && rows_sharing_of(p, o) != ROWS_ALONE)
      return true;
  return false;
}

// Tiles go along the columns first, one to each PE of a row of the grid.
void rows_put_neighbours(struct rows *r, const struct phase *p) {
  if (!shares(p))
    return;
  const int parts = (int)column_parts(p);
  rows_comment(r, "PEs of a row that have the same rows load them together, and so do PEs of a "
                  "column that have the same columns.");
  rows_put(r, "const long cols = mtia_cols(), col = mtia_col();");
  rows_put(r, "const long beside = %d %% cols == 0 ? cols : cols %% %d == 0 ? %d : 1;", parts,
           parts, parts);
}

void rows_put_members(struct rows *r, const struct phase *p) {
  if (!shares(p))
    return;
  const int parts = (int)column_parts(p);
  rows_put(r,
           "const long below = kn_least(mtia_rows(), kn_ceil_div(tiles - tile + pe - col, cols));");
  rows_put(r, "__mtia_cr_w(MTIA_CR_MCAST,");
  rows_put(r, "    ((1ul << beside) - 1) << (col / beside * beside)");
  rows_put(r, "        | (cols %% %d == 0 ? (1ul << below) - 1 : 1ul << mtia_row()) << 16);",
           parts);
}

double rows_sharers(struct rows *r, const struct phase *p, const struct operand *o) {
  const int64_t cols = r->target->grid_cols, parts = column_parts(p);
  switch (rows_sharing_of(p, o)) {
  case ROWS_BY_ROW:
    return (double)(parts % cols == 0 ? cols : cols % parts == 0 ? parts : 1);
  case ROWS_BY_COLUMN:
    return cols % parts == 0 ? r->target->grid_rows : 1;
  default:
    return 1;
  }
}
