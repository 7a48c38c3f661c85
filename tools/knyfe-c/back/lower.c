// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Typed tree -> func.func of linalg.generic on tensors.
//
// A statement becomes one linalg.generic over the indices of its left side; each
// reduction in it becomes one of its own before that, over the free indices it uses
// (parallel) and those it binds (reduction). Scalars are captured. bool is i8 in
// tensors and i1 in bodies; u8 is i8, and the operations say what is unsigned.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_INPUTS 32
#define MAX_LOOPS (2 * KN_MAX_RANK)

struct input {
  struct kn_expr *expr; // KN_READ or KN_REDUCE; NULL: only there for its shape
  struct kn_range range;
  MlirValue tensor;
  MlirAffineMap map;
};

// One linalg.generic being built.
struct loops {
  struct kn_index *index[MAX_LOOPS];
  unsigned num, parallel;
  struct input inputs[MAX_INPUTS];
  unsigned num_inputs;
};

struct lowering {
  struct backend *b;
  struct ir *ir;
  MlirValue *values; // by kn_tensor.id: the tensor's or scalar's value
};

static bool refuse(struct lowering *l, struct kn_range range, const char *what, const char *hint) {
  kn_report(l->b->file, KN_DIAG_not_mapped, range, "%s", what);
  if (hint)
    kn_hint(l->b->file, "%s", hint);
  return false;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

unsigned kn_element_bytes(enum kn_type type) { return (kn_type_bits(type) + 7) / 8; }

// The type of an element in memory (memory = true) or of a value in a body.
static MlirType element_type(struct ir *ir, enum kn_type type, bool memory) {
  switch (type) {
  case KN_BOOL:
    return ir_int(ir, memory ? 8 : 1);
  case KN_F16:
    return mlirF16TypeGet(ir->ctx);
  case KN_BF16:
    return mlirBF16TypeGet(ir->ctx);
  case KN_F32:
    return ir_f32(ir);
  default:
    return ir_int(ir, kn_type_bits(type));
  }
}

static MlirType ranked(struct ir *ir, unsigned rank, const int64_t *shape, enum kn_type type) {
  return mlirRankedTensorTypeGet(rank, shape, element_type(ir, type, true), mlirAttributeGetNull());
}

MlirType kn_tensor_type(struct backend *b, const struct kn_tensor *tensor) {
  int64_t shape[KN_MAX_RANK];
  for (unsigned i = 0; i < tensor->rank; i++)
    shape[i] = tensor->dims[i]->size;
  return tensor->rank ? ranked(&b->ir, tensor->rank, shape, tensor->type)
                      : element_type(&b->ir, tensor->type, false);
}

struct kn_tensor *kn_input_at(struct backend *b, unsigned i) {
  struct kn_tensor *t = b->kernel->inputs;
  while (i--)
    t = t->next;
  return t;
}

struct kn_tensor *kn_output_at(struct backend *b, unsigned i) {
  struct kn_tensor *t = b->kernel->outputs;
  while (i--)
    t = t->next;
  return t;
}

//===----------------------------------------------------------------------===//
// Scalar expressions inside a body
//===----------------------------------------------------------------------===//

static MlirValue body_value(struct lowering *l, struct loops *s, struct kn_expr *e);

static MlirValue value_cast(struct lowering *l, MlirValue v, enum kn_type from, enum kn_type to) {
  struct ir *ir = l->ir;
  MlirType type = element_type(ir, to, false);
  unsigned a = from == KN_BOOL ? 1 : kn_type_bits(from), z = to == KN_BOOL ? 1 : kn_type_bits(to);
  if (to == KN_BOOL)
    return kn_type_is_float(from) ? ir_cmpf(ir, "une", v, ir_fconst(ir, mlirValueGetType(v), 0))
                                  : ir_cmpi(ir, "ne", v, ir_const(ir, mlirValueGetType(v), 0));
  if (kn_type_is_float(from) && kn_type_is_float(to))
    return a == z ? v
                  : ir_value(ir, a < z ? "arith.extf" : "arith.truncf", type, VALUES(v), NO_ATTRS);
  if (kn_type_is_float(to))
    return ir_value(ir, kn_type_is_signed(from) ? "arith.sitofp" : "arith.uitofp", type, VALUES(v),
                    NO_ATTRS);
  if (a == z)
    return v;
  if (a > z)
    return ir_value(ir, "arith.trunci", type, VALUES(v), NO_ATTRS);
  return ir_value(ir, kn_type_is_signed(from) ? "arith.extsi" : "arith.extui", type, VALUES(v),
                  NO_ATTRS);
}

static const char *int_predicate(enum kn_op op, bool is_signed) {
  switch (op) {
  case KN_LT:
    return is_signed ? "slt" : "ult";
  case KN_LE:
    return is_signed ? "sle" : "ule";
  case KN_GT:
    return is_signed ? "sgt" : "ugt";
  case KN_GE:
    return is_signed ? "sge" : "uge";
  case KN_EQ:
    return "eq";
  default:
    return "ne";
  }
}

static MlirValue binary(struct lowering *l, struct loops *s, struct kn_expr *e) {
  struct ir *ir = l->ir;
  MlirValue a = body_value(l, s, e->args[0]), b = body_value(l, s, e->args[1]);
  if (!a.ptr || !b.ptr)
    return (MlirValue){NULL};
  enum kn_type type = e->args[0]->type;
  bool is_signed = kn_type_is_signed(type);
  switch ((enum kn_op)e->op) {
  case KN_ADD:
    return ir_bin(ir, "arith.addi", a, b);
  case KN_SUB:
    return ir_bin(ir, "arith.subi", a, b);
  case KN_MUL:
    return ir_bin(ir, "arith.muli", a, b);
  case KN_AND:
  case KN_LAND:
    return ir_bin(ir, "arith.andi", a, b);
  case KN_OR:
  case KN_LOR:
    return ir_bin(ir, "arith.ori", a, b);
  case KN_XOR:
    return ir_bin(ir, "arith.xori", a, b);
  case KN_LT:
  case KN_LE:
  case KN_GT:
  case KN_GE:
  case KN_EQ:
  case KN_NE:
    return ir_cmpi(ir, int_predicate((enum kn_op)e->op, is_signed), a, b);
  case KN_DIV:
    return ir_bin(ir, "knyfe.div", a, b);
  case KN_REM:
    return ir_bin(ir, "knyfe.rem", a, b);
  case KN_SHL:
    return ir_bin(ir, "knyfe.shl", a, b);
  case KN_SHR:
    return ir_bin(ir, "knyfe.shr", a, b);
  default:
    refuse(l, e->op_range, "this operator has no mapping to the device yet", NULL);
    return (MlirValue){NULL};
  }
}

static MlirValue unary(struct lowering *l, struct loops *s, struct kn_expr *e) {
  struct ir *ir = l->ir;
  MlirValue a = body_value(l, s, e->args[0]);
  if (!a.ptr)
    return a;
  MlirType type = mlirValueGetType(a);
  switch ((enum kn_op)e->op) {
  case KN_NEG:
    return ir_bin(ir, "arith.subi", ir_const(ir, type, 0), a);
  case KN_NOT:
    return ir_bin(ir, "arith.xori", a, ir_const(ir, type, -1));
  default: // KN_LNOT
    return ir_bin(ir, "arith.xori", a, ir_const(ir, type, 1));
  }
}

static MlirValue scalar_or(struct lowering *l, struct loops *s, struct kn_expr *e, MlirType type,
                           int64_t otherwise) {
  return e ? body_value(l, s, e) : ir_const(l->ir, type, otherwise);
}

// lo and hi of quantize are attributes: they must be constants.
static bool constant_bound(struct lowering *l, struct kn_expr *e, int64_t otherwise,
                           int64_t *result) {
  *result = otherwise;
  if (!e)
    return true;
  bool negative = false;
  for (;; e = e->args[0]) {
    if (e->kind == KN_INT) {
      *result = negative ? -e->ival : e->ival;
      return true;
    }
    if (e->kind == KN_UNARY && e->op == KN_NEG)
      negative = !negative;
    else if (e->kind != KN_CAST || !e->implicit)
      break;
  }
  return refuse(l, e->range, "the bounds of quantize must be numbers to be mapped to the device",
                "for bounds that are computed: clamp(quantize(...), lo, hi)");
}

static MlirValue quantize(struct lowering *l, struct loops *s, struct kn_expr *e) {
  struct ir *ir = l->ir;
  MlirValue none = {NULL};
  int64_t lo, hi;
  if (e->args[0]->type != KN_I32) {
    refuse(l, e->args[0]->range, "quantize is mapped for values of i32 only", NULL);
    return none;
  }
  if (!constant_bound(l, kn_arg(e, 3), kn_type_min(e->type), &lo) ||
      !constant_bound(l, kn_arg(e, 4), kn_type_max(e->type), &hi))
    return none;
  MlirValue value = body_value(l, s, e->args[0]), scale = body_value(l, s, e->args[1]);
  MlirValue zero = scalar_or(l, s, kn_arg(e, 2), ir_int(ir, 32), 0);
  if (!value.ptr || !scale.ptr || !zero.ptr)
    return none;
  return ir_value(ir, "knyfe.quantize", element_type(ir, e->type, false),
                  VALUES(value, scale, zero),
                  ATTRS({.name = "lo", .value = lo}, {.name = "hi", .value = hi},
                        {.name = "unsigned", .value = !kn_type_is_signed(e->type)}));
}

static MlirValue call(struct lowering *l, struct loops *s, struct kn_expr *e) {
  struct ir *ir = l->ir;
  if (e->builtin == KN_QUANTIZE)
    return quantize(l, s, e);
  MlirValue arg[4] = {{NULL}};
  if (kn_type_is_int(e->type) && e->builtin <= KN_RELU)
    for (unsigned i = 0; i < e->num_args && i < 4; i++)
      if (!(arg[i] = body_value(l, s, e->args[i])).ptr)
        return arg[i];
  bool sign = kn_type_is_signed(e->type);
  const char *min = sign ? "arith.minsi" : "arith.minui",
             *max = sign ? "arith.maxsi" : "arith.maxui";
  if (arg[0].ptr)
    switch ((enum kn_builtin)e->builtin) {
    case KN_MIN:
      return ir_bin(ir, min, arg[0], arg[1]);
    case KN_MAX:
      return ir_bin(ir, max, arg[0], arg[1]);
    case KN_CLAMP: // min(max(x, lo), hi), also when lo > hi
      return ir_bin(ir, min, ir_bin(ir, max, arg[0], arg[1]), arg[2]);
    case KN_WHERE:
      return ir_select(ir, arg[0], arg[1], arg[2]);
    case KN_ABS: // wraps at the least number
      return ir_bin(ir, "arith.maxsi", arg[0],
                    ir_bin(ir, "arith.subi", ir_const(ir, mlirValueGetType(arg[0]), 0), arg[0]));
    case KN_RELU:
      return ir_bin(ir, max, arg[0], ir_const(ir, mlirValueGetType(arg[0]), 0));
    default:
      break;
    }
  kn_report(l->b->file, KN_DIAG_not_mapped, e->op_range,
            "'%s' on %s has no mapping to the device yet",
            kn_builtin_name((enum kn_builtin)e->builtin), kn_type_name(e->type));
  kn_hint(l->b->file, "mapped are min, max, clamp, where, abs and relu on integers, and quantize");
  return (MlirValue){NULL};
}

static struct input *find_input(struct loops *s, struct kn_expr *e) {
  for (unsigned i = 0; i < s->num_inputs; i++)
    if (s->inputs[i].expr == e)
      return &s->inputs[i];
  return NULL;
}

static MlirValue input_value(struct lowering *l, struct loops *s, struct kn_expr *e) {
  struct ir *ir = l->ir;
  if (e->kind == KN_READ && !e->num_args)
    return l->values[e->tensor->id];
  struct input *input = find_input(s, e);
  MlirValue v = mlirBlockGetArgument(ir->block, input - s->inputs);
  if (e->type == KN_BOOL)
    return ir_cmpi(ir, "ne", v, ir_const(ir, mlirValueGetType(v), 0));
  return v;
}

static MlirValue body_value(struct lowering *l, struct loops *s, struct kn_expr *e) {
  struct ir *ir = l->ir;
  MlirLocation outer = ir->loc;
  ir->loc = kn_location(l->b, e->range);
  MlirValue v = {NULL};
  MlirType type = element_type(ir, e->type, false);
  // Casts look through to what they convert; everything else computes in its own type.
  bool computes = e->kind == KN_UNARY || e->kind == KN_BINARY || e->kind == KN_CAST;
  if (computes && (kn_type_is_float(e->type) || kn_type_is_float(e->args[0]->type))) {
    kn_report(l->b->file, KN_DIAG_not_mapped, e->range,
              "arithmetic on %s has no mapping to the device yet",
              kn_type_name(kn_type_is_float(e->type) ? e->type : e->args[0]->type));
    kn_hint(l->b->file, "mapped are integers, and quantize(integer, scale)");
  } else
    switch (e->kind) {
    case KN_INT:
      v = kn_type_is_float(e->type) ? ir_fconst(ir, type, (double)e->ival)
                                    : ir_const(ir, type, e->ival);
      break;
    case KN_FLOAT:
      v = ir_fconst(ir, type, e->fval);
      break;
    case KN_READ:
    case KN_REDUCE:
      v = input_value(l, s, e);
      break;
    case KN_INDEX:
      for (unsigned i = 0; i < s->num; i++)
        if (s->index[i] == e->index)
          v = ir_value(ir, "arith.index_cast", type,
                       VALUES(ir_value(ir, "linalg.index", ir_index(ir), NO_VALUES,
                                       ATTRS({.name = "dim", .value = i}))),
                       NO_ATTRS);
      break;
    case KN_DIM:
      v = ir_const(ir, type, e->dim->size);
      break;
    case KN_UNARY:
      v = unary(l, s, e);
      break;
    case KN_BINARY:
      v = binary(l, s, e);
      break;
    case KN_CAST:
      v = body_value(l, s, e->args[0]);
      if (v.ptr)
        v = value_cast(l, v, e->args[0]->type, e->type);
      break;
    case KN_CALL:
      v = call(l, s, e);
      break;
    }
  ir->loc = outer;
  return v;
}

//===----------------------------------------------------------------------===//
// linalg.generic
//===----------------------------------------------------------------------===//

static int loop_of(const struct loops *s, const struct kn_index *index) {
  for (unsigned i = 0; i < s->num; i++)
    if (s->index[i] == index)
      return (int)i;
  return -1;
}

// The value of a bound that is a number or a dimension; false for anything else.
static bool constant_value(const struct kn_expr *e, int64_t *value) {
  while (e->kind == KN_CAST)
    e = e->args[0];
  *value = e->kind == KN_DIM ? e->dim->size : e->ival;
  return e->kind == KN_DIM || e->kind == KN_INT;
}

// How far an index runs from 0; -1 if that is not known here.
static int64_t extent(const struct kn_index *index) {
  int64_t lo, hi;
  if (index->extent)
    return index->extent->size;
  return constant_value(index->lo, &lo) && constant_value(index->hi, &hi) && lo == 0 ? hi : -1;
}

static bool check_extent(struct lowering *l, struct kn_index *index) {
  int64_t n = extent(index);
  if (n < 0)
    return refuse(l, index->range, "such a range has no mapping to the device yet",
                  "mapped are whole dimensions and 0..n with a number or a dimension n");
  if (n < 1)
    return refuse(l, index->range, "an empty dimension has no mapping to the device",
                  "sizes start at 1");
  return true;
}

// R3.6 with the sizes of this compilation.
static bool is_outside(struct lowering *l, const struct kn_expr *index, const struct kn_dim *d) {
  if (d->size < 0 || index->ival < d->size)
    return false;
  kn_report(l->b->file, KN_DIAG_index_out_of_range, index->range, "index %lld is out of range",
            (long long)index->ival);
  kn_hint(l->b->file, "the dimension has %lld element%s here", (long long)d->size,
          d->size == 1 ? "" : "s");
  return true;
}

static bool read_map(struct lowering *l, struct loops *s, struct kn_expr *read,
                     MlirAffineMap *map) {
  MlirAffineExpr results[KN_MAX_RANK];
  MlirContext ctx = l->ir->ctx;
  for (unsigned i = 0; i < read->num_args; i++) {
    struct kn_expr *e = read->args[i];
    struct kn_index *index = kn_plain_index(e);
    while (e->kind == KN_CAST)
      e = e->args[0];
    if (index && loop_of(s, index) >= 0 && extent(index) != read->tensor->dims[i]->size)
      return refuse(l, read->args[i]->range,
                    "an index over a part of a dimension has no mapping to the device yet",
                    "let it run over the whole dimension, and use where(...)");
    if (e->kind == KN_INT && is_outside(l, e, read->tensor->dims[i]))
      return false;
    if (index && loop_of(s, index) >= 0)
      results[i] = mlirAffineDimExprGet(ctx, loop_of(s, index));
    else if (e->kind == KN_INT)
      results[i] = mlirAffineConstantExprGet(ctx, e->ival);
    else
      return refuse(l, read->args[i]->range,
                    "an index that is computed has no mapping to the device yet",
                    "mapped are plain indices, such as x[i, k], and numbers, such as x[i, 0]");
  }
  *map = mlirAffineMapGet(ctx, s->num, 0, read->num_args, results);
  return true;
}

static bool reduce(struct lowering *l, struct loops *outer, struct kn_expr *e, MlirValue *tensor,
                   MlirAffineMap *map);

static bool same_read(const struct kn_expr *a, const struct kn_expr *b) {
  if (a->kind != KN_READ || b->kind != KN_READ || a->tensor != b->tensor)
    return false;
  for (unsigned i = 0; i < a->num_args; i++)
    if (!kn_plain_index(a->args[i]) || kn_plain_index(a->args[i]) != kn_plain_index(b->args[i]))
      return false;
  return true;
}

// Finds the tensors that a body reads: elements and nested reductions.
static bool collect(struct lowering *l, struct loops *s, struct kn_expr *e) {
  bool element = e->kind == KN_READ && e->num_args;
  if (element || e->kind == KN_REDUCE) {
    if (s->num_inputs == MAX_INPUTS)
      return refuse(l, e->range, "too many tensor elements are read in one statement",
                    "split it into several statements");
    struct input in = {.expr = e, .range = e->range};
    for (unsigned i = 0; element && i < s->num_inputs; i++)
      if (same_read(s->inputs[i].expr, e)) {
        in = s->inputs[i];
        in.expr = e;
        in.range = e->range;
      }
    if (!in.tensor.ptr) {
      if (element) {
        in.tensor = l->values[e->tensor->id];
        if (!read_map(l, s, e, &in.map))
          return false;
      } else if (!reduce(l, s, e, &in.tensor, &in.map))
        return false;
    }
    s->inputs[s->num_inputs++] = in;
    return true;
  }
  if (e->kind == KN_CALL && e->builtin == KN_PAD)
    return refuse(l, e->op_range, "'pad' has no mapping to the device yet", NULL);
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i] && !collect(l, s, e->args[i]))
      return false;
  return true;
}

