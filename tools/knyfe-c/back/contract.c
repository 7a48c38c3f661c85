// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A contraction among the lines of a row program: a function of its own in the C text, mapped to
// the matrix units as a kernel of two operands would be (map_fc.c).
#include "contract.h"
#include "internal.h"

#include <string.h>

static bool is_operand(enum kn_type type, enum kn_type sum) {
  return sum == KN_F32 ? type == KN_F16 || type == KN_BF16 : type == KN_I8 || type == KN_U8;
}

// The operand t[index, k], converted to the type of the sum.
static struct kn_tensor *factor(const struct kn_expr *e, const struct kn_index *index,
                                const struct kn_index *k) {
  if (e->kind != KN_CAST)
    return NULL;
  const struct kn_expr *read = e->args[0];
  if (read->kind != KN_READ || read->num_args != 2 || read->tensor->rows ||
      !is_operand(read->tensor->type, e->type))
    return NULL;
  const struct kn_index *const order[] = {index, k};
  for (int i = 0; i < 2; i++)
    if (kn_plain_index(read->args[i]) != order[i] || order[i]->extent != read->tensor->dims[i])
      return NULL;
  return read->tensor;
}

bool kn_match_contraction(const struct kn_expr *sum, const struct kn_index *row,
                          const struct kn_index *column, struct kn_contraction *c) {
  if (sum->kind != KN_REDUCE || sum->reduction != KN_SUM || sum->num_indices != 1 ||
      !sum->indices[0]->extent || (sum->type != KN_F32 && sum->type != KN_I32))
    return false;
  const struct kn_expr *product = sum->args[0];
  if (product->kind != KN_BINARY || product->op != KN_MUL)
    return false;
  for (int swap = 0; swap < 2; swap++) {
    c->a = factor(product->args[swap], row, sum->indices[0]);
    c->b = factor(product->args[1 - swap], column, sum->indices[0]);
    if (c->a && c->b)
      return sum->type == KN_I32 || c->a->type == c->b->type;
  }
  return false;
}

// A tensor as the function sees it: an argument with that name.
static struct kn_tensor argument(const struct kn_tensor *t, const char *name, enum kn_role role) {
  struct kn_tensor copy = *t;
  copy.name = name;
  copy.role = role;
  copy.next = NULL;
  return copy;
}

static void build(struct backend *b) {
  struct ir *ir = &b->ir;
  struct kn_tensor *a = b->kernel->inputs, *y = b->kernel->outputs;
  MlirType ins[2] = {kn_tensor_type(b, a), kn_tensor_type(b, a->next)}, out = kn_tensor_type(b, y);
  MlirLocation locs[2] = {ir->loc, ir->loc};
  MlirRegion region = mlirRegionCreate();
  MlirBlock body = mlirBlockCreate(2, ins, locs);
  mlirRegionAppendOwnedBlock(region, body);
  ir_op_regions(ir, "func.func", ir_none(), NO_VALUES,
                ATTRS({.name = "sym_name", .text = b->kernel->name},
                      {.name = "function_type",
                       .attr = mlirTypeAttrGet(mlirFunctionTypeGet(ir->ctx, 2, ins, 1, &out))}),
                1, &region);
  ir->block = body;
  int32_t segments[5] = {1, 1, 0, 0, 0};
  MlirValue sum = ir_value(
      ir, "knyfe.contract", out,
      VALUES(mlirBlockGetArgument(body, 0), mlirBlockGetArgument(body, 1)),
      ATTRS({.name = "a_unsigned", .value = a->type == KN_U8},
            {.name = "b_unsigned", .value = a->next->type == KN_U8},
            {.name = "bias_axis", .value = -1}, {.name = "relu", .value = 0},
            {.name = "quantize", .value = 0}, {.name = "unsigned", .value = 0},
            {.name = "lo", .value = 0}, {.name = "hi", .value = 0},
            {.name = "float", .value = y->type == KN_F32},
            {.name = "operandSegmentSizes", .attr = mlirDenseI32ArrayGet(ir->ctx, 5, segments)}));
  ir_op(ir, "func.return", ir_none(), VALUES(sum), NO_ATTRS);
}

bool kn_contract_function(struct backend *outer, const struct kn_contraction *c,
                          const char *const names[3], const struct kn_tensor *y,
                          const char *function, const char **helpers, FILE *out) {
  struct kn_tensor b = argument(c->b, names[1], KN_INPUT);
  struct kn_tensor a = argument(c->a, names[0], KN_INPUT);
  struct kn_tensor result = argument(y, names[2], KN_OUTPUT);
  a.next = &b;
  struct kn_kernel kernel = {.name = function,
                             .range = outer->kernel->range,
                             .inputs = &a,
                             .outputs = &result,
                             .num_inputs = 2,
                             .num_outputs = 1};
  struct backend inner = *outer;
  inner.kernel = &kernel;
  inner.module = mlirModuleCreateEmpty(inner.ir.loc);
  inner.ir.block = mlirModuleGetBody(inner.module);
  build(&inner);
  bool ok = kn_run_map(&inner) &&
            kn_print_c_function(&inner, mlirBlockGetFirstOperation(mlirModuleGetBody(inner.module)),
                                outer->kernel->name, helpers, out);
  mlirModuleDestroy(inner.module);
  return ok;
}
