// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Row programs: the general mapping of statements to the device (docs/knyfe-compiler.md, 4).
//
//   rows_plan.c   statements -> lines -> phases; what each phase reads and writes, and where
//   rows_expr.c   expressions as C, of single numbers and of vectors
//   rows_loops.c  the loops of core 1 over a tile
//   rows_print.c  the kernel: arguments, tiles, core 0, core 1
#ifndef KNYFE_BACK_ROWS_H
#define KNYFE_BACK_ROWS_H

#include "ast.h"
#include "backend.h"
#include "contract.h"
#include "diag.h"
#include "size.h"

#define ROWS_LOCAL_BYTES (128 * 1024)

// A statement, or a reduction that was taken out of one: defines one tensor.
struct line {
  struct kn_tensor *target;
  unsigned rank;
  struct kn_index *index[KN_MAX_RANK];
  struct kn_expr
      *value; // if `reduces`, a KN_REDUCE; has no other reductions that could be taken out
  bool reduces;
  bool part;    // indices with a range: of a part of the target
  bool scatter; // adds to the target where the statement's subscripts say
  const struct kn_stmt *stmt;
  bool contracts; // on the matrix units: a phase of its own
  struct kn_contraction contraction;
  bool begins;       // a phase
  bool alone;        // a row of what it was together with does not fit into local memory
  struct line *next; // in its phase
};

// Which part of a dimension a tile needs: all of it, or that of a parallel index.
enum { WHOLE = -1 };

// A tensor in memory that a phase reads or writes.
struct operand {
  struct kn_tensor *tensor;
  bool output;
  int use[KN_MAX_RANK];            // WHOLE, or the number of the parallel index
  bool per_tile;                   // other bytes for each tile
  struct size staged;              // 1: comes into local memory; 0: is read through the cache
  struct size extent[KN_MAX_RANK]; // of the box of a full tile
  struct size stride[KN_MAX_RANK]; // of the box, in elements
  struct size slot;                // bytes of a box
  struct size at;                  // offset in local memory
  unsigned slots;
  unsigned cb;
  const char *cb_name, *name; // in C; name is the pointer's
  struct operand *next;
};

// An intermediate of a row.
struct local {
  struct kn_tensor *tensor;
  const char *name;
  bool array; // else a variable
  struct size stride[KN_MAX_RANK], bytes;
  struct size at; // offset in local memory
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
  struct operand *operands;
  struct local *locals;
  bool waits; // for an earlier phase
  // Tiles: sizes along the last but one and the last parallel index
  struct size tile_rows, tile_columns;
  int64_t granule;                   // of tile_columns
  struct size local_bytes, local_at; // of the arrays of intermediates
  struct size need;                  // least bytes that must fit
  const char *setup;                 // C: declarations of the sizes that only the launch knows
  bool fallback;                     // of the plan for rows that do not fit (dynamic)
  struct phase *next;
};

struct rows {
  struct backend *backend;
  struct kn_file *file;
  struct kn_kernel *kernel;
  const struct kn_target *target;
  struct phase *phases;
  unsigned num_tensors;      // ids of tensors are below, made-up ones included
  struct phase **defined_in; // by id; NULL for inputs
  bool *in_memory;           // by id: a scratch argument or an output
  struct kn_tensor *scratch; // arguments beyond the user's
  bool failed;
  FILE *out;
  unsigned indent, line_number;
  const char **names; // taken in the C text
  unsigned num_names, max_names;
  const char **dim_names;    // by dim id
  const char **tensor_names; // by tensor id
};

struct phase *rows_plan(struct rows *r);
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
// A name for the C text that nothing else has.
const char *rows_name(struct rows *r, const char *wish);
// One that has the name with 0 and with 1 at its end too: the first index of a tile and its end.
const char *rows_tiled_name(struct rows *r, const char *wish);
void rows_release(struct rows *r, const char *name); // its block has ended
unsigned rows_bytes(enum kn_type type);
unsigned rows_element_bytes(const struct kn_tensor *t);
struct size rows_row(struct rows *r, const struct kn_tensor *t, struct size n);
const char *rows_c_type(enum kn_type type);
bool rows_in_dimension(const struct kn_index *index);

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
struct scope {
  struct rows *r;
  struct phase *p;
  const struct line *line;
  struct binding bindings[96];
  unsigned num;
  const struct kn_index *along; // the index of the vectors; NULL: single numbers
  unsigned lanes;
  const char *count; // elements left in this vector
  // Tensors that are variables at this place: vectors or numbers
  struct {
    const struct kn_tensor *tensor;
    const char *name;
    bool vector;
  } variables[64];
  unsigned num_variables;
};
void scope_bind(struct scope *s, const struct kn_index *index, const char *name);
const char *scope_name(const struct scope *s, const struct kn_index *index);
struct value rows_value(struct scope *s, const struct kn_expr *e);
const char *rows_index_text(struct scope *s, const struct kn_expr *e);
// Offset of an element in elements, `dims` from `first` on.
const char *rows_offset(struct scope *s, unsigned rank, struct kn_expr *const *args,
                        const struct size *stride, unsigned first);
// Converts a value to a vector if it is none.
const char *rows_vector(struct scope *s, struct value v, enum kn_type type);
const char *rows_vector_type(struct scope *s, enum kn_type type);
void rows_store(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
                struct value v);
// Can `line` be computed with vectors along `index`?
bool rows_can_vectorise(struct rows *r, struct phase *p, const struct line *l,
                        const struct kn_index *index);
bool rows_value_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index);
// Adds to an element; integers wrap.
void rows_add(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
              struct value v);
unsigned rows_lanes(const struct line *l);

#endif
