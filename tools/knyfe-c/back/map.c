// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mapping pass, and small words for writing operations of the mtia level.
#include "internal.h"

#include <ctype.h>
#include <string.h>

MlirValue mt_const(struct backend *b, int64_t value) {
  return ir_const(&b->ir, ir_index(&b->ir), value);
}

MlirValue mt_let(MlirValue value, const char *name, const char *note) {
  if (name)
    ir_set_text(ir_def(value), "name", name);
  if (note)
    ir_set_text(ir_def(value), "note", note);
  return value;
}

MlirValue mt_named(struct backend *b, const char *name, int64_t value, const char *note) {
  return mt_let(mt_const(b, value), name, note);
}

MlirOperation mt_note(MlirOperation op, const char *note) {
  if (note)
    ir_set_text(op, "note", note);
  return op;
}

MlirValue mt_add(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.addi", x, y);
}
MlirValue mt_sub(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.subi", x, y);
}
MlirValue mt_mul(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.muli", x, y);
}
MlirValue mt_div(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.divsi", x, y);
}
MlirValue mt_rem(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.remsi", x, y);
}
MlirValue mt_min(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.minsi", x, y);
}
MlirValue mt_shl(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.shli", x, y);
}
MlirValue mt_or(struct backend *b, MlirValue x, MlirValue y) {
  return ir_bin(&b->ir, "arith.ori", x, y);
}

MlirValue mt_id(struct backend *b, const char *what) {
  return ir_value(&b->ir, "mtia.id", ir_index(&b->ir), NO_VALUES,
                  ATTRS({.name = "what", .text = what}));
}

MlirValue mt_data(struct backend *b, const struct kn_tensor *arg) {
  return ir_value(&b->ir, "mtia.data", ir_index(&b->ir), NO_VALUES,
                  ATTRS({.name = "arg", .text = arg->name}));
}

MlirValue mt_pitch(struct backend *b, const struct kn_tensor *arg, unsigned dim) {
  return ir_value(&b->ir, "mtia.pitch", ir_index(&b->ir), NO_VALUES,
                  ATTRS({.name = "arg", .text = arg->name}, {.name = "dim", .value = dim}));
}

void mt_cb(struct backend *b, const char *cb, int64_t id, int64_t base, int64_t size,
           MlirValue start, int64_t per_core, const char *note) {
  mt_note(ir_op(&b->ir, "mtia.cb", ir_none(), start.ptr ? 1 : 0, &start,
                ATTRS({.name = "cb", .text = cb}, {.name = "id", .value = id},
                      {.name = "base", .value = base}, {.name = "size", .value = size},
                      {.name = "per_core", .value = per_core})),
          note);
}

static void enter(struct backend *b, MlirBlock block) {
  b->open[b->depth++] = b->ir.block;
  b->ir.block = block;
}

MlirValue mt_for(struct backend *b, const char *name, MlirValue from, MlirValue to, MlirValue step,
                 const char *note) {
  MlirType index = ir_index(&b->ir);
  MlirBlock body = mlirBlockCreate(1, &index, &b->ir.loc);
  MlirRegion region = mlirRegionCreate();
  mlirRegionAppendOwnedBlock(region, body);
  MlirOperation op = ir_op_regions(&b->ir, "scf.for", ir_none(), VALUES(from, to, step),
                                   ATTRS({.name = "name", .text = name}), 1, &region);
  mt_note(op, note);
  enter(b, body);
  return mlirBlockGetArgument(body, 0);
}

MlirOperation mt_if(struct backend *b, MlirValue cond, const char *note) {
  MlirBlock body = mlirBlockCreate(0, NULL, NULL);
  MlirRegion regions[2] = {mlirRegionCreate(), mlirRegionCreate()};
  mlirRegionAppendOwnedBlock(regions[0], body);
  MlirOperation op = ir_op_regions(&b->ir, "scf.if", ir_none(), VALUES(cond), NO_ATTRS, 2, regions);
  mt_note(op, note);
  enter(b, body);
  return op;
}

void mt_else(struct backend *b) {
  MlirOperation op = mlirBlockGetParentOperation(b->ir.block);
  mt_end(b);
  MlirBlock body = mlirBlockCreate(0, NULL, NULL);
  mlirRegionAppendOwnedBlock(mlirOperationGetRegion(op, 1), body);
  enter(b, body);
}

void mt_end(struct backend *b) {
  ir_op(&b->ir, "scf.yield", ir_none(), NO_VALUES, NO_ATTRS);
  b->ir.block = b->open[--b->depth];
}

MlirOperation mt_carry(struct backend *b, const char *name, MlirValue extent, MlirValue init,
                       const char *carried) {
  MlirType types[2] = {ir_index(&b->ir), mlirValueGetType(init)};
  MlirLocation locs[2] = {b->ir.loc, b->ir.loc};
  MlirBlock body = mlirBlockCreate(2, types, locs);
  MlirRegion region = mlirRegionCreate();
  mlirRegionAppendOwnedBlock(region, body);
  MlirOperation op = ir_op_regions(
      &b->ir, "scf.for", types[1], VALUES(mt_const(b, 0), extent, mt_const(b, 1), init),
      ATTRS({.name = "name", .text = name}, {.name = "carried", .text = carried}), 1, &region);
  enter(b, body);
  return op;
}

