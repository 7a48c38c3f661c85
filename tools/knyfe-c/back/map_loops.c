// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise code and reductions -> the cores of a sub-grid.
//
// Every output is cut into tiles along its last dimensions, which are dealt to both
// cores of all PEs. A tile is computed in phases: each reduction it needs into an
// array in local memory, then the elements of the output. A phase goes over up to two
// loops at a time, p and q; tensors whose rows run along p or q come into circular
// buffers by DMA, tile by tile; anything else is read through the cache (inputs are
// only read, so that needs no care). Results leave by DMA.
//
//   output without reductions:  p = last but one dimension, q = last
//   reduction:                  p = last dimension of the output, q = last reduced loop
//   output behind reductions:   q = last dimension
//
// A reduction that the indices of the output don't determine (one summed over by
// another) is computed where its value is needed.
#include "internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LOOPS 16
#define MAX_READS 8   // staged per phase
#define MAX_PHASES 12 // per output
#define MAX_BUFFERS 16
#define CORE_BYTES (KN_LOCAL_BYTES / 2)
#define WORKERS 128 // cores of a full grid: tiles are made small enough for all

static int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t greatest(int64_t a, int64_t b) { return a > b ? a : b; }

// A tensor argument that a phase reads through a buffer.
struct read {
  unsigned input; // of the phase's operation
  struct kn_tensor *arg;
  int rows_at;  // dimension of the tensor that the rows of a DMA go along; -1: one row
  bool q_inner; // its rows run along q, else along p
  const char *cb;
  int64_t stride, slot; // bytes: of a row in the buffer, of a tile
  unsigned bytes;       // of an element
  MlirValue ptr;
};

struct phase {
  struct generic g;
  MlirValue result;
  bool reduces;
  int dim[MAX_LOOPS]; // dimension of the output that a loop is; -1: reduced
  int p, q;           // loops; -1: none
  int64_t extent[MAX_LOOPS];
  struct read reads[MAX_READS];
  unsigned num_reads;
  MlirValue array; // reductions: where the results of a tile are
  int64_t array_at;
};

// The tiles of one output.
struct job {
  struct backend *b;
  struct kn_tensor *out;
  struct phase phases[MAX_PHASES];
  unsigned num_phases; // the last one is the output itself
  bool has_reductions;
  int64_t pn, qn; // size of a tile of the output: rows and columns
  int64_t kn;     // columns of a tile of a reduction
  int64_t out_stride, out_slot;
  const char *cb_out;
  // While building, index values
  MlirValue dims[KN_MAX_RANK]; // of the output's dimensions, for the current tile: first
  MlirValue rows, columns;     // size of the current tile
  MlirValue core;              // address of this core's half of local memory
};

struct allocation {
  unsigned buffers;
  int64_t bytes;
  const struct kn_tensor *tensors[MAX_BUFFERS]; // of the buffers
};

static struct ir *ir_of(struct job *j) { return &j->b->ir; }

//===----------------------------------------------------------------------===//
// What there is to do
//===----------------------------------------------------------------------===//

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

static struct phase *find_phase(struct job *j, MlirValue result, const int *dim, unsigned n) {
  for (unsigned i = 0; i < j->num_phases; i++) {
    struct phase *ph = &j->phases[i];
    bool same = ph->reduces && mlirValueEqual(ph->result, result);
    for (unsigned l = 0; l < n && same; l++)
      same = ph->dim[l] == dim[l];
    if (same)
      return ph;
  }
  return NULL;
}

// The loops of `op` as dimensions of the output, when its result is read with `use` by a
// phase whose loops are dimensions `outer`. False if they are not all determined.
static bool place_loops(MlirOperation op, MlirAffineMap use, const int *outer, int *dim) {
  struct generic g;
  kn_is_generic(op, &g);
  MlirAffineMap own = kn_generic_map(&g, g.num_inputs);
  for (unsigned i = 0; i < g.num_loops; i++)
    dim[i] = -1;
  for (unsigned i = 0; i < (unsigned)mlirAffineMapGetNumResults(own); i++) {
    int64_t constant;
    int inner = kn_map_loop(own, i, &constant), loop = kn_map_loop(use, i, &constant);
    if (inner < 0 || loop < 0 || outer[loop] < 0)
      return false;
    dim[inner] = outer[loop];
  }
  return true;
}

