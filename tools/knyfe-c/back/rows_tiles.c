// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tiles of a phase: which part of each tensor comes into local memory at a time, how large it
// is, and where it lies.
#include "decide.h"

#include "rows_block.h"
#include <inttypes.h>

#include <string.h>

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

// Which part of dimension i a tile needs; of columns that are not cut all of them.
int rows_use_of(const struct phase *p, const struct operand *o, unsigned i) {
  const bool whole = o->use[i] == (int)p->num_par - 1 ? p->uncut
                     : o->use[i] == (int)p->num_par   ? !p->piece
                                                      : false;
  return whole ? WHOLE : o->use[i];
}

struct size rows_tile_along(struct rows *r, const struct phase *p, int i) {
  return i == (int)p->num_par       ? sz_num(r->file, p->piece)
         : i == (int)p->num_par - 1 ? p->tile_columns
         : i == (int)p->num_par - 2 ? p->tile_rows
                                    : sz_num(r->file, 1);
}

// Do all tiles have the same number of indices along parallel index i?
bool rows_even(struct rows *r, const struct phase *p, int i) {
  struct size n = rows_dim(r, p->par[i]);
  struct size tile = rows_tile_along(r, p, i);
  if (i == (int)p->num_par && p->chunk && p->chunk % p->piece)
    return false;
  return i + 2 >= (int)p->num_par && n.known && tile.known && tile.value &&
         n.value % tile.value == 0;
}

static struct size extent_of(struct rows *r, struct phase *p, const struct operand *o, unsigned i) {
  int use = rows_use_of(p, o, i);
  if (use == WHOLE)
    return rows_dim(r, o->tensor->dims[i]);
  const struct size n = rows_tile_along(r, p, use);
  return o->times[i].text ? sz_mul(r->file, n, o->times[i]) : n;
}

// Elements of a row of a tensor in memory, given that of the description: rows of i4 and of tables
// are rows of bytes.
struct size rows_row(struct rows *r, const struct kn_tensor *t, struct size n) {
  struct kn_file *f = r->file;
  unsigned bits = t->rows ? kn_rows_bits(t->rows) : rows_stored(t) == KN_I4 ? 4 : 0;
  if (bits == 4)
    n = sz_ceil_div(f, n, sz_num(f, 2));
  return t->rows ? sz_add(f, n, sz_num(f, kn_rows_extra(t->rows))) : n;
}

enum kn_type rows_stored(const struct kn_tensor *t) {
  return t->type == KN_I4 && t->role == KN_LOCAL ? KN_I8 : t->type;
}

unsigned rows_element_bytes(const struct kn_tensor *t) { return t->rows ? 1 : rows_bytes(t->type); }

// Box of an operand for the tile sizes chosen so far.
static void lay_out_operand(struct rows *r, struct phase *p, struct operand *o) {
  struct kn_file *f = r->file;
  int64_t bytes = rows_element_bytes(o->tensor);
  unsigned rank = o->tensor->rank;
  struct size total = sz_num(f, 1);
  o->per_tile = o->output;
  for (unsigned i = rank; i-- > 0;) {
    bool direct = sz_is(o->staged, 0);
    const bool ring = o->turned && !o->turned->fetched && i + 2 == rank;
    o->extent[i] = ring     ? sz_num(f, rows_turned_together(o))
                   : direct ? rows_dim(r, o->tensor->dims[i])
                            : extent_of(r, p, o, i);
    o->per_tile = o->per_tile || rows_use_of(p, o, i) != WHOLE;
    o->stride[i] = i == rank - 1 ? sz_num(f, 1) : total;
    struct size extent = o->extent[i];
    if (i == rank - 1 && o->turned && rows_use_of(p, o, i) != WHOLE)
      extent = sz_add(f, extent, sz_num(f, 32 / bytes)); // in front of the first one
    if (i == rank - 1)
      extent = o->pitch && !direct ? sz_num(f, o->pitch)
                                   : sz_round_up(f, rows_row(r, o->tensor, extent), 32 / bytes);
    total = i == rank - 1 ? extent : sz_mul(f, total, extent);
  }
  o->slot = sz_round_up(f, sz_greatest(f, sz_mul(f, total, sz_num(f, bytes)), sz_num(f, 32)), 32);
  if (o->shared) { // room for all of them: the launch may have one PE
    o->units = (p->par[0]->size + p->shared - 1) / p->shared;
    o->slot = sz_num(f, o->units * ((p->shared * bytes + 31) / 32 * 32));
  }
}