MlirValue mt_carry_end(struct backend *b, MlirOperation loop, MlirValue next) {
  ir_op(&b->ir, "scf.yield", ir_none(), VALUES(next), NO_ATTRS);
  b->ir.block = b->open[--b->depth];
  return mlirOperationGetResult(loop, 0);
}

const char *mt_upper(struct backend *b, const char *prefix, const char *name) {
  size_t n = strlen(prefix), m = strlen(name);
  char *text = kn_alloc(b->file, n + m + 1);
  memcpy(text, prefix, n);
  for (size_t i = 0; i < m; i++)
    text[n + i] = (char)toupper((unsigned char)name[i]);
  return text;
}

MlirType mt_ptr(struct backend *b, MlirType element) {
  const char *text = mlirTypeIsAF32(element) ? "!mtia.ptr<f32>" : NULL;
  if (!text)
    switch (mlirIntegerTypeGetWidth(element)) {
    case 8:
      text = "!mtia.ptr<i8>";
      break;
    case 16:
      text = "!mtia.ptr<i16>";
      break;
    case 32:
      text = "!mtia.ptr<i32>";
      break;
    default:
      text = "!mtia.ptr<i64>";
      break;
    }
  return mlirTypeParseGet(b->ir.ctx, ir_str(text));
}

//===----------------------------------------------------------------------===//
// mtia-map
//===----------------------------------------------------------------------===//

bool kn_is_pure(MlirOperation op) {
  static const char *const names[] = {"mtia.id",    "mtia.local",  "mtia.data",
                                      "mtia.pitch", "mtia.scalar", "mtia.at"};
  const char *name = ir_name(op);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(name, names[i]))
      return true;
  return !strncmp(name, "arith.", 6) || !strncmp(name, "knyfe.", 6);
}

// Values that nobody came to need would be unused variables of the C text.
static void drop_unused(MlirBlock block) {
  for (MlirOperation op = mlirBlockGetFirstOperation(block); op.ptr;
       op = mlirOperationGetNextInBlock(op))
    for (intptr_t i = 0; i < mlirOperationGetNumRegions(op); i++)
      if (!mlirBlockIsNull(ir_body(op, i)))
        drop_unused(ir_body(op, i));
  bool again = true;
  while (again) {
    again = false;
    MlirOperation next, op = mlirBlockGetFirstOperation(block);
    for (; op.ptr; op = next) {
      next = mlirOperationGetNextInBlock(op);
      bool pure = kn_is_pure(op) || ir_is(op, "mtia.load");
      if (pure && !mlirValueGetFirstUse(mlirOperationGetResult(op, 0)).ptr) {
        mlirOperationDestroy(op);
        again = true;
      }
    }
  }
}

MlirOperation kn_find_contract(MlirOperation func) {
  MlirOperation op = mlirBlockGetFirstOperation(ir_body(func, 0));
  while (op.ptr && !ir_is(op, "knyfe.contract"))
    op = mlirOperationGetNextInBlock(op);
  return op;
}

static void run_map(MlirOperation module, MlirExternalPass pass, void *data) {
  struct backend *b = data;
  MlirOperation func = mlirBlockGetFirstOperation(ir_body(module, 0));
  MlirOperation contract = kn_find_contract(func);

  b->ir.loc = mlirOperationGetLocation(func);
  MlirBlock body = mlirBlockCreate(0, NULL, NULL);
  b->ir.block = body;
  b->depth = 0;
  if (!contract.ptr || !kn_map_fc(b, func, contract)) {
    mlirBlockDestroy(body);
    mlirExternalPassSignalFailure(pass);
    return;
  }
  ir_op(&b->ir, "func.return", ir_none(), NO_VALUES, NO_ATTRS);
  drop_unused(body);

  MlirRegion region = mlirRegionCreate();
  mlirRegionAppendOwnedBlock(region, body);
  b->ir.block = ir_body(module, 0);
  ir_op_regions(&b->ir, "func.func", ir_none(), NO_VALUES,
                ATTRS({.name = "sym_name", .text = b->kernel->name},
                      {.name = "function_type",
                       .attr = mlirTypeAttrGet(mlirFunctionTypeGet(b->ir.ctx, 0, NULL, 0, NULL))}),
                1, &region);
  mlirOperationDestroy(func);
}

static void nothing(void *data) {}
static void *same(void *data) { return data; }
static _Alignas(8) char map_id;

MlirPass kn_create_map_pass(struct backend *b) {
  MlirExternalPassCallbacks callbacks = {nothing, nothing, NULL, same, run_map};
  return mlirCreateExternalPass(mlirTypeIDCreate(&map_id), ir_str("mtia-map"), ir_str("mtia-map"),
                                ir_str("Map the kernel to the device"), ir_str("builtin.module"), 0,
                                NULL, callbacks, b);
}