// Adds the phases that the reductions among the inputs of `g` need, then none for itself.
static bool add_reductions(struct job *j, const struct generic *g, const int *dim) {
  for (unsigned n = 0; n < g->num_inputs; n++) {
    MlirValue v = mlirOperationGetOperand(g->op, n);
    MlirOperation op = ir_def(v);
    int inner[MAX_LOOPS];
    struct phase ph = {.result = v, .reduces = true};
    if (!op.ptr || !is_reduction(op) || !kn_is_generic(op, &ph.g))
      continue;
    if (ph.g.num_loops > MAX_LOOPS || !place_loops(op, kn_generic_map(g, n), dim, inner) ||
        find_phase(j, v, inner, ph.g.num_loops))
      continue;
    if (!add_reductions(j, &ph.g, inner))
      return false;
    if (j->num_phases == MAX_PHASES - 1)
      return false;
    memcpy(ph.dim, inner, sizeof ph.dim);
    find_extents(&ph);
    j->phases[j->num_phases++] = ph;
  }
  return true;
}

static void choose_loops(struct job *j) {
  int last = (int)j->out->rank - 1;
  for (unsigned i = 0; i < j->num_phases; i++) {
    struct phase *ph = &j->phases[i];
    ph->p = ph->q = -1;
    for (unsigned l = 0; l < ph->g.num_loops; l++) {
      if (ph->reduces) {
        if (ph->dim[l] == last)
          ph->p = (int)l;
        if (ph->dim[l] < 0)
          ph->q = (int)l;
      } else {
        if (ph->dim[l] == last)
          ph->q = (int)l;
        if (ph->dim[l] == last - 1 && !j->has_reductions && last > 0)
          ph->p = (int)l;
      }
    }
  }
}

// Which tensors come through buffers, before sizes are known.
static void choose_reads(struct job *j, struct phase *ph) {
  for (unsigned n = 0; n < ph->g.num_inputs && ph->num_reads < MAX_READS; n++) {
    MlirValue v = mlirOperationGetOperand(ph->g.op, n);
    if (!mlirValueIsABlockArgument(v))
      continue;
    MlirAffineMap map = kn_generic_map(&ph->g, n);
    int rank = (int)mlirAffineMapGetNumResults(map), p_at = -1, q_at = -1;
    bool twice = false;
    for (int i = 0; i < rank; i++) {
      int64_t constant;
      int loop = kn_map_loop(map, (unsigned)i, &constant);
      twice =
          twice || (loop >= 0 && ((loop == ph->p && p_at >= 0) || (loop == ph->q && q_at >= 0)));
      if (loop >= 0 && loop == ph->p)
        p_at = i;
      if (loop >= 0 && loop == ph->q)
        q_at = i;
    }
    bool q_inner = q_at == rank - 1, p_inner = p_at == rank - 1;
    if (twice || (!q_inner && !p_inner))
      continue;
    struct kn_tensor *arg = kn_input_at(j->b, (unsigned)mlirBlockArgumentGetArgNumber(v));
    ph->reads[ph->num_reads++] = (struct read){.input = n,
                                               .arg = arg,
                                               .q_inner = q_inner,
                                               .rows_at = q_inner ? p_at : q_at,
                                               .bytes = kn_element_bytes(arg->type)};
  }
}

static int64_t columns_of(const struct job *j, const struct phase *ph) {
  return ph->q < 0 ? 1 : ph->reduces ? j->kn : j->qn;
}

static int64_t rows_of(const struct job *j, const struct phase *ph) {
  return ph->p < 0 ? 1 : ph->reduces ? j->qn : j->pn;
}

// Bytes that the tiles take with the sizes chosen so far.
static int64_t lay_out(struct job *j) {
  int64_t total = 0;
  for (unsigned i = 0; i < j->num_phases; i++) {
    struct phase *ph = &j->phases[i];
    for (unsigned n = 0; n < ph->num_reads; n++) {
      struct read *r = &ph->reads[n];
      int64_t width = r->q_inner ? columns_of(j, ph) : rows_of(j, ph);
      int64_t rows = r->rows_at < 0 ? 1 : r->q_inner ? rows_of(j, ph) : columns_of(j, ph);
      r->stride = round_up(width * r->bytes, 32);
      r->slot = rows * r->stride;
      total += r->slot;
    }
    if (ph->reduces)
      total += round_up(rows_of(j, ph) * 8, 32);
  }
  j->out_stride = round_up(j->qn * kn_element_bytes(j->out->type), 32);
  j->out_slot = j->pn * j->out_stride;
  return total + 2 * j->out_slot;
}

// Tiles start at multiples of this many elements: a DMA address is a multiple of 32 bytes.
static int64_t granule(const struct job *j) {
  int64_t bytes = kn_element_bytes(j->out->type);
  for (unsigned i = 0; i < j->num_phases; i++)
    for (unsigned n = 0; n < j->phases[i].num_reads; n++)
      bytes = least(bytes, j->phases[i].reads[n].bytes);
  return 32 / bytes;
}

