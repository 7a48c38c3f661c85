// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mtia level as C11. Values without a name that are used once stand where they
// are used; all others become constants or variables named by the attribute `name`.
// The attribute `note` becomes the comment above a statement.
//
// Integers of the description wrap; C's signed ones do not, so sums and products of
// 32 and 64 bits are formed in unsigned arithmetic.
#include "internal.h"
#include "lines.h"
#include "mtia/kernel_abi.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

// Precedence of an expression's outermost operator, as in C.
enum { COND = 1, LOR, LAND, BOR, XOR, BAND, EQ, REL, SHIFT, ADD, MUL, UNARY, PRIMARY };

struct expr {
  const char *text;
  int prec;
};

struct binding {
  MlirValue value; // null: a name that is only taken
  const char *name;
};

enum helper { H_MIN, H_MAX, H_DIV, H_REM, H_SHL, H_SHR, H_QUANTIZE, H_NUM };
static const char *const helper_names[] = {"min", "max", "div", "rem", "shl", "shr", "quantize"};

struct printer {
  struct backend *b;
  FILE *out;
  unsigned indent;
  struct binding bindings[512];
  unsigned num_bindings;
  // Helper functions in use: [helper][log2(bytes) or 4 for long][unsigned]
  bool helpers[H_NUM][5][2];
  bool per_core;
  bool failed;
};

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

__attribute__((format(printf, 2, 3))) static const char *format(struct printer *p, const char *text,
                                                                ...) {
  va_list args, again;
  va_start(args, text);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, text, args);
  char *result = kn_alloc(p->b->file, (size_t)n + 1);
  vsnprintf(result, (size_t)n + 1, text, again);
  va_end(args);
  va_end(again);
  return result;
}

static void line(struct printer *p, const char *text) { kn_put_line(p->out, p->indent, text); }

static void comment(struct printer *p, const char *text) {
  kn_put_comment(p->out, p->indent, text);
}

static void note(struct printer *p, MlirOperation op) {
  char text[400];
  if (*ir_attr_text(op, "note", text, sizeof text))
    comment(p, text);
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

// What the text itself uses: free for tensors, which are members of a struct.
static const char *const our_names[] = {"args", "main", "BY_CORE", "min", "max",
                                        "div",  "rem",  "shl",     "shr", "quantize"};

static bool is_among(const char *const *names, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(names[i], name))
      return true;
  return false;
}
#define IS_AMONG(table, name) is_among(table, sizeof table / sizeof *table, name)

static bool taken(const struct printer *p, const char *name) {
  if (kn_is_c_word(name) || IS_AMONG(our_names, name))
    return true;
  for (unsigned i = 0; i < p->num_bindings; i++)
    if (!strcmp(p->bindings[i].name, name))
      return true;
  return false;
}

static const char *bind(struct printer *p, MlirValue value, const char *wish) {
  const char *name = *wish ? format(p, "%s", wish) : NULL;
  for (unsigned i = name ? 2 : 0; !name || taken(p, name); i++)
    name = *wish ? format(p, "%s%u", wish, i) : format(p, "v%u", i);
  if (p->num_bindings == sizeof p->bindings / sizeof *p->bindings) {
    if (!p->failed)
      kn_report(p->b->file, KN_DIAG_not_mapped, p->b->kernel->range,
                "the kernel is too large: more than %u variables at a time", p->num_bindings);
    p->failed = true;
    return name;
  }
  p->bindings[p->num_bindings++] = (struct binding){value, name};
  return name;
}

