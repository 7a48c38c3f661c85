// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ir.h"

#include <stdio.h>
#include <string.h>

MlirStringRef ir_str(const char *text) { return mlirStringRefCreateFromCString(text); }
MlirType ir_int(struct ir *ir, unsigned bits) { return mlirIntegerTypeGet(ir->ctx, bits); }
MlirType ir_index(struct ir *ir) { return mlirIndexTypeGet(ir->ctx); }
MlirType ir_f32(struct ir *ir) { return mlirF32TypeGet(ir->ctx); }
MlirType ir_none(void) { return (MlirType){NULL}; }

static MlirAttribute make_attr(struct ir *ir, const struct ir_attr *attr) {
  if (attr->attr.ptr)
    return attr->attr;
  if (attr->text)
    return mlirStringAttrGet(ir->ctx, ir_str(attr->text));
  return mlirIntegerAttrGet(ir_int(ir, 64), attr->value);
}

MlirOperation ir_op_regions(struct ir *ir, const char *name, MlirType result, intptr_t num_operands,
                            const MlirValue *operands, const struct ir_attr *attrs,
                            intptr_t num_regions, const MlirRegion *regions) {
  MlirOperationState state = mlirOperationStateGet(ir_str(name), ir->loc);
  if (result.ptr)
    mlirOperationStateAddResults(&state, 1, &result);
  mlirOperationStateAddOperands(&state, num_operands, operands);
  for (; attrs && attrs->name; attrs++) {
    MlirNamedAttribute named = mlirNamedAttributeGet(
        mlirIdentifierGet(ir->ctx, ir_str(attrs->name)), make_attr(ir, attrs));
    mlirOperationStateAddAttributes(&state, 1, &named);
  }
  if (num_regions)
    mlirOperationStateAddOwnedRegions(&state, num_regions, regions);
  MlirOperation op = mlirOperationCreate(&state);
  mlirBlockAppendOwnedOperation(ir->block, op);
  return op;
}

MlirOperation ir_op(struct ir *ir, const char *name, MlirType result, intptr_t num_operands,
                    const MlirValue *operands, const struct ir_attr *attrs) {
  return ir_op_regions(ir, name, result, num_operands, operands, attrs, 0, NULL);
}

MlirValue ir_value(struct ir *ir, const char *name, MlirType result, intptr_t num_operands,
                   const MlirValue *operands, const struct ir_attr *attrs) {
  return mlirOperationGetResult(ir_op(ir, name, result, num_operands, operands, attrs), 0);
}

MlirValue ir_const(struct ir *ir, MlirType type, int64_t value) {
  return ir_value(ir, "arith.constant", type, NO_VALUES,
                  ATTRS({.name = "value", .attr = mlirIntegerAttrGet(type, value)}));
}

MlirValue ir_fconst(struct ir *ir, MlirType type, double value) {
  return ir_value(ir, "arith.constant", type, NO_VALUES,
                  ATTRS({.name = "value", .attr = mlirFloatAttrDoubleGet(ir->ctx, type, value)}));
}

MlirValue ir_bin(struct ir *ir, const char *name, MlirValue a, MlirValue b) {
  return ir_value(ir, name, mlirValueGetType(a), VALUES(a, b), NO_ATTRS);
}

// Position of `word` in a space-separated list: the numbering of MLIR's predicate enums.
static int64_t position(const char *list, const char *word) {
  size_t size = strlen(word);
  int64_t at = 0;
  for (const char *p = list; *p; at++) {
    size_t n = strcspn(p, " ");
    if (n == size && !strncmp(p, word, n))
      return at;
    p += n + (p[n] == ' ');
  }
  return -1;
}

MlirValue ir_cmpi(struct ir *ir, const char *predicate, MlirValue a, MlirValue b) {
  int64_t number = position("eq ne slt sle sgt sge ult ule ugt uge", predicate);
  return ir_value(ir, "arith.cmpi", ir_int(ir, 1), VALUES(a, b),
                  ATTRS({.name = "predicate", .value = number}));
}