static void lay_out_locals(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  struct size at = sz_num(f, 0);
  for (struct local *v = p->locals; v; v = v->next) {
    if (!v->array)
      continue;
    int64_t bytes = rows_bytes(v->tensor->type);
    struct size total = sz_num(f, 1);
    unsigned rank = v->tensor->rank;
    for (unsigned i = rank; i-- > v->first;) {
      bool column = p->across && i == p->num_par - 1;
      struct size extent = column               ? p->tile_columns
                           : i + 1 < p->num_par ? p->tile_rows
                                                : rows_dim(r, v->tensor->dims[i]);
      v->stride[i] = i == rank - 1 ? sz_num(f, 1) : total;
      total = i != rank - 1 ? sz_mul(f, total, extent)
              : v->pitch    ? sz_num(f, v->pitch)
                            : sz_round_up(f, extent, 64 / bytes);
    }
    v->bytes = sz_mul(f, total, sz_num(f, bytes));
    v->at = at;
    at = sz_add(f, at, sz_round_up(f, v->bytes, 64));
  }
  p->local_bytes = at;
}

void rows_lay_out(struct rows *r, struct phase *p) {
  for (struct operand *o = p->operands; o; o = o->next)
    lay_out_operand(r, p, o);
  lay_out_locals(r, p);
}

struct size rows_buffer_bytes(struct rows *r, const struct operand *o) {
  return sz_mul(r->file, o->slot, sz_num(r->file, o->slots));
}

static void set_granule(struct phase *p) {
  int64_t g = 1;
  for (struct operand *o = p->operands; o; o = o->next) {
    unsigned rank = o->tensor->rank;
    int64_t bytes = rows_bytes(o->tensor->type);
    if (rank && p->num_par && o->use[rank - 1] == (int)p->num_par - 1 && !o->times[rank - 1].text &&
        32 / bytes > g)
      g = 32 / bytes;
  }
  p->granule = p->shared ? 1 : g;
}

// Bytes of everything that is staged, with the tile sizes chosen so far.
struct size rows_total_bytes(struct rows *r, struct phase *p) {
  struct size total = p->local_bytes;
  for (struct operand *o = p->operands; o; o = o->next)
    total = sz_add(r->file, total, sz_mul(r->file, o->staged, rows_buffer_bytes(r, o)));
  return total;
}

// Pieces begin at multiples of 32 bytes. A lane's sum of f32 is of few terms: the error of sums
// that are added up grows with the number of pieces and that of a piece's terms, not with their
// product (of 512 terms twice as large in one piece as in eight of 64).
enum { LEAST_PIECE = 32, MOST_PIECE = 256, MOST_IN_LANE = 64 };

// The least tiles, with all operands staged for which there are buffers.
static void begin_with_least(struct rows *r, struct phase *p) {
  set_granule(p);
  p->tile_rows = sz_num(r->file, 1);
  p->tile_columns = sz_num(r->file, p->granule);
  p->piece = p->summed && (p->chunk || p->summed->size > LEAST_PIECE) ? LEAST_PIECE : 0;
  for (struct operand *o = p->operands; o; o = o->next)
    o->staged = sz_num(r->file, rows_has_buffer(p, o));
  rows_lay_out(r, p);
}

// Operands whose box is that of the tile's columns only stay while the columns are the same.
static void mark_by_column(struct phase *p) {
  for (struct operand *o = p->operands; o; o = o->next) {
    o->by_column = p->num_par > 1 && !p->uncut && !o->output && o->per_tile;
    for (unsigned i = 0; i < o->tensor->rank; i++)
      o->by_column = o->by_column && (o->use[i] == WHOLE || o->use[i] == (int)p->num_par - 1);
  }
}

//===----------------------------------------------------------------------===//
// What a tile costs
//===----------------------------------------------------------------------===//

struct variation {
  const struct phase *p;
  const struct line *line;
  bool found;
};

static bool find_variation(struct kn_expr *e, void *data) {
  struct variation *v = data;
  const unsigned rows = rows_serial(v->p);
  bool row = e->kind != KN_INDEX;
  for (unsigned i = 0; i < rows && i < v->line->rank; i++)
    row = row || e->index == v->line->index[i];
  v->found = v->found || !row || e->kind == KN_REDUCE;
  return true;
}

