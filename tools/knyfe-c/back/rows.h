// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Row programs: the general mapping of statements to the device (docs/knyfe-compiler.md, 4).
//
//   rows_plan.c   the plan: statements -> lines -> phases, and where each tensor is
//   rows_lines.c  statements -> lines
//   rows_phases.c lines -> phases
//   rows_operands.c what each phase reads and writes
//   rows_depend.c how expressions depend on indices
//   rows_tiles.c  the size of tiles, what comes into local memory and where it lies
//   rows_places.c argmax and argmin
//   rows_running.c sums up to each element of a row
//   rows_stretch.c rows that move in stretches
//   rows_split.c  reductions that are cut into parts
//   rows_buffers.c circular buffers
//   rows_planes.c short rows side by side in a vector
//   rows_delay.c  stores behind the loads of the next step
//   rows_numbers.c functions of one number per row, behind the last row of a tile
//   rows_one.c    rows whose elements are all the same but for one
//   rows_pairs.c  neighbours that are made in different ways
//   rows_substitute.c expressions with something else in place of an index
//   rows_interval.c between which numbers a subscript lies
//   rows_engine.c functions on the SIMD engine
//   rows_expr.c   expressions as C, of single numbers and of vectors
//   rows_reduce.c reductions in them
//   rows_pool.c   those of neighbours two by two
//   rows_along.c  elements that are made where they are added up
//   rows_vectors.c what vectors can do, and how long they are
//   rows_read.c   elements of tensors in them
//   rows_loops.c  the loops of core 1 over a tile
//   rows_scatter.c tables of sums for each lane
//   rows_block.c  sums of products in them, by blocks of rows and columns
//   rows_pieces.c operands of such sums that come in pieces
//   rows_turn.c   matrices that the MLU turns for them
//   rows_gather.c rows of tables by index
//   rows_fetch.c  the same for the tiles of a row program
//   rows_move.c   elements that change places
//   rows_print.c  the kernel: its phases
//   rows_text.c   lines, names, sections
//   rows_arguments.c tensors and dimensions as arguments
//   rows_locate.c the indices and boxes of a tile
//   rows_core0.c, rows_core1.c what the cores do
#ifndef KNYFE_BACK_ROWS_H
#define KNYFE_BACK_ROWS_H

#include "ast.h"
#include "backend.h"
#include "contract.h"
#include "diag.h"
#include "names.h"
#include "size.h"

#define ROWS_LOCAL_BYTES (128 * 1024)

// rows_gather.c: rows of a table by index. A list is an input, or a row of one.
struct list {
  struct kn_tensor *tensor;
  int64_t row;
};
struct gather {
  struct kn_tensor *table;
  struct list index, weights, offsets, end; // tensor NULL: there are none
  bool pooled;                              // as many indices for each row of the result
  bool copies;                              // rows as they are, no sums
  struct move *move;                        // rows_move.c: elements of `table` change places
  int extreme;                              // 1, -1: the greatest, the least in place of sums
  bool always;                              // whatever the sizes
  int64_t column;                           // of the result, where a part begins
};

// A statement, or a reduction that was taken out of one: defines one tensor.
struct line {
  struct kn_tensor *target;
  unsigned rank;
  struct kn_index *index[KN_MAX_RANK];
  struct kn_expr
      *value; // if `reduces`, a KN_REDUCE; has no other reductions that could be taken out
  bool reduces;
  bool part;        // indices with a range: of a part of the target
  bool copies_part; // from a tensor that holds the part alone
  bool scatter;     // adds to the target where the statement's subscripts say
  const struct kn_stmt *stmt;
  const char *engine; // the SE's operation that makes the value of its argument; NULL: none
  bool contracts;     // on the matrix units: a phase of its own
  struct kn_contraction contraction;
  struct kn_expr *leaving; // what is done with its sums as they leave; NULL: nothing
  struct kn_expr
      *correction;         // reads what the sums begin with for what is subtracted; NULL: nothing
  struct kn_expr *indices; // rows_fetch.c: reads computed indices of its rows; NULL: nothing
  bool turning;            // rows_move.c: for a line that reads what it defines
  struct gather *gather;   // of rows of a table: a phase of its own
  bool begins;             // a phase
  bool alone;              // a row of what it was together with does not fit into local memory
  // rows_split.c: of this reduced index an element takes those from index[chunk_by] * chunk on.
  const struct kn_index *chunked; // NULL: all
  unsigned chunk_by;
  struct size chunk;
  bool combines;                // makes of parts what they are parts of
  bool too_long;                // its row does not fit into local memory
  const struct line *made_with; // rows_running.c, rows_along.c: whose loop makes it; NULL: its own
  bool blocks;       // rows_block.c makes all rows of a tile before the other lines begin
  struct line *next; // in its phase
};

