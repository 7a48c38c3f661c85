// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes on the knyfe level: verify what IRDL cannot state, and recognise
// contractions with what can be done to their results on the way out.
#include "internal.h"

#include <mlir-c/Dialect/Linalg.h>

#include <string.h>

//===----------------------------------------------------------------------===//
// linalg.generic
//===----------------------------------------------------------------------===//

bool kn_is_generic(MlirOperation op, struct generic *g) {
  if (!ir_is(op, "linalg.generic"))
    return false;
  g->op = op;
  g->num_inputs = (unsigned)mlirOperationGetNumOperands(op) - 1;
  MlirAttribute loops = mlirOperationGetAttributeByName(op, ir_str("iterator_types"));
  g->num_loops = (unsigned)mlirArrayAttrGetNumElements(loops);
  g->body = ir_body(op, 0);
  g->yield = mlirBlockGetTerminator(g->body);
  return true;
}

MlirAffineMap kn_generic_map(const struct generic *g, unsigned operand) {
  MlirAttribute maps = mlirOperationGetAttributeByName(g->op, ir_str("indexing_maps"));
  return mlirAffineMapAttrGetValue(mlirArrayAttrGetElement(maps, operand));
}

bool kn_generic_is_reduction(const struct generic *g, unsigned loop) {
  MlirAttribute loops = mlirOperationGetAttributeByName(g->op, ir_str("iterator_types"));
  MlirAttribute reduction = mlirAttributeParseGet(mlirOperationGetContext(g->op),
                                                  ir_str("#linalg.iterator_type<reduction>"));
  return mlirAttributeEqual(mlirArrayAttrGetElement(loops, loop), reduction);
}

int kn_map_loop(MlirAffineMap map, unsigned i, int64_t *constant) {
  MlirAffineExpr e = mlirAffineMapGetResult(map, i);
  if (mlirAffineExprIsADim(e))
    return (int)mlirAffineDimExprGetPosition(e);
  *constant = mlirAffineExprIsAConstant(e) ? mlirAffineConstantExprGetValue(e) : -1;
  return -1;
}

