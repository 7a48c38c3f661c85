// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products, recognised on the typed tree:
//
//   sum[k] a * b         a and b elements of tensors, converted to the type of the sum: 8-bit
//   numbers
//                        to i32, f16 or bf16 to f32. Indices of the target that both have are a
//                        batch; k or the operand's own index is innermost in memory
//   sum[k] (a - z) * b   for integers, z a number or made of scalar arguments
//   sum[o, k] a * b      the same for every o; one k where rows of k fill their place
//
// and what can be done with the sums as they leave the accumulators.
#include "contract.h"

#include <string.h>

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static bool is_operand(enum kn_type type, enum kn_type sum) {
  return sum == KN_F32 ? type == KN_F16 || type == KN_BF16 : type == KN_I8 || type == KN_U8;
}

// What is converted to the type of the sum, an element or a padded one; NULL: something else.
static const struct kn_expr *converted(const struct kn_expr *e, enum kn_type sum) {
  if (e->kind != KN_CAST || e->type != sum)
    return NULL;
  const struct kn_expr *inside = e->args[0], *read = inside;
  if (inside->kind == KN_CALL && inside->builtin == KN_PAD)
    read = inside->args[0];
  return read->kind == KN_READ && read->num_args && !read->tensor->rows &&
                 is_operand(read->tensor->type, sum)
             ? inside
             : NULL;
}

static bool is_fixed(struct kn_expr *e, void *data) {
  (void)data;
  return e->kind != KN_INDEX && (e->kind != KN_READ || !e->num_args) && e->kind != KN_REDUCE;
}

// The same with something subtracted that is the same for all elements.
static const struct kn_expr *shifted(const struct kn_expr *e, enum kn_type sum,
                                     const struct kn_expr **shift) {
  *shift = NULL;
  if (sum == KN_I32 && e->kind == KN_BINARY && e->op == KN_SUB && e->type == sum &&
      kn_walk(e->args[1], is_fixed, NULL)) {
    *shift = e->args[1];
    e = e->args[0];
  }
  return converted(e, sum);
}

// An element of a tensor at different plain indices.
static const struct kn_expr *element(const struct kn_expr *read) {
  if (!read || read->kind != KN_READ)
    return NULL;
  for (unsigned i = 0; i < read->num_args; i++) {
    const struct kn_index *index = kn_plain_index(read->args[i]);
    if (!index || !index->extent || index->extent != read->tensor->dims[i])
      return NULL;
    for (unsigned j = 0; j < i; j++)
      if (kn_plain_index(read->args[j]) == index)
        return NULL;
  }
  return read;
}

// The dimension that goes along an index, or -1.
static int along(const struct kn_expr *read, const struct kn_index *index) {
  for (unsigned i = 0; index && i < read->num_args; i++)
    if (kn_plain_index(read->args[i]) == index)
      return (int)i;
  return -1;
}

// The operand with m or n (`own`) and the sum's indices; false if what is innermost is neither.
static bool match_factor(const struct kn_expr *read, const struct kn_index *own,
                         const struct kn_contraction *c, struct kn_index *const *index,
                         struct kn_factor *f) {
  int last = (int)read->num_args - 1;
  unsigned found = 0;
  f->tensor = read->tensor;
  f->extent = along(read, own);
  f->k = along(read, c->k);
  f->outer = along(read, c->outer);
  f->turned = f->extent == last;
  for (unsigned i = 0; i < c->num_batch; i++) {
    f->batch[i] = along(read, index[c->batch[i]]);
    found += f->batch[i] >= 0;
  }
  found += (f->extent >= 0) + (f->k >= 0) + (f->outer >= 0);
  return f->k >= 0 && (f->turned || f->k == last) && found == read->num_args;
}