// Which part of a dimension a tile needs: all of it, or that of a parallel index.
enum { WHOLE = -1 };

// A tensor in memory that a phase reads or writes.
struct operand {
  struct kn_tensor *tensor;
  bool output;
  int use[KN_MAX_RANK];            // WHOLE, or the number of the parallel index
  struct size times[KN_MAX_RANK];  // how many elements for each of its values; text NULL: one
  int64_t pitch;                   // of the rows of its box: see phase.pitch; 0: the least
  bool per_tile;                   // other bytes for each tile
  bool by_column;                  // other bytes for other columns only
  bool shared;                     // numbers of rows: see phase.shared
  int64_t units;                   // of them
  struct size staged;              // 1: comes into local memory; 0: is read through the cache
  struct size extent[KN_MAX_RANK]; // of the box of a full tile
  struct size stride[KN_MAX_RANK]; // of the box, in elements
  struct size slot;                // bytes of a box
  struct size at;                  // offset in local memory
  bool single;                     // not loaded ahead: there is no room
  unsigned slots;
  bool decided;           // a schedule says whether it is staged
  unsigned decided_slots; // and how many slots; 0: it does not
  // For which the MLU turns it, or that has the rows that it names; core 1 reads that one only.
  struct operand *turned;
  bool turns;              // it is that one: no DMA of its own
  struct fetched *fetched; // its rows are named by indices
  // rows_stretch.c: the line that waits for it, NULL: what comes is there before the first one; of
  // a result the line that gives it away
  const struct line *meets;
  bool in_stretches; // could move so, and that line's loop goes with them
  bool given;        // a tile of it by the SE, behind which core 1 goes on
  unsigned each;     // turns of that loop for one element: 2 where it is read at n / 2
  unsigned cb;
  const char *cb_name, *name; // in C; name is the pointer's
  struct operand *next;
};

// An intermediate of a row.
struct local {
  struct kn_tensor *tensor;
  const char *name;
  bool array;                  // else a variable
  const struct line *lanes_of; // tables of the lanes of this scatter-add (rows_scatter.c); or NULL
  unsigned first; // dimension that is in the array: of what blocks make also the rows of a tile
  int64_t pitch;  // as an operand's
  struct size stride[KN_MAX_RANK], bytes;
  struct size at; // offset in local memory
  // rows_stretch.c: made by the SE, while core 1 goes on to the line that waits for it. NULL: not
  // so.
  const struct line *meets;
  const char *cb_name;
  unsigned cb;
  struct local *next;
};