static const char *bound(const struct printer *p, MlirValue value) {
  for (unsigned i = p->num_bindings; i-- > 0;)
    if (p->bindings[i].value.ptr && mlirValueEqual(p->bindings[i].value, value))
      return p->bindings[i].name;
  return NULL;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static unsigned bits_of(MlirType type) {
  return mlirTypeIsAIndex(type) ? 64 : mlirTypeIsAInteger(type) ? mlirIntegerTypeGetWidth(type) : 0;
}

static void type_text(MlirStringRef part, void *data) { strncat(data, part.data, part.length); }

// Element type of an !mtia.ptr in C.
static const char *element_c_type(struct printer *p, MlirType ptr) {
  char text[64] = "";
  mlirTypePrint(ptr, type_text, text);
  char *from = strchr(text, '<');
  if (from && !strncmp(from, "<f32", 4))
    return "float";
  return format(p, "int%d_t", from ? atoi(from + 2) : 8);
}

static bool is_ptr(MlirType type) {
  return !mlirTypeIsAIndex(type) && !mlirTypeIsAInteger(type) && !mlirTypeIsAF32(type);
}

static const char *c_type(struct printer *p, MlirType type) {
  if (mlirTypeIsAIndex(type))
    return "long";
  if (mlirTypeIsAF32(type))
    return "float";
  if (mlirTypeIsAInteger(type))
    return bits_of(type) == 1 ? "bool" : format(p, "int%u_t", bits_of(type));
  return format(p, "%s *", element_c_type(p, type));
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

static struct expr expr_of(struct printer *p, MlirValue v);
static bool inlined(struct printer *p, MlirOperation op);

static const char *within(struct printer *p, struct expr e, int prec) {
  return e.prec >= prec ? e.text : format(p, "(%s)", e.text);
}

static struct expr operand(struct printer *p, MlirOperation op, intptr_t i) {
  return expr_of(p, mlirOperationGetOperand(op, i));
}

static const char *operand_text(struct printer *p, MlirOperation op, intptr_t i) {
  return operand(p, op, i).text;
}

static struct expr cast(struct printer *p, const char *type, struct expr e) {
  return (struct expr){format(p, "(%s)%s", type, within(p, e, UNARY)), UNARY};
}

// Left-associative; comparisons and shifts get parentheses around everything that is not plain.
static struct expr binary(struct printer *p, struct expr a, const char *op, int prec,
                          struct expr b) {
  int left = prec, right = prec + 1;
  if (prec <= SHIFT && prec >= BOR && prec != REL && prec != EQ)
    left = right = MUL;
  if (prec == LAND)
    left = right = BOR;
  if (prec == LOR)
    left = right = LAND;
  return (struct expr){format(p, "%s %s %s", within(p, a, left), op, within(p, b, right)), prec};
}

static struct expr constant(struct printer *p, MlirOperation op) {
  MlirValue v = mlirOperationGetResult(op, 0);
  MlirType type = mlirValueGetType(v);
  if (mlirTypeIsAF32(type)) {
    double value = 0;
    ir_fconstant(v, &value);
    char text[64];
    snprintf(text, sizeof text, "%.9g", value);
    bool plain = !strpbrk(text, ".en"); // a float needs one of them
    return (struct expr){format(p, "%s%sf", text, plain ? ".0" : ""),
                         text[0] == '-' ? UNARY : PRIMARY};
  }
  int64_t value = 0;
  ir_constant(v, &value);
  unsigned bits = bits_of(type);
  if (bits == 1)
    return (struct expr){value ? "true" : "false", PRIMARY};
  if (value == INT64_MIN)
    return (struct expr){"INT64_MIN", PRIMARY};
  if (value == INT32_MIN)
    return (struct expr){"INT32_MIN", PRIMARY};
  bool wide = value > INT32_MAX || value < INT32_MIN;
  return (struct expr){format(p, "%" PRId64 "%s", value, wide ? "L" : ""),
                       value < 0 ? UNARY : PRIMARY};
}

static const char *wrapping_operator(MlirOperation op) {
  return ir_is(op, "arith.addi")   ? "+"
         : ir_is(op, "arith.subi") ? "-"
         : ir_is(op, "arith.muli") ? "*"
                                   : NULL;
}

// A value of 32 or 64 bits in unsigned arithmetic, without the cast back.
static struct expr unsigned_expr(struct printer *p, MlirValue v) {
  unsigned bits = bits_of(mlirValueGetType(v));
  MlirOperation op = ir_def(v);
  const char *sign = op.ptr && inlined(p, op) && !bound(p, v) ? wrapping_operator(op) : NULL;
  if (sign)
    return binary(p, unsigned_expr(p, mlirOperationGetOperand(op, 0)), sign,
                  *sign == '*' ? MUL : ADD, unsigned_expr(p, mlirOperationGetOperand(op, 1)));
  int64_t value;
  if (ir_constant(v, &value) && value >= 0)
    return (struct expr){format(p, "%" PRId64 "%s", value, bits == 64 ? "ul" : "u"), PRIMARY};
  return cast(p, bits == 64 ? "uint64_t" : "uint32_t", expr_of(p, v));
}

static struct expr wrapping(struct printer *p, MlirOperation op, const char *sign) {
  MlirValue v = mlirOperationGetResult(op, 0);
  MlirType type = mlirValueGetType(v);
  int prec = *sign == '*' ? MUL : ADD;
  if (mlirTypeIsAIndex(type))
    return binary(p, operand(p, op, 0), sign, prec, operand(p, op, 1));
  if (bits_of(type) < 32) // computed in int, where it cannot overflow
    return cast(p, c_type(p, type), binary(p, operand(p, op, 0), sign, prec, operand(p, op, 1)));
  return cast(p, c_type(p, type),
              binary(p, unsigned_expr(p, mlirOperationGetOperand(op, 0)), sign, prec,
                     unsigned_expr(p, mlirOperationGetOperand(op, 1))));
}

// min(a, b) of long, min_i32(a, b), min_u8(a, b), ...
static struct expr helper(struct printer *p, MlirOperation op, enum helper h, bool is_unsigned) {
  MlirType type = mlirValueGetType(mlirOperationGetResult(op, 0));
  unsigned bits = bits_of(type);
  const char *a = operand_text(p, op, 0), *b = operand_text(p, op, 1);
  if (mlirTypeIsAIndex(type)) {
    p->helpers[h][4][0] = true;
    return (struct expr){format(p, "%s(%s, %s)", helper_names[h], a, b), PRIMARY};
  }
  p->helpers[h][bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3][is_unsigned] = true;
  const char *text =
      format(p, "%s_%c%u(%s, %s)", helper_names[h], is_unsigned ? 'u' : 'i', bits, a, b);
  return is_unsigned ? cast(p, c_type(p, type), (struct expr){text, PRIMARY})
                     : (struct expr){text, PRIMARY};
}

static struct expr compare(struct printer *p, MlirOperation op) {
  static const struct {
    const char *sign;
    int prec;
    bool is_unsigned;
  } table[] = {{"==", EQ, false}, {"!=", EQ, false},  {"<", REL, false}, {"<=", REL, false},
               {">", REL, false}, {">=", REL, false}, {"<", REL, true},  {"<=", REL, true},
               {">", REL, true},  {">=", REL, true}};
  int64_t n = ir_attr_int(op, "predicate", 0);
  struct expr a = operand(p, op, 0), b = operand(p, op, 1);
  if (table[n].is_unsigned) {
    const char *type =
        format(p, "uint%u_t", bits_of(mlirValueGetType(mlirOperationGetOperand(op, 0))));
    a = cast(p, type, a);
    b = cast(p, type, b);
  }
  return (struct expr){
      format(p, "%s %s %s", within(p, a, SHIFT), table[n].sign, within(p, b, SHIFT)),
      table[n].prec};
}

static struct expr bitwise(struct printer *p, MlirOperation op) {
  bool is_bool = bits_of(mlirValueGetType(mlirOperationGetResult(op, 0))) == 1;
  struct expr a = operand(p, op, 0), b = operand(p, op, 1);
  if (ir_is(op, "arith.xori")) { // with all ones: not
    int64_t value;
    if (ir_constant(mlirOperationGetOperand(op, 1), &value) && value == (is_bool ? 1 : -1))
      return (struct expr){format(p, "%c%s", is_bool ? '!' : '~', within(p, a, UNARY)), UNARY};
    if (ir_constant(mlirOperationGetOperand(op, 1), &value) && is_bool && value == -1)
      return (struct expr){format(p, "!%s", within(p, a, UNARY)), UNARY};
    return is_bool ? binary(p, a, "!=", EQ, b) : binary(p, a, "^", XOR, b);
  }
  if (is_bool)
    return ir_is(op, "arith.andi") ? binary(p, a, "&&", LAND, b) : binary(p, a, "||", LOR, b);
  return ir_is(op, "arith.andi") ? binary(p, a, "&", BAND, b) : binary(p, a, "|", BOR, b);
}

static struct expr convert(struct printer *p, MlirOperation op) {
  MlirType from = mlirValueGetType(mlirOperationGetOperand(op, 0));
  MlirType to = mlirValueGetType(mlirOperationGetResult(op, 0));
  struct expr e = operand(p, op, 0);
  if (ir_is(op, "arith.extui") && bits_of(from) > 1)
    e = cast(p, format(p, "uint%u_t", bits_of(from)), e);
  if (bits_of(to) == 1)
    return (struct expr){format(p, "(%s & 1) != 0", within(p, e, MUL)), EQ};
  return cast(p, c_type(p, to), e);
}

static struct expr quantize_expr(struct printer *p, MlirOperation op) {
  p->helpers[H_QUANTIZE][2][0] = true;
  MlirType type = mlirValueGetType(mlirOperationGetResult(op, 0));
  const char *call = format(p, "quantize(%s, %s, %s, %" PRId64 ", %" PRId64 ")",
                            operand_text(p, op, 0), operand_text(p, op, 1), operand_text(p, op, 2),
                            ir_attr_int(op, "lo", 0), ir_attr_int(op, "hi", 0));
  struct expr e = {call, PRIMARY};
  return bits_of(type) == 32 ? e : cast(p, c_type(p, type), e);
}

static struct expr argument(struct printer *p, MlirOperation op) {
  char arg[64];
  ir_attr_text(op, "arg", arg, sizeof arg);
  if (ir_is(op, "mtia.data"))
    return (struct expr){format(p, "args->%s.data", arg), PRIMARY};
  if (ir_is(op, "mtia.pitch"))
    return (struct expr){format(p, "args->%s.stride[%d]", arg, (int)ir_attr_int(op, "dim", 0)),
                         PRIMARY};
  return (struct expr){format(p, "args->%s", arg), PRIMARY};
}

static const char *cb_text(struct printer *p, MlirOperation op) {
  char cb[64];
  return format(p, "%s", ir_attr_text(op, "cb", cb, sizeof cb));
}

static struct expr buffer_end(struct printer *p, MlirOperation op) {
  MlirType type = mlirValueGetType(mlirOperationGetResult(op, 0));
  const char *call = ir_is(op, "mtia.head") ? "__mtia_cb_head" : "__mtia_cb_tail";
  const char *e = p->per_core ? format(p, "BY_CORE(%s, %s, 0)", call, cb_text(p, op))
                              : format(p, "%s(%s, 0)", call, cb_text(p, op));
  return (struct expr){format(p, "(%s *)(uintptr_t)%s", element_c_type(p, type), e), UNARY};
}

static struct expr compute(struct printer *p, MlirOperation op) {
  const char *sign = wrapping_operator(op);
  MlirType type = mlirValueGetType(mlirOperationGetResult(op, 0));
  if (sign)
    return wrapping(p, op, sign);
  if (ir_is(op, "arith.constant"))
    return constant(p, op);
  if (ir_is(op, "arith.divsi"))
    return binary(p, operand(p, op, 0), "/", MUL, operand(p, op, 1));
  if (ir_is(op, "arith.remsi"))
    return binary(p, operand(p, op, 0), "%", MUL, operand(p, op, 1));
  if (ir_is(op, "arith.shli"))
    return binary(p, operand(p, op, 0), "<<", SHIFT, operand(p, op, 1));
  if (ir_is(op, "arith.andi") || ir_is(op, "arith.ori") || ir_is(op, "arith.xori"))
    return bitwise(p, op);
  if (ir_is(op, "arith.minsi") || ir_is(op, "arith.minui"))
    return helper(p, op, H_MIN, ir_is(op, "arith.minui"));
  if (ir_is(op, "arith.maxsi") || ir_is(op, "arith.maxui"))
    return helper(p, op, H_MAX, ir_is(op, "arith.maxui"));
  if (ir_is(op, "knyfe.div"))
    return helper(p, op, H_DIV, false);
  if (ir_is(op, "knyfe.rem"))
    return helper(p, op, H_REM, false);
  if (ir_is(op, "knyfe.shl"))
    return helper(p, op, H_SHL, false);
  if (ir_is(op, "knyfe.shr"))
    return helper(p, op, H_SHR, false);
  if (ir_is(op, "knyfe.quantize"))
    return quantize_expr(p, op);
  if (ir_is(op, "arith.cmpi"))
    return compare(p, op);
  if (ir_is(op, "arith.select"))
    return (struct expr){format(p, "%s ? %s : %s", within(p, operand(p, op, 0), LOR),
                                within(p, operand(p, op, 1), COND + 1),
                                within(p, operand(p, op, 2), COND)),
                         COND};
  if (ir_is(op, "arith.extsi") || ir_is(op, "arith.extui") || ir_is(op, "arith.trunci") ||
      ir_is(op, "arith.index_cast"))
    return convert(p, op);
  if (ir_is(op, "arith.bitcast"))
    return (struct expr){format(p, "mtia_f32_bits(%s)", operand_text(p, op, 0)), PRIMARY};
  if (ir_is(op, "mtia.id")) {
    char what[16];
    return (struct expr){format(p, "mtia_%s()", ir_attr_text(op, "what", what, sizeof what)),
                         PRIMARY};
  }
  if (ir_is(op, "mtia.data") || ir_is(op, "mtia.pitch") || ir_is(op, "mtia.scalar"))
    return argument(p, op);
  if (ir_is(op, "mtia.local"))
    return (struct expr){"MTIA_LOCAL_BASE", PRIMARY};
  if (ir_is(op, "mtia.head") || ir_is(op, "mtia.tail"))
    return buffer_end(p, op);
  if (ir_is(op, "mtia.at"))
    return (struct expr){format(p, "(%s *)(%s)", element_c_type(p, type), operand_text(p, op, 0)),
                         UNARY};
  if (ir_is(op, "mtia.load"))
    return (struct expr){
        format(p, "%s[%s]", within(p, operand(p, op, 0), PRIMARY), operand_text(p, op, 1)),
        PRIMARY};
  kn_report(p->b->file, KN_DIAG_internal, kn_range_of(p->b, mlirOperationGetLocation(op)),
            "internal error in the compiler: no C for '%s'", ir_name(op));
  p->failed = true;
  return (struct expr){"0", PRIMARY};
}

static struct expr expr_of(struct printer *p, MlirValue v) {
  const char *name = bound(p, v);
  return name ? (struct expr){name, PRIMARY} : compute(p, ir_def(v));
}

// May a load stand where its value is used? Only if nothing happens in between.
static bool load_may_move(struct printer *p, MlirOperation load) {
  MlirOperation user = load;
  do {
    MlirOpOperand use = mlirValueGetFirstUse(mlirOperationGetResult(user, 0));
    if (mlirOpOperandIsNull(use))
      return false;
    user = mlirOpOperandGetOwner(use);
  } while (kn_is_pure(user) && inlined(p, user));
  for (MlirOperation op = mlirOperationGetNextInBlock(load); op.ptr;
       op = mlirOperationGetNextInBlock(op)) {
    if (mlirOperationEqual(op, user))
      return true;
    if (!kn_is_pure(op) && !ir_is(op, "mtia.load"))
      return false;
  }
  return false;
}

static bool inlined(struct printer *p, MlirOperation op) {
  if (mlirOperationGetNumResults(op) != 1 || ir_has_attr(op, "name"))
    return false;
  unsigned uses = ir_num_uses(mlirOperationGetResult(op, 0));
  if (ir_is(op, "arith.constant") || ir_is(op, "mtia.data") || ir_is(op, "mtia.scalar") ||
      ir_is(op, "mtia.pitch"))
    return true;
  if (kn_is_pure(op))
    return uses <= 1;
  return ir_is(op, "mtia.load") && uses == 1 && load_may_move(p, op);
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

static void block(struct printer *p, MlirBlock b);

static bool is_stored_to(MlirValue ptr) {
  for (MlirOpOperand use = mlirValueGetFirstUse(ptr); !mlirOpOperandIsNull(use);
       use = mlirOpOperandGetNextUse(use))
    if (ir_is(mlirOpOperandGetOwner(use), "mtia.store"))
      return true;
  return false;
}

static void declare(struct printer *p, MlirOperation op) {
  MlirValue v = mlirOperationGetResult(op, 0);
  MlirType type = mlirValueGetType(v);
  if (!mlirValueGetFirstUse(v).ptr)
    return;
  const char *value = compute(p, op).text;
  char wish[64];
  note(p, op);
  if (is_ptr(type)) {
    const char *element = element_c_type(p, type);
    const char *name = bind(p, v, ir_attr_text(op, "name", wish, sizeof wish));
    line(p, format(p, "%s%s *%s = %s;", is_stored_to(v) ? "" : "const ", element, name, value));
    return;
  }
  const char *name = bind(p, v, ir_attr_text(op, "name", wish, sizeof wish));
  line(p, format(p, "const %s %s = %s;", c_type(p, type), name, value));
}

// The body of a loop or branch after its head; braces only around several lines.
// `else_follows` leaves the last line to the else.
static void body(struct printer *p, const char *head, MlirBlock b, bool braces, bool else_follows) {
  char *text = NULL;
  size_t size = 0;
  FILE *outer = p->out;
  if (!(p->out = open_memstream(&text, &size)))
    abort();
  p->indent++;
  unsigned scope = p->num_bindings;
  block(p, b);
  p->num_bindings = scope;
  p->indent--;
  fclose(p->out);
  p->out = outer;
  char *newline = strchr(text, '\n');
  braces = braces || !newline || newline[1];
  line(p, format(p, "%s%s", head, braces ? " {" : ""));
  fputs(text, p->out);
  if (braces && !else_follows)
    line(p, "}");
  free(text);
}

static void print_if(struct printer *p, MlirOperation op) {
  note(p, op);
  const char *head = format(p, "if (%s)", operand_text(p, op, 0));
  MlirBlock otherwise = mlirRegionGetFirstBlock(mlirOperationGetRegion(op, 1));
  bool has_else = !mlirBlockIsNull(otherwise);
  body(p, head, ir_body(op, 0), has_else, has_else);
  if (has_else)
    body(p, "} else", otherwise, true, false);
}

// Values carried from one turn to the next are variables that the yield assigns.
static void print_for(struct printer *p, MlirOperation op) {
  MlirBlock b = ir_body(op, 0);
  char wish[64];
  note(p, op);
  for (intptr_t i = 0; i < mlirOperationGetNumResults(op); i++) {
    MlirValue carried = mlirBlockGetArgument(b, i + 1);
    const char *init = operand_text(p, op, 3 + i);
    const char *name = bind(p, carried, ir_attr_text(op, "carried", wish, sizeof wish));
    line(p, format(p, "%s %s = %s;", c_type(p, mlirValueGetType(carried)), name, init));
    if (p->num_bindings < sizeof p->bindings / sizeof *p->bindings)
      p->bindings[p->num_bindings++] = (struct binding){mlirOperationGetResult(op, i), name};
  }
  const char *from = operand_text(p, op, 0);
  const char *to = within(p, operand(p, op, 1), SHIFT);
  unsigned scope = p->num_bindings;
  const char *i = bind(p, mlirBlockGetArgument(b, 0), ir_attr_text(op, "name", wish, sizeof wish));
  int64_t step = 0;
  ir_constant(mlirOperationGetOperand(op, 2), &step);
  const char *next =
      step == 1 ? format(p, "%s++", i) : format(p, "%s += %s", i, operand_text(p, op, 2));
  body(p, format(p, "for (long %s = %s; %s < %s; %s)", i, from, i, to, next), b, false, false);
  p->num_bindings = scope;
}

static void yield(struct printer *p, MlirOperation op) {
  MlirBlock b = mlirOperationGetBlock(op);
  for (intptr_t i = 0; i < mlirOperationGetNumOperands(op); i++) {
    const char *name = bound(p, mlirBlockGetArgument(b, i + 1));
    const char *value = operand_text(p, op, i);
    if (name && strcmp(name, value))
      line(p, format(p, "%s = %s;", name, value));
  }
}

// A call of an intrinsic whose first argument is a circular buffer.
static void call_cb(struct printer *p, MlirOperation op, const char *name, const char *rest) {
  if (p->per_core)
    line(p, format(p, "BY_CORE(%s, %s%s);", name, cb_text(p, op), rest));
  else
    line(p, format(p, "%s(%s%s);", name, cb_text(p, op), rest));
}

static void print_mml(struct printer *p, MlirOperation op) {
  char a[64], b[64], type[16];
  bool adv = ir_attr_int(op, "adv", 0), zero = ir_attr_int(op, "zero", 0);
  line(p,
       format(p, "__mtia_mml(%d, %s, %s, %d, %d, %s, MTIA_MML_%s);", (int)ir_attr_int(op, "acc", 0),
              ir_attr_text(op, "a", a, sizeof a), ir_attr_text(op, "b", b, sizeof b),
              (int)ir_attr_int(op, "ti", 0), (int)ir_attr_int(op, "tj", 0),
              adv && zero ? "MTIA_MML_ADV | MTIA_MML_ZERO"
              : adv       ? "MTIA_MML_ADV"
              : zero      ? "MTIA_MML_ZERO"
                          : "0",
              ir_attr_text(op, "type", type, sizeof type)));
}

static void print_drain(struct printer *p, MlirOperation op) {
  char type[16];
  ir_attr_text(op, "type", type, sizeof type);
  const char *name = strchr(type, 'F') ? "__mtia_drainf" : "__mtia_drain";
  line(p, format(p, "%s(%d, %s, %d, %d, MTIA_DRAIN_%s, %s);", name, (int)ir_attr_int(op, "acc", 0),
                 cb_text(p, op), (int)ir_attr_int(op, "ti", 0), (int)ir_attr_int(op, "tj", 0),
                 ir_attr_text(op, "type", type, sizeof type),
                 ir_attr_int(op, "relu", 0) ? "MTIA_DRAIN_RELU" : "0"));
}

static void print_cb(struct printer *p, MlirOperation op) {
  note(p, op);
  const char *cb = cb_text(p, op);
  int64_t base = ir_attr_int(op, "base", 0), size = ir_attr_int(op, "size", 0);
  bool has_start = mlirOperationGetNumOperands(op) == 1;
  const char *start = has_start ? operand_text(p, op, 0) : "MTIA_LOCAL_BASE";
  const char *at = base ? format(p, "%s + %" PRId64, start, base) : start;
  if (p->per_core)
    line(p, format(p, "BY_CORE(__mtia_cb_init, %s, %s, %" PRId64 ");", cb, at, size));
  else
    line(p, format(p, "__mtia_cb_init(%s, %s, %" PRId64 ");", cb, at, size));
}

static void statement(struct printer *p, MlirOperation op) {
  char text[64];
  if (ir_is(op, "arith.constant") || ir_is(op, "func.return"))
    return;
  if (ir_is(op, "scf.yield"))
    return yield(p, op);
  if (mlirOperationGetNumResults(op) == 1 && !ir_is(op, "scf.for")) {
    if (!inlined(p, op))
      declare(p, op);
    return;
  }
  if (ir_is(op, "scf.for"))
    return print_for(p, op);
  if (ir_is(op, "scf.if"))
    return print_if(p, op);
  if (ir_is(op, "mtia.cb"))
    return print_cb(p, op);
  note(p, op);
  if (ir_is(op, "mtia.bar"))
    line(p, format(p, "__mtia_bar(MTIA_BAR_%s);", ir_attr_text(op, "scope", text, sizeof text)));
  else if (ir_is(op, "mtia.cr_w"))
    line(p, format(p, "__mtia_cr_w(MTIA_CR_%s, %s);", ir_attr_text(op, "cr", text, sizeof text),
                   operand_text(p, op, 0)));
  else if (ir_is(op, "mtia.cr_w2"))
    line(p,
         format(p, "__mtia_cr_w2(MTIA_CR_%s, %s, %s);", ir_attr_text(op, "cr", text, sizeof text),
                operand_text(p, op, 0), operand_text(p, op, 1)));
  else if (ir_is(op, "mtia.dma_in"))
    call_cb(p, op, "__mtia_dma_in",
            format(p, ", %s, %s, MTIA_MC_%s", operand_text(p, op, 0), operand_text(p, op, 1),
                   ir_attr_text(op, "mc", text, sizeof text)));
  else if (ir_is(op, "mtia.dma_out"))
    call_cb(p, op, "__mtia_dma_out",
            format(p, ", %s, %s", operand_text(p, op, 0), operand_text(p, op, 1)));
  else if (ir_is(op, "mtia.push") || ir_is(op, "mtia.pop") || ir_is(op, "mtia.waitd") ||
           ir_is(op, "mtia.waits"))
    call_cb(p, op, format(p, "__mtia_cb_%s", ir_name(op) + 5),
            format(p, ", %s", operand_text(p, op, 0)));
  else if (ir_is(op, "mtia.mml"))
    print_mml(p, op);
  else if (ir_is(op, "mtia.acc_zero"))
    line(p, format(p, "__mtia_acc_zero(%d);", (int)ir_attr_int(op, "acc", 0)));
  else if (ir_is(op, "mtia.acc_bias"))
    line(p, format(p, "__mtia_acc_bias(%d, %s, %d);", (int)ir_attr_int(op, "acc", 0),
                   cb_text(p, op), (int)ir_attr_int(op, "tj", 0)));
  else if (ir_is(op, "mtia.acc_biasr"))
    line(p, format(p, "__mtia_acc_biasr(%d, %s, %d);", (int)ir_attr_int(op, "acc", 0),
                   cb_text(p, op), (int)ir_attr_int(op, "ti", 0)));
  else if (ir_is(op, "mtia.red") || ir_is(op, "mtia.redf")) {
    char in[16], out[16];
    line(p, format(p, "%s(%d, MTIA_RED_IN_%s, MTIA_RED_OUT_%s);",
                   ir_is(op, "mtia.redf") ? "__mtia_redf" : "__mtia_red",
                   (int)ir_attr_int(op, "acc", 0), ir_attr_text(op, "in", in, sizeof in),
                   ir_attr_text(op, "out", out, sizeof out)));
  } else if (ir_is(op, "mtia.drain"))
    print_drain(p, op);
  else if (ir_is(op, "mtia.store"))
    line(p, format(p, "%s[%s] = %s;", within(p, operand(p, op, 1), PRIMARY), operand_text(p, op, 2),
                   operand_text(p, op, 0)));
  else
    compute(p, op); // reports
}

static void block(struct printer *p, MlirBlock b) {
  for (MlirOperation op = mlirBlockGetFirstOperation(b); op.ptr;
       op = mlirOperationGetNextInBlock(op))
    statement(p, op);
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

struct constants {
  struct printer *p;
  bool any;
};

static MlirWalkResult print_constant(MlirOperation op, void *data) {
  struct constants *c = data;
  char name[64], text[200];
  if (!ir_is(op, "arith.constant") || !*ir_attr_text(op, "name", name, sizeof name))
    return MlirWalkResultAdvance;
  MlirValue v = mlirOperationGetResult(op, 0);
  int64_t value = 0;
  ir_constant(v, &value);
  if (!c->any)
    fputs("enum {\n", c->p->out);
  c->any = true;
  const char *chosen = bind(c->p, v, name);
  fprintf(c->p->out, "  %s = %" PRId64 ",", chosen, value);
  if (*ir_attr_text(op, "note", text, sizeof text))
    fprintf(c->p->out, " // %s", text);
  fputc('\n', c->p->out);
  return MlirWalkResultAdvance;
}

static MlirWalkResult print_cb_number(MlirOperation op, void *data) {
  struct constants *c = data;
  if (!ir_is(op, "mtia.cb"))
    return MlirWalkResultAdvance;
  const char *cb = cb_text(c->p, op);
  c->p->per_core = c->p->per_core || ir_attr_int(op, "per_core", 0);
  if (ir_attr_int(op, "second", 0))
    return MlirWalkResultAdvance;
  fprintf(c->p->out, "%s%s = %d", c->any ? ", " : "enum { ", cb, (int)ir_attr_int(op, "id", 0));
  bind(c->p, (MlirValue){NULL}, cb);
  c->any = true;
  return MlirWalkResultAdvance;
}

static const char *const dtype_names[KN_NUM_TYPES] = {
    [KN_BOOL] = "BOOL", [KN_I8] = "I8",   [KN_U8] = "U8",     [KN_I16] = "I16", [KN_I32] = "I32",
    [KN_I64] = "I64",   [KN_F16] = "F16", [KN_BF16] = "BF16", [KN_F32] = "F32"};

static const char *scalar_type(struct printer *p, enum kn_type type) {
  return type == KN_BOOL  ? "_Bool"
         : type == KN_F32 ? "float"
         : type == KN_U8  ? "uint8_t"
                          : format(p, "int%u_t", kn_type_bits(type));
}

static void arguments_struct(struct printer *p, struct kn_tensor *list) {
  for (struct kn_tensor *t = list; t; t = t->next) {
    char text[160];
    if (t->rank)
      fprintf(p->out, "  struct mtia_tensor %s; // %s\n", t->name,
              kn_describe(t, text, sizeof text));
    else
      fprintf(p->out, "  %s %s;\n", scalar_type(p, t->type), t->name);
  }
}

static const char *descriptor(struct printer *p, struct kn_tensor *t, bool output) {
  if (!t->rank)
    return format(p, ", MTIA_SCALAR(%s, MTIA_%s)", t->name, dtype_names[t->type]);
  const char *dims = "";
  for (unsigned i = 0; i < t->rank; i++)
    dims = format(p, "%s, \"%" PRId64 "\"", dims, t->dims[i]->size);
  return format(p, ", MTIA_%s(%s, MTIA_%s%s)", output ? "OUT" : "IN", t->name, dtype_names[t->type],
                dims);
}

static void print_helper(FILE *out, enum helper h, unsigned size, bool is_unsigned) {
  char type[16], suffix[16] = "";
  if (size == 4)
    snprintf(type, sizeof type, "long");
  else {
    snprintf(type, sizeof type, "%sint%u_t", is_unsigned ? "u" : "", 8u << size);
    snprintf(suffix, sizeof suffix, "_%c%u", is_unsigned ? 'u' : 'i', 8u << size);
  }
  unsigned bits = size == 4 ? 64 : 8u << size;
  fprintf(out, "static inline %s %s%s(%s a, %s b) {\n", type, helper_names[h], suffix, type, type);
  switch (h) {
  case H_MIN:
    fputs("  return a < b ? a : b;\n", out);
    break;
  case H_MAX:
    fputs("  return a > b ? a : b;\n", out);
    break;
  case H_DIV: // docs/knyfe.md, R6.2
    fprintf(out, "  return b == 0 ? -1 : b == -1 ? (%s)(0 - (uint%u_t)a) : (%s)(a / b);\n", type,
            bits, type);
    break;
  case H_REM:
    fprintf(out, "  return b == 0 ? a : b == -1 ? 0 : (%s)(a %% b);\n", type);
    break;
  case H_SHL:
    fprintf(out, "  return (%s)((uint%u_t)a << (b & %u));\n", type, bits, bits - 1);
    break;
  default:
    fprintf(out, "  return (%s)(a >> (b & %u));\n", type, bits - 1);
    break;
  }
  fputs("}\n\n", out);
}

static void print_helpers(struct printer *p) {
  for (int h = 0; h < H_QUANTIZE; h++)
    for (unsigned size = 0; size < 5; size++)
      for (int u = 0; u < 2; u++)
        if (p->helpers[h][size][u])
          print_helper(p->out, (enum helper)h, size, u);
  if (p->helpers[H_QUANTIZE][2][0])
    fputs("// clamp(round(value * scale) + zero, lo, hi) in binary32, ties to even.\n"
          "static int32_t quantize(int32_t value, float scale, int32_t zero, int32_t lo, "
          "int32_t hi) {\n"
          "  const float f = (float)value * scale, size = f < 0 ? -f : f;\n"
          "  int64_t r = 0; // NaN gives 0\n"
          "  if (size >= 0x1p62f)\n"
          "    r = f < 0 ? -(1L << 62) : 1L << 62;\n"
          "  else if (size >= 8388608.0f) // has no fraction\n"
          "    r = (int64_t)f;\n"
          "  else if (size >= 0) {\n"
          "    r = (int64_t)(size + 8388608.0f - 8388608.0f); // the sum rounds\n"
          "    r = f < 0 ? -r : r;\n"
          "  }\n"
          "  r += zero;\n"
          "  return (int32_t)(r < lo ? lo : r > hi ? hi : r);\n"
          "}\n\n",
          p->out);
}

// Functions of the C library that the compiler or the runtime know by name: a kernel is a global
// function and must not take their place. Names with mtia or _ in front are all kept free.
static const char *const library_names[] = {
    "abort",     "abs",     "acos",    "asin",       "atan",        "atan2",     "atexit",
    "atof",      "atoi",    "atol",    "bcmp",       "bcopy",       "bsearch",   "bzero",
    "calloc",    "cbrt",    "ceil",    "close",      "cos",         "cosh",      "exit",
    "exp",       "fabs",    "fclose",  "fflush",     "floor",       "fma",       "fmax",
    "fmin",      "fmod",    "fopen",   "fprintf",    "fputc",       "fputs",     "fread",
    "free",      "frexp",   "fwrite",  "getc",       "getenv",      "gets",      "hypot",
    "index",     "isalpha", "isdigit", "isnan",      "kill",        "labs",      "ldexp",
    "llabs",     "log",     "log10",   "log2",       "longjmp",     "lseek",     "malloc",
    "memccpy",   "memchr",  "memcmp",  "memcpy",     "memmem",      "memmove",   "mempcpy",
    "memrchr",   "memset",  "modf",    "open",       "pow",         "printf",    "putc",
    "putchar",   "puts",    "qsort",   "raise",      "rand",        "read",      "realloc",
    "remainder", "remove",  "rename",  "rindex",     "rint",        "round",     "scanf",
    "setjmp",    "sin",     "sinh",    "snprintf",   "sprintf",     "sqrt",      "srand",
    "sscanf",    "stpcpy",  "stpncpy", "strcasecmp", "strcasestr",  "strcat",    "strchr",
    "strchrnul", "strcmp",  "strcoll", "strcpy",     "strcspn",     "strdup",    "strerror",
    "strftime",  "strlcat", "strlcpy", "strlen",     "strncasecmp", "strncat",   "strncmp",
    "strncpy",   "strndup", "strnlen", "strpbrk",    "strptime",    "strrchr",   "strsep",
    "strsignal", "strspn",  "strstr",  "strtod",     "strtof",      "strtoimax", "strtok",
    "strtol",    "strtold", "strtoll", "strtoul",    "strtoull",    "strtoumax", "strxfrm",
    "tan",       "tanh",    "time",    "tolower",    "toupper",     "trunc",     "ungetc",
    "unlink",    "vprintf", "write",
};

static bool is_library_name(const char *name) {
  if (name[0] == '_' || !strncmp(name, "mtia", 4) || !strncmp(name, "MTIA", 4))
    return true;
  return IS_AMONG(library_names, name);
}

// A macro of the headers that the C text includes, where it names a field of the arguments.
static bool is_macro(const char *name) {
  static const char *const exact[] = {"KN", "BY_CORE", "NULL", "SIZE_MAX"};
  static const char *const beginnings[] = {"MTIA",    "KN_",      "INT_",     "UINT_",
                                           "INTPTR_", "UINTPTR_", "INTMAX_",  "UINTMAX_",
                                           "WCHAR_",  "WINT_",    "PTRDIFF_", "SIG_ATOMIC_"};
  if (IS_AMONG(exact, name))
    return true;
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
    if (!strncmp(name, beginnings[i], strlen(beginnings[i])))
      return true;
  name += *name == 'U'; // INT8_MAX, UINT64_C
  return !strncmp(name, "INT", 3) && name[3] >= '0' && name[3] <= '9' && strchr(name, '_');
}

static bool check_name(struct backend *b, const char *name, struct kn_range range, bool meaning) {
  if (!meaning && strlen(name) < MTIA_NAME_SIZE)
    return true;
  if (meaning)
    kn_report(b->file, KN_DIAG_not_mapped, range, "'%s' has a meaning in C", name);
  else
    kn_report(b->file, KN_DIAG_not_mapped, range,
              "the name has %zu characters; those of kernels, inputs and outputs have at most %d",
              strlen(name), MTIA_NAME_SIZE - 1);
  kn_hint(b->file, "choose another name");
  return false;
}

bool kn_check_names(struct backend *b) {
  bool ok = true;
  struct kn_tensor *lists[] = {b->kernel->inputs, b->kernel->outputs};
  for (int i = 0; i < 2; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      ok = check_name(b, t->name, t->range, kn_is_c_word(t->name) || is_macro(t->name)) && ok;
  const char *name = b->kernel->name;
  return check_name(b, name, b->kernel->range,
                    kn_is_c_word(name) || IS_AMONG(our_names, name) || is_library_name(name)) &&
         ok;
}

static void print_head(struct printer *p) {
  struct kn_kernel *k = p->b->kernel;
  const char *base = strrchr(p->b->file->path, '/');
  fprintf(p->out, "// %s, made by knyfe-c from %s:\n//\n", k->name,
          base ? base + 1 : p->b->file->path);
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    fprintf(p->out, "//   %s\n", kn_stmt_text(p->b->file, s));
  fputs("//\n// for the shapes below and every sub-grid.\n"
        "#include <mtia/intrinsics.h>\n#include <mtia/kernel.h>\n#include <stdbool.h>\n\n",
        p->out);
  fprintf(p->out, "struct %s_args {\n", k->name);
  arguments_struct(p, k->inputs);
  arguments_struct(p, k->outputs);
  fputs("};\n\n", p->out);
}

bool kn_print_c(struct backend *b, MlirOperation func, FILE *out) {
  if (!kn_check_names(b))
    return false;
  struct printer *p = kn_alloc(b->file, sizeof *p);
  p->b = b;
  p->out = out;
  struct kn_kernel *k = b->kernel;
  print_head(p);

  struct constants c = {p, false};
  bind(p, (MlirValue){NULL}, k->name);
  mlirOperationWalk(func, print_constant, &c, MlirWalkPreOrder);
  if (c.any)
    fputs("};\n", out);
  c.any = false;
  mlirOperationWalk(func, print_cb_number, &c, MlirWalkPreOrder);
  if (c.any)
    fputs(" };\n\n", out);

  // The body first: it decides which helpers are needed.
  char *text = NULL;
  size_t size = 0;
  if (!(p->out = open_memstream(&text, &size)))
    abort();
  p->indent = 1;
  block(p, ir_body(func, 0));
  fclose(p->out);
  p->out = out;
  p->indent = 0;
  print_helpers(p);
  if (p->per_core)
    fputs(
        "// The number of a circular buffer is a constant of the instruction: core 1 has those 16\n"
        "// further on.\n"
        "#define BY_CORE(f, cb, ...) (mtia_core() ? f(cb + 16, __VA_ARGS__) : f(cb, __VA_ARGS__))"
        "\n\n",
        out);
  const char *head = format(p, "MTIA_KERNEL(%s, struct %s_args", k->name, k->name);
  for (struct kn_tensor *t = k->inputs; t; t = t->next)
    head = format(p, "%s%s", head, descriptor(p, t, false));
  for (struct kn_tensor *t = k->outputs; t; t = t->next)
    head = format(p, "%s%s", head, descriptor(p, t, true));
  line(p, format(p, "%s) {", head));
  fwrite(text, 1, size, out);
  fputs("}\n", out);
  free(text);
  return !p->failed;
}
