// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Building and reading MLIR with few words. Operations are appended to
// ir->block with ir->loc; attributes are optional (`ATTRS(...)` or NO_ATTRS).
#ifndef KNYFE_BACK_IR_H
#define KNYFE_BACK_IR_H

#include <mlir-c/AffineExpr.h>
#include <mlir-c/AffineMap.h>
#include <mlir-c/BuiltinAttributes.h>
#include <mlir-c/BuiltinTypes.h>
#include <mlir-c/IR.h>

#include <stdbool.h>
#include <stdint.h>

struct ir {
  MlirContext ctx;
  MlirLocation loc;
  MlirBlock block;
};

// One attribute: an integer (i64), or a string if `text` is set, or any other.
struct ir_attr {
  const char *name;
  int64_t value;
  const char *text;
  MlirAttribute attr;
};
#define ATTRS(...)                                                                                 \
  (const struct ir_attr[]) { __VA_ARGS__, {0} }
#define NO_ATTRS NULL
#define VALUES(...)                                                                                \
  sizeof((MlirValue[]){__VA_ARGS__}) / sizeof(MlirValue), (MlirValue[]) { __VA_ARGS__ }
#define NO_VALUES 0, NULL

MlirStringRef ir_str(const char *text);
MlirType ir_int(struct ir *ir, unsigned bits);
MlirType ir_index(struct ir *ir);
MlirType ir_f32(struct ir *ir);
MlirType ir_none(void); // no result

// Regions are owned by the operation. A null `result` type means no result.
MlirOperation ir_op_regions(struct ir *ir, const char *name, MlirType result, intptr_t num_operands,
                            const MlirValue *operands, const struct ir_attr *attrs,
                            intptr_t num_regions, const MlirRegion *regions);
MlirOperation ir_op(struct ir *ir, const char *name, MlirType result, intptr_t num_operands,
                    const MlirValue *operands, const struct ir_attr *attrs);
// The same; the result of the operation.
MlirValue ir_value(struct ir *ir, const char *name, MlirType result, intptr_t num_operands,
                   const MlirValue *operands, const struct ir_attr *attrs);

MlirValue ir_const(struct ir *ir, MlirType type, int64_t value);
MlirValue ir_fconst(struct ir *ir, MlirType type, double value);
// An operation whose result has the type of its first operand.
MlirValue ir_bin(struct ir *ir, const char *name, MlirValue a, MlirValue b);
// arith.cmpi with a predicate by name ("slt", "eq", ...).
MlirValue ir_cmpi(struct ir *ir, const char *predicate, MlirValue a, MlirValue b);
MlirValue ir_cmpf(struct ir *ir, const char *predicate, MlirValue a, MlirValue b);
MlirValue ir_select(struct ir *ir, MlirValue cond, MlirValue yes, MlirValue no);

// Reading
bool ir_is(MlirOperation op, const char *name);
const char *ir_name(MlirOperation op); // valid as long as the context
bool ir_has_attr(MlirOperation op, const char *name);
int64_t ir_attr_int(MlirOperation op, const char *name, int64_t otherwise);
// Copies the string of an attribute into buffer ("" if there is none) and returns buffer.
char *ir_attr_text(MlirOperation op, const char *name, char *buffer, size_t size);
void ir_set_int(MlirOperation op, const char *name, int64_t value);
void ir_set_text(MlirOperation op, const char *name, const char *text);
// The operation that defines a value; a null operation for block arguments.
MlirOperation ir_def(MlirValue value);
bool ir_constant(MlirValue value, int64_t *result);
bool ir_fconstant(MlirValue value, double *result);
unsigned ir_num_uses(MlirValue value);
MlirBlock ir_body(MlirOperation op, intptr_t region);

#endif