// The combining operation of a reduction, and the value it starts from.
static const char *combiner(enum kn_reduction r, enum kn_type type, int64_t *start) {
  bool sign = kn_type_is_signed(type);
  switch (r) {
  case KN_SUM:
    *start = 0;
    return "arith.addi";
  case KN_PROD:
    *start = 1;
    return "arith.muli";
  case KN_RMAX:
    *start = kn_type_min(type);
    return sign ? "arith.maxsi" : "arith.maxui";
  case KN_RMIN:
    *start = kn_type_max(type);
    return sign ? "arith.minsi" : "arith.minui";
  case KN_ANY:
    *start = 0;
    return "arith.ori";
  case KN_ALL:
    *start = 1;
    return "arith.andi";
  default:
    return NULL;
  }
}

// Builds the operation; `combine` is NULL for elementwise ones.
static bool build_generic(struct lowering *l, struct loops *s, struct kn_expr *value,
                          enum kn_type type, const char *combine, int64_t start,
                          MlirValue *result) {
  struct ir *ir = l->ir;
  MlirContext ctx = ir->ctx;
  int64_t shape[MAX_LOOPS];
  for (unsigned i = 0; i < s->num; i++)
    shape[i] = extent(s->index[i]);
  MlirType tensor = ranked(ir, s->parallel, shape, type);
  MlirValue init = ir_value(ir, "tensor.empty", tensor, NO_VALUES, NO_ATTRS);
  MlirType memory = element_type(ir, type, true), inside = element_type(ir, type, false);
  MlirBlock outer = ir->block;

  if (combine) {
    MlirValue fill = ir_const(ir, memory, start);
    MlirType types[2] = {memory, memory};
    MlirLocation locs[2] = {ir->loc, ir->loc};
    MlirRegion region = mlirRegionCreate();
    MlirBlock block = mlirBlockCreate(2, types, locs);
    mlirRegionAppendOwnedBlock(region, block);
    ir->block = block;
    ir_op(ir, "linalg.yield", ir_none(), VALUES(mlirBlockGetArgument(block, 0)), NO_ATTRS);
    ir->block = outer;
    int32_t segments[2] = {1, 1};
    init = mlirOperationGetResult(
        ir_op_regions(
            ir, "linalg.fill", tensor, VALUES(fill, init),
            ATTRS({.name = "operandSegmentSizes", .attr = mlirDenseI32ArrayGet(ctx, 2, segments)}),
            1, &region),
        0);
  }

  MlirValue operands[MAX_INPUTS + 1];
  MlirType types[MAX_INPUTS + 1];
  MlirLocation locs[MAX_INPUTS + 1];
  MlirAttribute maps[MAX_INPUTS + 1], iterators[MAX_LOOPS];
  for (unsigned i = 0; i < s->num_inputs; i++) {
    operands[i] = s->inputs[i].tensor;
    types[i] = mlirShapedTypeGetElementType(mlirValueGetType(operands[i]));
    locs[i] = kn_location(l->b, s->inputs[i].range);
    maps[i] = mlirAffineMapAttrGet(s->inputs[i].map);
  }
  MlirAffineExpr left[MAX_LOOPS];
  for (unsigned i = 0; i < s->parallel; i++)
    left[i] = mlirAffineDimExprGet(ctx, i);
  unsigned n = s->num_inputs;
  operands[n] = init;
  types[n] = memory;
  locs[n] = ir->loc;
  maps[n] = mlirAffineMapAttrGet(mlirAffineMapGet(ctx, s->num, 0, s->parallel, left));
  for (unsigned i = 0; i < s->num; i++)
    iterators[i] =
        mlirAttributeParseGet(ctx, ir_str(i < s->parallel ? "#linalg.iterator_type<parallel>"
                                                          : "#linalg.iterator_type<reduction>"));

  MlirRegion region = mlirRegionCreate();
  MlirBlock block = mlirBlockCreate(n + 1, types, locs);
  mlirRegionAppendOwnedBlock(region, block);
  ir->block = block;
  MlirValue v = body_value(l, s, value);
  if (v.ptr) {
    if (combine) {
      MlirValue accumulator = mlirBlockGetArgument(block, n);
      if (type == KN_BOOL)
        v = ir_value(ir, "arith.extui", memory, VALUES(v), NO_ATTRS);
      v = ir_bin(ir, combine, accumulator, v);
    } else if (!mlirTypeEqual(memory, inside))
      v = ir_value(ir, "arith.extui", memory, VALUES(v), NO_ATTRS);
    ir_op(ir, "linalg.yield", ir_none(), VALUES(v), NO_ATTRS);
  }
  ir->block = outer;
  if (!v.ptr) {
    mlirRegionDestroy(region);
    return false;
  }
  int32_t segments[2] = {(int32_t)n, 1};
  *result = mlirOperationGetResult(
      ir_op_regions(
          ir, "linalg.generic", tensor, n + 1, operands,
          ATTRS({.name = "indexing_maps", .attr = mlirArrayAttrGet(ctx, n + 1, maps)},
                {.name = "iterator_types", .attr = mlirArrayAttrGet(ctx, s->num, iterators)},
                {.name = "operandSegmentSizes", .attr = mlirDenseI32ArrayGet(ctx, 2, segments)}),
          1, &region),
      0);
  return true;
}

