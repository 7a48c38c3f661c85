// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions as C. In a loop of vectors (scope.along) what depends on its index is a vector of
// scope.lanes elements, everything else stays a number. Reductions write their loops in front of
// the statement that is being made (rows_reduce.c).
#include "interp.h"
#include "rows_value.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
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

const char *rows_short_type(enum kn_type type) {
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
  return T("mtia_%sx%u", rows_short_type(type), s->lanes);
}

const char *rows_suffix(struct scope *s, enum kn_type type, bool vector) {
  return vector ? T("%sx%u", rows_short_type(type), s->lanes) : rows_short_type(type);
}

struct value rows_plain(const char *text, bool atom) { return (struct value){text, atom, false}; }

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
    return (struct value){T("kn_%s_%s(%s)", f, rows_suffix(s, type, vector), x), true, vector};
  const char *y = vector ? rows_vector(s, b, type) : b.text;
  return (struct value){T("kn_%s_%s(%s, %s)", f, rows_suffix(s, type, vector), x, y), true, vector};
}

static struct value infix(struct scope *s, struct value a, const char *op, struct value b) {
  return (struct value){T("%s %s %s", rows_atom(s, a), op, rows_atom(s, b)), false,
                        a.vector || b.vector};
}

static struct value round_bf16(struct scope *s, struct value v) {
  if (v.vector)
    return (struct value){T("kn_bf16_f32x%u(%s)", s->lanes, v.text), true, true};
  return rows_plain(T("kn_round_bf16(%s)", v.text), true);
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

// A divisor for which C's division is defined.
static bool is_positive(const struct kn_expr *e) {
  e = rows_uncast(e);
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
    return rows_plain(T("kn_%s_i64(%s, %s)", e->op == KN_DIV ? "div" : "rem", a.text, b.text),
                      true);
  default:
    return rows_value(s, e);
  }
}