// Is the map (..., d_first, ...) -> exactly these loops, in this order?
static bool map_is(MlirAffineMap map, unsigned n, const int *loops) {
  int64_t constant;
  if (mlirAffineMapGetNumResults(map) != (intptr_t)n)
    return false;
  for (unsigned i = 0; i < n; i++)
    if (kn_map_loop(map, i, &constant) != loops[i])
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// knyfe-verify
//===----------------------------------------------------------------------===//

struct pass_data {
  struct backend *b;
  bool failed;
};

static MlirWalkResult verify_op(MlirOperation op, void *data) {
  struct pass_data *d = data;
  if (!ir_is(op, "knyfe.quantize"))
    return MlirWalkResultAdvance;
  struct kn_range range = kn_range_of(d->b, mlirOperationGetLocation(op));
  int64_t lo = ir_attr_int(op, "lo", 0), hi = ir_attr_int(op, "hi", 0);
  if (lo > hi) {
    kn_report(d->b->file, KN_DIAG_not_mapped, range,
              "the bounds of quantize are empty: %lld is greater than %lld", (long long)lo,
              (long long)hi);
    kn_hint(d->b->file, "lo <= hi");
    d->failed = true;
  }
  return MlirWalkResultAdvance;
}

static void run_verify(MlirOperation module, MlirExternalPass pass, void *data) {
  struct pass_data d = {data, false};
  mlirOperationWalk(module, verify_op, &d, MlirWalkPreOrder);
  if (d.failed)
    mlirExternalPassSignalFailure(pass);
}

static void nothing(void *data) {}
static void *same(void *data) { return data; }

static MlirPass create_pass(struct backend *b, MlirTypeID id, const char *name,
                            const char *description,
                            void (*run)(MlirOperation, MlirExternalPass, void *)) {
  MlirExternalPassCallbacks callbacks = {nothing, nothing, NULL, same, run};
  return mlirCreateExternalPass(id, ir_str(name), ir_str(name), ir_str(description),
                                ir_str("builtin.module"), 0, NULL, callbacks, b);
}

static _Alignas(8) char verify_id, match_id;

MlirPass kn_create_verify_pass(struct backend *b) {
  return create_pass(b, mlirTypeIDCreate(&verify_id), "knyfe-verify",
                     "Check what IRDL cannot state", run_verify);
}

//===----------------------------------------------------------------------===//
// knyfe-match: sum[k] a[m, k] * b[n, k], + bias, relu, quantize
//===----------------------------------------------------------------------===//

struct contraction {
  MlirOperation op;
  MlirValue a, b; // tensors: a has the rows of the result
  bool a_unsigned, b_unsigned;
};

// An 8-bit input, extended to 32 bits: its number among the inputs, else -1.
static int extended_input(const struct generic *g, MlirValue v, bool *is_unsigned) {
  MlirOperation op = ir_def(v);
  *is_unsigned = ir_is(op, "arith.extui");
  if (!*is_unsigned && !ir_is(op, "arith.extsi"))
    return -1;
  MlirValue from = mlirOperationGetOperand(op, 0);
  MlirType type = mlirValueGetType(from);
  if (!mlirValueIsABlockArgument(from) || mlirIntegerTypeGetWidth(type) != 8 ||
      mlirIntegerTypeGetWidth(mlirValueGetType(v)) != 32)
    return -1;
  int n = (int)mlirBlockArgumentGetArgNumber(from);
  return n < (int)g->num_inputs ? n : -1;
}

static bool match_contraction(MlirOperation op, struct contraction *c) {
  struct generic g;
  static const int mk[] = {0, 2}, nk[] = {1, 2}, mn[] = {0, 1};
  if (!kn_is_generic(op, &g) || g.num_inputs < 1 || g.num_inputs > 2 || g.num_loops != 3 ||
      kn_generic_is_reduction(&g, 0) || kn_generic_is_reduction(&g, 1) ||
      !kn_generic_is_reduction(&g, 2) || !map_is(kn_generic_map(&g, g.num_inputs), 2, mn))
    return false;
  MlirOperation add = ir_def(mlirOperationGetOperand(g.yield, 0));
  if (!ir_is(add, "arith.addi"))
    return false;
  for (int side = 0; side < 2; side++) {
    MlirValue sum = mlirOperationGetOperand(add, side);
    MlirOperation mul = ir_def(mlirOperationGetOperand(add, 1 - side));
    if (!mlirValueIsABlockArgument(sum) ||
        mlirBlockArgumentGetArgNumber(sum) != (intptr_t)g.num_inputs || !ir_is(mul, "arith.muli"))
      continue;
    bool u0, u1;
    int i0 = extended_input(&g, mlirOperationGetOperand(mul, 0), &u0);
    int i1 = extended_input(&g, mlirOperationGetOperand(mul, 1), &u1);
    if (i0 < 0 || i1 < 0)
      return false;
    bool straight = map_is(kn_generic_map(&g, i0), 2, mk) && map_is(kn_generic_map(&g, i1), 2, nk);
    bool swapped = map_is(kn_generic_map(&g, i1), 2, mk) && map_is(kn_generic_map(&g, i0), 2, nk);
    if (!straight && !swapped)
      return false;
    c->op = op;
    c->a = mlirOperationGetOperand(op, straight ? i0 : i1);
    c->b = mlirOperationGetOperand(op, straight ? i1 : i0);
    c->a_unsigned = straight ? u0 : u1;
    c->b_unsigned = straight ? u1 : u0;
    // Operands must be arguments: nothing else lies in memory.
    return mlirValueIsABlockArgument(c->a) && mlirValueIsABlockArgument(c->b);
  }
  return false;
}

struct epilogue {
  MlirValue bias; // tensor; null if none
  int bias_axis;
  bool relu;
  MlirOperation quantize; // null if none
};

static bool is_zero(MlirValue v) {
  int64_t value;
  return ir_constant(v, &value) && value == 0;
}

// The body of `g` as bias, relu, quantize of its input number `acc`.
static bool match_epilogue(const struct generic *g, int acc, struct epilogue *e) {
  MlirValue v = mlirOperationGetOperand(g->yield, 0);
  if (ir_is(ir_def(v), "knyfe.quantize")) {
    e->quantize = ir_def(v);
    v = mlirOperationGetOperand(e->quantize, 0);
    MlirValue scale = mlirOperationGetOperand(e->quantize, 1);
    MlirValue zero = mlirOperationGetOperand(e->quantize, 2);
    int64_t ignored;
    double ignored_too;
    // Per-tensor parameters only: arguments and constants.
    bool ok = (mlirValueIsABlockArgument(scale) &&
               !mlirBlockEqual(mlirBlockArgumentGetOwner(scale), g->body)) ||
              ir_fconstant(scale, &ignored_too);
    ok = ok && ((mlirValueIsABlockArgument(zero) &&
                 !mlirBlockEqual(mlirBlockArgumentGetOwner(zero), g->body)) ||
                ir_constant(zero, &ignored));
    MlirType type = mlirValueGetType(mlirOperationGetResult(e->quantize, 0));
    if (!ok || mlirIntegerTypeGetWidth(type) != 8)
      return false;
  }
  if (ir_is(ir_def(v), "arith.maxsi")) {
    MlirOperation max = ir_def(v);
    bool left = is_zero(mlirOperationGetOperand(max, 0));
    if (!left && !is_zero(mlirOperationGetOperand(max, 1)))
      return false;
    e->relu = true;
    v = mlirOperationGetOperand(max, left);
  }
  if (ir_is(ir_def(v), "arith.addi"))
    for (int side = 0; side < 2; side++) {
      MlirValue bias = mlirOperationGetOperand(ir_def(v), 1 - side);
      MlirValue sum = mlirOperationGetOperand(ir_def(v), side);
      if (!mlirValueIsABlockArgument(bias) || !mlirValueIsABlockArgument(sum) ||
          !mlirBlockEqual(mlirBlockArgumentGetOwner(bias), g->body) ||
          mlirBlockArgumentGetArgNumber(sum) != acc)
        continue;
      unsigned n = (unsigned)mlirBlockArgumentGetArgNumber(bias);
      static const int row[] = {0}, column[] = {1};
      MlirAffineMap map = kn_generic_map(g, n);
      e->bias = mlirOperationGetOperand(g->op, n);
      e->bias_axis = map_is(map, 1, column) ? 1 : map_is(map, 1, row) ? 0 : -1;
      if (e->bias_axis < 0 || !mlirValueIsABlockArgument(e->bias) ||
          mlirIntegerTypeGetWidth(mlirValueGetType(bias)) != 32)
        return false;
      v = sum;
      break;
    }
  return mlirValueIsABlockArgument(v) && mlirBlockEqual(mlirBlockArgumentGetOwner(v), g->body) &&
         mlirBlockArgumentGetArgNumber(v) == acc;
}

// Replaces `root` (the contraction or its epilogue) by knyfe.contract.
static void replace(struct backend *b, MlirOperation root, const struct contraction *c,
                    const struct epilogue *e) {
  MlirValue result = mlirOperationGetResult(root, 0);
  MlirOperation q = e->quantize;
  MlirValue operands[5] = {c->a, c->b};
  intptr_t n = 2;
  int32_t segments[5] = {1, 1, e->bias.ptr != NULL, q.ptr != NULL, q.ptr != NULL};
  struct ir *ir = &b->ir;
  if (e->bias.ptr)
    operands[n++] = e->bias;
  MlirBlock detached = mlirBlockCreate(0, NULL, NULL), outer = ir->block;
  MlirLocation loc = ir->loc;
  ir->block = detached;
  ir->loc = mlirOperationGetLocation(root);
  // Constants may stand in the body that goes away: give the new operation its own.
  for (int i = 1; q.ptr && i <= 2; i++) {
    MlirValue v = mlirOperationGetOperand(q, i);
    if (ir_def(v).ptr) {
      MlirOperation copy = mlirOperationClone(ir_def(v));
      mlirBlockAppendOwnedOperation(detached, copy);
      v = mlirOperationGetResult(copy, 0);
    }
    operands[n++] = v;
  }
  ir_op(ir, "knyfe.contract", mlirValueGetType(result), n, operands,
        ATTRS({.name = "a_unsigned", .value = c->a_unsigned},
              {.name = "b_unsigned", .value = c->b_unsigned},
              {.name = "bias_axis", .value = e->bias_axis}, {.name = "relu", .value = e->relu},
              {.name = "quantize", .value = q.ptr != NULL},
              {.name = "unsigned", .value = q.ptr && ir_attr_int(q, "unsigned", 0)},
              {.name = "lo", .value = q.ptr ? ir_attr_int(q, "lo", 0) : 0},
              {.name = "hi", .value = q.ptr ? ir_attr_int(q, "hi", 0) : 0},
              {.name = "float", .value = 0},
              {.name = "operandSegmentSizes", .attr = mlirDenseI32ArrayGet(ir->ctx, 5, segments)}));
  ir->block = outer;
  ir->loc = loc;
  MlirOperation op = mlirBlockGetFirstOperation(detached), contract = op;
  while (op.ptr) {
    MlirOperation next = mlirOperationGetNextInBlock(op);
    mlirOperationMoveBefore(op, root);
    contract = op;
    op = next;
  }
  mlirBlockDestroy(detached);
  mlirValueReplaceAllUsesOfWith(result, mlirOperationGetResult(contract, 0));
  mlirOperationDestroy(root);
}

static void match_function(struct backend *b, MlirOperation func) {
  MlirOperation ret = mlirBlockGetTerminator(ir_body(func, 0));
  if (mlirOperationGetNumOperands(ret) != 1)
    return;
  MlirOperation root = ir_def(mlirOperationGetOperand(ret, 0));
  struct contraction c;
  struct epilogue e = {.bias_axis = -1};
  if (match_contraction(root, &c)) {
    replace(b, root, &c, &e);
    return;
  }
  struct generic g;
  static const int mn[] = {0, 1};
  if (!kn_is_generic(root, &g) || g.num_loops != 2 ||
      !map_is(kn_generic_map(&g, g.num_inputs), 2, mn))
    return;
  for (unsigned i = 0; i < g.num_inputs; i++) {
    MlirOperation producer = ir_def(mlirOperationGetOperand(root, i));
    if (!match_contraction(producer, &c) || !map_is(kn_generic_map(&g, i), 2, mn) ||
        ir_num_uses(mlirOperationGetResult(producer, 0)) != 1)
      continue;
    if (match_epilogue(&g, (int)i, &e)) {
      replace(b, root, &c, &e);
      // What fed only the matched operations is dead now; drop it here, because the
      // side effects of operations from IRDL are unknown to MLIR's own clean-up.
      mlirOperationDestroy(producer);
    } else {
      // The sums leave the matrix unit as they are; core 1 does the rest of the body.
      e = (struct epilogue){.bias_axis = -1};
      replace(b, producer, &c, &e);
    }
    return;
  }
}

static void run_match(MlirOperation module, MlirExternalPass pass, void *data) {
  MlirOperation func = mlirBlockGetFirstOperation(ir_body(module, 0));
  match_function(data, func);
}

MlirPass kn_create_match_pass(struct backend *b) {
  return create_pass(b, mlirTypeIDCreate(&match_id), "knyfe-match",
                     "Recognise contractions with bias, relu and quantize", run_match);
}
