// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C text of a kernel as a tree: the subset that print_c.c and rows_print.c write. Types,
// preprocessor lines and what is not code are skipped; #line gives each statement its line of the
// description.
#ifndef KNYFE_BACK_CTEXT_H
#define KNYFE_BACK_CTEXT_H

#include "ast.h"
#include "names.h"

// A type as far as costs depend on it: elements of `bits` each, `lanes` of them (1: a single
// number), or a pointer to such.
struct ct_type {
  uint8_t bits, lanes;
  bool is_float, pointer;
};

enum ct_op {
  CT_NUMBER, // value
  CT_REAL,   // a number with a point
  CT_NAME,   // name
  CT_TEXT,   // a string
  CT_UNARY,  // text, a
  CT_STEP,   // ++ or -- of a
  CT_BINARY, // text, a, b
  CT_ASSIGN, // text: "=", "+="...
  CT_COND,   // a ? b : c
  CT_CALL,   // name, args
  CT_INDEX,  // a[b]
  CT_MEMBER, // a.name, a->name
  CT_CAST,   // type, a
  CT_LIST,   // an initialiser: args
  CT_FIELD,  // .text = a in one
};

struct ct_expr {
  enum ct_op op;
  unsigned id;      // the same for equal expressions; 0: not to be shared
  uint32_t varies;  // bit i: with the turns of the i-th loop around it, from outside
  const char *text; // name or operator: interned, equal texts are equal pointers
  int64_t value;
  struct ct_type type; // of a cast
  struct ct_expr *a, *b, *c;
  struct ct_expr **args;
  unsigned num_args;
};

enum ct_kind {
  CT_BLOCK,
  CT_DECLARE,
  CT_DO,
  CT_IF,
  CT_FOR,
  CT_WHILE,
  CT_CONTINUE,
  CT_BREAK,
  CT_RETURN
};

struct ct_stmt {
  enum ct_kind kind;
  unsigned line;    // of the description; 0: of the kernel's own text
  unsigned part;    // the phase that a comment has announced; 0: none, the first one
  unsigned percent; // of a gather's rows that come, as a comment in front has it; 0: all
  const char *name; // CT_DECLARE
  struct ct_type type;
  struct ct_expr *value;        // of a declaration, an expression, a condition
  struct ct_stmt *first;        // CT_FOR: what stands before the first turn
  struct ct_expr *step;         // CT_FOR
  struct ct_stmt *body, *other; // CT_BLOCK: the first statement; CT_IF: both branches
  bool is_leaf;                 // a loop without loops, commands and calls of the text's functions
  bool is_data;                 // a loop without commands
  bool vectors;                 // a loop with calls for vectors
  unsigned unroll;              // CT_FOR: turns that the compiler puts together
  struct ct_stmt *next;
};

struct ct_param {
  const char *name;
  struct ct_type type;
};

enum { CT_PARAMS = 127 }; // as many as C promises

struct ct_function {
  const char *name;
  struct ct_param params[CT_PARAMS];
  unsigned num_params;
  struct ct_stmt *body;
  bool commands; // issues commands, itself or by what it calls
  struct ct_function *next;
};

// A tensor among the arguments, as the descriptors have it; bytes of a row are rounded up to 32.
struct ct_tensor {
  const char *name;
  unsigned rank, bytes; // of an element
  int64_t dim[KN_MAX_RANK], stride[KN_MAX_RANK];
  bool output;
  struct ct_tensor *next;
};

// A function that <mtia/knyfe_product.h> makes of the macros in front of it.
struct ct_product {
  const char *name;
  unsigned size, out, turn_x, turn_w, bias, scales, sums, steps, step_room, window; // KP_SIZE...
  struct ct_product *next;
};

struct ct_constant {
  const char *name;
  int64_t value;
  struct ct_constant *next;
};

struct ct_text {
  struct kn_file *file; // whose arena it lies in
  struct ct_function *functions, *kernel;
  struct ct_constant *constants;
  struct ct_tensor *tensors;
  struct ct_product *products;
  struct kn_names names;
  char unknown[160]; // what could not be read, "" if all could
};

// Reads the text; false, with `unknown` set, if it is not of the subset. `own` is the name that
// #line gives to the text's own lines.
bool ct_read(struct ct_text *t, struct kn_file *file, const char *own, const char *text);
const char *ct_intern(struct ct_text *t, const char *begin, size_t size);

#endif
