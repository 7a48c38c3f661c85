// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Contractions of f16 and bf16, recognised on the typed tree (linalg's bodies have integers only so
// far; match.c recognises those):
//
//   acc[m, n] = sum[k] f32(a[m, k]) * f32(b[n, k])     both f16 or both bf16, k innermost in both
//   y[m, n]   = [f16 | bf16](  [relu](acc [+ bias[n] or bias[m]])  )
#include "contract.h"
#include "internal.h"

#include <string.h>

struct match {
  struct kn_stmt *y;
  struct kn_expr *sum;
  const struct kn_index *row, *column; // of the statement that holds the sum
  struct kn_tensor *operand[2], *bias;
  int bias_axis;
  bool relu;
};

static bool is_builtin(const struct kn_expr *e, enum kn_builtin f) {
  return e->kind == KN_CALL && e->builtin == f;
}

static struct kn_stmt *definition(struct kn_kernel *k, const struct kn_tensor *t) {
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    if (s->target == t)
      return s;
  return NULL;
}

// t[first, second] of whole dimensions?
static bool reads(const struct kn_expr *e, const struct kn_index *first,
                  const struct kn_index *second) {
  if (e->kind != KN_READ || e->num_args != 2)
    return false;
  const struct kn_index *const index[] = {first, second};
  for (int i = 0; i < 2; i++)
    if (kn_plain_index(e->args[i]) != index[i] || index[i]->extent != e->tensor->dims[i])
      return false;
  return true;
}

// bias[row] or bias[column]: an f32 argument.
static bool match_bias(struct match *m, const struct kn_expr *e) {
  if (e->kind != KN_READ || e->num_args != 1 || e->tensor->role != KN_INPUT ||
      e->tensor->type != KN_F32)
    return false;
  const struct kn_index *index = kn_plain_index(e->args[0]);
  m->bias_axis = index && index == m->column ? 1 : index && index == m->row ? 0 : -1;
  m->bias = e->tensor;
  return m->bias_axis >= 0 && index->extent == e->tensor->dims[0];
}

static bool match_sum(struct match *m) {
  struct kn_contraction c;
  struct kn_index *const index[] = {(struct kn_index *)m->row, (struct kn_index *)m->column};
  if (!kn_match_contraction(m->sum, index, 2, &c) || m->sum->type != KN_F32 || c.num_batch ||
      c.outer || c.x.turned || c.w.turned)
    return false;
  m->operand[0] = c.x.tensor;
  m->operand[1] = c.w.tensor;
  return m->operand[0]->role == KN_INPUT && m->operand[1]->role == KN_INPUT;
}

static bool match_kernel(struct kn_kernel *k, struct match *m) {
  struct kn_tensor *out = k->outputs;
  m->y = definition(k, out);
  if (out->next || out->rank != 2 || !m->y || m->y->kind != KN_ASSIGN || m->y->next ||
      (out->type != KN_F32 && out->type != KN_F16 && out->type != KN_BF16))
    return false;
  m->row = m->y->indices[0];
  m->column = m->y->indices[1];
  struct kn_expr *e = m->y->value;
  if (e->kind == KN_CAST && e->args[0]->type == KN_F32)
    e = e->args[0];
  m->relu = is_builtin(e, KN_RELU);
  if (m->relu)
    e = e->args[0];
  if (e->kind == KN_BINARY && e->op == KN_ADD) {
    int side = match_bias(m, e->args[0]) ? 1 : match_bias(m, e->args[1]) ? 0 : -1;
    if (side < 0)
      return false;
    e = e->args[side];
  }
  if (e->type != KN_F32)
    return false;
  unsigned statements = 1;
  if (e->kind == KN_READ) { // the sums have a statement of their own
    struct kn_stmt *s = reads(e, m->row, m->column) ? definition(k, e->tensor) : NULL;
    if (!s || s->kind != KN_ASSIGN || e->tensor->role != KN_LOCAL)
      return false;
    m->row = s->indices[0];
    m->column = s->indices[1];
    e = s->value;
    statements++;
  }
  m->sum = e;
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    statements--;
  return statements == 0 && match_sum(m);
}

bool kn_lower_float_contraction(struct backend *b) {
  struct kn_kernel *k = b->kernel;
  struct match m = {.bias_axis = -1};
  if (!match_kernel(k, &m))
    return false;
  struct ir *ir = &b->ir;
  MlirType *ins = kn_alloc(b->file, (k->num_inputs + 1) * sizeof *ins);
  MlirLocation *locs = kn_alloc(b->file, (k->num_inputs + 1) * sizeof *locs);
  unsigned n = 0, number[3] = {0};
  for (struct kn_tensor *t = k->inputs; t; t = t->next, n++) {
    if (t->type == KN_I4 || t->rows)
      return false;
    ins[n] = kn_tensor_type(b, t);
    locs[n] = kn_location(b, t->range);
    for (int i = 0; i < 2; i++)
      if (t == m.operand[i])
        number[i] = n;
    if (t == m.bias)
      number[2] = n;
  }
  MlirType out = kn_tensor_type(b, k->outputs);
  MlirRegion region = mlirRegionCreate();
  MlirBlock body = mlirBlockCreate(n, ins, locs), outer = ir->block;
  mlirRegionAppendOwnedBlock(region, body);
  ir_op_regions(ir, "func.func", ir_none(), NO_VALUES,
                ATTRS({.name = "sym_name", .text = k->name},
                      {.name = "function_type",
                       .attr = mlirTypeAttrGet(mlirFunctionTypeGet(ir->ctx, n, ins, 1, &out))}),
                1, &region);
  ir->block = body;
  MlirValue operands[3];
  for (int i = 0; i < 3; i++)
    operands[i] = mlirBlockGetArgument(body, number[i]);
  int32_t segments[5] = {1, 1, m.bias != NULL, 0, 0};
  ir->loc = kn_location(b, m.sum->range);
  MlirValue y = ir_value(
      ir, "knyfe.contract", out, m.bias ? 3 : 2, operands,
      ATTRS({.name = "a_unsigned", .value = 0}, {.name = "b_unsigned", .value = 0},
            {.name = "bias_axis", .value = m.bias_axis}, {.name = "relu", .value = m.relu},
            {.name = "quantize", .value = 0}, {.name = "unsigned", .value = 0},
            {.name = "lo", .value = 0}, {.name = "hi", .value = 0}, {.name = "float", .value = 1},
            {.name = "operandSegmentSizes", .attr = mlirDenseI32ArrayGet(ir->ctx, 5, segments)}));
  ir_op(ir, "func.return", ir_none(), VALUES(y), NO_ATTRS);
  ir->loc = kn_location(b, k->range);
  ir->block = outer;
  return true;
}