MlirValue ir_cmpf(struct ir *ir, const char *predicate, MlirValue a, MlirValue b) {
  int64_t number =
      position("false oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno true", predicate);
  return ir_value(ir, "arith.cmpf", ir_int(ir, 1), VALUES(a, b),
                  ATTRS({.name = "predicate", .value = number}));
}

MlirValue ir_select(struct ir *ir, MlirValue cond, MlirValue yes, MlirValue no) {
  return ir_value(ir, "arith.select", mlirValueGetType(yes), VALUES(cond, yes, no), NO_ATTRS);
}

const char *ir_name(MlirOperation op) { return mlirIdentifierStr(mlirOperationGetName(op)).data; }

bool ir_is(MlirOperation op, const char *name) {
  return op.ptr && mlirStringRefEqual(mlirIdentifierStr(mlirOperationGetName(op)), ir_str(name));
}

bool ir_has_attr(MlirOperation op, const char *name) {
  return mlirOperationGetAttributeByName(op, ir_str(name)).ptr;
}

int64_t ir_attr_int(MlirOperation op, const char *name, int64_t otherwise) {
  MlirAttribute attr = mlirOperationGetAttributeByName(op, ir_str(name));
  return attr.ptr && mlirAttributeIsAInteger(attr) ? mlirIntegerAttrGetValueInt(attr) : otherwise;
}

char *ir_attr_text(MlirOperation op, const char *name, char *buffer, size_t size) {
  MlirAttribute attr = mlirOperationGetAttributeByName(op, ir_str(name));
  buffer[0] = 0;
  if (attr.ptr && mlirAttributeIsAString(attr)) {
    MlirStringRef text = mlirStringAttrGetValue(attr);
    snprintf(buffer, size, "%.*s", (int)text.length, text.data);
  }
  return buffer;
}

void ir_set_int(MlirOperation op, const char *name, int64_t value) {
  MlirContext ctx = mlirOperationGetContext(op);
  mlirOperationSetAttributeByName(op, ir_str(name),
                                  mlirIntegerAttrGet(mlirIntegerTypeGet(ctx, 64), value));
}

void ir_set_text(MlirOperation op, const char *name, const char *text) {
  MlirContext ctx = mlirOperationGetContext(op);
  mlirOperationSetAttributeByName(op, ir_str(name), mlirStringAttrGet(ctx, ir_str(text)));
}

MlirOperation ir_def(MlirValue value) {
  return mlirValueIsAOpResult(value) ? mlirOpResultGetOwner(value) : (MlirOperation){NULL};
}

bool ir_constant(MlirValue value, int64_t *result) {
  MlirOperation op = ir_def(value);
  if (!ir_is(op, "arith.constant"))
    return false;
  MlirAttribute attr = mlirOperationGetAttributeByName(op, ir_str("value"));
  if (!mlirAttributeIsAInteger(attr))
    return false;
  *result = mlirIntegerAttrGetValueInt(attr);
  return true;
}

bool ir_fconstant(MlirValue value, double *result) {
  MlirOperation op = ir_def(value);
  if (!ir_is(op, "arith.constant"))
    return false;
  MlirAttribute attr = mlirOperationGetAttributeByName(op, ir_str("value"));
  if (!mlirAttributeIsAFloat(attr))
    return false;
  *result = mlirFloatAttrGetValueDouble(attr);
  return true;
}

unsigned ir_num_uses(MlirValue value) {
  unsigned uses = 0;
  for (MlirOpOperand use = mlirValueGetFirstUse(value); !mlirOpOperandIsNull(use);
       use = mlirOpOperandGetNextUse(use))
    uses++;
  return uses;
}

MlirBlock ir_body(MlirOperation op, intptr_t region) {
  return mlirRegionGetFirstBlock(mlirOperationGetRegion(op, region));
}
