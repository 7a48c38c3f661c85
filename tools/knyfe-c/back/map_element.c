// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One element of a tensor of the linalg level, computed where it is needed: what core 1 does with
// the sums of a contraction that the SIMD engine cannot finish (map_fc.c). Inputs are read through
// the cache (they are only read, so that needs no care); a reduction is a loop on the spot.
#include "internal.h"

#include <string.h>

#define MAX_LOOPS 16

// An operation and how far its loops run.
struct phase {
  struct generic g;
  int64_t extent[MAX_LOOPS];
};

struct job {
  struct backend *b;
  struct kn_tensor *out;
};

static struct ir *ir_of(struct job *j) { return &j->b->ir; }

static int64_t tensor_dim(MlirValue tensor, unsigned i) {
  return mlirShapedTypeGetDimSize(mlirValueGetType(tensor), i);
}

static void find_extents(struct phase *ph) {
  for (unsigned n = 0; n <= ph->g.num_inputs; n++) {
    MlirAffineMap map = kn_generic_map(&ph->g, n);
    MlirValue v = mlirOperationGetOperand(ph->g.op, n);
    for (unsigned i = 0; i < (unsigned)mlirAffineMapGetNumResults(map); i++) {
      int64_t constant;
      int loop = kn_map_loop(map, i, &constant);
      if (loop >= 0)
        ph->extent[loop] = tensor_dim(v, i);
    }
  }
}

static bool is_reduction(MlirOperation op) {
  struct generic g;
  if (!kn_is_generic(op, &g))
    return false;
  for (unsigned i = 0; i < g.num_loops; i++)
    if (kn_generic_is_reduction(&g, i))
      return true;
  return false;
}

// Where the values of an operation's loops come from while its body is built.
struct scope {
  struct job *j;
  const struct generic *g;
  MlirValue loops[MAX_LOOPS]; // index values
  int given;                  // input whose value is `value`; -1: none
  MlirValue value;
};

static MlirValue element(struct job *j, MlirValue tensor, const MlirValue *index);

static MlirValue scalar_outside(struct job *j, MlirValue v) {
  if (mlirValueIsABlockArgument(v))
    return ir_value(
        ir_of(j), "mtia.scalar", mlirValueGetType(v), NO_VALUES,
        ATTRS({.name = "arg",
               .text = kn_input_at(j->b, (unsigned)mlirBlockArgumentGetArgNumber(v))->name}));
  MlirOperation copy = mlirOperationClone(ir_def(v)); // a constant
  mlirBlockAppendOwnedOperation(ir_of(j)->block, copy);
  return mlirOperationGetResult(copy, 0);
}

static MlirValue index_product(struct job *j, MlirValue i, MlirValue n) {
  int64_t value;
  return ir_constant(n, &value) && value == 1 ? i : mt_mul(j->b, i, n);
}

// x[index] straight from memory.
static MlirValue direct_load(struct job *j, MlirValue tensor, const MlirValue *index) {
  struct backend *b = j->b;
  struct kn_tensor *arg = kn_input_at(b, (unsigned)mlirBlockArgumentGetArgNumber(tensor));
  MlirType type = mlirShapedTypeGetElementType(mlirValueGetType(tensor));
  MlirValue at = mt_data(b, arg);
  for (unsigned i = 0; i + 1 < arg->rank; i++)
    at = mt_add(b, at, index_product(j, index[i], mt_pitch(b, arg, i)));
  MlirValue ptr = ir_value(&b->ir, "mtia.at", mt_ptr(b, type), VALUES(at), NO_ATTRS);
  return ir_value(&b->ir, "mtia.load", type, VALUES(ptr, index[arg->rank - 1]), NO_ATTRS);
}

static MlirValue map_result(struct job *j, MlirAffineMap map, unsigned i, const MlirValue *loops) {
  int64_t constant = 0;
  int loop = kn_map_loop(map, i, &constant);
  return loop >= 0 ? loops[loop] : mt_const(j->b, constant);
}

static MlirValue input_value(struct scope *s, unsigned n) {
  struct job *j = s->j;
  if ((int)n == s->given)
    return s->value;
  MlirValue tensor = mlirOperationGetOperand(s->g->op, n);
  MlirAffineMap map = kn_generic_map(s->g, n);
  MlirValue index[KN_MAX_RANK];
  for (unsigned i = 0; i < (unsigned)mlirAffineMapGetNumResults(map); i++)
    index[i] = map_result(j, map, i, s->loops);
  return element(j, tensor, index);
}

#define MAX_BODY 512