static bool match_operands(const struct kn_expr *x, const struct kn_expr *w,
                           const struct kn_expr *sum, struct kn_index *const *index, unsigned rank,
                           int row, struct kn_contraction *c) {
  c->row = row;
  c->column = (int)rank - 1;
  c->num_batch = 0;
  for (int i = 0; i + 1 < (int)rank; i++)
    if (i != row && c->num_batch == KN_MAX_BATCH)
      return false;
    else if (i != row)
      c->batch[c->num_batch++] = i;
  c->m = row >= 0 ? index[row] : NULL;
  for (unsigned i = sum->num_indices; i-- > 0;) {
    c->k = sum->indices[i];
    c->outer = sum->num_indices > 1 ? sum->indices[1 - i] : NULL;
    if (match_factor(x, c->m, c, index, &c->x) &&
        match_factor(w, index[c->column], c, index, &c->w))
      return true;
  }
  return false;
}

// What is subtracted is made good by a vector for all products.
static bool has_batch(const struct kn_contraction *c, const struct kn_factor *f) {
  bool any = false;
  for (unsigned i = 0; i < c->num_batch; i++)
    any = any || f->batch[i] >= 0;
  return any;
}

static enum kn_type type_read(const struct kn_expr *e) {
  return e->kind == KN_CALL ? e->args[0]->tensor->type : e->tensor->type;
}

