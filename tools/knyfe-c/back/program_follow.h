// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between the files that follow a kernel's text (program.h): what is known on the way.
// program_pipes.c has core 1's pipelines, program_names.c variables, program_vector.c operations,
// program_expr.c expressions, program_calls.c calls of headers, program_command.c commands,
// program_loop.c loops, program.c all other statements.
#ifndef KNYFE_BACK_PROGRAM_FOLLOW_H
#define KNYFE_BACK_PROGRAM_FOLLOW_H

#include "program.h"
#include "program_product.h"

#include <stdlib.h>
#include <string.h>

enum {
  MAX_GAPS = 16,
  MAX_VARIABLES = 512,
  MAX_STEPS = 4000000,
  CACHE_BYTES = KN_DEV_core_dcache_bytes
};

// What is known of a value. Numbers: `known`. Pointers: of a tensor, of local memory or of nothing
// known.
struct value {
  struct ct_type type;
  bool known, is_pointer, is_tensor;
  bool constant;              // written in the text
  bool product;               // of whole numbers: an addition makes one operation of both
  bool of_mask;               // ones where a mask is set: added to something, it costs nothing
  bool counted;               // made of constants and counters of loops between constants
  bool from_vector;           // of a reduction: stored without the core waiting for it
  int64_t first;              // 1 + how many lanes a mask has, or were loaded
  int64_t step;               // of constants in a vector: i, i + step, ...
  int64_t i;                  // number, or bytes from the start
  const struct ct_tensor *t;  // a pointer's, or that of the buffer that it points into
  const struct ct_expr *list; // what a struct was initialised with
  bool local;                 // the pointer's bytes lie in local memory
  double ready;               // when who needs it can go on
};

struct variable {
  const char *name;
  struct value v;
};

// Core 1 with its pipelines; core 0 has the first field only.
struct pipes {
  double now, arith, loads;
  double held;              // until then a gather needs its registers
  double group, load_issue; // when what is written out began, and when its last load was issued
  double queue[2][KN_DEV_vector_queue];
  unsigned at[2];
  struct gap {
    double from, to;
  } gaps[2][MAX_GAPS]; // of the group, see fill()
  unsigned num_gaps[2];
  double busy[3]; // arithmetic, loads and stores, the SE on behalf of a tile
};

struct register_values {
  const char *name;
  struct value lo, hi;
};

// Core 1's time for a tile.
struct tile_cost {
  const struct ct_function *g;
  int64_t extent;
  unsigned times;
  double cycles, busy[3];
};

struct follow {
  struct tile_cost tiles[64];
  struct pg_program *p;
  struct ct_text *t;
  unsigned core, row, col;
  struct pipes pipes;
  double emitted; // time of the last event
  double emitted_busy[3];
  struct pg_totals *totals; // only these are asked for
  bool in_data;             // inside of a function without commands
  bool leaf;                // inside of a leaf loop: addresses cost nothing
  bool flat;                // in a loop without jumps
  bool scalars;             // in one without vectors and other loops
  unsigned written_out;     // turns of that one which the compiler puts behind each other
  struct {
    int64_t turn;
    bool flat, counted;
  } active[32];                      // loops that expressions are moved out of
  unsigned num_active, first_active; // those of this function begin there
  struct {
    unsigned id;
    struct value v;
  } known[64]; // what this turn has computed already
  unsigned num_known;
  struct {
    unsigned id, loop;
    struct value v;
  } moved[32]; // computed in front of an active loop
  unsigned num_moved;
  struct {
    int64_t at; // of the groups that were loaded last
    const struct ct_tensor *t;
    double ready;
  } groups;
  bool arguments; // of a call: what they have in common is computed once
  bool remote;    // one of them is in another PE
  bool gathers;   // stores of turns that the compiler puts together come behind their loads
  bool last;      // the last one of those
  bool together;  // not the first one
  int64_t masked; // 1 + the elements of the last mask of this turn
  struct {
    double ready, lines;
  } stores[64];
  unsigned num_stores;
  bool storing;
  struct variable variables[MAX_VARIABLES];
  unsigned num_variables, floor; // of this function
  struct register_values registers[32];
  unsigned num_registers;
  const struct ct_tensor *buffer_tensor[32];
  int64_t mml[2];                             // offsets
  unsigned phase, part, steps, line, percent; // percent: see ct_stmt
  double marked, marked_busy[3];              // what lines have been charged with
  enum { NORMAL, CONTINUES, BREAKS, RETURNS } signal;
  struct value result;
  bool failed;
};

