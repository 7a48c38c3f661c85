// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions as C. In a loop of vectors (scope.along) what depends on its index is a vector of
// scope.lanes elements, everything else stays a number. Reductions write their loops in front of
// the statement that is being made.
#include "interp.h"
#include "rows_block.h"

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

const char *rows_atom(struct scope *s, struct value v) {
  return v.atom ? v.text : T("(%s)", v.text);
}

const char *rows_vector(struct scope *s, struct value v, enum kn_type type) {
  if (v.vector)
    return v.text;
  return T("(%s)%s", rows_vector_type(s, type), rows_atom(s, v));
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
  return (struct value){T("%s %s %s", rows_atom(s, a), op, rows_atom(s, b)), false,
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

// A divisor for which C's division is defined.
static bool is_positive(const struct kn_expr *e) {
  while (e->kind == KN_CAST)
    e = e->args[0];
  return (e->kind == KN_INT && e->ival > 0) || e->kind == KN_DIM;
}

static struct value index_binary(struct scope *s, const struct kn_expr *e) {
  struct value a = rows_index_value(s, e->args[0]), b = rows_index_value(s, e->args[1]);
  bool safe = is_positive(e->args[1]);
  const bool left = !strcmp(a.text, "0"), right = !strcmp(b.text, "0");
  if ((left && e->op == KN_ADD) || (right && e->op == KN_MUL))
    return b;
  if ((right && (e->op == KN_ADD || e->op == KN_SUB)) || (left && e->op == KN_MUL))
    return a;
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
struct value rows_index_value(struct scope *s, const struct kn_expr *e) {
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
      return rows_index_value(s, e->args[0]);
    break;
  case KN_UNARY:
    if (e->op == KN_NEG) {
      struct value v = rows_index_value(s, e->args[0]);
      return number(T("-%s", rows_atom(s, v)), false);
    }
    break;
  case KN_BINARY:
    return index_binary(s, e);
  default:
    break;
  }
  // An element of a tensor: a number also in a loop of vectors, which it does not depend on. A
  // choice binds weaker than what it stands beside: the bound of a loop, a sum of subscripts.
  const struct value v = rows_value(s, e);
  return strchr(v.text, '?') ? (struct value){rows_atom(s, v), true, v.vector} : v;
}

const char *rows_index_text(struct scope *s, const struct kn_expr *e) {
  return rows_index_value(s, e).text;
}

const char *rows_offset(struct scope *s, unsigned rank, struct kn_expr *const *args,
                        const struct size *stride, unsigned first) {
  const char *text = "";
  for (unsigned i = first; i < rank; i++) {
    struct value v = rows_index_value(s, args[i]);
    const char *part = v.text;
    if (!strcmp(part, "0"))
      continue;
    if (!sz_is(stride[i], 1))
      part = T("%s * %s", rows_atom(s, v),
               stride[i].atom ? stride[i].text : T("(%s)", stride[i].text));
    text = *text ? T("%s + %s", text, part) : part;
  }
  return *text ? text : "0";
}

// An operand beside a vector of i32.
static struct value index_lane(struct scope *s, struct value v) {
  if (v.vector || !v.text[strspn(v.text, "0123456789")])
    return v;
  return number(T("(int32_t)%s", rows_atom(s, v)), true);
}

static struct value places(const struct scope *s, const char *first) {
  return (struct value){T("kn_%s_i32x%u(%s)", s->few ? "places" : "iota", s->lanes, first), true,
                        true};
}

struct value rows_index_vector(struct scope *s, const struct kn_expr *e) {
  if (!rows_depends(e, s->along))
    return rows_index_value(s, e);
  switch (e->kind) {
  case KN_INDEX:
    return places(s, scope_name(s, e->index));
  case KN_CAST:
    if (kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32 && kn_type_is_int(e->args[0]->type))
      return rows_index_vector(s, e->args[0]);
    break;
  case KN_UNARY:
    if (e->op == KN_NEG)
      return (struct value){T("-%s", rows_atom(s, rows_index_vector(s, e->args[0]))), false, true};
    break;
  case KN_BINARY: {
    enum kn_op op = (enum kn_op)e->op;
    if (op != KN_ADD && op != KN_SUB && op != KN_MUL && op != KN_DIV && op != KN_REM)
      break;
    struct value a = index_lane(s, rows_index_vector(s, e->args[0]));
    struct value b = index_lane(s, rows_index_vector(s, e->args[1]));
    if (op == KN_ADD || op == KN_SUB || op == KN_MUL || is_positive(e->args[1]))
      return infix(s, a, kn_op_spelling(op), b);
    return call(s, op == KN_DIV ? "div" : "rem", KN_I32, a, b);
  }
  default:
    break;
  }
  struct value v = rows_value(s, e);
  if (v.vector && e->type != KN_I32)
    v.text = T("__builtin_convertvector(%s, mtia_i32x%u)", v.text, s->lanes), v.atom = true;
  return v;
}

void rows_add(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
              struct value v) {
  struct value old = s->along ? rows_load_vector(s, type, pointer, offset)
                              : (struct value){T("%s[%s]", pointer, offset), true, false};
  if (type == KN_BF16 && !s->along)
    old.text = T("(float)%s", old.text), old.atom = false;
  struct value sum;
  if (kn_type_is_float(type))
    sum = infix(s, old, "+", v);
  else if (type == KN_I32 || type == KN_I64)
    sum = call(s, "add", type, old, v);
  else
    sum = number(T("(%s)(%s + %s)", rows_c_type(type), old.text, rows_atom(s, v)), false);
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
    const char *l = a.vector ? rows_atom(s, a) : rows_vector(s, a, type);
    const char *r = b.vector ? rows_atom(s, b) : rows_vector(s, b, type);
    struct value x = {T("%s ^ %s", l, r), false, true};
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
  // Many quotients by the same number
  if (op == KN_DIV && type == KN_F32 && a.vector && !b.vector)
    return (struct value){T("kn_quotient_f32x%u(%s, %s)", s->lanes, a.text, b.text), true, true};
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
    return (struct value){T("%s%s", a.vector ? "~" : "!", rows_atom(s, a)), false, a.vector};
  if (e->op == KN_NOT)
    return (struct value){T("~%s", rows_atom(s, a)), false, a.vector};
  if (!kn_type_is_float(e->type))
    return call(s, "neg", e->type, a, (struct value){0});
  if (*a.text == '-')
    return (struct value){T("-(%s)", a.text), false, a.vector};
  return (struct value){T("-%s", rows_atom(s, a)), false, a.vector};
}

// A float of 32 bits from any number.
static struct value as_f32(struct scope *s, struct value v, enum kn_type from) {
  if (from == KN_F32 || from == KN_BF16)
    return v;
  if (!v.vector)
    return number(T("(float)%s", rows_atom(s, v)), false);
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
    return number(T("%s != 0", rows_atom(s, v)), false);
  if (to == KN_BF16)
    return round_bf16(s, as_f32(s, v, from));
  if (kn_type_is_float(from) && !kn_type_is_float(to))
    return number(T("kn_%s_from_f32(%s)", kn_type_name(to), v.text), true);
  if (from == KN_BF16 && to == KN_F32)
    return v;
  if (to == KN_I4)
    return number(T("kn_wrap_i4(%s)", v.text), true);
  return number(T("(%s)%s", rows_c_type(to), rows_atom(s, v)), false);
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
  // One zero point for all: in 16 bits.
  bool narrow = (e->type == KN_I8 || e->type == KN_U8 || e->type == KN_I4) && !z.vector;
  const char *text =
      T("kn_quantize_i%ux%u(%s, %s, %s, %s)", narrow ? 16 : 32, s->lanes, rows_vector(s, p, KN_F32),
        narrow ? z.text : rows_vector(s, z, KN_I32), low, high);
  if (e->type != KN_I32)
    text = T("__builtin_convertvector(%s, %s)", text, rows_vector_type(s, e->type));
  return (struct value){text, true, true};
}

static struct value dequantize(struct scope *s, const struct kn_expr *e) {
  struct value v = cast(s, rows_value(s, e->args[0]), e->args[0]->type, KN_I32);
  const struct kn_expr *zero = kn_arg(e, 2);
  if (e->args[0]->type == KN_I64 && !v.vector)
    v = number(T("(int32_t)%s", rows_atom(s, v)), false);
  if (zero)
    v = call(s, "sub", KN_I32, v, cast(s, rows_value(s, zero), zero->type, KN_I32));
  return infix(s, as_f32(s, v, KN_I32), "*", rows_value(s, e->args[1]));
}

struct value rows_choose(struct scope *s, enum kn_type type, const char *number, const char *x,
                         const char *y) {
  if (type == KN_BOOL) // C has no choice between masks
    return (struct value){T("kn_mask_from_u8x%u(%s ? kn_u8_from_maskx%u(%s) : "
                            "kn_u8_from_maskx%u(%s))",
                            s->lanes, number, s->lanes, x, s->lanes, y),
                          true, true};
  return (struct value){T("%s ? %s : %s", number, x, y), false, true};
}

static struct value where(struct scope *s, const struct kn_expr *e) {
  struct value c = rows_value(s, e->args[0]);
  const bool around = s->guarded;
  s->guarded = around || c.vector; // else only what is chosen is computed
  struct value a = rows_value(s, e->args[1]), b = rows_value(s, e->args[2]);
  s->guarded = around;
  bool vector = c.vector || a.vector || b.vector;
  if (!vector)
    return number(T("%s ? %s : %s", rows_atom(s, c), rows_atom(s, a), rows_atom(s, b)), false);
  const char *x = rows_vector(s, a, e->type), *y = rows_vector(s, b, e->type);
  if (!c.vector)
    return rows_choose(s, e->type, rows_atom(s, c), x, y);
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
    return rows_pad(s, e);
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

void rows_range(struct scope *s, const struct kn_index *index, const char **lo, const char **hi) {
  const struct line *l = s->line;
  if (index == l->chunked) {
    const char *part = scope_name(s, l->index[l->chunk_by]);
    const char *chunk = rows_atom(s, number(l->chunk.text, l->chunk.atom));
    *lo = T("%s * %s", part, chunk);
    *hi = T("kn_least((%s + 1) * %s, %s)", part, chunk, rows_dim(s->r, index->extent).text);
    return;
  }
  if (index->extent) {
    *lo = "0";
    *hi = rows_dim(s->r, index->extent).text;
    return;
  }
  *lo = rows_index_text(s, index->lo);
  *hi = rows_index_text(s, index->hi);
}

// Where the first element is, counted through all indices of the reduction.
static const char *first_place(struct scope *s, const struct kn_expr *e) {
  if (e->indices[0] != s->line->chunked)
    return "0";
  struct size n = sz_num(s->r->file, 1);
  const char *lo, *hi;
  rows_range(s, e->indices[0], &lo, &hi);
  for (unsigned i = 1; i < e->num_indices; i++)
    n = sz_mul(s->r->file, n, rows_dim(s->r, e->indices[i]->extent));
  return sz_mul(s->r->file, (struct size){lo, 0, false, false}, n).text;
}

// Vectors of floating point look for NaN beside the extreme: in it, it would make a chain.
static bool has_nan(const struct reduction *d) {
  return d->own && kn_type_is_float(d->type) && (d->kind == KN_RMAX || d->kind == KN_RMIN);
}

void rows_begin_reduction(struct scope *s, struct reduction *d) {
  const char *start = identity(s, d);
  if (d->long_sum) {
    rows_put(s->r, "kn_i64x%u %s = (kn_i64x%u)0;", s->lanes, d->name, s->lanes);
    return;
  }
  if (d->vector)
    rows_put(s->r, "%s %s = (%s)%s;", rows_vector_type(s, d->type), d->name,
             rows_vector_type(s, d->type), *start == '-' ? T("(%s)", start) : start);
  else
    rows_put(s->r, "%s %s = %s;", is_float_sum(d) ? "double" : rows_c_type(d->type), d->name,
             start);
  if (has_nan(d)) {
    d->nan = rows_name(s->r, T("%s_nan", d->name));
    rows_put(s->r, "kn_boolx%u %s = (kn_boolx%u)0;", s->lanes, d->nan, s->lanes);
  }
  if (d->place && d->own)
    rows_put(s->r, "mtia_i32x%u %ss = kn_iota_i32x%u(%s);", s->lanes, d->place, s->lanes,
             first_place(s, d->e));
  else if (d->place)
    rows_put(s->r, "int32_t %s = -1;", d->place);
  if (d->counter)
    rows_put(s->r, "long %s = 0;", d->counter);
}

// Where an element is, counted through all indices of the reduction.
static struct value place_of(struct scope *s, const struct kn_expr *e) {
  struct value at = number(scope_name(s, e->indices[0]), true);
  for (unsigned i = 1; i < e->num_indices; i++) {
    struct size n = rows_dim(s->r, e->indices[i]->extent);
    at = number(T("%s * %s + %s", rows_atom(s, at), n.atom ? n.text : T("(%s)", n.text),
                  scope_name(s, e->indices[i])),
                false);
  }
  return at;
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
  struct value at = place_of(s, d->e);
  rows_put(s->r, "%s = (int32_t)%s;", d->place, rows_atom(s, at));
  s->r->indent--;
  rows_put(s->r, "}");
}

// The extremes of each lane and their places.
static void step_places(struct scope *s, struct reduction *d, struct value v, const char *mask) {
  const char *type = suffix(s, d->type, true);
  const char *x = rows_vector(s, v, d->type);
  if (mask) // beyond the end nothing is better
    x = T("mtia_select_%s(%s, %s, %s)", type, mask, x, d->name);
  rows_put(s->r, "kn_%s_%s(&%s, &%ss, %s, kn_iota_i32x%u(%s));", kn_reduction_name(d->kind), type,
           d->name, d->place, x, s->lanes, place_of(s, d->e).text);
}

// The product of a sum of products, for a multiply-add; false if it is none.
static bool is_product(const struct kn_expr *e) {
  return e->kind == KN_BINARY && e->op == KN_MUL && e->type == KN_F32;
}

void rows_step_reduction(struct scope *s, struct reduction *d, const struct kn_expr *body) {
  const char *n = d->name;
  bool tail = d->own && s->count; // elements beyond the end must not count
  const char *mask = tail ? T("mtia_first_maskx%u(%s)", s->lanes, s->count) : NULL;
  if (d->counter)
    rows_put(s->r, "%s++;", d->counter);
  if (d->vector && (d->kind == KN_SUM || d->kind == KN_MEAN) && is_product(body) && !tail) {
    struct value a = rows_value(s, body->args[0]), b = rows_value(s, body->args[1]);
    rows_put(s->r, "%s = mtia_madd_f32x%u(%s, %s, %s);", n, s->lanes, n, rows_vector(s, a, KN_F32),
             rows_vector(s, b, KN_F32));
    return;
  }
  if (d->long_sum) { // of what is cast to i64
    const struct kn_expr *from = body->args[0];
    struct value v = rows_value(s, from);
    const char *x = rows_vector(s, v, from->type);
    if (tail)
      x = T("mtia_select_%s(%s, %s, (%s)0)", suffix(s, from->type, true), mask, x,
            rows_vector_type(s, from->type));
    rows_put(s->r, "%s += __builtin_convertvector(%s, kn_i64x%u);", n, x, s->lanes);
    return;
  }
  struct value v = rows_value(s, body);
  if (d->place && d->own) {
    step_places(s, d, v, mask);
    return;
  }
  if (d->place) {
    step_place(s, d, v);
    return;
  }
  if (is_float_sum(d) && !d->vector) {
    rows_put(s->r, "%s %s (double)%s;", n, d->kind == KN_PROD ? "*=" : "+=", rows_atom(s, v));
    return;
  }
  v = cast(s, v, d->body, d->type);
  if (d->vector && !v.vector)
    v = (struct value){rows_vector(s, v, d->type), true, true};
  if (has_nan(d)) {
    const char *type = suffix(s, d->type, true);
    const char *x = tail ? T("mtia_select_%s(%s, %s, %s)", type, mask, v.text, n) : v.text;
    rows_put(s->r, "kn_step_%s_%s(&%s, &%s, %s);", d->kind == KN_RMAX ? "max" : "min", type, n,
             d->nan, x);
    return;
  }
  const char *f = d->kind == KN_PROD                        ? "mul"
                  : d->kind == KN_RMAX || d->kind == KN_ANY ? "max"
                  : d->kind == KN_RMIN || d->kind == KN_ALL ? "min"
                                                            : "add";
  bool sum = d->kind == KN_SUM || d->kind == KN_MEAN || d->kind == KN_PROD;
  if (tail && sum)
    v.text = T("mtia_select_%s(%s, %s, (%s)%s)", suffix(s, d->type, true), mask, v.text,
               rows_vector_type(s, d->type), identity(s, d));
  if (d->kind == KN_ANY || d->kind == KN_ALL) {
    if (tail)
      v.text = d->kind == KN_ANY ? T("%s & %s", rows_atom(s, v), mask)
                                 : T("%s | ~%s", rows_atom(s, v), mask);
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

// How many values a range of numbers has; -1: its ends are no numbers.
static int64_t range_size(const struct kn_index *index) {
  if (index->extent || index->lo->kind != KN_INT || index->hi->kind != KN_INT)
    return -1;
  return index->hi->ival > index->lo->ival ? index->hi->ival - index->lo->ival : 0;
}

static bool is_counted(const struct kn_expr *e) {
  for (unsigned i = 0; i < e->num_indices; i++)
    if (!e->indices[i]->extent && range_size(e->indices[i]) < 0)
      return false;
  return true;
}

// How many values a mean is of, as C; NULL if only counting tells.
static const char *count_text(struct scope *s, const struct kn_expr *e) {
  struct size n = sz_num(s->r->file, 1);
  if (!is_counted(e))
    return NULL;
  for (unsigned i = 0; i < e->num_indices; i++)
    n = sz_mul(s->r->file, n,
               e->indices[i]->extent ? rows_dim(s->r, e->indices[i]->extent)
                                     : sz_num(s->r->file, range_size(e->indices[i])));
  return n.atom ? n.text : T("(%s)", n.text);
}

struct value rows_end_reduction(struct scope *s, struct reduction *d, unsigned lanes) {
  if (d->place && d->own) {
    struct size n = sz_num(s->r->file, 1);
    for (unsigned i = 0; i < d->e->num_indices; i++)
      n = sz_mul(s->r->file, n, rows_dim(s->r, d->e->indices[i]->extent));
    const char *end = T("kn_end_%s_%sx%u(%s, %ss)", kn_reduction_name(d->kind), short_type(d->type),
                        lanes, d->name, d->place);
    if (n.known && n.value > 0)
      return number(end, true);
    const struct kn_index *first = d->e->indices[0];
    const char *lo, *hi;
    rows_range(s, first, &lo, &hi);
    if (first == s->line->chunked)
      return number(T("%s > %s ? %s : -1", hi, lo, end), false);
    return number(T("%s > 0 ? %s : -1", n.atom ? n.text : T("(%s)", n.text), end), false);
  }
  if (d->place)
    return number(d->place, true);
  if (d->long_sum)
    return number(T("__builtin_reduce_add(%s)", d->name), true);
  bool vector = d->vector && !d->own;
  const char *text = d->name;
  if (d->own) { // one number of the vector's elements
    const char *type = T("%sx%u", short_type(d->type), lanes);
    if (d->kind == KN_ANY || d->kind == KN_ALL)
      text = T("kn_%sx%u(%s)", d->kind == KN_ANY ? "any" : "all", lanes, d->name);
    else if (d->kind == KN_SUM || d->kind == KN_MEAN)
      text = T("%s_%s(%s)",
               d->type != KN_F32 ? "mtia_hsum"
               : d->several      ? "kn_sum"
                                 : "mtia_hsum_any",
               type, d->name);
    else if (has_nan(d))
      text = T("kn_end_%s_%s(%s, %s)", d->kind == KN_RMAX ? "max" : "min", type, d->name, d->nan);
    else
      text = T("mtia_h%s_%s(%s)", d->kind == KN_RMAX ? "max" : "min", type, d->name);
  }
  if (d->kind == KN_MEAN) {
    const char *count = d->counter ? d->counter : count_text(s, d->e);
    if (vector && d->type == KN_F32)
      return (struct value){T("kn_quotient_f32x%u(%s, (float)%s)", lanes, text, count), true, true};
    if (vector)
      return (struct value){T("%s / (float)%s", text, count), false, true};
    return number(T("(float)(%s / (double)%s)", text, count), false);
  }
  if (is_float_sum(d) && !d->vector)
    return number(T("(float)%s", text), false);
  return (struct value){text, true, vector};
}

// How many values an index has, the last of several chunks fewer; -1: not known.
static int64_t extent_of(const struct line *l, const struct kn_index *index) {
  if (index == l->chunked)
    return l->chunk.known ? l->chunk.value : -1;
  return index->extent ? index->extent->size : -1;
}

static bool is_whole_vectors(const struct line *l, const struct kn_index *index, unsigned lanes) {
  const int64_t n = extent_of(l, index);
  return n >= 0 && n % lanes == 0 && index->extent->size % lanes == 0;
}

static unsigned lanes_for(const struct line *l, const struct kn_index *index) {
  unsigned lanes = rows_lanes(l);
  if (extent_of(l, index) >= 0)
    while (lanes > 16 && extent_of(l, index) <= lanes / 2)
      lanes /= 2;
  return lanes;
}

static bool body_depends(const struct kn_expr *e, const struct kn_index *index) {
  return index && rows_depends(e->args[0], index) != 0;
}

static bool can_vectorise(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded);

static bool has_vectors(enum kn_type type) {
  return type != KN_I64 && type != KN_I4 && type != KN_NOTYPE;
}

// A sum of i64 whose terms are narrower.
static bool is_long_sum(const struct kn_expr *e) {
  const struct kn_expr *body = e->args[0];
  return e->reduction == KN_SUM && e->type == KN_I64 && body->kind == KN_CAST &&
         kn_type_is_int(body->args[0]->type) && body->args[0]->type != KN_I64 &&
         body->args[0]->type != KN_I4;
}

struct gather_search {
  const struct kn_index *index;
  unsigned found;
};

static bool count_gathers(struct kn_expr *e, void *data) {
  struct gather_search *g = data;
  g->found += rows_gathers(e, g->index);
  return true;
}

static unsigned gathers(const struct kn_expr *e, const struct kn_index *index) {
  struct gather_search g = {index, 0};
  kn_walk((struct kn_expr *)e, count_gathers, &g);
  return g.found;
}

// The reduced index that vectors may go along, if they go nowhere else: one along which elements
// lie side by side rather than one with gathers, which come only with `any`.
const struct kn_index *rows_choose_own(struct rows *r, struct phase *p, const struct kn_expr *e,
                                       bool any) {
  switch ((enum kn_reduction)e->reduction) {
  case KN_SUM:
  case KN_MEAN:
  case KN_RMAX:
  case KN_RMIN:
  case KN_ANY:
  case KN_ALL:
    break;
  case KN_ARGMAX:
  case KN_ARGMIN: {
    const struct kn_index *last = e->indices[e->num_indices - 1];
    for (unsigned i = 0; i < e->num_indices; i++)
      if (!e->indices[i]->extent)
        return NULL;
    return has_vectors(e->args[0]->type) && body_depends(e, last) &&
                   can_vectorise(r, p, e->args[0], last, false)
               ? last
               : NULL;
  }
  default:
    return NULL;
  }
  if ((e->type == KN_I64 && !is_long_sum(e)) || (e->reduction == KN_MEAN && !is_counted(e)))
    return NULL;
  for (unsigned i = e->num_indices; i-- > 0;) {
    const struct kn_index *index = e->indices[i];
    bool bounds = false; // of later indices
    for (unsigned k = i + 1; k < e->num_indices; k++)
      if (!e->indices[k]->extent)
        bounds = bounds || rows_depends(e->indices[k]->lo, index) ||
                 rows_depends(e->indices[k]->hi, index);
    bool few = index->extent && index->extent->size >= 0 && index->extent->size < 4;
    const struct kn_expr *body = is_long_sum(e) ? e->args[0]->args[0] : e->args[0];
    if (!bounds && !few && body_depends(e, index) && can_vectorise(r, p, body, index, false) &&
        (any || !gathers(body, index)))
      return index;
  }
  return any ? NULL : rows_choose_own(r, p, e, true);
}

static unsigned reduction_unroll(const struct reduction *d, unsigned lanes);

static struct value reduce(struct scope *s, const struct kn_expr *e, const char *wish) {
  struct reduction d = {.e = e, .kind = (enum kn_reduction)e->reduction, .body = e->args[0]->type};
  d.type = e->type;
  if (d.kind == KN_ARGMAX || d.kind == KN_ARGMIN) {
    d.type = d.body;
    d.place = rows_name(s->r, wish ? wish : "place");
    wish = NULL;
  }
  d.own = s->along ? NULL : rows_choose_own(s->r, s->p, e, false);
  unsigned outer_lanes = s->lanes;
  const struct kn_index *outer_along = s->along;
  const char *outer_count = s->count;
  const bool outer_few = s->few;
  if (d.own)
    s->lanes = lanes_for(s->line, d.own);
  d.long_sum = d.own && is_long_sum(e);
  if (d.long_sum && s->lanes > 32)
    s->lanes = 32;
  d.vector = d.own || body_depends(e, s->along);
  if (d.kind == KN_MEAN && !count_text(s, e))
    d.counter = rows_name(s->r, "count");
  d.name = rows_name(s->r, wish && !d.own && !is_float_sum(&d) && d.kind != KN_MEAN
                               ? wish
                               : kn_reduction_name(d.kind));
  rows_begin_reduction(s, &d);
  int64_t rest = 0; // elements behind the last whole vector, if they are added by themselves
  unsigned bound = s->num, opened = 0;
  const char *names[KN_MAX_RANK];
  for (int pass = 0; pass < 2; pass++) // the vectors' loop is the innermost one
    for (unsigned i = 0; i < e->num_indices; i++) {
      const struct kn_index *index = e->indices[i];
      if ((index == d.own) != (pass == 1))
        continue;
      const char *lo, *hi, *name = rows_name(s->r, index->name);
      rows_range(s, index, &lo, &hi);
      names[opened] = name;
      scope_bind(s, index, name);
      if (index == d.own) {
        const unsigned times = reduction_unroll(&d, s->lanes);
        const int64_t extent = extent_of(s->line, index);
        const bool whole = is_whole_vectors(s->line, index, s->lanes);
        rest = !whole && extent > s->lanes && !strcmp(lo, "0") ? extent % s->lanes : 0;
        const bool few =
            !whole && !rest && extent >= 0 && extent <= 8 * s->lanes; // each would have a mask
        if (rest)
          hi = kn_text(s->r->file, "%" PRId64, extent - rest);
        if (times > 1 && !few)
          fprintf(s->r->out, "#pragma clang loop unroll_count(%u)\n", times);
        rows_put(s->r, "for (long %s = %s; %s < %s; %s += %u) {", name, lo, name, hi, name,
                 s->lanes);
        s->along = index;
        s->few = extent >= 0 && extent <= 8 * s->lanes;
        s->count = whole || rest ? NULL : T("%s - %s", hi, name);
      } else
        rows_put(s->r, "for (long %s = %s; %s < %s; %s++) {", name, lo, name, hi, name);
      s->r->indent++;
      opened++;
    }
  rows_step_reduction(s, &d, e->args[0]);
  while (opened--) {
    s->r->indent--;
    rows_put(s->r, "}");
    rows_release(s->r, names[opened]);
    if (rest) { // behind the last whole vector
      scope_bind(s, d.own, T("%" PRId64, extent_of(s->line, d.own) - rest));
      s->count = T("%" PRId64, rest);
      s->few = true;
      rows_step_reduction(s, &d, e->args[0]);
      rest = 0;
    }
  }
  s->num = bound;
  unsigned lanes = s->lanes;
  s->lanes = outer_lanes;
  s->along = outer_along;
  s->count = outer_count;
  s->few = outer_few;
  return rows_end_reduction(s, &d, lanes);
}

//===----------------------------------------------------------------------===//
// Running reductions: y[n] = sum[j in lo..n + 1] ... takes what it needs beyond y[n - 1]
//===----------------------------------------------------------------------===//

bool rows_is_running(const struct line *l) {
  const struct kn_expr *e = l->value;
  if (!l->rank || !e || e->kind != KN_REDUCE || e->num_indices != 1 || e->indices[0]->extent)
    return false;
  const struct kn_index *last = l->index[l->rank - 1], *j = e->indices[0];
  switch ((enum kn_reduction)e->reduction) {
  case KN_SUM:
  case KN_PROD:
  case KN_RMAX:
  case KN_RMIN:
  case KN_ANY:
  case KN_ALL:
    return rows_depends(j->lo, last) == 0 && rows_depends(j->hi, last) == 1 &&
           rows_depends(e->args[0], last) == 0;
  default:
    return false;
  }
}

// One element after the other, all terms up to its own.
static void run_by_numbers(struct scope *s, const struct line *l, struct reduction *d,
                           const char *j, const char *n, const char *lo, const char *hi,
                           rows_put_element *put) {
  struct rows *r = s->r;
  rows_put(r, "for (long %s = %s; %s < %s; %s++) {", n, lo, n, hi, n);
  r->indent++;
  rows_put(r, "for (; %s < %s; %s++) {", j, rows_index_text(s, d->e->indices[0]->hi), j);
  r->indent++;
  rows_step_reduction(s, d, d->e->args[0]);
  r->indent--;
  rows_put(r, "}");
  put(s, l, rows_end_reduction(s, d, 0));
  r->indent--;
  rows_put(r, "}");
}

// Sums within a vector, and what was before it.
static void run_by_vectors(struct scope *s, const struct line *l, struct reduction *d,
                           const char *j, const char *n, const char *lo, const char *hi,
                           rows_put_element *put) {
  struct rows *r = s->r;
  const struct kn_index *index = d->e->indices[0];
  const char *end = rows_index_text(s, index->hi), *first = rows_index_text(s, index->lo);
  rows_put(r, "long %s = %s;", n, lo);
  rows_put(r, "for (; %s < %s && %s <= %s; %s++) // nothing to add up yet", n, hi, end, first, n);
  r->indent++;
  put(s, l, rows_end_reduction(s, d, 0));
  r->indent--;
  rows_put(r, "for (; %s < %s && %s < %s - 1; %s++) { // what other tiles have", n, hi, j, end, j);
  r->indent++;
  rows_step_reduction(s, d, d->e->args[0]);
  r->indent--;
  rows_put(r, "}");
  s->lanes = 32;
  rows_put(r, "for (; %s < %s; %s += %u, %s += %u) {", n, hi, n, s->lanes, j, s->lanes);
  r->indent++;
  s->along = index;
  s->count = T("%s - %s", hi, n);
  struct value v = cast(s, rows_value(s, d->e->args[0]), d->body, d->type);
  const char *running = rows_name(r, "running"), *type = suffix(s, d->type, true);
  rows_put(r, "const %s %s = kn_running_%s(%s);", rows_vector_type(s, d->type), running, type,
           rows_vector(s, v, d->type));
  s->along = l->index[l->rank - 1];
  bool f = kn_type_is_float(d->type);
  put(s, l,
      (struct value){
          f ? T("%s + (float)%s", running, d->name)
            : T("kn_add_%s(%s, (%s)%s)", type, running, rows_vector_type(s, d->type), d->name),
          !f, true});
  if (f)
    rows_put(r, "%s += (double)%s[%u];", d->name, running, s->lanes - 1);
  else
    rows_put(r, "%s = kn_add_i32(%s, %s[%u]);", d->name, d->name, running, s->lanes - 1);
  s->along = NULL;
  s->count = NULL;
  rows_release(r, running);
  r->indent--;
  rows_put(r, "}");
}

void rows_running(struct scope *s, const struct line *l, const char *n, const char *lo,
                  const char *hi, rows_put_element *put) {
  const struct kn_expr *e = l->value;
  struct reduction d = {.e = e, .kind = (enum kn_reduction)e->reduction, .body = e->args[0]->type};
  d.type = e->type;
  d.name = rows_name(s->r, kn_reduction_name(d.kind));
  rows_put(s->r, "{");
  s->r->indent++;
  rows_begin_reduction(s, &d);
  const struct kn_index *index = e->indices[0];
  const char *j = rows_name(s->r, index->name);
  rows_put(s->r, "long %s = %s;", j, rows_index_text(s, index->lo));
  scope_bind(s, l->index[l->rank - 1], n);
  scope_bind(s, index, j);
  bool vectors = d.kind == KN_SUM && (d.type == KN_I32 || d.type == KN_F32) &&
                 body_depends(e, index) && can_vectorise(s->r, s->p, e->args[0], index, false) &&
                 !gathers(e->args[0], index);
  (vectors ? run_by_vectors : run_by_numbers)(s, l, &d, j, n, lo, hi, put);
  s->r->indent--;
  rows_put(s->r, "}");
  rows_release(s->r, j);
  rows_release(s->r, d.name);
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
    return rows_read(s, e);
  case KN_INDEX: {
    const char *name = scope_name(s, e->index);
    if (e->index == s->along)
      return places(s, name);
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

// Inside `guarded` what is read may lie anywhere (where, pad).
static bool can_vectorise(struct rows *r, struct phase *p, const struct kn_expr *e,
                          const struct kn_index *index, bool guarded) {
  if (!e || rows_depends(e, index) == 0)
    return true;
  if (!has_vectors(e->type))
    return e->kind == KN_INDEX && e->type == KN_I32;
  switch (e->kind) {
  case KN_READ:
    return rows_read_vectorises(r, p, e, index, guarded);
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
    if (e->builtin == KN_WHERE) {
      bool inside = guarded || rows_depends(e->args[0], index);
      return can_vectorise(r, p, e->args[0], index, guarded) &&
             can_vectorise(r, p, e->args[1], index, inside) &&
             can_vectorise(r, p, e->args[2], index, inside);
    }
    if (e->builtin == KN_PAD)
      return can_vectorise(r, p, e->args[0], index, true) &&
             can_vectorise(r, p, e->args[1], index, guarded);
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

bool rows_index_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index, bool guarded) {
  if (rows_depends(e, index) == 0)
    return true;
  switch (e->kind) {
  case KN_INDEX:
    return true;
  case KN_CAST:
    if (kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32 && kn_type_is_int(e->args[0]->type))
      return rows_index_vectorises(r, p, e->args[0], index, guarded);
    break;
  case KN_UNARY:
    if (e->op == KN_NEG)
      return rows_index_vectorises(r, p, e->args[0], index, guarded);
    break;
  case KN_BINARY:
    if (e->op == KN_ADD || e->op == KN_SUB || e->op == KN_MUL || e->op == KN_DIV || e->op == KN_REM)
      return rows_index_vectorises(r, p, e->args[0], index, guarded) &&
             rows_index_vectorises(r, p, e->args[1], index, guarded);
    break;
  default:
    break;
  }
  return kn_type_is_int(e->type) && e->type != KN_BOOL && can_vectorise(r, p, e, index, guarded);
}

bool rows_can_vectorise(struct rows *r, struct phase *p, const struct line *l,
                        const struct kn_index *index) {
  if (!l->rank || l->index[l->rank - 1] != index || !has_vectors(l->target->type) ||
      (l->chunked && l->chunk_by == l->rank - 1) || !can_vectorise(r, p, l->value, index, false))
    return false;
  // Rather along what is reduced, if elements lie side by side there and not here.
  const struct kn_expr *e = l->value;
  if (e->kind != KN_REDUCE || !gathers(e, index))
    return true;
  const struct kn_index *own = rows_choose_own(r, p, e, false);
  return !own || gathers(e, own);
}

bool rows_value_vectorises(struct rows *r, struct phase *p, const struct kn_expr *e,
                           const struct kn_index *index) {
  return has_vectors(e->type) && can_vectorise(r, p, e, index, false);
}

struct weight {
  const struct kn_index *index; // of the vectors
  unsigned reads, functions, bytes;
  bool pow, reduces;
};

static bool weigh(struct kn_expr *e, void *data) {
  struct weight *w = data;
  w->reads += e->kind == KN_READ && e->num_args && (!w->index || rows_depends(e, w->index));
  w->reduces = w->reduces || e->kind == KN_REDUCE;
  if (e->num_args && e->type != KN_BOOL && w->bytes < rows_bytes(e->type))
    w->bytes = rows_bytes(e->type);
  bool moves = e->kind == KN_CALL && (!w->index || rows_depends(e, w->index));
  if (moves && e->builtin >= KN_EXP && e->builtin <= KN_POW && e->builtin != KN_SQRT &&
      e->builtin != KN_LEAKY_RELU)
    w->functions++;
  w->pow = w->pow || (moves && e->builtin == KN_POW);
  return true;
}

// Long vectors hide latencies (functions take 20 to 30 % less for each element of 64 than of 32),
// but there are 32 registers of 64 bytes (docs/simd.md).
unsigned rows_lanes(const struct line *l) {
  struct weight w = {0};
  kn_walk(l->engine ? l->value->args[0] : l->value, weigh, &w);
  return w.pow ? 16 : w.functions > 1 || w.reads > 5 ? 32 : 64;
}

static unsigned reduction_unroll(const struct reduction *d, unsigned lanes) {
  struct weight w = {.bytes = rows_bytes(d->type), .index = d->own};
  kn_walk(d->e->args[0], weigh, &w);
  unsigned each = lanes * w.bytes / 64 * (w.reads + 2);
  return w.functions || w.reduces || d->long_sum || d->place || each > 24 ? 1 : each > 16 ? 2 : 4;
}

unsigned rows_unroll(const struct line *l, unsigned lanes) {
  struct weight w = {.bytes = rows_bytes(l->target->type),
                     .index = l->rank ? l->index[l->rank - 1] : NULL};
  kn_walk(l->engine ? l->value->args[0] : l->value, weigh, &w);
  if (w.functions || w.reduces)
    return 1;
  unsigned each = lanes * w.bytes / 64 * (w.reads + 1), times = each ? 32 / each : 1;
  return times >= 4 ? 4 : times >= 2 ? 2 : 1;
}