// Lines that are computed tile by tile, without anything between PEs.
struct phase {
  unsigned number;
  struct line *lines, **tail;
  unsigned num_par; // leading indices of all targets that rows are dealt by
  struct kn_dim *par[KN_MAX_RANK];
  const char *par_name[KN_MAX_RANK]; // par_name0 and par_name1 are its own too
  const char *function;              // of core 1, or of a contraction
  bool across; // vectors go along the last parallel index, else along what is inside
  // Elements from one row of the results to the next where the last two indices of all lines are
  // inside, and one loop of vectors goes through all rows (rows_planes.c). 0: not so.
  int64_t pitch;
  struct operand *operands;
  struct local *locals;
  bool waits; // for an earlier phase
  // Rows per 32 bytes of results with one number per row, where too few tiles of so many rows would
  // be left: rows are dealt out one by one, and a PE's core stores such a number into the local
  // memory of the PE that stores them all. 0: not so.
  int64_t shared;
  // Tiles: sizes along the last but one and the last parallel index
  struct size tile_rows, tile_columns;
  // What sums by blocks are summed over, if their operands may come in pieces along it
  // (rows_pieces.c): par[num_par], named like the parallel ones. NULL: they may not.
  struct kn_dim *summed;
  int64_t piece;       // elements of it; 0: all at once
  int64_t chunk;       // of what is cut into parts for PEs (rows_split.c); 0: it is not
  bool uncut;          // across, and a tile has all columns
  struct size stretch; // elements of a row that move at a time; text NULL: all
  const char *stretch_why;
  int64_t granule;                   // of tile_columns
  struct size local_bytes, local_at; // of the arrays of intermediates
  struct size need;                  // least bytes that must fit
  const char *setup;                 // C: declarations of the sizes that only the launch knows
  const char *body;                  // C: of the function of core 1
  struct phase *finish;              // makes results of the sums of this one, which gathers
  bool finishes;                     // the other way round
  bool fallback;                     // of the plan for rows that do not fit (dynamic)
  const char *cut_why, *cut_instead; // of the tiles, for --explain
  struct phase *next;
};

// The index of the first dimension that lies in local memory for each row (or, across, element).
static inline unsigned rows_serial(const struct phase *p) {
  return p->across ? p->num_par - 1 : p->num_par;
}

// rows_turn.c: a matrix as it lies in local memory, and as its rows come.
struct turned {
  struct kn_tensor tensor, rows, *from;
  const char *name;
  struct turned *next;
};

// rows_fetch.c: rows of `from` that the elements of `index` name.
struct fetched_read {
  struct kn_expr *at, was;
  struct fetched_read *next;
};
struct fetched {
  struct kn_tensor tensor, index; // as core 1 reads them; the operand of core 0
  const struct kn_tensor *from;
  const char *name;
  unsigned percent; // of the elements of `index` that name a row, as far as can be told
  struct fetched_read *reads;
  struct fetched *next;
};

struct scope;

struct rows {
  struct backend *backend;
  struct kn_file *file;
  struct kn_kernel *kernel;
  const struct kn_target *target;
  struct phase *phases;
  unsigned num_tensors;      // ids of tensors are below, made-up ones included
  unsigned max_tensors;      // room in what is indexed by id
  struct phase **defined_in; // by id; NULL for inputs
  bool *in_memory;           // by id: a scratch argument or an output
  int64_t *pitches;          // by id: of rows in the phase that is being planned (rows_planes.c)
  struct kn_tensor *scratch; // arguments beyond the user's
  struct turned *turned;
  struct fetched *fetched;
  bool failed;
  FILE *out;
  unsigned indent, line_number;
  struct kn_names names;  // of the C text
  struct kn_name **taken; // those that something has, in the order in which they were taken
  unsigned num_taken, max_taken;
  unsigned move_indices;     // of <mtia/knyfe_move.h>; 0: there is none of its calls
  unsigned engine_cb;        // the first of the two buffers of the SE
  const char **dim_names;    // by dim id
  const char **tensor_names; // by tensor id
};