// Is it another value for each element of a row? Else it is made once.
static bool varies(const struct phase *p, const struct line *l, const struct kn_expr *e) {
  struct variation v = {p, l, false};
  kn_walk((struct kn_expr *)e, find_variation, &v);
  return v.found;
}

// Cycles of core 1 for an element, with vectors: a register of 64 bytes for each operation.
static double element_cycles(const struct phase *p, const struct line *l, const struct kn_expr *e) {
  double sum = 0, width = rows_bytes(e->type) / 64.0;
  if (!varies(p, l, e))
    return 0;
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i] && e->kind != KN_READ)
      sum += element_cycles(p, l, e->args[i]);
  switch (e->kind) {
  case KN_READ:
    return e->num_args ? width : 0;
  case KN_BINARY:
    return sum + (e->op == KN_DIV ? 1 : width);
  case KN_UNARY:
  case KN_CAST:
    return sum + width;
  case KN_CALL:
    return sum + (e->builtin >= KN_EXP && e->builtin <= KN_POW ? 2
                  : e->builtin == KN_PAD                       ? width
                                                               : 4 * width);
  case KN_REDUCE: {
    double n = 1;
    for (unsigned i = 0; i < e->num_indices; i++) {
      const struct kn_index *index = e->indices[i];
      const struct kn_dim *extent = index->extent;
      const struct kn_expr *lo = index->lo, *hi = index->hi;
      while (lo && lo->kind == KN_CAST)
        lo = lo->args[0];
      while (hi && hi->kind == KN_CAST)
        hi = hi->args[0];
      const bool numbers = !extent && lo->kind == KN_INT && hi->kind == KN_INT;
      n *= index == l->chunked           ? (double)l->chunk.value
           : extent && extent->size >= 0 ? (double)extent->size
           : numbers                     ? (double)(hi->ival - lo->ival)
                                         : 16;
    }
    return n * (sum + width) + (p->across ? 0 : 0.5); // a number out of a vector
  }
  default:
    return sum;
  }
}

double rows_line_cycles(const struct phase *p, const struct line *l) {
  double n = 1;
  for (unsigned i = p->num_par; i < l->rank; i++)
    n *= (double)l->target->dims[i]->size;
  const double move = rows_bytes(l->target->type) / 64.0;
  const double start = p->across ? 0 : 20; // a loop of its own, and a number out of a vector
  if (l->engine && l->value->args[0]->kind == KN_READ)
    return n / 16 + start;
  if (l->engine)
    return n * (element_cycles(p, l, l->value->args[0]) + move + 1.0 / 16) + start;
  return n * (element_cycles(p, l, l->value) + move) + start;
}

static double column_cycles(const struct phase *p) {
  double sum = 0;
  for (const struct line *l = p->lines; l; l = l->next)
    sum += l->blocks ? 0 : rows_line_cycles(p, l);
  return sum;
}

struct cut {
  int64_t rows, columns, piece;
};

// Do all tiles of a PE have the same columns, and take sums by blocks so long that what they share
// need not be there before the others begin?
static bool keeps_columns(struct rows *r, const struct phase *p) {
  bool blocks = false;
  for (const struct line *l = p->lines; l; l = l->next)
    blocks = blocks || l->blocks;
  if (!blocks || p->tile_columns.value < 1)
    return false;
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  const int64_t columns = p->par[p->num_par - 1]->size;
  const int64_t parts = (columns + p->tile_columns.value - 1) / p->tile_columns.value;
  return parts && pes % parts == 0;
}

static void set_slots(struct rows *r, struct phase *p) {
  const bool keeps = keeps_columns(r, p);
  for (struct operand *o = p->operands; o; o = o->next) {
    if (o->turned && !o->turned->fetched) { // a ring of rows
      enum { RING = 8 * 1024 };
      o->slots = o->slot.value > RING ? 1 : 2;
      continue;
    }
    const bool once = !o->per_tile || o->single || (keeps && o->by_column);
    o->slots = o->decided_slots ? o->decided_slots : once ? 1 : 2;
  }
}

void rows_cut(struct rows *r, struct phase *p, int64_t rows, int64_t columns) {
  p->tile_rows = sz_num(r->file, rows);
  p->tile_columns = sz_num(r->file, columns);
  p->uncut = p->across && columns >= p->par[p->num_par - 1]->size;
  rows_lay_out(r, p);
  mark_by_column(p);
  set_slots(r, p);
}