bool kn_match_contraction(const struct kn_expr *sum, struct kn_index *const *index, unsigned rank,
                          struct kn_contraction *c) {
  memset(c, 0, sizeof *c);
  if (sum->kind != KN_REDUCE || sum->reduction != KN_SUM || sum->num_indices > 3 || !rank ||
      (sum->type != KN_F32 && sum->type != KN_I32))
    return false;
  for (unsigned i = 0; i < rank; i++)
    if (!index[i]->extent)
      return false;
  for (unsigned i = 0; i < sum->num_indices; i++)
    if (!sum->indices[i]->extent)
      return false;
  const struct kn_expr *product = sum->args[0];
  if (product->kind != KN_BINARY || product->op != KN_MUL)
    return false;
  c->is_float = sum->type == KN_F32;
  c->type = sum->type;
  for (unsigned swap = 0; swap < 2; swap++) {
    const struct kn_index *column = index[rank - 1];
    const struct kn_expr *from = shifted(product->args[swap], sum->type, &c->shift);
    const struct kn_expr *x = element(from);
    const struct kn_expr *w = element(converted(product->args[1 - swap], sum->type));
    c->w_side = 1 - swap;
    if (!from || !w || along(w, column) < 0 || (c->is_float && type_read(from) != w->tensor->type))
      continue;
    if (!x) {
      struct kn_contraction with = *c;
      if (!kn_match_window(from, w, sum, index, rank, &with))
        continue;
      *c = with;
      return true;
    }
    if (along(x, column) >= 0 || sum->num_indices > 2)
      continue;
    // The last index that only x has is m; others of that kind are in the batch.
    for (int row = (int)rank - 2; row >= -1; row--)
      if ((row < 0 || (along(x, index[row]) >= 0 && along(w, index[row]) < 0)) &&
          match_operands(x, w, sum, index, rank, row, c) && (!c->shift || !has_batch(c, &c->w)))
        return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// What leaves with the sums
//===----------------------------------------------------------------------===//

struct leaving {
  const struct kn_tensor *sums;
  struct kn_index *const *index;
  unsigned rank;
  struct kn_contraction *c;
};

static bool is_call(const struct kn_expr *e, enum kn_builtin f) {
  return e->kind == KN_CALL && e->builtin == f;
}

// relu(x), max(x, 0) or max(0, x)
static const struct kn_expr *match_relu(const struct kn_expr *e) {
  if (is_call(e, KN_RELU))
    return e->args[0];
  for (int side = 0; is_call(e, KN_MAX) && side < 2; side++) {
    const struct kn_expr *zero = e->args[side];
    while (zero->kind == KN_CAST && zero->implicit)
      zero = zero->args[0];
    if (zero->kind == KN_INT && zero->ival == 0)
      return e->args[1 - side];
  }
  return NULL;
}

static bool is_sums(const struct leaving *l, const struct kn_expr *e) {
  if (e->kind != KN_READ || e->tensor != l->sums || e->num_args != l->rank)
    return false;
  for (unsigned i = 0; i < l->rank; i++)
    if (kn_plain_index(e->args[i]) != l->index[i])
      return false;
  return true;
}

// A number or a scalar argument of type f32 or i32.
static bool is_scalar(const struct kn_expr *e, enum kn_type type) {
  while (e->kind == KN_CAST && e->implicit && e->args[0]->kind != KN_READ)
    e = e->args[0];
  if (e->kind == KN_READ)
    return e->type == type && e->tensor->role == KN_INPUT && !e->num_args;
  return e->kind == (type == KN_F32 ? KN_FLOAT : KN_INT);
}

// t[n] or t[m] of 32 bits.
static const struct kn_index *vector(const struct kn_expr *e, enum kn_type type) {
  if (e->kind != KN_READ || e->num_args != 1 || e->tensor->rows || e->type != type ||
      e->tensor->type != type)
    return NULL;
  const struct kn_index *index = kn_plain_index(e->args[0]);
  return index && index->extent == e->tensor->dims[0] ? index : NULL;
}

// sums + bias[n] or bias[m]
static const struct kn_expr *match_bias(const struct leaving *l, const struct kn_expr *e) {
  struct kn_contraction *c = l->c;
  if (e->kind != KN_BINARY || e->op != KN_ADD || c->bias)
    return NULL;
  for (int side = 0; side < 2; side++) {
    const struct kn_expr *bias = e->args[side];
    const struct kn_index *index = vector(bias, c->is_float ? KN_F32 : KN_I32);
    bool column = index && index == l->index[c->column];
    // What is subtracted from x leaves a vector per column: no room for one per row.
    if (!column && !(index && c->row >= 0 && index == l->index[c->row] && !c->shift))
      continue;
    c->bias = bias->tensor;
    c->bias_rows = !column;
    return e->args[1 - side];
  }
  return NULL;
}

// t[n]; t[m], t[batch..., m]: the places of the batch's dimensions go to c->scales_batch.
static bool match_scales(const struct leaving *l, const struct kn_expr *e) {
  struct kn_contraction *c = l->c;
  if (vector(e, KN_F32) == l->index[c->column]) {
    c->scales = e->tensor;
    return true;
  }
  if (e->kind != KN_READ || e->tensor->rows || e->tensor->type != KN_F32 || e->type != KN_F32 ||
      !e->num_args || c->window || c->row < 0 ||
      kn_plain_index(e->args[e->num_args - 1]) != l->index[c->row])
    return false;
  unsigned found = 1;
  for (unsigned i = 0; i < c->num_batch; i++) {
    c->scales_batch[i] = along(e, l->index[c->batch[i]]);
    found += c->scales_batch[i] >= 0;
  }
  for (unsigned i = 0; i < e->num_args; i++) {
    const struct kn_index *index = kn_plain_index(e->args[i]);
    if (!index || index->extent != e->tensor->dims[i])
      return false;
  }
  if (found != e->num_args)
    return false;
  c->scales = e->tensor;
  c->scales_rows = true;
  return true;
}

// A scale for all, or one for each column or row.
static bool is_scale(const struct leaving *l, const struct kn_expr *e) {
  if (is_scalar(e, KN_F32)) {
    l->c->scale = e;
    return true;
  }
  return !l->c->scales && match_scales(l, e);
}

static const struct kn_expr *match_scale(const struct leaving *l, const struct kn_expr *e) {
  if (e->kind != KN_BINARY || e->op != KN_MUL || e->type != KN_F32)
    return NULL;
  for (int side = 0; side < 2; side++)
    if (is_scale(l, e->args[side]))
      return e->args[1 - side];
  return NULL;
}

static bool constant(const struct kn_expr *e, int64_t otherwise, int64_t *value) {
  while (e && e->kind == KN_CAST && e->implicit)
    e = e->args[0];
  bool negative = e && e->kind == KN_UNARY && e->op == KN_NEG;
  if (negative)
    e = e->args[0];
  while (e && e->kind == KN_CAST && e->implicit)
    e = e->args[0];
  *value = !e ? otherwise : negative ? -e->ival : e->ival;
  return !e || e->kind == KN_INT;
}

static const struct kn_expr *match_quantize(const struct leaving *l, const struct kn_expr *e) {
  struct kn_contraction *c = l->c;
  const struct kn_expr *zero = kn_arg(e, 2);
  int64_t least = kn_type_min(e->type), most = kn_type_max(e->type);
  if ((e->type != KN_I8 && e->type != KN_U8) || !is_scale(l, e->args[1]) ||
      (zero && !is_scalar(zero, KN_I32)) || !constant(kn_arg(e, 3), least, &c->lo) ||
      !constant(kn_arg(e, 4), most, &c->hi) || c->lo > c->hi || c->lo < least || c->hi > most)
    return NULL;
  c->type = e->type;
  c->zero = zero;
  c->round_away = e->round_away;
  return e->args[0];
}

// A function of the SE behind the scale.
static const struct kn_expr *match_function(struct kn_contraction *c, const struct kn_expr *e) {
  static const struct {
    enum kn_builtin builtin;
    const char *name;
  } functions[] = {
      {KN_SIGMOID, "SIGMOID"}, {KN_TANH, "TANH"}, {KN_GELU, "GELU"}, {KN_SILU, "SILU"}};
  if (e->type != KN_F32)
    return NULL;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (is_call(e, functions[i].builtin)) {
      c->function = functions[i].name;
      return e->args[0];
    }
  const struct kn_expr *inside = match_relu(e);
  if (inside)
    c->function = "RELU";
  return inside;
}

bool kn_match_leaving(const struct kn_expr *e, const struct kn_tensor *sums,
                      struct kn_index *const *index, unsigned rank, struct kn_contraction *result) {
  struct kn_contraction copy = *result, *c = &copy;
  struct leaving l = {sums, index, rank, c};
  const struct kn_expr *inside;
  bool quantized = is_call(e, KN_QUANTIZE);
  if (quantized) {
    if (!(e = match_quantize(&l, e)))
      return false;
  } else {
    c->type = e->type;
    if (e->kind == KN_CAST && (e->type == KN_F16 || e->type == KN_BF16) &&
        e->args[0]->type == KN_F32)
      e = e->args[0];
  }
  // Behind a function there is one scale for all.
  if (!c->scales && (inside = match_function(c, e))) {
    e = inside;
    c->out_scale = c->scale;
    c->scale = NULL;
  }
  if ((!quantized || c->function) && (inside = match_scale(&l, e)))
    e = inside;
  else if (c->function && !strcmp(c->function, "RELU")) { // of the sums themselves
    c->relu = true;
    c->function = NULL;
    c->scale = c->out_scale;
    c->out_scale = NULL;
  }
  if (e->kind == KN_CAST && e->type == KN_F32 && e->args[0]->type == KN_I32)
    e = e->args[0]; // as an accumulator is scaled
  if (e->type != (c->is_float ? KN_F32 : KN_I32))
    return false;
  if (!c->relu && (inside = match_relu(e))) {
    c->relu = true;
    e = inside;
  }
  if ((inside = match_bias(&l, e)))
    e = inside;
  if (!is_sums(&l, e) || (!quantized && c->type != KN_I32 && c->type != KN_F32 &&
                          c->type != KN_F16 && c->type != KN_BF16))
    return false;
  *result = copy;
  return true;
}