struct uses {
  const struct loops *outer;
  bool used[MAX_LOOPS];
};

static bool mark_use(struct kn_expr *e, void *data) {
  struct uses *u = data;
  int loop = e->kind == KN_INDEX ? loop_of(u->outer, e->index) : -1;
  if (loop >= 0)
    u->used[loop] = true;
  return true;
}

// A reduced loop that no tensor goes along gets an empty tensor, which says how far it runs.
static bool add_shapes(struct lowering *l, struct loops *s) {
  for (unsigned i = s->parallel; i < s->num; i++) {
    bool found = false;
    for (unsigned n = 0; n < s->num_inputs && !found; n++)
      for (unsigned k = 0; k < (unsigned)mlirAffineMapGetNumResults(s->inputs[n].map); k++) {
        int64_t constant;
        found = found || kn_map_loop(s->inputs[n].map, k, &constant) == (int)i;
      }
    if (found)
      continue;
    if (s->num_inputs == MAX_INPUTS)
      return refuse(l, s->index[i]->range, "too many tensor elements are read here", NULL);
    int64_t n = extent(s->index[i]);
    MlirAffineExpr loop = mlirAffineDimExprGet(l->ir->ctx, i);
    MlirType type = ranked(l->ir, 1, &n, KN_I8);
    s->inputs[s->num_inputs++] =
        (struct input){.range = s->index[i]->range,
                       .tensor = ir_value(l->ir, "tensor.empty", type, NO_VALUES, NO_ATTRS),
                       .map = mlirAffineMapGet(l->ir->ctx, s->num, 0, 1, &loop)};
  }
  return true;
}