static void apply_cut(struct rows *r, struct phase *p, struct cut c) {
  p->piece = c.piece;
  rows_cut(r, p, c.rows, c.columns);
}

// What moves through a PE's port.
struct traffic {
  double once;                // for all tiles
  double in, piece, out;      // for each tile, and each of its pieces
  double in_sram, piece_sram; // of which the memory sees, where PEs load together
  double turned, turn_piece;  // by the MLU, of `once` and of each piece
};

// A row that is shorter than a request costs a whole one.
static double box_bytes(const struct operand *o) {
  const unsigned rank = o->tensor->rank;
  const double line = rank ? (double)o->extent[rank - 1].value * rows_element_bytes(o->tensor) : 32;
  return (double)o->slot.value * (line > 0 && line < 64 ? 64 / (line < 32 ? 32 : line) : 1);
}

static struct traffic traffic_of(struct rows *r, struct phase *p, double active, int64_t parts) {
  const double sram = 1024, in_port = 64; // bytes per cycle
  const int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  struct traffic t = {0};
  for (struct operand *o = p->operands; o; o = o->next) {
    const double bytes = box_bytes(o) * (o->fetched ? o->fetched->percent / 100.0 : 1);
    const bool pieces = rows_in_pieces(p, o);
    if (!o->staged.value || o->turned || o->shared)
      continue;
    if (o->turns && !o->fetched) // rows come and are turned one after the other
      *(pieces ? &t.turn_piece : &t.turned) += (double)o->slot.value / in_port;
    if (o->output)
      t.out += bytes;
    else if (pieces) {
      t.piece += bytes;
      t.piece_sram += bytes / rows_sharers(r, p, o);
    } else if (!o->per_tile)
      t.once += bytes / in_port;
    else if (o->by_column && parts && pes % parts == 0)
      t.once += bytes * active / sram;
    else {
      t.in += bytes;
      t.in_sram += bytes / rows_sharers(r, p, o);
    }
  }
  return t;
}

// Least cycles of the phase with its tiles as they are: first loads, tiles, last stores. Sets
// phase.stretch.
static double cut_cycles(struct rows *r, struct phase *p, struct cut c) {
  // A tile's start: function, waits, first loads from local memory; a piece's; a row's; a command
  // of the SE.
  enum { TILE = 120, PIECE = 60, ROW = 12, COMMAND = 50, LATENCY = 150, EARLIER = 60 };
  const double sram = 1024, in_port = 64, out_port = 32; // bytes per cycle
  int64_t pes = (int64_t)r->target->grid_rows * r->target->grid_cols;
  int64_t columns = p->par[p->num_par - 1]->size;
  int64_t rows = p->num_par > 1 ? p->par[p->num_par - 2]->size : 1, outer = 1;
  for (unsigned i = 0; i + 2 < p->num_par; i++)
    outer *= p->par[i]->size;
  int64_t parts = (columns + c.columns - 1) / c.columns;
  int64_t tiles = outer * ((rows + c.rows - 1) / c.rows) * parts;
  double each = (double)((tiles + pes - 1) / pes), active = (double)(tiles < pes ? tiles : pes);
  mark_by_column(p);
  const struct traffic t = traffic_of(r, p, active, parts);
  const double pieces = (double)rows_num_pieces(p), in = t.in + t.piece * pieces,
               in_sram = t.in_sram + t.piece_sram * pieces;
  double row = ROW;
  for (const struct line *l = p->lines; l; l = l->next)
    row += l->engine ? COMMAND : 0;
  double core =
      TILE + (pieces - 1) * PIECE + (double)c.rows * (row + (double)c.columns * column_cycles(p));
  for (const struct line *l = p->lines; l; l = l->next)
    core += l->blocks ? rows_block_cycles(r, p, l, c.rows, c.columns)
            : parts > 1 && rows_is_running(l) // adds up what is in front of its columns
                ? (double)c.rows * (EARLIER + (double)(columns - c.columns) / 16)
                : 0;
  double load = in / in_port, store = t.out / out_port, both = (in_sram + t.out) * active / sram;
  double move = load > store ? load : store;
  move = both > move ? both : move;
  move = t.turn_piece * pieces > move ? t.turn_piece * pieces : move;
  const double begin = t.in + t.piece;
  double first = (t.in_sram + t.piece_sram) * active / sram, last = t.out * active / sram;
  first = begin / in_port > first ? begin / in_port : first;
  last = store > last ? store : last;
  const double saved = rows_choose_stretch(r, p, first, last, each);
  return t.once + t.turned + t.turn_piece + first + LATENCY + each * (core > move ? core : move) +
         last - saved;
}