// An expression that selects an element: of type long.
struct value rows_index_value(struct scope *s, const struct kn_expr *e) {
  switch (e->kind) {
  case KN_INDEX:
    return rows_plain(scope_name(s, e->index), true);
  case KN_DIM: {
    struct size n = rows_dim(s->r, e->dim);
    return rows_plain(n.text, n.atom);
  }
  case KN_INT:
    return rows_plain(T("%" PRId64, e->ival), e->ival >= 0);
  case KN_CAST:
    if (kn_type_is_int(e->type) && kn_type_bits(e->type) >= 32)
      return rows_index_value(s, e->args[0]);
    break;
  case KN_UNARY:
    if (e->op == KN_NEG) {
      struct value v = rows_index_value(s, e->args[0]);
      return rows_plain(T("-%s", rows_atom(s, v)), false);
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
  return rows_plain(T("(int32_t)%s", rows_atom(s, v)), true);
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

struct value rows_added(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
                        struct value v) {
  struct value old = s->along ? rows_load_vector(s, type, pointer, offset)
                              : (struct value){T("%s[%s]", pointer, offset), true, false};
  if (type == KN_BF16 && !s->along)
    old.text = T("(float)%s", old.text), old.atom = false;
  if (kn_type_is_float(type))
    return infix(s, old, "+", v);
  if (type == KN_I32 || type == KN_I64)
    return call(s, "add", type, old, v);
  if (s->along) // lanes of vectors wrap
    return infix(s, old, "+", (struct value){rows_vector(s, v, type), true, true});
  return rows_plain(T("(%s)(%s + %s)", rows_c_type(type), old.text, rows_atom(s, v)), false);
}

void rows_add(struct scope *s, enum kn_type type, const char *pointer, const char *offset,
              struct value v) {
  rows_store(s, type, pointer, offset, rows_added(s, type, pointer, offset, v));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

struct value rows_float_constant(struct scope *s, enum kn_type type, double value) {
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
  return rows_plain(text, *text != '-' && type != KN_F16);
}

struct value rows_int_constant(struct scope *s, enum kn_type type, int64_t value) {
  if (type == KN_BOOL)
    return rows_plain(value ? "true" : "false", true);
  if (value == INT64_MIN)
    return rows_plain("INT64_MIN", true);
  if (value == INT32_MIN)
    return rows_plain("INT32_MIN", true);
  return rows_plain(T("%" PRId64 "%s", value, value > INT32_MAX || value < INT32_MIN ? "L" : ""),
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

// A vector of f16 as f32.
static bool is_widened(const struct scope *s, const struct kn_expr *e) {
  return e->kind == KN_CAST && e->type == KN_F32 && e->args[0]->type == KN_F16 &&
         rows_depends(e, s->along);
}

bool rows_is_widening(const struct scope *s, const struct kn_expr *e) {
  return e->kind == KN_BINARY && e->op == KN_MUL && s->along && is_widened(s, e->args[0]) &&
         is_widened(s, e->args[1]);
}

// Of f32(a) * n * f32(b), vectors a and b of f16 and a number n, f32(a) * f32(b) * n: the first
// product widens both in one instruction, and is exact. NULL: it is no such product.
static struct kn_expr *widened_first(const struct scope *s, const struct kn_expr *e) {
  for (unsigned i = 0; i < 2 && s->along && e->op == KN_MUL && e->type == KN_F32; i++) {
    struct kn_expr *b = e->args[i], *inner = e->args[1 - i];
    if (!is_widened(s, b) || inner->kind != KN_BINARY || inner->op != KN_MUL)
      continue;
    for (unsigned k = 0; k < 2; k++)
      if (is_widened(s, inner->args[k]) && !rows_depends(inner->args[1 - k], s->along))
        return rows_binary(s->r, KN_MUL, rows_binary(s->r, KN_MUL, inner->args[k], b),
                           inner->args[1 - k]);
  }
  return NULL;
}

static struct value binary(struct scope *s, const struct kn_expr *e) {
  const struct kn_expr *other = widened_first(s, e);
  if (other)
    return binary(s, other);
  if (rows_is_widening(s, e))
    return (struct value){T("kn_product_f32x%u(%s, %s)", s->lanes,
                            rows_value(s, e->args[0]->args[0]).text,
                            rows_value(s, e->args[1]->args[0]).text),
                          true, true};
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
    return rows_plain(T("(_Float16)(%s)", v.text), false);
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
    return rows_plain(T("(float)%s", rows_atom(s, v)), false);
  if (from == KN_F16)
    return (struct value){T("mtia_f32x%u_from_f16x%u(%s)", s->lanes, s->lanes, v.text), true, true};
  return (struct value){T("__builtin_convertvector(%s, mtia_f32x%u)", v.text, s->lanes), true,
                        true};
}

static struct value cast_vector(struct scope *s, struct value v, enum kn_type from,
                                enum kn_type to) {
  struct value result = {NULL, true, true};
  from = from == KN_I4 ? KN_I8 : from;
  if (from == to)
    return v;
  if (to == KN_BOOL) {
    result.text =
        T("kn_ne_%s(%s, (%s)0)", rows_suffix(s, from, true), v.text, rows_vector_type(s, from));
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
      result.text = T("kn_%s_from_f32x%u(%s)", rows_suffix(s, to, false), s->lanes, f.text);
    if (to != KN_F16) // kn_i32_from_f32x64
      result.text = T("kn_%s_from_f32x%u(%s)", kn_type_name(to), s->lanes, f.text);
    return result;
  }
  if (to == KN_BF16)
    return round_bf16(s, as_f32(s, v, from));
  result.text = T("__builtin_convertvector(%s, %s)", v.text, rows_vector_type(s, to));
  return result;
}

struct value rows_convert(struct scope *s, struct value v, enum kn_type from, enum kn_type to) {
  if (from == to)
    return v;
  if (v.vector)
    return cast_vector(s, v, from, to);
  if (to == KN_BOOL)
    return rows_plain(T("%s != 0", rows_atom(s, v)), false);
  if (to == KN_BF16)
    return round_bf16(s, as_f32(s, v, from));
  if (kn_type_is_float(from) && !kn_type_is_float(to))
    return rows_plain(T("kn_%s_from_f32(%s)", kn_type_name(to), v.text), true);
  if (from == KN_BF16 && to == KN_F32)
    return v;
  if (to == KN_I4)
    return rows_plain(T("kn_wrap_i4(%s)", v.text), true);
  return rows_plain(T("(%s)%s", rows_c_type(to), rows_atom(s, v)), false);
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
  struct value z =
      zero ? rows_convert(s, rows_value(s, zero), zero->type, KN_I32) : rows_plain("0", true);
  bool vector = p.vector || z.vector;
  if (vector && !zero && !lo && !hi && e->type == KN_I8)
    return (struct value){T("kn_quantize_i8x%u(%s)", s->lanes, p.text), true, true};
  const char *low =
      lo ? rows_value(s, lo).text : rows_int_constant(s, e->type, kn_type_min(e->type)).text;
  const char *high =
      hi ? rows_value(s, hi).text : rows_int_constant(s, e->type, kn_type_max(e->type)).text;
  if (!vector)
    return rows_plain(
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
  struct value v = rows_convert(s, rows_value(s, e->args[0]), e->args[0]->type, KN_I32);
  const struct kn_expr *zero = kn_arg(e, 2);
  if (e->args[0]->type == KN_I64 && !v.vector)
    v = rows_plain(T("(int32_t)%s", rows_atom(s, v)), false);
  if (zero)
    v = call(s, "sub", KN_I32, v, rows_convert(s, rows_value(s, zero), zero->type, KN_I32));
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
    return rows_plain(T("%s ? %s : %s", rows_atom(s, c), rows_atom(s, a), rows_atom(s, b)), false);
  const char *x = rows_vector(s, a, e->type), *y = rows_vector(s, b, e->type);
  if (!c.vector)
    return rows_choose(s, e->type, rows_atom(s, c), x, y);
  if (e->type == KN_BOOL) {
    const char *mask = rows_atom(s, c);
    return (struct value){T("(%s & (%s)) | (~%s & (%s))", mask, x, mask, y), false, true};
  }
  return (struct value){
      T("mtia_select_%s(%s, %s, %s)", rows_suffix(s, e->type, true), c.text, x, y), true, true};
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
      return (struct value){T("mtia_abs_%s(%s)", rows_suffix(s, type, true), a.text), true, true};
    return call(s, "abs", type, a, none);
  case KN_RELU:
    if (kn_type_is_float(type))
      return call(s, "relu", type, a, none);
    return call(s, "max", type, a, rows_plain("0", true));
  case KN_LOG:
    if (type == KN_F32 && a.vector && rows_at_least(e->args[0]) >= FLT_MIN)
      return (struct value){T("mtia_log_normal_f32x%u(%s)", s->lanes, a.text), true, true};
    break;
  default:
    break;
  }
  struct value v = call(s, kn_builtin_name(f), type, a,
                        e->num_args > 1 && e->args[1] ? rows_value(s, e->args[1]) : none);
  return type == KN_BF16 ? round_bf16(s, v) : v;
}

struct value rows_value(struct scope *s, const struct kn_expr *e) {
  switch (e->kind) {
  case KN_INT:
    return kn_type_is_float(e->type) ? rows_float_constant(s, e->type, (double)e->ival)
                                     : rows_int_constant(s, e->type, e->ival);
  case KN_FLOAT:
    return rows_float_constant(s, e->type, e->fval);
  case KN_READ:
    return rows_read(s, e);
  case KN_INDEX: {
    const char *name = scope_name(s, e->index);
    if (e->index == s->along)
      return places(s, name);
    return rows_plain(e->type == KN_I64 ? name : T("(int32_t)%s", name), e->type == KN_I64);
  }
  case KN_DIM: {
    struct size n = rows_dim(s->r, e->dim);
    return rows_plain(T("(int32_t)%s", n.atom ? n.text : T("(%s)", n.text)), false);
  }
  case KN_UNARY:
    return unary(s, e);
  case KN_BINARY:
    return binary(s, e);
  case KN_CAST:
    return rows_convert(s, rows_value(s, e->args[0]), e->args[0]->type, e->type);
  case KN_CALL:
    return function(s, e);
  case KN_REDUCE:
    return rows_reduce(s, e, e == s->line->value ? s->r->tensor_names[s->line->target->id] : NULL);
  }
  return rows_plain("0", true);
}