static bool reduce(struct lowering *l, struct loops *outer, struct kn_expr *e, MlirValue *tensor,
                   MlirAffineMap *map) {
  struct uses uses = {.outer = outer};
  kn_walk(e, mark_use, &uses);
  struct loops s = {.num = 0};
  MlirAffineExpr results[MAX_LOOPS];
  for (unsigned i = 0; i < outer->num; i++)
    if (uses.used[i]) {
      results[s.num] = mlirAffineDimExprGet(l->ir->ctx, i);
      s.index[s.num++] = outer->index[i];
    }
  s.parallel = s.num;
  int64_t start;
  const char *combine = combiner((enum kn_reduction)e->reduction, e->type, &start);
  if (!combine || kn_type_is_float(e->type)) {
    kn_report(l->b->file, KN_DIAG_not_mapped, e->op_range,
              "the reduction '%s' over %s has no mapping to the device yet",
              kn_reduction_name((enum kn_reduction)e->reduction), kn_type_name(e->args[0]->type));
    kn_hint(l->b->file, "mapped are sum, prod, min and max of integers, any and all");
    return false;
  }
  for (unsigned i = 0; i < e->num_indices; i++) {
    if (!check_extent(l, e->indices[i]))
      return false;
    if (s.num == MAX_LOOPS)
      return refuse(l, e->indices[i]->range, "too many indices", NULL);
    s.index[s.num++] = e->indices[i];
  }
  MlirLocation loc = l->ir->loc;
  l->ir->loc = kn_location(l->b, e->range);
  bool ok = collect(l, &s, e->args[0]) && add_shapes(l, &s) &&
            build_generic(l, &s, e->args[0], e->type, combine, start, tensor);
  l->ir->loc = loc;
  if (ok)
    *map = mlirAffineMapGet(l->ir->ctx, outer->num, 0, s.parallel, results);
  return ok;
}