struct phase *rows_plan(struct rows *r);
// rows_tiles.c
bool rows_all_known(const struct rows *r);               // all sizes are numbers
bool rows_choose_tiles(struct rows *r, struct phase *p); // false: as its lines, then, or an error
bool rows_choose_dynamic(struct rows *r, struct phase *p);
// Which part of a dimension a tile needs; of columns that are not cut all of them.
int rows_use_of(const struct phase *p, const struct operand *o, unsigned i);
bool rows_even(struct rows *r, const struct phase *p, int i);
// How much of parallel index i (or, num_par, of what is summed) a tile has.
struct size rows_tile_along(struct rows *r, const struct phase *p, int i);
struct size rows_buffer_bytes(struct rows *r, const struct operand *o);
bool rows_refuse(struct rows *r, struct kn_range range, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct size rows_dim(struct rows *r, const struct kn_dim *dim);
struct operand *rows_operand(struct phase *p, const struct kn_tensor *t);
struct local *rows_local(struct phase *p, const struct kn_tensor *t);
// The number of a parallel index of a line, or -1.
int rows_parallel(const struct phase *p, const struct line *l, const struct kn_index *index);
// How an expression depends on an index: 0 not, 1 it is the index plus something else that does
// not depend on it, 2 otherwise.
int rows_depends(const struct kn_expr *e, const struct kn_index *index);
// How far a step of the index goes; 0 if it depends on other things.
int64_t rows_coefficient(const struct kn_expr *e, const struct kn_index *index);
// A name for the C text that nothing else has.
const char *rows_name(struct rows *r, const char *wish);
// One that has the name with 0 and with 1 at its end too: the first index of a tile and its end.
const char *rows_tiled_name(struct rows *r, const char *wish);
// Of the argument that a tensor in memory is.
const char *rows_argument(struct rows *r, const struct kn_tensor *t);
void rows_release(struct rows *r, const char *name); // its block has ended
void rows_release_since(struct rows *r, unsigned num_taken);
unsigned rows_bytes(enum kn_type type);
// The type of an element in memory: intermediates of i4 are not packed.
enum kn_type rows_stored(const struct kn_tensor *t);
unsigned rows_element_bytes(const struct kn_tensor *t);
struct size rows_row(struct rows *r, const struct kn_tensor *t, struct size n);
const char *rows_c_type(enum kn_type type);
bool rows_in_dimension(const struct kn_index *index);

// Boxes and intermediates for the tile sizes in the phase; bytes of all that is staged.
void rows_lay_out(struct rows *r, struct phase *p);
// The same with tiles of this size.
void rows_cut(struct rows *r, struct phase *p, int64_t rows, int64_t columns);
struct size rows_total_bytes(struct rows *r, struct phase *p);

// rows_decide.c: what a schedule says. False after a message.
bool rows_decide_operands(struct rows *r, struct phase *p);
// 0: nothing; 1: tile_rows and tile_columns are set; -1 after a message.
int rows_decide_tiles(struct rows *r, struct phase *p);
// The same where only the launch knows what fits: the most that a tile may be.
int rows_decide_tile_limits(struct rows *r, struct phase *p, int64_t *rows, int64_t *columns);
// Once all phases are planned.
bool rows_decide_rest(struct rows *r, struct phase *phases);
// The least tile does not fit: false after a message.
bool rows_too_large(struct rows *r, struct phase *p);

bool rows_reads(const struct line *l, const struct kn_tensor *t);
bool rows_expr_reads(const struct kn_expr *e, const struct kn_tensor *t);
// Does a later line of the phase read what this one defines?
bool rows_is_read_later(const struct line *l);
struct kn_tensor *rows_new_tensor(struct rows *r, const char *name, enum kn_type type,
                                  struct kn_range range);
// An element, which rows_add_index gives its place.
struct kn_expr *rows_new_read(struct rows *r, struct kn_tensor *t, struct kn_range range);
void rows_add_index(struct rows *r, struct kn_expr *read, struct kn_index *of);
struct kn_expr *rows_cast(struct rows *r, struct kn_expr *e, enum kn_type type);
struct kn_expr *rows_binary(struct rows *r, enum kn_op op, struct kn_expr *a, struct kn_expr *b);

// rows_split.c: cuts reductions into parts where PEs would be idle, or a row is too long.
void rows_split(struct rows *r, struct line **first);
bool rows_can_split(struct rows *r, const struct phase *p, const struct operand *o);
// Puts a line in front of *at that defines a tensor of its own; returns the element to read.
struct kn_expr *rows_insert_line(struct rows *r, struct line **at, const struct kn_stmt *stmt,
                                 const char *name, struct kn_expr *value, unsigned rank,
                                 struct kn_index *const *index, struct kn_dim *const *dims);

// rows_stretch.c: which lines wait for what; needs the boxes of tiles.
void rows_meet(struct rows *r, struct phase *p);
// Cycles that the stretches save of a tile whose load and store take so long, where a PE has
// `tiles` of them; sets phase.stretch.
double rows_choose_stretch(struct rows *r, struct phase *p, double load, double store,
                           double tiles);
// Of core 1 for a line, of one index of the last parallel dimension (rows_tiles.c).
double rows_line_cycles(const struct phase *p, const struct line *l);
// Where only the launch knows whether a tile is one long row.
void rows_stretch_at_launch(struct rows *r, struct phase *p);

// rows_buffers.c: are there buffers (and variables) for all of a phase? If not, one of its lines
// now begins a phase.
bool rows_few_operands(struct rows *r, struct phase *p);
// There is one for this operand of a phase that cannot be cut.
bool rows_has_buffer(const struct phase *p, const struct operand *o);
bool rows_is_staged(const struct operand *o); // perhaps: only the launch may know
// In no phase before this one.
bool rows_first_use(struct rows *r, const struct phase *p, const struct operand *o);
bool rows_number_buffers(struct rows *r); // false after a message

// rows_interval.c: of an index expression; `fixed` indices are one number (below 0: they are not).
struct interval {
  int64_t lo, hi; // both included
  bool known;
};
struct fixed {
  const struct kn_index *index;
  int64_t at;
};
struct interval rows_interval(const struct kn_expr *e, const struct fixed *fixed, unsigned num);
// What a number of floating point is never below, unless it is NaN; -INFINITY: nothing is known.
double rows_at_least(const struct kn_expr *e);
bool rows_lies_inside(const struct kn_expr *read); // whatever the indices are

// rows_substitute.c: e with `whole` in place of an index, of which factor * quotient + rest is
// made.
struct substitute {
  const struct kn_index *index;
  int64_t factor;
  struct kn_expr *quotient, *rest, *whole; // quotient NULL: none
};
struct kn_expr *rows_substitute(struct rows *r, const struct kn_expr *e,
                                const struct substitute *by);
// Without any casts.
const struct kn_expr *rows_uncast(const struct kn_expr *e);
// Without casts that an index expression may have.
const struct kn_expr *rows_bare(const struct kn_expr *e);
// The number that an expression of constants and dimensions of known size is, if above 0; else 0.
int64_t rows_constant(const struct kn_expr *e);
int64_t rows_divisor(const struct kn_expr *e, const struct kn_index *index); // of n / 32, n % 32
struct kn_expr *rows_number(struct rows *r, const struct kn_expr *like, int64_t value);
struct kn_expr *rows_index_read(struct rows *r, const struct kn_expr *like, struct kn_index *index);
// Ranges of reductions that are always as long begin at 0.
void rows_straighten(struct rows *r, const struct kn_stmt *stmt, struct kn_expr *e);
// Is the line a reduction over ranges of one length for all elements of a row but the last, as of
// 32 * g..min(32 * g + 32, K)? Then what the others are, and the last one is, with straight ranges.
bool rows_straighten_but_last(struct rows *r, const struct line *l, struct kn_expr **others,
                              struct kn_expr **last);

// rows_planes.c: sets phase.pitch and r->pitches, and leaves two indices to the inside.
void rows_find_planes(struct rows *r, struct phase *p);
// The rows of a line's planes that one loop of vectors goes through: beside them are borders.
void rows_inner_rows(struct rows *r, struct phase *p, const struct line *l, int64_t *lo,
                     int64_t *hi);
// The element of a plane up to which what vectors read lies in it.
int64_t rows_plane_end(struct rows *r, struct phase *p, const struct line *l);

// rows_engine.c: the SE's operation for a call, or NULL.
const char *rows_engine_function(const struct kn_expr *e);
// The scales of a line that quantises groups of `size` neighbours, each with its own; NULL: it does
// not.
const struct kn_expr *rows_group_scales(const struct line *l, int64_t *size);
bool rows_quantises_groups(const struct phase *p);
// Functions that the SE computes become lines of their own.
void rows_use_engine(struct rows *r, struct line **first);
bool rows_has_engine(const struct phase *p);

// rows_gather.c: marks lines that gather rows of tables; prints what does it; the condition in C
// under which it can, if that is not always so.
void rows_find_gathers(struct rows *r, struct line **first);
// Rows between offsets, sum[j in o[b]..o[b + 1]] x[j, d], become those of bags: a line in front
// makes the list of numbers, 0, 1, 2..., by which they are fetched.
void rows_number_rows(struct rows *r, struct line **first);
void rows_join_gathers(struct rows *r, struct phase *phases); // with what is done with the sums
void rows_put_gather(struct rows *r, const struct phase *p);
// So many phases right in front are sums of bags like this one, which asks for its first indices
// before they are done.
unsigned rows_bags_in_front(const struct rows *r, const struct phase *p);
const char *rows_gather_fits(struct rows *r, const struct line *l);
// Are these the offsets of the bags that `sums` adds up, of which `finish` reads a bag's own two?
bool rows_reads_offsets(const struct line *sums, const struct line *finish,
                        const struct kn_tensor *tensor);
// rows_move.c: how the line's elements change places, if it does nothing else; NULL otherwise.
struct move *rows_find_move(struct rows *r, const struct line *l);
// Lines of their own for what lines read across rows.
void rows_turn_reads(struct rows *r, struct line **first);
bool rows_move_turns(const struct move *m);       // else rows stay as they are
unsigned rows_move_indices(const struct move *m); // besides those of matrices
void rows_put_move(struct rows *r, const struct line *l);
// rows_fetch.c: reads of rows that data choose become reads of rows that core 0 has gathered.
void rows_find_fetches(struct rows *r, struct line **first);
struct fetched *rows_fetched(const struct rows *r, const struct kn_tensor *tensor);
// Of a phase, all or those that have no buffer, are what they were. False: there are none.
bool rows_give_up_fetches(struct phase *p, bool all);
// Nothing but a function that both cores call.
bool rows_is_call(const struct phase *p);

// rows_scatter.c: tables that the lanes of vectors add to, if the part of a scatter-add has some;
// rows_sum_lane_tables stores their sums, from element `row` of the target on.
void rows_add_lane_tables(struct rows *r, struct phase *p, const struct line *l);
bool rows_drop_lane_tables(struct phase *p); // there is no room; false: there are none
const struct local *rows_lane_tables(const struct phase *p, const struct line *l);
void rows_clear_lane_tables(struct scope *s, const struct line *l);
void rows_add_to_lane_tables(struct scope *s, const struct line *l);
void rows_sum_lane_tables(struct scope *s, const struct line *l, const char *row);

// rows_loops.c: the function of core 1; its parameters stand in rows_parameters.
void rows_compute(struct rows *r, struct phase *p);

void rows_put(struct rows *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rows_comment(struct rows *r, const char *text);
void rows_line(struct rows *r, const struct kn_range *at);

// rows_expr.c
struct value {
  const char *text;
  bool atom, vector;
};
struct binding {
  const struct kn_index *index;
  const char *name;
};
// Extremes and their places that a row's loops have made.
struct reduced {
  const struct line *line;
  enum kn_reduction kind;         // KN_ARGMAX, KN_ARGMIN
  const char *most, *nan, *place; // nan: the vector that tells whether there is one, or NULL
  unsigned lanes;
};
struct scope {
  struct rows *r;
  struct phase *p;
  const struct line *line;
  struct binding bindings[96];
  unsigned num;
  const struct kn_index *along; // the index of the vectors; NULL: single numbers
  unsigned lanes;
  const char *count;          // elements left in this vector
  const struct value *second; // what is stored in turn with the vector that is stored
  bool inside;                // what is read along a plane with `pad` lies inside, or is zero
  bool few;                   // vectors at few places, which are known: see kn_places
  bool guarded; // some lanes may read outside of tensors, and throw away what they get
  // Tensors that are variables at this place: vectors or numbers
  struct {
    const struct kn_tensor *tensor;
    const char *name;
    bool vector;
  } variables[64];
  unsigned num_variables;
  struct reduced places[8];
  unsigned num_places;
  struct {
    const struct kn_expr *e;
    struct value value;
  } made[16]; // reductions that another one's loop has made
  unsigned num_made;
};
void scope_bind(struct scope *s, const struct kn_index *index, const char *name);
const char *scope_name(const struct scope *s, const struct kn_index *index);
struct value rows_value(struct scope *s, const struct kn_expr *e);
// Is the line a reduction over a range that grows by one with each element of a row? Then
// rows_running (rows_running.c) makes the loop over elements lo..hi - 1 of a row, `n` is the
// index's name in it.
typedef void rows_put_element(struct scope *s, const struct line *l, struct value v);
bool rows_is_running(const struct line *l);
// Can its loop wait for stretches of the row, and give them away?
bool rows_runs_in_order(struct rows *r, struct phase *p, const struct line *l);
void rows_running(struct scope *s, const struct line *l, const char *n, const char *lo,
                  const char *hi, rows_put_element *put);
// rows_loops.c: a pointer to the line's element at the current indices, or to its argument's, which
// is in an array.
const char *rows_element(struct scope *s, const struct line *l, const struct kn_expr *argument);
// lo and hi of an index of a reduction or a scatter-add as C.
void rows_range(struct scope *s, const struct kn_index *index, const char **lo, const char **hi);
// rows_read.c: pairs of neighbours from the element that is read for lane 0 on.
const char *rows_load_pairs(struct scope *s, const struct kn_expr *read);
// rows_pairs.c: where the line's value depends on n % 2 and n / 2, or on n / 32, n its last index,
// makes the loop over the elements lo..hi - 1 of a row, which are `length`, -1: not always as many.
// False: it has no such form, nothing was done.
int64_t rows_group_size(const struct line *l); // 0: there are none
// The value at even and at odd places of the last index; the index that counts the pairs.
struct kn_index *rows_halves(struct rows *r, const struct line *l, struct kn_expr *halves[2]);
bool rows_groups(struct scope *s, const struct line *l, const char *lo, const char *hi,
                 int64_t length, rows_put_element *put);
// rows_vectors.c: is an element what few vectors are reduced to?
bool rows_reduces_few(const struct line *l);
// rows_delay.c: can whole vectors of the line along s->along be stored a step later? The loop over
// its elements lo..hi - 1, two vectors and more; the row has `steps` of them, and lo..hi is
// all of it, or a stretch.
bool rows_delays(struct scope *s, const struct line *l);
void rows_delayed(struct scope *s, const struct line *l, const char *index, const char *lo,
                  const char *hi, int64_t steps, bool whole);
// rows_numbers.c: is the line a function of a number, of which rows leave the argument?
bool rows_waits_for_tile(struct phase *p, const struct line *l);
// Do rows wait for one short reduction after the other? Several of them side by side don't.
bool rows_are_short(struct phase *p);
// The results of such functions, behind the last row.
void rows_put_waiting(struct scope *s, struct line *l);
// rows_one.c: a row's element at `place`, and all others.
struct one {
  const struct kn_expr *place;
  struct kn_expr *here, *elsewhere;
};
bool rows_find_one(struct rows *r, const struct line *l, struct one *one);
// Stores that element, if it is one of lo..hi - 1.
void rows_put_one(struct scope *s, const struct line *l, const struct one *one, const char *lo,
                  const char *hi);
// What is the same for a group of such a line, and takes long, becomes a line of its own.
void rows_take_out_groups(struct rows *r, struct line **first);
// A subscript as C of type long, with index_vector as a vector of i32 where it depends on s->along.
struct value rows_index_value(struct scope *s, const struct kn_expr *e);
struct value rows_index_vector(struct scope *s, const struct kn_expr *e);
const char *rows_index_text(struct scope *s, const struct kn_expr *e);
// Offset of an element in elements, `dims` from `first` on.
const char *rows_offset(struct scope *s, unsigned rank, struct kn_expr *const *args,
                        const struct size *stride, unsigned first);
// In parentheses where an operator beside it asks for them.
const char *rows_atom(struct scope *s, struct value v);
// x or y, which are vectors, by a number.
struct value rows_choose(struct scope *s, enum kn_type type, const char *number, const char *x,
                         const char *y);
// Converts a value to a vector if it is none.
const char *rows_vector(struct scope *s, struct value v, enum kn_type type);
const char *rows_vector_type(struct scope *s, enum kn_type type);
// rows_read.c
struct value rows_read(struct scope *s, const struct kn_expr *e);
struct value rows_pad(struct scope *s, const struct kn_expr *e);
// A row of a tensor in local memory has room for so many elements: a loop along it may go on behind
// its end, nobody reads or stores what is there. 0: not known.
int64_t rows_room(struct scope *s, const struct kn_tensor *t);
// Has all that is read along the index room up to element `end`?
bool rows_reads_on(struct scope *s, const struct kn_expr *e, const struct kn_index *along,
                   int64_t end);
struct value rows_load_vector(struct scope *s, enum kn_type type, const char *pointer,
                              const char *offset);
bool rows_read_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded);
bool rows_index_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index, bool guarded);
// Is this an element for each lane by itself, which takes a cycle each?
bool rows_gathers(const struct kn_expr *e, const struct kn_index *along);
void rows_store(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
                struct value v);