static void choose_sizes(struct job *j, int64_t room) {
  const struct kn_tensor *out = j->out;
  int64_t elements = 1, columns = out->dims[out->rank - 1]->size, g = granule(j);
  for (unsigned i = 0; i < out->rank; i++)
    elements *= out->dims[i]->size;
  // Reductions along p are part of a tile's work; others are done anew for every tile of a row
  // of the output, which therefore is cut only as far as the cores demand.
  int64_t most = j->has_reductions ? 128 : 1024;
  bool per_row = j->has_reductions;
  for (unsigned i = 0; i < j->num_phases; i++)
    per_row = per_row && (!j->phases[i].reduces || j->phases[i].p < 0);
  if (per_row)
    most = greatest(256, ceil_div(columns, greatest(WORKERS * columns / elements, 1)));
  int64_t aim = greatest(least(ceil_div(elements, WORKERS), most), g);
  if (per_row)
    aim = most;
  j->qn = least(round_up(columns, g), round_up(aim, g));
  j->qn = round_up(ceil_div(columns, ceil_div(columns, j->qn)), g); // evenly
  j->pn = 1;
  if (!j->has_reductions && out->rank > 1)
    j->pn = least(greatest(aim / j->qn, 1), out->dims[out->rank - 2]->size);
  // Rows of a tensor that run along p start at aligned places, too.
  const struct phase *output = &j->phases[j->num_phases - 1];
  int64_t pg = 1;
  for (unsigned n = 0; n < output->num_reads; n++)
    if (!output->reads[n].q_inner)
      pg = g;
  j->pn = round_up(j->pn, pg);
  int64_t reduced = 1;
  for (unsigned i = 0; i < j->num_phases; i++)
    if (j->phases[i].reduces)
      reduced = greatest(reduced, j->phases[i].extent[j->phases[i].q]);
  j->kn = least(round_up(reduced, 32), 512);
  while (lay_out(j) > room) {
    if (j->kn > 64)
      j->kn = round_up(j->kn / 2, 32);
    else if (j->pn > pg)
      j->pn = round_up(j->pn / 2, pg);
    else if (j->qn > g)
      j->qn = round_up(j->qn / 2, g);
    else // the tensors that do not fit are read through the cache
      for (unsigned i = 0; i < j->num_phases; i++)
        if (j->phases[i].num_reads) {
          j->phases[i].num_reads--;
          break;
        }
  }
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

// Where the values of an operation's loops come from while its body is built.
struct scope {
  struct job *j;
  const struct phase *ph; // NULL when computed in place
  const struct generic *g;
  MlirValue loops[MAX_LOOPS]; // index values
  MlirValue p, q;             // within the tile
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
  struct backend *b = j->b;
  if ((int)n == s->given)
    return s->value;
  MlirValue tensor = mlirOperationGetOperand(s->g->op, n);
  MlirAffineMap map = kn_generic_map(s->g, n);
  MlirType type = mlirShapedTypeGetElementType(mlirValueGetType(tensor));
  for (unsigned i = 0; s->ph && i < s->ph->num_reads; i++) {
    const struct read *r = &s->ph->reads[i];
    if (r->input != n)
      continue;
    MlirValue column = r->q_inner ? s->q : s->p, row = r->q_inner ? s->p : s->q;
    MlirValue at = column;
    int64_t constant;
    if (r->rows_at >= 0 && !ir_constant(row, &constant)) // one row: row is 0
      at = mt_add(b, mt_mul(b, row, mt_const(b, r->stride / r->bytes)), column);
    return ir_value(&b->ir, "mtia.load", type, VALUES(r->ptr, at), NO_ATTRS);
  }
  MlirOperation op = ir_def(tensor);
  int dim[MAX_LOOPS];
  if (s->ph && op.ptr && is_reduction(op) && place_loops(op, map, s->ph->dim, dim)) {
    struct generic g;
    kn_is_generic(op, &g);
    struct phase *ph = find_phase(j, tensor, dim, g.num_loops);
    if (ph && ph->array.ptr) {
      // Its array goes along the last dimension of the output, if along any.
      MlirValue at = ph->p < 0 ? mt_const(b, 0) : s->ph->reduces ? s->p : s->q;
      return ir_value(&b->ir, "mtia.load", type, VALUES(ph->array, at), NO_ATTRS);
    }
  }
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
  struct phase ph = {.result = tensor};
  if (!kn_is_generic(op, &ph.g)) { // linalg.fill
    return scalar_outside(j, mlirOperationGetOperand(op, 0));
  }
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

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

static void command(struct job *j, const char *name, const char *cb, MlirValue bytes) {
  ir_op(ir_of(j), name, ir_none(), VALUES(bytes), ATTRS({.name = "cb", .text = cb}));
}

static void cr_w2(struct job *j, const char *cr, MlirValue lo, MlirValue hi) {
  ir_op(ir_of(j), "mtia.cr_w2", ir_none(), VALUES(lo, hi), ATTRS({.name = "cr", .text = cr}));
}

static void cr_w(struct job *j, const char *cr, MlirValue value) {
  ir_op(ir_of(j), "mtia.cr_w", ir_none(), VALUES(value), ATTRS({.name = "cr", .text = cr}));
}

static MlirValue scaled(struct job *j, MlirValue v, unsigned bytes) {
  int64_t value;
  if (ir_constant(v, &value) && !ir_has_attr(ir_def(v), "name"))
    return mt_const(j->b, value * bytes);
  return bytes == 1 ? v : mt_mul(j->b, v, mt_const(j->b, bytes));
}

// Starts the DMA of a tile; `first` are the values of the phase's loops at its corner.
static void load_tile(struct job *j, struct phase *ph, struct read *r, const MlirValue *first,
                      MlirValue pn, MlirValue qn) {
  struct backend *b = j->b;
  MlirAffineMap map = kn_generic_map(&ph->g, r->input);
  MlirValue at = mt_data(b, r->arg);
  for (unsigned i = 0; i < r->arg->rank; i++) {
    MlirValue index = map_result(j, map, i, first);
    int64_t value;
    if (ir_constant(index, &value) && value == 0)
      continue;
    at = mt_add(b, at,
                i + 1 < r->arg->rank ? mt_mul(b, index, mt_pitch(b, r->arg, i))
                                     : scaled(j, index, r->bytes));
  }
  MlirValue width = r->q_inner ? qn : pn, rows = r->q_inner ? pn : qn;
  if (r->rows_at < 0)
    rows = mt_const(b, 1);
  else
    cr_w(j, "DMA_IN_PITCH", mt_pitch(b, r->arg, (unsigned)r->rows_at));
  cr_w2(j, "DMA_IN", scaled(j, width, r->bytes), mt_const(b, r->stride));
  ir_op(&b->ir, "mtia.dma_in", ir_none(), VALUES(at, rows),
        ATTRS({.name = "cb", .text = r->cb}, {.name = "mc", .text = "NONE"}));
  // A tile always takes its whole slot, so that it never wraps.
  int64_t value;
  if (!ir_constant(rows, &value))
    command(j, "mtia.push", r->cb,
            mt_sub(b, mt_const(b, r->slot), mt_mul(b, rows, mt_const(b, r->stride))));
  else if (value * r->stride < r->slot)
    command(j, "mtia.push", r->cb, mt_const(b, r->slot - value * r->stride));
}

static void load_tiles(struct job *j, struct phase *ph, const MlirValue *first, MlirValue pn,
                       MlirValue qn) {
  for (unsigned i = 0; i < ph->num_reads; i++)
    load_tile(j, ph, &ph->reads[i], first, pn, qn);
  for (unsigned i = 0; i < ph->num_reads; i++) {
    struct read *r = &ph->reads[i];
    MlirType type =
        mlirShapedTypeGetElementType(mlirValueGetType(mlirOperationGetOperand(ph->g.op, r->input)));
    command(j, "mtia.waitd", r->cb, mt_const(j->b, r->slot));
    r->ptr = mt_let(ir_value(ir_of(j), "mtia.head", mt_ptr(j->b, type), NO_VALUES,
                             ATTRS({.name = "cb", .text = r->cb})),
                    r->arg->name, NULL);
  }
}

static void free_tiles(struct job *j, struct phase *ph) {
  for (unsigned i = 0; i < ph->num_reads; i++)
    command(j, "mtia.pop", ph->reads[i].cb, mt_const(j->b, ph->reads[i].slot));
}

// min(n, total - first), a constant where that is known.
static MlirValue part(struct job *j, MlirValue first, int64_t n, int64_t total, const char *name) {
  struct backend *b = j->b;
  if (total <= n)
    return mt_const(b, total);
  if (total % n == 0)
    return mt_const(b, n);
  return mt_let(mt_min(b, mt_const(b, n), mt_sub(b, mt_const(b, total), first)), name, NULL);
}

static const char *dim_name(struct job *j, int dim) {
  struct kn_stmt *def = j->out->def;
  return def && dim >= 0 && def->indices[dim] ? def->indices[dim]->name : "i";
}

// Values of a phase's loops at the corner of the current tile; reduced ones are set by the caller.
static void corner(struct job *j, const struct phase *ph, MlirValue *first) {
  for (unsigned l = 0; l < ph->g.num_loops; l++)
    if (ph->dim[l] >= 0)
      first[l] = j->dims[ph->dim[l]];
}

static MlirValue inside(struct job *j, MlirValue first, MlirValue i) {
  int64_t value;
  return ir_constant(first, &value) && value == 0 ? i : mt_add(j->b, first, i);
}

static bool reduce_tile(struct job *j, struct phase *ph) {
  struct backend *b = j->b;
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1);
  MlirValue pn = ph->p < 0 ? one : j->columns;
  MlirType type = mlirShapedTypeGetElementType(mlirValueGetType(ph->result));
  const char *name = combiner_name(&ph->g);
  MlirValue at = mt_add(b, j->core, mt_const(b, ph->array_at));
  ph->array =
      mt_let(ir_value(&b->ir, "mtia.at", mt_ptr(b, type), VALUES(at), NO_ATTRS), "partial", NULL);
  MlirValue p = zero;
  if (ph->p >= 0)
    p = mt_for(b, dim_name(j, ph->dim[ph->p]), zero, pn, one, NULL);
  ir_op(&b->ir, "mtia.store", ir_none(), VALUES(start_value(j, &ph->g), ph->array, p), NO_ATTRS);
  if (ph->p >= 0)
    mt_end(b);

  // Reduced loops but the last one go element by element.
  struct scope s = {.j = j, .ph = ph, .g = &ph->g, .given = -1};
  MlirValue first[MAX_LOOPS];
  unsigned opened = 0;
  corner(j, ph, first);
  for (unsigned l = 0; l < ph->g.num_loops; l++)
    if (ph->dim[l] < 0 && (int)l != ph->q) {
      first[l] = mt_for(b, "r", zero, mt_const(b, ph->extent[l]), one, NULL);
      opened++;
    }
  int64_t total = ph->extent[ph->q];
  bool chunked = total > j->kn && ph->num_reads;
  first[ph->q] = zero;
  if (chunked)
    first[ph->q] = mt_for(b, "k0", zero, mt_const(b, total), mt_const(b, j->kn), NULL);
  MlirValue qn = chunked ? part(j, first[ph->q], j->kn, total, "kn") : mt_const(b, total);
  load_tiles(j, ph, first, pn, qn);
  if (ph->p >= 0)
    p = mt_for(b, dim_name(j, ph->dim[ph->p]), zero, pn, one, NULL);
  MlirValue value = ir_value(&b->ir, "mtia.load", type, VALUES(ph->array, p), NO_ATTRS);
  MlirOperation loop = mt_carry(b, "k", qn, value, name);
  s.p = p;
  s.q = mlirBlockGetArgument(b->ir.block, 0);
  memcpy(s.loops, first, sizeof first);
  if (ph->p >= 0)
    s.loops[ph->p] = inside(j, first[ph->p], p);
  s.loops[ph->q] = inside(j, first[ph->q], s.q);
  value = copy_body(&s, mlirBlockGetArgument(b->ir.block, 1));
  if (!value.ptr)
    return false;
  value = mt_carry_end(b, loop, value);
  ir_op(&b->ir, "mtia.store", ir_none(), VALUES(value, ph->array, p), NO_ATTRS);
  if (ph->p >= 0)
    mt_end(b);
  free_tiles(j, ph);
  if (chunked)
    mt_end(b);
  while (opened--)
    mt_end(b);
  return true;
}

// The elements of the output from its inputs and the arrays.
static bool output_tile(struct job *j, struct phase *ph) {
  struct backend *b = j->b;
  MlirValue zero = mt_const(b, 0), one = mt_const(b, 1);
  struct scope s = {.j = j, .ph = ph, .g = &ph->g, .given = -1};
  MlirValue first[MAX_LOOPS];
  corner(j, ph, first);
  load_tiles(j, ph, first, j->rows, j->columns);
  MlirType type = mlirShapedTypeGetElementType(mlirValueGetType(ph->result));
  unsigned bytes = kn_element_bytes(j->out->type);
  command(j, "mtia.waits", j->cb_out, mt_const(b, j->out_slot));
  MlirValue out = mt_let(ir_value(&b->ir, "mtia.tail", mt_ptr(b, type), NO_VALUES,
                                  ATTRS({.name = "cb", .text = j->cb_out})),
                         j->out->name, NULL);
  int last = (int)j->out->rank - 1;
  memcpy(s.loops, first, sizeof first);
  s.p = zero;
  if (j->pn > 1) {
    s.p = mt_for(b, dim_name(j, last - 1), zero, j->rows, one, NULL);
    s.loops[ph->p] = inside(j, first[ph->p], s.p);
  }
  s.q = mt_for(b, dim_name(j, last), zero, j->columns, one, NULL);
  s.loops[ph->q] = inside(j, first[ph->q], s.q);
  MlirValue value = copy_body(&s, (MlirValue){NULL});
  if (!value.ptr)
    return false;
  MlirValue at = s.q;
  if (j->pn > 1)
    at = mt_add(b, mt_mul(b, s.p, mt_const(b, j->out_stride / bytes)), s.q);
  ir_op(&b->ir, "mtia.store", ir_none(), VALUES(value, out, at), NO_ATTRS);
  mt_end(b);
  if (j->pn > 1)
    mt_end(b);
  free_tiles(j, ph);
  return true;
}

static void store_tile(struct job *j) {
  struct backend *b = j->b;
  unsigned bytes = kn_element_bytes(j->out->type), rank = j->out->rank;
  command(j, "mtia.push", j->cb_out, mt_const(b, j->out_slot));
  cr_w2(j, "DMA_OUT", scaled(j, j->columns, bytes), mt_const(b, j->out_stride));
  if (j->pn > 1)
    cr_w(j, "DMA_OUT_PITCH", mt_pitch(b, j->out, rank - 2));
  MlirValue at = mt_data(b, j->out);
  for (unsigned i = 0; i < rank; i++) {
    int64_t value;
    if (ir_constant(j->dims[i], &value) && value == 0)
      continue;
    at = mt_add(b, at,
                i + 1 < rank ? mt_mul(b, j->dims[i], mt_pitch(b, j->out, i))
                             : scaled(j, j->dims[i], bytes));
  }
  ir_op(&b->ir, "mtia.dma_out", ir_none(), VALUES(at, j->rows),
        ATTRS({.name = "cb", .text = j->cb_out}));
  int64_t value;
  if (!ir_constant(j->rows, &value))
    command(j, "mtia.pop", j->cb_out,
            mt_sub(b, mt_const(b, j->out_slot), mt_mul(b, j->rows, mt_const(b, j->out_stride))));
  else if (value * j->out_stride < j->out_slot)
    command(j, "mtia.pop", j->cb_out, mt_const(b, j->out_slot - value * j->out_stride));
}

// Which tile `t` is: first index along every dimension, and its size.
static void locate(struct job *j, MlirValue t) {
  struct backend *b = j->b;
  int rank = (int)j->out->rank;
  for (int i = rank - 1; i >= 0; i--) {
    int64_t extent = j->out->dims[i]->size;
    int64_t size = i == rank - 1 ? j->qn : i == rank - 2 ? j->pn : 1;
    int64_t count = ceil_div(extent, size);
    char name[40];
    snprintf(name, sizeof name, i >= rank - 2 && size > 1 ? "%.32s0" : "%.32s", dim_name(j, i));
    if (count == 1) {
      j->dims[i] = mt_const(b, 0);
    } else {
      bool outermost = true;
      for (int o = 0; o < i; o++)
        outermost = outermost && ceil_div(j->out->dims[o]->size, o == rank - 2 ? j->pn : 1) == 1;
      MlirValue n = outermost ? t : mt_rem(b, t, mt_const(b, count));
      j->dims[i] = index_product(j, n, mt_const(b, size));
      if (!mlirValueIsABlockArgument(j->dims[i]))
        mt_let(j->dims[i], name, NULL);
      if (!outermost) {
        t = mt_div(b, t, mt_const(b, count));
        if (i > 0 && i < rank)
          mt_let(t, "rest", NULL);
      }
    }
    if (i == rank - 1) {
      snprintf(name, sizeof name, "%.32sn", dim_name(j, i));
      j->columns = part(j, j->dims[i], size, extent, name);
    }
    if (i == rank - 2) {
      snprintf(name, sizeof name, "%.32sn", dim_name(j, i));
      j->rows = part(j, j->dims[i], size, extent, name);
    }
  }
  if (rank == 1)
    j->rows = mt_const(b, 1);
}

static bool emit_tiles(struct job *j, MlirValue worker, MlirValue workers) {
  struct backend *b = j->b;
  int64_t tiles = 1;
  int rank = (int)j->out->rank;
  for (int i = 0; i < rank; i++)
    tiles *= ceil_div(j->out->dims[i]->size, i == rank - 1 ? j->qn : i == rank - 2 ? j->pn : 1);
  MlirValue t = mt_for(b, "t", worker, mt_const(b, tiles), workers,
                       j->out->def ? kn_stmt_text(b->file, j->out->def) : NULL);
  locate(j, t);
  bool ok = true;
  for (unsigned i = 0; i + 1 < j->num_phases && ok; i++)
    ok = reduce_tile(j, &j->phases[i]);
  ok = ok && output_tile(j, &j->phases[j->num_phases - 1]);
  if (ok)
    store_tile(j);
  mt_end(b);
  return ok;
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

// An output that simplification reduced to a copy or a constant becomes an operation again.
static MlirOperation as_generic(struct backend *b, MlirOperation func, MlirValue v) {
  struct generic g;
  if (ir_def(v).ptr && kn_is_generic(ir_def(v), &g) && !is_reduction(ir_def(v)))
    return ir_def(v);
  MlirContext ctx = b->ir.ctx;
  MlirType type = mlirValueGetType(v);
  unsigned rank = (unsigned)mlirShapedTypeGetRank(type);
  MlirAttribute maps[2], loops[KN_MAX_RANK];
  maps[0] = maps[1] = mlirAffineMapAttrGet(mlirAffineMapMultiDimIdentityGet(ctx, rank));
  for (unsigned i = 0; i < rank; i++)
    loops[i] = mlirAttributeParseGet(ctx, ir_str("#linalg.iterator_type<parallel>"));
  MlirBlock outer = b->ir.block, before = mlirBlockCreate(0, NULL, NULL);
  b->ir.block = before;
  MlirValue init = ir_value(&b->ir, "tensor.empty", type, NO_VALUES, NO_ATTRS);
  MlirType element = mlirShapedTypeGetElementType(type), types[2] = {element, element};
  MlirLocation locs[2] = {b->ir.loc, b->ir.loc};
  MlirBlock body = mlirBlockCreate(2, types, locs);
  MlirRegion region = mlirRegionCreate();
  mlirRegionAppendOwnedBlock(region, body);
  b->ir.block = body;
  ir_op(&b->ir, "linalg.yield", ir_none(), VALUES(mlirBlockGetArgument(body, 0)), NO_ATTRS);
  b->ir.block = before;
  int32_t segments[2] = {1, 1};
  MlirOperation op = ir_op_regions(
      &b->ir, "linalg.generic", type, VALUES(v, init),
      ATTRS({.name = "indexing_maps", .attr = mlirArrayAttrGet(ctx, 2, maps)},
            {.name = "iterator_types", .attr = mlirArrayAttrGet(ctx, rank, loops)},
            {.name = "operandSegmentSizes", .attr = mlirDenseI32ArrayGet(ctx, 2, segments)}),
      1, &region);
  b->ir.block = outer;
  MlirOperation ret = mlirBlockGetTerminator(ir_body(func, 0));
  mlirOperationMoveBefore(ir_def(init), ret);
  mlirOperationMoveBefore(op, ret);
  mlirBlockDestroy(before);
  return op;
}

// A sum of products of two 8-bit elements: nearly what the matrix units do.
static bool is_like_contraction(const struct phase *ph) {
  MlirOperation add = ir_def(mlirOperationGetOperand(ph->g.yield, 0));
  if (!ph->reduces || !ir_is(add, "arith.addi"))
    return false;
  for (int side = 0; side < 2; side++) {
    MlirOperation mul = ir_def(mlirOperationGetOperand(add, side));
    bool narrow = ir_is(mul, "arith.muli");
    for (int i = 0; i < 2 && narrow; i++) {
      MlirOperation ext = ir_def(mlirOperationGetOperand(mul, i));
      narrow = (ir_is(ext, "arith.extsi") || ir_is(ext, "arith.extui")) &&
               mlirIntegerTypeGetWidth(mlirValueGetType(mlirOperationGetOperand(ext, 0))) == 8;
    }
    if (narrow)
      return true;
  }
  return false;
}

static void say_choices(struct job *j) {
  unsigned reads = 0;
  for (unsigned i = 0; i < j->num_phases; i++)
    reads += j->phases[i].num_reads;
  fprintf(stderr,
          "knyfe-c: '%s' on the cores: tiles of %" PRId64 " x %" PRId64
          ", %u reductions before each, %u tensors by DMA, %" PRId64 " B of %d per core\n",
          j->out->name, j->pn, j->qn, j->num_phases - 1, reads, lay_out(j), CORE_BYTES);
  for (unsigned i = 0; i < j->num_phases; i++)
    if (is_like_contraction(&j->phases[i]))
      fprintf(stderr, "knyfe-c:   the matrix units take a kernel with one output whose sums are "
                      "sum[k] i32(a[m, k]) * i32(b[n, k])\n");
}

static bool plan(struct backend *b, struct job *j, MlirOperation root, struct kn_tensor *out) {
  *j = (struct job){.b = b, .out = out};
  struct phase ph = {.result = mlirOperationGetResult(root, 0)};
  kn_is_generic(root, &ph.g);
  MlirAffineMap own = kn_generic_map(&ph.g, ph.g.num_inputs);
  for (unsigned i = 0; i < ph.g.num_loops; i++) {
    int64_t constant;
    ph.dim[kn_map_loop(own, i, &constant)] = (int)i;
  }
  if (!add_reductions(j, &ph.g, ph.dim)) {
    kn_report(b->file, KN_DIAG_not_mapped, out->range,
              "the output '%s' needs more than %d reductions", out->name, MAX_PHASES - 1);
    kn_hint(b->file, "split it over several kernels");
    return false;
  }
  j->has_reductions = j->num_phases > 0;
  find_extents(&ph);
  j->phases[j->num_phases++] = ph;
  choose_loops(j);
  for (unsigned i = 0; i < j->num_phases; i++)
    choose_reads(j, &j->phases[i]);
  return true;
}

// CB_X, then CB_X_2, ...
static const char *buffer_name(struct job *j, struct allocation *a, const struct kn_tensor *t) {
  const char *name = mt_upper(j->b, "CB_", t->name);
  char *text = kn_alloc(j->b->file, strlen(name) + 16);
  unsigned number = 1;
  for (unsigned i = 0; i < a->buffers; i++)
    number += a->tensors[i] == t;
  a->tensors[a->buffers] = t;
  sprintf(text, number > 1 ? "%s_%u" : "%s", name, number);
  return text;
}

// Numbers and places of the buffers of one output; the next output's come behind them.
static void allocate(struct job *j, struct allocation *a) {
  for (unsigned i = 0; i < j->num_phases; i++) {
    struct phase *ph = &j->phases[i];
    for (unsigned n = 0; n < ph->num_reads; n++) {
      struct read *r = &ph->reads[n];
      r->cb = buffer_name(j, a, r->arg);
      mt_cb(j->b, r->cb, a->buffers++, a->bytes, r->slot, j->core, 16, NULL);
      a->bytes += r->slot;
    }
    if (ph->reduces) {
      ph->array_at = a->bytes;
      a->bytes += round_up(rows_of(j, ph) * 8, 32);
    }
  }
  j->cb_out = buffer_name(j, a, j->out);
  mt_cb(j->b, j->cb_out, a->buffers++, a->bytes, 2 * j->out_slot, j->core, 16, NULL);
  a->bytes += 2 * j->out_slot;
}

bool kn_map_loops(struct backend *b, MlirOperation func) {
  unsigned n = b->kernel->num_outputs;
  MlirOperation ret = mlirBlockGetTerminator(ir_body(func, 0));
  struct job *jobs = kn_alloc(b->file, n * sizeof *jobs);
  unsigned buffers = 0;
  for (unsigned i = 0; i < n; i++) {
    MlirOperation root = as_generic(b, func, mlirOperationGetOperand(ret, i));
    if (!plan(b, &jobs[i], root, kn_output_at(b, i)))
      return false;
    choose_sizes(&jobs[i], CORE_BYTES / n);
    for (unsigned p = 0; p < jobs[i].num_phases; p++)
      buffers += jobs[i].phases[p].num_reads;
    buffers++;
  }
  // More buffers than a core has: the last tensors of each phase are read through the cache.
  for (unsigned i = 0; buffers > MAX_BUFFERS && i < n * MAX_PHASES; i++) {
    struct phase *ph = &jobs[i % n].phases[i / n];
    while (buffers > MAX_BUFFERS && ph->num_reads)
      ph->num_reads--, buffers--;
  }
  if (buffers > MAX_BUFFERS || (int64_t)n * 64 > CORE_BYTES) {
    kn_report(b->file, KN_DIAG_local_memory, b->kernel->range,
              "%u outputs need %u circular buffers, a core has %d", n, buffers, MAX_BUFFERS);
    kn_hint(b->file, "split the kernel");
    return false;
  }

  for (unsigned i = 0; i < n && b->target->verbose; i++)
    say_choices(&jobs[i]);

  struct allocation a = {0, 0, {NULL}};
  MlirValue half = mt_mul(b, mt_id(b, "core"), mt_const(b, CORE_BYTES));
  MlirValue base = ir_value(&b->ir, "mtia.local", ir_index(&b->ir), NO_VALUES, NO_ATTRS);
  MlirValue local = mt_let(mt_add(b, base, half), "local",
                           "Each core has half of local memory and its own circular buffers.");
  for (unsigned i = 0; i < n; i++) {
    jobs[i].core = local;
    allocate(&jobs[i], &a);
  }
  MlirValue pe = mt_mul(b, mt_id(b, "pe"), mt_const(b, 2));
  MlirValue worker = mt_let(mt_add(b, pe, mt_id(b, "core")), "worker",
                            "Tiles are dealt to both cores of all PEs.");
  MlirValue pes = mt_mul(b, mt_id(b, "rows"), mt_id(b, "cols"));
  MlirValue workers = mt_let(mt_mul(b, pes, mt_const(b, 2)), "workers", NULL);
  for (unsigned i = 0; i < n; i++)
    if (!emit_tiles(&jobs[i], worker, workers))
      return false;
  return true;
}