static bool statement(struct lowering *l, struct kn_stmt *stmt) {
  if (stmt->kind == KN_SCATTER || stmt->kind == KN_PART)
    return refuse(l, stmt->range,
                  stmt->kind == KN_PART ? "parts of a tensor have no form in linalg yet"
                                        : "adding by index has no form in linalg yet",
                  "--emit=mtia and --emit=c have one");
  struct loops s = {.num = stmt->rank, .parallel = stmt->rank};
  for (unsigned i = 0; i < stmt->rank; i++) {
    s.index[i] = stmt->indices[i];
    if (!check_extent(l, s.index[i]))
      return false;
  }
  l->ir->loc = kn_location(l->b, stmt->range);
  MlirValue result;
  // A statement that is nothing but a reduction over all its indices is that reduction.
  if (!collect(l, &s, stmt->value))
    return false;
  bool whole = stmt->value->kind == KN_REDUCE && mlirAffineMapIsIdentity(s.inputs[0].map);
  if (whole)
    result = s.inputs[0].tensor;
  else if (!build_generic(l, &s, stmt->value, stmt->target->type, NULL, 0, &result))
    return false;
  l->values[stmt->target->id] = result;
  return true;
}

static bool check_output(struct lowering *l, struct kn_tensor *t) {
  if (t->type == KN_I4)
    return refuse(l, t->range, "tensors of i4 have no form in linalg yet", NULL);
  if (t->rank == 0)
    return refuse(l, t->range, "an output without dimensions has no mapping to the device yet",
                  "a tensor of one element works: (y: i32[1])");
  return true;
}