// The cut with the least cycles, of those that were tried, and the next best one.
struct choice {
  struct cut best, other;
  double least, second; // < 0: none yet
  unsigned tried;
};

static void try_cut(struct rows *r, struct phase *p, struct cut c, struct choice *chosen) {
  const double cycles = cut_cycles(r, p, c);
  chosen->tried++;
  if (chosen->least < 0 || cycles < 0.99 * chosen->least) {
    if (chosen->least >= 0) {
      chosen->second = chosen->least;
      chosen->other = chosen->best;
    }
    chosen->least = cycles;
    chosen->best = c;
  } else if (chosen->second < 0 || cycles < chosen->second) {
    chosen->second = cycles;
    chosen->other = c;
  }
}

// Elements of a piece.
static int64_t most_in_piece(struct rows *r, struct phase *p) {
  for (const struct line *l = p->lines; l && p->summed; l = l->next)
    if (l->blocks && l->value->type == KN_F32 && rows_can_vectorise(r, p, l, l->index[l->rank - 1]))
      return MOST_IN_LANE;
  return MOST_PIECE;
}

// All that a tile is summed over at once, then pieces of it. False: not even the least one fits.
static bool try_pieces(struct rows *r, struct phase *p, struct cut c, struct choice *chosen) {
  bool fits = false;
  const int64_t most = most_in_piece(r, p);
  for (int64_t piece = 0; piece <= most; piece = piece ? 2 * piece : LEAST_PIECE) {
    if (piece && (!p->summed || piece >= rows_summed_size(p)))
      break;
    if (!piece && p->summed && rows_summed_size(p) > 4 * most)
      continue;
    c.piece = piece ? piece : p->chunk;
    apply_cut(r, p, c);
    if (rows_total_bytes(r, p).value > ROWS_LOCAL_BYTES)
      continue;
    try_cut(r, p, c, chosen);
    fits = true;
  }
  return fits;
}

// Columns of which a tile has a multiple: vectors inside of groups of neighbours need whole ones.
static int64_t step_of_columns(const struct phase *p) {
  enum { LARGEST_GROUP = 128 };
  int64_t step = p->granule;
  for (const struct line *l = p->lines; l && p->across; l = l->next) {
    const int64_t size = l->rank == p->num_par ? rows_group_size(l) : 0;
    step = size && size <= LARGEST_GROUP && size % step == 0 ? size : step;
  }
  return step;
}

// The cut with the least cycles; of about equal ones that with the fewest rows.
static struct cut choose_cut(struct rows *r, struct phase *p) {
  if (p->shared || (p->lines->scatter && p->lines->chunked))
    return (struct cut){1, 1, 0};
  int64_t columns = p->par[p->num_par - 1]->size, rows = 1, g = step_of_columns(p);
  if (p->num_par > 1)
    rows = p->par[p->num_par - 2]->size;
  struct choice c = {.best = {1, p->granule, p->piece}, .least = -1, .second = -1};
  for (int64_t parts = 1, last = -1;; parts *= 2) {
    int64_t n = columns ? ((columns + parts - 1) / parts + g - 1) / g * g : g;
    if (n == last)
      break;
    last = n;
    for (int64_t m = 1; m == 1 || m <= rows; m = m < rows && 2 * m > rows ? rows : 2 * m)
      if (!try_pieces(r, p, (struct cut){m, n, 0}, &c))
        break;
  }
  p->cut_why =
      kn_text(r->file, "of %u sizes that fit it takes the fewest cycles: %.0f", c.tried, c.least);
  p->cut_instead = c.second < 0 ? NULL
                                : kn_text(r->file, "%" PRId64 " x %" PRId64 ": %.0f cycles",
                                          c.other.rows, c.other.columns, c.second);
  return c.best;
}

// Has the phase a reduction for each element inside of a row, beside other lines? What it reads is
// large, and by itself it would be cut along that index, too.
static bool products_of_rows(const struct phase *p) {
  bool found = false;
  for (const struct line *l = p->lines; l; l = l->next)
    found = found || (l->reduces && l->rank > p->num_par);
  return found && p->lines->next && !p->lines->alone;
}

