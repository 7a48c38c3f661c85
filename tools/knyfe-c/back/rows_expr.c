// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions as C. In a loop of vectors (scope.along) what depends on its index is a vector of
// scope.lanes elements, everything else stays a number. Reductions write their loops in front of
// the statement that is being made.
#include "interp.h"
#include "rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T(...) kn_text(s->r->file, __VA_ARGS__)

//===----------------------------------------------------------------------===//
// Names and types
//===----------------------------------------------------------------------===//

void scope_bind(struct scope *s, const struct kn_index *index, const char *name) {
  if (s->num < sizeof s->bindings / sizeof *s->bindings)
    s->bindings[s->num++] = (struct binding){index, name};
  else
    rows_refuse(s->r, s->line->stmt->range, "split the statement", "too many indices at a time");
}

const char *scope_name(const struct scope *s, const struct kn_index *index) {
  for (unsigned i = s->num; i-- > 0;)
    if (s->bindings[i].index == index)
      return s->bindings[i].name;
  return "0";
}

// What a value is computed in: bf16 as the float that it is.
static const char *short_type(enum kn_type type) {
  return type == KN_BF16 ? "f32" : kn_type_name(type);
}

const char *rows_c_type(enum kn_type type) {
  switch (type) {
  case KN_BOOL:
    return "bool";
  case KN_U8:
    return "uint8_t";
  case KN_I4:
  case KN_I8:
    return "int8_t";
  case KN_I16:
    return "int16_t";
  case KN_I64:
    return "int64_t";
  case KN_F16:
    return "_Float16";
  case KN_BF16:
  case KN_F32:
    return "float";
  default:
    return "int32_t";
  }
}

const char *rows_vector_type(struct scope *s, enum kn_type type) {
  if (type == KN_BOOL)
    return T("mtia_maskx%u", s->lanes);
  return T("mtia_%sx%u", short_type(type), s->lanes);
}

// The end of the name of an operation: i32, or i32x64.
static const char *suffix(struct scope *s, enum kn_type type, bool vector) {
  return vector ? T("%sx%u", short_type(type), s->lanes) : short_type(type);
}

static struct value number(const char *text, bool atom) {
  return (struct value){text, atom, false};
}

static const char *operand_text(struct scope *s, struct value v) {
  return v.atom ? v.text : T("(%s)", v.text);
}

const char *rows_vector(struct scope *s, struct value v, enum kn_type type) {
  if (v.vector)
    return v.text;
  return T("(%s)%s", rows_vector_type(s, type), operand_text(s, v));
}

// f(a, b): of vectors if one of them is.
static struct value call(struct scope *s, const char *f, enum kn_type type, struct value a,
                         struct value b) {
  bool vector = a.vector || b.vector;
  const char *x = vector ? rows_vector(s, a, type) : a.text;
  if (!b.text)
    return (struct value){T("kn_%s_%s(%s)", f, suffix(s, type, vector), x), true, vector};
  const char *y = vector ? rows_vector(s, b, type) : b.text;
  return (struct value){T("kn_%s_%s(%s, %s)", f, suffix(s, type, vector), x, y), true, vector};
}

static struct value infix(struct scope *s, struct value a, const char *op, struct value b) {
  return (struct value){T("%s %s %s", operand_text(s, a), op, operand_text(s, b)), false,
                        a.vector || b.vector};
}