bool kn_lower(struct backend *b) {
  struct kn_kernel *k = b->kernel;
  struct lowering l = {.b = b, .ir = &b->ir};
  l.values = kn_alloc(b->file, (k->num_inputs + k->num_outputs + k->num_locals) * sizeof *l.values);
  MlirContext ctx = b->ir.ctx;

  MlirType *ins = kn_alloc(b->file, (k->num_inputs + 1) * sizeof *ins);
  MlirType *outs = kn_alloc(b->file, (k->num_outputs + 1) * sizeof *outs);
  MlirLocation *locs = kn_alloc(b->file, (k->num_inputs + 1) * sizeof *locs);
  unsigned i = 0;
  for (struct kn_tensor *t = k->inputs; t; t = t->next, i++) {
    if (t->rows || t->type == KN_I4 || t->type == KN_F16 || t->type == KN_BF16) {
      kn_report(b->file, KN_DIAG_not_mapped, t->range, "tensors of %s have no form in linalg yet",
                t->rows ? kn_rows_name(t->rows) : kn_type_name(t->type));
      return false;
    }
    ins[i] = kn_tensor_type(b, t);
    locs[i] = mlirLocationNameGet(ctx, ir_str(t->name), kn_location(b, t->range));
  }
  i = 0;
  for (struct kn_tensor *t = k->outputs; t; t = t->next, i++) {
    if (!check_output(&l, t))
      return false;
    outs[i] = kn_tensor_type(b, t);
  }

  MlirRegion region = mlirRegionCreate();
  MlirBlock body = mlirBlockCreate(k->num_inputs, ins, locs);
  mlirRegionAppendOwnedBlock(region, body);
  b->ir.loc = kn_location(b, k->range);
  ir_op_regions(&b->ir, "func.func", ir_none(), NO_VALUES,
                ATTRS({.name = "sym_name", .text = k->name},
                      {.name = "function_type",
                       .attr = mlirTypeAttrGet(
                           mlirFunctionTypeGet(ctx, k->num_inputs, ins, k->num_outputs, outs))}),
                1, &region);
  MlirBlock outer = b->ir.block;
  b->ir.block = body;
  i = 0;
  for (struct kn_tensor *t = k->inputs; t; t = t->next, i++)
    l.values[t->id] = mlirBlockGetArgument(body, i);
  bool ok = true;
  for (struct kn_stmt *s = k->stmts; s && ok; s = s->next)
    ok = statement(&l, s);
  if (ok) {
    MlirValue *results = kn_alloc(b->file, (k->num_outputs + 1) * sizeof *results);
    i = 0;
    for (struct kn_tensor *t = k->outputs; t; t = t->next, i++)
      results[i] = l.values[t->id];
    b->ir.loc = kn_location(b, k->range);
    ir_op(&b->ir, "func.return", ir_none(), k->num_outputs, results, NO_ATTRS);
  }
  b->ir.block = outer;
  return ok;
}
