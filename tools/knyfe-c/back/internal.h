// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the back half share.
#ifndef KNYFE_BACK_INTERNAL_H
#define KNYFE_BACK_INTERNAL_H

#include "backend.h"
#include "diag.h"
#include "ir.h"

#include <mlir-c/Pass.h>

struct generic;

struct backend {
  struct kn_file *file;
  struct kn_kernel *kernel;
  const struct kn_target *target;
  struct ir ir;
  MlirModule module;
  MlirBlock open[32]; // blocks around those that mt_for and mt_if opened
  unsigned depth;
};

// Source range <-> MLIR location (file:line:column to line:column).
MlirLocation kn_location(struct backend *b, struct kn_range range);
struct kn_range kn_range_of(struct backend *b, MlirLocation loc);

// lower.c: the kernel as func.func of linalg.generic on tensors, appended to the module.
bool kn_lower(struct backend *b);

// match_float.c: a kernel that is one contraction of f16 or bf16, as func.func of knyfe.contract;
// false if it is none.
bool kn_lower_float_contraction(struct backend *b);

// match.c: passes.
MlirPass kn_create_verify_pass(struct backend *b);
MlirPass kn_create_match_pass(struct backend *b);

// map.c: the contraction of a function, null if there is none; the pass that replaces the function
// by one of the mtia dialect.
MlirOperation kn_find_contract(MlirOperation func);
MlirPass kn_create_map_pass(struct backend *b);
// map_fc.c: fills ir.block with the body; false after a message.
bool kn_map_fc(struct backend *b, MlirOperation func, MlirOperation contract);
// map_element.c: one element of an elementwise operation at index values `loops`; its input number
// `given` has `value`, all others are read from memory. A null value after a message.
MlirValue kn_copy_element(struct backend *b, struct kn_tensor *out, const struct generic *g,
                          const MlirValue *loops, unsigned given, MlirValue value);

// Small words for building the mtia level; values are of type index unless stated.
MlirValue mt_const(struct backend *b, int64_t value);
// A constant with a name, an enumerator in the C text; note may be NULL.
MlirValue mt_named(struct backend *b, const char *name, int64_t value, const char *note);
// Gives a value a name (a variable in the C text) and its statement a comment; both may be NULL.
MlirValue mt_let(MlirValue value, const char *name, const char *note);
MlirOperation mt_note(MlirOperation op, const char *note);
MlirValue mt_add(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_sub(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_mul(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_div(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_rem(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_min(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_shl(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_or(struct backend *b, MlirValue x, MlirValue y);
MlirValue mt_id(struct backend *b, const char *what);
MlirValue mt_data(struct backend *b, const struct kn_tensor *arg);
MlirValue mt_pitch(struct backend *b, const struct kn_tensor *arg, unsigned dim);
// A buffer at `start` (null: the start of local memory) + base.
void mt_cb(struct backend *b, const char *cb, int64_t id, int64_t base, int64_t size,
           MlirValue start, int64_t per_core, const char *note);
// Opens a loop or a branch: operations go inside until mt_end. mt_for returns the counter.
MlirValue mt_for(struct backend *b, const char *name, MlirValue from, MlirValue to, MlirValue step,
                 const char *note);
// A loop of `extent` turns that carries one value, argument 1 of its block; ends with the next one.
MlirOperation mt_carry(struct backend *b, const char *name, MlirValue extent, MlirValue init,
                       const char *carried);
MlirValue mt_carry_end(struct backend *b, MlirOperation loop, MlirValue next);
MlirOperation mt_if(struct backend *b, MlirValue cond, const char *note);
void mt_else(struct backend *b); // between mt_if and mt_end
void mt_end(struct backend *b);
// Upper-case copy with a prefix, in the file's arena.
const char *mt_upper(struct backend *b, const char *prefix, const char *name);
MlirType mt_ptr(struct backend *b, MlirType element);

// Is an operation of the mtia level free of effects, so that it may stand anywhere or go?
bool kn_is_pure(MlirOperation op);

// print_c.c; false after a message about names that C has itself
bool kn_check_names(struct backend *b);
bool kn_print_c(struct backend *b, MlirOperation func, FILE *out);
// back.c: the mapping pass on b->module
bool kn_run_map(struct backend *b);

// linalg.generic
struct generic {
  MlirOperation op;
  unsigned num_inputs, num_loops;
  MlirBlock body;
  MlirOperation yield;
};
bool kn_is_generic(MlirOperation op, struct generic *g);
MlirAffineMap kn_generic_map(const struct generic *g, unsigned operand);
bool kn_generic_is_reduction(const struct generic *g, unsigned loop);
// Loop number of result `i` of a map, -1 if it is not a plain loop, then *constant is the constant.
int kn_map_loop(MlirAffineMap map, unsigned i, int64_t *constant);

// Tensors
MlirType kn_tensor_type(struct backend *b, const struct kn_tensor *tensor);
unsigned kn_element_bytes(enum kn_type type);
// The argument (input) or output of the kernel behind a function argument.
struct kn_tensor *kn_input_at(struct backend *b, unsigned i);
struct kn_tensor *kn_output_at(struct backend *b, unsigned i);

// Local memory that a kernel may use for circular buffers, bytes.
#define KN_LOCAL_BYTES (128 * 1024)

#endif
