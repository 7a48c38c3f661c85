// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The context, the pipeline, and the way from MLIR's messages to ours.
#include "decide.h"
#include "internal.h"
#include "rows_print.h"

#include <mlir-c/Diagnostics.h>
#include <mlir-c/Dialect/Arith.h>
#include <mlir-c/Dialect/Func.h>
#include <mlir-c/Dialect/IRDL.h>
#include <mlir-c/Dialect/Linalg.h>
#include <mlir-c/Dialect/SCF.h>
#include <mlir-c/Dialect/Tensor.h>
#include <mlir-c/Transforms.h>

#include <string.h>

// The dialects' files, embedded by CMake.
extern const char kn_irdl_knyfe[], kn_irdl_mtia[];

//===----------------------------------------------------------------------===//
// Locations
//===----------------------------------------------------------------------===//

MlirLocation kn_location(struct backend *b, struct kn_range range) {
  unsigned line, column, end_line, end_column;
  kn_position(b->file, range.begin, &line, &column);
  kn_position(b->file, range.end, &end_line, &end_column);
  return mlirLocationFileLineColRangeGet(b->ir.ctx, ir_str(b->file->path), line, column, end_line,
                                         end_column);
}

static uint32_t offset_of(const struct kn_file *file, int line, int column) {
  const char *p = file->text;
  while (line > 1 && (p = strchr(p, '\n')))
    p++, line--;
  size_t offset = p ? (size_t)(p - file->text) + (size_t)(column - 1) : 0;
  return offset < file->size ? (uint32_t)offset : file->size;
}