// Chooses what is staged for the least tiles, then how large tiles may be. Only for sizes that are
// known: what is known at the launch only is decided there, by the same rules (rows_print.c).
bool rows_choose_tiles(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  begin_with_least(r, p);
  set_slots(r, p);
  if (rows_give_up_fetches(p, false) || !rows_decide_operands(r, p))
    return false;
  // What does not fit twice comes once, the largest first; inputs that do not fit at all are read
  // through the cache.
  while (rows_total_bytes(r, p).value > ROWS_LOCAL_BYTES) {
    struct operand *twice = NULL, *once = NULL;
    for (struct operand *o = p->operands; o; o = o->next) {
      if (!o->decided_slots && !o->single && o->staged.value && o->slots == 2 &&
          (!twice || o->slot.value > twice->slot.value))
        twice = o;
      if (!o->decided && !o->turned && !o->turns && o->staged.value && !o->output &&
          (!once || o->slot.value > once->slot.value))
        once = o;
    }
    if (twice)
      twice->single = true;
    else if (rows_drop_lane_tables(p))
      rows_lay_out(r, p);
    else if (once && (products_of_rows(p) || rows_can_split(r, p, once))) {
      // Apart, each has tiles of its own indices, or is cut into parts.
      for (struct line *l = p->lines; l; l = l->next) {
        l->too_long = !p->lines->next;
        l->alone = true;
      }
      return false;
    } else if (once)
      once->staged = sz_num(f, 0);
    else
      break;
    set_slots(r, p);
  }
  if (rows_total_bytes(r, p).value > ROWS_LOCAL_BYTES) {
    if (rows_give_up_fetches(p, true))
      return false;
    // Line by line then, with intermediates in memory.
    if (p->lines->next && !p->lines->alone) {
      for (struct line *l = p->lines; l; l = l->next)
        l->alone = true;
      return false;
    }
    return rows_too_large(r, p);
  }
  int decided = rows_decide_tiles(r, p);
  if (decided < 0 || !p->num_par)
    return decided >= 0;
  if (!decided)
    apply_cut(r, p, choose_cut(r, p));
  for (struct operand *o = p->operands; o; o = o->next)
    for (unsigned i = 0; i < o->tensor->rank; i++)
      o->use[i] = rows_use_of(p, o, i);
  mark_by_column(p);
  cut_cycles(r, p, (struct cut){p->tile_rows.value, p->tile_columns.value, p->piece});
  return true;
}

//===----------------------------------------------------------------------===//
// Tiles of sizes that only the launch knows
//===----------------------------------------------------------------------===//

bool rows_all_known(const struct rows *r) {
  for (const struct kn_dim *d = r->kernel->dims; d; d = d->next)
    if (d->size < 0)
      return false;
  return true;
}

#define T(...) kn_text(r->file, __VA_ARGS__)

static void setup(struct rows *r, struct phase *p, const char *line) {
  p->setup = T("%s%s\n", p->setup ? p->setup : "", line);
}

// Declares a name for a size, unless it is short anyway.
static struct size named(struct rows *r, struct phase *p, const char *wish, struct size value) {
  if (value.known || (value.atom && !strchr(value.text, '(')))
    return value;
  const char *name = rows_name(r, wish);
  setup(r, p, T("const long %s = %s;", name, value.text));
  return sz_name(name);
}

// Does the box grow with parallel index i?
static bool goes_along(const struct operand *o, int i) {
  for (unsigned d = 0; d < o->tensor->rank; d++)
    if (i >= 0 && o->use[d] == i)
      return true;
  return false;
}

// Bytes by which staged boxes and intermediates grow with an index.
static struct size growth(struct rows *r, struct phase *p, int index) {
  struct kn_file *f = r->file;
  struct size sum = sz_num(f, 0);
  for (struct operand *o = p->operands; o; o = o->next)
    if (goes_along(o, index))
      sum = sz_add(f, sum, sz_mul(f, o->staged, rows_buffer_bytes(r, o)));
  if (p->across && index == (int)p->num_par - 1)
    sum = sz_add(f, sum, p->local_bytes);
  for (struct local *v = p->locals; v; v = v->next)
    if (index == (int)p->num_par - 2 && v->array && v->first < rows_serial(p))
      sum = sz_add(f, sum, v->bytes);
  return sum;
}