// mtia_f32x64_from_f16x64, kn_max_f32x64, kn_add_i32
struct vector_name {
  const char *op;
  size_t size;
  struct ct_type type;
  bool from, of_mask;
  struct ct_type source;
};

struct operation {
  const char *name;
  double cycles, latency, fixed;
};

// A number of elements that the compiler does not know takes a mask. Of turns that are put together
// in a loop between constants only the last one can be short; where all have masks nothing runs
// ahead, as there is one register for them.
enum mask { NO_MASK, ONE_MASK, ALL_MASKS };

static inline double larger(double a, double b) { return a > b ? a : b; }

static inline void unknown(struct follow *f, const char *what) {
  if (!f->p->unknown[0])
    snprintf(f->p->unknown, sizeof f->p->unknown, "%s", what);
}

static inline struct value number(int64_t i) {
  return (struct value){.type = {64, 1, false, false}, .known = true, .i = i};
}

static inline struct value something(struct ct_type type, double ready) {
  return (struct value){.type = type, .ready = ready};
}

static inline double registers(struct ct_type type) {
  return kn_cost_registers(type.lanes, type.bits ? type.bits : 8);
}

static inline void scalar(struct follow *f, double cycles) { f->pipes.now += cycles; }

// program_pipes.c
struct value pg_arithmetic(struct follow *f, struct ct_type type, double cycles, double latency,
                           double ready, bool last);
double pg_begin(struct follow *f, unsigned which, double busy, double ready);
void pg_begin_group(struct pipes *p);
void pg_end_group(struct pipes *p);
struct value pg_first_lanes(struct follow *f, uint8_t lanes, const struct value *count);
void pg_flush_stores(struct follow *f);
double pg_line_latency(struct follow *f, const struct value *pointer);
enum mask pg_mask_of(const struct follow *f, const struct value *count);
double pg_operand(struct follow *f, const struct value *v);
void pg_put_store(struct follow *f, double lines, double ready);
struct value pg_scalar_load(struct follow *f, const struct value *pointer, const struct value *at);
struct value pg_vector_load(struct follow *f, struct ct_type type, const struct value *pointer,
                            const struct value *count);
void pg_vector_store(struct follow *f, const struct value *v, const struct value *pointer,
                     const struct value *count);

// program_names.c
struct value *pg_cr(struct follow *f, const char *name, bool hi);
int64_t pg_cr_value(struct follow *f, const char *name, bool hi, int64_t otherwise);
void pg_declare(struct follow *f, const char *name, struct value v);
struct value *pg_find(struct follow *f, const char *name);
bool pg_launch_number(struct follow *f, const struct ct_tensor *t, int64_t index, int64_t *n);
struct value pg_named(struct follow *f, const char *name);
const struct ct_tensor *pg_tensor(const struct follow *f, const char *name);

// program_vector.c
struct value pg_binary(struct follow *f, const char *op, struct value a, struct value b);
struct value pg_builtin(struct follow *f, const struct ct_expr *e, struct value *args);
struct value pg_convert(struct follow *f, struct ct_type to, struct value v);
const struct operation *pg_operation(const struct vector_name *v);
bool pg_parse_name(const char *name, struct vector_name *v);

// program_expr.c
struct value pg_evaluate(struct follow *f, const struct ct_expr *e);
void pg_end_loop(struct follow *f); // the innermost active one
uint64_t pg_field(struct follow *f, const struct ct_expr *list, const char *name,
                  uint64_t otherwise);

// program_calls.c
bool pg_library_call(struct follow *f, const struct ct_expr *e);

// program_command.c
void pg_charge(struct follow *f);
struct value pg_command(struct follow *f, const struct ct_expr *e, struct value *args);

// program_loop.c
void pg_later(struct follow *f, double by, double since);
void pg_loop(struct follow *f, const struct ct_stmt *s);

// program.c
void pg_call_function(struct follow *f, const struct ct_function *g, const struct ct_expr *call);
void pg_call_values(struct follow *f, const struct ct_function *g, const struct value *args,
                    unsigned num);
void pg_run(struct follow *f, const struct ct_stmt *s);

#endif