struct kn_range kn_range_of(struct backend *b, MlirLocation loc) {
  if (mlirLocationIsAName(loc))
    return kn_range_of(b, mlirLocationNameGetChildLoc(loc));
  if (mlirLocationIsAFused(loc) && mlirLocationFusedGetNumLocations(loc) <= 64) {
    MlirLocation parts[64];
    mlirLocationFusedGetLocations(loc, parts);
    return kn_range_of(b, parts[mlirLocationFusedGetNumLocations(loc) - 1]);
  }
  if (!mlirLocationIsAFileLineColRange(loc))
    return b->kernel->range;
  return (struct kn_range){offset_of(b->file, mlirLocationFileLineColRangeGetStartLine(loc),
                                     mlirLocationFileLineColRangeGetStartColumn(loc)),
                           offset_of(b->file, mlirLocationFileLineColRangeGetEndLine(loc),
                                     mlirLocationFileLineColRangeGetEndColumn(loc))};
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

struct text {
  char buffer[400];
  size_t size;
};

static void append_text(MlirStringRef part, void *data) {
  struct text *t = data;
  size_t n = sizeof t->buffer - 1 - t->size;
  if (part.length < n)
    n = part.length;
  memcpy(t->buffer + t->size, part.data, n);
  t->size += n;
}

// Our passes report what a user can mend by themselves; what MLIR finds is our mistake.
static MlirLogicalResult on_diagnostic(MlirDiagnostic diagnostic, void *data) {
  struct backend *b = data;
  if (mlirDiagnosticGetSeverity(diagnostic) != MlirDiagnosticError)
    return mlirLogicalResultSuccess();
  struct text text = {.size = 0};
  mlirDiagnosticPrint(diagnostic, append_text, &text);
  kn_report(b->file, KN_DIAG_internal, kn_range_of(b, mlirDiagnosticGetLocation(diagnostic)),
            "internal error in the compiler: %s", text.buffer);
  kn_hint(b->file, "please report it with this file and the command line");
  return mlirLogicalResultSuccess();
}

static void write_file(MlirStringRef part, void *out) { fwrite(part.data, 1, part.length, out); }

//===----------------------------------------------------------------------===//
// Context and pipeline
//===----------------------------------------------------------------------===//

static bool load_dialect_text(MlirContext ctx, const char *text) {
  MlirModule module = mlirModuleCreateParse(ctx, ir_str(text));
  bool ok = module.ptr && mlirLogicalResultIsSuccess(mlirLoadIRDLDialects(module));
  if (module.ptr)
    mlirModuleDestroy(module);
  return ok;
}

static bool load_dialects(struct backend *b) {
  MlirDialectHandle handles[] = {mlirGetDialectHandle__arith__(), mlirGetDialectHandle__func__(),
                                 mlirGetDialectHandle__irdl__(),  mlirGetDialectHandle__linalg__(),
                                 mlirGetDialectHandle__scf__(),   mlirGetDialectHandle__tensor__()};
  for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
    mlirDialectHandleLoadDialect(handles[i], b->ir.ctx);
  return load_dialect_text(b->ir.ctx, kn_irdl_knyfe) && load_dialect_text(b->ir.ctx, kn_irdl_mtia);
}

static bool run_passes(struct backend *b, const MlirPass *passes, unsigned num) {
  MlirPassManager pm = mlirPassManagerCreate(b->ir.ctx);
  for (unsigned i = 0; i < num; i++)
    mlirPassManagerAddOwnedPass(pm, passes[i]);
  bool ok =
      mlirLogicalResultIsSuccess(mlirPassManagerRunOnOp(pm, mlirModuleGetOperation(b->module)));
  mlirPassManagerDestroy(pm);
  return ok;
}

static bool optimise(struct backend *b) {
  const MlirPass passes[] = {
      kn_create_verify_pass(b),
      mlirCreateTransformsCanonicalizer(),
      mlirCreateLinalgLinalgElementwiseOpFusionPass(),
      mlirCreateTransformsCSE(),
      mlirCreateTransformsCanonicalizer(),
      kn_create_match_pass(b),
  };
  return run_passes(b, passes, sizeof passes / sizeof *passes);
}

bool kn_run_map(struct backend *b) {
  const MlirPass passes[] = {kn_create_map_pass(b)};
  return run_passes(b, passes, 1);
}

static void print_module(struct backend *b, const char *title, FILE *out) {
  fprintf(out, "// %s\n", title);
  mlirOperationPrint(mlirModuleGetOperation(b->module), write_file, out);
  fputc('\n', out);
}

// Is the kernel one contraction, for the matrix units, of which a schedule decides more than that?
// Then the module holds it, simplified. Without a schedule the products of row programs are as
// quick as can be (<mtia/knyfe_product.h>). What cannot be lowered is not reported: row programs
// take more.
static bool is_contraction(struct backend *b) {
  for (const struct kn_dim *d = b->kernel->dims; d; d = d->next)
    if (d->size < 1)
      return false;
  if (b->kernel->num_outputs != 1)
    return false;
  bool decided = false; // what the products of row programs leave to their engine
  for (const struct kn_decision *d = b->kernel->schedule; d; d = d->next) {
    decided = decided || d->key == KN_BUFFERS ||
              (d->key == KN_TILE && d->num_values == d->tensor->rank + 1);
    if (d->key == KN_UNIT && kn_decided_unit(b->kernel, d->tensor) == KN_UNIT_CORE)
      return false;
  }
  if (!decided)
    return false;
  if (kn_lower_float_contraction(b))
    return mlirOperationVerify(mlirModuleGetOperation(b->module));
  struct kn_quiet quiet;
  kn_quiet_begin(&quiet, b->file);
  bool ok = kn_lower(b) && mlirOperationVerify(mlirModuleGetOperation(b->module)) && optimise(b) &&
            kn_find_contract(mlirBlockGetFirstOperation(mlirModuleGetBody(b->module))).ptr;
  kn_quiet_end(&quiet, b->file);
  return ok;
}

static bool emit(struct backend *b, enum kn_emit form, FILE *out) {
  if (!load_dialects(b))
    return false;
  if (form == KN_EMIT_MLIR) {
    for (const struct kn_dim *d = b->kernel->dims; d; d = d->next)
      if (d->size < 0) {
        kn_report(b->file, KN_DIAG_not_mapped, d->range,
                  "a dimension without a size has no form in linalg yet");
        kn_hint(b->file, "give it with --shape; --emit=mtia and --emit=c need none");
        return false;
      }
    if (!kn_lower(b) || !mlirOperationVerify(mlirModuleGetOperation(b->module)))
      return false;
    print_module(b, "As written.", out);
    if (!optimise(b))
      return false;
    fputs("// -----\n", out);
    print_module(b, "Simplified, fused, contractions recognised.", out);
    return true;
  }
  if (!is_contraction(b))
    return kn_check_names(b) && kn_rows(b, form == KN_EMIT_C, out);
  if (!kn_run_map(b))
    return false;
  if (form == KN_EMIT_C)
    return kn_print_c(b, mlirBlockGetFirstOperation(mlirModuleGetBody(b->module)), out);
  print_module(b, "Mapped to the device.", out);
  return true;
}

bool kn_backend_emit(struct kn_file *file, struct kn_kernel *kernel, const struct kn_target *target,
                     enum kn_emit form, FILE *out) {
  struct kn_target sized = *target;
  struct backend b = {.file = file, .kernel = kernel, .target = &sized};
  kn_begin_deciding(kernel);
  if (!kn_decide_grid(file, kernel, &sized))
    return false;
  b.ir.ctx = mlirContextCreateWithThreading(false);
  MlirDiagnosticHandlerID handler =
      mlirContextAttachDiagnosticHandler(b.ir.ctx, on_diagnostic, &b, NULL);
  b.ir.loc = kn_location(&b, kernel->range);
  b.module = mlirModuleCreateEmpty(b.ir.loc);
  b.ir.block = mlirModuleGetBody(b.module);

  unsigned errors = file->diags->errors;
  bool ok = emit(&b, form, out) &&
            (form == KN_EMIT_MLIR || file->diags->errors > errors || kn_all_obeyed(file, kernel));
  if (!ok && file->diags->errors == errors)
    kn_report(file, KN_DIAG_internal, kernel->range,
              "internal error in the compiler: a stage failed without a message");

  mlirModuleDestroy(b.module);
  mlirContextDetachDiagnosticHandler(b.ir.ctx, handler);
  mlirContextDestroy(b.ir.ctx);
  return ok;
}