static void name_places(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  struct size at = sz_num(f, 0);
  for (struct operand *o = p->operands; o; o = o->next) {
    o->slot = named(r, p, T("%s_slot", o->name), o->slot);
    o->at = at;
    at = named(r, p, T("behind_%s", o->name),
               sz_add(f, at, sz_mul(f, o->staged, rows_buffer_bytes(r, o))));
    // A tensor that may be read in memory has the strides that it has there.
    for (unsigned i = 0; i + 1 < o->tensor->rank; i++) {
      if (!o->staged.known) {
        const char *arg = o->tensor->role == KN_LOCAL ? T("kn_%s", o->name) : o->tensor->name;
        o->stride[i] = named(r, p, T("%s_step%u", o->name, i),
                             sz_choose(f, o->staged, o->stride[i],
                                       sz_name(T("(long)args->%s.stride[%u] / %u", arg, i,
                                                 rows_element_bytes(o->tensor)))));
      } else
        o->stride[i] = named(r, p, T("%s_step%u", o->name, i), o->stride[i]);
    }
  }
  for (struct local *v = p->locals; v; v = v->next)
    for (unsigned i = 0; v->array && i + 1 < v->tensor->rank; i++)
      if (v->stride[i].text)
        v->stride[i] = named(r, p, T("%s_step%u", v->name, i), v->stride[i]);
  p->local_at = sz_round_up(f, at, 64);
}

bool rows_choose_dynamic(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  begin_with_least(r, p);
  p->need = p->local_bytes;
  for (struct operand *o = p->operands; o; o = o->next)
    o->slots = o->per_tile ? 2 : 1;
  if (!rows_decide_operands(r, p))
    return false;
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->output)
      p->need = sz_add(f, p->need, rows_buffer_bytes(r, o));
  const char *room = rows_name(r, "room");
  setup(r, p, T("long %s = %d - (%s);", room, ROWS_LOCAL_BYTES - 1024, p->need.text));
  for (struct operand *o = p->operands; o; o = o->next)
    if (!o->output && sz_is(o->staged, 1)) {
      const char *name = rows_name(r, T("%s_stays", o->name));
      setup(r, p, T("const bool %s = kn_take(&%s, %s);", name, room, rows_buffer_bytes(r, o).text));
      o->staged = sz_name(name);
    }
  int64_t most_rows = 8192, most_columns = p->across ? 4096 : 1 << 20;
  int decided = rows_decide_tile_limits(r, p, &most_rows, &most_columns);
  if (decided < 0)
    return false;
  if (!p->num_par) {
    rows_lay_out(r, p);
    name_places(r, p);
    return true;
  }
  int column = (int)p->num_par - 1;
  struct size others = sz_num(f, 1), columns = rows_dim(r, p->par[column]);
  for (int i = 0; i < column; i++)
    others = sz_mul(f, others, rows_dim(r, p->par[i]));
  struct size each = growth(r, p, column);
  const char *n = p->par_name[column];
  p->tile_columns =
      named(r, p, T("tile_%s", n),
            sz_name(T("kn_tile(%s, %s, %s, %d, %" PRId64 ", %s, %s)", columns.text, others.text,
                      decided ? "1" : "pes", (int)p->granule, most_columns, room, each.text)));
  if ((p->across || decided) && p->num_par > 1) {
    setup(r, p,
          T("%s -= (%s / %d - 1) * (%s);", room, p->tile_columns.text, (int)p->granule, each.text));
    rows_lay_out(r, p);
    p->tile_rows = named(
        r, p, T("tile_%s", p->par_name[column - 1]),
        sz_name(decided
                    ? T("kn_tile_rows(%s, %" PRId64 ", %" PRId64 ", %s, %s)",
                        rows_dim(r, p->par[column - 1]).text, most_rows, most_rows, room,
                        growth(r, p, column - 1).text)
                    : T("kn_tile_rows(%s, %s * kn_ceil_div(%s, %s) / (4 * pes), 8192 / %s, %s, %s)",
                        rows_dim(r, p->par[column - 1]).text,
                        others.atom ? others.text : T("(%s)", others.text), columns.text,
                        p->tile_columns.text, p->tile_columns.text, room,
                        growth(r, p, column - 1).text)));
  }
  rows_lay_out(r, p);
  name_places(r, p);
  mark_by_column(p);
  rows_stretch_at_launch(r, p);
  return true;
}