static struct value round_bf16(struct scope *s, struct value v) {
  if (v.vector)
    return (struct value){T("kn_bf16_f32x%u(%s)", s->lanes, v.text), true, true};
  return number(T("kn_round_bf16(%s)", v.text), true);
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

static struct value index_value(struct scope *s, const struct kn_expr *e);

static struct value index_binary(struct scope *s, const struct kn_expr *e) {
  struct value a = index_value(s, e->args[0]), b = index_value(s, e->args[1]);
  const struct kn_expr *divisor = e->args[1];
  while (divisor->kind == KN_CAST)
    divisor = divisor->args[0];
  bool safe = (divisor->kind == KN_INT && divisor->ival > 0) || divisor->kind == KN_DIM;
  switch ((enum kn_op)e->op) {
  case KN_ADD:
  case KN_SUB:
  case KN_MUL:
    return infix(s, a, kn_op_spelling((enum kn_op)e->op), b);
  case KN_DIV:
  case KN_REM:
    if (safe)
      return infix(s, a, kn_op_spelling((enum kn_op)e->op), b);
    return number(T("kn_%s_i64(%s, %s)", e->op == KN_DIV ? "div" : "rem", a.text, b.text), true);
  default:
    return rows_value(s, e);
  }
}

// An expression that selects an element: of type long.
static struct value index_value(struct scope *s, const struct kn_expr *e) {
  switch (e->kind) {
  case KN_INDEX:
    return number(scope_name(s, e->index), true);
  case KN_DIM: {
    struct size n = rows_dim(s->r, e->dim);
    return number(n.text, n.atom);
  }
  case KN_INT:
    return number(T("%" PRId64, e->ival), e->ival >= 0);
  case KN_CAST:
    if (kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32)
      return index_value(s, e->args[0]);
    break;
  case KN_UNARY:
    if (e->op == KN_NEG) {
      struct value v = index_value(s, e->args[0]);
      return number(T("-%s", operand_text(s, v)), false);
    }
    break;
  case KN_BINARY:
    return index_binary(s, e);
  default:
    break;
  }
  // An element of a tensor: a number also in a loop of vectors, which it does not depend on.
  return rows_value(s, e);
}

const char *rows_index_text(struct scope *s, const struct kn_expr *e) {
  return index_value(s, e).text;
}

const char *rows_offset(struct scope *s, unsigned rank, struct kn_expr *const *args,
                        const struct size *stride, unsigned first) {
  const char *text = "";
  for (unsigned i = first; i < rank; i++) {
    struct value v = index_value(s, args[i]);
    const char *part = v.text;
    if (!strcmp(part, "0"))
      continue;
    if (!sz_is(stride[i], 1))
      part = T("%s * %s", operand_text(s, v),
               stride[i].atom ? stride[i].text : T("(%s)", stride[i].text));
    text = *text ? T("%s + %s", text, part) : part;
  }
  return *text ? text : "0";
}

//===----------------------------------------------------------------------===//
// Reading and writing elements
//===----------------------------------------------------------------------===//

static const char *sum_text(struct scope *s, const char *pointer, const char *offset) {
  return strcmp(offset, "0") ? T("%s + %s", pointer, offset) : pointer;
}

static struct value load_vector(struct scope *s, enum kn_type type, const char *pointer,
                                const char *offset) {
  const char *at = sum_text(s, pointer, offset);
  const char *memory = type == KN_BOOL ? "u8" : kn_type_name(type);
  const char *text = s->count ? T("mtia_load_first_%sx%u(%s, %s)", memory, s->lanes, at, s->count)
                              : T("mtia_load_%sx%u(%s)", memory, s->lanes, at);
  if (type == KN_BF16)
    text = T("mtia_f32x%u_from_bf16x%u(%s)", s->lanes, s->lanes, text);
  if (type == KN_BOOL)
    text = T("kn_mask_from_u8x%u(%s)", s->lanes, text);
  return (struct value){text, true, true};
}

static bool depends(const struct kn_expr *e, const struct kn_index *index) {
  return index && rows_depends(e, index) != 0;
}

// An element of a table: its values, scale and bias are in one row of bytes.
static struct value read_table(struct scope *s, const struct kn_expr *e, const struct operand *o) {
  const struct kn_tensor *t = e->tensor;
  const char *row = rows_offset(s, t->rank - 1, e->args, o->stride, 0);
  const char *at = sum_text(s, o->name, row);
  struct size n = rows_dim(s->r, t->dims[t->rank - 1]);
  const char *column = index_value(s, e->args[t->rank - 1]).text;
  bool along = s->along && rows_depends(e->args[t->rank - 1], s->along);
  if (!along)
    return number(T("kn_%s(%s, %s, %s)", kn_rows_name(t->rows), at, column, n.text), true);
  return (struct value){T("kn_%s_x%u(%s, %s, %s, %s)", kn_rows_name(t->rows), s->lanes, at, column,
                          n.text, s->count ? s->count : T("%u", s->lanes)),
                        true, true};
}

static struct value read_value(struct scope *s, const struct kn_expr *e) {
  const struct kn_tensor *t = e->tensor;
  if (t->role == KN_INPUT && !t->rank)
    return number(T(t->type == KN_BF16 ? "(float)args->%s" : "args->%s", t->name),
                  t->type != KN_BF16);
  for (unsigned i = s->num_variables; i-- > 0;)
    if (s->variables[i].tensor == t)
      return (struct value){s->variables[i].name, true, s->variables[i].vector};
  const struct local *v = rows_local(s->p, t);
  const struct operand *o = rows_operand(s->p, t);
  if (!o && (t->type == KN_I4 || !(v && v->array))) {
    rows_refuse(s->r, e->range,
                t->type == KN_I4 ? "i8 has place for its values" : "make it an output",
                "no mapping to the device yet: %s %s that is kept between statements",
                kn_type_name(t->type), t->name ? t->name : "value");
    return number("0", true);
  }
  const char *pointer = o ? o->name : v->name, *offset;
  if (t->rows)
    return read_table(s, e, o);
  if (t->type == KN_I4) {
    offset = t->rank > 1 ? rows_offset(s, t->rank - 1, e->args, o->stride, 0) : "0";
    return number(
        T("kn_i4(%s, %s)", sum_text(s, pointer, offset), index_value(s, e->args[t->rank - 1]).text),
        true);
  }
  if (v && v->array) {
    offset = rows_offset(s, t->rank, e->args, v->stride,
                         s->p->across ? s->p->num_par - 1 : s->p->num_par);
    pointer = v->name;
  } else
    offset = rows_offset(s, t->rank, e->args, o->stride, 0);
  bool along = false;
  for (unsigned i = 0; i < e->num_args; i++)
    along = along || depends(e->args[i], s->along);
  if (along)
    return load_vector(s, t->type, pointer, offset);
  const char *text = T("%s[%s]", pointer, offset);
  if (t->type == KN_BF16)
    return number(T("(float)%s", text), false);
  if (t->type == KN_BOOL)
    return number(T("%s != 0", text), false);
  return number(text, true);
}

void rows_store(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
                struct value v) {
  if (type == KN_I4) {
    rows_put(s->r, "kn_store_i4(%s, %s, %s);", pointer, offset, v.text);
    return;
  }
  if (!s->along) {
    rows_put(s->r, type == KN_BF16 ? "%s[%s] = (__bf16)%s;" : "%s[%s] = %s;", pointer, offset,
             type == KN_BF16 ? operand_text(s, v) : v.text);
    return;
  }
  const char *text = rows_vector(s, v, type);
  const char *memory = type == KN_BOOL ? "u8" : kn_type_name(type);
  if (type == KN_BF16)
    text = T("mtia_bf16x%u_from_f32x%u(%s)", s->lanes, s->lanes, text);
  if (type == KN_BOOL)
    text = T("kn_u8_from_maskx%u(%s)", s->lanes, text);
  const char *at = sum_text(s, pointer, offset);
  if (s->count)
    rows_put(s->r, "mtia_store_first_%sx%u(%s, %s, %s);", memory, s->lanes, at, s->count, text);
  else
    rows_put(s->r, "mtia_store_%sx%u(%s, %s);", memory, s->lanes, at, text);
}

void rows_add(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
              struct value v) {
  struct value old = s->along ? load_vector(s, type, pointer, offset)
                              : (struct value){T("%s[%s]", pointer, offset), true, false};
  if (type == KN_BF16 && !s->along)
    old.text = T("(float)%s", old.text), old.atom = false;
  struct value sum;
  if (kn_type_is_float(type))
    sum = infix(s, old, "+", v);
  else if (type == KN_I32 || type == KN_I64)
    sum = call(s, "add", type, old, v);
  else
    sum = number(T("(%s)(%s + %s)", rows_c_type(type), old.text, operand_text(s, v)), false);
  rows_store(s, type, pointer, offset, sum);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static struct value float_constant(struct scope *s, enum kn_type type, double value) {
  value = kn_round_float(type, value);
  const char *text;
  if (isinf(value))
    text = value < 0 ? "-__builtin_inff()" : "__builtin_inff()";
  else {
    char digits[64];
    snprintf(digits, sizeof digits, "%.9g", value);
    text = T("%s%sf", digits, strpbrk(digits, ".en") ? "" : ".0");
  }
  if (type == KN_F16)
    text = T("(_Float16)%s", *text == '-' ? T("(%s)", text) : text);
  return number(text, *text != '-' && type != KN_F16);
}

static struct value int_constant(struct scope *s, enum kn_type type, int64_t value) {
  if (type == KN_BOOL)
    return number(value ? "true" : "false", true);
  if (value == INT64_MIN)
    return number("INT64_MIN", true);
  if (value == INT32_MIN)
    return number("INT32_MIN", true);
  return number(T("%" PRId64 "%s", value, value > INT32_MAX || value < INT32_MIN ? "L" : ""),
                value >= 0);
}

static struct value compare(struct scope *s, enum kn_op op, enum kn_type type, struct value a,
                            struct value b) {
  static const char *const names[] = {[KN_LT] = "lt", [KN_LE] = "le", [KN_GT] = "lt",
                                      [KN_GE] = "le", [KN_EQ] = "eq", [KN_NE] = "ne"};
  if (!a.vector && !b.vector)
    return infix(s, a, kn_op_spelling(op), b);
  if (type == KN_BOOL) {
    struct value x = {T("%s ^ %s", rows_vector(s, a, type), rows_vector(s, b, type)), false, true};
    if (op == KN_EQ)
      x.text = T("~(%s)", x.text);
    return x;
  }
  bool swap = op == KN_GT || op == KN_GE;
  return call(s, names[op], type, swap ? b : a, swap ? a : b);
}

static struct value binary(struct scope *s, const struct kn_expr *e) {
  struct value a = rows_value(s, e->args[0]), b = rows_value(s, e->args[1]);
  enum kn_type type = e->args[0]->type;
  enum kn_op op = (enum kn_op)e->op;
  bool vector = a.vector || b.vector;
  switch (op) {
  case KN_LT:
  case KN_LE:
  case KN_GT:
  case KN_GE:
  case KN_EQ:
  case KN_NE:
    return compare(s, op, type, a, b);
  case KN_LAND:
    return infix(s, a, vector ? "&" : "&&", b);
  case KN_LOR:
    return infix(s, a, vector ? "|" : "||", b);
  case KN_AND:
  case KN_OR:
  case KN_XOR:
    return infix(s, a, kn_op_spelling(op), b);
  default:
    break;
  }
  if (!kn_type_is_float(type))
    return call(s, kn_op_name(op), e->type, a, b);
  struct value v = infix(s, a, kn_op_spelling(op), b);
  if (type == KN_BF16)
    return round_bf16(s, v);
  if (type == KN_F16 && !v.vector)
    return number(T("(_Float16)(%s)", v.text), false);
  return v;
}

static struct value unary(struct scope *s, const struct kn_expr *e) {
  struct value a = rows_value(s, e->args[0]);
  if (e->op == KN_LNOT)
    return (struct value){T("%s%s", a.vector ? "~" : "!", operand_text(s, a)), false, a.vector};
  if (e->op == KN_NOT)
    return (struct value){T("~%s", operand_text(s, a)), false, a.vector};
  if (!kn_type_is_float(e->type))
    return call(s, "neg", e->type, a, (struct value){0});
  if (*a.text == '-')
    return (struct value){T("-(%s)", a.text), false, a.vector};
  return (struct value){T("-%s", operand_text(s, a)), false, a.vector};
}

// A float of 32 bits from any number.
static struct value as_f32(struct scope *s, struct value v, enum kn_type from) {
  if (from == KN_F32 || from == KN_BF16)
    return v;
  if (!v.vector)
    return number(T("(float)%s", operand_text(s, v)), false);
  if (from == KN_F16)
    return (struct value){T("mtia_f32x%u_from_f16x%u(%s)", s->lanes, s->lanes, v.text), true, true};
  return (struct value){T("__builtin_convertvector(%s, mtia_f32x%u)", v.text, s->lanes), true,
                        true};
}

static struct value cast_vector(struct scope *s, struct value v, enum kn_type from,
                                enum kn_type to) {
  struct value result = {NULL, true, true};
  if (to == KN_BOOL) {
    result.text =
        T("kn_ne_%s(%s, (%s)0)", suffix(s, from, true), v.text, rows_vector_type(s, from));
    return result;
  }
  if (from == KN_BOOL) {
    v.text = T("kn_u8_from_maskx%u(%s)", s->lanes, v.text);
    from = KN_U8;
    if (to == KN_U8)
      return v;
  }
  if (kn_type_is_float(from)) {
    struct value f = as_f32(s, v, from);
    if (to == KN_F32)
      return f;
    if (to == KN_BF16)
      return round_bf16(s, f);
    if (to == KN_F16)
      result.text = T("mtia_f16x%u_from_f32x%u(%s)", s->lanes, s->lanes, f.text);
    else
      result.text = T("kn_%s_from_f32x%u(%s)", suffix(s, to, false), s->lanes, f.text);
    if (to != KN_F16) // kn_i32_from_f32x64
      result.text = T("kn_%s_from_f32x%u(%s)", kn_type_name(to), s->lanes, f.text);
    return result;
  }
  if (to == KN_BF16)
    return round_bf16(s, as_f32(s, v, from));
  result.text = T("__builtin_convertvector(%s, %s)", v.text, rows_vector_type(s, to));
  return result;
}

static struct value cast(struct scope *s, struct value v, enum kn_type from, enum kn_type to) {
  if (from == to)
    return v;
  if (v.vector)
    return cast_vector(s, v, from, to);
  if (to == KN_BOOL)
    return number(T("%s != 0", operand_text(s, v)), false);
  if (to == KN_BF16)
    return round_bf16(s, as_f32(s, v, from));
  if (kn_type_is_float(from) && !kn_type_is_float(to))
    return number(T("kn_%s_from_f32(%s)", kn_type_name(to), v.text), true);
  if (from == KN_BF16 && to == KN_F32)
    return v;
  if (to == KN_I4)
    return number(T("kn_wrap_i4(%s)", v.text), true);
  return number(T("(%s)%s", rows_c_type(to), operand_text(s, v)), false);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static struct value quantize(struct scope *s, const struct kn_expr *e) {
  struct value f = as_f32(s, rows_value(s, e->args[0]), e->args[0]->type);
  struct value p = infix(s, f, "*", rows_value(s, e->args[1]));
  if (e->round_away) // to a whole number already
    p = call(s, "round_away", KN_F32, p, (struct value){0});
  const struct kn_expr *zero = kn_arg(e, 2), *lo = kn_arg(e, 3), *hi = kn_arg(e, 4);
  struct value z = zero ? cast(s, rows_value(s, zero), zero->type, KN_I32) : number("0", true);
  bool vector = p.vector || z.vector;
  if (vector && !zero && !lo && !hi && e->type == KN_I8)
    return (struct value){T("kn_quantize_i8x%u(%s)", s->lanes, p.text), true, true};
  const char *low =
      lo ? rows_value(s, lo).text : int_constant(s, e->type, kn_type_min(e->type)).text;
  const char *high =
      hi ? rows_value(s, hi).text : int_constant(s, e->type, kn_type_max(e->type)).text;
  if (!vector)
    return number(
        T("(%s)kn_quantize(%s, %s, %s, %s)", rows_c_type(e->type), p.text, z.text, low, high),
        false);
  const char *text = T("kn_quantize_i32x%u(%s, %s, %s, %s)", s->lanes, rows_vector(s, p, KN_F32),
                       rows_vector(s, z, KN_I32), low, high);
  if (e->type != KN_I32)
    text = T("__builtin_convertvector(%s, %s)", text, rows_vector_type(s, e->type));
  return (struct value){text, true, true};
}

static struct value dequantize(struct scope *s, const struct kn_expr *e) {
  struct value v = cast(s, rows_value(s, e->args[0]), e->args[0]->type, KN_I32);
  const struct kn_expr *zero = kn_arg(e, 2);
  if (e->args[0]->type == KN_I64 && !v.vector)
    v = number(T("(int32_t)%s", operand_text(s, v)), false);
  if (zero)
    v = call(s, "sub", KN_I32, v, cast(s, rows_value(s, zero), zero->type, KN_I32));
  return infix(s, as_f32(s, v, KN_I32), "*", rows_value(s, e->args[1]));
}

static struct value pad(struct scope *s, const struct kn_expr *e) {
  const struct kn_expr *read = e->args[0];
  const char *inside = "";
  for (unsigned i = 0; i < read->num_args; i++) {
    const struct kn_index *plain = kn_plain_index(read->args[i]);
    if (plain && plain->extent == read->tensor->dims[i])
      continue;
    struct value at = index_value(s, read->args[i]);
    struct size n = rows_dim(s->r, read->tensor->dims[i]);
    // One comparison for both ends.
    const char *test = T("(uint64_t)%s < (uint64_t)%s", at.atom ? at.text : T("(%s)", at.text),
                         n.atom ? n.text : T("(%s)", n.text));
    inside = *inside ? T("%s && %s", inside, test) : test;
  }
  struct value x = rows_value(s, read), otherwise = rows_value(s, e->args[1]);
  if (!*inside)
    return x;
  return number(T("%s ? %s : %s", inside, operand_text(s, x), operand_text(s, otherwise)), false);
}

static struct value where(struct scope *s, const struct kn_expr *e) {
  struct value c = rows_value(s, e->args[0]), a = rows_value(s, e->args[1]),
               b = rows_value(s, e->args[2]);
  bool vector = c.vector || a.vector || b.vector;
  if (!vector)
    return number(T("%s ? %s : %s", operand_text(s, c), operand_text(s, a), operand_text(s, b)),
                  false);
  const char *x = rows_vector(s, a, e->type), *y = rows_vector(s, b, e->type);
  if (!c.vector)
    return (struct value){T("%s ? %s : %s", operand_text(s, c), x, y), false, true};
  if (e->type == KN_BOOL)
    return (struct value){T("(%s & %s) | (~(%s) & %s)", c.text, x, c.text, y), false, true};
  return (struct value){T("mtia_select_%s(%s, %s, %s)", suffix(s, e->type, true), c.text, x, y),
                        true, true};
}

static struct value function(struct scope *s, const struct kn_expr *e) {
  enum kn_builtin f = (enum kn_builtin)e->builtin;
  switch (f) {
  case KN_QUANTIZE:
    return quantize(s, e);
  case KN_DEQUANTIZE:
    return dequantize(s, e);
  case KN_PAD:
    return pad(s, e);
  case KN_WHERE:
    return where(s, e);
  default:
    break;
  }
  struct value a = rows_value(s, e->args[0]), none = {0};
  enum kn_type type = e->type;
  switch (f) {
  case KN_MIN:
  case KN_MAX:
    return call(s, kn_builtin_name(f), type, a, rows_value(s, e->args[1]));
  case KN_CLAMP:
    return call(s, "min", type, call(s, "max", type, a, rows_value(s, e->args[1])),
                rows_value(s, e->args[2]));
  case KN_ABS:
    if (a.vector)
      return (struct value){T("mtia_abs_%s(%s)", suffix(s, type, true), a.text), true, true};
    return call(s, "abs", type, a, none);
  case KN_RELU:
    if (kn_type_is_float(type))
      return call(s, "relu", type, a, none);
    return call(s, "max", type, a, number("0", true));
  default:
    break;
  }
  struct value v = call(s, kn_builtin_name(f), type, a,
                        e->num_args > 1 && e->args[1] ? rows_value(s, e->args[1]) : none);
  return type == KN_BF16 ? round_bf16(s, v) : v;
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

struct reduction {
  const struct kn_expr *e;
  enum kn_reduction kind;
  enum kn_type type, body; // type: of the accumulator's elements
  const char *name, *place;
  const char *counter;        // of mean, where the count is not a product of sizes
  bool vector;                // the accumulator is a vector
  const struct kn_index *own; // reduced index that the vectors go along
};

static bool is_float_sum(const struct reduction *d) {
  return kn_type_is_float(d->body) &&
         (d->kind == KN_SUM || d->kind == KN_PROD || d->kind == KN_MEAN);
}

static const char *identity(struct scope *s, const struct reduction *d) {
  bool f = kn_type_is_float(d->type);
  switch (d->kind) {
  case KN_PROD:
    return f ? d->vector ? "1.0f" : "1" : "1";
  case KN_RMAX:
  case KN_ARGMAX:
    return f ? float_constant(s, d->type, -INFINITY).text
             : int_constant(s, d->type, kn_type_min(d->type)).text;
  case KN_RMIN:
  case KN_ARGMIN:
    return f ? float_constant(s, d->type, INFINITY).text
             : int_constant(s, d->type, kn_type_max(d->type)).text;
  case KN_ANY:
    return "false";
  case KN_ALL:
    return "true";
  default:
    return f && d->vector ? "0.0f" : "0";
  }
}

static void begin_reduction(struct scope *s, struct reduction *d) {
  const char *start = identity(s, d);
  if (d->vector)
    rows_put(s->r, "%s %s = (%s)%s;", rows_vector_type(s, d->type), d->name,
             rows_vector_type(s, d->type), *start == '-' ? T("(%s)", start) : start);
  else
    rows_put(s->r, "%s %s = %s;", is_float_sum(d) ? "double" : rows_c_type(d->type), d->name,
             start);
  if (d->place)
    rows_put(s->r, "int32_t %s = -1;", d->place);
  if (d->counter)
    rows_put(s->r, "long %s = 0;", d->counter);
}

static void step_place(struct scope *s, struct reduction *d, struct value v) {
  const char *op = d->kind == KN_ARGMAX ? ">" : "<";
  const char *x = rows_name(s->r, "value");
  rows_put(s->r, "const %s %s = %s;", rows_c_type(d->type), x, v.text);
  // The first of equals; the first NaN beats everything.
  const char *nan =
      kn_type_is_float(d->type) ? T(" || (%s != %s && %s == %s)", x, x, d->name, d->name) : "";
  rows_put(s->r, "if (%s < 0 || %s %s %s%s) {", d->place, x, op, d->name, nan);
  s->r->indent++;
  rows_put(s->r, "%s = %s;", d->name, x);
  struct value at = number(scope_name(s, d->e->indices[0]), true);
  for (unsigned i = 1; i < d->e->num_indices; i++) { // counted through all indices
    struct size n = rows_dim(s->r, d->e->indices[i]->extent);
    at = number(T("%s * %s + %s", operand_text(s, at), n.atom ? n.text : T("(%s)", n.text),
                  scope_name(s, d->e->indices[i])),
                false);
  }
  rows_put(s->r, "%s = (int32_t)%s;", d->place, operand_text(s, at));
  s->r->indent--;
  rows_put(s->r, "}");
}

// The product of a sum of products, for a multiply-add; false if it is none.
static bool is_product(const struct kn_expr *e) {
  return e->kind == KN_BINARY && e->op == KN_MUL && e->type == KN_F32;
}

static void step(struct scope *s, struct reduction *d) {
  const struct kn_expr *body = d->e->args[0];
  const char *n = d->name;
  bool tail = d->own && s->count; // elements beyond the end must not count
  const char *mask = tail ? T("mtia_first_maskx%u(%s)", s->lanes, s->count) : NULL;
  if (d->vector && (d->kind == KN_SUM || d->kind == KN_MEAN) && is_product(body) && !tail) {
    struct value a = rows_value(s, body->args[0]), b = rows_value(s, body->args[1]);
    rows_put(s->r, "%s = mtia_madd_f32x%u(%s, %s, %s);", n, s->lanes, n, rows_vector(s, a, KN_F32),
             rows_vector(s, b, KN_F32));
    return;
  }
  struct value v = rows_value(s, body);
  if (d->place) {
    step_place(s, d, v);
    return;
  }
  if (d->counter)
    rows_put(s->r, "%s++;", d->counter);
  if (is_float_sum(d) && !d->vector) {
    rows_put(s->r, "%s %s (double)%s;", n, d->kind == KN_PROD ? "*=" : "+=", operand_text(s, v));
    return;
  }
  v = cast(s, v, d->body, d->type);
  if (d->vector && !v.vector)
    v = (struct value){rows_vector(s, v, d->type), true, true};
  const char *f = d->kind == KN_PROD                        ? "mul"
                  : d->kind == KN_RMAX || d->kind == KN_ANY ? "max"
                  : d->kind == KN_RMIN || d->kind == KN_ALL ? "min"
                                                            : "add";
  bool sum = d->kind == KN_SUM || d->kind == KN_MEAN || d->kind == KN_PROD;
  if (tail && sum)
    v.text = T("mtia_select_%s(%s, %s, (%s)%s)", suffix(s, d->type, true), mask, v.text,
               rows_vector_type(s, d->type), identity(s, d));
  if (d->kind == KN_ANY || d->kind == KN_ALL) {
    rows_put(s->r, "%s %s %s;", n, d->kind == KN_ANY ? "|=" : "&=", v.text);
    return;
  }
  if (sum && kn_type_is_float(d->type)) {
    rows_put(s->r, "%s %s %s;", n, d->kind == KN_PROD ? "*=" : "+=", v.text);
    return;
  }
  const char *text = T("kn_%s_%s(%s, %s)", f, suffix(s, d->type, d->vector), n, v.text);
  if (tail && !sum)
    text = T("mtia_select_%s(%s, %s, %s)", suffix(s, d->type, true), mask, text, n);
  rows_put(s->r, "%s = %s;", n, text);
}

// How many values a mean is of, as C; NULL if only counting tells.
static const char *count_text(struct scope *s, const struct kn_expr *e) {
  struct size n = sz_num(s->r->file, 1);
  for (unsigned i = 0; i < e->num_indices; i++) {
    if (!e->indices[i]->extent)
      return NULL;
    n = sz_mul(s->r->file, n, rows_dim(s->r, e->indices[i]->extent));
  }
  return n.atom ? n.text : T("(%s)", n.text);
}

static struct value end_reduction(struct scope *s, struct reduction *d, unsigned lanes) {
  if (d->place)
    return number(d->place, true);
  bool vector = d->vector && !d->own;
  const char *text = d->name;
  if (d->own) { // one number of the vector's elements
    const char *type = T("%sx%u", short_type(d->type), lanes);
    if (d->kind == KN_SUM || d->kind == KN_MEAN)
      text = T(d->type == KN_F32 ? "mtia_hsum_any_%s(%s)" : "mtia_hsum_%s(%s)", type, d->name);
    else
      text = T("%s_h%s_%s(%s)", kn_type_is_float(d->type) ? "kn" : "mtia",
               d->kind == KN_RMAX ? "max" : "min", type, d->name);
  }
  if (d->kind == KN_MEAN) {
    const char *count = d->counter ? d->counter : count_text(s, d->e);
    if (vector)
      return (struct value){T("%s / (float)%s", text, count), false, true};
    return number(T("(float)(%s / (double)%s)", text, count), false);
  }
  if (is_float_sum(d) && !d->vector)
    return number(T("(float)%s", text), false);
  return (struct value){text, true, vector};
}

// lo and hi of an index as C.
static void range_text(struct scope *s, const struct kn_index *index, const char **lo,
                       const char **hi) {
  if (index->extent) {
    *lo = "0";
    *hi = rows_dim(s->r, index->extent).text;
    return;
  }
  *lo = rows_index_text(s, index->lo);
  *hi = rows_index_text(s, index->hi);
}

static bool is_whole_vectors(const struct kn_index *index, unsigned lanes) {
  return index->extent && index->extent->size >= 0 && index->extent->size % lanes == 0;
}

static unsigned lanes_for(const struct line *l, const struct kn_index *index) {
  unsigned lanes = rows_lanes(l);
  if (index->extent && index->extent->size >= 0)
    while (lanes > 16 && index->extent->size <= lanes / 2)
      lanes /= 2;
  return lanes;
}

static bool body_depends(const struct kn_expr *e, const struct kn_index *index) {
  return index && rows_depends(e->args[0], index) != 0;
}

static bool can_vectorise(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded);

// The reduced index that vectors may go along, if they go nowhere else.
static const struct kn_index *choose_own(struct scope *s, const struct kn_expr *e) {
  if (s->along)
    return NULL;
  switch ((enum kn_reduction)e->reduction) {
  case KN_SUM:
  case KN_MEAN:
  case KN_RMAX:
  case KN_RMIN:
    break;
  default:
    return NULL;
  }
  if (e->type == KN_I64 || (e->reduction == KN_MEAN && !count_text(s, e)))
    return NULL;
  for (unsigned i = e->num_indices; i-- > 0;) {
    const struct kn_index *index = e->indices[i];
    bool bounds = false; // of later indices
    for (unsigned k = i + 1; k < e->num_indices; k++)
      if (!e->indices[k]->extent)
        bounds = bounds || rows_depends(e->indices[k]->lo, index) ||
                 rows_depends(e->indices[k]->hi, index);
    if (!bounds && body_depends(e, index) && can_vectorise(s->r, s->p, e->args[0], index, false))
      return index;
  }
  return NULL;
}

static struct value reduce(struct scope *s, const struct kn_expr *e, const char *wish) {
  struct reduction d = {.e = e, .kind = (enum kn_reduction)e->reduction, .body = e->args[0]->type};
  d.type = e->type;
  if (d.kind == KN_ARGMAX || d.kind == KN_ARGMIN) {
    d.type = d.body;
    d.place = rows_name(s->r, wish ? wish : "place");
    wish = NULL;
  }
  d.own = choose_own(s, e);
  unsigned outer_lanes = s->lanes;
  const struct kn_index *outer_along = s->along;
  const char *outer_count = s->count;
  if (d.own)
    s->lanes = lanes_for(s->line, d.own);
  d.vector = d.own || body_depends(e, s->along);
  if (d.kind == KN_MEAN && !count_text(s, e))
    d.counter = rows_name(s->r, "count");
  d.name = rows_name(s->r, wish && !d.own && !is_float_sum(&d) && d.kind != KN_MEAN
                               ? wish
                               : kn_reduction_name(d.kind));
  begin_reduction(s, &d);
  unsigned bound = s->num, opened = 0;
  const char *names[KN_MAX_RANK];
  for (int pass = 0; pass < 2; pass++) // the vectors' loop is the innermost one
    for (unsigned i = 0; i < e->num_indices; i++) {
      const struct kn_index *index = e->indices[i];
      if ((index == d.own) != (pass == 1))
        continue;
      const char *lo, *hi, *name = rows_name(s->r, index->name);
      range_text(s, index, &lo, &hi);
      names[opened] = name;
      scope_bind(s, index, name);
      if (index == d.own) {
        rows_put(s->r, "for (long %s = %s; %s < %s; %s += %u) {", name, lo, name, hi, name,
                 s->lanes);
        s->along = index;
        s->count = is_whole_vectors(index, s->lanes) ? NULL : T("%s - %s", hi, name);
      } else
        rows_put(s->r, "for (long %s = %s; %s < %s; %s++) {", name, lo, name, hi, name);
      s->r->indent++;
      opened++;
    }
  step(s, &d);
  while (opened--) {
    s->r->indent--;
    rows_put(s->r, "}");
    rows_release(s->r, names[opened]);
  }
  s->num = bound;
  unsigned lanes = s->lanes;
  s->lanes = outer_lanes;
  s->along = outer_along;
  s->count = outer_count;
  return end_reduction(s, &d, lanes);
}

//===----------------------------------------------------------------------===//
// All expressions
//===----------------------------------------------------------------------===//

struct value rows_value(struct scope *s, const struct kn_expr *e) {
  switch (e->kind) {
  case KN_INT:
    return kn_type_is_float(e->type) ? float_constant(s, e->type, (double)e->ival)
                                     : int_constant(s, e->type, e->ival);
  case KN_FLOAT:
    return float_constant(s, e->type, e->fval);
  case KN_READ:
    return read_value(s, e);
  case KN_INDEX: {
    const char *name = scope_name(s, e->index);
    if (e->index == s->along)
      return (struct value){T("kn_iota_i32x%u(%s)", s->lanes, name), true, true};
    return number(e->type == KN_I64 ? name : T("(int32_t)%s", name), e->type == KN_I64);
  }
  case KN_DIM: {
    struct size n = rows_dim(s->r, e->dim);
    return number(T("(int32_t)%s", n.atom ? n.text : T("(%s)", n.text)), false);
  }
  case KN_UNARY:
    return unary(s, e);
  case KN_BINARY:
    return binary(s, e);
  case KN_CAST:
    return cast(s, rows_value(s, e->args[0]), e->args[0]->type, e->type);
  case KN_CALL:
    return function(s, e);
  case KN_REDUCE:
    return reduce(s, e, e == s->line->value ? s->r->tensor_names[s->line->target->id] : NULL);
  }
  return number("0", true);
}

//===----------------------------------------------------------------------===//
// What vectors can do
//===----------------------------------------------------------------------===//

static bool has_vectors(enum kn_type type) {
  return type != KN_I64 && type != KN_I4 && type != KN_NOTYPE;
}

static bool read_can(const struct kn_expr *e, const struct kn_index *index, bool guarded) {
  for (unsigned i = 0; i < e->num_args; i++) {
    int how = rows_depends(e->args[i], index);
    bool last = i + 1 == e->num_args;
    if (how == 0)
      continue;
    if (e->tensor->type == KN_I4)
      return false;
    if (e->tensor->rows && kn_rows_bits(e->tensor->rows) == 4 &&
        kn_plain_index(e->args[i]) != index)
      return false; // two values in a byte: vectors begin at even ones
    if (how != 1 || !last || (guarded && kn_plain_index(e->args[i]) != index) ||
        !has_vectors(e->tensor->type))
      return false;
  }
  return true;
}

// Inside `guarded` what is read may lie anywhere (where, pad).
static bool can_vectorise(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded) {
  if (!e || rows_depends(e, index) == 0)
    return true;
  if (!has_vectors(e->type))
    return e->kind == KN_INDEX && e->type == KN_I32;
  switch (e->kind) {
  case KN_READ:
    return read_can(e, index, guarded);
  case KN_REDUCE:
    if (e->reduction == KN_ARGMAX || e->reduction == KN_ARGMIN)
      return false;
    for (unsigned i = 0; i < e->num_indices; i++)
      if (!e->indices[i]->extent &&
          (rows_depends(e->indices[i]->lo, index) || rows_depends(e->indices[i]->hi, index)))
        return false;
    break;
  case KN_BINARY:
    if (e->args[0]->type == KN_BOOL && e->op >= KN_LT && e->op <= KN_GE)
      return false;
    break;
  case KN_CALL:
    if (e->builtin == KN_PAD)
      return false;
    if (e->builtin == KN_WHERE)
      return can_vectorise(r, p, e->args[0], index, guarded) &&
             can_vectorise(r, p, e->args[1], index, true) &&
             can_vectorise(r, p, e->args[2], index, true);
    if (e->builtin == KN_QUANTIZE)
      for (unsigned i = 3; i < 5; i++)
        if (kn_arg(e, i) && rows_depends(kn_arg(e, i), index))
          return false;
    break;
  default:
    break;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (!can_vectorise(r, p, e->args[i], index, guarded))
      return false;
  return true;
}

bool rows_can_vectorise(struct rows *r, struct phase *p, const struct line *l,
                        const struct kn_index *index) {
  return l->rank && l->index[l->rank - 1] == index && has_vectors(l->target->type) &&
         can_vectorise(r, p, l->value, index, false);
}

bool rows_value_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index) {
  return has_vectors(e->type) && can_vectorise(r, p, e, index, false);
}

struct weight {
  unsigned reads, functions;
  bool pow;
};

static bool weigh(struct kn_expr *e, void *data) {
  struct weight *w = data;
  w->reads += e->kind == KN_READ && e->num_args;
  if (e->kind == KN_CALL && e->builtin >= KN_EXP && e->builtin <= KN_POW && e->builtin != KN_SQRT)
    w->functions++;
  w->pow = w->pow || (e->kind == KN_CALL && e->builtin == KN_POW);
  return true;
}

// Long vectors hide latencies (functions take 20 to 30 % less for each element of 64 than of 32),
// but there are 32 registers of 64 bytes (docs/simd.md).
unsigned rows_lanes(const struct line *l) {
  struct weight w = {0};
  kn_walk(l->value, weigh, &w);
  return w.pow ? 16 : w.functions > 1 || w.reads > 5 ? 32 : 64;
}