// Copies the body of s->g; *accumulator is the current result of a reduction. Returns what is
// yielded; a null value after a message.
static MlirValue copy_body(struct scope *s, MlirValue accumulator) {
  struct job *j = s->j;
  MlirValue from[MAX_BODY], to[MAX_BODY];
  unsigned n = 0;
  for (unsigned i = 0; i < s->g->num_inputs; i++) {
    MlirValue arg = mlirBlockGetArgument(s->g->body, i);
    if (!mlirValueGetFirstUse(arg).ptr)
      continue;
    from[n] = arg;
    to[n++] = input_value(s, i);
  }
  if (accumulator.ptr) {
    from[n] = mlirBlockGetArgument(s->g->body, s->g->num_inputs);
    to[n++] = accumulator;
  }
  for (MlirOperation op = mlirBlockGetFirstOperation(s->g->body);;
       op = mlirOperationGetNextInBlock(op)) {
    bool yields = ir_is(op, "linalg.yield");
    MlirOperation copy = yields ? op : mlirOperationClone(op);
    if (ir_is(op, "linalg.index")) {
      mlirOperationDestroy(copy);
      from[n] = mlirOperationGetResult(op, 0);
      to[n++] = s->loops[ir_attr_int(op, "dim", 0)];
      continue;
    }
    MlirValue value = {NULL};
    for (intptr_t i = 0; i < mlirOperationGetNumOperands(op); i++) {
      MlirValue v = mlirOperationGetOperand(op, i);
      value = (MlirValue){NULL};
      for (unsigned k = 0; k < n && !value.ptr; k++)
        if (mlirValueEqual(from[k], v))
          value = to[k];
      if (!value.ptr && n < MAX_BODY) {
        from[n] = v;
        value = to[n++] = scalar_outside(j, v);
      }
      if (!yields)
        mlirOperationSetOperand(copy, i, value);
    }
    if (yields)
      return value;
    mlirBlockAppendOwnedOperation(ir_of(j)->block, copy);
    if (n == MAX_BODY) {
      kn_report(j->b->file, KN_DIAG_not_mapped, j->out->range,
                "the expression of '%s' is too large", j->out->name);
      kn_hint(j->b->file, "split it over several kernels");
      return (MlirValue){NULL};
    }
    from[n] = mlirOperationGetResult(op, 0);
    to[n++] = mlirOperationGetResult(copy, 0);
  }
}

// The value that a reduction starts from: linalg.fill's; nothing in particular where
// simplification found that the result does not depend on it.
static MlirValue start_value(struct job *j, const struct generic *g) {
  MlirValue init = mlirOperationGetOperand(g->op, g->num_inputs);
  MlirOperation fill = ir_def(init);
  if (!ir_is(fill, "linalg.fill"))
    return ir_const(ir_of(j), mlirShapedTypeGetElementType(mlirValueGetType(init)), 0);
  return scalar_outside(j, mlirOperationGetOperand(fill, 0));
}

static const char *combiner_name(const struct generic *g) {
  MlirOperation op = ir_def(mlirOperationGetOperand(g->yield, 0));
  return ir_is(op, "arith.addi")                                ? "sum"
         : ir_is(op, "arith.muli")                              ? "product"
         : ir_is(op, "arith.maxsi") || ir_is(op, "arith.maxui") ? "greatest"
         : ir_is(op, "arith.minsi") || ir_is(op, "arith.minui") ? "smallest"
                                                                : "result";
}

// tensor[index], computed here and now.
static MlirValue element(struct job *j, MlirValue tensor, const MlirValue *index) {
  if (mlirValueIsABlockArgument(tensor))
    return direct_load(j, tensor, index);
  MlirOperation op = ir_def(tensor);
  struct phase ph;
  if (!kn_is_generic(op, &ph.g)) { // linalg.fill
    return scalar_outside(j, mlirOperationGetOperand(op, 0));
  }
  memset(ph.extent, 0, sizeof ph.extent);
  find_extents(&ph);
  struct scope s = {.j = j, .g = &ph.g, .given = -1};
  MlirAffineMap own = kn_generic_map(&ph.g, ph.g.num_inputs);
  for (unsigned i = 0; i < (unsigned)mlirAffineMapGetNumResults(own); i++) {
    int64_t constant;
    s.loops[kn_map_loop(own, i, &constant)] = index[i];
  }
  if (!is_reduction(op))
    return copy_body(&s, (MlirValue){NULL});
  MlirOperation loops[MAX_LOOPS];
  unsigned n = 0;
  MlirValue value = start_value(j, &ph.g);
  for (unsigned l = 0; l < ph.g.num_loops; l++)
    if (kn_generic_is_reduction(&ph.g, l)) {
      loops[n++] = mt_carry(j->b, "k", mt_const(j->b, ph.extent[l]), value, combiner_name(&ph.g));
      s.loops[l] = mlirBlockGetArgument(j->b->ir.block, 0);
      value = mlirBlockGetArgument(j->b->ir.block, 1);
    }
  value = copy_body(&s, value);
  if (!value.ptr) // reported; the block goes away as a whole
    value = start_value(j, &ph.g);
  while (n)
    value = mt_carry_end(j->b, loops[--n], value);
  return value;
}

MlirValue kn_copy_element(struct backend *b, struct kn_tensor *out, const struct generic *g,
                          const MlirValue *loops, unsigned given, MlirValue value) {
  struct job j = {.b = b, .out = out};
  struct scope s = {.j = &j, .g = g, .given = (int)given, .value = value};
  for (unsigned i = 0; i < g->num_loops; i++)
    s.loops[i] = loops[i];
  return copy_body(&s, (MlirValue){NULL});
}