// The target's element at the current indices gets `v` (rows_loops.c).
void rows_store_element(struct scope *s, const struct line *l, struct value v);
// The sum of both.
struct value rows_added_element(struct scope *s, const struct line *l, struct value v);
// Can `line` be computed with vectors along `index`?
bool rows_can_vectorise(struct rows *r, struct phase *p, const struct line *l,
                        const struct kn_index *index);
bool rows_value_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index);
// An element and `v`; integers wrap.
struct value rows_added(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
                        struct value v);
// Adds to an element.
void rows_add(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
              struct value v);
unsigned rows_lanes(const struct line *l);
// No more lanes than `most` elements need, -1: only the launch knows how many there are.
unsigned rows_narrow(unsigned lanes, int64_t most);
// How many lanes a read may have, which stands for several loads or one load of segments.
unsigned rows_most_lanes(const struct kn_expr *e, const struct kn_index *along);
// Does something in e read one element of each group (<mtia/knyfe_every.h>), another one for each
// value of `index`, if it is not NULL?
bool rows_reads_groups(const struct kn_expr *e, const struct kn_index *along,
                       const struct kn_index *index);
// Is the index that of a loop which the C compiler writes out if asked to?
bool rows_is_written_out(const struct kn_index *index);
// Bytes of the widest element that an expression computes with.
unsigned rows_widest(const struct kn_expr *e);
// How many steps of a loop of vectors should be one.
unsigned rows_unroll(const struct line *l, unsigned lanes);
// Asks for that in front of a loop of `steps` (-1: not known), a vector of which has so many bytes.
// A long loop that should stay as it is needs a word, too: all steps side by side keep more vectors
// than there are registers, and the stack is in DRAM.
void rows_put_unroll(struct rows *r, unsigned times, int64_t steps, unsigned bytes);

#endif
